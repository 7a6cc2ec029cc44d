
=pod

=head1 NAME

AdpipeTest::Weather - bad days of the platforms, drawn at random

=head1 SYNOPSIS

	my ($rules, $settings) = weather();
	$sim->faults($rules);
	$sim->settings({ %calm, %$settings });

=head1 DESCRIPTION

Under any of it a statement gives the right rows or an error.  What nobody could
notice is left out: a CSV report that ends early and says so nowhere, and rows that come
again on a page of another size than theirs was.

=cut

package AdpipeTest::Weather;

use strict;
use warnings;

use AdpipeTest::Queries qw(pick);
use Exporter 'import';
use Cpanel::JSON::XS ();

our @EXPORT_OK = qw(weather);

my ($true, $false) = (Cpanel::JSON::XS::true, Cpanel::JSON::XS::false);

# Where answers come from: what a rule matches.  Those of JSON first.
my %PLACES = (
	google => [ { path => 'googleAds' }, { path => 'googleAds', page => 1 }, { query => 'FROM customer_client' }, { query => 'FROM campaign ' } ],
	sign_in => [ { path => '^/token' } ],
	meta => [ { path => '/insights' }, { path => '/insights', method => 'POST' }, { path => '/insights', query => '(^|&)after=' },
		{ path => 'me/adaccounts' }, { path => '/campaigns' }, { path => '/v[0-9.]+/\d+' } ],
	appsflyer => [ { path => 'agg-data' }, { path => 'raw-data' }, { path => 'export/token' } ],
	apps => [ { path => 'mng/apps' } ],
);

# What a platform itself may say.
my %REFUSALS = (
	google => [ qw(quotaError.RESOURCE_EXHAUSTED quotaError.RESOURCE_TEMPORARILY_EXHAUSTED internalError.INTERNAL_ERROR
		internalError.DEADLINE_EXCEEDED authenticationError.OAUTH_TOKEN_EXPIRED authorizationError.USER_PERMISSION_DENIED
		queryError.BAD_ENUM_CONSTANT requestError.EXPIRED_PAGE_TOKEN) ],
	sign_in => [ qw(oauth.invalid_grant oauth.invalid_client) ],
	meta => [ qw(1 1.99 2 4.2446079 17 100 100.33 104 190.463 200 613 960 80000.2446079 80004 2642) ],
	appsflyer => [ qw(invalid_token suspended forbidden not_found aggregate_limit raw_installs_limit raw_account_limit
		lookback no_plan platform bare too_many unavailable text_in_200) ],
	apps => [ qw(invalid_token forbidden too_many unavailable) ],
);

# What anything on the way may do.
sub of_anybody
{
	return pick(
		(map { { status => $_, body => pick('', 'Service Unavailable', '{}', '<html>') } } 401, 403, 404, 408, 409, 413, 416, 425, 500, 502, 503, 504),
		{ status => 429, headers => { 'Retry-After' => '1' } }, { status => 503, headers => { 'Retry-After' => '1' } },
		(map { { status => 200, body => $_ } } '', '{}', '[]', 'null', "\x{feff}", '{"error":{}}'),
		{ html => 200 }, { html => 503 }, { redirect => 'http://127.0.0.1:9/' }, { gzip_bomb => 3 },
		(map { { cut => $_ } } 0, 1, 40, 400, 4000),
		{ close => 'before_headers' }, { close => 'after_headers' },
		{ delay_ms => int rand 400 }, { stall_after => int rand 600 }, { drip => [ 400, 3 ] });
}

# What a platform may get wrong in JSON.
sub of_json
{
	return pick(
		{ truncate_json => $true }, { replace => [ '}', ']' ] }, { replace => [ '"', '' ] }, { replace => [ ':', ': tru' ] },
		{ replace_bytes => [ '22', 'ff' ] }, { replace_bytes => [ '2c', '00' ] },
		{ expire_page_tokens => $true }, { repeat_page => $true });
}

# One rule.
sub rule
{
	my $platform = pick(sort keys %PLACES);
	my $is_json = $platform ne 'appsflyer';
	my $kind = int rand 4;
	my $action = $kind == 0 ? { error => pick(@{ $REFUSALS{$platform} }) } : $kind == 1 && $is_json ? of_json() : of_anybody();
	return { match => pick(@{ $PLACES{$platform} }), skip => int rand 3, times => pick(1, 1, 2, 3, 1000), action => $action };
}

=head2 weather()

Rules of faults, and settings of the simulator that change no answer.

=cut

sub weather
{
	my @rules = map { rule() } 1 .. rand 5;
	my %settings = (
		page_size => pick(7, 50, 10_000), gzip => pick($true, $false), chunked => pick($true, $false),
		delay_ms => pick(0, 0, 0, 20), meta_page_rows => pick(0, 15, 100), meta_sync_rows => pick(0, 0, 50), meta_job_ms => pick(0, 300),
		appsflyer_crlf => pick($true, $false), appsflyer_aggregate_bom => pick($true, $false), appsflyer_shuffle_columns => pick($true, $false));
	return (\@rules, \%settings);
}

1;
