-- Numbers: what is added up is exact, and what cannot be is an error.
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

-- How a value is kept: 12 decimals, more are rounded half away from zero.
-- The texts show sum, rows, rows with the most decimals.
SELECT v AS "numeric", split_part(adpipe_internal.ratio_add(NULL, v, NULL)::text, ':', 6) AS kept
  FROM unnest(ARRAY[0, 1, -1, 0.5, 12.50, 10000, 9999.9999, 100000000.00010000,
	0.0000000000005, -0.0000000000005, 0.00000000000049999999,
	-0.00000000000049999999, 0.0000000000014999, 0.0000000000015,
	1.9999999999995, -1.9999999999995, 9999.9999999999999,
	0.00000000000000005, 1e-30,
	123456789012345678901234567.123456789012,
	170141183460469231731687303.715884105727,
	-170141183460469231731687303.715884105727]) AS v;
SELECT v AS "float", split_part(adpipe_internal.ratio_add(NULL, v, NULL)::text, ':', 6) AS kept
  FROM unnest(ARRAY[0, '-0', 1, -1, 0.5, 0.1, 0.3, 12.34, -12.34, 1e-6, 1.5e-7, 1e-12,
	5e-13, -5e-13, 4.9e-13, 2.5e-12, 5e-324, 1.0000000000005, 123456.789012,
	999999999.999999, 1e9, 1000000000.5, 9007199254740991, 9007199254740993,
	9007199254740994, 1e15, 1e16, 1.5e20, 1.7e26, -1.7e26,
	0.1::float8 + 0.2::float8, 0.1::real]::float8[]) AS v;
SELECT v AS "bigint", split_part(adpipe_internal.ratio_add(NULL, v, NULL)::text, ':', 6) AS kept
  FROM unnest(ARRAY[0, 1, -1, 9223372036854775807, -9223372036854775808]::bigint[]) AS v;

-- Out of range, not a number
SELECT v, pg_temp.outcome(format('SELECT adpipe.ctr(%L::numeric, 1::numeric)', v)) AS "numeric"
  FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity', '1e26', '1e27', '-1e27', '1e100',
	'170141183460469231731687303.715884105727',
	'170141183460469231731687303.7158841057274',
	'170141183460469231731687303.7158841057275',
	'170141183460469231731687303.715884105728',
	'-170141183460469231731687303.715884105728',
	'171000000000000000000000000', '345000000000000000000000000', '5e27']) AS v;
SELECT v, pg_temp.outcome(format('SELECT adpipe.ctr(%L::float8, 1::float8)', v)) AS "float"
  FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity', '1e26', '1e27', '-1e27',
	'1.7e26', '1.8e26', '1e308']) AS v;
SELECT pg_temp.outcome('SELECT adpipe.ctr(1, ''NaN''::numeric)') AS denominator;

-- Sums out of range, on the way as well as in the end
SELECT pg_temp.outcome($$SELECT adpipe.ctr(v, 1) FROM (VALUES (1e26), (1e26)) AS t (v)$$) AS above,
	   pg_temp.outcome($$SELECT adpipe.ctr(-v, 1) FROM (VALUES (1e26), (1e26)) AS t (v)$$) AS below,
	   pg_temp.outcome($$SELECT adpipe.ctr(v, 1) FROM (VALUES (1e26), (-1e26), (1e26)) AS t (v)$$) AS inside;
SELECT pg_temp.outcome($$SELECT adpipe.ctr(v, 1)
	  FROM (VALUES (-170141183460469231731687303.715884105727),
				   (-0.000000000001)) AS t (v)$$) AS one_below;

-- Exact where floats are not: the sum of ten times 0.1, and large next to small
SELECT adpipe.roas(0.1::float8, 1) AS tenth,
	   sum(0.1::float8) / 10 AS by_sum
  FROM generate_series(1, 10);
SELECT adpipe.roas(v, 1) FROM (VALUES (1e16::float8), (1), (-1e16)) AS t (v);

-- Against exact SQL, text for text: 400 groups of random size, sign, number
-- of decimals (0 to 15) and magnitude, with NULLs and zeros
SELECT setseed(0.42);
CREATE TEMP TABLE sample AS
SELECT g, round((random() - 0.3)::numeric * 10::numeric ^ (random() * 16)::int,
				CASE WHEN g % 2 = 0 THEN g % 13 ELSE (random() * 15)::int END) AS n,
	   round((random() - 0.3)::numeric * 10::numeric ^ (random() * 16)::int,
			 CASE WHEN g % 3 = 0 THEN 0 ELSE (random() * 15)::int END) AS d
  FROM generate_series(1, 400) AS g, generate_series(1, 1 + g % 40);
UPDATE sample SET n = NULL WHERE random() < 0.1 OR g % 50 = 0;
UPDATE sample SET d = NULL WHERE random() < 0.1 OR g % 60 = 0;
UPDATE sample SET n = 0 WHERE random() < 0.1;

-- a value of more than 12 decimals, rounded
CREATE FUNCTION pg_temp.fixed(v numeric) RETURNS numeric LANGUAGE sql AS
	$$SELECT CASE WHEN scale(v) > 12 THEN round(v, 12) ELSE v END$$;

SELECT count(*) AS groups, count(ours) > 300 AS most_not_null,
	   count(*) FILTER (WHERE ours::text IS DISTINCT FROM exact::text) AS wrong,
	   count(*) FILTER (WHERE mille::text IS DISTINCT FROM exact_mille::text) AS wrong_mille
  FROM (SELECT g, adpipe.ctr(n, d) AS ours, adpipe.cpm(n, d) AS mille,
			   sum(pg_temp.fixed(n)) / NULLIF(sum(pg_temp.fixed(d)), 0) AS exact,
			   1000 * sum(pg_temp.fixed(n)) / NULLIF(sum(pg_temp.fixed(d)), 0) AS exact_mille
		  FROM sample GROUP BY g) AS per_group;
SELECT count(*) AS groups,
	   count(*) FILTER (WHERE ours::text IS DISTINCT FROM exact::text) AS wrong
  FROM (SELECT adpipe.ctr(n::float8, d::float8) AS ours,
			   sum(pg_temp.fixed(n::float8::text::numeric))
			   / NULLIF(sum(pg_temp.fixed(d::float8::text::numeric)), 0) AS exact
		  FROM sample GROUP BY g) AS per_group;
SELECT count(*) AS groups,
	   count(*) FILTER (WHERE ours::text IS DISTINCT FROM exact::text) AS wrong
  FROM (SELECT adpipe.ctr(n::bigint, d::bigint) AS ours,
			   sum(n::bigint) / NULLIF(sum(d::bigint), 0) AS exact
		  FROM sample GROUP BY g) AS per_group;

-- Quotients, byte for byte the server's: of any size; close to each other; with
-- equal first digits, where the server gives four decimals more; with more
-- decimals than the quotient would have
SELECT setseed(0.3);
CREATE TEMP TABLE quotients AS
SELECT kind, n, d, format('ratio:1:nd:-:2:%s:1:1:%s:1:1', n, d)::adpipe.ratio_state AS state
  FROM generate_series(1, 2000) AS i, LATERAL (VALUES
	('any', round((random() - 0.3)::numeric * 10::numeric ^ (i % 26), i % 13),
			round((random() - 0.3)::numeric * 10::numeric ^ (i / 9 % 26), i % 5)),
	('money', round((random() * 10 ^ (i % 9))::numeric, 2), round((random() * 10 ^ (i / 9 % 7))::numeric, 2)),
	('large by small', round(random()::numeric * 18000000, i % 13), round(random()::numeric / ('1e' || i % 7)::numeric, i / 13 % 13)),
	('close', i * ('1e' || i % 15)::numeric + i % 3 - 1, i * ('1e' || i % 15)::numeric),
	('powers', ('1e' || i % 19 - 4)::numeric + i % 3, ('1e' || i / 19 % 19 - 4)::numeric + i / 3 % 3),
	('small', i % 41 - 20, i % 37 - 18)) AS v (kind, n, d)
 WHERE d <> 0;
SELECT kind, count(*) > 1000 AS many,
	   count(*) FILTER (WHERE numeric_send(adpipe_internal.ratio_final(state)) <> numeric_send(n / d)) AS wrong,
	   count(*) FILTER (WHERE numeric_send(adpipe_internal.ratio_final_mille(state)) <> numeric_send(1000 * n / d)) AS wrong_mille,
	   count(*) FILTER (WHERE numeric_send(adpipe_internal.ratio_final_gain(state)) <> numeric_send((n - d) / d)) AS wrong_gain,
	   count(*) FILTER (WHERE pg_column_size(adpipe_internal.ratio_final(state)) <> pg_column_size(n / d)) AS wrong_size
  FROM quotients GROUP BY kind ORDER BY kind;
-- rounding that carries through all digits; half away from zero; the ends of 64 bits
SELECT n, d, adpipe.roas(n, d), adpipe.roas(n, d)::text = (n / d)::text AS exact
  FROM (VALUES (99999.999999999999, 50000), (-99999.999999999999, 50000),
			   (99999.999999999999, 0.000000000005), (1, 32000000000000000000),
			   (393217, 131072), (393217, -131072), (1, 3), (2, -3),
			   (18446744.073709551615, 0.000000000001), (0.000000000001, 18446744.073709551615),
			   (18446744.073709551616, 0.000000000001), (18446744073709551615, 1),
			   (18446744073709551616, 1), (0, 7.25), (0.00, -7), (1.50, 0.5)) AS v (n, d)
 GROUP BY n, d ORDER BY n, d;

-- Single floats of every size, against the text that the server prints
SELECT count(*) AS floats,
	   count(*) FILTER (WHERE split_part(adpipe_internal.ratio_add(NULL, f, NULL)::text, ':', 6)::numeric
						IS DISTINCT FROM round(f::text::numeric, 12)) AS wrong
  FROM (SELECT (random() - 0.5) * 10.0 ^ (random() * 40 - 15)::int
		  FROM generate_series(1, 20000)
		 UNION ALL
		SELECT round(random()::numeric * 10::numeric ^ (i % 10), i % 8)::float8
		  FROM generate_series(1, 20000) AS i) AS v (f);

-- A numeric that is stored compressed or out of line
CREATE TEMP TABLE long_numbers (v numeric);
INSERT INTO long_numbers VALUES
	(('1.' || repeat('37', 4000))::numeric),
	(-0.25);
INSERT INTO long_numbers
SELECT ('3.' || string_agg(translate(md5(i::text), 'abcdef', '123456'), ''))::numeric
  FROM generate_series(1, 400) AS i;
SELECT max(pg_column_size(v)) > 2000 AS stored_long,
	   adpipe.ctr(v, 1)::text = (sum(round(v, 12)) / count(*))::text AS exact
  FROM long_numbers;
