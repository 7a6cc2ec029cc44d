# Every imported table of meta_ads returns exactly the rows of the simulator's
# world, which computes them without parameters, reports and edges.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
meta_server($node, $sim);
meta_server($node, $sim, name => 'meta_common', schema => 'common');

# Days of which some have only actions, of ads that were removed before.
my $since = $node->safe_psql('postgres', 'SELECT current_date - 24');
my $until = $node->safe_psql('postgres', 'SELECT current_date - 20');
my %account = map { $_->{id} => $_ } @{ $sim->control('GET', '/_control/accounts?platform=meta') };

my @tables = imported_tables($node, 'level');
is(scalar @tables, 47, 'all tables of both schemas are imported');
for my $case (@tables)
{
	my ($table) = @$case;
	my @world = world_rows($node, $sim, $table, $since, $until);

	cmp_ok(scalar @world, '>', 0, "$table: the world has rows");
	same_rows($node, $table, (table_days($node, $table, $since, $until))[3], \@world,
		$table =~ /account_region_action_daily$/
		  ? qr/\A[^\n]*WARNING:  platform "meta_ads" does not report actions from outside Meta by breakdown "region"\nDETAIL.*\nHINT.*\n?\z/ : undef);
}
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
$sim->settings({ meta_require_proof => Cpanel::JSON::XS::true });
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM proven.campaign_daily WHERE date_day BETWEEN '$since'::date - 60 AND '$until'"), '>', 0, 'reports of an app that demands a proof');
is((grep { !$_->{proof} || $_->{token_in} ne 'header' } @{ $sim->requests }), 0, 'which every call has');
is(sql_error($node, 'SELECT count(*) FROM meta.campaigns')->{sqlstate}, 'HV00L', 'and which is missed without');

done_testing();
