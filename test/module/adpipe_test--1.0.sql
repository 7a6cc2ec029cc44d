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

CREATE FUNCTION adpipe_test.jwt_rs256(key text, header text, claims text)
RETURNS text
AS 'MODULE_PATHNAME', 'test_jwt_rs256' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.job_gap_ms(elapsed_ms bigint)
RETURNS bigint
AS 'MODULE_PATHNAME', 'test_job_gap_ms' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.job_is_stuck(idle_ms bigint, timeout_ms bigint)
RETURNS boolean
AS 'MODULE_PATHNAME', 'test_job_is_stuck' LANGUAGE C STRICT VOLATILE;

-- What is at a path of a document, with ? for what is no text.
CREATE FUNCTION adpipe_test.json_find(document text, path text)
RETURNS text
AS 'MODULE_PATHNAME', 'test_json_find' LANGUAGE C STRICT VOLATILE;

-- The failures of kinds.c, by number.
CREATE FUNCTION adpipe_test.failure(
	kind int,
	status int,
	body text,
	days int DEFAULT 0,
	OUT sqlstate text,
	OUT code text,
	OUT message text,
	OUT request_id text,
	OUT hint text,
	OUT says text,
	OUT retry_after_ms bigint)
AS 'MODULE_PATHNAME', 'test_failure' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.failure_told(
	document text,
	OUT sqlstate text,
	OUT code text,
	OUT message text,
	OUT request_id text,
	OUT hint text,
	OUT says text,
	OUT retry_after_ms bigint)
AS 'MODULE_PATHNAME', 'test_failure_told' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION adpipe_test.failure_text(
	sentence text,
	OUT sqlstate text,
	OUT code text,
	OUT message text,
	OUT request_id text,
	OUT hint text,
	OUT says text,
	OUT retry_after_ms bigint)
AS 'MODULE_PATHNAME', 'test_failure_text' LANGUAGE C STRICT VOLATILE;

-- The promises of kinds.c, by number, and the kind of answer by its.
CREATE FUNCTION adpipe_test.verdict(promises int, kind int, document text)
RETURNS text
AS 'MODULE_PATHNAME', 'test_verdict' LANGUAGE C STRICT VOLATILE;

-- The usage of kinds.c, by number.  Headers are "name value".
CREATE FUNCTION adpipe_test.usage(kind int, path text, headers text[])
RETURNS text
AS 'MODULE_PATHNAME', 'test_usage' LANGUAGE C STRICT VOLATILE;

-- The jobs of kinds.c, by number; NULL where no job can be.  It is January 2026.
CREATE FUNCTION adpipe_test.job_is_better(
	kind int, source text, breakdowns text, field text, since date, days int)
RETURNS boolean
AS 'MODULE_PATHNAME', 'test_job_is_better' LANGUAGE C VOLATILE;

CREATE FUNCTION adpipe_test.job_read(kind int, document text)
RETURNS text
AS 'MODULE_PATHNAME', 'test_job_read' LANGUAGE C STRICT VOLATILE;
