# A limit that one session has met holds for all: they wait for its end, or fail
# with the time to come back, and send nothing.  A server that fails is left in
# peace, but for one probe after a pause.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;
use Time::HiRes qw(time);

my $node = adpipe_cluster(preload => 1);
my $sim = simulator();
google_server($node, $sim, options => { customer_id => '1234567890', max_retries => 0 });
google_server($node, $sim, name => 'pair', options => { customer_id => '1234567890,2345678901' });
appsflyer_server($node, $sim);
meta_server($node, $sim, options => { account_id => '1234567890123456' });
my $google = "SELECT count(*), sum(clicks), sum(cost_micros) FROM google.campaign_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-03'";

# Requests for rows of campaigns, and those that were refused for a quota.
sub pages { return grep { ($_->{query} // '') =~ /FROM campaign / } @{ $sim->requests }; }
sub refused { return grep { $_->{status} == 429 } @{ $sim->requests }; }

sub on_pages
{
	my ($action, %more) = @_;
	return { match => { query => 'FROM campaign ' }, %more, action => $action };
}

my $admin = session($node);
my $right = $admin->query($google);

sub fresh
{
	$sim->reset;
	$admin->query("SELECT adpipe.reset_breaker('$_')") for qw(google pair flyer meta);
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

my @fifty = map { session($node) } 1 .. 50;
my $used_up = '53400: quota of platform "google_ads" is used up';

subtest 'a quota that one session has met' => sub {
	fresh();
	$sim->faults([ on_pages({ error => 'quotaError.RESOURCE_TEMPORARILY_EXHAUSTED', retry_delay => '4s' }, times => 1) ]);
	is(together($google, $admin), "1 of $used_up", 'it fails');
	my ($met) = refused();

	is(together("SET adpipe.max_wait = 0; $google", @fifty), "50 of $used_up", 'fifty that cannot wait fail, too');
	is(scalar pages(), 1, 'without a request');
	my $error = $fifty[0]->query_error($google);
	like($error->{detail}, qr/^Account 1234567890, 2026-11-01 to 2026-11-03: HTTP 429, quotaError\.RESOURCE_TEMPORARILY_EXHAUSTED\. Come back at 20\d\d-\S+Z\.$/m, 'which say why, and when to come back');
	like($admin->query("SELECT account_id, applies_to, reason, blocked_until BETWEEN now() - interval '4s' AND now() + interval '4s' FROM adpipe.quota WHERE server_name = 'google' AND blocked_until IS NOT NULL"),
		qr{^1234567890\|/v\d+/customers/1234567890/googleAds:search\|HTTP 429, quotaError\.RESOURCE_TEMPORARILY_EXHAUSTED\|t$}, 'view quota has it');

	my $start = time;
	isnt($admin->query("SELECT count(*) FROM pair.campaign_daily WHERE account_id = '2345678901' AND date_day = '2026-11-01'"), '0', 'another account');
	cmp_ok(time - $start, '<', 2, 'does not wait');
	is(together("RESET adpipe.max_wait; $google", @fifty), "50 of $right", 'fifty that can wait are right');
	is(scalar refused(), 1, 'none meets the limit again');
	my @after = grep { $_->{time} > $met->{time} && ($_->{account} // '') eq '1234567890' } pages();
	is(scalar @after, 50, 'each asks once');
	my ($first, $last) = (sort { $a <=> $b } map { $_->{time} } @after)[ 0, -1 ];
	cmp_ok($first - $met->{time}, '>=', 3.9, 'after the time that the platform named');
	cmp_ok($last - $first, '>=', 2, 'and not all at once');
	like($fifty[0]->query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $google"), qr/Requests: 1$/m, 'later nobody waits');
};

subtest 'reset_breaker()' => sub {
	fresh();
	$sim->faults([ on_pages({ error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '5400s' }, times => 1) ]);
	is(together($google, $admin), "1 of $used_up", 'a quota of hours');
	is(together($google, $fifty[0]), "1 of $used_up", 'holds for others');
	is(scalar pages(), 1, 'without a request');
	is($admin->query("SELECT adpipe.reset_breaker('google')"), 't', 'somebody knows better');
	is(together($google, @fifty[0 .. 4]), "5 of $right", 'and all ask again');
	is($admin->query("SELECT adpipe.reset_breaker('google')"), 'f', 'nothing is left to reset');
};

subtest 'a rate that the platform documents' => sub {
	fresh();
	my ($app) = map { $_->{id} } @{ $sim->accounts('appsflyer') };
	my $days = sub { "SELECT count(*) > 0 FROM flyer.partners_daily WHERE account_id = '$app' AND date_day BETWEEN '2026-11-01' AND '2026-11-0$_[0]'" };
	my $reports = sub { scalar grep { $_->{path} =~ m{/agg-data/} } @{ $sim->requests } };
	my $limit = '53400: quota of platform "appsflyer" is used up';
	is(together('SET adpipe.max_wait = 0;' . $days->(1), @fifty[0 .. 19]), "19 of $limit; 1 of t", 'one of twenty sessions asks, the others come back later');
	is($reports->(), 1, 'one request');
	is(together($days->(4), @fifty[0 .. 4]), '5 of t', 'reports over more days have another limit');
	is(scalar(grep { $_->{status} >= 400 } @{ $sim->requests }), 0, 'the platform refused nobody');
};

subtest 'what a platform says is used' => sub {
	fresh();
	$sim->settings({ meta_usage_pct => 42 });
	$admin->query("SELECT count(*) FROM meta.campaign_daily WHERE date_day = '2026-11-01'");
	is(session($node)->query("SELECT account_id, applies_to, round(used_percent), blocked_until IS NULL FROM adpipe.quota WHERE server_name = 'meta' AND applies_to = 'ads_insights'"),
		'1234567890123456|ads_insights|42|t', 'is in the view of every session');
};

# The clock of the sessions, not of the simulator, decides about pauses.
sub at
{
	my ($moment, @sessions) = @_;
	$_->query("SET adpipe.debug_now = '2026-11-20T12:$moment'") for @sessions;
	return;
}

subtest 'a clock that is set back' => sub {
	fresh();
	at('30:00', $admin);
	$sim->faults([ on_pages({ error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '5400s' }, times => 1) ]);
	like($admin->query_error($google)->{detail}, qr/Come back at 2026-11-20T14:00:00Z/, 'a quota of hours');
	at('00:00', $admin);
	like($admin->query_error($google)->{detail}, qr/Come back at 2026-11-20T13:30:00Z/, 'holds no longer by the clock that was set back');
	like($admin->query_error($google)->{detail}, qr/Come back at 2026-11-20T13:30:00Z/, 'nor shorter');
	is(scalar pages(), 1, 'without a request');
	$admin->query('RESET adpipe.debug_now');
};

subtest 'a server that fails' => sub {
	fresh();
	my $failed = 'HV00M: platform "google_ads" did not give a whole answer';
	my $not_asked = 'HV00M: server "google" is not asked for the time being';
	my @ten = @fifty[0 .. 9];
	at('00:00', $admin, @ten);
	$sim->faults([ on_pages({ status => 503, body => '' }) ]);
	is(together($google, $admin), "1 of $failed", "failure $_") for 1 .. 4;
	$sim->faults([]);
	is(together($google, $admin), "1 of $right", 'a success');
	$sim->faults([ on_pages({ status => 503, body => '' }) ]);
	is(together($google, $admin), "1 of $failed", "failure $_") for 1 .. 5;
	my $before = pages();
	is(together($google, @ten), "10 of $not_asked", 'five in a row: nobody asks');
	is(scalar pages(), $before, 'no request');
	my $error = $ten[0]->query_error($google);
	is($error->{detail}, '5 requests in a row failed for good, the last with: HTTP 503. Come back at 2026-11-20T12:00:30Z.', 'the detail');
	is($error->{hint}, "SELECT adpipe.reset_breaker('google') lets the next statement ask at once.", 'the hint');
	is($admin->query("SELECT account_id, applies_to, reason, blocked_until FROM adpipe.quota WHERE server_name = 'google' AND blocked_until IS NOT NULL"),
		'|all requests|5 failures in a row: HTTP 503|2026-11-20 12:00:30+00', 'the view');

	at('00:30', @ten);
	$sim->faults([ on_pages({ status => 503, body => '', delay_ms => 300 }) ]);
	is(together($google, @ten), "1 of $failed; 9 of $not_asked", 'after the pause one probes, the others wait for it');
	is(scalar pages(), $before + 1, 'one request');
	at('01:29', @ten);
	is(together($google, @ten), "10 of $not_asked", 'a pause twice as long');
	is(scalar pages(), $before + 1, 'no request');

	# The probe signs in first, and its server is well again.
	at('01:31', @ten);
	$sim->control('POST', '/_control/reset', { tokens => \1 });
	$sim->faults([ on_pages({ delay_ms => 300 }) ]);
	is(together($google, @ten), "10 of $right", 'the probe succeeds: all are right');
	is(scalar(grep { $_->{path} eq '/token' } @{ $sim->requests }), 1, 'one token call');

	# A probe that is never heard of again.
	$sim->faults([ on_pages({ status => 503, body => '' }) ]);
	is(together($google, $ten[0]), "1 of $failed", "failure $_") for 1 .. 5;
	at('02:31', @ten);
	$sim->faults([ on_pages({ delay_ms => 5000 }) ]);
	my $count = pages();
	$ten[0]->send($google);
	poll_until(sub { pages() > $count });
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $ten[0]->pid . ')');
	$sim->faults([]);
	at('03:32', @ten[1 .. 9]);
	is(together($google, @ten[1 .. 9]), "9 of $right", 'holds up nobody after the next pause');
};

subtest 'view requests' => sub {
	fresh();
	$node->safe_psql('postgres', <<'END');
CREATE ROLE reader LOGIN;
CREATE ROLE stranger LOGIN;
CREATE ROLE monitor LOGIN IN ROLE pg_read_all_stats;
GRANT USAGE ON FOREIGN SERVER google TO reader, monitor;
GRANT USAGE ON SCHEMA google TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO reader;
CREATE USER MAPPING FOR reader SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//refused-token');
END
	my ($reader, $stranger, $monitor) = map { session($node, user => $_) } qw(reader stranger monitor);
	my $mine = "SELECT requests, retries, errors FROM adpipe.requests WHERE server_name = 'google' AND role_name = 'reader'";
	is($reader->query($mine), '', 'nothing yet');
	is($reader->query_error($google)->{sqlstate}, '28000', 'a sign-in that is refused');
	is($reader->query($mine), '1|0|1', 'counts as a request and an error');
	my $words = "SELECT last_error FROM adpipe.requests WHERE server_name = 'google' AND role_name = 'reader'";
	like($reader->query($words), qr/^platform "google_ads" refused the credentials: Sign-in: HTTP 400, invalid_grant/, 'with its words');
	unlike($reader->query($words), qr/refused-token|sample-secret/, 'without a secret');
	like($monitor->query($words), qr/invalid_grant/, 'which pg_read_all_stats reads');
	is($reader->query("SELECT count(*) > 0, count(last_error) FROM adpipe.requests WHERE server_name = 'google' AND role_name <> 'reader'"), 't|0', 'others read only the numbers');
	is($stranger->query('SELECT (SELECT count(*) FROM adpipe.requests), (SELECT count(*) FROM adpipe.quota)'), '0|0', 'without USAGE nothing');
	is($stranger->query_error("SELECT adpipe.reset_breaker('google')")->{sqlstate}, '42501', 'reset_breaker() is not for all');

	my $all = "SELECT requests, rows, bytes > 0, last_request_at IS NOT NULL FROM adpipe.requests WHERE server_name = 'google' AND role_name = current_user";
	$admin->query("RESET adpipe.debug_now; $google");
	my @before = split /\|/, $admin->query($all);
	$admin->query($google);
	my @after = split /\|/, session($node)->query($all);
	is($after[0] - $before[0], 1, 'requests of all sessions');
	is($after[1] - $before[1], (split /\|/, $right)[0], 'and rows');
	is("@after[2, 3]", 't t', 'and bytes');
};

subtest 'dashboards over a copy' => sub {
	fresh();
	$admin->query('RESET adpipe.debug_now');
	$sim->clock('2026-11-20T12:00:00Z');
	$admin->query("SET adpipe.debug_now = '2026-11-20T12:00:00Z'");
	$admin->query('CREATE SCHEMA ads');
	$admin->query("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-01')");
	$admin->query('CALL adpipe.refresh_all()');
	my $before = @{ $sim->requests };
	my $chart = 'SELECT count(*), sum(clicks) FROM ads.campaign WHERE date_day >= current_date - 400';
	is(together("$chart; $chart; $chart; $chart", @fifty[10 .. 49], map { session($node) } 1 .. 10) =~ /^50 of [^;]*$/, 1, 'fifty sessions with four charts agree');
	is(scalar @{ $sim->requests }, $before, 'no request');
};

done_testing();
