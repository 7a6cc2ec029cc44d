--
-- The list of all KPI functions: adpipe.kpis for those who look by SQL, and
-- doc/kpis.md, which "make docs" writes from it.
--
-- The definition of each is its COMMENT.  What is added here is where it belongs
-- and what a comment does not say by itself: its unit, and the trap, where the
-- comment does not end with it.  The ratios are in a list of their own.
--
--	kind	what distinguishes functions of one name: ratio, adstats, series,
--			journeys or other
--	trap	what to know before comparing it with another number
--

CREATE FUNCTION adpipe_internal.kpi_list(
		OUT place bigint, OUT section text, OUT kind text, OUT name text,
		OUT unit text, OUT trap text, OUT page text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
	BEGIN ATOMIC
		SELECT pg_catalog.row_number() OVER (), list.*
		  FROM (
		SELECT section, 'ratio' AS kind, name, unit, trap, 'doc/kpis.md' AS page FROM adpipe_internal.ratio_kpis()
		UNION ALL
		SELECT section, kind, name, unit, trap, page
		  FROM (VALUES
	-- one count per group
	('audience', 'other', 'reach', 'people',
	 'The reach of a week is not the sum of its days: read a report at the grain that you need.', 'doc/kpis.md'),
	('audience', 'other', 'unique_users', 'people',
	 'The users of a week are not the sum of its days: read a report at the grain that you need.', 'doc/kpis.md'),
	('audience', 'other', 'eligible_impressions', 'impressions',
	 'Of rows below 10 percent Google reports no share to compute with.', 'doc/kpis.md'),
	-- cohorts
	('cohorts', 'other', 'cohort_roas', 'a ratio, 3.2 and not 320 %',
	 'Cohorts that have not reached the day have no row and are in neither sum. Users without a cost, such as organic ones, are in neither, too: their value is in ltv_curve.', 'doc/kpis.md'),
	('cohorts', 'other', 'ltv_curve', 'money per user',
	 'Later days are of fewer, older cohorts, so that the curve may fall: take cohorts that have all reached the last day for one of the same users. Observed, not predicted.', 'doc/kpis.md'),
	('cohorts', 'other', 'payback_day', 'a cohort day; 0 is the day of the install',
	 'NULL may mean never or not yet: show max(cohort_day) beside it. Later days are of fewer, older cohorts.', 'doc/kpis.md'),
	-- two steps
	('steps', 'adstats', 'stats', 'adpipe.adstats',
	 'Arguments go by position: impressions, clicks, spend, conversions, their value. A row that reports only some of them still adds those.', 'doc/kpis.md'),
	('steps', 'adstats', 'rollup', 'adpipe.adstats', NULL, 'doc/kpis.md'),
	('steps', 'adstats', 'adstats', 'adpipe.adstats',
	 'Totals that were rounded or divided before are not the sums of the rows.', 'doc/kpis.md'),
	('steps', 'adstats', 'totals', 'adpipe.adstats_totals', NULL, 'doc/kpis.md'),
	('steps', 'adstats', 'currency', 'a currency code', NULL, 'doc/kpis.md'),
	('steps', 'adstats', 'impressions', 'a count', NULL, 'doc/kpis.md'),
	('steps', 'adstats', 'clicks', 'a count', NULL, 'doc/kpis.md'),
	('steps', 'adstats', 'spend', 'money', NULL, 'doc/kpis.md'),
	('steps', 'adstats', 'conversions', 'a count, perhaps with decimals', NULL, 'doc/kpis.md'),
	('steps', 'adstats', 'conversions_value', 'money', NULL, 'doc/kpis.md')
		  ) AS steps (section, kind, name, unit, trap, page)
		UNION ALL
		-- accessors that are ratios: unit and trap are those of the aggregate, but
		-- that the filter goes into stats()
		(SELECT 'steps', 'adstats', a.name, r.unit,
				pg_catalog.format(
				'The sums of %1$s and %2$s may be over different rows: where either may be NULL, add FILTER (WHERE %1$s IS NOT NULL AND %2$s IS NOT NULL) to stats().',
				a.numerator, a.denominator), 'doc/kpis.md'
		   FROM (VALUES
	(1, 'ctr', 'clicks', 'impressions'), (2, 'cpc', 'spend', 'clicks'), (3, 'cpm', 'spend', 'impressions'),
	(4, 'cpa', 'spend', 'conversions'), (5, 'cvr_click', 'conversions', 'clicks'), (6, 'cvr_imp', 'conversions', 'impressions'),
	(7, 'roas', 'conversions_value', 'spend'), (8, 'roi', 'conversions_value', 'spend'),
	(9, 'acos', 'spend', 'conversions_value'), (10, 'aov', 'conversions_value', 'conversions')
		   ) AS a (number, name, numerator, denominator)
		   JOIN adpipe_internal.ratio_kpis() AS r USING (name)
		  ORDER BY a.number)
		UNION ALL
		SELECT section, kind, name, unit, trap, page
		  FROM (VALUES
	('steps', 'adstats', 'ctr_interval', 'a range of fractions',
	 'Impressions of the same people are not quite independent: the true interval is somewhat wider.', 'doc/statistics.md'),
	('steps', 'adstats', 'cvr_click_interval', 'a range of fractions',
	 'Modelled conversions are taken as counted ones.', 'doc/statistics.md'),
	-- to show
	('showing', 'other', 'display', 'that of the value',
	 'Rounded numbers do not add up: round last.', 'doc/kpis.md'),
	('showing', 'other', 'sparkline', 'a text', NULL, 'doc/kpis.md'),
	('showing', 'other', 'device_class', 'desktop, mobile or other',
	 'Google alone reports tablets apart from phones; Meta and Naver do not say where they count them.', 'doc/kpis.md'),
	-- statistics
	('statistics', 'other', 'wilson_interval', 'a range of fractions',
	 'An error where successes exceed trials; ctr_interval and cvr_click_interval are NULL there.', 'doc/statistics.md'),
	('statistics', 'other', 'clopper_pearson_interval', 'a range of fractions',
	 'An error where successes exceed trials, and for counts that are not whole.', 'doc/statistics.md'),
	('statistics', 'other', 'two_proportion_test', 'standard errors; a probability',
	 'Looking every day and stopping at the first small p_value finds differences that do not exist.', 'doc/statistics.md'),
	('statistics', 'other', 'difference_interval', 'a range of fractions',
	 'The rate to test comes first, the rate to compare it with second.', 'doc/statistics.md'),
	('statistics', 'other', 'lift', 'a fraction, 0.25 for 25 % more',
	 'The rate to test comes first, the rate to compare it with second.', 'doc/statistics.md'),
	('statistics', 'other', 'lift_interval', 'a range of fractions',
	 'The rate to test comes first, the rate to compare it with second.', 'doc/statistics.md'),
	('statistics', 'other', 'anomaly_score', 'none; beyond 3.5 either way is an anomaly',
	 'Weekends are not weekdays: partition by the weekday, too.', 'doc/statistics.md'),
	('statistics', 'other', 'rate_anomaly_score', 'none; beyond 3.5 either way is an anomaly',
	 'Weekends are not weekdays: partition by the weekday, too.', 'doc/statistics.md'),
	('statistics', 'series', 'series', 'adpipe.adseries',
	 'A day without a row has no point; it does not count as 0.', 'doc/statistics.md'),
	('statistics', 'series', 'rollup', 'adpipe.adseries',
	 'Points of one time are kept side by side and not added up.', 'doc/statistics.md'),
	('statistics', 'other', 'ewma_lambda', 'a weight', NULL, 'doc/statistics.md'),
	('statistics', 'series', 'ewma', 'that of the values',
	 'The average goes from point to point, not from day to day: a gap has no effect.', 'doc/statistics.md'),
	('statistics', 'series', 'ewma_chart', 'that of the values',
	 'Take target and sigma from weeks without problems; those of a drifting series hide the drift.', 'doc/statistics.md'),
	-- pacing
	('pacing', 'other', 'elapsed_fraction', 'a fraction',
	 'Today is not over: leave its spend out, too.', 'doc/statistics.md'),
	('pacing', 'other', 'pacing', 'a ratio, 1 is on plan',
	 'Spent and budget must be in one currency.', 'doc/statistics.md'),
	('pacing', 'other', 'projected_spend', 'money',
	 'Assumes that nothing changes; weekends and campaigns that end are changes.', 'doc/statistics.md'),
	('pacing', 'other', 'remaining_daily', 'money per day', NULL, 'doc/statistics.md'),
	('pacing', 'other', 'days_to_exhaustion', 'days', NULL, 'doc/statistics.md'),
	-- attribution
	('attribution', 'journeys', 'journeys', 'adpipe.journeys',
	 'Give conversions the channel NULL, unless the visit that converts should count as a touch.', 'doc/attribution.md'),
	('attribution', 'journeys', 'rollup', 'adpipe.journeys', NULL, 'doc/attribution.md'),
	('attribution', 'journeys', 'journeys_currency', 'a currency code', NULL, 'doc/attribution.md'),
	('attribution', 'journeys', 'attribution', 'conversions; money',
	 'Results depend on lookback, counting and direct: compare only results that have these in common.', 'doc/attribution.md'),
	('attribution', 'journeys', 'credits', 'a fraction of a conversion; money', NULL, 'doc/attribution.md'),
	('attribution', 'journeys', 'paths', 'rows', NULL, 'doc/attribution.md'),
	('attribution', 'journeys', 'removal_effects', 'a fraction', NULL, 'doc/attribution.md'),
	-- sequences
	('sequences', 'other', 'window_funnel', 'a level, 0 to the number of steps',
	 'The window runs from the first step to the last, not from step to step.', 'doc/sequences.md'),
	('sequences', 'other', 'window_funnel_steps', 'times', NULL, 'doc/sequences.md'),
	('sequences', 'other', 'window_funnel_duration', 'an interval', NULL, 'doc/sequences.md'),
	('sequences', 'other', 'funnel_counts', 'users per level',
	 'Levels are cumulative: a user who reached level 3 counts at level 1, too.', 'doc/sequences.md'),
	('sequences', 'other', 'sequence_match', 'true or false',
	 'An additional condition changes which events are adjacent.', 'doc/sequences.md'),
	('sequences', 'other', 'sequence_count', 'a count',
	 'Matches do not overlap.', 'doc/sequences.md'),
	('sequences', 'other', 'retention', 'booleans, one per day',
	 'A cohort and its retention must be in one time zone.', 'doc/sequences.md')
		  ) AS others (section, kind, name, unit, trap, page)
		  ) AS list;
	END;
COMMENT ON FUNCTION adpipe_internal.kpi_list() IS
	'Part of adpipe.kpis: the names of all KPI functions, in their order, with unit, trap and page.';

-- Every input argument of every function of the list
CREATE FUNCTION adpipe_internal.kpi_arguments(
		OUT place bigint, OUT form oid, OUT variant oid, OUT prokind "char",
		OUT size integer, OUT number integer, OUT name text, OUT type text,
		OUT is_variadic boolean, OUT default_value text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE
	BEGIN ATOMIC
		SELECT l.place, p.oid,
			   CASE WHEN p.proname = 'retention' THEN p.oid ELSE 0::oid END,
			   p.prokind, p.pronargs::integer, a.number::integer,
			   COALESCE(p.proargnames[a.number], ''),
			   CASE a.type WHEN 'timestamptz'::pg_catalog.regtype THEN 'timestamptz'
						   WHEN 'timestamp'::pg_catalog.regtype THEN 'timestamp'
						   ELSE pg_catalog.format_type(a.type, NULL) END,
			   p.provariadic <> 0 AND a.number = p.pronargs,
			   pg_catalog.regexp_replace(pg_catalog.pg_get_function_arg_default(p.oid, a.number::integer), '::[a-z ]+$', '')
		  FROM pg_catalog.pg_proc AS p
		  LEFT JOIN pg_catalog.pg_aggregate AS g ON g.aggfnoid = p.oid
		  CROSS JOIN LATERAL pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a (type, number)
		  JOIN adpipe_internal.kpi_list() AS l
			ON l.name = p.proname
		   AND l.kind = CASE
				WHEN g.aggtranstype = 'adpipe.ratio_state'::pg_catalog.regtype THEN 'ratio'
				WHEN 'adpipe.adstats'::pg_catalog.regtype IN (p.proargtypes[0], p.prorettype) THEN 'adstats'
				WHEN 'adpipe.adseries'::pg_catalog.regtype IN (p.proargtypes[0], p.prorettype) THEN 'series'
				WHEN 'adpipe.journeys'::pg_catalog.regtype IN (p.proargtypes[0], p.prorettype) THEN 'journeys'
				ELSE 'other' END
		 WHERE p.pronamespace = 'adpipe'::pg_catalog.regnamespace;
	END;
COMMENT ON FUNCTION adpipe_internal.kpi_arguments() IS
	'Part of adpipe.kpis: the arguments of the functions in the list. Forms of one name that are different functions differ in variant or prokind; forms of one function differ in types or in arguments that may be left out.';

-- Forms of one function as one text: number where all number types go, "or"
-- between other types, brackets around what may be left out
CREATE FUNCTION adpipe_internal.kpi_entries(
		OUT place bigint, OUT section text, OUT name text, OUT arguments text,
		OUT unit text, OUT definition text, OUT trap text, OUT page text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
	BEGIN ATOMIC
		WITH arguments AS (
			SELECT a.*,
				   pg_catalog.max(a.size) OVER f AS longest,
				   pg_catalog.min(a.size) OVER f AS shortest
			  FROM adpipe_internal.kpi_arguments() AS a
			WINDOW f AS (PARTITION BY a.place, a.variant, a.prokind)
		), by_name AS (
			-- the place of an argument is that in the longest form
			SELECT place, variant, prokind, name,
				   pg_catalog.max(number) FILTER (WHERE size = longest) AS number,
				   pg_catalog.bool_or(is_variadic) AS is_variadic,
				   pg_catalog.max(default_value) AS default_value,
				   pg_catalog.count(*) FILTER (WHERE size = shortest) = 0 AS is_optional,
				   CASE WHEN pg_catalog.count(DISTINCT type) > 1
							 AND pg_catalog.bool_and(type IN ('bigint', 'numeric', 'double precision'))
						THEN 'number'
						ELSE (SELECT pg_catalog.string_agg(t.type, ' or ' ORDER BY t.first)
								FROM (SELECT u.type, pg_catalog.min(u.n) AS first
										FROM pg_catalog.unnest(pg_catalog.array_agg(type ORDER BY form)) WITH ORDINALITY AS u (type, n)
									   GROUP BY u.type) AS t)
				   END AS type
			  FROM arguments
			 GROUP BY place, variant, prokind, name
		), calls AS (
			SELECT place, variant, prokind,
				   pg_catalog.ltrim(pg_catalog.string_agg(
					CASE WHEN is_optional THEN pg_catalog.format(' [, %s]', argument)
						 ELSE ', ' || argument END, '' ORDER BY number), ', ') AS arguments
			  FROM (SELECT b.*,
						   pg_catalog.concat_ws(' ', CASE WHEN is_variadic THEN 'VARIADIC' END, NULLIF(name, ''), type,
												'DEFAULT ' || default_value) AS argument
					  FROM by_name AS b) AS b
			 GROUP BY place, variant, prokind
		), comments AS (
			-- that of the fullest form
			SELECT DISTINCT ON (place, variant, prokind) place, variant, prokind,
				   pg_catalog.obj_description(form, 'pg_proc') AS comment
			  FROM arguments
			 ORDER BY place, variant, prokind, size DESC, form
		)
		SELECT pg_catalog.row_number() OVER (ORDER BY l.place, c.variant, c.prokind),
			   l.section, l.name, c.arguments, l.unit,
			   -- a ratio's comment ends with its trap
			   CASE WHEN pg_catalog.right(m.comment, pg_catalog.length(l.trap)) = l.trap
					THEN pg_catalog.rtrim(pg_catalog.left(m.comment, -pg_catalog.length(l.trap)))
					ELSE m.comment END,
			   l.trap, l.page
		  FROM adpipe_internal.kpi_list() AS l
		  JOIN calls AS c USING (place)
		  JOIN comments AS m USING (place, variant, prokind);
	END;
COMMENT ON FUNCTION adpipe_internal.kpi_entries() IS
	'Part of adpipe.kpis and of doc/kpis.md: one row per function, with its section.';

CREATE VIEW adpipe.kpis AS
SELECT name, arguments, unit, definition, trap, page
  FROM adpipe_internal.kpi_entries()
 ORDER BY place;
COMMENT ON VIEW adpipe.kpis IS
	'All KPI functions: how each is called, what it is and what to know before comparing it with another number. The same as doc/kpis.md.';
COMMENT ON COLUMN adpipe.kpis.name IS 'Name in the schema adpipe.';
COMMENT ON COLUMN adpipe.kpis.arguments IS
	'Arguments in their order, with types and defaults. number: smallint, integer, bigint, numeric, double precision or real, in any mix and without casts; the server turns a real into double precision. Brackets: may be left out.';
COMMENT ON COLUMN adpipe.kpis.unit IS 'Unit of the result, or its type where it is no number.';
COMMENT ON COLUMN adpipe.kpis.definition IS 'What it is, when it is NULL, what is an error.';
COMMENT ON COLUMN adpipe.kpis.trap IS 'What to know before comparing it with another number; NULL if there is nothing.';
COMMENT ON COLUMN adpipe.kpis.page IS 'Page of the documentation.';
GRANT SELECT ON adpipe.kpis TO PUBLIC;
