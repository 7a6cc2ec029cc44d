-- Power BI: Power Query and DirectQuery, through Npgsql

-- connect: version
-- rows 1
-- types text
SELECT version();

-- connect: types that the driver can read
-- rows any
-- types name, oid, name, "char", boolean, oid
SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, coalesce(r.rngsubtype, t.typelem) AS element
FROM pg_type t JOIN pg_namespace ns ON ns.oid = t.typnamespace LEFT JOIN pg_range r ON r.rngtypid = t.oid LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typtype IN ('b', 'r', 'm', 'e', 'd') OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'p' AND t.typname IN ('record', 'void', 'unknown'))
ORDER BY t.oid;

-- connect: fields of composite types
-- rows any
-- types oid, name, oid
SELECT t.oid, a.attname, a.atttypid FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' JOIN pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY t.oid, a.attnum;

-- connect: labels of enumerations
-- rows 0
-- types oid, name
SELECT e.enumtypid, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid ORDER BY e.enumtypid, e.enumsortorder;

-- sync: relations of the navigator
-- lists copies, views
-- types name, name, character varying
SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema NOT IN ('information_schema', 'pg_catalog') AND table_schema !~ '^adpipe' ORDER BY table_schema, table_name;

-- sync: columns of a relation
-- rows any
-- types name, integer, character varying, character varying
SELECT column_name, ordinal_position, is_nullable, data_type FROM information_schema.columns WHERE table_schema = ':schema' AND table_name = ':name' ORDER BY table_schema, table_name, ordinal_position;

-- sync: keys
-- rows 0
-- types name, integer, name
SELECT ii.column_name, ii.ordinal_position, i.constraint_name FROM information_schema.table_constraints i JOIN information_schema.key_column_usage ii ON i.constraint_schema = ii.constraint_schema AND i.constraint_name = ii.constraint_name WHERE i.table_schema = ':schema' AND i.table_name = ':name' AND i.constraint_type IN ('PRIMARY KEY', 'UNIQUE');

-- preview: the navigator
-- any rows
-- rows 1000
-- types text, text, date, text, bigint, numeric
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 4
select "$Table"."account_id" as "account_id", "$Table"."account_name" as "account_name", "$Table"."date_day" as "date_day", "$Table"."campaign_name" as "campaign_name", "$Table"."clicks" as "clicks", "$Table"."spend" as "spend" from :table "$Table" limit 1000;

-- preview: the import of a table
-- rows 4400
-- types text, date, text, bigint, numeric
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
select "$Table"."account_id" as "account_id", "$Table"."date_day" as "date_day", "$Table"."campaign_name" as "campaign_name", "$Table"."clicks" as "clicks", "$Table"."spend" as "spend" from :table "$Table";

-- preview: the import with a range, one step of an incremental refresh
-- rows 1218
-- types text, date, text, bigint, numeric
-- live 6
-- meta 2
-- appsflyer 2
select "_"."account_id", "_"."date_day", "_"."campaign_name", "_"."clicks", "_"."spend" from :table "_" where "_"."date_day" >= date '2026-10-01' and "_"."date_day" < date '2026-11-01';

-- preview: the same range as timestamps
-- rows 1218
-- types text, date, text, bigint
-- live 6
-- meta 2
-- appsflyer 2
select "_"."account_id", "_"."date_day", "_"."campaign_name", "_"."clicks" from :table "_" where "_"."date_day" >= timestamp '2026-10-01 00:00:00' and "_"."date_day" < timestamp '2026-11-01 00:00:00';

-- filter values: a slicer
-- rows 24
-- types text
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
select "rows"."campaign_name" as "campaign_name" from (select "campaign_name" from :table "$Table") "rows" group by "campaign_name" order by "rows"."campaign_name" limit 101;

-- filter values: a slicer with the report's range
-- rows 24
-- types text
-- live 6
-- meta 2
-- appsflyer 2
select "campaign_name" from (select "_"."campaign_name", "_"."date_day" from :table "_" where "_"."date_day" >= date '2026-10-01' and "_"."date_day" < date '2026-11-01') "rows" group by "campaign_name" order by "campaign_name" limit 101;

-- chart: a card
-- rows 1
-- types numeric
-- live 6
-- meta 2
-- appsflyer 2
select sum("rows"."clicks") as "a0" from (select "_"."clicks" from :table "_" where "_"."date_day" >= date '2026-10-01' and "_"."date_day" < date '2026-11-01') "rows";

-- chart: sums by campaign
-- rows 17
-- types text, numeric, numeric
-- live 6
-- meta 2
-- appsflyer 2
select "_"."campaign_name", "_"."a0", "_"."a1" from (select "rows"."campaign_name" as "campaign_name", sum("rows"."clicks") as "a0", cast(sum("rows"."spend") as decimal) as "a1" from (select "_"."campaign_name", "_"."clicks", "_"."spend" from :table "_" where "_"."currency" = 'KRW' and ("_"."date_day" >= date '2026-10-01' and "_"."date_day" < date '2026-11-01')) "rows" group by "campaign_name") "_" where not "_"."a0" is null or not "_"."a1" is null order by "_"."campaign_name" limit 1000001;

-- chart: a sum by month
-- rows 3
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
select "_"."C1" as "c1", "_"."a0" from (select "C1", sum("rows"."clicks") as "a0" from (select "_"."clicks", date_trunc('month', "_"."date_day")::date as "C1" from :table "_" where "_"."date_day" >= date '2026-08-01' and "_"."date_day" < date '2026-11-01') "rows" group by "C1") "_" order by 1 limit 1000001;

-- chart: a sum by week
-- rows 4
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
select "_"."C1" as "c1", "_"."a0" from (select "C1", sum("rows"."clicks") as "a0" from (select "_"."clicks", ("_"."date_day" - cast(extract(dow from "_"."date_day") as int)) as "C1" from :table "_" where "_"."date_day" >= date '2026-10-04' and "_"."date_day" < date '2026-11-01') "rows" group by "C1") "_" order by 1 limit 1000001;

-- chart: a sum by year and quarter of the date hierarchy, a year picked
-- rows 2
-- types integer, integer, numeric
-- live 6
-- meta 2
-- appsflyer 2
select "C1", "C2", sum("rows"."clicks") as "a0" from (select "_"."clicks", extract(year from "_"."date_day")::int as "C1", extract(quarter from "_"."date_day")::int as "C2" from :table "_" where extract(year from "_"."date_day") = 2026 and "_"."date_day" >= date '2026-08-01') "rows" group by "C1", "C2" order by 1, 2 limit 1000001;

-- chart: the five largest
-- rows 5
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
select "campaign_name", sum("clicks") as "a0" from (select "_"."campaign_name", "_"."clicks" from :table "_" where "_"."date_day" in (date '2026-10-01', date '2026-10-02', date '2026-10-03')) "rows" group by "campaign_name" order by "a0" desc nulls last, "campaign_name" limit 5;

-- chart: a relative date, "last 7 days", as parameters
-- params timestamp 2026-11-12 00:00:00, timestamp 2026-11-19 00:00:00
-- rows 5
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
select "_"."account_name" as "account_name", sum("_"."clicks") as "a0" from :table "_" where "_"."date_day" >= $1 and "_"."date_day" < $2 group by 1 order by 1 limit 1000001;

-- chart: is a column unique, before a relation is made
-- rows 1
-- types bigint, bigint
-- live 6
-- meta 2
-- appsflyer 2
select count(*) as rows, count(distinct "campaign_id") as keys from :table "$Table" where "date_day" = date '2026-10-15';
