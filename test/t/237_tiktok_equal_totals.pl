# The levels of TikTok's reports have equal totals, deleted, promoted and Smart+ objects
# included: every metric that adds up, of every account and day, and of each campaign and
# ad group.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $session = session($node);

tiktok_server($node, $sim, options => { max_retries => 0 });
my @days = ('current_date - 30', 'current_date - 15');
my @metrics = split /\n/, $session->query("SELECT column_name FROM adpipe.columns WHERE wrapper = 'tiktok_ads' AND report = 'account_daily' AND kind = 'metric' AND additive LIKE '%entities%' ORDER BY 1");
is("@metrics", 'clicks comments complete_payment conversions conversions_value follows impressions likes real_time_conversion shares spend video_play_actions video_views_p100',
	'the metrics that add up over objects');

# A report of each level, read once.
$session->query("CREATE TEMP TABLE ${_}_rows AS SELECT * FROM tiktok.${_}_daily WHERE date_day BETWEEN $days[0] AND $days[1]") for qw(account campaign adgroup ad);
$session->query("CREATE TEMP TABLE ${_}_list AS SELECT * FROM tiktok.${_}s") for qw(campaign adgroup ad);

# The sums of a level by some columns, with NULL as nothing.
sub sums
{
	my ($level, $keys) = @_;
	return "SELECT $keys, " . join(', ', map { "coalesce(sum($_), 0) AS $_" } @metrics) . " FROM ${level}_rows GROUP BY $keys";
}

# Both levels must have the same groups with the same sums.
sub equal
{
	my ($name, $level, $below, $keys) = @_;
	my ($above, $under) = map { sums($_, $keys) } $level, $below;
	is($session->query("SELECT count(*) > 10, (SELECT count(*) FROM ($above EXCEPT ($under)) m), (SELECT count(*) FROM ($under EXCEPT ($above)) f) FROM ($above) a"), 't|0|0', $name);
	return;
}

equal("accounts are the sum of their ${_}s, by day", 'account', $_, 'account_id, date_day') for qw(campaign adgroup ad);
equal("campaigns are the sum of their ${_}s, by day", 'campaign', $_, 'account_id, campaign_id, date_day') for qw(adgroup ad);
equal('ad groups are the sum of their ads, by day', 'adgroup', 'ad', 'account_id, adgroup_id, date_day');
for my $metric (@metrics)
{
	is($session->query("SELECT sum($metric) > 0 FROM account_rows"), 't', "$metric: there is something to add up");
}

# What a reader without the filters would miss, by name.  All of it is in the totals.
my %hidden = (
	'a deleted campaign' => [ 'campaign', "l.secondary_status = 'CAMPAIGN_STATUS_DELETE'" ],
	'a deleted ad group' => [ 'adgroup', "l.secondary_status = 'ADGROUP_STATUS_DELETE'" ],
	'a deleted ad of an ad group that is not' => [ 'ad', "l.secondary_status = 'AD_STATUS_DELETE' AND EXISTS (SELECT FROM adgroup_list g WHERE g.adgroup_id = l.adgroup_id AND g.secondary_status NOT LIKE '%_DELETE')" ],
	'a promoted campaign' => [ 'campaign', "l.campaign_name LIKE 'Promote%'" ],
	'an upgraded Smart+ campaign' => [ 'campaign', "l.campaign_automation_type = 'UPGRADED_SMART_PLUS'" ],
	'an ad of an upgraded Smart+ campaign' => [ 'ad', "EXISTS (SELECT FROM campaign_list c WHERE c.campaign_id = l.campaign_id AND c.campaign_automation_type = 'UPGRADED_SMART_PLUS')" ]);
for my $name (sort keys %hidden)
{
	my ($level, $condition) = @{ $hidden{$name} };
	my $found = "FROM ${level}_list l JOIN ${level}_rows r ON r.account_id = l.account_id AND r.${level}_id = l.${level}_id WHERE $condition";
	is($session->query("SELECT count(DISTINCT l.account_id) = (SELECT count(DISTINCT account_id) FROM account_rows), sum(r.impressions) > 0, sum(r.spend) > 0 $found"), 't|t|t', "$name is in the reports of each account");
}
for my $level (qw(campaign adgroup ad))
{
	is($session->query("SELECT count(*) FROM ${level}_rows r WHERE NOT EXISTS (SELECT FROM ${level}_list l WHERE l.account_id = r.account_id AND l.${level}_id = r.${level}_id)"), '0', "each $level of the reports is in its list");
	is($session->query("SELECT count(*) - count(DISTINCT (account_id, ${level}_id)) FROM ${level}_list"), '0', "and once");
}

# The same totals without a day, which the platform adds up, and from tasks.
my $total = "SELECT sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(conversions_value), sum(real_time_conversion) FROM %s WHERE date_day BETWEEN $days[0] AND $days[1]";
my $right = $session->query(sprintf $total, 'account_rows');
is($session->query(sprintf $total, "tiktok.${_}_daily"), $right, "${_}s, added up by the platform") for qw(account campaign adgroup ad);
$sim->settings({ tiktok_rows_cap => 3, tiktok_task_checks => 0 });
$session->query('SET adpipe.pushdown = off');
is($session->query(sprintf $total, "tiktok.${_}_daily"), $right, "${_}s, from report tasks") for qw(campaign adgroup ad);
cmp_ok(scalar(grep { $_->{path} =~ m{/task/create/} } @{ $sim->requests }), '>=', 3, 'which were created');

done_testing();
