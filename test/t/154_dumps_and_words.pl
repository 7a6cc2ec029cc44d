# Who may dump the database, and what is in the dump; and what a person sees of the
# errors of local copies.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $account = '3456789012';
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $account });
at($now);
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')");
my $never = sql_error($node, "SELECT adpipe.require_complete('ads.campaign', '2026-11-12', '2026-11-13')", extra_params => [ '-U', 'loader' ]);
run("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns'); CALL adpipe.refresh_all()");

my ($updated, $output, $notice) = $node->psql('postgres', 'ALTER EXTENSION adpipe UPDATE');
like($notice, qr/version "\S+" of extension "adpipe" is already installed/, 'there is one version, as the page on upgrades says');

# The owner of the database, and a loader, dump with pg_read_all_data only.
my $folder = PostgreSQL::Test::Utils::tempdir();
sub dump_as
{
	my ($role, $dbname) = @_;
	my ($out, $err) = run_command([ 'pg_dump', '-U', $role, '-f', "$folder/$role.sql", '-d', $node->connstr($dbname // 'postgres') ]);
	return $err;
}
$node->safe_psql('postgres', 'CREATE ROLE keeper LOGIN; ALTER DATABASE postgres OWNER TO keeper');
for my $role (qw(keeper loader))
{
	like(dump_as($role), qr/permission denied for (table|sequence|schema) |user may lack SELECT privilege/, "$role: no dump without the right to read all");
	$node->safe_psql('postgres', "GRANT pg_read_all_data TO $role");
	is(dump_as($role), '', "$role: a dump with it");
}
run('ALTER TABLE ads.campaign ENABLE ROW LEVEL SECURITY');
is(dump_as('keeper'), '', 'policies of a daily copy do not hold for its partitions, which are what is dumped');
run('ALTER TABLE ads.campaigns ENABLE ROW LEVEL SECURITY');
like(dump_as('keeper'), qr/row-level security/, 'a list with row-level security is not dumped in part');
$node->safe_psql('postgres', 'ALTER ROLE keeper BYPASSRLS');
is(dump_as('keeper'), '', 'but as a whole by a role that policies do not hold for');
my $dump = slurp_file("$folder/keeper.sql");
like($dump, qr/^CREATE USER MAPPING FOR loader SERVER google;$/m, 'user mappings are dumped without options');
unlike($dump, qr/sample-secret|1\/\/sample-refresh/, 'so without secrets');

# Restored by a superuser: the mapping gets its secrets, and nothing is fetched twice.
$node->safe_psql('postgres', 'CREATE DATABASE again TEMPLATE template0');
ok(run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('again'), '-f', "$folder/keeper.sql" ]), 'restored');
my $loader = session($node, user => 'loader', dbname => 'again');
$loader->query("ALTER USER MAPPING FOR loader SERVER google OPTIONS (ADD client_id 'sample-client.apps.googleusercontent.com', ADD client_secret 'sample-secret', ADD refresh_token '1//sample-refresh')");
my $last = $sim->requests->[-1]{seq};
$loader->query('CALL adpipe.refresh_all()');
is(scalar @{ $sim->control('GET', "/_control/requests?since=$last") }, 0, 'nothing is fetched twice');
$loader->query("CALL adpipe.refresh('ads.campaign')");
is($loader->query('SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1'), 'succeeded', 'a refresh goes on');
undef $loader;

# Errors: what is wrong, where, and the way out; below them a line for each function
# that the error came through, and never the text of a statement that nobody wrote.
for my $case (
	[ "SELECT adpipe.materialize('google.campaign_daily', 'Nope.x')", '3F000', qr/^schema "nope" does not exist$/, qr/Nope\.x/, qr/^CREATE SCHEMA nope;$/ ],
	[ "SELECT adpipe.materialize('google.campaign_daily', '\"No pe\".x')", '3F000', qr/^schema "No pe" does not exist$/, qr/x/, qr/^CREATE SCHEMA "No pe";$/ ],
	[ "SELECT adpipe.materialize('google.campaign_daily', 'public.x')", '42501', qr/^permission denied for schema public$/, qr/Role "loader"/, qr/GRANT CREATE ON SCHEMA public TO loader;$/ ],
	[ "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign')", '42P07', qr/^relation "ads\.campaign" already exists$/, undef, qr/another name/ ],
	[ "SELECT adpipe.materialize('ads.campaign', 'ads.y')", '42809', qr/no foreign table of adpipe$/, undef, qr/IMPORT/ ],
	[ "SELECT adpipe.materialize('google.campaign_daily', 'ads.y', '2010-01-01')", '22008', qr/cannot start on 2010-01-01$/, qr/from 2023-10-21 on/, qr/that day or later/ ],
	[ "BEGIN; CALL adpipe.refresh('ads.campaign')", '25001', qr/^refresh\(\) cannot run inside a transaction block$/, qr/commits/, qr/autocommit/ ],
	[ "CALL adpipe.refresh('google.campaign_daily')", '42704', qr/^table "google\.campaign_daily" is no target of adpipe$/, undef, qr/adpipe\.targets/ ],
	[ "SELECT adpipe.require_complete('ads.campaign', '2026-11-18', '2026-11-21')", '55000', qr/not complete from 2026-11-18 to 2026-11-21$/, qr/$account/, qr/^CALL adpipe\.refresh/ ],
	[ "SELECT adpipe.daily_report('ads.campaigns')", '42809', qr/has no spend by day$/ ],
	[ "SELECT adpipe.alter_target('google.campaigns', lookback => 1)", '42704', qr/is no target/, undef, qr/adpipe\.materialize/ ],
	[ "SELECT adpipe.adopt('ads.campaign', 'google.campaign_daily')", '42710', qr/is a target already$/, qr/ledger/, qr/^CALL/ ],
	[ "SELECT adpipe.live_view('ads.campaigns')", '42809', qr/has no days$/, undef, qr/foreign table/ ])
{
	my ($sql, $sqlstate, $message, $detail, $hint) = @$case;
	my $error = sql_error($node, $sql, extra_params => [ '-U', 'loader' ]);
	is($error->{sqlstate}, $sqlstate, "$sql: its code");
	like($error->{message}, $message, "$sql: what");
	like($error->{detail}, $detail, "$sql: where") if $detail;
	like($error->{hint}, $hint, "$sql: the way out") if $hint;
	my @context = split /\n/, $error->{context} // '';
	is(join("\n", grep { !/^(PL\/pgSQL function|SQL function|SQL statement "SELECT adpipe_internal\.\w+\([^()]*(?:\(\))?[^()]*\)"$)/ || length > 130 } @context), '', "$sql: no text of other statements");
	cmp_ok(scalar @context, '<=', 5, "$sql: five lines below it at most");
}
like($never->{message}, qr/^table "ads\.campaign" was never refreshed$/, 'a copy that was never read');
is($never->{hint}, "CALL adpipe.refresh('ads.campaign');", 'with the call');

# A platform that is not reached: options that it has.
my $port = PostgreSQL::Test::Cluster::get_free_port();
meta_server($node, $sim, options => { endpoint => "http://127.0.0.1:$port", account_id => '1234567890123456', max_retries => 0 });
google_server($node, $sim, name => 'gone', options => { endpoint => "http://127.0.0.1:$port", token_endpoint => "http://127.0.0.1:$port/token", max_retries => 0 });
is(sql_error($node, "SELECT * FROM meta.account_daily WHERE date_day = '2026-11-10'")->{hint}, 'Check the network, and option endpoint of the server.', 'meta_ads has no token_endpoint');
is(sql_error($node, "SELECT * FROM gone.account_daily WHERE date_day = '2026-11-10'")->{hint}, 'Check the network, and options endpoint and token_endpoint of the server.', 'google_ads has one');

done_testing();
