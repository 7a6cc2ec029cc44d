# A platform, or what stands in front of it, repeats every request in each encoding
# and in every place of an answer.  All outputs are looked through: the log at
# debug5, errors and warnings, EXPLAIN, the extension's views, NOTIFY,
# pg_stat_activity, temporary files.  A canary in each of them proves that a secret
# there would be found.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Leaks;
use Digest::SHA qw(hmac_sha256_hex);
use Cpanel::JSON::XS ();
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster(conf => "log_min_messages = debug5\nlog_error_verbosity = verbose\n");
my $sim = simulator();
my %google = (client_id => 'sample-client.apps.googleusercontent.com', client_secret => 'GOCSPX' . '-client/secret+of=the"test\0123456789', refresh_token => '1//0refresh+TOKEN/of=the"test\-abcdef0123456789');
my $ready = 'ya29.ready/TOKEN+of=the"test\-0123456789-abcdefgh';
my %meta = (access_token => 'EAAB/token+of=the-test-zyxwvutsrq9876543210', app_secret => 'fedcba9876543210app-secret-0f0f0f0f');
my $key = slurp_file($sim->ready->{service_account_key_file});
my @key_lines = grep { length > 30 && !/KEY/ } split /\n/, Cpanel::JSON::XS->new->decode($key)->{private_key};
my %once = (max_retries => 0);
google_server($node, $sim, options => {%once}, mapping => \%google);
google_server($node, $sim, name => 'ready', options => { %once, customer_id => '1234567890' }, mapping => { access_token => $ready });
google_server($node, $sim, name => 'robot', options => {%once}, mapping => { service_account_key => $key });
# the credentials that the simulator knows
google_server($node, $sim, name => 'known', options => { %once, customer_id => '1234567890' });
meta_server($node, $sim, name => 'known_meta', options => { %once, account_id => '1234567890123456' });
meta_server($node, $sim, options => { %once, account_id => '1234567890123456' }, mapping => \%meta);
appsflyer_server($node, $sim, options => { %once, cache_ttl_s => 0, app_id => 'com.hanbit.running' });
my @secrets = ($google{client_secret}, $google{refresh_token}, $ready, @meta{qw(access_token app_secret)},
	hmac_sha256_hex($meta{access_token}, $meta{app_secret}), $AdpipeTest::META_CREDENTIALS{access_token},
	@AdpipeTest::GOOGLE_CREDENTIALS{qw(client_secret refresh_token)}, $sim->ready->{appsflyer_token}, @key_lines);
my $leaks = AdpipeTest::Leaks->new(@secrets);

# The scanner itself.
for my $secret (grep { length > 30 } @secrets)
{
	my @missed = grep { !defined $leaks->in("some text $_, and more") } $leaks->spellings($secret);
	is("@missed", '', 'a secret is found in each spelling');
}
is($leaks->in('a text with *** and sample-client.apps.googleusercontent.com, campaign_daily 1234567890'), undef, 'and not where there is none');

my $session = session($node);
$node->safe_psql('postgres', <<'END');
CREATE SCHEMA ads;
SELECT adpipe.materialize(s || '.campaign_daily', 'ads.' || s, start => current_date - 1) FROM unnest(ARRAY['ready', 'meta', 'known']) s;
END

# What a session that listens gets to know of a statement.
sub heard
{
	my ($sql) = @_;
	my ($out) = $node->safe_psql('postgres', "LISTEN adpipe;\n$sql;\nSELECT 1");
	return join "\n", $out =~ /^(Asynchronous.*)/mg;
}

# What asks what: sign-ins, lists, accounts, entities, reports, runs, files.
my @asks = (
	[ { path => '/token' }, 'SELECT * FROM google.campaigns', qw(json text rows) ],
	[ { path => '/token' }, 'SELECT * FROM robot.campaigns', qw(json text) ],
	[ { query => 'FROM customer_client' }, 'SELECT * FROM google.campaigns', qw(failure rows) ],
	[ { query => 'FROM campaign' }, 'SELECT * FROM ready.campaigns', qw(failure text rows) ],
	[ { query => 'FROM campaign' }, 'SELECT * FROM ready.campaign_daily WHERE date_day = current_date - 20', qw(failure rows) ],
	[ { path => 'act_\d+$' }, 'SELECT * FROM meta.accounts', qw(failure rows) ],
	[ { path => '/campaigns' }, 'SELECT * FROM meta.campaigns', qw(failure text rows) ],
	[ { path => '/insights' }, 'SELECT * FROM meta.campaign_daily WHERE date_day = current_date - 20', qw(failure rows) ],
	[ { path => '/insights', method => 'POST' }, "SELECT count(*) FROM meta.ad_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-11-10'", qw(failure rows) ],
	[ { path => 'mng/apps' }, 'SELECT * FROM flyer.apps', qw(failure text rows) ],
	[ { path => 'agg-data' }, 'SELECT * FROM flyer.partners_daily WHERE date_day = current_date - 20', qw(text csv) ],
	[ { path => 'raw-data' }, 'SELECT * FROM flyer.installs WHERE date_day = current_date - 3', qw(text csv) ]);
my $errors = 0;
for my $ask (@asks)
{
	my ($match, $sql, @forms) = @$ask;
	my $shown = '';
	for my $form (@forms)
	{
		for my $spelling (qw(plain percent percent_twice unicode json base64 base64url))
		{
			for my $status (200, 400, 503, 302)
			{
				# a token of its own: the sign-in is asked for again
				$sim->control('POST', '/_control/reset', { tokens => $match->{path} && $match->{path} eq '/token' ? \1 : \0 });
				$sim->settings({ appsflyer_minute_calls => 10000, appsflyer_apps_minute => 10000, appsflyer_apps_day => 10000,
					appsflyer_daily_app => 10000, appsflyer_daily_account => 10000, appsflyer_installs_app => 10000, appsflyer_installs_account => 10000 });
				$sim->faults([ { match => $match, action => { echo => $form, status => $status, spelling => $spelling, in_headers => \1 } } ]);
				my (undef, $error) = $session->try($sql);
				$errors++ if $error;
				my $all = join "\n", $session->messages, $error ? map { $_ // '' } values %$error : ();
				my $leak = $leaks->in($all);
				$shown .= "$form, $spelling, HTTP $status: $leak\n$all\n" if defined $leak;
			}
		}
	}
	is($shown, '', "$sql: no error and no warning holds a secret");
}
cmp_ok($errors, '>', 600, 'most of them were errors');

# A cell that holds nothing else, where another type is expected.
for my $case (
	[ { query => 'FROM campaign ' }, 'SELECT clicks FROM ready.campaign_daily WHERE date_day = current_date - 20', $ready, '{"results":[{"campaign":{"resourceName":"customers/1234567890/campaigns/1"},"metrics":{"clicks":%s}}]}' ],
	[ { path => '/insights' }, 'SELECT clicks FROM meta.campaign_daily WHERE date_day = current_date - 20', $meta{app_secret}, '{"data":[{"account_id":"1234567890123456","clicks":%s}]}' ],
	[ { path => 'raw-data' }, 'SELECT * FROM flyer.installs WHERE date_day = current_date - 3', $sim->ready->{appsflyer_token}, 'Event Time,%s,%s' . "\n" ])
{
	my ($match, $sql, $secret, $body) = @$case;
	for my $value ($secret, substr($secret, 0, 30), encode_canary($secret))
	{
		$sim->reset;
		$sim->faults([ { match => $match, action => { status => 200, body => $body =~ s/%s/Cpanel::JSON::XS->new->allow_nonref->encode($value)/ger } } ]);
		my $error = $session->query_error($sql);
		is($leaks->in(join "\n", map { $_ // '' } values %$error), undef, "$sql: nor does what is said of a value");
	}
}

# Every view, after refreshes that met the same.
my %outputs;
for my $spelling ('plain', 'percent', 'base64')
{
	$sim->reset;
	$sim->faults([ map { { match => $_, action => { echo => 'failure', status => 400, spelling => $spelling, in_headers => \1 } } } { query => 'FROM campaign' }, { path => '/insights' } ]);
	$session->try("CALL adpipe.refresh('ads.$_')") for 'ready', 'meta';
	$outputs{messages} .= $session->messages;
}
my $views = q{SELECT string_agg(format('SELECT %L, v::text FROM adpipe.%I v;', c.relname, c.relname), E'\n' ORDER BY c.relname) FROM pg_class c
	WHERE c.relnamespace = 'adpipe'::regnamespace AND c.relkind IN ('r', 'v')};
my @views = split /\n/, $session->query($views);
cmp_ok(scalar @views, '>', 20, 'views and tables of the extension');
$sim->reset;
$outputs{views} = join "\n", map { $session->query($_) } @views;
like($outputs{views}, qr/HTTP 400/, 'they hold the errors');
$outputs{explain} = $session->query('EXPLAIN (ANALYZE, VERBOSE, SETTINGS) SELECT * FROM known.campaigns');
$outputs{explain} .= $session->query('EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM known_meta.campaign_daily WHERE date_day = current_date - 20');
$outputs{explain} .= $session->query('EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM flyer.installs WHERE date_day = current_date - 3');
$outputs{notify} = heard("CALL adpipe.refresh('ads.known')");

# A statement that waits for the platform, with what it has in temporary files.
$sim->faults([ { match => { query => 'FROM campaign ', page => 1 }, action => { stall_after => 100 } } ]);
$sim->settings({ page_size => 10 });
my $waiting = session($node);
$waiting->send("SELECT * FROM known.campaign_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-10'");
my $pid = $waiting->pid;
poll_until(sub { $session->query("SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $pid") eq 't' });
$outputs{activity} = $session->query('SELECT a::text FROM pg_stat_activity a') . slurp_file("/proc/$pid/cmdline");
sub temporary_files
{
	my $folder = $node->data_dir . '/base/pgsql_tmp';
	return join "\n", map { -f $_ ? slurp_file($_) : () } glob("$folder/* $folder/*/* /proc/$pid/fd/*pgsql_tmp*");
}
$outputs{files} = temporary_files();
$session->query("SELECT pg_cancel_backend($pid)");
$waiting->wait;

# The log, without the statements that made the mappings, which are ours.
sub the_log
{
	return join '', grep { !/USER MAPPING/ } split /^/, slurp_file($node->logfile);
}
$outputs{log} = the_log();
like($outputs{log}, qr/DEBUG: .*CommitTransaction/, 'the log was talkative');
for my $where (sort keys %outputs)
{
	cmp_ok(length $outputs{$where}, '>', 10, "$where: there is some") unless $where eq 'files';
	is($leaks->in($outputs{$where}), undef, "$where: no secret");
}

# Canaries: a secret that was put into an output is found there.
my $canary = encode_canary($google{refresh_token});
sub encode_canary
{
	my ($secret) = @_;
	return $secret =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger;
}
my $text = quote($canary);
$session->query("DO \$\$ BEGIN RAISE LOG 'canary %', $text; END \$\$");
ok(defined $leaks->in(the_log()), 'a canary in the log is found');
my $error = $session->query_error("DO \$\$ BEGIN RAISE EXCEPTION 'canary' USING DETAIL = $text; END \$\$");
ok(defined $leaks->in(join "\n", map { $_ // '' } values %$error), 'one in an error');
$session->query("DO \$\$ BEGIN RAISE WARNING '%', $text; END \$\$");
ok(defined $leaks->in($session->messages), 'one in a warning');
ok(defined $leaks->in($session->query("EXPLAIN (VERBOSE) SELECT * FROM ready.campaigns WHERE campaign_name = $text")), 'one in EXPLAIN');
$node->safe_psql('postgres', "INSERT INTO adpipe.advertisers(platform, account_id, advertiser) VALUES ('google_ads', '1', $text)");
ok(defined $leaks->in(join "\n", map { $session->query($_) } @views), 'one in a view');
ok(defined $leaks->in(heard("NOTIFY adpipe, $text")), 'one in NOTIFY');
ok(defined $leaks->in($session->query("SELECT a::text FROM pg_stat_activity a -- $canary")), 'one in pg_stat_activity');
mkdir $node->data_dir . '/base/pgsql_tmp';
append_to_file($node->data_dir . '/base/pgsql_tmp/pgsql_tmp1.0', $canary);
ok(defined $leaks->in(temporary_files()), 'one in a temporary file');

done_testing();
