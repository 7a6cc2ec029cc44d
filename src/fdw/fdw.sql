/* fdw.sql: wrappers, the catalogue of reports, comments of imported tables. */

CREATE FUNCTION adpipe_internal.handler() RETURNS fdw_handler
    AS 'MODULE_PATHNAME', 'adpipe_handler' LANGUAGE C STRICT;
COMMENT ON FUNCTION adpipe_internal.handler() IS
    'Foreign-data wrapper handler, shared by all wrappers of adpipe.';
REVOKE ALL ON FUNCTION adpipe_internal.handler() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.google_ads_validator(text[], oid) RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_validator' LANGUAGE C STRICT;
COMMENT ON FUNCTION adpipe_internal.google_ads_validator(text[], oid) IS
    'Checks the options of Google Ads servers, user mappings, tables and columns; sends no request.';
REVOKE ALL ON FUNCTION adpipe_internal.google_ads_validator(text[], oid) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER google_ads
    HANDLER adpipe_internal.handler VALIDATOR adpipe_internal.google_ads_validator;
COMMENT ON FOREIGN DATA WRAPPER google_ads IS
    'Google Ads: accounts, campaigns and their daily numbers as foreign tables.';

CREATE FUNCTION adpipe_internal.appsflyer_validator(text[], oid) RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_validator' LANGUAGE C STRICT;
COMMENT ON FUNCTION adpipe_internal.appsflyer_validator(text[], oid) IS
    'Checks the options of AppsFlyer servers, user mappings, tables and columns; sends no request.';
REVOKE ALL ON FUNCTION adpipe_internal.appsflyer_validator(text[], oid) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER appsflyer
    HANDLER adpipe_internal.handler VALIDATOR adpipe_internal.appsflyer_validator;
COMMENT ON FOREIGN DATA WRAPPER appsflyer IS
    'AppsFlyer: apps, campaign numbers by day of install, installs and in-app events as foreign tables.';

CREATE FUNCTION adpipe_internal.meta_ads_validator(text[], oid) RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_validator' LANGUAGE C STRICT;
COMMENT ON FUNCTION adpipe_internal.meta_ads_validator(text[], oid) IS
    'Checks the options of Meta Ads servers, user mappings, tables and columns; sends no request.';
REVOKE ALL ON FUNCTION adpipe_internal.meta_ads_validator(text[], oid) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER meta_ads
    HANDLER adpipe_internal.handler VALIDATOR adpipe_internal.meta_ads_validator;
COMMENT ON FOREIGN DATA WRAPPER meta_ads IS
    'Meta Ads (Facebook, Instagram): accounts, campaigns and their daily numbers as foreign tables.';

CREATE FUNCTION adpipe_internal.tiktok_ads_validator(text[], oid) RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_validator' LANGUAGE C STRICT;
COMMENT ON FUNCTION adpipe_internal.tiktok_ads_validator(text[], oid) IS
    'Checks the options of TikTok Ads servers, user mappings, tables and columns; sends no request.';
REVOKE ALL ON FUNCTION adpipe_internal.tiktok_ads_validator(text[], oid) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER tiktok_ads
    HANDLER adpipe_internal.handler VALIDATOR adpipe_internal.tiktok_ads_validator;
COMMENT ON FOREIGN DATA WRAPPER tiktok_ads IS
    'TikTok Ads: advertiser accounts, campaigns and their daily numbers as foreign tables.';

CREATE FUNCTION adpipe_internal.naver_searchad_validator(text[], oid) RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_validator' LANGUAGE C STRICT;
COMMENT ON FUNCTION adpipe_internal.naver_searchad_validator(text[], oid) IS
    'Checks the options of Naver SearchAd servers, user mappings, tables and columns; sends no request.';
REVOKE ALL ON FUNCTION adpipe_internal.naver_searchad_validator(text[], oid) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER naver_searchad
    HANDLER adpipe_internal.handler VALIDATOR adpipe_internal.naver_searchad_validator;
COMMENT ON FOREIGN DATA WRAPPER naver_searchad IS
    'Naver SearchAd: accounts, campaigns and their daily numbers as foreign tables.';

CREATE FUNCTION adpipe_internal.kakao_moment_validator(text[], oid) RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_validator' LANGUAGE C STRICT;
COMMENT ON FUNCTION adpipe_internal.kakao_moment_validator(text[], oid) IS
    'Checks the options of Kakao Moment servers, user mappings, tables and columns; sends no request.';
REVOKE ALL ON FUNCTION adpipe_internal.kakao_moment_validator(text[], oid) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER kakao_moment
    HANDLER adpipe_internal.handler VALIDATOR adpipe_internal.kakao_moment_validator;
COMMENT ON FOREIGN DATA WRAPPER kakao_moment IS
    'Kakao Moment: ad accounts, campaigns and their daily numbers as foreign tables.';

CREATE FUNCTION adpipe_internal.report_columns(of_wrapper name DEFAULT NULL, of_report name DEFAULT NULL,
    OUT wrapper text, OUT remote_schema text, OUT report text,
    OUT column_name text, OUT field text, OUT type regtype, OUT kind text,
    OUT additive text, OUT description text, OUT report_description text,
    OUT options text[], OUT is_personal boolean, OUT entity text, OUT group_schema text)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_report_columns'
    LANGUAGE C STABLE PARALLEL SAFE ROWS 300;
COMMENT ON FUNCTION adpipe_internal.report_columns(name, name) IS
    'Every column of every built-in report, or of those of a wrapper or name, with a description of the report and the options of its table; sends no request.';

CREATE VIEW adpipe.columns AS
    SELECT wrapper, report, column_name, field, type, kind, additive, description, entity
    FROM adpipe_internal.report_columns();
COMMENT ON VIEW adpipe.columns IS
    'Built-in reports: for each column the platform''s field, its SQL type, whether it is an attribute, a segment or a metric, over what a metric adds up, and which object an attribute or segment identifies.';
COMMENT ON COLUMN adpipe.columns.wrapper IS 'Foreign-data wrapper, which is the platform''s name.';
COMMENT ON COLUMN adpipe.columns.report IS 'Table that IMPORT FOREIGN SCHEMA creates for the report.';
COMMENT ON COLUMN adpipe.columns.column_name IS 'Name of the column in that table.';
COMMENT ON COLUMN adpipe.columns.field IS 'The platform''s name for the column, as in column option "field".';
COMMENT ON COLUMN adpipe.columns.type IS 'SQL type of the column.';
COMMENT ON COLUMN adpipe.columns.kind IS 'attribute (of an entity), segment (splits rows) or metric.';
COMMENT ON COLUMN adpipe.columns.additive IS
    'Over what the values of a metric add up: "days", "entities" (accounts, campaigns and so on) and "breakdowns" (what else splits the rows), with a comma; "none": only a row of the grain that you need has the right value. After a semicolon: the column of which you must pick one value first. NULL for attributes and segments.';
COMMENT ON COLUMN adpipe.columns.description IS 'What the platform means by the field, and whether its values add up.';
COMMENT ON COLUMN adpipe.columns.entity IS
    'Object that the column identifies by an id or a name: account, campaign, ad and so on; NULL for metrics, and for what identifies none.';
GRANT SELECT ON adpipe.columns TO PUBLIC;

CREATE VIEW adpipe.reports AS
    SELECT wrapper, report, remote_schema, group_schema, report_description AS description,
           array_agg(column_name ORDER BY ordinality) FILTER (WHERE kind <> 'metric') AS dimensions,
           array_agg(column_name ORDER BY ordinality) FILTER (WHERE kind = 'metric') AS metrics
    FROM adpipe_internal.report_columns() WITH ORDINALITY
    GROUP BY 1, 2, 3, 4, 5;
COMMENT ON VIEW adpipe.reports IS
    'Built-in reports: what each is for and does not add up to, the remote schemas of IMPORT FOREIGN SCHEMA that have it, and its columns.';
COMMENT ON COLUMN adpipe.reports.wrapper IS 'Foreign-data wrapper, which is the platform''s name.';
COMMENT ON COLUMN adpipe.reports.report IS 'Table that IMPORT FOREIGN SCHEMA creates for the report.';
COMMENT ON COLUMN adpipe.reports.remote_schema IS '"reports", which has all of a platform''s own reports, or "common", in the shape that platforms share.';
COMMENT ON COLUMN adpipe.reports.group_schema IS
    'Remote schema that has only the report''s group: reports_core what most people start with, reports_hourly, reports_video and so on the others; each report is in one of them.';
COMMENT ON COLUMN adpipe.reports.description IS 'What the report is, as in the COMMENT of its table.';
COMMENT ON COLUMN adpipe.reports.dimensions IS 'Columns that say what a row is about, in the order of the table.';
COMMENT ON COLUMN adpipe.reports.metrics IS 'Columns with numbers, in the order of the table; NULL for lists of objects.';
GRANT SELECT ON adpipe.reports TO PUBLIC;

CREATE FUNCTION adpipe_internal.api_versions(
    OUT wrapper text, OUT version text, OUT sunset date, OUT is_default boolean)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_api_versions'
    LANGUAGE C STRICT STABLE PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION adpipe_internal.api_versions() IS
    'Versions of the platforms'' APIs, as in view adpipe.api_versions; sends no request.';

CREATE VIEW adpipe.api_versions AS
    SELECT wrapper, version, sunset, is_default FROM adpipe_internal.api_versions();
COMMENT ON VIEW adpipe.api_versions IS
    'Versions of the platforms'' APIs that this release knows, newest first, and the day when each ends.';
COMMENT ON COLUMN adpipe.api_versions.wrapper IS 'Foreign-data wrapper, which is the platform''s name.';
COMMENT ON COLUMN adpipe.api_versions.version IS 'Version, as in server option "api_version".';
COMMENT ON COLUMN adpipe.api_versions.sunset IS 'Day from which the platform may refuse the version; NULL if the platform has not announced it.';
COMMENT ON COLUMN adpipe.api_versions.is_default IS 'Whether servers without option "api_version" use the version.';
GRANT SELECT ON adpipe.api_versions TO PUBLIC;

CREATE FUNCTION adpipe.forget(server name) RETURNS integer
    AS 'MODULE_PATHNAME', 'adpipe_forget' LANGUAGE C STRICT;
COMMENT ON FUNCTION adpipe.forget(name) IS
    'Drops the responses and account data of a server that this session has cached, and returns the number of responses; sends no request.';
REVOKE ALL ON FUNCTION adpipe.forget(name) FROM PUBLIC;

/*
 * IMPORT FOREIGN SCHEMA cannot emit comments; these functions add them.  A
 * table is recognized by its wrapper and a column by its field, so tables that
 * users define also get the comments of their fields.
 */
CREATE FUNCTION adpipe_internal.comment_each(targets oid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
    commented regclass;
BEGIN
    FOR found IN
        SELECT DISTINCT ON (a.attrelid, a.attnum)
               a.attrelid::regclass AS target, a.attname, k.description, k.report_description, k.report = a.relname AS is_report
        FROM (SELECT a.*, c.relname, w.fdwname, substr(o.option, length('field=') + 1) AS field
              FROM unnest(targets) target
              JOIN pg_foreign_table t ON t.ftrelid = target
              JOIN pg_class c ON c.oid = t.ftrelid
              JOIN pg_foreign_server s ON s.oid = t.ftserver
              JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
              JOIN pg_attribute a ON a.attrelid = t.ftrelid AND a.attnum > 0 AND NOT a.attisdropped
              CROSS JOIN unnest(a.attfdwoptions) AS o (option)
              WHERE starts_with(o.option, 'field=')) a
        JOIN adpipe_internal.report_columns() k ON k.wrapper = a.fdwname AND k.field = a.field
        -- Columns that can hold fractions show money in currency units.  Of a table that
        -- is no report, the shortest description is that without another report's condition.
        ORDER BY a.attrelid, a.attnum, k.report = a.relname DESC, k.type = a.atttypid DESC,
                 (k.type = 'bigint'::regtype) = (a.atttypid NOT IN
                     ('numeric'::regtype, 'float8'::regtype, 'float4'::regtype)) DESC,
                 length(k.description), k.description
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', found.target, found.attname, found.description);
        IF found.is_report AND found.target IS DISTINCT FROM commented THEN
            EXECUTE format('COMMENT ON FOREIGN TABLE %s IS %L', found.target, found.report_description);
            commented := found.target;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.comment_each(oid[]) IS
    'Adds the catalogue''s comments to those of some tables that are foreign tables of adpipe, and to their columns.';
REVOKE ALL ON FUNCTION adpipe_internal.comment_each(oid[]) FROM PUBLIC;

CREATE FUNCTION adpipe.comment_tables(schema regnamespace) RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.comment_each(array(SELECT c.oid FROM pg_class c WHERE c.relnamespace = schema AND c.relkind = 'f'))
$$;
COMMENT ON FUNCTION adpipe.comment_tables(regnamespace) IS
    'Adds the catalogue''s comments to all foreign tables of adpipe in a schema.';
REVOKE ALL ON FUNCTION adpipe.comment_tables(regnamespace) FROM PUBLIC;

/*
 * Runs with the rights of the extension's owner, because a role that imports
 * need not be allowed to call comment_each().  It comments only the tables
 * that the command has imported.
 */
CREATE FUNCTION adpipe_internal.comment_imported() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    /* lists a table once, and once more for each column with options */
    PERFORM adpipe_internal.comment_each(array(
        SELECT DISTINCT objid FROM pg_event_trigger_ddl_commands() WHERE classid = 'pg_class'::regclass AND objsubid = 0));
END
$$;
COMMENT ON FUNCTION adpipe_internal.comment_imported() IS
    'Event trigger: adds comments to the tables that IMPORT FOREIGN SCHEMA has just created.';
REVOKE ALL ON FUNCTION adpipe_internal.comment_imported() FROM PUBLIC;

CREATE EVENT TRIGGER adpipe_comment_imported ON ddl_command_end
    WHEN TAG IN ('IMPORT FOREIGN SCHEMA')
    EXECUTE FUNCTION adpipe_internal.comment_imported();
COMMENT ON EVENT TRIGGER adpipe_comment_imported IS
    'Comments the tables of adpipe''s wrappers after IMPORT FOREIGN SCHEMA.';
