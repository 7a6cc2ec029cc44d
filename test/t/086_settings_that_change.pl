# A setting that somebody resets on the platform's side: noticed by the next
# run, the days it touches read again, in adpipe.health with the way out until
# it is set back or accepted.

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
my ($since, $until) = ('2026-08-17', '2026-11-20');
loader($node, $sim, options => { customer_id => "$tokyo,$berlin", max_retries => 0 });

# Changes a setting on the platform's side.
sub change
{
	my ($account, $setting, $value) = @_;
	$sim->change($account, $setting, $value);
	return;
}

sub health
{
	return scalar run("SELECT severity, account_id, problem, to_char(since AT TIME ZONE 'UTC', 'MM-DD HH24:MI') FROM adpipe.health ORDER BY 2, 3");
}

sub action
{
	return scalar run('SELECT action FROM adpipe.health ORDER BY problem LIMIT 1');
}

# First day of an account that the last run read.
sub read_from
{
	my ($account) = @_;
	return scalar run("SELECT min(date_day) FROM adpipe.slices WHERE account_id = '$account' AND run_id = (SELECT max(run_id) FROM adpipe.runs)");
}

sub is_exact
{
	my ($name) = @_;
	return is(world_difference($node, $sim, 'ads.campaign', $since, $until, "$tokyo,$berlin"), '0|0', "$name: equals the world");
}

at('2026-11-20T06:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since')");
run("CALL adpipe.refresh('ads.campaign')");
is(health(), '', 'settings seen for the first time are no change');
cmp_ok(run("SELECT count(*) FROM adpipe.settings_changes"), '==', 0, 'nor in settings_changes');
my ($purchase, $signup) = split /\n/, run("SELECT conversion_action_id FROM google.conversion_actions WHERE account_id = '$tokyo' AND category IN ('PURCHASE', 'SIGNUP') ORDER BY 1");
is($node->safe_psql('postgres', "SELECT setting, value, expected, changed_at FROM adpipe.settings_ledger WHERE account_id = '$tokyo' AND setting IN ('auto_tagging_enabled', 'conversion_action/$purchase/primary_for_goal', 'currency', 'time_zone') ORDER BY 1"),
	"auto_tagging_enabled|true|true|\nconversion_action/$purchase/primary_for_goal|true|true|\ncurrency|JPY|JPY|\ntime_zone|Asia/Tokyo|Asia/Tokyo|", 'the fingerprint of an account');

# A conversion action is made secondary.
at('2026-11-20T09:00:00Z');
change($tokyo, "conversion_action/$purchase/primary_for_goal", Cpanel::JSON::XS::false);
isnt(world_difference($node, $sim, 'ads.campaign', $since, $until, "$tokyo,$berlin"), '0|0', 'made secondary: past days change on the platform');
run('CALL adpipe.refresh_all()');
is_exact('made secondary: the run that sees it reads them again');
is(health(), "warning|$tokyo|setting changed on the platform: conversion_action/$purchase \"구매\": primary_for_goal true -> false|11-20 09:00", 'made secondary: in health');
is(run("SELECT account_id, setting, old_value, new_value FROM adpipe.settings_changes"), "$tokyo|conversion_action/$purchase/primary_for_goal|true|false", 'and in settings_changes');
is(read_from($tokyo), $since, 'which actions count decides about all days');
cmp_ok(read_from($berlin), 'gt', '2026-11-15', 'other accounts are left alone');
like(action(), qr/Goals, Conversions, Summary.*SELECT adpipe\.accept_settings\('ads\.campaign', '$tokyo', 'conversion_action\/$purchase'\);/, 'and the way out');
at('2026-11-20T10:00:00Z');
run('CALL adpipe.refresh_all()');
like(health(), qr/primary_for_goal true -> false\|11-20 09:00$/, 'it stays, since when it was seen');
cmp_ok(read_from($tokyo), 'gt', '2026-11-15', 'but its days are read once');

# Set back.
at('2026-11-20T11:00:00Z');
change($tokyo, "conversion_action/$purchase/primary_for_goal", Cpanel::JSON::XS::true);
run('CALL adpipe.refresh_all()');
is(health(), '', 'set back: health is clear by itself');
is(run("SELECT count(*) FROM adpipe.settings_changes"), '2', 'and both changes are remembered');

# What is meant is accepted.
at('2026-11-20T12:00:00Z');
change($tokyo, "conversion_action/$signup/counting_type", 'MANY_PER_CLICK');
run('CALL adpipe.refresh_all()');
is(health(), "warning|$tokyo|setting changed on the platform: conversion_action/$signup \"회원 가입\": counting_type ONE_PER_CLICK -> MANY_PER_CLICK|11-20 12:00", 'counting: in health');
is(read_from($tokyo), '2026-08-23', 'counting: the account\'s conversion window is read again');
run(action() =~ s/.*(SELECT )/$1/r);
is(health(), '', 'accepted: clear');
at('2026-11-20T13:00:00Z');
change($tokyo, "conversion_action/$signup/counting_type", 'ONE_PER_CLICK');
run('CALL adpipe.refresh_all()');
like(health(), qr/counting_type MANY_PER_CLICK -> ONE_PER_CLICK/, 'accepted: the new value is the one to compare with');
is(run("SELECT adpipe.accept_settings('ads.campaign')"), '1', 'all at once');

# A name is only a name.
at('2026-11-20T14:00:00Z');
change($tokyo, "conversion_action/$signup/name", 'Sign-up');
run('CALL adpipe.refresh_all()');
is(health(), '', 'renamed: no problem');
is(run("SELECT new_value FROM adpipe.settings_changes ORDER BY seen_at DESC LIMIT 1"), 'Sign-up', 'but remembered');

# Auto-tagging is switched off: conversions stop.
at('2026-11-20T15:30:00Z');
change($berlin, 'auto_tagging_enabled', Cpanel::JSON::XS::false);
run('CALL adpipe.refresh_all()');
like(health(), qr/^warning\|$berlin\|setting changed on the platform: auto_tagging_enabled: true -> false/, 'auto-tagging: in health');
like(action(), qr/Account settings, Auto-tagging/, 'auto-tagging: where to set it back');
change($berlin, 'auto_tagging_enabled', Cpanel::JSON::XS::true);

# The zone changes: stored days have other boundaries.
at('2026-11-20T16:30:00Z');
change($berlin, 'time_zone', 'America/New_York');
run('CALL adpipe.refresh_all()');
is(health(), "warning|$berlin|setting changed on the platform: time_zone: Europe/Berlin -> America/New_York|11-20 16:30", 'zone: in health');
is(read_from($berlin), $since, 'zone: all days are read again');
like(action(), qr/Google's support/, 'zone: the way out');
change($berlin, 'time_zone', 'Europe/Berlin');
at('2026-11-20T17:30:00Z');
run('CALL adpipe.refresh_all()');
is(health(), '', 'zone: clear when it is set back');

# The token loses its scope: nothing can be read, and what is stored stays.
at('2026-11-20T18:30:00Z');
$sim->settings({ revoke_scope => Cpanel::JSON::XS::true });
run('CALL adpipe.refresh_all()');
like(health(), qr/\Aerror\|\|2 accounts of 1 copy: platform "google_ads" refused the credentials\. HTTP 403: [^\n]*\|11-20 18:30\z/, 'scope lost: in health');
like(run('SELECT problem FROM adpipe.health_details'), qr/^the settings cannot be read: /m, 'scope lost: that settings are not watched is no second cause');
like(run('SELECT action FROM adpipe.health'), qr/credentials of the user mapping/, 'scope lost: the way out');
is(run("SELECT count(*) FROM adpipe.coverage WHERE state IN ('missing', 'failed')"), '0', 'scope lost: what is stored stays');
$sim->settings({ revoke_scope => Cpanel::JSON::XS::false });
at('2026-11-20T19:30:00Z');
run('CALL adpipe.refresh_all()');
is(health(), '', 'scope granted again: clear');
is_exact('scope granted again');

# Another copy of the same server needs no second answer.
my $asked = sub { return scalar grep { ($_->{query} // '') =~ /auto_tagging/ } @{ $sim->requests } };
my $before = $asked->();
at('2026-11-20T20:30:00Z');
run("SELECT adpipe.materialize('google.account_daily', 'ads.account', '2026-11-10')");
run('CALL adpipe.refresh_all()');
is($asked->() - $before, 2, 'two copies, two accounts: asked once each');
is($node->safe_psql('postgres', 'SELECT count(DISTINCT n) FROM (SELECT count(*) AS n FROM adpipe.settings_ledger GROUP BY target) c'), '1', 'both know the same');

# Meta tells the attribution setting in each row.
my $meta = '4567890123456789';
meta_server($node, $sim, role => 'loader', options => { account_id => $meta });
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA meta TO loader; GRANT USAGE ON FOREIGN SERVER meta TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA meta TO loader');
run("SELECT adpipe.materialize('meta.adset_daily', 'ads.adset', '2026-10-24'), adpipe.materialize('meta.campaign_daily', 'ads.meta_campaign', '2026-10-24')");
run('CALL adpipe.refresh_all()');
is(health(), '', 'attribution: seen for the first time');
my ($adset, $name) = split /\|/, run("SELECT adset_id, adset_name FROM ads.adset WHERE attribution_setting = '7d_click_1d_view' AND date_day = '2026-11-19' ORDER BY conversions DESC NULLS LAST LIMIT 1");
my $rows = "SELECT count(*) FROM (SELECT account_id, date_day, adset_id, conversions FROM meta.adset_daily WHERE date_day >= '2026-10-24' "
  . "EXCEPT SELECT account_id, date_day, adset_id, conversions FROM ads.adset) e";
$sim->change($meta, "adset/$adset/attribution_setting", '1d_click', 'meta');
at('2026-11-20T21:30:00Z');
cmp_ok(run($rows), '>', 10, 'attribution: numbers change on the platform');
run('CALL adpipe.refresh_all()');
like(health(), qr/^warning\|$meta\|setting changed on the platform: adset\/$adset "\Q$name\E": attribution_setting 7d_click_1d_view -> 1d_click\|11-20 21:30$/m, 'attribution: in health');
like(run("SELECT action FROM adpipe.health WHERE target = 'ads.adset'::regclass"), qr/Ads Manager: the ad set, Edit, Attribution setting/, 'attribution: the way out');
at('2026-11-20T22:30:00Z');
run('CALL adpipe.refresh_all()');
is(run($rows), '0', 'attribution: the days that the platform restates are read again');
$sim->change($meta, "adset/$adset/attribution_setting", '7d_click_1d_view', 'meta');
at('2026-11-20T23:30:00Z');
run('CALL adpipe.refresh_all()');
is(health(), '', 'attribution: set back, clear');
cmp_ok(run(run("SELECT 'SELECT count(*) FROM (' || adpipe_internal.serving_query('meta.campaign_daily') || ') q'")), '>', 0, 'Meta is asked which campaigns are active by its own words');
$sim->settings({ meta_scopes => '' });
at('2026-11-21T00:30:00Z');
run('CALL adpipe.refresh_all()');
like(health(), qr/^error\|$meta\|1 account of 2 copies: platform "meta_ads" refused the credentials\. /m, 'Meta, scope lost: in health');
$sim->settings({ meta_scopes => 'ads_read' });
at('2026-11-21T01:30:00Z');
run('CALL adpipe.refresh_all()');
is(health(), '', 'Meta, scope granted again: clear');

# Who may.
$node->safe_psql('postgres', 'CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ads TO reader; GRANT SELECT ON ads.campaign TO reader');
my $reader = session($node, user => 'reader');
is($reader->query('SELECT count(*) > 0 FROM adpipe.settings_changes'), 't', 'who may read the copy sees what changed');
is($reader->query_error("SELECT adpipe.accept_settings('ads.campaign')")->{sqlstate}, '42501', 'but accepts nothing');

done_testing();
