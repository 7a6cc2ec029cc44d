# What goes wrong says so: SQLSTATE, message, detail and hint, and the session
# goes on working.  A row of the table is a case; further platforms add rows.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options =>
	  { customer_id => '1234567890', max_retries => 0 });

my $good = "SELECT count(*) > 0 FROM google.campaign_daily WHERE date_day = current_date - 20";
my $session = session($node);

# An answer to a page of rows that is not what it should be.
sub page_fault
{
	my ($action) = @_;
	return [ { match => { path => 'googleAds:search', query => 'FROM campaign ' },
			action => $action } ];
}

my @cases = (
	# name, faults or undef, statement, SQLSTATE, message, detail or hint
	[ 'misspelt option', undef,
		"ALTER SERVER google OPTIONS (ADD max_retrys '1')",
		'HV00D', qr/invalid option "max_retrys"/, qr/Perhaps you meant the option "max_retries"/ ],
	[ 'unknown option', undef,
		"ALTER SERVER google OPTIONS (ADD colour 'green')",
		'HV00D', qr/invalid option "colour"/, qr/Valid options for a server are: .*customer_id/ ],
	[ 'option of another kind of object', undef,
		"ALTER SERVER google OPTIONS (ADD resource 'campaign')",
		'HV00D', qr/"resource"/, qr/Set it on a foreign table/ ],
	[ 'secret on a server', undef,
		"ALTER SERVER google OPTIONS (ADD client_secret 'do-not-show')",
		'HV00D', qr/is a secret and cannot be set on a server/, qr/USER MAPPING/ ],
	[ 'plain http', undef,
		"ALTER SERVER google OPTIONS (SET endpoint 'http://example.com')",
		'22023', qr/invalid value for option "endpoint"/, qr/loopback/ ],
	[ 'malformed customer id', undef,
		"ALTER SERVER google OPTIONS (SET customer_id '12345')",
		'22023', qr/invalid value for option "customer_id"/, qr/10 digits/ ],
	[ 'type that cannot hold its field', undef,
		'SELECT * FROM google.bad_type WHERE date_day = current_date - 20',
		'HV004', qr/cannot hold field "metrics.conversions"/, qr/adpipe\.columns/ ],
	[ 'unknown field', undef,
		'SELECT nothing FROM google.bad_field WHERE date_day = current_date - 20',
		'HV005', qr/does not know a field/, qr/UNRECOGNIZED_FIELD, request id \S+.*metrics\.nothing/s ],
	[ 'value out of range', undef,
		'SELECT cost FROM google.narrow WHERE date_day = current_date - 20',
		'22003', qr/value "\d+" is out of range for type smallint/, qr/column "cost" of foreign table "google.narrow", field "metrics.cost_micros"/ ],
	[ 'no lower bound', undef, 'SELECT clicks FROM google.campaign_daily',
		'HV002', qr/no lower bound on column "date_day"/, qr/WHERE date_day >=/ ],
	[ 'days beyond reach', undef,
		"SELECT clicks FROM google.campaign_daily WHERE date_day >= '2015-01-01'",
		'22008', qr/outside the reach/, qr/37 months/ ],
	[ 'HTML page with status 200', page_fault({ html => 200 }), $good,
		'HV00A', qr/cannot be read/, qr/Account 1234567890, \S+ to \S+: .*check option endpoint/s ],
	[ 'body cut in the middle', page_fault({ cut => 100 }), $good,
		'HV00M', qr/did not give a whole answer/, qr/Account 1234567890.*option max_retries/s ],
	[ 'truncated JSON', page_fault({ truncate_json => \1 }), $good,
		'HV00A', qr/cannot be read/, qr/cut short.*Run the statement again/s ],
	[ 'nothing but blanks', page_fault({ status => 200, body => '   ' }), $good,
		'HV00A', qr/cannot be read/, qr/Account 1234567890/ ],
	[ 'another document', page_fault({ status => 200, body => '[1, 2]' }), $good,
		'HV00A', qr/cannot be read/, qr/not a JSON object/ ],
	[ 'NUL in a name', page_fault({ replace => [ '"name":"', '"name":"\\u0000' ] }),
		"SELECT campaign_name FROM google.campaign_daily WHERE date_day = current_date - 20",
		'22P02', qr/value .* of field "campaign.name" does not fit column "campaign_name" of foreign table "google.campaign_daily"/, qr/without the character NUL/ ],
	[ 'broken UTF-8 in a name', page_fault({ replace_bytes => [ '226e616d65223a22', '226e616d65223a22c328' ] }),
		"SELECT campaign_name FROM google.campaign_daily WHERE date_day = current_date - 20",
		'HV00A', qr/cannot be read/, qr/not valid UTF-8/ ],
	[ 'a broken surrogate in a name', page_fault({ replace => [ '"name":"', '"name":"\\ud800' ] }),
		"SELECT campaign_name FROM google.campaign_daily WHERE date_day = current_date - 20",
		'22P02', qr/does not fit column "campaign_name"/, qr/jsonb any value/ ],
	[ 'broken UTF-8 in a key', page_fault({ replace_bytes => [ '22636c69636b73', '22636c69ff6b73' ] }),
		"SELECT campaign_name, clicks FROM google.campaign_daily WHERE date_day = current_date - 20",
		'HV00A', qr/cannot be read/, qr/not valid UTF-8/ ],
	[ 'server error', page_fault({ error => 'internalError.INTERNAL_ERROR' }), $good,
		'HV00M', qr/did not give a whole answer/, qr/request id/ ],
	[ 'quota for hours', page_fault({ error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '5400s' }), $good,
		'53400', qr/quota .* used up/, qr/Come back at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/ ],
	[ 'redirect', page_fault({ redirect => 'http://127.0.0.1:9/' }), $good,
		'HV00L', qr/refused the request/, qr/HTTP 302.*redirects nobody/s ],
	[ 'gzip bomb', page_fault({ gzip_bomb => 2000 }), $good,
		'54000', qr/too large/, qr/fewer days or columns/ ],
	[ 'sunset version', undef, 'SELECT * FROM old.campaigns',
		'HV00L', qr/refused the request/, qr/api_version/ ],
	[ 'manager account', undef, 'SELECT clicks FROM mcc.account_daily WHERE date_day = current_date - 20',
		'HV00L', qr/refused the request/, qr/REQUESTED_METRICS_FOR_MANAGER/ ],
	[ 'no account below the manager',
		[ { match => { query => 'FROM customer_client ' }, action => { status => 200, body => '{"fieldMask":"customerClient.id"}' } } ],
		'SELECT * FROM every.campaigns',
		'HV002', qr/manager account 9876543210 of server "every" has no enabled account below it/, qr/"customer_id" is \*/ ],
	[ 'the list of accounts never ends',
		[ { match => { query => 'FROM customer_client ' }, action => { status => 200, body => '{"nextPageToken":"again"}' } } ],
		'SELECT * FROM every.campaigns',
		'HV00A', qr/gave the same page twice/, qr/9876543210/ ],
	[ 'cancelled account', undef, 'SELECT clicks FROM cancelled.account_daily WHERE date_day = current_date - 20',
		'28000', qr/refused the credentials/, qr/1111111111.*CUSTOMER_NOT_ENABLED/s ],
	[ 'revoked refresh token', undef, 'SELECT * FROM revoked.campaigns',
		'28000', qr/refused the credentials/, qr/invalid_grant/ ],
	[ 'no credentials', undef, 'SELECT * FROM bare.campaigns',
		'28000', qr/cannot sign in/, qr/refresh_token/ ],
	[ 'no user mapping', undef, 'SELECT * FROM unmapped.campaigns',
		'42704', qr/role "\w+" has no user mapping for server "unmapped"/, qr/CREATE USER MAPPING FOR \w+ SERVER unmapped/ ],
	[ 'expired access token', undef, 'SELECT * FROM expired.campaigns',
		'28000', qr/refused the credentials/, qr/HTTP 401/ ],
	[ 'nobody listens', undef, 'SELECT * FROM deaf.campaigns',
		'HV00N', qr/could not connect to platform "google_ads"/, qr/port 9.*Check the network/s ],
	[ 'no such host', undef, 'SELECT * FROM lost.campaigns',
		'HV00N', qr/could not connect to platform "google_ads"/, qr/could not be resolved.*Check the network/s ],
	[ 'certificate not trusted', undef, 'SELECT * FROM distrusted.campaigns',
		'HV00N', qr/could not connect/, qr/certificate.*adpipe\.ca_file/s ],
);

# Servers that fail in ways of their own.
my %once = (max_retries => 0, customer_id => '1234567890');
google_server($node, $sim, name => 'old', options => { %once, api_version => 'v22' });
google_server($node, $sim, name => 'every', options => { %once, customer_id => '*' });
google_server($node, $sim, name => 'mcc', options => { %once, customer_id => '9876543210' });
google_server($node, $sim, name => 'cancelled', options => { %once, customer_id => '1111111111' });
google_server($node, $sim, name => 'revoked', options => {%once},
	mapping => { %AdpipeTest::GOOGLE_CREDENTIALS, refresh_token => '1//revoked-long-ago' });
google_server($node, $sim, name => 'bare', options => {%once}, mapping => { client_id => 'only-this' });
google_server($node, $sim, name => 'unmapped', options => {%once});
google_server($node, $sim, name => 'deaf', options => { %once, endpoint => 'http://127.0.0.1:9', token_endpoint => 'http://127.0.0.1:9/token' });
google_server($node, $sim, name => 'lost', options => { %once, endpoint => 'https://nowhere.invalid', token_endpoint => 'https://nowhere.invalid/token' });
google_server($node, $sim, name => 'expired', options => {%once}, mapping => { access_token => 'ya29.expired-long-ago' });
google_server($node, $sim, name => 'distrusted', options => { %once, endpoint => $sim->https, token_endpoint => $sim->https . '/token' });
$node->safe_psql('postgres', <<'END');
DROP USER MAPPING FOR CURRENT_USER SERVER unmapped;
CREATE FOREIGN TABLE google.bad_type (date_day date OPTIONS (field 'segments.date'),
    conversions bigint OPTIONS (field 'metrics.conversions')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE google.bad_field (date_day date OPTIONS (field 'segments.date'),
    nothing bigint OPTIONS (field 'metrics.nothing')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE google.narrow (date_day date OPTIONS (field 'segments.date'),
    cost smallint OPTIONS (field 'metrics.cost_micros')) SERVER google OPTIONS (resource 'campaign');
END

# From here on the server logs all it can, and must not log these; what the
# statement itself says is its author's own.
my $secrets = qr/sample-secret|sample-refresh|revoked-long-ago|expired-long-ago|Bearer /;
$node->append_conf('postgresql.conf', <<'END');
log_min_messages = debug5
log_statement = all
log_error_verbosity = verbose
END
$node->reload;
my $log_start = -s $node->logfile;
poll_until(sub { $node->safe_psql('postgres', 'SHOW log_statement') eq 'all' });

for my $case (@cases)
{
	my ($name, $faults, $sql, $sqlstate, $message, $more) = @$case;

	subtest $name => sub {
		$sim->reset;
		$sim->faults($faults) if $faults;
		my $error = $session->query_error($sql);
		is($error->{sqlstate}, $sqlstate, 'SQLSTATE');
		like($error->{message}, $message, 'message');
		like(join("\n", map { $_ // '' } @$error{qw(detail hint context)}), $more, 'detail, hint or context');
		unlike(join("\n", map { $_ // '' } values %$error), qr/$secrets|do-not-show/, 'no secret');
		$sim->faults([]);
		is($session->query($good), 't', 'the session goes on working');
	};
}

my $log = slurp_file($node->logfile, $log_start);
like($log, qr/DEBUG.*STATEMENT/s, 'the log is talkative');
unlike($log, $secrets, 'the log of all these errors holds no secret');
$node->append_conf('postgresql.conf', "log_min_messages = warning\nlog_statement = none");
$node->reload;

# With the right authorities the same server can be read.
$node->safe_psql('postgres', "LOAD 'adpipe'; ALTER SYSTEM SET adpipe.ca_file = '" . $sim->ca_file . "'; SELECT pg_reload_conf()");
poll_until(sub { $node->safe_psql('postgres', 'SHOW adpipe.ca_file') eq $sim->ca_file });
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM distrusted.campaigns'), 't', 'HTTPS with adpipe.ca_file');

# Endpoints of roles that are not superuser.
$node->safe_psql('postgres', 'CREATE ROLE analyst; GRANT USAGE ON FOREIGN DATA WRAPPER google_ads TO analyst');
my $create = 'SET ROLE analyst; CREATE SERVER own FOREIGN DATA WRAPPER google_ads OPTIONS (endpoint ' . quote($sim->http) . ')';
is(sql_error($node, $create)->{sqlstate}, '42501', 'an endpoint of a role that is not superuser is refused');
$node->safe_psql('postgres', "LOAD 'adpipe'; ALTER SYSTEM SET adpipe.allowed_endpoints = " . quote($sim->http) . '; SELECT pg_reload_conf()');
poll_until(sub { $node->safe_psql('postgres', 'SHOW adpipe.allowed_endpoints') eq $sim->http });
$node->safe_psql('postgres', $create);
pass('unless it is allowed');

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
