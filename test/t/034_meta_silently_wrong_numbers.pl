# Twelve facts about Meta that a careless reader turns into wrong numbers or none
# at all: each has a test that bears its name.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../module", "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use NetTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my %id = (korea => '1234567890123456', usa => '2345678901234567', kiwi => '3456789012345678', euro => '4567890123456789');
meta_server($node, $sim);
meta_server($node, $sim, name => $_, options => { account_id => $id{$_}, max_retries => 0 }) for sort keys %id;
meta_server($node, $sim, name => 'old', options => { account_id => $id{usa}, api_version => 'v24.0', max_retries => 0 });
my $session = session($node);
my $now = '2026-11-20T12:00:00Z';

sub fresh
{
	my (@faults) = @_;
	$sim->reset;
	$sim->clock($now);
	$session->query('SET adpipe.debug_now = ' . quote($now));
	$sim->faults(\@faults);
	return;
}

# A fault on reports.
sub on_report
{
	my ($action, %more) = @_;
	return { match => { path => '/insights', %more }, action => $action };
}

# Makes a table of a server: its breakdowns and columns, each a name with a type
# and perhaps a field.
my $tables = 0;
sub table
{
	my ($breakdowns, @columns) = @_;
	my $name = 'usa.t' . ++$tables;
	my $list = join ', ', "date_day date OPTIONS (field 'date_start')",
	  map { my ($column, $type, $field) = @$_; "$column $type" . ($field ? " OPTIONS (field '$field')" : '') } @columns;
	$session->query("CREATE FOREIGN TABLE $name ($list) SERVER usa OPTIONS (level 'campaign'"
		  . ($breakdowns ? ", breakdowns '$breakdowns'" : '') . ')');
	return $name;
}

sub refused
{
	my ($what, $sql, $sqlstate, $words) = @_;
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$what: words");
	return;
}

sub world { return $sim->world(platform => 'meta', @_); }
sub runs { return grep { $_->{method} eq 'POST' } @{ $sim->requests }; }

subtest '1: versions die, or are answered by their successors' => sub {
	fresh();
	refused('a dead version', 'SELECT count(*) FROM old.campaigns', 'HV00L', qr/2635.*Version v24\.0 \(end 2026-11-10\).*ALTER SERVER old .*api_version 'v26\.0'/s);
	$sim->settings({ meta_old_version => 'upgrade' });
	cmp_ok($session->query('SELECT count(*) FROM old.campaigns'), '>', 0, 'its successor answers');
	like($session->messages, qr/WARNING:.*answers as version v25\.0 in place of v24\.0/, 'which is not kept quiet');
	$session->query('SELECT count(*) FROM usa.campaigns');
	unlike($session->messages, qr/WARNING/, 'no such words about a living version');
};

subtest '2: numbers are texts, ids do not fit into a double' => sub {
	fresh();
	my $world = world(resource => 'ad_daily', since => '2026-11-10', until => '2026-11-10', accounts => $id{korea});
	my @expected = sort map { "$_->{ad_id}|$_->{impressions}|$_->{spend}" } @$world;
	is($session->query("SELECT ad_id, impressions, spend FROM korea.ad_daily WHERE date_day = '2026-11-10' ORDER BY 1"),
		join("\n", @expected), 'all digits survive');
	ok((grep { /\|\d{11,}\|/ } @expected), 'counts beyond 32 bits are among them');
};

subtest '3: reports tell units of the currency, things their smallest units' => sub {
	fresh();
	is($session->query('SELECT DISTINCT currency, trim_scale(daily_budget_minor / daily_budget) FROM meta.campaigns WHERE daily_budget IS NOT NULL ORDER BY 1'),
		join("\n", map { "$_|" . (/JPY|KRW/ ? 1 : 100) } qw(EUR JPY KRW NZD USD)),
		'yen and won have no smaller ones');
	my ($row) = @{ world(resource => 'account_daily', since => '2026-11-10', until => '2026-11-10', accounts => $id{usa}) };
	is($session->query("SELECT spend FROM usa.account_daily WHERE date_day = '2026-11-10'"), $row->{spend}, 'spend is dollars');
};

# The platform's documented example: one purchase under several names, and a row
# in which most is missing.
my $example = Cpanel::JSON::XS->new->encode({ data => [
		{ account_currency => 'KRW', campaign_id => '11', impressions => '18422', clicks => '611', inline_link_clicks => '402',
			spend => '183250', reach => '15110', frequency => '1.219192', cpc => '299.918167', attribution_setting => '7d_click_1d_view',
			date_start => '2026-11-01', date_stop => '2026-11-01',
			actions => [ map { { action_type => $_->[0], value => $_->[1] } } [ link_click => '402' ], [ omni_purchase => '12' ],
				[ purchase => '12' ], [ 'offsite_conversion.fb_pixel_purchase' => '10' ], [ 'app_custom_event.fb_mobile_purchase' => '2' ] ],
			action_values => [ { action_type => 'omni_purchase', value => '641000' } ] },
		{ account_currency => 'KRW', campaign_id => '12', impressions => '91', clicks => '0', spend => '0',
			date_start => '2026-11-01', date_stop => '2026-11-01' } ] });

subtest '4: action types overlap' => sub {
	fresh(on_report({ status => 200, body => $example }));
	is($session->query("SELECT conversions, conversions_value FROM korea.campaign_daily WHERE date_day = '2026-11-01' AND campaign_id = '11'"),
		'12|641000', 'twelve purchases, not thirty-six');
};

subtest '5: missing is normal' => sub {
	fresh(on_report({ status => 200, body => $example }));
	is($session->query("SELECT inline_link_clicks, conversions, conversions_value, reach, frequency, attribution_setting FROM korea.campaign_daily WHERE date_day = '2026-11-01' AND campaign_id = '12'"),
		'0|0|0|||', 'what adds up is 0, what does not is NULL');
	fresh(on_report({ status => 200, body => '{"data":[]}' }));
	is($session->query("SELECT count(*) FROM korea.campaign_daily WHERE date_day = '2026-11-01'"), '0', 'a day without delivery has no rows');
};

subtest '6: values follow the setting of each ad set' => sub {
	fresh();
	my $days = "date_day BETWEEN '2026-11-01' AND '2026-11-10'";
	is($session->query("SELECT bool_and(conversions IS NULL AND conversions_value IS NULL) FROM euro.campaign_daily WHERE $days AND attribution_setting = 'mixed'"),
		't', 'where they differ, nothing is known of conversions');
	is($session->query("SELECT bool_and(conversions IS NOT NULL) FROM euro.campaign_daily WHERE $days AND attribution_setting <> 'mixed'"), 't', 'elsewhere it is');
	unlike(join("\n", map { $_->{query} } @{ $sim->requests }), qr/use_unified_attribution_setting|action_report_time/, 'parameters without effect are not sent');
};

subtest '7: windows that are gone' => sub {
	fresh();
	for my $window (qw(7d_view 28d_view inline))
	{
		my $table = table('', [ n => 'numeric', "actions.purchase.$window" ]);
		refused($window, "SELECT n FROM $table WHERE date_day = '2026-11-01'", '22023', qr/attribution window that is gone.*\Q$window\E/s);
	}
	is(scalar @{ $sim->requests }, 0, 'nothing is asked');
	my $type = table('', [ n => 'numeric', 'actions.inline_form' ]);
	is($session->query("SELECT count(*) FROM $type WHERE date_day = '2026-11-01' AND n > 0"), '0', 'a type of actions that begins so is none');
};

subtest '8: what is kept for how long' => sub {
	fresh();
	refused('37 months', "SELECT clicks FROM usa.campaign_daily WHERE date_day >= '2023-01-01'", '22008', qr/37 months/);
	my $people = table('country', [ country => 'text' ], [ unique_clicks => 'bigint' ]);
	refused('numbers of people by breakdowns', "SELECT unique_clicks FROM $people WHERE date_day >= '2025-08-01'", '22008', qr/13 months/);
	my $hours = table('hourly_stats_aggregated_by_advertiser_time_zone', [ hour => 'text', 'hourly_stats_aggregated_by_advertiser_time_zone' ], [ impressions => 'bigint' ]);
	refused('hours', "SELECT impressions FROM $hours WHERE date_day >= '2025-08-01'", '22008', qr/13 months/);
	my $often = table('frequency_value', [ frequency_value => 'text' ], [ reach => 'bigint' ]);
	refused('frequencies', "SELECT reach FROM $often WHERE date_day >= '2026-04-01'", '22008', qr/6 months/);
	my $by_hour = table('hourly_stats_aggregated_by_advertiser_time_zone', [ hour => 'text', 'hourly_stats_aggregated_by_advertiser_time_zone' ], [ reach => 'bigint' ]);
	refused('people by hour', "SELECT reach FROM $by_hour WHERE date_day = '2026-11-01'", 'HV005', qr/not reported by hour/);
	is(scalar @{ $sim->requests }, 0, 'nothing is asked');
	fresh({ match => { path => '/insights' }, action => { error => '3018' } });
	refused('the platform\'s own word', "SELECT clicks FROM usa.campaign_daily WHERE date_day = '2023-10-21'", '22008', qr/37 months/);
	fresh();
	my @expected = grep { defined $_->{reach} } @{ world(resource => 'campaign_country_daily', since => '2025-08-01', until => '2025-08-01', accounts => $id{usa}) };
	is($session->query("SELECT count(*) FROM usa.campaign_country_daily WHERE date_day = '2025-08-01' AND reach IS NOT NULL"), scalar @expected,
		'reach by breakdowns comes after 13 months, too');
	is(scalar runs(), 1, 'by a run');
};

subtest '9: breakdowns that give nothing without a word' => sub {
	fresh();
	my $devices = table('publisher_platform,impression_device', [ publisher_platform => 'text' ], [ impression_device => 'text' ], [ impressions => 'bigint' ]);
	my $sql = "SELECT count(*) FROM $devices WHERE date_day = '2026-11-01'";
	is($session->query($sql), '0', 'an account that is not opted in gets nothing');
	like($session->messages, qr/WARNING:.*platform "meta_ads" may have left out rows of account $id{usa}.*opted in to breakdown impression_device/s, 'with a warning');
	$sim->settings({ meta_opt_in => Cpanel::JSON::XS::true });
	cmp_ok($session->query($sql), '>', 0, 'one that is gets rows');
	unlike($session->messages, qr/WARNING/, 'without');
	my $dma = table('dma', [ dma => 'text' ], [ impressions => 'bigint' ]);
	refused('dma', "SELECT count(*) FROM $dma WHERE date_day = '2026-11-01'", '22023', qr/comscore_market/);
	my $region = table('region', [ region => 'text' ], [ purchases => 'numeric', 'actions.omni_purchase' ]);
	is($session->query("SELECT count(purchases) FROM $region WHERE date_day = '2026-11-01'"), '0', 'purchases by region are not known');
	like($session->messages, qr/WARNING:.*does not report actions from outside Meta by breakdown "region"/, 'with a warning');
	my $forgotten = table('', [ age => 'text' ], [ impressions => 'bigint' ]);
	refused('a breakdown that is not asked for', "SELECT * FROM $forgotten WHERE date_day = '2026-11-01'", 'HV005', qr/option breakdowns/);
	my $together = table('country,age', [ country => 'text' ], [ age => 'text' ], [ impressions => 'bigint' ]);
	refused('breakdowns that do not go together', "SELECT * FROM $together WHERE date_day = '2026-11-01'", 'HV00L', qr{error 100.*do not go together}s);
};

subtest 'statuses that older settings do not take' => sub {
	fresh({ match => { path => '/insights' }, times => 1, action => { error => '100' } });
	refused('a report that asks for none', "SELECT count(*) FROM usa.account_daily WHERE date_day = '2026-11-01'", 'HV00L', qr/error 100/);
	fresh({ match => { path => '/insights' }, times => 2, action => { error => '100' } });
	cmp_ok($session->query("SELECT count(*) FROM usa.campaign_daily WHERE date_day = '2026-11-01'"), '>', 0, 'one that does is asked for again');
	like($session->messages, qr/WARNING:.*may have left out rows of account $id{usa}.*rows of deleted objects are missing/s, 'without them, with a warning');
	$session->query("SELECT adpipe.forget('usa')");
};

subtest '10: 100 % is not ready' => sub {
	fresh();
	$sim->settings({ meta_job_script => [ [ 'Job Running', 100 ], [ 'Job Completed', 100 ] ] });
	my $world = world(resource => 'account_daily', since => '2026-07-01', until => '2026-11-10', accounts => $id{usa});
	is($session->query("SELECT count(*) FROM usa.account_daily WHERE date_day BETWEEN '2026-07-01' AND '2026-11-10'"), scalar @$world, 'all rows come');
	is((grep { $_->{status} >= 400 } @{ $sim->requests }), 0, 'and nothing is read too early');
};

subtest '11: refusals tell how long to wait' => sub {
	fresh(on_report({ error => '80000.2446079', wait_minutes => 7, wait_seconds => 240 }));
	my $sql = "SELECT count(*) FROM usa.campaign_daily WHERE date_day = '2026-11-01'";
	refused('minutes of one header, seconds of another', $sql, '53400', qr/Come back at 2026-11-20T12:07:00Z/);
	fresh(on_report({ status => 400, body => '{"error":{"code":17,"error_subcode":2446079,"message":"x","is_transient":false}}', headers => {
				'X-Business-Use-Case-Usage' => '{"1":[{"type":"ads_management","estimated_time_to_regain_access":50},{"type":"ads_insights","call_count":118.5,"estimated_time_to_regain_access":"4"}],"2":[{"type":"ads_insights","estimated_time_to_regain_access":9}]}',
				'x-Ad-Account-Usage' => '{"acc_id_util_pct":9.67,"reset_time_duration":86000}', 'X-App-Usage' => 'not JSON' } }));
	refused('several ids and quotas', $sql, '53400', qr/Come back at 2026-11-20T12:09:00Z/);
	fresh(on_report({ error => '613' }));
	refused('a refusal that says nothing of time', $sql, '53400', qr/Come back at 2026-11-20T12:30:00Z/);
	fresh();
	$sim->settings({ meta_usage_pct => 92 });
	my $new = session($node);
	$new->query("SET adpipe.max_wait = '300ms'");
	like($new->query('EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM meta.campaigns'), qr/Wait Reason: quota nearly used up/,
		'after answers that tell of a quota nearly used up, calls are held');
};

# What headers add up to, and the pause that follows; ! if the platform demands it.
subtest 'usage headers' => sub {
	my $module = net_cluster();
	my $usage = sub {
		my ($path, @headers) = @_;
		return $module->safe_psql('postgres', 'SELECT adpipe_test.meta_usage(' . quote($path) . ', ARRAY[' . join(', ', map { quote($_) } @headers) . ']::text[])');
	};
	my ($insights, $campaigns) = map { "/v26.0/act_1/$_" } qw(insights campaigns);
	my $case = 'x-business-use-case-usage';
	my $entries = "$case {" . '"1":[{"type":"ads_insights","call_count":40,"total_cputime":"76.5","estimated_time_to_regain_access":3},'
	  . '{"type":"ads_management","call_count":95,"estimated_time_to_regain_access":7}],"2":[{"call_count":10}]}';
	is($usage->($insights, $entries), '76.5 % 180000 ms, pause 250 ms', 'from 75 % on calls are slowed down');
	is($usage->($campaigns, $entries), '95 % 420000 ms, pause 420000 ms!', 'requests of another quota are shut out');
	is($usage->($insights, "$case {\"2\":[{\"call_count\":91}]}"), '91 % 0 ms, pause 60000 ms', 'from 90 % on calls pause a minute if no time is named');
	my $account = 'x-ad-account-usage';
	is($usage->($insights, "$account {\"acc_id_util_pct\":99.9,\"reset_time_duration\":100}"), '99.9 % 0 ms, pause 60000 ms', 'the time of an account counts only when all is used');
	is($usage->($insights, "$account {\"acc_id_util_pct\":100,\"reset_time_duration\":100}"), '100 % 100000 ms, pause 100000 ms!', 'all is used');
	is($usage->($insights, "$account {\"acc_id_util_pct\":118,\"reset_time_duration\":1e9}"), '118 % 86400000 ms, pause 86400000 ms!', 'a day at most');
	is($usage->($insights, "$case {", "$account [1]", "$case {\"1\":5}", 'x-app-usage soon'), '0 % 0 ms, pause 0 ms', 'values that do not parse are ignored');
	is($usage->($insights, "$account {\"acc_id_util_pct\":80}", $entries, 'x-app-usage {"call_count":28}'), '80 % 180000 ms, pause 250 ms', 'of several headers the highest');
	$module->stop;
};

subtest '12: days are the account\'s, and are restated for four weeks' => sub {
	fresh();
	is($session->query("SELECT max(date_day) FROM kiwi.account_daily WHERE date_day >= '2026-11-18'"), '2026-11-21', 'in Auckland it is tomorrow');
	is($session->query("SELECT max(date_day) FROM usa.account_daily WHERE date_day >= '2026-11-18'"), '2026-11-20', 'in Los Angeles it is not');
	$session->query("SET timezone = 'Pacific/Honolulu'");
	is($session->query("SELECT max(date_day) FROM kiwi.account_daily WHERE date_day >= '2026-11-18'"), '2026-11-21', 'wherever the session is');
	my ($range) = map { $_->{query} =~ /time_range=(\{.*?\})/ } reverse @{ $sim->requests };
	is($range, '{"since":"2026-11-18","until":"2026-11-21"}', 'both ends are included');
	$session->query('RESET timezone');
	cmp_ok($session->query("SELECT window_days FROM adpipe.refresh_policy WHERE platform = 'meta_ads'"), '>=', 28, 'copies read four weeks again');
};

done_testing();
