-- Metabase: its PostgreSQL driver, through JDBC

-- connect: is the server there
-- rows 1
-- types integer
SELECT 1;

-- sync: relations, with comments and numbers of rows
-- lists copies, views, live
-- types name, name, text, text, bigint
SELECT n.nspname AS schema, c.relname AS name,
       CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'm' THEN 'MATERIALIZED VIEW' END AS type,
       d.description, s.n_live_tup AS estimated_row_count
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
LEFT JOIN pg_stat_user_tables s ON s.schemaname = n.nspname AND s.relname = c.relname
WHERE n.nspname !~ '^pg_' AND n.nspname IN ('ads', 'reports', 'google', 'preview') AND c.relkind IN ('r', 'p', 'v', 'f', 'm')
ORDER BY type, schema, name;

-- sync: what the role may read
-- lists copies, views
-- types name, name
SELECT s.nspname AS schema, t.relname AS name
FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE s.nspname !~ '^pg_' AND s.nspname <> 'information_schema' AND s.nspname !~ '^adpipe'
  AND t.relkind IN ('r', 'p', 'v', 'f', 'm')
  AND has_schema_privilege(s.oid, 'USAGE') AND has_table_privilege(t.oid, 'SELECT')
ORDER BY 1, 2;

-- sync: columns of a relation, with comments
-- rows any
-- types name, name, integer, name, name, boolean, text
SELECT c.column_name AS name, c.udt_name AS database_type, c.ordinal_position - 1 AS position, c.table_schema, c.table_name, pk.column_name IS NOT NULL AS pk,
       col_description(format('%I.%I', c.table_schema, c.table_name)::regclass::oid, c.ordinal_position) AS field_comment
FROM information_schema.columns c
LEFT JOIN (SELECT tc.table_schema, tc.table_name, kc.column_name
           FROM information_schema.table_constraints tc
           JOIN information_schema.key_column_usage kc USING (constraint_name, table_schema, table_name)
           WHERE tc.constraint_type = 'PRIMARY KEY') pk
  ON c.table_schema = pk.table_schema AND c.table_name = pk.table_name AND c.column_name = pk.column_name
WHERE c.table_schema = ':schema' AND c.table_name = ':name'
ORDER BY c.table_schema, c.table_name, c.ordinal_position;

-- sync: foreign keys
-- rows 0
-- types name, name, name, name, name
SELECT fn.nspname, ft.relname, fa.attname, pt.relname, pa.attname
FROM pg_constraint c
JOIN pg_class ft ON c.conrelid = ft.oid
JOIN pg_namespace fn ON c.connamespace = fn.oid
JOIN pg_attribute fa ON c.conrelid = fa.attrelid AND fa.attnum = ANY (c.conkey)
JOIN pg_class pt ON c.confrelid = pt.oid
JOIN pg_attribute pa ON c.confrelid = pa.attrelid AND pa.attnum = ANY (c.confkey)
WHERE c.contype = 'f' AND fn.nspname IN ('ads', 'reports', 'google');

-- sync: indexed columns
-- rows 1
-- types name, name, text
SELECT t.schema, t.name, trim(BOTH '"' FROM pg_get_indexdef(t.index, t.pos, false)) AS field
FROM (SELECT n.nspname AS schema, c.relname AS name, i.indexrelid AS index, (information_schema._pg_expandarray(i.indkey)).n AS pos
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indrelid = c.oid
      WHERE i.indpred IS NULL AND n.nspname = ':schema' AND c.relname = ':name') t
WHERE t.pos = 1;

-- sync: may the relation be read
-- rows 0
-- types boolean
-- live 0
-- meta 0
-- appsflyer 0
SELECT TRUE AS "_" FROM :table WHERE 1 <> 1 LIMIT 0;

-- fingerprint: the first rows of all columns
-- any rows
-- rows 4400
-- types *
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT * FROM :table LIMIT 10000;

-- filter values: the values of a field, once a day
-- rows 24
-- types text
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT :table."campaign_name" AS "campaign_name" FROM :table GROUP BY :table."campaign_name" ORDER BY :table."campaign_name" ASC LIMIT 1000;

-- filter values: search while typing
-- rows 3
-- types text
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT :table."campaign_name" AS "campaign_name" FROM :table WHERE lower(:table."campaign_name") LIKE '%brand%' GROUP BY :table."campaign_name" ORDER BY 1 ASC LIMIT 1000;

-- preview: a table is opened
-- any rows
-- rows 2000
-- types text, text, date, text, bigint, numeric
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT :table."account_id" AS "account_id", :table."account_name" AS "account_name", :table."date_day" AS "date_day", :table."campaign_name" AS "campaign_name", :table."clicks" AS "clicks", :table."spend" AS "spend" FROM :table LIMIT 2000;

-- chart: number of rows
-- rows 1
-- types bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT count(*) AS "count" FROM :table;

-- chart: a sum by day, the range as parameters
-- set timezone = 'Asia/Seoul'
-- params date 2026-10-01, date 2026-11-01
-- rows 31
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT :table."date_day" AS "date_day", sum(:table."clicks") AS "sum" FROM :table WHERE :table."date_day" >= $1 AND :table."date_day" < $2 GROUP BY :table."date_day" ORDER BY :table."date_day" ASC;

-- chart: a sum by month
-- set timezone = 'Asia/Seoul'
-- rows 3
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT CAST(date_trunc('month', :table."date_day") AS date) AS "date_day", sum(:table."spend") AS "sum" FROM :table WHERE :table."date_day" >= date '2026-08-01' AND :table."date_day" < date '2026-11-01' AND :table."currency" = 'KRW' GROUP BY CAST(date_trunc('month', :table."date_day") AS date) ORDER BY 1 ASC;

-- chart: a sum by week, which begins on Sunday
-- set timezone = 'Asia/Seoul'
-- rows 4
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT CAST(CAST(date_trunc('week', CAST(:table."date_day" + INTERVAL '1 day' AS date)) AS date) + INTERVAL '-1 day' AS date) AS "date_day", sum(:table."clicks") AS "sum" FROM :table WHERE :table."date_day" >= date '2026-10-04' AND :table."date_day" < date '2026-11-01' GROUP BY 1 ORDER BY 1 ASC;

-- chart: a sum by quarter
-- rows 2
-- types date, numeric
-- live 6
-- meta 8
-- appsflyer 2
SELECT CAST(date_trunc('quarter', :table."date_day") AS date) AS "date_day", sum(:table."impressions") AS "sum" FROM :table WHERE :table."date_day" BETWEEN date '2026-08-01' AND date '2026-11-19' GROUP BY 1 ORDER BY 1 ASC;

-- chart: a month of a chart is clicked
-- rows 24
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT :table."campaign_name", sum(:table."clicks") AS "sum" FROM :table WHERE CAST(date_trunc('month', :table."date_day") AS date) = date '2026-10-01' GROUP BY 1 ORDER BY 2 DESC, 1 ASC;

-- chart: the last 30 days
-- clock now
-- set timezone = 'Asia/Seoul'
-- rows 24
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
-- rows any
SELECT :table."campaign_name" AS "campaign_name", sum(:table."clicks") AS "sum" FROM :table WHERE :table."date_day" >= CAST(now() + INTERVAL '-30 day' AS date) AND :table."date_day" < CAST(now() AS date) GROUP BY 1 ORDER BY 1 ASC;

-- chart: the month before this one
-- clock now
-- rows 5
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
-- rows any
SELECT :table."account_name" AS "account_name", sum(:table."clicks") AS "sum" FROM :table WHERE :table."date_day" >= CAST(date_trunc('month', now() + INTERVAL '-1 month') AS date) AND :table."date_day" < CAST(date_trunc('month', now()) AS date) GROUP BY 1 ORDER BY 1 ASC;

-- chart: the ten largest, over a saved question
-- rows 10
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT "source"."campaign_name" AS "campaign_name", sum("source"."clicks") AS "sum" FROM (SELECT :table."campaign_name" AS "campaign_name", :table."date_day" AS "date_day", :table."clicks" AS "clicks" FROM :table) AS "source" WHERE "source"."date_day" >= date '2026-10-01' AND "source"."date_day" < date '2026-11-01' GROUP BY "source"."campaign_name" ORDER BY "sum" DESC, "source"."campaign_name" ASC LIMIT 10;

-- chart: return on ad spend by account, as SQL
-- rows 5
-- types text, text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT account_name, currency, adpipe.roas(conversions_value, spend, currency) FROM :table WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY 1, 2 ORDER BY 1;
