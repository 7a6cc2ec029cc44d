/*
 * adpipe_test--1.0.sql
 *	  Pieces of adpipe's C, for its tests.
 */

CREATE SCHEMA adpipe_test;

-- One request on a group of its own.  Headers are "Name: value".
CREATE FUNCTION adpipe_test.fetch(
	url text,
	method text DEFAULT 'GET',
	headers text[] DEFAULT '{}',
	body text DEFAULT NULL,
	connect_timeout_ms int DEFAULT 10000,
	request_timeout_ms int DEFAULT 60000,
	max_body_bytes bigint DEFAULT 1000000000,
	want_header text DEFAULT NULL,
	OUT outcome text,
	OUT status int,
	OUT answer bytea,
	OUT header text,
	OUT wire_bytes bigint,
	OUT elapsed_us bigint,
	OUT problem text,
	OUT words text)
AS 'MODULE_PATHNAME', 'test_fetch' LANGUAGE C VOLATILE;

-- All at once on one group; bodies in the order of the URLs.
CREATE FUNCTION adpipe_test.fetch_all(urls text[])
RETURNS text[]
AS 'MODULE_PATHNAME', 'test_fetch_all' LANGUAGE C STRICT VOLATILE;

-- By a group of the pool.  With fail_after > 0: ERROR after that many waits of
-- at most a millisecond, while the transfer is under way.
CREATE FUNCTION adpipe_test.fetch_pooled(
	serverid oid, umid oid, url text, fail_after int DEFAULT 0)
RETURNS text
AS 'MODULE_PATHNAME', 'test_fetch_pooled' LANGUAGE C STRICT VOLATILE;

-- Returns a group to the pool while a transfer is under way.
CREATE FUNCTION adpipe_test.return_busy(serverid oid, umid oid, url text)
RETURNS void
AS 'MODULE_PATHNAME', 'test_return_busy' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.pool_idle_count()
RETURNS int
AS 'MODULE_PATHNAME', 'test_pool_idle_count' LANGUAGE C STRICT VOLATILE;

-- Waits for a group's alarm; returns the milliseconds that took.
CREATE FUNCTION adpipe_test.wait_for_alarm(delay_ms bigint)
RETURNS double precision
AS 'MODULE_PATHNAME', 'test_wait_for_alarm' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.url_allowed(url text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'test_url_allowed' LANGUAGE C STRICT VOLATILE;

-- What adpipe.ca_file sets where adpipe is loaded.
CREATE FUNCTION adpipe_test.use_ca_file(path text)
RETURNS void
AS 'MODULE_PATHNAME', 'test_use_ca_file' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.retry_decide(
	attempt int,
	max_retries int,
	outcome text,
	status int,
	is_transient boolean,
	is_permanent boolean,
	asked_wait_ms bigint,
	affordable_ms bigint,
	random double precision,
	OUT verdict text,
	OUT wait_ms bigint)
AS 'MODULE_PATHNAME', 'test_retry_decide' LANGUAGE C STRICT VOLATILE;

-- now: seconds since 1970.
CREATE FUNCTION adpipe_test.retry_after_ms(value text, now bigint)
RETURNS bigint
AS 'MODULE_PATHNAME', 'test_retry_after_ms' LANGUAGE C VOLATILE;

-- What the retry policy makes of a failure.  left_ms -1: no limit.  error: the
-- SQLSTATE if it is one in the end.
CREATE FUNCTION adpipe_test.remedy(
	platform text,
	status int,
	body text,
	retry_after text DEFAULT NULL,
	outcome text DEFAULT 'done',
	attempts int DEFAULT 1,
	max_retries int DEFAULT 5,
	left_ms bigint DEFAULT 120000,
	days int DEFAULT 7,
	has_renewed boolean DEFAULT false,
	renews_tokens boolean DEFAULT true,
	secrets_changed boolean DEFAULT false,
	OUT remedy text,
	OUT wait_ms bigint,
	OUT error text,
	OUT hint text)
AS 'MODULE_PATHNAME', 'test_remedy' LANGUAGE C VOLATILE;

CREATE FUNCTION adpipe_test.jwt_rs256(key text, header text, claims text)
RETURNS text
AS 'MODULE_PATHNAME', 'test_jwt_rs256' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.job_gap_ms(elapsed_ms bigint)
RETURNS bigint
AS 'MODULE_PATHNAME', 'test_job_gap_ms' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.job_is_stuck(idle_ms bigint, timeout_ms bigint)
RETURNS boolean
AS 'MODULE_PATHNAME', 'test_job_is_stuck' LANGUAGE C STRICT VOLATILE;

-- What Meta's usage headers add up to, for requests of a path.  Headers are
-- "name value".
CREATE FUNCTION adpipe_test.meta_usage(path text, headers text[])
RETURNS text
AS 'MODULE_PATHNAME', 'test_meta_usage' LANGUAGE C STRICT VOLATILE;

-- The signature of a request to Naver SearchAd.
CREATE FUNCTION adpipe_test.naver_sign(secret_key text, at text, method text, path text) RETURNS text
AS 'MODULE_PATHNAME', 'test_naver_sign' LANGUAGE C STRICT;
