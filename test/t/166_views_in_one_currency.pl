# campaign_report_in() and its like: money converted day by day with the rates of the
# owner of the copies, whoever reads; a rate that is missing is an error.  The rates
# come out of a file of the European Central Bank as doc/report_views.md says.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '1234567890,2345678901,4567890123' });
at('2026-11-20T12:00:00Z');
$node->safe_psql('postgres', "CREATE SCHEMA bi AUTHORIZATION loader; ALTER ROLE loader SET datestyle = 'ISO'; GRANT pg_read_server_files TO loader");
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-02'); SELECT adpipe.materialize('google.account_daily', 'ads.account', '2026-11-02')");
run("CALL adpipe.refresh('ads.campaign', '2026-11-02', '2026-11-19')");
run("CALL adpipe.refresh('ads.account', '2026-11-02', '2026-11-19')");
run("SELECT adpipe.create_report_views('bi')");
is(run('SELECT string_agg(DISTINCT currency, $$,$$) FROM bi.campaign_report'), 'EUR,KRW,USD', 'copies in three currencies');

sub state_of
{
	my ($sql) = @_;
	return sql_error($node, $sql, extra_params => [ '-U', 'loader' ]);
}

# No rates.
my $error = state_of("SELECT * FROM bi.campaign_report_in('KRW') WHERE date_day = '2026-11-10'");
is($error->{sqlstate}, 'P0002', 'no rates: refused');
like($error->{message}, qr/^no rate from (USD|EUR) to KRW on 2026-11-10$/, 'the pair and the day are named');
like($error->{detail}, qr/owner "loader"/, 'and the owner');
like($error->{hint}, qr/INSERT INTO adpipe\.fx_rates .*'2026-11-10', '(USD|EUR)', 'KRW'/, 'and what to do');
is(run("SELECT count(*) > 0, bool_and(currency = 'KRW') FROM bi.campaign_report_in('KRW') WHERE account_id = '1234567890'"), 't|t', 'the same currency needs none');

# The bank's file, by the statements of the page.
my $page = slurp_file('doc/report_views.md');
my ($copy) = $page =~ /^(CREATE TEMP TABLE ecb.*?COPY ecb.*?;)$/ms;
my ($insert) = $page =~ /^(WITH lines AS.*?rate = excluded\.rate;)$/ms;
my $file = PostgreSQL::Test::Utils::tempdir() . '/eurofxref-hist.csv';
chmod 0755, $file =~ s{/[^/]*$}{}r;
# 7, 8, 14 and 15 November are a weekend, the 11th is a holiday here.
my @days = grep { !/^2026-11-(0[1278]|11|14|15)$/ } map { sprintf '2026-11-%02d', $_ } reverse 1 .. 19;
append_to_file($file, join '', map { "$_\n" } 'Date,USD,JPY,KRW,RUB,', map { my ($d) = /(\d\d)$/; "$_,1.${d}5,180.${d},17$d.25,N/A," } @days);
$copy =~ s{/tmp/eurofxref-hist\.csv}{$file};
is(run("SET adpipe.debug_now = '2026-11-20'; $copy $insert SELECT count(*) FROM ecb"), scalar(@days) + 1, 'one COPY loads the file, one INSERT shapes it');
is(run("SELECT rate FROM adpipe.fx_rates WHERE day = '2026-11-08' AND to_currency = 'USD'"), '1.065', 'a weekend has the rate before it');
is(run("SELECT rate FROM adpipe.fx_rates WHERE day = '2026-11-11' AND to_currency = 'KRW'"), '1710.25', 'so has a holiday');
is(run("SELECT count(*) FILTER (WHERE to_currency = 'RUB'), count(*) FILTER (WHERE day > '2026-11-23'), min(day) FROM adpipe.fx_rates"), '0|0|2026-11-03', 'N/A is no rate, and the last one holds for four days more at most');
is(run("SET adpipe.debug_now = '2026-11-20'; $copy $insert SELECT count(*) FROM adpipe.fx_rates"), run('SELECT count(*) FROM adpipe.fx_rates'), 'loaded again: the same');

# Every row equals the amount by hand.
is(run(<<'END'), '0|t', 'each row is converted with the rate of its day');
SELECT count(*) FILTER (WHERE abs(c.spend - h.spend) > 0.000001 OR abs(c.conversions_value - h.value) > 0.000001 OR c.currency <> 'KRW'), count(*) > 100
FROM bi.campaign_report_in('KRW') c
JOIN (SELECT r.campaign_id, r.date_day, r.spend * f.rate AS spend, r.conversions_value * f.rate AS value
      FROM bi.campaign_report r
      CROSS JOIN LATERAL (SELECT CASE r.currency WHEN 'KRW' THEN 1 ELSE
              (SELECT k.rate FROM adpipe.fx_rates k WHERE k.day = r.date_day AND k.to_currency = 'KRW')
              / CASE r.currency WHEN 'EUR' THEN 1 ELSE (SELECT u.rate FROM adpipe.fx_rates u WHERE u.day = r.date_day AND u.to_currency = 'USD') END END) f (rate)
      WHERE r.date_day >= '2026-11-03') h USING (campaign_id, date_day)
WHERE c.date_day >= '2026-11-03'
END
is(run("SELECT (SELECT round(sum(spend), 6) FROM bi.campaign_report_week_in('USD') WHERE date_week >= '2026-11-09'), (SELECT round(sum(spend), 6) FROM bi.campaign_report_month_in('USD') WHERE account_id = '2345678901')"),
	run("SELECT (SELECT round(sum(spend), 6) FROM bi.campaign_report_in('USD') WHERE date_day >= '2026-11-09'), (SELECT round(sum(spend), 6) FROM bi.campaign_report WHERE account_id = '2345678901')"), 'weeks and months are sums of converted days');
is(run("SELECT adpipe.roas(conversions_value, spend, currency) IS NOT NULL FROM bi.campaign_report_in('EUR') WHERE date_day >= '2026-11-03'"), 't', 'one ROAS over all currencies');
is(state_of("SELECT sum(spend) FROM bi.campaign_report_in('KRW')")->{message} =~ /on 2026-11-02$/ ? 1 : 0, 1, 'a day before the file is refused');
is(run("SELECT count(*) > 0 FROM bi.campaign_report_in('KRW') WHERE date_day > '2026-11-02'"), 't', 'days that are not asked for need no rate');
is(state_of("SELECT sum(spend) FROM bi.campaign_report_in('won')")->{sqlstate}, '22023', 'no code of a currency');

# A reader has the rates of the owner, not his own, and cannot change or see those of
# owners whose copies he does not read.
$node->safe_psql('postgres', <<'END');
CREATE ROLE analyst LOGIN;
CREATE ROLE outsider LOGIN;
GRANT USAGE ON SCHEMA ads, bi TO analyst, outsider;
GRANT SELECT ON ALL TABLES IN SCHEMA ads, bi TO analyst;
GRANT SELECT, INSERT ON adpipe.fx_rates TO analyst;
END
my $analyst = session($node, user => 'analyst');
$analyst->query("INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) SELECT d::date, 'USD', 'KRW', 1 FROM generate_series(timestamp '2026-11-01', '2026-11-20', '1 day') d");
my $sum = "SELECT round(sum(spend), 6) FROM bi.campaign_report_in('KRW') WHERE date_day > '2026-11-02'";
is($analyst->query($sum), run($sum), 'a reader sees what the owner sees, whatever his own rates are');
is($analyst->query("SELECT adpipe.convert(1, 'USD', '2026-11-10', 'KRW')"), '1', 'his own conversions have his own rates');
isnt($analyst->query("SELECT adpipe.convert(1, 'USD', '2026-11-10', 'KRW', 'loader')"), '1', 'or those of an owner whose copies he reads');
is($analyst->query("SELECT DISTINCT owner FROM adpipe.fx_rates"), 'analyst', 'which he neither sees in the view nor changes');
my $outsider = session($node, user => 'outsider');
is($outsider->query_error("SELECT adpipe.convert(1, 'USD', '2026-11-10', 'KRW', 'loader')")->{sqlstate}, 'P0002', 'who reads no copy has no rates of its owner');
is($outsider->query_error("SELECT * FROM bi.campaign_report_in('KRW')")->{sqlstate}, '42501', 'and reads nothing through the function');

# Rates and views come through a dump.
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
my $rates = run('SELECT count(*), sum(rate) FROM adpipe.fx_rates');
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE other TEMPLATE template0');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('other'), '-f', $dump ], 'restored');
is($node->safe_psql('other', "SET ROLE loader; SELECT count(*), sum(rate) FROM adpipe.fx_rates"), $rates, 'rates are there');
is($node->safe_psql('other', "SET ROLE loader; $sum"), run($sum), 'and the views with them');

$node->stop;
done_testing();
