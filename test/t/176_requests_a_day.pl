# The requests a day that setup() names for a copy are as many as a day of the
# schedule sends for it, once the copy is some weeks old.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use POSIX qw(strftime);
use Test::More;

my $midnight = 1795219200; # 2026-11-21 00:00 UTC
my $sim = simulator();
$sim->settings({ appsflyer_minute_calls => 1000 });
my $node = adpipe_cluster();
loader($node, $sim, options => { customer_id => '2345678901, 3456789012' });
meta_server($node, $sim, role => 'loader');
appsflyer_server($node, $sim, role => 'loader', options => { app_id => 'com.pacifictrail.app' });
$node->safe_psql('postgres', "GRANT USAGE ON SCHEMA $_ TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA $_ TO loader; GRANT USAGE ON FOREIGN SERVER $_ TO loader") for qw(google meta flyer);
$node->safe_psql('postgres', 'GRANT SET ON PARAMETER adpipe.debug_now TO loader; GRANT CREATE ON DATABASE postgres TO loader');
my $loader = session($node, user => 'loader');

sub at_second
{
	my ($second) = @_;
	my $moment = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime($midnight + $second));
	$sim->clock($moment);
	$loader->query("SET adpipe.debug_now = '$moment'");
	return;
}

my %reports = (google => [qw(account_daily campaign_daily campaigns)], meta => ['account_daily'], flyer => ['partners_daily']);
# A little more than what is read once a week.
my %start = (google => '2026-08-15', meta => '2026-10-15', flyer => '2026-05-15');
at_second(-3 * 86400);
for my $server (sort keys %reports)
{
	perform($loader, map { my $start = /_daily/ ? ", '$start{$server}'" : ''; "SELECT adpipe.materialize('$server.$_', 'ads.${server}_$_'$start)" } @{ $reports{$server} });
}
# AppsFlyer lets in 24 calls a day for weeks.
for my $day (-3, -2, -1)
{
	at_second($day * 86400 + 84600); # after every account's day has settled
	perform($loader, 'SET adpipe.refresh_max_requests = 100000', 'CALL adpipe.refresh_all()');
}
is(answer($loader, "SELECT count(*) FROM adpipe.coverage WHERE state NOT IN ('final', 'provisional', 'open')"), '0', 'the days before are there');
# As if the schedule had run for months: each older day was read a whole number of
# weeks after it left the window.
$node->safe_psql('postgres', <<'END');
UPDATE adpipe.slice_ledger s SET asked_at = x.asked_at, fetched_at = x.asked_at
FROM (SELECT t.target, t.account_id, s.date_day, TIMESTAMPTZ '2026-11-20 12:00Z' - interval '1 day' * ((DATE '2026-11-20' - s.date_day - (t.window_days - 1)) % 7) AS asked_at
      FROM adpipe.account_terms t JOIN adpipe.slice_ledger s ON s.target = t.target AND s.account_id = t.account_id
      WHERE DATE '2026-11-20' - s.date_day >= t.window_days) x
WHERE s.target = x.target AND s.account_id = x.account_id AND s.date_day = x.date_day
END
my %before = map { split /\|/ } split /\n/, answer($loader, 'SELECT target, sum(requests) FROM adpipe.runs GROUP BY 1');
my $sent = @{ $sim->requests };
# Each in a session of its own, as a scheduler has it.
for my $call (0 .. 47)
{
	$loader = session($node, user => 'loader');
	at_second(1800 * $call);
	perform($loader, 'CALL adpipe.refresh_all()');
}
my %after = map { split /\|/ } split /\n/, answer($loader, 'SELECT target, sum(requests) FROM adpipe.runs GROUP BY 1');
my %counted;
for my $server (sort keys %reports)
{
	my %planned = map { split /\|/ } split /\n/, answer($loader, "SELECT substring(statement FROM '$server\\.([a-z_]+)'), requests_a_day FROM adpipe.setup('$server', 'plan', dry_run => true) WHERE requests_a_day > 0");
	for my $report (@{ $reports{$server} })
	{
		my $asked = $after{"ads.${server}_$report"} - $before{"ads.${server}_$report"};
		$counted{$server} += $asked;
		ok(abs($asked - $planned{$report}) <= 0.1 * $planned{$report}, "$server.$report: as many as planned") or diag("planned $planned{$report}, asked $asked");
	}
}
# Beside them, once a call and server, lists and settings of accounts.
my %others = (google => [qr{^/(v\d+/|token)}, 5 * 2 + 1], meta => [qr{^/v[\d.]+/(?!.*insights)(act_|me/|debug_token)}, 6 + 2], flyer => [qr{^/api/mng/}, 1]);
my @paths = map { $_->{path} } @{ $sim->requests }[ $sent .. $#{ $sim->requests } ];
for my $server (sort keys %others)
{
	my ($pattern, $most) = @{ $others{$server} };
	my $asked = grep { $_ =~ $pattern } @paths;
	$asked -= $counted{google} if $server eq 'google';
	cmp_ok($asked / 48, '<=', $most, "$server: no more than $most others a call");
}
done_testing();
