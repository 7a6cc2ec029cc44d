# AppsFlyer lets in one request a minute for ranges of one or two days.  Runs of due
# days are cut at Mondays; on a Monday that left one day at either end, two short
# ranges of one app, of which the second was refused.  Such an end takes days from
# the week beside it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $session = session($node);
$session->query('SET adpipe.max_wait = 0');

sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session->query("SET adpipe.debug_now = '$moment'");
	return;
}

# The ranges of the report that were asked for since the last look, newest first.
my $seen = 0;

sub asked
{
	my @requests = @{ $sim->requests };
	my @ranges = map { ($_->{query} // '') =~ /\bfrom=([\d-]+)&to=([\d-]+)/ ? "$1..$2" : () } grep { $_->{path} =~ /partners_by_date/ } @requests[ $seen .. $#requests ];
	$seen = @requests;
	return reverse sort @ranges;
}

# Days in their zone are days in UTC at this hour; 16 November is a Monday, and the
# Sunday of four weeks before is the first of the thirty days.
at('2026-11-15T20:00:00Z');
appsflyer_server($node, $sim, options => { app_id => 'com.pacifictrail.app', max_retries => 0 });
$session->query('CREATE SCHEMA ads');
$session->query("SELECT adpipe.materialize('flyer.partners_daily', 'ads.partners', '2026-10-18')");
$session->query('CALL adpipe.refresh_all()');
asked();
my $zone = $session->query('SELECT time_zone FROM adpipe.account_ledger');
for my $day (16 .. 22)
{
	# An hour after yesterday has settled in the app's zone.
	at($session->query("SELECT to_char((timestamp '2026-11-$day 05:00' AT TIME ZONE '$zone') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
	$session->query('CALL adpipe.refresh_all()');
	my @ranges = asked();
	is($session->query('SELECT status, error FROM adpipe.runs ORDER BY run_id DESC LIMIT 1'), 'succeeded|', "$day November: all that is due is read, with one short range a minute");
	cmp_ok(scalar @ranges, '>=', 5, "$day November: the window in pieces");
	my $short = grep { $session->query("SELECT right('$_', 10)::date - left('$_', 10)::date") < 2 } @ranges;
	cmp_ok($short, '<=', 1, "$day November: one short range at most") or diag("@ranges");
}
is($session->query("SELECT count(*) FROM adpipe.slices WHERE fetched_at < '2026-11-22' AND date_day > '2026-10-24'"), '0', 'every day of the window was read again');

done_testing();
