# A role that does not own a copy neither stops its refresh nor writes, locks or
# reads its ledger: by no lock that SQL can take, and by none of the functions
# that have the rights of the extension's owner.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Tenants;
use AdpipeTest::Warehouse;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $account = '3456789012';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
loader($node, $sim, options => { customer_id => $account });
$node->safe_psql('postgres', <<'END');
CREATE ROLE attacker LOGIN;
CREATE ROLE reader LOGIN;
SELECT adpipe.grant_loader('attacker');
GRANT USAGE ON SCHEMA google, ads TO attacker, reader;
END
my %as = map { $_ => session($node, user => $_) } qw(loader attacker reader);
perform($as{loader}, "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')", "CALL adpipe.refresh('ads.campaign')");
my $oid = $as{loader}->query("SELECT 'ads.campaign'::regclass::oid");
my $run = $as{loader}->query('SELECT max(run_id) FROM adpipe.runs');
my $act_for = name_of($node, 'adpipe_internal.act_for', 'adpipe.acts_for');
my $note_setting = name_of($node, 'adpipe_internal.note_setting', 'adpipe.note_setting');
# The lock of a copy, and that of an account, which the first release has only.
my $lock_target = name_of($node, 'adpipe_internal.lock_target', 'adpipe.lock_account');
my $is_extension = "p.oid IN (SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND d.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'adpipe'))";

# Every key that the locks of a refresh could have in the functions of SQL.
my @words = ("'runs'", "'partitions'", "'$account'", "'account $account'", "'claims of $account'");
for my $word (@words)
{
	perform($as{attacker},
	  "SELECT pg_advisory_lock($oid, hashtext($word)), pg_advisory_lock(hashtext($word), $oid)",
	  "SELECT pg_advisory_lock((${oid}::bigint << 32) | (hashtext($word)::bigint & 4294967295)), pg_advisory_lock($oid), pg_advisory_lock(hashtext($word))");
}
my ($out, $error) = $as{loader}->try("SET statement_timeout = '20s'; CALL adpipe.refresh('ads.campaign', '2026-11-10'); RESET statement_timeout");
is($error && $error->{message}, undef, 'advisory locks of another role do not stop a refresh');
is(answer($as{loader}, "SELECT status FROM adpipe.runs WHERE run_id > $run"), 'succeeded', 'which comes to its end');
perform($as{attacker}, 'SELECT pg_advisory_unlock_all()');
is($node->safe_psql('postgres', "SELECT string_agg(p.oid::regprocedure::text, ' ') FROM pg_proc p WHERE $is_extension AND p.prosrc ~ 'advisory'"), '', 'nothing in the warehouse takes a lock that SQL can take');
for my $name (qw(attacker reader))
{
	is(problem($as{$name}, "SELECT $_")->{sqlstate}, '42501', "$name: $_")
	  for "$lock_target($oid, 'runs')", map { "adpipe_internal.$_" } "hold_relation($oid, true)", "hold_relation($oid, false)", "lock_account($oid, '$account')";
}
# The lock is one: two who may take it wait for each other.
my $second = session($node, user => 'loader');
perform($as{loader}, 'BEGIN');
answer($as{loader}, "SELECT $act_for('ads.campaign'), $lock_target('ads.campaign', 'runs')");
is(problem($second, "SET lock_timeout = '300ms'; SELECT $act_for('ads.campaign'), $lock_target('ads.campaign', 'runs')")->{sqlstate}, '55P03', 'the owner waits for itself');
is(answer($second, "SELECT $act_for('ads.campaign'), $lock_target('ads.campaign', 'partitions')"), 't|', 'but not for what is another lock');
is($node->safe_psql('postgres', "SELECT DISTINCT objsubid NOT IN (1, 2) FROM pg_locks WHERE locktype = 'advisory'"), 't', 'with a tag that no function of SQL has');
perform($as{loader}, 'ROLLBACK');

# All functions with the rights of the extension's owner, with arguments that are
# about the loader's copy, as its enemy calls them.
my @ledgers = split /\n/, $node->safe_psql('postgres', "SELECT d.objid::regclass FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid "
	. "WHERE d.deptype = 'e' AND d.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'adpipe') AND c.relkind = 'r' ORDER BY 1");
cmp_ok(scalar @ledgers, '>', 8, 'there are ledgers');
sub ledgers
{
	return $node->safe_psql('postgres', join ';', map { "SELECT * FROM $_ x ORDER BY x::text COLLATE \"C\"" } @ledgers);
}
my %value = (
	regclass => "$oid", 'regclass[]' => "ARRAY[${oid}::regclass]", bigint => $run, integer => '3', text => "'$account'", 'text[]' => "ARRAY['$account']",
	date => "'2026-11-15'", interval => "'1 day'", boolean => 'true', jsonb => q('[]'), 'timestamp with time zone' => "'$now'", regrole => "'attacker'",
	name => "'attacker'", oid => $oid, 'bigint[]' => 'ARRAY[1, 2]', 'date[]' => "ARRAY[date '2026-11-15']",
	'adpipe.failure' => "ROW('x', 'XX000', NULL, NULL, NULL, false)",
	'adpipe.run_ledger' => qq(jsonb_populate_record(NULL::adpipe.run_ledger, jsonb_build_object('target', $oid, 'run_id', 1000000, 'started_at', '$now'))));
my @definers = map { [ split /\|/ ] } split /\n/, $node->safe_psql('postgres', <<"END");
SELECT p.oid::regproc, p.oid::regprocedure,
       (SELECT string_agg(format_type(t, NULL), ';' ORDER BY n) FROM unnest(p.proargtypes) WITH ORDINALITY a (t, n)),
       has_function_privilege('reader', p.oid, 'EXECUTE')
FROM pg_proc p
WHERE $is_extension AND p.prosecdef AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
ORDER BY 2::text COLLATE "C"
END
cmp_ok(scalar @definers, '>', 20, 'there are functions with the rights of the extension\'s owner');
# Has no privilege to check: whether a session is at work whose process, start
# and statement one knows to the microsecond.
# Or knows nothing of a copy that the statement does not act for: 2000 questions.
my %harmless = ('adpipe_internal.is_dead' => 1, 'adpipe_internal.run_budget' => 1, name_of($node, 'adpipe_internal.is_running', 'adpipe.is_running') => 1);
# Looks at who asks, since views call it as their reader; called below like the others.
my %asks = ('adpipe_internal.scheduled_targets' => 1);
my @public = grep { $_->[3] eq 't' && !$harmless{$_->[0]} && !$asks{$_->[0]} } @definers;
is(join(' ', map { $_->[1] } @public), '', 'none of them is for everybody');
my $before = ledgers();
my $guard = session($node);
for my $definer (@definers)
{
	my ($name, $signature, $types) = @$definer;
	next if $harmless{$name};
	my @types = split /;/, $types // '';
	my @unknown = grep { !exists $value{$_} } @types;
	is("@unknown", '', "$signature: arguments that this test can give");
	my $call = "$name(" . join(', ', map { ($value{$_} // 'NULL') . "::$_" } @types) . ')';
	perform($as{attacker}, 'BEGIN');
	my ($answer, $problem) = $as{attacker}->try("SELECT * FROM $call");
	if ($problem)
	{
		like($problem->{sqlstate}, qr/^42(501|704)$/, "$signature: refused") or diag($problem->{message});
	}
	else
	{
		like($answer, qr/^[|]*0?[|f]*$/, "$signature: nothing is seen");
	}
	my ($held, $locked) = $guard->try(join ';', map { "SELECT FROM $_ FOR UPDATE NOWAIT" } @ledgers);
	is($locked && $locked->{message}, undef, "$signature: no row is locked");
	perform($as{attacker}, 'ROLLBACK');
}
is(ledgers(), $before, 'and nothing is written');
# What differs by the value that is stored would tell it.
for my $guess ('UTC', $node->safe_psql('postgres', "SELECT value FROM adpipe.settings_ledger WHERE setting = 'time_zone'"))
{
	is(problem($as{attacker}, "SELECT $note_setting($oid, '$account', 'time_zone', '$guess')")->{sqlstate}, '42501', "a setting cannot be guessed: $guess");
}
# A table that one owns opens no other, nor a function with another's rights.
$node->safe_psql('postgres', 'CREATE SCHEMA mine AUTHORIZATION attacker; GRANT SELECT ON ALL TABLES IN SCHEMA google TO attacker');
perform($as{attacker}, "SELECT adpipe.materialize('google.campaign_daily', 'mine.campaign', '2026-11-10')");
is(problem($as{attacker}, "SELECT $act_for('mine.campaign'), $lock_target($oid, 'runs')")->{sqlstate}, '42501', 'to act for a copy of one\'s own locks no other');

done_testing();
