# Every imported table of appsflyer returns exactly the rows of the simulator's
# world, which computes them from what happened, without requests and CSV.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
appsflyer_server($node, $sim);
appsflyer_server($node, $sim, name => 'flyer_common', schema => 'common');

# Days that hold the world's awkward ones: 25 hours, and a zone set lately.
my %days = (
	flyer => [ '2026-10-30', '2026-11-02' ],
	flyer_common => [ '2026-10-13', '2026-10-16' ],
);

my @tables = map { [ split /\t/ ] } split /\n/, $node->safe_psql('postgres', <<'END');
SELECT n.nspname || E'\t' || c.relname
FROM pg_foreign_table t
JOIN pg_class c ON c.oid = t.ftrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY 1
END
is(scalar @tables, 25, 'all tables of both schemas are imported');

$sim->settings({ map { $_ => 1000 } qw(appsflyer_minute_calls appsflyer_apps_minute appsflyer_apps_day appsflyer_skan_minute) });
for my $entry (@tables)
{
	my ($schema, $table) = @$entry;
	my ($since, $until) = @{ $days{$schema} };
	my @world = world_rows($node, $sim, "$schema.$table", $since, $until);
	cmp_ok(scalar @world, '>', 6, "$schema.$table: the world has rows");
	same_rows($node, "$schema.$table", $table eq 'apps' ? '' : "WHERE date_day BETWEEN '$since' AND '$until'", \@world);
}

is($node->safe_psql('postgres', <<'END'), '0', 'every imported table and column is commented');
SELECT count(*)
FROM pg_foreign_table t
JOIN pg_attribute a ON a.attrelid = t.ftrelid AND a.attnum > 0
WHERE col_description(a.attrelid, a.attnum) IS NULL
   OR obj_description(t.ftrelid, 'pg_class') IS NULL
END

done_testing();
