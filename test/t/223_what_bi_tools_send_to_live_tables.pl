# The statements that BI tools send, on live tables of Meta Ads and AppsFlyer: each is
# right, with pushdown and without, which a local table of the same rows shows, or is an
# error before the first request that names the fix; and sends as many requests as
# doc/bi_tools.md shows.  178_what_bi_tools_send.pl has copies, views and Google Ads.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Client;
use AdpipeTest::Replay;
use AdpipeTest::SideBySide;
use Test::More;

my @ACCOUNTS = qw(2345678901234567 4567890123456789);
my @APPS = qw(com.pacifictrail.app com.laeufer.laufen);

# A table of each platform, and what statements about Google Ads call by other names.
my %platforms = (
	meta => { table => 'meta.campaign_daily', copy => 'stored.meta', words => { 2345678901 => '2345678901234567' } },
	appsflyer => { table => 'flyer.partners_daily', copy => 'stored.appsflyer',
		words => { 2345678901 => 'com.pacifictrail.app', campaign_id => 'media_source', conversions_value => 'revenue' } });

my $node = adpipe_cluster();
my $sim = simulator();
meta_server($node, $sim, options => { account_id => join ', ', @ACCOUNTS });
appsflyer_server($node, $sim, options => { app_id => join ', ', @APPS });
$node->safe_psql('postgres', 'CREATE SCHEMA stored');
my $client = AdpipeTest::Client->psql($node, 'postgres');
my $session = $client->{session};
# A report made in the background is ready at the first look.
$sim->settings({ meta_job_ms => 0, map { $_ => 1_000_000 } qw(appsflyer_minute_calls appsflyer_daily_app appsflyer_daily_account appsflyer_apps_minute appsflyer_apps_day appsflyer_cohort_minute) });

my $last_request = 0;

# The number of requests since this was last called.
sub requests
{
	my @new = @{ $sim->control('GET', "/_control/requests?since=$last_request") };
	$last_request = $new[-1]{seq} if @new;
	return scalar @new;
}

# Puts the clocks to a moment and stores the rows from a day on, as they are without pushdown.
sub world
{
	my ($moment, $start) = @_;
	$sim->clock($moment);
	$session->query("SET adpipe.debug_now = '$moment'; SET adpipe.pushdown = off");
	$session->query("DROP TABLE IF EXISTS $_->{copy}; CREATE TABLE $_->{copy} AS SELECT * FROM $_->{table} WHERE date_day >= '$start'") for values %platforms;
	$session->query('SET adpipe.pushdown = on');
	return;
}

# Sends a statement about a relation; a live table's answers are not there, its accounts are.
sub run_on
{
	my ($statement, $relation, $words) = @_;
	my $is_live = $relation !~ /^stored/;
	$session->query("SELECT adpipe.forget('flyer'), (SELECT count(*) FROM flyer.apps)") if $relation =~ /^flyer/;
	requests() if $is_live;
	my $result = $client->run(on($statement, $relation, %$words));
	$result->{requests} = $is_live ? requests() : 0;
	return $result;
}

sub cells
{
	my ($result) = @_;
	return [ map { [ split /\t/, $_, -1 ] } @{ $result->{rows} } ];
}

# Whether rows are among those that the statement gives without a LIMIT.
sub are_among
{
	my ($statement, $platform, $rows) = @_;
	my %left;
	$left{$_}++ for @{ run_on({ %$statement, sql => $statement->{sql} =~ s/\s+LIMIT\b.*//ir }, $platform->{copy}, $platform->{words})->{rows} };
	return !grep { --$left{$_} < 0 } @$rows;
}

# What is wrong with a result; undef if nothing is.
sub wrong
{
	my ($statement, $platform, $live) = @_;
	if ($live->{error})
	{
		return "$live->{error}{sqlstate} after $live->{requests} requests" if $live->{requests};
		return ($live->{error}{hint} // '') =~ /WHERE .*date_day/ ? undef : "no fix: $live->{error}{message}";
	}
	my $right = run_on($statement, $platform->{copy}, $platform->{words});
	return "types @{ $live->{types} }" unless "@{ $live->{types} }" eq "@{ $right->{types} }";
	my $difference = AdpipeTest::SideBySide::compare(cells($live), cells($right), [ map { 'exact' } @{ $right->{types} } ]);
	return if $statement->{any} && @{ $live->{rows} } == @{ $right->{rows} } && are_among($statement, $platform, $live->{rows});
	return $difference;
}

sub replay
{
	my (@statements) = @_;
	for my $statement (@statements)
	{
		for my $name (sort keys %platforms)
		{
			my $platform = $platforms{$name};
			my $live = run_on($statement, $platform->{table}, $platform->{words});
			is(wrong($statement, $platform, $live), undef, "$name: $statement->{id}");
			my $asked = $live->{error} ? $live->{error}{sqlstate} : $live->{requests};
			# A LIMIT may be reached before all accounts were asked.
			$asked = $statement->{$name} if $statement->{any} && $asked =~ /^[1-9]$/ && $asked < $statement->{$name};
			is($asked, $statement->{$name}, "$name: $statement->{id}: requests");
		}
	}
	return;
}

my @statements = grep { is_about($_) eq 'data' } statements();
world('2026-11-20T12:00:00Z', '2026-08-01');
replay(grep { !$_->{clock} } @statements);
my $today = $node->safe_psql('postgres', 'SELECT current_date');
world("${today}T12:00:00Z", $node->safe_psql('postgres', 'SELECT current_date - 100'));
replay(grep { $_->{clock} } @statements);
cmp_ok(scalar @statements, '>=', 60, @statements . ' statements');

done_testing();
