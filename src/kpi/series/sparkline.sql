--
-- Sparkline.  One form: every number type casts to double precision, and a
-- drawing has eight levels.
--

CREATE FUNCTION adpipe_internal.sparkline_add(internal, double precision)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'adpipe_sparkline_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.sparkline_add(internal, double precision) IS
	'Transition function of adpipe.sparkline: appends a value.';

CREATE FUNCTION adpipe_internal.sparkline_final(internal) RETURNS text
	AS 'MODULE_PATHNAME', 'adpipe_sparkline_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.sparkline_final(internal) IS
	'Final function of adpipe.sparkline: draws the values.';

CREATE AGGREGATE adpipe.sparkline(value double precision) (
	SFUNC = adpipe_internal.sparkline_add,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = adpipe_internal.sparkline_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.sparkline(double precision) IS
	'Draws the values as a line of blocks of eight heights, the lowest value lowest and the highest highest: sparkline(spend ORDER BY date_day). NULL is a gap; a flat series is drawn at half height; NULL if there is no value. NaN and infinity are error 22003, more than 10000 values error 54000. Heights of two lines cannot be compared: each has its own range.';
