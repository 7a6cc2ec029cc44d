-- retention: on which days a user came back.  The kinds and both ways to count
-- days of kpi.md E.3, days that are not over yet, and what is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;
SET TIME ZONE 'America/New_York';	-- must not matter

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

-- A user who starts on day 0 and is active on the days given; "full" days are
-- over.  By date, by calendar days of a zone and by windows of 24 hours, with
-- rows in several orders: all must agree.
CREATE FUNCTION pg_temp.retained(active int[], kind text, days int[], full_days int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answers text[];
BEGIN
	SELECT array_agg(DISTINCT answer) INTO answers
	  FROM (SELECT unnest(ARRAY[
					adpipe.retention(kind, days, date '2024-01-01' + full_days, day, started, NOT started)::text,
					adpipe.retention(kind, days, timestamptz '2024-01-01 00:00 Asia/Seoul' + make_interval(hours => 24 * full_days),
						'Asia/Seoul', (day + time '13:00') AT TIME ZONE 'Asia/Seoul', started, NOT started)::text,
					adpipe.retention(kind, days, timestamptz '2024-01-01 00:00 UTC' + make_interval(hours => 24 * full_days),
						'24 hours', day::timestamp AT TIME ZONE 'UTC', started, NOT started)::text]) AS answer, run
			  FROM (SELECT run, date '2024-01-01' + day AS day, place = 0 AS started
					  FROM (SELECT 0, 0 UNION ALL
							SELECT * FROM unnest(active) WITH ORDINALITY) AS rows (day, place),
						   generate_series(-1, 3) AS run
					 ORDER BY run, CASE WHEN run < 2 THEN run * place ELSE random() END) AS ordered
			 GROUP BY run) AS runs (answer, run);
	RETURN CASE WHEN cardinality(answers) = 1 THEN answers[1] ELSE answers::text END;
END
$$;

-- Kinds
SELECT kind, days, pg_temp.retained('{1,3,4,7}', kind, days, 30) AS retained
  FROM (VALUES
	('classic', '{0,1,2,3,4,5,7,8}'::int[]),
	('rolling', '{0,1,2,3,4,5,7,8}'),		-- never rises with n
	('full', '{0,1,2,3,4}'),
	('bracket', '{{0,0},{1,3},{2,2},{4,6},{5,6},{5,7},{8,28}}'),
	('classic', '{7,1,1}'), ('classic', '{36500}')
	) AS t (kind, days);
SELECT kind, pg_temp.retained('{1,2,3,5}', kind, '{0,1,2,3,4,5}', 30) AS retained
  FROM unnest('{classic,rolling,full}'::text[]) AS kind;
SELECT kind, pg_temp.retained('{}', kind, '{0,1}', 30) AS retained
  FROM unnest('{classic,rolling,full}'::text[]) AS kind;

-- What is not over is NULL, also where the answer seems to be known; what is
-- from data_through on does not count
SELECT kind, full_days, pg_temp.retained('{1,3,4,7}', kind, days, full_days) AS retained
  FROM (VALUES
	(1, 'classic', '{0,1,3,4,7}'::int[]), (2, 'rolling', '{0,1,3,4,7}'), (3, 'full', '{0,1,3,4,7}'),
	(4, 'bracket', '{{1,3},{2,4},{5,7}}')) AS t (place, kind, days), unnest('{0,1,4,5,8}'::int[]) AS full_days
 ORDER BY place, full_days;
SELECT adpipe.retention('classic', '{0,1}', '2024-01-02 23:00+00', 'UTC', timestamptz '2024-01-01 12:00+00', true, false) AS half_a_day,
	   adpipe.retention('classic', '{0,1}', 'infinity', 'UTC', timestamptz '2024-01-01 12:00+00', true, false) AS all_there,
	   adpipe.retention('classic', '{0,1}', '-infinity', 'UTC', timestamptz '2024-01-01 12:00+00', true, false) AS nothing_there,
	   adpipe.retention('classic', '{0,1}', date 'infinity', date '2024-01-01', true, false) AS all_days,
	   adpipe.retention('classic', '{0,1}', '2024-01-09 00:00+00', 'UTC', timestamptz '2024-01-09 00:00+00', true, false) AS later;

-- Windows of 24 hours: both times rounded down to the hour (Amplitude: start
-- 17:59, return on the next day at 17:00, is day 1)
SELECT came_back AT TIME ZONE 'UTC' AS came_back,
	   adpipe.retention('classic', '{0,1,2}', 'infinity', zone, at, at = start, at <> start)
  FROM (VALUES ('2024-01-02 16:59:59.999999+00'::timestamptz), ('2024-01-02 17:00+00'), ('2024-01-03 16:59+00'), ('2024-01-03 17:00+00')) AS t (came_back),
	   (VALUES ('2024-01-01 17:59+00'::timestamptz)) AS s (start),
	   unnest(ARRAY[start, came_back]) AS at, unnest(ARRAY['24 hours']) AS zone
 GROUP BY came_back ORDER BY came_back;
-- the window is over when its last hour is
SELECT through AT TIME ZONE 'UTC' AS through,
	   adpipe.retention('classic', '{0,1}', through, '24 hours', timestamptz '2024-01-01 17:59+00', true, false)
  FROM (VALUES ('2024-01-02 16:59+00'::timestamptz), ('2024-01-02 17:00+00'), ('2024-01-03 17:00+00')) AS t (through)
 GROUP BY through ORDER BY through;
-- before 2000, where numbers are negative
SELECT adpipe.retention('classic', '{0,1}', 'infinity', '24 hours', at, at = start, at <> start)
  FROM (VALUES ('1999-12-31 22:59+00'::timestamptz)) AS s (start), unnest(ARRAY[start, '2000-01-01 22:00+00']) AS at;

-- Calendar days of a zone: the same moments, other days; a day of 23 hours
SELECT zone, adpipe.retention('classic', '{0,1,2}', 'infinity', zone, at, at = start, at <> start)
  FROM (VALUES ('2024-01-01 14:30+00'::timestamptz)) AS s (start), unnest(ARRAY[start, '2024-01-01 15:30+00']) AS at,
	   unnest('{Asia/Seoul,UTC,asia/seoul,24 hours}'::text[]) AS zone
 GROUP BY zone ORDER BY zone COLLATE "C";
SELECT adpipe.retention('classic', '{1,2}', '2024-04-01 00:00 Europe/Berlin', 'Europe/Berlin', at, place = 1, place = 2)
  FROM (VALUES (1, '2024-03-30 23:59:59 Europe/Berlin'::timestamptz), (2, '2024-04-01 00:00 Europe/Berlin'), (2, '2024-03-31 23:59 Europe/Berlin')) AS t (place, at);

-- The first start counts; what is before it does not; the same moment does
SELECT adpipe.retention('classic', '{0,1,2,3}', date 'infinity', day, started, returned) AS retained
  FROM (VALUES (date '2024-01-01', false, true), ('2024-01-02', true, NULL), ('2024-01-03', true, true), ('2024-01-05', true, false), (NULL, true, true)) AS t (day, started, returned);
SELECT adpipe.retention('classic', '{0}', date 'infinity', day, NULL, true) AS no_start,
	   adpipe.retention('classic', '{0}', date 'infinity', day, true, true) FILTER (WHERE false) AS no_row,
	   adpipe.retention('classic', '{0}', date 'infinity', NULL::date, true, true) AS no_day
  FROM (VALUES (date '2024-01-01')) AS t (day);

-- A curve over cohorts: the sum of those retained by the sum of those known
CREATE TEMP TABLE visits (user_id int, day date);
INSERT INTO visits
SELECT u, date '2024-01-01' + u % 3 + d FROM generate_series(1, 60) AS u, generate_series(0, 9) AS d
 WHERE d = 0 OR u % (d + 1) = 0;
SELECT n, count(retained) AS known, count(*) FILTER (WHERE retained) AS retained,
	   round(count(*) FILTER (WHERE retained)::numeric / nullif(count(retained), 0), 4) AS rate
  FROM (SELECT v.user_id, adpipe.retention('classic', '{1,3,7,9}', date '2024-01-10', day, day = first, true) AS answer
		  FROM (SELECT user_id, day, min(day) OVER (PARTITION BY user_id) AS first FROM visits) AS v
		 GROUP BY v.user_id) AS users,
	   unnest('{1,3,7,9}'::int[], answer) AS t (n, retained)
 GROUP BY n ORDER BY n;
SELECT n, count(*) FILTER (WHERE start + n < '2024-01-10') AS known,
	   count(*) FILTER (WHERE start + n < '2024-01-10' AND EXISTS (SELECT FROM visits AS v WHERE v.user_id = u.user_id AND v.day = start + n)) AS retained
  FROM (SELECT user_id, min(day) AS start FROM visits GROUP BY user_id) AS u, unnest('{1,3,7,9}'::int[]) AS n
 GROUP BY n ORDER BY n;

-- By conditions alone, as ClickHouse does: no order (run on 18.16.1)
SELECT days, adpipe.retention(day = 1, day = 2, day = 3) AS retained
  FROM (VALUES ('{1,3}'::int[]), ('{2,3}'), ('{3,2,1}'), ('{NULL}'), ('{}')) AS t (days) LEFT JOIN LATERAL unnest(days) AS day ON true
 GROUP BY days ORDER BY days;
SELECT adpipe.retention(VARIADIC NULL::boolean[]) AS no_list, adpipe.retention(NULL::boolean) AS unknown,
	   adpipe.retention(VARIADIC array_fill(true, ARRAY[32])) AS most,
	   adpipe.retention(true) FILTER (WHERE false) AS no_row;

-- What is refused
SELECT query, pg_temp.outcome('SELECT adpipe.retention(' || query) AS outcome
  FROM (VALUES
	('''daily'', ''{1}'', now(), ''UTC'', now(), true, true)'),
	('''classic'', ''{1}'', now(), ''Mars/Olympus'', now(), true, true)'),
	('''classic'', ''{1}'', now(), '''', now(), true, true)'),
	('''classic'', ''{1}'', now(), repeat(''x'', 300), now(), true, true)'),
	('''classic'', ''{}'', now(), ''UTC'', now(), true, true)'),
	('''classic'', ''{-1}'', now(), ''UTC'', now(), true, true)'),
	('''classic'', ''{36501}'', now(), ''UTC'', now(), true, true)'),
	('''classic'', ''{NULL}'', now(), ''UTC'', now(), true, true)'),
	('''classic'', ''{{1,3}}'', now(), ''UTC'', now(), true, true)'),
	('''bracket'', ''{1,3}'', now(), ''UTC'', now(), true, true)'),
	('''bracket'', ''{{3,1}}'', now(), ''UTC'', now(), true, true)'),
	('''bracket'', ''{{1,2,3}}'', now(), ''UTC'', now(), true, true)'),
	('''classic'', array_fill(1, ARRAY[1001]), now(), ''UTC'', now(), true, true)'),
	('''classic'', array_fill(1, ARRAY[1000]), now(), ''UTC'', now(), false, true)'),
	('''classic'', ''{1}'', NULL::timestamptz, ''UTC'', now(), true, true)'),
	('NULL, ''{1}'', now(), ''UTC'', now(), true, true)'),
	('''classic'', ''{1}'', now(), ''UTC'', ''infinity'', true, true)'),
	('''classic'', ''{1}'', date ''2024-01-01'', date ''infinity'', true, true)'),
	('k, ''{1}'', date ''2024-01-01'', date ''2024-01-01'', true, true) FROM (VALUES (''classic''), (''full'')) AS v (k)'),
	('VARIADIC array_fill(true, ARRAY[33]))'),
	('VARIADIC c) FROM (VALUES (''{t}''::boolean[]), (''{t,f}'')) AS v (c)'),
	('VARIADIC ''{}''::boolean[])')
	) AS q (query);
SELECT query, pg_temp.outcome('SELECT adpipe_internal.' || query) AS outcome
  FROM (VALUES ('conditions_met(0)'), ('conditions_met(-1)'), ('conditions_met(8589934596)'), ('conditions_met(8589934595)'),
	('conditions_combine(4294967297, 8589934593)'), ('conditions_combine(9223372036854775807, 1)')) AS q (query);
