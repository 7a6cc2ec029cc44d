# test/bin/check-docs notices a page whose statements do not run as printed or do
# not print what the page shows, in whatever time zone.

use strict;
use warnings;

use AdpipeTest;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

my $node = adpipe_cluster();
my $folder = PostgreSQL::Test::Utils::tempdir();
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;

# Runs the check on a page of this text; returns its exit code and what it says.
sub check
{
	my ($text) = @_;
	my $out;

	append_to_file("$folder/page.md", '');
	open my $page, '>', "$folder/page.md" or die "cannot write: $!";
	print $page $text;
	close $page;
	IPC::Run::run([ 'test/bin/check-docs', '--psql', 'psql', "$folder/page.md" ],
		'<', \undef, '>', \$out, '2>&1');
	return ($? >> 8, $out);
}

sub holds
{
	my ($text, $what) = @_;
	my ($status, $out) = check($text);
	is($status, 0, $what) or diag($out);
	return $out;
}

sub lies
{
	my ($text, $pattern, $what) = @_;
	my ($status, $out) = check($text);
	is($status, 1, $what);
	like($out, $pattern, "$what: it says where and why");
	return;
}

my $fence = '```';

is( holds(<<"END", 'a page that is right'), <<"END", 'in both time zones');
# Title

${fence}sql
CREATE TABLE t (i int);
INSERT INTO t VALUES (1), (2);
$fence

and in the same session

${fence}sql
SELECT i, adpipe.display(i / 3.0) AS third FROM t ORDER BY i;
$fence

${fence}text
 i | third
---+--------
 1 | 0.3333
 2 | 0.6667
(2 rows)
$fence
END
ok - $folder/page.md, UTC: 2 blocks
ok - $folder/page.md, Asia/Seoul: 2 blocks
END

holds("${fence}sql\nSELECT 1 AS one;\n$fence\n\n$fence\n one\n-----\n   1\n$fence\n", 'the line with the number of rows may be left out');
holds("${fence}sql\nSELECT 1 AS one;\n$fence\n\nText.\n\n${fence}text\nnot a result\n$fence\n", 'a block further down is no result');
holds("${fence}sql\nSELECT 1;\n$fence\n\n${fence}sh\nexit 1\n$fence\n", 'a shell block is not run');
lies("<!-- check-docs run: to see -->\n${fence}sh\necho broken; exit 1\n$fence\n", qr/page\.md:2: broken/, 'unless it is marked');

lies("${fence}sql\nSELECT 1 AS one;\n$fence\n\n${fence}text\n one\n-----\n   2\n$fence\n", qr/page\.md:1: shown:.*printed:/s, 'another result');
lies("\n${fence}sql\nSELECT nothing;\n$fence\n", qr/page\.md:2: error 42703: ERROR:  column "nothing" does not exist/, 'an error');
lies("${fence}sql\nSELECT 1; SELECT 1/0; SELECT 2;\n$fence\n", qr/error 22012/, 'an error between statements that run');
lies("${fence}sql\nSELECT 1\n$fence\n", qr/does not end with a semicolon/, 'half a statement');
lies("${fence}sql\nSELECT timestamptz '2026-03-01 22:30Z' AS at;\n$fence\n\n${fence}text\n           at\n------------------------\n 2026-03-01 22:30:00+00\n$fence\n",
	qr/^ok .*UTC.*^not ok .*Asia\/Seoul/ms, 'a result that depends on the time zone');
lies("no block\n", qr/no block to run/, 'a page without statements');

holds("<!-- check-docs error 22012: to show it -->\n${fence}sql\nSELECT 1/0;\n$fence\n\n${fence}text\nERROR:  division by zero\n$fence\n", 'an error that is announced');
lies("<!-- check-docs error 22012: to show it -->\n${fence}sql\nSELECT 1;\n$fence\n", qr/SQLSTATE 00000 in place of 22012/, 'an announced error that does not come');
lies("<!-- check-docs error 22012: to show it -->\n${fence}sql\nSELECT nothing;\n$fence\n", qr/SQLSTATE 42703 in place of 22012/, 'another error');
lies("<!-- check-docs error 22012: to show it -->\n${fence}sql\nSELECT 1/0;\n$fence\n\n${fence}text\nERROR:  something\n$fence\n", qr/does not report: ERROR:  something/, 'another message');
holds("<!-- check-docs skip: needs another extension -->\n${fence}sql\nSELECT nothing;\n$fence\n", 'a block that is skipped');
lies("<!-- check-docs skip -->\n${fence}sql\nSELECT 1;\n$fence\n", qr/unreadable mark/, 'a mark without a reason');
holds("<!-- check-docs output: the time -->\n${fence}sql\nSELECT now();\n$fence\n\n${fence}text\n soon\n$fence\n", 'an example of a result');

# What one page leaves behind is not there for the next.
holds("${fence}sql\nCREATE ROLE somebody LOGIN;\nGRANT SELECT ON adpipe.kpis TO somebody;\n$fence\n", 'roles go with the page');

# Platforms are the simulator's, with servers and mappings as printed.
holds(<<"END", 'servers reach the simulator');
${fence}sql
CREATE ROLE loader LOGIN;
GRANT USAGE ON FOREIGN DATA WRAPPER google_ads TO loader;
DO \$\$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO loader', current_database()); END \$\$;
SET ROLE loader;
CREATE SERVER google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '2345678901', login_customer_id '9876543210');
CREATE USER MAPPING FOR CURRENT_USER SERVER google OPTIONS (client_id '...', client_secret '...', refresh_token '...');
CREATE SCHEMA google;
IMPORT FOREIGN SCHEMA reports FROM SERVER google INTO google;
SELECT count(*) > 0 AS rows FROM google.account_daily WHERE date_day >= current_date - 7;
$fence

${fence}text
 rows
------
 t
$fence
END
holds(<<"END", 'on all platforms');
${fence}sql
CREATE SERVER meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '*');
CREATE USER MAPPING FOR CURRENT_USER SERVER meta OPTIONS (access_token '...');
CREATE SERVER flyer FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id 'id123456789');
CREATE USER MAPPING FOR CURRENT_USER SERVER flyer OPTIONS (api_token '...');
CREATE SCHEMA meta;
IMPORT FOREIGN SCHEMA reports FROM SERVER meta INTO meta;
SELECT count(*) > 0 AS rows FROM meta.campaign_daily WHERE date_day >= current_date - 7;
$fence

${fence}text
 rows
------
 t
$fence
END

$node->stop;
done_testing();
