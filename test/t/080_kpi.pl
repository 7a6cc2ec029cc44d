# KPIs where rows come from elsewhere: pushed down by postgres_fdw, by parts of
# a partitioned table, stored by an earlier version, out of a real account.
# The page that documents them is made of the catalogue.

use strict;
use warnings;

use AdpipeTest;
use MIME::Base64;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();

sub query
{
	return $node->safe_psql('postgres', $_[0]);
}

query(<<'END');
CREATE TABLE rows AS
SELECT i, i % 20 AS campaign, (i * 7 % 1000)::bigint AS impressions, (i * 3 % 50)::bigint AS clicks,
	   (i % 997) / 100.0 AS spend, (i % 13) / 4.0 AS conversions, (i % 499) / 10.0 AS value, 'EUR'::text AS currency,
	   timestamptz '2026-01-01' + i * interval '37 minutes' AS at, i % 3 = 0 AS viewed, i % 5 = 0 AS bought,
	   'user' || i % 5 AS person,
	   adpipe.adstats(i, 1, i / 100.0, NULL, 5, 'EUR') AS stats
  FROM generate_series(1, 2000) AS i;
END

# postgres_fdw ships what its option "extensions" names.
SKIP:
{
	skip 'postgres_fdw is not installed', 22
	  unless query("SELECT 1 FROM pg_available_extensions WHERE name = 'postgres_fdw'");
	query('CREATE EXTENSION postgres_fdw; CREATE SCHEMA far');
	query("CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw
		OPTIONS (host " . quote($node->host) . ", port '" . $node->port . "', dbname 'postgres', extensions 'adpipe')");
	query('CREATE USER MAPPING FOR CURRENT_USER SERVER loop; IMPORT FOREIGN SCHEMA public LIMIT TO (rows) FROM SERVER loop INTO far');

	my %shipped = (
		'a rate' => 'adpipe.ctr(clicks, impressions)',
		'money with a currency' => 'adpipe.cpc(spend, clicks, currency)',
		'a mille' => 'adpipe.cpm(spend, impressions, currency)',
		'a gain' => 'adpipe.roi(value, spend, currency)',
		'floats' => 'adpipe.roas(value::float8, spend::float8)',
		'a filter' => 'adpipe.cpa(spend, conversions, currency) FILTER (WHERE bought)',
		'stats' => 'adpipe.stats(impressions, clicks, spend, conversions, value, currency)',
		'an accessor of stats' => 'adpipe.aov(adpipe.stats(impressions, clicks, spend, conversions, value, currency))',
		'stored values' => 'adpipe.rollup(stats)',
		'a funnel' => "adpipe.window_funnel('1 day', at, viewed, bought)",
		'journeys' => "adpipe.journeys(person, at, currency, bought, value)");
	foreach my $what (sort keys %shipped)
	{
		my $call = $shipped{$what};
		my $plan = query("EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign, $call FROM far.rows GROUP BY campaign");
		my ($remote) = $plan =~ /Remote SQL: (.*)/;
		my ($name) = $call =~ /(adpipe\.\w+)/;
		like($remote, qr/\Q$name\E\(.* GROUP BY/, "$what: aggregated over there");
		is( query("SELECT campaign, $call FROM far.rows GROUP BY campaign ORDER BY campaign"),
			query("SELECT campaign, $call FROM rows GROUP BY campaign ORDER BY campaign"),
			"$what: the same from there");
	}
}

# Parts of a partitioned table are aggregated one by one and combined.
query(<<'END');
CREATE TABLE parted (LIKE rows) PARTITION BY RANGE (i);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (500);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (500) TO (2001);
INSERT INTO parted SELECT * FROM rows;
ANALYZE rows, parted;
END
my $report = 'SELECT campaign, adpipe.cpc(spend, clicks, currency), adpipe.stats(impressions, clicks, spend, conversions, value, currency) FROM %s GROUP BY campaign ORDER BY campaign';
my $set = 'SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 0;';
my $plan = query($set . 'EXPLAIN (COSTS OFF) ' . sprintf($report, 'parted'));
is(scalar(() = $plan =~ /Partial (?:Hash|Group)?Aggregate/g), 2, 'each partition has an aggregate of its own');
is(query($set . sprintf($report, 'parted')), query(sprintf($report, 'rows')), 'and together they are the whole');

# From 16 on, bad input can be asked about without an error.
SKIP:
{
	skip 'no soft errors before 16', 1 if query('SHOW server_version_num') < 160000;
	is(query("SELECT pg_input_is_valid('adstats:1:EUR:1', 'adpipe.adstats'), pg_input_is_valid('adstats:1:-:-:-:-:-:-', 'adpipe.adstats')"),
		'f|t', 'bad input is refused softly');
}

# A page of a table as version 1 wrote it is read for ever.  Its rows are
# frozen, and its position in the log is none.
SKIP:
{
	my $folder = 'test/fixtures/kpi/stored_1';
	skip 'this server checks its pages', 2 if query('SHOW data_checksums') eq 'on';
	query('CREATE TABLE stored (id int, stats adpipe.adstats, ratio adpipe.ratio_state);
		INSERT INTO stored VALUES (0, NULL, NULL); CHECKPOINT');
	my $file = $node->data_dir . '/' . query("SELECT pg_relation_filepath('stored')");
	$node->stop;
	open my $out, '>:raw', $file or die "cannot write $file: $!";
	print $out decode_base64(slurp_file("$folder/page.base64"));
	close $out;
	$node->start;
	is(query("COPY stored TO STDOUT (FORMAT csv)"),
		slurp_file("$folder/rows.csv") =~ s/\n\z//r, 'values stored by version 1 are read');
	is( query('SELECT adpipe.rollup(stats) FROM stored'),
		'adstats:1:EUR:170141183460469231731687303.715884105727:6:9.500000000001:-3.25:40.00',
		'and added up');
}

# Many groups share the memory they lie in; each with one of its own would take
# many minutes, since the server looks at all of them whenever a group begins.
is( query(<<'END'), '200000', 'series of many groups');
SET work_mem = '1GB';
SET enable_sort = off;
SET max_parallel_workers_per_gather = 0;
SET statement_timeout = '60s';
SELECT count(s) FROM (
	SELECT adpipe.series(timestamp '2026-01-01' + i * interval '1 s', i) AS s
	FROM generate_series(1, 400000) AS i GROUP BY i % 200000) AS groups;
END

# The rows of a real account: every KPI, grouped by one or two dimensions, is
# the same formula in exact SQL, digit for digit.
SKIP:
{
	my $file = ($ENV{ADPIPE_SAMPLES} // '')
	  . '/microsoft_ads_campaign_performance_daily_report_data.csv';
	skip 'the folder of sample data is not there', 2 unless -r $file;
	my @dimensions = qw(date account_id campaign_id currency_code device_os device_type network ad_distribution
	  bid_match_type delivered_match_type top_vs_other budget_association_status budget_name);
	query('CREATE TABLE sample (' . join(', ', map { "$_ text" } @dimensions) . ', clicks bigint, impressions bigint,
		spend numeric, conversions_qualified numeric, conversions numeric, revenue numeric,
		all_conversions_qualified numeric, all_conversions numeric, all_revenue numeric);
		COPY sample FROM ' . quote($file) . ' (FORMAT csv, HEADER)');
	is(query('SELECT count(*) FROM sample'), 2630, 'rows of the account');

	my %kpis = (
		ctr => [ 'clicks', 'impressions' ], cpc => [ 'spend', 'clicks' ], cpm => [ 'spend', 'impressions', '1000 *' ],
		cpa => [ 'spend', 'conversions' ], cvr_click => [ 'conversions', 'clicks' ], cvr_imp => [ 'conversions', 'impressions' ],
		roas => [ 'revenue', 'spend' ], acos => [ 'spend', 'revenue' ], aov => [ 'revenue', 'conversions' ]);
	my %money = map { $_ => 1 } qw(cpc cpm cpa roas acos aov);
	my @names = sort keys %kpis;
	my $exact = join ', ', map { my ($n, $d, $f) = @{ $kpis{$_} }; ($f // '') . " sum($n) / NULLIF(sum($d), 0)" } @names;
	my $one_step = join ', ', map { "adpipe.$_($kpis{$_}[0], $kpis{$_}[1]" . ($money{$_} ? ', currency_code)' : ')') } @names;
	my $two_steps = join ', ', map { "adpipe.$_(adpipe.stats(impressions, clicks, spend, conversions, revenue, currency_code))" } @names;
	my $roi = '(sum(revenue) - sum(spend)) / NULLIF(sum(spend), 0)';
	my ($groupings, $wrong) = (0, '');
	foreach my $i (0 .. $#dimensions)
	{
		foreach my $j ($i .. $#dimensions)
		{
			my $by = join ', ', $dimensions[$i], $j > $i ? $dimensions[$j] : ();
			$groupings++;
			$wrong .= "$by: $_\n" for grep { $_ ne '0' } query("SELECT count(*) FROM (
				SELECT ROW($exact, $roi)::text AS exact,
					ROW($one_step, adpipe.roi(revenue, spend, currency_code))::text AS one_step,
					ROW($two_steps, adpipe.roi(adpipe.stats(impressions, clicks, spend, conversions, revenue, currency_code)))::text AS two_steps
				FROM sample GROUP BY $by) AS groups WHERE one_step <> exact OR two_steps <> exact");
		}
	}
	is($wrong, '', "$groupings groupings by one or two dimensions");
}

# The page of the KPIs is what "make docs" writes.
{
	my ($page) = run_command([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', 'doc/kpis.sql' ]);
	is($page, slurp_file('doc/kpis.md') =~ s/\n\z//r, 'doc/kpis.md is what make docs writes');
}

$node->stop;
done_testing();
