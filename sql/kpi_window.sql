-- Sliding windows: taking rows out again gives what computing afresh gives.
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

-- A week that slides, with NULLs, zeros and changing numbers of decimals
SELECT setseed(0.7);
CREATE TEMP TABLE sample AS
SELECT p, i,
	   CASE WHEN random() < 0.7 THEN round((random() * 100 - 20)::numeric,
			CASE p WHEN 1 THEN 2 WHEN 2 THEN (random() * 14)::int ELSE 0 END) END AS n,
	   CASE WHEN random() < 0.7 THEN round((random() * 3)::numeric, p % 2) END AS d
  FROM generate_series(1, 4) AS p, generate_series(1, 500) AS i;
CREATE FUNCTION pg_temp.fixed(v numeric) RETURNS numeric LANGUAGE sql AS
	$$SELECT CASE WHEN scale(v) > 12 THEN round(v, 12) ELSE v END$$;
CREATE TEMP TABLE slid AS
SELECT p, i, adpipe.ctr(n, d) OVER week AS by_numeric,
	   adpipe.cpm(n::float8, d::float8, 'EUR') OVER week AS by_float,
	   adpipe.cpc(n::bigint, d::bigint, 'C' || i % 1) OVER week AS by_bigint
  FROM sample
WINDOW week AS (PARTITION BY p ORDER BY i ROWS BETWEEN 6 PRECEDING AND CURRENT ROW);
SELECT count(*) AS rows, count(by_numeric) > 1500 AS most_not_null,
	   count(*) FILTER (WHERE by_numeric::text IS DISTINCT FROM f_numeric::text) AS wrong_numeric,
	   count(*) FILTER (WHERE by_float::text IS DISTINCT FROM f_float::text) AS wrong_float,
	   count(*) FILTER (WHERE by_bigint::text IS DISTINCT FROM f_bigint::text) AS wrong_bigint
  FROM slid AS s, LATERAL (
	SELECT sum(pg_temp.fixed(n)) / NULLIF(sum(pg_temp.fixed(d)), 0) AS f_numeric,
		   1000 * sum(pg_temp.fixed(n::float8::text::numeric))
		   / NULLIF(sum(pg_temp.fixed(d::float8::text::numeric)), 0) AS f_float,
		   sum(n::bigint) / NULLIF(sum(d::bigint), 0) AS f_bigint
	  FROM sample AS w WHERE w.p = s.p AND w.i BETWEEN s.i - 6 AND s.i) AS fresh;

-- Frames that run empty, then fill again; FILTER; frames to the end
SELECT i, adpipe.ctr(n, 2) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two,
	   adpipe.ctr(n, 2) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND 2 PRECEDING) AS one_ago,
	   adpipe.ctr(n, 2) FILTER (WHERE i <> 4) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS filtered,
	   adpipe.ctr(n, 2) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS rest
  FROM (VALUES (1, 1), (2, NULL), (3, NULL), (4, 5), (5, 6)) AS v (i, n);

-- A currency leaves with its last row
SELECT i, adpipe.cpc(3, 4, c) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND CURRENT ROW)
  FROM (VALUES (1, 'EUR'), (2, 'USD'), (3, NULL), (4, 'EUR')) AS v (i, c);
SELECT i, adpipe.cpc(n, d, c) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
  FROM (VALUES (1, 3, 4, 'EUR'), (2, 5, 4, 'EUR'), (3, NULL, NULL, 'USD'),
			   (4, 7, 4, 'USD'), (5, NULL, 4, NULL), (6, 9, 4, NULL)) AS v (i, n, d, c);
SELECT pg_temp.outcome($$SELECT array_agg(k) FROM (
	SELECT adpipe.cpc(3, 4, c) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
	  FROM (VALUES (1, 'EUR'), (2, 'USD')) AS v (i, c)) AS w (k)$$);

-- A value that overflows is gone when its row is gone
SELECT i, adpipe.ctr(n, 1) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND CURRENT ROW)
  FROM (VALUES (1, 1e26), (2, 1e26), (3, -1e26)) AS v (i, n);

-- The inverse by hand: back from every state to the one before
CREATE TEMP TABLE steps AS
WITH RECURSIVE walk AS (
	SELECT 0 AS i, 'ratio:1:n:-:0:0:0:0:0:0:0'::adpipe.ratio_state AS state
	 UNION ALL
	SELECT w.i + 1, adpipe_internal.ratio_add(w.state, s.n, s.d, 'EUR')
	  FROM walk AS w JOIN sample AS s ON s.p = 1 AND s.i = w.i + 1)
SELECT * FROM walk;
SELECT count(*) AS steps,
	   count(*) FILTER (WHERE adpipe_internal.ratio_send(adpipe_internal.ratio_remove(after.state, s.n, s.d, 'EUR'))
						<> adpipe_internal.ratio_send(before.state)) AS wrong,
	   count(*) FILTER (WHERE adpipe_internal.ratio_remove(after.state, s.n, s.d, 'EUR') IS NULL) AS afresh
  FROM steps AS after JOIN steps AS before ON before.i = after.i - 1
  JOIN sample AS s ON s.p = 1 AND s.i = after.i;
SELECT adpipe_internal.ratio_remove(adpipe_internal.ratio_remove(s, 1.25, 3, 'EUR'), NULL, 4, NULL) AS nothing_left,
	   adpipe_internal.ratio_remove(s, NULL, 4, NULL) AS currency_stays,
	   adpipe_internal.ratio_remove(s, NULL::numeric, NULL, 'USD') AS empty_row
  FROM (SELECT 'ratio:1:n:EUR:1:1.25:1:1:7:2:2'::adpipe.ratio_state) AS v (s);
-- the only value with the most decimals: start afresh
SELECT adpipe_internal.ratio_remove('ratio:1:-:-:0:3.25:2:1:7:2:2', 1.25, 3) IS NULL AS widest,
	   adpipe_internal.ratio_remove('ratio:1:-:-:0:3.25:2:1:7:2:2', 2.0, 3) AS narrower;
-- what was never added
SELECT pg_temp.outcome(format('SELECT adpipe_internal.ratio_remove(%L, %s)', state, row))
  FROM (VALUES ('ratio:1:-:-:0:0:0:0:0:0:0', '1::bigint, NULL'),
			   ('ratio:1:-:-:0:0:0:0:0:0:0', 'NULL, 1.5'),
			   ('ratio:1:-:-:0:3:2:2:7:2:2', '1.5, 2'),
			   ('ratio:1:n:EUR:2:3:2:2:7:2:2', '1.5, 2, ''USD'''),
			   ('ratio:1:n:-:0:3:2:2:7:2:2', '1.5, 2, NULL')) AS v (state, row);
