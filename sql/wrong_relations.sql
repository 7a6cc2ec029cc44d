-- Functions of tables, called with what is no table of theirs: no error is an internal one.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;

CREATE TABLE wrong_table (account_id text, date_day date, spend numeric);
CREATE INDEX wrong_index ON wrong_table (date_day);
CREATE VIEW wrong_view AS SELECT * FROM wrong_table;
CREATE TYPE wrong_type AS (a integer);
CREATE SERVER wrong_server FOREIGN DATA WRAPPER google_ads OPTIONS (endpoint 'http://127.0.0.1:9', customer_id '1234567890');
CREATE FOREIGN TABLE wrong_foreign (account_id text OPTIONS (field 'customer.id')) SERVER wrong_server OPTIONS (resource 'campaign');
CREATE FOREIGN DATA WRAPPER wrong_wrapper;
CREATE SERVER others_server FOREIGN DATA WRAPPER wrong_wrapper;
CREATE FOREIGN TABLE others_foreign (account_id text) SERVER others_server;

-- Calls with one relation in all places, and simple values in the others.
CREATE FUNCTION pg_temp.call_of(function oid, relation oid) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT %s(%s)', p.oid::regproc,
				  string_agg(CASE format_type(t, NULL)
								 WHEN 'regclass' THEN format('%s::oid::regclass', relation)
								 WHEN 'date' THEN 'DATE ''2026-11-01'''
								 WHEN 'boolean' THEN 'true'
								 WHEN 'text' THEN '''1234567890'''
								 WHEN 'name' THEN '''date_day'''
								 WHEN 'integer' THEN '1'
								 WHEN 'bigint' THEN '1'
								 ELSE format('NULL::%s', format_type(t, NULL)) END, ', ' ORDER BY n))
	FROM pg_proc p CROSS JOIN LATERAL unnest(p.proargtypes::oid[]) WITH ORDINALITY a (t, n)
	WHERE p.oid = function GROUP BY p.oid
$$;
CREATE FUNCTION pg_temp.internal_error(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE call;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLSTATE LIKE 'XX%' THEN SQLERRM END;
END
$$;
CREATE TEMP TABLE calls AS
SELECT p.oid::regprocedure AS function, r.relation, pg_temp.call_of(p.oid, r.oid) AS call
FROM pg_proc p
CROSS JOIN (SELECT n, coalesce(to_regclass(n)::oid, 4294967295)
			FROM unnest('{wrong_table,wrong_index,wrong_view,wrong_type,wrong_foreign,others_foreign,none}'::text[]) n
			UNION ALL SELECT '-', 0) r (relation, oid)
WHERE p.pronamespace = 'adpipe'::regnamespace AND p.prokind = 'f' AND 'regclass'::regtype = ANY (p.proargtypes::oid[]);
SELECT count(DISTINCT function) > 20 AS many FROM calls;
SELECT c.function, c.relation, e.error FROM calls c CROSS JOIN LATERAL pg_temp.internal_error(c.call) e (error)
WHERE e.error IS NOT NULL ORDER BY c.function::text, c.relation;

DROP SERVER wrong_server, others_server CASCADE;
DROP FOREIGN DATA WRAPPER wrong_wrapper;
DROP VIEW wrong_view;
DROP TABLE wrong_table;
DROP TYPE wrong_type;
