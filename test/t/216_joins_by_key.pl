# Joins of a foreign table by its ids: where few rows are expected on the other
# side, each asks for its own; where a request for all is cheaper, the table is read
# once.  The rows are those of adpipe.pushdown = off, whatever the plan is, and a
# parameter that stays the same asks for nothing.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
google_server($node, $sim, options => { customer_id => '1234567890,2345678901' });
google_server($node, $sim, name => 'all_days', options => { customer_id => '1234567890', unbounded => 'allow' });
meta_server($node, $sim, options => { account_id => '1234567890123456' });
appsflyer_server($node, $sim);
$sim->clock($now);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));
my $days = "date_day BETWEEN '2026-11-10' AND '2026-11-11'";

# Six campaigns in a table with what equals none of them, and in others of bigint
# and varchar; three of them in a small one.
$session->query(<<"END");
CREATE TABLE ids AS SELECT campaign_id AS id, row_number() OVER (ORDER BY campaign_id)::int AS tag
  FROM (SELECT DISTINCT campaign_id FROM google.campaign_daily WHERE $days AND account_id = '1234567890' ORDER BY 1 LIMIT 6) c;
INSERT INTO ids SELECT id, tag + 10 FROM ids WHERE tag < 3;
INSERT INTO ids VALUES (NULL, 90), ('007', 91), ('abc', 92), ('', 93), ('12345', 94), ('99999999999999999999', 95);
CREATE TABLE numbers AS SELECT id::bigint, tag FROM ids WHERE tag < 20;
INSERT INTO numbers VALUES (NULL, 90), (7, 91), (-7, 92);
CREATE TABLE shorts AS SELECT id::varchar(20), tag FROM ids;
CREATE TABLE three AS SELECT id, tag FROM ids WHERE tag < 4;
CREATE TABLE nobody (LIKE ids);
CREATE TABLE meta_ids AS SELECT campaign_id AS id, row_number() OVER (ORDER BY campaign_id)::int AS tag
  FROM (SELECT DISTINCT campaign_id FROM meta.campaign_daily WHERE $days ORDER BY 1 LIMIT 3) c;
INSERT INTO meta_ids VALUES (NULL, 90), ('007', 91);
CREATE TABLE names AS SELECT DISTINCT campaign_name AS name FROM google.campaign_daily WHERE $days AND account_id = '1234567890' LIMIT 5;
INSERT INTO names VALUES (NULL), (''), ('brand'), ('No such campaign');
CREATE TABLE statuses(status text);
INSERT INTO statuses VALUES ('PAUSED'), ('paused'), ('UNKNOWN'), (NULL), ('NEVER_HEARD_OF');
CREATE TABLE days(day date);
INSERT INTO days VALUES ('2026-11-10'), ('2026-11-11'), ('2026-11-11'), (NULL);
ANALYZE ids, numbers, shorts, three, nobody, meta_ids, names, statuses, days;
END

# The report requests that a statement sends.
sub sent
{
	my ($sql) = @_;
	my $before = @{ $sim->requests };
	$session->query($sql);
	my @requests = @{ $sim->requests };
	return map { $_->{query} } grep { ($_->{query} // '') =~ /FROM campaign\b/ || ($_->{path} // '') =~ m{/insights$} } @requests[ $before .. $#requests ];
}

# Plans of all kinds.
my %plans = (
	'as planned' => '',
	'nested loops' => 'SET enable_hashjoin = off; SET enable_mergejoin = off',
	'nested loops without memory' => 'SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_memoize = off; SET enable_material = off',
	'merge joins' => 'SET enable_hashjoin = off; SET enable_nestloop = off',
	'hash joins' => 'SET enable_mergejoin = off; SET enable_nestloop = off');
my $on_days = "t.$days";
my $daily = "google.campaign_daily t";
my $where = "WHERE $on_days";
my @statements = (
	"SELECT l.tag, t.clicks FROM ids l JOIN $daily ON t.campaign_id = l.id $where",
	"SELECT l.tag, t.clicks FROM ids l LEFT JOIN (SELECT * FROM google.campaign_daily $where) t ON t.campaign_id = l.id" =~ s/t\.date_day/date_day/r,
	"SELECT l.tag, t.clicks FROM ids l LEFT JOIN $daily ON t.campaign_id = l.id AND $on_days AND l.tag > 3",
	"SELECT l.tag, t.clicks FROM $daily LEFT JOIN ids l ON t.campaign_id = l.id $where",
	"SELECT l.tag, t.clicks FROM ids l FULL JOIN (SELECT * FROM google.campaign_daily WHERE $days) t ON t.campaign_id = l.id",
	"SELECT l.tag, t.clicks, t.date_day FROM ids l JOIN $daily ON t.campaign_id = l.id JOIN days d ON t.date_day = d.day $where",
	"SELECT l.tag, t.clicks FROM ids l JOIN days d ON true JOIN $daily ON t.campaign_id = l.id AND t.date_day = d.day",
	"SELECT l.tag, t.clicks FROM numbers l JOIN $daily ON t.campaign_id = l.id::text $where",
	"SELECT l.tag, t.clicks FROM numbers l JOIN $daily ON t.campaign_id::bigint = l.id $where",
	"SELECT l.tag, t.clicks FROM shorts l JOIN $daily ON t.campaign_id = l.id $where",
	"SELECT t.campaign_id, t.clicks FROM $daily $where AND t.campaign_id IN (SELECT id FROM ids)",
	"SELECT t.campaign_id, t.clicks FROM $daily $where AND t.campaign_id IN (SELECT id FROM ids WHERE tag < 3 OR tag > 50)",
	"SELECT t.campaign_id, t.clicks FROM $daily $where AND EXISTS (SELECT FROM ids l WHERE l.id = t.campaign_id AND l.tag > 1)",
	"SELECT t.campaign_id, t.clicks FROM $daily $where AND NOT EXISTS (SELECT FROM ids l WHERE l.id = t.campaign_id)",
	"SELECT t.campaign_id, t.clicks FROM $daily $where AND t.campaign_id NOT IN (SELECT id FROM ids)",
	"SELECT t.campaign_id, t.clicks FROM $daily $where AND t.campaign_id NOT IN (SELECT id FROM ids WHERE id IS NOT NULL)",
	"SELECT l.tag FROM ids l WHERE EXISTS (SELECT FROM $daily $where AND t.campaign_id = l.id AND t.clicks > 5)",
	"SELECT l.tag FROM ids l WHERE NOT EXISTS (SELECT FROM $daily $where AND t.campaign_id = l.id)",
	"SELECT l.tag FROM ids l WHERE l.id NOT IN (SELECT t.campaign_id FROM $daily $where)",
	"SELECT l.tag, x.n FROM ids l, LATERAL (SELECT sum(t.clicks) AS n FROM $daily $where AND t.campaign_id = l.id) x",
	"SELECT l.tag, x.clicks FROM ids l LEFT JOIN LATERAL (SELECT t.clicks FROM $daily $where AND t.campaign_id = l.id ORDER BY t.date_day, t.clicks LIMIT 1) x ON true",
	"SELECT l.tag, (SELECT sum(t.clicks) FROM $daily $where AND t.campaign_id = l.id) FROM ids l",
	"SELECT l.tag, (SELECT sum(t.clicks) FROM $daily $where AND t.campaign_id = ANY (ARRAY[l.id, '12345', NULL])) FROM ids l",
	"SELECT n.name, t.clicks FROM names n JOIN $daily ON t.campaign_name = n.name $where",
	"SELECT s.status, t.clicks FROM statuses s JOIN $daily ON t.campaign_status = s.status $where",
	"SELECT s.status, t.campaign_id FROM statuses s JOIN $daily ON t.campaign_status <> s.status $where",
	"SELECT l.tag, s.status, t.clicks FROM ids l CROSS JOIN statuses s JOIN $daily ON t.campaign_id = l.id AND t.campaign_status = s.status $where",
	"SELECT l.tag, t.clicks FROM nobody l JOIN $daily ON t.campaign_id = l.id $where",
	"SELECT l.tag, t.clicks FROM three l JOIN $daily ON t.campaign_id = ANY (ARRAY[l.id, '007']) $where",
	"SELECT c.campaign_name, t.clicks FROM google.campaigns c JOIN $daily USING (account_id, campaign_id) $where",
	"SELECT c.campaign_name, t.clicks FROM google.campaigns c LEFT JOIN $daily ON t.campaign_id = c.campaign_id AND $on_days JOIN ids l ON l.id = c.campaign_id",
	"SELECT a.campaign_id, b.clicks FROM three l JOIN google.campaign_daily a ON a.campaign_id = l.id JOIN google.campaign_device_daily b ON b.campaign_id = a.campaign_id AND b.date_day = a.date_day WHERE a.$days AND b.$days",
	"SELECT l.tag, sum(t.clicks) FROM ids l JOIN $daily ON t.campaign_id = l.id $where GROUP BY 1",
	"SELECT l.tag, t.clicks FROM meta_ids l LEFT JOIN meta.campaign_daily t ON t.campaign_id = l.id AND $on_days",
	"SELECT l.tag, c.campaign_id FROM meta_ids l JOIN meta.ads c ON c.campaign_id = l.id",
	"SELECT l.tag, c.campaign_name FROM meta_ids l LEFT JOIN meta.campaigns c ON c.campaign_id = l.id");
my $found = 0;
for my $sql (@statements)
{
	my $wrapped = "SELECT count(*), md5(string_agg(q::text, ',' ORDER BY q::text COLLATE \"C\")) FROM ($sql) q";
	my $expected;
	for my $plan (sort keys %plans)
	{
		# Only a nested loop gives such a statement its days.
		next if $sql !~ /BETWEEN/ && $sql =~ /date_day/ && $plans{$plan} =~ /enable_nestloop/;
		$session->query($plans{$plan}) if $plans{$plan};
		for my $setting ('off', 'on')
		{
			$session->query("SET adpipe.pushdown = $setting");
			my $result = $session->query($wrapped);
			$expected //= $result;
			is($result, $expected, "$plan, pushdown $setting: $sql") unless $result eq $expected;
			$found += $result eq $expected;
		}
		$session->query('RESET ALL; SET adpipe.debug_now = ' . quote($now));
	}
}
is($found, @statements * 10 - 4, @statements . ' statements, five plans, pushdown on and off: the same rows');

# Requests of nested loops.
my $loops = 'SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_memoize = off; SET enable_material = off; SET enable_sort = on';
my $bound = "t.$days AND t.account_id = '1234567890'";
$session->query($loops);
my @queries = sent("SELECT l.tag, t.clicks FROM three l LEFT JOIN $daily ON t.campaign_id = l.id AND $bound");
is(scalar @queries, 3, 'three rows, three requests');
like($_, qr/ AND campaign\.id = \d+ /, 'each for its id') for @queries;
@queries = sent("SELECT l.tag, x.n FROM (SELECT * FROM ids WHERE tag > 50 OFFSET 0) l, LATERAL (SELECT sum(t.clicks) AS n FROM $daily WHERE $bound AND t.campaign_id = l.id) x");
is(scalar @queries, 1, 'one request for what can be an id, and none for what cannot');
@queries = sent("SELECT l.tag, x.n FROM (SELECT * FROM ids WHERE tag IN (1, 2, 11, 12) ORDER BY id OFFSET 0) l, LATERAL (SELECT sum(t.clicks) AS n FROM $daily WHERE $bound AND t.campaign_id = l.id) x");
is(scalar @queries, 2, 'a parameter that stays the same asks for nothing');
@queries = sent("SELECT l.tag, x.n FROM (SELECT * FROM ids WHERE tag IN (1, 2, 11, 12) ORDER BY tag OFFSET 0) l, LATERAL (SELECT sum(t.clicks) AS n FROM $daily WHERE $bound AND t.campaign_id = l.id) x");
is(scalar @queries, 4, 'one that comes back asks again without Memoize');
$session->query('SET enable_memoize = on');
@queries = sent("SELECT l.tag, t.clicks FROM ids l LEFT JOIN $daily ON t.campaign_id = l.id AND $bound WHERE l.tag < 20");
cmp_ok(scalar @queries, '<=', 6, 'Memoize asks once for each id');

# The budget holds for rescans.
$session->query($loops . '; SET adpipe.max_requests_per_query = 2');
my $before = @{ $sim->requests };
my $error = $session->query_error("SELECT l.tag, t.clicks FROM three l LEFT JOIN $daily ON t.campaign_id = l.id AND $bound");
is($error->{sqlstate}, '53400', 'a loop stops at the budget');
is(@{ $sim->requests } - $before, 2, 'after two requests');

# A join gives no lower bound of the day.
$session->query('RESET adpipe.max_requests_per_query');
$before = @{ $sim->requests };
$error = $session->query_error("SELECT l.tag, t.clicks FROM three l LEFT JOIN $daily ON t.campaign_id = l.id");
like("$error->{sqlstate} $error->{message}", qr/^HV002 scan of foreign table "google\.campaign_daily" has no lower bound/, 'nor a loop without days');
is(scalar @{ $sim->requests }, $before, 'asks for anything');
$session->query('RESET ALL; SET adpipe.debug_now = ' . quote($now));

# What the planner chooses, as EXPLAIN shows it.
my $plan = $session->query("EXPLAIN (VERBOSE) SELECT l.tag, t.clicks FROM three l JOIN all_days.campaign_daily t ON t.campaign_id = l.id");
like($plan, qr/Nested Loop.*Request: SELECT .* campaign\.id = \$\d/s, 'few rows beside a large table: each asks for its own');
$plan = $session->query("EXPLAIN (VERBOSE) SELECT l.tag, t.clicks FROM generate_series(1, 5000) l(tag) JOIN all_days.campaign_daily t ON t.campaign_id = l.tag::text");
like($plan, qr/(?:Hash|Merge) Join/, 'many rows: one scan');
unlike($plan, qr/campaign\.id = \$/, 'of the whole table');
$plan = $session->query("EXPLAIN (VERBOSE) SELECT l.tag, t.clicks FROM three l LEFT JOIN $daily ON t.campaign_id = l.id AND $bound");
@queries = sent("SELECT l.tag, t.clicks FROM three l LEFT JOIN $daily ON t.campaign_id = l.id AND $bound");
cmp_ok(scalar @queries, '<=', 3, 'a few rows beside two days: a few requests');
for my $table ('flyer.partners_daily', 'meta.ads')
{
	my $when = $table =~ /daily/ ? "WHERE $on_days" : '';
	$plan = $session->query("SET enable_hashjoin = off; SET enable_mergejoin = off; EXPLAIN (VERBOSE) SELECT l.tag FROM three l JOIN $table t ON "
		. ($table =~ /daily/ ? 't.campaign_name' : 't.campaign_id') . " = l.id $when");
	unlike($plan, qr/\$\d/, "$table: no loop by what the platform does not compare");
}

done_testing();
