# A body of hundreds of megabytes passes through a temporary file, not through
# memory, and nothing of it stays behind: not after the scan, a cancel, or an
# answer that is forgotten.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use PostgreSQL::Test::Utils ();
use Test::More;

# How much private memory a scan may take, in kB: the part of a body that is
# held before it goes to a file, and what it grows by.
my $BOUND = 48 * 1024;

my $node = adpipe_cluster();
my $sim = simulator();
appsflyer_server($node, $sim, options => { app_id => 'com.hanbit.running', max_retries => 0 });
my $session = session($node);
my $sql = "SELECT count(*), sum(length(event_value)) FROM flyer.in_app_events WHERE date_day = current_date - 3";

# A body of so many rows of 224 bytes, or a part of it.
sub fault
{
	my ($rows, %wire) = @_;
	my $others = join '', map { ",$_" } 'Install Time', 'Event Revenue', 'Event Revenue Currency', 'Event Revenue USD', 'Media Source',
	  'Campaign', 'AppsFlyer ID', 'Is Retargeting', 'Is Primary Attribution';
	my $row = $session->query('SELECT current_date - 3') . ' 00:00:00,a,' . 'x' x 191 . ",,,,,,,,,\n";
	$sim->faults([ { match => { path => 'raw-data' },
		action => { status => 200, body => "Event Time,Event Name,Event Value$others\n", repeat => [ $row, $rows ], %wire } } ]);
	return;
}

# What maps or holds the temporary files of bodies.
sub files
{
	my ($pid) = ($session->pid);
	my @mapped = PostgreSQL::Test::Utils::slurp_file("/proc/$pid/maps") =~ /pgsql_tmp\S*adpipe/g;
	my @open = grep { (readlink($_) // '') =~ /pgsql_tmp\S*adpipe/ } glob("/proc/$pid/fd/*");
	return @mapped + @open;
}

sub private_kb
{
	my ($kb) = PostgreSQL::Test::Utils::slurp_file('/proc/' . $session->pid . '/status') =~ /^RssAnon:\s+(\d+) kB/m;
	return $kb;
}

subtest 'a body of 200 MB' => sub {
	fault(900_000);
	$session->query('SELECT 1 FROM flyer.apps LIMIT 1');
	my $idle = private_kb();
	my $peak = $idle;
	$session->send($sql);
	poll_until(sub { my $now = private_kb(); $peak = $now if $now > $peak; $session->is_done });
	my ($out, $error) = $session->wait;
	is($error, undef, 'is read');
	is($out, '900000|171900000', 'to its end');
	SKIP:
	{
		skip 'the memory of a sanitizer or valgrind', 1 if $ENV{ADPIPE_UNDER};
		cmp_ok($peak - $idle, '<', $BOUND, 'within its bound');
	}
	note('private memory: ', $peak - $idle, ' kB');
	is(files(), 1, 'it is kept as a mapped file');
	is($session->query($sql), '900000|171900000', 'which serves the next statement');
	is(scalar(grep { $_->{path} =~ /raw-data/ } @{ $sim->requests }), 1, 'without a call');
	is($session->query("SELECT adpipe.forget('flyer')"), '1', 'and is forgotten');
	is(files(), 0, 'with its file');
};

subtest 'a cancel in the middle of a body that is in a file' => sub {
	$sim->settings({ gzip => \0 });
	fault(300_000, stall_after => 40_000_000);
	$session->send($sql);
	poll_until(sub { files() });
	ok(!$session->is_done, 'it waits for the rest');
	$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $session->pid . ')');
	my ($out, $error) = $session->wait;
	is($error->{sqlstate}, '57014', 'is obeyed');
	is(files(), 0, 'and nothing is left open');
	fault(10);
	is($session->query($sql), '10|1910', 'the session goes on');
};

subtest 'a body that is cut after it went to a file' => sub {
	$session->query("SELECT adpipe.forget('flyer')");
	fault(300_000, cut => 40_000_000);
	is($session->query_error($sql)->{sqlstate}, 'HV00M', 'gives no rows');
	is(files(), 0, 'and nothing is left open');
	$session->query("SET temp_file_limit = '20MB'");
	fault(300_000);
	is($session->query_error($sql)->{sqlstate}, '54000', 'one beyond temp_file_limit is refused');
	is(files(), 0, 'and nothing is left open');
};

done_testing();
