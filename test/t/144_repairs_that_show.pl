# A repair that does not show is made a second time: what failed is tried again
# by its back-off of 1, 2, 4 ... 60 minutes, however young the copy is, and at once
# after ALTER SERVER, ALTER USER MAPPING or CREATE USER MAPPING, lists of entities
# among it; then adpipe.health is empty within one call.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my @accounts = qw(1234567890 2345678901);
loader($node, $sim, options => { customer_id => join(',', @accounts), max_retries => 0 });
my %start = (token => q(ALTER USER MAPPING FOR loader SERVER google OPTIONS (SET refresh_token '1//sample-refresh')));

my $minute = 0;
sub later
{
	$minute += $_[0];
	at($node->safe_psql('postgres', "SELECT to_char(timestamp '2026-11-20 12:00' + $minute * interval '1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
	return;
}

sub health { return scalar run('SELECT severity, target, account_id, problem FROM adpipe.health ORDER BY severity, problem'); }
sub errors { return run("SELECT count(*) FROM adpipe.health WHERE severity = 'error'"); }
sub runs { return run('SELECT count(*) FROM adpipe.runs'); }

later(0);
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-15'), adpipe.materialize('google.campaigns', 'ads.campaigns'); CALL adpipe.refresh_all()");
is(health(), '', 'all is well');

# How it breaks and what repairs it.  Ten minutes after the last success nothing
# else is due; a list is due once a day.
my $broken = { revoke_refresh_token => Cpanel::JSON::XS::true, revoke_access_tokens => Cpanel::JSON::XS::true };
my @repairs = (
	[ 'ALTER USER MAPPING', $start{token} ],
	[ 'ALTER SERVER', q(ALTER SERVER google OPTIONS (SET max_retries '1')) ],
	[ 'a new user mapping', q(DROP USER MAPPING FOR loader SERVER google; CREATE USER MAPPING FOR loader SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh')) ],
	[ 'a user mapping for PUBLIC', q(DROP USER MAPPING FOR loader SERVER google; CREATE USER MAPPING FOR PUBLIC SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh')) ],
	[ 'ALTER FOREIGN TABLE', q(ALTER FOREIGN TABLE google.campaign_daily OPTIONS (ADD unbounded 'error'); ALTER FOREIGN TABLE google.campaigns OPTIONS (ADD unbounded 'error')) ]);
for my $repair (@repairs)
{
	my ($what, $sql) = @$repair;
	$sim->settings($broken);
	later(1450);
	run('CALL adpipe.refresh_all()');
	is(errors(), '1', "$what: broken");
	later(1.1);
	run('CALL adpipe.refresh_all()');
	later(0.5);
	my $runs = runs();
	run('CALL adpipe.refresh_all()');
	is(runs(), $runs, "$what: not tried before the back-off is over");
	$sim->settings({ revoke_refresh_token => Cpanel::JSON::XS::false });
	$node->safe_psql('postgres', $sql);
	run('CALL adpipe.refresh_all()');
	is(health(), '', "$what: health is clear with the call after it");
	is(runs(), $runs + 2, "$what: which read both copies");
	run('CALL adpipe.refresh_all()');
	is(runs(), $runs + 2, "$what: and the next has nothing to do");
}

# Altered while it fails still: tried once, not at each call.
$sim->settings($broken);
later(1450);
run('CALL adpipe.refresh_all()');
$node->safe_psql('postgres', q(ALTER SERVER google OPTIONS (SET max_retries '0')));
run('CALL adpipe.refresh_all()');
my $runs = runs();
run('CALL adpipe.refresh_all()');
is(runs(), $runs, 'a repair that is none is tried once');

# Without anybody's doing: by the back-off, of the copy and of the list.
my $waited = 0;
for my $pause (2, 4, 8, 16, 32, 60, 60)
{
	later($pause - 0.6);
	$runs = runs();
	run('CALL adpipe.refresh_all()');
	is(runs(), $runs, "nothing before $pause minutes are over");
	later(0.7);
	run('CALL adpipe.refresh_all()');
	is(runs(), $runs + 2, "after $pause minutes both are tried");
}
$sim->settings({ revoke_refresh_token => Cpanel::JSON::XS::false });
later(60.1);
run('CALL adpipe.refresh_all()');
is(health(), '', 'a platform that is well again: clear with the first call after the back-off');

# Days that fail by themselves stay in health until they are read, are tried by
# their own back-off, and keep the last days from nothing.
$sim->faults([ { match => { query => q(FROM campaign WHERE segments\.date BETWEEN '2026-11-1[0-9]'), account => $accounts[1] }, action => { error => 'queryError.UNEXPECTED_END_OF_QUERY', message => 'Poison.' } } ]);
run("CALL adpipe.refresh('ads.campaign', '2026-11-15', '2026-11-16')");
like(health(), qr/^error\|ads\.campaign\|$accounts[1]\|the account cannot be read: .*Poison\./m, 'a day that fails: in health');
for my $time (1 .. 3)
{
	later(30);
	run('CALL adpipe.refresh_all()');
	like(health(), qr/\Aerror\|ads\.campaign\|$accounts[1]\|[^\n]*Poison\.[^\n]*\z/, "a day that fails, call $time: still there, though the last days were read");
	is(run("SELECT count(*) FROM adpipe.freshness WHERE last_success = adpipe_internal.clock() AND target = 'ads.campaign'::regclass"), '2', "a day that fails, call $time: and they were");
}
is(run("SELECT min(since) FROM adpipe.health") lt run('SELECT adpipe_internal.clock() - interval \'1 hour\''), 1, 'a day that fails: since the first time');
my $asked = $sim->requests->[-1]{seq};
later(5);
run('CALL adpipe.refresh_all()');
is(scalar(grep { ($_->{query} // '') =~ /segments\.date BETWEEN '2026-11-1[56]'/ } @{ $sim->control('GET', "/_control/requests?since=$asked") }), 0, 'a day that fails: is not asked again by each call');
$sim->faults([]);
later(60);
run('CALL adpipe.refresh_all()');
is(health(), '', 'a day that fails: clear when it is read');

# The accounts could never be listed: no call of each minute.
$sim->settings($broken);
run("SELECT adpipe.materialize('google.account_daily', 'ads.account', '2026-11-15')");
run('CALL adpipe.refresh_all()');
like(run("SELECT severity, target, problem FROM adpipe.health WHERE severity = 'error'"), qr/\Aerror\|ads\.account\|the refresh fails: platform "google_ads" refused the credentials/, 'a new copy that cannot begin: in health');
$runs = runs();
later(0.5);
run('CALL adpipe.refresh_all()');
is(runs(), $runs, 'a new copy that cannot begin: waits for its back-off, too');
$sim->settings({ revoke_refresh_token => Cpanel::JSON::XS::false });
$node->safe_psql('postgres', $start{token} =~ s/loader/PUBLIC/r);
run('CALL adpipe.refresh_all()');
is(health(), '', 'a new copy that cannot begin: and begins after the repair');

$node->stop;
done_testing();
