# Several refreshers share the work of one copy; progress can be watched; a
# cancelled refresh is gone on with.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($since, $until) = ('2026-10-05', '2026-11-21');
my $accounts = '1234567890,2345678901,3456789012';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
loader($node, $sim, options => { customer_id => $accounts, max_retries => 0 });
my $monitor = session($node);
my @refreshers = map { session($node, user => 'loader') } 1 .. 3;
$refreshers[0]->query("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since')");

# How often each chunk of the report was asked.
sub asked
{
	my %asked;
	for my $request (@{ $sim->requests })
	{
		$asked{"$request->{account} $1"}++
		  if ($request->{query} // '') =~ /FROM campaign WHERE segments\.date BETWEEN '([0-9-]+)'/;
	}
	return \%asked;
}

# All three begin while the first request is held.
$sim->faults([ { match => { query => 'FROM campaign WHERE' }, times => 3, action => { delay_ms => 3000 } } ]);
$_->send("CALL adpipe.refresh('ads.campaign')") for @refreshers;
my $progress = poll_until(sub { $monitor->query("SELECT target, chunk, chunks FROM adpipe.progress WHERE account_id IS NOT NULL ORDER BY chunk LIMIT 1") });
like($progress, qr/^ads\.campaign\|1\|2\d$/, 'progress: chunk 1 of so many');
my @errors = grep { defined } map { ($_->wait)[1] } @refreshers;
is(scalar @errors, 0, 'three refreshers at once: no error');
is(world_difference($node, $sim, 'ads.campaign', $since, $until, $accounts), '0|0', 'together they made the copy equal to the world');
my $asked = asked();
is(join(', ', grep { $asked->{$_} > 1 } sort keys %$asked), '', 'no chunk was asked for twice');
is($monitor->query('SELECT count(*) > 1 FROM (SELECT DISTINCT run_id FROM adpipe.slices) r'), 't', 'more than one of them did some of it');
is($monitor->query('SELECT count(*) FROM adpipe.progress'), '0', 'progress is empty when nothing runs');

# Restated and refreshed by two with different days that overlap.
$sim->restate(1);
$refreshers[0]->send("CALL adpipe.refresh('ads.campaign', '$since', '2026-11-10')");
$refreshers[1]->send("CALL adpipe.refresh('ads.campaign', '2026-11-01', '$until')");
$_->wait for @refreshers[0, 1];
$refreshers[2]->query("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
is(world_difference($node, $sim, 'ads.campaign', $since, $until, $accounts), '0|0', 'overlapping days: equal to the world');

# A cancelled refresh, in a session that lives on.
$sim->restate(2);
$sim->faults([ { match => { query => 'FROM campaign WHERE' }, skip => 7, times => 1, action => { delay_ms => 60_000 } } ]);
$refreshers[0]->send("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
poll_until(sub { grep { $_->{applied} } @{ $sim->control('GET', '/_control/faults') } });
$monitor->query('SELECT pg_cancel_backend(' . $refreshers[0]->pid . ')');
is(($refreshers[0]->wait)[1]{sqlstate}, '57014', 'cancelled');
$sim->faults([]);
like($monitor->query('SELECT problem FROM adpipe.health'), qr/^the last refresh did not come to its end$/m, 'health says that it did not end');
my $stored = $monitor->query('SELECT count(*) FROM adpipe.slices WHERE run_id = (SELECT max(run_id) FROM adpipe.runs)');
cmp_ok($stored, '>', 0, 'some of it was stored');
$refreshers[1]->query("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
is($monitor->query('SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1 OFFSET 1'), 'died', 'the next one recognises it');
is($monitor->query('SELECT slices FROM adpipe.runs ORDER BY run_id DESC LIMIT 1'),
	$monitor->query("SELECT count(*) FROM adpipe.coverage"), 'and reads all the days that it was asked for');
is(world_difference($node, $sim, 'ads.campaign', $since, $until, $accounts), '0|0', 'equal to the world');
is($monitor->query('SELECT count(*) FROM adpipe.health'), '0', 'all is well');

# A statement_timeout ends the run between chunks, not in the middle of one: a
# first batch that takes half of the time leaves no room for another like it,
# however slow the machine; eight seconds are left for what takes none.
$sim->faults([ { match => { query => 'FROM campaign WHERE' }, times => 1, action => { delay_ms => 8000 } } ]);
$refreshers[0]->query("SET statement_timeout = '16s'; CALL adpipe.refresh('ads.campaign', '$since', '$until')");
is($monitor->query('SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1'), 'partial', 'statement_timeout: the run ends in time');
is($monitor->query('SELECT chunks_done FROM adpipe.run_ledger ORDER BY run_id DESC LIMIT 1'), '1', 'statement_timeout: after the first, the day that has begun in Auckland only');

done_testing();
