# Numbers of people do not add up.  adpipe.reach() returns the platform's own count
# where a group has one, in a copy, and of days that it counts together, live; a sum
# that would count people twice is refused before anything is sent, on a live table
# only.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim);
meta_server($node, $sim, role => 'loader');
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA meta TO loader; GRANT USAGE ON FOREIGN SERVER meta TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA meta TO loader');
at('2026-11-20T12:00:00Z');
my $week = "date_day BETWEEN '2026-11-02' AND '2026-11-08'";
run("SELECT adpipe.materialize('meta.campaign_daily', 'ads.kept', '2026-11-02')");
run('CALL adpipe.refresh_all()');
my $session = session($node, user => 'loader');
$session->query("SET adpipe.debug_now = '2026-11-20T12:00:00Z'");

# The platform's own numbers, a row each.
my $rows = $session->query("SELECT date_day, campaign_id, reach, trim_scale(round(frequency, 2)) FROM ads.kept WHERE $week AND reach > 0 ORDER BY 1, 2");
cmp_ok(scalar(split /\n/, $rows), '>', 50, 'rows with people');
for my $table ('meta.campaign_daily', 'ads.kept')
{
	for my $setting ('on', 'off')
	{
		$session->query("SET adpipe.pushdown = $setting");
		is($session->query(<<"END"), $rows, "$table, pushdown $setting: reach and frequency of each group");
SELECT date_day, campaign_id, adpipe.reach(reach), trim_scale(round(adpipe.frequency(impressions, reach), 2))
FROM $table WHERE $week GROUP BY 1, 2 HAVING adpipe.reach(reach) > 0 ORDER BY 1, 2
END
		if ($table eq 'meta.campaign_daily' && $setting eq 'on')
		{
			is($session->query(<<"END"), '0|t', 'a week of days is the number of the platform, at least that of any day and below their sum');
SELECT count(*) FILTER (WHERE reach NOT BETWEEN least AND most), sum(reach) < sum(most)
FROM (SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily WHERE $week GROUP BY 1) w
JOIN (SELECT campaign_id, max(reach) AS least, sum(reach) AS most FROM ads.kept WHERE $week GROUP BY 1) d USING (campaign_id)
END
			next;
		}
		my $error = $session->query_error("SELECT campaign_id, adpipe.reach(reach) FROM $table WHERE $week GROUP BY 1");
		is($error->{sqlstate}, '21000', "$table, pushdown $setting: a week of days is refused");
		like($error->{hint}, qr/^Group by all columns that split the rows of the report \(day, ids, breakdowns\)/, 'and the hint says by what to group');
	}
}

# A live sum is refused while planning; a copy's is the reader's affair.
my %refused = (
	'sum(reach)' => 'GROUP BY campaign_id',
	'sum(t.reach)' => 'GROUP BY campaign_name, date_trunc(\'week\', date_day)',
	'avg(frequency)' => '',
	'adpipe.ctr(clicks, reach)' => 'GROUP BY campaign_id',
	'adpipe.cpa(spend, reach::numeric, currency)' => 'GROUP BY date_day',
	'adpipe.stats(impressions, reach, spend, conversions, conversions_value, currency)' => 'GROUP BY date_day, account_id',
	'sum(reach) FILTER (WHERE clicks > 0)' => 'GROUP BY date_day');
$sim->reset;
for my $setting ('on', 'off')
{
	$session->query("SET adpipe.pushdown = $setting");
	for my $list (sort keys %refused)
	{
		my $error = $session->query_error("SELECT $list FROM meta.campaign_daily t WHERE $week $refused{$list}");
		is($error->{sqlstate}, '42803', "pushdown $setting: $list is refused");
		like($error->{message}, qr/^cannot (add up|average) column "(reach|frequency)" of foreign table "meta\.campaign_daily" over "/, 'the message names column, table and dimension');
		like($error->{hint}, qr/^Group by ".*" as well or pick one value in WHERE, or read a report at the grain that you need/, 'and the hint the way out');
		cmp_ok($session->query("SELECT count(*) FROM (SELECT $list FROM ads.kept t WHERE $week $refused{$list}) s"), '>', 0, "$list over the copy is not");
	}
}
is(scalar @{ $sim->requests }, 0, 'nothing was sent');

# Where a group has one row, the sum is the number.
$session->query('RESET adpipe.pushdown');
is($session->query("SELECT date_day, campaign_id, sum(reach), trim_scale(round(avg(frequency), 2)) FROM meta.campaign_daily WHERE $week AND reach > 0 GROUP BY 1, 2 ORDER BY 1, 2"),
	$rows, 'sums of single rows');
is($session->query("SELECT campaign_id, sum(reach) FROM meta.campaign_daily WHERE date_day = '2026-11-03' GROUP BY 1 ORDER BY 1"),
	$session->query("SELECT campaign_id, reach FROM ads.kept WHERE date_day = '2026-11-03' ORDER BY 1"), 'of one day');
is($session->query("SELECT sum(impressions), trim_scale(sum(spend)), trim_scale(sum(conversions)) FROM meta.campaign_daily WHERE $week"),
	$session->query("SELECT sum(impressions), trim_scale(sum(spend)), trim_scale(sum(conversions)) FROM ads.kept WHERE $week"), 'what adds up is added up');
is($session->query("SELECT trim_scale(round(adpipe.arpdau(spend, reach), 6)) FROM meta.campaign_daily WHERE $week"),
	$session->query("SELECT trim_scale(round(adpipe.arpdau(spend, reach), 6)) FROM ads.kept WHERE $week"), 'arpdau() divides by the people of each day, added up');

done_testing();
