# What a session keeps of AppsFlyer spares calls, but a local copy states when the
# platform was asked: a refresh takes no answer from before.  DISCARD ALL leaves
# none to whoever has the connection next.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $app = 'com.hanbit.running';
my $session = session($node);
my $day = '2026-11-20';
my $live = "SELECT sum(installs), sum(sessions) FROM flyer.partners_daily WHERE date_day = '$day'";
my $copy = "SELECT sum(installs), sum(sessions) FROM ads.partners WHERE date_day = '$day'";

# Puts both clocks to a moment.
sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session->query("SET adpipe.debug_now = '$moment'");
	return;
}

# What a statement gives, or its error: a test goes on either way.
sub value
{
	my ($sql) = @_;
	my ($out, $error) = $session->try($sql);
	return $error ? "$error->{sqlstate} $error->{message}" : $out;
}

sub calls
{
	return scalar grep { $_->{path} =~ m{^/api/(agg|raw)-data/} } @{ $sim->requests };
}

sub world
{
	my $rows = $sim->world(platform => 'appsflyer', resource => 'partners_daily', accounts => $app, since => $day, until => $day);
	my ($installs, $sessions) = (0, 0);
	$installs += $_->{installs}, $sessions += $_->{sessions} for @$rows;
	return "$installs|$sessions";
}

appsflyer_server($node, $sim, options => { app_id => $app, max_retries => 0, cache_ttl_s => 86400 });
$sim->settings({ appsflyer_minute_calls => 1000 });

# The day ends at 15:00 UTC, in Seoul.
at('2026-11-20T03:00:00Z');
$session->query("CREATE SCHEMA ads; SELECT adpipe.materialize('flyer.partners_daily', 'ads.partners', '$day')");

subtest 'a day that is over by the clock, and not in the kept answer' => sub {
	my $noon = $session->query($live);
	is($noon, world(), 'at noon the table shows the platform');
	at('2026-11-20T15:02:00Z');
	isnt(world(), $noon, 'more has come by midnight');
	is(value($live), $noon, 'which the session does not see, as it keeps what it has');
	my $calls = calls();
	$session->query("CALL adpipe.refresh('ads.partners', '$day', '$day')");
	is(value("SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'succeeded', 'a refresh');
	is(calls(), $calls + 1, 'asks');
	is(value($copy), world(), 'and stores what the platform has');
	is(value($live), world(), 'the session has the new answer then');
	is(calls(), $calls + 1, 'without a call');
};

subtest 'a refresh by the schedule asks, too' => sub {
	at('2026-11-21T03:00:00Z');
	$session->query($live);
	at('2026-11-21T12:00:00Z');
	$session->query('CALL adpipe.refresh_all()');
	is(value($copy), world(), 'it stores what the platform has');
};

subtest 'the setting is for one statement at a time' => sub {
	my $calls = calls();
	$session->query($live) for 1 .. 2;
	is(calls(), $calls, 'a refresh leaves it as it was');
	value('SET adpipe.use_kept_answers = off');
	$session->query($live) for 1 .. 2;
	is(calls(), $calls + 2, 'off: each statement asks');
	$session->query("SELECT (SELECT sum(installs) FROM flyer.partners_daily WHERE date_day = '$day'), (SELECT sum(clicks) FROM flyer.partners_daily WHERE date_day = '$day')");
	is(calls(), $calls + 3, 'once');
	value('RESET adpipe.use_kept_answers');
	$session->query($live);
	is(calls(), $calls + 3, 'on: what came last is kept');
};

subtest 'DISCARD ALL drops what is kept' => sub {
	# of the database, since DISCARD ALL resets what a session has set
	$node->safe_psql('postgres', "ALTER DATABASE postgres SET adpipe.debug_now = '2026-11-21T12:00:00Z'");
	$session = session($node);
	$session->query($live);
	my $calls = calls();
	$session->query('DISCARD PLANS');
	$session->query($live);
	is(calls(), $calls, 'other kinds of DISCARD do not');
	$session->query('DISCARD ALL');
	my $plan = $session->query("EXPLAIN (ANALYZE) $live");
	like($plan, qr/^ *Requests: 1$/m, 'the next statement asks');
	unlike($plan, qr/Answers From Cache: [1-9]/, 'and has nothing from the cache');
	is($session->query("SELECT adpipe.forget('flyer')"), '1', 'its answer is the only one');
};

done_testing();
