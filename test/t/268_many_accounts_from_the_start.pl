# What the first refresh of a new database costs grows with the accounts, not with
# their square: the ledger has no statistics then, and autovacuum may be late.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my @counts = (12, 48);
my $copy = "'ads.campaign'::regclass";
my @steps = (
	[ 'first refresh' => "CALL adpipe.refresh('ads.campaign')" ],
	[ 'require_complete' => "SELECT adpipe.require_complete($copy, current_date - 7, current_date - 1)" ],
	[ 'coverage' => 'SELECT * FROM adpipe.coverage' ],
	[ 'freshness' => 'SELECT * FROM adpipe.freshness' ],
	[ 'health' => 'SELECT * FROM adpipe.health' ],
	[ 'daily_report' => "SELECT * FROM adpipe.daily_report($copy)" ],
	[ 'changed_slices' => "SELECT * FROM adpipe.changed_slices($copy, 0)" ],
	[ 'second refresh' => "CALL adpipe.refresh('ads.campaign', current_date - 7, current_date - 1)" ],
	[ 'refresh_all' => 'CALL adpipe.refresh_all()' ],
	[ 'list of entities' => "CALL adpipe.refresh('ads.list')" ]);

# Calls of functions, and pages, by step.
my (%calls, %pages);
for my $count (@counts)
{
	my $node = adpipe_cluster(conf => "autovacuum = off\ntrack_functions = all");
	my $sim = simulator();
	my $bench = $sim->control('POST', '/_control/bench', { pages => 1, rows => 14, accounts => $count });
	loader($node, $sim, options => { customer_id => join(',', @{ $bench->{accounts} }) });
	my $session = session($node, user => 'loader');
	$session->query("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', current_date - 21)");
	$session->query("SELECT adpipe.materialize('google.campaigns', 'ads.list')");
	for my $step (@steps)
	{
		my ($name, $statement) = @$step;
		$node->safe_psql('postgres', 'SELECT pg_stat_reset()');
		$session->query($statement);
		$session->query('SELECT pg_stat_force_next_flush()') for 1, 2;
		$calls{$name}{$count} = $node->safe_psql('postgres', 'SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions');
		$pages{$name}{$count} = $node->safe_psql('postgres', 'SELECT blks_hit FROM pg_stat_database WHERE datname = current_database()');
	}
	is($node->safe_psql('postgres', "SELECT count(DISTINCT account_id) FROM ads.campaign"), $count, "$count accounts are stored");
}

# The square would be 16 times as much, and plans for more accounts may be other ones.
for my $name (map { $_->[0] } @steps)
{
	my ($few, $many) = @{ $calls{$name} }{@counts};
	cmp_ok($many, '<=', 5 * $few + 100, "$name: $many calls of functions for four times the accounts of $few");
	($few, $many) = @{ $pages{$name} }{@counts};
	cmp_ok($many, '<=', 5 * $few + 1000, "$name: $many pages for four times the accounts of $few");
}

done_testing();
