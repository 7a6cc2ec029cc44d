# Loops around a refresh: it commits, and leaves the settings of its caller and
# what the caller reads under them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => '2345678901,3456789012' });
at('2026-11-20T12:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')");
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign_too', '2026-11-15')");
run("SELECT adpipe.materialize('google.campaigns', 'ads.list')");
run('CALL adpipe.refresh_all()');

# A loop whose condition depends on the caller's settings.
my $count = "SELECT string_agg(target || ' ' || n, ', ' ORDER BY target COLLATE \"C\") FROM (SELECT target::text, count(*) AS n FROM adpipe.runs WHERE run_id > %s GROUP BY 1) r";
my $caller = session($node, user => 'loader');
$caller->query("SET search_path = ads, public; SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Asia/Seoul'; SET default_transaction_isolation = 'repeatable read'");
my $settings = "SELECT current_setting('search_path'), current_setting('DateStyle'), current_setting('TimeZone'), current_setting('transaction_isolation')";
my $were = $caller->query($settings);
my $last = run('SELECT max(run_id) FROM adpipe.runs');
$caller->query(<<'SQL');
DO $$
DECLARE
    copy regclass;
BEGIN
    FOR copy IN SELECT target FROM adpipe.targets WHERE target::text LIKE 'campaign%' ORDER BY target::text LOOP
        CALL adpipe.refresh(copy);
        IF current_setting('search_path') <> 'ads, public' OR current_setting('TimeZone') <> 'Asia/Seoul' OR copy::text !~ '^campaign' THEN
            RAISE EXCEPTION 'search_path is %, TimeZone %', current_setting('search_path'), current_setting('TimeZone');
        END IF;
    END LOOP;
END
$$
SQL
is(run(sprintf $count, $last), 'ads.campaign 1, ads.campaign_too 1', 'a loop over targets by the names that the caller sees: each is refreshed');
is($caller->query($settings), $were, 'and the settings are the caller\'s');
$last = run('SELECT max(run_id) FROM adpipe.runs');
$caller->query("SELECT format('CALL adpipe.refresh(%L)', target) FROM adpipe.targets WHERE target::text LIKE 'campaign%' ORDER BY 1 \\gexec");
is(run(sprintf $count, $last), 'ads.campaign 1, ads.campaign_too 1', 'psql\'s loop: each is refreshed');
is($caller->query($settings), $were, 'the settings are the caller\'s');
$caller->query(<<'SQL');
DO $$
BEGIN
    FOR n IN 1 .. 2 LOOP
        CALL adpipe.refresh_all();
        IF current_setting('search_path') <> 'ads, public' OR current_setting('transaction_isolation') <> 'repeatable read' THEN
            RAISE EXCEPTION 'search_path is %, isolation %', current_setting('search_path'), current_setting('transaction_isolation');
        END IF;
    END LOOP;
END
$$
SQL
is($caller->query($settings), $were, 'refresh_all(), with and without something due: the settings are the caller\'s');
$caller->query_error("CALL adpipe.refresh('campaign', '2026-11-12', '2026-11-10')");
is($caller->query($settings), $were, 'an error: the settings are the caller\'s');
$caller->query("BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT target::text FROM adpipe.targets ORDER BY 1; COMMIT");
$caller->query("CALL adpipe.refresh('campaign_too')");
is($caller->query('FETCH ALL FROM c'), "campaign\ncampaign_too\nlist", 'a cursor of the caller\'s keeps its names');

done_testing();
