# "Empty: all is well" has to be true and to be reached: a copy that was never
# read is in coverage, freshness and health from its first minute; days that left
# the platform's reach before they were read are said once, not for ever.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '2345678901,3456789012', max_retries => 0 });
my @apps = qw(com.hanbit.running id1400000002);
appsflyer_server($node, $sim, role => 'loader', options => { app_id => join(',', @apps) });
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA flyer TO loader; GRANT USAGE ON FOREIGN SERVER flyer TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA flyer TO loader; CREATE ROLE reader LOGIN; CREATE ROLE outsider LOGIN; GRANT USAGE ON SCHEMA ads TO reader, outsider');

sub health { return scalar run('SELECT severity, target, account_id, problem FROM adpipe.health ORDER BY target::text, account_id, problem'); }

# A day and a list that nobody has read.
at('2026-11-20T12:00:00Z');
my $seen = 0;
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-16'), adpipe.materialize('google.campaigns', 'ads.list'); GRANT SELECT ON ads.campaign TO reader");
is(health(), "info|ads.campaign||nothing read yet\ninfo|ads.list||nothing read yet", 'health from the first minute');
is(run('SELECT target, account_id, min(date_day), max(date_day), count(*), min(state), max(state) FROM adpipe.coverage GROUP BY 1, 2'), 'ads.campaign||2026-11-16|2026-11-19|4|missing|missing', 'coverage: every day is missing');
is(run('SELECT target, account_id, last_attempt, last_success, latest_complete_day, expected_by FROM adpipe.freshness ORDER BY target::text'),
	"ads.campaign|||||2026-11-21 12:00:00+00\nads.list|||||2026-11-21 12:00:00+00", 'freshness: when it should be there');
for my $call ("adpipe.daily_report('ads.campaign')", "adpipe.daily_report_markdown('ads.campaign')", "adpipe.require_complete('ads.campaign', '2026-11-16', '2026-11-19')")
{
	my $error = session($node, user => 'loader')->query_error("SELECT count(*) FROM $call");
	is("$error->{sqlstate} $error->{message}", '55000 table "ads.campaign" was never refreshed', "$call: an error");
}
is(session($node, user => 'reader')->query("SELECT (SELECT count(*) FROM adpipe.health WHERE problem = 'nothing read yet'), (SELECT count(*) > 0 FROM adpipe.coverage), (SELECT count(*) FROM adpipe.freshness)"), '1|t|1', 'a reader sees what it may read');
is(session($node, user => 'outsider')->query('SELECT (SELECT count(*) FROM adpipe.health), (SELECT count(*) FROM adpipe.health_details), (SELECT count(*) FROM adpipe.coverage), (SELECT count(*) FROM adpipe.freshness)'), '0|0|0|0', 'an outsider nothing');
is(scalar(@{ $sim->control('GET', "/_control/requests?since=$seen") }), 0, 'nothing was sent for any of it');
at('2026-11-21T12:01:00Z');
like(health(), qr/^warning\|ads\.campaign\|\|nothing read yet$/m, 'a day later it is a warning');
run('CALL adpipe.refresh_all()');
is(health(), '', 'and is gone after the first refresh');
is(run('SELECT count(*) FROM adpipe.coverage WHERE account_id IS NULL') + run('SELECT count(*) FROM adpipe.freshness WHERE account_id IS NULL'), '0', 'everywhere');

# Raw data with the default start, read a minute later, in zones ahead of UTC and behind it.
at('2026-11-21T20:00:00Z');
run("SELECT adpipe.materialize('flyer.installs', 'ads.installs'), adpipe.materialize('flyer.in_app_events', 'ads.events')");
is(run("SELECT target, date '2026-11-21' - min(date_day) FROM adpipe.coverage WHERE target IN ('ads.installs'::regclass, 'ads.events'::regclass) GROUP BY target ORDER BY target::text"), "ads.events|28\nads.installs|57", 'the default start lies inside the reach');
at('2026-11-22T02:00:00Z');
run('CALL adpipe.refresh_all()');
is(health(), '', 'the default start: all is well after the first refresh');
is(run("SELECT string_agg(DISTINCT state, ' ') FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND state IN ('missing', 'failed')"), '', 'and no day is missing');

# Made today, read for the first time three days later.
run('DROP TABLE ads.installs, ads.events');
run("SELECT adpipe.materialize('flyer.in_app_events', 'ads.events')");
at('2026-11-25T20:00:00Z');
my (undef, $messages) = run("CALL adpipe.refresh_all()");
like($messages, qr/WARNING:  days 2026-10-25 to 2026-10-2[5-7] of account \Q$_\E of ads\.events left the platform's reach before they were read/, "$_: said by the refresh") for @apps;
my $lost = health();
like($lost, qr/^info\|ads\.events\|\Q$_\E\|the days from 2026-10-25 to 2026-10-2[5-7] left the platform's reach before they were read$/m, "$_: and in health") for @apps;
is(scalar(split /\n/, $lost), 2, 'and nothing else is');
is(run("SELECT string_agg(DISTINCT state, ' ') FROM adpipe.coverage WHERE target = 'ads.events'::regclass AND date_day = '2026-10-25'"), 'missing', 'coverage says that they are missing');
is(session($node, user => 'loader')->query_error("SELECT adpipe.require_complete('ads.events', '2026-10-25', '2026-11-20')")->{sqlstate}, '55000', 'and so does the guard');
at('2026-11-25T21:00:00Z');
(undef, $messages) = run("CALL adpipe.refresh('ads.events')");
unlike($messages // '', qr/left the platform's reach/, 'the next refresh does not say it again');
at('2026-11-26T20:01:00Z');
(undef, $messages) = run('CALL adpipe.refresh_all()');
unlike($messages // '', qr/left the platform's reach/, 'nor does that of the next day');
is(health(), '', 'and health is empty a day later');

$node->stop;
done_testing();
