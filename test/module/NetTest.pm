
=pod

=head1 NAME

NetTest - what the tests of the transport share

=head1 SYNOPSIS

	use NetTest;

	my $server = net_server();
	my $node = net_cluster();
	$node->safe_psql('postgres',
		"SELECT outcome FROM adpipe_test.fetch('" . $server->url('/ok') . "')");

=cut

package NetTest;

use strict;
use warnings;
use feature 'state';

use Carp;
use Cwd qw(abs_path);
use Exporter 'import';
use File::Basename;
use HTTP::Tiny;
use IPC::Run;
use Cpanel::JSON::XS;

use AdpipeTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(
  certificate
  fetch
  net_cluster
  net_server
  net_start
  resolver_log
);

my $source = abs_path(dirname(__FILE__));

# Where this test's build products, certificates and logs lie.  Not made when
# this file is read: the folder for such things is settled only later.
sub scratch
{
	state $path = PostgreSQL::Test::Utils::tempdir('net');
	return $path;
}

sub run_quietly
{
	my (@command) = @_;
	my $output = '';
	IPC::Run::run(\@command, '<', \undef, '>', \$output, '2>&1')
	  or croak "failed: @command\n$output";
	return;
}

=head2 net_cluster()

Builds the module of this folder and returns a started cluster whose database
postgres has it.  The server runs under a resolver that misbehaves on purpose
(slow_resolver.c) and with proxies in its environment that must not be used.

=cut

sub net_cluster
{
	my $scratch = scratch();

	build_module("$source/Makefile", $scratch);
	run_quietly('gcc', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC',
		'-o', "$scratch/slow_resolver.so", "$source/slow_resolver.c", '-ldl');

	my $node = in_environment(sub { adpipe_cluster(extension => 0) });
	$node->safe_psql('postgres', install_script());
	return $node;
}

=head2 net_start($node)

Starts the cluster anew after kill9(); waits for what is left of it.

=cut

sub net_start
{
	my ($node) = @_;

	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;

	poll_until(sub { !kill 0, $postmaster });
	# Its children may still hold the shared memory.
	poll_until(
		sub {
			$node->{_pid} = undef;
			in_environment(sub { $node->start(fail_ok => 1) });
		});
	return;
}

# Runs code in the environment that the server is to have.
sub in_environment
{
	my ($code) = @_;

	# Whoever used these would not get anywhere.
	local $ENV{http_proxy} = 'http://127.0.0.1:1';
	local $ENV{https_proxy} = $ENV{http_proxy};
	local $ENV{ALL_PROXY} = $ENV{http_proxy};
	local $ENV{LD_PRELOAD} = scratch() . '/slow_resolver.so';
	local $ENV{SLOW_RESOLVER_LOG} = scratch() . '/resolver.log';
	return $code->();
}

# The module's install script for the library where it was built.
sub install_script
{
	my $script = slurp_file("$source/adpipe_test--1.0.sql");
	my $library = scratch() . '/adpipe_test';

	$script =~ s/MODULE_PATHNAME/$library/g;
	return $script;
}

=head2 resolver_log()

The lines that slow_resolver.c has written so far.

=cut

sub resolver_log
{
	my $path = scratch() . '/resolver.log';

	return -e $path ? slurp_file($path) : '';
}

=head2 certificate($host)

Makes a certificate for a host name and returns the paths of certificate and
key.  The certificate is its own authority.

=cut

sub certificate
{
	my ($host) = @_;
	my ($cert, $key) = map { scratch() . "/$host.$_" } qw(crt key);

	run_quietly('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes',
		'-days', '2', '-subj', "/CN=$host",
		'-addext', "subjectAltName=DNS:$host",
		'-keyout', $key, '-out', $cert);
	return ($cert, $key);
}

=head2 net_server(@certificate)

Starts net_server.py; it ends with the object.

=head3 $server->url($path, $port_name)

The URL of a path; the port is one of those that net_server.py tells of,
C<http> unless said otherwise.

=head3 $server->seen($path)

How many requests for the path have arrived.

=cut

sub net_server
{
	my (@certificate) = @_;
	my $self = bless { in => '', out => '', err => '' }, 'NetTest::Server';

	$self->{run} = IPC::Run::start(
		[ 'python3', "$source/net_server.py", @certificate ],
		'<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err},
		IPC::Run::timeout($AdpipeTest::TIMEOUT));
	until ($self->{out} =~ /\n/)
	{
		croak "the server ended: $self->{err}" unless $self->{run}->pumpable;
		$self->{run}->pump;
	}
	$self->{port} = decode_json($self->{out});
	$self->{client} = HTTP::Tiny->new(proxy => undef, http_proxy => undef);
	return $self;
}

sub NetTest::Server::url
{
	my ($self, $path, $port) = @_;
	my $scheme = ($port // 'http') eq 'https' ? 'https' : 'http';

	return "$scheme://127.0.0.1:$self->{port}{$port // 'http'}$path";
}

sub NetTest::Server::seen
{
	my ($self, $path) = @_;

	return $self->{client}->get($self->url("/seen$path"))->{content};
}

sub NetTest::Server::DESTROY
{
	my ($self) = @_;
	my $run = delete $self->{run} or return;

	local ($@, $?);
	eval { $run->kill_kill };
	return;
}

=head2 fetch($node, $url, %arguments)

Calls adpipe_test.fetch() and returns its row as a hash.  C<answer> is there as
text in "escape" format, its length as C<bytes> and its SHA-256 as C<digest>.
Arguments are SQL expressions by the names of the function's parameters;
C<setup> are statements to run before it in the same session.

=cut

sub fetch
{
	my ($node, $url, %arguments) = @_;
	my $setup = delete $arguments{setup} // '';
	my $list = join '',
	  map { ", $_ => $arguments{$_}" } sort keys %arguments;
	my $row = $node->safe_psql('postgres', <<"END");
$setup
SELECT json_build_object('outcome', outcome, 'status', status,
	'answer', encode(substr(answer, 1, 2000), 'escape'), 'bytes', length(answer),
	'digest', encode(sha256(answer), 'hex'), 'header', header,
	'wire_bytes', wire_bytes, 'elapsed_us', elapsed_us, 'problem', problem,
	'words', words)
FROM adpipe_test.fetch(@{[ quote($url) ]} $list)
END

	return decode_json((split /\n/, $row)[-1]);
}

1;
