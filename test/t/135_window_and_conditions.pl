# Option unbounded 'window' is for previews.  A statement that looks at the day
# in any expression, at any level, without a lower bound that the scan can use,
# is an error and no short number.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
google_server($node, $sim, options => { customer_id => '1234567890', unbounded => 'window' });
meta_server($node, $sim, options => { unbounded => 'window' });
appsflyer_server($node, $sim, options => { unbounded => 'window' });
$sim->clock($now);
my $session = session($node);
$session->query(<<"END");
SET adpipe.debug_now = '$now';
CREATE TABLE days(d date, at timestamp);
INSERT INTO days VALUES ('2026-10-03', '2026-10-03'), ('2026-11-05', '2026-11-05');
ANALYZE days;
CREATE VIEW daily AS SELECT date_day, campaign_id, clicks FROM google.campaign_daily;
CREATE VIEW summed AS SELECT date_day AS day, sum(clicks) AS clicks FROM google.campaign_daily GROUP BY 1;
CREATE VIEW ranked AS SELECT date_day AS day, clicks, row_number() OVER (ORDER BY clicks) AS n FROM google.campaign_daily;
CREATE VIEW barrier WITH (security_barrier) AS SELECT date_day, clicks FROM google.campaign_daily;
CREATE VIEW both_platforms AS
  SELECT date_day, clicks FROM google.campaign_daily UNION ALL SELECT date_day, clicks FROM meta.campaign_daily;
CREATE TABLE parts(LIKE google.account_daily) PARTITION BY LIST (account_id);
CREATE FOREIGN TABLE part PARTITION OF parts FOR VALUES IN ('1234567890') SERVER google OPTIONS (resource 'customer');
CREATE FUNCTION of_month(text) RETURNS TABLE (d date, c bigint) LANGUAGE sql STABLE AS
  'SELECT date_day, clicks FROM google.campaign_daily WHERE to_char(date_day, ''TMMonth'') = \$1';
END
# Columns of a partition have to know their fields.
$session->query(join ';', map {
	my ($name, $field) = split /=/;
	"ALTER FOREIGN TABLE part ALTER COLUMN $name OPTIONS (ADD field '$field')" }
  split /\n/, $session->query(<<'END'));
SELECT a.attname || '=' || o.option_value FROM pg_attribute a, pg_options_to_table(a.attfdwoptions) o
WHERE a.attrelid = 'google.account_daily'::regclass AND o.option_name = 'field' ORDER BY a.attnum
END

# Ways to look at the day that give the scan no lower bound.
my @used = (
	"SELECT sum(clicks) FROM google.campaign_daily WHERE date_day < '2026-10-01'",
	"SELECT sum(clicks) FROM google.campaign_daily WHERE date_day <= '2026-11-05'",
	"SELECT sum(clicks) FROM google.campaign_daily WHERE date_day <> '2026-11-05'",
	"SELECT sum(clicks) FROM google.campaign_daily WHERE date_day >= '2026-11-05' OR clicks > 10",
	"SELECT sum(clicks) FROM google.campaign_daily WHERE extract(month FROM date_day) = 10",
	"SELECT sum(clicks) FROM google.campaign_daily WHERE to_char(date_day, 'MM-YYYY') = '10-2026'",
	"SELECT sum(clicks) FROM google.campaign_daily WHERE date_day IS NOT NULL",
	"SELECT sum(clicks) FILTER (WHERE date_day >= '2026-10-01') FROM google.campaign_daily",
	"SELECT sum(CASE WHEN date_day >= '2026-10-01' THEN clicks END) FROM google.campaign_daily",
	"SELECT min(date_day) FROM google.campaign_daily",
	"SELECT count(DISTINCT date_day) FROM google.campaign_daily",
	"SELECT date_trunc('month', date_day), sum(clicks) FROM google.campaign_daily GROUP BY 1",
	"SELECT date_day, sum(clicks) FROM google.campaign_daily GROUP BY 1 HAVING date_day < '2026-10-01'",
	"SELECT sum(clicks) FROM google.campaign_daily GROUP BY date_day HAVING max(date_day) < '2026-10-01'",
	"SELECT clicks FROM google.campaign_daily ORDER BY date_day - date '2026-10-01' LIMIT 1",
	"SELECT first_value(clicks) OVER (ORDER BY date_day) FROM google.campaign_daily",
	"SELECT sum(clicks) OVER (PARTITION BY date_day) FROM google.campaign_daily",
	"SELECT t.clicks FROM google.campaign_daily t LEFT JOIN days ON d = date_day",
	"SELECT a.clicks FROM google.campaign_daily a JOIN google.account_daily b USING (account_id, date_day)",
	"SELECT * FROM days FULL JOIN (SELECT date_day AS d, clicks FROM google.campaign_daily) t USING (d)",
	"SELECT clicks FROM google.campaign_daily t WHERE NOT EXISTS (SELECT FROM days WHERE d = t.date_day)",
	"SELECT clicks FROM google.campaign_daily t WHERE date_day NOT IN (SELECT d FROM days)",
	"SELECT * FROM days WHERE d NOT IN (SELECT date_day FROM google.campaign_daily)",
	"SELECT * FROM days WHERE d >= ALL (SELECT date_day FROM google.campaign_daily)",
	"SELECT * FROM days WHERE d = (SELECT date_day FROM google.campaign_daily ORDER BY clicks LIMIT 1)",
	"SELECT * FROM days WHERE d = ANY (ARRAY(SELECT date_day FROM google.campaign_daily))",
	"SELECT d, (SELECT sum(clicks) FROM google.campaign_daily WHERE date_day < d) FROM days",
	"SELECT d, s FROM days, LATERAL (SELECT sum(clicks) AS s FROM google.campaign_daily WHERE date_day < d) x",
	"SELECT (SELECT at FROM days WHERE d = t.date_day) FROM google.campaign_daily t",
	"SELECT x.* FROM google.campaign_daily t, LATERAL (SELECT at FROM days WHERE d < t.date_day LIMIT 1) x",
	"SELECT g FROM google.campaign_daily t, LATERAL generate_series(t.date_day, t.date_day + 1, interval '1 day') g",
	"SELECT sum(clicks) FROM daily WHERE date_day < '2026-10-01'",
	"SELECT sum(clicks) FROM summed WHERE day < '2026-10-01'",
	"SELECT sum(clicks) FROM ranked WHERE day < '2026-10-01'",
	"SELECT sum(clicks) FROM ranked WHERE day >= '2026-10-01'",
	"SELECT sum(clicks) FROM barrier WHERE date_day < '2026-10-01'",
	"SELECT sum(clicks) FROM both_platforms WHERE date_day < '2026-10-01'",
	"SELECT sum(clicks) FROM (SELECT * FROM both_platforms OFFSET 0) u WHERE date_day >= '2026-10-01'",
	"SELECT sum(clicks) FROM (SELECT date_day, clicks FROM google.campaign_daily UNION SELECT d, 0 FROM days) u WHERE date_day < '2026-10-01'",
	"SELECT sum(clicks) FROM (SELECT date_day AS x, clicks FROM google.campaign_daily LIMIT 1000) s WHERE x >= '2026-10-01'",
	"SELECT sum(c) FROM (SELECT x AS y, c FROM (SELECT date_day AS x, clicks AS c FROM google.campaign_daily OFFSET 0) a OFFSET 0) b WHERE y >= '2026-10-01'",
	"WITH t AS MATERIALIZED (SELECT date_day, clicks FROM google.campaign_daily) SELECT sum(clicks) FROM t WHERE date_day >= '2026-10-01'",
	"WITH t AS (SELECT date_day, clicks FROM google.campaign_daily) SELECT sum(clicks) FROM t WHERE date_day < '2026-10-01'",
	"WITH t AS (SELECT date_day, clicks FROM google.campaign_daily) SELECT (SELECT sum(clicks) FROM t), (SELECT sum(clicks) FROM t WHERE date_day >= '2026-10-01')",
	"WITH RECURSIVE t AS (SELECT date_day, clicks, 1 AS n FROM google.campaign_daily UNION ALL SELECT date_day, clicks, n + 1 FROM t WHERE n < 2) SELECT sum(clicks) FROM t WHERE date_day >= '2026-10-01'",
	"SELECT date_day FROM google.campaign_daily EXCEPT SELECT d FROM days",
	"SELECT d FROM days INTERSECT SELECT date_day FROM google.campaign_daily",
	"SELECT count(*) FROM google.campaign_daily t WHERE (t).date_day < '2026-10-01'",
	"SELECT to_jsonb(t) FROM google.campaign_daily t",
	"SELECT sum(clicks) FROM parts WHERE date_day < '2026-10-01'",
	"SELECT sum(clicks) FROM (SELECT date_day, clicks FROM parts OFFSET 0) p WHERE date_day >= '2026-10-01'",
	"SELECT sum(c) FROM of_month('October')",
	"INSERT INTO days SELECT d, date_day FROM google.campaign_daily, days",
	"SELECT sum(clicks) FROM meta.campaign_daily WHERE date_day < '2026-10-01'",
	"SELECT sum(clicks) FROM meta.campaign_daily m LEFT JOIN days ON d = date_day",
	"SELECT sum(clicks) FROM flyer.partners_daily WHERE date_day <= '2026-10-01'",
	"SELECT sum(clicks) FILTER (WHERE date_day < '2026-10-01') FROM flyer.partners_daily");
# An inner join is answered by asking day by day, so its path has to be out of
# reach where it is not the point.
$session->query('SET enable_nestloop = off');
for my $sql (@used)
{
	my ($out, $error) = $session->try($sql);
	is($error && $error->{sqlstate}, 'HV002', $sql) or diag($error ? $error->{message} : $out);
	unlike(($error->{hint} // ''), qr/window/, 'and the hint offers no window');
	like(($error->{detail} // ''), qr/window, which applies only/, 'and the detail says why');
}
$session->query('RESET enable_nestloop');

# Prepared: the plan is kept, the value comes later.
for my $mode ('force_generic_plan', 'force_custom_plan')
{
	$session->query("SET plan_cache_mode = $mode");
	$session->query('PREPARE p(date) AS SELECT sum(clicks) FROM google.campaign_daily WHERE date_day >= $1');
	like($session->query("EXECUTE p('2026-10-01')"), qr/^\d+$/, "$mode: a parameter is a bound");
	is($session->query_error("EXECUTE p('-infinity')")->{sqlstate}, 'HV002', "$mode: unless it is none");
	$session->query('DEALLOCATE p');
}
$session->query('RESET plan_cache_mode');

# Previews: the day is shown, grouped and sorted by.
for my $sql (
	"SELECT * FROM google.campaign_daily LIMIT 200",
	"SELECT date_day, sum(clicks) FROM google.campaign_daily GROUP BY date_day ORDER BY date_day",
	"SELECT date_day AS day, campaign_id, sum(clicks) FROM google.campaign_daily GROUP BY 1, 2 ORDER BY 1 DESC NULLS LAST",
	"SELECT DISTINCT date_day FROM google.campaign_daily",
	"SELECT count(*) FROM google.campaign_daily",
	"SELECT max(clicks) FROM google.campaign_daily WHERE clicks > 10",
	"SELECT clicks FROM google.campaign_daily WHERE campaign_id IN (SELECT campaign_id FROM google.campaigns)",
	"SELECT * FROM (SELECT * FROM google.campaign_daily) AS subquery LIMIT 10",
	"SELECT * FROM daily LIMIT 10",
	"SELECT day, clicks FROM summed ORDER BY day",
	"SELECT day FROM ranked ORDER BY clicks LIMIT 3",
	"SELECT * FROM both_platforms LIMIT 10",
	"SELECT date_day FROM google.campaign_daily UNION SELECT d FROM days ORDER BY 1",
	"WITH t AS MATERIALIZED (SELECT date_day, clicks FROM google.campaign_daily) SELECT date_day, sum(clicks) FROM t GROUP BY 1",
	"SELECT * FROM parts LIMIT 10",
	"SELECT d FROM days WHERE EXISTS (SELECT date_day FROM google.campaign_daily)",
	"SELECT t FROM google.campaign_daily t LIMIT 3",
	"SELECT * FROM days CROSS JOIN google.account_daily",
	"SELECT clicks FROM google.account_daily, days WHERE d < '2026-10-05'",
	"SELECT * FROM meta.campaign_daily LIMIT 10",
	"SELECT date_day, sum(clicks) FROM flyer.partners_daily GROUP BY 1")
{
	my ($out, $error) = $session->try($sql);
	is($error && $error->{message}, undef, "$sql: a window");
	like($session->messages, qr/NOTICE: .*last 30 days/, 'with a notice');
}

# A condition that is a bound is as good under window as without.
is($session->query("SELECT min(date_day) FROM google.campaign_daily WHERE date_day >= '2026-10-02'"), '2026-10-02', 'a bound reaches beyond the window');
unlike($session->messages, qr/NOTICE/, 'without a notice');
is($session->query("SELECT count(DISTINCT date_day) FROM days JOIN google.campaign_daily ON date_day = d"), 2, 'a join that can ask day by day does');
unlike($session->messages, qr/NOTICE/, 'without a notice');
like($session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM google.campaign_daily WHERE date_day < '2026-10-01'"), qr/\$missing/, 'EXPLAIN shows that the bound is missing');
like($session->query('EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM google.campaign_daily'), qr/\$today - 29/, 'and that there is a window');

# Without the option the hint names the window only where it would be one.
$session->query("ALTER SERVER google OPTIONS (DROP unbounded)");
like($session->query_error('SELECT * FROM google.campaign_daily LIMIT 5')->{hint}, qr/window or allow/, 'error: a preview may have a window');
unlike($session->query_error("SELECT sum(clicks) FROM google.campaign_daily WHERE date_day < '2026-10-01'")->{hint}, qr/window/, 'error: a condition may not');

done_testing();
