# Secrets of user mappings appear nowhere but in the catalog: not in the server
# log at its most talkative, in EXPLAIN, errors or pg_stat_activity.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Digest::SHA qw(hmac_sha256_hex);
use Cpanel::JSON::XS ();
use PostgreSQL::Test::Utils;
use Test::More;

# As long as real ones are; what an error shows of an answer is shorter.
my $long_token = 'ya29.' . join '', map { "long-$_." } 1 .. 30;
my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options => { max_retries => 0 });
google_server($node, $sim, name => 'token', options => { max_retries => 0 },
	mapping => { access_token => 'ya29.a-ready-token-of-the-test' });
google_server($node, $sim, name => 'long', options => { max_retries => 0, customer_id => '1234567890' },
	mapping => { access_token => $long_token });
my %meta = (access_token => 'EAAB-token-of-the-test', app_secret => 'app-secret-of-the-test');
meta_server($node, $sim, options => { max_retries => 1, account_id => '111111111111111' }, mapping => \%meta);
appsflyer_server($node, $sim, options => { max_retries => 0, cache_ttl_s => 0 });
my $key = slurp_file($sim->ready->{service_account_key_file});
google_server($node, $sim, name => 'robot', options => { max_retries => 0 },
	mapping => { service_account_key => $key });
my @secrets = ('sample-secret', '1//sample-refresh', 'sample-refresh', 'sample-client',
	'ya29.a-ready-token-of-the-test', substr($long_token, 0, 20), values %meta, 'Bearer ', 'PRIVATE KEY', 'private_key', 'assertion=');
# Every line of the key, also by itself.
push @secrets, grep { length } split /\\n|\n/, Cpanel::JSON::XS->new->decode($key)->{private_key};

$node->append_conf('postgresql.conf', <<'END');
log_min_messages = debug5
log_statement = all
log_error_verbosity = verbose
debug_print_plan = on
END
$node->reload;

my $sql = 'SELECT count(*) FROM google.campaign_daily WHERE date_day = current_date - 20';
my $seen = $node->safe_psql('postgres', "EXPLAIN (VERBOSE, ANALYZE) $sql");
$seen .= $node->safe_psql('postgres', "$sql; SELECT string_agg(query, '') FROM pg_stat_activity");

# Platforms that echo what they were sent, in every place an error can hold.
my %echo = (long => $long_token, google => 'sample-secret 1//sample-refresh sample-client.apps.googleusercontent.com',
	token => 'ya29.a-ready-token-of-the-test');
for my $schema (sort keys %echo)
{
	for my $body (qq({"error":{"code":403,"message":"refused: $echo{$schema}","status":"PERMISSION_DENIED"}}),
		"$echo{$schema} is no JSON")
	{
		for my $status (200, 403, 503)
		{
			$sim->faults([ { match => { path => 'googleAds:search' },
					action => { status => $status, body => $body } } ]);
			my $error = sql_error($node, "SELECT * FROM $schema.campaigns");
			$seen .= join "\n", map { $_ // '' } values %$error;
		}
	}
}
$sim->faults([ { match => { path => '/token' }, action => { error => 'oauth.invalid_grant' } } ]);
$seen .= join "\n", map { $_ // '' } values %{ sql_error($node, 'SELECT * FROM google.campaigns') };
$sim->faults([]);
$seen .= $node->safe_psql('postgres', 'EXPLAIN (VERBOSE, ANALYZE) SELECT * FROM robot.campaigns');
$sim->settings({ revoke_service_account => \1, revoke_access_tokens => \1 });
$seen .= join "\n", map { $_ // '' } values %{ sql_error($node, 'SELECT * FROM robot.campaigns') };
$sim->reset;
$seen .= join "\n", map { $_ // '' } values %{ sql_error($node, 'SELECT * FROM token.campaigns') };

# Meta: the proof that goes with the token in the address.
my $proof = hmac_sha256_hex($meta{access_token}, $meta{app_secret});
push @secrets, substr($proof, 0, 16);
for my $status (200, 400, 503)
{
	for my $body (qq({"error":{"message":"refused: appsecret_proof=$proof","code":100,"type":"$proof"}}), "$proof is no JSON")
	{
		$sim->faults([ { match => { path => 'insights' }, action => { status => $status, body => $body } } ]);
		$seen .= join "\n", map { $_ // '' } values
		  %{ sql_error($node, 'SELECT * FROM meta.campaign_daily WHERE date_day = current_date - 20') };
	}
}

# AppsFlyer: a token of more than 1 KB, and addresses that are as good as one,
# which the platform and the host of its files may repeat.
my $flyer_token = $sim->ready->{appsflyer_token};
push @secrets, substr($flyer_token, 0, 60), substr($flyer_token, -60), 'SIGNATURE', '/export/token/';
$sim->reset;
my $raw = 'SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3';
$seen .= $node->safe_psql('postgres', "EXPLAIN (VERBOSE, ANALYZE) $raw");
my $address = $sim->http . '/export/token/known_SIGNATURE';
for my $text ("$flyer_token was refused", "expired: $address", 'expired: /export/token/known_SIGNATURE', "<Error>$address</Error>")
{
	for my $status (200, 400, 401, 503)
	{
		$sim->faults([ { match => { path => 'raw-data' }, action => { redirect => $address } },
			{ match => { path => 'export/token' }, action => { status => $status, body => $text } } ]);
		$seen .= join "\n", map { $_ // '' } values %{ sql_error($node, $raw) };
	}
}
for my $wire ({ cut => 10 }, { close => 'before_headers' }, { redirect => $address })
{
	$sim->faults([ { match => { path => 'export/token' }, action => $wire } ]);
	$seen .= join "\n", map { $_ // '' } values %{ sql_error($node, $raw) };
}

my $log = slurp_file($node->logfile);
like($log, qr/campaign_daily/, 'the log was talkative');
for my $secret (@secrets)
{
	is(index($seen, $secret), -1, "\"$secret\" is not shown");
	is(index($log, $secret), -1, "\"$secret\" is not logged");
}

done_testing();
