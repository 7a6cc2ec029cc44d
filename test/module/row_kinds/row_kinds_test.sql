-- Functions of the test module; :module is the file of the library without
-- its suffix.
CREATE SCHEMA row_kinds_test;

-- The rows that a page becomes, a line each: cells with bars between them, "~"
-- for one that is absent or NULL.  source is one of those of the platform that
-- the module makes up; a part is hidden by "place" and by hours.
CREATE FUNCTION row_kinds_test.read(source text, body text, fields text[],
                                choice text DEFAULT NULL,
                                breakdowns text DEFAULT NULL,
                                keys text DEFAULT NULL)
    RETURNS text LANGUAGE c AS :'module', 'row_kinds_test_read';

-- The members of a row that a field is made of, and its window.
CREATE FUNCTION row_kinds_test.members(source text, field text)
    RETURNS text LANGUAGE c STRICT AS :'module', 'row_kinds_test_members';
CREATE FUNCTION row_kinds_test.members(source text, field text, choice text)
    RETURNS text LANGUAGE c STRICT AS :'module', 'row_kinds_test_members';

CREATE FUNCTION row_kinds_test.check_choice(setting text)
    RETURNS text LANGUAGE c STRICT AS :'module', 'row_kinds_test_check_choice';
