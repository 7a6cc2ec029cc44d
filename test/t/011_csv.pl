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
# gives read.txt: its records and how it ends.  It does so whole, byte by byte,
# and however it is cut once or twice.
sub check_case
{
	my ($dir) = @_;
	my ($name) = $dir =~ m{([^/]+)$};
	my $body = slurp("$dir/body.csv");
	my $limits = case_limits($dir);
	my $len = length($body);
	# Long bodies are cut twice only where the cuts are near each other.
	my $reach = $len < 80 ? $len : 4;
	my $cuts = "SELECT ARRAY[a, b] AS cuts
		FROM generate_series(0, $len) a,
			LATERAL generate_series(a, least(a + $reach, $len)) b
		UNION ALL SELECT ARRAY(SELECT generate_series(1, $len))";

	is(value("SELECT rows_test.csv_read(" . bytes($body) . ", '{}', $limits)") . "\n",
		slurp("$dir/read.txt") . "\n", "case $name");
	is(value("SELECT count(*) FROM ($cuts) c, (SELECT " . bytes($body) . " AS body,
			rows_test.csv_read(" . bytes($body) . ", '{}', $limits) AS whole) w
			WHERE rows_test.csv_read(body, cuts, $limits) <> whole"),
		0, "case $name, cut anywhere");
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

# A random body of two columns or more and how csv_read() shows it, as bytes.
sub random_body
{
	my $columns = 2 + int(rand(4));
	my $body = rand() < 0.3 ? "\x{feff}" : '';
	my ($shown, $line) = ('', 1);

	foreach my $record (1 .. 1 + int(rand(5)))
	{
		my @cells = map { [ random_cell() ] } 1 .. $columns;
		my $bytes = join(',', map { $_->[0] } @cells);

		$shown .= "$record\@$line " . join(' ', map { $_->[1] } @cells) . "\n";
		$line += 1 + ($bytes =~ tr/\n//);
		$body .= $bytes . pick("\n", "\r\n");
	}
	my $is_open = rand() < 0.2 && $body =~ s/\r?\n\z//;
	$shown .= $is_open ? "end, open\n" : "end\n";
	utf8::encode($body);
	utf8::encode($shown);
	return ($body, $shown);
}

# What is written is read again, whole and in pieces of two random sizes.
sub check_random_bodies
{
	my $count = 1000;
	my @values = map { join(', ', map { bytes($_) } random_body()) } 1 .. $count;

	$node->safe_psql('postgres', 'CREATE TABLE body (body bytea, shown bytea); '
		. 'INSERT INTO body VALUES ' . join(',', map { "($_)" } @values));
	is(value("SELECT count(*) FROM body, unnest('{1000,1,3}'::int[]) size
			WHERE rows_test.csv_read(body, ARRAY(SELECT generate_series(size,
				octet_length(body), size))) = convert_from(shown, 'UTF8')"),
		3 * $count, 'random bodies are read as they were written');
	cmp_ok(value("SELECT count(*) FROM body WHERE shown LIKE '%\\\\\\\\n%'"),
		'>', 100, 'random bodies: line ends inside of cells');
}

# A byte of a body changed, added or removed: it is read the same however it is
# cut, and a body that the server's COPY refuses is refused.
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
	my ($differ, $good, $bad) = split(/\|/, value(q{
		SELECT count(*) FILTER (WHERE whole <> cut), count(*) FILTER (WHERE whole LIKE '%end%'),
			count(*) FILTER (WHERE whole ~ 'HV00A')
		FROM (SELECT rows_test.csv_read(body) AS whole, rows_test.csv_read(body,
			ARRAY(SELECT generate_series(1, octet_length(body)))) AS cut FROM damaged) d}));
	is($differ, 0, 'damaged bodies: the same whole and byte by byte');
	cmp_ok($good, '>', 30, 'damaged bodies: some are still valid');
	cmp_ok($bad, '>', 100, 'damaged bodies: many are not');
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
