
=pod

=head1 NAME

AdpipeTest::Client - sends a statement as a program's driver does, and returns types and rows

=head1 SYNOPSIS

	my $client = AdpipeTest::Client->psql($node, 'bi');
	my $result = $client->run({ sql => 'SELECT 1' });
	is_deeply($result, { types => ['integer'], rows => ['1'] });

=head1 DESCRIPTION

C<psql> stands for libpq; C<psycopg> and C<jdbc> are programs in test/bi that read
statements from standard input and write results to standard output, a line for each
row, with fields escaped as COPY does.

=cut

package AdpipeTest::Client;

use strict;
use warnings;

use AdpipeTest;
use Carp;
use FindBin;
use IPC::Open2;
use IPC::Run ();
use PostgreSQL::Test::Utils;

my $programs = "$FindBin::RealBin/../bi";
my $JAR = '/usr/share/java/postgresql.jar';
my $classes;

=head2 has_python(@packages), has_node(@packages), has_jdbc

Whether the packages could be had from their index, or a driver for JDBC is installed
and our program builds.  Packages go to a folder of this test; has_node() returns it.

=cut

sub has_python
{
	my (@packages) = @_;
	$ENV{PYTHONPATH} = PostgreSQL::Test::Utils::tempdir();
	return is_done(qw(python3 -m pip install -q --disable-pip-version-check --no-cache-dir --target), $ENV{PYTHONPATH}, @packages);
}

sub has_node
{
	my (@packages) = @_;
	my $folder = PostgreSQL::Test::Utils::tempdir();
	return is_done(qw(npm install --silent --no-audit --no-fund --ignore-scripts --prefix), $folder, @packages) && $folder;
}

# Runs a command that may not be there or fail.
sub is_done
{
	my (@command) = @_;
	return defined output_of(@command);
}

=head2 output_of(@command)

What a program prints, without the last end of line; undef if it fails or takes two
minutes.

=cut

sub output_of
{
	my (@command) = @_;
	my ($output, $errors);
	eval { IPC::Run::run(\@command, '<', \undef, '>', \$output, '2>', \$errors, IPC::Run::timeout(120)) } or return;
	chomp $output;
	return $output;
}

sub has_jdbc
{
	$classes //= PostgreSQL::Test::Utils::tempdir();
	return -e $JAR && is_done('javac', '-cp', $JAR, '-d', $classes, "$programs/Replay.java");
}

=head2 psql($node, $role)

A session through libpq.

=cut

sub psql
{
	my ($class, $node, $role) = @_;
	my $session = session($node, user => $role);
	$session->query("\\pset fieldsep '\x1f'\n\\pset recordsep '\x1e'\n\\pset null '\\\\N'");
	return bless { session => $session }, $class;
}

=head2 psycopg($node, $role), jdbc($node, $role, @properties)

A session through a program of test/bi.

=cut

sub psycopg
{
	my ($class, @who) = @_;
	return $class->program([ 'python3', "$programs/replay.py" ], @who);
}

sub jdbc
{
	my ($class, @who) = @_;
	return $class->program([ qw(java -Duser.timezone=UTC -cp), "$JAR:$classes", 'Replay' ], @who);
}

sub program
{
	my ($class, $command, $node, $role, @properties) = @_;
	my $self = bless { names => type_names($node) }, $class;
	$self->{pid} = open2($self->{out}, $self->{in}, @$command, '127.0.0.1', $node->port, $role, @properties);
	binmode $self->{$_}, ':raw' for qw(in out);
	return $self;
}

# From what drivers call a type, its OID or its name, to what SQL does.
sub type_names
{
	my ($node) = @_;
	return { map { my ($oid, $name, $type) = split /\|/; ($oid => $type, $name => $type) }
		  split /\n/, $node->safe_psql('postgres', "SELECT oid, typname, format_type(oid, NULL) FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace") };
}

=head2 run($statement)

Returns C<types> and C<rows> (texts, fields separated by tabs), or C<error>.

=cut

sub run
{
	my ($self, $statement) = @_;
	$self->command("SET $statement->{set}") if $statement->{set};
	my $result = $self->{session} ? $self->run_psql($statement) : $self->run_program($statement);
	$self->command('RESET ' . $statement->{set} =~ s/ .*//r) if $statement->{set};
	return $result;
}

=head2 command($sql)

Runs a statement without a result.

=cut

sub command
{
	my ($self, $sql) = @_;
	my $result = $self->{session} ? $self->run_psql({ sql => $sql }) : $self->run_program({ sql => $sql });
	croak "$sql: $result->{error}{message}" if $result->{error};
	return;
}

# Pairs of type and value.
sub parameters
{
	my ($statement) = @_;
	return map { [ split / /, $_, 2 ] } split /, /, $statement->{params} // '';
}

sub run_psql
{
	my ($self, $statement) = @_;
	my $session = $self->{session};
	my $sql = $statement->{sql};
	my @parameters = parameters($statement);

	if (@parameters)
	{
		my $types = join ', ', map { $_->[0] } @parameters;
		$session->query("PREPARE replay($types) AS $sql");
		$sql = 'EXECUTE replay(' . join(', ', map { quote($_->[1]) } @parameters) . ')';
	}
	my @types = $sql =~ /^(SET|CREATE)/ ? () : map { (split /\x1f/)[1] =~ s/\(\d+\)//r } split /\x1e/, $session->query("$sql \\gdesc");
	my ($out, $error) = $session->try($sql);
	$session->query('DEALLOCATE replay') if @parameters;
	return { error => $error } if $error;
	return { types => \@types, rows => [ map { s/\x1f/\t/gr } split /\x1e/, $out ] };
}

sub escape
{
	my ($text) = @_;
	return $text =~ s/\\/\\\\/gr =~ s/\n/\\n/gr =~ s/\t/\\t/gr;
}

sub unescape
{
	my ($text) = @_;
	my %of = (n => "\n", t => "\t", '\\' => '\\', N => '\\N');
	return $text =~ s/\\(.)/$of{$1}/gr;
}

sub run_program
{
	my ($self, $statement) = @_;
	return $self->ask($statement->{sql}, map { "$_->[0] $_->[1]" } parameters($statement));
}

=head2 ask(@fields)

Sends a line to the program and returns its answer as run() does.

=cut

sub ask
{
	my ($self, @fields) = @_;
	my ($in, $out) = @$self{qw(in out)};
	my %result = (types => [], rows => []);

	print $in join("\t", map { escape($_) } @fields), "\n";
	$in->flush;
	while (defined(my $line = <$out>))
	{
		chomp $line;
		my ($kind, @cells) = split /\t/, $line, -1;
		return \%result if $kind eq 'done';
		return { error => { sqlstate => $cells[0], message => unescape($cells[1]), hint => unescape($cells[2]) } } if $kind eq 'error';
		if ($kind eq 'types') { $result{types} = [ map { $self->{names}{$_} // $_ } @cells ]; }
		else { push @{ $result{rows} }, join "\t", map { unescape($_) } @cells; }
	}
	croak "the client ended during: $fields[0]";
}

sub DESTROY
{
	my ($self) = @_;
	return unless $self->{pid};
	local ($?, $!);
	close $self->{in};
	waitpid $self->{pid}, 0;
	return;
}

1;
