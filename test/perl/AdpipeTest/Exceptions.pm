
=pod

=head1 NAME

AdpipeTest::Exceptions - the table of reports that do not add up, as the page has it

=head1 SYNOPSIS

	for my $row (exceptions())
	{
		print "$row->{wrapper}: $row->{report} has $row->{has} $row->{against}: $row->{why}\n";
	}

=cut

package AdpipeTest::Exceptions;

use strict;
use warnings;

use Carp;
use Exporter 'import';
use File::Basename;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(exceptions);

my %WRAPPER = (Google => 'google_ads', Meta => 'meta_ads', AppsFlyer => 'appsflyer', TikTok => 'tiktok_ads', Naver => 'naver_searchad', Kakao => 'kakao_moment');

=head2 exceptions()

The rows of the table under "What does not add up" in doc/finding_a_report.md, one for each
pair of a report and what it is held against: hashes of C<wrapper report has against why>.
Dies of a row that it cannot read.

=cut

sub exceptions
{
	my $page = slurp_file(dirname(__FILE__) . '/../../../doc/finding_a_report.md');
	my ($section) = $page =~ /^## What does not add up\n(.*?)(?=^## |\z)/ms or croak 'the page has no such section';
	my @rows;

	for my $text (grep { /^\|/ && !/^\|(?: Platform |---)/ } split /\n/, $section)
	{
		my ($platform, $reports, $has, $against, $why) = $text =~ /^\| (\w+) \| (.+?) \| (less than|more than|other rows than) \| (.+?) \| (.+) \|$/
		  or croak "a row of the table cannot be read: $text";
		my ($mine, $theirs) = map { [ $_ =~ /`(\w+)`/g ] } $reports, $against;
		croak "a row of the table names no platform or report: $text" unless @$mine && @$theirs && $WRAPPER{$platform};
		croak "a row of the table has lists of other lengths: $text" unless @$theirs == 1 || @$theirs == @$mine;
		push @rows, map { { wrapper => $WRAPPER{$platform}, report => $mine->[$_], has => $has, against => $theirs->[ @$theirs > 1 ? $_ : 0 ], why => $why } } 0 .. $#$mine;
	}
	croak 'the table has no rows' unless @rows;
	return @rows;
}

1;
