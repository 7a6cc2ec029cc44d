# Pushing conditions down changes no result: generated queries over foreign
# tables with adpipe.pushdown on and off, and over local copies.  What should be
# pushed is found in the request log, and nothing else.  Joins, parameters and
# the like are in 043_pushdown_shapes.pl.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(pick);
use Test::More;

my $seed = $ENV{SEED} // 20261124;
srand($seed);
note("seed $seed");

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
my $days = "date_day BETWEEN '2026-11-10' AND '2026-11-11'";
google_server($node, $sim, options => { customer_id => '1234567890,2345678901' });
google_server($node, $sim, name => 'common', schema => 'common', options => { customer_id => '1234567890,2345678901' });
$sim->clock($now);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));

my $queries = AdpipeTest::Queries->new($session, $days, {
	'google.campaign_daily' => [qw(account_id campaign_id campaign_name campaign_status channel_type)],
	'google.campaign_device_daily' => [qw(account_id campaign_id campaign_name device ad_network_type)],
	'google.ad_group_daily' => [qw(account_id campaign_id ad_group_id ad_group_name ad_group_status)],
	'google.keyword_daily' => [qw(campaign_id keyword_id keyword_text match_type)],
	'google.campaigns' => [qw(account_id campaign_id campaign_name)],
	'common.campaign_report' => [qw(platform account_id campaign_id campaign_name)],
	'common.ad_group_report' => [qw(platform account_id ad_group_id ad_group_name)] });

my $found = 0;
for my $i (1 .. 300)
{
	my $table = pick($queries->tables);
	my $columns = pick('t.*', $queries->some_columns($table, 't'));
	my $sql = "SELECT $columns FROM {$table} t WHERE " . $queries->bound($table, 't') . ' AND ' . $queries->tree($table, 't', 2);
	my $expected = $queries->checksum($queries->local($sql));

	die "$expected: $sql" unless $expected =~ /^\d+\|/;
	$found++ unless $expected =~ /^0\|/;
	for my $setting ('on', 'off')
	{
		$session->query("SET adpipe.pushdown = $setting");
		is($queries->checksum($sql), $expected, "$i, pushdown $setting: $sql");
	}
}
cmp_ok($found, '>', 100, "many queries have rows ($found)");

# The conditions of the requests for a resource, each with its days.
sub conditions_of
{
	my ($resource) = @_;
	return map { [ split / AND (?!')/, $_ ] }
	  map { s/(BETWEEN '[^']*') AND /$1 TO /r }
	  map { /\bFROM \Q$resource\E WHERE (.*?)(?: LIMIT \d+)? PARAMETERS/ ? $1 : () }
	  map { $_->{query} // '' } @{ $sim->requests };
}

sub forget
{
	$sim->reset;
	$sim->clock($now);
	return;
}

# Comparisons with what must become of them at the platform; undef: they stay.
my $id = sub { return 17_000_000 + int rand 100 };
my @leaves = (
	sub { my $v = $id->(); return ("campaign_id = '$v'", "campaign.id = $v") },
	sub { my $v = $id->(); return ("'$v' = campaign_id", "campaign.id = $v") },
	sub { my $v = $id->(); return ("campaign_id <> '$v'", "campaign.id != $v") },
	sub { my $v = $id->(); my $w = $v + 1; return ("campaign_id IN ('$w', 'abc', '$v', '007', '$w')", "campaign.id IN ($v, $w)") },
	sub { my $v = $id->(); my $w = $v + 1; return ("campaign_id NOT IN ('$w', '$v', '')", "campaign.id NOT IN ($v, $w)") },
	sub { my $v = $id->(); return ("campaign_id = ANY (ARRAY['$v', NULL])", "campaign.id = $v") },
	sub { my $v = $id->(); my $w = $v + 1; return ("campaign_id <> ALL (ARRAY['$v', '$w'])", "campaign.id NOT IN ($v, $w)") },
	sub { return ("device = 'MOBILE'", "segments.device = 'MOBILE'") },
	sub { return ("device IN ('DESKTOP', 'mobile')", "segments.device = 'DESKTOP'") },
	sub { return ("device NOT IN ('DESKTOP', 'TABLET')", "segments.device NOT IN ('DESKTOP', 'TABLET')") },
	sub { return ("ad_network_type <> 'CONTENT'", "segments.ad_network_type != 'CONTENT'") },
	sub { return ("campaign_status = 'PAUSED'", "campaign.status = 'PAUSED'") },
	sub { return ("campaign_status IN ('PAUSED', 'ENABLED')", "campaign.status IN ('ENABLED', 'PAUSED')") },
	sub { return ("campaign_name = 'Spring Sale'", "campaign.name = 'Spring Sale'") },
	sub { return ("campaign_name IN ('b', 'a', 'a')", "campaign.name IN ('a', 'b')") },
	sub { return ("campaign_name = 'a' COLLATE \"C\"", "campaign.name = 'a'") },
	# what the platform would answer otherwise, or not at all
	sub { return ("campaign_name <> 'Spring Sale'", undef) },
	sub { return ("campaign_name NOT IN ('a', 'b')", undef) },
	sub { return ("campaign_name IN ('a', '')", undef) },
	sub { return ("campaign_name LIKE 'Spring%'", undef) },
	sub { return ("campaign_name >= 'A'", undef) },
	sub { return ("lower(campaign_name) = 'spring sale'", undef) },
	sub { return ("campaign_id > '17'", undef) },
	sub { return ("campaign_id IS NOT NULL", undef) },
	sub { return ("device IN ('UNKNOWN', 'MOBILE')", undef) },
	sub { return ("device = ANY (ARRAY['UNSPECIFIED'])", undef) },
	sub { return ("clicks > 3", undef) },
	sub { return ("clicks > 3 OR device = 'MOBILE'", undef) },
	sub { return ("NOT (campaign_id = '1' AND clicks = 1)", undef) });

subtest 'what should be pushed is, and nothing else' => sub {
	for my $i (1 .. 100)
	{
		my (@sql, %expected, %has_value);
		for (0 .. rand 4)
		{
			my ($sql, $gaql) = pick(@leaves)->();
			# Two values for one column are found to exclude each other.
			next if ($gaql // '') =~ /^(\S+) = / && $has_value{$1}++;
			push @sql, "($sql)";
			$expected{$gaql} = 1 if defined $gaql;
		}
		my $condition = join ' AND ', @sql;
		note("$i: $condition");
		for my $setting ('on', 'off')
		{
			forget();
			$session->query("SET adpipe.pushdown = $setting");
			$session->query("SELECT clicks FROM google.campaign_device_daily WHERE $days AND account_id = '1234567890' AND $condition");
			my @sent = conditions_of('campaign');
			is(scalar @sent, 1, "$i, $setting: one account is asked");
			my $range = shift @{ $sent[0] };
			is($range, "segments.date BETWEEN '2026-11-10' TO '2026-11-11'", "$i, $setting: the days");
			my %seen = map { $_ => 1 } @{ $sent[0] };
			is(join("\n", sort keys %seen), $setting eq 'on' ? join("\n", sort keys %expected) : '', "$i, $setting: $condition");
		}
	}
};

# Columns: the grain, the presence metrics and what is referenced.
for my $setting ('on', 'off')
{
	forget();
	$session->query("SET adpipe.pushdown = $setting");
	$session->query("SELECT clicks FROM google.campaign_daily WHERE $days AND account_id = '1234567890' AND campaign_status = 'PAUSED'");
	my @sent = grep { ($_->{query} // '') =~ /FROM campaign / } @{ $sim->requests };
	like($sent[0]{query}, qr/metrics\.$_\b/, "$setting: presence metric $_") foreach qw(impressions clicks cost_micros conversions all_conversions);
	unlike($sent[0]{query}, qr/interactions/, "$setting: no column that is not referenced");
}

# Equality under a collation that takes different texts for equal ones is
# nothing that the platform knows.
SKIP:
{
	# from 16 on the catalogue lists a collation of ICU even without it
	my (undef, $no_icu) = $session->try(
		"CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
	skip 'the server knows no ICU', 1 if $no_icu;
	subtest 'collations that are not deterministic' => sub {
		$session->query(<<'END');
SET adpipe.pushdown = on;
CREATE FOREIGN TABLE google.any_case (
    account_id text OPTIONS (field 'customer.id') COLLATE any_case,
    date_day date OPTIONS (field 'segments.date'),
    campaign_id text OPTIONS (field 'campaign.id') COLLATE any_case,
    campaign_name text OPTIONS (field 'campaign.name') COLLATE any_case,
    campaign_status text OPTIONS (field 'campaign.status') COLLATE any_case,
    clicks bigint OPTIONS (field 'metrics.clicks')) SERVER google OPTIONS (resource 'campaign');
END
		my $name = $session->query('SELECT min(campaign_name) FROM copy_google_campaign_daily WHERE campaign_name <> upper(campaign_name) AND campaign_name ~ \'^[A-Za-z ]+$\'');
		for my $case (
			[ 'google.any_case', 'campaign_name = ' . quote(uc $name) ],
			[ 'google.any_case', 'campaign_name IN (' . quote(uc $name) . ", 'x')" ],
			[ 'google.any_case', 'campaign_name <> ' . quote(uc $name) ],
			[ 'google.any_case', "campaign_status = 'enabled'" ],
			[ 'google.any_case', "campaign_status <> ALL (ARRAY['Paused'])" ],
			[ 'google.any_case', "campaign_id <> '17'" ],
			[ 'google.campaign_daily', 'campaign_name = ' . quote(uc $name) . ' COLLATE any_case' ],
			[ 'google.campaign_daily', "campaign_status COLLATE any_case IN ('paused', 'enabled')" ])
		{
			my ($table, $condition) = @$case;
			my $sql = "SELECT date_day, campaign_id, clicks FROM %s WHERE $days AND $condition";
			my $expected = $queries->checksum(sprintf $sql,
				$table eq 'google.any_case' ? '(SELECT account_id, date_day, campaign_id COLLATE any_case AS campaign_id,'
				  . ' campaign_name COLLATE any_case AS campaign_name, campaign_status COLLATE any_case AS campaign_status, clicks FROM copy_google_campaign_daily) c'
				  : 'copy_google_campaign_daily');
			forget();
			is($queries->checksum(sprintf $sql, $table), $expected, "$table, $condition: the rows");
			unlike($expected, qr/^0\|/, "$table, $condition: there are some");
			my @sent = conditions_of('campaign');
			is(join(' ', map { scalar @$_ } @sent), '1 1', "$table, $condition: only the days are sent");
		}
		# Whom to ask is not decided by such an equality, either.
		forget();
		$session->query("SELECT count(*) FROM google.any_case WHERE $days AND account_id = '1234567890'");
		is(scalar(conditions_of('campaign')), 2, 'account_id: both accounts are asked');
	};
}

done_testing();
