# What arrived regularly and stops: noticed from settled days, with patience
# for what rests now and then, and clear when it arrives again or is accepted.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($tokyo, $berlin) = ('5678901234', '4567890123');
loader($node, $sim, options => { customer_id => "$tokyo,$berlin", max_retries => 0 });

# One more day, refreshed once it has settled everywhere.
my $day = 16;
sub next_day
{
	at(sprintf('2026-%02d-%02dT12:00:00Z', ++$day > 31 ? (11, $day - 31) : (10, $day)));
	run('CALL adpipe.refresh_all()');
	return;
}

sub stopped
{
	return scalar run("SELECT severity, account_id, problem FROM adpipe.health WHERE problem NOT LIKE 'setting %' ORDER BY 2, 3");
}

# Weeks of an ordinary world: campaigns that pause now and then, rest at
# weekends, never deliver, or have conversions on some days only.
at('2026-10-16T12:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-09-10')");
run('CALL adpipe.refresh_all()');
is(stopped(), '', 'an ordinary world: nothing is missed');
is($node->safe_psql('postgres', "SELECT kind, name, active_days, silent_days FROM adpipe.signal_ledger WHERE account_id = '$berlin' AND name IN ('', 'clicks', 'conversions') ORDER BY 1, 2"),
	"metric|clicks|35|0\nmetric|conversions|35|0\nrows||35|0", 'though its signals are known');
next_day() for 1 .. 4;
cmp_ok($node->safe_psql('postgres', "SELECT max(longest_gap) FROM adpipe.signal_ledger WHERE kind = 'campaign'"), '>=', 2, 'among them campaigns that rest at weekends');
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.signal_ledger WHERE kind = 'campaign' AND longest_gap + silent_days = 0"), '0', 'and none that never rest');
is(stopped(), '', 'nor on the days after');

# Auto-tagging is off from the 21st on: conversions stop, clicks do not.
next_day();
$sim->change($berlin, 'auto_tagging_enabled', Cpanel::JSON::XS::false);
run("CALL adpipe.refresh('ads.campaign')");
is(stopped(), '', 'today is not judged');
next_day();
is(stopped(), '', 'nor is one day enough');
next_day();
like(stopped(), qr/^warning\|$berlin\|all_conversions, all_conversions_value, conversions, conversions_value: zero since 2026-10-21, with rows each day \(before, on 3\d days of five weeks\)$/, 'metrics of each day are missed on the second without, in one row; what still arrives is not');
is(run("SELECT since FROM adpipe.health WHERE problem LIKE '%zero since%'"), '2026-10-20 22:00:00+00', 'since the end of the last day with it, in the account\'s zone');
like(run("SELECT action FROM adpipe.health WHERE problem LIKE '%zero since%'"), qr/conversion tag.*SELECT adpipe\.accept_absence\('ads\.campaign', '$berlin'\);/, 'with the way out');
$sim->change($berlin, 'auto_tagging_enabled', Cpanel::JSON::XS::true);
run("CALL adpipe.refresh('ads.campaign')");
is(stopped(), '', 'back, the days read again: clear');

# A campaign stops although it is serving.
my $campaign = run("SELECT campaign_id FROM ads.campaign WHERE account_id = '$berlin' AND campaign_name = 'Brand' LIMIT 1");
my $requests = sub { return scalar grep { ($_->{query} // '') =~ /serving_status/ } @{ $sim->requests } };
is($requests->(), 0, 'nobody asks which campaigns serve as long as all deliver');
$sim->change($berlin, "campaign/$campaign/delivery", Cpanel::JSON::XS::false);
next_day();
my $gap = $node->safe_psql('postgres', "SELECT longest_gap FROM adpipe.signal_ledger WHERE name = '$campaign'");
next_day() for 2 .. 1 + 2 * $gap;
is(stopped(), '', 'a campaign: twice its longest rest and a day are allowed');
next_day();
like(stopped(), qr/^warning\|$berlin\|campaign "Brand": serving, with a budget, and no rows since 2026-10-23 /, 'then it is missed');
cmp_ok($requests->(), '>', 0, 'after the platform was asked');
$sim->change($berlin, "campaign/$campaign/status", 'PAUSED');
next_day();
is(stopped(), '', 'paused: no problem');
$sim->change($berlin, "campaign/$campaign/status", 'ENABLED');
next_day();
like(stopped(), qr/campaign "Brand"/, 'enabled again: missed again');
is(run("SELECT adpipe.accept_absence('ads.campaign', '$berlin', '$campaign')"), '1', 'it can be accepted');
is(stopped(), '', 'accepted: clear');
$sim->change($berlin, "campaign/$campaign/delivery", Cpanel::JSON::XS::true);

# A whole account rests: one row, not one per metric and campaign.
$sim->change($tokyo, 'delivery', Cpanel::JSON::XS::false);
next_day();
like(stopped(), qr/^warning\|$tokyo\|there are no rows since 2026-1\d-\d\d [^\n]*$/, 'an account that rests is one problem');
$sim->change($tokyo, 'delivery', Cpanel::JSON::XS::true);
run("CALL adpipe.refresh('ads.campaign', '2026-10-22')");
is(stopped(), '', 'and clear when it delivers');

done_testing();
