# Bounds that hold: small documents, the memory of a page, decompression, and
# statement_timeout while one is read.  The moment to come back is a value.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Footprint qw(memory_below);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $preload = PostgreSQL::Test::Utils::tempdir() . '/seen_authorities.so';
my $seen = PostgreSQL::Test::Utils::tempdir() . '/seen';
chmod 0755, map { s{/[^/]*$}{}r } $preload, $seen;
system_or_bail(split(' ', $ENV{CC} // 'cc'), '-shared', '-fPIC', '-o', $preload, "$FindBin::RealBin/../module/seen_authorities.c", '-ldl');
my $node;
{
	local $ENV{LD_PRELOAD} = join ':', grep { defined } $ENV{LD_PRELOAD}, $preload;
	local $ENV{SEEN_AUTHORITIES_LOG} = $seen;
	$node = adpipe_cluster();
}
my $sim = simulator();
google_server($node, $sim, options => { max_retries => 0, customer_id => '1234567890' });
google_server($node, $sim, name => 'all_google', options => { max_retries => 0 });
meta_server($node, $sim, options => { max_retries => 0, account_id => '1234567890123456' });
meta_server($node, $sim, name => 'all_meta', options => { max_retries => 0 });
appsflyer_server($node, $sim, options => { max_retries => 0, cache_ttl_s => 0 });

# Peak size of a backend in kB, and its error, after a statement of its own.
sub measure
{
	my ($sql) = @_;
	my $session = session($node, timeout => 120);
	$session->query('SELECT 1');
	my $start = time;
	my $error = $session->query_error($sql);
	my $took = time - $start;
	my ($peak) = slurp_file('/proc/' . $session->pid . '/status') =~ /^VmHWM:\s+(\d+) kB/m;
	$session->query('ROLLBACK');
	return ($error, $peak, $took);
}

# Documents: lists, settings, states, tokens.
my %documents = (
	'google, a list of accounts' => [ { query => 'FROM customer_client' }, 'SELECT * FROM all_google.campaigns', '{"results":[{}', ',{}', ']}' ],
	'meta, a list of accounts' => [ { path => 'me/adaccounts' }, 'SELECT * FROM all_meta.campaigns', '{"data":[{}', ',{}', ']}' ],
	'meta, settings' => [ { path => '/act_\d+$' }, 'SELECT * FROM meta.campaign_daily WHERE date_day >= current_date - 2', '{"account_id":[0', ',0', ']}' ],
	'meta, the state of a run' => [ { path => '/v26.0/\d+$' }, "SELECT count(*) FROM meta.ad_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-11-10'", '{"async_status":[0', ',0', ']}' ],
	'appsflyer, a list of apps' => [ { path => 'mng/apps' }, 'SELECT * FROM flyer.apps', '{"data":[{}', ',{}', ']}' ]);
for my $what (sort keys %documents)
{
	my ($match, $sql, $head, $item, $tail) = @{ $documents{$what} };
	# Too long, and too many in few bytes.
	for my $count (8_000_000, 1_000_000)
	{
		$sim->reset;
		# not compressed: what is limited here is the size itself
		$sim->settings({ gzip => \0, meta_job_ms => 0 });
		$sim->faults([ { match => $match, action => { status => 200, body => $head, repeat => [ $item, $count ], close_with => $tail } } ]);
		my ($error, $peak, $took) = measure($sql);
		is($error->{sqlstate}, '54000', "$what, $count values: SQLSTATE");
		like(($error->{message} // '') . ($error->{detail} // ''), qr/too large/, "$what, $count values: says so");
		memory_below($peak, 200 * 1024, "$what, $count values: memory");
	}
}

# As many as are read do not hold up a cancel.
$sim->reset;
$sim->settings({ gzip => \0 });
$sim->faults([ { match => { path => 'me/adaccounts' }, action => { status => 200, body => '{"data":[{"account_id":"1"}', repeat => [ ',{"account_id":"1"}', 200_000 ], close_with => ']}' } } ]);
my ($error, $peak, $took) = measure("BEGIN; SET LOCAL statement_timeout = '200ms'; SELECT * FROM all_meta.campaigns");
is($error->{sqlstate}, '57014', 'a long list of accounts: the time-out ends it');
cmp_ok($took, '<', 3, 'soon');
memory_below($peak, 300 * 1024, 'in bounded memory');

# A page of empty rows.
$sim->reset;
$sim->settings({ gzip => \0 });
my $report = "SELECT count(*) FROM google.campaign_daily WHERE date_day = '2026-11-01'";
$sim->faults([ { match => { query => 'FROM campaign ' }, action => { status => 200, body => '{"results":[{}', repeat => [ ',{}', 20_000_000 ], close_with => ']}' } } ]);
($error, $peak) = measure($report);
is($error->{sqlstate}, '54000', 'a page of empty rows: SQLSTATE');
memory_below($peak, 500 * 1024, 'a page of empty rows: memory has a ceiling');

# Bodies that expand out of proportion.
$sim->reset;
$sim->faults([ { match => { query => 'FROM campaign ' }, action => { gzip_bomb => 30 } } ]);
($error, $peak) = measure($report);
is($error->{sqlstate}, '54000', 'a small bomb: SQLSTATE');
like($error->{detail}, qr/expands out of proportion/, 'a small bomb: says so');
memory_below($peak, 120 * 1024, 'a small bomb: memory');

# A token that is said to last for ever.
$sim->reset;
$sim->faults([ { match => { path => '/token' }, action => { replace => [ '"expires_in": 3599', '"expires_in": 9223372036854775807' ] } } ]);
my $session = session($node);
is($session->query('SELECT count(*) > 0 FROM google.campaigns'), 't', 'a token that lasts for ever: used');
$session->query('SELECT count(*) FROM google.campaigns');
is(scalar(grep { $_->{path} eq '/token' } @{ $sim->requests }), 1, 'and kept');

# The moment to come back, whatever the platform's sentence says.
$sim->reset;
for my $case ([ '5400s', 5400 ], [ '30000000s', 2 * 86400 ])
{
	my ($delay, $seconds) = @$case;
	$sim->faults([ { match => { query => 'FROM campaign ' }, action => { error => 'quotaError.RESOURCE_EXHAUSTED', retry_delay => $delay,
		message => 'next window 2999-01-01T00:00:00Z, retry_at=2026-99-99T99:99:99Z' } } ]);
	is($node->safe_psql('postgres', <<"END"), 't', "come back in $delay: a value of the error, two days at most");
CREATE FUNCTION pg_temp.moment() RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE c text;
BEGIN
    PERFORM count(*) FROM google.campaigns;
EXCEPTION WHEN configuration_limit_exceeded THEN
    GET STACKED DIAGNOSTICS c = CONSTRAINT_NAME;
    RETURN c;
END \$\$;
SELECT m ~ '^retry_at=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\$' AND substr(m, 10)::timestamptz - now() BETWEEN '$seconds s'::interval - '20 s'::interval AND '$seconds s'::interval + '1 s'::interval
  FROM pg_temp.moment() m
END
}
$sim->faults([ { match => { query => 'FROM campaign ' }, action => { error => 'internalError.INTERNAL_ERROR' } } ]);
unlike(join('', map { $_ // '' } values %{ sql_error($node, 'SELECT * FROM google.campaigns') }), qr/retry_at/, 'other errors have none');

# Authorities: those of adpipe.ca_file are the only ones.
$sim->reset;
google_server($node, $sim, name => 'safe', options => { max_retries => 0, customer_id => '1234567890', endpoint => $sim->https, token_endpoint => $sim->https . '/token' });
is(sql_error($node, 'SELECT * FROM safe.campaigns')->{sqlstate}, 'HV00N', 'the system does not know the authority')
  if -d '/etc/ssl/certs';
cmp_ok(-s $seen // 0, '>', 0, 'the system\'s authorities are looked for without ca_file') if -d '/etc/ssl/certs';
$node->safe_psql('postgres', "LOAD 'adpipe'; ALTER SYSTEM SET adpipe.ca_file = '" . $sim->ca_file . "'; SELECT pg_reload_conf()");
poll_until(sub { $node->safe_psql('postgres', "LOAD 'adpipe'; SHOW adpipe.ca_file") eq $sim->ca_file });
unlink $seen;
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM safe.campaigns'), 't', 'with ca_file it is trusted');
my $other = simulator();
google_server($node, $other, name => 'foreign_ca', options => { max_retries => 0, customer_id => '1234567890', endpoint => $other->https, token_endpoint => $other->https . '/token' });
is(sql_error($node, 'SELECT * FROM foreign_ca.campaigns')->{sqlstate}, 'HV00N', 'and no other is');
is(-e $seen ? slurp_file($seen) : '', '', 'nor looked for');

done_testing();
