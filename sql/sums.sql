-- Sums of what does not add up are refused while planning.  Sends nothing.
CREATE SERVER sums_meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '1234567890123456,2345678901234567');
CREATE SERVER sums_one FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '1234567890123456');
CREATE SERVER sums_google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '*', login_customer_id '9876543210');
CREATE SERVER sums_flyer FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id 'com.example.shop');
CREATE SCHEMA m;
CREATE SCHEMA one;
CREATE SCHEMA g;
CREATE SCHEMA f;
IMPORT FOREIGN SCHEMA reports FROM SERVER sums_meta INTO m;
IMPORT FOREIGN SCHEMA reports FROM SERVER sums_one INTO one;
IMPORT FOREIGN SCHEMA reports FROM SERVER sums_google INTO g;
IMPORT FOREIGN SCHEMA reports FROM SERVER sums_flyer INTO f;
CREATE FOREIGN TABLE g.shares (account_id text OPTIONS (field 'customer.id'), day date OPTIONS (field 'segments.date'),
	campaign text OPTIONS (field 'campaign.name'), type text OPTIONS (field 'segments.click_type'),
	clicks bigint OPTIONS (field 'metrics.clicks'), share float8 OPTIONS (field 'metrics.search_impression_share'),
	users bigint OPTIONS (field 'metrics.unique_users'), cpc numeric OPTIONS (field 'metrics.average_cpc'))
	SERVER sums_google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE m.nameless (date_day date OPTIONS (field 'date_start'), reach bigint, uniques bigint OPTIONS (field 'unique_outbound_clicks'))
	SERVER sums_meta OPTIONS (level 'campaign');
CREATE TABLE brands (campaign_id text, brand text);
CREATE TABLE weeks (day date, week int);
CREATE TABLE kept (LIKE m.campaign_daily);

-- What planning a statement comes to: its error, or ok
CREATE FUNCTION pg_temp.plan(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'EXPLAIN ' || statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.of(select_list text, table_name text, rest text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.plan(format('SELECT %s FROM %s t %s', select_list, table_name,
		CASE WHEN rest ~* 'where' THEN regexp_replace(rest, 'where', 'WHERE t.date_day >= ''2026-11-01'' AND', 'i')
			 ELSE 'WHERE t.date_day >= ''2026-11-01'' ' || rest END))
$$;

-- the message
EXPLAIN SELECT campaign_id, sum(reach) FROM m.campaign_daily WHERE date_day >= '2026-11-01' GROUP BY 1;
\echo :LAST_ERROR_SQLSTATE
EXPLAIN SELECT avg(frequency) FROM m.campaign_daily WHERE date_day >= '2026-11-01';
\echo :LAST_ERROR_SQLSTATE
SELECT sum(reach) FROM m.campaign_daily WHERE date_day >= '2026-11-01';
\echo :LAST_ERROR_SQLSTATE
SET adpipe.pushdown = off;
SELECT sum(reach) FROM m.campaign_daily WHERE date_day >= '2026-11-01';
\echo :LAST_ERROR_SQLSTATE
RESET adpipe.pushdown;

-- groups that keep the grain, and some that do not
SELECT rest, pg_temp.of('sum(reach)', 'm.campaign_daily', rest) FROM (VALUES
	('GROUP BY date_day, campaign_id'), ('GROUP BY date_day, campaign_name'), ('GROUP BY account_id, date_day, campaign_id, currency'),
	('GROUP BY campaign_id'), ('GROUP BY date_day'), ('GROUP BY date_day, account_id'), ('GROUP BY currency'),
	('WHERE date_day = ''2026-11-02'' GROUP BY campaign_id'), ('WHERE ''2026-11-02'' = date_day GROUP BY campaign_id'),
	('WHERE date_day < ''2026-11-02'' GROUP BY campaign_id'), ('WHERE date_day <= ''2026-11-02'' GROUP BY campaign_id'),
	('WHERE date_day BETWEEN ''2026-11-02'' AND ''2026-11-02'' GROUP BY campaign_id'),
	('WHERE date_day >= ''2026-11-02 00:00''::timestamp AND date_day < ''2026-11-03 00:00''::timestamp GROUP BY campaign_id'),
	('WHERE date_trunc(''day'', date_day) = ''2026-11-02'' GROUP BY campaign_id'),
	('WHERE date_trunc(''month'', date_day) = ''2026-11-01'' GROUP BY campaign_id'),
	('WHERE date_day = current_date - 1 GROUP BY campaign_id'), ('WHERE date_day >= current_date - 1 AND date_day < current_date GROUP BY campaign_id'),
	('WHERE date_day = (SELECT max(day) FROM weeks) GROUP BY campaign_id'),
	('WHERE date_day IN (SELECT day FROM weeks) GROUP BY campaign_id'),
	('WHERE date_day = ''2026-11-02'' AND campaign_id = ''12'''), ('WHERE date_day = ''2026-11-02'' AND campaign_id IN (''12'')'),
	('WHERE date_day = ''2026-11-02'' AND campaign_id IN (''12'', ''13'')'), ('WHERE date_day = ''2026-11-02'' AND campaign_name = ''Brand'''),
	('WHERE date_day = ''2026-11-02'' OR campaign_id = ''12'' GROUP BY campaign_id'),
	('GROUP BY date_day::timestamp, campaign_id::bigint'), ('GROUP BY date_trunc(''day'', date_day), campaign_id'),
	('GROUP BY date_trunc(''week'', date_day), campaign_id'), ('GROUP BY to_char(date_day, ''YYYY-MM-DD''), campaign_id'),
	('GROUP BY to_char(date_day, ''YYYY-MM''), campaign_id'), ('GROUP BY extract(year FROM date_day), campaign_id'),
	('GROUP BY date_day, coalesce(campaign_name, ''?'')'), ('GROUP BY date_day, campaign_name || '' '' || currency'),
	('GROUP BY date_day, split_part(campaign_name, ''_'', 1)'), ('GROUP BY date_day, left(campaign_id, 3)'),
	('GROUP BY (date_day, campaign_id)'), ('GROUP BY GROUPING SETS ((date_day, campaign_id), (campaign_id, date_day, currency))'),
	('GROUP BY GROUPING SETS ((date_day, campaign_id), (date_day))'), ('GROUP BY ROLLUP (date_day, campaign_id)'),
	('HAVING count(*) > 1'), ('WHERE false')
	) AS v (rest);
-- the same in aggregates of other clauses, and where nothing is known to be wrong
SELECT list, pg_temp.of(list, 'm.campaign_daily', 'GROUP BY campaign_id') FROM (VALUES
	('avg(reach)'), ('sum(frequency)'), ('avg(frequency)'), ('sum(DISTINCT reach)'), ('1 + 2 * sum(reach)'), ('sum(sum(reach)) OVER ()'),
	('sum(reach) FILTER (WHERE date_day = ''2026-11-02'')'), ('sum(reach) FILTER (WHERE date_day > ''2026-11-02'')'),
	('sum(reach) FILTER (WHERE date_day BETWEEN ''2026-11-02'' AND ''2026-11-02'' AND clicks > 0)'),
	('max(reach)'), ('count(reach)'), ('avg(reach + 0)'), ('sum(CASE WHEN date_day = ''2026-11-02'' THEN reach END)'),
	('sum(spend), avg(clicks), sum(impressions)'), ('sum(conversions), sum(conversions_value), avg(conversions)'),
	('adpipe.reach(reach)'), ('adpipe.frequency(impressions, reach)')
	) AS v (list);
SELECT pg_temp.of('campaign_id', 'm.campaign_daily', 'GROUP BY campaign_id HAVING sum(reach) > 5') AS having,
	   pg_temp.of('campaign_id', 'm.campaign_daily', 'GROUP BY campaign_id ORDER BY sum(reach)') AS order_by,
	   pg_temp.of('sum(reach) OVER (PARTITION BY campaign_id)', 'm.campaign_daily', '') AS window;

-- one account; a table's own account; breakdowns; objects of other levels
SELECT relation, list, rest, pg_temp.of(list, relation, rest) FROM (VALUES
	('one.account_daily', 'sum(reach)', 'GROUP BY date_day'), ('m.account_daily', 'sum(reach)', 'GROUP BY date_day'),
	('m.account_daily', 'sum(reach)', 'GROUP BY date_day, account_name'), ('m.account_daily', 'sum(reach)', 'WHERE account_id = ''1234567890123456'' GROUP BY date_day'),
	('m.ad_daily', 'sum(reach)', 'GROUP BY date_day, ad_id'), ('m.ad_daily', 'sum(reach)', 'GROUP BY date_day, adset_id'),
	('m.campaign_age_gender_daily', 'sum(reach)', 'GROUP BY date_day, campaign_id, age, gender'),
	('m.campaign_age_gender_daily', 'sum(reach)', 'GROUP BY date_day, campaign_id, age'),
	('m.campaign_age_gender_daily', 'sum(reach)', 'WHERE gender = ''male'' GROUP BY date_day, campaign_id, age'),
	('m.campaign_action_daily', 'sum(action_count)', 'GROUP BY action_type'), ('m.campaign_action_daily', 'sum(action_count)', 'WHERE action_type = ''link_click'''),
	('m.campaign_action_daily', 'sum(action_value)', 'GROUP BY date_day, campaign_id'),
	('m.account_country_action_daily', 'sum(action_count)', 'GROUP BY action_type'),
	('g.geo_daily', 'sum(clicks)', 'GROUP BY campaign_id'), ('g.geo_daily', 'sum(clicks)', 'WHERE location_type = ''AREA_OF_INTEREST'' GROUP BY campaign_id'),
	('g.geo_daily', 'sum(clicks)', 'GROUP BY location_type'), ('g.campaign_device_daily', 'sum(clicks), avg(spend)', 'GROUP BY device'),
	('f.partners_event_daily', 'sum(unique_users)', 'GROUP BY event_name'), ('f.partners_event_daily', 'sum(unique_users)', 'GROUP BY media_source'),
	('f.partners_event_daily', 'sum(event_count)', 'GROUP BY media_source'), ('f.partners_daily', 'sum(loyal_users)', ''),
	('f.installs', 'sum(event_revenue)', '')
	) AS v (relation, list, rest);
SELECT list, rest, pg_temp.plan(format('SELECT %s FROM g.shares WHERE day >= ''2026-11-01'' %s', list, rest)) FROM (VALUES
	('avg(share)', ''), ('avg(share)', 'GROUP BY day, campaign, type'), ('avg(cpc)', 'GROUP BY campaign'), ('sum(users)', 'GROUP BY day, type'),
	('sum(clicks)', 'GROUP BY campaign'), ('sum(clicks)', 'GROUP BY type')
	) AS v (list, rest);
-- a key without a column; a field that the catalogue does not have
SELECT pg_temp.of('sum(reach)', 'm.nameless', 'GROUP BY date_day'), pg_temp.of('sum(uniques)', 'm.nameless', '');

-- a range of one row per campaign, whatever days it has; months have several
CREATE FOREIGN TABLE m.flight (campaign_id text, period_start date OPTIONS (field 'adpipe.period_start') NOT NULL,
	period_end date OPTIONS (field 'adpipe.period_end') NOT NULL, reach bigint) SERVER sums_meta OPTIONS (level 'campaign', period 'all');
SELECT pg_temp.plan($$SELECT campaign_id, sum(reach) FROM m.flight WHERE period_start >= '2026-10-03' AND period_end <= '2026-11-11' GROUP BY 1$$) AS flight,
	   pg_temp.plan($$SELECT campaign_id, sum(reach) FROM m.campaign_monthly WHERE period_start >= '2026-10-01' GROUP BY 1$$) AS months,
	   pg_temp.plan($$SELECT campaign_id, sum(reach) FROM m.campaign_monthly WHERE period_start >= '2026-10-01' GROUP BY 1, period_end$$) AS by_month;

-- joins, subqueries, views, partitions, UNION ALL
SELECT pg_temp.plan($$SELECT b.brand, sum(t.reach) FROM m.campaign_daily t JOIN brands b USING (campaign_id) WHERE date_day = '2026-11-02' GROUP BY 1$$) AS brand,
	   pg_temp.plan($$SELECT b.campaign_id, sum(t.reach) FROM m.campaign_daily t JOIN brands b USING (campaign_id) WHERE date_day = '2026-11-02' GROUP BY 1$$) AS same_id,
	   pg_temp.plan($$SELECT w.day, sum(t.reach) FROM m.campaign_daily t JOIN weeks w ON w.day = t.date_day WHERE w.day >= '2026-11-01' GROUP BY 1, t.campaign_id$$) AS same_day,
	   pg_temp.plan($$SELECT w.week, sum(t.reach) FROM m.campaign_daily t JOIN weeks w ON w.day = t.date_day WHERE w.day >= '2026-11-01' GROUP BY 1, t.campaign_id$$) AS week;
CREATE VIEW live AS SELECT date_day AS d, campaign_id AS c, reach AS r FROM m.campaign_daily;
CREATE VIEW both_levels AS SELECT date_day, campaign_id AS id, reach, spend FROM m.campaign_daily UNION ALL SELECT date_day, adset_id, reach, spend FROM m.adset_daily;
CREATE TABLE parent (LIKE m.campaign_daily) PARTITION BY LIST (account_id);
ALTER TABLE parent ATTACH PARTITION one.campaign_daily FOR VALUES IN ('1234567890123456');
CREATE TABLE copies PARTITION OF parent FOR VALUES IN ('2345678901234567');
SELECT pg_temp.plan($$SELECT c, sum(r) FROM live WHERE d >= '2026-11-01' GROUP BY 1$$) AS view,
	   pg_temp.plan($$SELECT c, sum(r) FROM live WHERE d >= '2026-11-01' GROUP BY 1, d$$) AS view_kept,
	   pg_temp.plan($$SELECT sum(r) FROM (SELECT c, r FROM live WHERE d = '2026-11-02' LIMIT 5) AS s$$) AS above_a_limit,
	   pg_temp.plan($$SELECT sum(reach) FROM both_levels WHERE date_day = '2026-11-02'$$) AS union_all,
	   pg_temp.plan($$SELECT id, sum(reach) FROM both_levels WHERE date_day >= '2026-11-02' GROUP BY 1, date_day$$) AS union_kept,
	   pg_temp.plan($$SELECT sum(spend) FROM both_levels WHERE date_day >= '2026-11-02'$$) AS union_spend;
SELECT pg_temp.plan($$SELECT campaign_id, sum(reach) FROM parent WHERE date_day >= '2026-11-01' GROUP BY 1$$) AS parent,
	   pg_temp.plan($$SELECT campaign_id, sum(reach) FROM parent WHERE date_day >= '2026-11-01' GROUP BY 1, date_day$$) AS parent_kept,
	   pg_temp.plan($$SELECT campaign_id, sum(reach) FROM parent WHERE account_id = '2345678901234567' GROUP BY 1$$) AS other_partition,
	   pg_temp.plan($$SELECT (SELECT sum(reach) FROM m.campaign_daily t WHERE t.date_day = w.day AND t.campaign_id = '12') FROM weeks w$$) AS correlated,
	   pg_temp.plan($$SELECT (SELECT sum(reach) FROM m.campaign_daily t WHERE t.date_day = w.day) FROM weeks w$$) AS correlated_day;
-- a prepared statement, whose day is a parameter; copies of the rows
PREPARE of_day(date) AS SELECT campaign_id, sum(reach) FROM m.campaign_daily WHERE date_day = $1 GROUP BY 1;
SET plan_cache_mode = force_generic_plan;
SELECT pg_temp.plan($$EXECUTE of_day('2026-11-02')$$);
RESET plan_cache_mode;
SELECT pg_temp.plan('SELECT sum(reach), avg(frequency) FROM kept');

SET client_min_messages = warning;
DROP SERVER sums_meta, sums_one, sums_google, sums_flyer CASCADE;
DROP TABLE brands, weeks, kept, parent, copies CASCADE;
DROP SCHEMA m, one, g, f;
