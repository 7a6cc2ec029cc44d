# What decides how Naver SearchAd is read, fact by fact: each test is named after one
# of the ten facts of the platform, or after what users of its API run into.

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
my $main = '1234567';

my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\n");
my $sim = simulator();
naver_server($node, $sim);
naver_server($node, $sim, name => 'one', options => { customer_id => $main, manager_account_id => undef });
my $session = session($node);

# The start of each test: no jobs, no faults, and noon.
sub fresh
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings(\%settings) if %settings;
	return 1;
}

# Another time for both sides.
sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session->query("SET adpipe.debug_now = '$moment'");
	return;
}

sub sent
{
	my ($method, $path) = @_;
	return scalar grep { $_->{method} eq $method && $_->{path} =~ $path } @{ $sim->requests };
}

sub jobs { return scalar @{ $sim->world(platform => 'naver_searchad', resource => 'jobs') } }

sub world
{
	my ($table, $since, $until) = @_;
	return $sim->world(platform => 'naver_searchad', resource => $table, accounts => $main, since => $since, until => $until // $since);
}

sub is_whole
{
	my ($table, $day, %more) = @_;
	is_world($node, "one.$table", world($table, $day), where => "date_day = '$day'", %more);
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

my $day = '2026-11-20';
my $one_day = "SELECT count(*) FROM one.campaign_daily WHERE date_day = '$day'";

subtest 'fact 1: paths have no prefix' => sub {
	fresh();
	$session->query($one_day);
	is_deeply([ grep { $_->{path} =~ m{^/api} } @{ $sim->requests } ], [], 'none is below /api');
};

subtest 'fact 2: every call is signed, the download too, without the query string' => sub {
	fresh();
	$session->query($one_day);
	is_deeply([ map { $_->{path} } grep { !$_->{authorized} || $_->{status} >= 400 } @{ $sim->requests } ], [], 'all are signed and good');
	is(sent('GET', qr{^/report-download$}), 2, 'two files were read');
};

subtest 'fact 3: no sign-in, and a signature of its own for each attempt' => sub {
	fresh();
	$sim->faults([ { match => { path => '^/stat-reports$', method => 'GET' }, times => 1, action => { status => 503 } } ]);
	$session->query($one_day);
	my @times = map { $_->{signed_at} } grep { $_->{path} eq '/stat-reports' && $_->{method} eq 'GET' } @{ $sim->requests };
	is(scalar @times, 2, 'asked twice');
	isnt($times[0], $times[1], 'at different times');
	is(sent('POST', qr{token}), 0, 'without a token');
};

subtest 'fact 4: two channels, files without a header and /stats for a day at a time' => sub {
	fresh();
	$session->query("SELECT spend FROM one.campaign_daily WHERE date_day BETWEEN '2026-11-28' AND '2026-11-29'");
	is_deeply([ grep { !/since%22%3A%222026-11-29%22.*until%22%3A%222026-11-29%22/ } map { $_->{query} } grep { $_->{path} eq '/stats' } @{ $sim->requests } ], [], 'of today alone');
	cmp_ok(sent('GET', qr{^/stats$}), '>', 0, 'which /stats has');
	is_deeply([ sort map { $_->{query} =~ /"statDt":"(\d+)"/ } grep { $_->{method} eq 'POST' && $_->{path} eq '/stat-reports' } @{ $sim->requests } ], [ ('20261128') x 2 ], 'and two files of yesterday');
	fresh(naver_extra_columns => 2);
	is_whole('campaign_daily', $day);
	fresh(naver_crlf => Cpanel::JSON::XS::true);
	is_whole('campaign_daily', $day);
	fresh(naver_lost_columns => 1);
	fails($one_day, 'HV00A', qr/has 13 columns in place of 14/, 'a column is missing');
};

subtest 'fact 5: cost without VAT on all days, as told to 2026-03-29 and divided since' => sub {
	fresh();
	is_whole('campaign_daily', $_) for '2026-03-29', '2026-03-30';
	is($session->query("SELECT string_agg(DISTINCT vat_rule, ' ' ORDER BY vat_rule) FROM one.account_daily WHERE date_day BETWEEN '2026-03-29' AND '2026-03-30'"), 'excluded included', 'each day says how it was told');
	is($session->query("SELECT bool_and(abs(spend * 1.1 - spend_with_vat) < 0.00001) AND sum(spend) > 0 FROM one.ad_daily WHERE date_day BETWEEN '2026-03-29' AND '2026-03-30'"), 't', 'one is the other and a tenth');
	$session->query("CREATE SERVER abroad FOREIGN DATA WRAPPER naver_searchad OPTIONS (endpoint '" . $sim->http . "', customer_id '$main', vat_rate '0')");
	$session->query('CREATE USER MAPPING FOR CURRENT_USER SERVER abroad OPTIONS (api_key ' . quote($sim->ready->{naver_api_key}) . ', secret_key ' . quote($sim->ready->{naver_secret_key}) . ')');
	$session->query('CREATE SCHEMA abroad; IMPORT FOREIGN SCHEMA reports LIMIT TO (account_daily) FROM SERVER abroad INTO abroad');
	is($session->query("SELECT bool_and(spend = spend_with_vat) AND sum(spend) > 0 FROM abroad.account_daily WHERE date_day IN ('2026-03-29', '2026-03-30')"), 't', 'advertisers abroad pay none');
};

subtest 'fact 6: performance and conversions are joined, and each alone is a row' => sub {
	my ($alone) = grep { my $d = $_; grep { $_->{impressions} eq '0' && $_->{all_conversions} > 0 } @{ world('campaign_daily', $d) } } map { sprintf '2026-11-%02d', $_ } 1 .. 25;
	ok($alone, 'on a day there is a campaign with conversions only');
	fresh();
	is_whole('campaign_daily', $alone);
	is($session->query("SELECT count(*) FROM one.campaign_daily WHERE date_day = '$alone' AND impressions = 0 AND all_conversions > 0") > 0, 1, 'it is there');
	is($session->query("SELECT count(*) FROM one.campaign_daily WHERE date_day = '$alone'"), scalar @{ world('campaign_daily', $alone) }, 'whatever columns are read');
	$session->query("CREATE FOREIGN TABLE one.shown (account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'statDt'), device text OPTIONS (field 'device'), impressions bigint OPTIONS (field 'impCnt')) SERVER one OPTIONS (report 'account')");
	fresh();
	is($session->query("SELECT sum(impressions) FROM one.shown WHERE date_day = '$alone'"), world('account_daily', $alone)->[0]{impressions}, 'a table without conversions, split by device');
	is(sent('POST', qr{^/stat-reports$}), 1, 'needs one file');
};

subtest 'fact 7: a job per account, day and type, none is left, and one that is there is used' => sub {
	fresh();
	$session->query("SELECT count(*) FROM naver.campaign_daily WHERE date_day BETWEEN '2026-11-20' AND '2026-11-22'");
	is(sent('POST', qr{^/stat-reports$}), 4 * 3 * 2, 'two for each of four accounts and three days');
	is(jobs(), 0, 'all are deleted');

	fresh();
	my @months = ('2026-10-01', '2026-11-24');
	is($session->query("SELECT sum(clicks) FROM one.account_daily WHERE date_day BETWEEN '$months[0]' AND '$months[1]'"), eval { my $n = 0; $n += $_->{clicks} for @{ world('account_daily', @months) }; $n }, 'days with more jobs than the platform keeps');
	is(sent('POST', qr{^/stat-reports$}), 110, 'are whole, since each is deleted when it is read');

	fresh(naver_job_ms => 3_600_000);
	$session->query("SET statement_timeout = '1s'");
	is($session->query_error($one_day)->{sqlstate}, '57014', 'a statement is cancelled while jobs run');
	$session->query('RESET statement_timeout');
	is(jobs(), 2, 'its jobs are left');
	$sim->settings({ naver_job_ms => 0 });
	is_whole('campaign_daily', $day);
	is(sent('POST', qr{^/stat-reports$}), 2, 'the next one creates none');
	is(jobs(), 0, 'and leaves none');
};

subtest 'fact 8: reaches are 365 days, and 45 with details of conversions' => sub {
	fresh();
	fails("SELECT 1 FROM one.account_daily WHERE date_day = '2025-11-29'", '22008', qr/365 days/, 'a year ago');
	fails("SELECT 1 FROM one.shopping_search_term_daily WHERE date_day = '2026-10-15'", '22008', qr/45 days/, 'shopping search terms');
	is(sent('POST', qr{.}), 0, 'nothing was asked');
	is_whole('shopping_search_term_daily', '2026-10-16');
};

subtest 'fact 9: days are those of Korea, money is won' => sub {
	fresh();
	is($session->query("SELECT max(date_day) FROM one.account_daily WHERE date_day >= '2026-11-26'"), '2026-11-28', 'at noon yesterday is there');
	at('2026-11-28T22:30:00Z');
	is($session->query("SELECT max(date_day) FROM one.account_daily WHERE date_day >= '2026-11-26'"), '2026-11-27', 'before noon the day before is the last');
	at($now);
	is($session->query('SELECT DISTINCT currency, time_zone FROM naver.accounts'), 'KRW|Asia/Seoul', 'of every account');
};

subtest 'fact 10: one licence reads the customers of a manager account' => sub {
	fresh(naver_page => 3);
	naver_server($node, $sim, name => 'pages');
	is($session->query("SELECT string_agg(account_id, ' ' ORDER BY account_id) FROM pages.accounts"), '1234567 2345678 3456789 4567890', 'page by page');
	is(sent('GET', qr{child-ad-accounts}), 2, 'two pages');
	naver_server($node, $sim, name => $_, options => { max_retries => 0 }) for qw(missing cut);
	fresh(naver_page => 3);
	$sim->faults([ { match => { path => 'child-ad-accounts' }, skip => 1, action => { substitute => [ '"content": ?\\[.*?\\]', '"content":[]' ] } } ]);
	fails("SELECT count(*) FROM missing.account_daily WHERE date_day = '$day'", 'HV00A', qr/account/, 'a page without accounts');
	fresh(naver_page => 3);
	$sim->faults([ { match => { path => 'child-ad-accounts' }, action => { substitute => [ '"last": ?false', '"last":true' ] } } ]);
	fails("SELECT count(*) FROM cut.account_daily WHERE date_day = '$day'", 'HV00A', qr/account/, 'a list that ends early');
	naver_server($node, $sim, name => 'licence', options => { manager_account_id => undef });
	fresh();
	is($session->query("SELECT string_agg(account_id, ' ' ORDER BY account_id) FROM licence.accounts"), '1234567 2345678 3456789 4567890', 'without a manager account: all of the licence');
	is(sent('GET', qr{^/ad-accounts$}), 1, 'from their own list');
	fresh();
	$session->query("SELECT count(*) FROM naver.account_daily WHERE date_day = '$day' AND account_id = '2345678'");
	is_deeply([ grep { defined && $_ ne '2345678' } map { $_->{account} } @{ $sim->requests } ], [], 'a condition on the account asks for no other');
	$session->query("ALTER SERVER one OPTIONS (SET customer_id '9999999')");
	fails("SELECT impressions FROM one.account_daily WHERE date_day = '$day'", '28000', qr/9999999.*1018.*customer_id/s, 'a customer of somebody else');
	$session->query("ALTER SERVER one OPTIONS (SET customer_id '$main')");
	fresh();
	$session->query("SELECT impressions FROM one.shown WHERE date_day = '$day'");
	is(sent('GET', qr{accounts}), 0, 'customers that are named are read without a list');
};

subtest 'a refused signature says that keys are renewed, a refused time that clocks matter' => sub {
	fresh(naver_renewed => Cpanel::JSON::XS::true);
	fails($one_day, '28000', qr/invalid-signature.*request id.*renews secret keys/s, 'a renewed key');
	fresh();
	$sim->faults([ { match => { path => 'stat-reports' }, action => { error => 'invalid-timestamp' } } ]);
	$session->query("ALTER SERVER one OPTIONS (ADD max_retries '0')");
	fails($one_day, '28000', qr/invalid-timestamp.*NTP/s, 'a clock that is off');
	$session->query('ALTER SERVER one OPTIONS (DROP max_retries)');
};

subtest 'a day that is not prepared is neither without rows nor a failure of the account' => sub {
	fresh();
	fails("SELECT 1 FROM one.keyword_daily WHERE date_day = '2026-11-29'", '53400', qr/has not prepared.*2026-11-29.*between 07:00/s, 'today');
	fresh(naver_none_hours => 12);
	at('2026-11-28T23:30:00Z');
	fails("SELECT 1 FROM one.keyword_daily WHERE date_day = '2026-11-28'", '53400', qr/has not prepared/, 'NONE in the morning after');
	is(jobs(), 0, 'whose jobs are deleted');
	at($now);
	$sim->settings({ naver_none_hours => 0 });
	is_whole('campaign_daily', '2026-11-28');
	fresh(naver_none_hours => 10_000);
	is($session->query($one_day), '0', 'NONE of an old day has no rows');
};

subtest 'states: what runs is waited for, what fails or changes is created anew' => sub {
	fresh(naver_job_ends => { 'AD 20261120' => [ 'ERROR', 'CHANGED' ], 'AD_CONVERSION 20261120' => ['SOMETHING_NEW'] });
	is_whole('campaign_daily', $day);
	is(jobs(), 0, 'none is left');
	fresh(naver_job_ends => { 'AD 20261120' => [ ('ERROR') x 9 ] });
	fails($one_day, 'HV00M', qr/report AD ended as "ERROR", started 3 times/, 'a job that always fails');
	for my $state (qw(RUNNING WAITING AGGREGATING))
	{
		fresh(naver_job_ms => 400, naver_job_waits => $state, naver_no_url => 'null');
		$sim->control('PUT', '/_control/clock', { now => $now, running => Cpanel::JSON::XS::true });
		is($session->query($one_day), scalar @{ world('campaign_daily', $day) }, "$state is waited for");
	}
};

subtest 'jobs that another tool deletes, and files that have changed, are created again' => sub {
	fresh();
	$sim->faults([ { match => { path => '^/stat-reports/', method => 'GET' }, times => 1, action => { error => '20011' } },
			{ match => { path => 'download' }, times => 1, action => { error => '20011' } } ]);
	is_whole('campaign_daily', $day);
	is(jobs(), 0, 'and a file that cannot be read leaves no job');
};

subtest 'jobs that are there are used for a day, if their numbers are those of now' => sub {
	my @left = ([ 'an hour later they are used', '2026-11-29T02:00:00Z', 0 ],
		[ 'a day later they are', '2026-11-28T03:00:10Z', 0 ],
		[ 'older ones are not', '2026-11-28T02:30:00Z', 2, left => 2 ],
		[ 'nor are those that have changed', '2026-11-29T02:00:00Z', 2, naver_changes => { 20261120 => '2026-11-29T02:30:00Z' } ],
		[ 'those that changed before are', '2026-11-29T02:00:00Z', 0, naver_changes => { 20261120 => '2026-11-29T01:30:00Z' } ],
		[ 'those that have failed are not', '2026-11-29T02:00:00Z', 2, naver_job_ends => { 'AD 20261120' => ['ERROR'], 'AD_CONVERSION 20261120' => ['SOMETHING_NEW'] } ],
		[ 'nor those that have run for hours', '2026-11-29T00:30:00Z', 2, left => 2, naver_job_ms => 20_000_000 ],
		[ 'those that wait for the numbers are', '2026-11-29T00:30:00Z', 0, naver_job_ms => 20_000_000, naver_job_waits => 'AGGREGATING' ]);

	for my $case (@left)
	{
		my ($what, $made, $created, %settings) = @$case;
		my $left = delete $settings{left} // 0;
		my $job_ms = delete $settings{naver_job_ms} // 0;

		fresh(naver_job_ms => $job_ms || 1, %settings);
		at($made);
		$session->query("SET statement_timeout = '1s'");
		$session->query_error($one_day);
		$session->query('RESET statement_timeout');
		is(jobs(), 2, "$what: two jobs are left") or next;
		at($now);
		$sim->settings({ naver_job_ms => $job_ms });
		my $before = sent('POST', qr{^/stat-reports$});
		if ($job_ms)
		{
			$session->query("SET statement_timeout = '1s'");
			$session->query_error($one_day);
			$session->query('RESET statement_timeout');
			is(sent('POST', qr{^/stat-reports$}) - $before, $created, $what);
			$sim->settings({ naver_job_ms => 0 });
		}
		is_whole('campaign_daily', $day);
		is(sent('POST', qr{^/stat-reports$}) - $before, $created, $what);
		is(jobs(), $left, 'and none is left but those that nobody used');
	}

	# NONE stays NONE: a job that was made before there were numbers says nothing after.
	for my $case ([ 'in the morning', '2026-11-28T23:30:00Z', '2026-11-29T00:05:00Z', 3 ], [ 'over noon', '2026-11-29T02:55:00Z', '2026-11-29T03:05:00Z', 6 ])
	{
		my ($what, $made, $read, $none_h) = @$case;
		fresh(naver_none_hours => $none_h, naver_job_ms => 1);
		at($made);
		$session->query("SET statement_timeout = '1s'");
		$session->query_error("SELECT 1 FROM one.keyword_daily WHERE date_day = '2026-11-28'");
		$session->query('RESET statement_timeout');
		is(jobs(), 2, "$what: two jobs are left");
		at($read);
		$sim->settings({ naver_job_ms => 0 });
		is($session->query("SELECT count(*) FROM one.keyword_daily WHERE date_day = '2026-11-28'"), scalar @{ world('keyword_daily', '2026-11-28') }, 'which are not believed');
		is(jobs(), 0, 'and none is left');
	}
	at($now);
};

subtest 'jobs of numbers that were restated since are not used' => sub {
	my $json = Cpanel::JSON::XS->new->canonical;

	for my $case ([ 'others', '2026-11-26', 0, 1 ], [ 'none any more', '2026-11-25', 0, 1 ], [ 'some where there were none', '2026-11-25', 1, 0 ])
	{
		my ($what, $restated, $before, $after) = @$case;
		fresh(naver_job_ms => 1);
		at('2026-11-29T02:00:00Z');
		$sim->restate($before, 'naver_searchad');
		$session->query("SET statement_timeout = '1s'");
		$session->query_error("SELECT 1 FROM one.campaign_daily WHERE date_day = '$restated'");
		$session->query('RESET statement_timeout');
		is(jobs(), 2, "$what: two jobs are left");
		at($now);
		my $old = world('campaign_daily', $restated);
		$sim->restate($after, 'naver_searchad');
		$sim->settings({ naver_job_ms => 0 });
		isnt($json->encode(world('campaign_daily', $restated)), $json->encode($old), "$what: by now");
		is_whole('campaign_daily', $restated);
		is(sent('POST', qr{^/stat-reports$}), 4, 'two others are created');
		is(jobs(), 0, 'and none is left');
	}
};

subtest 'several rows of one key are one row' => sub {
	fresh(naver_split_rows => Cpanel::JSON::XS::true);
	is_whole($_, $day) for qw(campaign_daily keyword_daily);
	is_whole('search_term_daily', '2026-05-20');
};

subtest 'rows without keyword and ad stay apart' => sub {
	fresh();
	is($session->query("SELECT count(*) > 0 FROM one.ad_daily WHERE date_day = '$day' AND ad_id IS NULL"), 't', 'they are there');
	is($session->query("SELECT sum(spend_with_vat) FROM one.ad_daily WHERE date_day = '$day'"), world('account_daily', $day)->[0]{spend_with_vat}, 'and part of the total');
};

subtest 'throttling and time-outs are retried' => sub {
	fresh();
	$sim->faults([ map { { match => { path => $_->[0] }, times => 1, action => { error => $_->[1] } } } [ '^/stat-reports$', '429' ], [ 'download', '500' ], [ 'campaigns', '1016' ] ]);
	is_whole('campaign_daily', $day);
};

subtest 'no short data: files that are cut, of another account or day, or no file' => sub {
	$session->query("ALTER SERVER one OPTIONS (ADD max_retries '1')");
	for my $case (
		[ 'cut in a line', { cut => 700 }, 'HV00M', qr/./ ],
		[ 'cut without a length', { cut_lines => 5, no_length => Cpanel::JSON::XS::true }, 'HV00M', qr/./ ],
		[ 'of another account', { replace => [ "\t$main\t", "\t7654321\t" ] }, 'HV00A', qr/is of account "7654321"/ ],
		[ 'of another day', { replace => [ "20261120\t", "20261121\t" ] }, 'HV00A', qr/is of day "20261121" in place of 20261120/ ],
		[ 'a cost that is no number', { substitute => [ '\t(M|P)\t\d+\t', "\t\\1\tx\t" ] }, 'HV00A', qr/has "x" where a number belongs/ ],
		[ 'a web page', { html => 200 }, 'HV00A', qr/is not as promised/ ])
	{
		my ($what, $action, $sqlstate, $words) = @$case;
		fresh();
		$sim->faults([ { match => { path => 'download' }, action => $action } ]);
		fails($one_day, $sqlstate, $words, $what);
	}
	$session->query('ALTER SERVER one OPTIONS (DROP max_retries)');
};

subtest 'lists: pages are joined, a repeated base row counts once, deleted campaigns have no name' => sub {
	fresh(naver_list_page => 4, naver_repeats_base => $_) && is_world($node, 'one.campaigns',
		[ map { my $r = $_; +{ %$r, campaign_id => $r->{nccCampaignId}, campaign_name => $r->{name}, campaign_type => $r->{campaignTp}, status_reason => $r->{statusReason}, user_lock => $r->{userLock}, daily_budget => $r->{dailyBudget}, use_daily_budget => $r->{useDailyBudget}, delivery_method => $r->{deliveryMethod}, tracking_mode => $r->{trackingMode}, created_time => $r->{regTm}, updated_time => $r->{editTm} } }
			@{ $sim->world(platform => 'naver_searchad', resource => 'campaigns', accounts => $main) } ]) for Cpanel::JSON::XS::false, Cpanel::JSON::XS::true;
	fresh(naver_list_page => 4);
	is_whole('ad_group_daily', '2026-11-15');
	is($session->query("SELECT count(*) FROM one.campaign_daily WHERE date_day = '2026-11-15' AND campaign_name IS NULL AND spend > 0"), '1', 'the deleted one is there without a name');
};

done_testing();
