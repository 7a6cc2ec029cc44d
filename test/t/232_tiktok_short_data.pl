# No answer of TikTok that is short is taken for a whole one: each ends in the right
# rows, or in an error.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $account = '7012345678901234567';
my $session = session($node);

tiktok_server($node, $sim, options => { max_retries => 0, advertiser_id => $account });
my $days = 'date_day BETWEEN current_date - 30 AND current_date - 20';
my $digest = "md5(string_agg(r::text, '|' ORDER BY r::text)), count(*)";
my $ads = "SELECT $digest FROM tiktok.ad_daily r WHERE $days";
my $right = $session->query($ads);

like($right, qr/\|\d{2,}$/, 'there are rows enough for several pages');

# The reports' first or second page, of those without promoted objects.
sub pages
{
	my ($page, $action, $path) = @_;
	$sim->reset;
	$sim->settings({ tiktok_page_cap => 20 });
	$sim->faults([ { match => { path => $path // '/report/', query => '^(?!.*PROMOTE)', defined $page ? (page => $page) : () }, action => $action } ]);
	return;
}

# What must follow: an error that says what is wrong.
sub refused
{
	my ($name, $sqlstate, $words, $sql) = @_;
	my $error = $session->query_error($sql // $ads);
	is($error->{sqlstate}, $sqlstate, "$name: an error");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$name: says what is wrong");
	return;
}

$sim->settings({ tiktok_page_cap => 20 });
is($session->query($ads), $right, 'the same rows in pages of 20');
cmp_ok(scalar(grep { /\bpage=3&/ } map { $_->{query} } @{ $sim->requests }), '>', 0, 'of which there are several');

pages(1, { repeat_rows => \1 });
refused('a page that came before', 'HV00A', qr/same page twice/);
pages(1, { substitute => [ '"list": \[\{.*?\}\}, ', '"list": [' ] });
refused('a page with a row less', 'HV00A', qr/does not have all rows of its page|Page 2 has 19 rows/);
pages(1, { substitute => [ '"list": \[.*\], "page_info"', '"list": [], "page_info"' ] });
refused('an empty page in the middle', 'HV00A', qr/Page 2 has 0 rows/);
pages(1, { substitute => [ '"total_number": \d+, "total_page": \d+', '"total_number": 40, "total_page": 2' ] });
refused('total_page that changes', 'HV00A', qr/number of rows changed between pages|Page 2 is one of 40 rows/);
pages(0, { substitute => [ '"total_page": \d+', '"total_page": 1' ] });
refused('total_page that does not fit the rows', 'HV00A', qr/numbers of the answer do not agree|1 pages of 20/);
pages(1, { page_rows => 10 });
refused('a page of another size', 'HV00A', qr/size of pages changed|Page 2 is one of 10 rows a page, the page before of 20/);
for my $number (qw(page_size total_number total_page))
{
	pages(1, { substitute => [ "\"$number\": \\d+", "\"$number\": 9223372036854775807" ] });
	refused("$number beyond all reports", 'HV00A', qr/does not say which page it is/);
}
pages(1, { substitute => [ '"page": 2', '"page": 3' ] });
refused('another page', 'HV00A', qr/another page|page 3 in place of 2/);
pages(undef, { replace => [ '"page_info"', '"pages"' ] });
refused('no page_info', 'HV00A', qr/does not say which page it is/);
pages(undef, { endless => \1 });
refused('pages without end', 'HV00A', qr/do not agree|does not have all rows/);
pages(undef, { status => 200, body => '{"message": "OK", "data": {"list": []}}' });
refused('no code', 'HV00A', qr/no member "code"/);
pages(undef, { status => 200, body => '{"code": 0, "message": "OK", "data": {}}' });
refused('no list', 'HV00A', qr/no member "data\.list"/);
pages(undef, { status => 200, body => '{"code": 40100, "message": "too fast", "data": {"list": [], "page_info": {"page": 1, "page_size": 20, "total_number": 0, "total_page": 1}}}' });
refused('a failure beside an empty list', '53400', qr/40100/, "SET adpipe.max_wait = 0; $ads");
$session->query("RESET adpipe.max_wait; SELECT adpipe.forget('tiktok')");
pages(undef, { as_account => '7023456789012345678' });
refused('rows of another account', 'HV00A', qr/row of another account|another account/, "SELECT * FROM tiktok.account_daily WHERE $days");
pages(undef, { as_account => '7023456789012345678' }, '/campaign/get');
refused('objects of another account', 'HV00A', qr/row of another account/, 'SELECT count(*) FROM tiktok.campaigns');
pages(undef, { substitute => [ '"list": \[\{.*\}\]', '"list": []' ] }, '/advertiser/info');
refused('an account that is not listed', 'HV00A', qr/not one row/, 'SELECT status FROM tiktok.accounts');

# More rows than the platform returns for one request.
$sim->reset;
$sim->settings({ tiktok_rows_cap => 60 });
is($session->query($ads), $right, 'a report that is cut is read in shorter ranges');
$sim->settings({ tiktok_rows_cap => 5 });
refused('a day that is cut', '54000', qr/latest 5 rows.*narrow what the table asks for/s, $ads =~ s/ad_daily/campaign_country_daily/r);
$sim->reset;
$sim->settings({ tiktok_too_large => 4 });
is($session->query($ads), $right, 'and so is a query that is too large');
$sim->settings({ tiktok_too_large => 0, tiktok_span => 3 });
is($session->query($ads), $right, 'and a time span that the platform does not accept');

# An empty list may have no page or one.
for my $pages (0, 1)
{
	$sim->reset;
	$sim->settings({ tiktok_empty_pages => $pages });
	is($session->query("SELECT count(*) FROM tiktok.ad_daily WHERE ad_id = '1' AND $days"), '0', "no rows on $pages pages");
}

# Without the filter that shows promoted objects, and without all statuses, sums fall
# short: nothing but the filters makes them whole.
$sim->reset;
$session->query($ads);
my @filters = map { /filtering=(.*?)(?:&[a-z_]+=|$)/ } map { $_->{query} } @{ $sim->requests };
is(scalar(grep { !/STATUS_ALL/ } grep { defined } @filters), 0, 'every request asks for all statuses');
is(scalar(grep { /PROMOTE/ } @filters) * 2, scalar @filters, 'and each range for promoted objects, too');
like($node->safe_psql('postgres', "EXPLAIN (VERBOSE) SELECT * FROM tiktok.ad_daily WHERE date_day BETWEEN '2026-09-01' AND '2026-10-10'"), qr/Expected Requests: 4$/m, 'which EXPLAIN counts');
like($session->query_error("SET adpipe.max_requests_per_query = 3; SELECT * FROM tiktok.ad_daily WHERE date_day BETWEEN '2026-09-01' AND '2026-10-10'")->{sqlstate}, qr/53400/, 'and the limit of a statement');

done_testing();
