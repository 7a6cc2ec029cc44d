
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
work_mem = '64MB'
END

=head2 citus_servers($workers, %options)

Starts a coordinator and its workers, which know each other, with adpipe in the
database postgres of each; returns them.  Options are those of adpipe_cluster().

=cut

sub citus_servers
{
	my ($workers, %options) = @_;
	local $ENV{ADPIPE_CITUS};
	my $conf = $CONF . ($options{conf} // '');
	my ($coordinator, @workers) = map { adpipe_cluster(%options, name => $_, extension => 0, conf => $conf) } 'coordinator', map { "worker$_" } 1 .. $workers;
	$_->safe_psql('postgres', 'CREATE EXTENSION citus') for $coordinator, @workers;
	$coordinator->safe_psql('postgres', "SELECT citus_set_coordinator_host('127.0.0.1', " . $coordinator->port . ')');
	$coordinator->safe_psql('postgres', "SELECT citus_add_node('127.0.0.1', " . $_->port . ')') for @workers;
	$coordinator->safe_psql('postgres', 'CREATE EXTENSION adpipe');
	return ($coordinator, @workers);
}

=head2 distributing_cluster(%options)

The coordinator of two workers, on which C<adpipe.materialize()> distributes what it
makes, so that a test of copies becomes one of distributed copies.

=cut

sub distributing_cluster
{
	my ($coordinator) = citus_servers(2, @_);
	# What materialize() does once, in a transaction before that of distribute().
	$coordinator->safe_psql('postgres', <<'SQL');
CREATE SCHEMA adpipe_parts;
GRANT USAGE, CREATE ON SCHEMA adpipe_parts TO PUBLIC;
CREATE OR REPLACE FUNCTION adpipe.materialize(source regclass, target text, start date DEFAULT NULL, lookback integer DEFAULT NULL)
	RETURNS regclass LANGUAGE plpgsql
AS $$
DECLARE
	made regclass := adpipe_internal.make_copy(source, target, pg_catalog.current_schema(), start, lookback);
BEGIN
	PERFORM adpipe.distribute(made);
	RETURN made;
END
$$
SQL
	return $coordinator;
}

1;
