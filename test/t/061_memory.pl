# Memory: a scan of a million rows stays within its bound, and thousands of
# scans in one session, a third of them ending early, leave nothing behind.
# ADPIPE_SCANS=10000 makes more of them than the usual 2,000: test/long/memory.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use AdpipeTest;
use AdpipeTest::Footprint qw(descriptors memory memory_below);
use Cpanel::JSON::XS ();
use Test::More;

# How far the peak of the big scan may lie above the idle size, in kB.
my $PEAK = 64 * 1024;

# What all the small scans may add, in kB.
my $LEAK = 1024;

my $SCANS = $ENV{ADPIPE_SCANS} // 2_000;
my $WARM_UP = 300;

my $node = adpipe_cluster();
my $sim = simulator();

# The long form is run for its figures.
sub figures { $ENV{ADPIPE_SCANS} ? diag(@_) : note(@_) }

sub size_of { return memory($_[0]->pid, $_[1]); }

# What the backend's memory contexts hold in all, in kB.
sub contexts
{
	my ($session) = @_;
	return $session->query(
		'SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts') + 0;
}

# One scan of a few rows.  The fifth day back, so that every zone has had it.
my $SMALL = 'SELECT sum(clicks) FROM google.campaign_daily'
  . ' WHERE date_day = current_date - 5';

subtest 'a million rows' => sub {
	my $totals =
	  $sim->control('POST', '/_control/bench', { pages => 100, rows => 10_000 });
	google_server($node, $sim, name => 'bench',
		options => { customer_id => $totals->{account} });
	my $scan = <<'END';
SELECT count(*), sum(impressions), sum(clicks), sum(cost_micros)
FROM bench.campaign_daily WHERE date_day >= current_date - 30
END
	my $session = session($node, timeout => 300);

	# What the first scan loads once is not of the rows.
	$session->query('SELECT 1 FROM bench.campaign_daily'
		. ' WHERE date_day = current_date - 5 LIMIT 1');
	my $idle = size_of($session, 'VmRSS');
	is( $session->query($scan),
		join('|', @$totals{qw(rows impressions clicks cost_micros)}),
		'the sums are exact');
	is($totals->{rows}, 1_000_000, 'of a million rows');
	my $peak = size_of($session, 'VmHWM') - $idle;
	figures("peak over idle: $peak kB");
	memory_below($peak, $PEAK, 'peak size is bounded');
};

# What the scans meet beside whole answers, in turn: those with a pattern, which
# the SQLSTATE must match, fail.
my @endings = (
	[
		'refusal',
		{ error => 'queryError.UNRECOGNIZED_FIELD' },
		'', qr/^(?!57014)/
	],
	[
		# Without the patience to ask again.
		'answer cut off',
		{ truncate_json => Cpanel::JSON::XS::true() },
		'SET adpipe.max_wait = 0', qr/^(?!57014)/
	],
	[
		'timeout',
		{ stall_after => 300 },
		'SET statement_timeout = 20', qr/^57014/
	],
	[ 'early end', undef, '', undef ]);

# Runs scans, a third of them failing.
sub run_scans
{
	my ($session, $count) = @_;
	my $failing = grep { $_->[3] } @endings;
	my $each = int($count / 3 / $failing) + 1;
	my $wrong = 0;

	$sim->reset;
	# Statements of their own, in batches to spare round trips through psql.
	for (my $left = $count - $each * @endings; $left > 0; $left -= 100)
	{
		my $batch = $left < 100 ? $left : 100;
		my @sums = split /\n/, $session->query("$SMALL;\n" x $batch);
		$wrong += abs($batch - grep { /^\d+$/ } @sums);
	}
	foreach my $ending (@endings)
	{
		my ($name, $action, $setup, $expected) = @$ending;
		$sim->faults([ { match => { path => ':search' }, action => $action } ])
		  if $action;
		$session->query($setup) if $setup;
		for (1 .. $each)
		{
			# Many per day, so that a page is left half read.
			my ($out, $error) = $session->try($expected ? $SMALL
				: 'SELECT clicks FROM google.campaign_daily'
				  . ' WHERE date_day >= current_date - 20 LIMIT 1');
			my $state = $error ? $error->{sqlstate} : undef;
			$wrong++
			  unless $expected
			  ? defined $state && $state =~ $expected
			  : !defined $state;
		}
		$session->query('RESET statement_timeout; RESET adpipe.max_wait');
		$sim->reset;
	}
	return $wrong;
}

subtest "$SCANS scans in one session" => sub {
	google_server($node, $sim, options => { customer_id => '4567890123' });
	my $session = session($node);

	is(run_scans($session, $WARM_UP), 0, 'all end as they must, warming up');
	my @before = (scalar(descriptors($session->pid)), contexts($session),
		size_of($session, 'VmRSS'));
	is(run_scans($session, $SCANS), 0, 'all end as they must');
	my @after = (scalar(descriptors($session->pid)), contexts($session),
		size_of($session, 'VmRSS'));
	figures("descriptors, kB of contexts, kB in all: @before before, @after after");
	cmp_ok($after[0], '<=', $before[0], 'no descriptor is left open');
	cmp_ok($after[1] - $before[1], '<', $LEAK, 'memory contexts do not grow');
	memory_below($after[2] - $before[2], $LEAK, 'the process does not grow');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()'),
		'0', 'no temporary file is left');
};

done_testing();
