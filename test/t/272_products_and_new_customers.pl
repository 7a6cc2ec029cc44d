# Products of Google's Shopping and Performance Max campaigns, conversions of new and
# returning customers, and negative keywords: what they add up to, what is refused,
# and what is sent.

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
$session->query("CREATE TABLE $_ AS SELECT * FROM google.$_ WHERE $days")
  foreach qw(campaign_daily shopping_product_daily campaign_customer_daily);

# Products: an ad shows none, one or several of them.
is($session->query("SELECT string_agg(DISTINCT channel_type, ' ') FROM shopping_product_daily"), 'PERFORMANCE_MAX', 'products are of campaigns with a feed');
my $by_campaign = "(SELECT account_id, campaign_id, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(spend) AS spend, sum(conversions) AS conversions FROM %s GROUP BY 1, 2)";
is($session->query('SELECT count(*) > 1, bool_and(p.impressions > c.impressions), bool_and(p.clicks < c.clicks), bool_and(p.spend < c.spend) FROM '
		  . sprintf($by_campaign, 'shopping_product_daily') . ' p JOIN ' . sprintf($by_campaign, 'campaign_daily') . ' c USING (account_id, campaign_id)'),
	't|t|t|t', 'more impressions than their campaigns, and fewer clicks: those on no product are missing');
is($session->query("SELECT string_agg(t, ', ' ORDER BY t) FROM (SELECT DISTINCT (date_day < '2026-11-10') || ': ' || product_title AS t FROM shopping_product_daily WHERE product_id = 'sku-001') t"),
	'false: 런닝화 "여성" 240 (리뉴얼), true: 런닝화 "여성" 240', 'a product is called as it was on the day');
is($session->query("SELECT count(*) > 0, count(product_brand) FROM shopping_product_daily WHERE product_id = 'online:ko:KR:3'"), 't|0', 'a product without a brand has its rows');
my $sums = "account_id, product_id, sum(clicks), sum(impressions), round(sum(conversions_value), 2) FROM %s WHERE $days GROUP BY 1, 2";
is($session->query('SELECT count(*) FROM ((SELECT ' . sprintf($sums, 'google.shopping_product_daily') . ') EXCEPT (SELECT ' . sprintf($sums, 'shopping_product_daily') . ')) d'), '0', 'a live sum by product is that of its rows');
like($sim->requests->[-1]{query}, qr/FROM shopping_performance_view/, 'which comes from the view of products');

# Customers: kinds of them divide the conversions.
my @conversions = map { "round(sum($_), 6)" } qw(conversions conversions_value all_conversions all_conversions_value);
my $divided = 'SELECT account_id, date_day, campaign_id, ' . join(', ', @conversions) . ' FROM %s GROUP BY 1, 2, 3 HAVING ' . join(' OR ', map { "$_ <> 0" } @conversions);
is($session->query(sprintf('SELECT count(*) FROM ((' . $divided . ') EXCEPT (' . $divided . ')) d', 'campaign_daily', 'campaign_customer_daily')), '0', 'kinds of customers add up to the campaign');
is($session->query(sprintf('SELECT count(*) FROM ((' . $divided . ') EXCEPT (' . $divided . ')) d', 'campaign_customer_daily', 'campaign_daily')), '0', 'and to nothing more');
is($session->query("SELECT string_agg(DISTINCT customer_type, ' ') FROM campaign_customer_daily"), 'NEW NEW_AND_HIGH_LTV RETURNING', 'all kinds occur');
is($session->query("SELECT adpipe.new_customer_share(CASE WHEN customer_type = 'RETURNING' THEN 0 ELSE conversions END, conversions)
		= sum(conversions) FILTER (WHERE customer_type <> 'RETURNING') / sum(conversions) FROM campaign_customer_daily"), 't', 'the share of new customers is a ratio of sums');

# Negative keywords are those criteria, and no other rows are asked for.
for my $case ([ 'negative_keywords', 'ad_group_criteria' ], [ 'campaign_negative_keywords', 'campaign_criteria' ])
{
	my ($report, $criteria) = @$case;
	my $columns = "account_id, campaign_id, keyword_text, match_type";

	is($session->query("SELECT (SELECT count(*) FROM google.$report) > 0, count(*) FROM ((SELECT $columns FROM google.$report) EXCEPT ALL (SELECT $columns FROM google.$criteria WHERE is_negative AND type = 'KEYWORD')) d"),
		't|0', "$report: nothing else");
	is($session->query("SELECT count(*) FROM ((SELECT $columns FROM google.$criteria WHERE is_negative AND type = 'KEYWORD') EXCEPT ALL (SELECT $columns FROM google.$report)) d"), '0', "$report: all of them");
	like($session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT keyword_text FROM google.$report WHERE campaign_id = '17000000001'"),
		qr/FROM (\w+_criterion) WHERE \1\.negative = TRUE AND \1\.type = 'KEYWORD' AND campaign\.id = 17000000001/, "$report: the platform picks them");
	is($session->query("SELECT count(*) FROM google.$report"), $session->query("SELECT count(keyword_text) FROM google.$report"), "$report: count(*)");
}
$sim->faults([ { match => { path => 'googleAds:search', query => 'negative = TRUE' }, action => { as_account => '2345678901' } } ]);
is($session->query_error('SELECT * FROM google.negative_keywords')->{sqlstate}, 'HV00A', 'those of another account are an error');
$sim->faults([]);

# What the platform does not report by them is an error that names the column.
for my $case (
	[ 'shopping_product_daily', 'bigint', 'metrics.view_through_conversions' ],
	[ 'campaign_customer_daily', 'bigint', 'metrics.clicks' ])
{
	my ($report, $type, $field) = @$case;
	$session->query("ALTER FOREIGN TABLE google.$report ADD extra $type OPTIONS (field '$field')");
	my $error = $session->query_error("SELECT * FROM google.$report WHERE $days");
	is($error->{sqlstate}, 'HV00L', "$report with $field: refused");
	like("$error->{message} $error->{detail} $error->{hint}", qr/extra|new_versus_returning/, "$report with $field: what does not go");
	$session->query("ALTER FOREIGN TABLE google.$report DROP extra");
}

done_testing();
