
=pod

=head1 NAME

AdpipeTest::Node - a server whose scripts share one psql

=head1 DESCRIPTION

A PostgreSQL::Test::Cluster.  Its C<psql()>, and C<safe_psql()> by it, run each script
in a session of its own, as ever, but the program is started once: starting it takes
more time than most scripts do, and a test runs hundreds.  Without a connection psql
ends.  Between scripts it has one to the test itself, which answers like a server, so
that no session stays open.

A script that leaves something behind in the program, or needs arguments of its own, has
a program of its own.

=cut

package AdpipeTest::Node;

use strict;
use warnings;

use parent -norequire, 'PostgreSQL::Test::Cluster';

use Carp;
use IO::Select;
use IO::Socket::INET;
use IPC::Open3;
use Symbol 'gensym';

# Without what PostgreSQL::Test::Utils exports: here they would hide methods.
use PostgreSQL::Test::Cluster ();

# Parameters of psql() that the shared program knows.
my %KNOWN = map { $_ => 1 } qw(stdout stderr on_error_die on_error_stop extra_params);

# What a server says when a session begins: authenticated, and ready.
my $WELCOME = pack('aNN aNa', 'R', 8, 0, 'Z', 5, 'I');

=head2 psql($dbname, $sql, %params)

As in PostgreSQL::Test::Cluster.

=cut

sub psql
{
	my ($self, $dbname, $sql, %params) = @_;
	my ($out, $err) = ($params{stdout}, $params{stderr});
	my $is_list = wantarray;
	my $result = is_sharable($sql, $is_list, \%params) && $self->_run($dbname, $sql, \%params);
	return $self->SUPER::psql($dbname, $sql, %params) unless $result;

	$$out = $result->{out} if $out;
	$$err = $result->{err} if $err;
	die "error running SQL: '$result->{err}'\nwhile running psql with sql '$sql'"
	  if $result->{status} && $params{on_error_die};
	return $is_list ? @$result{qw(status out err)} : $result->{status};
}

# Whether a script leaves nothing behind in psql, and its output is asked for.
sub is_sharable
{
	my ($sql, $is_list, $params) = @_;
	return if grep { !$KNOWN{$_} } keys %$params;
	return unless $is_list || ($params->{stdout} && $params->{stderr});
	my ($option, $user, @more) = @{ $params->{extra_params} // [] };
	return if @more || (defined $option && $option ne '-U');
	return $sql =~ /^(?:\\set VERBOSITY verbose\n)?[^\\]*\z/;
}

# Runs a script; returns its output, errors and status, or nothing if there was no
# connection.
sub _run
{
	my ($self, $dbname, $sql, $params) = @_;
	my $program = $self->_program;
	my (undef, $user) = @{ $params->{extra_params} // [] };
	my $conninfo = $self->connstr($dbname) . (defined $user ? " user='$user'" : '');
	my $stop = $params->{on_error_stop} // 1;

	write_file($program->{script}, $sql);
	# A setting counts from the next line on: an error ends the script, not the program.
	write_to($program, <<"END");
\\set VERBOSITY default
\\set ERROR false
\\connect -reuse-previous=off "$conninfo"
\\echo =begin
\\set ON_ERROR_STOP $stop \\\\ \\i '$program->{script}'
\\unset ON_ERROR_STOP
\\echo =end :ERROR
\\warn =end
\\connect -reuse-previous=off "$program->{home}"
\\echo =closed
\\warn =closed
END
	my $is_whole = read_until_closed($program);
	my ($out, $has_failed) = $program->{out} =~ /^=begin\n(.*?)(?:^=end (true|false)\n.*)?\z/ms;
	my ($err) = $program->{err} =~ /\A(.*?)(?:^=end\n.*)?\z/ms;
	$self->_end_program unless $is_whole;
	return unless defined $out;
	chomp($out, $err);
	$err =~ s/^psql:\Q$program->{script}\E:/psql:<stdin>:/mg;
	return { out => $out, err => $err, status => !$is_whole ? 2 : $stop && $has_failed eq 'true' ? 3 : 0 };
}

sub write_file
{
	my ($name, $text) = @_;
	open my $file, '>', $name or croak "cannot write $name: $!";
	print $file $text;
	close $file or croak "cannot write $name: $!";
	return;
}

# Sends lines to the program; one that has ended does not read them.
sub write_to
{
	my ($program, $lines) = @_;
	local $SIG{PIPE} = 'IGNORE';
	syswrite $program->{in}, $lines;
	return;
}

# Reads what the program writes up to the mark on both channels, into "out" and "err",
# and lets it connect to the test.  Returns false if the program ended before; what it
# wrote last is read then as well.
sub read_until_closed
{
	my ($program) = @_;
	my $select = IO::Select->new(@$program{qw(from_out from_err listener)});
	my %name = ($program->{from_out} => 'out', $program->{from_err} => 'err');
	my $is_whole = 1;
	@$program{qw(out err)} = ('', '');

	while ($select->count > 1)
	{
		for my $handle ($select->can_read)
		{
			if ($handle == $program->{listener})
			{
				$program->{session} = $handle->accept;
				syswrite $program->{session}, $WELCOME;
				next;
			}
			my $text = \$program->{ $name{$handle} };
			my $length = sysread $handle, $$text, 65536, length $$text;
			$is_whole = 0 unless $length;
			$select->remove($handle) if !$length || $$text =~ /^=closed\n\z/m;
		}
	}
	return $is_whole;
}

# The program that runs scripts, started when this process has none, and when the
# environment that libpq reads has changed.
sub _program
{
	my ($self) = @_;
	my $environment = join "\n", $$, map { "$_=$ENV{$_}" } grep { /^PG(?!HOST|PORT)/ } sort keys %ENV;
	return $self->{psql} if $self->{psql} && $self->{psql}{environment} eq $environment;
	$self->_end_program;

	local %ENV = $self->_get_env;
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 2) or croak "cannot listen: $!";
	my %program = (
		environment => $environment,
		owner => $$,
		script => $self->basedir . '/script.sql',
		listener => $listener,
		home => 'host=127.0.0.1 port=' . $listener->sockport . ' dbname=none user=none sslmode=disable gssencmode=disable',
		from_err => gensym);
	$program{process} = open3(@program{qw(in from_out from_err)},
		$self->installed_command('psql'), '-XAtq', '-f', '-', '-d', $program{home});
	return $self->{psql} = \%program;
}

sub _end_program
{
	my ($self) = @_;
	my $program = delete $self->{psql} or return;
	close $program->{$_} for qw(in from_out from_err listener);
	waitpid $program->{process}, 0 if $program->{owner} == $$;
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($@, $?);
	$self->_end_program unless ${^GLOBAL_PHASE} eq 'DESTRUCT';
	return;
}

1;
