
=pod

=head1 NAME

AdpipeTest::AllTables - every report of every platform, and relations over them

=head1 SYNOPSIS

	my $tables = all_tables($node, $sim, $session);

=head1 DESCRIPTION

Imports all reports of all platforms, one account each, and makes tables of one's own,
a partitioned parent, a view of UNION ALL, three views over each table (schemas C<seen>,
C<twice>, C<barred>), and local tables to join with: C<brands> (campaigns, some twice,
one NULL), C<few> of them, C<clients> of accounts, C<weeks> of days.

=cut

package AdpipeTest::AllTables;

use strict;
use warnings;

use AdpipeTest;
use Exporter 'import';

our @EXPORT = qw(all_tables);

my $NOW = '2026-11-20T12:00:00Z';

=head2 all_tables($node, $sim, $session)

Makes all of it; returns the tables for AdpipeTest::Statements, by name.

=cut

sub all_tables
{
	my ($node, $sim, $session) = @_;
	my @accounts = (google => { customer_id => '2345678901' }, meta => { account_id => '2345678901234567' }, flyer => { app_id => 'com.pacifictrail.app' },
		tiktok => { advertiser_id => '7023456789012345678' }, naver => { customer_id => '3456789' });

	$sim->clock($NOW);
	$sim->settings({ map { $_ => 1_000_000 } qw(appsflyer_minute_calls appsflyer_daily_app appsflyer_daily_account appsflyer_installs_app
		  appsflyer_installs_account appsflyer_events_app appsflyer_events_account appsflyer_cohort_minute appsflyer_skan_minute) });
	while (my ($name, $options) = splice @accounts, 0, 2)
	{
		my $make = { google => \&google_server, meta => \&meta_server, flyer => \&appsflyer_server, tiktok => \&tiktok_server, naver => \&naver_server }->{$name};
		$make->($node, $sim, options => $options);
		$node->safe_psql('postgres', "CREATE SCHEMA ${name}_common; IMPORT FOREIGN SCHEMA common FROM SERVER $name INTO ${name}_common");
	}
	$session->query('SET adpipe.debug_now = ' . quote($NOW));
	own_tables($session);
	relations($session);
	my %tables = map { $_ => table($session, $_) } split /\n/, $session->query(<<'END');
SELECT ftrelid::regclass::text FROM pg_foreign_table UNION ALL SELECT unnest('{shared.united,shared.parted}'::text[]) ORDER BY 1
END
	views($session, sort keys %tables);
	return \%tables;
}

# Tables of one's own: other segments, floating point, one range, all days, one action.
sub own_tables
{
	my ($session) = @_;
	$session->query(<<'END');
CREATE SCHEMA mine;
CREATE FOREIGN TABLE mine.google_hours (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
	hour int OPTIONS (field 'segments.hour'), device text OPTIONS (field 'segments.device'), campaign_id text OPTIONS (field 'campaign.id'), clicks bigint OPTIONS (field 'metrics.clicks'),
	spend float8 OPTIONS (field 'metrics.cost_micros'), conversions float8 OPTIONS (field 'metrics.conversions')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE mine.google_names (date_day date OPTIONS (field 'segments.date'), campaign_name text OPTIONS (field 'campaign.name'),
	device text OPTIONS (field 'segments.device'), impressions bigint OPTIONS (field 'metrics.impressions')) SERVER google OPTIONS (resource 'campaign');
CREATE FOREIGN TABLE mine.google_flight (account_id text OPTIONS (field 'customer.id'), period_start date OPTIONS (field 'adpipe.period_start') NOT NULL,
	period_end date OPTIONS (field 'adpipe.period_end') NOT NULL, campaign_id text OPTIONS (field 'campaign.id'), campaign_name text OPTIONS (field 'campaign.name'),
	impressions bigint OPTIONS (field 'metrics.impressions'), clicks bigint OPTIONS (field 'metrics.clicks'), unique_users bigint OPTIONS (field 'metrics.unique_users'))
	SERVER google OPTIONS (resource 'campaign', period 'all');
CREATE FOREIGN TABLE mine.meta_flight (account_id text, period_start date OPTIONS (field 'adpipe.period_start') NOT NULL,
	period_end date OPTIONS (field 'adpipe.period_end') NOT NULL, campaign_id text, campaign_name text, impressions bigint, clicks bigint, reach bigint, spend numeric)
	SERVER meta OPTIONS (level 'campaign', period 'all');
CREATE FOREIGN TABLE mine.meta_ages (account_id text, date_day date OPTIONS (field 'date_start'), campaign_id text, adset_id text, age text, gender text, impressions bigint, clicks bigint,
	spend float8, reach bigint) SERVER meta OPTIONS (level 'adset', breakdowns 'age,gender');
CREATE FOREIGN TABLE mine.meta_purchases (account_id text, date_day date OPTIONS (field 'date_start'), campaign_id text, campaign_name text, impressions bigint, clicks bigint, spend numeric,
	conversions numeric OPTIONS (field 'adpipe.conversions'), conversions_value numeric OPTIONS (field 'adpipe.conversions_value'))
	SERVER meta OPTIONS (level 'campaign', conversion_actions 'purchase');
CREATE FOREIGN TABLE mine.tiktok_ages (account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'stat_time_day'), campaign_id text, adgroup_id text, age text, gender text,
	impressions bigint, clicks bigint, spend float8) SERVER tiktok OPTIONS (level 'adgroup');
CREATE FOREIGN TABLE mine.naver_devices (date_day date OPTIONS (field 'statDt'), campaign_id text OPTIONS (field 'nccCampaignId'), device text OPTIONS (field 'device'), impressions bigint OPTIONS (field 'impCnt'),
	clicks bigint OPTIONS (field 'clkCnt'), spend float8) SERVER naver OPTIONS (report 'campaign');
CREATE SCHEMA shared;
END
	return;
}

# Relations over several tables, and local tables.
sub relations
{
	my ($session) = @_;
	my %parts = (google => 'google_ads', meta => 'meta_ads', tiktok => 'tiktok_ads', naver => 'naver_searchad');
	$session->query('CREATE TABLE shared.parted (LIKE google_common.ad_group_report) PARTITION BY LIST (platform)');
	$session->query(<<"END") for sort keys %parts;
IMPORT FOREIGN SCHEMA common LIMIT TO (ad_group_report) FROM SERVER $_ INTO shared;
ALTER FOREIGN TABLE shared.ad_group_report RENAME TO ${_}_part;
ALTER TABLE shared.parted ATTACH PARTITION shared.${_}_part FOR VALUES IN ('$parts{$_}');
END
	$session->query(<<'END');
CREATE VIEW shared.united AS SELECT * FROM google_common.campaign_report UNION ALL SELECT * FROM meta_common.campaign_report UNION ALL SELECT * FROM tiktok_common.campaign_report;
CREATE TABLE brands (id text, brand text, weight numeric);
INSERT INTO brands SELECT campaign_id, CASE WHEN campaign_id ~ '[02468]$' THEN 'even' ELSE 'odd' END, 2 FROM google.campaigns;
INSERT INTO brands SELECT campaign_id, 'twice', 3 FROM meta.campaigns WHERE campaign_id ~ '[0-4]$';
INSERT INTO brands SELECT campaign_id, CASE WHEN campaign_id ~ '[02468]$' THEN 'even' ELSE 'twice' END, 4 FROM (SELECT campaign_id FROM tiktok.campaigns UNION ALL SELECT campaign_id FROM naver.campaigns) c;
INSERT INTO brands SELECT id, 'again', 5 FROM brands WHERE id ~ '[3-6]$';
INSERT INTO brands VALUES ('0', 'none', 1), (NULL, 'null', 1);
CREATE TABLE few AS (SELECT * FROM brands WHERE weight = 2 AND brand = 'even' ORDER BY id LIMIT 2) UNION ALL (SELECT * FROM brands WHERE weight = 3 ORDER BY id LIMIT 2)
	UNION ALL (SELECT DISTINCT ON (left(id, 3)) * FROM brands WHERE weight = 4 ORDER BY left(id, 3), id) UNION ALL SELECT '007', 'odd', 1;
CREATE TABLE clients (account_id text, client text);
INSERT INTO clients SELECT account_id, 'one' FROM google.accounts UNION SELECT account_id, 'two' FROM meta.accounts UNION SELECT account_id, 'three' FROM flyer.apps UNION SELECT account_id, 'four' FROM tiktok.accounts UNION SELECT account_id, 'five' FROM naver.accounts UNION SELECT '0', 'none';
CREATE TABLE weeks AS SELECT d::date AS day FROM generate_series(timestamp '2026-10-28', '2026-10-31', '1 day') d WHERE extract(dow FROM d) <> 5;
ANALYZE brands, few, clients, weeks;
END
	return;
}

# Three views over each table; the second is over the first.
sub views
{
	my ($session, @names) = @_;
	$session->query('CREATE SCHEMA seen; CREATE SCHEMA twice; CREATE SCHEMA barred');
	for my $name (@names)
	{
		my ($schema, $relation) = split /\./, $name;
		my $view = "${schema}_$relation";
		$session->query(<<"END");
CREATE VIEW seen.$view AS SELECT * FROM $name;
CREATE VIEW twice.$view AS SELECT * FROM seen.$view;
CREATE VIEW barred.$view WITH (security_barrier) AS SELECT * FROM $name;
END
	}
	return;
}

# What a table has: columns by what they are.
sub table
{
	my ($session, $name) = @_;
	my %table = (platform => $name =~ /^(\w+)\./, map { $_ => [] } qw(dimensions sums others people rest));
	my $of = $name =~ /^shared\.(united|parted)$/ ? { united => 'google_common.campaign_report', parted => 'google_common.ad_group_report' }->{$1} : $name;

	for my $line (split /\n/, $session->query(<<"END"))
SELECT a.attname, format_type(a.atttypid, NULL), coalesce(c.kind, ''), coalesce(c.additive, '')
  FROM pg_attribute a
  JOIN pg_foreign_table t ON t.ftrelid = a.attrelid JOIN pg_foreign_server s ON s.oid = t.ftserver JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
  LEFT JOIN pg_options_to_table(a.attfdwoptions) o ON o.option_name = 'field'
  LEFT JOIN LATERAL (SELECT kind, additive FROM adpipe.columns c WHERE c.wrapper = w.fdwname AND c.field = coalesce(o.option_value, a.attname)
	ORDER BY c.report = split_part('$of', '.', 2) DESC LIMIT 1) c ON true
 WHERE a.attrelid = '$of'::regclass AND a.attnum > 0 ORDER BY a.attnum
END
	{
		my ($column, $type, $kind, $additive) = split /\|/, $line, -1;
		$table{fractions}{$column} = 1 if $type =~ /numeric|double/;
		if ($column =~ /^(date_day|period_start)$/) { $table{day} = $column; }
		elsif ($column eq 'period_end') { }
		elsif ($kind ne 'metric') { push @{ $table{ $type eq 'text' ? 'dimensions' : 'rest' } }, $column; }
		elsif ($additive =~ /^days, entities, breakdowns/ && $type =~ /int|numeric|double/) { push @{ $table{sums} }, $column; }
		elsif ($column =~ /^(reach|unique_users)$/) { push @{ $table{people} }, $column; }
		else { push @{ $table{ $type =~ /int|numeric|double/ && $column =~ /^conversions/ ? 'others' : 'rest' } }, $column; }
		$table{within} = $1 if $additive =~ /within one (\w+)/;
	}
	$table{period} = $session->query("SELECT option_value FROM pg_foreign_table, pg_options_to_table(ftoptions) WHERE ftrelid = '$of'::regclass AND option_name = 'period'") || 'day';
	$table{is_small} = $name !~ /naver/ && $name =~ /account_daily|campaign_daily|campaign_report|account_report|account_country|partners_daily|meta_purchases|united/;
	$table{is_large} = $name =~ /install|in_app|search_term|geo|placement|device|action|region/;
	return \%table;
}

1;
