# Days on which nothing is wrong: adpipe.health stays empty, over campaigns that
# pause now and then, rest at weekends or end, events of some users on some
# days, and days that fill for weeks.  ADPIPE_ORDINARY_DAYS sets how many days of
# all accounts and apps; without it, a few of one each.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my $days = $ENV{ADPIPE_ORDINARY_DAYS} // 4;
my $is_long = defined $ENV{ADPIPE_ORDINARY_DAYS};
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $is_long ? '*' : '4567890123' });
appsflyer_server($node, $sim, role => 'loader', options => $is_long ? {} : { app_id => 'com.laeufer.laufen' });
meta_server($node, $sim, role => 'loader', options => $is_long ? {} : { account_id => '4567890123456789' });
$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA meta TO loader;
GRANT USAGE ON FOREIGN SERVER meta TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA meta TO loader;
GRANT USAGE ON SCHEMA flyer TO loader;
GRANT USAGE ON FOREIGN SERVER flyer TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA flyer TO loader;
END
# Quotas are by a clock that stands still for each refresh.
$sim->settings({ map { $_ => 1_000_000 } qw(appsflyer_minute_calls appsflyer_daily_app appsflyer_daily_account appsflyer_apps_minute appsflyer_apps_day) });

# The moment, some days after the first: noon of all zones' settled yesterday.
sub at
{
	my ($number) = @_;
	my $moment = $node->safe_psql('postgres', "SELECT to_char(timestamp '2026-10-25 16:00' + $number * interval '1 day', 'YYYY-MM-DD\"T\"HH24:MI\"Z\"')");
	$sim->clock($moment);
	$node->safe_psql('postgres', "ALTER ROLE loader SET adpipe.debug_now = '$moment'");
	return $moment;
}

# Runs SQL as the loader, in a session of its own; returns what it prints.
sub run
{
	my ($sql) = @_;
	my $out;
	$node->psql('postgres', $sql, extra_params => [ '-U', 'loader' ], stdout => \$out, on_error_die => 1);
	return $out;
}

$node->safe_psql('postgres', "ALTER ROLE loader SET adpipe.refresh_max_requests = 100000; ALTER ROLE loader SET adpipe.refresh_max_time = '1h'");
at(0);
run("SELECT adpipe.materialize('$_->[0]', '$_->[1]', '2026-09-20')")
  for [ 'google.campaign_daily', 'ads.campaign' ], [ 'flyer.partners_daily', 'ads.partners' ],
  [ 'meta.campaign_daily', 'ads.meta' ], [ 'meta.adset_daily', 'ads.adset' ], [ 'meta.campaign_action_daily', 'ads.action' ], [ 'flyer.partners_event_daily', 'ads.events' ];
for my $number (0 .. $days)
{
	my $moment = at($number);
	run('CALL adpipe.refresh_all()');
	is(run('SELECT severity, target, account_id, problem FROM adpipe.health'), '', "$moment: all is well");
}
cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT (kind, name)) FROM adpipe.signal_ledger'), '>', 20, 'though much was watched');
is(run('SELECT count(*) FROM adpipe.settings_changes'), '0', 'and nothing was taken for a change');

done_testing();
