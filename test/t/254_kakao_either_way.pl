# What nobody has confirmed of Kakao Moment is safe either way: each table has the
# rows of the world, or says what is wrong, whichever way the platform goes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

# Noon of a day in Korea, for the platform and for adpipe.
my $now = '2026-11-29T03:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nadpipe.debug_rate_pct = 0\n");
my $sim = simulator();
my ($since, $until) = ('2026-11-16', '2026-11-17');
my $account = '700101';

kakao_server($node, $sim, options => { max_retries => 0, account_id => $account });

# A table, in a new session that has not learnt the platform's ways, is the world.
sub is_world_of
{
	my ($table, $what) = @_;
	my @columns = table_columns($node, "kakao.$table");
	my $is_daily = $table =~ /_daily$/;
	my @rows = map { my $row = $_; [ map { literal($row->{ $_->[0] } // $row->{ $_->[1] }, $_->[2]) } @columns ] }
	  @{ $sim->world(platform => 'kakao_moment', resource => $table, accounts => $account, $is_daily ? (since => $since, until => $until) : ()) };
	die "$table: no rows" unless @rows;
	subtest "$what: $table" => sub { same_rows($node, "kakao.$table", $is_daily ? "WHERE date_day BETWEEN '$since' AND '$until'" : '', \@rows) };
	return;
}

# The platform under some settings.
sub platform
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings({ kakao_throttle_pct => 0, %settings });
	return;
}

my @daily = qw(account_daily campaign_daily ad_group_daily creative_daily campaign_age_gender_daily campaign_device_daily);
my @ways = (
	[ 'as it is thought to be', {}, @daily, qw(campaigns ad_groups creatives) ],
	[ 'lists that are bare arrays', { kakao_bare_lists => \1 }, qw(creative_daily campaigns creatives) ],
	[ 'deleted objects are listed only where they are asked for', { kakao_lists_deleted => \0 }, qw(creative_daily campaigns ad_groups creatives) ],
	[ 'no list has deleted objects', { kakao_lists_deleted => \0, kakao_lists_filter => 'ON' }, qw(account_daily campaign_daily creative_daily campaigns creatives) ],
	[ 'the account has no level', { kakao_level_refused => 'adAccounts' }, @daily ],
	[ 'no report has a level', { kakao_level_refused => 'adAccounts,campaigns,adGroups,creatives' }, @daily ],
	[ 'ids below campaigns need these', { kakao_level_refused => 'adAccounts', kakao_campaign_needed => \1 }, qw(campaign_daily ad_group_daily creative_daily) ],
	[ 'ids with commas only', { kakao_level_refused => 'adAccounts', kakao_ids => 'comma' }, qw(campaign_daily ad_group_daily) ],
	[ 'ids that are repeated only', { kakao_level_refused => 'adAccounts', kakao_ids => 'repeated' }, qw(campaign_daily ad_group_daily) ],
	[ 'age bands', { kakao_age_name => 'AGE_BAND' }, 'campaign_age_gender_daily' ],
	[ 'age bands under their own key', { kakao_age_name => 'AGE_BAND', kakao_age_key => 'age_band' }, 'campaign_age_gender_daily' ],
	[ 'BASIC has the cost of messages', { kakao_message_basic => \1 }, qw(account_daily campaign_daily) ],
	[ 'messages have conversions', { kakao_message_conversions => \1 }, qw(account_daily campaign_daily creative_daily) ],
	[ 'no words beside data', { kakao_envelope => 'bare' }, 'campaign_daily' ],
	[ 'a code beside data', { kakao_envelope => 'both' }, 'campaign_daily' ],
	[ 'camel case', { kakao_camel_case => \1 }, qw(campaign_daily ad_group_daily campaign_device_daily) ],
	[ 'fractions of zeros', { kakao_decimals => \1 }, qw(account_daily campaign_daily) ],
	[ 'a unit of days by default', { kakao_default_unit => 'DAY' }, 'campaign_daily' ],
	[ 'one throttle for all reports', { kakao_throttle_shared => \1 }, 'campaign_daily' ],
	[ 'refused tokens without a code', { kakao_401_code => \0 }, 'campaign_daily' ]);
for my $way (@ways)
{
	my ($what, $settings, @tables) = @$way;
	platform(%$settings);
	is_world_of($_, $what) for @tables;
}

# Ids that no list has cannot be asked for: then the account's total says that
# something is missing.
platform(kakao_lists_deleted => \0, kakao_lists_filter => 'ON', kakao_level_refused => 'adAccounts,campaigns,adGroups,creatives');
my $whole = $node->safe_psql('postgres', "SELECT sum(spend) FROM kakao.account_daily WHERE date_day = '$since'");
my ($status, $out, $err) = $node->psql('postgres', "SELECT sum(spend) FROM kakao.creative_daily WHERE date_day = '$since'");
ok($status != 0 || $out eq $whole || $err =~ /WARNING/, 'what is in no list is not left out without a word') or diag("$out of $whole");

# Today is refused or left out of ranges; it is a call of its own.
for my $today (qw(excluded refused))
{
	platform(kakao_today => $today);
	my $world = $sim->world(platform => 'kakao_moment', resource => 'account_daily', accounts => $account, since => '2026-11-28', until => '2026-11-29');
	my @columns = table_columns($node, 'kakao.account_daily');
	same_rows($node, 'kakao.account_daily', "WHERE date_day >= '2026-11-28'", [ map { my $row = $_; [ map { literal($row->{ $_->[0] } // $row->{ $_->[1] }, $_->[2]) } @columns ] } @$world ]);
}

# Before 08:10 in Korea yesterday is short, or is not there.
$sim->clock('2026-11-28T22:00:00Z');
for my $is_empty (0, 1)
{
	platform(kakao_morning_empty => $is_empty ? \1 : \0);
	$sim->clock('2026-11-28T22:00:00Z');
	my $world = $sim->world(platform => 'kakao_moment', resource => 'account_daily', accounts => $account, since => '2026-11-27', until => '2026-11-28');
	is(scalar @$world, 2 - $is_empty, 'the world has what there is');
	my @columns = table_columns($node, 'kakao.account_daily');
	same_rows($node, 'kakao.account_daily', "WHERE date_day BETWEEN '2026-11-27' AND '2026-11-28'", [ map { my $row = $_; [ map { literal($row->{ $_->[0] } // $row->{ $_->[1] }, $_->[2]) } @columns ] } @$world ]);
}

# A call that comes too soon, in each of the platform's words for it.
for my $words ('-813', '-10', '-10/429')
{
	platform(kakao_throttle_pct => 20, kakao_throttle_error => $words);
	$node->safe_psql('postgres', "ALTER SERVER kakao OPTIONS (SET max_retries '0')");
	my $error = sql_error($node, "SET adpipe.max_wait = 0; SELECT count(*) FROM kakao.account_daily WHERE date_day = '$since'; SELECT adpipe.forget('kakao'); SELECT count(*) FROM kakao.account_daily WHERE date_day = '$until'");
	is($error->{sqlstate}, '53400', "$words: an error that is about time");
	like(join(' ', map { $_ // '' } @$error{qw(message detail hint)}), qr/Come back|adpipe\.max_wait/, "$words: with the time to come back");
}

# The options of a table.
platform();
for my $case ([ { conversion_window => '1d' }, {} ], [ { conversion_events => 'purchase,signup' }, {} ], [ {}, { vat => 'exclude' } ])
{
	my ($both, $vat) = @$case;
	my %options = (%$both, %$vat);
	my ($option, $value) = %options;
	$node->safe_psql('postgres', "ALTER SERVER kakao OPTIONS (ADD $option '$value')");
	my $rows = $sim->world(platform => 'kakao_moment', resource => 'campaign_daily', accounts => $account, since => $since, until => $until, %options);
	is_deeply(
		[ split /\n/, $node->safe_psql('postgres', "SELECT campaign_id, date_day, spend, conversions FROM kakao.campaign_daily WHERE date_day BETWEEN '$since' AND '$until' ORDER BY 1, 2") ],
		[ sort map { join '|', @$_{qw(campaign_id date_day spend)}, $_->{conversions} // '' } @$rows ], "$option $value");
	$node->safe_psql('postgres', "ALTER SERVER kakao OPTIONS (DROP $option)");
}

done_testing();
