# Every fault of test/faults, on every platform, at the first request of a scan and
# at later ones, ends in the right rows or in the right error, and the session goes
# on.  ADPIPE_FAULTS=all adds the reports that are made in the background, in which
# every fault takes seconds; a pattern there runs the faults whose names it matches.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Faults;
use PostgreSQL::Test::Utils;
use Test::More;

my $which = $ENV{ADPIPE_FAULTS} // '';
my $node = adpipe_cluster(conf => "adpipe.debug_rate_pct = 0\n");
my $matrix = AdpipeTest::Faults->new($node, slow => $which ne '');

for my $fault ($matrix->faults)
{
	next if $which !~ /^(all)?$/ && $fault->{fault} !~ /$which/;
	for my $cell ($matrix->run($fault))
	{
		is(join("\n", @{ $cell->{problems} }), '', "$fault->{fault}, $cell->{column}{name}: $cell->{expected}");
	}
}
is($matrix->failures, 0, 'no answer is wrong, short or doubled, nothing crashes, no session is lost');
my $print = $which eq '' ? \&note : \&diag;
$print->($matrix->table);
$print->($matrix->summary);
done_testing();
