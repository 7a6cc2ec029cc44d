# Memory of the KPIs over many groups: bytes per group where all are held at
# once, and HashAgg within its limit where they do not fit.  One user with many
# events, too.  ADPIPE_GROUPS=10000000 makes more than the usual 200,000 groups:
# test/long/groups.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use AdpipeTest;
use AdpipeTest::Footprint qw(memory_below);
use Cpanel::JSON::XS ();
use PostgreSQL::Test::Utils ();
use Test::More;

my $GROUPS = $ENV{ADPIPE_GROUPS} // 200_000;

# Held at once are as many as fit the memory of any machine.
my $HELD = $GROUPS < 1_000_000 ? $GROUPS : 1_000_000;

# What a backend may take beyond what HashAgg accounts for, in kB.
my $BESIDE = 32 * 1024;

my $node = adpipe_cluster();

# The long form is run for its figures.
sub figures { $ENV{ADPIPE_GROUPS} ? diag(@_) : note(@_) }

# Most that the backend ever had in memory, in kB.
sub peak
{
	my ($session) = @_;
	my ($kb) = PostgreSQL::Test::Utils::slurp_file('/proc/' . $session->pid . '/status') =~ /^VmHWM:\s+(\d+) kB/m;
	die 'no VmHWM' unless defined $kb;
	return $kb;
}

sub aggregate_node
{
	my ($plan) = @_;
	return $plan if $plan->{'Node Type'} eq 'Aggregate' && $plan->{Strategy} ne 'Plain';
	foreach my $child (@{ $plan->{Plans} // [] })
	{
		my $found = aggregate_node($child);
		return $found if $found;
	}
	return;
}

# Runs an aggregate over so many groups of one row in a session of its own.
# Returns the node of the plan, and by how much the backend grew, in kB.
sub run
{
	my ($aggregate, $groups, $work_mem) = @_;
	my $session = session($node, timeout => 600);
	$session->query("SET work_mem = '$work_mem'; SET hash_mem_multiplier = 2; SET enable_sort = off;"
		  . ' SET max_parallel_workers_per_gather = 0');
	# What is loaded once is not of the groups.
	$session->query("SELECT count(x) FROM (SELECT $aggregate AS x FROM generate_series(1, 1) AS i GROUP BY i) AS g");
	my $before = peak($session);
	my $plan = Cpanel::JSON::XS::decode_json($session->query('EXPLAIN (ANALYZE, TIMING off, FORMAT JSON)'
		  . " SELECT $aggregate FROM (SELECT generate_series(1, $groups) AS i) AS s GROUP BY i"));
	my $grown = peak($session) - $before;
	$session->close;
	return aggregate_node($plan->[0]{Plan}), $grown;
}

# Bytes per group, the hash table's share included, of groups of one row.
# Lists have room for more rows; journeys are of many users and keep the names
# and users that they know in tables of their own.
subtest 'bytes per group' => sub {
	my $at = "timestamptz '2026-01-01'";
	foreach my $case (
		[ 'count(*)', 200 ],
		[ 'sum(i::numeric)', 600 ],
		[ 'adpipe.ctr(i, i)', 350 ],
		[ "adpipe.roas(i::numeric, i, 'EUR')", 350 ],
		[ 'adpipe.stats(i, i, i::numeric, i::numeric, i::numeric)', 350 ],
		[ 'adpipe.rollup(adpipe.adstats(i, i, i, i, i))', 350 ],
		[ "adpipe.series(timestamp '2026-01-01', i)", 550 ],
		[ 'adpipe.sparkline(i)', 650 ],
		[ "adpipe.window_funnel('7 days', $at, i > 0, i > 1)", 550 ],
		[ "adpipe.retention('classic', '{1,7}', '2026-01-31', 'UTC', $at, true, false)", 550 ],
		[ "adpipe.journeys('u' || i, $at, 'search', true, 5)", 2600, 100_000 ])
	{
		my ($aggregate, $most, $groups) = (@$case, $HELD);
		my ($found, $grown) = run($aggregate, $groups, '2000MB');
		my $bytes = $found->{'Peak Memory Usage'} * 1024 / $groups;
		figures(sprintf '%-60s %4.0f bytes per group; the backend grew by %4.0f', $aggregate, $bytes, $grown * 1024 / $groups);
		is($found->{'HashAgg Batches'}, 1, "$aggregate: all groups at once");
		cmp_ok($bytes, '<=', $most, 'bytes per group');
		memory_below($grown, $found->{'Peak Memory Usage'} + $BESIDE, 'nothing beside them');
	}
};

# A hash table that is full writes the rows of further groups to disk.
subtest 'within work_mem' => sub {
	my $work_mem = $GROUPS < 1_000_000 ? 8 : 64;
	my $limit = 2 * $work_mem * 1024;
	foreach my $aggregate ("adpipe.roas(i::numeric, i, 'EUR')", 'adpipe.stats(i, i, i::numeric, i::numeric, i::numeric)')
	{
		my ($found, $grown) = run($aggregate, $GROUPS, "${work_mem}MB");
		figures("$aggregate, $GROUPS groups: limit $limit kB, peak $found->{'Peak Memory Usage'} kB, "
			  . "the backend grew by $grown kB, on disk $found->{'Disk Usage'} kB, $found->{'HashAgg Batches'} batches");
		is($found->{'Actual Rows'}, $GROUPS, "$aggregate: every group");
		cmp_ok($found->{'HashAgg Batches'}, '>', 1, 'written in parts');
		cmp_ok($found->{'Peak Memory Usage'}, '<=', 1.1 * $limit, 'the table keeps to its limit');
		memory_below($grown, 1.1 * $limit + $BESIDE, 'and so does the backend');
	}
};

# A list of 16 bytes per event that doubles when it is full; for a moment there
# are the old list, the new one and the copy that the executor makes of it.
subtest 'one user with all the events' => sub {
	my $session = session($node, timeout => 600);
	my $funnel = "SELECT adpipe.window_funnel('7 days', timestamptz '2026-01-01' + i * interval '1 s', i % 2 = 0, i % 3 = 0)"
	  . ' FROM (SELECT generate_series(1, %d) AS i) AS s';
	$session->query(sprintf $funnel, 1);
	my $before = peak($session);
	is($session->query(sprintf $funnel, $GROUPS), 2, 'both steps');
	my $grown = peak($session) - $before;
	figures(sprintf '%d events of one user: %.0f bytes per event', $GROUPS, $grown * 1024 / $GROUPS);
	memory_below($grown, 80 * $GROUPS / 1024 + $BESIDE, 'bytes per event');
	$session->close;
};

$node->stop;
done_testing();
