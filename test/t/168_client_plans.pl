# Budgets and targets of clients: pacing in the plan's currency over complete days, and
# the plan of a campaign in daily_report().

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '1234567890,2345678901' });
$node->safe_psql('postgres', 'CREATE SCHEMA bi AUTHORIZATION loader');
at('2026-11-20T22:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-10-25')");
run("CALL adpipe.refresh('ads.campaign', '2026-10-25', '2026-11-20')");
run("SELECT adpipe.create_report_views('bi')");
run("INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) SELECT d::date, 'USD', 'KRW', 1400 + extract(day FROM d) FROM generate_series(timestamp '2026-11-01', '2026-11-30', '1 day') d");
my $brand = run("SELECT campaign_name FROM ads.campaign WHERE account_id = '2345678901' GROUP BY 1 HAVING count(*) > 20 ORDER BY 1 LIMIT 1");
run("INSERT INTO adpipe.plans (month, amount, currency, kpi, goal) VALUES ('2026-11-01', 30000000, 'KRW', 'roas', 4)");
run("INSERT INTO adpipe.plans (month, campaign_pattern, amount, currency) VALUES ('2026-11-01', " . quote($brand) . ", 3000, 'USD')");

# In Seoul the 20th is over, in Los Angeles it is not: 19 days count.
is(run("SELECT accounts, days_in_month, days_counted, days_missing, round(expected_to_date) FROM bi.pacing WHERE currency = 'KRW'"), '2|30|19||19000000', 'a plan over two currencies');
my $won = "sum(spend * CASE currency WHEN 'USD' THEN 1400 + extract(day FROM date_day) ELSE 1 END)";
is(run("SELECT round(spent_to_date, 6), round(projected, 4), round(pace, 6) FROM bi.pacing WHERE currency = 'KRW'"),
	run("SELECT round(s, 6), round(s / 19 * 30, 4), round(s / 19000000, 6) FROM (SELECT $won AS s FROM ads.campaign WHERE date_day BETWEEN '2026-11-01' AND '2026-11-19') x"), 'spend is converted with the rate of each day');
is(run("SELECT kpi, goal, round(kpi_value, 6) FROM bi.pacing WHERE currency = 'KRW'"),
	run("SELECT 'roas', 4, round(" . ($won =~ s/spend/conversions_value/r) . " / $won, 6) FROM ads.campaign WHERE date_day BETWEEN '2026-11-01' AND '2026-11-19'"), 'and so is the KPI beside its target');
is(run("SELECT spent_to_date FROM bi.pacing WHERE currency = 'USD'"),
	run("SELECT sum(spend) FROM ads.campaign WHERE campaign_name = " . quote($brand) . " AND date_day BETWEEN '2026-11-01' AND '2026-11-19'"), 'a plan of one campaign, in its own currency');

# A day that is not complete counts on no side, and is named.
$node->safe_psql('postgres', "SET session_replication_role = replica; DELETE FROM adpipe.slice_ledger WHERE account_id = '2345678901' AND date_day = '2026-11-07'");
is(run("SELECT days_counted, days_missing, round(spent_to_date, 6), round(expected_to_date) FROM bi.pacing WHERE currency = 'KRW'"),
	run("SELECT 18, ARRAY['2026-11-07'::date], round($won, 6), 18000000 FROM ads.campaign WHERE date_day BETWEEN '2026-11-01' AND '2026-11-19' AND date_day <> '2026-11-07'"), 'a day that is missing');
run("CALL adpipe.refresh('ads.campaign', '2026-11-07', '2026-11-07')");
is(run("SELECT days_counted, days_missing FROM bi.pacing WHERE currency = 'KRW'"), '19|', 'and read');

# A missing rate is refused, and what needs none is not.
run("DELETE FROM adpipe.fx_rates WHERE day = '2026-11-05'");
my $error = sql_error($node, 'SELECT * FROM bi.pacing', extra_params => [ '-U', 'loader' ]);
is("$error->{sqlstate}: $error->{message}", 'P0002: no rate from USD to KRW on 2026-11-05', 'a day without a rate');
is(run("SELECT count(*) FROM bi.pacing WHERE currency = 'USD'"), '1', 'a plan that needs no rate');
run("INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES ('2026-11-05', 'USD', 'KRW', 1405)");

# Plans by advertiser, without accounts, of another month.
run("INSERT INTO adpipe.advertisers (platform, account_id, advertiser) VALUES ('google_ads', '1234567890', 'Hanbit'), ('google_ads', '2345678901', 'Pacific')");
run("INSERT INTO adpipe.plans (advertiser, month, amount, currency) VALUES ('Hanbit', '2026-11-01', 1000000, 'KRW'), ('Pacific', '2026-12-01', 1000, 'USD'), ('Hanbit', '2026-10-01', 500, 'KRW')");
is(run("SELECT accounts, days_counted FROM bi.pacing WHERE advertiser = 'Hanbit' AND month = '2026-11-01'"), '1|20', "an advertiser's accounts only: in Seoul 20 days are over");
is(run("SELECT spent_to_date FROM bi.pacing WHERE advertiser = 'Hanbit' AND month = '2026-11-01'"), run("SELECT sum(spend) FROM ads.campaign WHERE account_id = '1234567890' AND date_day BETWEEN '2026-11-01' AND '2026-11-20'"), 'and their spend');
is(run("SELECT accounts, days_counted, spent_to_date, projected FROM bi.pacing WHERE advertiser = '' AND currency = 'KRW'"), '|0|0|', 'nobody is left for the plan without advertiser');
is(run("SELECT days_counted FROM bi.pacing WHERE month = '2026-12-01'"), '0', 'a month to come');
is(run("SELECT days_counted, cardinality(days_missing), days_missing[1] FROM bi.pacing WHERE month = '2026-10-01'"), '7|24|2026-10-01', 'a month that the copy holds a part of');

# daily_report(): the plan of a campaign, day by day, in the account's currency.
my $plan = "SELECT plan, plan_used FROM adpipe.daily_report('ads.campaign', '2026-11-19') WHERE account_id = '2345678901' AND campaign_name = " . quote($brand);
is(run($plan), '|', 'the plan is of no advertiser: not this one');
run("INSERT INTO adpipe.plans (advertiser, month, campaign_pattern, amount, currency) VALUES ('Pacific', '2026-11-01', " . quote($brand) . ", 42570000, 'KRW')");
my $spend = run("SELECT sum(spend) FROM ads.campaign WHERE date_day = '2026-11-19' AND account_id = '2345678901' AND campaign_name = " . quote($brand));
is(run($plan =~ s/plan, plan_used/round(plan, 6), plan_used/r), run("SELECT 1000.000000, round($spend / 1000, 4)"), 'a plan of this campaign: a day of it, converted');
run("UPDATE adpipe.plans SET campaign_pattern = '%' WHERE advertiser = 'Pacific' AND month = '2026-11-01'");
is(run($plan), '|', 'a plan of several campaigns is the plan of none');

# Who sees which plan.
$node->safe_psql('postgres', <<'END');
CREATE ROLE analyst LOGIN;
CREATE ROLE outsider LOGIN;
GRANT USAGE ON SCHEMA ads, bi TO analyst, outsider;
GRANT SELECT ON ALL TABLES IN SCHEMA ads, bi TO analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA bi TO outsider;
END
my $analyst = session($node, user => 'analyst');
my $outsider = session($node, user => 'outsider');
my $seen = "SELECT advertiser, month, currency, accounts, days_counted, spent_to_date FROM bi.pacing WHERE advertiser <> '' ORDER BY 1, 2";
is($analyst->query($seen), run($seen), "a reader of the copy sees its owner's plans");
$node->safe_psql('postgres', <<'END');
ALTER TABLE ads.campaign ENABLE ROW LEVEL SECURITY;
CREATE POLICY granted ON ads.campaign FOR SELECT TO analyst USING (account_id = '1234567890');
INSERT INTO adpipe.account_grants VALUES ('analyst', 'google_ads', '1234567890', 'loader');
END
is($analyst->query('SELECT DISTINCT advertiser FROM bi.pacing'), 'Hanbit', 'with row-level security those of his advertisers');
is($analyst->query("SELECT spent_to_date FROM bi.pacing WHERE month = '2026-11-01'"), run("SELECT spent_to_date FROM bi.pacing WHERE advertiser = 'Hanbit' AND month = '2026-11-01'"), 'with the same numbers');
run("DELETE FROM adpipe.advertisers WHERE account_id = '2345678901'; UPDATE adpipe.advertisers SET advertiser = ''");
is($analyst->query('SELECT count(*) FROM bi.pacing'), '0', 'a plan of accounts that he sees a part of is not shown');
is($outsider->query('SELECT count(*) FROM adpipe.readable_plans'), '0', 'who reads no copy sees no plan');
is($outsider->query_error('SELECT * FROM bi.pacing')->{sqlstate}, '42501', 'nor the view');

$node->stop;
done_testing();
