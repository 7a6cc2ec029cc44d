# Pushing conditions down changes no result whatever the statement looks like:
# joins with local tables, subqueries, LATERAL, UNION ALL, LIMIT, aggregates,
# parameters under generic and custom plans, and days compared with moments in
# zones with a change of clocks.  Generated; seen with adpipe.pushdown on and off
# beside local copies.  For what must be pushed, the request log is looked at.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries qw(pick);
use Test::More;

my $seed = $ENV{SEED} // 20261125;
srand($seed);
note("seed $seed");

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
my $days = "date_day BETWEEN '2026-11-10' AND '2026-11-11'";
google_server($node, $sim, options => { customer_id => '1234567890,2345678901' });
$sim->clock($now);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));

my $queries = AdpipeTest::Queries->new($session, $days, {
	'google.campaign_daily' => [qw(account_id campaign_id campaign_name campaign_status channel_type)],
	'google.campaign_device_daily' => [qw(account_id campaign_id campaign_name device ad_network_type)],
	'google.ad_group_daily' => [qw(account_id campaign_id ad_group_id ad_group_name ad_group_status)],
	'google.campaigns' => [qw(account_id campaign_id campaign_name)] });

# Local tables to join with: ids with and without a match, NULL and twice.
$session->query(<<'END');
CREATE TABLE ids(id text, tag int);
INSERT INTO ids SELECT campaign_id, row_number() OVER (ORDER BY campaign_id) FROM
  (SELECT DISTINCT campaign_id FROM copy_google_campaign_daily ORDER BY 1 LIMIT 6) c;
INSERT INTO ids VALUES ('007', 90), (NULL, 91), ('12345', 92);
INSERT INTO ids SELECT id, 93 FROM ids WHERE tag = 1;
CREATE TABLE days(d date, label text);
INSERT INTO days VALUES ('2026-11-10', 'a'), ('2026-11-11', 'b'), ('2026-11-11', 'c'), (NULL, 'd');
ANALYZE ids;
ANALYZE days;
END

# Shapes.  Each gives SQL with tables in braces.
my $table_of_days = sub { return pick(grep { $_ ne 'google.campaigns' } $queries->tables) };

# "bound AND tree" of a table under an alias.
sub where
{
	my ($table, $alias, $depth) = @_;
	return $queries->bound($table, $alias) . ' AND ' . $queries->tree($table, $alias, $depth // 1);
}

sub join_local
{
	my $table = pick($queries->tables);
	my $kind = pick('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN');
	my $columns = $queries->some_columns($table, 't');
	# The table itself is bounded, so that an outer join of it is, too.
	my $side = "(SELECT * FROM {$table} t WHERE " . where($table, 't') . ') t';
	my $on = 't.campaign_id = l.id' . ($kind eq 'FULL JOIN' ? '' : pick('', ' AND l.tag > 2', ' AND ' . $queries->leaf($table, 't')));
	return "SELECT l.id, l.tag, $columns FROM ids l $kind $side ON $on";
}

sub join_days
{
	my $table = $table_of_days->();
	return "SELECT d.label, " . $queries->some_columns($table, 't') . " FROM days d JOIN {$table} t ON t.date_day "
	  . pick('=', '=', '>=') . ' d.d WHERE ' . where($table, 't');
}

sub join_foreign
{
	my $table = $table_of_days->();
	return 'SELECT c.campaign_name, ' . $queries->some_columns($table, 't')
	  . " FROM {google.campaigns} c " . pick('JOIN', 'LEFT JOIN') . " {$table} t ON t.campaign_id = c.campaign_id AND "
	  . where($table, 't', 0) . ' WHERE ' . $queries->tree('google.campaigns', 'c', 1);
}

sub self_join
{
	my $table = $table_of_days->();
	return "SELECT a.campaign_id, b.clicks FROM {$table} a JOIN {$table} b USING (account_id, date_day, campaign_id) WHERE "
	  . where($table, 'a', 0) . ' AND ' . where($table, 'b', 0);
}

sub subquery
{
	my $table = $table_of_days->();
	my $columns = $queries->some_columns($table, 't');
	my $condition = pick(
		'campaign_id IN (SELECT id FROM ids WHERE tag < 5)',
		'campaign_id NOT IN (SELECT id FROM ids WHERE tag < 5)',
		'campaign_id NOT IN (SELECT id FROM ids)',
		'campaign_id = (SELECT min(id) FROM ids)',
		'campaign_id <> (SELECT max(id) FROM ids)',
		'campaign_id = (SELECT id FROM ids WHERE tag = 91)',
		'campaign_id = ANY ((SELECT array_agg(id) FROM ids)::text[])',
		'campaign_id <> ALL ((SELECT array_agg(id) FROM ids WHERE id IS NOT NULL)::text[])',
		'EXISTS (SELECT FROM ids l WHERE l.id = t.campaign_id AND l.tag > 1)',
		'NOT EXISTS (SELECT FROM ids l WHERE l.id = t.campaign_id)',
		'date_day >= (SELECT min(d) FROM days)',
		'date_day IN (SELECT d FROM days WHERE label = \'b\')',
		'date_day = ANY (ARRAY(SELECT d FROM days))');
	return "SELECT $columns FROM {$table} t WHERE t.$condition AND " . where($table, 't') =~ s/t\.(EXISTS|NOT EXISTS)/$1/r
	  unless $condition =~ /EXISTS/;
	return "SELECT $columns FROM {$table} t WHERE $condition AND " . where($table, 't');
}

sub scalar_subquery
{
	my $table = $table_of_days->();
	return "SELECT l.tag, (SELECT " . pick('sum(t.clicks)', 'count(*)', 'max(t.impressions)') . " FROM {$table} t WHERE t.campaign_id = l.id AND "
	  . where($table, 't') . ') FROM ids l';
}

sub lateral
{
	my $table = $table_of_days->();
	my $inner = pick(
		"SELECT count(*) AS n, sum(t.cost_micros) AS s FROM {$table} t WHERE t.campaign_id = l.id AND " . where($table, 't'),
		"SELECT t.date_day, t.clicks, t.impressions FROM {$table} t WHERE t.campaign_id = l.id AND " . where($table, 't')
		  . ' ORDER BY t.clicks, t.impressions, t.date_day LIMIT 2');
	return "SELECT l.tag, x.* FROM ids l LEFT JOIN LATERAL ($inner) x ON true" if rand() < 0.5;
	return "SELECT l.tag, x.* FROM ids l, LATERAL ($inner) x";
}

sub union_all
{
	my ($a, $b) = map { $table_of_days->() } 1, 2;
	my $columns = 't.account_id, t.date_day, t.campaign_id, t.clicks';
	my $sql = "SELECT $columns FROM {$a} t WHERE " . where($a, 't') . ' UNION ALL ' . "SELECT $columns FROM {$b} t WHERE " . where($b, 't');
	return $sql if rand() < 0.5;
	my $id = $queries->value($a, 'campaign_id');
	return "SELECT * FROM ($sql) u WHERE u.campaign_id " . pick('=', '<>') . " $id";
}

sub ordered_limit
{
	my $table = pick($queries->tables);
	my @columns = $queries->columns($table);
	my $order = join ', ', map { "t.$_ " . pick('', 'DESC', 'NULLS FIRST') } sort { $a cmp $b } grep { !/labels/ } @columns;
	return "SELECT t.* FROM {$table} t WHERE " . where($table, 't', 2) . " ORDER BY $order LIMIT " . int(rand 12) . pick('', ' OFFSET 3');
}

sub grouped
{
	my $table = $table_of_days->();
	my $column = pick($queries->dimensions($table));
	return "SELECT t.$column, sum(t.clicks), count(*), sum(t.spend) FROM {$table} t WHERE " . where($table, 't', 2)
	  . " GROUP BY t.$column" . pick('', ' HAVING sum(t.clicks) > 5', " HAVING t.$column <> " . $queries->value($table, $column));
}

sub distinct
{
	my $table = pick($queries->tables);
	my $column = pick($queries->dimensions($table));
	return "SELECT DISTINCT t.$column FROM {$table} t WHERE " . where($table, 't', 2);
}

# Runs a query in both settings and compares with the copies.
my %count = (all => 0, found => 0);
sub compare
{
	my ($name, $sql) = @_;
	my $expected = $queries->checksum($queries->local($sql));

	die "$expected: $sql" unless $expected =~ /^\d+\|/;
	$count{all}++;
	$count{found}++ unless $expected =~ /^0\|/;
	for my $setting ('on', 'off')
	{
		$session->query("SET adpipe.pushdown = $setting");
		is($queries->checksum($sql), $expected, "$name, pushdown $setting: $sql");
	}
	return;
}

my %shapes = (
	'join with a local table' => \&join_local,
	'join over days' => \&join_days,
	'join of two foreign tables' => \&join_foreign,
	'self join' => \&self_join,
	'subquery' => \&subquery,
	'scalar subquery' => \&scalar_subquery,
	'LATERAL' => \&lateral,
	'UNION ALL' => \&union_all,
	'ordered LIMIT' => \&ordered_limit,
	'GROUP BY' => \&grouped,
	'DISTINCT' => \&distinct);
for my $name (sort keys %shapes)
{
	for my $i (1 .. 12)
	{
		# Now and then the plan that nobody would choose.
		my $off = pick('', '', 'hashjoin', 'nestloop', 'mergejoin');
		$session->query("SET enable_$off = off") if $off;
		compare("$name $i" . ($off ? " without $off" : ''), $shapes{$name}->());
		$session->query("RESET enable_$off") if $off;
	}
}

# Prepared statements: the same one is run with several values, NULL among them.
my @parameters = (
	"t.%s = \$1", "t.%s <> \$1", "\$1 = t.%s", "t.%s = ANY (\$2)", "t.%s <> ALL (\$2)", "t.%s IN (\$1, 'x')",
	"(t.%s = \$1 OR t.clicks > 10)", "t.%s = coalesce(\$1, 'PAUSED')", "t.%s IS NOT DISTINCT FROM \$1");
for my $i (1 .. 25)
{
	my $table = $table_of_days->();
	my @chosen = map { [ pick(@parameters), pick($queries->dimensions($table)) ] } 0 .. rand 2;
	my $condition = join ' AND ', map { sprintf $_->[0], $_->[1] } @chosen;
	my $days_by = pick('t.date_day BETWEEN $3 AND $4', 't.date_day >= $3 AND t.date_day < $4::date + 1', 't.date_day >= $3::timestamp AND t.date_day <= $4');
	my $columns = $queries->some_columns($table, 't');
	my $sql = $queries->wrap("SELECT $columns FROM {$table} t WHERE $days_by AND $condition");
	my $types = '(text, text[], date, date)';
	my @values = map {
		my $column = $chosen[0][1];
		my $since = pick(10, 10, 11);
		my $dates = rand() < 0.9 ? "'2026-11-$since', '2026-11-11'" : pick("NULL, '2026-11-11'", "'2026-11-11', '2026-11-10'");
		$queries->value($table, $column) . ', ' . pick('NULL', "ARRAY[" . $queries->value($table, $column) . ', ' . $queries->value($table, $column) . ']::text[]', "'{}'") . ", $dates"
	} 1 .. 3;
	for my $mode ('force_generic_plan', 'force_custom_plan')
	{
		$session->query("SET plan_cache_mode = $mode; PREPARE here$types AS " . $queries->local($sql) . "; PREPARE there$types AS " . $sql =~ s/\{([\w.]+)\}/$1/gr);
		for my $value (@values)
		{
			my $expected = $session->query("EXECUTE here($value)");
			$count{all}++ if $mode eq 'force_generic_plan';
			for my $setting ('on', 'off')
			{
				$session->query("SET adpipe.pushdown = $setting");
				my ($out, $error) = $session->try("EXECUTE there($value)");
				is($error ? $error->{message} : $out, $expected, "parameters $i, $mode, pushdown $setting: $columns of $table WHERE $days_by AND $condition, ($value)");
			}
		}
		$session->query('DEALLOCATE ALL; RESET plan_cache_mode');
	}
}

# Days against moments.  The copies reach further than any bound, so that only
# the bound itself decides.  The clocks change in Los Angeles on 1 November and
# on 8 March.
$session->query(<<'END');
CREATE TABLE copy_of_days AS
SELECT * FROM google.campaign_daily WHERE date_day BETWEEN '2026-10-24' AND '2026-11-08';
INSERT INTO copy_of_days
SELECT * FROM google.campaign_daily WHERE date_day BETWEEN '2026-02-28' AND '2026-03-15';
END

# A moment near a change of clocks, as a literal.
sub moment
{
	my $date = pick(@_);
	my $time = pick('00:00', '00:00', '00:00:01', '01:30', '02:30', '12:00', '17:00', '23:59:59.999999');
	my $kind = int rand 3;

	return "date '$date'" if $kind == 0;
	return "timestamp '$date $time'" if $kind == 1;
	return "timestamptz '$date $time" . pick('', '', '+00', '-07', '-08', '+09') . "'";
}

my @windows = (
	[ '2026-10-26', '2026-11-06', '2026-10-31', '2026-11-01', '2026-11-02' ],
	[ '2026-03-02', '2026-03-13', '2026-03-07', '2026-03-08', '2026-03-09' ]);
for my $i (1 .. 90)
{
	my ($since, $until, @near) = @{ pick(@windows) };
	my $zone = pick(@AdpipeTest::Queries::ZONES);
	my $left = sub { return pick('t.date_day', 't.date_day', 't.date_day::timestamp', 't.date_day::timestamptz') };
	my $far = pick("t.date_day >= '$since'", "t.date_day > timestamptz '$since 05:00+00'");
	my $end = pick("t.date_day < '$until'", "t.date_day <= timestamp '$until 00:00'");
	my $condition = pick(
		sub { $left->() . pick(' >= ', ' > ') . moment(@near) . ' AND ' . $left->() . pick(' < ', ' <= ') . moment(@near) },
		sub { $left->() . ' BETWEEN ' . moment(@near) . ' AND ' . moment(@near) },
		sub { $left->() . pick(' > ', ' >= ') . moment(@near) . " AND $end" },
		sub { $far . ' AND ' . moment(@near) . pick(' > ', ' >= ') . $left->() },
		sub { $left->() . ' = ' . moment(@near) },
		sub { "$far AND $end AND " . $left->() . ' <> ' . moment(@near) },
		sub { 't.date_day IN (' . join(', ', map { moment(@near) } 1 .. 3) . ')' },
		sub { 't.date_day = ANY (ARRAY[' . join(', ', map { moment(@near) . '::timestamptz' } 1 .. 2) . '])' },
		sub { '(' . $left->() . ' = ' . moment(@near) . ' OR (' . $left->() . ' > ' . moment(@near) . " AND $end))" },
		sub { $left->() . ' >= ' . moment(@near) . " - interval '1 day' AND " . $left->() . ' < ' . moment(@near) . " + interval '25 hours'" })->();
	my $sql = "SELECT t.account_id, t.date_day, t.campaign_id, t.clicks FROM %s t WHERE $condition";

	$session->query("SET timezone = '$zone'");
	my $expected = $queries->checksum(sprintf $sql, 'copy_of_days');
	die "$expected: $sql" unless $expected =~ /^\d+\|/;
	$count{all}++;
	$count{found}++ unless $expected =~ /^0\|/;
	for my $setting ('on', 'off')
	{
		$session->query("SET adpipe.pushdown = $setting");
		is($queries->checksum(sprintf $sql, 'google.campaign_daily'), $expected, "moments $i, $zone, pushdown $setting: $condition");
	}
}
$session->query('RESET timezone; SET adpipe.pushdown = on');
cmp_ok($count{all}, '>=', 290, "many queries ($count{all})");
cmp_ok($count{found}, '>', 100, "many of them have rows ($count{found})");

# What the platform is asked for by such statements.
sub wheres
{
	return sort map { join ' AND ', sort split / AND /, $_ }
	  map { s/segments\.date BETWEEN '([^']*)' AND '([^']*)'/$1..$2/r }
	  map { ($_->{query} // '') =~ /\bFROM campaign WHERE (.*) PARAMETERS/ ? $1 : () } @{ $sim->requests };
}

sub asks
{
	my ($name, $setup, $sql, @expected) = @_;
	$sim->reset;
	$sim->clock($now);
	$session->query($setup) if $setup;
	$session->query($sql);
	is(join("\n", wheres()), join("\n", sort @expected), $name);
	$session->query('RESET ALL; SET adpipe.debug_now = ' . quote($now));
	return;
}

my $range = '2026-11-10..2026-11-11';
my $of = "FROM google.campaign_daily t WHERE $days AND account_id = '1234567890'";
my @ids = split /\n/, $session->query('SELECT DISTINCT id FROM ids WHERE tag < 4 ORDER BY id');
for my $mode ('force_generic_plan', 'force_custom_plan')
{
	asks("parameters, $mode", "SET plan_cache_mode = $mode; PREPARE p(text, text[], date) AS SELECT clicks FROM google.campaign_daily"
		. " WHERE account_id = '1234567890' AND date_day BETWEEN \$3 AND \$3 + 1 AND campaign_id = \$1 AND campaign_status = ANY (\$2)",
		"EXECUTE p('17', '{ENABLED,PAUSED}', '2026-11-10'); EXECUTE p('18', '{PAUSED}', '2026-11-09'); DEALLOCATE p",
		"$range AND campaign.id = 17 AND campaign.status IN ('ENABLED', 'PAUSED')",
		"2026-11-09..2026-11-10 AND campaign.id = 18 AND campaign.status = 'PAUSED'");
	asks("parameters that match nothing, $mode", "SET plan_cache_mode = $mode; PREPARE p(text, text[]) AS SELECT clicks $of AND campaign_id = \$1 AND campaign_status = ANY (\$2)",
		"EXECUTE p('007', '{PAUSED}'); EXECUTE p(NULL, '{PAUSED}'); EXECUTE p('17', NULL); EXECUTE p('17', '{}'); EXECUTE p('17', '{paused}'); DEALLOCATE p");
}
asks('a value that a subquery gives', '', "SELECT clicks $of AND campaign_id = (SELECT min(id) FROM ids WHERE tag < 4)", "$range AND campaign.id = $ids[0]");
asks('a list that a subquery gives', '', "SELECT clicks $of AND campaign_id = ANY (ARRAY(SELECT id FROM ids WHERE tag < 4))",
	"$range AND campaign.id IN (" . join(', ', @ids) . ')');
asks('LATERAL: each outer row asks for its own', 'SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_memoize = off',
	"SELECT l.tag, x.n FROM ids l, LATERAL (SELECT count(*) AS n $of AND t.campaign_id = l.id OFFSET 0) x WHERE l.tag < 4",
	map { "$range AND campaign.id = $_" } @ids);
asks('UNION ALL: a condition on the whole reaches each part', '',
	"SELECT * FROM (SELECT campaign_id, clicks $of AND campaign_status = 'PAUSED' UNION ALL SELECT campaign_id, clicks $of AND campaign_status = 'ENABLED') u WHERE campaign_id = '17'",
	map { "$range AND campaign.id = 17 AND campaign.status = '$_'" } 'PAUSED', 'ENABLED');
asks('LIMIT', '', "SELECT clicks $of AND campaign_status = 'ENABLED' LIMIT 5 OFFSET 2", "$range AND campaign.status = 'ENABLED' LIMIT 7");
asks('no LIMIT beside what stays local', '', "SELECT clicks $of AND clicks > 3 LIMIT 5", $range);
asks('no LIMIT of sorted rows', '', "SELECT clicks $of ORDER BY clicks LIMIT 5", $range);
asks('no LIMIT of groups', '', "SELECT campaign_id, sum(clicks) $of GROUP BY campaign_id LIMIT 2", $range);
asks('a view', "CREATE VIEW paused AS SELECT * FROM google.campaign_daily WHERE campaign_status = 'PAUSED'",
	"SELECT clicks FROM paused WHERE $days AND account_id = '1234567890'", "$range AND campaign.status = 'PAUSED'");
asks('a moment in the zone of the session', "SET timezone = 'America/Los_Angeles'",
	"SELECT clicks FROM google.campaign_daily WHERE account_id = '1234567890' AND date_day >= timestamptz '2026-11-01 08:00+00' AND date_day < timestamptz '2026-11-03 08:00+00'",
	'2026-11-02..2026-11-02');

done_testing();
