# What decides how Kakao Moment is read, fact by fact: each test is named after one of
# the ten facts of the platform, or after what its documentation leaves open.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Cpanel::JSON::XS;
use Test::More;

# Noon of a day in Korea, for the platform and for adpipe.
my $now = '2026-11-29T03:00:00Z';
my $main = '700101';
my ($since, $until) = ('2026-11-18', '2026-11-21');
my $days = "date_day BETWEEN '$since' AND '$until'";
my ($yes, $no) = (Cpanel::JSON::XS::true, Cpanel::JSON::XS::false);

my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nadpipe.debug_rate_pct = 0\n");
my $sim = simulator();
kakao_server($node, $sim, name => 'one', options => { account_id => $main });
kakao_server($node, $sim, name => 'shared', schema => 'common', options => { account_id => $main });
kakao_server($node, $sim, name => 'every', options => { account_id => '*' });
my $session;

# The start of each test: no faults, noon, no throttle, and a session that has learnt
# nothing.
sub fresh
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings({ kakao_throttle_pct => 0, %settings });
	$session->close if $session;
	$session = session($node);
	return 1;
}

sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session->query("SET adpipe.debug_now = '$moment'");
	return;
}

sub reports { return grep { $_->{path} =~ m{/report$} } @{ $sim->requests } }
sub sent { my ($path) = @_; return scalar grep { $_->{path} =~ $path } @{ $sim->requests } }

sub world
{
	my ($table, $first, $last, %more) = @_;
	return $sim->world(platform => 'kakao_moment', resource => $table, accounts => $main, $first ? (since => $first, until => $last) : (), %more);
}

# A table equals the world, in the session.
sub is_whole
{
	my ($table, $first, $last, $what, %more) = @_;
	my ($schema, $name) = split /\./, $table;
	my @columns = table_columns($node, $table);
	my $list = join ', ', map { $_->[0] } @columns;
	my @rows = map { my $row = $_; '(' . join(', ', map { literal($row->{ $_->[0] }, $_->[2]) } @columns) . ')' } @{ world($name, $first, $last, %more) };
	$session->query("CREATE TEMP TABLE world AS SELECT * FROM $table LIMIT 0; INSERT INTO world VALUES " . join(', ', @rows));
	my $found = $session->query("CREATE TEMP TABLE found AS SELECT * FROM $table WHERE date_day BETWEEN '$first' AND '$last'; "
		  . "SELECT (SELECT count(*) FROM (TABLE world EXCEPT ALL TABLE found) m), (SELECT count(*) FROM (TABLE found EXCEPT ALL TABLE world) e), (SELECT count(*) FROM found) > 0");
	$session->query('DROP TABLE world, found');
	is($found, '0|0|t', $what . ' (' . @rows . ' rows)');
	return;
}

# An error by its SQLSTATE and words.
sub fails
{
	my ($sql, $sqlstate, $words, $what) = @_;
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$what: words");
	return;
}

my $some = "SELECT sum(impressions) FROM one.campaign_daily WHERE $days";

subtest 'fact 1: access is by permission' => sub {
	fresh(kakao_scopes => 'keyword_management');
	fails($some, '28000', qr/-402.*moment_management/s, 'a scope that is missing');
	fresh();
	$sim->faults([ { match => { path => 'report' }, action => { error => '-3' } } ]);
	fails($some, '28000', qr/agencies and advertisers by agreement/, 'an app that is not enabled');
};

subtest 'fact 2: a token of Kakao Login is refused' => sub {
	for my $has_code ($yes, $no)
	{
		fresh(kakao_401_code => $has_code);
		$session->query('ALTER USER MAPPING FOR CURRENT_USER SERVER one OPTIONS (SET access_token ' . quote($sim->ready->{kakao_login_token}) . ')');
		fails($some, '28000', qr/target biz token.*business authentication.*access_token_file/s, 'the hint says which token is needed');
		is(sent(qr{.}), 1, 'and nothing is tried again');
		$session->query('ALTER USER MAPPING FOR CURRENT_USER SERVER one OPTIONS (SET access_token ' . quote($sim->ready->{kakao_token}) . ')');
	}
};

subtest 'fact 3: the token is not renewed' => sub {
	fresh();
	$session->query($some);
	is(sent(qr{token|oauth}), 0, 'no sign-in');
	is(scalar(grep { !$_->{authorized} } @{ $sim->requests }), 0, 'the token of the mapping signs each call');
};

subtest 'fact 4: report calls are throttled by time' => sub {
	fresh(kakao_throttle_pct => 2);
	$session->query('SET adpipe.debug_rate_pct = 2; RESET adpipe.debug_now');
	is($session->query("SELECT count(*) > 0 FROM one.account_daily WHERE date_day BETWEEN current_date - 100 AND current_date - 2"), 't', 'four ranges of days');
	is_deeply([ map { $_->{status} } reports() ], [ (200) x 4 ], 'keep to it in one session, without shared memory');

	for my $error ('-813', '-10', '-10/429')
	{
		my ($code) = $error =~ /(-\d+)/;
		fresh();
		$sim->faults([ { match => { path => 'report$' }, times => 1, action => { error => $code, http => $error =~ /-10$/ ? 400 : 429, message => 'limit' } } ]);
		$session->query("SET adpipe.max_wait = '1s'");
		fails($some, '53400', qr/error $code.*Come back at 2026-11-29T03:00:05Z/, "$error is a quota with a time to come back");
	}
	fresh();
	$session->query("SET adpipe.max_wait = '2s'");
	fails("SELECT sum(impressions) FROM one.campaign_daily WHERE date_day BETWEEN '2026-08-01' AND '2026-11-01'", '53400', qr/1 calls for each of 3 ranges.*take 10 s; adpipe.max_wait is 2 s.*fewer days, or set adpipe.max_wait to a longer time/s, 'what cannot fit');
	is(scalar reports(), 0, 'is refused before the first call');
	$session->query("SET adpipe.max_wait = '10s'");
	fails("SELECT sum(impressions) FROM one.campaign_daily WHERE date_day BETWEEN '2026-08-01' AND '2026-11-01'", '53400', qr/take 10 s/, 'nor does what lacks the slack between calls');
};

subtest 'fact 5: ids of a call are capped, and ad groups are sooner' => sub {
	fresh(kakao_level_refused => 'adAccounts');
	is_whole('one.creative_daily', $since, $until, 'creatives by their ids');
	is_whole('one.ad_group_daily', $since, $until, 'ad groups by their ids');
	is_whole('one.campaign_daily', $since, $until, 'campaigns with numbers of people by their own report');
	is(sent(qr{/campaigns/report}), 3, 'eleven in three calls');
	is_whole('shared.campaign_report', $since, $until, 'campaigns without are added up');
	is(sent(qr{/adGroups/report}), 2, 'from one call for ad groups');
	is(scalar(grep { $_->{path} =~ m{/adAccounts/report$} && $_->{query} !~ /level=/ } @{ $sim->requests }), 4, 'each with the report of the account as a control');
	like($session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT spend FROM shared.campaign_report WHERE $days"), qr/adGroups\/report\?adGroupId=up to 40.*Expected Throttle: 5 s/s, 'EXPLAIN knows what the session has learnt, and the call of the account beside it');
	my $before = grep { $_->{status} == 400 } reports();
	$session->query("SELECT spend FROM shared.campaign_report WHERE $days");
	is(scalar(grep { $_->{status} == 400 } reports()), $before, 'and the next scan is not refused again');
	like($session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM one.campaign_daily WHERE $days"), qr/Expected Throttle: 15 s/, 'three calls of five seconds');
};

subtest 'fact 6: a call has 31 days at most, and today alone' => sub {
	fresh();
	is_whole('one.account_daily', '2026-09-01', '2026-11-20', '81 days');
	is_deeply([ map { $_->{query} =~ /start=(\d+)&end=(\d+)/ } reports() ], [qw(20260901 20260919 20260920 20261020 20261021 20261120)], 'are three calls');
	fresh(kakao_today => 'refused');
	is_whole('one.campaign_daily', '2026-11-27', '2026-11-29', 'today with days before');
	is_deeply([ map { $_->{query} =~ /(start=\d+&end=\d+|datePreset=TODAY)/ } reports() ], [ 'start=20261127&end=20261128', 'datePreset=TODAY' ], 'is a call of its own');
	$session->query("SELECT count(*) FROM one.campaign_daily WHERE date_day = '2026-11-29'");
	is((reports())[-1]{query} =~ /start=/ ? 1 : 0, 0, 'today alone is one call');
	fresh(kakao_span => 30);
	fails("SELECT count(*) FROM one.account_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31'", 'HV00L', qr/-813\/60008/, 'a range that is refused is no reason to write it otherwise');
	is(scalar reports(), 1, 'once');
};

subtest 'fact 7: an answer is data, whatever is beside it' => sub {
	for my $envelope (qw(message code both bare))
	{
		fresh(kakao_envelope => $envelope);
		is_whole('one.campaign_daily', $since, $until, $envelope);
	}
	$session->query('ALTER SERVER one OPTIONS (ADD max_retries \'0\')');
	for my $case (
		[ 'no data', { replace => [ '"data"', '"other"' ] }, 'HV00A', qr/cannot be read.*no "data"/s ],
		[ 'a web page', { html => 200 }, 'HV00A', qr/cannot be read/ ],
		[ 'cut', { cut => 900 }, 'HV00M', qr/./ ],
		[ 'of another account', { as_account => '700102' }, 'HV00A', qr/is of account "700102"/ ],
		[ 'of another day', { replace => [ '"20261118"', '"20261117"' ] }, 'HV00A', qr/20261117, which was not asked/ ],
		[ 'a total of all days', { substitute => [ '"end":\s*"20261118"', '"end":"20261121"' ] }, 'HV00A', qr/about several days/ ],
		[ 'rows twice', { replace => [ '20261119', '20261118' ] }, 'HV00A', qr/came twice/ ],
		(map { [ "$_ for metrics", { substitute => [ '"metrics":\s*\{[^{}]*\}', "\"metrics\":$_" ] }, 'HV00A', qr/no object "metrics"/ ] } 'null', '[]', '""', '0'),
		[ 'no metrics', { replace => [ '"metrics"', '"numbers"' ] }, 'HV00A', qr/no object "metrics"/ ],
		[ 'a number that is none', { substitute => [ '"imp":\s*\d+', '"imp":"many"' ] }, 'HV00A', qr/"imp" is no number/ ])
	{
		my ($what, $action, $sqlstate, $words) = @$case;
		fresh();
		$sim->faults([ { match => { path => 'report$' }, action => $action } ]);
		fails($some, $sqlstate, $words, $what);
	}
	$session->query('ALTER SERVER one OPTIONS (DROP max_retries)');
	for my $kind (qw(null absent))
	{
		fresh(kakao_empty_rows => $kind);
		is_whole('one.creative_daily', $since, $until, "days without delivery whose metrics are $kind");
	}
	fresh();
	$sim->faults([ { match => { path => 'report$' }, times => 1, action => { replace => [ '"20261121"', '"20261122"' ] } } ]);
	is_whole('one.campaign_daily', $since, $until, 'an answer that is repeated after a malformed row at its end');
};

subtest 'fact 8: what is shown and messages are one table' => sub {
	fresh();
	is($session->query("SELECT bool_and((impressions IS NULL) = (msg_send IS NOT NULL)), count(msg_send) > 0, count(impressions) > 0, bool_and(spend IS NOT NULL), bool_and((conversions IS NULL) = (impressions IS NULL)) FROM one.campaign_daily WHERE $days"), 't|t|t|t|t', 'what the other does not have is NULL, never 0, and both cost');
	is($session->query("SELECT sum(spend) = (SELECT sum(spend) FROM one.account_daily WHERE $days) FROM one.creative_daily WHERE $days"), 't', 'together they are the account');
	like((reports())[0]{query}, qr/metricsGroup=BASIC,MESSAGE,/, 'in one call');
	for my $case ([ kakao_message_basic => $yes ], [ kakao_message_conversions => $yes ])
	{
		fresh(@$case);
		is_whole('one.campaign_daily', $since, $until, "$case->[0], as versions of the documentation differ");
	}
};

subtest 'fact 9: windows are part of the name, and never added' => sub {
	fresh();
	is($session->query("SELECT bool_and(conversions = conv_purchase_7d AND conversions_value = conv_purchase_p_7d AND conv_purchase_1d <= conv_purchase_7d), sum(conv_purchase_1d) < sum(conv_purchase_7d) FROM one.campaign_daily WHERE impressions IS NOT NULL AND $days"), 't|t', 'seven days by default, the day is part of it');
	$session->query("ALTER SERVER one OPTIONS (ADD conversion_window '1d', ADD conversion_events 'purchase,signup')");
	is_whole('one.campaign_daily', $since, $until, 'a day, two events', conversion_window => '1d', conversion_events => 'purchase,signup');
	$session->query("ALTER SERVER one OPTIONS (SET conversion_events 'nothing_like_it')");
	is($session->query("SELECT count(conversions), count(conversions_value) FROM one.campaign_daily WHERE $days"), '0|0', 'an event that is not there is not known');
	$session->query('ALTER SERVER one OPTIONS (DROP conversion_window, DROP conversion_events)');
};

subtest 'fact 10: days are Korean, money is won, VAT is an option' => sub {
	fresh();
	is($session->query('SELECT DISTINCT currency, time_zone FROM every.accounts'), 'KRW|Asia/Seoul', 'of every account');
	at('2026-11-28T15:30:00Z');
	is($session->query("SELECT max(date_day) FROM one.account_daily WHERE date_day >= '2026-11-25'"), '2026-11-29', 'half past midnight in Korea is the next day');
	fresh();
	$session->query("ALTER SERVER one OPTIONS (ADD vat 'exclude')");
	is_whole('one.campaign_daily', $since, $until, 'without VAT', vat => 'exclude');
	$session->query('ALTER SERVER one OPTIONS (SET vat \'as_told\')');
	is_whole('one.campaign_daily', $since, $until, 'as reported');
	$session->query('ALTER SERVER one OPTIONS (DROP vat)');
};

subtest 'left open: how requests are written' => sub {
	for my $case (
		[ 'ids with commas', kakao_ids => 'comma' ],
		[ 'ids repeated', kakao_ids => 'repeated' ],
		[ 'no level', kakao_level_refused => 'adAccounts,campaigns,adGroups,creatives' ],
		[ 'ids repeated, no level', kakao_ids => 'repeated', kakao_level_refused => 'adAccounts' ],
		[ 'campaigns are named', kakao_campaign_needed => $yes, kakao_level_refused => 'adAccounts' ],
		[ 'campaigns are named, ids repeated', kakao_campaign_needed => $yes, kakao_ids => 'repeated', kakao_level_refused => 'adAccounts' ],
		[ 'AGE_BAND', kakao_age_name => 'AGE_BAND' ],
		[ 'AGE_BAND, no level', kakao_age_name => 'AGE_BAND', kakao_age_key => 'age_band', kakao_level_refused => 'adAccounts' ],
		[ 'other names and numbers', kakao_camel_case => $yes, kakao_decimals => $yes, kakao_age_key => 'age_band' ],
		[ 'bare lists', kakao_bare_lists => $yes, kakao_level_refused => 'adAccounts' ],
		[ 'lists without what is deleted', kakao_lists_deleted => $no, kakao_level_refused => 'adAccounts' ])
	{
		my ($what, @settings) = @$case;
		fresh(@settings);
		is_whole($_, $since, $until, "$what: $_") for qw(one.creative_daily one.campaign_age_gender_daily shared.campaign_report);
	}
	fresh(kakao_two_digit_hours => $yes);
	$session->query("CREATE FOREIGN TABLE one.hours (account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'start'), hour int OPTIONS (field 'hour'), clicks bigint OPTIONS (field 'click'), told jsonb OPTIONS (field 'metrics')) SERVER one OPTIONS (report 'account')");
	$session->query('ALTER SERVER one OPTIONS (ADD max_retries \'0\')');
	$sim->faults([ { match => { path => 'report$' }, action => { replace => [ '"hour"', '"other"' ] } } ]);
	fails("SELECT sum(clicks) FROM one.hours WHERE date_day = '$since'", 'HV00A', qr/a row has no "hour"/, 'a row of the account that lacks what splits it');
	$session->query('ALTER SERVER one OPTIONS (DROP max_retries)');
	$sim->faults([]);
	is($session->query("SELECT min(hour), max(hour), sum(clicks) = (SELECT sum(clicks) FROM one.account_daily WHERE date_day = '$since'), bool_and(told ? 'cost') FROM one.hours WHERE date_day = '$since'"), '0|23|t|t', 'hours with two digits, and the whole object of metrics');
};

subtest 'deleted objects are not lost' => sub {
	fresh(kakao_lists_deleted => $no);
	for my $table (qw(campaigns ad_groups creatives))
	{
		my $deleted = grep { $_->{config} eq 'DEL' } @{ world($table) };
		cmp_ok($deleted, '>', 1, "$table: the world has deleted ones");
		is($session->query("SELECT count(*) FROM one.$table WHERE config = 'DEL'"), $deleted, 'which are in the list');
	}
	is(scalar(grep { $_->{status} >= 400 } @{ $sim->requests }), 0, 'asked for apart');
	fresh(kakao_lists_filter => 'ON,OFF');
	is($session->query("SELECT count(*) FROM one.creatives"), scalar @{ world('creatives') }, 'lists that cannot be filtered have all');
	fresh(kakao_lists_deleted => $no);
	is($session->query("SELECT count(*) > 0 FROM one.campaign_daily d JOIN one.campaigns c USING (campaign_id) WHERE c.config = 'DEL' AND d.spend > 0 AND d.$days"), 't', 'and with numbers');
};

subtest 'rows by ids add up to the account, or are an error' => sub {
	my @hidden = (kakao_level_refused => 'adAccounts', kakao_lists_deleted => $no, kakao_lists_filter => 'ON,OFF');
	my $error = qr/do not add up.*Account $main, $since: "cost" is ([\d.]+) in all rows of report "\w+", and (?!\1 )[\d.]+ in.*lists leave out.*report "account"/s;

	for my $table (qw(one.campaign_daily one.ad_group_daily one.creative_daily one.campaign_age_gender_daily one.campaign_device_daily shared.campaign_report))
	{
		fresh(@hidden);
		fails("SELECT * FROM $table WHERE $days", 'HV00A', $error, "$table without what is deleted");
	}
	fresh(@hidden);
	fails("SELECT campaign_id FROM one.campaign_daily WHERE $days", 'HV00A', $error, 'whichever columns a statement reads');
	$session->query("CREATE FOREIGN TABLE one.failures (campaign_id text OPTIONS (field 'campaign_id'), date_day date OPTIONS (field 'start'), failures bigint OPTIONS (field 'msg_send_fail')) SERVER one OPTIONS (report 'campaign')");
	fails("SELECT * FROM one.failures WHERE $days", 'HV00A', $error, 'and a table has');
	fresh(@hidden, kakao_lists_filter => 'ON,OFF,DEL');
	is($session->query("SELECT count(*) > 0 FROM one.failures WHERE $days"), 't', 'not where lists have all');

	# Numbers that grow between the calls are no error before their day is settled; fewer
	# than the account's are one on any day.
	for my $case ([ '2026-11-28', 1, 'HV00A' ], [ '2026-11-28', 9_999_999_999_999_999, 'HV00A' ], [ '2026-11-29', 1, '' ], [ '2026-11-29', 9_999_999_999_999_999, 'HV00A' ])
	{
		my ($day, $cost, $sqlstate) = @$case;
		my $sql = "SELECT campaign_id FROM one.campaign_daily WHERE date_day = '$day'";
		fresh(kakao_level_refused => 'adAccounts');
		$session->query($sql);
		$session->query("SELECT adpipe.forget('one')");
		$sim->faults([ { match => { path => 'adAccounts/report' }, action => { substitute => [ '"cost":\s*[0-9.]+', qq("cost":$cost) ] } } ]);
		if ($sqlstate) { fails($sql, $sqlstate, qr/Account $main, $day: "cost" is [\d.]+ in .*, and $cost in/, "$day, $cost by the account") }
		else { cmp_ok(scalar(split /\n/, $session->query($sql)), '>', 3, "$day, $cost by the account") }
	}
	fresh(kakao_level_refused => 'adAccounts');
	$session->query("SELECT impressions FROM one.ad_group_daily WHERE $days");
	$session->query("SET adpipe.max_wait = '12s'");
	fails("SELECT impressions FROM one.ad_group_daily WHERE date_day BETWEEN '2026-07-01' AND '2026-11-01'", '53400', qr/1 calls for each of 4 ranges of days, one every 1 s, and 1 of the account's own report, one every 5 s, take 15 s/, 'their throttle counts');
};

subtest 'lists are whole, or an error' => sub {
	$session->query('ALTER SERVER one OPTIONS (ADD max_retries \'0\')');
	fresh(kakao_lists_page => 3);
	fails('SELECT count(*) FROM one.campaigns', 'HV00A', qr/only a part of the list/, 'a page');
	for my $case ([ '"last":\s*true', '"last":false' ], [ '"totalElements":\s*\d+', '"totalElements":99' ])
	{
		fresh(kakao_lists_page => 100);
		is($session->query('SELECT count(*) FROM one.campaigns'), scalar @{ world('campaigns') }, 'a page that has all');
		$sim->faults([ { match => { path => 'campaigns$' }, action => { substitute => $case } } ]);
		fails('SELECT count(*) FROM one.campaigns', 'HV00A', qr/only a part of the list/, $case->[1]);
	}
	$session->query('ALTER SERVER one OPTIONS (DROP max_retries)');
};

subtest 'accounts: all of the token, one of somebody else, pages' => sub {
	fresh(kakao_page => 2);
	is($session->query("SELECT string_agg(account_id, ' ' ORDER BY account_id) FROM every.accounts"), '700101 700102 700103 700104 700105', 'page by page');
	is(sent(qr{adAccounts/pages}), 3, 'three pages');
	fresh();
	$session->query("SELECT count(*) FROM every.account_daily WHERE date_day = '$since' AND account_id = '700102'");
	is_deeply([ map { $_->{header_account} } reports() ], ['700102'], 'a condition on the account asks for no other, in the header');
	$session->query("ALTER SERVER one OPTIONS (SET account_id '700199')");
	fails("SELECT impressions FROM one.account_daily WHERE $days", '28000', qr/700199.*-813\/9004.*account_id/s, 'an account of somebody else');
	$session->query("ALTER SERVER one OPTIONS (SET account_id '$main')");
};

done_testing();
