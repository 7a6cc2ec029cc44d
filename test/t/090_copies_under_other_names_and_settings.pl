# Local copies in odd circumstances: other names, other settings of the caller,
# sources with columns of the user's choice, retention, days that were read half.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($pacific, $auckland) = ('2345678901', '3456789012');
my $accounts = "$pacific,$auckland";
loader($node, $sim, options => { customer_id => $accounts });

# Runs SQL as the loader that must fail; returns the error.
sub refused
{
	my ($sql) = @_;
	return sql_error($node, $sql, extra_params => [ '-U', 'loader' ]);
}

sub partitions
{
	my ($target) = @_;
	return run("SELECT count(*) FROM pg_inherits WHERE inhparent = '$target'::regclass");
}

at('2026-11-20T12:00:00Z');

# Names: 21 letters of three bytes each are as long as a name can be, and leave
# no room for the month of a partition.
my $korean = '"' . '캠페인별일간성과보고서전체계정합산최종사본' . '"';
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.$korean', '2026-10-20')");
is(partitions("ads.$korean"), '3', 'a long Korean name: a partition for each month');
run("CALL adpipe.refresh('ads.$korean')");
is(world_difference($node, $sim, "ads.$korean", '2026-10-20', '2026-11-21', $accounts), '0|0', 'a long Korean name: refreshed');
my $view = run("SELECT adpipe.live_view('ads.$korean')");
like($view, qr/_live"?$/, 'a long Korean name: its live view');
my @long = map { 'a' x 60 . $_ } 'one', 'two';
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.$_', '2026-11-18'); CALL adpipe.refresh('ads.$_')") for @long;
is(world_difference($node, $sim, "ads.$_", '2026-11-18', '2026-11-21', $accounts), '0|0', 'two long names that begin alike: refreshed') for @long;
run("DROP VIEW $view");
run("DROP TABLE ads.$_") for $korean, @long;

my $odd = q("Tag's ""Kampagne"" 1");
run(qq(CREATE TABLE ads."Tag's ""Kampagne"" 1_y2026m11" (n integer)));
run("SELECT adpipe.materialize('google.campaign_daily', " . quote("ads.$odd") . ", '2026-11-01')");
my $literal = quote("ads.$odd");
run("CALL adpipe.refresh($literal)");
is(world_difference($node, $sim, "ads.$odd", '2026-11-01', '2026-11-21', $accounts), '0|0', 'quotes, blanks and capitals, beside a table that has the partition\'s name: refreshed');

# Renamed and moved, the months go on.
run(qq(ALTER TABLE ads.$odd RENAME TO moved));
$node->safe_psql('postgres', 'CREATE SCHEMA "Neues Haus" AUTHORIZATION loader');
run(qq(ALTER TABLE ads.moved SET SCHEMA "Neues Haus"));
at('2026-12-20T12:00:00Z');
run(q(CALL adpipe.refresh('"Neues Haus".moved')));
is(world_difference($node, $sim, '"Neues Haus".moved', '2026-11-01', '2026-12-21', $accounts), '0|0', 'renamed and moved: refreshed a month later');
is(partitions('"Neues Haus".moved'), '3', 'renamed and moved: no month twice');
run(q(SELECT adpipe.alter_target('"Neues Haus".moved', retention => '10 days'); CALL adpipe.refresh('"Neues Haus".moved')));
is(partitions('"Neues Haus".moved'), '2', 'renamed and moved: retention finds its months');

# A person asks for days that retention drops.
my (undef, $messages) = run(q(CALL adpipe.refresh('"Neues Haus".moved', '2026-11-20', '2026-12-03')));
like($messages, qr/WARNING: .*days of "Neues Haus"\.moved before 2026-12-01 stay as they are.*retention/is, 'days before the retention: said');
is(run(q(SELECT status, slices FROM adpipe.runs ORDER BY run_id DESC LIMIT 1)), 'succeeded|6', 'days before the retention: the others are read');
run('DROP TABLE "Neues Haus".moved');
at('2026-11-20T12:00:00Z');

# Settings of the caller.
run("SET search_path = ''; SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')");
is(refused("SET search_path = ''; SELECT adpipe.materialize('google.campaign_daily', 'campaign')")->{sqlstate}, '3F000', 'no schema to create in: said');
my $strange = join ';', map { "SET $_" } "DateStyle = 'SQL, DMY'", "TimeZone = 'Pacific/Kiritimati'", "IntervalStyle = 'sql_standard'",
  'extra_float_digits = -15', "search_path = ''", "default_transaction_isolation = 'serializable'", "bytea_output = 'escape'", 'standard_conforming_strings = off',
  'escape_string_warning = off', 'row_security = off', 'transform_null_equals = on', 'quote_all_identifiers = on', "statement_timeout = '10min'", "lock_timeout = '1min'", 'default_transaction_deferrable = on';
run("$strange; CALL adpipe.refresh_all()");
is(world_difference($node, $sim, 'ads.campaign', '2026-11-10', '2026-11-21', $accounts), '0|0', 'strange settings: refreshed');
run("CALL adpipe.refresh('ads.campaign', '2026-11-10', '2026-11-21')");
is(run('SELECT changed FROM (SELECT max(changed_at) = min(changed_at) AS changed FROM adpipe.slices) s'), 't', 'strange settings: nothing looks changed to a plain session');
my @sessions = map { session($node, user => 'loader') } 1 .. 3;
$sim->restate(1);
$_->query("$strange; SET default_transaction_isolation = 'serializable'") for @sessions;
$_->send("CALL adpipe.refresh('ads.campaign', '2026-11-10', '2026-11-21')") for @sessions;
is(scalar(grep { defined } map { ($_->wait)[1] } @sessions), 0, 'three refreshers under serializable: no error');
is(world_difference($node, $sim, 'ads.campaign', '2026-11-10', '2026-11-21', $accounts), '0|0', 'three refreshers under serializable: equal to the world');
is($sessions[0]->query('SHOW transaction_isolation'), 'serializable', 'and the session is as it was');
$sim->restate(0);
run("CALL adpipe.refresh('ads.campaign', '2026-11-10', '2026-11-21')");

# Terms that no copy can be kept by.
is(refused("SELECT adpipe.alter_target('ads.campaign', $_)")->{sqlstate}, '22023', "refused: $_")
  for 'lookback => -1', 'lookback => 2147483647', "retention => '0'", "retention => '300000 years'", "every => '-1 hour'", "every => '10 years'";
is(refused("SELECT adpipe.materialize('google.campaign_daily', 'ads.x', lookback => $_)")->{sqlstate}, '22023', "refused: lookback => $_") for -1, 1_000_000;
is(run("SELECT lookback, retention FROM adpipe.targets WHERE target = 'ads.campaign'::regclass"), '|', 'nothing of it is kept');

# An answer that was asked for earlier and comes later, of each of two days, of
# which one was read in between.
my $slices = "SELECT * FROM adpipe.slice_ledger WHERE target = 'ads.campaign'::regclass AND account_id = '$auckland' ORDER BY date_day";
my $before = $node->safe_psql('postgres', $slices);
is(run("SELECT adpipe_internal.act_for('ads.campaign'), adpipe_internal.record_slices((SELECT max(run_id) FROM adpipe.runs), '$auckland', adpipe_internal.clock() - interval '1 day',
	'[{\"date_day\": \"2026-11-12\", \"rows\": 0, \"content_hash\": \"0\"}, {\"date_day\": \"2026-11-13\", \"rows\": 0, \"content_hash\": \"0\"}]')"),
	't|{}', 'an older answer replaces nothing');
is($node->safe_psql('postgres', $slices), $before, 'nor is it in the ledger');

# Columns of the user's choice.
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE google.few (date_day date OPTIONS (field 'segments.date') NOT NULL, account_id text OPTIONS (field 'customer.id') NOT NULL,
    "Klicks" numeric(12,0) OPTIONS (field 'metrics.clicks'), impressions integer OPTIONS (field 'metrics.impressions')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE google.money (date_day date OPTIONS (field 'segments.date') NOT NULL, account_id text OPTIONS (field 'customer.id') NOT NULL,
    campaign_id text OPTIONS (field 'campaign.id'), budget_id text OPTIONS (field 'campaign_budget.id'), spend numeric(18,6) OPTIONS (field 'metrics.cost_micros')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE google.back (campaign_status text OPTIONS (field 'campaign.status'), campaign_id text OPTIONS (field 'campaign.id'),
    account_id text OPTIONS (field 'customer.id') NOT NULL) SERVER google OPTIONS (resource 'campaign');
GRANT SELECT ON google.few, google.money, google.back TO loader;
END
run("SELECT adpipe.materialize('google.$_', 'ads.$_', '2026-11-10'); CALL adpipe.refresh('ads.$_')") for 'few', 'money';
is(run('SELECT sum(f."Klicks"), sum(f.impressions) FROM ads.few f'), run('SELECT sum(clicks), sum(impressions) FROM ads.campaign'), 'few columns: the same numbers');
my $totals = "SELECT count(*) > 20, count(spend), sum(account_spend) > 0, count(*) FILTER (WHERE impressions_difference = 0) = count(*) FROM adpipe.control_totals WHERE target = ";
is(run("$totals 'ads.few'::regclass"), 't|0|t|t', 'few columns: what is not there is no zero in the control totals, what is there agrees');
is(run("SELECT count(*) FILTER (WHERE spend_difference = 0) = count(*) FROM adpipe.control_totals WHERE target = 'ads.money'::regclass"), 't', 'spend of another type: the control totals agree, empty days too');
is(run("SELECT count(*) FROM adpipe.daily_report('ads.money', '2026-11-18') r JOIN (SELECT campaign_id, sum(spend) AS spend FROM ads.campaign WHERE date_day = '2026-11-18' GROUP BY 1) c USING (campaign_id) WHERE r.spend <> c.spend"), '0', 'few columns: the report does');
run("SELECT adpipe.materialize('google.budgets', 'ads.budgets'); CALL adpipe.refresh('ads.budgets')");
is(run("SELECT count(*) > 0 FROM adpipe.daily_report('ads.campaign', '2026-11-18')"), 't', 'a copy of days that names budgets is no list of campaigns');
run("SELECT adpipe.materialize('google.back', 'ads.back'); CALL adpipe.refresh('ads.back')");
is(run('SELECT count(*), count(_deleted_at) FROM ads.back'), run('SELECT count(*), 0 FROM google.back'), 'entities whose ids come last: stored');
$sim->restate(1);
run("CALL adpipe.refresh('ads.back')");
is(run('SELECT count(*) FROM (SELECT campaign_id FROM ads.back WHERE _deleted_at IS NULL EXCEPT SELECT campaign_id FROM google.back) x'), '0', 'entities whose ids come last: restated');
$sim->restate(0);

# A day that was read half never shows as a number beside whole ones.
at('2026-11-18T22:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.half', '2026-11-10'); CALL adpipe.refresh('ads.half')");
at('2026-11-20T22:00:00Z');
$node->safe_psql('postgres', "UPDATE adpipe.slice_ledger SET fetched_at = fetched_at + interval '2 days' WHERE target = 'ads.half'::regclass AND date_day <> '2026-11-18'");
is(run("SELECT state FROM adpipe.coverage WHERE target = 'ads.half'::regclass AND account_id = '$pacific' AND date_day = '2026-11-18'"), 'open', 'a day that was read half is open');
my $half = "FROM adpipe.daily_report('ads.half', %s) WHERE account_id = '$pacific'";
is(run(sprintf "SELECT count(spend), count(conversions), count(roas), count(plan_used), count(*) > 0 $half", "'2026-11-18'"), '0|0|0|0|t', 'daily_report: no number of it');
is(run(sprintf "SELECT count(spend_day_before), count(conversions_day_before), count(roas_day_before), count(spend_week_before) > 0 $half", "'2026-11-19'"), '0|0|0|t', 'daily_report: none as the day before');

done_testing();
