# What tools ask of a live table without thinking, on each platform: how many rows there
# are, the first and the last day, the values of a column, a preview.  Each is answered
# with the fewest requests that are right, or is an error before the first one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
my @apps = map { $_->{id} } @{ $sim->accounts('appsflyer') };
google_server($node, $sim, options => { customer_id => '1234567890,2345678901,3456789012' });
meta_server($node, $sim, options => { account_id => '1234567890123456,2345678901234567,3456789012345678' });
appsflyer_server($node, $sim, options => { app_id => join(',', @apps[ 0 .. 2 ]), cache_ttl_s => 0 });
tiktok_server($node, $sim, options => { advertiser_id => '7012345678901234567,7023456789012345678,7034567890123456789' });
$sim->clock($now);
$sim->settings({ appsflyer_minute_calls => 100_000, appsflyer_daily_app => 100_000, appsflyer_daily_account => 100_000 });
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));

my %table = (google => 'google.campaign_daily', meta => 'meta.campaign_daily', appsflyer => 'flyer.partners_daily', tiktok => 'tiktok.campaign_daily');
my %list = (google => 'google.campaigns', meta => 'meta.campaigns', appsflyer => 'flyer.apps', tiktok => 'tiktok.campaigns');
my %statement = (
	'number of rows' => 'SELECT count(*) FROM %s t %s',
	'first day' => 'SELECT min(date_day) FROM %s t %s',
	'last day' => 'SELECT max(date_day) FROM %s t %s',
	'first and last day' => 'SELECT min(date_day), max(date_day) FROM %s t %s',
	'newest row' => 'SELECT date_day FROM %s t %s ORDER BY date_day DESC LIMIT 1',
	'values' => 'SELECT DISTINCT campaign_name FROM %s t %s ORDER BY 1',
	'number of values' => 'SELECT count(DISTINCT campaign_name) FROM %s t %s',
	'preview' => 'SELECT * FROM %s t %s LIMIT 20',
	'preview of a subquery' => 'SELECT * FROM (SELECT * FROM %s t %s) q LIMIT 20',
	'a row at all' => 'SELECT 1 FROM %s t %s LIMIT 1',
	'existence' => 'SELECT EXISTS (SELECT FROM %s t %s)',
	'structure' => 'SELECT * FROM %s t %s LIMIT 0',
	'structure by a condition' => 'SELECT * FROM (SELECT * FROM %s t %s) q WHERE 1 = 0');
my @computes = ('first day', 'last day', 'first and last day');
my @first = ('preview', 'preview of a subquery', 'a row at all', 'existence');
my @nothing = ('structure', 'structure by a condition');
my $where = "WHERE date_day BETWEEN '2026-11-02' AND '2026-11-08'";

sub sent { return scalar @{ $sim->requests }; }

# The answer, or the error, and the number of requests.
sub ask
{
	my ($sql) = @_;
	my $before = sent();
	my ($rows, $error) = $session->try($sql);
	return ($rows, $error, sent() - $before);
}

sub with_option
{
	my ($table, $value) = @_;
	$node->safe_psql('postgres', "ALTER FOREIGN TABLE $table OPTIONS (" . ($value ? "ADD unbounded '$value'" : 'DROP unbounded') . ')');
	return;
}

my @table = ();
for my $platform (sort keys %table)
{
	my $table = $table{$platform};
	# Signs in, lists the accounts, and learns what day it is where they are.
	$session->query("SELECT count(*) FROM $table WHERE date_day >= date '2026-11-20'");
	my (undef, undef, $accounts) = ask("SELECT count(*) FROM $table $where");
	cmp_ok($accounts, '>', 1, "$platform has $accounts accounts");
	for my $what (sort keys %statement)
	{
		my $is_nothing = grep { $_ eq $what } @nothing;
		my $computes = grep { $_ eq $what } @computes;
		my $is_first = grep { $_ eq $what } @first;
		my $name = "$platform, $what";

		# Without a bound: error, window, allow.
		my ($rows, $error, $n) = ask(sprintf $statement{$what}, $table, '');
		is($n, 0, "$name: nothing is sent without a bound");
		is($error ? $error->{sqlstate} : '', $is_nothing ? '' : 'HV002', "$name: an error unless nothing is asked");
		like($error->{hint}, qr/^Add WHERE date_day >= current_date - 30/, "$name: with the WHERE to add") if $error;
		my @counts = ($error ? $error->{sqlstate} : $n);
		with_option($table, 'window');
		($rows, $error, $n) = ask(sprintf $statement{$what}, $table, '');
		if ($computes)
		{
			is($error->{sqlstate}, 'HV002', "$name: a window would be wrong");
			is($n, 0, "$name: nothing is sent for it");
		}
		else
		{
			is($error, undef, "$name: a window answers") or diag($error->{message});
			cmp_ok($n, '<=', $is_nothing ? 0 : $is_first ? 1 : $accounts, "$name: a window takes $n requests");
		}
		push @counts, $error ? $error->{sqlstate} : $n;
		with_option($table, undef);

		# With a bound.
		($rows, $error, $n) = ask(sprintf $statement{$what}, $table, $where);
		is($error, undef, "$name: is answered with a bound") or diag($error->{message});
		$session->query('SET adpipe.pushdown = off');
		my ($plain) = ask(sprintf $statement{$what}, $table, $where);
		$session->query('RESET adpipe.pushdown');
		is($rows, $plain, "$name: is right") unless $what =~ /preview/;
		is($n, $is_nothing ? 0 : $is_first ? 1 : $accounts, "$name: with the fewest requests");
		push @table, sprintf '%-10s %-26s %6s %6s %6s', $platform, $what, @counts, $n;
	}

	# A preview goes on to the accounts that it needs.
	my $all = $session->query("SELECT count(*) FROM $table $where");
	my ($rows, undef, $n) = ask("SELECT count(*) FROM (SELECT * FROM $table t $where LIMIT " . ($all - 1) . ') q');
	is($rows, $all - 1, "$platform: a long preview has its rows");
	is($n, $accounts, "$platform: of all accounts");
	($rows) = ask("SELECT count(*) FROM (SELECT * FROM $table t $where LIMIT " . ($all + 1) . ') q');
	is($rows, $all, "$platform: and ends with the last");

	# A list of entities needs no bound.
	(undef, undef, $n) = ask("SELECT count(*) FROM $list{$platform}");
	my $lists = $platform eq 'appsflyer' ? 0 : $accounts;
	cmp_ok($n, '<=', $accounts, "$platform: a list takes $n requests");
	my ($preview, undef, $few) = ask("SELECT * FROM $list{$platform} LIMIT 1");
	isnt($preview, '', "$platform: a preview of a list");
	is($few, $lists ? 1 : 0, "$platform: takes one");
}
note(join "\n", sprintf('%-10s %-26s %6s %6s %6s', 'platform', 'statement', 'none', 'window', 'bound'), @table);

done_testing();
