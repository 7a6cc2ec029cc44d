# Copies on several loader databases, read as one table through postgres_fdw: KPIs are
# computed where the rows are, or from states that are computed there, and equal those
# of one table that holds all rows.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at);
use Test::More;

my %accounts = (east => '1234567890,3456789012', west => '2345678901');
my $since = '2026-11-01';
my $node = adpipe_cluster();
my $sim = simulator();
my $port = $node->port;
my $host = $node->host;

# Two loader databases, and the view of states that they offer.
$node->safe_psql('postgres', 'CREATE ROLE loader LOGIN');
$sim->clock('2026-11-20T12:00:00Z');
for my $shard (sort keys %accounts)
{
	$node->safe_psql('postgres', "CREATE DATABASE $shard; ALTER DATABASE $shard SET adpipe.debug_now = '2026-11-20T12:00:00Z'");
	$node->safe_psql($shard, 'CREATE EXTENSION adpipe; CREATE SCHEMA ads');
	google_server($node, $sim, dbname => $shard, options => { customer_id => $accounts{$shard} });
	$node->safe_psql($shard, "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since')");
	$node->safe_psql($shard, 'CALL adpipe.refresh_all()');
	$node->safe_psql($shard, <<'END');
CREATE VIEW ads.campaign_states AS
    SELECT account_id, currency, date_trunc('week', date_day)::date AS week, campaign_name,
           adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS state
    FROM ads.campaign GROUP BY 1, 2, 3, 4;
ANALYZE;
END
}

# The reporting database, as doc/scale.md has it.
my $columns = "account_id text NOT NULL, date_day date NOT NULL, currency text, campaign_name text, impressions bigint, clicks bigint, spend numeric, conversions numeric, conversions_value numeric";
$node->safe_psql('postgres', <<"END");
CREATE EXTENSION postgres_fdw;
CREATE SCHEMA ads;
CREATE TABLE ads.campaign ($columns) PARTITION BY LIST (account_id);
CREATE TABLE ads.campaign_states (account_id text NOT NULL, currency text, week date, campaign_name text, state adpipe.adstats) PARTITION BY LIST (account_id);
END
for my $shard (sort keys %accounts)
{
	my $values = join ', ', map { quote($_) } split /,/, $accounts{$shard};
	$node->safe_psql('postgres', <<"END");
CREATE SERVER $shard FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '$host', port '$port', dbname '$shard', extensions 'adpipe', use_remote_estimate 'true', async_capable 'true', fetch_size '10000',
             options '-c cursor_tuple_fraction=1');
CREATE USER MAPPING FOR postgres SERVER $shard OPTIONS (user 'postgres');
CREATE FOREIGN TABLE ads.campaign_$shard PARTITION OF ads.campaign FOR VALUES IN ($values) SERVER $shard OPTIONS (table_name 'campaign');
CREATE FOREIGN TABLE ads.campaign_states_$shard PARTITION OF ads.campaign_states FOR VALUES IN ($values) SERVER $shard OPTIONS (table_name 'campaign_states');
END
}
$node->safe_psql('postgres', "ALTER DATABASE postgres SET enable_partitionwise_aggregate = on; ALTER DATABASE postgres SET enable_partitionwise_join = on; CREATE TABLE whole AS TABLE ads.campaign");

sub query
{
	return $node->safe_psql('postgres', $_[0]);
}
is(query('SELECT count(DISTINCT account_id) FROM whole'), '3', 'all accounts are there');

# The remote statements of a query.
sub remote
{
	my ($sql) = @_;
	my $plan = query("EXPLAIN (VERBOSE, COSTS OFF) $sql");
	return ($plan, [ $plan =~ /Remote SQL: (.*)/g ]);
}

# Every KPI of two numbers, in a query by account.
my @kpis = split /\n/, query(<<'END');
SELECT DISTINCT p.proname FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE p.pronamespace = 'adpipe'::regnamespace AND p.proargtypes::regtype[]::text = '[0:1]={numeric,numeric}'
ORDER BY 1
END
cmp_ok(scalar @kpis, '>', 10, 'there are KPIs');
my $all = join ', ', map { "adpipe.$_(conversions_value, spend)" } @kpis;
my $query = "SELECT account_id, currency, $all FROM ads.campaign WHERE date_day >= '$since' GROUP BY 1, 2 ORDER BY 1, 2";
my ($plan, $statements) = remote($query);
is(scalar @$statements, 2, 'by account: a statement per shard');
for my $kpi (@kpis)
{
	is(scalar(grep { /\badpipe\.$kpi\(/ } @$statements), 2, "$kpi is computed by the shards");
}
is(scalar(grep { /GROUP BY/ && /date_day >= '\Q$since\E'/ } @$statements), 2, 'with groups and conditions');
unlike($plan, qr/Aggregate$/m, 'and nothing is aggregated here');
# Those over distinct counts refuse groups of more than one row, wherever they are computed.
$query =~ s/, adpipe\.(?:cpp|frequency|stickiness|unique_ctr)\([^)]*\)//g;
is(query($query), query($query =~ s/ads\.campaign/whole/r), 'with the result of one table');
like((remote('SELECT account_id, adpipe.roas(conversions_value, spend, currency) FROM ads.campaign GROUP BY 1'))[0], qr/Append.*Async Foreign Scan.*Async Foreign Scan/s, 'side by side');
my $one = "SELECT adpipe.roas(conversions_value, spend, currency) FROM ads.campaign WHERE account_id = '2345678901'";
is(scalar @{ (remote($one))[1] }, 1, 'of one account, only its shard is asked');

# Other groups: from states.
for my $over ('adpipe.rollup(state)', 'adpipe.roas(adpipe.rollup(state)), adpipe.ctr(adpipe.rollup(state))')
{
	my $by_week = "SELECT currency, week, $over FROM ads.campaign_states GROUP BY 1, 2 ORDER BY 1, 2";
	my $expected = query("SELECT currency, week, $over FROM (SELECT account_id, currency, date_trunc('week', date_day)::date AS week, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS state FROM whole GROUP BY 1, 2, 3) s GROUP BY 1, 2 ORDER BY 1, 2");
	is(query($by_week), $expected, "by currency and week, $over");
}
is(sql_error($node, 'SELECT adpipe.roas(conversions_value, spend, currency) FROM ads.campaign')->{sqlstate}, '22023', 'currencies of different shards are not mixed either');

# How many rows come over.
sub rows
{
	my ($sql) = @_;
	my $count = 0;
	$count += $_ for query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $sql") =~ /Foreign Scan.*\(actual rows=(\d+)/g;
	return $count;
}
my %rows = (
	'by account' => rows('SELECT account_id, adpipe.ctr(clicks, impressions) FROM ads.campaign GROUP BY 1'),
	'by week, of rows' => rows("SELECT date_trunc('week', date_day), adpipe.ctr(clicks, impressions) FROM ads.campaign GROUP BY 1"),
	'by week, of states' => rows('SELECT currency, week, adpipe.ctr(adpipe.rollup(state)) FROM ads.campaign_states GROUP BY 1, 2'));
is($rows{'by account'}, 3, 'by account, a row per account comes over');
is($rows{'by week, of rows'}, query('SELECT count(*) FROM whole'), 'by week, all rows do');
cmp_ok($rows{'by week, of states'} * 3, '<', $rows{'by week, of rows'}, 'by week from states, a few');

$node->stop;
done_testing();
