-- Two rates: test, difference, lift.
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
CREATE FUNCTION pg_temp.digits(v float8, decimals int) RETURNS numeric LANGUAGE sql AS
	$$SELECT round(v::numeric, decimals)$$;

-- Published: 5 of 83 against 12 of 99 is the example of proportions_ztest in
-- the documentation of statsmodels (p 0.159); 15 of 50 against 25 of 50 is R's
-- prop.test(correct = FALSE), X-squared = z^2 = 4.1666667.
SELECT x, n, base_x, base_n, pg_temp.digits(z, 10) AS z, pg_temp.digits(p_value, 10) AS p_value,
	   pg_temp.digits(z * z, 7) AS x_squared
  FROM (VALUES (5, 83, 12, 99), (15, 50, 25, 50), (200, 10000, 250, 10000)) AS v (x, n, base_x, base_n),
	   adpipe.two_proportion_test(x, n, base_x, base_n);

-- Published: Newcombe, Statistics in Medicine 17 (1998), pages 873 to 890,
-- method 10: 56 of 70 against 48 of 80
SELECT round(lower(d), 4) AS lower, round(upper(d), 4) AS upper
  FROM adpipe.difference_interval(56, 70, 48, 80) AS d;

-- Published: aspirin and heart attacks, 104 of 11037 against 189 of 11034, in
-- Agresti's text the other way round as 1.8178, 1.4330 to 2.3059
SELECT x, n, base_x, base_n, pg_temp.digits(1 + adpipe.lift(x, n, base_x, base_n), 7) AS ratio,
	   round(1 + lower(l), 7) AS lower, round(1 + upper(l), 7) AS upper
  FROM (VALUES (250, 10000, 200, 10000), (104, 11037, 189, 11034)) AS v (x, n, base_x, base_n),
	   adpipe.lift_interval(x, n, base_x, base_n) AS l;
SELECT pg_temp.digits(1 + adpipe.lift(189, 11034, 104, 11037), 4) AS ratio, round(1 + lower(l), 4) AS lower,
	   round(1 + upper(l), 4) AS upper
  FROM adpipe.lift_interval(189, 11034, 104, 11037) AS l;
-- the standard error of the logarithm, 0.0938083, back from the interval
SELECT pg_temp.digits((ln(1 + upper(l)) - ln(1 + lower(l)))::float8 / 2 / 1.959963984540054, 7) AS log_error
  FROM adpipe.lift_interval(250, 10000, 200, 10000) AS l;

-- Tails and extremes, against values computed with Python's mpmath in 60
-- digits by the formulas of the comments (erfc, erfinv); a p-value below all
-- doubles is 0
CREATE TEMP TABLE reference (confidence float8, x bigint, n bigint, base_x bigint, base_n bigint, expected numeric[]);
INSERT INTO reference VALUES
	(1e-12, 200, 10000, 250, 10000, ARRAY[-2.3839951328405052, 0.017125828872195014, -0.0050000000000026282, -0.0049999999999973718, -0.20000000000009406, -0.19999999999990594]),
	(1e-12, 1, 5, 4, 5, ARRAY[-1.8973665961010276, 0.057779571123597244, -0.60000000000031707, -0.59999999999968293, -0.75000000000028887, -0.74999999999971113]),
	(1e-12, 1000, 100000, 2000, 100000, ARRAY[-18.395909204638759, 1.416644565842697e-75, -0.010000000000000681, -0.0099999999999993193, -0.50000000000002411, -0.49999999999997589]),
	(1e-12, 2305843009213693952, 4611686018427387904, 2305843008139952128, 4611686018427387904, ARRAY[0.70710678118654752, 0.47950012218695346, 2.3283064365345695e-10, 2.3283064365428231e-10, 4.6566128752375433e-10, 4.6566128752540506e-10]),
	(1e-12, 1, 4611686018427387904, 1, 1000, ARRAY[-48019194.174972293, 0, -0.0010000000000012525, -0.0009999999999987471, -0.99999999999999978, -0.99999999999999978]),
	(1e-12, 1000000000000000, 4611686018427387904, 1000000100000000, 4611686018427387904, ARRAY[-2.2363103960144643, 0.025331445936243275, -2.1684043449722241e-11, -2.1684043449697936e-11, -9.9999990000057044e-8, -9.9999989999944956e-8]),
	(0.95, 200, 10000, 250, 10000, ARRAY[-2.3839951328405052, 0.017125828872195014, -0.0091382667214192315, -0.00088704759929414439, -0.3343587854872421, -0.038521074046664898]),
	(0.95, 1, 5, 4, 5, ARRAY[-1.8973665961010276, 0.057779571123597244, -0.83161408676175995, 0.00028468334755375298, -0.95896343868027837, 0.52303209601442235]),
	(0.95, 1000, 100000, 2000, 100000, ARRAY[-18.395909204638759, 1.416644565842697e-75, -0.011069277668590425, -0.0089389646908052325, -0.53631438048404075, -0.46084159292890162]),
	(0.95, 2305843009213693952, 4611686018427387904, 2305843008139952128, 4611686018427387904, ARRAY[0.70710678118654752, 0.47950012218695346, -4.1253111527752023e-10, 8.7819240258525949e-10, -8.2506223040677639e-10, 1.756384807121903e-9]),
	(0.95, 1, 4611686018427387904, 1, 1000, ARRAY[-48019194.174972293, 0, -0.0056425585979579341, -0.00017654637062607785, -0.99999999999999999, -0.99999999999999654]),
	(0.95, 1000000000000000, 4611686018427387904, 1000000100000000, 4611686018427387904, ARRAY[-2.2363103960144643, 0.025331445936243275, -4.0688535972920014e-11, -2.6795509265001924e-12, -1.8764272546955952e-7, -1.2357246849191959e-8]),
	(0.999999999999, 200, 10000, 250, 10000, ARRAY[-2.3839951328405052, 0.017125828872195014, -0.020831043226096931, 0.010523205422634085, -0.59018304527238591, 0.56167282152925487]),
	(0.999999999999, 1, 5, 4, 5, ARRAY[-1.8973665961010276, 0.057779571123597244, -0.87746874035957413, 0.45002403073620442, -0.99965095149310312, 178.05820757017182]),
	(0.999999999999, 1000, 100000, 2000, 100000, ARRAY[-18.395909204638759, 1.416644565842697e-75, -0.013956611530606205, -0.0061510951129666617, -0.61995414908962215, -0.34218463535086763]),
	(0.999999999999, 2305843009213693952, 4611686018427387904, 2305843008139952128, 4611686018427387904, ARRAY[0.70710678118654752, 0.47950012218695346, -2.1150484208821767e-9, 2.5807097081899159e-9, -4.2300968338023899e-9, 5.1614194309016937e-9]),
	(0.999999999999, 1, 4611686018427387904, 1, 1000, ARRAY[-48019194.174972293, 0, -0.050268421873524697, -1.8930689361797716e-5, -1.0, -0.99999999999481799]),
	(0.999999999999, 1000000000000000, 4611686018427387904, 1000000100000000, 4611686018427387904, ARRAY[-2.2363103960144643, 0.025331445936243275, -9.0823947557540438e-11, 4.7455860658119871e-11, -4.1885142042863098e-7, 2.1885154209490625e-7]);
WITH found AS (
	SELECT r.*, ARRAY[z::numeric, p_value::numeric, lower(d), upper(d), lower(l), upper(l)] AS results
	  FROM reference AS r, adpipe.two_proportion_test(x, n, base_x, base_n),
		   adpipe.difference_interval(x, n, base_x, base_n, confidence) AS d,
		   adpipe.lift_interval(x, n, base_x, base_n, confidence) AS l
)
SELECT count(*) AS results, max(abs(got - want) / greatest(abs(want), CASE WHEN i > 2 THEN 1e-2 ELSE 1e-300 END)) < 1e-12 AS close
  FROM found AS f, unnest(results, expected) WITH ORDINALITY AS u (got, want, i);

-- Swapping the sides changes the sign; p never does; the interval turns over
SELECT setseed(0.3);
CREATE TEMP TABLE sample AS
SELECT n, m, floor(random() * (n + 1))::bigint AS x, floor(random() * (m + 1))::bigint AS y
  FROM (SELECT floor(2 ^ (random() * 62))::bigint AS n, floor(2 ^ (random() * 62))::bigint AS m
		  FROM generate_series(1, 2000)) AS v;
SELECT count(*) AS rows, count(t) AS tested, count(*) FILTER (WHERE abs(t.z + s.z) > 1e-14 * abs(t.z) OR abs(t.p_value::numeric - s.p_value::numeric) > 1e-9 * t.p_value::numeric) AS wrong,
	   count(*) FILTER (WHERE t.p_value NOT BETWEEN 0 AND 1) AS no_probability,
	   count(*) FILTER (WHERE abs(lower(d) + upper(e)) > 1e-14) AS not_turned,
	   count(*) FILTER (WHERE NOT (x::float8 / n - y::float8 / m)::numeric(20, 15) <@ numrange(lower(d) - 1e-14, upper(d) + 1e-14)) AS without_difference,
	   count(*) FILTER (WHERE NOT d <@ '[-1,1]') AS outside,
	   count(*) FILTER (WHERE NOT adpipe.lift(x, n, y, m)::numeric <@ numrange(lower(l) - 1e-12, upper(l) + abs(upper(l)) * 1e-12 + 1e-12)) AS without_lift
  FROM sample, adpipe.two_proportion_test(x, n, y, m) AS t, adpipe.two_proportion_test(y, m, x, n) AS s,
	   adpipe.difference_interval(x, n, y, m) AS d, adpipe.difference_interval(y, m, x, n) AS e,
	   adpipe.lift_interval(x, n, y, m) AS l;

-- the last digits are those of the system's library
SET extra_float_digits = -3;
-- No trials, all or none succeeded, nothing reported
SELECT arguments, pg_temp.outcome(format('SELECT adpipe.two_proportion_test(%s)', arguments)) AS test,
	   pg_temp.outcome(format('SELECT adpipe.difference_interval(%s)', arguments)) AS difference,
	   pg_temp.outcome(format('SELECT adpipe.lift(%s)', arguments)) AS lift,
	   pg_temp.outcome(format('SELECT adpipe.lift_interval(%s)', arguments)) AS lift_interval
  FROM unnest(ARRAY['1, 0, 1, 5', '1, 5, 1, 0', '0, 5, 0, 7', '5, 5, 7, 7', '0, 5, 3, 7', '3, 7, 0, 5',
	'NULL, 5, 1, 5', '1, 5, 1, NULL', '0.25, 4, 0.5, 4', '1e-9, 4, 1, 4']) AS arguments;
SELECT * FROM adpipe.two_proportion_test(0, 5, 0, 7);

-- Refused
SELECT arguments, f AS function, pg_temp.outcome(format('SELECT adpipe.%s(%s)', f, arguments))
  FROM unnest(ARRAY['-1, 5, 1, 5', '1, 5, 6, 5', '1, 0.5, 1, 5', '''NaN'', 5, 1, 5', '1, 5, 1, ''Infinity''']) AS arguments,
	   unnest(ARRAY['two_proportion_test', 'lift']) AS f;
SELECT f AS function, pg_temp.outcome(format('SELECT adpipe.%s(1, 5, 1, 5, 1)', f))
  FROM unnest(ARRAY['difference_interval', 'lift_interval']) AS f;

-- Every combination of extreme arguments gives finite numbers, NULL or an error
CREATE TEMP TABLE extremes AS
SELECT unnest(ARRAY['0', '5e-324', '1e-300', '1e-9', '0.3', '1', '1.5', '7', '9007199254740993',
	'9223372036854775807', '9223372036854775808', '1e300', '-1', 'NaN', '-Infinity']) AS v;
SELECT f AS function, count(*) > 10000 AS many, count(*) FILTER (WHERE result !~ '^[[(]?[-+0-9.e]+(,[-+0-9.e]+[])])?$|^NULL$|^220[02]3 ') AS not_finite,
	   count(*) FILTER (WHERE result !~ '^NULL$|^22') > 500 AS many_answers
  FROM extremes AS x, extremes AS n, extremes AS y, extremes AS m,
	   (VALUES ('two_proportion_test', ''), ('lift', ''), ('difference_interval', ', 0.9999999999999999'),
		('lift_interval', ', 0.999999999999')) AS v (f, confidence),
	   pg_temp.outcome(format('SELECT adpipe.%s(%L, %L, %L, %L%s)', f, x.v, n.v, y.v, m.v, confidence)) AS result
 WHERE (x.v < n.v OR random() < 0.3) AND (y.v < m.v OR random() < 0.3)
 GROUP BY f ORDER BY f;

-- What everybody relies on: constant results, in workers too
SELECT proname, provolatile, proparallel, proisstrict FROM pg_proc
 WHERE pronamespace = 'adpipe'::regnamespace
   AND proname IN ('wilson_interval', 'clopper_pearson_interval', 'two_proportion_test', 'difference_interval', 'lift', 'lift_interval')
 ORDER BY 1;
