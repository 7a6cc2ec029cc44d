# What a refresh checks before it stores a slice: that no row is there twice, and
# that campaigns do not add up to more than their account.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my ($pacific, $auckland) = ('2345678901', '3456789012');
my $accounts = "$pacific,$auckland";
my @days = ('2026-11-10', '2026-11-19');
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts, max_retries => 0 });
meta_server($node, $sim, role => 'loader');
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA meta TO loader; GRANT USAGE ON FOREIGN SERVER meta TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA meta TO loader');
at('2026-11-20T20:00:00Z');

# The catalogue knows what tells rows apart.
sub grain
{
	my ($table) = @_;
	return run("SELECT array_to_string(columns, ' ') || ' / ' || coalesce(thing, '') FROM adpipe.grain_columns('$table')");
}
like(grain('google.campaign_device_daily'), qr/\baccount_id .*\bdate_day .*\bcampaign_id .*\bdevice ad_network_type \/ campaign_id$/, 'grain: account, day, campaign and segments');
like(grain('google.ad_daily'), qr/\bad_group_id .*\bad_id.* \/ ad_id$/, 'grain of ads: their ad group, too');
like(grain('google.account_daily'), qr/account_id .*date_day.* \/ $/, 'grain of the account');
like(grain('meta.campaign_action_daily'), qr/campaign_id .*action_type \/ campaign_id$/, 'grain of actions: their type, too');
like(grain('meta.campaign_age_gender_daily'), qr/age gender/, 'grain of breakdowns');
unlike(grain('google.campaign_daily'), qr/clicks|spend|impressions|campaign_name/, 'no metric is of the grain, nor a name beside its id');
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE google.without_id (account_id text OPTIONS (field 'customer.id') NOT NULL, date_day date OPTIONS (field 'segments.date') NOT NULL,
    campaign_status text OPTIONS (field 'campaign.status'), clicks bigint OPTIONS (field 'metrics.clicks')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE google.unknown (account_id text OPTIONS (field 'customer.id') NOT NULL, date_day date OPTIONS (field 'segments.date') NOT NULL,
    clicks bigint OPTIONS (field 'metrics.clicks')) SERVER google OPTIONS (resource 'display_keyword_view');
CREATE FOREIGN TABLE meta.hidden (account_id text OPTIONS (field 'account_id') NOT NULL, date_day date OPTIONS (field 'date_start') NOT NULL,
    campaign_id text OPTIONS (field 'campaign_id'), spend numeric OPTIONS (field 'spend')) SERVER meta OPTIONS (level 'campaign', breakdowns 'age');
GRANT SELECT ON ALL TABLES IN SCHEMA google, meta TO loader;
END
is(grain($_), '', "$_: nothing tells rows apart") for 'google.without_id', 'google.unknown', 'meta.hidden';
is(run("SELECT string_agg(adpipe_internal.is_part_of_account(t::regclass)::text, ' ') FROM unnest('{google.campaign_daily,google.ad_daily,google.geo_daily,meta.ad_daily,meta.campaign_action_daily,google.unknown}'::text[]) t"),
	'true true false true false false', 'parts of the account: campaigns and ads, not places that count twice, nor actions');

# Rows that come twice.
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$days[0]'); CALL adpipe.refresh('ads.campaign')");
is(world_difference($node, $sim, 'ads.campaign', @days, $accounts), '0|0', 'refreshed');
my ($one, $two) = split /\|/, run("SELECT min(campaign_id), max(campaign_id) FROM ads.campaign WHERE account_id = '$pacific' AND date_day = '2026-11-15'");
$sim->restate(1);
$sim->faults([ { match => { account => $pacific, query => 'FROM campaign WHERE' }, action => { replace => [ "\"$one\"", "\"$two\"" ] } } ]);
my $before = run("SELECT count(*), sum(spend) FROM ads.campaign WHERE account_id = '$pacific'");
my (undef, $messages) = run("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
like($messages, qr/WARNING: .*account $pacific of ads\.campaign.*: the answer holds the same row of day 2026-11-\d\d of account $pacific 2 times/, 'a campaign twice: a warning that says which day');
is(run("SELECT count(*), sum(spend) FROM ads.campaign WHERE account_id = '$pacific'"), $before, 'a campaign twice: what was stored stays');
like(run('SELECT account_id, problem FROM adpipe.health'), qr/^$pacific\|the account cannot be read: the answer holds the same row/m, 'a campaign twice: in health');
is(world_difference($node, $sim, "(SELECT * FROM ads.campaign WHERE account_id = '$auckland')", @days, $auckland), '0|0', 'a campaign twice: the other account is stored');
$sim->faults([]);
run("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
is(world_difference($node, $sim, 'ads.campaign', @days, $accounts), '0|0', 'once it comes once: equal to the world');
run("SELECT adpipe.materialize('google.without_id', 'ads.without_id', '$days[0]')");
(undef, $messages) = run("CALL adpipe.refresh('ads.without_id')");
unlike($messages, qr/WARNING/, 'rows that nothing tells apart are no fault');
is(run("SELECT sum(clicks) FROM ads.without_id WHERE date_day <= '$days[1]'"), run("SELECT sum(clicks) FROM ads.campaign WHERE date_day <= '$days[1]'"), 'and are all stored');

# Meta, at a level and by action.
run("SELECT adpipe.materialize('meta.$_', 'ads.$_', '2026-11-17'); CALL adpipe.refresh('ads.$_', '2026-11-17', '2026-11-19')") for 'adset_daily', 'campaign_action_daily';
my $meta = '2345678901234567';
($one, $two) = split /\|/, run("SELECT min(adset_id), max(adset_id) FROM ads.adset_daily WHERE account_id = '$meta' AND date_day = '2026-11-18' GROUP BY campaign_id HAVING count(*) > 1 LIMIT 1");
$sim->faults([ { match => { account => $meta, query => 'level=adset' }, action => { replace => [ "\"$one\"", "\"$two\"" ] } } ]);
(undef, $messages) = run("CALL adpipe.refresh('ads.adset_daily', '2026-11-17', '2026-11-19')");
like($messages, qr/account $meta of ads\.adset_daily.*: the answer holds the same row/, 'Meta, an ad set twice: a warning');
$sim->faults([]);

# More than the account has.
$before = run('SELECT count(*), sum(spend) FROM ads.campaign');
$sim->restate(2);
$sim->faults([ { match => { account => $pacific, query => 'FROM customer WHERE segments' }, action => { status => 200, body => '{"results":[],"fieldMask":"customer.id,segments.date,metrics.impressions,metrics.costMicros"}' } } ]);
(undef, $messages) = run("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
like($messages, qr/WARNING: .*account $pacific of ads\.campaign.*: day 2026-11-\d\d of account $pacific adds up to more than the account has/, 'more than the account: a warning');
like($messages, qr/DETAIL: .*Spend [0-9.]+ of 0, impressions \d+ of 0\./, 'more than the account: which says by how much');
is(world_difference($node, $sim, "(SELECT * FROM ads.campaign WHERE account_id = '$auckland')", @days, $auckland), '0|0', 'more than the account: the other one is stored');
isnt(world_difference($node, $sim, "(SELECT * FROM ads.campaign WHERE account_id = '$pacific')", @days, $pacific), '0|0', 'more than the account: nothing of this one');
$sim->faults([]);
run("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
is(world_difference($node, $sim, 'ads.campaign', @days, $accounts), '0|0', 'once it agrees: equal to the world');
unlike(run("SELECT problem FROM adpipe.health WHERE target = 'ads.campaign'::regclass"), qr/cannot be read/, 'and well');
run("SELECT adpipe.materialize('google.geo_daily', 'ads.geo', '$days[0]')");
(undef, $messages) = run("CALL adpipe.refresh('ads.geo', '$days[0]', '$days[1]')");
unlike($messages, qr/WARNING/, 'places that count twice are no fault');

done_testing();
