
=pod

=head1 NAME

AdpipeTest::World - a foreign table against what the simulator's world holds

=head1 SYNOPSIS

	use AdpipeTest::World;

	is_world($node, 'flyer.partners_daily', $rows, where => 'date_day = ...');

=cut

package AdpipeTest::World;

use strict;
use warnings;

use AdpipeTest;
use Exporter 'import';
use Test::More;

our @EXPORT = qw(is_world table_columns);

=head2 table_columns($node, $table)

The columns of a foreign table in order: arrays of name, field and type.

=cut

sub table_columns
{
	my ($node, $table) = @_;
	return map { [ split /\t/ ] } split /\n/, $node->safe_psql('postgres', <<"END");
SELECT a.attname || E'\\t' || o.option_value || E'\\t' || format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a, pg_options_to_table(a.attfdwoptions) o
WHERE a.attrelid = '$table'::regclass AND a.attnum > 0
ORDER BY a.attnum
END
}

# A value as an SQL expression of a type; an array reference is an array.
sub literal
{
	my ($value, $type) = @_;

	$value = '{' . join(',', map { '"' . s/(["\\])/\\$1/gr . '"' } @$value) . '}'
	  if ref $value;
	return 'NULL' unless defined $value;
	utf8::encode($value) if utf8::is_utf8($value);
	return quote($value) . "::$type";
}

=head2 is_world($node, $table, $rows, %options)

Loads rows, hashes by column name, into a table of the same shape and compares
both ways, duplicates counted.  Options: C<where> bounds the foreign table.

=cut

sub is_world
{
	my ($node, $table, $rows, %options) = @_;
	my $where = $options{where} ? "WHERE $options{where}" : '';
	my @columns = table_columns($node, $table);
	my @values = map {
		my $row = $_;
		'(' . join(', ', map { literal($row->{ $_->[0] }, $_->[2]) } @columns) . ')'
	} @$rows;
	my $insert = @values ? 'INSERT INTO expected VALUES ' . join(",\n", @values) . ';' : '';
	my ($status, $out, $err) = $node->psql('postgres', <<"END");
CREATE TEMP TABLE expected AS SELECT * FROM $table LIMIT 0;
$insert
CREATE TEMP TABLE found AS SELECT * FROM $table $where;
SELECT 'missing: ' || (e)::text FROM (TABLE expected EXCEPT ALL TABLE found) e LIMIT 3;
SELECT 'too many: ' || (f)::text FROM (TABLE found EXCEPT ALL TABLE expected) f LIMIT 3;
END
	is($err, '', "$table: read without errors");
	is($out, '', "$table: exactly the world's rows (" . @$rows . ')');
	return;
}

1;
