# What a loader stored, served in the shape of the platforms, refreshed and read
# through source views, is what it was: each relation of numbers equals its file.
# ADPIPE_SAMPLES may name a folder of public sample rows; else there are rows of our own.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $account = '4410022331';
my $head = 'customer_id,date,ad_network_type,device,clicks,impressions,cost_micros,conversions,conversions_value,view_through_conversions';
my $prefix = "customers/$account";

# Rows of four days, two places and one thing of each kind.
sub rows_of
{
	my (@more) = @_;
	my @rows;
	for my $day (1 .. 4)
	{
		for my $place ('SEARCH,MOBILE', 'CONTENT,DESKTOP')
		{
			my $n = $day * 7 + length $place;
			push @rows, join ',', $account, "2024-05-0$day", $place, $n, 40 * $n, 1_000_003 * $n, $n / 8, $n * 1.25, $day, @more;
		}
	}
	return @rows;
}

my %own = (
	google_ads_account_history => [ 'id,updated_at,currency_code,descriptive_name,time_zone', "$account,2024-01-01,EUR,Shop,Europe/Berlin" ],
	google_ads_campaign_history => [ 'id,updated_at,name,customer_id,advertising_channel_type,status', "11,2024-01-01,Shoes,$account,SEARCH,ENABLED" ],
	google_ads_ad_group_history => [ 'id,updated_at,type,campaign_id,campaign_name,name,status', '22,2024-01-01,SEARCH_STANDARD,11,Shoes,Red,ENABLED' ],
	google_ads_ad_history => [ 'ad_group_id,id,name,updated_at,type,status,display_url,final_urls', '22,33,,2024-01-01,RESPONSIVE_SEARCH_AD,ENABLED,,[https://a.example]' ],
	google_ads_ad_group_criterion_history => [ 'id,ad_group_id,base_campaign_id,updated_at,type,status,keyword_match_type,keyword_text', '44,22,11,2024-01-01,KEYWORD,ENABLED,BROAD,shoes' ],
	google_ads_account_stats => [ $head, rows_of() ],
	google_ads_campaign_stats => [ "$head,id", rows_of(11) ],
	google_ads_ad_group_stats => [ "$head,campaign_id,id", rows_of(11, 22) ],
	google_ads_ad_stats => [ "$head,campaign_id,ad_group,ad_id", rows_of(11, "$prefix/adGroups/22", 33) ],
	google_ads_keyword_stats => [ "$head,campaign_id,ad_group_id,ad_group_criterion_criterion_id", rows_of(11, 22, 44) ],
	google_ads_search_term_keyword_stats => [ "$head,campaign_id,ad_group_id,search_term,search_term_match_type,status,info_text,keyword_ad_group_criterion",
		# Each keyword brings the term in one of the two places.
		(grep { /SEARCH/ } rows_of(11, 22, 'red shoes', 'BROAD', 'ADDED', 'shoes', "$prefix/adGroupCriteria/22~44")),
		grep { /CONTENT/ } rows_of(11, 22, 'red shoes', 'BROAD', 'ADDED', 'red', "$prefix/adGroupCriteria/22~45") ],
	facebook_ads_account_history => [ 'id,name,_fivetran_synced', '1700000000000001,Shop,2024-01-01' ],
	facebook_ads_campaign_history => [ 'id,account_id,name,updated_time', '61,1700000000000001,Shoes,2024-01-01' ],
	facebook_ads_ad_set_history => [ 'id,account_id,campaign_id,name,updated_time', '62,1700000000000001,61,Red,2024-01-01' ],
	facebook_ads_ad_history => [ 'id,account_id,ad_set_id,campaign_id,creative_id,name,updated_time', '63,1700000000000001,62,61,64,v1,2024-01-01' ],
	facebook_ads_basic_ad => [ 'ad_id,date,account_id,impressions,inline_link_clicks,spend', map { "63,2024-05-0$_,1700000000000001," . 100 * $_ . ',' . 3 * $_ . ',' . 1.01 * $_ } 1 .. 4 ],
	facebook_ads_basic_ad_actions => [ 'ad_id,date,index,action_type,value', map { ("63,2024-05-0$_,0,omni_purchase,$_", "63,2024-05-0$_,1,lead,2.5") } 1 .. 4 ],
	facebook_ads_basic_ad_action_values => [ 'ad_id,date,index,action_type,value', map { ("63,2024-05-0$_,0,omni_purchase," . 9.99 * $_) } 1 .. 4 ],
	facebook_ads_demographics_country => [ 'account_id,country,date,impressions,inline_link_clicks,spend', map { ("1700000000000001,KR,2024-05-0$_,100,2,1.5", "1700000000000001,US,2024-05-0$_,50,1,0.25") } 1 .. 4 ],
	facebook_ads_demographics_region => [ 'account_id,region,date,impressions,inline_link_clicks,spend', map { ("1700000000000001,Seoul,2024-05-0$_,90,2,1.25") } 1 .. 4 ]);
my $folder = $ENV{ADPIPE_SAMPLES} // '';
my $is_public = -r "$folder/google_ads_account_stats_data.csv";
$folder = do {
	my $dir = PostgreSQL::Test::Utils::tempdir();
	append_to_file("$dir/${_}_data.csv", join('', map { "$_\n" } @{ $own{$_} })) for sort keys %own;
	$dir;
} unless $is_public;

my $node = adpipe_cluster();
my $sim = simulator(args => [ '--seeds', $folder ]);
loader($node, $sim);
meta_server($node, $sim, role => 'loader', schema => undef, options => { account_id => '*' });
$node->safe_psql('postgres', 'GRANT CREATE ON DATABASE postgres TO loader; GRANT USAGE ON FOREIGN SERVER meta TO loader');
run("SELECT FROM adpipe.create_source_views('src_google', 'google_ads'); SELECT FROM adpipe.create_source_views('src_meta', 'meta_ads')");

# The files as tables of texts.
my %files = map { $_ => "google_ads_${_}_data.csv" } qw(account_stats campaign_stats ad_group_stats ad_stats keyword_stats search_term_keyword_stats);
$files{$_} = "facebook_ads_${_}_data.csv" for qw(basic_ad basic_ad_actions basic_ad_action_values demographics_country demographics_region);
my %columns;
for my $relation (sort keys %files)
{
	open my $file, '<', "$folder/$files{$relation}" or next;
	chomp(my $line = <$file>);
	$columns{$relation} = { map { $_ => 1 } my @names = split /,/, $line =~ s/\r|^\xef\xbb\xbf//gr };
	$node->safe_psql('postgres', "CREATE TABLE public.$relation (" . join(', ', map { "\"$_\" text" } @names) . "); GRANT SELECT ON public.$relation TO loader");
	$node->psql('postgres', "\\copy public.$relation FROM '$folder/$files{$relation}' CSV HEADER", on_error_die => 1);
}
cmp_ok(scalar keys %columns, '>', 5, 'files: ' . join(' ', sort keys %columns));

# Refreshes the days of a copy that a file has, moved as the simulator moved them.
my $ready = $sim->ready;
my %moved = map { $_ => ($ready->{seeds}{ $_ =~ s/_stats$//r =~ s/_keyword$//r } // $ready->{meta_seeds}{$_})->{days_shifted} } keys %columns;
my %copy = map { split /\|/ } split /\n/, run(<<'END');
SELECT r.relation, t.target FROM adpipe.source_view_relations r
JOIN adpipe.targets t ON t.target::text = CASE r.platform WHEN 'google_ads' THEN 'google_copies.google_' ELSE 'meta_copies.meta_' END || r.report
END
# The public files were drawn apart from each other: campaigns have days that their
# account has not, which a refresh refuses as long as it can read the account's totals.
for my $relation (sort keys %columns)
{
	$node->safe_psql('postgres', 'REVOKE SELECT ON google.account_daily, google.account_device_daily FROM loader') if $is_public && $relation eq 'ad_group_stats';
	for my $range (split /\n/, run("SELECT min(d), max(d) FROM (SELECT d, d - row_number() OVER (ORDER BY d)::int AS island FROM (SELECT DISTINCT date::date + $moved{$relation} AS d FROM public.$relation) s) i GROUP BY island ORDER BY 1"))
	{
		my ($since, $until) = split /\|/, $range;
		run("CALL adpipe.refresh('$copy{$relation}', '$since', '$until')");
	}
}

# Keys and numbers by which a relation and its file are compared.
my @google = qw(clicks impressions cost_micros conversions conversions_value view_through_conversions);
my @meta = qw(impressions inline_link_clicks spend);
my @place = qw(customer_id ad_network_type device);
my %keys = (
	account_stats => [ \@place, \@google ],
	campaign_stats => [ [ @place, 'id' ], \@google ],
	ad_group_stats => [ [ @place, 'campaign_id', 'id' ], \@google ],
	ad_stats => [ [ @place, 'campaign_id', 'ad_group', 'ad_id' ], \@google ],
	keyword_stats => [ [ @place, 'campaign_id', 'ad_group_id', 'ad_group_criterion_criterion_id' ], \@google ],
	search_term_keyword_stats => [ [ qw(customer_id campaign_id ad_group_id search_term search_term_match_type info_text keyword_ad_group_criterion) ], \@google ],
	basic_ad => [ [qw(account_id ad_id)], \@meta ],
	basic_ad_actions => [ [qw(ad_id action_type)], ['value'] ],
	basic_ad_action_values => [ [qw(ad_id action_type)], ['value'] ],
	demographics_country => [ [qw(account_id country)], \@meta ],
	demographics_region => [ [qw(account_id region)], \@meta ]);
for my $relation (sort keys %columns)
{
	my ($keys, $numbers) = @{ $keys{$relation} };
	my $schema = $files{$relation} =~ /^google/ ? 'src_google' : 'src_meta';
	my $query = sub {
		my ($from, $day) = @_;
		# The platform has no rows without numbers, and one row where a loader may have several.
		return "SELECT $day AS day, " . join(', ', (map { "${_}::text" } @$keys), map { "trim_scale(sum(${_}::numeric))" } @$numbers)
		  . " FROM $from GROUP BY " . join(', ', 1 .. @$keys + 1) . ' HAVING ' . join(' OR ', map { "sum(${_}::numeric) <> 0" } @$numbers);
	};
	my ($view, $file) = ($query->("$schema.$relation", 'date'), $query->("public.$relation", "date::date + $moved{$relation}"));
	is(run("SELECT count(*) > 0, (SELECT count(*) FROM ($view EXCEPT ALL $file) e), (SELECT count(*) FROM ($file EXCEPT ALL $view) e) FROM ($file) f"), 't|0|0', "$relation equals its file");
}

done_testing();
