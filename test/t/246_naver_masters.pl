# Keywords and ads of Naver SearchAd come from master reports, one job for each item:
# what runs is waited for, what fails is created anew, a job that is there is used, a
# lost answer leads to no second one, and none is left, since the platform drops none
# by itself.  A file that is not whole is an error.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::World;
use Cpanel::JSON::XS;
use Test::More;

my $now = '2026-11-29T03:30:00Z';
my $main = '1234567';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\n");
my $sim = simulator();
my $session = session($node);
naver_server($node, $sim, name => 'one', options => { customer_id => $main, manager_account_id => undef });

sub fresh
{
	my (%settings) = @_;
	$sim->reset;
	$sim->clock($now);
	$sim->settings(\%settings) if %settings;
	return;
}

sub left { return scalar @{ $sim->world(platform => 'naver_searchad', resource => 'masters') } }

sub created { return scalar grep { $_->{method} eq 'POST' } @{ $sim->requests } }

# A table equals the world, and no job is left.
sub is_whole
{
	my ($table, $created, $what) = @_;
	my $world = $sim->world(platform => 'naver_searchad', resource => $table, accounts => $main);
	is_world($node, "one.$table", $world);
	is(created(), $created, "$what: jobs");
	is(left(), 0, "$what: none is left");
	return;
}

fresh();
is_whole('keywords', 1, 'keywords');
fresh();
is_whole('ads', 10, 'ads, an item for each type');
is($session->query('SELECT count(DISTINCT ad_type) FROM one.ads'), '5', 'of five types there are some');
is($session->query('SELECT count(*) FROM one.ads JOIN one.ad_groups USING (account_id, ad_group_id)'), $session->query('SELECT count(*) FROM one.ads'), 'each belongs to an ad group');

fresh(naver_master_ends => { Keyword => [ 'ERROR', 'SOMETHING_NEW' ] });
is_whole('keywords', 3, 'two that fail');
fresh(naver_master_ends => { Keyword => [ ('ERROR') x 9 ] });
my $error = $session->query_error('SELECT keyword FROM one.keywords');
is($error->{sqlstate}, 'HV00M', 'one that always fails is an error');
like($error->{detail}, qr/^Account $main: master report Keyword ended as "ERROR"/, 'that names it');

fresh(naver_master_ms => 400);
$sim->control('PUT', '/_control/clock', { now => $now, running => Cpanel::JSON::XS::true });
is($session->query('SELECT count(*) FROM one.keywords'), scalar @{ $sim->world(platform => 'naver_searchad', resource => 'keywords', accounts => $main) }, 'one that runs is waited for');

for my $case ([ 'closed before the answer', { close => 'before_headers' } ], [ 'a time-out', { error => '500' } ])
{
	my ($what, $action) = @$case;
	fresh();
	$sim->faults([ { match => { path => '^/master-reports$', method => 'POST' }, times => 1, action => $action } ]);
	is_whole('keywords', $action->{close} ? 1 : 2, $what);
}

# A statement that is cancelled while its job runs leaves it to the next one.
fresh(naver_master_ms => 3_600_000);
$session->query("SET statement_timeout = '1s'");
is($session->query_error('SELECT keyword FROM one.keywords')->{sqlstate}, '57014', 'a statement is cancelled while its job runs');
$session->query('RESET statement_timeout');
is(left(), 1, 'which is left');
$sim->settings({ naver_master_ms => 0 });
is_whole('keywords', 1, 'the next statement uses it');

fresh();
my ($expected) = $session->query('EXPLAIN (VERBOSE) SELECT ad_id FROM one.ads') =~ /Expected Requests: (\d+) per account,/;
$session->query('SELECT ad_id FROM one.ads');
is(scalar(grep { $_->{path} =~ /report/ } @{ $sim->requests }), $expected - 5, 'EXPLAIN says how many requests that takes, but for items without ads, which have no file') or diag $expected;

$session->query("ALTER SERVER one OPTIONS (ADD max_retries '0')");
for my $case (
	[ 'a file with fewer columns', { naver_master_lost_columns => 2 }, undef, 'HV00A', qr/Line 1 has 11 columns in place of 12/ ],
	[ 'of another account', {}, { replace => [ "$main\t", "7654321\t" ] }, 'HV00A', qr/is of another account/ ],
	[ 'other columns', {}, { replace => [ "\tgrp-", "\tx\tgrp-" ] }, 'HV00A', qr/has no ids where they belong/ ],
	[ 'cut', {}, { cut => 300 }, 'HV00M', qr/./ ],
	[ 'cut without a length', {}, { cut_lines => 2, no_length => Cpanel::JSON::XS::true }, 'HV00M', qr/./ ],
	[ 'a web page', {}, { html => 200 }, 'HV00A', qr/is not as promised/ ])
{
	my ($what, $settings, $action, $sqlstate, $words) = @$case;
	fresh(%$settings);
	$sim->faults([ { match => { path => 'download' }, action => $action } ]) if $action;
	$error = $session->query_error('SELECT keyword FROM one.keywords');
	is($error->{sqlstate}, $sqlstate, "$what: an error");
	like(join("\n", map { $_ // '' } @$error{qw(message detail)}), $words, "$what: words");
}

done_testing();
