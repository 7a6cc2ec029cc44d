# What passes by itself is waited out and asked for again, no longer than the
# statement can afford; what does not is an error at once.  No row is lost, and
# none is given twice.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::Local qw(timegm);

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
my %one = (customer_id => '1234567890');
google_server($node, $sim, options => {%one});
google_server($node, $sim, name => 'pair', options => { customer_id => '1234567890,2345678901' });
google_server($node, $sim, name => 'impatient', options => { %one, max_retries => 0 });

my $days = "date_day BETWEEN '2026-11-01' AND '2026-11-16'";
my $count = "SELECT count(*), sum(clicks), sum(cost_micros) FROM %s.campaign_daily WHERE $days";
my $session = session($node);

# Both clocks stand still, so that days are known by heart.
sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$session->query('SET adpipe.debug_now = ' . quote($moment));
	return;
}

sub fresh
{
	$sim->reset;
	at($now);
	return;
}

# The requests for rows of campaigns, and those for access tokens.
sub pages { return grep { ($_->{query} // '') =~ /FROM campaign / } @{ $sim->requests }; }
sub sign_ins { return grep { $_->{path} eq '/token' } @{ $sim->requests }; }

# A rule for such pages.
sub on_pages
{
	my ($action, %more) = @_;
	return { match => { query => 'FROM campaign ', %{ delete $more{match} // {} } }, %more, action => $action };
}

# An answer of the API's front door with a wait hint of its kind.
sub retry_info
{
	my ($status, $delay) = @_;
	return { status => $status, body => Cpanel::JSON::XS->new->encode({ error => {
				code => $status, message => 'Slow down.', status => 'UNAVAILABLE',
				details => [ { '@type' => 'type.googleapis.com/google.rpc.RetryInfo', retryDelay => $delay } ] } }) };
}

fresh();
my $right = $session->query(sprintf $count, 'google');
my $right_both = $session->query(sprintf $count, 'pair');
isnt($right, $right_both, 'the two accounts differ');

# What passes: the fault strikes twice, then the platform is well again.
for my $case (
	# name, action, least seconds between two tries, what is waited for
	[ 'HTTP 503 without a body', { status => 503, body => '' }, 0, 'HTTP 503' ],
	[ 'HTTP 500', { error => 'internalError.INTERNAL_ERROR' }, 0, 'internalError.INTERNAL_ERROR' ],
	[ 'connection lost in a body', { cut => 100 }, 0, 'connection was lost' ],
	# the library repeats by itself what it sent over a kept connection
	[ 'connection lost before an answer', { close => 'before_headers' }, 0, undef ],
	[ 'JSON that ends early', { truncate_json => \1 }, 0, 'unreadable answer' ],
	[ 'HTTP 429 with Retry-After', { status => 429, body => '', headers => { 'Retry-After' => '1' } }, 1, 'HTTP 429' ],
	[ 'quota with retryDelay', { error => 'quotaError.RESOURCE_TEMPORARILY_EXHAUSTED', retry_delay => '0.6s' }, 0.6, 'quotaError' ],
	[ 'operations with a short retryDelay', { error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '0.6s' }, 0.6, 'quotaError' ],
	[ 'HTTP 503 with RetryInfo', retry_info(503, '0.7s'), 0.7, 'HTTP 503' ],
	[ 'HTTP 429 with RetryInfo', retry_info(429, '0.7s'), 0.7, 'HTTP 429' ])
{
	my ($name, $action, $wait, $reason) = @$case;

	subtest $name => sub {
		fresh();
		$sim->faults([ on_pages($action, times => 2) ]);
		is($session->query(sprintf $count, 'google'), $right, 'the right rows');
		my @asked = pages();
		is(scalar @asked, 3, 'asked three times');
		is(scalar(grep { $_->{query} ne $asked[0]{query} } @asked), 0, 'for the same');
		for my $i (1, 2)
		{
			cmp_ok($asked[$i]{time} - $asked[ $i - 1 ]{time}, '>=', $wait, "the wait that was asked for, $i") if $wait;
		}
		return unless defined $reason;
		fresh();
		$sim->faults([ on_pages($action, times => 1) ]);
		my $plan = $session->query('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ' . sprintf $count, 'google');
		like($plan, qr/^\s*Retries: 1$/m, 'EXPLAIN ANALYZE: Retries');
		like($plan, qr/^\s*Wait Reason: .*\Q$reason\E/m, 'EXPLAIN ANALYZE: Wait Reason');
	};
}

# What does not pass ends after max_retries, 5 by default.
subtest 'retries end' => sub {
	fresh();
	$session->query("ALTER SERVER google OPTIONS (ADD max_retries '2')");
	$sim->faults([ on_pages({ status => 503, body => '' }) ]);
	my $error = $session->query_error(sprintf $count, 'google');
	is($error->{sqlstate}, 'HV00M', 'SQLSTATE');
	like($error->{detail}, qr/Account 1234567890, 2026-11-01 to 2026-11-16: HTTP 503, after 3 attempts/, 'detail');
	is(scalar pages(), 3, 'asked three times');
	$session->query('ALTER SERVER google OPTIONS (DROP max_retries)');
};

# A later page is asked for again by its token; its rows come once.
subtest 'a fault of a later page' => sub {
	fresh();
	my $rows = $session->query("SELECT count(*) FROM google.campaign_daily WHERE $days");
	fresh();
	$sim->settings({ page_size => 10 });
	$sim->faults([ on_pages({ status => 503, body => '' }, match => { page => 2 }, times => 1) ]);
	is($session->query(sprintf $count, 'google'), $right, 'the right rows');
	is(join(',', map { $_->{page} } pages()), join(',', 0, 1, 2, 2 .. int(($rows - 1) / 10)), 'one page is asked for twice');
};

# The moment that a text names, in seconds.
sub moment_in
{
	my ($text) = @_;
	my @t = ($text // '') =~ /Come back at (\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z\./ or return 0;
	return timegm($t[5], $t[4], $t[3], $t[2], $t[1] - 1, $t[0]);
}

# Waits that the statement cannot afford: error at once, with the time to come
# back, and the platform is not asked again.
for my $case (
	[ 'hours of quota', 'google', '', { error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => '5400s' }, 5400 ],
	[ 'Retry-After beyond adpipe.max_wait', 'google', '', { status => 429, body => '', headers => { 'Retry-After' => '121' } }, 121 ],
	[ 'an outage beyond adpipe.max_wait', 'google', '', { status => 503, body => '', headers => { 'Retry-After' => '600' } }, 600 ],
	[ 'beyond a max_wait of the session', 'google', "SET adpipe.max_wait = '1s'", { error => 'quotaError.RESOURCE_TEMPORARILY_EXHAUSTED', retry_delay => '5s' }, 5 ],
	[ 'beyond statement_timeout', 'google', "SET statement_timeout = '20s'", { error => 'quotaError.RESOURCE_TEMPORARILY_EXHAUSTED', retry_delay => '30s' }, 30 ],
	[ 'no retries left', 'impatient', '', { status => 429, body => '', headers => { 'Retry-After' => '7' } }, 7 ],
	[ 'a quota that does not say', 'google', '', { error => 'quotaError.RESOURCE_EXHAUSTED' }, undef ])
{
	my ($name, $schema, $setup, $action, $wait) = @$case;

	subtest $name => sub {
		fresh();
		$session->query($setup) if $setup;
		$sim->faults([ on_pages($action) ]);
		my $error = $session->query_error(sprintf $count, $schema);
		$session->query('RESET adpipe.max_wait; RESET statement_timeout');
		is($error->{sqlstate}, '53400', 'SQLSTATE');
		like($error->{message}, ($action->{status} // 0) == 503 ? qr/^platform "google_ads" needs a longer pause than the statement can afford$/
			: qr/^quota of platform "google_ads" is used up$/, 'message');
		like($error->{detail}, qr/^Account 1234567890, 2026-11-01 to 2026-11-16: HTTP \d+/, 'detail: whose');
		if (defined $wait)
		{
			# 12:00:00 is what adpipe.debug_now says it is.
			is(moment_in($error->{detail}) - timegm(0, 0, 12, 20, 10, 2026), $wait, 'detail: when to come back');
		}
		else
		{
			like($error->{detail}, qr/The platform does not say when to come back\.$/, 'detail: it is not known');
		}
		is(scalar pages(), 1, 'asked once');
		$sim->faults([]);
		is($session->query(sprintf $count, 'google'), $right, 'the session goes on working');
	};
}

# Access tokens die in the middle of a scan: a new one is fetched once for the
# scan, whatever the number of accounts.
for my $case ([ 'google', $right ], [ 'pair', $right_both ])
{
	my ($schema, $expected) = @$case;

	subtest "an access token dies in a scan of $schema" => sub {
		fresh();
		$sim->settings({ page_size => 10 });
		# An hour passes for the platform, not for us: the kept token seems good.
		$session->query("BEGIN; DECLARE c CURSOR FOR SELECT clicks, cost_micros FROM $schema.campaign_daily WHERE $days");
		my @rows = split /\n/, $session->query('FETCH 3 FROM c');
		is(scalar @rows, 3, 'rows before');
		my $before = sign_ins();
		$sim->clock('2026-11-20T13:30:00Z');
		push @rows, split /\n/, $session->query('FETCH ALL FROM c');
		$session->query('COMMIT');
		my @sum = (scalar @rows, 0, 0);
		for (@rows)
		{
			my @cells = split /\|/;
			$sum[1] += $cells[0];
			$sum[2] += $cells[1];
		}
		is(join('|', @sum), $expected, 'each row once');
		is(sign_ins() - $before, 1, 'signed in once more');
		my %refused = map { $_->{account} => 1 } grep { $_->{status} == 401 } pages();
		cmp_ok(scalar keys %refused, '>=', 1, 'the platform had refused the old token');
	};
}

subtest 'an access token is renewed only once' => sub {
	fresh();
	$session->query(sprintf $count, 'google');
	$sim->faults([ on_pages({ error => 'authenticationError.OAUTH_TOKEN_EXPIRED' }) ]);
	my $before = sign_ins();
	my $asked = pages();
	my $error = $session->query_error(sprintf $count, 'google');
	is($error->{sqlstate}, '28000', 'SQLSTATE');
	like($error->{detail}, qr/HTTP 401, authenticationError.OAUTH_TOKEN_EXPIRED, request id \S+, after 2 attempts/, 'detail');
	is(sign_ins() - $before, 1, 'signed in once more');
	is(pages() - $asked, 2, 'asked twice');
};

subtest 'a ready access token cannot be renewed' => sub {
	google_server($node, $sim, name => 'ready', options => {%one}, mapping => { access_token => 'ya29.stale' });
	fresh();
	my $error = $session->query_error(sprintf $count, 'ready');
	is($error->{sqlstate}, '28000', 'SQLSTATE');
	is(scalar sign_ins(), 0, 'no sign-in');
	is(scalar pages(), 1, 'asked once');
};

subtest 'the token endpoint has a bad moment' => sub {
	$sim->reset;
	$sim->control('POST', '/_control/reset', { tokens => \1 });
	at($now);
	my $other = session($node);
	$other->query('SET adpipe.debug_now = ' . quote($now));
	$sim->faults([ { match => { path => '/token' }, times => 1, action => { status => 503, body => '' } } ]);
	is($other->query(sprintf $count, 'google'), $right, 'the right rows');
	is(join(',', map { $_->{status} } sign_ins()), '503,200', 'signed in at the second try');
};

# Errors in the shape of GoogleAdsFailure, as they are and in an array, which the
# streaming method gives: SQLSTATE, detail, and the number of requests.
subtest 'what codes mean' => sub {
	my $coded = sub {
		my ($family, $name, $delay) = @_;
		my %error = (errorCode => { $family => $name }, message => 'Coded.');
		$error{details} = { quotaErrorDetails => { retryDelay => $delay } } if defined $delay;
		return { '@type' => 'type.googleapis.com/google.ads.googleads.v22.errors.GoogleAdsFailure', requestId => 'R1', errors => [ \%error ] };
	};
	my $help = { '@type' => 'type.googleapis.com/google.rpc.Help', requestId => 'no', links => [] };
	my $retry = { '@type' => 'type.googleapis.com/google.rpc.RetryInfo', retryDelay => '1800s' };
	my @used_up = ('quotaError', 'RESOURCE_EXHAUSTED');
	my $unknown = qr/quotaError\.RESOURCE_EXHAUSTED.*does not say when to come back/;
	my @cases = (
		[ 'a token that expired', 401, [ $coded->('authenticationError', 'OAUTH_TOKEN_EXPIRED') ], '28000', qr/HTTP 401, authenticationError\.OAUTH_TOKEN_EXPIRED, request id R1, after 2 attempts: Coded\./, 2 ],
		[ 'a code without a rule under HTTP 401', 401, [ $coded->('oddError', 'ODD') ], '28000', qr/oddError\.ODD, request id R1, after 2 attempts/, 2 ],
		[ 'a code without a rule', 400, [ $coded->('oddError', 'ODD') ], 'HV00L', qr/HTTP 400, oddError\.ODD, request id R1: Coded\./, 1 ],
		[ 'a page that is stale', 400, [ $coded->('requestError', 'EXPIRED_PAGE_TOKEN') ], 'HV00M', qr/EXPIRED_PAGE_TOKEN/, 1 ],
		[ 'no code', 400, [], 'HV00L', qr/HTTP 400: Plain\./, 1 ],
		[ 'a quota', 429, [ $coded->(@used_up) ], '53400', $unknown, 1 ],
		[ 'a quota with a delay', 429, [ $coded->(@used_up, '5400s') ], '53400', qr/Come back at 2026-11-20T13:30:00Z/, 1 ],
		[ 'two delays, of which the longer counts', 429, [ $retry, $coded->(@used_up, 1200) ], '53400', qr/Come back at 2026-11-20T12:30:00Z/, 1 ],
		map { [ "\"$_\", which is not a delay", 429, [ $coded->(@used_up, $_) ], '53400', $unknown, 1 ] } '5m', '-1s', 's', 'nan', '1e10s');
	for my $case (@cases)
	{
		my ($what, $status, $details, $sqlstate, $detail, $requests) = @$case;
		my $error = { error => { code => $status, status => 'BAD', message => 'Plain.', details => [ $help, @$details ] } };
		for my $body ($error, [$error])
		{
			my $shape = ref $body eq 'ARRAY' ? "$what, in an array" : $what;
			fresh();
			$sim->faults([ on_pages({ status => $status, body => Cpanel::JSON::XS->new->encode($body) }) ]);
			my $got = $session->query_error(sprintf $count, 'google');
			is($got->{sqlstate}, $sqlstate, "$shape: SQLSTATE");
			like($got->{detail}, $detail, "$shape: detail");
			is(scalar pages(), $requests, "$shape: requests");
		}
	}
};

# The endpoint of tokens speaks another language: {"error": "word"}.
subtest 'what the token endpoint says' => sub {
	my @cases = (
		[ 400, '{"error":"invalid_grant"}', '28000', qr/refresh token or key is no longer good/, 1 ],
		[ 400, '{"error":"other"}', '28000', qr/Check client_id and client_secret/, 1 ],
		[ 400, '{}', '28000', qr/Check client_id and client_secret/, 1 ],
		[ 400, 'text', '28000', qr/Check client_id and client_secret/, 1 ],
		[ 499, '{}', '28000', qr/Check client_id and client_secret/, 1 ],
		map { [ $_, '{}', 'HV00M', qr/max_retries/, 2 ] } 429, 500, 599);
	$session->query("ALTER SERVER google OPTIONS (ADD max_retries '1')");
	for my $case (@cases)
	{
		my ($status, $body, $sqlstate, $hint, $requests) = @$case;
		$sim->control('POST', '/_control/reset', { tokens => \1 });
		at($now);
		my $other = session($node);
		$other->query('SET adpipe.debug_now = ' . quote($now));
		$sim->faults([ { match => { path => '/token' }, action => { status => $status, body => $body } } ]);
		my $error = $other->query_error(sprintf $count, 'google');
		is($error->{sqlstate}, $sqlstate, "HTTP $status, $body: SQLSTATE");
		like($error->{hint}, $hint, "HTTP $status, $body: hint");
		is(scalar sign_ins(), $requests, "HTTP $status, $body: requests");
		is(scalar pages(), 0, "HTTP $status, $body: nothing else is requested");
	}
	$session->query('ALTER SERVER google OPTIONS (DROP max_retries)');
};

# A service account signs its request for a token by RS256; the simulator checks
# signature, audience, scope and times.
subtest 'service account' => sub {
	my $key = slurp_file($sim->ready->{service_account_key_file});
	google_server($node, $sim, name => 'robot', options => {%one}, mapping => { service_account_key => $key });
	fresh();
	# The times in the assertion are the client's, which the endpoint compares
	# with its own.
	$session->query('RESET adpipe.debug_now');
	is($session->query(sprintf $count, 'robot'), $right, 'the right rows');
	is(join(',', map { $_->{status} } sign_ins()), '200', 'signed in once');
	is($session->query(sprintf $count, 'robot'), $right, 'again');
	is(scalar sign_ins(), 1, 'with the token that is kept');

	$sim->settings({ revoke_service_account => \1, revoke_access_tokens => \1 });
	my $error = $session->query_error(sprintf $count, 'robot');
	is($error->{sqlstate}, '28000', 'revoked: SQLSTATE');
	like($error->{detail}, qr/invalid_grant/, 'revoked: detail');
	unlike(join("\n", map { $_ // '' } values %$error), qr/PRIVATE KEY|private_key/, 'revoked: no key is shown');

	# Another key pair with the same name: the signature is not theirs.
	my $theirs = Cpanel::JSON::XS->new->decode($key);
	my $file = "$PostgreSQL::Test::Utils::tmp_check/other.pem";
	command_ok([ 'openssl', 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', $file ], 'a key');
	for my $case (
		[ 'a key that is not theirs', { %$theirs, private_key => slurp_file($file) }, qr/Invalid JWT Signature/ ],
		[ 'a key that is no key', { %$theirs, private_key => 'no PEM' }, qr/cannot sign/ ],
		[ 'a file without a key', { client_email => 'robot@example.com' }, qr/client_email or private_key is missing/ ])
	{
		my ($name, $value, $detail) = @$case;
		fresh();
		$session->query('RESET adpipe.debug_now');
		$session->query('ALTER USER MAPPING FOR CURRENT_USER SERVER robot OPTIONS (SET service_account_key '
			. quote(Cpanel::JSON::XS->new->canonical->encode($value)) . ')');
		$error = $session->query_error(sprintf $count, 'robot');
		is($error->{sqlstate}, '28000', "$name: SQLSTATE");
		like($error->{detail}, $detail, "$name: detail");
		is(scalar pages(), 0, "$name: nothing is asked for");
	}
};

# Pages: a token that is no longer good after rows went out, and one that comes
# again.
subtest 'a page token expires' => sub {
	fresh();
	$sim->settings({ page_size => 10 });
	$session->query("BEGIN; DECLARE c CURSOR FOR SELECT * FROM google.campaign_daily WHERE $days");
	$session->query('FETCH 3 FROM c');
	# Two hours later; the access token is another matter, see above.
	$sim->clock('2026-11-20T14:30:00Z');
	my $error = $session->query_error('FETCH ALL FROM c');
	is($error->{sqlstate}, 'HV00M', 'SQLSTATE');
	like($error->{detail}, qr/Account 1234567890, 2026-11-01 to 2026-11-16: HTTP 400, requestError.EXPIRED_PAGE_TOKEN, request id \S+/, 'detail');
	like($error->{hint}, qr/Run the statement again/, 'hint');
	$session->query('ROLLBACK');
	fresh();
	is($session->query(sprintf $count, 'google'), $right, 'the session goes on working');
};

subtest 'a page token comes again' => sub {
	fresh();
	$sim->settings({ page_size => 10 });
	$sim->faults([ on_pages({ repeat_page => \1 }, match => { page => 2 }) ]);
	my $error = $session->query_error(sprintf $count, 'google');
	is($error->{sqlstate}, 'HV00A', 'SQLSTATE');
	like($error->{message}, qr/gave the same page twice/, 'message');
	like($error->{detail}, qr/account 1234567890/i, 'detail');
	fresh();
	is($session->query(sprintf $count, 'google'), $right, 'the session goes on working');
};

# A page that came earlier comes again: A, B, A.
subtest 'page tokens go round' => sub {
	fresh();
	$sim->faults([ map { on_pages({ status => 200, body => qq({"results":[],"nextPageToken":"$_"}) }, times => 1) } qw(A B A B A B) ]);
	my $error = $session->query_error(sprintf $count, 'google');
	is($error->{sqlstate}, 'HV00A', 'SQLSTATE');
	like($error->{message}, qr/gave the same page twice/, 'message');
	is(scalar pages(), 3, 'no page is asked for again');
};

# Reports over too many days: asked for in halves, each row once.
subtest 'the deadline of a report over many days' => sub {
	fresh();
	$sim->settings({ deadline_days => 5 });
	my $plan = $session->query('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ' . sprintf $count, 'google');
	like($plan, qr/^\s*Pages: 4$/m, 'four pages');
	fresh();
	$sim->settings({ deadline_days => 5, page_size => 10 });
	is($session->query(sprintf $count, 'google'), $right, 'the right rows');
	my %asked;
	$asked{ $_->{query} =~ /BETWEEN '2026-11-(\d+)' AND '2026-11-(\d+)'/ ? "$1-$2" : '?' } .= " $_->{status}" for grep { !$_->{page} } pages();
	is(join(', ', map { $_ . $asked{$_} } sort keys %asked),
		'01-04 200, 01-08 504 504, 01-16 504 504, 05-08 200, 09-12 200, 09-16 504 504, 13-16 200',
		'halves, each after a second try');
	# A page that can be had is not asked for again because of a later one.
	fresh();
	$sim->settings({ page_size => 10 });
	$sim->faults([ on_pages({ error => 'internalError.DEADLINE_EXCEEDED' }, match => { page => 2 }) ]);
	my $error = $session->query_error(sprintf $count, 'google');
	is($error->{sqlstate}, 'HV00M', 'in the middle of a report: SQLSTATE');
	like($error->{hint}, qr/fewer days/, 'in the middle of a report: hint');
};

subtest 'the deadline of a single day' => sub {
	fresh();
	$sim->faults([ on_pages({ error => 'internalError.DEADLINE_EXCEEDED' }) ]);
	my $error = $session->query_error("SELECT count(*) FROM google.campaign_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-02'");
	is($error->{sqlstate}, 'HV00M', 'SQLSTATE');
	like($error->{detail}, qr/Account 1234567890, 2026-11-01 to 2026-11-01: HTTP 504, internalError.DEADLINE_EXCEEDED/, 'detail');
	like($error->{hint}, qr/fewer days or columns/, 'hint');
	is(scalar pages(), 4, 'two tries each');
};

# The platform's own rule: unique users over at most 92 days.
subtest 'a range that the platform finds too wide' => sub {
	$session->query(<<'END');
CREATE FOREIGN TABLE google.reach (
    account_id text OPTIONS (field 'customer.id'),
    date_day date OPTIONS (field 'segments.date'),
    campaign_id text OPTIONS (field 'campaign.id'),
    users bigint OPTIONS (field 'metrics.unique_users')) SERVER google OPTIONS (resource 'campaign')
END
	my $whole = "SELECT count(*), min(date_day), max(date_day), sum(users + 0) FROM google.reach WHERE date_day BETWEEN '2026-06-01' AND '2026-11-16'";
	fresh();
	my $found = $session->query($whole);
	my %ranges = map { $_->{query} =~ /BETWEEN '(\S+)' AND '(\S+)'/ ? ("$1..$2 $_->{status}" => 1) : () } pages();
	is(join(', ', sort keys %ranges), '2026-06-01..2026-08-24 200, 2026-06-01..2026-11-16 400, 2026-08-25..2026-11-16 200', 'two halves');
	my @parts = map { $session->query("SELECT count(*), sum(users + 0) FROM google.reach WHERE date_day BETWEEN $_") }
	  "'2026-06-01' AND '2026-08-15'", "'2026-08-16' AND '2026-11-16'";
	my @sum = (0, 0);
	for (@parts)
	{
		my @cells = split /\|/;
		$sum[$_] += $cells[$_] for 0, 1;
	}
	is($found, "$sum[0]|2026-06-01|2026-11-16|$sum[1]", 'each row once');
};

done_testing();
