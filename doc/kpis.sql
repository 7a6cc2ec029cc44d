-- Writes kpis.md, from the comments in the catalogue: make docs.
--
-- A function in C that no section names ends up in the last one, so that none is
-- left out; one that is called by other objects only is not shown.  One in SQL
-- may be the warehouse's own: it is shown if a section names it.
\pset format unaligned
\pset tuples_only on
\pset recordsep '\n\n'
SET search_path = pg_catalog;

CREATE TEMP VIEW functions AS
SELECT p.oid, p.proname::text AS name, p.prokind, l.lanname AS language,
	   obj_description(p.oid, 'pg_proc') AS comment,
	   cardinality(p.proargtypes::oid[]) AS size,
	   CASE WHEN a.aggtranstype = 'adpipe.ratio_state'::regtype THEN 'ratio'
			WHEN p.proargtypes[0] = 'adpipe.adstats'::regtype OR p.prorettype = 'adpipe.adstats'::regtype THEN 'adstats'
			ELSE 'other' END AS kind,
	   -- arguments by name, where they have names that say more than the type
	   format('adpipe.%s(%s)', p.proname,
			  COALESCE((SELECT string_agg(
					CASE WHEN p.provariadic <> 0 AND n = p.pronargs THEN 'VARIADIC ' ELSE '' END
					|| COALESCE(NULLIF(p.proargnames[n], ''), format_type(t, NULL)), ', ' ORDER BY n)
				FROM unnest(p.proargtypes) WITH ORDINALITY AS arguments (t, n)), '')) AS call
  FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
  LEFT JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
 WHERE p.pronamespace = 'adpipe'::regnamespace AND p.provolatile = 'i'
   AND obj_description(p.oid, 'pg_proc') NOT LIKE 'Part of %'
   AND p.oid NOT IN (
		SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn,
							aggminvtransfn, aggmfinalfn])::oid FROM pg_aggregate
		 UNION SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend])::oid FROM pg_type
		 UNION SELECT oprcode::oid FROM pg_operator
		 UNION SELECT amproc::oid FROM pg_amproc);

CREATE TEMP TABLE sections (section text, kind text, name text, place serial);
INSERT INTO sections (section, kind, name)
SELECT section, kind, regexp_split_to_table(names, ' ')
  FROM (VALUES
	('delivery', 'ratio', 'ctr unique_ctr link_ctr cpc cpm ecpm vcpm cpp cpa cpl cpi cpe cpv'),
	('response', 'ratio', 'cvr_click cvr_imp vtr vcr engagement_rate viewable_rate measured_rate ivt_rate ipm'),
	('value', 'ratio', 'roas roi poas acos mer aov arpu arppu arpdau ltv'),
	('audience', 'ratio', 'frequency impression_share stickiness'),
	('steps', 'adstats', 'stats rollup adstats totals adstats_to_jsonb currency impressions clicks spend conversions conversions_value ctr cpc cpm cpa cvr_click cvr_imp roas roi acos aov'),
	('sequences', 'other', 'window_funnel window_funnel_steps window_funnel_duration funnel_counts sequence_match sequence_count retention'),
	('drawing', 'other', 'sparkline'),
	('more', 'other', 'elapsed_fraction pacing projected_spend remaining_daily days_to_exhaustion')) AS s (section, kind, names);

-- Each name once: its calls, then the comment of the fullest of them
CREATE TEMP VIEW entries AS
SELECT COALESCE(s.section, CASE f.kind WHEN 'ratio' THEN 'audience' WHEN 'adstats' THEN 'steps' ELSE 'more' END) AS section,
	   COALESCE(min(s.place), 1000000 + min(f.oid::bigint)) AS place,
	   format(E'### %s\n\n%s\n\n%s', f.name,
			  -- calls that differ in types only are one; the shortest first
			  (SELECT string_agg(format(E'    %s', call), E'\n' ORDER BY size, call COLLATE "C")
				 FROM (SELECT DISTINCT call, size FROM unnest(array_agg(f.call), array_agg(f.size)) AS c (call, size)) AS calls),
			  replace((array_agg(f.comment ORDER BY f.size DESC, f.oid))[1], '<', '&lt;')) AS text
  FROM functions AS f LEFT JOIN sections AS s ON s.kind = f.kind AND s.name = f.name
 WHERE f.language = 'c' OR f.kind <> 'other' OR f.prokind <> 'f' OR s.name IS NOT NULL
 GROUP BY s.section, f.kind, f.name, f.prokind, CASE WHEN f.name IN ('rollup', 'retention') THEN f.oid END;

SELECT $$<!-- Made by "make docs" from doc/kpis.sql and the comments in the catalogue: edit those. -->
# KPIs

Aggregates and functions of the schema `adpipe`. Further pages:
[statistics](statistics.md), [attribution](attribution.md),
[benchmarks](benchmarks.md).

## Rules for all of them

- Sum first, divide once: `adpipe.ctr(clicks, impressions)` of a campaign is the
  ratio of the sums, not the mean of daily rates. Of 1,000 impressions with 50
  clicks and 100,000 with 1,000, the rate is 1.04 %, the mean of rates 3 %.
- Sums are exact: 12 decimals in 128 bits, in any order, so that parallel plans,
  partitions, foreign servers and stored values give the same digits. More
  decimals are rounded half away from zero, once per value; floats are taken by
  their shortest decimal text.
- NULL is not reported, zero is zero. A ratio is NULL if its numerator was never
  reported, or if its denominator is missing or zero; never NaN, never an error.
- Rates are fractions, never percent. KPIs per mille carry the factor 1000.
- Money has a currency: give it as the last argument, and two currencies in one
  group are an error instead of a number.
- Any mix of number types is taken without casts.
- The state of a group has a fixed length: 104 bytes for a ratio, 96 for `stats()`.
- Counts of different people (reach, unique clickers, monthly active users)
  cannot be added up: KPIs over them take one row per group and refuse a second.

## Which form to use

One KPI, or KPIs over different columns: the aggregate of that name.

    SELECT campaign_name, adpipe.cpc(spend, clicks, currency) FROM ... GROUP BY campaign_name;

Several KPIs of the same rows: `adpipe.stats()` once, accessors around it. It is
one pass over the columns, and about twice as fast as five aggregates.

    SELECT campaign_name, adpipe.ctr(s), adpipe.cpc(s), adpipe.roas(s)
      FROM (SELECT campaign_name,
                   adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS s
              FROM ... GROUP BY campaign_name) AS totals;

KPIs of days, weeks and months from the same table: store `adpipe.stats()` per
day, add up with `adpipe.rollup()`. What comes out is the KPI over the raw rows,
bit for bit.

    CREATE TABLE daily AS
    SELECT date_day, campaign_name, adpipe.stats(...) AS stats FROM ... GROUP BY 1, 2;
    SELECT date_trunc('month', date_day), adpipe.roas(adpipe.rollup(stats)) FROM daily GROUP BY 1;

Window frames work and cost the same whatever their length:

    adpipe.roas(conversions_value, spend, currency)
        OVER (ORDER BY date_day ROWS BETWEEN 27 PRECEDING AND CURRENT ROW)

`FILTER`, `GROUPING SETS`, parallel and partition-wise plans work as for `sum()`.
`DISTINCT` inside a call compares whole rows of arguments, which is hardly ever
meant: two days with the same numbers would count once. postgres_fdw sends the
aggregates to a server whose option is `extensions 'adpipe'`.

Share of spend is a window over the report, no aggregate of its own:

    SELECT campaign_name, sum(spend) / NULLIF(sum(sum(spend)) OVER (), 0) AS share_of_spend
      FROM ... GROUP BY campaign_name;

Reach and quantiles are left to extensions that do nothing else. With
[hll](https://github.com/citusdata/postgresql-hll), sketches of people are stored
and united:

    SELECT adpipe.frequency(impressions, reach)
      FROM (SELECT sum(impressions) AS impressions,
                   hll_cardinality(hll_union_agg(people)) AS reach
              FROM reach) AS whole;

With [tdigest](https://github.com/tvondra/tdigest), quantiles come out of stored
digests: `SELECT tdigest_percentile(prices, 0.5) FROM prices`.

## Ratios: delivery and cost
$$;
SELECT text FROM entries WHERE section = 'delivery' ORDER BY place;
SELECT E'\n## Ratios: response\n';
SELECT text FROM entries WHERE section = 'response' ORDER BY place;
SELECT E'\n## Ratios: value\n';
SELECT text FROM entries WHERE section = 'value' ORDER BY place;
SELECT E'\n## Ratios: audience and share\n';
SELECT text FROM entries WHERE section = 'audience' ORDER BY place;
SELECT $$
## Two steps: the type adpipe.adstats

$$ || obj_description('adpipe.adstats'::regtype, 'pg_type') || $$

Operators, written `OPERATOR(adpipe.+)` unless the schema is in the search path:
$$ || (SELECT string_agg(format('`%s` %s', oprname, obj_description(oid, 'pg_operator')), ' ' ORDER BY oid)
		 FROM pg_operator WHERE oprleft = 'adpipe.adstats'::regtype AND oprnamespace = 'adpipe'::regnamespace)
	|| $$ Casts: to `jsonb` and to `adpipe.adstats_totals`.
$$;
SELECT text FROM entries WHERE section = 'steps' ORDER BY place;
SELECT E'\n## Funnels, sequences, retention\n';
SELECT text FROM entries WHERE section = 'sequences' ORDER BY place;
SELECT E'\n## Drawing\n';
SELECT text FROM entries WHERE section = 'drawing' ORDER BY place;
SELECT E'\n## Statistics, attribution and the rest\n';
SELECT text FROM entries WHERE section = 'more' ORDER BY place;
