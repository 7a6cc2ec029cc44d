--
-- The ratio KPIs.
--
-- A ratio is one row in the list at the end of this file.  All ratios share
-- the type and the functions that come first.
--

CREATE TYPE adpipe.ratio_state;

CREATE FUNCTION adpipe_internal.ratio_in(cstring) RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.ratio_in(cstring) IS
	'Input function of adpipe.ratio_state. A text that ratio_out would not write is error 22P02.';

CREATE FUNCTION adpipe_internal.ratio_out(adpipe.ratio_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'adpipe_ratio_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.ratio_out(adpipe.ratio_state) IS
	'Output function of adpipe.ratio_state: ratio:1:kind:currency:rows, then for numerator and denominator :sum:rows:rows with the most decimals.';

CREATE FUNCTION adpipe_internal.ratio_recv(internal) RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.ratio_recv(internal) IS
	'Binary input function of adpipe.ratio_state. Bytes that ratio_send would not write are error 22P03.';

CREATE FUNCTION adpipe_internal.ratio_send(adpipe.ratio_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'adpipe_ratio_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.ratio_send(adpipe.ratio_state) IS
	'Binary output function of adpipe.ratio_state, in network byte order.';

-- 104 bytes: AdpRatioState in ratio.h
CREATE TYPE adpipe.ratio_state (
	INPUT = adpipe_internal.ratio_in,
	OUTPUT = adpipe_internal.ratio_out,
	RECEIVE = adpipe_internal.ratio_recv,
	SEND = adpipe_internal.ratio_send,
	INTERNALLENGTH = 104,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE adpipe.ratio_state IS
	'State of a ratio KPI: exact sums of numerator and denominator (12 decimals in 128 bits) with their row counts, and the currency of the money. The type is not internal, so partial aggregates can be sent to another server.';

--
-- Transition functions.  Not strict: a NULL numerator must not drop the
-- denominator of its row.
--

-- Three number types are enough for every mix to find exactly one form: integers
-- of 32 bits go to double precision, which holds them, everything larger to a
-- form that is exact.  The server casts a real to double precision.
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
		('ratio_add', 'Transition function of the ratio KPIs: adds a row to the state.'),
		('ratio_remove', 'Inverse transition function of the ratio KPIs for sliding windows: removes a row from the state; NULL if the state must be computed again.')
			  ) AS list (name, purpose)
		LOOP
			FOREACH currency IN ARRAY ARRAY['', ', text']
			LOOP
				signature := pg_catalog.format('adpipe_internal.%s(adpipe.ratio_state, %s, %2$s%3$s)',
					operation.name, form.type, currency);
				EXECUTE pg_catalog.format($create$
					CREATE FUNCTION %s RETURNS adpipe.ratio_state
						AS 'MODULE_PATHNAME', %L
						LANGUAGE C IMMUTABLE PARALLEL SAFE$create$,
					signature, pg_catalog.format('adpipe_%s_%s', operation.name, form.symbol));
				EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L', signature,
					operation.purpose || ' Arguments: state, numerator, denominator and, in the longer form, the currency. A row without numerator and denominator changes nothing.');
			END LOOP;
		END LOOP;
	END LOOP;
END
$transitions$;

CREATE FUNCTION adpipe_internal.ratio_combine(adpipe.ratio_state, adpipe.ratio_state)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.ratio_combine(adpipe.ratio_state, adpipe.ratio_state) IS
	'Combine function of the ratio KPIs: adds up two states. States of different kinds of ratios, and two currencies, are error 22023.';

CREATE FUNCTION adpipe_internal.ratio_final(adpipe.ratio_state) RETURNS numeric
	AS 'MODULE_PATHNAME', 'adpipe_ratio_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.ratio_final(adpipe.ratio_state) IS
	'Final function of ratio KPIs: numerator / denominator, with as many digits as the server''s own division of the two sums. NULL if no numerator was reported, or if the denominator is missing or zero.';

CREATE FUNCTION adpipe_internal.ratio_final_mille(adpipe.ratio_state) RETURNS numeric
	AS 'MODULE_PATHNAME', 'adpipe_ratio_final_mille'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.ratio_final_mille(adpipe.ratio_state) IS
	'Final function of ratio KPIs per thousand: 1000 * numerator / denominator. NULL if no numerator was reported, or if the denominator is missing or zero.';

CREATE FUNCTION adpipe_internal.ratio_final_gain(adpipe.ratio_state) RETURNS numeric
	AS 'MODULE_PATHNAME', 'adpipe_ratio_final_gain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.ratio_final_gain(adpipe.ratio_state) IS
	'Final function of ratio KPIs that measure a gain: (numerator - denominator) / denominator. NULL if no numerator was reported, or if the denominator is missing or zero.';

--
-- The list of ratios; adpipe.kpis and doc/kpis.md are made from it, too.
--
--	section		of doc/kpis.md
--	form		plain	numerator / denominator
--				mille	1000 * numerator / denominator
--				gain	(numerator - denominator) / denominator
--	money		which side is money: none, numerator, both; other than none
--				adds the forms with a currency
--	people		which side counts different people and cannot be added up:
--				none, denominator, both; one row per group may have it
--	rows		both	a row reports both sides; one that does not is partly
--						unknown, and the trap says what to do about it
--				either	the denominator belongs into one row of many
--	trap		what to know before comparing it with another number
--
CREATE FUNCTION adpipe_internal.ratio_kpis(
		OUT section text, OUT name text, OUT numerator text, OUT denominator text,
		OUT form text, OUT money text, OUT people text, OUT title text,
		OUT unit text, OUT trap text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	BEGIN ATOMIC
		SELECT section, name, numerator, denominator, form, money, people, title, unit,
			   trap || CASE rows WHEN 'both' THEN pg_catalog.format(
				' A row that reports only one of the two still adds that one: where %1$s or %2$s may be NULL, add FILTER (WHERE %1$s IS NOT NULL AND %2$s IS NOT NULL).',
				numerator, denominator) ELSE '' END
		  FROM (VALUES
	-- delivery and cost
	('delivery', 'ctr', 'clicks', 'impressions', 'plain', 'none', 'none', 'both',
	 'Click-through rate', 'a fraction',
	 'Clicks may outnumber impressions in a slice (late clicks): the rate is not capped at 1. All clicks and link clicks give different rates: see link_ctr.'),
	('delivery', 'unique_ctr', 'unique_clickers', 'reach', 'plain', 'none', 'both', 'either',
	 'Share of the people reached who clicked', 'a fraction',
	 'People who clicked on two days are counted twice when the days are added up, and so are people reached: ask the platform for both counts over the whole group.'),
	('delivery', 'link_ctr', 'link_clicks', 'impressions', 'plain', 'none', 'none', 'both',
	 'Click-through rate of links', 'a fraction',
	 'Only clicks that lead to the advertiser; ctr takes all clicks, on Meta also those on reactions and profiles.'),
	('delivery', 'cpc', 'spend', 'clicks', 'plain', 'numerator', 'none', 'both',
	 'Cost per click', 'money',
	 'All clicks and link clicks give different costs.'),
	('delivery', 'cpm', 'spend', 'impressions', 'mille', 'numerator', 'none', 'both',
	 'Cost per thousand impressions', 'money per thousand',
	 'The price the buyer pays. Some platforms report a CPM over viewable impressions only: see vcpm.'),
	('delivery', 'ecpm', 'revenue', 'impressions', 'mille', 'numerator', 'none', 'both',
	 'Ad revenue per thousand impressions', 'money per thousand',
	 'The seller''s side: what impressions brought in. Buyers use the same name for spend per thousand impressions, which is cpm here.'),
	('delivery', 'vcpm', 'spend', 'viewable_impressions', 'mille', 'numerator', 'none', 'both',
	 'Cost per thousand viewable impressions', 'money per thousand',
	 'Viewable by the MRC: half of the pixels for one second, for two seconds in video. Impressions that were not measured are in the spend but not in the denominator.'),
	('delivery', 'cpp', 'spend', 'reach', 'mille', 'numerator', 'denominator', 'either',
	 'Cost per thousand people reached', 'money per thousand people',
	 'Not the cost per purchase, which is cpa.'),
	('delivery', 'cpa', 'spend', 'conversions', 'plain', 'numerator', 'none', 'both',
	 'Cost per conversion', 'money',
	 'Depends on the attribution window and on which actions count as conversions. Conversions may be fractions.'),
	('delivery', 'cpl', 'spend', 'leads', 'plain', 'numerator', 'none', 'both',
	 'Cost per lead', 'money',
	 'A lead is whatever form or event the account counts as one; platforms and sales teams count different ones.'),
	('delivery', 'cpi', 'spend', 'installs', 'plain', 'numerator', 'none', 'both',
	 'Cost per install', 'money',
	 'Networks and trackers attribute different installs. Reinstalls may be among them. Called eCPI where the price is not per install.'),
	('delivery', 'cpe', 'spend', 'engagements', 'plain', 'numerator', 'none', 'both',
	 'Cost per engagement', 'money',
	 'Each platform has its own list of what is an engagement.'),
	('delivery', 'cpv', 'spend', 'views', 'plain', 'numerator', 'none', 'both',
	 'Cost per video view', 'money',
	 'What counts as a view depends on the platform: 30 seconds, the end or an interaction on Google, 2 or 3 seconds elsewhere. Do not compare across platforms.'),
	('delivery', 'cost_per_thruplay', 'spend', 'thruplays', 'plain', 'numerator', 'none', 'both',
	 'Cost per thruplay', 'money',
	 'A thruplay of Meta lasts 15 seconds, or to the end of a shorter video. A view of Google is another thing: see cpv.'),
	-- response
	('response', 'cvr_click', 'conversions', 'clicks', 'plain', 'none', 'none', 'both',
	 'Conversion rate per click', 'a fraction',
	 'Not the rate per impression that some platforms call CVR: see cvr_imp. Exceeds 1 where one click may convert many times.'),
	('response', 'cvr_imp', 'conversions', 'impressions', 'plain', 'none', 'none', 'both',
	 'Conversion rate per impression', 'a fraction',
	 'Not the rate per click that most people call CVR: see cvr_click.'),
	('response', 'vtr', 'views', 'impressions', 'plain', 'none', 'none', 'both',
	 'View rate of a video ad', 'a fraction',
	 'Not view-through conversions. What counts as a view depends on the platform.'),
	('response', 'hook_rate', 'views_3s', 'impressions', 'plain', 'none', 'none', 'both',
	 'Share of the impressions of a video that were watched for three seconds', 'a fraction',
	 'Take impressions of video ads only. Some people divide by plays, which gives a higher rate.'),
	('response', 'hold_rate', 'thruplays', 'views_3s', 'plain', 'none', 'none', 'both',
	 'Share of the three-second views of a video that became thruplays', 'a fraction',
	 'Some people divide by impressions, which is vtr. Of videos shorter than 15 seconds a thruplay is the whole video, so compare videos of like length.'),
	('response', 'new_customer_share', 'new_conversions', 'conversions', 'plain', 'none', 'none', 'both',
	 'Share of the conversions that are of new customers', 'a fraction',
	 'New is whom the platform does not find among the customers that the account reported to it; who is in no list counts as new. Give new_conversions as 0, not NULL, for returning customers.'),
	('response', 'vcr', 'completes', 'starts', 'plain', 'none', 'none', 'both',
	 'Completion rate of a video ad', 'a fraction',
	 'Completed views per started view, not per impression.'),
	('response', 'engagement_rate', 'engagements', 'impressions', 'plain', 'none', 'none', 'both',
	 'Engagement rate of an ad', 'a fraction',
	 'GA4 has another metric of this name: engaged sessions per session. This function can compute it, but do not compare the two rates.'),
	('response', 'viewable_rate', 'viewable_impressions', 'measured_impressions', 'plain', 'none', 'none', 'both',
	 'Share of the measured impressions that were viewable', 'a fraction',
	 'Divides by measured, not by all impressions. Show measured_rate beside it: a high rate of a small measured part says little.'),
	('response', 'measured_rate', 'measured_impressions', 'impressions', 'plain', 'none', 'none', 'both',
	 'Share of the impressions whose viewability was measured', 'a fraction',
	 'Says how far viewable_rate can be trusted.'),
	('response', 'ivt_rate', 'invalid_impressions', 'gross_impressions', 'plain', 'none', 'none', 'both',
	 'Share of invalid traffic', 'a fraction',
	 'Divides by gross impressions, before invalid ones were removed; most platforms report impressions net of them.'),
	('response', 'ipm', 'installs', 'impressions', 'mille', 'none', 'none', 'both',
	 'Installs per thousand impressions', 'installs per thousand',
	 'Equals 1000 * ctr * installs per click, of the same slice.'),
	-- value
	('value', 'roas', 'conversions_value', 'spend', 'plain', 'both', 'none', 'both',
	 'Return on ad spend', 'a ratio, 3.2 and not 320 %',
	 'Depends on the attribution window. Value and spend must be in the same currency. Of cohorts, include only those whose whole window is over.'),
	('value', 'roi', 'conversions_value', 'spend', 'gain', 'both', 'none', 'both',
	 'Return on investment', 'a ratio, 0.25 and not 25 %',
	 'Equals roas - 1, so it is negative when the value does not cover the spend. It ignores the cost of goods: with gross profit as the first argument it is poas - 1.'),
	('value', 'poas', 'gross_profit', 'spend', 'plain', 'both', 'none', 'both',
	 'Profit on ad spend', 'a ratio',
	 'Gross profit is the value less cost of goods and fees, before the ad spend. Break-even is 1, not 0. Negative where goods are sold below cost.'),
	('value', 'acos', 'spend', 'attributed_sales', 'plain', 'both', 'none', 'both',
	 'Advertising cost of sales', 'a fraction',
	 'The inverse of roas. Divides by the sales attributed to ads; by total sales it would be TACOS. Lower is better.'),
	('value', 'mer', 'total_revenue', 'total_spend', 'plain', 'both', 'none', 'both',
	 'Marketing efficiency ratio', 'a ratio',
	 'All revenue, organic too, per money spent on all channels: it is not attributed to anything and cannot judge a single campaign.'),
	('value', 'aov', 'revenue', 'orders', 'plain', 'numerator', 'none', 'both',
	 'Average order value', 'money per order',
	 'Orders, not customers and not items. Whether the revenue includes taxes, shipping and returns depends on the platform.'),
	('value', 'arpu', 'revenue', 'users', 'plain', 'numerator', 'none', 'both',
	 'Average revenue per user', 'money per user',
	 'Say which users: active in the period, or a cohort of installs. Users active on two days are the same people: adding days gives user-days, which is arpdau.'),
	('value', 'arppu', 'revenue', 'paying_users', 'plain', 'numerator', 'none', 'both',
	 'Average revenue per paying user', 'money per paying user',
	 'Not comparable with arpu. Payers of two days are partly the same people: give the count of the whole period.'),
	('value', 'arpdau', 'revenue', 'daily_active_users', 'plain', 'numerator', 'none', 'both',
	 'Average revenue per daily active user', 'money per user and day',
	 'Over several days the revenue per user-day, not the mean of the daily values.'),
	('value', 'ltv', 'cohort_revenue', 'cohort_size', 'plain', 'numerator', 'none', 'either',
	 'Observed lifetime value', 'money per user',
	 'Cumulative revenue of the cohort to day n per user of the cohort; observed, not predicted. Give cohort_size in one row of each cohort only, NULL in the others, and only cohorts that are older than n days.'),
	-- audience
	('audience', 'frequency', 'impressions', 'reach', 'plain', 'none', 'denominator', 'either',
	 'Impressions per person reached', 'impressions per person',
	 'Not the mean of daily frequencies.'),
	('audience', 'impression_share', 'impressions', 'eligible_impressions', 'plain', 'none', 'none', 'both',
	 'Share of the eligible impressions that were won', 'a fraction',
	 'Platforms report shares, which cannot be added up: rebuild the eligible impressions of each row first, with adpipe.eligible_impressions(impressions, share).'),
	('audience', 'lost_impression_share', 'lost_impressions', 'eligible_impressions', 'plain', 'none', 'none', 'both',
	 'Share of the eligible impressions that were lost', 'a fraction',
	 'lost_impressions is the lost share of a row times its eligible impressions, which adpipe.eligible_impressions(impressions, share) rebuilds. Google sends 0.9001 for every lost share above 0.9: the result is a lower bound where there are such rows.'),
	('audience', 'stickiness', 'daily_active_users', 'monthly_active_users', 'plain', 'none', 'both', 'either',
	 'Daily per monthly active users', 'a fraction',
	 'Give the mean of the daily counts over the same 28 or 30 days, or one day''s count, in the row that has the monthly count.')
		  ) AS list (section, name, numerator, denominator, form, money, people,
					 rows, title, unit, trap);
	END;
COMMENT ON FUNCTION adpipe_internal.ratio_kpis() IS
	'Part of the definition of ratio KPIs: the list of all of them.';

DO $ratios$
DECLARE
	ratio record;
	number_type text;
	has_currency boolean;
	signature text;
	final text;
	initial_state text;
	formula text;
	definition text;
BEGIN
	FOR ratio IN SELECT * FROM adpipe_internal.ratio_kpis()
	LOOP
		final := CASE ratio.form WHEN 'plain' THEN 'adpipe_internal.ratio_final'
								 ELSE 'adpipe_internal.ratio_final_' || ratio.form END;
		initial_state := pg_catalog.format(
			'ratio:1:%s:-:0:0:0:0:0:0:0',
			COALESCE(NULLIF(
				CASE ratio.money WHEN 'none' THEN ''
								 WHEN 'numerator' THEN 'n'
								 WHEN 'both' THEN 'nd' END
				|| CASE ratio.people WHEN 'none' THEN ''
									 WHEN 'denominator' THEN 'o'
									 WHEN 'both' THEN 'ou' END, ''), '-'));

		formula := pg_catalog.format(
			CASE ratio.form
				WHEN 'plain' THEN 'sum(%s) / sum(%s)'
				WHEN 'mille' THEN '1000 * sum(%s) / sum(%s)'
				WHEN 'gain' THEN '(sum(%s) - sum(%2$s)) / sum(%2$s)'
			END, ratio.numerator, ratio.denominator);
		definition := pg_catalog.format(
			'%s: %s, %s. Exact sums, divided once.'
			' NULL if every %s is NULL, or if sum(%s) is NULL or zero.'
			' NaN, infinity and overflow are error 22003. ',
			ratio.title, formula, ratio.unit,
			ratio.numerator, ratio.denominator);
		IF ratio.people <> 'none' THEN
			definition := definition || pg_catalog.format(
				'%s different people and cannot be added up: only one row of a group may have such a count, and a second one is error 21000. ',
				CASE ratio.people
					WHEN 'denominator' THEN ratio.denominator || ' counts'
					ELSE ratio.numerator || ' and ' || ratio.denominator || ' count'
				END);
		END IF;

		FOREACH number_type IN ARRAY ARRAY['bigint', 'numeric', 'double precision']
		LOOP
			FOREACH has_currency IN ARRAY ARRAY[false, true]
			LOOP
				CONTINUE WHEN has_currency AND ratio.money = 'none';

				signature := pg_catalog.format('adpipe.%I(%I %s, %I %3$s%5$s)',
					ratio.name, ratio.numerator, number_type, ratio.denominator,
					CASE WHEN has_currency THEN ', currency text' ELSE '' END);

				EXECUTE pg_catalog.format($create$
					CREATE AGGREGATE %s (
						SFUNC = adpipe_internal.ratio_add,
						STYPE = adpipe.ratio_state,
						FINALFUNC = %s,
						COMBINEFUNC = adpipe_internal.ratio_combine,
						INITCOND = %L,
						MSFUNC = adpipe_internal.ratio_add,
						MINVFUNC = adpipe_internal.ratio_remove,
						MSTYPE = adpipe.ratio_state,
						MFINALFUNC = %s,
						MINITCOND = %L,
						PARALLEL = SAFE
					)$create$,
					signature, final, initial_state, final, initial_state);

				EXECUTE pg_catalog.format('COMMENT ON AGGREGATE %s IS %L',
					signature,
					definition
					|| CASE
						WHEN has_currency THEN
							'Two currencies in one group, or money with and without a currency, are error 22023. '
						WHEN ratio.money <> 'none' THEN
							'Does not check the currency: prefer the form that takes it. '
						ELSE ''
					   END
					|| ratio.trap);
			END LOOP;
		END LOOP;
	END LOOP;
END
$ratios$;
