/*
 * entity.sql: copies of lists of entities, which keep every row that was ever
 * seen, with the time in which it was true.
 */

/*
 * Finds the ids that identify an entity: those before the first column that is
 * neither id nor name.  A later id is an attribute (the budget of a campaign),
 * unless the table has no earlier one.
 */
CREATE FUNCTION adpipe_internal.entity_key(relation regclass) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(c.name::text ORDER BY c.attnum) FILTER (WHERE c.attnum < f.attribute),
                    array_agg(c.name::text ORDER BY c.attnum))
    FROM adpipe_internal.source_columns(relation) c
    CROSS JOIN (SELECT coalesce(min(o.attnum), 10000) AS attribute FROM adpipe_internal.source_columns(relation) o
                WHERE o.name !~ '_(id|name)$' AND o.name <> 'platform') f
    WHERE c.name ~ '_id$'
$$;
COMMENT ON FUNCTION adpipe_internal.entity_key(regclass) IS
    'The columns that identify an entity.';
REVOKE ALL ON FUNCTION adpipe_internal.entity_key(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.store_entities(run_id bigint, target regclass, account text, asked_at timestamptz)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    now timestamptz;
    changed date[];
    columns text := adpipe_internal.column_list('pg_temp.adpipe_stage'::regclass);
    row_text text := (SELECT 'ROW(' || string_agg(format('%%1$s.%I', c.name), ', ' ORDER BY c.attnum) || ')::text'
                      FROM adpipe_internal.source_columns('pg_temp.adpipe_stage'::regclass) c);
    key text := (SELECT string_agg(format('t.%1$I IS NOT DISTINCT FROM s.%1$I', k), ' AND ')
                 FROM unnest(adpipe_internal.entity_key('pg_temp.adpipe_stage'::regclass)) k);
    stored text;
    slice jsonb;
BEGIN
    PERFORM adpipe_internal.require_trust(target, true);
    PERFORM adpipe_internal.lock_account(target, account);
    PERFORM adpipe_internal.begin_storing(target);
    stored := (SELECT s.content_hash FROM adpipe_internal.stored_entities(target) s WHERE s.account_id = account);
    /* A row that an answer holds twice is stored once. */
    EXECUTE format('SELECT jsonb_build_array(jsonb_build_object(''date_day'', ''-infinity'', ''rows'', count(*), '
                   '''content_hash'', adpipe_internal.content_hash(count(*), sum(f.hash)), ''stored_hash'', $2)) '
                   'FROM (SELECT DISTINCT ON (%1$s) %2$s AS hash FROM pg_temp.adpipe_stage s WHERE s.account_id = $1) f',
                   format(row_text, 's'), adpipe_internal.row_hash('pg_temp.adpipe_stage'::regclass, 's'))
    INTO slice USING account, coalesce(stored, adpipe_internal.content_hash(0, NULL));
    changed := adpipe_internal.record_slices(run_id, account, asked_at, slice);
    IF cardinality(changed) > 0 THEN
        /* Later than what is current so far, though a clock was set back. */
        EXECUTE format('SELECT greatest($2, max(t._last_seen) + interval ''1 microsecond'') FROM %s t WHERE t.account_id = $1', target)
        INTO now USING account, adpipe_internal.clock();
        /* No refresh stores a row twice. */
        EXECUTE format('DELETE FROM %1$s t USING (SELECT t.ctid AS place, row_number() OVER (PARTITION BY %2$s ORDER BY t._first_seen, t.ctid) AS n '
                       'FROM %1$s t WHERE t.account_id = $1) d WHERE t.ctid = d.place AND d.n > 1', target, format(row_text, 't'))
            USING account;
        EXECUTE format('UPDATE %s t SET _last_seen = $2, _deleted_at = NULL FROM pg_temp.adpipe_stage s '
                       'WHERE t.account_id = $1 AND s.account_id = $1 AND %s = %s',
                       target, format(row_text, 't'), format(row_text, 's'))
            USING account, now;
        EXECUTE format('INSERT INTO %s (%s, _first_seen, _last_seen) SELECT DISTINCT ON (%s) %s, $2::timestamptz, $2::timestamptz '
                       'FROM pg_temp.adpipe_stage s WHERE s.account_id = $1 AND NOT EXISTS '
                       '(SELECT FROM %s t WHERE t.account_id = $1 AND %s = %s)',
                       target, columns, format(row_text, 's'), columns, target,
                       format(row_text, 't'), format(row_text, 's'))
            USING account, now;
        EXECUTE format('UPDATE %s t SET _deleted_at = $2 WHERE t.account_id = $1 AND t._deleted_at IS NULL '
                       'AND NOT EXISTS (SELECT FROM pg_temp.adpipe_stage s WHERE %s)', target, key)
            USING account, now;
        stored := (SELECT s.content_hash FROM adpipe_internal.stored_entities(target) s WHERE s.account_id = account);
    END IF;
    PERFORM adpipe_internal.finish_slices(target, account, changed, jsonb_build_array(jsonb_build_object(
        'date_day', '-infinity', 'content_hash', coalesce(stored, adpipe_internal.content_hash(0, NULL)))));
END
$$;
COMMENT ON FUNCTION adpipe_internal.store_entities(bigint, regclass, text, timestamptz) IS
    'Adds an account''s fetched entities to their history.';
REVOKE ALL ON FUNCTION adpipe_internal.store_entities(bigint, regclass, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.fetch_entities(source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET adpipe.require_whole = on
    SET adpipe.use_kept_answers = off
AS $$
BEGIN
    PERFORM adpipe_internal.require_trust(source, false);
    EXECUTE format('INSERT INTO pg_temp.adpipe_stage SELECT %s FROM %s', adpipe_internal.column_list(source), source);
END
$$;
COMMENT ON FUNCTION adpipe_internal.fetch_entities(regclass) IS
    'Fetches all entities of a source into the stage.';
REVOKE ALL ON FUNCTION adpipe_internal.fetch_entities(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.entity_accounts(target regclass) RETURNS SETOF text
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.account_id FROM adpipe.account_ledger a WHERE a.target = $1 AND a.is_listed AND adpipe_internal.is_acting($1)
    ORDER BY 1
$$;
COMMENT ON FUNCTION adpipe_internal.entity_accounts(regclass) IS
    'The accounts that a list of entities was asked of, in the order in which they are locked.';
REVOKE ALL ON FUNCTION adpipe_internal.entity_accounts(regclass) FROM PUBLIC;

CREATE PROCEDURE adpipe_internal.refresh_entities(run adpipe.run_ledger, source regclass,
                                                  INOUT status text, INOUT problem adpipe.failure)
    LANGUAGE plpgsql
AS $$
DECLARE
    account text;
    accounts text[];
    asked_at timestamptz := adpipe_internal.clock();
    failure adpipe.failure;
BEGIN
    PERFORM adpipe_internal.steady_session();
    problem := adpipe_internal.own_failure(adpipe_internal.attempt(format('SELECT adpipe_internal.make_stage(%L)', source)));
    IF problem.message IS NOT NULL THEN
        RETURN;
    END IF;
    accounts := ARRAY(SELECT a FROM adpipe_internal.entity_accounts(run.target) a
                      WHERE adpipe_internal.claim_chunk(run.run_id, a, '-infinity', '-infinity'));
    PERFORM adpipe_internal.note_progress(run.run_id, cardinality(accounts), cardinality(accounts));
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    IF cardinality(accounts) = 0 THEN
        RETURN;
    END IF;
    PERFORM adpipe_internal.bound_fetches(adpipe_internal.run_deadline(run.is_scheduled));
    failure := adpipe_internal.attempt(format('SELECT adpipe_internal.fetch_entities(%L)', source));
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    IF failure.is_local THEN
        problem := failure;
        RETURN;
    ELSIF failure.message IS NOT NULL THEN
        PERFORM adpipe_internal.record_failure(run.run_id, a, '-infinity', '-infinity', failure) FROM unnest(accounts) a;
        IF failure.code = '53400' THEN
            PERFORM adpipe_internal.note_target(run.target, false, adpipe_internal.come_back_at(failure.retry));
        END IF;
        COMMIT AND CHAIN;
        PERFORM adpipe_internal.steady_session();
        PERFORM adpipe_internal.warn(format('entities of %s', run.target), failure);
        RETURN;
    END IF;
    /* The account list of a manager names accounts that are not asked themselves. */
    accounts := ARRAY(SELECT unnest(accounts) UNION SELECT DISTINCT s.account_id FROM pg_temp.adpipe_stage s ORDER BY 1);
    COMMIT AND CHAIN;
    FOREACH account IN ARRAY accounts LOOP
        PERFORM adpipe_internal.steady_session();
        problem := adpipe_internal.own_failure(adpipe_internal.attempt(format(
            'SELECT adpipe_internal.store_entities(%L, %L, %L, %L)', run.run_id, run.target, account, asked_at)));
        COMMIT AND CHAIN;
        EXIT WHEN problem.message IS NOT NULL;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE adpipe_internal.refresh_entities(adpipe.run_ledger, regclass, text, adpipe.failure) IS
    'A run over a list of entities; part of refresh().';
REVOKE ALL ON PROCEDURE adpipe_internal.refresh_entities(adpipe.run_ledger, regclass, text, adpipe.failure) FROM PUBLIC;
