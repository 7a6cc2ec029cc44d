# Columns that AppsFlyer gives only if a request names them, and the retargeting
# reports: a table that has such columns shows values, not NULL for ever.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $app = 'com.hanbit.running';
my $now = '2026-11-20T12:00:00Z';
my @days = (since => '2026-11-01', until => '2026-11-09');
my $days = "BETWEEN '2026-11-01' AND '2026-11-09'";

# What comes only if it is asked for, in the order in which it is.
my @added = (
	[ 'conversion_type', 'Conversion Type' ], [ 'match_type', 'Match Type' ], [ 'oaid', 'OAID' ],
	[ 'gp_install_begin', 'Google Play Install Begin Time', 'timestamp' ], [ 'campaign_type', 'Campaign Type' ],
	[ 'custom_data', 'Custom Data' ], [ 'device_model', 'Device Model' ], [ 'is_lat', 'Is LAT', 'boolean' ], [ 'device_category', 'Device Category' ]);

$node->safe_psql('postgres', "ALTER DATABASE postgres SET adpipe.debug_now = '$now'");
my $session = session($node);
appsflyer_server($node, $sim, options => { app_id => $app, max_retries => 0 });
$session->query('CREATE SCHEMA ads');
start_over();

sub start_over
{
	$sim->reset;
	$sim->clock($now);
	$sim->settings({ appsflyer_minute_calls => 1000 });
	$session->query("SELECT adpipe.forget('flyer')");
	return;
}

# What a statement gives, or its error: a test goes on either way.
sub value
{
	my ($sql) = @_;
	my ($out, $error) = $session->try($sql);
	return $error ? "$error->{sqlstate} $error->{message}" : $out;
}

sub calls
{
	return grep { $_->{path} =~ m{^/api/(agg|raw)-data/} } @{ $sim->requests };
}

sub error_of
{
	my ($sql) = @_;
	my ($out, $error) = $session->try($sql);
	return 'no error' unless $error;
	return join "\n", map { $_ // '' } @$error{qw(sqlstate message detail hint)};
}

# Makes a table of a report with columns: name, field, type.
sub make_table
{
	my ($name, $report, $options, @columns) = @_;
	my $list = join ', ', map { "$_->[0] " . ($_->[2] // 'text') . ' OPTIONS (field ' . quote($_->[1]) . ')' } @columns;
	$session->query("DROP FOREIGN TABLE IF EXISTS flyer.$name");
	value("CREATE FOREIGN TABLE flyer.$name ($list) SERVER flyer OPTIONS (report '$report'$options)");
	return;
}

my @keys = ([ 'account_id', 'adpipe.account_id' ], [ 'date_day', 'Date', 'date' ]);
my @raw = (@keys, [ 'event_time', 'Event Time', 'timestamp' ], [ 'event_name', 'Event Name' ], [ 'media_source', 'Media Source' ]);

subtest 'additional fields of raw reports have values' => sub {
	for my $table (qw(installs organic_installs in_app_events organic_in_app_events))
	{
		my @lacks = $table eq 'organic_in_app_events' ? 'is_lat' : ();
		start_over();
		make_table('more', "${table}_report", '', @raw, grep { my $name = $_->[0]; !grep { $_ eq $name } @lacks } @added);
		is_world($node, 'flyer.more', $sim->world(platform => 'appsflyer', resource => $table, accounts => $app, @days), where => "date_day $days");
		cmp_ok(value("SELECT count(device_model) FROM flyer.more WHERE date_day $days"), '>', 0, "$table: they are there");
		unlike($session->messages, qr/has no column/, 'without a notice');
	}
};

subtest 'what is asked for is of the table, not of the statement' => sub {
	start_over();
	make_table('more', 'installs_report', '', @raw, [ 'model', 'device model' ], [ 'kind', 'Match Type' ]);
	value("SELECT $_ FROM flyer.more WHERE date_day $days") for 'count(*)', 'model', 'kind, media_source', '*';
	is(scalar calls(), 1, 'so one call serves all statements');
	like((calls())[0]{query}, qr/&additional_fields=match_type%2Cdevice_model$/, 'in the order of the platform');
	$session->query("SELECT count(*) FROM flyer.installs WHERE date_day $days");
	unlike((calls())[1]{query}, qr/additional_fields/, 'a table without them asks for none');
	like(value("EXPLAIN (VERBOSE) SELECT model FROM flyer.more WHERE date_day $days"), qr/Request: GET .*&additional_fields=match_type,device_model/, 'EXPLAIN shows it');
};

subtest 'what a report does not give is said before it is asked for' => sub {
	for my $case (
		[ in_app_events_report => 'Contributor 1 Engagement Type', 'contributor1_engagement_type' ],
		[ organic_installs_report => 'Store Product Page', 'store_product_page' ],
		[ organic_in_app_events_report => 'Is LAT', 'is_lat' ],
		[ uninstall_events_report => 'GDPR Applies', 'gdpr_applies' ],
		[ ad_revenue_raw => 'Campaign Type', 'campaign_type' ],
		[ detection => 'OAID', 'oaid' ],
		[ retarget_install_postbacks => 'Engagement Type', 'engagement_type' ])
	{
		my ($report, $field, $name) = @$case;
		start_over();
		make_table('more', $report, '', @raw, [ 'added', $field ]);
		like(error_of("SELECT count(*) FROM flyer.more WHERE date_day $days"), qr/^HV005\nreport "$report" has no additional field "$name"\n.*"$field".*\n.*Drop the column/s, "$report: $field");
		is(scalar calls(), 0, 'nothing is asked');
	}
	make_table('more', 'ad_revenue_raw', '', @raw, map { [ lc tr/ /_/r, $_ ] } 'Monetization Network', 'Ad Unit', 'Placement', 'Impressions');
	like(value("EXPLAIN (VERBOSE) SELECT * FROM flyer.more WHERE date_day $days"), qr/additional_fields=impressions,monetization_network,ad_unit,placement/, 'the grain of ad revenue can be asked for');
};

my @sums = ([ 'agency', 'Agency/PMD (af_prt)' ], [ 'media_source', 'Media Source (pid)' ], [ 'campaign_name', 'Campaign (c)' ],
	[ 'conversion_type', 'Conversion Type' ], map { [ @$_, 'numeric' ] }
	  [ 'clicks', 'Clicks' ], [ 'conversions', 'Conversions' ], [ 'sessions', 'Sessions' ], [ 'loyal_users', 'Loyal Users' ], [ 'spend', 'Total Cost' ], [ 'revenue', 'Total Revenue' ]);

subtest 'retargeting is a table of its own' => sub {
	start_over();
	make_table('retargeting', 'partners_by_date_report', ", reattr 'true'", @keys, [ 'currency', 'adpipe.currency' ], @sums);
	is_world($node, 'flyer.retargeting', $sim->world(platform => 'appsflyer', resource => 'partners_retargeting_daily', accounts => $app, @days), where => "date_day $days");
	like((calls())[0]{query}, qr/&reattr=true$/, 'it is asked for');
	like(value("EXPLAIN (VERBOSE) SELECT * FROM flyer.retargeting WHERE date_day $days"), qr/Request: GET .*&reattr=true$/m, 'EXPLAIN shows it');
	is(value("SELECT count(*) FROM flyer.partners_daily WHERE date_day $days AND campaign_name = 'RT_cart_7d'"), '0', 'acquisition has none of it');
	cmp_ok(value("SELECT count(*) FROM flyer.retargeting WHERE date_day $days AND campaign_name = 'RT_cart_7d'"), '>', 0, 'and the other way round');
	is((calls())[-1]{query} =~ /reattr/ ? 1 : 0, 1, 'one kept answer is not taken for the other');

	make_table('retargeting', 'geo_by_date_report', ", reattr 'true'", @keys, [ 'country', 'Country' ], @sums);
	is(value("SELECT sum(conversions) FROM flyer.retargeting WHERE date_day $days"),
		do { my $n = 0; $n += $_->{conversions} for @{ $sim->world(platform => 'appsflyer', resource => 'partners_retargeting_daily', accounts => $app, @days) }; $n }, 'by country the sum is the same');
};

subtest 'columns of the one are none of the other' => sub {
	start_over();
	for my $field ('Impressions', 'Installs', 'CTR')
	{
		make_table('wrong', 'partners_by_date_report', ", reattr 'true'", @keys, [ 'n', $field, 'numeric' ]);
		like(error_of("SELECT max(n) FROM flyer.wrong WHERE date_day $days"), qr/^HV005\nretargeting report .* has no column "$field"/, "$field of retargeting");
	}
	for my $field ('Conversions', 'Conversion Type')
	{
		make_table('wrong', 'partners_by_date_report', $field eq 'Conversions' ? '' : ", reattr 'false'", @keys, [ 'n', $field ]);
		like(error_of("SELECT max(n) FROM flyer.wrong WHERE date_day $days"), qr/^HV005\n.*"$field" without retargeting\n.*\nSet option reattr/s, "$field of acquisition");
	}
	for my $report ('in_app_events_report', 'installs-retarget')
	{
		make_table('wrong', $report, ", reattr 'true'", @raw);
		like(error_of("SELECT count(*) FROM flyer.wrong WHERE date_day $days"), qr/^22023\n.*"reattr".*"$report".*\n.*silently.*\n.*in-app-events-retarget/s, "option reattr of $report");
	}
	like(error_of("CREATE FOREIGN TABLE flyer.never (a text) SERVER flyer OPTIONS (report 'partners_by_date_report', reattr 'yes')"), qr/^22023\n.*"reattr": "yes"/, 'the option is true or false');
	like(error_of("ALTER SERVER flyer OPTIONS (ADD reattr 'true')"), qr/^HV00D\n/, 'of a table');
	is(scalar calls(), 0, 'nothing is asked');
};

subtest 'reports without a day cannot be read' => sub {
	start_over();
	for my $case ([ partners_report => 'partners_by_date_report' ], [ geo_report => 'geo_by_date_report' ])
	{
		my ($report, $other) = @$case;
		for my $columns ([@keys], [ $keys[0], [ 'clicks', 'Clicks', 'bigint' ] ])
		{
			make_table('dayless', $report, '', @$columns);
			my $where = @$columns == 2 && $columns->[1][0] eq 'date_day' ? "WHERE date_day $days" : '';
			like(error_of("SELECT count(*) FROM flyer.dayless $where"), qr/^0A000\nreport "$report" cannot be read\n.*without a day.*\n.*\Q$other\E/s, "$report: says why and what to use");
		}
	}
	is(scalar calls(), 0, 'nothing is asked');
};

subtest 'a refresh of such tables' => sub {
	start_over();
	make_table('more', 'installs_report', '', @raw, @added);
	make_table('retargeting', 'partners_by_date_report', ", reattr 'true'", @keys, [ 'currency', 'adpipe.currency' ], @sums);
	value("SELECT adpipe.materialize('flyer.$_', 'ads.$_', '2026-11-01')") for 'more', 'retargeting';
	value("CALL adpipe.refresh('ads.$_', '2026-11-01', '2026-11-07')") for 'more', 'retargeting';
	is(value("SELECT count(device_model) > 0 AND count(device_model) = count(*) FROM ads.more"), 't', 'stores what was asked for');
	is(value("SELECT sum(conversions) = (SELECT sum(conversions) FROM flyer.retargeting WHERE date_day BETWEEN '2026-11-01' AND '2026-11-07') FROM ads.retargeting"), 't', 'and retargeting');
};

done_testing();
