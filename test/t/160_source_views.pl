# Views in the shape of a loader's tables: every relation, column and type that
# the staging models of public dbt packages select, over copies that are there or
# that the call makes, and the numbers and entities of the copies in them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Encode qw(encode);
use PostgreSQL::Test::Utils;
use Test::More;

my %type_of = ('int' => 'bigint', 'float' => 'double precision', 'timestamp' => 'timestamp without time zone');
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '1234567890,2345678901' });
meta_server($node, $sim, role => 'loader', schema => undef, options => { account_id => '2345678901234567,4567890123456789' });
$node->safe_psql('postgres', <<'END');
GRANT CREATE ON DATABASE postgres TO loader;
GRANT USAGE ON FOREIGN SERVER meta TO loader;
END
at('2026-11-20T12:00:00Z');

# The contract: "platform relation" => [[column, type], ...].
my %contract;
for my $line (grep { !/^#/ } split /\n/, slurp_file("$FindBin::RealBin/../fixtures/source_views/contract.txt"))
{
	my ($platform, $relation, $column, $type) = split / /, $line;
	push @{ $contract{$platform}{$relation} }, [ $column, $type_of{$type} // $type ];
}

# Columns of a schema's relations: "relation column type" => kind of relation.
sub columns
{
	my ($schema) = @_;
	return map { my ($relation, $column, $type, $kind) = split /\|/; ("$relation $column" => [ $type, $kind ]) } split /\n/, run(<<"END");
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), c.relkind
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = '$schema'::regnamespace
END
}

# Nothing is made by a dry run, which lists all of it.
my $before = run("SELECT count(*) FROM pg_class WHERE relkind IN ('v', 'f', 'p', 'r')");
my @plan = split /\n/, run("SELECT step, object, requests_a_day FROM adpipe.create_source_views('src_google', 'google_ads', dry_run => true)");
is(run("SELECT count(*) FROM pg_class WHERE relkind IN ('v', 'f', 'p', 'r')"), $before, 'dry run: makes nothing');
is(run("SELECT to_regnamespace('src_google') IS NULL"), 't', 'not even the schema');
is($plan[0], 'schema|google_copies|', 'lists the schema of copies,');
is(scalar(grep { /^copy\|google_copies\.google_\w+\|[1-9]\d*$/ } @plan), 11, 'copies with their requests,');
is(scalar(grep { /^view\|src_google\./ } @plan), 11, 'and views');

run("SELECT count(*) FROM adpipe.create_source_views('src_google', 'google_ads')");
my ($status, $out, $error) = $node->psql('postgres', "SELECT step, object FROM adpipe.create_source_views('src_meta', 'meta_ads')", extra_params => [ '-U', 'loader' ]);
like($error, qr/NOTICE:  source views need 11 foreign tables and 11 copies.*meta_copies\.meta_ad_daily \(about \d+ requests a day\).*HINT:  Refreshes of these copies send about \d{3,} requests a day\./s,
	'what is missing is listed, with its price');
like($out, qr/^foreign table\|meta\.ad_daily\n.*^copy\|meta_copies\.meta_ad_daily\n.*^view\|meta_copies\.meta_ads_all\n.*^view\|src_meta\.basic_ad\n/ms, 'and made');

for my $platform (sort keys %contract)
{
	my %have = columns($platform eq 'google_ads' ? 'src_google' : 'src_meta');
	my %wanted;
	for my $relation (sort keys %{ $contract{$platform} })
	{
		my @wrong;
		for my $column (@{ $contract{$platform}{$relation} }, [ '_fivetran_synced', $type_of{timestamp} ])
		{
			my ($name, $type) = @$column;
			my $found = $have{"$relation $name"};
			$wanted{"$relation $name"} = 1;
			# What has fractions is no whole number, whatever the package declares.
			$type = 'numeric' if $type eq 'bigint' && $name =~ /^conversions/;
			push @wrong, "$name $type" unless $found && $found->[0] eq $type && $found->[1] eq 'v';
		}
		is(join(', ', @wrong), '', "$platform $relation: has the columns of the contract, in their types");
	}
	is(join(', ', grep { !$wanted{$_} } sort keys %have), '', "$platform: and no others");
}
is(run("SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace IN ('src_google'::regnamespace, 'src_meta'::regnamespace) AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)"),
	'0', 'relations and columns have comments');
is(run("SELECT string_agg(relation || '.' || column_name, ' ' ORDER BY relation, place) FROM adpipe.source_view_columns WHERE expression IS NULL AND description LIKE 'NULL: %'"),
	'ad_stats.keyword_ad_group_criterion creative_history.template_app_link_spec_android creative_history.template_app_link_spec_ios creative_history.template_app_link_spec_ipad creative_history.template_app_link_spec_iphone',
	'those that are NULL say why');
is(run("SELECT count(*) FROM pg_class WHERE relnamespace IN ('src_google'::regnamespace, 'src_meta'::regnamespace) AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)"), '0', 'readers need the rights to the copies');
is(run("SELECT count(*) FROM pg_class WHERE relnamespace IN ('src_google'::regnamespace, 'src_meta'::regnamespace)"), '23', 'there are 23 of them');

# Numbers and entities.
my $days = "BETWEEN '2026-11-13' AND '2026-11-19'";
$sim->settings({ page_size => 10_000 });
run("CALL adpipe.refresh('$_', '2026-11-13', '2026-11-19')") for split /\n/, run("SELECT t.target FROM adpipe.targets t JOIN pg_attribute a ON a.attrelid = t.target AND a.attname = 'date_day' ORDER BY 1");
run("CALL adpipe.refresh('$_')") for split /\n/, run("SELECT t.target FROM adpipe.targets t WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.target AND a.attname = 'date_day') ORDER BY 1");
my $requests = scalar @{ $sim->requests };

sub same
{
	my ($relation, $copy, $pairs, $where) = @_;
	my ($left, $right) = (join(', ', map { $_->[0] } @$pairs), join(', ', map { $_->[1] } @$pairs));
	my ($view, $rows) = ("SELECT $left FROM $relation", "SELECT $right FROM $copy" . ($where ? " WHERE $where" : ''));
	is(run("SELECT (SELECT count(*) > 0 FROM ($rows) r), (SELECT count(*) FROM ($view EXCEPT ALL $rows) e), (SELECT count(*) FROM ($rows EXCEPT ALL $view) m)"), 't|0|0', "$relation equals $copy");
	return;
}

my @google = map { [ $_, $_ ] } qw(clicks cost_micros impressions conversions conversions_value view_through_conversions);
my @place = ([ 'customer_id::text', 'account_id' ], [ 'date', 'date_day' ]);
my @device = map { [ $_, $_ ] } qw(ad_network_type device);
same('src_google.account_stats', 'google_copies.google_account_device_daily', [ @place, @device, @google ]);
same('src_google.campaign_stats', 'google_copies.google_campaign_device_daily', [ @place, @device, [ 'id::text', 'campaign_id' ], @google ]);
same('src_google.ad_group_stats', 'google_copies.google_ad_group_device_daily', [ @place, @device, [ 'id::text', 'ad_group_id' ], [ 'campaign_id::text', 'campaign_id' ], @google ]);
same('src_google.ad_stats', 'google_copies.google_ad_device_daily', [ @place, @device, [ 'ad_id::text', 'ad_id' ], [ "regexp_replace(ad_group, '.*/', '')", 'ad_group_id' ], @google ]);
same('src_google.keyword_stats', 'google_copies.google_keyword_device_daily', [ @place, @device, [ 'ad_group_criterion_criterion_id::text', 'keyword_id' ], [ 'ad_group_id::text', 'ad_group_id' ], @google ]);
same('src_google.search_term_keyword_stats', 'google_copies.google_search_term_keyword_daily', [ @place, [ 'search_term', 'search_term' ], [ 'search_term_match_type', 'match_type' ], [ 'status', 'search_term_status' ],
	[ 'info_text', 'keyword_text' ], [ 'keyword_ad_group_criterion', 'keyword_criterion' ], [ 'clicks', 'clicks' ], [ 'conversions::numeric', 'conversions' ] ]);
is(run("SELECT count(*) FILTER (WHERE keyword_ad_group_criterion IS NULL OR info_text IS NULL) FROM src_google.search_term_keyword_stats"), '0', 'search terms name their keyword');
is(run("SELECT count(*) - count(DISTINCT _fivetran_id) FROM src_google.$_"), '0', "src_google.$_: a hash identifies its row") for qw(account_stats campaign_stats ad_group_stats keyword_stats search_term_keyword_stats);

my @meta = ([ 'date', 'date_day' ], [ 'spend::numeric', 'spend' ], map { [ $_, $_ ] } qw(impressions inline_link_clicks reach));
same('src_meta.basic_ad', 'meta_copies.meta_ad_daily', [ [ 'account_id::text', 'account_id' ], [ 'ad_id', 'ad_id' ], [ 'adset_name', 'adset_name' ], @meta ]);
same('src_meta.basic_ad_actions', 'meta_copies.meta_ad_action_daily', [ map { [ $_, $_ ] } ('ad_id', 'action_type') ], 'action_type IS NOT NULL');
same('src_meta.basic_ad_action_values', 'meta_copies.meta_ad_action_daily', [ [ 'ad_id', 'ad_id' ], [ 'action_type', 'action_type' ], [ 'value::numeric', 'action_value' ] ], 'action_value <> 0');
for my $place ('country', 'region')
{
	same("src_meta.demographics_$place", "meta_copies.meta_account_${place}_daily", [ [ 'account_id', 'account_id' ], [ $place, $place ], @meta ]);
	same("src_meta.demographics_${place}_actions", "meta_copies.meta_account_${place}_action_daily", [ [ 'account_id', 'account_id' ], [ 'action_type', 'action_type' ], [ 'value::numeric', 'action_count' ] ], 'action_type IS NOT NULL');
	is(run("SELECT count(*) FROM src_meta.demographics_${place}_actions a WHERE NOT EXISTS (SELECT FROM src_meta.demographics_$place d WHERE d._fivetran_id = a._fivetran_id AND d.account_id = a.account_id AND d.date = a.date)"), '0', "actions by $place meet their row by the hash");
}
is(run("SELECT count(*) FROM src_meta.basic_ad_action_values v WHERE NOT EXISTS (SELECT FROM src_meta.basic_ad_actions a WHERE (a.ad_id, a.date, a.action_type) = (v.ad_id, v.date, v.action_type))"), '0', 'a type with a value has a row among the actions');
is(run("SELECT bool_and(u.tags IS JSON ARRAY) FROM (SELECT url_tags AS tags FROM src_meta.creative_history WHERE url_tags IS NOT NULL) u"), 't', 'url_tags: arrays')
  if run('SHOW server_version_num') >= 160000;
is(run("SELECT DISTINCT url_tags::jsonb FROM src_meta.creative_history WHERE url_tags IS NOT NULL"),
	'[{"key": "utm_source", "type": "URL_TAG", "value": "meta"}, {"key": "utm_campaign", "type": "URL_TAG", "value": "{{campaign.name}}"}, {"key": "utm_content", "type": "URL_TAG", "value": ""}]', 'url_tags: as keys and values');
is(run("SELECT DISTINCT final_urls ~ '^\\[https.*\\]\$' FROM src_google.ad_history WHERE final_urls IS NOT NULL"), 't', 'final_urls: one text in brackets');

# The same sums in the simulator's world.
my %world = (account_stats => 'customer', campaign_stats => 'campaign', ad_group_stats => 'ad_group', ad_stats => 'ad_group_ad', keyword_stats => 'keyword_view');
for my $relation (sort keys %world)
{
	my %sum;
	for my $row (@{ $sim->world(resource => $world{$relation}, since => '2026-11-13', until => '2026-11-19', segments => 'date,device,ad_network_type', accounts => '1234567890,2345678901') })
	{
		$sum{$_} += $row->{"metrics.$_"} for 'cost_micros', 'clicks', 'impressions';
	}
	is(run("SELECT sum(cost_micros), sum(clicks), sum(impressions) FROM src_google.$relation"), join('|', @sum{qw(cost_micros clicks impressions)}), "$relation adds up to the world");
}
{
	my ($spend, $impressions, %actions) = (0, 0);
	my @where = (platform => 'meta', since => '2026-11-13', until => '2026-11-19', accounts => '2345678901234567,4567890123456789');
	for my $row (@{ $sim->world(resource => 'ad_daily', @where) })
	{
		$spend += $row->{spend};
		$impressions += $row->{impressions};
	}
	is(run("SELECT trim_scale(round(sum(spend)::numeric, 2)) = round($spend, 2), sum(impressions) FROM src_meta.basic_ad"), "t|$impressions", 'basic_ad adds up to the world');
	$actions{ $_->{action_type} } += $_->{action_count} for @{ $sim->world(resource => 'ad_action_daily', @where) };
	is(run("SELECT string_agg(action_type || ' ' || round(n::numeric, 2), ', ' ORDER BY action_type COLLATE \"C\") FROM (SELECT action_type, sum(value) AS n FROM src_meta.basic_ad_actions GROUP BY 1) s"),
		encode('UTF-8', join ', ', map { "$_ " . sprintf('%.2f', $actions{$_}) } sort keys %actions), 'basic_ad_actions, type by type');
}

# Entities that no list contains.
cmp_ok(run("SELECT count(DISTINCT ad_id) FROM meta_copies.meta_ads_all WHERE NOT is_listed"), '>', 0, 'deleted ads with numbers are filled from them');
is(run("SELECT count(*) FROM (SELECT ad_id FROM meta_copies.meta_ad_daily EXCEPT SELECT ad_id FROM meta_copies.meta_ads_all) e"), '0', 'so that every ad with numbers is there');
is(run("SELECT count(*) FROM (SELECT is_listed, ad_id FROM meta_copies.meta_ads_all GROUP BY 1, 2, account_id, _first_seen HAVING count(*) > 1) e"), '0', 'once');
is(run("SELECT count(*) FROM src_meta.ad_history WHERE updated_time IS NULL OR account_id IS NULL OR campaign_id IS NULL OR ad_set_id IS NULL OR name IS NULL"), '0', 'with ids, name and a time');
is(run("SELECT count(*) FROM (SELECT id FROM src_meta.$_ GROUP BY id, updated_time HAVING count(*) > 1) d"), '0', "$_: one row for each id and time of change") for qw(ad_history ad_set_history campaign_history);

# Our own restatement of the packages' reports: joins by id to what is newest.
sub totals
{
	my ($what, $query, $copy, $copy_total) = @_;
	is(run("SELECT count(*) FILTER (WHERE missing) FROM ($query) q"), '0', "$what: no id is missing");
	is(run("SELECT count(*) > 0, sum(total)::numeric FROM ($query) q"), run("SELECT true, sum($copy_total) FROM $copy"), "$what: nothing is lost or doubled");
	return;
}

# The newest version of each id, as staging models choose it.
sub newest
{
	my ($relation, $order, $key) = @_;
	$key //= 'id';
	my $active = $relation =~ /google/ ? 'WHERE _fivetran_active' : '';
	return "(SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY $key ORDER BY $order DESC) AS n FROM $relation $active) v WHERE n = 1)";
}
my %google = map { $_ => newest("src_google.${_}_history", 'updated_at', $_ eq 'ad' ? 'ad_group_id, id' : 'id') } qw(account campaign ad_group ad);
totals('Google accounts', "SELECT s.cost_micros AS total, a.id IS NULL OR a.currency_code IS NULL AS missing FROM src_google.account_stats s LEFT JOIN $google{account} a ON a.id = s.customer_id",
	'google_copies.google_account_device_daily', 'cost_micros');
totals('Google campaigns', "SELECT s.cost_micros AS total, a.id IS NULL OR c.id IS NULL AS missing FROM src_google.campaign_stats s LEFT JOIN $google{campaign} c ON c.id = s.id LEFT JOIN $google{account} a ON a.id = c.customer_id",
	'google_copies.google_campaign_device_daily', 'cost_micros');
totals('Google ad groups', "SELECT s.cost_micros AS total, a.id IS NULL OR c.id IS NULL OR g.id IS NULL AS missing FROM src_google.ad_group_stats s LEFT JOIN $google{ad_group} g ON g.id = s.id LEFT JOIN $google{campaign} c ON c.id = g.campaign_id LEFT JOIN $google{account} a ON a.id = c.customer_id",
	'google_copies.google_ad_group_device_daily', 'cost_micros');
totals('Google ads', "SELECT s.cost_micros AS total, a.id IS NULL OR c.id IS NULL OR g.id IS NULL OR d.id IS NULL AS missing FROM src_google.ad_stats s LEFT JOIN $google{ad} d ON d.id = s.ad_id AND d.ad_group_id = s.ad_group_id::bigint LEFT JOIN $google{ad_group} g ON g.id = d.ad_group_id LEFT JOIN $google{campaign} c ON c.id = g.campaign_id LEFT JOIN $google{account} a ON a.id = c.customer_id",
	'google_copies.google_ad_device_daily', 'cost_micros');
my %meta = (account => newest('src_meta.account_history', '_fivetran_synced'), map { $_ => newest("src_meta.${_}_history", 'updated_time') } qw(campaign ad_set ad));
totals('Meta', "SELECT s.spend AS total, a.id IS NULL OR a.currency IS NULL OR c.id IS NULL OR g.id IS NULL OR d.id IS NULL AS missing FROM src_meta.basic_ad s LEFT JOIN $meta{ad} d ON d.id = s.ad_id::bigint LEFT JOIN $meta{account} a ON a.id = s.account_id LEFT JOIN $meta{campaign} c ON c.id = d.campaign_id LEFT JOIN $meta{ad_set} g ON g.id = d.ad_set_id",
	'meta_copies.meta_ad_daily', 'spend');
is(scalar @{ $sim->requests }, $requests, 'reading the views sends nothing');

# Again: nothing is missing, nothing changes.
($status, $out, $error) = $node->psql('postgres', "SELECT step FROM adpipe.create_source_views('src_google', 'google_ads') GROUP BY 1", extra_params => [ '-U', 'loader' ]);
is($out, 'view', 'again: only views are replaced');
is($error, '', 'and nothing is missing');

done_testing();
