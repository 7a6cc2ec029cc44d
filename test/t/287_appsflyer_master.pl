# AppsFlyer's Master API: a table's columns are its groupings and KPIs, so that rows do
# not depend on what a statement reads; days of installs and of activity are never in one
# table; what is not computed yet is an error or NULL, never short.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $days = "date_day BETWEEN '2026-11-02' AND '2026-11-11'";
my @days = (since => '2026-11-02', until => '2026-11-11');
my $app = 'com.hanbit.running';
my $node = adpipe_cluster();
$node->safe_psql('postgres', "ALTER DATABASE postgres SET adpipe.debug_now = '$now'");
my $sim = simulator();
my $session = session($node);
appsflyer_server($node, $sim, options => { app_id => $app, max_retries => 1 });
start_over();

sub start_over
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings({ appsflyer_minute_calls => 1000, %settings });
	$session->query("SELECT adpipe.forget('flyer')");
	return;
}

sub calls
{
	return grep { $_->{path} =~ m{^/api/master} } @{ $sim->requests };
}

sub error_of
{
	my ($sql) = @_;
	my ($out, $error) = $session->try($sql);
	return 'no error' unless $error;
	return join "\n", map { $_ // '' } @$error{qw(sqlstate message detail hint)};
}

sub world
{
	my ($table) = @_;
	return $sim->world(platform => 'appsflyer', resource => $table, accounts => $app, @days);
}

subtest 'rows are those of the world, however the columns are called' => sub {
	for my $style (qw(usual plain aggregate))
	{
		start_over(appsflyer_master_names => $style);
		is_world($node, "flyer.$_", world($_), where => $days) for qw(master_daily master_activity_daily);
	}
	start_over(appsflyer_shuffle_columns => \1);
	is_world($node, 'flyer.master_daily', world('master_daily'), where => $days);
	for my $lack ('Retention Day 7', 'Adset ID', 'Install Time')
	{
		start_over(appsflyer_master_lacks => $lack);
		like(error_of("SELECT * FROM flyer.master_daily WHERE $days"), qr/^HV00[5A]\n/, "without $lack it is no answer");
	}
};

subtest 'they add up to other reports' => sub {
	start_over();
	$session->query("CREATE TABLE $_ AS SELECT * FROM flyer.$_ WHERE $days") for qw(master_daily master_activity_daily partners_daily);
	my @metrics = map { "sum($_)" } qw(impressions clicks installs sessions loyal_users revenue);
	my $sums = join ', ', 'date_day', 'agency', 'lower(media_source)', 'campaign_name', @metrics;
	my ($mine, $theirs) = map { "(SELECT $sums FROM $_ WHERE media_source <> 'unityads_int' GROUP BY 1, 2, 3, 4)" } qw(master_daily partners_daily);
	is($session->query("SELECT (SELECT count(*) FROM ($mine EXCEPT ALL $theirs) d) || '|' || (SELECT count(*) FROM ($theirs EXCEPT ALL $mine) d)"), '0|0', 'ad sets and ads add up to partners_daily');
	is($session->query('SELECT bool_and(retention_day_1 <= installs AND retention_day_7 <= installs), sum(retention_day_1) > 0, sum(uninstalls) > 0 FROM master_daily'), 't|t|t', 'who came back had installed');
	is($session->query('SELECT (SELECT sum(sessions) FROM master_activity_daily) <> (SELECT sum(sessions) FROM master_daily)'), 't', 'activity is dated otherwise');
	cmp_ok($session->query('SELECT count(DISTINCT keyword) FROM master_daily'), '>', 0, 'there are keywords');
};

subtest 'what a statement reads changes neither rows nor request' => sub {
	start_over();
	my $count = $session->query("SELECT count(*) FROM flyer.master_daily WHERE $days");
	is($session->query("SELECT count(*) FROM (SELECT $_ FROM flyer.master_daily WHERE $days OFFSET 0) t"), $count, "read: $_")
	  for 'media_source', 'installs', 'date_day, retention_day_7', 'account_id', 'ad_name, country';
	is(scalar calls(), 1, 'one call for all');
	is($session->query("SELECT sum(installs) FROM flyer.master_daily WHERE $days"), $session->query('SELECT sum(installs) FROM partners_daily'), 'a sum');
	my $plan = $session->query("EXPLAIN (VERBOSE) SELECT media_source FROM flyer.master_daily WHERE date_day BETWEEN '2026-09-01' AND '2026-10-31'");
	like($plan, qr{Request: GET /api/master-agg-data/v4/app/\$app_id\?from=\S+&timezone=preferred&currency=preferred&groupings=app_id,install_time,af_prt,pid,af_c_id,c,\S*&kpis=impressions,clicks,installs,\S*retention_day_30},
		'EXPLAIN shows all groupings and KPIs');
	like($plan, qr/Expected Requests: 2\b/, 'and a request for each 31 days');
	$session->query('ALTER FOREIGN TABLE flyer.master_daily DROP COLUMN ad_id, DROP COLUMN ad_name, DROP COLUMN adset_id, DROP COLUMN adset_name, DROP COLUMN country, DROP COLUMN keyword');
	cmp_ok($session->query("SELECT count(*) FROM flyer.master_daily WHERE $days"), '<', $count, 'a grouping that the table has not splits no row');
	is($session->query("SELECT sum(installs) FROM flyer.master_daily WHERE $days"), $session->query('SELECT sum(installs) FROM master_daily'), 'and loses none');
};

# Makes a table of one's own.
sub make_table
{
	my ($columns) = @_;
	$session->query("DROP FOREIGN TABLE IF EXISTS flyer.mine");
	$session->query("CREATE FOREIGN TABLE flyer.mine (account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'Date'), $columns) SERVER flyer OPTIONS (report 'master')");
	return;
}

subtest 'tables of one\'s own' => sub {
	start_over();
	make_table("media_source text OPTIONS (field 'Media Source (pid)'), bought bigint OPTIONS (field 'event_counter_af_purchase'), again bigint OPTIONS (field 'retention_day_3')");
	is($session->query("SELECT sum(bought) FROM flyer.mine WHERE $days"), $session->query("SELECT sum(event_count) FROM flyer.partners_event_daily WHERE $days AND event_name = 'af_purchase'"), 'an event');
	is($session->query("SELECT sum(again) > 0 FROM flyer.mine WHERE $days"), 't', 'another day of retention');
	make_table("installs bigint OPTIONS (field 'Installs'), sessions bigint OPTIONS (field 'activity_sessions')");
	like(error_of("SELECT * FROM flyer.mine WHERE $days"), qr/^22023\n.*"Installs" and "activity_sessions".*\n.*day of the install.*\nMake two/s, 'installs and activity are never in one table');
	make_table("source text OPTIONS (field 'Media Source (pid)')");
	like(error_of("SELECT * FROM flyer.mine WHERE $days"), qr/^HV005\n.*needs a column with a KPI/, 'a KPI there must be');
	make_table("n numeric OPTIONS (field 'cohort_day_7_sessions_per_user')");
	like(error_of("SELECT * FROM flyer.mine WHERE $days"), qr/^HV005\n.*"cohort_day_7/, 'none of cohorts, which fail whole requests');
	is(scalar calls(), 1, 'none of these is asked');
	make_table("n bigint OPTIONS (field 'no_such_kpi')");
	like(error_of("SELECT * FROM flyer.mine WHERE $days"), qr/^HV00L\n.*\n.*Wrong API Fields.*\n.*option field/s, 'what AppsFlyer does not know is its error');
};

subtest 'what is not computed yet' => sub {
	start_over();
	is($session->query("SELECT max(date_day) FROM flyer.master_activity_daily WHERE date_day >= '2026-11-10'"), '2026-11-17', 'without an upper bound the last day is one that is there');
	like(error_of("SELECT * FROM flyer.master_activity_daily WHERE date_day BETWEEN '2026-11-10' AND '2026-11-20'"), qr/^22008\n.*has days up to 2026-11-17/, 'later ones are an error, not missing');
	my $until = "date_day BETWEEN '2026-11-08' AND '2026-11-17'";
	is($session->query("SELECT string_agg(DISTINCT date_day::text, ' ') FROM flyer.master_daily WHERE $until AND retention_day_7 IS NOT NULL"), '2026-11-08 2026-11-09 2026-11-10', 'retention of a later day is NULL');
	is($session->query("SELECT max(date_day) FROM flyer.master_daily WHERE $until AND retention_day_1 IS NOT NULL"), '2026-11-16', 'each with its own day');
};

subtest 'what goes wrong' => sub {
	for my $case (
		[ { appsflyer_master_off => \1 }, qr/^28000\n.*\n.*Not found.*\n.*part of the account's plan/s, 1, 'not in the plan' ],
		[ { appsflyer_master_rows => 1 }, qr/^(HV00L|54000)\n.*\n.*Other reason.*\n.*drop groupings/s, 2, 'a single day of too many rows' ])
	{
		my ($settings, $pattern, $least, $name) = @$case;
		start_over(%$settings);
		like(error_of("SELECT * FROM flyer.master_activity_daily WHERE $days"), $pattern, $name);
		cmp_ok(scalar calls(), '>=', $least, 'so many calls');
	}
	start_over(appsflyer_master_rows => 400);
	is_world($node, 'flyer.master_activity_daily', world('master_activity_daily'), where => $days);
	start_over();
	$session->query("SELECT count(*) FROM flyer.master_activity_daily WHERE $days");
	my $calls = calls();
	is($calls, 1, 'one call, where there are not too many rows');
	start_over();
	$sim->faults([ { match => { path => 'master-agg' }, action => { as_account => 'com.pacifictrail.app' } } ]);
	like(error_of("SELECT * FROM flyer.master_activity_daily WHERE $days"), qr/^HV00A\n/, 'rows of another app');
	$session->query("CREATE SERVER west FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id 'com.hanbit.lari', endpoint " . quote($sim->http) . ')');
	$session->query('CREATE USER MAPPING FOR CURRENT_USER SERVER west OPTIONS (api_token ' . quote($sim->ready->{appsflyer_token}) . '); CREATE SCHEMA west; IMPORT FOREIGN SCHEMA reports_master FROM SERVER west INTO west');
	start_over();
	like(error_of("SELECT * FROM west.master_activity_daily WHERE date_day BETWEEN '2026-10-10' AND '2026-10-20'"), qr/^22008\n.*\n.*in UTC only.*\n.*time zone/s, 'days from before the zone was set');
};

subtest 'a copy' => sub {
	start_over();
	$session->query("CREATE SCHEMA ads; SELECT adpipe.materialize('flyer.master_activity_daily', 'ads.activity', '2026-11-08')");
	$session->query('CALL adpipe.refresh_all()');
	is($session->query('SELECT min(date_day), max(date_day) FROM ads.activity'), '2026-11-08|2026-11-17', 'all days that are computed');
	cmp_ok(scalar calls(), '<=', 4, 'in few calls');
	is($session->query("SELECT count(*) FROM adpipe.health WHERE severity = 'error'"), '0', 'and all is well');
	my $columns = join ', ', map { $_->[0] } table_columns($node, 'flyer.master_activity_daily');
	is($session->query("SELECT count(*) FROM (SELECT $columns FROM master_activity_daily WHERE date_day >= '2026-11-08' EXCEPT ALL SELECT $columns FROM ads.activity) d"), '0', 'the copy is the report');
};

done_testing();
