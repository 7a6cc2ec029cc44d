# The facts that decide how TikTok is read, each tested under its number in the
# platform's sheet.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Cpanel::JSON::XS;
use Test::More;
use Time::HiRes qw(time);

my $node = adpipe_cluster();
my $sim = simulator();
my $account = '7012345678901234567';
my $kiwi = '7034567890123456789';
my $session = session($node);

tiktok_server($node, $sim, options => { max_retries => 1 });
my $day = $node->safe_psql('postgres', 'SELECT current_date - 20');
my $rows = "SELECT count(*), sum(impressions), sum(spend) FROM tiktok.campaign_daily WHERE account_id = '$account' AND date_day = '$day'";

# The requests for reports since the last reset, their parameters as hashes.
sub reports
{
	return map { my %asked = map { split /=/, $_, 2 } split /&/, $_->{query}; \%asked } grep { $_->{path} =~ m{/report/integrated/get/$} } @{ $sim->requests };
}

# A statement that meets an answer with a code so many times.
sub with_code
{
	my ($code, $times, %more) = @_;
	$sim->faults([ { match => { path => '/report/' }, times => $times, action => { error => "$code", %more } } ]);
	my ($out, $error) = eval { $session->query($rows) };
	return $@ ? $session->query_error($rows) : $out;
}

my $right = $session->query($rows);

subtest '1. One host, one header' => sub {
	$sim->reset;
	$session->query("SELECT adpipe.forget('tiktok'); $rows");
	is((grep { $_->{token_in} ne 'header' || $_->{path} !~ m{^/open_api/v1\.3/.*/$} } @{ $sim->requests }), 0, 'every request has the token in the header, and a path that ends with a slash');
	is(grep({ $_->{query} =~ /tiktoktoken/ } @{ $sim->requests }), 0, 'and nowhere else');
};

subtest '2. Errors come under status 200; the code decides' => sub {
	my $started = time;
	is(with_code(40100, 1), $right, 'too many requests are waited for');
	cmp_ok(time - $started, '>=', 2, 'for seconds');
	is(with_code(50000, 1), $right, 'a system error is tried again');
	my %class = (40105 => '28000', 40102 => '28000', 40001 => '28000', 40002 => 'HV00L', 49999 => 'HV00L', 20001 => 'HV00L', 59999 => 'HV00M');
	for my $code (sort keys %class)
	{
		$sim->faults([ { match => { path => '/report/' }, action => { error => "$code", message => "metrics: nothing_$code" } } ]);
		my $error = $session->query_error($rows);
		is($error->{sqlstate}, $class{$code}, "$code is an error of its class");
		like($error->{detail}, qr/error $code, request id \S+: metrics: nothing_$code|after 2 attempts: metrics: nothing_59999/, 'with the platform\'s words, code and request id');
	}
	$sim->faults([]);
	is($session->query($rows), $right, 'the session goes on');
};

subtest '3. Values are texts, and a hyphen is NULL' => sub {
	for my $none ('-', '')
	{
		$sim->faults([ { match => { path => '/report/' }, action => { substitute => [ '"clicks": "\d+"', "\"clicks\": \"$none\"" ] } } ]);
		is($session->query("SELECT count(*) > 0, count(clicks) FROM tiktok.campaign_daily WHERE account_id = '$account' AND date_day = '$day'"), 't|0', "\"$none\" is NULL");
	}
	$sim->faults([]);
	$sim->settings({ tiktok_decimal_counts => Cpanel::JSON::XS::true });
	is($session->query($rows), $right, 'a count written as 12.0 is 12');
	$sim->reset;
	is($session->query("SELECT count(complete_payment), count(conversions_value), count(*) > 0 FROM tiktok.ad_daily WHERE account_id = '$account' AND campaign_name = 'App | Installs' AND date_day = '$day'"),
		'0|0|t', 'purchases on web sites do not apply to campaigns of apps');
	is($session->query("SELECT DISTINCT length(campaign_id) FROM tiktok.campaigns"), '16', 'ids are texts of any length');
};

subtest '4. Lists in the query string are JSON' => sub {
	$sim->reset;
	$session->query("SELECT clicks FROM tiktok.ad_daily WHERE account_id = '$account' AND campaign_id IN ('1700000000000001', '1700000000000010') AND date_day = '$day'");
	my ($asked) = reports();
	is_deeply(Cpanel::JSON::XS->new->decode($asked->{dimensions}), [ 'ad_id', 'stat_time_day' ], 'dimensions');
	ok((grep { $_ eq 'clicks' } @{ Cpanel::JSON::XS->new->decode($asked->{metrics}) }), 'metrics');
	my ($ids) = grep { $_->{field_name} eq 'campaign_ids' } @{ Cpanel::JSON::XS->new->decode($asked->{filtering}) };
	is($ids->{filter_value}, '["1700000000000001","1700000000000010"]', 'the values of a filter are JSON in a text');
	is($session->query("SET adpipe.pushdown = off; SELECT count(*), sum(clicks) FROM tiktok.ad_daily WHERE campaign_id IN ('1700000000000001', '1700000000000010') AND date_day = '$day'"),
		$session->query("RESET adpipe.pushdown; SELECT count(*), sum(clicks) FROM tiktok.ad_daily WHERE campaign_id IN ('1700000000000001', '1700000000000010') AND date_day = '$day'"),
		'the same rows without the filter');
	$sim->reset;
	$session->query("SELECT count(*) FROM tiktok.ad_daily WHERE account_id = '$account' AND campaign_id = ANY (ARRAY(SELECT (1700000000000000 + i)::text FROM generate_series(1, 101) i)) AND date_day = '$day'");
	my @lists = map { grep { $_->{field_name} eq 'campaign_ids' } @{ Cpanel::JSON::XS->new->decode($_->{filtering}) } } reports();
	is(join(' ', sort { $a <=> $b } map { scalar @{ Cpanel::JSON::XS->new->decode($_->{filter_value}) } } @lists) =~ s/^(\d+) \1 (\d+) \2$/$1 $2/r, '1 100', 'a request has at most a hundred ids');
};

subtest '5. Thirty days a request, in the account\'s zone, both ends included' => sub {
	$sim->reset;
	my $sums = 'SELECT count(*), sum(impressions), sum(spend), min(date_day), max(date_day) FROM tiktok.account_daily';
	is($session->query("$sums WHERE account_id = '$account' AND date_day BETWEEN current_date - 70 AND current_date - 6"),
		$session->query(join ' UNION ALL ', map { "SELECT sum(n), sum(i), sum(s), min(a), max(b) FROM ($_) q" }
			  join ' UNION ALL ', map { "SELECT count(*) AS n, sum(impressions) AS i, sum(spend) AS s, min(date_day) AS a, max(date_day) AS b FROM tiktok.account_daily WHERE account_id = '$account' AND date_day BETWEEN $_" }
			  ('current_date - 70 AND current_date - 50', 'current_date - 49 AND current_date - 49', 'current_date - 48 AND current_date - 6')),
		'65 days are the sum of their parts');
	my @asked = reports();
	is(scalar(grep { $node->safe_psql('postgres', "SELECT '$_->{end_date}'::date - '$_->{start_date}' < 30") eq 't' } @asked), scalar @asked, 'no range is longer');
	is($asked[0]{start_date}, $node->safe_psql('postgres', 'SELECT current_date - 70'), 'the first day is asked for');
	$sim->reset;
	my $now = '2026-11-20T12:30:00Z';
	$sim->clock($now);
	is($session->query("SET adpipe.debug_now = '$now'; SELECT max(date_day) FROM tiktok.account_daily WHERE account_id = '$kiwi' AND date_day >= '2026-11-15'; RESET adpipe.debug_now"),
		'2026-11-21', 'today is that of the account');
	is((reports())[0]{end_date}, '2026-11-21', 'and it is asked for');
	$sim->clock(undef);
};

subtest '6. One id, one time, and audiences apart' => sub {
	$sim->reset;
	$session->query("SELECT count(*) FROM tiktok.campaign_age_gender_daily WHERE account_id = '$account' AND date_day = '$day'");
	$session->query("SELECT count(*) FROM tiktok.campaign_country_daily WHERE account_id = '$account' AND date_day = '$day'");
	my @asked = grep { $_->{filtering} !~ /PROMOTE/ } reports();
	is("$asked[0]{report_type} $asked[0]{dimensions}", 'AUDIENCE ["campaign_id","stat_time_day","age","gender"]', 'age and gender');
	is("$asked[1]{report_type} $asked[1]{dimensions}", 'BASIC ["campaign_id","stat_time_day","country_code"]', 'country');
};

subtest '7. Reports leave out what is deleted unless they are asked for it' => sub {
	my %sum = map { $_ => $session->query("SELECT sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(video_play_actions), sum(likes) FROM tiktok.${_}_daily WHERE account_id = '$account' AND date_day BETWEEN '$day'::date - 5 AND '$day'") } qw(account campaign adgroup ad);
	is($sum{$_}, $sum{account}, "the sum of $_ rows is that of the account") for qw(campaign adgroup ad);
	my %kept = map { split /\|/ } split /\n/, $session->query("SELECT 'ads', count(*) FROM tiktok.ads WHERE secondary_status LIKE '%_DELETE' AND account_id = '$account' UNION ALL SELECT 'campaigns', count(*) FROM tiktok.campaigns WHERE secondary_status LIKE '%_DELETE' OR campaign_name LIKE 'Promote%'");
	cmp_ok($kept{ads}, '>', 0, 'deleted ads are listed');
	cmp_ok($kept{campaigns}, '>=', 10, 'and deleted and promoted campaigns');
};

subtest '8. Conversions by the day of the impression, and by their own' => sub {
	my ($n, $differ) = split /\|/, $session->query("SELECT count(*), count(*) FILTER (WHERE conversions <> real_time_conversion) FROM tiktok.account_daily WHERE date_day BETWEEN '$day'::date - 5 AND '$day'");
	cmp_ok($differ, '>', 0, 'are two columns');
	is($session->query("SELECT count(*) FROM adpipe.columns WHERE wrapper = 'tiktok_ads' AND field = 'real_time_conversion' AND description LIKE '%never add both%'"), '6', 'that warn of each other');
	is($session->query("SELECT DISTINCT field FROM adpipe.columns WHERE wrapper = 'tiktok_ads' AND column_name = 'conversions'"), 'conversion', 'conversions are those of the impression');
};

subtest '9. total_complete_payment_rate is the value of purchases' => sub {
	is($session->query("SELECT DISTINCT field, additive FROM adpipe.columns WHERE wrapper = 'tiktok_ads' AND column_name = 'conversions_value'"), 'total_complete_payment_rate|days, entities, breakdowns', 'it adds up');
	is($session->query("SELECT sum(conversions_value) > 1000 * sum(complete_payment) FROM tiktok.account_daily WHERE account_id = '$account' AND date_day BETWEEN '$day'::date - 5 AND '$day'"), 't', 'and is money');
};

subtest '10. A rate limit is waited for, or says when to come back' => sub {
	$sim->reset;
	$sim->faults([ { match => { path => '/report/' }, action => { error => '40100', message => 'App 1 is temporarily restricted.' } } ]);
	my $error = $session->query_error("SET adpipe.max_wait = '5s'; $rows");
	is($error->{sqlstate}, '53400', 'a restriction of minutes is not waited for');
	like("$error->{detail} $error->{hint}", qr/Come back at|come back/i, 'and says when to come back');
	$session->query("RESET adpipe.max_wait; SELECT adpipe.forget('tiktok')");
	$sim->faults([]);
	is($session->query($rows), $right, 'afterwards the session goes on');
};

done_testing();
