# What a role can read or run of the extension: everything is looked through, so
# that what is added later is open to everybody only by a decision, here.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
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
my @views = qw(account_grants advertisers api_versions columns compared_sources compared_targets control_totals coverage discrepancy freshness fx_rates
  granted_accounts health health_details kept_accounts kpis media_sources own_reports plans progress quota readable_advertisers readable_fx_rates readable_media_sources readable_plans refresh_policy reports requests runs setting_guide settings_changes slice_facts slices source_view_columns source_view_relations stored_days targets);
my $relations = "SELECT c.relname FROM pg_class c JOIN member m ON m.classid = 'pg_class'::regclass AND m.oid = c.oid WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S') AND";
is_list(lines("$relations has_table_privilege('plain', c.oid, 'SELECT')"), \@views, 'relations that everybody reads');
is_list(lines("$relations has_any_column_privilege('plain', c.oid, 'SELECT') AND NOT has_table_privilege('plain', c.oid, 'SELECT')"), [], 'columns of others');
is_list(lines("$relations (has_table_privilege('plain', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))"), [], 'relations that everybody writes');
is_list(lines("$relations has_table_privilege('loader', c.oid, 'SELECT')"), \@views, 'relations that a loader reads');
is_list(lines("$relations has_table_privilege('loader', c.oid, 'INSERT, UPDATE, DELETE')"), [qw(account_grants advertisers fx_rates media_sources plans)], 'relations that a loader writes');
is_list(lines("$relations has_table_privilege('loader', c.oid, 'TRUNCATE, REFERENCES, TRIGGER')"), [], 'relations that a loader empties');
# A view that is open shows only what lies below it by way of its owner's rights:
# each of these says which copies or owners it is about, or is a constant.
my $asks = qr/may_see|has_table_privilege|is_of_role|reads_copies_of|may_read_through|adpipe\.freshness|adpipe\.health_details|compared_targets|compared_sources|discrepancies|VALUES|report_columns|api_versions|kpi_entries|request_counts|quota_entries/;
for my $view (@views)
{
	like($node->safe_psql('postgres', "SELECT pg_get_viewdef(to_regclass('adpipe.$view'))"), $asks, "$view: asks who reads");
}

# Functions, for everybody: calculation, and questions that the views ask as
# their reader.  What is immutable and in C or SQL reaches no table.
my $functions = "SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid "
  . "WHERE p.provolatile <> 'i' AND p.prokind <> 'a' AND has_function_privilege('plain', p.oid, 'EXECUTE')";
is_list(lines("$functions AND NOT p.prosecdef AND p.pronamespace = 'adpipe'::regnamespace"),
	[qw(changed_slices convert daily_report daily_report_markdown discrepancies fx_rate grain_columns require_complete stored_until)],
	'functions that everybody calls and that depend on more than their arguments');
is_list(lines("$functions AND NOT p.prosecdef AND p.pronamespace <> 'adpipe'::regnamespace"), [
	# who asks
	qw(may_see is_granted is_of_role may_read_through reads_copies_of),
	# catalogues
	qw(owner_of is_trusted has_plain_columns has_other_owner relation_tree source_policy source_columns day_column period_of
	  account_options server_of content_hash row_hash source_difference is_distributed guide_of report_columns api_versions version_state kpi_arguments kpi_entries),
	# what sessions have requested, of servers that the reader may use
	qw(request_counts quota_entries),
	# clocks and settings
	qw(clock moment_of day_of readable_at slice_state failure_action),
	# what goes through the views, or through a table that the caller reads
	qw(incomplete_days require_listed stored_slices require_target side_totals copy_totals
	  report_sum report_lack report_text report_notes report_plans report_facts report_day
	  client_plans find_fx_rate known_fx_rate),
	# reports that their owners keep themselves
	qw(own_sums own_days own_coverage reads_whole own_report_day is_others_view own_incomplete_days complete_hint),
	],
	'functions that these and the views call');
is_list(lines("$functions AND p.prosecdef"), [qw(is_dead is_running scheduled_targets)], 'functions with the rights of the extension that everybody runs');
# In adpipe_internal nothing is for everybody but what everybody's functions,
# aggregates, types, operators and views need, and all of that is.
my $needed = $node->safe_psql('postgres', <<'END');
WITH RECURSIVE routine AS (
    SELECT p.oid, p.pronamespace::regnamespace AS schema, p.proname, p.prosecdef,
           has_function_privilege('plain', p.oid, 'EXECUTE') AS is_open,
           -- fx_rate() in C looks up rates by SQL
           CASE WHEN p.prosrc = 'adpipe_fx_rate' THEN 'adpipe_internal.find_fx_rate'
                ELSE coalesce(CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_get_function_sqlbody(p.oid) END, '') END AS body
    FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid
), support AS (
    SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn])::oid AS oid FROM pg_aggregate
    UNION SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend])::oid FROM pg_type
    UNION SELECT oprcode::oid FROM pg_operator
    UNION SELECT amproc::oid FROM pg_amproc
    UNION SELECT castfunc FROM pg_cast
), needed (oid) AS (
    SELECT oid FROM routine WHERE schema = 'adpipe'::regnamespace AND is_open
    UNION SELECT oid FROM support JOIN routine USING (oid)
    UNION SELECT r.oid FROM routine r, pg_class c JOIN member m ON m.classid = 'pg_class'::regclass AND m.oid = c.oid
    WHERE c.relkind = 'v' AND pg_get_viewdef(c.oid) ~ format('\m%s\.%s\M', r.schema, r.proname)
    UNION SELECT called.oid FROM needed JOIN routine caller USING (oid)
    JOIN routine called ON caller.body ~ format('\m%s\.%s\M', called.schema, called.proname)
    WHERE caller.is_open AND NOT caller.prosecdef
)
SELECT string_agg(format('%s: %s', CASE WHEN r.is_open THEN 'open' ELSE 'closed' END, r.oid::regprocedure), ', ' ORDER BY r.oid::regprocedure::text COLLATE "C")
FROM routine r LEFT JOIN needed n USING (oid)
WHERE r.schema = to_regnamespace('adpipe_internal') AND r.is_open <> (n.oid IS NOT NULL)
END
is($needed, '', 'functions of adpipe_internal are for everybody where something that is for everybody needs them');
is_list(lines("SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid JOIN pg_language l ON l.oid = p.prolang "
	. "WHERE p.provolatile = 'i' AND l.lanname NOT IN ('c', 'internal', 'sql') AND p.prosrc ~* '\\m(select|execute|perform)\\M.*\\mfrom\\M' AND has_function_privilege('plain', p.oid, 'EXECUTE')"),
	[], 'functions that say they depend on their arguments only, and read a table');
# What a loader has beyond: all of the warehouse in SQL, and this in C.
is_list(lines("SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid JOIN pg_language l ON l.oid = p.prolang "
	. "WHERE l.lanname = 'c' AND has_function_privilege('loader', p.oid, 'EXECUTE') AND NOT has_function_privilege('plain', p.oid, 'EXECUTE')"),
	[qw(table_accounts table_settings table_access lock_target hold_relation begin_storing act_for is_acting in_transaction_block is_part_of_account library_versions shares_memory reset_breaker server_facts server_sign_in server_token server_account_list server_account requests_sent stage_answer staged_answer staged_rows store_rows drop_staged_rows)], 'functions in C that a loader runs');
is_list(lines("SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid "
	. "WHERE NOT has_function_privilege('loader', p.oid, 'EXECUTE') AND p.prorettype <> 'event_trigger'::regtype AND p.proname !~ '_validator\$' "
	. "AND NOT EXISTS (SELECT FROM pg_proc o WHERE o.proname = p.proname AND has_function_privilege('loader', o.oid, 'EXECUTE'))"),
	[qw(asking_role cron_jobs grant_loader handler forget is_storing note_dropped touch)], 'functions that only an administrator runs');
is_list(lines("SELECT s.nspname || ' ' || a.privilege_type FROM pg_namespace s CROSS JOIN aclexplode(s.nspacl) a WHERE s.nspname ~ '^adpipe' AND a.grantee IN (0, 'loader'::regrole)"),
	['adpipe USAGE', 'adpipe_internal USAGE'], 'schemas');
is_list(lines("SELECT w.fdwname FROM pg_foreign_data_wrapper w JOIN member m ON m.classid = 'pg_foreign_data_wrapper'::regclass AND m.oid = w.oid WHERE has_foreign_data_wrapper_privilege('plain', w.oid, 'USAGE')"), [], 'wrappers');
# Functions with the rights of the extension, or of the caller in a view, read
# names on a path that nobody else has a hand in.
is_list(lines("SELECT p.proname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.oid = p.oid WHERE p.prosecdef AND p.prosqlbody IS NULL AND NOT coalesce(p.proconfig @> '{\"search_path=pg_catalog, pg_temp\"}', false)"), [], 'functions with the rights of the extension on the path of their caller');

done_testing();
