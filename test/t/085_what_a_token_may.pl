# What Meta tells of the access and the ad account, and AppsFlyer of the app: a
# token that loses a scope or runs out, a version of the API that is answered by
# the next, attribution windows that somebody changes.  Each is in adpipe.health
# at the next run with the way out, and goes by itself.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Cpanel::JSON::XS ();
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($euro, $yen) = ('4567890123456789', '5678901234567890');
my $app = 'com.hanbit.running';
my $token = 'EAAsampletoken';
loader($node, $sim, options => { customer_id => '4567890123', max_retries => 0 });
meta_server($node, $sim, role => 'loader', options => { account_id => "$euro,$yen", max_retries => 0 });
appsflyer_server($node, $sim, role => 'loader', options => { app_id => $app, max_retries => 0 });
$node->safe_psql('postgres', join ';', map { "GRANT USAGE ON SCHEMA $_ TO loader; GRANT USAGE ON FOREIGN SERVER $_ TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA $_ TO loader" } qw(meta flyer));
$node->append_conf('postgresql.conf', "log_min_messages = debug5\n");
$node->reload;

my $hours = 5;

# The next run, an hour later, as the loader.
sub refresh
{
	$hours++;
	my $moment = sprintf '2026-11-%02dT%02d:30:00Z', 20 + $hours / 24, $hours % 24;
	$sim->clock($moment);
	$node->safe_psql('postgres', "ALTER ROLE loader SET adpipe.debug_now = '$moment'");
	run('CALL adpipe.refresh_all()');
	return;
}

# Runs SQL as the loader, in a session of its own; returns what it prints.
sub run
{
	my ($sql) = @_;
	my $out;
	$node->psql('postgres', $sql, extra_params => [ '-U', 'loader' ], stdout => \$out, on_error_die => 1);
	return $out;
}

sub health { return run('SELECT severity, target, account_id, problem FROM adpipe.health ORDER BY 2, 3, 4'); }
sub action { return run('SELECT DISTINCT action FROM adpipe.health ORDER BY 1 LIMIT 1'); }

sub is_clear
{
	my ($what) = @_;
	refresh();
	return is(health(), '', "$what: clear");
}

$sim->settings({ meta_scopes => 'business_management,ads_read' });
run("SELECT adpipe.materialize('meta.campaign_daily', 'ads.meta', '2026-11-10')");
is_clear('seen for the first time');
is(run("SELECT setting, value FROM adpipe.table_access('meta.campaign_daily') ORDER BY 1"),
	"token/expires_at|\ntoken/scopes|ads_read,business_management", 'what is told of the token');
is($node->safe_psql('postgres', "SELECT setting, value FROM adpipe.settings_ledger WHERE account_id = '$euro' AND setting NOT LIKE 'campaign/%' ORDER BY setting COLLATE \"C\""),
	<<"END" =~ s/\n\z//r, 'the fingerprint of an ad account');
account_status|1
api_version/asked|v26.0
api_version/served|v26.0
attribution_spec|[{"event_type": "CLICK_THROUGH", "window_days": 7}, {"event_type": "VIEW_THROUGH", "window_days": 1}]
currency|EUR
is_attribution_spec_system_default|true
time_zone|Europe/Berlin
token/expires_at|
token/scopes|ads_read,business_management
END

# A scope that is not the one for reports.
$sim->settings({ meta_scopes => 'ads_read' });
refresh();
is(health(), 'error|ads.meta||2 accounts of 1 copy: the access token lost its scope business_management', 'scope lost: in health');
like(action(), qr/^Grant it again .* adpipe\.accept_settings\('ads\.meta', setting => 'token\/scopes'\);/, 'scope lost: the way out');
$sim->settings({ meta_scopes => 'ads_read,business_management' });
is_clear('scope granted again');

# The one without which nothing else can be asked.
$sim->settings({ meta_scopes => 'business_management' });
refresh();
like(health(), qr/^error\|ads\.meta\|\|2 accounts of 1 copy: the access token lost its scope ads_read$/m, 'a lost ads_read is told, too');
$sim->settings({ meta_scopes => 'ads_read,business_management' });
is_clear('ads_read granted again');

# A token that ends in six days, then one that never does.  Of two copies, the
# second is told by the first.
run("SELECT adpipe.materialize('meta.account_daily', 'ads.meta_account', '2026-11-15')");
$sim->settings({ meta_token_expires_at => 1795608000 });
refresh();
is(health(), 'warning|||2 accounts of 2 copies: the access token expires 2026-11-25 12:00 UTC', 'end within a week: in health');
like(action(), qr/new token and put it into the user mapping/, 'end within a week: the way out');
$sim->settings({ meta_token_expires_at => 0 });
is_clear('a token without end, for both copies');

# The account's windows.
$sim->change($euro, 'attribution_setting', '1d_click', 'meta');
refresh();
like(health(), qr/^warning\|ads\.meta\|$euro\|setting changed on the platform: attribution_spec: \[.*"window_days": 7.*\] -> \[\{"event_type": "CLICK_THROUGH", "window_days": 1\}\]$/m, 'windows: in health');
like(health(), qr/^warning\|ads\.meta\|$euro\|setting changed on the platform: is_attribution_spec_system_default: true -> false$/m, 'windows: no longer the usual ones');
like(action(), qr/attribution setting of the ad sets in Ads Manager.*accept_settings\('ads\.meta', '$euro', 'attribution_spec'\)/, 'windows: the way out');
cmp_ok(run("SELECT min(date_day) FROM adpipe.slices WHERE target = 'ads.meta'::regclass AND account_id = '$euro' AND run_id = (SELECT max(run_id) FROM adpipe.runs WHERE target = 'ads.meta'::regclass)"), 'eq', '2026-11-10', 'windows: the days that they touch are read again');
$sim->change($euro, 'attribution_setting', '7d_click_1d_view', 'meta');
is_clear('windows set back');

# The account's status.
$sim->change($yen, 'account_status', 3, 'meta');
refresh();
like(health(), qr/^warning\|ads\.meta\|$yen\|setting changed on the platform: account_status: 1 -> 3$/m, 'unpaid: in health');
like(action(), qr/3 unsettled/, 'unpaid: what it means');
$sim->change($yen, 'account_status', 1, 'meta');
is_clear('paid');

# A version that has reached its end, and answers of the next.
$sim->settings({ meta_old_version => 'upgrade' });
$node->safe_psql('postgres', "ALTER SERVER meta OPTIONS (ADD api_version 'v24.0')");
refresh();
like(health(), qr/^warning\|\|\|2 accounts of 2 copies: version v25\.0 of the API answers in place of v24\.0$/m, 'another version, in health');
like(action(), qr/option api_version/, 'another version: the way out');
$node->safe_psql('postgres', "ALTER SERVER meta OPTIONS (SET api_version 'v26.0')");
is_clear('another version is asked for');
$sim->settings({ meta_old_version => 'error' });

# A token that may not ask about itself is no reason to warn, nor does it end
# when the one before it did.
$sim->settings({ meta_token_expires_at => 1795608000 });
refresh();
like(health(), qr/the access token expires 2026-11-25/, 'an end again');
$sim->faults([ { match => { path => 'debug_token' }, action => { error => '200' } } ]);
is_clear('nothing told of the token');
is(run("SELECT count(*) FROM adpipe.table_access('meta.campaign_daily')"), '0', 'nothing is told');
$sim->settings({ meta_token_expires_at => 0 });
# One that is echoed, in words or as no JSON at all, is taken out.
for my $body (qq({"error":{"code":1,"message":"Unsupported get request /debug_token?input_token=$token"}}), "<html>input_token=$token")
{
	$sim->faults([ { match => { path => 'debug_token' }, action => { status => 500, body => $body } } ]);
	refresh();
	my $told = health();
	like($told, qr/\|2 copies: the access token cannot be read: /, 'failure: told');
	unlike($told, qr/\Q$token\E/, 'failure: without the token');
	my $error = sql_error($node, "SET ROLE loader; SELECT * FROM adpipe.table_access('meta.campaign_daily')");
	like($error->{detail} // '', qr/access token/i, 'failure: names what was asked');
	unlike(join('|', map { $_ // '' } values %$error), qr/\Q$token\E/, 'failure: its error has no token');
}
$sim->faults([]);
is_clear('asked again');

# AppsFlyer: the app list.  A copy of it is due every four hours.
run("SELECT adpipe.alter_target('ads.meta', enabled => false), adpipe.alter_target('ads.meta_account', enabled => false)");
run("SELECT adpipe.materialize('flyer.partners_daily', 'ads.app', '2026-11-10')");
is_clear('AppsFlyer');
is(run("SELECT setting, value FROM adpipe.table_settings('flyer.partners_daily') ORDER BY setting COLLATE \"C\""),
	"api_version/asked|v5\ncurrency|KRW\nenable_retargetting|true\ntime_zone|Asia/Seoul", 'what is told of an app');
$sim->change($app, 'enable_retargetting', Cpanel::JSON::XS::false, 'appsflyer');
$hours += 3;
refresh();
like(health(), qr/^warning\|ads\.app\|\Q$app\E\|setting changed on the platform: enable_retargetting: true -> false$/m, 'retargeting off: in health');
$sim->change($app, 'enable_retargetting', Cpanel::JSON::XS::true, 'appsflyer');
$hours += 3;
is_clear('retargeting on');

ok(scalar(grep { $_->{path} =~ /debug_token/ } @{ $sim->requests }), 'the token was asked about');
unlike($node->safe_psql('postgres', 'EXPLAIN (VERBOSE) SELECT * FROM meta.accounts'), qr/\Q$token\E/, 'not in EXPLAIN');
# The statement that made the user mapping is the test's own.
$node->stop;
my @lines = grep { /\Q$token\E/ && !/CREATE USER MAPPING/ } split /\n/, slurp_file($node->logfile);
is("@lines", '', 'and the log at its most talkative never has it');

done_testing();
