# Local copies of Naver SearchAd: each day takes two jobs of an account, days that the
# platform prepares still are left for later, and a refresh that was killed goes on with
# the jobs that it has created.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $session = session($node);
naver_server($node, $sim);
$session->query('CREATE SCHEMA ads');

# Puts both clocks to a moment.
sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session->query("SET adpipe.debug_now = '$moment'");
	return;
}

sub jobs { return scalar @{ $sim->world(platform => 'naver_searchad', resource => 'jobs') } }

sub created { return scalar grep { $_->{method} eq 'POST' && $_->{path} eq '/stat-reports' } @{ $sim->requests } }

# A copy and the world, to a day.
sub is_copied
{
	my ($until, $what) = @_;
	my @columns = table_columns($node, 'naver.campaign_daily');
	my $rows = join ",\n", map { my $r = $_; '(' . join(', ', map { literal($r->{ $_->[0] }, $_->[2]) } @columns) . ')' }
	  @{ $sim->world(platform => 'naver_searchad', resource => 'campaign_daily', since => '2026-11-22', until => $until) };
	my $columns = join ', ', map { $_->[0] } @columns;
	is($session->query("SELECT count(*) FROM ((SELECT $columns FROM ads.campaigns EXCEPT ALL VALUES $rows) UNION ALL (VALUES $rows EXCEPT ALL SELECT $columns FROM ads.campaigns)) d"), '0', $what);
	return;
}

# Before the files of yesterday are there.
at('2026-11-28T22:00:00Z');
$session->query("SELECT adpipe.materialize('naver.campaign_daily', 'ads.campaigns', '2026-11-22')");
$session->query('CALL adpipe.refresh_all()');
is($session->query('SELECT problem FROM adpipe.health'), '', 'all is well');
is(created(), 4 * 6 * 2, 'six days of four accounts took two jobs each');
is(jobs(), 0, 'and none is left');
is_copied('2026-11-27', 'the copy equals the world');
is($session->query("SELECT count(DISTINCT account_id) FROM adpipe.compared_targets WHERE target = 'ads.campaigns'::regclass"), '4', 'and can be compared with a tracker');
is($session->query("SELECT adpipe.stored_until('ads.campaigns')"), '2026-11-27', 'to the last day that is prepared');

# A day whose files are late.
$sim->settings({ naver_ready_hour => 14 });
at('2026-11-29T03:30:00Z');
$session->query('CALL adpipe.refresh_all()');
is($session->query("SELECT max(date_day) FROM ads.campaigns"), '2026-11-27', 'a day that is late is not stored');
like($session->query('SELECT severity, problem, action FROM adpipe.health'), qr/^info\|.*day 2026-11-28 is not ready yet.*from 2026-11-29 04:00 UTC on/, 'health says so, with the time to come back');
is(jobs(), 0, 'no job is left');
at('2026-11-29T05:30:00Z');
$session->query('CALL adpipe.refresh_all()');
is_copied('2026-11-28', 'when it is there, so is the copy');
is($session->query('SELECT problem FROM adpipe.health'), '', 'all is well again');
is(jobs(), 0, 'and no job is left');

# A refresh that dies while jobs run.
$sim->reset;
at('2026-11-29T09:30:00Z');
$sim->settings({ naver_job_ms => 3_600_000 });
my $other = session($node);
$other->query("SET adpipe.debug_now = '2026-11-29T09:30:00Z'");
$other->send("CALL adpipe.refresh('ads.campaigns', '2026-11-26', '2026-11-28')");
ok(poll_until(sub { created() >= 8 }), 'jobs of the first day are created');
$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $other->pid . ')');
poll_until(sub { $node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_activity WHERE pid = ' . $other->pid) eq '0' });
is(jobs(), 8, 'two jobs of each account are left');
$sim->settings({ naver_job_ms => 0 });
$session->query("CALL adpipe.refresh('ads.campaigns', '2026-11-26', '2026-11-28')");
is(created(), 4 * 3 * 2, 'the next refresh uses them');
is(jobs(), 0, 'and leaves none');
is_copied('2026-11-28', 'the copy is whole');

# The views over the copies of all platforms.
$session->query("CREATE SCHEMA bi; SELECT adpipe.create_report_views('bi')");
is($session->query("SELECT platform, sum(spend) = (SELECT sum(spend) FROM ads.campaigns) FROM bi.campaign_report GROUP BY 1"), 'naver_searchad|t', 'the report views have it');

done_testing();
