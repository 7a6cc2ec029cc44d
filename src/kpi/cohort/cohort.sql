--
-- KPIs of cohorts, by cohort day.
--

-- Three number types are enough for every mix to find exactly one form: see
-- ratio.sql.
DO $transitions$
DECLARE
	form record;
	operation record;
	currency text;
	signature text;
BEGIN
	FOR form IN
		SELECT *
		  FROM (VALUES
	('bigint', 'int8'), ('numeric', 'numeric'), ('double precision', 'float8')
		  ) AS list (type, symbol)
	LOOP
		FOR operation IN
			SELECT *
			  FROM (VALUES
		('cohort_add', 'Transition function of adpipe.ltv_curve and adpipe.payback_day: adds a row to the sums of its cohort day.'),
		('cohort_add_one', 'Transition function of adpipe.cohort_roas: adds a row of one cohort day; a second day is error 21000.')
			  ) AS list (name, purpose)
		LOOP
			FOREACH currency IN ARRAY ARRAY['', ', text']
			LOOP
				signature := pg_catalog.format('adpipe_internal.%s(internal, %s, %2$s, integer%3$s)',
					operation.name, form.type, currency);
				EXECUTE pg_catalog.format($create$
					CREATE FUNCTION %s RETURNS internal
						AS 'MODULE_PATHNAME', %L
						LANGUAGE C IMMUTABLE PARALLEL SAFE$create$,
					signature, pg_catalog.format('adpipe_%s_%s', operation.name, form.symbol));
				EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L', signature,
					operation.purpose || ' Arguments: state, numerator, denominator, cohort day and, in the longer form, the currency. A row that lacks one of the three numbers changes nothing.');
			END LOOP;
		END LOOP;
	END LOOP;
END
$transitions$;

CREATE FUNCTION adpipe_internal.cohort_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'adpipe_cohort_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.cohort_combine(internal, internal) IS
	'Combine function of the KPIs of cohorts: adds up two states. Two currencies are error 22023.';

CREATE FUNCTION adpipe_internal.cohort_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'adpipe_cohort_serialize'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.cohort_serialize(internal) IS
	'Serialization function of the KPIs of cohorts, for parallel workers.';

CREATE FUNCTION adpipe_internal.cohort_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'adpipe_cohort_deserialize'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.cohort_deserialize(bytea, internal) IS
	'Deserialization function of the KPIs of cohorts.';

CREATE FUNCTION adpipe_internal.cohort_final_ratio(internal) RETURNS numeric
	AS 'MODULE_PATHNAME', 'adpipe_cohort_final_ratio'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.cohort_final_ratio(internal) IS
	'Final function of adpipe.cohort_roas: numerator / denominator of the one cohort day.';

CREATE FUNCTION adpipe_internal.cohort_final_curve(internal) RETURNS numeric[]
	AS 'MODULE_PATHNAME', 'adpipe_cohort_final_curve'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.cohort_final_curve(internal) IS
	'Final function of adpipe.ltv_curve: numerator / denominator of each cohort day; subscripts begin with 0.';

CREATE FUNCTION adpipe_internal.cohort_final_payback(internal) RETURNS integer
	AS 'MODULE_PATHNAME', 'adpipe_cohort_final_payback'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.cohort_final_payback(internal) IS
	'Final function of adpipe.payback_day: the first cohort day whose numerator is at least its denominator.';

DO $kpis$
DECLARE
	kpi record;
	number_type text;
	has_currency boolean;
	signature text;
BEGIN
	FOR kpi IN
		SELECT *
		  FROM (VALUES
	('cohort_roas', 'spend', 'cohort_add_one', 'cohort_final_ratio',
	 'Return on ad spend of cohorts up to a cohort day: sum(revenue) / sum(spend) over cohorts that have reached the day. Exact sums, divided once. Two cohort days in one group are error 21000, since neither money up to a day nor the repeated cost adds up over days.'),
	('ltv_curve', 'users', 'cohort_add', 'cohort_final_curve',
	 'Observed lifetime value by cohort day: an array whose subscript is the day, from 0, and whose value is sum(revenue) / sum(users) over cohorts that have reached the day; NULL for a day without such cohorts or users. Exact sums, divided once.'),
	('payback_day', 'spend', 'cohort_add', 'cohort_final_payback',
	 'Payback: the first cohort day on which sum(revenue) is at least sum(spend), both over cohorts that have reached the day, so that cohort_roas is at least 1; NULL if there is none yet.')
		  ) AS list (name, denominator, transition, final, definition)
	LOOP
		FOREACH number_type IN ARRAY ARRAY['bigint', 'numeric', 'double precision']
		LOOP
			FOREACH has_currency IN ARRAY ARRAY[false, true]
			LOOP
				signature := pg_catalog.format('adpipe.%I(revenue %s, %I %2$s, cohort_day integer%4$s)',
					kpi.name, number_type, kpi.denominator,
					CASE WHEN has_currency THEN ', currency text' ELSE '' END);
				EXECUTE pg_catalog.format($create$
					CREATE AGGREGATE %s (
						SFUNC = adpipe_internal.%I,
						STYPE = internal,
						SSPACE = 16384,
						FINALFUNC = adpipe_internal.%I,
						COMBINEFUNC = adpipe_internal.cohort_combine,
						SERIALFUNC = adpipe_internal.cohort_serialize,
						DESERIALFUNC = adpipe_internal.cohort_deserialize,
						PARALLEL = SAFE
					)$create$, signature, kpi.transition, kpi.final);
				EXECUTE pg_catalog.format('COMMENT ON AGGREGATE %s IS %L', signature,
					pg_catalog.format('%s Revenue is that from day 0 to the cohort day, and each row repeats the %s of its cohort. Rows that lack revenue, %2$s or the cohort day are left out whole; a cohort day below 0 or above 3650 is error 22023.%s',
						kpi.definition, kpi.denominator,
						CASE WHEN has_currency
							 THEN ' Two currencies in one group, or money with and without a currency, are error 22023.'
							 ELSE ' Does not check the currency: prefer the form that takes it.' END));
			END LOOP;
		END LOOP;
	END LOOP;
END
$kpis$;
