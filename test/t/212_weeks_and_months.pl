# Statements by month, week, quarter or year of the day are read by month or week
# where the days that they ask for are whole ones, and by day elsewhere.  Each is
# run with adpipe.pushdown on and off; EXPLAIN says at which grain it was read.

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
google_server($node, $sim, options => { customer_id => '2345678901' });
google_server($node, $sim, name => 'google_common', schema => 'common',
	options => { customer_id => '2345678901' });
meta_server($node, $sim, options => { account_id => '2345678901234567' });
meta_server($node, $sim, name => 'meta_common', schema => 'common', options => { account_id => '2345678901234567' });
$sim->clock($now);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));

# The nodes of a plan that read a platform.
sub scans_in
{
	my ($plan) = @_;
	my @below = map { scans_in($_) } @{ $plan->{Plans} // [] };
	return (defined $plan->{Grain} ? $plan : (), @below);
}

sub scans
{
	my ($sql, $analyze) = @_;
	my $options = $analyze ? 'ANALYZE, TIMING OFF, ' : '';
	return scans_in(decode_json($session->query("EXPLAIN (${options}VERBOSE, FORMAT JSON) $sql"))->[0]{Plan});
}

# What stands for the day in the grains of a statement's scans, in order.
sub units
{
	my ($sql, $analyze) = @_;
	return join ' + ', sort map { $_->{Grain} =~ /(month|week) of date_day/ ? $1 : $_->{Grain} =~ /date_day or its week or month/ ? 'open' : $_->{Grain} =~ /date_day/ ? 'day' : 'none' }
	  scans($sql, $analyze);
}

# Whether a statement is read by a unit, and its answer is that of the rows of days.
sub reads_by
{
	my ($name, $unit, $sql) = @_;

	is(units($sql), $unit, "$name: by $unit") or diag($sql);
	my ($answer, $error) = $session->try($sql);
	return fail("$name: $error->{message}") if $error;
	$session->query('SET adpipe.pushdown = off');
	my $plain = $session->query($sql);
	$session->query('SET adpipe.pushdown = on');
	isnt($plain, '', "$name: there are rows");
	is(same_answer($answer, $plain), undef, "$name: the answer") or diag($sql);
	return;
}

my $months = "date_day BETWEEN '2026-08-01' AND '2026-10-31'";
my %table = (google => 'google.campaign_device_daily', meta => 'meta.campaign_age_gender_daily');

# What is sent, and how much less comes.
for my $platform ('google', 'meta')
{
	my $sql = "SELECT date_trunc('month', date_day) AS month, sum(clicks), sum(spend) FROM $table{$platform} WHERE $months GROUP BY 1 ORDER BY 1";
	my ($scan) = scans($sql, 1);
	$session->query('SET adpipe.pushdown = off');
	my ($plain) = scans($sql, 1);
	$session->query('SET adpipe.pushdown = on');
	cmp_ok(20 * $scan->{'Rows Fetched'}, '<', $plain->{'Rows Fetched'}, "$platform: much less comes");
	is($scan->{Grain}, 'account, campaign, month of date_day', "$platform: EXPLAIN says by month");
	like($scan->{Request}, $platform eq 'google'
		? qr/SELECT (?:(?!segments)\S+ )*segments\.month, .*BETWEEN '2026-08-01' AND '2026-10-31'/
		: qr/"since":"2026-08-01","until":"2026-10-31".*time_increment=monthly/, "$platform: the request");
	unlike($scan->{Request} =~ s/ WHERE .*//r, qr/segments\.(date|device|ad_network)|breakdowns/, "$platform: nothing else splits the rows");
	reads_by("$platform: the answer", 'month', $sql);
}

# What BI tools send.
my $google = 'FROM google.account_daily';
my $campaign = 'FROM google.campaign_daily';
my $meta = 'FROM meta.account_daily';
my %months = (
	'Metabase' => q{CAST(DATE_TRUNC('month', "date_day") AS DATE)},
	'Metabase, quarters' => q{CAST(DATE_TRUNC('quarter', "date_day") AS DATE)},
	'Metabase, month of the year' => q{CAST(extract(month from "date_day") AS integer)},
	'Metabase, quarter of the year' => q{CAST(extract(quarter from "date_day") AS integer)},
	'Superset' => q{DATE_TRUNC('month', date_day)},
	'Superset, years' => q{DATE_TRUNC('year', date_day)},
	'Tableau' => q{DATE_TRUNC('MONTH', CAST("date_day" AS TIMESTAMP WITHOUT TIME ZONE))},
	'Tableau, parts' => q{CAST(TRUNC(EXTRACT(YEAR FROM "date_day")) AS INTEGER), CAST(TRUNC(EXTRACT(MONTH FROM "date_day")) AS INTEGER)},
	'Grafana' => q{floor(extract(epoch from date_trunc('month', date_day)))},
	'Power BI' => q{date_trunc('month', "date_day"::timestamp)::date, date_part('year', "date_day"::timestamp)},
	'Looker' => q{(TO_CHAR(DATE_TRUNC('month', date_day), 'YYYY-MM'))},
	'a text' => q{to_char(date_day, 'YYYY-MM')},
	'a text of months' => q{to_char(date_day, 'FMMonth YYYY')},
	'characters' => q{left(date_day::text, 7)},
	'joined with a name' => q{campaign_name || ' in ' || to_char(date_day, 'YYYY "Q"Q')},
	'a month of the account' => q{date_trunc('month', date_day::timestamptz AT TIME ZONE 'Asia/Seoul')},
	'a name for a month' => q{CASE WHEN date_day >= '2026-10-01' THEN 'this' WHEN date_day >= '2026-09-01' THEN 'last' ELSE 'before' END},
);
for my $name (sort keys %months)
{
	my $keys = $months{$name};
	my $order = join ', ', 1 .. 1 + ($keys =~ /(EXTRACT|date_part)\b.*\1|::date, /is ? 1 : 0);
	my $from = $keys =~ /campaign/ ? $campaign : $google;
	reads_by($name, 'month', "SELECT $keys, sum(clicks), sum(spend), sum(conversions) $from WHERE $months GROUP BY $order ORDER BY $order");
	next unless $name =~ /Metabase|Grafana|name/;
	$from = $keys =~ /campaign/ ? 'FROM meta.campaign_daily' : $meta;
	reads_by("$name, Meta", 'month', "SELECT $keys, sum(clicks), sum(spend) $from WHERE $months GROUP BY $order ORDER BY $order");
}
my %weeks = (
	'Metabase' => q{CAST(DATE_TRUNC('week', "date_day") AS DATE)},
	'Superset' => q{DATE_TRUNC('week', date_day)},
	'Superset, week ending on Saturday as its Sunday' => q{date_trunc('week', date_day)::date + 6},
	'Tableau' => q{DATE_TRUNC('week', CAST("date_day" AS TIMESTAMP))},
	'number of the week' => q{extract(isoyear FROM date_day) * 100 + extract(week FROM date_day)},
	'a text' => q{to_char(date_day, 'IYYY-"W"IW')},
);
my $weeks = "date_day BETWEEN '2025-12-15' AND '2026-01-18'";
for my $name (sort keys %weeks)
{
	for my $from ($google, $meta)
	{
		reads_by("weeks of $name across the year's end, $from", 'week', "SELECT $weeks{$name}, sum(clicks), sum(spend) $from WHERE $weeks GROUP BY 1 ORDER BY 1");
	}
}
my ($week) = scans("SELECT date_trunc('week', date_day), sum(clicks) $meta WHERE $weeks GROUP BY 1");
like($week->{Request}, qr/"since":"2025-12-15","until":"2026-01-18".*time_increment=7/, 'Meta: weeks from a Monday');

# What sees more of a day.
my %by_day = (
	'the day' => 'date_day',
	'a day of the week' => 'extract(dow FROM date_day)',
	'weeks from Sunday' => q{(CAST(DATE_TRUNC('week', ("date_day" + INTERVAL '1 day')) AS timestamp) + INTERVAL '-1 day')},
	'weeks and months' => q{date_trunc('week', date_day) || ' ' || date_trunc('month', date_day)},
	'months of another zone' => q{date_trunc('month', date_day::timestamptz AT TIME ZONE 'America/New_York')},
	'months from the fifth' => q{date_trunc('month', date_day - 4)},
	'part of a month' => q{CASE WHEN date_day < '2026-09-15' THEN 1 ELSE 2 END},
	'a function of the user' => 'month_of(date_day)',
	'a division' => q{1 / (date_day - '2025-10-05')},
);
$session->query(q{CREATE FUNCTION month_of(date) RETURNS date IMMUTABLE LANGUAGE sql AS $$ SELECT date_trunc('month', $1 + (random() * 0)::int)::date $$});
$session->query("ALTER FUNCTION month_of(date) COST 5");
for my $name (sort keys %by_day)
{
	reads_by($name, 'day', "SELECT $by_day{$name}, sum(clicks) $google WHERE $months GROUP BY 1 ORDER BY 1");
}

# What is sent depends on the ends of the range.
my %ranges = (
	"date_day >= '2026-08-01'" => 'month',
	"date_day >= '2026-08-01' AND date_day < '2026-12-01'" => 'month',
	"date_day >= timestamp '2026-08-01' AND date_day < timestamp '2026-11-01'" => 'month',
	"date_day >= '2026-08-01'::timestamptz AND date_day < '2026-11-01'::timestamptz" => 'month',
	"date_day > '2026-07-31' AND date_day <= '2026-11-30'" => 'month',
	"date_day BETWEEN '2026-02-01' AND '2026-02-28'" => 'month',
	"date_day BETWEEN '2025-12-01' AND '2026-01-31'" => 'month',
	"date_day >= '2026-08-01' AND date_day <= '2026-11-21'" => 'month',	# today in Kiribati
	"date_day >= '2026-08-01' AND date_day <= '2026-11-20'" => 'day',	# today in most places
	"date_day >= '2026-08-01' AND date_day < '2026-11-20'" => 'day',
	"date_day <@ daterange('2026-08-01', '2026-11-01')" => 'month',
	"date_day <@ daterange('2026-08-01', '2026-10-31')" => 'day',
	"(date_day BETWEEN '2026-06-01' AND '2026-06-30' OR date_day BETWEEN '2026-09-01' AND '2026-10-31')" => 'month',
	"(date_day BETWEEN '2026-06-01' AND '2026-06-29' OR date_day BETWEEN '2026-09-01' AND '2026-10-31')" => 'day',
	"date_day BETWEEN '2026-08-02' AND '2026-10-31'" => 'day',
	"date_day BETWEEN '2026-08-01' AND '2026-10-30'" => 'day',
	"date_day BETWEEN '2026-02-01' AND '2026-02-27'" => 'day',
	"date_day >= '2026-08-01' AND date_day <> '2026-09-03'" => 'day',
	"date_day IN ('2026-09-01', '2026-10-31')" => 'day',
	"date_day >= '2026-08-01' AND extract(dow FROM date_day) = 1" => 'day',
	"date_trunc('quarter', date_day) = '2026-07-01'" => 'month',
	"date_trunc('year', date_day) = '2026-01-01'" => 'month',
	"to_char(date_day, 'YYYY-MM') IN ('2026-08', '2026-10')" => 'month',
	"extract(year FROM date_day) = 2026 AND extract(month FROM date_day) <> 3" => 'month',
	"date_day >= '2026-08-01' AND (extract(month FROM date_day) = 9 OR channel_type = 'SEARCH')" => 'month',
	"date_trunc('week', date_day) = '2026-10-26'" => 'day',
);
for my $range (sort keys %ranges)
{
	my $from = $range =~ /channel_type/ ? $campaign : $google;
	reads_by($range, $ranges{$range}, "SELECT date_trunc('month', date_day), sum(clicks), sum(spend) $from WHERE $range GROUP BY 1 ORDER BY 1");
	reads_by("Meta: $range", $ranges{$range}, "SELECT date_trunc('month', date_day), sum(clicks), sum(spend) $meta WHERE $range GROUP BY 1 ORDER BY 1")
	  if $range =~ /BETWEEN|21'|20'/;
}
reads_by('weeks to date', 'week', "SELECT date_trunc('week', date_day), sum(clicks) $google WHERE date_day >= '2026-11-02' GROUP BY 1 ORDER BY 1");
reads_by('weeks to date, Meta', 'week', "SELECT date_trunc('week', date_day), sum(clicks) $meta WHERE date_day >= '2026-11-02' GROUP BY 1 ORDER BY 1");
reads_by('weeks from a Tuesday', 'day', "SELECT date_trunc('week', date_day), sum(clicks) $meta WHERE date_day >= '2026-11-03' GROUP BY 1 ORDER BY 1");
reads_by('a month in a condition', 'month', "SELECT campaign_name, sum(clicks) $campaign WHERE date_trunc('month', date_day) = '2026-10-01' GROUP BY 1 ORDER BY 1");
reads_by('a week in a condition', 'week', "SELECT campaign_name, sum(clicks) $campaign WHERE date_trunc('week', date_day) = '2026-10-26' GROUP BY 1 ORDER BY 1");
reads_by('two months side by side', 'month',
	"SELECT campaign_name, sum(clicks) FILTER (WHERE date_day >= '2026-10-01'), sum(clicks) FILTER (WHERE date_day < '2026-10-01') $campaign WHERE date_day BETWEEN '2026-09-01' AND '2026-10-31' GROUP BY 1 ORDER BY 1");
reads_by('the first and last month', 'month', "SELECT min(date_trunc('month', date_day)), max(date_trunc('month', date_day)), count(DISTINCT extract(month FROM date_day)), sum(clicks) $google WHERE $months");
reads_by('months without a sum', 'month', "SELECT DISTINCT date_trunc('month', date_day)::date $google WHERE $months ORDER BY 1");
reads_by('a month in HAVING', 'month', "SELECT date_trunc('month', date_day), sum(clicks) $google WHERE $months GROUP BY 1 HAVING date_trunc('month', date_day) > '2026-08-15' AND sum(clicks) > 0 ORDER BY 1");
reads_by('grouping sets', 'month', "SELECT extract(year FROM date_day), extract(month FROM date_day), sum(clicks) $google WHERE $months GROUP BY ROLLUP (1, 2) ORDER BY 1, 2");
reads_by('a KPI', 'month', "SELECT date_trunc('month', date_day), adpipe.cpc(spend, clicks, currency) $google WHERE $months AND account_id = '2345678901' GROUP BY 1 ORDER BY 1");
reads_by('an outer join', 'month', "SELECT v.n, date_trunc('month', g.date_day), sum(g.clicks) FROM (VALUES ('2345678901', 1), ('none', 2)) v (id, n) LEFT JOIN google.account_daily g ON g.account_id = v.id AND g.date_day BETWEEN '2026-09-01' AND '2026-10-31' GROUP BY 1, 2 ORDER BY 1, 2");
reads_by('an outer join with a condition above', 'day', "SELECT v.n, date_trunc('month', g.date_day), sum(g.clicks) FROM (VALUES ('2345678901', 1), ('none', 2)) v (id, n) LEFT JOIN google.account_daily g ON g.account_id = v.id AND g.date_day BETWEEN '2026-09-01' AND '2026-10-31' WHERE g.date_day IS NULL OR g.date_day > '2026-09-20' GROUP BY 1, 2 ORDER BY 1, 2");
reads_by('device stays', 'month', "SELECT date_trunc('month', date_day), device, sum(clicks) FROM google.campaign_device_daily WHERE $months GROUP BY 1, 2 ORDER BY 1, 2");
reads_by('a count of rows', 'day', "SELECT date_trunc('month', date_day), count(*) $google WHERE $months GROUP BY 1 ORDER BY 1");
reads_by('Meta: conversions', 'day', "SELECT date_trunc('month', date_day), sum(conversions) FROM meta.campaign_daily WHERE $months GROUP BY 1 ORDER BY 1");
reads_by('the day as well', 'day', "SELECT date_trunc('month', date_day), max(date_day), sum(clicks) $google WHERE $months GROUP BY 1 ORDER BY 1");

# The time zone and DateStyle of the session have a say in some expressions.
for my $zone ('Asia/Seoul', 'America/Los_Angeles', 'America/Sao_Paulo', 'Pacific/Apia')
{
	$session->query("SET TimeZone = '$zone'");
	reads_by("date_trunc in $zone", 'month', "SELECT date_trunc('month', date_day), sum(clicks) $google WHERE $months GROUP BY 1 ORDER BY 1");
	reads_by("moments in $zone", 'month', "SELECT date_trunc('month', date_day), sum(clicks) $google WHERE date_day >= '2026-08-01 00:00'::timestamptz AND date_day < '2026-11-01 00:00'::timestamptz GROUP BY 1 ORDER BY 1");
	my $unit = $zone =~ /^America/ ? 'month' : 'day';
	reads_by("UTC in $zone", $unit, "SELECT date_trunc('month', date_day::timestamptz AT TIME ZONE 'UTC'), sum(clicks) $google WHERE $months GROUP BY 1 ORDER BY 1");
}
$session->query("RESET TimeZone; SET DateStyle = 'SQL, DMY'");
reads_by('characters in another DateStyle', 'day', "SELECT left(date_day::text, 7), sum(clicks) $google WHERE $months GROUP BY 1 ORDER BY 1");
reads_by('other characters', 'month', "SELECT right(date_day::text, 7), sum(clicks) $google WHERE $months GROUP BY 1 ORDER BY 1");
$session->query('RESET DateStyle');

# Parents, views, joins.
$session->query(<<'END');
CREATE VIEW united AS SELECT * FROM google_common.campaign_report UNION ALL SELECT * FROM meta_common.campaign_report;
CREATE VIEW by_month AS SELECT platform, campaign_name, date_trunc('month', date_day)::date AS month, date_day AS d, clicks, spend FROM united;
CREATE TABLE parted (LIKE google_common.campaign_report) PARTITION BY LIST (platform);
ALTER TABLE parted ATTACH PARTITION google_common.campaign_report FOR VALUES IN ('google_ads');
ALTER TABLE parted ATTACH PARTITION meta_common.campaign_report FOR VALUES IN ('meta_ads');
CREATE TABLE brands (campaign_id text, brand text);
INSERT INTO brands SELECT campaign_id, CASE WHEN campaign_id ~ '[02468]$' THEN 'even' ELSE 'odd' END FROM google.campaigns;
CREATE TABLE goals (month date, goal int);
INSERT INTO goals SELECT '2026-07-01'::date + (i || ' months')::interval, i FROM generate_series(0, 4) i;
ANALYZE brands, goals;
END
for my $from ('united', 'parted')
{
	my $sql = "SELECT platform, date_trunc('month', date_day), sum(clicks), sum(spend) FROM $from WHERE $months GROUP BY 1, 2 ORDER BY 1, 2";
	reads_by($from, 'month + month', $sql);
	is(scalar(grep { $_->{'Async Capable'} } scans($sql)), 2, "$from: side by side");
	reads_by("$from, weeks", 'week + week', "SELECT date_trunc('week', date_day), sum(clicks) FROM $from WHERE $weeks GROUP BY 1 ORDER BY 1");
	reads_by("$from, days", 'day + day', "SELECT date_trunc('month', date_day), sum(clicks) FROM $from WHERE date_day BETWEEN '2026-08-02' AND '2026-10-31' GROUP BY 1 ORDER BY 1");
}
reads_by('a view with months', 'month + month', "SELECT month, sum(clicks) FROM by_month WHERE month >= '2026-08-01' AND d < '2026-11-01' GROUP BY 1 ORDER BY 1");
my $g = 'google.campaign_daily g';
my $gmonths = $months =~ s/date_day/g.date_day/r;
reads_by('a join', 'month', "SELECT b.brand, date_trunc('month', g.date_day), sum(g.clicks) FROM $g JOIN brands b USING (campaign_id) WHERE $gmonths GROUP BY 1, 2 ORDER BY 1, 2");
reads_by('a join by month', 'day', "SELECT m.goal, sum(g.clicks) FROM $g JOIN goals m ON m.month = date_trunc('month', g.date_day) WHERE $gmonths GROUP BY 1 ORDER BY 1");
reads_by('a join with groups by month', 'month',
	"SELECT m.goal, s.clicks FROM goals m JOIN (SELECT date_trunc('month', date_day)::date AS month, sum(clicks) AS clicks $google WHERE $months GROUP BY 1) s USING (month) ORDER BY 1");
reads_by('a month and its days', 'day + day', "SELECT d.date_day, d.clicks, m.clicks FROM (SELECT date_day, sum(clicks) AS clicks $google WHERE $months GROUP BY 1) d"
	. " JOIN (SELECT date_trunc('month', date_day)::date AS month, sum(clicks) AS clicks $google WHERE $months GROUP BY 1) m ON m.month = date_trunc('month', d.date_day)::date ORDER BY 1");

# Parameters, whose values may or may not be whole months.
for my $mode ('force_generic_plan', 'force_custom_plan')
{
	$session->query("SET plan_cache_mode = $mode; PREPARE p (date, date, date) AS SELECT date_trunc('month', date_day), sum(clicks), sum(clicks) FILTER (WHERE date_day >= \$3) $google WHERE date_day >= \$1 AND date_day < \$2 GROUP BY 1 ORDER BY 1");
	for my $case ([ "'2026-08-01', '2026-11-01', '2026-09-01'", 'month' ], [ "'2026-08-02', '2026-11-01', '2026-09-01'", 'day' ], [ "'2026-08-01', '2026-11-01', '2026-09-02'", 'day' ],
		[ "'2026-10-01', 'infinity', '2026-11-01'", 'month' ], [ "'2026-08-01', '2026-11-01', NULL", 'month' ])
	{
		my ($values, $unit) = @$case;
		is(units("EXECUTE p ($values)"), $mode eq 'force_generic_plan' ? 'open' : $unit, "$mode, $values: EXPLAIN");
		is(units("EXECUTE p ($values)", 1), $unit, "$mode, $values: by $unit");
		my $on = $session->query("EXECUTE p ($values)");
		$session->query('SET adpipe.pushdown = off');
		is(same_answer($on, $session->query("EXECUTE p ($values)")), undef, "$mode, $values: the answer");
		is(units("EXECUTE p ($values)", 1), 'day', "$mode, $values: by day without pushdown");
		$session->query('SET adpipe.pushdown = on');
	}
	is($session->query("EXECUTE p ('2026-11-01', '2026-11-01', NULL)"), '', "$mode: no days");
	is($session->query("EXECUTE p (NULL, '2026-11-01', NULL)"), '', "$mode: no value");
	$session->query('DEALLOCATE p; RESET plan_cache_mode');
}

# Rows that are not what was asked for.
for my $bad ([ 'meta', '2026-10-02', '2026-10-31' ], [ 'meta', '2026-10-01', '2026-10-30' ], [ 'meta', '2026-09-01', '2026-09-30' ], [ 'meta', undef, '2026-10-31' ], [ 'meta', '2026-10-01', '2026-11-30' ],
	[ 'google', '2026-10-02' ], [ 'google', '2026-09-01' ], [ 'google', undef ])
{
	my ($platform, $start, $stop) = @$bad;
	my $row = $platform eq 'google'
	  ? { campaign => { resourceName => 'customers/2345678901/campaigns/7', id => '7' }, metrics => { impressions => '3', clicks => '1' }, segments => { defined $start ? (month => $start) : (week => '2026-09-28') } }
	  : { account_id => '2345678901234567', campaign_id => '7', clicks => '3', date_stop => $stop, defined $start ? (date_start => $start) : () };
	my $body = $platform eq 'google' ? { results => [$row], fieldMask => 'campaign.resourceName,campaign.id,segments.month,metrics.impressions,metrics.clicks,metrics.costMicros,metrics.conversions,metrics.allConversions' } : { data => [$row] };
	$sim->faults([ { match => { path => $platform eq 'google' ? '/googleAds:search' : '/insights' }, action => { status => 200, body => encode_json($body) } } ]);
	my $error = $session->query_error("SELECT date_trunc('month', date_day), sum(clicks) FROM $platform.campaign_daily WHERE account_id LIKE '2345678901%' AND date_day BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY 1");
	is($error->{sqlstate}, 'HV00A', "$platform: " . ($start // 'no start') . ' to ' . ($stop // 'its end') . ' is refused') or diag($error->{message});
	$sim->reset;
	$sim->clock($now);
}

# What is too much is asked for in halves that are whole months.
my $monthly = "SELECT date_trunc('month', date_day), campaign_id, sum(clicks) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-05-01' AND '2026-10-31' GROUP BY 1, 2 ORDER BY 1, 2";
my $all = $session->query($monthly);
my $most = int((split /\n/, $all) / 2);
$sim->settings({ meta_sync_rows => $most, meta_async_rows => $most });
is($session->query($monthly), $all, 'the answer in parts');
my @ranges = map { my $q = ($_->{query} // '') =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger; $q =~ /time_increment=monthly/ && $q =~ /"since":"([-\d]+)","until":"([-\d]+)"/ ? "$1 to $2" : () } @{ $sim->requests };
cmp_ok(scalar @ranges, '>', 2, "several requests (@ranges)");
ok(!(grep { !/-01 to .*-(28|30|31)$/ } @ranges), 'each of whole months');

done_testing();
