# Files of Naver SearchAd that are late: the platform says so with code 20007.  That is
# neither a failure of the account nor a day without rows: health says which day is not
# ready and when the refresh asks again, the other days are stored meanwhile, and
# nothing asks before that time.

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

sub created { return scalar grep { $_->{method} eq 'POST' && $_->{path} eq '/stat-reports' } @{ $sim->requests } }

sub jobs { return scalar @{ $sim->world(platform => 'naver_searchad', resource => 'jobs') } }

sub health { return $session->query('SELECT severity, target, account_id, problem, action FROM adpipe.health ORDER BY 1, 2, 3') }

# A day of the copy and of the world: rows and spend.
sub is_copied
{
	my ($day, $what) = @_;
	my @world = @{ $sim->world(platform => 'naver_searchad', resource => 'keyword_daily', since => $day, until => $day) };
	my $spend = join '+', 0, map { $_->{spend_with_vat} } @world;
	is($session->query("SELECT count(*) = ${\scalar @world} AND sum(spend_with_vat) = $spend FROM ads.keywords WHERE date_day = '$day'"), 't', $what);
	return;
}

# At noon in Korea yesterday is due, and this time its files come at 14:00.
$sim->settings({ naver_ready_hour => 14 });
at('2026-11-29T03:30:00Z');
$session->query("SELECT adpipe.materialize('naver.keyword_daily', 'ads.keywords', '2026-11-26')");
$session->query('CALL adpipe.refresh_all()');
is_copied('2026-11-26', 'a day before the late one is stored');
is_copied('2026-11-27', 'and the other');
is($session->query("SELECT count(*) FROM ads.keywords WHERE date_day = '2026-11-28'"), '0', 'the late day has no rows');
is($session->query("SELECT DISTINCT state FROM adpipe.coverage WHERE date_day = '2026-11-28'"), 'missing', 'and passes for missing');
is(health(), "info|ads.keywords||4 accounts of 1 copy: day 2026-11-28 is not ready yet: the platform is still preparing it|Nothing: the refresh asks for it again from 2026-11-29 04:00 UTC on, and stores the other days meanwhile.", 'health: not ready yet, and when to come back');
is($session->query('SELECT status, sqlstate FROM adpipe.runs ORDER BY run_id DESC LIMIT 1'), 'partial|53400', 'the run came back early');
is($session->query("SELECT count(*) FROM adpipe.account_ledger WHERE failing_since IS NOT NULL OR failures > 0"), '0', 'no account fails');
is(jobs(), 0, 'no job is left');

# Until then nobody asks; then it is asked for again, and is late again.
my $before = created();
at('2026-11-29T03:45:00Z');
$session->query('CALL adpipe.refresh_all()');
is(created(), $before, 'before the time to come back nothing is asked');
at('2026-11-29T04:00:00Z');
$session->query('CALL adpipe.refresh_all()');
cmp_ok(created() - $before, '>=', 4, 'at that time each account is asked');
is(created() - $before <= 8 && jobs(), 0, 'at most once by itself and once with others, which creates no job');
like(health(), qr/^info.*from 2026-11-29 04:30 UTC on/, 'still late');

# More than a day late is worth a look.
$sim->settings({ naver_ready_hour => 23 });
$sim->faults([ { match => { method => 'POST', path => 'stat-reports', query => '2026112[89]' }, action => { error => '20007' } } ]);
at('2026-11-30T03:30:00Z');
$session->query('CALL adpipe.refresh_all()');
like(health(), qr/^warning\|ads\.keywords\|\|4 accounts of 1 copy: day 2026-11-28, 2026-11-29 is not ready yet/, 'a day that is late for a day is a warning, whatever comes after it');
$sim->faults([]);
$sim->settings({ naver_ready_hour => 6 });
at('2026-11-30T04:30:00Z');
$session->query('CALL adpipe.refresh_all()');
is_copied('2026-11-28', 'when its files are there, so is the copy');
is_copied('2026-11-29', 'and the next day');
is(health(), '', 'all is well again');
is(jobs(), 0, 'and no job is left');

# One account is late, the others are not.
$sim->faults([ { match => { method => 'POST', path => 'stat-reports', account => '2345678', query => '20261130' }, action => { error => '20007' } } ]);
at('2026-12-01T03:30:00Z');
$session->query('CALL adpipe.refresh_all()');
like(health(), qr/^info\|ads\.keywords\|2345678\|day 2026-11-30 is not ready/m, 'one account is late');
is($session->query("SELECT string_agg(account_id, ' ' ORDER BY account_id) FROM adpipe.coverage WHERE date_day = '2026-11-30' AND state <> 'missing'"), '1234567 3456789 4567890', 'the others are stored');
is(jobs(), 0, 'and no job is left');

# Who asks for the day gets a notice, and the error is for who reads the live table.
my $error = $session->query_error("SELECT * FROM naver.keyword_daily WHERE date_day = '2026-11-30' AND account_id = '2345678'");
is($error->{sqlstate}, '53400', 'a statement gets an error');
like($error->{detail}, qr/2026-11-30.*Come back at 2026-12-01T04:00:00Z/, 'that names the day and the time to come back');
$session->query("CALL adpipe.refresh('ads.keywords', '2026-11-30', '2026-11-30')");
like(health(), qr/^info.*day 2026-11-30 is not ready/, 'a refresh by hand leaves it for later as well');

done_testing();
