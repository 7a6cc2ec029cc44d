-- The hash by which a refresh compares rows: what changes it and what does not.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- NULL is a column that is not there; 0 and the empty text are values
SELECT adpipe_internal.hash_row('{a,b}', 1, NULL::integer) = adpipe_internal.hash_row('{a}', 1) AS is_absent,
       adpipe_internal.hash_row('{a,b}', 1, 0) <> adpipe_internal.hash_row('{a}', 1) AS is_zero,
       adpipe_internal.hash_row('{a,b}', 1, ''::text) <> adpipe_internal.hash_row('{a}', 1) AS is_empty;
-- a value belongs to its column
SELECT adpipe_internal.hash_row('{a,b}', 1, 2) <> adpipe_internal.hash_row('{a,b}', 2, 1) AS values_swapped,
       adpipe_internal.hash_row('{a,b}', 1, NULL::integer) <> adpipe_internal.hash_row('{a,b}', NULL::integer, 1) AS column_swapped,
       adpipe_internal.hash_row('{a,b}', 'xy'::text, 'z'::text) <> adpipe_internal.hash_row('{a,b}', 'x'::text, 'yz'::text) AS border_moved;
-- sign, high and low half, decimals
SELECT adpipe_internal.hash_row('{a}', 1.5) <> adpipe_internal.hash_row('{a}', -1.5) AS numeric_sign,
       adpipe_internal.hash_row('{a}', 1::bigint) <> adpipe_internal.hash_row('{a}', 4294967296::bigint) AS bigint_halves,
       adpipe_internal.hash_row('{a}', -1::bigint) <> adpipe_internal.hash_row('{a}', 0::bigint) AS bigint_sign,
       adpipe_internal.hash_row('{a}', 1::integer) = adpipe_internal.hash_row('{a}', 1::bigint) AS wider_type;
-- a literal without a type is a text
SELECT adpipe_internal.hash_row('{a}', 'xy') = adpipe_internal.hash_row('{a}', 'xy'::text) AS literal,
       adpipe_internal.hash_row('{a}', 'xy'::cstring) = adpipe_internal.hash_row('{a}', 'xy'::text) AS cstring,
       adpipe_internal.hash_row('{a}', 'xy'::name) <> adpipe_internal.hash_row('{a}', 'xz'::name) AS name;
-- how a value is stored makes no difference
CREATE TEMP TABLE stored (is_plain boolean, t text, n numeric, j jsonb, l text[], d date, u uuid);
INSERT INTO stored SELECT p, repeat('abc', 4000), 12345.678, '{"b": [1, 2], "a": null}', '{x,NULL,é}', '2026-11-29',
       '5c0e8400-e29b-41d4-a716-446655440000' FROM unnest(ARRAY[true]) p;
ALTER TABLE stored ALTER t SET STORAGE external;
INSERT INTO stored SELECT false, t || '', n + 0, j || '{}', l || '{}', d + 0, u FROM stored;
SELECT count(DISTINCT adpipe_internal.hash_row('{d,j,l,n,t,u}', d, j, l, n, t, u)) AS hashes, count(*) AS rows FROM stored;
-- names and values go together
SELECT adpipe_internal.hash_row('{a,b}', 1);
SELECT adpipe_internal.hash_row(NULL, 1);
SELECT adpipe_internal.hash_row('{NULL}', 1);
