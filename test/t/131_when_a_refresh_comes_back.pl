# When a copy is refreshed again after a platform asked to be left alone: a value
# of the connector's, never a moment in a platform's words.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '2345678901,3456789012', max_retries => 0 });
at('2026-11-20T20:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10'); CALL adpipe.refresh('ads.campaign')");

for my $words ('next window 2999-01-01T00:00:00Z', 'window 2026-99-99T99:99:99Z', 'since 2026-11-01T10:00:00Z', 'Come back at 2999-01-01T00:00:00Z.')
{
	$sim->faults([ { match => { query => 'FROM campaign WHERE' }, action => { error => 'quotaError.RESOURCE_EXHAUSTED', message => $words, retry_delay => '7200s' } } ]);
	my (undef, $messages) = run("CALL adpipe.refresh('ads.campaign', '2026-11-18', '2026-11-18')");
	like($messages, qr/WARNING/, "$words: a warning");
	is(run('SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1') =~ /^(failed|partial)$/ ? 'ended' : 'not', 'ended', "$words: the run ends");
	my $hours = $node->safe_psql('postgres', "SELECT round(extract(epoch FROM resume_at - timestamptz '2026-11-20 20:00+00') / 3600, 1) FROM adpipe.target_ledger WHERE target = 'ads.campaign'::regclass");
	is($hours, '2.0', "$words: back when the connector says");
}
for my $moment ([ 'retry_at=2026-11-20T22:00:00Z', '2026-11-20 22:00:00+00' ], [ 'retry_at=2999-01-01T00:00:00Z', '2026-11-22 20:00:00+00' ],
	[ 'retry_at=2026-99-99T99:99:99Z', '2026-11-20 21:00:00+00' ], [ 'clicks_check', '2026-11-20 21:00:00+00' ], [ '', '2026-11-20 21:00:00+00' ])
{
	is(run("SELECT adpipe_internal.come_back_at('$moment->[0]')"), $moment->[1], "moment \"$moment->[0]\"");
}
is(run('SELECT adpipe_internal.come_back_at(NULL)'), '2026-11-20 21:00:00+00', 'no moment: an hour');

done_testing();
