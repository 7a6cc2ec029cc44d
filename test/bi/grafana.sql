-- Grafana: its PostgreSQL data source, whose macros write the range as text

-- connect: is the server there
-- rows 1
-- types integer
SELECT 1;

-- connect: version of the server
-- rows 1
-- types integer
SELECT current_setting('server_version_num')::int / 100;

-- sync: relations of the query builder
-- lists copies, views
-- types text, text
SELECT quote_ident(table_schema), quote_ident(table_name) FROM information_schema.tables WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog') AND table_schema !~ '^adpipe' ORDER BY 1, 2;

-- sync: columns of a relation
-- rows any
-- types text, character varying
SELECT quote_ident(column_name) AS column, data_type AS type FROM information_schema.columns WHERE quote_ident(table_schema) = ':schema' AND quote_ident(table_name) = ':name';

-- preview: a new panel
-- any rows
-- rows 50
-- types date, bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 1
SELECT date_day AS time, clicks FROM :table LIMIT 50;

-- filter values: a variable
-- rows 24
-- types text
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT DISTINCT campaign_name FROM :table ORDER BY 1;

-- filter values: a variable within the dashboard's range
-- rows 43
-- types text, text
-- live 6
-- meta 2
-- appsflyer 2
SELECT DISTINCT campaign_name AS __text, campaign_id AS __value FROM :table WHERE date_day BETWEEN '2026-10-01T00:00:00Z' AND '2026-10-31T23:59:59Z' ORDER BY 1, 2;

-- chart: $__timeFilter, one series
-- rows 31
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT date_day AS "time", sum(clicks) AS clicks FROM :table WHERE date_day BETWEEN '2026-10-01T00:00:00Z' AND '2026-10-31T23:59:59.999Z' GROUP BY 1 ORDER BY 1;

-- chart: $__timeFilter on a day made a time in the dashboard's zone
-- set timezone = 'Asia/Seoul'
-- rows 31
-- types timestamp with time zone, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT date_day::timestamptz AS "time", sum(clicks) AS clicks FROM :table WHERE date_day::timestamptz BETWEEN '2026-10-01T00:00:00+09:00' AND '2026-10-31T23:59:59+09:00' GROUP BY 1 ORDER BY 1;

-- chart: $__timeGroup by week
-- rows 5
-- types numeric, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT floor(extract(epoch from date_day) / 604800) * 604800 AS "time", sum(clicks) AS clicks FROM :table WHERE date_day BETWEEN '2026-10-01T00:00:00Z' AND '2026-10-31T23:59:59Z' GROUP BY 1 ORDER BY 1;

-- chart: $__timeGroup by month, a series for each account
-- rows 20
-- types numeric, text, numeric
-- live 6
-- meta 7
-- appsflyer 2
SELECT floor(extract(epoch from date_day) / 2592000) * 2592000 AS "time", account_name AS metric, sum(clicks) AS clicks FROM :table WHERE date_day BETWEEN '2026-08-01T00:00:00Z' AND '2026-10-31T23:59:59Z' GROUP BY 1, 2 ORDER BY 1, 2;

-- chart: $__unixEpochFilter on the day
-- rows 30
-- types numeric, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT extract(epoch from date_day) AS "time", sum(clicks) AS clicks FROM :table WHERE extract(epoch from date_day) >= 1790812800 AND extract(epoch from date_day) <= 1793404799 GROUP BY 1 ORDER BY 1;

-- chart: $__timeFrom and $__timeTo
-- rows 15
-- types timestamp with time zone, text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT date_trunc('month', date_day) AS "time", currency AS metric, sum(spend) AS spend FROM :table WHERE date_day >= '2026-08-01T00:00:00Z' AND date_day < '2026-11-01T00:00:00Z' GROUP BY 1, 2 ORDER BY 1, 2;

-- chart: a variable with several values
-- rows 31
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT date_day AS "time", sum(clicks) AS clicks FROM :table WHERE campaign_name IN ('Brand', 'Prospecting') AND date_day BETWEEN '2026-10-01T00:00:00Z' AND '2026-10-31T23:59:59Z' GROUP BY 1 ORDER BY 1;

-- chart: the largest, a table
-- rows 5
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT campaign_name, sum(clicks) AS clicks FROM :table WHERE date_day BETWEEN '2026-10-01T00:00:00Z' AND '2026-10-31T23:59:59Z' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;

-- chart: a quarter, as the panel's own range
-- rows 2
-- types timestamp with time zone, numeric
-- live 6
-- meta 8
-- appsflyer 2
SELECT date_trunc('quarter', date_day) AS "time", sum(impressions) AS impressions FROM :table WHERE date_day BETWEEN '2026-08-01T00:00:00Z' AND '2026-11-19T23:59:59Z' GROUP BY 1 ORDER BY 1;

-- chart: the last 30 days, by the server's clock
-- clock now
-- rows 29
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
-- rows any
SELECT date_day AS "time", sum(clicks) AS clicks FROM :table WHERE date_day >= now() - interval '30 days' AND date_day < current_date GROUP BY 1 ORDER BY 1;

-- chart: an alert, the spend of yesterday
-- clock now
-- rows 5
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
-- rows any
SELECT account_name, sum(clicks) FROM :table WHERE date_day = current_date - 1 GROUP BY 1 ORDER BY 1;

-- chart: no $__timeFilter
-- rows 113
-- types date, numeric
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT date_day AS "time", sum(clicks) AS clicks FROM :table GROUP BY 1 ORDER BY 1;
