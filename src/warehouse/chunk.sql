/*
 * chunk.sql: fetching, checking and replacing slices.
 *
 * For each batch of chunks: claim them, COMMIT; fetch the rows, which the session
 * holds, and what they add up to, into a temporary table, COMMIT; then for each
 * account, under a lock on (target, account), replace the slices whose content is
 * new and write the ledger, COMMIT.  So no
 * transaction that waits for a platform holds a lock that others wait for, and
 * readers see a slice old or new, never mixed.  Each of these steps is tried by
 * attempt(): what goes wrong with a fetch is an account's, what goes wrong here
 * ends the run of the copy, whose committed chunks the next run does not fetch
 * again.
 */

/*
 * Until the transaction ends: names mean what they say whatever the caller's
 * settings, and a row has one text form, by which entities are compared.
 */
CREATE FUNCTION adpipe_internal.steady_session() RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
            pg_catalog.set_config('DateStyle', 'ISO, YMD', true),
            pg_catalog.set_config('IntervalStyle', 'postgres', true),
            pg_catalog.set_config('TimeZone', 'UTC', true),
            pg_catalog.set_config('extra_float_digits', '1', true),
            pg_catalog.set_config('bytea_output', 'hex', true),
            pg_catalog.set_config('standard_conforming_strings', 'on', true);
END
$$;
COMMENT ON FUNCTION adpipe_internal.steady_session() IS
    'Sets what the rest of the transaction depends on; each transaction of a refresh begins with it, before anything that a function of the caller''s search_path could take the place of.';
REVOKE ALL ON FUNCTION adpipe_internal.steady_session() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.require_commit(what text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF adpipe_internal.in_transaction_block() THEN
        RAISE EXCEPTION '% cannot run inside a transaction block', what
            USING ERRCODE = 'active_sql_transaction',
                  DETAIL = 'It commits chunk by chunk.',
                  HINT = 'CALL it as a statement of its own, with autocommit on.';
    ELSIF pg_is_in_recovery() THEN
        RAISE EXCEPTION '% cannot run on a standby', what
            USING ERRCODE = 'read_only_sql_transaction',
                  DETAIL = 'It writes copies and their ledger, which the standby receives from its primary.',
                  HINT = 'CALL it on the primary.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.require_commit(text) IS
    'An error where a procedure could not commit, or write.';
REVOKE ALL ON FUNCTION adpipe_internal.require_commit(text) FROM PUBLIC;

CREATE FUNCTION adpipe.grain_columns(source regclass, OUT columns text[], OUT thing text)
    AS 'MODULE_PATHNAME', 'adpipe_grain_columns' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe.grain_columns(regclass) IS
    'The columns of a foreign table that identify its rows, and the one of them that names the thing that a row is about (NULL: the account). columns NULL: nothing identifies the rows of the report, or the table lacks a column that does. Sends no request.';

CREATE FUNCTION adpipe_internal.is_part_of_account(source regclass) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_is_part_of_account' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.is_part_of_account(regclass) IS
    'Whether spend and impressions of a foreign table''s rows never add up to more than those of the account. Sends nothing.';
REVOKE ALL ON FUNCTION adpipe_internal.is_part_of_account(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.list_accounts(target regclass, source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(to_jsonb(a)), '[]') INTO found FROM adpipe.table_accounts(source) a;
    PERFORM adpipe_internal.note_accounts(target, found);
END
$$;
COMMENT ON FUNCTION adpipe_internal.list_accounts(regclass, regclass) IS
    'Asks which accounts a source has and records them.';
REVOKE ALL ON FUNCTION adpipe_internal.list_accounts(regclass, regclass) FROM PUBLIC;

/*
 * Finds the foreign table of the same server that reads the account grain, unless
 * the source itself does.  It must read all accounts, by the same period.  Its
 * rows are added up, so it may split them further.
 */
CREATE FUNCTION adpipe_internal.control_source(source regclass, target regclass DEFAULT NULL) RETURNS regclass
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- Few tables have the account grain, so what costs most is computed for these only.
    WITH chosen AS MATERIALIZED (
        SELECT f.ftserver, f.ftoptions, (adpipe_internal.source_policy(f.ftrelid)).account_grain
        FROM pg_foreign_table f WHERE f.ftrelid = source),
    candidate AS MATERIALIZED (
        SELECT t.ftrelid, t.ftoptions, adpipe_internal.day_column(t.ftrelid) AS day
        FROM chosen s
        JOIN pg_foreign_table t ON t.ftserver = s.ftserver AND s.account_grain = ANY (t.ftoptions)
        WHERE NOT s.account_grain = ANY (s.ftoptions))
    SELECT t.ftrelid::regclass
    FROM candidate t
    JOIN pg_class c ON c.oid = t.ftrelid
    WHERE NOT EXISTS (SELECT FROM pg_options_to_table(t.ftoptions) o
                      WHERE o.option_name IN ('customer_id', 'account_id', 'app_id', 'breakdowns'))
      AND (SELECT count(*) FROM adpipe_internal.source_columns(t.ftrelid) k
           WHERE k.name = 'account_id' AND k.type = 'text' OR k.name = t.day
              OR k.name IN ('spend', 'impressions') AND k.type ~ '^(smallint|integer|bigint|numeric|real|double precision)') = 4
      AND adpipe_internal.period_of(t.ftrelid) = adpipe_internal.period_of(source)
      AND adpipe_internal.is_eligible(t.ftrelid, target)
    ORDER BY c.relnamespace <> (SELECT relnamespace FROM pg_class WHERE oid = source), c.relname
    LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.control_source(regclass, regclass) IS
    'The foreign table from which a source''s control totals are asked: one of the copy''s owner (default: of the current user) or of a superuser; NULL if there is none.';
REVOKE ALL ON FUNCTION adpipe_internal.control_source(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_stage(source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.adpipe_stage, pg_temp.adpipe_slices, pg_temp.adpipe_control, pg_temp.adpipe_asked;
    EXECUTE format('CREATE TEMP TABLE adpipe_stage AS SELECT %s FROM %s WITH NO DATA',
                   adpipe_internal.column_list(source), source);
    CREATE TEMP TABLE adpipe_slices (account_id text, date_day date, currency text, rows bigint, hashes numeric,
                                     spend numeric, impressions numeric, is_whole boolean, may_repeat boolean);
    CREATE TEMP TABLE adpipe_control (account_id text, date_day date, spend numeric, impressions numeric);
    CREATE TEMP TABLE adpipe_asked (account_id text PRIMARY KEY, since date NOT NULL, until date NOT NULL,
                                    asked_at timestamptz NOT NULL, has_control boolean NOT NULL, answer bigint);
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_stage(regclass) IS
    'Makes the session''s temporary tables: one with the columns of fetched rows, which holds those of entities; what the rows of chunks add up to; their control totals; and what was asked.';
REVOKE ALL ON FUNCTION adpipe_internal.make_stage(regclass) FROM PUBLIC;

/* Called before and after fetching, which waits while somebody alters the source. */
CREATE FUNCTION adpipe_internal.check_columns(source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF adpipe_internal.source_difference(source, 'pg_temp.adpipe_stage'::regclass) IS NOT NULL THEN
        RAISE EXCEPTION 'the columns of % changed during the refresh', source
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'What was fetched has those of before.',
                  HINT = 'The next refresh reads the days again.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_columns(regclass) IS
    'An error if a source has other columns than the stage that was made for it.';
REVOKE ALL ON FUNCTION adpipe_internal.check_columns(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.stage_answer(query text, accounts text[], since date, until date,
    day_column name, key text[], thing text,
    OUT account_id text, OUT date_day date, OUT currency text, OUT rows bigint, OUT hashes numeric,
    OUT spend numeric, OUT impressions numeric, OUT is_whole boolean, OUT may_repeat boolean)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_stage_answer' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION adpipe_internal.stage_answer(text, text[], date, date, name, text[], text) IS
    'Runs a query, holds its rows for staged_rows(), and returns what they add up to by account, day and currency: the sum of hash_row(), whether all amounts are whole, whether two rows may have the same values in the columns of key; rows whose column thing is NULL have none. An error for a row of an account or day that was not asked for.';
REVOKE ALL ON FUNCTION adpipe_internal.stage_answer(text, text[], date, date, name, text[], text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.staged_answer() RETURNS bigint
    AS 'MODULE_PATHNAME', 'adpipe_staged_answer' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.staged_answer() IS
    'Number of the answer that the session holds; NULL: none.';
REVOKE ALL ON FUNCTION adpipe_internal.staged_answer() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.staged_rows(answer bigint, account text, day_column name, days date[], row_type anyelement)
    RETURNS SETOF anyelement
    AS 'MODULE_PATHNAME', 'adpipe_staged_rows' LANGUAGE C VOLATILE ROWS 10000;
COMMENT ON FUNCTION adpipe_internal.staged_rows(bigint, text, name, date[], anyelement) IS
    'The rows of some days of an account in the answer that the session holds; an error if it holds another one, or other columns than row_type, whose value does not matter.';
REVOKE ALL ON FUNCTION adpipe_internal.staged_rows(bigint, text, name, date[], anyelement) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.store_rows(target regclass, part regclass, answer bigint, account text, day_column name,
    days date[], fetched_at timestamptz) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_store_rows' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.store_rows(regclass, regclass, bigint, text, name, date[], timestamptz) IS
    'Writes the rows of staged_rows() into a partition of a copy, as COPY does; false, and nothing is done, where that would differ from an INSERT: for triggers, policies, checks, columns with values of their own.';
REVOKE ALL ON FUNCTION adpipe_internal.store_rows(regclass, regclass, bigint, text, name, date[], timestamptz) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.drop_staged_rows() RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_drop_staged_rows' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.drop_staged_rows() IS
    'Forgets the answer that the session holds.';
REVOKE ALL ON FUNCTION adpipe_internal.drop_staged_rows() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_currency(target regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other record;
BEGIN
    IF NOT EXISTS (SELECT FROM adpipe_internal.source_columns(target) c WHERE c.name = 'currency') THEN
        RETURN;
    END IF;
    FOR other IN
        SELECT DISTINCT s.account_id, s.currency, (adpipe_internal.account_of(target, s.account_id)).currency AS known
        FROM (SELECT DISTINCT d.account_id, d.currency FROM pg_temp.adpipe_slices d) s
    LOOP
        IF other.currency <> other.known THEN
            RAISE EXCEPTION 'account % is in % now, its stored days are in %', other.account_id, other.currency, other.known
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Materialize a new copy for the days since the change; this one stays as it is.';
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_currency(regclass) IS
    'An error if fetched rows are not in the account''s currency.';
REVOKE ALL ON FUNCTION adpipe_internal.check_currency(regclass) FROM PUBLIC;

/*
 * Keys come from the catalogue, through the foreign table.  Rows without the last
 * key, which identifies the entity, cannot be distinguished and are not an error.
 * stage_answer() knows keys by their hashes; where two may be equal, the rows of
 * that day are compared.
 */
CREATE FUNCTION adpipe_internal.check_grain(source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    grain record;
    slice record;
    twice record;
    day_column name := adpipe_internal.day_column(source);
BEGIN
    SELECT * INTO grain FROM adpipe.grain_columns(source);
    FOR slice IN SELECT DISTINCT s.account_id, s.date_day, a.answer
                 FROM pg_temp.adpipe_slices s JOIN pg_temp.adpipe_asked a ON a.account_id = s.account_id
                 WHERE s.may_repeat ORDER BY 1, 2
    LOOP
        EXECUTE format('SELECT s.account_id, s.%3$I AS date_day, count(*) AS times '
                       'FROM adpipe_internal.staged_rows($1, $2, $3, ARRAY[$4], NULL::pg_temp.adpipe_stage) s WHERE %1$s '
                       'GROUP BY s.account_id, s.%3$I%2$s HAVING count(*) > 1 LIMIT 1',
                       CASE WHEN grain.thing IS NULL THEN 'true' ELSE format('s.%I IS NOT NULL', grain.thing) END,
                       (SELECT string_agg(format(', s.%I', c), '') FROM unnest(grain.columns) c
                        WHERE c NOT IN ('account_id', day_column)), day_column)
            INTO twice USING slice.answer, slice.account_id, day_column, slice.date_day;
        IF twice.times IS NOT NULL THEN
            RAISE EXCEPTION 'the answer holds the same row of day % of account % % times', twice.date_day, twice.account_id, twice.times
                USING ERRCODE = 'data_exception',
                      DETAIL = format('The key of %s is %s.', source, array_to_string(grain.columns, ', '));
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_grain(regclass) IS
    'An error if two fetched rows have the same values in the columns that identify rows of their source.';
REVOKE ALL ON FUNCTION adpipe_internal.check_grain(regclass) FROM PUBLIC;

/*
 * Amounts are rounded row by row: to cents, or to whole units where all are
 * whole.  The account is asked after its parts, so its numbers are no younger
 * than theirs.
 */
CREATE FUNCTION adpipe_internal.check_totals(source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    over record;
BEGIN
    IF NOT adpipe_internal.is_part_of_account(source) THEN
        RETURN;
    END IF;
    SELECT s.account_id, s.date_day, s.spend, coalesce(c.spend, 0) AS account_spend,
           s.impressions, coalesce(c.impressions, 0) AS account_impressions INTO over
    FROM (SELECT f.account_id, f.date_day, sum(f.spend) AS spend, sum(f.impressions) AS impressions,
                 sum(f.rows) * CASE WHEN bool_and(f.is_whole) THEN 1 ELSE 0.01 END AS rounding
          FROM pg_temp.adpipe_slices f GROUP BY f.account_id, f.date_day) s
    LEFT JOIN pg_temp.adpipe_control c ON c.account_id = s.account_id AND c.date_day = s.date_day
    WHERE s.spend > coalesce(c.spend, 0) + s.rounding OR s.impressions > coalesce(c.impressions, 0)
    ORDER BY 1, 2 LIMIT 1;
    IF over.account_id IS NOT NULL THEN
        RAISE EXCEPTION 'day % of account % adds up to more than the account has', over.date_day, over.account_id
            USING ERRCODE = 'data_exception',
                  DETAIL = format('Spend %s of %s, impressions %s of %s.', over.spend, over.account_spend,
                                  over.impressions, over.account_impressions),
                  HINT = 'The stored days stay as they are; the next refresh asks again.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_totals(regclass) IS
    'An error if fetched rows of a report whose rows are parts of the account add up to more than its control totals.';
REVOKE ALL ON FUNCTION adpipe_internal.check_totals(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.fetch_chunks(target regclass, source regclass, control regclass,
    accounts text[], since date, until date) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET adpipe.require_whole = on
    SET adpipe.use_kept_answers = off
AS $$
DECLARE
    grain record;
BEGIN
    TRUNCATE pg_temp.adpipe_slices, pg_temp.adpipe_control, pg_temp.adpipe_asked;
    INSERT INTO pg_temp.adpipe_asked (account_id, since, until, asked_at, has_control)
    SELECT a, since, until, adpipe_internal.clock(), control IS NOT NULL FROM unnest(accounts) a;
    PERFORM adpipe_internal.require_trust(source, false);
    PERFORM adpipe_internal.check_columns(source);
    SELECT * INTO grain FROM adpipe.grain_columns(source);
    INSERT INTO pg_temp.adpipe_slices
    SELECT s.* FROM adpipe_internal.stage_answer(
        /* rows are checked faster by IN, which of one account is an equality, than by ANY */
        format('SELECT %1$s FROM %2$s WHERE account_id IN (%4$s) AND %3$I >= %5$L::date AND %3$I <= %6$L::date',
               adpipe_internal.column_list(source), source, adpipe_internal.day_column(source),
               (SELECT string_agg(quote_literal(a), ', ') FROM unnest(accounts) a), since, until),
        accounts, since, until, adpipe_internal.day_column(source), grain.columns, grain.thing) s;
    UPDATE pg_temp.adpipe_asked SET answer = adpipe_internal.staged_answer();
    PERFORM adpipe_internal.check_columns(source);
    PERFORM adpipe_internal.check_currency(target);
    PERFORM adpipe_internal.check_grain(source);
    IF control IS NOT NULL THEN
        PERFORM adpipe_internal.require_trust(control, false);
        EXECUTE format('INSERT INTO pg_temp.adpipe_control '
                       'SELECT account_id, %2$I, sum(spend), sum(impressions) FROM %1$s '
                       'WHERE account_id = ANY ($1) AND %2$I >= $2 AND %2$I <= $3 GROUP BY 1, 2',
                       control, adpipe_internal.day_column(control))
            USING accounts, since, until;
        PERFORM adpipe_internal.check_totals(source);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.fetch_chunks(regclass, regclass, regclass, text[], date, date) IS
    'Fetches the same days of some accounts, with their control totals, and checks them.';
REVOKE ALL ON FUNCTION adpipe_internal.fetch_chunks(regclass, regclass, regclass, text[], date, date) FROM PUBLIC;

/* Time after which the rest of the transaction waits for no platform; NULL: none. */
CREATE FUNCTION adpipe_internal.bound_fetches(until timestamptz) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT set_config('adpipe.fetch_until', coalesce(extract(epoch FROM until), 0)::text, true)
$$;
COMMENT ON FUNCTION adpipe_internal.bound_fetches(timestamptz) IS
    'Sets the time at which statements of this transaction stop waiting for platforms; NULL: never.';
REVOKE ALL ON FUNCTION adpipe_internal.bound_fetches(timestamptz) FROM PUBLIC;

/*
 * Several accounts have half of the time that is left: if one of them holds the
 * others up, each can still be tried by itself.
 */
CREATE FUNCTION adpipe_internal.try_fetch(target regclass, source regclass, control regclass,
    accounts text[], since date, until date, deadline timestamptz) RETURNS adpipe.failure
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.bound_fetches(deadline - CASE WHEN cardinality(accounts) > 1 THEN (deadline - clock_timestamp()) / 2 ELSE '0' END);
    SELECT adpipe_internal.attempt(format('SELECT adpipe_internal.fetch_chunks(%L, %L, %L, %L, %L, %L)',
                                          target, source, control, accounts, since, until))
$$;
COMMENT ON FUNCTION adpipe_internal.try_fetch(regclass, regclass, regclass, text[], date, date, timestamptz) IS
    'fetch_chunks() within a time, whose error it returns.';
REVOKE ALL ON FUNCTION adpipe_internal.try_fetch(regclass, regclass, regclass, text[], date, date, timestamptz) FROM PUBLIC;

/* A day without rows is a slice, too.  Sums of columns that a source lacks are NULL, of no rows 0. */
CREATE FUNCTION adpipe_internal.stage_slices(account text) RETURNS jsonb
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_agg(jsonb_build_object(
               'date_day', d::date, 'rows', coalesce(s.rows, 0),
               'content_hash', adpipe_internal.content_hash(s.rows::bigint, s.hashes),
               'spend', CASE WHEN s.rows > 0 THEN s.spend WHEN m.has_spend THEN 0 END,
               'impressions', CASE WHEN s.rows > 0 THEN s.impressions WHEN m.has_impressions THEN 0 END,
               'account_spend', CASE WHEN a.has_control THEN coalesce(c.spend, 0) END,
               'account_impressions', CASE WHEN a.has_control THEN coalesce(c.impressions, 0) END))
    FROM pg_temp.adpipe_asked a
    CROSS JOIN (SELECT adpipe_internal.has_metric('spend') AS has_spend,
                       adpipe_internal.has_metric('impressions') AS has_impressions) m
    CROSS JOIN generate_series(a.since::timestamp, a.until::timestamp, '1 day') d
    LEFT JOIN (SELECT f.date_day, sum(f.rows) AS rows, sum(f.hashes) AS hashes,
                      sum(f.spend) AS spend, sum(f.impressions) AS impressions
               FROM pg_temp.adpipe_slices f WHERE f.account_id = $1 GROUP BY f.date_day) s ON s.date_day = d::date
    LEFT JOIN pg_temp.adpipe_control c ON c.account_id = $1 AND c.date_day = d::date
    WHERE a.account_id = $1
$$;
COMMENT ON FUNCTION adpipe_internal.stage_slices(text) IS
    'The slices of an account in the answer: rows, hash and sums of each day that was asked for.';
REVOKE ALL ON FUNCTION adpipe_internal.stage_slices(text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.has_metric(metric text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe_internal.source_columns('pg_temp.adpipe_stage'::regclass) c
                   WHERE c.name = metric AND c.type ~ '^(smallint|integer|bigint|numeric|real|double precision)')
$$;
COMMENT ON FUNCTION adpipe_internal.has_metric(text) IS
    'Whether fetched rows have a metric.';
REVOKE ALL ON FUNCTION adpipe_internal.has_metric(text) FROM PUBLIC;

/* What cannot be written as COPY does goes through one INSERT, whatever comes of that. */
CREATE FUNCTION adpipe_internal.insert_rows(target regclass, account text, answer bigint, days date[]) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    month record;
    rest date[] := '{}';
    columns text := adpipe_internal.column_list('pg_temp.adpipe_stage'::regclass);
    day_column name := adpipe_internal.day_column(target);
    now timestamptz := adpipe_internal.clock();
BEGIN
    FOR month IN SELECT p.part, array_agg(d) AS days
                 FROM unnest(days) d
                 LEFT JOIN adpipe_internal.partitions(target) p ON d >= p.since AND d < p.until
                 GROUP BY p.part ORDER BY min(d)
    LOOP
        IF adpipe_internal.store_rows(target, month.part, answer, account, day_column, month.days, now) IS NOT TRUE THEN
            rest := rest || month.days;
        END IF;
    END LOOP;
    IF cardinality(rest) > 0 THEN
        EXECUTE format('INSERT INTO %1$s (%2$s, _fetched_at) SELECT %2$s, $3 '
                       'FROM adpipe_internal.staged_rows($4, $1, $5, $2, NULL::pg_temp.adpipe_stage) s', target, columns)
            USING account, rest, now, answer, day_column;
    END IF;
    PERFORM adpipe_internal.analyze_grown(ARRAY(
        SELECT p.part FROM adpipe_internal.partitions(target) p
        WHERE EXISTS (SELECT FROM unnest(days) d WHERE d >= p.since AND d < p.until)));
END
$$;
COMMENT ON FUNCTION adpipe_internal.insert_rows(regclass, text, bigint, date[]) IS
    'Writes the fetched rows of some days of an account into a copy, and analyzes partitions that doubled; part of store_chunk().';
REVOKE ALL ON FUNCTION adpipe_internal.insert_rows(regclass, text, bigint, date[]) FROM PUBLIC;

/*
 * An account that there is no answer for is an error, never an empty
 * slice.  What the copy holds decides what is written, and is looked at again
 * after that.
 */
CREATE FUNCTION adpipe_internal.store_chunk(run_id bigint, target regclass, account text) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    asked record;
    slices jsonb;
    changed date[];
    found jsonb;
BEGIN
    PERFORM adpipe_internal.require_trust(target, true);
    PERFORM adpipe_internal.lock_account(target, account);
    PERFORM adpipe_internal.begin_storing(target);
    SELECT * INTO STRICT asked FROM pg_temp.adpipe_asked a WHERE a.account_id = account;
    SELECT jsonb_agg(f || jsonb_build_object('stored_hash', coalesce(s.content_hash, adpipe_internal.content_hash(0, NULL))))
    INTO slices
    FROM jsonb_array_elements(adpipe_internal.stage_slices(account)) f
    LEFT JOIN adpipe_internal.stored_slices(target, account, asked.since, asked.until) s ON s.date_day = (f ->> 'date_day')::date;
    changed := adpipe_internal.record_slices(run_id, account, asked.asked_at, slices);
    IF cardinality(changed) > 0 THEN
        EXECUTE format('DELETE FROM %s WHERE account_id = $1 AND %I = ANY ($2)', target, adpipe_internal.day_column(target))
            USING account, changed;
        PERFORM adpipe_internal.insert_rows(target, account, asked.answer, changed);
        SELECT jsonb_agg(jsonb_build_object('date_day', s.date_day, 'content_hash', s.content_hash)) INTO found
        FROM adpipe_internal.stored_slices(target, account, asked.since, asked.until) s WHERE s.date_day = ANY (changed);
    END IF;
    PERFORM adpipe_internal.finish_slices(target, account, changed, coalesce(found, '[]'));
END
$$;
COMMENT ON FUNCTION adpipe_internal.store_chunk(bigint, regclass, text) IS
    'Replaces the slices of an account whose rows are not as fetched, and writes the ledger.';
REVOKE ALL ON FUNCTION adpipe_internal.store_chunk(bigint, regclass, text) FROM PUBLIC;

/* NULL, or how the source's columns differ from the target's, as the ALTER to run. */
CREATE FUNCTION adpipe_internal.source_difference(source regclass, target regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'ALTER TABLE ' || target || ' ' || string_agg(
        CASE WHEN t.name IS NULL THEN format('ADD COLUMN %I %s', s.name, s.type)
             WHEN s.name IS NULL THEN format('DROP COLUMN %I', t.name)
             ELSE format('ALTER COLUMN %1$I TYPE %2$s USING %1$I::%2$s', s.name, s.type) END,
        ', ' ORDER BY coalesce(s.attnum, t.attnum)) || ';'
    FROM adpipe_internal.source_columns(source) s
    FULL JOIN adpipe_internal.source_columns(target) t ON t.name = s.name
    WHERE s.type IS DISTINCT FROM t.type
$$;
COMMENT ON FUNCTION adpipe_internal.source_difference(regclass, regclass) IS
    'The ALTER TABLE that gives a target the columns that its source has now; NULL if they agree.';
