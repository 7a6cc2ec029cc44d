# setup(): from a server to copies that are kept, for all platforms and for several
# servers in one schema; what it prints is what it runs, and nothing is done twice.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use PostgreSQL::Test::Utils;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $account = '2345678901';
my $sim = simulator();
$sim->clock($now);
$sim->settings({ appsflyer_minute_calls => 1000 });
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nadpipe.allowed_endpoints = '" . $sim->http . "'");
my $endpoint = $sim->http;
my $apps = join ', ', map { $_->{id} } @{ $sim->accounts('appsflyer') }[0, 1];
my $token = $sim->ready->{appsflyer_token};
my $google = "OPTIONS (endpoint '$endpoint', token_endpoint '$endpoint/token', customer_id '%s', login_customer_id '9876543210')";
my $credentials = "OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh')";

# A loader with the servers of three platforms, as setup_roles() makes it.
sub prepare
{
	my ($dbname) = @_;
	my $admin = session($node, dbname => $dbname);
	answer($admin, "SELECT adpipe.setup_roles('ads', execute => true)");
	my $loader = session($node, dbname => $dbname, user => 'adpipe_loader');
	perform($loader, 'SET ROLE adpipe_owner',
		'CREATE SERVER google FOREIGN DATA WRAPPER google_ads ' . sprintf($google, $account),
		q{CREATE SERVER "Google, all" FOREIGN DATA WRAPPER google_ads } . sprintf($google, '*'),
		"CREATE SERVER meta FOREIGN DATA WRAPPER meta_ads OPTIONS (endpoint '$endpoint', account_id '*')",
		"CREATE SERVER flyer FOREIGN DATA WRAPPER appsflyer OPTIONS (endpoint '$endpoint', app_id '$apps')",
		(map { "CREATE USER MAPPING FOR adpipe_loader SERVER $_ $credentials" } 'google', '"Google, all"'),
		"CREATE USER MAPPING FOR adpipe_loader SERVER meta OPTIONS (access_token 'EAAsampletoken')",
		"CREATE USER MAPPING FOR adpipe_loader SERVER flyer OPTIONS (api_token '$token')");
	return $loader;
}
my $loader = prepare('postgres');
my $targets = "SELECT target, source FROM adpipe.targets ORDER BY target::text COLLATE \"C\"";
# create_report_views() is called each time: it makes the views of the copies that there are.
my $lasting = "statement !~ 'create_report_views'";

# Nothing is run, and nothing is asked.
my $plan = answer($loader, "SELECT statement FROM adpipe.setup('google', 'ads', '2026-11-15', dry_run => true) WHERE $lasting");
is($plan, join("\n", 'CREATE SCHEMA google;',
	"IMPORT FOREIGN SCHEMA reports FROM SERVER google INTO google OPTIONS (existing 'keep');",
	(map { "SELECT adpipe.materialize('google.$_', 'ads.google_$_', '2026-11-15');" } qw(account_daily campaign_daily ad_group_daily ad_daily keyword_daily search_term_daily)),
	(map { "SELECT adpipe.materialize('google.$_', 'ads.google_$_');" } qw(accounts campaigns budgets ad_groups ads)),
	'SELECT adpipe.schedule();'), 'the statements for a server, in their order');
is(answer($loader, $targets), '', 'dry_run: runs none');
my @rows = split /\n/, answer($loader, "SELECT requests_a_day IS NOT NULL, statement ~ 'materialize' FROM adpipe.setup('google', 'ads', dry_run => true)");
is((grep { !/^t\|t$|^f\|f$/ } @rows), 0, 'each copy has its requests a day, and nothing else has');

# What is printed is what is run.
$node->safe_psql('postgres', 'CREATE DATABASE by_hand');
$node->safe_psql('by_hand', 'CREATE EXTENSION adpipe');
my $by_hand = prepare('by_hand');
my @servers = ('google', 'Google, all', 'meta', 'flyer');
for my $server (@servers)
{
	my @copies = split /\n/, answer($loader, "SELECT statement FROM adpipe.setup(" . quote($server) . ", 'ads', '2026-11-15', dry_run => true)");
	perform($by_hand, grep { !/schedule/ } @copies);
	is(answer($loader, "SELECT statement FROM adpipe.setup(" . quote($server) . ", 'ads', '2026-11-15')"), join("\n", @copies), "$server: runs what it printed");
}
my $made = answer($loader, $targets);
is(scalar(split /\n/, $made), 11 + 11 + 9 + 3, 'the copies of four servers are in one schema');
like($made, qr/^ads\."Google, all_campaign_daily"\|"Google, all"\.campaign_daily$/m, 'named after server and report');
is(answer($by_hand, $targets), $made, 'the same by hand');
is(answer($loader, "SELECT DISTINCT adpipe_internal.owner_of(target) FROM adpipe.targets"), 'adpipe_owner', 'of the role that ran it');
is(scalar @{ $sim->requests }, 0, 'all of it sends nothing');
for my $server (@servers)
{
	is(answer($loader, "SELECT count(*) FROM adpipe.setup(" . quote($server) . ", 'ads', '2026-11-15') WHERE $lasting AND statement !~ 'schedule'"), '0', "$server: nothing is left for a second call");
}
is(answer($loader, $targets), $made, 'which makes nothing twice');
perform($loader, 'DROP TABLE ads.meta_ads CASCADE', 'ALTER TABLE ads.meta_adsets RENAME TO ad_sets');
is(answer($loader, "SELECT statement FROM adpipe.setup('meta', 'ads') WHERE $lasting AND statement !~ 'schedule'"), "SELECT adpipe.materialize('meta.ads', 'ads.meta_ads');", 'what is missing is made again, and what was renamed is known');

# No role of readers sees a live table.
answer(session($node), "SELECT adpipe.setup_roles('ads', execute => true)");
is(answer(session($node, user => 'adpipe_bi'), "SELECT string_agg(DISTINCT table_schema, ' ') FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'adpipe')"), 'ads', 'readers see the schema of the copies');

# Without a scheduler the copies are there all the same.
like(answer($loader, "SELECT what FROM adpipe.setup('meta', 'ads') WHERE statement ~ 'schedule'"), qr/^not scheduled: role "adpipe_owner" cannot log in\. .*SELECT adpipe\.schedule\(\);$/, 'a role that cannot log in has no job');
answer(session($node), "SELECT adpipe.grant_loader('adpipe_loader')");
perform($loader, 'RESET ROLE');
like(answer($loader, 'SELECT adpipe_internal.try_schedule()'), qr/^not scheduled: pg_cron is not loaded\n.*psql -X -d postgres -c 'CALL adpipe\.refresh_all\(\)'/s, 'without pg_cron: what else to do');
my $sent = @{ $sim->requests };
answer($loader, 'CALL adpipe.refresh_all()');
is(answer($loader, "SELECT count(DISTINCT target) FROM adpipe.slices WHERE fetched_at IS NOT NULL"), '34', 'a call of the loader reads all copies');
is(answer($loader, "SELECT string_agg(problem, ' ') FROM adpipe.health WHERE severity = 'error'"), '', 'and all is well');
is(answer($loader, "SET ROLE adpipe_owner; SELECT count(*) FROM adpipe.setup('meta', 'ads') WHERE statement ~ 'schedule'"), '0', 'after which the copies have a scheduler');

# Accounts behind "*" are counted once they are known.
perform($loader, 'CREATE SCHEMA third');
my ($one, $few) = map { answer($loader, "SELECT requests_a_day FROM adpipe.setup('$_', 'third', dry_run => true) WHERE statement ~ 'campaign_daily'") } 'google', 'Google, all';
is($few, $one * answer($loader, q{SELECT count(DISTINCT account_id) FROM adpipe.freshness WHERE target = 'ads."Google, all_campaign_daily"'::regclass}), 'requests a day: of as many accounts as the copies have');
like(answer($by_hand, q{SELECT requests_a_day || ' ' || what FROM adpipe.setup('Google, all', 'third', dry_run => true) WHERE statement ~ 'campaign_daily'}), qr/^$one campaigns by day \(requests: of one account\)$/, 'and of one before');
is(answer($loader, "SELECT count(*) FROM adpipe.setup('flyer', 'third', dry_run => true) WHERE requests_a_day % 2 = 0 AND statement ~ 'materialize'"), '3', 'or of those that the server lists');

# What is refused leaves nothing behind.
for my $case (
	[ "'nowhere', 'ads'", '42704', qr/^there is no server "nowhere"/, 'no such server' ],
	[ "'google', 'google'", '22023', qr/^schema "google" is that of the live tables/, 'copies among the live tables' ],
	[ "'google', 'third', '2001-01-01'", '22008', qr/cannot start on 2001-01-01/, 'a start beyond the reach' ],
	[ "'google', 'a.b'", '42602', qr/no name of a schema/, 'a name with a dot' ])
{
	my ($arguments, $sqlstate, $message, $what) = @$case;
	my $error = problem($loader, "SELECT count(*) FROM adpipe.setup($arguments)");
	is($error->{sqlstate}, $sqlstate, "refused: $what");
	like($error->{message}, $message, "refused: $what, by name");
}
is(answer($loader, "SELECT count(*) FROM adpipe.targets WHERE target::text ~ '^third'"), '0', 'and nothing was made');
perform($loader, 'CREATE TABLE third.google_budgets (x int)');
is(problem($loader, "SELECT count(*) FROM adpipe.setup('google', 'third')")->{sqlstate}, '42P07', 'a table that has the name of a copy stops it');
is(answer($loader, "SELECT count(*) FROM adpipe.targets WHERE target::text ~ '^third'"), '0', 'before anything is made');
perform($loader, 'ALTER TABLE "Google, all".budgets RENAME TO mine', 'CREATE TABLE "Google, all".budgets (x int)');
like(problem($loader, "SELECT count(*) FROM adpipe.setup('Google, all', 'third')")->{message}, qr/^relation ""Google, all"\.budgets" is no live table of server "Google, all"$/, 'so does one that has the name of a live table');
undef $loader;
undef $by_hand;

my $libraries = `pg_config --pkglibdir`;
chomp $libraries;
SKIP:
{
	skip 'pg_cron is not installed for this server', 4 unless -e "$libraries/pg_cron.so";
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'postgres'\ncron.use_background_workers = on\ncron.launch_active_jobs = off");
	$node->restart;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; CREATE ROLE loader LOGIN; GRANT USAGE ON SCHEMA cron TO loader');
	loader_of_its_own();
}
done_testing();

# Where there is pg_cron, one job, which stays as people change it.
sub loader_of_its_own
{
	$node->safe_psql('postgres', "SELECT adpipe.grant_loader('loader'); GRANT CREATE ON DATABASE postgres TO loader; GRANT USAGE ON FOREIGN DATA WRAPPER google_ads TO loader");
	my $loader = session($node, user => 'loader');
	perform($loader, 'CREATE SERVER own FOREIGN DATA WRAPPER google_ads ' . sprintf($google, $account));
	like(answer($loader, "SELECT what FROM adpipe.setup('own', 'own_copies') WHERE statement ~ 'schedule'"), qr/^job \d+ of pg_cron: /, 'with pg_cron there is a job');
	perform($loader, "SELECT adpipe.schedule('*/15 * * * *')");
	is(answer($loader, "SELECT count(*) FROM adpipe.setup('own', 'own_copies') WHERE statement ~ 'schedule'"), '0', 'which a second call leaves');
	is(answer($loader, 'SELECT schedule FROM cron.job'), '*/15 * * * *', 'as it is');
	is(answer($loader, "SELECT count(*) FROM adpipe.targets WHERE target::text ~ '^own_copies'"), '11', 'beside the copies');
	return;
}
