-- Every function of the extension, called with the ends of its types: errors, but no end of the server.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;

CREATE TEMP TABLE hostile (type text, value text);
INSERT INTO hostile
SELECT t.type, v.value FROM (VALUES
	('text', $$NULL | '' | 'x' | repeat('9', 400) | 'a,b;c' | E'\n' | 'infinity'$$),
	('name', $$NULL | '' | 'x'$$),
	('cstring', $$NULL | '' | 'x'$$),
	('smallint', $$NULL | 0 | -1 | 32767 | '-32768'$$),
	('integer', $$NULL | 0 | -1 | 2147483647 | '-2147483648'$$),
	('bigint', $$NULL | 0 | -1 | 9223372036854775807 | '-9223372036854775808'$$),
	('numeric', $$NULL | 0 | -1 | 'NaN' | 'Infinity' | '-Infinity' | 1e131071 | 1e-16383$$),
	('double precision', $$NULL | '-0' | 'NaN' | 'Infinity' | '-Infinity' | 1e308 | -1e308 | 1e-308$$),
	('boolean', $$NULL | true | false$$),
	('date', $$NULL | 'infinity' | '-infinity' | '4713-01-01 BC' | '5874897-12-31' | '2026-11-01'$$),
	('timestamp without time zone', $$NULL | 'infinity' | '-infinity' | '4713-01-01 BC' | '294276-12-31'$$),
	('timestamp with time zone', $$NULL | 'infinity' | '-infinity' | '4713-01-02 BC' | '294276-12-31'$$),
	('interval', $$NULL | '0' | '-1 month' | '178000000 years' | '-178000000 years'$$),
	('jsonb', $$NULL | '{}' | '[]' | 'null' | '1' | '[{"date_day": null}]' | '[1, [2, {"a": []}]]'$$),
	('bytea', $$NULL | '' | '\x00' | '\xffffffffffffffffffffffff'$$),
	('oid', $$NULL | 0 | 1259 | 4294967295$$),
	('regclass', $$NULL | 0 | 1259 | 4294967295$$),
	('regrole', $$NULL | 0 | 4294967295$$),
	('uuid', $$NULL | '00000000-0000-0000-0000-000000000000'$$),
	('"any"', $$NULL | 1 | 'x' | 'x'::cstring | 'x'::name | row(1, 'a') | ARRAY[1] | NULL::record$$),
	('anyelement', $$NULL::text | 1 | 'x'::text | NULL::pg_class | ARRAY[1] | row(1, 2)$$),
	('adpipe.ratio_state', $$NULL | 'ratio:1:n:EUR:1:3:1:1:4:1:1'$$),
	('adpipe.adstats', $$NULL | 'adstats:1:-:50160:646:201:58:1058'$$),
	('adpipe.journeys', $$NULL | 'journeys:1:EUR:1:"u"(0=5)'$$)) t (type, values)
CROSS JOIN LATERAL unnest(string_to_array(t.values, ' | ')) v (value);
-- of arrays: none, NULL, one, two dimensions, other bounds, many
INSERT INTO hostile
SELECT format('%s[]', t.type), v.value
FROM (SELECT h.type, format('(%s)::%s', h.value, h.type) AS element, row_number() OVER (PARTITION BY h.type) AS n
	  FROM hostile h WHERE h.type NOT LIKE '%any%' AND h.type <> 'cstring' AND h.value <> 'NULL') t
CROSS JOIN LATERAL (VALUES ('NULL'), ('''{}'''), ('''{NULL}'''), (format('ARRAY[%s]', element)), (format('ARRAY[[%1$s], [%1$s]]', element)),
						   (format('array_fill(%s, ARRAY[2], ARRAY[5])', element)),
						   (format('array_fill(%s, ARRAY[1000])', element))) v (value)
WHERE t.n = 1;

CREATE FUNCTION pg_temp.call_of(function oid, round integer) RETURNS text LANGUAGE sql AS $$
	SELECT format(CASE WHEN p.prokind = 'a' THEN 'SELECT %s(%s) FROM generate_series(1, 3)' ELSE 'SELECT %s(%s)' END, p.oid::regproc,
				  string_agg(CASE WHEN h.values IS NULL THEN format('NULL::%s', a.type)
								  WHEN a.type LIKE '%any%' THEN h.values[1 + (hashint4(211 * round + n) & 65535) % cardinality(h.values)]
								  ELSE format('(%s)::%s', h.values[1 + (hashint4(211 * round + n) & 65535) % cardinality(h.values)], a.type) END, ', ' ORDER BY n))
	FROM pg_proc p
	CROSS JOIN LATERAL (SELECT format_type(t, NULL), n::integer FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u (t, n)) a (type, n)
	LEFT JOIN LATERAL (SELECT array_agg(o.value) FROM hostile o WHERE o.type = a.type) h (values) ON true
	WHERE p.oid = function GROUP BY p.oid
$$;
CREATE FUNCTION pg_temp.survives(call text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE call;
	RETURN true;
EXCEPTION WHEN OTHERS THEN
	RETURN true;
END
$$;
BEGIN;
SET LOCAL client_min_messages = error;
SELECT count(*) > 5000 AS many, bool_and(pg_temp.survives(pg_temp.call_of(p.oid, round)))
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'adpipe'
CROSS JOIN generate_series(1, 6) round
WHERE p.prokind IN ('f', 'a') AND p.pronargs > 0
  -- these count up to what they are given, and what calls them bounds it
  AND p.proname NOT IN ('doubtful_days', 'make_partitions', 'own_incomplete_days', 'remove_jobs', 'schedule_elsewhere');
-- among them is one that once ended the server
SELECT count(*) > 0 AS is_called FROM generate_series(1, 6) round
WHERE pg_temp.call_of('adpipe_internal.hash_row(text[], "any")'::regprocedure, round) ~ '\(ARRAY\[\([^,]*\]\)::text\[\], ''x''(::cstring)?\)$';
ROLLBACK;
