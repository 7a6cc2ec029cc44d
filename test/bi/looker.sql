-- Looker: LookML's PostgreSQL dialect, through JDBC

-- connect: is the server there
-- rows 1
-- types integer
SELECT 1;

-- connect: may temporary tables be made
-- rows any
-- types boolean, boolean
SELECT has_database_privilege(current_database(), 'TEMPORARY'), has_schema_privilege('pg_catalog', 'USAGE');

-- sync: relations of SQL Runner
-- lists copies, views
-- types name, name
SELECT table_schema, table_name FROM information_schema.tables WHERE table_type IN ('BASE TABLE', 'VIEW', 'FOREIGN') AND table_schema NOT IN ('pg_catalog', 'information_schema') AND table_schema !~ '^adpipe' ORDER BY 1, 2;

-- sync: columns for a generated view
-- rows any
-- types name, character varying, integer
SELECT column_name, data_type, ordinal_position FROM information_schema.columns WHERE table_schema = ':schema' AND table_name = ':name' ORDER BY 3;

-- preview: SQL Runner
-- any rows
-- rows 10
-- types *
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 1
SELECT * FROM :table LIMIT 10;

-- filter values: suggestions
-- rows 24
-- types text
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT DISTINCT campaign_daily.campaign_name AS "campaign_daily.campaign_name" FROM :table AS campaign_daily WHERE (1 = 1) GROUP BY 1 ORDER BY 1 FETCH NEXT 1000 ROWS ONLY;

-- filter values: suggestions of an explore that always filters
-- rows 3
-- types text
-- live 6
-- meta 2
-- appsflyer 2
SELECT DISTINCT campaign_daily.campaign_name AS "campaign_daily.campaign_name" FROM :table AS campaign_daily WHERE ((campaign_daily.date_day) >= (DATE '2026-10-01')) AND (campaign_daily.campaign_name ILIKE '%rand%') GROUP BY 1 ORDER BY 1 FETCH NEXT 1000 ROWS ONLY;

-- chart: a sum by day, the last 7 days
-- clock now
-- rows 7
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
-- rows any
SELECT (DATE(campaign_daily.date_day)) AS "campaign_daily.date_date", COALESCE(SUM(campaign_daily.clicks), 0) AS "campaign_daily.clicks" FROM :table AS campaign_daily WHERE ((((campaign_daily.date_day) >= ((SELECT (DATE_TRUNC('day', CURRENT_TIMESTAMP AT TIME ZONE 'Asia/Seoul') + (-6 || ' day')::INTERVAL)))) AND (campaign_daily.date_day) < ((SELECT ((DATE_TRUNC('day', CURRENT_TIMESTAMP AT TIME ZONE 'Asia/Seoul') + (-6 || ' day')::INTERVAL) + (7 || ' day')::INTERVAL))))) GROUP BY 1 ORDER BY 1 DESC FETCH NEXT 500 ROWS ONLY;

-- chart: this month
-- clock now
-- rows 24
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
-- rows any
SELECT campaign_daily.campaign_name AS "campaign_daily.campaign_name", COALESCE(SUM(campaign_daily.clicks), 0) AS "campaign_daily.clicks" FROM :table AS campaign_daily WHERE ((campaign_daily.date_day >= (SELECT DATE(DATE_TRUNC('month', DATE_TRUNC('day', CURRENT_TIMESTAMP AT TIME ZONE 'UTC')))))) GROUP BY 1 ORDER BY 2 DESC, 1 FETCH NEXT 500 ROWS ONLY;

-- chart: a sum by month, as text
-- rows 3
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT (TO_CHAR(DATE_TRUNC('month', campaign_daily.date_day), 'YYYY-MM')) AS "campaign_daily.date_month", COALESCE(SUM(campaign_daily.clicks), 0) AS "campaign_daily.clicks" FROM :table AS campaign_daily WHERE ((campaign_daily.date_day) >= (TIMESTAMP '2026-08-01') AND (campaign_daily.date_day) < (TIMESTAMP '2026-11-01')) GROUP BY DATE_TRUNC('month', campaign_daily.date_day) ORDER BY 1 DESC FETCH NEXT 500 ROWS ONLY;

-- chart: a month picked by its text
-- rows 5
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT campaign_daily.account_name AS "campaign_daily.account_name", COALESCE(SUM(campaign_daily.clicks), 0) AS "campaign_daily.clicks" FROM :table AS campaign_daily WHERE (TO_CHAR(DATE_TRUNC('month', campaign_daily.date_day), 'YYYY-MM')) = '2026-10' GROUP BY 1 ORDER BY 1 FETCH NEXT 500 ROWS ONLY;

-- chart: a sum by week, which begins on Monday
-- rows 4
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT (TO_CHAR(DATE_TRUNC('week', campaign_daily.date_day), 'YYYY-MM-DD')) AS "campaign_daily.date_week", COALESCE(SUM(campaign_daily.clicks), 0) AS "campaign_daily.clicks" FROM :table AS campaign_daily WHERE ((campaign_daily.date_day) >= (DATE '2026-10-05') AND (campaign_daily.date_day) < (DATE '2026-11-02')) GROUP BY DATE_TRUNC('week', campaign_daily.date_day) ORDER BY 1 DESC FETCH NEXT 500 ROWS ONLY;

-- chart: a sum by quarter
-- rows 2
-- types text, numeric
-- live 6
-- meta 8
-- appsflyer 2
SELECT (TO_CHAR(DATE_TRUNC('month', DATE_TRUNC('quarter', campaign_daily.date_day)), 'YYYY-MM')) AS "campaign_daily.date_quarter", COALESCE(SUM(campaign_daily.impressions), 0) AS "campaign_daily.impressions" FROM :table AS campaign_daily WHERE ((campaign_daily.date_day) >= (DATE '2026-08-01') AND (campaign_daily.date_day) < (DATE '2026-11-20')) GROUP BY DATE_TRUNC('quarter', campaign_daily.date_day) ORDER BY 1 DESC FETCH NEXT 500 ROWS ONLY;

-- chart: a pivot by device of time, columns limited
-- rows 10
-- types text, text, numeric, bigint, bigint, bigint
-- live 6
-- meta 2
-- appsflyer 2
SELECT * FROM (SELECT *, DENSE_RANK() OVER (ORDER BY z___min_rank) AS z___pivot_row_rank FROM (SELECT *, MIN(z___rank) OVER (PARTITION BY "month") AS z___min_rank FROM (SELECT *, RANK() OVER (ORDER BY "clicks" DESC, "account", "month") AS z___rank FROM (SELECT TO_CHAR(date_day, 'YYYY-MM') AS "month", account_name AS "account", SUM(clicks) AS "clicks" FROM :table WHERE date_day >= DATE '2026-09-01' AND date_day < DATE '2026-11-01' GROUP BY 1, 2) ww) bb) aa) xx WHERE z___pivot_row_rank <= 500 ORDER BY z___pivot_row_rank;

-- chart: totals of the query above
-- rows 1
-- types numeric, bigint
-- live 6
-- meta 2
-- appsflyer 2
SELECT COALESCE(SUM(campaign_daily.clicks), 0) AS "campaign_daily.clicks", COUNT(DISTINCT campaign_daily.campaign_id) AS "campaign_daily.campaigns" FROM :table AS campaign_daily WHERE ((campaign_daily.date_day) >= (DATE '2026-09-01') AND (campaign_daily.date_day) < (DATE '2026-11-01')) FETCH NEXT 1 ROWS ONLY;

-- chart: the ten largest with a filter on the sum
-- rows 10
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT campaign_daily.campaign_name AS "campaign_daily.campaign_name", COALESCE(SUM(campaign_daily.clicks), 0) AS "campaign_daily.clicks" FROM :table AS campaign_daily WHERE ((campaign_daily.date_day) >= (DATE '2026-10-01') AND (campaign_daily.date_day) < (DATE '2026-11-01')) GROUP BY 1 HAVING COALESCE(SUM(campaign_daily.clicks), 0) > 100 ORDER BY 2 DESC, 1 FETCH NEXT 10 ROWS ONLY;

-- chart: no filter on the day
-- rows 5
-- types text, bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT campaign_daily.account_name AS "campaign_daily.account_name", COUNT(*) AS "campaign_daily.count" FROM :table AS campaign_daily GROUP BY 1 ORDER BY 2 DESC, 1 FETCH NEXT 500 ROWS ONLY;
