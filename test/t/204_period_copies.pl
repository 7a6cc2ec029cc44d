# Copies of tables whose rows cover a week or a month: a slice is a period, by its
# first day, and is there once the period is over in the account's zone.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-24T12:00:00Z';
my $meta = '1234567890123456';
my $google = '1234567890';
meta_server($node, $sim, options => { account_id => $meta });
google_server($node, $sim, options => { customer_id => $google });
my $session = session($node);
$session->query('CREATE SCHEMA wh');

sub at
{
	my ($time) = @_;
	$sim->clock($time);
	$session->query('SET adpipe.debug_now = ' . quote($time));
	return;
}
at($now);

# The rows of two relations, compared as a whole.
sub same
{
	my ($copy, $source, $where, $name) = @_;
	my $columns = $session->query("SELECT string_agg(quote_ident(name), ', ' ORDER BY attnum) FROM adpipe_internal.source_columns('$copy')");
	my $count = $session->query("SELECT count(*) FROM $copy");
	cmp_ok($count, '>', 0, "$name: there are rows ($count)");
	is($session->query("SELECT count(*) FROM (SELECT $columns FROM $copy EXCEPT ALL SELECT $columns FROM $source WHERE $where) d"), 0, "$name: none too many");
	is($session->query("SELECT count(*) FROM (SELECT $columns FROM $source WHERE $where EXCEPT ALL SELECT $columns FROM $copy) d"), 0, "$name: none missing");
	return;
}

sub states
{
	my ($copy) = @_;
	return $session->query("SELECT string_agg(date_day || ' ' || state, ', ' ORDER BY date_day) FROM adpipe.coverage WHERE target = '$copy'::regclass");
}

subtest 'months' => sub {
	$session->query("SELECT adpipe.materialize('meta.campaign_monthly', 'wh.months', start => '2026-08-17')");
	is(states('wh.months'), '2026-08-01 missing, 2026-09-01 missing, 2026-10-01 missing', 'the month that overlaps the start is held; November is not over and not missing');
	$session->query("CALL adpipe.refresh('wh.months')");
	same('wh.months', 'meta.campaign_monthly', "period_start >= '2026-08-01'", 'months');
	like(states('wh.months'), qr/^2026-08-01 final, 2026-09-01 final, 2026-10-01 provisional$/, 'October can still be restated');
	is($session->query("SELECT string_agg(DISTINCT period_start || ' to ' || period_end, ', ') FROM wh.months"),
		'2026-08-01 to 2026-08-31, 2026-09-01 to 2026-09-30, 2026-10-01 to 2026-10-31', 'whole months');
	is($session->query("SELECT count(*) FROM adpipe.control_totals WHERE target = 'wh.months'::regclass AND spend_difference BETWEEN -1 AND 1 AND account_spend > 0"),
		3, 'their totals are compared with those of the account by month');
};

done_testing();
