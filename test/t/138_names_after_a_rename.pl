# After a rename a copy has two names under one id: each day has the one of the day
# of reading.  adpipe.current_view() gives all days the latest.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '1234567890,2345678901' });
at('2026-11-20T12:00:00Z');
run(<<'END');
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-01');
SELECT adpipe.materialize('google.campaigns', 'ads.campaigns');
END
run("CALL adpipe.refresh('ads.campaign', '2026-11-01', '2026-11-18')");
run("CALL adpipe.refresh('ads.campaigns')");
is(run("SELECT adpipe.current_view('ads.campaign')"), 'ads.campaign_current', 'a view beside the copy');

# A name to each id, whatever the day.
my $names = "SELECT count(*) FROM (SELECT FROM %s GROUP BY account_id, campaign_id HAVING count(DISTINCT campaign_name) > 1) x";
is(run(sprintf $names, 'ads.campaign'), '0', 'before: one name for each id');

# Renamed; the last days are read again, then one from before.
$sim->restate(1);
at('2026-11-20T14:00:00Z');
run("CALL adpipe.refresh('ads.campaign', '2026-11-15', '2026-11-18')");
run("CALL adpipe.refresh('ads.campaigns')");
cmp_ok(run(sprintf $names, 'ads.campaign'), '>', 0, 'after: the copy has two names under an id');
is(run(sprintf $names, 'ads.campaign_current'), '0', 'the view has one');
my $live = 'SELECT DISTINCT account_id, campaign_id, campaign_name FROM %s WHERE date_day BETWEEN %s ORDER BY 1, 2';
is(run(sprintf $live, 'ads.campaign_current', "'2026-11-15' AND '2026-11-18'"), run(sprintf $live, 'google.campaign_daily', "'2026-11-15' AND '2026-11-18'"), 'which is that of the platform');
my $renamed = run("SELECT campaign_id FROM ads.campaign WHERE account_id = '1234567890' GROUP BY 1 HAVING count(DISTINCT campaign_name) > 1 AND min(date_day) < '2026-11-10' AND max(date_day) >= '2026-11-15' ORDER BY 1 LIMIT 1");
isnt($renamed, '', 'a campaign that was renamed');
is(run("SELECT count(DISTINCT campaign_name) FROM ads.campaign_current WHERE campaign_id = '$renamed' AND date_day < '2026-11-15'"), '1', 'on the days before as well');
is(run('SELECT count(*), sum(clicks), sum(spend), max(_fetched_at) FROM ads.campaign_current'),
	run('SELECT count(*), sum(clicks), sum(spend), max(_fetched_at) FROM ads.campaign'), 'all else is as in the copy');
is(run("SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'ads.campaign_current'::regclass"),
	run("SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'ads.campaign'::regclass AND attnum > 0"), 'with its columns');

# What was stored last decides, not the latest day: a campaign that has ended is
# read again for an old day only.
$sim->restate(2);
at('2026-11-20T16:00:00Z');
run("CALL adpipe.refresh('ads.campaign', '2026-11-05', '2026-11-05')");
is(run("SELECT DISTINCT account_id, campaign_id, v.campaign_name FROM ads.campaign_current v JOIN ads.campaign t USING (account_id, campaign_id, date_day) WHERE date_day = '2026-11-05' ORDER BY 1, 2"),
	run("SELECT account_id, campaign_id, campaign_name FROM google.campaign_daily WHERE date_day = '2026-11-05' ORDER BY 1, 2"), 'an old day that was read last has the latest name');
is(run(sprintf $names, 'ads.campaign_current'), '0', 'and gives it to all days');

# Lists of entities.
is(run("SELECT adpipe.current_view('ads.campaigns')"), 'ads.campaigns_current', 'a list of entities');
cmp_ok(run(sprintf $names, 'ads.campaigns'), '>', 0, 'has two names under an id');
is(run(sprintf $names, 'ads.campaigns_current'), '0', 'its view has one');

# Rows without an id or a name keep what they have; ids of one account are not
# another's.
run(<<'END');
INSERT INTO ads.campaign (account_id, account_name, date_day, currency, campaign_id, campaign_name, _fetched_at) VALUES
  ('1234567890', 'Hanbit', '2026-11-02', 'KRW', NULL, 'none', '2026-11-20'), ('1234567890', 'Hanbit', '2026-11-02', 'KRW', '1', NULL, '2026-11-20'),
  ('1234567890', 'Hanbit', '2026-11-02', 'KRW', '2', 'a', '2026-11-20'), ('1234567890', 'Hanbit', '2026-11-03', 'KRW', '2', NULL, '2026-11-21'),
  ('2345678901', 'Pacific', '2026-11-03', 'USD', '2', 'b', '2026-11-21');
END
is(run("SELECT account_id, date_day, campaign_id, campaign_name FROM ads.campaign_current WHERE coalesce(campaign_id, '') IN ('', '1', '2') ORDER BY 1, 2, 3"),
	"1234567890|2026-11-02|1|\n1234567890|2026-11-02|2|a\n1234567890|2026-11-02||none\n1234567890|2026-11-03|2|a\n2345678901|2026-11-03|2|b", 'missing ids and names');

# Who may not read the copy does not read it through the view, and its policies hold.
$node->safe_psql('postgres', <<'END');
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA ads TO reader;
GRANT SELECT ON ads.campaign_current TO reader;
END
my $reader = session($node, user => 'reader');
is($reader->query_error('SELECT count(*) FROM ads.campaign_current')->{sqlstate}, '42501', 'a reader of the view alone reads nothing');
$node->safe_psql('postgres', <<'END');
GRANT SELECT ON ads.campaign TO reader;
ALTER TABLE ads.campaign ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_account ON ads.campaign FOR SELECT TO reader USING (account_id = '2345678901');
END
is($reader->query('SELECT DISTINCT account_id FROM ads.campaign_current'), '2345678901', 'policies of the copy hold in the view');

# Misuse.
is($reader->query_error("SELECT adpipe.current_view('ads.campaign')")->{sqlstate}, '42501', 'only the owner makes one');
my (undef, $message) = run("\\set ON_ERROR_STOP 0\n\\set VERBOSITY verbose\nSELECT adpipe.current_view('google.campaign_daily'); SELECT adpipe.current_view('ads.campaign')");
like($message, qr/42704: table "google\.campaign_daily" is no target/, 'no target');
like($message, qr/42P07: /, 'made twice');
like(run("SELECT col_description('ads.campaign_current'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'ads.campaign_current'::regclass AND attname = 'campaign_name'"), qr/latest row of its campaign_id/, 'the column says which name it has');
is(run("SELECT count(*) FROM pg_attribute a WHERE attrelid = 'ads.campaign_current'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL"), '0', 'every column has a comment');

done_testing();
