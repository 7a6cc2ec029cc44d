# create_report_views(): one view for each grain over the copies of all platforms, equal
# to the simulator's world; names as they are now, by week and month, copies that come
# and go, and what each role sees.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Cpanel::JSON::XS;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my ($since, $until) = ('2026-11-02', '2026-11-15');
loader($node, $sim, options => { customer_id => '1234567890,2345678901' });
meta_server($node, $sim, role => 'loader');
$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA meta TO loader;
GRANT USAGE ON FOREIGN SERVER meta, google TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA meta TO loader;
CREATE SCHEMA bi AUTHORIZATION loader;
END
at('2026-11-20T12:00:00Z');

my @views = qw(account_report campaign_report ad_group_report ad_report keyword_report search_term_report url_report);
my $made = sub { scalar run("SELECT view_name, target, platform, source_relation, note FROM adpipe.create_report_views('bi')") };

# Without a copy: every view is there and empty.
is($made->(), '', 'no copy feeds a view');
like((run("SELECT adpipe.create_report_views('bi')"))[1], qr/NOTICE:  role "loader" owns no local copy.*as their owner\./s, 'which a notice says');
is(run("SELECT count(*) FROM bi.$_"), '0', "$_ is there and empty") for map { ($_, "${_}_week", "${_}_month") } @views;
is(run('SELECT (SELECT count(*) FROM bi.tracker_bridge), (SELECT count(*) FROM bi.pacing)'), '0|0', 'bridge and pacing as well');
like(run("SELECT obj_description('bi.campaign_report'::regclass)"), qr/no copy feeds it/, 'the comment says so');

# With copies.
run("SELECT adpipe.materialize('google.$_->[0]', 'ads.google_$_->[1]', '$since')")
	for [ account_daily => 'account' ], [ campaign_daily => 'campaign' ], [ ad_group_daily => 'ad_group' ], [ ad_daily => 'ad' ], [ keyword_daily => 'keyword' ], [ search_term_daily => 'search_term' ];
run("SELECT adpipe.materialize('meta.$_->[0]', 'ads.meta_$_->[1]', '$since')") for [ account_daily => 'account' ], [ campaign_daily => 'campaign' ], [ adset_daily => 'adset' ], [ ad_daily => 'ad' ];
run("SELECT adpipe.materialize('$_', 'ads." . tr/./_/r . "')") for qw(google.campaigns google.ads meta.ads meta.creatives);
for my $target (split /\n/, run('SELECT target FROM adpipe.targets ORDER BY 1'))
{
	my $days = run("SELECT count(*) FROM adpipe.targets t JOIN pg_class c ON c.oid = t.target WHERE t.target = '$target'::regclass AND c.relkind = 'p'") ? ", '$since', '$until'" : '';
	run("CALL adpipe.refresh('$target'$days)");
}
my $fed = $made->();
like($fed, qr/^bi\.campaign_report\|ads\.google_campaign\|google_ads\|google\|$/m, 'Google feeds it');
like($fed, qr/^bi\.ad_group_report\|ads\.meta_adset\|meta_ads\|meta\|$/m, 'ad sets are the ad groups of Meta');
unlike($fed, qr/^bi\.keyword_report\|\S*\|meta_ads/m, 'a platform without a copy has no arm');
is($made->(), $fed, 'made again: the same');
like(run("SELECT obj_description('bi.campaign_report'::regclass)"), qr/^Report view of adpipe: campaign report by day, from ads\.google_campaign \(google_ads, server google\), ads\.meta_campaign \(meta_ads, server meta\)\.$/, 'the comment names the copies');
is(run("SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'bi'::regnamespace AND c.relkind = 'v' AND c.relname !~ '_current\$' AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)"), '0', 'every view and column has a comment');
is(run("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'bi.ad_report'::regclass AND attnum > 0"),
	'platform text, account_id text, account_name text, date_day date, currency text, campaign_id text, campaign_name text, ad_group_id text, ad_group_name text, ad_id text, ad_name text, '
	  . 'impressions bigint, clicks bigint, spend numeric, conversions numeric, conversions_value numeric, rows_without_conversions bigint, source_relation text', 'columns and types');

# Equal to the world, row by row.
my @row = qw(platform account_id date_day campaign_id campaign_name impressions clicks spend conversions);
sub google_row
{
	my ($r) = @_;
	return { platform => 'google_ads', account_id => $r->{'customer.id'}, date_day => $r->{'segments.date'}, campaign_id => $r->{'campaign.id'}, campaign_name => $r->{'campaign.name'},
		impressions => $r->{'metrics.impressions'}, clicks => $r->{'metrics.clicks'}, spend => $r->{'metrics.cost_micros'}, conversions => $r->{'metrics.conversions'} };
}
my %world = (since => $since, until => $until);
my @world = (
	(map { google_row($_) } @{ $sim->world(%world, resource => 'campaign', accounts => '1234567890,2345678901',
		metrics => 'impressions,clicks,interactions,cost_micros,conversions,conversions_value,all_conversions,all_conversions_value,view_through_conversions') }),
	(map { { %$_, platform => 'meta_ads', clicks => $_->{inline_link_clicks} } } @{ $sim->world(%world, platform => 'meta', resource => 'campaign_daily') }));
my $json = quote(Cpanel::JSON::XS->new->ascii->encode([ map { my $r = $_; my %only; @only{@row} = @$r{@row}; \%only } @world ]));
my $list = join ', ', @row;
is(scalar run(<<"END"), '0|0', 'campaign_report has the rows of the world and no others');
CREATE TEMP TABLE world AS
    SELECT platform, account_id, date_day, campaign_id, campaign_name, impressions, clicks,
           CASE platform WHEN 'google_ads' THEN spend / 1000000 ELSE spend END AS spend, conversions
    FROM jsonb_to_recordset($json) r (platform text, account_id text, date_day date, campaign_id text, campaign_name text, impressions bigint, clicks bigint, spend numeric, conversions numeric);
SELECT (SELECT count(*) FROM (SELECT $list FROM bi.campaign_report EXCEPT ALL TABLE world) e), (SELECT count(*) FROM (TABLE world EXCEPT ALL SELECT $list FROM bi.campaign_report) m)
END
cmp_ok(scalar @world, '>', 500, 'many rows');
my $unreported = grep { !defined $_->{conversions} } @world;
cmp_ok($unreported, '>', 0, 'some without conversions');
is(run('SELECT sum(rows_without_conversions), count(*) FILTER (WHERE conversions IS NULL) FROM bi.campaign_report'), "$unreported|$unreported", 'which are counted');
is(run('SELECT sum(rows_without_conversions) FROM bi.campaign_report_week'), $unreported, 'in the weeks as well');
is(run("SELECT (SELECT sum(spend) FROM bi.ad_group_report), (SELECT sum(spend) FROM bi.ad_report), (SELECT sum(spend) FROM bi.url_report), (SELECT sum(clicks) FROM bi.keyword_report), (SELECT sum(clicks) FROM bi.search_term_report)"),
	run("SELECT (SELECT sum(spend) FROM ads.google_ad_group) + (SELECT sum(spend) FROM ads.meta_adset), (SELECT sum(spend) FROM ads.google_ad) + (SELECT sum(spend) FROM ads.meta_ad), "
		. "(SELECT sum(spend) FROM ads.google_ad) + (SELECT sum(spend) FROM ads.meta_ad), (SELECT sum(clicks) FROM ads.google_keyword), (SELECT sum(clicks) FROM ads.google_search_term)"), 'the other grains add up to their copies');
is(run("SELECT count(*) FROM (SELECT FROM bi.url_report GROUP BY platform, account_id, date_day, currency, campaign_id, ad_group_id, base_url, utm_source, utm_medium, utm_campaign, utm_content, utm_term HAVING count(*) > 1) x"), '0', 'one row for each landing page of an ad group and day');
like(run("SELECT string_agg(DISTINCT platform || ' ' || url_host, ',' ORDER BY platform || ' ' || url_host) FROM bi.url_report WHERE base_url IS NOT NULL"), qr/google_ads \S+,.*meta_ads \S+/, 'with the pages of both');

# Weeks and months.
is(scalar run(<<'END'), '0', 'a week is the sum of its days, and no number where a day lacks it');
SELECT count(*) FROM (
    (SELECT platform, account_id, campaign_id, date_week, days, clicks, spend, conversions FROM bi.campaign_report_week
     EXCEPT ALL
     SELECT platform, account_id, campaign_id, date_trunc('week', date_day::timestamp)::date, count(DISTINCT date_day), sum(clicks), sum(spend), CASE WHEN bool_and(conversions IS NOT NULL) THEN sum(conversions) END
     FROM bi.campaign_report GROUP BY 1, 2, 3, 4)) x
END
is(run("SELECT string_agg(DISTINCT date_week::text, ',' ORDER BY date_week::text), (SELECT string_agg(DISTINCT date_month::text, ',') FROM bi.campaign_report_month) FROM bi.campaign_report_week"), '2026-11-02,2026-11-09|2026-11-01', 'weeks begin on Monday, whatever the time zone');
is(run("SET timezone = 'America/Los_Angeles'; SELECT string_agg(DISTINCT date_week::text, ',' ORDER BY date_week::text) FROM bi.campaign_report_week"), '2026-11-02,2026-11-09', 'there as here');
is(run("SELECT count(*) FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'bi'::regnamespace AND relname LIKE '%_report%') AND attname IN ('reach', 'frequency')"), '0', 'reach and frequency, which do not add up, are in none');

# Names after a rename: today's, on all days.
$sim->restate(1);
at('2026-11-20T14:00:00Z');
run("CALL adpipe.refresh('ads.google_campaign', '2026-11-12', '$until')");
my $renamed = run("SELECT campaign_id FROM ads.google_campaign GROUP BY 1 HAVING count(DISTINCT campaign_name) > 1 AND min(date_day) < '2026-11-10' ORDER BY 1 LIMIT 1");
isnt($renamed, '', 'a campaign was renamed');
my $now = run("SELECT DISTINCT campaign_name FROM google.campaign_daily WHERE campaign_id = '$renamed' AND date_day BETWEEN '$since' AND '$until'");
is(run("SELECT DISTINCT campaign_name FROM bi.campaign_report WHERE campaign_id = '$renamed'"), $now, 'all its days have the name of today, though the list of campaigns was not read since');
is(run("SELECT DISTINCT campaign_name FROM bi.ad_report WHERE campaign_id = '$renamed'"), $now, 'in finer grains, too');
is(run('SELECT count(*) FROM (SELECT FROM bi.campaign_report GROUP BY platform, account_id, campaign_id HAVING count(DISTINCT campaign_name) > 1) x'), '0', 'no id has two names');
run("CALL adpipe.refresh('ads.google_campaigns')");
cmp_ok(run('SELECT max(n) FROM (SELECT count(*) AS n FROM ads.google_campaigns GROUP BY account_id, campaign_id) x'), '>', 1, 'the list has two versions');
is(run("SELECT count(*), count(DISTINCT (account_id, campaign_id)), (SELECT campaign_name FROM bi.google_campaigns_current WHERE campaign_id = '$renamed') FROM bi.google_campaigns_current"),
	run("SELECT count(DISTINCT (account_id, campaign_id)), count(DISTINCT (account_id, campaign_id)), '$now' FROM ads.google_campaigns"), 'its view has the latest of each');

# Two copies of one grain: no row twice.
my $total = run("SELECT count(*), sum(spend) FROM bi.campaign_report WHERE platform = 'google_ads'");
run("IMPORT FOREIGN SCHEMA common LIMIT TO (campaign_report) FROM SERVER google INTO ads; ALTER FOREIGN TABLE ads.campaign_report RENAME TO common_campaign");
run("SELECT adpipe.materialize('ads.common_campaign', 'ads.second', '2026-11-10')");
run("CALL adpipe.refresh('ads.second', '2026-11-10', '$until')");
like($made->(), qr/^bi\.campaign_report\|ads\.second\|google_ads\|google\|not used: another copy of the same accounts has more days$/m, 'a second copy of the same accounts feeds nothing');
is(run("SELECT count(*), sum(spend) FROM bi.campaign_report WHERE platform = 'google_ads'"), $total, 'the numbers stay');
run("DROP TABLE ads.second; ALTER FOREIGN TABLE ads.common_campaign OPTIONS (ADD customer_id '1234567890')");
run("SELECT adpipe.materialize('ads.common_campaign', 'ads.second', '2026-11-10')");
run("CALL adpipe.refresh('ads.second', '2026-11-10', '$until')");
like($made->(), qr/^bi\.campaign_report\|ads\.second\|google_ads\|google\|accounts that no earlier copy/m, 'one of other accounts does');
is(run("SELECT count(*), sum(spend) FROM bi.campaign_report WHERE platform = 'google_ads'"), $total, 'and an account that both have is not doubled');
run('DROP TABLE ads.second CASCADE');
is(run("SELECT to_regclass('bi.campaign_report')"), '', 'a copy goes, and with CASCADE what it fed');
$made->();
is(run("SELECT count(*), sum(spend) FROM bi.campaign_report WHERE platform = 'google_ads'"), $total, 'made again from those that are there');

# Copies of others, copies split by more, names that are taken.
run("SELECT adpipe.materialize('google.campaign_device_daily', 'ads.device', '$since')");
unlike($made->(), qr/ads\.device/, 'a copy that is split by more feeds nothing');
$node->safe_psql('postgres', 'GRANT CREATE ON SCHEMA bi TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA ads TO PUBLIC; GRANT USAGE ON SCHEMA ads, bi TO PUBLIC; '
	  . "CREATE SCHEMA theirs; SELECT * FROM adpipe.create_report_views('theirs')");
is($node->safe_psql('postgres', 'SELECT count(*) FROM theirs.campaign_report'), '0', "another role's copies feed no view of a superuser");
my (undef, $message) = run("\\set ON_ERROR_STOP 0\n\\set VERBOSITY verbose\nCREATE SCHEMA x; SELECT adpipe.create_report_views('nowhere'); SELECT adpipe.create_report_views('theirs'); CREATE TABLE bi.pacing_old (i int); DROP VIEW bi.pacing; ALTER TABLE bi.pacing_old RENAME TO pacing; SELECT adpipe.create_report_views('bi'); DROP TABLE bi.pacing; DROP FUNCTION bi.ad_report_in(text) CASCADE; CREATE FUNCTION bi.ad_report_in(text) RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT adpipe.create_report_views('bi')");
like($message, qr/3F000: schema "nowhere" does not exist.*HINT:  CREATE SCHEMA nowhere;/s, 'no such schema');
like($message, qr/42501: permission denied for schema theirs.*HINT:  As the owner of the schema: GRANT CREATE ON SCHEMA theirs TO loader;/s, 'a schema of another');
like($message, qr/42P07: relation "bi\.pacing" already exists.*not made by create_report_views\(\).*HINT:  Drop or rename it/s, 'a relation of the name that is something else stays');
like($message, qr/42723: function "bi\.ad_report_in\(text\)" already exists.*HINT:  Drop or rename it/s, 'and so does a function');
run('DROP FUNCTION bi.ad_report_in(text); CREATE VIEW bi.google_ads_mine AS SELECT 1 AS one; DROP VIEW bi.google_ads_current; ALTER VIEW bi.google_ads_mine RENAME TO google_ads_current');
like($made->(), qr/^\|ads\.google_ads\|google_ads\|google\|not made: there is another relation "google_ads_current"$/m, 'a view of a list that cannot have its name is named');

# What each role sees.
$node->safe_psql('postgres', <<'END');
CREATE ROLE analyst LOGIN;
CREATE ROLE outsider LOGIN;
REVOKE ALL ON ALL TABLES IN SCHEMA ads FROM PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA ads, bi TO analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA bi TO outsider;
ALTER TABLE ads.google_campaign ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_account ON ads.google_campaign FOR SELECT TO analyst USING (account_id = '2345678901');
END
my $analyst = session($node, user => 'analyst');
my $outsider = session($node, user => 'outsider');
is($analyst->query("SELECT DISTINCT account_id FROM bi.campaign_report WHERE platform = 'google_ads'"), '2345678901', 'policies of a copy hold in the views');
is($analyst->query("SELECT DISTINCT account_id FROM bi.campaign_report_week WHERE platform = 'google_ads'"), '2345678901', 'by week');
is($outsider->query_error("SELECT count(*) FROM bi.$_")->{sqlstate}, '42501', "$_: who may not read the copies reads nothing") for qw(campaign_report campaign_report_week url_report tracker_bridge pacing);
is($analyst->query_error("SELECT * FROM adpipe.create_report_views('bi')")->{sqlstate}, '42501', 'readers make none');

$node->stop;
done_testing();
