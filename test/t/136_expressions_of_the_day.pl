# Conditions on expressions of the day, as BI tools write them, bound a scan, and
# bound it right: live tables give the rows of a copy, in several time zones and
# DateStyles, with pushdown on and off, and what can be bounded is no error.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(pick);
use Test::More;

my $seed = $ENV{SEED} // 20261128;
srand($seed);
note("seed $seed");

# Both clocks stand still, but for current_date and now(), which are the session's
# own; so random conditions are about days around the real one as well.
my $node = adpipe_cluster();
my $sim = simulator();
my $account = '5678901234';
google_server($node, $sim, options => { customer_id => $account });
my $session = session($node);
my $today = $session->query('SELECT current_date');
my $now = "${today}T12:00:00Z";
$sim->clock($now);
$session->query(<<"END");
SET adpipe.debug_now = '$now';
ALTER FOREIGN TABLE google.account_daily OPTIONS (ADD unbounded 'allow');
CREATE TABLE stored AS SELECT * FROM google.account_daily;
CREATE TABLE months(m timestamptz, name text);
INSERT INTO months SELECT m, to_char(m, 'YYYY-MM') FROM generate_series(date_trunc('month', now()) - interval '2 months', now(), '1 month') m;
ANALYZE months;
END
cmp_ok($session->query('SELECT count(DISTINCT date_day) FROM stored'), '>', 1000, 'the copy has three years');

# The distinct ranges sent, as "since..until", in order.
sub ranges
{
	my %seen;
	for my $query (map { $_->{query} // '' } @{ $sim->requests })
	{
		$seen{"$1..$2"} = 1 if $query =~ /\bFROM customer\b.*segments\.date BETWEEN '([0-9-]+)' AND '([0-9-]+)'/;
	}
	return join ' ', sort keys %seen;
}

sub forget
{
	$sim->reset;
	$sim->clock($now);
	return;
}

my $sql = "SELECT count(*), sum(impressions), min(date_day), max(date_day) FROM %s WHERE %s";

# Whether a condition lets days through that the platform does not keep any more;
# a scan that has to start there is an error.
sub is_before_reach
{
	my ($condition) = @_;
	return $session->query("SELECT EXISTS (SELECT FROM (SELECT (current_date - g) AS date_day FROM generate_series(1100, 46000) g) d WHERE $condition)") eq 't';
}

# Checks that live and stored rows are the same; returns the rows.
sub agree
{
	my ($condition, $name) = @_;
	my $expected = $session->query(sprintf $sql, 'stored', $condition);

	for my $setting ('on', 'off')
	{
		$session->query("SET adpipe.pushdown = $setting");
		my ($found, $error) = $session->try(sprintf $sql, 'google.account_daily', $condition);
		if ($error && $error->{sqlstate} eq '22008' && is_before_reach($condition))
		{
			pass("$name, pushdown $setting: $condition: begins before the reach");
			next;
		}
		is($error ? "$error->{sqlstate} $error->{message}" : $found, $expected, "$name, pushdown $setting: $condition");
	}
	$session->query('SET adpipe.pushdown = on');
	return $expected;
}

# What is sent for conditions that bound the day, in UTC.
$session->query("ALTER FOREIGN TABLE google.account_daily OPTIONS (SET unbounded 'error')");
$session->query("SET timezone = 'UTC'");
my ($week_ago) = $session->query("SELECT current_date - 7");
for my $case (
	[ "date_trunc('month', date_day) = '2026-10-01'", '2026-10-01..2026-10-31' ],
	[ "date_trunc('month', date_day) >= '2026-10-02' AND date_day < '2026-11-05'", '2026-11-01..2026-11-04' ],
	[ "date_trunc('month', date_day) = '2026-10-02'", '' ],
	[ "date_trunc('week', date_day) = '2026-10-05'", '2026-10-05..2026-10-11' ],
	[ "date_trunc('quarter', date_day::timestamp) = '2026-07-01'", '2026-07-01..2026-09-30' ],
	[ "date_trunc('month', date_day)::date BETWEEN '2026-09-01' AND '2026-10-01'", '2026-09-01..2026-10-31' ],
	[ "date_trunc('month', date_day) IN ('2026-08-01', '2026-10-01')", '2026-08-01..2026-10-31' ],
	[ "date_trunc('day', date_day) >= timestamptz '2026-11-20 00:00Z' AND date_trunc('day', date_day) < timestamptz '2026-11-22 00:00Z'", '2026-11-20..2026-11-21' ],
	[ "date_bin('7 days', date_day::timestamp, '2026-01-01') = '2026-10-01'", '2026-10-01..2026-10-07' ],
	[ "extract(year FROM date_day) = 2025", '2025-01-01..2025-12-31' ],
	[ "EXTRACT(YEAR FROM date_day) IN (2024, 2025)", '2024-01-01..2025-12-31' ],
	[ "EXTRACT(YEAR FROM date_day)::int BETWEEN 2025 AND 2025", '2025-01-01..2025-12-31' ],
	[ "date_part('year', date_day) = 2025 AND date_part('month', date_day) = 3", '2025-01-01..2025-12-31' ],
	[ "CAST(EXTRACT(YEAR FROM CAST(date_day AS timestamp)) AS bigint) = 2025", '2025-01-01..2025-12-31' ],
	[ "extract(isoyear FROM date_day) = 2025", '2024-12-30..2025-12-28' ],
	[ "extract(epoch FROM date_day) BETWEEN 1790812800 AND 1790899200", '2026-10-01..2026-10-02' ],
	[ "extract(epoch FROM date_day)::int BETWEEN 1790812800 AND 1790899200", '2026-10-01..2026-10-02' ],
	[ "date_day + 7 BETWEEN '2026-10-08' AND '2026-10-09'", '2026-10-01..2026-10-02' ],
	[ "7 + date_day = '2026-10-08'", '2026-10-01..2026-10-01' ],
	[ "date_day - 1 = '2026-10-08'", '2026-10-09..2026-10-09' ],
	[ "date_day + interval '1 month' = '2026-10-31'", '' ],
	[ "date_day + interval '1 month' BETWEEN '2026-10-30' AND '2026-11-30'", '2026-09-30..2026-10-31' ],
	[ "date_day + time '12:00' BETWEEN '2026-10-30' AND '2026-11-02'", '2026-10-30..2026-11-01' ],
	[ "date '2026-10-08' - date_day BETWEEN 0 AND 3", '2026-10-05..2026-10-08' ],
	[ "date_day - date '2026-10-08' BETWEEN -3 AND 0", '2026-10-05..2026-10-08' ],
	[ "current_date - date_day <= 7 AND date_day < current_date - 2", "$week_ago.." . $session->query('SELECT current_date - 3') ],
	[ "timestamp '2026-10-08' - date_day::timestamp <= interval '2 days' AND date_day <= '2026-10-10'", '2026-10-06..2026-10-10' ],
	[ "daterange('2026-10-01', '2026-11-01') @> date_day", '2026-10-01..2026-10-31' ],
	[ "date_day <@ daterange('2026-10-01', '2026-11-01', '[]')", '2026-10-01..2026-11-01' ],
	[ "date_day <@ datemultirange(daterange('2026-10-01', '2026-10-03'), daterange('2026-10-05', '2026-10-07'))", '2026-10-01..2026-10-06' ],
	[ "date_day::timestamp <@ tsrange('2026-10-01 00:00:01', '2026-10-04')", '2026-10-02..2026-10-03' ],
	[ "date_day <@ 'empty'::daterange", '' ],
	[ "date_day <@ NULL::daterange", '' ],
	[ "to_char(date_day, 'YYYY-MM') = '2026-10'", '2026-10-01..2026-10-31' ],
	[ "to_char(date_day, 'YYYYMM') IN ('202609', '202610')", '2026-09-01..2026-10-31' ],
	[ "to_char(date_day, 'YYYY') = '2025'", '2025-01-01..2025-12-31' ],
	[ "to_char(date_day, 'yyyy-mm-dd') >= '2026-10-30' AND to_char(date_day, 'yyyy-mm-dd') <= '2026-11-02'", '2026-10-30..2026-11-02' ],
	[ "to_char(date_day, 'YYYY\"년 \"MM\"월\"') = '2026년 10월'", '2026-10-01..2026-10-31' ],
	[ "to_char(date_day, 'YYYY년 MM월') = '2026년 10월'", '2026-10-01..2026-10-31' ],
	[ "to_char(date_day, 'IYYY-\"W\"IW') = '2026-W41'", '2026-10-05..2026-10-11' ],
	[ "to_char(date_day, 'YYYY-\"Q\"Q') = '2026-Q3'", '2026-07-01..2026-09-30' ],
	[ "to_char(date_day, 'YYYY-MM') LIKE '2026-1%' AND date_day < '2026-11-02'", '2026-10-01..2026-11-01' ],
	[ "date_day::text LIKE '2026-10%'", '2026-10-01..2026-10-31' ],
	[ "date_day::text >= '2026-10-01' AND date_day::text < '2026-10-03'", '2026-10-01..2026-10-02' ],
	[ "left(date_day::text, 7) = '2026-10'", '2026-10-01..2026-10-31' ],
	[ "substring(date_day::text, 1, 4) = '2025'", '2025-01-01..2025-12-31' ],
	[ "date_day AT TIME ZONE 'Asia/Seoul' BETWEEN '2026-10-01 09:00' AND '2026-10-02 09:00'", '2026-10-01..2026-10-02' ],
	[ "(date_day AT TIME ZONE 'Asia/Seoul')::date = '2026-10-01'", '2026-10-01..2026-10-01' ],
	[ "date_trunc('month', date_day AT TIME ZONE 'UTC') = '2026-10-01'", '2026-10-01..2026-10-31' ],
	[ "NOT date_trunc('month', date_day) < '2026-10-01' AND date_day < '2026-10-03'", '2026-10-01..2026-10-02' ],
	[ "date_trunc('month', date_day) = '2026-10-01' OR extract(year FROM date_day) = 2025", '2025-01-01..2026-10-31' ],
	[ "date_day + NULL::int > '2026-10-01'", '' ],
	[ "extract(year FROM date_day) >= 2300", '' ])
{
	my ($condition, $expected) = @$case;
	forget();
	agree($condition, 'UTC');
	is(ranges(), $expected, "$condition: the days sent");
}

# Stable and unknown right-hand sides, prepared.
for my $mode ('force_generic_plan', 'force_custom_plan')
{
	forget();
	$session->query(<<"END");
SET plan_cache_mode = $mode;
PREPARE p(timestamptz, int, daterange, text) AS SELECT count(*) FROM google.account_daily
 WHERE date_trunc('month', date_day) = \$1 AND date_day + \$2 >= '2026-10-15' AND \$3 @> date_day AND to_char(date_day, 'YYYY-MM') = \$4
END
	is($session->query("EXECUTE p('2026-10-01', 10, '[2026-10-01,2026-10-20]', '2026-10')"), 16, "$mode: rows by parameters");
	is(ranges(), '2026-10-05..2026-10-20', "$mode: the days sent");
	$session->query('DEALLOCATE p; RESET plan_cache_mode');
}
like($session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM google.account_daily WHERE date_trunc('month', date_day) = (SELECT min(m) FROM months)"),
	qr/BETWEEN \$\d+ AND \$\d+/, 'EXPLAIN: values known only at run time');

# Joins ask month by month where no other bound is there.
for my $case ([ "date_trunc('month', date_day) = m", 3 ], [ "to_char(date_day, 'YYYY-MM') = name", 3 ], [ "date_day >= m", 3 ], [ "date_day + 0 >= m::date", 3 ])
{
	my ($on, $count) = @$case;
	forget();
	my $join = "SELECT count(*), sum(impressions) FROM months JOIN %s ON $on";
	is($session->query(sprintf $join, 'google.account_daily'), $session->query(sprintf $join, 'stored'), "joined ON $on: the rows");
	is(scalar(my @all = split / /, ranges()), $count, "joined ON $on: one range a month");
}

# What bounds nothing, or not from below, stays an error.
for my $condition (
	"date_trunc('month', date_day) <= '2026-10-01'",
	"date_trunc('month', date_day) <> '2026-10-01'",
	"extract(month FROM date_day) = 10",
	"extract(year FROM date_day) >= 1500",
	"to_char(date_day, 'MM-YYYY') = '10-2026'",
	"to_char(date_day, 'YYYY-DD') = '2026-10'",
	"to_char(date_day, 'FMYYYY-FMMM') = '2026-10'",
	"to_char(date_day, 'YYYY-MMTH') = '2026-10TH'",
	"to_char(date_day, 'YYMM') = '2610'",
	"to_char(date_day, 'YYYY-MM') <= '2026-10'",
	"to_char(date_day, 'Y') = '6'",
	"date_day::text LIKE '%-10-01'",
	"substring(date_day::text, 6, 2) = '10'",
	"date_day <@ daterange(NULL, '2026-10-01')",
	"date_day - current_date <= 7",
	"current_date - date_day >= 7",
	"extract(year FROM date_day) = extract(year FROM date_day + 1)",
	"date_trunc('year', date_day) = date_day",
	"extract(year FROM date_day) = 2026 OR clicks > 3",
	"least(date_day, '2026-10-01') > '2026-09-01'",
	"(date_day + (random() * 3)::int) > '2026-10-01'",
	"abs(date_day - date '2026-10-01') < 3")
{
	forget();
	my (undef, $error) = $session->try("SELECT count(*) FROM google.account_daily WHERE $condition");
	is($error && $error->{sqlstate}, 'HV002', "$condition: no lower bound");
}
# A text of the day sorts by the day in one DateStyle only.
for my $style ('SQL, DMY', 'German', 'Postgres, MDY')
{
	$session->query("SET datestyle = '$style'");
	is($session->query_error("SELECT count(*) FROM google.account_daily WHERE date_day::text >= '01.10.2026'")->{sqlstate}, 'HV002', "$style: ::text is no bound");
}
$session->query('RESET datestyle');

# Random conditions.  Every range is a superset of the days that are wanted, or
# rows would be missing beside the copy; nothing is refused here.
$session->query("ALTER FOREIGN TABLE google.account_daily OPTIONS (SET unbounded 'allow')");
my @days = split /\n/, $session->query('SELECT current_date - g FROM generate_series(0, 1100) g');
my $day = sub { return pick(@days) };
my $count = sub { return int(rand 60) - 30 };
my $unit = sub { return pick(qw(day week month quarter year decade century isoyear)) };
my $op = sub { return pick('=', '<', '<=', '>', '>=') };
my $zone = sub { return pick('UTC', 'Asia/Seoul', 'America/Los_Angeles', 'Pacific/Apia', 'Pacific/Kiritimati', '+05:45', 'America/Sao_Paulo') };

# Expressions of the day by their type, nested at random.
my %make;
%make = (
	date => sub {
		my ($depth) = @_;
		return 'date_day' if $depth <= 0 || rand() < 0.3;
		return pick(
			sub { '(' . $make{date}->($depth - 1) . pick(' + ', ' - ') . $count->() . ')' },
			sub { $make{timestamp}->($depth - 1) . '::date' },
			sub { $make{timestamptz}->($depth - 1) . '::date' })->();
	},
	timestamp => sub {
		my ($depth) = @_;
		return $make{date}->($depth - 1) . '::timestamp' if $depth <= 0 || rand() < 0.3;
		return pick(
			sub { '(' . $make{timestamp}->($depth - 1) . pick(' + ', ' - ') . 'interval \'' . pick('1 month', '1 month -3 days', '36 hours', '1 year 2 months 5 days') . '\')' },
			sub { "date_trunc('" . pick(qw(day week month quarter year)) . "', " . $make{timestamp}->($depth - 1) . ')' },
			sub { '(' . $make{timestamptz}->($depth - 1) . " AT TIME ZONE '" . $zone->() . "')" },
			sub { $make{timestamptz}->($depth - 1) . '::timestamp' })->();
	},
	timestamptz => sub {
		my ($depth) = @_;
		return $make{date}->($depth - 1) . '::timestamptz' if $depth <= 0 || rand() < 0.3;
		return pick(
			sub { '(' . $make{timestamptz}->($depth - 1) . pick(' + ', ' - ') . 'interval \'' . pick('1 month', '2 days 3 hours', '-1 month') . '\')' },
			sub { "date_trunc('" . pick(qw(day week month year)) . "', " . $make{timestamptz}->($depth - 1) . pick('', ", '" . $zone->() . "'") . ')' },
			sub { '(' . $make{timestamp}->($depth - 1) . " AT TIME ZONE '" . $zone->() . "')" },
			sub { $make{timestamp}->($depth - 1) . '::timestamptz' })->();
	});

sub leaf
{
	my $type = pick(qw(date timestamp timestamptz));
	my $expr = $make{$type}->(int rand 4);
	my $of = "'" . $day->() . "'";
	my ($low, $high) = map { "'$_'" } sort $day->(), $day->();

	return pick(
		sub { "$expr " . $op->() . " $of" },
		sub { "$of " . $op->() . " $expr" },
		sub { "$expr " . $op->() . pick(" timestamp $of", " timestamptz $of", " date $of", " (now() - interval '40 days')", ' (current_date - 90)') },
		sub { "$expr BETWEEN $low AND $high" },
		sub { "$expr = ANY (ARRAY[$low, NULL, $high]::" . $type . '[])' },
		sub { my $u = $unit->(); my $f = $u =~ /^(day|week|month|quarter)$/ ? 'year' : $u; "extract($f FROM $expr) " . $op->() . " extract($f FROM date $of)" },
		sub { 'date_part(\'' . pick(qw(epoch julian year decade)) . "', $expr)" . $op->() . ' ' . pick('2025', '202', '2460000', '1760000000') },
		sub { my $f = pick('YYYY', 'YYYY-MM', 'YYYYMMDD', 'YYYY/MM/DD', 'IYYY-IW', 'YYYY "q"Q', 'YYYY-DDD'); "to_char($expr, '$f') " . pick($op->(), '=') . " to_char(date $of, '$f')" },
		sub { "$expr" . '::text ' . $op->() . " $of" },
		sub { 'left(' . $make{date}->(1) . '::text, ' . pick(4, 7, 10, -3) . ") = left($of, " . pick(4, 7, 10) . ')' },
		sub { $make{date}->(2) . '::text LIKE ' . pick("'2026-1%'", "'2025-0_-1%'", "'2025%'", "'01%'") },
		sub { 'date ' . $of . ' - ' . $make{date}->(2) . ' ' . $op->() . ' ' . $count->() },
		sub { 'current_date - ' . $make{date}->(2) . ' + 1 <= ' . abs $count->() },
		sub { "now() - " . $make{timestamptz}->(2) . " < interval '" . pick('7 days', '1 month', '36 hours') . "'" },
		sub { 'daterange(' . pick("date $low", 'NULL') . ", date $high" . pick('', ", '[]'", ", '()'") . ') @> ' . $make{date}->(2) },
		sub { $make{timestamp}->(2) . " <@ tsrange($low, " . pick($high, 'NULL') . ", '" . pick('[]', '()', '[)', '(]') . "')" },
		sub { $make{timestamptz}->(2) . " <@ tstzrange($low, $high)" })->();
}

sub tree
{
	my ($depth) = @_;
	return leaf() if $depth == 0 || rand() < 0.5;
	return 'NOT (' . tree($depth - 1) . ')' if rand() < 0.2;
	return '(' . tree($depth - 1) . pick(' AND ', ' AND ', ' OR ') . tree($depth - 1) . ')';
}

my $rounds = $ENV{ROUNDS} // 80;
my ($found, $bounded) = (0, 0);
for my $i (1 .. $rounds)
{
	my $session_zone = pick('UTC', 'Asia/Seoul', 'America/Los_Angeles', 'Pacific/Apia', 'America/Sao_Paulo');
	my $style = pick('ISO, YMD', 'ISO, DMY', 'SQL, MDY', 'German', 'Postgres, DMY');
	# literals are meant as they are written
	$session->query("SET timezone = '$session_zone'; SET datestyle = 'ISO, YMD'");
	my $condition = tree(2);
	$session->query("SET datestyle = '$style'");
	forget();
	my $rows = agree($condition, "$i, $session_zone, $style");
	$found++ unless $rows =~ /^0\|/;
	$bounded++ if ranges() !~ /^20\d\d-\d\d-\d\d\.\.$today$/;
}
cmp_ok($found, '>', $rounds / 3, "many conditions have rows ($found)");
cmp_ok($bounded, '>', $rounds / 3, "many conditions bound the days ($bounded)");

done_testing();
