# No page counts twice, whatever token it comes under, and no row of another
# account counts at all: in reports, entities, runs and lists of accounts of all
# platforms.  No answer goes on for ever.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($google, $other_google) = ('1234567890', '4567890123');
my ($meta, $other_meta) = ('1234567890123456', '4567890123456789');
google_server($node, $sim, options => { max_retries => 0, customer_id => $google });
google_server($node, $sim, name => 'all_google', options => { max_retries => 0 });
meta_server($node, $sim, options => { max_retries => 0, account_id => $meta });
meta_server($node, $sim, name => 'all_meta', options => { max_retries => 0 });
appsflyer_server($node, $sim, options => { max_retries => 0, cache_ttl_s => 0, app_id => 'com.hanbit.running' });
my @google_days = ('2026-11-01', '2026-11-10');
my $google_days = "date_day BETWEEN '$google_days[0]' AND '$google_days[1]'";
my $meta_day = "date_day = '2026-11-01'";
my $long = "SELECT count(*) FROM meta.ad_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-11-10'";

# A statement that must fail under a fault, and pass without it.
sub refuses
{
	my ($what, $sql, $match, $action, $message, $detail, %settings) = @_;
	my %calm = (appsflyer_minute_calls => 1000, appsflyer_apps_minute => 1000, appsflyer_installs_app => 1000,
		appsflyer_installs_account => 1000, meta_job_ms => 0, %settings);

	$sim->reset;
	$sim->settings(\%calm);
	my $rows = $node->safe_psql('postgres', $sql);
	isnt($rows, '0', "$what: there are rows");
	$sim->faults([ { match => $match, action => $action } ]);
	my $error = sql_error($node, $sql);
	is($error->{sqlstate}, 'HV00A', "$what: an error");
	like($error->{message}, $message, "$what: message");
	like($error->{detail} // '', $detail, "$what: detail");
	$sim->faults([]);
	is($node->safe_psql('postgres', $sql), $rows, "$what: right without it");
	return;
}

# Rows again, under a new token, with what stands beside them changed as well.
my $again = { repeat_rows => \1 };
my @twice = ($again, qr/gave the same page twice/, qr/its rows are those of a page before/);
my $report = "SELECT count(*) FROM google.campaign_daily WHERE $google_days";
refuses('google, a report again', $report, { query => 'FROM campaign ', page => $_ }, @twice, page_size => 10) for 1, 2;
refuses('google, sums again', "SELECT sum(impressions) FROM google.campaign_daily WHERE $google_days", { query => 'FROM campaign ', page => 1 }, @twice, page_size => 2);
refuses('google, beside other members', $report, { query => 'FROM campaign ', page => 1 }, { repeat_rows => \1, replace => [ 'queryResourceConsumption', 'anotherMember' ] },
	@twice[1, 2], page_size => 10);
refuses('google, entities again', 'SELECT count(*) FROM google.ads', { query => 'FROM ad_group_ad ', page => 1 }, @twice, page_size => 2);
refuses('google, accounts again', 'SELECT count(*) FROM all_google.campaigns', { query => 'FROM customer_client', page => 1 }, @twice, page_size => 2);
my %small = (meta_page_rows => 10);
refuses('meta, a report again', "SELECT count(*) FROM meta.ad_daily WHERE $meta_day", { path => '/insights', query => '(^|&)after=' }, @twice, %small);
refuses('meta, entities again', 'SELECT count(*) FROM meta.ads', { path => '/ads', query => '(^|&)after=' }, @twice, %small);
refuses('meta, a run again', $long, { path => '/v26.0/\d+/insights', query => '(^|&)after=' }, @twice);
$sim->control('PUT', '/_control/bench', { platform => 'meta', pages => 1, rows => 1, accounts => 120 });
$sim->faults([ { match => { path => 'me/adaccounts', query => '(^|&)after=' }, action => $again, times => 1 } ]);
my $error = sql_error($node, "SELECT count(*) FROM all_meta.campaign_daily WHERE $meta_day");
like($error->{message}, $twice[1], 'meta, accounts again: an error');
like($error->{detail}, qr/^List of accounts: its rows/, 'meta, accounts again: of the list');
refuses('appsflyer, apps again', 'SELECT count(*) FROM flyer.apps', { path => 'mng/apps', query => 'offset=2' }, @twice, appsflyer_apps_page => 2);

# A page that could not be read, or was too large, is not one that comes again.
google_server($node, $sim, name => 'patient', options => { max_retries => 3, customer_id => $google });
$sim->reset;
$sim->settings({ page_size => 10 });
my $expected = $node->safe_psql('postgres', $report);
$sim->faults([ { match => { query => 'FROM campaign ', page => 1 }, action => { truncate_json => \1 }, times => 1 },
	{ match => { query => 'FROM campaign ', page => 2 }, action => { status => 503 }, times => 1 } ]);
is($node->safe_psql('postgres', $report =~ s/google/patient/r), $expected, 'google, pages that were asked for again: each counts once');
$sim->reset;
$sim->settings({ meta_page_rows => 10 });
is($node->safe_psql('postgres', 'SELECT count(*) FROM meta.ads'), scalar(@{ $sim->world(platform => 'meta', resource => 'ads', accounts => $meta, without => 'DELETED') }),
	'meta, pages that were too large: each counts once');

# An app list that ends before all apps are there.
$sim->reset;
$sim->faults([ { match => { path => 'mng/apps' }, action => { replace => [ '"total_items": 7', '"total_items": 9' ] } } ]);
$error = sql_error($node, 'SELECT * FROM flyer.apps');
is($error->{sqlstate}, 'HV00A', 'appsflyer, fewer apps than there are: an error');
like($error->{detail}, qr/7 of 9 accounts were returned/, 'that counts them');

# Pages of another account's.
my @foreign = (qr/cannot be read/, qr/has a row of another account/);
refuses('google, a report of another account', $report, { query => 'FROM campaign ' }, { as_account => $other_google }, @foreign);
refuses('google, without a column of the account', "SELECT sum(clicks) FROM google.campaign_device_daily WHERE $google_days", { query => 'FROM campaign ' }, { as_account => $other_google }, @foreign);
refuses('google, a page in the middle of another account', $report, { query => 'FROM campaign ', page => 1 }, { as_account => $other_google }, @foreign, page_size => 10);
refuses("google, $_ of another account", "SELECT count(*) FROM google.$_", { query => 'PARAMETERS' }, { as_account => $other_google }, @foreign)
  for qw(accounts campaigns ad_groups ads keywords budgets);
refuses('google, settings of another account', "SELECT count(*) FROM google.campaign_daily WHERE date_day >= current_date - 5", { query => 'FROM customer ' }, { as_account => $other_google },
	qr/answered for another account than $google/, qr/^/);
refuses('google, a list of accounts of another manager', 'SELECT count(*) FROM all_google.campaigns', { query => 'FROM customer_client' }, { as_account => '9870001111' },
	qr/cannot be read/, qr/lists accounts under another manager/);
refuses("meta, $_ of another account", "SELECT count(*) FROM meta.$_", { path => "/$_|adcreatives" }, { as_account => $other_meta }, @foreign)
  for qw(campaigns adsets ads creatives);
refuses('meta, another account by itself', 'SELECT count(*) FROM meta.accounts', { path => '/act_\d+$', query => 'fields=[a-z_,]*id' }, { as_account => $other_meta },
	qr/cannot be read|answered for another account/, qr/^/);
refuses("meta, $_ of another account", "SELECT sum(impressions) FROM meta.$_ WHERE $meta_day", { path => '/insights' }, { as_account => $other_meta }, @foreign)
  for qw(account_daily campaign_daily adset_daily ad_daily campaign_country_daily);
refuses('meta, count(*) of another account', "SELECT count(*) FROM meta.campaign_daily WHERE $meta_day", { path => '/insights' }, { as_account => $other_meta }, @foreign);
refuses('meta, actions of another account', "SELECT count(*) FROM meta.campaign_action_daily WHERE $meta_day", { path => '/insights' }, { as_account => $other_meta }, @foreign);
refuses('meta, a run of another account', $long, { path => '/v26.0/\d+/insights' }, { as_account => $other_meta }, @foreign);
refuses('meta, settings of another account', "SELECT count(*) FROM meta.campaign_daily WHERE date_day >= current_date - 5", { path => '/act_\d+$' }, { as_account => $other_meta },
	qr/answered for another account than $meta/, qr/^/);
refuses("appsflyer, $_ of another app", "SELECT count(*) FROM flyer.$_ WHERE date_day = current_date - 3", { path => 'raw-data' }, { as_account => 'id1400000001' }, @foreign)
  for qw(installs in_app_events);
like(sql_error_of($report, { query => 'FROM campaign ' }, { as_account => $other_google })->{detail}, qr/Row 1 is of "customers\/$other_google\/campaigns\/\d+"/, 'the error names whose they are');

sub sql_error_of
{
	my ($sql, $match, $action) = @_;
	$sim->reset;
	$sim->faults([ { match => $match, action => $action } ]);
	return sql_error($node, $sql);
}

# Answers without an end.
my $mask = '{"fieldMask":"campaign.id","nextPageToken":"';
my @rules = map { { match => { query => 'FROM campaign ' }, skip => 0, times => 1, action => { status => 200, body => qq($mask$_"}) } } } 1 .. 300;
$sim->reset;
$sim->faults(\@rules);
$error = sql_error($node, 'SELECT * FROM google.campaigns');
is($error->{sqlstate}, '54000', 'pages without rows and without an end: an error');
like($error->{message}, qr/has too many pages/, 'that says what it is');
like($error->{detail}, qr/^Account $google: more than 100 pages without rows, one after the other\.$/, 'and how many there were');
cmp_ok(scalar(grep { ($_->{query} // '') =~ /FROM campaign / } @{ $sim->requests }), '<', 110, 'after a hundred of them');
@rules = map { { match => { path => 'me/adaccounts' }, times => 1, action => { status => 200,
	body => qq({"data":[],"paging":{"cursors":{"after":"$_"},"next":"http://x"}}) } } } 1 .. 300;
$sim->reset;
$sim->faults(\@rules);
$error = sql_error($node, 'SELECT * FROM all_meta.campaigns');
is($error->{sqlstate}, '54000', 'a list of accounts without an end: an error');
$sim->faults([ @rules[0 .. 98], { match => { path => 'me/adaccounts' }, action => { status => 200,
	body => qq({"data":[{"account_id":"$meta","account_status":1,"currency":"KRW","timezone_name":"Asia/Seoul"}]}) } } ]);
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM all_meta.campaigns'), 't', 'ninety-nine pages without rows before the others are fine');

done_testing();
