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

# Runs the inputs of a folder.
sub run_inputs
{
	my ($target, $folder) = @_;
	return $node->safe_psql('postgres', <<"END");
SELECT count(*), string_agg(name || ': ' || finding, E'\n' ORDER BY name)
  FROM (SELECT name, finding('$target', pg_read_binary_file('$folder/' || name))
          FROM pg_ls_dir('$folder') AS name) AS inputs
END
}

my @targets = split /\n/,
  $node->safe_psql('postgres', 'SELECT unnest(fuzz_names())');
foreach my $target (@targets)
{
	my ($count, $findings) =
	  split /\|/, run_inputs($target, "$fuzz/corpus/$target"), 2;
	cmp_ok($count, '>', 4, "inputs of target $target");
	is($findings, '', "findings of target $target");
	next unless -d "$fuzz/found/$target";
	($count, $findings) =
	  split /\|/, run_inputs($target, "$fuzz/found/$target"), 2;
	is($findings, '', "findings of target $target that were repaired");
}
is(
	join(' ', sort map { m{([^/]+)$} } glob("$fuzz/corpus/*")),
	join(' ', sort @targets),
	'every folder of inputs is of a target');

done_testing();
