# Sessions that share the refresh of a copy ask the platform hardly more than one
# does: the settings of the accounts are asked for by one of them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my ($accounts, $days) = (10, 42);

# The requests that an action leads to: all, those for settings, those for accounts.
sub sent
{
	my ($sim, $action) = @_;
	my $before = @{ $sim->requests };
	$action->();
	my @queries = map { $_->{query} // '' } @{ $sim->requests };
	splice @queries, 0, $before;
	return (scalar @queries, scalar(grep { /conversion_action\.id|auto_tagging_enabled/ } @queries), scalar(grep { /customer\.time_zone/ } @queries));
}

for my $is_shared (0, 1)
{
	my $node = adpipe_cluster(preload => $is_shared);
	my $sim = simulator();
	my $about = $is_shared ? 'preloaded' : 'not preloaded';
	my $bench = $sim->control('POST', '/_control/bench', { pages => 1, rows => 14, accounts => $accounts });
	loader($node, $sim, options => { customer_id => join(',', @{ $bench->{accounts} }) });
	my $make = "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', current_date - $days)";
	my $sums = 'SELECT count(*), sum(clicks) FROM ads.campaign';
	my ($first, @sessions) = map { session($node, user => 'loader') } 1 .. 5;
	$first->query($make);
	my ($alone, $settings) = sent($sim, sub { $first->query("CALL adpipe.refresh('ads.campaign')") });
	is($settings, 2 * $accounts, "$about: one session asks each account for its settings");
	my $rows = $node->safe_psql('postgres', $sums);
	$first->query($_) for 'DROP TABLE ads.campaign', $make;

	# Slow enough for all to begin while the first is at work.
	$sim->control('POST', '/_control/settings', { delay_ms => 50 });
	my ($together, $lists);
	($together, $settings, $lists) = sent($sim, sub {
		$_->send("CALL adpipe.refresh('ads.campaign')") for @sessions;
		$_->wait for @sessions;
	});
	is($node->safe_psql('postgres', $sums), $rows, "$about: four sessions store what one does");
	cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT run_id) FROM adpipe.slices'), '>', 1, "$about: more than one of them read days");
	is($settings, 2 * $accounts, "$about: they ask each account for its settings once");
	# Without shared memory each session lists the accounts for itself.
	cmp_ok($together - ($is_shared ? 0 : $lists), '<=', 1.1 * $alone, "$about: $together requests of four sessions, $alone of one");

	# A refresh by itself asks again, whatever ran before.
	(undef, $settings) = sent($sim, sub { $first->query("CALL adpipe.refresh('ads.campaign', current_date - 1, current_date - 1)") });
	is($settings, 2 * $accounts, "$about: the next refresh asks again");
}

done_testing();
