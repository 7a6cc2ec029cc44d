# While a backend waits for a platform, a cancel, a terminate, a timeout and the
# death of the postmaster take effect within a tenth of a second, whatever it
# waits for.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../module", "$FindBin::RealBin/../perl";

use AdpipeTest;
use NetTest;
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(time usleep);

# What design.md promises, in seconds.
my $PROMISE = 0.1;

# A busy machine may be late by itself; being on time once out of six shows
# that nothing in the code is.
my $TRIES = 6;

# When statement_timeout strikes: late enough for the phase to be reached.
my $STATEMENT_TIMEOUT = 0.4;

my $server = net_server();
my $node = net_cluster();

# A session that outlives the servers it asks, and whose answers come at once.
my $control = session($node);

# True if the backend waits for a descriptor of an extension.
sub waits
{
	my ($pid) = @_;
	return $control->query(
		"SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $pid")
	  eq 't';
}

# The sockets of a process in /proc/net/tcp: [descriptor, remote port, state]
sub connections
{
	my ($pid) = @_;
	my %found = map { /^\s*\d+: \w+:\w+ \w+:(\w+) (\w+) (?:\S+\s+){5}(\d+)/
		  ? ($3 => [ hex $1, $2 ]) : () }
	  split /\n/, PostgreSQL::Test::Utils::slurp_file('/proc/net/tcp');

	return map {
		my ($inode) = (readlink($_) // '') =~ /^socket:\[(\d+)\]$/;
		defined $inode && $found{$inode} ? [ $_, @{ $found{$inode} } ] : ();
	} glob("/proc/$pid/fd/*");
}

# True if a connection of the process to the server's full port is on its way
# (state 02, SYN_SENT).
sub is_connecting
{
	my ($pid) = @_;
	return grep { $_->[1] == $server->{port}{full} && $_->[2] eq '02' }
	  connections($pid);
}

# Returns a condition: one more than so far has been seen by a counter.
sub one_more
{
	my ($counter) = @_;
	my $before = $counter->();
	return sub { $counter->() > $before };
}

sub seen
{
	my ($path) = @_;
	return sub { one_more(sub { $server->seen($path) }) };
}

# What a backend may be at when it is interrupted: a name, what it runs, and what
# makes the condition, of its process id, that it has got there.
my @phases = (
	[
		'look-up of a name',
		fetching('https://hang.test/'),
		sub { one_more(sub { scalar(() = resolver_log() =~ /^hang/mg) }) }
	],
	[
		'connecting',
		fetching($server->url('/', 'full')),
		sub { \&is_connecting }
	],
	[
		'TLS handshake',
		fetching($server->url('/', 'deaf') =~ s/^http/https/r),
		seen('/deaf')
	],
	[ 'first byte', fetching($server->url('/stall')), seen('/stall') ],
	[ 'rest of the head', fetching($server->url('/drip_head')), seen('/drip_head') ],
	[ 'rest of the body', fetching($server->url('/stall_body')), seen('/stall_body') ],
	[ 'slow body', fetching($server->url('/drip')), seen('/drip') ],
	[ 'fast body', fetching($server->url('/pour')), seen('/pour') ],
	[ 'bomb', fetching($server->url('/bomb?100000')), seen('/bomb') ],
	[
		'alarm',
		'SELECT adpipe_test.wait_for_alarm(100000)',
		sub { sub { 1 } }
	]);

# A statement that fetches a URL with no bound to speak of.
sub fetching
{
	my ($url) = @_;
	return 'SELECT outcome FROM adpipe_test.fetch(' . quote($url)
	  . ', connect_timeout_ms => 100000, request_timeout_ms => 100000,'
	  . ' max_body_bytes => 2000000000000)';
}

# Starts a phase in a session; returns once it is reached.
sub enter
{
	my ($session, $phase) = @_;
	my ($name, $sql, $make_condition) = @$phase;
	my $is_reached = $make_condition->();
	my $start = time;

	$session->send($sql);
	poll_until(sub { $is_reached->($session->pid) });
	poll_until(sub { waits($session->pid) })
	  unless $name =~ /fast|bomb/;
	return $start;
}

# Waits until code is true, looking often; returns the time that took.
sub time_until
{
	my ($start, $code) = @_;

	until ($code->())
	{
		die 'timed out waiting' if time - $start > $AdpipeTest::TIMEOUT;
		usleep(500);
	}
	return time - $start;
}

# True if a process is no more, or only its parent does not know yet.
sub is_gone
{
	my ($pid) = @_;

	open my $stat, '<', "/proc/$pid/stat" or return 1;
	my $line = <$stat> // return 1;
	return $line =~ /\) Z /;
}

sub cancel
{
	my ($phase) = @_;
	my $session = session($node);

	enter($session, $phase);
	my $start = time;
	$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
	my $took = time_until($start, sub { $session->is_done });
	my (undef, $error) = $session->wait;
	is($error->{sqlstate}, '57014', "$phase->[0]: cancelled");
	is($session->query('SELECT 1'), '1', "$phase->[0]: session goes on");
	return $took;
}

sub time_out
{
	my ($phase) = @_;
	my $session = session($node);

	$session->query('SET statement_timeout = ' . $STATEMENT_TIMEOUT * 1000);
	my $start = enter($session, $phase);
	my $took = time_until($start, sub { $session->is_done });
	my (undef, $error) = $session->wait;
	is($error->{sqlstate}, '57014', "$phase->[0]: timed out");
	cmp_ok($took, '>=', $STATEMENT_TIMEOUT, "$phase->[0]: not before its time");
	return $took - $STATEMENT_TIMEOUT;
}

sub terminate
{
	my ($phase) = @_;
	my $session = session($node);
	my $pid = $session->pid;

	enter($session, $phase);
	my $start = time;
	$control->query("SELECT pg_terminate_backend($pid)");
	return time_until($start, sub { is_gone($pid) });
}

sub kill_postmaster
{
	my ($phase) = @_;
	my $session = session($node);
	my $pid = $session->pid;

	enter($session, $phase);
	my $start = time;
	$node->kill9;
	my $took = time_until($start, sub { is_gone($pid) });
	$control->close;
	net_start($node);
	$control = session($node);
	return $took;
}

# Interrupts every phase in one way.
sub interrupt_all
{
	my ($interrupt) = @_;

	foreach my $phase (@phases)
	{
		my $took;
		my $tries = 0;
		do
		{
			$took = $interrupt->($phase);
			note(sprintf '%s: %.1f ms', $phase->[0], $took * 1000);
		} until ($took < $PROMISE || ++$tries == $TRIES);
		cmp_ok($took, '<', $PROMISE, "$phase->[0]: in time");
	}
	return;
}

subtest 'pg_cancel_backend' => sub { interrupt_all(\&cancel) };
subtest 'statement_timeout' => sub { interrupt_all(\&time_out) };
subtest 'pg_terminate_backend' => sub { interrupt_all(\&terminate) };
is($control->query('SELECT count(*) FROM pg_ls_tmpdir()'),
	'0', 'no temporary file is left');
subtest 'death of the postmaster' => sub { interrupt_all(\&kill_postmaster) };

# Nothing that waits is handed to a program that the backend might run.
{
	my $session = session($node);
	my $pid = $session->pid;

	enter($session, [ 'first byte', fetching($server->url('/stall')), seen('/stall') ]);
	my @descriptors = (
		(grep { (readlink($_) // '') =~ /eventpoll|timerfd/ } glob("/proc/$pid/fd/*")),
		map { $_->[0] } connections($pid));
	cmp_ok(scalar(@descriptors), '>=', 4, 'descriptors of a transfer');
	foreach my $path (@descriptors)
	{
		my ($flags) = PostgreSQL::Test::Utils::slurp_file($path =~ s{/fd/}{/fdinfo/}r)
		  =~ /^flags:\s+(\d+)/m;
		ok(oct($flags) & 02000000, readlink($path) . ' is closed by exec');
	}
	$control->query("SELECT pg_cancel_backend($pid)");
	$session->wait;
}

done_testing();
