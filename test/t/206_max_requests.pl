# adpipe.max_requests_per_query: a statement whose requests are known to be too many
# sends none, any other stops at the limit, whatever its scans are.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my @ids = map { $_->{id} } grep { ($_->{status} // 'ENABLED') eq 'ENABLED' && !$_->{manager} } @{ $sim->accounts('google') };
my @three = @ids[ 0 .. 2 ];
google_server($node, $sim);
google_server($node, $sim, name => 'three', options => { customer_id => join ',', @three });
meta_server($node, $sim, options => { account_id => '1234567890123456,2345678901234567' });
appsflyer_server($node, $sim);
$node->safe_psql('postgres', <<END);
CREATE VIEW live AS SELECT account_id, date_day, clicks FROM three.campaign_daily
  UNION ALL SELECT account_id, date_day, clicks FROM meta.campaign_daily;
CREATE FOREIGN TABLE three.click_rows (account_id text OPTIONS (field 'customer.id'), day date OPTIONS (field 'segments.date'),
  gclid text OPTIONS (field 'click_view.gclid')) SERVER three OPTIONS (resource 'click_view');
CREATE TABLE copied AS SELECT 1 AS clicks;
CREATE TABLE days AS SELECT d::date AS day FROM generate_series(date '2026-11-02', date '2026-11-08', '1 day') AS d;
CREATE TABLE no_days (LIKE days);
ANALYZE days, no_days;
CREATE ROLE dashboard LOGIN;
ALTER ROLE dashboard SET adpipe.max_requests_per_query = 2;
GRANT USAGE ON SCHEMA three TO dashboard;
GRANT SELECT ON ALL TABLES IN SCHEMA three TO dashboard;
CREATE USER MAPPING FOR dashboard SERVER three
  OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh');
END
$sim->clock('2026-11-20T12:00:00Z');
my $days = "date_day BETWEEN '2026-11-02' AND '2026-11-08'";

# A new session, which knows no token and no accounts, with a limit.
my $session;
sub fresh
{
	my ($limit, %options) = @_;
	$sim->reset;
	$sim->clock('2026-11-20T12:00:00Z');
	$session = session($node, %options);
	$session->query("SET adpipe.debug_now = '2026-11-20T12:00:00Z'") unless $options{user};
	$session->query("SET adpipe.max_requests_per_query = $limit") if defined $limit;
	return;
}

sub sent { return scalar @{ $sim->requests }; }

# A statement that is refused before its first request.
sub refused
{
	my ($sql, $needs, $what) = @_;
	my $before = sent();
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, '53400', "$what: refused");
	like($error->{message}, qr/^statement needs at least $needs requests, but setting "adpipe\.max_requests_per_query" allows \d+$/, "$what: needs $needs");
	is(sent(), $before, "$what: nothing was sent");
	like($error->{hint}, qr/fewer days or accounts, read a local copy, or raise setting adpipe\.max_requests_per_query/, "$what: the ways out");
	return $error;
}

# A statement that stops at the limit.
sub stopped
{
	my ($sql, $limit, $what) = @_;
	my $before = sent();
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, '53400', "$what: stopped");
	like($error->{message}, qr/^statement has sent $limit requests, which is all that setting "adpipe\.max_requests_per_query" allows$/, "$what: after $limit");
	like($error->{detail}, qr/^The next one would have been sent to platform "[a-z_]+" for /, "$what: what came next");
	is(sent() - $before, $limit, "$what: no more were sent");
	return $error;
}

# Known: accounts that are listed, days that the platform takes one by one.
fresh(2);
my $error = refused("SELECT sum(clicks) FROM three.campaign_daily WHERE $days", 3, 'three accounts');
like($error->{detail}, qr/^It would send: 3 for foreign table "three\.campaign_daily" \(SELECT .*segments\.date BETWEEN '2026-11-02' AND '2026-11-08'.*\)\.$/, 'the request is shown');
refused("SELECT sum(clicks) FROM live WHERE $days", 5, 'two platforms under an Append');
refused("SELECT count(*) FROM three.campaign_daily a JOIN meta.campaign_daily b USING (date_day) WHERE a.$days AND b.$days", 5, 'a join');
refused("SELECT count(gclid) FROM three.click_rows WHERE day BETWEEN '2026-11-02' AND '2026-11-08'", 21, 'a request per day and account');
refused("SELECT count(*) FROM meta.campaign_daily WHERE $days UNION ALL SELECT count(*) FROM three.account_daily WHERE $days", 5, 'UNION ALL of groups');
refused("WITH a AS MATERIALIZED (SELECT * FROM three.campaign_daily WHERE $days) SELECT count(*) FROM a", 3, 'a CTE');
$session->query("PREPARE q(date) AS SELECT sum(clicks) FROM three.campaign_daily WHERE date_day >= \$1 AND date_day < date '2026-11-08'; SET plan_cache_mode = force_generic_plan");
refused("EXECUTE q('2026-11-02')", 3, 'a prepared statement');
$session->query('RESET plan_cache_mode');
$session->query('SET adpipe.pushdown = off');
refused("SELECT sum(clicks) FROM three.campaign_daily WHERE $days", 3, 'pushdown off');
$session->query('RESET adpipe.pushdown');
like($session->query("EXPLAIN (VERBOSE) SELECT sum(clicks) FROM three.campaign_daily WHERE $days"), qr/Expected Requests: 3/, 'EXPLAIN is not refused');
is($session->query('SELECT sum(clicks) FROM copied'), 1, 'nor a copy');
is($session->query("SELECT count(*) FROM three.campaign_daily WHERE $days AND account_id = 'none'"), 0, 'nor conditions that exclude every account');
is(sent(), 0, 'without a request');
refused("SELECT count(*) FROM three.campaign_daily WHERE $days AND account_id IN ('" . join("','", @three) . "')", 3, 'conditions that keep them all');

# What fits runs, and is right.
my $right;
fresh(0);
$right = $session->query("SELECT sum(clicks) FROM three.campaign_daily WHERE $days");
my $needed = sent();
cmp_ok($needed, '>=', 4, "three accounts and a sign-in ($needed)");
fresh($needed);
is($session->query("SELECT sum(clicks) FROM three.campaign_daily WHERE $days"), $right, 'as many as it takes');
fresh($needed);
is($session->query("SELECT count(*) > 0 FROM three.campaign_daily a JOIN three.campaign_daily b USING (account_id, campaign_id, date_day) WHERE a.$days AND b.$days"), 't',
	'a request that two scans share counts once');
fresh($needed - 1);
$error = stopped("SELECT sum(clicks) FROM three.campaign_daily WHERE $days", $needed - 1, 'a sign-in counts');
fresh(2);
is($session->query("SELECT count(*) FROM (SELECT FROM three.campaign_daily WHERE $days LIMIT 1) s"), 1, 'LIMIT reads what the first answers give');
cmp_ok(sent(), '<=', 2, 'within the limit');
is($session->query('SELECT count(*) FROM no_days d, LATERAL (SELECT sum(clicks) FROM three.campaign_daily WHERE date_day = d.day) s'), 0, 'scans that never begin');

# Not known: accounts behind "*", pages, parameters, repetitions.
fresh(3);
$error = $session->query_error("SELECT sum(clicks) FROM google.campaign_daily WHERE $days");
is($error->{sqlstate}, '53400', 'accounts behind *: refused');
like($error->{message}, qr/^statement needs at least \d+ requests/, 'once they are known');
like($error->{detail}, qr/^Platform "google_ads" would have been sent \d+ requests for \d+ accounts\.$/, 'with their number');
is(scalar(grep { ($_->{query} // '') =~ /clicks/ } @{ $sim->requests }), 0, 'no report was requested');
fresh(6);
$sim->settings({ page_size => 5 });
stopped("SELECT count(*) FROM three.campaign_daily WHERE $days AND account_id = '$three[0]'", 6, 'pages');
fresh(5);
stopped('SELECT sum(s.sum) FROM days d, LATERAL (SELECT sum(clicks) FROM three.campaign_daily WHERE date_day = d.day AND account_id = \'' . $three[0] . "') s", 5, 'a request per row of another table');
fresh(3);
$sim->faults([ { match => { path => 'googleAds:search' }, action => { status => 503, body => '' } } ]);
stopped("SELECT sum(clicks) FROM three.campaign_daily WHERE $days AND account_id = '$three[0]'", 3, 'repetitions');
fresh(4);
$error = $session->query_error("SELECT (SELECT sum(clicks) FROM meta.account_daily WHERE $days), (SELECT sum(clicks) FROM three.account_daily WHERE $days)");
is($error->{sqlstate}, '53400', 'InitPlans are counted together');
cmp_ok(sent(), '<=', 4, 'within the limit');

# Answers that are kept cost nothing.
fresh(0);
$right = $session->query("SELECT sum(installs) FROM flyer.partners_daily WHERE $days");
my $before = sent();
$session->query('SET adpipe.max_requests_per_query = 1');
is($session->query("SELECT sum(installs) FROM flyer.partners_daily WHERE $days"), $right, 'kept answers');
is(sent(), $before, 'are no requests');

# A role's own limit; the statement is the unit.
fresh(undef, user => 'dashboard');
refused("SELECT sum(clicks) FROM three.campaign_daily WHERE $days", 3, 'a role');
is($session->query("SELECT count(*) > 0 FROM three.campaign_daily WHERE date_day = '2026-11-0$_' AND account_id = '$three[0]'"), 't', "statement $_ has the limit for itself") for 3 .. 6;

done_testing();
