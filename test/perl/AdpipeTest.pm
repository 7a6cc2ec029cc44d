
=pod

=head1 NAME

AdpipeTest - shared code of the TAP tests of adpipe

=head1 SYNOPSIS

	use AdpipeTest;
	use Test::More;

	my $node = adpipe_cluster();
	my $sim = simulator();
	google_server($node, $sim);

	is($node->safe_psql('postgres', 'SELECT ...'), '...', 'what must hold');
	my $error = sql_error($node, 'SELECT ...');
	is($error->{sqlstate}, '22008', 'what must be refused');

	my $session = session($node);
	$session->send('SELECT pg_sleep(60)');
	...

=head1 DESCRIPTION

A test runs on its own servers and simulators, which end with it.  The
environment variable TEMP_CONFIG names a file of server settings that make the
extension visible.  "make check" sets it; an installed extension does not need
it.

=cut

package AdpipeTest;

use strict;
use warnings;

use Carp;
use Exporter 'import';
use Fcntl ':flock';
use File::Basename;
use File::Copy;
use File::Path 'make_path';
use IPC::Run ();
use List::Util qw(min);
use POSIX ();
use Time::HiRes qw(time usleep);

use AdpipeTest::Node;
use AdpipeTest::Session;
use AdpipeTest::Simulator;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(
  adpipe_cluster
  appsflyer_server
  await_connections
  await_end
  build_module
  google_server
  kakao_server
  meta_server
  naver_server
  poll_until
  quote
  session
  simulator
  sql_error
  tiktok_server
);

# How long to wait for an expected event, in seconds.
our $TIMEOUT = $PostgreSQL::Test::Utils::timeout_default;

# What google_server() puts into the user mapping; free of any real account.
our %GOOGLE_CREDENTIALS = (
	client_id => 'sample-client.apps.googleusercontent.com',
	client_secret => 'sample-secret',
	refresh_token => '1//sample-refresh',
);

# The same for meta_server().
our %META_CREDENTIALS = (access_token => 'EAAsampletoken');

# A test that takes too long is ended so: as it exits, its servers end.  A child of
# it has none.
my $process = $$;
$SIG{TERM} = sub { $$ == $process ? exit 1 : POSIX::_exit(1) };

my $node_count = 0;

=head2 adpipe_cluster(%options)

Returns a started PostgreSQL::Test::Cluster with the extension created in the
database postgres.  Options: C<conf> (settings to append), C<preload> (true:
adpipe in shared_preload_libraries), C<extension> (false: do not create it),
C<encoding> (default UTF8), C<name>.

With ADPIPE_CITUS in the environment it is the coordinator of two workers, on which
C<adpipe.materialize()> distributes what it makes.

=cut

sub adpipe_cluster
{
	my (%options) = @_;
	if ($ENV{ADPIPE_CITUS})
	{
		require AdpipeTest::Citus;
		return AdpipeTest::Citus::distributing_cluster(%options);
	}
	my $name = $options{name} // 'main' . ++$node_count;
	my $node = AdpipeTest::Node->new($name);

	my $extension = $options{extension} // 1;

	# test/programs/initdb also creates the extension, once for all tests.
	{
		local $ENV{ADPIPE_EXTENSION} = $extension;
		$node->init(
			extra => [
				'--encoding', $options{encoding} // 'UTF8',
				'--locale', 'C', '--no-sync'
			]);
	}
	# Statements are not logged, so that a test may look for secrets there.
	$node->append_conf('postgresql.conf', <<"END");
log_statement = none
timezone = 'UTC'
END
	# From 17 on sessions share without being told to.
	$node->append_conf('postgresql.conf', $options{preload}
		? "shared_preload_libraries = 'adpipe'"
		: 'adpipe.shared_memory = off');
	$node->append_conf('postgresql.conf', $options{conf}) if $options{conf};
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION adpipe')
	  if $extension && !$ENV{ADPIPE_INITDB};
	return $node;
}

=head2 simulator(%options)

Starts a platform simulator and returns it; see L<AdpipeTest::Simulator>.

=cut

sub simulator
{
	return AdpipeTest::Simulator->start(@_);
}

=head2 session($node, %options)

Opens a session that lasts; see L<AdpipeTest::Session>.  Option: C<dbname>.

=cut

sub session
{
	return AdpipeTest::Session->open(@_);
}

=head2 quote($text)

Returns a text as an SQL literal.

=cut

sub quote
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

# "name 'value', name 'value'" of a hash, in order of names; a value that is
# undefined leaves its option out.
sub option_list
{
	my (%options) = @_;
	return join ', ',
	  map { "$_ " . quote($options{$_}) }
	  grep { defined $options{$_} } sort keys %options;
}

=head2 google_server($node, $simulator, %options)

Creates the server C<google> of wrapper google_ads against the simulator, a
user mapping for the current user, and schema C<google> with the tables of
remote schema C<reports>.  Options: C<dbname>, C<name> (of server and schema),
C<role> (of the mapping, default CURRENT_USER), C<options> (hash, over the
server's defaults; undef leaves one out), C<mapping> (hash, in place of the
sample credentials), C<schema> (remote schema to import; undef imports nothing).

=cut

sub google_server
{
	my ($node, $sim, %args) = @_;

	platform_server(
		$node, 'google_ads',
		name => 'google',
		%args,
		options => {
			endpoint => $sim->http,
			token_endpoint => $sim->http . '/token',
			customer_id => '*',
			login_customer_id => '9876543210',
			%{ $args{options} // {} } },
		mapping => $args{mapping} // \%GOOGLE_CREDENTIALS);
	return;
}

=head2 meta_server($node, $simulator, %options)

The same for wrapper meta_ads: server and schema C<meta>.

=cut

sub meta_server
{
	my ($node, $sim, %args) = @_;

	platform_server(
		$node, 'meta_ads',
		name => 'meta',
		%args,
		options => {
			endpoint => $sim->http,
			account_id => '*',
			%{ $args{options} // {} } },
		mapping => $args{mapping} // \%META_CREDENTIALS);
	return;
}

# Makes a server of a wrapper, its mapping, and a schema with the imported
# tables.
sub platform_server
{
	my ($node, $wrapper, %args) = @_;
	my $name = $args{name};
	my $role = $args{role} // 'CURRENT_USER';
	my $schema = exists $args{schema} ? $args{schema} : 'reports';
	my $server = option_list(%{ $args{options} });
	my $mapping = option_list(%{ $args{mapping} });
	$mapping = "OPTIONS ($mapping)" if length $mapping;
	my $sql = <<"END";
CREATE SERVER $name FOREIGN DATA WRAPPER $wrapper OPTIONS ($server);
CREATE USER MAPPING FOR $role SERVER $name $mapping;
END
	$sql .= <<"END" if defined $schema;
CREATE SCHEMA $name;
IMPORT FOREIGN SCHEMA $schema FROM SERVER $name INTO $name;
END
	$node->safe_psql($args{dbname} // 'postgres', $sql);
	return;
}

=head2 appsflyer_server($node, $simulator, %options)

The same for wrapper appsflyer, all apps of the simulator and its token; the
names default to C<flyer>.

=cut

sub appsflyer_server
{
	my ($node, $sim, %args) = @_;

	platform_server(
		$node, 'appsflyer',
		name => 'flyer',
		%args,
		options => {
			endpoint => $sim->http,
			app_id => join(', ', map { $_->{id} } @{ $sim->accounts('appsflyer') }),
			%{ $args{options} // {} } },
		mapping => $args{mapping} // { api_token => $sim->ready->{appsflyer_token} });
	return;
}

=head2 tiktok_server($node, $simulator, %options)

The same for wrapper tiktok_ads, all accounts of the simulator's token; the names
default to C<tiktok>.

=cut

sub tiktok_server
{
	my ($node, $sim, %args) = @_;

	platform_server(
		$node, 'tiktok_ads',
		name => 'tiktok',
		%args,
		options => {
			endpoint => $sim->http,
			advertiser_id => join(', ', map { $_->{id} } grep { $_->{assigned} } @{ $sim->accounts('tiktok') }),
			%{ $args{options} // {} } },
		mapping => $args{mapping} // { access_token => $sim->ready->{tiktok_token} });
	return;
}

=head2 naver_server($node, $sim, %args)

The same for Naver SearchAd, with the customers of the manager account.

=cut

sub naver_server
{
	my ($node, $sim, %args) = @_;

	platform_server(
		$node, 'naver_searchad',
		name => 'naver',
		%args,
		options => {
			endpoint => $sim->http,
			customer_id => '*',
			manager_account_id => $sim->ready->{naver_manager},
			%{ $args{options} // {} } },
		mapping => $args{mapping} // {
			api_key => $sim->ready->{naver_api_key},
			secret_key => $sim->ready->{naver_secret_key} });
	return;
}

=head2 kakao_server($node, $sim, %args)

The same for Kakao Moment, with the ad accounts of the simulator's token; the names
default to C<kakao>.

=cut

sub kakao_server
{
	my ($node, $sim, %args) = @_;

	platform_server(
		$node, 'kakao_moment',
		name => 'kakao',
		%args,
		options => {
			endpoint => $sim->http,
			account_id => join(', ', map { $_->{id} } grep { $_->{assigned} } @{ $sim->accounts('kakao_moment') }),
			%{ $args{options} // {} } },
		mapping => $args{mapping} // { access_token => $sim->ready->{kakao_token} });
	return;
}

=head2 sql_error($node, $sql, %options)

Runs statements that must fail and returns the first error as a hash of
C<severity sqlstate message detail hint context> (what is absent is undef).
Dies if nothing fails.  Options: C<dbname>, and those of psql().

=cut

sub sql_error
{
	my ($node, $sql, %options) = @_;
	my $dbname = delete $options{dbname} // 'postgres';
	my ($status, $out, $err) = $node->psql(
		$dbname,
		"\\set VERBOSITY verbose\n$sql",
		on_error_die => 0,
		on_error_stop => 1,
		%options);
	my $error = AdpipeTest::Session::parse_error($err);

	croak "no error from: $sql\nstdout: $out\nstderr: $err"
	  unless defined $error;
	return $error;
}

=head2 poll_until($code, $timeout)

Calls C<$code> until it returns something true, which is returned.  Dies after
C<$timeout> seconds (default: that of all tests).  The longer it has waited, the
longer it sleeps, so that it leaves the processors to others.

=cut

sub poll_until
{
	my ($code, $timeout) = @_;
	my $start = time;
	my $deadline = $start + ($timeout // $TIMEOUT);

	while (1)
	{
		my $result = $code->();
		return $result if $result;
		my $now = time;
		croak 'timed out waiting' if $now > $deadline;
		usleep(20_000 + 30_000 * min($now - $start, 6));
	}
}

=head2 await_end($witness)

Waits until a session has lost its connection: the postmaster has noticed that a
backend was killed, and ends all others.  Before that moment a new connection
still succeeds, and is then cut off.

=cut

sub await_end
{
	my ($witness) = @_;
	poll_until(sub { !eval { $witness->query('SELECT 1'); 1 } });
	return;
}

=head2 await_connections($node)

Waits until a server that starts or recovers accepts connections.

=cut

sub await_connections
{
	my ($node) = @_;
	poll_until(sub { eval { $node->psql('postgres', 'SELECT 1', stdout => \my $out, stderr => \my $err) == 0 } });
	return;
}

=head2 build_module($makefile, $dir)

Builds the library of a module of test/module, and puts it into a folder, by default
one of its own, which it returns.  ADPIPE_MODULES names a folder where tests that run
together build each module once.  ADPIPE_CFLAGS stands in for the server's own flags
where this compiler does not know all of them.

=cut

sub build_module
{
	my ($makefile, $dir) = @_;
	$dir //= PostgreSQL::Test::Utils::tempdir();
	chmod 0755, $dir;
	if (!$ENV{ADPIPE_MODULES})
	{
		make_module($makefile, $dir);
		return $dir;
	}

	my $shared = "$ENV{ADPIPE_MODULES}/" . basename(dirname($makefile));
	make_path($shared);
	open my $lock, '>', "$shared/lock" or croak "cannot write $shared/lock: $!";
	flock($lock, LOCK_EX) or croak "cannot lock $shared/lock: $!";
	make_module($makefile, $shared) unless glob("$shared/*.so");
	copy($_, $dir) or croak "cannot copy $_: $!" for glob("$shared/*.so");
	return $dir;
}

# Builds a module in a folder.
sub make_module
{
	my ($makefile, $dir) = @_;
	my @flags = $ENV{ADPIPE_CFLAGS} ? ("CFLAGS=$ENV{ADPIPE_CFLAGS}") : ();
	my $log;

	# What make hands down to tests is not for this build.
	delete local @ENV{qw(MAKEFLAGS MAKELEVEL MAKEOVERRIDES MFLAGS)};
	IPC::Run::run([ 'make', '-s', '-C', $dir, '-f', $makefile, @flags, 'all' ],
		'<', \undef, '>', \$log, '2>&1')
	  or croak "$makefile does not build:\n$log";
	return;
}

1;
