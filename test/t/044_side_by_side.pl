# Accounts of one scan, and scans under one Append, are asked side by side.
#
# No clock is used: a gate of the simulator holds each request until a number
# of them is under way at once, and breaks them if that never happens.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my @accounts = qw(1234567890 2345678901 3456789012);
google_server($node, $sim);
google_server($node, $sim, name => "one$_", options => { customer_id => $accounts[ $_ - 1 ] })
  for 1 .. 3;

my $bound = 'date_day BETWEEN current_date - 24 AND current_date - 20';
my $numbers = 'account_id, campaign_id, date_day, clicks, spend';
# Conditions stand outside: an arm with a WHERE of its own is planned as a
# subquery, which cannot be asynchronous.
$node->safe_psql('postgres', 'CREATE VIEW every AS ' . join ' UNION ALL ',
	map { "SELECT $numbers FROM one$_.campaign_daily" } 1 .. 3);
my $all = "SELECT * FROM every WHERE $bound";
my $rows_of = "SELECT count(*), sum(clicks), sum(spend) FROM";

# Requests for rows in the log since the last reset.
sub row_requests
{
	return grep { ($_->{query} // '') =~ /segments\.date/ } @{ $sim->requests };
}

sub gate
{
	my ($count, @more) = @_;
	$sim->reset;
	$sim->faults([ { match => { query => 'segments.date' }, action => { gate => $count, @more } } ]);
	return;
}

# What the same rows are without anything side by side.
my $expected = $node->safe_psql('postgres', <<"END");
SET enable_async_append = off;
$rows_of ($all) x;
END
like($expected, qr/^[1-9]/, 'there are rows to compare');

# Accounts of one scan.
my $list = join ',', map { "'$_'" } @accounts;
gate(3);
is( $node->safe_psql('postgres',
		"$rows_of google.campaign_daily WHERE $bound AND account_id IN ($list)"),
	$expected, 'accounts of one scan are asked side by side');
is(scalar(row_requests()), 3, 'the other accounts are not asked');

# max_concurrency bounds them: two at once pass a gate of two, one at a time
# would never open it.
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (ADD max_concurrency '2')");
gate(2);
is( $node->safe_psql('postgres',
		"$rows_of google.campaign_daily WHERE $bound AND account_id IN ($list)"),
	$expected, 'max_concurrency 2 lets two through');
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (SET max_concurrency '1')");
gate(2, gate_ms => 500);
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (ADD max_retries '0')");
my $error = sql_error($node,
	"$rows_of google.campaign_daily WHERE $bound AND account_id IN ($list)");
is($error->{sqlstate}, 'HV00M', 'max_concurrency 1 never has two under way')
  or diag($error->{message});
$node->safe_psql('postgres',
	"ALTER SERVER google OPTIONS (DROP max_concurrency, DROP max_retries)");

# Conditions on the account skip the others, whatever they come from.
for my $case (
	[ 'parameter', "PREPARE p(text) AS $rows_of google.campaign_daily WHERE $bound AND account_id = \$1; EXECUTE p('$accounts[0]')", 1 ],
	[ 'generic plan', "SET plan_cache_mode = force_generic_plan; PREPARE p(text[]) AS $rows_of google.campaign_daily WHERE $bound AND account_id = ANY (\$1); EXECUTE p(ARRAY[$list])", 3 ],
	[ 'subquery', "$rows_of google.campaign_daily WHERE $bound AND account_id = (SELECT '$accounts[1]'::text)", 1 ],
	[ 'join', "CREATE TEMP TABLE chosen AS SELECT '$accounts[2]'::text AS account_id; ANALYZE chosen; SET enable_hashjoin = off; SET enable_mergejoin = off; $rows_of google.campaign_daily d JOIN chosen c USING (account_id) WHERE $bound", 1 ])
{
	my ($name, $sql, $requests) = @$case;
	$sim->reset;
	my $out = $node->safe_psql('postgres', $sql);
	like($out, qr/^[1-9]/m, "account by $name: rows");
	is(scalar(row_requests()), $requests, "account by $name: $requests asked");
}

# One account that fails fails the statement and is named.
$sim->reset;
$sim->faults([ { match => { account => $accounts[1], query => 'segments.date' },
	action => { error => 'authorizationError.USER_PERMISSION_DENIED' } } ]);
$error = sql_error($node, "$rows_of google.campaign_daily WHERE $bound");
is($error->{sqlstate}, '28000', 'one failing account fails the statement');
like($error->{detail}, qr/^Account $accounts[1]/, 'and is named');

# Scans under one Append.
my $plan = $node->safe_psql('postgres', "EXPLAIN (COSTS OFF) $all");
is(() = $plan =~ /Async Foreign Scan/g, 3, 'a UNION ALL scans asynchronously');
gate(3);
is($node->safe_psql('postgres', "$rows_of ($all) x"),
	$expected, 'scans under one Append are asked side by side');

$node->safe_psql('postgres', <<"END");
CREATE TABLE spread (LIKE one1.campaign_daily) PARTITION BY LIST (account_id);
DROP VIEW every;
DROP FOREIGN TABLE one1.campaign_daily, one2.campaign_daily, one3.campaign_daily;
END
$node->safe_psql('postgres', <<"END") for 1 .. 3;
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily) FROM SERVER one$_ INTO one$_;
ALTER TABLE spread ATTACH PARTITION one$_.campaign_daily FOR VALUES IN ('$accounts[$_ - 1]');
END
gate(3);
is($node->safe_psql('postgres', "$rows_of spread WHERE $bound"),
	$expected, 'partitions are asked side by side');
$sim->reset;
$node->safe_psql('postgres', "$rows_of spread WHERE $bound AND account_id = '$accounts[0]'");
is(scalar(row_requests()), 1, 'pruned partitions are not asked');

# Filters, joins and limits above and below the Append.
$sim->reset;
for my $case (
	[ 'a local filter', "$rows_of spread WHERE $bound AND clicks % 2 = 1" ],
	[ 'a filter that nothing passes', "$rows_of spread WHERE $bound AND clicks < 0" ],
	[ 'a join', "$rows_of spread s JOIN generate_series(20, 24) d ON s.date_day = current_date - d WHERE $bound" ],
	[ 'an outer reference', "SELECT d, (SELECT count(*) FROM spread WHERE date_day = current_date - d) FROM generate_series(20, 24) d ORDER BY 1" ],
	[ 'one Append twice', "SELECT count(*), sum(a.clicks) FROM spread a JOIN spread b USING (account_id, campaign_id, date_day) WHERE a.$bound AND b.$bound" ],
	[ 'the same scan twice under one Append', "$rows_of (SELECT * FROM one1.campaign_daily UNION ALL SELECT * FROM one1.campaign_daily) x WHERE $bound" ],
	[ 'a sorted limit', "SELECT account_id, campaign_id, date_day, clicks FROM spread WHERE $bound ORDER BY 1, 2, 3 LIMIT 7" ])
{
	my ($name, $sql) = @$case;
	my $serial = $node->safe_psql('postgres', "SET enable_async_append = off; $sql");
	is($node->safe_psql('postgres', $sql), $serial, "$name: the same rows side by side");
}
# The same request twice under one Append is sent once.
$sim->reset;
$node->safe_psql('postgres',
	"$rows_of (SELECT * FROM one1.campaign_daily UNION ALL SELECT * FROM one1.campaign_daily) x WHERE $bound");
is(scalar(row_requests()), 1, 'two scans that ask the same under one Append share the answer');

$sim->reset;
is($node->safe_psql('postgres',
		"SELECT count(*) FROM (SELECT * FROM spread WHERE $bound LIMIT 3) x"),
	3, 'a limit above the Append ends it early');

# Waits and failures of one scan while others go on.
$sim->reset;
$sim->faults([ { match => { account => $accounts[0], query => 'segments.date' }, times => 1,
	action => { error => 'quotaError.RESOURCE_TEMPORARILY_EXHAUSTED', retry_delay => '1s' } } ]);
is($node->safe_psql('postgres', "$rows_of spread WHERE $bound"),
	$expected, 'a back-off of one scan rings while others are waited for');
$sim->faults([ { match => { account => $accounts[2], query => 'segments.date' },
	action => { error => 'authorizationError.USER_PERMISSION_DENIED' } } ]);
$error = sql_error($node, "$rows_of spread WHERE $bound");
like($error->{detail}, qr/^Account $accounts[2]/, 'a failing scan under an Append is named');

# EXPLAIN ANALYZE counts for each.
$sim->reset;
$plan = $node->safe_psql('postgres', "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM spread WHERE $bound");
is(() = $plan =~ /^\s*Requests: 2$/mg, 3, 'EXPLAIN ANALYZE counts requests of each scan, sign-in included')
  or diag($plan);

# Interrupts reach a backend that waits for several scans.
$sim->reset;
$sim->faults([ { match => { query => 'segments.date' }, action => { stall_after => 10 } } ]);
my $session = session($node);
$session->send("$rows_of spread WHERE $bound");
poll_until(sub { scalar(row_requests()) == 3 });
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $session->pid . ')');
my (undef, $cancelled) = $session->wait;
like($cancelled->{message}, qr/canceling statement/, 'a cancel reaches an Append that waits');
$sim->reset;
is($session->query("$rows_of spread WHERE $bound"), $expected, 'and the session goes on');
$session->close;

$node->stop;
done_testing();
