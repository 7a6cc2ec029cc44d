# Copies in a lake of Parquet files, written by tools/adpipe_export, and read back by
# pyarrow and DuckDB: equal to the copy after each export, whatever was restated,
# emptied, dropped or killed in between.
#
# Part "lake" of test/bin/check runs this.  ADPIPE_LAKE names the virtual environment.
# ADPIPE_LAKE_KILLS (3) exports are killed; ADPIPE_LAKE_ROWS (20000) are in the large copy.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use File::Find qw(find);
use Cpanel::JSON::XS;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $venv = $ENV{ADPIPE_LAKE} or plan skip_all => 'ADPIPE_LAKE is not set: part "lake" of test/bin/check runs this';
my $kills = $ENV{ADPIPE_LAKE_KILLS} // 3;
my $large = $ENV{ADPIPE_LAKE_ROWS} // 20_000;
my ($pacific, $auckland) = ('2345678901', '3456789012');
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => "$pacific,$auckland" });
at('2026-11-20T12:00:00Z');
$ENV{PYTHONPATH} = "$FindBin::RealBin/../../tools/adpipe_export";
$ENV{PYTHONDONTWRITEBYTECODE} = 1;
my $lake = PostgreSQL::Test::Utils::tempdir();
my $dsn = sprintf 'postgresql://loader@/postgres?host=%s&port=%s', $node->host, $node->port;

sub command { return ("$venv/bin/python", '-m', 'adpipe_export', '--dsn', $dsn, @_); }

# Runs an export; returns what it prints, or what it fails with.
sub export
{
	my ($copy, @options) = @_;
	my ($out, $err) = ('', '');
	my $is_good = run_command_of(command($copy, $lake, @options), \$out, \$err);
	return $is_good ? $out : "failed: $err";
}

sub run_command_of
{
	my ($err, $out) = (pop, pop);
	return IPC::Run::run([@_], '<', \'', '>', $out, '2>', $err);
}

sub manifest
{
	my ($copy) = @_;
	return decode_json(slurp_file("$lake/$copy/manifest.json"));
}

sub files_of { return join "\n", sort map { $_->{path} } @{ manifest($_[0])->{files} }; }

# Files in a copy's folder but for the manifest and the list.
sub files_there
{
	my ($copy) = @_;
	my @there;
	find(sub { push @there, $File::Find::name =~ s{^\Q$lake/$copy/}{}r if -f && !/^manifest(\.json)?$/ }, "$lake/$copy");
	return join "\n", sort @there;
}

# Rows that the lake has too many, and that it lacks, beside a relation.
sub difference
{
	my ($copy, $engine, $relation) = @_;
	my $csv = PostgreSQL::Test::Utils::tempdir() . '/rows.csv';
	my ($out, $err) = ('', '');
	if ($engine eq 'duckdb')
	{
		run_command_of(command($copy, $lake, '--ddl', 'duckdb'), \$out, \$err) or die $err;
		append_to_file("$csv.sql", $out);
	}
	run_command_of("$venv/bin/python", "$FindBin::RealBin/read.py", $engine, "$lake/$copy", $csv, \$out, \$err) or die $err;
	chmod 0755, $csv =~ s{/[^/]*$}{}r;
	chmod 0644, $csv;
	note("$copy by $engine: $out");
	my $differing = $node->safe_psql('postgres', <<"END");
CREATE TEMP TABLE found (LIKE $relation);
\\copy found FROM '$csv' (FORMAT csv, HEADER)
SELECT (SELECT count(*) FROM (TABLE found EXCEPT ALL SELECT * FROM $relation) e),
       (SELECT count(*) FROM (SELECT * FROM $relation EXCEPT ALL TABLE found) m)
END
	return wantarray ? ($differing, $out) : $differing;
}

sub equal
{
	my ($copy, $what, @engines) = @_;
	is(difference($copy, $_, $copy), '0|0', "$what: $_ reads the copy") for 'pyarrow', @engines;
	return;
}

# First exports: days, a list of entities, months.
my $copy = 'ads.campaign';
run("SELECT adpipe.materialize('google.campaign_daily', '$copy', '2026-09-20'); CALL adpipe.refresh('$copy');
	SELECT adpipe.materialize('google.campaigns', 'ads.list'); CALL adpipe.refresh('ads.list')");
my $rows = run("SELECT count(*) FROM $copy");
my $version = run("SELECT max(version) FROM adpipe.changed_slices('$copy')");
like(export($copy), qr/^\Q$copy\E: version $version, $rows rows in 6 files, 6 of them written now; \d+ days are not complete$/, 'a file for each account and month');
equal($copy, 'the first export', 'duckdb');
my ($differing, $types) = difference($copy, 'duckdb', $copy);
like($types, qr/\Q$_\E/, "a type: $_") for 'spend:decimal128(38, 18)', 'impressions:int64', 'date_day:date32[day]', 'account_id:string';
like(export('ads.list'), qr/^ads.list: version \d+, \d+ rows in 2 files, 2 of them written now/, 'a list of entities: a file for each account');
equal('ads.list', 'a list of entities');
my @open = map { join ' ', @$_ } @{ manifest($copy)->{not_complete} };
is(join("\n", @open), run("SELECT account_id || ' ' || date_day || ' ' || state FROM adpipe.coverage WHERE target = '$copy'::regclass
	AND state IN ('missing', 'failed', 'changed', 'open') ORDER BY account_id, date_day"), 'the manifest says which days are not complete');
is(manifest($copy)->{complete_until}{$pacific}, run("SELECT latest_complete_day FROM adpipe.freshness WHERE target = '$copy'::regclass AND account_id = '$pacific'"),
	'and until when an account is');

# Nothing, or little, changed.
my $before = files_of($copy);
like(export($copy), qr/, 0 of them written now/, 'again: nothing is written');
is(files_of($copy), $before, 'and the files are the same');
$sim->restate(1);
run("CALL adpipe.refresh('$copy', '2026-11-10')");
like(export($copy), qr/, 2 of them written now/, 'a restatement of November: a file for each account');
my %is_new = map { $_ => 1 } split /\n/, files_of($copy);
delete $is_new{$_} for split /\n/, $before;
is(join(' ', map { m{/(month=[^/]*)/} } sort keys %is_new), 'month=2026-11 month=2026-11', 'only the files of that month are new');
equal($copy, 'after a restatement', 'duckdb');
run("CALL adpipe.refresh('ads.list')");
export('ads.list');
equal('ads.list', 'a list after its refresh');

# What superseded files are for, and their end.
is(scalar(grep { !-e "$lake/$copy/$_" } split /\n/, $before), 0, 'superseded files stay for readers of the last manifest');
export($copy, '--keep', 0);
is(files_there($copy), files_of($copy), 'until their time is over');

# Rows that no refresh stored.
for my $change ("UPDATE $copy SET clicks = clicks + 1", "DELETE FROM $copy")
{
	run("$change WHERE account_id = '$pacific' AND date_day = '2026-10-05'");
	my $kept = files_of($copy);
	like(export($copy, '--full'), qr/^failed: adpipe-export: account $pacific of ads\.campaign has rows for 2026-\d\d-\d\d that are not known to be those that a refresh stored\. CALL adpipe\.refresh\('ads\.campaign'\); compares them/, "$change by hand is an error");
	is(files_of($copy), $kept, 'which leaves the lake as it was');
	like(export($copy, '--require-complete'), qr/^failed: .*\d+ days of ads\.campaign are not complete/, '--require-complete: an error, too');
	run("CALL adpipe.refresh('$copy')");
	like(export($copy, '--require-complete'), qr/^ads\.campaign: version/, 'not after the repair, when only today is not over');
	equal($copy, 'after the repair');
}
$node->safe_psql('postgres', "SET session_replication_role = replica; DELETE FROM $copy WHERE account_id = '$pacific' AND date_day = '2026-10-05'");
like(export($copy, '--full'), qr/^failed: adpipe-export: account $pacific of ads\.campaign has 0 rows for 2026-10-05 where a refresh stored \d+\. CALL adpipe\.refresh\('ads\.campaign'\); reads them again\.$/, 'nor are rows taken that nobody saw go');
run("CALL adpipe.refresh('$copy', '2026-10-05', '2026-10-05')");
export($copy);

# Retention drops days; the lake keeps them, also when their month changes.
$node->safe_psql('postgres', "CREATE TABLE public.kept AS SELECT * FROM $copy WHERE date_day < '2026-11-01'");
run("SELECT adpipe.alter_target('$copy', retention => '10 days'); CALL adpipe.refresh('$copy')");
is(run("SELECT min(date_day) FROM $copy"), '2026-11-01', 'retention drops whole months of the copy');
export($copy);
$node->safe_psql('postgres', "CREATE VIEW public.lake AS SELECT * FROM public.kept UNION ALL SELECT * FROM $copy");
is(difference($copy, 'pyarrow', 'public.lake'), '0|0', 'which the lake keeps');

# Another copy under the name of the one exported.
$node->safe_psql('postgres', 'DROP VIEW public.lake');
run("DROP TABLE $copy; SELECT adpipe.materialize('google.campaign_daily', '$copy', '2026-09-20'); CALL adpipe.refresh('$copy')");
like(export($copy), qr/^failed: .*ads\.campaign was made anew or restored since it was exported\. Export with --full/, 'a copy that was made anew');
export($copy, '--full');
equal($copy, 'a copy that was made anew, exported anew');

# Exports that are killed: what the lake holds is what some export committed.
my $started = time;
export($copy, '--full', '--keep', 0);
my $took = time - $started;
for my $n (1 .. $kills)
{
	$node->safe_psql('postgres', "DROP TABLE IF EXISTS public.was; CREATE TABLE public.was AS SELECT * FROM $copy");
	$sim->restate($n % 3);
	run("CALL adpipe.refresh('$copy', '2026-09-20')");
	my $run = IPC::Run::start([ command($copy, $lake) ], '<', \'', '>', \my $out, '2>', \my $err);
	sleep($took * (0.3 + 0.7 * rand));
	$run->kill_kill(grace => 0);
	my ($old, $new) = map { scalar difference($copy, 'pyarrow', $_) } 'public.was', $copy;
	ok($old eq '0|0' || $new eq '0|0', "kill $n: the lake is that before ($old) or that after ($new)");
	is(difference($copy, 'duckdb', $new eq '0|0' ? $copy : 'public.was'), '0|0', "kill $n: its list of files, too")
	  if files_listed($copy) eq files_of($copy);
	export($copy);
	is(difference($copy, 'pyarrow', $copy), '0|0', "kill $n: the next export goes on");
}
export($copy, '--keep', 0);
is(files_there($copy), files_of($copy), 'nothing is left of them');

sub files_listed
{
	my ($name) = @_;
	return join "\n", sort map { s{^file://\Q$lake/$name/}{}r } split /\n/, slurp_file("$lake/$name/files/manifest");
}

# Columns.
run("ALTER TABLE $copy ADD COLUMN note text; CALL adpipe.refresh('$copy')");
like(export($copy), qr/^failed: .*the columns of ads\.campaign are not those of the lake\. Export with --full/, 'other columns: an error that names the way out');
like(export($copy, '--full'), qr/rows in 6 files, 6 of them/, 'and which is one');
run("ALTER TABLE $copy ALTER note TYPE inet USING NULL; CALL adpipe.refresh('$copy')");
like(export($copy, '--full'), qr/^failed: .*column note is of type inet, which a lake cannot hold/, 'a type that files do not have');
run("ALTER TABLE $copy DROP COLUMN note; CALL adpipe.refresh('$copy')");
like(export($copy, '--full', '--scale', 'spend=1'), qr/^failed: .*column spend has a value that decimal128\(38, 1\) cannot hold: .*Give it more decimals by --scale spend=N, and export with --full; the longest value has \d+\.$/, 'a value with more decimals is never rounded');
like(export($copy, '--full', '--scale', 'clicks=1'), qr/^failed: .*ads\.campaign has no column clicks of numbers with decimals\.$/, 'decimals of a column without any');
like(export($copy, '--full', '--scale', 'spend=6'), qr/rows in 6 files/, 'decimals of one column');
equal($copy, 'with these decimals', 'duckdb');

# Other exports, other copies, others' copies.
my $holder = session($node);
$holder->query("SELECT pg_advisory_lock(hashtextextended('adpipe-export ' || '$copy'::regclass::oid || ' file://$lake/$copy', 0))");
like(export($copy), qr/^failed: .*another export of ads\.campaign to file:.* is at work\. Wait for its end\.$/, 'one export at a time');
$holder->close;
like(export('ads.nothing'), qr/^failed: .*ads\.nothing is no copy of adpipe that this role can read\. SELECT target FROM adpipe\.targets; lists them\.$/, 'what is no copy');

# Many rows: 20 accounts, 100 days.
$node->safe_psql('postgres', <<"END");
CREATE TABLE ads.large (LIKE $copy INCLUDING DEFAULTS) PARTITION BY RANGE (date_day);
SELECT format('CREATE TABLE ads.large_2026%s PARTITION OF ads.large FOR VALUES FROM (%L) TO (%L); ALTER TABLE ads.large_2026%s OWNER TO loader',
	to_char(m, 'MM'), m, m + interval '1 month', to_char(m, 'MM')) FROM generate_series(timestamp '2026-07-01', '2026-10-01', '1 month') m
\\gexec
INSERT INTO ads.large SELECT (jsonb_populate_record(s.c, jsonb_build_object('account_id', '900' || n % 20, 'date_day', date '2026-07-01' + n / 20 % 100,
	'campaign_id', n::text, 'impressions', n % 5000, 'spend', round(n % 100003 / 7.0, 6), 'conversions', round(n % 17 / 3.0, 15)))).*
FROM (SELECT c FROM $copy c LIMIT 1) s, generate_series(1, $large) n;
ALTER TABLE ads.large OWNER TO loader;
END
run("SELECT adpipe.adopt('ads.large', 'google.campaign_daily')");
$started = time;
like(export('ads.large'), qr/, $large rows in 80 files, 80 of them written now/, 'a large copy');
diag(sprintf '%d rows exported in %.1f s', $large, time - $started) if defined $ENV{ADPIPE_LAKE_ROWS};
equal('ads.large', 'a large copy', 'duckdb');

# Statements for engines.
my %looks = (athena => qr/^CREATE EXTERNAL TABLE campaign \(\n.*`spend` decimal\(38,18\).*SymlinkTextInputFormat.*LOCATION 'file:.*\/files\/'/s,
	spectrum => qr/^CREATE EXTERNAL TABLE adpipe_lake\.campaign \(\n.*"spend" decimal\(38,18\).*SymlinkTextInputFormat/s,
	bigquery => qr/^CREATE OR REPLACE EXTERNAL TABLE adpipe_lake\.campaign \(\n.*`spend` BIGNUMERIC.*NEW_LINE_DELIMITED_MANIFEST/s);
like(export($copy, '--ddl', $_), $looks{$_}, "statement for $_") for sort keys %looks;

done_testing();
