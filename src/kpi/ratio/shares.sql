--
-- Shares of impressions: what makes them add up.
--

CREATE FUNCTION adpipe.eligible_impressions(impressions bigint, share numeric)
	RETURNS numeric
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF share = 0.0999 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'eligible impressions do not follow from share 0.0999',
			DETAIL = 'Google reports 0.0999 for every share below 10 percent.',
			HINT = 'Leave such rows out, or request the share of the whole group from the platform.';
	ELSIF NOT share BETWEEN 0 AND 1 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('share must be between 0 and 1: %s', share),
			HINT = 'Shares are fractions, never percent.';
	END IF;
	RETURN impressions / NULLIF(share, 0);
END
$$;
COMMENT ON FUNCTION adpipe.eligible_impressions(bigint, numeric) IS
	'Impressions that could have been won: impressions / share. They add up, as shares do not. NULL if an argument is NULL or the share is zero. A share of 0.0999, which Google reports for all below 10 percent, and one outside 0 to 1 are error 22023.';
