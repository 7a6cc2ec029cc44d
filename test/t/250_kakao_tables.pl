# Every imported table of kakao_moment returns exactly the rows of the simulator's
# world, which computes them from what happened, without groups of metrics, lists and
# throttle; as they are at first, and restated.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster(conf => "adpipe.debug_rate_pct = 0\n");
my $sim = simulator();
$sim->settings({ kakao_throttle_pct => 0 });
kakao_server($node, $sim);
kakao_server($node, $sim, name => 'kakao_common', schema => 'common');

my $since = $node->safe_psql('postgres', 'SELECT current_date - 12');
my $until = $node->safe_psql('postgres', 'SELECT current_date - 9');

my @tables = imported_tables($node, 'report');
is(scalar @tables, 15, 'all tables of both schemas are imported');
for my $case (@tables)
{
	my ($table) = @$case;
	my @world = world_rows($node, $sim, $table, $since, $until);

	cmp_ok(scalar @world, '>', 3, "$table: the world has rows");
	same_rows($node, $table, (table_days($node, $table, $since, $until))[3], \@world);
}
all_commented($node);

restated_rows($node, $sim, 'kakao_moment', \@tables, 2, 1);

done_testing();
