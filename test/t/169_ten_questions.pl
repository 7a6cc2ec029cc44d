# doc/recipes.md: twelve questions, a statement of less than 15 lines each, and what the
# answers are over copies of three platforms.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use PostgreSQL::Test::Utils;
use Test::More;

# The statements of a page: arrays of heading and text.
my @questions;
my $page = slurp_file('doc/recipes.md');
push @questions, [ $1, $2 ] while $page =~ /^## (\d+\. [^\n]+)\n.*?^```sql\n(.*?)^```$/msg;
is(scalar @questions, 12, 'twelve questions');
for my $question (@questions)
{
	my ($heading, $sql) = @$question;
	cmp_ok(scalar(split /\n/, $sql), '<', 15, "$heading less than 15 lines");
	is(() = $sql =~ /;|\\crosstabview/g, 1, "$heading one statement");
	like($page, qr/^## \Q$heading\E\n\nUses /m, "$heading the page says what it uses");
}

# The copies of doc/report_views.md.  Cohorts of three apps are as many calls as AppsFlyer
# lets in a minute.
my $apps = 'com.hanbit.running,id1400000001,com.pacifictrail.app';
my $node = adpipe_cluster();
my $sim = simulator(args => [ '--world', 'demo' ]);
loader($node, $sim);
meta_server($node, $sim, role => 'loader');
appsflyer_server($node, $sim, role => 'loader', options => { app_id => $apps });
$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA meta, flyer TO loader;
GRANT USAGE ON FOREIGN SERVER meta, flyer TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA meta, flyer TO loader;
CREATE SCHEMA bi AUTHORIZATION loader;
END
$sim->settings({ appsflyer_minute_calls => 1000 });
run($_) for slurp_file('doc/report_views.md') =~ /^(SELECT adpipe\.materialize\(.*?\);)$/mg;
run('CALL adpipe.refresh_all()');
run("SELECT adpipe.create_report_views('bi')");
run("INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) SELECT d::date, 'EUR', c.currency, c.rate FROM generate_series(current_date - 40, current_date + 1, '1 day') d, (VALUES ('USD', 1.16), ('KRW', 1700)) c (currency, rate)");
run("INSERT INTO adpipe.plans (month, amount, currency) VALUES (date_trunc('month', current_date), 50000000, 'KRW')");

# Each statement has an answer, and sends nothing.
my $last = $sim->requests->[-1]{seq};
my %answer;
for my $question (@questions)
{
	my ($heading, $sql) = @$question;
	$answer{ $heading =~ s/\..*//r } = my $rows = run($sql);
	isnt($rows, '', "$heading an answer") unless $heading =~ /^2\./;
}
is(scalar @{ $sim->control('GET', "/_control/requests?since=$last") }, 0, 'nothing is sent');

# The answers by another way.
is(run("SELECT abs(" . (split /\|/, $answer{9})[0] . " - (SELECT sum(spend * CASE currency WHEN 'EUR' THEN 1700 WHEN 'USD' THEN 1700 / 1.16 ELSE 1 END) FROM (SELECT currency, date_day, spend, conversions FROM ads.google_campaign "
		. "UNION ALL SELECT currency, date_day, spend, conversions FROM ads.meta_campaign) c WHERE date_day >= current_date - 14 AND conversions IS NOT NULL)) < 0.01"), 't', '9. is the spend of both platforms in one currency');
like($answer{1}, qr/^google_ads\|\d{4}-\d\d-\d\d\|[0-9.]+\|/m, '1. has Google');
like($answer{1}, qr/^meta_ads\|\d{4}-\d\d-\d\d\|[0-9.]+\|/m, '1. and Meta');
is(scalar(split /\n/, $answer{2}), run("SELECT least(20, count(*)) FROM (SELECT FROM ads.google_search_term WHERE date_day >= current_date - 14 GROUP BY account_id, search_term HAVING sum(conversions) = 0 AND sum(spend) > 0) x"), '2. has each term that cost and brought nothing');
is((() = $answer{4} =~ /\|(MOBILE|DESKTOP)\|/g) > 2, 1, '4. has devices in each currency');
my ($users, $bought) = (0, 0);
for (split /\n/, $answer{5}) { my (undef, $u, $b) = split /\|/; $users += $u; $bought += $b; }
is($users, run('SELECT count(DISTINCT appsflyer_id) FROM ads.installs'), '5. begins with every install');
is($bought, run("SELECT count(DISTINCT i.appsflyer_id) FROM ads.installs i JOIN ads.events e ON e.appsflyer_id = i.appsflyer_id AND e.event_name = 'af_purchase' AND e.event_time BETWEEN i.install_time AND i.install_time + interval '3 days'"), '5. and counts purchases of three days');
my $credits = 0;
$credits += (split /\|/)[1] for split /\n/, $answer{6};
cmp_ok(abs($credits - run('SELECT count(*) FROM ads.installs')), '<', 0.001, '6. divides every install');
my $new = 0;
$new += (split /\|/)[1] for split /\n/, $answer{7};
is($new, run("SELECT count(DISTINCT appsflyer_id) FROM ads.events WHERE event_name = 'af_purchase'"), '7. counts each buyer once as new');
like($answer{8}, qr/\|exact name\|/, '8. has campaigns that the tracker knows');

# Cohorts, from the users of the simulator.
{
	my $since = run('SELECT current_date - 30');
	my (%matrix, %seven);
	for my $row (@{ $sim->world(platform => 'appsflyer', resource => 'cohort', accounts => $apps, since => $since, until => scalar(run('SELECT current_date + 1'))) })
	{
		my ($n, $source) = @$row{qw(cohort_day media_source)};
		if ($n == 7)
		{
			my $sums = $seven{"$source|$row->{currency}"} //= { users => 0 };
			$sums->{users} += $row->{users};
			push @{ $sums->{pairs} }, "($row->{revenue}::numeric, $row->{spend}::numeric)" if defined $row->{spend};
		}
		push @{ $matrix{"$row->{account_name} $row->{date_day}"}[$n] }, "($row->{revenue}::numeric, $row->{spend}::numeric)" if $n < 30 && defined $row->{spend};
		$matrix{"$row->{account_name} $row->{date_day}"}[$n] //= [] if $n < 30;
	}
	my $ratio = sub { @_ ? 'adpipe.display((SELECT sum(r) / sum(s) FROM (VALUES ' . join(', ', @_) . ') AS v (r, s)))::text' : "''" };
	my @cohorts = sort keys %matrix;
	cmp_ok(scalar @cohorts, '>=', 30, '11. has thirty days of installs');
	my @lines = split /\n/, $answer{11};
	is(scalar(grep { !/^[^|]+(?:\|[^|]*){30}$/ } @lines), 0, '11. has a column for each day after them');
	my $expected = run(join ' UNION ALL ', map { my $c = $_; 'SELECT ' . join(" || '|' || ", quote($c), map { "coalesce(" . $ratio->(@{ $matrix{$c}[$_] // [] }) . ", '')" } 0 .. 29) } @cohorts);
	is(join("\n", sort @lines), join("\n", sort split /\n/, $expected), '11. is the ROAS of the users of each day of install');
	my %found = map { my ($source, $currency, $users, undef, $roas) = split /\|/; ("$source|$currency" => "$users|$roas") } split /\n/, $answer{12};
	for my $key (sort keys %seven)
	{
		is($found{$key}, "$seven{$key}{users}|" . run('SELECT ' . $ratio->(@{ $seven{$key}{pairs} // [] })), "12. $key");
	}
}

$node->stop;
done_testing();
