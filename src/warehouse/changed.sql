/*
 * changed.sql: whether a copy's rows are those that refreshes stored.
 *
 * The ledger holds a hash of each slice, computed over the stored rows in the
 * same way as over the rows fetched.  Statement triggers on a copy and on its
 * partitions, and event triggers for what removes or adds a partition, leave a
 * mark when somebody else than a refresh changes rows: the views then show the
 * copy's days as changed, and the next refresh compares all of it.  A refresh
 * compares what it reads again in any case, require_complete() the days it is
 * asked about, and refresh_all() a part of each copy every day, so that what no
 * trigger sees is found within 30 days.
 */

CREATE FUNCTION adpipe_internal.begin_storing(target regclass) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_begin_storing' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.begin_storing(regclass) IS
    'Notes that changes of a copy are a refresh''s until the transaction ends; false unless the statement acts for the copy.';
REVOKE ALL ON FUNCTION adpipe_internal.begin_storing(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_storing(target regclass) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_is_storing' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.is_storing(regclass) IS
    'Whether this transaction is one in which a refresh changes a copy.';
REVOKE ALL ON FUNCTION adpipe_internal.is_storing(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.hash_row(names text[], VARIADIC row_values "any") RETURNS bigint
    AS 'MODULE_PATHNAME', 'adpipe_hash_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.hash_row(text[], "any") IS
    'The hash of a row''s values as the server stores them; a NULL counts as a column that is not there.';

/* By name, so that the order of columns makes no difference. */
CREATE FUNCTION adpipe_internal.row_hash(relation regclass, alias text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('adpipe_internal.hash_row(%L::text[], %s)',
                  array_agg(c.name ORDER BY c.name COLLATE "C"),
                  string_agg(format('%s.%I', alias, c.name), ', ' ORDER BY c.name COLLATE "C"))
    FROM adpipe_internal.source_columns(relation) c
$$;
COMMENT ON FUNCTION adpipe_internal.row_hash(regclass, text) IS
    'Expression that hashes a row of a copy, or of the rows fetched for it, under an alias.';

CREATE FUNCTION adpipe_internal.content_hash(rows bigint, hashes numeric) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN concat_ws(':', '4', coalesce(rows, 0), hashes);
COMMENT ON FUNCTION adpipe_internal.content_hash(bigint, numeric) IS
    'The hash of a slice from the number of its rows and the sum of their hashes; the 4 is the version of hash_row().';

/* A hash of another version says nothing; the number of rows does. */
CREATE FUNCTION adpipe_internal.is_as_stored(content_hash text, rows bigint, found_hash text, found_rows bigint) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN content_hash LIKE '4:%' THEN content_hash = coalesce(found_hash, '4:0')
                ELSE coalesce(rows, 0) = coalesce(found_rows, 0) END;
COMMENT ON FUNCTION adpipe_internal.is_as_stored(text, bigint, text, bigint) IS
    'Whether the rows found are those of which the ledger holds the hash.';

/*
 * Goes from account to account by the index on account and day, so that
 * it reads the rows of these days and no others of their months; accounts that
 * the ledger does not know are among them.  On servers of Citus, which cannot go so,
 * each reads its part of the months.
 */
CREATE FUNCTION adpipe_internal.stored_slices(target regclass, since date, until date,
    OUT account_id text, OUT date_day date, OUT rows bigint, OUT content_hash text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
AS $$
BEGIN
    IF adpipe_internal.is_distributed(target) THEN
        RETURN QUERY EXECUTE format(
            'SELECT t.account_id, t.%3$I, count(*), adpipe_internal.content_hash(count(*), sum(%1$s)) FROM %2$s t '
            'WHERE t.%3$I BETWEEN $1 AND $2 GROUP BY t.account_id, t.%3$I',
            adpipe_internal.row_hash(target, 't'), target, adpipe_internal.day_column(target))
            USING since, until;
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($query$
        WITH RECURSIVE accounts AS (
            (SELECT t.account_id FROM %1$s t WHERE t.%3$I BETWEEN $1 AND $2 ORDER BY t.account_id LIMIT 1)
            UNION ALL
            SELECT (SELECT t.account_id FROM %1$s t
                    WHERE t.account_id > a.account_id AND t.%3$I BETWEEN $1 AND $2
                    ORDER BY t.account_id LIMIT 1)
            FROM accounts a WHERE a.account_id IS NOT NULL
        )
        SELECT a.account_id, s.date_day, s.rows, adpipe_internal.content_hash(s.rows, s.hashes)
        FROM accounts a
        CROSS JOIN LATERAL (SELECT t.%3$I AS date_day, count(*) AS rows, sum(%2$s) AS hashes
                            FROM %1$s t WHERE t.account_id = a.account_id AND t.%3$I BETWEEN $1 AND $2
                            GROUP BY t.%3$I) s
        WHERE a.account_id IS NOT NULL
        $query$, target, adpipe_internal.row_hash(target, 't'), adpipe_internal.day_column(target))
        USING since, until;
END
$$;
COMMENT ON FUNCTION adpipe_internal.stored_slices(regclass, date, date) IS
    'The account-days of a daily copy that have rows, with the hash of these.';

CREATE FUNCTION adpipe_internal.stored_slices(target regclass, account text, since date, until date,
    OUT date_day date, OUT rows bigint, OUT content_hash text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET enable_indexscan = off -- by page, not by row, and without sorts
    SET enable_sort = off
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.%3$I, count(*), adpipe_internal.content_hash(count(*), sum(%1$s)) FROM %2$s t '
        'WHERE t.account_id = $1 AND t.%3$I BETWEEN $2 AND $3 GROUP BY t.%3$I',
        adpipe_internal.row_hash(target, 't'), target, adpipe_internal.day_column(target))
        USING account, since, until;
END
$$;
COMMENT ON FUNCTION adpipe_internal.stored_slices(regclass, text, date, date) IS
    'The same of one account.';

/* What is current of a list of entities: what the last answer that changed anything held. */
CREATE FUNCTION adpipe_internal.stored_entities(target regclass, account text DEFAULT NULL,
    OUT account_id text, OUT rows bigint, OUT content_hash text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.account_id, count(*), adpipe_internal.content_hash(count(*), sum(%s)) '
        'FROM (SELECT f.*, max(f._last_seen) OVER (PARTITION BY f.account_id) AS _current FROM %s f WHERE %s) t '
        'WHERE t._last_seen = t._current AND t._deleted_at IS NULL GROUP BY t.account_id',
        adpipe_internal.row_hash(target, 't'), target, CASE WHEN account IS NULL THEN 'true' ELSE 'f.account_id = $1' END)
        USING account;
END
$$;
COMMENT ON FUNCTION adpipe_internal.stored_entities(regclass, text) IS
    'The current rows of one account, or of each, of a list of entities, with their hash.';
REVOKE ALL ON FUNCTION adpipe_internal.stored_entities(regclass, text) FROM PUBLIC;

/*
 * Marks.  One that is there already does for later changes as well, unless a
 * refresh has taken it: it may have read the rows before.
 */
CREATE FUNCTION adpipe_internal.touch(target regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM adpipe.target_ledger t WHERE t.target = $1) THEN
        RETURN;
    END IF;
    /* Under other levels the lock could be an error of the caller's statement. */
    IF current_setting('transaction_isolation') = 'read committed' THEN
        PERFORM FROM adpipe.touches m WHERE m.target = $1 AND NOT m.is_taken
        LIMIT 1 FOR KEY SHARE SKIP LOCKED;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO adpipe.touches (target, touched_at) VALUES (target, adpipe_internal.clock());
END
$$;
COMMENT ON FUNCTION adpipe_internal.touch(regclass) IS
    'Marks a copy as changed by others than a refresh; no error for what is no copy. For triggers only: who may call it could mark any copy.';
REVOKE ALL ON FUNCTION adpipe_internal.touch(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.touch_own(target regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF adpipe_internal.is_acting(target) THEN
        PERFORM adpipe_internal.touch(target);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.touch_own(regclass) IS
    'Marks a copy that the statement acts for.';
REVOKE ALL ON FUNCTION adpipe_internal.touch_own(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_touch() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target regclass := coalesce(pg_partition_root(TG_RELID), TG_RELID::regclass);
BEGIN
    /* What a trigger does within a refresh's statement is not the refresh's. */
    IF NOT (adpipe_internal.is_storing(target) AND pg_trigger_depth() = 1) THEN
        PERFORM adpipe_internal.touch(target);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_touch() IS
    'Trigger on copies and their partitions: marks the copy unless a refresh is at work.';
REVOKE ALL ON FUNCTION adpipe_internal.note_touch() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_watched(target regclass, relation regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF adpipe_internal.is_acting(target)
       AND (relation = target OR EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = relation AND i.inhparent = $1)) THEN
        INSERT INTO adpipe.watched_tables AS w VALUES (relation, target)
        ON CONFLICT ON CONSTRAINT watched_tables_pkey DO UPDATE SET target = excluded.target
        WHERE w.target <> excluded.target;
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_watched(regclass, regclass) IS
    'Enters a table that holds rows of a copy; part of watch_table().';
REVOKE ALL ON FUNCTION adpipe_internal.note_watched(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.watch_table(target regclass, relation regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (adpipe_internal.is_distributed(relation)
            OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = relation AND t.tgname = 'adpipe_touched')) THEN
        EXECUTE format('CREATE TRIGGER adpipe_touched AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION adpipe_internal.note_touch()', relation);
        EXECUTE format('COMMENT ON TRIGGER adpipe_touched ON %s IS %L', relation,
                       'Marks the copy when others than a refresh change it.');
    END IF;
    PERFORM adpipe_internal.note_watched(target, relation);
END
$$;
COMMENT ON FUNCTION adpipe_internal.watch_table(regclass, regclass) IS
    'Makes the trigger that notes changes of a table that holds rows of a copy, unless the table is distributed.';
REVOKE ALL ON FUNCTION adpipe_internal.watch_table(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_watched(target regclass, relation regclass) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe.watched_tables w WHERE w.relation = $2 AND w.target = $1)
       AND (adpipe_internal.is_distributed($2)
            OR EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = $2 AND g.tgname = 'adpipe_touched'))
       AND adpipe_internal.is_acting($1)
$$;
COMMENT ON FUNCTION adpipe_internal.is_watched(regclass, regclass) IS
    'Whether changes of a table that holds rows of a copy are noted, as far as they can be.';
REVOKE ALL ON FUNCTION adpipe_internal.is_watched(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.forget_detached(target regclass) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM adpipe.watched_tables w
    WHERE w.target = $1 AND w.relation <> $1 AND adpipe_internal.is_acting($1)
      AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = w.relation AND i.inhparent = $1);
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION adpipe_internal.forget_detached(regclass) IS
    'Forgets tables that are partitions of a copy no more; true if there were any.';
REVOKE ALL ON FUNCTION adpipe_internal.forget_detached(regclass) FROM PUBLIC;

/* What was not watched may have been changed: a partition that was added by hand, a copy of an older release. */
CREATE FUNCTION adpipe_internal.watch_copy(target regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found regclass;
BEGIN
    IF adpipe_internal.forget_detached(target) THEN
        PERFORM adpipe_internal.touch_own(target);
    END IF;
    FOR found IN
        SELECT target UNION ALL SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = target
    LOOP
        CONTINUE WHEN adpipe_internal.is_watched(target, found);
        PERFORM adpipe_internal.watch_table(target, found);
        PERFORM adpipe_internal.touch_own(target);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.watch_copy(regclass) IS
    'Makes the triggers that a copy and its partitions lack; part of refresh().';
REVOKE ALL ON FUNCTION adpipe_internal.watch_copy(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_dropped(relation oid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    copy regclass;
BEGIN
    DELETE FROM adpipe.watched_tables w WHERE w.relation = $1 RETURNING w.target INTO copy;
    IF copy <> $1 AND NOT adpipe_internal.is_storing(copy) THEN
        PERFORM adpipe_internal.touch(copy);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_dropped(oid) IS
    'Marks the copy whose partition was dropped; part of forget_dropped().';
REVOKE ALL ON FUNCTION adpipe_internal.note_dropped(oid) FROM PUBLIC;

/*
 * ALTER TABLE may attach or detach a partition and disable the trigger; what
 * else it does to rows is a rewrite, which has an event of its own.
 */
CREATE FUNCTION adpipe_internal.note_altered() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    copy regclass;
BEGIN
    FOR copy IN
        SELECT DISTINCT w.target
        FROM pg_event_trigger_ddl_commands() d
        JOIN adpipe.watched_tables w ON w.relation = d.objid
        WHERE d.classid = 'pg_class'::regclass
    LOOP
        CONTINUE WHEN adpipe_internal.is_storing(copy);
        IF EXISTS (SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = copy
                   EXCEPT SELECT w.relation FROM adpipe.watched_tables w WHERE w.target = copy)
           OR EXISTS (SELECT w.relation FROM adpipe.watched_tables w WHERE w.target = copy AND w.relation <> copy
                      EXCEPT SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = copy)
           OR EXISTS (SELECT FROM adpipe.watched_tables w
                      LEFT JOIN pg_trigger g ON g.tgrelid = w.relation AND g.tgname = 'adpipe_touched'
                      WHERE w.target = copy AND coalesce(g.tgenabled, 'D') = 'D'
                        AND NOT adpipe_internal.is_distributed(w.relation)) THEN
            PERFORM adpipe_internal.touch(copy);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_altered() IS
    'Event trigger: marks copies that lost or gained a partition, or on which changes are not noted any more.';
REVOKE ALL ON FUNCTION adpipe_internal.note_altered() FROM PUBLIC;

CREATE EVENT TRIGGER adpipe_note_altered ON ddl_command_end WHEN TAG IN ('ALTER TABLE')
    EXECUTE FUNCTION adpipe_internal.note_altered();
COMMENT ON EVENT TRIGGER adpipe_note_altered IS
    'Marks copies that lost or gained a partition, or on which changes are not noted any more.';

CREATE FUNCTION adpipe_internal.note_rewritten() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.touch(w.target) FROM adpipe.watched_tables w
    WHERE w.relation = pg_event_trigger_table_rewrite_oid();
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_rewritten() IS
    'Event trigger: marks copies whose rows are rewritten.';
REVOKE ALL ON FUNCTION adpipe_internal.note_rewritten() FROM PUBLIC;

CREATE EVENT TRIGGER adpipe_note_rewritten ON table_rewrite
    EXECUTE FUNCTION adpipe_internal.note_rewritten();
COMMENT ON EVENT TRIGGER adpipe_note_rewritten IS
    'Marks copies whose rows are rewritten.';

/* A refresh takes the marks before it reads rows, and removes those that it took at its end. */
CREATE FUNCTION adpipe_internal.take_touches(target regclass) RETURNS bigint[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    marks bigint[];
BEGIN
    IF NOT adpipe_internal.is_acting(target) THEN
        RETURN NULL;
    END IF;
    /* A mark that is locked belongs to a transaction whose changes are not to be seen yet. */
    SELECT array_agg(m.touch_id) INTO marks
    FROM (SELECT t.touch_id FROM adpipe.touches t WHERE t.target = $1 FOR UPDATE SKIP LOCKED) m;
    UPDATE adpipe.touches t SET is_taken = true WHERE t.touch_id = ANY (marks) AND NOT t.is_taken;
    RETURN coalesce(marks, '{}');
END
$$;
COMMENT ON FUNCTION adpipe_internal.take_touches(regclass) IS
    'The marks of a copy, which from now on do for no further change; part of check_copy().';
REVOKE ALL ON FUNCTION adpipe_internal.take_touches(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.drop_touches(target regclass, marks bigint[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM adpipe.touches t WHERE t.target = $1 AND t.touch_id = ANY ($2) AND adpipe_internal.is_acting($1)
$$;
COMMENT ON FUNCTION adpipe_internal.drop_touches(regclass, bigint[]) IS
    'Removes the marks of a copy that was compared with the ledger; part of check_copy().';
REVOKE ALL ON FUNCTION adpipe_internal.drop_touches(regclass, bigint[]) FROM PUBLIC;

/*
 * slices holds for each slice what the ledger held when its rows were read, so
 * that one that was stored in between is left alone.
 */
CREATE FUNCTION adpipe_internal.record_check(target regclass, slices jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    now timestamptz := adpipe_internal.clock();
    differing integer;
BEGIN
    /* In order, as a session that stores takes them, so that neither waits for the other in a circle. */
    PERFORM FROM adpipe.slice_ledger s
    JOIN jsonb_to_recordset(slices) f (account_id text, date_day date)
        ON s.account_id = f.account_id AND s.date_day = f.date_day
    WHERE s.target = $1
    ORDER BY s.account_id, s.date_day FOR NO KEY UPDATE OF s;
    UPDATE adpipe.slice_ledger s
    SET checked_at = now, differs_since = CASE WHEN f.differs THEN coalesce(s.differs_since, now) END
    FROM jsonb_to_recordset(slices) f (account_id text, date_day date, content_hash text, asked_at timestamptz, differs boolean)
    WHERE s.target = $1 AND s.account_id = f.account_id AND s.date_day = f.date_day
      AND s.content_hash IS NOT DISTINCT FROM f.content_hash AND s.asked_at IS NOT DISTINCT FROM f.asked_at;
    /* Rows of which the ledger knows nothing, until they are gone. */
    INSERT INTO adpipe.slice_ledger (target, account_id, date_day, checked_at, differs_since)
    SELECT $1, f.account_id, f.date_day, now, now
    FROM jsonb_to_recordset(slices) f (account_id text, date_day date, differs boolean)
    WHERE f.differs
    ON CONFLICT (target, account_id, date_day) DO NOTHING;
    DELETE FROM adpipe.slice_ledger s
    USING jsonb_to_recordset(slices) f (account_id text, date_day date, differs boolean)
    WHERE s.target = $1 AND s.account_id = f.account_id AND s.date_day = f.date_day
      AND s.fetched_at IS NULL AND s.failed_at IS NULL AND s.adopted_at IS NULL AND s.differs_since IS NULL;
    SELECT count(*) INTO differing
    FROM jsonb_to_recordset(slices) f (differs boolean) WHERE f.differs;
    RETURN differing;
END
$$;
COMMENT ON FUNCTION adpipe_internal.record_check(regclass, jsonb) IS
    'Writes into the ledger which slices are as they were stored; returns how many are not.';
REVOKE ALL ON FUNCTION adpipe_internal.record_check(regclass, jsonb) FROM PUBLIC;

/* Rows and ledger are read by one statement, and so as of one moment. */
CREATE FUNCTION adpipe_internal.check_days(target regclass, since date, until date) RETURNS integer
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.require_trust($1, true);
    SELECT adpipe_internal.record_check($1, coalesce(jsonb_agg(jsonb_build_object(
               'account_id', coalesce(l.account_id, f.account_id), 'date_day', coalesce(l.date_day, f.date_day),
               'content_hash', l.content_hash, 'asked_at', l.asked_at,
               'differs', NOT adpipe_internal.is_as_stored(l.content_hash, l.rows, f.content_hash, f.rows))), '[]'))
    FROM (SELECT s.* FROM adpipe.slice_facts s
          WHERE s.target = $1 AND s.date_day BETWEEN $2 AND $3 AND isfinite(s.date_day)) l
    FULL JOIN adpipe_internal.stored_slices($1, $2, $3) f ON f.account_id = l.account_id AND f.date_day = l.date_day
$$;
COMMENT ON FUNCTION adpipe_internal.check_days(regclass, date, date) IS
    'Compares the stored rows of some days of a copy with the ledger; returns how many slices differ.';
REVOKE ALL ON FUNCTION adpipe_internal.check_days(regclass, date, date) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_entities(target regclass) RETURNS integer
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.require_trust($1, true);
    SELECT adpipe_internal.record_check($1, coalesce(jsonb_agg(jsonb_build_object(
               'account_id', coalesce(l.account_id, f.account_id), 'date_day', '-infinity',
               'content_hash', l.content_hash, 'asked_at', l.asked_at,
               'differs', NOT adpipe_internal.is_as_stored(l.content_hash, l.rows, f.content_hash, f.rows))), '[]'))
    FROM (SELECT s.* FROM adpipe.slice_facts s WHERE s.target = $1 AND s.date_day = '-infinity') l
    FULL JOIN adpipe_internal.stored_entities($1) f ON f.account_id = l.account_id
$$;
COMMENT ON FUNCTION adpipe_internal.check_entities(regclass) IS
    'The same for the current rows of a list of entities.';
REVOKE ALL ON FUNCTION adpipe_internal.check_entities(regclass) FROM PUBLIC;

/* All months in which the copy or the ledger has something, so that partitions that are gone are noticed. */
CREATE FUNCTION adpipe_internal.copy_months(target regclass, OUT since date, OUT until date) RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m::date, (m + interval '1 month')::date - 1
    FROM (SELECT min(d.day) AS since, max(d.day) AS until
          FROM (SELECT s.date_day AS day FROM adpipe.slice_facts s WHERE s.target = $1 AND isfinite(s.date_day)
                UNION ALL SELECT p.since FROM adpipe_internal.partitions($1) p
                UNION ALL SELECT p.until - 1 FROM adpipe_internal.partitions($1) p) d) r
    CROSS JOIN generate_series(date_trunc('month', r.since::timestamp), r.until::timestamp, '1 month') m
    ORDER BY 1
$$;
COMMENT ON FUNCTION adpipe_internal.copy_months(regclass) IS
    'The months of a daily copy, first and last day of each.';
REVOKE ALL ON FUNCTION adpipe_internal.copy_months(regclass) FROM PUBLIC;

/* What hinders the check of one copy must not stop the refresh of the others. */
CREATE FUNCTION adpipe_internal.try_check(target regclass, since date, until date) RETURNS adpipe.failure
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.attempt(CASE WHEN since IS NULL THEN format('SELECT adpipe_internal.check_entities(%L)', target)
                                        ELSE format('SELECT adpipe_internal.check_days(%L, %L, %L)', target, since, until) END)
$$;
COMMENT ON FUNCTION adpipe_internal.try_check(regclass, date, date) IS
    'Compares some days of a copy, or without days its lists, with the ledger; returns what hinders that, or NULL.';
REVOKE ALL ON FUNCTION adpipe_internal.try_check(regclass, date, date) FROM PUBLIC;

CREATE PROCEDURE adpipe_internal.check_copy(target regclass, is_daily boolean, INOUT problem adpipe.failure)
    LANGUAGE plpgsql
AS $$
DECLARE
    marks bigint[];
    part record;
BEGIN
    PERFORM adpipe_internal.steady_session();
    PERFORM adpipe_internal.begin_storing(target);
    problem := adpipe_internal.own_failure(adpipe_internal.attempt(format('SELECT adpipe_internal.watch_copy(%L)', target)));
    IF problem.message IS NULL THEN
        marks := adpipe_internal.take_touches(target);
    END IF;
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    IF cardinality(marks) > 0 IS NOT TRUE THEN
        RETURN;
    END IF;
    FOR part IN SELECT m.since, m.until FROM adpipe_internal.copy_months(target) m WHERE is_daily
                UNION ALL SELECT NULL, NULL WHERE NOT is_daily LOOP
        problem := adpipe_internal.own_failure(adpipe_internal.try_check(target, part.since, part.until));
        COMMIT AND CHAIN;
        PERFORM adpipe_internal.steady_session();
        EXIT WHEN problem.message IS NOT NULL;
    END LOOP;
    IF problem.message IS NULL THEN
        PERFORM adpipe_internal.drop_touches(target, marks);
    END IF;
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
END
$$;
COMMENT ON PROCEDURE adpipe_internal.check_copy(regclass, boolean, adpipe.failure) IS
    'Compares a copy that others changed with the ledger, month by month; part of refresh().';
REVOKE ALL ON PROCEDURE adpipe_internal.check_copy(regclass, boolean, adpipe.failure) FROM PUBLIC;

/*
 * The part of a day: 25 parts, so that within 30 days all has had its turn
 * though refresh_all() did not run on some.
 */
CREATE FUNCTION adpipe_internal.days_to_check(target regclass, OUT since date, OUT until date) RETURNS SETOF record
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE adpipe.target_ledger t SET checked_at = adpipe_internal.clock() WHERE t.target = $1;
    SELECT min(d.date_day), max(d.date_day)
    FROM (SELECT o.date_day, o.date_day - row_number() OVER (ORDER BY o.date_day)::integer AS island
          FROM (SELECT q.date_day FROM (
                    SELECT s.date_day, row_number() OVER (ORDER BY min(coalesce(s.checked_at, '-infinity')), s.date_day) AS place,
                           count(*) OVER () AS days
                    FROM adpipe.slice_ledger s
                    WHERE s.target = $1 AND isfinite(s.date_day) AND s.fetched_at IS NOT NULL
                    GROUP BY s.date_day) q
                WHERE q.place <= ceil(q.days / 25.0)) o) d
    GROUP BY d.island
    ORDER BY 1
$$;
COMMENT ON FUNCTION adpipe_internal.days_to_check(regclass) IS
    'The days of a copy that were compared with the ledger the longest ago, a part of it; notes that they were asked for.';
REVOKE ALL ON FUNCTION adpipe_internal.days_to_check(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.unchecked_targets(targets regclass[], OUT target regclass, OUT is_daily boolean) RETURNS SETOF record
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.target, t.is_daily FROM adpipe.target_ledger t
    WHERE t.target = ANY (targets) AND adpipe_internal.is_acting(t.target)
      AND coalesce(t.checked_at, t.created_at) <= adpipe_internal.clock() - interval '22 hours'
$$;
COMMENT ON FUNCTION adpipe_internal.unchecked_targets(regclass[]) IS
    'Those of some copies of which a part is to be compared with the ledger today.';
REVOKE ALL ON FUNCTION adpipe_internal.unchecked_targets(regclass[]) FROM PUBLIC;

/* That a part was asked for is committed first, so that one that fails does not come first for ever. */
CREATE PROCEDURE adpipe_internal.check_part(target regclass, is_daily boolean)
    LANGUAGE plpgsql
AS $$
DECLARE
    part record;
    problem adpipe.failure;
BEGIN
    FOR part IN SELECT d.since, d.until FROM adpipe_internal.days_to_check(target) d LOOP
        COMMIT AND CHAIN;
        PERFORM adpipe_internal.steady_session();
        problem := adpipe_internal.try_check(target, part.since, part.until);
        COMMIT AND CHAIN;
        EXIT WHEN problem.message IS NOT NULL;
    END LOOP;
    PERFORM adpipe_internal.steady_session();
    IF NOT is_daily THEN
        problem := adpipe_internal.try_check(target, NULL, NULL);
    END IF;
    IF problem.message IS NOT NULL THEN
        PERFORM adpipe_internal.warn(format('%s was not compared with the ledger', target), problem);
    END IF;
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
END
$$;
COMMENT ON PROCEDURE adpipe_internal.check_part(regclass, boolean) IS
    'Compares a part of a copy with the ledger; part of refresh_all().';
REVOKE ALL ON PROCEDURE adpipe_internal.check_part(regclass, boolean) FROM PUBLIC;

/*
 * What changed, for incremental models.  A consumer reads the newest version
 * first, then the rows, and passes that version the next time.
 */
CREATE FUNCTION adpipe_internal.stamp_slices(target regclass, account_id text, days date[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    now bigint;
BEGIN
    INSERT INTO adpipe.version_ledger AS v VALUES ($1, 1)
    ON CONFLICT (target) DO UPDATE SET version = v.version + 1
    RETURNING v.version INTO now;
    UPDATE adpipe.slice_ledger s SET version = now
    WHERE s.target = $1 AND s.account_id = $2 AND s.date_day = ANY (days);
    RETURN now;
END
$$;
COMMENT ON FUNCTION adpipe_internal.stamp_slices(regclass, text, date[]) IS
    'Gives the slices that a transaction changed the next version of their copy; the last that the transaction does.';
REVOKE ALL ON FUNCTION adpipe_internal.stamp_slices(regclass, text, date[]) FROM PUBLIC;

CREATE FUNCTION adpipe.changed_slices(target regclass, since bigint DEFAULT 0,
    OUT account_id text, OUT date_day date, OUT version bigint)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM adpipe_internal.require_target(target);
    RETURN QUERY
    SELECT s.account_id, nullif(s.date_day, '-infinity'), s.version
    FROM adpipe.slice_facts s
    WHERE s.target = $1 AND s.version > coalesce($2, 0)
    ORDER BY s.version, s.account_id, s.date_day;
END
$$;
COMMENT ON FUNCTION adpipe.changed_slices(regclass, bigint) IS
    'The account-days of a copy whose rows changed after a version, those that became empty among them; date_day is NULL for lists of entities. Versions become visible in their order: read the newest one first, then the rows, and pass it next time.';

CREATE VIEW adpipe.health_changed AS
    SELECT 'error'::text AS severity, t.target, NULL::text AS account_id,
           'others than a refresh changed the copy; until it is compared with the ledger its days count as changed'::text AS problem,
           m.since, format('CALL adpipe.refresh(%L); which compares it, and reads again what differs.', t.target) AS action
    FROM adpipe.target_ledger t
    JOIN (SELECT o.target, min(o.touched_at) AS since FROM adpipe.touches o GROUP BY 1) m ON m.target = t.target
    UNION ALL
    SELECT 'error', d.target, d.account_id,
           CASE WHEN d.days IS NULL THEN 'the current rows are not those that the last refresh stored'
                WHEN d.is_known THEN format('%s days from %s to %s do not hold the rows that a refresh stored', d.days, d.first_day, d.last_day)
                ELSE format('there are rows, from %s to %s, that no refresh stored', d.first_day, d.last_day) END,
           d.since,
           CASE WHEN NOT d.is_known
                THEN format('DELETE FROM %s WHERE account_id = %L AND %I BETWEEN %L AND %L; or store them elsewhere.',
                            d.target, d.account_id, adpipe_internal.day_column(d.target), d.first_day, d.last_day)
                WHEN d.days IS NULL THEN format('CALL adpipe.refresh(%L); reads them again. If it comes back, see which trigger or rule changes rows.', d.target)
                ELSE format('CALL adpipe.refresh(%L); reads them again, as far back as the platform can be trusted. If it comes back, see which trigger or rule changes rows.',
                            d.target) END
    FROM (SELECT s.target, s.account_id, nullif(count(*) FILTER (WHERE isfinite(s.date_day)), 0) AS days,
                 min(s.date_day) AS first_day, max(s.date_day) AS last_day, min(s.differs_since) AS since,
                 coalesce(s.fetched_at, s.failed_at, s.adopted_at) IS NOT NULL AS is_known
          FROM adpipe.slice_ledger s
          WHERE s.differs_since IS NOT NULL
          GROUP BY s.target, s.account_id, coalesce(s.fetched_at, s.failed_at, s.adopted_at) IS NOT NULL) d;
COMMENT ON VIEW adpipe.health_changed IS
    'Part of adpipe.health: copies whose rows are not those that refreshes stored.';
