-- What would be asked, shown without asking.  Needs no user mapping.
CREATE SERVER explain_google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '1234567890, 234-567-8901');
CREATE SCHEMA explain_google;
IMPORT FOREIGN SCHEMA reports FROM SERVER explain_google INTO explain_google;
IMPORT FOREIGN SCHEMA common LIMIT TO (campaign_report) FROM SERVER explain_google INTO explain_google;
SET search_path = explain_google, public;

-- the grain, presence metrics and referenced columns, a range of days
EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_name, spend FROM campaign_daily
WHERE date_day BETWEEN '2026-11-01' AND '2026-11-07';
-- no upper bound: the account's own today
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM account_daily WHERE date_day > timestamp '2026-11-01 12:00';
-- ids, enums and names; values that match nothing are left out
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM campaign_device_daily
WHERE date_day = '2026-11-01' AND campaign_id IN ('17', '007', 'x') AND device <> 'MOBILE'
  AND campaign_name = E'It''s a \\ "test"' AND channel_type NOT IN ('SEARCH', 'search');
-- a comparison that stays local
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM campaign_daily
WHERE date_day = '2026-11-01' AND campaign_name LIKE 'Brand%' AND clicks > 10;
-- account and platform pick whom to ask
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM campaign_report
WHERE date_day = '2026-11-01' AND account_id = '2345678901' AND platform IN ('google_ads', 'meta_ads');
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM campaign_report
WHERE date_day = '2026-11-01' AND platform = 'meta_ads';
-- parameters stay open
PREPARE by_day(date, text) AS SELECT clicks FROM campaign_daily WHERE date_day >= $1 AND campaign_id = $2;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE by_day('2026-11-01', '17');
RESET plan_cache_mode;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE by_day('2026-11-01', '17');
DEALLOCATE by_day;
-- LIMIT goes along when nothing is left to be checked here
EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_id FROM campaigns WHERE campaign_status = 'ENABLED' LIMIT 5;
EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_id FROM campaigns WHERE campaign_name LIKE 'B%' LIMIT 5;
-- OR of bounded arms: the hull
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM account_daily
WHERE date_day = '2026-11-01' OR date_day BETWEEN '2026-11-10' AND '2026-11-12';
-- pushdown off: days, accounts and columns only
SET adpipe.pushdown = off;
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM campaign_daily
WHERE date_day = '2026-11-01' AND campaign_id = '17' AND account_id = '1234567890';
RESET adpipe.pushdown;

DROP SERVER explain_google CASCADE;
DROP SCHEMA explain_google;
