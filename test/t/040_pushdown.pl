# Pushing conditions down changes no result: generated queries over foreign
# tables with adpipe.pushdown on and off, and over local copies.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
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

my %tables = (
	'google.campaign_daily' => [qw(account_id campaign_id campaign_name campaign_status channel_type)],
	'google.campaign_device_daily' => [qw(account_id campaign_id campaign_name device ad_network_type)],
	'google.ad_group_daily' => [qw(account_id campaign_id ad_group_id ad_group_name ad_group_status)],
	'google.keyword_daily' => [qw(campaign_id keyword_id keyword_text match_type)],
	'google.campaigns' => [qw(account_id campaign_id campaign_name)],
	'common.campaign_report' => [qw(platform account_id campaign_id campaign_name)],
	'common.ad_group_report' => [qw(platform account_id ad_group_id ad_group_name)]);
my @awkward = ("'007'", "'abc'", "''", "'9223372036854775808'", "'PAUSED'", "'paused'", "'UNKNOWN'", "'UNSPECIFIED'", "'NEVER_HEARD_OF'", "'MOBILE'", "'google_ads'", "'meta_ads'", "'spring sale'", "'SPRING SALE'", 'NULL');
my (%copy, %where, %values);

for my $table (sort keys %tables)
{
	($copy{$table} = "copy_$table") =~ tr/./_/;
	$where{$table} = $table eq 'google.campaigns' ? 'true' : $days;
	$session->query("CREATE TABLE $copy{$table} AS SELECT * FROM $table WHERE $where{$table}");
	for my $column (@{ $tables{$table} })
	{
		$values{$table}{$column} = [ split /\n/, $session->query("SELECT DISTINCT quote_literal($column) FROM $copy{$table} WHERE length($column) < 60 AND $column !~ '[[:cntrl:]]' ORDER BY 1 LIMIT 40") ];
	}
}

sub pick { return $_[ rand @_ ]; }

# A random comparison of one column.
sub leaf
{
	my ($table) = @_;
	my $column = pick(@{ $tables{$table} });
	my $value = sub { return pick(rand() < 0.65 ? @{ $values{$table}{$column} } : @awkward) // 'NULL' };
	my @list = map { $value->() } 0 .. rand 4;
	my $left = $column . pick('', '', '', ' COLLATE "C"', ' COLLATE "POSIX"');
	my $kind = int rand 5;

	return "$left " . pick('=', '<>') . ' ' . $value->() if $kind < 2;
	return "$left " . pick('IN', 'NOT IN') . ' (' . join(', ', @list) . ')' if $kind < 4;
	return "$left = ANY (ARRAY[" . join(', ', @list) . ']::text[])';
}

# A random tree of comparisons.
sub tree
{
	my ($table, $depth) = @_;
	my $kind = int rand 6;

	return leaf($table) if $depth == 0 || $kind < 2;
	return 'NOT (' . tree($table, $depth - 1) . ')' if $kind == 2;
	return '(' . tree($table, $depth - 1) . pick(' AND ', ' AND ', ' OR ') . tree($table, $depth - 1) . ')';
}

# Rows as one checksum that does not depend on their order.
sub checksum
{
	my ($table, $condition) = @_;
	my ($out, $error) = $session->try("SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")) FROM (SELECT * FROM $table WHERE $condition) t");
	return $error ? "$error->{sqlstate} $error->{message}" : $out;
}

my $found = 0;
for my $i (1 .. 300)
{
	my $table = pick(sort keys %tables);
	my $condition = "$where{$table} AND " . tree($table, 2);
	my $expected = checksum($copy{$table}, $condition);

	$found++ unless $expected =~ /^0\|/;
	for my $setting ('on', 'off')
	{
		$session->query("SET adpipe.pushdown = $setting");
		is(checksum($table, $condition), $expected, "$i, pushdown $setting: $table WHERE $condition");
	}
}
cmp_ok($found, '>', 100, "many queries have rows ($found)");

# The request log: what is pushed, and that "off" pushes none of it.
for my $case (
	[ 'google.campaign_daily', "campaign_status = 'PAUSED'", qr/campaign\.status (?:=|IN) .*PAUSED/ ],
	[ 'google.campaign_daily', "campaign_id IN ('1', '2')", qr/campaign\.id IN \(1, ?2\)/ ],
	[ 'google.campaign_daily', "campaign_name = 'Spring Sale'", qr/campaign\.name (?:=|IN) .*Spring Sale/ ])
{
	my ($table, $condition, $pattern) = @$case;
	for my $setting ('on', 'off')
	{
		$sim->reset;
		$sim->clock($now);
		$session->query("SET adpipe.pushdown = $setting");
		$session->query("SELECT clicks FROM $table WHERE $days AND account_id = '1234567890' AND $condition");
		my @sent = grep { ($_->{query} // '') =~ /FROM campaign / } @{ $sim->requests };
		is(join(',', map { $_->{account} } @sent), '1234567890', "$setting: $condition: one account is asked");
		my $query = $sent[0]{query};
		$setting eq 'on' ? like($query, $pattern, "on: $condition is pushed")
		  : unlike($query =~ s/.* WHERE //sr, $pattern, "off: $condition is not pushed");
		like($query, qr/metrics\.$_\b/, "$setting: presence metric $_") foreach qw(impressions clicks cost_micros conversions all_conversions);
		unlike($query, qr/interactions/, "$setting: no column that is not referenced");
	}
}

done_testing();
