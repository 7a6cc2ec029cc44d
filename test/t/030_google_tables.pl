# Every imported table of google_ads returns exactly the rows of the
# simulator's world, which computes them without query language and encoder.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use JSON::PP;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim);
google_server($node, $sim, name => 'google_common', schema => 'common');

# Dates that hold the world's awkward days, in all zones at once.
my $since = $node->safe_psql('postgres', 'SELECT current_date - 24');
my $until = $node->safe_psql('postgres', 'SELECT current_date - 20');

# The columns of a table: name, field, type.
sub columns
{
	my ($schema, $table) = @_;
	return map { [ split /\t/ ] } split /\n/,
	  $node->safe_psql('postgres', <<"END");
SELECT a.attname || E'\\t' || o.option_value || E'\\t' || format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a, pg_options_to_table(a.attfdwoptions) o
WHERE a.attrelid = '$schema.$table'::regclass AND a.attnum > 0
ORDER BY a.attnum
END
}

# A value of the world as the column's type shows it.
sub expected
{
	my ($value, $field, $type) = @_;
	return 'google_ads' if $field eq 'adpipe.platform';
	return '{}' if !defined $value && $type eq 'text[]';
	return JSON::PP->new->decode($value) if $type eq 'text[]';
	return undef unless defined $value;
	return $value;
}

# Loads the world's rows into a table of the same shape and compares both ways.
sub compare
{
	my ($schema, $table, $resource) = @_;
	my @columns = columns($schema, $table);
	my %is_field = map { $_->[1] => 1 } @columns;
	my $is_daily = $is_field{'segments.date'};
	my @segments =
	  map { s/^segments\.//r } grep { /^segments\./ } sort keys %is_field;
	my @where = $is_daily ? (since => $since, until => $until,
		segments => join(',', @segments)) : ();
	# With "*", the hierarchy is the manager's.
	push @where, accounts => '9876543210' if $resource eq 'customer_client';
	my $world = $sim->world(resource => $resource, @where);
	my $where = $is_daily ? "WHERE date_day BETWEEN '$since' AND '$until'" : '';
	my @sql = ("CREATE TEMP TABLE expected AS SELECT * FROM $schema.$table LIMIT 0;");

	cmp_ok(scalar @$world, '>', 0, "$schema.$table: the world has rows");
	for my $row (@$world)
	{
		my @values = map {
			my ($name, $field, $type) = @$_;
			my $value = expected($row->{$field}, $field, $type);
			$value = encode_value($value, $type) if ref $value;
			my $sql = defined $value ? quote_text($value) . "::$type" : 'NULL';
			$sql .= ' / 1000000'
			  if defined $value && $type eq 'numeric' && $field =~ /_micros$/;
			$sql;
		} @columns;
		push @sql, 'INSERT INTO expected VALUES (' . join(', ', @values) . ');';
	}
	push @sql, <<"END";
CREATE TEMP TABLE found AS SELECT * FROM $schema.$table $where;
SELECT 'missing: ' || (e)::text FROM (TABLE expected EXCEPT ALL TABLE found) e LIMIT 3;
SELECT 'too many: ' || (f)::text FROM (TABLE found EXCEPT ALL TABLE expected) f LIMIT 3;
END
	my ($status, $out, $err) = $node->psql('postgres', join("\n", @sql));
	is($err, '', "$schema.$table: read without errors");
	is($out, '', "$schema.$table: exactly the world's rows (" . @$world . ')');
	return;
}

sub quote_text
{
	my ($text) = @_;
	utf8::encode($text) if utf8::is_utf8($text);
	return quote($text);
}

sub encode_value
{
	my ($value, $type) = @_;
	return '{' . join(',', map { '"' . s/(["\\])/\\$1/gr . '"' } @$value) . '}';
}

# What is compared holds what is hard: counts beyond 32 bits, money and
# conversions with fractions that no double has.
is($node->safe_psql('postgres', <<"END"), 't|t|t', 'the rows hold large counts, micros and fractions');
SELECT max(impressions) > 2147483647, bool_or(spend <> round(spend, 2)), bool_or(conversions <> round(conversions, 1))
FROM google.campaign_daily WHERE date_day BETWEEN '$since' AND '$until'
END

my @tables = map { [ split /\t/ ] } split /\n/,
  $node->safe_psql('postgres', <<'END');
SELECT n.nspname || E'\t' || c.relname || E'\t' || o.option_value
FROM pg_foreign_table t
JOIN pg_class c ON c.oid = t.ftrelid
JOIN pg_namespace n ON n.oid = c.relnamespace,
pg_options_to_table(t.ftoptions) o
WHERE o.option_name = 'resource'
ORDER BY 1
END
cmp_ok(scalar @tables, '==', 19, 'all tables of both schemas are imported');
compare(@$_) for @tables;

is($node->safe_psql('postgres', <<'END'), '0', 'every imported table and column is commented');
SELECT count(*)
FROM pg_foreign_table t
JOIN pg_attribute a ON a.attrelid = t.ftrelid AND a.attnum > 0
WHERE col_description(a.attrelid, a.attnum) IS NULL
   OR obj_description(t.ftrelid, 'pg_class') IS NULL
END

done_testing();
