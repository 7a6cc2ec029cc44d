# Retargeting twins of AppsFlyer's aggregate reports: countries add up to the report
# without, events are those of the same users, and acquisition has none of it; neither
# a view nor a refresh mixes the two.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $days = "date_day BETWEEN '2026-10-20' AND '2026-11-02'";
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
$sim->settings({ appsflyer_minute_calls => 1000 });
appsflyer_server($node, $sim, options => { app_id => 'com.hanbit.running, com.laeufer.laufen' });
my $session = session($node);
my @tables = qw(partners_daily geo_daily partners_event_daily geo_event_daily partners_retargeting_daily geo_retargeting_daily
  partners_event_retargeting_daily geo_event_retargeting_daily);
$session->query("CREATE TABLE $_ AS SELECT * FROM flyer.$_ WHERE $days") for @tables;

sub calls
{
	return grep { $_->{path} =~ m{^/api/agg-data/} } @{ $sim->requests };
}
is(scalar calls(), 8, 'two reports, each with and without retargeting, of two apps: tables over one report share its answer');

# Rows of one side that are not those of the other.
sub differences
{
	my ($finer, $coarser, $by, @metrics) = @_;
	my ($mine, $theirs) = map { "(SELECT $by, " . join(', ', map { "sum($_)" } @metrics) . " FROM $_ GROUP BY $by)" } $finer, $coarser;
	return $session->query("SELECT (SELECT count(*) FROM ($mine EXCEPT ALL $theirs) d) || '|' || (SELECT count(*) FROM ($theirs EXCEPT ALL $mine) d)");
}

my $names = 'account_id, date_day, agency, media_source, campaign_name';
my @sums = qw(clicks sessions loyal_users spend revenue);
for my $case (
	[ 'geo_daily', 'partners_daily', $names, qw(impressions installs), @sums ],
	[ 'geo_event_daily', 'partners_event_daily', "$names, event_name", qw(unique_users event_count revenue) ],
	[ 'geo_retargeting_daily', 'partners_retargeting_daily', "$names, conversion_type", qw(conversions), @sums ],
	[ 'geo_event_retargeting_daily', 'partners_event_retargeting_daily', "$names, event_name, conversion_type", qw(unique_users event_count revenue) ])
{
	my ($finer, $coarser, $by, @metrics) = @$case;
	is(differences($finer, $coarser, $by, @metrics), '0|0', "$finer adds up to $coarser");
	cmp_ok($session->query("SELECT count(*) FROM $coarser"), '>', 10, "of which there are some");
}
is($session->query("SELECT (SELECT sum(revenue) FROM $_->[0]) = (SELECT sum(revenue) FROM $_->[1])"), 't', "$_->[1] is made of events")
  for [ 'partners_event_daily', 'partners_daily' ], [ 'partners_event_retargeting_daily', 'partners_retargeting_daily' ];
is($session->query('SELECT string_agg(DISTINCT conversion_type, $$ $$ ORDER BY conversion_type) FROM partners_retargeting_daily'), 're-attribution re-engagement', 'both kinds of conversion');
is($session->query('SELECT count(*) FROM partners_daily JOIN partners_retargeting_daily USING (account_id, campaign_name)'), '0', 'acquisition has no campaign of retargeting');

subtest 'where they are found, and what they say' => sub {
	is($session->query("SELECT string_agg(report, ' ' ORDER BY report) FROM adpipe.reports WHERE wrapper = 'appsflyer' AND group_schema = 'reports_retargeting' AND report LIKE '%daily'"),
		'geo_event_retargeting_daily geo_retargeting_daily partners_event_retargeting_daily partners_retargeting_daily', 'a group of their own');
	like($session->query("SELECT obj_description('flyer.partners_retargeting_daily'::regclass)"), qr/never add it to partners_daily/, 'the comment names what not to add');
	like($session->query("EXPLAIN (VERBOSE) SELECT * FROM flyer.geo_retargeting_daily WHERE $days"), qr/geo_by_date_report.*&reattr=true$/m, 'EXPLAIN shows the request');
	like($session->query("EXPLAIN (VERBOSE) SELECT * FROM flyer.geo_retargeting_daily WHERE $days"), qr/Expected Requests: 2\b/, 'and how many');
	is($session->query_error("SELECT sum(unique_users) FROM flyer.partners_event_retargeting_daily WHERE $days")->{sqlstate}, '42803', 'users do not add up over events');
};

subtest 'a copy of one is no copy of the other' => sub {
	$session->query("CREATE SCHEMA ads; SELECT adpipe.materialize('flyer.partners_retargeting_daily', 'ads.partners_retargeting_daily', '2026-10-20')");
	$session->query("CALL adpipe.refresh('ads.partners_retargeting_daily', '2026-10-20', '2026-11-02')");
	is($session->query("SELECT count(*) FROM (SELECT * FROM partners_retargeting_daily EXCEPT ALL SELECT " . join(', ', map { $_->[0] } table_columns($node, 'flyer.partners_retargeting_daily')) . " FROM ads.partners_retargeting_daily) d"),
		'0', 'the copy has all rows');
	is($session->query("SELECT count(*) FROM ads.partners_retargeting_daily") - $session->query('SELECT count(*) FROM partners_retargeting_daily'), 0, 'and no others');
	$session->query("CREATE SCHEMA views; SELECT adpipe.create_report_views('views')");
	is($session->query("SELECT to_regclass('views.tracker_report') IS NULL"), 't', 'it feeds no view of what the tracker saw');
};

subtest 'a table that became the other is no report any more' => sub {
	$session->query("ALTER FOREIGN TABLE flyer.geo_event_daily OPTIONS (ADD reattr 'true'); ALTER FOREIGN TABLE flyer.geo_event_daily DROP COLUMN event_count");
	is($session->query("SELECT count(*) FROM adpipe.upgrade_tables('flyer') u WHERE u ~ 'geo_event_daily.* added'"), '0', 'upgrade_tables() leaves it alone');
};

done_testing();
