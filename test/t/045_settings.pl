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

# Who may not, and what is none of ours.
my $error = sql_error($node, "CREATE ROLE analyst; SET ROLE analyst; SELECT * FROM $settings");
is($error->{sqlstate}, '42501', 'not for everybody');
$error = sql_error($node, "CREATE TABLE plain (a int); SELECT * FROM adpipe.table_settings('plain')");
is($error->{sqlstate}, '42809', 'a table that is not foreign is refused');
like($error->{message}, qr/"plain" is not a foreign table of adpipe/, 'by name');

$node->stop;
done_testing();
