# What one call may ask follows the number of accounts; and where calls do not get
# through all of them within the interval of the policy, health says so, which a
# long backfill alone does not cause.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '1234567890,2345678901,3456789012', max_retries => 0 });

sub slow { return scalar run("SELECT severity, target, account_id, problem FROM adpipe.health WHERE problem LIKE 'a pass over%'") }
sub call { return run("SET adpipe.refresh_max_requests = $_[0]; CALL adpipe.refresh_all()") }
sub last_status { return scalar run('SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1') }

at('2026-11-20T12:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')");
call(0);
is(last_status(), 'succeeded', 'without a bound of its own the first call reads all');

# The bound.
my $budget = "LOAD 'adpipe'; SELECT adpipe_internal.run_budget('ads.campaign')";
is($node->safe_psql('postgres', $budget), '2000', 'three accounts: 2000 questions');
is($node->safe_psql('postgres', "LOAD 'adpipe'; SET adpipe.refresh_max_requests = 7; $budget"), '7', 'or as many as the setting says');
is($node->safe_psql('postgres', "BEGIN; INSERT INTO adpipe.account_ledger (target, account_id, is_listed, listed_at) SELECT 'ads.campaign', 'x' || n, n > 3, now() FROM generate_series(1, 1003) n; $budget; ROLLBACK"), '4012', '1,003 listed accounts: four for each');

# The last days of all accounts are one batch of three questions, once they have control totals.
for my $hour (13 .. 15)
{
	at("2026-11-20T$hour:00:00Z");
	call(2);
	is(last_status(), 'partial', "$hour:00: two questions are too few");
	is(slow(), $hour < 15 ? '' : 'warning|ads.campaign||a pass over its 3 accounts takes longer than 01:00:00: one was not asked since 2026-11-20 12:00 UTC', "$hour:00: " . ($hour < 15 ? 'no word yet' : 'health says so'));
}
like(scalar run("SELECT action FROM adpipe.health WHERE problem LIKE 'a pass over%'"), qr/^SELECT adpipe\.schedule\(workers => 4\);.*adpipe\.alter_target\('ads\.campaign', every => '2 hours'\)/, 'and what helps');
at('2026-11-20T16:00:00Z');
call(0);
is(last_status() . slow(), 'succeeded', 'a call that gets through: gone');

# Twelve are enough for the last days, but not for the older ones that are missing.
run("SELECT adpipe.materialize('google.ad_group_daily', 'ads.long', '2026-06-01')");
for my $hour (17 .. 21)
{
	at("2026-11-20T$hour:00:00Z");
	call(12);
	is(run("SELECT status FROM adpipe.runs WHERE target = 'ads.long'::regclass ORDER BY run_id DESC LIMIT 1") . slow(), 'partial', "$hour:00: a backfill is none");
}

done_testing();
