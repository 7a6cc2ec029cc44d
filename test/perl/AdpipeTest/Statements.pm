
=pod

=head1 NAME

AdpipeTest::Statements - statements of every shape over foreign tables, drawn from a seed

=head1 SYNOPSIS

	my $statements = AdpipeTest::Statements->new($session, \%tables);
	my $statement = $statements->draw($seed, $number);
	my ($sql, @values) = render($statement);
	my @smaller = reductions($statement);

=head1 DESCRIPTION

A statement is a hash of parts: C<settings with from joins where keys outputs having>
are lists, C<sets limit wrap mode> texts.  So a part can be left out, which is how a
statement that fails is made small.  Of the same seed and number comes the same
statement, whichever were drawn before.

A table is a hash: C<dimensions sums others rest> are lists of columns, C<fractions>
and C<types> are by column, C<day> is the column that bounds it (undef: none), C<period>
what a row covers, C<platform> the schema.

An output has a kind.  C<exact>: equal or wrong.  C<sum>: the platform rounds each
row.  C<ratio>: of two sums, of which C<below> is the output with the denominator.

=cut

package AdpipeTest::Statements;

use strict;
use warnings;

use AdpipeTest;
use AdpipeTest::Days qw(days periods);
use AdpipeTest::Queries qw(pick);
use Exporter 'import';
use Cpanel::JSON::XS;

our @EXPORT_OK = qw(constant kinds reductions render without_people);

# Values that match nothing, or in ways of their own.
my @ODD = ('007', 'abc', '', ' ', '9223372036854775808', '1e3', '-1', '+17', 'PAUSED', 'paused', 'UNKNOWN', 'NEVER_HEARD_OF',
	'MOBILE', 'google_ads', 'meta_ads', 'USD', "O'Neil", 'a\b', '%', "\x{d55c}\x{ae00}", undef);

# The settings under which plans have other shapes.
my @SETTINGS = ((map { "enable_$_ = off" } qw(hashagg sort hashjoin mergejoin nestloop material async_append memoize incremental_sort)),
	(map { "enable_partitionwise_$_ = on" } qw(aggregate join)), 'from_collapse_limit = 1', 'join_collapse_limit = 1', 'geqo_threshold = 2',
	"timezone = 'Asia/Seoul'", "timezone = 'America/Los_Angeles'", 'parallel_setup_cost = 0', 'jit = off', 'cursor_tuple_fraction = 1');

# Accessors of adpipe.stats() that divide, with the sum below and its factor.
my %ACCESSORS = (ctr => ['impressions'], cpc => ['clicks'], cpm => [ 'impressions', 1000 ], cpa => ['conversions'], cvr_click => ['clicks'],
	cvr_imp => ['impressions'], roas => ['spend'], roi => ['spend'], acos => ['conversions_value'], aov => ['conversions']);

=head2 new($session, \%tables)

Reads the list of KPIs, and values that occur from the tables that have them.

=cut

sub new
{
	my ($class, $session, $tables) = @_;
	my $self = bless { tables => $tables, names => [ sort keys %$tables ], values => {} }, $class;
	$self->{kpis} = [ map { [ split /\|/ ] } split /\n/,
		$session->query('SELECT name, form, money, people FROM adpipe_internal.ratio_kpis() ORDER BY name') ];
	$self->read_values($session, $_) for @{ $self->{names} };
	return $self;
}

# Values of the columns of a table whose like no table before had.
sub read_values
{
	my ($self, $session, $name) = @_;
	my $table = $self->{tables}{$name};
	my @new = grep { !$self->{values}{"$table->{platform}.$_"} } @{ $table->{dimensions} };

	return unless @new;
	my $days = { seldom => 0, table => $table };
	my $where = conditions_of_days($days, 'v') || 'true';
	$session->query("CREATE TEMP TABLE v AS SELECT DISTINCT " . join(', ', map { "v.$_" } @new) . " FROM $name v WHERE $where");
	for my $column (@new)
	{
		my $out = $session->query("SELECT to_jsonb($column) FROM v WHERE length($column) < 50 AND $column !~ '[[:cntrl:]]' GROUP BY 1 ORDER BY 1::text COLLATE \"C\" LIMIT 30");
		$self->{values}{"$table->{platform}.$column"} = [ map { Cpanel::JSON::XS->new->allow_nonref->decode($_) } split /\n/, $out ];
	}
	$session->query('DROP TABLE v');
	return;
}

# The plainest condition that bounds a table.
sub conditions_of_days
{
	my ($days, $alias) = @_;
	my $table = $days->{table};
	return '' unless $table->{day};
	return "$alias.period_start >= '2026-09-01' AND $alias.period_end <= '2026-11-01'" if $table->{day} eq 'period_start';
	return "$alias.$table->{day} BETWEEN '2026-10-28' AND '2026-10-31'";
}

=head2 constant($type, $value)

A constant in a part: render() makes it a literal or a parameter.

=cut

sub constant
{
	my ($type, $value) = @_;
	return "\x01$type\x02" . ($value // "\x04") . "\x03";
}

# Columns.
sub has { my ($table, @columns) = @_; my %have = map { $_ => 1 } map { @{ $table->{$_} } } qw(dimensions sums others); return !grep { !$have{$_} } @columns; }
sub some { my ($table, @lists) = @_; my @columns = map { @{ $table->{$_} } } @lists; return @columns ? pick(@columns) : undef; }
sub is_fraction { my ($table, $column) = @_; return $table->{fractions}{$column}; }
sub kind_of { my ($table, $column) = @_; return is_fraction($table, $column) ? 'sum' : 'exact'; }

# A value to compare a dimension with.
sub value
{
	my ($self, $table, $column) = @_;
	my @values = @{ $self->{values}{"$table->{platform}.$column"} // [] };
	return constant('text', @values && rand() < 0.7 ? pick(@values) : pick(@ODD));
}

=head2 condition($table, $alias)

A condition on a dimension, now and then a tree of them.

=cut

sub condition
{
	my ($self, $table, $alias, $depth) = @_;
	$depth //= pick(0, 0, 0, 1, 2);
	if ($depth)
	{
		my ($left, $right) = map { $self->condition($table, $alias, $depth - 1) } 1, 2;
		return pick("($left AND $right)", "($left OR $right)", "NOT ($left)");
	}
	my $column = some($table, 'dimensions') // return 'true';
	my $left = "$alias.$column" . pick(('') x 8, ' COLLATE "C"', '::varchar');
	my ($value, $list) = ($self->value($table, $column), join ', ', map { $self->value($table, $column) } 0 .. rand 4);
	return pick("$left = $value", "$left = $value", "$value = $left", "$left <> $value", "$left <> $value", "$left IN ($list)", "$left IN ($list)",
		"$left NOT IN ($list)", "$left = ANY (ARRAY[$list]::text[])", "$left <> ALL (ARRAY[$list]::text[])", "$left IS NULL", "$left IS NOT NULL",
		"$left IS DISTINCT FROM $value", "$left IS NOT DISTINCT FROM $value", "$left > $value", "$left BETWEEN 'A' AND 'm'", "$left LIKE '%a%'", "$left ~* 'brand|mobile|e'",
		"length($left) > 5", "lower($left) = lower($value)", "coalesce($left, '-') <> $value", "CASE WHEN $left = $value THEN 1 ELSE 2 END = 2",
		"$left || '' = $value", "($left, 1) IN (($value, 1))", "substr($left, 1, 1) < 'n'");
}

# The days of a scan, drawn once per statement, so that tables that are joined meet.
sub bound
{
	my ($table, $alias, $shape, $range) = @_;
	return unless $table->{day};
	return $table->{day} eq 'period_start' ? periods($table->{period}, $alias, $shape) : days("$alias.$table->{day}", $shape, $range);
}

=head2 draw($seed, $number)

The statement of that number.

=cut

sub draw
{
	my ($self, $seed, $number) = @_;
	srand(100_003 * $seed + $number);
	# A list of entities has little to group: take it once in a while.
	my $name = $self->{names}[ $number % @{ $self->{names} } ];
	$name = pick(@{ $self->{names} }) if !$self->{tables}{$name}{day} && rand() < 0.6;
	my $statement = { name => $name, map { $_ => [] } qw(settings with joins where keys outputs having shape) };

	$statement->{table} = $self->{tables}{$name};
	# What sees no single rows and no days is what a platform may add up.
	$statement->{is_sums} = rand() < 0.6;
	$self->relation($statement);
	if (!$statement->{is_sums} && rand() < 0.35 || !@{ $statement->{table}{sums} } && rand() < 0.6) { $self->rows($statement); }
	else { $self->groups($statement); }
	push @{ $statement->{settings} }, map { pick(@SETTINGS) } 1 .. pick(1, 1, 2, 3) if rand() < 0.25;
	$statement->{mode} = pick(('literals') x 5, 'custom', 'generic', 'generic');
	push @{ $statement->{shape} }, $statement->{mode} if $statement->{mode} ne 'literals';
	return $statement;
}

# What is read, under the alias t: the table, or a query over it that has the days inside.
sub relation
{
	my ($self, $statement) = @_;
	my ($name, $table, $shape) = @$statement{qw(name table shape)};
	my $range = $statement->{range} = $table->{is_small} && rand() < 0.2 ? 'months' : $statement->{is_sums} && rand() < 0.7 ? 'range' : 'few';
	my @inside = bound($table, 's', $shape, $range);
	my $where = @inside ? ' WHERE ' . join ' AND ', @inside : '';
	my ($view) = $name =~ /^\w+\.(\w+)$/;
	my %forms = (
		view => "seen.$table->{platform}_$view t",
		'view over a view' => "twice.$table->{platform}_$view t",
		'barrier view' => "barred.$table->{platform}_$view t",
		subquery => "(SELECT * FROM $name s$where) t",
		'subquery with offset' => "(SELECT * FROM $name s$where OFFSET 0) t",
		'union of arms' => "(SELECT * FROM $name s$where UNION ALL SELECT * FROM $name s WHERE " . join(' AND ', bound($table, 's', [], 'few'), $self->condition($table, 's')) . ') t',
		(map { lc "$_ cte" => 't' } 'plain', 'MATERIALIZED', 'NOT MATERIALIZED'),
		has($table, 'campaign_id') ? (lateral => "few f CROSS JOIN LATERAL (SELECT s.* FROM $name s" . join(' AND ', $where || ' WHERE true', 's.campaign_id = f.id') . ') t') : ());
	my $form = rand() < ($statement->{is_sums} ? 0.7 : 0.5) ? 'table' : pick(sort keys %forms);
	# What is nested asks once per outer row.
	$form = 'table' if $form eq 'lateral' && $table->{platform} =~ /flyer|naver/;

	push @$shape, $form if $form ne 'table';
	$statement->{from} = $form eq 'table' ? "$name t" : $forms{$form};
	push @{ $statement->{with} }, 't AS ' . ($form =~ /^(materialized|not materialized)/ ? uc "$1 " : '') . "(SELECT * FROM $name s$where)" if $form =~ / cte$/;
	if ($form =~ /view|table/)
	{
		# Functions that may show what a view hides bound nothing below it.
		push @{ $statement->{where} }, bound($table, 't', $shape, $form eq 'barrier view' ? 'range' : $range);
	}
	else { push @$shape, @inside ? () : 'no days'; }
	push @{ $statement->{where} }, map { $self->condition($table, 't') } 1 .. pick(0, 0, 0, 1, 2);
	$self->joins($statement) if rand() < 0.4;
	return;
}

# Joins and subqueries that restrict.
sub joins
{
	my ($self, $statement) = @_;
	my ($table, $shape) = @$statement{qw(table shape)};
	return $self->join_accounts($statement) unless has($table, 'campaign_id');
	my $kind = int rand 8;

	return $self->join_local($statement) if $kind < 3;
	return $self->join_report($statement) if $kind < 5;
	my ($other, $its) = $self->another($table);
	my $among = join ' AND ', bound($its, 's', [], $statement->{range}), 'true';
	my $top = @{ $its->{sums} } ? "IN (SELECT s.campaign_id FROM $other s WHERE $among GROUP BY 1 HAVING sum(s." . some($its, 'sums') . ') > ' . constant('bigint', 20) . ')' : 'IS NOT NULL';
	my $entities = ($table->{platform} =~ /^(google|tiktok|naver)/ ? $1 : 'meta') . '.campaigns';
	my $condition = pick("t.campaign_id $top", "t.campaign_id IN (SELECT id FROM few)", "t.campaign_id NOT IN (SELECT id FROM few WHERE id IS NOT NULL)",
		"EXISTS (SELECT FROM brands b WHERE b.id = t.campaign_id AND b.brand = 'even')", "NOT EXISTS (SELECT FROM brands b WHERE b.id = t.campaign_id AND b.brand = 'even')",
		't.campaign_id = ANY (ARRAY(SELECT id FROM few))', 't.campaign_id = ANY (ARRAY(SELECT id FROM brands))', 't.campaign_id <> ALL (ARRAY(SELECT id FROM few WHERE id IS NOT NULL))',
		't.campaign_id = (SELECT min(id) FROM few)', "t.campaign_id IN (SELECT c.campaign_id FROM $entities c WHERE c.campaign_name > 'B')",
		"NOT EXISTS (SELECT FROM $entities c WHERE c.campaign_id = t.campaign_id AND c.campaign_name < 'K')");
	push @{ $statement->{where} }, $condition;
	push @$shape, $condition =~ /NOT (?:IN|EXISTS)/ ? 'anti join' : $condition =~ /ARRAY|\(SELECT min/ ? 'array of a query' : 'semi join';
	return;
}

sub join_local
{
	my ($self, $statement) = @_;
	my $kind = pick('JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN');
	my $local = pick('brands', 'few');
	# Rows of the local table that find nothing must not be lost by a condition on the day.
	$kind = 'LEFT JOIN' if $kind =~ /RIGHT|FULL/ && @{ $statement->{where} };
	push @{ $statement->{joins} }, "$kind $local b ON b.id = t.campaign_id";
	push @{ $statement->{keys} }, 'b.brand' if rand() < 0.8;
	push @{ $statement->{outputs} }, { sql => pick('min(b.weight)', 'max(b.id)', 'count(DISTINCT b.brand)', 'sum(b.weight)'), kind => 'exact' } if rand() < 0.2;
	push @{ $statement->{shape} }, lc $kind;
	return;
}

# A table of the same platform with campaigns.
sub another
{
	my ($self, $table) = @_;
	my @names = grep { my $its = $self->{tables}{$_}; $its->{platform} eq $table->{platform} && has($its, 'campaign_id') && !$its->{is_large} } @{ $self->{names} };
	my $name = pick(@names);
	return ($name, $self->{tables}{$name});
}

sub join_report
{
	my ($self, $statement) = @_;
	my $table = $statement->{table};
	my ($other, $its) = $self->another($table);
	my $kind = pick('JOIN', 'LEFT JOIN');
	my @days = bound($its, 's', [], $statement->{range});
	my $where = join ' AND ', @days, 'true';
	my $metric = some($its, 'sums');
	my $form = pick(qw(groups groups rows));

	if ($form eq 'groups' && defined $metric)
	{
		push @{ $statement->{joins} }, "$kind (SELECT s.campaign_id, sum(s.$metric) AS n FROM $other s WHERE $where GROUP BY 1) u ON u.campaign_id = t.campaign_id";
		push @{ $statement->{outputs} }, { sql => pick('min(u.n)', 'max(u.n)'), kind => kind_of($its, $metric) };
		push @{ $statement->{shape} }, "$kind of groups";
		return;
	}
	my $meets = $table->{day} && ($its->{day} // '') eq $table->{day} ? " AND u.$its->{day} = t.$table->{day}" : '';
	push @{ $statement->{joins} }, "$kind (SELECT * FROM $other s WHERE $where) u ON u.campaign_id = t.campaign_id$meets";
	push @{ $statement->{keys} }, 'u.' . some($its, 'dimensions') if rand() < 0.5;
	push @{ $statement->{outputs} }, { sql => "sum(u.$metric)", kind => kind_of($its, $metric), rows => 1 } if defined $metric && rand() < 0.5;
	push @{ $statement->{shape} }, "$kind of rows";
	return;
}

sub join_accounts
{
	my ($self, $statement) = @_;
	return unless has($statement->{table}, 'account_id');
	push @{ $statement->{joins} }, pick('JOIN', 'LEFT JOIN') . ' clients b ON b.account_id = t.account_id';
	push @{ $statement->{keys} }, 'b.client' if rand() < 0.8;
	push @{ $statement->{shape} }, 'join of accounts';
	return;
}

# A statement that groups.
sub groups
{
	my ($self, $statement) = @_;
	my ($table, $shape) = @$statement{qw(table shape)};
	$self->two_steps($statement) and return if rand() < 0.05;
	$statement->{is_people} = $statement->{is_sums} && @{ $table->{people} } && rand() < 0.25;
	push @{ $statement->{keys} }, $self->keys_of($statement);
	push @{ $statement->{outputs} }, $self->aggregates($statement) for 1 .. pick(1, 1, 2, 3);
	$self->spoil($statement) if $statement->{is_sums} && rand() < 0.4;
	$self->having($statement) if rand() < 0.12;
	if (@{ $statement->{keys} } > 1 && rand() < 0.12)
	{
		$statement->{sets} = pick('ROLLUP', 'CUBE', 'GROUPING SETS');
		push @$shape, lc $statement->{sets};
	}
	elsif (@{ $statement->{keys} } && rand() < 0.15)
	{
		$statement->{limit} = pick('LIMIT ' . constant('bigint', pick(1, 3, 10)), 'LIMIT 4 OFFSET ' . constant('bigint', 2), 'OFFSET 3', 'FETCH FIRST 5 ROWS ONLY');
		$statement->{by} = pick(grep { $statement->{outputs}[$_]{kind} eq 'exact' } 0 .. $#{ $statement->{outputs} }) if rand() < 0.6;
		push @$shape, 'limit' . (defined $statement->{by} ? ' of the largest' : '');
	}
	elsif (rand() < 0.2) { $self->wrap($statement); }
	return;
}

# What is grouped by: mostly columns, now and then the day, a bucket or an expression.
sub keys_of
{
	my ($self, $statement) = @_;
	my ($table, $shape) = @$statement{qw(table shape)};
	my @keys = map { my $column = some($table, 'dimensions'); defined $column ? "t.$column" : () } 1 .. pick(0, 1, 1, 1, 2, 2, 3);
	my $day = $table->{day};
	my $is_by_day = rand() < ($statement->{range} eq 'months' ? 0.7 : $statement->{is_sums} ? 0.15 : 0.5);

	# Numbers of people are there for what identifies a row.
	@keys = map { "t.$_" } grep { /^(account|campaign|adset|ad)_id$|^(country|region|age|gender|publisher_platform|platform_position|device)$/ } @{ $table->{dimensions} }
	  if $statement->{is_people};
	if ($day && $is_by_day)
	{
		push @keys, pick("t.$day", "t.$day", "date_trunc('month', t.$day)", "date_trunc('month', t.$day)::date", "date_trunc('week', t.$day)", "date_trunc('week', t.$day)::date",
			"date_trunc('quarter', t.$day)::date", "extract(year FROM t.$day)", "extract(dow FROM t.$day)", "to_char(t.$day, 'YYYY-MM')", "to_char(t.$day, 'IYYY-IW')",
			"(t.$day - interval '1 day')::date", "t.$day > '2026-10-30'", "CASE WHEN t.$day < '2026-10-30' THEN 'before' ELSE 'after' END",
			"date_trunc('month', t.$day\::timestamp)", "(date_trunc('week', t.$day + interval '1 day') - interval '1 day')::date");
		push @$shape, 'by ' . ($keys[-1] =~ /'(month|week|quarter)'/ ? $1 : $keys[-1] eq "t.$day" ? 'day' : 'an expression of the day');
	}
	my $column = some($table, 'dimensions');
	push @keys, pick("upper(t.$column)", "coalesce(t.$column, '-')", "t.$column IS NULL", "left(t.$column, 2)", "(t.$column, 1)", "CASE WHEN t.$column > 'M' THEN 'late' END") if defined $column && rand() < 0.1;
	# What adds up within one value only is an error without it.
	push @keys, "t.$table->{within}" if $table->{within} && rand() < 0.9;
	return @keys;
}

# FILTER, mostly none.
sub filter
{
	my ($self, $statement) = @_;
	my $table = $statement->{table};
	return '' if rand() < ($statement->{is_sums} ? 0.92 : 0.7);
	my @conditions = ($self->condition($table, 't', 0));
	push @conditions, "t.$table->{day} > " . constant('date', '2026-10-30') if $table->{day};
	push @conditions, 't.' . some($table, 'sums') . ' > 5' if @{ $table->{sums} };
	my $filter = pick(@conditions);
	push @{ $statement->{shape} }, 'filter';
	return " FILTER (WHERE $filter)";
}

# One aggregate, with what else it needs.
sub aggregates
{
	my ($self, $statement) = @_;
	my ($table, $shape) = @$statement{qw(table shape)};
	my $filter = $self->filter($statement);
	my $metric = some($table, 'sums');
	my $kind = !defined $metric ? 0.9 : $statement->{is_sums} ? rand 0.8 : rand;

	return $self->people($statement) if @{ $table->{people} } && rand() < ($statement->{is_people} ? 0.6 : 0.1);
	if ($kind < 0.45)
	{
		push @$shape, 'sum';
		my $plain = "sum(t.$metric)$filter";
		return { sql => pick($plain, $plain, $plain, "coalesce($plain, 0)", "2 * $plain"), kind => kind_of($table, $metric) };
	}
	return $self->kpi($statement, $filter) if $kind < 0.6;
	return $self->stats($statement, $filter) if $kind < 0.66 && has($table, qw(impressions clicks spend));
	if ($kind < 0.8)
	{
		my ($one, $two) = map { my $column = some($table, 'dimensions'); defined $column ? "t.$column" : "'x'" } 1, 2;
		push @$shape, 'distinct or extreme';
		return { sql => pick("min($one)", "max($one)", "count(DISTINCT $one)", "string_agg(DISTINCT $one, ',')", "count(DISTINCT ($one, $two))", "array_agg(DISTINCT $one)",
			"max($one COLLATE \"C\")", "bool_or($one > 'M')") . $filter, kind => 'exact' };
	}
	return $self->seen_rows($statement, $filter);
}

# An aggregate that sees single rows.
sub seen_rows
{
	my ($self, $statement, $filter) = @_;
	my $table = $statement->{table};
	my $metric = some($table, 'sums');
	push @{ $statement->{shape} }, 'sees rows';
	return { sql => "count(*)$filter", kind => 'exact' } unless defined $metric;
	my $number = "t.$metric";
	my $day = $table->{day} ? "t.$table->{day}" : 'NULL::date';
	return pick({ sql => "count(*)$filter", kind => 'exact' }, { sql => "count($number)$filter", kind => 'exact' }, { sql => "count($day)$filter", kind => 'exact' },
		{ sql => "round(avg($number)$filter, 4)", kind => 'sum' }, { sql => "max($number)$filter", kind => 'sum' }, { sql => "min($day)$filter", kind => 'exact' },
		{ sql => "max($day)$filter", kind => 'exact' }, { sql => "count(DISTINCT $day)$filter", kind => 'exact' }, { sql => "sum(2 * $number)$filter", kind => kind_of($table, $metric) },
		{ sql => "sum(DISTINCT $number)$filter", kind => 'sum' }, { sql => "sum(1)$filter", kind => 'exact' }, { sql => "sum(CASE WHEN $day > '2026-10-29' THEN $number ELSE 0 END)$filter", kind => kind_of($table, $metric) },
		{ sql => 'sum(t.' . (some($table, 'others') // $metric) . " + 0)$filter", kind => 'sum' });
}

# A ratio KPI over any two metrics, and its denominator if the numbers have fractions.
sub kpi
{
	my ($self, $statement, $filter) = @_;
	my $table = $statement->{table};
	my ($name, $form, $money, $people) = @{ pick(grep { $_->[3] eq 'none' } @{ $self->{kpis} }) };
	my ($above, $below) = map { some($table, 'sums', @{ $table->{others} } && rand() < 0.2 ? 'others' : ()) } 1, 2;
	my $currency = $money ne 'none' && has($table, 'currency') && rand() < 0.3 ? ', t.currency' : '';
	my $output = { sql => "adpipe.$name(t.$above, t.$below$currency)$filter", kind => 'exact' };

	push @{ $statement->{shape} }, 'kpi';
	return $output unless is_fraction($table, $above) || is_fraction($table, $below);
	my $sum = { sql => "sum(t.$below + 0)$filter", kind => 'sum' };
	$sum->{sql} = "sum(t.$below)$filter" unless grep { $_ eq $below } @{ $table->{others} };
	return ($sum, { %$output, kind => 'ratio', below => $sum, factor => $form eq 'mille' ? 1000 : 1 });
}

# An accessor of adpipe.stats().
sub stats
{
	my ($self, $statement, $filter) = @_;
	my $table = $statement->{table};
	my ($conversions, $value) = has($table, qw(conversions conversions_value)) ? qw(conversions conversions_value) : qw(spend spend);
	my $currency = has($table, 'currency') && rand() < 0.3 ? ', t.currency' : '';
	my $stats = "adpipe.stats(t.impressions, t.clicks, t.spend, t.$conversions, t.$value$currency)$filter";
	my %sums = (impressions => 'impressions', clicks => 'clicks', spend => 'spend', conversions => $conversions, conversions_value => $value);

	push @{ $statement->{shape} }, 'stats';
	if (rand() < 0.4)
	{
		my $accessor = pick(sort keys %sums);
		return { sql => "adpipe.$accessor($stats)", kind => kind_of($table, $sums{$accessor}) };
	}
	my $accessor = pick(sort keys %ACCESSORS);
	my ($below, $factor) = @{ $ACCESSORS{$accessor} };
	my $sum = { sql => "adpipe.$below($stats)", kind => kind_of($table, $sums{$below}) };
	return ($sum, { sql => "adpipe.$accessor($stats)", kind => $accessor eq 'ctr' ? 'exact' : 'ratio', below => $sum, factor => $factor // 1 });
}

# Counts of people, which are one per group or an error.
sub people
{
	my ($self, $statement) = @_;
	my $table = $statement->{table};
	my $column = pick(@{ $table->{people} });
	my $function = $column eq 'unique_users' ? 'unique_users' : 'reach';

	push @{ $statement->{shape} }, 'people';
	return pick(({ sql => "adpipe.$function(t.$column)", kind => 'exact', is_people => 1 }) x 2, { sql => "adpipe.frequency(t.impressions, t.$column)", kind => 'exact', is_people => 1 },
		$statement->{is_people} ? () : ({ sql => "max(t.$column)", kind => 'exact' }, { sql => "sum(t.$column)", kind => 'exact' }));
}

# One thing beside sums that needs single rows, which is easily overlooked.
sub spoil
{
	my ($self, $statement) = @_;
	my $table = $statement->{table};
	my ($metric, $day) = (some($table, 'sums') // return, $table->{day} // return);
	my $sum = { sql => "sum(t.$metric)", kind => kind_of($table, $metric) };
	my $kind = pick(qw(aggregate aggregate aggregate filter filter where where having));

	push @{ $statement->{shape} }, "spoiled $kind";
	if ($kind eq 'aggregate') { push @{ $statement->{outputs} }, $self->seen_rows($statement, ''); }
	elsif ($kind eq 'filter')
	{
		my $filter = pick("t.$metric > 5", "t.$metric > 5", "t.$day > '2026-10-29'", "extract(dow FROM t.$day) > 2");
		push @{ $statement->{outputs} }, { %$sum, sql => "$sum->{sql} FILTER (WHERE $filter)" };
	}
	elsif ($kind eq 'where') { push @{ $statement->{where} }, pick("t.$metric > 5", "t.$metric IS NOT NULL AND t.$metric < 100", "(t.$metric * 2 > 10 OR t.$day = '2026-10-30')", "extract(dow FROM t.$day) <> 5", "t.$day <> '2026-10-30'"); }
	else { push @{ $statement->{having} }, pick('count(*) > 3', "max(t.$metric) > 10", "count(t.$day) > 2", "min(t.$day) > '2026-10-28'"); }
	return;
}

sub having
{
	my ($self, $statement) = @_;
	my $table = $statement->{table};
	my @whole = grep { !is_fraction($table, $_) } @{ $table->{sums} };
	my $dimension = some($table, 'dimensions');
	my @conditions = ('count(*) > 2', "count(*) > " . constant('bigint', 1));
	push @conditions, ("sum(t.$whole[rand @whole]) > " . constant('bigint', 50)) x 3, "sum(t.$whole[rand @whole]) BETWEEN 1 AND 500" if @whole;
	push @conditions, "max(t.$dimension) <> 'y'" if defined $dimension;
	push @{ $statement->{having} }, pick(@conditions);
	push @{ $statement->{shape} }, 'having';
	return;
}

# A query around the groups: their sums, ranks, shares, sets of them.
sub wrap
{
	my ($self, $statement) = @_;
	my @exact = grep { $statement->{outputs}[$_]{kind} eq 'exact' } 0 .. $#{ $statement->{outputs} };
	my $column = @exact ? 'v' . pick(@exact) : undef;
	my @keys = map { "k$_" } 0 .. $#{ $statement->{keys} };
	my $keys = join ', ', @keys;
	my @wraps = ([ 'outer condition', 'SELECT * FROM (%s) q WHERE true' ], [ 'outer cte', 'WITH q AS (%s) SELECT q.* FROM q' ],
		[ 'materialized outer cte', 'WITH q AS MATERIALIZED (%s) SELECT q.* FROM q' ], [ 'count of groups', 'SELECT count(*) FROM (%s) q', ['exact'] ]);
	push @wraps, [ 'rank of groups', "SELECT q.*, rank() OVER (ORDER BY $column DESC NULLS LAST) FROM (%s) q", undef, ['exact'] ],
	  [ 'groups of groups', "SELECT $column, count(*) FROM (%s) q GROUP BY 1", [ 'exact', 'exact' ] ],
	  [ 'extremes of groups', "SELECT max($column), min($column), count($column) FROM (%s) q", [ ('exact') x 3 ] ],
	  [ 'distinct groups', "SELECT DISTINCT $column FROM (%s) q", ['exact'] ],
	  [ 'window over groups', "SELECT q.*, count(*) OVER (PARTITION BY $column) FROM (%s) q", undef, ['exact'] ] if defined $column;
	push @wraps, [ 'groups twice', "WITH q AS (%s) SELECT a.* FROM q a JOIN q b USING ($keys)" ], [ 'first of groups', "SELECT DISTINCT ON ($keys) q.* FROM (%s) q ORDER BY $keys" ] if @keys && !$statement->{with}[0];
	push @wraps, map { [ lc "$_ of groups", "(%s) $_ (%s)", undef, undef ] } 'UNION ALL', 'EXCEPT ALL', 'INTERSECT' if @exact == @{ $statement->{outputs} } && !$statement->{with}[0];
	$statement->{wrap} = pick(@wraps);
	push @{ $statement->{shape} }, $statement->{wrap}[0];
	return;
}

# States of groups, added up again.
sub two_steps
{
	my ($self, $statement) = @_;
	my $table = $statement->{table};
	return unless has($table, qw(account_id impressions clicks spend)) && $table->{day};
	my $accessor = pick(qw(impressions clicks ctr));
	my ($one, $two) = map { 't.' . some($table, 'dimensions') } 1, 2;
	push @{ $statement->{keys} }, $one, $two;
	push @{ $statement->{keys} }, "t.$table->{within}" if $table->{within};
	push @{ $statement->{outputs} }, { sql => 'adpipe.stats(t.impressions, t.clicks, t.spend, t.spend, t.spend)', kind => 'exact' };
	$statement->{wrap} = [ 'two steps', "SELECT k0, adpipe.$accessor(adpipe.rollup(v" . $#{ $statement->{outputs} } . ')) FROM (%s) q GROUP BY 1', [ 'exact', 'exact' ] ];
	push @{ $statement->{shape} }, 'two steps';
	return 1;
}

# A statement that reads rows.
sub rows
{
	my ($self, $statement) = @_;
	my ($table, $shape) = @$statement{qw(table shape)};
	my @columns = (@{ $table->{dimensions} }, @{ $table->{sums} }, @{ $table->{others} }, $table->{day} // ());
	my @chosen = map { pick(@columns) } 1 .. pick(1, 2, 3, 5);
	my $metric = some($table, 'sums');
	my $form = pick('rows', 'rows', 'first rows', 'distinct', defined $metric ? ('largest', 'largest with keys', 'window', 'one of each') : ());

	$statement->{is_rows} = 1;
	@{ $statement->{keys} } = ();
	# What was meant for groups has no aggregates here.
	@{ $statement->{outputs} } = ();
	push @$shape, $form;
	if ($form eq 'largest')
	{
		@chosen = ($metric);
		$statement->{order} = "t.$metric " . pick('DESC NULLS LAST', 'DESC', 'ASC', 'ASC NULLS FIRST');
	}
	if ($form eq 'largest with keys')
	{
		# Every column of the answer, so that ties are of equal rows.
		$statement->{order} = join ', ', "t.$metric DESC NULLS LAST", map { "t.$_" } @chosen;
		push @chosen, $metric;
	}
	$statement->{order} = join ', ', map { "t.$_" } @chosen if $form eq 'first rows';
	$statement->{distinct} = 'DISTINCT' if $form eq 'distinct';
	$statement->{limit} = pick('LIMIT ' . constant('bigint', pick(1, 5, 50)), 'LIMIT 5 OFFSET ' . constant('bigint', pick(0, 3)), 'OFFSET 2') if $statement->{order};
	push @{ $statement->{outputs} }, map { { sql => "t.$_", kind => 'exact' } } @chosen;
	if ($form =~ /window|one of each/)
	{
		my $column = some($table, 'dimensions');
		my $by = defined $column ? "t.$column" : '1';
		@{ $statement->{outputs} } = map { { sql => $_, kind => 'exact' } } $form eq 'window'
		  ? ($by, "t.$metric", pick("sum(t.$metric) OVER (PARTITION BY $by)", "rank() OVER (PARTITION BY $by ORDER BY t.$metric DESC)", "count(*) OVER ()",
			"max(t.$metric) OVER (PARTITION BY $by)", "adpipe.ctr(t.$metric, t.$metric) OVER (PARTITION BY $by)"))
		  : ($by, "t.$metric");
		if ($form eq 'one of each')
		{
			$statement->{distinct} = "DISTINCT ON ($by)";
			$statement->{order} = "$by, t.$metric DESC NULLS LAST";
		}
	}
	return;
}

=head2 render($statement)

The SQL, and in the modes with parameters their types and values, an array of pairs.

=cut

sub render
{
	my ($statement) = @_;
	my $inner = $statement->{wrap} ? fill($statement->{wrap}[1], query($statement)) : query($statement);
	my @parameters;

	if ($statement->{mode} eq 'literals')
	{
		$inner =~ s/\x01(\w+)\x02([^\x03]*)\x03/literal($1, $2)/ge;
		return ($inner);
	}
	$inner =~ s/\x01(\w+)\x02([^\x03]*)\x03/push @parameters, [ $1, $2 eq "\x04" ? undef : $2 ]; '$' . @parameters/ge;
	return ($inner, @parameters);
}

sub fill
{
	my ($around, $query) = @_;
	return $around =~ s/%s/$query/gr;
}

sub literal
{
	my ($type, $value) = @_;
	return $type eq 'text' ? 'NULL' : "NULL::$type" if $value eq "\x04";
	return $type eq 'bigint' ? $value : quote($value);
}

# The query without what is around it.
sub query
{
	my ($statement) = @_;
	my @keys = @{ $statement->{keys} };
	my @outputs = map { $_->{sql} } @{ $statement->{outputs} };
	my $sets = $statement->{sets};
	my @list = ((map { "$keys[$_] AS k$_" } 0 .. $#keys), (map { "$outputs[$_] AS v$_" } 0 .. $#outputs), $sets ? 'GROUPING(' . join(', ', @keys) . ') AS g' : ());
	my $with = @{ $statement->{with} } ? 'WITH ' . join(', ', @{ $statement->{with} }) . ' ' : '';
	my @ordinals = (1 .. @keys, $sets ? scalar(@list) : ());
	my $grouped = join ', ', @keys;
	my $order = $statement->{order} // join ', ', (defined $statement->{by} ? @keys + $statement->{by} + 1 . ' DESC NULLS LAST' : ()), @ordinals;

	return $with . join ' ', grep { length } 'SELECT', $statement->{distinct} // '', join(', ', @list), 'FROM', $statement->{from}, @{ $statement->{joins} },
	  @{ $statement->{where} } ? 'WHERE ' . join(' AND ', @{ $statement->{where} }) : '',
	  !@keys ? '' : !$sets ? "GROUP BY $grouped" : 'GROUP BY ' . ($sets eq 'GROUPING SETS' ? "GROUPING SETS (($grouped), ($keys[0]), ())" : "$sets ($grouped)"),
	  @{ $statement->{having} } ? 'HAVING ' . join(' AND ', @{ $statement->{having} }) : '', length $order ? "ORDER BY $order" : '', $statement->{limit} // '';
}

=head2 kinds($statement)

The kinds of the columns of the answer: C<exact>, C<sum>, or an array C<ratio>, column
of the denominator, factor.

=cut

sub kinds
{
	my ($statement) = @_;
	my ($before, @outputs) = (scalar @{ $statement->{keys} }, @{ $statement->{outputs} });
	my %column = map { $outputs[$_] => $before + $_ } 0 .. $#outputs;
	my @kinds = (('exact') x $before, (map { $_->{kind} ne 'ratio' ? $_->{kind} : defined $column{ $_->{below} } ? [ ratio => $column{ $_->{below} }, $_->{factor} ] : 'loose' } @outputs),
		$statement->{sets} ? 'exact' : ());
	my (undef, undef, $instead, $more) = @{ $statement->{wrap} // [] };
	return @{ $instead // [ @kinds, @{ $more // [] } ] };
}

=head2 without_people($statement)

The same statement with a sum in place of each number of people; undef if it has none.

=cut

sub without_people
{
	my ($statement) = @_;
	my @outputs = map { $_->{is_people} ? { sql => 'sum(t.impressions)', kind => 'exact' } : $_ } @{ $statement->{outputs} };
	return unless grep { $_->{is_people} } @{ $statement->{outputs} };
	return { %$statement, outputs => \@outputs };
}

=head2 reductions($statement)

Statements with one part less each.  Some of them make no sense to the server, and
fail alike with and without pushdown.

=cut

sub reductions
{
	my ($statement) = @_;
	my @smaller;

	for my $list (qw(settings joins where having keys outputs))
	{
		push @smaller, map { my $at = $_; +{ %$statement, $list => [ map { $statement->{$list}[$_] } grep { $_ != $at } 0 .. $#{ $statement->{$list} } ] } } 0 .. $#{ $statement->{$list} }
		  unless $list eq 'outputs' && defined $statement->{by};
	}
	# Without an order, what is limited to some rows has no single answer.
	for my $parts (qw(sets limit by wrap), $statement->{order} ? 'order limit distinct' : 'distinct')
	{
		my %less = %$statement;
		push @smaller, \%less if grep { defined delete $less{$_} } split ' ', $parts;
	}
	push @smaller, { %$statement, mode => 'literals' } if $statement->{mode} ne 'literals';
	return grep { @{ $_->{outputs} } } @smaller;
}

1;
