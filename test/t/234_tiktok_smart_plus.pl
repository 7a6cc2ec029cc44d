# Upgraded Smart+ campaigns of TikTok: lists show which they are, the creatives that
# reports have in place of ads add up to the ad, and no object of a report is missing
# from the lists.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $account = '7012345678901234567';
my $session = session($node);

tiktok_server($node, $sim, options => { max_retries => 0, advertiser_id => $account });
my $days = 'date_day BETWEEN current_date - 30 AND current_date - 20';

is($session->query("SELECT campaign_name, is_smart_performance_campaign FROM tiktok.campaigns WHERE campaign_automation_type = 'UPGRADED_SMART_PLUS'"),
	'Smart+ Catalog|f', 'an upgraded Smart+ campaign is marked by campaign_automation_type; the older flag is false');
is($session->query('SELECT string_agg(DISTINCT campaign_automation_type, \',\' ORDER BY campaign_automation_type) FROM tiktok.campaigns'),
	'MANUAL,UPGRADED_SMART_PLUS', 'as every campaign is');
is($session->query("SELECT count(*) > 0, count(a.modify_time) FROM tiktok.ads a JOIN tiktok.campaigns USING (campaign_id) WHERE campaign_automation_type = 'UPGRADED_SMART_PLUS'"),
	't|0', 'its ads are listed, without the time of their last change');

for my $level (qw(campaign adgroup ad))
{
	is($session->query("SELECT count(DISTINCT ${level}_id) > 0, count(*) FILTER (WHERE l.${level}_id IS NULL) FROM tiktok.${level}_daily r LEFT JOIN tiktok.${level}s l USING (${level}_id) WHERE r.$days"),
		't|0', "every $level of the report is in the list");
}

# A row of an upgraded Smart+ ad is one of a creative.
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE tiktok.whole_ads (account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'stat_time_day'),
	campaign_name text, ad_id text, whole_ad_id text OPTIONS (field 'ad_id_v2'), impressions bigint, clicks bigint, spend numeric) SERVER tiktok OPTIONS (level 'ad');
END
is($session->query("SELECT DISTINCT count(DISTINCT ad_id), count(DISTINCT whole_ad_id) FROM tiktok.whole_ads WHERE campaign_name = 'Smart+ Catalog' AND $days"),
	'2|1', 'its creatives share the id of the ad');
is($session->query("SELECT count(*) FROM tiktok.whole_ads WHERE campaign_name <> 'Smart+ Catalog' AND whole_ad_id IS DISTINCT FROM ad_id AND $days"), '0', 'other ads have one id');
my $sums = 'sum(impressions), sum(clicks), sum(spend)';
is($session->query("SELECT $sums FROM tiktok.whole_ads WHERE $days"), $session->query("SELECT $sums FROM tiktok.ad_daily WHERE $days"), 'the id beside the other splits no row');
is($session->query("SELECT $sums FROM tiktok.whole_ads WHERE campaign_name = 'Smart+ Catalog' AND $days GROUP BY whole_ad_id"),
	$session->query("SELECT $sums FROM tiktok.campaign_daily WHERE campaign_name = 'Smart+ Catalog' AND $days"), 'and grouped by it they are the ad');
is(scalar(grep { /dimensions=[^&]*ad_id_v2/ } map { $_->{query} } @{ $sim->requests }), 0, 'a report has one id as its dimension');

done_testing();
