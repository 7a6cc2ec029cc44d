# Attribution against its definitions: random journeys, read with random
# parameters, must come to what test/reference/attribution.py computes in exact
# fractions.  ADPIPE_LONG=1 makes more of them; SEED=n others.
#
# PATHDATA=file is the table PathData of the R package ChannelAttribution, which
# is not ours to ship: columns path, total_conversions, total_conversion_value
# and total_null, by write.table(sep = ",", row.names = F, col.names = F).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $SEED = $ENV{SEED} // 17;
my $WORLDS = $ENV{ADPIPE_LONG} ? 3000 : 150;

my $reference = "$FindBin::RealBin/../reference/attribution.py";
my $folder = PostgreSQL::Test::Utils::tempdir();
my $node = adpipe_cluster();
my $session = session($node);

sub reference
{
	my ($out, $err) = run_command([ 'python3', $reference, @_ ]);
	is($err, '', "reference: $_[0]");
	return $out;
}

# The parameters of a case as arguments.
my $path_arguments = <<'END';
	lookback => c.lookback * interval '1 second', counting => c.counting,
	direct => c.direct
END
my $arguments = <<"END";
	$path_arguments, half_life => c.half_life * interval '1 second',
	first_weight => c.first_weight, last_weight => c.last_weight
END

# Writes what a query makes of all cases into a file.
sub answer
{
	my ($name, $query) = @_;
	$session->query("COPY ($query) TO '$folder/$name.csv' (FORMAT csv)");
	return;
}

is(reference('judge'), '113/6 179/6 34/3', 'the judge knows Shapley');
reference('make', $SEED, $WORLDS, $folder);
$session->query(<<"END");
CREATE TABLE events (world int, user_id text, second bigint, channel text,
	conversion boolean, value numeric);
CREATE TABLE cases (id int, world int, model text, lookback bigint,
	counting text, direct text, half_life bigint,
	first_weight numeric, last_weight numeric);
COPY events FROM '$folder/events.csv' (FORMAT csv);
COPY cases FROM '$folder/cases.csv' (FORMAT csv);
CREATE TABLE worlds AS
SELECT world, adpipe.journeys(user_id, to_timestamp(second), channel, conversion,
		value ORDER BY random()) AS j
FROM events GROUP BY world;
END
answer('paths', <<"END");
SELECT c.id, p.user_id, p.conversion, extract(epoch FROM p.converted_at)::bigint,
	p.value, array_to_string(p.path, '>')
FROM cases c JOIN worlds w USING (world)
CROSS JOIN LATERAL adpipe.paths(w.j, $path_arguments) WITH ORDINALITY AS p
ORDER BY c.id, p.ordinality
END
answer('credits', <<"END");
SELECT c.id, r.user_id, r.conversion, extract(epoch FROM r.converted_at)::bigint,
	r.step, extract(epoch FROM r.touched_at)::bigint, r.channel, r.credit, r.value
FROM cases c JOIN worlds w USING (world)
CROSS JOIN LATERAL adpipe.credits(w.j, c.model, $arguments) WITH ORDINALITY AS r
WHERE c.model <> 'markov' ORDER BY c.id, r.ordinality
END
answer('totals', <<"END");
SELECT c.id, a.channel, a.conversions, a.value
FROM cases c JOIN worlds w USING (world)
CROSS JOIN LATERAL adpipe.attribution(w.j, c.model, $arguments) WITH ORDINALITY AS a
ORDER BY c.id, a.ordinality
END
answer('effects', <<"END");
SELECT c.id, e.channel, e.conversion_rate, e.removal_effect
FROM cases c JOIN worlds w USING (world)
CROSS JOIN LATERAL adpipe.removal_effects(w.j, $path_arguments) WITH ORDINALITY AS e
WHERE c.model = 'markov' ORDER BY c.id, e.ordinality
END

my $cases = 8 * $WORLDS;
is(reference('check', $folder), "$cases cases, 0 differences",
	"seed $SEED: what the definitions say");

# Enough of everything that random cases could miss.
is( $session->query(<<'END'), 't', 'the cases have met what is rare');
SELECT count(*) FILTER (WHERE cardinality(p.path) = 0) > 20
	AND count(*) FILTER (WHERE p.conversion IS NULL) > 100
	AND count(*) FILTER (WHERE p.conversion > 2) > 20
	AND count(*) FILTER (WHERE cardinality(p.path) > 5) > 50
	AND count(*) FILTER (WHERE 'direct' = ANY (p.path)) > 20
FROM worlds w CROSS JOIN LATERAL adpipe.paths(w.j) AS p
END

# Many groups share the memory they lie in; each with one of its own would take
# minutes, since the server looks at all of them whenever a group begins.
is( $session->query(<<'END'), '100000', 'many groups');
SET work_mem = '1GB';
SET enable_sort = off;
SET max_parallel_workers_per_gather = 0;
SET statement_timeout = '30s';
SELECT count(j) FROM (
	SELECT adpipe.journeys('u', now(), 'c', true, 1) AS j
	FROM generate_series(1, 200000) AS i GROUP BY i % 100000) AS groups;
END
$session->query('RESET ALL');

# A busy user makes quadratic work; it can be cancelled.
{
	my ($out, $error) = $session->try(<<'END');
SET statement_timeout = '1s';
SELECT count(*) FROM adpipe.attribution((
	SELECT adpipe.journeys('u', to_timestamp(i), 'c' || i % 9, true, 1)
	FROM generate_series(1, 200000) AS i), 'linear');
END
	is($error->{sqlstate}, '57014', 'a long attribution can be cancelled');
	$session->query('RESET ALL');
}

SKIP:
{
	skip 'PATHDATA is not set', 2 unless $ENV{PATHDATA};
	$session->query(<<"END");
CREATE TABLE pathdata (id serial, path text, conversions numeric, value numeric, nulls numeric);
COPY pathdata (path, conversions, value, nulls) FROM '$ENV{PATHDATA}' (FORMAT csv);
CREATE TABLE walks AS
SELECT adpipe.journeys(id || '/' || i, to_timestamp(step), channels[step],
		step > cardinality(channels), value / nullif(conversions, 0)) AS j
FROM (SELECT *, regexp_split_to_array(path, ' > ') AS channels FROM pathdata) AS p,
	generate_series(1, (conversions + nulls)::int) AS i,
	generate_series(1, cardinality(channels) + (i <= conversions)::int) AS step;
END
	# Solved exactly; the package's own run of its simulation comes near: eta
	# 0.348936, iota 0.395745, alpha 0.558723, beta 0.265957, theta 0.205957,
	# lambda 0.136170.
	is( $session->query(<<'END'), <<'END' =~ s/\n\z//r, 'PathData: removal effects');
SELECT channel, round(conversion_rate::numeric, 10), round(removal_effect::numeric, 10)
FROM walks, adpipe.removal_effects(j)
WHERE channel IN ('eta', 'iota', 'alpha', 'beta', 'theta', 'lambda') OR channel IS NULL
END
|0.2238451356|
alpha|0.0988501262|0.5583994895
beta|0.1647413938|0.2640385357
eta|0.1457172890|0.3490263319
iota|0.1330009440|0.4058350045
lambda|0.1938449353|0.1340221228
theta|0.1777306956|0.2060104628
END
	# heuristic_models of ChannelAttribution 2.2.4
	is( $session->query(<<'END'), <<'END' =~ s/\n\z//r, 'PathData: heuristics');
SELECT model, channel, round(conversions, 11)
FROM walks, unnest(ARRAY['first', 'last', 'linear']) AS model, adpipe.attribution(j, model)
WHERE channel IN ('eta', 'iota', 'alpha') ORDER BY 1, 2
END
first|alpha|6308.00000000000
first|eta|3164.00000000000
first|iota|4606.00000000000
last|alpha|8447.00000000000
last|eta|4167.00000000000
last|iota|3355.00000000000
linear|alpha|7574.71859375118
linear|eta|3539.95115710056
linear|iota|3857.09622101776
END
}

$node->stop;
done_testing();
