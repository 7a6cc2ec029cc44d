# What a reader with policies was granted is looked up once a query and copy, and
# not once a row; and yet it is never that of another role, of another copy, or of
# a moment ago.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($mine, $theirs) = ('2345678901', '3456789012');
my $sim = simulator();
$sim->clock($now);
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\ntrack_functions = 'all'");
loader($node, $sim, options => { customer_id => "$mine,$theirs" });
my $admin = session($node);
my $loader = session($node, user => 'loader');
perform($loader, "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-01')", 'CALL adpipe.refresh_all()');
answer($admin, "SELECT adpipe.setup_roles('ads', 'loader', 'loader', execute => true)");
perform($admin, 'CREATE ROLE hanbit LOGIN IN ROLE adpipe_analyst', 'CREATE ROLE pacific LOGIN IN ROLE adpipe_analyst', 'CREATE ROLE agency LOGIN', 'GRANT hanbit, pacific TO agency');
answer($loader, "INSERT INTO adpipe.account_grants VALUES ('hanbit', 'google_ads', '$mine'), ('pacific', 'google_ads', '$theirs')");
my $hanbit = session($node, user => 'hanbit');
my $seen = "SELECT string_agg(DISTINCT account_id, ' ' ORDER BY account_id) FROM adpipe.slices";

# The calls of a function that runs for each grant that is looked at.
sub calls
{
	my ($sql) = @_;
	my $count = "SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions WHERE funcname = 'is_of_role'";
	my $session = session($node, user => 'hanbit');
	my $before = answer($admin, $count);
	answer($session, $sql);
	answer($session, 'SELECT pg_stat_force_next_flush()');
	$session->close;
	my $after = $before;
	# What a session has counted is there when it has ended.
	poll_until(sub { answer($admin, 'SELECT pg_stat_clear_snapshot()'); return ($after = answer($admin, $count)) != $before; });
	return $after - $before;
}
is(answer($hanbit, 'SELECT count(*) FROM adpipe.slices'), '20', 'slices of an account');
cmp_ok(calls('SELECT count(*) FROM adpipe.slices'), '<=', 4, 'slices: grants are looked up once a query');
cmp_ok(calls('SELECT count(*) FROM adpipe.coverage'), '<=', 8, 'coverage: so they are');
cmp_ok(calls('SELECT count(*) FROM ads.campaign'), '<=', 4, 'and for the policy of a copy');
my $plan = answer($hanbit, "SET enable_seqscan = off; EXPLAIN (COSTS off) SELECT * FROM ads.campaign WHERE date_day = '2026-11-10'");
like($plan, qr/Index Cond: .*account_id = ANY \((?:\$\d+|\(InitPlan \d+\)\.col1)\)/, 'where an index serves');
perform($hanbit, 'RESET enable_seqscan');

# Of this moment.
perform($hanbit, "PREPARE seen AS $seen");
is(answer($hanbit, 'EXECUTE seen'), $mine, 'prepared: as it is granted');
answer($loader, "INSERT INTO adpipe.account_grants VALUES ('hanbit', 'google_ads', '$theirs')");
is(answer($hanbit, 'EXECUTE seen'), "$mine $theirs", 'prepared: a grant works from the next statement on');
answer($loader, "DELETE FROM adpipe.account_grants WHERE role_name = 'hanbit' AND account_id = '$theirs'");
is(answer($hanbit, 'EXECUTE seen'), $mine, 'prepared: and so does its end');
my $text = "SELECT coalesce(string_agg(adpipe_internal.may_see('ads.campaign', a)::text, ' ' ORDER BY a), '') FROM unnest('{$mine,$theirs}'::text[]) a";
is(answer($hanbit, $text), 'true false', 'asked for directly');
perform($admin, 'GRANT loader TO agency WITH ADMIN OPTION', 'ALTER ROLE agency NOINHERIT');
my $agency = session($node, user => 'agency');
is(answer($agency, <<"END_SQL"), '', 'one block, one expression: of each moment in turn');
DO \$\$
DECLARE
    seen text := '';
BEGIN
    SET ROLE hanbit;
    FOR i IN 1 .. 4 LOOP
        seen := seen || adpipe_internal.may_see('ads.campaign', '$theirs')::text || ' ';
        IF i = 1 THEN
            SET ROLE loader;
            INSERT INTO adpipe.account_grants VALUES ('hanbit', 'google_ads', '$theirs');
            SET ROLE hanbit;
        ELSIF i = 2 THEN
            SET ROLE loader;
            DELETE FROM adpipe.account_grants WHERE role_name = 'hanbit' AND account_id = '$theirs';
            SET ROLE hanbit;
        ELSIF i = 3 THEN
            SET ROLE pacific;
        END IF;
    END LOOP;
    IF seen <> 'false true false true ' THEN
        RAISE EXCEPTION 'seen: %', seen;
    END IF;
END
\$\$;
END_SQL
perform($agency, "SET ROLE hanbit; PREPARE seen AS $seen");
is(answer($agency, 'EXECUTE seen'), $mine, 'one session: as one role');
is(answer($agency, 'SET ROLE pacific; EXECUTE seen'), $theirs, 'and as another');
is(answer($agency, 'SET ROLE loader; EXECUTE seen'), "$mine $theirs", 'and as the owner');

# Whatever the shape of the query.
my $forced = answer($admin, "SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
is(answer($hanbit, "SET $forced = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; $seen"), $mine, 'in a parallel worker');
perform($hanbit, 'RESET ALL');
is(answer($hanbit, "SELECT count(*) FROM adpipe.slices a WHERE account_id IN (SELECT account_id FROM adpipe.coverage) AND EXISTS (SELECT FROM adpipe.freshness f WHERE f.account_id = a.account_id)"), '20', 'in queries within queries');
is(answer($hanbit, "SELECT adpipe_internal.is_granted('ads.campaign', NULL), adpipe_internal.is_granted(NULL, '$mine'), adpipe_internal.is_granted(1::oid::regclass, '$mine'), adpipe_internal.is_granted('ads.campaign', '')"), 'f|f|f|f', 'of no account and of no copy there is no grant');

# An operator of the reader's own takes no part: with a copy of its own it could
# pass its own grants for those of another owner's copy.
perform($admin, 'CREATE ROLE loader2 LOGIN IN ROLE adpipe_analyst', "SELECT adpipe.grant_loader('loader2')", 'CREATE SCHEMA evil AUTHORIZATION loader2', 'GRANT USAGE ON SCHEMA google TO loader2',
	'GRANT USAGE ON FOREIGN SERVER google TO loader2', 'GRANT SELECT ON ALL TABLES IN SCHEMA google TO loader2');
my $loader2 = session($node, user => 'loader2');
perform($loader2, "SELECT adpipe.materialize('google.campaign_daily', 'evil.copy')",
	'CREATE FUNCTION evil.yes(oid, oid) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT true $$',
	'CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.yes)',
	'CREATE FUNCTION evil.yes(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT true $$',
	'CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.yes)',
	'SET search_path = evil, pg_catalog');
answer($loader2, "INSERT INTO adpipe.account_grants VALUES ('loader2', 'google_ads', '$theirs')");
is(answer($loader2, 'SELECT 1::oid = 2::oid'), 't', 'a reader with an operator of its own');
is(answer($loader2, $seen . " WHERE target OPERATOR(pg_catalog.=) 'ads.campaign'::regclass"), '', 'sees nothing more of the ledger');
is(answer($loader2, 'SELECT count(*) FROM ads.campaign'), '0', 'nor of the copy');

done_testing();
