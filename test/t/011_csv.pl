# CSV readers (base/csv.h), by way of the test module in test/module/rows.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = abs_path(dirname(__FILE__) . '/..');
my $node;

# Bytes as an SQL expression of type bytea.
sub bytes
{
	my ($bytes) = @_;
	return "decode('" . unpack('H*', $bytes) . "', 'hex')";
}

sub slurp
{
	my ($file) = @_;
	open(my $handle, '<:raw', $file) or die "$file: $!";
	local $/;
	my $content = <$handle>;
	close($handle);
	return $content;
}

# One value of one query.
sub value
{
	my ($query) = @_;
	return $node->safe_psql('postgres', $query);
}

# Builds the module, starts a server and loads it.
sub set_up
{
	my $dir = build_module("$test/module/rows/Makefile");

	$node = PostgreSQL::Test::Cluster->new('csv');
	$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
	$node->start;
	$node->psql(
		'postgres', slurp("$test/module/rows/rows_test.sql"),
		extra_params => [ '-v', "module=$dir/rows_test" ],
		on_error_die => 1);
}

# The limits of a case, as arguments.
sub case_limits
{
	my ($dir) = @_;
	my %limits = (cell_bytes => 0, record_bytes => 0, cells => 0);

	if (-e "$dir/limits.txt")
	{
		%limits = (%limits, split(/\s+/, slurp("$dir/limits.txt")));
	}
	return join(', ', @limits{qw(cell_bytes record_bytes cells)});
}

# One folder of test/fixtures/csv: body.csv, with the limits of limits.txt,
# gives read.txt: its records and how it ends.
sub check_case
{
	my ($dir) = @_;
	my ($name) = $dir =~ m{([^/]+)$};
	my $body = bytes(slurp("$dir/body.csv"));
	my $limits = case_limits($dir);

	is(value("SELECT rows_test.csv_read($body, $limits)") . "\n",
		slurp("$dir/read.txt") . "\n", "case $name");
	return;
}

sub check_cases
{
	my @dirs = grep { -d } sort glob("$test/fixtures/csv/*");
	cmp_ok(scalar(@dirs), '>', 70, 'there are cases');
	check_case($_) foreach @dirs;
}

# A random element of a list.
sub pick
{
	return $_[ int(rand(@_)) ];
}

my @alphabet = ('a' .. 'f', ' ', '"', '"', ',', ',', "\n", "\r", "\\", "\t",
	"\x{e9}", "\x{20ac}", "\x{ac80}", "\x{1f600}");

# A random cell as (bytes in the body, how csv_read() shows it).
sub random_cell
{
	my $text = join('', map { pick(@alphabet) } 1 .. int(rand(7)));
	my $shown = $text =~ s/\n/\\n/gr =~ s/\r/\\r/gr;

	return ('', '~') if $text eq '' && rand() < 0.5;
	if ($text eq '' || $text =~ /[",\r\n]/ || rand() < 0.3)
	{
		$text = '"' . ($text =~ s/"/""/gr) . '"';
	}
	return ($text, "[$shown]");
}

# A random body of two columns or more and how csv_read() shows it; then the
# same with a record of one cell after it.  All are bytes.
sub random_body
{
	my $columns = 2 + int(rand(4));
	my $count = 1 + int(rand(5));
	my $body = rand() < 0.3 ? "\x{feff}" : '';
	my $shown = '';

	foreach my $record (1 .. $count)
	{
		my @cells = map { [ random_cell() ] } 1 .. $columns;

		$shown .= join(' ', $record, map { $_->[1] } @cells) . "\n";
		$body .= join(',', map { $_->[0] } @cells) . pick("\n", "\r\n");
	}
	my $short = $body . "x\n";
	my $refused = $shown . sprintf("HV00A: CSV record has a wrong number of cells; "
		. "At line %d, record %d has 1 cells, but the header has %d.\n",
		1 + ($body =~ tr/\n//), $count + 1, $columns);
	$body =~ s/\r?\n\z// if rand() < 0.2;
	$shown .= "end\n";
	utf8::encode($_) foreach ($body, $shown, $short, $refused);
	return ($body, $shown, $short, $refused);
}

# What is written is read again, and an error names its line.
sub check_random_bodies
{
	my $count = 1000;
	my @values = map { join(', ', map { bytes($_) } random_body()) } 1 .. $count;

	$node->safe_psql('postgres',
		'CREATE TABLE body (body bytea, shown bytea, short bytea, refused bytea); '
		. 'INSERT INTO body VALUES ' . join(',', map { "($_)" } @values));
	is(value("SELECT count(*) FROM body
			WHERE rows_test.csv_read(body) = convert_from(shown, 'UTF8')"),
		$count, 'random bodies are read as they were written');
	is(value("SELECT count(*) FROM body
			WHERE rows_test.csv_read(short) = convert_from(refused, 'UTF8')"),
		$count, 'random bodies with a short record after them: the error names its line');
	cmp_ok(value("SELECT count(*) FROM body WHERE shown LIKE '%\\\\\\\\n%'"),
		'>', 100, 'random bodies: line ends inside of cells');
	return;
}

# A byte of a body changed, added or removed: it is read to its end or refused.
sub check_damaged_bodies
{
	my @bodies = map { (random_body())[0] } 1 .. 300;
	foreach my $body (@bodies)
	{
		substr($body, int(rand(length($body))), int(rand(3)),
			pick('"', ',', "\n", "\r", 'x', "\0", "\xff", "\xea", ''));
	}
	$node->safe_psql('postgres', 'CREATE TABLE damaged (body bytea); '
		. 'INSERT INTO damaged VALUES ' . join(',', map { '(' . bytes($_) . ')' } @bodies));
	my ($other, $good, $bad) = split(/\|/, value(q{
		SELECT count(*) FILTER (WHERE NOT is_good AND NOT is_bad),
			count(*) FILTER (WHERE is_good), count(*) FILTER (WHERE is_bad)
		FROM damaged, rows_test.csv_read(body) AS shown,
			LATERAL (SELECT shown ~ '(^|\n)end\n$' AS is_good,
				shown ~ '(^|\n)HV00A: [^\n]*\n$' AS is_bad) e}));
	is($other, 0, 'damaged bodies: read or refused');
	cmp_ok($good, '>', 30, 'damaged bodies: some are still valid');
	cmp_ok($bad, '>', 100, 'damaged bodies: many are not');
	return;
}

# Default limits.
sub check_limits
{
	my $read = "right(rows_test.csv_read(%s), 200)";
	my $cell = "convert_to(E'a,b\\n1,' || repeat('x', %d) || E'\\n', 'UTF8')";

	like(value(sprintf("SELECT $read", sprintf($cell, 1024 * 1024))), qr/end$/,
		'a cell of 1 MiB is read');
	like(value(sprintf("SELECT $read", sprintf($cell, 1024 * 1024 + 1))),
		qr/^54000: CSV cell is too long; .* has more than 1048576 bytes\.$/m,
		'a cell of one byte more is not');
	like(value(sprintf("SELECT $read",
			"convert_to(repeat(repeat('x', 1000000) || ',', 17), 'UTF8')")),
		qr/^54000: CSV record is too long; .*, cell 17, .* more than 16777216 bytes\.$/m,
		'nor is a record of more than 16 MiB');
	like(value(sprintf("SELECT $read", "convert_to(repeat(',', 16384), 'UTF8')")),
		qr/^54000: CSV record has too many cells; .* at most 16384 are read\.$/m,
		'nor one of more than 16,384 cells');
}

# The same bodies each time; another seed finds out more.
my $seed = $ENV{ADPIPE_SEED} // 20261125;
srand($seed);
note("ADPIPE_SEED=$seed");

set_up();
check_cases();
check_random_bodies();
check_damaged_bodies();
check_limits();
$node->stop;
done_testing();
