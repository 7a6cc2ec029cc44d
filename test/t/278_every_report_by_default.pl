# Each report of each platform as IMPORT makes it.  A statement that reads a single column,
# any one of them, has as many rows as one that reads all: some of the requests that
# columns lead to are drawn, ADPIPE_ROUNDS of each report; 103_rows_whatever_is_selected.pl
# draws statements of other shapes.  And nothing that leads to a person is there unless it
# is asked for, by columns and by values.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Reports;
use List::Util qw(shuffle);
use Test::More;

my $seed = $ENV{ADPIPE_SEED} // time;
note "ADPIPE_SEED=$seed";
srand $seed;
my $rounds = $ENV{ADPIPE_ROUNDS} // 3;
my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nadpipe.debug_rate_pct = 0\n");
my $sim = simulator();
$sim->clock($now);
generous($sim);
every_server($node, $sim);
my $session = session($node);
my %days = (day => [ '2026-10-31', '2026-11-01' ], week => [ '2026-10-26', '2026-10-26' ], month => [ '2026-10-01', '2026-10-01' ]);

my ($requests, $columns) = (0, 0);
for my $report (every_report($session))
{
	my $rows = "FROM $report->{table} t" . where($report, @{ $days{ $report->{period} } });
	my $all = $session->query("SELECT count(*) FROM (SELECT * $rows OFFSET 0) s WHERE length(s::text) > 0");
	my %counted;

	# Columns that lead to the same request lead to the same answer.
	for my $column (map { $_->{name} } @{ $report->{columns} })
	{
		my $count = "SELECT count(coalesce($column\::text, '')) $rows";
		my ($request) = $session->query("EXPLAIN (VERBOSE, COSTS OFF) $count") =~ /^ *Request: (.*)$/m;
		$columns++;
		push @{ $counted{ $request // '' } }, [ $column, $count ];
	}
	for my $request (grep { defined } (shuffle sort keys %counted)[ 0 .. $rounds - 1 ])
	{
		my ($column, $count) = @{ $counted{$request}[ rand @{ $counted{$request} } ] };
		my ($found, $error) = $session->try($count);
		$requests++;
		is($error ? $error->{message} : $found, $all, "$report->{table}: $column has $all rows");
	}
	is($session->query("SELECT count(*) $rows"), $all, "$report->{table}: and so has none");
	cmp_ok($all, '>', 0, "$report->{table}: which are some");
}
cmp_ok($requests, '>', 200, "$requests requests for $columns columns");

# What names persons, in any report: by the catalogue, and by words that it might forget.
my $personal = join '|', map { "(^|_)$_(\$|_)" } qw(ip email phone imei idfa idfv advertising_id android_id gaid oaid fire_id user_agent customer_user_id device_id person actor full_name first_name last_name);
is($session->query("SELECT string_agg(DISTINCT concat_ws(' ', wrapper, report, column_name), ', ') FROM adpipe_internal.report_columns()
	WHERE NOT is_personal AND (column_name ~ '$personal' OR lower(regexp_replace(field, '[^a-z0-9]', '_', 'gi')) ~ '$personal')"), '', 'columns that name persons are marked as such');
my (%imported, $marked);
for my $line (split /\n/, $session->query("SELECT DISTINCT s.srvname, k.report, k.column_name FROM adpipe_internal.report_columns() k
	JOIN pg_foreign_data_wrapper w ON w.fdwname = k.wrapper JOIN pg_foreign_server s ON s.srvfdw = w.oid WHERE k.is_personal ORDER BY 1, 2, 3"))
{
	my ($server, $report, $column) = split /\|/, $line;
	$session->query("CREATE SCHEMA ${server}_people; IMPORT FOREIGN SCHEMA reports FROM SERVER $server INTO ${server}_people OPTIONS (personal_data 'include')") unless $imported{$server}++;
	my $there = "SELECT count(*) FROM pg_attribute WHERE attrelid = '%s.$report'::regclass AND attname = '$column' AND NOT attisdropped";
	is($session->query(sprintf $there, $server) . $session->query(sprintf $there, "${server}_people"), '01', "$server.$report: $column is there when asked for only");
	my $where = "WHERE date_day BETWEEN '$days{day}[0]' AND '$days{day}[1]'";
	is($session->query("WITH rows AS MATERIALIZED (SELECT r::text AS row FROM $server.$report r $where)
		SELECT count(*) FROM (SELECT DISTINCT $column AS value FROM ${server}_people.$report $where) p JOIN rows ON strpos(rows.row, p.value) > 0 WHERE length(p.value) > 6"),
		'0', "$server.$report: no value of $column is in its rows");
	$marked++;
}
cmp_ok($marked, '>', 40, "$marked columns of persons");
cmp_ok($session->query("SELECT count(DISTINCT ip) FROM flyer_people.installs WHERE date_day = '2026-11-01' AND length(ip) > 6"), '>', 0, 'there are values to be found');

done_testing();
