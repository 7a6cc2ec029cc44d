-- Sparkline: a series drawn in one line.
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

SELECT adpipe.sparkline(v ORDER BY v) AS up, adpipe.sparkline(v ORDER BY v DESC) AS down
  FROM generate_series(1, 8) AS v;
SELECT adpipe.sparkline(spend ORDER BY day) AS spend, length(adpipe.sparkline(spend ORDER BY day))
  FROM (VALUES (1, 12.5), (2, 80), (3, NULL), (4, 40.25), (5, 0), (6, 100)) AS v (day, spend);

-- equal bands: 0 to below 1, ..., 7 to 8
SELECT adpipe.sparkline(v ORDER BY i)
  FROM unnest(ARRAY[0, 0.99, 1, 3.99, 4, 6.99, 7, 8]) WITH ORDINALITY AS u (v, i);

-- nothing to draw, gaps only, one value, flat, negative
SELECT adpipe.sparkline(v) IS NULL AS empty FROM generate_series(1, 0) AS v;
SELECT adpipe.sparkline(NULL) IS NULL AS gaps_only FROM generate_series(1, 3) AS v;
SELECT adpipe.sparkline(5) AS one, adpipe.sparkline(-5) AS negative, adpipe.sparkline(0) AS zero;
SELECT adpipe.sparkline(5) AS flat FROM generate_series(1, 4);
SELECT '[' || adpipe.sparkline(v ORDER BY i) || ']' AS gaps_at_both_ends
  FROM unnest(ARRAY[NULL, -2, -1, NULL]) WITH ORDINALITY AS u (v, i);

-- every number type
SELECT adpipe.sparkline(v::smallint ORDER BY v) = adpipe.sparkline(v::numeric ORDER BY v)
	   AND adpipe.sparkline(v::bigint ORDER BY v) = adpipe.sparkline(v::real ORDER BY v)
	   AND adpipe.sparkline(v::int ORDER BY v) = adpipe.sparkline(v::float8 ORDER BY v) AS same
  FROM generate_series(1, 20) AS v;

-- the whole range of floats
SELECT adpipe.sparkline(v ORDER BY v)
  FROM unnest(ARRAY[-1.7e308, -1e308, 0, 1e308, 1.7e308]::float8[]) AS v;
SELECT adpipe.sparkline(v ORDER BY v) FROM unnest(ARRAY[0, 4.9e-324]::float8[]) AS v;

-- groups, windows, many points
SELECT g, adpipe.sparkline(v ORDER BY v) FROM generate_series(1, 9) AS v, LATERAL (SELECT v % 2) AS k (g)
 GROUP BY g ORDER BY g;
SELECT v, adpipe.sparkline(v) OVER (ORDER BY v ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
  FROM generate_series(1, 4) AS v;
SELECT length(adpipe.sparkline(v)) FROM generate_series(1, 10000) AS v;
SELECT pg_temp.outcome('SELECT adpipe.sparkline(v) FROM generate_series(1, 10001) AS v');
SELECT pg_temp.outcome(format('SELECT adpipe.sparkline(%L::float8)', v))
  FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity']) AS v;
