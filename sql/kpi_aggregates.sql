-- What every aggregate of the extension must hold, found in the catalogue: a new
-- one needs a row in "generators" below, and fails here until it has one.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;
SET extra_float_digits = 1;

-- Rows to aggregate, with everything that a generator may want: numbers with
-- NULLs, zeros and changing decimals, times, conditions, values of our types.
-- "once" is true in one row of each group.
SELECT setseed(0.64);
CREATE TABLE kpi_rows AS
SELECT i, i % 20 AS g, (random() * 6)::int AS part, i < 20 AS once, 'C' || i % 20 AS currency,
	   CASE WHEN random() < 0.8 THEN (random() * 1000 - 100)::bigint END AS b1,
	   CASE WHEN random() < 0.8 AND i % 20 <> 3 THEN (random() * 500)::bigint END AS b2,
	   CASE WHEN random() < 0.8 THEN round((random() * 900 - 90)::numeric, (random() * 14)::int) END AS n1,
	   CASE WHEN random() < 0.8 AND i % 20 <> 3 THEN round((random() * 90)::numeric, 2) END AS n2,
	   CASE WHEN random() < 0.8 THEN (random() * 900 - 90)::numeric(12,4)::float8 END AS f1,
	   CASE WHEN random() < 0.8 AND i % 20 <> 3 THEN (random() * 90)::numeric(12,2)::float8 END AS f2,
	   timestamp '2026-01-01' + i * interval '47 minutes' AS t,
	   timestamptz '2026-01-01 00:00+00' + i * interval '47 minutes' AS tz,
	   random() < 0.3 AS c1, random() < 0.3 AS c2, random() < 0.3 AS c3, NULLIF(random() < 0.5, random() < 0.1) AS c4,
	   (ARRAY['search', 'social', 'email', 'display', 'direct'])[1 + (random() * 4)::int] AS channel,
	   NULL::adpipe.adstats AS stats, NULL::adpipe.adseries AS series,
	   NULL::adpipe.journeys AS journeys
  FROM generate_series(0, 1999) AS i;
UPDATE kpi_rows SET stats = adpipe.adstats(b1, b2, n1, n2, f1::numeric, currency) WHERE i % 7 <> 0;
UPDATE kpi_rows AS r SET series = s.series
  FROM (SELECT i, adpipe.series(t, f1) AS series FROM kpi_rows GROUP BY i) AS s
 WHERE s.i = r.i AND r.i % 7 <> 0;
UPDATE kpi_rows AS r SET journeys = s.journeys
  FROM (SELECT i, adpipe.journeys('u' || part, tz, channel, c1, n2, currency) AS journeys FROM kpi_rows GROUP BY i) AS s
 WHERE s.i = r.i AND r.i % 7 <> 0;
ANALYZE kpi_rows;

-- aggregate	pattern that state type, initial state and signature match
-- arguments	what to call it with, expressions over kpi_rows
-- nothing		what it gives for no rows
-- nulls		what it gives for rows that are all NULL
-- null_arguments	what those rows are where not every argument may be NULL
CREATE TEMP TABLE generators (aggregate text, arguments text, nothing text, nulls text, null_arguments text);
INSERT INTO generators (aggregate, arguments, nothing, nulls) VALUES
	-- two steps
	('adpipe.rollup\(adpipe.adstats\)', 'stats', NULL, NULL),
	-- distinct counts
	('^bigint - adpipe.(reach|unique_users)\(bigint\)', 'CASE WHEN once THEN b1 END', NULL, NULL),
	-- series and drawings
	('adpipe.series\(', 't, f1', NULL, NULL),
	('adpipe.rollup\(adpipe.adseries\)', 'series', NULL, NULL),
	('adpipe.sparkline\(', 'f1 ORDER BY i', NULL, NULL),
	-- attribution
	('adpipe.rollup\(adpipe.journeys\)', 'journeys', NULL, NULL),
	-- funnels
	('adpipe.funnel_counts\(integer\)', '(b2 % 6)::integer', NULL, NULL);
INSERT INTO generators VALUES
	('adpipe.funnel_counts\(integer,integer\)', '(b2 % 6)::integer, 5', NULL, NULL, 'NULL, 5'),
	('adpipe.retention\(boolean\[\]\)', 'c1, c2, c4', NULL, '{f,f}', 'NULL, NULL'),
	('adpipe.retention\(.*,date,date', '''classic'', ARRAY[1, 7, 30], date ''2026-03-01'', t::date, c1, c2', NULL, NULL,
	 '''full'', ARRAY[1, 7, 30], date ''2026-03-01'', NULL, NULL, NULL'),
	('adpipe.retention\(.*,timestamp with', '''bracket'', ARRAY[[1, 3], [4, 7]], timestamptz ''2026-03-01'', ''Europe/Berlin'', tz, c1, c2', NULL, NULL,
	 '''rolling'', ARRAY[1], timestamptz ''2026-03-01'', ''24 hours'', NULL, NULL, NULL');
-- Numbers of each type, and users
CREATE TEMP TABLE number_types (type text, first text, second text);
INSERT INTO number_types VALUES
	('bigint', 'b1', 'b2'), ('numeric', 'n1', 'n2'), ('double precision', 'f1', 'f2');
-- ratios; those that count people take them once
INSERT INTO generators
SELECT format('^adpipe.ratio_state ratio:1:%s: .*\(%s,%s%s\)', kind, n.type, n.type, currency),
	   format(arguments, n.first, n.second) || CASE currency WHEN '' THEN '' ELSE ', currency' END
  FROM number_types AS n, (VALUES (''), (',text')) AS c (currency),
	   (VALUES ('n?d?-?', '%s, %s'), ('n?o', '%s, CASE WHEN once THEN %s END'),
			   ('ou', 'CASE WHEN once THEN %s END, CASE WHEN once THEN %s END')) AS k (kind, arguments);
-- cohorts, of one day and of all days
INSERT INTO generators
SELECT format('adpipe.%s\(%s,%s,integer%s\)', name, n.type, n.type, currency),
	   concat_ws(', ', n.first, n.second, day, CASE currency WHEN '' THEN NULL ELSE 'currency' END)
  FROM number_types AS n, (VALUES (''), (',text')) AS c (currency),
	   (VALUES ('cohort_roas', '7'), ('(ltv_curve|payback_day)', '(i / 20 % 7)::integer')) AS k (name, day);
-- stats, by the types of counts and of amounts
INSERT INTO generators
SELECT format('adpipe.stats\(%1$s,%1$s,%2$s,%2$s,%2$s%3$s\)', c.type, a.type, currency),
	   concat_ws(', ', c.first, c.second, a.first, a.second, a.first, CASE currency WHEN '' THEN NULL ELSE 'currency' END),
	   NULL, 'adstats:1:-:-:-:-:-:-'
  FROM number_types AS c, number_types AS a, (VALUES (''), (',text')) AS w (currency);
-- attribution
INSERT INTO generators
SELECT format('adpipe.journeys\(%s,.*,%s%s\)', u.type, n.type, currency),
	   concat_ws(', ', u.id, 'tz, channel, c1', n.second, CASE currency WHEN '' THEN NULL ELSE 'currency' END)
  FROM (VALUES ('text', '''u'' || part'), ('bigint', 'part::bigint'), ('uuid', 'md5(part::text)::uuid')) AS u (type, id),
	   number_types AS n, (VALUES (''), (',text')) AS w (currency);
-- sequences, by the type of the time, with and without what stands before it
INSERT INTO generators
SELECT format('adpipe.%s\(%s%s,%s,boolean', name, parameter_type, option_type, time_type),
	   concat(parameter, option, ', ', time, ', c1, c2, c3'), NULL, NULL, concat(parameter, option, ', NULL::', time_type, ', NULL::boolean, NULL')
  FROM (VALUES ('timestamp with time zone', 'tz', 'interval', 'interval ''10 days'''),
			   ('timestamp without time zone', 't', 'interval', 'interval ''10 days'''),
			   ('bigint', 'i * 60::bigint', 'bigint', '7200::bigint')) AS v (time_type, time, span_type, span),
	   LATERAL (VALUES ('(window_funnel|window_funnel_steps|window_funnel_duration)', span_type, span, '', ''),
					   ('(window_funnel|window_funnel_steps|window_funnel_duration)', span_type, span, ',text', ', ''strict_increase'''),
					   ('(sequence_match|sequence_count)', 'text', '''(?1).*(?2)''::text', '', ''),
					   ('(sequence_match|sequence_count)', 'text', '''(?1).*(?2)''::text', ',' || span_type, ', ' || span)
			) AS w (name, parameter_type, parameter, option_type, option);

-- The aggregates with what there is to know of them
CREATE TEMP VIEW aggregates AS
SELECT p.oid, p.oid::regprocedure::text AS signature, p.pronamespace::regnamespace || '.' || p.proname AS name,
	   pg_get_function_identity_arguments(p.oid) AS argument_list,
	   (SELECT string_agg(format_type(t, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, n)) AS types,
	   (SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, n)) AS all_null,
	   p.prorettype::regtype AS result, p.proparallel = 's' AS is_parallel_safe,
	   a.aggtranstype::regtype AS state, a.aggtransfn, a.agginitval,
	   NULLIF(a.aggcombinefn::oid, 0)::regproc AS combine, NULLIF(a.aggfinalfn::oid, 0)::regproc AS final,
	   a.aggfinalextra AS final_extra, NULLIF(a.aggminvtransfn::oid, 0) IS NOT NULL AS is_moving,
	   a.aggtranstype <> 'internal'::regtype OR a.aggserialfn <> 0 AS is_portable,
	   gen.arguments, gen.nothing, gen.nulls, gen.null_arguments
  FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
  JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'adpipe'
  LEFT JOIN LATERAL (
	SELECT * FROM generators AS g
	 WHERE format('%s %s %s', a.aggtranstype::regtype,
				  COALESCE(substring(a.agginitval FROM '^ratio:1:[a-z-]+:'), a.agginitval, '-'),
				  p.oid::regprocedure) ~ g.aggregate
	 LIMIT 1) AS gen ON true;
SELECT signature AS without_generator FROM aggregates WHERE arguments IS NULL;
SELECT count(*) > 200 AS many FROM aggregates;

CREATE FUNCTION pg_temp.set_parallel(wanted boolean) RETURNS void LANGUAGE sql AS $$
	SELECT set_config('max_parallel_workers_per_gather', CASE WHEN wanted THEN '2' ELSE '0' END, true),
		   set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true),
		   set_config('min_parallel_table_scan_size', '0', true),
		   set_config('parallel_leader_participation', 'off', true),
		   set_config(CASE WHEN current_setting('server_version_num')::int >= 160000
						   THEN 'debug_parallel_query' ELSE 'force_parallel_mode' END,
					  CASE WHEN wanted THEN 'on' ELSE 'off' END, true)
$$;

-- A query's one value as text; the error that it raises
CREATE FUNCTION pg_temp.value_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE query INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- Says what is wrong with an aggregate, if what it gives is not what it should
CREATE FUNCTION pg_temp.expect(signature text, what text, got text, wanted text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF got IS DISTINCT FROM wanted THEN
		RAISE WARNING '%, %: % instead of %', signature, what, left(got, 200), left(wanted, 200);
		RETURN 1;
	END IF;
	RETURN 0;
END
$$;

-- A call per group, all in one text
CREATE FUNCTION pg_temp.by_group(call text, rows text DEFAULT 'kpi_rows') RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT string_agg(COALESCE(v, ''NULL''), '' '' ORDER BY g) FROM (SELECT g, (%s)::text AS v FROM %s GROUP BY g) AS s',
				  call, rows)
$$;

-- Nothing, nothing but NULLs, one row, and zero in the denominator
CREATE FUNCTION pg_temp.check_edges(a aggregates) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	call text := format('%s(%s)', a.name, a.arguments);
	failures int := 0;
	one text;
BEGIN
	failures := failures
		+ pg_temp.expect(a.signature, 'no rows', pg_temp.value_of(format('SELECT %s FROM kpi_rows WHERE false', call)), a.nothing)
		+ pg_temp.expect(a.signature, 'all NULL', pg_temp.value_of(format('SELECT %s(%s) FROM kpi_rows', a.name, COALESCE(a.null_arguments, a.all_null))), a.nulls);
	one := pg_temp.value_of(format('SELECT %s FROM kpi_rows WHERE i = 1', call));
	failures := failures + pg_temp.expect(a.signature, 'one row', (one ~ '^[0-9A-Z]{5} ')::text, CASE WHEN one IS NOT NULL THEN 'false' END);
	IF a.state = 'adpipe.ratio_state'::regtype THEN
		failures := failures + pg_temp.expect(a.signature, 'zero denominator',
			pg_temp.value_of(format('SELECT %s(%s, 0%s) FROM kpi_rows WHERE i = 1', a.name, split_part(a.arguments, ',', 1),
									CASE WHEN a.types ~ 'text' THEN ', currency' END)), NULL);
	END IF;
	RETURN failures;
END
$$;

-- Random parts, merged in random order, are the whole; also after their way
-- through text and binary, which is how they travel between servers
CREATE TEMP TABLE messages (type regtype, message bytea, text text);
CREATE FUNCTION pg_temp.check_merge(a aggregates) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	initial text := COALESCE(', INITCOND = ' || quote_literal(a.agginitval), '');
	final text := CASE WHEN a.final IS NULL THEN '(%s)' WHEN a.final_extra
		THEN format('%s(%%s, %s)', a.final, a.all_null) ELSE a.final || '(%s)' END;
	send regproc := (SELECT typsend FROM pg_type WHERE oid = a.state);
	failures int := 0;
	wrong text;
BEGIN
	IF a.combine IS NULL OR a.state = 'internal'::regtype THEN
		RETURN 0;
	END IF;
	EXECUTE format('CREATE AGGREGATE pg_temp.collect(%s) (SFUNC = %s, STYPE = %s%s)', a.argument_list, a.aggtransfn, a.state, initial);
	EXECUTE format('CREATE AGGREGATE pg_temp.merge(%1$s) (SFUNC = %2$s, STYPE = %1$s%3$s)', a.state, a.combine, initial);
	EXECUTE format('CREATE TEMP TABLE whole AS SELECT g, pg_temp.collect(%1$s) AS state, (%2$s(%1$s))::text AS result FROM kpi_rows GROUP BY g', a.arguments, a.name);
	-- a part without rows: a worker whose filter lets nothing pass
	EXECUTE format('CREATE TEMP TABLE parts AS SELECT g, part, pg_temp.collect(%1$s) AS state FROM kpi_rows GROUP BY g, part
		UNION ALL SELECT g, 7, pg_temp.collect(%1$s) FILTER (WHERE false) FROM kpi_rows GROUP BY g', a.arguments);
	EXECUTE format('SELECT count(*) FILTER (WHERE w.state::text IS DISTINCT FROM m.state::text OR %1$s(w.state) IS DISTINCT FROM %1$s(m.state)) || '' states, ''
			|| count(*) FILTER (WHERE (%2$s)::text IS DISTINCT FROM w.result) || '' results''
		  FROM whole AS w JOIN (SELECT g, pg_temp.merge(state ORDER BY random()) AS state FROM parts GROUP BY g) AS m USING (g)',
		send, format(final, 'm.state')) INTO wrong;
	failures := failures + pg_temp.expect(a.signature, 'differ after merging', wrong, '0 states, 0 results');
	-- through text, half of them
	EXECUTE format('SELECT count(*) FILTER (WHERE %1$s(w.state) IS DISTINCT FROM %1$s(m.state))
		  FROM whole AS w JOIN (SELECT g, pg_temp.merge(CASE WHEN part < 3 THEN state::text::%2$s ELSE state END ORDER BY random()) AS state
			FROM parts GROUP BY g) AS m USING (g)', send, a.state) INTO wrong;
	failures := failures + pg_temp.expect(a.signature, 'differ after text', wrong, '0');
	-- through binary, all of them
	EXECUTE format('COPY parts TO %L (FORMAT binary)', current_setting('data_directory') || '/adpipe_kpi.copy');
	CREATE TEMP TABLE received (LIKE parts);
	EXECUTE format('COPY received FROM %L (FORMAT binary)', current_setting('data_directory') || '/adpipe_kpi.copy');
	EXECUTE format('SELECT count(*) FILTER (WHERE %1$s(w.state) IS DISTINCT FROM %1$s(m.state))
		  FROM whole AS w JOIN (SELECT g, pg_temp.merge(state ORDER BY random()) AS state FROM received GROUP BY g) AS m USING (g)', send) INTO wrong;
	failures := failures + pg_temp.expect(a.signature, 'differ after binary', wrong, '0');
	-- merging has not touched what was stored
	SELECT count(*) INTO wrong FROM parts AS p JOIN received AS r USING (g, part) WHERE p.state::text IS DISTINCT FROM r.state::text;
	failures := failures + pg_temp.expect(a.signature, 'changed by merging', wrong, '0');

	EXECUTE format('INSERT INTO messages SELECT %L::regtype, %s(state), state::text FROM parts WHERE state IS NOT NULL ORDER BY random() LIMIT 3', a.state, send);
	DROP TABLE whole, parts, received;
	EXECUTE format('DROP AGGREGATE pg_temp.collect(%s)', a.types);
	EXECUTE format('DROP AGGREGATE pg_temp.merge(%s)', a.state);
	RETURN failures;
END
$$;

-- Parallel plans give what serial ones give, with a FILTER that leaves some
-- workers nothing, too
CREATE FUNCTION pg_temp.check_parallel(a aggregates) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	query text := pg_temp.by_group(format('ROW(%1$s(%2$s), %1$s(%2$s) FILTER (WHERE i < 45))', a.name, a.arguments));
	serial text;
	parallel text;
	plan json;
BEGIN
	PERFORM pg_temp.set_parallel(false);
	serial := pg_temp.value_of(query);
	PERFORM pg_temp.set_parallel(true);
	parallel := pg_temp.value_of(query);
	EXECUTE 'EXPLAIN (FORMAT json, COSTS off) ' || query INTO plan;
	PERFORM pg_temp.set_parallel(false);
	RETURN pg_temp.expect(a.signature, 'parallel', parallel, serial)
		+ pg_temp.expect(a.signature, 'partial plan', (plan::text ~ '"Partial Mode": "Partial"')::text,
						 (a.combine IS NOT NULL AND a.is_parallel_safe AND a.is_portable)::text)
		+ pg_temp.expect(a.signature, 'no result at all', (serial ~ '^[0-9A-Z]{5} [a-z]' OR serial ~ '^(\(,\) ?)*$')::text, 'false');
END
$$;

-- Frames that slide give what computing each afresh gives
CREATE FUNCTION pg_temp.check_sliding(a aggregates) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	wrong text;
BEGIN
	IF NOT a.is_moving THEN
		RETURN 0;
	END IF;
	EXECUTE format('CREATE AGGREGATE pg_temp.afresh(%s) (SFUNC = %s, STYPE = %s%s%s)', a.argument_list, a.aggtransfn, a.state,
		COALESCE(', INITCOND = ' || quote_literal(a.agginitval), ''), COALESCE(', FINALFUNC = ' || a.final, ''));
	EXECUTE format('SELECT count(*) FILTER (WHERE a::text IS DISTINCT FROM b::text) || '' of '' || count(*)
		FROM (SELECT %1$s(%2$s) OVER w AS a, pg_temp.afresh(%2$s) OVER w AS b FROM kpi_rows
			WINDOW w AS (PARTITION BY g ORDER BY i ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING)) AS s', a.name, a.arguments) INTO wrong;
	EXECUTE format('DROP AGGREGATE pg_temp.afresh(%s)', a.types);
	RETURN pg_temp.expect(a.signature, 'wrong frames', wrong, '0 of 2000');
END
$$;

DO $$
DECLARE
	a aggregates;
	failures int := 0;
BEGIN
	FOR a IN SELECT * FROM aggregates WHERE arguments IS NOT NULL LOOP
		failures := failures + pg_temp.check_edges(a) + pg_temp.check_merge(a)
			+ pg_temp.check_parallel(a) + pg_temp.check_sliding(a);
	END LOOP;
	RAISE NOTICE 'failures: %', failures;
END
$$;

-- Hostile input of every type that we have: damaged, cut, prolonged and random
-- bytes are refused, or are a value like any other
CREATE FUNCTION pg_temp.damaged(message bytea, how int) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	size int := length(message);
BEGIN
	CASE how % 5
		WHEN 0 THEN
			RETURN substr(message, 1, (random() * (size - 1))::int);
		WHEN 1 THEN
			RETURN message || substr(message, 1, 1 + (random() * 20)::int);
		WHEN 2 THEN
			RETURN decode(md5(random()::text) || md5(random()::text), 'hex') || substr(message, 33);
		ELSE
			FOR i IN 1 .. 1 + how % 3 LOOP
				message := set_byte(message, (random() * (size - 1))::int, (random() * 255)::int);
			END LOOP;
			RETURN message;
	END CASE;
END
$$;
CREATE FUNCTION pg_temp.receive(type regtype, message bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	file text := current_setting('data_directory') || '/adpipe_kpi.copy';
	object oid := lo_from_bytea(0, '\x5047434f50590aff0d0a00'::bytea || '\x0000000000000000'::bytea || '\x0001'::bytea
		|| decode(lpad(to_hex(length(message)), 8, '0'), 'hex') || message || '\xffff'::bytea);
	result text;
BEGIN
	PERFORM lo_export(object, file);
	PERFORM lo_unlink(object);
	EXECUTE 'TRUNCATE received';
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	EXECUTE 'SELECT value::text FROM received' INTO STRICT result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	-- of what cannot happen, XX000 must not
	RETURN 'error ' || SQLSTATE;
END
$$;
DO $$
DECLARE
	type record;
	sample record;
	result text;
	again text;
	refused int;
	accepted int;
BEGIN
	FOR type IN
		SELECT t.oid::regtype AS name FROM pg_type AS t
		  JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
		 WHERE t.typtype = 'b' AND t.typcategory <> 'A' AND t.typnamespace = 'adpipe'::regnamespace
	LOOP
		EXECUTE format('CREATE TEMP TABLE received (value %s)', type.name);
		refused := 0;
		accepted := 0;
		FOR i IN 1 .. 200 LOOP
			SELECT message, text INTO sample FROM messages WHERE messages.type = type.name ORDER BY random() LIMIT 1;
			IF NOT FOUND THEN
				RAISE WARNING 'no value of %', type.name;
				EXIT;
			END IF;
			IF i = 1 AND pg_temp.receive(type.name, sample.message) <> sample.text THEN
				RAISE WARNING 'not what was sent: %', sample.text;
			END IF;
			result := pg_temp.receive(type.name, pg_temp.damaged(sample.message, i));
			IF result ~ '^error (XX|57|58|25)' THEN
				RAISE WARNING '%: %', type.name, result;
			ELSIF result ~ '^error' THEN
				refused := refused + 1;
			ELSE
				accepted := accepted + 1;
				EXECUTE format('SELECT %L::%s::text', result, type.name) INTO again;
				IF again <> result THEN
					RAISE WARNING '% is not %', again, result;
				END IF;
			END IF;
		END LOOP;
		IF refused < 60 THEN
			RAISE WARNING '%: only % of 200 refused, % accepted', type.name, refused, accepted;
		END IF;
		DROP TABLE received;
	END LOOP;
END
$$;
-- programs of the server run in its data directory
COPY (SELECT 1 WHERE false) TO PROGRAM 'rm adpipe_kpi.copy';
DROP TABLE kpi_rows CASCADE;
