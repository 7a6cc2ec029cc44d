# A proxy damages answers of all platforms on their way: bytes, chunks, lengths,
# headers, members, cells, types (test/proxy).  Every statement over every imported
# table gives its rows or an error; none crashes, hangs, or leaves anything behind.
#
# ADPIPE_MUTATIONS (150) statements, SEED; test/long/mutations runs more of them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Footprint qw(descriptors memory memory_below temporary_files);
use AdpipeTest::Soak;
use AdpipeTest::World qw(table_days);
use Cpanel::JSON::XS ();
use Test::More;

my $is_long = defined $ENV{ADPIPE_MUTATIONS};
my $mutations = $ENV{ADPIPE_MUTATIONS} // 150;
my $seed = $ENV{SEED} // 20261129;
srand($seed);

# The long form is run for its figures.
sub figures { return $is_long ? diag(@_) : note(@_); }
figures("seed $seed");

# What the session may keep, in kB.
my $MEMORY = 16 * 1024;

my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => <<"END");
adpipe.debug_now = '$now'
adpipe.max_wait = '500ms'
adpipe.require_whole = on
END
my $sim = simulator();
$sim->clock($now);
$sim->settings({ page_size => 40, meta_page_rows => 30, tiktok_page_cap => 30, naver_page => 2, naver_list_page => 4,
	map { ("appsflyer_$_" => 1_000_000) } qw(minute_calls daily_app daily_account installs_app installs_account
		events_app events_account apps_minute apps_day skan_minute) });
my $proxy = simulator(program => 'proxy', args => [ '--to', $sim->http ]);
my %options = (max_retries => 0, request_timeout_ms => 3000);
for my $schema ('reports', 'common')
{
	my $suffix = $schema eq 'common' ? '_common' : '';
	google_server($node, $proxy, name => "google$suffix", schema => $schema, options => {%options});
	meta_server($node, $proxy, name => "meta$suffix", schema => $schema, options => {%options});
	appsflyer_server($node, $proxy, name => "flyer$suffix", schema => $schema, options => { %options, cache_ttl_s => 0 },
		mapping => { api_token => $sim->ready->{appsflyer_token} });
	tiktok_server($node, $proxy, name => "tiktok$suffix", schema => $schema, options => {%options}, mapping => { access_token => $sim->ready->{tiktok_token} });
	naver_server($node, $proxy, name => "naver$suffix", schema => $schema, options => { %options, manager_account_id => $sim->ready->{naver_manager} },
		mapping => { api_key => $sim->ready->{naver_api_key}, secret_key => $sim->ready->{naver_secret_key} });
}

my $session = session($node);
my $pid = $session->pid;
$session->query("SET statement_timeout = '30s'");
my @tables = map { [ split /\|/ ] } split /\n/, $session->query(<<'END');
SELECT ftrelid::regclass, srvname
FROM pg_foreign_table JOIN pg_foreign_server s ON s.oid = ftserver ORDER BY 1
END

push @$_, (table_days($node, $_->[0], '2026-11-09', '2026-11-11'))[3] for @tables;

sub control
{
	my ($seed, $rate) = @_;
	return $proxy->control('PUT', '/_proxy', { seed => $seed, rate => $rate });
}

# A number and a checksum of all rows, by a request for all columns.
sub statement
{
	my ($table, undef, $days) = @{ $_[0] };
	return "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")) FROM $table t $days";
}

# What a table gives while nothing is damaged; on a busy machine the simulator may be
# late.
sub read_undamaged
{
	my ($table) = @_;
	my ($out, $error);
	poll_until(sub { ($out, $error) = $session->try(statement($table)); return !$error });
	return $out;
}

# Memory and descriptors without the connections that wait for the next statement.  A
# change of their server ends them when the next statement takes or returns a connection;
# that of this statement is then the only one.
sub held
{
	$session->query("ALTER SERVER $_ OPTIONS (SET max_retries '0')")
	  for map { ($_, "${_}_common") } qw(google meta flyer tiktok naver);
	read_undamaged([ 'flyer.apps', undef, '' ]);
	return (memory($pid, 'RssAnon'), scalar(descriptors($pid)));
}

control(0, 0);
my %expected = map { $_->[0] => read_undamaged($_) } @tables;
is(scalar(grep { !/^0\|/ } values %expected), scalar @tables, 'tables with rows: ' . @tables);
my @before = held();

# That a wrong answer would be seen.
$sim->faults([ { match => { query => 'FROM campaign ' }, action => { replace => [ '"clicks":"1', '"clicks":"2' ] } } ]);
my ($campaign_daily) = grep { $_->[0] eq 'google.campaign_daily' } @tables;
isnt(read_undamaged($campaign_daily), $expected{'google.campaign_daily'}, 'a digit that nobody can notice makes another answer');
$sim->faults([]);

my (%outcome, @wrong);
for my $n (1 .. $mutations)
{
	my $table = $tables[ $n % @tables ];
	# Mostly one answer of a statement is damaged, for the first error ends it.
	control("$seed/$n", $n % 3 ? 0.15 : 0.4);
	$session->query("SELECT adpipe.reset_breaker('$table->[1]')" . (rand() < 0.2 ? ", adpipe.forget('$table->[1]')" : ''));
	my ($out, $error) = $session->try(statement($table));
	my @done = @{ $proxy->control('GET', '/_proxy') };
	my $is_right = !$error && $out eq $expected{ $table->[0] };
	my $verdict = $is_right ? 'right' : $error && $error->{sqlstate} ne '57014' && AdpipeTest::Soak::is_expected($error->{sqlstate}) ? 'error' : 'wrong';
	$outcome{ $_->[1] }{$verdict}++ for @done;
	next if $verdict ne 'wrong';
	push @wrong, join "\n", "$n: $table->[0]: " . ($error ? "$error->{sqlstate} $error->{message}" : "$out, not $expected{$table->[0]}"),
	  map { "    $_->[1] of $_->[0], status $_->[2]: $_->[3]" } @done;
}
is(join("\n", @wrong[ 0 .. ($#wrong < 9 ? $#wrong : 9) ]), '', 'every statement gives its rows or an error (' . @wrong . ' do not)');
figures(sprintf '%-26s right %4d, error %4d', $_, map { $_ // 0 } @{ $outcome{$_} }{qw(right error)}) for sort keys %outcome;

control(0, 0);
$session->query("SELECT adpipe.reset_breaker(srvname) FROM pg_foreign_server");
for my $table (grep { rand() < 0.2 } @tables)
{
	is(read_undamaged($table), $expected{ $table->[0] }, "$table->[0] is right afterwards");
}
is($session->query('SELECT pg_backend_pid()'), $pid, 'the session has lived through it');
my @after = held();
figures("memory: $before[0] kB before, $after[0] kB after; descriptors: $before[1], $after[1]");
memory_below($after[0] - $before[0], $MEMORY, 'memory is where it was');
cmp_ok($after[1], '<=', $before[1], 'descriptors are where they were');
is(join(' ', temporary_files($node)), '', 'no temporary file is left');

done_testing();
