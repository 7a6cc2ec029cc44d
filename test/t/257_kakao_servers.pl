# The throttle of Kakao Moment over servers: those whose user mappings have the same
# token keep to it together, since it is one application's.  Tokens do not name their
# application, so a server with another token of it does not know of the others; its
# calls that come too soon are refused, and repeated.  Calls with a token that is good
# for nothing hold nobody up.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;
use Time::HiRes qw(time);

my $account = '700101';
my $node = adpipe_cluster(preload => 1);
my $sim = simulator();
my %token = (one => 'kakao_token', two => 'kakao_token', other => 'kakao_second_token');

kakao_server($node, $sim, name => $_, options => { account_id => $account }, mapping => { access_token => $sim->ready->{ $token{$_} } }) for sort keys %token;
kakao_server($node, $sim, name => 'stranger', options => { account_id => $account }, mapping => { access_token => 'not' . $sim->ready->{kakao_token} });
my %session = map { $_ => session($node) } 'stranger', keys %token;

sub calls { return grep { $_->{path} =~ m{/report$} } @{ $sim->requests } }

sub refused { return grep { $_->{status} != 200 } calls() }

# Each day is asked for once, since sessions keep answers.
my $back = 20;

sub sql
{
	my ($server) = @_;
	return "SELECT count(*) FROM $server.account_daily WHERE date_day = current_date - " . $back++;
}

# Statements of several servers at once; returns the seconds that they take.
sub together
{
	my (@servers) = @_;
	my $start = time;

	$session{$_}->send(sql($_)) for @servers;
	is_deeply([ map { ($session{$_}->wait)[0] } @servers ], [ ('1') x @servers ], "@servers: rows");
	return time - $start;
}

is($session{stranger}->query_error(sql('stranger'))->{sqlstate}, '28000', 'a stranger is refused');
cmp_ok(together('one'), '<', 4, 'and holds nobody up');

$sim->reset;
cmp_ok(together('two'), '>', 4, 'a server waits for another one with the same token');
cmp_ok(together('one', 'two'), '>', 9, 'so do two at once');
is(scalar calls(), 3, 'a call each');
is(scalar refused(), 0, 'none of which is refused');

# A call that another tool has made: nobody sends another one before the full time.
$sim->faults([ { match => { path => 'report$' }, times => 1, action => { error => '-10' } } ]);
cmp_ok(together('one', 'two'), '>', 9, 'one that is refused holds both up');
is(scalar refused(), 1, 'none but that is refused');

$sim->reset;
together('one');
together('other');
is(scalar(grep { $_->{status} == 200 } calls()), 2, 'another token of the application: right in the end');
cmp_ok(scalar refused(), '>=', 1, 'after a call that came too soon');

is($session{one}->query('SELECT count(*) FROM (SELECT 1 FROM adpipe.quota GROUP BY server_name, account_id, applies_to HAVING count(*) > 1) d'), '0', 'each quota is listed once');

$_->close for values %session;
done_testing();
