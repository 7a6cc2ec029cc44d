# AppsFlyer allows few calls a day: a session keeps its answers for a while, and
# no statement asks for the same report twice.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my @apps = map { $_->{id} } @{ $sim->accounts('appsflyer') };
appsflyer_server($node, $sim);
appsflyer_server($node, $sim, name => 'once', options => { cache_ttl_s => 0 });
$node->safe_psql('postgres', 'IMPORT FOREIGN SCHEMA common FROM SERVER flyer INTO flyer');
$node->safe_psql('postgres', 'IMPORT FOREIGN SCHEMA common FROM SERVER once INTO once');

my $days = "date_day BETWEEN '2026-11-01' AND '2026-11-02'";
my $session = session($node);

# The calls of reports since the last reset, by app.
sub calls
{
	my %calls;
	$calls{ $_->{account} }++ for grep { $_->{path} =~ m{^/api/(agg|raw)-data/} } @{ $sim->requests };
	return \%calls;
}

# Starts over with a session that keeps nothing.
sub start_over
{
	$sim->reset;
	$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000 });
	$session->query($_) for "SELECT adpipe.forget('flyer')", "SELECT adpipe.forget('once')";
	return;
}

my $each_once = { map { $_ => 1 } @apps };

subtest 'ten statements of a dashboard cost one call per account' => sub {
	start_over();
	my @statements = (
		"SELECT sum(installs) FROM flyer.partners_daily WHERE $days",
		"SELECT date_day, sum(clicks), sum(spend) FROM flyer.partners_daily WHERE $days GROUP BY 1 ORDER BY 1",
		"SELECT media_source, sum(installs) FROM flyer.partners_daily WHERE $days GROUP BY 1 ORDER BY 2 DESC LIMIT 5",
		"SELECT campaign_name, adpipe.cpc(spend, clicks, currency) FROM flyer.partners_daily WHERE $days AND currency = 'KRW' GROUP BY 1",
		"SELECT event_name, sum(event_count) FROM flyer.partners_event_daily WHERE $days GROUP BY 1 ORDER BY 1",
		"SELECT count(*) FROM flyer.partners_daily WHERE $days AND media_source = 'Organic'",
		"SELECT account_name, sum(revenue) FROM flyer.tracker_report WHERE $days GROUP BY 1",
		"SELECT count(DISTINCT event_name) FROM flyer.tracker_event_report WHERE $days",
		"SELECT d.campaign_name, sum(e.event_count) FROM flyer.partners_daily d JOIN flyer.partners_event_daily e USING (account_id, date_day, media_source, campaign_name) WHERE d.$days AND e.$days GROUP BY 1",
		"SELECT max(sessions) FROM flyer.partners_daily WHERE $days AND account_id = '$apps[0]'",
	);
	cmp_ok(length $session->query($_), '>', 0, $_) for @statements;
	is_deeply(calls(), $each_once, 'one call per account');

	my $plan = $session->query("EXPLAIN (ANALYZE) SELECT sum(installs) FROM flyer.partners_daily WHERE $days");
	like($plan, qr/^ *Requests: 0$/m, 'EXPLAIN ANALYZE: no request');
	like($plan, qr/^ *Answers From Cache: 7$/m, 'but answers from the cache');

	is(session($node)->query("SELECT count(*) > 0 FROM flyer.partners_daily WHERE $days AND account_id = '$apps[0]'"), 't', 'another session');
	is(calls()->{ $apps[0] }, 2, 'asks for itself');
	is($session->query("SELECT adpipe.forget('flyer')"), 7, 'forget() tells how many answers there were');
	$session->query($statements[0]);
	is(calls()->{ $apps[1] }, 2, 'and then they are asked for again');
};

subtest 'what is kept is what came' => sub {
	start_over();
	my $sum = "SELECT md5(string_agg(t::text, ';' ORDER BY t::text COLLATE \"C\")) FROM flyer.partners_daily t WHERE $days";
	my $first = $session->query($sum);
	is($session->query($sum), $first, 'the same rows');
	is_deeply(calls(), $each_once, 'without a call');
	$session->query("SELECT count(*) FROM flyer.partners_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-04'");
	is_deeply([ sort { $a <=> $b } values %{ calls() } ], [ (2) x 7 ], 'other days are another report');
};

subtest 'no statement asks twice, whatever the time to live' => sub {
	for my $case (
		[ 'scans of one table with other columns', "SELECT (SELECT count(*) FROM once.partners_daily WHERE $days), (SELECT sum(clicks) FROM once.partners_daily WHERE $days), (SELECT max(spend) FROM once.partners_daily WHERE $days AND media_source <> 'x')" ],
		[ 'a join of two tables over one report', "SELECT count(*) FROM once.partners_daily d JOIN once.partners_event_daily e USING (account_id, date_day, media_source, campaign_name) WHERE d.$days AND e.$days" ],
		[ 'a rescan', "SELECT sum(c.rows) FROM generate_series(1, 3) n, LATERAL (SELECT count(*) AS rows FROM once.partners_daily WHERE $days AND sessions > n) c" ],
		[ 'tables under one Append', "SELECT sum(n) FROM (SELECT installs AS n FROM once.partners_daily WHERE $days UNION ALL SELECT event_count FROM once.partners_event_daily WHERE $days UNION ALL SELECT installs FROM once.tracker_report WHERE $days) u" ])
	{
		start_over();
		$sim->faults([ { match => { path => 'agg-data' }, action => { delay_ms => 150 } } ]);
		$session->query($case->[1]);
		is_deeply(calls(), $each_once, $case->[0]);
	}
	is(scalar(grep { $_->{path} =~ m{mng/apps} } @{ $sim->requests }), 1, 'and the list of apps was asked for once');
	like($session->query("EXPLAIN SELECT installs AS n FROM once.partners_daily WHERE $days UNION ALL SELECT event_count FROM once.partners_event_daily WHERE $days"),
		qr/Async Foreign Scan/, 'the last one ran side by side');
	start_over();
	$session->query("SELECT count(*) FROM once.partners_daily WHERE $days") for 1 .. 2;
	is_deeply(calls(), { map { $_ => 2 } @apps }, 'with cache_ttl_s 0 each statement asks');
	start_over();
	$session->query("BEGIN; SELECT count(*) FROM once.partners_daily WHERE $days; SELECT count(*) FROM once.partners_daily WHERE $days; COMMIT");
	is_deeply(calls(), { map { $_ => 2 } @apps }, 'also within a transaction');
};

subtest 'a call under way is taken along' => sub {
	my $sql = "SELECT * FROM flyer.partners_daily WHERE $days";
	my $slow = [ { match => { path => 'agg-data', account => $apps[1] }, action => { delay_ms => 400 } } ];
	start_over();
	my $count = $session->query("SELECT count(*) FROM flyer.partners_daily WHERE $days");
	for my $how ('is finished for who waits', 'is asked for again when nobody wants it any more')
	{
		start_over();
		$sim->faults($slow);
		$session->query("BEGIN; DECLARE a CURSOR FOR $sql; DECLARE b CURSOR FOR $sql; CREATE TEMP TABLE IF NOT EXISTS got (n int)");
		$session->query('FETCH 1 FROM a');
		poll_until(sub { keys %{ calls() } == 7 });
		$session->query('CLOSE a') if $how =~ /again/;
		my @rows = split /\n/, $session->query('FETCH ALL FROM b');
		cmp_ok(scalar @rows, '>=', $count, "$how: all rows");
		if ($how =~ /again/)
		{
			is(calls()->{ $apps[1] }, 2, 'one more call');
		}
		else
		{
			is_deeply(calls(), $each_once, 'no more calls');
			cmp_ok(1 + split(/\n/, $session->query('FETCH ALL FROM a')), '>=', $count, 'and the first scan goes on');
			is_deeply(calls(), $each_once, 'without more calls');
		}
		$session->query('ROLLBACK');
	}
};

subtest 'a failure of a shared call fails who waits for it, too' => sub {
	start_over();
	$sim->faults([ { match => { path => 'agg-data', account => $apps[2] }, action => { error => 'forbidden' } } ]);
	my $error = $session->query_error("SELECT count(*) FROM (SELECT installs AS n FROM once.partners_daily WHERE $days UNION ALL SELECT event_count FROM once.partners_event_daily WHERE $days) u");
	is($error->{sqlstate}, '28000', 'refused');
	like($error->{detail}, qr/account \Q$apps[2]\E/i, 'the account is named');
};

subtest 'answers grow old' => sub {
	start_over();
	my $sql = "SELECT count(*) FROM flyer.partners_daily WHERE $days AND account_id = '$apps[0]'";
	$session->query("SET adpipe.debug_now = '2026-11-20 12:00:00+00'");
	$session->query($sql);
	$session->query("SET adpipe.debug_now = '2026-11-20 12:14:59+00'");
	$session->query($sql);
	is(calls()->{ $apps[0] }, 1, 'kept for 900 s');
	$session->query("SET adpipe.debug_now = '2026-11-20 12:15:00+00'");
	$session->query($sql);
	is(calls()->{ $apps[0] }, 2, 'and no longer');
	$session->query('ALTER FOREIGN TABLE flyer.partners_daily OPTIONS (ADD cache_ttl_s \'10\')');
	$session->query("SET adpipe.debug_now = '2026-11-20 12:15:09+00'");
	$session->query($sql);
	is(calls()->{ $apps[0] }, 2, 'a table may set its own time');
	$session->query("SET adpipe.debug_now = '2026-11-20 12:15:10+00'");
	$session->query($sql);
	is(calls()->{ $apps[0] }, 3, 'which ends earlier');
	$session->query("SET adpipe.debug_now = '2026-11-20 12:00:00+00'");
	$session->query($sql);
	is(calls()->{ $apps[0] }, 4, 'a clock that went back is not trusted');
	$session->query('ALTER FOREIGN TABLE flyer.partners_daily OPTIONS (DROP cache_ttl_s); RESET adpipe.debug_now');
};

subtest 'changes of server and mapping make them void' => sub {
	start_over();
	my $sql = "SELECT count(*) FROM flyer.partners_daily WHERE $days AND account_id = '$apps[0]'";
	my $n = 0;
	for my $change ('ALTER SERVER flyer OPTIONS (ADD max_retries \'4\')', 'ALTER SERVER flyer OPTIONS (DROP max_retries)',
		'ALTER USER MAPPING FOR CURRENT_USER SERVER flyer OPTIONS (SET api_token ' . quote($sim->ready->{appsflyer_token}) . ')')
	{
		$session->query($sql);
		$session->query($sql);
		is(calls()->{ $apps[0] }, ++$n, 'kept');
		$node->safe_psql('postgres', $change);
	}
	$session->query($sql);
	is(calls()->{ $apps[0] }, ++$n, 'asked anew after each change, though another session made it');
};

subtest 'roles do not share' => sub {
	start_over();
	my $sql = "SELECT count(*) FROM flyer.partners_daily WHERE $days AND account_id = '$apps[0]'";
	$node->safe_psql('postgres', 'CREATE ROLE other; GRANT USAGE ON SCHEMA flyer, adpipe TO other; GRANT SELECT ON ALL TABLES IN SCHEMA flyer TO other;'
		. 'CREATE USER MAPPING FOR other SERVER flyer OPTIONS (api_token ' . quote($sim->ready->{appsflyer_revoked_token}) . ')');
	$session->query($sql);
	$session->query('SET ROLE other');
	is($session->query_error($sql)->{sqlstate}, '28000', 'a role with a bad token gets nothing from a kept answer');
	is($session->query_error("SELECT adpipe.forget('flyer')")->{sqlstate}, '42501', 'forget() is not for everybody');
	$session->query('RESET ROLE');
	is($session->query_error("SELECT adpipe.forget('nothing')")->{sqlstate}, '42704', 'forget() of no server');
};

subtest 'no more than the setting allows' => sub {
	start_over();
	my @sql = map { "SELECT count(*) FROM flyer.partners_daily WHERE date_day = '2026-11-0$_' AND account_id = '$apps[0]'" } 1 .. 3;
	$session->query("SET adpipe.kept_answers_size = '40kB'");
	$session->query($_) for @sql[ 0, 1, 0, 2 ];
	is(calls()->{ $apps[0] }, 3, 'three reports, of which two fit');
	$session->query($sql[0]);
	is(calls()->{ $apps[0] }, 3, 'the one used lately stayed');
	$session->query($sql[1]);
	is(calls()->{ $apps[0] }, 4, 'the one used longest ago went');
	$session->query("SET adpipe.kept_answers_size = 0");
	start_over();
	is($session->query("SELECT count(*) > 0 FROM flyer.partners_daily d JOIN flyer.partners_event_daily e USING (account_id, date_day) WHERE d.$days AND e.$days"), 't', 'with a size of 0 a statement keeps its own');
	is_deeply(calls(), $each_once, 'so it asks once');
	$session->query('RESET adpipe.kept_answers_size');
};

subtest 'only what was whole is kept' => sub {
	start_over();
	my $sql = "SELECT count(*) > 0 FROM flyer.partners_daily WHERE $days AND account_id = '$apps[0]'";
	$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (ADD max_retries '0')");
	for my $action ({ cut => 600 }, { error => 'text_in_200' }, { status => 200, body => '' }, { html => 200 })
	{
		$sim->faults([ { match => { path => 'agg-data' }, times => 1, action => $action } ]);
		like($session->query_error($sql)->{sqlstate}, qr/^(HV00A|HV00M|53400)$/, 'an error');
		is($session->query($sql), 't', 'and then a whole answer');
		$session->query("SELECT adpipe.forget('flyer')");
	}
};

done_testing();
