# Every imported table of appsflyer returns exactly the rows of the simulator's
# world, which computes them from what happened, without requests and CSV, also after the
# platform restated its numbers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Reports;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
appsflyer_server($node, $sim);
appsflyer_server($node, $sim, name => 'flyer_common', schema => 'common');

# Days that hold the world's awkward ones: 25 hours, and a zone set lately; and restated
# ones of an app, of which one has no ads and one nobody who came.  Some reports have them later.
my @generations = (
	{ flyer => [ '2026-10-30', '2026-11-02' ], flyer_common => [ '2026-10-13', '2026-10-16' ] },
	{ flyer => [ '2026-11-16', '2026-11-19' ], flyer_common => [ '2026-11-16', '2026-11-19' ], late => [ '2026-11-13', '2026-11-16' ], app => 'id1400000001' });

my @tables = map { [ split /\t/ ] } split /\n/, $node->safe_psql('postgres', <<'END');
SELECT n.nspname || E'\t' || c.relname
FROM pg_foreign_table t
JOIN pg_class c ON c.oid = t.ftrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY 1
END
is(scalar @tables, 25, 'all tables of both schemas are imported');

generous($sim);
for my $number (0 .. $#generations)
{
	$sim->restate($number, 'appsflyer');
	for my $entry (@tables)
	{
		my ($schema, $table) = @$entry;
		my $days = $generations[$number];
		my ($since, $until) = @{ $table =~ /^(?:master|skan)_/ && $days->{late} || $days->{$schema} };
		my @world = world_rows($node, $sim, "$schema.$table", $since, $until, $days->{app});
		my $where = join ' AND ', $table eq 'apps' ? () : "date_day BETWEEN '$since' AND '$until'", $days->{app} ? "account_id = '$days->{app}'" : ();
		cmp_ok(scalar @world, '>', $days->{app} ? 0 : 6, "generation $number, $schema.$table: the world has rows");
		same_rows($node, "$schema.$table", $where && "WHERE $where", \@world);
	}
}

is($node->safe_psql('postgres', <<'END'), '0', 'every imported table and column is commented');
SELECT count(*)
FROM pg_foreign_table t
JOIN pg_attribute a ON a.attrelid = t.ftrelid AND a.attnum > 0
WHERE col_description(a.attrelid, a.attnum) IS NULL
   OR obj_description(t.ftrelid, 'pg_class') IS NULL
END

done_testing();
