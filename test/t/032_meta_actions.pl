# What counts as a conversion: conversion_actions to the letter, on random lists
# of actions.  A comma adds and binds weaker than a bar; a bar takes the first
# type that is in "actions"; the value is that of the same type, 0 if it is
# missing there; none of the types, or no list at all, is 0.

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

my $node = adpipe_cluster();
my $sim = simulator();
meta_server($node, $sim, options => { account_id => '1234567890123456' });
my $session = session($node);
my @types = qw(omni_purchase purchase offsite_conversion.fb_pixel_purchase
  offsite_conversion.custom.120210000000000001 lead onsite_conversion.lead_grouped);
my $rounds = $ENV{ADPIPE_ROUNDS} // 12;

sub chance { return rand() < $_[0]; }

# A list: some types in any order, some told for other windows only.
sub random_list
{
	my @list;
	for my $type ((shuffle @types)[ 0 .. rand @types ])
	{
		my %element = (action_type => $type);
		$element{value} = '' . (int(rand 400) / 4) if chance(0.85);
		$element{'7d_click'} = '' . int rand 50 if chance(0.3);
		push @list, \%element;
	}
	return \@list;
}

sub random_row
{
	my ($id) = @_;
	my %row = (campaign_id => "$id", campaign_name => "c$id", impressions => '1', clicks => '0', spend => '0',
		date_start => '2026-11-01', date_stop => '2026-11-01',
		attribution_setting => chance(0.1) ? 'mixed' : '7d_click_1d_view');
	$row{actions} = random_list() if chance(0.85);
	$row{action_values} = random_list() if chance(0.75);
	return \%row;
}

# A setting: types in any order with commas and bars between them.
sub random_setting
{
	my ($text, @chosen) = ('', (shuffle @types)[ 0 .. rand @types ]);
	for my $type (@chosen)
	{
		$text .= (chance(0.5) ? '|' : ',') . (chance(0.2) ? ' ' : '') if length $text;
		$text .= $type;
	}
	return $text;
}

# What a list tells of a type in the default window; undef if nothing.
sub told
{
	my ($list, $type) = @_;
	my ($element) = grep { $_->{action_type} eq $type } @{ $list // [] };
	return $element ? $element->{value} : undef;
}

# Whether a type that a row lacks is none there.  In a row over several settings
# an amount shows it, for what happens outside Meta one from outside Meta.
sub is_none
{
	my ($row, $type) = @_;
	my @told = map { $_->{action_type} } grep { defined $_->{value} } map { @{ $_ // [] } } @$row{qw(actions action_values)};
	return 1 if $row->{attribution_setting} ne 'mixed';
	return scalar grep { $type =~ /^onsite/ || !/^onsite/ } @told;
}

# Conversions and their value by the definition.
sub defined_by
{
	my ($row, $setting) = @_;
	my ($count, $value) = (0, 0);
	for my $group (split /,/, $setting)
	{
		my @types = map { s/^ +| +$//gr } split /\|/, $group;
		while (@types && !defined told($row->{actions}, $types[0]))
		{
			return ('', '') unless is_none($row, shift @types);
		}
		my $type = shift @types // next;
		$count += told($row->{actions}, $type);
		$value += told($row->{action_values}, $type) // 0;
	}
	return ($count + 0, $value + 0);
}

my $default = 'omni_purchase|purchase|offsite_conversion.fb_pixel_purchase';
for my $round (1 .. $rounds)
{
	my $setting = $round == 1 ? $default : random_setting();
	my @rows = map { random_row(1000 + $_) } 1 .. 150;
	my @expected = map { join '|', $_->{campaign_id}, defined_by($_, $setting) } @rows;

	$sim->faults([ { match => { path => '/insights' }, action => { status => 200,
					body => Cpanel::JSON::XS->new->canonical->pretty(chance(0.3))->encode({ data => \@rows }) } } ]);
	$session->query('ALTER FOREIGN TABLE meta.campaign_daily OPTIONS ('
		  . ($round == 2 ? 'ADD' : 'SET') . ' conversion_actions ' . quote($setting) . ')')
	  if $round > 1;
	is($session->query("SELECT campaign_id, trim_scale(conversions), trim_scale(conversions_value)"
			  . " FROM meta.campaign_daily WHERE date_day = '2026-11-01' ORDER BY 1"),
		join("\n", @expected), $setting);
}

# Types as rows: those of either list, each told for the default window; what
# the other list lacks is 0.
my @rows = map { random_row(2000 + $_) } 1 .. 150;
my @expected;
for my $row (@rows)
{
	my %is_told = map { $_->{action_type} => 1 } grep { defined $_->{value} }
	  @{ $row->{actions} // [] }, @{ $row->{action_values} // [] };
	push @expected, join '|', $row->{campaign_id}, $_,
	  map { ($_ // 0) + 0 } told($row->{actions}, $_), told($row->{action_values}, $_)
	  for sort keys %is_told;
}
$sim->faults([ { match => { path => '/insights' },
			action => { status => 200, body => Cpanel::JSON::XS->new->canonical->encode({ data => \@rows }) } } ]);
is($session->query("SELECT campaign_id, action_type, trim_scale(action_count), trim_scale(action_value)"
		  . " FROM meta.campaign_action_daily WHERE date_day = '2026-11-01' ORDER BY 1, 2"),
	join("\n", @expected), 'one row per type');

# Elements of lists as columns, with windows.
$session->query(<<'END');
CREATE FOREIGN TABLE meta.elements (date_day date OPTIONS (field 'date_start'), campaign_id text,
    purchases numeric OPTIONS (field 'actions.purchase'),
    purchases_7d numeric OPTIONS (field 'actions.purchase.7d_click'),
    custom numeric OPTIONS (field 'actions.offsite_conversion.custom.120210000000000001'),
    roas numeric OPTIONS (field 'purchase_roas.omni_purchase'),
    actions jsonb) SERVER meta OPTIONS (level 'campaign');
END
sub window
{
	my ($row, $type, $key, $of_default) = @_;
	my ($element) = grep { $_->{action_type} eq $type } @{ $row->{actions} // [] };
	return $element->{$key} + 0 if $element && defined $element->{$key};
	return $of_default && !is_none($row, $type) ? '' : 0;
}
is($session->query("SELECT campaign_id, trim_scale(purchases), trim_scale(purchases_7d), trim_scale(custom), roas"
		  . " FROM meta.elements WHERE date_day = '2026-11-01' ORDER BY 1"),
	join("\n", map { join '|', $_->{campaign_id}, window($_, 'purchase', 'value', 1), window($_, 'purchase', '7d_click'),
			window($_, 'offsite_conversion.custom.120210000000000001', 'value', 1), '' } @rows),
	'elements by type and window; a ratio that is not told is NULL');
like($sim->requests->[-1]{query}, qr/action_attribution_windows=\["default","7d_click"\]/, 'only windows that columns name are asked for');

# Values that are no numbers are refused, not added up.
$sim->faults([ { match => { path => '/insights' }, action => { status => 200, body => '{"data":[{"campaign_id":"1","impressions":"1","date_start":"2026-11-01","actions":['
				. '{"action_type":"purchase","value":"1"},{"action_type":"lead","value":"many"}]}]}' } } ]);
$session->query("ALTER FOREIGN TABLE meta.campaign_daily OPTIONS (SET conversion_actions 'purchase,lead')");
my $error = $session->query_error("SELECT conversions FROM meta.campaign_daily WHERE date_day = '2026-11-01'");
is($error->{sqlstate}, '22P02', 'a count that is no number is refused');
like($error->{message}, qr/value "many" of field "adpipe.conversions"/, 'and named');

for my $bad ('', ',', 'a,,b', 'a|', '|a', 'a||b', 'a,a', 'a|b,a', 'a b, a b ')
{
	my $refused = $session->query_error('ALTER SERVER meta OPTIONS (ADD conversion_actions ' . quote($bad) . ')');
	is($refused->{sqlstate}, '22023', "\"$bad\" is refused");
}
is($session->query("SELECT string_agg(DISTINCT additive, ',') FROM adpipe.columns WHERE wrapper = 'meta_ads' AND field LIKE 'adpipe.conversions%'"),
	'none', 'conversions by option are not said to add up: the usual setting has a bar');

done_testing();
