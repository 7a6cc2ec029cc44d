# schedule(workers => n): as many jobs as workers, more and fewer of them on
# request; and sessions of refresh_all() side by side take different copies before
# they share one, so that nothing is asked for twice.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
chomp(my $libraries = `$ENV{PG_CONFIG} --pkglibdir`);
my $has_cron = -e "$libraries/pg_cron.so";
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'" . ($has_cron ? <<'END' : ''));

shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
cron.launch_active_jobs = off
END
my $sim = simulator();
$sim->clock($now);
my $accounts = '1234567890,2345678901,3456789012';
loader($node, $sim, options => { customer_id => $accounts, max_retries => 0 });
my $loader = session($node, user => 'loader');

for my $workers (qw(0 65 -1 NULL))
{
	my $error = $loader->query_error("SELECT adpipe.schedule(workers => $workers)");
	is("$error->{sqlstate} $error->{message}", "22023 cannot schedule $workers workers", "$workers workers: refused");
}
SKIP:
{
	if (!$has_cron)
	{
		my $error = $loader->query_error('SELECT adpipe.schedule(workers => 3)');
		is($error->{message}, 'pg_cron is not loaded', 'without pg_cron: as for one');
		skip 'pg_cron is not installed for this server', 1;
	}
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO loader');
	my $jobs = sub { return $node->safe_psql('postgres', "SELECT jobname || ' ' || schedule || ' ' || username FROM cron.job WHERE command = 'CALL adpipe.refresh_all()' ORDER BY jobname") };
	my @named = map { "adpipe postgres$_ */15 * * * * loader" } '', map { " worker $_" } 2, 3;
	is(scalar(() = $loader->query("SELECT adpipe.schedule('*/15 * * * *', workers => 3)") =~ /^job \d+ of pg_cron/mg), 3, 'three workers: three jobs are returned');
	is($jobs->(), join("\n", @named), 'three workers: and are there');
	my $other = session($node, user => 'postgres');
	$other->query("SELECT cron.schedule('adpipe postgres worker 2', '0 0 1 1 *', 'SELECT 1')");
	$loader->query("SELECT adpipe.schedule('*/15 * * * *', workers => 2)");
	is($jobs->(), join("\n", @named[0, 1]), 'two workers: one job goes');
	is(scalar(() = $loader->query("SELECT adpipe.schedule('*/15 * * * *', workers => 2)") =~ /^job \d+/mg), 2, 'two workers again: the same jobs');
	is($jobs->(), join("\n", @named[0, 1]), 'and no more');
	is($loader->query('SELECT adpipe.unschedule()'), 't', 'unscheduled');
	is($jobs->(), '', 'all jobs are gone');
	is($other->query("SELECT count(*) FROM cron.job WHERE jobname = 'adpipe postgres worker 2'"), '1', "another role's job of that name stays");
	is($loader->query('SELECT adpipe.unschedule()'), 'f', 'twice is said');
}

# The commands for a pg_cron that lives elsewhere.
my $elsewhere = $node->safe_psql('postgres', q(SELECT adpipe_internal.schedule_elsewhere('*/15 * * * *', 'CALL adpipe.refresh_all()', 'home', 3)));
is(scalar(() = $elsewhere =~ /cron\.schedule_in_database\('adpipe postgres(?: worker [23])?', /g), 3, 'elsewhere: a command for each');

# The first session is held at its first copy; the second takes the other one, and
# then helps with the first.
$loader->query("SELECT adpipe.materialize('google.$_', 'ads.$_', '2026-10-05')") for qw(campaign_daily ad_group_daily);
my @worker = map { session($node, user => 'loader') } 1, 2;
$sim->faults([ { match => { query => 'FROM \S+ WHERE segments' }, times => 1, action => { delay_ms => 5000 } } ]);
$worker[0]->send('CALL adpipe.refresh_all()');
my $monitor = session($node);
my $first = poll_until(sub { $monitor->query('SELECT target FROM adpipe.progress WHERE account_id IS NOT NULL') });
$worker[1]->query('CALL adpipe.refresh_all()');
$worker[0]->wait;
my @begun = split /\n/, $monitor->query('SELECT target FROM adpipe.runs ORDER BY run_id');
is($begun[0], $first, 'the first worker takes one copy');
isnt($begun[1], $first, 'the second another');
is($monitor->query("SELECT string_agg(DISTINCT status, ' ') FROM adpipe.runs"), 'succeeded', 'all runs come to their ends');
my %asked;
for my $request (@{ $sim->requests })
{
	$asked{"$request->{account} $1 $2"}++ if ($request->{query} // '') =~ /FROM (campaign|ad_group) WHERE segments\.date BETWEEN '([0-9-]+)'/;
}
is(join(', ', grep { $asked{$_} > 1 } sort keys %asked), '', 'no chunk is asked for twice');
cmp_ok(scalar keys %asked, '>=', 2 * 3 * 7, 'all of them are');
is(world_difference($node, $sim, 'ads.campaign_daily', '2026-10-05', '2026-11-20', $accounts), '0|0', 'equal to the world');

done_testing();
