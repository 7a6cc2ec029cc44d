# What goes out and what is shown: secrets in no spelling, header values as
# printable ASCII, endpoints that nobody leaves, authorities that are the only
# ones.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use MIME::Base64 qw(encode_base64 encode_base64url);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster(conf => "log_error_verbosity = verbose\n");
my $sim = simulator();
my %once = (max_retries => 0, customer_id => '1234567890');
my $refresh_token = '1//0eXAMPLE"refresh\TOKEN+/=-abcdef0123456789';
my $ready_token = 'ya29.a/ready+token=of"the\test-0123456789-0123456789';
google_server($node, $sim, options => {%once}, mapping => { %AdpipeTest::GOOGLE_CREDENTIALS, refresh_token => $refresh_token });
google_server($node, $sim, name => 'ready', options => {%once}, mapping => { access_token => $ready_token });
google_server($node, $sim, name => 'robot', options => {%once}, mapping => { service_account_key => slurp_file($sim->ready->{service_account_key_file}) });

sub shown
{
	my ($error) = @_;
	return join "\n", map { $_ // '' } values %$error;
}

# Every spelling of a secret that a gateway may repeat.
sub spellings
{
	my ($secret) = @_;
	my $percent = $secret =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger;
	my $json = $secret =~ s/(["\\])/\\$1/gr;
	return (
		$secret,
		$percent,
		lc($percent) eq $percent ? () : $percent =~ s/(%..)/lc $1/ger,
		$secret =~ s/(.)/sprintf '%%%02x', ord $1/ger,
		$percent =~ s/%/%25/gr,
		$json,
		$json =~ s{/}{\\/}gr,
		$secret =~ s/([^A-Za-z0-9])/sprintf '\\u%04x', ord $1/ger,
		(map { encode_base64($_ . $secret, '') } '', 'a', 'ab'),
		(map { encode_base64url($_ . $secret) } '', 'a', 'ab'));
}

my $start = -s $node->logfile;
for my $case ([ 'ready', $ready_token, { path => 'googleAds:search' }, 'SELECT * FROM ready.campaigns' ],
	[ 'google', $refresh_token, { path => '/token' }, 'SELECT * FROM google.campaigns' ])
{
	my ($name, $secret, $match, $sql) = @$case;
	for my $spelling (spellings($secret))
	{
		my $echo = "could not parse request: form=$spelling&x=1";
		my $text = $echo =~ s/(["\\])/\\$1/gr;
		# the middle of each spelling: what it begins with may be shared
		my $part = substr $spelling, 8, 10;
		for my $body (qq({"error":"invalid_request","error_description":"$text"}), qq({"error":{"code":400,"message":"$text","status":"$text"}}), $echo)
		{
			for my $status (200, 400, 503)
			{
				$sim->faults([ { match => $match, action => { status => $status, body => $body } } ]);
				my $all = shown(sql_error($node, $sql));
				is(index($all, $part), -1, "$name, HTTP $status: \"$part\" is not shown") or diag($all);
			}
		}
	}
}

# The signed assertion is good for an hour.
for my $form ('json', 'text')
{
	for my $status (200, 400, 503)
	{
		$sim->faults([ { match => { path => '/token' }, action => { echo => $form, status => $status } } ]);
		my $all = shown(sql_error($node, 'SELECT * FROM robot.campaigns'));
		unlike($all, qr/eyJ[A-Za-z0-9_-]{6}/, "$form, HTTP $status: no assertion is shown");
		like($all, qr/\*\*\*/, 'but that there was something') if $form eq 'json';
		$all = shown(sql_error($node, 'SELECT * FROM google.campaigns'));
		unlike($all, qr/eXAMPLE|sample-secret/, "$form, HTTP $status: nor what a form holds");
		$sim->faults([ { match => { path => 'googleAds' }, action => { echo => $form, status => $status } } ]);
		$all = shown(sql_error($node, 'SELECT * FROM ready.campaigns'));
		unlike($all, qr/ready.{1,6}token|0123456789-01/, "$form, HTTP $status: nor a header");
	}
}
$sim->faults([]);
my $log = slurp_file($node->logfile, $start);
unlike($log, qr/eyJ[A-Za-z0-9_-]{20}/, 'nor logged');
for my $secret ($refresh_token, $ready_token)
{
	is(index($log, substr $_, 8, 10), -1, 'no spelling is logged') for spellings($secret);
}

# Header values.
meta_server($node, $sim, name => '"Meta Ads"', options => { max_retries => 0, account_id => '1234567890123456' }, schema => undef);
$node->safe_psql('postgres', q{CREATE SCHEMA meta; IMPORT FOREIGN SCHEMA reports FROM SERVER "Meta Ads" INTO meta});
$sim->faults([ { match => { path => 'googleAds:search' }, action => { status => 400, body => '{}', headers => { 'request-id' => "abc\x{ff}\x{fe}" } } } ]);
unlike(shown(sql_error($node, 'SELECT * FROM ready.campaigns')), qr/request id/, 'a request id that is no text is left out');
$sim->faults([ { match => { path => 'googleAds:search' }, action => { status => 400, body => '{}', headers => { 'request-id' => 'x' x 9000 } } } ]);
my $all = shown(sql_error($node, 'SELECT * FROM ready.campaigns'));
like($all, qr/request id x{100}\b/, 'a long one is cut');
cmp_ok(length $all, '<', 3000, 'to a bounded length');
$sim->faults([ { match => { path => 'campaigns' }, action => { status => 400, body => '{"error":{"message":"' . 'm' x 100000 . '","code":100,"fbtrace_id":"\u0001\u20ac"}}' } } ]);
$all = shown(sql_error($node, 'SELECT * FROM meta.campaigns'));
cmp_ok(length $all, '<', 5000, 'the platform\'s words are bounded');
unlike($all, qr/\x01/, 'ids in a body are printable as well');
my $empty = '{"data":[]}';
for my $version ("v9\x{ff}", "v9'; DROP", 'v' x 30)
{
	$sim->faults([ { match => { path => '/campaigns' }, action => { status => 200, body => $empty, headers => { 'facebook-api-version' => $version } } } ]);
	my ($out, $err);
	$node->psql('postgres', 'SELECT count(*) FROM meta.campaigns', stdout => \$out, stderr => \$err);
	is($out, '0', 'an answer with an odd version is an answer');
	unlike($err, qr/[^\x00-\x7f]|vvvv/, 'whose version is not shown if it is none');
	like($err, qr/ALTER SERVER "Meta Ads" OPTIONS \(SET api_version 'v9''; DROP'\)/, 'and quoted where a hint is meant to be pasted') if $version =~ /DROP/;
	is($node->safe_psql('postgres', q{SELECT count(*) FROM adpipe.table_settings('meta.accounts') WHERE length(value) IS NULL}), '0', 'and what settings tell is text')
	  if $version =~ /\xff/;
}

# Headers that are too long are not "out of memory".
$sim->faults([ { match => { path => 'googleAds:search' }, action => { status => 200, body => '{}', headers => { 'x-long' => 'x' x 150_000 } } } ]);
my $error = sql_error($node, 'SELECT * FROM ready.campaigns');
is($error->{sqlstate}, '54000', 'a header above 100 kB: SQLSTATE');
like(shown($error), qr/headers are larger than the limit/, 'and what it is');
$sim->faults([]);

# Endpoints: an allowed prefix of a path cannot be left.
$node->safe_psql('postgres', 'CREATE ROLE analyst; GRANT USAGE ON FOREIGN DATA WRAPPER google_ads TO analyst');
my $base = $sim->http;
my ($port) = $base =~ /:(\d+)$/;
$node->safe_psql('postgres', "LOAD 'adpipe'; ALTER SYSTEM SET adpipe.allowed_endpoints = " . quote("$base/allowed, https://Proxy.example/ads") . '; SELECT pg_reload_conf()');
poll_until(sub { $node->safe_psql('postgres', "LOAD 'adpipe'; SHOW adpipe.allowed_endpoints") =~ /allowed/ });
sub create
{
	my ($endpoint, $role) = @_;
	my ($status, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nBEGIN; SET ROLE $role; CREATE SERVER e FOREIGN DATA WRAPPER google_ads OPTIONS (endpoint " . quote($endpoint) . '); ROLLBACK', on_error_stop => 1);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : 'created';
}
for my $path ('/allowed/../admin', '/allowed/..', '/allowed/./x', '/allowed/%2e%2e/admin', '/allowed/%2E./admin', '/allowed/.%2e/admin', '/allowed/%252e%252e/admin',
	'/allowed/..%2fadmin', '/allowed/x%2f..%2f..', '/allowed/%5c..%5c', '/allowed//admin', '/allowed/%2f/admin', '/allowed\\..\\admin')
{
	is(create("$base$path", 'analyst'), '22023', "$path is refused");
	is(create("$base$path", 'postgres'), '22023', "$path is refused, whoever asks") unless $ENV{PGUSER};
}
is(create("$base/allowedx", 'analyst'), '42501', 'a path beside the allowed one is');
is(create("$base/allowed", 'analyst'), 'created', 'the allowed one is not');
is(create("$base/allowed/v1/", 'analyst'), 'created', 'nor one below it');
is(create($_, 'analyst'), 'created', "$_: the same host") for 'https://proxy.example/ads', 'https://PROXY.example:443/ads/x';
is(create($_, 'analyst'), '42501', "$_: another") for 'https://proxy.example:444/ads', 'https://proxy.example/ADS', 'https://proxy.example.evil/ads';

# A server of before, which the catalogue holds as it is: checked at connect.
$node->safe_psql('postgres', "UPDATE pg_foreign_server SET srvoptions = ARRAY['endpoint=$base/allowed/../admin', 'customer_id=1234567890', 'token_endpoint=$base/token'] WHERE srvname = 'ready'");
$sim->reset;
$error = sql_error($node, 'SELECT * FROM ready.campaigns');
is($error->{sqlstate}, '22023', 'at connect: refused');
is(scalar(@{ $sim->requests }), 0, 'and nothing is sent');

# Options that are no secrets may hold one by mistake.
my %pasted = (
	"customer_id 'EAAsampletoken'" => 'EAAsample', "customer_id '1//0gsampleREFRESH'" => '0gsample', "login_customer_id 'ya29.sample-of-a-token'" => 'sample-of', "api_version 'GOCSPX" . "-sampleSecretOfAClient'" => 'sampleSecret',
	"endpoint 'https://user:pass-word\@host.example'" => 'pass-word', "endpoint 'https://host.example/?access_token=abcdefgh'" => 'abcdefgh', "customer_id '{\"type\": \"service_account\"}'" => 'service_account');
for my $option (sort keys %pasted)
{
	$error = sql_error($node, "CREATE SERVER pasted FOREIGN DATA WRAPPER google_ads OPTIONS ($option)");
	is($error->{sqlstate}, '22023', "$option: refused");
	is(index(shown($error), $pasted{$option}), -1, 'and not repeated');
}
like(sql_error($node, "CREATE SERVER s FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '123')")->{message}, qr/"123"/, 'what is none is');

done_testing();
