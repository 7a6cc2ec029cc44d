# What stands around the tables of a platform, for Kakao Moment: setup, copies that equal
# the world, numbers that grow, report views in the shape that all share, a check of the
# server, secrets.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use AdpipeTest::World;
use PostgreSQL::Test::Utils;
use Test::More;

# The throttle is that of test 252.
my $node = adpipe_cluster(conf => "adpipe.debug_rate_pct = 0\n");
my $sim = simulator();
my ($account, $other) = ('700101', '700103');
my ($since, $until) = ('2026-11-10', '2026-11-11');

loader($node, $sim);
kakao_server($node, $sim, role => 'loader', schema => undef, options => { account_id => "$account,$other", max_retries => 0 });
$node->safe_psql('postgres', 'GRANT CREATE ON DATABASE postgres TO loader; GRANT USAGE ON FOREIGN SERVER kakao TO loader');
$sim->settings({ kakao_throttle_pct => 0 });

# A copy and the world.
sub is_copied
{
	my ($table, $what) = @_;
	my @columns = table_columns($node, "kakao.$table");
	my $names = join ', ', map { $_->[0] } @columns;
	my $is_daily = $table =~ /_daily$/;
	my @rows = map { my $row = $_; '(' . join(', ', map { literal($row->{ $_->[0] } // $row->{ $_->[1] }, $_->[2]) } @columns) . ')' }
	  @{ $sim->world(platform => 'kakao_moment', resource => $table, accounts => "$account,$other", $is_daily ? (since => $since, until => $until) : ()) };
	my $copy = "SELECT $names FROM kept.kakao_$table" . ($is_daily ? " WHERE date_day BETWEEN '$since' AND '$until'" : '');
	is($node->safe_psql('postgres', "CREATE TEMP TABLE world AS SELECT * FROM kakao.$table LIMIT 0; INSERT INTO world VALUES " . join(', ', @rows) . ';'
		  . "SELECT (SELECT count(*) FROM (TABLE world EXCEPT ALL $copy) m), (SELECT count(*) FROM ($copy EXCEPT ALL TABLE world) e)"),
		'0|0', "$what: $table (" . @rows . ' rows)');
	return;
}

# setup() makes and names copies; one call reads them.
at('2026-11-12T03:00:00Z');
my @printed = split /\n/, run("SELECT requests_a_day, statement FROM adpipe.setup('kakao', 'kept', '$since')");
is(scalar(grep { /materialize/ } @printed), 8, 'setup() makes copies of eight reports');
my ($whole, $parts) = map { my $report = $_; map { /^(\d+)\|.*kept\.kakao_$report'/ ? $1 : () } @printed } qw(account_daily campaign_daily);
is("$whole $parts", '104 168', 'reports below the account ask for names, too, once a day for control totals, and all for today apart');
run('CALL adpipe.refresh_all()');
is(run('SELECT severity, problem FROM adpipe.health'), '', 'and all is well');
is(run("SELECT count(*) FROM adpipe.runs WHERE status IN ('running', 'failed', 'partial', 'died') OR error IS NOT NULL"), '0', 'no run failed');
is_copied($_, 'the copy is the world') for qw(account_daily campaign_daily ad_group_daily creative_daily accounts campaigns ad_groups creatives);
my $before = @{ $sim->requests };
run('CALL adpipe.refresh_all()');
is(scalar @{ $sim->requests }, $before, 'a second call sends nothing');

# Yesterday is complete at 08:10 in Korea, and not before.
my $yesterday = "SELECT sum(spend) FROM kept.kakao_account_daily WHERE date_day = '2026-11-13'";
at('2026-11-13T22:00:00Z');
run('CALL adpipe.refresh_all()');
my $early = run($yesterday);
at('2026-11-14T00:30:00Z');
run('CALL adpipe.refresh_all()');
cmp_ok(run($yesterday), '>', $early, 'a day that was read before it was complete is read again');

# Conversions and opened messages grow for seven days; then nothing moves.
my $sums = "SELECT sum(conv_view_cart_1d), sum(conv_view_cart_7d), sum(msg_open) FROM kept.kakao_creative_daily WHERE date_day = '$since'";
my @first = split /\|/, run($sums);
at('2026-11-18T03:00:00Z');
run('CALL adpipe.refresh_all()');
my @last = split /\|/, run($sums);
cmp_ok($last[$_], '>', $first[$_], 'numbers grow') for 1, 2;
is_copied($_, 'the copy follows') for qw(campaign_daily creative_daily);
at('2026-11-22T03:00:00Z');
is_copied('creative_daily', 'and after the window nothing is different');

# The table over every platform has them under the shared names.
is(run("SELECT view_name FROM adpipe.create_report_views('kept') WHERE platform = 'kakao_moment' AND view_name::text ~ '^kept.[a-z_]+_report\$' AND view_name::text <> 'kept.url_report' ORDER BY view_name::text"),
	"kept.account_report\nkept.ad_group_report\nkept.ad_report\nkept.campaign_report", 'four report views have an arm for Kakao Moment');
my $shared = 'sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(conversions_value)';
is(run("SELECT $shared FROM kept.${_}_report WHERE platform = 'kakao_moment' AND date_day BETWEEN '$since' AND '$until'"),
	run("SELECT $shared FROM kept.kakao_account_daily WHERE date_day BETWEEN '$since' AND '$until'"), "${_}s add up to the accounts, deleted ones and messages included")
  for qw(campaign ad_group ad);
is(run("SELECT media_source FROM adpipe.media_sources WHERE platform = 'kakao_moment'"), 'kakao_int', 'trackers name it');

# Where nothing is delivered any more though the campaign is on.
like(run("SELECT adpipe_internal.serving_query('kakao.campaign_daily')"), qr/config = 'ON'/, 'the list of campaigns says which are on');

# What takes longer than adpipe.max_wait is a matter of one account.
$sim->settings({ kakao_level_refused => 'adAccounts' });
run("SET adpipe.max_wait = '8s'; CALL adpipe.refresh('kept.kakao_campaign_daily', '$since', '$until')");
is($node->safe_psql('postgres', "SELECT chunks_done, failed, slices > 0, sqlstate FROM adpipe.run_ledger ORDER BY run_id DESC LIMIT 1"), '2|1|t|53400', 'the others of a batch are read');
is($node->safe_psql('postgres', "SELECT account_id FROM adpipe.account_ledger WHERE target = 'kept.kakao_campaign_daily'::regclass AND failing_since IS NOT NULL"), $account, 'and the one with too many calls is named');
like(run("SELECT action FROM adpipe.health WHERE target = 'kept.kakao_campaign_daily'::regclass"), qr/adpipe\.max_wait.*The next refresh asks again/s, 'with the way out');
run("CALL adpipe.refresh('kept.kakao_campaign_daily', '$since', '$until')");
is(run("SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'succeeded', 'which a longer wait is');

# A check of the server; no secret anywhere.
$sim->reset;
$sim->clock('2026-11-22T06:00:00Z');
my $check = run("SELECT item, status, detail FROM adpipe.check_server('kakao')");
like($check, qr/^account $other\|ok\|Pacific Trail Co's: .*KRW, Asia\/Seoul$/m, 'the account with its currency and zone');
unlike($check, qr/\|failed\|/, 'nothing fails');
is(scalar @{ $sim->requests }, ($check =~ /This check sent (\d+)/)[0], 'and it sends as many requests as it says');
my $login = $sim->ready->{kakao_login_token};
$node->safe_psql('postgres', "ALTER USER MAPPING FOR loader SERVER kakao OPTIONS (SET access_token '$login')");
like(run("SELECT item, status, detail FROM adpipe.check_server('kakao')"), qr/^credentials\|failed\|.*target biz token.*consent/ms, 'a token of Kakao Login is refused, with the way out');
my $token = $sim->ready->{kakao_token};
unlike(slurp_file($node->logfile), qr/\Q$token\E|\Q$login\E/, 'no secret in the log');

done_testing();
