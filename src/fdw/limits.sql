/* limits.sql: requests, quotas and circuit breakers of servers. */

CREATE FUNCTION adpipe_internal.request_counts(
    OUT server_name text, OUT role_name text, OUT requests bigint, OUT retries bigint, OUT throttled_ms bigint,
    OUT bytes bigint, OUT rows bigint, OUT errors bigint, OUT last_error text, OUT last_request_at timestamptz)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_request_counts' LANGUAGE C STRICT STABLE ROWS 20;
COMMENT ON FUNCTION adpipe_internal.request_counts() IS
    'What each role has requested through each server, as in view adpipe.requests; sends no request.';

CREATE VIEW adpipe.requests AS
    SELECT server_name, role_name, requests, retries, throttled_ms, bytes, rows, errors, last_error, last_request_at
    FROM adpipe_internal.request_counts();
COMMENT ON VIEW adpipe.requests IS
    'What each role has requested through each server on which the reader has USAGE: of all sessions since the server started where they share memory, else of this session.';
COMMENT ON COLUMN adpipe.requests.server_name IS 'Foreign server.';
COMMENT ON COLUMN adpipe.requests.role_name IS 'Role with whose user mapping the requests were made; NULL if it was dropped.';
COMMENT ON COLUMN adpipe.requests.requests IS 'HTTP requests of any purpose, sign-ins included.';
COMMENT ON COLUMN adpipe.requests.retries IS 'Repeated requests among them.';
COMMENT ON COLUMN adpipe.requests.throttled_ms IS 'Milliseconds of pauses before requests.';
COMMENT ON COLUMN adpipe.requests.bytes IS 'Bytes of response bodies, as they arrived.';
COMMENT ON COLUMN adpipe.requests.rows IS 'Rows received by scans that came to their end.';
COMMENT ON COLUMN adpipe.requests.errors IS 'Requests that failed for good.';
COMMENT ON COLUMN adpipe.requests.last_error IS 'The last of these errors, cut at 255 bytes, without secrets; only for roles whose rights the reader has, and for members of pg_read_all_stats.';
COMMENT ON COLUMN adpipe.requests.last_request_at IS 'Time of the last request.';
GRANT SELECT ON adpipe.requests TO PUBLIC;

CREATE FUNCTION adpipe_internal.quota_entries(
    OUT server_name text, OUT account_id text, OUT applies_to text, OUT used_percent double precision,
    OUT blocked_until timestamptz, OUT reason text, OUT seen_at timestamptz)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_quota_entries' LANGUAGE C STRICT STABLE ROWS 20;
COMMENT ON FUNCTION adpipe_internal.quota_entries() IS
    'What platforms have said about their quotas, as in view adpipe.quota; sends no request.';

CREATE VIEW adpipe.quota AS
    SELECT server_name, account_id, applies_to, used_percent, blocked_until, reason, seen_at
    FROM adpipe_internal.quota_entries();
COMMENT ON VIEW adpipe.quota IS
    'What platforms have said about their quotas, and servers that are not asked because they fail, for servers on which the reader has USAGE.';
COMMENT ON COLUMN adpipe.quota.server_name IS 'Foreign server; under a rate that all servers share, the one that sent the last request.';
COMMENT ON COLUMN adpipe.quota.account_id IS 'Account; NULL if the quota is not one of an account.';
COMMENT ON COLUMN adpipe.quota.applies_to IS 'Requests that count against the quota: the platform''s name for them, or their path.';
COMMENT ON COLUMN adpipe.quota.used_percent IS 'How much was used when the platform last said so; NULL: it has not.';
COMMENT ON COLUMN adpipe.quota.blocked_until IS 'No such request is sent before; NULL: requests are sent.';
COMMENT ON COLUMN adpipe.quota.reason IS 'Why not.';
COMMENT ON COLUMN adpipe.quota.seen_at IS 'Time of the platform''s last word.';
GRANT SELECT ON adpipe.quota TO PUBLIC;

CREATE FUNCTION adpipe.reset_breaker(server name) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_reset_breaker' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe.reset_breaker(name) IS
    'Lets the next statement ask a server again that was not asked because it failed or because of a quota; returns whether there was such a reason. Sends no request.';
REVOKE ALL ON FUNCTION adpipe.reset_breaker(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.shares_memory() RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_shares_memory' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.shares_memory() IS
    'Whether sessions share access tokens, lists of accounts and limits.';
REVOKE ALL ON FUNCTION adpipe_internal.shares_memory() FROM PUBLIC;
