-- The state of window_funnel, sequence_match, sequence_count and retention:
-- mergeable in any order, exact in text and binary form, safe against bad input.
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

-- The aggregates without their final functions, and the merge of stored states
CREATE AGGREGATE pg_temp.collect_funnel(interval, text, timestamptz, VARIADIC boolean[]) (
	SFUNC = adpipe_internal.funnel_add, STYPE = adpipe.events_state, COMBINEFUNC = adpipe_internal.events_combine);
CREATE AGGREGATE pg_temp.collect_sequence(text, bigint, bigint, VARIADIC boolean[]) (
	SFUNC = adpipe_internal.sequence_add, STYPE = adpipe.events_state, COMBINEFUNC = adpipe_internal.events_combine);
CREATE AGGREGATE pg_temp.collect_retention(text, integer[], timestamptz, text, timestamptz, boolean, boolean) (
	SFUNC = adpipe_internal.retention_add, STYPE = adpipe.events_state, COMBINEFUNC = adpipe_internal.events_combine);
CREATE AGGREGATE pg_temp.merge(adpipe.events_state) (
	SFUNC = adpipe_internal.events_combine, STYPE = adpipe.events_state);

SELECT pg_temp.collect_funnel('90 min', 'strict_once,strict_order', at, n = 1, n >= 2, n = 3) AS funnel,
	   pg_temp.collect_sequence('(?1)(?t<=5).*(?2)', 100, n, n = 1, n >= 2) AS sequence,
	   pg_temp.collect_retention('bracket', '{{1,3},{7,7}}', '2000-02-01 00:00+00', 'europe/berlin', at, n = 1, true) AS retention
  FROM (VALUES (3, '2000-01-01 00:00:02+00'::timestamptz), (1, '2000-01-01 00:00:01+00'), (2, '1999-12-31 23:59:59+00'), (4, '2000-01-01 00:00:02+00'), (9, NULL)) AS v (n, at);

-- Random splits into 7 parts, merged in random order: the same bytes, and the
-- same answers as in one go
SELECT setseed(0.41);
CREATE TEMP TABLE sample AS
SELECT i, i % 60 AS g, (random() * 6)::int AS part, (random() * 200)::bigint AS at, (random() * 15)::int AS met
  FROM generate_series(1, 20000) AS i;
INSERT INTO sample SELECT i, 60 + i % 40, i % 7, 1 + (random() * 9)::bigint, (random() * 15)::int FROM generate_series(1, 200) AS i;
CREATE TEMP VIEW collected AS
SELECT g, part, pg_temp.collect_funnel('50 s', m, to_timestamp(at), met & 1 > 0, met & 2 > 0, met & 4 > 0, met & 8 > 0) AS funnel,
	   pg_temp.collect_sequence('(?1)(?t>=3)(?2).(?3).*(?4)', 40, at, met & 1 > 0, met & 2 > 0, met & 4 > 0, met & 8 > 0) AS sequence,
	   pg_temp.collect_retention('classic', '{0,1,2,100}', to_timestamp(60 * 86400), 'UTC', to_timestamp(at * 43210), met & 1 > 0, met & 2 > 0) AS retention
  FROM sample, (VALUES ('strict_order')) AS v (m) GROUP BY GROUPING SETS ((g), (g, part));
CREATE TEMP TABLE parts AS SELECT * FROM collected WHERE part IS NOT NULL;
CREATE TEMP TABLE whole AS SELECT * FROM collected WHERE part IS NULL;
SELECT count(*) AS groups,
	   count(*) FILTER (WHERE adpipe_internal.events_send(m.funnel) <> adpipe_internal.events_send(w.funnel)
						   OR adpipe_internal.events_send(m.sequence) <> adpipe_internal.events_send(w.sequence)
						   OR adpipe_internal.events_send(m.retention) <> adpipe_internal.events_send(w.retention)) AS other_bytes,
	   count(*) FILTER (WHERE adpipe_internal.funnel_level(m.funnel) <> f.level
						   OR adpipe_internal.funnel_steps_timestamptz(m.funnel) IS DISTINCT FROM f.steps
						   OR adpipe_internal.sequence_matches(m.sequence) <> f.matches
						   OR adpipe_internal.retention_days(m.retention) IS DISTINCT FROM f.days) AS other_answers,
	   count(DISTINCT f.level) AS levels, count(DISTINCT f.matches) > 5 AS many_counts, count(DISTINCT f.days) > 2 AS many_days
  FROM (SELECT g, pg_temp.merge(funnel ORDER BY random()) AS funnel, pg_temp.merge(sequence ORDER BY random()) AS sequence,
			   pg_temp.merge(retention ORDER BY random()) AS retention FROM parts GROUP BY g) AS m
  JOIN whole AS w USING (g)
  JOIN (SELECT g, adpipe.window_funnel('50 s', 'strict_order', to_timestamp(at), met & 1 > 0, met & 2 > 0, met & 4 > 0, met & 8 > 0) AS level,
			   adpipe.window_funnel_steps('50 s', 'strict_order', to_timestamp(at), met & 1 > 0, met & 2 > 0, met & 4 > 0, met & 8 > 0) AS steps,
			   adpipe.sequence_count('(?1)(?t>=3)(?2).(?3).*(?4)', 40, at, met & 1 > 0, met & 2 > 0, met & 4 > 0, met & 8 > 0) AS matches,
			   adpipe.retention('classic', '{0,1,2,100}', to_timestamp(60 * 86400), 'UTC', to_timestamp(at * 43210), met & 1 > 0, met & 2 > 0) AS days
		  FROM sample GROUP BY g) AS f USING (g);
-- reading and merging left the stored states alone
SELECT count(*) AS parts, count(*) FILTER (WHERE merged::text <> p.funnel::text) AS changed
  FROM parts AS p JOIN (SELECT g, part, pg_temp.merge(funnel) AS merged FROM parts GROUP BY g, part) AS again USING (g, part);
SELECT count(*) FILTER (WHERE adpipe_internal.events_send(p.funnel) <> adpipe_internal.events_send(again.funnel)) AS changed
  FROM parts AS p JOIN collected AS again USING (g, part);
-- neutral element, both sides; commutative
SELECT bool_and(adpipe_internal.events_combine(sequence, empty)::text = sequence::text) AS right_neutral,
	   bool_and(adpipe_internal.events_combine(empty, sequence)::text = sequence::text) AS left_neutral,
	   bool_and(adpipe_internal.events_combine(sequence, next)::text = adpipe_internal.events_combine(next, sequence)::text) AS commutative
  FROM (SELECT sequence, lead(sequence) OVER (ORDER BY g, part) AS next,
			   pg_temp.outcome(format($$SELECT pg_temp.collect_sequence('(?1)(?t>=3)(?2).(?3).*(?4)', 40, 1, false, false, false, false)$$))::adpipe.events_state AS empty
		  FROM parts) AS p;

-- Text round trip
SELECT count(*) AS states,
	   count(*) FILTER (WHERE adpipe_internal.events_send(s::text::adpipe.events_state) <> adpipe_internal.events_send(s)) AS text_wrong
  FROM (SELECT funnel FROM parts UNION ALL SELECT sequence FROM whole UNION ALL SELECT retention FROM parts) AS t (s);
-- Parallel plans give the same as serial ones, also with a FILTER that leaves
-- nothing to most workers
CREATE TABLE kpi_events_rows AS SELECT * FROM sample;
ANALYZE kpi_events_rows;
CREATE VIEW kpi_events_report AS
SELECT g, adpipe.window_funnel('50 s', 'strict_once', to_timestamp(at), met & 1 > 0, met & 2 > 0, met & 4 > 0) AS level,
	   adpipe.window_funnel_steps('50 s', 'strict_once', to_timestamp(at), met & 1 > 0, met & 2 > 0, met & 4 > 0) AS steps,
	   adpipe.window_funnel_duration(50, at, met & 1 > 0, met & 2 > 0, met & 4 > 0) AS duration,
	   adpipe.window_funnel(50, at, met & 1 > 0, met & 2 > 0) FILTER (WHERE i < 100) AS early,
	   adpipe.sequence_match('(?1)(?2)(?1)', 3, at, met & 1 > 0, met & 2 > 0) AS is_match,
	   adpipe.sequence_count('(?1)(?t>2)(?2)', at, met & 1 > 0, met & 2 > 0) AS matches,
	   adpipe.retention('rolling', '{0,1,5}', to_timestamp(60 * 86400), 'Asia/Seoul', to_timestamp(at * 43210), met = 1, met > 9) AS days,
	   adpipe.retention(at = 1, at = 2, met = 3) AS conditions,
	   adpipe.funnel_counts(met, 15) AS counts
  FROM kpi_events_rows GROUP BY g;
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial AS SELECT * FROM kpi_events_report;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
DO $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) SELECT * FROM kpi_events_report' LOOP
		plan := plan || line || E'\n';
	END LOOP;
	IF plan !~ 'Finalize.*Gather.*Partial' THEN
		RAISE EXCEPTION 'not a parallel plan: %', plan;
	END IF;
END
$$;
CREATE TEMP TABLE parallel AS SELECT * FROM kpi_events_report;
SELECT count(*) AS groups, count(*) FILTER (WHERE serial::text <> parallel::text) AS different
  FROM serial JOIN parallel USING (g);
COMMIT;
DROP VIEW kpi_events_report;
DROP TABLE kpi_events_rows;

-- What the catalogue says of them
SELECT proname, count(*), bool_and(proparallel = 's') AS parallel, bool_and(provolatile = 'i') AS immutable,
	   bool_and(aggcombinefn <> 0) AS combines, bool_and(aggtranstype <> 'internal'::regtype) AS declared
  FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
 WHERE pronamespace = 'adpipe'::regnamespace
   AND proname ~ '^(window_funnel|sequence_|retention|funnel_counts)' GROUP BY proname ORDER BY proname;

-- States do not mix, nor do their readers
SELECT query, pg_temp.outcome('SELECT adpipe_internal.' || query) AS outcome
  FROM (VALUES
	('events_combine(''events:1:window_funnel:bigint:2:16:within=5 modes=-:0:'', ''events:1:window_funnel:bigint:2:16:within=6 modes=-:0:'')'),
	('events_combine(''events:1:window_funnel:bigint:2:16:within=5 modes=-:0:'', ''events:1:window_funnel:bigint:3:16:within=5 modes=-:0:'')'),
	('events_combine(''events:1:window_funnel:bigint:2:16:within=5 modes=-:0:'', ''events:1:window_funnel:timestamp:2:16:within=5 modes=-:0:'')'),
	('events_combine(''events:1:window_funnel:bigint:2:16:within=5 modes=-:1:7/1'', ''events:1:window_funnel:bigint:2:16:within=5 modes=-:2:-7/2,7/1'')'),
	('sequence_matches(''events:1:window_funnel:bigint:2:16:within=5 modes=-:0:'')'),
	('retention_days(''events:1:window_funnel:bigint:2:16:within=5 modes=-:0:'')'),
	('funnel_level(''events:1:sequence:bigint:1:22:within=-1 pattern=(?1):0:'')'),
	('funnel_steps_timestamptz(''events:1:window_funnel:bigint:2:16:within=5 modes=-:0:'')'),
	('funnel_duration_bigint(''events:1:window_funnel:timestamp:2:16:within=5 modes=-:2:1/1,2/2'')'),
	('funnel_duration(''events:1:window_funnel:timestamp:2:16:within=5 modes=-:2:1/1,2/2'')'),
	('funnel_level(''events:1:window_funnel:bigint:2:16:within=5 modes=-:2:1/1,2/2'')')
	) AS q (query);

-- No other text than that of a state is read
SELECT text, pg_temp.outcome(format('SELECT %L::adpipe.events_state', text)) AS outcome
  FROM unnest(ARRAY[
	'', 'events', 'events:', 'ratio:1:', 'events:0:', 'events:2:window_funnel', 'events:99999999999:', 'events:1:',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:0:',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:0: ',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:0',
	'events:01:window_funnel:bigint:2:16:within=5 modes=-:0:',
	'events:1:funnel:bigint:2:16:within=5 modes=-:0:',
	'events:1:window_funnel:date:2:16:within=5 modes=-:0:',
	'events:1:window_funnel:int:2:16:within=5 modes=-:0:',
	'events:1:window_funnel_window_funnel:bigint:2:16:within=5 modes=-:0:',
	'events:1:window_funnel:bigint:0:16:within=5 modes=-:0:',
	'events:1:window_funnel:bigint:33:16:within=5 modes=-:0:',
	'events:1:window_funnel:bigint:2:15:within=5 modes=-:0:',
	'events:1:window_funnel:bigint:2:999:within=5 modes=-:0:',
	'events:1:window_funnel:bigint:2:-1:within=5 modes=-:0:',
	'events:1:window_funnel:bigint:2:17:within=05 modes=-:0:',
	'events:1:window_funnel:bigint:2:17:within=-5 modes=-:0:',
	'events:1:window_funnel:bigint:2:27:within=5 modes=strict_once,:0:',
	'events:1:window_funnel:bigint:2:39:within=5 modes=strict_once,strict_order:0:',
	'events:1:window_funnel:bigint:2:20:within=5 modes=loose:0:',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:-1:',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1:',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:99999999:1/1',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1:1/0',
	'events:1:window_funnel:bigint:2:27:within=5 modes=strict_order:1:1/0',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1:1/4',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1:+1/1',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1:1/01',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1:1/0x1',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1: 1/1',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1:1/1,',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:2:1/1,1/1',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:2:2/1,1/1',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:2:1/2,1/3',
	'events:1:window_funnel:bigint:2:16:within=5 modes=-:1:9223372036854775808/1',
	'events:1:window_funnel:bigint:32:16:within=5 modes=-:1:-9223372036854775808/ffffffff',
	'events:1:window_funnel:bigint:32:16:within=5 modes=-:1:1/1ffffffff',
	'events:1:window_funnel:timestamp:2:16:within=5 modes=-:1:9223372036854775807/1',
	'events:1:sequence:bigint:1:22:within=-1 pattern=(?1):0:',
	'events:1:sequence:bigint:1:22:within=-2 pattern=(?1):0:',
	'events:1:sequence:bigint:1:22:within=-1 pattern=(?2):0:',
	'events:1:sequence:bigint:1:18:within=-1 pattern=:0:',
	'events:1:retention:date:2:38:kind=classic days=1,7 through=99 zone=:1:5/3',
	'events:1:retention:date:3:38:kind=classic days=1,7 through=99 zone=:1:5/3',
	'events:1:retention:date:2:39:kind=classic days=1,7, through=99 zone=:0:',
	'events:1:retention:date:2:40:kind=classic days=1,7 through=99 zone=US:0:',
	'events:1:retention:timestamptz:2:41:kind=classic days=1,7 through=99 zone=UTC:0:',
	'events:1:retention:timestamptz:2:41:kind=classic days=1,7 through=99 zone=XYZ:0:',
	'events:1:retention:timestamptz:2:41:kind=classic days=7-1 through=99 zone=UTC:0:',
	'events:1:retention:timestamptz:2:41:kind=bracket days=1-7 through=99 zone=UTC:0:'
	]) AS text;

-- Binary form: COPY out and in again through a file of the server
SELECT current_setting('data_directory') || '/adpipe_kpi_events.copy' AS file \gset
COPY parts TO :'file' (FORMAT binary);
CREATE TEMP TABLE loaded (LIKE parts);
COPY loaded FROM :'file' (FORMAT binary);
SELECT count(*) AS parts,
	   count(*) FILTER (WHERE p.funnel::text <> l.funnel::text OR p.sequence::text <> l.sequence::text
						   OR p.retention::text <> l.retention::text) AS wrong
  FROM parts AS p JOIN loaded AS l USING (g, part);
SELECT adpipe_internal.events_send('events:1:window_funnel:bigint:2:16:within=5 modes=-:2:-7/2,7/1');

-- Damaged bytes, too short, too long: an error or a valid state, never more
CREATE TEMP TABLE received (state adpipe.events_state);
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
SELECT pg_temp.receive(:'file', message) AS unharmed,
	   pg_temp.receive(:'file', substr(message, 1, length(message) - 1)) AS short,
	   pg_temp.receive(:'file', message || '\x00') AS long,
	   pg_temp.receive(:'file', ''::bytea) AS empty,
	   pg_temp.receive(:'file', substr(message, 1, 5)) AS head,
	   pg_temp.receive(:'file', set_byte(message, 0, 2)) AS version,
	   pg_temp.receive(:'file', set_byte(message, 1, 4)) AS kind,
	   pg_temp.receive(:'file', set_byte(message, 1, 2)) AS other_kind,
	   pg_temp.receive(:'file', set_byte(message, 2, 4)) AS type,
	   pg_temp.receive(:'file', set_byte(message, 3, 0)) AS no_conditions,
	   pg_temp.receive(:'file', set_byte(message, 4, 255)) AS long_parameters,
	   pg_temp.receive(:'file', set_byte(message, 8, 0)) AS zero_in_parameters,
	   pg_temp.receive(:'file', set_byte(message, 24, 255)) AS count,
	   pg_temp.receive(:'file', set_byte(message, 28, 127)) AS disorder,
	   pg_temp.receive(:'file', set_byte(message, 39, 4)) AS condition
  FROM adpipe_internal.events_send('events:1:window_funnel:bigint:2:16:within=5 modes=-:2:-7/2,7/1') AS message \gx
DO $$
DECLARE
	file text := current_setting('data_directory') || '/adpipe_kpi_events.copy';
	messages bytea[] := ARRAY[
		adpipe_internal.events_send('events:1:window_funnel:timestamptz:2:39:within=5 modes=strict_order,strict_once:2:-7/2,7/1'),
		adpipe_internal.events_send('events:1:sequence:bigint:2:36:within=100 pattern=(?1)(?t<=5).*(?2):3:1/1,2/2,3/2'),
		adpipe_internal.events_send('events:1:retention:timestamptz:2:45:kind=bracket days=1-7,0-0 through=99 zone=UTC:2:3/1,4/2'),
		adpipe_internal.events_send('events:1:retention:date:2:38:kind=classic days=1,7 through=99 zone=:2:5/3,6/2')];
	message bytea;
	result text;
BEGIN
	FOR i IN 1 .. 2000 LOOP
		message := messages[1 + i % 4];
		message := set_byte(set_byte(message, i % length(message), (random() * 255)::int),
			(random() * (length(message) - 1))::int, (random() * 255)::int);
		result := pg_temp.receive(file, CASE WHEN i % 7 = 0
			THEN substr(message, 1, (random() * length(message))::int) ELSE message END);
		IF result NOT IN ('22P03', '0A000', '2201B', '08P01', '54000') THEN
			IF result::adpipe.events_state::text <> result THEN
				RAISE WARNING 'received %', result;
			END IF;
			-- whatever was accepted can be read
			IF result ~ 'retention' THEN
				PERFORM adpipe_internal.retention_days(result::adpipe.events_state);
			ELSIF result ~ 'sequence' THEN
				PERFORM adpipe_internal.sequence_matches(result::adpipe.events_state);
			ELSE
				PERFORM adpipe_internal.funnel_level(result::adpipe.events_state);
			END IF;
		END IF;
	END LOOP;
END
$$;
-- programs of the server run in its data directory
COPY (SELECT 1 WHERE false) TO PROGRAM 'rm adpipe_kpi_events.copy';
