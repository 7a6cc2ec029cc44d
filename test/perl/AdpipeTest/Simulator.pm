
=pod

=head1 NAME

AdpipeTest::Simulator - a platform simulator that lives as long as the object

=head1 SYNOPSIS

	my $sim = AdpipeTest::Simulator->start;
	$sim->faults([{ match => { account => '1234567890' }, times => 1,
		action => { status => 503 } }]);
	is(scalar @{ $sim->requests }, 1, 'one request');

=head1 DESCRIPTION

test/simulator prints one line of JSON when it is ready and ends when its
standard input does, so it cannot outlive the test.

=cut

package AdpipeTest::Simulator;

use strict;
use warnings;

use Carp;
use File::Basename;
use File::Spec;
use HTTP::Tiny;
use IO::Select;
use IPC::Open3;
use Cpanel::JSON::XS;
use POSIX ':sys_wait_h';
use Time::HiRes qw(time usleep);

use PostgreSQL::Test::Utils;

my $count = 0;
my $root = File::Spec->rel2abs(dirname(__FILE__) . '/../../..');

=head2 start(%options)

Starts one on ephemeral ports of the loopback address.  Options: C<args> (array
of further arguments for the program), C<program> (another folder of F<test> than
F<simulator>).

=cut

sub start
{
	my ($class, %options) = @_;
	my $program = $options{program} // 'simulator';
	my $log = "$PostgreSQL::Test::Utils::log_path/${program}_" . ++$count . '.log';
	my $self = bless { owner => $$, log => $log }, $class;

	# Tests share key material, which takes as long to make as the rest of the start.
	# The second simulator of a test is a stranger to the first.
	my @keys = $ENV{ADPIPE_KEYS} && $count == 1 && $program eq 'simulator' ? ('--keys', $ENV{ADPIPE_KEYS}) : ();

	# Not IPC::Run: servers started later would inherit its end of the pipe,
	# and keep the simulator alive.
	open my $err, '>', $log or croak "cannot write $log: $!";
	$self->{process} = open3(
		$self->{in}, $self->{out}, '>&' . fileno($err),
		'python3', "$root/test/$program", '--until-eof', @keys,
		@{ $options{args} // [] });
	close $err;
	$self->{ready} = decode_json($self->_read_line);
	return $self;
}

# Reads the line that the simulator prints when it is ready.
sub _read_line
{
	my ($self) = @_;
	my $select = IO::Select->new($self->{out});
	my $line;

	$line = readline $self->{out}
	  if $select->can_read($PostgreSQL::Test::Utils::timeout_default);
	croak 'the simulator did not start: '
	  . PostgreSQL::Test::Utils::slurp_file($self->{log})
	  unless defined $line;
	return $line;
}

=head2 stop

Ends the simulator; also done when the object goes.

=cut

sub stop
{
	my ($self) = @_;
	my $process = delete $self->{process} or return;

	return unless $self->{owner} == $$;
	local ($?, $!);
	close $self->{in};
	my $deadline = time + 5;
	while (waitpid($process, WNOHANG) == 0)
	{
		kill 'KILL', $process if time > $deadline;
		usleep(10_000);
	}
	return;
}

sub DESTROY
{
	my ($self) = @_;
	$self->stop;
	return;
}

=head2 http, https, ca_file

Base URLs, and the certificate to trust for the latter.

=cut

sub http { return $_[0]->{ready}{http}; }
sub https { return $_[0]->{ready}{https}; }
sub ca_file { return $_[0]->{ready}{ca_file}; }

=head2 ready

All that the simulator said when it was ready, as a hash.

=cut

sub ready { return $_[0]->{ready}; }

=head2 control($method, $path, $value)

Sends a request to the control endpoints, C<$value> as JSON, and returns the
answer decoded.  Dies of a refusal.

=cut

sub control
{
	my ($self, $method, $path, $value) = @_;
	my %options;

	if (defined $value)
	{
		$options{content} = Cpanel::JSON::XS->new->utf8->allow_nonref->encode($value);
		$options{headers} = { 'Content-Type' => 'application/json' };
	}
	my $response =
	  HTTP::Tiny->new(timeout => 60)
	  ->request($method, $self->http . $path, \%options);

	croak "$method $path: $response->{status} $response->{content}"
	  unless $response->{success};
	return undef unless length($response->{content} // '');
	return Cpanel::JSON::XS->new->utf8->allow_nonref->decode($response->{content});
}

=head2 requests

The platform requests since the last reset, oldest first: an array of hashes.

=cut

sub requests
{
	my ($self) = @_;
	return $self->control('GET', '/_control/requests');
}

=head2 reset

Forgets requests and faults, puts settings, clock and world back to how they
were at the start.

=cut

sub reset
{
	my ($self) = @_;
	return $self->control('POST', '/_control/reset', {});
}

=head2 faults([...])

Replaces the fault rules; see test/simulator/faults.py for their form.

=cut

sub faults
{
	my ($self, $rules) = @_;
	return $self->control('PUT', '/_control/faults', $rules);
}

=head2 restate($generation, $platform)

Makes a platform (default: google) restate numbers that it has reported before; 0
selects the original numbers.

=cut

sub restate
{
	my ($self, $generation, $platform) = @_;
	return $self->control('PUT', '/_control/restate',
		{ generation => $generation, $platform ? (platform => $platform) : () });
}

=head2 change($account, $setting, $value, $platform)

Changes a setting on the platform (default: google), as test/simulator/README.md
describes; the numbers change accordingly.

=cut

sub change
{
	my ($self, $account, $setting, $value, $platform) = @_;
	return $self->control('PUT', '/_control/change',
		{ account => $account, setting => $setting, value => $value,
			platform => $platform // 'google' });
}

=head2 settings({...})

Changes settings; see test/simulator/state.py for their names.

=cut

sub settings
{
	my ($self, $changes) = @_;
	return $self->control('PUT', '/_control/settings', $changes);
}

=head2 clock($moment)

Sets what the platforms take for the present, as ISO 8601; undef for the real
time.

=cut

sub clock
{
	my ($self, $moment) = @_;
	return $self->control('PUT', '/_control/clock', { now => $moment });
}

=head2 accounts($platform)

The accounts of a platform: an array of hashes with C<id>, C<currency>,
C<time_zone>, C<today> among others.

=cut

sub accounts
{
	my ($self, $platform) = @_;
	return $self->control('GET', "/_control/accounts?platform=$platform");
}

=head2 world(%arguments)

The rows that a correct reader ends up with, as the simulator computes them
without query language and encoder: an array of hashes from field to text or
undef.  Arguments: C<resource>, C<since>, C<until>, C<segments>, C<accounts>.

=cut

sub world
{
	my ($self, %arguments) = @_;
	my $query = HTTP::Tiny->new->www_form_urlencode(\%arguments);

	return $self->control('GET', "/_control/world?$query");
}

1;
