-- Money has a currency, and money of two currencies is never added up.
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

CREATE FUNCTION pg_temp.cpc_of(rows text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.outcome(
		'SELECT adpipe.cpc(spend::numeric, clicks::numeric, currency::text) FROM (VALUES '
		|| rows || ') AS v (spend, clicks, currency)')
$$;

SELECT label, pg_temp.cpc_of(rows)
  FROM (VALUES
	(1, 'one currency', '(3, 4, ''EUR''), (5, 4, ''EUR'')'),
	(2, 'two currencies', '(3, 4, ''USD''), (5, 4, ''EUR'')'),
	(3, 'the same in the other order', '(5, 4, ''EUR''), (3, 4, ''USD'')'),
	(4, 'none declared', '(3, 4, NULL), (5, 4, NULL)'),
	(5, 'declared and undeclared', '(3, 4, ''EUR''), (5, 4, NULL)'),
	(6, 'undeclared and declared', '(5, 4, NULL), (3, 4, ''EUR'')'),
	(7, 'no money needs no currency', '(3, 4, ''EUR''), (NULL, 4, NULL)'),
	(8, 'an empty row has no say', '(3, 4, ''EUR''), (NULL, NULL, ''USD'')'),
	(9, 'a declared currency counts without money', '(3, 4, ''EUR''), (NULL, 4, ''USD'')'),
	(10, 'zero is money', '(3, 4, ''EUR''), (0, 4, NULL)'),
	(11, 'codes are taken as given', '(3, 4, ''EUR''), (5, 4, ''eur'')'),
	(12, 'longest code', '(3, 4, ''ABCDEFG8''), (5, 4, ''ABCDEFG8'')'),
	(13, 'last letter differs', '(3, 4, ''ABCDEFG8''), (5, 4, ''ABCDEFG9'')'),
	(14, 'prefix', '(3, 4, ''EU''), (5, 4, ''EUR'')'),
	(15, 'too long', '(3, 4, ''ABCDEFGH9'')'),
	(15, 'far too long', '(3, 4, repeat(''€'', 1000))'),
	(16, 'empty', '(3, 4, '''')'),
	(17, 'blank', '(3, 4, ''EU '')'),
	(18, 'no letters', '(3, 4, ''€'')'),
	(19, 'invalid code in an empty row', '(3, 4, ''EUR''), (NULL, NULL, ''a currency'')')
	   ) AS v (ord, label, rows)
 ORDER BY ord, label DESC;

-- In roas both sides are money: spend without a currency is undeclared money
SELECT pg_temp.outcome($$SELECT adpipe.roas(r, s, c)
		 FROM (VALUES (3, 4, 'EUR'), (NULL, 4, NULL)) AS v (r, s, c)$$) AS spend_only,
	   pg_temp.outcome($$SELECT adpipe.roas(r, s, c)
		 FROM (VALUES (3, 4, 'EUR'), (6, NULL, NULL)) AS v (r, s, c)$$) AS value_only;

-- Per group, in every number type and every money KPI
SELECT currency, adpipe.cpc(n, d, currency), adpipe.cpm(n::float8, d::float8, currency),
	   adpipe.cpa(n::numeric, d, currency), adpipe.roas(n, d, currency)
  FROM (VALUES (3, 4, 'EUR'), (5, 4, 'USD'), (7, 4, 'EUR'), (1, 4, NULL)) AS v (n, d, currency)
 GROUP BY currency ORDER BY currency;
SELECT kpi, type, pg_temp.outcome(format(
	'SELECT adpipe.%s(3::%s, 4::%2$s, c) FROM (VALUES (''EUR''), (''USD'')) AS v (c)', kpi, type))
  FROM unnest(ARRAY['cpc', 'cpm', 'cpa', 'roas']) AS kpi,
	   unnest(ARRAY['bigint', 'numeric', 'float8']) AS type
 ORDER BY kpi, type;

-- The form without a currency leaves the question to the caller
SELECT adpipe.cpc(n, d) FROM (VALUES (3, 4, 'EUR'), (5, 4, 'USD')) AS v (n, d, currency);

-- Between states
SELECT pg_temp.outcome(format(
	'SELECT adpipe_internal.ratio_combine(%L::adpipe.ratio_state, %L::adpipe.ratio_state)', a, b))
  FROM (VALUES
	('ratio:1:n:EUR:1:3:1:1:4:1:1', 'ratio:1:n:EUR:2:5:2:2:9:2:2'),
	('ratio:1:n:EUR:1:3:1:1:4:1:1', 'ratio:1:n:USD:1:3:1:1:4:1:1'),
	('ratio:1:n:EUR:1:3:1:1:4:1:1', 'ratio:1:n:-:1:3:1:1:4:1:1'),
	('ratio:1:n:-:1:3:1:1:4:1:1', 'ratio:1:n:EUR:1:3:1:1:4:1:1'),
	('ratio:1:n:EUR:1:3:1:1:4:1:1', 'ratio:1:n:-:0:0:0:0:4:1:1'),
	('ratio:1:n:-:0:0:0:0:0:0:0', 'ratio:1:n:EUR:1:3:1:1:4:1:1'),
	('ratio:1:n:EUR:1:3:1:1:4:1:1', 'ratio:1:-:-:0:3:1:1:4:1:1')
	   ) AS v (a, b);
