# Reports that Meta makes in the background: when they are, how they are waited
# for, and that what comes of them is what the world holds, whatever happens on
# the way.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../module", "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use NetTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $one = '2345678901234567';
meta_server($node, $sim, options => { account_id => $one });
# Where a run that does not move for a second stands still.
meta_server($node, $sim, name => 'hasty', options => { account_id => $one, job_timeout_ms => 12000 });
my $session = session($node);

# What was asked: runs started, questions about them, pages of them, and pages
# of reports made at once.
sub asked
{
	my %n = (start => 0, poll => 0, page => 0, direct => 0);
	for my $request (@{ $sim->requests })
	{
		next unless $request->{path} =~ m{/insights$} || $request->{run};
		my $kind = $request->{method} eq 'POST' ? 'start'
		  : $request->{path} =~ m{/act_\d+/insights$} ? 'direct'
		  : $request->{path} =~ m{/insights$} ? 'page' : 'poll';
		$n{$kind}++;
	}
	return \%n;
}

# Checks a table of days before today against the world; returns what was asked.
my %world;
sub same
{
	my ($what, $table, $from, $to, $server) = @_;
	my ($since, $until) = split /\|/, $session->query("SELECT current_date - $from, current_date - $to");
	my $world = $world{"$table $since $until"} //=
	  $sim->world(platform => 'meta', resource => $table, since => $since, until => $until, accounts => $one);
	my ($n, $impressions, $value) = (0, 0, 0);

	$n++, $impressions += $_->{impressions}, $value += $_->{conversions_value} // 0 for @$world;
	is($session->query("SELECT count(*), sum(impressions), sum(conversions_value)::float8 FROM " . ($server // 'meta') . ".$table"
		  . " WHERE date_day BETWEEN current_date - $from AND current_date - $to"),
		"$n|$impressions|" . ($value + 0), "$what: the world's rows");
	return asked();
}

sub fresh
{
	my ($settings, @faults) = @_;
	$sim->reset;
	$sim->settings({ meta_job_ms => 100, %{ $settings // {} } });
	$sim->faults(\@faults);
	return;
}

# A rule for the request that starts a run.
sub on_start
{
	my ($job, %more) = @_;
	return { match => { method => 'POST', path => '/insights' }, %more, action => { job => $job } };
}

fresh();
my $n = same('few days of campaigns', 'campaign_daily', 25, 20);
is_deeply([ @$n{qw(start direct)} ], [ 0, 1 ], 'are asked for at once');

fresh();
$n = same('five weeks of campaigns', 'campaign_daily', 53, 20);
is_deeply([ @$n{qw(start direct)} ], [ 1, 0 ], 'take a run');
my ($page) = grep { $_->{run} && $_->{path} =~ m{/insights$} } @{ $sim->requests };
like($page->{query}, qr/^limit=\d+$/, 'whose pages are asked for by number alone');
is($page->{token_in}, 'header', 'with the token in a header');

fresh({ meta_run_id => 'number' });
$n = same('nine days of ads', 'ad_daily', 30, 20);
is($n->{start}, 1, 'take a run, too, whose id may be a number');

fresh({ meta_job_script => [ [ 'Job Running', 100 ], [ 'Job Running', 100 ], [ 'Job Completed', 99 ], [ 'Job Completed', 100 ] ] });
$n = same('100 % while running, then completed at 99 %', 'campaign_daily', 53, 20);
is_deeply([ @$n{qw(start poll page)} ], [ 1, 4, 1 ], 'is waited for until both say so');

fresh({ meta_job_ms => 3000 });
$n = same('a run of three seconds', 'campaign_daily', 53, 20);
cmp_ok($n->{poll}, '<=', 4, 'is asked about at most four times');

fresh({ meta_sync_rows => 20 });
$n = same('more rows than the platform makes at once', 'campaign_daily', 25, 20);
is_deeply([ @$n{qw(direct start)} ], [ 1, 1 ], 'are asked for again by a run');

fresh({ meta_sync_rows => 20, meta_sync_error => '100.1504018' });
$n = same('a report that times out', 'campaign_daily', 25, 20);
is_deeply([ @$n{qw(direct start)} ], [ 1, 1 ], 'is asked for again by a run');

fresh({ meta_async_rows => 100 });
$n = same('a run that is too large', 'campaign_daily', 80, 45);
cmp_ok($n->{start} + $n->{direct}, '>=', 3, 'is asked for in halves');

fresh({}, on_start({ end => 'Job Failed', at => 99 }, times => 1));
$n = same('a run that fails after 99 %', 'campaign_daily', 53, 20);
is($n->{start}, 2, 'is started over');

fresh({}, on_start({ end => 'Job Skipped' }, times => 1));
$n = same('a run that is skipped', 'campaign_daily', 53, 20);
is($n->{start}, 2, 'is started over');

fresh({}, on_start({ end => 'stuck' }, times => 1));
$n = same('a run that stands still', 'campaign_daily', 53, 20, 'hasty');
is($n->{start}, 2, 'is started over');

my $run = { path => '/v26.0/\d+/insights$' };
fresh({}, { match => $run, times => 2, action => { error => '2601.1815107' } });
$n = same('a run that is not readable after all', 'campaign_daily', 53, 20);
is($n->{start}, 1, 'is not started over');
is($n->{poll}, 3, 'but asked about again');

fresh({}, { match => { path => '/v26.0/\d+$' }, times => 2, action => { error => '100.33' } });
$n = same('a run that is not known everywhere yet', 'campaign_daily', 53, 20);
is($n->{start}, 1, 'is waited for');

fresh({ meta_page_rows => 100 });
$n = same('pages that are too big', 'campaign_daily', 53, 20);
my @limits = map { $_->{query} =~ /limit=(\d+)/ } grep { $_->{run} && $_->{path} =~ m{/insights$} } @{ $sim->requests };
is_deeply([ @limits[ 0 .. 2 ] ], [ 500, 250, 125 ], 'are asked for with half the rows');
fresh({ meta_page_rows => 30 });
is($session->query('SELECT count(*) FROM meta.ads'),
	scalar @{ $sim->world(platform => 'meta', resource => 'ads', accounts => $one) }, 'also pages of lists');

# A run of which rows have gone out cannot be started over: another one need not
# have its rows in the same order.
my $days = 'current_date - 53 AND current_date - 20';
my $ads = "SELECT count(*) FROM meta.ad_daily WHERE date_day BETWEEN $days";
my @later = ({ match => { path => $run->{path}, query => 'after=' }, times => 1, action => { error => '2601.1815107' } });
fresh({ meta_page_rows => 100 }, @later);
my $right = $session->query($ads);
cmp_ok(asked()->{page}, '>=', 3, 'a run with several pages');
is(asked()->{poll}, 2, 'the second of which is not readable after all, but later');
fresh({ meta_page_rows => 100 }, @later, { match => { path => '/v26.0/\d+$' }, skip => 1, times => 1,
	action => { status => 200, body => '{"id":"1","async_status":"Job Skipped","async_percent_completion":0}' } });
is($session->query_error($ads)->{sqlstate}, 'HV00M', 'a run that is gone when some of it was read: SQLSTATE');
is(asked()->{start}, 1, 'is not started over');

# One that says that it is finished, but never can be read.
fresh({}, { match => $run, action => { error => '2601.1815107' } });
my $unreadable = $session->query_error("SET statement_timeout = '60s'; SELECT count(*) FROM meta.campaign_daily WHERE date_day >= current_date - 53");
is($unreadable->{sqlstate}, 'HV00M', 'a run that is never readable: SQLSTATE') or diag($unreadable->{message});
is(asked()->{start}, 1, 'is not started over');
$session->query('RESET statement_timeout');

# What cannot be had.
sub refused
{
	my ($what, $sqlstate, $detail, $days, $server) = @_;
	my $error = $session->query_error("SELECT count(*) FROM " . ($server // 'meta') . ".ad_daily WHERE date_day $days");
	is($error->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like($error->{detail}, $detail, "$what: detail");
	ok(length($error->{hint} // ''), "$what: hint");
	return;
}

my $day = '= current_date - 30';
fresh({ meta_sync_rows => 1, meta_async_rows => 1 });
refused('a day that is too large', 'HV00M', qr{account $one.*ended as "Job Failed", error -3/1504045}i, $day);
fresh({ meta_sync_rows => 1 }, on_start({ end => 'Job Failed' }));
refused('a run that always fails', 'HV00M', qr{error -2/2490547.*\(start 3\)}, $day);
fresh({ meta_sync_rows => 1 }, on_start({ end => 'stuck', at => 40 }));
refused('a run that always stands still', 'HV00M', qr/run \d+ stopped at 40 %, started 2 times/, $day, 'hasty');

fresh({ meta_job_ms => 600000 });
$session->send('EXPLAIN (ANALYZE, COSTS OFF) SELECT count(*) FROM meta.campaign_daily WHERE date_day >= current_date - 53');
poll_until(sub { asked()->{poll} > 0 });
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $session->pid . ')');
my (undef, $error) = $session->wait;
is($error->{sqlstate}, '57014', 'a run can be cancelled while it is waited for');

fresh({ meta_job_ms => 1500 });
like($session->query('EXPLAIN (ANALYZE, COSTS OFF) SELECT count(*) FROM meta.campaign_daily WHERE date_day >= current_date - 53'),
	qr/Wait Reason: run of a report/, 'EXPLAIN ANALYZE says what was waited for');

# Which reports take a run: by level, number of days, breakdowns, fields and age.
# What the platform answers does not matter here.
subtest 'when a report takes a run' => sub {
	fresh();
	my $made = 0;
	my $takes_run = sub {
		my ($level, $breakdowns, $field, $where) = @_;
		my $name = 'meta.run' . ++$made;
		my $columns = join ', ', "day date OPTIONS (field 'date_start')", map { "$_ text" } $field, split /,/, $breakdowns // '';
		$session->query("CREATE FOREIGN TABLE $name ($columns) SERVER meta OPTIONS (level '$level'" . ($breakdowns ? ", breakdowns '$breakdowns'" : '') . ')');
		$sim->reset;
		$sim->faults([ { match => { path => '/insights' }, action => { status => 400, body => '{"error":{"code":2500,"message":"x"}}' } } ]);
		$session->query_error("SELECT $field FROM $name" . ($where ? " WHERE $where" : ''));
		my @first = grep { $_->{path} =~ m{/insights$} } @{ $sim->requests };
		return $first[0]{method} eq 'POST' ? 'run' : 'direct';
	};
	my $days = sub { my ($n, $ago) = @_; return sprintf 'day BETWEEN current_date - %d AND current_date - %d', $ago + $n - 1, $ago; };
	my %at_once = (account => 90, campaign => 31, adset => 14, ad => 7);
	for my $level (sort keys %at_once)
	{
		is($takes_run->($level, undef, 'clicks', $days->($at_once{$level}, 20)), 'direct', "$level, $at_once{$level} days");
		is($takes_run->($level, undef, 'clicks', $days->($at_once{$level} + 1, 20)), 'run', "$level, one day more");
	}
	is($takes_run->('campaign', 'age', 'clicks', $days->(5, 20)), 'direct', 'few days with breakdowns');
	is($takes_run->('campaign', 'age', 'clicks', $days->(6, 20)), 'run', 'which leave fewer of them');
	is($takes_run->('ad', 'age', 'clicks', $days->(1, 20)), 'direct', 'but always one');
	is($takes_run->('campaign', 'age,mmm', 'clicks', $days->(1, 20)), 'run', 'a breakdown that only runs have');
	is($takes_run->('campaign', 'age,mmmm', 'clicks', $days->(1, 20)), 'direct', 'one of another name');
	my $limit = "((now() AT TIME ZONE 'UTC')::date - 1 - interval '13 months')::date";
	is($takes_run->('campaign', 'age', 'reach', "day = ($limit - 1)"), 'run', 'reach by breakdowns of days before 13 months');
	is($takes_run->('campaign', 'age', 'reach', "day = ($limit + 1)"), 'direct', 'of later days');
	is($takes_run->('campaign', 'age', 'clicks', "day = ($limit - 1)"), 'direct', 'another field');
	is($takes_run->('campaign', undef, 'reach', "day = ($limit - 1)"), 'direct', 'without breakdowns');
	$sim->reset;
	$session->query('SELECT count(*) FROM meta.campaigns');
	is((grep { $_->{method} eq 'POST' } @{ $sim->requests }), 0, 'objects never take a run');
};

# Words of a run's state.
subtest 'what a run says of itself' => sub {
	my $read = sub {
		my ($state, $times) = @_;
		fresh({}, { match => { path => '/v26.0/\d+$' }, times => $times // 1, action => { status => 200, body => qq({"id":"1",$state}) } });
		return $session->try('SELECT count(*) > 0 FROM meta.campaign_daily WHERE date_day BETWEEN current_date - 53 AND current_date - 20');
	};
	for my $state ('"async_status":"Job Queued","async_percent_completion":5', '"async_status":"Job","async_percent_completion":100',
		'"async_status":"Job Completed","async_percent_completion":"99"', '"async_status":"Job Completed"')
	{
		is(($read->($state))[0], 't', "$state: rows");
		is_deeply([ @{ asked() }{qw(start poll)} ], [ 1, 2 ], 'is asked about again');
	}
	for my $state ('"async_status":"Job Failed"', '"async_status":"Job Failed","error_code":0')
	{
		is(($read->($state))[0], 't', "$state, without a reason: rows");
		is(asked()->{start}, 2, 'is started over');
	}
	my (undef, $error) = $read->('"async_status":"Job Failed","error_code":100,"error_message":"Missing permissions."', 9);
	is($error->{sqlstate}, '28000', 'a reason is judged by code and words: SQLSTATE');
	like($error->{detail}, qr/error 100, Missing permissions\./, 'detail');
	is(asked()->{start}, 1, 'and for good');
};

# The pace of questions, on a clock of its own: each takes 50 ms.
my $module = net_cluster();
is($module->safe_psql('postgres', <<'END'), '45|t', 'at most 45 questions in ten minutes, none later than a tenth and a second');
WITH RECURSIVE asked (at, gap) AS (
    SELECT 0::bigint, 0::bigint
    UNION ALL
    SELECT at + adpipe_test.job_gap_ms(at) + 50, adpipe_test.job_gap_ms(at) FROM asked WHERE at < 600000)
SELECT count(*) FILTER (WHERE at > 0 AND at <= 600000), bool_and(gap <= 1000 + at / 10) FROM asked
END
is($module->safe_psql('postgres', 'SELECT adpipe_test.job_gap_ms(0), adpipe_test.job_gap_ms(60000), adpipe_test.job_gap_ms(3600000)'),
	'1000|7000|30000', 'a second at first, half a minute at most');
is($module->safe_psql('postgres', 'SELECT adpipe_test.job_is_stuck(300000, 3600000), adpipe_test.job_is_stuck(300001, 3600000)'),
	'f|t', 'a run stands still after five minutes of an hour');

done_testing();
