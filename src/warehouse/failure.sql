/*
 * failure.sql: what went wrong, as a value.
 *
 * A refresh catches errors around steps that do not commit: attempt() runs a
 * step and returns its error.  What the ledger keeps of an error is bounded, on
 * one line, and without the values of rows; the secrets of servers are taken out
 * where the connector words its errors.
 */

CREATE TYPE adpipe.failure AS (
    message text,
    code text,
    detail text,
    hint text,
    retry text,
    is_local boolean
);
COMMENT ON TYPE adpipe.failure IS 'An error that was caught; message NULL: no error.';
COMMENT ON COLUMN adpipe.failure.message IS 'What went wrong.';
COMMENT ON COLUMN adpipe.failure.code IS 'Its SQLSTATE.';
COMMENT ON COLUMN adpipe.failure.detail IS 'HTTP status, code, request id and words of the platform; or the detail of this server.';
COMMENT ON COLUMN adpipe.failure.hint IS 'The way out.';
COMMENT ON COLUMN adpipe.failure.retry IS 'Of SQLSTATE 53400: when the platform takes requests again, as retry_at=moment, retry_at=unknown, or retry_at=never if the same request fails at any time; and late_day=day if it is still preparing the numbers of that day.';
COMMENT ON COLUMN adpipe.failure.is_local IS 'Whether this server failed, and not the platform, the network or an answer.';

/*
 * Of an error that ends a fetch: deadlocks, locks, a full disk and files are this
 * server's, whatever the account.  Memory and internal errors can hang on one
 * account's answer.  53400 is a platform's quota where the connector says when to
 * come back, else temp_file_limit of this server.
 */
CREATE FUNCTION adpipe_internal.is_local_code(code text, retry text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN code ~ '^(40|531|533|55|58)' OR code = '53400' AND coalesce(retry, '') !~ '^retry_at=';
COMMENT ON FUNCTION adpipe_internal.is_local_code(text, text) IS
    'Whether SQLSTATE and constraint name of an error can only be this server''s.';
REVOKE ALL ON FUNCTION adpipe_internal.is_local_code(text, text) FROM PUBLIC;

/* Constraints that wait for the commit are checked here, where their error is caught. */
CREATE FUNCTION adpipe_internal.attempt(step text) RETURNS adpipe.failure
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    failure adpipe.failure;
BEGIN
    EXECUTE step;
    SET CONSTRAINTS ALL IMMEDIATE;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failure.message = MESSAGE_TEXT, failure.code = RETURNED_SQLSTATE,
        failure.detail = PG_EXCEPTION_DETAIL, failure.hint = PG_EXCEPTION_HINT, failure.retry = CONSTRAINT_NAME;
    failure.is_local := adpipe_internal.is_local_code(failure.code, failure.retry);
    RETURN failure;
END
$$;
COMMENT ON FUNCTION adpipe_internal.attempt(text) IS
    'Runs a statement; returns the error that it ended with, else NULL. Nothing of a statement that failed stays.';
REVOKE ALL ON FUNCTION adpipe_internal.attempt(text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.own_failure(failure adpipe.failure) RETURNS adpipe.failure
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(failure.message, failure.code, failure.detail, failure.hint, failure.retry, true)::adpipe.failure
    WHERE failure.message IS NOT NULL
$$;
COMMENT ON FUNCTION adpipe_internal.own_failure(adpipe.failure) IS
    'The error of a step that sends no request, as an error of this server; NULL: no error.';
REVOKE ALL ON FUNCTION adpipe_internal.own_failure(adpipe.failure) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.warn(what text, failure adpipe.failure) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    about text := format('%s: %s', what, failure.message);
    particulars text := coalesce(nullif(failure.detail, ''), 'SQLSTATE ' || failure.code, 'Its run ended.');
BEGIN
    IF failure.hint <> '' THEN
        RAISE WARNING USING MESSAGE = about, ERRCODE = coalesce(failure.code, '01000'), DETAIL = particulars, HINT = failure.hint;
    ELSE
        RAISE WARNING USING MESSAGE = about, ERRCODE = coalesce(failure.code, '01000'), DETAIL = particulars;
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.warn(text, adpipe.failure) IS 'Raises an error that was caught as a warning.';
REVOKE ALL ON FUNCTION adpipe_internal.warn(text, adpipe.failure) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.bounded(words text, most integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN length(w) > most THEN left(w, most - 1) || '…' ELSE nullif(w, '') END
    FROM regexp_replace(btrim(words), '[[:space:][:cntrl:]]+', ' ', 'g') w
$$;
COMMENT ON FUNCTION adpipe_internal.bounded(text, integer) IS 'A text on one line, cut if it is longer; NULL for an empty one.';
REVOKE ALL ON FUNCTION adpipe_internal.bounded(text, integer) FROM PUBLIC;

/*
 * The connector writes subject, HTTP status and the platform's code at the front
 * of a detail.  Request id and words follow, which differ from account to account.
 */
CREATE FUNCTION adpipe_internal.failure_head(detail text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN substring(detail FROM '(HTTP \d+(?:, (?!request id |after )[^ ,:]+(?: [^ ,:]+)?)?)');
COMMENT ON FUNCTION adpipe_internal.failure_head(text) IS
    'HTTP status and code of the platform in the detail of an error; NULL: the detail names no status.';

/*
 * Accounts can be asked for together, and the words about one are not for the
 * readers of another.  The detail of a local error can quote rows, but for those
 * of a disk, a lock or a file.
 */
CREATE FUNCTION adpipe_internal.for_ledger(failure adpipe.failure, account_id text DEFAULT NULL)
    RETURNS adpipe.failure
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(adpipe_internal.bounded(failure.message, 500), failure.code,
               adpipe_internal.bounded(CASE WHEN failure.is_local AND NOT adpipe_internal.is_local_code(failure.code, failure.retry) THEN NULL
                                            WHEN about <> account_id THEN adpipe_internal.failure_head(failure.detail)
                                            WHEN account_id IS NOT NULL THEN regexp_replace(failure.detail, '^account [^:]*: ', '', 'i')
                                            ELSE failure.detail END, 1000),
               adpipe_internal.bounded(failure.hint, 500), failure.retry, coalesce(failure.is_local, false))::adpipe.failure
    FROM substring(failure.detail FROM '(?i)^account ([^ ,:]+)') about
$$;
COMMENT ON FUNCTION adpipe_internal.for_ledger(adpipe.failure, text) IS
    'What the ledger keeps of an error; account_id: beside one account, whose name the detail then does without.';
REVOKE ALL ON FUNCTION adpipe_internal.for_ledger(adpipe.failure, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.failure_text(error text, detail text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT nullif(concat_ws('. ', error, detail), '') $$;
COMMENT ON FUNCTION adpipe_internal.failure_text(text, text) IS 'Message and detail of an error as one text.';

/* A full disk names another file for each copy, so that its message is not part of the cause. */
CREATE FUNCTION adpipe_internal.failure_cause(server name, failure adpipe.failure) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN failure.code IS NULL OR failure.is_local AND failure.code !~ '^5[38]' THEN NULL
                WHEN failure.is_local THEN 'this server: SQLSTATE ' || failure.code
                ELSE format('server %s: %s', server, concat_ws(', ', 'SQLSTATE ' || failure.code,
                                                               adpipe_internal.failure_head(failure.detail), failure.message)) END
$$;
COMMENT ON FUNCTION adpipe_internal.failure_cause(name, adpipe.failure) IS
    'What errors of one cause have in common: the server, SQLSTATE, HTTP status, the platform''s code and the message. NULL: the error stands alone.';

CREATE FUNCTION adpipe_internal.server_of(source regclass) RETURNS name
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT s.srvname FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver WHERE t.ftrelid = source $$;
COMMENT ON FUNCTION adpipe_internal.server_of(regclass) IS 'The server of a foreign table; NULL: it is gone.';

/* Less five seconds: to a scheduler that calls by the minute, a minute is over at the next call. */
CREATE FUNCTION adpipe_internal.back_off(failures integer) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN least(pg_catalog.power(2, least(greatest(failures, 1), 10) - 1), 60) * interval '1 minute' - interval '5 seconds';
COMMENT ON FUNCTION adpipe_internal.back_off(integer) IS
    'How long to leave alone what failed so many times in a row: 1, 2, 4 and so on up to 60 minutes.';

/* An ALTER gives the row another xmin, whatever it changes. */
CREATE FUNCTION adpipe_internal.access_mark(source regclass, role name) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%s/%s/%s', t.xmin, s.xmin,
                  (SELECT m.xmin FROM pg_user_mapping m
                   WHERE m.umserver = s.oid AND m.umuser IN (0, (SELECT r.oid FROM pg_roles r WHERE r.rolname = role))
                   ORDER BY m.umuser DESC LIMIT 1))
    FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver
    WHERE t.ftrelid = source
$$;
COMMENT ON FUNCTION adpipe_internal.access_mark(regclass, name) IS
    'A mark of a foreign table''s options, its server and the user mapping of a role, which changes when one of them is altered.';
REVOKE ALL ON FUNCTION adpipe_internal.access_mark(regclass, name) FROM PUBLIC;
