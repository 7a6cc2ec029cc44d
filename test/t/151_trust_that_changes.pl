# A connection is as good as the certificate authorities that vouched for it: once
# these are others, no statement of the session uses it again.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use File::Copy qw(copy);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
my $other = simulator();
my $file = PostgreSQL::Test::Utils::tempdir() . '/authorities.pem';
google_server($node, $sim, options => { max_retries => 0, customer_id => '1234567890', endpoint => $sim->https, token_endpoint => $sim->https . '/token' });
my $session = session($node);
my $count = 'SELECT count(*) > 0 FROM google.campaigns';

# Puts the authority of a simulator into the file, in place or as a new file.
sub put
{
	my ($simulator, $is_new) = @_;
	my $target = $is_new ? "$file.new" : $file;
	copy($simulator->ca_file, $target) or die "could not copy: $!";
	rename $target, $file or die "could not rename: $!" if $is_new;
	return;
}

sub trust
{
	my ($name) = @_;
	$session->query("LOAD 'adpipe'; SET adpipe.ca_file = " . quote($name));
	return;
}

sub trusted
{
	my ($what) = @_;
	is($session->query($count), 't', $what);
	return;
}

sub refused
{
	my ($what) = @_;
	my $before = @{ $sim->requests };
	my ($out, $error) = $session->try($count);
	is($error->{sqlstate} // 'no error', 'HV00N', "$what: no connection");
	is(scalar @{ $sim->requests }, $before, "$what: no request");
	return;
}

put($sim);
trust($file);
trusted('the first statement connects');
trusted('the second one takes its connection');

trust($other->ca_file);
refused('another file');
trust('');
refused('those of the system');
trust($file);
trusted('the first file again');

my @changes = (
	[ 'the file has another authority', sub { put($other) } ],
	[ 'the file is replaced by another', sub { put($other, 1) } ],
	[ 'the file is empty', sub { open my $out, '>', $file or die $!; close $out } ],
	[ 'the file is gone', sub { unlink $file or die $! } ]);
for my $change (@changes)
{
	put($sim);
	trusted('authorities as at the start');
	$change->[1]->();
	refused($change->[0]);
}
put($sim);
trusted('a file that is back is trusted');

# Another session's change of the configuration.
$session->query('RESET adpipe.ca_file');
$node->safe_psql('postgres', "LOAD 'adpipe'; ALTER SYSTEM SET adpipe.ca_file = " . quote($file) . '; SELECT pg_reload_conf()');
poll_until(sub { $session->query('SHOW adpipe.ca_file') eq $file });
trusted('a file that the configuration names');
$node->safe_psql('postgres', "LOAD 'adpipe'; ALTER SYSTEM SET adpipe.ca_file = " . quote($other->ca_file) . '; SELECT pg_reload_conf()');
poll_until(sub { $session->query('SHOW adpipe.ca_file') eq $other->ca_file });
refused('a reloaded configuration');

# A scan that is under way asks for its next pages.
trust($file);
$sim->settings({ page_size => 1 });
for my $change ($changes[0], [ 'another file', sub { trust($other->ca_file) } ])
{
	put($sim);
	trust($file);
	$session->query('BEGIN; DECLARE c CURSOR FOR SELECT * FROM google.campaigns; FETCH 1 FROM c');
	$change->[1]->();
	my $before = @{ $sim->requests };
	my ($out, $error) = $session->try('FETCH ALL FROM c');
	is($error->{sqlstate} // 'no error', 'HV00N', "$change->[0]: nor does a cursor go on");
	cmp_ok(@{ $sim->requests } - $before, '<=', 2, 'but for pages under way');
	$session->query('ROLLBACK');
}

done_testing();
