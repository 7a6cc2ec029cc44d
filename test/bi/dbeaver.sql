-- DBeaver: its PostgreSQL model, through JDBC

-- connect: settings of the server
-- rows 1
-- types name, name, text, text
SELECT current_schema(), session_user, current_setting('search_path'), current_setting('standard_conforming_strings');

-- connect: databases
-- rows any
-- types oid, name, name
SELECT db.oid, db.datname, pg_get_userbyid(db.datdba) FROM pg_catalog.pg_database db WHERE db.datallowconn AND NOT db.datistemplate;

-- connect: schemas
-- rows any
-- types oid, name, text
SELECT n.oid, n.nspname, d.description FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass ORDER BY nspname;

-- sync: relations of a schema
-- lists copies, views, live
-- types name, name, "char", text, text, text
SELECT n.nspname, c.relname, c.relkind, d.description, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid)
FROM pg_catalog.pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
WHERE n.nspname IN ('ads', 'reports', 'google', 'preview') AND c.relkind NOT IN ('i', 'I', 'c', 'S', 't') AND NOT c.relispartition;

-- sync: servers and options of foreign tables
-- lists live
-- types name, name, name
SELECT n.nspname, c.relname, s.srvname FROM pg_foreign_table ft JOIN pg_class c ON c.oid = ft.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_foreign_server s ON s.oid = ft.ftserver;

-- sync: columns of a relation
-- rows any
-- types name, name, smallint, text, boolean, text, text
SELECT c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(ad.adbin, ad.adrelid, true), dsc.description
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON a.attrelid = c.oid
LEFT JOIN pg_catalog.pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum
LEFT JOIN pg_catalog.pg_description dsc ON c.oid = dsc.objoid AND a.attnum = dsc.objsubid
WHERE c.oid = ':schema.:name'::regclass AND NOT a.attisdropped AND a.attnum > 0 ORDER BY a.attnum;

-- sync: partitions of a copy
-- rows any
-- types name, integer
SELECT c.relname, i.inhseqno FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = ':schema.:name'::regclass ORDER BY 2;

-- sync: size on disk
-- rows 1
-- types boolean, boolean
SELECT pg_catalog.pg_total_relation_size(':schema.:name'::regclass) >= 0, pg_catalog.pg_relation_size(':schema.:name'::regclass) >= 0;

-- sync: the definition of a view
-- rows 1
-- types boolean
SELECT pg_catalog.pg_get_viewdef(':schema.:name'::regclass, true) IS NOT NULL;

-- preview: the data of a table
-- any rows
-- rows 200
-- types *
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 1
SELECT * FROM :table LIMIT 200;

-- preview: the next page
-- any rows
-- rows 200
-- types *
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 1
SELECT * FROM :table LIMIT 200 OFFSET 200;

-- preview: how many rows are there
-- rows 1
-- types bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT count(*) FROM :table;

-- preview: a filter on the day
-- any rows
-- rows 40
-- types *
-- live 6
-- meta 2
-- appsflyer 2
SELECT * FROM :table WHERE date_day = '2026-10-15' LIMIT 200;

-- preview: sorted by a column, within a month
-- rows 200
-- types text, date, text, bigint
-- live 6
-- meta 2
-- appsflyer 2
SELECT account_id, date_day, campaign_id, clicks FROM :table WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31' ORDER BY clicks DESC, account_id, campaign_id, date_day LIMIT 200;

-- filter values: the values of a column with their numbers
-- rows 24
-- types text, bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT campaign_name, count(*) FROM :table GROUP BY campaign_name ORDER BY campaign_name LIMIT 200;

-- filter values: the same, within the filter of the grid
-- rows 24
-- types text, bigint
-- live 6
-- meta 2
-- appsflyer 2
SELECT campaign_name, count(*) FROM :table WHERE date_day >= '2026-10-01' AND date_day <= '2026-10-31' GROUP BY campaign_name ORDER BY campaign_name LIMIT 200;

-- chart: the grouping panel
-- rows 5
-- types text, bigint, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT account_name, count(*), sum(clicks) FROM (SELECT * FROM :table WHERE date_day >= '2026-10-01' AND date_day <= '2026-10-31') t GROUP BY account_name ORDER BY 2 DESC, 1;

-- chart: the grouping panel over the whole table
-- rows 5
-- types text, bigint
-- live HV002
-- meta HV002
-- appsflyer HV002
-- window 6
SELECT account_name, count(*) FROM :table GROUP BY account_name ORDER BY 2 DESC, 1;

-- chart: a script with a date parameter
-- params text 2026-10
-- rows 1
-- types text, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT to_char(date_day, 'YYYY-MM') AS month, sum(clicks) FROM :table WHERE to_char(date_day, 'YYYY-MM') = $1 GROUP BY 1;

-- chart: days as an array
-- params date 2026-10-01, date 2026-10-02
-- rows 2
-- types date, numeric
-- live 6
-- meta 2
-- appsflyer 2
SELECT date_day, sum(clicks) FROM :table WHERE date_day = ANY (ARRAY[$1, $2]::date[]) GROUP BY 1 ORDER BY 1;
