# What the first refreshes of a new database cost, and what is asked after them or after
# adopt(), grows with the accounts and with the copies, not with their square: the ledger
# has no statistics then, and autovacuum may be late.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT run);
use Test::More;

my $copy = "'ads.campaign_1'::regclass";
my @questions = (
	[ require_complete => "SELECT adpipe.require_complete($copy, current_date - 7, current_date - 1)" ],
	[ coverage => 'SELECT * FROM adpipe.coverage' ],
	[ freshness => 'SELECT * FROM adpipe.freshness' ],
	[ health => 'SELECT * FROM adpipe.health' ],
	[ check => 'SELECT * FROM adpipe.check()' ],
	[ daily_report => "SELECT * FROM adpipe.daily_report($copy)" ],
	[ discrepancies => 'SELECT * FROM adpipe.discrepancies(current_date - 7, current_date - 1)' ],
	[ changed_slices => "SELECT * FROM adpipe.changed_slices($copy, 0)" ]);
my @refreshes = (
	[ 'first refresh' => "CALL adpipe.refresh('ads.campaign_1')" ],
	[ refresh_all => 'CALL adpipe.refresh_all()' ],
	@questions,
	[ 'second refresh' => "CALL adpipe.refresh('ads.campaign_1', current_date - 7, current_date - 1)" ],
	[ 'list of entities' => "CALL adpipe.refresh('ads.list')" ]);
# No day of an adopted table is complete.
my @adoption = ([ adopt => "SELECT adpipe.adopt($copy, 'google.campaign_daily', whole => true)" ], grep { $_->[0] !~ /^(require_complete|daily_report)$/ } @questions);

# Makes copies that were never read.
sub make_copies
{
	my ($session, %size) = @_;
	$session->query("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign_$_', current_date - 21)") for 1 .. $size{copies};
	$session->query("SELECT adpipe.materialize('google.campaigns', 'ads.list')");
	return;
}

# Makes a table as a copy is, with two of three days of 120 for each account.
sub make_table
{
	my (undef, %size) = @_;
	run(<<"END");
CREATE TABLE ads.campaign_1 (LIKE google.campaign_daily, _fetched_at timestamptz NOT NULL) PARTITION BY RANGE (date_day);
ALTER TABLE ads.campaign_1 ALTER account_id SET NOT NULL, ALTER date_day SET NOT NULL;
CREATE INDEX ON ads.campaign_1 (account_id, date_day);
SELECT format('CREATE TABLE ads.month_%s PARTITION OF ads.campaign_1 FOR VALUES FROM (%L) TO (%L)', n, m, m + interval '1 month')
FROM generate_series(date_trunc('month', current_date - 121), current_date, interval '1 month') WITH ORDINALITY g (m, n) \\gexec
INSERT INTO ads.campaign_1 (account_id, date_day, currency, campaign_id, clicks, _fetched_at)
SELECT (9000000000 + a)::text, current_date - d, 'KRW', '1', 1, now() FROM generate_series(1, $size{accounts}) a, generate_series(1, 120) d WHERE d % 3 <> a % 3;
END
	return;
}

# Returns by step how often functions are called and how many pages are touched.
sub costs
{
	my ($make, $steps, %size) = @_;
	my $node = adpipe_cluster(conf => "autovacuum = off\ntrack_functions = all");
	my $sim = simulator();
	my $bench = $sim->control('POST', '/_control/bench', { pages => 1, rows => 100, accounts => $size{accounts} });
	loader($node, $sim, options => { customer_id => join(',', @{ $bench->{accounts} }) });
	my $session = session($node, user => 'loader');
	$make->($session, %size);
	my %costs;
	for my $step (@$steps)
	{
		my ($name, $statement) = @$step;
		$node->safe_psql('postgres', 'SELECT pg_stat_reset()');
		$session->query($statement);
		$session->query('SELECT pg_stat_force_next_flush()') for 1, 2;
		# The clock costs next to nothing, and a join of few rows may ask for it in a nested loop.
		$costs{$name} = {
			calls => $node->safe_psql('postgres', q(SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions WHERE funcname <> 'clock')),
			pages => $node->safe_psql('postgres', 'SELECT blks_hit FROM pg_stat_database WHERE datname = current_database()') };
	}
	is($node->safe_psql('postgres', 'SELECT count(DISTINCT account_id) FROM ads.campaign_1'), $size{accounts}, 'all accounts are stored');
	is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'ads.campaign_1'::regclass AND 2 * c.relpages * 8192::bigint < pg_relation_size(c.oid))), 0, 'no partition has doubled since it was analyzed')
	  if $steps == \@refreshes;
	return \%costs;
}

# A cost that grew with the square would be nine times as high.  Four times leaves room for
# plans that change with the number.
for my $case (
	[ accounts => \&make_copies, \@refreshes, { accounts => 10, copies => 1 }, { accounts => 30, copies => 1 } ],
	[ copies => \&make_copies, \@refreshes, { accounts => 5, copies => 4 }, { accounts => 5, copies => 12 } ],
	[ 'accounts, adopted' => \&make_table, \@adoption, { accounts => 10 }, { accounts => 30 } ])
{
	my ($what, $make, $steps, @sizes) = @$case;
	my ($few, $many) = map { costs($make, $steps, %$_) } @sizes;
	for my $name (map { $_->[0] } @$steps)
	{
		my ($calls, $pages) = (4 * $few->{$name}{calls} + 100, 4 * $few->{$name}{pages} + 1000);
		cmp_ok($many->{$name}{calls}, '<=', $calls, "$name: calls of functions by the number of $what");
		cmp_ok($many->{$name}{pages}, '<=', $pages, "$name: pages by the number of $what");
	}
}

done_testing();
