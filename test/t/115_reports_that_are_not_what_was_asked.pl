# A report of AppsFlyer whose rows are of no day or of another one, that has two
# columns of one name, or whose money is in another currency than the app's, is an
# error in statements as in refreshes: a sum without those rows would be too low.
# What only looks odd is read: words for no value, 12.0 and 12,000.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $app = 'com.hanbit.running';
my $session;

# Both clocks stand at one moment: days of raw data are within reach.
my $now = '2026-11-20T12:00:00Z';
my $day = "date_day = '2026-11-03'";
my @day = (since => '2026-11-03', until => '2026-11-03');

sub start_over
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings({ appsflyer_minute_calls => 1000, %settings });
	$session->query("SELECT adpipe.forget('flyer')");
	return;
}

# What a statement gives, or its error: a test goes on either way.
sub value
{
	my ($sql) = @_;
	my ($out, $error) = $session->try($sql);
	return $error ? "$error->{sqlstate} $error->{message}" : $out;
}

sub calls
{
	return scalar grep { $_->{path} =~ m{^/api/(agg|raw)-data/} } @{ $sim->requests };
}

# The error of a statement as one text.
sub error_of
{
	my ($sql) = @_;
	my ($out, $error) = $session->try($sql);
	return 'no error' unless $error;
	return join "\n", map { $_ // '' } @$error{qw(sqlstate message detail hint)};
}

sub world
{
	my ($table) = @_;
	return $sim->world(platform => 'appsflyer', resource => $table, accounts => $app, @day);
}

sub same_as_world
{
	my ($table) = @_;
	is_world($node, "flyer.$table", world($table), where => $day);
	return;
}

$node->safe_psql('postgres', "ALTER DATABASE postgres SET adpipe.debug_now = '$now'");
$session = session($node);
appsflyer_server($node, $sim, options => { app_id => $app, max_retries => 3 });
$session->query(<<'END');
CREATE SCHEMA ads;
CREATE FOREIGN TABLE flyer.counts (day date OPTIONS (field 'Date'), n bigint OPTIONS (field 'Installs'), small integer OPTIONS (field 'Clicks'), wide numeric OPTIONS (field 'Sessions'),
    cost numeric OPTIONS (field 'Total Cost'), sold bigint OPTIONS (field 'af_purchase (Event counter)')) SERVER flyer OPTIONS (report 'partners_by_date_report');
CREATE FOREIGN TABLE flyer.values (day date OPTIONS (field 'Date'), name text OPTIONS (field 'Event Name'), value text OPTIONS (field 'Event Value'), object jsonb OPTIONS (field 'Event Value')) SERVER flyer OPTIONS (report 'in_app_events_report');
END

subtest 'a row of no day, or of another one' => sub {
	for my $case (
		[ 'partners_daily', 'Date' ], [ 'geo_daily', 'Date' ], [ 'partners_event_daily', 'Date' ],
		[ 'installs', 'Install Time' ], [ 'organic_installs', 'Install Time' ],
		[ 'in_app_events', 'Event Time' ], [ 'organic_in_app_events', 'Event Time' ])
	{
		my ($table, $column) = @$case;
		start_over();
		my $count = $session->query("SELECT count(*) FROM flyer.$table WHERE date_day BETWEEN '2026-11-01' AND '2026-11-09'");
		cmp_ok($count, '>', 1, "$table: there are rows");
		for my $odd ('', '2026-01-01', '2026-11-10', '2025-11-03', '20261103', 'soon')
		{
			start_over(appsflyer_odd_dates => { 0 => $odd });
			my $error = error_of("SELECT count(*) FROM flyer.$table WHERE date_day BETWEEN '2026-11-01' AND '2026-11-09'");
			like($error, qr/^HV00A\n.*"$column"/, "$table: '$odd' is an error");
			like($error, qr/account \Q$app\E/, 'which names the account');
			like($error, qr/2026-11-01 to 2026-11-09/, 'and the days');
			is(calls(), 1, 'and is final: each call counts');
		}
		$sim->settings({ appsflyer_odd_dates => {} });
		is(value("SELECT count(*) FROM flyer.$table WHERE date_day BETWEEN '2026-11-01' AND '2026-11-09'"), $count, "$table: nothing of it is kept");
	}
};

subtest 'a day between others need not be wanted' => sub {
	start_over();
	my $sum = "SELECT sum(installs) FROM flyer.partners_daily WHERE date_day";
	my $all = $session->query("$sum BETWEEN '2026-11-01' AND '2026-11-03'") - $session->query("$sum = '2026-11-02'");
	is(value("$sum IN ('2026-11-01', '2026-11-03')"), $all, 'it is asked for and left out here');
};

subtest 'a refresh keeps what is stored' => sub {
	start_over();
	$session->query("SELECT adpipe.materialize('flyer.partners_daily', 'ads.partners', '2026-11-03')");
	$session->query("CALL adpipe.refresh('ads.partners', '2026-11-03', '2026-11-04')");
	my $stored = $session->query('SELECT count(*), sum(installs) FROM ads.partners');
	for my $settings ({ appsflyer_odd_dates => { 1 => '' } }, { appsflyer_odd_dates => { 1 => '2026-11-09' } }, { appsflyer_double_columns => 'Installs' })
	{
		start_over(%$settings);
		$session->query("CALL adpipe.refresh('ads.partners', '2026-11-03', '2026-11-04')");
		is(value("SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'failed', 'a run that failed');
		is(value('SELECT count(*), sum(installs) FROM ads.partners'), $stored, 'changes nothing');
	}
	start_over();
	$sim->faults([ { match => { path => 'agg-data' }, action => { replace => [ '(Sales in KRW)', '(Sales in USD)' ] } } ]);
	$session->query("CALL adpipe.refresh('ads.partners', '2026-11-03', '2026-11-04')");
	like(value("SELECT status || ' ' || error FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), qr/^failed .*USD.*KRW/, 'so does money in another currency');
	is(value('SELECT count(*), sum(installs) FROM ads.partners'), $stored, 'changes nothing');
};

subtest 'two columns of one name' => sub {
	for my $case (
		[ { appsflyer_double_columns => 'Installs' }, 'Installs' ],
		[ { appsflyer_double_columns => 'Date' }, 'Date' ],
		[ { appsflyer_double_columns => 'af_purchase (Event counter)' }, 'af_purchase (Event counter)' ],
		[ { appsflyer_double_columns => 'af_purchase (Sales in KRW)' }, 'af_purchase (Sales in KRW)' ],
		[ { appsflyer_rename_columns => { CTR => 'INSTALLS' } }, '(INSTALLS|Installs)' ],
		[ { appsflyer_rename_columns => { CTR => ' Installs ' } }, 'Installs' ])
	{
		start_over(%{ $case->[0] });
		my $name = $case->[1] =~ /\|/ ? $case->[1] : quotemeta $case->[1];
		like(error_of("SELECT $_ FROM flyer.partners_daily WHERE date_day BETWEEN '2026-10-20' AND '2026-11-03'"), qr/^HV00A\n.*two columns "$name"/, "$case->[1], asked for $_")
		  for 'count(*)', 'sum(installs)';
		like(error_of("SELECT count(*) FROM flyer.partners_event_daily WHERE date_day BETWEEN '2026-10-20' AND '2026-11-03'"), qr/^HV00A\n/, 'also for its events');
	}
	start_over(appsflyer_double_columns => 'City');
	like(error_of("SELECT count(*) FROM flyer.installs WHERE $day"), qr/^HV00A\n.*two columns "City"/, 'of raw data');
};

subtest 'events whose names differ in case are two' => sub {
	my @days = "date_day BETWEEN '2026-10-20' AND '2026-11-03'";
	start_over();
	my $counts = "SELECT sum(event_count) FROM flyer.partners_event_daily WHERE @days AND event_name";
	my ($bought, $returned) = map { $session->query("$counts = '$_'") } 'af_purchase', 'af_content_view';
	cmp_ok($bought, '!=', $returned, 'they are different');
	start_over(appsflyer_rename_columns => { map { ("af_content_view ($_)" => "AF_PURCHASE ($_)") } 'Unique users', 'Event counter', 'Sales in KRW' });
	is(value("$counts = 'af_purchase'"), $bought, 'the one');
	is(value("$counts = 'AF_PURCHASE'"), $returned, 'the other');
	$session->query("ALTER FOREIGN TABLE flyer.counts ALTER COLUMN sold OPTIONS (SET field 'Af_Purchase (Event counter)')");
	is(value("SELECT count(sold) FROM flyer.counts WHERE day BETWEEN '2026-10-20' AND '2026-11-03'"), '0', 'a field that is spelled like neither is neither');
	like($session->messages, qr/NOTICE:.*has no column "Af_Purchase \(Event counter\)"/, 'and a notice says so');
	$session->query("ALTER FOREIGN TABLE flyer.counts ALTER COLUMN sold OPTIONS (SET field 'af_purchase (Event counter)')");
};

subtest 'money in another currency than the app' => sub {
	start_over();
	$sim->faults([ { match => { path => 'agg-data' }, action => { replace => [ '(Sales in KRW)', '(Sales in USD)' ] } } ]);
	for my $column ('spend', 'revenue', 'installs')
	{
		my $error = error_of("SELECT sum($column) FROM flyer.partners_daily WHERE $day");
		like($error, qr/^22023\n.*USD.*account \Q$app\E has "KRW"/, "$column: an error that names both");
		like($error, qr/forget\('flyer'\)/, 'and what to do after a change of the app');
	}
	like(error_of("SELECT count(*) FROM flyer.$_ WHERE $day"), qr/^22023\n/, $_) for qw(geo_daily partners_event_daily);

	start_over(appsflyer_revenue_currency => 'EUR');
	like(error_of("SELECT $_ FROM flyer.in_app_events WHERE $day"), qr/^22023\n.*"Event Revenue".*EUR.*"KRW"/, "$_ of raw data") for 'sum(event_revenue)', '*';
	is(value("SELECT count(*) FROM flyer.in_app_events WHERE $day"), scalar @{ world('in_app_events') }, 'without the amount nothing is wrong');
};

subtest 'options that are not the app\'s' => sub {
	for my $option ([ timezone => 'Asia/Tokyo' ], [ currency => 'USD' ])
	{
		my ($name, $wrong) = @$option;
		start_over();
		$session->query("ALTER SERVER flyer OPTIONS (ADD $name '$wrong')");
		like(error_of("SELECT count(*) FROM flyer.$_ WHERE $day"), qr/^22023\n.*"$name".*"$wrong" but account \Q$app\E has/, "$name of $_") for qw(partners_daily installs in_app_events);
		$session->query("CALL adpipe.refresh('ads.partners', '2026-11-03', '2026-11-04')");
		like(value("SELECT status || ' ' || error FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), qr/^failed .*"$wrong"/, 'a refresh fails, too');
		is(calls(), 0, 'nothing is asked');
		$session->query("ALTER SERVER flyer OPTIONS (DROP $name)");
	}
};

subtest 'a currency without an amount' => sub {
	start_over();
	is(value("SELECT count(*) FILTER (WHERE event_revenue_currency = 'USD') > 0, count(*) FILTER (WHERE event_revenue_currency = 'USD' AND event_revenue IS NOT NULL) FROM flyer.in_app_events WHERE date_day BETWEEN '2026-11-01' AND '2026-11-09'"),
		't|0', 'is no reason to refuse a row');
	same_as_world($_) for qw(in_app_events installs);
};

subtest 'what could not be attributed' => sub {
	start_over();
	my $days = "date_day BETWEEN '2026-11-01' AND '2026-11-09'";
	is(value("SELECT count(*) FILTER (WHERE media_source = 'None') > 0, count(*) FILTER (WHERE media_source IS NULL), count(*) FILTER (WHERE campaign_name IS NULL), count(*) FILTER (WHERE agency = 'None') FROM flyer.partners_daily WHERE $days"), 't|0|0|0', 'has media source None, which is neither organic nor unknown');
	is(value("SELECT count(*) > 0 FROM flyer.installs WHERE $days AND media_source = 'None'"), 't', 'in raw data, too');
};

subtest 'words for no value' => sub {
	for my $word ('null', 'NULL', 'None', '-', '')
	{
		start_over(appsflyer_not_measured => $word);
		same_as_world($_) for qw(partners_daily partners_event_daily);
	}
	start_over();
	my $days = "day BETWEEN '2026-11-01' AND '2026-11-09'";
	is(value("SELECT count(*) FILTER (WHERE value IN ('null', 'NULL', '')), count(*) FILTER (WHERE value IS NULL) > 0, count(*) FILTER (WHERE value IS NOT NULL) > 0 FROM flyer.values WHERE $days"), '0|t|t', 'the value of an event');
	is(value("SELECT count(*) FILTER (WHERE object = 'null'), count(*) FILTER (WHERE object IS NULL) > 0 FROM flyer.values WHERE $days AND name = 'af_refund'"), '0|t', 'as jsonb, too');
};

subtest 'counters that are spelled otherwise' => sub {
	for my $style ('point', 'comma')
	{
		start_over(appsflyer_counters => $style);
		same_as_world($_) for qw(partners_daily geo_daily partners_event_daily);
		is(value("SELECT sum(sold) = (SELECT sum(event_count) FROM flyer.partners_event_daily WHERE $day AND event_name = 'af_purchase') FROM flyer.counts WHERE day = '2026-11-03'"), 't', "$style: a column of an event");
	}
	start_over(appsflyer_counters => 'fraction');
	like(error_of("SELECT sum(installs) FROM flyer.partners_daily WHERE $day"), qr/^22003\nvalue "\d+\.5" of field "\w+" does not fit column "\w+"/, 'half a user is an error');

	my %read = ('12.0' => 12, '12.000' => 12, '12,000' => 12000, '1,234,567.00' => 1234567, '-1,000' => -1000, '0.0' => 0, '-0.0' => 0, '7' => 7,
		'9,223,372,036,854,775,807' => '9223372036854775807');
	my @wrong = ('12.5', '12.', '.0', '12,00', '12,0000', '1234,567', '0,123', ',000', '1,,000', '1,000,', '12,000,0', '1.2.0', '1,000.0x', '12 000', '9223372036854775808.0');
	for my $cell (sort(keys %read), @wrong)
	{
		start_over();
		$sim->faults([ { match => { path => 'agg-data' }, action => { status => 200, body => "Date,Installs\n2026-11-03,\"$cell\"\n" } } ]);
		my $sql = "SELECT n FROM flyer.counts WHERE day = '2026-11-03'";
		defined $read{$cell}
		  ? is(value($sql), $read{$cell}, "$cell is read")
		  : like(error_of($sql), qr/^(22003|22P02)\nvalue "(\Q$cell\E|9223372036854775808)" of field "Installs" does not fit column "n"/, "$cell is not");
	}
	start_over();
	$sim->faults([ { match => { path => 'agg-data' }, action => { status => 200, body => qq(Date,Clicks,Sessions,Total Cost\n2026-11-03,"12,000",12.0,"1,245.00"\n) } } ]);
	is(value("SELECT small, wide FROM flyer.counts WHERE day = '2026-11-03'"), '12000|12', 'other types that hold them');
	like(error_of("SELECT cost FROM flyer.counts WHERE day = '2026-11-03'"), qr/^22P02\nvalue "1,245.00" of field "Total Cost"/, 'in money a comma is ambiguous');
};

subtest 'a blank behind each comma of the header' => sub {
	start_over(appsflyer_blank_after_comma => \1);
	same_as_world($_) for qw(partners_daily partners_event_daily);
	is(value("SELECT count(*) > 0 FROM flyer.partners_event_daily WHERE date_day BETWEEN '2026-10-20' AND '2026-11-03' AND event_name = 'level \"10\", done'"), 't', 'names with quotes and commas');
};

done_testing();
