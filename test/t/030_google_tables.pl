# Every imported table of google_ads returns exactly the rows of the
# simulator's world, which computes them without query language and encoder, also after
# the platform restated its numbers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim);
google_server($node, $sim, name => 'google_common', schema => 'common');

# Dates that hold the world's awkward days, in all zones at once.
my $since = $node->safe_psql('postgres', 'SELECT current_date - 24');
my $until = $node->safe_psql('postgres', 'SELECT current_date - 20');

# What is compared holds what is hard: counts beyond 32 bits, money and
# conversions with fractions that no double has.
is($node->safe_psql('postgres', <<"END"), 't|t|t', 'the rows hold large counts, micros and fractions');
SELECT max(impressions) > 2147483647, bool_or(spend <> round(spend, 2)), bool_or(conversions <> round(conversions, 1))
FROM google.campaign_daily WHERE date_day BETWEEN '$since' AND '$until'
END

my @tables = imported_tables($node, 'resource');
cmp_ok(scalar @tables, '==', 62, 'all tables of both schemas are imported');
# Restated days, of which one is empty, are those of one account.
my @generations = ([ 0, $since, $until ], [ 1, (map { $node->safe_psql('postgres', "SELECT current_date - $_") } 5, 4), '2345678901' ]);
for my $generation (@generations)
{
	my ($number, $first, $last, $account) = @$generation;
	$sim->restate($number);
	my $filled = 0;
	for my $table (map { $_->[0] } @tables)
	{
		# Asked for alone, an account has another level below its manager.
		next if $account && $table eq 'google.accounts';
		my @world = world_rows($node, $sim, $table, $first, $last, $account);
		my $where = (table_days($node, $table, $first, $last))[3];
		$where .= ($where ? ' AND' : 'WHERE') . " account_id = '$account'" if $account;
		$filled++ if @world;
		same_rows($node, $table, $where, \@world);
	}
	cmp_ok($filled, '>=', $number ? 50 : @tables, "generation $number: the world has rows of $filled tables");
}
all_commented($node);

done_testing();
