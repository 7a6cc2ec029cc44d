-- adpipe.reach and adpipe.unique_users: the one count of a group.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

CREATE TABLE people (day date, campaign text, impressions bigint, reach bigint);
INSERT INTO people VALUES
	('2026-11-01', 'brand', 1000, 400), ('2026-11-02', 'brand', 1500, 600), ('2026-11-03', 'brand', 0, NULL),
	('2026-11-01', 'generic', 900, 0), ('2026-11-02', 'generic', 800, 500);

-- at the grain of the rows, with the ratios that need it
SELECT day, campaign, adpipe.reach(reach), adpipe.unique_users(reach),
	   adpipe.display(adpipe.frequency(impressions, reach)) AS frequency
  FROM people GROUP BY 1, 2 ORDER BY 1, 2;
-- one count among NULLs, none at all, no rows; zero is a count
SELECT adpipe.reach(reach) FROM people WHERE campaign = 'brand' AND day >= '2026-11-02';
SELECT adpipe.reach(reach), adpipe.unique_users(NULL) FROM people WHERE day = '2026-11-03';
SELECT adpipe.reach(reach) FROM people WHERE false;
SELECT adpipe.reach(reach) FROM people WHERE campaign = 'generic' AND day = '2026-11-01';
SELECT adpipe.reach(4::smallint), adpipe.reach(4), adpipe.unique_users(9223372036854775807);

-- a second one is an error, whatever it is
SELECT campaign, adpipe.reach(reach) FROM people GROUP BY 1;
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.unique_users(reach) FROM people WHERE campaign = 'generic';
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.reach(5) FROM people WHERE campaign = 'generic';
\echo :LAST_ERROR_SQLSTATE
-- by all that splits the rows, as the hint says
SELECT day, campaign, adpipe.reach(reach) FROM people GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 2;
-- FILTER picks a row; a window frame is a group
SELECT campaign, adpipe.reach(reach) FILTER (WHERE day = '2026-11-02') FROM people GROUP BY 1 ORDER BY 1;
SELECT day, adpipe.reach(reach) OVER (PARTITION BY day, campaign) FROM people ORDER BY 1, 2;
SELECT adpipe.reach(reach) OVER (ORDER BY day ROWS 1 PRECEDING) FROM people WHERE campaign = 'brand';
\echo :LAST_ERROR_SQLSTATE

-- halves of a group that meet in a parallel plan
CREATE TABLE many AS SELECT i % 1000 AS g, CASE WHEN i < 1000 THEN i END::bigint AS reach FROM generate_series(0, 19999) AS i;
ANALYZE many;
BEGIN;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT adpipe.reach(reach) FROM many WHERE g = 7;
SELECT adpipe.reach(reach) FROM many WHERE g = 7;
SELECT count(*), bool_and(r = g) FROM (SELECT g, adpipe.reach(reach) AS r FROM many GROUP BY g) AS s;
\set VERBOSITY terse
SELECT adpipe.reach(reach) FROM many;
\set VERBOSITY default
COMMIT;
SELECT name, arguments, unit, trap FROM adpipe.kpis WHERE name IN ('reach', 'unique_users') ORDER BY name;
DROP TABLE people, many;
