# What a plan expects is what comes: the second scan of every built-in report, of
# other days than the first, is estimated within a factor of 3, and sends as many
# requests as EXPLAIN says.  EXPLAIN sends none, whatever it shows.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(foreign_scans);
use List::Util qw(max);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
my @apps = map { $_->{id} } @{ $sim->accounts('appsflyer') };
my %google = (options => { customer_id => '1234567890,2345678901' });
my %meta = (options => { account_id => '1234567890123456,2345678901234567' });
my %flyer = (options => { app_id => "$apps[0],$apps[1]", cache_ttl_s => 0 });
my %tiktok = (options => { advertiser_id => '7012345678901234567,7023456789012345678' });
my %naver = (options => { customer_id => '2345678,3456789' });
my %kakao = (options => { account_id => '700101,700103' });
google_server($node, $sim, %google);
google_server($node, $sim, name => 'google_common', schema => 'common', %google);
meta_server($node, $sim, %meta);
meta_server($node, $sim, name => 'meta_common', schema => 'common', %meta);
appsflyer_server($node, $sim, %flyer);
appsflyer_server($node, $sim, name => 'flyer_common', schema => 'common', %flyer);
tiktok_server($node, $sim, %tiktok);
tiktok_server($node, $sim, name => 'tiktok_common', schema => 'common', %tiktok);
naver_server($node, $sim, %naver);
kakao_server($node, $sim, %kakao);
kakao_server($node, $sim, name => 'kakao_common', schema => 'common', %kakao);
$sim->clock($now);
my $many = { appsflyer_minute_calls => 100_000, appsflyer_daily_app => 100_000, appsflyer_daily_account => 100_000, appsflyer_cohort_minute => 100_000, appsflyer_skan_minute => 100_000, kakao_throttle_pct => 0 };
$sim->settings($many);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));
# How fast calls follow one another is no matter of how many they are.
$session->query('SET adpipe.debug_rate_pct = 0');

# How many requests were sent.  AppsFlyer answers one for single events with the address
# of a file, which is not counted.  Naver's jobs that turned out to be empty have no file.
my ($last, $sent, $empty) = (0, 0, 0);
sub sent
{
	for my $request (@{ $sim->control('GET', "/_control/requests?since=$last") })
	{
		$last = $request->{seq};
		$sent++ unless $request->{path} =~ m{^/export/};
		$empty++ if $request->{method} eq 'POST' && $request->{path} =~ m{^/(?:stat|master)-reports$};
		$empty-- if $request->{path} eq '/report-download';
	}
	return $sent;
}

# Every report, with the column of its day and the type of that.
my @reports = map { [ split /\|/ ] } split /\n/, $session->query(<<'END');
SELECT c.oid::regclass, coalesce((SELECT attname FROM pg_attribute a WHERE a.attrelid = c.oid AND attname IN ('date_day', 'period_start')), '')
FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid ORDER BY 1
END
cmp_ok(scalar @reports, '>', 40, scalar(@reports) . ' reports');

# A statement that reads all columns of some days; periods are whole.
sub statement
{
	my ($report, $since, $until) = @_;
	my ($table, $day) = @$report;
	return "SELECT count(t::text) FROM $table t" . ($day ? " WHERE $day BETWEEN '$since' AND '$until'" : '');
}

# The number of requests of two accounts that EXPLAIN has in words: the least one, or that
# of reports which have rows.
sub in_words
{
	my ($sql) = @_;
	my ($words) = $session->query("EXPLAIN (VERBOSE) $sql") =~ /Expected Requests: (.*)/ or return 0;
	my ($number) = $words =~ /^(?:at least )?(one|\d+) per account/ or return 0;
	my $days = 1;
	if ($words =~ /and day/)
	{
		my ($first, $last) = $sql =~ /BETWEEN '(.*)' AND '(.*)'/;
		$days = $session->query("SELECT date '$last' - date '$first' + 1");
	}
	return 2 * $days * ($number eq 'one' ? 1 : $number);
}

my ($error, $exact) = (0, 0);
for my $report (@reports)
{
	my ($table, $day) = @$report;
	# Single events are rare.
	my ($since, $until) = $table =~ /^flyer/ ? ('2026-10-25', '2026-11-12') : ('2026-11-01', '2026-11-06');
	my ($first, $second) = $day eq 'period_start'
	  ? (statement($report, '2026-08-31', '2026-09-07'), statement($report, '2026-09-14', '2026-10-12'))
	  : (statement($report, $since, '2026-11-03'), statement($report, '2026-11-05', $until));
	my ($rows, $failure) = $session->try($first);
	next if $failure && ok($failure->{sqlstate} eq 'HV000', "$table: $failure->{message}");
	my ($before, $empty_before) = (sent(), $empty);
	my ($scan) = foreign_scans($session, $second);
	is(sent(), $before, "$table: EXPLAIN sends nothing");
	my $real = $session->query($second);
	my $log = log($scan->{'Plan Rows'} / max($real, 1));
	$error += abs $log;
	cmp_ok(abs $log, '<=', log 3, "$table: $scan->{'Plan Rows'} rows expected, $real came");
	my $asked = sent() - $before;
	# Where an answer decides what is asked next, EXPLAIN has the number in words.
	if ($table =~ /^(?:naver|kakao)/ && $table !~ /\.accounts$/)
	{
		is($scan->{'Expected Requests'}, undef, "$table: no number of requests is expected");
		my $said = in_words($second);
		my $least = $said - ($empty - $empty_before);
		cmp_ok($least, '>=', 2, "$table: but $said in words");
		cmp_ok($asked, '>=', $least, "$table: $least requests expected at least without files of empty reports, $asked sent");
		is($asked, $least, "$table: and no more") if !$day && $said > 2;
		$exact++;
		next;
	}
	# How many pages an account needs is known only on average.
	my $expected = $scan->{'Expected Requests'} // 0;
	if ($asked == $expected) { $exact++ } else { note("$table: $expected requests expected, $asked sent") }
	cmp_ok($asked, '>=', $expected, "$table: at least as many requests as expected");
	cmp_ok($asked, '<=', 1.5 * $expected, "$table: $expected requests expected, $asked sent");
}
cmp_ok($exact, '>=', @reports - 2, "as many requests as expected for $exact");
note(sprintf 'sum of |log ratio| over %d reports: %.3f', scalar @reports, $error);

done_testing();
