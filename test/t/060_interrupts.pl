# A scan of a foreign table that waits for its platform obeys a cancel, a
# terminate, a timeout and the death of the postmaster within a tenth of a
# second, and the session works afterwards.  021_net_interrupts.pl asks the same
# of the transport alone, in more phases.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../module", "$FindBin::RealBin/../perl";

use AdpipeTest;
use NetTest;
use Test::More;
use Time::HiRes qw(time usleep);

# What is promised, in seconds.
my $PROMISE = 0.1;

# A busy machine may be late by itself; being on time once out of three shows
# that nothing in the code is.
my $TRIES = 3;

# When statement_timeout strikes: late enough for the phase to be reached.
my $STATEMENT_TIMEOUT = 0.5;

my $SCAN = 'sum(clicks) FROM %s.campaign_daily'
  . ' WHERE date_day BETWEEN current_date - 9 AND current_date - 3';

my $sim = simulator();
my $node = net_cluster();
$node->safe_psql('postgres', 'CREATE EXTENSION adpipe');

# One server per place to get stuck before the simulator has a say, and one
# where it has.
my $deaf = 'https://127.0.0.1:' . $sim->ready->{stall_port};
my %one_account = (customer_id => '1234567890');
google_server($node, $sim, options => {%one_account});
google_server($node, $sim, name => 'unknown',
	options => { %one_account, endpoint => 'https://hang.test' });
google_server($node, $sim, name => 'deaf',
	options => { %one_account, endpoint => $deaf });

# A session that outlives the scans, and whose answers come at once.
my $control = session($node);

# True if the backend waits for something of an extension.
sub waits
{
	my ($pid) = @_;
	return $control->query(
		"SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $pid")
	  eq 't';
}

# The requests for rows, without those for tokens and accounts.
sub scans
{
	return grep { $_->{path} =~ /:search/ } @{ $sim->requests };
}

# Sockets of a process that are connected to the port nobody answers at.
sub reached_deaf
{
	my ($pid) = @_;
	my $port = sprintf '%04X', $sim->ready->{stall_port};
	my %found = map { /^\s*\d+: \w+:\w+ \w+:$port 01 (?:\S+\s+){5}(\d+)/ ? ($1 => 1) : () }
	  split /\n/, PostgreSQL::Test::Utils::slurp_file('/proc/net/tcp');

	return grep { (readlink($_) // '') =~ /^socket:\[(\d+)\]$/ && $found{$1} }
	  glob("/proc/$pid/fd/*");
}

# How often a name that is never resolved was asked for.
sub lookups
{
	return scalar(() = resolver_log() =~ /^hang/mg);
}

# What a scan may be at when it is interrupted: a name, the schema that it
# reads, the fault to install, and the condition, of its process id and the
# number of look-ups before it, that it has got there.
my @phases = (
	[ 'look-up of a name', 'unknown', undef, sub { lookups() > $_[1] } ],
	[ 'TLS handshake', 'deaf', undef, sub { reached_deaf($_[0]) } ],
	[
		'first byte', 'google',
		{ delay_ms => 5000 },
		sub { scans() }
	],
	[
		'rest of the body', 'google',
		{ stall_after => 300 },
		sub { scans() }
	],
	[
		'back-off', 'google',
		{ status => 503, body => '', headers => { 'Retry-After' => '30' } },
		sub { my @seen = scans(); @seen && $seen[0]{done} }
	]);

# Starts a scan in a session; returns the time of its start once it has
# reached the phase.
sub enter
{
	my ($session, $phase) = @_;
	my ($name, $schema, $action, $is_reached) = @$phase;
	my $before = lookups();

	$sim->reset;
	$sim->faults([ { match => { path => ':search' }, action => $action } ])
	  if $action;
	my $start = time;
	$session->send('SELECT ' . sprintf $SCAN, $schema);
	poll_until(
		sub {
			die "$name: the scan ended: " . $session->messages
			  if $session->is_done;
			$is_reached->($session->pid, $before) && waits($session->pid);
		});
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

# Checks that the session that was interrupted reads the platform again.
sub goes_on
{
	my ($session, $name) = @_;

	$sim->reset;
	like($session->query('SELECT ' . sprintf $SCAN, 'google'),
		qr/^\d+$/, "$name: the session goes on");
	return;
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
	goes_on($session, $phase->[0]);
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
	$session->query('RESET statement_timeout');
	goes_on($session, $phase->[0]);
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

# A timeout cannot strike during a back-off: a wait that would outlast the
# statement is refused before it starts.
sub is_refused_at_once
{
	my ($phase) = grep { $_->[0] eq 'back-off' } @phases;
	my $session = session($node);

	$sim->reset;
	$sim->faults([ { match => { path => ':search' }, action => $phase->[2] } ]);
	$session->query('SET statement_timeout = 10000');
	my $start = time;
	my $error = $session->query_error('SELECT ' . sprintf $SCAN, 'google');
	my $took = time - $start;
	is($error->{sqlstate}, '53400', 'back-off beyond statement_timeout: refused');
	cmp_ok($took, '<', 5, 'back-off beyond statement_timeout: at once');
	$session->query('RESET statement_timeout');
	goes_on($session, 'back-off beyond statement_timeout');
	return;
}

# Interrupts phases, all of them by default, in one way.
sub interrupt_all
{
	my ($interrupt, @chosen) = @_;

	foreach my $phase (@chosen ? @chosen : @phases)
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
subtest 'statement_timeout' => sub {
	interrupt_all(\&time_out, grep { $_->[0] ne 'back-off' } @phases);
};
is_refused_at_once();
subtest 'pg_terminate_backend' => sub { interrupt_all(\&terminate) };
is($control->query('SELECT count(*) FROM pg_ls_tmpdir()'),
	'0', 'no temporary file is left');
subtest 'death of the postmaster' => sub { interrupt_all(\&kill_postmaster) };

done_testing();
