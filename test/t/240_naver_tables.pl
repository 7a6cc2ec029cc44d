# Every imported table of naver_searchad returns exactly the rows of the
# simulator's world, which computes them from what happened, without jobs, files
# and lists; as they are at first, and restated.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
naver_server($node, $sim);
naver_server($node, $sim, name => 'naver_common', schema => 'common');

my $since = $node->safe_psql('postgres', 'SELECT current_date - 12');
my $until = $node->safe_psql('postgres', 'SELECT current_date - 11');

my @tables = imported_tables($node, 'report');
is(scalar @tables, 17, 'all tables of both schemas are imported');
for my $case (@tables)
{
	my ($table) = @$case;
	my @world = world_rows($node, $sim, $table, $since, $until);

	cmp_ok(scalar @world, '>', 3, "$table: the world has rows");
	same_rows($node, $table, (table_days($node, $table, $since, $until))[3], \@world);
}
all_commented($node);
restated_rows($node, $sim, 'naver_searchad', \@tables, 4, 3);
is_deeply($sim->world(platform => 'naver_searchad', resource => 'jobs'), [], 'no job is left');

done_testing();
