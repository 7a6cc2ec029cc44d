
=pod

=head1 NAME

AdpipeTest::Guide - guides show what their examples really give

=head1 SYNOPSIS

	use AdpipeTest::Guide;

	guide_holds($node, 'attribution');

=cut

package AdpipeTest::Guide;

use strict;
use warnings;

use Exporter 'import';
use FindBin;

use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(guide_holds);

# What psql prints for some statements, without blanks at ends of lines.
sub printed
{
	my ($node, $statements) = @_;
	my ($status, $out, $err) = $node->psql('guide',
		"\\pset tuples_only off\n\\pset format aligned\n$statements");
	$out =~ s/ +$//mg;
	$out =~ s/\n+\z//;
	return $err eq '' ? $out : $err;
}

=pod

=head1 FUNCTIONS

=over

=item guide_holds(node, name)

Tests every example of doc/<name>.md, one after the other, in a database of their
own with the time zone UTC: an sql block prints the text block that comes right after it, or nothing.

=cut

sub guide_holds
{
	my ($node, $name) = @_;
	my $guide = slurp_file("$FindBin::RealBin/../../doc/$name.md");
	my $examples = 0;

	$node->safe_psql('postgres', 'CREATE DATABASE guide');
	$node->safe_psql('postgres', q(ALTER DATABASE guide SET timezone = 'UTC'));
	$node->safe_psql('guide', 'CREATE EXTENSION adpipe');
	while ($guide =~ /^```sql\n(.*?)^```\n(?:\n```text\n(.*?)\n```\n)?/msg)
	{
		my ($statements, $output) = ($1, $2 // '');
		$examples++;
		is(printed($node, $statements), $output,
			"example $examples of the guide");
	}
	cmp_ok($examples, '>', 5, 'the guide has examples');
}

=pod

=back

=cut

1;
