# Jobs of Naver SearchAd: a refresh of 20 accounts and 7 days creates two for each
# account and day and leaves none.  Whatever ends a refresh, wherever, the next one
# creates none again that is still there, twenty minutes later as well; nor does a
# statement whose answer to the creation of a job is lost.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Cpanel::JSON::XS;
use Test::More;

my $now = '2026-11-29T03:30:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\n");
my $sim = simulator();
my $session = session($node);
naver_server($node, $sim);
naver_server($node, $sim, name => 'one', options => { customer_id => '2345678', manager_account_id => undef });
$session->query('CREATE SCHEMA ads');

sub fresh
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings(\%settings) if %settings;
	return;
}

sub left { return scalar @{ $sim->world(platform => 'naver_searchad', resource => 'jobs') } }

sub created { return @{ $sim->world(platform => 'naver_searchad', resource => 'created') } }

# No job was created that was there, and none is left.
sub is_clean
{
	my ($what) = @_;
	is_deeply([ [ grep { $_->{was_there} } created() ], left() ], [ [], 0 ], "$what: no job was created twice, none is left");
	return;
}

# Rows and sums of the copy of a table and of the world.
sub is_copied
{
	my ($copy, $table, $since, $until, $accounts, $what) = @_;
	my @world = @{ $sim->world(platform => 'naver_searchad', resource => $table, since => $since, until => $until, defined $accounts ? (accounts => $accounts) : ()) };
	my ($clicks, $spend) = map { my $name = $_; join '+', 0, map { $_->{$name} } @world } qw(clicks spend_with_vat);
	is($session->query("SELECT count(*) = ${\scalar @world} AND sum(clicks) = $clicks AND sum(spend_with_vat) = $spend FROM $copy"), 't', $what);
	return;
}

# Ends a backend, and waits until it is gone.
sub end_backend
{
	my ($pid) = @_;
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
	poll_until(sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") eq '0' });
	return;
}

# Ends a refresh while its request number $step, of those that match, is under way; at a
# time.  A refresh whose jobs are not ready asks for them ever less often, so that the
# request may be minutes away.
sub killed_at
{
	my ($step, $sql, $moment, %match) = @_;
	my $other = session($node);
	my $before = @{ $sim->requests };

	$other->query("SET adpipe.debug_now = '$moment'");
	$sim->faults([ { match => {%match}, skip => $step - 1, times => 1, action => { delay_ms => 60_000 } } ]);
	$other->send($sql);
	poll_until(sub { @{ $sim->requests } >= $before + $step && grep { !$_->{done} } @{ $sim->requests } or !$node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = ${\$other->pid} AND state = 'active'") }, 600);
	end_backend($other->pid);
	$sim->faults([]);
	return;
}

subtest '20 accounts and 7 days' => sub {
	fresh(naver_more_accounts => 16);
	$session->query("SELECT adpipe.materialize('naver.campaign_daily', 'ads.campaigns', '2026-11-22')");
	$session->query('CALL adpipe.refresh_all()');
	is_copied('ads.campaigns', 'campaign_daily', '2026-11-22', '2026-11-28', undef, 'the copy equals the world');
	is($session->query('SELECT count(DISTINCT account_id) FROM adpipe.coverage'), '20', '20 accounts');
	is(scalar created(), 20 * 7 * 2, 'two jobs for each account and day');
	is_clean('a refresh');
};

subtest 'a refresh that is killed at any of its requests' => sub {
	my $refresh = "CALL adpipe.refresh('ads.one', '2026-11-28', '2026-11-28')";

	$session->query("SELECT adpipe.materialize('one.ad_group_daily', 'ads.one', '2026-11-28')");
	fresh();
	$session->query($refresh);
	my $requests = grep { ($_->{account} // '') eq '2345678' } @{ $sim->requests };
	cmp_ok($requests, '>=', 9, "it has $requests: a list, two jobs with their states, files and ends");
	for my $step (1 .. $requests)
	{
		fresh();
		$session->query('DELETE FROM ads.one');
		killed_at($step, $refresh, $now, account => '2345678');
		$session->query($refresh);
		is_copied('ads.one', 'ad_group_daily', '2026-11-28', '2026-11-28', '2345678', "killed at request $step: the next one stores the world");
		is_clean("killed at request $step");
	}
};

# ADPIPE_KILLS are more of these, ADPIPE_SEED picks where.
my $kills = $ENV{ADPIPE_KILLS} // 2;
srand($ENV{ADPIPE_SEED} // 1);

subtest "20 accounts and 7 days, killed $kills times, with twenty minutes between" => sub {
	my @chosen = map { 1 + int(rand($kills > 2 ? 150 : 50)) } 1 .. $kills;
	my $refresh = "CALL adpipe.refresh('ads.campaigns', '2026-11-22', '2026-11-28')";
	my $minute = 0;

	fresh(naver_more_accounts => 16, naver_job_ms => 600_000);
	$session->query('DELETE FROM ads.campaigns');
	for my $step (@chosen)
	{
		my $moment = sprintf '2026-11-29T%02d:%02d:00Z', 4 + $minute / 60, $minute % 60;
		$sim->clock($moment);
		killed_at($step, $refresh, $moment);
		$minute += 20;
	}
	my $moment = sprintf '2026-11-29T%02d:%02d:00Z', 4 + $minute / 60, $minute % 60;
	$sim->clock($moment);
	$sim->settings({ naver_job_ms => 0 });
	$session->query("SET adpipe.debug_now = '$moment'");
	$session->query($refresh);
	$session->query('RESET adpipe.debug_now');
	is_copied('ads.campaigns', 'campaign_daily', '2026-11-22', '2026-11-28', undef, "killed at requests @chosen: the copy equals the world");
	is_clean("killed at requests @chosen");
	cmp_ok(scalar created(), '>=', 20 * 7 * 2, 'and all days have been read');
};

subtest 'an answer to the creation of a job that is lost' => sub {
	my $sql = "SELECT count(*), sum(clicks) FROM one.campaign_daily WHERE date_day = '2026-11-20'";
	my $right = $session->query($sql);

	for my $case ([ 'closed before the answer', { close => 'before_headers' } ],
		[ 'reset after its head', { close => 'after_headers', reset => Cpanel::JSON::XS::true } ],
		[ 'no JSON', { truncate_json => Cpanel::JSON::XS::true } ],
		[ 'a web page in its place', { html => 200 } ],
		[ 'a time-out of the platform', { error => '500' } ],
		[ 'a throttle', { error => '429' } ])
	{
		my ($what, $action) = @$case;
		for my $nth (0, 1)
		{
			fresh();
			$sim->faults([ { match => { path => '^/stat-reports$', method => 'POST' }, skip => $nth, times => 1, action => $action } ]);
			is($session->query($sql), $right, "$what: the rows are right");
			is(scalar created(), 2, 'two jobs') or diag explain [ created() ];
			is_clean($what);
		}
	}
	fresh();
	$sim->faults([ { match => { path => '^/stat-reports$', method => 'POST' }, action => { status => 500, body => 'x' } } ]);
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, 'HV00M', 'always: an error');
	is(scalar(grep { $_->{method} eq 'POST' } @{ $sim->requests }), 3, 'after three tries');
	is(scalar(grep { $_->{method} eq 'GET' && $_->{path} eq '/stat-reports' } @{ $sim->requests }), 3, 'with a look at the jobs before each');
};

subtest 'EXPLAIN says how many requests a day takes' => sub {
	for my $case ([ 'clicks', 'campaign_daily' ], [ 'campaign_name, ad_group_name, clicks', 'ad_group_daily' ], [ 'clicks', 'search_term_daily' ])
	{
		my $sql = "SELECT $case->[0] FROM one.$case->[1] WHERE date_day = '2026-11-20'";
		my ($expected) = $session->query("EXPLAIN (VERBOSE) $sql") =~ /Expected Requests: (\d+) per account and day/;
		fresh();
		$session->query($sql);
		is(scalar @{ $sim->requests }, $expected, "$case->[1]: $expected");
	}
};

done_testing();
