# Report tasks of TikTok: where a day has more rows than the platform returns for one
# request, a task makes them in the background.  All of its rows are returned, or none:
# they must add up to the account.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $account = '7012345678901234567';
my $session = session($node);

tiktok_server($node, $sim, options => { max_retries => 0, advertiser_id => $account, job_timeout_ms => 1000 });
tiktok_server($node, $sim, name => 'patient', options => { max_retries => 1, advertiser_id => $account });
my $days = 'date_day BETWEEN current_date - 30 AND current_date - 27';
my $ads = "SELECT md5(string_agg(r::text, '|' ORDER BY r::text)), count(*) FROM tiktok.ad_daily r WHERE $days";
my $day = $ads =~ s/BETWEEN .*/= current_date - 30/r;
my $right = $session->query($ads);
my $right_day = $session->query($day);

# Requests for no more than five rows, and a task that ends at once; then the settings.
sub small
{
	$sim->reset;
	$sim->settings({ tiktok_rows_cap => 5, tiktok_task_checks => 0, @_ });
	return;
}

# The requests of a kind, create, check or download, since then.
sub tasks
{
	my ($kind) = @_;
	return grep { $_->{path} =~ m{/report/task/$kind/$} } @{ $sim->requests };
}

# A day must end in an error that says why, after so many tasks.
sub refused
{
	my ($name, $sqlstate, $words, $ntasks, $sql) = @_;
	my $error = $session->query_error($sql // $day);
	is($error->{sqlstate}, $sqlstate, "$name: an error");
	like(join("\n", map { $_ // '' } @$error{qw(message detail hint)}), $words, "$name: says what is wrong");
	is(scalar tasks('create'), $ntasks, "$name: after so many tasks") if defined $ntasks;
	return;
}

small();
is($session->query($ads), $right, 'days with more rows than a request returns come from tasks');
is(scalar tasks('create'), 3, 'a task for each range from the first day on that cannot be halved');
is(scalar tasks('download'), 3, 'whose files are read');
like($right, qr/\|\d{2,}$/, 'more rows than requests return');
my ($created) = tasks('create');
is($created->{token_in}, 'header', 'with the token in the header');

small(tiktok_rows_cap => 3);
for my $level (qw(campaign adgroup))
{
	my $sql = "SELECT md5(string_agg(r::text, '|' ORDER BY r::text)), count(*) FROM tiktok.${level}_daily r WHERE date_day = current_date - 30";
	my $rows = $session->query($sql);
	$sim->settings({ tiktok_rows_cap => 20000 });
	is($rows, $session->query($sql), "rows by $level");
	$sim->settings({ tiktok_rows_cap => 3 });
}
is(scalar tasks('create'), 2, 'come from tasks as well');

# Conditions, and columns that are not read.
my @statements = (
	"SELECT count(*), sum(clicks) FROM tiktok.ad_daily WHERE campaign_id <> '1700000000000001' AND $days",
	"SELECT campaign_name, sum(clicks), sum(spend), sum(conversions_value) FROM tiktok.ad_daily WHERE $days GROUP BY 1 ORDER BY 1",
	"SELECT md5(string_agg(ad_id || date_day || reach, '|' ORDER BY ad_id, date_day)) FROM tiktok.ad_daily WHERE $days",
	"SELECT count(*), sum(clicks) FROM tiktok.ad_daily WHERE campaign_id IN ('1700000000000001', '1700000000000010', '1700000000000015') AND $days");
$sim->reset;
my @rows = map { $session->query($_) } @statements;
small();
is($session->query($statements[$_]), $rows[$_], $statements[$_]) for 0 .. $#statements;
cmp_ok(scalar tasks('create'), '>=', 4, 'of tasks');

# The life of a task.
small(tiktok_task_checks => 2);
is($session->query($day =~ s/tiktok\./patient./r), $right_day, 'a task that waits and works');
is(scalar tasks('check'), 3, 'is asked until it has ended');
small(tiktok_task_ends => 'COMPLETED', tiktok_task_checks => 0);
refused('a word of another client, and no file behind it', 'HV00M', qr/40201/, 1);
small(tiktok_task_bad => 1);
is($session->query($day), $right_day, 'a task that fails is created again');
is(scalar tasks('create'), 2, 'once');
for my $word (qw(FAILED EXPIRED))
{
	small(tiktok_task_ends => $word);
	refused("$word each time", 'HV00M', qr/task \d+ ended as "$word"/, 2);
}
small(tiktok_task_gone => Cpanel::JSON::XS::true);
refused('a task that is not kept', 'HV00M', qr/task \d+ is gone/, 2);
small(tiktok_task_late => 1);
is($session->query($day =~ s/tiktok\./patient./r), $right_day, 'a file that is not there yet is waited for');
is(scalar tasks('download'), 2, 'and asked for again');
small(tiktok_task_late => 100);
refused('a file that never comes', 'HV00M', qr/40201/, 1);
small(tiktok_task_ends => 'SLEEPING');
refused('a task that never ends', 'HV00M', qr/is "SLEEPING" after \d seconds.*job_timeout_ms/s, 1);

# Files that are not whole.
my %lacks = (
	row => qr/does not add up to the account: \d{4}-\d\d-\d\d: "\w+" is \S+ in all rows, and \S+ in the report of the account/,
	deleted => qr/does not add up/,
	promoted => qr/does not add up/);
for my $lack (sort keys %lacks)
{
	small(tiktok_task_lacks => $lack);
	refused("a file without $lack", 'HV00A', $lacks{$lack}, 2);
}
small(tiktok_task_lacks => 'column');
refused('a file without a column', 'HV00A', qr/lacks a column/, 1);
my @damages = (
	[ 'a file that is cut on its way', { cut => 200 }, 'HV00M|HV00A', qr/./ ],
	[ 'an empty file', { status => 200, body => '' }, 'HV00A', qr/empty, without a header/ ],
	[ 'a file with a row twice', { substitute => [ '(\n[^\n]+)\n\Z', '\1\1\n' ] }, 'HV00A', qr/does not add up/ ],
	[ 'a row of another day', { substitute => [ '\d{4}-\d\d-\d\d 00:00:00(?!.*00:00:00)', '2026-01-01 00:00:00' ] }, 'HV00A', qr/day that was not requested/ ],
	[ 'a number that is none', { substitute => [ '(\n[^\n]+),\d+\n\Z', '\1,12e3\n' ] }, 'HV00A', qr/cannot be added up/ ],
	[ 'a row without its id', { substitute => [ '\n\d{16},', '\n,' ] }, 'HV00A', qr/row without a dimension|does not add up/ ],
	[ 'an address in place of the file', { status => 200, body => '{"code": 0, "message": "OK", "data": {"download_url": "http://127.0.0.1:1/x"}}' }, 'HV00A', qr/cannot be read/ ]);
for (@damages)
{
	my ($name, $action, $sqlstate, $words) = @$_;
	small();
	$sim->faults([ { match => { path => 'task/download' }, action => $action } ]);
	my $error = $session->query_error($day);
	like($error->{sqlstate}, qr/^(?:$sqlstate)$/, "$name: an error");
	like(join("\n", map { $_ // '' } @$error{qw(message detail)}), $words, "$name: says what is wrong");
}
small();
$sim->faults([ { match => { path => '/report/integrated/', query => 'AUCTION_ADVERTISER' }, action => { substitute => [ '"list": \[.*?\], "page_info"', '"list": [], "page_info"' ] } } ]);
refused('an account without its rows', 'HV00A', qr/not the report of the account/, 1);

# Amounts that the platform rounds in each row: their sum is not the account's.
my $usd = '7023456789012345678';
tiktok_server($node, $sim, name => 'usd', options => { max_retries => 0, advertiser_id => $usd });
my $usd_days = $ads =~ s/tiktok\./usd./r;
my $spend = "SELECT string_agg(s::text, ' ' ORDER BY date_day) FROM (SELECT date_day, sum(spend) AS s FROM %s WHERE $days GROUP BY 1) d";
for my $step (10, 100)
{
	$sim->reset;
	$sim->settings({ tiktok_money_step => $step });
	isnt($session->query(sprintf $spend, 'usd.ad_daily'), $session->query(sprintf $spend, 'usd.account_daily'), "amounts rounded to $step hundredths do not add up");
	my $rounded = $session->query($usd_days);
	small(tiktok_money_step => $step);
	is($session->query($usd_days), $rounded, 'and are accepted from tasks');
	is(scalar tasks('create'), 3, 'each the first one');
	small(tiktok_money_step => $step, tiktok_task_lacks => 'row');
	refused('but a row less is not', 'HV00A', qr/does not add up to the account: \S+ "(?!spend)\w+" is/, 2, $usd_days);
}
$node->safe_psql('postgres', "CREATE FOREIGN TABLE usd.costs (account_id text OPTIONS (field 'adpipe.account_id'), date_day date OPTIONS (field 'stat_time_day'), ad_id text, spend numeric) SERVER usd OPTIONS (level 'ad')");
small();
$sim->faults([ { match => { path => 'task/download' }, action => { substitute => [ '(\n\d{16},[^,]+,)(\d+\.)', '\g<1>1\2' ] } } ]);
refused('amounts that differ by more', 'HV00A', qr/does not add up to the account: \S+ "spend" is/, 2, 'SELECT count(*) FROM usd.costs WHERE date_day = current_date - 30');

# Files that are too large for a page, as a file or as the page made of it: names of
# ads are made longer.
my $twenty = $ads =~ s/BETWEEN .*/BETWEEN current_date - 30 AND current_date - 11/r;
my $right_twenty = $session->query($twenty);
sub large
{
	my ($more) = @_;
	small();
	$sim->faults([ { match => { path => 'task/download' }, action => { substitute => [ '""v', "\"\"v$more" ] } } ]) if $more;
	return;
}
$session->query("LOAD 'adpipe'");
large();
is($session->query("SET adpipe.max_answer_size = '64kB'; $twenty"), $right_twenty, 'a page that is too large is made of files of fewer days');
cmp_ok(scalar tasks('create'), '>', 5, 'by more tasks');
my $eight = $ads =~ s/BETWEEN .*/BETWEEN current_date - 30 AND current_date - 23/r;
large('x' x 1800);
my $right_eight = $session->query("RESET adpipe.max_answer_size; $eight");
my $tasks = tasks('create');
large('x' x 1800);
is($session->query("SET adpipe.max_answer_size = '64kB'; $eight"), $right_eight, 'and so is a file that is larger than a response may be');
cmp_ok(scalar tasks('create'), '>', $tasks, 'by more tasks, too');
large('\\\\' x 3000);
refused('a day whose page is too large', '54000', qr/did not finish a report.*task \d+ made a file with more rows than fit into a page\. There is room for \d+ rows\..*adpipe\.max_answer_size/s, 1);
large('x' x 6000);
refused('a day whose file is too large', '54000', qr/is too large.*adpipe\.max_answer_size/s, 1);
$session->query('RESET adpipe.max_answer_size');

# Tasks are for the thirty days in which a day had too many rows, not for those after them.
my $months = $ads =~ s/BETWEEN .*/BETWEEN current_date - 75 AND current_date - 16/r;
$sim->reset;
my $right_months = $session->query($months);
my ($first, $last) = split /\|/, $session->query('SELECT string_agg((current_date - n)::text, chr(124)) FROM unnest(ARRAY[45, 16]) n');
small(tiktok_rows_cap => 20000);
my $dates = $session->query("SELECT string_agg((current_date - n)::text, '|') FROM generate_series(46, 75) n");
$sim->faults([ { match => { path => '/report/integrated/', query => "(?=.*AUCTION_AD&)(?=.*start_date=(?:$dates))" }, action => { add_headers => { 'X-Tt-Ads-Throttle' => 'Only the latest 20000 rows are returned.' } } } ]);
is($session->query($months), $right_months, 'two months, of which the first has days with too many rows');
my @ranges = map { $_->{query} =~ /data_level=AUCTION_AD&.*&end_date=([-\d]+)&.*&start_date=([-\d]+)/ ? "$2 $1" : () } @{ $sim->requests };
is(scalar(grep { $_ eq "$first $last" } @ranges), 2, 'the second is requested directly again, promoted objects apart');
is(scalar tasks('create'), 6, 'and tasks are for what is left of the first: 1, 1, 2, 4, 7 and 15 days');

# What the platform refuses, and what tasks cannot answer.
small();
$sim->faults([ { match => { path => 'task/create' }, action => { error => '40117', message => 'No permission for this interface.' } } ]);
refused('tasks that the app may not create', '28000', qr/40117.*developer portal/s);
small(tiktok_tasks_an_hour => 0);
refused('too many tasks', '53400', qr/40132/, undef, "SET adpipe.max_wait = 0; $day");
$session->query("RESET adpipe.max_wait; SELECT adpipe.forget('tiktok')");
small();
refused('people by age and gender', '54000', qr/latest 5 rows.*narrow what the table asks for/s, 0, 'SELECT count(*) FROM tiktok.campaign_age_gender_daily WHERE date_day = current_date - 30');
refused('countries, which tasks write by name', '54000', qr/latest 5 rows/, 0, 'SELECT count(*) FROM tiktok.campaign_country_daily WHERE date_day = current_date - 30');

# A report that is cut without a header that says so: its number of rows is the limit.
small(tiktok_rows_cap => 20000);
$session->query($day);
my ($asked) = map { $_->{query} } @{ $sim->requests };
my ($date) = $asked =~ /start_date=([-\d]+)/;
my %row = map { $_ => '1' } $asked =~ /metrics=\[(.*?)\]/ && split /[",]+/, $1;
my @list = map { { dimensions => { ad_id => "$_", stat_time_day => "$date 00:00:00" }, metrics => \%row } } 1 .. 1000;
my %cut = (code => 0, data => { list => \@list, page_info => { page => 1, page_size => 1000, total_number => 20000, total_page => 20 } });
$sim->faults([ { match => { path => '/report/integrated/', query => 'AUCTION_AD&' }, action => { status => 200, body => Cpanel::JSON::XS->new->encode(\%cut) } } ]);
is($session->query($day), $right_day, 'as many rows as the platform returns at most are not taken for all');
is(scalar tasks('create'), 1, 'but come from a task');

# A statement that is cancelled while it waits.
small(tiktok_task_checks => 1000);
is($session->query_error("SET statement_timeout = '2s'; " . $day =~ s/tiktok\./patient./r)->{sqlstate}, '57014', 'a statement is cancelled while a task runs');
$sim->settings({ tiktok_task_checks => 0 });
is($session->query("RESET statement_timeout; $day"), $right_day, 'and the session goes on');

done_testing();
