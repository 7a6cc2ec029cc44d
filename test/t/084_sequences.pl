# Funnels, patterns and retention against definitions that are too slow to use:
# every way to pick rows is tried.  Thousands of small random inputs with many
# rows at the same time, in random order.  ADPIPE_LONG=1 makes more of them;
# SEED=n others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $cases = $ENV{ADPIPE_LONG} ? 100000 : 3000;
my $seed = $ENV{SEED} // 20240301;
srand($seed);
note("SEED=$seed");

my $node = adpipe_cluster();
my @modes = qw(strict_deduplication strict_order strict_increase strict_once
  allow_reentry);

# Random rows [time, conditions], conditions being bits.
sub random_rows
{
	my ($conditions, $most, $latest) = @_;
	my $spread = 1 + int rand 3;
	return map {
		my $bits = int rand 1 << $conditions;
		$bits &= int rand 1 << $conditions for 2 .. $spread;
		[ int rand $latest + 1, $bits ]
	} 1 .. 1 + int rand $most;
}

# In the documented order: by time, then by the lowest condition.
sub in_order
{
	return
	  sort { $a->[0] <=> $b->[0]
		  || ($a->[1] & -$a->[1]) <=> ($b->[1] & -$b->[1])
		  || $a->[1] <=> $b->[1] } @_;
}

# Calls back with every chain of rows that meets the first steps one after the
# other: indexes of rows.
sub each_chain
{
	my ($rows, $steps, $within, $mode, $found, @chain) = @_;

	return if @chain == $steps;
	for my $i (0 .. $#$rows)
	{
		next unless $rows->[$i][1] & 1 << @chain;
		if (@chain)
		{
			my $step_time = $rows->[$i][0] - $rows->[ $chain[-1] ][0];
			next if $step_time < 0 || $mode->{strict_increase} && $step_time == 0;
			next if $rows->[$i][0] - $rows->[ $chain[0] ][0] > $within;
			next if $mode->{strict_once} && grep { $_ == $i } @chain;
		}
		$found->([ @chain, $i ]);
		each_chain($rows, $steps, $within, $mode, $found, @chain, $i);
	}
}

# Of all chains the best: longest, first to end, last to start, then with the
# earliest steps.  As a list of times.
sub best_chain
{
	my @best;
	my ($rows) = @_;

	each_chain(@_, sub {
		my @times = map { $rows->[$_][0] } @{ $_[0] };
		my $better = @times <=> @best || ($best[-1] // 0) <=> $times[-1]
		  || $times[0] <=> $best[0];
		$better ||= $best[$_] <=> $times[$_] for 1 .. $#times - 1;
		@best = @times if $better > 0;
	});
	return @best;
}

# Where the search ends: rows without what comes after it.  Rows that meet the
# same step at the same time come together.
sub rows_that_count
{
	my ($rows, $steps, $within, $mode) = @_;
	my @seen = map { [ $_->[0], 0 ] } @$rows;
	my $level = sub { scalar best_chain(\@seen, $steps, $within, $mode) };
	my %is_time = map { $_->[0] => 1 } @$rows;

	for my $time (sort { $a <=> $b } keys %is_time)
	{
		my @now = grep { $rows->[$_][0] == $time } 0 .. $#$rows;
		return \@seen
		  if $mode->{strict_order} && $level->() > 0
		  && grep { $rows->[$_][1] == 0 } @now;
		for my $step (1 .. $steps)
		{
			my $bit = 1 << $step - 1;
			my @meet = grep { $rows->[$_][1] & $bit } @now;
			next unless @meet;
			my $before = $level->();
			return \@seen
			  if $mode->{strict_deduplication} && $step > 1 && $before >= $step;
			# A row that alone would not reach the step repeats nothing.
			my @reach = grep {
				$seen[$_][1] |= $bit;
				my $reached = $level->() >= $step;
				$seen[$_][1] &= ~$bit;
				$reached
			} @meet;
			return \@seen
			  if $mode->{strict_order} && !$mode->{allow_reentry}
			  && $before > 0 && $step > $before + 1;
			$seen[$_][1] |= $bit for @meet;
			return \@seen
			  if $mode->{strict_deduplication} && $step > 1 && @reach > 1;
		}
	}
	return \@seen;
}

# What window_funnel_steps should say, as the text of an array.
sub funnel_steps
{
	my ($rows, $steps, $within, $mode) = @_;
	my @times = best_chain(rows_that_count($rows, $steps, $within, $mode),
		$steps, $within, $mode);
	return '{' . join(',', map { $_ // 'NULL' } @times[ 0 .. $steps - 1 ]) . '}';
}

# A random pattern: its text, and items [condition or 0, has a gap, least, most].
sub random_pattern
{
	my ($conditions) = @_;
	my ($text, @items) = ('');

	for my $i (0 .. int rand 4)
	{
		my ($gap, $least, $most) = (0, 0, 99);
		for (1 .. int rand 3)
		{
			if ($i == 0 || rand() < 0.4)
			{
				$text .= '.*';
			}
			else
			{
				my $operator = (qw(>= > <= < ==))[ rand 5 ];
				my $time = int rand 5;
				$text .= "(?t$operator$time)";
				my $low = $operator eq '>' ? $time + 1 : $operator =~ /^<=?$/ ? 0 : $time;
				my $high =
				  $operator eq '<' ? $time - 1 : $operator =~ /^>=?$/ ? 99 : $time;
				$least = $low if $low > $least;
				$most = $high if $high < $most;
			}
			$gap = 1;
		}
		my $condition = rand() < 0.2 ? 0 : 1 + int rand $conditions;
		$text .= $condition ? "(?$condition)" : '.';
		push @items, [ $condition, $gap, $least, $most ];
	}
	$text .= '.*' if rand() < 0.2;
	return ($text, \@items);
}

# The first index at which a chain of rows that begins at $from or later can end,
# or nothing.
sub first_end
{
	my ($rows, $items, $within, $from, @chain) = @_;
	my $end;

	if (@chain == @$items)
	{
		return if $rows->[ $chain[-1] ][0] - $rows->[ $chain[0] ][0] > $within;
		return $chain[-1];
	}
	my ($condition, $gap, $least, $most) = @{ $items->[ scalar @chain ] };
	for my $i ((@chain ? $chain[-1] + 1 : $from) .. $#$rows)
	{
		next unless !$condition || $rows->[$i][1] & 1 << $condition - 1;
		if (@chain)
		{
			my $time = $rows->[$i][0] - $rows->[ $chain[-1] ][0];
			next if !$gap && $i > $chain[-1] + 1;
			next if $gap && ($time < $least || $time > $most);
		}
		my $this = first_end($rows, $items, $within, $from, @chain, $i);
		$end = $this if defined $this && (!defined $end || $this < $end);
	}
	return $end;
}

# What sequence_count should say.
sub sequence_count
{
	my ($rows, $items, $within) = @_;
	my @events = in_order(grep { $_->[1] } @$rows);
	my ($count, $from) = (0, 0);

	while (defined(my $end = first_end(\@events, $items, $within, $from)))
	{
		$count++;
		$from = $end + 1;
	}
	return $count;
}

# What retention should say of rows [day, 1 = started | 2 = returned].
sub retention
{
	my ($rows, $kind, $days, $through) = @_;
	my @known = grep { $_->[0] < $through } @$rows;
	my ($start) = sort { $a <=> $b } map { $_->[0] } grep { $_->[1] & 1 } @known;
	return 'NULL' unless defined $start;
	my %active = (0 => 1,
		map { $_->[0] - $start => 1 } grep { $_->[1] & 2 && $_->[0] >= $start } @known);

	return '{' . join(',', map {
		my ($from, $to) = @$_;
		$start + $to >= $through ? 'NULL'
		  : $kind eq 'rolling' ? ((grep { $_ >= $from } keys %active) ? 't' : 'f')
		  : $kind eq 'full' ? ((grep { !$active{$_} } 0 .. $to) ? 'f' : 't')
		  : ((grep { $active{$_} } $from .. $to) ? 't' : 'f')
	} @$days) . '}';
}

# The rows of all cases in one table, the cases with what is expected in others.
my (@rows, @funnels, @sequences, @retentions);
for my $id (1 .. $cases)
{
	my $steps = 2 + int rand 3;
	my @these = random_rows($steps, 7, 6);
	push @rows, map { "$id\t$_->[0]\t$_->[1]" } @these;

	my $within = int rand 8;
	my %mode = map { $_ => 1 } grep { rand() < 0.3 } @modes;
	push @funnels, join "\t", $id, $steps, $within, join(',', keys %mode),
	  funnel_steps(\@these, $steps, $within, \%mode);

	my ($pattern, $items) = random_pattern($steps);
	$within = int rand 6;
	push @sequences, join "\t", $id, $steps, $within, $pattern,
	  sequence_count(\@these, $items, $within), sequence_count(\@these, $items, 99);

	my $kind = (qw(classic rolling full bracket))[ rand 4 ];
	my @days = map { my $from = int rand 5; [ $from, $from + ($kind eq 'bracket' ? int rand 3 : 0) ] }
	  1 .. 3;
	my $through = 1 + int rand 9;
	push @retentions, join "\t", $id, $kind, $through,
	  '{' . join(',', map { $kind eq 'bracket' ? "{$_->[0],$_->[1]}" : $_->[0] } @days) . '}',
	  retention(\@these, $kind, \@days, $through);
}

$node->safe_psql('postgres', join "\n",
	'CREATE TABLE rows (id int, at bigint, met int);',
	'CREATE TABLE funnels (id int, steps int, within bigint, modes text, expected text);',
	'CREATE TABLE sequences (id int, steps int, within bigint, pattern text, expected bigint, unbound bigint);',
	'CREATE TABLE retentions (id int, kind text, through int, days int[], expected text);',
	'COPY rows FROM stdin;', @rows, '\.',
	'COPY funnels FROM stdin;', @funnels, '\.',
	'COPY sequences FROM stdin;', @sequences, '\.',
	'COPY retentions FROM stdin;', @retentions, '\.',
	'CREATE FUNCTION bits(met int, steps int) RETURNS boolean[] LANGUAGE sql AS
		$$SELECT array_agg(met & (1 << n) > 0 ORDER BY n) FROM generate_series(0, steps - 1) AS n$$;');

# Every case that comes out other than expected, by its number and inputs.
sub wrong
{
	my ($table, $parameters, $answer, $expected) = @_;
	return $node->safe_psql('postgres', <<"END");
	SELECT id, $parameters, array_agg(at || ':' || met ORDER BY at, met), answer, $expected AS expected
	FROM (SELECT id, ($answer)::text AS answer
		  FROM (SELECT * FROM rows JOIN $table USING (id) ORDER BY id, random()) AS r
		  GROUP BY id, $parameters, expected) AS answers
	JOIN $table USING (id) JOIN rows USING (id)
	WHERE answer IS DISTINCT FROM ($expected)::text
	GROUP BY id, $parameters, answer, $expected
	ORDER BY count(*), id LIMIT 3
END
}

my $met = 'VARIADIC bits(met, steps)';
is( wrong('funnels', 'steps, within, modes',
		"adpipe.window_funnel_steps(within, modes, at, $met)", 'expected'),
	'', 'steps of funnels, in all combinations of modes');
is( wrong('funnels', 'steps, within, modes',
		"adpipe.window_funnel(within, modes, at, $met)",
		q{(SELECT count(s) FROM unnest(replace(expected, 'NULL', '-1')::int[]) AS s WHERE s >= 0)}),
	'', 'their levels');
is( wrong('sequences', 'steps, within, pattern, unbound',
		"adpipe.sequence_count(pattern, within, at, $met)", 'expected'),
	'', 'patterns with a bound for the whole chain');
is( wrong('sequences', 'steps, within, pattern, unbound',
		"adpipe.sequence_count(pattern, at, $met)", 'unbound'),
	'', 'and without');
is( wrong('sequences', 'steps, within, pattern, unbound',
		"adpipe.sequence_match(pattern, within, at, $met)", 'expected > 0'),
	'', 'whether they occur');
my $retained = q{coalesce(adpipe.retention(kind, days, date '2024-01-01' + through,
	date '2024-01-01' + at::int, met & 1 > 0, met & 2 > 0)::text, 'NULL')};
is(wrong('retentions', 'kind, through, days', $retained, 'expected'),
	'', 'retention of all kinds');

# The inputs are worth something: all levels and many counts occur.
is( $node->safe_psql('postgres', <<'END'),
	SELECT (SELECT count(DISTINCT length(regexp_replace(expected, '[^0-9]', '', 'g'))) FROM funnels) >= 5,
		(SELECT count(*) FROM funnels WHERE modes <> '' AND expected !~ 'NULL') > 100,
		(SELECT count(DISTINCT expected) FROM sequences) > 4,
		(SELECT count(*) FROM sequences WHERE expected <> unbound) > 100,
		(SELECT count(*) FROM retentions WHERE expected ~ 't' AND expected ~ 'f' AND expected ~ 'NULL') > 10
END
	't|t|t|t|t', 'the inputs lead to all kinds of answers');

done_testing();
