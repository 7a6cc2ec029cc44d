# The table of cohorts: what users have done by each day after the install.  A row
# exists for each day that is over, whatever the platform says about later ones; no
# documentation says how it writes values, so every way that has been seen is read,
# and any other one is an error.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
my ($main, $direct) = qw(com.hanbit.running com.pacifictrail.app);
my $days = "date_day BETWEEN '2026-11-14' AND '2026-11-20'";

appsflyer_server($node, $sim, options => { app_id => "$main,$direct", max_retries => 0 });
my $session = session($node);

sub fresh
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings(\%settings) if %settings;
	$session->query("SELECT adpipe.forget('flyer')");
	return;
}

sub world
{
	my ($resource, $since, $until, $accounts) = @_;
	return $sim->world(platform => 'appsflyer', resource => $resource, since => $since, until => $until, accounts => $accounts // "$main,$direct");
}

sub refused
{
	my ($name, $sql, $sqlstate, $words) = @_;
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, $sqlstate, "$name: refused") or diag(explain($error));
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$name: words");
	return $error;
}

# The requests for cohorts, as bodies.
sub bodies
{
	return map { $_->{query} } grep { ($_->{report} // '') eq 'cohort' } @{ $sim->requests };
}

my $all = "SELECT * FROM flyer.cohort WHERE account_id = '$direct' AND";
my $order = 'ORDER BY account_id, date_day, media_source, campaign_id, campaign_name, agency, cohort_day';

fresh();
my $usual = $session->query("$all $days $order");
my $world = world('cohort', '2026-11-14', '2026-11-20', $direct);
is(scalar(split /\n/, $usual), scalar @$world, 'as many rows as the world has');
cmp_ok(scalar @$world, '>', 200, 'which are many');

subtest 'days that are over' => sub {
	# Noon in UTC is the 20th in Korea and on the 20th in UTC: day 0 of the 20th runs.
	is($session->query("SELECT account_id, date_day, max(cohort_day), min(cohort_day), count(DISTINCT cohort_day) = max(cohort_day) + 1 FROM flyer.cohort WHERE $days GROUP BY 1, 2 ORDER BY 1, 2 DESC LIMIT 2"),
		"$main|2026-11-19|0|0|t\n$main|2026-11-18|1|0|t", 'each cohort has its days up to yesterday');
	is($session->query("SELECT count(*) FROM flyer.cohort WHERE date_day >= '2026-11-20'"), '0', 'that of today has none');
	fresh();
	$session->query("SELECT count(*) FROM flyer.cohort WHERE date_day = '2026-11-20'");
	is(scalar(bodies()), 0, 'and nothing is asked about it');
	is($session->query("SELECT max(cohort_day), count(*) = 181 * count(DISTINCT (agency, media_source, campaign_id, campaign_name)) FROM flyer.cohort WHERE date_day = '2026-05-01' AND account_id = '$direct'"),
		'180|t', 'day 180 is the last one');
	same_rows($node, 'flyer.cohort', "WHERE date_day BETWEEN '2026-05-23' AND '2026-05-23' AND account_id = '$direct'",
		[ grep { $_->[0] =~ /pacific/ } world_rows($node, $sim, 'flyer.cohort', '2026-05-23', '2026-05-23') ]);
};

# The platform may be found to do any of these.
for my $case (
	[ { appsflyer_cohort_unelapsed => 'zero' }, 'zero for days to come' ],
	[ { appsflyer_cohort_unelapsed => 'null' }, 'null for days to come' ],
	[ { appsflyer_cohort_unelapsed => 'absent' }, 'nothing for days to come' ],
	[ { appsflyer_cohort_keys => 'sum' }, 'values named after sums' ],
	[ { appsflyer_cohort_keys => 'plain' }, 'values named after the number' ],
	[ { appsflyer_cohort_texts => \1 }, 'numbers as texts' ],
	[ { appsflyer_cohort_reaches_today => \0 }, 'today is not accepted' ])
{
	my ($settings, $name) = @$case;
	fresh(%$settings);
	ok($session->query("$all $days $order") eq $usual, "$name: the same rows");
}

subtest 'a value that is not there' => sub {
	fresh(appsflyer_cohort_gaps => \1);
	my $counts = $session->query("SELECT count(*), count(revenue) > 0, count(revenue) < count(*), count(revenue_on_day) < count(revenue), count(users) FROM flyer.cohort WHERE $days AND account_id = '$direct'");
	is($counts, join('|', scalar @$world, 't', 't', 't', scalar @$world), 'is NULL in a row that is there, and nothing is computed from it');
	is($session->query("SELECT count(*) FROM flyer.cohort WHERE $days AND account_id = '$direct' AND sessions = 0"), '0', 'and never zero');
};

for my $case (
	[ appsflyer_cohort_keys => 'odd', qr/a measure has no value "revenue_sum"/ ],
	[ appsflyer_cohort_double => \1, qr/a cohort is there twice/ ],
	[ appsflyer_cohort_foreign_day => \1, qr/a cohort is of a day that was not requested/ ])
{
	my ($setting, $value, $words) = @$case;
	fresh($setting => $value);
	refused($setting, "$all $days", 'HV00A', $words);
}

subtest 'refusals' => sub {
	fresh(appsflyer_cohort_off => 403);
	refused('not enabled', "$all $days", '28000', qr/AppsFlyer has to enable the Cohort API/);
	fresh(appsflyer_cohort_off => 404);
	refused('not enabled', "$all $days", '28000', qr/part of the account's plan; ask the account's owner or AppsFlyer/);
	fresh(appsflyer_cohort_range => 5);
	refused('too many days', "$all $days", 'HV00L', qr/HTTP 422.*the range of days is too long/s);
	fresh();
	refused('too early', "$all date_day >= '2024-11-01' AND date_day < '2024-11-03'", '22008', qr/./);
	$sim->faults([ { match => { path => '/api/cohorts' }, times => 100, action => { error => 'cohort_token' } } ]);
	refused('token', "$all $days", '28000', qr/Authentication error.*revoked/s);
};

subtest 'requests' => sub {
	fresh();
	my $plan = $session->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT users FROM flyer.cohort WHERE $days AND cohort_day = 7");
	like($plan, qr{Request: POST /api/cohorts/v1/data/app/\$app_id\?format=json \{"cohort_type":"user_acquisition","from":"2026-11-14","to":"2026-11-20","groupings":\["date","af_prt","pid","af_c_id","c"\].*one for each of: revenue, sessions, uninstalls}, 'EXPLAIN shows them');
	like($plan, qr/Expected Requests: 6$/m, 'and their number');
	$session->query("SELECT * FROM flyer.cohort WHERE $days LIMIT 0");
	$session->query("SELECT * FROM flyer.cohort WHERE false");
	is(scalar(bodies()), 0, 'nothing is sent');
	is($session->query("SELECT count(*) FROM flyer.cohort WHERE date_day BETWEEN '2026-10-20' AND '2026-11-18' AND account_id = '$direct'"),
		scalar @{ world('cohort', '2026-10-20', '2026-11-18', $direct) }, 'thirty days of an app');
	is(scalar(bodies()), 3, 'are three requests, whichever columns are read');
	like((bodies())[0], qr/"kpis":\["revenue"\],"aggregation_type":"cumulative","partial_data":true,"preferred_timezone":true,"preferred_currency":true,"filters":\{"period":\[0,1,.*,30\]\}\}$/, 'with the cohort days that are over for the first of them');
};

subtest 'rows do not depend on columns' => sub {
	for my $columns ('count(*)', 'count(users)', 'count(DISTINCT (account_id, date_day, agency, media_source, campaign_id, campaign_name, cohort_day))', 'count(revenue_on_day)')
	{
		fresh();
		is($session->query("SELECT $columns FROM flyer.cohort WHERE $days AND account_id = '$direct'"), scalar @$world, $columns);
	}
};

subtest 'what adds up' => sub {
	fresh();
	for my $metric (qw(users spend revenue sessions uninstalls))
	{
		refused($metric, "SELECT media_source, sum($metric) FROM flyer.cohort WHERE $days AND account_id = '$direct' GROUP BY 1", '42803', qr/cannot add up column "$metric" of foreign table "flyer.cohort" over "cohort_day"/);
	}
	is(scalar(bodies()), 0, 'before anything is sent');
	is($session->query("SELECT sum(users), sum(sessions) FROM flyer.cohort WHERE $days AND account_id = '$direct' AND cohort_day = 0"),
		join('|', map { my $m = $_; my $n = 0; $n += $_->{$m} for grep { $_->{cohort_day} == 0 } @$world; $n } qw(users sessions)), 'over the cohorts of one day they are the sums of the world');
	is($session->query(<<"END"), 'f', 'the numbers of single days add up to those until a day');
SELECT count(*) FILTER (WHERE c.revenue <> s.revenue OR c.sessions <> s.sessions OR c.uninstalls <> s.uninstalls) > 0 OR count(*) = 0
FROM (SELECT account_id, date_day, media_source, campaign_id, campaign_name, agency, sum(revenue_on_day) AS revenue, sum(sessions_on_day) AS sessions, sum(uninstalls_on_day) AS uninstalls
      FROM flyer.cohort WHERE $days AND account_id = '$direct' AND cohort_day <= 3 GROUP BY 1, 2, 3, 4, 5, 6) s
JOIN (SELECT * FROM flyer.cohort WHERE $days AND account_id = '$direct' AND cohort_day = 3) c
  ON (c.account_id, c.date_day, c.media_source) = (s.account_id, s.date_day, s.media_source)
 AND (c.campaign_id, c.campaign_name, c.agency) IS NOT DISTINCT FROM (s.campaign_id, s.campaign_name, s.agency)
END
	is($session->query("SELECT adpipe.cohort_roas(revenue, spend, cohort_day, currency) = sum(revenue) FILTER (WHERE spend IS NOT NULL) / sum(spend) FROM flyer.cohort WHERE $days AND account_id = '$direct' AND cohort_day = 3"), 't', 'cohort_roas is the ratio of sums');
	refused('cohort_roas', "SELECT adpipe.cohort_roas(revenue, spend, cohort_day) FROM flyer.cohort WHERE $days AND account_id = '$direct'", '21000', qr/two cohort days in one group/);
};

subtest 'tables of one\'s own' => sub {
	my $columns = <<'END';
account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'Date'), n integer OPTIONS (field 'adpipe.cohort_day'),
users bigint OPTIONS (field 'users'), sessions bigint OPTIONS (field 'sessions')
END
	my $make = sub {
		my ($name, $more, $options) = @_;
		$session->query("CREATE FOREIGN TABLE $name ($columns $more) SERVER flyer OPTIONS (report 'cohort' $options)");
	};

	fresh();
	$make->('by_country', ", country text OPTIONS (field 'Country')", '');
	is($session->query("SELECT n, sum(users), sum(sessions) FROM by_country WHERE $days AND account_id = '$direct' GROUP BY 1 ORDER BY 1"),
		$session->query("SELECT cohort_day, sum(users), sum(sessions) FROM flyer.cohort WHERE $days AND account_id = '$direct' GROUP BY 1 ORDER BY 1"), 'countries add up to the coarser report');
	is(join(' ', map { /"kpis":\["(\w+)"/ ? $1 : () } grep { /"geo"/ } bodies()), 'sessions', 'and only its number is asked for');
	$make->('back', '', ", reattr 'true'");
	my $back = world('cohort_retargeting', '2026-11-14', '2026-11-20', $direct);
	my %sum;
	for my $row (@$back) { $sum{ $row->{cohort_day} }[0] += $row->{users}; $sum{ $row->{cohort_day} }[1] += $row->{sessions} }
	is($session->query("SELECT n, sum(users), sum(sessions) FROM back WHERE $days AND account_id = '$direct' GROUP BY 1 ORDER BY 1"),
		join("\n", map { join '|', $_, @{ $sum{$_} } } sort { $a <=> $b } keys %sum), 'retargeting is dated by the conversion');
	$session->query("CREATE FOREIGN TABLE without (date_day date OPTIONS (field 'Date'), users bigint OPTIONS (field 'users')) SERVER flyer OPTIONS (report 'cohort')");
	refused('no cohort day', "SELECT * FROM without WHERE $days", 'HV002', qr/needs a column with field "adpipe.cohort_day"/);
	$session->query("CREATE FOREIGN TABLE dayless (n integer OPTIONS (field 'adpipe.cohort_day'), users bigint OPTIONS (field 'users')) SERVER flyer OPTIONS (report 'cohort')");
	refused('no day', 'SELECT * FROM dayless', 'HV002', qr/by its days only/);
	$make->('odd', ", clicks bigint OPTIONS (field 'Clicks')", '');
	refused('no such field', "SELECT users FROM odd WHERE $days", 'HV005', qr/report "cohort" has no field "Clicks"/);
	$make->('wide', join('', map { ", \"$_\" text OPTIONS (field '$_')" } 'Media Source (pid)', 'Campaign (c)', 'Campaign ID', 'Adset', 'Adset ID', 'Ad', 'Ad ID'), '');
	refused('eight groupings', "SELECT users FROM wide WHERE $days", '54011', qr/more than 7 columns that split cohorts/);
};

done_testing();
