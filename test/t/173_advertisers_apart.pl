# setup_roles(): readers of copies, and of views over them, see the accounts that
# are granted to them and nothing else, by whatever SQL; no reader sends a request
# or sees a secret; the refresh goes on.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($mine, $theirs) = ('2345678901', '3456789012');
my $sim = simulator();
$sim->clock($now);
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nadpipe.allowed_endpoints = '" . $sim->http . "'");
my $admin = session($node);

sub list { return join ' ', split /\n/, answer(@_); }

# Printed, and run.
my $printed = answer($admin, "SELECT adpipe.setup_roles('ads')");
like($printed, qr/^CREATE ROLE adpipe_loader LOGIN;\nCREATE ROLE adpipe_owner NOLOGIN;.*^CREATE SCHEMA ads AUTHORIZATION adpipe_owner;\n/ms, 'the statements are printed');
is(answer($admin, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^adpipe_'"), '0', 'and not run');
is(answer($admin, "SELECT adpipe.setup_roles('ads', execute => true)"), $printed, 'execute runs what is printed');
is(answer($admin, "SELECT adpipe.setup_roles('ads')"), '', 'after which nothing is left to run');
is(list($admin, "SELECT rolname || CASE WHEN rolcanlogin THEN '+' ELSE '-' END || CASE WHEN rolbypassrls THEN '!' ELSE '' END FROM pg_roles WHERE rolname ~ '^adpipe_' ORDER BY 1"),
	'adpipe_analyst- adpipe_bi+ adpipe_dbt+! adpipe_loader+ adpipe_owner-', 'the roles');

# The loader makes everything as the owner, and refreshes as itself.
my $loader = session($node, user => 'adpipe_loader');
my $endpoint = $sim->http;
perform($loader, 'SET ROLE adpipe_owner', 'CREATE SCHEMA google',
	"CREATE SERVER google FOREIGN DATA WRAPPER google_ads OPTIONS (endpoint '$endpoint', token_endpoint '$endpoint/token', customer_id '$mine,$theirs', login_customer_id '9876543210')",
	"CREATE USER MAPPING FOR adpipe_loader SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh')",
	'IMPORT FOREIGN SCHEMA reports LIMIT TO (account_daily, campaign_daily, campaigns, budgets) FROM SERVER google INTO google',
	"SELECT adpipe.materialize('google.account_daily', 'ads.account', '2026-11-10')",
	"SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')",
	"SELECT adpipe.materialize('google.campaigns', 'ads.campaigns')", "SELECT adpipe.materialize('google.budgets', 'ads.budgets')",
	"SELECT adpipe.live_view('ads.campaign')", "SELECT adpipe.current_view('ads.campaign')",
	'CREATE VIEW ads.report WITH (security_invoker = true) AS SELECT account_id, date_day, sum(spend) AS spend FROM ads.campaign GROUP BY 1, 2',
	'RESET ROLE', 'CALL adpipe.refresh_all()');
is(list($admin, 'SELECT DISTINCT account_id FROM ads.campaign ORDER BY 1'), "$mine $theirs", 'a member of the owner refreshes');
$node->safe_psql('postgres', 'CREATE ROLE team IN ROLE adpipe_analyst; CREATE ROLE hanbit LOGIN IN ROLE team; CREATE ROLE stranger LOGIN');
my %as = map { $_ => session($node, user => $_) } qw(hanbit adpipe_bi adpipe_dbt stranger);
is(problem($as{$_}, 'SELECT * FROM ads.campaign')->{sqlstate}, '42501', "$_: nothing is granted before the copies are guarded") for keys %as;
$printed = answer($admin, "SELECT adpipe.setup_roles('ads')");
perform($admin, split /\n/, $printed);
is(answer($admin, "SELECT adpipe.setup_roles('ads')"), '', 'the printed statements do it as well');
like($admin->messages, qr/NOTICE: .*schema "ads" has relations that are granted to nobody\s+DETAIL: .*: ads\.campaign_live\.$/m, 'views with the rights of their owner are left out, by name');
answer($loader, "INSERT INTO adpipe.account_grants VALUES ('team', 'google_ads', '$mine', 'adpipe_owner')");

# What readers see of numbers and of the ledger.
my $seen = 'SELECT DISTINCT account_id FROM %s ORDER BY 1';
my @relations = qw(ads.account ads.campaign ads.campaigns ads.budgets ads.campaign_current ads.report);
my @reports = ("adpipe.daily_report('ads.campaign')", "adpipe.changed_slices('ads.campaign')");
my @ledger = map { "adpipe.$_" } qw(slices coverage freshness control_totals kept_accounts);
for my $relation (@relations, @reports, @ledger)
{
	is(list($as{hanbit}, sprintf $seen, $relation), $mine, "$relation: an analyst sees what its role is granted");
	is(list($as{adpipe_dbt}, sprintf $seen, $relation), "$mine $theirs", "$relation: dbt sees all");
	is(list($as{adpipe_bi}, sprintf $seen, $relation) =~ s/^error: .*//r, '', "$relation: without a grant nothing");
}
$node->safe_psql('postgres', "UPDATE adpipe.account_ledger SET failing_since = now(), error = 'broken'; "
	. "INSERT INTO adpipe.settings_change_ledger (target, account_id, setting, seen_at) SELECT 'ads.campaign', a, 'time_zone', now() FROM unnest('{$mine,$theirs}'::text[]) a");
is(list($as{hanbit}, 'SELECT DISTINCT account_id FROM adpipe.health_details'), $mine, 'health: what is wrong with its own accounts');
for my $view (split /\n/, answer($admin, "SELECT DISTINCT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id' WHERE c.relkind = 'v' AND c.relnamespace = 'adpipe'::regnamespace AND has_table_privilege('hanbit', c.oid, 'SELECT')"))
{
	is(answer($as{hanbit}, "SELECT count(*) FROM $view v WHERE v::text ~ '$theirs'"), '0', "$view: no row has another's account");
}
$node->safe_psql('postgres', 'UPDATE adpipe.account_ledger SET failing_since = NULL');
is(answer($as{hanbit}, "SELECT count(*) > 0 FROM adpipe.daily_report_markdown('ads.campaign') t WHERE t !~ '$theirs'"), 't', 'the morning table has its own accounts');
is(answer($as{hanbit}, 'SELECT count(*) FROM adpipe.runs'), '0', 'runs: nothing of a copy as a whole');
is(answer($as{hanbit}, 'SELECT count(*) FROM adpipe.discrepancy'), '0', 'discrepancy: no advertiser of whom the reader sees a part');
is(answer($as{hanbit}, "SELECT adpipe.require_complete('ads.campaign', '2026-11-11', '2026-11-18')"), '', 'require_complete: of its own accounts');
is(problem($as{hanbit}, "SELECT adpipe.stored_until('ads.campaign')")->{sqlstate}, '0A000', 'stored_until: not of a part');
is(answer($as{adpipe_dbt}, "SELECT adpipe.require_complete('ads.campaign', '2026-11-11', '2026-11-18')"), '', 'require_complete: of all, for dbt');
is(problem($loader, "SET ROLE adpipe_owner; SELECT adpipe.live_view('ads.account')")->{sqlstate}, '0A000', 'no live view of a guarded copy');
perform($loader, 'RESET ROLE');
answer($loader, "INSERT INTO adpipe.account_grants VALUES ('adpipe_bi', 'google_ads', '$theirs', 'adpipe_owner'), ('adpipe_bi', 'meta_ads', '$mine', 'adpipe_owner')");
is(list($as{adpipe_bi}, sprintf $seen, $_), $theirs, "$_: a grant works at once, for its platform") for @relations, @ledger;

# Tricks.  A function of the reader says whether it sees another's row.
$node->safe_psql('postgres', 'ANALYZE ads.campaign, ads.campaigns');
perform($as{hanbit}, qq{CREATE FUNCTION pg_temp.peek(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS \$\$ BEGIN IF \$1 LIKE '%$theirs%' THEN RAISE EXCEPTION 'peeked'; END IF; RETURN true; END \$\$},
	'CREATE OPERATOR pg_temp.!! (RIGHTARG = text, FUNCTION = pg_temp.peek)');
for my $relation (@relations)
{
	is(problem($as{hanbit}, "SELECT count(*) FROM $relation r WHERE $_ AND 1 = 1")->{message}, '', "$relation: a condition sees nothing: $_")
	  for 'pg_temp.peek(account_id)', 'pg_temp.peek(r::text)', 'OPERATOR(pg_temp.!!) account_id', 'CASE WHEN pg_temp.peek(account_id) THEN true END';
	is(problem($as{hanbit}, "SELECT count(*) FROM (SELECT * FROM $relation OFFSET 0) r JOIN $relation o USING (account_id) WHERE pg_temp.peek(o.account_id)")->{message}, '', "$relation: nor does one of a join");
	unlike(answer($as{hanbit}, "EXPLAIN (ANALYZE, VERBOSE, COSTS off, TIMING off) SELECT * FROM $relation WHERE account_id > ''"), qr/$theirs/, "$relation: EXPLAIN names no other account");
}
is(problem($as{hanbit}, "SET row_security = off; SELECT * FROM ads.campaign")->{sqlstate}, '42501', 'row_security = off is an error');
perform($as{hanbit}, 'RESET row_security');
is(answer($as{hanbit}, "SELECT count(*) FROM pg_stats WHERE schemaname IN ('ads', 'adpipe_parts')"), '0', 'no statistics of columns');
is(problem($as{hanbit}, 'SELECT * FROM pg_statistic')->{sqlstate}, '42501', 'nor their table');
my @partitions = split /\n/, answer($admin, "SELECT i.inhrelid::regclass FROM pg_inherits i JOIN adpipe.targets t ON t.target = i.inhparent");
cmp_ok(scalar @partitions, '>=', 4, 'there are partitions');
for my $role (qw(hanbit adpipe_bi adpipe_dbt stranger))
{
	is(join(' ', grep { problem($as{$role}, "SELECT * FROM $_")->{sqlstate} ne '42501' } @partitions), '', "$role: no partition by its name");
	is(list($as{$role}, "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'adpipe') ORDER BY 1"),
		$role eq 'stranger' ? '' : 'account budgets campaign campaign_current campaigns report', "$role: lists copies and granted views only");
	is(answer($as{$role}, 'SELECT count(*) FROM pg_user_mappings WHERE umoptions IS NOT NULL'), '0', "$role: no options of user mappings");
	is(answer($as{$role}, "SELECT count(*) FROM information_schema.user_mapping_options WHERE option_value IS NOT NULL"), '0', "$role: nor by information_schema");
	is(problem($as{$role}, 'SELECT * FROM pg_user_mapping')->{sqlstate}, '42501', "$role: nor from their table");
	is(answer($as{$role}, "SELECT count(*) FROM adpipe.$_"), '0', "$role: no row of adpipe.$_") for qw(requests quota);
	unlike(answer($as{$role}, "SELECT string_agg(s::text, '') FROM pg_foreign_server s"), qr/secret|refresh/, "$role: no secret in a server");
}

# Nobody but owner and loader sends a request, changes a copy, or grants.
my $sent = @{ $sim->requests };
for my $role (qw(hanbit adpipe_bi adpipe_dbt stranger))
{
	for my $sql ('SELECT * FROM google.campaign_daily WHERE date_day = current_date', "SELECT * FROM ads.campaign_live WHERE date_day > '2026-11-01'",
		"CALL adpipe.refresh('ads.campaign')", 'CALL adpipe.refresh_all()', "SELECT adpipe.materialize('google.campaign_daily', 'pg_temp.x')",
		(map { "SELECT * FROM adpipe.$_('google.campaign_daily')" } qw(table_accounts table_settings table_access)),
		'SELECT * FROM adpipe.check()', "SELECT adpipe.forget('google')", "SELECT adpipe.reset_breaker('google')", "SELECT adpipe.adopt('ads.campaign', 'google.campaign_daily')", "SELECT adpipe.live_view('ads.campaign')",
		"SELECT adpipe.setup('google', 'ads')", "SELECT adpipe.setup_roles('ads', execute => true)", 'SELECT adpipe.schedule()', "SELECT adpipe.alter_target('ads.campaign', enabled => false)",
		"SELECT adpipe.accept_end('ads.campaign')", 'CREATE USER MAPPING FOR CURRENT_USER SERVER google', 'CREATE FOREIGN TABLE pg_temp.x (account_id text) SERVER google',
		'IMPORT FOREIGN SCHEMA reports FROM SERVER google INTO pg_temp', 'SET ROLE adpipe_owner', 'SET ROLE adpipe_loader',
		"INSERT INTO adpipe.account_grants VALUES (current_user, 'google_ads', '$theirs', 'adpipe_owner')", "INSERT INTO adpipe.owned_account_grants VALUES (current_user, 'google_ads', '$theirs', 'adpipe_owner')",
		'DELETE FROM ads.campaign', 'UPDATE ads.campaign SET spend = 0', 'TRUNCATE ads.campaign', 'SELECT 1 FROM ads.campaign FOR UPDATE', 'CREATE TABLE ads.x (y int)',
		'DROP POLICY adpipe_granted ON ads.campaign', 'ALTER TABLE ads.campaign DISABLE ROW LEVEL SECURITY', 'SELECT * FROM adpipe.slice_ledger')
	{
		is(problem($as{$role}, $sql)->{sqlstate}, '42501', "$role: refused: $sql");
	}
}
is(scalar @{ $sim->requests }, $sent, 'and no request was sent');
perform($as{adpipe_dbt}, 'CREATE TABLE ads_dbt.mart AS SELECT account_id, sum(spend) AS spend FROM ads.report GROUP BY 1', 'GRANT USAGE ON SCHEMA ads_dbt TO stranger');

# The refresh goes on under the policies: numbers that change are stored.
$sim->restate(1);
answer($loader, "CALL adpipe.refresh('ads.campaign', '2026-11-10', '2026-11-20')");
is(answer($loader, "SELECT status || ' ' || (slices > 0) FROM adpipe.runs WHERE target = 'ads.campaign'::regclass ORDER BY run_id DESC LIMIT 1"), 'succeeded true', 'the loader refreshes guarded copies');
is(world_difference($node, $sim, 'ads.campaign', '2026-11-10', '2026-11-20', "$mine,$theirs"), '0|0', 'which equal the platform');
cmp_ok(answer($as{hanbit}, "SELECT count(*) FROM adpipe.changed_slices('ads.campaign', (SELECT min(version) FROM adpipe.changed_slices('ads.campaign')))"), '>', 0, 'and whose changes readers see');

# Views in a schema of their own.
perform($admin, 'CREATE SCHEMA reports AUTHORIZATION adpipe_owner', 'SET ROLE adpipe_owner', 'CREATE VIEW reports.spend WITH (security_invoker = true) AS SELECT account_id, sum(spend) AS spend FROM ads.campaign GROUP BY 1', 'RESET ROLE');
is(answer($admin, "SELECT adpipe.setup_roles('reports', execute => true)"), "GRANT USAGE ON SCHEMA reports TO adpipe_analyst, adpipe_bi, adpipe_dbt;\nGRANT SELECT ON reports.spend TO adpipe_analyst, adpipe_bi, adpipe_dbt;", 'views in another schema: granted by a call of their own');
is(list($as{hanbit}, sprintf $seen, 'reports.spend'), $mine, 'and they show the accounts that are granted');

# A new copy is nobody's until the next call.
perform($loader, 'SET ROLE adpipe_owner', "SELECT adpipe.materialize('google.campaign_daily', 'ads.second', '2026-11-18')", 'RESET ROLE');
is(problem($as{$_}, 'SELECT * FROM ads.second')->{sqlstate}, '42501', "$_: a new copy is not to be read yet") for qw(hanbit adpipe_bi adpipe_dbt);
perform($loader, 'SET ROLE adpipe_owner');
is(list($loader, "SELECT adpipe.setup_roles('ads', execute => true)") =~ s/ USING .*?;/;/r,
	'ALTER TABLE ads.second ENABLE ROW LEVEL SECURITY; CREATE POLICY adpipe_granted ON ads.second FOR SELECT; GRANT SELECT ON ads.second TO adpipe_analyst, adpipe_bi, adpipe_dbt;', 'the owner itself guards and grants it');
perform($loader, 'RESET ROLE', "CALL adpipe.refresh('ads.second')");
is(list($as{hanbit}, sprintf $seen, 'ads.second'), $mine, 'and then readers see their part of it');

done_testing();
