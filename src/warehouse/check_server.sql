/*
 * check_server.sql: whether a server works, from address to quota.
 *
 * The steps are functions in C that throw what a scan would throw.  Each line that
 * is not well holds what to do.
 */

CREATE FUNCTION adpipe_internal.server_facts(
    server name, OUT platform text, OUT endpoint text, OUT is_own_endpoint boolean, OUT api_version text,
    OUT account_option text, OUT account_ids text[], OUT tells_account boolean)
    AS 'MODULE_PATHNAME', 'adpipe_server_facts' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.server_facts(name) IS
    'What the options of a server say: address, version, accounts (NULL: all), and whether the platform can be asked about a single account. Sends no request.';
REVOKE ALL ON FUNCTION adpipe_internal.server_facts(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.server_sign_in(server name) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_server_sign_in' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.server_sign_in(name) IS
    'Signs in to a server as a scan does; returns whether the access token is renewed by itself. Sends a request unless a token is kept.';
REVOKE ALL ON FUNCTION adpipe_internal.server_sign_in(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.server_token(server name, OUT scopes text, OUT missing_scopes text, OUT expires_at timestamptz)
    AS 'MODULE_PATHNAME', 'adpipe_server_token' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.server_token(name) IS
    'What the platform reports about the access token: scopes, those that reports need and it lacks, and its end, infinity for none; NULL where it reports nothing. Sends a request.';
REVOKE ALL ON FUNCTION adpipe_internal.server_token(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.server_account_list(
    server name, OUT account_id text, OUT account_name text, OUT time_zone text, OUT currency text, OUT is_closed boolean)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_server_account_list' LANGUAGE C STRICT VOLATILE ROWS 10;
COMMENT ON FUNCTION adpipe_internal.server_account_list(name) IS
    'The accounts that the platform lists, closed ones too where it lists them. Sends a request for each page of the list.';
REVOKE ALL ON FUNCTION adpipe_internal.server_account_list(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.server_account(
    server name, account text, OUT account_id text, OUT account_name text, OUT time_zone text, OUT currency text, OUT is_closed boolean)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_server_account' LANGUAGE C STRICT VOLATILE ROWS 1;
COMMENT ON FUNCTION adpipe_internal.server_account(name, text) IS
    'One account, as the platform describes it. Sends a request.';
REVOKE ALL ON FUNCTION adpipe_internal.server_account(name, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.requests_sent() RETURNS bigint
    AS 'MODULE_PATHNAME', 'adpipe_requests_sent' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.requests_sent() IS 'The number of requests that this session has sent.';
REVOKE ALL ON FUNCTION adpipe_internal.requests_sent() FROM PUBLIC;

CREATE TYPE adpipe.check_line AS (item text, status text, detail text);
COMMENT ON TYPE adpipe.check_line IS 'A line of check_server().';
COMMENT ON COLUMN adpipe.check_line.item IS 'What was looked at.';
COMMENT ON COLUMN adpipe.check_line.status IS 'ok, warning, failed or skipped.';
COMMENT ON COLUMN adpipe.check_line.detail IS 'What was found, and what to do.';

CREATE FUNCTION adpipe_internal.version_line(server name, version text, platform text) RETURNS adpipe.check_line
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW('API version', CASE WHEN w.problem IS NULL THEN 'ok' ELSE 'warning' END,
               CASE WHEN w.problem IS NULL
                    THEN concat(version, CASE WHEN w.sunset IS NULL THEN ', whose end is not announced' ELSE ', which ends in ' || to_char(w.sunset, 'YYYY-MM') END)
                    ELSE concat_ws(' ', w.problem || '.', w.action) END)::adpipe.check_line
    FROM adpipe_internal.version_state(server, version, platform) w
$$;
COMMENT ON FUNCTION adpipe_internal.version_line(name, text, text) IS
    'The line of check_server() about the version of the platform''s API.';
REVOKE ALL ON FUNCTION adpipe_internal.version_line(name, text, text) FROM PUBLIC;

/* An error that says nothing about the thing asked for: nothing answered, or the quota is used up. */
CREATE FUNCTION adpipe_internal.failed_line(thing text, failure adpipe.failure) RETURNS adpipe.check_line
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(CASE WHEN failure.code IN ('HV00N', 'HV00M') THEN 'reachable'
                    WHEN failure.code = '53400' AND NOT coalesce(failure.is_local, false) THEN 'quota'
                    WHEN failure.code = '28000' AND thing NOT LIKE 'account %' THEN 'credentials'
                    WHEN failure.code = '42704' THEN 'user mapping'
                    WHEN failure.code = '42501' THEN 'endpoint'
                    ELSE thing END,
               'failed', concat_ws(' ', failure.message || '.', nullif(failure.detail, ''), nullif(failure.hint, '')))::adpipe.check_line
$$;
COMMENT ON FUNCTION adpipe_internal.failed_line(text, adpipe.failure) IS
    'The line of check_server() about a step that failed.';
REVOKE ALL ON FUNCTION adpipe_internal.failed_line(text, adpipe.failure) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.account_line(account_id text, account_name text, time_zone text, currency text, is_closed boolean)
    RETURNS adpipe.check_line
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW('account ' || account_id, CASE WHEN is_closed THEN 'warning' ELSE 'ok' END,
               concat(account_name, ': ', CASE WHEN is_closed THEN 'closed' ELSE 'open' END, ', ', coalesce(currency, 'no currency'), ', ', coalesce(time_zone, 'no time zone'),
                      CASE WHEN is_closed THEN '. * leaves it out; its stored days stay. Take it out of the option, or have it opened again.' END))::adpipe.check_line
$$;
COMMENT ON FUNCTION adpipe_internal.account_line(text, text, text, text, boolean) IS
    'The line of check_server() about an account.';
REVOKE ALL ON FUNCTION adpipe_internal.account_line(text, text, text, text, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.token_line(server name) RETURNS SETOF adpipe.check_line
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'token',
           CASE WHEN t.expires_at IS NULL THEN 'skipped'
                WHEN t.missing_scopes IS NOT NULL OR t.expires_at < adpipe_internal.clock() THEN 'failed'
                WHEN t.expires_at < adpipe_internal.clock() + interval '14 days' THEN 'warning'
                ELSE 'ok' END,
           CASE WHEN t.expires_at IS NULL THEN 'The platform reports nothing about it.'
                WHEN t.missing_scopes IS NOT NULL
                THEN format('It has the scopes %s. Reports need %s: grant it, make a new token, and put that into the user mapping.', t.scopes, t.missing_scopes)
                WHEN t.expires_at = 'infinity' THEN format('scopes %s; it does not expire', t.scopes)
                WHEN t.expires_at < adpipe_internal.clock() + interval '14 days'
                THEN format('It ends %s. Make a new token and put it into the user mapping; a system user''s token does not expire.', e.moment)
                ELSE format('scopes %s; it ends %s', t.scopes, e.moment) END
    FROM adpipe_internal.server_token(server) t
    CROSS JOIN LATERAL (SELECT to_char(t.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')) e (moment)
$$;
COMMENT ON FUNCTION adpipe_internal.token_line(name) IS
    'The line of check_server() about the access token.';
REVOKE ALL ON FUNCTION adpipe_internal.token_line(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.quota_lines(server name) RETURNS SETOF adpipe.check_line
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'quota', CASE WHEN q.blocked_until IS NOT NULL OR q.used_percent >= 75 THEN 'warning' ELSE 'ok' END,
           concat_ws(' ', concat(q.applies_to, ' of account ' || q.account_id, ':'), round(q.used_percent::numeric) || ' % used.',
                     CASE WHEN q.blocked_until IS NOT NULL
                          THEN format('Not asked before %s: %s. SELECT adpipe.reset_breaker(%L) lets the next statement ask at once.', to_char(q.blocked_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), q.reason, server) END)
    FROM adpipe.quota q
    WHERE q.server_name = server AND (q.used_percent IS NOT NULL OR q.blocked_until IS NOT NULL)
    UNION ALL
    SELECT 'quota', 'skipped', 'The platform has said nothing about it.'
    WHERE NOT EXISTS (SELECT FROM adpipe.quota q WHERE q.server_name = server AND (q.used_percent IS NOT NULL OR q.blocked_until IS NOT NULL))
$$;
COMMENT ON FUNCTION adpipe_internal.quota_lines(name) IS
    'The lines of check_server() about quotas.';
REVOKE ALL ON FUNCTION adpipe_internal.quota_lines(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.try_lines(thing text, step text) RETURNS SETOF adpipe.check_line
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    failure adpipe.failure;
BEGIN
    RETURN QUERY EXECUTE step;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failure.message = MESSAGE_TEXT, failure.code = RETURNED_SQLSTATE,
        failure.detail = PG_EXCEPTION_DETAIL, failure.hint = PG_EXCEPTION_HINT;
    RETURN NEXT adpipe_internal.failed_line(thing, failure);
END
$$;
COMMENT ON FUNCTION adpipe_internal.try_lines(text, text) IS
    'The lines that a query returns, or one about its error.';
REVOKE ALL ON FUNCTION adpipe_internal.try_lines(text, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.listed_lines(server name, ids text[], account_option text) RETURNS SETOF adpipe.check_line
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH listed AS MATERIALIZED (SELECT * FROM adpipe_internal.server_account_list(server))
    SELECT k.* FROM listed l, adpipe_internal.account_line(l.account_id, l.account_name, l.time_zone, l.currency, l.is_closed) k
    WHERE ids IS NULL OR l.account_id = ANY (ids)
    UNION ALL
    SELECT 'account ' || i.id, 'failed', format('The platform does not list it for these credentials. Check option "%s" and the token in the user mapping.', account_option)
    FROM unnest(ids) i (id) WHERE NOT EXISTS (SELECT FROM listed l WHERE l.account_id = i.id)
    UNION ALL
    SELECT 'accounts', 'failed', format('The platform lists no open account for these credentials. Give them access, or list the accounts in option "%s".', account_option)
    WHERE ids IS NULL AND NOT EXISTS (SELECT FROM listed l WHERE NOT l.is_closed)
$$;
COMMENT ON FUNCTION adpipe_internal.listed_lines(name, text[], text) IS
    'The lines of check_server() about accounts of a platform that only lists them; ids NULL: all.';
REVOKE ALL ON FUNCTION adpipe_internal.listed_lines(name, text[], text) FROM PUBLIC;

/* Each account on its own, so that one that fails hides none. */
CREATE FUNCTION adpipe_internal.account_lines(server name, ids text[]) RETURNS SETOF adpipe.check_line
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    line adpipe.check_line;
    id text;
BEGIN
    FOREACH id IN ARRAY ids[1:50] LOOP
        FOR line IN SELECT * FROM adpipe_internal.try_lines('account ' || id,
            format('SELECT l.* FROM adpipe_internal.server_account(%L, %L) a, adpipe_internal.account_line(a.account_id, a.account_name, a.time_zone, a.currency, a.is_closed) l', server, id))
        LOOP
            RETURN NEXT line;
        END LOOP;
        -- the next one would meet the same
        EXIT WHEN line.item IN ('reachable', 'quota');
    END LOOP;
    IF cardinality(ids) > 50 THEN
        RETURN NEXT ROW('accounts', 'skipped', format('%s accounts beyond the first 50 were not asked for.', cardinality(ids) - 50))::adpipe.check_line;
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.account_lines(name, text[]) IS
    'The lines of check_server() about accounts of a platform that is asked about each: at most 50.';
REVOKE ALL ON FUNCTION adpipe_internal.account_lines(name, text[]) FROM PUBLIC;

/* A token of the user mapping is proven by the first account that it reads. */
CREATE FUNCTION adpipe_internal.platform_lines(server name, platform text, ids text[], account_option text, tells_account boolean)
    RETURNS SETOF adpipe.check_line
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    credentials adpipe.check_line;
    token adpipe.check_line;
    accounts adpipe.check_line[];
BEGIN
    SELECT * INTO credentials FROM adpipe_internal.try_lines('credentials', format(
        $q$SELECT 'credentials', 'ok', CASE WHEN s THEN 'The access token is fetched and renewed by itself.' ELSE 'The access token of the user mapping.' END
           FROM adpipe_internal.server_sign_in(%L) s$q$, server));
    IF credentials.status = 'failed' THEN
        RETURN NEXT credentials;
        RETURN NEXT ROW('token', 'skipped', 'See the lines that failed.')::adpipe.check_line;
        RETURN NEXT ROW('accounts', 'skipped', 'See the lines that failed.')::adpipe.check_line;
        RETURN;
    END IF;
    SELECT * INTO token FROM adpipe_internal.try_lines('token', format('SELECT * FROM adpipe_internal.token_line(%L)', server));
    accounts := ARRAY(SELECT l FROM adpipe_internal.try_lines('accounts', CASE WHEN tells_account AND ids IS NOT NULL
        THEN format('SELECT * FROM adpipe_internal.account_lines(%L, %L)', server, ids)
        ELSE format('SELECT * FROM adpipe_internal.listed_lines(%L, %L, %L)', server, ids, account_option) END) l);
    IF (SELECT bool_and(a.status = 'failed' AND a.item LIKE 'account %') FROM unnest(accounts) a) THEN
        credentials.status := 'failed';
        credentials.detail := 'They read no account. ' || accounts[1].detail;
    END IF;
    RETURN QUERY SELECT c.* FROM (SELECT (credentials).*) c WHERE NOT EXISTS (SELECT FROM unnest(accounts) a WHERE a.item = 'credentials');
    RETURN NEXT token;
    RETURN QUERY SELECT a.* FROM unnest(accounts) a;
END
$$;
COMMENT ON FUNCTION adpipe_internal.platform_lines(name, text, text[], text, boolean) IS
    'The lines of check_server() for which requests are sent.';
REVOKE ALL ON FUNCTION adpipe_internal.platform_lines(name, text, text[], text, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe.check_server(server name) RETURNS TABLE (item text, status text, detail text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    facts record;
    lines adpipe.check_line[];
    sent bigint := adpipe_internal.requests_sent();
BEGIN
    SELECT * INTO facts FROM adpipe_internal.server_facts(server);
    lines := ARRAY(SELECT l FROM adpipe_internal.platform_lines(server, facts.platform, facts.account_ids, facts.account_option, facts.tells_account) l);
    sent := adpipe_internal.requests_sent() - sent;
    RETURN QUERY
        SELECT l.* FROM unnest(lines) l WHERE l.item IN ('endpoint', 'user mapping')
        UNION ALL
        SELECT 'endpoint', 'ok', concat(facts.endpoint, CASE WHEN facts.is_own_endpoint THEN ', the platform''s own' ELSE ', which adpipe.allowed_endpoints or the server''s owner allows' END)
        WHERE NOT EXISTS (SELECT FROM unnest(lines) l WHERE l.item = 'endpoint')
        UNION ALL
        SELECT v.* FROM adpipe_internal.version_line(server, facts.api_version, facts.platform) v
        UNION ALL
        SELECT l.* FROM unnest(lines) l WHERE l.item = 'reachable'
        UNION ALL
        SELECT 'reachable', CASE WHEN sent > 0 THEN 'ok' ELSE 'skipped' END,
               CASE WHEN sent > 0 THEN 'The platform answers.' ELSE 'No request was sent; see the lines that failed.' END
        WHERE NOT EXISTS (SELECT FROM unnest(lines) l WHERE l.item = 'reachable')
        UNION ALL
        SELECT l.* FROM unnest(lines) l WHERE l.item NOT IN ('endpoint', 'user mapping', 'reachable')
        UNION ALL
        SELECT q.* FROM adpipe_internal.quota_lines(server) q
        UNION ALL
        SELECT 'requests', 'ok', format('This check sent %s.', sent);
END
$$;
COMMENT ON FUNCTION adpipe.check_server(name) IS
    'Looks through a server, as the current user: address, version of the API, credentials, token, accounts, quota; for each item ok, warning, failed or skipped, and what to do. Sends few requests, and says how many.';
REVOKE ALL ON FUNCTION adpipe.check_server(name) FROM PUBLIC;
