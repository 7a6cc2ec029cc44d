-- window_funnel: how far users get, and when.  Truth tables of ClickHouse's
-- windowFunnel (run on 18.16.1 where nothing else is said), its weaknesses,
-- what the parameters mean, and what is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- What a query returns, or the error it raises
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE query INTO result;
	RETURN COALESCE(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, NULLIF(detail, ''), NULLIF(hint, ''));
END
$$;

-- Rows from a text: '1A 2B' are A at 1 and B at 2, '3AB' one row that is both
CREATE FUNCTION pg_temp.rows_of(events text) RETURNS TABLE (at bigint, names text) LANGUAGE sql AS $$
	SELECT (regexp_match(word, '^\d+'))[1]::bigint, (regexp_match(word, '[A-Z]*$'))[1]
	  FROM regexp_split_to_table(events, ' +') AS word WHERE word <> '';
$$;

-- The level that they reach; steps as letters.  Rows come in the order given,
-- in reverse and at random: all must give the same.
CREATE FUNCTION pg_temp.level(events text, within bigint, steps text, modes text DEFAULT '')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answers text[];
BEGIN
	SELECT array_agg(DISTINCT answer) INTO answers
	  FROM (SELECT adpipe.window_funnel(within, modes, at, VARIADIC met)::text AS answer
			  FROM (SELECT run, at, ARRAY(SELECT strpos(names, step) > 0
										   FROM regexp_split_to_table(steps, '') AS step) AS met
					  FROM pg_temp.rows_of(events) WITH ORDINALITY AS rows (at, names, place),
						   generate_series(-1, 4) AS run
					 ORDER BY run, CASE WHEN run < 2 THEN run * place ELSE random() END) AS ordered
			 GROUP BY run) AS runs;
	RETURN CASE WHEN cardinality(answers) = 1 THEN answers[1] ELSE answers::text END;
END
$$;

-- Plain funnels.  Ties are in order of steps here, which is what later versions
-- of ClickHouse do; 18.16 gave 1 for AAA in one row and for the tie of 5B 5A.
SELECT events, within, steps, pg_temp.level(events, within, steps) AS level, expected
  FROM (VALUES
	('1A 2B 3C', 100, 'ABC', 3),
	('1A 2X 3B 4C', 100, 'ABC', 3),
	('0A 10B 11C', 10, 'ABC', 2),			-- closed bound at 10; 11 is out
	('0A 5B 6A 12C', 10, 'ABC', 2),			-- the second A has no B yet
	('0A 5B 6A 12B 14C', 10, 'ABC', 3),
	('1B 2C 3A', 100, 'ABC', 1),
	('1A', 100, 'AAA', 3),
	('1A 2A', 100, 'AA', 2),
	('5B 5A', 0, 'AB', 2),
	('1X 2Y', 100, 'AB', 0),
	-- a chain may go on from an older start while a younger one exists
	('0A 1B 2A 3C', 10, 'ABC', 3),
	('0A 9B 12A 13B 14C', 10, 'ABC', 3),
	('0A 9B 11A 19C', 10, 'ABC', 2)
	) AS t (events, within, steps, expected);

-- Modes, three steps: the table of kpi.md E.1, from a model of the published
-- algorithm; strict_order of the last rows from ClickHouse PR 9773
SELECT events,
	   pg_temp.level(numbered, 100, 'ABC') AS "default",
	   pg_temp.level(numbered, 100, 'ABC', 'strict_deduplication') AS deduplication,
	   pg_temp.level(numbered, 100, 'ABC', 'strict_order') AS "order",
	   pg_temp.level(numbered, 100, 'ABC', 'strict_increase') AS increase,
	   pg_temp.level(numbered, 100, 'ABC', 'strict_once') AS once,
	   pg_temp.level(numbered, 100, 'ABC', 'strict_order, allow_reentry') AS reentry
  FROM (SELECT place, events, string_agg(i || substr(events, i, 1), ' ' ORDER BY i) AS numbered
		  FROM unnest('{ABC,AXBC,AABBC,ABBC,ACB,ABXC,ADBC,AABBCC,AABBDCC,BBCCAA,XABC,BABC,ACBC,ABAC}'::text[])
			   WITH ORDINALITY AS t (events, place),
			   generate_series(1, length(events)) AS i
		 GROUP BY place, events) AS t
 ORDER BY place;
SELECT pg_temp.level('1A 2B 3C 4B 5D', 100, 'ABCD') AS "default",
	   pg_temp.level('1A 2B 3C 4B 5D', 100, 'ABCD', 'strict_deduplication') AS deduplication;

-- Ties.  ClickHouse gives 1 for the first (issue 93789): it keeps only the
-- start at 5, though 3A may go on with 5B.
SELECT events, within, steps, modes, pg_temp.level(events, within, steps, modes) AS level, expected
  FROM (VALUES
	('3A 5A 5B', 100, 'AB', 'strict_increase', 2),
	('5A 5B', 100, 'AB', 'strict_increase', 1),
	('3A 5A 5B 5C', 100, 'ABC', 'strict_increase', 2),
	('3A 4B 5A 5B 6C', 100, 'ABC', 'strict_increase', 3),
	('1ABC', 100, 'ABC', 'strict_once', 1),
	('1ABC 1ABC 1ABC', 100, 'ABC', 'strict_once', 3),
	('1AB 1A', 100, 'AB', 'strict_once', 2),		-- AB stands for B
	('1AB 1B 1C', 100, 'ABC', 'strict_once', 3),
	('1AB 1C', 100, 'ABC', 'strict_once', 1),		-- A or B, not both
	('0A 1AB 1C', 100, 'ABC', 'strict_once', 3),
	('0A 1BC 1BC', 100, 'ABC', 'strict_once', 3),
	('0A 1BC', 100, 'ABC', 'strict_once', 2),
	('1BCD 1A 1AB 1AB', 100, 'ABCD', 'strict_once', 3),
	('1BCD 1A 1AB 1C', 100, 'ABCD', 'strict_once', 4),
	('1A 2A', 100, 'AA', 'strict_once', 2),
	('1A 2A', 100, 'AAA', 'strict_once', 2),
	('1A 2B 2B 3C', 100, 'ABC', 'strict_deduplication', 2),
	('1A 2B 2C 2B', 100, 'ABC', 'strict_deduplication', 2),
	('1A 2X 2B', 100, 'AB', 'strict_order', 1),		-- a row that is no step comes first
	('1X 1A 2B', 100, 'AB', 'strict_order', 2),
	('1A 2C 2B', 100, 'ABC', 'strict_order', 3)
	) AS t (events, within, steps, modes, expected);

-- Times of the steps, and time to convert: the chain that gets furthest first,
-- each step at its earliest
SELECT events, adpipe.window_funnel(10, at, names ~ 'A', names ~ 'B', names ~ 'C') AS level,
	   adpipe.window_funnel_steps(10, at, names ~ 'A', names ~ 'B', names ~ 'C') AS steps,
	   adpipe.window_funnel_duration(10, at, names ~ 'A', names ~ 'B', names ~ 'C') AS duration
  FROM (VALUES (1, '1A 2B 3B 4C 5C'), (2, '1A 2A 3B 4B 5C'), (3, '0A 5B 6A 12C'),
			   (4, '0A 9B 10A 11B 13C'), (5, '1B 2C'), (6, '7A 7B 7C')) AS t (place, events),
	   pg_temp.rows_of(events)
 GROUP BY place, events ORDER BY place;
CREATE TEMP TABLE clicks (user_id int, at timestamptz, event text);
INSERT INTO clicks VALUES
	(1, '2024-03-01 10:00+00', 'view'), (1, '2024-03-01 10:05:00.25+00', 'cart'), (1, '2024-03-01 11:00+00', 'pay'),
	(2, '2024-03-01 10:00+00', 'view'), (2, '2024-03-02 10:00:00.000001+00', 'cart'),
	(3, '2024-03-01 10:00+00', 'cart'), (4, NULL, 'view'), (5, '2024-03-01 10:00+00', NULL);
SET TIME ZONE 'UTC';
SELECT user_id,
	   adpipe.window_funnel('1 day', at, event = 'view', event = 'cart', event = 'pay') AS level,
	   adpipe.window_funnel_steps('1 day', at, event = 'view', event = 'cart', event = 'pay') AS steps,
	   adpipe.window_funnel_duration('1 day', at, event = 'view', event = 'cart', event = 'pay') AS duration,
	   adpipe.window_funnel_steps('1 day', 'strict_increase', at AT TIME ZONE 'UTC', event = 'view', event = 'cart') AS local
  FROM clicks GROUP BY user_id ORDER BY user_id;
SELECT pg_typeof(adpipe.window_funnel_steps('1 day', at, true)) AS steps,
	   pg_typeof(adpipe.window_funnel_steps('1 day', at::timestamp, true)) AS local_steps,
	   pg_typeof(adpipe.window_funnel_steps(1, 1, true)) AS number_steps,
	   adpipe.window_funnel('1 day', at, true) AS nobody
  FROM clicks WHERE false;

-- Counts per level: cumulative
SELECT adpipe.funnel_counts(level) AS counts, adpipe.funnel_counts(level, 5) AS of_five
  FROM unnest('{0,1,3,1,2,3,NULL,0}'::int[]) AS level;
SELECT adpipe.funnel_counts(level) AS nobody, adpipe.funnel_counts(level, 3) AS nobody_of_three
  FROM unnest('{NULL}'::int[]) AS level;
SELECT adpipe.funnel_counts(0) AS none, adpipe.funnel_counts(0, 2) AS none_of_two;

-- A window frame
SELECT at, adpipe.window_funnel(10, at, names = 'A', names = 'B', names = 'C') OVER (ORDER BY at) AS level
  FROM pg_temp.rows_of('1A 2X 3B 20C 21A 25B 26C');

-- What is refused
SELECT query, pg_temp.outcome('SELECT ' || CASE WHEN query ~ '^funnel_counts_' THEN 'adpipe_internal.' ELSE 'adpipe.' END || query) AS outcome
  FROM (VALUES
	('window_funnel(''1 day'', ''strict'', now(), true)'),
	('window_funnel(''1 day'', ''strict_once,,strict_order  allow_reentry'', now(), true)'),
	('window_funnel(''1 month'', now(), true)'),
	('window_funnel(''-1 second'', now(), true)'),
	('window_funnel(-1, 1, true)'),
	('window_funnel(NULL::interval, now(), true)'),
	('window_funnel(1, NULL, 1, true)'),
	('window_funnel(1, at, true) FROM (VALUES (NULL::bigint)) AS v (at)'),
	('window_funnel(NULL, at, true) FROM (VALUES (NULL::bigint)) AS v (at)'),
	('window_funnel(1, 1, VARIADIC NULL::boolean[])'),
	('window_funnel(1, 1, VARIADIC ''{}''::boolean[])'),
	('window_funnel(1, 1, VARIADIC ''{{t},{f}}''::boolean[])'),
	('window_funnel(1, 1, VARIADIC array_fill(true, ARRAY[32]))'),
	('window_funnel(1, 1, VARIADIC array_fill(true, ARRAY[33]))'),
	('window_funnel(1, 1, VARIADIC ''{NULL,t}''::boolean[])'),
	('window_funnel(''1 day'', ''infinity''::timestamptz, true)'),
	('window_funnel(within, 1, true) FROM (VALUES (1), (2)) AS v (within)'),
	('window_funnel(within, 1, true) FROM (VALUES (1), (1)) AS v (within)'),
	('window_funnel(1, 1, VARIADIC met) FROM (VALUES (''{t}''::boolean[]), (''{t,f}'')) AS v (met)'),
	('window_funnel(9223372036854775807, at, at < 0, at > 0) FROM (VALUES (-9223372036854775807), (9223372036854775807)) AS v (at)'),
	('window_funnel(9223372036854775807, at, at < 0, at >= 0) FROM (VALUES (-9223372036854775807), (0)) AS v (at)'),
	('funnel_counts(-1)'), ('funnel_counts(33)'), ('funnel_counts(3, 2)'), ('funnel_counts(3, NULL)'),
	('funnel_counts_combine(''{1,2}'', ''{3}'')'),
	('funnel_counts_final(array_fill(33::bigint, ARRAY[34]))'),
	('funnel_counts_final(array_fill(32::bigint, ARRAY[34]))')
	) AS q (query);
