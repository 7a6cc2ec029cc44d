# Public sample rows of a loader, served in the shape of the API, come back with
# the spend, clicks and conversions that the files themselves add up to.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use List::Util qw(sum0);
use Test::More;

my $folder = $ENV{ADPIPE_SAMPLES} // '';
plan skip_all => 'the sample files are not here'
  unless -r "$folder/facebook_ads_basic_ad_data.csv";

my $node = adpipe_cluster();
my $sim = simulator(args => [ '--seeds', $folder ]);
# Every day that the platform keeps, by ads: which takes a run per account.
meta_server($node, $sim, schema => 'common', options => { unbounded => 'allow' });
my $session = session($node);

# The rows of a file as hashes; none of its fields holds a comma or a quote.
sub rows
{
	my ($name) = @_;
	open my $file, '<', "$folder/facebook_ads_${name}_data.csv" or die "$name: $!";
	chomp(my ($head, @lines) = <$file>);
	my @names = split /,/, $head =~ s/\r|^\xef\xbb\xbf//gr;
	return map { my %row; @row{@names} = split /,/, s/\r//r, -1; \%row } @lines;
}

# Sums of types by ad and day, in hundredths, so that adding up is exact.
sub by_ad_and_day
{
	my %sums;
	$sums{"$_->{ad_id} $_->{date}"}{ $_->{action_type} } += sprintf '%.0f', 100 * $_->{value} for @_;
	return \%sums;
}

my @basic = rows('basic_ad');
my $counts = by_ad_and_day(rows('basic_ad_actions'));
my $values = by_ad_and_day(rows('basic_ad_action_values'));

# Conversions and their value by the definition of conversion_actions.
sub converted
{
	my ($setting) = @_;
	my ($count, $value) = (0, 0);
	for my $day (keys %$counts)
	{
		for my $group (split /,/, $setting)
		{
			my ($type) = grep { defined $counts->{$day}{$_} } split /\|/, $group;
			next unless defined $type;
			$count += $counts->{$day}{$type};
			$value += $values->{$day}{$type} // 0;
		}
	}
	return ($count / 100, $value / 100);
}

my @settings = ('omni_purchase|purchase|offsite_conversion.fb_pixel_purchase', 'lead',
	'offsite_conversion.fb_pixel_lead', 'lead|offsite_conversion.fb_pixel_lead',
	'offsite_conversion.fb_pixel_lead|lead', 'lead,offsite_conversion.fb_pixel_lead');
my $is_first = 1;
my %seen;
for my $setting (@settings)
{
	my ($count, $value) = converted($setting);
	my $spend = sum0(map { sprintf '%.0f', 1e6 * $_->{spend} } @basic) / 1e6;

	$session->query('ALTER SERVER meta OPTIONS (' . ($is_first ? 'ADD' : 'SET') . ' conversion_actions ' . quote($setting) . ')');
	$is_first = 0;
	$seen{$count} = 1;
	is($session->query('SELECT trim_scale(sum(spend)), sum(clicks), trim_scale(sum(conversions)), trim_scale(sum(conversions_value)) FROM meta.ad_report'),
		join('|', $spend, sum0(map { $_->{inline_link_clicks} } @basic), $count, $value), $setting);
}
cmp_ok(scalar keys %seen, '>=', 3, 'the settings differ in what they count');

done_testing();
