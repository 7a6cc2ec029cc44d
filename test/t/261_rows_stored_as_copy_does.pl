# Rows are written into a copy as COPY writes them, many at a time, where that
# differs from an INSERT in nothing but time.  Triggers, checks, defaults,
# generated columns, indexes and NOT NULL of a copy have their say as before.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my @days = ('2026-10-28', '2026-11-04');
my $accounts = '1234567890,2345678901';
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts, max_retries => 0 });
$node->safe_psql('postgres', "CREATE ROLE other LOGIN; SELECT adpipe.grant_loader('other'); CREATE SCHEMA log AUTHORIZATION loader");
at('2026-11-05T20:00:00Z');
my $session = session($node, user => 'loader');
$session->query($_) for "SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$days[0]')", 'CREATE TABLE log.calls (what text, rows bigint)';

# Restates the world and refreshes; returns the error, if any.
my $changes = 0;
sub refresh
{
	$sim->restate(++$changes);
	my (undef, $error) = $session->try("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
	return $error ? $error->{sqlstate} : '';
}

sub equal
{
	my ($name) = @_;
	return is(world_difference($node, $sim, 'ads.campaign', @days, $accounts), '0|0', $name);
}

# Rows that an index finds are those that are there.
sub indexed
{
	my ($condition, $name) = @_;
	my $query = "SELECT count(*) FROM ads.campaign WHERE $condition";
	my $found = run("SET enable_seqscan = off; $query");
	is($found, run("SET enable_indexscan = off; SET enable_bitmapscan = off; $query"), $name);
	return cmp_ok($found, '>', 0, "$name: there are some");
}

# Holds one row with some values of its own as an answer, and writes it by
# store_rows(); returns what that does.
sub store
{
	my ($session, $day, %values) = @_;
	my %row = (account_id => "'1'", date_day => "'$day'::date", %values);
	my $columns = $node->safe_psql('postgres', "SELECT string_agg(name || ' ' || type, '/' ORDER BY attnum) FROM adpipe_internal.source_columns('google.campaign_daily')");
	my $query = 'SELECT ' . join ', ', map { my ($name, $type) = split / /, $_, 2; ($row{$name} // "NULL::$type") . "::$type AS $name" } split m{/}, $columns;
	$session->query("SELECT count(*) FROM adpipe_internal.stage_answer(\$q\$$query\$q\$, '{1}', '2026-01-01', '2026-12-31', 'date_day', NULL, NULL)");
	my ($out, $error) = $session->try("BEGIN; SELECT adpipe_internal.store_rows('ads.campaign', (SELECT part FROM adpipe_internal.partitions('ads.campaign') WHERE since = '2026-11-01'), "
		  . "adpipe_internal.staged_answer(), '1', 'date_day', '{$day}', now())");
	$session->query('ROLLBACK');
	return $error ? "$error->{sqlstate}" : $out;
}

is(refresh(), '', 'first refresh, of two months');
equal('first refresh: equal to the world');
is(store($session, '2026-11-01'), 't', 'a plain copy is written as COPY does');
indexed("account_id = '1234567890' AND date_day = '2026-11-01'", 'the index of the copy');
is(run('SELECT count(DISTINCT _fetched_at), min(_fetched_at) = \'2026-11-05T20:00:00Z\' FROM ads.campaign'), '1|t', 'the time of the fetch');
is(refresh(), '', 'restated');
equal('restated: equal to the world');

subtest 'what the server checks' => sub {
	is(store($session, '2026-12-01'), '23514', 'a row of another month than the partition\'s');
	$session->query('ALTER TABLE ads.campaign ALTER campaign_id SET NOT NULL');
	is(store($session, '2026-11-01'), '23502', 'NULL in a column that takes none');
	is(store($session, '2026-11-01', campaign_id => "'7'"), 't', 'another value in it');
	$session->query('CREATE UNIQUE INDEX once ON ads.campaign (account_id, campaign_id, date_day)');
	is(refresh(), '', 'with a unique index');
	equal('with a unique index: equal to the world');
	my ($campaign) = $session->query("SELECT min(campaign_id) FROM ads.campaign WHERE account_id = '1234567890' AND date_day = '2026-11-01'");
	$session->query("UPDATE ads.campaign SET account_id = '1' WHERE account_id = '1234567890' AND date_day = '2026-11-01' AND campaign_id = '$campaign'");
	is(store($session, '2026-11-01', campaign_id => "'$campaign'"), '23505', 'a row that is there already');
	is(refresh(), '', 'a row that was changed by hand');
	$session->query("DROP INDEX ads.once; DELETE FROM ads.campaign WHERE account_id = '1'; CREATE INDEX upper ON ads.campaign (upper(campaign_name)) WHERE clicks > 0");
	is(refresh(), '', 'with an index of an expression');
	is(store($session, '2026-11-01', campaign_id => "'7'"), 't', 'that is written as COPY does');
	indexed("upper(campaign_name) >= '' AND clicks > 0", 'the index of the expression');
	$session->query('DROP INDEX ads.upper');
	$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA ads TO other; GRANT SELECT, INSERT ON ads.campaign TO other');
	is(store(session($node, user => 'other'), '2026-11-01', campaign_id => "'7'"), '42501', 'who does not own the copy');
};

# An index whose expression works on the rows while they are written.
for my $meddler ('adpipe_internal.drop_staged_rows()', "(SELECT count(*) FROM adpipe_internal.staged_rows(adpipe_internal.staged_answer(), '1', 'date_day', '{2026-11-01}', NULL::google.campaign_daily))",
	"(SELECT count(*) FROM adpipe_internal.stage_answer('SELECT ''1''::text AS account_id, DATE ''2026-11-01'' AS date_day', '{1}', '2026-11-01', '2026-11-01', 'date_day', NULL, NULL))")
{
	for my $case ([ 'true', '55006', 'refused' ], [ 'false', 't', 'caught: written' ])
	{
		my ($throws, $expected, $name) = @$case;
		$session->query("CREATE FUNCTION log.meddle(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS \$\$ BEGIN IF \$1 = '7' THEN PERFORM $meddler; END IF; RETURN \$1; "
			  . "EXCEPTION WHEN object_in_use THEN IF $throws THEN RAISE; END IF; RETURN \$1; END \$\$");
		$session->query('CREATE INDEX meddled ON ads.campaign (log.meddle(campaign_id))');
		is(store($session, '2026-11-01', campaign_id => "'7'"), $expected, "$meddler in an index: $name");
		is(store($session, '2026-11-01', campaign_id => "'8'"), 't', 'the next rows are written');
		$session->query('DROP FUNCTION log.meddle CASCADE');
	}
}

# What has its say, how it is taken away, and what is to be seen of it.
my $log = 'CREATE FUNCTION log.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log.calls VALUES (TG_ARGV[0], 1); RETURN NEW; END $$';
my $count = 'CREATE FUNCTION log.count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log.calls SELECT TG_ARGV[0], count(*) FROM new_rows; RETURN NULL; END $$';
$session->query($_) for $log, $count;
my $part = $session->query("SELECT part FROM adpipe_internal.partitions('ads.campaign') WHERE since = '2026-11-01'");
my $november = "SELECT count(*) FROM ads.campaign WHERE date_day >= '2026-11-01'";
for my $case (
	[ 'a statement trigger', "CREATE TRIGGER seen AFTER INSERT ON ads.campaign REFERENCING NEW TABLE AS new_rows EXECUTE FUNCTION log.count('seen')",
		'DROP TRIGGER seen ON ads.campaign', 'SELECT sum(rows) FROM log.calls', 'SELECT count(*) FROM ads.campaign' ],
	[ 'a row trigger', "CREATE TRIGGER seen BEFORE INSERT ON ads.campaign FOR EACH ROW EXECUTE FUNCTION log.note('seen')",
		'DROP TRIGGER seen ON ads.campaign', 'SELECT count(*) FROM log.calls', 'SELECT count(*) FROM ads.campaign' ],
	[ 'a row trigger of one partition', "CREATE TRIGGER seen AFTER INSERT ON $part FOR EACH ROW EXECUTE FUNCTION log.note('seen')",
		"DROP TRIGGER seen ON $part", 'SELECT count(*) FROM log.calls', $november ],
	[ 'a check', 'ALTER TABLE ads.campaign ADD CONSTRAINT sound CHECK (clicks >= 0)', 'ALTER TABLE ads.campaign DROP CONSTRAINT sound',
		'SELECT min(clicks) >= 0 FROM ads.campaign', "SELECT 't'" ])
{
	my ($name, $make, $drop, $found, $expected) = @$case;
	$session->query($make);
	is(store($session, '2026-11-01', campaign_id => "'7'"), 'f', "$name: not written as COPY does");
	$session->query('TRUNCATE log.calls');
	is(refresh(), '', "$name: refreshed");
	equal("$name: equal to the world");
	is($session->query($found), $session->query($expected), "$name: it saw each row");
	$session->query($drop);
}

# A copy with columns of its own is not refreshed at all; nor is it written so.
for my $column ("origin text DEFAULT 'here'", 'twice bigint GENERATED ALWAYS AS (2 * clicks) STORED', 'place bigint GENERATED BY DEFAULT AS IDENTITY')
{
	my ($name) = split / /, $column;
	next if $name eq 'place' && $session->query('SHOW server_version_num') < 170000;
	$session->query("ALTER TABLE ads.campaign ADD $column");
	is(store($session, '2026-11-01', campaign_id => "'7'"), 'f', "column $column: not written as COPY does");
	$session->query("ALTER TABLE ads.campaign DROP $name");
}
is(refresh(), '', 'without all that');
equal('without all that: equal to the world');
is(store($session, '2026-11-01', campaign_id => "'7'"), 't', 'written as COPY does');

# A check that the rows do not pass.
my $before = $session->query('SELECT count(*), sum(clicks) FROM ads.campaign');
$session->query('ALTER TABLE ads.campaign ADD CONSTRAINT sound CHECK (clicks < 0) NOT VALID');
is(refresh(), '23514', 'a check that no row passes: an error');
is($session->query('SELECT count(*), sum(clicks) FROM ads.campaign'), $before, 'and what was stored stays');

done_testing();
