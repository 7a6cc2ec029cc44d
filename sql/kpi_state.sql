-- The state: mergeable, exact in text and binary form, safe against bad input.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;


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

-- cpc without its final function, and the merge of stored states
CREATE AGGREGATE pg_temp.collect(numeric, numeric, text) (
	SFUNC = adpipe_internal.ratio_add, STYPE = adpipe.ratio_state,
	COMBINEFUNC = adpipe_internal.ratio_combine, INITCOND = 'ratio:1:n:-:0:0:0:0:0:0:0');
CREATE AGGREGATE pg_temp.merge(adpipe.ratio_state) (
	SFUNC = adpipe_internal.ratio_combine, STYPE = adpipe.ratio_state);

SELECT pg_temp.collect(n, d, c) AS state, adpipe_internal.ratio_final(pg_temp.collect(n, d, c)) AS cpc
  FROM (VALUES (12.50, 3, 'EUR'), (0.125, 4, 'EUR'), (NULL, 5.5, 'EUR')) AS v (n, d, c);
SELECT pg_temp.collect(n, d, c) AS empty FROM (VALUES (1.5, 2.5, 'EUR')) AS v (n, d, c) WHERE false;

-- Random splits into 7 parts, merged in random order: the same bytes
SELECT setseed(0.17);
CREATE TEMP TABLE sample AS
SELECT i, i % 100 AS g, (random() * 6)::int AS part, 'C' || i % 100 AS c,
	   CASE WHEN random() < 0.8 THEN round((random() * 2000 - 500)::numeric, (random() * 12)::int) END AS n,
	   CASE WHEN random() < 0.8 AND i % 100 > 3 THEN (random() * 500)::int END AS d
  FROM generate_series(1, 20000) AS i;
CREATE TEMP TABLE parts AS
SELECT g, part, pg_temp.collect(n, d, c) AS state FROM sample GROUP BY g, part;
SELECT count(*) AS groups,
	   count(*) FILTER (WHERE adpipe_internal.ratio_send(merged.state) <> adpipe_internal.ratio_send(whole.state)) AS wrong
  FROM (SELECT g, pg_temp.merge(state ORDER BY random()) AS state FROM parts GROUP BY g) AS merged
  JOIN (SELECT g, pg_temp.collect(n, d, c) AS state FROM sample GROUP BY g) AS whole USING (g);
-- merging left the stored states alone
SELECT count(*) FILTER (WHERE adpipe_internal.ratio_send(p.state) <> adpipe_internal.ratio_send(again.state)) AS changed
  FROM parts AS p
  JOIN (SELECT g, part, pg_temp.collect(n, d, c) AS state FROM sample GROUP BY g, part) AS again
 USING (g, part);
-- neutral element, both sides
SELECT bool_and(adpipe_internal.ratio_combine(state, 'ratio:1:n:-:0:0:0:0:0:0:0')::text = state::text) AS right_neutral,
	   bool_and(adpipe_internal.ratio_combine('ratio:1:n:-:0:0:0:0:0:0:0', state)::text = state::text) AS left_neutral
  FROM parts;

-- A parallel plan gives the same as a serial one, also with a FILTER that
-- leaves nothing to most workers
CREATE TABLE kpi_state_rows AS
SELECT i % 50 AS g, i, (i % 977)::bigint AS clicks, (i % 10007)::bigint AS impressions,
	   (i % 1009) / 8.0 AS spend, 'EUR'::text AS currency
  FROM generate_series(1, 30000) AS i;
ANALYZE kpi_state_rows;
CREATE VIEW kpi_state_report AS
SELECT g, adpipe.ctr(clicks, impressions) AS ctr,
	   adpipe.cpc(spend, clicks, currency) AS cpc,
	   adpipe.cpm(spend::float8, impressions) AS cpm,
	   adpipe.roas(spend, clicks, currency) FILTER (WHERE i < 100) AS early
  FROM kpi_state_rows GROUP BY g;
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT * FROM kpi_state_report;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
DO $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json, COSTS off) SELECT * FROM kpi_state_report' INTO plan;
	RAISE NOTICE 'partial aggregate: %', plan::text ~ '"Partial Mode": "Partial"';
	-- run the whole query in a worker as well
	PERFORM set_config(CASE WHEN current_setting('server_version_num')::int >= 160000
							THEN 'debug_parallel_query' ELSE 'force_parallel_mode' END, 'on', true);
END
$$;
CREATE TEMP TABLE parallel AS SELECT * FROM kpi_state_report;
SELECT count(*) AS groups, count(s.early) AS early,
	   count(*) FILTER (WHERE s::text <> p::text) AS wrong
  FROM serial AS s JOIN parallel AS p USING (g);
\set SHOW_CONTEXT never
SELECT adpipe.cpc(spend, clicks, CASE WHEN g = 49 THEN 'USD' ELSE currency END) FROM kpi_state_rows;
ROLLBACK;
DROP VIEW kpi_state_report;
DROP TABLE kpi_state_rows;

-- Text form: exact, and one state has one text
SELECT bool_and(adpipe_internal.ratio_send(state::text::adpipe.ratio_state) = adpipe_internal.ratio_send(state)) AS text_round_trip
  FROM parts;
SELECT input, pg_temp.outcome(format('SELECT %L::adpipe.ratio_state', input)) = input AS accepted
  FROM unnest(ARRAY[
	'ratio:1:-:-:0:0:0:0:0:0:0',
	'ratio:1:ndo:ABCDEFG8:3:-12.500000000000:2:1:0.5:1:1',
	'ratio:1:n:EUR:1:170141183460469231731687303.715884105727:4611686018427387903:1:-170141183460469231731687303.715884105727:4611686018427387903:1'
	]) AS input;
SELECT input, pg_temp.outcome(format('SELECT %L::adpipe.ratio_state', input))
  FROM unnest(ARRAY['', 'ratio', 'ratio:', 'ratio:1:', 'ratio:2:-:-:0:0:0:0:0:0:0',
	'ratio:999:', 'ratio:0:-:-:0:0:0:0:0:0:0', 'ratio:-1:', 'ratio:01:-:-:0:0:0:0:0:0:0',
	'stats:1:-:-:0:0:0:0:0:0:0', 'ratio:1:-:-:0:0:0:0:0:0:0:', 'ratio:1:-:-:0:0:0:0:0:0:0 ',
	'ratio:1:-:-:0:0:0:0:0:0', 'ratio:1:dn:-:0:0:0:0:0:0:0', 'ratio:1:x:-:0:0:0:0:0:0:0',
	'ratio:1::-:0:0:0:0:0:0:0', 'ratio:1:-::0:0:0:0:0:0:0',
	'ratio:1:-:EUR:0:1:1:1:1:1:1', 'ratio:1:-:EUR:3:1:1:1:1:1:1',
	'ratio:1:-:E-R:1:1:1:1:1:1:1', 'ratio:1:-:ABCDEFGH9:1:1:1:1:1:1:1',
	'ratio:1:-:-:0:5:0:0:0:0:0', 'ratio:1:-:-:0:5.0:1:2:0:0:0', 'ratio:1:-:-:0:5.0:2:0:0:0:0',
	'ratio:1:-:-:0:5:2:1:0:0:0', 'ratio:1:-:-:0:5:-1:-1:0:0:0', 'ratio:1:-:-:0:05:1:1:0:0:0',
	'ratio:1:-:-:0:+5:1:1:0:0:0', 'ratio:1:-:-:0:5.:1:1:0:0:0', 'ratio:1:-:-:0:.5:1:1:0:0:0',
	'ratio:1:-:-:0:5e0:1:1:0:0:0', 'ratio:1:-:-:0:-0:1:1:0:0:0', 'ratio:1:-:-:0:NaN:1:1:0:0:0',
	'ratio:1:-:-:0:0.0000000000001:1:1:0:0:0',
	'ratio:1:-:-:0:170141183460469231731687303.715884105728:1:1:0:0:0',
	'ratio:1:-:-:0:-170141183460469231731687303.715884105728:1:1:0:0:0',
	'ratio:1:-:-:0:999999999999999999999999999999999999999999999999999999:1:1:0:0:0',
	'ratio:1:-:-:0:5:4611686018427387904:4611686018427387904:0:0:0',
	'ratio:1:-:-:0:5:99999999999999999999:1:0:0:0', 'ratio:1:o:-:0:5:1:1:4:2:2']) AS input;
SELECT pg_temp.outcome('SELECT (''ratio:1:'' || repeat(''9'', 1000))::adpipe.ratio_state')
	   = '22P02 | invalid input syntax for type adpipe.ratio_state: "ratio:1:' || repeat('9', 1000) || '"' AS long_input;
-- counts that do not fit together
SELECT pg_temp.outcome(format('SELECT adpipe_internal.ratio_combine(%L, %1$L)',
	'ratio:1:-:-:0:5:4611686018427387903:4611686018427387903:0:0:0'));
SELECT pg_temp.outcome(format('SELECT adpipe_internal.ratio_add(%L, 1, 1)',
	'ratio:1:-:-:0:5:4611686018427387903:4611686018427387903:0:0:0'));
-- rows that were not added
SELECT pg_temp.outcome('SELECT adpipe_internal.ratio_remove(''ratio:1:d:EUR:2:5:1:1:4:1:1'', 5, NULL, NULL::text)') AS currency,
	   pg_temp.outcome('SELECT adpipe_internal.ratio_remove(''ratio:1:-:-:0:5.5:2:2:0:0:0'', 1, NULL)') AS decimals;

-- Damaged texts are refused, or were no damage
DO $$
DECLARE
	good text[] := ARRAY(SELECT state::text FROM parts LIMIT 50);
	alphabet text := '0123456789:-.neruOSdDC ';
	bad text;
	at int;
	accepted int := 0;
BEGIN
	FOR i IN 1 .. 20000 LOOP
		bad := good[1 + i % 50];
		at := 1 + (random() * (length(bad) - 1))::int;
		bad := overlay(bad PLACING substr(alphabet, 1 + (random() * 22)::int, (random() * 2)::int)
					   FROM at FOR (random() * 2)::int);
		BEGIN
			IF bad::adpipe.ratio_state::text <> bad THEN
				RAISE WARNING 'accepted and changed: %', bad;
			END IF;
			accepted := accepted + 1;
		EXCEPTION WHEN invalid_text_representation OR feature_not_supported THEN
			NULL;
		END;
	END LOOP;
	RAISE NOTICE 'some accepted: %, most refused: %', accepted > 0, accepted < 15000;
END
$$;

-- Binary form: COPY out and in again through a file of the server
SELECT current_setting('data_directory') || '/adpipe_kpi_state.copy' AS file \gset
COPY parts TO :'file' (FORMAT binary);
CREATE TEMP TABLE loaded (LIKE parts);
COPY loaded FROM :'file' (FORMAT binary);
SELECT count(*) AS states,
	   count(*) FILTER (WHERE p.state::text <> l.state::text
						OR adpipe_internal.ratio_send(p.state) <> adpipe_internal.ratio_send(l.state)) AS wrong
  FROM parts AS p JOIN loaded AS l USING (g, part);
SELECT adpipe_internal.ratio_send('ratio:1:nd:EUR:2:-1.5:1:1:2:1:1');

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
CREATE TEMP TABLE received (state adpipe.ratio_state);
SELECT pg_temp.receive(:'file', message) AS unharmed,
	   pg_temp.receive(:'file', substr(message, 1, 83)) AS short,
	   pg_temp.receive(:'file', message || '\x00') AS long,
	   pg_temp.receive(:'file', ''::bytea) AS empty,
	   pg_temp.receive(:'file', set_byte(message, 0, 2)) AS version,
	   pg_temp.receive(:'file', set_byte(message, 1, 16)) AS kind,
	   pg_temp.receive(:'file', set_byte(message, 2, 10)) AS currency,
	   pg_temp.receive(:'file', set_byte(message, 9, 65)) AS padding,
	   pg_temp.receive(:'file', set_byte(message, 17, 9)) AS more_rows,
	   pg_temp.receive(:'file', set_byte(message, 18, 128)) AS other_sum,
	   pg_temp.receive(:'file', set_byte(message, 33, 1)) AS digits_behind_scale,
	   pg_temp.receive(:'file', set_byte(message, 50, 13)) AS scale
  FROM adpipe_internal.ratio_send('ratio:1:nd:EUR:2:-1.5:1:1:2:1:1') AS message;
DO $$
DECLARE
	file text := current_setting('data_directory') || '/adpipe_kpi_state.copy';
	message bytea := adpipe_internal.ratio_send('ratio:1:nd:EUR:2:-1.5:1:1:2:1:1');
	result text;
BEGIN
	FOR i IN 1 .. 2000 LOOP
		result := pg_temp.receive(file, set_byte(set_byte(message,
			i % length(message), (random() * 255)::int),
			(random() * (length(message) - 1))::int, (random() * 255)::int));
		IF result NOT IN ('22P03', '0A000')
		   AND result::adpipe.ratio_state::text <> result THEN
			RAISE WARNING 'received %', result;
		END IF;
	END LOOP;
END
$$;
-- programs of the server run in its data directory
COPY (SELECT 1 WHERE false) TO PROGRAM 'rm adpipe_kpi_state.copy';
