# Every imported table of meta_ads returns exactly the rows of the simulator's
# world, which computes them without parameters, reports and edges.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
meta_server($node, $sim);
meta_server($node, $sim, name => 'meta_common', schema => 'common');

# Days of which some have only actions, of ads that were removed before.
my $since = $node->safe_psql('postgres', 'SELECT current_date - 24');
my $until = $node->safe_psql('postgres', 'SELECT current_date - 20');
my %account = map { $_->{id} => $_ } @{ $sim->control('GET', '/_control/accounts?platform=meta') };
my %is_whole = map { $_ => 1 } qw(CLP COP CRC HUF IDR ISK JPY KRW PYG TWD VND);

# Fields of accounts, which the world tells by the names of columns, and those
# that it does not tell: minor units of all accounts' amounts are the same sum.
my %account_value = (
	name => sub { $_[0]->{account_name} },
	disable_reason => sub { 0 },
	attribution_spec => sub { '[{"event_type":"CLICK_THROUGH","window_days":7},{"event_type":"VIEW_THROUGH","window_days":1}]' },
	amount_spent => sub { $is_whole{ $_[0]->{currency} } ? 12345 : 1234500 },
	balance => sub { 0 },
	spend_cap => sub { 0 },
	min_daily_budget => sub { 1000 });

# A column's value in SQL.
sub expected
{
	my ($row, $level, $name, $field, $type) = @_;
	my $currency = $account{ $row->{account_id} }{currency};
	my $value = exists $row->{$name} ? $row->{$name} : $row->{$field};

	$value = $account_value{$field}->($row) if $level eq 'accounts' && $account_value{$field};
	$value = $currency if $field eq 'adpipe.account_currency';
	$value = $row->{$field} // ($type eq 'text[]' ? [] : undef) if $level =~ /s$/ && exists $row->{$field};
	$value //= [] if $type eq 'text[]';
	return literal($value, $type)
	  . (defined $value && $type eq 'numeric' && $level =~ /s$/ && $name ne 'time_zone_offset' && !$is_whole{$currency} ? ' / 100' : '');
}

my @tables = imported_tables($node, 'level');
is(scalar @tables, 22, 'all tables of both schemas are imported');
for my $case (@tables)
{
	my ($table, $level) = @$case;
	my @columns = table_columns($node, $table);
	my $is_daily = grep { $_->[1] eq 'date_start' } @columns;
	my $resource = $table =~ s/.*\.//r;
	my $world = $sim->world(platform => 'meta', resource => $resource,
		$is_daily ? (since => $since, until => $until) : ());

	cmp_ok(scalar @$world, '>', 0, "$table: the world has rows");
	same_rows($node, $table,
		$is_daily ? "WHERE date_day BETWEEN '$since' AND '$until'" : '',
		[ map { my $row = $_; [ map { expected($row, $level, @$_) } @columns ] } @$world ],
		$resource eq 'account_region_action_daily'
		  ? qr/\A[^\n]*WARNING:  platform "meta_ads" does not report actions from outside Meta by breakdown "region"\nDETAIL.*\nHINT.*\n?\z/ : undef);
}
all_commented($node);

# The same rows whichever columns are read, so that count(*) can be trusted.
is($node->safe_psql('postgres', "SELECT count(*) FROM meta.ad_daily WHERE date_day BETWEEN '$since' AND '$until'"),
	scalar @{ $sim->world(platform => 'meta', resource => 'ad_daily', since => $since, until => $until) },
	'count(*) sees the rows that have actions only');
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM meta.ad_daily WHERE date_day BETWEEN '$since' AND '$until' AND impressions = 0"),
	'>', 0, 'and there are some');

# Closed accounts are left out of "*" and counted.
like($node->safe_psql('postgres', "EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM meta.account_daily WHERE date_day = '$since'"),
	qr/Closed Accounts: 1$/m, 'the closed account is counted');
is($node->safe_psql('postgres', 'SELECT count(*) FROM meta.accounts'), scalar(grep { $_->{assigned} && $_->{status} != 101 } values %account),
	'and not asked');

# An app that demands a proof of its secret gets one with every call, and the
# token only in a header.
meta_server($node, $sim, name => 'proven', options => { account_id => 'act_1234567890123456, 2345678901234567' },
	mapping => { %AdpipeTest::META_CREDENTIALS, app_secret => '0123456789abcdef0123456789abcdef' });
$sim->reset;
$sim->settings({ meta_require_proof => JSON::PP::true });
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM proven.campaign_daily WHERE date_day BETWEEN '$since'::date - 60 AND '$until'"), '>', 0, 'reports of an app that demands a proof');
is((grep { !$_->{proof} || $_->{token_in} ne 'header' } @{ $sim->requests }), 0, 'which every call has');
is(sql_error($node, 'SELECT count(*) FROM meta.campaigns')->{sqlstate}, 'HV00L', 'and which is missed without');

done_testing();
