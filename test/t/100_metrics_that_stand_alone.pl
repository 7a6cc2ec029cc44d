# Rows that have a metric of the table and none of the usual ones: they are rows,
# in a scan, in a count and in a copy.  What a table does not name decides nothing
# and is not asked for.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options => { customer_id => '1234567890' });
my $session = session($node);
my $until = $session->query('SELECT current_date - 20');
my $since = $session->query('SELECT current_date - 40');
my $days = "date_day BETWEEN '$since' AND '$until'";

# The world's sum of a metric, and how many rows have it.
sub world
{
	my (%where) = @_;
	return $sim->world(resource => 'campaign', since => $since, until => $until, accounts => '1234567890', %where);
}

sub last_query
{
	my ($resource) = @_;
	return (grep { /FROM $resource / } map { $_->{query} // '' } @{ $sim->requests })[-1];
}

# Conversions by their own date.
$session->query(<<'END');
CREATE FOREIGN TABLE by_date (
    account_id text OPTIONS (field 'customer.id'),
    date_day date OPTIONS (field 'segments.date'),
    campaign_id text OPTIONS (field 'campaign.id'),
    clicks bigint OPTIONS (field 'metrics.clicks'),
    conversions numeric OPTIONS (field 'metrics.conversions_by_conversion_date')
) SERVER google OPTIONS (resource 'campaign')
END
my $rows = world(metrics => 'clicks,conversions_by_conversion_date');
my $alone = grep { $_->{'metrics.conversions_by_conversion_date'} && !$_->{'metrics.impressions'} && !$_->{'metrics.clicks'}
	  && !$_->{'metrics.cost_micros'} && !$_->{'metrics.conversions'} && !$_->{'metrics.all_conversions'} } @$rows;
cmp_ok($alone, '>', 3, "the world has rows with conversions by their own date and none of the usual metrics ($alone)");
my $sum = eval { require Math::BigFloat; my $s = Math::BigFloat->new(0); $s += $_->{'metrics.conversions_by_conversion_date'} foreach @$rows; $s->bstr };
is($session->query("SELECT sum(conversions) = $sum, count(*) FROM by_date WHERE $days"), 't|' . @$rows, 'all of them are rows');
is($session->query("SELECT count(*) FROM by_date WHERE $days"), scalar @$rows, 'whatever is selected');
like(last_query('campaign'), qr/^SELECT segments\.date, metrics\.clicks, metrics\.conversions_by_conversion_date, campaign\.resource_name FROM/, 'no metric is asked for that the table does not name');

# The smallest case: one result with one metric.
my %result = (campaign => { id => '17' }, segments => { date => $until },
	metrics => { impressions => '0', clicks => '0', costMicros => '0', conversions => 0, allConversions => 0 });
sub answer
{
	my (%metrics) = @_;
	my $row = { %result, metrics => { %{ $result{metrics} }, %metrics } };
	$sim->faults([ { match => { query => 'FROM campaign ' }, action => { status => 200,
					body => encode_json({ results => [$row], fieldMask => 'campaign,segments,metrics,customer' }) } } ]);
	return;
}
$session->query(<<'END');
CREATE FOREIGN TABLE one (
    date_day date OPTIONS (field 'segments.date'),
    campaign_id text OPTIONS (field 'campaign.id'),
    impressions bigint OPTIONS (field 'metrics.impressions'),
    late numeric OPTIONS (field 'metrics.all_conversions_by_conversion_date')
) SERVER google OPTIONS (resource 'campaign')
END
answer(allConversionsByConversionDate => 2.5);
is($session->query("SELECT campaign_id, late FROM one WHERE date_day = '$until'"), '17|2.5', 'five zeros beside 2.5 are a row');
answer(allConversionsByConversionDate => 0);
is($session->query("SELECT count(*) FROM one WHERE date_day = '$until'"), 0, 'beside 0 they are none');
answer(viewThroughConversions => '3');
is($session->query("SELECT campaign_id, view_through_conversions FROM google.campaign_daily WHERE date_day = '$until'"), '17|3',
	'view-through conversions alone are a row of campaign_daily');
is($session->query("SELECT count(*) FROM google.campaign_daily WHERE date_day = '$until'"), 1, 'and count as one');

# A metric that no release knows.
$session->query("ALTER FOREIGN TABLE one ADD newer numeric OPTIONS (field 'metrics.made_up_in_2027')");
answer(madeUpIn2027 => '4');
is($session->query("SELECT count(*) FROM one WHERE date_day = '$until'"), 1, 'a metric that is not in the catalogue counts');
$session->query('ALTER FOREIGN TABLE one DROP newer');

# Ratios alone decide where nothing adds up.
$session->query(<<'END');
CREATE FOREIGN TABLE rates (
    date_day date OPTIONS (field 'segments.date'),
    campaign_id text OPTIONS (field 'campaign.id'),
    ctr numeric OPTIONS (field 'metrics.ctr')
) SERVER google OPTIONS (resource 'campaign')
END
$sim->reset;
is($session->query("SELECT count(*), count(*) FILTER (WHERE ctr <> 0) FROM rates WHERE $days"),
	join('|', (scalar grep { $_->{'metrics.ctr'} } @{ world() }) x 2), 'a table of ratios has the rows that have one');

# A copy has what a scan has, and all that the world has.
$session->query(<<"END");
SELECT adpipe.materialize('by_date', 'public.by_date_copy', start => '$since');
CALL adpipe.refresh('public.by_date_copy', '$since', '$until');
SELECT adpipe.materialize('google.campaign_daily', 'public.campaign_copy', start => '$since');
CALL adpipe.refresh('public.campaign_copy', '$since', '$until');
END
is($session->query("SELECT sum(conversions) = $sum, count(*) FROM public.by_date_copy WHERE $days"), 't|' . @$rows, 'a copy has them as well');
my $own = world(metrics => 'impressions,clicks,interactions,cost_micros,conversions,conversions_value,all_conversions,all_conversions_value,view_through_conversions');
is($session->query("SELECT count(*) FROM public.campaign_copy WHERE $days"), scalar @$own, 'the rows of a copy of campaign_daily are those with a metric of it');
is($session->query("SELECT count(*) FROM google.campaign_daily WHERE $days"), scalar @$own, 'so are those of campaign_daily itself');

# Meta sends no empty rows: what comes is a row, also when all that it holds is a
# list of its own.
meta_server($node, $sim, options => { account_id => '2345678901234567' });
$session->query(<<'END');
CREATE FOREIGN TABLE contacts (
    date_day date OPTIONS (field 'date_start'),
    campaign_id text,
    impressions bigint,
    contacts numeric OPTIONS (field 'conversions.contact_total')
) SERVER meta OPTIONS (level 'campaign')
END
my %told = (campaign_id => '9', impressions => '0', date_start => $until, date_stop => $until,
	conversions => [ { action_type => 'contact_total', value => '4' } ]);
$sim->faults([ { match => { path => '/insights' }, action => { status => 200, body => encode_json({ data => [ \%told ] }) } } ]);
is($session->query("SELECT campaign_id, contacts FROM contacts WHERE date_day = '$until'"), '9|4', 'a list of its own is a row');
is($session->query("SELECT count(*), sum(impressions) FROM meta.campaign_daily WHERE date_day = '$until'"), '1|0', 'a row without delivery is one');
$sim->reset;
$session->query("SELECT count(*) FROM contacts WHERE date_day = '$until'");
my ($fields) = (grep { /fields=/ } map { $_->{query} // '' } @{ $sim->requests })[-1] =~ /fields=([^&]*)/;
is($fields, 'impressions,account_id,campaign_id', 'Meta is asked for what is referenced, or for one field that all rows have');

done_testing();
