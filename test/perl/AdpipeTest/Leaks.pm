
=pod

=head1 NAME

AdpipeTest::Leaks - looks for secrets in outputs, in every spelling

=head1 SYNOPSIS

	use AdpipeTest::Leaks;

	my $leaks = AdpipeTest::Leaks->new(@secrets);
	is($leaks->in($text), undef, 'no secret is shown');

=head1 DESCRIPTION

A text is decoded step by step: percent-encoding, escapes of JSON, base64 of any
alignment.  A piece of a secret in any of the results is a leak: part of a secret is
found as well, if it has 16 characters.

=cut

package AdpipeTest::Leaks;

use strict;
use warnings;

use MIME::Base64 qw(decode_base64 encode_base64 encode_base64url);

# Length of the pieces of a secret that are looked for, and from one to the next.
my $PIECE = 12;
my $STEP = 4;

# Most decodings, one of the result of the other.
my $DECODINGS = 3;

=head2 new(@secrets)

Secrets of at least 12 characters.

=cut

sub new
{
	my ($class, @secrets) = @_;
	my %pieces;
	for my $secret (@secrets)
	{
		for (my $at = 0; $at + $PIECE <= length $secret; $at += $STEP)
		{
			$pieces{ substr $secret, $at, $PIECE } = 1;
		}
	}
	# access tokens that the simulator issues are not known beforehand
	my $any = join '|', (map { quotemeta } sort keys %pieces), 'ya29\.[\w-]{30}';
	return bless { pattern => qr/$any/ }, $class;
}

sub undo_percent { return $_[0] =~ s/%([0-9a-f]{2})/chr hex $1/gier; }

sub undo_escapes
{
	return $_[0] =~ s/\\u00([0-9a-f]{2})/chr hex $1/gier =~ s/\\(["\\\/])/$1/gr;
}

# What runs of base64 hold, whatever precedes them.
sub undo_base64
{
	my ($text) = @_;
	my @found;
	while ($text =~ /([A-Za-z0-9+\/_-]{20,})/g)
	{
		my $run = $1 =~ tr{_-}{/+}r;
		push @found, map { decode_base64(substr $run, $_) } 0 .. 3;
	}
	return join "\n", @found;
}

=head2 in($text)

The piece of a secret that a text holds, or undef.

=cut

sub in
{
	my ($self, $text) = @_;
	my %seen;
	my @texts = ($text);
	for my $depth (0 .. $DECODINGS)
	{
		my @next;
		for my $form (@texts)
		{
			return $& if $form =~ $self->{pattern};
			push @next, grep { $_ ne '' && !$seen{$_}++ } undo_percent($form), undo_escapes($form), undo_base64($form);
		}
		@texts = @next;
	}
	return undef;
}

=head2 spellings($secret)

Spellings in which a secret must be found: canaries.

=cut

sub spellings
{
	my ($self, $secret) = @_;
	my $percent = $secret =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger;
	return (
		$secret, $percent, $percent =~ s/%/%25/gr,
		substr($secret, 5, 20),
		$secret =~ s/(.)/sprintf '\\u%04x', ord $1/ger,
		(map { encode_base64($_ . $secret, '') } '', 'a', 'ab'),
		encode_base64url("Bearer $secret"),
		encode_base64($percent, ''));
}

1;
