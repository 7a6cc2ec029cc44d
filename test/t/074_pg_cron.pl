# pg_cron from the distribution's package runs refresh_all(), as a role that is
# no superuser.  ADPIPE_CRON_OUTAGE=1 adds an outage of the platform, minutes
# long, a revoked token, a full disk, and the end of each.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT small_disk);
use PostgreSQL::Test::Utils;
use Test::More;

my $libraries = `pg_config --pkglibdir`;
chomp $libraries;
plan skip_all => 'pg_cron is not installed for this server'
  unless -e "$libraries/pg_cron.so";

# Without it: the exact commands.
my $plain = adpipe_cluster();
my $error = sql_error($plain, 'SELECT adpipe.schedule()');
is($error->{sqlstate}, '55000', 'not loaded: an error');
like($error->{hint}, qr/shared_preload_libraries = 'pg_cron'.*CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO \S+;/s, 'not loaded: what to set and to run');
like($error->{hint}, qr/psql -X -d postgres -c 'CALL adpipe.refresh_all\(\)'/, 'not loaded: what another scheduler runs');
$plain->stop;

my ($disk, %environment) = small_disk();
my $node;
{
	local @ENV{ keys %environment } = values %environment;
	$node = adpipe_cluster(extension => 0, conf => <<"END");
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
max_worker_processes = 16
END
}
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');

# In another database: the command for its home, which works there.
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION adpipe');
$error = sql_error($node, 'SELECT adpipe.schedule()', dbname => 'shop');
is($error->{message}, 'pg_cron lives in database "postgres", not in this one', 'another database: an error');
my ($command) = $error->{hint} =~ /(SELECT cron\.schedule_in_database\(.*\);)/ or fail('no command in the hint');
like($node->safe_psql('postgres', $command), qr/^\d+$/, 'another database: the hint\'s command makes the job there');
is($node->safe_psql('postgres', 'SELECT jobname, command, database FROM cron.job'), 'adpipe shop|CALL adpipe.refresh_all()|shop', 'another database: as it should be');
$error = sql_error($node, 'SELECT adpipe.unschedule()', dbname => 'shop');
($command) = $error->{hint} =~ /(SELECT cron\.unschedule\(.*;)/ or fail('no command in the hint');
is($node->safe_psql('postgres', $command), 't', 'another database: and takes it away');

# In its own.
$node->safe_psql('postgres', 'CREATE EXTENSION adpipe');
my $sim = simulator();
loader($node, $sim, options => { customer_id => '2345678901,6789012345', max_retries => 0 });
my $loader = session($node, user => 'loader');
$error = $loader->query_error('SELECT adpipe.schedule()');
like($error->{hint}, qr/GRANT USAGE ON SCHEMA cron TO loader;/, 'without the right: what to grant');
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA cron TO loader');
$loader->query("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', current_date - 10)");
$loader->query("SELECT adpipe.alter_target('ads.campaign', every => '0')");
like($loader->query("SELECT adpipe.schedule('* * * * *')"), qr/^job \d+ of pg_cron: \* \* \* \* \* CALL adpipe\.refresh_all\(\)$/, 'scheduled every minute');
is($loader->query("SELECT adpipe.schedule('* * * * *')") =~ s/:.*//r, $loader->query('SELECT \'job \' || jobid || \' of pg_cron\' FROM cron.job'), 'twice is once');
my $run = poll_until(sub { $loader->query("SELECT run_id FROM adpipe.runs WHERE status <> 'running' ORDER BY 1 LIMIT 1") });
is($loader->query("SELECT status, error FROM adpipe.runs WHERE run_id = $run"), 'succeeded|', 'pg_cron ran it');
poll_until(sub { $node->safe_psql('postgres', "SELECT count(*) FROM cron.job_run_details WHERE username = 'loader' AND status = 'succeeded'") > 0 });
is($loader->query("SELECT min(date_day) = current_date - 10, count(*) > 0 FROM ads.campaign"), 't|t', 'the copy is filled');
is($loader->query('SELECT count(*) FROM adpipe.health'), '0', 'all is well');

# What health says as soon as it says something; and that it says nothing more
# after one run of each copy that was stopped.
my $health = "SELECT severity, target, account_id, problem FROM adpipe.health";
sub broken { my ($pattern) = @_; return poll_until(sub { my $rows = $loader->query($health); $rows =~ $pattern && $rows }, 240) }
sub repaired
{
	my ($what, $copies, $seconds) = @_;
	my $runs = $loader->query('SELECT max(run_id) FROM adpipe.runs');
	poll_until(sub { $loader->query('SELECT count(*) FROM adpipe.health') == 0 }, $seconds);
	is($loader->query("SELECT count(DISTINCT target), count(*) FROM adpipe.runs WHERE run_id > $runs AND target = ANY ('{$copies}'::regclass[])"), join('|', (1 + $copies =~ tr/,//) x 2), "$what: health is clear with one call");
	return;
}

if ($ENV{ADPIPE_CRON_OUTAGE})
{
	$loader->query("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns')");
	poll_until(sub { $loader->query('SELECT count(*) FROM adpipe.health') == 0 }, 120);

	$sim->faults([ { match => { path => ':search' }, action => { status => 503, body => '' } } ]);
	like(broken(qr/\d accounts of .*HTTP 503/), qr/\Aerror\|[^|]*\|\|2 accounts of [12] cop(y|ies): platform "google_ads" did not give a whole answer\..*HTTP 503[^\n]*\z/, 'outage: one row after pg_cron\'s next run');
	my $failed = $loader->query("SELECT count(*) FROM adpipe.runs WHERE status = 'failed'");
	poll_until(sub { $loader->query("SELECT count(*) FROM adpipe.runs WHERE status = 'failed'") > $failed }, 300);
	pass('outage: it is tried again');
	$sim->faults([]);
	repaired('outage', 'ads.campaign', 600);
	is(world_difference($node, $sim, 'ads.campaign', $loader->query('SELECT current_date - 9'), $loader->query('SELECT current_date'), '2345678901'), '0|0', 'equal to the world');

	$sim->settings({ revoke_refresh_token => Cpanel::JSON::XS::true, revoke_access_tokens => Cpanel::JSON::XS::true });
	$loader->query("SELECT adpipe.alter_target('ads.campaigns', every => '0')");
	like(broken(qr/of 2 copies/), qr/\Aerror\|\|\|2 accounts of 2 copies: platform "google_ads" refused the credentials\..*invalid_grant: Token has been expired or revoked\.\z/, 'revoked token: one row');
	$sim->settings({ revoke_refresh_token => Cpanel::JSON::XS::false });
	$loader->query("ALTER USER MAPPING FOR loader SERVER google OPTIONS (SET refresh_token '1//sample-refresh')");
	repaired('revoked token', 'ads.campaign,ads.campaigns', 90);

	$node->safe_psql('postgres', "CREATE TABLESPACE small LOCATION '$disk'; GRANT CREATE ON TABLESPACE small TO loader");
	$loader->query($_) for 'SET default_tablespace = small', "SELECT adpipe.alter_target(adpipe.materialize('google.account_daily', 'ads.crowded', current_date - 5), enabled => false)";
	append_to_file("$disk/full", '');
	$loader->query("SELECT adpipe.alter_target('ads.crowded', enabled => true)");
	like(broken(qr/No space/), qr/\A(warning|error)\|ads\.crowded\|\|the refresh fails: could not extend file .*: No space left on device \(SQLSTATE 53100\)\z/, 'full disk: one row');
	broken(qr/\Aerror\|ads\.crowded/);
	pass('full disk: an error from the second time on');
	unlink "$disk/full";
	repaired('full disk', 'ads.crowded', 240);
}
is($loader->query('SELECT adpipe.unschedule()'), 't', 'unscheduled');
is($loader->query('SELECT adpipe.unschedule()'), 'f', 'twice is said');

done_testing();
