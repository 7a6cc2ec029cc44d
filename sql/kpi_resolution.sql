-- Every mix of number types finds one form of a KPI without casts.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

CREATE TEMP TABLE walk (
	c_smallint smallint, c_integer integer, c_bigint bigint,
	c_numeric numeric, c_real real, c_double double precision,
	c_money_type numeric(12,2), currency text, currency_varchar varchar(3),
	currency_char char(3));
INSERT INTO walk VALUES (4, 4, 4, 4, 4, 4, 4, 'EUR', 'EUR', 'EUR');

-- Every ratio with columns, literals, untyped literals, parameters and NULLs on
-- both sides.  Each argument is worth 4 or NULL, so that each ratio is 1, 1000
-- per thousand, 0 for a gain, or NULL.
DO $$
DECLARE
	columns text[] := ARRAY['c_smallint', 'c_integer', 'c_bigint', 'c_numeric',
		'c_real', 'c_double', 'c_money_type'];
	literals text[] := ARRAY['4', '4.0', '4e0', '''4''',
		'4::smallint', '4::bigint', '4::real', '4::double precision',
		'NULL', 'NULL::smallint', 'NULL::integer', 'NULL::bigint',
		'NULL::numeric', 'NULL::real', 'NULL::double precision'];
	parameters text[] := ARRAY['$1', '$2', '$3', '$4', '$5', '$6', '$7', '$8'];
	currencies text[] := ARRAY['', ', currency', ', currency_varchar',
		', currency_char', ', ''EUR''', ', NULL', ', NULL::text', ', $9'];
	-- of the parameters: smallint ... double precision, NULLs, a currency
	p walk;
	nothing numeric;
	kpi record;
	n text;
	d text;
	c text;
	query text;
	expected numeric;
	result numeric;
	calls int := 0;
	failures int := 0;
BEGIN
	SELECT * INTO p FROM walk;
	FOR kpi IN
		SELECT f.proname AS name, bool_or(f.pronargs = 3) AS is_money,
			   CASE min(a.aggfinalfn::text)
				   WHEN 'adpipe_internal.ratio_final' THEN 1
				   WHEN 'adpipe_internal.ratio_final_mille' THEN 1000
				   WHEN 'adpipe_internal.ratio_final_gain' THEN 0
			   END AS value
		  FROM pg_proc AS f JOIN pg_aggregate AS a ON a.aggfnoid = f.oid
		 WHERE f.pronamespace = 'adpipe'::regnamespace
		   AND a.aggtranstype = 'adpipe.ratio_state'::regtype
		 GROUP BY f.proname
	LOOP
		FOREACH n IN ARRAY columns || literals || parameters LOOP
			FOREACH d IN ARRAY columns || literals || parameters LOOP
				expected := CASE WHEN n ~ 'NULL|[78]' OR d ~ 'NULL|[78]' THEN NULL
								 ELSE kpi.value END;
				FOREACH c IN ARRAY currencies LOOP
					CONTINUE WHEN c <> '' AND NOT kpi.is_money;
					-- currencies with enough pairs, not with all
					CONTINUE WHEN c <> '' AND n <> 'c_numeric' AND d <> 'c_bigint';
					query := format('SELECT adpipe.%s(%s, %s%s) FROM walk',
									kpi.name, n, d, c);
					calls := calls + 1;
					BEGIN
						EXECUTE query INTO STRICT result
						  USING p.c_smallint, p.c_integer, p.c_bigint,
								p.c_numeric, p.c_real, p.c_double,
								nothing, nothing::real, p.currency;
						IF result IS DISTINCT FROM expected THEN
							RAISE WARNING '%: %', query, result;
							failures := failures + 1;
						END IF;
					EXCEPTION WHEN OTHERS THEN
						RAISE WARNING '%: %', query, SQLERRM;
						failures := failures + 1;
					END;
				END LOOP;
			END LOOP;
		END LOOP;
	END LOOP;
	RAISE NOTICE 'calls: %, failures: %', calls, failures;
END
$$;

-- Parameters of every pair of types; "unknown" leaves the type to the server
DO $$
DECLARE
	types text[] := ARRAY['smallint', 'integer', 'bigint', 'numeric', 'real',
		'double precision', 'unknown'];
	kpi text;
	n text;
	d text;
	currency text;
	expected numeric;
	result numeric;
	calls int := 0;
	failures int := 0;
BEGIN
	FOREACH kpi IN ARRAY ARRAY['ctr', 'cpc', 'cpm', 'cpa', 'cvr_click', 'roas']
	LOOP
		expected := CASE kpi WHEN 'cpm' THEN 1000 ELSE 1 END;
		FOREACH n IN ARRAY types LOOP
			FOREACH d IN ARRAY types LOOP
				FOREACH currency IN ARRAY ARRAY['', ', $3'] LOOP
					CONTINUE WHEN currency <> '' AND kpi IN ('ctr', 'cvr_click');
					calls := calls + 1;
					BEGIN
						EXECUTE format(
							'PREPARE pair (%s, %s%s) AS SELECT adpipe.%s($1, $2%s)',
							n, d, CASE currency WHEN '' THEN '' ELSE ', text' END,
							kpi, currency);
						EXECUTE format('EXECUTE pair (4, 4%s)',
							CASE currency WHEN '' THEN '' ELSE ', ''EUR''' END)
							INTO STRICT result;
						IF result IS DISTINCT FROM expected THEN
							RAISE WARNING '%(%, %): %', kpi, n, d, result;
							failures := failures + 1;
						END IF;
						DEALLOCATE pair;
					EXCEPTION WHEN OTHERS THEN
						RAISE WARNING '%(%, %): %', kpi, n, d, SQLERRM;
						failures := failures + 1;
					END;
				END LOOP;
			END LOOP;
		END LOOP;
	END LOOP;
	RAISE NOTICE 'calls: %, failures: %', calls, failures;
END
$$;

-- Which form a pair takes decides what is exact: whole numbers of up to 32
-- bits may go through double precision, which holds them all; bigint with
-- bigint and numeric with integers stay exact
SELECT adpipe.ctr(2147483647, 2147483646) = 2147483647::numeric / 2147483646
	   AS integers,
	   adpipe.ctr(9223372036854775807, 9223372036854775806)
	   = 9223372036854775807::numeric / 9223372036854775806 AS bigints,
	   adpipe.cpc(0.000000000001, 9223372036854775807)
	   = 0.000000000001 / 9223372036854775807 AS numeric_bigint;

-- What is no number is refused
\set VERBOSITY sqlstate
SELECT adpipe.ctr('2020-01-01'::date, 4);
SELECT adpipe.ctr('4'::text, 4);
