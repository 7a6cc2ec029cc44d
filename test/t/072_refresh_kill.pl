# A refresh is killed, or loses its network, at every step of its protocol.
# After the next run, which asks for the same days and gets all of them read, the
# copy equals the world; and no reader ever sees a slice that is not the one of
# the ledger.
#
# ADPIPE_KILLS (default 9) kills in all, ADPIPE_SEED picks their order.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;
use Time::HiRes 'usleep';

my $kills = $ENV{ADPIPE_KILLS} // 9;
my $seed = $ENV{ADPIPE_SEED} // 1;
srand($seed);

my $now = '2026-11-20T12:00:00Z';
my ($since, $until) = ('2026-11-02', '2026-11-21');
my $accounts = '1234567890,2345678901,3456789012';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nrestart_after_crash = on");
my $sim = simulator();
$sim->clock($now);
loader($node, $sim, options => { customer_id => $accounts, max_retries => 0 });
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since')");
# Where a step has no lock of its own to wait for, a trigger makes one.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE public.hold(step text);
GRANT SELECT ON public.hold TO PUBLIC;
CREATE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM public.hold WHERE step = TG_ARGV[0];
    IF FOUND THEN
        PERFORM pg_advisory_xact_lock(42);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER deleted AFTER DELETE ON ads.campaign EXECUTE FUNCTION public.hold('deleted');
CREATE TRIGGER inserted AFTER INSERT ON ads.campaign EXECUTE FUNCTION public.hold('inserted');
CREATE TRIGGER recorded AFTER INSERT ON adpipe.slice_ledger EXECUTE FUNCTION public.hold('recorded');
CREATE TRIGGER closed AFTER UPDATE ON adpipe.target_ledger EXECUTE FUNCTION public.hold('closed');
CREATE TRIGGER claimed AFTER INSERT ON adpipe.claim_ledger EXECUTE FUNCTION public.hold('claimed');
SQL

my $hash = run("SELECT adpipe_internal.row_hash('ads.campaign', 'c')");
# Slices whose rows are not those that the ledger vouches for.
my $mixed = <<"END";
SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD';
SELECT count(*) FROM adpipe.slices s
LEFT JOIN LATERAL (SELECT count(*) AS rows, sum($hash) AS hashes
                   FROM ads.campaign c WHERE c.account_id = s.account_id AND c.date_day = s.date_day) c ON true
WHERE s.rows IS NOT NULL AND adpipe_internal.content_hash(c.rows, c.hashes) <> s.content_hash
END

# Steps: where the refresh is held, and how.
my %step = (
	listing => sub { hold_platform('customer_client|customer\.id') },
	claimed => sub { hold_trigger('claimed') },
	asking => sub { hold_platform('FROM campaign WHERE segments', int(rand(5))) },
	answering => sub { hold_platform('FROM campaign WHERE segments', int(rand(5)), stall_after => 400) },
	control => sub { hold_platform('FROM customer WHERE segments', int(rand(5))) },
	recorded => sub { hold_trigger('recorded') },
	deleted => sub { hold_trigger('deleted') },
	inserted => sub { hold_trigger('inserted') },
	closed => sub { hold_trigger('closed') });

sub run
{
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, extra_params => [ '-U', 'loader' ], stdout => \$out, stderr => \$err, on_error_die => 1);
	return $out;
}

# Holds a platform request that matches, after some that may pass; returns how
# to tell that the refresh stands there, and how to let go.
sub hold_platform
{
	my ($query, $skip, %action) = @_;
	%action = (delay_ms => 600_000) unless %action;
	$sim->faults([ { match => { query => $query }, skip => $skip // 0, times => 1, action => \%action } ]);
	return (
		sub { grep { $_->{applied} } @{ $sim->control('GET', '/_control/faults') } },
		sub { $sim->faults([]) });
}

# Holds the transaction at a trigger.
my $holder;
sub hold_trigger
{
	my ($name) = @_;
	$node->safe_psql('postgres', "INSERT INTO public.hold VALUES ('$name')");
	$holder = session($node);
	$holder->query('SELECT pg_advisory_lock(42)');
	return (
		sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") > 0 },
		sub {
			undef $holder;
			$node->safe_psql('postgres', 'TRUNCATE public.hold');
		});
}

# Kills.
sub kill_backend
{
	my ($session) = @_;
	kill 'KILL', $session->pid;
	return;
}

sub kill_postmaster
{
	$node->kill9;
	return;
}

# The server, after what has happened to it.
sub revive
{
	my ($how, $witness) = @_;
	await_end($witness);
	if ($how eq 'postmaster')
	{
		# Its children notice by themselves that it is gone; until then a
		# start fails, and leaves the dead one's process id behind.
		poll_until(sub { undef $node->{_pid}; $node->start(fail_ok => 1) });
	}
	await_connections($node);
	return;
}

# Account-days of the report that were asked since a request, as a hash.
sub asked_days
{
	my ($from) = @_;
	my %days;
	for my $request (@{ $sim->control('GET', "/_control/requests?since=$from") })
	{
		next unless ($request->{query} // '') =~ /FROM campaign WHERE segments\.date BETWEEN '([0-9-]+)' AND '([0-9-]+)'/;
		$days{"$request->{account} $_"} = 1
		  for split /\n/, $node->safe_psql('postgres', "SELECT d::date FROM generate_series('$1'::timestamp, '$2', '1 day') d");
	}
	return \%days;
}

sub last_request
{
	my $all = $sim->requests;
	return @$all ? $all->[-1]{seq} : 0;
}

my @plan;
for my $n (1 .. $kills)
{
	unless (@plan)
	{
		my @pairs = map { my $name = $_; map { [ $name, $_ ] } 'backend', 'postmaster', 'network' } sort keys %step;
		push @plan, splice @pairs, int(rand(@pairs)), 1 while @pairs;
	}
	my ($name, $how) = @{ shift @plan };
	my $what = "kill $n, $how at step $name";

	$sim->restate($n);
	my ($is_there, $let_go) = $step{$name}->();
	my $session = session($node, user => 'loader');
	$session->send("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
	eval { poll_until(sub { $is_there->() || $session->is_done }, 60); 1 } or fail("$what: the step was not reached");
	is($node->safe_psql('postgres', $mixed) =~ s/.*\n//sr, '0', "$what: no reader sees a mixed slice while it stands");
	my $witness = session($node);
	if ($how eq 'backend') { kill_backend($session) }
	elsif ($how eq 'postmaster') { kill_postmaster($session) }
	else { $sim->faults([ { match => { path => '/' }, action => { close => 'before_headers' } } ]); }
	if ($how eq 'network')
	{
		# A request that is held is let go into the void by the end of the wait.
		$let_go->() unless $name =~ /listing|asking|answering|control/;
		$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $session->pid . ')') if $name =~ /listing|asking|answering|control/;
		eval { $session->wait };
		$sim->faults([]);
		$let_go->();
	}
	else
	{
		eval { $session->wait };
		$sim->faults([]);
		revive($how, $witness);
		eval { $let_go->() } or $node->safe_psql('postgres', 'TRUNCATE public.hold');
	}
	undef $session;
	undef $holder;
	poll_until(sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE usename = 'loader'") == 0 });
	is($node->safe_psql('postgres', $mixed) =~ s/.*\n//sr, '0', "$what: nor after it");
	my %committed = map { $_ => 1 } split /\n/, $node->safe_psql('postgres',
		"SELECT account_id || ' ' || date_day FROM adpipe.slice_ledger WHERE failed_at IS NULL AND run_id = (SELECT max(run_id) FROM adpipe.run_ledger) AND (SELECT r.status FROM adpipe.run_ledger r ORDER BY run_id DESC LIMIT 1) = 'running'");
	my $from = last_request();
	run("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
	my $asked = asked_days($from);
	is(join(', ', grep { !$asked->{$_} } sort keys %committed), '', "$what: what was committed (" . keys(%committed) . ' slices) is read again, for it was asked for');
	is(world_difference($node, $sim, 'ads.campaign', $since, $until, $accounts), '0|0', "$what: the next run makes it equal to the world");
	is(run("SELECT count(*) FROM adpipe.coverage WHERE state IN ('missing', 'failed')") . run('SELECT count(*) FROM adpipe.progress'), '00', "$what: complete, and nothing runs");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM adpipe.claim_ledger'), '0', 'no claim is left');

done_testing();
