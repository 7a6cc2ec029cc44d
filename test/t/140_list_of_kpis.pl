# adpipe.kpis lists every KPI function of the extension and nothing else, and is
# what the page of the KPIs shows.

use strict;
use warnings;

use AdpipeTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();

sub query
{
	return $node->safe_psql('postgres', $_[0]);
}

# What a person can call to compute something: all aggregates, window functions
# and immutable functions of the schema adpipe, since what these are made of lies
# in adpipe_internal.
my @functions = split /\n/, query(<<'END');
	SELECT p.proname, array_to_string((p.proargnames)[1:p.pronargs], ' '), p.oid::regprocedure
	FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	WHERE p.pronamespace = 'adpipe'::regnamespace AND (p.provolatile = 'i' OR p.prokind IN ('a', 'w'))
	  AND p.proname NOT IN ('kpi_value', 'plain_name', 'url_parts') -- of the report views
	ORDER BY 1, 2, 3
END
cmp_ok(scalar(@functions), '>', 250, 'the catalogue has KPI functions');

my %listed;
foreach my $row (split /\n/, query('SELECT name, arguments FROM adpipe.kpis'))
{
	my ($name, $arguments) = split /\|/, $row;
	$listed{$name}{$arguments} = 0;
}

# Each form of a function is called as one row says: its arguments in order, and
# nothing left out but what stands in brackets.
my @missing;
foreach my $function (@functions)
{
	my ($name, $arguments, $signature) = split /\|/, $function;
	my @given = split / /, $arguments;
	my ($row) = grep {
		my @left = @given;
		my $fits = 1;
		foreach my $part (split /,(?![^\[]*\])|(?=\[)/, $_)
		{
			my $is_optional = $part =~ s/[\[\],]//g;
			my ($word) = $part =~ /^\s*(?:VARIADIC )?(\S+)/ or next;
			if (@left && $left[0] eq $word) { shift @left }
			elsif (!@given && $part !~ / \S+ /) { }    # has no name
			elsif (!$is_optional) { $fits = 0 }
		}
		$fits && !@left
	} keys %{ $listed{$name} // {} };
	if (defined $row) { $listed{$name}{$row}++ }
	else { push @missing, $signature }
}
is(join("\n", @missing), '', 'every KPI function is in the list, with its arguments');
is( join("\n", map { my $name = $_; map { "$name($_)" } grep { !$listed{$name}{$_} } sort keys %{ $listed{$name} } } sort keys %listed),
	'', 'and nothing else is');

# What each says.
is(query('SELECT name, arguments FROM adpipe.kpis GROUP BY 1, 2 HAVING count(*) > 1'), '', 'each once');
is( query(q{SELECT name FROM adpipe.kpis WHERE definition IS NULL OR unit IS NULL OR page IS NULL OR arguments IS NULL
		OR length(definition) < 30 OR definition ~ 'IS NOT NULL' OR trap = ''}),
	'', 'each has a definition, a unit and a page');
my @pages = split /\n/, query('SELECT DISTINCT page FROM adpipe.kpis');
is(join(' ', grep { !-f } @pages), '', 'the pages are there');
is( query(q{SELECT count(*) FROM adpipe_internal.ratio_kpis() AS r
		WHERE NOT EXISTS (SELECT FROM adpipe.kpis AS k WHERE k.name = r.name AND k.trap = r.trap AND k.arguments LIKE r.numerator || ' number, ' || r.denominator || ' number%')}),
	'0', 'every ratio is there with its trap');
like( query(q{SELECT trap FROM adpipe.kpis WHERE name = 'cpi'}),
	qr/where spend or installs may be NULL, add FILTER \(WHERE spend IS NOT NULL AND installs IS NOT NULL\)/,
	'which says what to do where one side is not known');
is( query(q{SELECT name FROM adpipe_internal.ratio_kpis() WHERE (trap ~ 'FILTER') = (people <> 'none' OR name = 'ltv')}),
	'', 'unless one side belongs into one row only');

# A filter as the trap says it gives the KPI of the rows with both sides.
is( query(q{SELECT adpipe.display(adpipe.cpi(spend, installs, 'USD'), 'USD'),
		adpipe.display(adpipe.cpi(spend, installs, 'USD') FILTER (WHERE spend IS NOT NULL AND installs IS NOT NULL), 'USD')
		FROM (VALUES (100.00, 40), (50.00, 10), (NULL, 100)) AS sources (spend, installs)}),
	'1.00|3.00', 'and the filter does it');

# Anybody may look.
query('CREATE ROLE visitor LOGIN');
is( $node->safe_psql('postgres', 'SELECT count(*) > 90 FROM adpipe.kpis', extra_params => [ '-U', 'visitor' ]),
	't', 'a role without privileges reads it');

# The page shows the same.
my $page = slurp_file('doc/kpis.md');
my @shown = $page =~ /^    adpipe\.(\w+\(.*\))$/mg;
is( join("\n", sort @shown), join("\n", sort(split /\n/, query(q{SELECT format('%s(%s)', name, arguments) FROM adpipe.kpis}))),
	'doc/kpis.md shows all of them with types and defaults');

$node->stop;
done_testing();
