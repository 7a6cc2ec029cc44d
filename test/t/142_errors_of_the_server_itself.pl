# An outage that looks harmless: what this server, and no platform, does wrong
# with a copy (a constraint, a trigger, a full disk, a lock, a permission, a
# session that dies) is in runs and health with its SQLSTATE and message, an error
# from the second time in a row, and stops no other copy of the same call.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster(conf => 'max_prepared_transactions = 2');
my $sim = simulator();
my $account = '2345678901';
loader($node, $sim, options => { customer_id => $account, max_retries => 0 });

my $minute = 0;

# Puts the clocks so many minutes further, and the copies out of date.
sub later
{
	$minute += $_[0];
	at($node->safe_psql('postgres', "SELECT to_char(timestamp '2026-11-20 20:00' + $minute * interval '1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
	return;
}

sub health { return scalar run('SELECT severity, target, account_id, problem FROM adpipe.health ORDER BY 2, 4'); }

sub last_run
{
	my ($target) = @_;
	return scalar run("SELECT status, sqlstate, error FROM adpipe.runs WHERE target = '$target'::regclass ORDER BY run_id DESC LIMIT 1");
}

later(0);
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.broken', '2026-11-15'), adpipe.materialize('google.account_daily', 'ads.sound', '2026-11-15'), adpipe.materialize('google.campaigns', 'ads.list')");
run("SELECT adpipe.alter_target(t, every => '0') FROM unnest('{ads.broken,ads.sound,ads.list}'::regclass[]) t; CALL adpipe.refresh_all()");
is(health(), '', 'all is well');

# Each way to hinder a copy: what does it, what undoes it, SQLSTATE and message.
# The copies have the order in which they were made, so the sound one comes last.
my $other = session($node);
$node->safe_psql('postgres', <<'END');
CREATE FUNCTION ads.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION E'no row of %\nis welcome', NEW.account_name USING ERRCODE = 'P0042', DETAIL = 'TOP-SECRET-ROW', HINT = 'Ask the analysts.';
END $$;
END
my @ways = (
	[ 'a constraint', 'ALTER TABLE ads.broken ADD CONSTRAINT plausible CHECK (clicks < 0) NOT VALID', 'ALTER TABLE ads.broken DROP CONSTRAINT plausible',
		'23514', qr/new row for relation ".*" violates check constraint "plausible"/ ],
	[ 'a trigger', 'CREATE TRIGGER refuse BEFORE INSERT ON ads.broken FOR EACH ROW EXECUTE FUNCTION ads.refuse()', 'DROP TRIGGER refuse ON ads.broken',
		'P0042', qr/no row of .*\sis welcome/s ],
	[ 'a trigger at the commit', 'CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON ads.broken DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ads.refuse()',
		'DROP TRIGGER refuse ON ads.broken', 'P0042', qr/no row of .*\sis welcome/s ],
	[ 'a permission', 'REVOKE INSERT ON ads.broken FROM loader', 'GRANT INSERT ON ads.broken TO loader', '42501', qr/permission denied for table broken/ ],
	[ 'a lock', undef, undef, '55P03', qr/canceling statement due to lock timeout/ ]);
my $generation = 0;
for my $way (@ways)
{
	my ($what, $break, $repair, $code, $words) = @$way;
	my $call = 'CALL adpipe.refresh_all()';
	if (defined $break)
	{
		$node->safe_psql('postgres', $break);
	}
	else
	{
		$other->query($_) for 'BEGIN', 'LOCK TABLE ads.broken IN SHARE MODE';
		$call = "SET lock_timeout = '200ms'; $call";
	}
	$sim->restate($generation = 1 - $generation);
	later(30);
	my (undef, $messages) = run($call);
	like($messages, qr/WARNING: +refresh of ads\.broken: $words/s, "$what: a warning of refresh_all()");
	like(last_run('ads.broken'), qr/^failed\|$code\|$words/, "$what: in runs, with SQLSTATE and message");
	like(health(), qr/^warning\|ads\.broken\|\|the refresh fails: $words.* \(SQLSTATE $code\)$/, "$what: in health, once as a warning");
	is(last_run('ads.sound'), 'succeeded||', "$what: the copy after it is refreshed by the same call");
	is(run("SELECT count(*) FROM adpipe.runs WHERE target = 'ads.sound'::regclass AND started_at = '" . run('SELECT adpipe_internal.clock()') . "'"), '1', "$what: which it was");
	unlike(run('SELECT string_agg(r::text, E\'\n\') FROM adpipe.runs r') . health(), qr/Failing row|TOP-SECRET-ROW/, "$what: without the rows");
	later(1.5);
	run($call);
	like(health(), qr/^error\|ads\.broken\|\|the refresh fails: $words/, "$what: an error from the second time in a row");
	defined $repair ? $node->safe_psql('postgres', $repair) : $other->query('ROLLBACK');
	later(2.5);
	run($call);
	is(health(), '', "$what: health is clear with the next call after the repair");
	is(world_difference($node, $sim, 'ads.broken', '2026-11-18', '2026-11-20', $account), '0|0', "$what: and the days that were due are the world's");
}
is(run("SELECT hint FROM adpipe.runs WHERE sqlstate = 'P0042' LIMIT 1"), 'Ask the analysts.', 'the hint is there, too');

# A list of entities; and a person who refreshes by hand gets the error itself.
$node->safe_psql('postgres', 'CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON ads.list FOR EACH ROW EXECUTE FUNCTION ads.refuse()');
$sim->restate(1 - $generation);
later(30);
my $error = session($node, user => 'loader')->query_error("CALL adpipe.refresh('ads.list')");
is($error->{sqlstate}, 'P0042', 'refresh(): the error is the caller\'s');
like(last_run('ads.list'), qr/^failed\|P0042\|no row of/, 'refresh(): and in runs');
like(health(), qr/^warning\|ads\.list\|\|the refresh fails: no row of/, 'a list: in health');
$node->safe_psql('postgres', 'DROP TRIGGER refuse ON ads.list');
later(1.5);
run('CALL adpipe.refresh_all()');
is(health(), '', 'a list: clear with the next call');

# What fails is not tried, and the platform not asked, before its back-off is over.
$node->safe_psql('postgres', $ways[0][1]);
$sim->restate($generation);
later(30);
for my $wait ([ 0, 1 ], [ 0.5, 0 ], [ 0.6, 1 ], [ 1.5, 0 ], [ 0.6, 1 ])
{
	later($wait->[0]);
	my $runs = run("SELECT count(*) FROM adpipe.runs WHERE target = 'ads.broken'::regclass");
	run('CALL adpipe.refresh_all()');
	is(run("SELECT count(*) - $runs FROM adpipe.runs WHERE target = 'ads.broken'::regclass"), $wait->[1], "minute $minute: tried as its back-off says");
}
$node->safe_psql('postgres', $ways[0][2]);
run("CALL adpipe.refresh('ads.broken')");
is(health(), '', 'and at once by hand');

# Sessions that die: runs says so at once, and the second one in a row is an error.
for my $time (1, 2)
{
	$sim->faults([ { match => { query => 'FROM campaign WHERE' }, action => { delay_ms => 60000 } } ]);
	my $reader = session($node);
	$reader->query($_) for 'BEGIN', 'SELECT count(*) FROM pg_stat_activity';
	my $dying = session($node, user => 'loader');
	my $seen = $sim->requests->[-1]{seq};
	$dying->send("CALL adpipe.refresh('ads.broken')");
	poll_until(sub { grep { ($_->{query} // '') =~ /FROM campaign WHERE/ } @{ $sim->control('GET', "/_control/requests?since=$seen") } });
	is($reader->query('SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1'), 'running', "death $time: but not before, to who looked at the sessions before it began");
	$reader->query('COMMIT');
	$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'loader'");
	like(last_run('ads.broken'), qr/^died\|\|the session ended before the run did$/, "death $time: runs says so at once");
	like(health(), $time == 1 ? qr/^warning\|ads\.broken\|\|the last refresh did not come to its end$/ : qr/^error\|ads\.broken\|\|the last 2 refreshes did not come to their ends$/, "death $time: in health");
}
$sim->faults([]);
run("CALL adpipe.refresh('ads.broken')");
is(health(), '', 'deaths: clear after a run that ends');

$node->stop;
done_testing();
