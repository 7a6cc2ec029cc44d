# A release that knows more columns: imported tables and their copies get them in one
# call, which alters nothing else, counts as no change by hand, and leaves no doubt
# about which NULL is the platform's.  Columns dropped before the import stand for
# those that an older release did not have.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my ($seoul, $auckland) = ('1234567890', '3456789012');
my $accounts = "$seoul,$auckland";
my $since = '2026-10-15';
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts });
$node->safe_psql('postgres', <<'END');
ALTER FOREIGN TABLE google.campaign_daily DROP COLUMN conversions_value, DROP COLUMN channel_type;
ALTER FOREIGN TABLE google.campaigns DROP COLUMN channel_type;
ALTER FOREIGN TABLE google.campaign_device_daily DROP COLUMN device;
ALTER FOREIGN TABLE google.account_daily ALTER COLUMN spend TYPE double precision;
ALTER FOREIGN TABLE google.ad_daily ALTER COLUMN clicks OPTIONS (SET field 'metrics.interactions');
ALTER FOREIGN TABLE google.keyword_daily RENAME COLUMN clicks TO taps;
ALTER FOREIGN TABLE google.geo_daily RENAME TO places;
CREATE FOREIGN TABLE google.mine (account_id text OPTIONS (field 'customer.id'), n bigint OPTIONS (field 'metrics.clicks')) SERVER google OPTIONS (resource 'customer');
DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'google'::regnamespace LOOP EXECUTE format('ALTER FOREIGN TABLE %s OWNER TO loader', t); END LOOP; END $$;
END

at('2026-11-20T12:00:00Z');
run(<<"END");
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since');
SELECT adpipe.materialize('google.campaigns', 'ads.campaigns');
CALL adpipe.refresh_all();
END
my $columns = "SELECT string_agg(attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull, ',' ORDER BY attrelid::regclass::text, attname) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace IN ('google'::regnamespace, 'ads'::regnamespace, 'adpipe_parts'::regnamespace) AND relkind IN ('r', 'p', 'f') AND attnum > 0 AND NOT attisdropped";
my $before = run($columns);
my $rows = run("SELECT count(*), sum(clicks) FROM ads.campaign");

# What would be done, and what cannot be.
at('2026-11-20T13:00:00Z');
my $last = $sim->requests->[-1]{seq};
my $plan = run("SELECT adpipe.upgrade_tables('google', dry_run => true)");
is(run($columns), $before, 'dry_run alters nothing');
my @expected = (
	'google.account_daily: column "spend" left alone: it is of type double precision, in this release numeric',
	'google.ad_daily: column "clicks" left alone: it has field metrics.interactions, in this release metrics.clicks',
	'google.campaign_daily: column "channel_type" text added',
	'ads.campaign: column "channel_type" text added; NULL in stored days until they are read again: CALL adpipe.refresh(\'ads.campaign\', \'2026-10-15\');',
	'google.campaign_daily: column "conversions_value" numeric added',
	'ads.campaign: column "conversions_value" numeric added; NULL in stored days until they are read again: CALL adpipe.refresh(\'ads.campaign\', \'2026-10-15\');',
	'google.campaign_device_daily: column "device" left alone: it splits rows, so each stored row would mean something else',
	'google.campaigns: column "channel_type" text added',
	'ads.campaigns: column "channel_type" text added; the next refresh fills it',
	'google.mine: left alone: its name and options are not those of a report of this release',
	'google.places: left alone: its name and options are not those of a report of this release');
is($plan, join("\n", map { s/ added/ to be added/r } @expected), 'and says what it would do');
is(run("SELECT adpipe.upgrade_tables('google')"), join("\n", @expected), 'each column is added to a table and its copies, nothing else is altered');
is(scalar @{ $sim->control('GET', "/_control/requests?since=$last") }, 0, 'which sends nothing');
my %had = map { $_ => 1 } split /,/, $before;
my @new = grep { !delete $had{$_} } split /,/, run($columns);
is(join(' ', sort keys %had), '', 'no column is dropped or retyped');
is(join(' ', grep { !/ false$/ } @new), '', 'new ones can be NULL');
is(run("SELECT count(*) FROM pg_attribute a WHERE attname = 'conversions_value' AND attrelid IN ('google.campaign_daily'::regclass, 'ads.campaign'::regclass) AND col_description(attrelid, attnum) ~ '.'"), '2', 'and have comments');
like(run("SELECT adpipe.upgrade_tables('google')"), qr/^(google\.\w+: .*left alone: .*\n?){5}$/, 'a second call finds nothing to do');

# No change by hand, and no value: the days stay complete, and health says what is
# NULL, until they are read again on request.
is(run("SELECT count(*), sum(clicks) FROM ads.campaign"), $rows, 'the rows are as before');
is(run("SELECT adpipe.require_complete('ads.campaign', '$since', '2026-11-19')"), '', 'the guard lets them pass');
is(run("SELECT count(*) FROM adpipe.coverage WHERE state = 'changed'"), '0', 'no day counts as changed by hand');
is(run("SELECT severity, problem, action FROM adpipe.health ORDER BY problem LIMIT 1"),
	"info|column \"channel_type\" is NULL in the rows of 38 days, from $since to 2026-11-21, that were read before it was added|CALL adpipe.refresh('ads.campaign', '$since', '2026-11-21'); reads them again.", 'health names the days whose NULL is not the platform\'s');
is(run("SELECT count(*) FROM adpipe_internal.target_of('ads.campaign') t WHERE t.source_changed_at IS NULL"), '1', 'no refresh is stopped');
at('2026-11-20T13:40:00Z');
run("CALL adpipe.refresh_all(); CALL adpipe.refresh('ads.campaign')");
is(run("SELECT status FROM adpipe.runs WHERE target = 'ads.campaign'::regclass ORDER BY run_id DESC LIMIT 1"), 'succeeded', 'a refresh goes on');
is(run("SELECT min(date_day) FROM ads.campaign WHERE conversions_value IS NOT NULL"), '2026-11-18', 'and fills the days that it reads anyway');
like(run("SELECT problem FROM adpipe.health WHERE problem ~ 'conversions_value'"), qr/NULL in the rows of 35 days, from $since to 2026-11-18,/, 'health names the others');
run("CALL adpipe.refresh('ads.campaigns')");
is(run("SELECT count(*) > 0, count(channel_type) = count(*) FROM (SELECT *, max(_last_seen) OVER () AS newest FROM ads.campaigns) c WHERE _deleted_at IS NULL AND _last_seen >= newest"), 't|t', 'a list is filled by its next refresh');
run(run("SELECT regexp_replace(action, ' reads .*', '') FROM adpipe.health WHERE problem ~ 'conversions_value'"));
is(run("SELECT problem FROM adpipe.health"), '', 'once they are read, all is well');
is(world_difference($node, $sim, 'ads.campaign', $since, '2026-11-20', $accounts), '0|0', 'and the copy equals the world, with the new column');
is(run("SELECT adpipe.require_complete('ads.campaign', '$since', '2026-11-19')"), '', 'the guard still lets it pass');

# read_again: without a further word.
$node->safe_psql('postgres', 'SET ROLE loader; ALTER FOREIGN TABLE google.campaign_daily DROP COLUMN conversions; ALTER TABLE ads.campaign DROP COLUMN conversions');
at('2026-11-20T15:00:00Z');
like(run("SELECT adpipe.upgrade_tables('google', read_again => true)"), qr/^ads\.campaign: column "conversions" numeric added; refreshes read the stored days again/m, 'read_again is said');
at('2026-11-20T15:01:00Z');
run('CALL adpipe.refresh_all()');
is(world_difference($node, $sim, 'ads.campaign', $since, '2026-11-20', $accounts), '0|0', 'read_again: the next refresh_all() reads the stored days');
is(run("SELECT problem FROM adpipe.health"), '', 'read_again: nothing is left to be filled');

# A dump keeps what is known of columns, a copy that is dropped takes it along.
is($node->safe_psql('postgres', "SELECT 'adpipe.column_ledger'::regclass = ANY (extconfig) FROM pg_extension WHERE extname = 'adpipe'"), 't', 'it is dumped');

# Copies and tables of others stop the table, and no refresh.
$node->safe_psql('postgres', <<'END');
CREATE ROLE tenant LOGIN;
SELECT adpipe.grant_loader('tenant');
CREATE SCHEMA own AUTHORIZATION tenant;
GRANT USAGE ON SCHEMA google TO tenant;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO tenant;
SET ROLE loader;
ALTER FOREIGN TABLE google.campaign_daily DROP COLUMN all_conversions;
ALTER TABLE ads.campaign DROP COLUMN all_conversions;
SET ROLE tenant;
SELECT adpipe.materialize('google.campaign_daily', 'own.campaign', '2026-11-10');
END
$before = run($columns);
like(run("SELECT adpipe.upgrade_tables('google')"), qr/^google\.campaign_daily: column "all_conversions" left alone: role "tenant" has a copy of the table$/m, 'a copy of another role: its table is left alone');
is(run($columns), $before, 'and so is the role\'s own copy');
my @tenant = (extra_params => [ '-U', 'tenant' ]);
my ($status, $said) = $node->psql('postgres', "SELECT adpipe.upgrade_tables('google')", @tenant);
like($said, qr/^google\.campaign_daily: column "all_conversions" left alone: the table belongs to role "loader"$/m, 'a table of another role is left alone');
unlike($said, qr/added/, 'all of them');
like($node->safe_psql('postgres', "SELECT adpipe.upgrade_tables('google')"), qr/^google\.campaign_daily: column "all_conversions" numeric added\nads\.campaign: .* added.*\nown\.campaign: column "all_conversions" numeric added/m, 'a superuser upgrades all of them together');
is($node->safe_psql('postgres', "SELECT string_agg(DISTINCT relowner::regrole::text, ' ') FROM pg_class WHERE oid = 'own.campaign'::regclass"), 'tenant', 'whose they stay');

# A column that a copy has already, of another type; a table that is a partition.
$node->safe_psql('postgres', 'DROP TABLE own.campaign; ALTER FOREIGN TABLE google.campaign_daily DROP COLUMN all_conversions; ALTER TABLE ads.campaign ALTER all_conversions TYPE real');
like(run("SELECT adpipe.upgrade_tables('google')"), qr/column "all_conversions" left alone: copy ads\.campaign has such a column, of type real$/m, 'a copy with another column of the name');
$node->safe_psql('postgres', 'CREATE TABLE google.every (LIKE google.account_daily) PARTITION BY LIST (account_id); ALTER FOREIGN TABLE google.account_daily DROP COLUMN clicks; ALTER TABLE google.every DROP COLUMN clicks; ALTER TABLE google.every ATTACH PARTITION google.account_daily DEFAULT');
like(run("SELECT adpipe.upgrade_tables('google')"), qr/^google\.account_daily: column "clicks" left alone: the table is a partition, and has the columns of its parent$/m, 'a partition');

# Personal data come only to tables that have some; breakdowns make other tables.
appsflyer_server($node, $sim, schema => undef);
meta_server($node, $sim);
$node->safe_psql('postgres', <<'END');
CREATE SCHEMA flyer;
IMPORT FOREIGN SCHEMA reports LIMIT TO (installs) FROM SERVER flyer INTO flyer;
IMPORT FOREIGN SCHEMA reports LIMIT TO (in_app_events) FROM SERVER flyer INTO flyer OPTIONS (personal_data 'include');
ALTER FOREIGN TABLE flyer.in_app_events DROP COLUMN ip, DROP COLUMN event_value;
ALTER FOREIGN TABLE meta.campaign_age_gender_daily OPTIONS (SET breakdowns 'age');
END
is($node->safe_psql('postgres', "SELECT adpipe.upgrade_tables('flyer')"), "flyer.in_app_events: column \"event_value\" text added\nflyer.in_app_events: column \"ip\" text added", 'personal data come only to tables that have some');
is($node->safe_psql('postgres', "SELECT adpipe.upgrade_tables('meta')"), 'meta.campaign_age_gender_daily: left alone: its name and options are not those of a report of this release', 'other breakdowns make another table');
is($node->safe_psql('postgres', "SELECT count(*) FROM adpipe.upgrade_tables('public')"), '0', 'a schema without foreign tables');

# Altered while a refresh reads: what it fetched before is not taken for the new table.
$node->safe_psql('postgres', 'ALTER TABLE ads.campaign DROP COLUMN all_conversions; ALTER FOREIGN TABLE google.campaign_daily DROP COLUMN view_through_conversions; ALTER TABLE ads.campaign DROP COLUMN view_through_conversions');
at('2026-11-20T16:00:00Z');
$sim->faults([ { match => { account => $seoul, query => 'FROM campaign WHERE' }, times => 1, action => { delay_ms => 5000 } } ]);
$last = $sim->requests->[-1]{seq};
my $refresh = session($node, user => 'loader');
my $upgrade = session($node, user => 'loader');
$_->query("SET adpipe.debug_now = ''") for $refresh, $upgrade;
$refresh->send("CALL adpipe.refresh('ads.campaign', '2026-11-01', '2026-11-19')");
poll_until(sub { grep { ($_->{query} // '') =~ /FROM campaign WHERE/ } @{ $sim->control('GET', "/_control/requests?since=$last") } });
like($upgrade->query("SELECT adpipe.upgrade_tables('google')"), qr/^ads\.campaign: column "view_through_conversions" bigint added/m, 'during a refresh: added');
$refresh->wait;
like($refresh->messages, qr/ERROR:  55000: the columns of google\.campaign_daily changed during the refresh/, 'during a refresh: what it reads later has other columns, so it stores none of it');
my $unfilled = $upgrade->query("SELECT problem FROM adpipe.health WHERE problem ~ 'view_through'");
my $null = $upgrade->query("SELECT count(DISTINCT date_day) FROM ads.campaign WHERE view_through_conversions IS NULL");
like($unfilled, qr/NULL in the rows of $null days,/, 'during a refresh: what it fetched before is among the days to be read again');
$upgrade->query("CALL adpipe.refresh('ads.campaign', '$since')");
is($upgrade->query("SELECT count(*) FROM ads.campaign WHERE view_through_conversions IS NULL AND date_day < '2026-11-20'"), '0', 'during a refresh: the next one fills it');

done_testing();
