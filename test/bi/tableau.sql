-- Tableau: its PostgreSQL connector, through JDBC

-- connect: session settings
-- rows 0
SET application_name = 'tableau'; SET extra_float_digits = 3;

-- connect: may temporary tables be made
-- rows 0
CREATE LOCAL TEMPORARY TABLE "#probe" ("COL" integer) ON COMMIT PRESERVE ROWS; DROP TABLE "#probe";

-- sync: relations
-- lists copies, views, live
-- types name, name, "char"
SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^adpipe' ORDER BY 1, 2;

-- sync: columns of a relation
-- rows any
-- types name, name, name, oid, name, smallint, smallint, integer, boolean
SELECT n.nspname, c.relname, a.attname, a.atttypid, t.typname, a.attnum, a.attlen, a.atttypmod, a.attnotnull
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = ':schema' AND c.relname = ':name' ORDER BY a.attnum;

-- sync: types of a relation's columns
-- rows 0
-- types *
-- live 0
-- meta 0
-- appsflyer 0
SELECT * FROM :table WHERE 1 = 0;

-- sync: the same, where that is not trusted
-- rows 0
-- types *
-- live 0
-- meta 0
-- appsflyer 0
SELECT * FROM :table LIMIT 0;

-- preview: view data
-- any rows
-- rows 1000
-- types text, date, text, bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 4
SELECT "campaign_daily"."account_id" AS "account_id", "campaign_daily"."date_day" AS "date_day", "campaign_daily"."campaign_name" AS "campaign_name", "campaign_daily"."clicks" AS "clicks" FROM :table "campaign_daily" LIMIT 1000;

-- preview: an extract, all of it
-- rows 4400
-- types text, date, text, bigint, numeric
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT "campaign_daily"."account_id" AS "account_id", "campaign_daily"."date_day" AS "date_day", "campaign_daily"."campaign_name" AS "campaign_name", "campaign_daily"."clicks" AS "clicks", "campaign_daily"."spend" AS "spend" FROM :table "campaign_daily";

-- preview: an extract with a filter on the day
-- rows 1218
-- types text, date, text, bigint, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT "campaign_daily"."account_id" AS "account_id", "campaign_daily"."date_day" AS "date_day", "campaign_daily"."campaign_name" AS "campaign_name", "campaign_daily"."clicks" AS "clicks", "campaign_daily"."spend" AS "spend" FROM :table "campaign_daily" WHERE (("campaign_daily"."date_day" >= (DATE '2026-10-01')) AND ("campaign_daily"."date_day" <= (DATE '2026-10-31')));

-- filter values: a quick filter
-- rows 24
-- types text
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT "campaign_daily"."campaign_name" AS "campaign_name" FROM :table "campaign_daily" GROUP BY 1 ORDER BY 1 ASC NULLS FIRST;

-- filter values: the ends of a range filter
-- rows 1
-- types date, date, bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window HV002
SELECT MIN("campaign_daily"."date_day") AS "TEMP(lower)", MAX("campaign_daily"."date_day") AS "TEMP(upper)", COUNT("campaign_daily"."date_day") AS "TEMP(count)" FROM :table "campaign_daily" HAVING (COUNT(1) > 0);

-- filter values: the years of the day
-- rows 1
-- types bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window HV002
SELECT CAST(EXTRACT(YEAR FROM "campaign_daily"."date_day") AS BIGINT) AS "yr:date_day:ok" FROM :table "campaign_daily" GROUP BY 1;

-- chart: a sum by a discrete year and month, filtered by the year
-- rows 4
-- types bigint, numeric, bigint
-- live 6
-- meta 2
-- appsflyer 2
SELECT CAST(EXTRACT(MONTH FROM "campaign_daily"."date_day") AS BIGINT) AS "mn:date_day:ok", SUM("campaign_daily"."clicks") AS "sum:clicks:ok", CAST(EXTRACT(YEAR FROM "campaign_daily"."date_day") AS BIGINT) AS "yr:date_day:ok" FROM :table "campaign_daily" WHERE (CAST(EXTRACT(YEAR FROM "campaign_daily"."date_day") AS BIGINT) = 2026) AND "campaign_daily"."date_day" >= DATE '2026-08-01' GROUP BY 1, 3;

-- chart: a sum by month
-- rows 3
-- types numeric, timestamp with time zone
-- live 6
-- meta 2
-- appsflyer 2
SELECT SUM("campaign_daily"."spend") AS "sum:spend:ok", DATE_TRUNC('MONTH', CAST("campaign_daily"."date_day" AS DATE)) AS "tmn:date_day:ok" FROM :table "campaign_daily" WHERE (("campaign_daily"."currency" = 'EUR') AND ("campaign_daily"."date_day" >= (DATE '2026-08-01')) AND ("campaign_daily"."date_day" < (DATE '2026-11-01'))) GROUP BY 2;

-- chart: a sum by week, which begins on Sunday
-- rows 4
-- types numeric, timestamp with time zone
-- live 6
-- meta 2
-- appsflyer 2
SELECT SUM("campaign_daily"."clicks") AS "sum:clicks:ok", (DATE_TRUNC('DAY', CAST("campaign_daily"."date_day" AS DATE)) + (-EXTRACT(DOW FROM "campaign_daily"."date_day") * INTERVAL '1 DAY')) AS "twk:date_day:ok" FROM :table "campaign_daily" WHERE (("campaign_daily"."date_day" >= (DATE '2026-10-04')) AND ("campaign_daily"."date_day" <= (DATE '2026-10-31'))) GROUP BY 2;

-- chart: a sum by quarter, months picked from a list
-- rows 2
-- types timestamp with time zone, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT DATE_TRUNC('QUARTER', CAST("campaign_daily"."date_day" AS DATE)) AS "tqr:date_day:ok", SUM("campaign_daily"."impressions") AS "sum:impressions:ok" FROM :table "campaign_daily" WHERE DATE_TRUNC('MONTH', CAST("campaign_daily"."date_day" AS DATE)) IN (TIMESTAMP '2026-09-01 00:00:00.000', TIMESTAMP '2026-10-01 00:00:00.000') GROUP BY 1;

-- chart: the ten largest
-- rows 10
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT "campaign_daily"."campaign_name" AS "campaign_name", SUM("campaign_daily"."clicks") AS "sum:clicks:ok" FROM :table "campaign_daily" INNER JOIN (SELECT "campaign_daily"."campaign_name" AS "campaign_name", SUM("campaign_daily"."clicks") AS "__measure__0" FROM :table "campaign_daily" WHERE ("campaign_daily"."date_day" >= DATE '2026-10-01') GROUP BY 1 ORDER BY 2 DESC, 1 ASC LIMIT 10) "t0" ON ("campaign_daily"."campaign_name" IS NOT DISTINCT FROM "t0"."campaign_name") WHERE ("campaign_daily"."date_day" >= DATE '2026-10-01') GROUP BY 1;

-- chart: a relative date, "last 3 weeks"
-- clock now
-- rows 24
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
-- rows any
SELECT "campaign_daily"."campaign_name" AS "campaign_name", SUM("campaign_daily"."clicks") AS "sum:clicks:ok" FROM :table "campaign_daily" WHERE (("campaign_daily"."date_day" >= CAST(DATE_TRUNC('WEEK', CURRENT_DATE) + (-2 * 7 * INTERVAL '1 DAY') AS DATE)) AND ("campaign_daily"."date_day" < CAST(DATE_TRUNC('WEEK', CURRENT_DATE) + (1 * 7 * INTERVAL '1 DAY') AS DATE))) GROUP BY 1;

-- chart: custom SQL under a sheet
-- rows 5
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT "Custom SQL Query"."account_name" AS "account_name", SUM("Custom SQL Query"."clicks") AS "sum:clicks:ok" FROM (SELECT * FROM :table WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31') "Custom SQL Query" GROUP BY 1;

-- chart: a level of detail
-- rows 24
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT "t0"."campaign_name", AVG("t0"."x") FROM (SELECT "campaign_daily"."campaign_name", "campaign_daily"."date_day", SUM("campaign_daily"."clicks") AS "x" FROM :table "campaign_daily" WHERE "campaign_daily"."date_day" BETWEEN DATE '2026-10-01' AND DATE '2026-10-31' GROUP BY 1, 2) "t0" GROUP BY 1;
