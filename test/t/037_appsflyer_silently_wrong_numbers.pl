# What AppsFlyer does that makes wrong numbers of careless readers: one test for
# each, named after it.  And its refusals, each with what there is to do.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $app = 'com.hanbit.running';
my @apps = map { $_->{id} } @{ $sim->accounts('appsflyer') };
my %alone = (app_id => $app, max_retries => 0, cache_ttl_s => 0);
appsflyer_server($node, $sim, options => {%alone});
appsflyer_server($node, $sim, name => 'every', options => { cache_ttl_s => 0 });

my $day = "date_day = '2026-11-03'";
my $session = session($node);

sub start_over
{
	my (%settings) = @_;
	$sim->reset;
	$sim->settings({ appsflyer_minute_calls => 1000, %settings });
	return;
}

# The calls since the start whose path matches, with their parameters.
sub calls
{
	my ($path) = @_;
	return grep { $_->{path} =~ /$path/ } @{ $sim->requests };
}

# Makes one answer to a report something else.
sub fault
{
	my ($action, %rule) = @_;
	return $sim->faults([ { match => { path => $rule{path} // '(agg|raw)-data' }, times => $rule{times} // 100, action => $action } ]);
}

# The world's rows of one app and day, or of days.
sub world
{
	my ($table, %arguments) = @_;
	return $sim->world(platform => 'appsflyer', resource => $table, accounts => $app,
		since => '2026-11-03', until => '2026-11-03', %arguments);
}

sub error_of
{
	my ($sql) = @_;
	my $error = $session->query_error($sql);
	$error->{more} = join "\n", map { $_ // '' } @$error{qw(detail hint)};
	return $error;
}

# Days by the clock, for raw data reach back a few weeks only.
sub day_ago
{
	my ($days) = @_;
	return $session->query("SELECT (now() AT TIME ZONE 'Asia/Seoul')::date - $days");
}

# ---- transport

subtest 'a redirect is followed without the token' => sub {
	start_over();
	cmp_ok($session->query('SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3'), '>', 0, 'rows');
	my ($first) = calls('raw-data');
	my ($file) = calls('^/export/token');
	ok($first->{authorized}, 'the platform gets the token');
	ok(!$file->{authorized}, 'the host of files does not');
	isnt($first->{seq}, $file->{seq}, 'two requests');
};

subtest 'a redirect out of the domain is not followed' => sub {
	start_over();
	for my $target ('https://files.example.com/export/token/SIGNATURE', 'https://appsflyer.com.example.com/SIGNATURE',
		'https://example-appsflyer.com/SIGNATURE', 'http://files.example.com/SIGNATURE')
	{
		fault({ redirect => $target }, path => 'raw-data');
		my $error = error_of('SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3');
		is($error->{sqlstate}, 'HV00L', $target);
		unlike(join("\n", map { $_ // '' } values %$error), qr/SIGNATURE|example/, 'and its address is not shown');
	}
	fault({ redirect => $sim->http . '/export/token/again' }, path => '.');
	is(error_of('SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3')->{sqlstate}, 'HV00L', 'a redirect for ever ends');
};

subtest 'the second host may refuse' => sub {
	start_over();
	fault({ status => 400, body => 'Request has expired' }, path => '^/export/token');
	my $error = error_of('SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3');
	is($error->{sqlstate}, 'HV00L', 'an error');
	like($error->{detail}, qr/account \Q$app\E.*HTTP 400.*Request has expired/is, 'in its words');
	unlike(join("\n", map { $_ // '' } values %$error), qr/SIGNATURE|export\/token/, 'without the address');
	my @first = calls('raw-data');
	is(scalar @first, 1, 'asked once with max_retries 0');
};

subtest 'a quota text under status 200 is no report' => sub {
	start_over();
	fault({ error => 'text_in_200' });
	my $error = error_of("SELECT * FROM flyer.partners_daily WHERE $day");
	is($error->{sqlstate}, '53400', 'but a quota');
	like($error->{more}, qr/Limit reached for country daily report/, 'in its words');
	fault({ error => 'text_in_200', message => 'Something else, and more' });
	$error = error_of("SELECT * FROM flyer.partners_daily WHERE $day");
	is($error->{sqlstate}, 'HV00A', 'any other text is no report either');
	like($error->{more}, qr/not a report: it begins with "Something else"/, 'and is shown');
	fault({ html => 200 });
	$error = error_of("SELECT * FROM flyer.partners_daily WHERE $day");
	is($error->{sqlstate}, 'HV00A', 'nor is a web page');
	unlike($error->{more}, qr/</, 'which is not shown');
};

# ---- aggregate reports

subtest 'columns are found by name, not by place' => sub {
	for my $settings ({ appsflyer_shuffle_columns => \1 }, { appsflyer_aggregate_bom => \1 },
		{ appsflyer_crlf => \1 }, { appsflyer_rename_columns => { 'Media Source (pid)' => 'MEDIA SOURCE (PID)', 'CTR' => 'Something New' } },
		{ appsflyer_drop_columns => 'CTR|ROI|ARPU|Average eCPI|Conversion Rate|Loyal Users/Installs' })
	{
		start_over(%$settings);
		is_world($node, "flyer.$_", world($_), where => $day) for qw(partners_daily partners_event_daily);
	}
	start_over(appsflyer_blank_after_comma => \1);
	is_world($node, "flyer.$_", world($_), where => $day) for qw(partners_daily partners_event_daily);
};

subtest 'a column that is gone is an error, not NULL' => sub {
	for my $name ('Date', 'Media Source (pid)', 'Campaign (c)', 'Total Cost')
	{
		start_over(appsflyer_drop_columns => $name);
		my $error = error_of("SELECT * FROM flyer.partners_daily WHERE $day");
		is($error->{sqlstate}, 'HV005', $name);
		like($error->{more}, qr/has no column "\Q$name\E"/, 'is named');
	}
	start_over(appsflyer_rename_columns => { 'Country' => 'country_code' });
	like(error_of("SELECT * FROM flyer.geo_daily WHERE $day")->{more}, qr/has no column "Country"/, 'renamed is gone, too');
};

subtest 'an optional column that is gone is NULL, with one notice' => sub {
	start_over(appsflyer_drop_columns => 'Carrier|Region');
	$session->query("SELECT count(region), count(carrier) FROM every.installs WHERE date_day BETWEEN current_date - 3 AND current_date - 2");
	my @notices = $session->messages =~ /NOTICE:.*has no column "(\w+)"/g;
	is_deeply(\@notices, [ 'Region', 'Carrier' ], 'one each, not one for every app');
};

subtest 'N/A is NULL, never 0' => sub {
	start_over();
	is($session->query("SELECT count(*) FILTER (WHERE clicks IS NULL AND spend IS NULL AND impressions IS NULL AND installs IS NOT NULL) > 0, count(*) FILTER (WHERE clicks = 0) FROM flyer.partners_daily WHERE $day AND media_source = 'Organic'"),
		't|0', 'organic traffic has no clicks and no cost');
	is($session->query("SELECT count(*) > 0 FROM flyer.partners_daily WHERE $day AND media_source = 'unityads_int' AND campaign_name = 'no cost api' AND spend IS NULL AND clicks > 0"), 't',
		'a network without cost has clicks');
	is($session->query("SELECT count(*) > 0 FROM flyer.partners_daily WHERE $day AND campaign_name = 'Spend only' AND installs = 0 AND spend > 0"), 't', 'a zero stays one');
};

subtest 'None is NULL for agency and country only' => sub {
	start_over();
	is($session->query("SELECT count(*) FILTER (WHERE agency = 'None' OR country = 'None' OR campaign_name IS NULL), count(*) FILTER (WHERE agency IS NULL) > 0, count(*) FILTER (WHERE country IS NULL) > 0 FROM flyer.geo_daily WHERE $day"), '0|t|t', 'aggregates');
	is($session->query("SELECT count(*) FILTER (WHERE dma = 'None') > 0, count(*) FILTER (WHERE postal_code IS NULL) FROM flyer.installs WHERE date_day = current_date - 3"), 't|0', 'a market area of raw data may be called so');
};

# A body of the test in place of the report's; all columns that it must have.
sub body
{
	my ($header, @lines) = @_;
	return fault({ status => 200, body => join '', map { "$_\n" } $header, @lines });
}

subtest 'each word that means NULL, in each kind of column' => sub {
	start_over();
	$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE flyer.words (day date OPTIONS (field 'Date'), source text OPTIONS (field 'Media Source (pid)'),
    agency text OPTIONS (field 'Agency/PMD (af_prt)'), other text OPTIONS (field 'Something New'), number numeric OPTIONS (field 'Total Cost')) SERVER flyer OPTIONS (report 'partners_by_date_report');
CREATE FOREIGN TABLE flyer.raw_words (day date OPTIONS (field 'Date'), city text OPTIONS (field 'City'),
    other text OPTIONS (field 'Something New'), number numeric OPTIONS (field 'Cost Value')) SERVER flyer OPTIONS (report 'in_app_events_report');
END
	my ($aggregate, $raw) = ('Date,Media Source (pid),Agency/PMD (af_prt),Something New,Total Cost', 'Event Time,City,Something New,Cost Value');
	my $ago = day_ago(3);
	# Word; text of an aggregate, name that cannot be the word None, unknown column; text and unknown column of raw data.
	for my $case (['', qw(~ ~ ~ ~ ~)], [qw(N/A N/A N/A ~ N/A N/A)], [qw(None None ~ ~ None None)], [qw(NULL NULL NULL ~ ~ ~)],
		[qw(null null null ~ ~ ~)], [qw(- - - ~ - -)], [qw(n/a n/a n/a n/a n/a n/a)], [qw(none none none none none none)])
	{
		my ($word, @shown) = @$case;
		my $number = $word =~ /^n(\/a|one)$/ ? '1' : $word;
		my @texts = map { "coalesce($_, '~')" } qw(source agency other number::text);
		body($aggregate, "2026-11-03,$word,$word,$word,$number");
		is($session->query('SELECT ' . join(', ', @texts) . " FROM flyer.words WHERE day = '2026-11-03'"),
			join('|', @shown[ 0 .. 2 ], $number eq '1' ? 1 : '~'), "'$word' of an aggregate");
		body($raw, "$ago 10:00:00,$word,$word,$number");
		$texts[1] = "coalesce(city, '~')";
		is($session->query('SELECT ' . join(', ', @texts[ 1 .. 3 ]) . " FROM flyer.raw_words WHERE day = '$ago'"),
			join('|', @shown[ 3, 4 ], $number eq '1' ? 1 : '~'), "'$word' of raw data");
	}
	body($aggregate, '2026-11-03,a,b,c,n/a');
	is(error_of("SELECT number FROM flyer.words WHERE day = '2026-11-03'")->{sqlstate}, '22P02', 'another word is not a number');
};

subtest 'a row per event of which a row reports something' => sub {
	start_over();
	my @columns = ('buy (Unique users)', 'buy (Event counter)', 'buy (Sales in KRW)', 'sign up (EVENT COUNTER)', ' (Event counter)', 'buy (Sales)', 'Event counter');
	my $header = join ',', 'Date', 'Media Source (pid)', 'Campaign (c)', @columns;
	my $events = "SELECT date_day, event_name, unique_users, event_count, trim_scale(event_revenue), currency FROM flyer.partners_event_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-04' ORDER BY 1, 2";
	$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE flyer.events (date_day date OPTIONS (field 'Date'), event_name text OPTIONS (field 'adpipe.event_name'), unique_users bigint OPTIONS (field 'adpipe.unique_users'),
    event_count bigint OPTIONS (field 'adpipe.event_count'), event_revenue numeric OPTIONS (field 'adpipe.event_revenue'), currency text OPTIONS (field 'adpipe.currency')) SERVER flyer OPTIONS (report 'partners_by_date_report');
CREATE FOREIGN TABLE flyer.currencies (date_day date OPTIONS (field 'Date'), currency text OPTIONS (field 'adpipe.currency'), bought bigint OPTIONS (field 'buy (Event counter)')) SERVER flyer OPTIONS (report 'partners_by_date_report');
END
	$events =~ s/partners_event_daily/events/;
	body($header, '2026-11-01,a,b,1,2,3.5,0,7,8,9', '2026-11-02,a,b,0,0,0.00,4,,,', '2026-11-03,a,b,,,,,,,', '2026-11-04,a,b,,,1,1,,,');
	is($session->query($events), join("\n", '2026-11-01|buy|1|2|3.5|KRW', '2026-11-02|sign up||4||KRW', '2026-11-04|buy|||1|KRW', '2026-11-04|sign up||1||KRW'),
		'zeros and empty cells make none; names and suffixes are what they should be');
	is($session->query("SELECT date_day, currency FROM flyer.currencies WHERE date_day BETWEEN '2026-11-01' AND '2026-11-04' ORDER BY 1"),
		join("\n", map { "2026-11-0$_|KRW" } 1 .. 4), 'without fields of events a row stays one');
	body('Date,Media Source (pid),buy (Event counter)', '2026-11-03,a,1');
	is($session->query($events), '2026-11-03|buy||1||KRW', 'the currency is the app\'s if no column has one');
	is($session->query("SELECT bought, date_day FROM flyer.currencies WHERE $day"), '1|2026-11-03', 'columns of events may be read by their own names');
};

subtest 'the day of raw data is that of its time' => sub {
	start_over();
	my $ago = day_ago(3);
	body('Event Time,City', "$ago 23:59:59,Seoul");
	is($session->query("SELECT day, city FROM flyer.raw_words WHERE day = '$ago'"), "$ago|Seoul", 'to the last second');
	body('Event Name,City', 'a,Seoul');
	my $error = error_of("SELECT city FROM flyer.raw_words WHERE day = '$ago'");
	like($error->{more}, qr/has no column "Event Time"/, 'a report without the time is an error');
	for my $time ('', '-', '2026-11', 'N/A')
	{
		body('Event Time,City', "$time,Seoul");
		$error = error_of("SELECT city FROM flyer.raw_words WHERE day = '$ago'");
		is($error->{sqlstate}, 'HV00A', "'$time': SQLSTATE");
		like($error->{message}, qr/has (no|"2026-11" as) "Event Time"/, "'$time' has no day");
	}
};

subtest 'a body that is not a report is shown by its beginning, without the token' => sub {
	start_over();
	my $token = $sim->ready->{appsflyer_token};
	ok(length $token, 'there is a token');
	body("Your $token is " . 'x' x 200);
	my $error = error_of("SELECT * FROM flyer.partners_daily WHERE $day");
	is($error->{sqlstate}, 'HV00A', 'SQLSTATE');
	like($error->{more}, qr/not a report: it begins with "Your .* is x+"/, 'its beginning');
	unlike($error->{more}, qr/\Q$token\E|x{80}/, 'without the token, and not the whole of it');
};

subtest 'rows may share all their names' => sub {
	start_over();
	is($session->query("SELECT max(n) FROM (SELECT count(*) AS n FROM flyer.partners_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-03' AND media_source = 'unityads_int' AND campaign_name = 'None' GROUP BY date_day) d"), '2', 'both are there');
};

subtest 'sales columns are in the app\'s currency, as their header says' => sub {
	start_over();
	is($session->query("SELECT string_agg(DISTINCT account_id || ' ' || currency, ', ' ORDER BY account_id || ' ' || currency) FROM every.partners_event_daily WHERE $day"),
		'com.hanbit.lari IDR, com.hanbit.running KRW, com.laeufer.laufen EUR, com.pacifictrail.app USD, id1400000001 KRW, id1400000002 USD', 'each its own');
	fault({ replace => [ '(Sales in KRW)', '(Sales in USD)' ] });
	is(error_of("SELECT DISTINCT currency FROM flyer.$_ WHERE $day")->{sqlstate}, '22023', "$_: another one is an error") for qw(partners_event_daily partners_daily);
	fault({ replace => [ 'af_purchase (Sales in KRW)', 'af_purchase (Sales in USD)' ] });
	my $error = error_of("SELECT * FROM flyer.partners_event_daily WHERE $day");
	is($error->{sqlstate}, 'HV00L', 'two currencies are an error');
	like($error->{more}, qr/sales are in USD and in KRW|sales are in KRW and in USD/, 'that names them');
};

subtest 'events differ from day to day' => sub {
	start_over();
	fault({ replace => [ 'af_purchase (', 'brand new event (' ] });
	is($session->query("SELECT count(*) FILTER (WHERE event_name = 'brand new event') > 0, count(*) FILTER (WHERE event_name = 'af_purchase') FROM flyer.partners_event_daily WHERE $day"), 't|0', 'a new one needs no new table');
	$sim->faults([]);
	is($session->query("SELECT count(*) FROM every.partners_event_daily WHERE $day AND account_id = 'id1400000009'"), '0', 'without any there are no rows');
	utf8::decode(my $names = $session->query("SELECT string_agg(DISTINCT event_name, ' | ' ORDER BY event_name) FROM flyer.partners_event_daily WHERE date_day BETWEEN '2026-10-20' AND '2026-11-03'"));
	like($names,
		qr/level "10", done \|.*promo \(Unique users\) \|.*sign up \(beta\).*구매 완료 🎉/s, 'names have parentheses, quotes, commas and Korean');
};

subtest 'tables of one\'s own over any column' => sub {
	start_over();
	$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE flyer.mine (app text OPTIONS (field 'adpipe.account_id'), day date OPTIONS (field 'Date'), campaign text OPTIONS (field 'campaign (C)'),
    rate numeric OPTIONS (field 'Loyal Users/Installs'), beta bigint OPTIONS (field 'sign up (beta) (Event counter)'), sold jsonb OPTIONS (field 'af_purchase (Sales in KRW)'), never text OPTIONS (field 'no such (thing)'))
    SERVER flyer OPTIONS (report 'partners_by_date_report');
CREATE FOREIGN TABLE flyer.ads (day date OPTIONS (field 'Date'), name jsonb OPTIONS (field 'Event Value'), event text OPTIONS (field 'Event Name'), at timestamp OPTIONS (field 'Event Time')) SERVER flyer OPTIONS (report 'in-app-events-retarget');
CREATE FOREIGN TABLE flyer.dayless (campaign text OPTIONS (field 'Campaign (c)')) SERVER flyer OPTIONS (report 'partners_by_date_report');
END
	$node->safe_psql('postgres', "CREATE FOREIGN TABLE flyer.wrong_$_ (day date OPTIONS (field 'Date'), event text OPTIONS (field 'adpipe.event_name')) SERVER flyer OPTIONS (report '$_')")
	  for qw(daily_report in_app_events_report apps);
	is($session->query("SELECT sum(beta) = (SELECT sum(event_count) FROM flyer.partners_event_daily WHERE $day AND event_name = 'sign up (beta)'), max(rate) <= 1, count(never), max(jsonb_typeof(sold)) FROM flyer.mine WHERE day = '2026-11-03'"), 't|t|0|string', 'aggregate');
	like($session->messages, qr/NOTICE:.*has no column "no such \(thing\)"/, 'with a notice for what is not there');
	is($session->query("SELECT count(*) > 0, count(*) FILTER (WHERE at::date <> day) FROM flyer.ads WHERE day >= current_date - 20"), 't|0', 'raw');
	is(error_of('SELECT * FROM flyer.dayless')->{sqlstate}, 'HV002', 'without a day: refused');
	is(error_of("SELECT count(*) FROM flyer.wrong_$_ WHERE day = current_date - 3")->{sqlstate}, 'HV005', "events of $_, which has none: refused, not empty")
	  for qw(daily_report in_app_events_report apps);
};

# ---- raw data

subtest 'what raw data need is always sent' => sub {
	start_over();
	$session->query("SELECT count(*) FROM flyer.in_app_events WHERE date_day = current_date - 3");
	my ($call) = calls('raw-data');
	like($call->{query}, qr/(^|&)$_(&|$)/, $_) for qw(timezone=Asia%2FSeoul currency=preferred maximum_rows=1000000);
};

subtest 'a header without rows is a quiet day, an empty body is none' => sub {
	start_over();
	is($session->query("SELECT count(*) FROM every.installs WHERE date_day = current_date - 3 AND account_id = 'id1400000009'"), '0', 'quiet');
	for my $body ('', "\x{feff}", "\n", "\x{feff}\r\n")
	{
		fault({ status => 200, body => $body }, path => 'export/token');
		my $error = error_of('SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3');
		is($error->{sqlstate}, 'HV00A', 'an error');
		like($error->{more}, qr/empty, without a header/, 'that says so');
	}
};

subtest 'line breaks in cells are no ends of rows' => sub {
	start_over();
	is($session->query("SELECT count(*) FILTER (WHERE event_value LIKE E'%\\n%') > 0, count(*) FILTER (WHERE event_value LIKE '%\"%') > 0 FROM flyer.in_app_events WHERE date_day BETWEEN current_date - 10 AND current_date - 3"), 't|t', 'they are in values');
	fault({ status => 200, body => "Event Time,Event Name,Event Value\n2026-11-20 00:00:01,a,\"cut in the" }, path => 'export/token');
	my $error = error_of('SELECT event_value FROM flyer.in_app_events WHERE date_day = current_date - 3');
	is($error->{sqlstate}, 'HV00A', 'a body that ends in a cell is an error');
};

subtest 'a body of as many rows as the limit was cut' => sub {
	start_over();
	$node->safe_psql('postgres', "CREATE FOREIGN TABLE flyer.times (day date OPTIONS (field 'Date'), at timestamp OPTIONS (field 'Event Time')) SERVER flyer OPTIONS (report 'in_app_events_report')");
	my ($since, $until) = map { day_ago($_) } 5, 2;
	my $expected = scalar @{ world('in_app_events', since => $since, until => $until) };
	my %full = (status => 200, body => "Event Time\n", repeat => [ "$since 00:00:00\n", 1_000_000 ]);
	fault(\%full, path => 'raw-data', times => 1);
	is($session->query("SELECT count(*) FROM flyer.times WHERE day BETWEEN '$since' AND '$until'"), $expected, 'it is asked for in halves');
	is_deeply([ map { $_->{query} =~ /from=([\d-]+)&to=([\d-]+)/ } calls('raw-data') ],
		[ $since, $until, $since, day_ago(4), day_ago(3), $until ], 'of its days');
	fault(\%full, path => 'raw-data');
	my $error = error_of("SELECT count(*) FROM flyer.times WHERE day = '$since'");
	is($error->{sqlstate}, '54000', 'one day with so many is an error');
	like($error->{more}, qr/account \Q$app\E, $since.*1000000 rows/is, 'that names it');
};

subtest 'days that would silently be empty are refused' => sub {
	start_over();
	for my $case ([ 'in_app_events', 31 ], [ 'organic_in_app_events', 31 ], [ 'installs', 60 ], [ 'organic_installs', 60 ])
	{
		my ($table, $reach) = @$case;
		my ($last, $first) = map { day_ago($_) } $reach, $reach - 1;
		$session->query("SELECT count(*) FROM flyer.$table WHERE date_day >= '$first'");
		my $calls = calls('raw-data');
		is($calls, 1, "$table: the days within reach take one call");
		my $error = error_of("SELECT count(*) FROM flyer.$table WHERE date_day = '$last'");
		is($error->{sqlstate}, '22008', "$table: the day before is out of reach");
		like($error->{more}, qr/last $reach days only/, 'which is said');
		is(scalar calls('raw-data'), $calls, 'and nothing is sent');
		start_over();
	}
	is(error_of("SELECT count(*) FROM flyer.partners_daily WHERE date_day = '2024-01-01'")->{sqlstate}, '22008', 'aggregates are kept for 25 months');
};

subtest 'a zone or currency that is not the app\'s is refused' => sub {
	start_over();
	for my $option ([ timezone => 'Asia/Tokyo', 'Asia/Seoul' ], [ currency => 'USD', 'KRW' ])
	{
		my ($name, $wrong, $right) = @$option;
		start_over();
		$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (ADD $name '$wrong')");
		my $error = error_of("SELECT count(*) FROM flyer.partners_daily WHERE $day");
		is($error->{sqlstate}, '22023', "$name $wrong");
		like($error->{message}, qr/"$wrong" but account \Q$app\E has "$right"/, 'both are named');
		is(scalar calls('agg-data'), 0, 'nothing is asked');
		$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (SET $name '$right')");
		is($session->query("SELECT count(*) > 0 FROM flyer.partners_daily WHERE $day"), 't', 'the right one may be given');
		$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (DROP $name)");
	}
};

# ---- app list

subtest 'the list of apps has pages' => sub {
	start_over(appsflyer_apps_page => 2);
	$session->query("SELECT adpipe.forget('every')");
	is($session->query('SELECT count(*) FROM every.apps'), '7', 'all apps');
	is(scalar calls('mng/apps'), 4, 'on four pages');
	is($session->query("SELECT count(*) FROM every.partners_daily WHERE $day AND account_id = 'id1400000009'"), '0', 'and is known then');
	is(scalar calls('mng/apps'), 4, 'without another look');
};

subtest 'an app that is not in the list' => sub {
	start_over();
	appsflyer_server($node, $sim, name => 'foreign_app', options => { app_id => "com.somebody.else, $app" });
	my $error = error_of("SELECT count(*) FROM foreign_app.partners_daily WHERE $day");
	is($error->{sqlstate}, '28000', 'is an error');
	like($error->{message}, qr/com\.somebody\.else/, 'that names it');
	is(scalar calls('agg-data'), 0, 'before anything is asked');
};

subtest 'an app of which the list tells no zone' => sub {
	my %attributes = (name => 'x', platform => 'ios', currency => 'KRW', time_zone => 'Asia/Seoul');
	for my $missing ('time_zone', 'currency')
	{
		start_over();
		$session->query("SELECT adpipe.forget('flyer')");
		my $told = join ', ', map { qq("$_":"$attributes{$_}") } grep { $_ ne $missing } sort keys %attributes;
		fault({ status => 200, body => qq({"data":[{"id":"$app","type":"app","attributes":{$told}}]}) }, path => 'mng/apps');
		my $what = $missing =~ tr/_/ /r;
		for my $sql ("SELECT count(*) FROM flyer.partners_daily WHERE $day", 'SELECT count(*) FROM flyer.installs WHERE date_day >= current_date - 3')
		{
			my $error = error_of($sql);
			like($error->{sqlstate}, qr/^(HV00M|22023)$/, "$missing: an error");
			like($error->{message}, qr/\Q$app\E/, 'that names the app');
		}
		is(scalar calls('(agg|raw)-data'), 0, 'before anything is asked');
	}
	$session->query("SELECT adpipe.forget('flyer')");
};

# ---- refusals

subtest 'quotas say when to come back' => sub {
	start_over(appsflyer_minute_calls => 1);
	$session->query("SET adpipe.max_wait = '1s'");
	$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (SET max_retries '3')");
	$session->query("SELECT count(*) FROM flyer.partners_daily WHERE $day");
	my $error = error_of("SELECT count(*) FROM flyer.partners_daily WHERE $day");
	is($error->{sqlstate}, '53400', 'a short range: a minute');
	my ($moment) = $error->{detail} =~ /Come back at (\S+)Z\./;
	is($session->query("SELECT '$moment'::timestamp - now() AT TIME ZONE 'UTC' BETWEEN '50s' AND '62s'"), 't', 'is the pause');
	is(scalar calls('agg-data'), 2, 'one refused call');

	start_over(appsflyer_daily_app => 0);
	$error = error_of("SELECT count(*) FROM flyer.partners_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-03'");
	is($error->{sqlstate}, '53400', 'longer ranges: a day');
	like($error->{detail}, qr/Limit reached for partners-daily-report Come back at \d+-\d\d-\d\dT00:00:00Z\./, 'that ends at 00:00 UTC');
	like($error->{hint}, qr/cache_ttl_s/, 'with a hint');
	is(scalar calls('agg-data'), 1, 'and is not tried again');

	for my $name (qw(raw_installs_limit raw_events_limit raw_account_limit raw_old_limit raw_older_limit))
	{
		start_over();
		fault({ error => $name }, path => 'raw-data');
		$error = error_of('SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3');
		is($error->{sqlstate}, '53400', $name);
		like($error->{detail}, qr/Come back at \d+-\d\d-\d\dT00:00:00Z\./, 'until 00:00 UTC');
		is(scalar calls('raw-data'), 1, 'once');
	}
	$session->query("SELECT adpipe.forget('flyer')");
	start_over();
	fault({ error => 'too_many' }, path => 'mng/apps');
	$error = error_of("SELECT count(*) FROM flyer.partners_daily WHERE $day");
	is($error->{sqlstate}, '53400', 'the app list');
	like($error->{detail}, qr/Come back at/, 'says when, too');
	$session->query("SELECT adpipe.forget('flyer')");
	fault({ status => 403, body => "\r\n Limit reached for apps \n" }, path => 'mng/apps');
	$error = error_of("SELECT count(*) FROM flyer.partners_daily WHERE $day");
	is($error->{sqlstate}, '53400', 'a request without days');
	like($error->{detail}, qr/: Limit reached for apps Come back at \d+-\d\d-\d\dT00:00:00Z\./, 'waits for 00:00 UTC, and its words have no blanks around them');
	$session->query("SELECT adpipe.forget('flyer')");
	$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (SET max_retries '0')");
	$session->query('RESET adpipe.max_wait');
};

subtest 'refusals are told apart' => sub {
	my %raw = (path => 'raw-data');
	my @cases = (
		[ { error => 'invalid_token' }, '28000', qr/API token is invalid.*2026-03-10/s ],
		[ { error => 'suspended' }, '28000', qr/suspended/ ],
		[ { error => 'forbidden' }, '28000', qr/don't have permission/ ],
		[ { error => 'not_found' }, '28000', qr/HTTP 404: There is no such app or report/ ],
		[ { error => 'no_plan' }, '28000', qr/subscription package doesn't include.*plan/s ],
		[ { error => 'protect360' }, '28000', qr/Protect360/ ],
		[ { error => 'platform' }, 'HV00L', qr/isn't supported for this report type/ ],
		[ { error => 'lookback' }, '22008', qr/limited to 90 days/ ],
		[ { error => 'unavailable' }, 'HV00M', qr/HTTP 503/ ],
		[ { status => 400, body => "\n Unsupported additional field: x\r\n" }, 'HV00L', qr/HTTP 400: Unsupported additional field: x$/m ],
		[ { status => 422, body => '{"error":"Invalid value: days for key: granularity","expose":false}' }, 'HV00L', qr/HTTP 422: Invalid value: days for key/ ],
		[ { status => 400, body => " \n<html>no</html>" }, 'HV00L', qr/HTTP 400\./ ],
		[ { status => 403, body => 'Something else' }, '28000', qr/HTTP 403: Something else\n.*no permission for the app or the report/s ],
		(map { [ { status => 403, body => $_ }, '28000', qr/HTTP 403\.?\n.*no permission/s ] } '', '  ', '<html>No</html>', '{"message":{}}'),
		[ { status => 404, body => '' }, '28000', qr/HTTP 404: There is no such app or report for this token\./ ],
		[ { status => 404, body => 'Gone.' }, '28000', qr/HTTP 404: Gone\./ ],
	);
	for my $as_json (\0, \1)
	{
		for my $case (@cases)
		{
			start_over(appsflyer_json_errors => $as_json);
			fault($case->[0], %raw);
			my $error = error_of('SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3');
			my $name = $case->[0]{error} // 'anything else';
			is($error->{sqlstate}, $case->[1], $name . ($$as_json ? ' as JSON' : ' as text'));
			like($error->{more}, $case->[2], 'words and way out');
			like($error->{more}, qr/account \Q$app\E/i, 'the account is named');
			unlike($error->{more}, qr/<|"message"|SIGNATURE/, 'no page, no JSON, no address');
		}
	}
};

subtest 'revoked and missing tokens' => sub {
	start_over();
	appsflyer_server($node, $sim, name => 'revoked', options => {%alone}, mapping => { api_token => $sim->ready->{appsflyer_revoked_token} });
	my $error = error_of('SELECT count(*) FROM revoked.apps');
	is($error->{sqlstate}, '28000', 'revoked');
	like($error->{hint}, qr/2026-03-10/, 'the hint tells of the day on which all were');
	$node->safe_psql('postgres', 'CREATE SERVER bare FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id \'x\'); CREATE USER MAPPING FOR CURRENT_USER SERVER bare; CREATE SCHEMA bare; IMPORT FOREIGN SCHEMA reports FROM SERVER bare INTO bare');
	$error = error_of('SELECT * FROM bare.apps');
	is($error->{sqlstate}, '28000', 'none');
	like($error->{hint}, qr/ADD api_token/, 'the hint names the option');
};

subtest 'options are checked' => sub {
	for my $case (
		[ 'ALTER SERVER flyer OPTIONS (SET app_id \'a/b\')', '22023', qr/app id consists of/ ],
		[ 'ALTER SERVER flyer OPTIONS (SET app_id \'*\')', '22023', qr/app id consists of/ ],
		[ 'ALTER SERVER flyer OPTIONS (SET cache_ttl_s \'-1\')', '22023', qr/0 to 86400/ ],
		[ 'ALTER SERVER flyer OPTIONS (ADD api_token \'do-not-show\')', 'HV00D', qr/USER MAPPING/ ],
		[ 'ALTER FOREIGN TABLE flyer.apps OPTIONS (SET report \'../x\')', '22023', qr/platform's path/ ])
	{
		my $error = error_of($case->[0]);
		is($error->{sqlstate}, $case->[1], $case->[0]);
		like($error->{more}, $case->[2], 'detail or hint');
		unlike(join("\n", map { $_ // '' } values %$error), qr/do-not-show/, 'no secret');
	}
};

done_testing();
