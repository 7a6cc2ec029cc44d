
=pod

=head1 NAME

AdpipeTest::Faults - the fault matrix: faults, where they strike, what must follow

=head1 SYNOPSIS

	my $matrix = AdpipeTest::Faults->new($node, columns => qr/first|later/);
	$matrix->run($_) for $matrix->faults;
	print $matrix->table, $matrix->summary;

=head1 DESCRIPTION

test/faults/README.md says how the faults are written down.  A fault strikes in all
columns at the same time, each of which has a session, a server and an account of
its own, since most of the time of a fault is waiting.

=cut

package AdpipeTest::Faults;

use strict;
use warnings;

use AdpipeTest;
use AdpipeTest::Warehouse;
use AdpipeTest::World;
use File::Basename;
use File::Spec;
use Cpanel::JSON::XS;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $root = File::Spec->rel2abs(dirname(__FILE__) . '/../../..');

# Where both clocks stand.
my $NOW = '2026-11-20T12:00:00Z';

# Pages of few rows, and no quota that a fault did not use up.
my %SETTINGS = (page_size => 10, meta_page_cap => 20, meta_job_ms => 0, kakao_throttle_pct => 0, tiktok_page_cap => 10, naver_list_page => 3,
	map { $_ => 100000 } qw(appsflyer_minute_calls appsflyer_daily_app appsflyer_daily_account appsflyer_installs_app
	  appsflyer_installs_account appsflyer_apps_minute appsflyer_apps_day appsflyer_cohort_minute appsflyer_skan_minute));

# Of the second simulator, for lists of accounts: they fill several pages.  The third
# is there for the sign-in, whose requests name no account, and the fourth because jobs
# of an account are found by all who read it.
my %LISTS = (%SETTINGS, page_size => 6, meta_page_cap => 3, appsflyer_apps_page => 2, kakao_page => 2, naver_page => 2);

my $google_days = "date_day BETWEEN '2026-11-01' AND '2026-11-04'";
my $google_rows = "SELECT account_id, date_day, campaign_id, campaign_name, campaign_status, impressions, clicks, spend, conversions FROM %s.campaign_daily WHERE $google_days";
my $meta_rows = "SELECT account_id, date_day, campaign_name, ad_id, ad_name, impressions, clicks, spend, conversions, attribution_setting FROM %s.ad_daily WHERE date_day BETWEEN '%s' AND '%s'";
my $apps_rows = "SELECT account_id, date_day, media_source, campaign_name, impressions, clicks, installs, spend FROM %s.partners_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-05'";
my $cohort_rows = "SELECT account_id, date_day, media_source, campaign_name, cohort_day, users, revenue, sessions FROM %s.cohort WHERE date_day BETWEEN '2026-11-15' AND '2026-11-16'";
my $master_rows = "SELECT account_id, date_day, media_source, campaign_name, ad_name, impressions, clicks, installs FROM %s.master_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-02'";
my $skan_rows = "SELECT account_id, date_day, media_source, campaign_name, country, impressions, clicks, installs FROM %s.skan_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-02'";
my $postback_rows = "SELECT account_id, date_day, media_source, campaign_name, country, conversion_value, postbacks FROM %s.skan_postback_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-02'";
# Where a number of cohorts is asked for.
sub number_of { return { path => 'api/cohorts', query => "\"$_[0]\"" }; }
my $kakao_rows = "SELECT account_id, date_day, campaign_id, campaign_name, impressions, clicks, spend, conversions FROM %s.campaign_daily WHERE $google_days";
my $run = '/v26.0/\d+';
my $tiktok_rows = "SELECT account_id, date_day, campaign_id, campaign_name, ad_id, impressions, clicks, spend, conversions FROM %s.ad_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-02'";
my $naver_rows = "SELECT account_id, date_day, campaign_id, ad_id, impressions, clicks, spend, conversions FROM %s.ad_daily WHERE date_day = '2026-11-10'";
my $no_promoted = '^(?!.*PROMOTE)';

# The columns of the matrix.  match: the requests that a fault strikes; before:
# those that come right before them; like: the column whose outcomes it has where none
# are its own; subject: how an error names what was asked for.
my @COLUMNS = (
	{ name => 'google sign-in', sql => 'SELECT account_id, campaign_id, campaign_name FROM %s.campaigns', options => { customer_id => '1234567890' },
		front => 2, match => { path => '/token' }, subject => qr/sign-in/i },
	{ name => 'google list', sql => 'SELECT account_id, campaign_id, campaign_name FROM %s.campaigns', front => 1,
		match => { query => 'FROM customer_client', page => 1 }, before => { query => 'FROM customer_client', page => 0 }, subject => qr/9876543210/ },
	{ name => 'google first', sql => $google_rows, options => { customer_id => '1234567890' },
		match => { query => 'FROM campaign ', page => 0 }, subject => qr/account 1234567890, 2026-11-01 to 2026-11-04/i },
	{ name => 'google later', sql => $google_rows, options => { customer_id => '4567890123' },
		match => { query => 'FROM campaign ', page => 1 }, before => { query => 'FROM campaign ', page => 0 }, subject => qr/account 4567890123, 2026-11-01 to 2026-11-04/i },

	{ name => 'meta list', sql => 'SELECT account_id, campaign_id, campaign_name FROM %s.campaigns', front => 1,
		match => { path => 'me/adaccounts', query => '(^|&)after=' }, before => { path => 'me/adaccounts', query => '^(?!.*after=)' }, subject => qr/list of accounts/i },
	{ name => 'meta first', sql => $meta_rows, days => [ '2026-11-01', '2026-11-02' ], options => { account_id => '1234567890123456' },
		match => { path => '/insights', query => '^(?!.*after=)' }, subject => qr/account 1234567890123456, 2026-11-01 to 2026-11-02/i },
	{ name => 'meta later', sql => $meta_rows, days => [ '2026-11-01', '2026-11-05' ], options => { account_id => '2345678901234567' },
		match => { path => '/insights', query => '(^|&)after=' }, before => { path => '/insights', query => '^(?!.*after=)' }, subject => qr/account 2345678901234567, 2026-11-01 to 2026-11-05/i },
	{ name => 'meta start', sql => $meta_rows, days => [ '2026-10-25', '2026-11-05' ], options => { account_id => '3456789012345678' }, slow => 1,
		match => { method => 'POST', path => '/insights' }, subject => qr/account 3456789012345678, 2026-10-25 to 2026-11-05/i },
	{ name => 'meta state', sql => $meta_rows, days => [ '2026-10-25', '2026-11-05' ], options => { account_id => '5678901234567890' }, slow => 1,
		match => { path => "$run\$" }, before => { method => 'POST', path => '/insights' }, subject => qr/account 5678901234567890, 2026-10-25 to 2026-11-05/i },
	{ name => 'meta rows', sql => $meta_rows, days => [ '2026-10-25', '2026-11-05' ], options => { account_id => '4567890123456789' }, slow => 1,
		match => { path => "$run/insights", query => '^(?!.*after=)' }, before => { path => "$run\$" }, subject => qr/account 4567890123456789, 2026-10-25 to 2026-11-05/i },

	{ name => 'appsflyer list', sql => 'SELECT account_id, account_name, currency, time_zone FROM %s.apps', front => 1,
		options => { app_id => 'com.hanbit.running, id1400000001, com.pacifictrail.app, com.hanbit.lari, com.laeufer.laufen, id1400000002, id1400000009' },
		match => { path => 'mng/apps', query => 'offset=2' }, before => { path => 'mng/apps', page => 0 }, subject => qr/list of accounts/i },
	{ name => 'appsflyer first', sql => $apps_rows, options => { app_id => 'com.hanbit.running' },
		match => { path => 'agg-data' }, subject => qr/account com\.hanbit\.running, 2026-11-01 to 2026-11-05|list of accounts/i },
	{ name => 'appsflyer later', sql => $apps_rows, options => { app_id => 'com.laeufer.laufen, id1400000001', max_concurrency => 1 }, account => 'id1400000001',
		match => { path => 'agg-data' }, before => { path => 'agg-data', account => 'com.laeufer.laufen' }, subject => qr/account id1400000001, 2026-11-01 to 2026-11-05/i },
	{ name => 'appsflyer file', sql => "SELECT account_id, date_day, media_source, campaign, appsflyer_id FROM %s.installs WHERE date_day BETWEEN '2026-11-05' AND '2026-11-06'",
		options => { app_id => 'com.pacifictrail.app' },
		match => { path => 'export/token' }, before => { path => 'raw-data' }, subject => qr/account com\.pacifictrail\.app, 2026-11-05 to 2026-11-06/i },
	{ name => 'appsflyer cohort', like => 'first', sql => $cohort_rows, options => { app_id => 'com.pacifictrail.app' },
		match => number_of('revenue'), subject => qr/account com\.pacifictrail\.app, 2026-11-15 to 2026-11-16|list of accounts/i },
	{ name => 'appsflyer numbers', like => 'later', sql => $cohort_rows, options => { app_id => 'com.hanbit.running' },
		match => number_of('sessions'), before => number_of('revenue'), subject => qr/account com\.hanbit\.running, 2026-11-15 to 2026-11-16/i },
	{ name => 'appsflyer master', like => 'first', sql => $master_rows, options => { app_id => 'com.hanbit.lari' },
		match => { path => 'master-agg-data' }, subject => qr/account com\.hanbit\.lari, 2026-11-01 to 2026-11-02|list of accounts/i },
	{ name => 'appsflyer postbacks', like => 'first', sql => $postback_rows, options => { app_id => 'id1400000001' },
		match => { path => 'skadnetworks-postbacks' }, subject => qr/account id1400000001, 2026-11-01 to 2026-11-02|list of accounts/i },
	{ name => 'appsflyer skan', like => 'later', sql => $skan_rows, options => { app_id => 'id1400000002' },
		match => { path => '/skadnetworks/', query => 'start_date=2026-11-02' }, before => { path => '/skadnetworks/', query => 'start_date=2026-11-01' }, subject => qr/account id1400000002, 2026-11-02/i },

	{ name => 'tiktok list', sql => 'SELECT account_id, campaign_id, campaign_name FROM %s.campaigns', front => 1, options => { advertiser_id => '*' },
		match => { path => 'oauth2/advertiser/get/' }, subject => qr/list of accounts/i },
	{ name => 'tiktok first', sql => $tiktok_rows, options => { advertiser_id => '7012345678901234567' },
		match => { path => '/report/', query => $no_promoted, page => 0 }, subject => qr/account 7012345678901234567(, 2026-11-01 to 2026-11-02)?:/i },
	{ name => 'tiktok later', sql => $tiktok_rows, options => { advertiser_id => '7034567890123456789' },
		match => { path => '/report/', query => $no_promoted, page => 1 }, before => { path => '/report/', query => $no_promoted, page => 0 }, subject => qr/account 7034567890123456789, 2026-11-01 to 2026-11-02/i },

	{ name => 'naver list', sql => 'SELECT account_id, campaign_id, campaign_name FROM %s.campaigns', front => 1,
		match => { path => 'child-ad-accounts', query => 'page=1' }, before => { path => 'child-ad-accounts', query => '^(?!.*page=1)' }, subject => qr/accounts under manager 880011/i },
	{ name => 'naver jobs', sql => $naver_rows, options => { customer_id => '3456789' },
		match => { method => 'GET', path => '/stat-reports$' }, subject => qr/account 3456789, 2026-11-10|accounts under manager 880011/i },
	{ name => 'naver order', sql => $naver_rows, options => { customer_id => '2345678' },
		match => { method => 'POST', path => '/stat-reports' }, before => { method => 'GET', path => '/stat-reports$' }, subject => qr/account 2345678, 2026-11-10/i },
	{ name => 'naver poll', sql => $naver_rows, at => 3, options => { customer_id => '2345678' },
		match => { method => 'GET', path => '/stat-reports/' }, before => { method => 'POST', path => '/stat-reports' }, subject => qr/account 2345678, 2026-11-10/i },
	{ name => 'naver tsv', sql => $naver_rows, at => 3, options => { customer_id => '3456789' },
		match => { path => '/report-download' }, before => { method => 'GET', path => '/stat-reports/' }, subject => qr/account 3456789, 2026-11-10/i },
	{ name => 'naver later', sql => 'SELECT account_id, campaign_id, campaign_name, campaign_type FROM %s.campaigns', options => { customer_id => '1234567' },
		match => { path => '/ncc/campaigns', query => 'baseSearchId' }, before => { path => '/ncc/campaigns', query => '^(?!.*baseSearchId)' }, subject => qr/account 1234567/i },

	{ name => 'kakao list', sql => 'SELECT account_id, campaign_id, campaign_name FROM %s.campaigns', options => { account_id => '*' }, front => 1,
		match => { path => 'adAccounts/pages', page => 1 }, before => { path => 'adAccounts/pages', page => 0 }, subject => qr/list of accounts/i },
	{ name => 'kakao first', sql => $kakao_rows, options => { account_id => '700101' },
		match => { path => 'adAccounts/report' }, subject => qr/account 700101, 2026-11-01 to 2026-11-04|list of accounts/i },
	{ name => 'kakao names', sql => $kakao_rows, options => { account_id => '700102' },
		match => { path => 'v4/campaigns' }, before => { path => 'adAccounts/report' }, subject => qr/account 700102, 2026-11-01 to 2026-11-04/i },
);

=head2 new($node, %options)

Makes servers, tables and sessions on a server, and simulators.  Option C<slow>:
with the columns of runs in the background, each of which takes seconds.

=cut

sub new
{
	my ($class, $node, %options) = @_;
	my $self = bless {
		node => $node,
		sims => [ map { simulator() } 0 .. 3 ],
		columns => [ map { {%$_} } grep { $options{slow} || !$_->{slow} } @COLUMNS ],
		faults => Cpanel::JSON::XS->new->utf8->decode(PostgreSQL::Test::Utils::slurp_file("$root/test/faults/faults.json")),
		count => { map { $_ => 0 } qw(cells rows errors both none wrong short doubled lost) },
		table => [],
	}, $class;

	$self->make_column($_) for @{ $self->{columns} };
	$self->fresh({});
	for my $column (@{ $self->{columns} })
	{
		$self->connect($column);
		$column->{right} = [ split /\n/, $column->{session}->query("$column->{prepare} $column->{sql}") ];
		cmp_ok(scalar @{ $column->{right} }, '>', 6, "$column->{name}: rows without a fault");
	}
	return $self;
}

# Makes the server of a column.
sub make_column
{
	my ($self, $column) = @_;
	my ($platform, $phase) = split / /, $column->{name}, 2;
	my $at = $column->{at} //= $column->{front} // 0;
	my $sim = $self->{sims}[$at];
	my $server = join '_', $platform, split / |-/, $phase;
	my %make = (google => \&google_server, meta => \&meta_server, appsflyer => \&appsflyer_server, tiktok => \&tiktok_server, naver => \&naver_server, kakao => \&kakao_server);
	my $account = $column->{account} // ($column->{options} // {})->{ { google => 'customer_id', meta => 'account_id', appsflyer => 'app_id', tiktok => 'advertiser_id', naver => 'customer_id', kakao => 'account_id' }->{$platform} };
	my %options = (endpoint => $sim->http, max_retries => 1, request_timeout_ms => 60000, %{ $column->{options} // {} },
		$platform eq 'google' ? (token_endpoint => $sim->http . '/token') : (), $platform eq 'appsflyer' ? (cache_ttl_s => 0) : (), $platform =~ /meta|naver/ ? (job_timeout_ms => 3600000) : ());

	@$column{qw(platform phase sim server defaults)} = ($platform, $phase, $sim, $server, \%options);
	$make{$platform}->($self->{node}, $sim, name => $server, options => \%options,
		$phase eq 'sign-in' ? (mapping => { service_account_key => slurp_file($sim->ready->{service_account_key_file}) }) : (),
		$platform eq 'tiktok' ? (mapping => { access_token => $sim->ready->{tiktok_token}, app_id => $sim->ready->{tiktok_app_id}, app_secret => $sim->ready->{tiktok_app_secret} }) : ());
	# Several columns of a simulator share its rules.
	$column->{match}{account} //= $account unless $column->{front};
	$column->{before}{account} //= $account if $column->{before} && !$column->{front};
	$column->{sql} = sprintf $column->{sql}, $server, @{ $column->{days} // [] };
	$column->{now} = $NOW unless $column->{front};
	$column->{prepare} = 'SET adpipe.use_kept_answers = off; SET adpipe.max_wait = 2000; SET adpipe.debug_now = ' . quote($column->{now} // '') . ';';
	return;
}

# Opens the session of a column.
sub connect
{
	my ($self, $column) = @_;
	$column->{session} = session($self->{node});
	return;
}

# Puts the simulators back to where they were.
sub fresh
{
	my ($self, $settings) = @_;
	my @base = (\%SETTINGS, \%LISTS, \%SETTINGS, \%SETTINGS);

	for my $i (0 .. $#base)
	{
		$self->{sims}[$i]->reset;
		$self->{sims}[$i]->settings({ %{ $base[$i] }, %$settings });
	}
	$self->{sims}[$_]->clock($NOW) for 0, 3;
	return;
}

=head2 faults

The faults, as test/faults/faults.json has them.

=cut

sub faults { return @{ $_[0]{faults} }; }

# What a fault says about a column: of the keys "platform phase", the same of the column
# that it is like, the phases of both, the platform and "*", the first that there is.
sub about
{
	my ($value, $column) = @_;
	my @phases = grep { defined } $column->{phase}, $column->{like};
	for my $key ((map { "$column->{platform} $_" } @phases), @phases, $column->{platform}, '*')
	{
		return $value->{$key} if exists $value->{$key};
	}
	return undef;
}

# The same of what may be said for all columns at once.
sub for_column
{
	my ($fault, $key, $column) = @_;
	my $value = $fault->{$key};
	my $is_by_column = ref $value eq 'HASH' && grep { /^(\*|google|meta|appsflyer|tiktok|naver|kakao|sign-in|list|first|later|start|state|rows|file|jobs|order|poll|tsv)/ } keys %$value;

	return $is_by_column ? about($value, $column) : $value;
}

=head2 run($fault)

Lets a fault strike in all columns where it can, once and always as the column's
outcome says, and judges what follows.

=cut

sub run
{
	my ($self, $fault) = @_;
	my %cells;

	for my $column (@{ $self->{columns} })
	{
		my $expected = about($fault->{expect}, $column) // die "$fault->{fault}: no outcome for $column->{name}\n";
		$cells{ $column->{name} } = { expected => $expected, column => $column, found => [], problems => [] };
	}
	for my $times (1, undef)
	{
		my @struck = grep { strikes($_->{expected}, $times) } values %cells;
		$self->strike($fault, $times, @struck) if @struck;
	}
	$self->check_after($fault, values %cells);
	push @{ $self->{table} }, [ $fault->{fault}, map { $self->outcome($cells{ $_->{name} }) } @{ $self->{columns} } ];
	return map { $cells{ $_->{name} } } @{ $self->{columns} };
}

# Whether a cell is tried with a fault that passes (1) or stays (undef): one outcome
# is that of a fault that stays.
sub strikes
{
	my ($expected, $times) = @_;
	return 0 if $expected =~ /^-/;
	return $expected =~ m{/} || !defined $times;
}

# The outcome that one trial of a cell must have.
sub outcome_of
{
	my ($cell, $times) = @_;
	my @both = split m{/}, $cell->{expected};
	return $both[ defined $times ? 0 : -1 ];
}

# Lets a fault strike in cells.
sub strike
{
	my ($self, $fault, $times, @cells) = @_;
	my @rules = map { [] } @{ $self->{sims} };

	$self->fresh($fault->{settings} // {});
	for my $cell (@cells)
	{
		$self->prepare($fault, $times, $cell->{column});
		$self->add_rules($fault, $times, $cell, $rules[ $cell->{column}{at} ]);
	}
	$self->{sims}[$_]->faults($rules[$_]) for 0 .. $#rules;
	$_->{column}{session}->send($_->{column}{sql}) for @cells;
	for my $cell (@cells)
	{
		my ($out, $error) = eval { $cell->{column}{session}->wait };
		$cell->{lost} = $@ if $@;
		push @{ $cell->{found} }, $error ? $error->{sqlstate} : 'rows';
		$self->judge($fault, $times, $cell, $out, $error);
	}
	$self->check_met($fault, $times, @cells);
	return;
}

# Values of options and settings that the data can only name.
sub fill
{
	my ($value, $column) = @_;
	my %address = (
		nobody => sub { 'http://127.0.0.1:9' },
		ca_file => sub { $column->{sim}->ca_file },
		https => sub { $column->{sim}->https },
		port => sub { $column->{port} //= $column->{sim}->control('POST', '/_control/port', {})->{address} },
		secure_port => sub { $column->{secure_port} //= $column->{sim}->control('POST', '/_control/port', { secure => \1 })->{address} });

	return $value =~ s/\$(\w+)/$address{$1}->()/er;
}

# Puts options and settings of a fault into force for a column.
sub prepare
{
	my ($self, $fault, $times, $column) = @_;
	# What stays is not waited for.
	my %options = (%{ $column->{defaults} }, max_retries => $times ? $fault->{retries} // 1 : 0, %{ for_column($fault, 'options', $column) // {} });
	my %settings = %{ for_column($fault, 'set', $column) // {} };
	my $except = for_column($fault, 'unset', $column);
	my $sql = "RESET ALL; $column->{prepare} SELECT adpipe.forget('$column->{server}');";

	delete @settings{@$except} if ref $except eq 'ARRAY';
	$_ = fill($_, $column) for values %options, values %settings;
	my @changed = grep { $options{$_} ne ($column->{in_force} //= { %{ $column->{defaults} } })->{$_} } sort keys %options;
	$sql .= "ALTER SERVER $column->{server} OPTIONS (" . join(', ', map { "SET $_ " . quote($options{$_}) } @changed) . ');' if @changed;
	$column->{in_force} = \%options;
	$sql .= "SET $_ = " . quote($settings{$_}) . ';' for sort keys %settings;
	$sql .= 'SET adpipe.debug_now = ' . quote($self->moment($column, $fault->{client})) . ';' if $fault->{client};
	$self->connect($column) if $column->{phase} eq 'sign-in';
	$column->{session}->query($sql);
	return;
}

# Where a client's clock stands that differs from the platform's by an interval.
sub moment
{
	my ($self, $column, $interval) = @_;
	return $self->{node}->safe_psql('postgres', 'SELECT ' . ($column->{now} ? quote($column->{now}) . '::timestamptz' : 'now()') . ' + ' . quote($interval) . '::interval');
}

# Adds the rules by which a fault strikes in a cell.
sub add_rules
{
	my ($self, $fault, $times, $cell, $rules) = @_;
	my $column = $cell->{column};
	my $before = for_column($fault, !defined $times && $fault->{'before always'} ? 'before always' : 'before', $column);
	my $do = for_column($fault, 'do', $column);

	delete @$cell{qw(rule)};
	if ($before && $column->{before} && !$fault->{do})
	{
		$cell->{rule} = @$rules;
		push @$rules, { match => $column->{before}, times => 1, action => $before };
	}
	elsif ($do)
	{
		$cell->{rule} = @$rules;
		push @$rules, { match => for_column($fault, 'match', $column) // $column->{match}, times => $times // $fault->{times}, action => $do };
	}
	return;
}

# Every fault must have struck.
sub check_met
{
	my ($self, $fault, $times, @cells) = @_;
	my @reports = map { $_->control('GET', '/_control/faults') } @{ $self->{sims} };

	for my $cell (grep { defined $_->{rule} } @cells)
	{
		my $report = $reports[ $cell->{column}{at} ][ $cell->{rule} ];
		push @{ $cell->{problems} }, 'no request met the fault' unless $report->{applied};
	}
	return;
}

# How rows differ from those that are right: wrong, short, doubled, or nothing.
sub difference
{
	my ($right, $found) = @_;
	my %left;
	my %known;

	$left{$_}++, $known{$_} = 1 for @$right;
	$left{$_}-- for @$found;
	return 'wrong' if grep { !$known{$_} } keys %left;
	return 'doubled' if grep { $_ < 0 } values %left;
	return 'short' if grep { $_ > 0 } values %left;
	return '';
}

# The first row of two lists that is not in the other as often.
sub unlike_row
{
	my ($right, $found) = @_;
	my %left;

	$left{$_}++ for @$found;
	$left{$_}-- for @$right;
	my ($row) = grep { $left{$_} } @$found, @$right;
	return $row // 'none';
}

# Judges what followed from a fault in a cell.
sub judge
{
	my ($self, $fault, $times, $cell, $out, $error) = @_;
	my $expected = outcome_of($cell, $times);
	my $column = $cell->{column};
	my $how = defined $times ? 'once' : 'always';
	my $problem = sub { push @{ $cell->{problems} }, "$how: $_[0]"; };

	if ($cell->{lost})
	{
		return;
	}
	elsif ($error)
	{
		my $text = join "\n", map { $_ // '' } @$error{qw(message detail hint)};
		$problem->("$error->{sqlstate} $text") if $error->{sqlstate} ne $expected;
		$problem->("does not say which request: $text") if $text !~ (for_column($fault, 'subject', $column) // $column->{subject});
		$problem->("has no hint: $text") unless length($error->{hint} // '');
		my $says = for_column($fault, 'says', $column);
		$problem->("does not say $says: $text") if $says && $text !~ /$says/s;
		return;
	}
	$problem->('rows') if $expected ne 'rows';
	my @rows = split /\n/, $out;
	if (my $becomes = for_column($fault, 'becomes', $column))
	{
		my ($from, $to) = @$becomes;
		my $changed = 0;
		$changed += s/\Q$to\E/$from/ for @rows;
		$problem->("no row has $to") unless $changed;
	}
	my $difference = difference($column->{right}, \@rows);
	$self->{count}{$difference}++ if $difference;
	$problem->("the rows are $difference: " . @rows . ' in place of ' . @{ $column->{right} } . '", such as ' . unlike_row($column->{right}, \@rows)) if $difference;
	return;
}

# Afterwards, each session answers as before.
sub check_after
{
	my ($self, $fault, @cells) = @_;
	my @struck = grep { $_->{expected} !~ /^-/ } @cells;

	# Ports that are closed for a while are open again.
	$self->fresh({});
	for my $cell (@struck)
	{
		my $column = $cell->{column};
		if ($cell->{lost} || !eval { $column->{session}->query('SELECT 1'); 1 })
		{
			push @{ $cell->{problems} }, 'the session was lost: ' . ($cell->{lost} // $@);
			$self->{count}{lost}++;
			$self->connect($column);
		}
		$self->prepare({}, undef, $column);
		$column->{session}->send($column->{sql});
	}
	for my $cell (@struck)
	{
		my ($out, $error) = eval { $cell->{column}{session}->wait };
		my $difference = $error || !defined $out ? 'error' : difference($cell->{column}{right}, [ split /\n/, $out ]);
		next unless $difference;
		$self->{count}{$difference}++ if exists $self->{count}{$difference};
		push @{ $cell->{problems} }, "afterwards: $difference " . ($error ? "$error->{sqlstate} $error->{message} $error->{detail}" : '');
	}
	return;
}

# The outcome of a cell as the table shows it; counts it.
sub outcome
{
	my ($self, $cell) = @_;
	my $shown = $cell->{expected} =~ /^-/ ? '-' : join '/', @{ $cell->{found} };

	$self->{count}{cells}++;
	$self->{count}{ $shown eq '-' ? 'none' : $shown =~ /^rows$/ ? 'rows' : $shown =~ /rows/ ? 'both' : 'errors' }++;
	return $shown . (@{ $cell->{problems} } ? ' !' : '');
}

=head2 table

The matrix as text: a line for each fault that ran.

=cut

sub table
{
	my ($self) = @_;
	my @lines = ([ 'fault', map { $_->{name} } @{ $self->{columns} } ], @{ $self->{table} });
	my @width;
	for my $line (@lines)
	{
		for my $i (0 .. $#$line)
		{
			$width[$i] = length $line->[$i] if length $line->[$i] > ($width[$i] // 0);
		}
	}
	return join '', map { my $line = $_; join(' | ', map { sprintf "%-$width[$_]s", $line->[$_] } 0 .. $#$line) . "\n" } @lines;
}

=head2 summary

What the matrix came to, as a sentence.

=cut

sub summary
{
	my ($self) = @_;
	my %count = %{ $self->{count} };

	return @{ $self->{table} } . ' faults in ' . @{ $self->{columns} } . " columns, $count{cells} cells: $count{rows} end in the right rows, "
	  . "$count{errors} in the right error, $count{both} in rows if the fault passes and in the error if it stays, $count{none} cannot be; "
	  . join(', ', map { "$count{$_} $_" } qw(wrong short doubled)) . ', ' . $self->crashes . " crashed, $count{lost} lost\n";
}

=head2 crashes

Returns how many crashes of backends the server's log has.

=cut

sub crashes
{
	my ($self) = @_;
	my @lines = slurp_file($self->{node}->logfile) =~ /^.*(?:PANIC:|terminated by signal|TRAP:).*$/mg;
	return scalar @lines;
}

=head2 failures

The number of wrong, short and doubled answers, of crashes and of lost sessions.

=cut

sub failures
{
	my ($self) = @_;
	my $sum = $self->crashes;
	$sum += $self->{count}{$_} for qw(wrong short doubled lost);
	return $sum;
}

1;
