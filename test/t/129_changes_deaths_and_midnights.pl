# Random sequences of changes by hand, refreshes, deaths of the refresh and
# midnights: at every end either the guard refuses or the copy is the world, and
# one more refresh makes it so.
#
# ADPIPE_SEQUENCES (default 40) sequences; ADPIPE_SEED picks them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $sequences = $ENV{ADPIPE_SEQUENCES} // 40;
my $seed = $ENV{ADPIPE_SEED} // 1;
srand($seed);

my @accounts = ('2345678901', '3456789012');
my $since = '2026-11-08';
my $hour = 0;
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => join(',', @accounts), max_retries => 0 });
my $moment = moment();
at($moment);
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since'); CALL adpipe.refresh('ads.campaign')");

# Hours after the first moment, as text.
sub moment
{
	return $node->safe_psql('postgres', "SELECT to_char(timestamp '2026-11-18 20:00' + $hour * interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI\"Z\"')");
}

# The last day that is over everywhere.
sub last_day
{
	return $node->safe_psql('postgres', "SELECT (timestamptz '$moment' AT TIME ZONE 'America/Los_Angeles')::date - 1");
}

sub pick { return $_[ rand @_ ]; }

# A day of the copy.
sub day
{
	return $node->safe_psql('postgres', "SELECT date '$since' + floor(" . rand() . " * (date '" . last_day() . "' - date '$since' + 1))::integer");
}

sub part
{
	my ($day) = @_;
	return run("SELECT p.part FROM adpipe_internal.partitions('ads.campaign') p WHERE p.since <= '$day' AND p.until > '$day'");
}

my $is_unseen;
my %steps = (
	remove => sub { my ($a, $d) = @_; run("DELETE FROM ads.campaign WHERE account_id = '$a' AND date_day = '$d'") },
	update => sub { my ($a, $d) = @_; run("UPDATE ads.campaign SET clicks = clicks + 1, conversions = 3.5 WHERE account_id = '$a' AND date_day = '$d'") },
	again => sub { my ($a, $d) = @_; run("INSERT INTO ads.campaign SELECT * FROM ads.campaign WHERE account_id = '$a' AND date_day = '$d'") },
	truncate => sub { run('TRUNCATE ads.campaign') },
	part => sub { my ($a, $d) = @_; my $part = part($d) or return; run("DELETE FROM $part WHERE account_id = '$a'") },
	detach => sub { my ($a, $d) = @_; my $part = part($d) or return; run("ALTER TABLE ads.campaign DETACH PARTITION $part; ALTER TABLE $part RENAME TO detached_" . int(rand(1e9))) },
	drop => sub { my ($a, $d) = @_; my $part = part($d) or return; run("DROP TABLE $part") },
	unseen => sub { my ($a, $d) = @_; $is_unseen = 1; $node->safe_psql('postgres', "SET session_replication_role = replica; UPDATE ads.campaign SET impressions = impressions + 1 WHERE account_id = '$a' AND date_day = '$d'") },
	# Done and undone is no change.
	undone => sub { my ($a, $d) = @_; run("BEGIN; DELETE FROM ads.campaign WHERE account_id = '$a' AND date_day = '$d'; ROLLBACK; UPDATE ads.campaign SET clicks = clicks WHERE account_id = '$a' AND date_day = '$d'") },
	refresh => sub { run("CALL adpipe.refresh('ads.campaign')") },
	days => sub { my ($a, $d) = @_; run("CALL adpipe.refresh('ads.campaign', '$d', '$d')") },
	all => sub { run('CALL adpipe.refresh_all()') },
	midnight => sub { $hour += 1 + int(rand(30)); $moment = moment(); at($moment) },
	death => \&death);

# A refresh that is held at a question and ended there, or at the lock on a row
# that it is to write.
sub death
{
	my ($account, $day) = @_;
	my $call = pick("CALL adpipe.refresh('ads.campaign', '$since')", "CALL adpipe.refresh('ads.campaign')", 'CALL adpipe.refresh_all()');
	my $session = session($node, user => 'loader');
	my $holder;
	my $is_held;
	if (rand() < 0.5)
	{
		$sim->faults([ { match => { query => 'segments\.date' }, skip => int(rand(4)), times => 1, action => { delay_ms => 600_000 } } ]);
		$is_held = sub { grep { $_->{applied} } @{ $sim->control('GET', '/_control/faults') } };
	}
	else
	{
		$holder = session($node);
		$holder->query('BEGIN; LOCK TABLE ' . pick('ads.campaign', 'adpipe.version_ledger', 'adpipe.slice_ledger') . ' IN EXCLUSIVE MODE');
		$is_held = sub { $node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0 AND pid = ' . $session->pid) > 0 };
	}
	$session->send($call);
	poll_until(sub { $is_held->() || $session->is_done });
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $session->pid . ')');
	eval { $session->wait };
	poll_until(sub { $node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_activity WHERE pid = ' . $session->pid) == 0 });
	$sim->faults([]);
	$holder->query('ROLLBACK') if $holder;
	return;
}

# Whether the guard lets the copy pass.
sub passes
{
	my ($status, $out, $err) = $node->psql('postgres', "SELECT adpipe.require_complete('ads.campaign', '$since', '" . last_day() . "')", extra_params => [ '-U', 'loader' ]);
	return $err eq '';
}

my ($passed, $refused) = (0, 0);
for my $n (1 .. $sequences)
{
	$is_unseen = 0;
	my @names = map { pick(sort keys %steps) } 1 .. 3 + int(rand(4));
	# Another world, in which nothing is restated until the end: what generations
	# above 0 restate goes by the day.
	$sim->restate((grep { $_ eq 'midnight' } @names) ? 0 : $n % 3);
	run("CALL adpipe.refresh('ads.campaign', '$since')");
	$steps{$_}->(pick(@accounts), day()) for @names;
	my $what = "sequence $n: @names";
	if (passes())
	{
		$passed++;
		is(world_difference($node, $sim, 'ads.campaign', $since, last_day(), join(',', @accounts)), '0|0', "$what: the guard passes, and the copy is the world");
	}
	else
	{
		$refused++;
		isnt(run("SELECT count(*) FROM adpipe_internal.incomplete_days('ads.campaign', '$since', '" . last_day() . "')"), '0', "$what: the guard refuses");
	}
	run("CALL adpipe.refresh('ads.campaign'" . ($is_unseen ? ", '$since')" : ')'));
	ok(passes(), "$what, refreshed: the guard passes")
	  or diag(run("SELECT * FROM adpipe_internal.incomplete_days('ads.campaign', '$since', '" . last_day() . "')"));
	is(world_difference($node, $sim, 'ads.campaign', $since, last_day(), join(',', @accounts)), '0|0', "$what, refreshed: the copy is the world");
	is(run("SELECT count(*) FROM adpipe.coverage WHERE state = 'changed'"), '0', "$what, refreshed: nothing counts as changed");
}
cmp_ok($passed, '>', 0, "the guard passed at $passed ends") if $sequences >= 20;
cmp_ok($refused, '>', 0, "and refused at $refused") if $sequences >= 20;

done_testing();
