# What dashboards ask of a live table without a filter: number of rows, first and last
# day, values of a column, a preview.  Without a bound they are an error whose hint has
# the WHERE to add and the local copy to read instead; with one they are right, with a
# request per account that comes into question.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim);
at('2026-11-20T12:00:00Z');
my $session = session($node, user => 'loader');
$session->query("SET adpipe.debug_now = '2026-11-20T12:00:00Z'");
my %asked = (
	'number of rows' => 'SELECT count(*) FROM %s t %s',
	'first and last day' => 'SELECT min(date_day), max(date_day) FROM %s t %s',
	'values of a column' => 'SELECT DISTINCT campaign_name FROM %s t %s ORDER BY 1',
	'a preview' => 'SELECT count(*) FROM (SELECT * FROM %s t %s LIMIT 100) s',
);

# Without a copy the hint says how to make one, with one it names it.
for my $round ('made', 'named')
{
	run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-01'); CALL adpipe.refresh_all()") if $round eq 'named';
	$sim->reset;
	$sim->clock('2026-11-20T12:00:00Z');
	for my $what (sort keys %asked)
	{
		my $error = $session->query_error(sprintf $asked{$what}, 'google.campaign_daily', '');
		is($error->{sqlstate}, 'HV002', "$what without a bound is refused");
		like($error->{hint}, qr/^Add WHERE date_day >= current_date - 30/, 'the hint has the WHERE to add');
		like($error->{hint}, $round eq 'made'
			? qr/SELECT adpipe\.materialize\('google\.campaign_daily', \.\.\.\) makes a local copy, which answers without a request\.$/
			: qr/Its local copy ads\.campaign answers without a request\.$/, "and the copy, to be $round");
	}
	is(scalar @{ $sim->requests }, 0, 'nothing was sent');
}

# With a bound they are right, with a report per account.
my $where = "WHERE date_day BETWEEN '2026-11-02' AND '2026-11-08'";
$session->query("SELECT count(*) FROM google.account_daily WHERE date_day = '2026-11-02'");
my $accounts = grep { ($_->{query} // '') =~ /FROM customer WHERE segments\.date/ } @{ $sim->requests };
cmp_ok($accounts, '>', 1, "$accounts accounts");
for my $what (sort keys %asked)
{
	$sim->reset;
	$sim->clock('2026-11-20T12:00:00Z');
	is($session->query(sprintf $asked{$what}, 'google.campaign_daily', $where), run(sprintf $asked{$what}, 'ads.campaign', $where), "$what is right");
	cmp_ok(scalar @{ $sim->requests }, '<=', $accounts, "with a request per account");
	$sim->reset;
	$sim->clock('2026-11-20T12:00:00Z');
	$session->query('SET adpipe.max_requests_per_query = 1');
	my ($rows, $error) = $session->try(sprintf $asked{$what}, 'google.campaign_daily', $where);
	# One answer may have as many rows as a preview shows.
	is($error ? $error->{sqlstate} : $rows, $what eq 'a preview' ? 100 : '53400', 'the limit of requests holds');
	cmp_ok(scalar @{ $sim->requests }, '<=', 1, 'with no request beyond it');
	$session->query('RESET adpipe.max_requests_per_query');
}

# A reader who may not read the copy does not learn of it.
$node->safe_psql('postgres', <<'END');
CREATE ROLE outsider LOGIN;
GRANT USAGE ON SCHEMA google TO outsider;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO outsider;
CREATE USER MAPPING FOR outsider SERVER google
  OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh');
END
my $outsider = session($node, user => 'outsider');
unlike($outsider->query_error('SELECT count(*) FROM google.campaign_daily')->{hint}, qr/ads\.campaign/, 'an outsider learns of no copy');

done_testing();
