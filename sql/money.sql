-- Rates of exchange: rows of their owner, and what has no rate is refused.
\set SHOW_CONTEXT never
SET datestyle = 'ISO';
CREATE ROLE regress_money_a;
CREATE ROLE regress_money_b;
GRANT SELECT, INSERT, UPDATE, DELETE ON adpipe.fx_rates, adpipe.plans TO regress_money_a, regress_money_b;
SET ROLE regress_money_a;
INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES
    ('2026-11-19', 'EUR', 'USD', 1.16), ('2026-11-19', 'EUR', 'KRW', 1700), ('2026-11-19', 'JPY', 'EUR', 0.00555),
    ('2026-11-20', 'USD', 'KRW', 1500), ('2026-11-20', 'EUR', 'USD', 1.2), ('2026-11-20', 'EUR', 'KRW', 1700);

-- the same currency, the pair, the other way round, by way of EUR in any direction
SELECT adpipe.convert(12.345, 'KWD', '2026-11-19', 'KWD') AS same, adpipe.convert(2, 'EUR', '2026-11-19', 'USD') AS pair,
       round(adpipe.convert(1.16, 'USD', '2026-11-19', 'EUR'), 12) AS inverse, round(adpipe.convert(116, 'USD', '2026-11-19', 'KRW'), 6) AS crossed,
       round(adpipe.convert(1000, 'JPY', '2026-11-19', 'KRW'), 6) AS crossed_inverse, round(adpipe.convert(1700, 'KRW', '2026-11-19', 'JPY'), 4) AS back;
-- the pair goes before the way by EUR
SELECT adpipe.fx_rate('USD', '2026-11-20', 'KRW') AS pair, round(adpipe.fx_rate('KRW', '2026-11-20', 'USD') * 1500, 12) AS inverse;
-- no amount needs no rate
SELECT adpipe.convert(NULL, 'USD', '2020-01-01', 'KRW') AS nothing, adpipe.convert(0, 'KRW', NULL, 'KRW') AS same;
-- amounts of any size stay exact
SELECT adpipe.convert(343677872000.123456, 'EUR', '2026-11-19', 'KRW') AS large;

-- another day, another pair, another owner
SELECT adpipe.convert(1, 'EUR', '2026-11-21', 'USD');
SELECT adpipe.convert(1, 'GBP', '2026-11-19', 'USD');
SELECT adpipe.convert(1, 'EUR', '2026-11-19', 'USD', 'nobody');
SELECT adpipe.convert(1, NULL, '2026-11-19', 'USD');
SELECT adpipe.convert(1, 'EUR', NULL, 'USD');
SELECT adpipe.convert(1, 'EUR', '2026-11-19', NULL);
SELECT adpipe.convert(1, 'EUR', '2026-11-19', 'usd');
SELECT adpipe.convert(1, 'Euro', '2026-11-19', 'USD');

-- what is no rate
INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES ('2026-11-19', 'EUR', 'GBP', 0);
INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES ('2026-11-19', 'EUR', 'GBP', 'NaN');
INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES ('2026-11-19', 'EUR', 'EUR', 1);
INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES ('2026-11-19', 'eur', 'GBP', 1);
INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES ('2026-11-19', 'EUR', 'USD', 2);
INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES ('2026-11-19', 'EUR', 'USD', 2)
    ON CONFLICT (owner, from_currency, to_currency, day) DO UPDATE SET rate = excluded.rate;
SELECT adpipe.convert(2, 'EUR', '2026-11-19', 'USD');

-- Rows belong to their owner: others do not see, change or use them.
SELECT DISTINCT owner FROM adpipe.fx_rates;
SET ROLE regress_money_b;
SELECT count(*) FROM adpipe.fx_rates;
SELECT adpipe.convert(1, 'EUR', '2026-11-19', 'USD', 'regress_money_a');
INSERT INTO adpipe.fx_rates (owner, day, from_currency, to_currency, rate) VALUES ('regress_money_a', '2026-11-18', 'EUR', 'USD', 4);
UPDATE adpipe.fx_rates SET rate = 5;
DELETE FROM adpipe.fx_rates;
RESET ROLE;
SELECT owner, count(*) FROM adpipe.fx_rates GROUP BY owner;

-- A query looks up each rate once, but not for another role, and not across a change.
BEGIN;
SET LOCAL track_functions = 'all';
SELECT round(sum(adpipe.convert(n, c, '2026-11-19', 'KRW', 'regress_money_a')), 6) AS converted
FROM generate_series(1, 1000) n, (VALUES ('EUR'), ('USD'), ('JPY'), ('KRW')) v (c);
SELECT pg_stat_get_xact_function_calls('adpipe_internal.find_fx_rate(text, date, text, name)'::regprocedure) AS lookups;
DO $$
DECLARE
    found text[];
BEGIN
    FOR n IN 1 .. 6 LOOP
        EXECUTE format('SET LOCAL ROLE regress_money_%s', CASE WHEN n % 2 = 1 THEN 'a' ELSE 'b' END);
        UPDATE adpipe.fx_rates r SET rate = n WHERE r.day = '2026-11-19' AND n IN (1, 5);
        BEGIN
            found := found || adpipe.fx_rate('EUR', '2026-11-19', 'KRW', 'regress_money_a')::text;
        EXCEPTION WHEN no_data_found THEN
            found := found || 'none'::text;
        END;
    END LOOP;
    RAISE NOTICE '%', found;
END
$$;
SET LOCAL ROLE regress_money_a;
-- a change that is taken back counts no more
DO $$
DECLARE
    found numeric[];
BEGIN
    FOR n IN 1 .. 2 LOOP
        BEGIN
            IF n = 1 THEN
                UPDATE adpipe.fx_rates r SET rate = 99 WHERE r.day = '2026-11-19';
            END IF;
            found := found || adpipe.fx_rate('EUR', '2026-11-19', 'KRW', 'regress_money_a');
            RAISE EXCEPTION 'taken back' USING ERRCODE = 'raise_exception';
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END LOOP;
    RAISE NOTICE '%', found;
END
$$;
ROLLBACK;

-- Plans: the same rules.
SET ROLE regress_money_a;
INSERT INTO adpipe.plans (month, amount, currency) VALUES ('2026-11-01', 1000, 'KRW');
INSERT INTO adpipe.plans (month, amount, currency) VALUES ('2026-11-02', 1000, 'KRW');
INSERT INTO adpipe.plans (month, currency) VALUES ('2026-12-01', 'KRW');
INSERT INTO adpipe.plans (month, currency, kpi, goal) VALUES ('2026-12-01', 'KRW', 'reach', 1);
INSERT INTO adpipe.plans (month, currency, kpi) VALUES ('2026-12-01', 'KRW', 'roas');
INSERT INTO adpipe.plans (month, currency, kpi, goal) VALUES ('2026-12-01', 'KRW', 'roas', 4);
SELECT owner, advertiser, platform, campaign_pattern, month, amount, currency, kpi, goal FROM adpipe.plans ORDER BY month;
SET ROLE regress_money_b;
SELECT count(*) FROM adpipe.plans;
SELECT count(*) FROM adpipe.readable_plans;
INSERT INTO adpipe.plans (owner, month, amount, currency) VALUES ('regress_money_a', '2027-01-01', 1000, 'KRW');
RESET ROLE;

-- The KPI of a name.
SELECT k, adpipe.display(adpipe.kpi_value(k, s.stats)) FROM (SELECT adpipe.stats(1000, 50, 20.0, 4, 100, 'EUR') AS stats) s,
    unnest('{ctr,cpc,cpm,cpa,cvr_click,cvr_imp,roas,roi,acos,aov,reach}'::text[]) k;

-- Names and addresses as they are compared.
SELECT adpipe.plain_name('US | Brand - Search') AS a, adpipe.plain_name('us_brand search') AS b, adpipe.plain_name('한빛러닝_검색 브랜드') AS korean,
       adpipe.plain_name('ＡＢＣ') AS wide, adpipe.plain_name(' _-') IS NULL AS nothing;
SELECT * FROM adpipe.url_parts('https://shop.example/a/b?utm_source=x&b=1&utm_campaign=%EA%B0%80#utm_term=no');
SELECT * FROM adpipe.url_parts('shop.example');

REVOKE ALL ON adpipe.fx_rates, adpipe.plans FROM regress_money_a, regress_money_b;
DELETE FROM adpipe.plans;
DELETE FROM adpipe.fx_rates;
DROP ROLE regress_money_a, regress_money_b;
