# Sessions read all three platforms and refresh copies while the platforms have bad
# days, statements are cancelled, sessions are terminated and backends die: every
# answer is that of the simulator's world or an error of an expected class, copies
# equal the world afterwards, and memory, descriptors and temporary files are back
# where they were.
#
# ADPIPE_SOAK_SECONDS (8) in all, SEED; test/long/soak runs for 20 minutes over all
# tables.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Footprint qw(descriptors memory memory_below temporary_files);
use AdpipeTest::Queries qw(pick);
use AdpipeTest::Soak;
use AdpipeTest::Weather qw(weather);
use AdpipeTest::World;
use Cpanel::JSON::XS ();
use List::Util qw(sum0);
use Test::More;
use Time::HiRes qw(time);

my $is_long = defined $ENV{ADPIPE_SOAK_SECONDS};
my $seconds = $ENV{ADPIPE_SOAK_SECONDS} // 8;
my $seed = $ENV{SEED} // 20261129;
srand($seed);

# The long form is run for its figures.
sub figures { return $is_long ? diag(@_) : note(@_); }
figures("seed $seed");

# A world lasts about so long.  No backend is killed in every other one, so that
# there are sessions to measure at its end.
my $epochs = 2 * int($seconds / 1200) || 2;
my $sessions = $is_long ? 6 : 5;

# What a session may keep: memory in kB, the descriptions of all tables included, and
# descriptors.
my $MEMORY = 32 * 1024;
my $DESCRIPTORS = 8;

# Three days, for AppsFlyer lets itself be asked about fewer once a minute.
my $now = '2026-11-20T12:00:00Z';
my ($since, $until) = ('2026-11-09', '2026-11-11');
my @servers = qw(google meta flyer);
my ($true, $false) = (Cpanel::JSON::XS::true, Cpanel::JSON::XS::false);
my %calm = (page_size => 10_000, gzip => $true, chunked => $false, delay_ms => 0, meta_page_rows => 0, meta_sync_rows => 0, meta_job_ms => 0,
	(map { ("appsflyer_$_" => $false) } qw(crlf aggregate_bom shuffle_columns)),
	(map { ("appsflyer_$_" => 1_000_000) } qw(minute_calls daily_app daily_account installs_app installs_account
		events_app events_account apps_minute apps_day skan_minute)));

# What a platform says to leave out is an error, too, not only a warning.
my $node = adpipe_cluster(preload => 1, conf => <<"END");
adpipe.debug_now = '$now'
adpipe.max_wait = '2s'
adpipe.require_whole = on
restart_after_crash = on
END
my $sim = simulator();
$sim->clock($now);
$sim->settings(\%calm);
my %options = (request_timeout_ms => 4000, max_retries => 2);
google_server($node, $sim, options => {%options});
meta_server($node, $sim, options => { %options, job_timeout_ms => 5000 });
appsflyer_server($node, $sim, options => { %options, cache_ttl_s => 1 });
my $postmaster = $node->safe_psql('postgres', "SELECT pg_read_file('postmaster.pid')") =~ s/\n.*//sr;
my @at_start = scalar descriptors($postmaster);

# Tables of every kind, which the short form reads; the long one reads all.
my @kinds = qw(google.campaign_daily google.campaign_device_daily google.campaigns meta.ad_daily meta.campaign_action_daily
  meta.campaigns flyer.partners_daily flyer.installs flyer.apps);
my @tables = !$is_long ? @kinds : split /\n/,
  $node->safe_psql('postgres', 'SELECT ftrelid::regclass FROM pg_foreign_table ORDER BY ftrelid::regclass::text');
my (%dimensions, %counters);
for my $table (@tables)
{
	$dimensions{$table} = [ columns_of($table, 'text') ];
	# Numbers of people do not add up.
	$counters{$table} = [ grep { !/^(?:reach|unique_users)$/ } columns_of($table, 'bigint') ];
}

# Copies, the statement that counts slices whose rows are not those that the ledger
# vouches for, and their sources.
my (%source, %mixed);
$node->safe_psql('postgres', 'CREATE SCHEMA ads');
for my $table (qw(google.campaign_daily meta.ad_daily flyer.partners_daily))
{
	my $copy = 'ads.' . $table =~ s/\..*//r;
	$source{$copy} = $table;
	$node->safe_psql('postgres', "SELECT adpipe.materialize('$table', '$copy', '$since')");
	my $hash = $node->safe_psql('postgres', "SELECT adpipe_internal.row_hash('$copy', 'c')");
	$mixed{$copy} = <<"END";
SELECT count(*) FROM adpipe.slices s
LEFT JOIN LATERAL (SELECT count(*) AS rows, sum($hash) AS hashes
                   FROM $copy c WHERE c.account_id = s.account_id AND c.date_day = s.date_day) c ON true
WHERE s.target = '$copy'::regclass AND s.rows IS NOT NULL AND adpipe_internal.content_hash(c.rows, c.hashes) <> s.content_hash
END
}
my @copies = sort keys %source;
my $queries;

# The columns of some types.
sub columns_of
{
	my ($table, $types) = @_;
	return split /\n/, $node->safe_psql('postgres', <<"END");
SELECT attname FROM pg_attribute
WHERE attrelid = '$table'::regclass AND attnum > 0 AND atttypid = ANY ('{$types}'::regtype[]) ORDER BY attnum
END
}

sub copy_of { return 'copy_' . $_[0] =~ tr/./_/r; }

# Puts the platforms right, and lets the server know.
sub calm
{
	$sim->faults([]);
	$sim->settings(\%calm);
	$node->safe_psql('postgres', join ';', map { "SELECT adpipe.reset_breaker('$_')" } @servers);
	return;
}

# Another world, and tables of it to compare with: read in calm weather, and equal to
# what the simulator computes without requests.
sub new_world
{
	my ($generation) = @_;
	calm();
	$sim->restate($generation);
	my $session = session($node);
	$session->query(join ';', map { 'DROP TABLE IF EXISTS ' . copy_of($_) } @tables);
	$queries = AdpipeTest::Queries->new($session, "date_day BETWEEN '$since' AND '$until'", \%dimensions);
	for my $table (@tables)
	{
		same_rows($node, copy_of($table), '', [ world_rows($node, $sim, $table, $since, $until) ]);
	}
	return;
}

# Queries: rows; sums that a request without days can answer; three platforms at
# once.
sub rows_of
{
	my ($table) = @_;
	return 'SELECT ' . $queries->some_columns($table, 't') . " FROM {$table} t WHERE " . $queries->bound($table, 't')
	  . ' AND ' . $queries->tree($table, 't', 1);
}

sub sums_of
{
	my ($table) = @_;
	my $by = pick($queries->dimensions($table));
	my @values = map { "sum($_)" } @{ $counters{$table} };
	push @values, 'count(*)' if !@values || rand() < 0.5;
	return "SELECT $by, " . join(', ', @values) . " FROM {$table} t WHERE " . $queries->bound($table, 't')
	  . pick('', ' AND ' . $queries->tree($table, 't', 0)) . " GROUP BY $by";
}

sub platforms_together
{
	my @one = map { my $schema = $_; pick(grep { /^$schema\./ } @tables) } @servers;
	return join ' UNION ALL ', map { "SELECT '$_', count(*) FROM {$_} t WHERE " . $queries->bound($_, 't') } @one;
}

# The next statement of a session; the second one mostly refreshes.
sub task
{
	my ($number) = @_;
	my $draw = rand;
	my $copy = pick(@copies);
	return ('refreshes', "CALL adpipe.refresh('$copy', '$since', '$until')") if $draw < ($number == 1 ? 0.5 : 0.02);
	return ('looks at copies', $mixed{$copy}, 'SELECT 0') if $draw < ($number == 1 ? 0.8 : 0.04);
	return ('caches dropped', "SELECT adpipe.forget('" . pick(@servers) . "')") if $draw < 0.05;
	my $query = pick(\&platforms_together, (sub { sums_of(pick(@tables)) }) x 2, (sub { rows_of(pick(@tables)) }) x 4)->();
	my $sql = $queries->wrap($query);
	my $foreign = $queries->foreign($sql);
	$foreign = 'SET statement_timeout = ' . int(1 + rand 300) . ";\n$foreign;\nRESET statement_timeout" if rand() < 0.05;
	return ('queries', $foreign, $queries->local($sql));
}

# Bytes by kind of memory context of a session.
sub contexts
{
	my ($session) = @_;
	return { map { split /\|/ } split /\n/, $session->query(<<'END') };
SELECT name, sum(total_bytes) FROM pg_backend_memory_contexts GROUP BY name
END
}

# What the sessions that are open hold, once each has read from every platform.
sub footprints
{
	my ($soak) = @_;
	my %held;
	for my $worker (grep { $_->{session} } $soak->workers)
	{
		my $session = $worker->{session};
		for my $table (@kinds)
		{
			# On a busy machine the simulator may be late in any weather.
			poll_until(sub { !($session->try("SELECT count(*) FROM $table t WHERE " . $queries->bound($table, 't')))[1] });
		}
		$held{ $worker->{opened} } = [ memory($session->pid, 'RssAnon'), scalar(descriptors($session->pid)), contexts($session) ];
	}
	return \%held;
}

# The sizes of all contexts together, and which of them grew most, as text.
sub growth
{
	my ($first, $last) = @_;
	my @sums = map { int(sum0(values %$_) / 1024) } $first, $last;
	my %more = map { $_ => int(($last->{$_} - ($first->{$_} // 0)) / 1024) } keys %$last;
	my @names = grep { $more{$_} > 0 } sort { $more{$b} <=> $more{$a} || $a cmp $b } keys %more;
	splice @names, 10 if @names > 10;
	return "$sums[0] kB, $sums[1] kB: " . join ', ', map { "$_ +$more{$_}" } @names;
}

# Compares what was read with the tables of the world.
my %seen;
sub judge
{
	my ($soak) = @_;
	my $session = session($node);
	my @wrong;
	for my $answer ($soak->answers)
	{
		my ($out, $sql, $expected_by) = @$answer;
		next unless defined $expected_by;
		my ($expected, $error) = $session->try($expected_by);
		$expected = "$error->{sqlstate} $error->{message}" if $error;
		$seen{ $out eq $expected ? 'right' : 'wrong' }++;
		push @wrong, "$out, not $expected: $sql" if $out ne $expected;
	}
	is(join("\n", map { substr $_, 0, 400 } @wrong), '', 'every answer is right');
	is(join("\n", $soak->unexpected), '', 'every error is of an expected class');
	return;
}

# In calm weather one refresh makes a copy equal to the world.
sub refreshed
{
	my ($copy) = @_;
	my $table = $source{$copy};
	my $session = session($node);
	# One that takes long reports its progress in notices.
	$session->query('SET client_min_messages = warning');
	$session->query("CALL adpipe.refresh('$copy', '$since', '$until')");
	is($session->messages, '', "$copy: refreshed");
	my $columns = $session->query("SELECT adpipe_internal.column_list('$table')");
	my ($mine, $world) = map { "SELECT $columns FROM $_ WHERE date_day BETWEEN '$since' AND '$until'" } $copy, $queries->local("{$table}");
	is($session->query("SELECT (SELECT count(*) FROM ($mine EXCEPT ALL $world) e), (SELECT count(*) FROM ($world EXCEPT ALL $mine) m)"),
		'0|0', "$copy: equals the world");
	is($session->query($mixed{$copy}), '0', "$copy: and is what the ledger says");
	return;
}

# A world with its weather.
sub epoch
{
	my ($soak, $number) = @_;
	my $has_crashes = $number % 2;
	new_world($number);
	$soak->open_all;
	my $before = footprints($soak);
	my ($next_weather, $next_look, $next_crash) = (0, 0, time + $seconds / $epochs / 2);
	my ($first) = $soak->workers;
	my @sizes;
	$soak->run($seconds / $epochs, sub {
		if (time > $next_look)
		{
			# It may just have ended.
			push @sizes, eval { memory($first->{session}->pid, 'RssAnon') } // ();
			$next_look = time + $seconds / $epochs / 12;
		}
		if (time > $next_weather)
		{
			my ($rules, $settings) = weather();
			$soak->count->{'faults met'} += $_->{applied} for @{ $sim->control('GET', '/_control/faults') };
			$sim->faults($rules);
			$sim->settings({ %calm, %$settings });
			$node->safe_psql('postgres', "SELECT adpipe.reset_breaker('" . pick(@servers) . "')");
			$next_weather = time + 0.3 + rand 1.2;
		}
		$next_crash = time + 10 + rand 30 if $has_crashes && time > $next_crash && $soak->crash;
	});
	calm();
	$soak->finish;
	$soak->open_all;
	my $after = footprints($soak);
	figures("the first session on its way: memory @sizes kB");
	for my $opened (sort { $a <=> $b } grep { $after->{$_} } keys %$before)
	{
		my ($first, $last) = ($before->{$opened}, $after->{$opened});
		figures("session $opened: memory $first->[0] kB, $last->[0] kB; descriptors $first->[1], $last->[1]");
		figures('  contexts: ' . growth($first->[2], $last->[2]));
		memory_below($last->[0] - $first->[0], $MEMORY, "session $opened: memory");
		cmp_ok($last->[1] - $first->[1], '<=', $DESCRIPTORS, "session $opened: descriptors");
	}
	judge($soak);
	refreshed($_) for @copies;
	return;
}

my $soak = AdpipeTest::Soak->new($node, $sessions, \&task);
epoch($soak, $_) for 0 .. $epochs - 1;
$soak->close_all;
undef $queries;

poll_until(sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'") == 1 });
is(join(' ', temporary_files($node)), '', 'no temporary file is left');
push @at_start, scalar descriptors($postmaster);
cmp_ok($at_start[1], '<=', $at_start[0], 'the postmaster has the descriptors that it had');
my ($count, $errors) = ($soak->count, $soak->errors);
figures(join ', ', map { "$_: " . ($seen{$_} // 0) } 'right', 'wrong');
figures(join ', ', map { "$_: $count->{$_}" } sort keys %$count);
figures('errors: ' . join ', ', map { "$_: $errors->{$_}" } sort keys %$errors);
cmp_ok($seen{right} // 0, '>', 0, 'there were answers');
cmp_ok($count->{$_} // 0, '>', 0, "there were $_") for 'backends killed', 'faults met', 'cancels', 'refreshes';

done_testing();
