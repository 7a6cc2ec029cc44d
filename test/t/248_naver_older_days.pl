# Days beyond the reach of files on Naver SearchAd: reports campaign_two_years and
# ad_group_two_years have them from /stats, marked, and each statement that reads one
# warns that what was deleted since may be missing.  Other reports, copies and
# adpipe.require_whole refuse them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $main = '1234567';
my ($now, $files, $first) = ('2026-11-29T03:00:00Z', '2025-11-30', '2024-11-30');
my $older = '2025-11-29';    # the last day without files
my $until = '2026-11-29T12:00:00+09:00';

my $node = adpipe_cluster();
my $sim = simulator();
naver_server($node, $sim, name => 'one', options => { customer_id => $main, manager_account_id => undef });
my $session = session($node);
$session->query(join "\n", map { "ALTER FOREIGN TABLE one.${_}_daily OPTIONS (SET report '${_}_two_years');" } qw(campaign ad_group));

# The start of each test: no jobs, no faults.
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

# Statements with the warnings that they raise.
sub run
{
	my ($sql) = @_;
	my ($out, $error) = ('', '');
	$node->psql('postgres', "SET adpipe.debug_now = '$now'; $sql", stdout => \$out, stderr => \$error, on_error_die => 1);
	return ($out, $error);
}

sub warnings_in { return scalar(() = $_[0] =~ /WARNING:/g) }

# A day of a table equals the world, whose columns come in the table's order.
sub is_whole
{
	my ($name, $day, $since, $what) = @_;
	my $world = $sim->world(platform => 'naver_searchad', resource => $name, since => $day, until => $day, accounts => $main);
	my @columns = table_columns($node, "one.$name");
	$_->{numbers_until} = $since foreach @$world;
	my $rows = join ",\n", map { my $r = $_; '(' . join(', ', map { literal($r->{ $_->[0] }, $_->[2]) } @columns) . ')' } @$world;
	my $columns = join ', ', map { $_->[0] } @columns;
	is($session->query("SELECT count(*) FROM ((SELECT $columns FROM one.$name WHERE date_day = '$day' EXCEPT ALL VALUES $rows) UNION ALL (VALUES $rows EXCEPT ALL SELECT $columns FROM one.$name WHERE date_day = '$day')) d"), '0', "$what: $name on $day");
	cmp_ok(scalar @$world, '>', 5, 'there are rows');
	return;
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

subtest 'older days come from /stats, marked, with a warning; later ones from files' => sub {
	at($now);
	is_whole($_, $older, $until, 'older') for qw(campaign_daily ad_group_daily);
	is(sent('POST', qr{^/stat-reports}), 0, 'no file was asked for');
	is_whole('campaign_daily', $first, $until, 'the first day that can be read');
	is_whole('campaign_daily', $files, undef, 'the first day with files');
	is(scalar @{ $sim->world(platform => 'naver_searchad', resource => 'masters') }, 0, 'no master report is left');
	my ($out, $error) = run("SELECT vat_rule, numbers_until IS NULL, rank_sum IS NULL, count(DISTINCT date_day) FROM one.campaign_daily WHERE date_day BETWEEN '$older' AND '$files' GROUP BY 1, 2, 3 ORDER BY 1");
	is($out, "excluded|t|f|1\nstats|f|t|1", 'both in one statement, each day from one source');
	is(warnings_in($error), 1, 'one warning');
	like($error, qr/WARNING:  days before $files may lack campaigns and ad groups that were deleted since\nDETAIL:  .*"campaign_two_years".*"vatRule" is "stats"/, 'its words');
	($out, $error) = run("SELECT sum(spend) > 0 FROM one.campaign_daily WHERE date_day BETWEEN '2025-11-28' AND '$older'");
	is("$out " . warnings_in($error), 't 1', 'a sum warns, too');
	($out, $error) = run("SELECT sum(spend) > 0 FROM one.campaign_daily WHERE date_day = '$files'");
	is("$out " . warnings_in($error), 't 0', 'days with files do not');
	is($session->query("SELECT sum(a.spend) = sum(c.spend) AND sum(a.clicks) = sum(c.clicks) FROM (SELECT sum(clicks) AS clicks, round(sum(spend_with_vat) / 100) AS spend FROM one.ad_group_daily WHERE date_day = '$older') a, (SELECT sum(clicks) AS clicks, round(sum(spend_with_vat) / 100) AS spend FROM one.campaign_daily WHERE date_day = '$older') c"), 't', 'ad groups add up to campaigns');
};

subtest 'numbers of what was deleted may be gone, which the mark and the warning say' => sub {
	my $rows = "SELECT count(*), count(*) FILTER (WHERE campaign_name IS NULL), count(*) FILTER (WHERE vat_rule = 'stats' AND numbers_until IS NOT NULL) FROM one.campaign_daily WHERE date_day = '$older'";
	at($now);
	my ($n, $deleted, $marked) = split /\|/, $session->query($rows);
	is("$deleted $marked", "1 $n", 'a deleted campaign is there');
	$sim->settings({ naver_deleted_days => 5 });
	my ($out, $error) = run($rows);
	is($out, join('|', $n - 1, 0, $n - 1), 'and once its numbers are gone, it is not');
	is(warnings_in($error), 1, 'nothing but the warning shows that');
	$sim->settings({ naver_deleted_days => 100000, naver_delta_forgets => ['Adgroup'] });
	fails("SELECT 1 FROM one.ad_group_daily WHERE date_day = '$older'", '22008', qr/has not all numbers of an older day any more.*$main, $older: numbers of its ad groups do not add up to those of its campaigns\./s, 'ad groups that are less than their campaigns');
};

subtest 'what is refused' => sub {
	at($now);
	fails("SELECT 1 FROM one.campaign_daily WHERE date_day = '2024-11-29'", '22008', qr/days before $first are outside.*"campaign_two_years".*last 730 days/s, 'before two years');
	fails("SELECT 1 FROM one.$_ WHERE date_day = '$older'", '22008', qr/days before $files are outside/, "$_, which has no such days") for qw(account_daily keyword_daily);
	fails("ALTER FOREIGN TABLE one.$_->[0] OPTIONS (SET report '$_->[1]')", '22023', qr/A report is one of/, "no report $_->[1]") for [ 'keyword_daily', 'keyword_two_years' ], [ 'account_daily', 'account_two_years' ];
	fails("SET adpipe.require_whole = on; SELECT 1 FROM one.campaign_daily WHERE date_day = '$older'", '22008', qr/days before $files are outside.*deleted since/s, 'adpipe.require_whole');
	$session->query('RESET adpipe.require_whole');
	my $day = "date_day date OPTIONS (field 'statDt'), clicks bigint OPTIONS (field 'clkCnt')";
	$session->query("CREATE FOREIGN TABLE one.devices ($day, vat text OPTIONS (field 'vatRule'), device text OPTIONS (field 'device')) SERVER one OPTIONS (report 'campaign_two_years');
CREATE FOREIGN TABLE one.bare ($day) SERVER one OPTIONS (report 'campaign_two_years');
CREATE FOREIGN TABLE one.mine ($day, rule text OPTIONS (field 'vatRule')) SERVER one OPTIONS (report 'campaign_two_years')");
	fails("SELECT clicks FROM one.devices WHERE date_day = '$older'", 'HV005', qr/has no field "device".*does not split/s, 'split by device');
	fails("SELECT clicks FROM one.bare WHERE date_day = '$older'", 'HV005', qr/needs a column with field "vatRule"/, 'a table that would not show it');
	is(sent('GET', qr{^/stats$}) + sent('POST', qr{^/}), 0, 'none of this is asked for');
	is($session->query("SELECT DISTINCT rule FROM one.mine WHERE date_day = '$older'"), 'stats', 'a table of your own');
	at($now, naver_stats_days => 360);
	fails("SELECT 1 FROM one.campaign_daily WHERE date_day = '$older'", '22008', qr/any more.*the platform has no numbers of it/s, 'a shorter reach of the platform');
};

subtest 'EXPLAIN reckons with them' => sub {
	at($now);
	my $plan = sub { return $session->query("EXPLAIN (VERBOSE) SELECT clicks FROM one.campaign_daily WHERE date_day = '$_[0]'") };
	like($plan->($older), qr{or GET /stats.*Expected Requests: 11 }s, 'an older day');
	unlike($plan->($files), qr{/stats\b(?!-)}, 'a later one');
};

subtest 'a copy has no such days' => sub {
	at($now);
	$session->query('CREATE SCHEMA ads');
	fails("SELECT adpipe.materialize('one.campaign_daily', 'ads.campaigns', '$older')", '22008', qr/can be trusted from $files on/, 'materialize');
	$session->query("SELECT adpipe.materialize('one.campaign_daily', 'ads.campaigns', '2026-11-25')");
	my ($out, $error) = run("CALL adpipe.refresh('ads.campaigns', '$older', '$older'); CALL adpipe.refresh('ads.campaigns', '2026-11-25', '2026-11-25'); SELECT string_agg(DISTINCT date_day || ' ' || vat_rule, ', ') FROM ads.campaigns");
	is($out, '2026-11-25 included', 'refresh stores none');
	like($error, qr/days of ads.campaigns before $files stay as they are/, 'and says so');
	is(warnings_in($error), 1, 'nothing else');
	is(sent('GET', qr{^/stats$}), 0, 'nor does it ask');
};

done_testing();
