# Packages build beside the sources, for several servers from one tree: the
# Makefile works from another folder, and an incomplete tree is an error there.
# What describes the packages names the version that is built.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Path qw(make_path remove_tree);
use FindBin;
use Cpanel::JSON::XS qw(decode_json);
use PostgreSQL::Test::Utils;
use Test::More;

my $tree = abs_path("$FindBin::RealBin/../..");
my $scratch = PostgreSQL::Test::Utils::tempdir();
my $copy = "$scratch/source";
my ($version) = slurp_file("$tree/adpipe.control") =~ /^default_version = '(.*)'/m;

# The sources without anything built: make finds what it builds in either folder.
sub copy_sources
{
	remove_tree($copy);
	make_path($copy);
	system_or_bail('sh', '-c', "cd '$tree' && tar -cf - --exclude '*.o' --exclude '*.bc' --exclude '*.so' Makefile adpipe.control src | tar -xf - -C '$copy'");
	return;
}

# Runs make in a new folder; returns its status and what it printed.
sub make
{
	my (@arguments) = @_;
	remove_tree("$scratch/build");
	make_path("$scratch/build");
	my ($out, $err);
	my $ok = IPC::Run::run([ 'make', '-C', "$scratch/build", '-f', "$copy/Makefile", @arguments ], '>', \$out, '2>', \$err);
	return ($ok, $out, $err);
}

sub is_refused
{
	my ($words, $what) = @_;
	my ($ok, $out, $err) = make('-n', 'all');
	ok(!$ok, $what);
	like($err, $words, 'and says so');
	return;
}

copy_sources();
my $sources = split /\n/, `cd '$copy' && find src -name '*.c'`;

my ($ok, $plan) = make('-n', 'all');
ok($ok, 'make plans a build in another folder');
my ($link) = $plan =~ /^(.* -o adpipe\.so .*)$/m;
my %objects = map { $_ => 1 } ($link // '') =~ /(\S+\.o)(?=\s)/g;
is(keys %objects, $sources, 'and links an object per source');

($ok, undef, my $err) = make("build/adpipe--$version.sql", "build/adpipe--0.1.0--$version.sql", 'src/base/words.o');
ok($ok, 'it builds') or diag($err);
ok(-s "$scratch/build/src/base/words.o", 'objects there');
ok(-s "$scratch/build/build/adpipe--0.1.0--$version.sql", 'and the script of an update');
is(`cd '$copy' && find . -name '*.o' -o -name build`, '', 'and nothing in the sources');
my $script = slurp_file("$scratch/build/build/adpipe--$version.sql");
system_or_bail('make', '-s', '-C', $copy, "build/adpipe--$version.sql");
is($script, slurp_file("$copy/build/adpipe--$version.sql"), 'the script is the one that is made beside the sources');

rename "$copy/src", "$copy/elsewhere";
is_refused(qr{/src has no sources}, 'a tree without sources makes no empty module');
copy_sources();
unlink "$copy/src/warehouse/chunk.sql";
is_refused(qr{src/warehouse/chunk\.sql}, 'nor a script without one of its parts');
copy_sources();
my $control = slurp_file("$copy/adpipe.control");
$control =~ s/^default_version.*\n//m;
unlink "$copy/adpipe.control";
append_to_file("$copy/adpipe.control", $control);
is_refused(qr{has no default_version}, 'nor a script without a version');

my $meta = decode_json(slurp_file("$tree/META.json"));
ok(defined $meta->{$_}, "META.json has $_") for qw(name abstract version maintainer license provides meta-spec);
is($meta->{'meta-spec'}{version}, '1.0.0', 'of version 1.0.0 of its specification');
is($meta->{version}, $version, 'and names the version');
is_deeply([ keys %{ $meta->{provides} } ], ['adpipe'], 'it provides one extension');
is($meta->{provides}{adpipe}{version}, $version, 'of this version');
ok(-f "$tree/$meta->{provides}{adpipe}{$_}", "whose $_ is there") for qw(file docfile);
my ($package) = slurp_file("$tree/debian/changelog") =~ /^adpipe \(([^)]+)\)/;
is($package, $version, 'so does the Debian package');

done_testing();
