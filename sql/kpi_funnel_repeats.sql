-- strict_deduplication with strict_once: of the rows of one moment, one that meets
-- a step but stands for another step of the chain repeats nothing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- Rows from a text: '1A 2B' are A at 1 and B at 2, '3AB' one row that is both; in
-- any order they give the same
CREATE FUNCTION pg_temp.level(events text, within bigint, steps text, modes text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT answer::text, ' or ')
	  FROM (SELECT adpipe.window_funnel(within, modes, at, VARIADIC met) AS answer
			  FROM (SELECT run, (regexp_match(word, '^\d+'))[1]::bigint AS at,
						   ARRAY(SELECT strpos(word, step) > 0 FROM regexp_split_to_table(steps, '') AS step) AS met
					  FROM regexp_split_to_table(events, ' ') WITH ORDINALITY AS words (word, place), generate_series(-1, 4) AS run
					 ORDER BY run, CASE WHEN run < 2 THEN run * place ELSE random() END) AS ordered
			 GROUP BY run) AS runs;
$$;
SELECT events, within, pg_temp.level(events, within, 'ABC', 'strict_once,strict_deduplication') AS level, expected, why
  FROM (VALUES
	('1B 1AB 2D 3C', 5, 3, 'AB is A, so that B is B once'),
	('1AB 1B 3C', 5, 3, 'the same in another order'),
	('1B 1AB 1C', 5, 3, 'all at once'),
	('1B 1AB 1B 3C', 5, 2, 'two rows are left for B'),
	('1A 1AB 1B 3C', 5, 2, 'either may be B after the other A'),
	('0A 1AB 1B 3C', 5, 2, 'either may be B after the A before'),
	('0A 9AB 9B 10C', 5, 3, 'the A before is too long ago for B'),
	('0A 1BC 1C', 5, 3, 'BC is B, so that C is C once'),
	('0A 1BC 1B 2C', 5, 2, 'either may be B'),
	('1A 2B 3BC', 5, 2, 'B comes again, later'),
	('1B 1B 2C', 5, 0, 'no start, no repetition'),
	('1AB 2C', 5, 1, 'AB is A or B')
	) AS t (events, within, expected, why);
SELECT pg_temp.level('1ABCD 1BCD 1CD 1D', 5, 'ABCD', 'strict_once,strict_deduplication') AS one_way,
	   pg_temp.level('1ABCD 1BCD 1BCD 1D', 5, 'ABCD', 'strict_once,strict_deduplication') AS two_ways,
	   pg_temp.level('1B 1AB 3C', 5, 'ABC', 'strict_deduplication') AS without_once,
	   pg_temp.level('1B 1AB 3C', 5, 'ABC', 'strict_once,strict_deduplication,strict_increase') AS increasing,
	   pg_temp.level('1B 1AB 2X 3C', 5, 'ABC', 'strict_once,strict_deduplication,strict_order') AS in_order;
SELECT adpipe.window_funnel_steps(5, 'strict_once,strict_deduplication', at, a, b, c) AS steps
  FROM (VALUES (1, false, true, false), (1, true, true, false), (2, false, false, false), (3, false, false, true)) AS v (at, a, b, c);
