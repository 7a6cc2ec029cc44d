
=pod

=head1 NAME

AdpipeTest::Footprint - what a process of the server holds

=cut

package AdpipeTest::Footprint;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils ();
use Test::More;

our @EXPORT_OK = qw(descriptors memory memory_below temporary_files);

=head2 memory($pid, $name)

A line of /proc/PID/status, in kB.

=cut

sub memory
{
	my ($pid, $name) = @_;
	my ($kb) = PostgreSQL::Test::Utils::slurp_file("/proc/$pid/status") =~ /^$name:\s+(\d+) kB/m;
	die "no $name" unless defined $kb;
	return $kb;
}

=head2 memory_below($kb, $bound, $name)

A test: so much memory is less than a bound.  Skipped under tools that change what a
process needs.

=cut

sub memory_below
{
	my ($kb, $bound, $name) = @_;
  SKIP:
	{
		skip 'memory is measured without tools that change it', 1 if $ENV{ADPIPE_UNDER};
		cmp_ok($kb, '<', $bound, $name);
	}
	return;
}

=head2 descriptors($pid)

What the descriptors lead to, but for files of tables and of the log of changes: the
server keeps those open as it likes.  Temporary files do count.

=cut

sub descriptors
{
	my ($pid) = @_;
	my @open = grep { !m{/(?:base/\d+|global|pg_wal|pg_xact)/[0-9A-F]+(?:_\w+)?(?:\.\d+)?$} }
	  map { readlink($_) // () } glob("/proc/$pid/fd/*");
	return @open;
}

=head2 temporary_files($node)

Names of the temporary files in a server's folder.

=cut

sub temporary_files
{
	my ($node) = @_;
	return glob($node->data_dir . '/base/pgsql_tmp/*');
}

1;
