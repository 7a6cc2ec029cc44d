# table_settings() tells the settings that numbers hang on, as the world has them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim);

# What the tables of the same server show is the other way to ask.
my $settings = 'adpipe.table_settings(\'google.campaign_daily\')';
is( $node->safe_psql('postgres', <<"END"),
SELECT count(*) > 5 AND bool_and(d.value IS NOT DISTINCT FROM s.value)
FROM $settings s
FULL JOIN (SELECT account_id, 'time_zone' AS setting, time_zone AS value FROM google.accounts WHERE NOT manager
           UNION ALL SELECT account_id, 'currency', currency FROM google.accounts WHERE NOT manager) d
    USING (account_id, setting)
WHERE setting IN ('time_zone', 'currency') AND account_id IN (SELECT account_id FROM $settings)
END
	't', 'zones and currencies are those of the accounts');
is( $node->safe_psql('postgres', <<"END"),
WITH expected AS (
    SELECT account_id, 'conversion_action/' || conversion_action_id || '/' || k.key AS setting, k.value
    FROM google.conversion_actions c,
    LATERAL (VALUES ('name', conversion_action_name), ('status', status), ('category', category),
                    ('primary_for_goal', primary_for_goal::text), ('counting_type', counting_type),
                    ('click_through_lookback_window_days', click_window_days::text),
                    ('view_through_lookback_window_days', view_window_days::text),
                    ('attribution_model', attribution_model)) k (key, value))
SELECT count(*) > 8, count(*) FILTER (WHERE (s.account_id, s.setting) IS NULL OR (e.account_id, e.setting) IS NULL
                                         OR s.value IS DISTINCT FROM e.value)
FROM expected e
FULL JOIN (SELECT * FROM $settings WHERE setting LIKE 'conversion_action/%') s USING (account_id, setting)
END
	't|0', 'conversion actions are those of the table conversion_actions');
is( $node->safe_psql('postgres',
		"SELECT DISTINCT value FROM $settings WHERE setting = 'auto_tagging_enabled'"),
	'true', 'auto-tagging is told');

# The table stays what it is until the transaction is over, as with a scan.
is($node->safe_psql('postgres', <<"END"), 'AccessShareLock', 'the table is locked');
BEGIN;
SELECT FROM $settings OFFSET 1000000;
SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'google.campaign_daily'::regclass;
END

# Who may not, and what is none of ours.
my $error = sql_error($node, "CREATE ROLE analyst; SET ROLE analyst; SELECT * FROM $settings");
is($error->{sqlstate}, '42501', 'not for everybody');
$error = sql_error($node, "CREATE TABLE plain (a int); SELECT * FROM adpipe.table_settings('plain')");
is($error->{sqlstate}, '42809', 'a table that is not foreign is refused');
like($error->{message}, qr/"plain" is not a foreign table of adpipe/, 'by name');

# Meta and AppsFlyer, against the simulator's own world.
meta_server($node, $sim);
appsflyer_server($node, $sim);
$settings = "adpipe.table_settings('meta.campaign_daily')";
my @accounts = grep { $_->{assigned} && $_->{status} != 101 } @{ $sim->accounts('meta') };
my %told = (time_zone => 'time_zone', currency => 'currency', account_status => 'status');
for my $setting (sort keys %told)
{
	is($node->safe_psql('postgres', "SELECT account_id, value FROM $settings WHERE setting = '$setting' ORDER BY 1"),
		join("\n", sort map { "$_->{id}|$_->{$told{$setting}}" } @accounts), "Meta: $setting of every account");
}
is($node->safe_psql('postgres', "SELECT count(DISTINCT account_id), min(value::text), max(value::text) FROM $settings WHERE setting = 'api_version/served'"),
	scalar(@accounts) . '|v26.0|v26.0', 'Meta: the version that answered');
$settings = "adpipe.table_settings('flyer.partners_daily')";
is($node->safe_psql('postgres', "SELECT s.account_id, s.value FROM $settings s WHERE setting = 'enable_retargetting' ORDER BY 1"),
	join("\n", sort map { "$_->{account_id}|$_->{enable_retargetting}" } grep { defined $_->{enable_retargetting} } @{ $sim->world(platform => 'appsflyer', resource => 'apps') }),
	'AppsFlyer: whether an app measures retargeting');
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.table_access('google.campaign_daily')"), '0', 'Google Ads tells nothing of the token');
$error = sql_error($node, "SET ROLE analyst; SELECT * FROM adpipe.table_access('meta.campaign_daily')");
is($error->{sqlstate}, '42501', 'the token is not for everybody to ask about');

$node->stop;
done_testing();
