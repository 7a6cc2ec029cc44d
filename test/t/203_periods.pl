# Tables whose rows cover a week, a month or the range that a statement asks for.
# Numbers of people are those of the whole period, which the world counts from the
# people themselves; sums of daily numbers of people are not.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-24T12:00:00Z';
my $account = '1234567890123456';
meta_server($node, $sim, name => 'meta', schema => 'reports', options => { account_id => $account });
my $session = session($node);

sub at
{
	my ($time) = @_;
	$sim->clock($time);
	$session->query('SET adpipe.debug_now = ' . quote($time));
	return;
}

sub fresh
{
	$sim->reset;
	at($now);
	return;
}

# The world's rows of a report, as sorted lines of the named columns.
sub world_lines
{
	my ($columns, %where) = @_;
	my $rows = $sim->world(platform => 'meta', accounts => $account, %where);
	return join "\n", sort map { my $row = $_; join '|', map { $row->{$_} // '' } @$columns } @$rows;
}

sub lines
{
	my ($sql) = @_;
	return join "\n", sort split /\n/, $session->query($sql);
}

# The times and increments that reports were asked for.
sub asked
{
	return map { /time_increment=(\w+)/ ? $1 : () } map { $_->{query} // '' } @{ $sim->requests };
}

my @columns = qw(account_id period_start period_end campaign_id impressions clicks reach frequency spend conversions);
my $list = join ', ', 'account_id', 'period_start', 'period_end', 'campaign_id', 'impressions', 'clicks', 'reach',
  map { "trim_scale($_)" } qw(frequency spend conversions);

subtest 'a month' => sub {
	fresh();
	is(lines("SELECT $list FROM meta.campaign_monthly WHERE period_start >= '2026-09-01'"),
		world_lines(\@columns, resource => 'campaign_daily', period => 'month', since => '2026-09-01', until => '2026-10-31'),
		'September and October are those of the world; November is not over');
	is_deeply([ asked() ], ['monthly'], 'one request');
};

done_testing();
