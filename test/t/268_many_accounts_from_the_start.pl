# What the first refreshes of a new database cost, and what is asked after them, grows with
# the accounts and with the copies, not with their square: the ledger has no
# statistics then, and autovacuum may be late.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my $copy = "'ads.campaign_1'::regclass";
my @steps = (
	[ 'first refresh' => "CALL adpipe.refresh('ads.campaign_1')" ],
	[ refresh_all => 'CALL adpipe.refresh_all()' ],
	[ require_complete => "SELECT adpipe.require_complete($copy, current_date - 7, current_date - 1)" ],
	[ coverage => 'SELECT * FROM adpipe.coverage' ],
	[ freshness => 'SELECT * FROM adpipe.freshness' ],
	[ health => 'SELECT * FROM adpipe.health' ],
	[ check => 'SELECT * FROM adpipe.check()' ],
	[ daily_report => "SELECT * FROM adpipe.daily_report($copy)" ],
	[ discrepancies => 'SELECT * FROM adpipe.discrepancies(current_date - 7, current_date - 1)' ],
	[ changed_slices => "SELECT * FROM adpipe.changed_slices($copy, 0)" ],
	[ 'second refresh' => "CALL adpipe.refresh('ads.campaign_1', current_date - 7, current_date - 1)" ],
	[ 'list of entities' => "CALL adpipe.refresh('ads.list')" ]);

# Returns by step how often functions are called and how many pages are touched.
sub costs
{
	my (%size) = @_;
	my $node = adpipe_cluster(conf => "autovacuum = off\ntrack_functions = all");
	my $sim = simulator();
	my $bench = $sim->control('POST', '/_control/bench', { pages => 1, rows => 14, accounts => $size{accounts} });
	loader($node, $sim, options => { customer_id => join(',', @{ $bench->{accounts} }) });
	my $session = session($node, user => 'loader');
	$session->query("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign_$_', current_date - 21)") for 1 .. $size{copies};
	$session->query("SELECT adpipe.materialize('google.campaigns', 'ads.list')");
	my %costs;
	for my $step (@steps)
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
	return \%costs;
}

# Three times the number would be nine times the cost if that grew with the square; plans may
# be other ones.
for my $case ([ accounts => { accounts => 10, copies => 1 }, { accounts => 30, copies => 1 } ], [ copies => { accounts => 5, copies => 4 }, { accounts => 5, copies => 12 } ])
{
	my ($what, @sizes) = @$case;
	my ($few, $many) = map { costs(%$_) } @sizes;
	for my $name (map { $_->[0] } @steps)
	{
		my ($calls, $pages) = (4 * $few->{$name}{calls} + 100, 4 * $few->{$name}{pages} + 1000);
		cmp_ok($many->{$name}{calls}, '<=', $calls, "$name: calls of functions by the number of $what");
		cmp_ok($many->{$name}{pages}, '<=', $pages, "$name: pages by the number of $what");
	}
}

done_testing();
