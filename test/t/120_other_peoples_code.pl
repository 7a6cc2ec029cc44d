# A refresh or a report by one role runs no code of another: not by a table that
# adpipe chooses by itself, nor by what an owner hangs onto a copy or a source.
# Who would lose: a superuser or a loader, whose rights and secrets the code gets.

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

# The attacker is a loader, too, with a schema of its own; a deputy has its
# rights; the loader has imported less than all.
my $mapping = "SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh')";
$node->safe_psql('postgres', <<"END");
DROP FOREIGN TABLE IF EXISTS google.account_daily, google.account_device_daily, google.campaigns;
CREATE ROLE attacker LOGIN;
CREATE ROLE deputy LOGIN IN ROLE attacker;
SELECT adpipe.grant_loader('attacker'), adpipe.grant_loader('deputy');
GRANT USAGE ON FOREIGN DATA WRAPPER google_ads TO attacker;
GRANT USAGE ON FOREIGN SERVER google TO attacker;
GRANT USAGE ON SCHEMA google, ads TO attacker;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO attacker;
GRANT CREATE ON SCHEMA google TO attacker;
CREATE SCHEMA evil AUTHORIZATION attacker;
CREATE SCHEMA own AUTHORIZATION loader;
CREATE USER MAPPING FOR attacker $mapping;
CREATE USER MAPPING FOR deputy $mapping;
CREATE USER MAPPING FOR postgres $mapping;
END
my $attacker = session($node, user => 'attacker');
my $loader = session($node, user => 'loader');
my $deputy = session($node, user => 'deputy');
my $admin = session($node);
my ($control_source, $serving_query, $partitions, $report_plans) =
  map { name_of($node, "adpipe_internal.$_", "adpipe.$_") } qw(control_source serving_query partitions report_plans);
my $act_for = name_of($node, 'adpipe_internal.act_for', 'adpipe.acts_for');

# spy() notes who runs it, unless it is the attacker itself; it passes for
# immutable and is there for any type.
$attacker->query($_) for
  'CREATE TABLE evil.loot (who text, what text)',
  'GRANT USAGE ON SCHEMA evil TO PUBLIC', 'GRANT ALL ON evil.loot TO PUBLIC',
  q{CREATE FUNCTION evil.note() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		IF current_user <> 'attacker' THEN
			INSERT INTO evil.loot VALUES (current_user, (SELECT string_agg(umoptions::text, ' ') FROM pg_user_mappings));
		END IF;
	END $$},
  q{CREATE FUNCTION evil.spy(anyelement) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM evil.note(); RETURN true; END $$},
  q{CREATE FUNCTION evil.spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.note(); RETURN NEW; END $$},
  'CREATE DOMAIN evil.money AS numeric', 'CREATE DOMAIN evil.word AS text', 'CREATE DOMAIN evil.count AS bigint';
perform($loader, 'SELECT evil.spy(1)');

# Whom the code ran as, since it was asked last.
sub victims
{
	return $node->safe_psql('postgres', "WITH gone AS (DELETE FROM evil.loot RETURNING who) SELECT string_agg(DISTINCT who, ' ') FROM gone");
}

is(victims(), 'loader', 'the attacker learns whom its code runs as');

# 1. Foreign tables that a refresh picks by itself.
perform($loader, "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')");
perform($attacker,
  q{CREATE FOREIGN TABLE google.a (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
	spend evil.money OPTIONS (field 'metrics.cost_micros'), impressions bigint OPTIONS (field 'metrics.impressions'))
	SERVER google OPTIONS (resource 'customer')},
  q{CREATE FOREIGN TABLE google.b (account_id text OPTIONS (field 'customer.id'), campaign_id text OPTIONS (field 'campaign.id'),
	campaign_name evil.word OPTIONS (field 'campaign.name'), campaign_status text OPTIONS (field 'campaign.status'),
	serving_status text OPTIONS (field 'campaign.serving_status')) SERVER google OPTIONS (resource 'campaign')},
  'GRANT SELECT ON google.a, google.b TO PUBLIC',
  'ALTER DOMAIN evil.money ADD CHECK (evil.spy(VALUE))', 'ALTER DOMAIN evil.word ADD CHECK (evil.spy(VALUE))');
is(answer($loader, "SELECT $control_source('google.campaign_daily') IS NULL AND $serving_query('google.campaign_daily') IS NULL"), 't', "control tables: none of another role is chosen");
perform($loader, "CALL adpipe.refresh('ads.campaign')");
is(victims(), '', 'control tables: control totals run no code of another role as the loader');
is(answer($loader, "SELECT count(*) FROM adpipe.control_totals"), '0', 'control tables: and are not asked of its table');
perform($admin, 'CREATE SCHEMA su', "SELECT adpipe.materialize('google.campaign_daily', 'su.campaign', '2026-11-10')", 'CALL adpipe.refresh_all()', "CALL adpipe.refresh('ads.campaign')");
is(victims(), '', 'control tables: refreshes by a superuser run none either');
is(answer($admin, "SELECT count(*) > 0 FROM su.campaign"), 't', 'control tables: the copy of the superuser is refreshed');
# Nor with built-in types: it would be another's word on what the account spent.
perform($attacker, 'ALTER FOREIGN TABLE google.a ALTER COLUMN spend TYPE numeric');
is(answer($loader, "SELECT $control_source('google.campaign_daily')"), '', 'control tables: one of another role is not chosen when its types are harmless');
perform($loader, q{IMPORT FOREIGN SCHEMA reports LIMIT TO (account_daily, campaigns) FROM SERVER google INTO own});
is(answer($loader, "SELECT $control_source('google.campaign_daily') || ' ' || ($serving_query('google.campaign_daily') ~ 'FROM own\\.campaigns')"), 'own.account_daily true', "control tables: the loader's own are chosen");
is(answer($attacker, "SELECT $control_source('google.campaign_daily', 'ads.campaign') IS NULL"), 't', 'control tables: whoever asks');
perform($loader, 'GRANT USAGE ON SCHEMA own TO PUBLIC; GRANT SELECT ON own.account_daily TO PUBLIC');
is(answer($attacker, "SELECT $control_source('google.campaign_daily')"), 'google.a', 'control tables: each role has its own');
perform($admin, 'DROP FOREIGN TABLE google.a, google.b');

# 2. What an owner hangs onto a copy, when another role refreshes it.
perform($attacker, "SELECT adpipe.materialize('google.campaign_daily', 'evil.copy', '2026-11-10')");
perform($admin, "CALL adpipe.refresh('evil.copy')");
is(world_difference($node, $sim, 'evil.copy', '2026-11-10', '2026-11-21', $account), '0|0', 'a superuser refreshes a plain copy of another role');
perform($deputy, "CALL adpipe.refresh('evil.copy')");
# Then there is always something that refresh_all() has to read.
perform($attacker, "SELECT adpipe.alter_target('evil.copy', every => '0')");
my $restated = 0;
my $part = $node->safe_psql('postgres', "SELECT part FROM $partitions('evil.copy') WHERE since = '2026-11-01'");
my @traps = (
	[ 'trigger', 'CREATE TRIGGER t AFTER INSERT ON evil.copy FOR EACH STATEMENT EXECUTE FUNCTION evil.spy()', 'DROP TRIGGER t ON evil.copy' ],
	[ 'row trigger', 'CREATE TRIGGER t BEFORE INSERT OR DELETE ON evil.copy FOR EACH ROW EXECUTE FUNCTION evil.spy()', 'DROP TRIGGER t ON evil.copy' ],
	[ 'trigger of a partition', "CREATE TRIGGER t BEFORE INSERT ON $part FOR EACH ROW EXECUTE FUNCTION evil.spy()", "DROP TRIGGER t ON $part" ],
	[ 'condition of a trigger', 'CREATE TRIGGER t BEFORE UPDATE ON evil.copy FOR EACH ROW WHEN (evil.spy(NEW.clicks)) EXECUTE FUNCTION suppress_redundant_updates_trigger()', 'DROP TRIGGER t ON evil.copy' ],
	[ 'default', 'ALTER TABLE evil.copy ALTER clicks SET DEFAULT evil.spy(1)::integer', 'ALTER TABLE evil.copy ALTER clicks DROP DEFAULT' ],
	[ 'default of a partition', "ALTER TABLE $part ALTER clicks SET DEFAULT evil.spy(1)::integer", "ALTER TABLE $part ALTER clicks DROP DEFAULT" ],
	[ 'constraint', 'ALTER TABLE evil.copy ADD CONSTRAINT k CHECK (evil.spy(clicks)) NOT VALID', 'ALTER TABLE evil.copy DROP CONSTRAINT k' ],
	[ 'constraint of a partition', "ALTER TABLE $part ADD CONSTRAINT k CHECK (evil.spy(clicks)) NOT VALID", "ALTER TABLE $part DROP CONSTRAINT k" ],
	[ 'index', 'CREATE INDEX i ON evil.copy (evil.spy(clicks))', 'DROP INDEX evil.i' ],
	[ 'index of a constant', 'CREATE INDEX i ON evil.copy ((evil.spy(1)))', 'DROP INDEX evil.i' ],
	[ 'partial index', 'CREATE INDEX i ON evil.copy (clicks) WHERE evil.spy(clicks)', 'DROP INDEX evil.i' ],
	[ 'statistics', "CREATE STATISTICS evil.s ON (evil.spy(1)), (evil.spy(clicks)) FROM $part", 'DROP STATISTICS evil.s' ],
	[ 'rule', 'CREATE RULE r AS ON INSERT TO evil.copy DO ALSO SELECT evil.spy(1)', 'DROP RULE r ON evil.copy' ],
	[ 'rule instead', 'CREATE RULE r AS ON DELETE TO evil.copy WHERE evil.spy(OLD.clicks) DO INSTEAD NOTHING', 'DROP RULE r ON evil.copy' ]);
for my $trap (@traps)
{
	my ($name, $arm, $disarm) = @$trap;
	perform($attacker, $arm);
	$sim->restate(++$restated);
	perform($deputy, 'CALL adpipe.refresh_all()');
	is(victims(), '', "$name: refresh_all() by another role runs nothing");
	for my $who ($admin, $deputy)
	{
		$sim->restate(++$restated);
		my $error = problem($who, "CALL adpipe.refresh('evil.copy', '2026-11-10')");
		is($error->{sqlstate}, '42501', "$name: a refresh by another role is refused");
		like($error->{detail}, qr/^It is .* of \S+, which belongs to role "attacker"\.$/, "$name: saying why") if $who == $admin;
	}
	is(victims(), '', "$name: and runs nothing");
	perform($attacker, "CALL adpipe.refresh('evil.copy', '2026-11-10')");
	is(answer($attacker, "SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'succeeded', "$name: its owner refreshes it") unless $name eq 'rule instead';
	perform($attacker, $disarm);
	$sim->restate(++$restated);
	perform($attacker, "CALL adpipe.refresh('evil.copy', '2026-11-10')");
}
perform($deputy, "CALL adpipe.refresh('evil.copy')");

# Row-level security that holds for those who have the owner's rights.
perform($attacker, 'ALTER TABLE evil.copy ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', 'CREATE POLICY p ON evil.copy USING (evil.spy(clicks))');
for my $who ($deputy, $admin)
{
	$sim->restate(++$restated);
	my $error = problem($who, "CALL adpipe.refresh('evil.copy', '2026-11-10')");
	is($error->{sqlstate}, $who == $deputy ? '42501' : '', 'policy: a refresh by a role for which it ' . ($who == $deputy ? 'holds is refused' : 'does not hold goes on'));
}
is(victims(), '', 'policy: and runs for nobody');
perform($attacker, 'DROP POLICY p ON evil.copy', 'ALTER TABLE evil.copy DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY');

# Types: of source and copy alike, so that their columns agree.
perform($attacker,
  q{CREATE FOREIGN TABLE evil.source (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
	clicks evil.count OPTIONS (field 'metrics.clicks'), impressions bigint OPTIONS (field 'metrics.impressions')) SERVER google OPTIONS (resource 'campaign')},
  'GRANT SELECT ON evil.source TO PUBLIC',
  "SELECT adpipe.materialize('evil.source', 'evil.typed', '2026-11-10')",
  "CALL adpipe.refresh('evil.typed')");
my $refused = problem($loader, "SELECT adpipe.materialize('evil.source', 'ads.typed', '2026-11-10')");
is($refused->{sqlstate}, '42501', 'types of its own: a copy of such a source is refused');
perform($attacker,
  'ALTER DOMAIN evil.count ADD CHECK (evil.spy(VALUE))');
is(answer($attacker, "SELECT count(*) > 0 FROM evil.typed"), 't', 'types of its own: the owner refreshes it');
is(problem($_, "CALL adpipe.refresh('evil.typed', '2026-11-10')")->{sqlstate}, '42501', 'types of its own: a refresh by another role is refused') for $admin, $deputy;
is(victims(), '', 'types of its own: nothing runs');
# Where it was made all the same, its refresh is what the owner of the type waits for.
perform($loader, "CALL adpipe.refresh('ads.typed', '2026-11-10')") if $refused->{sqlstate} eq '';
is(victims(), '', 'types of its own: nor by a copy of the loader');

# A source that changes after somebody copied it.
perform($attacker, 'ALTER FOREIGN TABLE evil.source ALTER clicks TYPE bigint');
perform($loader, "SELECT adpipe.materialize('evil.source', 'ads.theirs', '2026-11-10')", "CALL adpipe.refresh('ads.theirs')");
is(answer($loader, "SELECT count(*) > 0 FROM ads.theirs"), 't', "source of another role: a plain one is copied");
my %change = (
	'a domain' => 'ALTER FOREIGN TABLE evil.source ALTER clicks TYPE evil.count',
	'children' => 'ALTER FOREIGN TABLE evil.source ALTER clicks TYPE bigint; CREATE TABLE evil.child (CHECK (evil.spy(1)), CHECK (evil.spy(clicks))) INHERITS (evil.source)');
for my $what (sort keys %change)
{
	perform($attacker, $change{$what});
	perform($loader, "CALL adpipe.refresh('ads.theirs', '2026-11-10')");
	is(victims(), '', "source of another role: what its owner makes of it later does not run: $what");
	is(answer($loader, "SELECT status FROM adpipe.runs WHERE target = 'ads.theirs'::regclass ORDER BY run_id DESC LIMIT 1"), 'failed', "source of another role: the refresh fails: $what");
	like(answer($loader, "SELECT problem FROM adpipe.health WHERE target = 'ads.theirs'::regclass"), qr/^the refresh fails: table "evil\.source" would run code of another role\. It is .*/m, "source of another role: and health says why: $what");
}
perform($attacker, 'DROP TABLE evil.child');
perform($loader, "CALL adpipe.refresh('ads.theirs', '2026-11-10')");
is(answer($loader, "SELECT status FROM adpipe.runs WHERE target = 'ads.theirs'::regclass ORDER BY run_id DESC LIMIT 1"), 'succeeded', 'source of another role: until it is plain again');
# A role that lost the right to read a source gets none of it by another's refresh.
perform($attacker, 'REVOKE SELECT ON evil.source FROM PUBLIC');
perform($admin, "CALL adpipe.refresh('ads.theirs', '2026-11-10')");
like(answer($loader, "SELECT error FROM adpipe.runs WHERE target = 'ads.theirs'::regclass ORDER BY run_id DESC LIMIT 1"), qr/role "loader", which owns the copy, may not read evil\.source/, 'source of another role: a superuser fetches nothing for a role that may not read it');

# A partition that another role brought along.
perform($admin, "CREATE TABLE ads.far (LIKE ads.campaign); ALTER TABLE ads.campaign ATTACH PARTITION ads.far FOR VALUES FROM ('2026-10-01') TO ('2026-11-01'); ALTER TABLE ads.far OWNER TO attacker; GRANT USAGE, CREATE ON SCHEMA ads TO attacker");
perform($attacker, 'CREATE INDEX ON ads.far ((evil.spy(1)))');
is(problem($loader, "CALL adpipe.refresh('ads.campaign', '2026-10-25')")->{sqlstate}, '42501', 'a partition of another role: its owner refuses as well');
is(victims(), '', 'a partition of another role: and runs nothing');
perform($admin, 'DROP TABLE IF EXISTS ads.far');
perform($loader, "CALL adpipe.refresh('ads.campaign')");

# What its owner hangs onto a copy while the platform answers.
$sim->restate(++$restated);
$sim->faults([ { match => { query => 'FROM campaign WHERE segments' }, times => 2, action => { gate => 2, gate_ms => 600_000 } } ]);
$admin->send("CALL adpipe.refresh('evil.copy', '2026-11-10')");
poll_until(sub { grep { $_->{applied} } @{ $sim->control('GET', '/_control/faults') } });
perform($attacker, 'CREATE TRIGGER t AFTER INSERT ON evil.copy EXECUTE FUNCTION evil.spy()',
	# The second request opens the gate.
	"SELECT count(*) FROM evil.source WHERE date_day = '2026-11-15'");
$admin->wait;
$sim->faults([]);
is(victims(), '', 'what its owner adds while the platform answers runs nothing');
perform($attacker, 'DROP TRIGGER t ON evil.copy');

# While a copy of another role is written, nobody hangs anything onto it.
perform($admin, 'BEGIN');
answer($admin, "SELECT $act_for('evil.copy'), adpipe_internal.require_trust('evil.copy', true)");
for my $late ("CREATE TABLE evil.late (LIKE evil.copy); ALTER TABLE evil.copy ATTACH PARTITION evil.late FOR VALUES FROM ('2001-01-01') TO ('2001-02-01')",
	'CREATE INDEX late_index ON evil.copy ((evil.spy(1)))', 'CREATE TRIGGER late AFTER INSERT ON evil.copy EXECUTE FUNCTION evil.spy()', "CREATE TRIGGER later AFTER INSERT ON $part EXECUTE FUNCTION evil.spy()")
{
	is(problem($attacker, "SET lock_timeout = '200ms'; $late")->{sqlstate}, '55P03', "what its owner adds while it is written has to wait: $late");
	perform($attacker, 'DROP TABLE IF EXISTS evil.late');
}
perform($admin, 'ROLLBACK');
perform($attacker, 'DROP INDEX IF EXISTS evil.late_index', 'DROP TRIGGER IF EXISTS late ON evil.copy', "DROP TRIGGER IF EXISTS later ON $part");
victims();    # not to be counted again below

# 3. Reports over many owners' copies: evil.total has fewer dimensions than anybody
# else's copy of the account, and is preferred for that.
appsflyer_server($node, $sim, role => 'loader', options => { app_id => 'com.pacifictrail.app' });
perform($attacker,
  q{CREATE FOREIGN TABLE evil.customer (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
	clicks bigint OPTIONS (field 'metrics.clicks'), conversions numeric OPTIONS (field 'metrics.conversions'), spend numeric OPTIONS (field 'metrics.cost_micros')) SERVER google OPTIONS (resource 'customer')},
  "SELECT adpipe.materialize('evil.customer', 'evil.total', '2026-11-10')",
  "CALL adpipe.refresh('evil.total')",
  "CREATE TYPE evil.c AS (x numeric)",
  "CREATE FUNCTION evil.number(evil.c) RETURNS numeric LANGUAGE plpgsql AS \$\$ BEGIN PERFORM evil.note(); RETURN (\$1).x; END \$\$",
  'CREATE CAST (evil.c AS numeric) WITH FUNCTION evil.number(evil.c) AS IMPLICIT');
for my $copy ('evil.copy', 'evil.total')
{
	perform($attacker, "GRANT SELECT ON $copy TO PUBLIC");
	is(answer($admin, "SELECT count(*) > 0 FROM $copy"), 't', "$copy: has rows");
	is(answer($admin, "SELECT count(*) > 0 FROM adpipe.compared_targets WHERE target = '$copy'::regclass"), 't', "$copy: discrepancy reads the copies that a superuser may read");
	perform($attacker, "CREATE INDEX i ON $copy ((evil.spy(1)))");
	perform($admin, 'SELECT count(*) FROM adpipe.discrepancy');
	is(victims(), '', "$copy: an expression in an index does not run as the reader of discrepancy");
	perform($attacker, 'DROP INDEX evil.i', map { "ALTER TABLE $copy ALTER COLUMN $_ TYPE evil.c USING ROW($_)::evil.c" } qw(clicks conversions));
	perform($admin, 'SELECT count(*) FROM adpipe.discrepancy');
	is(victims(), '', "$copy: nor does a cast");
	is(problem($admin, "SELECT * FROM adpipe.daily_report('$copy')")->{sqlstate}, '42501', "$copy: nor in a report that is asked for");
	is(victims(), '', "$copy: which is refused");
	is(answer($admin, "SELECT adpipe_internal.copy_totals('$copy', false, ARRAY['$account'], '2026-11-18', '2026-11-19') IS NOT NULL"), 't', "$copy: what is read of a copy is read with the rights of its owner");
	is(victims(), '', "$copy: so that its code has no others");
}
is(problem($loader, "SELECT adpipe_internal.copy_totals('su.campaign', false, ARRAY['$account'], '2026-11-18', '2026-11-19')")->{sqlstate}, '42501', 'by whom may read it');

# The attacker's budgets are no plan of another's campaigns.
perform($loader, "IMPORT FOREIGN SCHEMA reports LIMIT TO (budgets) FROM SERVER google INTO own");
perform($admin, 'GRANT SELECT ON own.budgets, own.campaigns TO attacker');
perform($attacker, "SELECT adpipe.materialize('own.campaigns', 'evil.campaigns'), adpipe.materialize('own.budgets', 'evil.budgets')",
  "CALL adpipe.refresh('evil.campaigns')", "CALL adpipe.refresh('evil.budgets')", 'UPDATE evil.budgets SET amount = 1', 'GRANT SELECT ON evil.campaigns, evil.budgets TO PUBLIC');
is(answer($admin, "SELECT count(*) FROM $report_plans('ads.campaign')"), '0', "another role's budgets are nobody's plan");
perform($loader, "SELECT adpipe.materialize('own.campaigns', 'ads.campaigns'), adpipe.materialize('own.budgets', 'ads.budgets')", "CALL adpipe.refresh('ads.campaigns')", "CALL adpipe.refresh('ads.budgets')");
is(answer($admin, "SELECT count(*) > 0 AND min(plan) > 1 FROM $report_plans('ads.campaign')"), 't', "the owner's are");

done_testing();
