# Local copies of a tracker: days dated by install are never final, and raw days
# beyond the trust in the platform stay as they are stored.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $session;

# Puts both clocks to a moment.
sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session //= session($node);
	$session->query("SET adpipe.debug_now = '$moment'");
	return;
}

# How a copy differs from its source on some days: extra rows|missing rows.
sub difference
{
	my ($copy, $source, $since, $until) = @_;
	my $columns = $session->query("SELECT adpipe_internal.column_list('$source')");
	my ($of_copy, $of_source) = map { "SELECT $columns FROM $_ WHERE date_day BETWEEN '$since' AND '$until'" } $copy, $source;
	return $session->query("SELECT (SELECT count(*) FROM ($of_copy EXCEPT ALL $of_source) e), (SELECT count(*) FROM ($of_source EXCEPT ALL $of_copy) m)");
}

at('2026-11-20T12:00:00Z');
appsflyer_server($node, $sim, options => { app_id => 'com.hanbit.running, id1400000002, id1400000009', max_retries => 0 });
$session->query('CREATE SCHEMA ads');
is($session->query_error("SELECT adpipe.materialize('flyer.in_app_events', 'ads.events', '2026-10-01')")->{sqlstate}, '22008', 'raw events cannot start before their 31 days');
$session->query(<<'END');
SELECT adpipe.materialize('flyer.partners_daily', 'ads.partners', '2026-10-05');
SELECT adpipe.materialize('flyer.in_app_events', 'ads.events', '2026-10-25');
SELECT adpipe.materialize('flyer.apps', 'ads.apps');
END
$session->query('CALL adpipe.refresh_all()');
is($session->query('SELECT problem FROM adpipe.health'), '', 'all is well');
$sim->settings({ appsflyer_minute_calls => 1000 });
is(difference('ads.partners', 'flyer.partners_daily', '2026-11-10', '2026-11-20'), '0|0', 'installs: the copy equals the platform');
cmp_ok($session->query('SELECT count(*) FROM ads.partners'), '>', 20, 'installs: there are some');
is(difference('ads.events', 'flyer.in_app_events', '2026-11-18', '2026-11-19'), '0|0', 'events: the copy equals the platform');
is($session->query("SELECT state, count(*) > 100 FROM adpipe.coverage WHERE target = 'ads.partners'::regclass AND state <> 'open' GROUP BY 1"), 'provisional|t', 'days dated by install are never final');
is($session->query("SELECT DISTINCT state FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND date_day < '2026-11-10'"), 'final', 'days of raw events are');
is($session->query("SELECT count(*) FROM ads.apps") > 2, 1, 'apps: a list of entities');

# Beyond 31 days the platform's empty answers mean nothing.
at('2026-12-05T12:00:00Z');
my $before = $session->query("SELECT count(*) FROM ads.events WHERE date_day < '2026-11-01'");
cmp_ok($before, '>', 0, 'raw events of October are stored');
$session->query("CALL adpipe.refresh('ads.events', '2026-10-25', '2026-11-12')");
like($session->messages, qr/WARNING: .*days of ads\.events before 2026-11-05 stay as they are/, 'beyond the reach: said');
is($session->query("SELECT count(*) FROM ads.events WHERE date_day < '2026-11-01'"), $before, 'beyond the reach: what is stored stays');
is($session->query("SELECT max(fetched_at) < '2026-12-01' FROM adpipe.slices WHERE target = 'ads.events'::regclass AND date_day < '2026-11-05'"), 't', 'beyond the reach: not even asked');

done_testing();
