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

my @days = ('2026-09-28', '2026-11-04');
my $accounts = '1234567890,2345678901,3456789012';
my ($node, @workers) = citus_servers(2);
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts });
at('2026-11-05T20:00:00Z');

sub equal
{
	my ($copy, $name) = @_;
	return is(world_difference($node, $sim, $copy, @days, $accounts), '0|0', $name);
}

run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$days[0]')");
run("SELECT adpipe.distribute('ads.campaign')");
run("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
equal('ads.campaign', 'first refresh');
$sim->restate(1);
run("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
equal('ads.campaign', 'restated');

done_testing();
