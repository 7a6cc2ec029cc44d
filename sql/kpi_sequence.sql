-- sequence_match and sequence_count: patterns in what users did.  Truth tables
-- of ClickHouse's sequenceMatch and sequenceCount (run on 18.16.1), the syntax,
-- and what is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- What a query returns, or the error it raises
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	message text;
	detail text;
BEGIN
	EXECUTE query INTO result;
	RETURN COALESCE(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, message, NULLIF(detail, ''));
END
$$;

-- Match and count of a pattern over rows in a text: '1:2' is number 2 at 1; so
-- many conditions, condition n being number = n.  Rows come in several orders,
-- and times are taken as bigint and as seconds of a timestamp: all must agree.
CREATE FUNCTION pg_temp.found(events text, pattern text, conditions int, within bigint DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answers text[];
BEGIN
	SELECT array_agg(DISTINCT CASE WHEN is_match = (matches > 0) THEN matches::text ELSE 'contradiction' END)
	  INTO answers
	  FROM (SELECT run,
				   unnest(CASE WHEN within IS NULL THEN ARRAY[
						adpipe.sequence_match(pattern, at, VARIADIC met),
						adpipe.sequence_match(pattern, to_timestamp(at), VARIADIC met),
						adpipe.sequence_match(pattern, to_timestamp(at) AT TIME ZONE 'UTC', VARIADIC met)]
						ELSE ARRAY[
						adpipe.sequence_match(pattern, within, at, VARIADIC met),
						adpipe.sequence_match(pattern, make_interval(secs => within), to_timestamp(at), VARIADIC met),
						adpipe.sequence_match(pattern, make_interval(secs => within), to_timestamp(at) AT TIME ZONE 'UTC', VARIADIC met)]
						END) AS is_match,
				   unnest(CASE WHEN within IS NULL THEN ARRAY[
						adpipe.sequence_count(pattern, at, VARIADIC met),
						adpipe.sequence_count(pattern, to_timestamp(at), VARIADIC met),
						adpipe.sequence_count(pattern, to_timestamp(at) AT TIME ZONE 'UTC', VARIADIC met)]
						ELSE ARRAY[
						adpipe.sequence_count(pattern, within, at, VARIADIC met),
						adpipe.sequence_count(pattern, make_interval(secs => within), to_timestamp(at), VARIADIC met),
						adpipe.sequence_count(pattern, make_interval(secs => within), to_timestamp(at) AT TIME ZONE 'UTC', VARIADIC met)]
						END) AS matches
			  FROM (SELECT run, split_part(word, ':', 1)::bigint AS at,
						   ARRAY(SELECT split_part(word, ':', 2)::int = n FROM generate_series(1, conditions) AS n) AS met
					  FROM regexp_split_to_table(events, ' ') WITH ORDINALITY AS t (word, place),
						   generate_series(-1, 4) AS run
					 ORDER BY run, CASE WHEN run < 2 THEN run * place ELSE random() END) AS ordered
			 GROUP BY run) AS runs;
	RETURN CASE WHEN cardinality(answers) = 1 THEN answers[1] ELSE answers::text END;
END
$$;

-- The table of kpi.md E.2
SELECT events, pattern, conditions, pg_temp.found(events, pattern, conditions) AS count, expected
  FROM (VALUES
	('1:1 2:3 3:2', '(?1)(?2)', 2, 1),		-- row 3 is no event
	('1:1 2:3 3:2', '(?1)(?2)', 3, 0),
	('1:1 2:3 3:2', '(?1).*(?2)', 3, 1),
	('1:1 2:3 3:2', '(?1).(?2)', 3, 1),
	('1:1 3:2', '(?1)(?t>=2)(?2)', 2, 1),
	('1:1 3:2', '(?1)(?t>2)(?2)', 2, 0),
	('1:1 10:1 12:2', '(?1)(?t<=5)(?2)', 2, 1),
	('1:1 2:3 3:2 4:1 5:3 6:2', '(?1).*(?2)', 3, 2),
	('1:1 2:1 3:1 4:1', '(?1)(?1)', 1, 2),
	('1:1 2:1 3:1', '(?1)(?1)', 1, 1)
	) AS t (events, pattern, conditions, expected);

-- Time between two events: others may stand between them; conditions add up
SELECT pattern, within, pg_temp.found('0:1 4:3 9:2 10:1 13:2 20:3', pattern, 3, within) AS count, expected
  FROM (VALUES
	('(?1)(?t==9)(?2)', NULL, 1), ('(?1)(?t==3)(?2)', NULL, 1), ('(?1)(?t==8)(?2)', NULL, 0),
	('(?1)(?t>9)(?2)', NULL, 1), ('(?1)(?t>13)(?2)', NULL, 0), ('(?1)(?t<3)(?2)', NULL, 0),
	('(?1)(?t<4)(?2)', NULL, 1), ('(?1)(?t<10)(?2)', NULL, 2),
	('(?1)(?t>=4)(?t<=9)(?2)', NULL, 1), ('(?1)(?t>=10)(?t<=9)(?2)', NULL, 0),
	('(?1)(?t>=9).*(?3)', NULL, 1), ('(?1).*(?t>=9)(?3)', NULL, 1),
	('(?1)(?2)', NULL, 1), ('(?1).(?2)', NULL, 1), ('.*(?1).*.(?2).*', NULL, 1),
	('.', NULL, 6), ('..', NULL, 3), ('...', NULL, 2), ('(?3)(?t<1000).', NULL, 1),
	-- the whole chain: from the first to the last event, both included
	('(?1).*(?2)', 9, 2), ('(?1).*(?2)', 8, 1), ('(?1).*(?2)', 2, 0),
	('(?1).*(?2).*(?3)', 20, 1), ('(?1).*(?2).*(?3)', 10, 1), ('(?1).*(?2).*(?3)', 9, 0),
	('(?1)', 0, 2), ('(?1)(?t>=10)(?2)(?t>=7)(?3)', 20, 1), ('(?1)(?t>=10)(?2)(?t>=7)(?3)', 19, 0)
	) AS t (pattern, within, expected);

-- A later start may lie outside where an earlier one is inside, and the other
-- way round: none is given up too early
SELECT events, pattern, within, pg_temp.found(events, pattern, 3, within) AS count, expected
  FROM (VALUES
	('0:1 5:1 8:2', '(?1)(?t>=8)(?2)', NULL, 1),
	('0:1 5:1 8:2', '(?1)(?t<=3)(?2)', NULL, 1),
	('0:1 2:1 5:2 9:2 12:3', '(?1)(?t>=7)(?2)(?t<=3)(?3)', NULL, 1),
	('0:1 2:1 5:2 9:2 12:3', '(?1)(?t>=7)(?2)(?t<=3)(?3)', 10, 1),
	('0:1 2:1 5:2 9:2 12:3', '(?1)(?t>=8)(?2)(?t<=3)(?3)', 11, 0),
	('0:1 1:1 1:2 2:3', '(?1)(?2)(?3)', NULL, 1),
	('1:2 1:1', '(?1)(?2)', NULL, 1),
	('1:1 1:1 1:2', '(?1)(?1)(?2)', 0, 1)
	) AS t (events, pattern, within, expected);

-- Rows that meet several conditions; fractions of a second; a million events
-- are no quadratic matter
SELECT adpipe.sequence_count('(?1)(?2)', at, true, at > 2) AS both,
	   adpipe.sequence_match('(?1)(?t<=1.5)(?1)(?t>1.499999)(?1)', to_timestamp(at * 1.5), at <> 2) AS slow,
	   adpipe.sequence_match('(?1)(?t<=1.5)(?1)(?t>1.499999)(?1)', to_timestamp(at * 1.5), true) AS quick
  FROM generate_series(1, 4) AS at;
SELECT adpipe.sequence_count('(?1)(?t>=500)(?2)(?t>1000)(?1)', 5000, at, at % 2 = 0, at % 3 = 0) AS count,
	   adpipe.sequence_match('(?1)(?t>=500)(?2).*(?3)', at, at % 2 = 0, at % 3 = 0, at < 0 AND at > 0) AS is_match
  FROM generate_series(1, 200000) AS at;

-- No rows, no events
SELECT adpipe.sequence_match('(?1)', at, true) AS no_time, adpipe.sequence_count('(?1)', at, true) AS no_times
  FROM (VALUES (NULL::bigint)) AS v (at);
SELECT adpipe.sequence_match('(?1)', 1, false, NULL) AS no_event, adpipe.sequence_count('(?1)', 1, false) AS no_events;

-- What is refused
SELECT pattern, pg_temp.outcome(format('SELECT adpipe.sequence_match(%L, 1, true, false)', pattern)) AS outcome
  FROM unnest(ARRAY['', '.*', ' (?1) . (?t >= 5) (?2) ', '(?0)', '(?3)', '(?x)', '(?1', '(?1)x', '(?1)(?t5)(?2)', '(?1)(?t>)(?2)',
	'(?1)(?t>=1.5)(?2)', '(?1)(?t>=-1)(?2)', '(?t>1)(?1)', '(?1)(?t>1)', '(?1)(?t>1).*', '(?1)(?t>99999999999999999999)(?2)',
	'(?99999999999)', '?', '(?1)*', '(?1)ä(?2)', '(1)', '(?1)(?t=>1)(?2)', '(?1)(?t>9223372036854775807)(?2)', repeat('.', 64), repeat('.', 65)]) AS pattern;
SELECT query, pg_temp.outcome('SELECT adpipe.' || query) AS outcome
  FROM (VALUES
	('sequence_match(''(?1)(?t<=9999999999999)(?1)'', now(), true)'),
	('sequence_match(''(?1)(?t<=1.)(?1)'', now(), true)'),
	('sequence_match(''(?1)(?t<=1.1234567)(?1)'', now(), true)'),
	('sequence_match(repeat(''.*'', 501), now(), true)'),
	('sequence_match(NULL, 1, true)'),
	('sequence_match(''(?1)'', NULL::bigint, at, true) FROM (VALUES (1::bigint)) AS v (at)'),
	('sequence_count(''(?1)'', -1, 1, true)'),
	('sequence_count(''(?1)'', ''1 year'', now(), true)'),
	('sequence_count(''(?1)'', now(), true) FILTER (WHERE false)'),
	('sequence_count(p, 1, true) FROM (VALUES (''(?1)''), (''.'')) AS v (p)')
	) AS q (query);
