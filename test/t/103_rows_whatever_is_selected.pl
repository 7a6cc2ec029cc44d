# The rows of a table do not depend on what a statement selects: each imported table
# of each platform is read whole first, and asked then for random columns, counts,
# conditions and aggregates.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(pick);
use AdpipeTest::World;
use Test::More;

my $seed = $ENV{ADPIPE_SEED} // time;
note "ADPIPE_SEED=$seed";
srand $seed;

my $rounds = $ENV{ADPIPE_ROUNDS} // 3;
my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options => { customer_id => '1234567890,4567890123' });
meta_server($node, $sim, options => { account_id => '1234567890123456,4567890123456789' });
appsflyer_server($node, $sim, options => { app_id => 'com.hanbit.running' });
tiktok_server($node, $sim, options => { advertiser_id => '7012345678901234567' });
naver_server($node, $sim, options => { customer_id => '1234567' });
$node->safe_psql('postgres', "CREATE SCHEMA ${_}_common; IMPORT FOREIGN SCHEMA common FROM SERVER $_ INTO ${_}_common")
  foreach qw(google meta flyer tiktok naver);
$sim->settings({ map { $_ => 1_000_000 } qw(appsflyer_minute_calls appsflyer_daily_app appsflyer_daily_account appsflyer_installs_app
	  appsflyer_installs_account appsflyer_events_app appsflyer_events_account appsflyer_cohort_minute appsflyer_skan_minute) });

# Tables of one's own whose rows are split by what need not be selected.
my $session = session($node);
$session->query(<<'END');
CREATE SCHEMA mine;
CREATE FOREIGN TABLE mine.budgets (
    account_id text OPTIONS (field 'customer.id'),
    date_day date OPTIONS (field 'segments.date'),
    budget_name text OPTIONS (field 'campaign_budget.name'),
    campaign_id text OPTIONS (field 'campaign.id'),
    campaign_name text OPTIONS (field 'campaign.name'),
    clicks bigint OPTIONS (field 'metrics.clicks'),
    conversions numeric OPTIONS (field 'metrics.conversions')
) SERVER google OPTIONS (resource 'campaign_budget');
CREATE FOREIGN TABLE mine.countries_by_name (
    date_day date OPTIONS (field 'segments.date'),
    country text OPTIONS (field 'geographic_view.country_criterion_id'),
    campaign_name text OPTIONS (field 'campaign.name'),
    channel text OPTIONS (field 'campaign.advertising_channel_type'),
    impressions bigint OPTIONS (field 'metrics.impressions')
) SERVER google OPTIONS (resource 'geographic_view');
CREATE FOREIGN TABLE mine.unlisted_segment (
    date_day date OPTIONS (field 'segments.date'),
    month text OPTIONS (field 'segments.month_of_year'),
    network text OPTIONS (field 'segments.ad_sub_network_type'),
    category text OPTIONS (field 'segments.conversion_action_category'),
    all_conversions numeric OPTIONS (field 'metrics.all_conversions')
) SERVER google OPTIONS (resource 'customer');
CREATE FOREIGN TABLE mine.clicks (
    date_day date OPTIONS (field 'segments.date'),
    gclid text OPTIONS (field 'click_view.gclid'),
    ad_group_name text OPTIONS (field 'ad_group.name'),
    device text OPTIONS (field 'segments.device'),
    clicks bigint OPTIONS (field 'metrics.clicks')
) SERVER google OPTIONS (resource 'click_view');
END

# Dimensions and numbers of every table.
sub columns_of_type
{
	my ($table, $types) = @_;
	return [ split /\n/, $session->query("SELECT attname FROM pg_attribute WHERE attrelid = '$table'::regclass AND attnum > 0"
			  . " AND format_type(atttypid, NULL) IN ($types) ORDER BY attnum") ];
}
my @tables = split /\n/, $session->query('SELECT ftrelid::regclass FROM pg_foreign_table ORDER BY ftrelid::regclass::text');
my %dimensions = map { $_ => columns_of_type($_, "'text'") } @tables;
my %numbers = map { $_ => columns_of_type($_, "'bigint', 'numeric', 'integer'") } @tables;
my $queries = AdpipeTest::Queries->new($session, 'date_day BETWEEN current_date - 22 AND current_date - 21', \%dimensions);
cmp_ok(scalar @tables, '>=', 48, scalar(@tables) . ' tables of five platforms');

# A condition on a number: zero, or a value that occurs.
sub number_condition
{
	my ($table) = @_;
	my $column = pick(@{ $numbers{$table} }) // return 'true';
	my ($value) = split /\n/, $session->query("SELECT coalesce($column, 0) FROM $queries->{copy}{$table} ORDER BY random() LIMIT 1");
	return "t.$column " . pick('=', '<>', '>', '<=') . ' ' . (pick(0, 1) ? 0 : $value || 0);
}

# A statement over a table, in one of the ways that show rows differently.
sub statement
{
	my ($table, $round) = @_;
	my $where = 'WHERE ' . $queries->bound($table, 't')
	  . pick('', ' AND ' . number_condition($table), ' AND ' . $queries->tree($table, 't', 1));
	my $column = pick(@{ $numbers{$table} });
	my $group = pick(@{ $dimensions{$table} });

	# The bare count depends on nothing but the rows.
	return "SELECT count(*) FROM {$table} t WHERE " . $queries->bound($table, 't') if $round == 1;
	return "SELECT count(*) FROM {$table} t $where" if $round == 2;
	return 'SELECT ' . $queries->some_columns($table, 't') . " FROM {$table} t $where" if $round % 2 || !defined $column;
	# Equal values may have different scales.  A bare column that does not add up would
	# be refused.
	return "SELECT t.$group, count(*), count(t.$column), sum(t.$column + 0), trim_scale(min(t.$column)::numeric), round(avg(t.$column + 0), 6) FROM {$table} t $where GROUP BY 1";
}

my $nonempty = 0;
for my $table (@tables)
{
	# Without a number there is one way to ask after the second.
	for my $round (1 .. (@{ $numbers{$table} } ? $rounds : ($rounds + 1) / 2))
	{
		my $sql = statement($table, $round);
		my $expected = $queries->checksum($queries->local($sql));

		die "$expected: $sql" unless $expected =~ /^\d+\|/;
		$nonempty++ unless $expected =~ /^0\|/;
		for my $setting ('on', 'off')
		{
			$session->query("SET adpipe.pushdown = $setting");
			is($queries->checksum($sql), $expected, "pushdown $setting: $sql");
		}
	}
}
cmp_ok($nonempty, '>', @tables * 2, "many statements have rows ($nonempty)");

# The grain is asked for, and told.
$session->query('SET adpipe.pushdown = on');
like($session->query('EXPLAIN (VERBOSE) SELECT count(*) FROM google.geo_daily WHERE date_day = current_date - 21'),
	qr/SELECT segments\.date, campaign\.id, metrics\..*Grain: account, geographic_view, date_day, campaign_id/s, 'countries are split by campaign');
like($session->query('EXPLAIN (VERBOSE) SELECT count(*) FROM mine.countries_by_name WHERE date_day = current_date - 21'),
	qr/SELECT segments\.date, campaign\.name, metrics\.impressions, geographic_view\.resource_name FROM/, 'by a name where the table has no id');
like($session->query('EXPLAIN (VERBOSE) SELECT count(*) FROM mine.unlisted_segment WHERE date_day = current_date - 21'),
	qr/SELECT segments\.date, segments\.month_of_year, segments\.ad_sub_network_type, segments\.conversion_action_category, metrics\.all_conversions, customer\.resource_name FROM/,
	'segments are the grain, also those that the catalogue does not list');
unlike($session->query('EXPLAIN (VERBOSE) SELECT count(*) FROM google.ad_group_daily WHERE date_day = current_date - 21'),
	qr/campaign\./, 'what an ad group belongs to splits nothing');

done_testing();
