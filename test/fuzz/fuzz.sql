-- The functions of the fuzz module, whose library :module names.  Blank lines
-- end statements in a server without sessions (postgres --single -j).

CREATE EXTENSION adpipe;

CREATE FUNCTION fuzz_names() RETURNS text[]
	AS :'module' LANGUAGE c STRICT;

CREATE FUNCTION fuzz_input(target text, input bytea) RETURNS void
	AS :'module' LANGUAGE c STRICT;

CREATE FUNCTION fuzz_run(target text, arguments text[]) RETURNS void
	AS :'module' LANGUAGE c STRICT;

