# The statements that BI tools send.  Connect and sync ask no platform.  Previews,
# filters and charts are right on a copy, on its report view and on a live table, or
# are an error that names the fix, and send as many requests as doc/bi_tools.md shows;
# through libpq, psycopg and JDBC.  psycopg and JDBC take turns; with ADPIPE_LONG=1 each
# sends all.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Client;
use AdpipeTest::Replay;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster(conf => "listen_addresses = '127.0.0.1'");
my $sim = simulator();
my ($clock, $asked, %measured);
my %relation = (copy => 'ads.campaign', view => 'reports.campaign_report', live => 'google.campaign_daily',
	window => 'preview.campaign_daily', last => 'ads.last_days');
my %role = (copy => 'bi', view => 'bi', last => 'bi', live => 'bi_live', window => 'bi_live');
# What each kind of relation is called in "lists".  A view beside the copies is listed
# with the report views: "last", which has the days that unbounded 'window' gives.
my @reports = map { ("reports.${_}_report", "reports.${_}_report_week", "reports.${_}_report_month") } qw(account campaign ad_group ad keyword search_term url);
my %listed = (copies => [qw(ads.account ads.campaign ads.campaigns)],
	views => [ @reports, qw(reports.campaigns_current reports.pacing reports.tracker_bridge ads.last_days) ]);
# The report view of a copy, written as a query over the copy.
my $AS_REPORT = "'google_ads'::text AS platform, account_id, account_name, date_day, currency, campaign_id, campaign_name, impressions, clicks, spend,
	conversions, conversions_value, (conversions IS NULL)::integer::bigint AS rows_without_conversions, 'google'::text AS source_relation";

loader($node, $sim);
$node->safe_psql('postgres', <<'END');
CREATE SCHEMA reports AUTHORIZATION loader;
CREATE SCHEMA preview;
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily) FROM SERVER google INTO preview;
ALTER FOREIGN TABLE preview.campaign_daily OPTIONS (ADD unbounded 'window');
CREATE ROLE bi LOGIN;
CREATE ROLE bi_live LOGIN;
CREATE USER MAPPING FOR bi_live SERVER google
 OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh');
GRANT USAGE ON SCHEMA google, preview TO bi_live;
GRANT SELECT ON ALL TABLES IN SCHEMA google, preview TO bi_live;
GRANT USAGE ON SCHEMA ads, reports TO bi;
ALTER DEFAULT PRIVILEGES FOR ROLE loader IN SCHEMA ads GRANT SELECT ON TABLES TO bi;
ALTER DEFAULT PRIVILEGES FOR ROLE loader IN SCHEMA reports GRANT SELECT ON TABLES TO bi;
END
$listed{live} = [ split /\n/, $node->safe_psql('postgres', 'SELECT foreign_table_schema || \'.\' || foreign_table_name FROM information_schema.foreign_tables') ];

# Puts the clocks to a moment and makes copies from a day on and the report views.
sub world
{
	my ($moment, $start) = @_;
	$clock = $moment;
	at($moment);
	$node->safe_psql('postgres', "ALTER ROLE bi_live SET adpipe.debug_now = '$moment'");
	my $last = join ' OR ', map { "(account_id = '$_->{id}' AND date_day > date '$_->{today}' - 30)" } @{ $sim->accounts('google') };
	run(<<"END");
DROP TABLE IF EXISTS ads.account, ads.campaign, ads.campaigns CASCADE;
SELECT adpipe.materialize('google.account_daily', 'ads.account', '$start');
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '$start');
SELECT adpipe.materialize('google.campaigns', 'ads.campaigns');
CALL adpipe.refresh_all();
SELECT FROM adpipe.create_report_views('reports');
CREATE VIEW ads.last_days WITH (security_invoker) AS SELECT * FROM ads.campaign WHERE $last;
END
	return;
}

sub forget_requests
{
	$sim->reset;
	$sim->clock($clock);
	return;
}

# Whether a statement asks for all columns.
sub is_whole
{
	my ($statement) = @_;
	return $statement->{sql} =~ /^SELECT \* FROM :table/;
}

# Sends a statement about a relation of a kind, counts what reaches the platform, and
# leaves out what "SELECT *" of a copy has beside its source.
sub send_to
{
	my ($client, $statement, $kind) = @_;
	forget_requests() if $asked;
	my $result = $client->{ $role{$kind} }->run(on($statement, $relation{$kind}));
	$asked = $result->{requests} = @{ $sim->requests };
	return $result if $result->{error};
	if (is_whole($statement) && $kind =~ /copy|last/)
	{
		pop @{ $result->{types} };
		s/\t[^\t]*$// for @{ $result->{rows} };
	}
	$result->{rows} = [ sort @{ $result->{rows} } ];
	return $result;
}

# What a result is on the page: requests, or the SQLSTATE of an error before the first.
sub asked
{
	my ($result) = @_;
	return $result->{error} && $result->{requests} == 0 ? $result->{error}{sqlstate} : $result->{requests};
}

# Whether rows are among those that the statement gives without a LIMIT.
sub are_among
{
	my ($client, $statement, $kind, $rows) = @_;
	my %whole = (%$statement, sql => $statement->{sql} =~ s/\s+LIMIT\b.*//ir);
	my %left;
	$left{$_}++ for @{ send_to($client, \%whole, $kind)->{rows} };
	return !grep { --$left{$_} < 0 } map { $_ } @$rows;
}

# Checks a result against what must be right; returns what is wrong, or nothing.
sub wrong
{
	my ($client, $statement, $result, $right, $kind) = @_;
	return $result->{error}{message} if $result->{error};
	return "types @{ $result->{types} }" unless "@{ $result->{types} }" eq "@{ $right->{types} }";
	return @{ $result->{rows} } . ' rows' unless @{ $result->{rows} } == @{ $right->{rows} };
	return are_among($client, $statement, $kind, $result->{rows}) ? () : 'rows that are not there' if $statement->{any};
	return 'other rows' unless join("\n", @{ $result->{rows} }) eq join("\n", @{ $right->{rows} });
	return;
}

# A statement about a report view as one about its copy, with the same answer.
sub as_report
{
	my ($statement) = @_;
	return $statement unless is_whole($statement);
	return { %$statement, sql => $statement->{sql} =~ s/^SELECT \*/SELECT $AS_REPORT/r };
}

# Sends a statement to the kinds of relations; returns what was measured, and a list of
# what is wrong.  What only the server decides is measured through libpq alone.
sub measure
{
	my ($client, $statement) = @_;
	my $is_libpq = $client->{bi}{session};
	my $copy = send_to($client, $statement, 'copy');
	my $live = send_to($client, $statement, 'live');
	my %found = (types => is_whole($statement) ? '*' : join(', ', @{ $copy->{types} // [] }), rows => scalar @{ $copy->{rows} // [] });
	my @wrong = $copy->{error} ? "copy: $copy->{error}{message}" : ();
	my $check = sub {
		my ($name, $result, $right, $kind, $whole) = @_;
		push @wrong, map { "$name: $_" } wrong($client, $whole // $statement, $result, $right, $kind // 'copy');
	};

	push @wrong, "copy: $copy->{requests} requests" if $copy->{requests};
	my $view = is_about($statement) eq 'server' ? undef : send_to($client, $statement, 'view');
	push @wrong, "view: $view->{requests} requests" if $view && $view->{requests};
	if (is_about($statement) ne 'data')
	{
		push @wrong, 'view: ' . ($view->{error} ? $view->{error}{message} : "types @{ $view->{types} }")
		  if $view && "@{ $view->{types} // [] }" ne "@{ $copy->{types} // [] }";
		push @wrong, "live: $live->{requests} requests" if $live->{requests};
		$found{lists} = lists($copy->{rows}) if $statement->{lists};
		return (\%found, @wrong);
	}
	my $report = as_report($statement);
	$check->('view', $view, $report == $statement ? $copy : send_to($client, $report, 'copy'), 'copy', $report);
	$found{live} = asked($live);
	if (!is_error($found{live}))
	{
		$check->('live', $live, $copy);
		$check->('live without pushdown', without_pushdown($client, $statement), $copy) if $is_libpq;
	}
	elsif (($live->{error}{hint} // '') !~ /WHERE .*date_day/)
	{
		push @wrong, "live: the hint names no fix: $live->{error}{hint}";
	}
	return (\%found, @wrong) unless $is_libpq;

	if (is_error($found{live}))
	{
		my $window = send_to($client, $statement, 'window');
		$found{window} = asked($window);
		$check->('window', $window, send_to($client, $statement, 'last'), 'last') unless is_error($found{window});
	}
	return (\%found, @wrong);
}

sub is_error
{
	my ($asked) = @_;
	return $asked =~ /^\w{5}$/;
}

sub without_pushdown
{
	my ($client, $statement) = @_;
	$client->{bi_live}->command('SET adpipe.pushdown = off');
	my $result = send_to($client, $statement, 'live');
	$client->{bi_live}->command('RESET adpipe.pushdown');
	return $result;
}

# Which kinds of relations rows list, each relation once; with a word of anything else.
sub lists
{
	my ($rows) = @_;
	my %times;
	my @kinds;

	$times{ join '.', (split /\t/)[ 0, 1 ] }++ for @$rows;
	for my $kind (qw(copies views live))
	{
		next if grep { ($times{$_} // 0) != 1 } @{ $listed{$kind} };
		push @kinds, $kind;
		delete @times{ @{ $listed{$kind} } };
	}
	return join ', ', @kinds, sort keys %times;
}

# What was measured of a statement, and what its file says.  What is not the same on
# every server or every day counts as "any", if there is something.
sub found_and_stated
{
	my ($statement, $found, $name) = @_;
	my @keys = grep { defined $statement->{$_} } qw(types rows lists live window);
	my %stated = map { $_ => $statement->{$_} } @keys;

	$found->{rows} = 'any' if ($stated{rows} // '') eq 'any' && $found->{rows};
	delete $found->{rows} if $stated{lists};
	delete $stated{window} if $name ne 'libpq';
	$stated{types} //= '';
	return ($found, \%stated);
}

# Measures, once more if a day ended meanwhile and the statement speaks of it.
sub measure_today
{
	my ($client, $statement) = @_;
	my $today = sub { $node->safe_psql('postgres', q(SELECT now()::date, (now() AT TIME ZONE 'Asia/Seoul')::date)) };
	my $before = $today->();
	my ($found, @wrong) = measure($client, $statement);
	return ($found, @wrong) if $today->() eq $before;
	return measure($client, $statement);
}

my %drivers = (libpq => 'psql', psycopg => 'psycopg', JDBC => 'jdbc');

# Runs statements through a client; the sign-in and the list of accounts are over then.
sub replay
{
	my ($name, @statements) = @_;
	my $client = { map { my $driver = $drivers{$name}; $_ => AdpipeTest::Client->$driver($node, $_) } qw(bi bi_live) };
	$client->{bi_live}->command("SELECT FROM google.account_daily WHERE date_day = '2026-10-01'");
	forget_requests();

	for my $statement (@statements)
	{
		my ($found, @wrong) = $statement->{clock} ? measure_today($client, $statement) : measure($client, $statement);
		my $stated;
		($found, $stated) = found_and_stated($statement, $found, $name);
		is_deeply([ $found, @wrong ], [$stated], "$name, $statement->{id}");
		$measured{ $statement->{id} } = { %$statement, %$found } if $name eq 'libpq';
	}
	return;
}

my @statements = statements();
my %has = (libpq => 1, psycopg => AdpipeTest::Client::has_python('psycopg[binary]>=3.2,<4'), JDBC => AdpipeTest::Client::has_jdbc());
my %missing = (psycopg => 'the package index is out of reach', JDBC => 'needs a JDK and libpostgresql-jdbc-java');

# Replays through each driver that is there.
sub replay_all
{
	my (@chosen) = @_;
	my %share = map { $_ => \@chosen } qw(libpq psycopg JDBC);
	@share{qw(psycopg JDBC)} = ([ @chosen[ grep { $_ % 2 } 0 .. $#chosen ] ], [ @chosen[ grep { !($_ % 2) } 0 .. $#chosen ] ])
	  unless $ENV{ADPIPE_LONG};
	for my $name (qw(libpq psycopg JDBC))
	{
	  SKIP: {
			skip "$name: $missing{$name}", scalar @{ $share{$name} } unless $has{$name};
			replay($name, @{ $share{$name} });
		}
	}
	return;
}

world('2026-11-20T12:00:00Z', '2026-08-01');
replay_all(grep { !$_->{clock} } @statements);
my $today = $node->safe_psql('postgres', 'SELECT current_date');
world("${today}T12:00:00Z", $node->safe_psql('postgres', 'SELECT current_date - 100'));
replay_all(grep { $_->{clock} } @statements);

my %tools = map { $_->{tool} => 1 } grep { is_about($_) eq 'data' } @statements;
cmp_ok(scalar(grep { is_about($_) eq 'data' } @statements), '>=', 60, 'statements on live tables');
cmp_ok(scalar(keys %tools), '>=', 6, 'tools');

my $page = slurp_file("$FindBin::RealBin/../../doc/bi_tools.md");
my ($results) = $page =~ /\n## Results\n.*?\n(?=### )(.*?)(?=\n## |\z)/s;
is($results, results_table(map { $measured{ $_->{id} } } @statements), 'doc/bi_tools.md has what was measured ("make docs" writes it from test/bi)');

done_testing();
