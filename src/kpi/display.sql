--
-- Numbers as people read them.  KPIs keep the digits of the server's division.
--

CREATE FUNCTION adpipe_internal.currency_digits(currency text)
	RETURNS integer
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE
		WHEN upper(currency) IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF',
								 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
		WHEN upper(currency) IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
		WHEN upper(currency) IN ('CLF', 'UYW') THEN 4
		ELSE 2
	END;
COMMENT ON FUNCTION adpipe_internal.currency_digits(text) IS
	'Part of adpipe.display: how many decimals amounts of a currency have, by ISO 4217; 2 for an unknown code.';

CREATE FUNCTION adpipe.display(value numeric, currency text DEFAULT NULL)
	RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE
		WHEN value IS NULL THEN NULL
		WHEN currency IS NOT NULL THEN
			round(adpipe_internal.pacing_argument('value', value, true), adpipe_internal.currency_digits(currency))
		WHEN value = 0 THEN 0
		ELSE
			trim_scale(round(adpipe_internal.pacing_argument('value', value, true),
							 GREATEST(0, 3 - floor(log(abs(value))))::integer))
	END;
COMMENT ON FUNCTION adpipe.display(numeric, text) IS
	'A number to show: money with the decimals of its currency (2 for USD, 0 for KRW and JPY, 3 for KWD; ISO 4217, and 2 for an unknown code), any other number with four significant digits: digits before the point are never cut, and zeros at the end are left out (0.0103960396 is 0.0104, 1234.567 is 1235). Rounded half away from zero. Show it, but compute with the number itself. NULL if the value is NULL; NaN and infinity are error 22003.';
