# Finer reports of Meta Ads: hours, devices and videos add up to the reports above
# them, regions lack what cannot be placed; people add up over nothing, and what Meta
# does not report by hour or region is refused or has no column.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $days = "date_day BETWEEN '2026-11-06' AND '2026-11-12'";
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
meta_server($node, $sim, options => { account_id => '2345678901234567,5678901234567890' });
my $session = session($node);
$session->query("CREATE TABLE $_ AS SELECT * FROM meta.$_ WHERE $days")
  foreach qw(account_daily account_hourly account_region_daily campaign_daily campaign_hourly campaign_region_daily campaign_device_daily ad_daily ad_video_daily);

# Rows of one side that are not those of the other; sums of nothing are no rows.
sub differences
{
	my ($finer, $coarser, $by, @metrics) = @_;
	my ($mine, $theirs) = map {
		"(SELECT $by, " . join(', ', map { "sum($_)" } @metrics) . " FROM $_ GROUP BY $by HAVING " . join(' OR ', map { "sum($_) <> 0" } @metrics) . ')'
	} $finer, $coarser;
	return $session->query("SELECT (SELECT count(*) FROM ($mine EXCEPT ALL $theirs) d) || '|' || (SELECT count(*) FROM ($theirs EXCEPT ALL $mine) d)");
}

my @counts = qw(impressions clicks inline_link_clicks spend);
for my $case (
	[ 'account_hourly', 'account_daily', 'account_id, date_day', @counts ],
	[ 'campaign_hourly', 'campaign_daily', 'account_id, date_day, campaign_id', @counts ],
	[ 'campaign_hourly', 'account_hourly', 'account_id, date_day, hour_range', @counts ],
	[ 'campaign_region_daily', 'account_region_daily', 'account_id, date_day, region', @counts ],
	[ 'campaign_device_daily', 'campaign_daily', 'account_id, date_day, campaign_id', @counts ],
	[ 'ad_video_daily', 'ad_daily', 'account_id, date_day, campaign_id, adset_id, ad_id', qw(impressions spend) ])
{
	my ($finer, $coarser, @rest) = @$case;
	is(differences($finer, $coarser, @rest), '0|0', "$finer adds up to $coarser");
	cmp_ok($session->query("SELECT count(*) FROM $finer"), '>', 10, "$finer has rows");
}
is($session->query('SELECT count(DISTINCT hour_range), min(left(hour_range, 2)::int), max(left(hour_range, 2)::int) FROM account_hourly'), '24|0|23', 'hours by their text');
is($session->query('SELECT sum(r.impressions) < sum(c.impressions) FROM (SELECT sum(impressions) AS impressions FROM campaign_region_daily) r, (SELECT sum(impressions) AS impressions FROM campaign_daily) c'),
	't', 'regions lack what cannot be placed');

# Videos: fewer people watch more, and an ad without a video has 0.
is( $session->query('SELECT bool_and(video_plays >= video_views_25 AND video_views_25 >= video_views_50 AND video_views_50 >= video_views_75 AND video_views_75 >= video_views_95 AND video_views_95 >= video_views_100),
	bool_and((average_seconds IS NULL) = (video_plays = 0)), count(*) FILTER (WHERE video_plays = 0) > 0, count(*) FILTER (WHERE thruplays > 0) > 0 FROM ad_video_daily'),
	't|t|t|t', 'fewer plays reach further');
is($session->query("SELECT sum(thruplays) FROM meta.ad_video_daily WHERE $days"), $session->query('SELECT sum(thruplays) FROM ad_video_daily'), 'a live sum is that of the rows');

# What does not add up, and what is not reported.
my $error = $session->query_error("SELECT avg(average_seconds) FROM meta.ad_video_daily WHERE $days");
is($error->{sqlstate}, '42803', 'an average time is not averaged');
is($session->query_error("SELECT campaign_id, sum(reach) FROM meta.campaign_device_daily WHERE $days GROUP BY 1")->{sqlstate}, '42803', 'people of devices do not add up');
$session->query("ALTER FOREIGN TABLE meta.campaign_hourly ADD reach bigint OPTIONS (field 'reach')");
like($session->query_error("SELECT * FROM meta.campaign_hourly WHERE $days")->{message}, qr/"reach" is not reported by hour/, 'there are no people by hour');
is($session->query_error("SELECT * FROM meta.account_hourly WHERE date_day = '2025-09-01'")->{sqlstate}, '22008', 'hours older than 13 months are out of reach');

done_testing();
