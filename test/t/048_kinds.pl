# What the engine reads by tables: each rule of its kinds, on platforms that
# there are not, so that one that comes need not find out.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../module", "$FindBin::RealBin/../perl";
use AdpipeTest;
use NetTest;
use Test::More;

my $node = net_cluster();
my $session = session($node);

sub found
{
	my ($document, $path, $expected, $what) = @_;
	is($session->query('SELECT adpipe_test.json_find(' . quote($document) . ', ' . quote($path) . ')'), $expected, $what);
	return;
}

my $document = '{"a":{"b":"x","7":"seven"},"list":[{"type":"one","n":1},{"type":"two","n":2.5},{"n":3}],"odd":[[1,2],[3]],"t":true}';
found($document, 'a.b', 'x', 'a path of names');
found($document, 'a.7', 'seven', 'a member whose name is a number');
found($document, 'list.0.type', 'one', 'an element by number');
found($document, 'list.9.type', '', 'an element that is not there');
found($document, 'list.*.n', '1 ? 3', 'any element');
found($document, 'a.*', 'x seven', 'any member');
found($document, '*.*.type', 'one two', 'any of any');
found($document, 'odd.*.*', '1 2 3', 'lists of lists');
found($document, 'list.*[type~tw].n', '?', 'an element by part of a member');
found($document, 'list.*[nothing~tw].n', '', 'a member that none has');
found($document, 'no.b|a.b|list.0.n', 'x 1', 'alternatives');
found($document, 't', 'true', 'a boolean in words');
found($document, 'list', '?', 'what is no text');
found($document, '', '?', 'the document itself');
found('7', '', '7', 'one that is a number');
found('no document', 'a', '', 'no document');

# SQLSTATE, code, what it says, and for how long to wait.
sub says
{
	my ($call, $expected, $what) = @_;
	is($session->query("SELECT concat_ws(', ', sqlstate, code, says, nullif(retry_after_ms, -1)) FROM adpipe_test.$call"), $expected, $what);
	return;
}

sub number
{
	my ($status, $error, $expected, $what) = @_;
	says("failure(0, $status, " . quote(qq({"error":$error})) . ')', $expected, $what);
	return;
}

number(400, '{"code":5}', 'HV00L, error 5, ', 'a code without a rule is judged by its status: 400');
number(401, '{"code":5}', '28000, error 5, token', '401');
number(403, '{"code":5}', '28000, error 5, ', '403');
number(429, '{"code":5}', '53400, error 5, ', '429');
number(500, '{"code":5}', 'HV00M, error 5, ', '500');
number(500, '{"code":5,"is_transient":true}', 'HV00M, error 5, transient', 'a failure that says that it will pass');
number(400, '{"code":"4","detail":{"code":22}}', '53400, error 4/22, transient, 120000', 'a code with its subcode');
number(400, '{"code":4,"detail":{"code":"0"}}', '53400, error 4, transient, 60000', 'a subcode of 0 is none');
number(400, '{"code":4}', '53400, error 4, transient, 60000', 'a missing one, too');
number(400, '{"code":4,"detail":{"code":9}}', 'HV00L, error 4/9, permanent constant', 'any other subcode');
number(500, '{"code":7,"message":"This is TOO heavy."}', '54000, error 7, permanent too_much heavy', 'a code with words');
number(500, '{"code":7,"message":"This is heavy."}', 'HV00M, error 7, transient', 'the same without them');
number(500, '{"code":7}', 'HV00M, error 7, transient', 'and without any');
number(400, "{\"code\":$_}", "28000, error $_, permanent", "$_ lies in a range") for 200, 299;
number(400, "{\"code\":$_}", "HV00L, error $_, ", "$_ lies outside") for 199, 300;
number(400, '{"code":99999999999}', 'HV00M, error 99999999999, permanent not_ready', 'a range without an end');
number(400, '{"code":-3}', 'HV00L, error -3, transient', 'one without a beginning, and a rule that leaves the class to the status');
number(503, '{}', 'HV00M, ', 'no code at all');
is($session->query(q(SELECT message, request_id, hint FROM adpipe_test.failure(0, 400,
	'{"error":{"code":4,"detail":{"code":9},"message":"Bad value","user_message":"In words.","trace":"T1"}}'))),
	'Bad value: In words.|T1|Another value.', 'message and what is said to users, request, hint');
is($session->query(q(SELECT message IS NULL FROM adpipe_test.failure(0, 502, '<html>Bad gateway</html>'))), 't', 'a web page is no message');
says(q(failure_told('{"status":"failed","error_code":7,"error_message":"too heavy"}')), '54000, error 7, permanent too_much heavy',
	'a failure that a good answer tells of');
says(q(failure_told('{"status":"failed"}')), '', 'one that it does not tell of');

my $coded = '{"@type":"x/Coded","request":"R1","errors":[{"code":{"%s":"%s"},"message":"Coded."%s}]}';
sub name
{
	my ($details, $expected, $what, $status) = @_;
	my $error = qq({"error":{"status":"BAD","message":"Plain.","details":[{"\@type":"x/Help","request":"no"}$details]}});
	says("failure(1, " . ($status // 400) . ", " . quote($_) . ')', $expected, $what) for $error, "[$error]";
	return;
}
name(',' . sprintf($coded, 'auth', 'EXPIRED', ''), '28000, auth.EXPIRED, token', 'a name below its family; also in an array');
name(',' . sprintf($coded, 'page', 'STALE', ''), 'HV00M, page.STALE, permanent', 'another');
name(',' . sprintf($coded, 'odd', 'CODE', ''), '28000, odd.CODE, token', 'one without a rule', 401);
name('', 'HV00L, BAD, ', 'a text in the place of names');
name(',' . sprintf($coded, 'quota', 'USED_UP', ''), '53400, quota.USED_UP, permanent', 'a quota that does not say for how long');
name(',' . sprintf($coded, 'quota', 'USED_UP', ',"wait":"5400s"'), '53400, quota.USED_UP, transient, 5400000', 'one that does');
name(',{"@type":"x/Retry","delay":"1.5s"},' . sprintf($coded, 'quota', 'USED_UP', ',"wait":1'), '53400, quota.USED_UP, transient, 1500',
	'the longest of two delays');
name(',' . sprintf($coded, 'quota', 'USED_UP', qq(,"wait":"$_")), '53400, quota.USED_UP, permanent', "no delay: $_") for '5m', '-1s', 's', 'nan', '1e10s';
is($session->query('SELECT message, request_id FROM adpipe_test.failure(1, 400, '
	  . quote('{"error":{"message":"Plain.","details":[{"@type":"x/Help","request":"no"},' . sprintf($coded, 'a', 'B', '') . ']}}') . ')'),
	'Coded.|R1', 'message and request of the coded error');

# Until midnight, as near as it can be known.
sub sentence
{
	my ($body, $days, $expected, $what) = @_;
	is($session->query("SELECT concat_ws(', ', sqlstate, says, CASE WHEN retry_after_ms > 60000 OR retry_after_ms < 0 THEN NULL ELSE retry_after_ms END, message)"
		  . ' FROM adpipe_test.failure(2, 403, ' . quote($body) . ", $days)"), $expected, $what);
	return;
}
sentence("\r\n Limit reached for you. \n", 2, '53400, transient, 60000, Limit reached for you.', 'a rule for short ranges');
sentence('{"message":"Limit reached for you."}', 3, '53400, permanent, Limit reached for you.', 'the next one for others');
sentence('{"error":"Limit reached for you."}', 0, '53400, permanent, Limit reached for you.', 'also where no days are asked for');
sentence('Something else', 1, '28000, permanent, Something else', 'a rule for a status, with the class of the status');
sentence($_, 1, '28000, permanent', 'a body that says nothing') for '', '  ', '<html>No</html>', '{"message":{}}';
is($session->query("SELECT hint FROM adpipe_test.failure(2, 403, 'Something else')"), 'Ask for permission.', 'its hint');
is($session->query("SELECT message FROM adpipe_test.failure(2, 404, '$_->[0]')"), $_->[1], "a message of the rule: '$_->[0]'")
	for [ '', 'There is no such app.' ], [ 'Gone.', 'Gone.' ];
is($session->query("SELECT sqlstate FROM adpipe_test.failure(2, $_->[0], 'x')"), $_->[1], "a rule for a range of statuses: $_->[0]")
	for [ 519, 'HV00M' ], [ 520, 'HV00N' ], [ 529, 'HV00N' ], [ 530, '53400' ], [ 599, '53400' ];
is($session->query("SELECT sqlstate FROM adpipe_test.failure(3, 400, '$_->[0]')"), $_->[1], "a rule for the rest: $_->[0]")
	for [ '{"error":"bad_grant"}', '28000' ], [ '{"error":"other"}', '22023' ], [ '{}', '22023' ], [ 'text', '22023' ];
is($session->query(<<'END'), 't', 'a quota that is whole again at midnight UTC');
SELECT abs(extract(epoch FROM date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day' - now() AT TIME ZONE 'UTC') * 1000 - retry_after_ms) < 60000
FROM adpipe_test.failure(2, 403, 'Limit reached', 30)
END
is($session->query("SELECT sqlstate FROM adpipe_test.failure_text('the LIMIT REACHED you')"), '53400', 'a bare sentence');
is($session->query("SELECT (adpipe_test.failure_text('Nothing known')) IS NULL"), 't', 'one that no rule is about');

sub usage
{
	my ($kind, $path, $headers, $expected, $what) = @_;
	is($session->query("SELECT adpipe_test.usage($kind, " . quote($path) . ", ARRAY[" . join(', ', map { quote($_) } @$headers) . ']::text[])'), $expected, $what);
	return;
}
my $entries = 'x-usage {"1":[{"type":"reports","calls":40,"cpu":"76.5","minutes":3},{"type":"things","calls":95,"minutes":7}],"2":[{"calls":10}]}';
usage(0, '/v1/report', [$entries], '76.5 % 180000 ms, pause 250 ms', 'entries of the quota of reports: slow');
usage(0, '/v1/things', [$entries], '95 % 420000 ms, pause 420000 ms!', 'and of things: shut out');
usage(1, '/v1/report', [$entries], '95 % 420000 ms, pause 420000 ms!', 'where a request counts against all, all entries');
usage(0, '/v1/report', ['x-usage {"2":[{"calls":91}]}'], '91 % 0 ms, pause 60000 ms', 'nearly used up, without a time');
usage(1, '/v1/report', ['x-usage {"2":[{"calls":12}]}'], '12 % 0 ms, pause 250 ms', 'percentages of a platform');
usage(0, '/v1/report', ['x-account {"pct":99.9,"reset":100}'], '99.9 % 0 ms, pause 60000 ms', 'a time that counts only when all is used');
usage(0, '/v1/report', ['x-account {"pct":100,"reset":100}'], '100 % 100000 ms, pause 100000 ms!', 'all is used');
usage(0, '/v1/report', ['x-account {"pct":118,"reset":1e9}'], '118 % 86400000 ms, pause 86400000 ms!', 'a day at most');
usage(0, '/v1/report', ['ratelimit-reset 7'], '0 % 7000 ms, pause 0 ms', 'a bare number');
usage(0, '/v1/report', [ 'x-usage {', 'x-account [1]', 'x-usage {"1":5}', 'ratelimit-reset soon' ], '0 % 0 ms, pause 0 ms', 'what does not parse is not there');
usage(0, '/v1/report', [ 'x-account {"pct":80}', $entries ], '80 % 180000 ms, pause 250 ms', 'the most of several headers');

# Whether days of a query are better got by a job; kind, source, breakdowns,
# field, first day, days.
sub better
{
	my ($expected, $what, @query) = @_;
	my $list = join ', ', map { defined ? quote($_) : 'NULL' } @query;
	is($session->query("SELECT coalesce(adpipe_test.job_is_better($list)::text, 'never')"), $expected, $what);
	return;
}
better('false', 'as many days as are asked for at once', 0, 'small', undef, 'clicks', '2026-01-01', 12);
better('true', 'one more', 0, 'small', undef, 'clicks', '2026-01-01', 13);
better('never', 'a source that jobs do not make', 0, 'things', undef, 'clicks', '2026-01-01', 500);
better('true', 'a source that is always got by jobs', 0, 'large', undef, 'clicks', '2026-01-01', 1);
better('false', 'few days with breakdowns', 0, 'small', 'sex', 'clicks', '2026-01-01', 2);
better('true', 'which leave fewer of them', 0, 'small', 'sex', 'clicks', '2026-01-01', 3);
better('false', 'but always one', 0, 'large', 'sex', 'clicks', '2026-01-01', 1);
better('false', 'breakdowns of a platform where they do not count', 1, 'small', 'sex', 'users', '2020-01-01', 12);
better('true', 'a breakdown that only jobs give', 0, 'small', 'age,rare', 'clicks', '2026-01-01', 1);
better('false', 'one of another name', 0, 'small', 'age,rarely', 'clicks', '2026-01-01', 1);
better('true', 'a field that only jobs give of old days', 0, 'small', 'age', 'users', '2024-12-14', 1);
better('false', 'of later days', 0, 'small', 'age', 'users', '2024-12-15', 1);
better('false', 'another field', 0, 'small', 'age', 'clicks', '2024-12-14', 1);
better('false', 'without breakdowns', 0, 'small', undef, 'users', '2024-12-14', 1);
better('true', 'of all days that there are', 0, 'small', 'age', 'users', undef, 0);

sub job
{
	my ($kind, $document, $expected, $what) = @_;
	is($session->query("SELECT adpipe_test.job_read($kind, " . quote($document) . ')'), $expected, $what);
	return;
}
job(0, '{"data":{"status":"QUEUED"},"percent":5}', 'running, 5 %, QUEUED', 'a word that says nothing is one of a job that runs');
job(0, '{"data":{"status":"Job"},"percent":5}', 'running, 5 %, Job', 'a part of one is none');
job(0, '{"percent":"100"}', 'running, 100 %, no status', 'no word at all');
job(0, '{"data":{"status":"Job Complete"},"percent":99}', 'ready, 99 %, Job Complete', 'one of two words for ready');
job(0, '{"status":"SUCCESS"}', 'ready, 0 %, SUCCESS', 'the other, elsewhere, without progress');
job(1, '{"status":"BUILT","percent":3}', 'ready, 100 %, BUILT', 'a platform that tells no progress');
job(0, '{"status":"FAILED","code":7,"why":"It is too heavy."}', 'failed, error 7, It is too heavy., permanent too_much heavy', 'a job that failed for a reason');
job(0, "{\"status\":\"FAILED\"$_}", 'failed, no code, no message, transient too_much', "one that does not tell: '$_'") for '', ',"code":0';
job(0, '{"status":"CANCELED","code":5,"why":"Old."}', 'failed (skipped), error 5, Old., ', 'one that was never made');

# What an answer must hold.
sub judged
{
	my ($promises, $kind, $document, $expected, $what) = @_;
	is($session->query("SELECT adpipe_test.verdict($promises, $kind, " . quote($document) . ')'), $expected, $what);
	return;
}

judged(0, 0, '{"code":0,"list":[]}', 'good', 'a code that means success');
judged(0, 0, '{"code":40100,"message":"no","list":[]}', 'failure', 'one that does not, under a good status');
judged(0, 0, '{"code":"40100"}', 'failure', 'the same as text');
judged(0, 0, '{"code":{}}', 'failure', 'what is no code');
judged(0, 0, '{"code":0}', 'the answer has no member "list". It is an object with the members "code".', 'success without what was promised');
judged(0, 0, '{"list":[{}]}', 'good', 'rows without a code');
judged(0, 7, '{"code":0,"data":{"token":"x"}}', 'good', 'a value at a path');
judged(0, 7, '{"code":0,"data":{"token":""}}', 'the answer has no member "data.token". It is an object with the members "code", "data".', 'an empty one');
judged(1, 0, '{"rows":[{"a":1}]}', 'good', 'rows');
judged(1, 0, '{"mask":"a"}', 'good', 'what stands for no rows');
judged(1, 0, '{"mask":1}', 'the answer has neither member "rows" nor "mask". It is an object with the members "mask".', 'what does not');
judged(1, 0, '{"rows":{}}', 'member "rows" of the answer is no array. It is an object with the members "rows".', 'no array');
judged(1, 0, '{"rows":[1]}', 'member "rows" of the answer has an element that is no object. It is an object with the members "rows".', 'no objects in it');
judged(1, 0, '[{"error":{"code":1}}]', 'failure', 'a failure in an array');
judged(1, 0, '[]', 'the answer has neither member "rows" nor "mask". It is no JSON object.', 'no object');
judged(1, 0, '{}', 'the answer has neither member "rows" nor "mask". It is an object without members.', 'an empty object');

done_testing();
