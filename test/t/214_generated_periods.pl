# Whatever expressions of the day a statement groups by, filters and selects, and
# whatever days it asks for, it has the answer of the rows of days: generated
# statements, with adpipe.pushdown on and off, in several time zones, with values
# and with parameters of kept plans.  Reach of generated ranges is that of tables of
# a period.
#
# PERIOD_QUERIES is the number of statements, SEED the seed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(pick same_answer);
use Cpanel::JSON::XS;
use Test::More;

my $seed = $ENV{SEED} // 20261129;
my $wanted = $ENV{PERIOD_QUERIES} // 45;
srand($seed);
note("seed $seed, $wanted statements");

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
google_server($node, $sim, options => { customer_id => '2345678901' });
google_server($node, $sim, name => 'google_common', schema => 'common', options => { customer_id => '2345678901' });
meta_server($node, $sim, options => { account_id => '2345678901234567' });
meta_server($node, $sim, name => 'meta_common', schema => 'common', options => { account_id => '2345678901234567' });
$sim->clock($now);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));
$session->query(<<'END');
CREATE VIEW google.united AS SELECT * FROM google_common.campaign_report UNION ALL SELECT * FROM meta_common.campaign_report;
CREATE FOREIGN TABLE meta.flight (
    account_id text,
    period_start date OPTIONS (field 'adpipe.period_start') NOT NULL,
    period_end date OPTIONS (field 'adpipe.period_end') NOT NULL,
    campaign_id text, reach bigint
) SERVER meta OPTIONS (level 'campaign', period 'all');
END
my @tables = ('google.campaign_daily', 'google.account_daily', 'google.campaign_device_daily', 'meta.campaign_daily', 'meta.account_daily', 'meta.campaign_age_gender_daily', 'google.united');
my @zones = ('UTC', 'UTC', 'Asia/Seoul', 'America/Los_Angeles', 'Pacific/Apia');

# A day in the form of a moment.
sub moment
{
	return pick('date_day', 'date_day', 'date_day::timestamp', 'date_day::timestamptz', '(date_day::timestamptz AT TIME ZONE ' . quote(pick(@zones)) . ')', 'date_day + ' . pick(0, 1, 6),
		"date_day - interval '1 day'");
}

# What a statement is mostly about.
my $theme = 'any';

# An expression of the day.
sub expression
{
	my $unit = $theme eq 'any' ? pick('month', 'week', 'quarter', 'year') : pick($theme, $theme, $theme, $theme eq 'month' ? ('quarter', 'year') : ());
	return pick("date_trunc('$unit', date_day)", "date_trunc('$unit', date_day)::date", "to_char(date_day, " . ($theme eq 'month' ? "'YYYY-MM')" : "'IYYY-IW')")) if $theme ne 'any' && rand() < 0.7;
	return pick("date_trunc('$unit', " . moment() . ')', "date_trunc('$unit', " . moment() . ')::date', "date_trunc('$unit', date_day)", "date_trunc('$unit', date_day)::date",
		'extract(' . pick('year', 'month', 'quarter', 'week', 'isoyear', 'dow') . ' FROM ' . moment() . ')::int', 'to_char(' . moment() . ', ' . quote(pick('YYYY-MM', 'IYYY-IW', 'Mon', 'YYYY "Q"Q', 'YYYY-MM-DD')) . ')',
		'left(date_day::text, ' . pick(4, 7, 9) . ')', 'CASE WHEN date_day < ' . first_day() . " THEN 'a' ELSE 'b' END", 'date_day');
}

# The first day of a month or week, or one near it.
sub first_day
{
	my $month = sprintf '2026-%02d-01', pick(8 .. 11);
	my $week = pick('2026-08-31', '2026-09-28', '2026-10-26', '2026-11-02', '2026-11-09');
	my $day = $theme eq 'any' ? pick($month, $week) : $theme eq 'month' ? $month : $week;
	return '(date ' . quote($day) . pick(('') x 12, ' + 1', ' - 1') . ')';
}

# Days from one of these to another.
sub range
{
	my $first = first_day();
	my $last = first_day();
	return pick("date_day >= $first AND date_day < $last", "date_day BETWEEN $first AND $last - 1", "date_day >= ${first}::timestamp AND date_day < ${last}::timestamp", "date_day > $first - 1",
		"date_trunc('month', date_day) = date_trunc('month', $first)", "date_day >= $first AND to_char(date_day, 'YYYY-MM') <> '2026-09'", "date_day >= $first AND date_day < $last AND extract(dow FROM date_day) <> 3");
}

# A statement, as text and as a prepared one.
sub statement
{
	my $table = pick(@tables);
	$theme = pick('month', 'month', 'week', 'week', 'any');
	my @keys = map { expression() } 1 .. pick(0, 1, 1, 1, 2);
	push @keys, $table =~ /account/ ? 'account_id' : pick('campaign_id', 'upper(campaign_name)') if rand() < 0.4;
	my @sums = map { 'sum(' . pick(qw(clicks impressions spend)) . ')' . pick(('') x 4, ' FILTER (WHERE date_day >= ' . first_day() . ')', ' FILTER (WHERE ' . expression() . ' IS NOT NULL)') } 1 .. pick(1, 1, 2);
	push @sums, pick('min(', 'max(', 'count(DISTINCT ') . expression() . ')' if rand() < 0.2;
	push @sums, 'count(*)' if rand() < 0.05;
	my $order = join ', ', 1 .. @keys;
	my $sql = 'SELECT ' . join(', ', @keys, @sums) . " FROM $table WHERE " . range() . (@keys ? " GROUP BY $order ORDER BY $order" : '');
	my $having = @keys && rand() < 0.1 ? ' HAVING ' . pick('sum(clicks) > 10', expression() . ' IS NOT NULL') : '';

	return $sql =~ s/ ORDER BY/$having ORDER BY/r if $having =~ /sum/;
	return $sql;
}

sub scans_in
{
	my ($plan) = @_;
	return (defined $plan->{Grain} ? $plan->{Grain} : (), map { scans_in($_) } @{ $plan->{Plans} // [] });
}

# Runs a statement; returns its answer or error, and what its scans were read by.
sub run
{
	my ($sql) = @_;
	my ($json) = $session->try("EXPLAIN (VERBOSE, FORMAT JSON) $sql");
	my ($out, $error) = $session->try($sql);
	my @units = $error ? () : map { /(week|month) of/ ? $1 : /date_day/ ? 'day' : 'none' } scans_in(decode_json($json)->[0]{Plan});
	return ($error ? "error $error->{sqlstate}" : $out, @units);
}

my %units = map { $_ => 0 } qw(month week day none);
my ($rows, $errors) = (0, 0);
for my $i (1 .. $wanted)
{
	my $sql = statement();
	my $zone = pick(@zones);
	my $prepared = rand() < 0.3;
	my @values;

	$session->query("SET TimeZone = '$zone'");
	if ($prepared)
	{
		(my $text = $sql) =~ s/\(date ('[-\d]+')([ \d+-]*)\)/push @values, "date $1$2"; '$' . @values/ge;
		my $types = @values ? '(' . join(', ', ('date') x @values) . ')' : '';
		$session->query("SET plan_cache_mode = force_generic_plan; PREPARE q $types AS $text");
	}
	my $run = !$prepared ? $sql : @values ? 'EXECUTE q (' . join(', ', @values) . ')' : 'EXECUTE q';
	my ($on, @units) = run($run);
	$session->query('SET adpipe.pushdown = off');
	my ($off) = run($run);
	$session->query('SET adpipe.pushdown = on' . ($prepared ? '; DEALLOCATE q; RESET plan_cache_mode' : ''));
	is(same_answer($on, $off), undef, "$i: $run in $zone") or diag("$sql; by " . join ', ', @units);
	$units{$_}++ for $prepared ? () : @units;
	$rows++ if $off ne '' && $off !~ /^error/;
	$errors++ if $off =~ /^error/;
}
note(sprintf '%d statements: %s; %d with rows, %d errors', $wanted, join(', ', map { "$units{$_} by $_" } sort keys %units), $rows, $errors);
cmp_ok($units{month} + $units{week}, '>', 0.1 * $wanted, 'many scans are by month or week');
cmp_ok($units{week}, '>', 0, 'some by week');
cmp_ok($units{day}, '>', 0.2 * $wanted, 'many by day');
cmp_ok($rows, '>', 0.6 * $wanted, 'many answers have rows');
cmp_ok($errors, '<=', 0.1 * $wanted, 'few are errors');

# Reach of ranges, of months and of weeks.
$session->query('RESET TimeZone');
for my $i (1 .. $wanted / 9)
{
	my $first = "'2026-" . sprintf('%02d-%02d', 8 + int rand 2, 1 + int rand 28) . "'";
	my $last = "'2026-" . sprintf('%02d-%02d', 10 + int rand 2, 1 + int rand 28) . "'";
	is($session->query("SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily WHERE date_day BETWEEN $first AND $last GROUP BY 1 ORDER BY 1"),
		$session->query("SELECT campaign_id, reach FROM meta.flight WHERE period_start = $first AND period_end = $last ORDER BY 1"), "reach from $first to $last");
	my $unit = pick('month', 'week');
	my $start = $unit eq 'month' ? "'2026-0" . (7 + int rand 3) . "-01'" : "'2026-08-03'::date + 7 * " . int(rand 5);
	is($session->query("SELECT campaign_id, date_trunc('$unit', date_day)::date, adpipe.reach(reach) FROM meta.campaign_daily WHERE date_day >= $start AND date_day < $start"
			. ($unit eq 'month' ? "::date + interval '2 months'" : ' + 21') . ' GROUP BY 1, 2 ORDER BY 1, 2'),
		$session->query("SELECT campaign_id, period_start, reach FROM meta.campaign_${unit}ly WHERE period_start >= $start AND period_start < $start" . ($unit eq 'month' ? "::date + interval '2 months'" : ' + 21') . ' ORDER BY 1, 2'),
		"reach by $unit from $start");
}

done_testing();
