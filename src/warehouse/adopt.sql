/*
 * adopt.sql: making a table a local copy again, after DROP EXTENSION CASCADE or
 * the restore of a dump by schema.
 *
 * The ledger that knew its rows is gone.  Days that the platform can still be asked
 * for are due, and complete once they were read.  Older ones cannot be read again:
 * those that hold rows are adopted, which is complete because the owner says so,
 * and their hash shows later whether they were changed.  A day without rows may have
 * been empty or lost, so it is missing unless the owner declares it empty.
 */

CREATE FUNCTION adpipe_internal.column_problems(target regclass, source regclass, is_daily boolean) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(
        CASE WHEN t.name IS NULL THEN format('column "%s" of type %s is missing', w.name, w.type)
             WHEN w.name IS NULL THEN format('column "%s" is not in the source', t.name)
             WHEN t.type <> w.type THEN format('column "%s" is of type %s in place of %s', t.name, t.type, w.type)
             ELSE format('column "%s" is generated', t.name) END,
        '; ' ORDER BY coalesce(w.place, t.attnum), t.name)
    FROM (SELECT s.attnum AS place, s.name, s.type FROM adpipe_internal.source_columns(source) s
          UNION ALL
          SELECT 10000 + o.place, o.name, 'timestamp with time zone'
          FROM (VALUES (1, '_fetched_at', true), (1, '_first_seen', false), (2, '_last_seen', false),
                       (3, '_deleted_at', false)) o (place, name, is_daily)
          WHERE o.is_daily = $3) w
    FULL JOIN (SELECT a.attnum, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
                      a.attgenerated <> '' OR a.attidentity = 'a' AS is_computed
               FROM pg_attribute a WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped) t ON t.name = w.name
    WHERE t.type IS DISTINCT FROM w.type OR t.is_computed
$$;
COMMENT ON FUNCTION adpipe_internal.column_problems(regclass, regclass, boolean) IS
    'Why a refresh cannot write the columns of a source into a table; NULL if it can.';
REVOKE ALL ON FUNCTION adpipe_internal.column_problems(regclass, regclass, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.shape_problem(target regclass, day_column name) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN c.relpersistence <> 'p' THEN 'It is temporary or unlogged.'
        WHEN c.relispartition OR EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid AND c.relkind = 'r')
            THEN 'It is a partition, or shares rows with other tables by inheritance.'
        WHEN day_column IS NULL AND c.relkind = 'p' THEN 'It is partitioned, and the source has no days.'
        WHEN day_column IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_partitioned_table k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = day_column
            WHERE k.partrelid = c.oid AND k.partstrat = 'r' AND k.partnatts = 1 AND k.partattrs[0] = a.attnum)
            THEN format('It is not partitioned by ranges of "%s".', day_column)
        ELSE (SELECT format('Partition %s does not hold whole months of the years 2000 to 2999, as a table of its own.', i.inhrelid::regclass)
              FROM pg_inherits i
              JOIN pg_class o ON o.oid = i.inhrelid
              LEFT JOIN adpipe_internal.partitions(target) p ON p.part = i.inhrelid
              WHERE i.inhparent = c.oid
                AND (p.since IS NULL OR o.relkind <> 'r' OR o.relpersistence <> 'p'
                     OR extract(day FROM p.since) <> 1 OR extract(day FROM p.until) <> 1
                     OR p.since < DATE '2000-01-01' OR p.until > DATE '3000-01-01')
              ORDER BY i.inhrelid::regclass::text COLLATE "C" LIMIT 1) END
    FROM pg_class c WHERE c.oid = target
$$;
COMMENT ON FUNCTION adpipe_internal.shape_problem(regclass, name) IS
    'Why a table is not of the shape in which materialize() makes copies; NULL if it is.';
REVOKE ALL ON FUNCTION adpipe_internal.shape_problem(regclass, name) FROM PUBLIC;

/* Ownership is checked first, so that other roles learn nothing else about the table. */
CREATE FUNCTION adpipe_internal.check_adopter(target regclass, source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner name := adpipe_internal.owner_of(target);
    other record;
BEGIN
    IF NOT coalesce(adpipe_internal.act_for(target), false) THEN
        RAISE EXCEPTION 'must be owner of table %', target
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('It belongs to role "%s".', owner),
                  HINT = 'Let that role adopt it, in a session of its own.';
    ELSIF (SELECT c.relkind NOT IN ('r', 'p') FROM pg_class c WHERE c.oid = target) THEN
        RAISE EXCEPTION '"%" is not a table', target
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'A refresh writes rows into a table of the database.',
                  HINT = 'adpipe.materialize() makes a new copy.';
    END IF;
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', target);
    IF adpipe_internal.is_target(target) THEN
        RAISE EXCEPTION 'table "%" is a target already', target
            USING ERRCODE = 'duplicate_object',
                  DETAIL = 'The ledger has its rows already.',
                  HINT = format('CALL adpipe.refresh(%L);', target);
    END IF;
    SELECT c.oid::regclass AS part, pg_get_userbyid(c.relowner) AS role INTO other
    FROM adpipe_internal.relation_tree(target) t JOIN pg_class c ON c.oid = t
    WHERE pg_get_userbyid(c.relowner) <> owner LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'partition "%" belongs to another role than table "%"', other.part, target
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('It belongs to role "%s", which could change its rows unseen.', other.role),
                  HINT = format('Let the role, or a superuser: ALTER TABLE %s OWNER TO %I;', other.part, owner);
    ELSIF NOT has_table_privilege(owner, source, 'SELECT') THEN
        RAISE EXCEPTION 'permission denied for foreign table %', source
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Role "%s", which owns table "%s", may not read it.', owner, target),
                  HINT = format('GRANT SELECT ON %s TO %I;', source, owner);
    ELSIF row_security_active(target) THEN
        RAISE EXCEPTION 'row-level security of table "%" holds for role "%"', target, current_user
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Rows that it hides would be stored a second time.',
                  HINT = format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY; makes it hold for others only.', target);
    END IF;
    PERFORM adpipe_internal.require_trust(target, true);
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_adopter(regclass, regclass) IS
    'An error unless the caller may have a table for a copy of a source; keeps others from writing to it until the transaction ends. Part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.check_adopter(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_target(target regclass) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT EXISTS (SELECT FROM adpipe.target_ledger t WHERE t.target = $1) AND adpipe_internal.is_acting($1) $$;
COMMENT ON FUNCTION adpipe_internal.is_target(regclass) IS
    'Whether a table that the statement acts for is a local copy.';
REVOKE ALL ON FUNCTION adpipe_internal.is_target(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_adopted(target regclass, source regclass, is_daily boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    day_column name := adpipe_internal.day_column(source);
    problem text := adpipe_internal.shape_problem(target, day_column);
BEGIN
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'table "%" does not have the shape of a copy of "%"', target, source
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = problem,
                  HINT = CASE WHEN is_daily
                              THEN format('The source has days, so a copy is partitioned by month of "%s", as adpipe.materialize() makes it.', day_column)
                              ELSE 'The source lists entities, so a copy is a plain table, as adpipe.materialize() makes it.' END;
    END IF;
    problem := adpipe_internal.column_problems(target, source, is_daily);
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'columns of table "%" are not those of a copy of "%"', target, source
            USING ERRCODE = 'invalid_table_definition',
                  DETAIL = upper(left(problem, 1)) || substr(problem, 2) || '.',
                  HINT = coalesce('First: ' || adpipe_internal.source_difference(source, target),
                                  'Change the columns with ALTER TABLE, then adopt the table.');
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_adopted(regclass, regclass, boolean) IS
    'An error unless a table looks as materialize() would make a copy of a source; part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.check_adopted(regclass, regclass, boolean) FROM PUBLIC;

/* What materialize() gives to a copy beside columns and partitions. */
CREATE FUNCTION adpipe_internal.equip_copy(target regclass, is_daily boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part regclass;
    keys text[] := CASE WHEN is_daily THEN ARRAY['account_id', adpipe_internal.day_column(target)::text] ELSE '{account_id}' END;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_index x
        WHERE x.indrelid = target AND x.indisvalid AND x.indpred IS NULL AND x.indnkeyatts >= cardinality(keys)
          AND keys = ARRAY(SELECT a.attname::text FROM generate_series(0, cardinality(keys) - 1) n
                           JOIN pg_attribute a ON a.attrelid = target AND a.attnum = x.indkey[n] ORDER BY n)) THEN
        EXECUTE format('CREATE INDEX ON %s (%s)', target, array_to_string(keys, ', '));
    END IF;
    FOR part IN
        SELECT c.oid FROM adpipe_internal.relation_tree(target) t JOIN pg_class c ON c.oid = t
        WHERE c.relreplident IN ('d', 'n')
    LOOP
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', part);
    END LOOP;
    /* A dump may have restored the triggers, enabled or disabled. */
    FOR part IN SELECT adpipe_internal.relation_tree(target) LOOP
        IF EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = part AND g.tgname = 'adpipe_touched') THEN
            EXECUTE format('DROP TRIGGER adpipe_touched ON %s', part);
        END IF;
        PERFORM adpipe_internal.watch_table(target, part);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.equip_copy(regclass, boolean) IS
    'Gives a table the index, identities and triggers of a copy; part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.equip_copy(regclass, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.find_accounts(target regclass, is_daily boolean,
    OUT account_id text, OUT account_name text, OUT currency text, OUT currencies bigint, OUT read_at timestamptz,
    OUT first_day date)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    names text[] := ARRAY(SELECT c.name FROM adpipe_internal.source_columns(target) c);
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.account_id, %s, %s, %s, max(t.%s), %s FROM %s t GROUP BY 1',
        CASE WHEN 'account_name' = ANY (names) THEN 'max(t.account_name::text)' ELSE 'NULL::text' END,
        CASE WHEN 'currency' = ANY (names) THEN 'max(t.currency::text)' ELSE 'NULL::text' END,
        /* a list keeps earlier currencies as well */
        CASE WHEN 'currency' = ANY (names) AND is_daily THEN 'count(DISTINCT t.currency)' ELSE '0::bigint' END,
        CASE WHEN is_daily THEN '_fetched_at' ELSE '_last_seen' END,
        CASE WHEN is_daily THEN format('min(t.%I)', adpipe_internal.day_column(target)) ELSE 'NULL::date' END, target);
END
$$;
COMMENT ON FUNCTION adpipe_internal.find_accounts(regclass, boolean) IS
    'The accounts in the rows of a table, with the time of the newest ones; part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.find_accounts(regclass, boolean) FROM PUBLIC;

/* Accounts count as listed until the next refresh lists them. */
CREATE FUNCTION adpipe_internal.record_found_accounts(target regclass, accounts jsonb) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO adpipe.account_ledger (target, account_id, account_name, currency, is_listed, listed_at, last_success)
    SELECT $1, f.account_id, f.account_name, f.currency, true, adpipe_internal.clock(), f.read_at
    FROM jsonb_to_recordset(accounts) f (account_id text, account_name text, currency text, read_at timestamptz);
    /* Higher than any version of an earlier ledger, so that a consumer that remembers one sees all slices as changed. */
    INSERT INTO adpipe.version_ledger VALUES ($1, extract(epoch FROM adpipe_internal.clock())::bigint)
$$;
COMMENT ON FUNCTION adpipe_internal.record_found_accounts(regclass, jsonb) IS
    'Enters the accounts of an adopted table into the ledger; part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.record_found_accounts(regclass, jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.adopt_accounts(target regclass, is_daily boolean, whole boolean) RETURNS date
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    accounts jsonb;
    other record;
BEGIN
    SELECT jsonb_agg(to_jsonb(f) || jsonb_build_object('read_at', least(
               CASE WHEN whole THEN f.newest ELSE f.read_at END, adpipe_internal.clock())))
    INTO accounts
    FROM (SELECT a.*, max(a.read_at) OVER () AS newest FROM adpipe_internal.find_accounts(target, is_daily) a) f;
    SELECT f.* INTO other FROM jsonb_to_recordset(accounts) f (account_id text, currencies bigint)
    WHERE f.account_id IS NULL OR f.currencies > 1 ORDER BY f.account_id LIMIT 1;
    IF FOUND AND other.account_id IS NULL THEN
        RAISE EXCEPTION 'table "%" holds rows without an account', target
            USING ERRCODE = 'not_null_violation',
                  DETAIL = 'A copy is kept account by account, and a refresh would not replace them.',
                  HINT = format('DELETE FROM %s WHERE account_id IS NULL; or set the column.', target);
    ELSIF FOUND THEN
        RAISE EXCEPTION 'table "%" holds account % in % currencies', target, other.account_id, other.currencies
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'A copy holds one currency per account.',
                  HINT = 'Keep the days before the change in another table.';
    END IF;
    PERFORM adpipe_internal.record_found_accounts(target, coalesce(accounts, '[]'));
    RETURN (SELECT min(f.first_day) FROM jsonb_to_recordset(accounts) f (first_day date));
END
$$;
COMMENT ON FUNCTION adpipe_internal.adopt_accounts(regclass, boolean, boolean) IS
    'Enters the accounts of a table into the ledger and returns the first day of its rows; part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.adopt_accounts(regclass, boolean, boolean) FROM PUBLIC;

/*
 * until: the last day that is adopted.  It counts as read when the newest rows of
 * its account were stored, so that a day which was not over by then is open.  Days
 * after it are due.
 */
CREATE FUNCTION adpipe_internal.record_found(target regclass, slices jsonb, until date) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO adpipe.slice_ledger (target, account_id, date_day, rows, content_hash, fetched_at, changed_at,
                                     adopted_at, checked_at, version)
    SELECT $1, f.account_id, f.date_day, f.rows, f.content_hash, CASE WHEN f.date_day <= until THEN a.last_success END, f.stored_at,
           now.moment, now.moment, v.version
    FROM jsonb_to_recordset(slices) f (account_id text, date_day date, rows bigint, content_hash text, stored_at timestamptz)
    JOIN adpipe.account_ledger a ON a.target = $1 AND a.account_id = f.account_id
    JOIN adpipe.version_ledger v ON v.target = $1
    CROSS JOIN (SELECT adpipe_internal.clock()) now (moment)
$$;
COMMENT ON FUNCTION adpipe_internal.record_found(regclass, jsonb, date) IS
    'Enters the slices of an adopted table into the ledger; part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.record_found(regclass, jsonb, date) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.record_empty(target regclass, until date, step interval) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.record_found($1, jsonb_agg(jsonb_build_object(
               'account_id', s.account_id, 'date_day', d::date, 'rows', 0, 'content_hash', adpipe_internal.content_hash(0, NULL))), until)
    FROM (SELECT o.account_id, min(o.date_day) AS since FROM adpipe.slice_ledger o WHERE o.target = $1 GROUP BY 1) s
    JOIN adpipe.account_ledger a ON a.target = $1 AND a.account_id = s.account_id
    CROSS JOIN generate_series(s.since::timestamp, least(until, adpipe_internal.day_of(a.last_success, 'UTC'))::timestamp, step) d
    WHERE NOT EXISTS (SELECT FROM adpipe.slice_ledger o WHERE o.target = $1 AND o.account_id = s.account_id AND o.date_day = d::date)
      AND adpipe_internal.is_acting($1)
    GROUP BY s.account_id, date_trunc('month', d)
$$;
COMMENT ON FUNCTION adpipe_internal.record_empty(regclass, date, interval) IS
    'Enters the days without rows of an adopted table, from each account''s first row on, into the ledger; part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.record_empty(regclass, date, interval) FROM PUBLIC;

/* Month by month, since the size of a jsonb value is limited. */
CREATE FUNCTION adpipe_internal.adopt_days(target regclass, until date, whole boolean, step interval) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month record;
    slices jsonb;
BEGIN
    FOR month IN SELECT m.since, m.until FROM adpipe_internal.copy_months(target) m LOOP
        EXECUTE format(
            'SELECT jsonb_agg(to_jsonb(f)) FROM (SELECT t.account_id, t.%3$I AS date_day, count(*) AS rows, max(t._fetched_at) AS stored_at, '
            'adpipe_internal.content_hash(count(*), sum(%1$s)) AS content_hash '
            'FROM %2$s t WHERE t.%3$I BETWEEN $1 AND $2 GROUP BY 1, 2) f',
            adpipe_internal.row_hash(target, 't'), target, adpipe_internal.day_column(target))
            INTO slices USING month.since, month.until;
        PERFORM adpipe_internal.record_found(target, coalesce(slices, '[]'), until);
    END LOOP;
    IF whole THEN
        PERFORM adpipe_internal.record_empty(target, until, step);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.adopt_days(regclass, date, boolean, interval) IS
    'Counts and hashes the rows of a table by account and day for the ledger; part of adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.adopt_days(regclass, date, boolean, interval) FROM PUBLIC;

CREATE FUNCTION adpipe.adopt(target regclass, source regclass, start date DEFAULT NULL, lookback integer DEFAULT NULL,
                             whole boolean DEFAULT false) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    policy adpipe.refresh_policy := adpipe_internal.check_source(source);
    is_daily boolean := adpipe_internal.has_days(source);
    today date := adpipe_internal.day_of(adpipe_internal.clock(), 'UTC');
    held date;
BEGIN
    PERFORM adpipe_internal.check_terms(lookback, NULL, NULL);
    PERFORM adpipe_internal.require_trust(source, false);
    PERFORM adpipe_internal.check_adopter(target, source);
    PERFORM adpipe_internal.check_adopted(target, source, is_daily);
    PERFORM adpipe_internal.equip_copy(target, is_daily);
    held := adpipe_internal.adopt_accounts(target, is_daily, whole);
    IF start > held THEN
        RAISE EXCEPTION 'a copy of "%" in table "%" cannot start on %', source, target, start
            USING ERRCODE = 'datetime_field_overflow',
                  DETAIL = format('The table holds rows from %s on, which a refresh would drop as older than the start.', held),
                  HINT = 'Leave start out, or delete these rows first.';
    END IF;
    start := adpipe_internal.start_of(source, start, lookback, held);
    IF is_daily THEN
        PERFORM adpipe_internal.make_partitions(target, start, today + 31);
        /* From the day after on every account can be asked, wherever its days begin. */
        PERFORM adpipe_internal.adopt_days(target, (today - policy.reach)::date + 1, coalesce(whole, false),
                                           adpipe_internal.slice_step(adpipe_internal.period_of(source)));
    ELSE
        PERFORM adpipe_internal.record_found(target, coalesce(jsonb_agg(jsonb_build_object(
                    'account_id', e.account_id, 'date_day', '-infinity', 'rows', e.rows, 'content_hash', e.content_hash)), '[]'), NULL)
        FROM adpipe_internal.stored_entities(target) e;
    END IF;
    PERFORM adpipe_internal.add_target(target, source, is_daily, start, lookback);
    PERFORM adpipe_internal.analyze_ledgers(target);
    RETURN target;
END
$$;
COMMENT ON FUNCTION adpipe.adopt(regclass, regclass, date, integer, boolean) IS
    'Makes a table of the caller a local copy of a foreign table again, such as one that outlived DROP EXTENSION or was restored from a dump. Its rows stay. Days that the platform can be asked for are due; older days with rows are adopted, which counts as complete. whole: declares that days without rows, from each account''s first row to the newest rows, had none; they are adopted, too. Sends nothing.';
REVOKE ALL ON FUNCTION adpipe.adopt(regclass, regclass, date, integer, boolean) FROM PUBLIC;
