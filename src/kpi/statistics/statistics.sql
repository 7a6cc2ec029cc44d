--
-- Statistics: intervals and tests for rates, anomaly scores, control charts,
-- budget pacing.
--
-- Counts are double precision: every number type casts to it, so that one
-- form takes count(*), sum(clicks), which is numeric, and modelled
-- conversions.  The rate to test comes first, the rate to compare it with second:
-- positive means that the first is higher.
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
	 'Clopper-Pearson interval of a rate, x successes in n trials, as fractions: called exact, since it covers the true rate at least as often as the confidence says. It is wider than wilson_interval. NULL if n is 0. Counts that are not whole are error 22023.',
	 'Clopper and Pearson 1934: quantiles of the beta distribution.'),
	('adpipe.two_proportion_test(double precision, double precision, double precision, double precision)',
	 'Is the rate x / n different from base_x / base_n? z is the difference in standard errors, positive if the first is higher; p_value, two-sided, how often chance alone makes a difference at least as large. The trials must be independent of each other; impressions of the same people are not fully independent. NULL if n or base_n is 0, or if all trials succeeded or none did.',
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

--
-- Intervals in values of stats().  Where they do not exist they are NULL, and
-- no error, which would end a report for the sake of one group.
--
CREATE FUNCTION adpipe.ctr_interval(
		stats adpipe.adstats, confidence double precision DEFAULT 0.95)
	RETURNS numrange
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE
		WHEN adpipe.clicks(stats) BETWEEN 0 AND adpipe.impressions(stats) THEN
			adpipe.wilson_interval(adpipe.clicks(stats), adpipe.impressions(stats), confidence)
	END;
COMMENT ON FUNCTION adpipe.ctr_interval(adpipe.adstats, double precision) IS
	'Wilson score interval of the click-through rate in a value of stats(), as fractions: wilson_interval(clicks, impressions, confidence). NULL if clicks or impressions were not reported, if impressions are 0, and if clicks outnumber impressions (late clicks) or are below 0, where no interval exists; wilson_interval itself raises an error for those. confidence is above 0 and below 1, else error 22023; counts beyond 2^63 are error 22003.';

CREATE FUNCTION adpipe.cvr_click_interval(
		stats adpipe.adstats, confidence double precision DEFAULT 0.95)
	RETURNS numrange
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE
		WHEN adpipe.conversions(stats) BETWEEN 0 AND adpipe.clicks(stats) THEN
			adpipe.wilson_interval(adpipe.conversions(stats), adpipe.clicks(stats), confidence)
	END;
COMMENT ON FUNCTION adpipe.cvr_click_interval(adpipe.adstats, double precision) IS
	'Wilson score interval of the conversion rate per click in a value of stats(), as fractions: wilson_interval(conversions, clicks, confidence). NULL if conversions or clicks were not reported, if clicks are 0, and if conversions outnumber clicks (one click may convert many times, and some conversions need no click) or are below 0, where no interval exists; wilson_interval itself raises an error for those. confidence is above 0 and below 1, else error 22023; counts beyond 2^63 are error 22003.';

--
-- Anomaly scores.
--

CREATE FUNCTION adpipe.anomaly_score(
		value double precision, reference double precision[])
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'adpipe_anomaly_score'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.anomaly_score(double precision, double precision[]) IS
	'How far value lies from the reference values, robust against outliers among them: 0.6745 * (value - median) / MAD, where MAD is the median absolute deviation from the median; if MAD is 0, 0.7979 * (value - median) / mean absolute deviation. Without unit, like standard deviations of a normal distribution; beyond 3.5 either way is an anomaly. NULLs in the reference are left out. NULL if value or reference is NULL, if the reference has no value, or if all its values are equal. NaN, infinity and overflow are error 22003. Iglewicz and Hoaglin 1993; NIST/SEMATECH e-Handbook 1.3.5.17.';

CREATE FUNCTION adpipe.anomaly_score(value double precision)
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'adpipe_anomaly_score_in_frame'
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.anomaly_score(double precision) IS
	'Window function: the anomaly score of the current row''s value against the values of its frame, such as OVER (PARTITION BY campaign_id ORDER BY date_day RANGE BETWEEN ''28 days'' PRECEDING AND ''1 day'' PRECEDING). Add the weekday to PARTITION BY for a seasonal baseline: the same weekday of past weeks. 0.6745 * (value - median) / MAD; if MAD is 0, 0.7979 * (value - median) / mean absolute deviation; without unit; beyond 3.5 either way is an anomaly. NULLs in the frame are left out. NULL if the value is NULL, or if the frame has no value or only equal ones. NaN, infinity and overflow are error 22003. Iglewicz and Hoaglin 1993; NIST/SEMATECH e-Handbook 1.3.5.17.';

CREATE FUNCTION adpipe.rate_anomaly_score(x double precision, n double precision)
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'adpipe_rate_anomaly_score'
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.rate_anomaly_score(double precision, double precision) IS
	'Window function: as anomaly_score, for the rate x / n of the current row against the rates of its frame. The spread is at least sqrt(p * (1 - p) / n), with p the rate of the whole frame and n the trials of the current row: the spread that chance alone causes, so that small slices raise no alarm. Rows without trials are left out. NULL if x, n or all rates of the frame are NULL, if n is 0, or if that spread and the spread of the rates are both 0. A rate may exceed 1. Negative counts are error 22023; NaN, infinity and counts beyond 2^63 are error 22003. Iglewicz and Hoaglin 1993, with the variance of the binomial distribution as floor.';

--
-- Budget pacing.  Plain SQL over money, so numeric throughout.
--

CREATE FUNCTION adpipe_internal.pacing_argument(name text, value numeric, may_be_negative boolean)
	RETURNS numeric
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF value IN ('NaN', 'Infinity', '-Infinity') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'numeric_value_out_of_range',
			MESSAGE = format('%s is not a finite number: %s', name, value),
			HINT = 'Filter these rows out, or turn the value into NULL.';
	ELSIF value < 0 AND NOT may_be_negative THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s is negative: %s', name, value),
			HINT = 'A budget and a fraction of time must be 0 or more.';
	END IF;
	RETURN value;
END
$$;
COMMENT ON FUNCTION adpipe_internal.pacing_argument(text, numeric, boolean) IS
	'Part of the pacing functions: the value, if it is finite (else error 22003) and where needed not negative (else error 22023). NULL if it is NULL.';

CREATE FUNCTION adpipe.elapsed_fraction(first_day date, last_day date, today date)
	RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE
		WHEN NOT isfinite(first_day) OR NOT isfinite(last_day) OR last_day < first_day THEN NULL
		WHEN today <= first_day THEN 0
		WHEN today > last_day THEN 1
		ELSE (today - first_day)::numeric / (last_day - first_day + 1)
	END;
COMMENT ON FUNCTION adpipe.elapsed_fraction(date, date, date) IS
	'The part of the days from first_day to last_day, both included, that is over, from 0 to 1. Today is not over. NULL if a day is NULL, if an end of the period is infinite, or if last_day is before first_day.';

CREATE FUNCTION adpipe.pacing(spent numeric, budget numeric, elapsed numeric)
	RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN adpipe_internal.pacing_argument('spent', spent, true)
		/ NULLIF(adpipe_internal.pacing_argument('budget', budget, false), 0)
		/ NULLIF(LEAST(adpipe_internal.pacing_argument('elapsed', elapsed, false), 1), 0);
COMMENT ON FUNCTION adpipe.pacing(numeric, numeric, numeric) IS
	'Is the budget on pace? (spent / budget) / elapsed, a ratio: 1 is on plan, 1.2 is 20 % ahead of it. elapsed is the fraction of the period that is over, by days (elapsed_fraction) or by an expected delivery curve; from 1 on the result is spent / budget. NULL if an argument is NULL, or if budget or elapsed is 0. Spent and budget are in one currency; the function cannot check that. A negative budget or elapsed is error 22023; NaN, infinity and overflow are error 22003. One day says little: Google Ads may spend twice the daily budget on a day, and 30.4 times it in a month.';

CREATE FUNCTION adpipe.projected_spend(spent numeric, elapsed numeric)
	RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN adpipe_internal.pacing_argument('spent', spent, true)
		/ NULLIF(LEAST(adpipe_internal.pacing_argument('elapsed', elapsed, false), 1), 0);
COMMENT ON FUNCTION adpipe.projected_spend(numeric, numeric) IS
	'What the whole period will cost if spending continues at the same rate: spent / elapsed, money. elapsed is the fraction of the period that is over; from 1 on the result is spent. NULL if an argument is NULL, or if elapsed is 0. A negative elapsed is error 22023; NaN, infinity and overflow are error 22003.';

CREATE FUNCTION adpipe.remaining_daily(spent numeric, budget numeric, days_left numeric)
	RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN (adpipe_internal.pacing_argument('budget', budget, false)
			- adpipe_internal.pacing_argument('spent', spent, true))
		/ NULLIF(GREATEST(adpipe_internal.pacing_argument('days_left', days_left, true), 0), 0);
COMMENT ON FUNCTION adpipe.remaining_daily(numeric, numeric, numeric) IS
	'What can be spent on each day that is left: (budget - spent) / days_left, money per day; negative once the budget is overspent. NULL if an argument is NULL, or if no day is left. A negative budget is error 22023; NaN, infinity and overflow are error 22003.';

CREATE FUNCTION adpipe.days_to_exhaustion(spent numeric, budget numeric, daily_spend numeric)
	RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN GREATEST(adpipe_internal.pacing_argument('budget', budget, false)
					- adpipe_internal.pacing_argument('spent', spent, true), 0)
		/ NULLIF(GREATEST(adpipe_internal.pacing_argument('daily_spend', daily_spend, true), 0), 0);
COMMENT ON FUNCTION adpipe.days_to_exhaustion(numeric, numeric, numeric) IS
	'How many days the budget lasts: (budget - spent) / daily_spend, days; 0 once it is spent. daily_spend is the mean of the last full days, best of seven or a multiple. NULL if an argument is NULL, or if daily_spend is not above 0. A negative budget is error 22023; NaN, infinity and overflow are error 22003.';
