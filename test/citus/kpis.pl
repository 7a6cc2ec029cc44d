# KPIs of rows that lie on two servers, by Citus: each aggregate of the extension is
# computed in parts where the rows are, and the result is that of one server to the
# last bit; and what that saves.
#
# Part "citus" of test/bin/check runs this.  ADPIPE_CITUS_ROWS (1000000): rows of the
# table that is measured.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Citus;
use List::Util qw(max);
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, @workers) = citus_servers(2);

# The aggregates as the test of aggregates finds them, with what to call them with.
my ($catalogue) = slurp_file("$FindBin::RealBin/../../sql/kpi_aggregates.sql") =~ /^(.*?)^CREATE FUNCTION pg_temp\.set_parallel/ms
  or die 'sql/kpi_aggregates.sql begins in another way';

my ($out, $err);
$node->psql('postgres', <<"SQL", stdout => \$out, stderr => \$err, on_error_die => 1);
$catalogue
CREATE TABLE kpi_far (LIKE kpi_rows);
SELECT create_distributed_table('kpi_far', 'i');
INSERT INTO kpi_far SELECT * FROM kpi_rows;

CREATE FUNCTION pg_temp.value_of(query text) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
	result text;
BEGIN
	EXECUTE query INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
\$\$;

-- What is found of each aggregate: whether workers compute parts, whether results are equal
CREATE TEMP TABLE found (signature text, is_partial boolean, far text, near text);
DO \$\$
DECLARE
	a aggregates;
	query text;
	plan json;
BEGIN
	FOR a IN SELECT * FROM aggregates LOOP
		query := format('SELECT g, %1\$s(%2\$s)::text AS v, (%1\$s(%2\$s) FILTER (WHERE i < 45))::text AS w FROM kpi_far GROUP BY g', a.name, a.arguments);
		EXECUTE 'EXPLAIN (VERBOSE, FORMAT json) ' || query INTO plan;
		query := format('SELECT string_agg(concat_ws('' '', s.v, s.w), '' '' ORDER BY s.g) FROM (%s) s', query);
		INSERT INTO found VALUES (a.signature, plan::text ~ 'coord_combine_agg' AND plan::text ~ 'worker_partial_agg',
			pg_temp.value_of(query), pg_temp.value_of(replace(query, 'kpi_far', 'kpi_rows')));
	END LOOP;
END
\$\$;
SELECT 'aggregates', count(*) > 200, count(*) FROM found;
SELECT 'rows far', count(*) FROM kpi_far;
SELECT 'on workers', count(DISTINCT nodeport) FROM citus_shards WHERE table_name = 'kpi_far'::regclass;
SELECT 'no part', string_agg(signature, ' ' ORDER BY signature) FROM found WHERE NOT is_partial;
SELECT 'other result', count(*), min(signature), left(min(far), 300), left(min(near), 300) FROM found WHERE far IS DISTINCT FROM near;
SELECT 'error', count(*), min(near) FROM found WHERE near ~ '^[0-9A-Z]{5} [a-z]';
SELECT 'nothing', count(*) FROM found WHERE near ~ '^ *\$';
SQL
like($out, qr/^aggregates\|t\|/m, 'more than 200 aggregates');
note($out);
like($out, qr/^rows far\|2000$/m, 'all rows are there');
like($out, qr/^on workers\|2$/m, 'on both workers');
like($out, qr/^no part\|(adpipe\.(cohort_roas|ltv_curve|payback_day|sparkline)\([^)]*\) ?)+$/m, 'all are computed in parts but those with an internal state');
like($out, qr/^other result\|0\|/m, 'each result is that of one server');
like($out, qr/^error\|0\|/m, 'none of them an error');
like($out, qr/^nothing\|0$/m, 'nor nothing');

# Seconds that a process has computed.
sub computed
{
	my ($pid) = @_;
	my @fields = split ' ', slurp_file("/proc/$pid/stat") =~ s/^.*\) //sr;
	return ($fields[11] + $fields[12]) / 100;
}

# Processes that work for the session: its own, and one of each worker.
sub processes
{
	my ($session) = @_;
	return ($session->query('SELECT pg_backend_pid()'),
		map { split /\n/, $_->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'citus_internal%' AND backend_type = 'client backend'") } @workers);
}

# What the slowest process computes for a query; the result.
sub measure
{
	my ($session, $query) = @_;
	$session->query($query);
	my %before = map { $_ => computed($_) } processes($session);
	my $result = join "\n", $session->query($query);
	my @seconds = map { computed($_) - $before{$_} } sort { $a <=> $b } keys %before;
	note(join ' ', $query, map { sprintf '%.2f s', $_ } @seconds);
	return (max(@seconds), $result);
}

my $rows = $ENV{ADPIPE_CITUS_ROWS} // 1_000_000;
my $accounts = max(10, int($rows / 10_000)); # 27 rows a day each
my $session = session($node);
$session->query($_) for 'SET max_parallel_workers_per_gather = 0', 'SET citus.max_adaptive_executor_pool_size = 1',
  'CREATE TABLE near (account_id text, date_day date, campaign_id text, currency text, impressions bigint, clicks bigint, spend numeric, conversions numeric, conversions_value numeric)',
  "INSERT INTO near SELECT 'a' || i % $accounts, DATE '2026-01-01' + (i / $accounts % 365)::integer, 'c' || i % 10000, 'EUR', i % 7919, i % 101, (i % 9973) / 100.0, i % 13, (i % 9949) / 10.0 FROM generate_series(1, $rows) i",
  'CREATE TABLE far (LIKE near)', "SELECT create_distributed_table('far', 'account_id')", 'INSERT INTO far SELECT * FROM near',
  'VACUUM ANALYZE near', 'VACUUM ANALYZE far';

# By account, no parts are needed.  By day, each account's days are added up where they
# are, and what travels are states; in one step, workers call the functions of each
# aggregate through Citus for each row, which takes longer than the server's own way.
my $stats = 'adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency)';
my $kpis = "adpipe.ctr(clicks, impressions), adpipe.cpc(spend, clicks, currency), adpipe.roas(conversions_value, spend, currency), $stats";
my $by_account = "SELECT account_id, $kpis FROM %s GROUP BY account_id ORDER BY account_id";
my $by_day = "SELECT date_day, $kpis FROM %s GROUP BY date_day ORDER BY date_day";
my $in_two_steps = 'SELECT date_day, adpipe.ctr(s), adpipe.cpc(s), adpipe.roas(s), s FROM (SELECT date_day, adpipe.rollup(s) AS s FROM '
  . "(SELECT account_id, date_day, $stats AS s FROM %s GROUP BY account_id, date_day) a GROUP BY date_day) d ORDER BY date_day";
for my $case ([ 'by account', $by_account, $by_account, 1.6 ], [ 'by day, of states', $in_two_steps, $by_day, 1.6 ], [ 'by day, in one step', $by_day, $by_day, 0 ])
{
	my ($name, $far_query, $near_query, $factor) = @$case;
	my ($far, $far_result) = measure($session, sprintf($far_query, 'far'));
	my ($near, $near_result) = measure($session, sprintf($near_query, 'near'));
	is($far_result, $near_result, "$name: the same numbers");
	cmp_ok($near / $far, '>', $factor, sprintf('%s: %d rows, %.2f s on one server, %.2f s of the slowest process of three, %.2f times as fast',
			$name, $rows, $near, $far, $near / $far));
}

done_testing();
