# What a plan knows of requests and rows: joins that would ask once per row ask once in
# all, EXPLAIN says what is not known, the limit of requests uses the same numbers, and
# what sessions have seen is shared by the sessions of a mapping only.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(foreign_scans);
use Test::More;

my $node = adpipe_cluster(preload => 1);
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
google_server($node, $sim);
google_server($node, $sim, name => 'one', options => { customer_id => '1234567890' });
meta_server($node, $sim, options => { account_id => '1234567890123456' });
$node->safe_psql('postgres', <<"END");
ALTER DATABASE postgres SET adpipe.debug_now = '$now';
CREATE TABLE days AS SELECT date '2026-08-01' + i AS date_day, i AS n FROM generate_series(1, 100) i;
CREATE TABLE few AS SELECT campaign_id, i FROM (SELECT DISTINCT campaign_id FROM one.campaigns ORDER BY 1 LIMIT 3) c, generate_series(1, 40) i;
CREATE TABLE bands AS SELECT i * 1000 AS lo FROM generate_series(1, 100) i;
ANALYZE days, few, bands;
CREATE ROLE other LOGIN;
GRANT USAGE ON SCHEMA google, one TO other;
GRANT SELECT ON ALL TABLES IN SCHEMA google, one TO other;
CREATE USER MAPPING FOR other SERVER one
  OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh');
END
$sim->clock($now);
my $session = session($node);
my $days = "date_day BETWEEN '2026-11-02' AND '2026-11-08'";

sub sent { return scalar @{ $sim->requests }; }

# Runs a statement and returns its answer and the number of requests for it.
sub requests_of
{
	my ($sql) = @_;
	my $before = sent();
	my $answer = $session->query($sql);
	return ($answer, sent() - $before);
}

subtest 'what is not known is not invented' => sub {
	my $new = session($node, user => 'other');
	my $before = sent();
	my $sql = "SELECT * FROM google.campaign_daily WHERE $days";
	like($session->query("EXPLAIN (VERBOSE) $sql"), qr/Expected Requests: at least one per account; the accounts are not listed yet\n/, 'in words');
	my ($scan) = foreign_scans($session, $sql);
	ok(!exists $scan->{$_}, "no $_ in JSON") for 'Expected Requests', 'Expected Pages', 'Expected Quota';
	$session->query("SELECT count(*) FROM google.account_daily WHERE $days");
	$before = sent();
	($scan) = foreign_scans($session, $sql);
	cmp_ok($scan->{'Expected Requests'}, '>', 1, 'once the accounts are listed, their number is known');
	is($scan->{'Expected Quota'}, $scan->{'Expected Requests'}, 'each is an operation of the quota');
	like($session->query("EXPLAIN (VERBOSE) $sql"), qr/Expected Quota: \d+ operations\n/, 'in text with its unit');
	like($session->query("EXPLAIN (VERBOSE, FORMAT YAML) $sql"), qr/Expected Requests: \d+\n.*Expected Pages: \d+\n.*Expected Quota: \d+\n/s, 'in YAML as numbers');
	unlike($session->query("EXPLAIN (VERBOSE, COSTS OFF) $sql"), qr/Expected (Pages|Quota)/, 'estimates are costs');
	($scan) = foreign_scans($new, $sql);
	ok(!exists $scan->{'Expected Requests'}, 'not to another mapping');
	is(sent(), $before, 'nothing was sent');
	my $expected = (foreign_scans($session, $sql))[0]{'Expected Requests'};
	$session->query('SET adpipe.max_requests_per_query = 2');
	$before = sent();
	my $error = $session->query_error("SELECT sum(clicks) FROM google.campaign_daily WHERE $days");
	$session->query('RESET adpipe.max_requests_per_query');
	like($error->{message}, qr/^statement needs at least $expected requests/, 'the limit of requests counts the same');
	like($error->{detail}, qr/^It would send: $expected for foreign table "google\.campaign_daily"/, 'and says so before the first');
	is(sent(), $before, 'which is not sent');
};

subtest 'a report that is made in the background' => sub {
	my $sql = "SELECT * FROM meta.campaign_daily WHERE date_day BETWEEN '2026-08-01' AND '2026-11-08'";
	is((foreign_scans($session, $sql))[0]{'Expected Requests'}, 3, 'is started, looked at, and read');
	$session->query("SELECT count(*) FROM meta.account_daily WHERE $days");
	my (undef, $real) = requests_of($sql =~ s/\*/count(*)/r);
	cmp_ok($real, '>=', 3, "at least ($real)");
};

subtest 'joins ask once' => sub {
	$session->query("SELECT count(*) FROM one.campaign_daily WHERE $days");
	my ($rows, $real) = requests_of("SELECT count(*), sum(clicks) FROM days JOIN one.campaign_daily c USING (date_day) WHERE c.$days");
	is($real, 1, 'days of a local table');
	my ($again, $asked) = requests_of("SELECT count(*), sum(clicks) FROM one.campaign_daily WHERE $days");
	is($rows, $again, 'with the right answer');
	# The whole table is some pages; the ids are three, in 120 rows.
	$node->safe_psql('postgres', "ALTER FOREIGN TABLE one.campaign_daily OPTIONS (ADD unbounded 'allow')");
	(undef, $real) = requests_of("SELECT count(*), sum(clicks) FROM few JOIN one.campaign_daily d USING (campaign_id)");
	cmp_ok($real, '<=', 5, "ids of a local table, no day ($real)");
	(undef, $real) = requests_of("SELECT count(*) FROM bands JOIN one.campaign_daily d ON d.clicks < lo WHERE $days");
	is($real, 1, 'a condition that no hash answers');
	like($session->query("EXPLAIN (COSTS OFF) SELECT count(*) FROM bands JOIN one.campaign_daily d ON d.clicks < lo WHERE $days"),
		qr/Nested Loop\n.*->  Foreign Scan.*\n\s*->  Materialize\n\s*->  Seq Scan on bands/s, 'is the outer side, or read into memory first');
	(undef, $real) = requests_of("SELECT sum(s.c) FROM few f, LATERAL (SELECT sum(clicks) AS c FROM one.campaign_daily d WHERE $days AND d.campaign_id = f.campaign_id) s");
	is($real, 3, 'a subquery per row asks once per value');
	$node->safe_psql('postgres', 'ALTER FOREIGN TABLE one.campaign_daily OPTIONS (DROP unbounded)');
};

# The estimate of a whole table's week.
sub rows_of
{
	my ($in) = @_;
	return (foreign_scans($in, "SELECT * FROM one.account_device_daily WHERE $days"))[0]{'Plan Rows'};
}

subtest 'who knows what was seen' => sub {
	my $second = session($node);
	my $other = session($node, user => 'other');
	my $assumed = rows_of($second);
	my $real = $session->query("SELECT count(*) FROM one.account_device_daily WHERE $days");
	isnt($assumed, $real, 'before the first scan there is an assumption');
	is(rows_of($session), $real, 'the session that read');
	is(rows_of($second), $real, 'another session of its mapping');
	is(rows_of($other), $assumed, 'no session of another mapping');
	$session->query('SET adpipe.pushdown = off');
	is(rows_of($session), $real, 'without pushdown it is the same table');
	$session->query('RESET adpipe.pushdown');
	$node->safe_psql('postgres', 'ALTER FOREIGN TABLE one.account_device_daily ADD COLUMN slot text OPTIONS (field \'segments.slot\')');
	cmp_ok(rows_of($session), '>', $real, 'a table with another definition is another table');
	$session->query("SELECT count(*) FROM one.campaign_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-10-30'");
	my $month = (foreign_scans($session, "SELECT * FROM one.campaign_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-10-30'"))[0]{'Plan Rows'};
	$session->query("SELECT count(*) FROM one.campaign_daily WHERE date_day = '2026-03-01'");
	my $after = (foreign_scans($session, "SELECT * FROM one.campaign_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-10-30'"))[0]{'Plan Rows'};
	cmp_ok(abs($after - $month), '<', $month / 3, "one day does not outweigh a month ($month, then $after)");
};

subtest 'few rows of few days' => sub {
	$session->query("SELECT count(*) FROM one.campaign_device_daily WHERE $days");
	my %rows = map { $_ => (foreign_scans($session, "SELECT * FROM one.campaign_device_daily WHERE $_"))[0]{'Plan Rows'} }
	  "date_day = '2026-11-02'", $days, "date_day > date '2026-11-20' - 30", "$days AND device = 'MOBILE'";
	my ($month, $day, $device, $week) = map { $rows{$_} } grep({ /> date/ } keys %rows), "date_day = '2026-11-02'", "$days AND device = 'MOBILE'", $days;
	cmp_ok(abs($week / $day - 7), '<', 0.5, 'a week has seven days');
	cmp_ok($month / $day, '>', 25, 'a month has thirty');
	cmp_ok($device, '<', $week, 'a condition on a column leaves fewer');
	is((foreign_scans($session, "SELECT * FROM one.campaign_device_daily WHERE $days AND account_id = '2345678901'"))[0]{'Plan Rows'}, 1, 'another account none');
	$session->query('PREPARE q(date, date) AS SELECT * FROM one.campaign_device_daily WHERE date_day BETWEEN $1 AND $2; SET plan_cache_mode = force_generic_plan');
	cmp_ok((foreign_scans($session, "EXECUTE q('2026-11-02', '2026-11-02')"))[0]{'Plan Rows'} / $day, '>', 25, 'parameters are thought to be a month');
	$session->query('RESET plan_cache_mode');
};

done_testing();
