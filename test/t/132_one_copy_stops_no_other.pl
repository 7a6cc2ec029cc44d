# What is wrong with one copy stops no other: neither the rolling check of
# refresh_all() nor a mark on a copy of another role that the caller may not
# trust; and a copy that hides rows from its own refresh is not refreshed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim);
$node->safe_psql('postgres', <<'END');
CREATE ROLE other LOGIN;
SELECT adpipe.grant_loader('other');
GRANT other TO loader;
GRANT USAGE ON SCHEMA google TO other;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO other;
GRANT USAGE ON FOREIGN SERVER google TO other;
CREATE SCHEMA others AUTHORIZATION other;
CREATE SCHEMA own AUTHORIZATION loader;
END
my $start = '2026-11-10';
$sim->clock('2026-11-20T12:00:00Z');
$node->safe_psql('postgres', "ALTER ROLE loader SET adpipe.debug_now = '2026-11-20 12:00Z'");
$node->safe_psql('postgres', "ALTER ROLE other SET adpipe.debug_now = '2026-11-20 12:00Z'");
my $loader = session($node, user => 'loader');
$loader->query("SELECT adpipe.materialize('google.account_daily', 'own.copy', '$start')");
$loader->query("CALL adpipe.refresh('own.copy')");

# Rows that policies hide from the owner's own refresh would come twice.
$loader->query($_) for 'ALTER TABLE own.copy ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
  "CREATE POLICY seen ON own.copy USING (account_id = '2345678901') WITH CHECK (true)";
my $rows = 'SELECT count(*) FROM own.copy';
my $before = $node->safe_psql('postgres', $rows);
$loader->query("CALL adpipe.refresh('own.copy', '$start', '2026-11-15')");
is($node->safe_psql('postgres', $rows), $before, 'a copy whose policies hold for its refresh has no row twice');
like($node->safe_psql('postgres', "SELECT error FROM adpipe.runs WHERE target = 'own.copy'::regclass ORDER BY run_id DESC LIMIT 1"),
	qr/row-level security/, 'and the run says why it did nothing');
$loader->query($_) for 'DROP POLICY seen ON own.copy', 'ALTER TABLE own.copy DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY';

# A table that holds no rows of a copy is not entered as one that does.
$loader->query("SELECT adpipe_internal.act_for('own.copy'), adpipe_internal.note_watched('own.copy', 'pg_class')");
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.watched_tables WHERE relation = 'pg_class'::regclass"), '0',
	'a loader enters its own tables only');

# A day later, with a copy of a role whose code the caller must not run, marked.
$node->safe_psql('postgres', <<"END");
CREATE USER MAPPING FOR other SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com',
    client_secret 'sample-secret', refresh_token '1//sample-refresh');
END
my $other = session($node, user => 'other');
$other->query("SELECT adpipe.materialize('google.account_daily', 'others.copy', '$start')");
$other->query("CALL adpipe.refresh('others.copy')");
$other->query($_) for 'CREATE FUNCTION others.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
  'CREATE TRIGGER t BEFORE INSERT ON others.copy FOR EACH ROW EXECUTE FUNCTION others.f()',
  'UPDATE others.copy SET clicks = clicks + 1';
$node->safe_psql('postgres', "UPDATE adpipe.target_ledger SET checked_at = '2026-11-18 12:00Z'");
$loader->query("CALL adpipe.refresh_all()");
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.target_ledger WHERE target = 'own.copy'::regclass AND checked_at = '2026-11-20 12:00Z'"),
	'1', 'the check of the copy after it takes place');
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.runs WHERE status = 'running'"), '0', 'no run is left behind');
$loader->query("CALL adpipe.refresh_all()");
is($node->safe_psql('postgres', "SELECT bool_and(checked_at = '2026-11-20 12:00Z') FROM adpipe.target_ledger"), 't',
	'nor does the copy that cannot be checked come first for ever');

# An archive whose foreign table is gone can be complete.
$loader->query("CALL adpipe.refresh('own.copy', '$start', '2026-11-18')");
$node->safe_psql('postgres', 'DROP FOREIGN TABLE google.account_daily CASCADE');
is($node->safe_psql('postgres', "SELECT adpipe.require_complete('own.copy', '$start', '2026-11-17')"), '',
	'a copy whose source is gone passes the guard for days that it has');

$node->stop;
done_testing();
