# Tables whose rows cover a week, a month or the range that a statement asks for.
# Numbers of people are those of the whole period, which the world counts from the
# people themselves; sums of daily numbers of people are not.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-24T12:00:00Z';
my $account = '1234567890123456';
my $customer = '1234567890';
meta_server($node, $sim, options => { account_id => $account });
google_server($node, $sim, options => { customer_id => $customer });
my $session = session($node);

sub at
{
	my ($time) = @_;
	$sim->clock($time);
	$session->query('SET adpipe.debug_now = ' . quote($time));
	return;
}

sub fresh
{
	$sim->reset;
	at($now);
	return;
}

# Columns of both kinds of lines; numbers in their shortest form.
my @meta_columns = qw(account_id period_start period_end campaign_id impressions clicks reach frequency spend conversions);
my @google_columns = qw(customer.id period_start period_end campaign.id metrics.impressions metrics.clicks metrics.unique_users metrics.conversions);

# The world's rows, as sorted lines of columns.
sub world_lines
{
	my ($columns, @rows) = @_;
	return join "\n", sort map { my $row = $_; join '|', map { $row->{$_} // '' } @$columns } @rows;
}

sub meta_world
{
	my (%where) = @_;
	return @{ $sim->world(platform => 'meta', accounts => $account, resource => 'campaign_daily', %where) };
}

# The same of Google, which names periods by their segment: '' for a whole range.
sub google_world
{
	my ($since, $until, $segment, %where) = @_;
	my $rows = $sim->world(resource => 'campaign', accounts => $customer, since => $since, until => $until, segments => $segment, %where);
	foreach my $row (@$rows)
	{
		$row->{period_start} = $segment ? $row->{"segments.$segment"} : $since;
		$row->{period_end} = !$segment ? $until
		  : $session->query("SELECT adpipe_internal.slice_end('$row->{period_start}', '$segment')");
	}
	return @$rows;
}

sub meta_lines
{
	my ($table, $where) = @_;
	return join "\n", sort split /\n/, $session->query('SELECT account_id, period_start, period_end, campaign_id, impressions, clicks, reach, '
		  . "trim_scale(frequency), trim_scale(spend), trim_scale(conversions) FROM $table WHERE $where");
}

sub google_lines
{
	my ($table, $where) = @_;
	return join "\n", sort split /\n/, $session->query('SELECT account_id, period_start, period_end, campaign_id, impressions, clicks, unique_users, '
		  . "trim_scale(conversions) FROM $table WHERE $where");
}

# What a table was asked for: increment and range of each report of Meta, date
# segment and range of each query of Google.
sub asked_of_meta
{
	return map { /time_increment=(\w+)/ ? "$1 " . (/time_range=[^&]*?(\d{4}-\d\d-\d\d).*?(\d{4}-\d\d-\d\d)/ ? "$1 to $2" : '') : () }
	  map { my $q = $_->{query} // ''; $q =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger } @{ $sim->requests };
}

sub asked_of_google
{
	return map { /FROM campaign / ? (/(segments\.\w+),/ ? "$1 " : 'whole ') . (/BETWEEN '([-\d]+)' AND '([-\d]+)'/ ? "$1 to $2" : '') : () }
	  map { $_->{query} // '' } @{ $sim->requests };
}

sub refused
{
	my ($what, $sql, $sqlstate, $words) = @_;
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$what: words");
	return;
}

# A table of period 'all' of each platform.
$session->query(<<'END');
CREATE FOREIGN TABLE meta_flight (
    account_id text,
    period_start date OPTIONS (field 'adpipe.period_start') NOT NULL,
    period_end date OPTIONS (field 'adpipe.period_end') NOT NULL,
    campaign_id text, impressions bigint, clicks bigint, reach bigint, frequency numeric, spend numeric, conversions numeric OPTIONS (field 'adpipe.conversions')
) SERVER meta OPTIONS (level 'campaign', period 'all');
CREATE FOREIGN TABLE google_flight (
    account_id text OPTIONS (field 'customer.id'),
    period_start date OPTIONS (field 'adpipe.period_start') NOT NULL,
    period_end date OPTIONS (field 'adpipe.period_end') NOT NULL,
    campaign_id text OPTIONS (field 'campaign.id'),
    impressions bigint OPTIONS (field 'metrics.impressions'),
    clicks bigint OPTIONS (field 'metrics.clicks'),
    unique_users bigint OPTIONS (field 'metrics.unique_users'),
    conversions numeric OPTIONS (field 'metrics.conversions')
) SERVER google OPTIONS (resource 'campaign', period 'all');
END
my %metrics = (metrics => 'impressions,clicks,conversions');
my %daily_metrics =
  (metrics => 'impressions,clicks,interactions,cost_micros,conversions,conversions_value,all_conversions,all_conversions_value,view_through_conversions');

subtest 'Meta: months, weeks and a flight have the reach of all their days' => sub {
	fresh();
	is(meta_lines('meta.campaign_monthly', "period_start >= '2026-09-01'"),
		world_lines(\@meta_columns, meta_world(period => 'month', since => '2026-09-01', until => '2026-10-31')), 'two months; November is not over');
	is(meta_lines('meta.campaign_weekly', "period_start BETWEEN '2026-10-26' AND '2026-11-09'"),
		world_lines(\@meta_columns, meta_world(period => 'week', since => '2026-10-26', until => '2026-11-15')), 'three weeks, Monday to Sunday');
	is(meta_lines('meta_flight', "period_start = '2026-10-03' AND period_end = '2026-11-11'"),
		world_lines(\@meta_columns, meta_world(period => 'all', since => '2026-10-03', until => '2026-11-11')), 'a flight of forty days');
	is_deeply([ asked_of_meta() ],
		[ 'monthly 2026-09-01 to 2026-10-31', '7 2026-10-26 to 2026-11-15', 'all_days 2026-10-03 to 2026-11-11' ], 'three requests, each of whole periods');
	like($session->query(<<'END'), qr/^t\|t\|t$/, 'sums of daily reach are more; sums of impressions, clicks and spend the same');
SELECT bool_or(d.reach > m.reach) AND bool_and(d.reach >= m.reach), bool_and(d.impressions = m.impressions AND d.clicks = m.clicks),
       bool_and(d.spend = m.spend)
FROM meta.campaign_monthly m
JOIN (SELECT campaign_id, sum(reach + 0) AS reach, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(spend) AS spend
      FROM meta.campaign_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY 1) d USING (campaign_id)
WHERE m.period_start = '2026-10-01' AND m.impressions > 0
END
};

subtest 'Google: months, weeks and a flight have the people of all their days' => sub {
	fresh();
	is(google_lines('google.campaign_monthly', "period_start >= '2026-09-01'"),
		world_lines(\@google_columns, google_world('2026-09-01', '2026-10-31', 'month', %daily_metrics)), 'two months');
	is(google_lines('google.campaign_weekly', "period_start BETWEEN '2026-10-26' AND '2026-11-09'"),
		world_lines(\@google_columns, google_world('2026-10-26', '2026-11-15', 'week', %daily_metrics)), 'three weeks');
	is(google_lines('google_flight', "period_start = '2026-10-03' AND period_end = '2026-11-11'"),
		world_lines(\@google_columns, google_world('2026-10-03', '2026-11-11', '', %metrics)), 'a flight; what delivered nothing is no row');
	is_deeply([ asked_of_google() ],
		[ 'whole 2026-09-01 to 2026-09-30', 'whole 2026-10-01 to 2026-10-31',
		  'whole 2026-10-26 to 2026-11-01', 'whole 2026-11-02 to 2026-11-08', 'whole 2026-11-09 to 2026-11-15',
		  'whole 2026-10-03 to 2026-11-11' ], 'numbers of people are asked for period by period, without a date segment');
	$sim->reset;
	at($now);
	my $with = $session->query("SELECT count(*) FROM google.campaign_monthly WHERE period_start >= '2026-09-01' AND unique_users IS NOT NULL");
	is($session->query("SELECT count(*) FROM google.campaign_monthly WHERE period_start >= '2026-09-01'"), $with, 'the rows are the same without them');
	is((asked_of_google())[-1], 'segments.month 2026-09-01 to 2026-10-31', 'in one request by month');
	like($session->query(<<'END'), qr/^t\|t$/, 'sums of daily numbers of clicks are the same, conversions to a hundredth');
SELECT bool_and(d.clicks = m.clicks AND d.impressions = m.impressions), bool_and(abs(d.conversions - m.conversions) < 0.01)
FROM google.campaign_monthly m
JOIN (SELECT campaign_id, sum(clicks) AS clicks, sum(impressions) AS impressions, sum(conversions) AS conversions
      FROM google.campaign_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY 1) d USING (campaign_id)
WHERE m.period_start = '2026-10-01'
END
};

subtest 'entities without delivery are no rows, and count towards no LIMIT' => sub {
	fresh();
	my $all = $session->query("SELECT count(*) FROM google_flight WHERE period_start = '2026-11-18' AND period_end = '2026-11-20'");
	cmp_ok($session->query("SELECT count(DISTINCT id) FROM (SELECT campaign_id AS id FROM google.campaigns) c"), '>', $all, 'some campaigns deliver nothing');
	is($session->query("SELECT count(*) FROM (SELECT * FROM google_flight WHERE period_start = '2026-11-18' AND period_end = '2026-11-20' LIMIT $all) f"), $all, 'a range');
	$all = $session->query("SELECT count(*) FROM google.campaign_weekly WHERE period_start = '2026-11-09'");
	is($session->query("SELECT count(*) FROM (SELECT campaign_id, unique_users FROM google.campaign_weekly WHERE period_start = '2026-11-09' LIMIT $all) w"), $all, 'a week');
};

subtest 'bounds select whole periods as SQL does' => sub {
	fresh();
	my @cases = (
		[ "period_start >= '2026-08-15'", '2026-09-01 to 2026-10-31' ],
		[ "period_start > '2026-08-01'", '2026-09-01 to 2026-10-31' ],
		[ "period_start >= '2026-08-01' AND period_start < '2026-10-01'", '2026-08-01 to 2026-09-30' ],
		[ "period_start BETWEEN '2026-08-15' AND '2026-10-15'", '2026-09-01 to 2026-10-31' ],
		[ "period_end >= '2026-09-30'", '2026-09-01 to 2026-10-31' ],
		[ "period_end > '2026-09-30'", '2026-10-01 to 2026-10-31' ],
		[ "period_start >= '2026-08-01' AND period_end <= '2026-10-30'", '2026-08-01 to 2026-09-30' ],
		[ "period_end BETWEEN '2026-08-31' AND '2026-09-30'", '2026-08-01 to 2026-09-30' ],
		[ "period_start = '2026-09-01'", '2026-09-01 to 2026-09-30' ],
		[ "period_end = '2026-09-30'", '2026-09-01 to 2026-09-30' ],
		[ "period_start IN ('2026-08-01', '2026-10-01')", '2026-08-01 to 2026-10-31' ],
		[ "date_trunc('quarter', period_start) = '2026-07-01'", '2026-07-01 to 2026-09-30' ],
		[ "period_start >= '2026-09-01' AND period_end < '2030-01-01'", '2026-09-01 to 2026-10-31' ],
		[ "period_start >= current_date - interval '100 days' AND period_start < '2026-10-01'", '2026-09-01 to 2026-09-30', 'cast' ]);
	my $rows = "SELECT DISTINCT period_start, period_end, count(*) OVER (PARTITION BY period_start) FROM (%s) r ORDER BY 1";
	$session->query('CREATE TEMP TABLE months AS SELECT * FROM meta.campaign_monthly WHERE period_start >= ' . "'2026-01-01'");
	foreach my $case (@cases)
	{
		my ($where, $range, $moves) = @$case;
		fresh();
		$where =~ s/current_date/DATE '2026-11-24'/;
		is($session->query(sprintf $rows, "SELECT * FROM meta.campaign_monthly WHERE $where"),
			$session->query(sprintf $rows, "SELECT * FROM months WHERE $where"), "$where: rows");
		is_deeply([ asked_of_meta() ], ["monthly $range"], "$where: request");
	}
	fresh();
	is($session->query("SELECT count(*) FROM meta.campaign_monthly WHERE period_start = '2026-10-15'"), 0, 'no month starts on the 15th');
	is($session->query("SELECT count(*) FROM meta.campaign_monthly WHERE period_start >= '2026-10-02' AND period_end <= '2026-10-31'"), 0, 'none lies between');
	is($session->query("SELECT count(*) FROM meta.campaign_monthly WHERE period_start >= '2026-11-01'"), 0, 'November is not over');
	is_deeply([ asked_of_meta() ], [], 'and nothing is asked for that');
	is($session->query("SET adpipe.pushdown = off; SELECT count(*) FROM meta.campaign_monthly WHERE period_start >= '2026-10-01' AND campaign_id LIKE '%1'"),
		$session->query("SET adpipe.pushdown = on; SELECT count(*) FROM meta.campaign_monthly WHERE period_start >= '2026-10-01' AND campaign_id LIKE '%1'"),
		'with and without pushdown');
	$session->query('SET adpipe.pushdown = on');
};

subtest 'a period is over in the zone of its account' => sub {
	fresh();
	# Seoul is nine hours ahead of UTC.
	at('2026-10-31T14:59:00Z');
	is($session->query("SELECT max(period_start) FROM meta.campaign_monthly WHERE period_start >= '2026-08-01'"), '2026-09-01', 'a minute before midnight in Seoul');
	is($session->query("SELECT count(*) FROM meta.campaign_monthly WHERE period_start = '2026-10-01'"), 0, 'October is no row');
	at('2026-10-31T15:00:00Z');
	is($session->query("SELECT max(period_start) FROM meta.campaign_monthly WHERE period_start >= '2026-08-01'"), '2026-10-01', 'midnight');
	at('2026-11-29T15:00:00Z');
	is($session->query("SELECT max(period_end) FROM meta.campaign_weekly WHERE period_start >= '2026-11-01'"), '2026-11-29', 'Monday in Seoul: the week is over');
};

subtest 'a range is asked for as one' => sub {
	fresh();
	my $flight = world_lines(\@meta_columns, meta_world(period => 'all', since => '2026-10-03', until => '2026-10-20'));
	foreach my $where ("period_start >= '2026-10-03' AND period_end <= '2026-10-20'", "period_start BETWEEN '2026-10-03' AND '2026-10-20'",
		"period_start > '2026-10-02' AND period_end < '2026-10-21'", "period_end BETWEEN '2026-10-03' AND '2026-10-20'",
		"period_start = '2026-10-03' AND period_end <= '2026-10-20'")
	{
		is(meta_lines('meta_flight', $where), $flight, $where);
	}
	is($session->query("SELECT count(*) FROM meta_flight WHERE period_start >= '2026-10-20' AND period_end <= '2026-10-03'"), 0, 'an empty range has no rows');
	is($session->query("SELECT DISTINCT period_end FROM meta_flight WHERE period_start = '2026-11-01' AND period_end = '2026-12-31'"), '2026-12-31',
		'a range that goes on holds what has happened so far');
	is((asked_of_meta())[-1], 'all_days 2026-11-01 to 2026-11-24', 'and ends with today in the request');
	foreach my $where ('true', "period_start >= '2026-10-03'", "period_end <= '2026-10-20'", "period_start = '2026-10-03'", "period_end = '2026-10-20'",
		"period_start >= '2026-10-03' AND period_start >= '2026-10-05' AND period_end <= '2026-10-20'",
		"(period_start >= '2026-10-03' OR clicks > 5) AND period_end <= '2026-10-20'",
		"period_start IN ('2026-10-03') AND period_end <= '2026-10-20' OR clicks > 5",
		"date_trunc('month', period_start) = '2026-10-01'", "period_start >= '-infinity' AND period_end <= '2026-10-20'")
	{
		refused($where, "SELECT count(*) FROM meta_flight WHERE $where", 'HV002',
			qr/does not ask for one range of days.*"period" is all.*WHERE period_start = current_date - 30 AND period_end = current_date - 1/s);
	}
	$session->query('CREATE TABLE flights (name text, first date, last date)');
	$session->query("INSERT INTO flights VALUES ('one', '2026-10-03', '2026-10-20'), ('two', '2026-10-10', '2026-11-05')");
	fresh();
	is($session->query('SELECT f.name, count(*), sum(reach + 0) FROM flights f JOIN meta_flight m ON m.period_start = f.first AND m.period_end = f.last GROUP BY 1 ORDER BY 1'),
		join("\n", map { my @rows = meta_world(period => 'all', since => $_->[1], until => $_->[2]); my $reach = 0; $reach += $_->{reach} foreach @rows; "$_->[0]|" . @rows . "|$reach" }
			  ([ one => '2026-10-03', '2026-10-20' ], [ two => '2026-10-10', '2026-11-05' ])), 'a join with flights asks for each');
	is(scalar(asked_of_meta()), 2, 'once each');
	$session->query("PREPARE flight(date, date) AS SELECT count(*) FROM meta_flight WHERE period_start = \$1 AND period_end = \$2");
	is($session->query("SET plan_cache_mode = force_generic_plan; EXECUTE flight('2026-10-03', '2026-10-20')"), scalar(split /\n/, $flight), 'parameters of a generic plan');
	$session->query('RESET plan_cache_mode');
	refused('too long for numbers of people', "SELECT unique_users FROM google_flight WHERE period_start = '2026-06-01' AND period_end = '2026-10-31'",
		'HV00L', qr/92 days/);
};

subtest 'without a lower bound' => sub {
	fresh();
	refused('by default', 'SELECT count(*) FROM meta.campaign_monthly', 'HV002', qr/no lower bound on column "period_start".*WHERE period_start >= current_date - 30/s);
	$session->query("ALTER FOREIGN TABLE meta.campaign_monthly OPTIONS (ADD unbounded 'window')");
	fresh();
	$session->query('SELECT * FROM meta.campaign_monthly LIMIT 1');
	is_deeply([ asked_of_meta() ], ['monthly 2026-10-01 to 2026-10-31'], 'window: the months that overlap it and are over');
	refused('a condition on the end is a use of the day', "SELECT count(*) FROM meta.campaign_monthly WHERE period_end <= '2026-10-31'", 'HV002', qr/no lower bound/);
	$session->query("ALTER FOREIGN TABLE meta.campaign_monthly OPTIONS (SET unbounded 'allow')");
	fresh();
	$session->query("SELECT count(*) FROM meta.campaign_monthly WHERE period_end < '2024-02-01'");
	is_deeply([ asked_of_meta() ], ['monthly 2023-11-01 to 2024-01-31'], 'allow: from the first whole month that is kept');
	$session->query('ALTER FOREIGN TABLE meta.campaign_monthly OPTIONS (DROP unbounded)');
	refused('a month that the reach cuts', "SELECT count(*) FROM meta.campaign_monthly WHERE period_start = '2023-10-01'", '22008', qr/outside the reach/);
};

subtest 'what is too much is halved between periods; an answer that is cut is an error' => sub {
	fresh();
	my $world = world_lines(\@meta_columns, meta_world(period => 'month', since => '2026-06-01', until => '2026-10-31'));
	my $most = int((split /\n/, $world) / 2);
	$sim->settings({ meta_sync_rows => $most, meta_async_rows => $most });
	is(meta_lines('meta.campaign_monthly', "period_start >= '2026-06-01'"), $world, 'the rows are those of one request');
	my @ranges = asked_of_meta();
	cmp_ok(scalar @ranges, '>', 1, "more than one request (@ranges)");
	ok(!(grep { !/-01 to .*-(28|30|31)$/ } @ranges), 'each of whole months');
	fresh();
	foreach my $bad ([ '2026-10-02', '2026-10-31' ], [ '2026-10-01', '2026-10-30' ], [ '2026-09-01', '2026-09-30' ], [ undef, '2026-10-31' ])
	{
		my ($start, $stop) = @$bad;
		my $first = defined $start ? "\"date_start\":\"$start\"," : '';
		$sim->faults([ { match => { path => '/insights' }, action => { status => 200,
						body => "{\"data\":[{\"campaign_id\":\"7\",\"account_id\":\"$account\",\"impressions\":\"3\",$first\"date_stop\":\"$stop\"}]}" } } ]);
		refused(($start // 'no start') . " to $stop", "SELECT impressions FROM meta.campaign_monthly WHERE period_start = '2026-10-01'", 'HV00A',
			defined $start ? qr/does not cover one month|another day/ : qr/without its day/);
	}
};

subtest 'EXPLAIN' => sub {
	fresh();
	my $meta = $session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT reach FROM meta.campaign_monthly WHERE period_start >= '2026-08-15' AND period_end <= '2026-10-31'");
	like($meta, qr/Request: .*"since":"2026-09-01","until":"2026-10-31".*time_increment=monthly/, 'Meta: whole months');
	like($meta, qr/Grain: account, campaign, period_start/, 'the period is part of the grain');
	like($session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT reach FROM meta.campaign_weekly WHERE period_start >= '2026-11-09'"),
		qr/"since":"2026-11-09","until":"\$last_week".*time_increment=7/, 'the end that only the account knows');
	like($session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM google.campaign_weekly WHERE period_start BETWEEN '2026-10-05' AND '2026-10-19'"),
		qr/segments\.week.* WHERE segments\.date BETWEEN '2026-10-05' AND '2026-10-25'.*Expected Requests: 1$/ms, 'Google: by week');
	my $people = $session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT unique_users FROM google.campaign_weekly WHERE period_start BETWEEN '2026-10-05' AND '2026-10-19'");
	unlike($people, qr/segments\.week/, 'numbers of people without a segment');
	like($people, qr/Expected Requests: 3$/m, 'one request a week');
	like($session->query('EXPLAIN (VERBOSE, COSTS OFF) SELECT unique_users FROM google.campaign_weekly WHERE period_start >= current_date - 30'),
		qr/Expected Requests: one per account and week/, 'in words where the number is not known');
	like($session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT reach FROM meta_flight WHERE period_start = '2026-10-03' AND period_end = '2026-10-20'"),
		qr/"since":"2026-10-03","until":"2026-10-20".*time_increment=all_days/, 'a range');
	is_deeply([ asked_of_meta(), asked_of_google() ], [], 'nothing was sent');
};

done_testing();
