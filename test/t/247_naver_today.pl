# Today and yesterday on Naver SearchAd before there are files: accounts, campaigns and
# ad groups come from /stats, marked with the time to which they are complete, with what
# was deleted meanwhile.  Where that is not whole there are no rows but an error, and a
# copy waits for the files.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Cpanel::JSON::XS;
use Test::More;

my $main = '1234567';

my $node = adpipe_cluster();
my $sim = simulator();
naver_server($node, $sim);
naver_server($node, $sim, name => 'one', options => { customer_id => $main, manager_account_id => undef });
naver_server($node, $sim, name => 'naver_common', schema => 'common');
my $session = session($node);

# The start of each test: another time for both sides, no jobs, no faults.
sub at
{
	my ($moment, %settings) = @_;
	$sim->reset;
	$sim->clock($moment);
	$sim->settings(\%settings) if %settings;
	$session->query("SET adpipe.debug_now = '$moment'");
	return;
}

sub sent
{
	my ($method, $path) = @_;
	return scalar grep { $_->{method} eq $method && $_->{path} =~ $path } @{ $sim->requests };
}

sub masters { return scalar @{ $sim->world(platform => 'naver_searchad', resource => 'masters') } }

# A day of a table equals the world, whose columns come in the table's order.
sub is_whole
{
	my ($table, $day, $until, $what) = @_;
	my ($schema, $name) = split /\./, $table;
	my $world = $sim->world(platform => 'naver_searchad', resource => $name, since => $day, until => $day, $schema eq 'one' ? (accounts => $main) : ());
	my @columns = table_columns($node, $table);
	$_->{numbers_until} = $until foreach @$world;
	my $rows = join ",\n", map { my $r = $_; '(' . join(', ', map { literal($r->{ $_->[0] }, $_->[2]) } @columns) . ')' } @$world;
	my $columns = join ', ', map { $_->[0] } @columns;
	is($session->query("SELECT count(*) FROM ((SELECT $columns FROM $table WHERE date_day = '$day' EXCEPT ALL VALUES $rows) UNION ALL (VALUES $rows EXCEPT ALL SELECT $columns FROM $table WHERE date_day = '$day')) d"), '0', "$what: $table on $day");
	return scalar @$world;
}

# An error by its SQLSTATE and words.
sub fails
{
	my ($sql, $sqlstate, $words, $what) = @_;
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$what: words");
	return;
}

my $today = '2026-11-29';
my $sql = "SELECT count(*) FROM one.campaign_daily WHERE date_day = '$today'";

subtest 'today: /stats of each campaign and ad group, with the time to which it is complete' => sub {
	at('2026-11-29T03:00:00Z');
	cmp_ok(is_whole($_, $today, '2026-11-29T12:00:00+09:00', 'today'), '>', 1, 'there are rows')
	  for qw(naver.account_daily naver.campaign_daily naver.ad_group_daily one.campaign_daily);
	is_whole($_, $today, undef, 'today')
	  for qw(naver_common.account_report naver_common.campaign_report naver_common.ad_group_report);
	is(sent('POST', qr{^/stat-reports}), 0, 'no file was asked for');
	is(masters(), 0, 'no master report is left');
	is($session->query("SELECT count(*) FROM one.campaign_daily WHERE date_day = '2026-11-27' AND numbers_until IS NOT NULL"), '0', 'what comes from files has no such time');
	is($session->query("SELECT string_agg(DISTINCT (numbers_until IS NULL)::text || (rank_sum IS NULL), ' ') FROM one.campaign_daily WHERE date_day BETWEEN '2026-11-27' AND '$today'"), 'falsetrue truefalse', 'both in one statement, each day from one source');
	like($session->query("EXPLAIN (VERBOSE) $sql"), qr{or GET /stats}, 'EXPLAIN says so');
};

subtest 'yesterday, until its files are ready' => sub {
	at('2026-11-28T19:00:00Z');
	is_whole('one.campaign_daily', '2026-11-28', '2026-11-29T04:00:00+09:00', 'before');
	is(sent('POST', qr{^/stat-reports}) > 0, 1, 'the files were asked for first');
	is_whole('one.ad_group_daily', '2026-11-28', '2026-11-29T04:00:00+09:00', 'before');
	at('2026-11-28T22:00:00Z', naver_none_hours => 12);
	is($session->query("SELECT DISTINCT numbers_until AT TIME ZONE 'Asia/Seoul' FROM one.campaign_daily WHERE date_day = '2026-11-28'"), '2026-11-29 07:00:00', 'nor is a day of which a job says NONE in the morning believed');
	is(scalar @{ $sim->world(platform => 'naver_searchad', resource => 'jobs') }, 0, 'no job is left');
	at('2026-11-28T22:00:00Z', naver_none_hours => 12, naver_none_reports => ['AD_CONVERSION']);
	my $impressions = "SELECT sum(impressions) FROM one.campaign_daily WHERE date_day = '2026-11-28'";
	my $early = $session->query("SELECT sum(impressions), sum(conversions) IS NOT NULL, bool_and(numbers_until IS NOT NULL) FROM one.campaign_daily WHERE date_day = '2026-11-28'");
	at('2026-11-28T22:00:00Z', naver_none_hours => 0, naver_none_reports => []);
	is($early, $session->query($impressions) . '|t|t', 'nor does a file count twice that was read before the job of another said NONE');
	is_whole('one.campaign_daily', '2026-11-28', undef, 'then');
	$sim->faults([ { match => { method => 'POST', path => '^/stat-reports' }, action => { error => '20007' } } ]);
	fails("SELECT 1 FROM one.campaign_daily WHERE date_day = '2026-11-27'", '53400', qr/has not prepared.*2026-11-27: the files/s, 'an older day');
};

subtest 'a campaign that was deleted meanwhile counts, without a name' => sub {
	at('2026-11-20T19:00:00Z');
	is_whole($_, '2026-11-20', '2026-11-21T04:00:00+09:00', 'deleted on the day after') for qw(one.account_daily one.campaign_daily one.ad_group_daily);
	is($session->query("SELECT count(*) FROM one.campaign_daily WHERE date_day = '2026-11-20' AND campaign_name IS NULL AND spend > 0"), '1', 'it is there');
	$sim->settings({ naver_delta_forgets => ['Adgroup'] });
	fails("SELECT 1 FROM one.ad_group_daily WHERE date_day = '2026-11-20'", '53400', qr/has not prepared.*ad groups do not add up to those of its campaigns/s, 'ad groups that are in no list');
	is_whole('one.campaign_daily', '2026-11-20', '2026-11-21T04:00:00+09:00', 'campaigns');
	$sim->settings({ naver_delta_forgets => ['Campaign'] });
	is_whole($_, '2026-11-20', '2026-11-21T04:00:00+09:00', 'a campaign that only its ad groups make known') for qw(one.account_daily one.campaign_daily one.ad_group_daily);
	is(masters(), 0, 'no master report is left');
};

subtest 'what else is not whole is an error' => sub {
	at('2026-11-28T16:00:00Z', naver_cycle_lag_h => 2);
	fails($sql, '53400', qr/2026-11-29: the platform's numbers do not reach it yet/, 'numbers that reach to yesterday only');
	at('2026-11-29T03:00:00Z', naver_cycle_moves => 30);
	fails($sql, '53400', qr/its numbers change while they are read/, 'answers of several times');
	at('2026-11-29T03:00:00Z', naver_cycle_moves => 3);
	is_whole('one.campaign_daily', $today, '2026-11-29T12:00:00+09:00', 'that of one time, after others');
	fails("SELECT 1 FROM one.$_ WHERE date_day = '$today'", '53400', qr/the files of the day are not ready/, $_) for qw(keyword_daily ad_daily search_term_daily);
	$session->query("CREATE FOREIGN TABLE one.devices (date_day date OPTIONS (field 'statDt'), device text OPTIONS (field 'device'), clicks bigint OPTIONS (field 'clkCnt')) SERVER one OPTIONS (report 'campaign')");
	fails("SELECT * FROM one.devices WHERE date_day = '$today'", '53400', qr/the files of the day are not ready/, 'split by device');
	fails("SELECT 1 FROM one.campaign_daily WHERE date_day = '2026-11-30'", '53400', qr/the files of the day are not ready/, 'tomorrow');
	$session->query("ALTER SERVER one OPTIONS (ADD max_retries '1')");
	for my $case (
		[ 'a row of something else', { substitute => [ '"id": ?"cmp-[^"]*"', '"id":"cmp-x"' ] }, qr/a row that was not asked for/ ],
		[ 'a row twice', { substitute => [ '"id": ?"cmp-a001-01-[^"]*"', '"id":"cmp-a001-01-000000123456700"' ] }, qr/a row that was not asked for/ ],
		[ 'no time', { substitute => [ '"cycleBaseTm": ?"\d+"', '"cycleBaseTm":null' ] }, qr/does not say to which time/ ],
		[ 'no number', { substitute => [ '"salesAmt": ?\d+', '"salesAmt":"x"' ] }, qr/has no number "salesAmt"/ ],
		[ 'views without clicks', { substitute => [ '"viewCnt": ?\d+', '"viewCnt":999999999999' ] }, qr/fewer clicks than views/ ],
		[ 'no list', { substitute => [ '"data"', '"date"' ] }, qr/has no list/ ])
	{
		my ($what, $action, $words) = @$case;
		at('2026-11-29T03:00:00Z');
		$sim->faults([ { match => { path => '^/stats$' }, action => $action } ]);
		fails($sql, 'HV00A', $words, $what);
	}
	$session->query('ALTER SERVER one OPTIONS (DROP max_retries)');
};

subtest 'either way: rows of zeros, shorter times, fewer ids, pages, lost answers' => sub {
	at('2026-11-29T03:00:00Z', naver_zero_rows => Cpanel::JSON::XS::true);
	is_whole('one.campaign_daily', $today, '2026-11-29T12:00:00+09:00', 'rows of zeros');
	at('2026-11-29T03:20:00Z', naver_cycle => $_->[0]) || is_whole('one.account_daily', $today, $_->[1], "a time of $_->[0] digits")
	  for [ '8', '2026-11-29T00:00:00+09:00' ], [ '10', '2026-11-29T12:00:00+09:00' ];
	at('2026-11-29T03:00:00Z', naver_ids_max => 2, naver_list_page => 4);
	is_whole('one.ad_group_daily', $today, '2026-11-29T12:00:00+09:00', 'fewer ids than we ask for');
	at('2026-11-29T03:00:00Z');
	$sim->faults([ { match => { path => '^/master-reports$', method => 'POST' }, times => 1, action => { close => 'before_headers' } }, { match => { path => '^/stats$' }, times => 1, action => { error => '429' } } ]);
	is_whole('one.campaign_daily', $today, '2026-11-29T12:00:00+09:00', 'a lost answer, a throttle');
	is(masters(), 0, 'no master report is left');
};

subtest 'a copy waits for the files' => sub {
	at('2026-11-29T03:30:00Z', naver_ready_hour => 14);
	$session->query("CREATE SCHEMA ads; SELECT adpipe.materialize('naver.campaign_daily', 'ads.campaigns', '2026-11-26')");
	$session->query("CALL adpipe.refresh('ads.campaigns', '2026-11-26', '2026-11-28')");
	is($session->query('SELECT max(date_day), count(numbers_until) FROM ads.campaigns'), '2026-11-27|0', 'yesterday is not stored');
	like($session->query('SELECT severity, problem FROM adpipe.health'), qr/^info\|.*day 2026-11-28 is not ready yet/, 'health says so');
	is(sent('GET', qr{^/stats$}), 0, 'it asked for no other numbers');
	is($session->query(<<"END"), '2026-11-26 2026-11-27 2026-11-28+', 'both in one query');
SELECT string_agg(DISTINCT date_day || CASE WHEN numbers_until IS NULL THEN '' ELSE '+' END, ' ' ORDER BY date_day || CASE WHEN numbers_until IS NULL THEN '' ELSE '+' END)
FROM (SELECT date_day, numbers_until FROM ads.campaigns
      UNION ALL
      SELECT date_day, numbers_until FROM naver.campaign_daily
      WHERE date_day BETWEEN '2026-11-28' AND '2026-11-28') x
END
};

done_testing();
