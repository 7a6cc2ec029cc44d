# The rows of a request of the Cohort API are made in memory.  They keep within
# adpipe.max_answer_size: days are asked for in parts, and a single day that is larger
# is an error.  Answers that are refused are not kept.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Footprint qw(memory memory_below);
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\n");
my $sim = simulator();
my $session = session($node);
my $rows = "flyer.cohort WHERE date_day BETWEEN '2026-05-01' AND '2026-05-08'";

appsflyer_server($node, $sim, options => { app_id => 'com.pacifictrail.app', max_retries => 0 });
$sim->clock($now);
$sim->settings({ appsflyer_cohort_minute => 100000, gzip => \0 });

sub calls
{
	return map { $_->{query} =~ /"from": ?"([\d-]+)", ?"to": ?"([\d-]+)"/ } grep { ($_->{report} // '') eq 'cohort' } @{ $sim->requests };
}

my $all = "SELECT count(*), sum(revenue_on_day), sum(sessions_on_day), md5(string_agg(c::text, '/' ORDER BY c::text)) FROM (SELECT * FROM $rows) c";
my $right = $session->query($all);
is(scalar calls(), 6, 'three calls, of all days');

# A page has more bytes than an answer: sets the limit between the two.
sub limit_pages
{
	my ($from) = @_;
	my ($bytes) = $session->query("EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM $from") =~ /Bytes: (\d+)/;
	my $kb = int($bytes / 3 * 1.25 / 1024);
	$session->query("SET adpipe.max_answer_size = '${kb}kB'");
	return $kb;
}

limit_pages($rows);
my $before = scalar calls();
is($session->query($all), $right, 'rows that are too large together are asked for in parts');
my @spans = calls();
@spans = @spans[ $before .. $#spans ];
my %span;
$span{"$spans[$_ * 2] $spans[$_ * 2 + 1]"}++ for 0 .. @spans / 2 - 1;
cmp_ok(scalar(keys %span), '>', 2, 'of their days');
is($span{'2026-05-01 2026-05-08'}, 3, 'after all of them');

$session->query('RESET adpipe.max_answer_size');
my $kb = limit_pages("flyer.cohort WHERE date_day = '2026-05-01'");
my $error = $session->query_error("SELECT count(*) FROM flyer.cohort WHERE date_day = '2026-05-01'");
is($error->{sqlstate}, '54000', 'a single day that is too large is an error');
like($error->{message}, qr/^rows of platform "appsflyer" are too large$/, 'that says so');
like($error->{detail}, qr/^Account com\.pacifictrail\.app, 2026-05-01 to 2026-05-01: they are larger than $kb kB\.$/, 'of which day');
like($error->{hint}, qr/fewer days.*adpipe\.max_answer_size/, 'and what to do');
$session->query('RESET adpipe.max_answer_size');

# The most memory that a session has needed, in kB, for answers that are all refused.
sub peak
{
	my ($retries) = @_;
	my $own = session($node);

	$node->safe_psql('postgres', "ALTER SERVER flyer OPTIONS (SET max_retries '$retries')");
	my $error = $own->query_error("SET adpipe.max_wait = '10min'; SELECT count(*) FROM flyer.cohort WHERE date_day = '2026-05-01'");
	is($error->{sqlstate}, 'HV00A', "answers are refused, with $retries retries");
	my $peak = memory($own->pid, 'VmHWM');
	$own->close;
	return $peak;
}

# Eight megabytes, of which the end is malformed.
my $padding = ' ' x 8192;
$sim->faults([ { match => { path => 'api/cohorts' }, action => { status => 200, body => '{"results":[{"date":"2026-05-01","af_prt":null,"pid":"p","af_c_id":null,"c":"c","users":1,"cost":null,"measures":[', repeat => [ $padding, 1024 ] } } ]);
my $few = peak(0);
my $many = peak(6);
memory_below($many - $few, 24 * 1024, 'none of them is kept');

done_testing();
