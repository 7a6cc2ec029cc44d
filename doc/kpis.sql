-- Writes kpis.md: make docs.  What comes first is written here; the functions are
-- those of adpipe.kpis, with the comments in the catalogue.
\pset format unaligned
\pset tuples_only on
\pset recordsep '\n\n'
SET search_path = pg_catalog;

-- The entries of a section
CREATE TEMP VIEW entries AS
SELECT section, place,
	   format(E'### %s\n\n    adpipe.%s(%s)\n\n', name, name, arguments)
	   || replace(format(E'%s Unit: %s.', definition, unit), '<', '&lt;')
	   || COALESCE(E'\n\nBefore you compare: ' || replace(trap, '<', '&lt;'), '') AS text
  FROM adpipe_internal.kpi_entries();

SELECT $$<!-- Made by "make docs" from doc/kpis.sql, the list of KPIs (src/kpi/kpis.sql, src/kpi/ratio/ratio.sql) and the comments in the catalogue: edit those. -->
# KPIs

Aggregates and functions of the schema `adpipe`. Further pages:
[statistics](statistics.md), [attribution](attribution.md),
[funnels and retention](sequences.md), [benchmarks](benchmarks.md).
In SQL, the list of all of them is a view:

```sql
SELECT name, arguments, unit FROM adpipe.kpis WHERE name IN ('cpc', 'roas', 'window_funnel');
```

```text
     name      |                                                 arguments                                                 |               unit
---------------+-----------------------------------------------------------------------------------------------------------+-----------------------------------
 cpc           | spend number, clicks number [, currency text]                                                             | money
 roas          | conversions_value number, spend number [, currency text]                                                  | a ratio, 3.2 and not 320 %
 cpc           | stats adpipe.adstats                                                                                      | money
 roas          | stats adpipe.adstats                                                                                      | a ratio, 3.2 and not 320 %
 window_funnel | within interval or bigint [, modes text], at timestamptz or timestamp or bigint, VARIADIC steps boolean[] | a level, 0 to the number of steps
```

Its further columns are `definition`, `trap` (what to know before comparing it with
another number) and `page`. A *number* is smallint, integer, bigint, numeric, real or
double precision, in any mix and without casts; brackets stand around what may be left
out.

## Rules for all of them

- Sum first, divide once: the rate of a campaign is the ratio of its sums, not the mean
  of daily rates. Of 1,000 impressions with 50 clicks and 100,000 with 1,000, the rate is
  1.04 %, the mean of rates 3 %.
- Sums are exact: 12 decimals in 128 bits, in any order, so that parallel plans,
  partitions, foreign servers and stored values give the same digits. More
  decimals are rounded half away from zero, once per value. A double precision counts
  by its shortest decimal text: 0.1 is one tenth. PostgreSQL turns a real into double
  precision before the function sees it, so that `0.1::real` is 0.10000000149011612
  there. Give `amount::text::numeric` for a column of type real: that is the number
  which PostgreSQL prints for it. (`amount::numeric` is not enough, it keeps six digits:
  `12345.67::real::numeric` is 12345.7.)
- NULL is not reported, zero is zero. A ratio is NULL if its numerator was never
  reported, or if its denominator is missing or zero; never NaN, never an error.
- Rates are fractions, never percent. KPIs per mille carry the factor 1000.
- Money has a currency: give it as the last argument, and two currencies in one
  group are an error instead of a number.
- The state of a group has a fixed length: 104 bytes for a ratio, 96 for `stats()`.
- Counts of different people (reach, unique clickers, monthly active users)
  cannot be added up: `adpipe.reach()`, `adpipe.unique_users()` and KPIs over them take
  one row per group and refuse a second.

The examples read a report of three campaigns:

```sql
CREATE TABLE report (date_day date, campaign_name text, currency text, impressions bigint,
                     clicks bigint, spend numeric, conversions numeric, conversions_value numeric);
INSERT INTO report VALUES
    ('2026-11-01', 'brand',   'EUR',   1000,   50,  12.50,  4,   120.00),
    ('2026-11-02', 'brand',   'EUR', 100000, 1000, 300.25, 21.5, 702.40),
    ('2026-11-01', 'generic', 'EUR',  40000,  310, 181.07,  3,    95.00),
    ('2026-11-02', 'generic', 'EUR',  42000,  305, 176.90,  5,   160.00),
    ('2026-11-02', 'organic', 'EUR',   9000,  700,   NULL, 12,   390.00);
```

## Which form to use

Several KPIs of the same rows: `adpipe.stats()` once, accessors around it. It is one
pass over the columns, about twice as fast as five aggregates, and its arguments stand in
the order in which every report has them. Begin with this form: PostgreSQL has no named
arguments for aggregates, and `adpipe.roas(spend, conversions_value)`, with the two
swapped, is a plausible number, the inverse.

```sql
SELECT campaign_name, adpipe.display(adpipe.ctr(s)) AS ctr,
       adpipe.display(adpipe.cpc(s), adpipe.currency(s)) AS cpc,
       adpipe.display(adpipe.roas(s)) AS roas
  FROM (SELECT campaign_name,
               adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS s
          FROM report GROUP BY campaign_name) AS totals
 ORDER BY campaign_name;
```

```text
 campaign_name |   ctr   | cpc  |  roas
---------------+---------+------+--------
 brand         |  0.0104 | 0.30 |   2.63
 generic       |  0.0075 | 0.58 | 0.7124
 organic       | 0.07778 |      |
```

`adpipe.display()` rounds, for the eye only: money to the decimals of its currency,
anything else to four significant digits. Without it a KPI has the 16 to 22 decimals of
the server's division; compute and store those.

One KPI, or KPIs over other columns: the aggregate of that name.

```sql
SELECT campaign_name, adpipe.display(adpipe.cpa(spend, conversions, currency), 'EUR') AS cpa
  FROM report GROUP BY campaign_name ORDER BY campaign_name;
```

```text
 campaign_name |  cpa
---------------+-------
 brand         | 12.26
 generic       | 44.75
 organic       |
```

Sums of sums are exact, too: `sum()` of bigint is numeric, and `stats()` takes numeric
for every argument.

Window frames work and cost the same whatever their length:

```sql
SELECT date_day, campaign_name,
       adpipe.display(adpipe.roas(conversions_value, spend, currency) OVER week) AS roas_week
  FROM report
WINDOW week AS (PARTITION BY campaign_name ORDER BY date_day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW)
 ORDER BY campaign_name, date_day;
```

```text
  date_day  | campaign_name | roas_week
------------+---------------+-----------
 2026-11-01 | brand         |       9.6
 2026-11-02 | brand         |      2.63
 2026-11-01 | generic       |    0.5247
 2026-11-02 | generic       |    0.7124
 2026-11-02 | organic       |
```

`FILTER`, `GROUPING SETS`, parallel and partition-wise plans work as for `sum()`.
`DISTINCT` inside a call compares whole rows of arguments, which is hardly ever
meant: two days with the same numbers would count once. postgres_fdw sends the
aggregates to a server whose option is `extensions 'adpipe'`.

Share of spend is a window over the report, no aggregate of its own:

```sql
SELECT campaign_name, round(sum(spend) / NULLIF(sum(sum(spend)) OVER (), 0), 3) AS share_of_spend
  FROM report GROUP BY campaign_name ORDER BY campaign_name;
```

```text
 campaign_name | share_of_spend
---------------+----------------
 brand         |          0.466
 generic       |          0.534
 organic       |
```

## Where one side is not reported

A ratio of sums adds up each side by itself. A row that reports only one of the two, such
as organic conversions without a cost, still adds that one: the total below divides the
spend of two campaigns by the conversions of three. Say which rows you mean with `FILTER`.

```sql
SELECT adpipe.display(adpipe.cpa(spend, conversions, currency), 'EUR') AS all_rows,
       adpipe.display(adpipe.cpa(spend, conversions, currency)
           FILTER (WHERE spend IS NOT NULL AND conversions IS NOT NULL), 'EUR') AS rows_with_both,
       count(*) FILTER (WHERE spend IS NULL OR conversions IS NULL) AS rows_with_one
  FROM report;
```

```text
 all_rows | rows_with_both | rows_with_one
----------+----------------+---------------
    14.74 |          20.02 |             1
```

The same `FILTER` goes behind `stats()`, for the columns that the accessor reads.

## Store and add up

KPIs of days, weeks and months from the same table: store `adpipe.stats()` per
day, add up with `adpipe.rollup()`. What comes out is the KPI over the raw rows,
bit for bit.

```sql
CREATE TABLE daily AS
SELECT date_day, campaign_name,
       adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS stats
  FROM report GROUP BY date_day, campaign_name;
SELECT date_trunc('month', date_day)::date AS month, adpipe.display(adpipe.roas(adpipe.rollup(stats))) AS roas
  FROM daily GROUP BY month;
```

```text
   month    | roas
------------+-------
 2026-11-01 | 2.188
```

Drivers take a type that they do not know for a text (SQLAlchemy calls it NullType), and
BI tools show it as one. Give them a view over accessors, not the column:

```sql
CREATE VIEW daily_kpis AS
SELECT date_day, campaign_name, adpipe.spend(stats) AS spend, adpipe.clicks(stats) AS clicks,
       adpipe.display(adpipe.cpc(stats), adpipe.currency(stats)) AS cpc, adpipe.currency(stats) AS currency
  FROM daily;
SELECT * FROM daily_kpis WHERE campaign_name = 'brand' ORDER BY date_day;
```

```text
  date_day  | campaign_name | spend  | clicks | cpc  | currency
------------+---------------+--------+--------+------+----------
 2026-11-01 | brand         |  12.50 |     50 | 0.25 | EUR
 2026-11-02 | brand         | 300.25 |   1000 | 0.30 | EUR
```

`to_jsonb()`, `json_agg()` and the casts to json and jsonb give the object:

```sql
SELECT to_jsonb(stats) AS object FROM daily WHERE campaign_name = 'organic';
```

```text
                                                         object
------------------------------------------------------------------------------------------------------------------------
 {"spend": null, "clicks": 700, "currency": "EUR", "conversions": 12, "impressions": 9000, "conversions_value": 390.00}
```

Equality and order of values are by operators in the schema `adpipe`. What finds them
by the type works everywhere: `GROUP BY`, `DISTINCT`, `ORDER BY`, `UNION`, `EXCEPT` and
`INTERSECT`, unique indexes. What looks for the operator `=` by name does not, unless the
schema is in the search path: `=` itself, for which there is
`OPERATOR(adpipe.=)`, and `IN`, `IS DISTINCT FROM`, `NULLIF`, `JOIN ... USING`, `CASE value
WHEN` and comparisons of rows, for which there is no such spelling. Join by the
columns beside the value, compare values by `OPERATOR(adpipe.=)` or `EXCEPT`, or
`SET search_path = public, adpipe`.

```sql
SELECT count(*) AS same
  FROM daily AS a JOIN daily AS b ON a.stats OPERATOR(adpipe.=) b.stats;
SELECT count(*) AS changed FROM (SELECT stats FROM daily EXCEPT SELECT stats FROM daily) AS rest;
```

```text
 same
------
    5

 changed
---------
       0
```

<!-- check-docs error 42883: there is no spelling of IS DISTINCT FROM with a schema -->
```sql
SELECT count(*) FROM daily WHERE stats IS DISTINCT FROM stats;
```

## What is left to others

Reach and quantiles are left to extensions that do nothing else. With
[hll](https://github.com/citusdata/postgresql-hll), sketches of people are stored
and united:

<!-- check-docs skip: needs the extension hll -->
```sql
SELECT adpipe.frequency(impressions, reach)
  FROM (SELECT sum(impressions) AS impressions,
               hll_cardinality(hll_union_agg(people)) AS reach
          FROM reach) AS whole;
```

With [tdigest](https://github.com/tvondra/tdigest), quantiles come out of stored
digests: `SELECT tdigest_percentile(prices, 0.5) FROM prices`.

## Ratios: delivery and cost
$$;
SELECT text FROM entries WHERE section = 'delivery' ORDER BY place;
SELECT E'\n## Ratios: response\n';
SELECT text FROM entries WHERE section = 'response' ORDER BY place;
SELECT E'\n## Ratios: value\n';
SELECT text FROM entries WHERE section = 'value' ORDER BY place;
SELECT E'\n## Ratios and counts: audience and share\n';
SELECT text FROM entries WHERE section = 'audience' ORDER BY place;
SELECT $$
## Cohorts: by day after the install

A row of a cohort is about one cohort (those who installed on a day, by media source and
campaign) and one day of it. `revenue` is that from day 0 to this day; `users` and `spend` are
those of the cohort, repeated on each of its days. So rows add up over cohorts at one
`cohort_day`, and never over cohort days. A cohort has a row for each day that is over and none
for later ones: what has not reached a day is in neither sum of that day.
[recipes.md](recipes.md) has a matrix and the ROAS of seven days.
$$;
SELECT text FROM entries WHERE section = 'cohorts' ORDER BY place;
SELECT $$
## Two steps: the type adpipe.adstats

$$ || obj_description('adpipe.adstats'::regtype, 'pg_type') || $$

Operators, written `OPERATOR(adpipe.+)` unless the schema is in the search path:
$$ || (SELECT string_agg(format('`%s` %s', oprname, obj_description(oid, 'pg_operator')), ' ' ORDER BY oid)
		 FROM pg_operator WHERE oprleft = 'adpipe.adstats'::regtype AND oprnamespace = 'adpipe'::regnamespace)
	|| $$ Casts: to `json`, `jsonb` and `adpipe.adstats_totals`.
$$;
SELECT text FROM entries WHERE section = 'steps' ORDER BY place;
SELECT E'\n## To show\n';
SELECT text FROM entries WHERE section = 'showing' ORDER BY place;
SELECT E'\n## Statistics\n';
SELECT text FROM entries WHERE section = 'statistics' ORDER BY place;
SELECT E'\n## Budget pacing\n';
SELECT text FROM entries WHERE section = 'pacing' ORDER BY place;
SELECT E'\n## Attribution\n';
SELECT text FROM entries WHERE section = 'attribution' ORDER BY place;
SELECT E'\n## Funnels, sequences, retention\n';
SELECT text FROM entries WHERE section = 'sequences' ORDER BY place;
