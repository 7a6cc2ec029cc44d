# Edges of keeping copies: midnights, days of 23 and 25 hours, pages lost in
# the middle, tokens that die, settings that change, tools that look around.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($seoul, $pacific, $auckland) = ('1234567890', '2345678901', '3456789012');
my $accounts = "$seoul,$pacific,$auckland";
loader($node, $sim, options => { customer_id => $accounts, max_retries => 2 });

# 00:30 in Seoul: yesterday is over there, and is the day before in UTC.
at('2026-11-19T15:30:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-16')");
run("CALL adpipe.refresh('ads.campaign')");
is(world_difference($node, $sim, 'ads.campaign', '2026-11-16', '2026-11-20', $accounts), '0|0', '00:30 in Seoul: the copy has the day that has just begun there');
is(run("SELECT max(date_day) FROM adpipe.coverage WHERE account_id = '$seoul'"), '2026-11-20', '00:30 in Seoul: today is the account\'s');
is(run("SELECT account_id, latest_complete_day FROM adpipe.freshness ORDER BY 1"), "$seoul|2026-11-19\n$pacific|2026-11-18\n$auckland|2026-11-19", '00:30 in Seoul: yesterday is each account\'s own');
is(run("SELECT adpipe.stored_until('ads.campaign')"), '2026-11-18', '00:30 in Seoul: all have the day before yesterday');

# A day that was read before it was over is not complete when it is.
at('2026-11-20T16:00:00Z');
is(run("SELECT state FROM adpipe.coverage WHERE account_id = '$seoul' AND date_day = '2026-11-20'"), 'open', 'a day that was read half is open, also once it is over');
like(sql_error($node, "SELECT adpipe.require_complete('ads.campaign', '2026-11-20', '2026-11-20')", extra_params => [ '-U', 'loader' ])->{detail},
	qr/$seoul 2026-11-20 \(open\)/, 'and require_complete says so');
run("CALL adpipe.refresh('ads.campaign')");
is(run("SELECT state FROM adpipe.coverage WHERE account_id = '$seoul' AND date_day = '2026-11-20'"), 'provisional', 'until it is read again');

# Days of 23 and 25 hours end when they end.
is(run("SELECT adpipe_internal.readable_at('2026-09-27', 'Pacific/Auckland', '0') - adpipe_internal.readable_at('2026-09-26', 'Pacific/Auckland', '0')"), '23:00:00', 'a short day');
is(run("SELECT adpipe_internal.readable_at('2026-11-01', 'America/Los_Angeles', '0') - adpipe_internal.readable_at('2026-10-31', 'America/Los_Angeles', '0')"), '1 day 01:00:00', 'a long day');

# A page is lost in the middle of a report, for good: the slice stays as it was.
$sim->restate(1);
$sim->settings({ page_size => 10 });
$sim->faults([ { match => { account => $seoul, query => 'FROM campaign WHERE', page => 2 }, action => { close => 'after_headers' } } ]);
my $before = run("SELECT count(*), sum(impressions) FROM ads.campaign WHERE account_id = '$seoul'");
my ($last, $messages);
(undef, $messages) = run("CALL adpipe.refresh('ads.campaign', '2026-11-16', '2026-11-21')");
like($messages, qr/WARNING: .*account $seoul of ads\.campaign/, 'a page is lost: a warning');
is(run("SELECT count(*), sum(impressions) FROM ads.campaign WHERE account_id = '$seoul'"), $before, 'a page is lost: nothing of the report is stored');
$sim->faults([]);
run("CALL adpipe.refresh('ads.campaign', '2026-11-16', '2026-11-21')");
is(world_difference($node, $sim, 'ads.campaign', '2026-11-16', '2026-11-21', $accounts), '0|0', 'a page is lost: made good by the next');

# Two bad accounts beside each other keep a third from nothing, and are asked
# once more by themselves, not week by week.
$sim->faults([ map { { match => { account => $_, query => 'FROM campaign WHERE' }, action => { error => 'authorizationError.USER_PERMISSION_DENIED' } } } $seoul, $pacific ]);
$last = $sim->requests->[-1]{seq};
(undef, $messages) = run("CALL adpipe.refresh('ads.campaign', '2026-10-20', '2026-11-21')");
is(scalar(() = $messages =~ /WARNING:  account/g), 2, 'two bad accounts: a warning each');
is(run("SELECT count(*) FROM adpipe.coverage WHERE account_id = '$auckland' AND state IN ('provisional', 'final')"), '32', 'two bad accounts: the third is complete');
cmp_ok(scalar(grep { ($_->{query} // '') =~ /FROM campaign WHERE/ && $_->{account} eq $pacific } @{ $sim->control('GET', "/_control/requests?since=$last") }), '<=', 2, 'two bad accounts: each is asked twice at most, not week by week');
$sim->faults([]);
run("CALL adpipe.refresh('ads.campaign')");
is(run("SELECT count(*) FROM adpipe.coverage WHERE state NOT IN ('provisional', 'final', 'open')"), '0', 'two bad accounts: made good by the next');

# The access token dies in the middle of a run.
$sim->restate(2);
$sim->faults([ { match => { account => $pacific, query => 'FROM campaign WHERE', page => 1 }, times => 1,
	action => { error => 'authenticationError.OAUTH_TOKEN_EXPIRED' } } ]);
$sim->settings({ revoke_access_tokens => Cpanel::JSON::XS::true });
(undef, $messages) = run("CALL adpipe.refresh('ads.campaign', '2026-11-16', '2026-11-21')");
unlike($messages // '', qr/WARNING/, 'the token dies: no warning');
is(world_difference($node, $sim, 'ads.campaign', '2026-11-16', '2026-11-21', $accounts), '0|0', 'the token dies: equal to the world');
$sim->settings({ page_size => 10000 });

# Settings on the platform's side.
$sim->faults([ { match => { query => 'customer\.time_zone' }, action => { replace => [ 'Asia/Seoul', 'Asia/Tokyo' ] } } ]);
run("CALL adpipe.refresh('ads.campaign')");
is(run('SELECT target, account_id, setting, old_value, new_value FROM adpipe.settings_changes'), "ads.campaign|$seoul|time_zone|Asia/Seoul|Asia/Tokyo", 'a time zone that changes is seen');
$sim->faults([ { match => { query => 'customer\.time_zone' }, action => { replace => [ 'Asia/Seoul', 'Mars/Olympus' ] } } ]);
(undef, $messages) = run("CALL adpipe.refresh('ads.campaign')");
like($messages, qr/WARNING:  refresh of ads\.campaign: time zone "Mars\/Olympus"/, 'a time zone that this server does not know: said');
is(run("SELECT count(*) FROM adpipe.freshness"), '3', 'and nothing else is spoiled');
$sim->faults([ { match => { account => $pacific, query => 'FROM campaign WHERE' }, action => { replace => [ '"USD"', '"EUR"' ] } } ]);
(undef, $messages) = run("CALL adpipe.refresh('ads.campaign', '2026-11-18', '2026-11-19')");
like($messages, qr/account $pacific is in EUR now, its stored days are in USD/, 'another currency: refused');
is(run("SELECT string_agg(DISTINCT currency, ' ') FROM ads.campaign WHERE account_id = '$pacific'"), 'USD', 'another currency: never beside the old one');
$sim->faults([]);
run('CALL adpipe.refresh_all()');
run("CALL adpipe.refresh('ads.campaign')");
is(run('SELECT problem FROM adpipe.health'), '', 'all is well again');

# Finer grains lack some spend; the control totals show how much.
run("SELECT adpipe.materialize('google.ad_daily', 'ads.ad', '2026-11-18'); CALL adpipe.refresh('ads.ad', '2026-11-18', '2026-11-19')");
is(run("SELECT count(*) FROM adpipe.control_totals WHERE target = 'ads.campaign'::regclass AND (spend_difference, impressions_difference) <> (0, 0)"), '0', 'control totals: campaigns have it all');
is(run("SELECT sum(spend_difference) FROM adpipe.control_totals WHERE target = 'ads.ad'::regclass"),
	run("SELECT sum(spend) FROM google.campaign_daily WHERE channel_type = 'PERFORMANCE_MAX' AND date_day BETWEEN '2026-11-18' AND '2026-11-19'"),
	'control totals: ads lack exactly what Performance Max spends');

# A removed campaign keeps its spend; the world removes one in generation 2.
cmp_ok(run("SELECT count(*) FROM ads.campaign WHERE campaign_status = 'REMOVED' AND spend > 0"), '>', 0, 'removed campaigns keep their spend');

# What BI tools and dumps do to a copy and its live view sends nothing.
run("SELECT adpipe.live_view('ads.campaign')");
$node->safe_psql('postgres', 'CREATE ROLE bi LOGIN; GRANT USAGE ON SCHEMA ads TO bi; GRANT SELECT ON ads.campaign, ads.campaign_live TO bi');
$last = $sim->requests->[-1]{seq};
my $bi = session($node, user => 'bi');
for my $relation ('ads.campaign', 'ads.campaign_live')
{
	$bi->query($_) for
	  "SELECT TRUE FROM $relation WHERE 1 <> 1 LIMIT 0",
	  "SELECT * FROM $relation LIMIT 0",
	  "EXPLAIN SELECT campaign_name, sum(spend) FROM $relation WHERE date_day >= '2026-11-18' GROUP BY 1",
	  "SELECT campaign_name FROM $relation WHERE date_day <= '2026-11-18' GROUP BY 1 ORDER BY 1 LIMIT 1000",
	  "SELECT count(*) FROM $relation WHERE date_day::timestamp BETWEEN '2026-11-16' AND '2026-11-18'",
	  "SELECT * FROM (SELECT * FROM $relation) q WHERE date_day IN ('2026-11-16', '2026-11-17')";
}
$node->safe_psql('postgres', 'ANALYZE; VACUUM');
run_log([ 'pg_dump', '-f', '/dev/null', '-d', $node->connstr('postgres') ]);
is(scalar @{ $sim->control('GET', "/_control/requests?since=$last") }, 0, 'tools, ANALYZE, VACUUM and pg_dump: no request');

# The report, with a hole in it.
at('2026-11-21T20:00:00Z');
run("CALL adpipe.refresh('ads.campaign')");
is(run("SELECT count(*) FROM adpipe.daily_report('ads.campaign', '2026-11-20') r WHERE r.spend <> (SELECT sum(spend) FROM ads.campaign c WHERE c.campaign_id = r.campaign_id AND c.date_day = '2026-11-20')"), '0', 'daily_report: each campaign\'s spend');
is(run("SELECT sum(r.spend) = (SELECT sum(spend) FROM ads.campaign WHERE date_day = '2026-11-20'), sum(r.spend_day_before) = (SELECT sum(spend) FROM ads.campaign c WHERE date_day = '2026-11-19') FROM adpipe.daily_report('ads.campaign', '2026-11-20') r"), 't|t', 'daily_report: adds up, and so does the day before');
$node->safe_psql('postgres', "DELETE FROM adpipe.slice_ledger WHERE account_id = '$pacific' AND date_day = '2026-11-20'");
is(run("SELECT count(DISTINCT state), min(state), bool_and(spend IS NULL) FROM adpipe.daily_report('ads.campaign', '2026-11-20') WHERE account_id = '$pacific'"), '1|missing|t', 'daily_report: a missing day has no numbers');
my $report = run("SELECT adpipe.daily_report_markdown('ads.campaign', '2026-11-20')");
like($report, qr/^# ads\.campaign, 2026-11-20\n/, 'as Markdown');
like($report, qr/^Missing: Pacific Trail Co's\.$/m, 'which says what is missing');
unlike($report, qr/^\|[^|\n]*\n/m, 'no cell breaks its line');

done_testing();
