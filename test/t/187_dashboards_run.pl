# The dashboards of examples/superset and examples/grafana: every query of them runs
# as a role that may read copies only, sends nothing, and brings rows; a tile shows the
# same in both.  Superset itself is driven by test/long/superset.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Dashboards;
use CPAN::Meta::YAML;
use Cpanel::JSON::XS;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $sim) = dashboards();
my $advertiser = '한빛 러닝';
my $before = @{ $sim->requests };

# The last 30 days, as both programs bound them.
my ($since, $until, $today) = split /\|/, as_bi('SELECT current_date - 30, current_date - 1, current_date');

# What a file of Superset's holds.
sub yaml
{
	my ($path) = @_;
	return CPAN::Meta::YAML->read($path)->[0];
}

# What a filter of a chart says in SQL.
sub condition
{
	my ($filter) = @_;
	my ($column, $operator) = @$filter{qw(subject operator)};
	return "$column IS NOT NULL" if $operator eq 'IS NOT NULL';
	die "unknown filter $operator" unless $operator eq 'TEMPORAL_RANGE' && $filter->{comparator} eq 'Last 30 days';
	return "$column >= '$since' AND $column < '$today'";
}

# The query that Superset makes of a chart.
sub superset_query
{
	my ($chart, $dataset) = @_;
	my $params = $chart->{params};
	my $is_raw = ($params->{query_mode} // '') eq 'raw';
	my %expression = map { $_->{metric_name} => $_->{expression} } @{ $dataset->{metrics} };
	my @columns = $is_raw ? @{ $params->{all_columns} } : grep { defined } $params->{x_axis}, @{ $params->{groupby} // [] };
	my @metrics = $is_raw ? () : $params->{metric} // @{ $params->{metrics} };
	my @conditions = ("advertiser = " . quote($advertiser), map { condition($_) } @{ $params->{adhoc_filters} });
	my $sql = sprintf 'SELECT %s FROM %s.%s WHERE %s', join(', ', @columns, map { $expression{$_} // die "no metric $_" } @metrics),
	  $dataset->{schema}, $dataset->{table_name}, join(' AND ', @conditions);
	$sql .= ' GROUP BY ' . join(', ', @columns) if @metrics && @columns;
	return $sql;
}

# A query of Grafana's with its macros and variables in place.
sub grafana_query
{
	my ($sql) = @_;
	$sql =~ s/\$__timeFilter\((\w+)\)/$1 BETWEEN '${since}T00:00:00Z' AND '${until}T23:59:59.999Z'/g;
	$sql =~ s/\$\{advertiser:sqlstring\}/quote($advertiser)/ge;
	die "unknown macro in $sql" if $sql =~ /\$/;
	return $sql;
}

# The rows of a query in any order; none, and a remark, where it is an error.
sub rows
{
	my ($sql) = @_;
	my $rows = eval { as_bi($sql) };
	diag("$@$sql") if $@;
	return join "\n", sort split /\n/, $rows // '';
}

# Superset: datasets are the views that they name, and charts bring rows.
my (%datasets, %shown);
for my $path (glob examples('superset/datasets/adpipe/*.yaml'))
{
	my $dataset = yaml($path);
	my $relation = "$dataset->{schema}.$dataset->{table_name}";
	$datasets{ $dataset->{uuid} } = $dataset;
	is(join(', ', map { "$_->{column_name} " . lc $_->{type} } @{ $dataset->{columns} }),
		as_bi("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '$relation'::regclass AND attnum > 0"),
		"Superset, dataset $relation: its columns");
}
for my $path (glob examples('superset/charts/*.yaml'))
{
	my $chart = yaml($path);
	$shown{ $chart->{slice_name} } = rows(superset_query($chart, $datasets{ $chart->{dataset_uuid} }));
	like($shown{ $chart->{slice_name} }, qr/\d/, "Superset, $chart->{slice_name}: has rows");
}
my %uuids = map { $_->{meta}{uuid} => $_->{meta}{sliceName} } grep { ref && $_->{type} eq 'CHART' } values %{ yaml(examples('superset/dashboards/adpipe.yaml'))->{position} };
is_deeply([ sort values %uuids ], [ sort keys %shown ], 'Superset: the dashboard has every chart');

# Grafana: the same tiles with the same values.
my $grafana = decode_json(slurp_file(examples('grafana/adpipe.json')));
is_deeply([ sort map { $_->{title} } @{ $grafana->{panels} } ], [ sort keys %shown ], 'Grafana has the same tiles');
for my $panel (@{ $grafana->{panels} })
{
	is(rows(grafana_query($_->{rawSql})), $shown{ $panel->{title} }, "Grafana, $panel->{title}: as in Superset") for @{ $panel->{targets} };
}
like(as_bi($_->{query}), qr/^\Q$advertiser\E$/m, "Grafana, variable $_->{name}: has the advertiser") for @{ $grafana->{templating}{list} };

# A tile about what is missing names the days that the copy of Meta lacks.  In the
# account's zone the next day may have begun.
like($shown{'What is missing'}, qr/^ads\.meta_campaign\|1234567890123456\|(?:35\|2|36\|3)\|\d{4}-\d\d-\d\d\|2 of the days from /m, 'days that are missing are shown');

is(scalar @{ $sim->requests }, $before, 'no query asks a platform');
is(sql_error($node, 'SELECT * FROM google_common.campaign_report', extra_params => [ '-U', 'bi' ])->{sqlstate}, '42501', 'the role of the dashboards cannot');

done_testing();
