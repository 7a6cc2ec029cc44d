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

# A cohort has one more row each day until its day 180 is over; so long it is read
# once a day, its cohorts of seven days at a time, within the calls of a minute.
at('2026-11-20T12:00:00Z');
my $cohort_calls = sub { return scalar grep { ($_->{report} // '') eq 'cohort' } @{ $sim->requests } };
$session->query("CREATE FOREIGN TABLE flyer.cohort_users (account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'Date'), "
	. "media_source text OPTIONS (field 'Media Source (pid)'), cohort_day integer OPTIONS (field 'adpipe.cohort_day'), users bigint OPTIONS (field 'users'), revenue numeric OPTIONS (field 'revenue')) SERVER flyer OPTIONS (report 'cohort', app_id 'com.hanbit.running')");
$session->query("SELECT adpipe.materialize('flyer.cohort_users', 'ads.cohorts', '2026-11-05')");
my $calls = $cohort_calls->();
$session->query("CALL adpipe.refresh('ads.cohorts')");
is($cohort_calls->() - $calls, 3, 'cohorts: a call for seven days of installs');
is(difference('ads.cohorts', 'flyer.cohort_users', '2026-11-05', '2026-11-20'), '0|0', 'cohorts: the copy equals the platform');
is($session->query("SELECT max(cohort_day) FROM ads.cohorts"), '14', 'cohorts: up to the days that are over');
is($session->query("SELECT DISTINCT state FROM adpipe.coverage WHERE target = 'ads.cohorts'::regclass AND date_day < '2026-11-20'"), 'provisional', 'cohorts are never final');
my $due = "SELECT min(date_day), max(date_day), count(*) FROM adpipe_internal.due_days('ads.cohorts', false)";
is($session->query($due), '||0', 'cohorts: nothing is due at once');
at('2026-11-21T12:00:00Z');
is($session->query($due), '2026-11-05|2026-11-21|17', 'cohorts: the next day all are');
$session->query("CALL adpipe.refresh('ads.cohorts')");
is(difference('ads.cohorts', 'flyer.cohort_users', '2026-11-05', '2026-11-21'), '0|0', 'cohorts: the copy has the rows of the day that ended');
is($session->query("SELECT max(cohort_day) FROM ads.cohorts"), '15', 'cohorts: one more');
at('2027-05-05T12:00:00Z');
is($session->query("SELECT min(date_day) FROM adpipe_internal.due_days('ads.cohorts', false)"), '2026-11-05', 'cohorts: due on the day after day 180');
at('2027-05-06T12:00:00Z');
is($session->query("SELECT min(date_day) FROM adpipe_internal.due_days('ads.cohorts', false)"), '2026-11-06', 'cohorts: and no more after that');

done_testing();
