# Reports that their owners keep themselves, among roles that do not trust each other:
# whose they are, whose code runs for whom, who sees which accounts, and what a dump
# keeps.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster(conf => "adpipe.debug_now = '2026-11-20T12:00:00Z'\ntimezone = 'Asia/Seoul'");
$node->safe_psql('postgres', <<'END');
CREATE ROLE keeper LOGIN;
CREATE ROLE attacker LOGIN;
CREATE ROLE deputy LOGIN IN ROLE keeper;
CREATE ROLE reader LOGIN;
SELECT adpipe.grant_loader('keeper'), adpipe.grant_loader('attacker'), adpipe.grant_loader('deputy');
CREATE SCHEMA own AUTHORIZATION keeper;
CREATE SCHEMA evil AUTHORIZATION attacker;
END
my $admin = session($node);
my ($keeper, $attacker, $deputy, $reader) = map { session($node, user => $_) } qw(keeper attacker deputy reader);
my $columns = 'account_id text, account_name text, date_day date, currency text, campaign_id text, campaign_name text, impressions bigint, clicks bigint, spend numeric, conversions numeric, conversions_value numeric';
my $rows = "SELECT a, a, d::date, 'KRW', '1', 'c', 10, 1, 5, 1, 1 FROM generate_series('2026-11-14'::timestamp, '2026-11-19', '1 day') d, unnest('{one,two}'::text[]) a";
perform($keeper, 'GRANT USAGE ON SCHEMA own TO PUBLIC', "CREATE TABLE own.bus ($columns)", "INSERT INTO own.bus $rows", "SELECT adpipe.register_report('own.bus', 'bus_ads')");

# Whose it is.
my $days = "SELECT count(*) FROM adpipe.coverage WHERE target = 'own.bus'::regclass AND state = 'adopted'";
is(answer($keeper, $days), '12', 'coverage, for the owner');
is(answer($_, "$days"), '0', 'and for nobody without a right on it') for $attacker, $reader;
is(answer($attacker, 'SELECT count(*) FROM adpipe.own_reports'), '0', 'nor its name');
for my $statement ("adpipe.register_report('own.bus', 'theirs')", "adpipe.unregister_report('own.bus')", "adpipe.accept_end('own.bus', 'one')")
{
	is(problem($reader, "SELECT $statement")->{sqlstate}, '42501', "$statement: not without grant_loader()");
	perform($keeper, 'GRANT SELECT ON own.bus TO attacker');
	is(problem($attacker, "SELECT $statement")->{sqlstate}, '42501', 'nor by a loader that does not own it');
	perform($keeper, 'REVOKE SELECT ON own.bus FROM attacker');
}
like(problem($deputy, "SELECT adpipe.register_report('own.bus', 'bus_ads')")->{hint}, qr/^SET ROLE keeper;/, 'a member of the owner is asked to become it');
is(problem($attacker, "SELECT adpipe_internal.record_own_report('own.bus', 'theirs', 'UTC')")->{sqlstate}, '42501', 'the ledger is not written by others');
is(problem($attacker, "SELECT adpipe_internal.record_own_ends('own.bus', '{}')")->{sqlstate}, '42501', 'nor its ends');
is(problem($attacker, "SELECT adpipe_internal.forget_own_report('own.bus')")->{sqlstate}, '42501', 'nor emptied');
is(answer($keeper, 'SELECT report, platform, time_zone FROM adpipe.own_reports'), 'own.bus|bus_ads|Asia/Seoul', 'it is as it was');

# Whose code runs for whom: a view whose function notes who it runs as.
perform($attacker, 'CREATE TABLE evil.loot (who text)', 'GRANT USAGE ON SCHEMA evil TO PUBLIC', 'GRANT ALL ON evil.loot TO PUBLIC',
	q{CREATE FUNCTION evil.spy() RETURNS text LANGUAGE plpgsql AS $$ BEGIN IF current_user <> 'attacker' THEN INSERT INTO evil.loot VALUES (current_user); END IF; RETURN 'KRW'; END $$},
	"CREATE TABLE evil.rows ($columns)", "INSERT INTO evil.rows $rows",
	'CREATE VIEW evil.trap AS SELECT account_id, account_name, date_day, evil.spy() AS currency, campaign_id, campaign_name, impressions, clicks, spend, conversions, conversions_value FROM evil.rows',
	'GRANT SELECT ON evil.trap TO PUBLIC', "SELECT adpipe.register_report('evil.trap', 'bus_ads')");
for my $victim ([ superuser => $admin ], [ keeper => $keeper ], [ reader => $reader ])
{
	my ($name, $session) = @$victim;
	is(answer($session, "SELECT count(*) FROM adpipe.coverage WHERE target = 'evil.trap'::regclass"), '12', "$name: coverage");
	isnt(answer($session, 'SELECT count(*) FROM adpipe.kept_accounts'), '0', "$name: accounts");
	unlike(answer($session, "SELECT count(*) FROM adpipe.discrepancies('2026-11-14', '2026-11-19')"), qr/error/, "$name: discrepancy");
	unlike(answer($session, 'SELECT count(*) FROM adpipe.health'), qr/error/, "$name: health");
	my $error = problem($session, "SELECT * FROM adpipe.daily_report('evil.trap')");
	is($error->{sqlstate}, '42501', "$name: no morning table of another's view");
	like($error->{hint}, qr/its owner call/, 'with the way out');
}
perform($admin, 'CREATE SCHEMA admin_bi', "SELECT adpipe.create_report_views('admin_bi')");
perform($keeper, "SELECT adpipe.create_report_views('own')");
is(answer($keeper, "SELECT string_agg(DISTINCT source_relation, ' ') FROM own.campaign_report"), 'own.bus', "report views: of one's own reports only, though another has the platform");
is(answer($admin, 'SELECT count(*) FROM admin_bi.campaign_report'), '0', 'and none for a superuser');
is(problem($admin, "SELECT adpipe.register_report('evil.trap', 'x')")->{sqlstate}, '42501', 'registered by its owner only, not by a superuser');
is(answer($admin, 'SELECT string_agg(DISTINCT who, chr(32)) FROM evil.loot'), '', 'nothing of it ran as anybody but its owner');
is(answer($attacker, "SELECT count(*) FROM adpipe.daily_report('evil.trap')"), '2', 'its owner has the morning table');
perform($admin, 'SELECT count(currency) FROM evil.trap');
is(answer($admin, 'SELECT DISTINCT who FROM evil.loot'), 'postgres', 'who reads it by hand runs it');

# An owner whose report breaks breaks no other's coverage.
perform($attacker, q{CREATE OR REPLACE FUNCTION evil.spy() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$});
is(answer($admin, "SELECT account_id, state FROM adpipe.coverage WHERE target = 'evil.trap'::regclass"), '|failed', 'a report that raises an error is failed');
is(answer($admin, $days), '12', 'and the others are as they were');
unlike(answer($admin, "SELECT count(*) FROM adpipe.discrepancies('2026-11-14', '2026-11-19')"), qr/error/, 'discrepancy, too');
perform($attacker, 'DROP VIEW evil.trap');
is(answer($admin, "SELECT count(*) FROM adpipe.own_reports WHERE platform = 'bus_ads'"), '1', 'a view that is dropped is forgotten');

# Readers by account: as of a copy.
perform($admin, "SELECT adpipe.setup_roles('own', 'keeper', 'keeper', execute => true)", 'GRANT adpipe_analyst TO reader');
perform($keeper, "INSERT INTO adpipe.account_grants VALUES ('reader', 'bus_ads', 'two')");
is(answer($reader, 'SELECT account_id, count(*) FROM own.campaign_report GROUP BY 1'), 'two|6', 'a reader has the rows of the accounts that it was granted');
is(answer($reader, "SELECT account_id, count(*) FROM adpipe.coverage WHERE target = 'own.bus'::regclass GROUP BY 1"), 'two|6', 'in coverage as well');
is(answer($reader, "SELECT r ->> 'account_id' FROM jsonb_array_elements(adpipe_internal.own_sums('own.bus')) r GROUP BY 1"), 'two', 'and by whatever function');
is(answer($reader, "SELECT DISTINCT account_id FROM adpipe.daily_report('own.bus')"), 'two', 'and in the morning table');
is(answer($reader, "SELECT count(*) FROM adpipe.discrepancies('2026-11-14', '2026-11-19')"), '0', 'no sum of a part of the platform');
perform($keeper, q{DELETE FROM own.bus WHERE date_day = '2026-11-16' AND account_id = 'two' OR date_day = '2026-11-17' AND account_id = 'one'});
my $problems = "SELECT string_agg(account_id || ' ' || problem, ', ' ORDER BY account_id) FROM adpipe.health WHERE target = 'own.bus'::regclass";
like(answer($keeper, $problems), qr/^one .*2026-11-17.* have no rows, two .*2026-11-16.* have no rows$/, 'health, for the owner');
like(answer($reader, $problems), qr/^two [^,]*$/, 'and of the accounts that a reader has');
is(answer($reader, "SELECT adpipe.require_complete('own.bus', '2026-11-17', '2026-11-19')"), '', 'which are complete');
like(problem($reader, "SELECT adpipe.require_complete('own.bus', '2026-11-16', '2026-11-19')")->{detail}, qr{^1 account-days [^,]*two 2026-11-16}, 'or not');
is(problem($attacker, "SELECT adpipe.require_complete('own.bus', '2026-11-16', '2026-11-19')")->{sqlstate}, '42704', 'for nobody else it is a report');
perform($keeper, q{INSERT INTO own.bus SELECT x, x, d, 'KRW', '1', 'c', 10, 1, 5, 1, 1 FROM (VALUES ('two', date '2026-11-16'), ('one', '2026-11-17')) v (x, d)});
is(answer($keeper, $problems), '', 'and all is well again');
is(answer($keeper, "SELECT count(*) FROM adpipe.compared_targets WHERE platform = 'bus_ads'"), '2', 'which is whole for the owner');
perform($keeper, 'CREATE POLICY more ON own.bus FOR SELECT USING (true)');
is(answer($reader, "SELECT count(*) FROM adpipe_internal.own_days('own.bus')"), '0', 'with a policy of another kind: nothing');
perform($keeper, 'DROP POLICY more ON own.bus');

# A view that reads as its reader does: the owner sees its days, and nobody else.
perform($keeper, "CREATE VIEW own.seen WITH (security_invoker = true) AS SELECT * FROM own.bus", 'GRANT SELECT ON own.seen TO adpipe_analyst', "SELECT adpipe.register_report('own.seen', 'bus_seen')");
is(answer($keeper, "SELECT count(*) FROM adpipe.coverage WHERE target = 'own.seen'::regclass"), '12', 'security_invoker: coverage for the owner');
is(answer($reader, "SELECT count(*) FROM adpipe.coverage WHERE target = 'own.seen'::regclass"), '0', 'and not for whom it hides rows');
perform($keeper, "SELECT adpipe.create_report_views('own')", 'CREATE MATERIALIZED VIEW own.kept AS SELECT * FROM own.bus', "SELECT adpipe.register_report('own.kept', 'bus_kept')");
is(answer($reader, "SELECT platform, account_id, count(*) FROM own.campaign_report GROUP BY 1, 2 ORDER BY 1"), "bus_ads|two|6\nbus_seen|two|6", 'in report views it has the rows of its reader');
perform($keeper, 'ALTER TABLE own.bus FORCE ROW LEVEL SECURITY');
like(problem($keeper, "SELECT adpipe.register_report('own.bus', 'bus_ads')")->{message}, qr/row-level security/, 'policies that hold for the owner are refused');
perform($keeper, 'ALTER TABLE own.bus NO FORCE ROW LEVEL SECURITY');

# An account that has ended, for everybody who sees it.
perform($keeper, q{DELETE FROM own.bus WHERE date_day > '2026-11-17' AND account_id = 'two'}, 'REFRESH MATERIALIZED VIEW own.kept');
like(answer($reader, $problems), qr/^two no rows since 2026-11-18$/, 'an account without rows is a problem');
is(problem($attacker, "SELECT adpipe.accept_end('own.bus', 'two')")->{sqlstate}, '42704', 'which others cannot end');
is(answer($keeper, "SELECT adpipe.accept_end('own.bus', 'two')"), '1', 'until its owner says that it has ended');
is(answer($_, $problems), '', 'for everybody') for $keeper, $reader;
is(answer($reader, 'SELECT account_id, ended_day FROM adpipe.kept_accounts'), 'two|2026-11-17', 'who sees the end of the accounts that it has');

# Dump and restore.
my $dump = PostgreSQL::Test::Utils::tempdir() . '/own.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE again TEMPLATE template0');
ok(run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('again'), '-f', $dump ]), 'restored');
my $state = "SELECT (SELECT string_agg(ended_day::text, ' ') FROM adpipe.kept_accounts), (SELECT string_agg(o::text, ' ' ORDER BY o::text) FROM adpipe.own_reports o), (SELECT count(*) FROM adpipe.coverage WHERE state = 'adopted'), (SELECT count(*) FROM own.campaign_report)";
is(answer(session($node, user => 'keeper', dbname => 'again'), $state), answer($keeper, $state), 'reports, coverage and views are as before');
like(answer($keeper, $state), qr/own\.kept.*\|30\|20$/, 'all of them');

done_testing();
