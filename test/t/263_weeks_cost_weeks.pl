# What is asked about a week costs a week, however many years a copy holds: the
# search for due days, the views of the ledger and the guard touch as many pages
# of a ledger of 1,000 days as of one of 250.  And they say what they said when they
# looked at every day: after any damage to the ledger, they agree with queries
# that do.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use PostgreSQL::Test::Utils;
use Test::More;

my $now = '2026-11-15 12:00+00';
my $seed = $ENV{SEED} // 263;
my $node = adpipe_cluster();
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->restart;
my $session = session($node);

# A world of test/bench/scale.sql.
sub world
{
	my (%size) = @_;
	run_log([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), (map { ('-v', "$_=$size{$_}") } sort keys %size), '-v', "now=$now", '-f', "$FindBin::RealBin/../bench/scale.sql" ])
	  or die 'the world could not be made';
	return;
}

# Pages that a statement touches, once the session knows its catalogue.
sub pages
{
	my ($query) = @_;
	my $plan;
	$plan = decode_json($session->query("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, FORMAT JSON) $query"))->[0]{Plan} for 1, 2;
	return $plan->{'Shared Hit Blocks'} + $plan->{'Shared Read Blocks'};
}

my $copy = "'ads.copy_1'::regclass";
my $week = "DATE '2026-11-08' AND DATE '2026-11-14'";
my %question = (
	'days that are due' => "SELECT * FROM adpipe_internal.due_days($copy, false)",
	'copies that are due' => "SELECT * FROM adpipe_internal.due_targets(ARRAY(SELECT target FROM adpipe.targets), 'postgres')",
	health => 'SELECT * FROM adpipe.health',
	freshness => 'SELECT * FROM adpipe.freshness',
	'coverage of a week' => "SELECT * FROM adpipe.coverage WHERE target = $copy AND date_day BETWEEN $week",
	'slices of a week' => "SELECT * FROM adpipe.slices WHERE target = $copy AND date_day BETWEEN $week",
	'daily_report' => "SELECT * FROM adpipe.daily_report($copy)",
	'discrepancies of a week' => "SELECT * FROM adpipe.discrepancies(DATE '2026-11-08', DATE '2026-11-14')",
	'require_complete for a week' => "SELECT adpipe.require_complete($copy, DATE '2026-11-08', DATE '2026-11-14')",
	stored_until => "SELECT adpipe.stored_until($copy)",
	'changed_slices' => "SELECT * FROM adpipe.changed_slices($copy, 1)");

$session->query('CREATE EXTENSION IF NOT EXISTS adpipe');
$session->query("SET adpipe.debug_now = '$now'");
my %touched;
for my $days (250, 1000)
{
	world(accounts => 50, days => $days, copies => 2);
	$touched{$_}{$days} = pages($question{$_}) for sort keys %question;
}
for my $name (sort keys %question)
{
	my ($short, $long) = @{ $touched{$name} }{ 250, 1000 };
	# What grew with the days would be four times as much.
	cmp_ok($long, '<=', 2 * $short + 50, "$name: 1,000 days touch no more pages than 250, but for other plans ($short, $long)");
}

# The definitions, day by day.
my %plain = (
	coverage => <<'END',
SELECT a.target::text, a.account_id, d::date,
       CASE WHEN s.differs_since IS NOT NULL OR s.fetched_at IS NOT NULL AND a.is_touched THEN 'changed'
            ELSE adpipe_internal.slice_state(coalesce(s.asked_at, s.fetched_at), s.failed_at, adpipe_internal.slice_end(d::date, a.period),
                                             a.time_zone, a.window_days, a.settle, a.is_cohort, s.adopted_at IS NOT NULL) END
FROM adpipe.account_terms a
CROSS JOIN generate_series(a.first_day::timestamp, a.last_day::timestamp, a.step) d
LEFT JOIN adpipe.slice_ledger s ON s.target = a.target AND s.account_id = a.account_id AND s.date_day = d::date
WHERE (a.is_listed OR EXISTS (SELECT FROM adpipe.slice_ledger o WHERE o.target = a.target AND o.account_id = a.account_id AND coalesce(o.fetched_at, o.adopted_at) IS NOT NULL))
  AND (a.ended_day IS NULL OR d <= a.ended_day) AND (d < a.today OR s.fetched_at IS NOT NULL)
END
	due => <<'END',
SELECT a.target::text, a.account_id, d::date
FROM adpipe.account_terms a
CROSS JOIN generate_series(greatest(a.first_day, a.reach_day)::timestamp, a.last_day::timestamp, a.step) d
LEFT JOIN adpipe.slice_ledger s ON s.target = a.target AND s.account_id = a.account_id AND s.date_day = d::date
WHERE a.is_listed AND (a.failures = 0 OR a.failed_at <= a.moment - adpipe_internal.back_off(a.failures))
  AND (s.failed_at IS NULL OR s.failed_at <= a.moment - adpipe_internal.back_off(s.failures))
  AND (s.fetched_at IS NULL OR s.failed_at IS NOT NULL OR s.stale_since > coalesce(s.asked_at, s.fetched_at)
       OR s.differs_since IS NOT NULL AND coalesce(s.asked_at, s.fetched_at) <= a.moment - a.every
       OR adpipe_internal.slice_end(d::date, a.period) > a.today - a.recent_days AND coalesce(s.asked_at, s.fetched_at) <= a.moment - a.every
       OR coalesce(s.asked_at, s.fetched_at) < adpipe_internal.readable_at(adpipe_internal.slice_end(d::date, a.period), a.time_zone, a.settle)
          AND a.moment >= adpipe_internal.readable_at(adpipe_internal.slice_end(d::date, a.period), a.time_zone, a.settle)
       OR (adpipe_internal.slice_end(d::date, a.period) > a.today - a.window_days
           OR NOT a.is_cohort AND NOT coalesce(d::date BETWEEN a.whole_since AND a.final_until, false)
              AND adpipe_internal.day_of(coalesce(s.asked_at, s.fetched_at), a.time_zone) - adpipe_internal.slice_end(d::date, a.period) < a.window_days)
          AND EXISTS (SELECT FROM generate_series(1, 5) n
                      WHERE coalesce(s.asked_at, s.fetched_at) < adpipe_internal.readable_at(a.today - n, a.time_zone, a.settle)
                        AND a.moment >= adpipe_internal.readable_at(a.today - n, a.time_zone, a.settle))
       OR adpipe_internal.slice_end(d::date, a.period) > a.today - a.tail_days AND coalesce(s.asked_at, s.fetched_at) <= a.moment - interval '7 days')
END
	stored => <<'END',
SELECT t.target::text, coalesce(min(coalesce(g.first_gap, least(adpipe_internal.slice_start(a.today, a.period), (a.last_day + a.step)::date)) - 1), t.start_day - 1)
FROM adpipe.target_ledger t
LEFT JOIN adpipe.account_terms a ON a.target = t.target AND a.is_listed
LEFT JOIN LATERAL (
    SELECT min(d)::date AS first_gap
    FROM generate_series(a.first_day::timestamp, least(a.last_day, a.today - 1)::timestamp, a.step) d
    LEFT JOIN adpipe.slice_ledger s ON s.target = a.target AND s.account_id = a.account_id AND s.date_day = d::date
    WHERE s.fetched_at IS NULL OR s.differs_since IS NOT NULL
       OR coalesce(s.asked_at, s.fetched_at) < adpipe_internal.readable_at(adpipe_internal.slice_end(d::date, a.period), a.time_zone, interval '0')) g ON true
GROUP BY t.target, t.start_day
END
	missing => <<'END');
SELECT a.target::text, a.account_id, format('%s of the days from %s to %s are missing', count(*), min(d)::date, max(d)::date)
FROM adpipe.account_terms a
JOIN adpipe.target_ledger t ON t.target = a.target AND t.enabled AND t.failing_since IS NULL
JOIN adpipe.freshness f ON f.target = a.target AND f.account_id = a.account_id
CROSS JOIN generate_series(greatest(a.first_day, a.reach_day)::timestamp,
    least(f.latest_complete_day, adpipe_internal.day_of(a.moment - a.settle - a.every - interval '1 hour', a.time_zone) - 1)::timestamp, a.step) d
LEFT JOIN adpipe.slice_ledger s ON s.target = a.target AND s.account_id = a.account_id AND s.date_day = d::date
WHERE a.is_listed AND a.failing_since IS NULL
  AND adpipe_internal.slice_state(coalesce(s.asked_at, s.fetched_at), s.failed_at, adpipe_internal.slice_end(d::date, a.period),
                                  a.time_zone, a.window_days, a.settle, a.is_cohort, s.adopted_at IS NOT NULL) IN ('missing', 'failed', 'open')
GROUP BY a.target, a.account_id
END
my %ours = (
	coverage => 'SELECT target::text, account_id, date_day, state FROM adpipe.coverage WHERE account_id IS NOT NULL',
	due => 'SELECT t.target::text, d.* FROM adpipe.target_ledger t CROSS JOIN LATERAL adpipe_internal.due_days(t.target, false) d WHERE t.is_daily',
	stored => 'SELECT target::text, stored_until FROM adpipe.stored_days',
	missing => "SELECT target::text, account_id, problem FROM adpipe.health_missing WHERE problem LIKE '% of the days from %'");

# Whether both say the same, with duplicates; what differs.
sub differences
{
	my ($what) = @_;
	return $session->query("(SELECT 'too much', d::text FROM (($ours{$what}) EXCEPT ALL ($plain{$what})) d LIMIT 3) UNION ALL (SELECT 'lacks', d::text FROM (($plain{$what}) EXCEPT ALL ($ours{$what})) d LIMIT 3)");
}

# What refreshes, people and retention do to a ledger.
my $some = "ctid IN (SELECT ctid FROM adpipe.slice_ledger ORDER BY random() LIMIT 1 + floor(random() * 6))";
my $any_account = '(target, account_id) IN (SELECT target, account_id FROM adpipe.account_ledger ORDER BY random() LIMIT 2)';
my @damage = (
	"DELETE FROM adpipe.slice_ledger WHERE $some",
	"SET session_replication_role = replica; DELETE FROM adpipe.slice_ledger WHERE $some; RESET session_replication_role",
	"UPDATE adpipe.slice_ledger SET failed_at = '2026-11-15 11:50+00', failures = 1 + floor(random() * 9) WHERE $some",
	"UPDATE adpipe.slice_ledger SET fetched_at = NULL, asked_at = NULL, failed_at = '2026-11-01 00:00+00' WHERE $some",
	"UPDATE adpipe.slice_ledger SET stale_since = asked_at + interval '1 hour' * (random() * 10 - 5) WHERE $some",
	"UPDATE adpipe.slice_ledger SET differs_since = '2026-11-15 00:00+00' WHERE $some",
	"UPDATE adpipe.slice_ledger SET asked_at = date_day + interval '1 hour' * (random() * 60), fetched_at = date_day WHERE $some",
	"UPDATE adpipe.slice_ledger SET asked_at = NULL, adopted_at = fetched_at WHERE $some",
	"UPDATE adpipe.account_ledger SET is_listed = NOT is_listed WHERE $any_account",
	"UPDATE adpipe.account_ledger SET ended_day = '2026-11-01'::date - (random() * 100)::integer, is_listed = false WHERE $any_account",
	"UPDATE adpipe.account_ledger SET failures = 2, failed_at = '2026-11-15 11:59+00', failing_since = '2026-11-14' WHERE $any_account",
	"UPDATE adpipe.target_ledger SET start_day = start_day + (random() * 60 - 30)::integer",
	"UPDATE adpipe.target_ledger SET retention = (ARRAY[NULL, interval '2 months', interval '4 months'])[1 + floor(random() * 3)], lookback = (ARRAY[NULL, 5, 120])[1 + floor(random() * 3)]",
	'SELECT adpipe_internal.drop_partitions(t.target, (SELECT min(a.first_day) FROM adpipe.account_terms a WHERE a.target = t.target)) FROM adpipe.target_ledger t',
	"SET adpipe.debug_now = '2026-11-16 03:00+00'", "SET adpipe.debug_now = '$now'",
	('SELECT adpipe_internal.note_whole(target) FROM adpipe.target_ledger') x 4);

world(accounts => 8, days => 200, copies => 2);
srand $seed;
$session->query('SELECT setseed(' . $seed / 100000 . ')');
my ($agreed, $marked) = (0, 0);
my @done;
STEP: for my $step (1 .. 60)
{
	push @done, $damage[ rand @damage ];
	$session->query($done[-1]);
	for my $what (sort keys %ours)
	{
		my $found = differences($what);
		if ($found ne '')
		{
			diag("seed $seed, step $step, $what: $found\n" . join ";\n", @done);
			last STEP;
		}
		$agreed++;
	}
	$marked += $session->query('SELECT count(*) > 0 FROM adpipe.account_ledger WHERE final_until IS NOT NULL') eq 't';
}
is($agreed, 60 * keys %ours, 'views and plain definitions agree after each of 60 changes');
cmp_ok($marked, '>', 20, 'with days that are proven to be read');

done_testing();
