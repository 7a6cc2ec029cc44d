
=pod

=head1 NAME

AdpipeTest::Days - conditions on the day, in all the spellings that bound a scan

=head1 SYNOPSIS

	my @conditions = days('t.date_day', \@shape, 'few');
	my @conditions = periods('week', 't', \@shape);

=cut

package AdpipeTest::Days;

use strict;
use warnings;

use AdpipeTest::Queries qw(pick);
use Exporter 'import';

our @EXPORT_OK = qw(days periods);

sub date
{
	my ($day) = @_;
	return AdpipeTest::Statements::constant('date', $day);
}

=head2 days($column, $shape, $range)

Conditions, to be joined by AND, for some days around the end of October 2026: any
(C<few>), one range of them (C<range>), or one to three months, which mostly are whole
months or weeks (C<months>).

=cut

sub days
{
	my ($day, $shape, $range) = @_;
	return months($day, $shape) if $range eq 'months';
	my $kind = $range eq 'range' ? 0 : rand;
	my ($first, $last) = ('2026-10-' . (27 + int rand 4), pick('2026-10-31', '2026-11-01', '2026-11-02'));

	push @$shape, $kind < 0.5 ? 'range' : $kind < 0.58 ? 'moments' : $kind < 0.66 ? 'single days' : $kind < 0.96 ? 'expression of the day' : 'odd days';
	return range($day, $first, $last) if $kind < 0.5;
	return moments($day, $first) if $kind < 0.58;
	return singles($day, $first, $last) if $kind < 0.66;
	return expressions($day, $first, $last) if $kind < 0.96;
	return pick("$day > NULL::date", "$day >= " . date(undef), "$day BETWEEN '2026-11-02' AND '2026-10-30'", "$day >= '2026-10-30' AND $day < '2026-10-30'",
		"$day = '2026-10-30' AND $day = '2026-10-31'", "$day >= '2027-01-01'");
}

sub range
{
	my ($day, $first, $last) = @_;
	my ($from, $to) = (date($first), date($last));
	return pick("$day BETWEEN $from AND $to", "$day BETWEEN $from AND $to", "$day BETWEEN SYMMETRIC $to AND $from", "$from <= $day AND $day <= $to", "$day >= $from AND $day < $to\::date + 1",
		"NOT $day < $from AND NOT ($day > $to)", "$day > $from AND $day < $to", "$day >= $from AND $day <= $to AND $day >= '2026-10-01'");
}

sub moments
{
	my ($day, $first) = @_;
	return pick("$day >= timestamp '$first 12:00' AND $day < timestamptz '2026-11-01 05:00+00'", "$day >= timestamp '$first 00:00' AND $day < timestamp '2026-11-02'",
		"$day BETWEEN timestamptz '$first 00:00Z' AND timestamptz '2026-11-01 23:59:59.999Z'", "$day\::timestamp >= '$first' AND $day\::timestamp < '2026-11-01'",
		"$day\::timestamptz BETWEEN '$first 00:00+09' AND '2026-10-31 23:59+09'");
}

sub singles
{
	my ($day, $first, $last) = @_;
	my $list = join ', ', date($first), date($last);
	return pick("$day = " . date($first), "$day IN ($list)", "$day = ANY (ARRAY[$list]::date[])", "$day BETWEEN " . date($first) . ' AND ' . date($last) . " AND $day <> '2026-10-31'",
		"$day = (SELECT max(day) FROM weeks)", "$day = ANY (ARRAY(SELECT day FROM weeks))", "($day = " . date($first) . " OR $day = " . date($last) . ')');
}

sub expressions
{
	my ($day, $first, $last) = @_;
	my ($from, $to) = (date($first), date($last));
	return pick("date_trunc('month', $day) = '2026-10-01' AND $day > '2026-10-27'", "date_trunc('week', $day) = '2026-10-26'", "date_trunc('day', $day) BETWEEN '$first' AND '$last'",
		"to_char($day, 'YYYY-MM-DD') BETWEEN '$first' AND '$last'", "to_char($day, 'IYYY-IW') = '2026-44'", "to_char($day, 'YYYYMMDD') LIKE '2026103%'", "left($day\::text, 9) = '2026-10-3'",
		"extract(year FROM $day) = 2026 AND extract(month FROM $day) = 10 AND $day >= $from", "date_part('year', $day) = 2026 AND $day BETWEEN $from AND $to",
		"extract(epoch FROM $day) BETWEEN extract(epoch FROM date '$first') AND extract(epoch FROM date '$last')", "daterange('$first', '$last', '[]') \@> $day", "$day <\@ daterange('$first', '$last')",
		"date '$last' - $day BETWEEN 0 AND 3", "$day - date '$first' BETWEEN 0 AND 2", "$day + 7 BETWEEN date '$first' + 7 AND date '$last' + 7", "$day + interval '1 day' BETWEEN '$first' AND '$last'",
		"$day AT TIME ZONE 'Asia/Seoul' BETWEEN '$first' AND '$last'", "date_bin('7 days', $day\::timestamp, '2026-10-01') = '2026-10-29'",
		"($day BETWEEN $from AND $to OR $day = '2026-11-02')", "$day BETWEEN $from AND $to AND extract(dow FROM $day) < 4", "$day BETWEEN $from AND $to AND extract(isodow FROM $day) IN (6, 7)",
		"($day, 'x') > ($from, 'a') AND $day BETWEEN $from AND $to", "$day >= $from AND $day <= least($to, date '2026-11-02')", "$day > (SELECT min(day) FROM weeks) AND $day <= $to");
}

# Whole months and weeks, and ranges that cut them.
sub months
{
	my ($day, $shape) = @_;
	push @$shape, 'months';
	# Some go on to today, which is 2026-11-20.
	return pick("$day >= '2026-10-01'", "$day >= " . date('2026-10-26'), "$day >= '2026-10-12' AND $day < '2027-01-01'", "$day >= '2026-10-01' AND $day <= date '2026-11-20'",
		"$day BETWEEN '2026-09-01' AND '2026-10-31'", "$day >= " . date('2026-10-01') . " AND $day < " . date('2026-11-01'), "$day BETWEEN '2026-09-28' AND '2026-11-01'",
		"$day >= '2026-10-05' AND $day <= '2026-11-08'", "$day BETWEEN '2026-09-15' AND '2026-11-03'", "date_trunc('month', $day) = '2026-10-01'", "date_trunc('month', $day) IN ('2026-09-01', '2026-10-01')",
		"date_trunc('week', $day) BETWEEN '2026-10-05' AND '2026-10-26'", "to_char($day, 'YYYY-MM') = '2026-10'", "date_trunc('month', $day) BETWEEN " . date('2026-09-01') . ' AND ' . date('2026-10-01'),
		"$day >= date_trunc('month', timestamp '2026-10-10') AND $day < '2026-11-01'", "extract(year FROM $day) = 2026 AND $day >= '2026-09-01' AND $day < '2026-11-01'");
}

=head2 periods($period, $alias, $shape)

The same for a table whose rows cover a week, a month, or the range asked.

=cut

sub periods
{
	my ($period, $alias, $shape) = @_;
	my ($start, $end) = ("$alias.period_start", "$alias.period_end");
	push @$shape, "period $period";
	if ($period eq 'all')
	{
		my ($first, $last) = map { date($_) } pick('2026-10-03', '2026-10-26', '2026-09-01'), pick('2026-10-28', '2026-11-01', '2026-10-31');
		return pick("$start = $first AND $end = $last", "$start >= $first AND $end <= $last", "$start BETWEEN $first AND $last", "$end BETWEEN $first AND $last");
	}
	return pick("$start >= '2026-10-05' AND $start <= " . date('2026-10-26'), "$start = '2026-10-19'", "$start >= " . date('2026-10-07') . " AND $end <= '2026-11-03'",
		"$end BETWEEN '2026-10-18' AND '2026-11-01'", "$start IN ('2026-10-05', '2026-10-26')") if $period eq 'week';
	return pick("$start >= '2026-09-01' AND $start <= " . date('2026-10-01'), "$start = " . date('2026-10-01'), "$start >= '2026-08-15' AND $end <= '2026-10-31'", "$end = '2026-09-30'",
		"date_trunc('quarter', $start) = '2026-07-01'", "$start >= '2026-10-01'");
}

1;
