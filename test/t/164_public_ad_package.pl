# The public package dbt_ad_reporting, unmodified, over source views: it builds, its
# own tests and those of the packages below it pass, and its reports equal the
# simulator's world.
#
# AD_REPORTING names a folder with dbt_ad_reporting (2.3.0), dbt_google_ads (1.1.0),
# dbt_facebook_ads (1.3.0), dbt_fivetran_utils (0.4.10), dbt-utils (1.3.3) and
# spark-utils (0.3.3), of which no file belongs to this repository.  DBT may name a
# program dbt 1.11 with dbt-postgres; without it one is installed for the test.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use File::Basename;
use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = $ENV{AD_REPORTING};
my @packages = qw(dbt_ad_reporting dbt_google_ads dbt_facebook_ads dbt_fivetran_utils dbt-utils spark-utils);
plan skip_all => 'the public ad package: AD_REPORTING names no folder' unless $folder;
-f "$folder/$_/dbt_project.yml" or die "no package $_ in folder $folder" for @packages;

my $work = PostgreSQL::Test::Utils::tempdir();
my $dbt = $ENV{DBT} // do {
	my $done = system("python3 -m venv '$work/venv' && '$work/venv/bin/pip' install -q --no-cache-dir dbt-core==1.11.16 dbt-postgres==1.11.0 >'$work/pip.log' 2>&1") == 0;
	plan skip_all => 'the public ad package: dbt cannot be installed from the package index' unless $done;
	"$work/venv/bin/dbt";
};

my ($since, $until) = ('2026-11-06', '2026-11-19');
my $node = adpipe_cluster();
my $sim = simulator();
my ($google_accounts, $meta_accounts) = ('1234567890,2345678901,5678901234', '1234567890123456,2345678901234567,4567890123456789');
loader($node, $sim, options => { customer_id => $google_accounts });
meta_server($node, $sim, role => 'loader', options => { account_id => $meta_accounts });
$node->safe_psql('postgres', <<'END');
GRANT CREATE ON DATABASE postgres TO loader;
GRANT USAGE ON SCHEMA meta TO loader;
GRANT USAGE ON FOREIGN SERVER meta TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA meta TO loader;
CREATE ROLE dbt LOGIN;
GRANT CREATE ON DATABASE postgres TO dbt;
END
at('2026-11-20T12:00:00Z');
run("SELECT FROM adpipe.create_source_views('src_google_ads', 'google_ads'); SELECT FROM adpipe.create_source_views('src_facebook_ads', 'meta_ads')");
# The tests of spend by country and region allow a difference of .01 between two sums, and
# spend is a double, which holds no cents beside the trillions that a campaign of the first account spends.
$node->safe_psql('postgres', "ALTER FOREIGN TABLE meta.$_ OPTIONS (ADD account_id '2345678901234567,4567890123456789')") for qw(account_country_daily account_region_daily);
for my $copy (map { [ split /\|/ ] } split /\n/, run("SELECT target, is_daily FROM adpipe.targets, LATERAL adpipe_internal.has_days(target) is_daily ORDER BY 1"))
{
	run("CALL adpipe.refresh('$copy->[0]'" . ($copy->[1] eq 't' ? ", '$since', '$until')" : ')'));
}
run('GRANT USAGE ON SCHEMA src_google_ads, src_facebook_ads, google_copies, meta_copies TO dbt');
run('GRANT SELECT ON ALL TABLES IN SCHEMA src_google_ads, src_facebook_ads, google_copies, meta_copies TO dbt');

# A project of the packages and nothing else but what they ask of a project.
my $project = "$work/project";
make_path("$project/dbt_packages", "$project/macros", "$project/tests");
for my $package (@packages)
{
	system('cp', '-r', "$folder/$package", "$project/dbt_packages/$package") == 0 or die 'cp failed';
}
# The packages' own integrity tests, all of them.
my @integrity = glob "$folder/dbt_{ad_reporting,google_ads,facebook_ads}/integration_tests/tests/integrity/*.sql";
for my $file (@integrity)
{
	system('cp', $file, "$project/tests/") == 0 or die 'cp failed';
}
my $disabled = join "\n", map { "  ad_reporting__${_}_enabled: false" } qw(amazon_ads apple_search_ads linkedin_ads microsoft_ads pinterest_ads reddit_ads snapchat_ads tiktok_ads twitter_ads);
append_to_file("$project/dbt_project.yml", <<"END");
name: 'ads'
version: '1.0.0'
config-version: 2
profile: 'ads'
dispatch:
  - macro_namespace: dbt
    search_order: ['ads', 'dbt']
vars:
  google_ads_schema: src_google_ads
  facebook_ads_schema: src_facebook_ads
  facebook_ads__using_demographics_country: true
  facebook_ads__conversion_action_types:
    - name: onsite_conversion.purchase
    - name: onsite_conversion.lead_grouped
    - name: offsite_conversion.fb_pixel_purchase
    - name: offsite_conversion.fb_pixel_lead
    - name: offsite_conversion.fb_pixel_custom
  facebook_ads__using_demographics_region: true
  fivetran_validation_tests_enabled: true
  # One of the tests of google_ads counts ads without a landing page, which the report leaves out otherwise.
  ad_reporting__url_report__using_null_filter: false
$disabled
models:
  # Where the tests of ad_reporting look.
  +schema: ad_reporting_dev
END
append_to_file("$project/macros/types.sql", <<'END');
{% macro postgres__type_int() %}bigint{% endmacro %}
{% macro postgres__type_float() %}numeric{% endmacro %}
END
my ($host, $port) = ($node->host, $node->port);
append_to_file("$project/profiles.yml", <<"END");
ads:
  target: test
  outputs:
    test: {type: postgres, host: '$host', port: $port, user: dbt, password: '', dbname: postgres, schema: marts, threads: 2}
END

sub dbt
{
	my (@arguments) = @_;
	local $ENV{DBT_SEND_ANONYMOUS_USAGE_STATS} = 'false';
	my $out = `cd '$project' && HOME='$work' '$dbt' --no-use-colors --no-version-check @arguments --project-dir . --profiles-dir . 2>&1`;
	diag($out) if $? && $arguments[0] eq 'build';
	return $out;
}

# Names of the integrity tests that a run of dbt did not pass, or did not run.
sub not_passed
{
	my ($out) = @_;
	my %result = reverse $out =~ /\d (PASS|FAIL \d+|ERROR) (\w+) \./g;
	return join ' ', map { my $name = basename($_, '.sql'); ($result{$name} // '') eq 'PASS' ? () : $name } @integrity;
}

my $requests = scalar @{ $sim->requests };
my $built = dbt(qw(build --exclude path:tests));
like($built, qr/Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0/, 'dbt build: everything passes');
note($1) if $built =~ /(Done\. PASS.*)/;
cmp_ok(($built =~ /PASS=(\d+)/)[0] // 0, '>', 100, 'models and tests');
stand_in();
my $tested = dbt(qw(test --select path:tests));
cmp_ok(scalar @integrity, '>=', 15, 'integrity tests of the packages: ' . join(', ', map { basename($_, '.sql') } @integrity));
is(not_passed($tested), '', 'all pass') or diag($tested);
is(scalar @{ $sim->requests }, $requests, 'and nothing is sent');

# Empty relations of the platforms that are switched off, which the tests of ad_reporting read.
sub stand_in
{
	my %columns;
	for my $sql (map { slurp_file($_) } grep { m{/dbt_ad_reporting/} } @integrity)
	{
		while ($sql =~ /select\s((?:(?!\bfrom\b).)*)from \{\{ target\.schema \}\}_ad_reporting_dev\.(\w+)/gs)
		{
			my ($list, $relation) = ($1, $2);
			$columns{$relation}{$_} = 1 for $list =~ /coalesce\((\w+)/g;
		}
	}
	$node->safe_psql('postgres', join ';', 'SET ROLE dbt',
		map { "CREATE TABLE IF NOT EXISTS marts_ad_reporting_dev.$_ (" . join(', ', map { "$_ numeric" } sort keys %{ $columns{$_} }) . ')' } sort keys %columns);
	return;
}

# The world's rows as a table: day, ids, numbers.
sub world
{
	my ($name, $rows, $keys, $numbers) = @_;
	my @columns = ((map { "k$_ text" } 0 .. $#$keys), map { "n$_ numeric" } 0 .. $#$numbers);
	my @values = map { my $row = $_; '(' . join(', ', (map { quote($row->{$_}) } @$keys), map { $row->{$_} // 0 } @$numbers) . ')' } @$rows;
	$node->safe_psql('postgres', "CREATE TABLE $name (" . join(', ', @columns) . "); INSERT INTO $name VALUES " . join(', ', @values));
	return;
}

# A report of the package beside the world: rows without a partner, rows that differ.
sub compare
{
	my ($platform, $report, $world, $keys, $numbers) = @_;
	my @on = map { "w.k$_ = r.$keys->[$_]::text" } 0 .. $#$keys;
	my @differs = map { "abs(w.n$_ - r.$numbers->[$_]::numeric) > 1e-9 * abs(w.n$_) + 1e-6" } 0 .. $#$numbers;
	is($node->safe_psql('postgres', "SELECT count(*) FILTER (WHERE w.k0 IS NOT NULL AND r.platform IS NOT NULL) = (SELECT count(*) FROM $world) AND count(*) > 0,
		count(*) FILTER (WHERE w.k0 IS NULL), count(*) FILTER (WHERE r.platform IS NULL), count(*) FILTER (WHERE " . join(' OR ', @differs) . ")
		FROM (SELECT * FROM marts_ad_reporting_dev.ad_reporting__${report}_report WHERE platform = '$platform') r FULL JOIN $world w ON " . join(' AND ', @on)),
		't|0|0|0', "$platform: the $report report equals the world");
	return;
}

my @metrics = qw(impressions clicks cost_micros conversions conversions_value);
my @google = ([ account => 'customer' ], [ campaign => 'campaign', 'campaign_id', 'campaign.id' ], [ ad_group => 'ad_group', 'ad_group_id', 'ad_group.id' ], [ ad => 'ad_group_ad', 'ad_id', 'ad_group_ad.ad.id' ]);
for my $case (@google)
{
	my ($report, $resource, @id) = @$case;
	my $rows = $sim->world(resource => $resource, since => $since, until => $until, segments => 'date', accounts => $google_accounts,
		metrics => 'impressions,clicks,interactions,cost_micros,conversions,conversions_value,all_conversions,all_conversions_value,view_through_conversions');
	$_->{spend} = ($_->{'metrics.cost_micros'} // 0) / 1_000_000 for @$rows;
	world("google_$report", $rows, [ 'segments.date', 'customer.id', @id ? $id[1] : () ], [ 'spend', map { "metrics.$_" } grep { $_ ne 'cost_micros' } @metrics ]);
	compare('google_ads', $report, "google_$report", [ 'date_day', 'account_id', @id ? $id[0] : () ], [ qw(spend impressions clicks conversions conversions_value) ]);
}
for my $case ([ account => 'account' ], [ campaign => 'campaign', 'campaign_id' ], [ ad_group => 'adset', 'adset_id', 'ad_group_id' ], [ ad => 'ad', 'ad_id' ])
{
	my ($report, $level, @id) = @$case;
	my $rows = $sim->world(platform => 'meta', resource => "${level}_daily", since => $since, until => $until, accounts => $meta_accounts);
	world("meta_$report", $rows, [ 'date_day', 'account_id', @id ? $id[0] : () ], [ qw(spend impressions inline_link_clicks) ]);
	compare('facebook_ads', $report, "meta_$report", [ 'date_day', 'account_id', @id ? $id[-1] : () ], [ qw(spend impressions clicks) ]);
}

$node->safe_psql('postgres', "UPDATE marts_ad_reporting_dev.google_ads__account_report SET conversions = conversions + 1 WHERE ctid = '(0,1)'");
my @spoilt = qw(vertical_account_conversion_comparison vertical_sum_conversions);
my @failed = dbt('test', '--select', @spoilt) =~ /\d FAIL \d+ (\w+) \./g;
is(join(' ', sort @failed), "@spoilt", 'a conversion too many fails the tests that count conversions');

done_testing();
