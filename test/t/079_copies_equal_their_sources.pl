# Copies of every daily table of Google Ads and Meta Ads equal their sources,
# before and after the platform restates: days of billions, currencies without
# minor units, an ad in two ad groups, overlapping actions, a page that is full
# to the row, an attribution setting that changes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($since, $until) = ('2026-11-16', '2026-11-19');
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
google_server($node, $sim);
meta_server($node, $sim);
my $session = session($node);
$session->query('CREATE SCHEMA ads');

# The daily tables; those of Meta where its rules are: by their account's grain, by
# action, conversion, window, asset and product, and its log.
my @tables = split /\n/, $session->query(<<'END');
SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'date_day'
WHERE c.relkind = 'f' AND (c.relnamespace = 'google'::regnamespace
	OR c.oid IN ('meta.account_daily'::regclass, 'meta.campaign_daily'::regclass, 'meta.campaign_action_daily'::regclass,
		'meta.campaign_conversion_daily'::regclass, 'meta.campaign_window_daily'::regclass, 'meta.ad_image_daily'::regclass, 'meta.product_daily'::regclass, 'meta.activities'::regclass))
ORDER BY 1
END

sub copy_of
{
	my ($table) = @_;
	return 'ads.' . $table =~ s/\./_/r;
}

# How a copy differs from its source: extra rows|missing rows.
sub difference
{
	my ($table) = @_;
	my $columns = $session->query("SELECT adpipe_internal.column_list('$table')");
	my ($copy, $source) = map { "SELECT $columns FROM $_ WHERE date_day BETWEEN '$since' AND '$until'" } copy_of($table), $table;
	return $session->query("WITH copy AS MATERIALIZED ($copy), source AS MATERIALIZED ($source)
		SELECT (SELECT count(*) FROM (TABLE copy EXCEPT ALL TABLE source) e), (SELECT count(*) FROM (TABLE source EXCEPT ALL TABLE copy) m)");
}

sub refresh
{
	my ($table) = @_;
	$session->query('CALL adpipe.refresh(' . quote(copy_of($table)) . ", '$since', '$until')");
	return $session->messages;
}

cmp_ok(scalar @tables, '>=', 10, 'tables: ' . scalar @tables);
for my $table (@tables)
{
	$session->query("SELECT adpipe.materialize('$table', '" . copy_of($table) . "', '$since')");
	unlike(refresh($table) // '', qr/WARNING/, "$table: refreshed");
	is(difference($table), '0|0', "$table: the copy equals its source");
}
cmp_ok($session->query('SELECT max(impressions) FROM ads.google_campaign_daily'), '>', 3_000_000_000, 'a day of three billion impressions');
is($session->query("SELECT string_agg(DISTINCT currency, ' ' ORDER BY currency) ~ 'JPY KRW' FROM ads.meta_campaign_daily WHERE spend > 0"), 't', 'currencies without minor units');
is($session->query('SELECT count(*) FROM ads.meta_campaign_daily WHERE currency IN (\'JPY\', \'KRW\') AND spend <> trunc(spend)'), '0', 'in whole units');
# The world has no ad in two ad groups: two ads become one.
my ($account, $one, $two) = split /\|/, $session->query(<<'END');
SELECT a.account_id, a.ad_id, b.ad_id FROM ads.google_ad_daily a
JOIN ads.google_ad_daily b USING (account_id, date_day) WHERE a.ad_group_id <> b.ad_group_id AND a.ad_id <> b.ad_id ORDER BY 1, 2, 3 LIMIT 1
END
my $sum = 'SELECT count(*), sum(impressions), sum(spend) FROM ads.google_ad_daily';
my $before = $session->query($sum);
$sim->faults([ { match => { account => $account, query => 'FROM ad_group_ad' }, action => { replace => [ "\"$one\"", "\"$two\"" ] } } ]);
refresh('google.ad_daily');
cmp_ok($session->query('SELECT count(*) FROM (SELECT FROM ads.google_ad_daily GROUP BY account_id, ad_id, date_day HAVING count(DISTINCT ad_group_id) > 1) s'), '>', 0, 'an ad in two ad groups in one day');
is($session->query($sum), $before, 'has its numbers in each');
$sim->faults([]);
cmp_ok($session->query("SELECT count(*) FROM (SELECT FROM ads.meta_campaign_action_daily GROUP BY account_id, campaign_id, date_day HAVING count(*) FILTER (WHERE action_type ~ 'purchase') > 1) s"), '>', 0, 'actions that overlap');

# An unchanged world, on pages that are full to the row: of one page, of two.
my $chunk = $session->query("SELECT count(*) FROM ads.google_campaign_daily WHERE account_id = '1234567890' AND date_day BETWEEN '2026-11-16' AND '2026-11-19'");
cmp_ok($chunk, '>', 3, 'rows of a chunk');
for my $size ($chunk, $chunk / 2)
{
	$sim->settings({ page_size => int($size + 0.5) });
	refresh('google.campaign_daily');
	is($session->query("SELECT changed FROM adpipe.run_ledger ORDER BY run_id DESC LIMIT 1"), '0', "pages of $size rows, full: nothing looks changed");
}
$sim->settings({ page_size => 10_000 });

# Restated, and under another attribution setting.
$sim->restate(1);
for my $table (@tables)
{
	refresh($table);
	is(difference($table), '0|0', "$table, restated: the copy equals its source");
}
cmp_ok($session->query("SELECT count(*) FROM ads.meta_campaign_daily WHERE attribution_setting = '7d_click_1d_view'"), '>', 0, 'attribution: as it was');
$sim->faults([ { match => { path => 'insights' }, action => { replace => [ '"7d_click_1d_view"', '"1d_click"' ] } } ]);
refresh('meta.campaign_daily');
is($session->query("SELECT count(*) FILTER (WHERE attribution_setting = '7d_click_1d_view'), count(*) FILTER (WHERE attribution_setting = '1d_click') > 0 FROM ads.meta_campaign_daily"), '0|t', 'attribution: rows under the old setting are replaced, not kept beside the new');
$sim->faults([]);

# A currency of three decimals, the Kuwaiti dinar: nothing is rounded to two.
google_server($node, $sim, name => 'dinar', options => { customer_id => '3456789012' });
$sim->faults([ { match => { account => '3456789012' }, action => { replace => [ '"NZD"', '"KWD"' ] } } ]);
$session->query("SELECT adpipe.materialize('dinar.campaign_daily', 'ads.dinar_campaign_daily', '$since')");
refresh('dinar.campaign_daily');
is(difference('dinar.campaign_daily'), '0|0', 'dinars: the copy equals its source');
is( $session->query('SELECT string_agg(DISTINCT currency, \',\'), count(*) FILTER (WHERE spend <> round(spend, 2)) > 0, bool_and(spend * 1000000 = cost_micros) FROM ads.dinar_campaign_daily'),
	'KWD|t|t', 'with every decimal');
$sim->faults([]);

done_testing();
