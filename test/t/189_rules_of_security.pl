# SECURITY.md names a test for each rule, which is there.  And the rules that no other
# test tries to break: what a new owner of a server may reach, the environment of the
# server, mappings and settings of others, personal columns.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS ();
use PostgreSQL::Test::Utils;
use Test::More;

# The page.
my $page = slurp_file("$FindBin::RealBin/../../SECURITY.md");
my %tests = map { m{/(\d{3})_[^/]*\.pl$} ? ($1 => $_) : () } glob("$FindBin::RealBin/*.pl");
my $rules = 0;
for my $line (grep { /^\|/ && !/^\|\s*(?:Rule|---)/ } split /\n/, $page)
{
	my ($rule, $named) = $line =~ /^\|\s*(.*?)\s*\|\s*(\d{3}(?:, \d{3})*)\s*\|$/;
	ok(defined $named, "a rule and its tests: $line") or next;
	my @missing = grep { !$tests{$_} } split /, /, $named;
	is("@missing", '', "tests are there: $rule");
	$rules++;
}
cmp_ok($rules, '>', 35, 'rules');

# A home with files that other programs would take credentials and proxies from.
my $home = PostgreSQL::Test::Utils::tempdir();
append_to_file("$home/.netrc", "default login intruder password netrc-password\n");
append_to_file("$home/.curlrc", "proxy = http://127.0.0.1:1\ninsecure\n");
chmod 0700, $home;
chmod 0600, "$home/.netrc", "$home/.curlrc";
my $node;
{
	local $ENV{HOME} = $home;
	local $ENV{NETRC} = "$home/.netrc";
	local $ENV{CURL_HOME} = $home;
	local $ENV{all_proxy} = 'http://127.0.0.1:1';
	local $ENV{http_proxy} = 'http://127.0.0.1:1';
	$node = adpipe_cluster();
}
my $sim = simulator();
my %once = (max_retries => 0);
google_server($node, $sim, options => { %once, customer_id => '1234567890' });
my $campaigns = 'SELECT count(*) FROM google.campaigns';
my $count = $node->safe_psql('postgres', $campaigns);
cmp_ok($count, '>', 0, 'the environment of the server changes nothing');
# What AppsFlyer's files are fetched with has no credentials at all, so that those of
# a .netrc would show.
appsflyer_server($node, $sim, options => { %once, cache_ttl_s => 0, app_id => 'com.hanbit.running' });
my $address = $sim->http . '/export/token/known_SIGNATURE';
$sim->faults([ { match => { path => 'raw-data' }, action => { redirect => $address } }, { match => { path => 'export/token' }, action => { echo => 'text', spelling => 'plain', status => 400 } } ]);
my $error = sql_error($node, 'SELECT count(*) FROM flyer.installs WHERE date_day = current_date - 3');
like($error->{detail}, qr/could not parse request/, 'the request is repeated');
unlike($error->{detail}, qr/Basic|intruder|aW50cnVkZX/, 'and has nothing out of .netrc');
$sim->faults([]);

# A server for a place that only its owner may name, given to a role that may not.
$node->safe_psql('postgres', <<'END');
CREATE ROLE plain LOGIN;
GRANT USAGE ON FOREIGN DATA WRAPPER google_ads TO plain;
ALTER SERVER google OWNER TO plain;
GRANT USAGE ON SCHEMA google TO plain;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO plain;
END
$sim->reset;
$error = sql_error($node, $campaigns);
is($error->{sqlstate}, '42501', 'a server of a role that may not name its endpoint: refused at connect');
is(scalar @{ $sim->requests }, 0, 'and nothing is sent');
$node->safe_psql('postgres', 'ALTER SERVER google OWNER TO CURRENT_USER');
is($node->safe_psql('postgres', $campaigns), $count, 'with its owner it works again');

# A table's owner has a mapping; who reads the table has none.
$sim->reset;
$error = sql_error($node, "SET ROLE plain; $campaigns");
like($error->{message}, qr/^role "plain" has no user mapping for server "google"$/, 'a reader without a mapping does not use that of the owner');
is(scalar @{ $sim->requests }, 0, 'and nothing is sent for it');

# Secrets in the catalogue.
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER google TO plain; CREATE ROLE watcher LOGIN; GRANT pg_monitor, pg_read_all_data TO watcher');
for my $role ('plain', 'watcher')
{
	is($node->safe_psql('postgres', "SET ROLE $role; SELECT count(*) FROM pg_user_mappings WHERE umoptions IS NOT NULL"), '0', "$role: sees no option of another's mapping");
	is(sql_error($node, "SET ROLE $role; SELECT umoptions FROM pg_user_mapping")->{sqlstate}, '42501', "$role: nor in the table itself") if $role eq 'plain';
	is($node->safe_psql('postgres', "SET ROLE $role; SELECT count(*) FROM information_schema.user_mapping_options WHERE option_value IS NOT NULL"), '0', "$role: nor in the information schema");
	my $all = join "\n", map { $node->safe_psql('postgres', "SET ROLE $role; SELECT v::text FROM adpipe.$_ v") } 'health', 'runs', 'targets', 'columns';
	unlike($all, qr/sample-secret|sample-refresh/, "$role: nor in views");
}

# What PostgreSQL itself opens, and the page says so.
like($node->safe_psql('postgres', 'SET ROLE watcher; SELECT umoptions FROM pg_user_mapping'), qr/sample-secret/, 'pg_read_all_data reads the catalogue');
like($page, qr/privileges of `pg_read_all_data`/, 'which is on the page');

# Settings that loosen a bound or name a file or a place.
for my $setting ("adpipe.allowed_endpoints = 'https://evil.example'", "adpipe.ca_file = '/tmp/evil.pem'", "adpipe.max_answer_size = '64kB'", "adpipe.debug_now = '2020-01-01'")
{
	is(sql_error($node, "LOAD 'adpipe'; SET ROLE plain; SET $setting")->{sqlstate}, '42501', "$setting: not by everybody");
	my ($name, $value) = $setting =~ /^(\S+) = '(.*)'$/;
	local $ENV{PGOPTIONS} = "-c $name=$value";
	my ($out, $err);
	$node->psql('postgres', "SELECT count(*) FROM adpipe.api_versions; SHOW $name", extra_params => [ '-U', 'plain' ], stdout => \$out, stderr => \$err);
	like($out, qr/^\d+$/m, "$setting: a session that brings it");
	unlike($out, qr/\Q$value\E/, "$setting: does not have it when the extension is loaded");
	like($err, qr/permission denied to set parameter/, "$setting: and is warned");
}

# Texts that would be more than a text, were they not quoted: in conditions, which go
# into requests, and in names, which refreshes store.
my @hostile = ("x' OR campaign.id > 0 AND campaign.name != '", "x\\' OR campaign.id > 0 --", 'x") OR ("a" = "a', "x'); DROP TABLE ads.names0; --", '$$; DROP TABLE ads.names0; $$', "x\n' LIMIT 1", '"}],"filtering":[{"field":"x', '%s%n{}', 'x&access_token=y&limit=1', '../../../x');
meta_server($node, $sim, options => { %once, account_id => '1234567890123456' });
$node->safe_psql('postgres', 'CREATE SCHEMA ads');
my %status = ('google.campaigns' => 'campaign_status', 'meta.campaigns' => 'effective_status');
for my $n (0 .. $#hostile)
{
	my $text = $hostile[$n];
	my $quoted = quote($text);
	for my $table (sort keys %status)
	{
		is($node->safe_psql('postgres', "SELECT count(*) FROM $table WHERE $_ = $quoted OR $_ = ANY (ARRAY[$quoted, $quoted || 'x'])"), '0', "$table, a condition on $_ with <$text>: no row more")
			for 'campaign_id', 'campaign_name', $status{$table};
		is($node->safe_psql('postgres', "SELECT count(*) FROM $table WHERE $_ IN ($quoted, 'ENABLED' || $quoted)"), '0', "$table, a list of $_ with <$text>: no row more")
			for 'campaign_id', $status{$table};
	}
	my ($made) = Cpanel::JSON::XS->new->allow_nonref->encode($text) =~ /^"(.*)"$/;
	$sim->faults([ { match => { query => 'FROM campaign( |$)' }, action => { replace => [ '"name":"', qq("name":"$made) ] } } ]);
	$node->safe_psql('postgres', "SELECT adpipe.materialize('google.campaigns', 'ads.names$n'); CALL adpipe.refresh('ads.names$n')");
	is($node->safe_psql('postgres', "SELECT count(*) > 0 AND bool_and(starts_with(campaign_name, $quoted)) FROM ads.names$n"), 't', "a copy of names <$text>: stored as they are");
	$sim->faults([]);
}

# A word that is one goes into the request.
$node->safe_psql('postgres', "SELECT count(*) FROM google.campaigns WHERE campaign_status = 'PAUSED'");
like($sim->requests->[-1]{query}, qr/WHERE campaign\.status = 'PAUSED'/, 'such conditions are in requests');

# Personal columns: in no table of any report of any platform by default.
my $personal = q{
	SELECT string_agg(DISTINCT c.column_name, ',' ORDER BY c.column_name)
	FROM adpipe_internal.report_columns() c
	JOIN pg_foreign_server s ON s.srvname = %s
	JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw AND w.fdwname = c.wrapper
	JOIN pg_foreign_table t ON t.ftserver = s.oid
	JOIN pg_class r ON r.oid = t.ftrelid AND r.relname = c.report AND r.relnamespace = %s::regnamespace
	JOIN pg_attribute a ON a.attrelid = r.oid AND a.attname = c.column_name AND NOT a.attisdropped
	WHERE c.is_personal};
my $all = 'actor_id,actor_name,advertising_id,android_id,customer_user_id,extra_data,idfa,idfv,imei,ip,user_agent,user_email';
is($node->safe_psql('postgres', "SELECT string_agg(DISTINCT column_name, ',' ORDER BY column_name) FROM adpipe_internal.report_columns() WHERE is_personal"), $all, 'what is personal');
is($node->safe_psql('postgres', sprintf $personal, "'$_'", "'$_'"), '', "$_: none of it in tables by default") for 'google', 'meta', 'flyer';
for my $choice ('exclude', 'include')
{
	$node->safe_psql('postgres', "CREATE SCHEMA $choice; IMPORT FOREIGN SCHEMA reports FROM SERVER flyer INTO $choice OPTIONS (personal_data '$choice')");
	is($node->safe_psql('postgres', sprintf $personal, "'flyer'", "'$choice'"), $choice eq 'include' ? $all =~ s/actor_id,actor_name,|extra_data,|,user_email//gr : '', "$choice: what was chosen");
}
# In rows and copies: no value of the persons of the world.
$sim->reset;
my $day = 'date_day = current_date - 3';
my $ips = $node->safe_psql('postgres', "SELECT count(DISTINCT ip) FROM include.installs WHERE $day AND ip <> ''");
cmp_ok($ips, '>', 0, 'there are addresses to be found');
my $found = $node->safe_psql('postgres', "SELECT i.ip, f.advertising_id FROM include.installs i JOIN include.installs f USING (appsflyer_id) WHERE i.$day AND f.$day AND i.ip <> '' LIMIT 1");
my ($ip) = split /\|/, $found;
my $rows = $node->safe_psql('postgres', "SELECT f::text FROM flyer.installs f WHERE $day");
cmp_ok(length $rows, '>', 0, 'rows by default');
is(index($rows, ",$ip,"), -1, 'hold no address');
my $documented = slurp_file("$FindBin::RealBin/../../doc/personal_data.md");
like($documented, qr/^\| `$_` \|/m, "$_ is on the page") for split /,/, $all;

done_testing();
