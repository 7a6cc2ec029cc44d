# A row of a day that was not asked for, or of none, is an error on every platform:
# the condition on the day would drop it, and the sum without it would be too low.
# In reports, on later pages, in runs, in lists with moments, and in refreshes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
$sim->settings({ page_size => 10, meta_page_rows => 10 });
google_server($node, $sim, options => { max_retries => 0, customer_id => '1234567890' });
meta_server($node, $sim, options => { max_retries => 0, account_id => '1234567890123456' });
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE google.my_changes (
    account_id text OPTIONS (field 'customer.id'),
    date_day date OPTIONS (field 'change_event.change_date_time'),
    at timestamp OPTIONS (field 'change_event.change_date_time'),
    kind text OPTIONS (field 'change_event.change_resource_type')) SERVER google OPTIONS (resource 'change_event');
END
my $session = session($node);
my $days = "date_day BETWEEN '2026-11-09' AND '2026-11-11'";

# Makes answers have other days; returns the error of a statement.
sub error_under
{
	my ($match, $old, $new, $sql) = @_;
	$sim->faults([ { match => $match, action => { replace => [ $old, $new ] } } ]);
	my ($out, $error) = $session->try($sql);
	my $applied = $sim->control('GET', '/_control/faults')->[0]{applied};
	$sim->faults([]);
	return 'nobody met it' unless $applied;
	return $error ? join("\n", map { $_ // '' } @$error{qw(sqlstate message detail hint)}) : "no error: $out";
}

my $refused = qr/\AHV00A\n.*\n.*the answer has a row of a day that was not asked for\. Row \d+ .* Asked for 2026-11-09 to 2026-11-11\.\n.+/;
my %place = (
	'google, rows' => [ { query => 'FROM campaign ' }, '"date":', "SELECT count(*), max(date_day) FROM google.campaign_daily WHERE $days" ],
	'google, a later page' => [ { query => 'FROM campaign ', page => 1 }, '"date":', "SELECT count(*), max(date_day) FROM google.campaign_daily WHERE $days" ],
	'meta, a report' => [ { path => '/insights' }, '"date_start":', "SELECT count(*), max(date_day) FROM meta.campaign_daily WHERE $days" ],
	'meta, a later page' => [ { path => '/insights', query => '(^|&)after=' }, '"date_start":', "SELECT count(*), max(date_day) FROM meta.ad_daily WHERE $days" ],
	'meta, actions' => [ { path => '/insights' }, '"date_start":', "SELECT count(*), max(date_day) FROM meta.campaign_action_daily WHERE $days" ]);
for my $name (sort keys %place)
{
	my ($match, $member, $sql) = @{ $place{$name} };
	for my $day ('1999-01-01', '2026-11-08', '2026-11-12', 'infinity', '20261110', '2026-02-30', 'yesterday', '')
	{
		like(error_under($match, qq($member"2026-11-10"), qq($member"$day"), $sql), $refused, "$name: \"$day\"");
	}
	for my $value ('null', 'true', '20261110', '{"value":"2026-11-10"}')
	{
		like(error_under($match, qq($member"2026-11-10"), "$member$value", $sql), $refused, "$name: $value");
	}
	like(error_under($match, qq($member"2026-11-10"), qq("another":"2026-11-10"), $sql), $refused, "$name: no day");
}
like(error_under({ query => 'FROM campaign ' }, '"date":"2026-11-10"', '"date":"1999-01-01"', "SELECT count(*), max(date_day) FROM google.campaign_daily WHERE $days"),
	qr/Account 1234567890, 2026-11-09 to 2026-11-11: the answer has .* Row \d+ is of "1999-01-01"\./, 'the row and its day are named');

# A run that the platform makes in the background.
my $long = "SELECT count(*), max(date_day) FROM meta.ad_daily WHERE date_day BETWEEN '2026-10-01' AND '2026-11-10'";
like(error_under({ path => '/v26.0/\d+/insights$' }, '"date_start":"2026-11-03"', '"date_start":"2026-11-30"', $long), qr/\AHV00A\n.*\n.*not asked for/, 'meta, a run');

# Moments belong to days.
my $changes = "SELECT count(*), max(at) FROM google.my_changes WHERE $days";
isnt($session->query($changes) =~ s/\|.*//r, '0', 'there are changes');
like(error_under({ query => 'FROM change_event' }, '"changeDateTime":"2026-11-10', '"changeDateTime":"2026-11-14', $changes), $refused, 'google, changes');

# A statement without the day reads what the answer says.
like($session->query("SELECT sum(clicks) FROM google.campaign_daily WHERE $days"), qr/^\d+$/, 'sums without days');

# A refresh keeps what is stored.
$session->query('CREATE SCHEMA ads');
my %match = (google => { query => 'FROM campaign ' }, meta => { path => '/insights' });
my %member = (google => 'date', meta => 'date_start');
for my $name (sort keys %match)
{
	$session->query("SELECT adpipe.materialize('$name.campaign_daily', 'ads.$name', '2026-11-09')");
	$session->query("CALL adpipe.refresh('ads.$name', '2026-11-09', '2026-11-11')");
	my $stored = $session->query("SELECT count(*), md5(string_agg(c::text, '' ORDER BY c::text)) FROM ads.$name c");
	error_under($match{$name}, qq("$member{$name}":"2026-11-10"), qq("$member{$name}":"2026-11-08"), "CALL adpipe.refresh('ads.$name', '2026-11-09', '2026-11-11')");
	like($session->messages, qr/a row of a day that was not asked for/, "$name: a refresh says so");
	is($session->query("SELECT count(*), md5(string_agg(c::text, '' ORDER BY c::text)) FROM ads.$name c"), $stored, "$name: and keeps what is stored");
}

done_testing();
