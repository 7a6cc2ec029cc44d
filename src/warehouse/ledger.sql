/*
 * ledger.sql: what is known of every target, account, slice and run.
 *
 * The tables belong to the extension's owner and are written by definer
 * functions only, which every loader may call; a trigger lets through what is
 * written of the copies that the caller acts for.  People read the views of
 * coverage.sql, which show a target's rows to whoever may read the target.  All
 * but claims are dumped, so that a restored database fetches nothing twice.
 */

CREATE TABLE adpipe.target_ledger (
    target regclass PRIMARY KEY,
    source regclass,
    is_daily boolean NOT NULL,
    period text NOT NULL DEFAULT 'day' CHECK (period IN ('day', 'week', 'month')),
    start_day date CHECK (start_day BETWEEN DATE '2000-01-01' AND DATE '2999-12-31'),
    lookback integer CHECK (lookback BETWEEN 0 AND 10000),
    retention interval CHECK (retention > interval '0' AND retention <= interval '1000 years'),
    every interval CHECK (every BETWEEN interval '0' AND interval '1 year'),
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    last_call timestamptz,
    call_gap interval,
    scheduled_at timestamptz,
    source_changed_at timestamptz,
    resume_at timestamptz,
    failing_since timestamptz,
    failures integer NOT NULL DEFAULT 0,
    failed_at timestamptz,
    error text,
    sqlstate text,
    detail text,
    hint text,
    is_local boolean NOT NULL DEFAULT false,
    access_mark text,
    settings_read_at timestamptz,
    signals_seen text,
    watch_failing_since timestamptz,
    watch_error text,
    watch_failure adpipe.failure,
    listed_as text,
    checked_at timestamptz,
    CHECK (is_daily = (start_day IS NOT NULL))
);
COMMENT ON TABLE adpipe.target_ledger IS 'Local copies: what each is made from and how it is kept.';
COMMENT ON COLUMN adpipe.target_ledger.target IS 'The local table.';
COMMENT ON COLUMN adpipe.target_ledger.source IS 'Foreign table that it is a copy of; NULL after that was dropped.';
COMMENT ON COLUMN adpipe.target_ledger.is_daily IS 'Whether the source has days; else it lists entities.';
COMMENT ON COLUMN adpipe.target_ledger.period IS 'What a slice covers: a day, or a week or month by its first day.';
COMMENT ON COLUMN adpipe.target_ledger.start_day IS 'First day that the copy is to hold.';
COMMENT ON COLUMN adpipe.target_ledger.lookback IS 'Days that are read again once a day, in place of the platform''s own window.';
COMMENT ON COLUMN adpipe.target_ledger.retention IS 'How long days are kept; whole months go. NULL: for good.';
COMMENT ON COLUMN adpipe.target_ledger.every IS 'In place of adpipe.refresh_policy.every.';
COMMENT ON COLUMN adpipe.target_ledger.enabled IS 'Whether refresh_all() refreshes it.';
COMMENT ON COLUMN adpipe.target_ledger.created_at IS 'When it was materialised.';
COMMENT ON COLUMN adpipe.target_ledger.last_call IS 'When refresh_all() last looked at it, whether or not anything was due.';
COMMENT ON COLUMN adpipe.target_ledger.call_gap IS 'How long apart its calls are; the longest of late.';
COMMENT ON COLUMN adpipe.target_ledger.scheduled_at IS 'When schedule() last made a job that refreshes it.';
COMMENT ON COLUMN adpipe.target_ledger.source_changed_at IS 'Since when the source''s columns differ from the copy''s, which stops the refresh; NULL: they agree.';
COMMENT ON COLUMN adpipe.target_ledger.resume_at IS 'When the platform said to come back.';
COMMENT ON COLUMN adpipe.target_ledger.failing_since IS 'Since when refreshes fail as a whole; NULL: they do not.';
COMMENT ON COLUMN adpipe.target_ledger.failures IS 'How many in a row.';
COMMENT ON COLUMN adpipe.target_ledger.failed_at IS 'Start of the last one.';
COMMENT ON COLUMN adpipe.target_ledger.error IS 'Why they do.';
COMMENT ON COLUMN adpipe.target_ledger.sqlstate IS 'Code of that error.';
COMMENT ON COLUMN adpipe.target_ledger.detail IS 'Its detail, with the platform''s words.';
COMMENT ON COLUMN adpipe.target_ledger.hint IS 'The way out that it names.';
COMMENT ON COLUMN adpipe.target_ledger.is_local IS 'Whether this server failed, and not the platform, the network or an answer.';
COMMENT ON COLUMN adpipe.target_ledger.access_mark IS 'Mark of server and user mapping in the last run that ended; see adpipe_internal.access_mark().';
COMMENT ON COLUMN adpipe.target_ledger.settings_read_at IS 'When the platform last reported its settings.';
COMMENT ON COLUMN adpipe.target_ledger.signals_seen IS 'Which settled days the signals were measured on, as a mark to compare.';
COMMENT ON COLUMN adpipe.target_ledger.watch_failing_since IS 'Since when settings or signals cannot be read; NULL: they can.';
COMMENT ON COLUMN adpipe.target_ledger.watch_error IS 'Why they cannot.';
COMMENT ON COLUMN adpipe.target_ledger.watch_failure IS 'The error itself.';
COMMENT ON COLUMN adpipe.target_ledger.listed_as IS 'The options that named the accounts when they were last listed.';
COMMENT ON COLUMN adpipe.target_ledger.checked_at IS 'When refresh_all() last compared some of the stored rows with this ledger.';

CREATE TABLE adpipe.account_ledger (
    target regclass,
    account_id text,
    account_name text,
    time_zone text,
    currency text,
    window_days integer,
    is_listed boolean NOT NULL,
    listed_at timestamptz NOT NULL,
    last_attempt timestamptz,
    last_success timestamptz,
    failing_since timestamptz,
    failures integer NOT NULL DEFAULT 0,
    failed_at timestamptz,
    error text,
    sqlstate text,
    detail text,
    hint text,
    access_mark text,
    ended_day date,
    lost_since date,
    lost_until date,
    lost_at timestamptz,
    whole_since date,
    whole_until date,
    final_until date,
    PRIMARY KEY (target, account_id),
    CHECK (whole_since <= whole_until AND (whole_since IS NULL) = (whole_until IS NULL)),
    CHECK (final_until BETWEEN whole_since AND whole_until)
);
COMMENT ON TABLE adpipe.account_ledger IS 'The accounts of each target.';
COMMENT ON COLUMN adpipe.account_ledger.target IS 'The local table.';
COMMENT ON COLUMN adpipe.account_ledger.account_id IS 'Account, as in the table''s column.';
COMMENT ON COLUMN adpipe.account_ledger.account_name IS 'Its name when it was last listed.';
COMMENT ON COLUMN adpipe.account_ledger.time_zone IS 'Zone in which its days run.';
COMMENT ON COLUMN adpipe.account_ledger.currency IS 'Currency of its money.';
COMMENT ON COLUMN adpipe.account_ledger.window_days IS 'Longest conversion window of its own; NULL: not known.';
COMMENT ON COLUMN adpipe.account_ledger.is_listed IS 'Whether the source still asks it.';
COMMENT ON COLUMN adpipe.account_ledger.listed_at IS 'When it was last listed.';
COMMENT ON COLUMN adpipe.account_ledger.last_attempt IS 'When it was last asked.';
COMMENT ON COLUMN adpipe.account_ledger.last_success IS 'When its answer was last stored.';
COMMENT ON COLUMN adpipe.account_ledger.failing_since IS 'First failure; NULL: nothing of the account failed that was not read since.';
COMMENT ON COLUMN adpipe.account_ledger.failures IS 'Failures since the last success.';
COMMENT ON COLUMN adpipe.account_ledger.failed_at IS 'Start of the run in which the last one happened.';
COMMENT ON COLUMN adpipe.account_ledger.error IS 'Message of the last failure.';
COMMENT ON COLUMN adpipe.account_ledger.sqlstate IS 'Its code.';
COMMENT ON COLUMN adpipe.account_ledger.detail IS 'Its detail, with the platform''s words.';
COMMENT ON COLUMN adpipe.account_ledger.hint IS 'The way out that it names.';
COMMENT ON COLUMN adpipe.account_ledger.access_mark IS 'Mark of server and user mapping in the run that failed; see adpipe_internal.access_mark().';
COMMENT ON COLUMN adpipe.account_ledger.ended_day IS 'Last day to hold of an account whose end accept_end() accepted; NULL: it has not ended.';
COMMENT ON COLUMN adpipe.account_ledger.lost_since IS 'First of the days that were found last to have left the platform''s reach before they were read.';
COMMENT ON COLUMN adpipe.account_ledger.lost_until IS 'Last of them.';
COMMENT ON COLUMN adpipe.account_ledger.lost_at IS 'When a refresh found them.';
COMMENT ON COLUMN adpipe.account_ledger.whole_since IS 'First of the days that are proven to be read, each after it had settled; what looks for missing days looks at the others only. See adpipe_internal.note_whole().';
COMMENT ON COLUMN adpipe.account_ledger.whole_until IS 'Last of them.';
COMMENT ON COLUMN adpipe.account_ledger.final_until IS 'Last of the days since whole_since that were read after their window, too; what looks for due days looks at the others only.';

CREATE TABLE adpipe.slice_ledger (
    target regclass,
    account_id text,
    date_day date CHECK (date_day = '-infinity' OR date_day BETWEEN DATE '2000-01-01' AND DATE '2999-12-31'),
    rows bigint,
    content_hash text,
    fetched_at timestamptz,
    changed_at timestamptz,
    asked_at timestamptz,
    run_id bigint,
    failed_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    late_until timestamptz,
    stale_since timestamptz,
    adopted_at timestamptz,
    spend numeric,
    account_spend numeric,
    impressions numeric,
    account_impressions numeric,
    controlled_at timestamptz,
    version bigint,
    checked_at timestamptz,
    differs_since timestamptz,
    PRIMARY KEY (target, account_id, date_day)
);
/* Indexes hold no column that a refresh which confirms a slice changes: such an update makes no index entry. */
CREATE INDEX ON adpipe.slice_ledger (target, date_day);
CREATE INDEX ON adpipe.slice_ledger (target, version) WHERE version IS NOT NULL;
CREATE INDEX ON adpipe.slice_ledger (target, account_id, date_day)
    WHERE failed_at IS NOT NULL OR late_until IS NOT NULL OR stale_since IS NOT NULL OR differs_since IS NOT NULL;
COMMENT ON TABLE adpipe.slice_ledger IS 'Every account-day of every target; for a list of entities one row per account, on day -infinity.';
COMMENT ON COLUMN adpipe.slice_ledger.target IS 'The local table.';
COMMENT ON COLUMN adpipe.slice_ledger.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.slice_ledger.date_day IS 'Day in the account''s zone.';
COMMENT ON COLUMN adpipe.slice_ledger.rows IS 'Rows stored; 0: the platform says that nothing happened. NULL: never stored.';
COMMENT ON COLUMN adpipe.slice_ledger.content_hash IS 'Version of the rule, number of rows and sum of their hashes, whatever the order of rows and columns; see adpipe_internal.hash_row().';
COMMENT ON COLUMN adpipe.slice_ledger.fetched_at IS 'When the platform last confirmed or changed them.';
COMMENT ON COLUMN adpipe.slice_ledger.changed_at IS 'When they last changed.';
COMMENT ON COLUMN adpipe.slice_ledger.asked_at IS 'When the answer was asked for, which decides whether the day was over; an answer asked for earlier never replaces it.';
COMMENT ON COLUMN adpipe.slice_ledger.run_id IS 'Run that fetched it last.';
COMMENT ON COLUMN adpipe.slice_ledger.failed_at IS 'Start of the run that failed last, since it was fetched.';
COMMENT ON COLUMN adpipe.slice_ledger.failures IS 'Failures since it was fetched.';
COMMENT ON COLUMN adpipe.slice_ledger.late_until IS 'When to ask again for a day that the platform had not prepared when it was asked last; NULL: it was read since.';
COMMENT ON COLUMN adpipe.slice_ledger.stale_since IS 'Set to have the slice read again; NULL once it was.';
COMMENT ON COLUMN adpipe.slice_ledger.adopted_at IS 'When adopt() took its rows over; NULL once a refresh has read it. fetched_at is then the time of the newest rows of its account, or NULL if the day is to be read.';
COMMENT ON COLUMN adpipe.slice_ledger.spend IS 'Sum of its spend; NULL without such a column.';
COMMENT ON COLUMN adpipe.slice_ledger.account_spend IS 'What the account grain said in the same refresh; NULL: not asked.';
COMMENT ON COLUMN adpipe.slice_ledger.impressions IS 'Sum of its impressions.';
COMMENT ON COLUMN adpipe.slice_ledger.account_impressions IS 'What the account grain said.';
COMMENT ON COLUMN adpipe.slice_ledger.controlled_at IS 'When the account grain was last asked.';
COMMENT ON COLUMN adpipe.slice_ledger.version IS 'Version of the copy at which its rows last changed; see adpipe.changed_slices().';
COMMENT ON COLUMN adpipe.slice_ledger.checked_at IS 'When its stored rows were last compared with content_hash.';
COMMENT ON COLUMN adpipe.slice_ledger.differs_since IS 'Since when its stored rows are known to differ from content_hash; NULL: they agreed.';

CREATE TABLE adpipe.run_ledger (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target regclass NOT NULL,
    since date,
    until date,
    is_scheduled boolean NOT NULL,
    first_run_id bigint NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    status text NOT NULL CHECK (status IN ('running', 'succeeded', 'partial', 'failed', 'died')),
    chunks integer,
    chunks_done integer NOT NULL DEFAULT 0,
    slices integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    requests bigint NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    error text,
    sqlstate text,
    detail text,
    hint text,
    access_mark text,
    pid integer NOT NULL,
    backend_start timestamptz NOT NULL,
    query_start timestamptz NOT NULL
);
CREATE INDEX ON adpipe.run_ledger (target, run_id);
COMMENT ON TABLE adpipe.run_ledger IS 'Refreshes, one row per call and target.';
COMMENT ON COLUMN adpipe.run_ledger.run_id IS 'Number of the run.';
COMMENT ON COLUMN adpipe.run_ledger.target IS 'The local table.';
COMMENT ON COLUMN adpipe.run_ledger.since IS 'First day that was asked for; NULL: what was due.';
COMMENT ON COLUMN adpipe.run_ledger.until IS 'Last day that was asked for.';
COMMENT ON COLUMN adpipe.run_ledger.is_scheduled IS 'Whether refresh_all() ran it.';
COMMENT ON COLUMN adpipe.run_ledger.first_run_id IS 'Slices fetched by runs from this one on are not fetched again: runs that died before this one, and others at work.';
COMMENT ON COLUMN adpipe.run_ledger.started_at IS 'Start.';
COMMENT ON COLUMN adpipe.run_ledger.ended_at IS 'End.';
COMMENT ON COLUMN adpipe.run_ledger.status IS 'running, succeeded, partial (time or budget was used up), failed (some of it), died (the session ended before the run).';
COMMENT ON COLUMN adpipe.run_ledger.chunks IS 'Chunks that were due.';
COMMENT ON COLUMN adpipe.run_ledger.chunks_done IS 'Chunks dealt with.';
COMMENT ON COLUMN adpipe.run_ledger.slices IS 'Slices stored or confirmed.';
COMMENT ON COLUMN adpipe.run_ledger.changed IS 'Slices of these whose content was new.';
COMMENT ON COLUMN adpipe.run_ledger.failed IS 'Chunks that failed.';
COMMENT ON COLUMN adpipe.run_ledger.requests IS 'Questions put to the platform: one per account and chunk, one more per control total; each is one request or several, by pages and repetitions.';
COMMENT ON COLUMN adpipe.run_ledger.rows IS 'Rows fetched.';
COMMENT ON COLUMN adpipe.run_ledger.error IS 'Message of the last failure.';
COMMENT ON COLUMN adpipe.run_ledger.sqlstate IS 'Its code.';
COMMENT ON COLUMN adpipe.run_ledger.detail IS 'Its detail, with the platform''s words.';
COMMENT ON COLUMN adpipe.run_ledger.hint IS 'The way out that it names.';
COMMENT ON COLUMN adpipe.run_ledger.access_mark IS 'Mark of server and user mapping when it began; see adpipe_internal.access_mark().';
COMMENT ON COLUMN adpipe.run_ledger.pid IS 'Process that runs it.';
COMMENT ON COLUMN adpipe.run_ledger.backend_start IS 'Start of that process.';
COMMENT ON COLUMN adpipe.run_ledger.query_start IS 'Start of its statement.';

/* Not logged and not dumped: a claim outlives neither crash nor restore. */
CREATE UNLOGGED TABLE adpipe.claim_ledger (
    target regclass,
    account_id text,
    since date,
    until date NOT NULL,
    run_id bigint NOT NULL,
    pid integer NOT NULL,
    backend_start timestamptz NOT NULL,
    query_start timestamptz NOT NULL,
    heartbeat timestamptz NOT NULL,
    PRIMARY KEY (target, account_id, since)
);
COMMENT ON TABLE adpipe.claim_ledger IS 'Chunks being fetched now, so that refreshers that run side by side share the work.';
COMMENT ON COLUMN adpipe.claim_ledger.target IS 'The local table.';
COMMENT ON COLUMN adpipe.claim_ledger.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.claim_ledger.since IS 'First day of the chunk.';
COMMENT ON COLUMN adpipe.claim_ledger.until IS 'Last day of the chunk.';
COMMENT ON COLUMN adpipe.claim_ledger.run_id IS 'Run that claims it.';
COMMENT ON COLUMN adpipe.claim_ledger.pid IS 'Its process.';
COMMENT ON COLUMN adpipe.claim_ledger.backend_start IS 'Start of that process.';
COMMENT ON COLUMN adpipe.claim_ledger.query_start IS 'Start of its statement.';
COMMENT ON COLUMN adpipe.claim_ledger.heartbeat IS 'When the claim was made.';

CREATE TABLE adpipe.settings_ledger (
    target regclass,
    account_id text,
    setting text,
    value text,
    seen_at timestamptz NOT NULL,
    expected text,
    changed_at timestamptz,
    PRIMARY KEY (target, account_id, setting)
);
COMMENT ON TABLE adpipe.settings_ledger IS 'Settings on the platform''s side as they were last seen.';
COMMENT ON COLUMN adpipe.settings_ledger.target IS 'The local table whose numbers hang on them.';
COMMENT ON COLUMN adpipe.settings_ledger.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.settings_ledger.setting IS 'Name of the setting.';
COMMENT ON COLUMN adpipe.settings_ledger.value IS 'Its value; NULL: it is gone.';
COMMENT ON COLUMN adpipe.settings_ledger.seen_at IS 'When it was first seen so.';
COMMENT ON COLUMN adpipe.settings_ledger.expected IS 'The value that was accepted: the first one, or that at the last accept_settings(); NULL: it was not there.';
COMMENT ON COLUMN adpipe.settings_ledger.changed_at IS 'Since when it is another than expected; NULL: it is as expected.';

CREATE TABLE adpipe.settings_change_ledger (
    target regclass NOT NULL,
    account_id text NOT NULL,
    setting text NOT NULL,
    old_value text,
    new_value text,
    seen_at timestamptz NOT NULL,
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX ON adpipe.settings_change_ledger (target, account_id, seen_at);
COMMENT ON TABLE adpipe.settings_change_ledger IS 'What changed there, and when a refresh first saw it.';
COMMENT ON COLUMN adpipe.settings_change_ledger.target IS 'The local table whose numbers hang on it.';
COMMENT ON COLUMN adpipe.settings_change_ledger.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.settings_change_ledger.setting IS 'Name of the setting.';
COMMENT ON COLUMN adpipe.settings_change_ledger.old_value IS 'Value before.';
COMMENT ON COLUMN adpipe.settings_change_ledger.new_value IS 'Value since.';
COMMENT ON COLUMN adpipe.settings_change_ledger.seen_at IS 'When the change was first seen.';
COMMENT ON COLUMN adpipe.settings_change_ledger.change_id IS 'Number of the change; the key that a publication needs.';

/* Of a row of its own, which nothing but the end of a storing transaction locks. */
CREATE TABLE adpipe.version_ledger (
    target regclass PRIMARY KEY,
    version bigint NOT NULL
);
COMMENT ON TABLE adpipe.version_ledger IS 'The newest version of each target. A storing transaction takes the next one last of all and holds the row until it commits, so versions become visible in their order.';
COMMENT ON COLUMN adpipe.version_ledger.target IS 'The local table.';
COMMENT ON COLUMN adpipe.version_ledger.version IS 'Version of the last change.';

/* Written by whoever drops a partition or writes to a copy, hence no ledgers of guard.sql. */
CREATE TABLE adpipe.watched_tables (
    relation regclass PRIMARY KEY,
    target regclass NOT NULL
);
CREATE INDEX ON adpipe.watched_tables (target);
COMMENT ON TABLE adpipe.watched_tables IS 'The tables that hold the rows of each target, itself and its partitions, with the trigger that notes changes.';
COMMENT ON COLUMN adpipe.watched_tables.relation IS 'The table.';
COMMENT ON COLUMN adpipe.watched_tables.target IS 'The target whose rows it holds.';

CREATE TABLE adpipe.touches (
    touch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target regclass NOT NULL,
    touched_at timestamptz NOT NULL,
    is_taken boolean NOT NULL DEFAULT false
);
CREATE INDEX ON adpipe.touches (target);
COMMENT ON TABLE adpipe.touches IS 'Marks on copies that others than a refresh wrote to; the next refresh compares all their rows with the ledger and removes the marks.';
COMMENT ON COLUMN adpipe.touches.touch_id IS 'Number of the mark.';
COMMENT ON COLUMN adpipe.touches.target IS 'The local table.';
COMMENT ON COLUMN adpipe.touches.touched_at IS 'When it was written to.';
COMMENT ON COLUMN adpipe.touches.is_taken IS 'Whether a refresh has begun to compare; a later change needs a mark of its own.';

CREATE TABLE adpipe.own_report_ledger (
    target regclass PRIMARY KEY,
    platform text NOT NULL,
    time_zone text NOT NULL,
    ends jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE adpipe.own_report_ledger IS 'The rows of adpipe.own_reports, of all owners.';
COMMENT ON COLUMN adpipe.own_report_ledger.target IS 'The table or view.';
COMMENT ON COLUMN adpipe.own_report_ledger.platform IS 'Its platform in the report views.';
COMMENT ON COLUMN adpipe.own_report_ledger.time_zone IS 'Where its days begin and end.';
COMMENT ON COLUMN adpipe.own_report_ledger.ends IS 'The last day of each account whose end accept_end() accepted; a later row makes the end void.';

SELECT pg_extension_config_dump('adpipe.target_ledger', '');
SELECT pg_extension_config_dump('adpipe.account_ledger', '');
SELECT pg_extension_config_dump('adpipe.slice_ledger', '');
SELECT pg_extension_config_dump('adpipe.run_ledger', '');
SELECT pg_extension_config_dump('adpipe.run_ledger_run_id_seq', '');
SELECT pg_extension_config_dump('adpipe.settings_ledger', '');
SELECT pg_extension_config_dump('adpipe.settings_change_ledger', '');
SELECT pg_extension_config_dump('adpipe.settings_change_ledger_change_id_seq', '');
SELECT pg_extension_config_dump('adpipe.version_ledger', '');
SELECT pg_extension_config_dump('adpipe.watched_tables', '');
SELECT pg_extension_config_dump('adpipe.touches', '');
SELECT pg_extension_config_dump('adpipe.touches_touch_id_seq', '');
SELECT pg_extension_config_dump('adpipe.own_report_ledger', '');

/* What was dropped is forgotten; a number that is used again would mean another table. */
CREATE FUNCTION adpipe_internal.forget_dropped() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    gone oid;
BEGIN
    FOR gone IN
        SELECT d.objid FROM pg_event_trigger_dropped_objects() d
        WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0
          AND d.object_type IN ('table', 'foreign table', 'view', 'materialized view')
    LOOP
        DELETE FROM adpipe.own_report_ledger WHERE target = gone;
        UPDATE adpipe.target_ledger SET source = NULL WHERE source = gone;
        PERFORM adpipe_internal.note_dropped(gone);
        DELETE FROM adpipe.target_ledger WHERE target = gone;
        CONTINUE WHEN NOT FOUND;
        DELETE FROM adpipe.account_ledger WHERE target = gone;
        DELETE FROM adpipe.slice_ledger WHERE target = gone;
        DELETE FROM adpipe.run_ledger WHERE target = gone;
        DELETE FROM adpipe.claim_ledger WHERE target = gone;
        DELETE FROM adpipe.settings_ledger WHERE target = gone;
        DELETE FROM adpipe.settings_change_ledger WHERE target = gone;
        DELETE FROM adpipe.signal_ledger WHERE target = gone;
        DELETE FROM adpipe.version_ledger WHERE target = gone;
        DELETE FROM adpipe.column_ledger WHERE target = gone;
        DELETE FROM adpipe.watched_tables WHERE target = gone;
        DELETE FROM adpipe.touches WHERE target = gone;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.forget_dropped() IS
    'Event trigger: forgets targets, sources and registered reports that were dropped.';
REVOKE ALL ON FUNCTION adpipe_internal.forget_dropped() FROM PUBLIC;

CREATE EVENT TRIGGER adpipe_forget_dropped ON sql_drop
    WHEN TAG IN ('DROP TABLE', 'DROP FOREIGN TABLE', 'DROP VIEW', 'DROP MATERIALIZED VIEW', 'DROP SCHEMA', 'DROP OWNED', 'DROP SERVER',
                 'DROP FOREIGN DATA WRAPPER', 'DROP EXTENSION')
    EXECUTE FUNCTION adpipe_internal.forget_dropped();
COMMENT ON EVENT TRIGGER adpipe_forget_dropped IS
    'Forgets targets, sources and registered reports that were dropped.';
