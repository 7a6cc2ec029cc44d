# What must not ask the platform does not, and nothing is asked twice.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();

# Everything that the platform was asked since the last reset, sign-in included.
sub asked { return scalar @{ $sim->requests }; }

# The queries of the request log that read from a resource.
sub queries_of
{
	my ($resource) = @_;
	return grep { /\bFROM \Q$resource\E\b/ }
	  map { $_->{query} // '' } @{ $sim->requests };
}

# Runs statements and checks that they succeed and send nothing.
sub sends_nothing
{
	my ($name, $sql) = @_;
	$sim->reset;
	my ($status, $out, $err) = $node->psql('postgres', $sql, on_error_stop => 1);
	is($status, 0, "$name: succeeds") or diag($err);
	is(asked(), 0, "$name: sends nothing");
	return $out;
}

# Before anything could be cached: IMPORT itself.
$sim->reset;
google_server($node, $sim);
google_server($node, $sim, name => 'google_common', schema => 'common');
is(asked(), 0, 'IMPORT of reports and common sends nothing');

my $daily = 'google.campaign_daily';
my $bound = "date_day BETWEEN current_date - 24 AND current_date - 20";

sends_nothing('EXPLAIN', "EXPLAIN SELECT * FROM $daily WHERE $bound");
sends_nothing('LIMIT 0', "SELECT * FROM $daily WHERE $bound LIMIT 0");
sends_nothing('WHERE false', "SELECT * FROM $daily WHERE $bound AND false");
sends_nothing('PREPARE', "PREPARE p(date) AS SELECT * FROM $daily WHERE date_day = \$1");
sends_nothing('ANALYZE', "ANALYZE $daily");
sends_nothing('ANALYZE of all', 'ANALYZE');
sends_nothing('VACUUM', "VACUUM $daily");
sends_nothing('a contradiction of ids', "SELECT * FROM $daily WHERE $bound AND campaign_id = '007'");
sends_nothing('another platform', "SELECT * FROM google_common.campaign_report WHERE $bound AND platform = 'meta_ads'");

# EXPLAIN VERBOSE names all that would be asked.
my $plan = sends_nothing('EXPLAIN VERBOSE',
	"EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_name, clicks FROM $daily WHERE $bound AND campaign_status = 'PAUSED'");
like($plan, qr/^\s*Platform: google_ads$/m, 'EXPLAIN VERBOSE: Platform');
like($plan, qr/^\s*Request: SELECT .*FROM campaign WHERE .*BETWEEN.*PAUSED/m, 'EXPLAIN VERBOSE: Request');
like($plan, qr/^\s*Accounts: \S/m, 'EXPLAIN VERBOSE: Accounts');
like($plan, qr/^\s*Expected Requests: \S/m, 'EXPLAIN VERBOSE: Expected Requests');
like($plan, qr/^\s*Grain: account, campaign, date_day$/m, 'EXPLAIN VERBOSE: Grain');
$plan = sends_nothing('EXPLAIN VERBOSE of a generic plan', <<"END");
SET plan_cache_mode = force_generic_plan;
PREPARE p(date) AS SELECT clicks FROM $daily WHERE date_day = \$1;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE p(current_date - 20);
END

$sim->reset;
command_ok(
	[ 'pg_dump', '-d', $node->connstr('postgres'), '-f', "$PostgreSQL::Test::Utils::tmp_check/dump.sql" ],
	'pg_dump runs');
is(asked(), 0, 'pg_dump sends nothing');

# EXPLAIN ANALYZE counts what was asked.
$sim->reset;
$plan = $node->safe_psql('postgres',
	"EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM $daily WHERE $bound AND account_id = '1234567890'");
for my $line ('Requests', 'Pages', 'Rows Fetched', 'Bytes')
{
	like($plan, qr/^\s*\Q$line\E: [1-9]\d*$/m, "EXPLAIN ANALYZE: $line");
}
like($plan, qr/^\s*Retries: 0$/m, 'EXPLAIN ANALYZE: Retries');
like($plan, qr/^\s*Wait Time: \d+\.\d+ ms$/m, 'EXPLAIN ANALYZE: Wait Time');
is(scalar queries_of('campaign'), 1, 'EXPLAIN ANALYZE asks once');

# LIMIT stops early.
my $one = "$bound AND account_id = '1234567890'";
my $rows = $node->safe_psql('postgres',
	"SELECT count(*) FROM google.campaign_daily WHERE date_day BETWEEN current_date - 300 AND current_date - 1 AND account_id = '1234567890'");
my $page_size = int(($rows + 199) / 200);
$page_size = 10 if $page_size < 10;
$sim->reset;
$sim->settings({ page_size => $page_size });
cmp_ok($rows / $page_size, '>', 20, "the report has many pages ($rows rows by $page_size)");
is($node->safe_psql('postgres', <<"END"), '10', 'LIMIT 10 gives ten rows');
SELECT count(*) FROM (SELECT * FROM google.campaign_daily
 WHERE date_day BETWEEN current_date - 300 AND current_date - 1
 AND account_id = '1234567890' LIMIT 10) t
END
my $pages = queries_of('campaign');
cmp_ok($pages, '>=', 1, 'LIMIT 10 reads');
cmp_ok($pages, '<=', 2, 'LIMIT 10 reads at most two pages');

# So it does where LIMIT itself cannot be sent, and where a cursor is closed.  Each
# has a first day of its own: what another had under way may arrive late.
for my $case (
	[ 'LIMIT beside a local condition', 300, "SELECT count(*) FROM (SELECT * FROM google.campaign_daily WHERE date_day BETWEEN current_date - 300 AND current_date - 1 AND account_id = '1234567890' AND clicks >= 0 LIMIT 10) t" ],
	[ 'a cursor that is closed', 299, "BEGIN; DECLARE c CURSOR FOR SELECT campaign_id FROM google.campaign_daily WHERE date_day BETWEEN current_date - 299 AND current_date - 1 AND account_id = '1234567890' AND clicks >= 0; MOVE 10 FROM c; CLOSE c; COMMIT; SELECT 10" ])
{
	my ($name, $days, $sql) = @$case;
	my $first = $node->safe_psql('postgres', "SELECT current_date - $days");
	$sim->reset;
	$sim->settings({ page_size => $page_size });
	is($node->safe_psql('postgres', $sql), '10', "$name: ten rows");
	my @asked = grep { /'$first'/ } queries_of('campaign');
	cmp_ok(scalar @asked, '>=', 1, "$name: asks");
	unlike($asked[0], qr/LIMIT/, "$name: the platform may send all");
	cmp_ok(scalar @asked, '<=', 2, "$name: at most two pages are read");
}

# Two scans that would send the same share one answer.
$sim->reset;
cmp_ok($node->safe_psql('postgres', <<"END"), '>', 0, 'a self join has rows');
SELECT count(*) FROM (SELECT date_day, campaign_id, clicks FROM $daily WHERE $one) a
JOIN (SELECT date_day, campaign_id, clicks FROM $daily WHERE $one) b USING (date_day, campaign_id)
END
is(scalar queries_of('campaign'), 1, 'a self join sends its request once');

# A rescan never asks again.
$node->safe_psql('postgres', 'CREATE TABLE numbers AS SELECT g FROM generate_series(1, 5) g');
my $settings = 'SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off;';
my $once = $node->safe_psql('postgres', "SELECT count(*) FROM $daily WHERE $one");
my %rescans = (
	'nested loop' => "$settings SELECT count(*) FROM numbers LEFT JOIN (SELECT clicks FROM $daily WHERE $one) c ON c.clicks >= g - 10",
	'correlated subquery' => "SELECT sum((SELECT count(*) FROM $daily WHERE $one AND clicks >= g - 10)) FROM numbers");
for my $name (sort keys %rescans)
{
	$plan = $node->safe_psql('postgres', $rescans{$name} =~ s/SELECT/EXPLAIN (COSTS OFF) SELECT/r);
	$sim->reset;
	is($node->safe_psql('postgres', $rescans{$name}), 5 * $once, "$name: each rescan gives all rows") or diag($plan);
	is(scalar queries_of('campaign'), 1, "$name: asks once") or diag($plan);
}

done_testing();
