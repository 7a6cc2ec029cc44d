# "The ten rows with the most clicks": Google Ads sends only these, if nothing else
# decides which rows they are.  Compared with adpipe.pushdown = off: the values must
# be the same, and the rows must be rows of the table, since which of tied rows come
# is free.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $seed = $ENV{SEED} // 20261129;
srand($seed);
note("seed $seed");

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
google_server($node, $sim, options => { max_retries => 0, customer_id => '1234567890,2345678901,4567890123' });
meta_server($node, $sim, options => { account_id => '1234567890123456' });
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE google.own (account_id text OPTIONS (field 'customer.id'), campaign_id text OPTIONS (field 'campaign.id'),
  date_day date OPTIONS (field 'segments.date'), clicks numeric OPTIONS (field 'metrics.clicks'), shown text OPTIONS (field 'metrics.impressions'),
  ctr double precision OPTIONS (field 'metrics.ctr'), value numeric OPTIONS (field 'metrics.conversions_value'),
  installs bigint OPTIONS (field 'metrics.sk_ad_network_installs')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE google.my_clicks (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
  gclid text OPTIONS (field 'click_view.gclid'), clicks bigint OPTIONS (field 'metrics.clicks')) SERVER google OPTIONS (resource 'click_view');
CREATE FOREIGN TABLE google.totals (account_id text OPTIONS (field 'customer.id'), campaign_id text OPTIONS (field 'campaign.id'),
  clicks bigint OPTIONS (field 'metrics.clicks')) SERVER google OPTIONS (resource 'campaign');
CREATE VIEW google.best AS SELECT campaign_name, clicks FROM google.campaign_daily WHERE date_day BETWEEN '2026-11-10' AND '2026-11-11' ORDER BY clicks DESC LIMIT 4;
END
$sim->clock($now);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));
my $days = "date_day BETWEEN '2026-11-10' AND '2026-11-14'";

# What a statement sends after its conditions.
sub sent
{
	my ($sql) = @_;
	my $before = @{ $sim->requests };
	$session->query($sql);
	my @requests = @{ $sim->requests };
	my %seen = map { (/((?: ORDER BY \S+ DESC)?(?: LIMIT \d+)?) PARAMETERS/ ? $1 : '') => 1 }
	  grep { !/FROM customer\b/ } grep { /FROM/ } map { $_->{query} // '' } @requests[ $before .. $#requests ];
	return join ' |', sort keys %seen;
}

my $from = "FROM google.campaign_daily WHERE $days";
my @sent = (
	[ 'largest counts', "SELECT campaign_name, clicks $from ORDER BY clicks DESC LIMIT 7", 'clicks', 7 ],
	[ 'all columns', "SELECT * $from ORDER BY clicks DESC LIMIT 7", 'clicks', 7 ],
	[ 'OFFSET', "SELECT campaign_name, clicks $from ORDER BY 2 DESC LIMIT 7 OFFSET 5", 'clicks', 12 ],
	[ 'NULLS LAST', "SELECT impressions $from ORDER BY impressions DESC NULLS LAST LIMIT 2", 'impressions', 2 ],
	[ 'money', "SELECT spend $from ORDER BY spend DESC LIMIT 3", 'cost_micros', 3 ],
	[ 'fractions', "SELECT conversions $from ORDER BY conversions DESC LIMIT 3", 'conversions', 3 ],
	[ 'a column that is not shown', "SELECT campaign_name $from ORDER BY clicks DESC LIMIT 3", 'clicks', 3 ],
	[ 'FETCH FIRST', "SELECT clicks $from ORDER BY clicks DESC FETCH FIRST 3 ROWS ONLY", 'clicks', 3 ],
	[ 'conditions that travel', "SELECT clicks $from AND campaign_status = 'ENABLED' AND campaign_id <> '17' ORDER BY clicks DESC LIMIT 3", 'clicks', 3 ],
	[ 'one account', "SELECT clicks $from AND account_id = '1234567890' ORDER BY clicks DESC LIMIT 3", 'clicks', 3 ],
	[ 'a numeric column', "SELECT clicks FROM google.own WHERE $days ORDER BY clicks DESC LIMIT 3", 'clicks', 3 ],
	[ 'a request a day', "SELECT clicks FROM google.my_clicks WHERE $days ORDER BY clicks DESC LIMIT 3", 'clicks', 3 ],
	[ 'without segments', "SELECT clicks FROM google.totals ORDER BY clicks DESC LIMIT 3", 'clicks', 3 ],
	[ 'a view', 'SELECT * FROM google.best', 'clicks', 4 ],
	[ 'within a statement', "SELECT count(*) FROM (SELECT clicks $from ORDER BY clicks DESC LIMIT 3) x", 'clicks', 3 ]);
is(sent($_->[1]), " ORDER BY metrics.$_->[2] DESC LIMIT $_->[3]", $_->[0]) for @sent;

my @local = (
	[ 'smallest first', "SELECT clicks $from ORDER BY clicks LIMIT 3" ],
	[ 'two keys', "SELECT clicks $from ORDER BY clicks DESC, impressions DESC LIMIT 3" ],
	[ 'a second key that decides', "SELECT clicks $from ORDER BY clicks DESC, campaign_id LIMIT 3" ],
	[ 'ids', "SELECT campaign_id $from ORDER BY campaign_id DESC LIMIT 3" ],
	[ 'names', "SELECT campaign_name $from ORDER BY campaign_name DESC LIMIT 3" ],
	[ 'numbers as text', "SELECT shown FROM google.own WHERE $days ORDER BY shown DESC LIMIT 3" ],
	[ 'a ratio', "SELECT ctr FROM google.own WHERE $days ORDER BY ctr DESC LIMIT 3" ],
	[ 'values that may be negative', "SELECT value FROM google.own WHERE $days ORDER BY value DESC LIMIT 3" ],
	[ 'a metric that is left out when 0', "SELECT installs FROM google.own WHERE $days ORDER BY installs DESC LIMIT 3" ],
	[ 'an expression', "SELECT clicks $from ORDER BY clicks * 2 DESC LIMIT 3" ],
	[ 'a local condition', "SELECT clicks $from AND clicks > 3 ORDER BY clicks DESC LIMIT 3" ],
	[ 'days that are no range', "SELECT clicks $from AND date_day <> '2026-11-12' ORDER BY clicks DESC LIMIT 3" ],
	[ 'a value that stays here', "SELECT clicks FROM google.campaign_device_daily WHERE $days AND device = 'UNKNOWN' ORDER BY clicks DESC LIMIT 3" ],
	[ 'WITH TIES', "SELECT clicks $from ORDER BY clicks DESC FETCH FIRST 3 ROWS WITH TIES" ],
	[ 'groups', "SELECT campaign_id, sum(clicks) $from GROUP BY 1 ORDER BY 2 DESC LIMIT 3" ],
	[ 'DISTINCT', "SELECT DISTINCT clicks $from ORDER BY clicks DESC LIMIT 3" ],
	[ 'a window', "SELECT clicks, rank() OVER (ORDER BY clicks) $from ORDER BY clicks DESC LIMIT 3" ],
	[ 'a join', "SELECT clicks $from AND campaign_id IN (SELECT campaign_id FROM google.campaigns) ORDER BY clicks DESC LIMIT 3" ],
	[ 'no LIMIT', "SELECT clicks $from ORDER BY clicks DESC" ]);
is(sent($_->[1]), '', "not sent: $_->[0]") for @local;
$session->query("PREPARE p(int) AS SELECT clicks $from ORDER BY clicks DESC LIMIT \$1; SET plan_cache_mode = force_generic_plan");
is(sent('EXECUTE p(3)'), '', 'not sent: a parameter');
$session->query("SET plan_cache_mode = force_custom_plan");
is(sent('EXECUTE p(3)'), ' ORDER BY metrics.clicks DESC LIMIT 3', 'but its value is');
$session->query("RESET plan_cache_mode; PREPARE q AS SELECT clicks $from ORDER BY clicks DESC LIMIT 3; SET adpipe.pushdown = off");
is(sent('EXECUTE q'), '', 'nor with pushdown off');
$session->query('RESET adpipe.pushdown');
is($session->query("SELECT count(*) FROM (SELECT clicks FROM meta.campaign_daily WHERE $days ORDER BY clicks DESC LIMIT 3) x"), 3, 'Meta: right');
is(scalar(grep { ($_->{query} // '') =~ /sort=/ } @{ $sim->requests }), 0, 'without sort');

# Differences: values and rows.
my %metrics = (
	'google.campaign_daily' => [qw(impressions clicks interactions cost_micros spend conversions all_conversions view_through_conversions)],
	'google.campaign_device_daily' => [qw(impressions clicks spend conversions all_conversions)],
	'google.ad_group_daily' => [qw(impressions clicks conversions)],
	'google.account_daily' => [qw(impressions clicks spend)],
	'google.campaign_weekly' => [qw(impressions clicks)],
	'google.campaign_monthly' => [qw(clicks)]);
my %rows;
my @conditions = ('', '', " AND campaign_status = 'ENABLED'", " AND campaign_status <> 'PAUSED'", " AND account_id IN ('2345678901', '4567890123')", ' AND clicks > 2');
for my $table (sort keys %metrics)
{
	(my $copy = "copy_$table") =~ tr/./_/;
	my $bound = $table =~ /weekly|monthly/ ? "period_start BETWEEN '2026-09-01' AND '2026-11-01'" : $days;
	$session->query("CREATE TABLE $copy AS SELECT * FROM $table WHERE $bound");
	for my $i (1 .. $ENV{ADPIPE_ROUNDS} // 4)
	{
		my $metric = $metrics{$table}[ rand @{ $metrics{$table} } ];
		my $condition = $conditions[ rand @conditions ];
		$condition = '' if $table !~ /campaign_(daily|device)/ && $condition =~ /status/;
		my $limit = (1, 2, 5, 20, 100, 1_000)[ rand 6 ];
		my $offset = rand() < 0.3 ? ' OFFSET ' . int rand 10 : '';
		my $direction = rand() < 0.8 ? 'DESC' : '';
		my $tail = "$bound$condition ORDER BY $metric $direction LIMIT $limit$offset";

		is($session->query("SELECT string_agg($metric\::text, ',' ORDER BY $metric) FROM (SELECT $metric FROM $table WHERE $tail) x"),
			$session->query("SELECT string_agg($metric\::text, ',' ORDER BY $metric) FROM (SELECT $metric FROM $copy WHERE $tail) x"), "$table, $tail: values");
		is($session->query("SELECT count(*) FROM ((SELECT * FROM $table WHERE $tail) EXCEPT ALL TABLE $copy) x"), 0, "$table, $tail: rows");
	}
}

# An answer that is not in order, or lacks the value, is none.
my $top = "SELECT clicks $from AND account_id = '1234567890' ORDER BY clicks DESC LIMIT 5";
for my $change ([ '"clicks": ?"\d+"', '"clicks":"1"', 1, 'the same value in all' ], [ '(?s)("clicks": ?"\d+".*?"clicks": ?)"\d+"', '\1"99999999999"', 0, 'a row that is too large' ],
	[ '"clicks": ?"\d+",?', '', 0, 'no value' ])
{
	$sim->faults([ { match => { path => 'googleAds:search', query => 'ORDER BY' }, action => { substitute => [ $change->[0], $change->[1] ] } } ]);
	my ($result, $error) = $session->try($top);
	is($error ? $error->{sqlstate} : 'rows', $change->[2] ? 'rows' : 'HV00A', "an answer with $change->[3]");
	like($error->{detail}, qr/not in the order that was asked for/, 'and the reason') if $error;
	$sim->reset;
	$sim->clock($now);
}

done_testing();
