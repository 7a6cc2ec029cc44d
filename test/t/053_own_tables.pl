# Tables of one's own over any resource and field: every attribute that the
# simulator's catalogue has, as text and as jsonb, beside what its world says; the
# types that a field can have; segments that no imported table has.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS ();
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options => { customer_id => '1234567890,4567890123' });
my $session = session($node);
my %is_selectable = map { (split)[0] => 1 }
  grep { /^\w+\.\S+ [A-Z]/ && !/ (?:-select|until=)/ }
  split /\n/, slurp_file("$FindBin::RealBin/../simulator/google_ads/catalog.py");

# Every attribute of a resource and of those that come with it.
for my $resource (qw(customer campaign ad_group ad_group_ad ad_group_criterion campaign_budget conversion_action))
{
	my $world = $sim->world(resource => $resource, accounts => '1234567890,4567890123');
	my %fields = map { %$_ } @$world;
	my @fields = grep { $is_selectable{$_} } sort keys %fields;
	my (@columns, %kind);

	# Repeated fields fit jsonb; so does all else, in quotes.
	for my $field (@fields)
	{
		$kind{$field} = grep({ ($_->{$field} // '') =~ /^\[/ } @$world) ? 'jsonb' : 'text';
		push @columns, quote_name($field) . " $kind{$field} OPTIONS (field " . quote($field) . ')';
	}
	$session->query("CREATE FOREIGN TABLE $resource (" . join(', ', @columns) . ") SERVER google OPTIONS (resource '$resource')");
	my @lists = grep { $kind{$_} eq 'jsonb' } @fields;
	cmp_ok(scalar @fields, '>', 5, "$resource: many fields (" . @fields . ', of them ' . @lists . ' lists)');
	my $rows = join ",\n", map {
		my $row = $_;
		'(' . join(', ', map { defined $row->{$_} ? quote_bytes($row->{$_}) : $kind{$_} eq 'jsonb' ? "'[]'" : 'NULL' } @fields) . ')';
	} @$world;
	my $types = join ', ', map { quote_name($_) . '::' . $kind{$_} . ' AS ' . quote_name($_) } @fields;
	my $found = join ', ', map { $kind{$_} eq 'jsonb' ? 'coalesce(' . quote_name($_) . ", '[]') AS " . quote_name($_) : quote_name($_) } @fields;
	my $names = join ', ', map { quote_name($_) } @fields;
	$session->query("CREATE TEMP TABLE want AS SELECT $types FROM (VALUES $rows) v ($names); CREATE TEMP TABLE have AS SELECT $found FROM $resource");
	is($session->query("SELECT 'missing: ' || e::text FROM (TABLE want EXCEPT ALL TABLE have) e LIMIT 2"), '', "$resource: no row is missing");
	is($session->query("SELECT 'too many: ' || e::text FROM (TABLE have EXCEPT ALL TABLE want) e LIMIT 2"), '', "$resource: no row is too many");
	$session->query('DROP TABLE want, have');
}

sub quote_name { return '"' . substr($_[0], -60) . '"'; }

sub quote_bytes
{
	my ($text) = @_;
	utf8::encode($text) if utf8::is_utf8($text);
	return quote($text);
}

# One field in every type that can hold it says the same.
$session->query(<<'END');
CREATE FOREIGN TABLE typed (
    day date OPTIONS (field 'segments.date'),
    id_text text OPTIONS (field 'campaign.id'),
    id_bigint bigint OPTIONS (field 'campaign.id'),
    id_numeric numeric OPTIONS (field 'campaign.id'),
    id_varchar varchar(20) OPTIONS (field 'campaign.id'),
    id_json jsonb OPTIONS (field 'campaign.id'),
    micros_text text OPTIONS (field 'metrics.cost_micros'),
    micros bigint OPTIONS (field 'metrics.cost_micros'),
    money numeric OPTIONS (field 'metrics.cost_micros'),
    money_scaled numeric(20,6) OPTIONS (field 'metrics.cost_micros'),
    money_float double precision OPTIONS (field 'metrics.cost_micros'),
    conversions_text text OPTIONS (field 'metrics.conversions'),
    conversions numeric OPTIONS (field 'metrics.conversions'),
    conversions_float double precision OPTIONS (field 'metrics.conversions'),
    conversions_json jsonb OPTIONS (field 'metrics.conversions'),
    is_manager boolean OPTIONS (field 'customer.manager'),
    is_manager_text text OPTIONS (field 'customer.manager'),
    status text OPTIONS (field 'campaign.status'),
    status_json jsonb OPTIONS (field 'campaign.status')) SERVER google OPTIONS (resource 'campaign')
END
my $days = 'day BETWEEN current_date - 24 AND current_date - 20';
is($session->query(<<"END"), 't|t|t|t|t|t', 'types agree');
SELECT bool_and(id_text = id_bigint::text AND id_text = id_numeric::text AND id_text = id_varchar AND id_json = to_jsonb(id_text)),
       bool_and(micros_text = micros::text AND money = micros / 1000000.0 AND money_scaled = money AND money_float = money::double precision),
       bool_and(conversions = conversions_text::numeric AND conversions_float = conversions::double precision AND conversions_json = to_jsonb(conversions)),
       bool_and(NOT is_manager AND is_manager_text = 'false'),
       bool_and(status IN ('ENABLED', 'PAUSED', 'REMOVED') AND status_json = to_jsonb(status)), count(*) > 50
FROM typed WHERE $days
END

# A segment that no imported table has; the one of doc/google_ads.md.
$session->query(<<'END');
CREATE FOREIGN TABLE hourly (
    account_id text OPTIONS (field 'customer.id'),
    date_day date OPTIONS (field 'segments.date'),
    hour integer OPTIONS (field 'segments.hour'),
    campaign_id text OPTIONS (field 'campaign.id'),
    clicks bigint OPTIONS (field 'metrics.clicks'),
    spend numeric OPTIONS (field 'metrics.cost_micros')) SERVER google OPTIONS (resource 'campaign')
END
is($session->query(<<'END'), 't|t|0', 'hours add up to days');
SELECT count(DISTINCT hour) > 12, bool_and(hour BETWEEN 0 AND 23),
  (SELECT count(*) FROM
    (SELECT account_id, campaign_id, sum(clicks) AS clicks, sum(spend) AS spend
     FROM hourly WHERE date_day = current_date - 20 GROUP BY 1, 2) h
    FULL JOIN (SELECT account_id, campaign_id, clicks, spend FROM google.campaign_daily
      -- the hourly table has no row for what is zero in both of its metrics
      WHERE date_day = current_date - 20 AND (clicks <> 0 OR spend <> 0)) d
    USING (account_id, campaign_id, clicks, spend) WHERE h IS NULL OR d IS NULL)
FROM hourly WHERE date_day = current_date - 20
END

# Without a day the platform has its own say.
$session->query(<<'END');
CREATE FOREIGN TABLE monthly (
    month date OPTIONS (field 'segments.month'),
    clicks bigint OPTIONS (field 'metrics.clicks')) SERVER google OPTIONS (resource 'campaign')
END
my $error = $session->query_error('SELECT * FROM monthly');
is($error->{sqlstate}, 'HV00L', 'a report without days: SQLSTATE');
like($error->{detail}, qr/EXPECTED_FILTERS_ON_DATE_RANGE, request id \S+: .*segments\.month/, 'a report without days: what the platform says');

done_testing();
