# Resources of Google Ads that have one or two metrics, that want one day per
# request, or a range of time and a LIMIT; and what the error says of a column that
# does not go with the others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options => { customer_id => '1234567890' });
my $session = session($node);
my $day = $session->query('SELECT current_date - 20');
my $before = $session->query('SELECT current_date - 22');

sub queries
{
	my ($resource) = @_;
	return map { $_->{query} } grep { ($_->{query} // '') =~ /FROM $resource / } @{ $sim->requests };
}

# Runs a statement with a log of its own; the clock of the simulator stays.
sub asked
{
	my ($resource, $sql) = @_;
	$sim->reset;
	my $out = $session->query($sql);
	return ($out, queries($resource));
}

# The number of rows of the world, and the sum of one of its columns.
sub world_sum
{
	my ($metric, %where) = @_;
	my $rows = $sim->world(accounts => '1234567890', metrics => $metric, @{[%where]});
	my $sum = 0;
	$sum += $_->{"metrics.$metric"} foreach @$rows;
	return scalar(@$rows) . "|$sum";
}

# Performance Max placements have impressions and nothing else.
$session->query(<<'END');
CREATE FOREIGN TABLE placements (
    account_id text OPTIONS (field 'customer.id'),
    date_day date OPTIONS (field 'segments.date'),
    campaign_name text OPTIONS (field 'campaign.name'),
    placement text OPTIONS (field 'performance_max_placement_view.placement'),
    placement_type text OPTIONS (field 'performance_max_placement_view.placement_type'),
    impressions bigint OPTIONS (field 'metrics.impressions')
) SERVER google OPTIONS (resource 'performance_max_placement_view')
END
is($session->query("SELECT count(*), sum(impressions) FROM placements WHERE date_day BETWEEN '$before' AND '$day'"),
	world_sum('impressions', resource => 'performance_max_placement_view', since => $before, until => $day),
	'performance_max_placement_view: rows and impressions');
is($session->query("SELECT count(DISTINCT placement_type) FROM placements WHERE date_day = '$day'"), 3, 'without a metric in the statement');

# Conversion actions: all conversions and their value.
$session->query(<<'END');
CREATE FOREIGN TABLE actions (
    date_day date OPTIONS (field 'segments.date'),
    action_id text OPTIONS (field 'conversion_action.id'),
    action_name text OPTIONS (field 'conversion_action.name'),
    all_conversions numeric OPTIONS (field 'metrics.all_conversions'),
    all_conversions_value numeric OPTIONS (field 'metrics.all_conversions_value')
) SERVER google OPTIONS (resource 'conversion_action');
CREATE FOREIGN TABLE split_by_action (
    date_day date OPTIONS (field 'segments.date'),
    action_name text OPTIONS (field 'segments.conversion_action_name'),
    conversions numeric OPTIONS (field 'metrics.conversions'),
    all_conversions numeric OPTIONS (field 'metrics.all_conversions')
) SERVER google OPTIONS (resource 'customer')
END
is($session->query("SELECT count(*), sum(all_conversions) FROM actions WHERE date_day BETWEEN '$before' AND '$day'"),
	world_sum('all_conversions', resource => 'conversion_action', since => $before, until => $day), 'conversion_action: rows and conversions');
is($session->query("SELECT action_name, all_conversions FROM actions WHERE date_day = '$day' ORDER BY 1"),
	$session->query("SELECT action_name, all_conversions FROM split_by_action WHERE date_day = '$day' ORDER BY 1"),
	'a segment that splits conversions tells the same');

# What does not go together is named, by the column.
for my $case (
	[ 'actions', 'spend numeric', 'metrics.cost_micros', qr/^Drop column "extra" \(field metrics\.cost_micros\) from the foreign table/ ],
	[ 'split_by_action', 'spend numeric', 'metrics.cost_micros',
		qr/^Drop one of these columns .*: "action_name" \(field segments\.conversion_action_name\), "extra" \(field metrics\.cost_micros\)\.$/ ],
	[ 'placements', 'hour int', 'segments.hour', qr/^Drop column "extra" \(field segments\.hour\)/ ],
	[ 'placements', 'ad text', 'ad_group_ad.ad.name', qr/^Drop column "extra" \(field ad_group_ad\.ad\.name\)/ ])
{
	my ($table, $column, $field, $hint) = @$case;
	my ($type) = $column =~ / (\w+)$/;
	$session->query("ALTER FOREIGN TABLE $table ADD extra $type OPTIONS (field '$field')");
	my $error = $session->query_error("SELECT * FROM $table WHERE date_day = '$day'");
	is($error->{sqlstate}, 'HV00L', "$table with $field: refused");
	like($error->{hint}, $hint, "$table with $field: the hint names the column");
	$session->query("ALTER FOREIGN TABLE $table DROP extra");
}

# The platform may list the names without what stands before the dot; words of
# the sentence are no names.
$session->query('CREATE FOREIGN TABLE named (date_day date OPTIONS (field \'segments.date\'), a bigint OPTIONS (field \'metrics.clicks\'),'
	  . ' b bigint OPTIONS (field \'metrics.cost_micros\'), c numeric OPTIONS (field \'metrics.cost_micros\'), d bigint OPTIONS (field \'metrics.impressions\'))'
	  . " SERVER google OPTIONS (resource 'campaign')");
for my $case (
	[ "Cannot select or filter on the following metrics: 'clicks,cost_micros', since metrics is incompatible with the resource in the FROM clause.",
		qr/^Drop one of these columns .*: "a" \(field metrics\.clicks\), "b", "c" \(field metrics\.cost_micros\)\.$/ ],
	[ "Cannot select 'cost_micros', 'x', for clicks and impressions alone.", qr/^Drop column "b", "c" \(field metrics\.cost_micros\) from/ ],
	[ 'The fields do not go together: metrics.clicks_of, metrics.impressions.', qr/^Drop column "d" \(field metrics\.impressions\)/ ],
	[ 'These fields do not go together.', qr/^Drop columns from the foreign table until/ ])
{
	$sim->faults([ { match => { query => 'FROM campaign' },
				action => { error => 'queryError.PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE', message => $case->[0] } } ]);
	like($session->query_error("SELECT * FROM named WHERE date_day = '$day'")->{hint}, $case->[1], $case->[0]);
}
$sim->reset;

# Clicks: one day per request, 90 days.
$session->query(<<'END');
CREATE FOREIGN TABLE clicks (
    account_id text OPTIONS (field 'customer.id'),
    date_day date OPTIONS (field 'segments.date'),
    gclid text OPTIONS (field 'click_view.gclid'),
    campaign_id text OPTIONS (field 'campaign.id'),
    device text OPTIONS (field 'segments.device'),
    clicks bigint OPTIONS (field 'metrics.clicks')
) SERVER google OPTIONS (resource 'click_view')
END
my ($out, @sent) = asked('click_view', "SELECT count(*), sum(clicks) FROM clicks WHERE date_day BETWEEN '$before' AND '$day'");
is($out, world_sum('clicks', resource => 'click_view', since => $before, until => $day), 'click_view: rows of three days');
is(scalar @sent, 3, 'three requests');
like($_, qr/ WHERE segments\.date = '\d{4}-\d\d-\d\d' PARAMETERS/, 'each of one day') foreach @sent;
is($session->query("SELECT count(*) > 10, count(DISTINCT gclid) = count(*) FROM clicks WHERE date_day = '$day'"), 't|t', 'ids of clicks');
my ($plan) = $session->query("EXPLAIN (VERBOSE) SELECT gclid FROM clicks WHERE date_day = '$day'") =~ /Request: (.*)/;
like($plan, qr/ FROM click_view WHERE segments\.date = '$day' PARAMETERS/, 'EXPLAIN shows the day as it is sent');
like($session->query("EXPLAIN (VERBOSE) SELECT gclid FROM clicks WHERE date_day BETWEEN '$before' AND '$day'"),
	qr/Expected Requests: 3\n/, 'and how many requests there will be');
is($session->query("SELECT count(*) > 0 FROM clicks WHERE date_day >= current_date - 2"), 't', 'up to today');
my $error = $session->query_error('SELECT count(*) FROM clicks WHERE date_day >= current_date - 100');
is($error->{sqlstate}, '22008', 'days beyond 90: SQLSTATE');
like($error->{detail}, qr/last 90 days only/, 'days beyond 90: the reach');
$session->query("CREATE FOREIGN TABLE dayless (gclid text OPTIONS (field 'click_view.gclid')) SERVER google OPTIONS (resource 'click_view')");
like($session->query_error('SELECT * FROM dayless')->{hint}, qr/column of type date with option field 'segments\.date'/, 'without a day: what the table lacks');

# Changes: a range of their time, and a LIMIT that cuts.
$session->query(<<'END');
CREATE FOREIGN TABLE changes (
    date_day date OPTIONS (field 'change_event.change_date_time'),
    changed_at timestamp OPTIONS (field 'change_event.change_date_time'),
    what text OPTIONS (field 'change_event.change_resource_name'),
    campaign_name text OPTIONS (field 'campaign.name'),
    operation text OPTIONS (field 'change_event.resource_change_operation')
) SERVER google OPTIONS (resource 'change_event');
CREATE FOREIGN TABLE statuses (
    date_day date OPTIONS (field 'change_status.last_change_date_time'),
    status text OPTIONS (field 'change_status.resource_status')
) SERVER google OPTIONS (resource 'change_status')
END
($out, @sent) = asked('change_event', "SELECT count(*), min(changed_at), count(DISTINCT date_day), bool_and(changed_at::date = date_day), count(campaign_name)"
	  . " FROM changes WHERE date_day BETWEEN '$before' AND '$day'");
is($out, "36|$before 00:00:00|3|t|36", 'change_event: all changes of three whole days');
like($sent[0], qr/ WHERE change_event\.change_date_time >= '$before' AND change_event\.change_date_time <= '$day 23:59:59\.999999' LIMIT 10000 PARAMETERS/,
	'by their time, with the LIMIT of the platform');
is(scalar @sent, 1, 'in one request');
is($session->query('SELECT count(*) FROM statuses WHERE date_day >= current_date - 1 AND date_day < current_date'), 12, 'change_status as well');
is($session->query("SELECT count(*) FROM (SELECT * FROM changes WHERE date_day = '$day' LIMIT 5) c"), 5, 'LIMIT of a statement');
like((queries('change_event'))[-1], qr/ LIMIT 5 PARAMETERS/, 'is sent in its place');

# 6,000 a day: two days would be cut.
$sim->reset;
$sim->settings({ changes_per_day => 6000 });
is($session->query("SELECT count(*), count(DISTINCT changed_at) FROM changes WHERE date_day BETWEEN '$before' AND '$day'"), '18000|18000', 'an answer that is cut is asked for in halves');
$sim->settings({ changes_per_day => 10000 });
$error = $session->query_error("SELECT count(*) FROM changes WHERE date_day = '$day'");
is($error->{sqlstate}, '54000', 'one day that is cut is an error');
like($error->{detail}, qr/^account 1234567890, $day to $day: 10000 rows came/, 'which names account and day');
$sim->settings({ page_size => 3000 });
is($session->query_error("SELECT count(*) FROM changes WHERE date_day = '$day'")->{sqlstate}, '54000', 'also when it comes in pages');
$sim->settings({ changes_per_day => 9999 });
is($session->query("SELECT count(*) FROM changes WHERE date_day = '$day'"), 9999, 'one row less is whole');
$error = $session->query_error('SELECT count(*) FROM changes WHERE date_day >= current_date - 40');
is($error->{sqlstate}, '22008', 'changes beyond 30 days');
$session->query("CREATE FOREIGN TABLE timeless (at timestamp OPTIONS (field 'change_event.change_date_time')) SERVER google OPTIONS (resource 'change_event')");
like($session->query_error('SELECT * FROM timeless')->{hint}, qr/column of type date with option field 'change_event\.change_date_time'/, 'without a day: what the table lacks');

done_testing();
