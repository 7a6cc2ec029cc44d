/*
 * absence.sql: what arrived regularly and does not any more.
 *
 * A signal is something that a copy's rows show day by day: that there are any
 * (rows), a metric that is not zero (metric), an event name, a media source, a
 * campaign.  After a refresh the last five weeks are looked through and the
 * signals kept in the ledger; adpipe.health judges them:
 *
 * - Only days that were read after they had settled count, never today, and for
 *   all but rows only days on which the account has rows at all: an account
 *   that pauses is one problem, not thirty.
 * - What did not arrive on at least 7 days is no signal.
 * - A signal is missed when it is silent for more than twice its longest silence
 *   of the five weeks, and one day.  So what rests at weekends (2 days) is missed
 *   on the 6th day, what comes daily on the 2nd, what comes once a week never
 *   before two weeks are over.
 * - An account that had rows on each of 21 days and more is missed on the 1st.
 *   Nothing else is, however large: what one campaign brings pauses with it.
 * - Reports dated by install fill from behind: the newest days lack what users
 *   do later.  There the silence at first sight, and later each that ended by
 *   itself, counts like a silence between; for events and metrics one day does
 *   at least.
 * - A campaign is missed while the platform says that it is serving.  It enters
 *   the ledger on its first silent day: of the many that deliver daily there is
 *   nothing to keep that the five weeks do not show.
 */

CREATE TABLE adpipe.signal_ledger (
    target regclass,
    account_id text,
    kind text CHECK (kind IN ('rows', 'metric', 'event', 'media_source', 'campaign')),
    name text,
    label text,
    active_days integer NOT NULL,
    last_day date NOT NULL,
    silent_days integer NOT NULL,
    longest_gap integer NOT NULL,
    lag_days integer NOT NULL,
    is_serving boolean,
    accepted_day date,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (target, account_id, kind, name)
);
COMMENT ON TABLE adpipe.signal_ledger IS 'What arrives regularly in each copy, and when it last did.';
COMMENT ON COLUMN adpipe.signal_ledger.target IS 'The local table.';
COMMENT ON COLUMN adpipe.signal_ledger.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.signal_ledger.kind IS 'rows, metric, event, media_source or campaign.';
COMMENT ON COLUMN adpipe.signal_ledger.name IS 'Column, event name, media source or id of the campaign; empty for rows.';
COMMENT ON COLUMN adpipe.signal_ledger.label IS 'Name for people, where name is an id.';
COMMENT ON COLUMN adpipe.signal_ledger.active_days IS 'Days of the five weeks on which it arrived.';
COMMENT ON COLUMN adpipe.signal_ledger.last_day IS 'Last of them.';
COMMENT ON COLUMN adpipe.signal_ledger.silent_days IS 'Settled days since then.';
COMMENT ON COLUMN adpipe.signal_ledger.longest_gap IS 'Most settled days without it between two days with it.';
COMMENT ON COLUMN adpipe.signal_ledger.lag_days IS 'Silence at the end that is normal, since days fill from behind.';
COMMENT ON COLUMN adpipe.signal_ledger.is_serving IS 'Whether the platform says that a campaign is serving; NULL: not asked.';
COMMENT ON COLUMN adpipe.signal_ledger.accepted_day IS 'Its last_day when its end was accepted.';
COMMENT ON COLUMN adpipe.signal_ledger.seen_at IS 'When it was last measured.';
SELECT pg_extension_config_dump('adpipe.signal_ledger', '');

CREATE FUNCTION adpipe_internal.silence_allowed(kind text, active_days integer, longest_gap integer, lag_days integer)
    RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN kind = 'rows' AND active_days >= 21 AND greatest(longest_gap, lag_days) = 0 THEN 0
                ELSE 1 + 2 * greatest(longest_gap, lag_days) END;
COMMENT ON FUNCTION adpipe_internal.silence_allowed(text, integer, integer, integer) IS
    'How many settled days a signal may be silent before it is missed.';

CREATE FUNCTION adpipe_internal.settled_days(target regclass, OUT account_id text, OUT date_day date, OUT rows bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.account_id, s.date_day, s.rows
    FROM adpipe.account_terms a
    JOIN adpipe.slice_ledger s ON s.target = a.target AND s.account_id = a.account_id
    WHERE a.target = $1 AND a.is_listed AND adpipe_internal.is_acting($1) AND a.period = 'day'
      AND s.date_day < a.today AND s.date_day >= a.today - 35
      /* the same without the account's zone, for the ledger's index */
      AND s.date_day >= adpipe_internal.day_of(adpipe_internal.clock(), 'Etc/GMT+12') - 35
      AND s.fetched_at >= adpipe_internal.readable_at(s.date_day, a.time_zone, a.fills)
$$;
COMMENT ON FUNCTION adpipe_internal.settled_days(regclass) IS
    'The days of the last five weeks that were read after their numbers had arrived; none of copies by week or month.';
REVOKE ALL ON FUNCTION adpipe_internal.settled_days(regclass) FROM PUBLIC;

/*
 * One arm per kind that the copy has columns for.  Each returns, by account, the
 * days from $1 to $2 on which a signal arrived as a mask: bit n is the nth day
 * after $1.  Counts are never negative, so a day has a signal if one of its rows
 * has.
 */
CREATE FUNCTION adpipe_internal.signal_query(target regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH columns AS (
        SELECT c.name::text, c.type FROM adpipe_internal.source_columns(target) c
    ), metrics AS (
        SELECT c.name
        FROM columns c WHERE c.type IN ('bigint', 'integer', 'numeric', 'double precision')
    ), names AS (
        SELECT CASE c.name WHEN 'action_type' THEN 'event' WHEN 'event_name' THEN 'event'
                           WHEN 'campaign_id' THEN 'campaign' ELSE c.name END AS kind,
               c.name,
               CASE WHEN c.name IN ('event_name', 'action_type')
                    THEN (SELECT format('t.%I > 0', m.name) FROM metrics m
                          WHERE m.name IN ('event_count', 'action_count') LIMIT 1)
                    ELSE (SELECT string_agg(format('t.%I > 0', m.name), ' OR ')
                          FROM metrics m WHERE m.name IN ('impressions', 'clicks', 'installs'))
               END AS condition
        FROM columns c
        WHERE c.name IN ('event_name', 'action_type', 'campaign_id')
           OR c.name = 'media_source' AND NOT EXISTS (SELECT FROM columns e WHERE e.name = 'event_name')
    ), rows AS (
        SELECT format('FROM %s t WHERE t.date_day >= $1 AND t.date_day <= $2', target) AS clause
    )
    SELECT string_agg(a.arm, ' UNION ALL ')
    FROM (SELECT format('SELECT t.account_id, %L AS kind, t.%2$I AS name, bit_or(1::bigint << t.date_day - $1) AS mask '
                        '%3$s AND t.%2$I IS NOT NULL AND (%4$s) GROUP BY t.account_id, t.%2$I',
                        n.kind, n.name, r.clause, coalesce(n.condition, 'true'))
          FROM names n CROSS JOIN rows r
          UNION ALL
          SELECT format('SELECT f.account_id, ''metric'', m.name, bit_or(1::bigint << f.date_day - $1) '
                        'FROM (SELECT t.account_id, t.date_day, %s %s GROUP BY t.account_id, t.date_day) f '
                        'CROSS JOIN LATERAL (VALUES %s) m (name, has_value) WHERE m.has_value GROUP BY f.account_id, m.name',
                        string_agg(format('bool_or(t.%1$I <> 0) AS %1$I', m.name), ', '), r.clause,
                        string_agg(format('(%1$L, f.%1$I)', m.name), ', '))
          FROM metrics m CROSS JOIN rows r GROUP BY r.clause) a (arm)
$$;
COMMENT ON FUNCTION adpipe_internal.signal_query(regclass) IS
    'The query for a copy''s signals and their days; part of measure_signals().';
REVOKE ALL ON FUNCTION adpipe_internal.signal_query(regclass) FROM PUBLIC;

/*
 * Where days fill from behind, past silences count, so all campaigns are kept.
 */
CREATE FUNCTION adpipe_internal.watched_campaigns(target regclass) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN NOT (adpipe_internal.source_policy(t.source)).is_cohort
                THEN ARRAY(SELECT l.name FROM adpipe.signal_ledger l WHERE l.target = t.target AND l.kind = 'campaign') END
    FROM adpipe.target_ledger t WHERE t.target = $1 AND adpipe_internal.is_acting($1)
$$;
COMMENT ON FUNCTION adpipe_internal.watched_campaigns(regclass) IS
    'The campaigns of a copy that are measured though they are not silent: those in the ledger. NULL: all.';
REVOKE ALL ON FUNCTION adpipe_internal.watched_campaigns(regclass) FROM PUBLIC;

/*
 * Signals of an account that arrived on the same days are one element, with their
 * names.  Without sorts: before a new copy is analyzed, the planner expects few
 * rows and would sort them all.
 */
CREATE FUNCTION adpipe_internal.measure_signals(target regclass) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET enable_sort = off
    SET enable_indexscan = off -- by page, not by row
AS $$
DECLARE
    signals jsonb;
    days jsonb;
    since date;
    until date;
BEGIN
    SELECT jsonb_agg(to_jsonb(d)), min(d.date_day), max(d.date_day) INTO days, since, until
    FROM adpipe_internal.settled_days(target) d;
    EXECUTE format($query$
        WITH settled AS MATERIALIZED (
            SELECT d.account_id, d.date_day, d.rows
            FROM jsonb_to_recordset($3) d (account_id text, date_day date, rows bigint)
        ), days AS MATERIALIZED (
            SELECT d.account_id, d.date_day, k.is_rows, d.date_day - $1 AS bit,
                   row_number() OVER (PARTITION BY d.account_id, k.is_rows ORDER BY d.date_day)::integer AS n
            FROM settled d CROSS JOIN (VALUES (false), (true)) k (is_rows)
            WHERE k.is_rows OR d.rows > 0
        ), accounts AS MATERIALIZED (
            SELECT d.account_id, d.is_rows, bit_or(1::bigint << d.bit) AS mask, 1::bigint << max(d.bit) AS last_day, max(d.n) AS n
            FROM days d GROUP BY d.account_id, d.is_rows
        ), reported (account_id, kind, name, mask) AS (
            %s
            SELECT s.account_id, 'rows', '', bit_or(1::bigint << s.date_day - $1)
            FROM settled s WHERE s.rows > 0 GROUP BY s.account_id
        ), alike AS MATERIALIZED (
            SELECT q.account_id, q.kind, a.is_rows, q.mask & a.mask AS mask, jsonb_agg(q.name) AS names
            FROM reported q JOIN accounts a ON a.account_id = q.account_id AND a.is_rows = (q.kind = 'rows')
            WHERE q.mask & a.mask <> 0
              AND (q.kind <> 'campaign' OR q.mask & a.mask < a.last_day OR $4 IS NULL OR q.name = ANY ($4))
            GROUP BY q.account_id, q.kind, a.is_rows, q.mask & a.mask
        ), numbered AS MATERIALIZED (
            SELECT r.account_id, r.is_rows, r.mask, bit_or(1::bigint << d.n) AS numbers, max(d.n) AS n,
                   max(d.date_day) AS last_day, count(*) AS active_days
            FROM (SELECT DISTINCT q.account_id, q.is_rows, q.mask FROM alike q) r
            JOIN days d ON d.account_id = r.account_id AND d.is_rows = r.is_rows AND r.mask >> d.bit & 1 = 1
            GROUP BY r.account_id, r.is_rows, r.mask
        ), gaps AS MATERIALIZED (
            SELECT r.numbers, (SELECT max(length(g))
                               FROM string_to_table(btrim(r.numbers::bit(64)::text, '0'), '1') g) AS longest_gap
            FROM (SELECT DISTINCT m.numbers FROM numbered m) r
        )
        SELECT jsonb_agg(jsonb_build_object(
            'account_id', r.account_id, 'kind', r.kind, 'names', r.names, 'active_days', m.active_days,
            'last_day', m.last_day, 'longest_gap', g.longest_gap, 'silent_days', a.n - m.n))
        FROM alike r
        JOIN numbered m ON m.account_id = r.account_id AND m.is_rows = r.is_rows AND m.mask = r.mask
        JOIN gaps g ON g.numbers = m.numbers
        JOIN accounts a ON a.account_id = r.account_id AND a.is_rows = r.is_rows
        $query$,
        adpipe_internal.signal_query(target) || ' UNION ALL ')
    INTO signals USING since, until, days, adpipe_internal.watched_campaigns(target);
    RETURN coalesce(signals, '[]');
END
$$;
COMMENT ON FUNCTION adpipe_internal.measure_signals(regclass) IS
    'What arrived in the last five weeks of a copy: how regularly, and when last.';
REVOKE ALL ON FUNCTION adpipe_internal.measure_signals(regclass) FROM PUBLIC;

/*
 * A mark of the days that signals are measured on: as long as it is the same,
 * so would they be.
 */
CREATE FUNCTION adpipe_internal.signals_mark(target regclass) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT md5(string_agg(concat_ws(' ', d.account_id, d.date_day, d.rows, s.content_hash), ',' ORDER BY d.account_id, d.date_day))
    FROM adpipe_internal.settled_days($1) d
    JOIN adpipe.slice_ledger s ON s.target = $1 AND s.account_id = d.account_id AND s.date_day = d.date_day
$$;
COMMENT ON FUNCTION adpipe_internal.signals_mark(regclass) IS
    'Changes when the days do that signals are measured on.';
REVOKE ALL ON FUNCTION adpipe_internal.signals_mark(regclass) FROM PUBLIC;

/*
 * An event that stopped or came back looks like a changed setting of the tracker,
 * so the days are marked to be read again.
 */
CREATE FUNCTION adpipe_internal.record_signals(target regclass, signals jsonb, mark text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    now timestamptz := adpipe_internal.clock();
    is_cohort boolean := (SELECT (adpipe_internal.source_policy(t.source)).is_cohort
                          FROM adpipe.target_ledger t WHERE t.target = $1);
BEGIN
    INSERT INTO adpipe.signal_ledger AS l
        (target, account_id, kind, name, active_days, last_day, silent_days, longest_gap, lag_days, seen_at)
    SELECT $1, f.account_id, f.kind, n.name, f.active_days, f.last_day, f.silent_days, f.longest_gap,
           CASE WHEN NOT is_cohort THEN 0 WHEN f.kind IN ('event', 'metric') THEN greatest(f.silent_days, 1)
                ELSE f.silent_days END, now
    FROM jsonb_to_recordset(signals) f (account_id text, kind text, names jsonb, active_days integer, last_day date,
                                        silent_days integer, longest_gap integer)
    CROSS JOIN LATERAL jsonb_array_elements_text(f.names) n (name)
    WHERE f.active_days >= 7
       OR EXISTS (SELECT FROM adpipe.signal_ledger k WHERE k.target = $1 AND k.account_id = f.account_id
                  AND k.kind = f.kind AND k.name = n.name)
    ON CONFLICT (target, account_id, kind, name) DO UPDATE
    SET active_days = excluded.active_days, last_day = excluded.last_day, silent_days = excluded.silent_days,
        longest_gap = excluded.longest_gap, seen_at = excluded.seen_at,
        lag_days = CASE WHEN is_cohort AND excluded.last_day > l.last_day AND l.silent_days <=
                             adpipe_internal.silence_allowed(l.kind, l.active_days, l.longest_gap, l.lag_days)
                        THEN greatest(l.lag_days, l.silent_days) ELSE l.lag_days END;
    /* What the five weeks hold no more is silent for as long as there were days. */
    UPDATE adpipe.signal_ledger l
    SET silent_days = greatest(l.silent_days, d.days), seen_at = now
    FROM (SELECT s.account_id, max(s.date_day) AS last_day, count(*)::integer AS days
          FROM adpipe_internal.settled_days($1) s GROUP BY s.account_id) d
    WHERE l.target = $1 AND l.account_id = d.account_id AND l.last_day < d.last_day
      AND (l.account_id, l.kind, l.name) NOT IN (
          SELECT f.account_id, f.kind, n.name
          FROM jsonb_to_recordset(signals) f (account_id text, kind text, names jsonb)
          CROSS JOIN LATERAL jsonb_array_elements_text(f.names) n (name));
    PERFORM adpipe_internal.note_setting($1, l.account_id, 'event/' || l.name,
        CASE WHEN l.silent_days > adpipe_internal.silence_allowed(l.kind, l.active_days, l.longest_gap, l.lag_days)
             THEN 'stopped' ELSE 'arriving' END)
    FROM adpipe.signal_ledger l WHERE l.target = $1 AND l.kind = 'event';
    UPDATE adpipe.target_ledger t SET signals_seen = mark WHERE t.target = $1;
END
$$;
COMMENT ON FUNCTION adpipe_internal.record_signals(regclass, jsonb, text) IS
    'Writes measured signals into the ledger.';
REVOKE ALL ON FUNCTION adpipe_internal.record_signals(regclass, jsonb, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.has_silent_campaigns(target regclass, is_new boolean) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe.signal_ledger l
                   WHERE l.target = $1 AND adpipe_internal.is_acting($1) AND l.kind = 'campaign' AND (is_new OR l.is_serving)
                     AND l.silent_days > adpipe_internal.silence_allowed(l.kind, l.active_days, l.longest_gap, l.lag_days))
$$;
COMMENT ON FUNCTION adpipe_internal.has_silent_campaigns(regclass, boolean) IS
    'Whether campaigns stopped, so that it is worth while to ask whether they should run; is_new false: only those that should when they were last asked about.';
REVOKE ALL ON FUNCTION adpipe_internal.has_silent_campaigns(regclass, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.record_serving(target regclass, campaigns jsonb) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE adpipe.signal_ledger l
    SET is_serving = f.campaign_id IS NOT NULL, label = coalesce(f.campaign_name, l.label)
    FROM adpipe.signal_ledger k
    LEFT JOIN jsonb_to_recordset(campaigns) f (account_id text, campaign_id text, campaign_name text)
        ON f.account_id = k.account_id AND f.campaign_id = k.name
    WHERE k.target = $1 AND k.kind = 'campaign' AND l.target = k.target AND l.account_id = k.account_id
      AND l.kind = k.kind AND l.name = k.name
$$;
COMMENT ON FUNCTION adpipe_internal.record_serving(regclass, jsonb) IS
    'Writes into the ledger which campaigns the platform says are serving.';
REVOKE ALL ON FUNCTION adpipe_internal.record_serving(regclass, jsonb) FROM PUBLIC;

/*
 * The foreign table of the same server that lists campaigns, and the condition
 * by which one is to deliver: each platform's word for switched on, within its
 * dates and with a budget.
 */
CREATE FUNCTION adpipe_internal.serving_source(source regclass, target regclass, OUT relation regclass, OUT condition text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.ftrelid::regclass, w.condition
    FROM pg_foreign_table s
    JOIN pg_foreign_table t ON t.ftserver = s.ftserver
    JOIN pg_class c ON c.oid = t.ftrelid
    JOIN pg_foreign_server v ON v.oid = s.ftserver
    JOIN pg_foreign_data_wrapper d ON d.oid = v.srvfdw
    JOIN (VALUES ('google_ads', 'resource=campaign', ARRAY['campaign_status', 'serving_status'],
                  'campaign_status = ''ENABLED'' AND serving_status = ''SERVING'''),
                 ('meta_ads', 'level=campaigns', ARRAY['effective_status'],
                  'effective_status = ''ACTIVE'''),
                 ('tiktok_ads', 'level=campaigns', ARRAY['operation_status', 'secondary_status'],
                  'operation_status = ''ENABLE'' AND secondary_status = ''CAMPAIGN_STATUS_ENABLE'''),
                 ('naver_searchad', 'report=campaigns', ARRAY['status'],
                  'status = ''ELIGIBLE'''),
                 ('kakao_moment', 'report=campaigns', ARRAY['config'],
                  'config = ''ON'''))
        w (platform, option, columns, condition) ON w.platform = d.fdwname AND w.option = ANY (t.ftoptions)
    WHERE s.ftrelid = source AND adpipe_internal.is_eligible(t.ftrelid, target)
      AND NOT EXISTS (SELECT FROM adpipe_internal.source_columns(t.ftrelid) k WHERE k.name = 'date_day')
      AND (SELECT array_agg(k.name::text) FROM adpipe_internal.source_columns(t.ftrelid) k WHERE k.type = 'text')
          @> (w.columns || ARRAY['account_id', 'campaign_id', 'campaign_name'])
    ORDER BY c.relnamespace <> (SELECT relnamespace FROM pg_class WHERE oid = source), c.relname
    LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.serving_source(regclass, regclass) IS
    'The foreign table that lists the campaigns of a source''s server, and the condition by which one should deliver.';
REVOKE ALL ON FUNCTION adpipe_internal.serving_source(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.serving_query(source regclass, target regclass DEFAULT NULL) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('SELECT account_id, campaign_id, campaign_name FROM %s WHERE %s', s.relation, s.condition)
    FROM adpipe_internal.serving_source(source, target) s WHERE s.relation IS NOT NULL
$$;
COMMENT ON FUNCTION adpipe_internal.serving_query(regclass, regclass) IS
    'The query for the campaigns of a source''s server that should deliver; NULL where no foreign table of the copy''s owner (default: of the current user) or of a superuser lists them.';
REVOKE ALL ON FUNCTION adpipe_internal.serving_query(regclass, regclass) FROM PUBLIC;

/* Without an answer, the delivery status of campaigns stays as it was. */
CREATE FUNCTION adpipe_internal.read_serving(target regclass, source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    query text := adpipe_internal.serving_query(source, target);
    found jsonb;
BEGIN
    IF query IS NULL THEN
        RETURN;
    END IF;
    PERFORM adpipe_internal.require_trust(s.relation, false) FROM adpipe_internal.serving_source(source, target) s;
    EXECUTE format('SELECT jsonb_agg(to_jsonb(q)) FROM (%s) q', query) INTO found;
    PERFORM adpipe_internal.record_serving(target, coalesce(found, '[]'));
EXCEPTION WHEN OTHERS THEN
    RAISE DEBUG 'could not read the delivery status of campaigns of %, keeping the previous one: %', source, SQLERRM;
END
$$;
COMMENT ON FUNCTION adpipe_internal.read_serving(regclass, regclass) IS
    'Asks which campaigns should deliver, and records it.';
REVOKE ALL ON FUNCTION adpipe_internal.read_serving(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.read_signals(target regclass, source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mark text := adpipe_internal.signals_mark(target);
    is_new boolean := mark IS DISTINCT FROM (adpipe_internal.target_of(target)).signals_seen;
BEGIN
    PERFORM adpipe_internal.require_trust(target, true);
    IF is_new THEN
        PERFORM adpipe_internal.record_signals(target, adpipe_internal.measure_signals(target), mark);
        PERFORM adpipe_internal.read_attribution(target, adpipe_internal.day_of(adpipe_internal.clock(), 'UTC') - 28);
    END IF;
    IF adpipe_internal.has_silent_campaigns(target, is_new) THEN
        PERFORM adpipe_internal.read_serving(target, source);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.read_signals(regclass, regclass) IS
    'Looks for what stopped arriving; part of watch_signals().';
REVOKE ALL ON FUNCTION adpipe_internal.read_signals(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.watch_signals(target regclass, source regclass) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.note_watch(target, 'signals',
        adpipe_internal.attempt(format('SELECT adpipe_internal.read_signals(%L, %L)', target, source)))
$$;
COMMENT ON FUNCTION adpipe_internal.watch_signals(regclass, regclass) IS
    'Looks for what stopped arriving; part of refresh().';
REVOKE ALL ON FUNCTION adpipe_internal.watch_signals(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.confirm_absence(target regclass, account_id text, name text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.require_acting($1);
    WITH accepted AS (
        UPDATE adpipe.signal_ledger l SET accepted_day = l.last_day
        WHERE l.target = $1 AND l.account_id = coalesce($2, l.account_id) AND l.name = coalesce($3, l.name)
          AND l.accepted_day IS DISTINCT FROM l.last_day
          AND l.silent_days > adpipe_internal.silence_allowed(l.kind, l.active_days, l.longest_gap, l.lag_days)
        RETURNING 1)
    SELECT count(*) FROM accepted
$$;
COMMENT ON FUNCTION adpipe_internal.confirm_absence(regclass, text, text) IS
    'Writes into the ledger which silence is meant; part of accept_absence().';
REVOKE ALL ON FUNCTION adpipe_internal.confirm_absence(regclass, text, text) FROM PUBLIC;

CREATE FUNCTION adpipe.accept_absence(target regclass, account_id text DEFAULT NULL, name text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.require_owner(target);
    RETURN adpipe_internal.confirm_absence(target, account_id, name);
END
$$;
COMMENT ON FUNCTION adpipe.accept_absence(regclass, text, text) IS
    'Takes for meant that something stopped arriving: adpipe.health stops to show it, until it arrives and stops again. name: metric, event, media source or id of a campaign; what is NULL stands for all. Returns how many.';
REVOKE ALL ON FUNCTION adpipe.accept_absence(regclass, text, text) FROM PUBLIC;

/* Metrics that stopped on one day are one row; old ones are news no more. */
CREATE VIEW adpipe.health_stopped AS
    SELECT CASE WHEN g.silent_days > 28 THEN 'info' ELSE 'warning' END AS severity,
           g.target, g.account_id,
           format(CASE g.kind WHEN 'rows' THEN 'there are no rows since %2$s'
                              WHEN 'metric' THEN '%1$s: zero since %2$s, with rows each day'
                              WHEN 'event' THEN 'event %1$s: none since %2$s'
                              WHEN 'media_source' THEN 'media source %1$s: nothing since %2$s'
                              ELSE 'campaign %1$s: serving, with a budget, and no rows since %2$s' END,
                  g.names, to_char(g.last_day + 1, 'YYYY-MM-DD'))
           || format(' (before, on %s days of five weeks)', g.active_days) AS problem,
           adpipe_internal.readable_at(g.last_day, g.time_zone, interval '0') AS since,
           format(CASE g.kind
                  WHEN 'rows' THEN 'See on the platform whether the account was paused, or is out of budget.'
                  WHEN 'metric' THEN 'See what measures it: the conversion tag, its settings, the link between the accounts.'
                  WHEN 'event' THEN 'See whether the app still sends it, and whether it is still switched on for the partner.'
                  WHEN 'media_source' THEN 'See whether its campaigns were paused, and whether the partner is still active in the tracker.'
                  ELSE 'See on the platform why it does not deliver: disapproved ads, billing, a bid that is too low.' END
                  || ' If it is meant: SELECT adpipe.accept_absence(%L, %L%s);',
                  g.target, g.account_id, CASE WHEN g.n = 1 AND g.kind <> 'rows' THEN ', ' || quote_literal(g.name) END) AS action
    FROM (SELECT l.target, l.account_id, l.kind, l.last_day, a.time_zone, count(*) AS n, min(l.name) AS name,
                 max(l.silent_days) AS silent_days, max(l.active_days) AS active_days,
                 string_agg(CASE WHEN l.kind = 'metric' THEN l.name ELSE format('"%s"', coalesce(l.label, l.name)) END,
                            ', ' ORDER BY l.name) AS names
          FROM adpipe.signal_ledger l
          JOIN adpipe.target_ledger t ON t.target = l.target AND t.enabled
          JOIN adpipe.account_ledger a ON a.target = l.target AND a.account_id = l.account_id AND a.is_listed
          WHERE l.silent_days > adpipe_internal.silence_allowed(l.kind, l.active_days, l.longest_gap, l.lag_days)
            AND l.accepted_day IS DISTINCT FROM l.last_day
            AND (l.kind <> 'campaign' OR l.is_serving)
          GROUP BY l.target, l.account_id, l.kind, l.last_day, a.time_zone,
                   CASE WHEN l.kind <> 'metric' THEN l.name END) g;
COMMENT ON VIEW adpipe.health_stopped IS
    'Part of adpipe.health: what arrived regularly and does not any more.';
