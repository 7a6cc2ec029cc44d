# Rows of a copy that others than a refresh changed: coverage, guard and health
# name them, and the next refresh makes them right.  What no trigger sees is found
# by comparing a part of each copy every day.  A guard reads the days that it is
# asked about and no others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my ($seoul, $pacific, $auckland) = ('1234567890', '2345678901', '3456789012');
my $accounts = "$seoul,$pacific,$auckland";
my ($since, $until) = ('2026-10-28', '2026-11-19');
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts, max_retries => 0 });
at('2026-11-20T20:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since')");
run("CALL adpipe.refresh('ads.campaign')");

# The partition of a month.
sub part
{
	my ($day) = @_;
	return run("SELECT p.part FROM adpipe_internal.partitions('ads.campaign') p WHERE p.since <= '$day' AND p.until > '$day'");
}

# What require_complete() says of days; empty if nothing.
sub guard
{
	my ($from, $to) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT adpipe.require_complete('ads.campaign', '$from', '$to')", extra_params => [ '-U', 'loader' ]);
	return $status == 0 && $err eq '' ? '' : $err;
}

# The copy is complete, well, and the world's.
sub is_right
{
	my ($what) = @_;
	is(guard($since, $until), '', "$what: the guard lets it pass");
	is(run("SELECT count(*) FROM adpipe.coverage WHERE state NOT IN ('provisional', 'final', 'open')"), '0', "$what: every day is covered");
	is(run('SELECT problem FROM adpipe.health'), '', "$what: all is well");
	is(world_difference($node, $sim, 'ads.campaign', $since, $until, $accounts), '0|0', "$what: equal to the world");
	return;
}

# The day is named by guard, coverage and health.
sub is_named
{
	my ($what, $account, $day) = @_;
	like(guard($day, $day), qr/55000.*$account $day \(changed\)/s, "$what: the guard names the day");
	is(run("SELECT state FROM adpipe.coverage WHERE account_id = '$account' AND date_day = '$day'"), 'changed', "$what: so does coverage");
	is(run("SELECT state FROM adpipe.slices WHERE account_id = '$account' AND date_day = '$day'"), 'changed', "$what: and slices");
	like(run('SELECT severity, problem FROM adpipe.health'), qr/^error\|(others than a refresh changed the copy|\d+ days from .* do not hold the rows)/m, "$what: and health");
	return;
}

is_right('refreshed');

# Each of these on days that no refresh would read by itself.
my $day = '2026-11-05';
my $october = '2026-10-29';
my %ways = (
	'DELETE' => [ "DELETE FROM ads.campaign WHERE account_id = '$pacific' AND date_day = '$day'" ],
	'UPDATE' => [ "UPDATE ads.campaign SET clicks = clicks + 1 WHERE account_id = '$pacific' AND date_day = '$day'" ],
	'UPDATE of a name' => [ "UPDATE ads.campaign SET campaign_name = campaign_name || ' ' WHERE account_id = '$pacific' AND date_day = '$day'" ],
	'TRUNCATE' => [ 'TRUNCATE ads.campaign' ],
	'a day inserted again' => [ "INSERT INTO ads.campaign SELECT * FROM ads.campaign WHERE account_id = '$pacific' AND date_day = '$day'" ],
	'rows moved to another day' => [ "UPDATE ads.campaign SET date_day = '$day' WHERE account_id = '$pacific' AND date_day = '2026-11-06'" ],
	'DELETE of a partition' => [ sub { 'DELETE FROM ' . part($day) . " WHERE account_id = '$pacific' AND date_day = '$day'" } ],
	'TRUNCATE of a partition' => [ sub { 'TRUNCATE ' . part($day) } ],
	'DETACH' => [ sub { 'ALTER TABLE ads.campaign DETACH PARTITION ' . part($october) }, $october ],
	'DROP of a partition' => [ sub { 'DROP TABLE ' . part($october) }, $october ],
	'a column rewritten' => [ 'ALTER TABLE ads.campaign ALTER COLUMN spend TYPE numeric USING spend + 1' ]);
for my $way (sort keys %ways)
{
	my ($sql, $named) = @{ $ways{$way} };
	run(ref $sql ? $sql->() : $sql);
	is_named($way, $pacific, $named // $day);
	run("CALL adpipe.refresh('ads.campaign')");
	is_right("$way, refreshed");
}

# A reader without any other right sees the same, and who asks for days gets them.
$node->safe_psql('postgres', 'CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ads TO reader; GRANT SELECT ON ads.campaign TO reader');
run("DELETE FROM ads.campaign WHERE account_id = '$seoul' AND date_day = '$day'");
like(sql_error($node, "SELECT adpipe.require_complete('ads.campaign', '$day', '$day')", extra_params => [ '-U', 'reader' ])->{detail}, qr/$seoul $day \(changed\)/, 'a reader: the guard names it');
is(guard('2026-11-06', '2026-11-12'), '', 'a week in which nothing was changed passes');
run("CALL adpipe.refresh('ads.campaign', '$day', '$day')");
is_right('days asked for');

# The mark outlives a refresh that does not finish, and a change that commits
# only after a refresh has looked.
my $slow = session($node, user => 'loader');
$slow->query('BEGIN');
$slow->query("DELETE FROM ads.campaign WHERE account_id = '$auckland' AND date_day = '$day'");
run("CALL adpipe.refresh('ads.campaign')");
$slow->query('COMMIT');
is_named('a change that commits later', $auckland, $day);
run("CALL adpipe.refresh('ads.campaign')");
is_right('a change that commits later, refreshed');
for my $level ('repeatable read', 'serializable')
{
	$slow->query("BEGIN ISOLATION LEVEL $level; DELETE FROM ads.campaign WHERE account_id = '$auckland' AND date_day = '$day'; DELETE FROM ads.campaign WHERE account_id = '$auckland' AND date_day = '2026-11-06'; COMMIT");
	is_named($level, $auckland, $day);
	run("CALL adpipe.refresh('ads.campaign')");
	is_right("$level, refreshed");
}

# A partition of a month that was not there is watched, too.
at('2026-12-20T20:00:00Z');
run("CALL adpipe.refresh('ads.campaign'); CALL adpipe.refresh_all()");
run('DELETE FROM ' . part('2027-01-05'));
like(run('SELECT problem FROM adpipe.health'), qr/^others than a refresh changed the copy/m, 'a partition made later: a change is noted');
run("CALL adpipe.refresh('ads.campaign')");
$until = '2026-12-19';
is_right('a partition made later');

# A trigger or a rule that swallows rows is found when the rows are stored.
for my $swallow (
	[ 'a trigger', "CREATE FUNCTION ads.swallow() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN IF NEW.account_id = '$pacific' THEN RETURN NULL; END IF; RETURN NEW; END \$\$; CREATE TRIGGER swallow BEFORE INSERT ON ads.campaign FOR EACH ROW EXECUTE FUNCTION ads.swallow()", 'DROP FUNCTION ads.swallow CASCADE' ],
	[ 'a trigger that changes values', "CREATE FUNCTION ads.swallow() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN NEW.clicks := 0; RETURN NEW; END \$\$; CREATE TRIGGER swallow BEFORE INSERT ON ads.campaign FOR EACH ROW EXECUTE FUNCTION ads.swallow()", 'DROP FUNCTION ads.swallow CASCADE' ],
	[ 'a rule', "CREATE RULE swallow AS ON INSERT TO ads.campaign WHERE NEW.account_id = '$pacific' DO INSTEAD NOTHING", 'DROP RULE swallow ON ads.campaign' ])
{
	my ($what, $make, $drop) = @$swallow;
	my $last = '2026-12-18';
	run($make);
	run("DELETE FROM ads.campaign WHERE account_id = '$pacific' AND date_day = '$last'");
	run("CALL adpipe.refresh('ads.campaign')");
	is_named("$what that swallows rows", $pacific, $last);
	run($drop);
	run("CALL adpipe.refresh('ads.campaign')");
	is_right("$what that swallows rows, dropped and refreshed");
}

# Rows that nobody stored, of an account that is none of the source's.
run("INSERT INTO ads.campaign (account_id, date_day, campaign_id, clicks, _fetched_at) VALUES ('999', '$day', '1', 5, now())");
like(guard($day, $day), qr/999 $day \(changed\)/, 'rows of another account: the guard names them');
run("CALL adpipe.refresh('ads.campaign')");
like(guard($day, $day), qr/999 $day \(changed\)/, 'rows of another account: a refresh leaves them');
like(run("SELECT account_id, problem FROM adpipe.health"), qr/^999\|there are rows, from $day to $day, that no refresh stored$/m, 'rows of another account: health says so');
run(run("SELECT regexp_replace(action, '; .*', '') FROM adpipe.health WHERE account_id = '999'"));
run("CALL adpipe.refresh('ads.campaign')");
is_right('rows of another account, removed as health says');

# The triggers disabled: noted at once.  Not fired: found by the daily part.
$node->safe_psql('postgres', "ALTER TABLE ads.campaign DISABLE TRIGGER ALL; DELETE FROM ads.campaign WHERE account_id = '$pacific' AND date_day = '$day'; ALTER TABLE ads.campaign ENABLE TRIGGER ALL");
is_named('triggers disabled', $pacific, $day);
run("CALL adpipe.refresh('ads.campaign')");
is_right('triggers disabled, refreshed');
run('DROP TRIGGER adpipe_touched ON ads.campaign');
run("DELETE FROM ads.campaign WHERE account_id = '$pacific' AND date_day = '$day'");
like(guard($day, $day), qr/$pacific $day \(changed\)/, 'the trigger dropped: the guard names the day all the same');
run("CALL adpipe.refresh('ads.campaign')");
is_right('the trigger dropped, refreshed');

# Days that no refresh reads again: 200 days of one account.
$node->safe_psql('postgres', "ALTER FOREIGN TABLE google.account_daily OPTIONS (ADD customer_id '$auckland')");
run("SELECT adpipe.materialize('google.account_daily', 'ads.account', '2026-06-01')");
run("CALL adpipe.refresh('ads.account')");
my $old = '2026-07-04';
$node->safe_psql('postgres', "SET session_replication_role = replica; UPDATE ads.account SET clicks = clicks + 1 WHERE date_day = '$old'");
is(run("SELECT state FROM adpipe.coverage WHERE target = 'ads.account'::regclass AND date_day = '$old'"), 'final', 'what no trigger sees: not noted');
is(sql_error($node, "SELECT adpipe.require_complete('ads.account', '$old', '$old')", extra_params => [ '-U', 'loader' ])->{sqlstate}, '55000', 'what no trigger sees: but the guard looks for itself');
my $found;
for my $n (1 .. 30)
{
	at($node->safe_psql('postgres', "SELECT to_char(timestamp '2026-12-20 20:00' + $n * interval '1 day', 'YYYY-MM-DD\"T\"HH24:MI\"Z\"')"));
	# Not what makes it good: the platform is away.
	$sim->faults([ { match => { path => '/v' }, action => { status => 503 } } ]);
	run('SET client_min_messages = error; CALL adpipe.refresh_all()');
	$found = $n;
	last if run("SELECT state FROM adpipe.coverage WHERE target = 'ads.account'::regclass AND date_day = '$old'") eq 'changed';
}
$sim->faults([]);
cmp_ok($found, '<', 30, "what no trigger sees: found on day $found");
like(run("SELECT problem FROM adpipe.health WHERE target = 'ads.account'::regclass"), qr/^1 days from $old to $old do not hold the rows/m, 'what no trigger sees: in health');
run("CALL adpipe.refresh('ads.account')");
is(run("SELECT state FROM adpipe.coverage WHERE target = 'ads.account'::regclass AND date_day = '$old'"), 'final', 'what no trigger sees: read again');
is(run("SELECT clicks FROM ads.account WHERE date_day = '$old'"), run("SELECT clicks FROM google.account_daily WHERE date_day = '$old'"), 'what no trigger sees: right again');

# A list of entities.
run("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns'); CALL adpipe.refresh('ads.campaigns')");
my $current = run("SELECT count(*) FROM ads.campaigns WHERE _deleted_at IS NULL");
my $entities = "SELECT state, count(*) FROM adpipe.slices WHERE target = 'ads.campaigns'::regclass GROUP BY 1";
for my $sql ("DELETE FROM ads.campaigns WHERE account_id = '$pacific'", "UPDATE ads.campaigns SET campaign_name = 'x' WHERE account_id = '$pacific'",
	"INSERT INTO ads.campaigns SELECT * FROM ads.campaigns WHERE account_id = '$pacific'", 'TRUNCATE ads.campaigns')
{
	run($sql);
	is(run($entities), 'changed|3', "entities, $sql: noted");
	run("CALL adpipe.refresh('ads.campaigns')");
	is(run($entities), 'provisional|3', "entities, $sql: refreshed");
	is(run('SELECT count(*) FROM (SELECT DISTINCT account_id, campaign_id, campaign_name FROM ads.campaigns WHERE _last_seen = (SELECT max(_last_seen) FROM ads.campaigns) AND _deleted_at IS NULL) c') >= 1 ? run("SELECT count(*) FROM (SELECT account_id, campaign_id, campaign_name FROM google.campaigns EXCEPT SELECT account_id, campaign_id, campaign_name FROM ads.campaigns WHERE _deleted_at IS NULL) m") : 'none', '0', "entities, $sql: every entity is there again");
}

# Another loader marks and unmarks nothing of it.
$node->safe_psql('postgres', "CREATE ROLE other LOGIN; SELECT adpipe.grant_loader('other'); GRANT USAGE ON SCHEMA ads TO other");
my $marks = 'SELECT * FROM adpipe.touches ORDER BY 1';
my $watched = 'SELECT * FROM adpipe.watched_tables ORDER BY relation::oid';
run('UPDATE ads.campaign SET clicks = clicks WHERE false');
my ($marked, $list) = ($node->safe_psql('postgres', $marks), $node->safe_psql('postgres', $watched));
isnt($marked, '', 'a mark to try on');
for my $call ("adpipe_internal.touch('ads.campaign')", "adpipe_internal.touch_own('ads.campaign')", "adpipe_internal.note_dropped('ads.campaign'::regclass)", "adpipe_internal.take_touches('ads.campaign')", "adpipe_internal.drop_touches('ads.campaign', ARRAY(SELECT generate_series(1, 1000)))",
	"adpipe_internal.begin_storing('ads.campaign')", "adpipe_internal.note_watched('ads.campaign', 'pg_class')", "adpipe_internal.forget_detached('ads.campaign')", "adpipe_internal.watch_copy('ads.campaign')", "adpipe_internal.check_days('ads.campaign', '2026-11-01', '2026-11-30')",
	"adpipe_internal.record_check('ads.campaign', '[{\"account_id\": \"$pacific\", \"date_day\": \"2026-11-05\", \"differs\": true}]')", "adpipe_internal.finish_slices('ads.campaign', '$pacific', ARRAY[date '2026-11-05'], '[]')",
	"adpipe_internal.stamp_slices('ads.campaign', '$pacific', ARRAY[date '2026-11-05'])", "adpipe.accept_end('ads.campaign')", "adpipe_internal.confirm_end('ads.campaign', NULL)", "adpipe_internal.days_to_check('ads.campaign')")
{
	$node->psql('postgres', "SELECT $call", extra_params => [ '-U', 'other' ], stdout => \my $out, stderr => \my $err);
	unlike($err, qr/does not exist/, "another loader: there is $call");
}
is($node->safe_psql('postgres', $marks), $marked, 'another loader: no mark comes or goes');
is($node->safe_psql('postgres', $watched), $list, 'another loader: nor is anything else watched');
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.slice_ledger WHERE target = 'ads.campaign'::regclass AND differs_since IS NOT NULL"), '0', 'another loader: nor does a slice differ');
run("CALL adpipe.refresh('ads.campaign')");

# A guard over a week reads a week.
my $reader = session($node, user => 'loader');
my $reads = "SELECT pg_stat_force_next_flush(); SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables WHERE relid IN (SELECT p.part FROM adpipe_internal.partitions('ads.campaign') p)";
my $week = $node->safe_psql('postgres', "SELECT count(*) FROM ads.campaign WHERE date_day BETWEEN '2026-11-09' AND '2026-11-15'");
$node->safe_psql('postgres', 'VACUUM ANALYZE ads.campaign');
$reader->query("SELECT adpipe.require_complete('ads.campaign', '2026-11-09', '2026-11-15')");
$reader->query('SELECT pg_stat_force_next_flush()');
my $before = (split /\n/, $reader->query($reads))[-1];
$reader->query("SELECT adpipe.require_complete('ads.campaign', '2026-11-09', '2026-11-15')");
$reader->query('SELECT pg_stat_force_next_flush()');
my $read = (split /\n/, $reader->query($reads))[-1] - $before;
cmp_ok($read, '>=', $week, "a guard over a week reads its rows ($read of $week)");
cmp_ok($read, '<=', $week + 20, 'and no others');

done_testing();
