# Secrets that files of the server hold: who may name a file, what a file may be,
# when it is read, and that its content is shown nowhere.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use HTTP::Tiny;
use IO::Socket::UNIX;
use Cpanel::JSON::XS ();
use POSIX qw(mkfifo);
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $node = adpipe_cluster(conf => <<'END_OF_CONF');
log_min_messages = debug5
log_statement = all
log_error_verbosity = verbose
debug_print_plan = on
END_OF_CONF
my $sim = simulator();
my $session = session($node);

# In every file that holds no good secret, and in no output.
my $canary = 'c4NarY-0f-tHe-t3st-';
# In statements, where a secret may have been pasted; in no error.
my $pasted = 'p4sTed-1nt0-sT4tements';
my $seen = '';

# Writes a file anew, as somebody does who changes a secret.
sub put
{
	my ($name, $content) = @_;
	open my $out, '>:raw', "$dir/$name.new" or die "could not write: $!";
	print $out $content;
	close $out or die "could not write: $!";
	rename "$dir/$name.new", "$dir/$name" or die "could not rename: $!";
	return "$dir/$name";
}

sub shown
{
	my ($error) = @_;
	my $text = join "\n", map { $_ // '' } values %$error;
	$seen .= $text;
	return $text;
}


# The platforms, with all secrets in files.
my %google = %AdpipeTest::GOOGLE_CREDENTIALS;
my %mapping = (
	google => { map { ("${_}_file" => put($_, "$google{$_}\n")) } keys %google },
	robot => { service_account_key_file => $sim->ready->{service_account_key_file} },
	ready => { access_token_file => put('google_token', "ya29.$canary") },
	meta => {
		access_token_file => put('meta_token', "EAAsampletoken\r\n"),
		app_secret_file => put('app_secret', '0123456789abcdef0123456789abcdef') },
	flyer => { api_token_file => put('flyer_token', $sim->ready->{appsflyer_token} . "\n\n") });
my %once = (max_retries => 0);
google_server($node, $sim, options => { %once, customer_id => '1234567890' }, mapping => $mapping{google});
google_server($node, $sim, name => $_, options => { %once, customer_id => '1234567890' }, mapping => $mapping{$_}) for qw(robot ready);
meta_server($node, $sim, options => {%once}, mapping => $mapping{meta});
appsflyer_server($node, $sim, options => { %once, cache_ttl_s => 0, app_id => 'com.hanbit.running' }, mapping => $mapping{flyer});
my %query = (
	(map { $_ => "SELECT count(*) > 0 FROM $_.campaigns" } qw(google robot ready meta)),
	flyer => 'SELECT count(*) > 0 FROM flyer.partners_daily WHERE date_day = current_date - 5');
# Where a secret is alone decisive, for tests of files that hold none.
my %token = (ready => 'google_token', meta => 'meta_token', flyer => 'flyer_token', google => 'refresh_token');

# Runs the query of a platform in the session.
sub ask
{
	my ($name, $prefix) = @_;
	# a quota of one call
	$sim->reset if $name eq 'flyer';
	my ($out, $error) = $session->try(($prefix // '') . $query{$name});
	$seen .= $out . $session->messages;
	return ($out, $error // { sqlstate => 'none', message => "no error: $out" });
}

sub ask_well
{
	my ($name, $what) = @_;
	my ($out, $error) = ask($name);
	is($out, 't', $what) or diag explain $error;
	return;
}

sub ask_badly
{
	my ($name) = @_;
	return (ask($name))[1];
}

sub google_token
{
	my $answer = HTTP::Tiny->new->post_form($sim->http . '/token', { grant_type => 'refresh_token', %google });
	return Cpanel::JSON::XS::decode_json($answer->{content})->{access_token};
}

subtest 'who may name a file' => sub {
	$node->safe_psql('postgres', <<'SQL');
CREATE ROLE plain LOGIN;
CREATE ROLE reader LOGIN IN ROLE pg_read_server_files;
SQL
	for my $wrapper (qw(google_ads meta_ads appsflyer naver_searchad kakao_moment))
	{
		my $name = "of_$wrapper";
		$node->safe_psql('postgres', <<"SQL");
CREATE SERVER $name FOREIGN DATA WRAPPER $wrapper;
GRANT USAGE ON FOREIGN SERVER $name TO plain, reader;
SQL
		my $hint = sql_error($node, "CREATE USER MAPPING FOR PUBLIC SERVER $name OPTIONS (zzzzzzzz 'x')")->{hint};
		my @options = $hint =~ /Valid options for a user mapping are: (.*)\./ ? split /, /, $1 : ();
		my @secrets = map { s/_file$//r } grep { /_file$/ } @options;
		my %is_known = map { $_ => 1 } @options;
		is_deeply([ grep { !$is_known{$_} } @secrets ], [], "$wrapper: files are for what is a secret");
		is_deeply([ sort grep { !/_file$|^login_customer_id$/ } @options ], [ sort @secrets ], "$wrapper: every secret has one");
		my $create = sub { "CREATE USER MAPPING FOR plain SERVER $name OPTIONS ($_[0])" };
		for my $secret (@secrets)
		{
			my $file = "${secret}_file '/nowhere/$pasted'";
			my $error = sql_error($node, $create->($file), connstr => $node->connstr . ' user=plain');
			is($error->{sqlstate}, '42501', "$secret: not for everybody");
			like($error->{detail}, qr/pg_read_server_files/, "$secret: the error says for whom");
			like($error->{hint}, qr/"$secret"/, "$secret: and what else may be done");
			for my $bad ("$pasted/relative", $pasted, '')
			{
				$error = sql_error($node, $create->("${secret}_file '$bad'"));
				is($error->{sqlstate}, '22023', "$secret: \"$bad\" is no path");
				unlike(join("\n", map { $_ // '' } values %$error), qr/\Q$pasted\E/, "$secret: nor shown, since it may be the secret");
			}
			$error = sql_error($node, $create->("$file, $secret 'a-secret'"));
			is($error->{sqlstate}, '22023', "$secret: not both");
			like($error->{message}, qr/"$secret" and "${secret}_file"/, "$secret: the error names both");
			$error = sql_error($node, "ALTER SERVER $name OPTIONS (ADD $file)");
			is($error->{sqlstate}, 'HV00D', "$secret: not on a server");
			unlike(shown($error), qr/\Q$pasted\E/, "$secret: nor shown");
			like(sql_error($node, $create->("${secret}_flie '/x'"))->{hint} // '', qr/"${secret}_file"/, "$secret: a misspelt one is suggested");

			for my $user (undef, 'reader')
			{
				my $as = $user ? "SET ROLE $user; " : '';
				my $who = $user // 'superuser';
				my $own = $user // 'CURRENT_USER';
				is($node->psql('postgres', "${as}CREATE USER MAPPING FOR $own SERVER $name OPTIONS ($file)"), 0, "$secret: $who may");
				is($node->psql('postgres', "${as}ALTER USER MAPPING FOR $own SERVER $name OPTIONS (SET $file)"), 0, "$secret: and alter it");
				$node->safe_psql('postgres', "DROP USER MAPPING FOR $own SERVER $name");
			}
		}
		# A mapping that a superuser has made for a role.
		my ($secret, $other) = @secrets[0, -1];
		my $alter = "SET ROLE plain; ALTER USER MAPPING FOR plain SERVER $name OPTIONS";
		$node->safe_psql('postgres', $create->("${secret}_file '/a/file'"));
		my @refused = ("SET ${secret}_file '/etc/passwd'", "SET ${secret}_file '/a/file'", "ADD ${secret} 'x'");
		push @refused, "ADD $other 'x'", "ADD ${other}_file '/a/file'" if $other ne $secret;
		push @refused, "ADD login_customer_id '1234567890'" if $wrapper eq 'google_ads';
		for my $change (@refused)
		{
			is(sql_error($node, "$alter ($change)")->{sqlstate}, '42501', "$wrapper: who may not name it may not keep it: $change");
		}
		is($node->psql('postgres', "$alter (DROP ${secret}_file, ADD $secret 'own-secret')"), 0, "$wrapper: but replace it by a secret of its own");
		$node->safe_psql('postgres', "DROP USER MAPPING FOR plain SERVER $name");
	}
};

subtest 'secrets out of files' => sub {
	put('google_token', google_token());
	ask_well($_, $_) for sort keys %query;
	ask($_, 'EXPLAIN (ANALYZE, VERBOSE) ') for sort keys %query;
	$sim->settings({ meta_require_proof => \1 });
	ask_well('meta', 'a proof is made with the secret of a file');
	$sim->settings({ meta_require_proof => \0 });
	my $link = "$dir/link";
	symlink "$dir/meta_token", $link or die $!;
	$session->query("ALTER USER MAPPING FOR CURRENT_USER SERVER meta OPTIONS (SET access_token_file '$link')");
	ask_well('meta', 'a link to a file');
	my $key = slurp_file($mapping{robot}{service_account_key_file});
	my $path = put('key', $key . ' ' x (64 * 1024 - length $key));
	$session->query("ALTER USER MAPPING FOR CURRENT_USER SERVER robot OPTIONS (SET service_account_key_file '$path')");
	ask_well('robot', 'a file of 64 kB');
	$sim->settings({ revoke_access_tokens => \1 });
	put('key', "$key " . ' ' x (64 * 1024 - length $key));
	like(ask_badly('robot')->{detail} // '', qr/larger than 64 kB/, 'and no larger one');
	put('key', $key);
};

subtest 'files that hold no secret' => sub {
	my $socket = "$dir/socket";
	my $listener = IO::Socket::UNIX->new(Local => $socket, Listen => 1) or die "no socket: $!";
	mkfifo("$dir/pipe", 0600) or die $!;
	mkdir "$dir/folder" or die $!;
	symlink "$dir/$_->[0]", "$dir/$_->[1]" or die $! for [ 'loop', 'loop' ], [ 'missing', 'dangling' ];
	my $locked = put('locked', $canary);
	chmod 0, $locked;
	my @files = (
		[ "$dir/folder", qr/not a regular file/ ],
		[ "$dir/pipe", qr/not a regular file/ ],
		[ $socket, qr/cannot be opened/ ],
		[ '/dev/zero', qr/not a regular file/ ],
		[ '/dev/null', qr/not a regular file/ ],
		[ '/dev/tty', qr/not a regular file|cannot be opened/ ],
		[ "$dir/missing", qr/cannot be opened: No such file/ ],
		[ "$dir/dangling", qr/cannot be opened: No such file/ ],
		[ "$dir/loop", qr/cannot be opened: Too many levels/ ],
		[ $locked, qr/cannot be opened: Permission denied/ ],
		[ $dir . '/x' x 3000, qr/cannot be opened: File name too long/ ],
		[ put('empty', ''), qr/empty/ ],
		[ put('lines', "\r\n\n\n"), qr/empty/ ],
		[ put('large', $canary x (1024 * 1024 / length $canary)), qr/larger than 64 kB/ ],
		[ put('nul', "$canary\0more"), qr/character that is not printable/ ],
		[ put('nul_at_end', "$canary\0"), qr/character that is not printable/ ],
		[ put('two_lines', "$canary\n$canary\n"), qr/character that is not printable/ ],
		[ put('header', "$canary\r\nX-Evil: 1"), qr/character that is not printable/ ],
		[ put('escape', "\e[31m$canary"), qr/character that is not printable/ ],
		[ put('letters', "\x{c3}\x{a4}$canary"), qr/character that is not printable/ ]);
	push @files, [ '/proc/self/status', qr/character that is not printable/ ] if -e '/proc/self/status';
	for my $name (sort keys %token)
	{
		my $option = (grep { /access_token|api_token|refresh_token/ } keys %{ $mapping{$name} })[0];
		for my $case (@files)
		{
			my ($path, $detail) = @$case;
			my $label = length $path > 80 ? 'a long path' : $path =~ s/^\Q$dir\E.//r;
			$session->query("ALTER USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (SET $option '$path')");
			$sim->reset;
			my $error = ask_badly($name);
			is($error->{sqlstate}, '28000', "$name, $label: refused");
			like($error->{message}, qr/"$option" of the user mapping for server "$name"/, "$name, $label: the error names the option");
			like($error->{detail} // '', $detail, "$name, $label: and says why");
			like($error->{hint} // '', qr/regular file/, "$name, $label: and what is needed");
			unlike(join("\n", map { $_ // '' } values %$error), qr/\Q$path\E/, "$name, $label: but not the path");
			is(scalar @{ $sim->requests }, 0, "$name, $label: nothing is sent");
			like($session->query("EXPLAIN $query{$name}"), qr/Foreign Scan/, "$name, $label: EXPLAIN reads no file");
		}
		$session->query("ALTER USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (SET $option '$mapping{$name}{$option}')");
	}
	for my $case ([ "{\"$canary\":", qr/not a service account's key/ ], [ "{\"client_email\":\"x\",\"private_key\":\"$canary\"}", qr/cannot sign/ ],
		[ "\x{ff}$canary", qr/not text in UTF-8/ ], [ "{}\0$canary", qr/not text in UTF-8/ ])
	{
		put('key', $case->[0]);
		my $error = ask_badly('robot');
		is($error->{sqlstate}, '28000', 'a key file without a key is refused');
		like($error->{detail} // '', $case->[1], 'and the error says so');
	}
	like(slurp_file($node->logfile), qr/DETAIL:  File "\Q$dir\E\/folder": It is not a regular file\./, 'the log names the file');
	is(sql_error($node, "CREATE USER MAPPING FOR PUBLIC SERVER of_meta_ads OPTIONS (access_token E'$pasted\\nX-Evil: 1')")->{sqlstate}, '22023', 'a token that is given itself has no line break either');
};

# Runs a statement in the session whose requests under a path are held until $act
# has run; $count of them are sent.  %action is what else becomes of their answers
# and of all later ones.
sub while_held
{
	my ($sql, $path, $count, $act, %action) = @_;
	$sim->reset;
	$sim->faults([ { match => { path => $path }, times => $count + 1, action => { %action, gate => $count + 1 } },
		%action ? { match => { path => $path }, action => {%action} } : () ]);
	$session->send($sql);
	my @held;
	poll_until(sub { @held = grep { $_->{path} =~ $path } @{ $sim->requests }; @held == $count });
	$act->();
	# the last one to come opens the gate
	HTTP::Tiny->new->get($sim->http . $held[0]{path});
	my ($out, $error) = $session->wait;
	$seen .= $session->messages;
	my %is_held = map { $_->{path} => 1 } @held;
	# without the request that opened it
	return ($out, $error, scalar(grep { $is_held{ $_->{path} } } @{ $sim->requests }) - 1);
}

subtest 'a changed file' => sub {
	my %held = (ready => 'googleAds:search', meta => 'act_123', flyer => '/api/');
	my %right = (ready => google_token(), meta => 'EAAsampletoken', flyer => $sim->ready->{appsflyer_token});
	my %wrong = (ready => "ya29.$canary", meta => 'EAAsampleexpired', flyer => $sim->ready->{appsflyer_revoked_token});
	$session->query("ALTER SERVER meta OPTIONS (SET account_id '1234567890123456')");
	for my $name (sort keys %held)
	{
		put($token{$name}, $wrong{$name});
		my ($out, $error, $requests) = while_held($query{$name}, $held{$name}, 1, sub { });
		is($error->{sqlstate} // 'none', '28000', "$name: a refused token is an error");
		is($requests, 1, "$name: which is not sent twice");
		($out, $error, $requests) = while_held($query{$name}, $held{$name}, 1, sub { put($token{$name}, "$wrong{$name}x") });
		is($error->{sqlstate} // 'none', '28000', "$name: so is another one");
		is($requests, 2, "$name: after one more request");
		($out, $error, $requests) = while_held($query{$name}, $held{$name}, 1, sub { unlink "$dir/$token{$name}" });
		is($error->{sqlstate} // 'none', '28000', "$name: and a file that is gone");
		like($error->{message} // '', qr/refused the credentials/, "$name: of which the platform's words matter");
		put($token{$name}, $wrong{$name});
		($out, $error, $requests) = while_held($query{$name}, $held{$name}, 1, sub { put($token{$name}, $right{$name}) });
		is($out, 't', "$name: the running statement goes on with what the file holds by now") or diag explain $error;
		is($requests, 2, "$name: with one more request");
		put($token{$name}, $wrong{$name});
		is(ask_badly($name)->{sqlstate}, '28000', "$name: the next statement of the session reads the file again");
		put($token{$name}, $right{$name});
		ask_well($name, "$name: each time");
	}

	# Requests under way together, each of which is refused.
	$session->query("ALTER SERVER meta OPTIONS (SET account_id '1234567890123456, 2345678901234567, 3456789012345678')");
	my $all = 'SELECT count(*), sum(length(campaign_name)) FROM meta.campaigns';
	my $expected = $session->query($all);
	put('meta_token', $wrong{meta});
	my ($out, $error, $requests) = while_held($all, '/campaigns$', 3, sub { put('meta_token', $right{meta}) });
	is($out, $expected, 'requests that are under way together are all sent again') or diag explain $error;
	is($requests, 6, 'once');

	# What is sent beside the token.
	put('app_secret', "$canary$canary");
	($out, $error) = while_held($all, '/campaigns$', 3, sub { put('app_secret', '0123456789abcdef0123456789abcdef') });
	is($out, $expected, 'a changed secret of the app') or diag explain $error;

	# A token that is fetched, and kept for the session.
	$session->query($query{google});
	put('refresh_token', "1//$canary");
	ask_well('google', 'a kept token needs no sign-in');
	$sim->reset;
	$sim->settings({ revoke_access_tokens => \1 });
	is(ask_badly('google')->{sqlstate}, '28000', 'a refused one does');
	put('refresh_token', $google{refresh_token});
	ask_well('google', 'and finds the changed file');
	put('refresh_token', "1//$canary");
	$sim->settings({ revoke_access_tokens => \1 });
	($out, $error) = while_held($query{google}, 'googleAds:search', 1, sub { put('refresh_token', $google{refresh_token}) });
	is($out, 't', 'which may be put there while the refused request is under way') or diag explain $error;
};

subtest 'a mapping for another role' => sub {
	$sim->reset;
	$node->safe_psql('postgres', <<"SQL");
CREATE ROLE loader LOGIN;
CREATE ROLE analyst LOGIN;
SELECT adpipe.grant_loader('loader');
GRANT USAGE ON FOREIGN SERVER meta TO loader;
GRANT TEMPORARY ON DATABASE postgres TO loader;
CREATE USER MAPPING FOR loader SERVER meta OPTIONS (access_token_file '$dir/meta_token', app_secret_file '$dir/app_secret');
CREATE SCHEMA work AUTHORIZATION loader;
SET ROLE loader;
IMPORT FOREIGN SCHEMA reports FROM SERVER meta INTO work;
CREATE VIEW work.campaigns_of_all AS SELECT * FROM work.campaigns;
GRANT USAGE ON SCHEMA work TO analyst;
GRANT SELECT ON work.campaigns_of_all TO analyst;
SQL
	my $as = sub { my ($role, $sql) = @_; "SET ROLE $role; $sql" };
	my $count = 'SELECT count(*) > 0 FROM work.campaigns_of_all';
	is($node->safe_psql('postgres', $as->('loader', $count)), 't', 'the role uses it');
	is($node->safe_psql('postgres', $as->('analyst', $count)), 't', 'and who reads its views');
	for my $read ("SELECT pg_read_file('$dir/meta_token')", "SELECT pg_read_binary_file('$dir/meta_token')", "CREATE TEMP TABLE t (t text); COPY t FROM '$dir/meta_token'")
	{
		is(sql_error($node, $as->('loader', $read))->{sqlstate}, '42501', 'it cannot read the file');
	}
	my $options = "SELECT umoptions::text FROM pg_user_mappings WHERE srvname = 'meta' AND usename = 'loader'";
	like($node->safe_psql('postgres', $as->('loader', $options)), qr{access_token_file=\Q$dir\E/meta_token}, 'it sees the path');
	is($node->safe_psql('postgres', $as->('analyst', $options)), '', 'which others do not');

	put('meta_token', "$canary\n$canary");
	for my $role ('loader', 'analyst')
	{
		my $error = sql_error($node, $as->($role, $count));
		is($error->{sqlstate}, '28000', "$role: no secret, no rows");
		unlike(shown($error), qr/\Q$dir\E/, "$role: the path is not shown");
	}
	put('meta_token', 'EAAsampletoken');
	$node->safe_psql('postgres', $as->('loader', "SELECT adpipe.materialize('work.campaigns', 'work.copy')"));
	put('meta_token', "$canary\n$canary");
	$node->psql('postgres', $as->('loader', "CALL adpipe.refresh('work.copy')"));
	for my $view (qw(runs health coverage freshness))
	{
		my $text = $node->safe_psql('postgres', "SELECT * FROM adpipe.$view");
		$seen .= $text;
		unlike($text, qr/\Q$dir\E/, "nor by the view $view");
	}
	put('meta_token', 'EAAsampletoken');
};

# Platforms that echo what they were sent, in what an error holds.
subtest 'nothing of it is shown' => sub {
	$session->query("ALTER SERVER meta OPTIONS (SET account_id '1234567890123456')");
	my %echoed = (google => "1//$canary", ready => "ya29.$canary", meta => "EAA$canary", flyer => "eyJ$canary");
	for my $name (sort keys %echoed)
	{
		my $secret = put($token{$name}, $echoed{$name}) && $echoed{$name};
		$sim->settings({ revoke_access_tokens => \1 });
		for my $status (200, 400, 401, 403, 503)
		{
			for my $body (qq({"error":{"message":"refused: $secret","code":190,"status":"$secret"}}), qq({"error":"x","error_description":"$secret"}), "$secret is no JSON")
			{
				$sim->faults([ { match => { path => $name eq 'google' ? '/token' : '.' }, action => { status => $status, body => $body } } ]);
				isnt(ask_badly($name)->{sqlstate}, 'none', "$name, HTTP $status: an error");
			}
		}
		# one that was in the file before
		next if $name eq 'google';
		my $was = "before-$secret";
		put($token{$name}, $was);
		$sim->reset;
		my (undef, $error) = while_held($query{$name}, '.', 1, sub { put($token{$name}, $secret) }, status => 401,
			body => $name eq 'flyer' ? "neither $was nor $secret" : qq({"error":{"message":"neither $was nor $secret","code":190}}));
		like($error->{detail}, qr/neither \*\*\* nor \*\*\*/, "$name: the secret of before is taken out, too");
	}
	$sim->reset;
	$seen .= $node->safe_psql('postgres', 'SELECT query FROM pg_stat_activity');
	my $log = slurp_file($node->logfile);
	like($log, qr/campaigns_of_all/, 'the log was talkative');
	like($seen, qr/\*\*\*/, 'and something was taken out');
	my $part = substr $canary, 0, 12;
	is(index($seen, $part), -1, 'nothing is shown') or diag(substr $seen, index($seen, $part) - 300, 400);
	is(index($log, $part), -1, 'nothing is logged') or diag(substr $log, index($log, $part) - 300, 400);
	is(index("$seen$log", $_), -1, 'nor a secret that was good') for values %google, 'EAAsampletoken', '0123456789abcdef', substr $sim->ready->{appsflyer_token}, 0, 60;
};

done_testing();
