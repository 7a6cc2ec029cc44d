# Whatever a statement groups, filters and joins, the platform's sums are those
# of its rows: statements over all reports of Google Ads and Meta Ads, generated,
# with adpipe.pushdown on and off.  Integers must be equal; of numbers with a
# fraction, platforms round each row that they send.
#
# COARSE_QUERIES is the number of statements, SEED the seed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(pick same_answer);
use JSON::PP;
use Test::More;

my $seed = $ENV{SEED} // 20261129;
my $wanted = $ENV{COARSE_QUERIES} // 130;
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
CREATE TABLE google.parted (LIKE google_common.ad_group_report) PARTITION BY LIST (platform);
ALTER TABLE google.parted ATTACH PARTITION google_common.ad_group_report FOR VALUES IN ('google_ads');
ALTER TABLE google.parted ATTACH PARTITION meta_common.ad_group_report FOR VALUES IN ('meta_ads');
CREATE TABLE brands (id text, brand text, weight numeric);
INSERT INTO brands SELECT campaign_id, CASE WHEN campaign_id ~ '[02468]$' THEN 'even' ELSE 'odd' END, 2 FROM google.campaigns;
INSERT INTO brands SELECT campaign_id, 'twice', 3 FROM meta.campaigns WHERE campaign_id ~ '[0-4]$';
INSERT INTO brands SELECT id, 'again', 5 FROM brands WHERE id ~ '[3-6]$';
INSERT INTO brands VALUES ('0', 'none', 1), (NULL, 'null', 1);
ANALYZE brands;
END

# Columns of the tables by what they are.
my %tables;
for my $line (split /\n/, $session->query(<<'END'))
SELECT CASE wrapper WHEN 'google_ads' THEN 'google.' ELSE 'meta.' END || report, column_name, kind, coalesce(additive, ''), type
  FROM adpipe.columns
 WHERE wrapper IN ('google_ads', 'meta_ads') AND report ~ '_daily$' ORDER BY 1, 2
END
{
	my ($table, $column, $kind, $additive, $type) = split /\|/, $line, -1;
	next if $column eq 'date_day';
	my $group = $kind ne 'metric' ? 'dimensions' : $additive =~ /^days, entities, breakdowns/ ? 'sums' : $column =~ /^conversions/ ? 'others' : 'rest';
	push @{ $tables{$table}{$group} }, $column;
	$tables{$table}{within} = $1 if $additive =~ /within one (\w+)/;
}
$tables{$_} = { dimensions => [qw(platform account_id currency campaign_id campaign_name)],
	sums => [qw(impressions clicks spend)], others => [qw(conversions conversions_value)] }
  for 'google.united', 'google.parted';

sub dimension { return 't.' . pick(@{ $tables{ $_[0] }{dimensions} }); }
sub metric { return 't.' . pick(@{ $tables{ $_[0] }{sums} }); }
sub has { my ($table, @columns) = @_; my %have = map { $_ => 1 } map { @{ $tables{$table}{$_} // [] } } qw(dimensions sums); return !grep { !$have{$_} } @columns; }

# What is grouped: mostly columns, now and then the day or an expression.
sub keys_of
{
	my ($table, $shape) = @_;
	my @keys = map { dimension($table) } 1 .. pick(0, 1, 1, 1, 2, 2, 3);
	my $more = pick(('') x 8, 't.date_day', "date_trunc('month', t.date_day)::date", 'upper(' . dimension($table) . ')', 'coalesce(' . dimension($table) . ", '-')");
	push @keys, $more if $more;
	# What adds up within one value only is an error without it.
	push @keys, "t.$tables{$table}{within}" if $tables{$table}{within} && rand() < 0.9;
	push @$shape, 'keys ' . scalar(@keys), $more =~ /date_trunc/ ? 'month' : $more =~ /date_day/ ? 'day' : $more ? 'expression' : ();
	return @keys;
}

# An aggregate: mostly a sum or KPI, else one that sees rows.
sub aggregate
{
	my ($table, $shape) = @_;
	my $kind = rand;
	my $currency = pick('', has($table, 'currency') ? ', t.currency' : '');
	my $filter = pick(('') x 9, ' FILTER (WHERE ' . condition($table) . ')', " FILTER (WHERE t.date_day > '2026-10-30')", ' FILTER (WHERE ' . metric($table) . ' > 5)');

	if ($kind < 0.5)
	{
		push @$shape, 'sum' . ($filter =~ /(date_day)|(> 5)/ ? ' filter of rows' : $filter ? ' filter' : '');
		return 'sum(' . metric($table) . ")$filter";
	}
	if ($kind < 0.7 && has($table, qw(clicks impressions spend)))
	{
		push @$shape, 'kpi' . ($filter ? ' filter' : '');
		return pick('adpipe.ctr(t.clicks, t.impressions)', "adpipe.cpc(t.spend, t.clicks$currency)", "adpipe.cpm(t.spend, t.impressions$currency)",
			'round(sum(t.spend) / nullif(sum(t.clicks), 0), 6)', "adpipe.clicks(adpipe.stats(t.impressions, t.clicks, t.spend, t.spend, t.spend$currency))") =~ s/(\(t\.[^()]*\))(?=\z)/$1$filter/r;
	}
	if ($kind < 0.85)
	{
		my $dimension = dimension($table);
		push @$shape, 'distinct or extreme';
		return pick("min($dimension)", "max($dimension)", "count(DISTINCT $dimension)", "string_agg(DISTINCT $dimension, ',')", "count(DISTINCT ($dimension, " . dimension($table) . '))');
	}
	push @$shape, 'sees rows';
	return pick('count(*)', 'count(' . dimension($table) . ')', 'round(avg(' . metric($table) . '), 6)', 'max(' . metric($table) . ')', 'min(t.date_day)',
		'count(DISTINCT t.date_day)', 'sum(2 * ' . metric($table) . ')', 'sum(DISTINCT ' . metric($table) . ')', 'sum(1)',
		'round(sum(t.' . pick(@{ $tables{$table}{others} // $tables{$table}{sums} }) . '), 4)');
}

# A condition on columns that stay.
sub condition
{
	my ($table) = @_;
	my $column = dimension($table);
	return pick("$column <> 'x'", "$column IS NOT NULL", "$column IN ('MOBILE', 'ENABLED', 'SEARCH', 'female', 'facebook', 'USD', 'google_ads', 'CONTENT')", "$column LIKE '%a%'",
		"$column > 'M'", "length($column) > 5", "($column <> 'DESKTOP' OR " . dimension($table) . " = 'ENABLED')", "$column <> ALL ('{PAUSED,male}')");
}

# The days, mostly as a range.
sub days
{
	my ($shape) = @_;
	my $first = 27 + int rand 4;
	my $last = pick("'2026-10-31'", "'2026-11-01'", "'2026-11-02'");
	my $kind = rand;

	push @$shape, $kind < 0.7 ? 'range' : $kind < 0.8 ? 'moments' : 'other days';
	return pick("t.date_day BETWEEN '2026-10-$first' AND $last", "t.date_day >= '2026-10-$first' AND t.date_day <= $last", "'2026-10-$first' < t.date_day AND t.date_day < $last") if $kind < 0.7;
	return "t.date_day >= timestamp '2026-10-$first 12:00' AND t.date_day < " . pick("timestamptz '2026-11-01 05:00+00'", "timestamp '2026-11-02'") if $kind < 0.8;
	return pick("t.date_day = '2026-10-30'", "t.date_day IN ('2026-10-28', '2026-10-31')", "t.date_day BETWEEN '2026-10-$first' AND $last AND t.date_day <> '2026-10-31'",
		"date_trunc('month', t.date_day) = '2026-10-01' AND t.date_day > '2026-10-27'", "t.date_day BETWEEN '2026-10-$first' AND $last AND extract(dow FROM t.date_day) < 4");
}

# One statement, with what it is made of.
sub statement
{
	my ($table) = @_;
	my @shape;
	my @keys = keys_of($table, \@shape);
	my $days = days(\@shape);
	my @where = map { condition($table) } 1 .. pick(0, 0, 1, 1, 2);
	my @aggregates = map { aggregate($table, \@shape) } 1 .. pick(1, 1, 2, 3);
	my $from = "$table t";
	my $having = '';

	if (rand() < 0.06)
	{
		push @where, metric($table) . ' > ' . int rand 20;
		push @shape, 'condition on a metric';
	}
	push @shape, 'conditions' if @where;
	if (rand() < 0.12)
	{
		$having = ' HAVING ' . pick('sum(' . metric($table) . ') > 50', 'count(*) > 2', 'max(' . dimension($table) . ") <> 'y'");
		push @shape, 'having';
	}
	if (has($table, 'campaign_id') && rand() < 0.25)
	{
		my $kind = pick('JOIN', 'LEFT JOIN', 'RIGHT JOIN');
		$from = $kind eq 'RIGHT JOIN' ? "(SELECT * FROM $table t WHERE $days) t $kind brands b ON b.id = t.campaign_id" : "$from $kind brands b ON b.id = t.campaign_id";
		push @keys, 'b.brand';
		push @aggregates, pick('min(b.weight)', 'sum(b.weight)') if rand() < 0.2;
		push @shape, lc $kind;
	}
	elsif (has($table, 'campaign_id') && rand() < 0.1)
	{
		push @where, pick('', 'NOT ') . "EXISTS (SELECT FROM brands b WHERE b.id = t.campaign_id AND b.brand = 'even')";
		push @shape, 'exists';
	}
	elsif (rand() < 0.12)
	{
		$from = pick("(SELECT * FROM $table) t", "(SELECT * FROM $table t WHERE $days) t");
		push @shape, 'subquery';
	}
	my $sets = @keys > 1 && rand() < 0.1;
	push @shape, 'rollup' if $sets;
	my $all = join ', ', @keys, @aggregates;
	my $group = @keys ? ' GROUP BY ' . ($sets ? 'ROLLUP (' . join(', ', 1 .. @keys) . ')' : join ', ', 1 .. @keys) : '';
	my $order = @keys ? ' ORDER BY ' . join(', ', 1 .. @keys) : '';

	return ("SELECT $all FROM $from WHERE " . join(' AND ', $from =~ /RIGHT JOIN/ ? 'true' : $days, @where) . "$group$having$order", join ', ', @shape);
}

# The grains of a statement's scans, in order.
sub grains_in
{
	my ($plan) = @_;
	return (defined $plan->{Grain} ? $plan->{Grain} : (), map { grains_in($_) } @{ $plan->{Plans} // [] });
}

sub grains
{
	my ($sql) = @_;
	my ($json, $error) = $session->try("EXPLAIN (VERBOSE, FORMAT JSON) $sql");
	return $error ? () : sort(grains_in(decode_json($json)->[0]{Plan}));
}

my %count = map { $_ => 0 } qw(scans coarse rows error);
my %shapes;
my @names = sort keys %tables;
for my $i (1 .. $wanted)
{
	my ($sql, $shape) = statement($names[ $i % @names ]);
	my (%answer, %grains);

	for my $setting ('on', 'off')
	{
		$session->query("SET adpipe.pushdown = $setting");
		$grains{$setting} = [ grains($sql) ];
		my ($out, $error) = $session->try($sql);
		$answer{$setting} = $error ? "error $error->{sqlstate}" : $out;
	}
	is(same_answer($answer{on}, $answer{off}), undef, "$i: $sql") or diag(join ' + ', @{ $grains{on} });
	$count{scans} += @{ $grains{off} };
	$count{coarse} += grep { $grains{on}[$_] ne $grains{off}[$_] } 0 .. $#{ $grains{off} };
	$count{rows}++ if $answer{off} ne '' && $answer{off} !~ /^error/;
	$count{error}++ if $answer{off} =~ /^error/;
	$shapes{$shape}++;
}
note(sprintf '%d statements of %d shapes: %d of %d scans are coarse, %d answers have rows, %d are errors', $wanted, scalar(keys %shapes), @count{qw(coarse scans rows error)});
cmp_ok($count{coarse}, '>', 0.3 * $wanted, 'many of the scans are coarse');
cmp_ok($count{rows}, '>', 0.6 * $wanted, 'many of the answers have rows');
cmp_ok($count{error}, '<', 0.1 * $wanted, 'few statements are errors');

done_testing();
