# One table over every platform: the shape that all share, and the recipes of
# doc/cross_platform.md, which send nothing to a platform that is ruled out.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, schema => 'common');
meta_server($node, $sim, schema => 'common');
appsflyer_server($node, $sim, name => 'appsflyer', schema => 'common');
tiktok_server($node, $sim, schema => 'common');
naver_server($node, $sim, schema => 'common');
kakao_server($node, $sim, schema => 'common');

# Names, order and types of a table's columns.
sub columns
{
	my ($table) = @_;
	return $node->safe_psql('postgres', <<"END");
SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
                  ', ' ORDER BY attnum)
FROM pg_attribute WHERE attrelid = '$table'::regclass AND attnum > 0
END
}

my $first = 'platform text NOT NULL, account_id text NOT NULL, account_name text, date_day date NOT NULL, currency text';
my $metrics = 'impressions bigint, clicks bigint, spend numeric, conversions numeric, conversions_value numeric';
my %grain = (
	account_report => '',
	campaign_report => 'campaign_id text, campaign_name text, ',
	ad_group_report => 'campaign_id text, campaign_name text, ad_group_id text, ad_group_name text, ',
	ad_report => 'campaign_id text, campaign_name text, ad_group_id text, ad_group_name text, ad_id text, ad_name text, ');
for my $table (sort keys %grain)
{
	is(columns("$_.$table"), "$first, $grain{$table}$metrics", "$_.$table has the common shape")
	  for qw(google meta tiktok naver kakao);
}
# Whatever platform comes: from the catalogue, and as a table of one's own.
is($node->safe_psql('postgres', <<'END'), '', 'catalogue: every ad platform has each table, in one shape');
WITH shapes AS (
    SELECT wrapper, report, string_agg(column_name || ' ' || type, ', ' ORDER BY column_name) AS shape
    FROM adpipe.columns WHERE report ~ '^(account|campaign|ad_group|ad)_report$' GROUP BY 1, 2)
SELECT string_agg(report, ' ') FROM (
    SELECT report FROM shapes GROUP BY report
    HAVING count(DISTINCT shape) > 1 OR count(*) <> (SELECT count(DISTINCT wrapper) FROM shapes)) x
END
# Finer tables are of those platforms that report them in one meaning.
is($node->safe_psql('postgres', <<'END'), <<'END' =~ s/\n\z//r, 'finer tables: one shape each, on two platforms or more');
WITH shapes AS (
    SELECT wrapper, report, string_agg(column_name || ' ' || type, ', ' ORDER BY column_name) AS shape
    FROM adpipe.columns JOIN adpipe.reports USING (wrapper, report)
    WHERE remote_schema = 'common' AND report ~ '^(video|hourly|country|conversion|device)_report$' GROUP BY 1, 2)
SELECT report, count(DISTINCT shape), string_agg(wrapper, ' ' ORDER BY wrapper) FROM shapes GROUP BY report ORDER BY report
END
conversion_report|1|google_ads meta_ads
country_report|1|meta_ads tiktok_ads
device_report|1|google_ads kakao_moment meta_ads naver_searchad
hourly_report|1|google_ads meta_ads
video_report|1|meta_ads tiktok_ads
END
for my $table (sort keys %grain)
{
	is($node->safe_psql('postgres', "CREATE TABLE $table (LIKE google.$table); SELECT adpipe.register_report('$table', 'own')"), $table, "register_report() takes the shape of $table");
}
is( columns('appsflyer.tracker_report'),
	"$first, agency text, media_source text, campaign_name text, impressions bigint, clicks bigint, installs bigint, "
	  . 'sessions bigint, loyal_users bigint, spend numeric, revenue numeric',
	'tracker_report has its shape');
is( columns('appsflyer.tracker_event_report'),
	"$first, agency text, media_source text, campaign_name text, event_name text, unique_users bigint, event_count bigint, revenue numeric",
	'tracker_event_report has its shape');

# How many requests for rows each platform got since the last reset.
sub asked
{
	my %asked = (google => 0, meta => 0);
	for my $request (@{ $sim->requests })
	{
		$asked{google}++ if ($request->{query} // '') =~ /segments\.date/;
		$asked{meta}++ if $request->{path} =~ m{/insights};
	}
	return "google $asked{google}, meta $asked{meta}";
}

my $bound = 'date_day BETWEEN current_date - 22 AND current_date - 20';
my $rows_of = 'SELECT count(*), sum(clicks), sum(spend), sum(conversions) FROM';
my $separate = join "\n", map { $node->safe_psql('postgres', "$rows_of $_.campaign_report WHERE $bound") } qw(google meta);
like($separate, qr/^[1-9].*\n[1-9]/, 'both platforms have rows');

$sim->reset;
$node->safe_psql('postgres', <<'END');
CREATE SCHEMA ads;
CREATE VIEW ads.every_campaign AS
    SELECT * FROM google.campaign_report UNION ALL SELECT * FROM meta.campaign_report;
CREATE TABLE ads.campaign_report (LIKE google.campaign_report) PARTITION BY LIST (platform);
ALTER TABLE ads.campaign_report ATTACH PARTITION google.campaign_report FOR VALUES IN ('google_ads');
ALTER TABLE ads.campaign_report ATTACH PARTITION meta.campaign_report FOR VALUES IN ('meta_ads');
END
is(scalar(@{ $sim->requests }), 0, 'making the view and attaching the partitions sends nothing');

my %accounts;
for my $relation (qw(ads.every_campaign ads.campaign_report))
{
	my $by_platform = "SELECT count(*), sum(clicks), sum(spend), sum(conversions) FROM $relation WHERE $bound GROUP BY platform ORDER BY platform";
	is($node->safe_psql('postgres', $by_platform), $separate, "$relation: each platform's rows");
	my $plan = $node->safe_psql('postgres', "EXPLAIN (COSTS OFF) $by_platform");
	is(() = $plan =~ /Async Foreign Scan/g, 2, "$relation: scanned asynchronously") or diag($plan);

	# A platform that is ruled out.
	for my $case ([ "platform = 'meta_ads'", 0, 1 ], [ "platform = 'google_ads'", 1, 0 ],
		[ "platform IN ('meta_ads', 'tiktok_ads')", 0, 1 ], [ "platform = 'tiktok_ads'", 0, 0 ],
		[ "platform <> 'google_ads'", 0, 1 ])
	{
		my ($condition, $has_google, $has_meta) = @$case;
		$sim->reset;
		$node->safe_psql('postgres', "$rows_of $relation WHERE $bound AND $condition");
		my ($google, $meta) = asked() =~ /google (\d+), meta (\d+)/;
		is(($google > 0) . '/' . ($meta > 0), ($has_google == 1) . '/' . ($has_meta == 1),
			"$relation: $condition");
	}
	$sim->reset;
	$node->safe_psql('postgres', <<"END");
SET plan_cache_mode = force_generic_plan;
PREPARE p(text) AS $rows_of $relation WHERE $bound AND platform = \$1;
EXECUTE p('meta_ads');
END
	like(asked(), qr/^google 0, meta [1-9]/, "$relation: the platform as a parameter of a generic plan");
}

# Three platforms at a gate that opens for three requests at once: one account
# of each, so that none has two.
my @account = map { $sim->accounts($_)->[0]{id} } qw(meta appsflyer);
google_server($node, $sim, name => 'google1', schema => 'common', options => { customer_id => '1234567890' });
meta_server($node, $sim, name => 'meta1', schema => 'common', options => { account_id => $account[0] });
appsflyer_server($node, $sim, name => 'appsflyer1', schema => 'common', options => { app_id => $account[1] });
$node->safe_psql('postgres', <<'END');
CREATE VIEW ads.everything AS
    SELECT platform, date_day, clicks, spend FROM google1.campaign_report
    UNION ALL SELECT platform, date_day, clicks, spend FROM meta1.campaign_report
    UNION ALL SELECT platform, date_day, clicks, spend FROM appsflyer1.tracker_report;
END
$sim->reset;
$sim->faults([ { match => { path => 'googleAds:search|/insights$|/agg-data/' }, action => { gate => 3 } } ]);
is( $node->safe_psql('postgres',
		"SELECT string_agg(DISTINCT platform, ' ' ORDER BY platform) FROM ads.everything WHERE $bound"),
	'appsflyer google_ads meta_ads', 'three platforms are asked side by side');

# Servers of one platform under one table, by account.
google_server($node, $sim, name => 'google2', schema => 'common',
	options => { customer_id => '2345678901,3456789012' });
$node->safe_psql('postgres', <<'END');
DROP VIEW ads.every_campaign, ads.everything;
ALTER TABLE ads.campaign_report DETACH PARTITION google.campaign_report;
CREATE TABLE ads.google_campaign_report PARTITION OF ads.campaign_report
    FOR VALUES IN ('google_ads') PARTITION BY LIST (account_id);
ALTER TABLE ads.google_campaign_report ATTACH PARTITION google1.campaign_report FOR VALUES IN ('1234567890');
ALTER TABLE ads.google_campaign_report ATTACH PARTITION google2.campaign_report
    FOR VALUES IN ('2345678901', '3456789012');
END
$sim->reset;
is( $node->safe_psql('postgres',
		"$rows_of ads.campaign_report WHERE $bound AND account_id IN ('1234567890', '2345678901')"),
	$node->safe_psql('postgres',
		"$rows_of google.campaign_report WHERE $bound AND account_id IN ('1234567890', '2345678901')"),
	'partitions by account: the same rows');
$sim->reset;
$node->safe_psql('postgres', "$rows_of ads.campaign_report WHERE $bound AND account_id = '3456789012'");
is(asked(), 'google 1, meta 0', 'a condition on the account leaves out servers and accounts');

$node->stop;
done_testing();
