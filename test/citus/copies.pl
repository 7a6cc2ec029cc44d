# Copies whose rows lie on two servers, by Citus: refreshes, restatements, checks,
# views and repairs work as on one.
#
# Part "citus" of test/bin/check runs this.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Citus;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my ($since, $until) = ('2026-09-28', '2026-11-04');
my ($seoul, $pacific) = ('1234567890', '2345678901');
my $accounts = "$seoul,$pacific,3456789012,4567890123";
my ($node, @workers) = citus_servers(2);
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts, max_retries => 0 });
at('2026-11-05T20:00:00Z');

sub equal
{
	my ($name, $copy) = @_;
	return is(world_difference($node, $sim, $copy // 'ads.campaign', $since, $until, $accounts), '0|0', "$name: equal to the world");
}

my $refresh = "CALL adpipe.refresh('ads.campaign', '$since', '$until')";
my $generation = 0;
sub restate { return $sim->restate(++$generation); }

# What an error says, with its code.
sub refused
{
	my ($sql, $user) = @_;
	my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $user // 'loader' ]);
	return $err;
}

sub guard { return refused("SELECT adpipe.require_complete('ads.campaign', '$since', '$until')"); }

# Servers that hold rows of a table.
sub places
{
	my ($table) = @_;
	return $node->safe_psql('postgres', "SELECT count(DISTINCT nodeport) FROM citus_shards WHERE table_name = '$table'::regclass AND nodename = '127.0.0.1' AND nodeport <> " . $node->port);
}

# A copy that holds rows is distributed.
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since')");
run("CALL adpipe.refresh('ads.campaign', '2026-10-20', '2026-10-25')");
my $rows = run('SELECT count(*) FROM ads.campaign');
run("SELECT adpipe.distribute('ads.campaign')");
is(places('ads.campaign'), '2', 'rows lie on both workers');
is(run('SELECT count(*) FROM ads.campaign'), $rows, 'rows that were there are moved');
is(run("SELECT sum(pg_relation_size(p.part)) FROM adpipe_internal.partitions('ads.campaign') p"), '0', 'and none is left behind');
run($refresh);
equal('first refresh');
is(guard(), '', 'the guard lets it pass');
my $version = run("SELECT max(version) FROM adpipe.changed_slices('ads.campaign')");
run($refresh);
is(run("SELECT count(*) FROM adpipe.changed_slices('ads.campaign', $version)"), '0', 'a refresh of the same changes nothing');
restate();
run($refresh);
equal('restated');
is(run("SELECT problem FROM adpipe.health WHERE severity = 'error'"), '', 'all is well');

# Months come and go.
run("CALL adpipe.refresh('ads.campaign', '2026-08-10', '2026-08-12')");
my $august = run("SELECT p.part FROM adpipe_internal.partitions('ads.campaign') p WHERE p.since = '2026-08-01'");
is(places($august), '2', 'a new month is distributed');
is(run("SELECT count(*) FROM pg_trigger WHERE tgname = 'adpipe_touched' AND tgrelid = '$august'::regclass"), '0', 'without a trigger');
run("SELECT adpipe.alter_target('ads.campaign', retention => '1 month'); CALL adpipe.refresh('ads.campaign')");
is(run("SELECT min(p.since) FROM adpipe_internal.partitions('ads.campaign') p"), '2026-10-01', 'retention drops months');
is($_->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relname LIKE '%2026m08%'"), '0', 'on a worker, too') for @workers;
run("SELECT adpipe.alter_target('ads.campaign', retention => '1 year'); $refresh");
equal('a month is read again');

# Changes by hand leave no mark; what compares rows with the ledger finds them.
run("UPDATE ads.campaign SET clicks = clicks + 1 WHERE account_id = '$pacific' AND date_day = '2026-10-29'; DELETE FROM ads.campaign WHERE account_id = '$seoul' AND date_day = '2026-10-05'; "
	  . "INSERT INTO ads.campaign SELECT * FROM ads.campaign WHERE account_id = '$pacific' AND date_day = '2026-11-02'");
like(guard(), qr/55000.*3 account-days are not complete: $seoul 2026-10-05 \(changed\), $pacific 2026-10-29 \(changed\), $pacific 2026-11-02 \(changed\)/s, 'the guard names what was changed by hand');
run($refresh);
equal('changed by hand and refreshed');
run("UPDATE ads.campaign SET clicks = clicks + 1 WHERE account_id = '$pacific' AND date_day = '2026-10-29'");
run("DO \$\$ BEGIN PERFORM adpipe_internal.act_for('ads.campaign'); PERFORM adpipe_internal.check_days('ads.campaign', '2026-10-20', '2026-10-31'); END \$\$");
like(run('SELECT problem FROM adpipe.health WHERE account_id = ' . quote($pacific)), qr/^1 days from 2026-10-29 to 2026-10-29 do not hold the rows/m, 'the check of a part of the days finds it');
run($refresh);
run('ALTER TABLE ads.campaign ALTER clicks SET DEFAULT 0; ALTER TABLE ads.campaign ALTER clicks DROP DEFAULT; CREATE INDEX ON ads.campaign (campaign_id)');
is(run("SELECT problem FROM adpipe.health WHERE severity = 'error'"), '', 'what is altered without a change of rows is no change by hand');

# Lists of entities: distributed, on every server, and on one, which is what they equal.
my %list = ('ads.list' => '', 'ads.everywhere' => 'true', 'ads.here' => undef);
for my $list (sort keys %list)
{
	run("SELECT adpipe.materialize('google.campaigns', '$list')");
	run("SELECT adpipe.distribute('$list'" . ($list{$list} ? ', reference => true)' : ')')) if defined $list{$list};
}
for my $moment ('2026-11-06T10:00:00Z', '2026-11-07T10:00:00Z', '2026-11-08T10:00:00Z')
{
	at($moment);
	run("CALL adpipe.refresh('$_')") for sort keys %list;
	restate();
	for my $list ('ads.list', 'ads.everywhere')
	{
		is(run("SELECT (SELECT count(*) FROM (TABLE $list EXCEPT ALL TABLE ads.here) e), (SELECT count(*) FROM (TABLE ads.here EXCEPT ALL TABLE $list) m)"), '0|0', "$moment: $list is as on one server");
	}
}
cmp_ok(run('SELECT count(*) FROM ads.here WHERE _last_seen > _first_seen'), '>', 0, 'some rows stayed as they were');
cmp_ok(run('SELECT count(*) FROM ads.here h WHERE _last_seen < (SELECT max(_last_seen) FROM ads.here o WHERE o.account_id = h.account_id)'), '>', 0, 'and others did not');
is(join(' ', map { places($_) } 'ads.list', 'ads.everywhere'), '2 2', 'lists lie on both workers');
run("INSERT INTO $_ SELECT * FROM $_ WHERE account_id = '$pacific'; DELETE FROM $_ WHERE account_id = '$seoul' AND _deleted_at IS NULL") for sort keys %list;
run("CALL adpipe.refresh('$_')") for sort keys %list;
is(run("SELECT (SELECT count(*) FROM (TABLE $_ EXCEPT ALL TABLE ads.here) e), (SELECT count(*) FROM (TABLE ads.here EXCEPT ALL TABLE $_) m)"), '0|0', "$_: changed by hand and repaired as on one server") for 'ads.list', 'ads.everywhere';
is(run('SELECT count(*) - count(DISTINCT t) FROM ads.here t'), '0', 'rows that were there twice are there once');

# Views over a copy, and a report.
run($refresh);
equal('restated again');
run("SELECT adpipe.live_view('ads.campaign'); SELECT adpipe.current_view('ads.campaign')");
my $sums = 'SELECT count(*), sum(clicks), sum(spend)';
my $week = "date_day BETWEEN '2026-10-20' AND '2026-10-26'";
my $stored = run("$sums FROM ads.campaign WHERE $week");
is(run("$sums FROM ads.$_ WHERE $week"), $stored, "$_: the rows of the copy") for 'campaign_live', 'campaign_current';
cmp_ok(run("SELECT count(*) FROM ads.campaign_live WHERE date_day >= '2026-11-06'"), '>', 0, 'a live view reads later days from the platform');
$node->safe_psql('postgres', 'CREATE SCHEMA bi AUTHORIZATION loader; CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ads, bi TO reader; GRANT SELECT ON ads.campaign TO reader');
like(run("SELECT view_name, target FROM adpipe.create_report_views('bi')"), qr/^bi\.campaign_report\|ads\.campaign$/m, 'report views are made');
is(run("$sums FROM bi.campaign_report WHERE $week"), $stored, 'a report view: the rows of the copy');
is(run("SELECT sum(r.spend), sum(r.spend_day_before) FROM adpipe.daily_report('ads.campaign', '2026-10-22') r"),
	run("SELECT sum(spend) FILTER (WHERE date_day = '2026-10-22'), sum(spend) FILTER (WHERE date_day = '2026-10-21') FROM ads.campaign"), 'daily_report() adds up');
is(session($node, user => 'reader')->query("SELECT adpipe.ctr(clicks, impressions) FROM ads.campaign WHERE $week"), run("SELECT adpipe.ctr(clicks, impressions) FROM ads.campaign WHERE $week"), 'a reader reads the copy');

subtest 'refreshes that are killed' => sub {
	for my $wait (0.2, 0.6, 1, 1.5, 2.2)
	{
		restate();
		my $session = session($node, user => 'loader');
		my $pid = $session->query('SELECT pg_backend_pid()');
		$session->send($refresh);
		select undef, undef, undef, $wait; # any moment will do
		$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
		$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid");
		like(guard() || 'complete', qr/^complete|55000/, "after $wait s: old and new slices, each of them whole");
		run($refresh);
		equal("after $wait s");
	}
	$node->safe_psql('postgres', 'SELECT recover_prepared_transactions()');
	is($_->safe_psql('postgres', 'SELECT count(*) FROM pg_prepared_xacts'), '0', 'nothing is left prepared') for @workers;
};

subtest 'a worker that is away' => sub {
	restate();
	$workers[1]->stop('immediate');
	my (undef, undef, $err) = $node->psql('postgres', $refresh, extra_params => [ '-U', 'loader' ]);
	isnt($err, '', 'the refresh fails');
	like(run("SELECT status || ' ' || error FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), qr/^failed .*connect/, 'and its run says why');
	$workers[1]->start;
	run($refresh);
	equal('back again');
	run("CALL adpipe.refresh('ads.campaign')");
	is(run("SELECT problem FROM adpipe.health WHERE severity = 'error' AND problem !~ 'scheduler'"), '', 'all is well');
};

subtest 'what is refused' => sub {
	like(refused("SELECT adpipe.distribute('ads.campaign')"), qr/55000.*DETAIL: *It is distributed already\..*HINT/s, 'twice');
	run("SELECT adpipe.materialize('google.account_daily', 'ads.account', '$since')");
	my $distribute = "SELECT adpipe.distribute('ads.account')";
	like(refused($distribute, 'reader'), qr/(42501|42704)/, 'by another role');
	like(refused("SELECT adpipe.distribute('ads.account', reference => true)"), qr/42809.*partitions by month/s, 'a daily copy as a reference table');
	for my $case ([ 'ALTER TABLE ads.account ENABLE ROW LEVEL SECURITY', 'ALTER TABLE ads.account DISABLE ROW LEVEL SECURITY', qr/row-level security/ ],
		[ 'CREATE FUNCTION ads.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER mine AFTER INSERT ON ads.account EXECUTE FUNCTION ads.nothing()', 'DROP TRIGGER mine ON ads.account', qr/trigger "mine".*HINT: *DROP TRIGGER mine ON ads\.account;/s ],
		[ 'CREATE RULE mine AS ON DELETE TO ads.account DO ALSO NOTHING', 'DROP RULE mine ON ads.account', qr/rule "mine"/ ],
		[ 'CREATE UNIQUE INDEX once ON ads.account (date_day)', 'DROP INDEX ads.once', qr/Index ads\.once .*HINT: *Add "account_id"/s ])
	{
		my ($make, $undo, $reason) = @$case;
		run($make);
		like(refused($distribute), qr/55000.*"ads\.account" cannot be distributed.*$reason/s, $make);
		run($undo);
	}
	run($distribute);
	is(places('ads.account'), '2', 'then it is distributed');
	run("CALL adpipe.refresh('ads.account')");
	is(run("SELECT count(*) FROM (SELECT account_id, date_day, spend FROM ads.account EXCEPT SELECT account_id, date_day, spend FROM google.account_daily WHERE date_day >= '$since') e"), '0', 'and refreshed');
	is($node->safe_psql('postgres', "SELECT count(DISTINCT colocation_id) FROM citus_tables WHERE table_name IN ('ads.campaign'::regclass, 'ads.account'::regclass, 'ads.list'::regclass)"), '1', 'rows of an account lie together');
};

done_testing();
