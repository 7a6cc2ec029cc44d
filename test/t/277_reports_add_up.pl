# Each metric of each report of each platform: a live sum of it over days and entities is
# that of the rows, or is refused, as adpipe.columns says; and wherever one report is
# finer than another, its rows add up to those of the other, or the pair is a row of the
# table of exceptions in doc/finding_a_report.md.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Exceptions;
use AdpipeTest::Reports;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
# Days, the week that they end, and the month before.
my ($since, $until) = ('2026-10-30', '2026-11-01');
my %range = (day => [ $since, $until ], week => [ '2026-10-26', '2026-11-01' ], month => [ '2026-10-01', '2026-10-31' ]);
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nadpipe.debug_rate_pct = 0\n");
my $sim = simulator();
$sim->clock($now);
generous($sim);
# Without a bar in the option Meta's conversions add up.
every_server($node, $sim, options => { meta => { conversion_actions => 'omni_purchase' } });
my $session = session($node);
my @reports = grep { $_->{day} } every_report($session);
cmp_ok(scalar @reports, '>', 90, scalar(@reports) . ' reports by day, week or month');

# All rows of a report, read once.
$session->query('CREATE SCHEMA kept');
sub kept { return 'kept.' . $_[0]->{table} =~ s/\./_/r; }
for my $report (@reports)
{
	my $where = where($report, @{ $range{ $report->{period} } });
	my ($out, $error) = $session->try('CREATE TABLE ' . kept($report) . " AS SELECT * FROM $report->{table}$where");
	is($error && $error->{message}, undef, "$report->{table}: read");
	$report->{where} = $where;
	cmp_ok($session->query('SELECT count(*) FROM ' . kept($report)), '>', 0, "$report->{table}: has rows");
}

sub numbers { return grep { $_->{kind} eq 'metric' && $_->{type} =~ /^(?:bigint|integer|numeric|double precision)$/ } @{ $_[0]->{columns} }; }

# An option decides whether it adds up.
sub is_optional { return $_[0]->{description} =~ /Adds up only if option/; }

# What may differ between the rows of a group, by what a metric adds up over.
sub splits
{
	my ($report) = @_;
	my %split = (days => [ $report->{day} ], entities => [], breakdowns => []);
	for my $column (@{ $report->{columns} })
	{
		next if $column->{kind} eq 'metric' || $column->{name} =~ /^(?:date_day|period_(?:start|end))$/;
		push @{ $split{entities} }, $column->{name} if $column->{entity} && $column->{entity} ne 'account';
		push @{ $split{breakdowns} }, $column->{name} if !$column->{entity} && $column->{kind} eq 'segment';
	}
	return %split;
}

# Two statements with the same sums: of the live report, and of its rows.
sub same_sums
{
	my ($report, $by, $what, @columns) = @_;
	my $list = join ', ', @$by, map { "round(sum($_->{name}), 4)" } @columns;
	my $groups = join ', ', @$by;
	my ($live, $rows) = ("SELECT $list FROM $report->{table}$report->{where} GROUP BY $groups", 'SELECT ' . $list . ' FROM ' . kept($report) . " GROUP BY $groups");
	my ($out, $error) = $session->try("WITH live AS MATERIALIZED ($live), rows AS MATERIALIZED ($rows)
		SELECT (SELECT count(*) FROM (TABLE live EXCEPT ALL TABLE rows) d) || '|' || (SELECT count(*) FROM (TABLE rows EXCEPT ALL TABLE live) d)");
	is($error ? $error->{message} : $out, '0|0', "$report->{table}: $what");
	return;
}

# Over accounts and days, and over all else.
for my $report (@reports)
{
	my %split = splits($report);
	my (@whole, %within);
	for my $column (numbers($report))
	{
		my ($words, $one) = split /; within one /, $column->{additive};
		my %adds = map { $_ => 1 } split /, /, $words;
		if (is_optional($column))
		{
			push @whole, $column if $column->{name} =~ /^conversions/;
			next;
		}
		if ($column->{additive} eq 'days, entities, breakdowns')
		{
			push @whole, $column;
			next;
		}
		my @alone = (($one ? split /, /, $one : ()), map { @{ $split{$_} } } grep { !$adds{$_} } sort keys %split);
		push @{ $within{ join ', ', 'account_id', @alone } }, $column;
		next if !@alone;
		for my $call ("sum($column->{name})", "avg($column->{name})", "adpipe.ctr($column->{name}, 1)", "adpipe.cpa(1, $column->{name})")
		{
			my ($out, $error) = $session->try("EXPLAIN SELECT account_id, $call FROM $report->{table}$report->{where} GROUP BY 1");
			is($error && $error->{sqlstate}, '42803', "$report->{table}: $call over " . join(', ', @alone) . ' is refused');
		}
	}
	same_sums($report, ['account_id'], 'sums of ' . join(', ', map { $_->{name} } @whole), @whole) if @whole;
	same_sums($report, [$_], 'sums of ' . join(', ', map { $_->{name} } @{ $within{$_} }) . " by $_", @{ $within{$_} }) for sort keys %within;
}

# A report as what splits its rows: the fields of each object that it identifies, and each
# segment; attributes of an object split nothing.
for my $report (@reports)
{
	for my $column (grep { $_->{kind} ne 'metric' && $_->{name} !~ /^period_/ } @{ $report->{columns} })
	{
		my $token = $column->{entity} || ($column->{kind} eq 'segment' ? $column->{field} : next);
		$report->{grain}{$token}{ $column->{field} } = $column->{name};
	}
}

# Columns by which a finer report is grouped to give the coarser one, of each of the two;
# nothing if it is not finer.
sub shared
{
	my ($finer, $coarser) = @_;
	my (@mine, @theirs);
	for my $token (sort keys %{ $coarser->{grain} })
	{
		my $own = $finer->{grain}{$token} // return;
		my @fields = grep { defined $own->{$_} } sort keys %{ $coarser->{grain}{$token} };
		return unless @fields;
		push @mine, map { $own->{$_} } @fields;
		push @theirs, map { $coarser->{grain}{$token}{$_} } @fields;
	}
	return (\@mine, \@theirs);
}

# Metrics of both, which add up over what only the finer has.
sub metrics
{
	my ($finer, $coarser, $by) = @_;
	my %theirs = map { ("$_->{field} $_->{type}" => $_->{name}) } numbers($coarser);
	my %kept = map { $_ => 1 } @$by;
	return map { [ $_->{name}, $theirs{"$_->{field} $_->{type}"} ] } grep {
		my ($words, $one) = split /; within one /, $_->{additive};
		$theirs{"$_->{field} $_->{type}"} && (is_optional($_) || $words eq 'days, entities, breakdowns')
		  && !grep { !$kept{$_} } split /, /, $one // ''
	} numbers($finer);
}

# By what and in which metrics a finer report can be compared with a coarser one; nothing
# if it cannot.
sub comparison
{
	my ($finer, $coarser) = @_;
	my ($mine, $theirs) = shared($finer, $coarser) or return;
	my @metrics = metrics($finer, $coarser, $mine) or return;
	return ($mine, $theirs, \@metrics);
}

# A report's sums by its columns, in its metrics of a comparison; groups of nothing but
# zeros are none.
sub sums_of
{
	my ($report, $by, $n, $metrics) = @_;
	my @sums = map { "round(coalesce(sum($_->[$n]), 0)::numeric, 4)" } @$metrics;
	# AppsFlyer writes organic in two ways.
	my @columns = map { $_ eq 'media_source' ? 'lower(media_source) AS media_source' : $_ } @$by;
	return '(SELECT ' . join(', ', @columns, @sums) . ' FROM ' . kept($report) . ' GROUP BY ' . join(', ', 1 .. @columns) . ' HAVING ' . join(' OR ', map { "$_ <> 0" } @sums) . ')';
}

# How the sums of the finer report differ from the coarser one: its groups that are not
# there, and those that only the other has.
sub difference
{
	my ($finer, $coarser) = @_;
	my ($mine, $theirs, $metrics) = comparison($finer, $coarser) or return;
	my @sides = (sums_of($finer, $mine, 0, $metrics), sums_of($coarser, $theirs, 1, $metrics));
	return $session->query("SELECT (SELECT count(*) FROM ($sides[0] EXCEPT ALL $sides[1]) d) || '|' || (SELECT count(*) FROM ($sides[1] EXCEPT ALL $sides[0]) d)");
}

my @exceptions = exceptions();
my %is_exception = map { ("$_->{wrapper} $_->{report} $_->{against}" => 1) } @exceptions;
my (%found, $pairs, $whole);
# Lists of moments are no sums of one another.
my @daily = grep {
	$_->{period} eq 'day' && !grep { $_->{type} eq 'timestamp without time zone' } @{ $_->{columns} }
} @reports;
for my $finer (@daily)
{
	for my $coarser (grep { $_->{wrapper} eq $finer->{wrapper} && $_ != $finer } @daily)
	{
		my $difference = difference($finer, $coarser) // next;
		$pairs++;
		$found{"$finer->{wrapper} $finer->{report} $coarser->{report}"} = $difference ne '0|0';
		$whole++ if $difference eq '0|0';
	}
}

# What is between the two may explain it.
sub is_explained
{
	my ($wrapper, $finer, $coarser, $seen) = @_;
	return 1 if $is_exception{"$wrapper $finer $coarser"};
	return if $seen->{$finer}++;
	for my $between (map { /^$wrapper $finer (\S+)$/ ? $1 : () } sort keys %found)
	{
		next if $between eq $coarser || !exists $found{"$wrapper $between $coarser"};
		return 1 if $is_exception{"$wrapper $finer $between"} || is_explained($wrapper, $between, $coarser, $seen);
	}
	return;
}
for my $pair (sort keys %found)
{
	my ($wrapper, $finer, $coarser) = split / /, $pair;
	ok(!$found{$pair} || is_explained($wrapper, $finer, $coarser, {}), "$wrapper: $finer adds up to $coarser, or a row of the table says why not");
}
cmp_ok($whole, '>', 60, "of $pairs pairs of reports $whole add up");

# Days add up to weeks and months.
for my $periods (grep { $_->{period} ne 'day' } @reports)
{
	my ($days) = grep { $_->{wrapper} eq $periods->{wrapper} && $_->{schema} eq $periods->{schema} && $_->{report} eq $periods->{report} =~ s/_(?:weekly|monthly)$/_daily/r } @daily;
	ok($days, "$periods->{table}: there is a report by day") or next;
	my ($mine, $theirs) = shared({ grain => { map { $_ => $days->{grain}{$_} } keys %{ $days->{grain} } } }, { grain => { map { $_ => $periods->{grain}{$_} } grep { !/period/ } keys %{ $periods->{grain} } } });
	my @metrics = metrics($days, $periods, $mine);
	my $range = $periods->{where} =~ s/period_start/date_day/r;
	my $live = 'SELECT ' . join(', ', @$mine, map { "round(sum($_->[0])::numeric, 4)" } @metrics) . ' FROM ' . "$days->{table}$range GROUP BY " . join(', ', @$mine);
	my $sums = 'SELECT ' . join(', ', @$theirs, map { "round($_->[1]::numeric, 4)" } @metrics) . ' FROM ' . kept($periods);
	cmp_ok(scalar @metrics, '>', 4, "$periods->{table}: metrics");
	is($session->query("WITH live AS MATERIALIZED ($live), rows AS MATERIALIZED ($sums)
		SELECT (SELECT count(*) FROM (TABLE live EXCEPT ALL TABLE rows) d) || '|' || (SELECT count(*) FROM (TABLE rows EXCEPT ALL TABLE live) d)"),
		'0|0', "$periods->{table}: days add up to it");
}

# The exceptions, each with its reason: SQL that is true of the simulator's rows, and where
# the two have no metric in common, or not on these days, SQL for the two numbers.
$session->query(<<"END");
CREATE TABLE kept.channels AS SELECT campaign_id, channel_type FROM google.campaigns;
CREATE SCHEMA mine;
IMPORT FOREIGN SCHEMA reports LIMIT TO (user_location_daily) FROM SERVER google INTO mine;
ALTER FOREIGN TABLE mine.user_location_daily DROP COLUMN location;
CREATE FOREIGN TABLE mine.products (date_day date OPTIONS (field 'date_start'), campaign_id text, product_id text, conversions numeric OPTIONS (field 'adpipe.conversions'))
	SERVER meta OPTIONS (level 'campaign', breakdowns 'product_id');
CREATE FOREIGN TABLE mine.hours (date_day date OPTIONS (field 'date_start'), campaign_id text, hour text OPTIONS (field 'hourly_stats_aggregated_by_advertiser_time_zone'), conversions numeric OPTIONS (field 'adpipe.conversions'))
	SERVER meta OPTIONS (level 'campaign', breakdowns 'hourly_stats_aggregated_by_advertiser_time_zone');
CREATE TABLE kept.products AS SELECT * FROM mine.products WHERE date_day BETWEEN '$since' AND '$until';
CREATE TABLE kept.hours AS SELECT * FROM mine.hours WHERE date_day BETWEEN '$since' AND '$until';
END
my %report = map { ("$_->{wrapper} $_->{report}" => $_) } grep { $_->{schema} !~ /_common$/ } @reports;

# Groups of the coarser report that the finer one falls short of.
sub short
{
	my ($mine, $theirs, $metrics) = comparison(@_);
	my ($finer, $coarser) = @_;
	my @sides = map { sums_of(@$_) } [ $coarser, $theirs, 1, $metrics ], [ $finer, $mine, 0, $metrics ];
	return "(SELECT * FROM ($sides[0] EXCEPT ALL $sides[1]) d)";
}
sub of_channels
{
	my ($words, $finer, $coarser) = @_;
	return "SELECT count(*) > 0 AND bool_and(channel_type $words) FROM " . short($finer, $coarser) . ' s JOIN kept.channels USING (campaign_id)';
}
sub only_in
{
	my ($words, $finer, $coarser) = @_;
	return 'SELECT (SELECT bool_and(channel_type ' . $words . ') FROM ' . kept($finer) . ' JOIN kept.channels USING (campaign_id)) AND (SELECT bool_or(channel_type ' . $words . ') FROM '
	  . short($finer, $coarser) . ' s JOIN kept.channels USING (campaign_id))';
}
sub apart { return 'SELECT count(*) = 0 FROM ' . kept($_[0]) . ' JOIN ' . kept($_[1]) . ' USING (account_id, campaign_name)'; }
sub unplaced { return 'SELECT count(*) = 0 FROM ' . kept($_[0]) . " WHERE coalesce($_[2], 'unknown') ILIKE 'unknown'"; }
sub totals { return join ' ', 'SELECT', join ', ', @_; }
sub total { return "(SELECT sum($_[0]) FROM $_[1])"; }

my %reasons = (
	google_ads => [
		[ 'ad_group_\w+', 'it is that of Performance Max', sub { of_channels("= 'PERFORMANCE_MAX'", @_) } ],
		[ 'asset_group_daily', 'it is that of other campaigns', sub { of_channels("<> 'PERFORMANCE_MAX'", @_) } ],
		[ 'keyword\w+', 'only searches have keywords', sub { of_channels("<> 'SEARCH'", @_) } ],
		[ 'search_term_daily', 'some of searches is missing', sub { only_in("= 'SEARCH'", @_) } ],
		[ 'search_term_keyword_daily', 'it is that of terms without keywords', sub { 'SELECT bool_and(match_type IN (\'AI_MAX\', \'UNKNOWN\')) FROM ' . short(@_) . ' s' } ],
		[ 'placement_daily', 'some of display and video is missing', sub { only_in("IN ('DISPLAY', 'VIDEO')", @_) } ],
		[ 'placement_pmax_daily', 'it is that of other campaigns', sub { of_channels("<> 'PERFORMANCE_MAX'", @_) } ],
		[ 'video_daily', 'it is that of ads without a video', sub { of_channels("<> 'VIDEO'", @_) } ],
		[ 'landing_page_daily', 'each ad group has an ad without a page', sub { 'SELECT bool_and(EXISTS (SELECT FROM google.ads a WHERE a.ad_group_id = s.ad_group_id AND coalesce(a.final_urls, \'{}\') = \'{}\')) FROM ' . short(@_) . ' s' } ],
		[ 'user_location_daily', 'without places nothing is missing', sub { "SELECT count(*) = 0 FROM (SELECT campaign_id, date_day, sum(impressions) FROM mine.user_location_daily WHERE date_day BETWEEN '$since' AND '$until' GROUP BY 1, 2 EXCEPT SELECT campaign_id, date_day, impressions FROM kept.google_campaign_daily) d" } ],
		[ 'geo_daily', 'there are two types', sub { 'SELECT count(DISTINCT location_type) = 2 FROM kept.google_geo_daily' },
			totals(total('clicks', "kept.google_geo_daily WHERE location_type = 'LOCATION_OF_PRESENCE'"), total('clicks', 'kept.google_campaign_daily')) ],
		[ 'audience_daily', 'no single audience has more', sub { 'SELECT bool_and(a.impressions <= g.impressions) FROM kept.google_audience_daily a JOIN kept.google_ad_group_daily g USING (ad_group_id, date_day)' },
			totals(total('impressions', 'kept.google_audience_daily'), "(SELECT sum(impressions) FROM kept.google_ad_group_daily WHERE ad_group_id IN (SELECT ad_group_id FROM kept.google_audience_daily))") ],
		[ 'shopping_product_daily', 'there are products, of a part of the campaigns', sub { 'SELECT count(DISTINCT product_id) > 1 AND count(DISTINCT campaign_id) < (SELECT count(DISTINCT campaign_id) FROM kept.google_campaign_daily) FROM kept.google_shopping_product_daily' } ],
		[ 'clicks', 'each has its id', sub { 'SELECT bool_and(gclid IS NOT NULL) AND count(*) > 0 FROM kept.google_clicks' } ] ],
	meta_ads => [
		[ '\w+_country_daily', 'no row is of an unknown country', sub { unplaced(@_, 'country') } ],
		[ '\w+_region_daily', 'no row is of an unknown region', sub { unplaced(@_, 'region') } ],
		[ 'account_region_action_daily', 'actions on Meta are there', sub { "SELECT sum(action_count) FILTER (WHERE action_type = 'link_click') > 0 AND count(*) FILTER (WHERE action_type ~ 'purchase') = 0 FROM kept.meta_account_region_action_daily" },
			totals(map { "(SELECT coalesce(sum(action_count) FILTER (WHERE action_type = 'omni_purchase'), 0) FROM kept.meta_account_${_}_action_daily)" } qw(region country)) ],
		[ '\w+_hourly', 'conversions are not known by hour', sub { 'SELECT count(*) > 0 AND count(conversions) = 0 FROM kept.hours' },
			totals("(SELECT coalesce(sum(conversions), 0) FROM kept.hours)", total('conversions', 'kept.meta_campaign_daily')) ],
		[ 'product_daily', 'conversions have no product', sub { 'SELECT count(*) FILTER (WHERE product_id IS NULL AND conversions > 0) > 0 AND count(*) FILTER (WHERE product_id IS NOT NULL AND conversions > 0) = 0 FROM kept.products' },
			totals("(SELECT coalesce(sum(conversions), 0) FROM kept.products)", total('conversions', 'kept.meta_campaign_daily')) ],
		[ '(campaign|ad)_action_daily', 'one type has them all', sub { "SELECT " . total('action_count', kept($_[0]) . " WHERE action_type = 'omni_purchase'") . ' = ' . total('conversions', kept($_[1])) },
			sub { totals(total('action_count', kept($_[0]) . " WHERE action_type ~ 'purchase'"), total('conversions', kept($_[1]))) } ],
		[ 'ad_\w+_daily', 'ads that are there are whole', sub { 'SELECT count(*) = 0 FROM ' . short(@_) . ' s WHERE EXISTS (SELECT FROM ' . kept($_[0]) . ' f WHERE f.ad_id = s.ad_id AND f.date_day = s.date_day)' } ],
		[ 'campaign_conversion_daily', 'there are custom conversions', sub { "SELECT count(*) FILTER (WHERE conversion LIKE 'offsite_conversion.custom.%' AND conversions > 0) > 0 FROM kept.meta_campaign_conversion_daily" },
			totals(total('conversions', 'kept.meta_campaign_conversion_daily'), total('conversions', 'kept.meta_campaign_daily')) ],
		[ 'campaign_window_daily', 'a longer window has all of a shorter one', sub { 'SELECT bool_and(purchases_1d_click <= purchases_7d_click AND purchases_7d_click <= purchases_28d_click) FROM kept.meta_campaign_window_daily' },
			totals(total('purchases_1d_click + purchases_7d_click + purchases_28d_click + purchases_1d_view', 'kept.meta_campaign_window_daily'), total('conversions', 'kept.meta_campaign_daily')) ] ],
	appsflyer => [
		[ '\w+_retargeting_daily', 'no campaign is in both', sub { apart(@_) }, sub { totals(map { total('revenue', kept($_)) } @_) } ],
		[ 'master_daily', 'they are today and the two days before', sub { "SELECT (SELECT max(date_day) FROM flyer.partners_daily WHERE date_day >= '2026-11-14') - (SELECT max(date_day) FROM flyer.master_daily WHERE date_day >= '2026-11-14') BETWEEN 2 AND 3" },
			totals(map { total('clicks', "flyer.$_ WHERE date_day >= '2026-11-14'") } qw(master_daily partners_daily)) ],
		[ 'skan_daily', 'only some installs have a conversion', sub { 'SELECT sum(installs) > sum(converted_users) AND sum(converted_users) > 0 FROM kept.flyer_skan_daily' },
			totals(total('installs', 'kept.flyer_skan_daily'), total('installs', 'kept.flyer_partners_daily')) ],
		[ 'skan_postback_daily', 'an install has several postbacks', sub { 'SELECT count(DISTINCT postback_sequence_index) > 1 FROM kept.flyer_skan_postback_daily' },
			totals(total('postbacks', 'kept.flyer_skan_postback_daily'), total('installs', 'kept.flyer_skan_daily')) ],
		[ 'cohort', 'it is that of days without installs', sub { "SELECT (SELECT sum(spend) FROM kept.flyer_partners_daily WHERE installs > 0) = (SELECT sum(spend) FROM kept.flyer_cohort WHERE cohort_day = 0)" },
			totals("(SELECT sum(spend) FROM kept.flyer_cohort WHERE cohort_day = 0)", total('spend', 'kept.flyer_partners_daily')) ] ],
	naver_searchad => [
		[ 'shopping_search_term_daily search_term_daily', 'no ad group is in both', sub { 'SELECT count(*) = 0 FROM kept.naver_shopping_search_term_daily JOIN kept.naver_search_term_daily USING (ad_group_id)' } ],
		[ '\w*search_term_daily', 'of no ad or ad group it is more', sub { my $id = $_[1]{report} =~ /^(\w+)_daily/ ? "$1_id" : ''; 'SELECT count(*) = 0 FROM ' . join(' t LEFT JOIN ', map { "(SELECT date_day, $id, sum(impressions) AS n FROM " . kept($_) . ' GROUP BY 1, 2)' } @_) . " g USING (date_day, $id) WHERE $id IS NOT NULL AND t.n > coalesce(g.n, 0)" } ] ],
	kakao_moment => [
		[ 'campaign_\w+_daily', 'it is that of messages', sub { 'SELECT count(*) > 0 AND bool_and(c.msg_send > 0) FROM ' . short(@_) . ' s JOIN kept.kakao_campaign_daily c USING (account_id, campaign_id, date_day)' } ] ]);

# The numbers of both sides of an exception, by their metrics.
sub both_sides
{
	my ($finer, $coarser, $numbers) = @_;
	return [ split /\|/, $session->query(ref $numbers ? $numbers->($finer, $coarser) : $numbers) ] if $numbers;
	my ($mine, $theirs, $metrics) = comparison($finer, $coarser) or return;
	return map { [ split /\|/, $session->query('SELECT (SELECT coalesce(sum(' . $_->[0] . '), 0) FROM ' . kept($finer) . '), (SELECT coalesce(sum(' . $_->[1] . '), 0) FROM ' . kept($coarser) . ')') ] } @$metrics;
}
my %way = ('less than' => sub { $_[0] <= $_[1] }, 'more than' => sub { $_[0] >= $_[1] }, 'other rows than' => sub { 1 });
for my $row (@exceptions)
{
	my ($finer, $coarser) = map { $report{"$row->{wrapper} $_"} } @$row{qw(report against)};
	my $name = "$row->{wrapper}: $row->{report} has $row->{has} $row->{against}";
	ok($finer && $coarser, "$name: both are reports") or next;
	my ($reason) = grep { "$row->{report} $row->{against}" =~ /^$_->[0](?: |$)/ } @{ $reasons{ $row->{wrapper} } };
	ok($reason, "$name: a test has the reason") or next;
	my (undef, $what, $sql, $numbers) = @$reason;
	my @sides = both_sides($finer, $coarser, $numbers);
	is(scalar(grep { !$way{ $row->{has} }->(@$_) } @sides), 0, $name);
	cmp_ok(scalar(grep { $_->[0] != $_->[1] } @sides), '>', 0, "$name: they are not equal") or diag(explain(\@sides));
	is($session->query($sql->($finer, $coarser)), 't', "$name: $what");
}

done_testing();
