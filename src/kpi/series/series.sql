--
-- Series of values in time, and what is read from them: the exponentially
-- weighted moving average with its control chart.
--

CREATE TYPE adpipe.adseries;

CREATE FUNCTION adpipe_internal.series_in(cstring) RETURNS adpipe.adseries
	AS 'MODULE_PATHNAME', 'adpipe_series_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.series_in(cstring) IS
	'Input function of adpipe.adseries. A text that series_out would not write is error 22P02, an invalid time 22007 or 22008.';

CREATE FUNCTION adpipe_internal.series_out(adpipe.adseries) RETURNS cstring
	AS 'MODULE_PATHNAME', 'adpipe_series_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.series_out(adpipe.adseries) IS
	'Output function of adpipe.adseries: series:1: and time=value for each point, in order, with commas between.';

CREATE FUNCTION adpipe_internal.series_recv(internal) RETURNS adpipe.adseries
	AS 'MODULE_PATHNAME', 'adpipe_series_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.series_recv(internal) IS
	'Binary input function of adpipe.adseries. Bytes that series_send would not write are error 22P03.';

CREATE FUNCTION adpipe_internal.series_send(adpipe.adseries) RETURNS bytea
	AS 'MODULE_PATHNAME', 'adpipe_series_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.series_send(adpipe.adseries) IS
	'Binary output function of adpipe.adseries, in network byte order.';

CREATE TYPE adpipe.adseries (
	INPUT = adpipe_internal.series_in,
	OUTPUT = adpipe_internal.series_out,
	RECEIVE = adpipe_internal.series_recv,
	SEND = adpipe_internal.series_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE adpipe.adseries IS
	'A series of values in time, in order: what series() collects and rollup() merges, to be stored or read by ewma() and ewma_chart(). At most 10000000 points of 16 bytes.';

CREATE FUNCTION adpipe_internal.series_add(adpipe.adseries, timestamp, double precision)
	RETURNS adpipe.adseries
	AS 'MODULE_PATHNAME', 'adpipe_series_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.series_add(adpipe.adseries, timestamp, double precision) IS
	'Transition function of adpipe.series: adds a point. A NULL time or value changes nothing.';

CREATE FUNCTION adpipe_internal.series_combine(adpipe.adseries, adpipe.adseries)
	RETURNS adpipe.adseries
	AS 'MODULE_PATHNAME', 'adpipe_series_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.series_combine(adpipe.adseries, adpipe.adseries) IS
	'Combine function of adpipe.series: the points of both.';

CREATE AGGREGATE adpipe.series(at timestamp, value double precision) (
	SFUNC = adpipe_internal.series_add,
	STYPE = adpipe.adseries,
	SSPACE = 1024,
	COMBINEFUNC = adpipe_internal.series_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.series(timestamp, double precision) IS
	'Collects values with their times, in any order of rows, for ewma() and ewma_chart(). The time may be a date; for a timestamptz say in which zone: at AT TIME ZONE ''Europe/Berlin''. Aggregate to one value per time first: two values of one time are kept, the lower first. Rows whose time or value is NULL are left out; NULL if none is left. NaN and infinite values are error 22003, infinite times 22008, more than 10000000 points 54000.';

CREATE AGGREGATE adpipe.rollup(series adpipe.adseries) (
	SFUNC = adpipe_internal.series_combine,
	STYPE = adpipe.adseries,
	SSPACE = 1024,
	COMBINEFUNC = adpipe_internal.series_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.rollup(adpipe.adseries) IS
	'Merges series, in any order: the points of all of them. NULLs are left out; NULL if none is left. More than 10000000 points are error 54000.';

CREATE FUNCTION adpipe.ewma_lambda(half_life double precision)
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'adpipe_ewma_lambda'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ewma_lambda(double precision) IS
	'The weight lambda with which a point counts half after half_life further points: 1 - 2 ^ (-1 / half_life). NULL if half_life is NULL. A half-life that is not a number above 0 is error 22023.';

CREATE FUNCTION adpipe.ewma(
		series adpipe.adseries, lambda double precision,
		start double precision DEFAULT NULL)
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'adpipe_ewma'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ewma(adpipe.adseries, double precision, double precision) IS
	'Exponentially weighted moving average at the last point of a series, in the unit of its values: lambda * value + (1 - lambda) * average before, point by point in order of time, whatever the time between two. lambda is above 0 and at most 1; ewma_lambda() gives it for a half-life. The average before the first point is start, or if that is NULL the first value. NULL if series or lambda is NULL, or if the series has no point. Another lambda is error 22023, a start of NaN or infinity 22003. Roberts 1959; NIST/SEMATECH e-Handbook 6.3.2.4.';

CREATE FUNCTION adpipe.ewma_chart(
		series adpipe.adseries, lambda double precision,
		target double precision DEFAULT NULL,
		sigma double precision DEFAULT NULL,
		width double precision DEFAULT 3,
		OUT at timestamp, OUT value double precision,
		OUT ewma double precision, OUT lower double precision,
		OUT upper double precision, OUT is_outside boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'adpipe_ewma_chart'
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	ROWS 100;
COMMENT ON FUNCTION adpipe.ewma_chart(adpipe.adseries, double precision, double precision, double precision, double precision) IS
	'Control chart of a series: for each point in order of time its value, the moving average as ewma() computes it starting from target, the control limits target -/+ width * sigma * sqrt(lambda / (2 - lambda) * (1 - (1 - lambda) ^ (2 * t))) for the t-th point, and whether the average is outside of them. All in the unit of the values. target and sigma, the standard deviation of single values, should come from a period without problems; NULL takes mean and standard deviation of the points themselves. Limits are NULL if sigma is NULL and there is only one point. No rows if series, lambda or width is NULL. lambda is above 0 and at most 1, sigma and width not negative, else error 22023; NaN, infinity and overflow are error 22003. Roberts 1959; NIST/SEMATECH e-Handbook 6.3.2.4.';
