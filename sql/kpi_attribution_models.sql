-- Attribution models against published and computed examples.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;
SET search_path = adpipe, public;
SET timezone = 'UTC';
SET extra_float_digits = 0;

-- Journeys of paths such as 'search>email': so many users who convert for 10
-- each, and so many who do not; touches an hour apart, the conversion one
-- after the last.
CREATE FUNCTION pg_temp.journeys_of(paths text[], conversions int[], nulls int[])
RETURNS journeys LANGUAGE sql AS $$
	WITH users AS (
		SELECT p.path || '/' || i AS user_id, i <= p.conversions AS converts,
			   string_to_array(p.path, '>') AS channels
		  FROM unnest(paths, conversions, nulls) AS p (path, conversions, nulls),
			   generate_series(1, p.conversions + p.nulls) AS i)
	SELECT journeys(user_id, '2026-01-01'::timestamptz + step * interval '1 hour',
					channels[step], step > cardinality(channels), 10)
	  FROM users, generate_series(1, cardinality(channels) + converts::int) AS step
$$;

CREATE TEMP TABLE example AS
SELECT pg_temp.journeys_of(
	ARRAY['search>social>email', 'display', 'search>email', 'social>display', 'search', 'display>search'],
	ARRAY[3, 1, 2, 1, 4, 0], ARRAY[5, 20, 3, 9, 11, 7]) AS j;

-- Six paths.  first, last and linear: heuristic_models of the R package
-- ChannelAttribution 2.2.4, run on this table; Shapley: equal to linear, since
-- no path repeats a channel; position: by hand; Markov: solved in exact
-- fractions by the definition, one system of equations per removed channel
SELECT model,
	   max(conversions) FILTER (WHERE channel = 'search') AS search,
	   max(conversions) FILTER (WHERE channel = 'social') AS social,
	   max(conversions) FILTER (WHERE channel = 'email') AS email,
	   max(conversions) FILTER (WHERE channel = 'display') AS display,
	   sum(conversions) AS sum
  FROM example, unnest(ARRAY['first', 'last', 'last_non_direct', 'linear', 'position', 'shapley', 'markov']) WITH ORDINALITY AS m (model, n),
	   attribution(j, model)
 GROUP BY n, model ORDER BY n;
SELECT channel, round(conversion_rate::numeric, 10) AS conversion_rate, round(removal_effect::numeric, 10) AS removal_effect
  FROM example, removal_effects(j);
-- values are ten times as much, credit by credit
SELECT model, count(*) AS channels, sum(value) AS value,
	   max(abs(value - 10 * conversions)) AS difference
  FROM example, unnest(ARRAY['first', 'last', 'linear', 'time_decay', 'position', 'shapley', 'markov']) AS model,
	   attribution(j, model)
 GROUP BY model ORDER BY model;

-- Markov: AnalyzeCore, "Marketing Multi-Channel Attribution model with R
-- (part 1)": C1 > C2 > C3 converts, C1 and C2 > C3 do not.  p 1/3; effects
-- 0.5, 1, 1; credits 0.2, 0.4, 0.4
SELECT channel, conversion_rate, removal_effect, conversions
  FROM (SELECT pg_temp.journeys_of(ARRAY['C1>C2>C3', 'C1', 'C2>C3'], ARRAY[1, 0, 0], ARRAY[0, 1, 1]) AS j) AS _,
	   removal_effects(j) LEFT JOIN LATERAL attribution(j, 'markov') USING (channel);
-- README of pychattr: three paths with repeats, one conversion each.  p 1;
-- effects 1, 0.5; credits 2, 1 (simulated there: 1.991106, 1.008894)
SELECT channel, conversion_rate, removal_effect, conversions
  FROM (SELECT pg_temp.journeys_of(ARRAY['A>B>A>B>B>A', 'A>B>B>A>A', 'A>A'], ARRAY[1, 1, 1], ARRAY[0, 0, 0]) AS j) AS _,
	   removal_effects(j) LEFT JOIN LATERAL attribution(j, 'markov') USING (channel);
-- An article with moves of 2/4, 1/4, 1/4 from Google Ads: 2 conversions and 1
-- null of Ads, 1 of Mailing, 1 of Ads > Mailing.  p 0.8; effects 0.75, 0.5;
-- credits 2.4, 1.6
SELECT channel, conversion_rate, removal_effect, conversions
  FROM (SELECT pg_temp.journeys_of(ARRAY['Google Ads', 'Mailing', 'Google Ads>Mailing'], ARRAY[2, 1, 1], ARRAY[1, 0, 0]) AS j) AS _,
	   removal_effects(j) LEFT JOIN LATERAL attribution(j, 'markov') USING (channel);
-- a value per channel: C converts for 30, B for 10.  A walk brings in 70/3;
-- without B 10, without C 10/3: effects 4/7 and 6/7 divide the value of 70
SELECT channel, conversions, round(value, 6) AS value
  FROM (SELECT journeys(u, '2026-01-01'::timestamptz + s * interval '1 hour', c, v IS NOT NULL, v) AS j
		  FROM (VALUES ('u1', 1, 'B', NULL), ('u1', 2, 'C', NULL), ('u1', 3, NULL, 30),
					   ('u2', 1, 'C', NULL), ('u2', 2, NULL, 30), ('u3', 1, 'B', NULL), ('u3', 2, NULL, 10)) AS r (u, s, c, v)) AS _,
	   attribution(j, 'markov');

-- Time decay with a half-life of 7 days, the one that Google documented: days
-- before the conversion and credit
CREATE FUNCTION pg_temp.decay(days int[], half_life interval DEFAULT '7 days')
RETURNS numeric[] LANGUAGE sql AS $$
	SELECT array_agg(round(c.credit, 6) ORDER BY step)
	  FROM (SELECT journeys('u', '2026-03-01'::timestamptz - day * interval '1 day',
							CASE WHEN day >= 0 THEN 'c' || day END, day < 0, 1) AS j
			  FROM unnest(days || -1) AS day) AS _,
		   credits(j, 'time_decay', half_life => half_life) AS c
$$;
SELECT pg_temp.decay(ARRAY[14, 7, 0]) AS "14, 7, 0", pg_temp.decay(ARRAY[21, 8, 1]) AS "21, 8, 1",
	   pg_temp.decay(ARRAY[10, 6, 3, 0]) AS "10, 6, 3, 0";
-- 8 days before gets half of 1 day before; long ago is nothing, but never all
SELECT pg_temp.decay(ARRAY[8, 1]) AS half, pg_temp.decay(ARRAY[5000, 0]) AS old,
	   pg_temp.decay(ARRAY[9000, 8000], '1 microsecond') AS "only old";

-- Position: rules for one, two and more touches; other weights
SELECT channels, first_weight, last_weight, (SELECT array_agg(round(credit, 4) ORDER BY step)
		  FROM credits(pg_temp.journeys_of(ARRAY[channels], ARRAY[1], ARRAY[0]), 'position',
					   first_weight => first_weight, last_weight => last_weight)) AS credits
  FROM (VALUES ('a', 0.4, 0.4), ('a>b', 0.4, 0.4), ('a>b>c', 0.4, 0.4), ('a>b>c>d', 0.4, 0.4), ('a>b>c>d>e', 0.4, 0.4),
			   ('a>b', 0.3, 0.1), ('a>b>c', 0.3, 0.1), ('a>b', 0, 0), ('a>b>c>d', 0, 0), ('a>b>c', 0.5, 0.5), ('a>b', 1, 0),
			   ('a>b>c', 1, 0), ('a', 0, 0), ('a>b>c', 0.333333333333, 0.333333333333)) AS v (channels, first_weight, last_weight);

-- Repeats: linear counts touches, Shapley channels, and not in which order
SELECT model, channel, conversions
  FROM unnest(ARRAY['linear', 'shapley']) AS model,
	   attribution(pg_temp.journeys_of(ARRAY['a>b>a', 'b>a>a>a'], ARRAY[1, 2], ARRAY[0, 0]), model);
-- Shapley's axioms: all is handed out; who does the same gets the same (x, y);
-- who does nothing gets nothing (the null path's z)
SELECT channel, conversions
  FROM attribution(pg_temp.journeys_of(ARRAY['x>y>a', 'x>b', 'y>b', 'z'], ARRAY[3, 1, 1, 0], ARRAY[0, 0, 0, 5]), 'shapley');

-- Credits add up to exactly 1, values to exactly the value, whatever divides
-- them: 1 to 40 touches, odd values, refunds, unknown values
CREATE TEMP TABLE odd AS
SELECT journeys('u' || n, '2026-01-01'::timestamptz + step * interval '7 hours',
				CASE WHEN step <= n THEN 'c' || step % 7 END, step > n,
				CASE WHEN n % 5 > 0 THEN (n * 7.77 - 60) / 9 END) AS j
  FROM generate_series(1, 40) AS n, generate_series(1, n + 1) AS step;
SELECT model, count(*) AS conversions, count(*) FILTER (WHERE credit <> 1) AS wrong_credits,
	   count(value) AS known, count(*) FILTER (WHERE value <> paths_value) AS wrong_values
  FROM unnest(ARRAY['first', 'last', 'last_non_direct', 'linear', 'time_decay', 'position', 'shapley']) AS model,
	   LATERAL (SELECT c.user_id, c.conversion, sum(c.credit) AS credit, sum(c.value) AS value, min(p.value) AS paths_value
				  FROM odd, credits(j, model, first_weight => 0.37, last_weight => 0.29) AS c
				  JOIN LATERAL paths(j) AS p USING (user_id, conversion) GROUP BY 1, 2) AS s
 GROUP BY model ORDER BY model;
SELECT model, sum(conversions) AS conversions, sum(a.value) = (SELECT sum(p.value) FROM odd, paths(j) AS p) AS same_value
  FROM odd, unnest(ARRAY['first', 'last', 'last_non_direct', 'linear', 'time_decay', 'position', 'shapley']) AS model,
	   attribution(j, model) AS a
 GROUP BY model ORDER BY model;
-- thirds of many conversions do not drift
SELECT channel, conversions, value
  FROM attribution(pg_temp.journeys_of(ARRAY['a>b>c'], ARRAY[3000], ARRAY[0]), 'linear');
-- the least and the largest values
SELECT channel, credit, value
  FROM (SELECT journeys('u', '2026-01-01'::timestamptz + step * interval '1 day', CASE WHEN step < 4 THEN 'c' || step END,
						step >= 4, CASE step WHEN 4 THEN 0.000000000001 WHEN 5 THEN 170141183460469231731687303.715884105727
							   WHEN 6 THEN -170141183460469231731687303.715884105727 END) AS j
		  FROM generate_series(1, 6) AS step) AS _, credits(j, 'linear')
 ORDER BY conversion, step;
-- 256 channels are a chain, 257 are not
CREATE FUNCTION pg_temp.chain(channels int) RETURNS journeys LANGUAGE sql AS $$
	SELECT journeys('u' || i % 1000, '2026-01-01'::timestamptz + i * interval '1 hour',
					'c' || i % channels, i % 13 = 0, 1)
	  FROM generate_series(1, 20000) AS i
$$;
SELECT count(*) AS channels, sum(conversions) AS conversions, min(conversions) > 0 AS all_have_some
  FROM attribution(pg_temp.chain(256), 'markov');
SELECT count(*) FROM attribution(pg_temp.chain(257), 'markov');
SELECT count(*) FROM attribution(pg_temp.chain(257), 'linear');

-- Nothing converted, nothing touched, nothing at all
SELECT model, channel, conversions, value
  FROM unnest(ARRAY['linear', 'markov', 'shapley']) AS model,
	   attribution(pg_temp.journeys_of(ARRAY['a>b'], ARRAY[0], ARRAY[2]), model);
SELECT * FROM removal_effects(pg_temp.journeys_of(ARRAY['a>b'], ARRAY[0], ARRAY[2]));
SELECT model, channel, conversions, value
  FROM unnest(ARRAY['linear', 'markov', 'shapley']) AS model,
	   attribution((SELECT journeys(u, '2026-01-01', NULL, true, 5) FROM unnest(ARRAY['u', 'v']) AS u), model);
SELECT * FROM removal_effects((SELECT journeys('u', '2026-01-01', NULL, true, 5)));
SELECT * FROM credits((SELECT journeys('u', '2026-01-01', NULL, true, 5)), 'linear');
SELECT count(*) FROM attribution(NULL, 'linear');
SELECT count(*) FROM attribution('journeys:1:-:0:', 'markov');
SELECT (SELECT count(*) FROM credits(NULL, 'linear')) AS credits, (SELECT count(*) FROM paths(NULL)) AS paths,
	   (SELECT count(*) FROM removal_effects(NULL)) AS effects;

-- All direct: direct gets it; else it gets nothing
SELECT path, model, direct, array_agg(step || ' ' || channel || ' ' || credit ORDER BY step) AS credits
  FROM unnest(ARRAY['direct', 'direct>direct', 'mail>direct', 'direct>mail>direct', 'mail>ads']) AS path,
	   (VALUES ('last_non_direct', NULL), ('last_non_direct', 'mail'), ('linear', 'direct'), ('linear', NULL)) AS p (model, direct),
	   credits(pg_temp.journeys_of(ARRAY[path], ARRAY[1], ARRAY[0]), model, direct => direct)
 GROUP BY path, model, direct ORDER BY model DESC, direct, path;

-- Wrong arguments say what is right
\set SHOW_CONTEXT never
\pset tuples_only on
CREATE FUNCTION pg_temp.outcome(arguments text, reader text DEFAULT 'attribution') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
	detail text;
BEGIN
	EXECUTE format('SELECT count(*) FROM %s((SELECT j FROM example), %s)', reader, arguments);
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, message, NULLIF(detail, ''), NULLIF(hint, ''));
END
$$;
SELECT a || ': ' || pg_temp.outcome(a) FROM unnest(ARRAY[
	$$'liner'$$, $$NULL$$, $$'Linear'$$, $$repeat('ä', 100)$$,
	$$'linear', '1 month'$$, $$'linear', '-1 second'$$, $$'linear', '0 seconds'$$, $$'linear', '2147483647 days'$$,
	$$'linear', counting => 'all'$$, $$'linear', counting => NULL$$,
	$$'time_decay', half_life => '0'$$, $$'time_decay', half_life => '-1 day'$$, $$'time_decay', half_life => '1 year'$$,
	$$'time_decay', half_life => NULL$$,
	$$'position', first_weight => -0.1$$, $$'position', first_weight => 1.1$$, $$'position', last_weight => 'NaN'$$,
	$$'position', last_weight => 'Infinity'$$, $$'position', last_weight => NULL$$,
	$$'position', first_weight => 0.6, last_weight => 0.5$$, $$'position', first_weight => 0.6$$]) AS a;
SELECT pg_temp.outcome($$'markov'$$, 'credits');
SELECT pg_temp.outcome($$'2 months'$$, 'paths');
SELECT pg_temp.outcome($$counting => 'none'$$, 'removal_effects');
\pset tuples_only off
SELECT * FROM attribution((SELECT journeys('u', '2026-01-01', 'a', true, -5)), 'markov');
SELECT * FROM attribution((SELECT journeys('u', '2026-01-01', 'a', true, -5)), 'linear');
