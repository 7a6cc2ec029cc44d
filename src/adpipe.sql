/*
 * adpipe.sql
 *	  First part of the install script: guard line, schemas and their grants.
 */
\echo Use "CREATE EXTENSION adpipe" to load this file. \quit

/*
 * What people call lies in adpipe; the functions that aggregates, types, views,
 * triggers and refreshes are made of lie in adpipe_internal.  A schema of that
 * name that is there already is an error: its owner could put functions in it.
 */
CREATE SCHEMA adpipe_internal;
COMMENT ON SCHEMA adpipe_internal IS
    'Functions that the objects of schema adpipe are made of. They may change with every release.';

/* Everyone may use the names; rights are granted object by object. */
GRANT USAGE ON SCHEMA adpipe, adpipe_internal TO PUBLIC;
