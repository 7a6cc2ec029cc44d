# Reach and quantiles by the extensions hll and tdigest, where they are
# installed: KPIs take what they give, without casts.  The statements are those
# of doc/kpis.md.

use strict;
use warnings;

use AdpipeTest;
use Test::More;

my $node = adpipe_cluster();

sub query
{
	return $node->safe_psql('postgres', $_[0]);
}

my %is_there = map { $_ => 1 } split /\n/,
  query("SELECT name FROM pg_available_extensions WHERE name IN ('hll', 'tdigest')");
query(<<'END');
CREATE TABLE exposures AS
SELECT i % 4 AS campaign, date '2026-01-01' + i % 7 AS date_day, 'user' || i % 1000 AS person, (i % 90 + 10) / 100.0 AS price
  FROM generate_series(1, 20000) AS i;
END

SKIP:
{
	skip 'hll is not installed', 2 unless $is_there{hll};
	query(<<'END');
CREATE EXTENSION hll;
CREATE TABLE reach AS
SELECT campaign, date_day, count(*) AS impressions, hll_add_agg(hll_hash_text(person)) AS people
  FROM exposures GROUP BY campaign, date_day;
END
	my ($frequency, $exact, $sum) = split /\|/, query(<<'END');
SELECT adpipe.frequency(impressions, reach), 20000 / 1000.0, (SELECT sum(#people) FROM reach) > 3000
  FROM (SELECT sum(impressions) AS impressions, hll_cardinality(hll_union_agg(people)) AS reach FROM reach) AS whole;
END
	cmp_ok(abs($frequency - $exact), '<', 0.1 * $exact, 'frequency over the union of sketches');
	is($sum, 't', 'which the sum of daily reach is far from');
}

SKIP:
{
	skip 'tdigest is not installed', 1 unless $is_there{tdigest};
	query(<<'END');
CREATE EXTENSION tdigest;
CREATE TABLE prices AS
SELECT campaign, date_day, tdigest(price::float8, 100) AS prices FROM exposures GROUP BY campaign, date_day;
END
	my $median = query('SELECT tdigest_percentile(prices, 0.5) FROM prices');
	my $exact = query('SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY price) FROM exposures');
	cmp_ok(abs($median - $exact), '<', 0.02, 'median price over stored digests');
}

# Something holds without them, too.
is( query('SELECT adpipe.frequency(impressions, reach) FROM (SELECT count(*) AS impressions, count(DISTINCT person) AS reach FROM exposures) AS whole'),
	'20.0000000000000000', 'frequency over an exact count');
$node->stop;
done_testing();
