# Every imported table of google_ads returns exactly the rows of the
# simulator's world, which computes them without query language and encoder.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use JSON::PP;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim);
google_server($node, $sim, name => 'google_common', schema => 'common');

# Dates that hold the world's awkward days, in all zones at once.
my $since = $node->safe_psql('postgres', 'SELECT current_date - 24');
my $until = $node->safe_psql('postgres', 'SELECT current_date - 20');

# A value of the world as the column's type shows it, in SQL.
sub expected
{
	my ($value, $field, $type) = @_;
	return literal('google_ads', $type) if $field eq 'adpipe.platform';
	return literal(defined $value ? JSON::PP->new->decode($value) : [], $type) if $type eq 'text[]';
	return literal($value, $type)
	  . (defined $value && $type eq 'numeric' && $field =~ /_micros$/ ? ' / 1000000' : '');
}

# Compares a table with the world both ways.
sub compare
{
	my ($table, $resource) = @_;
	my @columns = table_columns($node, $table);
	my %is_field = map { $_->[1] => 1 } @columns;
	my $is_daily = $is_field{'segments.date'};
	my @segments =
	  map { s/^segments\.//r } grep { /^segments\./ } sort keys %is_field;
	# A row exists when a metric of the table is not zero.
	my @metrics = map { s/^metrics\.//r } grep { /^metrics\./ } sort keys %is_field;
	my @where = $is_daily ? (since => $since, until => $until,
		segments => join(',', @segments), metrics => join(',', @metrics)) : ();
	# With "*", the hierarchy is the manager's.
	push @where, accounts => '9876543210' if $resource eq 'customer_client';
	my $world = $sim->world(resource => $resource, @where);

	cmp_ok(scalar @$world, '>', 0, "$table: the world has rows");
	same_rows($node, $table,
		$is_daily ? "WHERE date_day BETWEEN '$since' AND '$until'" : '',
		[ map { my $row = $_; [ map { expected($row->{ $_->[1] }, @$_[ 1, 2 ]) } @columns ] } @$world ]);
	return;
}

# What is compared holds what is hard: counts beyond 32 bits, money and
# conversions with fractions that no double has.
is($node->safe_psql('postgres', <<"END"), 't|t|t', 'the rows hold large counts, micros and fractions');
SELECT max(impressions) > 2147483647, bool_or(spend <> round(spend, 2)), bool_or(conversions <> round(conversions, 1))
FROM google.campaign_daily WHERE date_day BETWEEN '$since' AND '$until'
END

my @tables = imported_tables($node, 'resource');
cmp_ok(scalar @tables, '==', 25, 'all tables of both schemas are imported');
compare(@$_) for @tables;
all_commented($node);

done_testing();
