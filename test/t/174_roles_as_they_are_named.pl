# setup_roles() with roles that are there or not, under any name, one role for
# two parts or none; what it refuses, and what it warns of.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($mine, $theirs) = ('2345678901', '3456789012');
my $sim = simulator();
$sim->clock($now);
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
loader($node, $sim, options => { customer_id => "$mine,$theirs" });
my $admin = session($node);
my $loader = session($node, user => 'loader');

# One role owns and refreshes, as where grant_loader() was all that was done.
perform($loader, q{SELECT adpipe.materialize('google.campaigns', 'ads."a ""copy"""')}, 'CALL adpipe.refresh_all()');
my %names = (analyst => q{An "Analyst's"}, bi => q{B;I--}, dbt => q{d\bt});
my $named = join ', ', "owner => 'loader'", "loader => 'loader'", map { "$_ => " . quote($names{$_}) } sort keys %names;
my @statements = split /\n/, answer($admin, "SELECT adpipe.setup_roles('ads', $named)");
is((grep { /loader (NO)?LOGIN|GRANT loader|grant_loader/ } @statements), 0, 'a role that is there is neither made nor granted to itself');
is(join("\n", @statements), answer($admin, "SELECT adpipe.setup_roles('ads', $named, execute => true)"), 'any names are quoted');
is(answer($admin, "SELECT adpipe.setup_roles('ads', $named)"), '', 'nothing is left to run');
perform($admin, q{CREATE ROLE hanbit LOGIN IN ROLE "An ""Analyst's"""});
answer($loader, qq{INSERT INTO adpipe.account_grants VALUES ('An "Analyst''s"', 'google_ads', '$mine')});
my $hanbit = session($node, user => 'hanbit');
is(answer($hanbit, q{SELECT DISTINCT account_id FROM ads."a ""copy"""}), $mine, 'and the policies hold');
perform($admin, 'CREATE ROLE apart NOINHERIT LOGIN', q{GRANT "An ""Analyst's""" TO apart});
my $apart = session($node, user => 'apart');
is(problem($apart, q{SELECT DISTINCT account_id FROM ads."a ""copy"""})->{sqlstate}, '42501', 'a member that inherits nothing reads nothing');
is(answer($apart, q{SET ROLE "An ""Analyst's"""; SELECT DISTINCT account_id FROM ads."a ""copy"""}), $mine, 'before SET ROLE');

# Roles that are left out.
is(answer($admin, "SELECT adpipe.setup_roles('ads', 'loader', NULL, NULL, NULL, NULL)"), '', 'without readers nothing is left to run');
is(answer($admin, "SELECT count(*) FROM adpipe.setup_roles('ads', 'loader', NULL, NULL, NULL, 'dbt') s WHERE s ~ 'analyst|bi'"), '0', 'only for dbt');
like(answer($admin, q{SELECT adpipe.setup_roles('"New Schema"', 'loader', NULL, NULL, NULL, NULL)}), qr/^CREATE SCHEMA "New Schema" AUTHORIZATION loader;$/, 'the schema is read as SQL reads it');

# What is refused.
perform($admin, 'CREATE ROLE deputy LOGIN IN ROLE loader', 'CREATE ROLE other LOGIN', 'CREATE ROLE root SUPERUSER', 'CREATE SCHEMA public_ads AUTHORIZATION root');
for my $case (
	[ "'ads'", '22023', qr/^schema "ads" belongs to role "loader"$/, qr/^SELECT adpipe\.setup_roles\('ads', owner => 'loader'\);$/, "a schema of another owner" ],
	[ "'ads', 'loader', bi => 'deputy'", '22023', qr/^role "deputy" would see every advertiser$/, qr/no member/, 'a reader that has the rights of the owner' ],
	[ "'ads', 'loader', bi => 'root'", '22023', qr/^role "root" would see/, qr/no member/, 'a reader that is a superuser' ],
	[ "'ads', 'loader', bi => 'loader'", '22023', qr/^role "loader" would see/, qr/no member/, 'a reader that is the owner' ],
	[ "'ads', 'loader', analyst => 'x', dbt => 'x'", '22023', qr/^role "x" would see/, qr/no member/, 'one role as analyst and dbt' ],
	[ "'public_ads', 'root'", '22023', qr/^role "adpipe_loader" would have the rights of a superuser$/, qr/loader => NULL\);$/, 'a loader that would become a superuser' ],
	[ "'public_ads'", '22023', qr/^schema "public_ads" belongs to role "root"$/, qr/^SELECT adpipe\.setup_roles\('public_ads', owner => 'root', loader => NULL\);$/, 'a schema of a superuser' ],
	[ "'ads', NULL", '22004', qr/must be named/, qr//, 'no owner' ],
	[ "'ads.x'", '42602', qr/no name of a schema/, qr//, 'a name with a dot' ])
{
	my ($arguments, $sqlstate, $message, $hint, $what) = @$case;
	my $error = problem($admin, "SELECT adpipe.setup_roles($arguments)");
	is($error->{sqlstate}, $sqlstate, "refused: $what");
	like($error->{message}, $message, "refused: $what: by a sentence");
	like($error->{hint}, $hint, "refused: $what: with the way out");
}
unlike(answer($admin, "SELECT adpipe.setup_roles('public_ads', 'root', NULL)"), qr/root|loader/, 'a superuser as owner needs nothing, and nobody becomes its member');
is(problem(session($node, user => 'other'), "SELECT adpipe.setup_roles('ads', 'loader')")->{sqlstate}, '42501', 'it is for loaders and administrators');
is(problem($loader, "SELECT adpipe.setup_roles('ads', 'loader', 'loader', 'readers', NULL, NULL, execute => true)")->{sqlstate}, '42501', 'an owner makes no roles');
is(answer($admin, "SELECT count(*) FROM pg_roles WHERE rolname = 'readers'"), '0', 'and nothing is done by halves');

# Copies of other roles in the schema are left alone.
perform($admin, "SELECT adpipe.grant_loader('other')", 'GRANT CREATE, USAGE ON SCHEMA ads TO other', 'GRANT USAGE ON SCHEMA google TO other',
	'GRANT USAGE ON FOREIGN SERVER google TO other', 'GRANT SELECT ON ALL TABLES IN SCHEMA google TO other');
perform(session($node, user => 'other'), "SELECT adpipe.materialize('google.budgets', 'ads.theirs')");
is(answer($admin, "SELECT adpipe.setup_roles('ads', $named)"), '', 'a copy of another role is left alone');
like($admin->messages, qr/NOTICE: .*granted to nobody\s+DETAIL: .*: ads\.theirs\.$/m, 'and named');
perform($admin, 'DROP TABLE ads.theirs');

# What others granted, and what no policy guards.
is(answer($admin, "SELECT adpipe.setup_roles('ads', $named)") . ($admin->messages =~ /WARNING/ ? 'warned' : ''), '', 'all is well');
perform($loader, 'CREATE VIEW ads.all_of_it AS SELECT * FROM ads."a ""copy"""');
for my $case (
	[ 'GRANT SELECT ON ads.all_of_it TO PUBLIC', 'REVOKE SELECT ON ads.all_of_it FROM PUBLIC', qr/role "(An "Analyst's"|B;I--)" can read what no policy guards\s+DETAIL: .*: ads\.all_of_it\.$/m, 'a view that reads as its owner' ],
	[ 'GRANT USAGE ON SCHEMA google TO "B;I--"; GRANT SELECT ON google.campaign_daily TO "B;I--"', 'REVOKE SELECT ON google.campaign_daily FROM "B;I--"', qr/role "B;I--" can read what no policy guards\s+DETAIL: .*: google\.campaign_daily\.$/m, 'a live table' ],
	[ 'ALTER DEFAULT PRIVILEGES FOR ROLE loader IN SCHEMA ads GRANT SELECT ON TABLES TO "B;I--"', 'ALTER DEFAULT PRIVILEGES FOR ROLE loader IN SCHEMA ads REVOKE SELECT ON TABLES FROM "B;I--"',
		qr/role "B;I--" can read new copies before they have a policy.*^HINT: +ALTER DEFAULT PRIVILEGES FOR ROLE loader IN SCHEMA ads REVOKE SELECT ON TABLES FROM "B;I--";$/ms, 'default privileges' ],
	[ 'ALTER DEFAULT PRIVILEGES FOR ROLE loader GRANT SELECT ON TABLES TO PUBLIC', 'ALTER DEFAULT PRIVILEGES FOR ROLE loader REVOKE SELECT ON TABLES FROM PUBLIC',
		qr/^HINT: +ALTER DEFAULT PRIVILEGES FOR ROLE loader REVOKE SELECT ON TABLES FROM PUBLIC;$/m, 'default privileges of everybody' ])
{
	my ($grant, $revoke, $warning, $what) = @$case;
	perform($admin, $grant);
	answer($admin, "SELECT adpipe.setup_roles('ads', $named)");
	like($admin->messages, $warning, "warned: $what");
	perform($admin, $revoke);
	answer($admin, "SELECT adpipe.setup_roles('ads', $named)");
	unlike($admin->messages, qr/WARNING/, "no more: $what");
}
perform($loader, 'ALTER VIEW ads.all_of_it SET (security_invoker = true)');
is(answer($admin, "SELECT adpipe.setup_roles('ads', $named)"), q{GRANT SELECT ON ads.all_of_it TO "An ""Analyst's""", "B;I--", "d\bt";}, 'a view that heeds its reader\'s policies is granted');

# Grants, policies and row-level security are dumped and come back.
perform($loader, "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-18')", "CALL adpipe.refresh('ads.campaign')");
answer($admin, "SELECT adpipe.setup_roles('ads', $named, execute => true)");
my $dump = PostgreSQL::Test::Utils::tempdir() . '/all.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
ok(PostgreSQL::Test::Utils::run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ]), 'restored');
is(answer(session($node, dbname => 'restored'), "SELECT adpipe.setup_roles('ads', $named)"), 'GRANT CREATE ON DATABASE restored TO loader;', 'in the restored database only a right on the database itself is left to grant');
is(answer(session($node, dbname => 'restored', user => 'hanbit'), 'SELECT DISTINCT account_id FROM ads.campaign'), $mine, 'where readers see their part');
is(answer(session($node, dbname => 'restored', user => 'loader'), 'SELECT count(DISTINCT account_id) FROM ads.campaign'), '2', 'and the owner all');

# Without the extension there are no policies, and readers see nothing.
my $restored = session($node, dbname => 'restored');
perform($restored, 'DROP EXTENSION adpipe CASCADE');
is(answer($restored, 'SELECT count(DISTINCT account_id) FROM ads.campaign'), '2', 'DROP EXTENSION leaves the rows');
is(answer(session($node, dbname => 'restored', user => 'hanbit'), 'SELECT count(*) FROM ads.campaign'), '0', 'and lets no reader see those of others');

done_testing();
