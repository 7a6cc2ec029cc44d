# A standby answers from copies and their ledger, and says of a refresh that it cannot.
# A subscriber has the rows of published copies, and states, through everything that a
# refresh does to them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Cluster;
use Test::More;

my $account = '2345678901';
my $since = '2026-10-20';
my $node = adpipe_cluster(conf => "wal_level = logical\nmax_wal_senders = 4\nmax_replication_slots = 4\n");
my $sim = simulator();
loader($node, $sim, options => { customer_id => $account });
at('2026-11-20T12:00:00Z');
run(<<"END");
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since');
SELECT adpipe.materialize('google.campaigns', 'ads.campaigns');
CALL adpipe.refresh_all();
CREATE TABLE ads.weeks (campaign_id text, week date, state adpipe.adstats, PRIMARY KEY (campaign_id, week));
INSERT INTO ads.weeks SELECT campaign_id, date_trunc('week', date_day), adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) FROM ads.campaign GROUP BY 1, 2;
END

# A subscriber, as doc/operations.md has it.
my $subscriber = adpipe_cluster(name => 'subscriber');
my $address = 'host=' . $node->host . ' port=' . $node->port . ' dbname=postgres';
$node->safe_psql('postgres', 'CREATE PUBLICATION copies FOR TABLE ads.campaign, ads.campaigns, ads.weeks WITH (publish_via_partition_root = true)');
my $columns = "SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid = ";
my %columns = map { $_ => $node->safe_psql('postgres', "$columns 'ads.$_'::regclass") } qw(campaign campaigns weeks);
$subscriber->safe_psql('postgres', <<"END");
CREATE SCHEMA ads;
CREATE TABLE ads.campaign ($columns{campaign}) PARTITION BY RANGE (date_day);
CREATE TABLE ads.campaign_2026_10 PARTITION OF ads.campaign FOR VALUES FROM ('2026-10-01') TO ('2026-11-01');
CREATE TABLE ads.campaign_rest PARTITION OF ads.campaign DEFAULT;
CREATE TABLE ads.campaigns ($columns{campaigns});
CREATE TABLE ads.weeks ($columns{weeks}, PRIMARY KEY (campaign_id, week));
CREATE SUBSCRIPTION copies CONNECTION '$address' PUBLICATION copies;
END
$subscriber->wait_for_subscription_sync;

# Each table as one text, where a difference would show.
my $all = join ' UNION ALL ', map { "SELECT '$_', count(*), md5(string_agg(t::text, ' ' ORDER BY t::text COLLATE \"C\")) FROM ads.$_ t" } qw(campaign campaigns weeks);
sub is_replicated
{
	my ($what) = @_;
	$node->wait_for_catchup('copies');
	is($subscriber->safe_psql('postgres', $all), $node->safe_psql('postgres', $all), "the subscriber has the rows: $what");
	return;
}
is_replicated('as they were');
$sim->restate(1);
run("CALL adpipe.refresh('ads.campaign', '$since'); CALL adpipe.refresh('ads.campaigns')");
cmp_ok($node->safe_psql("postgres", "SELECT changed FROM adpipe.run_ledger WHERE target = 'ads.campaign'::regclass ORDER BY run_id DESC LIMIT 1"), '>', 5, 'slices change');
is_replicated('after a restatement');
run("UPDATE ads.weeks w SET state = n.state FROM (SELECT campaign_id, date_trunc('week', date_day)::date AS week, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS state FROM ads.campaign GROUP BY 1, 2) n WHERE (w.campaign_id, w.week) = (n.campaign_id, n.week)");
at('2026-12-02T12:00:00Z');
run('CALL adpipe.refresh_all()');
is_replicated('after states changed and a month began');
my $kpis = 'SELECT adpipe.roas(adpipe.rollup(state)), adpipe.ctr(adpipe.rollup(state)) FROM ads.weeks';
is($subscriber->safe_psql('postgres', $kpis), $node->safe_psql('postgres', $kpis), 'KPIs of states are the same there');
is($node->safe_psql('postgres', 'SELECT count(*) FROM adpipe.runs WHERE status <> $$succeeded$$'), '0', 'a publication stops no refresh');
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION copies');
$subscriber->stop;

# A standby.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
run("SELECT adpipe.materialize('google.account_daily', 'ads.account', '2026-11-25')");
my $waiting = run('CALL adpipe.refresh_all()');
$node->wait_for_catchup($standby, 'replay', $node->lsn('flush'));
my @loader = (extra_params => [ '-U', 'loader' ]);
for my $sql (
	'SELECT * FROM adpipe.health', 'SELECT * FROM adpipe.coverage ORDER BY 1, 2, 3', 'SELECT * FROM adpipe.freshness ORDER BY 1, 2',
	'SELECT * FROM adpipe.slices ORDER BY 1, 2, 3', 'SELECT * FROM adpipe.runs ORDER BY 1', 'SELECT * FROM adpipe.targets ORDER BY 1',
	'SELECT * FROM adpipe.control_totals ORDER BY 1, 2, 3', 'SELECT * FROM adpipe.settings_changes', 'SELECT * FROM adpipe.discrepancy',
	"SELECT * FROM adpipe.daily_report('ads.campaign') ORDER BY 1, 3", "SELECT adpipe.require_complete('ads.campaign', '$since', '2026-11-30')",
	"SELECT adpipe.stored_until('ads.campaign')", "SELECT * FROM adpipe.changed_slices('ads.campaign') ORDER BY 1, 2",
	'SELECT currency, adpipe.roas(conversions_value, spend, currency) FROM ads.campaign GROUP BY 1', $kpis)
{
	my $here = $standby->safe_psql('postgres', $sql, @loader);
	my $there = $node->safe_psql('postgres', $sql, @loader);
	is($here, $there, "answered as by the primary: $sql");
}
for my $sql ("refresh('ads.campaign')", 'refresh_all()')
{
	my $error = sql_error($standby, "CALL adpipe.$sql", @loader);
	my ($name) = $sql =~ /^(\w+)/;
	is("$error->{sqlstate} $error->{message}", "25006 $name() cannot run on a standby", "$sql cannot");
	is($error->{hint}, 'CALL it on the primary.', 'and says where it can');
}
is(sql_error($standby, "SELECT adpipe.materialize('google.campaigns', 'ads.more')", @loader)->{sqlstate}, '25006', 'nor can a copy be made');

# A run of the primary is at work, whatever the standby sees of its sessions.
my $last = $sim->requests->[-1]{seq};
$sim->faults([ { match => { account => $account }, times => 1, action => { delay_ms => 20_000 } } ]);
my $refresh = session($node, user => 'loader');
$refresh->send("CALL adpipe.refresh('ads.campaign', '2026-11-25')");
poll_until(sub { $node->safe_psql('postgres', "SELECT count(*) FROM adpipe.run_ledger WHERE status = 'running'") eq '1' });
$node->wait_for_catchup($standby, 'replay', $node->lsn('flush'));
is($standby->safe_psql('postgres', "SELECT count(*) FROM adpipe.runs WHERE status = 'running'", @loader), '1', 'a run of the primary is at work there');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM adpipe.health', @loader), '0', 'and no run that did not come to its end');
$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $refresh->pid . ')');

$standby->stop;
$node->stop('immediate');
done_testing();
