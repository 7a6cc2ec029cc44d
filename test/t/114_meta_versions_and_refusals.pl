# What is data about Meta and ages: which versions end when, which lists add up,
# from when on breakdowns must be opted into, and what its refusals mean.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use Test::More;

my $now = '2026-11-28T12:00:00Z';
my $usa = '2345678901234567';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
meta_server($node, $sim, options => { account_id => $usa, max_retries => 0 });
meta_server($node, $sim, name => '"Old one"', schema => undef, options => { account_id => $usa, api_version => 'v24.0', max_retries => 0 });
meta_server($node, $sim, name => 'newest', options => { account_id => $usa, api_version => 'v27.0' });
my $session = session($node);
$session->query(q(CREATE FOREIGN TABLE old (name text) SERVER "Old one" OPTIONS (level 'campaigns')));

subtest 'versions' => sub {
	is($session->query("SELECT version, sunset, is_default FROM adpipe.api_versions WHERE wrapper = 'meta_ads' LIMIT 4"),
		"v27.0||f\nv26.0||t\nv25.0|2027-02-23|f\nv24.0|2026-11-10|f", 'Meta, newest first');
	is($session->query("SELECT count(*) > 0, bool_and(sunset > '2026-01-01') FROM adpipe.api_versions WHERE wrapper = 'google_ads'"), 't|t', 'Google');
	is($session->query("SELECT version, sunset, is_default FROM adpipe.api_versions WHERE wrapper = 'appsflyer'"), 'v5||t', 'AppsFlyer');
	is($session->query('SELECT string_agg(wrapper, $$ $$ ORDER BY wrapper) FROM adpipe.api_versions WHERE is_default'), 'appsflyer google_ads kakao_moment meta_ads naver_searchad tiktok_ads', 'one default each');
	$session->query('CREATE ROLE anybody');
	is($session->query("SELECT has_table_privilege('anybody', 'adpipe.api_versions', 'SELECT')"), 't', 'for anybody to see');
	$session->query("SELECT count(*) FROM meta.campaigns");
	like($sim->requests->[-1]{path}, qr{^/v26\.0/}, 'the default is asked for');
	is($session->query('SELECT count(*) FROM newest.campaigns'), $session->query('SELECT count(*) FROM meta.campaigns'), 'the newest answers');
	unlike($session->messages, qr/WARNING/, 'without a warning');
	my $error = $session->query_error('SELECT * FROM old');
	is($error->{sqlstate}, 'HV00L', 'one that has ended is an error');
	is($error->{hint}, q(Version v24.0 (end 2026-11-10) is no longer served. ALTER SERVER "Old one" OPTIONS (SET api_version 'v26.0') asks for one that is.), 'whose hint says when, and what to do');
};

subtest 'lists that add up' => sub {
	my @products = map { ("converted_product_$_", "converted_promoted_product_$_") } qw(quantity value omni_purchase omni_purchase_values),
	  map { ($_, "${_}_value") } qw(app_custom_event_fb_mobile_purchase offline_purchase website_pixel_purchase);
	my @lists = (@products, qw(mmp_credited_install interactive_component_tap instant_experience_outbound_clicks video_time_watched_actions
		  onsite_conversion_messaging_detected_purchase_deduped conversion_leads catalog_segment_actions total_postbacks_detailed_v4));
	my @others = qw(cost_per_mmp_credited_install unique_actions purchase_roas conversion_lead_rate video_avg_time_watched_actions);
	my $i = 0;
	$session->query("CREATE FOREIGN TABLE meta.lists (date_day date OPTIONS (field 'date_start'), " . join(', ', map { 'c' . $i++ . " numeric OPTIONS (field '$_.omni_purchase')" } @lists, @others)
		  . ") SERVER meta OPTIONS (level 'campaign')");
	$sim->faults([ { match => { path => '/insights' }, action => { status => 200, body => '{"data":[{"impressions":"1","date_start":"2026-11-10","attribution_setting":"7d_click"}]}' } } ]);
	is($session->query("SELECT * FROM meta.lists WHERE date_day = '2026-11-10'"), join('|', '2026-11-10', (0) x @lists, ('') x @others), 'are 0 where they are absent, others NULL');
	$sim->faults([]);
};

subtest 'breakdowns to be opted into' => sub {
	$session->query("CREATE FOREIGN TABLE meta.hours (date_day date OPTIONS (field 'date_start'), h text OPTIONS (field 'hourly_stats_aggregated_by_audience_time_zone'), impressions bigint)"
		  . " SERVER meta OPTIONS (level 'campaign', breakdowns 'hourly_stats_aggregated_by_audience_time_zone')");
	is($session->query("SELECT count(*) FROM meta.hours WHERE date_day = '2026-11-10'"), '0', 'nothing comes');
	like($session->messages, qr/Since 2026-08-03 accounts must be opted in/, 'the warning has the platform\'s date');
};

# Error bodies: SQLSTATE, hint.
sub refusal
{
	my ($error, $status, $sqlstate, $hint, $what, @more) = @_;
	$sim->faults([ { match => { path => '/insights' }, action => { status => $status, body => Cpanel::JSON::XS->new->encode({ error => $error }) }, @more } ]);
	my $got = $session->query_error("SELECT spend FROM meta.account_daily WHERE date_day = '2026-11-10'");
	is($got->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like($got->{hint} // '', $hint, "$what: hint");
	like($got->{detail}, qr/\Q$error->{message}\E/, "$what: the platform's words");
	return;
}

subtest 'refusals' => sub {
	refusal({ code => 100, message => '(#100) Missing permissions' }, 400, '28000', qr/Assign the ad account/, 'permissions');
	refusal({ code => 100, message => 'Unsupported request - method type: get', type => 'IGApiException' }, 400, 'HV00L', qr/drop the column/, 'a field that the token may not read');
	refusal({ code => 100, message => '(#100) Current combination of data breakdown columns (action_type, age) is invalid' }, 400, 'HV00L', qr/do not go together/, 'breakdowns');
	refusal({ code => 100, error_subcode => 33, type => 'GraphMethodException', message => "Unsupported get request. Object with ID 'act_1' does not exist" }, 400, '28000', qr/Assign the ad account/, 'an account out of reach');
	refusal({ code => 1, error_subcode => 2853001, message => 'x', is_transient => Cpanel::JSON::XS::false }, 400, '28000', qr/system user/, 'a profile that is not linked');
	refusal({ code => 100, message => '(#100) Tried accessing nonexisting field (foo)' }, 400, 'HV00L', qr/option field/, 'a field');
	# passing or too much: asked for again, or for less
	for my $heavy (1, 100)
	{
		$sim->reset;
		$sim->clock($now);
		$sim->faults([ { match => { path => '/insights', query => 'limit=500' }, action => { status => 500, body => Cpanel::JSON::XS->new->encode({ error => {
								code => $heavy, message => "Please reduce the amount of data you're asking for, then retry your request" } }) } } ]);
		is($session->query("SELECT count(*) > 0 FROM meta.campaign_daily WHERE date_day = '2026-11-10'"), 't', "too much data, code $heavy: less is asked for");
	}
	$sim->reset;
	$sim->clock($now);
	$sim->faults([ { match => { path => '/insights' }, times => 1, action => { status => 400, body => '{"error":{"code":960,"message":"Request aborted","type":"FacebookApiException"}}' } } ]);
	$session->query('ALTER SERVER meta OPTIONS (SET max_retries $$1$$)');
	is($session->query("SELECT count(*) > 0 FROM meta.campaign_daily WHERE date_day = '2026-11-10'"), 't', 'aborted: asked again');
	# A run that failed shows what the platform says to users.
	$sim->faults([ { match => { path => '/v26\.0/\d+\Z' }, action => { status => 200, body => Cpanel::JSON::XS->new->encode({ id => '1', async_status => 'Job Failed', async_percent_completion => 99,
							error_code => 100, error_subcode => 3191001, error_message => 'Short.', error_user_msg => 'What is said to users.' }) } } ]);
	my $error = $session->query_error("SELECT count(*) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-09-01' AND '2026-11-10'");
	like($error->{detail}, qr/Short\..*What is said to users\./, 'a run that failed');
};

# What a code means: SQLSTATE, how the detail shows it, and the number of requests;
# a report that may be too much is requested as a run, too.
subtest 'codes, subcodes and words' => sub {
	my $sql = "SELECT spend FROM meta.account_daily WHERE date_day = '2026-11-10'";
	my @cases = (
		[ 'without a rule, 400', 400, { code => 5 }, 'HV00L', 'HTTP 400, error 5', 1 ],
		[ 'without a rule, 401', 401, { code => 5 }, '28000', 'HTTP 401, error 5', 1 ],
		[ 'without a rule, 403', 403, { code => 5 }, '28000', 'HTTP 403, error 5', 1 ],
		[ 'without a rule, 429', 429, { code => 5 }, '53400', 'HTTP 429, error 5', 2 ],
		[ 'without a rule, 500', 500, { code => 5 }, 'HV00M', 'HTTP 500, error 5', 2 ],
		[ 'that the platform calls transient', 400, { code => 5, is_transient => Cpanel::JSON::XS::true }, 'HV00L', 'HTTP 400, error 5', 2 ],
		[ 'without any code', 503, {}, 'HV00M', 'HTTP 503', 2 ],
		[ 'with a subcode that has a rule', 400, { code => '4', error_subcode => 1504022 }, '53400', 'HTTP 400, error 4/1504022.*12:02:00Z', 1 ],
		[ 'with a subcode without a rule', 400, { code => 4, error_subcode => 9 }, '53400', 'HTTP 400, error 4/9.*12:01:00Z', 1 ],
		[ 'with a rule for no subcode', 400, { code => 613 }, '53400', 'HTTP 400, error 613\\b(?!/).*12:30:00Z', 1 ],
		[ 'with subcode 0, which means none', 400, { code => 613, error_subcode => '0' }, '53400', 'HTTP 400, error 613\\b(?!/).*12:30:00Z', 1 ],
		[ 'with a rule for no subcode, but with one', 400, { code => 613, error_subcode => 7 }, '53400', 'HTTP 400, error 613/7.*12:01:00Z', 1 ],
		[ 'in a range', 400, { code => 200 }, '28000', 'error 200', 1 ],
		[ 'at the end of a range', 400, { code => 299 }, '28000', 'error 299', 1 ],
		[ 'before a range', 400, { code => 199 }, 'HV00L', 'error 199', 1 ],
		[ 'after a range', 400, { code => 300 }, 'HV00L', 'error 300', 1 ],
		[ 'larger than 32 bits', 400, { code => 99999999999 }, 'HV00L', 'error 99999999999', 1 ],
		[ 'below zero', 400, { code => -5 }, 'HV00L', 'error -5', 2 ],
		[ 'with other words than those of a rule', 400, { code => 1, message => 'An unknown error occurred' }, 'HV00M', 'error 1, after 2 attempts: An unknown', 4 ]);
	$session->query("ALTER SERVER meta OPTIONS (SET max_retries '1'); SET adpipe.max_wait = '10s'");
	for my $case (@cases)
	{
		my ($what, $status, $error, $sqlstate, $detail, $requests) = @$case;
		$sim->reset;
		$sim->clock($now);
		$sim->faults([ { match => { path => '/insights' }, action => { status => $status, body => Cpanel::JSON::XS->new->encode({ error => { message => 'x', %$error } }) } } ]);
		my $got = $session->query_error($sql);
		is($got->{sqlstate}, $sqlstate, "a code $what: SQLSTATE");
		like($got->{detail}, qr/$detail/, "a code $what: detail");
		is(scalar @{ $sim->requests }, $requests, "a code $what: requests");
	}
	# Words in any case of letters: less is asked for.
	$sim->reset;
	$sim->clock($now);
	$sim->faults([ { match => { path => '/insights', query => 'limit=500' }, action => { status => 500, body => '{"error":{"code":1,"message":"please REDUCE the Amount of data"}}' } } ]);
	is($session->query("SELECT count(*) > 0 FROM meta.campaign_daily WHERE date_day = '2026-11-10'"), 't', 'words in any case of letters');
	# The message, what is for users, the id of the request, the way out.
	$session->query('ALTER SERVER meta OPTIONS (SET max_retries $$0$$)');
	my $answer = sub { $sim->faults([ { match => { path => '/insights' }, action => { status => $_[0], body => $_[1] } } ]); return $session->query_error($sql); };
	my $error = $answer->(400, '{"error":{"code":368,"message":"Blocked.","error_user_msg":"In words.","fbtrace_id":"T1"}}');
	like($error->{detail}, qr/error 368, request id T1: Blocked\.: In words\./, 'message, words for users and request id');
	like($error->{hint}, qr/in some hours/, 'and the way out');
	$error = $answer->(502, '<html>Bad gateway</html>');
	is($error->{sqlstate}, 'HV00M', 'a web page: SQLSTATE');
	unlike($error->{detail}, qr/[<>]|gateway/, 'a web page is not shown');
};

done_testing();
