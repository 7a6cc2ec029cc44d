# From PostgreSQL 17 on sessions share without shared_preload_libraries; before,
# each signs in for itself.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster(conf => 'adpipe.shared_memory = on');
my $sim = simulator();
google_server($node, $sim, options => { customer_id => '1234567890', max_retries => 0 });
my $shares = $node->safe_psql('postgres', "SELECT current_setting('server_version_num')::int >= 170000") eq 't';
my $query = "SELECT count(*), sum(clicks) FROM google.campaign_daily WHERE date_day = '2026-11-01'";
my @sessions = map { session($node) } 1 .. 5;
my %seen;

$sim->faults([ { match => { path => '/token' }, action => { delay_ms => 500 } } ]);
$_->send($query) for @sessions;
$seen{ ($_->wait)[0] }++ for @sessions;
is(scalar keys %seen, 1, 'sessions agree');
is(scalar(grep { $_->{path} eq '/token' } @{ $sim->requests }), $shares ? 1 : 5, 'token calls');
is($sessions[0]->query("SELECT status FROM adpipe.check() WHERE item = 'shared memory'"), $shares ? 'ok' : 'skipped', 'check() says whether they share');
is($sessions[0]->query("SELECT sum(requests) FROM adpipe.requests"), $shares ? 6 : 2, 'requests of all sessions, or of this one');

# A quota that another session has met holds where sessions share.
$sim->faults([ { match => { query => 'FROM campaign ' }, times => 1, action => { error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '5400s' } } ]);
is($sessions[0]->query_error($query)->{sqlstate}, '53400', 'a quota');
my ($out, $error) = $sessions[1]->try($query);
is($error ? $error->{sqlstate} : $out, $shares ? '53400' : (keys %seen)[0], 'another session');

done_testing();
