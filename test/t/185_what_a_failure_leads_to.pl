# The retry policy as a table: what a platform answered, how often it was asked and
# how much time is left decide on another token, a wait, less of the same, or an
# error.  Then the same seen from SQL, for what live accounts are known to answer.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../module", "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS ();
use NetTest;
use Test::More;

my $json = Cpanel::JSON::XS->new->canonical;
my $page = '<html><title>Error</title><p>The requested URL /v19/customers was not found on this server.</html>';

sub google_error
{
	my ($status, $code, %details) = @_;
	my ($family, $name) = split /\./, $code;
	return $json->encode({ error => { code => $status, message => 'Words.', details => [
				{ '@type' => 'type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure', errors => [ { errorCode => { $family => $name }, message => 'Words.', %details } ] } ] } });
}

sub meta_error
{
	my ($code, $message, %more) = @_;
	return $json->encode({ error => { code => $code, message => $message, %more } });
}

my $heavy = "Please reduce the amount of data you're asking for, then retry your request";
my %subcode = (unlinked => { error_subcode => 2853001, is_transient => Cpanel::JSON::XS::false });

# Platform, status, body, further arguments => remedy, wait in ms, SQLSTATE.  The
# random part of a wait is a half: 250 ms for the first, twice that for the second.
my @cases = (
	# A front end, whatever the platform.
	(map {
			my $platform = $_;
			map { [ "a bare $_", $platform, $_, '', {}, 'wait 250 HV00M' ], [ "a web page with $_", $platform, $_, $page, {}, 'wait 250 HV00M' ] } 408, 425, 500, 502, 503, 504
		} qw(google_ads meta_ads appsflyer naver_searchad kakao_moment)),
	(map {
			my $platform = $_;
			map { [ "$_->[0]", $platform, 0, '', { outcome => "'$_->[0]'" }, $_->[1] ] }
			  [ 'resolve', 'wait 250' ], [ 'connect', 'wait 250' ], [ 'cut', 'wait 250' ], [ 'garbled', 'wait 250' ], [ 'timeout', 'wait 250' ], [ 'tls', 'error 0' ], [ 'too_large', 'error 0' ]
		} qw(google_ads meta_ads appsflyer naver_searchad kakao_moment)),
	[ 'a bare 429', 'google_ads', 429, '', {}, 'wait 250 53400' ],
	[ 'Retry-After', 'google_ads', 429, '', { retry_after => "'7'" }, 'wait 7000 53400' ],
	[ 'Retry-After as a date', 'google_ads', 503, '', { retry_after => "'Sun, 06 Nov 1994 08:50:37 GMT'" }, 'wait 60000 HV00M' ],
	[ 'Retry-After, no time for it', 'google_ads', 429, '', { retry_after => "'7'", left_ms => 6999 }, 'too_long 7000 53400' ],
	[ 'no time at all', 'meta_ads', 502, '', { left_ms => 0 }, 'too_long 250 HV00M' ],
	[ 'any time', 'meta_ads', 502, '', { left_ms => -1, retry_after => "'86400'" }, 'wait 86400000 HV00M' ],
	[ 'the third attempt', 'meta_ads', 502, '', { attempts => 3 }, 'wait 1000 HV00M' ],
	[ 'the last attempt', 'meta_ads', 502, '', { attempts => 6 }, 'error 0 HV00M' ],
	[ 'a bare 400', 'google_ads', 400, '', {}, 'error 0 HV00L' ],
	[ 'a bare 404', 'meta_ads', 404, '', {}, 'error 0 HV00L' ],

	# Credentials.
	[ 'a bare 401', 'google_ads', 401, '', {}, 'token 0 28000' ],
	[ 'a bare 401 again', 'google_ads', 401, '', { has_renewed => 'true' }, 'error 0 28000' ],
	[ 'a bare 401, nothing to renew', 'google_ads', 401, '', { renews_tokens => 'false' }, 'error 0 28000' ],
	[ 'an expired token', 'google_ads', 401, google_error(401, 'authenticationError.OAUTH_TOKEN_EXPIRED'), {}, 'token 0 28000' ],
	[ 'a revoked token', 'google_ads', 401, google_error(401, 'authenticationError.OAUTH_TOKEN_REVOKED'), {}, 'error 0 28000' ],
	[ 'a revoked token, a new one in the file', 'google_ads', 401, google_error(401, 'authenticationError.OAUTH_TOKEN_REVOKED'), { secrets_changed => 'true' }, 'token 0 28000' ],
	[ 'a new file does not help against a refusal', 'google_ads', 400, google_error(400, 'queryError.BAD_FIELD_NAME'), { secrets_changed => 'true' }, 'error 0 HV005' ],
	[ 'a missing permission', 'google_ads', 403, google_error(403, 'authorizationError.USER_PERMISSION_DENIED'), {}, 'error 0 28000' ],
	[ 'a token of Meta', 'meta_ads', 400, meta_error(190, 'Expired.', error_subcode => 463), { renews_tokens => 'false' }, 'error 0 28000' ],

	# Google.
	[ 'a quota of seconds', 'google_ads', 429, google_error(429, 'quotaError.RESOURCE_TEMPORARILY_EXHAUSTED', details => { quotaErrorDetails => { retryDelay => '5s' } }), {}, 'wait 5000 53400' ],
	[ 'a quota of hours', 'google_ads', 429, google_error(429, 'quotaError.RESOURCE_EXHAUSTED', details => { quotaErrorDetails => { retryDelay => '40591s' } }), {}, 'too_long 40591000 53400' ],
	[ 'a quota without end', 'google_ads', 429, google_error(429, 'quotaError.RESOURCE_EXHAUSTED'), {}, 'error 0 53400' ],
	[ 'a deadline', 'google_ads', 504, google_error(504, 'internalError.DEADLINE_EXCEEDED'), {}, 'wait 250 HV00M' ],
	[ 'a deadline again', 'google_ads', 504, google_error(504, 'internalError.DEADLINE_EXCEEDED'), { attempts => 2 }, 'less 0 HV00M' ],
	[ 'too many days', 'google_ads', 400, google_error(400, 'queryError.DATE_RANGE_TOO_WIDE'), {}, 'less 0 HV00L' ],
	[ 'a constant that is not known', 'google_ads', 400, google_error(400, 'queryError.BAD_ENUM_CONSTANT'), {}, 'less 0 22023' ],
	[ 'a version that has ended', 'google_ads', 400, google_error(400, 'requestError.UNSUPPORTED_VERSION'), {}, 'error 0 HV00L', qr/api_version/ ],
	[ 'a version that ended long ago', 'google_ads', 404, $page, {}, 'error 0 HV00L', qr/api_version/ ],
	[ 'the same without a page', 'google_ads', 404, '', {}, 'error 0 HV00L', qr/api_version/ ],
	[ 'a 404 with words', 'google_ads', 404, '{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}', {}, 'error 0 HV00L', qr/^$/ ],

	# Meta.
	(map { [ "too much data, code $_", 'meta_ads', 500, meta_error($_, $heavy), {}, 'less 0 HV00M' ] } 1, 100),
	[ 'an unknown error', 'meta_ads', 500, meta_error(1, 'An unknown error occurred', error_subcode => 99), {}, 'wait 250 HV00M' ],
	[ 'an unknown error again', 'meta_ads', 500, meta_error(1, 'An unknown error occurred', error_subcode => 99), { attempts => 2 }, 'less 0 HV00M' ],
	[ 'a profile that is not linked', 'meta_ads', 500, meta_error(1, 'Not linked.', %{ $subcode{unlinked} }), {}, 'error 0 28000', qr/system user/ ],
	[ 'missing permissions', 'meta_ads', 500, meta_error(100, '(#100) Missing permissions'), {}, 'error 0 28000', qr/Assign/ ],
	[ 'an account of others', 'meta_ads', 403, meta_error(200, 'Ad account owner has NOT granted ads_read permission'), {}, 'error 0 28000', qr/Assign/ ],
	[ 'a wrong signature', 'meta_ads', 400, meta_error(104, 'Incorrect signature'), {}, 'error 0 28000', qr/app_secret/ ],
	[ 'a lost connection', 'meta_ads', 400, meta_error(104, 'Please retry your request later.'), {}, 'wait 250 HV00M' ],
	[ 'an aborted request', 'meta_ads', 400, meta_error(960, 'Request aborted.', type => 'FacebookApiException'), {}, 'wait 250 HV00M' ],
	[ 'an aborted request again', 'meta_ads', 400, meta_error(960, 'Request aborted.', type => 'FacebookApiException'), { attempts => 2 }, 'less 0 HV00M' ],
	[ 'what the platform calls transient', 'meta_ads', 400, meta_error(5, 'x', is_transient => Cpanel::JSON::XS::true), {}, 'wait 250 HV00L' ],
	[ 'a quota', 'meta_ads', 400, meta_error(17, 'User request limit reached', error_subcode => 2446079, is_transient => Cpanel::JSON::XS::false), {}, 'wait 60000 53400' ],
	[ 'a quota of the platform', 'meta_ads', 400, meta_error(4, 'Limit', error_subcode => 1504022), { left_ms => 60000 }, 'too_long 120000 53400' ],

	# Naver.
	[ 'a day that is not prepared', 'naver_searchad', 400, '{"code":20007,"message":"x"}', {}, 'error 0 53400', qr/07:00 and 12:00/ ],
	[ 'a code as a text', 'naver_searchad', 400, '{"code":"10004","message":"x"}', {}, 'error 0 HV00L', qr/07:00 and 12:00/ ],
	[ 'a job that is gone', 'naver_searchad', 404, '{"code":20011,"message":"x"}', {}, 'error 0 HV00M', qr/deleted/ ],
	[ 'a customer of others', 'naver_searchad', 403, '{"code":1018,"message":"x"}', {}, 'error 0 28000', qr/customer_id/ ],
	[ 'a throttle with a title', 'naver_searchad', 429, '{"title":"Too Many Requests"}', {}, 'wait 250 53400' ],
	[ 'too many connections', 'naver_searchad', 503, '{"code":1016,"message":"x"}', {}, 'wait 250 53400' ],
	[ 'a signature', 'naver_searchad', 403, '{"type":"urn:naver:api:problem:invalid-signature","title":"Invalid Signature","status":403,"detail":"x"}', {}, 'error 0 28000', qr/renews/ ],
	[ 'a signature, a new key in the file', 'naver_searchad', 403, '{"type":"urn:naver:api:problem:invalid-signature","status":403,"detail":"x"}', { secrets_changed => 'true' }, 'token 0 28000' ],
	[ 'a clock that is off', 'naver_searchad', 403, '{"type":"urn:naver:api:problem:invalid-timestamp","status":403,"detail":"x"}', {}, 'wait 250 28000', qr/NTP/ ],

	# Kakao Moment.
	[ 'a call too soon', 'kakao_moment', 429, '{"msg":"KakaoMomentException","code":-813,"extras":{"detailMsg":"x"}}', {}, 'wait 5000 53400' ],
	[ 'a call too soon, in other words', 'kakao_moment', 400, '{"msg":"API limit has been exceeded.","code":-10,"extras":{}}', {}, 'wait 5000 53400' ],
	(map { [ "$_->[0]", 'kakao_moment', $_->[1], qq({"msg":"x","code":$_->[2],"extras":{}}), {}, 'wait 250 HV00M' ] } [ 'a passing fault', 500, -1 ], [ 'a passing fault with 400', 400, -1 ], [ 'maintenance', 400, -7 ], [ 'maintenance of all', 503, -9798 ]),
	[ 'no permission', 'kakao_moment', 403, '{"msg":"KakaoMomentException","code":-813,"extras":{"detailMsg":"x"}}', {}, 'error 0 28000', qr/role/ ],
	[ 'no permission, with a detail', 'kakao_moment', 400, '{"msg":"KakaoMomentException","code":-813,"extras":{"detailCode":9004,"detailMsg":"x"}}', {}, 'error 0 28000', qr/role/ ],
	[ 'an account that does not exist', 'kakao_moment', 400, '{"msg":"KakaoMomentException","code":-813,"extras":{"detailCode":21006,"detailMsg":"x"}}', {}, 'error 0 28000', qr/account_id/ ],
	[ 'a period that is refused', 'kakao_moment', 400, '{"msg":"KakaoMomentException","code":-813,"extras":{"detailCode":60008,"detailMsg":"x"}}', {}, 'error 0 HV00L', qr/days/ ],
	[ 'a parameter that is refused', 'kakao_moment', 400, '{"msg":"x","code":-2,"extras":{}}', {}, 'error 0 HV00L', qr/option field/ ],
	[ 'a token of Kakao Login', 'kakao_moment', 401, '{"msg":"target biz token is not supplied.","code":-401}', { renews_tokens => 'false' }, 'error 0 28000', qr/consent/ ],
	[ 'a token of Kakao Login, without a code', 'kakao_moment', 401, '{"msg":"target biz token is not supplied."}', { renews_tokens => 'false' }, 'error 0 28000', qr/consent/ ],
	[ 'a scope that is missing', 'kakao_moment', 403, '{"msg":"insufficient scopes.","code":-402,"required_scopes":["moment_management"]}', {}, 'error 0 28000', qr/moment_management/ ],

	# AppsFlyer.
	(map { [ "a passing $_", 'appsflyer', $_, '', {}, 'wait 250 HV00M' ], [ "a passing $_ with a page", 'appsflyer', $_, $page, {}, 'wait 250 HV00M' ], [ "a $_ that stays", 'appsflyer', $_, '', { attempts => 6 }, 'error 0 HV00M' ] } 408, 416, 425),
	[ 'a passing 404', 'appsflyer', 404, $page, {}, 'wait 250 28000' ],
	[ 'a 404 that stays', 'appsflyer', 404, $page, { attempts => 6 }, 'error 0 28000', qr/app_id/ ],
	(map { [ "a bare 403, \"$_\"", 'appsflyer', 403, $_, {}, 'wait 250 28000', qr/no permission.*blocks calls/ ] } '', '  ', $page, '{"message":""}', '{}'),
	[ 'a bare 403 that stays', 'appsflyer', 403, '', { attempts => 6 }, 'error 0 28000', qr/no permission.*blocks calls/ ],
	[ 'a 403 with words', 'appsflyer', 403, 'You have no permission', {}, 'error 0 28000', qr/no permission/ ],
	[ 'a limit of the minute', 'appsflyer', 403, 'Limit reached for partners-report', { days => 2 }, 'wait 60000 53400' ],
	[ 'a token that is not good', 'appsflyer', 401, 'Supplied API token is invalid', {}, 'error 0 28000' ],
	[ 'a token that is not good, a new one in the file', 'appsflyer', 401, 'Supplied API token is invalid', { secrets_changed => 'true', renews_tokens => 'false' }, 'token 0 28000' ]);

my $node = net_cluster();
my $table = session($node);
for my $case (@cases)
{
	my ($what, $platform, $status, $body, $more, $expected, $hint) = @$case;
	my $arguments = join '', map { ", $_ => $more->{$_}" } sort keys %$more;
	my $got = $table->query("SELECT concat_ws(' ', remedy, wait_ms, error), hint FROM adpipe_test.remedy('$platform', $status, " . quote($body) . "$arguments)");
	my ($remedy, $said) = split /\|/, $got, 2;
	is($remedy, $expected, "$platform, $what");
	like($said // '', $hint, "$platform, $what: hint") if $hint;
}
$node->stop;

# From SQL.
$node = adpipe_cluster();
my $sim = simulator();
my $session = session($node);
my $day = "date_day = '2026-11-01'";

sub ends_as
{
	my ($sql, $sqlstate, $text, $what) = @_;
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $text, "$what: words");
	return;
}

google_server($node, $sim, options => { customer_id => '1234567890', max_retries => 1 });
google_server($node, $sim, name => 'ancient', options => { customer_id => '1234567890', api_version => 'v19', max_retries => 1 });
google_server($node, $sim, name => 'ended', options => { customer_id => '1234567890', api_version => 'v22', max_retries => 1 });
$sim->clock('2026-11-20T12:00:00Z');
$session->query(q{SET adpipe.debug_now = '2026-11-20T12:00:00Z'});
ends_as("SELECT * FROM ancient.campaigns", 'HV00L', qr/HTTP 404.*Version v19 may have been shut down long ago: ALTER SERVER ancient OPTIONS \(SET api_version 'v26'\)/s, 'a version that ended long ago');
is(scalar(grep { $_->{status} == 404 } @{ $sim->requests }), 1, 'asked once');
$sim->faults([ { match => { query => 'FROM campaign' }, action => { status => 500, body => '' } } ]);
ends_as("SELECT * FROM ended.campaigns", 'HV00M', qr/HTTP 500, after 2 attempts.*Version v22 \(end 2026-10-07\) is past its end.*ALTER SERVER ended OPTIONS \(SET api_version 'v26'\)/s, 'a 500 of a version past its end');
ends_as("SELECT * FROM google.campaigns", 'HV00M', qr/HTTP 500, after 2 attempts.*max_retries/s, 'a 500 of one that is served');

meta_server($node, $sim, options => { account_id => '1234567890123456', max_retries => 2 });
my $sql = "SELECT count(*) FROM meta.campaign_daily WHERE $day";
my $rows = $session->query($sql);
for my $case ([ 'a lost connection', { error => '104', message => 'Please retry your request later.' } ], [ 'an aborted request', { error => '960' } ], [ 'a bare 500', { status => 500, body => '' } ])
{
	$sim->reset;
	$sim->clock('2026-11-20T12:00:00Z');
	$sim->faults([ { match => { path => '/insights' }, times => 1, action => $case->[1] } ]);
	is($session->query($sql), $rows, "Meta, $case->[0]: the right rows");
	is(scalar(grep { $_->{path} =~ /insights/ } @{ $sim->requests }), 2, "Meta, $case->[0]: asked again once");
}
for my $final ([ '1.2853001', 'Not linked.' ], [ '100', '(#100) Missing permissions' ], [ '104', 'Incorrect signature' ])
{
	$sim->reset;
	$sim->clock('2026-11-20T12:00:00Z');
	$sim->faults([ { match => { path => '/insights' }, action => { error => $final->[0], message => $final->[1], is_transient => Cpanel::JSON::XS::false } } ]);
	ends_as($sql, '28000', qr/\Q$final->[1]\E/, "Meta, $final->[1]");
	is(scalar(grep { $_->{path} =~ /insights/ } @{ $sim->requests }), 1, "Meta, $final->[1]: asked once");
}

appsflyer_server($node, $sim, options => { app_id => 'com.hanbit.running', cache_ttl_s => 0, max_retries => 1 });
$sim->reset;
$sim->settings({ appsflyer_minute_calls => 1000 });
$sql = "SELECT count(*) FROM flyer.partners_daily WHERE $day";
$rows = $session->query($sql);
$sim->faults([ { match => { path => 'agg-data' }, times => 1, action => { error => 'bare' } } ]);
is($session->query($sql), $rows, 'AppsFlyer, a bare 403: the right rows');
$sim->faults([ { match => { path => 'agg-data' }, action => { error => 'bare' } } ]);
ends_as($sql, '28000', qr/HTTP 403, after 2 attempts.*no permission.*blocks calls for a while/s, 'AppsFlyer, a bare 403 that stays');

done_testing();
