# A copy that Citus keeps on several servers takes only some statements, and only some
# aggregates are computed in parts.  What holds for these is checked here without Citus:
# conditions of UPDATE and DELETE are of immutable functions and of one table.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

# Writes nested statements to the log.
my $node = adpipe_cluster(conf => "session_preload_libraries = 'auto_explain'\nauto_explain.log_min_duration = 0\nauto_explain.log_nested_statements = on");
my $sim = simulator();
loader($node, $sim, options => { customer_id => '1234567890,2345678901' });
at('2026-11-05T20:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-01'); SELECT adpipe.materialize('google.campaigns', 'ads.list')");
for my $generation (1, 2)
{
	run("CALL adpipe.refresh('$_')") for 'ads.campaign', 'ads.list';
	run("INSERT INTO ads.list SELECT * FROM ads.list");
	$sim->restate($generation);
}
run("CALL adpipe.refresh('$_')") for 'ads.campaign', 'ads.list';
is(run('SELECT count(*) - count(DISTINCT t) FROM ads.list t'), '0', 'rows that were there twice are there once');

my %statements;
$statements{$_}++ for slurp_file($node->logfile) =~ /Query Text: ((?:UPDATE|DELETE FROM) ads\.[^\n]*)/g;
cmp_ok(scalar(grep { /^UPDATE ads\.list / } keys %statements), '>=', 2, 'lists are updated in two ways');
cmp_ok(scalar(grep { /^DELETE FROM ads\./ } keys %statements), '>=', 2, 'rows are deleted of both copies');

# An index takes no condition with a function that is not immutable, or on other tables.
for my $statement (sort keys %statements)
{
	my ($table, $set, $condition) = $statement =~ /^(?:UPDATE|DELETE FROM) (ads\.\w+)(?: t)?(?: SET (.*?))? WHERE (.*?)$/
	  or fail("of one table: $statement"), next;
	$condition =~ s/\bt\.//g;
	$condition =~ s/\b(date_day = ANY )\(\$\d+\)/$1('{2026-11-01}')/g;
	$condition =~ s/\b(ANY|ALL) \(\$\d+\)/$1('{1}')/g;
	$condition =~ s/\$\d+/'1'/g;
	my ($status, $out, $err) = $node->psql('postgres', "BEGIN; CREATE INDEX ON $table (account_id) WHERE $condition; ROLLBACK");
	is("$status $err", '0 ', "$table: its condition is immutable") or diag($statement);
	like($set // '', qr/^(\w+ = (\$\d+|NULL)(, )?)*$/, 'what it sets are constants');
}
isnt($node->psql('postgres', "CREATE INDEX ON ads.list (account_id) WHERE ROW(campaign_id)::text = '1'"), 0, 'a condition that is not, an index refuses');

# Without a function that combines, or with a state of a pseudo-type, rows are pulled.
for my $case ([ 'a.aggcombinefn = 0', 'sparkline', 'parts can be put together' ], [ "t.typtype = 'p'", 'cohort_roas ltv_curve payback_day sparkline', 'the type of parts is declared' ])
{
	my ($condition, $names, $what) = @$case;
	is($node->safe_psql('postgres', <<"END"), $names, "$what: of every aggregate but $names");
SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname)
FROM pg_aggregate a
JOIN pg_proc p ON p.oid = a.aggfnoid
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'adpipe'
JOIN pg_type t ON t.oid = a.aggtranstype
WHERE $condition
END
}
my $error = sql_error($node, "SELECT adpipe.distribute('ads.campaign')");
is($error->{sqlstate}, '0A000', 'a server without Citus: refused');
like($error->{message}, qr/cannot be distributed: this database has no extension citus/, 'with the reason');

done_testing();
