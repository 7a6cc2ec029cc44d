# Sessions share access tokens and lists of accounts: fifty of them make one token
# call and one list.  A changed mapping never meets an old token, and a session
# that dies in the middle of a sign-in holds up nobody.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;
use Time::HiRes qw(time);

my $node = adpipe_cluster(preload => 1, conf => 'restart_after_crash = on');
my $sim = simulator();
my $count = 'SELECT count(*), sum(clicks), sum(cost_micros) FROM %s.campaign_daily WHERE date_day BETWEEN \'2026-11-01\' AND \'2026-11-03\'';
google_server($node, $sim);
google_server($node, $sim, name => 'other', mapping => { %AdpipeTest::GOOGLE_CREDENTIALS, client_secret => 'wrong-secret' });
google_server($node, $sim, name => 'named', options => { customer_id => '1234567890,2345678901,3456789012' });

# The requests for access tokens, for lists of accounts, and for one account.
sub sign_ins { return scalar grep { $_->{path} eq '/token' } @{ $sim->requests }; }
sub lists { return scalar grep { ($_->{query} // '') =~ /FROM customer_client/ } @{ $sim->requests }; }
sub settings_calls { return scalar grep { ($_->{query} // '') =~ /FROM customer / } @{ $sim->requests }; }

# Starts over; no token is good any more.
sub fresh
{
	$sim->control('POST', '/_control/reset', { tokens => \1 });
	return;
}

# Lets sessions run a statement at the same time; returns the distinct results.
sub together
{
	my ($sql, @sessions) = @_;
	my %seen;
	$_->send($sql) for @sessions;
	for (@sessions)
	{
		my ($out, $error) = $_->wait;
		$seen{ $error ? "$error->{sqlstate}: $error->{message}" : $out }++;
	}
	return join '; ', map { "$seen{$_} of $_" } sort keys %seen;
}

# What follows is slow enough to be met by all.
sub slow_sign_in
{
	$sim->faults([ { match => { path => '/token' }, action => { delay_ms => $_[0] } } ]);
	return;
}

my $google = sprintf $count, 'google';
my $right = session($node)->query($google);
my @fifty = map { session($node) } 1 .. 50;

subtest 'fifty sessions' => sub {
	fresh();
	$_->query("SELECT adpipe.forget('google')") for @fifty;
	slow_sign_in(1000);
	is(together($google, @fifty), "50 of $right", 'all are right');
	is(sign_ins(), 1, 'one token call');
	is(lists(), 1, 'one list of accounts');
	is(session($node)->query($google), $right, 'a later session is, too');
	is(sign_ins(), 1, 'with the same token');
	is(lists(), 1, 'and the same list');
};

subtest 'accounts by name' => sub {
	fresh();
	$sim->faults([ { match => { query => 'FROM customer ' }, action => { delay_ms => 300 } } ]);
	# Until today, whose date hangs on the account's zone.
	my $named = "SELECT count(*) > 0 FROM named.campaign_daily WHERE date_day >= '2026-11-20'";
	$_->query("SELECT adpipe.forget('named')") for @fifty[0 .. 9];
	$sim->faults([ { match => { query => 'FROM customer ' }, action => { delay_ms => 300 } } ]);
	is(together($named, @fifty[0 .. 9]), '10 of t', 'all are right');
	is(settings_calls(), 3, 'the settings of each account are read once');
	is(sign_ins(), 1, 'one token call');
};

subtest 'a token that is refused is replaced once' => sub {
	fresh();
	slow_sign_in(300);
	$sim->settings({ revoke_access_tokens => \1 });
	is(together($google, @fifty), "50 of $right", 'all are right');
	is(sign_ins(), 1, 'one token call');
};

subtest 'a token that expires' => sub {
	fresh();
	$sim->settings({ token_expires_in => 120 });
	my $session = $fifty[0];
	$session->query("SET adpipe.debug_now = '2026-11-20T12:00:00Z'");
	$sim->clock('2026-11-20T12:00:00Z');
	$session->query($google);
	is(sign_ins(), 1, 'is fetched');
	$session->query("SET adpipe.debug_now = '2026-11-20T12:00:50Z'");
	$session->query($google);
	is(sign_ins(), 1, 'is kept until a minute before its end');
	$session->query("SET adpipe.debug_now = '2026-11-20T12:01:01Z'");
	$session->query($google);
	is(sign_ins(), 2, 'and then replaced');
	$session->query('RESET adpipe.debug_now');
};

subtest 'the key is all that made the token' => sub {
	fresh();
	my $session = $fifty[0];
	$session->query($google);
	my $error = $session->query_error(sprintf $count, 'other');
	is($error->{sqlstate}, '28000', 'another server does not get the token');
	my $before = sign_ins();
	$session->query("ALTER USER MAPPING FOR CURRENT_USER SERVER google OPTIONS (SET refresh_token '1//not-this')");
	is($_->query_error($google)->{sqlstate}, '28000', 'nor does a changed mapping') for $session, $fifty[1];
	cmp_ok(sign_ins(), '>', $before, 'which signs in for itself');
	$before = sign_ins();
	$session->query("ALTER USER MAPPING FOR CURRENT_USER SERVER google OPTIONS (SET refresh_token '$AdpipeTest::GOOGLE_CREDENTIALS{refresh_token}')");
	is($fifty[1]->query($google), $right, 'put back, it does');
	is(sign_ins(), $before, 'without a sign-in');

	# Not committed: nobody else sees it, and it leaves nothing.
	$session->query("BEGIN; ALTER USER MAPPING FOR CURRENT_USER SERVER google OPTIONS (SET refresh_token '1//not-this')");
	is($session->query_error($google)->{sqlstate}, '28000', 'an open transaction uses its own mapping');
	is($fifty[1]->query($google), $right, 'others theirs');
	$session->query('ROLLBACK');
	is($session->query($google), $right, 'and it, too, after a rollback');

	$node->safe_psql('postgres', <<"END");
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA google TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO reader;
CREATE USER MAPPING FOR reader SERVER google OPTIONS (client_id 'x', client_secret 'y', refresh_token 'z');
END
	is(session($node, user => 'reader')->query_error($google)->{sqlstate}, '28000', 'another role has its own credentials');
};

subtest 'who waits for a sign-in' => sub {
	fresh();
	slow_sign_in(4000);
	my ($holder, $waiter, $other) = map { session($node) } 1 .. 3;
	$holder->send($google);
	poll_until(sub { sign_ins() == 1 });
	my $start = time;
	is($waiter->query_error("SET statement_timeout = '300ms'; $google")->{sqlstate}, '57014', 'can be cancelled');
	cmp_ok(time - $start, '<', 2, 'at once');
	is(sign_ins(), 1, 'and did not sign in');

	$other->send($google);
	$sim->faults([]);
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $holder->pid . ')');
	is(($other->wait)[0], $right, 'goes on when the session that signs in ends');
	cmp_ok(time - $start, '<', 3, 'at once');
	is(sign_ins(), 2, 'and signs in');
	undef $holder;

	$waiter->query('RESET statement_timeout');
	fresh();
	$sim->faults([ { match => { path => '/token' }, action => { delay_ms => 1000, status => 400, body => '{"error":"invalid_grant"}' }, times => 1 } ]);
	is(together($google, $waiter, $other), "1 of $right; 1 of 28000: platform \"google_ads\" refused the credentials",
		'goes on when the sign-in of the other session fails');
};

subtest 'a backend that is killed' => sub {
	fresh();
	slow_sign_in(3000);
	my $holder = session($node);
	$holder->send($google);
	poll_until(sub { sign_ins() == 1 });
	kill 'KILL', $holder->pid;
	$sim->faults([]);
	await_end($fifty[0]);
	@fifty = ();
	await_connections($node);
	my $start = time;
	is(session($node)->query($google), $right, 'the server comes back, and nobody waits for it');
	cmp_ok(time - $start, '<', 5, 'at once');
};

subtest 'forget()' => sub {
	my ($one, $two) = map { session($node) } 1 .. 2;
	$one->query($google);
	my $before = lists();
	$two->query("SELECT adpipe.forget('google')");
	$two->query($google);
	is(lists(), $before + 1, 'the list is fetched anew');
};

subtest 'without shared memory' => sub {
	$node->safe_psql('postgres', 'ALTER SYSTEM SET adpipe.shared_memory = off');
	$node->reload;
	poll_until(sub { $node->safe_psql('postgres', 'SHOW adpipe.shared_memory') eq 'off' });
	fresh();
	is(session($node)->query($google), $right, 'a session') for 1, 2;
	is(sign_ins(), 2, 'signs in for itself');
	is(lists(), 2, 'and lists the accounts for itself');
};

done_testing();
