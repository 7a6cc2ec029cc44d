# Large answers: whatever their shape, a statement that reads one ends within a
# second of a cancel or of statement_timeout, and its memory stays below what
# doc/operations.md states.  A refresh ends within its time though an account's
# answer never does.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Footprint qw(memory_below);
use AdpipeTest::Warehouse;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

# Seconds after a cancel or a time-out.
my $SOON = 1;

# A busy machine may be late by itself; being on time once out of three shows that
# nothing in the code is.
my $TRIES = 3;

# In kB: cells of a page, and what a backend has anyway.
my $CELLS = 256 * 1024;
my $IDLE = 64 * 1024;

my $MB = 1024 * 1024;

my $node = adpipe_cluster();
my $sim = simulator();
my $control = session($node);
google_server($node, $sim, options => { max_retries => 0, customer_id => '1234567890' });
google_server($node, $sim, name => 'all_google', options => { max_retries => 0 });
meta_server($node, $sim, options => { max_retries => 0, account_id => '1234567890123456' });
meta_server($node, $sim, name => 'all_meta', options => { max_retries => 0 });
appsflyer_server($node, $sim, options => { max_retries => 0, cache_ttl_s => 0, app_id => 'com.hanbit.running' });
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE google.odd (
    account_id text OPTIONS (field 'customer.id'),
    campaign_name text OPTIONS (field 'campaign.name'),
    labels text[] OPTIONS (field 'campaign.labels'),
    frequency_caps jsonb OPTIONS (field 'campaign.frequency_caps')) SERVER google OPTIONS (resource 'campaign');
END

# A body of about so many MB.
sub body_of
{
	my ($size, $head, $item, $tail) = @_;
	return { status => 200, body => $head, repeat => [ $item, int($size * $MB / length $item) ], close_with => $tail };
}

my $google = [ { query => 'FROM campaign( |$)' }, 'SELECT count(*) FROM google.campaigns' ];
my $odd = [ { query => 'FROM campaign( |$)' }, 'SELECT length(campaign_name), cardinality(labels), length(frequency_caps::text) FROM google.odd' ];
my $meta = [ { path => '/insights' }, "SELECT count(*) FROM meta.campaign_daily WHERE date_day = '2026-11-01'" ];
my $actions = [ { path => '/insights' }, "SELECT sum(conversions) FROM meta.campaign_daily WHERE date_day = '2026-11-01'" ];
my $installs = [ { path => 'raw-data' }, 'SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3' ];
my $row = '"resourceName":"customers/1234567890/campaigns/1"';
my $meta_row = '"account_id":"1234567890123456","date_start":"2026-11-01","date_stop":"2026-11-01"';
my %answers = (
	'google, 60 MB of empty rows' => [ @$google, body_of(60, '{"results":[{}', ',{}', ']}') ],
	'google, 60 MB of pages in a page' => [ @$google, body_of(60, '{"results":[{}', '],"results":[{}', ']}') ],
	'google, 60 MB of brackets' => [ @$google, body_of(60, '{"results":[{"campaign":', '[', ']}') ],
	'google, 60 MB of blanks' => [ @$google, body_of(60, '{"results":[', ' ', ']}') ],
	'google, a name of 60 MB' => [ @$odd, body_of(60, qq({"results":[{"campaign":{$row,"name":"), '\u00e4', '"}}]}') ],
	'google, a list of 20 million' => [ @$odd, body_of(40, qq({"results":[{"campaign":{$row,"labels":["a"), ',0', ']}}]}') ],
	'google, an object of 60 MB' => [ @$odd, body_of(60, qq({"results":[{"campaign":{$row,"frequencyCaps":{"a":0), ',"b":0', '}}}]}') ],
	'meta, 60 MB of empty rows' => [ @$meta, body_of(60, '{"data":[{}', ',{}', ']}') ],
	'meta, a row with 60 MB of actions' => [ @$actions, body_of(60, qq({"data":[{$meta_row,"actions":[{}), ',{}', ']}]}') ],
	'meta, an action with 60 MB of members' => [ @$actions, body_of(60, qq({"data":[{$meta_row,"actions":[{"a":0), ',"b":0', '}]}]}') ],
	'appsflyer, 60 MB of line ends' => [ @$installs, body_of(60, "Event Time\n", "\n", '') ],
	'appsflyer, a quote that never ends' => [ @$installs, body_of(60, 'Event Time,"', "\n", '') ],
	'google, a list of accounts of 40 MB' => [ { query => 'FROM customer_client' }, 'SELECT * FROM all_google.campaigns', body_of(40, '{"results":[{}', ',{}', ']}') ],
	'meta, a list of accounts of 40 MB' => [ { path => 'me/adaccounts' }, 'SELECT * FROM all_meta.campaigns', body_of(40, '{"data":[{}', ',{}', ']}') ],
	'meta, a list of accounts of 10 MB' => [ { path => 'me/adaccounts' }, 'SELECT * FROM all_meta.campaigns', body_of(10, '{"data":[{"account_id":"1"}', ',{"account_id":"1"}', ']}') ],
	'meta, an account of 10 MB' => [ { path => '/act_\d+$' }, 'SELECT * FROM meta.accounts', body_of(10, '{"a":0', ',"accountsaccounts":0', '}') ],
	'appsflyer, a list of apps of 40 MB' => [ { path => 'mng/apps' }, 'SELECT * FROM flyer.apps', body_of(40, '{"data":[{}', ',{}', ']}') ],
	'google, a token of 40 MB' => [ { path => '/token' }, 'SELECT * FROM google.campaigns', body_of(40, '{"access_token":"', 'x', '"}') ]);

# A line of /proc/PID/status in kB.
sub size_of
{
	my ($session, $name) = @_;
	my ($kb) = slurp_file('/proc/' . $session->pid . '/status') =~ /^$name:\s+(\d+) kB/m;
	return $kb;
}

# Sends a statement to a new session under an answer.
sub begin
{
	my ($answer, $setup, $compressed) = @_;
	my ($match, $sql, $action) = @$answer;
	my $session = session($node, timeout => 60);

	# AppsFlyer's tokens are for ever
	$sim->control('POST', '/_control/reset', { tokens => $match->{path} && $match->{path} eq '/token' ? \1 : \0 });
	$sim->settings({ gzip => $compressed ? \1 : \0 });
	$sim->faults([ { match => $match, action => $action } ]);
	$session->query($setup);
	$session->send($sql);
	return $session;
}

# Ends a statement as a case wants it; returns the seconds that the end took, and
# the session.
my %ends = (
	'a time-out' => sub {
		my ($answer) = @_;
		my $session = begin($answer, "SET statement_timeout = '1s'");
		my $start = time;
		usleep(5000) until $session->is_done;
		return (time - $start - 1, $session);
	},
	# when the answer is being read, as far as that can be seen
	map {
		my $kb = $_;
		("a cancel at $kb kB" => sub {
				my ($answer) = @_;
				my $session = begin($answer, 'SELECT 1');
				my $idle = size_of($session, 'VmRSS');
				usleep(2000) until $session->is_done || size_of($session, 'VmRSS') > $idle + $kb;
				my $start = time;
				$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
				usleep(5000) until $session->is_done;
				return (time - $start, $session);
		})
	} 10_000, 80_000);

for my $what (sort keys %answers)
{
	my ($action) = $answers{$what}[2];
	my $body = (length($action->{repeat}[0]) * $action->{repeat}[1]) / 1024;
	for my $end (sort keys %ends)
	{
		my ($took, $peak, $sqlstate);
		for (1 .. $TRIES)
		{
			my $session;
			($took, $session) = $ends{$end}->($answers{$what});
			$peak = size_of($session, 'VmHWM');
			my (undef, $error) = $session->wait;
			$sqlstate = $error ? $error->{sqlstate} : '';
			last if $took < $SOON;
		}
		cmp_ok($took, '<', $SOON, "$what, $end: ends soon ($sqlstate)");
		memory_below($peak, $body + $CELLS + $IDLE, "$what, $end: memory");
		unlike($sqlstate, qr/^XX/, "$what, $end: no internal error");
	}
	next if $what =~ /of 10 MB|blanks|a name|of members/;
	my $session = begin($answers{$what}, 'SELECT 1');
	my (undef, $error) = $session->wait;
	like($error->{sqlstate} // 'none', qr/^(54000|HV00A|HV00C|HV005)$/, "$what: an error by itself");
	memory_below(size_of($session, 'VmHWM'), $body + $CELLS + $IDLE, "$what: memory");
	# the same in few bytes on the wire
	$session = begin($answers{$what}, 'SELECT 1', 1);
	(undef, $error) = $session->wait;
	like($error->{sqlstate} // 'none', qr/^(54000|HV00A|HV00C|HV005)$/, "$what, compressed: an error by itself");
}

# A ceiling that an administrator sets.
$sim->reset;
my $sql = "SELECT count(*) FROM google.campaign_daily WHERE date_day = '2026-11-01'";
my $rows = $node->safe_psql('postgres', $sql);
my $error = sql_error($node, "LOAD 'adpipe'; SET adpipe.max_answer_size = '64kB'; SELECT * FROM google.campaign_daily WHERE date_day BETWEEN '2026-09-01' AND '2026-11-01'");
is($error->{sqlstate}, '54000', 'above adpipe.max_answer_size: SQLSTATE');
like($error->{message} . $error->{hint}, qr/is too large.*adpipe\.max_answer_size/, 'above adpipe.max_answer_size: words');
is($node->safe_psql('postgres', "LOAD 'adpipe'; SET adpipe.max_answer_size = '64kB'; $sql"), $rows, 'below it: the right rows');
$node->safe_psql('postgres', 'CREATE ROLE analyst');
is(sql_error($node, "LOAD 'adpipe'; SET ROLE analyst; SET adpipe.max_answer_size = '1GB'")->{sqlstate}, '42501', 'who is no superuser does not raise it');

# A refresh whose platform says nothing any more for one account of two.
$sim->reset;
google_server($node, $sim, name => 'pair', options => { customer_id => '1234567890,2345678901' });
$node->safe_psql('postgres', "CREATE SCHEMA ads; SELECT adpipe.materialize('pair.campaign_daily', 'ads.pair', start => current_date - 3)");
$sim->faults([ { match => { query => 'FROM campaign ', account => '2345678901' }, action => { stall_after => 300 } } ]);
my $session = session($node, timeout => 60);
$session->query("SET adpipe.refresh_max_time = '8s'");
my $start = time;
$session->query('CALL adpipe.refresh_all()');
cmp_ok(time - $start, '<', 16, 'a refresh ends in its time');
like($session->query("SELECT string_agg(DISTINCT account_id, ',') FROM ads.pair"), qr/^1234567890$/, 'the other account has its rows');
like($session->query("SELECT problem || ' ' || action FROM adpipe.health WHERE problem ~ 'time of the refresh'"), qr/did not answer in the time of the refresh.*adpipe\.refresh_max_time/s, 'and health says why');
is($session->query("SELECT count(*) FROM adpipe.runs WHERE status = 'running'"), '0', 'no run goes on');
$sim->faults([]);
is($session->query('SHOW adpipe.fetch_until'), '0', 'nothing of it stays in the session');
$session->query("RESET adpipe.refresh_max_time; CALL adpipe.refresh('ads.pair')");
is($session->query("SELECT string_agg(DISTINCT account_id, ',' ORDER BY account_id) FROM ads.pair"), '1234567890,2345678901', 'the next refresh has both');

# One account of one: its time ends with that of the refresh.
google_server($node, $sim, name => 'single', options => { customer_id => '2345678901' });
$session->query("DROP TABLE ads.pair; SELECT adpipe.materialize('single.campaign_daily', 'ads.single', start => current_date - 3)");
$sim->faults([ { match => { query => 'FROM campaign ', account => '2345678901' }, action => { stall_after => 300 } } ]);
# On a busy machine the time may be over before the question is sent.
my $is_asked;
for my $seconds (4, 8, 16, 32)
{
	my $before = @{ $sim->requests };
	$session->query("SET adpipe.refresh_max_time = '${seconds}s'");
	$session->query('CALL adpipe.refresh_all()');
	$is_asked = grep { ($_->{query} // '') =~ /FROM campaign / } @{ $sim->control('GET', "/_control/requests?since=$before") };
	last if $is_asked;
}
ok($is_asked, 'the account is asked');
like($session->query("SELECT problem || ' ' || action FROM adpipe.health WHERE account_id = '2345678901'"), qr/did not answer in the time of the refresh.*adpipe\.refresh_max_time/s, 'health says why of one account, too');

done_testing();
