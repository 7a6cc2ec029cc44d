-- display: numbers as people read them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- Money has the decimals of its currency, whatever the case of the code
SELECT currency, adpipe.display(1234.5678, currency) AS amount, adpipe.display(-0.0005, currency) AS small, adpipe.display(2, currency) AS whole
  FROM unnest(ARRAY['USD', 'EUR', 'KRW', 'JPY', 'VND', 'CLP', 'ISK', 'KWD', 'BHD', 'TND', 'CLF', 'UYW', 'krw', 'TWD', 'HUF', 'XYZ', '']) AS currency;
-- half away from zero
SELECT adpipe.display(0.005, 'USD') AS up, adpipe.display(-0.005, 'USD') AS down, adpipe.display(0.5, 'KRW') AS won, adpipe.display(2.5, 'JPY') AS yen;

-- Anything else has four significant digits, and all those before the point
SELECT v, adpipe.display(v) AS shown
  FROM unnest(ARRAY[0.010396039603960396, 0.79341703527023598072, 3.2, 12.3456, 999.96, 1234.567, 123456789.5, 0, 0.0000123456, -0.0250,
	1, 10, 1000, 0.00000000000000012345, 99999.4, 100000000000000000000000000.5, -7.0 / 3]) AS v;
SELECT adpipe.display(v::numeric) AS from_float, adpipe.display(n) AS from_integer
  FROM (VALUES (0.1::float8 + 0.2, 42)) AS t (v, n);

-- NULLs; what is no number
SELECT adpipe.display(NULL) IS NULL AS nothing, adpipe.display(NULL, 'EUR') IS NULL AS no_money, adpipe.display(1.23456, NULL) AS no_currency;
\set SHOW_CONTEXT never
SELECT adpipe.display('NaN');
SELECT adpipe.display('Infinity', 'EUR');

-- It does not change what is computed with
SELECT adpipe.display(adpipe.cpc(spend, clicks, 'KRW'), 'KRW') AS shown, adpipe.cpc(spend, clicks, 'KRW') AS computed
  FROM (VALUES (1000, 7)) AS v (spend, clicks);
