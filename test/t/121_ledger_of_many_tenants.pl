# What the views over the ledger show, and to whom: nothing of a copy that the
# reader may not read, whatever condition he writes; of a copy with row-level
# security the accounts that are granted to him.  And what each role adds about
# its own accounts is its own.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use PostgreSQL::Test::Utils;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($mine, $theirs) = ('2345678901', '3456789012');
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
$sim->settings({ appsflyer_minute_calls => 1000 });
loader($node, $sim, options => { customer_id => "$mine,$theirs" });
appsflyer_server($node, $sim, role => 'loader', options => { app_id => 'com.pacifictrail.app' });
my $mapping = "SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh')";
$node->safe_psql('postgres', <<"END");
CREATE ROLE loader2 LOGIN;
SELECT adpipe.grant_loader('loader2');
CREATE SCHEMA ads2 AUTHORIZATION loader2;
GRANT USAGE ON SCHEMA google, flyer TO loader, loader2;
GRANT USAGE ON FOREIGN SERVER flyer TO loader;
GRANT USAGE ON FOREIGN SERVER google TO loader2;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO loader2;
GRANT SELECT ON ALL TABLES IN SCHEMA flyer TO loader;
CREATE USER MAPPING FOR loader2 $mapping;
CREATE ROLE outsider LOGIN;
CREATE ROLE clients;
CREATE ROLE client LOGIN IN ROLE clients;
CREATE ROLE reader LOGIN;
CREATE ROLE colleague LOGIN IN ROLE loader;
END
my %as = map { $_ => session($node, user => $_) } qw(loader loader2 outsider client reader colleague);
perform($as{loader},
  "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')",
  "SELECT adpipe.materialize('flyer.partners_daily', 'ads.partners', '2026-11-10')",
  'CALL adpipe.refresh_all()', 'GRANT USAGE ON SCHEMA ads TO reader, clients, loader2', 'GRANT SELECT ON ads.campaign, ads.partners TO reader, clients');
perform($as{loader2}, "SELECT adpipe.materialize('google.account_daily', 'ads2.account', '2026-11-10')", 'CALL adpipe.refresh_all()');

# Every view, also those that are added later.
is($node->safe_psql('postgres', <<'END'), '', 'every view of the extension is a security barrier');
SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE c.relkind = 'v' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'adpipe')
  AND NOT coalesce(c.reloptions @> '{security_barrier=true}', false)
END

# So that each view has something to hide: a setting that changed, and a run under
# way, which is one as long as its session has a transaction.
my $admin = session($node);
my $clock = name_of($node, 'adpipe_internal.clock', 'adpipe.clock');
perform($as{colleague}, 'BEGIN');
perform($admin,
  "INSERT INTO adpipe.settings_change_ledger (target, account_id, setting, old_value, new_value, seen_at) VALUES ('ads.campaign', '$mine', 'time_zone', 'UTC', 'Asia/Seoul', now())",
  "INSERT INTO adpipe.run_ledger (target, is_scheduled, first_run_id, started_at, status, pid, backend_start, query_start) "
	. "SELECT 'ads.campaign', false, 1, $clock(), 'running', a.pid, a.backend_start, a.query_start FROM pg_stat_activity a WHERE a.pid = " . $as{colleague}->pid);
is(answer($as{loader}, "SELECT count(*) FROM adpipe.$_"), '1', "$_: the owner sees a row") for qw(settings_changes progress);

# A condition that says what it sees; it needs no right at all.
perform($as{outsider}, q{CREATE FUNCTION pg_temp.peek(anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE EXCEPTION 'peeked: %', $1; END $$});
for my $view (split /\n/, $node->safe_psql('postgres', "SELECT c.relname FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace = 'adpipe'::regnamespace AND has_table_privilege('outsider', c.oid, 'SELECT') ORDER BY 1"))
{
	next if $view =~ /^(kpis|columns|reports|api_versions|refresh_policy|setting_guide|media_sources|readable_media_sources|source_view_relations|source_view_columns)$/;
	my ($out, $error) = $as{outsider}->try("SELECT count(*) FROM adpipe.$view v WHERE pg_temp.peek(v)");
	is($error ? $error->{message} : $out, '0', "$view: a condition sees nothing that is not to be read");
	my @columns = split /\n/, $node->safe_psql('postgres', "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'adpipe.$view'::regclass AND a.attnum > 0 ORDER BY a.attnum");
	my %seen = map { $_ => answer($as{outsider}, "SELECT count(*) FROM adpipe.$view v WHERE pg_temp.peek(v.$_)") } @columns;
	is(join(', ', map { "$_: $seen{$_}" } grep { $seen{$_} ne '0' } @columns), '', "$view: nor does one over a column");
}

# Row-level security: the clients see one account of two.
my $seen = "SELECT string_agg(DISTINCT account_id, ' ' ORDER BY account_id) FROM adpipe.%s WHERE target = 'ads.campaign'::regclass";
my @views = qw(slices coverage freshness control_totals);
is(answer($as{client}, sprintf $seen, $_), "$mine $theirs", "$_: all of a copy without row-level security") for @views;
perform($as{loader},
  'CREATE TABLE ads.asked (who text)', 'GRANT INSERT ON ads.asked TO PUBLIC',
  q{CREATE FUNCTION ads.is_theirs(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ads.asked VALUES (current_user); RETURN true; END $$},
  'ALTER TABLE ads.campaign ENABLE ROW LEVEL SECURITY', 'CREATE POLICY p ON ads.campaign USING (ads.is_theirs(account_id))');
is(answer($as{client}, sprintf $seen, $_), '', "$_: with row-level security nothing without a grant") for @views;
is(answer($as{client}, "SELECT count(*) FROM adpipe.$_ WHERE target = 'ads.campaign'::regclass"), '0', "$_: with row-level security nothing of the copy as a whole") for qw(runs progress);
perform($as{colleague}, 'ROLLBACK');
perform($admin, "DELETE FROM adpipe.run_ledger WHERE status = 'running'");
answer($as{loader}, "INSERT INTO adpipe.account_grants VALUES ('clients', 'google_ads', '$mine'), ('reader', 'meta_ads', '$mine')");
is(answer($as{client}, sprintf $seen, $_), $mine, "$_: the account that is granted to its role") for @views;
is(answer($as{client}, "SELECT count(*) FROM adpipe.require_complete('ads.campaign', '2026-11-11', '2026-11-18')"), '1', 'require_complete: of the account that is granted');
is(answer($as{client}, "SELECT count(*) FROM adpipe.targets WHERE target = 'ads.campaign'::regclass"), '1', 'and knows that there is a copy');
is(answer($as{reader}, sprintf $seen, $_), '', "$_: a grant for another platform is none") for @views;
is(answer($as{loader}, sprintf $seen, $_), "$mine $theirs", "$_: the owner sees all") for @views;
is(answer($as{colleague}, sprintf $seen, $_), "$mine $theirs", "$_: so does who has its rights") for @views;
perform($as{loader}, 'ALTER TABLE ads.campaign FORCE ROW LEVEL SECURITY');
is(answer($as{loader}, sprintf $seen, 'slices'), "$mine $theirs", 'also where the policies hold for it');
$node->safe_psql('postgres', "UPDATE adpipe.account_ledger SET failing_since = now(), error = 'broken'");
is(answer($as{client}, "SELECT string_agg(DISTINCT coalesce(account_id, '-'), ' ') FROM adpipe.health WHERE target = 'ads.campaign'::regclass"), $mine, 'health: what is wrong with that account');
is(answer($as{loader}, "SELECT count(DISTINCT account_id) FROM adpipe.health WHERE target = 'ads.campaign'::regclass"), '2', 'health: with each, for the owner');
perform($as{client}, "SELECT count(*) FROM adpipe.$_") for @views, qw(health runs progress settings_changes discrepancy);
is(answer($as{loader}, 'SELECT count(*) FROM ads.asked'), '0', 'row-level security: no view runs a policy');
is(answer($as{client}, "SELECT count(*) FROM adpipe.compared_targets WHERE target = 'ads.campaign'::regclass"), '0', 'discrepancy leaves out what its reader sees a part of');

# Grants are given by the owner of the copies only.
is(problem($as{loader2}, "INSERT INTO adpipe.account_grants VALUES ('loader2', 'google_ads', '$theirs', 'loader')")->{sqlstate}, '42501', 'nobody grants for another owner');
answer($as{loader2}, "INSERT INTO adpipe.account_grants VALUES ('client', 'google_ads', '$theirs')");
is(answer($as{client}, sprintf $seen, 'slices'), $mine, "a grant of another owner opens nothing of the copy's");
is(problem($as{client}, "INSERT INTO adpipe.account_grants VALUES ('client', 'google_ads', '$theirs')")->{sqlstate}, '42501', 'and who is no loader grants nothing');
is(answer($as{loader2}, 'SELECT count(*) FROM adpipe.account_grants'), '1', 'who grants sees its own grants');
is(answer($as{loader2}, "DELETE FROM adpipe.account_grants RETURNING owner"), 'loader2', 'and deletes no others');
answer(session($node), "INSERT INTO adpipe.owned_account_grants VALUES ('nobody of that name', 'google_ads', '$theirs', 'loader')");
is(answer($as{client}, sprintf $seen, 'slices'), $mine, 'a grant to a role that is gone harms nobody');

# Up to which day a copy is complete.
is(problem($as{client}, "SELECT adpipe.stored_until('ads.campaign')")->{sqlstate}, '0A000', 'stored_until: not of a copy that one sees a part of');
is(problem($as{loader}, "SELECT adpipe.live_view('ads.campaign')")->{sqlstate}, '0A000', 'no live view of a copy with row-level security');
perform($as{loader}, 'ALTER TABLE ads.campaign DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY');
my $day = $as{loader}->query("SELECT adpipe.stored_until('ads.campaign')");
like($day, qr/^2026-11-1\d$/, 'stored_until, for the owner');
is(answer($as{reader}, "SELECT adpipe.stored_until('ads.campaign')"), $day, 'stored_until, for a reader');
my $oid = $as{loader}->query("SELECT 'ads.campaign'::regclass::oid");
is(problem($as{outsider}, "SELECT adpipe.stored_until($oid)")->{sqlstate}, '42501', 'stored_until, for nobody else');
answer($as{loader}, $_) for "SELECT adpipe.live_view('ads.campaign')", 'GRANT USAGE ON SCHEMA ads TO outsider', 'GRANT SELECT ON ads.campaign_live TO outsider';
my $stored = "SELECT count(*) > 0 FROM ads.campaign_live WHERE date_day BETWEEN '2026-11-11' AND '2026-11-12'";
is(answer($as{outsider}, "SELECT adpipe.stored_until($oid)"), $day, 'but who reads the copy through its live view');
is(answer($as{outsider}, $stored), 't', 'which works without a right on the copy');
$node->safe_psql('postgres', 'CREATE SCHEMA desk; GRANT CREATE, USAGE ON SCHEMA desk TO PUBLIC');
perform($as{outsider}, 'CREATE VIEW desk.mine AS SELECT * FROM ads.campaign_live; GRANT SELECT ON desk.mine TO PUBLIC');
$node->safe_psql('postgres', 'CREATE ROLE last LOGIN');
my $last = session($node, user => 'last');
is(answer($last, "SELECT count(*) > 0 FROM desk.mine WHERE date_day BETWEEN '2026-11-11' AND '2026-11-12'"), 't', 'also through a view of a reader over it');
perform($as{loader}, 'ALTER TABLE ads.campaign ENABLE ROW LEVEL SECURITY');
is(problem($as{outsider}, $stored)->{sqlstate}, '0A000', 'a live view that is older than the row-level security is an error, and leaks nothing');
perform($as{loader}, 'ALTER TABLE ads.campaign DISABLE ROW LEVEL SECURITY');

# Advertisers and media sources.
perform($as{loader}, "INSERT INTO adpipe.advertisers VALUES ('google_ads', '$mine', 'Pacific'), ('appsflyer', 'com.pacifictrail.app', 'Pacific')");
answer($as{loader2}, "INSERT INTO adpipe.advertisers VALUES ('google_ads', '$mine', 'not yours')");
# The first release has no owners: there the same statement is about everybody's rows.
my ($owner, $for_loader) = has_name($node, 'adpipe.advertisers.owner') ? ('owner', ", 'loader'") : ("'loader'", '');
is(problem($as{loader2}, "BEGIN; INSERT INTO adpipe.advertisers VALUES ('google_ads', '$theirs', 'x'$for_loader); ROLLBACK")->{sqlstate}, '42501', 'advertisers: nobody adds for another');
is(answer($as{loader2}, "BEGIN; UPDATE adpipe.advertisers SET advertiser = 'x' WHERE advertiser = 'Pacific' RETURNING 1; ROLLBACK"), '', 'advertisers: nobody changes what is another\'s');
is(problem($as{loader2}, "UPDATE adpipe.advertisers SET owner = 'loader'")->{sqlstate}, '42501', 'advertisers: nobody gives its own away');
is(problem($as{loader2}, "INSERT INTO adpipe.advertisers VALUES ('google_ads', '$mine', 'x'$for_loader)")->{sqlstate}, '42501', 'advertisers: nobody learns whether another has a row');
is(answer($as{loader}, "SELECT platform, account_id, advertiser, $owner FROM adpipe.advertisers ORDER BY 1 DESC"), "google_ads|$mine|Pacific|loader\nappsflyer|com.pacifictrail.app|Pacific|loader", 'advertisers: each reads its own');
is(answer($as{colleague}, 'SELECT count(*) FROM adpipe.advertisers'), '2', 'advertisers: and that of roles whose rights it has');
is(answer($as{$_}, 'SELECT count(*) FROM adpipe.advertisers'), '0', "$_: names of clients are for nobody else") for qw(outsider reader client);
is(problem($as{loader2}, 'BEGIN; DELETE FROM adpipe.media_sources; ROLLBACK')->{sqlstate}, '42501', 'media sources: those that came with the extension cannot be deleted');
is(problem($as{loader2}, "BEGIN; UPDATE adpipe.media_sources SET platform = 'x'; ROLLBACK")->{sqlstate}, '42501', 'media sources: nor changed');
is(problem($as{loader2}, "BEGIN; INSERT INTO adpipe.media_sources (media_source, platform, is_builtin) VALUES ('x', 'y', true); ROLLBACK")->{sqlstate}, '42501', 'media sources: nor added to');
is(answer($as{loader}, 'SELECT count(*) FROM adpipe.media_sources WHERE is_builtin'), '6', 'media sources: all are there');
answer($as{loader2}, "INSERT INTO adpipe.media_sources VALUES ('googleadwords_int', 'nobody')");
is(answer($as{outsider}, "SELECT DISTINCT platform FROM adpipe.media_sources WHERE media_source = 'googleadwords_int'"), 'google_ads', "media sources: what another adds is not seen");

# In discrepancy each owner's copies are compared with its own, by its own rows.
my $compared = "SELECT $owner, advertiser, platform, bool_and(platform_clicks IS NULL), bool_and(tracker_clicks IS NULL) FROM adpipe.discrepancy WHERE date_day = '2026-11-15' AND platform IN ('google_ads', 'nobody') GROUP BY 1, 2, 3 ORDER BY 1, 2";
is(answer($as{loader}, $compared), "loader||google_ads|f|t\nloader|Pacific|google_ads|f|f", 'discrepancy: by the rows of the owner of the copies');
is(answer($as{reader}, $compared), answer($as{loader}, $compared), 'discrepancy: for a reader who owns none');
perform($as{loader2}, 'GRANT USAGE ON SCHEMA ads2 TO reader; GRANT SELECT ON ads2.account TO reader', 'UPDATE ads2.account SET clicks = 1');
my $sum = "SELECT sum(platform_clicks), sum(tracker_clicks) FROM adpipe.discrepancy WHERE $owner = 'loader'";
my $own = answer($as{loader}, $sum);
like($own, qr/^\d+\|\d+$/, 'discrepancy: the owner has clicks of both sides');
is(answer($as{reader}, $sum), $own, "discrepancy: no copy of another takes the place of the owner's");
is(answer($as{reader}, "SELECT DISTINCT advertiser FROM adpipe.discrepancy WHERE $owner = 'loader2' ORDER BY 1"), "\nnot yours", 'discrepancy: the copies of the other are compared, too');

# All of this is dumped.
my $dump = PostgreSQL::Test::Utils::tempdir() . '/all.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
ok(run_log([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ]), 'restored');
for my $table ((map { name_of($node, "adpipe.owned_$_", "adpipe.$_") } qw(account_grants advertisers media_sources)), 'adpipe.media_sources')
{
	my $rows = answer(session($node), "SELECT * FROM $table x ORDER BY x::text");
	unlike($rows, qr/^(error|$)/, "$table: has rows");
	is(answer(session($node, dbname => 'restored'), "SELECT * FROM $table x ORDER BY x::text"), $rows, "the same: $table");
}

done_testing();
