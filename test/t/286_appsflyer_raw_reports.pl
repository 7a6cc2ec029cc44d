# AppsFlyer's raw reports beside installs and events: what they add up to and what they
# are not part of, how far they reach, what a plan lacks, and what a copy of each costs.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $days = "date_day BETWEEN '2026-11-02' AND '2026-11-15'";
my $app = 'com.hanbit.running';
my @tables = qw(uninstalls reinstalls ad_revenue conversions_retargeting blocked_installs);
my %slug = (uninstalls => 'uninstall_events_report', reinstalls => 'reinstalls', ad_revenue => 'ad_revenue_raw', conversions_retargeting => 'installs-retarget',
	blocked_installs => 'blocked_installs_report');
my $node = adpipe_cluster();
$node->safe_psql('postgres', "ALTER DATABASE postgres SET adpipe.debug_now = '$now'");
my $sim = simulator();
my $session = session($node);
$sim->clock($now);
appsflyer_server($node, $sim, options => { app_id => $app, max_retries => 0 });
$session->query("CREATE TABLE $_ AS SELECT * FROM flyer.$_ WHERE $days") for @tables, 'installs', 'partners_retargeting_daily';

# Calls of raw reports since the last reset, by report.
sub calls
{
	my %calls;
	$calls{ $_->{report} }++ for grep { $_->{path} =~ m{^/api/raw-data/} } @{ $sim->requests };
	return \%calls;
}

subtest 'what they add up to, and what they are no part of' => sub {
	cmp_ok($session->query("SELECT count(*) FROM $_"), '>', 5, "$_ has rows") for @tables;
	my $sums = 'account_id, date_day, media_source, campaign, conversion_type, sum(n)';
	my $raw = "SELECT account_id, date_day, media_source, campaign, retargeting_conversion_type AS conversion_type, 1 AS n FROM conversions_retargeting";
	my $report = "SELECT account_id, date_day, media_source, campaign_name AS campaign, conversion_type, conversions AS n FROM partners_retargeting_daily";
	my ($mine, $theirs) = map { "(SELECT $sums FROM ($_) t GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) > 0)" } $raw, $report;
	is($session->query("SELECT (SELECT count(*) FROM ($mine EXCEPT ALL $theirs) d) + (SELECT count(*) FROM ($theirs EXCEPT ALL $mine) d)"), '0', 'conversions add up to those of the aggregate report');
	is($session->query("SELECT count(*) FROM installs JOIN $_ USING (appsflyer_id, event_time)"), '0', "none of $_ is among installs") for qw(reinstalls conversions_retargeting blocked_installs);
	is($session->query('SELECT count(*) FROM blocked_installs WHERE blocked_reason IS NULL'), '0', 'each blocked install has a reason');
	is($session->query('SELECT bool_and(event_time > install_time), bool_and(date_day = event_time::date), count(*) FILTER (WHERE install_time::date < date_day) > 0 FROM uninstalls'), 't|t|t', 'an uninstall is on its own day');
	my $key = 'account_id, appsflyer_id, event_time, monetization_network, ad_unit, placement';
	is($session->query("SELECT count(*) - count(DISTINCT ($key)) FROM ad_revenue"), '0', 'network, ad unit and placement tell ad revenue apart');
	cmp_ok($session->query('SELECT count(*) - count(DISTINCT (account_id, appsflyer_id, event_time)) FROM ad_revenue'), '>', 0, 'which user and time do not');
	is($session->query('SELECT bool_and(impressions > 0 AND event_revenue > 0) FROM ad_revenue'), 't', 'ads that were seen earn');
};

subtest 'personal data are left out unless they are asked for' => sub {
	my $personal = "attname IN ('ip', 'advertising_id', 'idfa', 'android_id', 'idfv', 'imei', 'customer_user_id', 'user_agent')";
	is($session->query("SELECT count(*) FROM pg_attribute WHERE attrelid = 'flyer.$_'::regclass AND $personal"), '0', "$_: none") for @tables;
	$session->query("CREATE SCHEMA people; IMPORT FOREIGN SCHEMA reports LIMIT TO (" . join(', ', @tables) . ") FROM SERVER flyer INTO people OPTIONS (personal_data 'include')");
	is($session->query("SELECT count(*) FROM pg_attribute WHERE attrelid = 'people.$_'::regclass AND $personal"), '8', "$_: all") for @tables;
};

subtest 'what a statement costs, and how far back it may go' => sub {
	$sim->reset;
	$sim->clock($now);
	for my $table (@tables)
	{
		my $reach = $table eq 'ad_revenue' ? 31 : 60;
		my $plan = $session->query("EXPLAIN (VERBOSE) SELECT * FROM flyer.$table WHERE $days");
		like($plan, qr{Request: GET .*/$slug{$table}/v5}, "$table: the request");
		like($plan, qr/Expected Requests: 1\b/, 'one, whatever the days');
		my ($first, $before) = map { $session->query("SELECT '2026-11-20'::date - $_") } $reach - 1, $reach;
		is($session->query("SELECT count(*) >= 0 FROM flyer.$table WHERE date_day = '$first'"), 't', "$reach days are within reach");
		is($session->query_error("SELECT * FROM flyer.$table WHERE date_day = '$before'")->{sqlstate}, '22008', 'an earlier one is not');
	}
	like($session->query("EXPLAIN (VERBOSE) SELECT account_id FROM flyer.ad_revenue WHERE $days"), qr/additional_fields=impressions,mediation_network,monetization_network,ad_unit,placement/,
		'ad revenue: what tells rows apart is asked for, whatever is read');
	like($session->query("EXPLAIN (VERBOSE) SELECT account_id FROM flyer.blocked_installs WHERE $days"), qr/additional_fields=blocked_reason,blocked_sub_reason,blocked_reason_value/, 'and reasons');
	is_deeply(calls(), { map { $_ => 1 } values %slug }, 'what is beyond reach is not asked for');
};

subtest 'copies stay within the quota' => sub {
	$sim->reset;
	$sim->clock($now);
	$session->query('CREATE SCHEMA ads');
	$session->query("SELECT adpipe.materialize('flyer.$_', 'ads.$_', '2026-11-10')") for @tables;
	my (%first, %day);
	for my $hour (1, map { $_ * 3 } 1 .. 9)
	{
		my $then = $session->query("SELECT to_char(timestamp '2026-11-20 12:00' + interval '$hour hours', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
		$sim->clock($then);
		$session->query("SET adpipe.debug_now = '$then'");
		$session->query('CALL adpipe.refresh_all()');
		%first = %{ calls() } if $hour == 1;
	}
	%day = %{ calls() };
	is($first{ $slug{$_} }, 2, "$_: two calls for eleven days") for @tables;
	# A day's calls: the last days twice, and a day that is over once more.
	cmp_ok($day{ $slug{$_} } - $first{ $slug{$_} }, '<=', 4, "$_: a few calls a day, with a schedule that runs every three hours") for grep { $_ ne 'conversions_retargeting' } @tables;
	cmp_ok($day{ $slug{$_} }, '>', $first{ $slug{$_} }, "$_: but some") for @tables;
	cmp_ok($day{'installs-retarget'}, '<=', 12, 'conversions_retargeting: within half of the 24 calls of a day');
	for my $table (@tables)
	{
		my $columns = join ', ', map { $_->[0] } table_columns($node, "flyer.$table");
		is($session->query("SELECT count(*) FROM (SELECT $columns FROM ads.$table WHERE date_day <= '2026-11-15' EXCEPT ALL SELECT $columns FROM $table) d")
			  . '|' . $session->query("SELECT count(*) FROM (SELECT $columns FROM $table WHERE date_day >= '2026-11-10' EXCEPT ALL SELECT $columns FROM ads.$table) d"), '0|0', "$table: the copy is the report");
	}
	is($session->query("SELECT count(*) FROM adpipe.health WHERE severity = 'error'"), '0', 'and all is well');
	$session->query('RESET adpipe.debug_now');
};

subtest 'what the plan lacks' => sub {
	$sim->reset;
	$sim->clock($now);
	$sim->settings({ appsflyer_no_plan => join ',', values %slug });
	for my $table (@tables)
	{
		$session->query("SELECT adpipe.forget('flyer')");
		my $error = $session->query_error("SELECT * FROM flyer.$table WHERE $days");
		is($error->{sqlstate}, '28000', "$table: an error of the account");
		like($error->{hint}, qr/part of the account's plan/, 'says what to ask for');
	}
	$session->query("CREATE FOREIGN TABLE flyer.detection (account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'Date'), event_time timestamp OPTIONS (field 'Event Time')) SERVER flyer OPTIONS (report 'detection')");
	is($session->query_error("SELECT * FROM flyer.detection WHERE $days")->{sqlstate}, '28000', 'the same without Protect360');
};

done_testing();
