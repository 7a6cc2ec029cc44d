# Lists of accounts of any size: what fits is shared, what does not is fetched by
# each session, and when memory is full the oldest makes room.  No list is ever
# short or another server's.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster(preload => 1);
my $sim = simulator();
google_server($node, $sim, name => "server$_") for 1 .. 7;
my $accounts = "SELECT count(*), md5(string_agg(a::text, ',' ORDER BY account_id)) FROM adpipe.table_accounts('server%s.campaign_daily') a";

sub lists { return scalar grep { ($_->{query} // '') =~ /FROM customer_client/ } @{ $sim->requests }; }

# Lets the platform list so many accounts more.
sub list_more
{
	my ($count) = @_;
	$sim->reset;
	$sim->control('POST', '/_control/bench', { pages => 1, rows => 1, accounts => $count });
	return;
}

# What a new session finds of a server, and whether it asked the platform.
sub look
{
	my ($server) = @_;
	my $before = lists();
	my $found = session($node)->query(sprintf $accounts, $server);
	return ($found, lists() > $before ? 'asked' : 'shared');
}

list_more(6000);
my ($large, $how) = look(1);
like($large, qr/^60\d\d\|/, 'six thousand accounts');
is($how, 'asked', 'are listed');
is_deeply([ look(1) ], [ $large, 'shared' ], 'and shared, in many blocks');

# Seven such lists are more than there is room for.
look($_) for 2 .. 7;
is_deeply([ look(7) ], [ $large, 'shared' ], 'the last one is there');
is_deeply([ look(1) ], [ $large, 'asked' ], 'the first one has made room');
is((look($_))[0], $large, "server$_ has the same accounts") for 6, 7;

# Room that was used is used again.
$node->safe_psql('postgres', "SELECT adpipe.forget('server$_')") for 1 .. 7;
is((look(1))[1], 'asked', 'forgotten');
is_deeply([ look(1) ], [ $large, 'shared' ], 'and shared again');

# One that is too large, which takes the simulator a while.
SKIP: {
	skip 'ADPIPE_LARGE_LISTS is not set', 2 unless $ENV{ADPIPE_LARGE_LISTS};
	list_more(11000);
	$node->safe_psql('postgres', "SELECT adpipe.forget('server1')");
	my ($huge) = look(1);
	like($huge, qr/^110\d\d\|/, 'eleven thousand accounts');
	is_deeply([ look(1) ], [ $huge, 'asked' ], 'are not shared');
}

done_testing();
