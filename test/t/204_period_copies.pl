# Copies of tables whose rows cover a week or a month: a slice is a period, by its
# first day, and is there once the period is over in the account's zone.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-24T12:00:00Z';
my $meta = '1234567890123456';
my $google = '1234567890';
meta_server($node, $sim, options => { account_id => $meta });
google_server($node, $sim, options => { customer_id => $google });
my $session = session($node);
$session->query('CREATE SCHEMA wh');

sub at
{
	my ($time) = @_;
	$sim->clock($time);
	$session->query('SET adpipe.debug_now = ' . quote($time));
	return;
}
at($now);

# The rows of two relations, compared as a whole.
sub same
{
	my ($copy, $source, $where, $name) = @_;
	my $columns = $session->query("SELECT string_agg(quote_ident(name), ', ' ORDER BY attnum) FROM adpipe_internal.source_columns('$copy')");
	my $count = $session->query("SELECT count(*) FROM $copy");
	cmp_ok($count, '>', 0, "$name: there are rows ($count)");
	is($session->query("SELECT count(*) FROM (SELECT $columns FROM $copy EXCEPT ALL SELECT $columns FROM $source WHERE $where) d"), 0, "$name: none too many");
	is($session->query("SELECT count(*) FROM (SELECT $columns FROM $source WHERE $where EXCEPT ALL SELECT $columns FROM $copy) d"), 0, "$name: none missing");
	return;
}

sub states
{
	my ($copy) = @_;
	return $session->query("SELECT string_agg(date_day || ' ' || state, ', ' ORDER BY date_day) FROM adpipe.coverage WHERE target = '$copy'::regclass");
}

subtest 'months' => sub {
	$session->query("SELECT adpipe.materialize('meta.campaign_monthly', 'wh.months', start => '2026-08-17')");
	is(states('wh.months'), '2026-08-01 missing, 2026-09-01 missing, 2026-10-01 missing', 'the month that overlaps the start is held; November is not over and not missing');
	$session->query("CALL adpipe.refresh('wh.months')");
	same('wh.months', 'meta.campaign_monthly', "period_start >= '2026-08-01'", 'months');
	like(states('wh.months'), qr/^2026-08-01 final, 2026-09-01 final, 2026-10-01 provisional$/, 'October can still be restated');
	is($session->query("SELECT string_agg(DISTINCT period_start || ' to ' || period_end, ', ') FROM wh.months"),
		'2026-08-01 to 2026-08-31, 2026-09-01 to 2026-09-30, 2026-10-01 to 2026-10-31', 'whole months');
	is($session->query("SELECT count(*) FROM adpipe.control_totals WHERE target = 'wh.months'::regclass AND spend_difference BETWEEN -1 AND 1 AND account_spend > 0"),
		3, 'their totals are compared with those of the account by month');
};

# The world's reach, or people, of the rows of a copy.
sub reach
{
	my ($copy, $column) = @_;
	return join ' ', sort split /\n/, $session->query("SELECT campaign_id || ':' || period_start || '=' || $column FROM $copy");
}

subtest 'reach and people of a copy are those of the world' => sub {
	is(reach('wh.months', 'reach'),
		join(' ', sort map { "$_->{campaign_id}:$_->{period_start}=$_->{reach}" }
			  @{ $sim->world(platform => 'meta', resource => 'campaign_daily', accounts => $meta, period => 'month', since => '2026-08-01', until => '2026-10-31') }),
		'of months');
	$session->query("SELECT adpipe.materialize('google.campaign_weekly', 'wh.weeks', start => '2026-11-01')");
	$session->query("CALL adpipe.refresh('wh.weeks')");
	same('wh.weeks', 'google.campaign_weekly', "period_start >= '2026-10-26'", 'weeks');
	is(states('wh.weeks') =~ s/ [a-z]+//gr, '2026-10-26, 2026-11-02, 2026-11-09, 2026-11-16', 'the week that overlaps the start, and three more; the one that runs is not missing');
	is(reach('wh.weeks', 'unique_users'),
		join(' ', sort map { $_->{'campaign.id'} . ':' . $_->{'segments.week'} . '=' . $_->{'metrics.unique_users'} }
			  @{ $sim->world(resource => 'campaign', accounts => $google, segments => 'week', since => '2026-10-26', until => '2026-11-22',
				metrics => 'impressions,clicks,interactions,cost_micros,conversions,conversions_value,all_conversions,all_conversions_value,view_through_conversions') }),
		'of weeks');
	is($session->query(<<'END'), 't|t', 'the sum of daily reach is more');
SELECT bool_and(d.reach >= m.reach), bool_or(d.reach > m.reach)
FROM wh.months m
JOIN (SELECT campaign_id, sum(reach + 0) AS reach FROM meta.campaign_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY 1) d USING (campaign_id)
WHERE m.period_start = '2026-10-01'
END
};

# What a refresh asked the platform for: the first days of the ranges.
sub asked
{
	my (%seen) = ();
	return join ' ', sort grep { !$seen{$_}++ }
	  map { my $q = ($_->{query} // '') =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger; $q =~ /level=campaign/ && $q =~ /"since":"([-\d]+)","until":"([-\d]+)"/ ? "$1..$2" : () } @{ $sim->requests };
}

sub refreshed
{
	my ($call) = @_;
	$sim->reset;
	$sim->clock($session->query('SHOW adpipe.debug_now'));
	$session->query($call);
	return asked();
}

subtest 'what is due' => sub {
	is(refreshed("CALL adpipe.refresh('wh.months', '2026-09-15', '2026-10-02')"), '2026-09-01..2026-09-30 2026-10-01..2026-10-31',
		'since and until take every month that overlaps them');
	is(refreshed("CALL adpipe.refresh('wh.months', '2026-11-01')"), '', 'a month that is not over is not asked for');
	at('2026-11-25T12:00:00Z');
	is(refreshed("CALL adpipe.refresh('wh.months')"), '2026-10-01..2026-10-31', 'a day later the month of which days can be restated is read again');
	$session->query("SELECT adpipe.alter_target('wh.months', lookback => 60)");
	at('2026-11-26T12:00:00Z');
	is(refreshed("CALL adpipe.refresh('wh.months')"), '2026-09-01..2026-09-30 2026-10-01..2026-10-31', 'a lookback takes every month that overlaps it');
	# Midnight in Seoul.
	at('2026-11-30T14:00:00Z');
	refreshed("CALL adpipe.refresh('wh.months')");
	is(refreshed("CALL adpipe.refresh('wh.months')") =~ /2026-11/ ? 'asked' : 'not asked', 'not asked', 'an hour before November ends it is not due');
	at('2026-12-01T08:00:00Z');
	like(refreshed("CALL adpipe.refresh('wh.months')"), qr/2026-11-01\.\.2026-11-30/, 'after its end it is');
	is($session->query("SELECT max(period_end) FROM wh.months"), '2026-11-30', 'and is stored');
};

subtest 'guards and views speak of the first day' => sub {
	is($session->query("SELECT latest_complete_day, expected_by::date FROM adpipe.freshness WHERE target = 'wh.months'::regclass"), '2026-11-01|2026-12-31',
		'November is the latest complete month, December is expected at its end');
	is($session->query("SELECT adpipe.stored_until('wh.months')"), '2026-11-30', 'complete up to the last day of November');
	is($session->query("SELECT adpipe.require_complete('wh.months', '2026-08-20', '2026-12-31')"), '', 'December is not missing');
	$session->query("DELETE FROM wh.months WHERE period_start = '2026-09-01'");
	my $error = $session->query_error("SELECT adpipe.require_complete('wh.months', '2026-09-10', '2026-12-31')");
	is($error->{sqlstate}, '55000', 'a month that lost its rows is missed, also by days in its middle');
	like($error->{detail}, qr/^1 account-days are not complete: $meta 2026-09-01 \(changed\)/, 'by its first day');
	is(refreshed("CALL adpipe.refresh('wh.months', '2026-09-01', '2026-09-30')"), '2026-09-01..2026-09-30', 'read again');
	is($session->query("SELECT adpipe.require_complete('wh.months', '2026-09-10', '2026-12-31')"), '', 'it is complete');
	is($session->query("SELECT string_agg(date_day::text, ' ' ORDER BY date_day) FROM adpipe.changed_slices('wh.months', 0) WHERE date_day = '2026-09-01'"), '2026-09-01', 'and has changed for models');
	$session->query("SELECT adpipe.live_view('wh.months')");
	is($session->query('SELECT count(*), count(_fetched_at) FROM wh.months_live'), $session->query('SELECT count(*), count(*) FROM wh.months'), 'a live view reads what is stored');
	is($session->query("SELECT problem FROM adpipe.health WHERE target = 'wh.months'::regclass AND severity <> 'info' AND problem !~ 'scheduler'"), '', 'and all is well');
	at('2027-01-02T12:00:00Z');
	is($session->query('SELECT max(period_start), bool_and(_fetched_at IS NULL) FROM wh.months_live WHERE period_start > (SELECT max(period_start) FROM wh.months)'), '2026-12-01|t', 'and a month that is over since from the platform');
	$session->query("SELECT adpipe.current_view('wh.months')");
	is($session->query('SELECT count(*) FROM wh.months_current'), $session->query('SELECT count(*) FROM wh.months'), 'a view with names as they are now');
};

subtest 'a source that changes its period' => sub {
	$session->query("ALTER FOREIGN TABLE meta.campaign_monthly OPTIONS (SET period 'week')");
	$session->query("CALL adpipe.refresh('wh.months')");
	$session->query("ALTER FOREIGN TABLE meta.campaign_monthly OPTIONS (SET period 'month')");
	like($session->query("SELECT string_agg(error, ' ') FROM adpipe.runs WHERE target = 'wh.months'::regclass AND status = 'failed'"), qr/cover a week now, those of the copy a month/, 'is not mixed into the copy');
	is($session->query("SELECT count(*) FROM wh.months WHERE period_end - period_start < 27"), 0, 'no week is among the months');
};

subtest 'adopted again' => sub {
	at('2026-12-02T12:00:00Z');
	$session->query('CREATE TABLE wh.kept (LIKE wh.months) PARTITION BY RANGE (period_start)');
	$session->query("CREATE TABLE wh.kept_2026 PARTITION OF wh.kept FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')");
	$session->query('INSERT INTO wh.kept SELECT * FROM wh.months');
	$session->query("SELECT adpipe.adopt('wh.kept', 'meta.campaign_monthly')");
	$session->query("CALL adpipe.refresh('wh.kept')");
	same('wh.kept', 'meta.campaign_monthly', "period_start >= '2026-08-01' AND period_start < '2026-12-01'", 'an adopted copy');
	is(states('wh.kept') =~ s/ [a-z]+//gr, '2026-08-01, 2026-09-01, 2026-10-01, 2026-11-01', 'its slices are months');
};

done_testing();
