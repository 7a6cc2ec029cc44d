# What refresh_all() reads when, and what adpipe.health says of a world that
# goes wrong and well again; on clocks that are set.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($seoul, $auckland) = ('1234567890', '3456789012');
loader($node, $sim, options => { customer_id => "$seoul,$auckland", max_retries => 0 });

# The day ranges that were asked of the campaign report since the last call, as
# "account since..until".
my $seen = 0;
sub asked
{
	my @found;
	for my $request (@{ $sim->control('GET', "/_control/requests?since=$seen") })
	{
		$seen = $request->{seq};
		next unless ($request->{query} // '') =~ /FROM campaign WHERE segments\.date BETWEEN '([0-9-]+)' AND '([0-9-]+)'/;
		push @found, "$request->{account} $1..$2";
	}
	return join "\n", sort @found;
}

sub health
{
	return scalar run("SELECT severity, account_id, problem, to_char(since AT TIME ZONE 'UTC', 'MM-DD HH24:MI') FROM adpipe.health ORDER BY 2, 3");
}

at('2026-11-20T12:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-01', 15)");
is(health(), 'info||nothing read yet|11-20 12:00', 'a new copy: nothing is read yet');
run('CALL adpipe.refresh_all()');
is(world_difference($node, $sim, 'ads.campaign', '2026-11-01', '2026-11-21', "$seoul,$auckland"), '0|0', 'refresh_all fills a new copy');
is(health(), '', 'then all is well');
asked();

# Three tiers.
at('2026-11-20T12:20:00Z');
run('CALL adpipe.refresh_all()');
is(asked(), '', 'within 25 minutes nothing is due');
at('2026-11-20T12:26:00Z');
run('CALL adpipe.refresh_all()');
is(asked(), "$seoul 2026-11-18..2026-11-20\n$auckland 2026-11-19..2026-11-21", 'after that the last three days of each account\'s zone are read');
at('2026-11-20T18:05:00Z');
run('CALL adpipe.refresh_all()');
is(asked(), "$seoul 2026-11-06..2026-11-08\n$seoul 2026-11-09..2026-11-15\n$seoul 2026-11-16..2026-11-21\n"
	. "$auckland 2026-11-07..2026-11-08\n$auckland 2026-11-09..2026-11-15\n$auckland 2026-11-16..2026-11-21",
	'the window of 15 days once a day, after yesterday has settled, and the day that has left it');
is(run("SELECT min(date_day), max(date_day), count(*) FROM adpipe.coverage WHERE state = 'final' AND account_id = '$seoul'"),
	'2026-11-01|2026-11-06|6', 'days that were read after the window are final');
at('2026-11-20T18:35:00Z');
run('CALL adpipe.refresh_all()');
is(asked(), "$seoul 2026-11-19..2026-11-21\n$auckland 2026-11-19..2026-11-21", 'and only once');
at('2026-11-27T13:00:00Z');
run('CALL adpipe.refresh_all()');
like(asked(), qr/^$seoul 2026-11-01\.\.2026-11-05\n$seoul 2026-11-07\.\.2026-11-08\n.*\n$auckland 2026-11-01\.\.2026-11-01\n/s, 'the long tail once a week, and days that have left the window since');
is(world_difference($node, $sim, 'ads.campaign', '2026-11-01', '2026-11-28', "$seoul,$auckland"), '0|0', 'equals the world a week later');

is($node->safe_psql('postgres', "SELECT string_agg(format('%s %s of %s', t.account_id, t.window_days, a.window_days), ', ' ORDER BY t.account_id) FROM adpipe.account_terms t JOIN adpipe.account_ledger a USING (target, account_id)"),
	"$seoul 15 of 90, $auckland 15 of 90", 'lookback goes before the accounts\' own conversion windows, which are known');

# A day marked as stale is read again, whatever its age.
$node->safe_psql('postgres', "UPDATE adpipe.slice_ledger SET stale_since = '2026-11-27T13:01:00Z' WHERE account_id = '$seoul' AND date_day = '2026-11-03'");
at('2026-11-27T13:05:00Z');
run('CALL adpipe.refresh_all()');
is(asked(), "$seoul 2026-11-03..2026-11-03", 'a stale day is read again');
at('2026-11-27T13:06:00Z');
run('CALL adpipe.refresh_all()');
is(asked(), '', 'once');

# An outage: seen, repeated with longer pauses, and gone when it is over.
$sim->faults([ { match => { path => ':search' }, action => { status => 503, body => '' } } ]);
at('2026-11-27T14:00:00Z');
my (undef, $messages) = run('CALL adpipe.refresh_all()');
like($messages, qr/WARNING: .*account $seoul of ads.campaign/, 'outage: a warning');
is(health(), 'error||2 accounts of 1 copy: platform "google_ads" did not give a whole answer. HTTP 503.|11-27 14:00', 'outage: in health, since when, as one cause');
is(run("SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'failed', 'outage: the run failed');
asked();
at('2026-11-27T14:00:30Z');
run('CALL adpipe.refresh_all()');
is(asked(), '', 'outage: not asked again at once');
at('2026-11-27T14:01:05Z');
run('CALL adpipe.refresh_all()');
isnt(asked(), '', 'outage: but after a minute');
is(run("SELECT count(*) FROM adpipe.coverage WHERE state IN ('missing', 'failed')"), '0', 'outage: what is stored stays');
$sim->faults([]);
at('2026-11-27T14:10:00Z');
run('CALL adpipe.refresh_all()');
is(health(), '', 'outage over: health is clear by itself');

# The platform says when to come back.
$sim->faults([ { match => { query => 'segments.date' }, action => { error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '3600s' } } ]);
at('2026-11-27T15:00:00Z');
run('CALL adpipe.refresh_all()');
$sim->faults([]);
asked();
at('2026-11-27T15:40:00Z');
run('CALL adpipe.refresh_all()');
is(asked(), '', 'quota: nothing is asked before the time that the platform named');
at('2026-11-27T16:10:00Z');
run('CALL adpipe.refresh_all()');
isnt(asked(), '', 'quota: then it goes on');
is(health(), '', 'quota: and all is well');

# The scheduler stops.
at('2026-11-29T06:00:00Z');
my $health = health();
like($health, qr/error\|\|the scheduler has not called adpipe.refresh_all\(\) since 2026-11-27 16:10:00/, 'the scheduler that has not called');
like($health, qr/\|$seoul\|day 2026-11-28 is not complete\|11-28 19:25/, 'and the day that is late, in the account\'s zone');
run('CALL adpipe.refresh_all()');
is(health(), '', 'clear after the next call');

# A changed source stops the copy; the health row holds what to run.
$node->safe_psql('postgres', "ALTER FOREIGN TABLE google.campaign_daily ADD COLUMN engagements bigint OPTIONS (field 'metrics.engagements'), DROP COLUMN view_through_conversions, ALTER COLUMN clicks TYPE numeric");
at('2026-11-29T07:00:00Z');
asked();
run('CALL adpipe.refresh_all()');
is(asked(), '', 'changed source: nothing is read');
is(health(), 'error||the columns of google.campaign_daily changed; the refresh is stopped|11-29 07:00', 'changed source: in health');
run(run('SELECT action FROM adpipe.health'));
is(health(), '', 'changed source: the action makes it well');
is(run("SELECT (SELECT sum(engagements) FROM ads.campaign) = (SELECT sum(engagements) FROM google.campaign_daily WHERE date_day >= '2026-11-01')"), 't', 'changed source: the new column is filled for all days');
is(world_difference($node, $sim, 'ads.campaign', '2026-11-01', '2026-11-29', "$seoul,$auckland",
		'impressions,clicks,interactions,engagements,cost_micros,conversions,conversions_value,all_conversions,all_conversions_value'), '0|0',
	'changed source: equals the world again, without what had view-through conversions only');

# A backfill within a budget: newest first, the rest in the next run.
run("SELECT adpipe.materialize('google.account_daily', 'ads.account', '2026-10-01')");
run('SET adpipe.refresh_max_requests = 4; CALL adpipe.refresh_all()');
is(run("SELECT status FROM adpipe.runs WHERE target = 'ads.account'::regclass"), 'partial', 'budget: the run is partial');
is(run("SELECT min(date_day), max(date_day) FROM adpipe.slices WHERE target = 'ads.account'::regclass"), '2026-11-16|2026-11-29', 'budget: the newest days first');
like(run("SELECT adpipe.stored_until('ads.account')"), qr/^2026-09-30$/, 'budget: nothing is complete from the start');
like(health(), qr/^info\|$seoul\|46 of the days from 2026-10-01 to 2026-11-15 are missing/m, 'budget: what is missing is said');
run('CALL adpipe.refresh_all()');
is(health(), '', 'budget: the next run goes on');
run("SELECT adpipe.alter_target('ads.account', retention => '1 month')");

# A copy that cannot be written stops no other.
$node->safe_psql('postgres', "REVOKE INSERT ON ads.account FROM loader");
$sim->restate(1);
at('2026-11-29T08:00:00Z');
(undef, $messages) = run('CALL adpipe.refresh_all()');
like($messages, qr/WARNING: .*permission denied for table account/, 'a copy that cannot be written: a warning');
is(world_difference($node, $sim, 'ads.campaign', '2026-11-27', '2026-11-29', "$seoul,$auckland"), '0|0', 'the other copy is refreshed');
is(health(), 'warning||the refresh fails: permission denied for table account (SQLSTATE 42501)|11-29 08:00', 'health says which is not');
$node->safe_psql('postgres', "GRANT INSERT ON ads.account TO loader");
$sim->restate(0);
run("CALL adpipe.refresh('ads.account'); CALL adpipe.refresh('ads.campaign', '2026-11-01')");
is(health(), '', 'until it can');

# Retention, and an account that goes.
at('2026-11-29T12:00:00Z');
is(run("SELECT count(*) FROM ads.account WHERE date_day < '2026-10-01'"), '0', 'retention: before');
run("CALL adpipe.refresh('ads.account')");
is(run("SELECT min(date_day) FROM adpipe.slices WHERE target = 'ads.account'::regclass"), '2026-10-01', 'retention: whole months stay as long as they hold a day');
at('2026-12-02T12:00:00Z');
run("CALL adpipe.refresh('ads.account'); CALL adpipe.refresh('ads.campaign')");
is(run("SELECT string_agg(replace(inhrelid::regclass::text, inhparent::oid::text, 'oid'), ' ' ORDER BY 1) FROM pg_inherits WHERE inhparent = 'ads.account'::regclass"),
	'adpipe_parts.account_oid_2026m11 adpipe_parts.account_oid_2026m12 adpipe_parts.account_oid_2027m01', 'retention: the month is dropped, the next is made ahead');
is(run("SELECT min(date_day) FROM adpipe.slices WHERE target = 'ads.account'::regclass"), '2026-11-01', 'retention: so are its slices');
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (SET customer_id '$auckland')");
run("CALL adpipe.refresh('ads.campaign')");
like(health(), qr/^warning\|$seoul\|the account is not among those of the source any more/m, 'an account that is not listed any more');
is(run("SELECT count(*) > 0 FROM ads.campaign WHERE account_id = '$seoul'"), 't', 'its days stay');

# A run tells who listens, without a name or a number of the report.
my $listener = session($node);
$listener->query('LISTEN adpipe');
run("CALL adpipe.refresh('ads.campaign')");
my $heard = poll_until(sub { $listener->query('SELECT 1') =~ /(\{.*\})/ && $1 });
like($heard, qr/^\{"event" : "refresh", "target" : \d+, "run_id" : \d+, "status" : "succeeded", "changed" : (true|false)\}$/, 'NOTIFY: one small JSON');

# Entities keep their history.
at('2026-12-03T12:00:00Z');
run("SELECT adpipe.materialize('google.campaigns', 'ads.campaigns'); CALL adpipe.refresh('ads.campaigns')");
my $columns = 'account_id, account_name, campaign_id, campaign_name, campaign_status, serving_status, channel_type, channel_sub_type, bidding_strategy_type, start_time, end_time, budget_id';
my $differences = "SELECT (SELECT count(*) FROM (SELECT $columns FROM now EXCEPT ALL SELECT $columns FROM google.campaigns) e), (SELECT count(*) FROM (SELECT $columns FROM google.campaigns EXCEPT ALL SELECT $columns FROM now) e)";
my $current = "CREATE TEMP VIEW now AS SELECT DISTINCT ON (campaign_id) * FROM ads.campaigns WHERE _deleted_at IS NULL ORDER BY campaign_id, _last_seen DESC";
is(run("$current; $differences"), '0|0', 'entities: equal the platform\'s');
my $count = run('SELECT count(*) FROM ads.campaigns');
at('2026-12-03T13:00:00Z');
run("CALL adpipe.refresh('ads.campaigns')");
is(run("SELECT count(*), count(*) FILTER (WHERE _last_seen > _first_seen) FROM ads.campaigns"), "$count|0", 'entities: unchanged rows are not written');
$sim->restate(1);
at('2026-12-03T14:00:00Z');
run("CALL adpipe.refresh('ads.campaigns')");
is(run("$current; $differences"), '0|0', 'entities: a renamed and a removed one are as they are now');
is(run("SELECT count(*) FROM ads.campaigns"), $count + 2, 'entities: and as they were');
is(run("SELECT count(*) FROM ads.campaigns WHERE campaign_status = 'REMOVED' AND _first_seen = '2026-12-03T14:00:00Z'"), '1', 'entities: since when');
$sim->restate(0);
at('2026-12-03T15:00:00Z');
run("CALL adpipe.refresh('ads.campaigns')");
is(run("SELECT count(*) FROM ads.campaigns"), $count + 2, 'entities: a row that comes back is not stored twice');
is(run("$current; $differences"), '0|0', 'entities: and is current again');
$sim->faults([ { match => { query => 'FROM campaign ' }, action => { replace => [ '17003', '17013' ] } } ]);
at('2026-12-03T16:00:00Z');
run("CALL adpipe.refresh('ads.campaigns')");
$sim->faults([]);
cmp_ok(run("SELECT count(*) FROM ads.campaigns WHERE _deleted_at = '2026-12-03T16:00:00Z'"), '>', 0, 'entities: one that is gone is marked, and stays');

done_testing();
