# A refresh reads an answer in one pass, which hashes the rows, adds them up and
# looks for keys that come twice.  What it finds is what the same rows lead to in
# SQL; rows that a session holds are no other role's; memory does not grow.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
$node->safe_psql('postgres', <<'END');
CREATE ROLE loader LOGIN;
CREATE ROLE other LOGIN;
SELECT adpipe.grant_loader('loader'), adpipe.grant_loader('other');
GRANT other TO loader;
CREATE TABLE public.answer (account_id text NOT NULL, name varchar(20), date_day date NOT NULL, currency text, ratio double precision,
    spend numeric, impressions bigint, note text);
INSERT INTO public.answer
SELECT CASE n % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'ü' END, 'n' || n, DATE '2026-11-01' + n % 7, CASE WHEN n % 5 > 0 THEN 'EUR' END,
       n / 7.0, CASE WHEN n % 11 > 0 THEN (n - 500) / 100.0 END, CASE WHEN n % 13 > 0 THEN n::bigint << 40 END,
       CASE n % 4 WHEN 0 THEN repeat('x', 9000) WHEN 1 THEN '' END
FROM generate_series(1, 2000) n;
GRANT SELECT ON public.answer TO loader, other;
END
my $session = session($node, user => 'loader');
my $asked = q{'{a,b,ü}', '2026-11-01', '2026-11-07', 'date_day'};

# stage_answer() of a query; what follows is key and thing.
sub staged
{
	my ($query, $key) = @_;
	return "adpipe_internal.stage_answer(\$q\$$query\$q\$, $asked, " . ($key // 'NULL, NULL') . ')';
}

# What a pass finds, and the same by SQL.
for my $type (qw(numeric bigint integer smallint), 'double precision', 'real')
{
	my $query = "SELECT account_id, name, date_day, currency, ratio, spend::$type AS spend, impressions, note FROM public.answer";
	my $hash = "adpipe_internal.hash_row('{account_id,currency,date_day,impressions,name,note,ratio,spend}', account_id, currency, date_day, impressions, name, note, ratio, spend)";
	my $found = 'SELECT account_id, date_day, currency, rows, hashes, round(spend, 6), impressions, is_whole FROM ' . staged($query);
	my $expected = "SELECT account_id, date_day, currency, count(*), sum($hash), round(sum(spend::numeric), 6), sum(impressions), "
	  . "bool_and(spend = trunc(spend::numeric)) FROM ($query) q GROUP BY 1, 2, 3";
	is($session->query("SELECT count(*) FROM ($found) f"), '42', "spend as $type: a row per account, day and currency");
	is($session->query("SELECT count(*) FROM (($found EXCEPT $expected) UNION ALL ($expected EXCEPT $found)) d"), '0', "spend as $type: as SQL has it");
}

# The rows themselves, across a commit.
$session->query('SELECT count(*) FROM ' . staged('SELECT * FROM public.answer'));
my $read = "FROM unnest('{a,b,ü}'::text[]) a CROSS JOIN LATERAL adpipe_internal.staged_rows(adpipe_internal.staged_answer(), a, 'date_day', "
  . "ARRAY(SELECT d::date FROM generate_series(DATE '2026-11-01', '2026-11-07', '1 day') d), NULL::public.answer) r";
is($session->query("SELECT count(*) FROM ((SELECT r.* $read) EXCEPT ALL SELECT * FROM public.answer) d"), '0', 'the rows are held');
is($session->query("SELECT count(*) $read"), '2000', 'and all of them');
is($session->query("SELECT count(*) FROM adpipe_internal.staged_rows(adpipe_internal.staged_answer(), 'a', 'date_day', '{2026-11-02}', NULL::public.answer)"),
	$session->query("SELECT count(*) FROM public.answer WHERE account_id = 'a' AND date_day = '2026-11-02'"), 'the rows of a day');

# Of whom, and how long.
my (undef, $error) = $session->try("SET ROLE other; SELECT count(*) $read");
is($error->{message}, 'the fetched rows are not there any more', 'no other role reads them');
$session->query('RESET ROLE');
$session->query('SELECT count(*) FROM ' . staged('SELECT * FROM public.answer'));
(undef, $error) = $session->try("SELECT count(*) FROM adpipe_internal.staged_rows(adpipe_internal.staged_answer() - 1, 'a', 'date_day', '{2026-11-02}', NULL::public.answer)");
is($error->{sqlstate}, '55000', 'nor does who means another answer');
is($session->query('SELECT adpipe_internal.staged_answer() IS NULL'), 't', 'an error forgets them');
$session->query('SELECT count(*) FROM ' . staged('SELECT * FROM public.answer'));
(undef, $error) = $session->try("SELECT count(*) FROM adpipe_internal.staged_rows(adpipe_internal.staged_answer(), 'a', 'date_day', '{2026-11-02}', NULL::pg_class)");
is($error->{sqlstate}, '42804', 'nor are they rows of another type');

# What was not asked for.
for my $foreign ([ "'c'", "DATE '2026-11-02'" ], [ "'a'", "DATE '2026-11-08'" ], [ 'NULL', "DATE '2026-11-02'" ], [ "'a'", 'NULL::date' ], [ "'a'", "DATE 'infinity'" ])
{
	my ($account, $day) = @$foreign;
	(undef, $error) = $session->try('SELECT count(*) FROM ' . staged("SELECT account_id, date_day FROM public.answer UNION ALL SELECT $account, $day"));
	like($error->{message}, qr/^the answer holds day .* of account .*, which was not asked for$/, "account $account, day $day: refused");
	is($session->query('SELECT adpipe_internal.staged_answer() IS NULL'), 't', 'and nothing is held');
}

# A query that works on the rows while they are gathered.
for my $meddler ('adpipe_internal.drop_staged_rows()::text', '(SELECT count(*)::text FROM ' . staged('SELECT account_id, date_day FROM public.answer') =~ s/\$q\$/\$i\$/gr . ')',
	"(SELECT min(s::text) FROM adpipe_internal.staged_rows(1, 'a', 'date_day', '{2026-11-02}', NULL::public.answer) s)")
{
	my $query = "SELECT account_id, date_day, $meddler AS note FROM public.answer";
	(undef, $error) = $session->try('SELECT count(*) FROM ' . staged($query));
	is($error->{sqlstate}, '55006', "$meddler: refused");
	is($error->{message}, 'the fetched rows of this session are in use', 'by name');
	ok($error->{detail} && $error->{hint}, 'with detail and hint');
	is($session->query('SELECT sum(rows) FROM ' . staged('SELECT * FROM public.answer')), '2000', 'the next answer is whole');

	# Where the error is caught, the outer query goes on with its own rows.
	$session->query("CREATE OR REPLACE FUNCTION pg_temp.meddle() RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN RETURN $meddler; EXCEPTION WHEN object_in_use THEN RETURN SQLSTATE; END \$\$");
	is($session->query('SELECT sum(rows) FROM ' . staged('SELECT account_id, date_day, pg_temp.meddle() AS note FROM public.answer')), '2000', 'caught: all rows');
}
(undef, $error) = $session->try('SELECT count(*) FROM ' . staged('SELECT * FROM public.answer; SELECT account_id, date_day FROM public.answer'));
is($error->{sqlstate}, '55006', 'two queries: refused');
is($session->query('SELECT sum(rows) FROM ' . staged('SELECT * FROM public.answer')), '2000', 'the next answer is whole');

# Keys that come twice, by types whose equal values have equal bytes and by others.
for my $case (
	[ '{account_id,date_day,name}', 'NULL', '', 0 ],
	[ '{account_id,date_day,name}', 'NULL', "UNION ALL SELECT 'b', 'n1', '2026-11-02', 'EUR', 1, 1, 1, ''", 1 ],
	[ '{account_id,date_day,name}', "'name'", "UNION ALL SELECT 'a', NULL, '2026-11-02', 'EUR', 1, 1, 1, '' FROM generate_series(1, 2)", 0 ],
	[ '{account_id,date_day,name}', 'NULL', "UNION ALL SELECT 'a', NULL, '2026-11-02', 'EUR', 1, 1, 1, '' FROM generate_series(1, 2)", 1 ],
	[ '{account_id,date_day,spend}', 'NULL', '', 42 ])
{
	my ($key, $thing, $more, $slices) = @$case;
	is($session->query('SELECT count(*) FILTER (WHERE may_repeat) FROM ' . staged("SELECT * FROM public.answer $more", "'$key', $thing")),
		$slices, "key $key, thing $thing, $more: $slices slices to look at");
}

# Rows beyond the limit of temporary files.
my $admin = session($node);
my $large = 'SELECT sum(rows) FROM ' . staged('SELECT account_id, date_day, repeat(name, 1000) AS note FROM public.answer');
$admin->query("SET work_mem = '64kB'; SET temp_file_limit = '512kB'");
for my $attempt (1, 2)
{
	(undef, $error) = $admin->try($large);
	is($error->{sqlstate}, '53400', "attempt $attempt: refused by the limit");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()'), '0', "attempt $attempt: no file is left");
}
$admin->query('RESET temp_file_limit');
is($admin->query($large), '2000', 'without the limit: all rows');

# Memory: of the server process, by the kernel's word, after two sizes of answer.
sub peak_kib
{
	my ($rows) = @_;
	my $own = session($node, user => 'loader');
	my $pid = $own->pid;
	$own->query('SELECT count(*) FROM '
		  . staged("SELECT 'a' AS account_id, DATE '2026-11-01' + n % 7 AS date_day, n::text AS name, repeat('x', 100) AS note FROM generate_series(1, $rows) n",
			"'{account_id,date_day,name}', 'name'"));
	return $node->safe_psql('postgres', "SELECT substring(pg_read_file('/proc/$pid/status') FROM 'VmHWM:\\s*(\\d+)')");
}
SKIP:
{
	skip 'no /proc', 1 unless -e '/proc/self/status';
	skip 'the memory of a sanitizer or valgrind', 1 if $ENV{ADPIPE_UNDER};
	my ($some, $many) = map { peak_kib($_) } 300_000, 900_000;
	# The set of keys doubles; of the rows, 100 MB and more, none stays in memory.
	cmp_ok($many - $some, '<', 24 * 1024, "memory: $some KiB, with three times as many rows $many KiB");
}

done_testing();
