# Numbers of people have no sum, but the platform counts them at any grain: a table
# of days answers adpipe.reach(), unique_users() and frequency() for a group that is
# one row of what the platform can be asked for.  The world counts the people
# themselves.  Any other group with two such numbers is an error.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
my $account = '2345678901234567';
my $customer = '2345678901';
meta_server($node, $sim, options => { account_id => $account });
meta_server($node, $sim, name => 'two', schema => 'reports', options => { account_id => "$account,1234567890123456" });
google_server($node, $sim, options => { customer_id => $customer });
my $session = session($node);

sub fresh
{
	$sim->reset;
	$sim->clock($now);
	$session->query('SET adpipe.debug_now = ' . quote($now));
	return;
}
fresh();

sub world
{
	my ($columns, %where) = @_;
	my $rows = $sim->world(platform => 'meta', accounts => $account, resource => 'campaign_daily', %where);
	return join "\n", sort map { my $row = $_; join '|', map { $row->{$_} // '' } @$columns } @$rows;
}

# Rows in order, with numbers in their shortest form.
sub rows
{
	my ($sql) = @_;
	return join "\n", sort map { s/(\.\d*?)0+(?=\||$)/$1/gr =~ s/\.(?=\||$)//gr } split /\n/, $session->query($sql);
}

sub grain
{
	my ($sql) = @_;
	my ($grain) = $session->query("EXPLAIN (VERBOSE, COSTS OFF) $sql") =~ /Grain: (.*)/;
	return $grain;
}

sub refused
{
	my ($name, $sql, $sqlstate, $words) = @_;
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, $sqlstate, "$name: refused") or diag($sql);
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$name: words") if $words;
	return;
}

# Frequency as the platform sends it has fewer digits than the quotient.
sub frequencies
{
	my ($text) = @_;
	return join "\n", map { s/\|([\d.]+)$/sprintf '|%.4f', $1/er } split /\n/, $text;
}

subtest 'Meta: any range' => sub {
	fresh();
	my $sql = "SELECT campaign_id, adpipe.reach(reach), sum(clicks), adpipe.frequency(impressions, reach) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11' GROUP BY campaign_id";
	is(grain($sql), 'account, campaign', 'the days are left out');
	is(frequencies(rows($sql)), frequencies(world([qw(campaign_id reach clicks frequency)], period => 'all', since => '2026-10-03', until => '2026-11-11')),
		'forty days');
	is(rows("SELECT adpipe.reach(reach) FROM meta.account_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11'"),
		world(['reach'], resource => 'account_daily', period => 'all', since => '2026-10-03', until => '2026-11-11'), 'of the account');
	is(rows("SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily WHERE date_day >= '2026-10-03' GROUP BY 1"),
		world([qw(campaign_id reach)], period => 'all', since => '2026-10-03', until => '2026-11-20'), 'to date');
	is(rows("SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_age_gender_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11' GROUP BY 1"),
		world([qw(campaign_id reach)], period => 'all', since => '2026-10-03', until => '2026-11-11'), 'of all ages and genders');
	is(rows("SELECT campaign_id, gender, age, adpipe.reach(reach) FROM meta.campaign_age_gender_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11' GROUP BY 1, 2, 3"),
		world([qw(campaign_id gender age reach)], resource => 'campaign_age_gender_daily', period => 'all', since => '2026-10-03', until => '2026-11-11'), 'of each age and gender');
	is(rows("SELECT campaign_name, adpipe.reach(reach), round(adpipe.cpp(spend, reach, currency), 2) > 0 FROM meta.campaign_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11' AND campaign_id = (SELECT min(campaign_id) FROM meta.campaign_daily WHERE date_day = '2026-10-03') GROUP BY 1") =~ tr/\n//, 0,
		'one campaign by its name');
	my $daily = $session->query("SELECT sum(reach + 0) FROM meta.account_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11'");
	cmp_ok($daily, '>', $session->query("SELECT adpipe.reach(reach) FROM meta.account_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11'"), 'daily numbers add up to more');
	refused('their sum', "SELECT sum(reach) FROM meta.account_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11'", '42803', qr/cannot add up column "reach"/);
};

subtest 'Meta: months and weeks' => sub {
	fresh();
	my $months = "SELECT campaign_id, date_trunc('month', date_day)::date, adpipe.reach(reach), sum(impressions) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-08-01' AND '2026-10-31' GROUP BY 1, 2";
	is(grain($months), 'account, campaign, month of date_day', 'the grain');
	is(rows($months), world([qw(campaign_id period_start reach impressions)], period => 'month', since => '2026-08-01', until => '2026-10-31'), 'three months');
	is(rows("SELECT campaign_id, date_trunc('week', date_day)::date, adpipe.reach(reach), sum(impressions) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-10-26' AND '2026-11-15' GROUP BY 1, 2"),
		world([qw(campaign_id period_start reach impressions)], period => 'week', since => '2026-10-26', until => '2026-11-15'), 'three weeks');
	is(rows("SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily WHERE date_trunc('month', date_day) = '2026-11-01' GROUP BY 1, date_trunc('month', date_day)"),
		world([qw(campaign_id reach)], period => 'all', since => '2026-11-01', until => '2026-11-20'), 'the month that runs');
	is(rows("SELECT campaign_id, adpipe.reach(reach) FILTER (WHERE date_day >= '2026-10-01'), adpipe.reach(reach) FILTER (WHERE date_day < '2026-10-01') FROM meta.campaign_daily"
		. " WHERE date_day BETWEEN '2026-09-01' AND '2026-10-31' AND campaign_id IN (SELECT unnest('{" . join(',', both_months()) . "}'::text[])) GROUP BY 1"),
		join("\n", two_months()), 'two months side by side');
	refused('a year of several months', "SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-08-01' AND '2026-10-31' GROUP BY 1, date_trunc('year', date_day)",
		'21000', qr/more than one distinct count/);
	refused('months that are cut', "SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-08-02' AND '2026-10-31' GROUP BY 1, date_trunc('month', date_day)",
		'21000', qr/whole weeks or months/);
	refused('their sum', "SELECT campaign_id, sum(reach) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-08-01' AND '2026-10-31' GROUP BY 1, date_trunc('month', date_day)", '42803', qr/cannot add up/);
};

# Reach by campaign of September and of October.
sub month_of
{
	my ($first, $last) = @_;
	return map { split /\|/ } split /\n/, world([qw(campaign_id reach)], period => 'all', since => $first, until => $last);
}

sub both_months
{
	my %september = month_of('2026-09-01', '2026-09-30');
	my %october = month_of('2026-10-01', '2026-10-31');
	return grep { exists $october{$_} } sort keys %september;
}

sub two_months
{
	my %september = month_of('2026-09-01', '2026-09-30');
	my %october = month_of('2026-10-01', '2026-10-31');
	return map { "$_|$october{$_}|$september{$_}" } both_months();
}

my $flight = "WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11'";
subtest 'Meta: what is no row of the platform' => sub {
	fresh();
	my $hint = qr/Group by all columns that split the rows.*adpipe\.pushdown/s;
	refused('of all campaigns from those of each', "SELECT adpipe.reach(reach) FROM meta.campaign_daily $flight", '21000', $hint);
	refused('of ad sets', "SELECT campaign_id, adpipe.reach(reach) FROM meta.adset_daily $flight GROUP BY 1", '21000', $hint);
	refused('of ages', "SELECT age, adpipe.reach(reach) FROM meta.campaign_age_gender_daily $flight GROUP BY 1", '21000', $hint);
	refused('of two accounts', "SELECT adpipe.reach(reach) FROM two.account_daily $flight", '21000', $hint);
	is($session->query("SELECT count(*) FROM (SELECT account_id, adpipe.reach(reach) FROM two.account_daily $flight GROUP BY 1) a"), 2, 'though each of them has one');
	refused('a count of rows beside it', "SELECT campaign_id, adpipe.reach(reach), count(*) FROM meta.campaign_daily $flight GROUP BY 1", '21000', $hint);
	refused('beside the days', "SELECT campaign_id, adpipe.reach(reach), max(date_day) FROM meta.campaign_daily $flight GROUP BY 1", '21000', $hint);
	refused('a total beside it', "SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily $flight GROUP BY ROLLUP (1)", '21000', $hint);
	refused('joined twice', "SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily, generate_series(1, 2) $flight GROUP BY 1", '21000', $hint);
	refused('days with a gap', "SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily $flight AND date_day <> '2026-10-10' GROUP BY 1", '21000', $hint);
	refused('a part of the days', "SELECT campaign_id, adpipe.reach(reach) FILTER (WHERE date_day > '2026-10-10') FROM meta.campaign_daily $flight GROUP BY 1", '21000', $hint);
};

subtest 'without pushdown it is an error, never another number' => sub {
	fresh();
	my $one = "SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily $flight GROUP BY 1";
	$session->query("SET plan_cache_mode = force_generic_plan; PREPARE p AS $one");
	my $rows = rows('EXECUTE p');
	$session->query('SET adpipe.pushdown = off');
	refused('a range', $one, '21000', qr/SET adpipe\.pushdown = on/);
	refused('a kept plan', 'EXECUTE p', '21000');
	refused('months', "SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-08-01' AND '2026-10-31' GROUP BY 1, date_trunc('month', date_day)", '21000');
	is(rows("SELECT campaign_id, date_day, adpipe.reach(reach) FROM meta.campaign_daily $flight GROUP BY 1, 2"),
		rows("SET adpipe.pushdown = on; SELECT campaign_id, date_day, adpipe.reach(reach) FROM meta.campaign_daily $flight GROUP BY 1, 2"), 'a group of one row is the same');
	is(rows('EXECUTE p'), $rows, 'and with it again a number');
	$session->query("SET adpipe.pushdown = off; PREPARE q AS $one");
	refused('a plan made without', 'EXECUTE q', '21000');
	is(rows('SET adpipe.pushdown = on; EXECUTE q'), $rows, 'is as good with it');
	$session->query('RESET plan_cache_mode; DEALLOCATE ALL');
};

subtest 'beside other scans, joins, views' => sub {
	fresh();
	my $all = rows("SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily $flight GROUP BY 1");
	is(rows("SELECT r.campaign_id, r.reach FROM (SELECT campaign_id, adpipe.reach(reach) AS reach FROM meta.campaign_daily $flight GROUP BY 1) r"
		. " JOIN (SELECT campaign_id, max(reach) AS top FROM (SELECT campaign_id, date_day, sum(reach) AS reach FROM meta.campaign_daily $flight GROUP BY 1, 2) d GROUP BY 1) d USING (campaign_id)"),
		$all, 'days of the same table are read beside it');
	$session->query("CREATE TABLE brands AS SELECT campaign_id, campaign_id AS brand FROM meta.campaign_daily WHERE date_day BETWEEN '2026-10-03' AND '2026-11-11' GROUP BY 1; ANALYZE brands");
	is(rows("SELECT b.brand, adpipe.reach(m.reach) FROM meta.campaign_daily m JOIN brands b USING (campaign_id) $flight GROUP BY 1, m.campaign_id"), $all, 'a join');
	is(rows("SELECT b.campaign_id, adpipe.reach(m.reach) FROM meta.campaign_daily m JOIN brands b ON b.campaign_id = m.campaign_id $flight GROUP BY 1"), $all, 'grouped by what the id is joined with');
	refused('grouped by what several campaigns may have', "SELECT b.brand, adpipe.reach(m.reach) FROM meta.campaign_daily m JOIN brands b USING (campaign_id) $flight GROUP BY 1", '21000');
	$session->query("CREATE VIEW people AS SELECT campaign_id, date_day, reach, impressions FROM meta.campaign_daily");
	is(rows("SELECT campaign_id, adpipe.reach(reach) FROM people $flight GROUP BY 1"), $all, 'a view');
	$session->query("CREATE TABLE parted (LIKE meta.campaign_daily) PARTITION BY LIST (account_id); ALTER TABLE parted ATTACH PARTITION meta.campaign_daily FOR VALUES IN ('$account')");
	is(rows("SELECT campaign_id, adpipe.reach(reach) FROM parted $flight GROUP BY 1"), $all, 'a partition');
	is(rows("SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily $flight GROUP BY 1 HAVING adpipe.reach(reach) > 0 ORDER BY 2 LIMIT 1000"), $all, 'in HAVING and ORDER BY');
};

subtest 'a range is never divided' => sub {
	fresh();
	$sim->settings({ meta_sync_rows => 2, meta_async_rows => 2 });
	my $error = $session->query_error("SELECT campaign_id, adpipe.reach(reach) FROM meta.campaign_daily $flight GROUP BY 1");
	unlike($error->{message}, qr/distinct count/, "the platform's own error: $error->{message}");
	like($error->{sqlstate}, qr/^(HV|5[34])/, 'which is one');
};

subtest 'Google: unique users' => sub {
	fresh();
	$session->query(<<'END');
CREATE FOREIGN TABLE google.people (account_id text OPTIONS (field 'customer.id'), date_day date OPTIONS (field 'segments.date'),
  campaign_id text OPTIONS (field 'campaign.id'), campaign_name text OPTIONS (field 'campaign.name'), device text OPTIONS (field 'segments.device'), impressions bigint OPTIONS (field 'metrics.impressions'),
  unique_users bigint OPTIONS (field 'metrics.unique_users')) SERVER google OPTIONS (resource 'campaign')
END
	my $world = sub {
		my ($since, $until, $segment) = @_;
		my $rows = $sim->world(resource => 'campaign', accounts => $customer, since => $since, until => $until, segments => $segment, metrics => 'impressions');
		return join "\n", sort map { join '|', map { $_ // '' } @$_{ 'campaign.id', $segment ? "segments.$segment" : (), 'metrics.unique_users', 'metrics.impressions' } } @$rows;
	};
	is(rows("SELECT campaign_id, adpipe.unique_users(unique_users), sum(impressions) FROM google.people $flight GROUP BY 1"), $world->('2026-10-03', '2026-11-11', ''), 'a range');
	my $months = "SELECT campaign_id, date_trunc('month', date_day)::date, adpipe.unique_users(unique_users), sum(impressions) FROM google.people WHERE date_day BETWEEN '2026-08-01' AND '2026-10-31' GROUP BY 1, 2";
	is(grain($months), 'account, campaign, month of date_day', 'by month');
	like($session->query("EXPLAIN (VERBOSE, COSTS OFF) $months"), qr/Expected Requests: 3$/m, 'a request each');
	is(rows($months), $world->('2026-08-01', '2026-10-31', 'month'), 'three months');
	is(rows("SELECT campaign_id, date_trunc('week', date_day)::date, adpipe.unique_users(unique_users), sum(impressions) FROM google.people WHERE date_day BETWEEN '2025-12-22' AND '2026-01-11' GROUP BY 1, 2"),
		$world->('2025-12-22', '2026-01-11', 'week'), "weeks across the year's end");
	is(rows("SELECT campaign_id, date_trunc('month', date_day)::date, adpipe.unique_users(unique_users), sum(impressions) FROM google.people WHERE date_day >= '2026-11-01' GROUP BY 1, 2"),
		$world->('2026-11-01', '2026-11-20', 'month'), 'the month that runs');
	is(rows("SELECT campaign_id, w.users, sum(m.users) > w.users FROM (SELECT campaign_id, adpipe.unique_users(unique_users) AS users FROM google.people WHERE date_day BETWEEN '2026-09-01' AND '2026-10-31' GROUP BY 1) w"
		. " JOIN (SELECT campaign_id, date_trunc('month', date_day), adpipe.unique_users(unique_users) AS users FROM google.people WHERE date_day BETWEEN '2026-09-01' AND '2026-10-31' GROUP BY 1, 2) m USING (campaign_id) WHERE w.users > 0 GROUP BY 1, 2"),
		join("\n", map { s/\|\d+$/|t/r } grep { !/\|0\|/ } split /\n/, $world->('2026-09-01', '2026-10-31', '')), 'a range and its months in one statement');
	is(rows("SELECT campaign_id, adpipe.frequency(impressions, unique_users) > 1 FROM google.people $flight GROUP BY 1") =~ tr/\n//, $world->('2026-10-03', '2026-11-11', '') =~ tr/\n//, 'and frequency');
	refused('their sum', "SELECT sum(unique_users) FROM google.people $flight", '42803', qr/cannot add up/);
	refused('longer than Google counts', "SELECT campaign_id, adpipe.unique_users(unique_users) FROM google.people WHERE date_day BETWEEN '2026-06-01' AND '2026-10-31' GROUP BY 1", 'HV00L', qr/92 days/);
};

done_testing();
