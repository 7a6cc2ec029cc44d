# Every imported table of tiktok_ads returns exactly the rows of the simulator's
# world, which computes them without filters, pages and requests;
# as they are at first, and restated.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
tiktok_server($node, $sim);
tiktok_server($node, $sim, name => 'tiktok_common', schema => 'common');

# Days of which some have conversions only, of a campaign that ended before.
my ($since, $until) = split /\|/, $node->safe_psql('postgres', 'SELECT current_date - 22, current_date - 20');
my @tables = imported_tables($node, 'level');

is(scalar @tables, 16, 'all tables of both schemas are imported');
for my $case (@tables)
{
	my ($table) = @$case;
	my @world = world_rows($node, $sim, $table, $since, $until);

	cmp_ok(scalar @world, '>', 0, "$table: the world has rows");
	same_rows($node, $table, (table_days($node, $table, $since, $until))[3], \@world);
}
all_commented($node);

# The same rows whichever columns are read, so that count(*) can be trusted.
is($node->safe_psql('postgres', "SELECT count(*) FROM tiktok.ad_daily WHERE date_day BETWEEN '$since' AND '$until'"),
	scalar @{ $sim->world(platform => 'tiktok', resource => 'ad_daily', since => $since, until => $until) },
	'count(*) sees the same rows');
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM tiktok.ad_daily WHERE date_day BETWEEN '$since' AND '$until' AND impressions = 0 AND real_time_conversion > 0"),
	'>', 0, 'and some of them have conversions only');

# "*" is the token's accounts; the platform lists them for the app's secrets.
tiktok_server($node, $sim, name => 'all_tiktok', options => { advertiser_id => '*' },
	mapping => { access_token => $sim->ready->{tiktok_token}, app_id => $sim->ready->{tiktok_app_id}, app_secret => $sim->ready->{tiktok_app_secret} });
is($node->safe_psql('postgres', 'SELECT string_agg(account_id, \',\' ORDER BY account_id) FROM all_tiktok.accounts'),
	join(',', sort map { $_->{id} } grep { $_->{assigned} } @{ $sim->accounts('tiktok') }),
	'"*" stands for the accounts of the token');
is($node->safe_psql('postgres', "SELECT sum(spend) FROM all_tiktok.campaign_daily WHERE date_day = '$since'"),
	$node->safe_psql('postgres', "SELECT sum(spend) FROM tiktok.campaign_daily WHERE date_day = '$since'"),
	'with the same rows as a list of all of them');
tiktok_server($node, $sim, name => 'bare', options => { advertiser_id => '*' });
my $error = sql_error($node, 'SELECT count(*) FROM bare.campaigns');
is($error->{sqlstate}, '28000', 'without the app\'s secrets the platform lists nothing');
like($error->{hint}, qr/app_id and app_secret/, 'which the hint names');

restated_rows($node, $sim, 'tiktok', \@tables, 5, 3);

done_testing();
