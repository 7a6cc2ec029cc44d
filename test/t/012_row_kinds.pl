# The kinds of rows (platform/tallies.h, platform/records.h), by way of the test
# module in test/module/row_kinds: a platform that is like none there is, so that no
# kind is bent to the one that uses it first.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $module = "$FindBin::RealBin/../module/row_kinds";
my $node = adpipe_cluster();
my $session;

# Builds the module and loads it.
sub set_up
{
	my $dir = build_module("$module/Makefile");
	$node->psql('postgres', slurp_file("$module/row_kinds_test.sql"),
		extra_params => [ '-v', "module=$dir/row_kinds_test" ], on_error_die => 1);
	$session = session($node);
	return;
}

# A call of a function of the module; undef is NULL, a list an array of text.
sub call
{
	my ($function, @arguments) = @_;
	my @literals = map { !defined $_ ? 'NULL' : ref $_ ? 'ARRAY[' . join(',', map { quote($_) } @$_) . ']' : quote($_) } @arguments;
	return "SELECT row_kinds_test.$function(" . join(', ', @literals) . ')';
}

sub rows_of
{
	my (@arguments) = @_;
	return $session->query(call('read', @arguments));
}

# What is wrong with a page, or with what is asked of it.
sub refused
{
	my (@arguments) = @_;
	my $error = $session->query_error(call('read', @arguments));
	return join '; ', map { $_ // '' } @$error{qw(sqlstate message detail hint)};
}

sub page { return '{"rows":[' . join(',', @_) . ']}'; }

set_up();

subtest 'tallies: names of fields' => sub {
	my %is = (
		'clicks' => 'clicks ~ ~',
		'tallies.buy' => 'tallies,worth,rule buy ~',
		'tallies.buy.again' => 'tallies,worth,rule buy.again ~',
		'tallies.buy.again.7h' => 'tallies buy.again 7h',
		'tallies.buy.28h_view' => 'tallies buy 28h_view',
		'tallies.buy.h' => 'tallies,worth,rule buy.h ~',
		'tallies.buy.7' => 'tallies,worth,rule buy.7 ~',
		'tallies.buy.everywhere' => 'tallies buy everywhere',
		'tallies.buy.usual' => 'tallies,worth,rule buy ~',
		'tallies.(a) b, c|' => 'tallies,worth,rule (a) b, c| ~',
		'more.own.x' => 'more,tallies,worth,rule own.x ~',
		'share.buy' => 'share buy ~',
		'asset.text' => 'asset.text ~ ~',
		'kind' => 'tallies,worth,more,more_worth kind ~',
		'trial.conversions' => 'tallies,worth,rule ~ ~',
		'trial.worth' => 'tallies,worth,more,more_worth ~ ~');
	is($session->query(call('members', 'tallies', $_)), $is{$_}, $_) for sort keys %is;
	is($session->query(call('members', 'plain', 'tallies.buy')), 'tallies buy ~', 'without a setting none is asked for');
	is($session->query(call('members', 'tallies', 'trial.conversions', $_)), 'tallies,worth,more,more_worth,rule ~ ~', "a type that may be in two pairs: $_")
		for 'both', 'buy, own.x';
};

subtest 'tallies: cells' => sub {
	my $page = page('{"id":"1","tallies":[{"kind":"buy","n":"2","7h":1},{"kind":"s\u0065ll","n":3}],"share":[{"kind":"buy","n":"0.5"}]}',
		'{"id":"2","rule":"various","tallies":[{"kind":"buy","n":"4"}]}',
		'{"id":"3","rule":"one"}', '{"id":"4","rule":"various","tallies":[{"kind":"buy","7h":"1"},{"kind":"see","n":"1"}]}',
		'{"id":"5","tallies":null}', '{"id":"6","tallies":[]}');
	my @fields = qw(id tallies.buy tallies.sell tallies.sell.7h share.buy share.sell);
	is(rows_of('plain', $page, [@fields]),
		"1|2|3|0|0.5|~\n" . join("\n", '2|4|0|0|~|~', map { "$_|0|0|0|~|~" } 3 .. 6), 'what adds up is 0 where nothing is told');
	is(rows_of('tallies', $page, [@fields]),
		"1|2|3|0|0.5|~\n2|4|0|0|~|~\n3|0|0|0|~|~\n4|~|~|0|~|~\n5|0|0|0|~|~\n6|0|0|0|~|~",
		'not so in the usual window of mixed settings, if no amount there shows that it is');
	is(rows_of('tallies', $page, [qw(id tallies.see)]), "1|0\n2|0\n3|0\n4|1\n5|0\n6|0", 'any amount shows it for types that are never hidden');
	is(rows_of('tallies', $page, [@fields], undef, 'place'),
		"1|2|3|0|0.5|~\n2|4|~|~|~|~\n3|~|~|~|~|~\n4|~|~|~|~|~\n5|~|~|~|~|~\n6|~|~|~|~|~", 'nor where a part is hidden');
	is(rows_of('tallies', $page, [qw(id tallies.see)], undef, 'place'), "1|0\n2|0\n3|0\n4|1\n5|0\n6|0", 'but for types that never are');
	like(refused('plain', page("{\"tallies\":$_}"), ['tallies.buy']), qr/^HV00A; member "tallies" of a row is not a list of objects/, "what is no list: $_")
		for '"none"', '1', '{}', '[1]', '[[]]', '[{},"x"]';
	like(refused('plain', page('{"tallies":[{"kind":"buy","n":1},{"kind":"b\u0075y","n":1}]}'), ['tallies.buy']),
		qr/^HV00A; member "tallies" of a row holds a type twice; The type is "buy"/, 'a type that comes twice');
	like(rows_of('tallies', $page, [@fields], undef, 'age'), qr/^3\|0\|0\|0\|~\|~$/m, 'which it is by some breakdowns only');
	is(rows_of('tallies', $page, [qw(id)]), "1\n2\n3\n4\n5\n6", 'plain members stay as they are');
};

subtest 'tallies: conversions' => sub {
	my $page = page('{"tallies":[{"kind":"sell","n":"1.50"},{"kind":"buy","7h":"9"},{"kind":"join","n":2}],"worth":[{"kind":"sell","n":"10"},{"kind":"buy","n":"99"}]}',
		'{"rule":"various","tallies":[{"kind":"sell","n":"1"}]}', '{"tallies":[{"kind":"buy","n":"1"}]}', '{}',
		'{"rule":"various","tallies":[{"kind":"sell","7h":"1"},{"kind":"see","n":"1"}]}');
	my @fields = qw(trial.conversions trial.value);
	is(rows_of('plain', $page, [@fields]), "3.50|10\n1|0\n1|0\n0|0\n0|0", 'the first type there of each group, its own value');
	is(rows_of('tallies', $page, [@fields]), "3.50|10\n1|0\n1|0\n0|0\n~|~", 'of mixed settings what is there');
	is(rows_of('plain', $page, [@fields], 'join'), "2|0\n0|0\n0|0\n0|0\n0|0", 'by the option');
	is(rows_of('tallies', $page, [@fields], 'see'), "0|0\n0|0\n0|0\n0|0\n1|0", 'a type that is never hidden');
	is(rows_of('tallies', $page, [@fields], undef, 'place'), "3.50|10\n~|~\n~|~\n~|~\n~|~", 'where a part is hidden, whole sums only');
	is(rows_of('tallies', page('{"tallies":[{"kind":"both","n":1}],"worth":[{"kind":"both","n":5}],"more":[{"kind":"both","n":2},{"kind":"own.x","n":4}],"more_worth":[{"kind":"both","n":7},{"kind":"own.x","n":8}]}',
		'{"more":[{"kind":"both","n":2}],"more_worth":[{"kind":"both","n":7}]}'), [ @fields, 'tallies.own.x', 'more.own.x' ], 'both, own.x'),
		"5|13|~|4\n2|7|~|0", 'a type in two pairs counts once, one of a pair of its own is there');
	is(rows_of('plain', page('{"tallies":[{"kind":"buy","n":"1"},{"kind":"join","n":"x"}]}'), [@fields]), 'x|0', 'what is no number is passed on, to be refused');
};

subtest 'tallies: a row per type' => sub {
	my $page = page('{"id":"1","tallies":[{"kind":"buy","n":"2"},{"kind":"see","7h":"1"}],"worth":[{"kind":"sell","n":"5"},{"kind":"buy","n":"7"}]}',
		'{"id":"2"}', '{"id":"3","worth":[{"kind":"s\u0065e","n":"1"}]}');
	is(rows_of('plain', $page, [qw(id kind trial.count trial.worth)]),
		"1|buy|2|7\n1|sell|0|5\n3|see|0|1", 'types that either of the two tells');
	is(rows_of('plain', $page, [qw(id trial.count)]), "1|~\n2|~\n3|~", 'none without the type');
	is(rows_of('tallies', page('{"tallies":[{"kind":"both","n":1}],"more":[{"kind":"both","n":2},{"kind":"own.x","n":4}],"more_worth":[{"kind":"own.x","n":8}]}'),
		[qw(kind trial.count trial.worth)]), "both|1|0\nown.x|4|8", 'of two pairs the first that has a type');
	like(refused('plain', page('{"tallies":[{"kind":"buy","n":1},{"kind":"buy","n":1}]}'), ['kind']), qr/^HV00A; member "tallies"/, 'a type that comes twice');
};

subtest 'tallies: elements split by keys' => sub {
	my $page = page('{"id":"1","tallies":[{"kind":"buy","place":"a","n":"2"},{"kind":"buy","place":"b","n":3,"7h":4},{"kind":"buy","n":"0.5"},{"kind":"sell","place":"a","n":1}],'
		  . '"worth":[{"place":"b","n":9,"kind":"buy"}]}');
	my @rows = ('plain', $page, [qw(kind place trial.count trial.worth)], undef, undef, 'kind,place');
	is(rows_of(@rows), "buy|a|2|0\nbuy|b|3|9\nbuy|~|0.5|0\nsell|a|1|0", 'a row per element');
	is(rows_of('plain', $page, [qw(id tallies.buy tallies.buy.7h tallies.join trial.conversions trial.value)], undef, undef, 'kind,place'),
		'1|5.5|4|0|5.5|9', 'an amount of a type is the sum of its elements');
	is(rows_of('plain', page('{"tallies":[{"place":"a","n":1},{"place":"","n":2},{"n":3}]}'), [qw(place trial.count)], undef, undef, 'place'),
		"a|1\n|2\n~|3", 'without the type');
	like(refused('plain', page('{"tallies":[{"place":"a","n":1},{"place":"\u0061","n":2}]}'), [qw(place)], undef, undef, 'place'),
		qr/^HV00A; member "tallies" of a row holds two elements that cannot be told apart/, 'two with the same keys');
	like(refused('plain', $page, [qw(kind trial.count)], undef, undef, 'kind,place'), qr/^HV005; .*action breakdown "place" but has no column/, 'a key without a column');
	like(refused('plain', $page, [qw(kind place)]), qr/^HV005; field "place" is an action breakdown that/, 'a column of a key that is not asked for');
	like(refused('plain', $page, [$_], undef, undef, 'place'), qr/^HV005; field "$_" needs the type of actions/, "no type: $_")
		for 'tallies.buy', 'trial.conversions', 'trial.value';
	is(rows_of('plain', $page, ['id'], undef, undef, 'place'), '1', 'plain members do not care');
};

subtest 'choices' => sub {
	is($session->query(call('check_choice', $_)), '', $_) for 'a', 'a|b, c', ' a.b:1-2 | c_d ', 'a, (b) c;d', '회원 가입|"x"';
	my %wrong = ('' => qr/missing/, 'a,' => qr/missing/, 'a||b' => qr/missing/,
		'a b, b| a b ' => qr/"a b" is listed twice/, 'a, b|a' => qr/"a" is listed twice/);
	like($session->query(call('check_choice', $_)), $wrong{$_}, "'$_'") for sort keys %wrong;
};

subtest 'records: columns and words for none' => sub {
	my $body = "Day, network ,NOTE,cost,more\n2026-11-01,-,-,-,-\n2026-11-02,n/a,n/a,n/a,n/a\n2026-11-03,?,?,?,?\n2026-11-04,,\"\",0,x\n";
	is(rows_of('flat', $body, [qw(day network note cost more none)]),
		"2026-11-01|~|-|~|-|~\n2026-11-02|n/a|~|n/a|n/a|~\n2026-11-03|?|?|?|~|~\n2026-11-04|~|~|0|x|~",
		'each word where it stands for none');
	like($session->messages, qr/NOTICE:.*report "flat" of account 1 has no column "none"/, 'a column that is missing is told');
	like(refused('timed', $body, [qw(network day)]), qr/report "timed" has no column "at"/, 'the time that tells the day is required');
	is(rows_of('timed', "day,at,cost\n-,2026-11-01 23:59:59,1\n", [qw(cost day at)]), '1|2026-11-01|2026-11-01 23:59:59', 'the day of a time');
	like(refused('timed', "day,at\n,$_\n", ['day']), qr/a row of report "timed" has no "at"/, "not of '$_'") for '-', '', '2026-11';
};

subtest 'records: families of columns' => sub {
	my $body = "day,buy_events,buy_income:KRW,sign_up_EVENTS,_events,buy_income,events\n2026-11-01,2,3.5,0,7,8,9\n2026-11-02,0,0.00,4,,,\n2026-11-03,,,,,,\n2026-11-04,,1,1,,,\n";
	my @made = qw(trial.event trial.events trial.income trial.currency);
	is(rows_of('folded', $body, [ 'day', @made ]),
		join("\n", '2026-11-01|buy|2|3.5|KRW', '2026-11-02|sign_up|4|~|KRW', '2026-11-04|buy|~|1|KRW', '2026-11-04|sign_up|1|~|KRW'),
		'a row per family of which a record tells something');
	is(rows_of('folded', $body, [qw(day trial.currency)]), join("\n", map { "2026-11-0$_|KRW" } 1 .. 4), 'one per record without their fields');
	is(rows_of('folded', "day,buy_events\n2026-11-01,1\n", [@made]), 'buy|1|~|KRW', 'the currency of the account where none is told');
	is(rows_of('folded', "day,buy_events\n2026-11-01,1\n", [ 'buy_events', 'day' ]), '1|2026-11-01', 'columns of families by their own names');
	like(refused('folded', "day,a_income:EUR,b_income:USD\n", ['day']), qr/incomes are in EUR and in USD/, 'two currencies are refused');
	like(refused('folded', "day,a_income:EUR\n", ['day']), qr/^22023; incomes of report "folded" are in EUR but account 1 has "KRW"/, 'and so is another one than the account\'s');
	like(refused('timed', $body, ['trial.events']), qr/^HV005; report "timed" has no columns of events; ; Look elsewhere\.$/, 'and fields of families where there are none');
	is(rows_of('flat', "day\n2026-11-01\n", ['trial.event']), '~', 'which a kind without families does not know');
};

subtest 'records: what is no report' => sub {
	like(refused('flat', "Enough for today\n", ['day']), qr/Enough for today; ; Come back\.$/, 'a refusal in words');
	like(refused('flat', "<html>\n", ['day']), qr/a web page instead of a report/, 'a web page');
	my $text = refused('flat', "Your token-of-the-trial is " . 'x' x 100 . "\n", ['day']);
	like($text, qr/not a report: it begins with "Your .* is x+"/, 'anything else, by its beginning');
	unlike($text, qr/token-of-the-trial|x{80}/, 'without the token, and not the whole of it');
	like(refused('flat', '', ['day']), qr/empty, without a header/, 'nothing');
};

done_testing();
