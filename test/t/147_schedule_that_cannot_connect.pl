# A schedule of pg_cron whose runs cannot connect, as Debian's pg_hba.conf has it:
# schedule() says what they need, adpipe.health and adpipe.check() say what went
# wrong, and what they name makes it well.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use PostgreSQL::Test::Utils;
use Test::More;

my $libraries = `pg_config --pkglibdir`;
chomp $libraries;
plan skip_all => 'pg_cron is not installed for this server'
  unless -e "$libraries/pg_cron.so";

my $password_file = PostgreSQL::Test::Utils::tempdir() . '/pgpass';
my $node;
{
	# .pgpass of the server's user; that of the test's is not touched.
	local $ENV{PGPASSFILE} = $password_file;
	$node = adpipe_cluster(conf => <<'END');
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
listen_addresses = '127.0.0.1'
END
}
my $sim = simulator();
loader($node, $sim, options => { customer_id => '2345678901', max_retries => 0 });
my ($system_user) = getpwuid($<);
$node->safe_psql('postgres', <<"END");
CREATE EXTENSION pg_cron;
CREATE ROLE etl LOGIN;
CREATE ROLE reader LOGIN;
CREATE ROLE outsider LOGIN;
SELECT adpipe.grant_loader('etl');
CREATE SCHEMA etl AUTHORIZATION etl;
GRANT USAGE ON SCHEMA cron, google TO loader, etl;
GRANT USAGE ON FOREIGN SERVER google TO etl;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO etl;
CREATE USER MAPPING FOR etl SERVER google OPTIONS (client_id '$AdpipeTest::GOOGLE_CREDENTIALS{client_id}',
    client_secret '$AdpipeTest::GOOGLE_CREDENTIALS{client_secret}', refresh_token '$AdpipeTest::GOOGLE_CREDENTIALS{refresh_token}');
GRANT USAGE ON SCHEMA ads TO reader;
SET password_encryption = 'scram-sha-256';
ALTER ROLE loader PASSWORD 'a:b';
END
my $hba = $node->data_dir . '/pg_hba.conf';
my $debian = <<"END";
# as in a package of Debian
local   all  all                 peer
host    all  all  127.0.0.1/32   scram-sha-256
host    all  all  ::1/128        scram-sha-256
END
put($hba, $debian);
$node->reload;

my %as;
for my $role (qw(loader etl reader outsider))
{
	# By the socket only the cluster's superuser comes in.
	$as{$role} = session($node);
	$as{$role}->query("SET SESSION AUTHORIZATION $role");
}
$as{loader}->query("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns'), adpipe.materialize('google.budgets', 'ads.budgets')");
$as{loader}->query('GRANT SELECT ON ads.budgets TO reader');
$as{etl}->query("SELECT adpipe.materialize('google.campaigns', 'etl.campaigns')");

sub health { return $as{ $_[0] }->query("SELECT severity, target, account_id, problem, action FROM adpipe.health WHERE problem <> 'nothing read yet'"); }
sub check { return $as{ $_[0] }->query("SELECT status, detail FROM adpipe.check() WHERE item = '$_[1]'"); }

# What the answer says.
my %answer = map { $_ => $as{$_}->query("SELECT adpipe.schedule('* * * * *')") } qw(loader etl);
my $port = $node->port;
like($answer{loader}, qr/^job \d+ of pg_cron: \* \* \* \* \* CALL adpipe\.refresh_all\(\)\n/, 'the job is made');
like($answer{loader}, qr/as role "loader" is not proven\. It connects to localhost, port $port; line 3 of pg_hba\.conf asks for scram-sha-256/, 'the answer says what its session meets');
like($answer{loader}, qr/cron\.use_background_workers = on/, 'and that background workers need none');
my ($line) = $answer{loader} =~ /\.pgpass of the server's operating-system user: (localhost:\d+:postgres:loader:)<password>/;
ok($line, 'and the line for .pgpass');
my ($update, $local, $map) = $answer{etl} =~ /(UPDATE cron\.job .*;)\n.*pg_hba\.conf: (local .*)\n.*pg_ident\.conf, .*: (adpipe .*)\n/;
ok($update && $local && $map, 'and those for the socket');
like(check('loader', 'session of loader'), qr/^warning\|.*not proven/, 'check() says the same');

# A failed connection is in health at once, with pg_cron's word, for whoever may read a copy;
# from release 1.6.3 on pg_cron says of it, too, when it started.
$node->safe_psql('postgres', <<'END');
CREATE FUNCTION started() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.start_time := coalesce(NEW.start_time, now()); RETURN NEW; END$$;
CREATE TRIGGER started BEFORE UPDATE ON cron.job_run_details FOR EACH ROW WHEN (NEW.status = 'failed') EXECUTE FUNCTION started();
END
for my $role (qw(loader etl))
{
	my $health = poll_until(sub { health($role) }, 130);
	like($health, qr/^error\|[\w.]+\|\|pg_cron could not run job \d+ as role "$role": connection failed[^|]*\|Set cron\.use_background_workers = on and restart, or let role "$role" in by pg_hba\.conf or \.pgpass/, "$role: health shows it");
	is(scalar(split /\n/, $health), 1, "$role: one cause is one row");
	like(check($role, "session of $role"), qr/^failed\|pg_cron could not run job \d+ as role "$role": connection failed.*scram-sha-256/, "$role: check() shows it");
}
like(health('loader'), qr/\(2 copies wait\)/, 'how many copies wait is said');
like(health('reader'), qr/^error\|ads\.budgets\|\|pg_cron could not run job \d+ as role "loader": connection failed\|/, 'a reader of one copy sees it too');
$node->safe_psql('postgres', "INSERT INTO cron.job_run_details (jobid, runid, username, status) SELECT jobid, 1000, 'loader', 'connecting' FROM cron.job WHERE username = 'loader'");
like(health('loader'), qr/^error\|.*connection failed/, 'while the next call connects, too');
$node->safe_psql('postgres', 'DELETE FROM cron.job_run_details WHERE runid = 1000');
is(health('outsider'), '', 'an outsider sees nothing');
is($as{outsider}->query('SELECT count(*) FROM adpipe_internal.scheduled_targets()'), '0', 'nor by the function below');
is($as{etl}->query("SELECT string_agg(DISTINCT pg_get_userbyid(role), ',') FROM adpipe_internal.own_cron_jobs()"), 'etl', 'one\'s own jobs are all that one sees');
is($as{etl}->query_error('SELECT * FROM adpipe_internal.cron_jobs()')->{sqlstate}, '42501', 'those of all nobody sees');

# What the answers named lets them in.
put($password_file, $line . "a\\:b\n", 0600);
put($hba, "$local\n$debian");
put($node->data_dir . '/pg_ident.conf', $map =~ s/postgres/$system_user/r . "\n");
$node->safe_psql('postgres', $update);
$node->reload;
for my $role (qw(loader etl))
{
	poll_until(sub { health($role) eq '' }, 130);
	pass("$role: health is clear after the next call");
	like(check($role, "session of $role"), qr/^ok\|pg_cron had a session as role "$role" at /, "$role: which proves that it connects");
	like($as{$role}->query("SELECT adpipe.schedule('* * * * *')"), qr/^job \d+ of pg_cron: [^\n]*$/, "$role: then the answer is the job alone");
}
# Health is clear when the call has its session, before the refresh ends.
poll_until(sub { $node->safe_psql('postgres', 'SELECT count(*) > 0 FROM ads.campaigns') eq 't' });
pass('the copy is filled');

# Calls that do not come, whatever the log of runs holds: by the job's own schedule.
my $job = $as{loader}->query('SELECT jobid FROM cron.job');
$node->safe_psql('postgres', "SELECT cron.alter_job($job, active => false)");
like($as{loader}->query("SELECT adpipe.schedule('* * * * *')"), qr/not active.*cron\.alter_job\($job, active => true\)/s, 'a paused job is not active again by schedule(), which says so');
like(check('loader', 'schedule of loader'), qr/^failed\|job $job of pg_cron: .* is not active.*alter_job/, 'nor in check()');
is(later('30 seconds'), '', 'a call that is not due yet is not missed');
like(later('4 minutes'), qr/^error\|ads\.\w+\|pg_cron has not run job $job as role "loader" since [^|]*\|The job is not active\. As a superuser: SELECT cron\.alter_job\($job, active => true\);/, 'two that are are');
$as{loader}->query("SELECT adpipe.schedule('0 */6 * * *')");
is(later('4 minutes'), '', 'those of a slower schedule are not');
like(later('8 hours'), qr/has not run job/, 'until its time has come');
$node->safe_psql('postgres', "SELECT cron.alter_job($job, active => true, schedule => '\@reboot')");
is(later('90 minutes'), '', 'a schedule without a clock is judged by the gap between calls');
like(later('4 hours'), qr/the scheduler has not called/, 'that was learnt');
$node->safe_psql('postgres', "SELECT cron.alter_job($job, schedule => '* * * * *')");
like(later('4 minutes'), qr/has not run job/, 'while no run is at work');
$sim->faults([ { match => { query => 'FROM campaign ' }, action => { delay_ms => 600_000 } } ]);
$as{loader}->query("SELECT adpipe.alter_target('ads.campaigns', every => '0')");
$as{loader}->send("CALL adpipe.refresh('ads.campaigns')");
poll_until(sub { $node->safe_psql('postgres', "SELECT count(*) FROM adpipe.runs WHERE status = 'running'") });
is(later('4 minutes'), '', 'a run that is longer than the interval is no missed call');
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $as{loader}->pid . ')');
$as{loader}->wait;
$sim->faults([]);

# What else proves a session, and what is wrong with it.
sub answer { return $as{etl}->query("SELECT adpipe.schedule('0 0 1 1 *')") =~ s/^job \d+ [^\n]*\n?//r; }
$as{etl}->query('SELECT adpipe.unschedule()');
put($hba, "local all all peer\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 md5\n");
like(answer(), qr/line 3 of pg_hba\.conf asks for md5 \(::1\)/, 'localhost is two addresses');
put($hba, "local all all peer\nhost all all samehost trust\n");
is(answer(), '', 'a line that trusts both is proof');
is(check('etl', 'session of etl'), 'ok|pg_hba.conf trusts role "etl"', 'check() says by what');
put($hba, "local all all peer\n");
like(answer(), qr/no line of pg_hba\.conf lets it in/, 'no line is none');
$node->safe_psql('postgres', 'ALTER ROLE etl NOLOGIN');
like(answer(), qr/the role may not log in.*ALTER ROLE etl LOGIN;/s, 'a role that may not log in');
$as{etl}->query('SELECT adpipe.unschedule()');
put($hba, $debian);
answer();
$node->append_conf('postgresql.conf', "cron.use_background_workers = on\nmax_worker_processes = 16\n");
$node->restart;
$as{$_} = session($node) for qw(loader etl);
$as{$_}->query("SET SESSION AUTHORIZATION $_") for qw(loader etl);
like(answer(), qr/^Whether[^\n]* the role may not log in\.\nALTER ROLE etl LOGIN;$/, 'nor does it in a background worker');
$node->safe_psql('postgres', "ALTER ROLE etl LOGIN; INSERT INTO cron.job_run_details (jobid, runid, username, status, return_message) SELECT jobid, 1000, 'etl', 'failed', 'connection failed' FROM cron.job WHERE username = 'etl'");
is(answer(), '', 'background workers are proof, whatever clients met before');
is(check('etl', 'session of etl'), 'ok|pg_cron uses background workers', 'as check() says');
$node->safe_psql('postgres', "UPDATE cron.job_run_details SET return_message = 'could not start background process; more details may be available in the server log' WHERE runid = 1000");
like(answer(), qr/could not start background process[^\n]* It uses a background worker\.\nSee the server log; raise max_worker_processes and restart\.$/, 'background workers that do not start');
$node->safe_psql('postgres', "SELECT cron.alter_job(jobid, schedule => '* * * * *', active => false) FROM cron.job WHERE username = 'etl'");
like(later('4 minutes', 'etl'), qr/could not start background process[^|]*\|Raise max_worker_processes/, 'health has them, too');
$as{$_}->query('SELECT adpipe.unschedule()') for qw(loader etl);

# A role's health as it will be if nothing happens.
sub later
{
	my ($interval, $role) = @_;
	my $session = session($node);
	$session->query("SET adpipe.debug_now = '" . $session->query("SELECT now() + '$interval'") . "'");
	$session->query('SET SESSION AUTHORIZATION ' . ($role // 'loader'));
	return $session->query("SELECT severity, target, problem, action FROM adpipe.health WHERE problem ~ 'run job|called'");
}

# When a schedule was last due.
for ([ '* * * * *', '2026-11-29 10:15' ], [ '*/30 * * * *', '2026-11-29 10:00' ], [ '5-20/5 * * * *', '2026-11-29 10:15' ], [ '59 23 * * *', '2026-11-28 23:59' ],
	[ '0 3 * * *', '2026-11-29 03:00' ], [ '0 3 1 * *', '2026-11-01 03:00' ], [ '30 4 1,15 * 5', '2026-11-27 04:30' ], [ '0 0 * * 7', '2026-11-29 00:00' ],
	[ '0 0 * * sun', '2026-11-29 00:00' ], [ '0 0 * * Mon-fri', '2026-11-27 00:00' ], [ '0 0 29 feb *', '2024-02-29 00:00' ], [ '0 0 31 4 *', '' ], [ '0 12 */10 * *', '2026-11-21 12:00' ],
	[ '16 10 * * *', '2026-11-28 10:16' ], [ '15 10 29 11 *', '2026-11-29 10:15' ], [ '0 0 */2 * 1', '2026-11-23 00:00' ], [ '@hourly', '2026-11-29 10:00' ], [ '@daily', '2026-11-29 00:00' ],
	[ '@weekly', '2026-11-29 00:00' ], [ '@monthly', '2026-11-01 00:00' ], [ '@yearly', '2026-01-01 00:00' ], [ '30 seconds', '2026-11-29 10:15' ], [ '@reboot', '' ], [ '1/5 * * * *', '' ],
	[ '60 * * * *', '' ], [ '* * * *', '' ], [ '*/0 * * * *', '' ], [ '', '' ])
{
	my ($cron, $due) = @$_;
	is($node->safe_psql('postgres', "SELECT to_char(adpipe_internal.cron_due('$cron', '2026-11-29 10:15:45Z') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"), $due, "due: $cron");
}
is($node->safe_psql('postgres', "SELECT adpipe_internal.cron_due('0 3 * * *', '2026-11-29 10:15:45Z', 'Asia/Seoul') AT TIME ZONE 'UTC'"), '2026-11-28 18:00:00', 'due: in the zone of pg_cron');

# Which line of pg_hba.conf holds.
sub rule
{
	my ($lines, $address) = @_;
	put($hba, "local all all peer\n$lines");
	return $node->safe_psql('postgres', "SELECT line, method, is_sure FROM adpipe_internal.hba_rule('loader', $address)");
}
is(rule("host other all all trust\nhost all etl all trust\nhost all all 10.0.0.0/8 trust\nhost all loader 127.0.0.0/8 trust\n", "'127.0.0.1'"), '5|trust|t', 'hba: of another database, role or address');
is(rule("host all all 127.0.0.1/32 trust\n", "'::1'"), '||', 'hba: none');
is(rule("host all +dbas 127.0.0.1/32 md5\nhost all all all trust\n", "'127.0.0.1'"), '2|md5|f', 'hba: one that may hold comes first');
is(rule("host sameuser all samehost trust\n", "'::1'"), '2|trust|f', 'hba: a word of its own for the database');
is(rule("hostssl all all all trust\n", "'::1'"), '||', 'hba: a line for TLS, which this server does not have');
is(rule("hostnossl all all all trust\n", "'::1'"), '2|trust|f', 'hba: whether the session has TLS is not known');
is(rule("host all all localhost trust\n", "'::1'"), '2|trust|f', 'hba: nor names of hosts');
is(rule("host all all all reject\n", 'NULL'), '1|peer|t', 'hba: the socket');

sub put
{
	my ($file, $text, $mode) = @_;
	open my $out, '>', $file or die "$file: $!";
	print $out $text;
	close $out;
	chmod $mode, $file if $mode;
	return;
}

done_testing();
