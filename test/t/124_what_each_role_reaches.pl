# What a role can read or run of the extension: everything is looked through, so
# that what is added later is open to everybody only by a decision, here.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
$node->safe_psql('postgres', <<'END');
CREATE ROLE plain LOGIN;
CREATE ROLE loader LOGIN;
SELECT adpipe.grant_loader('loader');
CREATE VIEW public.member AS
    SELECT d.classid, d.objid AS oid FROM pg_depend d
    WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
      AND d.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'adpipe');
END

sub lines { return [ split /\n/, $node->safe_psql('postgres', shift) ]; }

sub is_list
{
	my ($got, $expected, $name) = @_;
	my %got = map { $_ => 1 } @$got;
	my %expected = map { $_ => 1 } @$expected;
	is(join(' ', grep { !$expected{$_} } sort keys %got), '', "$name: nothing more");
	is(join(' ', grep { !$got{$_} } sort keys %expected), '', "$name: nothing less");
	return;
}

# Relations, for everybody: what is known of platforms, and views that show each
# reader what he may see.
my @views = qw(account_grants advertisers api_versions columns compared_sources compared_targets control_totals coverage discrepancy freshness
  granted_accounts health kept_accounts kpis media_sources progress refresh_policy runs setting_guide settings_changes slice_facts slices stored_days targets);
my $relations = "SELECT c.relname FROM pg_class c JOIN member m ON m.classid = 'pg_class'::regclass AND m.oid = c.oid WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S') AND";
is_list(lines("$relations has_table_privilege('plain', c.oid, 'SELECT')"), \@views, 'relations that everybody reads');
is_list(lines("$relations has_any_column_privilege('plain', c.oid, 'SELECT') AND NOT has_table_privilege('plain', c.oid, 'SELECT')"), [], 'columns of others');
is_list(lines("$relations (has_table_privilege('plain', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))"), [], 'relations that everybody writes');
is_list(lines("$relations has_table_privilege('loader', c.oid, 'SELECT')"), \@views, 'relations that a loader reads');
is_list(lines("$relations has_table_privilege('loader', c.oid, 'INSERT, UPDATE, DELETE')"), [qw(account_grants advertisers media_sources)], 'relations that a loader writes');
is_list(lines("$relations has_table_privilege('loader', c.oid, 'TRUNCATE, REFERENCES, TRIGGER')"), [], 'relations that a loader empties');
# A view that is open shows only what lies below it by way of its owner's rights:
# each of these says which copies or owners it is about, or is a constant.
my $asks = qr/may_see|has_table_privilege|is_of_role|may_read_through|adpipe\.freshness|compared_targets|compared_sources|discrepancies|VALUES|report_columns|api_versions|kpi_entries/;
for my $view (@views)
{
	like($node->safe_psql('postgres', "SELECT pg_get_viewdef('adpipe.$view'::regclass)"), $asks, "$view: asks who reads");
}

# Functions, for everybody: calculation, and questions that the views ask as
# their reader.  What is immutable and in C or SQL reaches no table.
my $functions = "SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid "
  . "WHERE p.provolatile <> 'i' AND p.prokind <> 'a' AND has_function_privilege('plain', p.oid, 'EXECUTE')";
is_list(lines("$functions AND NOT p.prosecdef"), [
	# who asks
	qw(acts_for is_acting in_transaction_block may_see is_granted is_of_role may_read_through),
	# catalogues
	qw(owner_of is_trusted has_plain_columns has_other_owner relation_tree foreign_code is_eligible source_policy source_columns column_list partitions
	  account_options content_hash grain_columns is_part_of_account row_hash partition_of control_source serving_source serving_query source_difference signal_query attribution_query entity_key guide_of stage_metric cron_job report_columns api_versions kpi_arguments kpi_entries),
	# clocks and settings
	qw(clock moment_of day_of readable_at slice_state run_deadline come_back_at check_source require_commit refuse_schedule),
	# what goes through the views, or through a table that the caller reads
	qw(changed_slices incomplete_days is_done require_listed stored_entities stored_slices stored_until require_target require_owner require_complete require_acting side_totals discrepancies copy_totals
	  report_sum report_lack report_text report_notes report_plans report_facts report_day daily_report daily_report_markdown),
	],
	'functions that everybody runs and that depend on more than their arguments');
is_list(lines("$functions AND p.prosecdef"), ['is_running'], 'functions with the rights of the extension that everybody runs');
is_list(lines("SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid JOIN pg_language l ON l.oid = p.prolang "
	. "WHERE p.provolatile = 'i' AND l.lanname NOT IN ('c', 'internal', 'sql') AND p.prosrc ~* '\\m(select|execute|perform)\\M.*\\mfrom\\M' AND has_function_privilege('plain', p.oid, 'EXECUTE')"),
	[], 'functions that say they depend on their arguments only, and read a table');
# What a loader has beyond: all of the warehouse in SQL, and this in C.
is_list(lines("SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid JOIN pg_language l ON l.oid = p.prolang "
	. "WHERE l.lanname = 'c' AND has_function_privilege('loader', p.oid, 'EXECUTE') AND NOT has_function_privilege('plain', p.oid, 'EXECUTE')"),
	[qw(table_accounts table_settings table_access lock_target hold_relation begin_storing)], 'functions in C that a loader runs');
is_list(lines("SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid "
	. "WHERE NOT has_function_privilege('loader', p.oid, 'EXECUTE') AND p.prorettype <> 'event_trigger'::regtype AND p.proname !~ '_validator\$' "
	. "AND NOT EXISTS (SELECT FROM pg_proc o WHERE o.proname = p.proname AND has_function_privilege('loader', o.oid, 'EXECUTE'))"),
	[qw(grant_loader handler forget is_storing note_dropped touch)], 'functions that only an administrator runs');
is_list(lines("SELECT s.nspname || ' ' || a.privilege_type FROM pg_namespace s CROSS JOIN aclexplode(s.nspacl) a WHERE s.nspname ~ '^adpipe' AND a.grantee IN (0, 'loader'::regrole)"),
	['adpipe USAGE'], 'schemas');
is_list(lines("SELECT w.fdwname FROM pg_foreign_data_wrapper w JOIN member m ON m.classid = 'pg_foreign_data_wrapper'::regclass AND m.oid = w.oid WHERE has_foreign_data_wrapper_privilege('plain', w.oid, 'USAGE')"), [], 'wrappers');
# Functions with the rights of the extension, or of the caller in a view, read
# names on a path that nobody else has a hand in.
is_list(lines("SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid WHERE p.prosecdef AND p.prosqlbody IS NULL AND NOT coalesce(p.proconfig @> '{\"search_path=pg_catalog, pg_temp\"}', false)"), [], 'functions with the rights of the extension on the path of their caller');

done_testing();
