
=pod

=head1 NAME

AdpipeTest::Tenants - what the tests of roles that do not trust each other share

=head1 DESCRIPTION

C<make check-regressions> runs these tests on earlier releases as well.  Some names
are others there, and statements fail that must not fail; each attack is tried all
the same.

=cut

package AdpipeTest::Tenants;

use strict;
use warnings;

use AdpipeTest;
use Exporter 'import';
use Test::More;

our @EXPORT = qw(answer has_name name_of perform problem);

=head2 answer($session, $sql)

The answer of statements, or "error: " and the message of the first error.

=cut

sub answer
{
	my ($session, $sql) = @_;
	my ($out, $error) = $session->try($sql);
	return $error ? "error: $error->{message}" : $out;
}

=head2 problem($session, $sql)

The first error of statements, as sql_error() returns it; with an empty sqlstate
if there is none.

=cut

sub problem
{
	my ($session, $sql) = @_;
	my ($out, $error) = $session->try($sql);
	return { sqlstate => '', message => '', detail => '', hint => '', %{ $error // {} } };
}

=head2 perform($session, @statements)

Runs statements that must not fail.  One that does is a failed check, and the test
goes on.

=cut

sub perform
{
	my ($session, @statements) = @_;

	for my $sql (@statements)
	{
		my $problem = problem($session, $sql);
		next if $problem->{sqlstate} eq '';
		fail("runs: $sql");
		diag("$problem->{sqlstate}: $problem->{message}");
	}
	return;
}

=head2 has_name($node, $name)

Whether the database has a function, a relation, or a column (schema.relation.column)
of a name.

=cut

sub has_name
{
	my ($node, $name) = @_;
	my $literal = quote($name);

	return $node->safe_psql('postgres', <<"END_SQL") eq 't';
SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE concat_ws('.', n.nspname, p.proname) = $literal)
    OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE concat_ws('.', n.nspname, c.relname) = $literal)
    OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
               WHERE concat_ws('.', n.nspname, c.relname, a.attname) = $literal)
END_SQL
}

=head2 name_of($node, @names)

Of today's name of a thing and those that it had in earlier releases, in this order,
the first that the database has; today's if it has none.

=cut

sub name_of
{
	my ($node, @names) = @_;

	for my $name (@names)
	{
		return $name if has_name($node, $name);
	}
	return $names[0];
}

1;
