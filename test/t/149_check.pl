# adpipe.check(): each line of it is right on an installation that is well, and
# says what to do on one that is not.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '2345678901', max_retries => 0 });
my ($version) = slurp_file('adpipe.control') =~ /^default_version = '(.*)'$/m;

# The line of an item, as the loader or as a superuser.
sub line
{
	my ($item, $superuser) = @_;
	my $sql = "SELECT status, detail FROM adpipe.check() WHERE item = '$item'";
	return $superuser ? $node->safe_psql('postgres', $sql) : scalar run($sql);
}

sub items
{
	my ($superuser) = @_;
	my $sql = 'SELECT item FROM adpipe.check() ORDER BY item COLLATE "C"';
	return join ' ', map { s/ /_/gr } split /\n/, $superuser ? $node->safe_psql('postgres', $sql) : scalar run($sql);
}

# What it looks at, and what it says of a new installation.
at('2026-11-29T12:00:00Z');
is(items(), 'claims encoding event_triggers extension last_call_of_loader libcurl schedule_of_loader session_of_loader shared_memory temporary_tables_of_loader', 'the items');
is(line('extension'), "ok|version $version", 'the library has the version of the control file');
like(line('libcurl'), qr/^ok\|version \d+\.\d+\.\d+\S*; 7\.87\.0 or later is needed\.$/, 'libcurl and the oldest one that does');
is(line('encoding'), 'ok|UTF8', 'the encoding');
like(line('shared memory'), qr/^skipped\|.*shared_preload_libraries = 'adpipe'/, 'what shared memory would need');
is(line('event triggers'), 'ok|enabled', 'the event triggers');
is(line('temporary tables of loader'), 'ok|allowed', 'temporary tables');
like(line('claims'), qr/^ok\|/, 'no dead claims');
like(line('schedule of loader'), qr/^skipped\|/, 'without copies no schedule is needed');
like(line('last call of loader'), qr/^skipped\|/, 'nor a call');
is(run("SELECT count(*) FROM adpipe.check() WHERE status NOT IN ('ok', 'warning', 'failed', 'skipped')"), '0', 'there are four kinds of status');

# The schedule, without pg_cron.
run("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns')");
like(line('schedule of loader'), qr/^failed\|Nothing calls refresh_all\(\)\. As role "loader": SELECT adpipe\.schedule\(\);/, 'a copy that nothing refreshes');
run('CALL adpipe.refresh_all()');
like(line('schedule of loader'), qr/^ok\|.*another scheduler/, 'another scheduler does');
is(line('session of loader'), 'skipped|There is no job of pg_cron.', 'without pg_cron it has no session');
is(line('last call of loader'), 'ok|refresh_all() at 2026-11-29 12:00:00+00', 'the last call');
at('2026-11-30T12:00:00Z');
like(line('last call of loader'), qr/^failed\|the scheduler has not called adpipe\.refresh_all\(\) since 2026-11-29 12:00:00\S* See whether the scheduler runs/, 'calls that stopped, with what to do');

# Each failure, and that what the line says ends it.
sub repaired
{
	my ($item, $name) = @_;
	my ($repair) = line($item) =~ /^failed\|.*As a superuser: ([A-Z]+ .*;)/ or return fail("$name: a command");
	$node->safe_psql('postgres', $repair);
	like(line($item), qr/^ok\|/, "$name: the command of the line helps");
	return;
}
$node->safe_psql('postgres', 'REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC');
like(line('temporary tables of loader'), qr/^failed\|A refresh needs them/, 'no temporary tables');
repaired('temporary tables of loader', 'no temporary tables');
$node->safe_psql('postgres', 'ALTER EVENT TRIGGER adpipe_forget_dropped DISABLE; ALTER EVENT TRIGGER adpipe_note_altered ENABLE REPLICA');
repaired('event triggers', 'event triggers that are off');
$node->safe_psql('postgres', "UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'adpipe'");
like(line('extension'), qr/^failed\|The objects in this database have version 0\.0\.9, the library that this session loaded has \Q$version\E\. .*ALTER EXTENSION adpipe UPDATE;/, 'SQL objects of another version');
$node->safe_psql('postgres', "UPDATE pg_extension SET extversion = '$version' WHERE extname = 'adpipe'");
$node->safe_psql('postgres', "INSERT INTO adpipe.claim_ledger SELECT 'ads.campaigns', '2345678901', '-infinity', '-infinity', max(run_id), 1, now(), now(), now() FROM adpipe.runs");
like(line('claims'), qr/^warning\|.*: 1\. .*CALL adpipe\.refresh_all\(\);/, 'a claim of a session that is gone');
run("SELECT adpipe.alter_target('ads.campaigns', every => '0'); CALL adpipe.refresh_all()");
like(line('claims'), qr/^ok\|/, 'which the next refresh removes');
$node->safe_psql('postgres', "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
$node->safe_psql('latin', 'CREATE EXTENSION adpipe');
like($node->safe_psql('latin', "SELECT status, detail FROM adpipe.check() WHERE item = 'encoding'"), qr/^failed\|The database has encoding LATIN1, in which scans are refused\. .*ENCODING 'UTF8'/, 'another encoding');

# Who sees what.
like(items(1), qr/schedule_of_loader/, 'a superuser sees every owner of copies');
is(line('last call of loader', 1), line('last call of loader'), 'as they do');
$node->safe_psql('postgres', "CREATE ROLE etl LOGIN; SELECT adpipe.grant_loader('etl'); GRANT USAGE ON SCHEMA ads TO etl; GRANT SELECT ON ads.campaigns TO etl; CREATE ROLE plain LOGIN");
unlike(session($node, user => 'etl')->query('SELECT item FROM adpipe.check()'), qr/loader/, 'another loader sees nothing of it');
is(session($node, user => 'plain')->query_error('SELECT * FROM adpipe.check()')->{sqlstate}, '42501', 'who is no loader does not call it');
my $before = requests();
line('libcurl', $_) for 0, 1;
is(requests(), $before, 'it sends no request');

sub requests
{
	return scalar @{ $sim->control('GET', '/_control/requests?since=0') };
}

done_testing();
