# Reports whose days arrive a day or more after their end: the days of their window are
# read again once a day all the same, and a media source whose numbers come later than
# others' has not gone silent.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $now = '2026-11-20T15:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_rate_pct = 0\n");
my $sim = simulator();
my $session = session($node);

appsflyer_server($node, $sim, options => { app_id => 'id1400000002', max_retries => 0 });

# Lets it be another moment, on both sides.
sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session->query("SET adpipe.debug_now = '$moment'; SELECT adpipe.forget('flyer')");
	return;
}

sub due
{
	my ($table) = @_;
	return $session->query("SELECT count(*), min(date_day), max(date_day) FROM adpipe_internal.due_days('ads.$table', false)");
}

at($now);
$sim->settings({ map { $_ => 10000 } qw(appsflyer_skan_minute appsflyer_minute_calls appsflyer_daily_app appsflyer_daily_account) });
$session->query('CREATE SCHEMA ads');
# Report, first day of the copy, and the first and last of the days to be read again.
my @reports = ([ skan_daily => '2026-10-25', '2026-11-04', '2026-11-17' ], [ skan_postback_daily => '2026-10-25', '2026-11-04', '2026-11-18' ], [ master_activity_daily => '2026-10-10', '2026-10-23', '2026-11-17' ]);
for my $report (@reports)
{
	my ($table, $since) = @$report;
	$session->query("SELECT adpipe.materialize('flyer.$table', 'ads.$table', '$since'); CALL adpipe.refresh('ads.$table')");
	like(due($table), qr/^0\|/, "$table: nothing is due right after a refresh");
}
at('2026-11-21T23:30:00Z');
for my $report (@reports)
{
	my ($table, undef, $first, $last) = @$report;
	my ($count, $min, $max) = split /\|/, due($table);
	is($min, $first, "$table: a day later all days of the window are due, and one that has left it");
	cmp_ok($max, 'ge', $last, 'to the last one that is there');
	is($count, $session->query("SELECT '$max'::date - '$min'::date + 1"), 'each of them');
}
$session->query('CALL adpipe.refresh_all()');
like(due($_->[0]), qr/^0\|/, "$_->[0]: which is done once") for @reports;
is($session->query("SELECT count(*) FROM adpipe.health WHERE problem ~ 'media source'"), '0', 'Google\'s postbacks come late, and are not missed');

# A scheduler that calls once a day, before the hour at which a day has settled: there are
# new numbers since the call before.
google_server($node, $sim, options => { customer_id => '2345678901' });
at('2026-11-22T09:00:00Z'); # 01:00 in Los Angeles; days settle at 03:00
$session->query("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign_daily', '2026-11-01'); CALL adpipe.refresh_all()");
at('2026-11-23T09:00:00Z');
is(due('campaign_daily'), '23|2026-11-01|2026-11-23', 'all days of the window are due at the same hour of the next day');
$session->query('CALL adpipe.refresh_all()');
at('2026-11-23T10:30:00Z');
is(due('campaign_daily'), '3|2026-11-21|2026-11-23', 'and then the last ones only, until a day has settled');

# A scheduler that stood still while days left their window reads them all the same, once,
# for what came meanwhile; after that they are final.
subtest 'a day is read after its window, whenever that is' => sub {
	$sim->settings({ kakao_throttle_pct => 0 });
	kakao_server($node, $sim, options => { account_id => '700101' });
	for my $call ([ '2026-11-10' => 1 ], [ '2026-11-11' => 1 ], [ '2026-11-23' => 0 ], [ '2026-11-24' => 0 ])
	{
		my ($day, $is_young) = @$call;
		my $differ = "SELECT count(*) FROM ads.kakao k FULL JOIN kakao.account_daily s USING (account_id, date_day) WHERE k.date_day BETWEEN '2026-11-01' AND '2026-11-23' AND s.date_day BETWEEN '2026-11-01' AND '2026-11-23' AND k.conversions IS DISTINCT FROM s.conversions";
		at("${day}T12:00:00Z");
		$session->query("SELECT adpipe.materialize('kakao.account_daily', 'ads.kakao', '2026-11-01')") if $day eq '2026-11-10';
		cmp_ok($session->query($differ), '>', 3, 'conversions came while nothing was read') if $day eq '2026-11-23';
		$session->query("CALL adpipe.refresh_all()");
		is($session->query($differ), '0', "$day: the copy equals the report");
		is(due('kakao'), '0||', 'and nothing is due');
	}
	is($session->query("SELECT string_agg(DISTINCT state, ' ') FROM adpipe.coverage WHERE target = 'ads.kakao'::regclass AND date_day <= '2026-11-15'"), 'final', 'days that left their window are final');
};

done_testing();
