# ALTER EXTENSION adpipe UPDATE leads from the first release to this one.  The
# database has the objects of a fresh installation then, and everything that its
# users made: servers, mappings, tables, copies with their ledger, states in columns,
# views over KPIs, grants and schedules.  A library without its objects says so.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Catalogue;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $problem = $ENV{ADPIPE_NO_OLDER} // '';
plan skip_all => $problem if $problem =~ /is not in this clone/;
die "the first release does not build: $problem" if $problem;
plan skip_all => 'no first release: test/bin/check builds it' unless -d ($ENV{ADPIPE_OLDER} // '');
my $settings = slurp_file($ENV{TEMP_CONFIG});
plan skip_all => 'this server finds extensions in one place only'
  unless $settings =~ /^extension_(destdir|control_path)/m;

# The server settings that let it find one of the two releases.
sub release
{
	my ($folder) = @_;
	return $settings =~ s/\Q$ENV{ADPIPE_INSTALL}\E/$folder/gr;
}
my $libdir = qx(pg_config --pkglibdir);
chomp $libdir;
my $has_cron = -e "$libdir/pg_cron.so";
my $cron = $has_cron ? "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'postgres'\ncron.launch_active_jobs = off\n" : '';
my $node = adpipe_cluster(extension => 0, conf => release($ENV{ADPIPE_OLDER}) . $cron);
my $sim = simulator();
my $account = '1234567890';
my ($since, $until) = ('2026-10-20', '2026-11-19');

sub query
{
	my ($sql, $dbname) = @_;
	return $node->safe_psql($dbname // 'postgres', $sql);
}

# What an agency may have made under the first release.
query('CREATE EXTENSION adpipe; CREATE DATABASE other');
is(query("SELECT extversion FROM pg_extension WHERE extname = 'adpipe'"), '0.1.0', 'a database of the first release');
query('CREATE EXTENSION adpipe', 'other');
query('CREATE VIEW mine AS SELECT adpipe.day_of(now(), $$UTC$$) AS today', 'other');
loader($node, $sim, options => { customer_id => $account });
query('CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO loader') if $has_cron;
at('2026-11-20T12:00:00Z');
run(<<"END");
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since', lookback => 3);
SELECT adpipe.materialize('google.campaigns', 'ads.campaigns');
CALL adpipe.refresh_all();
SELECT adpipe.alter_target('ads.campaign', retention => '2 years');
INSERT INTO adpipe.advertisers VALUES ('google_ads', '$account', 'Acme');
INSERT INTO adpipe.media_sources (media_source, platform) VALUES ('own_int', 'google_ads');
CREATE TABLE ads.states AS SELECT campaign_id, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS state FROM ads.campaign GROUP BY 1;
CREATE VIEW ads.kpis AS SELECT campaign_id, adpipe.roas(conversions_value, spend, currency), adpipe.cvr_click(conversions, clicks) FROM ads.campaign GROUP BY 1;
CREATE VIEW ads.totals AS SELECT adpipe.roas(adpipe.rollup(state)), adpipe.rollup(state)::jsonb AS state, (adpipe.totals(adpipe.rollup(state))).spend, bool_and(state OPERATOR(adpipe.=) state) FROM ads.states;
END
# It noted when it asked by the machine's clock, which the simulated one does not move.
query('UPDATE adpipe.slice_ledger SET asked_at = fetched_at');
run("SELECT adpipe.schedule('7 * * * *')") if $has_cron;
query(<<'END');
CREATE ROLE monitor;
GRANT SELECT ON adpipe.health, adpipe.target_ledger TO monitor;
GRANT SELECT ON ads.campaign TO monitor;
CREATE VIEW problems AS SELECT severity, count(*) FROM adpipe.health GROUP BY 1;
CREATE VIEW known AS SELECT s.target, s.rows, c.state FROM adpipe.slices s JOIN adpipe.coverage c USING (target, account_id, date_day) WHERE c.state = 'final';
GRANT SELECT ON problems TO loader;
END
# Rights that a careful administrator gives and takes.  A view of users hangs on one of
# the objects, so that it is replaced; the others are made again.
my $rights = <<'END';
REVOKE SELECT ON adpipe.control_totals, adpipe.settings_changes FROM PUBLIC;
GRANT SELECT ON adpipe.settings_changes TO monitor;
GRANT SELECT (target, status) ON adpipe.runs TO monitor;
SELECT format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', oid::regprocedure) FROM pg_proc WHERE proname = 'cpm' AND pronamespace = 'adpipe'::regnamespace \gexec
END
query("CREATE VIEW changes AS SELECT target, setting FROM adpipe.settings_changes; $rights");
query('REVOKE USAGE ON SCHEMA adpipe FROM PUBLIC; GRANT USAGE ON SCHEMA adpipe TO monitor', 'other');
my %kept = (
	'rows of a copy' => 'SELECT count(*), sum(spend), sum(clicks), min(_fetched_at) FROM ads.campaign',
	'lists' => 'SELECT count(*), min(_first_seen), max(_last_seen) FROM ads.campaigns',
	'slices' => 'SELECT target, account_id, date_day, rows, content_hash, fetched_at, changed_at, run_id FROM adpipe.slices ORDER BY 1, 2, 3',
	'runs' => 'SELECT * FROM (SELECT run_id, target, started_at, ended_at, status, slices, requests, rows FROM adpipe.runs) r ORDER BY 1',
	'policies' => 'SELECT target, source, lookback, retention, every, enabled, created_at, last_call FROM adpipe.target_ledger ORDER BY 1',
	'accounts' => 'SELECT target, account_id, account_name, time_zone, currency, last_success FROM adpipe.account_ledger ORDER BY 1, 2',
	'settings of the platform' => 'SELECT target, account_id, setting, value, seen_at, expected FROM adpipe.settings_ledger ORDER BY 1, 2, 3',
	'states' => 'SELECT campaign_id, state, adpipe.ctr(state) FROM ads.states ORDER BY 1',
	'views over aggregates' => 'SELECT * FROM ads.kpis ORDER BY 1',
	'views over states' => 'SELECT * FROM ads.totals',
	'views over the ledger' => 'SELECT * FROM known ORDER BY 1, 2, 3',
	'servers and mappings' => 'SELECT s.srvname, s.srvoptions, u.usename, u.umoptions FROM pg_foreign_server s JOIN pg_user_mappings u ON u.srvid = s.oid ORDER BY 1',
	'foreign tables' => 'SELECT ftrelid::regclass, ftoptions, (SELECT array_agg(attname::text || attfdwoptions::text) FROM pg_attribute WHERE attrelid = ftrelid AND attnum > 0) FROM pg_foreign_table ORDER BY 1',
	$has_cron ? (schedules => 'SELECT jobid, schedule, command, username, jobname, active FROM cron.job') : ());
my %before = map { $_ => query($kept{$_}) } keys %kept;
cmp_ok(length $before{$_}, '>', 10, "$_ are there") for sort keys %kept;

# This release's library without its objects.
$node->stop;
append_to_file($node->data_dir . '/postgresql.conf', release($ENV{ADPIPE_INSTALL}));
$node->start;
my ($version) = slurp_file('adpipe.control') =~ /^default_version = '(.*)'$/m;
for my $sql ('SELECT count(*) FROM google.campaigns', "CALL adpipe.refresh('ads.campaign')", 'CALL adpipe.refresh_all()',
	"SELECT adpipe.stats(1, 1, 1.5, 1, 1)", 'IMPORT FOREIGN SCHEMA common FROM SERVER google INTO ads')
{
	my $error = sql_error($node, $sql, extra_params => [ '-U', $sql =~ /^IMPORT/ ? 'postgres' : 'loader' ]);
	is("$error->{sqlstate} $error->{message}", "55000 extension \"adpipe\" has version 0.1.0, and its library version $version", "refused: $sql");
	like($error->{hint}, qr/ALTER EXTENSION adpipe UPDATE;/, 'and says what to run');
}
is(query($kept{'views over aggregates'}), $before{'views over aggregates'}, 'KPIs over copies go on meanwhile');

# The update.
my $old_session = session($node);
is(sql_error($node, 'SELECT count(*) FROM google.campaigns')->{sqlstate}, '55000', 'a session that was refused');
query('ALTER EXTENSION adpipe UPDATE');
is(query("SELECT extversion FROM pg_extension WHERE extname = 'adpipe'"), $version, 'the database has this release');
is(query($kept{$_}), $before{$_}, "kept: $_") for sort keys %kept;
is(query("SELECT m.owner, m.platform FROM adpipe.media_sources m WHERE m.media_source = 'own_int' AND m.owner = 'loader'"), 'loader|google_ads', 'media sources of users have the owner of copies');
is(run("SELECT advertiser FROM adpipe.advertisers"), 'Acme', 'so have advertisers');
is(query("SELECT count(*), count(*) FILTER (WHERE c.relnamespace = 'adpipe_parts'::regnamespace AND c.relreplident = 'f') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'ads.campaign'::regclass"), '3|3', 'partitions lie where those of this release lie');
is(query("SELECT to_regnamespace('adpipe_upgrade')"), '', 'nothing is left of the update');

# As a fresh installation.
query('CREATE DATABASE fresh');
query("CREATE EXTENSION adpipe; SELECT adpipe.grant_loader('loader'); GRANT SELECT ON adpipe.health, adpipe.target_ledger TO monitor; $rights", 'fresh');
cmp_ok(query("SELECT count(*) FROM pg_proc WHERE proname = 'cpm' AND NOT has_function_privilege('monitor', oid, 'EXECUTE')"), '>', 1, 'rights that were revoked stay revoked');
my %fresh = map { $_ => 1 } catalogue($node, 'fresh');
my @more = grep { !delete $fresh{$_} } catalogue($node, 'postgres');
is(join("\n", @more), '', 'it has no object, column, comment or grant that a fresh installation lacks');
is(join("\n", sort keys %fresh), '', 'and lacks none');
cmp_ok(scalar(catalogue($node, 'fresh')), '>', 3000, 'of thousands');

# Copies go on.
at('2026-11-22T12:00:00Z');
is(run("SELECT adpipe.require_complete('ads.campaign', '$since', '2026-11-18')"), '', 'the guard lets stored days pass');
$sim->control('POST', '/_control/restate', { generation => 1 });
my $last = $sim->requests->[-1]{seq};
run('CALL adpipe.refresh_all()');
is(run("SELECT string_agg(DISTINCT status, ' ') FROM adpipe.runs WHERE run_id > 2"), 'succeeded', 'refreshes succeed');
cmp_ok(scalar @{ $sim->control('GET', "/_control/requests?since=$last") }, '<', 20, 'and ask again for what is due only');
run("CALL adpipe.refresh('ads.campaign', '$since', '2026-11-21')");
is(world_difference($node, $sim, 'ads.campaign', $since, '2026-11-21', $account), '0|0', 'the copy equals the world');
is(run("SELECT severity, problem FROM adpipe.health"), '', 'and all is well') unless $has_cron;
is(run("SELECT count(*) FROM adpipe.coverage WHERE state = 'changed'"), '0', 'no day counts as changed by hand');
is(run('SELECT count(*) FROM problems'), $has_cron ? run('SELECT count(DISTINCT severity) FROM adpipe.health') : '0', 'a view over health shows the same');

# What a view of users needs and this release does not have stops the update, by name.
my $error = sql_error($node, 'ALTER EXTENSION adpipe UPDATE', dbname => 'other');
is("$error->{sqlstate} $error->{message}", '2BP01 function adpipe.day_of(timestamp with time zone,text) is not part of this release', 'a view over what is gone');
like($error->{hint}, qr/DROP FUNCTION adpipe\.day_of\(timestamp with time zone, ?text\); names the object/, 'and how to find it');
query('DROP VIEW mine; CREATE SCHEMA adpipe_internal', 'other');
$error = sql_error($node, 'ALTER EXTENSION adpipe UPDATE', dbname => 'other');
is("$error->{sqlstate} $error->{message}", '42P06 schema adpipe_internal is there already', 'a schema of somebody else stops the update');
query('DROP SCHEMA adpipe_internal; ALTER EXTENSION adpipe UPDATE', 'other');
is(query("SELECT extversion FROM pg_extension WHERE extname = 'adpipe'", 'other'), $version, 'without it, the update passes');
is(query("SELECT has_schema_privilege('monitor', 'adpipe', 'USAGE'), has_schema_privilege('loader', 'adpipe', 'USAGE')", 'other'), 't|f', 'who could not use the schema still cannot');
# A dump has what the administrator granted and revoked, and not what the extension did.
my %dump;
$node->command_ok([ 'pg_dump', '--schema-only', '--file', "$PostgreSQL::Test::Utils::tmp_check/$_.sql", $_ ], "a dump of $_"),
  $dump{$_} = join '', sort grep { /^(?:GRANT|REVOKE) .* (?:adpipe\.|SCHEMA adpipe )/ } split /^/, slurp_file("$PostgreSQL::Test::Utils::tmp_check/$_.sql")
  for qw(postgres fresh other);
is($dump{postgres}, $dump{fresh}, 'a dump has the grants and no more, as that of a fresh installation');
like($dump{fresh}, qr/^REVOKE SELECT ON TABLE adpipe\.control_totals FROM PUBLIC;$/m, 'what was revoked, too');
is($dump{other}, "GRANT USAGE ON SCHEMA adpipe TO monitor;\nREVOKE USAGE ON SCHEMA adpipe FROM PUBLIC;\n", 'those of a schema as well');

$node->stop;
done_testing();
