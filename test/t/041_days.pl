# The days that are asked for: every form of a bound, its absence, and today in
# the account's zone.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

# Both clocks stand still at noon UTC, so that days are known by heart.
my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim);
my $session = session($node);
$session->query('CREATE TABLE days(d date)');
$session->query("INSERT INTO days VALUES ('2026-11-03'), ('2026-11-05')");
$session->query('ANALYZE days');

# Puts both clocks to a moment.
sub at
{
	my ($moment) = @_;
	$sim->reset;
	$sim->clock($moment);
	$session->query('SET adpipe.debug_now = ' . quote($moment));
	return;
}

# The distinct ranges sent, as "since..until", in order.
sub ranges
{
	my %seen;
	for my $query (map { $_->{query} // '' } @{ $sim->requests })
	{
		next unless $query =~ /\bFROM campaign\b/;
		my ($since, $until) = $query =~
		  /segments\.date BETWEEN '([0-9-]+)' AND '([0-9-]+)'/
		  or return "no range in $query";
		$seen{"$since..$until"} = 1;
	}
	return join ' ', sort keys %seen;
}

my $account = "account_id = '1234567890'";

# Checks what a condition sends, and that the rows are those of a local copy.
sub sends
{
	my ($condition, $expected, $name) = @_;
	my $sql = "SELECT count(*), sum(impressions) FROM %s WHERE $account AND ($condition)";

	at($now);
	my ($found, $error) = $session->try(sprintf $sql, 'google.campaign_daily');
	is($error && $error->{message}, undef, ($name // $condition) . ': no error');
	is(ranges(), $expected, ($name // $condition) . ': the days sent');
	is($found, $session->query(sprintf $sql, 'local_days'), ($name // $condition) . ': the rows');
	return;
}

at($now);
$session->query(<<"END");
SET timezone = 'UTC';
CREATE TABLE local_days AS SELECT * FROM google.campaign_daily
 WHERE $account AND date_day BETWEEN '2026-10-01' AND '2026-11-20'
END
cmp_ok($session->query('SELECT count(DISTINCT date_day) FROM local_days'), '>', 40, 'the copy has days');

my $today = '2026-11-20';
my @bounds = (
	[ "date_day = '2026-11-05'", '2026-11-05..2026-11-05' ],
	[ "date_day >= '2026-11-05'", "2026-11-05..$today" ],
	[ "date_day > '2026-11-05'", "2026-11-06..$today" ],
	[ "'2026-11-05' <= date_day", "2026-11-05..$today" ],
	[ "date_day >= '2026-11-05' AND date_day < '2026-11-08'", '2026-11-05..2026-11-07' ],
	[ "date_day >= '2026-11-05' AND date_day <= '2026-11-08'", '2026-11-05..2026-11-08' ],
	[ "date_day BETWEEN '2026-11-05' AND '2026-11-08'", '2026-11-05..2026-11-08' ],
	[ "date_day BETWEEN SYMMETRIC '2026-11-08' AND '2026-11-05'", '2026-11-05..2026-11-08' ],
	[ "date_day IN ('2026-11-08', '2026-11-05', NULL)", '2026-11-05..2026-11-08' ],
	[ "date_day = ANY (ARRAY['2026-11-05', '2026-11-09']::date[])", '2026-11-05..2026-11-09' ],
	[ "date_day = ANY ('{}'::date[])", '' ],
	[ "date_day = NULL::date", '' ],
	[ "date_day > '2026-11-08' AND date_day < '2026-11-05'", '' ],
	[ "date_day >= timestamp '2026-11-05 00:00'", "2026-11-05..$today" ],
	[ "date_day >= timestamp '2026-11-05 00:00:01'", "2026-11-06..$today" ],
	[ "date_day > timestamp '2026-11-05 00:00'", "2026-11-06..$today" ],
	[ "date_day BETWEEN timestamp '2026-11-05' AND timestamp '2026-11-07 23:59'", '2026-11-05..2026-11-07' ],
	[ "date_day >= timestamptz '2026-11-05 00:00+00' AND date_day < timestamptz '2026-11-08 00:00+00'", '2026-11-05..2026-11-07' ],
	[ "date_day >= timestamptz '2026-11-05 01:00+00' AND date_day <= '2026-11-08'", '2026-11-06..2026-11-08' ],
	[ "date_day::timestamp >= '2026-11-05' AND date_day::timestamp < '2026-11-08'", '2026-11-05..2026-11-07' ],
	[ "date_day::timestamptz >= '2026-11-05 00:00+00' AND date_day::timestamptz <= '2026-11-08 00:00+00'", '2026-11-05..2026-11-08' ],
	[ "date_day = '2026-11-03' OR date_day BETWEEN '2026-11-07' AND '2026-11-08'", '2026-11-03..2026-11-08' ],
	[ "(date_day >= '2026-11-03' AND clicks > 5) OR (date_day = '2026-11-01' AND clicks < 5)", "2026-11-01..$today" ],
	[ "date_day >= '2026-11-05' AND (date_day <= '2026-11-07' OR clicks > 10)", "2026-11-05..$today" ],
	[ "date_day >= (SELECT min(d) FROM days)", "2026-11-03..$today", 'InitPlan' ],
	[ "date_day BETWEEN (SELECT min(d) FROM days) AND (SELECT max(d) FROM days)", '2026-11-03..2026-11-05', 'two InitPlans' ],
	[ "date_day >= '2026-11-05' AND date_day <= 'infinity'", "2026-11-05..$today" ]);
sends(@$_) for @bounds;

# A bound that the session's clock gives: interval arithmetic is a timestamp.
# One statement reads both, so that midnight cannot come between.
for my $bound ("current_date - interval '7 days'", 'current_date - 7', "now() - interval '7 days'")
{
	$sim->reset;
	$session->query('RESET adpipe.debug_now');
	my $first = $bound =~ /now/ ? 'current_date - 6' : 'current_date - 7';
	my $expected = $session->query("SELECT $first || '..' || current_date - 3");
	$session->query("SELECT count(*) FROM google.campaign_daily WHERE $account AND date_day >= $bound AND date_day <= current_date - 3");
	is(ranges(), $expected, "$bound: the days sent");
}

# Parameters, whether the plan knows them or not.
for my $mode ('force_generic_plan', 'force_custom_plan')
{
	at($now);
	$session->query(<<"END");
SET plan_cache_mode = $mode;
PREPARE p(date, timestamp) AS SELECT count(*) FROM google.campaign_daily
 WHERE $account AND date_day >= \$1 AND date_day < \$2
END
	for my $values ([ '2026-11-05', '2026-11-08', '2026-11-05..2026-11-07' ], [ '2026-11-01', '2026-11-02', '2026-11-01..2026-11-01' ])
	{
		at($now);
		my $found = $session->query("EXECUTE p('$values->[0]', '$values->[1]')");
		is(ranges(), $values->[2], "$mode: the days sent");
		is($found, $session->query("SELECT count(*) FROM local_days WHERE date_day >= '$values->[0]' AND date_day < '$values->[1]'"), "$mode: the rows");
	}
	$session->query('DEALLOCATE p; RESET plan_cache_mode');
}

# A bound through a join needs no setting: the path with one wins.
at($now);
my $join = "SELECT count(*), sum(impressions) FROM days JOIN %s ON date_day = d WHERE $account";
my $plan = $session->query('EXPLAIN (COSTS OFF) ' . sprintf $join, 'google.campaign_daily');
like($plan, qr/Nested Loop/, 'a bound through a join: a nested loop');
is($session->query(sprintf $join, 'google.campaign_daily'), $session->query(sprintf $join, 'local_days'), 'a bound through a join: the rows');
is(ranges(), '2026-11-03..2026-11-03 2026-11-05..2026-11-05', 'a bound through a join: day by day');

# No lower bound.
for my $condition ('true', "date_day <= '2026-11-05'", "date_day < '2026-11-05'", "date_day >= '2026-11-05' OR clicks > 10", "date_day <> '2026-11-05'", "date_day >= '-infinity'", "extract(month FROM date_day) = 11")
{
	at($now);
	my $error = $session->query_error("SELECT count(*) FROM google.campaign_daily WHERE $condition");
	is($error->{sqlstate}, 'HV002', "$condition: refused");
	like($error->{hint} // '', qr/WHERE date_day >= current_date - 30/, "$condition: the hint has the WHERE to add");
	is(scalar @{ $sim->requests }, 0, "$condition: nothing was sent");
}

at($now);
$session->query("ALTER SERVER google OPTIONS (ADD unbounded 'window')");
$session->query("SELECT count(*) FROM google.campaign_daily WHERE $account");
like($session->messages, qr/NOTICE: .*last 30 days/, 'window: a notice');
is(ranges(), "2026-10-22..$today", 'window: 30 days with today');
at($now);
$session->query("ALTER FOREIGN TABLE google.campaign_daily OPTIONS (ADD window_days '3')");
$session->query("SELECT count(*) FROM google.campaign_daily WHERE $account");
like($session->messages, qr/NOTICE: .*last 3 days/, 'window_days: a notice');
is(ranges(), "2026-11-18..$today", 'window_days: three days with today');
at($now);
$session->query("SELECT count(*) FROM google.campaign_daily WHERE $account AND date_day >= '2026-11-10'");
unlike($session->messages, qr/NOTICE/, 'window: no notice with a bound');
is(ranges(), "2026-11-10..$today", 'window: a bound wins');
at($now);
$session->query("ALTER FOREIGN TABLE google.campaign_daily OPTIONS (ADD unbounded 'allow')");
cmp_ok($session->query("SELECT count(*) FROM google.campaign_daily WHERE $account"), '>', $session->query('SELECT count(*) FROM local_days'), 'allow: all days are read');
unlike($session->messages, qr/NOTICE/, 'allow: no notice');
like(ranges(), qr/^2023-10-\d\d\.\.$today$/, 'allow: the whole reach');
$session->query("ALTER FOREIGN TABLE google.campaign_daily OPTIONS (DROP unbounded, DROP window_days)");
$session->query('ALTER SERVER google OPTIONS (DROP unbounded)');

# Today belongs to the account's zone: Seoul is 9 hours before UTC, Los Angeles
# 8 behind in November.
for my $case (
	[ '1234567890', '2026-11-20T14:59:30Z', '2026-11-20' ],
	[ '1234567890', '2026-11-20T15:00:30Z', '2026-11-21' ],
	[ '2345678901', '2026-11-20T07:59:30Z', '2026-11-19' ],
	[ '2345678901', '2026-11-20T08:00:30Z', '2026-11-20' ])
{
	my ($id, $moment, $day) = @$case;
	at($moment);
	is($session->query("SELECT max(date_day) FROM google.campaign_daily WHERE account_id = '$id' AND date_day >= '2026-11-15'"), $day, "$id at $moment: the last day");
	is(ranges(), "2026-11-15..$day", "$id at $moment: today is the account's");
}

# Outside the platform's reach.
at($now);
my $error = $session->query_error("SELECT count(*) FROM google.campaign_daily WHERE date_day >= '2020-01-01'");
is($error->{sqlstate}, '22008', 'days before the reach: refused');
is(ranges(), '', 'days before the reach: not asked for');

done_testing();
