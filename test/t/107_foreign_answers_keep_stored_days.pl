# A refresh that meets an answer that is none, a page that comes again or rows of
# another account leaves the stored days as they are, and the days that it could
# not read are not complete.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();

# Of each platform: an account, another one's, a table, what matches its
# requests for rows, and members that hold rows here and elsewhere.
my %platforms = (
	google => { make => \&google_server, option => 'customer_id', account => '1234567890', other => '4567890123', table => 'campaign_daily',
		match => { path => 'googleAds:search', query => 'segments\.date' }, key => 'results', elsewhere => 'data', small => { page_size => 5 } },
	meta => { make => \&meta_server, option => 'account_id', account => '1234567890123456', other => '4567890123456789', table => 'campaign_daily',
		match => { path => '/insights' }, key => 'data', elsewhere => 'results', small => { meta_page_rows => 5 } },
	flyer => { make => \&appsflyer_server, option => 'app_id', account => 'com.hanbit.running', other => 'id1400000001', table => 'installs',
		match => { path => 'raw-data' }, key => 'data', elsewhere => 'results', small => {} });
my %calm = (appsflyer_minute_calls => 1000, appsflyer_daily_app => 10000, appsflyer_daily_account => 10000,
	appsflyer_installs_app => 10000, appsflyer_installs_account => 10000, appsflyer_apps_minute => 10000, appsflyer_apps_day => 10000);

loader($node, $sim, options => { customer_id => '1234567890', max_retries => 0 });
for my $name ('meta', 'flyer')
{
	my $p = $platforms{$name};
	$p->{make}->($node, $sim, role => 'loader', options => { $p->{option} => $p->{account}, max_retries => 0 });
	$node->safe_psql('postgres', "GRANT USAGE ON SCHEMA $name TO loader; GRANT USAGE ON FOREIGN SERVER $name TO loader; GRANT SELECT ON ALL TABLES IN SCHEMA $name TO loader");
}

# What a copy holds, and which of its later days count as read.
sub stored
{
	my ($copy) = @_;
	return run("SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM $copy t");
}

for my $name (sort keys %platforms)
{
	my $p = $platforms{$name};
	my $copy = "ads.$name";
	my @bodies = map { s/KEY/$p->{key}/gr =~ s/OTHER/$p->{elsewhere}/gr } '', '{}', '{"message":"Forbidden"}', '{"success":true}', '{"id":"act_1"}',
	  '5', '"text"', 'null', '[]', '{"OTHER":[]}', '{"KEY":{}}', '{"KEY":null}', '{"KEY":[1]}', '{"KEY":[{}]}', '{"nextPageToken":"x"}';
	my @faults = map { [ $_, { status => 200, body => $_ } ] } @bodies;

	push @faults, [ 'rows of another account', { as_account => $p->{other} } ];
	push @faults, [ 'a page again', { repeat_rows => \1 } ] unless $name eq 'flyer';
	$sim->reset;
	$sim->settings({ %calm, %{ $p->{small} } });
	at('2026-11-20T12:00:00Z');
	run("SELECT adpipe.materialize('$name.$p->{table}', '$copy', '2026-11-16')");
	run("CALL adpipe.refresh('$copy')");
	my $before = stored($copy);
	isnt($before, '0|', "$name: rows are stored");

	# Two days later, with two days more to read.
	at('2026-11-22T12:00:00Z');
	for my $fault (@faults)
	{
		my ($what, $action) = @$fault;
		$sim->faults([ { match => $p->{match}, action => $action } ]);
		my (undef, $messages) = run("CALL adpipe.refresh('$copy', '2026-11-16', '2026-11-21')");
		like($messages, qr/WARNING/, "$name, $what: said");
		is(stored($copy), $before, "$name, $what: what is stored stays");
		is(run("SELECT count(*) FROM adpipe.coverage WHERE target = '$copy'::regclass AND date_day = '2026-11-21' AND state IN ('provisional', 'final')"), '0',
			"$name, $what: the new day is not complete");
		is(sql_error($node, "SELECT adpipe.require_complete('$copy', '2026-11-21', '2026-11-21')", extra_params => [ '-U', 'loader' ])->{sqlstate}, '55000',
			"$name, $what: nor taken for it");
	}
	$sim->faults([]);
	my (undef, $messages) = run("CALL adpipe.refresh('$copy', '2026-11-16', '2026-11-21')");
	unlike($messages, qr/WARNING/, "$name: the next one reads all");
	isnt(stored($copy), $before, "$name: and stores it");
	is(run("SELECT count(*) FROM adpipe.coverage WHERE target = '$copy'::regclass AND date_day BETWEEN '2026-11-16' AND '2026-11-21' AND state IN ('provisional', 'final')"), '6',
		"$name: all days are complete");
}

# The list of accounts: a page of it that is none leaves no account out.
$sim->reset;
$sim->settings({ page_size => 2 });
at('2026-11-20T12:00:00Z');
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (SET customer_id '*')");
run("SELECT adpipe.materialize('google.account_daily', 'ads.accounts', '2026-11-16')");
run("CALL adpipe.refresh('ads.accounts')");
my $before = stored('ads.accounts');
my $accounts = run("SELECT count(DISTINCT account_id) FROM adpipe.coverage WHERE target = 'ads.accounts'::regclass");
cmp_ok($accounts, '>', 4, 'accounts by the list');
for my $fault ([ '{}', 1, { status => 200, body => '{}' } ], [ 'a page again', 1, { repeat_rows => \1 } ], [ 'those of another manager', 0, { as_account => '9870001111' } ])
{
	my ($what, $page, $action) = @$fault;
	$sim->faults([ { match => { query => 'FROM customer_client', page => $page }, action => $action } ]);
	my ($err);
	$node->psql('postgres', "CALL adpipe.refresh('ads.accounts', '2026-11-16', '2026-11-19')", extra_params => [ '-U', 'loader' ], stderr => \$err);
	like($err, qr/cannot be read|same page twice/, "the list of accounts, $what: said");
	is(stored('ads.accounts'), $before, "the list of accounts, $what: what is stored stays");
	is(run("SELECT count(DISTINCT account_id) FROM adpipe.coverage WHERE target = 'ads.accounts'::regclass"), $accounts, "the list of accounts, $what: no account is forgotten");
}

done_testing();
