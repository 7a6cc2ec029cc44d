# tracker_bridge: platform and tracker by campaign and day, by id, by name and by
# normalised name; what has no other side is a row of its own, so that totals tie.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator(args => [ '--world', 'demo' ]);
loader($node, $sim);
meta_server($node, $sim, role => 'loader');
appsflyer_server($node, $sim, role => 'loader');
$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA meta, flyer TO loader;
GRANT USAGE ON FOREIGN SERVER meta, flyer TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA meta, flyer TO loader;
CREATE SCHEMA bi AUTHORIZATION loader;
END
$sim->settings({ appsflyer_minute_calls => 1000 });
at('2026-11-20T12:00:00Z');
my ($since, $until) = ('2026-11-09', '2026-11-15');
for my $copy ([ 'google.campaign_daily' => 'google' ], [ 'meta.campaign_daily' => 'meta' ], [ 'flyer.partners_daily' => 'partners' ], [ 'flyer.partners_event_daily' => 'events' ])
{
	run("SELECT adpipe.materialize('$copy->[0]', 'ads.$copy->[1]', '$since')");
	run("CALL adpipe.refresh('ads.$copy->[1]', '$since', '$until')");
}
like(run("SELECT * FROM adpipe.create_report_views('bi')"), qr/^bi\.tracker_bridge\|ads\.partners\|appsflyer\|flyer\|$/m, 'the tracker feeds it');

# Totals tie with the copies, and with the world, whatever is matched.
my %world = (since => $since, until => $until);
my $sums = "SELECT sum(impressions), sum(clicks), round(sum(spend), 6), sum(installs), sum(event_count), round(sum(revenue), 6) FROM bi.tracker_bridge";
sub sums_of_copies
{
	return run("SELECT (SELECT sum(impressions) FROM ads.google) + (SELECT sum(impressions) FROM ads.meta), (SELECT sum(clicks) FROM ads.google) + (SELECT sum(inline_link_clicks) FROM ads.meta), "
		  . "round((SELECT sum(spend) FROM ads.google) + (SELECT sum(spend) FROM ads.meta), 6), (SELECT sum(installs) FROM ads.partners), (SELECT sum(event_count) FROM ads.events), round((SELECT sum(revenue) FROM ads.partners), 6)");
}
sub total { my ($field, @rows) = @_; my $sum = 0; $sum += $_->{$field} // 0 for @rows; return $sum; }
is(run($sums), sums_of_copies(), 'totals are those of the copies');
my @tracker = @{ $sim->world(%world, platform => 'appsflyer', resource => 'partners_daily') };
is(run('SELECT sum(installs) FROM bi.tracker_bridge'), total('installs', @tracker), 'installs are those of the world');
is(run("SELECT sum(spend) FROM bi.tracker_bridge WHERE platform = 'meta_ads'"),
	run('SELECT ' . join ' + ', map { $_->{spend} // 0 } @{ $sim->world(%world, platform => 'meta', resource => 'campaign_daily') }), 'spend is that of the world');
is(run("SELECT count(*) FROM (SELECT date_day, platform, account_id, campaign_id FROM bi.tracker_bridge WHERE spend IS NOT NULL GROUP BY 1, 2, 3, 4 HAVING count(*) > 1) x"), '0', 'no spend twice');
is(run("SELECT count(*) FROM (SELECT date_day, platform, account_id, campaign_id, spend FROM bi.tracker_bridge WHERE spend IS NOT NULL EXCEPT SELECT date_day, platform, account_id, campaign_id, spend FROM bi.campaign_report) x"), '0', 'spend of each campaign and day is that of campaign_report');

# Matched by exact name: installs beside the campaign of the same name.
is(run(<<'END'), '0|t|t', 'each campaign has the installs of its name');
SELECT count(*) FILTER (WHERE b.installs IS DISTINCT FROM t.installs), count(*) > 20, bool_and(b.match_method = 'exact name')
FROM (SELECT date_day, campaign_name, sum(installs) AS installs FROM ads.partners WHERE media_source IN ('googleadwords_int', 'Facebook Ads') GROUP BY 1, 2) t
LEFT JOIN bi.tracker_bridge b ON b.date_day = t.date_day AND b.campaign_name = t.campaign_name
END
is(run("SELECT DISTINCT match_method, platform, spend FROM bi.tracker_bridge WHERE media_source = 'Organic'"), 'none||', 'organic installs are rows of their own');
cmp_ok(run("SELECT count(*) FROM bi.tracker_bridge WHERE spend > 0 AND installs IS NULL AND match_method = 'none'"), '>', 0, 'so is spend without installs');
is(run('SELECT count(*), count(DISTINCT date_day) FROM bi.tracker_bridge WHERE date_day = $$2026-11-10$$'), run('SELECT count(*), 1 FROM bi.tracker_bridge WHERE date_day BETWEEN $$2026-11-10$$ AND $$2026-11-10$$'), 'conditions on the day');

# Other ways to the same campaign.  The copies are changed by hand.
my ($id, $account, $name) = split /\|/, run("SELECT campaign_id, account_id, campaign_name FROM bi.tracker_bridge WHERE platform = 'google_ads' AND match_method = 'exact name' AND date_day = '2026-11-10' AND account_id <> '2345678901' ORDER BY 1 LIMIT 1"), 3;
my $row = sub { scalar run("SELECT match_method, tracker_campaign, installs FROM bi.tracker_bridge WHERE campaign_id = '$id' AND date_day = '2026-11-10'") };
my $old = $row->();
my $installs = (split /\|/, $old)[-1];
sub rename_to { my ($to) = @_; run("UPDATE ads.$_ SET campaign_name = " . quote($to) . " WHERE campaign_name = " . quote($name)) for qw(partners events); return; }
my $shouted = "  " . run("SELECT lower(replace(" . quote($name) . ", '_', ' - '))");
rename_to($shouted);
is($row->(), "normalised name|$shouted|$installs", 'another way to write the name');
is(run($sums), sums_of_copies(), 'totals tie');
run("UPDATE ads.$_ SET campaign_name = " . quote("whatever ($id)") . " WHERE campaign_name = " . quote($shouted)) for qw(partners events);
is($row->(), "id|whatever ($id)|$installs", 'the id behind the name');
run("UPDATE ads.$_ SET campaign_name = 'unheard of' WHERE campaign_name = " . quote("whatever ($id)")) for qw(partners events);
is($row->(), 'none||', 'a name that no campaign has');
is(run("SELECT platform, match_method, campaign_id, sum(installs) FROM bi.tracker_bridge WHERE tracker_campaign = 'unheard of' AND date_day = '2026-11-10' GROUP BY 1, 2, 3"), "google_ads|none||$installs", 'its installs are a row of their own');
is(run($sums), sums_of_copies(), 'totals tie');

# A name that two campaigns have.
run("UPDATE ads.$_ SET campaign_name = " . quote($name) . " WHERE campaign_name = 'unheard of'") for qw(partners events);
is($row->(), $old, 'the name is back');
run("INSERT INTO ads.google (account_id, date_day, currency, campaign_id, campaign_name, spend, conversions, _fetched_at) VALUES ('2345678901', '2026-11-10', 'USD', '99', " . quote($name) . ", 5, 0, now())");
is($row->(), 'none||', 'a name that two campaigns have matches neither');
is(run($sums), sums_of_copies(), 'totals tie');
run("INSERT INTO adpipe.advertisers (platform, account_id, advertiser) SELECT 'google_ads', '$account', 'One' UNION ALL SELECT DISTINCT 'appsflyer', account_id, 'One' FROM ads.partners WHERE campaign_name = " . quote($name));
is($row->(), $old, 'but for the app of another advertiser than the second');
is(run($sums), sums_of_copies(), 'totals tie');

# A second currency of the tracker, of each app that has the campaign, and a media source that users add.
my $apps = run("SELECT count(*) FROM ads.partners WHERE date_day = '2026-11-10' AND campaign_name = " . quote($name));
run("INSERT INTO ads.partners (account_id, date_day, currency, media_source, campaign_name, installs, revenue, _fetched_at) SELECT account_id, date_day, 'AUD', media_source, campaign_name, 3, 7, now() FROM ads.partners WHERE campaign_name = " . quote($name) . " AND date_day = '2026-11-10'");
is(run("SELECT count(*), count(spend), sum(installs) FROM bi.tracker_bridge WHERE campaign_id = '$id' AND date_day = '2026-11-10'"), '2|1|' . ($installs + 3 * $apps), 'revenue in a second currency is a row of its own, and spend stands once');
is(run($sums), sums_of_copies(), 'totals tie');
run("UPDATE ads.partners SET media_source = 'other_int' WHERE media_source = 'googleadwords_int'; UPDATE ads.events SET media_source = 'other_int' WHERE media_source = 'googleadwords_int'");
is($row->(), 'none||', 'a media source without a platform');
run("INSERT INTO adpipe.media_sources VALUES ('other_int', 'google_ads')");
like($row->(), qr/^exact name/, 'and with one that was added');

# A reader who is not the owner sees the same, with the owner's advertisers and media sources.
$node->safe_psql('postgres', 'CREATE ROLE analyst LOGIN; GRANT USAGE ON SCHEMA ads, bi TO analyst; GRANT SELECT ON ALL TABLES IN SCHEMA ads, bi TO analyst');
my $analyst = session($node, user => 'analyst');
my $all = 'SELECT match_method, count(*), sum(spend), sum(installs) FROM bi.tracker_bridge GROUP BY 1 ORDER BY 1';
is($analyst->query($all), run($all), 'a reader sees what the owner sees');
is($analyst->query('SELECT count(*) FROM adpipe.advertisers'), '0', 'and not the rows themselves');
$node->safe_psql('postgres', "ALTER TABLE ads.google ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON ads.google FOR SELECT TO analyst USING (account_id = '$account')");
is($analyst->query("SELECT DISTINCT account_id FROM bi.tracker_bridge WHERE platform = 'google_ads' AND spend IS NOT NULL"), $account, 'policies hold');

$node->stop;
done_testing();
