# The transport: what it speaks to, what it makes of good and bad answers, what
# it keeps and what it gives back.  Reaction times are in 021_net_interrupts.pl.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../module", "$FindBin::RealBin/../perl";

use AdpipeTest;
use Digest::SHA qw(sha256_hex);
use Cpanel::JSON::XS ();
use NetTest;
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(time);

my ($cert, $key) = certificate('localhost');
my $server = net_server($cert, $key);
my $node = net_cluster();
my $session = session($node);

sub query
{
	my ($sql) = @_;
	return $session->query($sql);
}

# Checks members of a fetched row: fetched($row, outcome => 'done', ...)
sub fetched
{
	my ($row, $what, %expected) = @_;
	my %got = map { $_ => $row->{$_} } keys %expected;

	is_deeply(\%got, \%expected, $what) or diag explain $row;
	return $row;
}

sub get
{
	my ($path, %arguments) = @_;
	return fetch($node, $server->url($path), %arguments);
}

subtest 'addresses that may be spoken to' => sub {
	my @allowed = (
		'https://example.com', 'https://example.com/a?b=c#d',
		'HTTPS://example.com:8443/', 'http://localhost', 'http://localhost:80/x',
		'http://127.0.0.1/', 'http://127.255.1.2:1/', 'http://[::1]/',
		'http://[::1]:8080/x?y', 'http://127.0.0.1?q', 'http://127.0.0.1#f');
	my @refused = (
		'', 'example.com', '//example.com', 'ftp://example.com/',
		'file:///etc/passwd', 'http://example.com/', 'https:/example.com',
		'https:///example.com', 'https://', 'http://', 'http:///127.0.0.1',
		'http://127.0.0.1@evil.test/', 'http://127.0.0.1:80@evil.test/',
		'http://localhost@evil.test', 'https://user:password@example.com/',
		'http://127.0.0.1.evil.test/', 'http://localhost.evil.test/',
		'http://localhost./', 'http://LOCALHOST/', 'http://.localhost/',
		'http://2130706433/', 'http://0x7f000001/', 'http://0x7f.1/',
		'http://0177.0.0.1/', 'http://127.1/', 'http://127.0.0.1./',
		'http://127.0.0.01/', 'http://127.0.0.256/', 'http://0.0.0.0/',
		'http://10.0.0.1/', 'http://[::]/', 'http://[::2]/',
		'http://[::ffff:127.0.0.1]/', 'http://[0:0:0:0:0:0:0:1]/',
		'http://[::1%25lo]/', 'http://[::1', 'http://[::1]evil.test/',
		'http://127.0.0.1\\@evil.test/', 'http://127.0.0.1%2eevil.test/',
		'http://127.0.0.1:80evil/', 'http://127.0.0.1:99999/',
		'http://evil.test#@127.0.0.1/', 'http://127.0.0.1 .evil.test/',
		"http://127.0.0.1/\n", "https://example.com/\r\nX: y",
		"https://ex\xc3\xa4mple.com/", 'http://localhost%00.evil.test/');

	is(query('SELECT adpipe_test.url_allowed(' . quote($_) . ')'), 't', $_)
	  foreach @allowed;
	foreach my $url (@refused)
	{
		is(query('SELECT adpipe_test.url_allowed(' . quote($url) . ')'),
			'f', "not $url");
	}
	my $error = sql_error($node,
		"SELECT adpipe_test.fetch('http://127.0.0.1\@evil.test/?token=s3cret')");
	is($error->{sqlstate}, '42501', 'nor is it spoken to');
	unlike("@{[ %$error ]}", qr/s3cret/, 'the URL is not repeated');
};

subtest 'when to ask again' => sub {
	# attempt, retries, outcome, status, transient, permanent, asked, affordable,
	# random => verdict, wait
	my @cases = (
		[ [ 1, 3, 'resolve', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|250', 'no name' ],
		[ [ 1, 3, 'connect', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|250', 'no connection' ],
		[ [ 1, 3, 'timeout', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|250', 'no answer' ],
		[ [ 1, 3, 'cut', 200, 'f', 'f', -1, -1, 0.5 ], 'wait|250', 'half an answer' ],
		[ [ 1, 3, 'tls', 0, 't', 'f', -1, -1, 0.5 ], 'stop|0', 'no trust' ],
		[ [ 1, 3, 'too_large', 200, 't', 'f', -1, -1, 0.5 ], 'stop|0', 'too much' ],
		[ [ 1, 3, 'memory', 0, 'f', 'f', -1, -1, 0.5 ], 'stop|0', 'no memory' ],
		[ [ 1, 3, 'failed', 200, 'f', 'f', -1, -1, 0.5 ], 'stop|0', 'garbage' ],
		(
			map { [ [ 1, 3, 'done', $_, 'f', 'f', -1, -1, 0.5 ], 'wait|250', "status $_" ] }
			  (408, 429, 500, 502, 503, 504)),
		(
			map { [ [ 1, 3, 'done', $_, 'f', 'f', -1, -1, 0.5 ], 'stop|0', "status $_" ] }
			  (200, 204, 302, 400, 401, 403, 404, 409, 413, 422, 501, 505)),
		[ [ 1, 3, 'done', 400, 't', 'f', -1, -1, 0.5 ], 'wait|250', '400, but transient' ],
		[ [ 1, 3, 'done', 200, 't', 'f', -1, -1, 0.5 ], 'wait|250', '200, but transient' ],
		[ [ 1, 3, 'done', 429, 'f', 't', -1, -1, 0.5 ], 'stop|0', '429, but permanent' ],
		[ [ 1, 3, 'done', 503, 't', 't', -1, -1, 0.5 ], 'stop|0', 'both: permanent wins' ],
		[ [ 2, 9, 'cut', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|500', 'doubles' ],
		[ [ 3, 9, 'cut', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|1000', 'and doubles' ],
		[ [ 6, 9, 'cut', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|8000', 'goes on' ],
		[ [ 7, 9, 'cut', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|15000', 'up to the cap' ],
		[ [ 99, 100, 'cut', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|15000', 'stays there' ],
		[ [ 9, 9, 'cut', 0, 'f', 'f', -1, -1, 0.999999 ], 'wait|29999', 'full jitter: high' ],
		[ [ 9, 9, 'cut', 0, 'f', 'f', -1, -1, 0 ], 'wait|0', 'full jitter: low' ],
		[ [ 3, 3, 'cut', 0, 'f', 'f', -1, -1, 0.5 ], 'wait|1000', 'the last retry' ],
		[ [ 4, 3, 'cut', 0, 'f', 'f', -1, -1, 0.5 ], 'stop|0', 'none left' ],
		[ [ 1, 0, 'cut', 0, 'f', 'f', -1, -1, 0.5 ], 'stop|0', 'none allowed' ],
		[ [ 1, 3, 'done', 429, 'f', 'f', 7000, -1, 0.5 ], 'wait|7000', 'asked for more' ],
		[ [ 9, 9, 'done', 429, 'f', 'f', 7000, -1, 0.5 ], 'wait|15000', 'asked for less' ],
		[ [ 1, 3, 'done', 429, 'f', 'f', 7000, 7000, 0.5 ], 'wait|7000', 'just affordable' ],
		[ [ 1, 3, 'done', 429, 'f', 'f', 7001, 7000, 0.5 ], 'too_long|7001', 'not affordable' ],
		[ [ 1, 3, 'done', 404, 'f', 'f', 7001, 7000, 0.5 ], 'stop|0', 'nor of use' ],
		[ [ 1, 3, 'cut', 0, 'f', 'f', -1, 0, 0.5 ], 'too_long|250', 'no time at all' ],
	);

	foreach my $case (@cases)
	{
		my ($input, $expected, $what) = @$case;
		my $list = join ', ', map { /^[a-z]/ ? quote($_) : $_ } @$input;
		is(query("SELECT * FROM adpipe_test.retry_decide($list)"),
			$expected, $what);
	}
};

subtest 'Retry-After' => sub {
	# 784111777 is Sun, 06 Nov 1994 08:49:37 GMT
	my @cases = (
		[ '0', 0 ], [ '7', 7000 ], [ ' 120 ', 120000 ],
		[ '99999999999999999999', 366 * 86400 * 1000 ],
		[ '-1', -1 ], [ '', -1 ], [ ' ', -1 ], [ '1.5', -1 ], [ '7s', -1 ],
		[ 'soon', -1 ], [ '2026-01-01', -1 ], [ '0x10', -1 ],
		[ 'Sun, 06 Nov 1994 08:49:37 GMT', 0 ],
		[ 'Sun, 06 Nov 1994 08:50:37 GMT', 60000 ],
		[ 'Sunday, 06-Nov-94 08:50:37 GMT', 60000 ],
		[ 'Sun Nov  6 08:50:37 1994', 60000 ],
		[ 'Sat, 05 Nov 1994 08:50:37 GMT', 0 ],
		[ 'Sun, 06 Nov 2094 08:49:37 GMT', 366 * 86400 * 1000 ]);

	is( query('SELECT adpipe_test.retry_after_ms(' . quote($_->[0]) . ', 784111777)'),
		$_->[1], "\"$_->[0]\"") foreach @cases;
	is(query('SELECT adpipe_test.retry_after_ms(NULL, 784111777)'),
		-1, 'no header');
};

subtest 'good answers' => sub {
	fetched(get('/ok'), 'an answer', outcome => 'done', status => 200,
		answer => 'ok', wire_bytes => 2, problem => undef, words => 'HTTP 200');
	fetched(get('/empty'), 'no body', outcome => 'done', status => 204,
		bytes => 0);
	fetched(get('/unavailable', want_header => "'retry-AFTER'"),
		'an error status is an answer', outcome => 'done', status => 503,
		answer => 'later', header => '7', words => 'HTTP 503');
	fetched(get('/ok', want_header => "'X-None'"), 'absent header',
		header => undef);
	fetched(fetch($node, $server->url('/ok') =~ s/127.0.0.1/localhost/r),
		'localhost', outcome => 'done', answer => 'ok');

	my $echo = Cpanel::JSON::XS::decode_json(
		get('/echo?a=b', headers => q{'{X-One: 1,"X-Empty: "}'})->{answer});
	is($echo->{method}, 'GET', 'method');
	is($echo->{target}, '/echo?a=b', 'path and query');
	is($echo->{headers}{'X-One'}, '1', 'header sent');
	is($echo->{headers}{'X-Empty'}, '', 'empty header sent');
	is($echo->{headers}{'Accept-Encoding'}, 'gzip', 'gzip asked for');
	like($echo->{headers}{'User-Agent'}, qr/^adpipe\//, 'introduces itself');

	my $post = Cpanel::JSON::XS::decode_json(
		get('/echo', method => "'POST'", body => "'a=1&b=2'")->{answer});
	is($post->{method}, 'POST', 'POST');
	is($post->{body}, 'a=1&b=2', 'its body');
	is( Cpanel::JSON::XS::decode_json(
			get('/echo', method => "'POST'")->{answer})->{headers}{'Content-Length'},
		'0', 'POST without a body');
	is( query("SELECT convert_from(answer, 'UTF8')::json->'headers'->>'Expect' IS NULL"
			  . " AND length(answer) > 2000000 FROM adpipe_test.fetch("
			  . quote($server->url('/echo'))
			  . ", method => 'POST', body => repeat('x', 2000000))"),
		't', 'large body, sent without asking for leave');
};

subtest 'redirects are not followed' => sub {
	my $before = $server->seen('/ok');
	my $row = get('/redirect', want_header => "'Location'");

	fetched($row, 'handed to the caller', outcome => 'done', status => 302);
	like($row->{header}, qr{/ok$}, 'with its target');
	is($server->seen('/ok'), $before, 'which is not asked');
};

subtest 'bad answers' => sub {
	my @cases = (
		# libcurl's own words, which newer releases have changed.
		[ '/cut', 'cut', qr/remaining to read|bytes missing/ ],
		[ '/cut_chunked', 'cut', qr/outstanding/ ],
		[ '/hang_up', 'cut', qr/Empty reply/ ],
		[ '/head_cut', 'cut', qr/headers end early/ ],
		[ '/head_nul', 'garbled', qr/./ ],
		[ '/gzip_cut', 'cut', qr/ends early/ ],
		[ '/gzip_bad', 'garbled', qr/not valid gzip/ ],
		[ '/brotli', 'failed', qr/encoding/ ],
		[ '/header_flood', 'too_large', qr/headers/ ],
		[ '/drip', 'timeout', qr/timed out/ ],
		[ '/drip_head', 'timeout', qr/timed out/ ],
		[ '/stall', 'timeout', qr/timed out/ ],
		[ '/stall_body', 'timeout', qr/timed out/ ]);

	foreach my $case (@cases)
	{
		my ($path, $outcome, $problem) = @$case;
		# Query, header and body are sent along: none may show in the problem.
		my $row = get("$path?token=s3cret",
			headers => q{'{Authorization: Bearer s3cret}'},
			method => "'POST'", body => "'s3cret'",
			request_timeout_ms => 500);
		fetched($row, $path, outcome => $outcome, bytes => 0);
		like($row->{problem}, $problem, "$path: problem");
		unlike($row->{words}, qr/s3cret/, "$path: nothing of the request");
		like($row->{words}, qr/\Q$row->{problem}\E/, "$path: words");
	}
	fetched(get('/stall_body', request_timeout_ms => 300), 'status before the cut',
		status => 200);
};

subtest 'no connection' => sub {
	my %short = (connect_timeout_ms => 300, request_timeout_ms => 2000);
	my $row;

	fetched(fetch($node, $server->url('/', 'rude'), %short),
		'hangs up', outcome => 'cut', status => 0);
	fetched(fetch($node, $server->url('/', 'full'), %short),
		'does not take the connection', outcome => 'connect');
	fetched(fetch($node, $server->url('/', 'deaf'), %short, request_timeout_ms => 300),
		'does not answer', outcome => 'timeout');
	fetched(fetch($node, $server->url('/', 'deaf') =~ s/^http/https/r, %short),
		'does not shake hands', outcome => 'connect');
	fetched(fetch($node, $server->url('/', 'rude') =~ s/^http/https/r, %short),
		'hangs up during the handshake', outcome => 'connect');
	fetched(fetch($node, 'http://127.0.0.1:1/', %short),
		'refused', outcome => 'connect');
	$row = fetched(fetch($node, 'https://none.test/?token=s3cret', %short),
		'unknown name', outcome => 'resolve');
	unlike($row->{words}, qr/s3cret/, 'without the query');
	fetched(fetch($node, 'https://hang.test/', %short),
		'name server does not answer', outcome => 'resolve');
};

subtest 'a resolver that comes back late' => sub {
	my $sql = q{SELECT outcome FROM adpipe_test.fetch('https://late.test/',
		connect_timeout_ms => 100, request_timeout_ms => 200)};
	my $start = time;

	is(query($sql), 'resolve', 'is not waited for');
	cmp_ok(time - $start, '<', 0.45, 'at all');
	poll_until(sub { resolver_log() =~ /late\.test done/ });
	is( query("SELECT outcome FROM adpipe_test.fetch('@{[ $server->url('/ok') ]}')"),
		'done', 'and does no harm when it returns');
};

subtest 'size limits' => sub {
	fetched(get('/big?1000', max_body_bytes => 1000), 'at the limit',
		outcome => 'done', bytes => 1000);
	fetched(get('/big?1001', max_body_bytes => 1000), 'past it',
		outcome => 'too_large', bytes => 0);
	my $row = fetched(get("/pour", max_body_bytes => 1000000),
		'announced to be past it', outcome => 'too_large');
	cmp_ok($row->{wire_bytes}, '<', 600_000, 'is refused by its head');
	$row = fetched(get('/bomb?1000', max_body_bytes => 30_000_000),
		'a bomb', outcome => 'too_large', bytes => 0);
	cmp_ok($row->{wire_bytes}, '<', 1_000_000, 'is stopped while small');
	fetched(get('/drip', max_body_bytes => 20), 'without an announcement',
		outcome => 'too_large');
};

subtest 'large bodies' => sub {
	my $memory = 16 * 1024 * 1024;
	my $pattern = join '', map { chr } 1 .. 251;

	foreach my $bytes ($memory - 1, $memory, $memory + 1, 40_000_000)
	{
		my $digest = sha256_hex(substr($pattern x ($bytes / 251 + 1), 0, $bytes));
		foreach my $path ('/big', '/big_gzip')
		{
			fetched(get("$path?$bytes"), "$path of $bytes bytes",
				outcome => 'done', bytes => $bytes, digest => $digest);
		}
	}
	fetched(get('/two_members'), 'gzip in two members', answer => 'first,second');
	fetched(get('/gzip_slow'), 'gzip byte by byte', answer => 'slowly');
	fetched(get('/gzip_empty'), 'gzip of nothing', outcome => 'done', bytes => 0);
	is(query('SELECT count(*) FROM pg_ls_tmpdir()'), 0, 'no file is left');

	fetched(get('/big?20000000', setup => "SET temp_file_limit = '18MB';"),
		'temp_file_limit', outcome => 'too_large',
		problem => 'body is larger than temp_file_limit');

	# As an administrator who moves temporary files elsewhere wants it.
	my $folder = $node->basedir . '/space';
	mkdir $folder or die "could not create $folder: $!";
	query("CREATE TABLESPACE elsewhere LOCATION '$folder'");
	fetched(get('/big?20000000', setup => 'SET temp_tablespaces = elsewhere;'),
		'temp_tablespaces', outcome => 'done', bytes => 20_000_000);
	my ($used) = glob("$folder/PG_*/pgsql_tmp");
	ok(defined $used, 'are used');
};

subtest 'headers cannot be smuggled in' => sub {
	foreach my $header ("X-Token: s3cret\r\nX-Evil: 1", "X-Evil\nX-More: s3cret")
	{
		my $error = sql_error($node,
			'SELECT adpipe_test.fetch(' . quote($server->url('/ok'))
			  . ', headers => ARRAY[' . quote($header) . '])');
		is($error->{sqlstate}, '22023', 'refused');
		unlike($error->{message}, qr/s3cret/, 'without the value');
	}
};

subtest 'TLS' => sub {
	my $by_name = $server->url('/ok', 'https') =~ s/127.0.0.1/localhost/r;
	my $trust = "SELECT adpipe_test.use_ca_file('$cert');";
	my ($other) = certificate('other.test');

	fetched(fetch($node, $by_name, setup => $trust), 'trusted',
		outcome => 'done', answer => 'ok');
	fetched(fetch($node, $by_name), 'unknown authority', outcome => 'tls');
	fetched(fetch($node, $by_name, setup => "SELECT adpipe_test.use_ca_file('$other');"),
		'other authority', outcome => 'tls');
	fetched(fetch($node, $server->url('/ok', 'https'), setup => $trust),
		'other name', outcome => 'tls');
	fetched(fetch($node, $by_name, setup => "SELECT adpipe_test.use_ca_file('/nowhere');"),
		'no such file of authorities', outcome => 'tls');
};

subtest 'side by side' => sub {
	my $urls = join ',', map { quote($server->url($_)) } ('/slow') x 8, '/ok';
	my $start = time;

	is( query("SELECT array_to_string(adpipe_test.fetch_all(ARRAY[$urls]), ',')"),
		join(',', ('slow') x 8, 'ok'), 'each gets its own answer');
	cmp_ok(time - $start, '<', 1.5, 'at the same time');
};

subtest 'alarm' => sub {
	is(query('SELECT adpipe_test.wait_for_alarm(0) >= 0'), 't', 'at once');
	is( query('SELECT adpipe_test.wait_for_alarm(150) BETWEEN 150 AND 1000'),
		't', 'later');
};

subtest 'signed tokens' => sub {
	my $dir = PostgreSQL::Test::Utils::tempdir('jwt');
	my $make = sub {
		my ($name, @options) = @_;
		PostgreSQL::Test::Utils::system_or_bail('openssl', 'genpkey', '-quiet',
			'-out', "$dir/$name", @options);
		return PostgreSQL::Test::Utils::slurp_file("$dir/$name");
	};
	my $rsa = $make->('rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
	my $sign = sub {
		my ($pem) = @_;
		return 'SELECT adpipe_test.jwt_rs256(' . quote($pem)
		  . q{, '{"alg":"RS256"}', '{"iss":"a@b","x":"~~~???"}')};
	};
	my ($header, $claims, $signature) = split /\./, query($sign->($rsa)), -1;
	my $decode = sub {
		my ($text) = @_;
		return unpack 'u', join '', map { chr(32 + length($_) * 3 / 4) . $_ }
		  ($text =~ tr{A-Za-z0-9\-_}{ -_}r) =~ /(.{1,60})/g;
	};

	unlike("$header$claims$signature", qr/[^A-Za-z0-9_-]/, 'base64url, no padding');
	is($header, 'eyJhbGciOiJSUzI1NiJ9', 'header');
	is($claims, 'eyJpc3MiOiJhQGIiLCJ4Ijoifn5-Pz8_In0', 'claims');

	open my $fh, '>:raw', "$dir/signature" or die $!;
	print $fh substr($decode->($signature . 'A' x (-length($signature) % 4)), 0, 256);
	close $fh;
	open $fh, '>:raw', "$dir/signed" or die $!;
	print $fh "$header.$claims";
	close $fh;
	PostgreSQL::Test::Utils::system_or_bail('openssl', 'pkey', '-in', "$dir/rsa",
		'-pubout', '-out', "$dir/public");
	PostgreSQL::Test::Utils::command_like(
		[ 'openssl', 'dgst', '-sha256', '-verify', "$dir/public",
			'-signature', "$dir/signature", "$dir/signed" ],
		qr/Verified OK/, 'signature verifies');

	my %bad = (
		'not a key' => 'hunter2-s3cret',
		'damaged' => $rsa =~ s/^(.{100}).{20}/$1/sr,
		'empty' => '',
		'elliptic' => $make->('ec', '-algorithm', 'EC', '-pkeyopt',
			'ec_paramgen_curve:P-256'),
		'short' => $make->('short', '-algorithm', 'RSA', '-pkeyopt',
			'rsa_keygen_bits:1024'),
		'encrypted' => $make->('locked', '-algorithm', 'RSA', '-aes256',
			'-pass', 'pass:s3cret'));
	foreach my $name (sort keys %bad)
	{
		my $error = sql_error($node, $sign->($bad{$name}));
		is($error->{sqlstate}, '28000', "$name: refused");
		like($error->{message}, qr/^private key /, "$name: says why");
		unlike($error->{message} . ($error->{detail} // ''), qr/s3cret|BEGIN/,
			"$name: shows nothing of it");
	}
};

subtest 'pool' => sub {
	my $own = session($node);
	my $url = quote($server->url('/connection'));
	# The number of the connection that a fetch for a key went over.
	my $over = sub {
		my ($serverid, $umid) = @_;
		return $own->query(
			"SELECT adpipe_test.fetch_pooled($serverid, $umid, $url)");
	};
	my $idle = sub { $own->query('SELECT adpipe_test.pool_idle_count()') };

	query(<<'END');
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER one FOREIGN DATA WRAPPER nothing;
CREATE SERVER two FOREIGN DATA WRAPPER nothing;
CREATE USER MAPPING FOR PUBLIC SERVER one;
CREATE USER MAPPING FOR CURRENT_USER SERVER one;
CREATE USER MAPPING FOR PUBLIC SERVER two;
END
	my ($one, $two) = map {
		query("SELECT oid FROM pg_foreign_server WHERE srvname = '$_'") } qw(one two);
	my ($of_all, $of_me) = split /\n/, query(
		"SELECT oid FROM pg_user_mapping WHERE umserver = $one ORDER BY umuser");
	my $of_two = query("SELECT oid FROM pg_user_mapping WHERE umserver = $two");

	my $first = $over->($one, $of_all);
	is($over->($one, $of_all), $first, 'the connection is kept');
	isnt($over->($one, $of_me), $first, 'but not for another mapping');
	my $second = $over->($two, $of_two);

	query("ALTER USER MAPPING FOR CURRENT_USER SERVER one OPTIONS (ADD a 'b')");
	is($over->($one, $of_all), $first, 'another mapping changes');
	query("ALTER USER MAPPING FOR PUBLIC SERVER one OPTIONS (ADD a 'b')");
	my $third = $over->($one, $of_all);
	isnt($third, $first, 'the mapping changes');
	query("ALTER SERVER one OPTIONS (ADD a 'b')");
	isnt($over->($one, $of_all), $third, 'the server changes');
	is($over->($two, $of_two), $second, 'another server did');

	my $before = $idle->();
	my $stall = quote($server->url('/stall'));
	$own->query("SELECT adpipe_test.return_busy($one, $of_all, $stall)");
	is($idle->(), $before - 1, 'a busy group is not kept');
	$own->query_error(
		"SELECT adpipe_test.fetch_pooled($two, $of_two, $stall, 2)");
	is($idle->(), $before - 2, 'nor one that saw an error');

	my @over = map { $over->($one, $_) } 1 .. 12;
	is($idle->(), 8, 'no more than eight are kept');
	is($over->($one, 12), $over[11], 'the newest is');
	isnt($over->($one, 1), $over[0], 'the oldest is not');

	query("ALTER SERVER two OPTIONS (ADD a 'b')");
	is($idle->(), 8, 'what concerns none of them drops none');
	query("ALTER SERVER one OPTIONS (ADD c 'd')");
	$over->($two, $of_two);
	is($idle->(), 1, 'what concerns them drops them');
};

subtest 'nothing leaks' => sub {
	my $own = session($node);
	my ($serverid, $umid) = split /\|/, $own->query(
		'SELECT umserver, oid FROM pg_user_mapping ORDER BY oid LIMIT 1');
	my ($good, $stalling) = map { quote($server->url($_)) } qw(/ok /stall_body);
	# Every third cycle fails after one, two or three waits.
	my $cycles = sub {
		my ($count) = @_;
		$own->query(<<"SQL");
DO \$\$
BEGIN
	FOR i IN 1 .. $count LOOP
		BEGIN
			IF i % 3 = 0 THEN
				PERFORM adpipe_test.fetch_pooled($serverid, $umid, $stalling, i / 3 % 3 + 1);
				RAISE 'did not fail' USING ERRCODE = 'ZZ000';
			ELSIF adpipe_test.fetch_pooled($serverid, $umid, $good) <> 'ok' THEN
				RAISE 'did not answer' USING ERRCODE = 'ZZ000';
			END IF;
		EXCEPTION WHEN internal_error THEN
			NULL;
		END;
	END LOOP;
END
\$\$
SQL
	};
	my $measure = sub {
		my $pid = $own->pid;
		my ($resident) = PostgreSQL::Test::Utils::slurp_file("/proc/$pid/status")
		  =~ /^VmRSS:\s+(\d+) kB/m;
		# The server opens its own files as it pleases.
		my $data = $node->data_dir;
		my @open = grep { !m{^\Q$data\E/} || / \(deleted\)$/ }
		  map { readlink($_) // () } glob("/proc/$pid/fd/*");
		return {
			descriptors => scalar(@open),
			contexts => $own->query(
				q{SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'adpipe%'}),
			kilobytes => $resident
		};
	};

	$cycles->(500);
	my $before = $measure->();
	$cycles->(10_000);
	my $after = $measure->();
	is($after->{descriptors}, $before->{descriptors}, 'no descriptor');
	is($after->{contexts}, $before->{contexts}, 'no memory context');
	cmp_ok($after->{kilobytes} - $before->{kilobytes}, '<', 4096, 'no memory')
	  or diag explain $before, $after;
};

done_testing();
