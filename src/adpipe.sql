/*
 * adpipe.sql
 *	  First part of the install script: guard line and schema grants.
 */
\echo Use "CREATE EXTENSION adpipe" to load this file. \quit

/* Names are for everyone; what they may do is granted object by object. */
GRANT USAGE ON SCHEMA adpipe TO PUBLIC;
