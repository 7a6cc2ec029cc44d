# Columns of type json and jsonb hold any value: read what text reads, of every
# column of every built-in report of every platform, and of what Meta's lists are
# made into.  A value that is made here stands in no page, so no quotes may be
# looked for around it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nadpipe.debug_rate_pct = 0\n");
my $sim = simulator();
$sim->clock($now);
my %options = (google_ads => 'resource', meta_ads => 'level', appsflyer => 'report', tiktok_ads => 'level', naver_searchad => 'report', kakao_moment => 'report');
my %days = (google_ads => 'segments.date', meta_ads => 'date_start', appsflyer => 'Date', tiktok_ads => 'stat_time_day', naver_searchad => 'statDt', kakao_moment => 'start');
$sim->settings({ appsflyer_minute_calls => 1000, appsflyer_skan_minute => 1000, appsflyer_daily_app => 1000, appsflyer_daily_account => 1000, kakao_throttle_pct => 0 });
google_server($node, $sim, options => { customer_id => '1234567890' });
meta_server($node, $sim, options => { account_id => '1234567890123456' });
appsflyer_server($node, $sim, options => { app_id => 'com.hanbit.running,id1400000001' });
tiktok_server($node, $sim, options => { advertiser_id => '7012345678901234567' });
naver_server($node, $sim, options => { customer_id => '1234567' });
kakao_server($node, $sim, options => { account_id => '700101' });
my $session = session($node);
$session->query("SET adpipe.max_wait = '5s'");

# The fields of days, the first day of a week or a month before its last.
sub days_of { return sort { ($b =~ /start/) <=> ($a =~ /start/) } map { $_->{day} // () } @_ }

# Makes a table beside an imported one: each field as text, jsonb and json, but
# those that are no single values not as text.
sub three_forms
{
	my ($schema, $name, @fields) = @_;
	my $made = "$schema.${name}_forms";
	my @columns = ();
	for my $i (0 .. $#fields)
	{
		my $field = quote($fields[$i]{field});
		push @columns, "t$i text OPTIONS (field $field)" unless $fields[$i]{is_nested};
		push @columns, "b$i jsonb OPTIONS (field $field)", "j$i json OPTIONS (field $field)";
	}
	my $options = $session->query("SELECT string_agg(format('%s %L', option_name, option_value), ', ')"
		  . " FROM pg_foreign_table, pg_options_to_table(ftoptions) WHERE ftrelid = '$schema.$name'::regclass");
	my ($day) = days_of(@fields);
	unshift @columns, 'date_day date OPTIONS (field ' . quote($day) . ')' if $day;
	$session->query("CREATE FOREIGN TABLE $made (" . join(', ', @columns) . ") SERVER $schema OPTIONS ($options)");
	return $made;
}

sub compare
{
	my ($wrapper, $schema, $report) = @_;
	my @fields = map { my @row = split /\|/; { field => $row[0], is_nested => $row[1] eq 't', $row[2] eq 't' ? (day => $row[0]) : () } }
	  split /\n/, $session->query("SELECT DISTINCT field, bool_or(type::text ~ 'json|\\[\\]'), bool_or(type = 'date'::regtype)"
		  . " FROM adpipe_internal.report_columns() WHERE wrapper = '$wrapper' AND remote_schema = 'reports' AND report = '$report' GROUP BY 1 ORDER BY 1");
	my $made = three_forms($schema, $report, @fields);
	my ($day) = days_of(@fields);
	my $when = !$day ? '' : $day =~ /period/ ? " WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31'" : " WHERE date_day = '2026-11-02'";
	my @differ = map { my $i = $_; "count(*) FILTER (WHERE b${i}::text IS DISTINCT FROM j${i}::jsonb::text"
		  . ($fields[$i]{is_nested} ? '' : " OR t${i} IS DISTINCT FROM b${i} #>> '{}'") . ')' } 0 .. $#fields;
	is($session->query("SELECT count(*) > 0, ARRAY[" . join(', ', @differ) . "] FROM $made$when"),
		't|{' . join(',', (0) x @fields) . '}', "$wrapper: every field of $report");
	return;
}

for my $platform ([ 'google_ads', 'google' ], [ 'meta_ads', 'meta' ], [ 'appsflyer', 'flyer' ], [ 'tiktok_ads', 'tiktok' ], [ 'naver_searchad', 'naver' ], [ 'kakao_moment', 'kakao' ])
{
	my ($wrapper, $schema) = @$platform;
	my @reports = split /\n/, $session->query("SELECT DISTINCT report FROM adpipe_internal.report_columns()"
		  . " WHERE wrapper = '$wrapper' AND remote_schema = 'reports' ORDER BY 1");
	compare($wrapper, $schema, $_) for @reports;
}

# Meta's elements of lists, present, absent and added up; in a page whose bytes
# before and after each value are no quotes.
my $page = '{"data":[{"campaign_id":"1","impressions":7,"date_start":"2026-11-02","actions":['
  . '{"action_type":"purchase","value":2.5},{"value":"3","action_type":"lead"},{"action_type":"say \"\uac00\"","value":"4"}]}]}';
$session->query(<<'END');
CREATE FOREIGN TABLE meta.made (date_day date OPTIONS (field 'date_start'),
    n jsonb OPTIONS (field 'impressions'), conversions jsonb OPTIONS (field 'adpipe.conversions'),
    value json OPTIONS (field 'adpipe.conversions_value'), purchase jsonb OPTIONS (field 'actions.purchase'),
    lead json OPTIONS (field 'actions.lead'), missing json OPTIONS (field 'actions.like'),
    clicks jsonb OPTIONS (field 'clicks'), ratio jsonb OPTIONS (field 'cost_per_action_type.lead'))
    SERVER meta OPTIONS (level 'campaign');
CREATE FOREIGN TABLE meta.made_rows (date_day date OPTIONS (field 'date_start'), type jsonb OPTIONS (field 'action_type'),
    count json OPTIONS (field 'adpipe.action_count'), value jsonb OPTIONS (field 'adpipe.action_value'))
    SERVER meta OPTIONS (level 'campaign');
END
for my $case ([ 'purchase', '2.5' ], [ 'purchase,lead', '"5.5"' ], [ 'like', '"0"' ], [ 'lead', '"3"' ])
{
	my ($setting, $expected) = @$case;
	$sim->faults([ { match => { path => '/insights' }, action => { status => 200, body => $page } } ]);
	$session->query('ALTER FOREIGN TABLE meta.made OPTIONS (' . ($setting eq 'purchase' ? 'ADD' : 'SET') . ' conversion_actions ' . quote($setting) . ')');
	is($session->query("SELECT n, conversions, value, purchase, lead, missing, clicks, ratio FROM meta.made WHERE date_day = '2026-11-02'"),
		qq(7|$expected|"0"|2.5|"3"|"0"|0|), "conversion_actions '$setting'");
}
is($session->query("SELECT type, count, value FROM meta.made_rows WHERE date_day = '2026-11-02' ORDER BY type #>> '{}'"),
	qq("lead"|"3"|"0"\n"purchase"|2.5|"0"\n"say \\"가\\""|"4"|"0"), 'a row per type');

done_testing();
