# Whatever a statement groups, filters, joins, orders and limits, adpipe.pushdown changes
# no answer: statements over all reports of all platforms and what is made of them,
# generated, with pushdown on and off.  Integers and texts must be equal; of numbers with a
# fraction, platforms round each row that they send.  An error on one side only is a
# difference, too, except where a page says that the platform's own number is the better one.
#
# QUERIES is the number of statements, SEED the seed, QUERY=n runs only statement n and
# shows it.  test/long/queries runs thousands.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::AllTables;
use AdpipeTest::SideBySide;
use AdpipeTest::Statements qw(without_people);
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{SEED} // 20261129;
my $wanted = $ENV{QUERIES} // 130;
my $is_long = $wanted >= 2000;

# Differences that are documented: a page, its words, whether a difference is one of
# them, and a statement that must be the same all the same.
my @DOCUMENTED = ({
	page => 'doc/pushdown.md',
	words => 'with `adpipe.pushdown = off` the rows of days come, from which no number of people follows, and the same statement is that error',
	is => sub { my ($statement, $found) = @_; return !$found->{on}{error} && $found->{off}{error} && $found->{off}{error}{sqlstate} eq '21000' && defined without_people($statement); },
	still => \&without_people });

my $node = adpipe_cluster();
my $sim = simulator();
my $session = session($node);
my $tables = all_tables($node, $sim, $session);
my $statements = AdpipeTest::Statements->new($session, $tables);
my $side = AdpipeTest::SideBySide->new($session);

for my $case (@DOCUMENTED)
{
	my $page = slurp_file("$FindBin::RealBin/../../$case->{page}") =~ s/\s+/ /gr;
	like($page, qr/\Q$case->{words}\E/, "$case->{page} has it: $case->{words}");
}

# The documented case that a difference belongs to, and what differs besides.
sub documented
{
	my ($statement, $found) = @_;
	my ($case) = grep { $_->{is}->($statement, $found) } @DOCUMENTED or return;
	return ($case, $side->ask($case->{still}->($statement))->{difference});
}

# The comparison notices what it has to.
sub differs { my ($on, $off, $kinds, $ordered) = @_; return defined AdpipeTest::SideBySide::compare($on, $off, $kinds, $ordered); }
subtest 'what is a difference' => sub {
	my $rows = [ [ 'a', 12, '1.50' ], [ 'b', 12, '2.50' ] ];
	my $kinds = [qw(exact exact sum)];
	ok(!differs($rows, [ reverse @$rows ], $kinds), 'rows without an order may come in any');
	ok(differs($rows, [ reverse @$rows ], $kinds, 1), 'with an order they may not');
	ok(!differs($rows, [ [ 'a', '12.0', '1.505' ], [ 'b', 12, '2.5' ] ], $kinds), 'a rounded row and another scale are none');
	ok(differs($rows, [ [ 'a', 13, '1.50' ], $rows->[1] ], $kinds), 'an integer');
	ok(differs($rows, [ [ 'a', 12, '1.53' ], $rows->[1] ], $kinds), 'more than rounding');
	ok(differs($rows, [ [ 'A', 12, '1.50' ], $rows->[1] ], $kinds), 'a text');
	ok(differs($rows, [ [ '\N', 12, '1.50' ], $rows->[1] ], $kinds), 'NULL');
	ok(differs($rows, [ $rows->[0] ], $kinds), 'a row less');
	ok(differs($rows, [ @$rows, $rows->[1] ], $kinds), 'a row twice');
	ok(!differs([ [ '10', '0.33' ] ], [ [ '10', '0.3305' ] ], [ 'sum', [ ratio => 0, 1 ] ]), 'a ratio of rounded sums');
	ok(differs([ [ '10', '0.33' ] ], [ [ '10', '0.34' ] ], [ 'sum', [ ratio => 0, 1 ] ]), 'another ratio');
};

my %count = map { $_ => 0 } qw(scans coarse rows error slow);
my (%shapes, %plans, %cases, %errors, @failed);

# Runs statement number n; a difference is made small and shown.
sub check
{
	my ($number) = @_;
	my $statement = $statements->draw($seed, $number);
	my $found = $side->ask($statement);
	my $difference = $found->{difference};

	if (defined $difference && $difference =~ /57014/) { $count{slow}++; $difference = undef; }
	if (defined $difference)
	{
		my ($case, $besides) = documented($statement, $found);
		if ($case)
		{
			$cases{ $case->{words} }++;
			$difference = $besides;
		}
	}
	if (defined $difference)
	{
		push @failed, $number;
		my $small = $side->shrink($statement, 40) // $found;
		diag("SEED=$seed QUERY=$number: $difference\n$found->{sql}\nmade small: $small->{difference}\n$small->{sql}\n"
			  . join "\n", map { defined $_->[1] ? "parameter $_->[1]" : 'parameter NULL' } @{ $small->{parameters} });
	}
	$count{$_} += $found->{$_} for qw(scans coarse);
	if (my $error = $found->{off}{error})
	{
		$count{error}++;
		$errors{"$error->{sqlstate} $error->{message}"}++;
	}
	$count{rows}++ if !$found->{off}{error} && @{ $found->{off}{rows} };
	$plans{ $found->{plan} }++;
	$shapes{ join ', ', @{ $statement->{shape} } }++;
	return ($statement, $found, $difference);
}

if (defined $ENV{QUERY})
{
	my ($statement, $found, $difference) = check($ENV{QUERY});
	diag(join "\n", $found->{sql}, "shape: @{ $statement->{shape} }", "plan: $found->{plan}",
		map { my $side = $_; "$side: " . ($found->{$side}{error} ? join ' ', map { $_ // '' } @{ $found->{$side}{error} }{qw(sqlstate message detail)} : join "\n", map { join '|', @$_ } @{ $found->{$side}{rows} }) } qw(on off));
	is($difference, undef, "statement $ENV{QUERY} of seed $seed");
	done_testing();
	exit;
}

note("seed $seed, $wanted statements over " . keys(%$tables) . ' relations');
my $started = time;
for my $number (1 .. $wanted)
{
	my (undef, $found, $difference) = check($number);
	is($difference, undef, "$number: $found->{sql}") if !$is_long || defined $difference;
	diag("$number of $wanted statements, " . @failed . ' differ, ' . (time - $started) . ' s') if $is_long && $number % 250 == 0;
}
is_deeply(\@failed, [], "no difference in $wanted statements of seed $seed");

# A number that was changed on its way is seen.
sub damage
{
	my ($platform, $path) = @_;
	my ($seen, $met) = (0, 0);
	for my $number (1 .. 10_000)
	{
		my $statement = $statements->draw($seed, $number);
		my ($column) = grep { $statement->{outputs}[$_]{sql} eq 'sum(t.clicks)' } 0 .. $#{ $statement->{outputs} };
		next if $statement->{table}{platform} !~ /^$platform/ || $statement->{wrap} || !defined $column;
		my $applied;
		my $found = $side->ask($statement,
			before_on => sub { $sim->faults([ { match => { path => $path }, action => { substitute => [ 'clicks":( ?)"', 'clicks":\g<1>"7' ] } } ]); },
			after_on => sub { $applied = $sim->control('GET', '/_control/faults')->[0]{applied}; $sim->faults([]); });
		# Clicks that are none are not sent.
		next unless $applied && !$found->{off}{error} && grep { $_->[ @{ $statement->{keys} } + $column ] =~ /[1-9]/ } @{ $found->{off}{rows} };
		$met++;
		$seen++ if defined $found->{difference};
		last if $met == 4;
	}
	return "$seen of $met";
}
is(damage('google', 'googleAds:search'), '4 of 4', 'a damaged answer of Google is seen');
is(damage('meta', '/insights'), '4 of 4', 'a damaged answer of Meta is seen');
is(damage('tiktok', '/report/'), '4 of 4', 'a damaged answer of TikTok is seen');

my $report = $is_long ? sub { diag(@_) } : sub { note(@_) };
$report->("$plans{$_} x $_") for sort { $plans{$b} <=> $plans{$a} || $a cmp $b } keys %plans;
$report->("$errors{$_} x error $_") for sort keys %errors;
$report->("$cases{$_} x documented: $_") for sort keys %cases;
$report->(sprintf '%d statements of %d shapes with %d plans in %d s: %d of %d scans are coarse, %d answers have rows, %d are errors, %d were too slow',
	$wanted, scalar(keys %shapes), scalar(keys %plans), time - $started, @count{qw(coarse scans rows error slow)});
cmp_ok($count{coarse}, '>', 0.1 * $wanted, 'many of the scans are coarse');
cmp_ok($count{rows}, '>', 0.6 * $wanted, 'many of the answers have rows');
cmp_ok($count{error}, '<', 0.1 * $wanted, 'few statements are errors');
cmp_ok($count{slow}, '<', 1 + 0.01 * $wanted, 'and hardly any is too slow');
cmp_ok($count{coarse}, '>=', 300, 'coarse scans') if $is_long;

done_testing();
