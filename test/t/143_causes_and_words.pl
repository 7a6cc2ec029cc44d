# What a page in the night says: one cause is one row of adpipe.health, however
# many copies and accounts it stops, with the platform's own words, status,
# request id and the way out; adpipe.health_details has what it stops.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run small_disk);
use PostgreSQL::Test::Utils;
use Test::More;

my ($disk, %environment) = small_disk();
my $node;
{
	local @ENV{ keys %environment } = values %environment;
	$node = adpipe_cluster();
}
my $sim = simulator();
my @accounts = qw(1234567890 2345678901 3456789012 4567890123 5678901234 6789012345);
loader($node, $sim, options => { customer_id => join(',', @accounts), max_retries => 0 });
$node->safe_psql('postgres', 'CREATE ROLE client LOGIN; GRANT USAGE ON SCHEMA ads TO client');

my $minute = 0;
sub later
{
	$minute += $_[0];
	at($node->safe_psql('postgres', "SELECT to_char(timestamp '2026-11-20 20:00' + $minute * interval '1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
	return;
}

sub health { return scalar run('SELECT severity, target, account_id, problem FROM adpipe.health ORDER BY severity, problem'); }

later(0);
my @daily = qw(account_daily campaign_daily campaign_device_daily ad_group_daily ad_daily geo_daily);
my @lists = qw(campaigns budgets);
run(join ';', (map { "SELECT adpipe.materialize('google.$_', 'ads.$_', '2026-11-19')" } @daily), map { "SELECT adpipe.materialize('google.$_', 'ads.$_')" } @lists);
run("SELECT adpipe.alter_target(t.target, every => '0') FROM adpipe.targets t; CALL adpipe.refresh_all()");
is(health(), '', 'all is well');

# A revoked token of a server with 8 copies of 6 accounts.
$sim->settings({ revoke_refresh_token => Cpanel::JSON::XS::true, revoke_access_tokens => Cpanel::JSON::XS::true });
later(30);
run('CALL adpipe.refresh_all()');
my $health = health();
like($health, qr/\Aerror\|\|\|6 accounts of 8 copies: platform "google_ads" refused the credentials\. .*HTTP 400, invalid_grant.*: Token has been expired or revoked\.?\z/, 'revoked token: one row, with how much it stops and the platform\'s words');
is(run('SELECT count(DISTINCT (target, account_id)) FROM adpipe.health_details WHERE account_id IS NOT NULL'), '48', 'revoked token: the details are elsewhere');
is(run("SELECT count(DISTINCT cause), bool_and(words ~ 'invalid_grant') FROM adpipe.health_details"), '1|t', 'revoked token: and say what they have in common');
like(run('SELECT action FROM adpipe.health'), qr/refresh token.*user mapping.*After ALTER USER MAPPING the next call tries at once\..*health_details/s, 'revoked token: what to do');
is(run('SELECT since FROM adpipe.health'), '2026-11-20 20:30:00+00', 'revoked token: since when');
is(run("SELECT count(*) FROM adpipe.runs WHERE started_at = '2026-11-20 20:30Z' AND status = 'failed' AND sqlstate = '28000' AND error ~ 'HTTP 400, invalid_grant' AND hint ~ 'refresh token'"), '8', 'revoked token: runs have words and hint, too');
unlike($health . run('TABLE adpipe.runs') . run('TABLE adpipe.health_details'), qr/sample-secret|1\/\/sample-refresh/, 'revoked token: and no secret');

# A reader sees what concerns the copies that he may read, and of one with
# row-level security the accounts that are granted to him, and no other's name.
run('GRANT SELECT ON ads.campaigns, ads.account_daily TO client');
my $client = session($node, user => 'client');
like($client->query("SELECT target, account_id, problem FROM adpipe.health WHERE severity = 'error' AND problem !~ 'scheduler'"), qr/\A\|\|6 accounts of 2 copies: [^\n]*\z/, 'a reader: of its copies');
run("ALTER TABLE ads.campaigns ENABLE ROW LEVEL SECURITY; ALTER TABLE ads.account_daily ENABLE ROW LEVEL SECURITY; INSERT INTO adpipe.account_grants VALUES ('client', 'google_ads', '$accounts[2]')");
my $seen = join "\n", map { $client->query("SELECT v::text FROM adpipe.$_ v") } qw(health health_details runs);
like($seen, qr/1 account of 2 copies: /, 'row-level security: of its account');
unlike($seen, qr/$accounts[$_]/, "row-level security: nothing of account $accounts[$_]") for 0, 1, 3 .. 5;
run('ALTER TABLE ads.campaigns DISABLE ROW LEVEL SECURITY; ALTER TABLE ads.account_daily DISABLE ROW LEVEL SECURITY');
$sim->settings({ revoke_refresh_token => Cpanel::JSON::XS::false });
$node->safe_psql('postgres', "ALTER USER MAPPING FOR loader SERVER google OPTIONS (SET refresh_token '1//sample-refresh')");
run('CALL adpipe.refresh_all()');
is(health(), '', 'revoked token: clear after the call that follows the repair');

# One account that is refused is one row that names it, beside an outage's row.
run("SELECT adpipe.alter_target(t.target, enabled => false) FROM adpipe.targets t WHERE t.target NOT IN ('ads.campaign_daily'::regclass, 'ads.account_daily'::regclass, 'ads.budgets'::regclass)");
$sim->faults([
		{ match => { query => 'FROM (campaign|customer) WHERE', account => $accounts[1] }, action => { error => 'authorizationError.USER_PERMISSION_DENIED', message => 'Not yours.' } },
		{ match => { query => 'FROM campaign_budget' }, action => { status => 503, body => '' } } ]);
later(30);
run('CALL adpipe.refresh_all()');
my @rows = split /\n/, health();
is(scalar @rows, 2, 'two causes: two rows') or diag(join "\n", @rows);
like($rows[0], qr/^error\|\|$accounts[1]\|1 account of 2 copies: platform "google_ads" refused the credentials\. HTTP 403, authorizationError\.USER_PERMISSION_DENIED, request id \S+: Not yours\.$/, 'an account that is refused');
like($rows[1], qr/^error\|ads\.budgets\|\|6 accounts of 1 copy: platform "google_ads" did not give a whole answer\. HTTP 503/, 'an outage');
is(run("SELECT string_agg(DISTINCT target::text, ' ') FROM adpipe.health_details WHERE words ~ 'Not yours'"), 'ads.account_daily ads.campaign_daily', 'and the details name the copies');

# A quota: when the platform lets us come back.
$sim->faults([ { match => { query => 'FROM (campaign|customer|campaign_budget)\b' }, action => { error => 'quotaError.RESOURCE_EXHAUSTED', message => 'Too many requests.', retry_delay => '7200s' } } ]);
later(60);
run('CALL adpipe.refresh_all()');
$health = run("SELECT severity, problem, action FROM adpipe.health WHERE problem ~ 'Too many'");
like($health, qr/\Aerror\|\d+ accounts of 3 copies: quota of platform "google_ads" is used up\. HTTP 429, quotaError\.RESOURCE_EXHAUSTED, request id \S+: Too many requests\..*\|.*The refresh goes on at 2026-11-21 0\d:\d\d UTC\./, 'a quota: one row, with the moment');
is(run("SELECT count(*) FROM adpipe.runs WHERE started_at = adpipe_internal.clock() AND sqlstate = '53400' AND error ~ 'Too many requests'"), '3', 'a quota: in runs');
my $asked = $sim->requests->[-1]{seq};
later(60);
run('CALL adpipe.refresh_all()');
is(scalar @{ $sim->control('GET', "/_control/requests?since=$asked") }, 0, 'a quota: nothing is asked before that moment, for no kind of copy');
$sim->faults([]);
later(70);
run('CALL adpipe.refresh_all()');
is(health(), '', 'a quota: clear when it is over');

# A full disk names another file for each copy and is one cause all the same.
$node->safe_psql('postgres', "CREATE TABLESPACE small LOCATION '$disk'; GRANT CREATE ON TABLESPACE small TO loader");
run("SET default_tablespace = small; SELECT adpipe.materialize('google.account_daily', 'ads.full_' || n, '2026-11-19') FROM generate_series(1, 2) n");
append_to_file("$disk/full", '');
later(30);
run('CALL adpipe.refresh_all()');
like(health(), qr/\Awarning\|\|\|2 copies: the refresh fails: could not extend file "[^"]+": No space left on device \(SQLSTATE 53100\)\z/, 'a full disk: one row');
like(run('SELECT action FROM adpipe.health'), qr/^Check free disk space\. .*CALL adpipe\.refresh\(/, 'a full disk: its hint');
is(run("SELECT count(*) FROM adpipe.freshness WHERE last_success = adpipe_internal.clock() AND target IN ('ads.campaign_daily'::regclass, 'ads.account_daily'::regclass)"), '12', 'a full disk: copies elsewhere are refreshed');
later(1.5);
run('CALL adpipe.refresh_all()');
like(health(), qr/\Aerror\|\|\|2 copies: [^\n]*\z/, 'a full disk: an error from the second time on');
unlink "$disk/full";
later(2.5);
run('CALL adpipe.refresh_all()');
is(health(), '', 'a full disk: clear after the call that follows the repair');

# So is the limit of temporary files, which has the SQLSTATE of a quota.
run("SELECT adpipe.materialize('google.ad_daily', 'ads.long', '2026-09-01')");
$node->safe_psql('postgres', "ALTER ROLE loader SET temp_file_limit = '8kB'; ALTER ROLE loader SET work_mem = '64kB'");
later(70);
run('CALL adpipe.refresh_all()');
like(health(), qr/\Awarning\|ads\.long\|\|the refresh fails: temporary file size exceeds "?temp_file_limit"? \(8kB\) \(SQLSTATE 53400\)\z/, 'temp_file_limit: one row, of this server');
$node->safe_psql('postgres', 'ALTER ROLE loader RESET temp_file_limit; ALTER ROLE loader RESET work_mem');
later(72);
run('CALL adpipe.refresh_all()');
is(health(), '', 'temp_file_limit: clear after the call that follows the repair');

# Meta: a token that expired; that it did is no second cause.
meta_server($node, $sim, role => 'loader', options => { max_retries => 0 });
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA meta TO loader; GRANT USAGE ON FOREIGN SERVER meta TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA meta TO loader');
$sim->settings({ meta_token_expires_at => 1795608000 });
run("SELECT adpipe.materialize('meta.$_', 'ads.meta_$_', '2026-11-19') FROM generate_series(1, 1)") for qw(account_daily campaign_daily);
run('CALL adpipe.refresh_all()');
like(health(), qr/\Awarning\|\|\|\d accounts of 2 copies: the access token expires 2026-11-25 12:00 UTC\z/, 'a token that ends soon: one row');
$sim->settings({ meta_token_state => '463' });
$minute = 5 * 1440;
later(0);
run('CALL adpipe.refresh_all()');
$health = run("SELECT severity, target, account_id, problem FROM adpipe.health WHERE problem ~ 'meta|token'");
like($health, qr/\Aerror\|\|\|\d accounts of 2 copies: platform "meta_ads" refused the credentials\. List of accounts: HTTP 400, error 190\/463, request id \S+: .*expired[^\n]*\z/, 'a token that ended: one row, with the platform\'s words');

# Words of a platform without bounds, on many lines.
$sim->settings({ meta_token_state => 'valid', meta_token_expires_at => 0 });
$sim->faults([ { match => { path => '/insights' }, action => { error => '100', message => "line one\nline two " . 'x' x 20000 } } ]);
$minute = 5 * 1440 + 60;
later(0);
run('CALL adpipe.refresh_all()');
is(run("SELECT count(*) > 0, bool_and(length(problem) < 1700 AND problem !~ '[[:cntrl:]]') FROM adpipe.health WHERE problem ~ 'line one line two'"), 't|t', 'a long answer: cut, and on one line');
is(run("SELECT bool_and(length(error) < 1700 AND error !~ '[[:cntrl:]]') FROM adpipe.runs"), 't', 'a long answer: also in runs');

$node->stop;
done_testing();
