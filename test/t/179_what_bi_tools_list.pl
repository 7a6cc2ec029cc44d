# What BI tools list of copies: each once, each report view once, and no partition;
# what a role without a user mapping gets of a live table; and what a dashboard of live
# charts sends.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Client;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster(conf => "listen_addresses = '127.0.0.1'");
my $sim = simulator();
loader($node, $sim);
at('2026-11-20T12:00:00Z');
run(<<'END');
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-09-15');
SELECT adpipe.materialize('google.campaigns', 'ads.campaigns');
CALL adpipe.refresh_all();
END
$node->safe_psql('postgres', <<'END');
CREATE SCHEMA reports AUTHORIZATION loader;
CREATE ROLE bi LOGIN;
GRANT USAGE ON SCHEMA ads, reports TO bi;
SET ROLE loader;
SELECT FROM adpipe.create_report_views('reports');
GRANT SELECT ON ALL TABLES IN SCHEMA ads, reports TO bi;
END
my @views = sort qw(campaigns_current pacing tracker_bridge), map { ("${_}_report", "${_}_report_month", "${_}_report_week") } qw(account ad ad_group campaign keyword search_term url);
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ads.campaign'::regclass"), '>=', 3, 'the copy has partitions');

my $bi = session($node, user => 'bi');
$sim->reset;
is($bi->query("SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'adpipe') ORDER BY 1, 2"),
	join("\n", 'ads|campaign|BASE TABLE', 'ads|campaigns|BASE TABLE', map { "reports|$_|VIEW" } @views), 'information_schema.tables: copies and report views, each once');
is($bi->query("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'adpipe_parts'"), 0, 'information_schema.columns: no partition');
is($bi->query_error('SELECT * FROM google.campaign_daily LIMIT 1')->{sqlstate}, '42501', 'a live table: refused');
my $partition = $node->safe_psql('postgres', "SELECT min(inhrelid::oid)::regclass FROM pg_inherits WHERE inhparent = 'ads.campaign'::regclass");
is($bi->query_error("SELECT * FROM $partition LIMIT 1")->{sqlstate}, '42501', 'a partition: refused');
is(scalar @{ $sim->requests }, 0, 'no request');

# How many requests went to such a path.
sub of_path
{
	my ($pattern) = @_;
	return scalar grep { $_->{path} =~ $pattern } @{ $sim->requests };
}

# Rows of DatabaseMetaData as "schema.name type".
sub relations
{
	my ($result) = @_;
	return join "\n", sort map { my @cells = split /\t/; "$cells[1].$cells[2] $cells[3]" } @{ $result->{rows} };
}

SKIP: {
	skip 'JDBC: needs a JDK and libpostgresql-jdbc-java', 12 unless AdpipeTest::Client::has_jdbc();
	my $jdbc = AdpipeTest::Client->jdbc($node, 'bi');
	my ($properties) = slurp_file("$FindBin::RealBin/../../doc/bi_tools.md") =~ m{^jdbc:postgresql://[\w.:]+/\w+\?(\S+)$}m;
	my $private = AdpipeTest::Client->jdbc($node, 'bi', $properties // die 'doc/bi_tools.md has no URL');
	my $views = join "\n", map { "reports.$_ VIEW" } @views;

	is(relations($jdbc->ask('.tables', 'TABLE,VIEW', 'reports')), $views, 'getTables(TABLE, VIEW) of the views\' schema: each report view once');
	is(relations($jdbc->ask('.tables', 'TABLE,VIEW', 'ads')), 'ads.campaigns TABLE', 'of the copies\' schema: no partitioned copy');
	is(relations($jdbc->ask('.tables', 'TABLE,VIEW,PARTITIONED TABLE', 'ads')), "ads.campaign PARTITIONED TABLE\nads.campaigns TABLE", 'with PARTITIONED TABLE: each copy once');
	for my $schema ('%', '')
	{
		my $all = relations($private->ask('.tables', 'TABLE,VIEW', $schema));
		is($all =~ s/^(adpipe\.\w+ VIEW\n)+//r, "ads.campaigns TABLE\n$views", ($schema ? "schema '%'" : 'no schema') . ' with the documented URL: no partition, each report view once');
	}
	my @all = split /\n/, relations($jdbc->ask('.tables', 'TABLE,VIEW', ''));
	my $parts = qr/^adpipe_parts\.campaign_\w+ TABLE$/;
	cmp_ok(scalar(grep { /$parts/ } @all), '>=', 3, 'no schema without its property: partitions as well');
	is(join("\n", grep { !/$parts|^adpipe\w*\./ } @all), "ads.campaigns TABLE\n$views", 'in a schema of their own');
	my @columns = @{ $jdbc->ask('.columns', 'reports', 'campaign_report')->{rows} };
	is(join(' ', map { (split /\t/)[3] } @columns), $node->safe_psql('postgres', "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'reports.campaign_report'::regclass AND attnum > 0"), 'getColumns of a report view');
	is(scalar(grep { (split /\t/)[11] eq '\N' } map { @{ $jdbc->ask('.columns', 'reports', $_)->{rows} } } @views), 0, 'every column of every report view has a remark');
	my @stored = @{ $jdbc->ask('.columns', 'ads', 'campaign')->{rows} };
	is(scalar(grep { (split /\t/)[11] eq '\N' } @stored), 0, 'and so has every column of a copy');
	is(scalar @{ $jdbc->ask('.columns', 'google', 'campaign_daily')->{rows} }, scalar(@stored) - 1, 'getColumns of the live table');
	is(scalar @{ $jdbc->ask('.keys', 'ads', 'campaign')->{rows} }, 0, 'getPrimaryKeys: none');
	is(scalar @{ $sim->requests }, 0, 'no request');
}

# What SQLAlchemy reflects: relation, kind, columns, columns with a comment, keys.
SKIP: {
	skip 'SQLAlchemy: the package index is out of reach', 2 unless AdpipeTest::Client::has_python('psycopg[binary]>=3.2,<4', 'SQLAlchemy>=2,<3');
	my $seen = AdpipeTest::Client::output_of('python3', "$FindBin::RealBin/../bi/reflect.py", '127.0.0.1', $node->port, 'bi', 'ads', 'reports');
	my $expected = join "\n", map { my $relation = $_;
		my $columns = $node->safe_psql('postgres', "SELECT count(*) FROM pg_attribute WHERE attrelid = '$relation'::regclass AND attnum > 0");
		"$relation " . ($relation =~ /^ads/ ? 'table' : 'view') . " $columns $columns 0" } qw(ads.campaign ads.campaigns), map { "reports.$_" } @views;
	is($seen, $expected, 'SQLAlchemy, as Superset: each copy and each report view once, every column with a comment');
	is(scalar @{ $sim->requests }, 0, 'no request');
}

# Evidence's connector runs a query twice, once to count, and hides what an error says.
SKIP: {
	my $folder = AdpipeTest::Client::has_node('@evidence-dev/postgres@1.0.10') or skip 'Evidence: npm or its registry is out of reach', 6;
	my $page = sub {
		my ($role, $table, $where) = @_;
		$sim->reset;
		$sim->clock('2026-11-20T12:00:00Z');
		return AdpipeTest::Client::output_of('node', "$FindBin::RealBin/../bi/evidence.mjs", $folder, '127.0.0.1', $node->port, $role,
			"SELECT account_name, sum(clicks) AS clicks FROM $table WHERE $where GROUP BY 1 ORDER BY 1");
	};
	my $october = "date_day BETWEEN '2026-10-01' AND '2026-10-31'";
	my $rows = $page->('bi', 'ads.campaign', $october);
	like($rows, qr/^\{"account_name":"\S.*","clicks":\d+\}\n/, 'Evidence over a copy: rows');
	is(of_path(qr{.}), 0, 'no request');
	is($page->('loader', 'google.campaign_daily', $october), $rows, 'over a live table: the same rows');
	is(of_path(qr{/customers/(?!9876543210)\d+/}), 12, 'each account is asked twice');
	like($page->('loader', 'google.campaign_daily', 'clicks > 0'), qr/^error: (?!.*date_day)/, 'without a range: the connector hides the hint');
	is(of_path(qr{.}), 0, 'no request');
}

# What drivers for ODBC do: a cursor that outlives its transaction, read back and forth;
# and a filter that becomes a temporary table.
my $odbc = session($node, user => 'loader');
my $largest = "SELECT campaign_id, date_day, clicks FROM %s WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31' ORDER BY clicks DESC, 1, 2";
my $cursor = "BEGIN; DECLARE c SCROLL CURSOR WITH HOLD FOR $largest; COMMIT; FETCH 5 FROM c; MOVE BACKWARD 4 FROM c; FETCH 8 FROM c; CLOSE c";
my $expected = $odbc->query(sprintf $cursor, 'ads.campaign');
$odbc->query("SELECT FROM google.account_daily WHERE date_day = '2026-10-01'");
$sim->reset;
$sim->clock('2026-11-20T12:00:00Z');
is($odbc->query(sprintf $cursor, 'google.campaign_daily'), $expected, 'a cursor WITH HOLD over a live table: the rows of the copy');
is(of_path(qr{.}), 6, 'each account is asked once');
$sim->reset;
$sim->clock('2026-11-20T12:00:00Z');
$odbc->query('CREATE TEMP TABLE "#filter" AS ' . sprintf "$largest LIMIT 10", 'google.campaign_daily');
is($odbc->query('TABLE "#filter"'), $odbc->query(sprintf "$largest LIMIT 10", 'ads.campaign'), 'a temporary table of it: the same');
is(of_path(qr{.}), 6, 'each account is asked once');

# Ten charts, each in a connection of its own, over six accounts.
$sim->reset;
$sim->clock('2026-11-20T12:00:00Z');
my @charts = map { session($node, user => 'loader') } 1 .. 10;
$_->send("SELECT date_trunc('week', date_day), sum(clicks) FROM google.campaign_daily WHERE date_day >= '2026-10-01' AND date_day < '2026-11-01' GROUP BY 1 ORDER BY 1") for @charts;
my %answers = map { my ($rows) = $_->wait; $rows => 1 } @charts;
is(scalar(keys %answers), 1, 'a dashboard: ten charts with one answer');
is(of_path(qr{/customers/(?!9876543210)\d+/}), 60, 'each asks six accounts');
cmp_ok(of_path(qr{^/token}), '<=', 10, 'and signs in once at most');
cmp_ok(of_path(qr{/customers/9876543210/}), '<=', 10, 'and lists the accounts once at most');
note(of_path(qr{.}) . ' requests in all');

done_testing();
