-- What a report reads from values of stats(): an interval that does not exist is
-- no error, and JSON gives the object.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- One campaign has more clicks than impressions (late clicks), one more conversions
-- than clicks, one a negative count (a correction): the others are still shown
CREATE TEMP TABLE campaigns (campaign text, impressions bigint, clicks bigint, spend numeric, conversions numeric, conversions_value numeric);
INSERT INTO campaigns VALUES
	('1 usual', 1000, 50, 12.50, 2, 40), ('2 late clicks', 5, 6, 1, 1, 1), ('3 view-through', 1000, 2, 1, 3, 9),
	('4 corrected', 1000, -2, 1, -1, 0), ('5 nothing', 0, 0, 0, 0, 0), ('6 unknown', NULL, NULL, 1, NULL, NULL),
	('7 all of them', 5, 5, 1, 5, 5);
SELECT campaign, adpipe.ctr_interval(s) AS ctr, adpipe.cvr_click_interval(s, confidence => 0.9) AS cvr,
	   adpipe.ctr_interval(s) = adpipe.wilson_interval(adpipe.clicks(s), adpipe.impressions(s)) AS is_wilson
  FROM (SELECT campaign, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR') AS s
		  FROM campaigns WHERE campaign <> '2 late clicks' AND campaign <> '4 corrected' GROUP BY campaign) AS v
 ORDER BY campaign;
SELECT campaign, adpipe.ctr_interval(s) AS ctr, adpipe.cvr_click_interval(s) AS cvr
  FROM (SELECT campaign, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR') AS s
		  FROM campaigns GROUP BY campaign) AS v
 ORDER BY campaign;
-- the plain functions say what is wrong, and so does a confidence that is none
\set VERBOSITY sqlstate
SELECT adpipe.wilson_interval(6, 5);
SELECT adpipe.clopper_pearson_interval(-1, 5);
SELECT adpipe.ctr_interval('adstats:1:-:5:1:-:-:-', 1);
\set VERBOSITY default

-- JSON, by whatever function
SELECT to_json(s) AS to_json, to_jsonb(s) AS to_jsonb, s::json::text = to_json(s)::text AS cast_to_json, s::jsonb = to_jsonb(s) AS cast_to_jsonb
  FROM (VALUES ('adstats:1:EUR:1000:50:12.50:-:40'::adpipe.adstats)) AS v (s);
SELECT json_agg(s ORDER BY campaign) AS json_agg
  FROM (SELECT campaign, adpipe.stats(impressions, clicks, spend, conversions, conversions_value) AS s
		  FROM campaigns WHERE campaign < '3' GROUP BY campaign) AS v;
SELECT jsonb_agg(s), jsonb_object_agg(campaign, s), row_to_json(v), jsonb_build_object('s', s)
  FROM (SELECT campaign, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'KRW') AS s
		  FROM campaigns WHERE campaign < '2' GROUP BY campaign) AS v
 GROUP BY v, s;
SELECT to_jsonb(ARRAY[s, NULL]) AS "array", to_jsonb(NULL::adpipe.adstats) IS NULL AS nothing,
	   to_jsonb(s) -> 'spend' AS all_digits, jsonb_typeof(to_jsonb(s) -> 'spend') AS type
  FROM (VALUES ('adstats:1:-:1:1:12345678901234567.890000000001:-:-'::adpipe.adstats)) AS v (s);

-- Without the schema in the search path: what finds operators by the type works,
-- what looks for "=" by its name does not
CREATE TEMP TABLE stored AS
SELECT campaign, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR') AS s FROM campaigns GROUP BY campaign;
CREATE UNIQUE INDEX ON stored (s);
SELECT (SELECT count(*) FROM (SELECT s FROM stored GROUP BY s) AS g) AS "GROUP BY", (SELECT count(DISTINCT s) FROM stored) AS "DISTINCT",
	   (SELECT count(*) FROM (SELECT s FROM stored UNION SELECT s FROM stored) AS u) AS "UNION",
	   (SELECT count(*) FROM (SELECT s FROM stored EXCEPT SELECT s FROM stored) AS e) AS "EXCEPT",
	   (SELECT count(*) FROM (SELECT s FROM stored INTERSECT SELECT s FROM stored) AS i) AS "INTERSECT",
	   (SELECT array_agg(campaign ORDER BY s) IS NOT NULL FROM stored) AS "ORDER BY",
	   (SELECT count(*) FROM stored AS a JOIN stored AS b ON a.s OPERATOR(adpipe.=) b.s) AS "OPERATOR()";
\set VERBOSITY sqlstate
SELECT count(*) FROM stored WHERE s = s;
SELECT count(*) FROM stored WHERE s IN (s, s);
SELECT count(*) FROM stored WHERE s IS DISTINCT FROM s;
SELECT count(NULLIF(s, s)) FROM stored;
SELECT count(*) FROM stored AS a JOIN stored AS b USING (s);
SELECT count(CASE s WHEN s THEN 1 END) FROM stored;
SELECT count(*) FROM stored WHERE (campaign, s) = (campaign, s);
SET search_path = public, adpipe;
SELECT count(*) FROM stored AS a JOIN stored AS b USING (s) WHERE a.s IN (b.s) AND a.s IS NOT DISTINCT FROM b.s AND NULLIF(a.s, b.s) IS NULL;
RESET search_path;
