-- Journeys of users whose ids are bigint or uuid: the same as those of their text.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

SELECT setseed(0.6);
CREATE TEMP TABLE visits AS
SELECT u.id, u.uuid, timestamptz '2026-03-01 00:00Z' + i * interval '37 minutes' AS at,
	   (ARRAY['search', 'social', 'email'])[1 + i % 3] AS channel, random() < 0.1 AS bought, round((random() * 90)::numeric, 2) AS revenue
  FROM generate_series(1, 500) AS i,
	   LATERAL (SELECT id, md5(id::text)::uuid FROM (VALUES ((i * 7919 % 40 - 20)::bigint * 461168601842738790)) AS v (id)) AS u (id, uuid);
SELECT adpipe.journeys(id, at, channel, bought, revenue, 'EUR')::text = adpipe.journeys(id::text, at, channel, bought, revenue, 'EUR')::text AS bigints,
	   adpipe.journeys(uuid, at, channel, bought, revenue, 'EUR')::text = adpipe.journeys(uuid::text, at, channel, bought, revenue, 'EUR')::text AS uuids,
	   adpipe.journeys(id, at, channel, bought, revenue)::text = adpipe.journeys(id::text, at, channel, bought, revenue)::text AS no_currency,
	   count(DISTINCT id) AS users, min(id), max(id)
  FROM visits;

-- Every number type as the id that bigint takes, without casts; a text without a
-- type stays a text; NULL is nobody
SELECT adpipe.journeys(7::smallint, '2026-03-01Z', 'search', true, 5) AS "smallint",
	   adpipe.journeys(7, '2026-03-01Z', 'search', true, 5.5) AS "integer",
	   adpipe.journeys(-9223372036854775808, '2026-03-01Z', 'search', true, NULL) AS "bigint",
	   adpipe.journeys('7', '2026-03-01Z', 'search', true, 5) AS untyped,
	   adpipe.journeys(NULL, '2026-03-01Z', 'search', false, 5) AS nobody;
SELECT adpipe.journeys('{5C0E8400-E29B-41D4-A716-446655440000}'::uuid, '2026-03-01Z', 'search', true, 5);
-- one user, whatever the type of the id was where it came from
SELECT user_id, path FROM adpipe.paths((SELECT adpipe.rollup(j) FROM (
	SELECT adpipe.journeys(42::bigint, '2026-03-01Z', 'search', false, 0) UNION ALL
	SELECT adpipe.journeys('42', '2026-03-02Z', 'email', true, 5)) AS v (j)));
\set VERBOSITY sqlstate
SELECT adpipe.journeys(NULL::bigint, '2026-03-01Z', NULL, true, 5);
SELECT adpipe.journeys(NULL::uuid, '2026-03-01Z', NULL, true, 5);
SELECT adpipe.journeys(1.5, '2026-03-01Z', NULL, true, 5);
