# A hypertable of TimescaleDB that follows a copy, by the statements of doc/scale.md:
# its rows and the KPIs of its continuous aggregate are those of the copy, before and
# after the platform restates, and where what is restated is compressed.
#
# Part "timescale" of test/bin/check runs this.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster(extension => 0, conf => "shared_preload_libraries = 'timescaledb'\ntimescaledb.telemetry_level = off");
my $sim = simulator();
$node->safe_psql('postgres', 'CREATE EXTENSION timescaledb; CREATE EXTENSION adpipe');
loader($node, $sim, options => { customer_id => '1234567890,2345678901' });
at('2026-11-20T12:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-09-14')");
run('CALL adpipe.refresh_all()');

my ($section) = slurp_file("$FindBin::RealBin/../../doc/scale.md") =~ /^## TimescaleDB\n(.*?)(?:^## |\z)/ms
  or die 'doc/scale.md has no section about TimescaleDB';
my ($table, $week, $follow) = $section =~ /^```sql\n(.*?)^```$/msg or die 'the section has no statements';

# Rows that the hypertable has too many, and that it lacks.
sub difference
{
	return run(<<'END');
SELECT (SELECT count(*) FROM (SELECT * FROM ads.campaign_hyper EXCEPT ALL SELECT * FROM ads.campaign) x) || '|'
    || (SELECT count(*) FROM (SELECT * FROM ads.campaign EXCEPT ALL SELECT * FROM ads.campaign_hyper) x)
END
}

# Weeks whose KPIs differ from those of the copy, by the stored values.
sub wrong_weeks
{
	return run(<<'END');
SELECT count(*) FROM ads.campaign_week w
FULL JOIN (SELECT date_trunc('week', date_day)::date AS week, account_id, currency,
                  adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS state,
                  adpipe.roas(conversions_value, spend, currency) AS roas
           FROM ads.campaign GROUP BY 1, 2, 3) c
    ON c.week = w.week AND c.account_id = w.account_id AND c.currency = w.currency
WHERE w.roas IS DISTINCT FROM c.roas OR w.state::text IS DISTINCT FROM c.state::text
END
}

# The statements for after a refresh; a procedure of TimescaleDB runs in no transaction block.
sub follow
{
	run("$_;") for $follow =~ /(CALL [^;]*);/g;
	is(difference(), '0|0', "$_[0]: its rows are those of the copy");
	is(wrong_weeks(), '0', "$_[0]: its weeks have the KPIs of the copy");
}

# Moves on by a day, lets the platform restate, and refreshes.
sub restated
{
	my ($generation, $moment) = @_;
	my $before = run('SELECT md5(string_agg(c::text, \',\' ORDER BY account_id, date_day, campaign_id)) FROM ads.campaign c');
	$sim->restate($generation);
	at($moment);
	run('CALL adpipe.refresh_all()');
	isnt(run('SELECT md5(string_agg(c::text, \',\' ORDER BY account_id, date_day, campaign_id)) FROM ads.campaign c'), $before, "generation $generation: the copy changed");
	isnt(difference(), '0|0', "generation $generation: the hypertable is behind");
}

run($table);
run($week);
follow('first');
cmp_ok(run('SELECT count(*) FROM ads.campaign_week WHERE roas > 0'), '>', 10, 'there are weeks with a KPI');
is(run("SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'campaign_hyper'"), '3', 'a chunk for each month');

restated(1, '2026-11-21T12:00:00Z');
follow('restated');

run("SELECT count(compress_chunk(c)) FROM show_chunks('ads.campaign_hyper') c");
is(run("SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'campaign_hyper' AND NOT is_compressed"), '0', 'all is compressed');
is(difference(), '0|0', 'compressed: its rows are those of the copy');
restated(2, '2026-11-22T12:00:00Z');
follow('restated while compressed');

# Nothing new writes nothing.
my $written = run('SELECT version FROM ads.campaign_hyper_version');
follow('nothing new');
is(run('SELECT version FROM ads.campaign_hyper_version'), $written, 'nothing new: the version stays');

$node->stop;
done_testing();
