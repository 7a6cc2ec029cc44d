# Rows over several attribution settings: conversions that Meta reports are not
# lost, those that it does not report are NULL and never 0, and every way to one
# number gives the same.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Encode ();
use Cpanel::JSON::XS;
use Test::More;

my $seed = $ENV{ADPIPE_SEED} // time;
note "ADPIPE_SEED=$seed";
srand $seed;

my $now = '2026-11-20T12:00:00Z';
my ($since, $until) = ('2026-11-09', '2026-11-15');
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
meta_server($node, $sim, options => { account_id => '4567890123456789, 2345678901234567' });
my $session = session($node);
$session->query(<<'END');
CREATE FOREIGN TABLE meta.elements (date_day date OPTIONS (field 'date_start'), campaign_id text,
    omni numeric OPTIONS (field 'actions.omni_purchase'), omni_value numeric OPTIONS (field 'action_values.omni_purchase'),
    links numeric OPTIONS (field 'actions.link_click'), conversions numeric OPTIONS (field 'adpipe.conversions'),
    value numeric OPTIONS (field 'adpipe.conversions_value')) SERVER meta OPTIONS (level 'campaign', conversion_actions 'omni_purchase');
END

# One row as Meta would report it.
sub answer
{
	my (%row) = @_;
	$sim->faults([ { match => { path => '/insights' }, action => { status => 200, body => Cpanel::JSON::XS->new->encode({ data => [ { campaign_id => '1',
						impressions => '10', date_start => '2026-11-10', date_stop => '2026-11-10', %row } ] }) } } ]);
	return $session->query("SELECT conversions, value, omni, omni_value, links FROM meta.elements WHERE date_day = '2026-11-10' LIMIT 1");
}

sub list { return [ map { { action_type => $_->[0], value => $_->[1] } } @_ ]; }

subtest 'the answer decides, not the label' => sub {
	my $told = list([ omni_purchase => '10' ], [ link_click => '7' ]);
	for my $label ('7d_click_1d_view', 'mixed', 'Mixed', 'multiple', undef)
	{
		is(answer(attribution_setting => $label, actions => $told, action_values => list([ omni_purchase => '99.5' ])),
			'10|99.5|10|99.5|7', 'what is there is passed on: ' . ($label // 'no label'));
	}
	is(answer(actions => list([ link_click => '7' ])), '0|0|0|0|7', 'what is missing is 0 without a label');
	is(answer(attribution_setting => $_, actions => list([ link_click => '7' ])), '0|0|0|0|7', "or with one setting: $_")
		for qw(1d_click 7d_click_1d_view 7d_click_1d_view_1d_ev 28d_click);
	for my $label ('mixed', 'multiple', 'Multiple attribution settings')
	{
		my @row = (attribution_setting => $label);
		is(answer(@row), '||||', "$label: nothing there says nothing");
		is(answer(@row, actions => []), '||||', "$label: neither does an empty list");
		is(answer(@row, actions => list([ link_click => '7' ], [ landing_page_view => '3' ])), '||||7', "$label: nor what happens on Meta");
		is(answer(@row, actions => [ { action_type => 'omni_purchase', '1d_click' => '8' }, { action_type => 'link_click', value => '7' } ]), '||||7',
			"$label: nor an element without its amount");
		is(answer(@row, actions => list([ omni_add_to_cart => '3' ])), '0|0|0|0|0', "$label: an amount from outside Meta shows that the others are none");
		is(answer(@row, action_values => list([ purchase => '3' ])), '0|0|0|0|0', "$label: in either list");
	}
};

# The world of the simulator: every table, whatever such rows hold.
sub rows_of
{
	my ($table, $key, @metrics) = @_;
	my @columns = ('account_id', 'date_day', @$key, @metrics);
	my @expected = sort map { my $row = $_; Encode::encode('UTF-8', join '|', map { $row->{$_} // '' } @columns) }
	  @{ $sim->world(platform => 'meta', resource => $table, since => $since, until => $until, accounts => '4567890123456789,2345678901234567') };
	my $sql = join ', ', map { /conv|action_(count|value)/ ? "trim_scale($_)" : $_ } @columns;
	my @read = sort split /\n/, $session->query("SELECT $sql FROM meta.$table WHERE date_day BETWEEN '$since' AND '$until'");
	my %is_expected = map { $_ => 1 } @expected;
	my %is_read = map { $_ => 1 } @read;
	is(join("\n", 'too many', grep({ !$is_expected{$_} } @read), 'too few', grep { !$is_read{$_} } @expected), "too many\ntoo few", "$table: the rows of the world");
	is(scalar @read, scalar @expected, "$table: as many, " . scalar @expected);
	return;
}

# Lets ad sets have settings at random.
sub mix
{
	my @adsets = split /\n/, $session->query('SELECT DISTINCT account_id, adset_id FROM meta.adsets');
	my @settings = qw(1d_click 7d_click 7d_click_1d_view 7d_click_1d_view_1d_ev);
	for my $adset (@adsets)
	{
		my ($account, $id) = split /\|/, $adset;
		$sim->change($account, "adset/$id/attribution_setting", $settings[ rand @settings ], 'meta') if rand() < 0.5;
	}
	return;
}

for my $round (1 .. $ENV{ADPIPE_ROUNDS} // 3)
{
	subtest "world $round" => sub {
		$sim->reset;
		$sim->clock($now);
		mix();
		for my $mode (qw(amounts windows absent turns))
		{
			$sim->settings({ meta_mixed => $mode });
			my $mixed = $session->query("SELECT count(*) FILTER (WHERE attribution_setting = 'mixed'), count(*) FROM meta.campaign_daily WHERE date_day BETWEEN '$since' AND '$until'");
			like($mixed, qr/^[1-9]\d*\|/, "$mode: rows over several settings, and all: $mixed");
			rows_of('campaign_daily', ['campaign_id'], qw(conversions conversions_value));
			rows_of('account_daily', [], qw(conversions conversions_value));
			rows_of('campaign_action_daily', [ 'campaign_id', 'action_type' ], qw(action_count action_value));
		}
		# Sums of ad sets, which have one setting each; without a bar, since
		# conversions with one do not add up.
		$sim->settings({ meta_mixed => 'amounts' });
		for my $setting ('omni_purchase', 'purchase,lead', 'offsite_conversion.fb_pixel_custom.회원 가입 "무료"', 'link_click')
		{
			$session->query("ALTER SERVER meta OPTIONS (" . ($session->query("SELECT 'conversion_actions' = ANY (SELECT split_part(unnest(srvoptions), '=', 1)) FROM pg_foreign_server WHERE srvname = 'meta'") eq 't' ? 'SET' : 'ADD')
				  . ' conversion_actions ' . quote($setting) . ')');
			for my $grain ([ 'campaign_daily', 'account_id, date_day, campaign_id' ], [ 'account_daily', 'account_id, date_day' ])
			{
				my ($table, $key) = @$grain;
				is($session->query(<<"END"), '0|0|t', "$setting: $table is the sum of its ad sets");
WITH above AS MATERIALIZED (SELECT $key, conversions, conversions_value FROM meta.$table WHERE date_day BETWEEN '$since' AND '$until'),
below AS MATERIALIZED (SELECT $key, sum(conversions) AS conversions, sum(conversions_value) AS conversions_value, count(*) - count(conversions) AS unknown
	FROM meta.adset_daily WHERE date_day BETWEEN '$since' AND '$until' GROUP BY $key)
SELECT count(*) FILTER (WHERE above.conversions <> below.conversions OR above.conversions_value <> below.conversions_value),
	count(*) FILTER (WHERE below.unknown > 0 OR above.conversions IS NULL AND below.conversions <> 0), count(above.conversions) > 0
FROM above FULL JOIN below USING ($key)
END
			}
		}
		$session->query('ALTER SERVER meta OPTIONS (DROP conversion_actions)');
	};
}

done_testing();
