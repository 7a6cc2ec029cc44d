
=pod

=head1 NAME

AdpipeTest::Soak - sessions that are disturbed while they work

=head1 SYNOPSIS

	my $soak = AdpipeTest::Soak->new($node, 6, sub { return ($kind, $sql, $expected_by) });
	$soak->open_all;
	$soak->run(20, sub { ... });	# seconds; called at each turn
	$soak->finish;
	for my $answer ($soak->answers) { my ($out, $sql, $expected_by) = @$answer; ... }

=head1 DESCRIPTION

Each session takes one statement after the other.  The first session is never
terminated, so that it shows what a session keeps.

=cut

package AdpipeTest::Soak;

use strict;
use warnings;

use AdpipeTest;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(time usleep);

# A statement that lasts longer hangs, in seconds.
my $HANG = $PostgreSQL::Test::Utils::timeout_default;

# Per turn and busy session.
my %CHANCE = (cancel => 0.004, terminate => 0.001, vanish => 0.0005);

=head2 new($node, $count, $task)

C<$task> is called for the next statement: what kind it is of, its SQL, and a statement
that gives what it must give.  It gets the number of the session.

=cut

sub new
{
	my ($class, $node, $count, $task) = @_;
	return bless {
		node => $node, task => $task, answers => [], count => {}, errors => {}, unexpected => [],
		workers => [ map { { number => $_ } } 0 .. $count - 1 ] }, $class;
}

=head2 workers, answers, unexpected, count, errors

Its sessions; what statements gave, which is handed over once; what should not have
happened, as texts; how often what happened; how often each SQLSTATE came.

=cut

sub workers { return @{ $_[0]->{workers} }; }
sub answers { return splice @{ $_[0]->{answers} }; }
sub unexpected { return splice @{ $_[0]->{unexpected} }; }
sub count { return $_[0]->{count}; }
sub errors { return $_[0]->{errors}; }

=head2 open_all

Opens the sessions that are not open; waits for the server.

=cut

sub open_all
{
	my ($self) = @_;
	for my $worker ($self->workers)
	{
		poll_until(sub { $self->open_worker($worker) });
	}
	return;
}

# Opens a session; false if the server does not let it in.
sub open_worker
{
	my ($self, $worker) = @_;
	return 1 if $worker->{session};
	$worker->{session} = eval { session($self->{node}, timeout => 2 * $HANG) } or return 0;
	delete $worker->{kind};
	$worker->{opened} = $self->{count}{'sessions opened'}++;
	return 1;
}

=head2 run($seconds, $each)

Lets the sessions work, and disturbs them; C<$each> is called at each turn.

=cut

sub run
{
	my ($self, $seconds, $each) = @_;
	my $end = time + $seconds;
	while (time < $end)
	{
		$each->();
		for my $worker ($self->workers)
		{
			next unless $self->open_worker($worker);
			$self->collect($worker);
			$self->start($worker);
			$self->disturb($worker);
		}
		usleep(10_000);
	}
	return;
}

=head2 finish

Lets statements that are under way end.

=cut

sub finish
{
	my ($self) = @_;
	while (my @busy = grep { $_->{session} && $_->{kind} } $self->workers)
	{
		$self->collect($_) for @busy;
		usleep(10_000);
	}
	return;
}

=head2 close_all

Ends the sessions.

=cut

sub close_all
{
	my ($self) = @_;
	delete $_->{session} for $self->workers;
	return;
}

sub start
{
	my ($self, $worker) = @_;
	return if $worker->{kind} || !$worker->{session};
	@$worker{qw(kind sql expected_by)} = $self->{task}->($worker->{number});
	$worker->{since} = time;
	# What is sent to a session that has just ended is lost with it.
	eval { $worker->{session}->send($worker->{sql}); 1 } or $self->lost($worker);
	return;
}

# Takes what a session has for us: an answer, an error, or its end.
sub collect
{
	my ($self, $worker) = @_;
	my $session = $worker->{session} or return;
	return $self->lost($worker) if $session->has_ended;
	return unless $worker->{kind};
	if (!$session->is_done)
	{
		return if time - $worker->{since} < $HANG;
		push @{ $self->{unexpected} }, "no end after $HANG s: $worker->{sql}";
		return $self->lost($worker);
	}
	my ($out, $error);
	eval { ($out, $error) = $session->wait; 1 } or return $self->lost($worker);
	my $kind = delete $worker->{kind};
	$self->{count}{$kind}++;
	if ($error) { $self->failed($worker, $error) }
	else { push @{ $self->{answers} }, [ $out, @$worker{qw(sql expected_by)} ] }
	return;
}

# A session has ended: that a statement was under way is no answer.
sub lost
{
	my ($self, $worker) = @_;
	my $session = delete $worker->{session};
	my $error = AdpipeTest::Session::parse_error($session->messages);
	$self->failed($worker, $error) if $error;
	$self->{count}{'sessions lost'}++;
	delete $worker->{kind};
	return;
}

sub failed
{
	my ($self, $worker, $error) = @_;
	my $sqlstate = $error->{sqlstate} // 'none';
	$self->{errors}{$sqlstate}++;
	return if is_expected($sqlstate);
	# What is wrong with the statement itself is wrong with the other one, too.
	push @{ $self->{answers} }, [ "$sqlstate $error->{message}", @$worker{qw(sql expected_by)} ]
	  if defined $worker->{expected_by};
	push @{ $self->{unexpected} }, join "\n", "$sqlstate $error->{message}", $error->{detail} // (), $worker->{sql}
	  unless defined $worker->{expected_by};
	return;
}

=head2 is_expected($sqlstate)

Whether a platform's bad day, a cancel or the end of the server may end in it: the
classes of design.md for what a platform says, and no other.  A sum over what does not
add up (42803) is refused before anything is asked.

=cut

sub is_expected
{
	my ($sqlstate) = @_;
	return $sqlstate =~ /^(?:HV00[ALMN]|53400|28000|54000|22P02|22003|22008|22023|42501|42803|57014|57P01|57P02|57P03)$/;
}

# Signals to a backend are those that pg_cancel_backend() and pg_terminate_backend()
# send.
sub disturb
{
	my ($self, $worker) = @_;
	return unless $worker->{kind} && $worker->{session};
	my $pid = $worker->{session}->pid;
	if (rand() < $CHANCE{cancel})
	{
		$self->{count}{cancels} += kill 'INT', $pid;
	}
	elsif ($worker->{number} && rand() < $CHANCE{terminate})
	{
		$self->{count}{terminations} += kill 'TERM', $pid;
	}
	elsif ($worker->{number} && rand() < $CHANCE{vanish})
	{
		# The client goes without a word.
		$self->{count}{'clients gone'}++;
		delete @$worker{qw(session kind)};
	}
	return;
}

=head2 crash

Kills one of the backends, and waits until the server has noticed: it ends the
sessions of all.  False if none is busy, or there any more.

=cut

sub crash
{
	my ($self) = @_;
	my ($victim) = grep { $_->{session} && $_->{kind} } reverse $self->workers;
	return 0 unless $victim;
	# It may just have ended by itself.
	kill('KILL', $victim->{session}->pid) or return 0;
	$self->{count}{'backends killed'}++;
	poll_until(sub {
		# A client that sends nothing does not notice.
		$self->collect($_), $self->start($_) for $self->workers;
		return !grep { $_->{session} } $self->workers;
	});
	poll_until(sub { $self->{node}->psql('postgres', 'SELECT 1', stdout => \my $out, stderr => \my $err) == 0 });
	return 1;
}

1;
