# SKAdNetwork of AppsFlyer: what iPhones say about installs.  A conversion value that
# Apple withholds is NULL and never 0; a performance report has no column for the day,
# so each day is a request; days that AppsFlyer leaves out silently are an error; and
# the numbers are of other installs, on other days, than those of the aggregate reports.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($app, $west) = qw(id1400000001 id1400000002);
my $days = "date_day BETWEEN '2026-11-02' AND '2026-11-11'";
my @days = (since => '2026-11-02', until => '2026-11-11');
my $node = adpipe_cluster(preload => 1, conf => "adpipe.debug_rate_pct = 0\n");
$node->safe_psql('postgres', "ALTER DATABASE postgres SET adpipe.debug_now = '$now'");
my $sim = simulator();
my $session = session($node);
appsflyer_server($node, $sim, options => { app_id => "$app,$west", max_retries => 1 });

sub start_over
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings({ appsflyer_skan_minute => 1000, appsflyer_minute_calls => 1000, %settings });
	$session->query("SELECT adpipe.forget('flyer')");
	return;
}

sub calls
{
	return grep { $_->{path} =~ m{^/api/skad} } @{ $sim->requests };
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
	return $sim->world(platform => 'appsflyer', resource => $table, accounts => "$app,$west", @days);
}

subtest 'rows are those of the world' => sub {
	for my $table (qw(skan_daily skan_postback_daily))
	{
		start_over();
		is_world($node, "flyer.$table", world($table), where => $days);
		start_over(appsflyer_shuffle_columns => \1, appsflyer_crlf => \1, appsflyer_aggregate_bom => \1);
		is_world($node, "flyer.$table", world($table), where => $days);
	}
	start_over(appsflyer_rename_columns => { skad_coarse_conversion_value => 'skad_coarse_conversion' });
	is_world($node, 'flyer.skan_postback_daily', world('skan_postback_daily'), where => $days);
};

start_over();
$session->query("CREATE TABLE $_ AS SELECT * FROM flyer.$_ WHERE $days") for qw(skan_daily skan_postback_daily partners_daily);

subtest 'a value that is withheld is not zero' => sub {
	my $kinds = "count(*) FILTER (WHERE conversion_value IS NULL) > 20, count(*) FILTER (WHERE conversion_value = 0) > 10, count(*) FILTER (WHERE conversion_value > 0) > 10, count(*) FILTER (WHERE conversion_value IS NOT NULL AND coarse_conversion_value IS NOT NULL), string_agg(DISTINCT coarse_conversion_value, ' ')";
	is($session->query("SELECT $kinds FROM skan_postback_daily"), 't|t|t|0|high low medium', 'NULL, 0 and other values');
	is($session->query("SELECT bool_and(postback_sequence_index IS NULL AND coarse_conversion_value IS NULL) FROM skan_postback_daily WHERE skan_version = '3.0'"), 't', 'version 3 has neither index nor coarse values');
	is($session->query("SELECT bool_and(conversion_value IS NULL) FROM skan_postback_daily WHERE postback_sequence_index > 0"), 't', 'later postbacks have coarse values only');
	for my $word ('', 'None', 'NULL', 'N/A', '-')
	{
		start_over(appsflyer_skan_null => $word);
		is($session->query("SELECT count(conversion_value), count(postback_sequence_index) FROM flyer.skan_postback_daily WHERE $days"),
			$session->query('SELECT count(conversion_value), count(postback_sequence_index) FROM skan_postback_daily'), "written as \"$word\" it is the same");
	}
	start_over();
	is($session->query("SELECT sum(postbacks) FROM flyer.skan_postback_daily WHERE $days AND conversion_value = 0"), $session->query('SELECT sum(postbacks) FROM skan_postback_daily WHERE conversion_value = 0'), 'a condition on 0 finds no NULL');
};

subtest 'what adds up' => sub {
	my $first = 'coalesce(postback_sequence_index, 0) = 0';
	my $google = "media_source = 'googleadwords_int'";
	my ($mine, $theirs) = ("SELECT account_id, date_day, campaign_id, country, sum(postbacks), sum(postbacks) FILTER (WHERE conversion_value > 0) FROM skan_postback_daily WHERE $google AND $first GROUP BY 1, 2, 3, 4",
		"SELECT account_id, date_day, campaign_id, country, installs, nullif(converted_users, 0) FROM skan_daily WHERE $google AND installs > 0");
	is($session->query("SELECT (SELECT count(*) FROM ($mine EXCEPT ALL $theirs) d) + (SELECT count(*) FROM ($theirs EXCEPT ALL $mine) d), (SELECT count(*) > 20 FROM ($mine) m)"), '0|t', 'first postbacks of Google are the installs of the same day');

	# A campaign that has ended: all its postbacks have arrived.
	my ($ended, $span) = ("media_source = 'appier_int'", "date_day BETWEEN '2026-06-05' AND '2026-09-01'");
	# Four days is the longest time between a first postback and the install that is derived from it.
	my $postbacks = $session->query("SELECT sum(postbacks) FROM flyer.skan_postback_daily WHERE $span AND $ended AND $first");
	cmp_ok($session->query("SELECT sum(installs) FROM flyer.skan_daily WHERE $span AND $ended"), '<=', $postbacks, 'over all its days first postbacks are the installs');
	cmp_ok($session->query("SELECT sum(installs) FROM flyer.skan_daily WHERE date_day BETWEEN '2026-06-01' AND '2026-09-01' AND $ended"), '>=', $postbacks, 'but for what arrives at the beginning');
	is($session->query("SELECT count(*) > 0 FROM (SELECT date_day, sum(postbacks) AS n FROM flyer.skan_postback_daily WHERE $span AND $ended AND $first GROUP BY 1) p FULL JOIN (SELECT date_day, sum(installs) AS n FROM flyer.skan_daily WHERE $span AND $ended AND installs > 0 GROUP BY 1) i USING (date_day) WHERE p.n IS DISTINCT FROM i.n"),
		't', 'which are on other days');
	is($session->query("SELECT sum(installs) FROM flyer.skan_daily WHERE $days"), $session->query('SELECT sum(installs) FROM skan_daily'), 'a live sum');
};

# The row "SKAdNetwork" of the table of what does not add up, in doc/finding_a_report.md.
subtest 'SKAdNetwork and aggregate reports' => sub {
	my $networks = "media_source IN ('googleadwords_int', 'Facebook Ads', 'unityads_int')";
	my ($skan, $aggregate) = map { $session->query("SELECT sum(installs) FROM $_ WHERE account_id IN ('$app', '$west') AND $networks") } qw(skan_daily partners_daily);
	cmp_ok($skan, '<', $aggregate, 'of some installs nothing is heard');
	my $by = 'media_source, campaign_name';
	is($session->query("SELECT count(*) > 0 FROM (SELECT $by, sum(installs) AS n FROM skan_daily GROUP BY 1, 2) s JOIN (SELECT $by, sum(installs) AS n FROM partners_daily WHERE account_id IN ('$app', '$west') GROUP BY 1, 2) p USING ($by) WHERE s.n > p.n"),
		't', 'others are organic to AppsFlyer, and a network\'s to Apple');
	is($session->query("SELECT (SELECT sum(impressions) FROM skan_daily WHERE account_id = '$west' AND $networks) <> (SELECT sum(impressions) FROM partners_daily WHERE account_id = '$west' AND $networks)"), 't', 'days of UTC are not those of the app');
	is($session->query("SELECT obj_description('flyer.skan_daily'::regclass) ~ 'never add the two'"), 't', 'the comment says so');
};

subtest 'requests' => sub {
	start_over();
	my $plan = $session->query("EXPLAIN (VERBOSE) SELECT installs FROM flyer.skan_daily WHERE $days");
	like($plan, qr{Request: GET /api/skadnetworks/v3/data/app/\$app_id\?start_date=\S+&end_date=\S+&date_type=install&view_type=unified&modeled_conversion_values=false}, 'EXPLAIN shows what is asked');
	like($plan, qr/Expected Requests: 20\b/, 'a request for each day and app');
	like($session->query("EXPLAIN (VERBOSE) SELECT postbacks FROM flyer.skan_postback_daily WHERE date_day BETWEEN '2026-07-01' AND '2026-11-11'"), qr/Expected Requests: 6\b/, 'one for each 60 days of postbacks');
	is(scalar calls(), 0, 'nothing is sent');
	my $count = $session->query("SELECT count(*) FROM flyer.skan_daily WHERE $days");
	is($session->query("SELECT count(*) FROM (SELECT $_ FROM flyer.skan_daily WHERE $days OFFSET 0) t"), $count, "read: $_") for 'installs', 'account_id', 'date_day, country', 'site_id';
	is(scalar calls(), 20, 'what is read changes neither rows nor requests');
	my %of_one_day = map { ($_->{query} =~ /start_date=(\S+?)&end_date=\1&/ ? 'yes' : 'no') => 1 } calls();
	is_deeply([ keys %of_one_day ], ['yes'], 'each of one day');
};

subtest 'days that are not there yet' => sub {
	start_over();
	is($session->query("SELECT max(date_day) FROM flyer.skan_daily WHERE date_day >= '2026-11-13'"), '2026-11-17', 'without an upper bound the last day is one that is there, in every zone');
	is($session->query("SELECT max(date_day) FROM flyer.skan_postback_daily WHERE date_day >= '2026-11-13'"), '2026-11-18', 'of postbacks as well');
	like(error_of("SELECT * FROM flyer.skan_daily WHERE date_day BETWEEN '2026-11-16' AND '2026-11-19'"), qr/^22008\n.*has days up to 2026-11-1[67]\n/, 'later ones are an error, not missing');
	like(error_of("SELECT * FROM flyer.skan_postback_daily WHERE date_day BETWEEN '2026-11-16' AND '2026-11-20'"), qr/^22008\n.*has days up to 2026-11-1[78]\n/, 'of postbacks as well');
	my $calls = calls();
	like(error_of("SELECT * FROM flyer.$_ WHERE date_day BETWEEN '2020-10-31' AND '2020-11-02'"), qr/^22008\n/, "$_: beyond reach") for qw(skan_daily skan_postback_daily);
	is(scalar calls(), $calls, 'which is not asked');
};

subtest 'what goes wrong' => sub {
	for my $case (
		[ { appsflyer_skan_off => 403 }, qr/^28000\n.*\n.*No permission.*\n.*no permission/s, 'no permission' ],
		[ { appsflyer_skan_off => 404 }, qr/^28000\n.*\n.*Not found.*\n.*plan/s, 'not in the plan' ],
		[ { appsflyer_drop_columns => 'Converted Users' }, qr/^HV005\n.*no column "Converted Users"/s, 'a column that is not there' ],
		[ { appsflyer_double_columns => 'Installs' }, qr/^HV00A\n.*two columns "Installs"/, 'a column twice' ],
		[ { appsflyer_rename_columns => { 'af_purchase (Sales in KRW)' => 'af_purchase (Sales in USD)' } }, qr/^22023\n.*in USD but account id1400000001 has "KRW"/, 'money of another currency' ])
	{
		my ($settings, $pattern, $name) = @$case;
		start_over(%$settings);
		like(error_of("SELECT * FROM flyer.skan_daily WHERE $days"), $pattern, $name);
	}
	for my $lack ('skad_conversion_value', 'skad_coarse_conversion_value', 'skad_postback_sequence_index', 'count', 'arrival_date')
	{
		start_over(appsflyer_drop_columns => $lack);
		like(error_of("SELECT * FROM flyer.skan_postback_daily WHERE $days"), qr/^HV005\n.*no column "$lack"/s, "without $lack it is no answer");
	}
	start_over(appsflyer_drop_columns => 'skad_source_app_id');
	is($session->query("SELECT count(source_app_id), sum(postbacks) FROM flyer.skan_postback_daily WHERE $days"), '0|' . $session->query('SELECT sum(postbacks) FROM skan_postback_daily'), 'without what splits only, sums are right');
	start_over();
	$sim->faults([ { match => { path => 'skadnetworks-postbacks' }, action => { substitute => [ '2026-11-0[2-5]', '2026-10-01' ] } } ]);
	like(error_of("SELECT * FROM flyer.skan_postback_daily WHERE $days"), qr/^HV00A\n.*outside the requested days/, 'a day that was not asked for');
	start_over();
	like(error_of("ALTER FOREIGN TABLE flyer.skan_daily OPTIONS (ADD reattr 'true'); SELECT * FROM flyer.skan_daily WHERE $days"), qr/^22023\n.*"reattr" does not apply to report "skan".*\n.*\n.*is_redownload/s, 'retargeting');
	is(scalar calls(), 0, 'which is not asked');
	$session->query('ALTER FOREIGN TABLE flyer.skan_daily OPTIONS (DROP reattr)');
};

subtest 'an answer of as many rows as the limit was cut' => sub {
	my ($header, $row) = ('skad_postback_sequence_index,skad_conversion_value,skad_coarse_conversion_value,ad_network_name,arrival_date,count', '0,null,low,n,2026-11-02,1');
	my %postbacks = (status => 200, body => "$header\n", repeat => [ "$row\n", 50_000 ]);
	start_over();
	$sim->faults([ { match => { path => 'skadnetworks-postbacks', account => $app }, times => 1, action => \%postbacks } ]);
	is($session->query("SELECT sum(postbacks) FROM flyer.skan_postback_daily WHERE $days"), $session->query('SELECT sum(postbacks) FROM skan_postback_daily'), 'postbacks are asked for in halves');
	is(scalar(grep { $_->{account} eq $app } calls()), 3, 'of their days');
	start_over();
	$sim->faults([ { match => { path => 'skadnetworks-postbacks', account => $app }, action => \%postbacks } ]);
	like(error_of("SELECT sum(postbacks) FROM flyer.skan_postback_daily WHERE date_day = '2026-11-02'"), qr/^54000\n.*cut at its limit of rows\n.*$app, 2026-11-02 to 2026-11-02: 50000 rows/s, 'one day with so many is an error');
};

subtest 'apps of Android' => sub {
	$session->query("CREATE SERVER android FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id 'com.hanbit.running', endpoint " . quote($sim->http) . ')');
	$session->query('CREATE USER MAPPING FOR CURRENT_USER SERVER android OPTIONS (api_token ' . quote($sim->ready->{appsflyer_token}) . '); CREATE SCHEMA android; IMPORT FOREIGN SCHEMA reports_skan FROM SERVER android INTO android');
	start_over();
	is($session->query("SELECT count(*) FROM android.$_ WHERE $days"), '0', "$_: no rows, if AppsFlyer answers so") for qw(skan_daily skan_postback_daily);
	start_over(appsflyer_skan_android => 404);
	$session->query("SELECT adpipe.forget('android')");
	like(error_of("SELECT * FROM android.$_ WHERE $days"), qr/^28000\n/, "$_: its error, if it refuses them") for qw(skan_daily skan_postback_daily);
};

subtest 'copies' => sub {
	$sim->reset;
	$sim->clock($now);
	$sim->settings({ appsflyer_skan_minute => 1000 });
	$session->query("SELECT adpipe.forget('flyer'); CREATE SCHEMA ads");
	for my $table (qw(skan_daily skan_postback_daily))
	{
		$session->query("SELECT adpipe.materialize('flyer.$table', 'ads.$table', '2026-10-20')");
		$session->query("CALL adpipe.refresh('ads.$table')");
		my $columns = join ', ', map { $_->[0] } table_columns($node, "flyer.$table");
		my ($copy, $live) = ("SELECT $columns FROM ads.$table", "SELECT $columns FROM flyer.$table WHERE date_day >= '2026-10-20'");
		is($session->query("SELECT (SELECT count(*) FROM ($copy EXCEPT ALL $live) d) + (SELECT count(*) FROM ($live EXCEPT ALL $copy) d), (SELECT count(*) > 200 FROM ads.$table)"), '0|t', "$table: the copy is the report");
	}
	is($session->query("SELECT string_agg(t.target || ' ' || t.last, ', ' ORDER BY 1) FROM (SELECT target::text, max(date_day)::text AS last FROM adpipe.slices GROUP BY 1) t"),
		'ads.skan_daily 2026-11-17, ads.skan_postback_daily 2026-11-18', 'no day is asked for before it is there');
	is($session->query("SELECT string_agg(DISTINCT concat_ws(': ', severity, problem, action), E'\\n') FROM adpipe.health WHERE severity <> 'info'"), '', 'all is well');

	# A day later with the default policy.
	my $later = '2026-11-21T12:30:00Z';
	$sim->reset;
	$sim->clock($later);
	$sim->settings({ appsflyer_skan_minute => 1000 });
	$session->query("SET adpipe.debug_now = '$later'; SELECT adpipe.forget('flyer'); CALL adpipe.refresh_all()");
	my %calls;
	$calls{ $_->{report} }++ for calls();
	cmp_ok($calls{skan}, '<=', 2 * 17, 'a day costs a call for each of the last 17 days and app');
	cmp_ok($calls{'skan-postbacks'}, '<=', 2 * 4, 'and of postbacks one for each week of these days');
	is($session->query("SELECT bool_and(state IN ('provisional', 'final')), bool_or(state = 'final') FROM adpipe.slices"), 't|t', 'older days are final');
	$session->query('RESET adpipe.debug_now');
};

subtest 'finding them' => sub {
	is($session->query("SELECT string_agg(report || ' ' || group_schema, ', ' ORDER BY report) FROM adpipe.reports WHERE wrapper = 'appsflyer' AND report LIKE 'skan%'"), 'skan_daily reports_skan, skan_postback_daily reports_skan', 'their group');
	is($session->query("SELECT string_agg(DISTINCT column_name, ', ' ORDER BY column_name) FROM adpipe.columns WHERE wrapper = 'appsflyer' AND report LIKE 'skan%' AND kind = 'metric'"),
		'clicks, converted_users, impressions, installs, postbacks, revenue, spend', 'their metrics');
	is($session->query("SELECT bool_and(additive <> '' AND description <> '') FROM adpipe.columns WHERE wrapper = 'appsflyer' AND report LIKE 'skan%' AND kind = 'metric'"), 't', 'which are described');
};

subtest 'ten calls a minute' => sub {
	start_over(appsflyer_skan_minute => 3);
	$session->query('SET adpipe.max_wait = 0');
	like(error_of("SELECT * FROM flyer.skan_daily WHERE $days"), qr/^53400\n.*\n.*Too many requests/s, 'a call beyond them is an error that says when to come back');
	start_over(appsflyer_skan_minute => 10);
	$session->query('RESET adpipe.max_wait; SET adpipe.debug_rate_pct = 100');
	like(error_of("SET adpipe.max_wait = 0; SELECT * FROM flyer.skan_daily WHERE $days"), qr/^53400\n/, 'without the patience to wait it is not even sent');
	cmp_ok(scalar(grep { ($_->{status} // 200) == 400 } calls()), '==', 0, 'AppsFlyer refuses none');
	$session->query('RESET adpipe.max_wait; RESET adpipe.debug_rate_pct');
};

done_testing();
