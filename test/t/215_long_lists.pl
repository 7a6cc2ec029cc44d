# Lists of ids that one request cannot hold are sent in parts: each id once, each
# row once, whatever the list has beside ids, and no more requests than the rows
# are worth.  A join of two tables of 2,000 campaigns reads each of them once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $one = '4410022331';
my $two = '4410022332';
my $page = '1700000000000001';
my $first = 10_000_000_000;

# A world of two Google accounts with 2,000 and 10 campaigns, and of one Meta account
# with 130.
my $folder = PostgreSQL::Test::Utils::tempdir();

sub file
{
	my ($name, @lines) = @_;
	append_to_file("$folder/${name}_data.csv", join("\n", @lines) . "\n");
	return;
}

my %campaigns = ($one => [ map { $first + $_ } 1 .. 2_000 ], $two => [ map { $first + 5_000 + $_ } 1 .. 10 ]);
my @google = map { my $account = $_; map { [ $account, $_ ] } @{ $campaigns{$account} } } $one, $two;
file('google_ads_account_history', 'id,updated_at,currency_code,descriptive_name,time_zone', "$one,2024-01-01,EUR,Shop,UTC", "$two,2024-01-01,EUR,Shop 2,UTC");
file('google_ads_campaign_history', 'id,updated_at,name,customer_id,advertising_channel_type,status',
	map { "$_->[1],2024-01-01,Campaign $_->[1],$_->[0],SEARCH,ENABLED" } @google);
file('google_ads_campaign_stats',
	'customer_id,date,ad_network_type,device,clicks,impressions,cost_micros,conversions,conversions_value,view_through_conversions,id',
	map { "$_->[0],2024-05-01,SEARCH,MOBILE," . ($_->[1] % 97) . ',' . ($_->[1] % 1009 + 100) . ",1000000,0,0,0,$_->[1]" } @google);
my @meta = map { 23_850_000_000_000 + $_ } 1 .. 130;
file('facebook_ads_account_history', 'id,name,_fivetran_synced', "$page,Shop,2024-01-01");
file('facebook_ads_campaign_history', 'id,account_id,name,updated_time', map { "$_,$page,Campaign $_,2024-01-01" } @meta);
file('facebook_ads_ad_set_history', 'id,account_id,campaign_id,name,updated_time', map { "1$_,$page,$_,Set,2024-01-01" } @meta);
file('facebook_ads_ad_history', 'id,account_id,ad_set_id,campaign_id,creative_id,name,updated_time', map { "2$_,$page,1$_,$_,3$_,Ad,2024-01-01" } @meta);
file('facebook_ads_basic_ad', 'ad_id,date,account_id,impressions,inline_link_clicks,spend',
	map { my $id = $_; map { "2$id,2024-05-0$_,$page," . ($id % 89 + 50) . ',' . ($id % 7) . ',1.5' } 1 .. 2 } @meta);

my $node = adpipe_cluster();
my $sim = simulator(args => [ '--seeds', $folder ]);
google_server($node, $sim, options => { customer_id => "$one,$two" });
google_server($node, $sim, name => 'single', options => { max_retries => 0, customer_id => $one });
meta_server($node, $sim, options => { account_id => $page });
my $session = session($node);
my $days = 'date_day BETWEEN current_date - 6 AND current_date - 1';

# Ids: every second campaign, twice; what is no id, or not in its digits; ids that
# nobody has, up to a number.
$session->query(<<"END");
CREATE TABLE ids AS
SELECT id::text, n FROM (SELECT $first + 2 * n AS id, n FROM generate_series(1, 2600) n
  UNION ALL SELECT $first + 2 * n, n FROM generate_series(1, 200) n
  UNION ALL SELECT 40000000000 + n, 2600 + n FROM generate_series(1, 22400) n) x;
INSERT INTO ids VALUES (NULL, 0), ('', 0), ('abc', 0), ('0$first', 0), ('+10000000002', 0), (' 10000000004', 0), ('99999999999999999999', 0);
CREATE TABLE meta_ids AS
SELECT id::text, n FROM (SELECT 23850000000000 + 2 * n AS id, n FROM generate_series(1, 6000) n) x;
INSERT INTO meta_ids SELECT id, n FROM meta_ids WHERE n < 20;
INSERT INTO meta_ids VALUES (NULL, 0), ('x', 0);
ANALYZE ids, meta_ids;
END

# The requests since the last look.
my $seq = 0;
sub news
{
	my $requests = $sim->control('GET', "/_control/requests?since=$seq");
	$seq = $requests->[-1]{seq} if @$requests;
	return @$requests;
}

# The report requests that a statement sends, and what it returns.
sub sends
{
	my ($sql) = @_;
	news();
	my $result = $session->query($sql);
	my @requests = grep { ($_->{query} // '') =~ /\bFROM (campaign|ad_group)\b/ || ($_->{path} // '') =~ m{/(insights|campaigns|adsets|ads)$} } news();
	return ($result, map { $_->{query} // '' } @requests);
}

# The ids of a request's list.
sub list_of
{
	my ($query) = @_;
	my ($list) = $query =~ /campaign\.id (?:IN|=) (\([\d, ]*\)|\d+)/;
	($list) = $query =~ /"campaign\.id","operator":"IN","value":\[([^\]]*)\]/ unless defined $list;
	my @ids = ($list // '') =~ /(\d+)/g;
	return @ids;
}

# Runs a statement with pushdown on and off; returns the queries sent with it.
sub same
{
	my ($name, $select) = @_;
	my $sql = "SELECT count(*), md5(string_agg(q::text, ',' ORDER BY q::text COLLATE \"C\")) FROM ($select) q";

	$session->query('SET adpipe.pushdown = off');
	my ($expected) = sends($sql);
	$session->query('SET adpipe.pushdown = on');
	my ($result, @queries) = sends($sql);
	is($result, $expected, "$name: the same rows");
	return ($result =~ /^(\d+)/, @queries);
}

my $columns = 'account_id, date_day, campaign_id, clicks, spend';
my $list = sub { return "campaign_id = ANY (ARRAY(SELECT id FROM ids WHERE n <= $_[0]))" };

my ($rows, @queries) = same('2,000 ids', "SELECT $columns FROM single.campaign_daily WHERE $days AND " . $list->(2_000));
is($rows, 1_000, 'rows of 1,000 campaigns');
is(scalar @queries, 1, 'one request');
is(scalar(list_of($queries[0])), 2_000, 'with each id once');

($rows, @queries) = same('25,000 ids', "SELECT $columns FROM single.campaign_daily WHERE $days AND " . $list->(25_000));
is($rows, 1_000, 'the same');
is(scalar @queries, 5, 'five requests');
my %times;
for my $query (@queries)
{
	cmp_ok(scalar(list_of($query)), '<=', 10_000, 'at most 10,000 ids a request');
	cmp_ok(length $query, '<', 100_000, 'in less than 100 kB');
	$times{$_}++ for list_of($query);
}
is(scalar(keys %times), 25_000, 'all ids were sent');
is(scalar(grep { $_ > 1 } values %times), 0, 'none twice');

($rows, @queries) = same('two accounts', "SELECT $columns FROM google.campaign_daily WHERE $days AND " . $list->(6_500));
is($rows, 1_005, 'rows of both');
is(scalar @queries, 4, 'each account is asked for each part');
($rows, @queries) = same('one of two accounts', "SELECT $columns FROM google.campaign_daily WHERE $days AND account_id = '$two' AND " . $list->(6_500));
is($rows, 5, 'its rows');
is(scalar @queries, 2, 'its requests');
($rows, @queries) = same('groups', "SELECT campaign_id, sum(clicks) FROM single.campaign_daily WHERE $days AND " . $list->(6_500) . ' GROUP BY 1');
is($rows, 1_000, 'a coarse scan has parts as well');
is(scalar(grep { /segments\.date.* FROM campaign/ } @queries), 0, 'without the day');
($rows, @queries) = same('a list of campaigns', 'SELECT account_id, campaign_id FROM single.campaigns WHERE ' . $list->(6_500));
is($rows, 1_000, 'and so has a list');
($rows, @queries) = same('a prepared statement', "SELECT $columns FROM single.campaign_daily WHERE $days AND campaign_id IN (SELECT unnest(array_agg(id)) FROM ids WHERE n < 3)");
cmp_ok(scalar @queries, '<=', 3, 'IN with a subquery');

# What is not sent.
($rows, @queries) = same('NOT IN', "SELECT $columns FROM single.campaign_daily WHERE $days AND campaign_id <> ALL (ARRAY(SELECT id FROM ids WHERE id IS NOT NULL))");
is(scalar @queries, 1, 'a long NOT IN is one request');
unlike($queries[0], qr/NOT IN/, 'without the list');
($rows, @queries) = same('NOT IN with a NULL', "SELECT $columns FROM single.campaign_daily WHERE $days AND campaign_id <> ALL (ARRAY(SELECT id FROM ids))");
is("$rows @queries", '0 ', 'NOT IN with a NULL asks for nothing');
for my $empty ("ARRAY(SELECT id FROM ids WHERE false)", "ARRAY(SELECT id FROM ids WHERE n = 0)", "'{}'::text[]", "NULL::text[]")
{
	($rows, @queries) = same($empty, "SELECT $columns FROM single.campaign_daily WHERE $days AND campaign_id = ANY ($empty)");
	is("$rows @queries", '0 ', "$empty: nothing is sent");
}
my $names = "campaign_name = ANY (ARRAY(SELECT 'Campaign ' || id FROM ids WHERE n <= ";
($rows, @queries) = same('2,000 names', "SELECT $columns FROM single.campaign_daily WHERE $days AND $names 2000))");
like($queries[0], qr/campaign\.name IN \('Campaign /, 'names are sent');
is(scalar @queries, 1, 'at once');
($rows, @queries) = same('10,000 names', "SELECT $columns FROM single.campaign_daily WHERE $days AND $names 10000))");
is($rows, 1_000, '10,000 names: the rows');
unlike("@queries", qr/campaign\.name IN/, 'too many names stay here');
is(scalar @queries, 1, 'one request');
($rows, @queries) = same('two lists', "SELECT $columns FROM single.campaign_daily WHERE $days AND " . $list->(6_500)
	. " AND campaign_id = ANY (ARRAY(SELECT id FROM ids WHERE n > 500)) AND $names 3000))");
is($rows, 500, 'two long lists of ids and one of names');
is(scalar @queries, 2, 'the shortest list of ids is sent in parts');

# LIMIT, EXPLAIN, the budget.
my $array = $session->query("SELECT quote_literal(array_agg(id)) || '::text[]' FROM ids WHERE n <= 6500 AND id ~ '^[1-9]'");
my ($some, @limited) = sends("SELECT count(*) FROM (SELECT FROM single.campaign_daily WHERE $days AND campaign_id = ANY ($array) LIMIT 7) x");
is($some, 7, 'LIMIT');
like($_, qr/ LIMIT 7 /, 'LIMIT goes with each part') for @limited;
my $plan = $session->query("EXPLAIN (VERBOSE) SELECT clicks FROM google.campaign_daily WHERE $days AND campaign_id = ANY ($array)");
like($plan, qr/List Parts: 2\n.*Expected Requests: 4\n/s, 'EXPLAIN has the parts');
my ($shown) = $plan =~ /Request: (.*)/;
is(scalar(list_of($shown)), scalar(list_of($queries[0] = (sends("SELECT 1 FROM single.campaign_daily WHERE $days AND campaign_id = ANY ($array)"))[1])), 'and the first of them');
$session->query('SET adpipe.max_requests_per_query = 3');
news();
my $error = $session->query_error("SELECT sum(clicks) FROM google.campaign_daily WHERE $days AND campaign_id = ANY ($array)");
like($error->{message}, qr/^statement needs at least 4 requests/, 'the budget counts parts');
$error = $session->query_error("SELECT sum(clicks) FROM google.campaign_daily WHERE $days AND " . $list->(6_500));
like("$error->{sqlstate} $error->{message}", qr/^53400 statement needs at least 4 requests/, 'once their values are known');
is(scalar(news()), 0, 'before the first request');
$session->query('RESET adpipe.max_requests_per_query');

# A row that no part has asked for would come again with another part.
$sim->faults([ { match => { path => 'googleAds:search', query => 'campaign.id IN' }, action => { substitute => [ '"id": ?"10000000002"', '"id":"10000000003"' ] } } ]);
$error = $session->query_error("SELECT sum(clicks) FROM single.campaign_daily WHERE $days AND " . $list->(6_500));
is($error->{sqlstate}, 'HV00A', 'a row that was not asked for is an error');
like($error->{detail}, qr/row that was not asked for.*Row \d+ has "10000000003" as campaign\.id, which is not in the list/, 'that names the row');
$sim->reset;
$seq = 0;

# Meta: 50 ids a request, which is part of an address.
my $meta_list = sub { return "campaign_id = ANY (ARRAY(SELECT id FROM meta_ids WHERE n <= $_[0]))" };
($rows, @queries) = same('60 ids on Meta', "SELECT $columns FROM meta.campaign_daily WHERE $days AND " . $meta_list->(60));
is($rows, 120, 'rows of 60 campaigns');
is(join(' ', map { scalar(list_of($_)) } @queries), '50 10', 'two requests');
($rows, @queries) = same('2,000 ids on Meta', "SELECT $columns FROM meta.campaign_daily WHERE $days AND " . $meta_list->(2_000));
is($rows, 130, 'rows of 65 campaigns');
is(scalar @queries, 40, 'forty requests');
undef %times;
$times{$_}++ for map { list_of($_) } @queries;
is(scalar(keys %times), 2_000, 'with all ids');
is(scalar(grep { $_ > 1 } values %times), 0, 'each once');
cmp_ok((sort { $b <=> $a } map { length } @queries)[0], '<', 4_000, 'in short addresses');
($rows, @queries) = same('5,001 ids on Meta', "SELECT $columns FROM meta.campaign_daily WHERE $days AND " . $meta_list->(5_001));
is($rows, 130, 'the same rows');
is(scalar(grep { /"campaign\.id"/ } @queries), 0, 'more than a hundred requests are not worth it');
is(scalar @queries, 1, 'one request without the list');
for my $table ('campaign_device_daily', 'adset_daily', 'ad_daily')
{
	next unless $session->query("SELECT to_regclass('meta.$table') IS NOT NULL") eq 't';
	($rows, @queries) = same("130 ids on $table", "SELECT * FROM meta.$table WHERE $days AND " . $meta_list->(130));
	cmp_ok(scalar @queries, '>=', 3, "$table: parts");
}
($rows, @queries) = same('a list of campaigns on Meta', 'SELECT account_id, campaign_id FROM meta.campaigns WHERE ' . $meta_list->('130 AND n > 0'));
is($rows, 65, 'a list');
is(scalar(grep { /"campaign\.id"/ } @queries), 3, 'in three parts');
($rows, @queries) = same('an id that Meta does not filter there', 'SELECT account_id, ad_id FROM meta.ads WHERE ' . $meta_list->(130));
is($rows, 65, 'a list by another id');
unlike("@queries", qr/"campaign\.id"/, 'is read whole');
# What fails in the middle of a list: a part that is too much becomes a run, then
# fewer days; a part that comes late comes once.
my $sums = "SELECT count(*), count(DISTINCT (campaign_id, date_day)), sum(clicks), sum(impressions) FROM meta.campaign_daily WHERE $days AND " . $meta_list->(200);
my $whole = $session->query($sums);
like($whole, qr/^130\|130\|/, 'rows of 65 campaigns');
$sim->settings({ meta_sync_rows => 60, meta_async_rows => 60, meta_page_rows => 20 });
is($session->query($sums), $whole, 'parts in runs, days and pages');
$sim->settings({ meta_sync_rows => 0, meta_async_rows => 0, meta_page_rows => 0, page_size => 90 });
$sim->faults([ map { { match => { path => 'googleAds:search', query => 'campaign.id IN', page => $_ }, skip => 1, times => 1, action => { status => 503, body => '' } } } 1, 2 ]);
($rows, @queries) = same('a part that comes late', "SELECT $columns FROM google.campaign_daily WHERE $days AND " . $list->(6_500));
is($rows, 1_005, 'rows of both accounts');
$sim->reset;
$seq = 0;
my $plain = $session->query("SELECT sum(clicks) FROM google.campaign_daily WHERE $days AND " . $list->(6_500));
$session->query("BEGIN; DECLARE c CURSOR FOR SELECT clicks FROM google.campaign_daily WHERE $days AND " . $list->(6_500));
is(eval { my @all = split /\n/, $session->query('FETCH ALL FROM c'); my $sum = 0; $sum += $_ for @all; $sum }, $plain, 'a cursor');
$session->query('COMMIT');

# A join of entities and numbers reads each table once.
my $join = <<"END";
SELECT c.campaign_id, c.campaign_name, sum(d.clicks) AS clicks FROM single.campaigns c JOIN single.campaign_daily d USING (account_id, campaign_id)
WHERE d.$days GROUP BY 1, 2
END
my ($joined) = same('campaigns JOIN campaign_daily', $join);
is($joined, 2_000, '2,000 campaigns');
for my $schema ('single', 'google')
{
	news();
	is($session->query('SELECT count(*) FROM (' . $join =~ s/single/$schema/gr . ') x'), $schema eq 'single' ? 2_000 : 2_010, "$schema: all campaigns");
	my $sent = news();
	cmp_ok($sent, '<=', 10, "$schema: in at most ten requests ($sent)");
}

done_testing();
