
=pod

=head1 NAME

AdpipeTest::Replay - the statements of BI tools in test/bi, and clients to send them

=head1 SYNOPSIS

	for my $statement (statements())
	{
		my $result = $client->run(on($statement, 'ads.campaign'));
	}

=head1 DESCRIPTION

A file of test/bi is a tool.  A statement ends with a semicolon at the end of a line;
in front of it stand lines of comment, the first of them C<-- step: what it does>,
then:

	-- set timezone = 'Asia/Seoul'     a setting of the tool's session
	-- params date 2026-10-01          values for $1 and so on, with their types
	-- clock now                       speaks of the server's clock
	-- any rows                        has a LIMIT without an ORDER BY
	-- lists copies, views, live       relations that the first two columns name; views
	                                   are report views
	-- rows 12                         of a copy; "any": not the same everywhere
	-- types bigint, text              of the columns
	-- live 6                          requests on a live table of Google Ads, or an SQLSTATE
	-- meta 6                          the same of Meta Ads
	-- appsflyer 3                     the same of AppsFlyer, whose answers are not there yet
	-- window 6                        as "live", under unbounded 'window'

C<:table>, C<:schema> and C<:name> stand for the relation.

=cut

package AdpipeTest::Replay;

use strict;
use warnings;

use Exporter 'import';
use File::Basename;

our @EXPORT = qw(is_about on results_table statements tools);

my $root = dirname(__FILE__) . '/../../bi';

# Files and the order on the page.
my @TOOLS = (
	[ metabase => 'Metabase' ],
	[ superset => 'Superset' ],
	[ tableau => 'Tableau' ],
	[ power_bi => 'Power BI' ],
	[ looker => 'Looker' ],
	[ grafana => 'Grafana' ],
	[ dbeaver => 'DBeaver' ]);

=head2 tools

Names of the tools, in order.

=cut

sub tools { return map { $_->[1] } @TOOLS; }

=head2 statements

All statements, as hashes of what stands in front of them, C<tool step title sql>,
and C<id>.

=cut

sub statements
{
	return map { statements_of(@$_) } @TOOLS;
}

sub statements_of
{
	my ($file, $tool) = @_;
	my (@statements, $current);
	open my $in, '<', "$root/$file.sql" or die "$file.sql: $!";
	<$in>;    # the tool

	while (my $line = <$in>)
	{
		chomp $line;
		if ($line eq '') { $current = undef; }
		elsif ($line =~ /^-- ([\w ]+): (.*)$/)
		{
			$current = { tool => $tool, step => $1, title => $2, sql => '', id => "$tool, $1: $2" };
			push @statements, $current;
		}
		elsif ($line =~ /^-- (\w+) (.*)$/) { $current->{$1} = $2; }
		else { $current->{sql} .= length $current->{sql} ? "\n$line" : $line; }
	}
	$_->{sql} =~ s/;$// for @statements;
	return @statements;
}

=head2 is_about($statement)

C<data> if a statement reads rows of a relation, C<relation> if it asks the catalogue
about one, else C<server>.

=cut

sub is_about
{
	my ($statement) = @_;
	return 'data' if $statement->{sql} =~ /:table\b/;
	return $statement->{sql} =~ /:name\b/ ? 'relation' : 'server';
}

=head2 on($statement, $relation, %words)

The statement about a relation, given as C<schema.name>, with other words for some.

=cut

sub on
{
	my ($statement, $relation, %words) = @_;
	my %on = %$statement;
	my ($schema, $name) = split /\./, $relation // '.';
	$on{sql} =~ s/(?<![:\w]):table\b/$relation/g;
	$on{sql} =~ s/(?<![:\w]):schema\b/$schema/g;
	$on{sql} =~ s/(?<![:\w]):name\b/$name/g;
	$on{sql} =~ s/\b$_\b/$words{$_}/g for sort keys %words;
	return \%on;
}

=head2 results_table(@statements)

The results as doc/bi_tools.md has them.

=cut

sub results_table
{
	my (@statements) = @_;
	my $page = '';

	for my $tool (tools())
	{
		$page .= "### $tool\n\n| Step | Statement | Copy, view | Google Ads | Meta Ads | AppsFlyer | Google Ads, `window` |\n|---|---|---|---|---|---|---|\n";
		for my $statement (grep { $_->{tool} eq $tool } @statements)
		{
			my @live = is_about($statement) eq 'data' ? @$statement{qw(live meta appsflyer)} : (0, 0, 0);
			$page .= '| ' . join(' | ', @$statement{qw(step title)}, found($statement), map { asked($_) } @live, $statement->{window}) . " |\n";
		}
		$page .= "\n";
	}
	return $page =~ s/\n\n\z/\n/r;
}

# What a copy answers.
sub found
{
	my ($statement) = @_;
	return $statement->{lists} if $statement->{lists};
	my $rows = $statement->{rows};
	return 'yes' if $rows eq 'any';
	return $rows eq '1' ? '1 row' : "$rows rows";
}

# What a live table takes.
sub asked
{
	my ($requests) = @_;
	return '' unless defined $requests;
	return $requests =~ /^\d+$/ ? $requests : "error $requests";
}

1;
