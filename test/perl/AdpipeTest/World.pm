
=pod

=head1 NAME

AdpipeTest::World - foreign tables compared with what the simulator knows

=head1 SYNOPSIS

	is_world($node, 'flyer.partners_daily', $rows, where => 'date_day = ...');

	my @columns = table_columns($node, 'google.campaign_daily');
	same_rows($node, 'google.campaign_daily', $where,
		[ map { [ map { literal($_) } values_of($_) ] } @$world ]);

=cut

package AdpipeTest::World;

use strict;
use warnings;

use AdpipeTest;
use Exporter 'import';
use Test::More;

our @EXPORT = qw(all_commented imported_tables is_world literal same_rows table_columns);

=head2 table_columns($node, $table)

The columns of a foreign table in order: arrays of name, field and type.

=cut

sub table_columns
{
	my ($node, $table) = @_;
	return map { [ split /\t/ ] } split /\n/,
	  $node->safe_psql('postgres', <<"END");
SELECT a.attname || E'\\t' || o.option_value || E'\\t' || format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a, pg_options_to_table(a.attfdwoptions) o
WHERE a.attrelid = '$table'::regclass AND a.attnum > 0
ORDER BY a.attnum
END
}

=head2 imported_tables($node, $option)

The foreign tables of all schemas: arrays of name with schema, and the value of
an option.

=cut

sub imported_tables
{
	my ($node, $option) = @_;
	return map { [ split /\t/ ] } split /\n/,
	  $node->safe_psql('postgres', <<"END");
SELECT n.nspname || '.' || c.relname || E'\\t' || o.option_value
FROM pg_foreign_table t
JOIN pg_class c ON c.oid = t.ftrelid
JOIN pg_namespace n ON n.oid = c.relnamespace,
pg_options_to_table(t.ftoptions) o
WHERE o.option_name = '$option'
ORDER BY 1
END
}

=head2 literal($value, $type)

A value of the world as SQL of a type; undef is NULL, an array a list of texts.

=cut

sub literal
{
	my ($value, $type) = @_;
	return 'NULL' unless defined $value;
	$value = '{' . join(',', map { '"' . s/(["\\])/\\$1/gr . '"' } @$value) . '}'
	  if ref $value eq 'ARRAY';
	utf8::encode($value) if utf8::is_utf8($value);
	return quote($value) . "::$type";
}

=head2 same_rows($node, $table, $where, \@rows, $warning)

Two tests: the table is read without errors, and has exactly the rows, which are
arrays of SQL expressions.  $warning is a pattern for what reading must say.

=cut

sub same_rows
{
	my ($node, $table, $where, $rows, $warning) = @_;
	my @sql = ("CREATE TEMP TABLE expected AS SELECT * FROM $table LIMIT 0;");

	push @sql, 'INSERT INTO expected VALUES '
	  . join(",\n", map { '(' . join(', ', @$_) . ')' } @$rows) . ';' if @$rows;
	push @sql, <<"END";
CREATE TEMP TABLE found AS SELECT * FROM $table $where;
SELECT 'missing: ' || (e)::text FROM (TABLE expected EXCEPT ALL TABLE found) e LIMIT 3;
SELECT 'too many: ' || (f)::text FROM (TABLE found EXCEPT ALL TABLE expected) f LIMIT 3;
END
	my ($status, $out, $err) = $node->psql('postgres', join("\n", @sql));
	like($err, $warning // qr/^$/, "$table: read without errors");
	is($out, '', "$table: exactly the world's rows (" . @$rows . ')');
	return;
}

=head2 is_world($node, $table, $rows, %options)

The same for rows that are hashes by column name.  Options: C<where> bounds the
foreign table.

=cut

sub is_world
{
	my ($node, $table, $rows, %options) = @_;
	my @columns = table_columns($node, $table);

	same_rows($node, $table, $options{where} ? "WHERE $options{where}" : '',
		[ map { my $row = $_; [ map { literal($row->{ $_->[0] }, $_->[2]) } @columns ] } @$rows ]);
	return;
}

=head2 all_commented($node)

A test: every foreign table and column has a comment.

=cut

sub all_commented
{
	my ($node) = @_;
	is($node->safe_psql('postgres', <<'END'), '0', 'every imported table and column is commented');
SELECT count(*)
FROM pg_foreign_table t
JOIN pg_attribute a ON a.attrelid = t.ftrelid AND a.attnum > 0
WHERE col_description(a.attrelid, a.attnum) IS NULL
   OR obj_description(t.ftrelid, 'pg_class') IS NULL
END
	return;
}

1;
