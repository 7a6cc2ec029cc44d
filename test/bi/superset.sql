-- Superset: SQLAlchemy's dialect, through psycopg

-- connect: version, schema, and whether hstore is there
-- rows 1
-- types text, name, bigint
SELECT pg_catalog.version(), current_schema(), (SELECT count(*) FROM pg_type WHERE typname = 'hstore');

-- connect: schemas
-- rows 6
-- types name
SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname !~ '^adpipe' ORDER BY nspname;

-- sync: tables of a schema
-- lists copies
-- types name, name
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = ANY (ARRAY['r', 'p']) AND n.nspname IN ('ads', 'reports', 'google', 'preview');

-- sync: foreign tables of a schema
-- lists live
-- types name, name
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'f' AND n.nspname IN ('ads', 'reports', 'google', 'preview');

-- sync: views of a schema
-- lists views
-- types name, name
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = ANY (ARRAY['v', 'm']) AND n.nspname IN ('ads', 'reports', 'google', 'preview');

-- sync: columns of a dataset, with comments
-- rows any
-- types name, text, boolean, text, text
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ':schema.:name'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;

-- sync: constraints and indexes of a dataset
-- rows 0
-- types name, "char", text
SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = ':schema.:name'::regclass AND contype IN ('p', 'u', 'f');

-- preview: SQL Lab
-- any rows
-- rows 1001
-- types *
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 4
SELECT * FROM :table LIMIT 1001;

-- preview: the rows behind a chart
-- any rows
-- rows 100
-- types text, date, text, bigint
-- live 1
-- meta 2
-- appsflyer 2
SELECT account_name AS account_name, date_day AS date_day, campaign_name AS campaign_name, clicks AS clicks FROM :table WHERE date_day >= TO_DATE('2026-10-01', 'YYYY-MM-DD') AND date_day < TO_DATE('2026-11-01', 'YYYY-MM-DD') LIMIT 100;

-- filter values: of a dashboard's filter
-- rows 24
-- types text
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT campaign_name AS campaign_name FROM :table GROUP BY campaign_name ORDER BY campaign_name ASC LIMIT 1000;

-- filter values: of an explored chart
-- rows 24
-- types text
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT DISTINCT campaign_name FROM :table LIMIT 10000;

-- filter values: within the dashboard's time range
-- rows 24
-- types text
-- live 6
-- meta 2
-- appsflyer 2
SELECT campaign_name AS campaign_name FROM :table WHERE date_day >= TO_DATE('2026-10-01', 'YYYY-MM-DD') AND date_day < TO_DATE('2026-11-01', 'YYYY-MM-DD') GROUP BY campaign_name ORDER BY campaign_name ASC LIMIT 1000;

-- chart: a sum by day
-- rows 31
-- types timestamp with time zone, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT DATE_TRUNC('day', date_day) AS __timestamp, sum(clicks) AS "SUM(clicks)" FROM :table WHERE date_day >= TO_DATE('2026-10-01', 'YYYY-MM-DD') AND date_day < TO_DATE('2026-11-01', 'YYYY-MM-DD') GROUP BY DATE_TRUNC('day', date_day) ORDER BY "SUM(clicks)" DESC LIMIT 10000;

-- chart: return on ad spend by week
-- rows 25
-- types timestamp with time zone, text, numeric
-- live 6
-- meta 6
-- appsflyer 2
SELECT DATE_TRUNC('week', date_day) AS __timestamp, currency AS currency, adpipe.roas(conversions_value, spend, currency) AS roas FROM :table WHERE date_day >= TO_DATE('2026-09-28', 'YYYY-MM-DD') AND date_day < TO_DATE('2026-11-02', 'YYYY-MM-DD') GROUP BY DATE_TRUNC('week', date_day), currency ORDER BY roas DESC LIMIT 50000;

-- chart: a sum by month
-- rows 3
-- types timestamp with time zone, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT DATE_TRUNC('month', date_day) AS __timestamp, sum(spend) AS "SUM(spend)" FROM :table WHERE date_day >= TO_DATE('2026-08-01', 'YYYY-MM-DD') AND date_day < TO_DATE('2026-11-01', 'YYYY-MM-DD') AND currency IN ('USD') GROUP BY DATE_TRUNC('month', date_day) LIMIT 10000;

-- chart: a sum by quarter
-- rows 2
-- types timestamp with time zone, numeric
-- live 6
-- meta 8
-- appsflyer 2
SELECT DATE_TRUNC('quarter', date_day) AS __timestamp, sum(impressions) AS "SUM(impressions)" FROM :table WHERE date_day >= TO_DATE('2026-08-01', 'YYYY-MM-DD') AND date_day < TO_DATE('2026-11-20', 'YYYY-MM-DD') GROUP BY DATE_TRUNC('quarter', date_day) LIMIT 10000;

-- chart: the five largest campaigns by day
-- rows 144
-- types timestamp with time zone, text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT DATE_TRUNC('day', date_day) AS __timestamp, campaign_name AS campaign_name, sum(clicks) AS "SUM(clicks)" FROM :table JOIN (SELECT campaign_name AS campaign_name__, sum(clicks) AS mme_inner__ FROM :table WHERE date_day >= TO_DATE('2026-10-01', 'YYYY-MM-DD') AND date_day < TO_DATE('2026-11-01', 'YYYY-MM-DD') GROUP BY campaign_name ORDER BY mme_inner__ DESC LIMIT 5) AS series_limit ON campaign_name = campaign_name__ WHERE date_day >= TO_DATE('2026-10-01', 'YYYY-MM-DD') AND date_day < TO_DATE('2026-11-01', 'YYYY-MM-DD') GROUP BY DATE_TRUNC('day', date_day), campaign_name ORDER BY "SUM(clicks)" DESC LIMIT 10000;

-- chart: over a virtual dataset, which bounds the days itself
-- rows 6
-- types text, numeric
-- live 1
-- meta 1
-- appsflyer 1
SELECT campaign_name AS campaign_name, sum(spend) AS "SUM(spend)" FROM (SELECT account_id, date_day, campaign_name, spend FROM :table WHERE date_day >= '2026-10-01' AND date_day <= '2026-10-31') AS virtual_table WHERE account_id = '2345678901' GROUP BY campaign_name ORDER BY "SUM(spend)" DESC LIMIT 10;

-- chart: "last month", which SQL Lab leaves to the server
-- clock now
-- rows 5
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
-- rows any
SELECT account_name, sum(clicks) FROM :table WHERE date_day >= date_trunc('month', current_date) - interval '1 month' AND date_day < date_trunc('month', current_date) GROUP BY 1 ORDER BY 1 LIMIT 1000;

-- chart: no time range
-- rows 24
-- types text, numeric
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT campaign_name AS campaign_name, sum(clicks) AS "SUM(clicks)" FROM :table GROUP BY campaign_name ORDER BY "SUM(clicks)" DESC LIMIT 100;

-- chart: the range of a time column
-- rows 1
-- types date, date
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window HV002
SELECT min(date_day) AS min, max(date_day) AS max FROM :table;
