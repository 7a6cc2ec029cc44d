# AppsFlyer answers single calls with 404, 408, 416 or 425 while the same report is
# good before and after: a refresh over many days must not fail for one of them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $session = session($node);
appsflyer_server($node, $sim, options => { app_id => 'com.hanbit.running', cache_ttl_s => 0, max_retries => 2 });
my $sql = "SELECT count(*) FROM flyer.partners_daily WHERE date_day BETWEEN '2026-11-01' AND '2026-11-03'";
my $count = $session->query($sql);

# What a statement gives, or its error: a test goes on either way.
sub value
{
	my ($sql) = @_;
	my ($out, $error) = $session->try($sql);
	return $error ? "$error->{sqlstate} $error->{message}" : $out;
}

sub calls
{
	return scalar grep { $_->{path} =~ m{^/api/agg-data/} } @{ $sim->requests };
}

for my $status (404, 408, 416, 425)
{
	$sim->reset;
	$sim->faults([ { match => { path => 'agg-data' }, times => 1, action => { status => $status, body => '' } } ]);
	is(value($sql), $count, "HTTP $status once: the rows are those of any other time");
	is(calls(), 2, 'asked again once');
	$sim->reset;
	$sim->faults([ { match => { path => 'agg-data' }, times => 100, action => { status => $status, body => '' } } ]);
	my (undef, $error) = $session->try($sql);
	is($error->{sqlstate}, $status == 404 ? '28000' : 'HV00M', "HTTP $status for ever: an error");
	like($error->{detail}, qr/HTTP $status, after 3 attempts/, 'that tells how often it was asked');
}

$sim->reset;
$sim->faults([ { match => { path => 'agg-data' }, times => 100, action => { error => 'forbidden' } } ]);
like(value($sql), qr/^28000 /, 'a permission that is missing');
is(calls(), 1, 'is not asked for again');

done_testing();
