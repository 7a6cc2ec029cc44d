# adpipe.discrepancy under row-level security: a reader has the advertisers whose
# accounts it was granted, with the numbers that the owner sees, and nothing of
# others; not the sum of a part of them; and no copy whose policies say more.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use Test::More;

my $now = '2026-11-20T16:00:00Z';
my ($mine, $second, $theirs) = ('2345678901', '5678901234', '3456789012');
my ($app, $their_app) = ('com.pacifictrail.app', 'com.laeufer.laufen');
my $sim = simulator();
$sim->clock($now);
$sim->settings({ appsflyer_minute_calls => 1000 });
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
loader($node, $sim, options => { customer_id => "$mine,$second,$theirs" });
appsflyer_server($node, $sim, role => 'loader', options => { app_id => "$app,$their_app" });
$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA flyer TO loader;
GRANT USAGE ON FOREIGN SERVER flyer TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA flyer TO loader;
END
my $admin = session($node);
my $loader = session($node, user => 'loader');
perform($loader, "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-08')",
	"SELECT adpipe.materialize('flyer.partners_daily', 'ads.partners', '2026-11-08')", 'CALL adpipe.refresh_all()');
answer($loader, 'INSERT INTO adpipe.advertisers VALUES ' . join ', ',
	map { "('$_->[0]', '$_->[1]', '$_->[2]')" } [ 'google_ads', $mine, 'Pacific' ], [ 'appsflyer', $app, 'Pacific' ], [ 'google_ads', $theirs, 'Other' ], [ 'google_ads', $second, 'Other' ], [ 'appsflyer', $their_app, 'Other' ]);
answer($admin, "SELECT adpipe.setup_roles('ads', 'loader', 'loader', execute => true)");
my %grants = (pacific => [ [ 'google_ads', $mine ], [ 'appsflyer', $app ] ], spender => [ [ 'google_ads', $mine ] ],
	half => [ [ 'google_ads', $theirs ], [ 'appsflyer', $their_app ] ], nobody => []);
my %as;
for my $role (sort keys %grants)
{
	perform($admin, "CREATE ROLE $role LOGIN IN ROLE adpipe_analyst");
	answer($loader, "INSERT INTO adpipe.account_grants VALUES ('$role', '$_->[0]', '$_->[1]')") for @{ $grants{$role} };
	$as{$role} = session($node, user => $role);
}

# Rows of discrepancy, as the owner and as others see them.
sub seen_by
{
	my ($session, $columns, $where) = @_;
	return answer($session, "SELECT $columns FROM adpipe.discrepancy d WHERE " . ($where // 'true') . ' ORDER BY d::text');
}
my $all = seen_by($loader, 'd', "advertiser = 'Pacific'");
is(answer($loader, "SELECT count(*) > 5, bool_and(clicks_difference IS NOT NULL AND installs_difference IS NOT NULL) FROM adpipe.discrepancy WHERE advertiser = 'Pacific' AND platform = 'google_ads' AND date_day BETWEEN '2026-11-10' AND '2026-11-17'"),
	't|t', 'the owner has numbers of both sides');
is(answer($loader, "SELECT string_agg(DISTINCT advertiser, ' ' ORDER BY advertiser) FROM adpipe.discrepancy"), 'Other Pacific', 'of each advertiser');
is(seen_by($as{pacific}, 'd'), $all, "a reader of an advertiser's accounts: the owner's rows of that advertiser, and no others");
is(seen_by($as{nobody}, 'd'), '', 'without a grant: nothing');
my $side = 'date_day, platform_clicks, conversions, tracker_clicks, installs';
is(seen_by($as{spender}, $side), seen_by($loader, 'date_day, platform_clicks, conversions, NULL, NULL', "advertiser = 'Pacific' AND platform = 'google_ads'"),
	'without the app: the side of the platform');
is(answer($as{half}, "SELECT count(*) > 0, count(platform_clicks), count(tracker_clicks) > 0, string_agg(DISTINCT advertiser, ' ') FROM adpipe.discrepancy"), 't|0|t|Other',
	'of one of two accounts: no sum of a part, and the whole side of the tracker');

# Asked for directly.
my $totals = "SELECT string_agg(DISTINCT r ->> 'account_id', ' ') FROM jsonb_array_elements(adpipe_internal.copy_totals('ads.campaign', false, '{$mine,$theirs,$second}', '2026-11-10', '2026-11-17')) r";
is(answer($loader, $totals), "$mine $theirs $second", 'copy_totals: of all accounts, for the owner');
is(answer($as{pacific}, $totals), $mine, 'copy_totals: of its own, for a reader');
is(answer($as{nobody}, $totals), '', 'copy_totals: of none');
perform($admin, 'CREATE ROLE stranger LOGIN');
is(problem(session($node, user => 'stranger'), $totals)->{sqlstate}, '42501', 'copy_totals: refused without a right on the copy');
perform($as{pacific}, "PREPARE seen AS SELECT count(*) > 0 FROM adpipe.discrepancy");
is(answer($as{pacific}, 'EXECUTE seen'), 't', 'a grant works');
answer($loader, "DELETE FROM adpipe.account_grants WHERE role_name = 'pacific' AND platform = 'google_ads'");
is(answer($as{pacific}, 'SELECT count(platform_clicks) FROM adpipe.discrepancy'), '0', 'and so does its end');
answer($loader, "INSERT INTO adpipe.account_grants VALUES ('pacific', 'google_ads', '$mine')");

# Policies that say more than that of setup_roles() may hide a part of an account.
my $platform = 'SELECT count(platform_clicks) > 0, count(tracker_clicks) > 0 FROM adpipe.discrepancy';
is(answer($as{pacific}, $platform), 't|t', 'both sides, before');
for my $policy ("AS RESTRICTIVE FOR SELECT USING (campaign_name <> 'x')", "FOR SELECT USING (campaign_name = 'x')")
{
	perform($loader, "CREATE POLICY other ON ads.campaign $policy");
	is(answer($as{pacific}, $platform), 'f|t', "a copy with a policy of its own is left out: $policy");
	is(problem($as{pacific}, $totals)->{sqlstate}, '42501', 'and its totals are refused');
	is(answer($loader, $platform), 't|t', 'but not to the owner');
	perform($loader, 'DROP POLICY other ON ads.campaign');
}
perform($loader, 'ALTER POLICY adpipe_granted ON ads.campaign RENAME TO granted');
is(answer($as{pacific}, $platform), 'f|t', 'so is one whose only policy has another name');
perform($loader, 'DROP POLICY granted ON ads.campaign');
is(answer($as{pacific}, $platform), 'f|t', 'and one without a policy');
is(problem($as{pacific}, $totals)->{sqlstate}, '42501', 'whose totals are refused');
answer($admin, "SELECT adpipe.setup_roles('ads', 'loader', 'loader', execute => true)");
is(seen_by($as{pacific}, 'd'), $all, 'as before');

# Without rows of adpipe.advertisers all accounts of an owner are one.
perform($loader, 'DELETE FROM adpipe.advertisers');
is(seen_by($as{pacific}, 'd'), '', 'accounts that nothing tells apart: no sum of a part of them');
cmp_ok(answer($loader, 'SELECT count(platform_clicks) FROM adpipe.discrepancy'), '>', 0, 'but of all, for the owner');

# A reader without policies who reads some of the copies only.
perform($loader, 'ALTER TABLE ads.campaign DISABLE ROW LEVEL SECURITY', 'ALTER TABLE ads.partners DISABLE ROW LEVEL SECURITY');
is(seen_by($as{nobody}, 'd'), seen_by($loader, 'd'), 'without policies: all');
perform($admin, 'CREATE SCHEMA narrow', 'IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily) FROM SERVER google INTO narrow',
	"ALTER FOREIGN TABLE narrow.campaign_daily OPTIONS (ADD customer_id '4567890123')", 'GRANT USAGE ON SCHEMA narrow TO loader', 'GRANT SELECT ON narrow.campaign_daily TO loader');
perform($loader, "SELECT adpipe.materialize('narrow.campaign_daily', 'ads.narrow', '2026-11-18')", 'CALL adpipe.refresh_all()');
is(answer($as{nobody}, $platform), 'f|t', 'a copy of one more account that the reader may not read: no sum of the others');
perform($loader, 'GRANT SELECT ON ads.narrow TO nobody');
is(seen_by($as{nobody}, 'd'), seen_by($loader, 'd'), 'once it may: all');

done_testing();
