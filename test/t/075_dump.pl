# A database with local copies is dumped, restored into a new cluster, and
# refreshed: nothing is fetched twice, nothing is lost.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse;
use PostgreSQL::Test::Utils;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($since, $until) = ('2026-10-25', '2026-11-21');
my $accounts = '1234567890,3456789012';
my $conf = "adpipe.debug_now = '$now'";
my $old = adpipe_cluster(conf => $conf);
my $new = adpipe_cluster(conf => $conf, extension => 0);
my $sim = simulator();
$sim->clock($now);
loader($old, $sim, options => { customer_id => $accounts });
$old->safe_psql('postgres', 'CREATE ROLE reader LOGIN');
my $loader = session($old, user => 'loader');
$loader->query(<<"END");
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$since');
SELECT adpipe.materialize('google.campaigns', 'ads.campaigns');
SELECT adpipe.live_view('ads.campaign');
GRANT SELECT ON ads.campaign TO reader;
INSERT INTO adpipe.media_sources VALUES ('snapchat_int', 'snapchat_ads'), ('googleadwords_int', 'youtube');
INSERT INTO adpipe.advertisers VALUES ('google_ads', '1234567890', 'Hanbit');
CALL adpipe.refresh_all();
END
my $watched = 'SELECT (SELECT count(*) FROM adpipe.settings_ledger), (SELECT count(*) FROM adpipe.signal_ledger)';
my $ledgers = $old->safe_psql('postgres', $watched);
like($ledgers, qr/^[1-9]\d+\|[1-9]\d+$/, 'settings and signals are known');

# What must be the same afterwards.
my @same = (
	'SELECT * FROM adpipe.targets ORDER BY target::text',
	'SELECT * FROM adpipe.slices ORDER BY 1, 2, 3',
	'SELECT * FROM adpipe.runs ORDER BY 1',
	'SELECT * FROM adpipe.coverage ORDER BY 1, 2, 3',
	'SELECT * FROM adpipe.freshness ORDER BY 1, 2',
	'SELECT * FROM adpipe.media_sources ORDER BY 1, 2, 3',
	'SELECT * FROM adpipe.advertisers ORDER BY 1, 2',
	'SELECT * FROM ads.campaign ORDER BY account_id, date_day, campaign_id',
	'SELECT * FROM ads.campaigns ORDER BY account_id, campaign_id',
	"SELECT count(*), sum(spend) FROM ads.campaign_live WHERE date_day BETWEEN '$since' AND '2026-11-19'");
my @before = map { $loader->query($_) } @same;
undef $loader;

# Claims are not part of it.
$old->safe_psql('postgres', "INSERT INTO adpipe.claim_ledger VALUES ('ads.campaign', '1', '$since', '$until', 1, 1, now(), now(), now())");
my $dump = PostgreSQL::Test::Utils::tempdir() . '/all.sql';
$old->command_ok([ 'pg_dumpall', '-f', $dump, '-d', $old->connstr('postgres') ], 'dumped');
is(scalar @{ $sim->control('GET', '/_control/requests?since=' . $sim->requests->[-1]{seq}) }, 0, 'which sends nothing');
my $ran = run_log([ 'psql', '-X', '-q', '-d', $new->connstr('postgres'), '-f', $dump ]);
ok($ran, 'restored');
is($new->safe_psql('postgres', 'SELECT count(*) FROM adpipe.claim_ledger'), '0', 'claims are not restored');
is($new->safe_psql('postgres', $watched), $ledgers, 'settings and signals are');

$loader = session($new, user => 'loader');
is($loader->query($same[$_]), $before[$_], "the same after the restore: $same[$_]") for 0 .. $#same;
my $last = $sim->requests->[-1]{seq};
$loader->query('CALL adpipe.refresh_all()');
is(scalar @{ $sim->control('GET', "/_control/requests?since=$last") }, 0, 'refresh_all: nothing is fetched twice');
$loader->query("CALL adpipe.refresh('ads.campaign')");
is($loader->query("SELECT status, slices FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'succeeded|6', 'a refresh reads the last three days only, and runs are counted on');
is(world_difference($new, $sim, 'ads.campaign', $since, $until, $accounts), '0|0', 'equal to the world');
my $reader = session($new, user => 'reader');
is($reader->query('SELECT count(*) > 0 FROM adpipe.coverage'), 't', 'grants are there');
is($reader->query_error("CALL adpipe.refresh('ads.campaign')")->{sqlstate}, '42501', 'and those that are not are not');

# One database as a directory, by jobs side by side.
my $folder = PostgreSQL::Test::Utils::tempdir() . '/one';
$new->command_ok([ 'pg_dump', '-Fd', '-j2', '-f', $folder, '-d', $new->connstr('postgres') ], 'dumped as a directory');
$new->safe_psql('postgres', 'CREATE DATABASE one TEMPLATE template0');
$new->command_ok([ 'pg_restore', '-j2', '-e', '-d', $new->connstr('one'), $folder ], 'restored without an error');
is($new->safe_psql('one', $_), $new->safe_psql('postgres', $_), "the same: $_")
  for $same[1], "SELECT relname, relowner::regrole FROM pg_class WHERE relnamespace = 'ads'::regnamespace ORDER BY 1",
  "SELECT evtname, evtenabled FROM pg_event_trigger ORDER BY 1", "SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'guard' ORDER BY 1";

done_testing();
