# What stands around the tables of a platform, for TikTok: setup, copies that equal the
# world, report views in the shape that all share, settings that change, a check of
# the server, secrets.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use AdpipeTest::World;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($since, $until) = ('2026-11-12', '2026-11-15');
my ($account, $pacific) = ('7012345678901234567', '7023456789012345678');
my $now = '2026-11-20T12:00:00Z';

loader($node, $sim);
my %mapping = (access_token => $sim->ready->{tiktok_token}, app_id => $sim->ready->{tiktok_app_id}, app_secret => $sim->ready->{tiktok_app_secret});
tiktok_server($node, $sim, role => 'loader', schema => undef, options => { advertiser_id => "$account,$pacific", max_retries => 0 }, mapping => \%mapping);
$node->safe_psql('postgres', 'GRANT CREATE ON DATABASE postgres TO loader; GRANT USAGE ON FOREIGN SERVER tiktok TO loader');
at($now);

# setup() makes and names copies; one call reads them.
my @printed = split /\n/, run("SELECT requests_a_day, statement FROM adpipe.setup('tiktok', 'kept', '$since')");
is(scalar(grep { /materialize/ } @printed), 8, 'setup() makes copies of eight reports');
my ($total, $parts) = map { my $report = $_; map { /^(\d+)\|.*kept\.tiktok_$report'/ ? $1 : () } @printed } qw(account_daily campaign_daily);
is("$total $parts", '106 224', 'reports below the account are asked for promoted objects, too, and once a day for control totals');
run('CALL adpipe.refresh_all()');
is(run("SELECT severity, problem FROM adpipe.health"), '', 'and all is well');
is(run("SELECT count(*) FROM adpipe.runs WHERE status IN ('running', 'failed', 'partial', 'died') OR error IS NOT NULL"), '0', 'no run failed');
is(run("SELECT string_agg(DISTINCT state, ' ') FROM adpipe.coverage WHERE target = 'kept.tiktok_campaign_daily'::regclass AND date_day BETWEEN '$since' AND '$until'"), 'provisional', 'days within the window may still change');
for my $table (qw(account_daily campaign_daily adgroup_daily ad_daily accounts campaigns adgroups ads))
{
	my @columns = table_columns($node, "tiktok.$table");
	my $names = join ', ', map { $_->[0] } @columns;
	my $is_daily = $table =~ /_daily$/;
	my @rows = map { my $row = $_; '(' . join(', ', map { literal($row->{ $_->[0] }, $_->[2]) } @columns) . ')' }
	  @{ $sim->world(platform => 'tiktok', resource => $table, accounts => "$account,$pacific", $is_daily ? (since => $since, until => $until) : ()) };
	my $copy = "SELECT $names FROM kept.tiktok_$table" . ($is_daily ? " WHERE date_day BETWEEN '$since' AND '$until'" : '');
	is($node->safe_psql('postgres', "CREATE TEMP TABLE world AS SELECT * FROM tiktok.$table LIMIT 0; INSERT INTO world VALUES " . join(', ', @rows) . ';'
		  . "SELECT (SELECT count(*) FROM (TABLE world EXCEPT ALL $copy) m), (SELECT count(*) FROM ($copy EXCEPT ALL TABLE world) e)"),
		'0|0', "the copy of $table is the world (" . @rows . ' rows)');
}
my $before = @{ $sim->requests };
run('CALL adpipe.refresh_all()');
is(scalar @{ $sim->requests }, $before, 'a second call sends nothing');

# The table over every platform has them under the shared names.
is(run("SELECT view_name FROM adpipe.create_report_views('kept') WHERE platform = 'tiktok_ads' AND view_name::text ~ '^kept.[a-z_]+_report\$' AND view_name::text <> 'kept.url_report' ORDER BY view_name::text"),
	"kept.account_report\nkept.ad_group_report\nkept.ad_report\nkept.campaign_report", 'four report views have an arm for TikTok');
is(run("SELECT sum(clicks), sum(spend), sum(conversions) FROM kept.ad_group_report WHERE platform = 'tiktok_ads' AND date_day BETWEEN '$since' AND '$until'"),
	run("SELECT sum(clicks), sum(spend), sum(conversions) FROM kept.tiktok_account_daily WHERE date_day BETWEEN '$since' AND '$until'"), 'whose ad groups add up to the accounts');
is(run("SELECT count(*) FROM adpipe.media_sources WHERE platform = 'tiktok_ads'"), '2', 'trackers name it');

# Settings that numbers hang on.
my $group = run("SELECT min(adgroup_id) FROM kept.tiktok_adgroups WHERE account_id = '$account'");
$sim->control('POST', '/_control/change', { platform => 'tiktok', account => $account, setting => "adgroup/$group/optimization_goal", value => 'CLICK' });
at('2026-11-20T18:00:00Z');
run('CALL adpipe.refresh_all()');
like(run("SELECT severity, account_id, problem, action FROM adpipe.health"), qr/^warning\|$account\|.*optimization_goal.*CONVERT.*CLICK.*\|.*Optimization goal/, 'a goal that changes is a problem with a way out');

# A check of the server; no secret anywhere.
at($now);
$sim->reset;
$sim->clock($now);
my $check = run("SELECT item, status, detail FROM adpipe.check_server('tiktok')");
like($check, qr/^account $pacific\|ok\|Pacific Trail Co's: open, USD, America\/Los_Angeles$/m, 'the account\'s zone is the region, not the offset');
like($check, qr/^API version\|ok\|v1\.3, whose end is not announced$/m, 'the version');
unlike($check, qr/\|failed\|/, 'nothing fails');
is(scalar @{ $sim->requests }, ($check =~ /This check sent (\d+)/)[0], 'and it sends as many requests as it says');
$node->safe_psql('postgres', "ALTER USER MAPPING FOR loader SERVER tiktok OPTIONS (SET access_token 'sample-tiktok-revoked')");
like(run("SELECT item, status, detail FROM adpipe.check_server('tiktok')"), qr/^credentials\|failed\|.*error 40105.*access_token/m, 'a revoked token');
unlike(slurp_file($node->logfile), qr/\Q$mapping{access_token}\E|\Q$mapping{app_secret}\E|sample-tiktok-revoked/, 'no secret in the log');

done_testing();
