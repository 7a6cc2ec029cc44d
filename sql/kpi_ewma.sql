-- Series in time: the moving average and its chart; the state merges in any
-- order, and is safe against bad input.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;
SET extra_float_digits = -3;
SET datestyle = 'ISO';


-- What a query returns, or the error it raises
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	message text;
	hint text;
BEGIN
	EXECUTE query INTO result;
	RETURN COALESCE(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, NULLIF(hint, ''));
END
$$;
CREATE FUNCTION pg_temp.digits(v float8, decimals int) RETURNS numeric LANGUAGE sql AS
	$$SELECT round(v::numeric, decimals)$$;

-- Published: NIST/SEMATECH e-Handbook of Statistical Methods 6.3.2.4, lambda
-- 0.3, target 50, sigma 2.0539: the averages to two decimals, limits 47.4116
-- and 52.5884.  The rows come in no order.
CREATE TEMP TABLE nist AS
SELECT date '2026-01-01' + i::int AS day, v::float8 AS value, s AS published
  FROM unnest(ARRAY[52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5,
					49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1],
			  ARRAY[50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33,
					50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99]) WITH ORDINALITY AS u (v, s, i)
 ORDER BY md5(i::text);
SELECT at::date, value, pg_temp.digits(ewma, 2) AS ewma, abs(ewma - published) <= 0.0051 AS as_published,
	   pg_temp.digits(lower, 4) AS lower, pg_temp.digits(upper, 4) AS upper, is_outside
  FROM adpipe.ewma_chart((SELECT adpipe.series(day, value) FROM nist), 0.3, target => 50, sigma => 2.0539)
  JOIN nist USING (value) WHERE at = day ORDER BY at;
SELECT pg_temp.digits(adpipe.ewma(adpipe.series(day, value), 0.3, 50), 2) AS last,
	   pg_temp.digits(adpipe.ewma(adpipe.series(day, value), 1), 2) AS lambda_1,
	   pg_temp.digits(adpipe.ewma(adpipe.series(day, value), 1e-300), 2) AS the_first
  FROM nist;

-- Half-life: 1 - 2^(-1/h); a point counts half after h more
SELECT h, pg_temp.digits(adpipe.ewma_lambda(h), 10) AS lambda, pg_temp.digits(power(1 - adpipe.ewma_lambda(h), h), 10) AS half
  FROM unnest(ARRAY[0.5, 1, 7, 28, 1e6]) AS h;
SELECT adpipe.ewma_lambda(1e300) > 0 AS above_0, adpipe.ewma_lambda(1e-300) AS at_most_1, adpipe.ewma_lambda(NULL) IS NULL AS nothing;

-- Mean and standard deviation of the points by default; one point; none; a
-- constant series; NULLs left out; two values of one time
SELECT at::date, value, pg_temp.digits(ewma, 4) AS ewma, pg_temp.digits(lower, 4) AS lower, pg_temp.digits(upper, 4) AS upper, is_outside
  FROM (SELECT adpipe.series(day, value) AS s FROM (VALUES (date '2026-01-02', 3), ('2026-01-01', 1), ('2026-01-03', 5), ('2026-01-04', NULL), (NULL, 7)) AS v (day, value)) AS one,
	   adpipe.ewma_chart(s, 0.5);
SELECT * FROM adpipe.ewma_chart('series:1:2026-01-01T00:00:00=5', 0.5);
SELECT * FROM adpipe.ewma_chart('series:1:2026-01-01T00:00:00=5,2026-01-02T00:00:00=5', 0.5);
SELECT count(*) FROM adpipe.ewma_chart('series:1:', 0.5);
SELECT count(*) FROM adpipe.ewma_chart(NULL, 0.5);
SELECT adpipe.series(NULL, 1) IS NULL AS no_time, adpipe.series(date '2026-01-01', NULL) IS NULL AS no_value,
	   adpipe.ewma('series:1:', 0.5) IS NULL AS no_point, adpipe.ewma(NULL, 0.5) IS NULL AS no_series,
	   adpipe.ewma('series:1:2026-01-01T00:00:00=5', NULL) IS NULL AS no_lambda,
	   adpipe.ewma('series:1:2026-01-01T00:00:00=5', 0.5) AS one;
SELECT adpipe.series(at, v) FROM (VALUES (timestamp '2026-01-01 12:00', 2), ('2026-01-01 12:00', -1), ('2026-01-01 12:00', 2)) AS t (at, v);
SELECT adpipe.series(at, v) AS empty FROM (VALUES (timestamp '2026-01-01', 2)) AS t (at, v) WHERE false;
SELECT t AS type, pg_temp.outcome(format('SELECT adpipe.series(date ''2026-01-01'', %L::%s)', 3, t))
  FROM unnest(ARRAY['smallint', 'int', 'bigint', 'numeric', 'real', 'float8']) AS t;

-- Random splits into 7 parts, merged in random order: the same bytes
SELECT setseed(0.6);
CREATE TEMP TABLE sample AS
SELECT i % 20 AS g, (random() * 6)::int AS part, timestamp '2026-01-01' + interval '1 hour' * (random() * 100)::int AS at,
	   CASE WHEN random() < 0.9 THEN round((random() * 10)::numeric, 1) * CASE WHEN random() < 0.1 THEN 0 ELSE 1 END END AS v
  FROM generate_series(1, 20000) AS i;
CREATE TEMP TABLE parts AS
SELECT g, part, adpipe.series(at, v) AS state FROM sample GROUP BY g, part;
CREATE TEMP TABLE whole AS
SELECT g, adpipe.series(at, v) AS state FROM sample GROUP BY g;
SELECT count(*) AS groups, count(*) FILTER (WHERE adpipe_internal.series_send(m.state) <> adpipe_internal.series_send(w.state)) AS wrong
  FROM whole AS w JOIN (SELECT g, adpipe.rollup(state ORDER BY random()) AS state FROM parts GROUP BY g) AS m USING (g);
SELECT count(*) FILTER (WHERE adpipe_internal.series_send(p.state) <> adpipe_internal.series_send(again.state)) AS changed_by_merging
  FROM parts AS p JOIN (SELECT g, part, adpipe.series(at, v) AS state FROM sample GROUP BY g, part) AS again USING (g, part);
SELECT count(*) AS groups, count(*) FILTER (WHERE adpipe_internal.series_send(s.state) <> adpipe_internal.series_send(w.state)) AS wrong_sorted
  FROM whole AS w JOIN (SELECT g, adpipe.series(at, v ORDER BY at, v) AS state FROM sample GROUP BY g) AS s USING (g);
-- the points are those of the rows
SELECT count(*) AS points, count(*) FILTER (WHERE s.at IS NULL OR c.at IS NULL) AS wrong
  FROM (SELECT g, at, v::float8, row_number() OVER (PARTITION BY g, at, v) AS copy FROM sample WHERE v IS NOT NULL) AS s
  FULL JOIN (SELECT g, at, value AS v, row_number() OVER (PARTITION BY g, at, value) AS copy FROM whole, adpipe.ewma_chart(state, 0.5)) AS c
  USING (g, at, v, copy);
-- a state that grows while it is read
SELECT count(*) AS rows, count(*) FILTER (WHERE running <> fresh) AS wrong
  FROM (SELECT g, at, v, adpipe.ewma(adpipe.series(at, v) OVER (PARTITION BY g ORDER BY at, v ROWS UNBOUNDED PRECEDING), 0.2) AS running,
			   (SELECT adpipe.ewma(adpipe.series(f.at, f.v), 0.2) FROM sample AS f
				 WHERE f.g = s.g AND (f.at, f.v) <= (s.at, s.v)) AS fresh,
			   count(*) OVER (PARTITION BY g, at, v) AS copies
		  FROM sample AS s WHERE g = 0 AND v IS NOT NULL) AS w
 WHERE copies = 1;
SELECT g, array_agg(length(state::text) ORDER BY at) AS grows
  FROM (SELECT g, at, adpipe.series(at, v) OVER (PARTITION BY g ORDER BY at) AS state
		  FROM (VALUES (1, timestamp '2026-01-02', 2), (1, '2026-01-03', 3), (2, '2026-01-01', 1)) AS v (g, at, v)) AS w
 GROUP BY g ORDER BY g;

-- A parallel plan gives the same as a serial one, also with a FILTER that
-- leaves nothing to most workers
CREATE TABLE kpi_ewma_rows AS
SELECT i % 10 AS g, i, timestamp '2026-01-01' + interval '1 minute' * (i * 7919 % 10007) AS at, (i % 1009) / 8.0 AS v
  FROM generate_series(1, 30000) AS i;
ANALYZE kpi_ewma_rows;
CREATE VIEW kpi_ewma_report AS
SELECT g, adpipe_internal.series_send(adpipe.series(at, v)) AS bytes, adpipe.ewma(adpipe.series(at, v), 0.1) AS ewma,
	   adpipe.series(at, v) FILTER (WHERE i < 40) AS early
  FROM kpi_ewma_rows GROUP BY g;
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT * FROM kpi_ewma_report;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
DO $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json, COSTS off) SELECT * FROM kpi_ewma_report' INTO plan;
	RAISE NOTICE 'partial aggregate: %', plan::text ~ '"Partial Mode": "Partial"';
	-- run the whole query in a worker as well
	PERFORM set_config(CASE WHEN current_setting('server_version_num')::int >= 160000
							THEN 'debug_parallel_query' ELSE 'force_parallel_mode' END, 'on', true);
END
$$;
CREATE TEMP TABLE parallel AS SELECT * FROM kpi_ewma_report;
SELECT count(*) AS groups, count(s.early) AS early, count(*) FILTER (WHERE s::text <> p::text) AS wrong
  FROM serial AS s JOIN parallel AS p USING (g);
ROLLBACK;
DROP VIEW kpi_ewma_report;
DROP TABLE kpi_ewma_rows;

-- Text form: exact, and one state has one text, whatever the session shows
SELECT bool_and(adpipe_internal.series_send(state::text::adpipe.adseries) = adpipe_internal.series_send(state)) AS text_round_trip FROM parts;
SET datestyle = 'SQL, DMY';
SELECT input, input::adpipe.adseries::text = input AS accepted
  FROM unnest(ARRAY['series:1:', 'series:1:2026-01-31T00:00:00=0', 'series:1:2026-01-31T23:59:59.999999=-1.5e-300,2026-01-31T23:59:59.999999=5e-324',
	'series:1:294276-12-31T23:59:59.999999=1.7976931348623157e+308', 'series:1:4714-11-24T00:00:00 BC=1', 'series:1:2026-01-01T00:00:00=1,2026-01-01T00:00:00=1']) AS input;
RESET datestyle;
-- (from 18 on the hint spells the setting "DateStyle")
SELECT input, replace(pg_temp.outcome(format('SELECT %L::adpipe.adseries', input)), 'DateStyle', 'datestyle') AS outcome
  FROM unnest(ARRAY['', 'series', 'series:', 'series:1', 'series:2:', 'series:999:', 'series:0:', 'series:01:', 'series:1:,', 'series:1: ', 'series:1:=',
	'series:1:2026-01-01T00:00:00', 'series:1:2026-01-01T00:00:00=', 'series:1:2026-01-01T00:00:00=1,', 'series:1:2026-01-01=1',
	'series:1:2026-01-01 00:00:00=1', 'series:1:now=1', 'series:1:infinity=1', 'series:1:2026-13-01T00:00:00=1', 'series:1:2026-01-01T00:00:00=1.0',
	'series:1:2026-01-01T00:00:00=NaN', 'series:1:2026-01-01T00:00:00=inf', 'series:1:2026-01-01T00:00:00=-0', 'series:1:2026-01-01T00:00:00=1e400',
	'series:1:2026-01-01T00:00:00=1;2026-01-02T00:00:00=1', 'series:1:2026-01-02T00:00:00=1,2026-01-01T00:00:00=1',
	'series:1:2026-01-01T00:00:00=2,2026-01-01T00:00:00=1', 'series:1:2026-01-01T00:00:00=1 ', 'ratio:1:2026-01-01T00:00:00=1']) AS input;

-- Binary form: COPY out and in again through a file of the server; a table
-- may hold states of all sizes
SELECT current_setting('data_directory') || '/adpipe_kpi_ewma.copy' AS file \gset
COPY parts TO :'file' (FORMAT binary);
CREATE TEMP TABLE loaded (LIKE parts);
COPY loaded FROM :'file' (FORMAT binary);
SELECT count(*) AS states, count(*) FILTER (WHERE p.state::text <> l.state::text OR adpipe_internal.series_send(p.state) <> adpipe_internal.series_send(l.state)) AS wrong
  FROM parts AS p JOIN loaded AS l USING (g, part);
INSERT INTO loaded SELECT 99, n, adpipe.series(timestamp '2026-01-01' + interval '1 hour' * i, i) FROM unnest(ARRAY[1, 6, 7, 100, 20000]) AS n, generate_series(1, n) AS i GROUP BY n;
SELECT part AS points, adpipe.ewma(state, 1) AS last, length(adpipe_internal.series_send(state)) AS bytes FROM loaded WHERE g = 99 ORDER BY 1;
SELECT adpipe_internal.series_send('series:1:2000-01-01T00:00:00.000001=1,2000-01-02T00:00:00=-2.5');

-- Damaged bytes, too short, too long: an error or a valid state, never more
CREATE FUNCTION pg_temp.receive(file text, message bytea) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	object oid := lo_from_bytea(0, '\x5047434f50590aff0d0a00'::bytea
		|| '\x0000000000000000'::bytea || '\x0001'::bytea
		|| decode(lpad(to_hex(length(message)), 8, '0'), 'hex') || message || '\xffff'::bytea);
	result text;
BEGIN
	PERFORM lo_export(object, file);
	PERFORM lo_unlink(object);
	TRUNCATE received;
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	SELECT state::text INTO STRICT result FROM received;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
CREATE TEMP TABLE received (state adpipe.adseries);
SELECT pg_temp.receive(:'file', message) AS unharmed,
	   pg_temp.receive(:'file', substr(message, 1, 36)) AS short,
	   pg_temp.receive(:'file', message || '\x00') AS long,
	   pg_temp.receive(:'file', ''::bytea) AS empty,
	   pg_temp.receive(:'file', set_byte(message, 0, 2)) AS version,
	   pg_temp.receive(:'file', set_byte(message, 4, 3)) AS more_points,
	   pg_temp.receive(:'file', set_byte(message, 1, 127)) AS many_points,
	   pg_temp.receive(:'file', set_byte(message, 1, 255)) AS negative_points,
	   pg_temp.receive(:'file', set_byte(message, 7, 1)) AS not_in_order,
	   pg_temp.receive(:'file', set_byte(message, 5, 128)) AS no_time,
	   pg_temp.receive(:'file', overlay(message PLACING '\x7ff8000000000000' FROM 14)) AS nan,
	   pg_temp.receive(:'file', overlay(message PLACING '\x7ff0000000000000' FROM 14)) AS infinity,
	   pg_temp.receive(:'file', overlay(message PLACING '\x8000000000000000' FROM 14)) AS minus_zero
  FROM adpipe_internal.series_send('series:1:2000-01-01T00:00:00.000001=1,2000-01-02T00:00:00=-2.5') AS message;
DO $$
DECLARE
	file text := current_setting('data_directory') || '/adpipe_kpi_ewma.copy';
	message bytea := adpipe_internal.series_send('series:1:2000-01-01T00:00:00.000001=1,2000-01-02T00:00:00=-2.5');
	result text;
	accepted int := 0;
BEGIN
	FOR i IN 1 .. 1000 LOOP
		result := pg_temp.receive(file, set_byte(set_byte(message,
			i % length(message), (random() * 255)::int),
			(random() * (length(message) - 1))::int, (random() * 255)::int));
		IF result NOT IN ('22P03', '0A000') THEN
			accepted := accepted + 1;
			IF result::adpipe.adseries::text <> result THEN
				RAISE WARNING 'received %', result;
			END IF;
		END IF;
	END LOOP;
	RAISE NOTICE 'some accepted: %, some refused: %', accepted > 0, accepted < 1000;
END
$$;
-- programs of the server run in its data directory
COPY (SELECT 1 WHERE false) TO PROGRAM 'rm adpipe_kpi_ewma.copy';
\set SHOW_CONTEXT never

-- Refused
SELECT call, pg_temp.outcome('SELECT ' || CASE WHEN call ~ '_add' THEN 'adpipe_internal.' ELSE 'adpipe.' END || call)
  FROM unnest(ARRAY['series(date ''2026-01-01'', ''NaN'')', 'series(date ''2026-01-01'', ''-Infinity'')', 'series(date ''infinity'', 1)',
	'series(timestamptz ''2026-01-01 00:00+00'', 1)', 'series_add(NULL, now()::timestamp, 1)', 'ewma_lambda(0)', 'ewma_lambda(-1)', 'ewma_lambda(''NaN'')', 'ewma_lambda(''Infinity'')',
	'ewma(''series:1:'', 0)', 'ewma(''series:1:'', 1.1)', 'ewma(''series:1:'', ''NaN'')', 'ewma(''series:1:2026-01-01T00:00:00=5'', 0.5, ''NaN'')',
	'ewma_chart(''series:1:'', -1)', 'ewma_chart(''series:1:'', 0.5, ''Infinity'')', 'ewma_chart(''series:1:'', 0.5, 1, -1)', 'ewma_chart(''series:1:'', 0.5, 1, 1, -3)',
	'ewma_chart(''series:1:'', 0.5, 1, ''NaN'')', 'ewma_chart(''series:1:2026-01-01T00:00:00=5'', 0.5, 1, 1e308, 1e308)',
	'ewma_chart(''series:1:2026-01-01T00:00:00=-1.7e+308,2026-01-02T00:00:00=1.7e+308'', 0.5)',
	'ewma(''series:1:2026-01-01T00:00:00=-1.7e+308,2026-01-02T00:00:00=1.7e+308'', 0.5)']) AS call;
-- Every combination of extreme values gives finite numbers or an error
CREATE TEMP TABLE extremes AS
SELECT unnest(ARRAY[0, 1, -1, 5e-324, 1e300, 1.7e308, -1.7e308]::float8[]) AS v;
SELECT count(*) AS calls, count(*) FILTER (WHERE result ~* 'nan|inf') AS not_finite, count(*) FILTER (WHERE result = 'no') AS answers, count(*) FILTER (WHERE result ~ '^22003') AS refused
  FROM extremes AS a, extremes AS b, extremes AS c, unnest(ARRAY[5e-324, 0.3, 1]) AS lambda,
	   LATERAL (SELECT adpipe.series(date '2026-01-01' + i::int, x) AS s FROM unnest(ARRAY[a.v, b.v, c.v]) WITH ORDINALITY AS u (x, i)) AS series,
	   pg_temp.outcome(format('SELECT CASE WHEN string_agg(c::text, '''') ~* ''nan|inf'' THEN ''infinite'' ELSE ''no'' END FROM adpipe.ewma_chart(%L, %L) AS c', s, lambda)) AS outcome,
	   split_part(outcome, ' | ', 1) AS result;
