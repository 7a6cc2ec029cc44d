# Local copies among roles that trust each other no further than PostgreSQL
# makes them: what one loader, a superuser's cron job or maintenance may do to
# another's copies.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $account = '3456789012';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
loader($node, $sim, options => { customer_id => $account });
$node->safe_psql('postgres', <<'END');
CREATE ROLE other LOGIN;
SELECT adpipe.grant_loader('other');
CREATE SCHEMA mine AUTHORIZATION other;
GRANT USAGE ON SCHEMA google, ads TO other;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO other;
END
my $loader = session($node, user => 'loader');
my $other = session($node, user => 'other');
$loader->query($_) for
  "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')",
  "CALL adpipe.refresh('ads.campaign')",
  'CREATE TABLE ads.plain (LIKE ads.campaign)';
$other->query("SELECT adpipe.materialize('google.campaign_daily', 'mine.campaign', '2026-11-10')");
my $run = $loader->query('SELECT max(run_id) FROM adpipe.runs');

# All that is known of the loader's copy.
sub ledgers
{
	return $node->safe_psql('postgres', join ';', map {
		"SELECT * FROM adpipe.${_}_ledger x WHERE target = 'ads.campaign'::regclass ORDER BY x::text COLLATE \"C\"" }
	  qw(target account slice run settings settings_change signal));
}

# Another loader writes nothing of it, by none of the functions.
my $before = ledgers();
my $tomorrow = q('[{"account_id": "1", "time_zone": "UTC"}]');
my $failure = "ROW('x', 'XX000', NULL, NULL, NULL, false)::adpipe.failure";
for my $call (
	"adpipe_internal.add_target('ads.plain', 'google.campaign_daily', true, '2026-11-10', NULL)",
	"adpipe_internal.change_target('ads.campaign', 1, NULL, NULL, false)",
	"adpipe.alter_target('ads.campaign', enabled => false)",
	"adpipe_internal.note_accounts('ads.campaign', $tomorrow)",
	"adpipe_internal.note_accounts('ads.campaign', '[]')",
	"adpipe_internal.note_target('ads.campaign', true, 'infinity')",
	"adpipe_internal.note_watch('ads.campaign', 'signals', $failure)",
	"adpipe_internal.note_setting('ads.campaign', '$account', 'time_zone', 'UTC')",
	"adpipe_internal.mark_affected('ads.campaign', '$account', 'time_zone')",
	"adpipe_internal.record_settings('ads.campaign', '[]')",
	"adpipe_internal.record_signals('ads.campaign', '[]', 'x')",
	"adpipe_internal.begin_run('ads.campaign', NULL, NULL, false)",
	"adpipe_internal.end_run($run, 'failed', $failure)",
	"adpipe_internal.claim_chunk($run, '$account', '2026-12-10', '2026-12-11')",
	"adpipe_internal.record_slices($run, '$account', now(), '[{\"date_day\": \"2026-11-12\", \"rows\": 0, \"content_hash\": \"0\"}]')",
	"adpipe_internal.record_failure($run, '$account', '2026-11-12', '2026-11-12', $failure)",
	"adpipe_internal.note_progress($run, 1000, 1000)",
	"adpipe_internal.forget_days('ads.campaign', '2027-01-01')",
	"adpipe_internal.due_targets(ARRAY['ads.campaign'::regclass], 'loader')",
	"adpipe.live_view('ads.campaign')")
{
	my $error = $other->query_error("SELECT $call");
	like($error->{sqlstate}, qr/^42(501|704)$/, "another loader: $call is refused");
}
is(ledgers(), $before, 'another loader has changed nothing');
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.target_ledger WHERE target = 'ads.plain'::regclass"), '0', 'nor made a target of a table that is not its own');

# Nor reads what the views would not show.
is($other->query($_), '', "another loader: nothing by $_") for
  "SELECT (adpipe_internal.account_of('ads.campaign', '$account')).account_name",
  "SELECT (adpipe_internal.target_of('ads.campaign')).source",
  "SELECT * FROM adpipe_internal.target_terms('ads.campaign')",
  "SELECT * FROM adpipe_internal.due_days('ads.campaign', true)",
  "SELECT * FROM adpipe_internal.note_lost('ads.campaign')",
  "SELECT * FROM adpipe_internal.run_batches($run)",
  "SELECT adpipe_internal.progress_text($run)";
is($other->query('SELECT count(*) FROM adpipe.slices'), '0', 'another loader: nothing in the views');

# Having acted for a copy of one's own opens none of another's, in the same
# statement or the next, nor does having been somebody else.
is($other->query_error("SELECT adpipe.alter_target('mine.campaign', lookback => 3), adpipe_internal.forget_days('ads.campaign', '2027-01-01')")->{sqlstate}, '42501', 'acting for its own copy opens no other');
my $admin = session($node);
$admin->query('CREATE ROLE twofold LOGIN NOINHERIT; GRANT loader, other TO twofold');
my $twofold = session($node, user => 'twofold');
$twofold->query($_) for 'SET ROLE loader', "SELECT adpipe.alter_target('ads.campaign', lookback => 7)", 'SET ROLE other';
is($twofold->query_error("SELECT adpipe_internal.forget_days('ads.campaign', '2027-01-01')")->{sqlstate}, '42501', 'nor does having been its owner');
$before = ledgers();

# A function that maintenance runs as its owner, called by a superuser.
$other->query($_) for
  'CREATE TABLE mine.trap (n integer)',
  'INSERT INTO mine.trap SELECT generate_series(1, 1000)',
  q{CREATE FUNCTION mine.trap(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
	BEGIN
		PERFORM adpipe_internal.forget_days('ads.campaign', '2027-01-01');
		RETURN $1;
	EXCEPTION WHEN insufficient_privilege THEN
		RETURN -$1;
	END $$},
  'CREATE INDEX ON mine.trap (mine.trap(n))';
$node->safe_psql('postgres', 'ANALYZE mine.trap; REINDEX TABLE mine.trap');
is(ledgers(), $before, 'nor does a function in an index, when a superuser analyses the table');

# A superuser's refresh_all() runs nobody's triggers.
$other->query($_) for
  'CREATE TABLE mine.seen (who text)',
  'GRANT INSERT ON mine.seen TO PUBLIC',
  q{CREATE FUNCTION mine.seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO mine.seen VALUES (current_user); RETURN NULL; END $$},
  'CREATE TRIGGER seen AFTER INSERT ON mine.campaign EXECUTE FUNCTION mine.seen()';
$node->safe_psql('postgres', 'CREATE USER MAPPING FOR other SERVER google ' . "OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh'); "
	  . "CREATE USER MAPPING FOR CURRENT_USER SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh'); GRANT USAGE ON FOREIGN SERVER google TO other");
$node->safe_psql('postgres', 'CALL adpipe.refresh_all()');
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.run_ledger WHERE target = 'mine.campaign'::regclass"), '0', "a superuser's refresh_all() leaves the copies of others alone");
$other->query('CALL adpipe.refresh_all()');
is($other->query('SELECT DISTINCT who FROM mine.seen'), 'other', 'their owner refreshes them');
is(world_difference($node, $sim, 'mine.campaign', '2026-11-10', '2026-11-21', $account), '0|0', 'as they are to be');

# Functions that take the place of the system's by fitting better, in a schema
# on the loader's path in which others may create.
$node->safe_psql('postgres', 'GRANT CREATE ON SCHEMA public TO PUBLIC');
$other->query("CREATE FUNCTION public.$_ LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'in the place of the system''s'; END \$\$")
  for 'cardinality(text[]) RETURNS integer', 'cardinality(date[]) RETURNS integer', 'array_to_string(text[], text) RETURNS text', 'parse_ident(text) RETURNS text[]',
  (map { 'format(' . join(', ', ('text') x $_) . ') RETURNS text' } 2 .. 6), 'concat_ws(text, text, text) RETURNS text', 'min(date) RETURNS date', 'generate_series(date, date, interval) RETURNS SETOF date';
$other->query('CREATE FUNCTION public.join(text[], text) RETURNS text[] LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION \'in the place\'; END $$; CREATE OPERATOR public.|| (LEFTARG = text[], RIGHTARG = text, FUNCTION = public.join)');
$sim->faults([ { match => { query => 'FROM campaign WHERE' }, times => 1, action => { error => 'authorizationError.USER_PERMISSION_DENIED' } } ]);
my $victim = session($node, user => 'loader');
$victim->query($_) for
  'SET search_path = public, ads',
  "SELECT adpipe.materialize('google.campaigns', 'victim'), adpipe.materialize('google.campaign_daily', 'victim_daily', '2026-11-10')",
  "CALL adpipe.refresh('victim')", "CALL adpipe.refresh('victim_daily')", 'CALL adpipe.refresh_all()', "CALL adpipe.refresh('victim_daily')",
  "SELECT adpipe.live_view('victim_daily'), adpipe.alter_target('victim_daily', retention => '1 year'), adpipe.daily_report_markdown('victim_daily', '2026-11-18')",
  "SELECT count(*) FROM adpipe.require_complete('victim_daily', '2026-11-10', '2026-11-12')", map { "SELECT * FROM adpipe.$_" } qw(health coverage freshness discrepancy control_totals);
is($victim->query("SELECT count(*) > 0 FROM public.victim_daily"), 't', "nothing in the caller's path takes the place of the system's functions; copies are made on it");
$sim->faults([]);
is($node->safe_psql('postgres', <<'END'), 'check_copy check_part insert_rows materialize refresh refresh_all refresh_batch refresh_days refresh_entities refresh_source refresh_target steady_session store_batch store_chunk store_entities', 'the routines whose text is read on the path of the caller');
SELECT string_agg(p.proname, ' ' ORDER BY p.proname) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace IN ('adpipe'::regnamespace, 'adpipe_internal'::regnamespace) AND l.lanname IN ('sql', 'plpgsql') AND p.prosqlbody IS NULL AND p.proconfig IS NULL
END

# A function with the owner's rights serves others within its body.
$loader->query(q{CREATE FUNCTION ads.accept() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT adpipe.accept_settings('ads.campaign') $$});
$node->safe_psql('postgres', "UPDATE adpipe.settings_ledger SET expected = 'x' WHERE target = 'ads.campaign'::regclass AND setting = 'time_zone'");
is($other->query('SELECT ads.accept()'), '1', 'an owner lends its rights by a function of its own');

# Who drops a source or a copy need not own the other.
$loader->query('DROP TABLE ads.campaign, public.victim, public.victim_daily CASCADE');
$node->safe_psql('postgres', 'CREATE ROLE steward LOGIN; ALTER FOREIGN TABLE google.campaign_daily OWNER TO steward; GRANT USAGE ON SCHEMA google TO steward');
session($node, user => 'steward')->query('DROP FOREIGN TABLE google.campaign_daily');
is($other->query('SELECT target, source FROM adpipe.targets'), 'mine.campaign|', 'a source that another role drops is forgotten');
$node->safe_psql('postgres', 'DROP EXTENSION adpipe CASCADE');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_event_trigger"), '0', 'the extension goes, with what watches');
cmp_ok($other->query('SELECT count(*) FROM mine.campaign'), '>', 0, 'the copy stays, a table like any other');

done_testing();
