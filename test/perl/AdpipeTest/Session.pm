
=pod

=head1 NAME

AdpipeTest::Session - one session that lasts, through psql

=head1 SYNOPSIS

	my $session = AdpipeTest::Session->open($node);
	is($session->query('SELECT 1'), '1', 'one row, unaligned');
	is($session->query_error('SELECT 1/0')->{sqlstate}, '22012', 'refused');

	$session->send('SELECT pg_sleep(60)');	# does not wait
	$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $session->pid . ')');
	my ($out, $error) = $session->wait;

=cut

package AdpipeTest::Session;

use strict;
use warnings;

use Carp;
use IPC::Run;

use PostgreSQL::Test::Utils;

=head2 open($node, %options)

Connects.  Options: C<dbname> (default postgres), C<user>, C<timeout> for each
statement in seconds.

=cut

sub open
{
	my ($class, $node, %options) = @_;
	my $self = bless {
		in => '',
		out => '',
		err => '',
		count => 0,
		timer => IPC::Run::timeout(
			$options{timeout} // $PostgreSQL::Test::Utils::timeout_default),
	}, $class;
	my @command = (
		$node->installed_command('psql'), '-XAtq', '-f', '-', '-d',
		$node->connstr($options{dbname} // 'postgres'));

	push @command, '-U', $options{user} if defined $options{user};
	$self->{run} = IPC::Run::start(
		\@command, '<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err},
		$self->{timer});
	$self->query('\set VERBOSITY verbose');
	$self->{pid} = $self->query('SELECT pg_backend_pid()');
	return $self;
}

=head2 pid

Process id of the backend.

=cut

sub pid
{
	my ($self) = @_;
	return $self->{pid};
}

=head2 try($sql)

Runs statements and returns their output and the first error, or undef.

=cut

sub try
{
	my ($self, $sql) = @_;
	$self->send($sql);
	return $self->wait;
}

=head2 query($sql)

Runs statements that must not fail; returns their output.

=cut

sub query
{
	my ($self, $sql) = @_;
	my ($out, $error) = $self->try($sql);
	croak "$error->{severity}: $error->{message} in: $sql" if $error;
	return $out;
}

=head2 query_error($sql)

Runs statements that must fail; returns the first error as a hash, as
sql_error() of AdpipeTest does.

=cut

sub query_error
{
	my ($self, $sql) = @_;
	my ($out, $error) = $self->try($sql);
	croak "no error from: $sql\n$out" unless $error;
	return $error;
}

=head2 send($sql)

Starts statements without waiting for them.  wait() must be called before the
next.

=cut

sub send
{
	my ($self, $sql) = @_;
	my $mark = 'done-' . ++$self->{count};

	croak 'a statement is under way' if $self->{mark};
	$self->{mark} = $mark;
	($self->{out}, $self->{err}) = ('', '');
	# Both channels carry the mark, so that both are known to be complete.
	$self->{in} .= "$sql\n;\n\\echo $mark\n\\warn $mark\n";
	$self->{timer}->start;
	# The mark must not be waited for, the statement must be under way.
	$self->{run}->pump_nb while length $self->{in};
	return;
}

=head2 is_done

True if the statements that send() started have ended.

=cut

sub is_done
{
	my ($self) = @_;
	my $mark = $self->{mark} // return 1;

	$self->{run}->pump_nb;
	return $self->{out} =~ /^\Q$mark\E\n/m && $self->{err} =~ /^\Q$mark\E\n/m;
}

=head2 has_ended

True if psql has ended, as it does when the server ends the session.

=cut

sub has_ended
{
	my ($self) = @_;
	return 1 unless $self->{run}->pumpable;
	$self->{run}->pump_nb;
	return !$self->{run}->pumpable;
}

=head2 wait

Waits for the statements that send() started; returns output and first error.
What was printed beside errors, notices for one, is in messages().

=cut

sub wait
{
	my ($self) = @_;
	my $mark = delete $self->{mark} // croak 'nothing is under way';

	# With its end of line, which may come later.
	until ($self->{out} =~ /^\Q$mark\E\n/m && $self->{err} =~ /^\Q$mark\E\n/m)
	{
		croak "the session ended: $self->{err}"
		  unless $self->{run}->pumpable;
		$self->{run}->pump;
	}
	$self->{timer}->reset;
	s/^\Q$mark\E\n//m foreach $self->{out}, $self->{err};
	chomp(my $out = $self->{out});
	my $error = parse_error($self->{err});
	# After another backend's crash psql prints the marks, but no error and no rows.
	croak "the session ended: $self->{err}"
	  if !$error && $self->{err} =~ /server closed the connection unexpectedly/;
	return ($out, $error);
}

=head2 messages

All that the last statements wrote to standard error.

=cut

sub messages
{
	my ($self) = @_;
	return $self->{err};
}

=head2 close

Ends the session; also done when the object goes.

=cut

sub close
{
	my ($self) = @_;
	my $run = delete $self->{run} or return;

	local ($@, $?);
	# If a statement is still running, kill psql instead of waiting.
	eval {
		$self->{mark} ? $run->kill_kill : do { $self->{in} .= "\\q\n"; $run->finish };
	};
	return;
}

sub DESTROY
{
	my ($self) = @_;
	$self->close;
	return;
}

# Returns the first error in psql's output at verbosity "verbose", as a hash of
# severity, sqlstate, message, detail, hint, context; undef without an error.
sub parse_error
{
	my ($text) = @_;
	my %error;
	my %field = (
		DETAIL => 'detail',
		HINT => 'hint',
		CONTEXT => 'context',
		LOCATION => 'location',
		QUERY => 'query');
	my $current;

	foreach my $line (split /\n/, $text)
	{
		if ($line =~ /^(?:psql:\S*: )?(ERROR|FATAL|PANIC):  (?:(\w{5}): )?(.*)$/)
		{
			last if %error;
			@error{qw(severity sqlstate message)} = ($1, $2, $3);
			$current = 'message';
		}
		elsif (!%error) { next; }
		elsif ($line =~ /^(?:psql:\S*: )?(?:WARNING|NOTICE|INFO|LOG):  /) { last; }
		elsif ($line =~ /^(DETAIL|HINT|CONTEXT|LOCATION|QUERY):  (.*)$/)
		{
			$current = $field{$1};
			$error{$current} = $2;
		}
		elsif ($line =~ /^LINE \d+: /) { $current = 'cursor'; }
		else { $error{$current} .= "\n$line"; }
	}
	return %error ? \%error : undef;
}

1;
