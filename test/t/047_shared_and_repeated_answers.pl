# Where scans share, where answers outlive what they were asked with, and where
# a platform repeats itself.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options => { max_retries => 0 });
google_server($node, $sim, name => 'one', options => { customer_id => '1234567890' });
appsflyer_server($node, $sim);
meta_server($node, $sim, options => { max_retries => 0 });

my @apps = sort map { $_->{id} } @{ $sim->accounts('appsflyer') };

# The requests for rows of Google Ads since the last reset.
sub row_requests
{
	return grep { ($_->{query} // '') =~ /segments\.date/ } @{ $sim->requests };
}

# A scan that waits side by side with others shares its answer with another one,
# which reads it to the end and goes on to something else.
subtest 'an answer that was read to its end by a scan gone on' => sub {
	my $numbers = 'account_id, campaign_id, date_day, clicks';
	my $since = 'current_date - 24';
	my $sql = <<"END";
CREATE TEMP TABLE starts AS SELECT $since AS since UNION ALL SELECT $since + 3;
SELECT count(*), sum(clicks) FROM (
	SELECT $numbers FROM one.campaign_daily
	UNION ALL
	SELECT f.* FROM starts s, LATERAL (
		SELECT $numbers FROM one.campaign_daily
		WHERE date_day >= greatest(s.since, $since) AND clicks < 0 OFFSET 0) f) x
WHERE date_day >= $since;
END
	my ($query) = $sql =~ /(SELECT count.*)/s;
	my $serial = $node->safe_psql('postgres', "SET enable_async_append = off; $sql");

	like($serial, qr/^[1-9]\d*\|[1-9]/, 'there are rows');
	like($node->safe_psql('postgres', $sql =~ s/^SELECT count/EXPLAIN (COSTS OFF) SELECT count/mr),
		qr/Async Foreign Scan.*Nested Loop/s, 'one arm waits, the other one starts over');
	$sim->reset;
	is($node->safe_psql('postgres', $sql), $serial, 'the same rows side by side');
	is(scalar(row_requests()), 2, 'two requests, one of them shared');
};

# Tokens that go round in a circle.
subtest 'a listing of accounts that goes round in a circle' => sub {
	my @page = map { { match => { query => 'FROM customer_client ' }, times => 1,
		action => { status => 200, body => qq({"results":[],"nextPageToken":"$_"}) } } } qw(A B A B A B A B);

	$sim->reset;
	$sim->faults(\@page);
	my $error = sql_error($node, 'SELECT * FROM google.campaigns');
	is($error->{sqlstate}, 'HV00A', 'refused') or diag($error->{message});
	like($error->{message}, qr/gave the same page twice/, 'says why');
	is(scalar(grep { ($_->{query} // '') =~ /customer_client/ } @{ $sim->requests }), 3,
		'after the first page that came again');
};

subtest 'a listing whose next page has an empty or no token' => sub {
	my $accounts = sub { $node->safe_psql('postgres', 'SELECT count(DISTINCT account_id) FROM google.campaigns') };
	$sim->reset;
	my $all = $accounts->();

	$sim->faults([ { match => { query => 'FROM customer_client ' }, action => {
		status => 200, body => '{"results":[{"customerClient":{"id":"1234567890","manager":false,"status":"ENABLED","descriptiveName":"x","currencyCode":"EUR","timeZone":"Europe/Berlin"}}],"nextPageToken":""}' } } ]);
	is($accounts->(), 1, 'an empty token ends it');
	$sim->reset;
	$sim->faults([ { match => { path => 'me/adaccounts' }, action => { status => 200,
		body => '{"data":[{"id":"act_111111111111111","account_id":"111111111111111","account_status":1,"name":"x","currency":"EUR","timezone_name":"Europe/Berlin"}],"paging":{"next":"https://graph.facebook.com/next"}}' } } ]);
	my $error = sql_error($node, 'SELECT * FROM meta.accounts');
	is($error->{sqlstate}, 'HV00A', 'a next page that has no token is refused') or diag($error->{message});
};

# An account that is left out would be missing without a word.
subtest 'a listing with an account whose id is none' => sub {
	my %account = (name => 'x', currency => 'EUR', timezone_name => 'Europe/Berlin', account_status => 1);
	my $body = Cpanel::JSON::XS->new->encode({ data => [ { %account, account_id => '1234567890123456' }, { %account, account_id => '12-34' } ] });

	$sim->reset;
	$sim->faults([ { match => { path => 'me/adaccounts' }, action => { status => 200, body => $body } } ]);
	my $error = sql_error($node, 'SELECT * FROM meta.campaigns');
	is($error->{sqlstate}, 'HV00A', 'is refused where it stands for all') or diag($error->{message});
	like(join("\n", @$error{qw(message detail hint)}), qr/"12-34".*is digits.*option "account_id"/s, 'with what stands there, the rule and the way out');
	is(scalar(grep { $_->{path} =~ /campaigns/ } @{ $sim->requests }), 0, 'before any other is asked');
};

# What was asked with credentials of before is not kept for those of now.
subtest 'credentials that change while a cursor is open' => sub {
	my $session = session($node);
	my $days = "date_day BETWEEN '2026-11-01' AND '2026-11-02'";
	my $calls = sub { scalar grep { $_->{path} =~ m{^/api/agg-data/} } @{ $sim->requests } };

	$sim->reset;
	$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000 });
	$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (ADD max_concurrency '1')");
	$session->query('BEGIN');
	$session->query("DECLARE c CURSOR FOR SELECT account_id FROM flyer.partners_daily WHERE $days");
	my $first = $session->query('FETCH 1 FROM c');
	is($calls->(), 1, 'one app was asked');
	$node->safe_psql('postgres', "ALTER USER MAPPING FOR CURRENT_USER SERVER flyer OPTIONS (SET api_token '"
		. $sim->ready->{appsflyer_token} . "')");
	# the session hears of it with the next lock
	$session->query('CREATE TEMP TABLE heard ()');
	$session->query('FETCH ALL FROM c');
	$session->query('COMMIT');
	my $before = $calls->();
	is($before, scalar @apps, 'then the others');
	$session->query("SELECT count(*) FROM flyer.partners_daily WHERE $days");
	is($calls->() - $before, scalar @apps, 'all of them are asked again with the new ones');
};

# Cursors stay behind when a savepoint takes back what they were asked for, and
# while other statements ask for the same.
subtest 'a cursor that failed' => sub {
	my $days = "date_day BETWEEN '2026-11-01' AND '2026-11-02'";

	for my $case (
		[ 'the listing', 'FROM google.campaigns', { query => 'FROM customer_client ' }, { error => 'authorizationError.USER_PERMISSION_DENIED' } ],
		[ 'a listing in a circle', 'FROM google.campaigns', { query => 'FROM customer_client ' }, { status => 200, body => '{"results":[],"nextPageToken":"A"}' } ],
		[ 'a report', "FROM flyer.partners_daily WHERE $days", { path => 'agg-data' }, { error => 'forbidden' } ])
	{
		my ($name, $from, $match, $action) = @$case;
		my $session = session($node);

		$sim->reset;
		$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000 });
		$sim->faults([ { match => $match, action => $action } ]);
		$session->query("BEGIN; DECLARE c CURSOR FOR SELECT * $from; SAVEPOINT s");
		$session->query_error('FETCH 1 FROM c');
		$session->query('ROLLBACK TO s');
		$sim->faults([]);
		cmp_ok(eval { $session->query("SELECT count(*) $from") } // "nothing: $@", '>', 0, "$name: does not fail what comes after");
		$session->query('ROLLBACK');
	}
};

subtest 'a cursor that waits' => sub {
	my $session = session($node);
	my $days = "date_day BETWEEN '2026-11-01' AND '2026-11-02'";
	my $count = "SELECT count(*) FROM flyer.partners_daily WHERE $days";
	my $calls = sub { scalar grep { $_->{path} =~ m{^/api/agg-data/} } @{ $sim->requests } };

	$sim->reset;
	$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000 });
	$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (DROP max_concurrency, ADD cache_ttl_s '0')");
	my $right = $node->safe_psql('postgres', $count);
	$sim->reset;
	$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000 });
	$session->query("BEGIN; DECLARE c CURSOR FOR SELECT installs FROM flyer.partners_daily WHERE $days");
	$session->query('FETCH 1 FROM c');
	poll_until(sub { $calls->() == @apps });
	is(eval { $session->query($count) } // $@, $right, "statement $_ beside it: all rows") for 1 .. 3;
	is($calls->(), 4 * @apps, 'each asks, as cache_ttl_s 0 says');
	is(1 + split(/\n/, $session->query('FETCH ALL FROM c')), $right, 'and the cursor goes on');
	$session->query('ROLLBACK');
};

# A request is written anew for each page; it may hold a list of thousands.
subtest 'many pages of a long request' => sub {
	my $session = session($node);
	my $size = sub { $session->query("SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name = 'adpipe result'") };
	my $ids = join ',', map { "'$_'" } 9_000_001 .. 9_003_000;

	$sim->reset;
	$sim->settings({ page_size => 10 });
	$session->query("BEGIN; DECLARE c CURSOR FOR SELECT clicks FROM one.campaign_daily WHERE date_day BETWEEN current_date - 100 AND current_date - 5 AND campaign_id NOT IN ($ids)");
	$session->query('MOVE 50 FROM c');
	my $before = $size->();
	$session->query('MOVE 200 FROM c');
	cmp_ok(scalar(row_requests()), '>=', 20, 'many pages were asked for');
	cmp_ok($size->(), '<=', $before * 1.1, 'memory does not grow by page');
	$session->query('ROLLBACK');
};

# What adpipe.pushdown = off is compared with must not be pushed itself.
subtest 'LIMIT with adpipe.pushdown' => sub {
	my $sql = 'SELECT campaign_id FROM one.campaign_daily WHERE date_day BETWEEN current_date - 24 AND current_date - 20 LIMIT 3';

	for my $case ([ 'on', 1 ], [ 'off', 0 ])
	{
		$sim->reset;
		is(split(/\n/, $node->safe_psql('postgres', "SET adpipe.pushdown = $case->[0]; $sql")), 3, "$case->[0]: three rows");
		is(scalar(grep { $_->{query} =~ /LIMIT 3/ } row_requests()), $case->[1], "$case->[0]: requests with LIMIT");
	}
};

# Days that are nowhere yet have no rows, and asking for them uses up quotas.
subtest 'an upper bound in the far future' => sub {
	my $plan = sub { $node->safe_psql('postgres', "EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF) SELECT count(*) FROM $_[0]") };
	my $open = 'date_day >= current_date - 3';

	$sim->reset;
	$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000 });
	for my $table (qw(flyer.partners_daily flyer.installs one.campaign_daily meta.campaign_daily))
	{
		my ($expected) = $plan->("$table WHERE $open") =~ /Foreign Scan.*?(rows=\d+)/s;
		my $seen = $plan->("$table WHERE $open AND date_day < '9999-12-31'");

		like($seen, qr/Foreign Scan.*\Q$expected\E\b/, "$table: the rows of no upper bound");
		like($seen, qr/\$today/, "$table: shown as such");
		unlike($seen, qr/Requests: \d{3}/, "$table: few requests");
		like($plan->("$table WHERE date_day = '9999-12-31'"), qr/Foreign Scan.*rows=0/, "$table: no row of that day");
	}
};

# What is no number is for its column to refuse, never a reason to drop the row.
subtest 'a metric that is no number' => sub {
	my $row = '{"segments":{"date":"2026-11-01"},"metrics":{"clicks":"0","impressions":"0","costMicros":"0",'
	  . '"conversions":"NaN","allConversions":0}}';

	$sim->reset;
	$sim->faults([ { match => { query => 'segments\.date' },
				action => { status => 200, body => qq({"results":[$row]}) } } ]);
	my $error = sql_error($node,
		"SELECT conversions FROM one.campaign_daily WHERE date_day = '2026-11-01'");
	is($error->{sqlstate}, '22P02', 'is an error');
	like($error->{message}, qr/"NaN" of field "metrics.conversions"/, 'that names it');
};

done_testing();
