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

/* By the hash of what identifies it; see row_hash(). */
CREATE FUNCTION adpipe_internal.entity_key_hash(relation regclass, alias text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('adpipe_internal.hash_row(%L::text[], %s)', array_agg(k), string_agg(format('%s.%I', alias, k), ', '))
    FROM unnest(adpipe_internal.entity_key(relation)) k
$$;
COMMENT ON FUNCTION adpipe_internal.entity_key_hash(regclass, text) IS
    'Expression that hashes what identifies an entity, in rows of a copy or rows fetched for it, under an alias.';
REVOKE ALL ON FUNCTION adpipe_internal.entity_key_hash(regclass, text) FROM PUBLIC;

/* No refresh stores a row twice.  A row has no name of its own that all servers know. */
CREATE FUNCTION adpipe_internal.drop_twice(target regclass, account text, hash text, twice bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    columns text := adpipe_internal.column_list(target) || ', _first_seen, _last_seen, _deleted_at';
BEGIN
    EXECUTE format('CREATE TEMP TABLE adpipe_twice ON COMMIT DROP AS SELECT DISTINCT ON (%1$s) %2$s FROM %3$s t '
                   'WHERE t.account_id = $1 AND %1$s = ANY ($2) ORDER BY %1$s, t._first_seen', hash, columns, target)
        USING account, twice;
    EXECUTE format('DELETE FROM %s t WHERE t.account_id = $1 AND %s = ANY ($2)', target, hash) USING account, twice;
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM pg_temp.adpipe_twice', target, columns);
END
$$;
COMMENT ON FUNCTION adpipe_internal.drop_twice(regclass, text, text, bigint[]) IS
    'Leaves of the rows of an account that have the same hash the one that was seen first; part of store_entities().';
REVOKE ALL ON FUNCTION adpipe_internal.drop_twice(regclass, text, text, bigint[]) FROM PUBLIC;

/*
 * Rows are compared by their hashes, as slices are.  Conditions on a copy are of
 * constants and immutable functions, and none joins it: a copy that is distributed
 * takes no others.
 */
CREATE FUNCTION adpipe_internal.store_entities(run_id bigint, target regclass, account text, asked_at timestamptz)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    stage regclass := 'pg_temp.adpipe_stage'::regclass;
    now timestamptz;
    changed date[];
    columns text := adpipe_internal.column_list(stage);
    hash text := adpipe_internal.row_hash(stage, 't');
    key_hash text := adpipe_internal.entity_key_hash(stage, 't');
    fetched bigint[]; /* hashes of the rows */
    keys bigint[];    /* and of what identifies them */
    held bigint[];
    twice bigint[];
    stored text;
BEGIN
    PERFORM adpipe_internal.require_trust(target, true);
    PERFORM adpipe_internal.lock_account(target, account);
    PERFORM adpipe_internal.begin_storing(target);
    stored := (SELECT s.content_hash FROM adpipe_internal.stored_entities(target, account) s);
    /* A row that an answer holds twice is stored once. */
    EXECUTE format('SELECT coalesce(array_agg(DISTINCT %s), ''{}''), coalesce(array_agg(DISTINCT %s), ''{}'') '
                   'FROM pg_temp.adpipe_stage t WHERE t.account_id = $1', hash, key_hash)
    INTO fetched, keys USING account;
    changed := adpipe_internal.record_slices(run_id, account, asked_at, jsonb_build_array(jsonb_build_object(
        'date_day', '-infinity', 'rows', cardinality(fetched),
        'content_hash', adpipe_internal.content_hash(cardinality(fetched), (SELECT sum(h) FROM unnest(fetched) h)),
        'stored_hash', coalesce(stored, adpipe_internal.content_hash(0, NULL)))));
    IF cardinality(changed) > 0 THEN
        /* Later than what is current so far, though a clock was set back. */
        EXECUTE format('SELECT greatest($2, max(t._last_seen) + interval ''1 microsecond'') FROM %s t WHERE t.account_id = $1', target)
        INTO now USING account, adpipe_internal.clock();
        EXECUTE format('SELECT coalesce(array_agg(r.hash), ''{}''), array_agg(r.hash) FILTER (WHERE r.n > 1) '
                       'FROM (SELECT %s AS hash, count(*) AS n FROM %s t WHERE t.account_id = $1 GROUP BY 1) r', hash, target)
        INTO held, twice USING account;
        IF twice IS NOT NULL THEN
            PERFORM adpipe_internal.drop_twice(target, account, hash, twice);
        END IF;
        EXECUTE format('UPDATE %s t SET _last_seen = $2, _deleted_at = NULL WHERE t.account_id = $1 AND %s = ANY ($3)', target, hash)
            USING account, now, fetched;
        EXECUTE format('INSERT INTO %1$s (%2$s, _first_seen, _last_seen) SELECT DISTINCT ON (%3$s) %2$s, $2::timestamptz, $2::timestamptz '
                       'FROM pg_temp.adpipe_stage t WHERE t.account_id = $1 AND %3$s <> ALL ($3)', target, columns, hash)
            USING account, now, held;
        EXECUTE format('UPDATE %s t SET _deleted_at = $2 WHERE t.account_id = $1 AND t._deleted_at IS NULL AND %s <> ALL ($3)',
                       target, key_hash)
            USING account, now, keys;
        stored := (SELECT s.content_hash FROM adpipe_internal.stored_entities(target, account) s);
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
    CREATE INDEX ON pg_temp.adpipe_stage (account_id);
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
