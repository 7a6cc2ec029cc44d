# An answer that is none under a good status is an error, never "no rows": each
# JSON value of a shape that the platform does not promise, in each place where
# it answers, in scans, listings and refreshes.  A failure under a good status is
# shown with its code and words.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS ();
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();

# Never promised, whatever is asked; KEY is the member with the rows, OTHER that
# of another platform.
my @shapes = (
	'', '{}', '{"message":"Forbidden"}', '{"success":true}', '{"id":"act_1"}', '{"status":"ok","result":[]}',
	'{"OTHER":[]}', '{"OTHER":[{"a":1}]}', '{"data_":[]}', '{"nextPageToken":"x"}', '{"paging":{"next":"http://x"}}',
	'{"links":{},"meta":{"total_items":0}}', '5', '"text"', 'true', 'null', '[]', '[{"KEY":[]}]', '{"KEY":{}}', '{"KEY":{"a":1}}', '{"KEY":null}',
	'{"KEY":"x"}', '{"KEY":0}', '{"KEY":[1,2]}', '{"KEY":["a"]}', '{"KEY":[null]}', '{"KEY":[[]]}', '{"KEY":[{}]}', '{"KEY":[{"x":1}]}');

sub shapes_of
{
	my ($key, $other) = @_;
	return map { s/KEY/$key/gr =~ s/OTHER/$other/gr } @shapes;
}

# A session that keeps nothing from one statement to the next but its token; a new one
# has none.
my $session = session($node);
sub try_afresh
{
	my ($sql, $is_new) = @_;
	$session = session($node) if $is_new;
	$session->query('SELECT adpipe.forget(srvname), adpipe.reset_breaker(srvname) FROM pg_foreign_server');
	return $session->try($sql);
}

# Runs a statement under a body in one place; every body must be refused.
sub refuses
{
	my ($place, $match, $sql, $bodies, %more) = @_;
	my $sqlstates = $more{sqlstates} // qr/^HV00A$/;
	my @bad;

	for my $body (@$bodies)
	{
		$sim->reset;
		$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_cohort_minute => 1000, appsflyer_skan_minute => 1000, appsflyer_daily_app => 10000, appsflyer_daily_account => 10000,
			appsflyer_installs_app => 10000, appsflyer_installs_account => 10000, appsflyer_apps_minute => 10000, appsflyer_apps_day => 10000,
			meta_job_ms => 0, %{ $more{settings} // {} } });
		$sim->faults([ { match => $match, action => { status => 200, body => $body } } ]);
		my ($out, $error) = try_afresh($sql, $more{new_session});
		my $sqlstate = $error ? $error->{sqlstate} : 'no error, "' . substr($out, 0, 20) . '"';
		push @bad, "$body: $sqlstate" unless $sqlstate =~ $sqlstates;
		push @bad, "$body: nobody met it" unless $sim->control('GET', '/_control/faults')->[0]{applied};
	}
	is(join("\n", @bad), '', "$place: " . scalar(@$bodies) . ' answers that are none');
	return;
}

google_server($node, $sim, options => { max_retries => 0, customer_id => '1234567890' });
google_server($node, $sim, name => 'all_google', options => { max_retries => 0 });
my @google = shapes_of('results', 'data');
my $days = "date_day BETWEEN '2026-11-01' AND '2026-11-10'";
my $report = { query => 'FROM campaign ' };
my $read = "SELECT sum(clicks), count(campaign_name) FROM google.campaign_daily WHERE $days";

refuses('google, a report', { %$report, page => 0 }, $read, \@google);
refuses('google, a page in the middle', { %$report, page => 1 }, $read, \@google, settings => { page_size => 10 });
refuses('google, entities', $report, 'SELECT * FROM google.campaigns', \@google);
refuses('google, count(*)', $report, "SELECT count(*) FROM google.campaign_daily WHERE $days", \@google);
refuses('google, the list of accounts', { query => 'FROM customer_client', page => 0 }, 'SELECT campaign_id FROM all_google.campaigns', \@google);
refuses('google, its second page', { query => 'FROM customer_client', page => 1 }, 'SELECT campaign_id FROM all_google.campaigns', \@google, settings => { page_size => 2 });
refuses('google, an account\'s settings', { query => 'FROM customer PARAMETERS|FROM customer$' }, "SELECT count(*) FROM google.campaign_daily WHERE date_day >= current_date - 5",
	[ grep { $_ ne '{"results":[{"x":1}]}' } @google ]);
refuses('google, the sign-in', { path => '/token' }, $read, [ @google, '{"access_token":null}', '{"access_token":""}' ], new_session => 1);

meta_server($node, $sim, options => { max_retries => 0, account_id => '1234567890123456' });
meta_server($node, $sim, name => 'all_meta', options => { max_retries => 0 });
my @meta = shapes_of('data', 'results');
my @node = grep { $_ ne '{"id":"act_1"}' } @meta;

$read = "SELECT sum(clicks), count(campaign_name) FROM meta.campaign_daily WHERE $days";
refuses('meta, a report', { path => '/insights' }, $read, \@meta);
refuses('meta, a page in the middle', { path => '/insights', query => '(^|&)after=' }, "SELECT count(*) FROM meta.campaign_daily WHERE $days", \@meta,
	settings => { meta_page_rows => 10 });
refuses('meta, count(*)', { path => '/insights' }, "SELECT count(*) FROM meta.campaign_daily WHERE $days", \@meta);
refuses('meta, entities', { path => '/campaigns' }, 'SELECT * FROM meta.campaigns', \@meta);
refuses('meta, the list of accounts', { path => 'me/adaccounts' }, 'SELECT campaign_id FROM all_meta.campaigns', \@meta);
refuses('meta, an account\'s settings', { path => 'act_\d+$' }, "SELECT count(*) FROM meta.campaign_daily WHERE date_day >= current_date - 5", \@meta);
refuses('meta, an account by itself', { path => 'act_\d+$' }, 'SELECT * FROM meta.accounts', \@meta);
my $long = "SELECT count(*) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-09-15' AND '2026-11-10'";
refuses('meta, the start of a run', { path => '/insights', method => 'POST' }, $long, \@meta);
refuses('meta, the state of a run', { path => '/v26.0/\d+$' }, $long, \@meta);
refuses('meta, the rows of a run', { path => '/v26.0/\d+/insights$' }, $long, \@meta);
refuses('meta, what the token is good for', { path => 'debug_token' }, q{SELECT * FROM adpipe.table_access('meta.campaign_daily')}, \@meta);

appsflyer_server($node, $sim, options => { max_retries => 0, cache_ttl_s => 0, app_id => 'com.hanbit.running, id1400000002' });
my @flyer = shapes_of('data', 'results');
# What has a message says no.
my $refused = qr/^HV00[AM]$/;
$read = "SELECT count(*) FROM flyer.%s WHERE date_day = current_date - 3";
refuses('appsflyer, the list of apps', { path => 'mng/apps', page => 0 }, 'SELECT * FROM flyer.apps', \@flyer, sqlstates => $refused);
refuses('appsflyer, its second page', { path => 'mng/apps', query => 'offset=2' }, 'SELECT * FROM flyer.apps', \@flyer,
	sqlstates => $refused, settings => { appsflyer_apps_page => 2 });
refuses('appsflyer, an aggregate', { path => 'agg-data' }, sprintf($read, 'partners_daily'), [ @flyer, "a,b\n1,2\n" ], sqlstates => $refused);
refuses('appsflyer, raw data', { path => 'raw-data' }, sprintf($read, 'installs'), [ @flyer, "a,b\n1,2\n" ], sqlstates => $refused);
refuses('appsflyer, cohorts', { path => 'cohorts' }, sprintf($read, 'cohort'), \@google, sqlstates => $refused);
refuses('appsflyer, a file', { path => 'export/token' }, sprintf($read, 'installs'), [ @flyer, "a,b\n1,2\n" ], sqlstates => $refused);

# Whether more pages follow must be readable: an answer that does not say it is
# never the last page.
my @unreadable = ('5', 'true', '{}', '{"a":1}', '[1]', '"x\ud800"');
my $google_row = '{"campaign":{"name":"a","resourceName":"customers/1234567890/campaigns/1"}}';
my $meta_row = '{"account_id":"1234567890123456","id":"1","name":"a"}';
refuses('google, the token of a next page', $report, 'SELECT * FROM google.campaigns',
	[ map { my $rows = $_; map { qq({"results":[$rows],"nextPageToken":$_}) } @unreadable } $google_row, '' ]);
refuses('google, that of the list of accounts', { query => 'FROM customer_client' }, 'SELECT campaign_id FROM all_google.campaigns',
	[ map { qq({"results":[],"nextPageToken":$_}) } @unreadable ]);
my @paging = ((map { qq({"next":$_}) } @unreadable), grep { !/^\{/ } @unreadable);
refuses('meta, the next page', { path => '/campaigns' }, 'SELECT campaign_name FROM meta.campaigns',
	[ map { my $rows = $_; map { qq({"data":[$rows],"paging":$_}) } @paging } $meta_row, '' ]);
refuses('meta, that of the list of accounts', { path => 'me/adaccounts' }, 'SELECT campaign_id FROM all_meta.campaigns', [ map { qq({"data":[],"paging":$_}) } @paging ]);
refuses('appsflyer, that of the list of apps', { path => 'mng/apps' }, 'SELECT * FROM flyer.apps',
	[ map { qq({"data":[],"links":$_}) } @paging, '{"next":"https://x/?limit=1"}', '{"next":"https://x/?offset=y"}' ]);

# What is promised passes: an empty answer has its sign.
$sim->reset;
for my $empty ([ $report, '{"fieldMask":"campaign.id"}', 'google' ], [ $report, '{"results":[]}', 'google' ],
	[ $report, '{"results":[],"nextPageToken":""}', 'google' ], [ $report, '{"results":[],"nextPageToken":null}', 'google' ],
	[ { path => '/insights' }, '{"data":[],"paging":{"next":null}}', 'meta' ], [ { path => '/insights' }, '{"data":[],"paging":null}', 'meta' ],
	[ { path => '/insights' }, '{"data":[]}', 'meta' ], [ { path => '/insights' }, '{"data":[],"paging":{"cursors":{"after":"x"}}}', 'meta' ])
{
	my ($match, $body, $schema) = @$empty;
	$sim->faults([ { match => $match, action => { status => 200, body => $body } } ]);
	is($node->safe_psql('postgres', "SELECT count(*) FROM $schema.campaign_daily WHERE $days"), '0', "$body is no rows");
}

# Names of members are shown, in printable ASCII.
$sim->faults([ { match => $report, action => { status => 200, body => qq({"mess\x01age":"Forbidden","\\u20ac":1}) } } ]);
my $error = sql_error($node, "SELECT * FROM google.campaigns");
like($error->{detail}, qr/account 1234567890/i, 'the error names the account');
$sim->faults([ { match => $report, action => { status => 200, body => '{"message":"Forbidden","\u20ac":1}' } } ]);
$error = sql_error($node, "SELECT * FROM google.campaigns");
like($error->{detail}, qr/neither member "results" nor "fieldMask".*the members "message", "\?+"/, 'what came instead is named');
like($error->{hint}, qr/option endpoint/, 'and where to look');

# What came instead of a list of accounts is described.
for my $case ([ '{"results":{}}', qr/member "results" of the answer is no array\. It is an object with the members "results"\./ ],
	[ '{"results":[1]}', qr/member "results" of the answer has an element that is no object\./ ],
	[ '{"fieldMask":1}', qr/has neither member "results" nor "fieldMask"\. It is an object with the members "fieldMask"\./ ],
	[ '[]', qr/neither member "results" nor "fieldMask"\. It is no JSON object\./ ],
	[ '{}', qr/neither member "results" nor "fieldMask"\. It is an object without members\./ ])
{
	$sim->faults([ { match => { query => 'FROM customer_client' }, action => { status => 200, body => $case->[0] } } ]);
	like(sql_error($node, 'SELECT campaign_id FROM all_google.campaigns')->{detail}, $case->[1], "$case->[0] is described");
}
$sim->faults([ { match => $report, action => { status => 200, body => '[{"error":{"code":403,"message":"No.","status":"PERMISSION_DENIED"}}]' } } ]);
$error = sql_error($node, 'SELECT * FROM google.campaigns');
is($error->{sqlstate}, '28000', 'a failure in an array under HTTP 200: SQLSTATE');
like($error->{detail}, qr/No\./, 'a failure in an array under HTTP 200: its words');

# A failure under HTTP 200 reads as under its proper status.
for my $case (
	[ 'google', 'FROM campaign ', { error => 'authorizationError.USER_PERMISSION_DENIED', http => 200 }, '28000', qr/HTTP 200, authorizationError\.USER_PERMISSION_DENIED.*Injected/, qr/login_customer_id/ ],
	[ 'google', 'FROM campaign ', { error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '5400s', http => 200 }, '53400', qr/Come back at/, qr/quota/ ],
	[ 'meta', 'campaigns', { error => '190.463', http => 200 }, '28000', qr{HTTP 200, error 190/463.*Session has expired}, qr/access_token/ ],
	[ 'meta', 'campaigns', { error => '80000.2446079', wait_minutes => 90, http => 200 }, '53400', qr{error 80000/2446079.*Come back at}s, qr/^/ ],
	[ 'meta', 'campaigns', { error => '100', message => '(#100) Missing permissions' }, '28000', qr/error 100.*Missing permissions/, qr/Assign the ad account/ ],
	[ 'meta', 'campaigns', { error => '100', message => '(#100) x is not valid for fields param' }, 'HV00L', qr/error 100/, qr/option field/ ],
	[ 'meta', 'campaigns', { error => '100', message => 'Unsupported request - method type: get' }, 'HV00L', qr/error 100/, qr/may not read/ ],
	[ 'meta', 'campaigns', { error => '1.2853001', message => 'Not linked', is_transient => Cpanel::JSON::XS::false }, '28000', qr{error 1/2853001}, qr/system user/ ])
{
	my ($schema, $where, $action, $sqlstate, $detail, $hint) = @$case;
	$sim->reset;
	$sim->faults([ { match => { ($schema eq 'google' ? 'query' : 'path') => $where }, action => $action } ]);
	$error = sql_error($node, "SELECT * FROM $schema.campaigns");
	my $what = "$schema, $action->{error} " . ($action->{message} // '');
	is($error->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like($error->{detail}, $detail, "$what: code and words");
	like($error->{hint} // '', $hint, "$what: hint");
}
for my $case ([ 'meta.campaigns', { path => 'campaigns' } ], [ 'all_meta.campaigns', { path => 'me/adaccounts' } ])
{
	my ($table, $match) = @$case;
	$sim->reset;
	$sim->faults([ { match => $match, action => { status => 200, body => '{"data":[{"id":"1","account_id":"1234567890123456"}],"paging":{"next":"http://x"}}' } } ]);
	$error = sql_error($node, "SELECT campaign_name FROM $table");
	is($error->{sqlstate}, 'HV00A', "$table, a next page without cursors: an error");
	like($error->{message}, qr/did not say how to ask for the next page/, 'that says what it is');
}

# A token that the platform calls expired under HTTP 200 is renewed once.
$sim->reset;
$sim->faults([ { match => $report, times => 1, action => { error => 'authenticationError.OAUTH_TOKEN_EXPIRED', http => 200 } } ]);
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM google.campaigns'), 't', 'google, an expired token under HTTP 200: signed in again');

# A run that failed tells why in five places.
$sim->reset;
$sim->faults([ { match => { path => '/v26.0/\d+$' }, action => { status => 200, body =>
	'{"id":"1","async_status":"Job Failed","async_percent_completion":0,"error_code":100,"error_message":"Invalid parameter","error_user_title":"Bad","error_user_msg":"The date range is not allowed."}' } } ]);
$error = sql_error($node, $long);
like($error->{detail}, qr/Job Failed.*error 100.*Invalid parameter: The date range is not allowed\./, 'meta, a run that failed: the words for users are there');

# Pages smaller than 31 rows are asked for as well, and not over and over larger.
$sim->reset;
$sim->settings({ meta_page_rows => 7 });
my $narrow = q{SELECT count(*) = (SELECT count(*) FROM meta.campaigns) FROM meta.campaigns};
is($node->safe_psql('postgres', $narrow), 't', 'meta, a cap of 7 rows on a page: read');
$sim->reset;
$sim->settings({ meta_page_rows => 7 });
is($node->safe_psql('postgres', "SELECT count(*) FROM meta.ad_daily WHERE date_day = '2026-11-01'"),
	scalar(@{ $sim->world(platform => 'meta', resource => 'ad_daily', since => '2026-11-01', until => '2026-11-01', accounts => '1234567890123456') }),
	'meta, the same of a report');

done_testing();
