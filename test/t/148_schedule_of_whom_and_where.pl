# schedule() and refresh_all() of roles that cannot do it all: where pg_cron lives
# in another database, and where the copies belong to others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my $libraries = `pg_config --pkglibdir`;
chomp $libraries;
plan skip_all => 'pg_cron is not installed for this server'
  unless -e "$libraries/pg_cron.so";

# Without pg_cron: the same error for everybody.
my $plain = adpipe_cluster();
$plain->safe_psql('postgres', "CREATE ROLE loader LOGIN; SELECT adpipe.grant_loader('loader')");
my $error = sql_error($plain, 'SELECT adpipe.schedule()', extra_params => [ '-U', 'loader' ]);
is("$error->{sqlstate} $error->{message}", '55000 pg_cron is not loaded', 'not loaded: what a loader is told');
like($error->{hint}, qr/shared_preload_libraries = 'pg_cron'/, 'not loaded: with what to set');
$plain->stop;

my $node = adpipe_cluster(extension => 0, conf => <<"END");
shared_preload_libraries = 'pg_cron'
cron.database_name = 'cron_home'
cron.use_background_workers = on
max_worker_processes = 16
END
$node->safe_psql('postgres', 'CREATE DATABASE cron_home');
$node->safe_psql('cron_home', 'CREATE EXTENSION pg_cron');
$node->safe_psql('postgres', 'CREATE EXTENSION adpipe');
my $sim = simulator();
loader($node, $sim, options => { customer_id => '2345678901', max_retries => 0 });
my $loader = session($node, user => 'loader');

# In another database, as a role that is no superuser.
$error = $loader->query_error("SELECT adpipe.schedule('*/15 * * * *')");
is("$error->{sqlstate} $error->{message}", '55000 pg_cron lives in database "cron_home", not in this one', 'another database: said as it is');
my ($by_superuser) = $error->{hint} =~ /^As a superuser in database "cron_home": (SELECT cron\.schedule_in_database\(.*\);)$/m;
my ($grants) = $error->{hint} =~ /as a superuser in database "cron_home", (GRANT .*;)$/m;
my ($by_loader) = $error->{hint} =~ /^and as role "loader" in database "cron_home": (SELECT cron\.schedule_in_database\(.*\);)$/m;
ok($by_superuser && $grants && $by_loader, 'another database: who runs what, where') or diag($error->{hint});
my $jobs = "SELECT jobname, schedule, command, database, username FROM cron.job";
my $job = 'adpipe postgres|*/15 * * * *|CALL adpipe.refresh_all()|postgres|loader';
$node->safe_psql('cron_home', $grants);
my $there = session($node, dbname => 'cron_home', user => 'loader');
like($there->query($by_loader), qr/^\d+$/, 'another database: the loader\'s command works there after the grants');
is($node->safe_psql('cron_home', $jobs), $job, 'another database: and makes the job');
$error = $loader->query_error('SELECT adpipe.unschedule()');
my ($remove) = $error->{hint} =~ /as role "loader" .* in database "cron_home": (SELECT cron\.unschedule\(.*;)/;
is($there->query($remove), 't', 'another database: so does that of unschedule()');
is($node->safe_psql('cron_home', $jobs), '', 'another database: it is gone');
$node->safe_psql('cron_home', $by_superuser);
is($node->safe_psql('cron_home', $jobs), $job, 'another database: the superuser\'s command makes the same');
is($loader->query("SELECT status, detail FROM adpipe.check() WHERE item = 'session of loader'"), 'ok|pg_cron lives in database "cron_home" and can have a session here', 'another database: check() says that it connects');
# A role without any right of pg_cron in its own database is told what to grant.
$node->safe_psql('cron_home', "CREATE EXTENSION adpipe; SELECT adpipe.grant_loader('loader'); REVOKE ALL ON SCHEMA cron FROM loader");
$error = $there->query_error('SELECT adpipe.schedule()');
is($error->{sqlstate}, '42501', 'its own database: without the right');
like($error->{hint}, qr/GRANT USAGE ON SCHEMA cron TO loader;/, 'its own database: what to grant');

# Copies of others.
sub notices
{
	my ($sql, $user, $dbname) = @_;
	my ($out, $err);
	$node->psql($dbname // 'postgres', $sql, extra_params => [ $user ? ('-U', $user) : () ], stdout => \$out, stderr => \$err, on_error_die => 1);
	return $err // '';
}
is(notices('CALL adpipe.refresh_all()'), '', 'without copies nothing is left alone');
$loader->query("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns'), adpipe.materialize('google.budgets', 'ads.budgets')");
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $notice = notices('CALL adpipe.refresh_all()');
like($notice, qr/NOTICE:  refresh_all\(\) leaves 2 copies of other roles alone\nDETAIL:  Owners: loader\. .* would run as role "$superuser"\.\nHINT: .*CALL adpipe\.refresh_all\(\)/, 'a superuser is told what its refresh_all() leaves alone');
is($node->safe_psql('postgres', 'SELECT count(*) FROM adpipe.runs'), '0', 'and it does leave them alone');
is(notices('CALL adpipe.refresh_all()', 'loader'), '', 'their owner reads no such thing');
is($node->safe_psql('postgres', 'SELECT count(*) FROM adpipe.runs'), '2', 'and refreshes them');
# One that owns some, and may read others': that is how tenants are.
$node->safe_psql('postgres', <<'END');
CREATE ROLE etl LOGIN;
SELECT adpipe.grant_loader('etl');
CREATE SCHEMA etl AUTHORIZATION etl;
GRANT USAGE ON SCHEMA google, ads TO etl;
GRANT USAGE ON FOREIGN SERVER google TO etl;
GRANT SELECT ON ALL TABLES IN SCHEMA google, ads TO etl;
CREATE ROLE member LOGIN IN ROLE loader;
SELECT adpipe.grant_loader('member');
END
like(notices('CALL adpipe.refresh_all()', 'etl'), qr/leaves 2 copies of other roles alone/, 'a role that owns none and reads some is told');
session($node, user => 'etl')->query("SELECT adpipe.materialize('google.campaigns', 'etl.campaigns')");
unlike(notices('CALL adpipe.refresh_all()', 'etl'), qr/alone/, 'one that owns some is not');
unlike(notices('CALL adpipe.refresh_all()', 'member'), qr/alone/, 'nor one with the rights of the owner');
$node->safe_psql('postgres', "CREATE SCHEMA own; SELECT adpipe.materialize('google.budgets', 'own.budgets'); SELECT adpipe.alter_target('etl.campaigns', enabled => false)");
like(notices('CALL adpipe.refresh_all()'), qr/leaves 2 copies of other roles alone\nDETAIL:  Owners: loader\./, 'a superuser that owns some is; copies that nobody refreshes do not count');

# schedule() of such a role makes its job, with a warning.
google_server($node, $sim, dbname => 'cron_home', role => 'loader');
$node->safe_psql('cron_home', <<'END');
GRANT USAGE ON SCHEMA google, cron TO loader;
GRANT USAGE ON FOREIGN SERVER google TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO loader;
CREATE SCHEMA ads AUTHORIZATION loader;
END
$there->query("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns')");
like(notices("SELECT adpipe.schedule('0 5 * * *')", undef, 'cron_home'), qr/WARNING:  the job of role "$superuser" leaves 1 copy of another role alone\nDETAIL:  Owners: loader\.\nHINT:  .*SET ROLE .*SELECT adpipe\.schedule\('0 5 \* \* \*'\)/, 'schedule() of a superuser warns');
is(notices("SELECT adpipe.schedule('0 5 * * *')", 'loader', 'cron_home'), '', 'that of the owner does not');
is($node->safe_psql('cron_home', "SELECT count(*) FROM cron.job WHERE database = 'cron_home'"), '2', 'both have their job');

done_testing();
