# adpipe.check_server(server): each line of it is right for a server that is well,
# and says what to do for one that is not; it sends few requests, and counts them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '1234567890,2345678901', max_retries => 0 });
meta_server($node, $sim, role => 'loader', schema => undef, options => { max_retries => 0 });
appsflyer_server($node, $sim, role => 'loader', schema => undef, options => { max_retries => 0 });
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER meta, flyer TO loader');
my $now = '2026-11-20T12:00:00Z';

sub fresh
{
	$sim->control('POST', '/_control/reset', { tokens => \1 });
	# which ends AppsFlyer's token, too, until the next reset
	$sim->reset;
	at($_[0] // $now);
	return;
}

# All lines; or that of an item.
sub check { return scalar run("SELECT item, status, detail FROM adpipe.check_server('$_[0]')"); }

sub line
{
	my ($server, $item) = @_;
	my ($line) = map { /^\Q$item\E\|(.*)$/ } split /\n/, check($server);
	return $line // 'no such line';
}

# A server that is well, line by line, and what it costs.
my $http = $sim->http;
fresh();
is(check('google'), <<"END" =~ s/\n\z//r, 'google');
endpoint|ok|$http, which adpipe.allowed_endpoints or the server's owner allows
API version|ok|v26, which ends in 2027-11
reachable|ok|The platform answers.
credentials|ok|The access token is fetched and renewed by itself.
token|skipped|The platform reports nothing about it.
@{[ join "\n", map { my $id = $_; my ($a) = grep { $_->{id} eq $id } @{ $sim->accounts('google') }; "account $id|ok|" . run("SELECT account_name FROM adpipe.table_accounts('google.campaign_daily') WHERE account_id = '$id'") . ": open, $a->{currency}, $a->{time_zone}" } qw(1234567890 2345678901) ]}
quota|skipped|The platform has said nothing about it.
requests|ok|This check sent 3.
END
fresh();
check('google');
is(scalar @{ $sim->requests }, 3, 'google: as many requests as it says');
fresh();
my $meta = check('meta');
like($meta, qr/^token\|ok\|scopes \S*ads_read\S*; it does not expire$/m, 'meta: the token');
like($meta, qr/^account 1234567890123456\|ok\|.*: open, KRW, Asia\/Seoul$/m, 'meta: an account');
like($meta, qr/^account 1111111111111111\|warning\|.*: closed, .*take it out of the option/mi, 'meta: a closed account');
like($meta, qr/^requests\|ok\|This check sent 2\.$/m, 'meta: requests');
is(scalar @{ $sim->requests }, 2, 'meta: as many as it says');
fresh();
my $flyer = check('flyer');
my @apps = map { $_->{id} } @{ $sim->accounts('appsflyer') };
is(scalar(() = $flyer =~ /^account \S+\|ok\|/mg), scalar @apps, 'appsflyer: the apps');
like($flyer, qr/^requests\|ok\|This check sent 1\.$/m, 'appsflyer: one request');
like($flyer, qr/^API version\|ok\|v5, whose end is not announced$/m, 'appsflyer: the version');
is(join(' ', sort { $a cmp $b } map { /^[^|]+\|(\w+)/ } split /\n/, "$meta\n$flyer") =~ /failed/, '', 'nothing fails');

# What the platform has said of quotas.
fresh();
$sim->settings({ meta_usage_pct => 80 });
like(scalar run("SELECT count(*) FROM adpipe.check_server('meta') WHERE item = 'token'; SELECT item, status, detail FROM adpipe.check_server('meta')"),
	qr/^quota\|warning\|.*8\d % used\.$/m, 'a quota that is nearly used up');

# Versions.
sub version
{
	my ($server, $version) = @_;
	$node->safe_psql('postgres', "ALTER SERVER $server OPTIONS (ADD api_version '$version')");
	my $line = line($server, 'API version');
	$node->safe_psql('postgres', "ALTER SERVER $server OPTIONS (DROP api_version)");
	return $line;
}
fresh('2026-12-03T12:00:00Z');
is(version('google', 'v23'), 'warning|version v23 of the API ends on 2027-02-01. ALTER SERVER google OPTIONS (SET api_version \'v26\');', 'a version with 60 days to live');
fresh('2026-12-02T12:00:00Z');
is(version('google', 'v23'), 'ok|v23, which ends in 2027-02', 'and with 61');
is(version('meta', 'v24.0'), 'warning|version v24.0 of the API ended on 2026-11-10. ALTER SERVER meta OPTIONS (SET api_version \'v26.0\');', 'one that has ended');
like(version('google', 'v99'), qr/^warning\|version v99 of the API is not one that this release/, 'one that nobody knows');
fresh('2027-10-01T12:00:00Z');
is(line('google', 'API version'), 'warning|version v26 of the API ends on 2027-11-01. Install a newer release of adpipe, which knows later versions.', 'the last one that is known');

# The same in health: one row for all copies of a server.
sub version_rows { return scalar run("SELECT severity, target, problem, since, action FROM adpipe.health WHERE problem LIKE '%version%'"); }
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (ADD api_version 'v23')");
at('2026-12-02T12:00:00Z');
run("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns')");
is(version_rows(), '', 'health: 61 days before');
at('2026-12-03T12:00:00Z');
is(version_rows(), "warning|ads.campaigns|version v23 of the API ends on 2027-02-01|2026-12-03 00:00:00+00|ALTER SERVER google OPTIONS (SET api_version 'v26');", 'health: 60 days before');
run("SELECT adpipe.materialize('google.ad_groups', 'ads.ad_groups')");
at('2027-02-01T00:00:01Z');
like(version_rows(), qr/^warning\|\|2 copies: version v23 of the API ended on 2027-02-01\|2026-12-03 00:00:00\+00\|ALTER SERVER google.*health_details lists/, 'health: at once when it has ended, one row for two copies');
$node->safe_psql('postgres', 'ALTER SERVER google OPTIONS (DROP api_version)');
is(version_rows(), '', 'health: repaired');
at('2027-09-02T00:00:01Z');
like(version_rows(), qr/version v26 of the API ends on 2027-11-01.*Install a newer release/, 'health: the default version');

# Faults, one at a time: item, status and what to do.
sub mapping { $node->safe_psql('postgres', "ALTER USER MAPPING FOR loader SERVER $_[0] OPTIONS (SET $_[1])"); return; }
my @faults = (
	[ 'google', 'credentials', [ { match => { path => '/token' }, action => { error => 'oauth.invalid_grant' } } ], qr/^failed\|platform "google_ads" refused the credentials\. .*invalid_grant.*sign in again/, 1 ],
	[ 'google', 'account 2345678901', [ { match => { account => '2345678901' }, action => { error => 'authorizationError.USER_PERMISSION_DENIED' } } ], qr/^failed\|platform "google_ads" refused the credentials\. Account 2345678901: HTTP 403, authorizationError/, 3 ],
	[ 'google', 'reachable', [ { action => { status => 503, body => '' } } ], qr/^failed\|platform "google_ads" did not give a whole answer\. Sign-in: HTTP 503/, 1 ],
	[ 'google', 'quota', [ { match => { path => 'googleAds' }, action => { error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '5400s' } } ], qr/^failed\|quota of platform "google_ads" is used up\. Account 1234567890: HTTP 429.*Come back at 2026-11-20T13:30:00Z\./, 2 ],
	[ 'flyer', 'credentials', [ { action => { error => 'invalid_token' } } ], qr/^failed\|platform "appsflyer" refused the credentials\. .*HTTP 401/, 1 ],
);
for my $case (@faults)
{
	my ($server, $item, $rules, $expected, $requests) = @$case;
	fresh();
	$sim->faults($rules);
	my $all = check($server);
	my ($line) = map { /^\Q$item\E\|(failed.*)$/ } split /\n/, $all;
	like($line // $all, $expected, "$server: $item");
	like($all, qr/^requests\|ok\|This check sent $requests\.$/m, "$server: $item: requests");
}
fresh();
$sim->faults([ { match => { account => '2345678901' }, action => { error => 'authorizationError.USER_PERMISSION_DENIED' } } ]);
like(line('google', 'account 1234567890'), qr/^ok\|/, 'an account that fails hides no other');
is(line('google', 'credentials'), 'ok|The access token is fetched and renewed by itself.', 'nor does it say that the credentials are wrong');
fresh();
$sim->settings({ meta_scopes => 'public_profile' });
is(line('meta', 'token'), 'failed|It has the scopes public_profile. Reports need ads_read or ads_management: grant it, make a new token, and put that into the user mapping.', 'a token without the scope');
fresh();
$sim->settings({ meta_token_expires_at => 1795867200 });
like(line('meta', 'token'), qr/^(warning|failed)\|It ends 2026-11-28 \d\d:\d\d UTC\. Make a new token/, 'a token that ends soon');
fresh();
$sim->settings({ meta_token_state => '463' });
like(line('meta', 'credentials'), qr/^failed\|.*refused the credentials/, 'a token that has ended');
fresh();
mapping('google', "client_secret 'wrong-secret-value'");
my $line = line('google', 'credentials');
like($line, qr/^failed\|.*invalid_client.*Check client_id and client_secret/, 'a wrong secret');
unlike(check('google'), qr/wrong-secret|sample-refresh/, 'no secret is shown');
$node->safe_psql('postgres', 'DROP USER MAPPING FOR loader SERVER google');
is(line('google', 'user mapping'), 'failed|role "loader" has no user mapping for server "google". CREATE USER MAPPING FOR loader SERVER google OPTIONS (...).', 'no user mapping');
like(line('google', 'reachable'), qr/^skipped\|/, 'without a request');
$node->safe_psql('postgres', "ALTER SERVER meta OPTIONS (SET endpoint 'http://127.0.0.1:1')");
like(line('meta', 'reachable'), qr/^failed\|could not connect to platform "meta_ads"\. .*option endpoint/, 'nothing listens');

# Whose address it is: the rules hold again when a server is used.
$node->safe_psql('postgres', "GRANT USAGE ON FOREIGN DATA WRAPPER appsflyer TO loader; ALTER SERVER flyer OWNER TO loader");
like(line('flyer', 'endpoint'), qr/^failed\|.*adpipe\.allowed_endpoints/, 'an address that is not allowed');

# Who may ask.
$node->safe_psql('postgres', 'CREATE ROLE plain LOGIN');
is(sql_error($node, "SET ROLE plain; SELECT * FROM adpipe.check_server('google')")->{sqlstate}, '42501', 'not everybody');
is(sql_error($node, "SELECT * FROM adpipe.check_server('nothing')")->{sqlstate}, '42704', 'a server that is not there');

done_testing();
