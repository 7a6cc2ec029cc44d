# A GROUP BY makes the platform send fewer rows, and never a wrong number.  Each
# statement is run with adpipe.pushdown on and off.  EXPLAIN shows at which grain
# the platform is asked; where a coarse row would not do, that is the plain one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(same_answer);
use Cpanel::JSON::XS;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
google_server($node, $sim, options => { customer_id => '1234567890,2345678901' });
google_server($node, $sim, name => 'google_common', schema => 'common',
	options => { customer_id => '1234567890' });
meta_server($node, $sim);
meta_server($node, $sim, name => 'meta_common', schema => 'common');
$sim->clock($now);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));
my $days = "date_day BETWEEN '2026-10-20' AND '2026-11-10'";

# The plan of a statement; with ANALYZE, it is run.
sub plan_of
{
	my ($sql, $analyze) = @_;
	my $options = $analyze ? 'ANALYZE, TIMING OFF, ' : '';
	my $text = $session->query("EXPLAIN (${options}VERBOSE, FORMAT JSON) $sql");
	return decode_json($text)->[0]{Plan};
}

# The nodes of a plan that read a platform.
sub scans_in
{
	my ($plan) = @_;
	my @below = map { scans_in($_) } @{ $plan->{Plans} // [] };
	return (defined $plan->{Grain} ? $plan : (), @below);
}

# The grains of a statement's scans, with commas, in order.
sub grains
{
	my ($sql) = @_;
	return join ' + ', sort map { $_->{Grain} } scans_in(plan_of($sql));
}

# Whether a statement is read at a grain, and its answer is that of the rows
# themselves.
sub reads_at
{
	my ($name, $grain, $sql) = @_;

	$session->query('SET adpipe.pushdown = on');
	is(grains($sql), $grain, "$name: the grain") or diag($sql);
	my ($answer, $error) = $session->try($sql);
	return fail("$name: $error->{message}") if $error;
	$session->query('SET adpipe.pushdown = off');
	my $plain = $session->query($sql);
	isnt($plain, '', "$name: there are rows");
	my $difference = same_answer($answer, $plain);
	is($difference, undef, "$name: the answer") or diag($sql);
	$session->query('SET adpipe.pushdown = on');
	return;
}

# How much less is sent.
my $roas = "SELECT campaign_name, sum(clicks), adpipe.roas(conversions_value, spend, currency)"
  . " FROM google.campaign_device_daily WHERE $days GROUP BY 1 ORDER BY 1";
my $campaigns = $session->query("SELECT count(DISTINCT (account_id, campaign_id)) FROM google.campaigns");
my ($scan) = scans_in(plan_of($roas, 1));
cmp_ok($scan->{'Rows Fetched'}, '<=', $campaigns, 'a row per campaign at most is sent');
is($scan->{Grain}, 'account, campaign', 'EXPLAIN says what tells the rows apart');
like($scan->{Request}, qr/WHERE segments\.date BETWEEN '2026-10-20' AND '2026-11-10'/, 'the days are still a condition');
unlike($scan->{Request} =~ s/ FROM .*//r, qr/segments\./, 'and no segment is selected');
ok(!exists $scan->{Filter}, 'no day is checked in rows that have none');
$session->query('SET adpipe.pushdown = off');
my ($fine) = scans_in(plan_of($roas, 1));
cmp_ok($fine->{'Rows Fetched'}, '>', 20 * $scan->{'Rows Fetched'}, 'many more rows without');
is($fine->{Grain}, 'account, campaign, date_day, device, ad_network_type', 'which are those of the table');
$session->query('SET adpipe.pushdown = on');

# One table.
my $google = "FROM google.campaign_daily WHERE $days";
my $device = "FROM google.campaign_device_daily WHERE $days";
my $campaign = 'account, campaign';
my $daily = 'account, campaign, date_day';
reads_at('a name', $campaign, "SELECT campaign_name, sum(clicks), sum(spend), sum(conversions) $google GROUP BY 1 ORDER BY 1");
reads_at('all in one', $campaign, "SELECT sum(clicks), sum(cost_micros), sum(conversions_value) $google");
reads_at('a KPI and its parts', $campaign,
	"SELECT account_id, adpipe.ctr(clicks, impressions), adpipe.cpc(spend, clicks, currency), adpipe.roas(conversions_value, spend) $google GROUP BY 1 ORDER BY 1");
reads_at('sums to store', $campaign,
	"SELECT account_id, (adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency)).clicks $google GROUP BY 1 ORDER BY 1"
	=~ s/\(adpipe\.stats(.*?)\)\.clicks/adpipe.clicks(adpipe.stats$1)/r);
reads_at('an expression of a kept column', $campaign, "SELECT upper(campaign_name), sum(clicks) / sum(impressions) $google GROUP BY 1 ORDER BY 1");
reads_at('the day stays where it is grouped', $daily, "SELECT date_day, sum(clicks) $google GROUP BY 1 ORDER BY 1");
reads_at('device and network go', $daily, "SELECT date_day, sum(clicks) $device GROUP BY 1 ORDER BY 1");
reads_at('device stays, day and network go', "$campaign, device", "SELECT device, sum(clicks), sum(spend) $device GROUP BY 1 ORDER BY 1");
reads_at('HAVING', $campaign, "SELECT campaign_name, sum(clicks) $google GROUP BY 1 HAVING sum(impressions) > 1000 AND campaign_name <> 'x' ORDER BY 1");
reads_at('FILTER by a column that stays', $campaign,
	"SELECT account_id, sum(clicks) FILTER (WHERE campaign_status = 'ENABLED'), sum(clicks) $google GROUP BY 1 ORDER BY 1");
reads_at('grouping sets', $campaign, "SELECT account_id, channel_type, sum(clicks) $google GROUP BY ROLLUP (1, 2) ORDER BY 1, 2");
reads_at('extremes and distinct values of columns that stay', $campaign,
	"SELECT account_id, min(campaign_name), count(DISTINCT campaign_id), string_agg(DISTINCT channel_type, ','), sum(clicks) $google GROUP BY 1 ORDER BY 1");
reads_at('DISTINCT without an aggregate', $campaign, "SELECT DISTINCT campaign_name $google ORDER BY 1");
reads_at('conditions on columns that stay', "$campaign, device",
	"SELECT campaign_name, sum(clicks) $device AND device IN ('MOBILE', 'DESKTOP') AND campaign_name LIKE '%a%' AND campaign_status <> 'REMOVED' GROUP BY 1 ORDER BY 1");
reads_at('a subquery that filters first', $campaign,
	"SELECT n, sum(c) FROM (SELECT campaign_name AS n, clicks AS c, date_day AS d FROM google.campaign_daily) q WHERE d BETWEEN '2026-10-20' AND '2026-11-10' GROUP BY 1 ORDER BY 1");
reads_at('a value from a subquery', $campaign,
	"SELECT campaign_name, sum(clicks) $google AND account_id = (SELECT min(account_id) FROM google.accounts) GROUP BY 1 ORDER BY 1"
	=~ s/FROM google\.accounts/FROM (VALUES ('1234567890')) v (account_id)/r);
reads_at('days as timestamps', $campaign,
	"SELECT campaign_name, sum(clicks) FROM google.campaign_daily WHERE date_day >= timestamp '2026-10-20 12:00' AND date_day < timestamptz '2026-11-10 00:00+00' GROUP BY 1 ORDER BY 1");
reads_at('a CTE', $campaign, "WITH q AS (SELECT campaign_name, clicks $google) SELECT campaign_name, sum(clicks) FROM q GROUP BY 1 ORDER BY 1");
for my $table (qw(account_daily ad_group_daily ad_daily keyword_daily search_term_daily geo_daily account_device_daily keyword_device_daily))
{
	my $more = $table eq 'geo_daily' ? " AND location_type = 'LOCATION_OF_PRESENCE'" : '';
	my ($grain) = grains("SELECT account_id, sum(clicks) FROM google.$table WHERE $days$more GROUP BY 1");
	unlike($grain, qr/date_day|device|network/, "$table loses day, device and network");
	reads_at($table, $grain, "SELECT account_id, sum(clicks), sum(spend) FROM google.$table WHERE $days$more GROUP BY 1 ORDER BY 1");
}

# Meta Ads.
my $meta = "FROM meta.campaign_age_gender_daily WHERE $days";
my $place = "FROM meta.campaign_placement_daily WHERE $days";
reads_at('Meta: a name', $campaign, "SELECT campaign_name, sum(clicks), sum(spend) FROM meta.campaign_daily WHERE $days GROUP BY 1 ORDER BY 1");
reads_at('Meta: breakdowns go', $campaign, "SELECT campaign_name, sum(impressions), adpipe.cpc(spend, clicks, currency) $meta GROUP BY account_id, 1 ORDER BY 1, 2");
reads_at('Meta: a breakdown stays', "$campaign, gender", "SELECT gender, sum(impressions), sum(spend) $meta GROUP BY 1 ORDER BY 1");
reads_at('Meta: a breakdown stays with what it needs', "$campaign, publisher_platform, platform_position",
	"SELECT platform_position, sum(clicks) $place GROUP BY 1 ORDER BY 1");
reads_at('Meta: what needs the other goes', "$campaign, publisher_platform", "SELECT publisher_platform, sum(clicks) $place GROUP BY 1 ORDER BY 1");
reads_at('Meta: countries do not add up to the whole', "$campaign, country",
	"SELECT campaign_id, sum(clicks) FROM meta.campaign_country_daily WHERE $days GROUP BY 1 ORDER BY 1");
for my $table (qw(account_daily adset_daily ad_daily))
{
	my ($grain) = grains("SELECT account_id, sum(clicks) FROM meta.$table WHERE $days GROUP BY 1");
	unlike($grain, qr/date_day/, "Meta: $table loses the day");
	reads_at("Meta: $table", $grain, "SELECT account_id, sum(clicks), sum(spend) FROM meta.$table WHERE $days GROUP BY 1 ORDER BY 1");
}

# What a coarse row cannot answer.
my %refused = (
	'a condition on a metric' => "SELECT campaign_name, sum(clicks) $google AND clicks > 5 GROUP BY 1 ORDER BY 1",
	'count(*)' => "SELECT campaign_name, count(*) $google GROUP BY 1 ORDER BY 1",
	'count of a column' => "SELECT campaign_name, count(campaign_id) $google GROUP BY 1 ORDER BY 1",
	'avg' => "SELECT campaign_name, avg(clicks) $google GROUP BY 1 ORDER BY 1",
	'the largest of a metric' => "SELECT campaign_name, max(clicks) $google GROUP BY 1 ORDER BY 1",
	'distinct values of a metric' => "SELECT campaign_name, sum(DISTINCT clicks) $google GROUP BY 1 ORDER BY 1",
	'a metric that is grouped' => "SELECT clicks, sum(impressions) $google GROUP BY 1 ORDER BY 1",
	'distinct days' => "SELECT campaign_name, count(DISTINCT date_day) $google GROUP BY 1 ORDER BY 1",
	'the last day' => "SELECT campaign_name, max(date_day), sum(clicks) $google GROUP BY 1 ORDER BY 1",
	'a product' => "SELECT campaign_name, sum(clicks::numeric * impressions) $google GROUP BY 1 ORDER BY 1",
	'a sum of a constant' => "SELECT campaign_name, sum(1), sum(clicks) $google GROUP BY 1 ORDER BY 1",
	'a sum of a case' => "SELECT campaign_name, sum(CASE WHEN clicks > 3 THEN clicks END) $google GROUP BY 1 ORDER BY 1",
	'FILTER by the day' => "SELECT campaign_name, sum(clicks) FILTER (WHERE date_day > '2026-11-01') $google GROUP BY 1 ORDER BY 1",
	'FILTER by a metric' => "SELECT campaign_name, sum(clicks) FILTER (WHERE clicks > 3) $google GROUP BY 1 ORDER BY 1",
	'a list of days' => "SELECT campaign_name, sum(clicks) FROM google.campaign_daily WHERE date_day IN ('2026-11-01', '2026-11-04') GROUP BY 1 ORDER BY 1",
	'one day' => "SELECT campaign_name, sum(clicks) FROM google.campaign_daily WHERE date_day = '2026-11-01' GROUP BY 1 ORDER BY 1",
	'days with a gap' => "SELECT campaign_name, sum(clicks) $google AND date_day <> '2026-11-01' GROUP BY 1 ORDER BY 1",
	'days or other days' =>
	  "SELECT campaign_name, sum(clicks) FROM google.campaign_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-02' OR date_day BETWEEN '2026-11-05' AND '2026-11-06' GROUP BY 1 ORDER BY 1",
	'an expression of the day' => "SELECT campaign_name, sum(clicks) $google AND extract(dow FROM date_day) = 1 GROUP BY 1 ORDER BY 1",
	'days cast to the zone of the session' =>
	  "SELECT campaign_name, sum(clicks) FROM google.campaign_daily WHERE date_day::timestamp >= timestamptz '2026-11-01 00:00+00' GROUP BY 1 ORDER BY 1",
	'a condition that runs over columns' => "SELECT campaign_name, sum(clicks) $google AND (date_day > '2026-11-05' OR campaign_status = 'ENABLED') GROUP BY 1 ORDER BY 1",
	'a volatile condition' => "SELECT campaign_name, sum(clicks) $google AND random() >= 0 GROUP BY 1 ORDER BY 1",
	'a volatile argument' => "SELECT campaign_name, sum(clicks) FILTER (WHERE random() >= 0) $google GROUP BY 1 ORDER BY 1",
	'a whole row' => "SELECT campaign_name, count(DISTINCT t) FROM google.campaign_daily t WHERE $days GROUP BY 1 ORDER BY 1",
	'a system column' => "SELECT tableoid::regclass, sum(clicks) $google GROUP BY 1 ORDER BY 1",
	'a window beside the groups' => "SELECT campaign_name, sum(clicks), rank() OVER (ORDER BY sum(clicks)) $google GROUP BY 1 ORDER BY 1",
	'rows returned by a function' => "SELECT campaign_name, generate_series(1, 2), sum(clicks) $google GROUP BY 1 ORDER BY 1, 2",
	'no aggregate at all' => "SELECT campaign_name, clicks $google ORDER BY 1, 2 LIMIT 50",
	'DISTINCT ON' => "SELECT DISTINCT ON (campaign_name) campaign_name $google ORDER BY 1",
	'DISTINCT over a metric' => "SELECT DISTINCT campaign_name, clicks $google ORDER BY 1, 2",
	'a condition with a subplan' => "SELECT campaign_name, sum(clicks) $google AND campaign_id NOT IN (SELECT '17'::text FROM generate_series(1, 3)) GROUP BY 1 ORDER BY 1",
	'an aggregate of others' => "SELECT campaign_name, stddev(clicks) $google GROUP BY 1 ORDER BY 1",
);
reads_at($_, $daily, $refused{$_}) for sort keys %refused;
reads_at('a view with LIMIT', $daily, "SELECT campaign_name, sum(clicks) FROM (SELECT * $google ORDER BY account_id, campaign_id, date_day LIMIT 100) q GROUP BY 1 ORDER BY 1");
reads_at('an inner query without groups', $daily, "SELECT sum(c) FROM (SELECT clicks AS c $google OFFSET 0) q");
reads_at('Meta: reach does not add up', $daily, "SELECT campaign_name, max(reach), sum(clicks) FROM meta.campaign_daily WHERE $days GROUP BY 1 ORDER BY 1");
reads_at('Meta: conversions depend on the settings of the days', $daily, "SELECT campaign_name, sum(conversions) FROM meta.campaign_daily WHERE $days GROUP BY 1 ORDER BY 1");
is($session->query_error("SELECT campaign_name, sum(clicks), sum(reach) FROM meta.campaign_daily WHERE $days GROUP BY 1")->{sqlstate}, '42803', 'Meta: a sum of reach is refused in either case');
my ($by_action) = grains("SELECT action_type, sum(action_count) FROM meta.campaign_action_daily WHERE $days GROUP BY 1");
like($by_action, qr/date_day/, 'Meta: rows made of lists of actions keep the day');

# Tables of users.
$session->query(<<'END');
CREATE FOREIGN TABLE google.late (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
  campaign_name text OPTIONS (field 'campaign.name'), clicks bigint OPTIONS (field 'metrics.clicks'),
  conversions_value numeric OPTIONS (field 'metrics.conversions_value')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE google.small (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
  campaign_name text OPTIONS (field 'campaign.name'), clicks int OPTIONS (field 'metrics.clicks'),
  spend numeric(12, 6) OPTIONS (field 'metrics.cost_micros')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE google.wide (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
  month date OPTIONS (field 'segments.month'), dow text OPTIONS (field 'segments.day_of_week'), campaign_name text OPTIONS (field 'campaign.name'),
  clicks bigint OPTIONS (field 'metrics.clicks'), spend double precision OPTIONS (field 'metrics.cost_micros')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE meta.stops (account_id text, date_day date OPTIONS (field 'date_start'), last_day date OPTIONS (field 'date_stop'),
  campaign_id text, objective text, clicks bigint) SERVER meta OPTIONS (level 'campaign');
END
reads_at('values that could cancel', 'account, campaign, date_day', "SELECT campaign_name, sum(clicks) FROM google.late WHERE $days GROUP BY 1 ORDER BY 1");
reads_at('a sum that a small column could not hold', 'account, campaign, date_day',
	"SELECT campaign_name, sum(clicks) FROM google.small WHERE $days AND account_id = '2345678901' GROUP BY 1 ORDER BY 1");
reads_at('a sum beyond the precision of a column', 'account, campaign, date_day',
	"SELECT campaign_name, sum(spend) FROM google.small WHERE $days AND account_id = '2345678901' GROUP BY 1 ORDER BY 1");
reads_at('a month instead of a day', 'account, campaign, month', "SELECT month, sum(clicks), sum(spend) FROM google.wide WHERE $days GROUP BY 1 ORDER BY 1");
reads_at('a condition on another segment', 'account, campaign, dow', "SELECT campaign_name, sum(clicks) FROM google.wide WHERE $days AND dow = 'MONDAY' GROUP BY 1 ORDER BY 1");
reads_at('Meta: another date of the row', 'account, campaign, date_day', "SELECT max(last_day), sum(clicks) FROM meta.stops WHERE $days");
reads_at('Meta: an attribute that is not a date', 'account, campaign', "SELECT objective, sum(clicks) FROM meta.stops WHERE $days GROUP BY 1 ORDER BY 1");

# Joins.  A class of rows has the same partners if the condition uses only
# columns that stay.
$session->query(<<'END');
CREATE TABLE brands (campaign_id text, brand text, weight numeric);
INSERT INTO brands SELECT campaign_id, CASE WHEN campaign_id ~ '[02468]$' THEN 'even' ELSE 'odd' END, 2 FROM google.campaigns WHERE campaign_name <> 'Brand';
INSERT INTO brands SELECT campaign_id, 'twice', 3 FROM google.campaigns WHERE campaign_name ~ '^[A-P]';
INSERT INTO brands VALUES ('0', 'none', 1), (NULL, 'null', 1);
CREATE TABLE some_days (d date, label text);
INSERT INTO some_days SELECT '2026-10-25'::date + i, 'x' FROM generate_series(0, 5) i;
ANALYZE brands, some_days;
END
my $g = 'google.campaign_daily g';
my $gdays = $days =~ s/date_day/g.date_day/r;
my $by_brand = 'GROUP BY 1 ORDER BY 1';
reads_at('a join', $campaign, "SELECT b.brand, sum(g.clicks), sum(g.spend) FROM $g JOIN brands b USING (campaign_id) WHERE $gdays $by_brand");
reads_at('a left join', $campaign, "SELECT b.brand, sum(g.clicks) FROM $g LEFT JOIN brands b USING (campaign_id) WHERE $gdays $by_brand");
reads_at('the nullable side of a join', $campaign,
	"SELECT b.brand, sum(g.clicks), min(b.weight) FROM brands b LEFT JOIN $g ON b.campaign_id = g.campaign_id AND $gdays $by_brand");
reads_at('a full join', $campaign, "SELECT b.brand, sum(g.clicks) FROM brands b FULL JOIN (SELECT * FROM $g WHERE $gdays) g ON b.campaign_id = g.campaign_id $by_brand");
reads_at('EXISTS', $campaign,
	"SELECT g.campaign_name, sum(g.clicks) FROM $g WHERE $gdays AND EXISTS (SELECT FROM brands b WHERE b.campaign_id = g.campaign_id AND b.brand = 'even') $by_brand");
reads_at('NOT EXISTS', $campaign,
	"SELECT g.campaign_name, sum(g.clicks) FROM $g WHERE $gdays AND NOT EXISTS (SELECT FROM brands b WHERE b.campaign_id = g.campaign_id AND b.brand = 'even') $by_brand");
reads_at('two foreign tables, one with sums', 'account, campaign + account, campaign',
	"SELECT c.campaign_status, sum(g.clicks) FROM google.campaigns c JOIN $g USING (account_id, campaign_id) WHERE $gdays $by_brand");
reads_at('a cross join', $campaign, "SELECT b.brand, sum(g.clicks) FROM $g CROSS JOIN (SELECT DISTINCT brand FROM brands) b WHERE $gdays $by_brand");
reads_at('a join by the day', $daily, "SELECT s.label, sum(g.clicks) FROM $g JOIN some_days s ON s.d = g.date_day WHERE $gdays $by_brand");
reads_at('a join by a metric', $daily, "SELECT b.brand, sum(g.clicks) FROM $g JOIN brands b ON b.campaign_id = g.campaign_id AND g.clicks > b.weight WHERE $gdays $by_brand");
reads_at('a join by equal metrics', $daily, "SELECT v.n, sum(g.clicks) FROM $g JOIN (VALUES (0::bigint), (1), (2)) v (n) ON g.view_through_conversions = v.n WHERE $gdays $by_brand");
reads_at('sums of the other side', $daily, "SELECT b.brand, sum(g.clicks), sum(b.weight) FROM $g JOIN brands b USING (campaign_id) WHERE $gdays $by_brand");
reads_at('a count of the joined rows', $daily, "SELECT b.brand, count(*) FROM $g JOIN brands b USING (campaign_id) WHERE $gdays $by_brand");
reads_at('a product with the other side', $daily, "SELECT b.brand, sum(g.clicks * b.weight) FROM $g JOIN brands b USING (campaign_id) WHERE $gdays $by_brand");
reads_at('sums of both foreign sides', "$daily + $daily",
	"SELECT sum(g.clicks), sum(h.clicks) FROM $g JOIN google.campaign_daily h ON g.campaign_id = h.campaign_id WHERE $gdays AND h.$days AND g.account_id = '2345678901'");
reads_at('whether it has rows at all', 'account, campaign + account, campaign, date_day',
	"SELECT c.campaign_status, min(c.campaign_name) FROM google.campaigns c WHERE EXISTS (SELECT FROM $g WHERE g.campaign_id = c.campaign_id AND $gdays AND g.clicks > 5) $by_brand");
reads_at('LATERAL that uses a metric', $daily, "SELECT g.campaign_name, sum(g.clicks) FROM $g, LATERAL (SELECT g.clicks + 1 AS one OFFSET 0) x WHERE $gdays $by_brand");
reads_at('LATERAL with groups inside', $campaign,
	"SELECT b.brand, x.clicks FROM brands b, LATERAL (SELECT sum(g.clicks) AS clicks FROM $g WHERE $gdays AND g.campaign_id = b.campaign_id) x WHERE b.brand = 'even' ORDER BY 1, 2");
for my $method ('hashjoin', 'mergejoin', 'nestloop')
{
	my @others = grep { $_ ne $method } 'hashjoin', 'mergejoin', 'nestloop';
	$session->query("SET enable_$_ = off") for @others;
	reads_at("a join by $method", $campaign, "SELECT b.brand, sum(g.clicks) FROM $g JOIN brands b USING (campaign_id) WHERE $gdays $by_brand");
	$session->query("RESET enable_$_") for @others;
}

# Locked rows.  When another transaction has changed a row, its partners are checked
# again: rows of days are, groups come as they were.
reads_at('locked rows', $daily, "SELECT b.brand, g.clicks FROM $g JOIN brands b USING (campaign_id) WHERE $gdays AND g.account_id = '2345678901' ORDER BY 1, 2 FOR UPDATE OF b");
my $clicks = "SELECT campaign_id, sum(clicks) AS clicks $google GROUP BY 1";
my $raise = "UPDATE brands b SET weight = b.weight + s.clicks FROM ($clicks) s WHERE s.campaign_id = b.campaign_id";
is(grains($raise), $campaign, 'an update by groups: the grain');
my $other = session($node);
$other->query("BEGIN; UPDATE brands SET weight = 100 WHERE brand = 'twice'");
my $pid = $session->pid;
$session->query('BEGIN');
$session->send($raise);
poll_until(sub { $other->query("SELECT count(*) FROM pg_locks WHERE pid = $pid AND NOT granted") > 0 });
$other->query('COMMIT');
my (undef, $failed) = $session->wait;
is($failed, undef, 'and it goes on once the others are done');
$session->query('SET LOCAL adpipe.pushdown = off');
is($session->query("SELECT count(*) FROM brands b JOIN ($clicks) s USING (campaign_id) WHERE b.weight IS DISTINCT FROM CASE b.brand WHEN 'twice' THEN 100 ELSE 2 END + s.clicks"), 0, 'with what they wrote');
cmp_ok($session->query("SELECT count(*) FROM brands WHERE brand = 'twice' AND weight > 100"), '>', 0, 'in some rows');
$session->query('ROLLBACK');

# Partitions and UNION ALL, whose scans stay side by side.
$session->query(<<'END');
CREATE VIEW united AS SELECT * FROM google_common.campaign_report UNION ALL SELECT * FROM meta_common.campaign_report;
CREATE VIEW labelled AS SELECT 'ours' AS label, NULL::numeric AS extra, * FROM google_common.campaign_report
  UNION ALL SELECT 'theirs', conversions, * FROM meta_common.campaign_report;
CREATE VIEW nested AS SELECT upper(platform) AS platform, campaign_name AS name, date_day AS d, clicks, spend FROM united;
CREATE VIEW doubled AS SELECT campaign_name, date_day, clicks * 2 AS clicks FROM google_common.campaign_report UNION ALL SELECT campaign_name, date_day, clicks FROM meta_common.campaign_report;
CREATE TABLE parted (LIKE google_common.campaign_report) PARTITION BY LIST (platform);
CREATE TABLE parted_meta PARTITION OF parted FOR VALUES IN ('meta_ads') PARTITION BY RANGE (date_day);
ALTER TABLE parted ATTACH PARTITION google_common.campaign_report FOR VALUES IN ('google_ads');
ALTER TABLE parted_meta ATTACH PARTITION meta_common.campaign_report FOR VALUES FROM ('2000-01-01') TO ('2100-01-01');
END
my $two = "$campaign + $campaign";
my $plain = "$daily + $daily";
sub both_ways
{
	my ($name, $grains, $sql) = @_;
	my @scans = scans_in(plan_of($sql));
	reads_at($name, $grains, $sql);
	is(scalar(grep { $_->{'Async Capable'} } @scans), 2, "$name: side by side");
	return;
}
for my $table ('united', 'parted')
{
	both_ways($table, $two, "SELECT platform, campaign_name, sum(clicks), sum(spend), adpipe.cpm(spend, impressions, currency) FROM $table WHERE $days GROUP BY account_id, 1, 2 ORDER BY 1, 2, 3");
	both_ways("$table: all in one", $two, "SELECT sum(clicks) FROM $table WHERE $days");
	both_ways("$table: by day", $plain, "SELECT date_day, sum(clicks) FROM $table WHERE $days GROUP BY 1 ORDER BY 1");
	both_ways("$table: count", $plain, "SELECT platform, count(*) FROM $table WHERE $days GROUP BY 1 ORDER BY 1");
	both_ways("$table: conversions, which only one adds up", "$campaign + $daily", "SELECT platform, sum(conversions) FROM $table WHERE $days GROUP BY 1 ORDER BY 1");
		reads_at("$table: a join", $two, "SELECT b.brand, sum(t.clicks) FROM $table t JOIN brands b USING (campaign_id) WHERE t.$days $by_brand");
}
reads_at('one partition', $campaign, "SELECT platform, sum(clicks) FROM parted WHERE $days AND platform = 'google_ads' GROUP BY 1");
both_ways('a view over a view', $two, "SELECT platform, name, sum(clicks) FROM nested WHERE d BETWEEN '2026-10-20' AND '2026-11-10' GROUP BY 1, 2 ORDER BY 1, 2");
both_ways('constants in the arms', $two, "SELECT label, sum(clicks) FROM labelled WHERE $days GROUP BY 1 ORDER BY 1");
both_ways('a column that one arm lacks', "$campaign + $daily", "SELECT label, sum(extra), sum(clicks) FROM labelled WHERE $days GROUP BY 1 ORDER BY 1");
both_ways('an arm that is more than a metric', "$campaign + $daily", "SELECT sum(clicks) FROM doubled WHERE $days");
$session->query('SET enable_partitionwise_aggregate = on');
reads_at('aggregates by partition', $two, "SELECT platform, campaign_name, sum(clicks) FROM parted WHERE $days GROUP BY 1, 2 ORDER BY 1, 2");
reads_at('aggregates in part by partition', $two, "SELECT currency, sum(clicks) FROM parted WHERE $days GROUP BY 1 ORDER BY 1");
$session->query('RESET enable_partitionwise_aggregate');

# Parameters and plans that are kept.
for my $mode ('force_generic_plan', 'force_custom_plan')
{
	$session->query("SET plan_cache_mode = $mode; PREPARE p (date, date, text) AS SELECT campaign_name, sum(clicks) FROM google.campaign_daily"
		. " WHERE date_day >= \$1 AND date_day < \$2 AND campaign_status = \$3 GROUP BY 1 ORDER BY 1");
	reads_at("parameters, $mode", $campaign, "EXECUTE p ('2026-10-20', '2026-11-01', 'ENABLED')");
	reads_at("other parameters, $mode", $campaign, "EXECUTE p ('2026-11-01', '2026-11-03', 'REMOVED')");
	is($session->query("EXECUTE p (NULL, '2026-11-03', 'PAUSED')"), '', "no value, no rows, $mode");
	is($session->query("EXECUTE p ('2026-11-03', '2026-11-03', 'PAUSED')"), '', "no days, no rows, $mode");
	$session->query('DEALLOCATE p; RESET plan_cache_mode');
}
$session->query("SET plan_cache_mode = force_generic_plan; PREPARE kept AS $roas");
my $coarse = $session->query('EXECUTE kept');
$session->query('SET adpipe.pushdown = off');
is(grains('EXECUTE kept'), 'account, campaign, date_day, device, ad_network_type', 'a kept plan asks for all rows once pushdown is off');
is(same_answer($session->query('EXECUTE kept'), $coarse), undef, 'and adds them up itself');
$session->query('SET adpipe.pushdown = on; DEALLOCATE kept; RESET plan_cache_mode');
$session->query("BEGIN; DECLARE c SCROLL CURSOR FOR $roas; MOVE 3 IN c");
my $third = $session->query('FETCH BACKWARD 1 FROM c');
is(same_answer($third, (split /\n/, $coarse)[1]), undef, 'a cursor goes back');
$session->query('COMMIT');

# A statement that reads the rows themselves, too, asks once.
my $top = "SELECT t.date_day, t.campaign_name, sum(t.clicks) FROM google.campaign_daily t JOIN (SELECT campaign_name, sum(clicks) $google GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3) top"
  . " USING (campaign_name) WHERE t.$days GROUP BY 1, 2 ORDER BY 1, 2";
sub row_requests { return scalar(grep { ($_->{query} // '') =~ /FROM campaign / } @{ $sim->requests }); }
reads_at('the largest by day', "$daily + $daily", $top);
$session->query('SELECT 1');
my $before = row_requests();
$session->query($top);
is(row_requests() - $before, 2, 'one request per account for both');
my $compare = "SELECT a.campaign_name, a.clicks, b.clicks FROM (SELECT campaign_name, sum(clicks) AS clicks $google GROUP BY 1) a JOIN (SELECT campaign_name, sum(clicks) AS clicks"
  . " FROM google.campaign_daily WHERE date_day BETWEEN '2026-09-20' AND '2026-10-10' GROUP BY 1) b USING (campaign_name) ORDER BY 1";
reads_at('two ranges side by side', "$campaign + $campaign", $compare);
$session->query("SET plan_cache_mode = force_generic_plan; PREPARE top (date) AS " . $top =~ s/date_day BETWEEN '2026-10-20' AND '2026-11-10'/date_day BETWEEN \$1 AND \$1 + 7/gr);
$before = row_requests();
$session->query("EXECUTE top ('2026-10-20')");
is(row_requests() - $before, 2, 'also with parameters');
$session->query("SET adpipe.pushdown = on; DEALLOCATE top; RESET plan_cache_mode");

# Days without a bound: the same errors, and the same window.
for my $setting ('on', 'off')
{
	$session->query("SET adpipe.pushdown = $setting");
	is($session->query_error('SELECT campaign_name, sum(clicks) FROM google.campaign_daily GROUP BY 1')->{sqlstate}, 'HV002', "no lower bound, pushdown $setting");
	is($session->query_error("SELECT campaign_name, sum(clicks) FROM google.campaign_daily WHERE date_day >= '2020-01-01' GROUP BY 1")->{sqlstate}, '22008', "before the reach, pushdown $setting");
}
$session->query("SET adpipe.pushdown = on; ALTER FOREIGN TABLE google.campaign_daily OPTIONS (ADD unbounded 'window', ADD window_days '5')");
reads_at('a window', $campaign, 'SELECT campaign_name, sum(clicks) FROM google.campaign_daily GROUP BY 1 ORDER BY 1');
is($session->query_error("SELECT campaign_name, sum(clicks) FROM google.campaign_daily WHERE date_day < '2026-11-10' GROUP BY 1")->{sqlstate}, 'HV002', 'a window is no answer to a condition');
$session->query('ALTER FOREIGN TABLE google.campaign_daily OPTIONS (DROP unbounded, DROP window_days)');

# A row of other days than those asked for is an error: nothing else would show
# it.
my %body = (
	'before' => '"date_start":"2026-10-19","date_stop":"2026-11-10"',
	'after' => '"date_start":"2026-10-20","date_stop":"2026-11-11"',
	'a day that is none' => '"date_start":"2026-10-20","date_stop":"x"',
	'no day' => '"campaign_name":"x"');
for my $name (sort keys %body)
{
	$sim->faults([ { match => { path => 'insights' }, action => { status => 200,
		body => '{"data":[{"account_id":"1234567890123456","campaign_id":"1","clicks":"3",' . $body{$name} . '}]}' } } ]);
	my $error = $session->query_error("SELECT sum(clicks) FROM meta.campaign_daily WHERE $days AND account_id = '1234567890123456'");
	is($error->{sqlstate}, 'HV00A', "days of a row: $name");
	like($error->{message} . ($error->{detail} // ''), qr/a day that was not asked for/, 'the error says so');
}
$sim->faults([]);

done_testing();
