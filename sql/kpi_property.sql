-- No call of a KPI, on any input, crashes or returns NaN or an infinity: every
-- aggregate and every immutable function in the catalogue, called with random
-- types and extreme values.  Errors are those that a user can cause.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- Values of the types that arguments have; a type without any fails below
CREATE TEMP TABLE pool (type text, value text);
INSERT INTO pool
SELECT 'number', unnest(ARRAY['0', '1', '-1', '2', '3', '4', '0.5', '0.25', '0.95', '-0.5', '1e-12', '5e-13', '-5e-13',
	'0.1', '12.34', '1000000', '32767', '-32768', '2147483647', '-2147483648', '9007199254740993',
	'9223372036854775807', '-9223372036854775808', '1e15', '1e16', '1.5e26', '-1.5e26', '1.7e26', '1e27', '-1e27', '1e38',
	'1e100', '-1e100', '1e-30', '5e-324', '1.7976931348623157e308', '-1.7976931348623157e308', '3.4e38', '1e-45',
	'NaN', 'Infinity', '-Infinity', '170141183460469231731687303.715884105727', '-170141183460469231731687303.715884105728',
	repeat('9', 300), '0.' || repeat('9', 300), '1.' || repeat('0', 50)])
UNION ALL
SELECT 'text', unnest(ARRAY['', 'EUR', 'USD', 'eur', 'ABCDEFG8', 'ABCDEFGH9', 'a currency', 'é', E'\n', repeat('x', 10000),
	'classic', 'rolling', 'bracket', 'full', 'Europe/Berlin', '24 hours', 'strict_order', 'strict_once,allow_reentry',
	'(?1)', '(?1).*(?2)(?t<=10)(?3)', '(?1', '.*', '(?99)', 'first', 'linear', 'markov', 'shapley', 'position', 'time_decay', 'direct', '10 minutes'])
UNION ALL
SELECT 'uuid', unnest(ARRAY['00000000-0000-0000-0000-000000000000', '5c0e8400-e29b-41d4-a716-446655440000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])
UNION ALL
SELECT 'boolean', unnest(ARRAY['true', 'false'])
UNION ALL
SELECT 'date', unnest(ARRAY['2026-01-01', '2026-03-29', '2026-12-31', 'infinity', '-infinity', '4713-01-01 BC', '5874897-12-31'])
UNION ALL
SELECT unnest(ARRAY['timestamp without time zone', 'timestamp with time zone']), v
  FROM unnest(ARRAY['2026-01-01 00:00', '2026-01-01 00:00:00.000001', '2026-03-29 02:30', '2026-03-01', 'infinity', '-infinity',
	'4713-01-01 BC', '294276-12-31 23:59:59.999999', '1970-01-01']) AS v
UNION ALL
SELECT 'interval', unnest(ARRAY['0', '1 day', '-1 day', '1 month', '1 microsecond', '178000000 years', '-178000000 years', '24 hours', '30 days'])
UNION ALL
SELECT 'boolean[]', unnest(ARRAY['{}', '{t}', '{f}', '{NULL}', '{t,f,t}', '{f,t,NULL}', '{t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t,t}', '{{t,f},{f,t}}'])
UNION ALL
SELECT 'integer[]', unnest(ARRAY['{}', '{0}', '{1,7,30}', '{-1}', '{2147483647}', '{NULL}', '{{1,3},{4,7}}', '{{3,1}}', '{7,1,7}'])
UNION ALL
SELECT unnest(ARRAY['double precision[]', 'numeric[]']), v
  FROM unnest(ARRAY['{}', '{1}', '{1,2,3,4,5,6,7,8,9}', '{NULL}', '{NaN}', '{Infinity,1}', '{0,0,0}', '{1e300,-1e300,1e300}', '{5e-324,0,1}', '{0.4,0.2,0.4}', '{-1,2}']) AS v
UNION ALL
SELECT 'bigint[]', unnest(ARRAY['{}', '{0}', '{5,3,1}', '{NULL}', '{9223372036854775807,9223372036854775807}', '{-1}', '{{1,2},{3,4}}'])
UNION ALL
SELECT 'text[]', unnest(ARRAY['{}', '{search}', '{search,social,NULL}', '{""}', '{{a,b},{c,d}}'])
UNION ALL
SELECT 'adpipe.adstats', unnest(ARRAY['adstats:1:-:-:-:-:-:-', 'adstats:1:EUR:0:0:0:0:0', 'adstats:1:EUR:100:5:12.50:1:40', 'adstats:1:-:1:-:0.000000000001:-:-5',
	'adstats:1:USD:170141183460469231731687303.715884105727:1:-170141183460469231731687303.715884105727:0.000000000001:1'])
UNION ALL
SELECT 'adpipe.ratio_state', unnest(ARRAY['ratio:1:-:-:0:0:0:0:0:0:0', 'ratio:1:nd:EUR:2:-1.5:1:1:2:1:1', 'ratio:1:o:-:0:5:2:2:4:1:1',
	'ratio:1:n:EUR:1:170141183460469231731687303.715884105727:4611686018427387903:1:0.000000000001:1:1']);
-- values that aggregates made
INSERT INTO pool
SELECT 'adpipe.adseries', adpipe.series(timestamp '2026-01-01' + i * interval '1 day', v)::text
  FROM (VALUES (1, 1, 5::float8), (2, 1, 1e308), (2, 2, -1e308), (3, 1, 0), (3, 2, 0), (3, 3, 5e-324)) AS s (g, i, v) GROUP BY g;
INSERT INTO pool
SELECT 'adpipe.journeys', adpipe.journeys(u, timestamptz '2026-01-01' + i * interval '1 day', channel, converted, v)::text
  FROM (VALUES (1, 1, 'a', 'search', false, NULL::numeric), (1, 2, 'a', 'social', true, 5), (1, 3, 'a', NULL, true, 1e26), (2, 1, 'b', 'direct', false, NULL),
			   (3, 1, 'c', NULL, true, 0), (4, 1, 'd', 'email', true, -1.5), (4, 1, 'e', 'email', true, NULL)) AS s (g, i, u, channel, converted, v) GROUP BY g;
-- the state of sequences is made by its transition function only
SELECT aggtransfn AS add_event FROM pg_aggregate WHERE aggfnoid = 'adpipe.window_funnel(interval, timestamptz, boolean[])'::regprocedure \gset
CREATE AGGREGATE pg_temp.events(interval, timestamptz, VARIADIC boolean[]) (SFUNC = :add_event, STYPE = adpipe.events_state);
INSERT INTO pool
SELECT 'adpipe.events_state', pg_temp.events('1 day', timestamptz '2026-01-01' + i * interval '1 hour', a, b)::text
  FROM (VALUES (1, 1, true, false), (1, 2, false, true), (2, 1, false, false), (3, 1, NULL, true)) AS s (g, i, a, b) GROUP BY g;

CREATE TEMP VIEW calls AS
SELECT p.oid, p.oid::regprocedure::text AS signature, p.pronamespace::regnamespace || '.' || quote_ident(p.proname) AS name,
	   p.prokind = 'a' AS is_aggregate, p.prokind = 'w' AS is_window, p.proretset AS returns_set, p.provariadic <> 0 AS is_variadic,
	   ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, n) ORDER BY n) AS types
  FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'adpipe'
 WHERE p.provolatile = 'i'
   AND p.proname NOT IN ('change_text', 'hash_row') -- of the warehouse, no KPI
   AND p.prorettype <> 'date'::regtype -- so are those of periods; a date may be infinite
   -- failures and descriptions of copies are the warehouse's, too
   AND NOT p.proargtypes::oid[] && ARRAY['internal'::regtype::oid, 'cstring'::regtype::oid, 'adpipe.failure'::regtype::oid, 'jsonb'::regtype::oid];
SELECT DISTINCT type AS without_values
  FROM calls, unnest(types) AS type
 WHERE type NOT IN ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision') AND type NOT IN (SELECT type FROM pool);

-- A random value for an argument: NULL, one of its type, or a number of any type
CREATE FUNCTION pg_temp.argument(wanted text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	numbers text[] := ARRAY['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'];
	chosen text := wanted;
	result text;
BEGIN
	IF random() < 0.1 THEN
		RETURN 'NULL::' || wanted;
	END IF;
	IF wanted = ANY (numbers) THEN
		IF random() < 0.3 THEN
			chosen := numbers[1 + (random() * 5)::int];
		END IF;
		FOR attempt IN 1 .. 20 LOOP
			SELECT format('%L::%s', value, chosen) INTO result FROM pool WHERE type = 'number' ORDER BY random() LIMIT 1;
			BEGIN
				EXECUTE 'SELECT ' || result;
				RETURN result;
			EXCEPTION WHEN OTHERS THEN
				NULL; -- a value that this type does not have
			END;
		END LOOP;
		RETURN 'NULL::' || wanted;
	END IF;
	SELECT format('%L::%s', value, wanted) INTO result FROM pool WHERE type = wanted ORDER BY random() LIMIT 1;
	RETURN result;
END
$$;

CREATE FUNCTION pg_temp.random_call(c calls) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	arguments text[] := ARRAY(SELECT pg_temp.argument(t) FROM unnest(c.types) AS t);
	last int := cardinality(c.types);
	rows text;
BEGIN
	IF c.is_aggregate THEN
		-- 1 to 4 rows; parameters differ only now and then
		rows := format('(VALUES (%s)', array_to_string(arguments, ', '));
		FOR i IN 2 .. 1 + (random() * 3)::int LOOP
			FOR j IN 1 .. last LOOP
				IF random() < 0.6 THEN
					arguments[j] := pg_temp.argument(c.types[j]);
				END IF;
			END LOOP;
			rows := rows || format(', (%s)', array_to_string(arguments, ', '));
		END LOOP;
		arguments := ARRAY(SELECT 'a' || n FROM generate_series(1, last) AS n);
		rows := ' FROM ' || rows || format(') AS v (%s)', array_to_string(arguments, ', '));
	END IF;
	IF c.is_variadic THEN
		arguments[last] := 'VARIADIC ' || arguments[last];
	END IF;
	RETURN format('SELECT string_agg(t::text, '' '') FROM (SELECT %s(%s)%s%s) AS s (t)', c.name, array_to_string(arguments, ', '),
				  CASE WHEN c.is_window THEN ' OVER ()' ELSE '' END, COALESCE(rows, ''));
END
$$;

SELECT setseed(0.29);
DO $$
DECLARE
	c calls;
	query text;
	result text;
	answered int := 0;
	refused int := 0;
BEGIN
	FOR c IN SELECT * FROM calls ORDER BY signature COLLATE "C" LOOP
		FOR i IN 1 .. 40 LOOP
			query := pg_temp.random_call(c);
			BEGIN
				EXECUTE query INTO result;
				answered := answered + 1;
				IF result ~* '(^|[^a-z])(nan|-?inf|-?infinity)([^a-z]|$)' THEN
					RAISE WARNING '%: %', left(query, 500), left(result, 200);
				END IF;
			EXCEPTION WHEN OTHERS THEN
				refused := refused + 1;
				-- bad data, too many columns or rows, unknown version, another
				-- overload than the types suggest
				IF SQLSTATE !~ '^(22|21|54|0A|428|427|42P)' AND SQLERRM !~ 'called outside of an aggregate' THEN
					RAISE WARNING '%: % %', left(query, 500), SQLSTATE, SQLERRM;
				END IF;
			END;
		END LOOP;
	END LOOP;
	RAISE NOTICE 'many answered: %, many refused: %', answered > 4000, refused > 2000;
END
$$;

-- Numerics as they are stored, against the server's own text: every length of
-- header, sign, number of digits before and behind the point
CREATE TEMP TABLE numbers (v numeric);
INSERT INTO numbers
SELECT round((random() - 0.5)::numeric * 10::numeric ^ (random() * 27)::int, (random() * 20)::int)
  FROM generate_series(1, 20000);
INSERT INTO numbers
SELECT sign * d * 10::numeric ^ e + fraction
  FROM unnest(ARRAY[-1, 1]) AS sign, unnest(ARRAY[1, 9, 10, 9999, 10000, 10001, 99999999]) AS d,
	   generate_series(-16, 18) AS e, unnest(ARRAY[0, 0.0000000000005, 1e-20, 0.5, 0.00, 0.000000000000000000000000000000]) AS fraction;
SELECT count(*) > 22000 AS many,
	   count(*) FILTER (WHERE adpipe.spend(adpipe.adstats(NULL, NULL, v, NULL, NULL))::text
						IS DISTINCT FROM (CASE WHEN scale(v) > 12 THEN round(v, 12) ELSE v END)::text) AS wrong_stored,
	   count(*) FILTER (WHERE adpipe.spend(adpipe.adstats(NULL, NULL, v + 0, NULL, NULL))::text
						IS DISTINCT FROM (CASE WHEN scale(v) > 12 THEN round(v, 12) ELSE v END)::text) AS wrong_computed
  FROM numbers WHERE abs(v) < 1.7e26;
