# Every imported table of meta_ads returns exactly the rows of the simulator's
# world, which computes them without parameters, reports and edges, also after the
# platform restated its numbers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-28T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
meta_server($node, $sim);
meta_server($node, $sim, name => 'meta_common', schema => 'common');

# Days of which some have only actions, of ads that were removed before; and restated ones
# of an account with mixed attribution, of which one is empty.
my ($since, $until) = qw(2026-11-04 2026-11-08);
my @generations = ([ 0, $since, $until ], [ 1, qw(2026-11-23 2026-11-25 4567890123456789) ]);
my %account = map { $_->{id} => $_ } @{ $sim->control('GET', '/_control/accounts?platform=meta') };

my @tables = imported_tables($node, 'level');
is(scalar @tables, 47, 'all tables of both schemas are imported');
my $only_meta = qr/\A[^\n]*WARNING:  platform "meta_ads" does not report actions from outside Meta by breakdown "region"\nDETAIL.*\nHINT.*\n?\z/;
for my $generation (@generations)
{
	my ($number, $first, $last, $account) = @$generation;
	$sim->restate($number, 'meta');
	for my $table (map { $_->[0] } @tables)
	{
		my @world = world_rows($node, $sim, $table, $first, $last, $account);
		my $where = (table_days($node, $table, $first, $last))[3];
		$where .= ($where ? ' AND' : 'WHERE') . " account_id = '$account'" if $account;
		cmp_ok(scalar @world, '>', 0, "generation $number, $table: the world has rows");
		same_rows($node, $table, $where, \@world, $table =~ /account_region_action_daily$/ ? $only_meta : undef);
	}
}
$sim->restate(0, 'meta');
all_commented($node);

# The same rows whichever columns are read, so that count(*) can be trusted.
is($node->safe_psql('postgres', "SELECT count(*) FROM meta.ad_daily WHERE date_day BETWEEN '$since' AND '$until'"),
	scalar @{ $sim->world(platform => 'meta', resource => 'ad_daily', since => $since, until => $until) },
	'count(*) sees the rows that have actions only');
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM meta.ad_daily WHERE date_day BETWEEN '$since' AND '$until' AND impressions = 0"),
	'>', 0, 'and there are some');

# Closed accounts are left out of "*" and counted.
like($node->safe_psql('postgres', "EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM meta.account_daily WHERE date_day = '$since'"),
	qr/Closed Accounts: 1$/m, 'the closed account is counted');
is($node->safe_psql('postgres', 'SELECT count(*) FROM meta.accounts'), scalar(grep { $_->{assigned} && $_->{status} != 101 } values %account),
	'and not asked');

# An app that demands a proof of its secret gets one with every call, and the
# token only in a header.
meta_server($node, $sim, name => 'proven', options => { account_id => 'act_1234567890123456, 2345678901234567' },
	mapping => { %AdpipeTest::META_CREDENTIALS, app_secret => '0123456789abcdef0123456789abcdef' });
$sim->reset;
$sim->clock($now);
$sim->settings({ meta_require_proof => Cpanel::JSON::XS::true });
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM proven.campaign_daily WHERE date_day BETWEEN '$since'::date - 60 AND '$until'"), '>', 0, 'reports of an app that demands a proof');
is((grep { !$_->{proof} || $_->{token_in} ne 'header' } @{ $sim->requests }), 0, 'which every call has');
is(sql_error($node, 'SELECT count(*) FROM meta.campaigns')->{sqlstate}, 'HV00L', 'and which is missed without');

done_testing();
