# What goes wrong says so: SQLSTATE, message, detail and hint, and the session
# goes on working.  A row of the first table is a case that all platforms share,
# told by what a platform calls things; then each has cases of its own.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster(conf => "adpipe.debug_rate_pct = 0\n");
my $sim = simulator();
my $session = session($node);

# What shared cases need to know of a platform.  page: what matches a request
# for rows; tables: column definitions that go wrong.
my %platforms = (
	google => {
		wrapper => 'google_ads',
		make => \&google_server,
		once => { customer_id => '1234567890', max_retries => 0 },
		everywhere => sub { (endpoint => $_[0], token_endpoint => "$_[0]/token") },
		page => { path => 'googleAds:search', query => 'FROM campaign ' },
		good => 'SELECT count(*) > 0 FROM google.campaign_daily WHERE date_day = current_date - 20',
		name => 'SELECT campaign_name FROM google.campaign_daily WHERE date_day = current_date - 20',
		unbounded => 'SELECT clicks FROM google.campaign_daily',
		entity => 'campaigns',
		account => '1234567890',
		table_option => "resource 'campaign'",
		secret => 'client_secret',
		account_option => [ customer_id => '1234567890 x', qr/10 digits/ ],
		day => 'segments.date',
		bad_type => [ bigint => 'metrics.conversions' ],
		narrow => [ smallint => 'metrics.cost_micros' ],
		reach => qr/37 months/,
		garble => [ '226e616d65223a22', '226e616d65223a22c328' ],
		server_error => [ { error => 'internalError.INTERNAL_ERROR' }, qr/HTTP 500.*request id/ ],
		quota => { error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '5400s' },
		bare => [ { client_id => 'only-this' }, qr/refresh_token/ ],
		expired => [ { access_token => 'ya29.expired-long-ago' }, qr/HTTP 401/ ],
	},
	meta => {
		wrapper => 'meta_ads',
		make => \&meta_server,
		once => { account_id => '1234567890123456', max_retries => 0 },
		everywhere => sub { (endpoint => $_[0]) },
		page => { path => '/insights' },
		good => 'SELECT count(*) > 0 FROM meta.campaign_daily WHERE date_day = current_date - 20',
		name => 'SELECT campaign_name FROM meta.campaign_daily WHERE date_day = current_date - 20',
		unbounded => 'SELECT clicks FROM meta.campaign_daily',
		entity => 'campaigns',
		account => '1234567890123456',
		table_option => "level 'campaign'",
		secret => 'app_secret',
		account_option => [ account_id => '123 x', qr/account/i ],
		day => 'date_start',
		bad_type => [ bigint => 'spend' ],
		narrow => [ smallint => 'impressions' ],
		reach => qr/37 months/,
		garble => [ '6e616d65223a22', '6e616d65223a22c328' ],
		server_error => [ { error => '2' }, qr/HTTP 500/ ],
		quota => { error => '80000.2446079', wait_minutes => 90 },
		bare => [ {}, qr/access_token/ ],
		expired => [ { access_token => 'EAAsampleexpired' }, qr/HTTP 400, error 190/ ],
	},
	flyer => {
		wrapper => 'appsflyer',
		make => \&appsflyer_server,
		once => { app_id => 'com.hanbit.running', max_retries => 0, cache_ttl_s => 0 },
		everywhere => sub { (endpoint => $_[0]) },
		page => { path => 'agg-data' },
		good => 'SELECT count(*) > 0 FROM flyer.partners_daily WHERE date_day BETWEEN current_date - 22 AND current_date - 20',
		name => 'SELECT campaign_name FROM flyer.partners_daily WHERE date_day BETWEEN current_date - 22 AND current_date - 20',
		unbounded => 'SELECT clicks FROM flyer.partners_daily',
		entity => 'apps',
		account => 'com.hanbit.running',
		table_option => "report 'partners_by_date_report'",
		secret => 'api_token',
		account_option => [ app_id => 'a b/c', qr/letters, digits/ ],
		day => 'Date',
		bad_type => [ bigint => 'Total Cost' ],
		narrow => [ smallint => 'Impressions' ],
		reach => qr/25 months/,
		garble => [ '2c4f7267616e69632c', '2cc3282c' ],
		server_error => [ { error => 'unavailable' }, qr/HTTP 503/ ],
		quota => { error => 'aggregate_limit' },
		bare => [ {}, qr/api_token/ ],
		expired => [ { api_token => 'simulated-expired-long-ago' }, qr/HTTP 401/ ],
	},
	tiktok => {
		wrapper => 'tiktok_ads',
		make => \&tiktok_server,
		once => { advertiser_id => '7012345678901234567', max_retries => 0 },
		everywhere => sub { (endpoint => $_[0]) },
		page => { path => '/report/' },
		good => 'SELECT count(*) > 0 FROM tiktok.campaign_daily WHERE date_day = current_date - 20',
		name => 'SELECT campaign_name FROM tiktok.campaign_daily WHERE date_day = current_date - 20',
		unbounded => 'SELECT clicks FROM tiktok.campaign_daily',
		entity => 'campaigns',
		account => '7012345678901234567',
		table_option => "level 'campaign'",
		secret => 'app_secret',
		account_option => [ advertiser_id => '701 x', qr/digits/ ],
		day => 'stat_time_day',
		bad_type => [ bigint => 'spend' ],
		narrow => [ smallint => 'impressions' ],
		reach => qr/24 months/,
		garble => [ '6e616d65223a2022', '6e616d65223a2022c328' ],
		server_error => [ { error => '50000' }, qr/error 50000/ ],
		quota => { error => '40100', message => 'App 7100000000000000001 is temporarily restricted.' },
		bare => [ {}, qr/access_token/ ],
		expired => [ { access_token => 'sample-tiktok-expired-long-ago' }, qr/error 40105/ ],
	},
	naver => {
		wrapper => 'naver_searchad',
		make => \&naver_server,
		once => { customer_id => '1234567', max_retries => 0 },
		everywhere => sub { (endpoint => $_[0]) },
		page => { path => '/report-download' },
		good => 'SELECT count(*) > 0 FROM naver.campaign_daily WHERE date_day = current_date - 20',
		name => 'SELECT search_term FROM naver.search_term_daily WHERE date_day = current_date - 20',
		unbounded => 'SELECT clicks FROM naver.campaign_daily',
		entity => 'campaigns',
		account => '1234567',
		table_option => "report 'campaign'",
		secret => 'secret_key',
		account_option => [ customer_id => '123 x', qr/digits/ ],
		day => 'statDt',
		bad_type => [ bigint => 'spend' ],
		narrow => [ smallint => 'impCnt' ],
		reach => qr/365 days/,
		garble => [ 'ec9ab4eb8f99ed9994', 'c328' ],
		another => qr/is not as promised/,
		server_error => [ { error => '500' }, qr/HTTP 500.*request id/ ],
		quota => { status => 429, headers => { 'Retry-After' => '5400' }, body => '{"title":"Too Many Requests"}' },
		bare => [ {}, qr/api_key/ ],
		expired => [ { api_key => '0100-expired-long-ago', secret_key => 'x' }, qr/HTTP 403, urn:naver:api:problem:invalid-api-key/ ],
	},
	kakao => {
		wrapper => 'kakao_moment',
		make => \&kakao_server,
		once => { account_id => '700101', max_retries => 0 },
		everywhere => sub { (endpoint => $_[0]) },
		page => { path => '/report' },
		good => 'SELECT count(*) > 0 FROM kakao.campaign_daily WHERE date_day = current_date - 20',
		name => 'SELECT gender FROM kakao.campaign_age_gender_daily WHERE date_day = current_date - 20',
		unbounded => 'SELECT clicks FROM kakao.campaign_daily',
		entity => 'campaigns',
		account => '700101',
		table_option => "report 'campaign'",
		secret => 'access_token',
		account_option => [ account_id => '700 x', qr/digits/ ],
		day => 'start',
		bad_type => [ bigint => 'cost' ],
		narrow => [ smallint => 'imp' ],
		reach => qr/24 months/,
		garble => [ '46454d414c45', '46454dc328' ],
		server_error => [ { error => '-1' }, qr/HTTP 500/ ],
		quota => { status => 429, headers => { 'Retry-After' => '5400' }, body => '{"msg":"API limit has been exceeded.","code":-813,"extras":{}}' },
		bare => [ {}, qr/access_token/ ],
		expired => [ { access_token => 'sample-kakao-expired-long-ago' }, qr/HTTP 401, error -401/ ],
	},
);

$_->{make}->($node, $sim, options => $_->{once}) for values %platforms;
$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000, kakao_throttle_pct => 0 });

# An answer to a page of rows that is not what it should be.
sub page_fault
{
	my ($platform, $action) = @_;
	return [ { match => $platform->{page}, action => $action } ];
}

# The cases that all platforms share: name, faults or undef, statement, SQLSTATE,
# message, and detail, hint or context.
sub shared_cases
{
	my ($s, $p) = @_;
	my ($account, $value, $what) = @{ $p->{account_option} };
	my $fault = sub { page_fault($p, @_) };
	my $is_json = $p->{wrapper} ne 'appsflyer';

	return (
		[ 'misspelt option', undef, "ALTER SERVER $s OPTIONS (ADD max_retrys '1')",
			'HV00D', qr/invalid option "max_retrys"/, qr/Perhaps you meant the option "max_retries"/ ],
		[ 'unknown option', undef, "ALTER SERVER $s OPTIONS (ADD colour 'green')",
			'HV00D', qr/invalid option "colour"/, qr/Valid options for a server are: .*$account/ ],
		[ 'option of another kind of object', undef, "ALTER SERVER $s OPTIONS (ADD $p->{table_option})",
			'HV00D', qr/"\w+"/, qr/Set it on a foreign table/ ],
		[ 'secret on a server', undef, "ALTER SERVER $s OPTIONS (ADD $p->{secret} 'do-not-show')",
			'HV00D', qr/is a secret and cannot be set on a server/, qr/USER MAPPING/ ],
		[ 'plain http', undef, "ALTER SERVER $s OPTIONS (SET endpoint 'http://example.com')",
			'22023', qr/invalid value for option "endpoint"/, qr/loopback/ ],
		[ 'malformed account', undef, "ALTER SERVER $s OPTIONS (SET $account '$value')",
			'22023', qr/invalid value for option "$account"/, $what ],
		[ 'type that cannot hold its field', undef, "SELECT * FROM $s.bad_type WHERE day = current_date - 20",
			'HV004', qr/cannot hold field "\Q$p->{bad_type}[1]\E"/, qr/adpipe\.columns/ ],
		[ 'value out of range', undef, "SELECT number FROM $s.narrow WHERE day BETWEEN current_date - 22 AND current_date - 20",
			'22003', qr/value "\d+" is out of range for type smallint/, qr/column "number" of foreign table "$s.narrow", field "\Q$p->{narrow}[1]\E"/ ],
		[ 'no lower bound', undef, $p->{unbounded},
			'HV002', qr/no lower bound on column "date_day"/, qr/WHERE date_day >=/ ],
		[ 'days beyond reach', undef, "$p->{unbounded} WHERE date_day >= '2015-01-01'",
			'22008', qr/outside the reach/, $p->{reach} ],
		[ 'HTML page with status 200', $fault->({ html => 200 }), $p->{good},
			'HV00A', qr/cannot be read/, qr/Account \Q$p->{account}\E, \S+ to \S+: .*check option endpoint/s ],
		[ 'body cut in the middle', $fault->({ cut => 100 }), $p->{good},
			'HV00M', qr/did not give a whole answer/, qr/Account \Q$p->{account}\E.*option max_retries/s ],
		[ 'nothing but blanks', $fault->({ status => 200, body => '   ' }), $p->{good},
			'HV00A', qr/cannot be read/, qr/Account \Q$p->{account}\E/ ],
		[ 'another document', $fault->({ status => 200, body => '[1, 2]' }), $p->{good},
			'HV00A', qr/cannot be read/, $p->{another} // ($is_json ? qr/not a JSON object/ : qr/is not a report/) ],
		[ 'broken UTF-8 in a name', $fault->({ replace_bytes => $p->{garble} }), $p->{name},
			'HV00A', qr/cannot be read/, $is_json ? qr/not valid UTF-8/ : qr/NUL or an invalid sequence/ ],
		[ 'server error', $fault->($p->{server_error}[0]), $p->{good},
			'HV00M', qr/did not give a whole answer/, $p->{server_error}[1] ],
		[ 'quota for hours', $fault->($p->{quota}), $p->{good},
			'53400', qr/quota .* used up/, qr/Come back at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/ ],
		[ 'redirect', $fault->({ redirect => 'https://elsewhere.example/' }), $p->{good},
			'HV00L', qr/refused the request/, qr/HTTP 302/ ],
		[ 'gzip bomb', $fault->({ gzip_bomb => 2000 }), $p->{good},
			'54000', qr/too large/, qr/fewer days or columns/ ],
		[ 'no credentials', undef, "SELECT * FROM ${s}_bare.$p->{entity}",
			'28000', qr/cannot sign in/, $p->{bare}[1] ],
		[ 'no user mapping', undef, "SELECT * FROM ${s}_unmapped.$p->{entity}",
			'42704', qr/role "\w+" has no user mapping for server "${s}_unmapped"/, qr/CREATE USER MAPPING FOR \w+ SERVER ${s}_unmapped/ ],
		[ 'expired access token', undef, "SELECT * FROM ${s}_expired.$p->{entity}",
			'28000', qr/refused the credentials/, $p->{expired}[1] ],
		[ 'nobody listens', undef, "SELECT * FROM ${s}_deaf.$p->{entity}",
			'HV00N', qr/could not connect to platform "$p->{wrapper}"/, qr/127\.0\.0\.1(?::| port )9 .*Check the network/s ],
		[ 'no such host', undef, "SELECT * FROM ${s}_lost.$p->{entity}",
			'HV00N', qr/could not connect to platform "$p->{wrapper}"/, qr/could not be resolved.*Check the network/s ],
		[ 'certificate not trusted', undef, "SELECT * FROM ${s}_distrusted.$p->{entity}",
			'HV00N', qr/could not connect/, qr/certificate.*adpipe\.ca_file/s ],
	);
}

# Servers and tables that fail in ways of their own.
sub make_failing
{
	my ($s, $p) = @_;
	my $server = sub {
		my ($name, %args) = @_;
		$p->{make}->($node, $sim, name => "${s}_$name", %args, options => { %{ $p->{once} }, %{ $args{options} // {} } });
	};

	$server->('bare', mapping => $p->{bare}[0]);
	$server->('unmapped');
	$server->('deaf', options => { $p->{everywhere}->('http://127.0.0.1:9') });
	$server->('lost', options => { $p->{everywhere}->('https://nowhere.invalid') });
	$server->('expired', mapping => $p->{expired}[0]);
	$server->('distrusted', options => { $p->{everywhere}->($sim->https) });
	$node->safe_psql('postgres', <<"END");
DROP USER MAPPING FOR CURRENT_USER SERVER ${s}_unmapped;
CREATE FOREIGN TABLE $s.bad_type (day date OPTIONS (field '$p->{day}'),
    number $p->{bad_type}[0] OPTIONS (field '$p->{bad_type}[1]')) SERVER $s OPTIONS ($p->{table_option});
CREATE FOREIGN TABLE $s.narrow (day date OPTIONS (field '$p->{day}'),
    number $p->{narrow}[0] OPTIONS (field '$p->{narrow}[1]')) SERVER $s OPTIONS ($p->{table_option});
END
	return;
}

# Google's own.
my @google_cases = (
	[ 'unknown field', undef,
		'SELECT nothing FROM google.bad_field WHERE date_day = current_date - 20',
		'HV005', qr/does not know a field/, qr/UNRECOGNIZED_FIELD, request id \S+.*metrics\.nothing/s ],
	[ 'truncated JSON', page_fault($platforms{google}, { truncate_json => \1 }), $platforms{google}{good},
		'HV00A', qr/cannot be read/, qr/cut short.*Run the statement again/s ],
	[ 'NUL in a name', page_fault($platforms{google}, { replace => [ '"name":"', '"name":"\\u0000' ] }),
		"SELECT campaign_name FROM google.campaign_daily WHERE date_day = current_date - 20",
		'22P02', qr/value .* of field "campaign.name" does not fit column "campaign_name" of foreign table "google.campaign_daily"/, qr/without the character NUL/ ],
	[ 'a broken surrogate in a name', page_fault($platforms{google}, { replace => [ '"name":"', '"name":"\\ud800' ] }),
		"SELECT campaign_name FROM google.campaign_daily WHERE date_day = current_date - 20",
		'22P02', qr/does not fit column "campaign_name"/, qr/jsonb any value/ ],
	[ 'broken UTF-8 in a key', page_fault($platforms{google}, { replace_bytes => [ '22636c69636b73', '22636c69ff6b73' ] }),
		"SELECT campaign_name, clicks FROM google.campaign_daily WHERE date_day = current_date - 20",
		'HV00A', qr/cannot be read/, qr/not valid UTF-8/ ],
	[ 'sunset version', undef, 'SELECT * FROM old.campaigns',
		'HV00L', qr/refused the request/, qr/api_version/ ],
	[ 'manager account', undef, 'SELECT clicks FROM mcc.account_daily WHERE date_day = current_date - 20',
		'HV00L', qr/refused the request/, qr/REQUESTED_METRICS_FOR_MANAGER/ ],
	[ 'no account below the manager',
		[ { match => { query => 'FROM customer_client ' }, action => { status => 200, body => '{"fieldMask":"customerClient.id"}' } } ],
		'SELECT * FROM every.campaigns',
		'HV002', qr/manager account 9876543210 of server "every" has no enabled account below it/, qr/"customer_id" is \*/ ],
	[ 'the list of accounts never ends',
		[ { match => { query => 'FROM customer_client ' }, action => { status => 200, body => '{"fieldMask":"customerClient.id","nextPageToken":"again"}' } } ],
		'SELECT * FROM every.campaigns',
		'HV00A', qr/gave the same page twice/, qr/9876543210/ ],
	[ 'cancelled account', undef, 'SELECT clicks FROM cancelled.account_daily WHERE date_day = current_date - 20',
		'28000', qr/refused the credentials/, qr/1111111111.*CUSTOMER_NOT_ENABLED/s ],
	[ 'revoked refresh token', undef, 'SELECT * FROM revoked.campaigns',
		'28000', qr/refused the credentials/, qr/invalid_grant/ ],
);

# Meta's own.
my @meta_cases = (
	[ 'unknown field', undef, 'SELECT nothing FROM meta.bad_field WHERE day = current_date - 20',
		'HV00L', qr/refused the request/, qr/error 100, .*nothing is not valid for fields.*option field/s ],
	[ 'an account of others', undef, 'SELECT * FROM hidden.campaigns',
		'28000', qr/refused the credentials/, qr{9999999999999999.*error 100/33.*Assign the ad account}s ],
	[ 'an account of others, by the list', undef, 'SELECT account_name FROM hidden.campaigns',
		'28000', qr/refused the credentials/, qr{error 100/33} ],
	[ 'a wrong app secret', undef, 'SELECT * FROM unproven.campaigns',
		'28000', qr/refused the credentials/, qr/error 104.*option app_secret/s ],
	[ 'a stale cursor', [ { match => { path => '/campaigns' }, action => { error => '2642' } } ], 'SELECT * FROM meta.campaigns',
		'HV00M', qr/did not give a whole answer/, qr/error 2642.*Run the statement again/s ],
	[ 'an error in the shape of text', [ { match => { path => '/campaigns' }, action => { error => '368', error_data => '{"a":1}' } } ], 'SELECT * FROM meta.campaigns',
		'HV00L', qr/refused the request/, qr/error 368.*in some hours/s ],
	[ 'no open account', [ { match => { path => 'me/adaccounts' }, action => { status => 200, body => '{"data":[{"account_id":"1","account_status":101}]}' } } ],
		'SELECT * FROM all_meta.campaigns', 'HV002', qr/has no open account to ask/, qr/none of them open/ ],
	[ 'the list of accounts never ends', [ { match => { path => 'me/adaccounts' }, action => { status => 200, body => '{"data":[],"paging":{"cursors":{"after":"x"},"next":"http://y"}}' } } ],
		'SELECT * FROM all_meta.campaigns', 'HV00A', qr/gave the same page twice/, qr/List of accounts/ ],
);
my %meta = (%{ $platforms{meta}{once} });
meta_server($node, $sim, name => 'hidden', options => { %meta, account_id => 'act_9999999999999999' });
meta_server($node, $sim, name => 'unproven', options => {%meta}, mapping => { %AdpipeTest::META_CREDENTIALS, app_secret => 'not-the-secret' });
meta_server($node, $sim, name => 'all_meta', options => { %meta, account_id => '*' });
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE meta.bad_field (day date OPTIONS (field 'date_start'), nothing bigint) SERVER meta OPTIONS (level 'campaign');
END

my %once = %{ $platforms{google}{once} };
google_server($node, $sim, name => 'old', options => { %once, api_version => 'v22' });
google_server($node, $sim, name => 'every', options => { %once, customer_id => '*' });
google_server($node, $sim, name => 'mcc', options => { %once, customer_id => '9876543210' });
google_server($node, $sim, name => 'cancelled', options => { %once, customer_id => '1111111111' });
google_server($node, $sim, name => 'revoked', options => {%once},
	mapping => { %AdpipeTest::GOOGLE_CREDENTIALS, refresh_token => '1//revoked-long-ago' });
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE google.bad_field (date_day date OPTIONS (field 'segments.date'),
    nothing bigint OPTIONS (field 'metrics.nothing')) SERVER google OPTIONS (resource 'campaign');
END
make_failing($_, $platforms{$_}) for sort keys %platforms;

# From here on the server logs all it can, and must not log these; what the
# statement itself says is its author's own.
my $secrets = qr/simulated\.|EAAsample|0123456789abcdef|not-the-secret|sample-secret|sample-refresh|revoked-long-ago|expired-long-ago|AQAAAAExample|Bearer /;
$node->append_conf('postgresql.conf', <<'END');
log_min_messages = debug5
log_statement = all
log_error_verbosity = verbose
END
$node->reload;
my $log_start = -s $node->logfile;
poll_until(sub { $node->safe_psql('postgres', 'SHOW log_statement') eq 'all' });

# Goes through cases of a platform.
sub run_case
{
	my ($platform, $case) = @_;
	my ($name, $faults, $sql, $sqlstate, $message, $more) = @$case;

	subtest "$platform: $name" => sub {
		$sim->reset;
		$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000, kakao_throttle_pct => 0 });
		$sim->faults($faults) if $faults;
		my $error = $session->query_error($sql);
		is($error->{sqlstate}, $sqlstate, 'SQLSTATE');
		like($error->{message}, $message, 'message');
		like(join("\n", map { $_ // '' } @$error{qw(detail hint context)}), $more, 'detail, hint or context');
		unlike(join("\n", map { $_ // '' } values %$error), qr/$secrets|do-not-show/, 'no secret');
		$sim->faults([]);
		is($session->query($platforms{$platform}{good}), 't', 'the session goes on working');
	};
	return;
}

for my $platform (sort keys %platforms)
{
	run_case($platform, $_) for shared_cases($platform, $platforms{$platform});
}
run_case('google', $_) for @google_cases;
run_case('meta', $_) for @meta_cases;

my $log = slurp_file($node->logfile, $log_start);
like($log, qr/DEBUG.*STATEMENT/s, 'the log is talkative');
unlike($log, $secrets, 'the log of all these errors holds no secret');
$node->append_conf('postgresql.conf', "log_min_messages = warning\nlog_statement = none");
$node->reload;

# With the right authorities the same server can be read.
$node->safe_psql('postgres', "LOAD 'adpipe'; ALTER SYSTEM SET adpipe.ca_file = '" . $sim->ca_file . "'; SELECT pg_reload_conf()");
poll_until(sub { $node->safe_psql('postgres', 'SHOW adpipe.ca_file') eq $sim->ca_file });
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM google_distrusted.campaigns'), 't', 'HTTPS with adpipe.ca_file');

# Endpoints of roles that are not superuser.
$node->safe_psql('postgres', 'CREATE ROLE analyst; GRANT USAGE ON FOREIGN DATA WRAPPER google_ads TO analyst');
my $create = 'SET ROLE analyst; CREATE SERVER own FOREIGN DATA WRAPPER google_ads OPTIONS (endpoint ' . quote($sim->http) . ')';
is(sql_error($node, $create)->{sqlstate}, '42501', 'an endpoint of a role that is not superuser is refused');
my $allowed = 'https://elsewhere.example ' . $sim->http;
$node->safe_psql('postgres', "LOAD 'adpipe'; ALTER SYSTEM SET adpipe.allowed_endpoints = " . quote($allowed) . '; SELECT pg_reload_conf()');
poll_until(sub { $node->safe_psql('postgres', 'SHOW adpipe.allowed_endpoints') =~ /\Q$allowed\E/ });
$node->safe_psql('postgres', $create);
pass('unless it is allowed, with commas or blanks between the addresses');

# Databases that are not UTF8: nothing is sent, and the session goes on.
for my $encoding ('LATIN1', 'SQL_ASCII')
{
	my $dbname = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $dbname ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	$node->safe_psql($dbname, 'CREATE EXTENSION adpipe');
	google_server($node, $sim, dbname => $dbname);
	$sim->reset;
	my $other = session($node, dbname => $dbname);
	my $refused = $other->query_error('SELECT * FROM google.campaigns');
	is($refused->{sqlstate}, '0A000', "$encoding is refused");
	like($refused->{message}, qr/need a database with encoding UTF8/, "$encoding: message");
	like($refused->{detail}, qr/\b$encoding\b/, "$encoding: detail");
	like($refused->{hint}, qr/ENCODING 'UTF8' TEMPLATE template0/, "$encoding: hint");
	is(scalar @{ $sim->requests }, 0, "$encoding: nothing is sent");
	is($other->query("SELECT adpipe.ctr(1::bigint, 4::bigint)"), '0.25000000000000000000', "$encoding: the session goes on working");
}

done_testing();
