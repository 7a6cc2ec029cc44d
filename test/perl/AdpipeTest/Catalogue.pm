
=pod

=head1 NAME

AdpipeTest::Catalogue - everything that the catalogue holds of the extension

=cut

package AdpipeTest::Catalogue;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(catalogue);

my $query = <<'END';
WITH member AS (
    SELECT d.classid, d.objid, pg_identify_object(d.classid, d.objid, 0) AS i
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'adpipe'
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
    UNION ALL SELECT 'pg_namespace'::regclass, 'adpipe'::regnamespace, pg_identify_object('pg_namespace'::regclass, 'adpipe'::regnamespace, 0)),
acls AS (
    SELECT m.*, x.acl FROM member m JOIN LATERAL (
        SELECT proacl AS acl FROM pg_proc WHERE oid = objid AND classid = 'pg_proc'::regclass
        UNION ALL SELECT relacl FROM pg_class WHERE oid = objid AND classid = 'pg_class'::regclass
        UNION ALL SELECT typacl FROM pg_type WHERE oid = objid AND classid = 'pg_type'::regclass
        UNION ALL SELECT nspacl FROM pg_namespace WHERE oid = objid AND classid = 'pg_namespace'::regclass
        UNION ALL SELECT fdwacl FROM pg_foreign_data_wrapper WHERE oid = objid AND classid = 'pg_foreign_data_wrapper'::regclass) x ON true),
line AS (
    SELECT (i).type || ' ' || (i).identity AS object, obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid)) AS what FROM member
    UNION ALL
    SELECT (i).type || ' ' || (i).identity, 'acl ' || ARRAY(SELECT a::text FROM unnest(acl) a ORDER BY 1)::text FROM acls
    UNION ALL
    SELECT (i).identity, 'initially ' || ARRAY(SELECT a::text FROM unnest(p.initprivs) a ORDER BY 1)::text FROM member JOIN pg_init_privs p ON p.classoid = classid AND p.objoid = objid
    UNION ALL
    SELECT (i).identity, pg_get_functiondef(objid) FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid AND p.prokind <> 'a'
    UNION ALL
    SELECT (i).identity, concat_ws(' ', pg_get_function_arguments(objid), pg_get_function_result(objid), p.provolatile, p.proparallel, p.proisstrict, to_jsonb(a) - '{aggfnoid,aggtranstype,aggmtranstype,aggsortop}'::text[], a.aggtranstype::regtype, a.aggmtranstype::regtype)
    FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid JOIN pg_aggregate a ON a.aggfnoid = p.oid
    UNION ALL
    SELECT (i).identity, concat_ws(' ', c.relkind, c.relpersistence, c.reloptions, c.relrowsecurity, pg_get_userbyid(c.relowner), c.oid = ANY (e.extconfig), e.extcondition[array_position(e.extconfig, c.oid)], CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END)
    FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid, pg_extension e WHERE e.extname = 'adpipe'
    UNION ALL
    SELECT (i).identity || '.' || a.attname, concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attacl, pg_get_expr(d.adbin, d.adrelid), col_description(objid, a.attnum))
    FROM member JOIN pg_attribute a ON classid = 'pg_class'::regclass AND a.attrelid = objid AND a.attnum > 0 LEFT JOIN pg_attrdef d ON d.adrelid = objid AND d.adnum = a.attnum
    UNION ALL
    SELECT (i).identity, 'constraint ' || c.conname || ' ' || pg_get_constraintdef(c.oid) FROM member JOIN pg_constraint c ON classid = 'pg_class'::regclass AND c.conrelid = objid
    UNION ALL
    SELECT (i).identity, pg_get_indexdef(x.indexrelid) FROM member JOIN pg_index x ON classid = 'pg_class'::regclass AND x.indrelid = objid
    UNION ALL
    SELECT (i).identity, pg_get_triggerdef(g.oid) || g.tgenabled::text || obj_description(g.oid, 'pg_trigger') FROM member JOIN pg_trigger g ON classid = 'pg_class'::regclass AND g.tgrelid = objid
    UNION ALL
    SELECT (i).identity, concat_ws(' ', t.typlen, t.typbyval, t.typtype, t.typcategory, t.typalign, t.typstorage, t.typinput, t.typoutput, t.typreceive, t.typsend, t.typelem::regtype) FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND t.oid = objid
    UNION ALL
    SELECT (i).identity || '.' || a.attname, concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)) FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND t.oid = objid AND t.typtype = 'c' JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' JOIN pg_attribute a ON a.attrelid = c.oid
    UNION ALL
    SELECT (i).identity, concat_ws(' ', o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash) FROM member JOIN pg_operator o ON classid = 'pg_operator'::regclass AND o.oid = objid
    UNION ALL
    SELECT (i).identity, concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod) FROM member JOIN pg_cast c ON classid = 'pg_cast'::regclass AND c.oid = objid
    UNION ALL
    SELECT (i).identity, concat_ws(' ', w.fdwhandler::regproc, w.fdwvalidator::regproc, w.fdwoptions) FROM member JOIN pg_foreign_data_wrapper w ON classid = 'pg_foreign_data_wrapper'::regclass AND w.oid = objid
    UNION ALL
    SELECT (i).identity, concat_ws(' ', t.evtevent, t.evtfoid::regproc, t.evtenabled, t.evttags) FROM member JOIN pg_event_trigger t ON classid = 'pg_event_trigger'::regclass AND t.oid = objid)
SELECT object || ': ' || regexp_replace(coalesce(what, ''), '\s+', ' ', 'g') AS said
FROM line ORDER BY said
END

=head2 catalogue($node, $dbname)

Returns a line for each object of the extension and each thing that the catalogue
knows of it: definitions, columns, comments, grants, constraints, triggers,
indexes.  Two databases with the same objects have the same lines, whatever the
oids.

=cut

sub catalogue
{
	my ($node, $dbname) = @_;
	return split /\n/, $node->safe_psql($dbname, $query);
}

1;
