# The partitions of copies: in a schema of their own that BI tools do not list,
# without default privileges, under names that nobody can take first; published
# without stopping the refresh; kept when the extension goes, and dumped by schema.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use PostgreSQL::Test::Utils;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $account = '3456789012';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nwal_level = logical");
my $sim = simulator();
$sim->clock($now);
loader($node, $sim, options => { customer_id => $account });
$node->safe_psql('postgres', <<'END');
CREATE ROLE attacker LOGIN;
CREATE ROLE reader LOGIN;
CREATE ROLE deputy LOGIN IN ROLE loader;
SELECT adpipe.grant_loader('attacker'), adpipe.grant_loader('deputy');
GRANT USAGE ON SCHEMA google, ads TO attacker, reader;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO attacker;
GRANT CREATE ON DATABASE postgres TO attacker;
GRANT CREATE ON SCHEMA ads TO attacker;
CREATE SCHEMA mine AUTHORIZATION attacker;
ALTER DEFAULT PRIVILEGES FOR ROLE loader IN SCHEMA ads GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE loader GRANT SELECT ON TABLES TO reader, PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT SELECT ON TABLES TO reader;
END
my %as = map { $_ => session($node, user => $_) } qw(loader attacker reader deputy);
my $admin = session($node);
my ($make_partitions, $partitions) = map { name_of($node, "adpipe_internal.$_", "adpipe.$_") } qw(make_partitions partitions);
my $act_for = name_of($node, 'adpipe_internal.act_for', 'adpipe.acts_for');

# Whoever makes the schema first could drop what others have in it.
my $copy = "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')";
perform($as{attacker}, 'CREATE SCHEMA adpipe_parts');
my $error = problem($as{loader}, $copy);
is($error->{sqlstate}, '42501', 'a schema of that name that another role made is not used');
is($error->{message}, 'schema "adpipe_parts" belongs to role "attacker"', 'by what the error says');
like($error->{hint}, qr/ALTER SCHEMA adpipe_parts OWNER TO postgres;$/, 'with what to do');
perform($admin, 'ALTER SCHEMA adpipe_parts OWNER TO postgres');
answer($as{loader}, $copy);
my $parts = "SELECT count(*), bool_and(n.nspname = 'adpipe_parts'), bool_and(c.relname ~ ('_' || i.inhparent || '_20\\d\\dm\\d\\d')), bool_and(c.relowner = 'loader'::regrole), bool_and(c.relreplident = 'f'), bool_and(c.relacl IS NULL OR (SELECT bool_and(a.grantee = c.relowner) FROM aclexplode(c.relacl) a)) "
  . "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.inhparent = '%s'::regclass";
is(answer($admin, sprintf $parts, 'ads.campaign'), '2|t|t|t|t|t', 'partitions: in their schema, with the number of the copy, of its owner, with an identity, and for nobody else');
my $oid = $admin->query("SELECT 'ads.campaign'::regclass::oid");

# Another loader may create there, too, and takes the names of the months to come.
perform($as{attacker}, "SELECT adpipe.materialize('google.campaign_daily', 'mine.campaign', '2026-11-10')");
my @taken = has_name($node, 'adpipe_internal.open_parts_schema')
  ? (map({ "TABLE adpipe_parts.campaign_${oid}_$_ (LIKE mine.campaign)" } '2027m01', '2027m01_2', '2027m02'), "TYPE adpipe_parts.campaign_${oid}_2027m03 AS ENUM ()")
  # The first release has them in the schema of the copy.
  : map { ("TABLE ads.campaign_y$_ (LIKE mine.campaign)", "TABLE ads.campaign_${oid}_y$_ (LIKE mine.campaign)") } '2027m01', '2027m02';
answer($as{attacker}, "CREATE $_") for @taken;
is($admin->query("SELECT count(*) FROM pg_type WHERE typname ~ '^campaign_(${oid}_)?y?2027m0' AND typowner = 'attacker'::regrole"), '4', 'who does so');
perform($as{loader}, "SELECT $make_partitions('ads.campaign', '2027-01-01', '2027-03-31')");
is(answer($admin, sprintf $parts, 'ads.campaign'), '5|t|t|t|t|t', 'names that another role took are left alone, and its tables are not attached');
perform($as{loader}, 'DROP TABLE ' . $_) for split /\n/, $admin->query("SELECT part FROM $partitions('ads.campaign') WHERE since >= '2027-01-01'");
perform($as{loader}, "CALL adpipe.refresh('ads.campaign')");
is(world_difference($node, $sim, 'ads.campaign', '2026-11-10', '2026-11-21', $account), '0|0', 'the copy is filled');
is(problem($as{attacker}, "SELECT adpipe_internal.open_parts_schema($oid)")->{sqlstate}, '42501', 'for nobody but the owner of a copy is the schema opened');

# What a BI tool lists.
is(answer($as{reader}, "SELECT string_agg(table_schema || '.' || table_name, ' ') FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'adpipe')"), 'ads.campaign', 'a reader is shown the copy only');
is(answer($as{reader}, 'SELECT count(*) > 0 FROM ads.campaign'), 't', 'which it reads');
is(answer($as{reader}, "SELECT has_schema_privilege('adpipe_parts', 'USAGE')"), 'f', 'and not the schema of its partitions');

# The owner goes on as with any partitioned table.
perform($as{loader}, 'CREATE INDEX ON ads.campaign (campaign_id)', 'ALTER TABLE ads.campaign ADD CONSTRAINT positive CHECK (clicks >= 0)',
  "SELECT $make_partitions('ads.campaign', '2026-06-01', '2026-06-30')");
answer($as{deputy}, $_) for "ALTER TABLE ads.campaign DROP CONSTRAINT positive", "SELECT $make_partitions('ads.campaign', '2026-07-01', '2026-07-31')";
perform($admin, "SELECT $act_for('ads.campaign')", "SELECT $make_partitions('ads.campaign', '2026-08-01', '2026-08-31')");
is(answer($admin, sprintf $parts, 'ads.campaign'), '5|t|t|t|t|t', 'further ones as well, whoever makes them');
perform($as{loader}, "SELECT adpipe.alter_target('ads.campaign', retention => '1 day')", "CALL adpipe.refresh('ads.campaign')", "SELECT adpipe.alter_target('ads.campaign', retention => '10 years')");
is(answer($admin, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ads.campaign'::regclass"), '2', 'retention drops them');
is(answer($as{attacker}, "SELECT string_agg(DISTINCT c.relowner::regrole::text, ' ') FROM $partitions('mine.campaign') p JOIN pg_class c ON c.oid = p.part"), 'attacker', 'another loader has its own there');
is(problem($as{attacker}, "DROP TABLE " . $admin->query("SELECT min(part::text) FROM $partitions('ads.campaign')"))->{sqlstate}, '42501', 'and drops none of the others');

# A copy, a list of entities and all ledgers are published; changes go through.
perform($as{loader}, "SELECT adpipe.materialize('google.campaigns', 'ads.campaigns')");
perform($admin, 'CREATE PUBLICATION everything FOR ALL TABLES');
perform($as{loader}, "CALL adpipe.refresh('ads.campaign')", "CALL adpipe.refresh('ads.campaigns')");
$sim->restate(1);
perform($as{loader}, "CALL adpipe.refresh('ads.campaign', '2026-11-10')", "CALL adpipe.refresh('ads.campaigns')", 'DELETE FROM ads.campaigns', 'UPDATE ads.campaign SET clicks = clicks');
is(answer($as{loader}, "SELECT string_agg(DISTINCT status, ' ') FROM adpipe.runs WHERE run_id > (SELECT max(run_id) - 4 FROM adpipe.runs)"), 'succeeded', 'a publication stops no refresh');
is(world_difference($node, $sim, 'ads.campaign', '2026-11-10', '2026-11-21', $account), '0|0', 'restated rows are replaced');
is(answer($admin, <<'END'), '', 'every table of the extension has a key');
SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE c.relkind = 'r' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'adpipe')
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
END
perform($admin, "UPDATE adpipe.${_}_ledger SET target = target") for qw(target account slice run settings settings_change signal);
perform($admin, 'DROP PUBLICATION everything');

# Dumped by schema: both, or the copies have no rows.
my $rows = 'SELECT count(*), sum(clicks), sum(spend) FROM ads.campaign';
my $all = $admin->query($rows);
my $folder = PostgreSQL::Test::Utils::tempdir();
$node->command_ok([ 'pg_dump', '-n', 'ads', '-n', 'adpipe_parts', '-f', "$folder/two.sql", '-d', $node->connstr('postgres') ], 'dumped by schema');
perform($admin, 'CREATE DATABASE restored TEMPLATE template0');
$node->safe_psql('restored', 'CREATE SCHEMA google; CREATE SCHEMA mine');
run_log([ 'psql', '-X', '-q', '-d', $node->connstr('restored'), '-f', "$folder/two.sql" ]);
is($node->safe_psql('restored', $rows), $all, 'restored where there is no extension');

# The extension goes, the rows stay.
perform($as{loader}, "SELECT adpipe.live_view('ads.campaign')");
perform($admin, 'DROP EXTENSION adpipe CASCADE');
is(answer($admin, $rows), $all, 'DROP EXTENSION CASCADE keeps the rows of every copy');
is(answer($as{loader}, $rows), $all, 'for its owner');
perform($admin, 'CREATE EXTENSION adpipe');
is(answer($admin, $rows), $all, 'and they are there when it comes again');

done_testing();
