# The log of Meta's ad accounts: whole days of UTC from their first moment to their
# last, page by page, without persons unless asked for, live and in a copy.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my ($since, $until) = ('2026-10-20', '2026-11-12');
my $days = "date_day BETWEEN '$since' AND '$until'";
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
meta_server($node, $sim);
my $session = session($node);

# All rows, much further back than the week that the platform answers with by itself.
same_rows($node, 'meta.activities', "WHERE $days", [ world_rows($node, $sim, 'meta.activities', $since, $until) ]);
like((grep { $_->{path} =~ /activities/ } @{ $sim->requests })[0]{query}, qr/since=2026-10-20T00:00:00\+0000&until=2026-11-12T23:59:59\+0000/, 'both ends are sent as moments');
is($session->query("SELECT count(*) FROM meta.activities WHERE $days AND (happened_at AT TIME ZONE 'UTC')::date <> date_day"), '0', 'days are those of UTC');
is($session->query("SELECT min((happened_at AT TIME ZONE 'UTC')::time), max((happened_at AT TIME ZONE 'UTC')::time) FROM meta.activities WHERE $days"), '00:00:00|23:59:59', 'from the first second to the last');
is($session->query("SELECT count(*) FROM meta.activities WHERE date_day = '2026-11-20' AND happened_at > '$now'"), '0', 'today ends now');
cmp_ok($session->query("SELECT count(*) FROM meta.activities WHERE date_day >= '2026-11-20'"), '>', 0, 'and has begun');
is($session->query("SELECT string_agg(DISTINCT object_type, ' ' ORDER BY object_type) FROM meta.activities WHERE $days"), 'ADGROUP CAMPAIGN CAMPAIGN_GROUP', 'objects by their old names');
is($session->query("SELECT count(*) > 0, bool_and(c.campaign_name = a.object_name) FROM meta.activities a JOIN meta.campaigns c ON c.account_id = a.account_id AND c.campaign_id = a.object_id WHERE a.$days AND object_type = 'CAMPAIGN_GROUP'"),
	't|t', 'a CAMPAIGN_GROUP is a campaign');

# Pages of three are the same rows.
my $all = $session->query("SELECT count(*), min(happened_at), md5(string_agg(a::text, '' ORDER BY a::text)) FROM meta.activities a WHERE $days");
$sim->settings({ meta_page_cap => 3 });
is($session->query("SELECT count(*), min(happened_at), md5(string_agg(a::text, '' ORDER BY a::text)) FROM meta.activities a WHERE $days"), $all, 'pages of three are the same rows');
$sim->settings({ meta_page_cap => 0 });

# Days are needed: without the first one the platform answers with a week.
is($session->query_error('SELECT * FROM meta.activities')->{sqlstate}, 'HV002', 'a lower bound is needed');
$session->query("CREATE FOREIGN TABLE no_day (event_type text) SERVER meta OPTIONS (level 'activities')");
my $error = $session->query_error('SELECT * FROM no_day');
is($error->{sqlstate}, 'HV002', 'and a day to bound');
like($error->{hint}, qr/option field 'event_time'/, 'whose field the hint names');
like($session->query('EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM no_day'), qr/needs a column with field "event_time"/, 'as EXPLAIN does');

# Who did it is left out, and is not asked for.
is($session->query("SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = 'meta.activities'::regclass AND attname ~ 'actor|extra'"), '', 'persons are left out');
is((grep { $_->{path} =~ /activities/ && $_->{query} =~ /actor|extra_data|account_id/ } @{ $sim->requests }), 0, 'and not asked for, nor is what a log lacks');
$session->query("CREATE SCHEMA people; IMPORT FOREIGN SCHEMA reports LIMIT TO (activities) FROM SERVER meta INTO people OPTIONS (personal_data 'include')");
like($session->query("SELECT string_agg(DISTINCT actor_name, ',' ORDER BY actor_name) FROM people.activities WHERE $days"), qr/^Ada Analyst,김 민지 "MJ"$/, 'unless they are asked for');
is($session->query("SELECT count(*) FROM people.activities WHERE $days AND event_type = 'update_campaign_budget' AND extra_data::jsonb ->> 'new_value' = '12000'"),
	$session->query("SELECT count(*) FROM meta.activities WHERE $days AND event_type = 'update_campaign_budget'"), 'with what was changed');

# A copy holds the same.
$session->query("CREATE SCHEMA ads; SELECT adpipe.materialize('meta.activities', 'ads.activities', '$since')");
$session->query("CALL adpipe.refresh('ads.activities', '$since', '$until')");
my $columns = $session->query("SELECT adpipe_internal.column_list('meta.activities')");
is($session->query("SELECT (SELECT count(*) FROM ((SELECT $columns FROM ads.activities) EXCEPT ALL (SELECT $columns FROM meta.activities WHERE $days)) d) || '|' || (SELECT count(*) FROM ((SELECT $columns FROM meta.activities WHERE $days) EXCEPT ALL (SELECT $columns FROM ads.activities)) d)"),
	'0|0', 'a copy holds the same rows');

done_testing();
