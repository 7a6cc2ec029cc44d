# examples/superset in Superset itself, from nothing: imported, opened by a person in
# a browser, and every tile compared with SQL over the copies and the ledger.
#
# test/long/superset runs this.  ADPIPE_SUPERSET names a folder with a virtual
# environment "venv", and a folder "shown" for the screenshot.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Dashboards;
use Encode qw(encode_utf8);
use Cpanel::JSON::XS;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $folder = $ENV{ADPIPE_SUPERSET} or plan skip_all => 'ADPIPE_SUPERSET is not set: test/long/superset runs this';
my $advertiser = '한빛 러닝';
my @titles = ('Spend', 'ROAS', 'By platform', 'Spend by day', 'Pacing of the month', 'Platform and tracker', 'What is missing', 'How fresh it is');
my $screenshot = "$folder/shown/superset_dashboard.png";

my $start = time;
my ($node, $sim) = dashboards(conf => "listen_addresses = '127.0.0.1'");
# The role logs in by its password, as from another machine.
my $hba = $node->data_dir . '/pg_hba.conf';
my $rules = slurp_file($hba);
open my $file, '>', $hba or die "cannot write $hba: $!";
print $file "host all bi 127.0.0.1/32 scram-sha-256\n$rules";
close $file;
$node->reload;
diag(sprintf 'server, simulator and copies: %.0f s', time - $start);
my $before = @{ $sim->requests };

my $home = PostgreSQL::Test::Utils::tempdir();
my $port = $node->port;
open my $out, '-|', "$folder/venv/bin/python", "$FindBin::RealBin", '--home' => $home, '--examples' => examples('superset'),
  '--port' => $port, '--password' => 'sample-password', '--advertiser' => encode_utf8($advertiser), '--screenshot' => $screenshot, @titles
  or die "cannot run Superset: $!";
my $answer = do { local $/; <$out> };
close $out or die "Superset did not show the dashboard; the browser's last picture is $screenshot";
my $shown = decode_json($answer);
my %tile = %{ $shown->{tiles} };
diag(sprintf '%s: %.0f s', $_, $shown->{seconds}{$_}) for sort keys %{ $shown->{seconds} };
my $days = "BETWEEN date '$shown->{today}' - 30 AND date '$shown->{today}' - 1";

# Rows of SQL, each an array of texts.
sub sql_rows
{
	return [ map { [ split /\|/, $_, -1 ] } split /\n/, as_bi($_[0]) ];
}

# Rows as a tile shows them: two decimals, N/A for NULL, in any order.
sub plain
{
	my ($rows, $is_shown) = @_;
	return [ sort map { join ' | ', map { $is_shown ? s/^N\/A$//r =~ s/,(?=\d{3})//gr : $_ } @$_ } @$rows ];
}

# A test: a tile has a head and exactly the rows of a query.
sub is_tile
{
	my ($title, $head, $sql) = @_;
	my ($shown_head, @rows) = @{ $tile{$title} };
	is_deeply($shown_head, $head, "$title: columns");
	cmp_ok(scalar @rows, '>', 0, "$title: is not empty");
	is_deeply(plain(\@rows, 1), plain(sql_rows($sql)), "$title: " . @rows . ' rows as by SQL');
	return;
}

# The accounts of the advertiser, by the rows of adpipe.advertisers.
my ($google, $meta, @apps) = qw(1234567890 1234567890123456 com.hanbit.running id1400000001);
my $copies = <<"END";
(SELECT platform, date_day, currency, clicks, spend, conversions, conversions_value FROM ads.google_campaign WHERE account_id = '$google' AND date_day $days
 UNION ALL
 SELECT platform, date_day, currency, clicks, spend, conversions, conversions_value FROM ads.meta_campaign WHERE account_id = '$meta' AND date_day $days) c
END
my $money = 'FM999999999990.00';

is($tile{Spend} =~ tr/,//dr, as_bi("SELECT to_char(sum(spend), '$money') FROM $copies"), "Spend: $tile{Spend}");
is($tile{ROAS}, as_bi("SELECT to_char(sum(conversions_value) / sum(spend), '$money') FROM $copies"), "ROAS: $tile{ROAS}");
is_tile('By platform', [qw(Platform Currency Spend Clicks Conversions CPA ROAS)], <<"END");
SELECT platform, currency, to_char(sum(spend), '$money'), sum(clicks), to_char(sum(conversions), '$money'),
       to_char(sum(spend) / sum(conversions), '$money'), to_char(sum(conversions_value) / sum(spend), '$money')
FROM $copies GROUP BY platform, currency
END
my ($head, @trend) = @{ $tile{'Spend by day'} };
is_deeply($head, [qw(Day google_ads meta_ads)], 'Spend by day: columns');
is_deeply([ map { join ' | ', substr($_->[0], 0, 10), map { $_ eq 'N/A' ? '' : 0 + $_ } @$_[ 1, 2 ] } @trend ],
	[ map { join ' | ', $_->[0], map { $_ eq '' ? '' : 0 + $_ } @$_[ 1, 2 ] } @{ sql_rows(<<"END") } ], 'Spend by day: ' . @trend . ' days as by SQL');
SELECT date_day, sum(spend) FILTER (WHERE platform = 'google_ads'), sum(spend) FILTER (WHERE platform = 'meta_ads') FROM $copies GROUP BY 1 ORDER BY 1
END
is(scalar(grep { $_->[2] eq 'N/A' } @trend), 2, 'Spend by day: the days that the copy of Meta lacks are a gap and no zero');
is_tile('Pacing of the month', [qw(Platform Campaigns Budget Spent Expected Projected Pace Missing)], <<"END");
WITH m AS (SELECT m::date AS first, (m + interval '1 month')::date AS after, (m + interval '1 month')::date - m::date AS length
           FROM date_trunc('month', date '$shown->{today}' - 1) m),
     days AS (SELECT CASE c.account_id WHEN '$google' THEN 'google_ads' ELSE 'meta_ads' END AS platform, m.length, c.account_id, c.date_day,
                     c.state IN ('provisional', 'final') AS is_complete
              FROM adpipe.coverage c, m
              WHERE c.date_day >= m.first AND c.date_day < m.after AND c.state <> 'open' AND c.target IN ('ads.google_campaign'::regclass, 'ads.meta_campaign'::regclass)
                AND c.account_id IN ('$google', '$meta')),
     spent AS (SELECT account_id, date_day, spend FROM ads.google_campaign UNION ALL SELECT account_id, date_day, spend FROM ads.meta_campaign),
     plans AS (SELECT d.platform, d.length, CASE d.platform WHEN 'google_ads' THEN 48000000 ELSE 50000000 END AS plan,
                      count(*) FILTER (WHERE d.is_complete) AS n, count(*) FILTER (WHERE NOT d.is_complete) AS missing,
                      sum((SELECT sum(s.spend) FROM spent s WHERE s.account_id = d.account_id AND s.date_day = d.date_day)) FILTER (WHERE d.is_complete) AS spent
               FROM days d GROUP BY 1, 2)
SELECT platform, '%', to_char(plan, '$money'), to_char(spent, '$money'), to_char(plan::numeric * n / length, '$money'),
       to_char(spent * length / n, '$money'), to_char(spent / (plan::numeric * n / length), '$money'), missing
FROM plans
END
is_tile('Platform and tracker', [ 'Tracker', 'Days compared', 'Platform clicks', 'Tracker clicks', 'Conversions', 'Installs' ], <<"END");
SELECT t.media_source, count(*), sum(p.clicks), sum(t.clicks), to_char(sum(p.conversions), '$money'), sum(t.installs)
FROM (SELECT platform, date_day, sum(clicks) AS clicks, sum(conversions) AS conversions FROM $copies GROUP BY 1, 2) p
JOIN (SELECT media_source, date_day, sum(clicks) AS clicks, sum(installs) AS installs FROM ads.tracker
      WHERE account_id IN ('$apps[0]', '$apps[1]') GROUP BY 1, 2) t
  ON t.date_day = p.date_day AND t.media_source = CASE p.platform WHEN 'google_ads' THEN 'googleadwords_int' ELSE 'Facebook Ads' END
GROUP BY 1
END
my $accounts = "account_id IN ('$google', '$meta', '$apps[0]', '$apps[1]')";
is_tile('What is missing', [ 'Copy', 'Account', 'Days', 'Missing', 'Missing since', 'Problem' ], <<"END");
SELECT target, account_id, count(*), count(*) FILTER (WHERE state IN ('missing', 'failed', 'changed')), min(date_day) FILTER (WHERE state IN ('missing', 'failed', 'changed')),
       coalesce((SELECT string_agg(problem, '; ') FROM adpipe.health h WHERE h.target = c.target AND h.account_id = c.account_id), '-')
FROM adpipe.coverage c WHERE $accounts AND state <> 'open' GROUP BY target, account_id
END
is(scalar(grep { $_->[3] eq '2' && $_->[5] =~ /^2 of the days/ } @{ $tile{'What is missing'} }), 1, 'What is missing: two days of Meta, and why');
is_tile('How fresh it is', [ 'Copy', 'Account', 'Complete until', 'Last read (UTC)', 'Next day by (UTC)', 'State' ], <<"END");
SELECT target, account_id, latest_complete_day, to_char(last_success, 'YYYY-MM-DD HH24:MI'), to_char(expected_by, 'YYYY-MM-DD HH24:MI'),
       CASE WHEN expected_by < now() THEN 'late' ELSE 'in time' END
FROM adpipe.freshness WHERE $accounts
END
cmp_ok(-s $screenshot, '<', 300_000, 'the screenshot is small enough for the documentation');
is(scalar @{ $sim->requests }, $before, 'from the import to the last tile no platform is asked');

done_testing();
