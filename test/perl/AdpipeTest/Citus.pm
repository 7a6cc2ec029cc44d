
=pod

=head1 NAME

AdpipeTest::Citus - servers that keep the rows of a table together, by Citus

=cut

package AdpipeTest::Citus;

use strict;
use warnings;

use AdpipeTest;
use Exporter 'import';

our @EXPORT = qw(citus_servers);

my $CONF = <<'END';
shared_preload_libraries = 'citus'
listen_addresses = '127.0.0.1'
citus.node_conninfo = 'sslmode=disable'
citus.shard_count = 8
END

=head2 citus_servers($workers)

Starts a coordinator and its workers, which know each other, with adpipe in the
database postgres of each; returns them.

=cut

sub citus_servers
{
	my ($workers) = @_;
	my ($coordinator, @workers) = map { adpipe_cluster(name => $_, extension => 0, conf => $CONF) } 'coordinator', map { "worker$_" } 1 .. $workers;
	$_->safe_psql('postgres', 'CREATE EXTENSION citus') for $coordinator, @workers;
	$coordinator->safe_psql('postgres', "SELECT citus_set_coordinator_host('127.0.0.1', " . $coordinator->port . ')');
	$coordinator->safe_psql('postgres', "SELECT citus_add_node('127.0.0.1', " . $_->port . ')') for @workers;
	$coordinator->safe_psql('postgres', 'CREATE EXTENSION adpipe');
	return ($coordinator, @workers);
}

1;
