# Finer reports of Google Ads: hours, conversion actions, ages, genders, videos,
# landing pages and asset groups add up to the reports above them over days and
# entities, or lack what their COMMENT says; what does not add up is refused, and so
# is a metric that the platform does not report beside a segment.

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
google_server($node, $sim, options => { customer_id => '1234567890,3456789012' });
my $session = session($node);

# Everything that both have, by the columns that both have.  The reports are read
# once, so that no sum is taken on the platform's side.
my @all = qw(impressions clicks interactions cost_micros spend conversions conversions_value all_conversions all_conversions_value view_through_conversions);
my @of_conversions = qw(conversions conversions_value all_conversions all_conversions_value view_through_conversions);
my %kept;
sub kept
{
	my ($report) = @_;
	$session->query("CREATE TABLE $report AS SELECT * FROM google.$report WHERE $days") unless $kept{$report}++;
	return $report;
}

# Rows of one side that are not those of the other; sums of nothing are no rows.
sub differences
{
	my ($finer, $coarser, $by, $metrics, $where) = @_;
	kept($coarser);
	my ($mine, $theirs) = map {
		"(SELECT $by, " . join(', ', map { "round(sum($_), 6)" } @$metrics) . ' FROM ' . kept($_->[0]) . " WHERE $_->[1] GROUP BY $by HAVING "
		  . join(' OR ', map { "sum($_) <> 0" } @$metrics) . ')'
	} [ $finer, $where =~ /VIDEO/ ? "campaign_id IN (SELECT campaign_id FROM $coarser WHERE $where)" : 'true' ], [ $coarser, $where ];
	return $session->query("SELECT (SELECT count(*) FROM ($mine EXCEPT ALL $theirs) d) || '|' || (SELECT count(*) FROM ($theirs EXCEPT ALL $mine) d)");
}

my $no_pmax = "channel_type <> 'PERFORMANCE_MAX'";
for my $case (
	[ 'campaign_hourly', 'campaign_daily', 'account_id, date_day, campaign_id', \@all, 'true' ],
	[ 'ad_group_hourly', 'ad_group_daily', 'account_id, date_day, campaign_id, ad_group_id', \@all, 'true' ],
	[ 'campaign_conversion_daily', 'campaign_daily', 'account_id, date_day, campaign_id', \@of_conversions, 'true' ],
	[ 'ad_group_conversion_daily', 'ad_group_daily', 'account_id, date_day, campaign_id, ad_group_id', \@of_conversions, 'true' ],
	[ 'age_daily', 'ad_group_daily', 'account_id, date_day, campaign_id, ad_group_id', \@all, 'true' ],
	[ 'gender_daily', 'ad_group_daily', 'account_id, date_day, campaign_id, ad_group_id', \@all, 'true' ],
	[ 'campaign_conversion_lag_daily', 'campaign_conversion_daily', 'account_id, date_day, campaign_id, conversion_action', [qw(conversions conversions_value all_conversions all_conversions_value)], 'true' ],
	[ 'impression_share_daily', 'campaign_daily', 'account_id, date_day, campaign_id', ['impressions'], 'true' ],
	[ 'asset_group_daily', 'campaign_daily', 'account_id, date_day, campaign_id', [ grep { $_ ne 'view_through_conversions' } @all ], "channel_type = 'PERFORMANCE_MAX'" ],
	[ 'video_daily', 'campaign_daily', 'account_id, date_day, campaign_id', [qw(impressions clicks spend conversions all_conversions_value)], "channel_type = 'VIDEO'" ],
	[ 'ad_group_daily', 'campaign_daily', 'account_id, date_day, campaign_id', \@all, $no_pmax ])
{
	my ($finer, $coarser, $by, $metrics, $where) = @$case;
	is(differences($finer, $coarser, $by, $metrics, $where), '0|0', "$finer adds up to $coarser" . ($where eq 'true' ? '' : " where $where"));
	cmp_ok($session->query("SELECT count(*) FROM $finer"), '>', 5, "$finer has rows");
}

# Hours of campaigns without Performance Max are those of their ad groups, and actions
# too: the parts are those of one event, whichever way one adds.
my $search = "(SELECT DISTINCT campaign_id FROM " . kept('ad_group_daily') . ')';
for my $case ([ 'campaign_hourly', 'ad_group_hourly', 'hour' ], [ 'campaign_conversion_daily', 'ad_group_conversion_daily', 'conversion_action' ])
{
	my ($campaigns, $groups, $part) = @$case;
	is(differences($groups, $campaigns, "account_id, date_day, campaign_id, $part", \@of_conversions, "campaign_id IN $search"), '0|0', "$groups adds up to $campaigns by $part");
}

# What they lack, and why.
is($session->query("SELECT count(*) > 0, bool_and(landing.clicks <= g.clicks) FROM (SELECT campaign_id, sum(clicks) AS clicks FROM "
		  . kept('landing_page_daily') . " GROUP BY 1) landing JOIN (SELECT campaign_id, sum(clicks) AS clicks FROM ad_group_daily GROUP BY 1) g USING (campaign_id)"),
	't|t', 'landing pages have no more clicks than their campaigns');
is($session->query("SELECT count(*) FROM campaign_daily WHERE impressions > 0 AND $no_pmax AND campaign_id NOT IN (SELECT campaign_id FROM landing_page_daily) AND channel_type = 'SEARCH'"),
	'0', 'all campaigns whose ads have a page are there');
cmp_ok($session->query("SELECT count(*) FROM campaign_daily WHERE impressions > 0 AND campaign_id NOT IN (SELECT campaign_id FROM landing_page_daily)"), '>', 0, 'others are not');
cmp_ok($session->query('SELECT count(DISTINCT hour) FROM campaign_hourly'), '==', 24, 'all hours occur');
is($session->query('SELECT count(DISTINCT age_range) FROM age_daily') . $session->query('SELECT count(DISTINCT gender) FROM gender_daily'), '53', 'and all kinds of people');
is($session->query('SELECT count(*) > 0 FROM campaign_conversion_daily WHERE all_conversions_by_conversion_date > 0 AND all_conversions = 0'), 't', 'conversions on a day of their own');
is($session->query('SELECT sum(conversions) <> sum(conversions_by_conversion_date) FROM campaign_conversion_daily'), 't', 'the two dates are not the same');

# Places and placements lack what is withheld; clicks are not all of them.
for my $case (
	[ 'user_location_daily', 'campaign_daily', 'impressions', 'true' ],
	[ 'placement_daily', 'campaign_daily', 'impressions', "channel_type IN ('DISPLAY', 'VIDEO')" ],
	[ 'placement_pmax_daily', 'campaign_daily', 'impressions', "channel_type = 'PERFORMANCE_MAX'" ],
	[ 'clicks', 'campaign_daily', 'clicks', 'true' ])
{
	my ($finer, $coarser, $metric, $where) = @$case;
	my ($mine, $theirs) = map { $session->query("SELECT sum($metric) FROM $_") } kept($finer), "$coarser WHERE $where";
	cmp_ok($mine, '>', 0, "$finer has $metric");
	cmp_ok($mine, $finer eq 'placement_pmax_daily' ? '<=' : '<', $theirs, "no more than $coarser where $where");
}
is($session->query("SELECT count(DISTINCT location), count(DISTINCT is_targeted), count(*) FILTER (WHERE location IS NULL) FROM user_location_daily"), '4|2|0', 'places by their resource names');
is($session->query("SELECT count(*) FROM user_location_daily u LEFT JOIN (SELECT DISTINCT location, country_code FROM google.geo_target_constants) g USING (location) WHERE g.country_code IS NULL"), '0', 'whose names are in geo_target_constants');
$session->query("ALTER FOREIGN TABLE google.user_location_daily DROP COLUMN location");
is($session->query("SELECT count(*) FROM ((SELECT campaign_id, date_day, sum(impressions), round(sum(all_conversions), 6) FROM google.user_location_daily WHERE $days GROUP BY 1, 2)"
		  . ' EXCEPT (SELECT campaign_id, date_day, sum(impressions), round(sum(all_conversions), 6) FROM campaign_daily GROUP BY 1, 2)) d'), '0', 'countries without places are all of the campaign');
is($session->query("SELECT count(*) > 0, count(DISTINCT lag_bucket) > 1 FROM campaign_conversion_lag_daily"), 't|t', 'conversions by their lag');

# People are in several audiences, which add up to nothing.
is($session->query('SELECT count(*) > 0 FROM (SELECT ad_group_id, date_day, sum(impressions) AS n FROM ' . kept('audience_daily') . ' GROUP BY 1, 2) a JOIN ad_group_daily g USING (ad_group_id, date_day) WHERE a.n > g.impressions'),
	't', 'audiences count people more than once');
is($session->query_error("SELECT campaign_id, sum(clicks) FROM google.audience_daily WHERE $days GROUP BY 1")->{sqlstate}, '42803', 'so a sum over audiences is refused');
is($session->query("SELECT count(*) > 0 FROM (SELECT audience_name, sum(clicks) FROM google.audience_daily WHERE $days GROUP BY 1) a"), 't', 'one audience adds up over ad groups');
is($session->query("SELECT additive FROM adpipe.columns WHERE report = 'audience_daily' AND column_name = 'clicks' AND wrapper = 'google_ads'"), 'days, entities, breakdowns; within one audience_id', 'as the catalogue says');
is($session->query("SELECT additive FROM adpipe.columns WHERE report = 'keyword_daily' AND column_name = 'clicks' AND wrapper = 'google_ads'"), 'days, entities, breakdowns', 'keywords do not overlap');

# Shares: neither summed nor averaged, and small ones are bounds.
is($session->query_error("SELECT campaign_id, avg(impression_share) FROM google.impression_share_daily WHERE $days GROUP BY 1")->{sqlstate}, '42803', 'a share is not averaged');

# Lists that other reports refer to.
is($session->query('SELECT count(*) FILTER (WHERE c.campaign_id IS NULL), count(*) FILTER (WHERE l.label_id IS NULL), count(*) > 0 FROM google.campaign_labels x LEFT JOIN google.campaigns c USING (account_id, campaign_id) LEFT JOIN google.labels l USING (account_id, label_id)'),
	'0|0|t', 'labels of campaigns');
is($session->query("SELECT count(DISTINCT a.audience_name) FROM audience_daily d JOIN google.audiences a USING (audience_list)"), '2', 'audience lists by their resource names');
is($session->query("SELECT count(*) > 0, count(*) FILTER (WHERE b.asset_id IS NULL) FROM google.asset_group_assets a LEFT JOIN google.assets b USING (account_id, asset_id)"), 't|0', 'assets of asset groups');
is($session->query("SELECT (SELECT count(*) FROM google.campaign_criteria WHERE is_negative AND type = 'KEYWORD') > 0, (SELECT bool_and(keyword_text = '무료') FROM google.ad_group_criteria WHERE is_negative AND type = 'KEYWORD')"), 't|t', 'negative keywords of both levels');
is($session->query("SELECT count(*) FROM pg_attribute WHERE attrelid = 'google.changes'::regclass AND attname = 'user_email'"), '0', 'who changed something is personal data');

# A live sum over the finer report, which leaves the finer part out of the request.
for my $case ([ 'campaign_hourly', 'hour' ], [ 'campaign_conversion_daily', 'conversion_action_name' ], [ 'age_daily', 'age_range' ])
{
	my ($report, $part) = @$case;
	my $sums = "campaign_id, round(sum(conversions), 2) FROM %s WHERE $days GROUP BY 1 HAVING sum(conversions) <> 0";
	is($session->query('SELECT count(*) FROM (' . sprintf("(SELECT $sums) EXCEPT (SELECT $sums)", "google.$report", kept($report)) . ') d'), '0', "$report: a live sum is that of its rows");
}

# Rates do not add up; the counts that they are made of do.
is($session->query_error("SELECT campaign_id, avg(quartile_25_rate) FROM google.video_daily WHERE $days GROUP BY 1")->{sqlstate}, '42803', 'a quartile rate is not averaged');
is($session->query("SELECT bool_and(quartile_25_rate >= quartile_50_rate AND quartile_50_rate >= quartile_75_rate AND quartile_75_rate >= quartile_100_rate), max(quartile_25_rate) <= 1 FROM video_daily"), 't|t', 'fewer people watch more');

# What the platform does not report by a segment is an error that names the column.
for my $case (
	[ 'campaign_conversion_daily', 'clicks bigint', 'metrics.clicks', 'segments\.conversion_action' ],
	[ 'placement_pmax_daily', 'clicks bigint', 'metrics.clicks', 'extra' ],
	[ 'video_daily', 'interactions bigint', 'metrics.interactions', 'extra' ],
	[ 'age_daily', 'late numeric', 'metrics.conversions_by_conversion_date', 'extra' ],
	[ 'landing_page_daily', 'hour int', 'segments.hour', 'extra' ])
{
	my ($report, $column, $field, $names) = @$case;
	my ($type) = $column =~ / (\w+)$/;
	$session->query("ALTER FOREIGN TABLE google.$report ADD extra $type OPTIONS (field '$field')");
	my $error = $session->query_error("SELECT * FROM google.$report WHERE $days");
	is($error->{sqlstate}, 'HV00L', "$report with $field: refused");
	like("$error->{message} $error->{detail} $error->{hint}", qr/$names/, "$report with $field: what does not go");
	$session->query("ALTER FOREIGN TABLE google.$report DROP extra");
}

done_testing();
