# Control totals double the questions of a copy.  The schedule asks for them once in an
# account's day, a refresh by hand each time, and rows that changed since are not
# compared with older ones.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
# In Seoul the day ends at 15:00 UTC.
my $seoul = '1234567890';
loader($node, $sim, options => { customer_id => $seoul });

my $seen = 0;
sub asked
{
	my @new = @{ $sim->requests };
	my ($from, $to) = ($seen, $#new);
	$seen = @new;
	my @queries = map { $_->{query} // '' } @new[ $from .. $to ];
	return join ' ', scalar(grep { /FROM campaign WHERE/ } @queries), scalar(grep { /FROM customer WHERE segments\.date/ } @queries);
}
sub call { my ($moment) = @_; at("2026-11-${moment}:00Z"); run('CALL adpipe.refresh_all()'); return asked(); }
sub totals { return scalar run("SELECT count(*), count(*) FILTER (WHERE spend_difference <> 0) FROM adpipe.control_totals WHERE date_day >= '2026-11-19'") }

at('2026-11-20T00:00:00Z');
is(run("SELECT time_zone FROM google.accounts WHERE account_id = '$seoul'"), 'Asia/Seoul', 'an account of Seoul');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-18')");
asked();
my ($rows, $control) = split / /, call('20T02:00');
cmp_ok($control, '>', 0, 'the first call asks for control totals');
is($control, $rows, 'of all days');
is(totals(), '2|0', 'days have them, and they agree');
is(call('20T03:00'), '1 0', 'a call later in the day asks for rows only');
is(totals(), '2|0', 'days whose rows stay keep their totals');
$sim->restate(1);
is(call('20T14:00'), '1 0', 'until the end of the day');
is(totals(), '0|0', 'beside rows that changed there are none');
($rows, $control) = split / /, call('20T15:00');
cmp_ok($control, '>', 0, 'the first call of the next day asks again');
is(totals(), '3|0', 'all days have totals');
is(call('20T16:00'), '1 0', 'once');
at('2026-11-20T16:10:00Z');
run("CALL adpipe.refresh('ads.campaign', '2026-11-20', '2026-11-21')");
is(asked(), '1 1', 'a refresh by hand asks for them');
is(run("SELECT max(requests) FROM adpipe.runs WHERE run_id = (SELECT max(run_id) FROM adpipe.runs)"), '2', 'and counts both');

done_testing();
