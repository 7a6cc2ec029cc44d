# Which copies source views read: those of the caller, of whole reports, of each
# account once; which version of an entity is the newest; and what is refused
# before anything is made.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my ($seoul, $pacific, $auckland) = ('1234567890', '2345678901', '3456789012');
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => "$pacific,$auckland" });
$node->safe_psql('postgres', <<'END');
CREATE ROLE other LOGIN;
SELECT adpipe.grant_loader('other');
GRANT CREATE ON DATABASE postgres TO loader;
CREATE SCHEMA others AUTHORIZATION other;
GRANT USAGE ON SCHEMA google TO other;
GRANT USAGE ON FOREIGN SERVER google TO other;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO other;
GRANT CREATE ON SCHEMA google TO loader;
END
at('2026-11-20T12:00:00Z');

sub refused
{
	my ($sql, $state, $pattern, $name) = @_;
	my $error = sql_error($node, $sql, extra_params => [ '-U', 'loader' ]);
	is($error->{sqlstate}, $state, "$name: refused");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $pattern, 'with what to do');
	return;
}

# Refused before anything is made.
refused("SELECT adpipe.create_source_views('x', 'tiktok')", '22023', qr/platform "tiktok" has no source views.*Platforms are: google_ads, meta_ads/s, 'unknown platform');
refused("SELECT adpipe.create_source_views('', 'google_ads')", '22023', qr/need a schema/, 'no schema');
refused("SELECT adpipe.create_source_views('x', 'meta_ads')", '55000', qr/role "loader" has no server of platform "meta_ads".*CREATE USER MAPPING FOR loader/s, 'no server');
run('CREATE SCHEMA taken; CREATE TABLE taken.ad_stats (); CREATE SCHEMA google_copies; CREATE TABLE google_copies.google_ads ()');
refused("SELECT adpipe.create_source_views('taken', 'google_ads')", '42P07', qr/relation "google_copies.google_ads" already exists.*Report "ads" was to have that name/s, 'name of a copy');
run('DROP TABLE google_copies.google_ads');
refused("SELECT adpipe.create_source_views('taken', 'google_ads')", '42P07', qr/relation "taken.ad_stats" already exists.*not a view/s, 'name of a view');
$node->safe_psql('postgres', 'ALTER FOREIGN TABLE google.ads DROP COLUMN display_url');
refused("SELECT adpipe.create_source_views('src', 'google_ads')", '42703', qr/"google.ads" lacks columns.*display_url.*SELECT adpipe.upgrade_tables\('google'\)/s, 'a table of an older release');
$node->safe_psql('postgres', "SELECT adpipe.upgrade_tables('google')");
is(run("SELECT to_regnamespace('src') IS NULL, count(*) FROM adpipe.targets"), 't|0', 'nothing was made');

# Copies of another role, and of a narrowed table, are not read.
$node->psql('postgres', "SELECT adpipe.materialize('google.campaign_device_daily', 'others.campaign')", extra_params => [ '-U', 'other' ]);
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA others TO loader; GRANT SELECT ON others.campaign TO loader');
run(<<"END");
IMPORT FOREIGN SCHEMA reports LIMIT TO (ad_device_daily) FROM SERVER google INTO taken;
ALTER FOREIGN TABLE taken.ad_device_daily OPTIONS (customer_id '$pacific');
SELECT adpipe.materialize('taken.ad_device_daily', 'ads.narrow');
SELECT adpipe.materialize('google.ad_group_device_daily', 'ads.mine', '2026-11-13');
END
is(run("SELECT string_agg(object, ' ') FROM adpipe.create_source_views('src', 'google_ads', true) WHERE step = 'copy' AND object ~ 'device'"),
	'ads.google_account_device_daily ads.google_ad_device_daily ads.google_campaign_device_daily ads.google_keyword_device_daily', 'own copies of whole reports are used, others made');
run("SELECT FROM adpipe.create_source_views('src', 'google_ads')");
is( run("SELECT string_agg(DISTINCT d.refobjid::regclass::text, ' ') FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass WHERE r.ev_class IN ('src.campaign_stats'::regclass, 'src.ad_stats'::regclass, 'src.ad_group_stats'::regclass) AND d.refobjid <> r.ev_class"),
	'ads.google_ad_device_daily ads.google_campaign_device_daily ads.mine', 'views read the caller\'s copies');

sub refresh
{
	my ($sql) = @_;
	for my $copy (split /\n/, run("SELECT t.target FROM adpipe.targets t WHERE t.target::text ~ '$sql' ORDER BY 1"))
	{
		my $is_daily = run("SELECT count(*) FROM pg_attribute WHERE attrelid = '$copy'::regclass AND attname = 'date_day'");
		run("CALL adpipe.refresh('$copy'" . ($is_daily ? ", '2026-11-18', '2026-11-19')" : ')'));
	}
	return;
}

# The newest version is the one that was seen last, not the one that came last.
refresh('google_campaigns');
my $state = "SELECT id, name, status FROM src.campaign_history WHERE _fivetran_active ORDER BY 1";
my $first = run($state);
at('2026-11-20T13:00:00Z');
$sim->restate(1);
refresh('google_campaigns');
my $second = run($state);
isnt($second, $first, 'a renamed campaign and a removed one: newest is what they are now');
at('2026-11-20T14:00:00Z');
$sim->restate(0);
refresh('google_campaigns');
is(run($state), $first, 'back again: newest is what they were first');
is(run('SELECT bool_and(n = 1) FROM (SELECT count(*) FILTER (WHERE _fivetran_active) AS n FROM src.campaign_history GROUP BY id) s'), 't', 'one version of each id is the newest');
cmp_ok(run('SELECT count(*) FILTER (WHERE NOT _fivetran_active) FROM src.campaign_history'), '>', 0, 'and there are older ones');
is(run('SELECT count(*) FROM (SELECT FROM src.campaign_history GROUP BY id, updated_at HAVING count(*) > 1) d'), '0', 'each with a time of its own');
my $gone = run('SELECT campaign_id FROM ads.google_campaigns ORDER BY 1 LIMIT 1');
run("UPDATE ads.google_campaigns SET _deleted_at = now() WHERE campaign_id = '$gone'");
is(run("SELECT bool_or(_fivetran_active) FROM src.campaign_history WHERE id = $gone"), 't', 'what is not listed any more keeps a newest version');

# What no list ever contained has a row of its numbers, with its latest name.
refresh('google_campaign_device_daily');
run("DELETE FROM ads.google_campaigns WHERE campaign_id = (SELECT max(campaign_id) FROM ads.google_campaign_device_daily)");
run("UPDATE ads.google_campaign_device_daily SET campaign_name = 'older name' WHERE campaign_id = (SELECT max(campaign_id) FROM ads.google_campaign_device_daily) AND date_day = '2026-11-18'");
is(run("SELECT a.is_listed, count(*), bool_and(a.campaign_name <> 'older name' AND a.channel_type IS NOT NULL AND a.serving_status IS NULL AND a._first_seen IS NOT NULL) FROM ads.google_campaigns_all a WHERE campaign_id = (SELECT max(campaign_id) FROM ads.google_campaign_device_daily) GROUP BY 1"),
	'f|1|t', 'a campaign from its numbers');
refused("SELECT adpipe.all_view('ads.google_campaign_device_daily', 'ads.google_campaigns')", '42809', qr/is no list of entities/, 'all_view: the wrong way round');
refused("SELECT adpipe.all_view('ads.google_ads', 'ads.google_campaign_device_daily')", '42703', qr/lacks ad_group_id, ad_id|lacks .*ad_id/, 'all_view: numbers of other things');
refused("SELECT adpipe.all_view('ads.google_campaigns', 'others.campaign')", '42501', qr/must be owner/, 'all_view: of another role');

# Two servers that both read an account: its rows come once.
google_server($node, $sim, name => 'second', role => 'loader', schema => undef, options => { customer_id => "$seoul,$pacific" });
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER second TO loader');
run("SELECT FROM adpipe.create_source_views('src', 'google_ads')");
refresh('google_campaign_device_daily|second_campaign_device_daily|account_settings');
is(run('SELECT count(DISTINCT account_id) FROM (TABLE second_copies.second_campaign_device_daily) s'), '2', 'the second server has accounts');
my $once = "SELECT count(*), sum(cost_micros) FROM src.campaign_stats WHERE customer_id = $pacific";
is(run($once), run("SELECT count(*), sum(cost_micros) FROM ads.google_campaign_device_daily WHERE account_id = '$pacific'"), 'an account of both has its rows once');
is(run('SELECT string_agg(DISTINCT customer_id::text, \' \' ORDER BY customer_id::text) FROM src.campaign_stats'), "$seoul $pacific $auckland", 'and the accounts of both are there');
is(run('SELECT count(*) FILTER (WHERE _fivetran_active) - count(DISTINCT id) FROM src.account_history'), '0', 'accounts have one newest version each');

# With an owner that does not log in, the mapping is that of who does.
$node->safe_psql('postgres', <<'END');
CREATE ROLE team;
GRANT team TO loader;
SELECT adpipe.grant_loader('team');
GRANT USAGE ON FOREIGN SERVER google TO team;
GRANT USAGE ON SCHEMA google TO team;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO team;
GRANT CREATE ON DATABASE postgres TO team;
END
refused("SET ROLE team; SELECT adpipe.create_source_views('teams', 'google_ads')", '42501', qr/permission denied for schema google_copies.*new ones follow it/s, 'a schema of somebody else');
run("SET ROLE team; CREATE SCHEMA team_ads; SELECT adpipe.materialize('google.campaigns', 'team_ads.campaigns')");
is(run("SET ROLE team; SELECT count(*) > 0 FROM adpipe.create_source_views('teams', 'google_ads'); SELECT string_agg(DISTINCT relowner::regrole::text, ' ') FROM pg_class WHERE relnamespace = 'teams'::regnamespace"), "t\nteam", 'a member makes them for the role that owns copies');
refused("SET ROLE team; SELECT adpipe.create_source_views('x', 'meta_ads')", '55000', qr/role "team" has no server.*role "loader" has a user mapping/s, 'and of the servers of neither');

# How many accounts * has is not known before a refresh.
meta_server($node, $sim, role => 'loader', schema => undef, options => { account_id => '*' });
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER meta TO loader');
like((run("SELECT count(*) FROM adpipe.create_source_views('src_meta', 'meta_ads', true)"))[1], qr/about \d+ requests a day, for each account of server meta, which no copy has read yet/, 'accounts of *: a price for each');

done_testing();
