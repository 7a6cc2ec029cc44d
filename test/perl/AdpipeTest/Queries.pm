
=pod

=head1 NAME

AdpipeTest::Queries - generated queries over foreign tables and local copies

=head1 SYNOPSIS

	my $queries = AdpipeTest::Queries->new($session, $days, {
		'google.campaign_daily' => [qw(campaign_id campaign_name)] });
	my $sql = 'SELECT * FROM {google.campaign_daily} t WHERE '
	  . $queries->bound('google.campaign_daily', 't') . ' AND '
	  . $queries->tree('google.campaign_daily', 't', 2);
	is($queries->checksum($sql), $queries->checksum($queries->local($sql)), $sql);

=head1 DESCRIPTION

A query names its tables in braces.  local() puts the copies in their place,
which are made when the object is; checksum() runs the query over what is left
of the braces.  All is drawn from Perl's rand(), so srand() repeats it.

=cut

package AdpipeTest::Queries;

use strict;
use warnings;

use AdpipeTest;
use Exporter 'import';
use Cpanel::JSON::XS;

our @EXPORT_OK = qw(foreign_scans pick same_answer);

# Values that match nothing, or in ways of their own.
my @awkward = (
	"'007'", "'abc'", "''", "'9223372036854775808'", "'PAUSED'", "'paused'",
	"'UNKNOWN'", "'UNSPECIFIED'", "'NEVER_HEARD_OF'", "'MOBILE'",
	"'google_ads'", "'meta_ads'", "'spring sale'", "'SPRING SALE'", "'%'", 'NULL');

# What the session may think the time is.
our @ZONES = ('UTC', 'Asia/Seoul', 'America/Los_Angeles');

=head2 pick(@list)

One of the list.

=cut

sub pick { return $_[ rand @_ ]; }

=head2 foreign_scans($session, $sql)

The nodes of a statement's plan that read a platform, as EXPLAIN (VERBOSE, FORMAT
JSON) shows them.

=cut

sub foreign_scans
{
	my ($session, $sql) = @_;
	my @nodes = decode_json($session->query("EXPLAIN (VERBOSE, FORMAT JSON) $sql"))->[0]{Plan};
	my @found;
	while (my $node = shift @nodes)
	{
		push @found, $node if defined $node->{Platform};
		push @nodes, @{ $node->{Plans} // [] };
	}
	return @found;
}

=head2 same_answer($answer, $expected)

Compares two answers in psql's form, whose rows come in the same order.  Integers
and texts must be equal; numbers with a fraction may differ by 0.01, or by a
millionth of themselves, since a platform rounds each row that it sends.  Returns
the first difference; undef if there is none.

=cut

sub same_answer
{
	my ($answer, $expected) = @_;
	my @got = split /\n/, $answer, -1;
	my @want = split /\n/, $expected, -1;

	return scalar(@got) . ' rows, not ' . scalar(@want) unless @got == @want;
	for my $i (0 .. $#got)
	{
		my @a = split /\|/, $got[$i], -1;
		my @b = split /\|/, $want[$i], -1;

		return "$got[$i], not $want[$i]" unless @a == @b;
		for my $j (0 .. $#a)
		{
			next if $a[$j] eq $b[$j];
			return "$got[$i], not $want[$i]"
			  unless "$a[$j] $b[$j]" =~ /^-?\d+(\.\d+)?(e[-+]\d+)? -?\d+(\.\d+)?(e[-+]\d+)?\z/ && "$a[$j]$b[$j]" =~ /\./
			  && abs($a[$j] - $b[$j]) <= 0.01 + 1e-6 * abs($b[$j]);
		}
	}
	return;
}

=head2 new($session, $days, \%tables)

Copies tables, given with their dimensions, and notes values of those.  C<$days>
is what bounds tables that have a C<date_day>; of a table by week or month it is the
last one that is over in every time zone.

=cut

sub new
{
	my ($class, $session, $days, $tables) = @_;
	my $self = bless { session => $session, tables => $tables }, $class;

	for my $table (sort keys %$tables)
	{
		($self->{copy}{$table} = "copy_$table") =~ tr/./_/;
		$self->{bound}{$table} = bound_of($session, $days, $table);
		$session->query("CREATE TABLE $self->{copy}{$table} AS SELECT * FROM $table WHERE " . $self->bound($table));
		for my $column (@{ $tables->{$table} })
		{
			$self->{values}{$table}{$column} = [ split /\n/, $session->query(
				"SELECT DISTINCT quote_literal($column) FROM $self->{copy}{$table}"
				. " WHERE length($column) < 60 AND $column !~ '[[:cntrl:]]' ORDER BY 1 LIMIT 40") ];
		}
		$self->{columns}{$table} = [ split /\n/, $session->query(
			"SELECT attname FROM pg_attribute WHERE attrelid = '$table'::regclass AND attnum > 0 ORDER BY attnum") ];
	}
	return $self;
}

# The condition that bounds the days of a table, without an alias; undef without days.
sub bound_of
{
	my ($session, $days, $table) = @_;
	my ($period, $is_daily) = split /\|/, $session->query(<<"END");
SELECT (SELECT option_value FROM pg_foreign_table, pg_options_to_table(ftoptions)
        WHERE ftrelid = '$table'::regclass AND option_name = 'period'),
       EXISTS (SELECT FROM pg_attribute WHERE attrelid = '$table'::regclass AND attname = 'date_day')
END
	return $is_daily eq 't' ? $days : undef unless $period;
	return "period_start = '" . $session->query(<<"END") . "'";
SELECT (date_trunc('$period', COALESCE(NULLIF(current_setting('adpipe.debug_now', true), '')::timestamptz::date, current_date) - 2)
        - '1 $period'::interval)::date
END
}

=head2 tables, dimensions($table), columns($table)

Lists of names, in order; columns are all of them.

=cut

sub tables { return sort keys %{ $_[0]->{tables} }; }
sub dimensions { return @{ $_[0]->{tables}{ $_[1] } }; }
sub columns { return @{ $_[0]->{columns}{ $_[1] } }; }

=head2 some_columns($table, $alias)

One to five columns at random, as a select list.

=cut

sub some_columns
{
	my ($self, $table, $alias) = @_;
	my %chosen = map { pick($self->columns($table)) => 1 } 0 .. rand 5;
	return join ', ', map { "$alias.$_" } grep { $chosen{$_} } $self->columns($table);
}

=head2 bound($table, $alias)

The condition that bounds the days; true for a table without.

=cut

sub bound
{
	my ($self, $table, $alias) = @_;
	my $bound = $self->{bound}{$table} // return 'true';
	return (defined $alias ? "$alias." : '') . $bound;
}

=head2 value($table, $column)

A value to compare a dimension with, as SQL: one that occurs, or an awkward one.

=cut

sub value
{
	my ($self, $table, $column) = @_;
	return pick(rand() < 0.65 ? @{ $self->{values}{$table}{$column} } : @awkward) // 'NULL';
}

# A list of values, as SQL.
sub _list
{
	my ($self, $table, $column) = @_;
	return join ', ', map { $self->value($table, $column) } 0 .. rand 4;
}

=head2 leaf($table, $alias)

A random comparison: mostly of a dimension, sometimes one that no platform
knows.

=cut

sub leaf
{
	my ($self, $table, $alias) = @_;
	my $column = pick($self->dimensions($table));
	my $left = "$alias.$column" . pick('', '', '', ' COLLATE "C"', ' COLLATE "POSIX"');
	my $value = $self->value($table, $column);
	my $list = $self->_list($table, $column);
	my $kind = int rand 12;

	return "$left " . pick('=', '<>') . " $value" if $kind < 4;
	return "$left " . pick('IN', 'NOT IN') . " ($list)" if $kind < 7;
	return "$left = ANY (ARRAY[$list]::text[])" if $kind == 7;
	return "$left <> ALL (ARRAY[$list]::text[])" if $kind == 8;
	return "$value " . pick('=', '<>') . " $left" if $kind == 9;
	return "$left IS " . pick('NULL', 'NOT NULL', "DISTINCT FROM $value") if $kind == 10;
	return "$left " . pick('<', '>=', 'LIKE', 'NOT LIKE', '~~*') . " $value";
}

=head2 tree($table, $alias, $depth)

A random tree of comparisons.

=cut

sub tree
{
	my ($self, $table, $alias, $depth) = @_;
	my $kind = int rand 6;
	my $left;

	return $self->leaf($table, $alias) if $depth == 0 || $kind < 2;
	$left = $self->tree($table, $alias, $depth - 1);
	return "NOT ($left)" if $kind == 2;
	return "($left" . pick(' AND ', ' AND ', ' OR ') . $self->tree($table, $alias, $depth - 1) . ')';
}

=head2 local($sql), foreign($sql)

The same query over the copies, and over the tables themselves.

=cut

sub local
{
	my ($self, $sql) = @_;
	return $sql =~ s/\{([\w.]+)\}/$self->{copy}{$1} \/\/ $&/ger;
}

sub foreign
{
	my ($self, $sql) = @_;
	return $sql =~ s/\{([\w.]+)\}/$self->{copy}{$1} ? $1 : $&/ger;
}

=head2 wrap($sql)

A query that gives number and checksum of the rows, whatever their order.

=cut

sub wrap
{
	my ($self, $sql) = @_;
	return "SELECT count(*), md5(string_agg(q::text, E'\\n' ORDER BY q::text COLLATE \"C\")) FROM (" . $sql . ') q';
}

=head2 checksum($sql)

Runs it; an error is a result, too.

=cut

sub checksum
{
	my ($self, $sql) = @_;
	my ($out, $error) = $self->{session}->try($self->foreign($self->wrap($sql)));
	return $error ? "$error->{sqlstate} $error->{message}" : $out;
}

1;
