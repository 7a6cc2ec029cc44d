# What CREATE EXTENSION leaves, who may use it, and what DROP EXTENSION takes
# away again.

use strict;
use warnings;

use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster(extension => 0);

# Members of the extension: class, object and its name.
my $members = <<'END';
	SELECT classid, objid, pg_describe_object(classid, objid, 0) AS object
	FROM pg_depend
	WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'adpipe')
END

# Everything that is not the system's, so that a rest shows by name.
my $leftovers = <<'END';
	SELECT pg_describe_object(classid, objid, objsubid) FROM (
		SELECT 'pg_proc'::regclass::oid, oid, 0 FROM pg_proc WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_type'::regclass, oid, 0 FROM pg_type WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_class'::regclass, oid, 0 FROM pg_class WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_operator'::regclass, oid, 0 FROM pg_operator WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_cast'::regclass, oid, 0 FROM pg_cast WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_opclass'::regclass, oid, 0 FROM pg_opclass WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0
		FROM pg_foreign_data_wrapper WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_event_trigger'::regclass, oid, 0
		FROM pg_event_trigger WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_extension'::regclass, oid, 0 FROM pg_extension WHERE oid >= 16384
	) AS rest (classid, objid, objsubid)
	ORDER BY 1
END

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

# A role without privileges, to try what everybody may.
query('CREATE ROLE visitor LOGIN');

# Creating it is for superusers.
{
	query('GRANT CREATE ON DATABASE postgres TO visitor');
	my $error = sql_error($node, 'CREATE EXTENSION adpipe',
		extra_params => [ '-U', 'visitor' ]);
	is($error->{sqlstate}, '42501', 'an ordinary user cannot create it');
	like($error->{message}, qr/permission denied to create extension "adpipe"/,
		'and is told so');
}

query('CREATE EXTENSION adpipe');
my ($version) =
  slurp_file('adpipe.control') =~ /^default_version = '(.*)'$/m;
is( query("SELECT extversion, extnamespace::regnamespace, extrelocatable
		FROM pg_extension WHERE extname = 'adpipe'"),
	"$version|adpipe|f",
	'created in its default version, in its schema, to stay there');
is( query("SELECT object FROM ($members) AS m
		WHERE classid IN ('pg_proc'::regclass, 'pg_class'::regclass,
				'pg_operator'::regclass)
		  AND coalesce((SELECT pronamespace FROM pg_proc WHERE oid = objid),
				(SELECT relnamespace FROM pg_class WHERE oid = objid),
				(SELECT oprnamespace FROM pg_operator WHERE oid = objid))
			NOT IN ('adpipe'::regnamespace, 'adpipe_internal'::regnamespace)
		ORDER BY 1"),
	'',
	'nothing lies outside the schemas');
is( query("SELECT string_agg(object, ', ' ORDER BY object) FROM ($members) AS m
		WHERE classid = 'pg_namespace'::regclass"),
	'schema adpipe_internal',
	'the second schema belongs to it too');
is( query("SELECT object FROM ($members) AS m
		JOIN pg_namespace s ON s.nspname = 'adpipe_internal'
		WHERE classid NOT IN ('pg_proc'::regclass, 'pg_namespace'::regclass)
		  AND s.oid IN (
			(SELECT relnamespace FROM pg_class WHERE oid = objid),
			(SELECT typnamespace FROM pg_type WHERE oid = objid),
			(SELECT oprnamespace FROM pg_operator WHERE oid = objid),
			(SELECT opcnamespace FROM pg_opclass WHERE oid = objid))
		ORDER BY 1"),
	'',
	'and holds functions only');

# \df adpipe.* is what people call: each of its functions is in the
# documentation, as a call or by its full name.
my $pages = join "\n", map { slurp_file($_) } 'README.md', glob 'doc/*.md';
my @functions = split /\n/, query("SELECT DISTINCT proname FROM pg_proc
		WHERE pronamespace = 'adpipe'::regnamespace ORDER BY 1");
cmp_ok(scalar(@functions), '>', 90, 'there are functions to call');
is( join(' ', grep { $pages !~ /\badpipe\.$_\b|\b$_\(/ } @functions),
	'',
	'the documentation names every function of the schema adpipe');

# What an object is made of lies in the other schema, and the documentation
# sends nobody there.
is( query("SELECT DISTINCT p.oid::regprocedure FROM pg_proc p
		WHERE p.pronamespace = 'adpipe'::regnamespace
		  AND (p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
			OR p.oid IN (
				SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn,
					aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]) FROM pg_aggregate
				UNION SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend,
					typmodin, typmodout, typanalyze, typsubscript]) FROM pg_type
				UNION SELECT unnest(ARRAY[oprcode, oprrest, oprjoin]) FROM pg_operator
				UNION SELECT amproc FROM pg_amproc
				UNION SELECT unnest(ARRAY[fdwhandler, fdwvalidator]) FROM pg_foreign_data_wrapper)
			OR obj_description(p.oid, 'pg_proc') ~ '^Part of '
			OR obj_description(p.oid, 'pg_proc') ~ '[Pp]art of [a-z_]+\\(\\)')"),
	'',
	'no support function lies in the schema adpipe');
unlike($pages, qr/adpipe_internal\.\w/, 'the documentation calls nothing of the schema adpipe_internal');

# Row types, array types, indexes and operator families come with what they
# belong to, and need no words of their own.
is( query("SELECT object FROM ($members) AS m
		WHERE obj_description(objid,
				(SELECT relname FROM pg_class WHERE oid = classid)) IS NULL
		  AND classid NOT IN ('pg_amop'::regclass, 'pg_amproc'::regclass,
				'pg_opfamily'::regclass)
		  AND NOT EXISTS (SELECT FROM pg_type t
				LEFT JOIN pg_class c ON c.oid = t.typrelid
				WHERE classid = 'pg_type'::regclass AND t.oid = objid
				  AND (t.typcategory = 'A' OR c.relkind <> 'c'))
		  AND NOT EXISTS (SELECT FROM pg_class c
				WHERE classid = 'pg_class'::regclass AND c.oid = objid
				  AND c.relkind IN ('i', 't', 'S'))
		ORDER BY 1"),
	'',
	'every object has a comment');
is( query("SELECT c.oid::regclass || '.' || a.attname FROM ($members) AS m
		JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
		WHERE c.relkind IN ('r', 'v') AND NOT a.attisdropped
		  AND col_description(c.oid, a.attnum) IS NULL
		ORDER BY 1"),
	'',
	'so has every column of a table or view');

# Who may do what.
is(query("SELECT has_schema_privilege('visitor', 'adpipe', 'USAGE')"),
	't', 'everybody may use names of the schema');
is(query("SELECT has_schema_privilege('visitor', 'adpipe_internal', 'USAGE')"),
	't', 'those of the second one as well');
is(query("SELECT has_schema_privilege('visitor', 'adpipe', 'CREATE') OR has_schema_privilege('visitor', 'adpipe_internal', 'CREATE')"),
	'f', 'but not add any');
is( query("SELECT fdwname FROM ($members) AS m
		JOIN pg_foreign_data_wrapper w
			ON classid = 'pg_foreign_data_wrapper'::regclass AND w.oid = objid
		WHERE has_foreign_data_wrapper_privilege('visitor', w.oid, 'USAGE')
		ORDER BY 1"),
	'',
	'no wrapper is for everybody');
# An aggregate over plain values, a type and its parts are for everybody.
is( query("SELECT p.oid::regprocedure FROM ($members) AS m
		JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
		WHERE p.prokind = 'a'
		  AND NOT has_function_privilege('visitor', p.oid, 'EXECUTE')
		ORDER BY 1"),
	'',
	'everybody may use the aggregates');
# What acts has no stable result; a request or a change of state is an act.  To
# look at sessions and ledger as they are now is none.
is( query("SELECT p.oid::regprocedure FROM ($members) AS m
		JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
		WHERE p.provolatile = 'v' AND p.proname <> 'is_dead'
		  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
		  AND NOT EXISTS (SELECT FROM pg_foreign_data_wrapper
				WHERE p.oid IN (fdwhandler, fdwvalidator))
		  AND has_function_privilege('visitor', p.oid, 'EXECUTE')
		ORDER BY 1"),
	'',
	'what sends a request or changes state is not for everybody');
is( query("SELECT c.oid::regclass FROM ($members) AS m
		JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
		WHERE c.relkind IN ('r', 'v', 'S')
		  AND CASE c.relkind
				WHEN 'S' THEN has_sequence_privilege('visitor', c.oid, 'USAGE, UPDATE')
				ELSE has_table_privilege('visitor', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
			END
		ORDER BY 1"),
	'',
	'nor is writing to its tables');
is( query("SELECT p.oid::regprocedure FROM ($members) AS m
		JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
		WHERE p.prosecdef AND NOT EXISTS (
			SELECT FROM unnest(p.proconfig) AS c WHERE c LIKE 'search_path=%')
		ORDER BY 1"),
	'',
	'definer functions have a search_path of their own');

# It goes as it came; PostgreSQL keeps a schema that it made for an extension.
query('DROP EXTENSION adpipe');
is(query($leftovers), '', 'nothing is left of it');
is(query("SELECT to_regnamespace('adpipe_internal')"), '',
	'nor is its second schema');
query('CREATE EXTENSION adpipe');
pass('and it can come back');

# A schema that another role made could hold functions of that role.
query('DROP EXTENSION adpipe; CREATE SCHEMA adpipe_internal AUTHORIZATION visitor');
is(sql_error($node, 'CREATE EXTENSION adpipe')->{sqlstate},
	'42P06', 'a schema adpipe_internal that is there already is an error');

$node->stop;
done_testing();
