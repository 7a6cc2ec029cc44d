
=pod

=head1 NAME

AdpipeTest::Warehouse - what the tests of local copies share

=cut

package AdpipeTest::Warehouse;

use strict;
use warnings;

use AdpipeTest;
use Cwd qw(realpath);
use Exporter 'import';
use FindBin;
use Cpanel::JSON::XS;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(loader world_difference);
our @EXPORT_OK = qw(at run small_disk);

# What loader() was given last.
my ($node, $sim);

# Columns of campaign_daily with their fields.
my @COLUMNS = (
	[ account_id => 'customer.id' ],
	[ date_day => 'segments.date' ],
	[ campaign_id => 'campaign.id' ],
	[ campaign_name => 'campaign.name' ],
	[ campaign_status => 'campaign.status' ],
	[ impressions => 'metrics.impressions' ],
	[ clicks => 'metrics.clicks' ],
	[ cost_micros => 'metrics.cost_micros' ],
	[ conversions => 'metrics.conversions' ],
	[ conversions_value => 'metrics.conversions_value' ]);

# The metrics of campaign_daily: a row has one that is not zero.
my $METRICS = join ',', qw(impressions clicks interactions cost_micros conversions conversions_value
  all_conversions all_conversions_value view_through_conversions);

=head2 loader($node, $sim, %options)

Makes role C<loader>, no superuser, that owns schemas C<ads> and C<google> with
server and tables of google_ads, and may refresh.  Options are those of
google_server().

=cut

sub loader
{
	my %options;
	($node, $sim, %options) = @_;
	$node->safe_psql('postgres', <<'END');
CREATE ROLE loader LOGIN;
SELECT adpipe.grant_loader('loader');
CREATE SCHEMA ads AUTHORIZATION loader;
END
	google_server($node, $sim, role => 'loader', %options);
	$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA google TO loader;
GRANT USAGE ON FOREIGN SERVER google TO loader;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO loader;
END
	return;
}

=head2 at($moment)

Puts the clocks of simulator and loader to a moment; sessions that begin later
see it.

=cut

sub at
{
	my ($moment) = @_;
	$sim->clock($moment);
	$node->safe_psql('postgres', "ALTER ROLE loader SET adpipe.debug_now = '$moment'");
	return;
}

=head2 run($sql)

Runs SQL as the loader, in a session of its own; returns what it prints and, in a
list, the messages.

=cut

sub run
{
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, extra_params => [ '-U', 'loader' ], stdout => \$out, stderr => \$err, on_error_die => 1);
	return wantarray ? ($out, $err // '') : $out;
}

=head2 small_disk()

Returns a folder for a tablespace, and the environment in which to start a server
for which the folder's disk is full while it holds a file C<full>.

=cut

sub small_disk
{
	my $folder = realpath(PostgreSQL::Test::Utils::tempdir());
	my $library = PostgreSQL::Test::Utils::tempdir() . '/full_disk.so';
	chmod 0755, map { s{/[^/]*$}{}r } $library;
	system_or_bail(split(' ', $ENV{CC} // 'cc'), '-shared', '-fPIC', '-o', $library, "$FindBin::RealBin/../module/full_disk.c", '-ldl');
	return ($folder, FULL_DISK => $folder, LD_PRELOAD => join(':', grep { defined } $ENV{LD_PRELOAD}, $library));
}

=head2 world_difference($node, $sim, $relation, $since, $until, $accounts, $metrics)

How the rows of a copy of campaign_daily differ from those of the simulator's
own world, as "extra rows|missing rows"; "0|0" is equality.  C<$accounts>: comma
list, default all.  C<$metrics>: those of the table, of which a row has one that is
not zero; default those of campaign_daily as it is imported.

=cut

sub world_difference
{
	my ($node, $sim, $relation, $since, $until, $accounts, $metrics) = @_;
	my @fields = map { $_->[1] } @COLUMNS;
	my $world = Cpanel::JSON::XS->new->ascii->encode([
		map { my %row; @row{@fields} = @$_{@fields}; \%row }
		  @{ $sim->world(resource => 'campaign', since => $since, until => $until, metrics => $metrics // $METRICS,
			fields => join(',', @fields), $accounts ? (accounts => $accounts) : ()) } ]);
	my $columns = join ', ', map { $_->[0] } @COLUMNS;
	my $values = join ', ',
	  map { "(r ->> '$_->[1]')::" . type_of($_->[0]) . " AS $_->[0]" } @COLUMNS;
	my $json = quote($world);

	return $node->safe_psql('postgres', <<"END");
CREATE TEMP TABLE world AS SELECT $values FROM jsonb_array_elements(${json}::jsonb) r;
CREATE TEMP TABLE copy AS SELECT $columns FROM $relation AS r WHERE date_day BETWEEN '$since' AND '$until';
SELECT (SELECT count(*) FROM (TABLE copy EXCEPT ALL TABLE world) e),
       (SELECT count(*) FROM (TABLE world EXCEPT ALL TABLE copy) m)
END
}

# The SQL type of a column.
sub type_of
{
	my ($name) = @_;
	return 'text' if $name =~ /^(account|campaign)_/;
	return 'date' if $name eq 'date_day';
	return $name =~ /^conversions/ ? 'numeric' : 'bigint';
}

1;
