# A local copy of a daily report: made, refreshed, restated, guarded; as a role
# without privileges beyond those that the guide names.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use PostgreSQL::Test::Utils;
use Test::More;

# Noon UTC is today in all zones but Auckland's, where it is tomorrow.
my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
loader($node, $sim);
my $loader = session($node, user => 'loader');
my ($since, $until) = ('2026-11-01', '2026-11-21');

sub requests
{
	return scalar grep { ($_->{query} // '') =~ /segments\.date/ } @{ $sim->requests };
}

# Forgets the request log only.
my $seen = 0;
sub new_requests
{
	my $all = requests();
	my $new = $all - $seen;
	$seen = $all;
	return $new;
}

# The WAL records about the copy's partitions and their indexes.
sub wal_records
{
	my ($start, $end) = @_;
	my @found;
	for my $relation (split /\n/, $node->safe_psql('postgres', <<'END'))
SELECT '1663/' || d.oid || '/' || c.relfilenode FROM pg_class c, pg_database d
WHERE d.datname = current_database() AND c.relnamespace IN ('ads'::regnamespace, 'adpipe_parts'::regnamespace) AND c.relkind IN ('r', 'i')
END
	{
		my ($out, $err) = run_command([ 'pg_waldump', '-p', $node->data_dir . '/pg_wal', '-s', $start, '-e', $end, '-R', $relation ]);
		push @found, $out if $out ne '';
	}
	return join "\n", @found;
}

is($loader->query("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since')"), 'ads.campaign', 'made');
is(requests(), 0, 'making it sends nothing');
is($loader->query("SELECT pg_get_userbyid(relowner), relkind FROM pg_class WHERE oid = 'ads.campaign'::regclass"), 'loader|p', 'it belongs to the caller');
is($loader->query("SELECT target, source, lookback, retention, enabled FROM adpipe.targets"), 'ads.campaign|google.campaign_daily|||t', 'and is in adpipe.targets');
is($loader->query("SELECT count(*) FROM pg_attribute WHERE attrelid = 'ads.campaign'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL"), '0', 'every column has its comment');
is($loader->query_error("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign')")->{sqlstate}, '42P07', 'not twice');
is($loader->query_error("SELECT adpipe.materialize('pg_class', 'ads.other')")->{sqlstate}, '42809', 'only of tables of adpipe');
is($loader->query_error("SELECT adpipe.materialize('google.campaign_daily', 'ads.other', '2020-01-01')")->{sqlstate}, '22008', 'not from before the reach');
is($loader->query_error("SELECT adpipe.require_complete('ads.campaign', '$since', '2026-11-05')")->{sqlstate}, '55000', 'never refreshed: not complete');

# The first refresh.
$loader->query("CALL adpipe.refresh('ads.campaign')");
is(world_difference($node, $sim, 'ads.campaign', $since, $until), '0|0', 'refreshed: equals the world');
is($loader->query("SELECT status, slices, error FROM adpipe.runs"), 'succeeded|121|', 'the run is in the ledger');
is($loader->query("SELECT state, count(*) FROM adpipe.coverage GROUP BY 1 ORDER BY 1"), "open|6\nprovisional|115", 'every account-day is covered; a day that is not over is open');
is($loader->query("SELECT count(*) FROM adpipe.slices WHERE account_id = '6789012345' AND rows = 0"), '20', 'an account without campaigns has empty slices, none missing');
is($loader->query("SELECT adpipe.stored_until('ads.campaign')"), '2026-11-19', 'complete up to yesterday');
is($loader->query("SELECT count(*) FROM adpipe.require_complete('ads.campaign', '$since', '2026-11-19')"), '1', 'require_complete lets it pass');
is($loader->query("SELECT latest_complete_day, expected_by FROM adpipe.freshness WHERE account_id = '1234567890'"),
	'2026-11-19|2026-11-20 19:25:00+00', 'freshness: Seoul, and the next day by 3 in the morning and a run');
is($loader->query("SELECT count(*), sum(spend_difference), sum(impressions_difference) FROM adpipe.control_totals"),
	'121|0.000000|0', 'the control totals of the account agree with the campaigns');
my $chunks = new_requests();
cmp_ok($chunks, '<=', 6 * 4 * 2 + 1, 'a chunk is a request, and one more for its control total');

# A refresh in which nothing changed.
my $written = "SELECT sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del) FROM pg_stat_user_tables WHERE schemaname IN ('ads', 'adpipe_parts')";
my $filenodes = "SELECT string_agg(ctid::text || xmin::text, ' ' ORDER BY ctid, tableoid) FROM ads.campaign";
$loader->query('SELECT pg_stat_force_next_flush()');
my ($stat, $tuples) = ($node->safe_psql('postgres', $written), $node->safe_psql('postgres', $filenodes));
my $start = $node->lsn('insert');
$loader->query("CALL adpipe.refresh('ads.campaign', '$since')");
my $end = $node->lsn('insert');
$loader->query('SELECT pg_stat_force_next_flush()');
is($node->safe_psql('postgres', $written), $stat, 'nothing changed: no row of the copy is written');
is($node->safe_psql('postgres', $filenodes), $tuples, 'nor touched');
is(wal_records($start, $end), '', 'nor does the WAL hold anything of it or its indexes');
is($loader->query("SELECT r.slices, (SELECT count(*) FROM adpipe.slices s WHERE s.run_id = r.run_id) FROM adpipe.runs r ORDER BY run_id DESC LIMIT 1"), '121|121', 'but every slice was confirmed');
new_requests();

# What is due.
$loader->query('CALL adpipe.refresh_all()');
is(new_requests(), 0, 'refresh_all: nothing is due, nothing is sent');
$loader->query("SET adpipe.refresh_max_time = '1min'; CALL adpipe.refresh('ads.campaign')");
is($loader->query("SELECT slices FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), '18', 'refresh: the last three days of six accounts in any case');

# Restatement.
my $before = $loader->query("SELECT sum(spend) FROM ads.campaign");
for my $generation (1, 2, 0)
{
	$sim->restate($generation);
	my $from = $node->lsn('insert');
	$loader->query("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
	isnt(wal_records($from, $node->lsn('insert')), '', "restated, generation $generation: the WAL holds it");
	is(world_difference($node, $sim, 'ads.campaign', $since, $until), '0|0', "restated, generation $generation: equals the world, no ghosts");
}
is($loader->query("SELECT sum(spend) FROM ads.campaign"), $before, 'back to the first generation: the same sum');

# The days are those of the ranges asked for.
$sim->restate(1);
$loader->query("CALL adpipe.refresh('ads.campaign', '2026-11-10', '2026-11-12')");
is(world_difference($node, $sim, 'ads.campaign', '2026-11-10', '2026-11-12'), '0|0', 'a range: equals the world');
$sim->restate(0);
$loader->query("CALL adpipe.refresh('ads.campaign', '$since', '$until')");

# One account fails: the others are stored, what it had stays.
$sim->restate(1);
$sim->faults([{ match => { account => '2345678901', query => 'segments.date' },
	action => { error => 'authorizationError.USER_PERMISSION_DENIED' } }]);
$loader->query("CALL adpipe.refresh('ads.campaign', '2026-11-10', '2026-11-12')");
like($loader->messages, qr/WARNING: .*account 2345678901 of ads.campaign, 2026-11-10 to 2026-11-12/, 'a failing account is a warning');
is($loader->query("SELECT status, slices FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'failed|15', 'the run failed, the other accounts are stored');
is($loader->query("SELECT count(*) FROM adpipe.coverage WHERE state IN ('provisional', 'final', 'open')"), '121', 'what was stored before stays');
is(world_difference($node, $sim, "(SELECT * FROM ads.campaign WHERE account_id <> '2345678901')", '2026-11-10', '2026-11-12') =~ s/\|.*//r, '0', 'no account has rows of another generation');
$sim->faults([]);
$loader->query("CALL adpipe.refresh('ads.campaign', '2026-11-10', '2026-11-12')");
is(world_difference($node, $sim, 'ads.campaign', '2026-11-10', '2026-11-12'), '0|0', 'and is made good by the next');
$sim->restate(0);
$loader->query("CALL adpipe.refresh('ads.campaign', '$since', '$until')");

# A live view.
is($loader->query("SELECT adpipe.live_view('ads.campaign')"), 'ads.campaign_live', 'a live view');
new_requests();
$loader->query("SELECT count(*) FROM ads.campaign_live WHERE date_day BETWEEN '$since' AND '2026-11-19'");
is(new_requests(), 0, 'live view: stored days send nothing');
is(world_difference($node, $sim, 'ads.campaign', $since, $until), '0|0', 'the copy is whole');
is($loader->query("SELECT count(*), sum(spend) FROM ads.campaign_live WHERE date_day >= '$since'"),
	$loader->query("SELECT count(*), sum(spend) FROM google.campaign_daily WHERE date_day >= '$since'"), 'live view: equals the source');
cmp_ok(new_requests(), '>', 0, 'live view: later days are asked for');

# Who may do what.
$node->safe_psql('postgres', 'CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ads TO reader; GRANT SELECT ON ads.campaign_live TO reader');
my $reader = session($node, user => 'reader');
is($reader->query('SELECT count(*) FROM adpipe.coverage'), '0', 'who cannot read the copy sees nothing of it');
cmp_ok($reader->query("SELECT count(*) FROM ads.campaign_live WHERE date_day BETWEEN '$since' AND '2026-11-19'"), '>', 0, 'but reads the live view without a user mapping');
is($reader->query_error("CALL adpipe.refresh('ads.campaign')")->{sqlstate}, '42501', 'and refreshes nothing');
is($reader->query_error("SELECT adpipe.require_complete('ads.campaign', '$since', '$until')")->{sqlstate}, '42704', 'nor learns that it is there');
$node->safe_psql('postgres', 'GRANT SELECT ON ads.campaign TO reader');
is($reader->query('SELECT count(*) FROM adpipe.coverage'), '121', 'who may read the copy sees its coverage');
is($reader->query("SELECT count(*) FROM adpipe.require_complete('ads.campaign', '$since', '2026-11-19')"), '1', 'and may call the guard');

# Misuse.
for my $block ('BEGIN', 'SELECT 1; BEGIN')
{
	$loader->query($block);
	my $error = $loader->query_error("CALL adpipe.refresh('ads.campaign')");
	is($error->{sqlstate}, '25001', "$block: refused in a transaction block");
	like($error->{hint}, qr/statement of its own/, 'with a hint');
	$loader->query('ROLLBACK');
}
is($loader->query_error("CALL adpipe.refresh('ads.campaign', '2026-11-12', '2026-11-10')")->{sqlstate}, '22023', 'no days between');
is($loader->query_error("CALL adpipe.refresh('google.campaign_daily')")->{sqlstate}, '42704', 'no target');

# Days before the start are stored where they are named, and stay.
$loader->query("CALL adpipe.refresh('ads.campaign', '2026-09-29', '2026-10-02')");
is(world_difference($node, $sim, 'ads.campaign', '2026-09-29', '2026-10-02'), '0|0', 'days before the start are stored');
$loader->query("CALL adpipe.refresh('ads.campaign')");
is(world_difference($node, $sim, 'ads.campaign', '2026-09-29', '2026-10-02'), '0|0', 'and stay');

# Dates out of reach are left alone and said.
$loader->query("CALL adpipe.refresh('ads.campaign', '2020-01-01', '2020-01-05')");
like($loader->messages, qr/WARNING: .*before 2023-10-21 stay as they are/, 'days out of reach: a warning');
is($loader->query("SELECT status, slices FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'succeeded|0', 'and nothing asked');

# Dropped and forgotten.
$loader->query("DROP VIEW ads.campaign_live; DROP TABLE ads.campaign");
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM adpipe.target_ledger) + (SELECT count(*) FROM adpipe.slice_ledger) + (SELECT count(*) FROM adpipe.run_ledger)'), '0', 'a dropped copy is forgotten');

done_testing();
