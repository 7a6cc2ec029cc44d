# A copy of each report of each platform, alone, with the default policy: through a day of
# the schedule, under the quotas that the platform counts by day, and after numbers were
# restated.  None is refused, each takes no more requests than its platform lets in, and
# each equals its report.  Several copies of one app take more than AppsFlyer lets in:
# health says so, with the time at which they go on, and on the next day they do.
# ADPIPE_ALL_COPIES=1 reads all reports, as test/long/copies does; without it one of each
# platform's groups of reports.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Reports;
use Test::More;

# Noon, and 25 hours later.
my @moments = map { "2026-11-$_\:00Z" } qw(20T12:00 21T13:00);
# AppsFlyer's copies are due every four hours, in a whole day of its quota; after another
# day all that they hold is read at once.
my @hours = map { "2026-11-$_\:00Z" } qw(20T12:00 20T16:05 20T20:10 21T00:15 21T04:20 21T08:25 21T12:30 21T16:35 21T20:40 22T20:45);
my %start = (day => '2026-11-16', week => '2026-11-09', month => '2026-10-01');
# Requests of one refresh that its platform lets in, if every call of a schedule took as
# many: by operations a day of Google's lowest level over 48 calls, Meta's calls of an hour
# over two, ten a second and one in five seconds for half an hour.  AppsFlyer counts in the
# simulator, Naver sets no number.
my %most = (google_ads => 2880 / 48, meta_ads => 600 / 2, tiktok_ads => 10 * 1800, kakao_moment => 1800 / 5);
# The simulator's name of each platform.
my %restates = (google_ads => 'google', meta_ads => 'meta', appsflyer => 'appsflyer', tiktok_ads => 'tiktok', naver_searchad => 'naver_searchad', kakao_moment => 'kakao_moment');
# Why a report has no copy: SQLSTATE by table.
my %refused = ();

my $node = adpipe_cluster(conf => "adpipe.debug_rate_pct = 0\n");
my $sim = simulator();
# The pace of calls is that of tests 252 and 284, which wait for it.
$sim->settings({ kakao_throttle_pct => 0, appsflyer_cohort_minute => 1_000_000, appsflyer_skan_minute => 1_000_000, appsflyer_apps_minute => 1_000_000 });
every_server($node, $sim);
my $session = session($node);
$session->query('CREATE SCHEMA ads');

sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session->query("SET adpipe.debug_now = '$moment'");
	return;
}

my %group = map { split /\|/ } split /\n/, $session->query("SELECT DISTINCT wrapper || '.' || report, group_schema FROM adpipe_internal.report_columns() WHERE group_schema IS NOT NULL");
my %seen;
my @all = every_report($session);
my @reports = $ENV{ADPIPE_ALL_COPIES} ? @all : grep {
	!$seen{ join ' ', $_->{wrapper}, $_->{schema}, $group{"$_->{wrapper}.$_->{report}"} // '', $_->{period}, $_->{day} ne '' }++
} @all;
cmp_ok(scalar @reports, '>', 30, scalar(@reports) . ' reports of ' . @all);
$_->{copy} = 'ads.' . $_->{table} =~ s/\./_/r for @reports;

# How a copy differs from its report, in the days that it holds: extra rows|missing ones.
sub difference
{
	my ($report) = @_;
	my $columns = $session->query("SELECT adpipe_internal.column_list('$report->{table}')");
	my $last = $report->{day} && $session->query("SELECT max(date_day) FROM adpipe.slice_ledger WHERE target = '$report->{copy}'::regclass AND fetched_at IS NOT NULL");
	my $where = where($report, $start{ $report->{period} }, $last);
	my $kept = $report->{day} ? $where : " WHERE _deleted_at IS NULL AND _last_seen = (SELECT max(_last_seen) FROM $report->{copy})";
	return $session->query("WITH copy AS MATERIALIZED (SELECT $columns FROM $report->{copy}$kept), live AS MATERIALIZED (SELECT $columns FROM $report->{table}$where)
		SELECT (SELECT count(*) FROM (TABLE copy EXCEPT ALL TABLE live) d) || '|' || (SELECT count(*) FROM (TABLE live EXCEPT ALL TABLE copy) d)");
}

# The first daily report of each platform that restates: as the numbers were before, it is
# not what the copy holds.
my %before;
sub was_other
{
	my ($report, $moment) = @_;
	my $platform = $restates{ $report->{wrapper} };
	return if !$platform || !$report->{day} || $report->{period} ne 'day' || $before{$platform}++;
	$sim->restate(0, $platform);
	$session->close;
	$session = session($node);
	at($moment);
	isnt(difference($report), '0|0', "$report->{table}: the copy has what was restated");
	return;
}

sub health { return $session->query("SELECT concat_ws(' ', severity, target, account_id, problem) FROM adpipe.health WHERE target = '$_[0]->{copy}'::regclass AND severity <> 'info'"); }

sub is_kept
{
	my ($report, $is_on) = @_;
	$session->query("SELECT adpipe.alter_target('$report->{copy}', enabled => $is_on)");
	return;
}

# A copy through the day, alone; those of other platforms at its first call and its last.
for my $report (@reports)
{
	my ($table, $wrapper) = @$report{qw(table wrapper)};
	my $platform = $restates{$wrapper};
	$sim->restate(0, $platform);
	at($moments[0]);
	my $args = $report->{day} ? ", '$start{ $report->{period} }'" : '';
	my ($out, $error) = $session->try("SELECT adpipe.materialize('$table', '$report->{copy}'$args)");
	is($error && $error->{sqlstate}, $refused{$table}, "$table: has a copy, or is known to have none") or diag($error && $error->{message});
	next if $error;
	for my $moment ($wrapper eq 'appsflyer' ? @hours : @moments)
	{
		at($moment);
		$sim->restate(1, $platform) if $moment eq ($wrapper eq 'appsflyer' ? $hours[-1] : $moments[-1]);
		$session->query('CALL adpipe.refresh_all()');
		is(health($report), '', "$table: well at $moment");
	}
	my ($runs, $requests) = split /\|/, $session->query("SELECT count(*), max(requests) FROM adpipe.runs WHERE target = '$report->{copy}'::regclass AND status = 'succeeded'");
	cmp_ok($runs, '>', 1, "$table: was refreshed $runs times");
	cmp_ok($requests, '<=', $most{$wrapper}, "$table: $requests requests in a call are let in") if $most{$wrapper};
	is_kept($report, 'false');
	next if $wrapper eq 'appsflyer';
	is(difference($report), '0|0', "$table: the copy is the report");
	cmp_ok($session->query("SELECT count(*) FROM $report->{copy}"), '>', 0, "$table: and has rows");
	was_other($report, $moments[-1]);
}

# AppsFlyer's copies are compared when its calls do not count, with what is kept of no
# answer that they read.
my @flyer = grep { $_->{wrapper} eq 'appsflyer' } @reports;
my $limits = $sim->control('GET', '/_control/settings');
generous($sim);
$session->close;
$session = session($node);
at($hours[-1]);
for my $report (@flyer)
{
	is(difference($report), '0|0', "$report->{table}: the copy is the report");
	cmp_ok($session->query("SELECT count(*) FROM $report->{copy}"), '>', 0, "$report->{table}: and has rows");
}
was_other($_, $hours[-1]) foreach @flyer;
is(join(' ', sort keys %before), join(' ', sort values %restates), 'each platform restated');

# All aggregate reports of an app, whose calls count together, each call of the schedule in
# a session of its own.
$sim->settings({ map { $_ => $limits->{$_} } grep { /^appsflyer_/ } keys %$limits });
my @together = grep { $_->{table} =~ /^flyer\w*\.(?:partners|geo|tracker)_/ } @all;
sub call
{
	my ($moment) = @_;
	$session->close;
	$session = session($node);
	at($moment);
	$session->query('CALL adpipe.refresh_all()');
	return $session->query("SELECT DISTINCT target FROM adpipe.runs WHERE status <> 'succeeded' AND started_at >= '$moment' ORDER BY 1");
}
at('2026-11-23T00:15:00Z');
for my $report (@together)
{
	if ($report->{copy}) { is_kept($report, 'true') }
	else { $session->query("SELECT adpipe.materialize('$report->{table}', 'ads." . $report->{table} =~ s/\./_/r . "', '2026-11-20')") }
}
my $refused = '';
for my $hour (0 .. 5)
{
	$refused = call(sprintf '2026-11-23T%02d:%02d:00Z', 4 * $hour, 15 + 5 * $hour) and last;
}
isnt($refused, '', scalar(@together) . ' copies of an app take more than the quota of a day');
my $words = $session->query("SELECT string_agg(DISTINCT concat_ws(' ', problem, action), E'\\n') FROM adpipe.health WHERE severity <> 'info'");
like($words, qr/2026-11-24/, 'health says when they go on');
note($words);
call('2026-11-24T00:15:00Z');
for my $copy (split /\n/, $refused)
{
	is($session->query("SELECT bool_or(status = 'succeeded') FROM adpipe.runs WHERE target = '$copy'::regclass AND started_at >= '2026-11-24'"), 't', "$copy: goes on on the next day");
}

done_testing();
