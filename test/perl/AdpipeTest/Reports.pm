
=pod

=head1 NAME

AdpipeTest::Reports - all reports of all platforms, as the catalogue has them

=head1 SYNOPSIS

	every_server($node, $sim);
	for my $report (every_report($session))
	{
		$session->query('SELECT count(*) FROM ' . $report->{table} . where($report, $since, $until));
	}

=head1 DESCRIPTION

Tests that hold for every report take the reports from the catalogue, so that a new one
needs no line in them.  A new platform needs one here.

=cut

package AdpipeTest::Reports;

use strict;
use warnings;

use AdpipeTest;
use Carp;
use Exporter 'import';

our @EXPORT = qw(every_report every_server generous where);

# Wrapper => name of server and schema, what makes it, option and value that name one
# account, in which all that the platform has occurs.
my %PLATFORM = (
	google_ads => [ 'google', \&google_server, customer_id => '1234567890' ],
	meta_ads => [ 'meta', \&meta_server, account_id => '1234567890123456' ],
	appsflyer => [ 'flyer', \&appsflyer_server, app_id => 'com.hanbit.running,id1400000001' ],
	tiktok_ads => [ 'tiktok', \&tiktok_server, advertiser_id => '7012345678901234567' ],
	naver_searchad => [ 'naver', \&naver_server, customer_id => '1234567' ],
	kakao_moment => [ 'kakao', \&kakao_server, account_id => '700101' ]);

=head2 every_server($node, $sim, %options)

Makes a server of each wrapper of the extension with one account, and imports its
reports into a schema of the server's name, and those of C<common> into one that ends in
C<_common>.  C<options>: hash from a server's name to a hash of further options.  Returns a
hash from wrapper to account.

=cut

sub every_server
{
	my ($node, $sim, %args) = @_;
	my @wrappers = split /\n/, $node->safe_psql('postgres', <<'END');
SELECT w.fdwname FROM pg_foreign_data_wrapper w
JOIN pg_depend d ON d.classid = 'pg_foreign_data_wrapper'::regclass AND d.objid = w.oid AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'adpipe' ORDER BY 1
END
	for my $wrapper (@wrappers)
	{
		my ($name, $make, $option, $account) = @{ $PLATFORM{$wrapper} // croak "no account of $wrapper is known" };
		my %options = ($option => $account, %{ $args{options}{$name} // {} });
		$make->($node, $sim, options => \%options);
		$node->safe_psql('postgres', "CREATE SCHEMA ${name}_common; IMPORT FOREIGN SCHEMA common FROM SERVER $name INTO ${name}_common");
	}
	return map { $_ => $PLATFORM{$_}[3] } @wrappers;
}

=head2 generous($sim)

Lets a test send what it wants: no quotas of calls, no throttle.

=cut

sub generous
{
	my ($sim) = @_;
	my $settings = $sim->control('GET', '/_control/settings');
	my @limits = grep { /^appsflyer_\w+_(?:calls|app|account|minute|day)$/ && !ref $settings->{$_} } sort keys %$settings;
	$sim->settings({ kakao_throttle_pct => 0, map { $_ => 1_000_000 } @limits });
	return;
}

=head2 every_report($session)

The imported tables that are reports: hashes of C<table> (with schema), C<wrapper>,
C<schema>, C<report>, C<day> (the column that has the day, or the first one of the period;
empty for lists), C<period> and C<columns>: hashes of C<name field type kind additive
description entity>.

=cut

sub every_report
{
	my ($session) = @_;
	my (%reports, @order);

	for my $line (split /\n/, $session->query(<<'END'))
SELECT concat_ws(E'\t', n.nspname || '.' || c.relname, n.nspname, k.wrapper, k.report,
	coalesce((SELECT option_value FROM pg_options_to_table(t.ftoptions) WHERE option_name = 'period'), 'day'),
	k.column_name, k.field, k.type, k.kind, coalesce(k.additive, ''), coalesce(k.entity, ''), k.description)
FROM pg_foreign_table t
JOIN pg_class c ON c.oid = t.ftrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_foreign_server s ON s.oid = t.ftserver
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
JOIN adpipe_internal.report_columns() k ON k.wrapper = w.fdwname AND k.report = c.relname AND (k.remote_schema = 'common') = (n.nspname ~ '_common$')
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = k.column_name AND NOT a.attisdropped
ORDER BY n.nspname, c.relname, a.attnum
END
	{
		my ($table, $schema, $wrapper, $report, $period, %column);
		($table, $schema, $wrapper, $report, $period, @column{qw(name field type kind additive entity description)}) = split /\t/, $line, -1;
		push @order, $table unless $reports{$table};
		$reports{$table} //= { table => $table, schema => $schema, wrapper => $wrapper, report => $report, period => $period, day => '', columns => [] };
		$reports{$table}{day} = $column{name} if $column{name} =~ /^(?:date_day|period_start)$/;
		push @{ $reports{$table}{columns} }, \%column;
	}
	return @reports{@order};
}

=head2 where($report, $since, $until)

The condition, with the word WHERE, that asks a report for days; empty for lists.

=cut

sub where
{
	my ($report, $since, $until) = @_;
	return $report->{day} ? " WHERE $report->{day} BETWEEN '$since' AND '$until'" : '';
}

1;
