
=pod

=head1 NAME

AdpipeTest::World - foreign tables compared with what the simulator knows

=head1 SYNOPSIS

	my @rows = world_rows($node, $sim, 'meta.campaign_daily', $since, $until);
	same_rows($node, 'meta.campaign_daily', "WHERE date_day BETWEEN ...", \@rows);

	restated_rows($node, $sim, 'meta', [imported_tables($node, 'level')], 5, 3);

	is_world($node, 'flyer.partners_daily', $rows, where => 'date_day = ...');

	my @columns = table_columns($node, 'google.campaign_daily');
	same_rows($node, 'google.campaign_daily', $where,
		[ map { [ map { literal($_) } values_of($_) ] } @$world ]);

=cut

package AdpipeTest::World;

use strict;
use warnings;

use AdpipeTest;
use Exporter 'import';
use Cpanel::JSON::XS;
use Test::More;

our @EXPORT = qw(all_commented imported_tables is_world literal restated_rows same_rows table_columns table_days world_rows);

# Currencies without minor units.
my %IS_WHOLE = map { $_ => 1 } qw(CLP COP CRC HUF IDR ISK JPY KRW PYG TWD VND);

# Fields of Meta's accounts, which the world has under the names of columns, and those
# that it lacks: minor units of all accounts' amounts are the same sum.
my %META_ACCOUNT_VALUE = (
	name => sub { $_[0]->{account_name} },
	disable_reason => sub { 0 },
	attribution_spec => sub { '[{"event_type":"CLICK_THROUGH","window_days":7},{"event_type":"VIEW_THROUGH","window_days":1}]' },
	amount_spent => sub { $IS_WHOLE{ $_[0]->{currency} } ? 12345 : 1234500 },
	balance => sub { 0 },
	spend_cap => sub { 0 },
	min_daily_budget => sub { 1000 });

=head2 table_columns($node, $table)

The columns of a foreign table in order: arrays of name, field and type.

=cut

sub table_columns
{
	my ($node, $table) = @_;
	return map { [ split /\t/ ] } split /\n/,
	  $node->safe_psql('postgres', <<"END");
SELECT a.attname || E'\\t' || o.option_value || E'\\t' || format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a, pg_options_to_table(a.attfdwoptions) o
WHERE a.attrelid = '$table'::regclass AND a.attnum > 0
ORDER BY a.attnum
END
}

=head2 imported_tables($node, $option)

The foreign tables of all schemas: arrays of name with schema, and the value of
an option.

=cut

sub imported_tables
{
	my ($node, $option) = @_;
	return map { [ split /\t/ ] } split /\n/,
	  $node->safe_psql('postgres', <<"END");
SELECT n.nspname || '.' || c.relname || E'\\t' || o.option_value
FROM pg_foreign_table t
JOIN pg_class c ON c.oid = t.ftrelid
JOIN pg_namespace n ON n.oid = c.relnamespace,
pg_options_to_table(t.ftoptions) o
WHERE o.option_name = '$option'
ORDER BY 1
END
}

=head2 table_days($node, $table, $since, $until)

What the rows of a table cover (the period of its option; day without one), days to
compare, and the condition that asks for them: the days given, or the last week or
month that is over in every time zone; undef where the table has no days.

=cut

sub table_days
{
	my ($node, $table, $since, $until) = @_;
	my $period = $node->safe_psql('postgres', <<"END") || 'day';
SELECT option_value FROM pg_foreign_table, pg_options_to_table(ftoptions)
WHERE ftrelid = '$table'::regclass AND option_name = 'period'
END
	if ($period eq 'day')
	{
		my $is_daily = grep { $_->[0] eq 'date_day' } table_columns($node, $table);
		return ($period, $is_daily ? ($since, $until, "WHERE date_day BETWEEN '$since' AND '$until'") : (undef, undef, ''));
	}
	($since, $until) = split /\|/, $node->safe_psql('postgres', <<"END");
SELECT (start - '1 $period'::interval)::date, start::date - 1 FROM date_trunc('$period', COALESCE(NULLIF(current_setting('adpipe.debug_now', true), '')::timestamptz::date, current_date) - 2) AS start
END
	return ($period, $since, $until, "WHERE period_start = '$since'");
}

=head2 literal($value, $type)

A value of the world as SQL of a type; undef is NULL, an array a list of texts.

=cut

sub literal
{
	my ($value, $type) = @_;
	return "NULL::$type" unless defined $value;
	$value = '{' . join(',', map { '"' . s/(["\\])/\\$1/gr . '"' } @$value) . '}'
	  if ref $value eq 'ARRAY';
	utf8::encode($value) if utf8::is_utf8($value);
	return quote($value) . "::$type";
}

=head2 world_rows($node, $sim, $table, $since, $until, $accounts)

The rows of the world that an imported table must return for days, of a comma list of
accounts or of all: arrays of SQL expressions in the order of its columns.  A table by
week or month must return them for the period of table_days().

=cut

sub world_rows
{
	my ($node, $sim, $table, $since, $until, $accounts) = @_;
	my ($wrapper, $kind) = split /\|/, $node->safe_psql('postgres', <<"END");
SELECT w.fdwname, (SELECT option_value FROM pg_options_to_table(t.ftoptions) WHERE option_name IN ('resource', 'level', 'report'))
FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE t.ftrelid = '$table'::regclass
END
	my @columns = table_columns($node, $table);
	my ($period, $first, $last) = table_days($node, $table, $since, $until);
	my @range = defined $first ? (since => $first, until => $last) : ();
	my $resource = $table =~ s/.*\.//r =~ s/_(weekly|monthly)$/_daily/r;

	push @range, accounts => $accounts if defined $accounts;
	return google_rows($sim, $kind, \@columns, $period, @range) if $wrapper eq 'google_ads';
	push @range, period => $period if $period ne 'day';
	my $world = $sim->world(platform => $wrapper =~ s/_ads//r, resource => $resource, @range);
	return map { my $row = $_; [ map { literal($row->{ $_->[0] }, $_->[2]) } @columns ] } @$world
	  if $wrapper ne 'meta_ads' && $wrapper ne 'naver_searchad';
	return map { my $row = $_; [ map { naver_value($row, @$_) } @columns ] } @$world
	  if $wrapper eq 'naver_searchad';
	my %currency = map { $_->{id} => $_->{currency} } @{ $sim->accounts('meta') };
	return map { my $row = $_; [ map { meta_value($row, $kind, $currency{ $row->{account_id} }, @$_) } @columns ] } @$world;
}

# The rows of a resource of Google Ads.
sub google_rows
{
	my ($sim, $resource, $columns, $period, @range) = @_;
	my @fields = sort map { $_->[1] } @$columns;
	my %given = @range;
	# A row exists when a metric of the table is not zero; numbers of people and rates
	# come with impressions.
	push @range,
	  segments => join(',', $period eq 'day' ? () : $period, map { s/^segments\.//r } grep { /^segments\./ } @fields),
	  # What splits the rows by a field of the table, not by what the table lacks.
	  split => join(',', map { s/\..*//r } @fields),
	  metrics => join(',', map { s/^metrics\.//r } grep { /^metrics\./ && !/unique_users|_rate$|_share$/ } @fields) if $given{since};
	# With "*", the hierarchy is the manager's.
	push @range, accounts => '9876543210' if $resource eq 'customer_client' && !$given{accounts};
	my $world = $sim->world(resource => $resource, fields => join(',', @fields), @range);
	@$_{qw(adpipe.period_start adpipe.period_end)} = @given{qw(since until)} foreach @$world;
	return map { my $row = $_; [ map { google_value($row->{ $_->[1] }, @$_[ 1, 2 ]) } @$columns ] } @$world;
}

# A value of the world as the column's type shows it, in SQL.
sub google_value
{
	my ($value, $field, $type) = @_;
	return literal('google_ads', $type) if $field eq 'adpipe.platform';
	return literal(defined $value ? Cpanel::JSON::XS->new->decode($value) : [], $type) if $type eq 'text[]';
	return literal($value, $type)
	  . (defined $value && $type eq 'numeric' && $field =~ /_micros$/ ? ' / 1000000' : '');
}

# The value of a column of Naver's in SQL; the world has those of lists under the
# names of fields.
sub naver_value
{
	my ($row, $name, $field, $type) = @_;
	my $value = exists $row->{$name} ? $row->{$name} : $row->{$field};

	return literal(ref $value ? Cpanel::JSON::XS->new->canonical->encode($value) : $value, $type);
}

# The value of a column of Meta's in SQL.
sub meta_value
{
	my ($row, $level, $currency, $name, $field, $type) = @_;
	my $value = exists $row->{$name} ? $row->{$name} : $row->{$field};

	$value = $META_ACCOUNT_VALUE{$field}->($row) if $level eq 'accounts' && $META_ACCOUNT_VALUE{$field};
	$value = $currency if $field eq 'adpipe.account_currency';
	$value = $row->{$field} // ($type eq 'text[]' ? [] : undef) if $level =~ /s$/ && exists $row->{$field};
	$value //= [] if $type eq 'text[]';
	return literal($value, $type)
	  . (defined $value && $type eq 'numeric' && $level =~ /s$/ && $name ne 'time_zone_offset' && !$IS_WHOLE{$currency} ? ' / 100' : '');
}

=head2 same_rows($node, $table, $where, \@rows, $warning)

Two tests: the table is read without errors, and has exactly the rows, which are
arrays of SQL expressions.  $warning is a pattern for what reading must say.

=cut

sub same_rows
{
	my ($node, $table, $where, $rows, $warning) = @_;
	my @sql = ("CREATE TEMP TABLE expected AS SELECT * FROM $table LIMIT 0;");

	push @sql, 'INSERT INTO expected VALUES '
	  . join(",\n", map { '(' . join(', ', @$_) . ')' } @$rows) . ';' if @$rows;
	push @sql, <<"END";
CREATE TEMP TABLE found AS SELECT * FROM $table $where;
SELECT 'missing: ' || (e)::text FROM (TABLE expected EXCEPT ALL TABLE found) e LIMIT 3;
SELECT 'too many: ' || (f)::text FROM (TABLE found EXCEPT ALL TABLE expected) f LIMIT 3;
END
	my ($status, $out, $err) = $node->psql('postgres', join("\n", @sql));
	like($err, $warning // qr/^$/, "$table: read without errors");
	is($out, '', "$table: exactly the world's rows (" . @$rows . ')');
	return;
}

=head2 restated_rows($node, $sim, $platform, \@tables, $oldest, $youngest)

Tests: once a platform (by its name in the simulator) has restated its numbers, the tables
of imported_tables() have exactly the rows of the world, which are others than before.
The days are so many before today; both clocks stand still from then on, at noon in Korea.

=cut

sub restated_rows
{
	my ($node, $sim, $platform, $tables, $oldest, $youngest) = @_;
	my ($now, $since, $until) = split /\|/, $node->safe_psql('postgres', "SELECT d || 'T03:00:00Z', d - $oldest, d - $youngest FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS d) t");
	my $text = sub { join "\n", sort map { join ', ', @$_ } @_ };

	$sim->clock($now);
	$node->safe_psql('postgres', "ALTER DATABASE postgres SET adpipe.debug_now = '$now'");
	my %before = map { $_->[0] => $text->(world_rows($node, $sim, $_->[0], $since, $until)) } @$tables;
	$sim->restate(1, $platform);
	for my $table (map { $_->[0] } @$tables)
	{
		my @world = world_rows($node, $sim, $table, $since, $until);

		same_rows($node, $table, (table_days($node, $table, $since, $until))[3], \@world);
		next unless $before{$table} =~ /'$since'::date/;
		isnt($text->(@world), $before{$table}, "$table: they are restated");
		cmp_ok(scalar @world, '<', scalar split(/\n/, $before{$table}), "$table: and some are gone");
	}
	return;
}

=head2 is_world($node, $table, $rows, %options)

The same for rows that are hashes by column name.  Options: C<where> bounds the
foreign table.

=cut

sub is_world
{
	my ($node, $table, $rows, %options) = @_;
	my @columns = table_columns($node, $table);

	same_rows($node, $table, $options{where} ? "WHERE $options{where}" : '',
		[ map { my $row = $_; [ map { literal($row->{ $_->[0] }, $_->[2]) } @columns ] } @$rows ]);
	return;
}

=head2 all_commented($node)

A test: every foreign table and column has a comment.

=cut

sub all_commented
{
	my ($node) = @_;
	is($node->safe_psql('postgres', <<'END'), '0', 'every imported table and column is commented');
SELECT count(*)
FROM pg_foreign_table t
JOIN pg_attribute a ON a.attrelid = t.ftrelid AND a.attnum > 0
WHERE col_description(a.attrelid, a.attnum) IS NULL
   OR obj_description(t.ftrelid, 'pg_class') IS NULL
END
	return;
}

1;
