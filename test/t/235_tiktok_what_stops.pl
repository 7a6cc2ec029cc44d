# A campaign of TikTok that is switched on and has no rows any more is missed; one that
# was switched off or deleted is not.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $account = '7023456789012345678';

loader($node, $sim);
tiktok_server($node, $sim, role => 'loader', options => { advertiser_id => $account, max_retries => 0 });
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA tiktok TO loader; GRANT USAGE ON FOREIGN SERVER tiktok TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA tiktok TO loader');

my $day = 15;
sub next_days
{
	my ($days) = @_;
	$day += $days;
	at(sprintf '2026-11-%02dT12:00:00Z', $day);
	run('CALL adpipe.refresh_all()');
	return;
}
sub stopped { return scalar run("SELECT severity, account_id, problem FROM adpipe.health WHERE problem NOT LIKE 'setting %' ORDER BY 2, 3"); }

at('2026-11-15T12:00:00Z');
my %campaign = map { $_->{campaign_name} => $_->{campaign_id} } @{ $sim->world(platform => 'tiktok', resource => 'campaigns', accounts => $account) };
sub change
{
	my ($name, $value, $campaign) = @_;
	return $sim->change($account, 'campaign/' . $campaign{ $campaign // 'Smart+ Catalog' } . "/$name", $value, 'tiktok');
}
# The world has one that ended some weeks ago without being switched off.
change('operation_status', 'DISABLE', 'Ended');

run("SELECT adpipe.materialize('tiktok.campaign_daily', 'ads.campaign', '2026-10-05')");
run('CALL adpipe.refresh_all()');
is(stopped(), '', 'an ordinary world: nothing is missed');
change('delivery', '2026-11-15');
next_days(3);
my $gap = $node->safe_psql('postgres', "SELECT longest_gap FROM adpipe.signal_ledger WHERE kind = 'campaign' AND name = '$campaign{'Smart+ Catalog'}'");
cmp_ok($gap, '>=', 0, 'a campaign is watched once it is silent');
next_days(2 + 2 * $gap);
like(stopped(), qr/^warning\|$account\|campaign "Smart\+ Catalog": serving, with a budget, and no rows since 2026-11-1\d [^\n]*$/, 'a campaign that is on and has no rows is missed');
change('operation_status', 'DISABLE');
change('secondary_status', 'CAMPAIGN_STATUS_DISABLE');
next_days(1);
is(stopped(), '', 'switched off: no problem');
change('operation_status', 'ENABLE');
change('secondary_status', 'CAMPAIGN_STATUS_ENABLE');
next_days(1);
like(stopped(), qr/campaign "Smart\+ Catalog"/, 'on again: missed again');
change('secondary_status', 'CAMPAIGN_STATUS_DELETE');
next_days(1);
is(stopped(), '', 'deleted: no problem');

done_testing();
