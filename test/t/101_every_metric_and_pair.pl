# Tables of one's own over every single metric, and over pairs of metrics, of each
# resource of Google Ads and each level of Meta Ads: exactly the rows that the
# simulator's world has, whose sums are made without query language and encoder.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use List::Util qw(shuffle);
use Test::More;

my $seed = $ENV{ADPIPE_SEED} // time;
note "ADPIPE_SEED=$seed";
srand $seed;

# Pairs tried of each grain; there are some 300.
my $pairs = $ENV{ADPIPE_ROUNDS} // 24;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options => { customer_id => '1234567890' });
meta_server($node, $sim, options => { account_id => '2345678901234567' });
my $session = session($node);
my $until = $session->query('SELECT current_date - 20');
my $since = $session->query('SELECT current_date - 21');

# Whether a metric adds up; the others decide only where none does.
my %adds_up = map { $_ => 1 } qw(impressions clicks interactions engagements cost_micros conversions conversions_value
  all_conversions all_conversions_value conversions_by_conversion_date conversions_value_by_conversion_date
  all_conversions_by_conversion_date all_conversions_value_by_conversion_date view_through_conversions
  cross_device_conversions video_trueview_views invalid_clicks sk_ad_network_installs);

# Metrics of each resource, as the platform's field service tells them.
my $simulator = "$FindBin::RealBin/../simulator";
my %metrics_of = %{ decode_json(qx{python3 -c "
import json, sys
sys.path.insert(0, '$simulator')
from google_ads import fields
known = fields.field_set(26)
print(json.dumps({n: [m[8:] for m in known.metrics_of(r)] for n, r in known.resources.items()}))"}) };

# All metrics that one has, alone, and some pairs.
sub choices
{
	my (@metrics) = @_;
	my @pairs = map { my $a = $_; map { [ $metrics[$a], $metrics[$_] ] } $a + 1 .. $#metrics } 0 .. $#metrics;
	return ((map { [$_] } @metrics), grep { defined } (shuffle @pairs)[ 0 .. $pairs - 1 ]);
}

# How a value of the world reads in a column of a metric.
sub as_number
{
	my ($metric, $value) = @_;
	return $value unless defined $value;
	return quote($value) . '::jsonb' if $metric eq 'interaction_event_types';
	return quote($value) . '::numeric' . ($metric =~ /micros|^average_c|^cost_per|_cpv$/ ? ' * 0.000001' : '');
}

# A table of what the world has: the grain's columns as texts, then metrics.
sub keep_world
{
	my ($keys, $metrics, $rows) = @_;
	my @columns = ((map { "k$_ text" } 0 .. $#$keys), map { "\"$_\" " . ($_ eq 'interaction_event_types' ? 'jsonb' : 'numeric') } @$metrics);

	$session->query('DROP TABLE IF EXISTS world; CREATE TABLE world (' . join(', ', @columns) . ')');
	$session->query('INSERT INTO world VALUES ' . join(",\n", map { '(' . join(', ', map { $_ // 'NULL' } @$_) . ')' } @$rows))
	  if @$rows;
	return;
}

# Compares a table with the world; with a condition, with a part of it.
sub is_part
{
	my ($keys, $choice, $where, $days, $name) = @_;
	my $columns = join ', ', (map { "k$_" } 0 .. $#$keys), map { "\"$_\"" } @$choice;
	my $found = "SELECT $columns FROM mine WHERE $days";
	my $world = "SELECT $columns FROM world WHERE $where";
	my ($out, $error) = $session->try("SELECT 'missing: ' || (e)::text FROM ($world EXCEPT ALL $found) e UNION ALL"
		  . " SELECT 'too many: ' || (e)::text FROM ($found EXCEPT ALL $world) e LIMIT 3");
	is($error ? "$error->{message} $error->{detail}" : $out, '', $name);
	return;
}

# resource, fields of its grain, what splits it in the world
for my $grain (
	[ 'customer', [] ],
	[ 'campaign', ['campaign.id'] ],
	[ 'campaign', ['campaign.id'], 'device' ],
	[ 'ad_group', ['ad_group.id'] ],
	[ 'ad_group_ad', [qw(ad_group.id ad_group_ad.ad.id)] ],
	[ 'keyword_view', [qw(ad_group.id ad_group_criterion.criterion_id)] ],
	[ 'search_term_view', [qw(ad_group.id search_term_view.search_term)] ],
	[ 'geographic_view', [qw(campaign.id geographic_view.country_criterion_id geographic_view.location_type)] ],
	[ 'geographic_view', [qw(geographic_view.country_criterion_id geographic_view.location_type)] ],
	[ 'campaign_budget', [qw(campaign_budget.id campaign.id)] ],
	[ 'campaign_budget', ['campaign_budget.id'] ],
	[ 'conversion_action', ['conversion_action.id'] ],
	[ 'performance_max_placement_view', [qw(performance_max_placement_view.placement campaign.id)] ],
	[ 'click_view', [qw(click_view.gclid campaign.id ad_group.id)] ])
{
	my ($resource, $own, @segments) = @$grain;
	my @metrics = @{ $metrics_of{$resource} };
	my @keys = ('segments.date', (map { "segments.$_" } @segments), @$own);
	my %is_split = map { s/\..*//r => 1 } @$own;
	my $rows = $sim->world(resource => $resource, since => $since, until => $until, accounts => '1234567890',
		split => join(',', sort keys %is_split), segments => join(',', 'date', @segments),
		metrics => join(',', 'eligible_impressions', grep { $adds_up{$_} && $_ ne 'sk_ad_network_installs' } sort keys %adds_up));
	my $name = join ' ', $resource, @segments, @$own;

	@metrics = grep { !@segments || !/impression_share|unique_users/ } @metrics;
	cmp_ok(scalar @$rows, '>', 0, "$name: the world has rows (" . @$rows . ')');
	keep_world(\@keys, \@metrics, [ map { my $row = $_;
			[ (map { defined $row->{$_} ? quote(encoded($row->{$_})) : undef } @keys), map { as_number($_, $row->{"metrics.$_"} // ($adds_up{$_} ? 0 : undef)) } @metrics ] } @$rows ]);
	for my $choice (choices(@metrics))
	{
		my @deciding = grep { $adds_up{$_} } @$choice;
		@deciding = @$choice unless @deciding;
		my $where = join ' OR ', map { $_ eq 'interaction_event_types' ? "\"$_\" IS NOT NULL" : "\"$_\" <> 0" } @deciding;

		$session->query('DROP FOREIGN TABLE IF EXISTS mine; CREATE FOREIGN TABLE mine ('
			  . join(', ', "day date OPTIONS (field 'segments.date')", (map { "k$_ text OPTIONS (field '$keys[$_]')" } 0 .. $#keys),
				map { "\"$_\" " . ($_ eq 'interaction_event_types' ? 'jsonb' : 'numeric') . " OPTIONS (field 'metrics.$_')" } @$choice)
			  . ") SERVER google OPTIONS (resource '$resource')");
		is_part(\@keys, $choice, "($where)", "day BETWEEN '$since' AND '$until'", "$name: " . join(' and ', @$choice));
	}
}

sub encoded
{
	my ($text) = @_;
	utf8::encode($text) if utf8::is_utf8($text);
	return $text;
}

# Meta: a row that comes is a row, whatever is asked for.  The world knows the
# first ones as columns; of the others the rows count, and that each has one.
my %columns = (impressions => 'impressions', clicks => 'clicks', inline_link_clicks => 'inline_link_clicks',
	reach => 'reach', frequency => 'frequency', spend => 'spend', 'adpipe.conversions' => 'conversions',
	'adpipe.conversions_value' => 'conversions_value');
my @others = qw(cpm cpc ctr cpp unique_clicks inline_post_engagement inline_link_click_ctr actions.purchase action_values.purchase
  cost_per_action_type.lead purchase_roas.omni_purchase outbound_clicks.outbound_click video_play_actions.video_view
  conversions.contact_total actions.omni_purchase.7d_click);
for my $level (qw(account campaign adset ad))
{
	my $rows = $sim->world(platform => 'meta', resource => "${level}_daily", since => $since, until => $until,
		accounts => '2345678901234567');
	my @ids = map { "${_}_id" } grep { $level ne 'account' } $level;
	my @keys = ('date_start', @ids);
	my @known = sort keys %columns;

	cmp_ok(scalar @$rows, '>', 0, "$level: the world has rows (" . @$rows . ')');
	keep_world(\@keys, \@known, [ map { my $row = $_;
			[ (map { quote($_) } $row->{date_day}, map { $row->{$_} } @ids), map { defined ? quote($_) : undef } @$row{ @columns{@known} } ] } @$rows ]);
	for my $choice (choices(@known, @others))
	{
		my @compared = grep { $columns{$_} } @$choice;
		$session->query('DROP FOREIGN TABLE IF EXISTS mine; CREATE FOREIGN TABLE mine ('
			  . join(', ', "day date OPTIONS (field 'date_start')", (map { "k$_ text OPTIONS (field '$keys[$_]')" } 0 .. $#keys),
				map { "\"$_\" numeric OPTIONS (field '$_')" } @$choice)
			  . ") SERVER meta OPTIONS (level '$level')");
		is_part(\@keys, \@compared, 'true', "day BETWEEN '$since' AND '$until'", "$level: " . join(' and ', @$choice));
	}
}

done_testing();
