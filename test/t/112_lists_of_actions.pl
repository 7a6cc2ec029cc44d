# Lists of actions as Meta has them: two lists side by side, names as advertisers
# write them, breakdowns that hide actions or split their elements, thousands of
# types in one row.  Nothing is lost without a word, and nothing counts twice.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Encode qw(decode encode);
use Cpanel::JSON::XS;
use Test::More;
use Time::HiRes qw(time);

my $now = '2026-11-20T12:00:00Z';
my $korea = '1234567890123456';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
meta_server($node, $sim, options => { account_id => $korea });
my $session = session($node);
my $week = "date_day BETWEEN '2026-11-09' AND '2026-11-15'";
my $custom = 'offsite_conversion.fb_pixel_custom';
my %setting = (omni => 'omni_purchase');

sub fresh
{
	$sim->reset;
	$sim->clock($now);
	return;
}

my $tables = 0;
sub table
{
	my ($options, @columns) = @_;
	my $name = 'meta.t' . ++$tables;
	my $list = join ', ', "date_day date OPTIONS (field 'date_start')", 'campaign_id text',
	  map { my ($column, $type, $field) = @$_; "$column $type" . ($field ? ' OPTIONS (field ' . quote($field) . ')' : '') } @columns;
	$session->query("CREATE FOREIGN TABLE $name ($list) SERVER meta OPTIONS (level 'campaign'" . join('', map { ", $_ " . quote($options->{$_}) } sort keys %$options) . ')');
	return $name;
}

sub world
{
	my ($resource, %more) = @_;
	$_ = decode('UTF-8', $_) for values %more;
	return $sim->world(platform => 'meta', resource => $resource, since => '2026-11-09', until => '2026-11-15', accounts => $korea, %more);
}

sub refused
{
	my ($sql, $sqlstate, $words, $what) = @_;
	my $error = $session->query_error($sql);
	is($error->{sqlstate}, $sqlstate, "$what: SQLSTATE");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$what: words");
	return;
}

# Answers reports with one row that has these lists.
sub answer
{
	my ($lists, %more) = @_;
	$sim->faults([ { match => { path => '/insights' }, action => { status => 200, body => Cpanel::JSON::XS->new->ascii->encode({ data => [ { campaign_id => '1',
						impressions => '10', date_start => '2026-11-10', date_stop => '2026-11-10', attribution_setting => '7d_click', %more, %$lists } ] }) } } ]);
	return;
}

subtest 'events that a site names itself' => sub {
	fresh();
	for my $setting ("$custom.(JTC) Pre-qualified Lead", "$custom.회원 가입 \"무료\"", "contact_total, $custom.회원 가입 \"무료\"", "contact_total|omni_purchase")
	{
		my $table = table({ conversion_actions => $setting }, [ n => 'numeric', 'adpipe.conversions' ], [ v => 'numeric', 'adpipe.conversions_value' ]);
		my ($n, $v) = (0, 0);
		for my $row (@{ world('campaign_daily', conversion_actions => $setting) })
		{
			$n += $row->{conversions};
			$v += $row->{conversions_value};
		}
		cmp_ok($n, '>', 0, "$setting: " . $n);
		is($session->query("SELECT trim_scale(sum(n)), trim_scale(sum(v)) FROM $table WHERE $week"), "$n|$v", 'are conversions');
	}
	my @rows = sort map { encode('UTF-8', join '|', @$_{qw(campaign_id date_day action_type action_count action_value)}) } @{ world('campaign_action_daily') };
	is(join("\n", sort split /\n/, $session->query("SELECT campaign_id, date_day, action_type, trim_scale(action_count), trim_scale(action_value) FROM meta.campaign_action_daily WHERE $week")),
		join("\n", @rows), 'are rows');
	cmp_ok(scalar(grep { /\Q$custom\E\./ } @rows), '>', 0, 'of their names');
	my $named = table({}, [ named => 'numeric', "conversions.$custom.(JTC) Pre-qualified Lead" ], [ wrong => 'numeric', "actions.$custom.(JTC) Pre-qualified Lead" ]);
	is($session->query("SELECT sum(named) > 0, count(wrong) FROM $named WHERE $week"), 't|0', 'are not 0 in the list that does not have them');
	like($session->messages, qr/WARNING:.*is of a type that platform "meta_ads" has in another list.*HINT:  Use list conversions/s, 'with a warning');
};

subtest 'nothing counts twice' => sub {
	my $id = 'offsite_conversion.custom.120210000000000001';
	my @lists = (actions => [ map { { action_type => $_->[0], value => $_->[1] } } [ $id => '5' ], [ $custom => '9' ], [ omni_purchase => '1' ] ],
		conversions => [ map { { action_type => $_->[0], value => $_->[1] } } [ $id => '5' ], [ "$custom.A" => '4' ], [ "$custom.B" => '5' ] ],
		action_values => [ { action_type => $id, value => '50' } ], conversion_values => [ { action_type => $id, value => '55' }, { action_type => "$custom.A", value => '7' } ]);
	my $table = table({ conversion_actions => "$id, $custom.A" }, [ n => 'numeric', 'adpipe.conversions' ], [ v => 'numeric', 'adpipe.conversions_value' ]);
	answer({@lists});
	is($session->query("SELECT n, v FROM $table WHERE date_day = '2026-11-10'"), '9|57', 'a type in both lists counts from the first');
	is($session->query("SELECT action_type, action_count, action_value FROM meta.campaign_action_daily WHERE date_day = '2026-11-10' ORDER BY action_type COLLATE \"C\""),
		join("\n", "$id|5|50", "$custom|9|0", "$custom.A|4|7", "$custom.B|5|0", 'omni_purchase|1|0'), 'and is one row');
	answer({ @lists[ 2, 3, 6, 7 ] });
	is($session->query("SELECT n, v FROM $table WHERE date_day = '2026-11-10'"), '9|62', 'from the second where the first does not have it');
	for my $twice ([ { action_type => 'lead', value => '1' }, { action_type => 'lead', value => '2' } ], 'many', [ 'lead' ])
	{
		answer({ actions => $twice });
		refused("SELECT conversions FROM meta.campaign_daily WHERE date_day = '2026-11-10'", 'HV00A', qr/member "actions" of a row/, 'a list of another shape is no answer');
		refused("SELECT count(*) FROM meta.campaign_action_daily WHERE date_day = '2026-11-10'", 'HV00A', qr/member "actions" of a row/, 'nor are there rows of it');
	}
};

subtest 'types as advertisers write them' => sub {
	my @types = ("$custom.(JTC) Pre-qualified Lead", "$custom.회원 가입", "$custom.x.7d_click", "$custom.a\\b \"c\"", "$custom.tab\there", "$custom.50% off/now; 'yes'");
	my @amounts = map { $_ + 1 } 0 .. $#types;
	answer({ conversions => [ map { { action_type => decode('UTF-8', $types[$_]), value => "$amounts[$_]", '7d_click' => 10 * $amounts[$_] } } 0 .. $#types ] });
	my $table = table({ conversion_actions => join(' , ', map { "no $types[$_] | $types[$_] " } 0 .. $#types) }, (map { [ "c$_", 'numeric', "conversions.$types[$_]" ] } 0 .. $#types),
		(map { [ "w$_", 'numeric', "conversions.$types[$_].7d_click" ] } 0 .. $#types), [ n => 'numeric', 'adpipe.conversions' ], [ plain => 'numeric', "conversions.$custom.x" ]);
	is($session->query("SELECT " . join(', ', (map { "c$_" } 0 .. $#types), (map { "w$_" } 0 .. $#types), 'n', 'plain') . " FROM $table WHERE date_day = '2026-11-10'"),
		join('|', @amounts, (map { 10 * $_ } @amounts), 21, 0), 'are read by name, with windows, also where a name ends like one');
	my %option = (conversion_actions => $types[0]);
	meta_server($node, $sim, name => 'named', options => { account_id => $korea, %option });
	is($session->query("SELECT conversions FROM named.campaign_daily WHERE date_day = '2026-11-10'"), '1', 'are an option of the server, too, and tables are imported');
	unlike(join("\n", map { $_->{query} } @{ $sim->requests }), qr/JTC|%28JTC/, 'and enter no request');
};

subtest 'breakdowns that hide actions' => sub {
	fresh();
	$sim->settings({ meta_opt_in => Cpanel::JSON::XS::true });
	my @columns = ([ omni => 'numeric', 'actions.omni_purchase' ], [ value => 'numeric', 'action_values.omni_purchase' ], [ app => 'numeric', 'actions.app_custom_event.fb_mobile_purchase' ],
		[ links => 'numeric', 'actions.link_click' ], [ n => 'numeric', 'adpipe.conversions' ], [ contacts => 'numeric', 'conversions.contact_total' ]);
	for my $name (qw(region comscore_market hourly_stats_aggregated_by_advertiser_time_zone hourly_stats_aggregated_by_audience_time_zone))
	{
		my $table = table({ breakdowns => $name }, [ k => 'text', $name ], @columns);
		is($session->query("SELECT count(omni), count(value), count(app), count(n), count(contacts), count(links) = count(*), sum(links) > 0 FROM $table WHERE date_day = '2026-11-10'"),
			'0|0|0|0|0|t|t', "$name: NULL, but for what happens on Meta");
		like($session->messages, qr/WARNING:.*does not report actions from outside Meta by breakdown "$name"/, 'with a warning');
	}
	my $table = table({ breakdowns => 'product_id' }, [ product_id => 'text' ], @columns);
	is($session->query("SELECT product_id IS NULL, count(omni) > 0, sum(app), sum(links) > 0 FROM $table WHERE $week GROUP BY 1 ORDER BY 1"), "f|f||t\nt|t||f",
		'product_id: what happens on web sites is of no product, what happens in apps is NULL');
	like($session->messages, qr/WARNING:.*reports only a part of the actions from outside Meta by breakdown "product_id"/, 'with a warning');
	$table = table({ action_breakdowns => 'action_type,action_device' }, @columns);
	is($session->query("SELECT count(app), sum(links) > 0 FROM $table WHERE $week"), '0|t', 'action_device: the same');
	like($session->messages, qr/WARNING:.*by breakdown "action_device"/, 'with a warning');
	for my $name ('product_id', map { "action_$_" } qw(device destination target_id carousel_card_id carousel_card_name canvas_component_name))
	{
		my $is_action = $name =~ /^action/;
		my $hidden = table({ $is_action ? (action_breakdowns => "action_type,$name") : (breakdowns => $name) }, $is_action ? () : [ k => 'text', $name ], @columns);
		answer({ actions => [ { action_type => 'link_click', value => '3' } ] });
		is($session->query("SELECT omni, value, app, n, contacts, links FROM $hidden WHERE date_day = '2026-11-10'"), '|||||3', "$name hides");
	}
	my $age = table({ breakdowns => 'age' }, [ age => 'text' ], @columns);
	is($session->query("SELECT omni, value, app, n, contacts, links FROM $age WHERE date_day = '2026-11-10'"), '0|0|0|0|0|3', 'age does not');
	unlike($session->messages, qr/WARNING/, 'without a warning');
};

subtest 'breakdowns of actions' => sub {
	fresh();
	my $table = table({ action_breakdowns => 'action_type,action_device' }, [ type => 'text', 'action_type' ], [ device => 'text', 'action_device' ],
		[ n => 'numeric', 'adpipe.action_count' ], [ v => 'numeric', 'adpipe.action_value' ]);
	is($session->query("SELECT count(*) - count(DISTINCT (campaign_id, date_day, type, device)), count(DISTINCT device) FROM $table WHERE $week"), '0|2', 'a row per type and device');
	is($session->query("SELECT type, trim_scale(sum(n)), trim_scale(sum(v)) FROM $table WHERE $week GROUP BY 1 ORDER BY type COLLATE \"C\""),
		$session->query("SELECT action_type, trim_scale(sum(action_count)), trim_scale(sum(action_value)) FROM meta.campaign_action_daily WHERE $week AND action_type NOT LIKE 'app_custom%' GROUP BY 1 ORDER BY action_type COLLATE \"C\""),
		'which add up to the type');
	like($sim->requests->[0]{query}, qr/action_breakdowns=action_type,action_device/, 'asked for by name');
	my $sums = table({ action_breakdowns => 'action_type,action_device' }, [ links => 'numeric', 'actions.link_click' ], [ n => 'numeric', 'adpipe.conversions' ], [ spend => 'numeric' ]);
	my $plain = table({}, [ links => 'numeric', 'actions.link_click' ], [ spend => 'numeric' ]);
	is($session->query("SELECT campaign_id, date_day, links, spend FROM $sums WHERE $week ORDER BY 1, 2"),
		$session->query("SELECT campaign_id, date_day, links, spend FROM $plain WHERE $week ORDER BY 1, 2"), 'without their columns a row is whole, and elements of a type are added up');
	is($session->query("SELECT sum(spend) > 0 FROM $sums WHERE $week"), 't', 'also if no action is read');
	refused("SELECT * FROM " . table({ action_breakdowns => 'action_type,action_device' }, [ type => 'text', 'action_type' ], [ n => 'numeric', 'adpipe.action_count' ]) . " WHERE $week",
		'HV005', qr/action breakdown "action_device" but has no column.*the same key/s, 'rows that nothing tells apart');
	refused("SELECT * FROM " . table({ breakdowns => 'age,gender' }, [ age => 'text' ], [ clicks => 'bigint' ]) . " WHERE $week",
		'HV005', qr/breakdown "gender" but has no column.*the same key/s, 'the same by breakdowns');
	refused("SELECT * FROM " . table({}, [ device => 'text', 'action_device' ]) . " WHERE $week", 'HV005', qr/option action_breakdowns/, 'a column that the table does not ask for');
	refused("SELECT * FROM " . table({ action_breakdowns => 'action_reaction' }, [ n => 'numeric', 'actions.like' ]) . " WHERE $week", 'HV005', qr/Add action_type/, 'a type where elements have none');
};

subtest 'thousands of types in one row' => sub {
	my $most = 5000;
	my $body = sub {
		my ($n) = @_;
		answer({ actions => [ map { { action_type => "$custom-$_", value => "$_" } } 1 .. $n ], action_values => [ map { { action_type => "$custom-$_", value => "1" } } reverse 1 .. $n ] });
	};
	my $sql = "SELECT count(*), sum(action_count + 0), sum(action_value + 0) FROM meta.campaign_action_daily WHERE date_day = '2026-11-10'";
	my $wide = table({ conversion_actions => join(',', map { "$custom-" . 10 * $_ } 1 .. 400) }, [ n => 'numeric', 'adpipe.conversions' ], map { [ "c$_", 'numeric', "actions.$custom-" . 12 * $_ ] } 1 .. 400);
	$body->($most);
	is($session->query($sql), join('|', $most, $most * ($most + 1) / 2, $most), 'are rows');
	is($session->query("SELECT n, c1, c400 FROM $wide WHERE date_day = '2026-11-10'"), '802000|12|4800', 'and columns');
	# Twice as many take at most about twice as long: the shortest of several.
	my %took;
	for my $n ($most, 4 * $most)
	{
		$body->($n);
		for (1 .. 4)
		{
			my $start = time;
			$session->query($sql);
			my $time = time - $start;
			$took{$n} = $time if !defined $took{$n} || $time < $took{$n};
		}
	}
	cmp_ok($took{ 4 * $most }, '<', 10 * $took{$most}, sprintf('four times as many take %.1f times as long', $took{ 4 * $most } / $took{$most}));
	SKIP: {
		skip 'memory is measured without tools that change it', 1 if $ENV{ADPIPE_UNDER};
		my $pid = $session->query('SELECT pg_backend_pid()');
		my $peak = sub { open my $file, '<', "/proc/$pid/status" or return 0; my ($kb) = map { /^VmHWM:\s+(\d+)/ } <$file>; return $kb; };
		$body->($most);
		$session->query($sql);
		my $before = $peak->();
		$session->query("SELECT * FROM $wide WHERE date_day = '2026-11-10'");
		cmp_ok($peak->() - $before, '<', 100 * 1024, 'four hundred columns of five thousand types take no memory to speak of');
	}
};

subtest 'what a field requests' => sub {
	fresh();
	my ($pair, $pairs, $setting) = ('actions,action_values', 'actions,action_values,conversions,conversion_values', 'attribution_setting');
	# Field; members of the row; windows; other options of the table.
	my @cases = (
		[ 'clicks', 'clicks', '' ],
		[ 'actions.purchase', "$pair,$setting", '' ],
		[ "actions.$custom.x", "$pair,$setting", '' ],
		[ "actions.$custom.x.7d_click", 'actions', '7d_click' ],
		[ 'actions.purchase.1d_view', 'actions', '1d_view' ],
		[ 'actions.purchase.d', "$pair,$setting", '' ],
		[ 'actions.purchase.7', "$pair,$setting", '' ],
		[ 'actions.purchase.skan_click', 'actions', 'skan_click' ],
		[ 'actions.purchase.default', "$pair,$setting", '' ],
		[ 'actions.(a) b, c|', "$pair,$setting", '' ],
		[ 'conversions.contact_total', "conversions,$pair,$setting", '' ],
		[ 'purchase_roas.omni_purchase', 'purchase_roas', '' ],
		[ 'body_asset.text', 'impressions', '', breakdowns => 'body_asset' ],
		[ 'action_type', $pairs, '' ],
		[ 'adpipe.conversions', "$pair,$setting", '' ],
		[ 'adpipe.conversions_value', "$pair,$setting", '' ],
		[ 'adpipe.conversions', "$pairs,$setting", '', conversion_actions => 'contact_total' ],
		[ 'adpipe.conversions', "$pairs,$setting", '', conversion_actions => 'purchase, contact_total' ]);
	$sim->faults([ { match => { path => '/insights' }, action => { status => 200, body => '{"data":[]}' } } ]);
	for my $case (@cases)
	{
		my ($field, $members, $window, %options) = @$case;
		my $table = table({%options}, [ n => 'text', $field ], $field eq 'body_asset.text' ? [ b => 'text', 'body_asset' ] : ());
		$session->query("SELECT n FROM $table WHERE date_day = '2026-11-10'");
		my $query = $sim->requests->[-1]{query};
		my ($fields) = $query =~ /\bfields=(.*?),account_id,campaign_id&/;
		my ($windows) = $query =~ /action_attribution_windows=\["default","(.*?)"\]/;
		is($fields, $members, "$field: fields");
		is($windows // '', $window, "$field: windows");
	}
};

# A page of rows as they are written here; the table's rows and columns.
sub page
{
	my ($rows) = @_;
	$sim->faults([ { match => { path => '/insights' }, action => { status => 200, body => qq({"data":[$rows]}) } } ]);
	return;
}

sub row { return '{"impressions":"1","date_start":"2026-11-10",' . $_[0] . '}'; }

subtest 'cells of lists' => sub {
	my @columns = ([ buy => 'numeric', 'actions.purchase' ], [ lead => 'numeric', 'actions.lead' ], [ week => 'numeric', 'actions.lead.7d_click' ],
		[ roas => 'numeric', 'purchase_roas.omni_purchase' ]);
	my $table = table({}, @columns);
	my $sql = "SELECT campaign_id, buy, lead, week, roas FROM $table WHERE date_day = '2026-11-10' ORDER BY 1";
	page(join ',', row('"campaign_id":"1","actions":[{"action_type":"purchase","value":"2","7d_click":1},{"action_type":"l\\u0065ad","value":3}],"purchase_roas":[{"action_type":"omni_purchase","value":"0.5"}]'),
		row('"campaign_id":"2","actions":[{"value":"7"},{"action_type":null,"value":"7"},{"action_type":5,"value":"7"}]'),
		row('"campaign_id":"3"'), row('"campaign_id":"4","actions":null'), row('"campaign_id":"5","actions":[]'));
	is($session->query($sql), join("\n", '1|2|3|0|0.5', map { "$_|0|0|0|" } 2 .. 5), 'amounts as text or number, types in any spelling; what adds up is 0 where it is absent');
	for my $list ('"none"', '1', '{}', '[1]', '[[]]', '[{},"x"]')
	{
		page(row(qq("campaign_id":"1","actions":$list)));
		refused($sql, 'HV00A', qr/member "actions" of a row is not a list of objects/, "actions $list");
	}
	page(row('"actions":[{"action_type":"purchase","value":1},{"action_type":"p\\u0075rchase","value":1}]'));
	refused($sql, 'HV00A', qr/member "actions" of a row holds a type twice.*"purchase"/s, 'a type twice in two spellings');
	page(row('"campaign_id":"1","actions":"none"'));
	is($session->query("SELECT campaign_id FROM $table WHERE date_day = '2026-11-10'"), '1', 'other columns do not read the list');
	my $counts = table({}, [ n => 'numeric', 'adpipe.action_count' ]);
	page(row('"campaign_id":"1","actions":[{"action_type":"lead","value":"1"}]'));
	is($session->query("SELECT campaign_id, n FROM $counts WHERE date_day = '2026-11-10'"), '1|', 'a count of rows per type is NULL without the type');
};

subtest 'rows per type and key' => sub {
	my $types = "SELECT campaign_id, action_type, action_count, action_value FROM meta.campaign_action_daily WHERE date_day = '2026-11-10' ORDER BY 1, 2";
	page(join ',', row('"campaign_id":"1","actions":[{"action_type":"purchase","value":"2"},{"action_type":"view","7d_click":"1"}],"action_values":[{"action_type":"lead","value":"5"},{"action_type":"purchase","value":"7"}]'),
		row('"campaign_id":"2"'), row('"campaign_id":"3","action_values":[{"action_type":"vi\\u0065w","value":"1"}]'));
	is($session->query($types), "1|lead|0|5\n1|purchase|2|7\n3|view|0|1", 'types of either list that have an amount in the default window');
	page(row('"actions":[{"action_type":"lead","value":1},{"action_type":"lead","value":1}]'));
	refused($types, 'HV00A', qr/member "actions" of a row holds/, 'a type twice');

	my $elements = '"actions":[{"action_type":"purchase","action_device":"a","value":"2"},{"action_type":"purchase","action_device":"b","value":3,"7d_click":4},'
	  . '{"action_type":"purchase","value":"0.5"},{"action_type":"lead","action_device":"a","value":1}],"action_values":[{"action_device":"b","value":9,"action_type":"purchase"}]';
	my %keys = (action_breakdowns => 'action_type,action_device');
	my @made = ([ n => 'numeric', 'adpipe.action_count' ], [ v => 'numeric', 'adpipe.action_value' ]);
	my $rows = table(\%keys, [ type => 'text', 'action_type' ], [ device => 'text', 'action_device' ], @made);
	page(row($elements));
	is($session->query("SELECT type, device, n, v FROM $rows WHERE date_day = '2026-11-10' ORDER BY 1, 2"),
		"lead|a|1|0\npurchase|a|2|0\npurchase|b|3|9\npurchase||0.5|0", 'a row per element, also without one of the keys');
	my $sums = table({ %keys, conversion_actions => 'purchase' }, [ buy => 'numeric', 'actions.purchase' ], [ week => 'numeric', 'actions.purchase.7d_click' ],
		[ n => 'numeric', 'adpipe.conversions' ], [ v => 'numeric', 'adpipe.conversions_value' ]);
	page(row('"attribution_setting":"7d_click",' . $elements));
	is($session->query("SELECT buy, week, n, v FROM $sums WHERE date_day = '2026-11-10'"), '5.5|4|5.5|9', 'an amount of a type is the sum of its elements');
	my $devices = table({ action_breakdowns => 'action_device' }, [ device => 'text', 'action_device' ], @made);
	page(row('"actions":[{"action_device":"a","value":1},{"action_device":"","value":2},{"value":3}]'));
	is($session->query("SELECT coalesce(device, '~'), n FROM $devices WHERE date_day = '2026-11-10' ORDER BY n"), "a|1\n|2\n~|3", 'without the type');
	page(row('"campaign_id":"1","actions":[{"action_device":"a","value":1},{"action_device":"\\u0061","value":2}]'));
	refused("SELECT n FROM $devices WHERE date_day = '2026-11-10'", 'HV00A', qr/member "actions" of a row holds two elements/, 'two with the same keys');
	for my $field ('actions.purchase', 'adpipe.conversions', 'adpipe.conversions_value')
	{
		refused("SELECT n FROM " . table({ action_breakdowns => 'action_device' }, [ n => 'numeric', $field ]) . " WHERE date_day = '2026-11-10'",
			'HV005', qr/field "\Q$field\E" needs the type of actions/, "$field without the type");
	}
	my $plain = table({ action_breakdowns => 'action_device' }, [ impressions => 'bigint' ]);
	is($session->query("SELECT campaign_id, impressions FROM $plain WHERE date_day = '2026-11-10'"), '1|1', 'a table without such columns has the row as it is');
};

subtest 'conversion_actions names what is wrong' => sub {
	for my $case ([ 'purchase,', qr/missing beside a comma or bar/ ], [ 'a b, b| a b ', qr/"a b" is listed twice/ ], [ 'a, b|a', qr/"a" is listed twice/ ])
	{
		refused('ALTER SERVER meta OPTIONS (ADD conversion_actions ' . quote($case->[0]) . ')', '22023', $case->[1], $case->[0]);
	}
};

# JSON may escape any letter of a name.
fresh();
my $actions = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM meta.campaign_action_daily t WHERE $week";
my $plain = $session->query($actions);
for my $case ([ '"action_type"', '"\u0061ction_type"' ], [ '"value"', '"val\u0075\u0065"' ])
{
	$sim->faults([ { match => { path => '/insights' }, action => { replace => $case } } ]);
	is($session->query($actions), $plain, "$case->[0] is $case->[1]");
	is($sim->control('GET', '/_control/faults')->[0]{applied} > 0, 1, 'which the platform sent');
}
fresh();

done_testing();
