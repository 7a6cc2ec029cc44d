# A tracker beside a platform: adpipe.discrepancy equals what each of them tells
# when it is asked; and an in-app event that somebody switches off is missed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($app, $account) = ('com.pacifictrail.app', '2345678901');
loader($node, $sim, options => { customer_id => $account });
appsflyer_server($node, $sim, role => 'loader', options => { app_id => $app });
$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA flyer TO loader;
GRANT USAGE ON FOREIGN SERVER flyer TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA flyer TO loader;
END
# The quota of short ranges is by the minute of a clock that stands still here.
$sim->settings({ appsflyer_minute_calls => 1000 });

# One more day, refreshed once it has settled.
my $day = 9;
sub next_day
{
	at(sprintf '2026-11-%02dT16:00:00Z', ++$day);
	run('CALL adpipe.refresh_all()');
	return;
}

sub stopped
{
	return scalar run("SELECT severity, account_id, problem FROM adpipe.health ORDER BY 2, 3");
}

at('2026-11-09T16:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-01')");
run("SELECT adpipe.materialize('flyer.partners_daily', 'ads.partners', '2026-11-01')");
run("SELECT adpipe.materialize('flyer.partners_event_daily', 'ads.events', '2026-10-05')");
run('CALL adpipe.refresh_all()');
is(stopped(), '', 'all is well');

is(run("SELECT date_day, platform_clicks, tracker_clicks, conversions, installs, clicks_difference = platform_clicks - tracker_clicks FROM adpipe.discrepancy WHERE platform = 'google_ads' AND date_day BETWEEN '2026-11-02' AND '2026-11-08'"),
	run(<<'END'), 'both sides are what each tells when it is asked');
SELECT date_day, p.clicks, t.clicks, p.conversions, t.installs, true
FROM (SELECT date_day, sum(clicks) AS clicks, sum(conversions) AS conversions FROM google.campaign_daily
      WHERE date_day BETWEEN '2026-11-02' AND '2026-11-08' GROUP BY 1) p
JOIN (SELECT date_day, sum(clicks) AS clicks, sum(installs) AS installs FROM flyer.partners_daily
      WHERE date_day BETWEEN '2026-11-02' AND '2026-11-08' AND media_source = 'googleadwords_int' GROUP BY 1) t USING (date_day)
ORDER BY 1
END
is(run("SELECT count(*), bool_and(platform_clicks IS NULL) FROM adpipe.discrepancy WHERE media_source = 'Facebook Ads' AND platform = 'meta_ads'"),
	'8|t', 'a platform that nobody copies has the tracker\'s side only');

# An event is switched off in the tracker.
next_day() for 1 .. 2;
is(stopped(), '', 'nothing is missed as long as it is on');
my $allowed = $node->safe_psql('postgres', "SELECT adpipe_internal.silence_allowed(kind, active_days, longest_gap, lag_days) FROM adpipe.signal_ledger WHERE name = 'af_purchase'");
cmp_ok($allowed, '<=', 5, 'an event of almost each day');
$sim->change($app, 'event/af_purchase', 'off', 'appsflyer');
my $days = 0;
next_day() while stopped() eq '' && $days++ < 8;
cmp_ok($days, '<=', $allowed + 2, 'switched off: missed as soon as its silence is longer than allowed');
like(stopped(), qr/^warning\|\Q$app\E\|event "af_purchase": none since 2026-11-1\d [^\n]*$/, 'and nothing else is');
like(run('SELECT action FROM adpipe.health'), qr/app still sends it.*SELECT adpipe\.accept_absence\('ads\.events', '\Q$app\E', 'af_purchase'\);/, 'with the way out');
is(run("SELECT account_id, setting, old_value, new_value FROM adpipe.settings_changes"), "$app|event/af_purchase|arriving|stopped", 'and in settings_changes');
my $stale = "SELECT count(*) FROM adpipe.slice_ledger WHERE stale_since > fetched_at";
is($node->safe_psql('postgres', $stale), '30', 'the days that are still restated are to be read again');
at(sprintf '2026-11-%02dT17:00:00Z', $day);
run('CALL adpipe.refresh_all()');
is($node->safe_psql('postgres', $stale), '0', 'which the next run does');
$sim->change($app, 'event/af_purchase', 'on', 'appsflyer');
next_day();
is(stopped(), '', 'switched on again: clear by itself');

# A media source is switched off.
$sim->change($app, 'media_source/googleadwords_int', 'off', 'appsflyer');
$days = 0;
next_day() while stopped() eq '' && $days++ < 10;
like(stopped(), qr/^warning\|\Q$app\E\|media source "googleadwords_int": nothing since 2026-11-\d\d/m, 'a media source that stopped is missed')
  or diag(stopped());
$sim->change($app, 'media_source/googleadwords_int', 'on', 'appsflyer');
next_day();
is(stopped(), '', 'and clear by itself once it brings rows again');

done_testing();
