# A text that has the characters of a number and is none, such as 1-2, is an error that
# says whose it is; nothing reads its beginning, or what another language would see in
# it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'\nadpipe.use_kept_answers = off\n");
my $sim = simulator();
my $session = session($node);
my @malformed = ('1-2', '-', '+', '.', '1e', '1e+', '--1', '1.2.3', 'e5', '1.5-', '0x10', '1 2', '1,5', '1_000', 'NaN', 'Infinity');
my @good = ([ '12', 12 ], [ '-1.50', -1.5 ], [ '1e2', 100 ], [ '2.5E+1', 25 ], [ '25E-1', 2.5 ], [ '1.', 1 ], [ '.5', 0.5 ], [ '+7', 7 ]);

appsflyer_server($node, $sim, options => { app_id => 'com.pacifictrail.app', max_retries => 0 });
meta_server($node, $sim, options => { account_id => '1234567890123456', max_retries => 0 });
$sim->clock($now);
$sim->settings({ appsflyer_minute_calls => 100000, appsflyer_cohort_minute => 100000 });

# Rules that put a text in the place of what a pattern finds.
sub put
{
	my ($path, $pattern, $new) = @_;
	$new =~ s/\\/\\\\/g;
	$sim->faults([ { match => { path => $path }, action => { substitute => [ $pattern, $new ] } } ]);
	return;
}

# A report of one row, with texts as sessions and as revenue and ratios.
sub put_row
{
	my ($sessions, $revenue) = @_;
	my ($header) = 'Date,Agency/PMD (af_prt),Media Source (pid),Campaign (c),Impressions,Clicks,CTR,Installs,Conversion Rate,Sessions,Loyal Users,Loyal Users/Installs,Total Revenue,Total Cost,ROI,ARPU,Average eCPI';
	my @cells = map { /,/ ? "\"$_\"" : $_ } $sessions, $revenue;
	$sim->faults([ { match => { path => 'agg-data' }, action => { status => 200, body => "$header\n2026-11-15,None,Organic,None,N/A,N/A,N/A,1,N/A,$cells[0],0,0,$cells[1],N/A,$cells[1],$cells[1],N/A\n" } } ]);
	return;
}

sub error_of
{
	my ($sql) = @_;
	my ($out, $error) = $session->try($sql);
	return 'no error' unless $error;
	return join "\n", map { $_ // '' } @$error{qw(sqlstate message detail hint)};
}

subtest 'cohorts' => sub {
	my $rows = "flyer.cohort WHERE date_day = '2026-11-15'";
	for my $text (grep { $_ ne '-' } @malformed)
	{
		put('api/cohorts', '"revenue_sum": [-0-9.]+', "\"revenue_sum\": \"$text\"");
		like(error_of("SELECT sum(revenue_on_day) FROM $rows"), qr/^HV00A\n.*\n.*a measure has no value "revenue_sum"/s, "revenue $text");
	}
	put('api/cohorts', '"users": [0-9]+', '"users": "1-2"');
	like(error_of("SELECT users FROM $rows"), qr/^HV00A\n.*\n.*a cohort has no number of "users"/s, 'users');
	put('api/cohorts', '"revenue_sum": [-0-9.]+', '"revenue_sum": "2.5E+1"');
	is($session->query("SELECT DISTINCT revenue FROM $rows"), '25', 'an exponent is a number');
};

$session->query(<<'END');
CREATE FOREIGN TABLE flyer.numbers (date_day date OPTIONS (field 'Date'), n numeric OPTIONS (field 'Total Revenue'), f float8 OPTIONS (field 'ROI'),
	r real OPTIONS (field 'ARPU'), i bigint OPTIONS (field 'Sessions')) SERVER flyer OPTIONS (report 'partners_by_date_report');
END

subtest 'cells of CSV' => sub {
	my $rows = "flyer.numbers WHERE date_day = '2026-11-15'";
	for my $text (grep { $_ ne '-' } @malformed)
	{
		put_row($text, $text);
		my %field = (n => 'Total Revenue', f => 'ROI', r => 'ARPU');
		for my $column (qw(n f r))
		{
			like(error_of("SELECT $column FROM $rows"), qr/^22P02\nvalue "\Q$text\E" of field "$field{$column}" does not fit column "$column" of foreign table "flyer.numbers"/, "$column: $text");
		}
		like(error_of("SELECT i FROM $rows"), qr/^22P02\nvalue "\Q$text\E" of field "Sessions" does not fit column "i"/, "i: $text");
	}
	for my $case (@good)
	{
		my ($text, $value) = @$case;
		put_row(1, $text);
		is($session->query("SELECT DISTINCT n = $value, f = $value, r = $value FROM $rows"), 't|t|t', "$text is $value");
	}
	put_row('99999999999999999999', 1);
	like(error_of("SELECT i FROM $rows"), qr/^22003\nvalue "99999999999999999999" of field "Sessions" does not fit/, 'a number that is too large is another error');
};

subtest 'sums of Meta\'s actions' => sub {
	my $rows = "meta.campaign_daily WHERE date_day = '2026-11-15'";
	$session->query("ALTER SERVER meta OPTIONS (ADD conversion_actions 'purchase,omni_purchase,link_click')");
	for my $text (qw(1-2 1.2.3 --1))
	{
		put('/insights', '"value": ?"[0-9.]+"', "\"value\":\"$text\"");
		like(error_of("SELECT conversions FROM $rows"), qr/^22P02\nvalue "\Q$text\E" of field "\S+" does not fit column "conversions"/, $text);
	}
};

done_testing();
