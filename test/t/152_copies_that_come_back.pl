# Tables that were local copies before DROP EXTENSION CASCADE, or that came out of a
# dump by schema, are taken as copies again: what the platform still gives is read
# again, what is older stays and is stated as adopted.  Whatever is no copy of the
# source, or not the caller's, is refused.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my ($seoul, $pacific, $auckland) = ('1234567890', '2345678901', '3456789012');
my $accounts = "$seoul,$pacific,$auckland";
my $apps = 'com.hanbit.running, id1400000002, id1400000009';
my $since = '2026-10-28';
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts });
sub flyer
{
	my (%options) = @_;
	appsflyer_server($node, $sim, role => 'loader', options => { app_id => $apps, max_retries => 0 }, %options);
	$node->safe_psql($options{dbname} // 'postgres', 'GRANT USAGE ON SCHEMA flyer TO loader; GRANT USAGE ON FOREIGN SERVER flyer TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA flyer TO loader');
	return;
}
flyer();
$sim->settings({ appsflyer_minute_calls => 1000 });

# The error of a statement of the loader.
sub refusal
{
	my ($sql, $user) = @_;
	return sql_error($node, $sql, extra_params => [ '-U', $user // 'loader' ]);
}

# What is stored of a copy, as one line.
sub stored
{
	my ($copy, $where) = @_;
	return run("SELECT count(*), sum(hashtextextended(c::text, 0)) FROM $copy c" . ($where ? " WHERE $where" : ''));
}

# How a copy differs from its source: extra rows|missing rows.
sub difference
{
	my ($copy, $source, $where) = @_;
	my $columns = run("SELECT adpipe_internal.column_list('$source')");
	my ($of_copy, $of_source) = map { "SELECT $columns FROM $_ WHERE $where" } $copy, $source;
	return run("SELECT (SELECT count(*) FROM ($of_copy EXCEPT ALL $of_source) e), (SELECT count(*) FROM ($of_source EXCEPT ALL $of_copy) m)");
}

at('2026-11-20T12:00:00Z');
run(<<"END");
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since');
SELECT adpipe.materialize('google.campaigns', 'ads.campaigns');
SELECT adpipe.materialize('flyer.in_app_events', 'ads.events', '2026-10-25');
CALL adpipe.refresh_all();
END
# A campaign whose name was another once: a history of two rows.
$sim->restate(1);
run("CALL adpipe.refresh('ads.campaigns')");
# And a day of a tracker without rows.
run("DELETE FROM ads.events WHERE account_id = 'id1400000002' AND date_day = '2026-10-28'");
my $folder = PostgreSQL::Test::Utils::tempdir();
$node->command_ok([ 'pg_dump', '-n', 'ads', '-n', 'adpipe_parts', '-f', "$folder/copies.sql", '-d', $node->connstr('postgres') ], 'dumped by schema');
my @copies = qw(campaign campaigns events);
my %before;
for my $copy (@copies)
{
	$before{$copy} = stored("ads.$copy");
}

# Two weeks later the extension goes, and comes again; numbers were restated.
at('2026-12-05T12:00:00Z');
$node->safe_psql('postgres', 'DROP EXTENSION adpipe CASCADE; CREATE EXTENSION adpipe; DROP SCHEMA google, flyer');
$node->safe_psql('postgres', "SELECT adpipe.grant_loader('loader')");
google_server($node, $sim, role => 'loader', options => { customer_id => $accounts });
flyer();
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA google TO loader; GRANT USAGE ON FOREIGN SERVER google TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA google TO loader');
$sim->restate(2);
for my $copy (@copies)
{
	is(stored("ads.$copy"), $before{$copy}, "$copy: the rows are there without the extension");
}
is(run('SELECT count(*) FROM adpipe.targets'), '0', 'the ledger knows none of them');
is(refusal("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign')")->{sqlstate}, '42P07', 'and they cannot be made anew');

# Daily, within the reach.
my $last = $sim->requests->[-1]{seq};
my ($adopted, $messages) = run("SELECT adpipe.adopt('ads.campaign', 'google.campaign_daily', lookback => 10)");
is("$adopted$messages", 'ads.campaign', 'a daily copy is adopted, quietly');
is(scalar @{ $sim->control('GET', "/_control/requests?since=$last") }, 0, 'which sends nothing');
is(stored('ads.campaign'), $before{campaign}, 'and changes no row');
is(run("SELECT target, source, lookback, enabled FROM adpipe.targets"), 'ads.campaign|google.campaign_daily|10|t', 'it is a target');
is(run("SELECT min(date_day), max(date_day), string_agg(DISTINCT state, ' ') FROM adpipe.coverage"), "$since|2026-12-04|missing", 'of which all days are to be read, since the platform gives them');
like(refusal("SELECT adpipe.require_complete('ads.campaign', '$since', '2026-11-10')")->{detail}, qr/$seoul $since \(missing\)/, 'the guard says so');
is(run("SELECT count(*), bool_and(EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t AND g.tgname = 'adpipe_touched' AND g.tgenabled = 'O')), max(p.until) FROM adpipe_internal.relation_tree('ads.campaign') t LEFT JOIN adpipe_internal.partitions('ads.campaign') p ON p.part = t"), '5|t|2027-02-01', 'it has the triggers, and the partitions to come');
is(run("SELECT count(DISTINCT account_id) FROM adpipe.changed_slices('ads.campaign', 1000000)"), '3', 'a consumer of a former life sees that all changed');
is(run("SELECT severity, problem FROM adpipe.health WHERE problem !~ 'missing|not complete'"), '', 'nothing else is wrong');
run("CALL adpipe.refresh('ads.campaign')");
is(world_difference($node, $sim, 'ads.campaign', $since, '2026-12-05', $accounts), '0|0', 'a refresh makes it equal to the world');
is(run("SELECT adpipe.require_complete('ads.campaign', '$since', '2026-12-04')"), '', 'and the guard lets it pass');
is(run("SELECT count(*) FROM adpipe.coverage WHERE state NOT IN ('provisional', 'final', 'open')"), '0', 'every day was read');
is(run('SELECT problem FROM adpipe.health'), '', 'all is well');
run("DELETE FROM ads.campaign WHERE account_id = '$seoul' AND date_day = '2026-11-05'");
is(run("SELECT state FROM adpipe.coverage WHERE account_id = '$seoul' AND date_day = '2026-11-05'"), 'changed', 'a change by hand is noticed');
run("CALL adpipe.refresh('ads.campaign')");
is(world_difference($node, $sim, 'ads.campaign', $since, '2026-12-05', $accounts), '0|0', 'and made good');

# Daily, most of it beyond the 31 days of raw events.
my $old = "date_day < '2026-11-05'";
my $kept = stored('ads.events', $old);
run("SELECT adpipe.adopt('ads.events', 'flyer.in_app_events')");
my $state = "SELECT count(*) FILTER (WHERE s.state IS DISTINCT FROM c.state), string_agg(DISTINCT c.state, ' ') FROM adpipe.coverage c LEFT JOIN adpipe.slices s USING (target, account_id, date_day) WHERE c.target = 'ads.events'::regclass AND %s (SELECT FROM ads.events e WHERE e.account_id = c.account_id AND e.date_day = c.date_day) AND c.date_day %s";
is(run(sprintf $state, 'EXISTS', "<= '2026-11-05'"), '0|adopted', 'older days with rows are adopted');
is(run(sprintf($state, 'NOT EXISTS', "<= '2026-11-05'") =~ s/count.*?, //r), 'missing', 'of days without rows nothing is known');
is(run(sprintf $state, 'EXISTS', "> '2026-11-05'"), '0|missing', 'days that the platform still gives are to be read');
is(run("SELECT count(fetched_at), count(*) > 0 FROM adpipe.slices WHERE target = 'ads.events'::regclass"), '0|t', 'nothing was read of them');
run("CALL adpipe.refresh('ads.events')");
is(stored('ads.events', $old), $kept, 'a refresh leaves the rows that the platform does not give any more');
is(difference('ads.events', 'flyer.in_app_events', "date_day BETWEEN '2026-11-06' AND '2026-12-04'"), '0|0', 'and makes the others equal to the platform');
is(run(sprintf $state, 'EXISTS', "<= '2026-11-05'"), '0|adopted', 'what is older stays adopted');
is(run("SELECT string_agg(DISTINCT state, ' ' ORDER BY state) FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND date_day > '2026-11-05'"), 'final open provisional', 'what was read is as after any refresh');
my ($app, $day) = split /\|/, run("SELECT account_id, date_day FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND state = 'adopted' ORDER BY 2 LIMIT 1");
my $gaps = run("SELECT count(*) FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND date_day BETWEEN '$day' AND '2026-12-04' AND state = 'missing'");
cmp_ok($gaps, '>', 0, 'there are days without rows');
is(refusal("SELECT adpipe.require_complete('ads.events', '$day', '2026-12-04')")->{detail} =~ s/^(\d+).*?\((\w+)\).*/$1 $2/sr, "$gaps missing", 'the guard names those of which nothing is known, and none that are adopted');
is(run("SELECT string_agg(account_id, ' ' ORDER BY account_id) FROM adpipe.health WHERE target = 'ads.events'::regclass AND problem ~ '^the days from .* left the platform''s reach before they were read'"),
	run("SELECT string_agg(DISTINCT account_id, ' ' ORDER BY account_id) FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND state = 'missing' AND date_day < '2026-11-05'"), 'health does, too, for a day');
run("CALL adpipe.refresh_all()");
is(run("SELECT count(*) FROM adpipe.slices WHERE target = 'ads.events'::regclass AND state = 'changed'"), '0', 'the daily comparison knows adopted rows');
run("DELETE FROM ads.events WHERE account_id = '$app' AND date_day = '$day'");
like(refusal("SELECT adpipe.require_complete('ads.events', '$day', '$day')")->{detail}, qr/$app $day \(changed\)/, 'adopted rows that were changed since are named');
run("CALL adpipe.refresh('ads.events')");
is(run("SELECT state FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND account_id = '$app' AND date_day = '$day'"), 'changed', 'also after the next refresh, which cannot read them');
is(run("SELECT count(*) FROM adpipe.health WHERE target = 'ads.events'::regclass AND problem ~ 'do not hold the rows that' AND action ~ '^CALL'"), '1', 'health says so, and does not say to delete');

# A list of entities: its history stays, and goes on.
run("SELECT adpipe.adopt('ads.campaigns', 'google.campaigns')");
is(stored('ads.campaigns'), $before{campaigns}, 'a list of entities is adopted as it is');
is(run("SELECT string_agg(DISTINCT state, ' '), count(date_day) FROM adpipe.slices WHERE target = 'ads.campaigns'::regclass"), 'adopted|0', 'which is stated');
is(run("SELECT count(*) FROM adpipe.health WHERE target = 'ads.campaigns'::regclass AND problem ~ 'rows'"), '0', 'and is no fault');
run("CALL adpipe.refresh('ads.campaigns')");
my $current = run("SELECT adpipe_internal.column_list('google.campaigns')");
is(run("SELECT count(*) FROM (SELECT $current FROM google.campaigns EXCEPT SELECT $current FROM (SELECT *, max(_last_seen) OVER (PARTITION BY account_id) AS newest FROM ads.campaigns) c WHERE _deleted_at IS NULL AND _last_seen = newest) d"), '0', 'after a refresh the platform\'s list is current');
cmp_ok(run('SELECT count(*) FROM ads.campaigns'), '>=', (split /\|/, $before{campaigns})[0], 'no row of the history is gone');
is(run("SELECT string_agg(DISTINCT state, ' ') FROM adpipe.slices WHERE target = 'ads.campaigns'::regclass"), 'provisional', 'and it was read');

# Out of the dump, in a database with the extension: triggers came along, one of them
# disabled; a month was lost; and an account is none of the source's any more.
$node->safe_psql('postgres', 'CREATE DATABASE other TEMPLATE template0');
$node->safe_psql('other', "CREATE EXTENSION adpipe; CREATE SCHEMA flyer");
google_server($node, $sim, dbname => 'other', role => 'loader', options => { customer_id => "$seoul,$pacific" });
$node->safe_psql('other', 'GRANT USAGE ON SCHEMA google TO loader; GRANT USAGE ON FOREIGN SERVER google TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA google TO loader');
$node->safe_psql('other', "SELECT adpipe.grant_loader('loader')");
ok(run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('other'), '-f', "$folder/copies.sql" ]), 'restored where the extension is');
my $other = session($node, user => 'loader', dbname => 'other');
my ($october, $november) = split /\n/, $other->query("SELECT part FROM adpipe_internal.partitions('ads.campaign') ORDER BY since LIMIT 2");
$other->query("DROP TABLE $october; ALTER TABLE $november DISABLE TRIGGER adpipe_touched");
$other->query("SELECT adpipe.adopt('ads.campaign', 'google.campaign_daily', '$since')");
is($other->query("SELECT string_agg(DISTINCT tgenabled::text, '') FROM pg_trigger WHERE tgname = 'adpipe_touched' AND tgrelid IN (SELECT adpipe_internal.relation_tree('ads.campaign'))"), 'O', 'disabled triggers are enabled');
$other->query("CALL adpipe.refresh('ads.campaign')");
is($other->query("SELECT count(DISTINCT account_id), min(date_day) FROM ads.campaign WHERE account_id <> '$auckland'"), "2|$since", 'the lost month is read, as far as start says');
is($other->query("SELECT count(*) FROM adpipe.coverage WHERE account_id <> '$auckland' AND state NOT IN ('provisional', 'final', 'open')"), '0', 'and complete');
like($other->query_error("SELECT adpipe.require_complete('ads.campaign', '2026-11-02', '2026-11-03')")->{hint}, qr/Account $auckland is not among those of the source any more/, 'an account that the source does not have is named');
like($other->query('SELECT account_id, problem FROM adpipe.health'), qr/^$auckland\|the account is not among those of the source/m, 'by health as well');
$other->query("SELECT adpipe.accept_end('ads.campaign', '$auckland')");
is($other->query("SELECT adpipe.require_complete('ads.campaign', '2026-11-02', '2026-11-03')"), '', 'until its end is accepted');

# whole: the owner's word that a day without rows had none.
$node->safe_psql('other', 'DROP SCHEMA flyer');
appsflyer_server($node, $sim, dbname => 'other', role => 'loader', options => { app_id => $apps });
$node->safe_psql('other', 'GRANT USAGE ON SCHEMA flyer TO loader; GRANT USAGE ON FOREIGN SERVER flyer TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA flyer TO loader');
$other->query("SELECT adpipe.adopt('ads.events', 'flyer.in_app_events', whole => true)");
my $first = $other->query("SELECT max(d) FROM (SELECT min(date_day) AS d FROM ads.events GROUP BY account_id) m");
is($other->query("SELECT string_agg(DISTINCT state, ' '), count(*) > 0 FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND date_day BETWEEN '$first' AND '2026-11-05'"), 'adopted|t', 'whole: days without rows are adopted, too');
is($other->query("SELECT adpipe.require_complete('ads.events', '$first', '2026-11-05')"), '', 'whole: and complete');
is($other->query("SELECT count(*) FROM adpipe.coverage c WHERE target = 'ads.events'::regclass AND state = 'adopted' AND date_day < (SELECT min(date_day) FROM ads.events e WHERE e.account_id = c.account_id)"), '0', 'whole: but not before an account\'s first row');
undef $other;

# A copy that ended long ago, in the middle of a day.
at('2027-03-01T12:00:00Z');
$node->safe_psql('postgres', "SET ROLE loader; CREATE TABLE ads.stopped (LIKE ads.events) PARTITION BY RANGE (date_day); CREATE TABLE ads.stopped_11 PARTITION OF ads.stopped FOR VALUES FROM ('2026-11-01') TO ('2026-12-01'); INSERT INTO ads.stopped (account_id, date_day, _fetched_at) SELECT 'id1400000002', d, '2026-11-20 03:00+00' FROM generate_series(date '2026-11-17', date '2026-11-20', '1 day') d");
run("SELECT adpipe.adopt('ads.stopped', 'flyer.in_app_events', whole => true)");
is(run("SELECT string_agg(to_char(date_day, 'MMDD') || ' ' || state, ', ' ORDER BY date_day) FROM adpipe.coverage WHERE target = 'ads.stopped'::regclass AND date_day BETWEEN '2026-11-16' AND '2026-11-22'"), '1117 adopted, 1118 adopted, 1119 adopted, 1120 open, 1121 missing, 1122 missing', 'a day that was not over when the newest rows were stored is open, later ones are missing');
run('DROP TABLE ads.stopped');
# Without any row it is as a new one.
run("CREATE TABLE ads.stopped (LIKE ads.events) PARTITION BY RANGE (date_day); SELECT adpipe.adopt('ads.stopped', 'flyer.in_app_events')");
is(run("SELECT start_day FROM adpipe_internal.target_of('ads.stopped')"), '', 'nobody but the owner\'s refresh sees the ledger');
is($node->safe_psql('postgres', "SELECT start_day FROM adpipe.target_ledger WHERE target = 'ads.stopped'::regclass"), '2027-02-01', 'a table without rows starts as a new copy does');
run('DROP TABLE ads.stopped');

# What is refused.
$node->safe_psql('postgres', 'CREATE ROLE enemy LOGIN; GRANT enemy TO loader');
$node->safe_psql('postgres', "REVOKE enemy FROM loader; SELECT adpipe.grant_loader('enemy'); GRANT USAGE ON SCHEMA google, ads TO enemy");
my $copy = "CREATE TABLE ads.c (LIKE ads.campaign) PARTITION BY RANGE (date_day); CREATE TABLE ads.c_11 PARTITION OF ads.c FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')";
my $list = 'CREATE TABLE ads.c (LIKE ads.campaigns)';
my $adopt = "SELECT adpipe.adopt('ads.c', 'google.campaign_daily')";
my $row = "INSERT INTO ads.c (account_id, date_day, currency, _fetched_at) VALUES";
for my $case (
	[ 'another role\'s table', $copy, $adopt, '42501', qr/^must be owner of table ads\.c$/, qr/role "loader"/, 'enemy' ],
	[ 'a partition of another role', "$copy; RESET ROLE; ALTER TABLE ads.c_11 OWNER TO enemy", $adopt, '42501', qr/^partition "ads\.c_11" belongs to another role/, qr/role "enemy"/ ],
	[ 'code of another role', "$copy; CREATE FUNCTION ads.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER g BEFORE INSERT ON ads.c_11 FOR EACH ROW EXECUTE FUNCTION ads.f()", $adopt, '42501', qr/^table "ads\.c" would run code of another role$/, qr/trigger "g" of ads\.c_11/, 'postgres' ],
	[ 'a rule of another role', "$copy; CREATE RULE r AS ON INSERT TO ads.c DO INSTEAD NOTHING", $adopt, '42501', qr/^table "ads\.c" would run code/, qr/rule "r"/, 'postgres' ],
	[ 'a default of another role', "$copy; ALTER TABLE ads.c ALTER clicks SET DEFAULT 1", $adopt, '42501', qr/^table "ads\.c" would run code/, qr/default of column "clicks"/, 'postgres' ],
	[ 'row-level security that holds', "$copy; ALTER TABLE ads.c ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", $adopt, '0A000', qr/^row-level security of table "ads\.c" holds for role "loader"$/, qr/hides/ ],
	[ 'a target', 'SELECT 1', "SELECT adpipe.adopt('ads.campaign', 'google.campaign_daily')", '42710', qr/^table "ads\.campaign" is a target already$/, qr/ledger/ ],
	[ 'a source that the owner may not read', "$copy; RESET ROLE; REVOKE SELECT ON google.campaign_daily FROM loader", $adopt, '42501', qr/^permission denied for foreign table google\.campaign_daily$/, qr/Role "loader", which owns table "ads\.c"/ ],
	[ 'a view', 'CREATE VIEW ads.c AS SELECT * FROM ads.campaign', $adopt, '42809', qr/^"ads\.c" is not a table$/, qr/writes/ ],
	[ 'a materialized view', 'CREATE MATERIALIZED VIEW ads.c AS SELECT * FROM ads.campaign', $adopt, '42809', qr/^"ads\.c" is not a table$/, qr/writes/ ],
	[ 'a foreign table', 'RESET ROLE; CREATE FOREIGN TABLE ads.c (account_id text) SERVER google; ALTER FOREIGN TABLE ads.c OWNER TO loader', $adopt, '42809', qr/^"ads\.c" is not a table$/, qr/writes/ ],
	[ 'a source that is no foreign table', $copy, "SELECT adpipe.adopt('ads.c', 'ads.campaign')", '42809', qr/^"ads\.campaign" is no foreign table of adpipe$/, undef ],
	[ 'a list for days', $list, $adopt, '42809', qr/^table "ads\.c" does not have the shape of a copy of "google\.campaign_daily"$/, qr/not partitioned by ranges of "date_day"/ ],
	[ 'days for a list', $copy, "SELECT adpipe.adopt('ads.c', 'google.campaigns')", '42809', qr/shape of a copy of "google\.campaigns"$/, qr/It is partitioned, and the source has no days/ ],
	[ 'a list with heirs', "$list; CREATE TABLE ads.heir () INHERITS (ads.c)", "SELECT adpipe.adopt('ads.c', 'google.campaigns')", '42809', qr/shape/, qr/by inheritance/ ],
	[ 'partitions by account', 'CREATE TABLE ads.c (LIKE ads.campaign) PARTITION BY RANGE (account_id, date_day)', $adopt, '42809', qr/shape/, qr/not partitioned by ranges of "date_day"/ ],
	[ 'partitions by hash', 'CREATE TABLE ads.c (LIKE ads.campaign) PARTITION BY HASH (date_day)', $adopt, '42809', qr/shape/, qr/not partitioned by ranges/ ],
	[ 'half a month', "$copy; CREATE TABLE ads.c_12 PARTITION OF ads.c FOR VALUES FROM ('2026-12-01') TO ('2026-12-16')", $adopt, '42809', qr/shape/, qr/^Partition ads\.c_12 does not hold whole months/ ],
	[ 'a default partition', "$copy; CREATE TABLE ads.c_rest PARTITION OF ads.c DEFAULT", $adopt, '42809', qr/shape/, qr/^Partition ads\.c_rest/ ],
	[ 'an open end', "$copy; CREATE TABLE ads.c_rest PARTITION OF ads.c FOR VALUES FROM ('2026-12-01') TO (MAXVALUE)", $adopt, '42809', qr/shape/, qr/^Partition ads\.c_rest/ ],
	[ 'partitions of partitions', "$copy; CREATE TABLE ads.c_12 PARTITION OF ads.c FOR VALUES FROM ('2026-12-01') TO ('2027-01-01') PARTITION BY HASH (account_id)", $adopt, '42809', qr/shape/, qr/^Partition ads\.c_12/ ],
	[ 'years that no platform has', "$copy; CREATE TABLE ads.c_1 PARTITION OF ads.c FOR VALUES FROM ('1999-12-01') TO ('2000-01-01')", $adopt, '42809', qr/shape/, qr/years 2000 to 2999/ ],
	[ 'an unlogged table', 'CREATE UNLOGGED TABLE ads.c (LIKE ads.campaigns)', "SELECT adpipe.adopt('ads.c', 'google.campaigns')", '42809', qr/shape/, qr/unlogged/ ],
	[ 'other columns', "$copy; ALTER TABLE ads.c DROP clicks, ADD note text, ALTER spend TYPE real, DROP _fetched_at", $adopt, '42P16', qr/^columns of table "ads\.c" are not those of a copy of "google\.campaign_daily"$/,
		qr/^Column "clicks" of type bigint is missing; column "spend" is of type real in place of numeric; column "note" is not in the source; column "_fetched_at" of type timestamp with time zone is missing\.$/ ],
	[ 'a column of a list', "$list; ALTER TABLE ads.c DROP _deleted_at", "SELECT adpipe.adopt('ads.c', 'google.campaigns')", '42P16', qr/columns of table/, qr/^Column "_deleted_at" of type timestamp with time zone is missing\.$/ ],
	[ 'a generated column', "$copy; ALTER TABLE ads.c DROP clicks, ADD clicks bigint GENERATED ALWAYS AS (1) STORED", $adopt, '42P16', qr/columns of table/, qr/^Column "clicks" is generated\.$/ ],
	[ 'a start that would drop rows', "$copy; $row ('$seoul', '2026-11-05', 'KRW', now())", "SELECT adpipe.adopt('ads.c', 'google.campaign_daily', '2026-11-06')", '22008', qr/cannot start on 2026-11-06$/, qr/holds rows from 2026-11-05 on/ ],
	[ 'a start that nobody can read', $copy, "SELECT adpipe.adopt('ads.c', 'google.campaign_daily', '2020-01-01')", '22008', qr/^a copy of "google\.campaign_daily" cannot start on 2020-01-01$/, qr/trusted from/ ],
	[ 'a start of a list', $list, "SELECT adpipe.adopt('ads.c', 'google.campaigns', '2026-01-01')", '22023', qr/has no days/, undef ],
	[ 'an impossible lookback', $copy, "SELECT adpipe.adopt('ads.c', 'google.campaign_daily', lookback => -1)", '22023', qr/lookback/, undef ],
	[ 'two currencies', "$copy; $row ('$seoul', '2026-11-05', 'KRW', now()), ('$seoul', '2026-11-06', 'USD', now())", $adopt, '22023', qr/^table "ads\.c" holds account $seoul in 2 currencies$/, qr/one currency/ ],
	[ 'no account', "$copy; ALTER TABLE ads.c ALTER account_id DROP NOT NULL; $row (NULL, '2026-11-05', 'KRW', now())", $adopt, '23502', qr/^table "ads\.c" holds rows without an account$/, qr/account by account/ ])
{
	my ($what, $make, $sql, $sqlstate, $message, $detail, $user) = @$case;
	$node->safe_psql('postgres', "SET ROLE loader; $make");
	my $error = refusal($sql, $user);
	is($error->{sqlstate}, $sqlstate, "$what: refused");
	like($error->{message}, $message, "$what: with a message");
	like($error->{detail}, $detail, "$what: and a detail") if $detail;
	ok($error->{hint}, "$what: and a hint") if $detail;
	is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.target_ledger WHERE target = to_regclass('ads.c')"), '0', "$what: nothing is entered");
	$node->safe_psql('postgres', "DROP OWNED BY enemy; GRANT SELECT ON google.campaign_daily TO loader; GRANT USAGE ON SCHEMA google, ads TO enemy; SELECT adpipe.grant_loader('enemy')");
	$node->safe_psql('postgres', "DO \$\$ BEGIN EXECUTE (SELECT format('DROP %s ads.c CASCADE', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END) FROM pg_class WHERE oid = 'ads.c'::regclass); END \$\$; DROP FUNCTION IF EXISTS ads.f()") if $what ne 'a target';
}

# The owner's own code is the owner's business, as in a refresh; a superuser may
# adopt what runs none.
$node->safe_psql('postgres', "SET ROLE loader; $copy; ALTER TABLE ads.c ALTER clicks SET DEFAULT 1");
is(run($adopt), 'ads.c', 'a default of the owner\'s own is no hindrance');
run('DROP TABLE ads.c');
$node->safe_psql('postgres', "SET ROLE loader; $copy");
is($node->safe_psql('postgres', "SET adpipe.debug_now = '2027-03-01T12:00:00Z'; $adopt"), 'ads.c', 'a superuser adopts a plain table of another role');
is($node->safe_psql('postgres', "SELECT string_agg(DISTINCT c.relowner::regrole::text, ' ') FROM adpipe_internal.relation_tree('ads.c') t JOIN pg_class c ON c.oid = t"), 'loader', 'whose it stays');

done_testing();
