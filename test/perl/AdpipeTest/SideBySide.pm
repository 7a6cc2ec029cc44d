
=pod

=head1 NAME

AdpipeTest::SideBySide - the answers to a statement with adpipe.pushdown on and off

=head1 SYNOPSIS

	my $side = AdpipeTest::SideBySide->new($session, \%tables);
	my $found = $side->ask($statement);
	print $found->{difference} // 'none', join "\n", @{ $found->{plan} };
	print $side->shrink($statement)->{sql};

=head1 DESCRIPTION

Integers and texts are equal; numbers with fractions differ by no more than what the
platform rounds.  What is an error on one side only is a difference.

=cut

package AdpipeTest::SideBySide;

use strict;
use warnings;

use AdpipeTest;
use AdpipeTest::Statements qw(kinds reductions render);
use Cpanel::JSON::XS;

# How a platform rounds each number that it sends.
my $ROUNDING = 0.01;

=head2 new($session)

Takes a session over; its answers have other separators from now on.

=cut

sub new
{
	my ($class, $session) = @_;
	$session->query("\\pset fieldsep '\x1f'\n\\pset recordsep '\x1e'\n\\pset null '\\\\N'");
	$session->query('SET statement_timeout = \'60s\'');
	return bless { session => $session, own => {} }, $class;
}

=head2 ask($statement, %damage)

Runs it twice.  Returns C<sql>, C<difference> (undef: none), C<on> and C<off> with
C<rows> or C<error>, C<plan> (how its nodes lie in each other), C<scans> and C<coarse>.
Option C<before_on>: what is called before the run with pushdown, and C<after_on>.

=cut

sub ask
{
	my ($self, $statement, %call) = @_;
	my ($sql, @parameters) = render($statement);
	my $found = { sql => $sql, parameters => \@parameters };
	my $execute = $sql;
	my @set = map { "SET $_" } @{ $statement->{settings} };

	if ($statement->{mode} ne 'literals')
	{
		my $types = join ', ', map { $_->[0] } @parameters;
		push @set, "SET plan_cache_mode = force_$statement->{mode}_plan", 'PREPARE asked' . ($types ? "($types)" : '') . " AS $sql";
		$execute = 'EXECUTE asked' . (@parameters ? '(' . join(', ', map { defined $_->[1] ? quote($_->[1]) : 'NULL' } @parameters) . ')' : '');
		$found->{sql} = join '; ', @set, $execute;
	}
	else { $found->{sql} = join '; ', @set, $sql; }
	my (undef, $error) = $self->{session}->try(join ";\n", @set, 'SELECT 1');
	if ($error) { $found->{$_} = { error => $error } for qw(on off); }
	else
	{
		for my $setting ('on', 'off')
		{
			$call{before_on}->() if $call{before_on} && $setting eq 'on';
			$found->{$setting} = $self->answer("SET adpipe.pushdown = $setting", $execute);
			$found->{$setting}{tree} = $self->plan($execute);
			$call{after_on}->() if $call{after_on} && $setting eq 'on';
		}
	}
	$self->reset(@set);
	$self->look_at_plans($found);
	$found->{difference} = $self->difference($found, $statement);
	return $found;
}

# Undoes what a statement has set.
sub reset
{
	my ($self, @set) = @_;
	my @names = map { /^SET (\w+)/ ? $1 : () } @set;
	$self->{session}->try(join ";\n", 'DEALLOCATE ALL', 'SET adpipe.pushdown = on', map { "RESET $_" } @names);
	return;
}

# The rows of a statement, or its error.
sub answer
{
	my ($self, $set, $sql) = @_;
	$self->{session}->query($set);
	my ($out, $error) = $self->{session}->try($sql);
	return { error => $error } if $error;
	return { rows => [ map { [ split /\x1f/, $_, -1 ] } split /\x1e/, $out, -1 ] };
}

# The root of its plan.
sub plan
{
	my ($self, $sql) = @_;
	my ($json, $error) = $self->{session}->try("EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) $sql");
	return $error ? undef : decode_json($json)->[0]{Plan};
}

# Counts scans, and those whose grain is not the table's own; writes the plan's shape.
sub look_at_plans
{
	my ($self, $found) = @_;
	$found->{coarse} = 0;
	$found->{scans} = 0;
	$found->{plan} = $found->{on}{tree} ? $self->shape($found->{on}{tree}, $found) : 'none';
	return;
}

# A plan as one text: the nodes, with what is in them in parentheses.
sub shape
{
	my ($self, $node, $found) = @_;
	my $name = join ' ', grep { defined } @$node{qw(Strategy)}, $node->{'Join Type'} && $node->{'Join Type'} ne 'Inner' ? $node->{'Join Type'} : undef, $node->{'Node Type'};

	if (defined $node->{Grain})
	{
		$found->{scans}++;
		my $relation = "$node->{Schema}.$node->{'Relation Name'}";
		if ($node->{Grain} ne $self->own_grain($relation))
		{
			$found->{coarse}++;
			$name = "Coarse $name";
		}
	}
	$name =~ s/Foreign Scan/Async $&/ if $node->{'Async Capable'};
	my @below = map { $self->shape($_, $found) } @{ $node->{Plans} // [] };
	# Any number of arms is one shape.
	my %seen;
	@below = grep { !$seen{$_}++ } @below if $name =~ /Append/;
	return @below ? "$name(" . join(', ', @below) . ')' : $name;
}

# The grain of a table that is read as it is.
sub own_grain
{
	my ($self, $relation) = @_;
	return $self->{own}{$relation} //= $self->plan("SELECT * FROM $relation")->{Grain};
}

=head2 difference($found, $statement)

What is different, in words; undef if nothing is.

=cut

sub difference
{
	my ($self, $found, $statement) = @_;
	my ($on, $off) = map { $found->{$_}{error} ? "error $found->{$_}{error}{sqlstate}" : undef } qw(on off);

	return if defined $on && defined $off && $on eq $off;
	return join ' ', 'on:', $on // 'rows', $found->{on}{error} ? $found->{on}{error}{message} : (), 'off:', $off // 'rows', $found->{off}{error} ? $found->{off}{error}{message} : () if defined $on || defined $off;
	return compare($found->{on}{rows}, $found->{off}{rows}, [ kinds($statement) ], !$statement->{wrap} && ($statement->{order} || @{ $statement->{keys} }));
}

=head2 compare(\@on, \@off, \@kinds, $is_ordered)

Compares rows; without an order they are sorted by what must be equal.

=cut

sub compare
{
	my ($on, $off, $kinds, $is_ordered) = @_;
	return scalar(@$on) . ' rows, not ' . @$off unless @$on == @$off;
	if (!$is_ordered)
	{
		my @exact = grep { $kinds->[$_] eq 'exact' } 0 .. $#$kinds;
		my @loose = grep { $kinds->[$_] ne 'exact' } 0 .. $#$kinds;
		($on, $off) = map { [ sort { join("\x1f", @$a[@exact]) cmp join("\x1f", @$b[@exact]) || by_number($a, $b, @loose) } @$_ ] } $on, $off;
	}
	for my $i (0 .. $#$on)
	{
		for my $j (0 .. $#{ $off->[$i] })
		{
			next if is_same($on->[$i], $off->[$i], $j, $kinds->[$j]);
			return "row $i, column $j: (" . join(', ', @{ $on->[$i] }) . ') is not (' . join(', ', @{ $off->[$i] }) . ')';
		}
	}
	return;
}

sub by_number
{
	my ($one, $two, @columns) = @_;
	for my $column (@columns)
	{
		my ($a, $b) = map { $_ eq '\N' ? -1e300 : $_ } $one->[$column], $two->[$column];
		return $a <=> $b if $a != $b;
	}
	return 0;
}

# Whether two rows have the same in a column, as far as its kind goes.
sub is_same
{
	my ($on, $off, $column, $kind) = @_;
	my ($a, $b) = ($on->[$column], $off->[$column]);
	return 1 if $a eq $b;
	return 0 if grep { !/^-?\d+(\.\d+)?(e[-+]?\d+)?\z/ } $a, $b;
	return plain($a) eq plain($b) if $kind eq 'exact';
	my $room = $ROUNDING;
	if (ref $kind)
	{
		my (undef, $below, $factor) = @$kind;
		$room = $ROUNDING * ($factor + abs($b) + 1) / (abs($off->[$below]) || $ROUNDING);
	}
	return abs($a - $b) <= $room + 1e-6 * abs($b);
}

# A number without the zeros of its scale.
sub plain
{
	my ($number) = @_;
	$number =~ s/0+\z// if $number =~ /\./;
	return $number =~ s/\.\z//r;
}

=head2 shrink($statement, $times)

Leaves out parts while the answers still differ; returns what was found last.

=cut

sub shrink
{
	my ($self, $statement, $times) = @_;
	my @smaller = reductions($statement);
	my $found;

	while ($times-- > 0 && @smaller)
	{
		my $next = shift @smaller;
		my $its = $self->ask($next);
		next unless defined $its->{difference};
		$found = $its;
		@smaller = reductions($next);
	}
	return $found;
}

1;
