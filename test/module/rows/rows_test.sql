-- Functions of the test module; :module is the file of the library without
-- its suffix.
CREATE SCHEMA rows_test;

CREATE FUNCTION rows_test.parse(body bytea, array_key text, fields text[],
                                members text[] DEFAULT '{}')
    RETURNS TABLE ("row" int, field text, kind text, value text)
    LANGUAGE c STRICT AS :'module', 'rows_test_parse';

CREATE FUNCTION rows_test.claim(len int8)
    RETURNS void LANGUAGE c STRICT AS :'module', 'rows_test_claim';

CREATE FUNCTION rows_test.cancel(body bytea, array_key text)
    RETURNS bool LANGUAGE c STRICT AS :'module', 'rows_test_cancel';

CREATE FUNCTION rows_test.cell_text(data bytea, has_escape bool)
    RETURNS text LANGUAGE c STRICT AS :'module', 'rows_test_cell_text';

CREATE FUNCTION rows_test.lexer_time(body bytea, loops int)
    RETURNS float8 LANGUAGE c STRICT AS :'module', 'rows_test_lexer_time';

CREATE FUNCTION rows_test.parse_time(body bytea, array_key text, fields text[],
                                     members text[], loops int)
    RETURNS float8 LANGUAGE c STRICT AS :'module', 'rows_test_parse_time';

CREATE FUNCTION rows_test.csv_read(body bytea, cell_bytes int DEFAULT 0,
                                   record_bytes int DEFAULT 0,
                                   cells int DEFAULT 0)
    RETURNS text LANGUAGE c STRICT AS :'module', 'csv_test_read';

CREATE FUNCTION rows_test.json_get(document bytea, path text, what text)
    RETURNS text LANGUAGE c STRICT AS :'module', 'json_test_get';

CREATE FUNCTION rows_test.json_int(document bytea, path text, fallback int8)
    RETURNS int8 LANGUAGE c STRICT AS :'module', 'json_test_int';

CREATE FUNCTION rows_test.json_find(document text, path text)
    RETURNS text LANGUAGE c STRICT AS :'module', 'json_test_find';

CREATE FUNCTION rows_test.json_leak(document bytea, loops int)
    RETURNS int8 LANGUAGE c STRICT AS :'module', 'json_test_leak';

CREATE FUNCTION rows_test.json_chaos(document bytea)
    RETURNS int[] LANGUAGE c STRICT AS :'module', 'json_test_chaos';

-- Runs a query that yields one text; an error becomes text of the form
-- "SQLSTATE: message; detail".
CREATE FUNCTION rows_test.try(query text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    result text;
    message text;
    detail text;
    state text;
BEGIN
    EXECUTE query INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws('; ', state || ': ' || message, nullif(detail, ''));
END
$$;
