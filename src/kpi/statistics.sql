--
-- Statistics: intervals and tests for rates, anomaly scores, control charts,
-- budget pacing.
--
-- Counts are double precision: every number type casts to it, so that one
-- form takes count(*), sum(clicks), which is numeric, and modelled
-- conversions.  The rate in question comes first, the one that it is measured
-- against second: positive means that the first is higher.
--

CREATE FUNCTION adpipe.wilson_interval(
		x double precision, n double precision,
		confidence double precision DEFAULT 0.95)
	RETURNS numrange
	AS 'MODULE_PATHNAME', 'adpipe_wilson_interval'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION adpipe.clopper_pearson_interval(
		x double precision, n double precision,
		confidence double precision DEFAULT 0.95)
	RETURNS numrange
	AS 'MODULE_PATHNAME', 'adpipe_clopper_pearson_interval'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	COST 100;

CREATE FUNCTION adpipe.two_proportion_test(
		x double precision, n double precision,
		base_x double precision, base_n double precision,
		OUT z double precision, OUT p_value double precision)
	AS 'MODULE_PATHNAME', 'adpipe_two_proportion_test'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION adpipe.difference_interval(
		x double precision, n double precision,
		base_x double precision, base_n double precision,
		confidence double precision DEFAULT 0.95)
	RETURNS numrange
	AS 'MODULE_PATHNAME', 'adpipe_difference_interval'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION adpipe.lift(
		x double precision, n double precision,
		base_x double precision, base_n double precision)
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'adpipe_lift'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION adpipe.lift_interval(
		x double precision, n double precision,
		base_x double precision, base_n double precision,
		confidence double precision DEFAULT 0.95)
	RETURNS numrange
	AS 'MODULE_PATHNAME', 'adpipe_lift_interval'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

DO $comments$
DECLARE
	part record;
BEGIN
	FOR part IN
		SELECT *
		  FROM (VALUES
	('adpipe.wilson_interval(double precision, double precision, double precision)',
	 'Wilson score interval of a rate, x successes in n trials: the rates, as fractions, that the data do not contradict. The interval to show by default; also good for few trials and for rates of 0 and 1. NULL if n is 0.',
	 'Wilson 1927, without continuity correction.'),
	('adpipe.clopper_pearson_interval(double precision, double precision, double precision)',
	 'Clopper-Pearson interval of a rate, x successes in n trials, as fractions: called exact, as it covers the true rate at least as often as the confidence says, for which it is wider than wilson_interval. NULL if n is 0. Counts that are not whole are error 22023.',
	 'Clopper and Pearson 1934: quantiles of the beta distribution.'),
	('adpipe.two_proportion_test(double precision, double precision, double precision, double precision)',
	 'Is the rate x / n different from base_x / base_n? z is the difference in standard errors, positive if the first is higher; p_value, two-sided, how often chance alone makes a difference at least as large. For trials that are independent of each other: impressions of the same people are not quite. NULL if n or base_n is 0, and if all trials succeeded or none.',
	 'Pooled variance, without continuity correction.'),
	('adpipe.difference_interval(double precision, double precision, double precision, double precision, double precision)',
	 'Interval of the difference of two rates, x / n - base_x / base_n, as a fraction. NULL if n or base_n is 0.',
	 'Newcombe 1998, hybrid score interval: Statistics in Medicine 17, pages 873 to 890, method 10.'),
	('adpipe.lift(double precision, double precision, double precision, double precision)',
	 'Relative lift of the rate x / n over base_x / base_n: their ratio minus 1, so 0.25 for 25 % more. NULL if n, base_n or base_x is 0.',
	 'Definition.'),
	('adpipe.lift_interval(double precision, double precision, double precision, double precision, double precision)',
	 'Interval of the relative lift of the rate x / n over base_x / base_n, as a fraction. NULL if x, n, base_x or base_n is 0, and if x or base_x is so small a fraction that no finite number bounds the lift.',
	 'Katz 1978: the logarithm of the ratio is taken as normal.')
		  ) AS list (signature, definition, source)
	LOOP
		EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L',
			part.signature,
			part.definition
			|| CASE WHEN part.signature LIKE '%\_interval(%' THEN
				' Both ends belong to the range: lower() and upper() give them, @> asks whether a value lies within.'
				' confidence is above 0 and below 1, else error 22023.'
				ELSE '' END
			|| ' Negative counts and more successes than trials are error 22023; NaN, infinity and counts beyond 2^63 are error 22003. '
			|| part.source);
	END LOOP;
END
$comments$;
