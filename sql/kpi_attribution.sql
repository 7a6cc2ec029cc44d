-- Journeys: what counts, how paths are cut; mergeable, exact in text and binary
-- form, safe against bad input.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;
SET search_path = adpipe, public;
SET timezone = 'UTC';

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

-- What a row is: touch, conversion, both, or nothing
SELECT journeys(u, t, c, x, v) AS journeys
  FROM (VALUES ('ann', '2000-01-01 00:00:01+00'::timestamptz, 'search', false, NULL::numeric),
			   ('ann', '2000-01-01 00:00:03+00', NULL, true, 12.50),
			   ('ann', '2000-01-01 00:00:02+00', 'mail "x" \', NULL, 99),
			   ('bob', '1999-12-31 23:59:59+00', 'search', true, NULL),
			   ('bob', '2000-01-01 00:00:00+00', NULL, true, 0.000),
			   ('cy', '2000-01-01 00:00:00+00', NULL, false, 5),
			   (NULL, '2000-01-01 00:00:00+00', 'search', false, NULL),
			   ('dee', NULL, 'search', NULL, NULL)) AS r (u, t, c, x, v);
SELECT journeys(NULL, NULL, NULL, NULL, NULL::numeric) AS all_null,
	   journeys('u', now(), NULL, NULL, 5) AS nothing,
	   (SELECT journeys('u', now(), 'c', false, 5) WHERE false) AS empty,
	   (SELECT rollup(NULL::adpipe.journeys) FROM generate_series(1, 3)) AS rollup_of_null;
-- every type of value, literals and NULL; a value that is no number of the row
SELECT journeys('u', '2000-01-01', 'c', true, v::smallint)::text AS smallint, journeys('u', '2000-01-01', 'c', true, v::bigint)::text AS bigint,
	   journeys('u', '2000-01-01', 'c', true, v::real)::text AS real, journeys('u', '2000-01-01', 'c', true, 0.10)::text AS numeric,
	   journeys('u', '2000-01-01', 'c', true, 0.1::float8)::text AS float8, journeys('u', '2000-01-01', 'c', true, NULL)::text AS "null",
	   journeys('u', '2000-01-01', 'c', true, 0.0000000000005)::text AS rounded,
	   journeys('u', '2000-01-01', 'c', false, 'NaN'::float8)::text AS ignored
  FROM (VALUES (3)) AS r (v);
SELECT pg_temp.outcome('SELECT adpipe.journeys(' || arguments || ')') FROM unnest(ARRAY[
	$$NULL, '2000-01-01', 'c', true, 1$$, $$'u', NULL, 'c', true, 1$$, $$'', '2000-01-01', 'c', false, 1$$,
	$$'u', '2000-01-01', '', false, 1$$, $$repeat('ü', 501), '2000-01-01', '', false, 1$$,
	$$'u', 'infinity', 'c', false, 1$$, $$'u', '-infinity', NULL, true, 1$$, $$'u', '2000-01-01', 'c', true, 'NaN'::numeric$$,
	$$'u', '2000-01-01', 'c', true, 'Infinity'::float8$$, $$'u', '2000-01-01', 'c', true, 1e30$$,
	$$'u', '2000-01-01', 'c', true, 1, 'E R'$$]) AS arguments;
SELECT pg_temp.outcome($$SELECT adpipe.journeys('u', now(), 'c' || i, false, 1) FROM generate_series(1, 10001) AS i$$);
SELECT count(*) FROM (SELECT journeys('u', now(), 'c' || i, false, 1) AS j FROM generate_series(1, 10000) AS i) AS _, attribution(j, 'linear');

-- Currency: of conversions that carry money
SELECT journeys('u', '2000-01-01', 'c', x, v, c) AS journeys, journeys_currency(journeys('u', '2000-01-01', 'c', x, v, c))
  FROM (VALUES (true, 5, 'EUR'), (true, NULL, 'EUR'), (true, NULL, NULL), (false, 5, 'USD'), (false, NULL, NULL)) AS r (x, v, c);
SELECT journeys_currency(journeys('u', '2000-01-01', 'c', true, 5)), journeys_currency(journeys('u', '2000-01-01', 'c', true, 5, NULL));
SELECT pg_temp.outcome($$SELECT adpipe.journeys('u', '2000-01-01', 'c', true, 5, c) FROM unnest(ARRAY['USD', 'EUR']) AS c$$);
SELECT pg_temp.outcome($$SELECT adpipe.journeys('u', '2000-01-01', 'c', true, 5, c) FROM unnest(ARRAY['USD', NULL]) AS c$$);
SELECT pg_temp.outcome($$SELECT adpipe.rollup(j) FROM unnest(ARRAY['journeys:1:EUR:1:"u"(0=5)', 'journeys:1:USD:1:"v"(0=5)']::adpipe.journeys[]) AS j$$);

-- How paths are cut.  One user: touches a to f, conversions at 10 and 20
CREATE TEMP TABLE one AS
SELECT journeys('u', '2026-01-01'::timestamptz + d * interval '1 day', c, c IS NULL, d) AS j
  FROM (VALUES (1, 'a'), (5, 'b'), (10, 'c'), (10, NULL), (15, 'd'), (20, NULL), (22, 'e'), (30, 'f')) AS r (d, c);
SELECT counting, lookback, array_agg(COALESCE(conversion::text, '-') || ' ' || array_to_string(path, '>') ORDER BY conversion) AS paths
  FROM one, unnest(ARRAY['every', 'separate', 'first', 'last']) WITH ORDINALITY AS c (counting, n),
	   unnest(ARRAY[NULL, '9 days', '5 days', '5 days -1 microsecond', '0']::interval[]) WITH ORDINALITY AS l (lookback, m),
	   paths(j, lookback, counting)
 GROUP BY n, m, counting, lookback ORDER BY n, m;
SELECT p.* FROM one, paths(j, '9 days') AS p;
SELECT c.* FROM one, credits(j, 'linear', '5 days') AS c ORDER BY conversion, step;
-- equal times: touches by name of the channel in bytes, then conversions
SELECT path, conversion, value
  FROM (SELECT journeys('u', '2026-01-01', c, c IS NULL, v) AS j
		  FROM (VALUES ('b', NULL), (NULL, 7), ('a', NULL), ('B', NULL), ('a', NULL), (NULL, NULL), (NULL, 3), ('ä', NULL)) AS r (c, v)) AS _, paths(j);
-- users who have only converted, and times as far apart as can be
SELECT user_id, converted_at, path, value
  FROM (SELECT journeys(u, t, c, c IS NULL, 1) AS j
		  FROM (VALUES ('u', '4714-11-24 00:00:00+00 BC'::timestamptz, 'a'), ('u', '294276-12-31 23:59:59.999999+00', NULL),
					   ('v', '2000-01-01', NULL), ('v', '2000-01-01', NULL)) AS r (u, t, c)) AS _, paths(j, '106751991 days');
SELECT array_agg(path) FROM (SELECT journeys('u', t, c, c IS NULL, 1) AS j
		  FROM (VALUES ('4714-11-24 00:00:00+00 BC'::timestamptz, 'a'), ('294276-12-31 23:59:59.999999+00', NULL)) AS r (t, c)) AS _, paths(j);

-- Random splits into 9 parts, merged in random order: the same bytes
SELECT setseed(0.4);
CREATE TEMP TABLE sample AS
SELECT i % 20 AS g, (random() * 8)::int AS part, 'user ' || (random() * 40)::int AS u,
	   '2026-01-01'::timestamptz + (random() * 1000)::int * interval '1 minute' AS t,
	   CASE WHEN random() < 0.9 THEN 'channel ' || (random() * 12)::int END AS c, random() < 0.2 AS x,
	   CASE WHEN random() < 0.8 THEN round((random() * 2000 - 500)::numeric, (random() * 12)::int) END AS v,
	   'C' || i % 20 AS currency
  FROM generate_series(1, 20000) AS i;
CREATE TEMP TABLE parts AS
SELECT g, part, journeys(u, t, c, x, v, currency) AS state FROM sample GROUP BY g, part;
CREATE TEMP TABLE whole AS
SELECT g, journeys(u, t, c, x, v, currency ORDER BY random()) AS state FROM sample GROUP BY g;
SELECT count(*) AS groups,
	   count(*) FILTER (WHERE adpipe_internal.journeys_send(merged.state) <> adpipe_internal.journeys_send(whole.state)) AS wrong,
	   count(*) FILTER (WHERE twice.state::text <> whole.state::text) AS wrong_in_two_steps
  FROM (SELECT g, rollup(state ORDER BY random()) AS state FROM parts GROUP BY g) AS merged
  JOIN (SELECT g, rollup(state) AS state FROM (SELECT g, rollup(state) AS state FROM parts GROUP BY g, part % 3) AS _ GROUP BY g) AS twice USING (g)
  JOIN whole USING (g);
-- merging left the stored states alone
SELECT count(*) FILTER (WHERE p.state::text <> again.state::text) AS changed
  FROM parts AS p
  JOIN (SELECT g, part, journeys(u, t, c, x, v, currency) AS state FROM sample GROUP BY g, part) AS again USING (g, part);
-- the transition function outside of an aggregate
SELECT adpipe_internal.journeys_add(NULL, 'u', '2000-01-01', 'c', true, 5) AS added,
	   adpipe_internal.journeys_add('journeys:1:-:0:"t"(0"c")', 'u', '2000-01-01', 'c', true, 5) AS to_another, adpipe_internal.journeys_add(NULL, 'u', NULL, 'c', false, 5) AS nothing;
-- neutral element, both sides; also outside of an aggregate
SELECT bool_and(adpipe_internal.journeys_combine(state, 'journeys:1:-:0:')::text = state::text) AS right_neutral,
	   bool_and(adpipe_internal.journeys_combine('journeys:1:-:0:', state)::text = state::text) AS left_neutral FROM parts;
DO $$
DECLARE
	a adpipe.journeys := 'journeys:1:-:0:"u"(0"c")';
	b adpipe.journeys := adpipe_internal.journeys_combine(a, 'journeys:1:-:0:"u"(1"d")');
	c adpipe.journeys := adpipe_internal.journeys_combine(b, 'journeys:1:-:0:"a"(1"d")');
BEGIN
	RAISE NOTICE '%, %, %', a, b, c;
END
$$;
-- a running state, read at each row
SELECT i, s.journeys, (SELECT string_agg(channel || ' ' || conversions, ', ') FROM attribution(s.journeys, 'linear')) AS linear
  FROM (SELECT i, journeys('u' || i % 2, '2000-01-01'::timestamptz + i * interval '1 microsecond', chr(103 - i), i = 3, i) OVER (ORDER BY i) AS journeys
		  FROM generate_series(1, 4) AS i) AS s;
SELECT i, journeys('u', '2000-01-01', 'c' || i, false, i) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS journeys
  FROM generate_series(1, 3) AS i;

-- A parallel plan gives the same as a serial one, also with a FILTER that
-- leaves nothing to most workers
CREATE TABLE kpi_attribution_rows AS SELECT row_number() OVER () AS i, * FROM sample;
ANALYZE kpi_attribution_rows;
CREATE VIEW kpi_attribution_report AS
SELECT g, journeys(u, t, c, x, v) AS all_rows, journeys(u, t, c, x, v, currency) FILTER (WHERE i < 100) AS early
  FROM kpi_attribution_rows GROUP BY g;
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT * FROM kpi_attribution_report;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
DO $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json, COSTS off) SELECT * FROM kpi_attribution_report' INTO plan;
	RAISE NOTICE 'partial aggregate: %', plan::text ~ '"Partial Mode": "Partial"';
	PERFORM set_config(CASE WHEN current_setting('server_version_num')::int >= 160000
							THEN 'debug_parallel_query' ELSE 'force_parallel_mode' END, 'on', true);
END
$$;
CREATE TEMP TABLE parallel AS SELECT * FROM kpi_attribution_report;
SELECT count(*) AS groups, count(s.early) AS early,
	   count(*) FILTER (WHERE s.all_rows::text <> p.all_rows::text OR s.early::text <> p.early::text) AS wrong
  FROM serial AS s JOIN parallel AS p USING (g);
SELECT count(*) AS rows, sum(conversions) AS conversions
  FROM (SELECT rollup(all_rows) AS j FROM parallel) AS _, attribution(j, 'shapley');
ROLLBACK;
DROP VIEW kpi_attribution_report;
DROP TABLE kpi_attribution_rows;

-- Text form: exact, and one state has one text
SELECT bool_and(adpipe_internal.journeys_send(state::text::journeys) = adpipe_internal.journeys_send(state)) AS text_round_trip FROM parts;
SELECT input, pg_temp.outcome(format('SELECT %L::adpipe.journeys', input)) = input AS accepted
  FROM unnest(ARRAY['journeys:1:-:0:',
	'journeys:1:EUR:1:"a"(-5"c" 0=-)"b"(0"c" 0=-0.5 0=0.00 0=5 0=5.0 9"\"\\\"")',
	'journeys:1:-:0:"a"(-211813488000000000"c" 9223371331199999999=170141183460469231731687303.715884105727)']) AS input;
SELECT input, pg_temp.outcome(format('SELECT %L::adpipe.journeys', input))
  FROM unnest(ARRAY['', 'journeys', 'journeys:', 'journeys:1', 'journeys:1:', 'journeys:1:-', 'journeys:1:-:0', 'journeys:2:-:0:', 'journeys:999:',
	'journeys:0:-:0:', 'journeys:-1:-:0:', 'journeys:01:-:0:', 'ratio:1:-:0:', 'journeys:1:-:0: ', 'journeys:1:EUR:0:', 'journeys:1:EUR:1:',
	'journeys:1:EUR:2:"u"(0=1)', 'journeys:1:E-R:1:"u"(0=1)', 'journeys:1:ABCDEFGH9:1:"u"(0=1)', 'journeys:1::0:', 'journeys:1:-:-1:',
	'journeys:1:-:0:"u"', 'journeys:1:-:0:"u"()', 'journeys:1:-:0:"u"(', 'journeys:1:-:0:"u(0"c")', 'journeys:1:-:0:u(0"c")', 'journeys:1:-:0:""(0"c")',
	'journeys:1:-:0:"u"(0"")', 'journeys:1:-:0:"u"(0)', 'journeys:1:-:0:"u"(0"c"', 'journeys:1:-:0:"u"("c")', 'journeys:1:-:0:"u"(0"c" )',
	'journeys:1:-:0:"u"(0"c")x', 'journeys:1:-:0:"u"(0"c"1"d")', 'journeys:1:-:0:"u"(0"d" 0"c")', 'journeys:1:-:0:"u"(1"c" 0"c")',
	'journeys:1:-:0:"u"(0=1 0"c")', 'journeys:1:-:0:"u"(0=1 0=-)', 'journeys:1:-:0:"v"(0"c")"u"(0"c")', 'journeys:1:-:0:"u"(0"c")"u"(1"c")',
	'journeys:1:-:0:"u"(00"c")', 'journeys:1:-:0:"u"(+1"c")', 'journeys:1:-:0:"u"( 1"c")', 'journeys:1:-:0:"u"(0=01)', 'journeys:1:-:0:"u"(0=1.)',
	'journeys:1:-:0:"u"(0=.5)', 'journeys:1:-:0:"u"(0=1e3)', 'journeys:1:-:0:"u"(0=)', 'journeys:1:-:0:"u"(0=NaN)', 'journeys:1:-:0:"u"(0=-0)',
	'journeys:1:-:0:"u"(0=0.0000000000001)', 'journeys:1:-:0:"u"(0=170141183460469231731687303.715884105728)',
	'journeys:1:-:0:"u"(9223371331200000000"c")', 'journeys:1:-:0:"u"(-211813488000000001"c")', 'journeys:1:-:0:"u"(99999999999999999999"c")',
	'journeys:1:-:0:"u"(0"c\x")', 'journeys:1:-:0:"\']) AS input;
SELECT pg_temp.outcome('SELECT (''journeys:1:-:0:"'' || repeat(''ü'', 501) || ''"(0"c")'')::adpipe.journeys');

-- Damaged texts are refused, or were no damage
DO $$
DECLARE
	good text[] := ARRAY(SELECT regexp_replace(state::text, '^journeys:1:\w+:\d+:', 'journeys:1:-:0:')
						 FROM parts ORDER BY g, part LIMIT 50);
	alphabet text := '0123456789:-."()= \jure';
	bad text;
	at int;
	refused int := 0;
BEGIN
	FOR i IN 1 .. 3000 LOOP
		bad := left(good[1 + i % 50], 300 + i % 300);
		bad := substr(bad, 1, length(bad) - position(')' IN reverse(bad)) + 1);
		at := 1 + (random() * (length(bad) - 1))::int;
		bad := overlay(bad PLACING substr(alphabet, 1 + (random() * 22)::int, (random() * 2)::int)
					   FROM at FOR (random() * 2)::int);
		BEGIN
			IF bad::adpipe.journeys::text <> bad THEN
				RAISE WARNING 'accepted and changed: %', bad;
			END IF;
		EXCEPTION WHEN invalid_text_representation OR feature_not_supported THEN
			refused := refused + 1;
		END;
	END LOOP;
	RAISE NOTICE 'some refused: %, some accepted: %', refused > 500, refused < 3000;
END
$$;

-- Binary form: COPY out and in again through a file of the server
SELECT current_setting('data_directory') || '/adpipe_kpi_attribution.copy' AS file \gset
COPY parts TO :'file' (FORMAT binary);
CREATE TEMP TABLE loaded (LIKE parts);
COPY loaded FROM :'file' (FORMAT binary);
SELECT count(*) AS states,
	   count(*) FILTER (WHERE p.state::text <> l.state::text OR adpipe_internal.journeys_send(p.state) <> adpipe_internal.journeys_send(l.state)) AS wrong
  FROM parts AS p JOIN loaded AS l USING (g, part);
-- the stored form is frozen: these bytes must be read for ever
SELECT adpipe_internal.journeys_send('journeys:1:EUR:2:"ann"(-1"mail" 5"search" 5=12.50 300=-)"bob"(0=-0.000000000001 1"mail")');

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
CREATE TEMP TABLE received (state journeys);
-- header: version, currency, rows
\set head '01000000000000000000'
SELECT title, pg_temp.receive(:'file', decode(message, 'hex')) AS result
  FROM (VALUES (1, 'empty state', :'head' || '0000'), (2, 'one touch', :'head' || '01' || '0163' || '01' || '0175' || '01' || '00' || '02'),
	(3, 'nothing', ''), (4, 'version', '02' || '000000000000000000' || '0000'), (5, 'cut off', :'head' || '00'),
	(6, 'too long', :'head' || '0000' || '00'), (7, 'channel of no touch', :'head' || '01016300'),
	(8, 'touch of no channel', :'head' || '0001' || '0175' || '0100' || '02'), (9, 'user without events', :'head' || '0001' || '0175' || '00'),
	(10, 'number in a long form', :'head' || '800000'), (11, 'number without end', :'head' || repeat('ff', 30)),
	(12, 'as many users as can be', :'head' || '00' || repeat('ff', 9) || '01'),
	(13, 'as many events as can be', :'head' || '0001' || '0175' || repeat('ff', 9) || '01'),
	(14, 'a name longer than all', :'head' || '01' || 'e707' || '63'), (15, 'no UTF-8', :'head' || '01' || '01ff' || '01' || '0175' || '01' || '00' || '02'),
	(16, 'a zero byte', :'head' || '01' || '0100' || '01' || '0175' || '01' || '00' || '02'),
	(17, 'channels out of order', :'head' || '02' || '0164' || '0163' || '01' || '0175' || '02' || '00' || '02' || '00' || '03'),
	(18, 'one channel twice', :'head' || '02' || '0163' || '0163' || '01' || '0175' || '02' || '00' || '02' || '00' || '03'),
	(19, 'events out of order', :'head' || '02' || '0163' || '0164' || '01' || '0175' || '02' || '00' || '03' || '00' || '02'),
	(20, 'time too late', :'head' || '01' || '0163' || '01' || '0175' || '01' || 'feffffffffffffffff03' || '02'),
	(21, 'time beyond 64 bits', :'head' || '01' || '0163' || '01' || '0175' || '02' || '00' || '02' || 'ffffffffffffffffff01' || '02'),
	(22, '13 decimals', :'head' || '0001' || '0175' || '01' || '00' || '010d02'),
	(23, 'digits behind the decimals', :'head' || '0001' || '0175' || '01' || '00' || '010002'),
	(24, 'currency without conversions', '014555520000000000' || '01' || '0000'),
	(26, 'frozen', '0145555200000000000202046d61696c067365617263680203616e6e040102060300010280a0faa0ccd705a7020003626f620200010c010102'),
	(25, 'no currency', '014520000000000000' || '01' || '00' || '01' || '0175' || '01' || '00' || '00')) AS r (n, title, message)
 ORDER BY n;
DO $$
DECLARE
	file text := current_setting('data_directory') || '/adpipe_kpi_attribution.copy';
	message bytea := adpipe_internal.journeys_send('journeys:1:EUR:2:"ann"(-1"mail" 5"search" 5=12.50 300=-)"bob"(0=-0.000000000001 1"mail")');
	result text;
BEGIN
	FOR i IN 1 .. 2000 LOOP
		result := pg_temp.receive(file, set_byte(set_byte(message,
			i % length(message), (random() * 255)::int),
			(random() * (length(message) - 1))::int, (random() * 255)::int));
		IF result NOT IN ('22P03', '0A000') AND result::adpipe.journeys::text <> result THEN
			RAISE WARNING 'received %', result;
		END IF;
	END LOOP;
END
$$;
-- programs of the server run in its data directory
COPY (SELECT 1 WHERE false) TO PROGRAM 'rm adpipe_kpi_attribution.copy';
