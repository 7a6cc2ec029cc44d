# The inputs of test/fuzz: those that cover what test/long/fuzz has reached, and
# those that once were findings.  None is a finding now.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $fuzz = "$FindBin::RealBin/../fuzz";
my $node = adpipe_cluster(
	conf => 'session_preload_libraries = adpipe',
	extension => 0);
if ($node->safe_psql('postgres', 'SHOW server_version_num') >= 160000)
{
	plan skip_all =>
	  'libraries of this server do not see the functions of each other';
}

my $dir = build_module("$fuzz/Makefile");
$node->psql(
	'postgres', slurp_file("$fuzz/fuzz.sql"),
	extra_params => [ '-v', "module=$dir/adpipe_fuzz" ],
	on_error_die => 1);

# What an input finds, NULL for nothing.  Only findings are of this class.
$node->safe_psql('postgres', <<'END');
CREATE FUNCTION finding(target text, input bytea) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM fuzz_input(target, input);
	RETURN NULL;
EXCEPTION WHEN assert_failure THEN
	RETURN sqlerrm;
END $$
END

# The harness sees what it should see.
my %misbehaviour = (
	'finding' => 'this is a finding',
	'internal error' => 'internal error: this cannot happen',
	'error' => '',
	'nothing' => '');
foreach my $what (sort keys %misbehaviour)
{
	is($node->safe_psql('postgres', "SELECT finding('misbehaviour', '$what')"),
		$misbehaviour{$what}, "input that is: $what");
}

# Runs inputs: rows of name and input.
sub run_inputs
{
	my ($target, $inputs) = @_;
	return split /\|/, $node->safe_psql('postgres', <<"END"), 2;
SELECT count(*), string_agg(name || ': ' || finding, E'\n' ORDER BY name)
  FROM (SELECT name, finding('$target', input) FROM ($inputs) AS i (name, input)) AS inputs
END
}

# A corpus has a line of base64 for each input.
sub corpus
{
	my ($target) = @_;
	return "SELECT number, decode(line, 'base64')
		FROM regexp_split_to_table(rtrim(pg_read_file('$fuzz/corpus/$target.b64'), E'\n'), '\n') WITH ORDINALITY AS l (line, number)";
}

sub folder
{
	my ($path) = @_;
	return "SELECT name, pg_read_binary_file('$path/' || name) FROM pg_ls_dir('$path') AS name";
}

my @targets = split /\n/,
  $node->safe_psql('postgres', 'SELECT unnest(fuzz_names())');
foreach my $target (@targets)
{
	my ($count, $findings) = run_inputs($target, corpus($target));
	cmp_ok($count, '>', 4, "inputs of target $target");
	is($findings, '', "findings of target $target");
	next unless -d "$fuzz/found/$target";
	($count, $findings) = run_inputs($target, folder("$fuzz/found/$target"));
	is($findings, '', "findings of target $target that were repaired");
}
is(
	join(' ', sort map { m{([^/]+)\.b64$} } glob("$fuzz/corpus/*")),
	join(' ', sort @targets),
	'every corpus is of a target');

done_testing();
