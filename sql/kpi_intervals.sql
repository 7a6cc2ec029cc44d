-- Intervals of a rate: Wilson and Clopper-Pearson.
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

-- Both ends to so many decimals
CREATE FUNCTION pg_temp.shown(bounds numrange, decimals int DEFAULT 6) RETURNS text
LANGUAGE sql AS $$
	SELECT format('%s - %s', round(lower(bounds), decimals), round(upper(bounds), decimals))
$$;

-- Published: the first four rows are the examples of Newcombe, Statistics in
-- Medicine 17 (1998), pages 857 to 872; 682 of 925 is the example of R's
-- binom.test; all agree with R's prop.test(correct = FALSE) and binom.test.
SELECT x, n, pg_temp.shown(adpipe.wilson_interval(x, n)) AS wilson,
	   pg_temp.shown(adpipe.clopper_pearson_interval(x, n)) AS clopper_pearson
  FROM (VALUES (81, 263), (15, 148), (0, 20), (1, 29), (682, 925), (5, 5)) AS v (x, n);

-- Extremes, against values computed with Python's mpmath in 60 digits: Wilson
-- by its formula; Clopper-Pearson by solving mpmath's regularised incomplete
-- beta function for the double that the confidence is.  Where n is 2^62 the
-- integral of the density over the logit stands in for that function, with
-- mpmath.quad and loggamma in 90 digits.
CREATE TEMP TABLE reference (confidence float8, x bigint, n bigint, expected numeric[]);
INSERT INTO reference VALUES
	(1e-12, 0, 5, ARRAY[0, 3.1415926535897931e-25, 0, 0.12944943670404997]),
	(1e-12, 1, 5, ARRAY[0.1999999999997758, 0.2000000000002242, 0.12944943670370175, 0.31381017045594401]),
	(1e-12, 5, 5, ARRAY[1.0, 1.0, 0.87055056329595003, 1.0]),
	(1e-12, 81, 263, ARRAY[0.30798479087448904, 0.30798479087456039, 0.30632968858610766, 0.31012714220369037]),
	(1e-12, 3, 1000000, ARRAY[2.9999999999978292e-6, 3.0000000000021708e-6, 2.6740594124827633e-6, 3.6720595149295999e-6]),
	(1e-12, 500000, 1000000, ARRAY[0.49999999999999937, 0.50000000000000063, 0.49999950000016604, 0.50000049999983396]),
	(1e-12, 0, 4611686018427387904, ARRAY[0, 3.4061215800865545e-43, 0, 1.5030233580327582e-19]),
	(1e-12, 1, 4611686018427387904, ARRAY[2.1684043449682912e-19, 2.1684043449737266e-19, 1.5030233580284214e-19, 3.6393349055246018e-19]),
	(1e-12, 2305843009213693952, 4611686018427387904, ARRAY[0.5, 0.5, 0.5, 0.5]),
	(1e-12, 4611686018427387904, 4611686018427387904, ARRAY[1.0, 1.0, 1.0, 1.0]),
	(0.95, 0, 5, ARRAY[0, 0.43448246478317472, 0, 0.52182375010498142]),
	(0.95, 1, 5, ARRAY[0.036224108632430175, 0.62446537023747466, 0.0050507633794680611, 0.71641793611808945]),
	(0.95, 5, 5, ARRAY[0.56551753521682528, 1.0, 0.47817624989501858, 1.0]),
	(0.95, 81, 263, ARRAY[0.25528851987827424, 0.36620957698280006, 0.25273674558527117, 0.36762192260135135]),
	(0.95, 3, 1000000, ARRAY[1.0202712409681229e-6, 8.8211497743124343e-6, 6.1867255019064008e-7, 8.7672477881452223e-6]),
	(0.95, 500000, 1000000, ARRAY[0.49902001989000478, 0.50097998010999522, 0.49901951919531182, 0.50098048080468818]),
	(0.95, 0, 4611686018427387904, ARRAY[0, 8.3298359978203472e-19, 0, 7.9989822363749409e-19]),
	(0.95, 1, 4611686018427387904, ARRAY[3.8277661191545924e-20, 1.2283868075846906e-18, 5.4899244838275915e-21, 1.2081575737540911e-18]),
	(0.95, 2305843009213693952, 4611686018427387904, ARRAY[0.49999999954366032, 0.50000000045633968, 0.49999999954366032, 0.50000000045633968]),
	(0.95, 4611686018427387904, 4611686018427387904, ARRAY[1.0, 1.0, 1.0, 1.0]),
	(0.999999999999, 0, 5, ARRAY[0, 0.91046514111142933, 0, 0.99653429111791618]),
	(0.999999999999, 1, 5, ARRAY[0.0037999721244556498, 0.94247911254240195, 9.9997787828007849e-14, 0.99943759851506285]),
	(0.999999999999, 5, 5, ARRAY[0.089534858888570665, 1.0, 0.0034657088820838244, 1.0]),
	(0.999999999999, 81, 263, ARRAY[0.15068906054988921, 0.52749518110355027, 0.13598851819549733, 0.52762295024423433]),
	(0.999999999999, 3, 1000000, ARRAY[1.5877106343044633e-7, 5.6682510221174337e-5, 1.4422923813578077e-10, 3.7484673682091725e-5]),
	(0.999999999999, 500000, 1000000, ARRAY[0.49643483568632094, 0.50356516431367906, 0.49643429127958832, 0.50356570872041168]),
	(0.999999999999, 0, 4611686018427387904, ARRAY[0, 1.102507220337332e-17, 0, 6.1418297571160362e-18]),
	(0.999999999999, 1, 4611686018427387904, ARRAY[4.1048640846858645e-21, 1.1454648208282835e-17, 1.0841781880687606e-31, 6.8987954541268655e-18]),
	(0.999999999999, 2305843009213693952, 4611686018427387904, ARRAY[0.49999999833979879, 0.50000000166020121, 0.49999999833979879, 0.50000000166020121]),
	(0.999999999999, 4611686018427387904, 4611686018427387904, ARRAY[0.99999999999999999, 1.0, 0.99999999999999999, 1.0]);
WITH found AS (
	SELECT r.*, ARRAY[lower(w), upper(w), lower(e), upper(e)] AS bounds
	  FROM reference AS r, adpipe.wilson_interval(x, n, confidence) AS w,
		   adpipe.clopper_pearson_interval(x, n, confidence) AS e
), errors AS (
	SELECT f.*, CASE WHEN want = 0 THEN got ELSE abs(got / want - 1) END AS relative
	  FROM found AS f, unnest(bounds, expected) AS u (got, want)
)
SELECT count(*) AS bounds, count(*) FILTER (WHERE relative > 1e-13) AS wrong, max(relative) < 5e-14 AS close
  FROM errors;

-- The definition of Clopper-Pearson, by summing the binomial distribution: at
-- either bound the tail beyond x is half of what the confidence leaves.
CREATE FUNCTION pg_temp.at_most(x int, n int, p float8) RETURNS float8 LANGUAGE sql AS $$
	SELECT COALESCE(sum(factorial(n) / factorial(k) / factorial(n - k) * p ^ k * (1 - p) ^ (n - k)), 0)
	  FROM generate_series(0, x) AS k
$$;
SELECT count(*) AS intervals,
	   count(*) FILTER (WHERE x > 0 AND abs(1 - pg_temp.at_most(x - 1, n, lower(e)::float8) - tail) > 1e-12) AS wrong_lower,
	   count(*) FILTER (WHERE x < n AND abs(pg_temp.at_most(x, n, upper(e)::float8) - tail) > 1e-12) AS wrong_upper,
	   count(*) FILTER (WHERE (x = 0) <> (lower(e) = 0) OR (x = n) <> (upper(e) = 1)) AS wrong_ends
  FROM generate_series(1, 25) AS n, generate_series(0, n) AS x,
	   unnest(ARRAY[0.5, 0.8, 0.95, 0.999]) AS c,
	   adpipe.clopper_pearson_interval(x, n, c) AS e,
	   LATERAL (SELECT (1 - c::float8) / 2) AS t (tail);

-- What holds for all: the rate is inside, failures mirror successes, more
-- confidence is wider, both ends belong, nothing lies outside 0 to 1
SELECT setseed(0.4);
CREATE TEMP TABLE sample AS
SELECT n, floor(random() * (n + 1))::bigint AS x, random() * 0.999 + 0.0005 AS c
  FROM (SELECT floor(2 ^ (random() * 62))::bigint AS n FROM generate_series(1, 2000)) AS v;
SELECT count(*) AS rows,
	   count(*) FILTER (WHERE NOT (x::float8 / n)::numeric <@ w OR NOT (x::float8 / n)::numeric <@ e) AS without_rate,
	   count(*) FILTER (WHERE abs(lower(w) + upper(wm) - 1) > 1e-14 OR abs(lower(e) + upper(em) - 1) > 1e-14) AS not_mirrored,
	   count(*) FILTER (WHERE NOT w <@ ww OR NOT e <@ ew) AS not_wider,
	   count(*) FILTER (WHERE NOT w <@ '[0,1]' OR NOT e <@ '[0,1]') AS outside,
	   count(*) FILTER (WHERE NOT lower_inc(w) OR NOT upper_inc(e)) AS open
  FROM sample,
	   adpipe.wilson_interval(x, n, c) AS w, adpipe.wilson_interval(n - x, n, c) AS wm,
	   adpipe.wilson_interval(x, n, (c + 1) / 2) AS ww,
	   adpipe.clopper_pearson_interval(x, n, c) AS e,
	   adpipe.clopper_pearson_interval(n - x, n, c) AS em,
	   adpipe.clopper_pearson_interval(x, n, (c + 1) / 2) AS ew;

-- No trials, nothing reported; modelled conversions
SELECT adpipe.wilson_interval(0, 0) IS NULL AS none, adpipe.wilson_interval(3, 0) IS NULL AS no_trials,
	   adpipe.wilson_interval(NULL, 5) IS NULL AS no_x, adpipe.wilson_interval(5, NULL) IS NULL AS no_n,
	   adpipe.wilson_interval(5, 5, NULL) IS NULL AS no_confidence,
	   adpipe.clopper_pearson_interval(0, 0) IS NULL AS none, adpipe.clopper_pearson_interval(NULL, 5) IS NULL AS no_x;
SELECT pg_temp.shown(adpipe.wilson_interval(2.5, 40)) AS between,
	   pg_temp.shown(adpipe.wilson_interval(2, 40)) AS two, pg_temp.shown(adpipe.wilson_interval(3, 40)) AS three,
	   adpipe.wilson_interval(1e-300, 1) AS next_to_nothing;

-- Refused
SELECT arguments, pg_temp.outcome(format('SELECT adpipe.clopper_pearson_interval(%s)', arguments))
  FROM unnest(ARRAY['-1, 5', '1, -5', '6, 5', '0.5, 5', '5, 5.5', '0, 0.5',
	'''NaN'', 5', '5, ''NaN''', '5, ''Infinity''', '''-Infinity'', 5', '1, 1e19',
	'1, 5, 0', '1, 5, 1', '1, 5, 95', '1, 5, -0.1', '1, 5, ''NaN''', '1, 5, ''Infinity''']) AS arguments;
SELECT f AS function, count(*) AS refused
  FROM unnest(ARRAY['wilson', 'clopper_pearson']) AS f,
	   unnest(ARRAY['-1, 5', '6, 5', '''NaN'', 5', '1, 1e19', '1, 5, 95']) AS arguments
 WHERE pg_temp.outcome(format('SELECT adpipe.%s_interval(%s)', f, arguments)) ~ '^220[02]3'
 GROUP BY f ORDER BY f;

-- Every pair of extreme arguments gives a finite range, NULL or an error
CREATE TEMP TABLE extremes AS
SELECT unnest(ARRAY['0', '-0', '5e-324', '1e-300', '0.3', '1', '1.5', '2', '7', '1e5', '9007199254740993',
	'4611686018427387904', '9223372036854775807', '9223372036854775808', '1e300', '-1', 'NaN', 'Infinity', '-Infinity']) AS v;
SELECT count(*) AS calls, count(*) FILTER (WHERE result !~ '^\[[-0-9.]+,[-0-9.]+\]$|^NULL$|^220[02]3 ') AS not_finite,
	   count(*) FILTER (WHERE result LIKE '[%]') > 500 AS many_answers
  FROM extremes AS x, extremes AS n, unnest(ARRAY['1e-12', '5e-324', '0.5', '0.95', '0.999999999999', '0.9999999999999999']) AS c,
	   unnest(ARRAY['wilson', 'clopper_pearson']) AS f,
	   pg_temp.outcome(format('SELECT adpipe.%s_interval(%L, %L, %L)', f, x.v, n.v, c)) AS result;

-- Every pair of number types, also sums of them, without a cast
SELECT count(*) AS pairs, count(DISTINCT result) AS results, min(result) AS result
  FROM unnest(ARRAY['smallint', 'int', 'bigint', 'numeric', 'real', 'float8']) AS a,
	   unnest(ARRAY['smallint', 'int', 'bigint', 'numeric', 'real', 'float8']) AS b,
	   unnest(ARRAY['%s', 'sum(%s)', 'max(%s)']) AS call,
	   pg_temp.outcome(format('SELECT pg_temp.shown(adpipe.wilson_interval(%s, %s))',
							  format(call, '3::' || a), format(call, '40::' || b))) AS result;

-- A rate outside the interval of another; overlap
SELECT adpipe.wilson_interval(81, 263) @> 0.3 AS inside, 0.4 <@ adpipe.wilson_interval(81, 263) AS outside,
	   adpipe.wilson_interval(81, 263) && adpipe.wilson_interval(15, 148) AS overlap;

-- Accessors of a stored value
SELECT adpipe.ctr_interval(s) = adpipe.wilson_interval(81, 263) AS ctr, adpipe.ctr_interval(s, 0.8) = adpipe.wilson_interval(81, 263, 0.8) AS ctr_80,
	   adpipe.cvr_click_interval(s) = adpipe.wilson_interval(2.5, 81) AS cvr, adpipe.cvr_click_interval(s, 0.8) = adpipe.wilson_interval(2.5, 81, 0.8) AS cvr_80
  FROM (SELECT adpipe.stats(i, c, 10, v, 20) AS s FROM (VALUES (200, 80, 1.25), (63, 1, 1.25)) AS rows (i, c, v)) AS one;
SELECT adpipe.ctr_interval(adpipe.stats(0, 0, 1, 1, 1)) IS NULL AS no_impressions, adpipe.ctr_interval(NULL) IS NULL AS nothing,
	   adpipe.ctr_interval(adpipe.stats(5, NULL, 1, 1, 1)) IS NULL AS no_clicks, adpipe.cvr_click_interval(adpipe.stats(5, 0, 1, 0, 1)) IS NULL AS none;
SELECT pg_temp.outcome('SELECT adpipe.ctr_interval(adpipe.stats(5, 6, 1, 1, 1))') AS more_clicks_than_impressions;

-- In a worker the same as here
CREATE TABLE kpi_intervals_rows AS SELECT i % 50 + 100 AS n, i % 37 AS x FROM generate_series(1, 2000) AS i;
CREATE FUNCTION pg_temp.digest() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(concat(x, n, adpipe.wilson_interval(x, n), adpipe.clopper_pearson_interval(x, n),
						  adpipe.difference_interval(x, n, 9, 90), adpipe.lift_interval(x, n, 9, 90), adpipe.two_proportion_test(x, n, 9, 90)), ',' ORDER BY x, n))
	  FROM kpi_intervals_rows
$$;
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT pg_temp.digest() AS serial \gset
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT set_config(CASE WHEN current_setting('server_version_num')::int >= 160000
					   THEN 'debug_parallel_query' ELSE 'force_parallel_mode' END, 'on', true) AS forced;
SELECT md5(string_agg(row, ',' ORDER BY x, n)) = :'serial' AS same
  FROM (SELECT x, n, concat(x, n, adpipe.wilson_interval(x, n), adpipe.clopper_pearson_interval(x, n),
						  adpipe.difference_interval(x, n, 9, 90), adpipe.lift_interval(x, n, 9, 90), adpipe.two_proportion_test(x, n, 9, 90)) AS row
		  FROM kpi_intervals_rows) AS rows;
ROLLBACK;
DROP TABLE kpi_intervals_rows;
