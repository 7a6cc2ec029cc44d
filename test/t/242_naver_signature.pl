# The signature of a request to Naver SearchAd: vectors with an invented key, and what
# is not signed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../module", "$FindBin::RealBin/../perl";
use AdpipeTest;
use NetTest;
use Test::More;

my $node = net_cluster();

sub signature
{
	my ($method, $path) = @_;
	return $node->safe_psql('postgres', "SELECT adpipe_test.naver_sign('AQAAAAExampleSecretKeyNotReal1234567890==', '1793662200000', '$method', '$path')");
}

for my $vector (
	[ 'GET', '/ncc/campaigns', '6F0DQ8QJTKxAG1llKLy/DZzgosfZwHBJXwrzX5pBseM=' ],
	[ 'GET', '/stats', '9UZdd1l6tq1fFyfG8JI00wNGdyU2cokTjVGGo3bBI34=' ],
	[ 'POST', '/stat-reports', 'RelSmuzvGMe6tr13+h/Zr4O9TYmt0CM5+X00hPXdp6o=' ],
	[ 'GET', '/report-download', 'LWEdc7wk4aYInJCOiijORbQ2BWjoSTcSrAZ9c+yW0Gg=' ])
{
	my ($method, $path, $expected) = @$vector;
	is(signature($method, $path), $expected, "$method $path");
	is(signature($method, "$path?authtoken=a%2Bb&fileVersion=v2"), $expected, 'the query string is not signed');
}

$node->stop;
done_testing();
