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
meta_server($node, $sim, options => { account_id => '1234567890123456,2345678901234567,5678901234567890' });
my $session = session($node);
$session->query("CREATE TABLE $_ AS SELECT * FROM meta.$_ WHERE $days")
  foreach qw(account_daily account_hourly account_region_daily campaign_daily campaign_hourly campaign_region_daily campaign_device_daily ad_daily ad_video_daily
	ad_body_daily ad_title_daily ad_image_daily ad_video_asset_daily ad_link_daily product_daily campaign_window_daily campaign_conversion_daily campaign_action_daily);

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

# Assets of dynamic creatives: each kind adds up to the ads that have it, and to
# the same numbers.
for my $kind (qw(body title image video_asset link))
{
	my $in = "ad_${kind}_daily";
	is(differences($in, "(SELECT * FROM ad_daily WHERE (ad_id, date_day) IN (SELECT ad_id, date_day FROM $in)) x", 'account_id, date_day, ad_id', qw(impressions clicks spend)), '0|0', "$in adds up to ad_daily of its ads");
	is($session->query("SELECT count(*) > 10, count(DISTINCT ad_id) < (SELECT count(DISTINCT ad_id) FROM ad_daily) FROM $in"), 't|t', 'which are not all');
}
is($session->query("SELECT string_agg(DISTINCT body_text, '|') FROM ad_body_daily"), "Run \"faster\" / 가볍게|오늘 주문하면\n내일 도착", 'texts as they are');

# Products: what has none, and web actions, are no impressions.
is(differences('product_daily', 'campaign_daily', 'account_id, date_day, campaign_id', @counts), '0|0', 'products of a catalogue add up to the campaign');
cmp_ok($session->query('SELECT count(DISTINCT product_id) FROM product_daily'), '>', 1, 'products');

# Windows contain each other, and the setting of the ad sets is one of them or two.
is($session->query('SELECT bool_and(purchases_1d_click <= purchases_7d_click AND purchases_7d_click <= purchases_28d_click), sum(purchases_28d_click) > sum(purchases_7d_click) FROM campaign_window_daily'), 't|t', 'a longer window has no less');
is($session->query("SELECT count(*) FROM campaign_window_daily w JOIN campaign_action_daily a USING (account_id, date_day, campaign_id) JOIN campaign_daily c USING (account_id, date_day, campaign_id)
	WHERE a.action_type = 'omni_purchase' AND c.attribution_setting = '7d_click_1d_view' AND a.action_count <> w.purchases_7d_click + w.purchases_1d_view"), '0', 'the default is the setting');

# Conversions: those rows of all actions that are no channel of another one.
is($session->query("SELECT count(*) FROM ((SELECT account_id, date_day, campaign_id, conversion, conversions, conversions_value FROM campaign_conversion_daily)
	EXCEPT (SELECT account_id, date_day, campaign_id, action_type, action_count, action_value FROM campaign_action_daily)) d"), '0', 'conversions are actions');
is($session->query("SELECT string_agg(kind, ' ' ORDER BY kind) FROM (SELECT DISTINCT regexp_replace(conversion, '(custom)[.].*', '\\1.') COLLATE \"C\" AS kind FROM campaign_conversion_daily) k"),
	'contact_total lead offsite_conversion.custom. offsite_conversion.fb_pixel_custom. omni_add_to_cart omni_purchase', 'over channels, by name, or custom');
is($session->query_error("SELECT campaign_id, sum(conversions) FROM meta.campaign_conversion_daily WHERE $days GROUP BY 1")->{sqlstate}, '42803', 'which overlap, so a sum over all of them is refused');
is($session->query("SELECT sum(conversions) FROM meta.campaign_conversion_daily WHERE $days AND conversion = 'omni_purchase'"),
	$session->query("SELECT sum(action_count) FROM campaign_action_daily WHERE action_type = 'omni_purchase'"), 'one of them adds up');
is($session->query("SELECT count(*) > 0, count(*) FILTER (WHERE x.custom_conversion_id IS NULL) FROM campaign_conversion_daily c LEFT JOIN meta.custom_conversions x ON c.conversion = 'offsite_conversion.custom.' || x.custom_conversion_id WHERE c.conversion LIKE 'offsite_conversion.custom.%'"),
	't|0', 'the names of custom conversions');
is($session->query('SELECT count(*) > 0, bool_and(people_at_least < people_at_most) FROM meta.audiences'), 't|t', 'audiences with their sizes');

# Hours in the shape that all platforms share.
$session->query('CREATE SCHEMA common; IMPORT FOREIGN SCHEMA common LIMIT TO (hourly_report) FROM SERVER meta INTO common');
is($session->query("SELECT count(*) FROM ((SELECT account_id, date_day, campaign_id, hour, impressions, clicks, spend FROM common.hourly_report WHERE $days)
	EXCEPT (SELECT account_id, date_day, campaign_id, left(hour_range, 2)::int, impressions, inline_link_clicks, spend FROM campaign_hourly)) d"), '0', 'hours as numbers');
is($session->messages, '', 'and without a warning about actions');

# What does not add up, and what is not reported.
my $error = $session->query_error("SELECT avg(average_seconds) FROM meta.ad_video_daily WHERE $days");
is($error->{sqlstate}, '42803', 'an average time is not averaged');
is($session->query_error("SELECT campaign_id, sum(reach) FROM meta.campaign_device_daily WHERE $days GROUP BY 1")->{sqlstate}, '42803', 'people of devices do not add up');
$session->query("ALTER FOREIGN TABLE meta.campaign_hourly ADD reach bigint OPTIONS (field 'reach')");
like($session->query_error("SELECT * FROM meta.campaign_hourly WHERE $days")->{message}, qr/"reach" is not reported by hour/, 'there are no people by hour');
is($session->query_error("SELECT * FROM meta.account_hourly WHERE date_day = '2025-09-01'")->{sqlstate}, '22008', 'hours older than 13 months are out of reach');

done_testing();
