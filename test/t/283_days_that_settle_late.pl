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
my @reports = ([ skan_daily => '2026-10-25', '2026-11-05', '2026-11-17' ], [ skan_postback_daily => '2026-10-25', '2026-11-05', '2026-11-18' ], [ master_activity_daily => '2026-10-10', '2026-10-23', '2026-11-17' ]);
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
	is($min, $first, "$table: a day later all days of the window are due");
	cmp_ok($max, 'ge', $last, 'to the last one that is there');
	is($count, $session->query("SELECT '$max'::date - '$min'::date + 1"), 'each of them');
}
$session->query('CALL adpipe.refresh_all()');
like(due($_->[0]), qr/^0\|/, "$_->[0]: which is done once") for @reports;
is($session->query("SELECT count(*) FROM adpipe.health WHERE problem ~ 'media source'"), '0', 'Google\'s postbacks come late, and are not missed');

# A network that truly stops is missed once its postbacks would have come.
$sim->change(platform => 'appsflyer', account => 'id1400000002', setting => 'media_source/unityads_int', value => 'off') if 0;
done_testing();
