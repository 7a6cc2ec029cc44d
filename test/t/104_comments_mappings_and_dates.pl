# Smaller things that a user would lose: the manager of a user mapping, the day of a
# moment, times that mean none, and comments that are true of copies as well.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use Test::More;

my $node = adpipe_cluster();
my $sim = simulator();
google_server($node, $sim, options => { customer_id => '*', login_customer_id => undef },
	mapping => { %AdpipeTest::GOOGLE_CREDENTIALS, login_customer_id => '987-654-3210' });
meta_server($node, $sim, options => { account_id => '2345678901234567' });
my $session = session($node);

# The manager through which one's own credentials reach the accounts.
sub managers
{
	my %seen = map { ($_->{login_customer_id} // 'none') => 1 } grep { ($_->{query} // '') ne '' } @{ $sim->requests };
	return join ' ', sort keys %seen;
}
cmp_ok($session->query('SELECT count(DISTINCT account_id) FROM google.campaign_daily WHERE date_day = current_date - 20'), '>', 3,
	'* stands for the accounts under the manager of the user mapping');
is(managers(), '9876543210', 'every request goes through it');
is($session->query("SELECT count(*) FROM google.accounts WHERE level = 0 AND account_id = '9876543210'"), 1, 'so does the list of accounts');
$session->query("ALTER SERVER google OPTIONS (ADD login_customer_id '1111111111')");
$sim->reset;
is($session->query('SELECT count(DISTINCT account_id) > 3 FROM google.campaign_daily WHERE date_day = current_date - 20'), 't', 'the mapping wins over the server');
is(managers(), '9876543210', 'in every request');
$node->safe_psql('postgres', <<'END');
CREATE ROLE other LOGIN;
GRANT USAGE ON FOREIGN SERVER google TO other;
GRANT USAGE ON SCHEMA google TO other;
GRANT SELECT ON ALL TABLES IN SCHEMA google TO other;
CREATE USER MAPPING FOR other SERVER google OPTIONS (client_id 'sample-client.apps.googleusercontent.com', client_secret 'sample-secret', refresh_token '1//sample-refresh')
END
my $other = AdpipeTest::Session->open($node, user => 'other');
$sim->reset;
is($other->query_error('SELECT count(*) FROM google.campaign_daily WHERE date_day = current_date - 20')->{sqlstate}, '28000', 'another mapping has the manager of the server');
is(managers(), '1111111111', 'and asks through that');
$session->query('ALTER SERVER google OPTIONS (DROP login_customer_id)');
my $error = $other->query_error('SELECT count(*) FROM google.campaign_daily WHERE date_day = current_date - 20');
is($error->{hint}, 'Set option "login_customer_id" of the server or the user mapping to the manager, or list the accounts.', 'without either the hint names both places');
is($session->query_error("ALTER USER MAPPING FOR CURRENT_USER SERVER google OPTIONS (SET login_customer_id '12')")->{sqlstate}, '22023', 'an id is checked');
is($session->query_error("ALTER FOREIGN TABLE google.campaigns OPTIONS (ADD login_customer_id '9876543210')")->{sqlstate}, 'HV00D', 'no option of a table');
like($session->query("EXPLAIN (VERBOSE) SELECT * FROM google.campaigns"), qr/Accounts: \*/, 'EXPLAIN needs no mapping');

# The day of a moment.
$session->query(<<'END');
CREATE FOREIGN TABLE starts (campaign_id text OPTIONS (field 'campaign.id'),
    start_day date OPTIONS (field 'campaign.start_date_time'), start_time timestamp OPTIONS (field 'campaign.start_date_time'),
    start_text text OPTIONS (field 'campaign.start_date_time'), end_day date OPTIONS (field 'campaign.end_date_time')
) SERVER google OPTIONS (resource 'campaign', customer_id '1234567890')
END
is($session->query('SELECT count(*) > 10, bool_and(start_day = start_time::date AND start_text LIKE start_day || \' %\'), count(DISTINCT end_day), max(end_day) FROM starts'),
	't|t|1|2026-06-30', 'a date and time in a column of type date is its day');
for my $case ([ '2026-02-03', '2026-02-03' ], [ '2026-02-03 04:05:06.789', '2026-02-03' ], [ '2026-02-03T23:59:59-0800', '2026-02-03' ])
{
	$sim->faults([ { match => { query => 'FROM campaign ' }, action => { status => 200,
					body => encode_json({ results => [ { campaign => { startDateTime => $case->[0] } } ], fieldMask => 'x' }) } } ]);
	is($session->query('SELECT start_day FROM starts'), $case->[1], "$case->[0] is of $case->[1]");
}
for my $text ('2026-02-30 00:00:00', '2026-02-03 x', '2026-02-0304:05', 'soon')
{
	$sim->faults([ { match => { query => 'FROM campaign ' }, action => { status => 200,
					body => encode_json({ results => [ { campaign => { startDateTime => $text } } ], fieldMask => 'x' }) } } ]);
	is($session->query_error('SELECT start_day FROM starts')->{sqlstate}, '22P02', "$text is of none");
}

# What the platform writes where no time is set: one second before 1970.
my @times = ('1969-12-31T15:59:59-0800', '1970-01-01T08:59:59+0900', '2026-03-05T10:11:12+0900', '1970-01-01T09:00:00+0900');
$sim->faults([ { match => { path => '/campaigns' }, action => { status => 200,
				body => encode_json({ data => [ map { { id => "$_", name => 'x', start_time => $times[ $_ - 1 ], updated_time => $times[0] } } 1 .. @times ] }) } } ]);
$session->query("SET timezone = 'UTC'");
is($session->query('SELECT campaign_id, start_time FROM meta.campaigns ORDER BY 1'),
	"1|\n2|\n3|2026-03-05 01:11:12+00\n4|1970-01-01 00:00:00+00", 'a start before 1970 is NULL, in whatever zone it is told');
is($session->query('SELECT count(updated_time) FROM meta.campaigns'), 4, 'only where it means that none is set');
$session->query('CREATE FOREIGN TABLE meta.start_texts (id text, start_time text, as_json jsonb OPTIONS (field \'start_time\')) SERVER meta OPTIONS (level \'campaigns\')');
is($session->query('SELECT count(start_time), count(as_json) FROM meta.start_texts'), '2|2', 'whatever the type of the column');
$sim->reset;

# Comments.
$node->safe_psql('postgres', "CREATE SCHEMA flyer_less; CREATE SCHEMA meta_common; IMPORT FOREIGN SCHEMA common FROM SERVER meta INTO meta_common");
is($session->query(<<'END'), '0', 'no comment says that something is as it is today');
SELECT count(*) FROM adpipe.columns WHERE description ~* '\mtoday\M'
END
is($session->query(<<'END'), 't', 'names of what can be renamed are those of the time of reading, on each platform');
SELECT bool_and(description LIKE '%as of the time of reading%') AND count(DISTINCT wrapper) = (SELECT count(DISTINCT wrapper) FROM adpipe.columns)
FROM adpipe.columns
WHERE (column_name IN ('campaign_name', 'ad_group_name', 'adset_name', 'ad_name') AND wrapper <> 'appsflyer')
   OR (column_name = 'account_name' AND report <> 'accounts')
END
$session->query("SELECT adpipe.materialize('google.campaign_daily', 'public.campaigns_kept', start => current_date - 21)");
is($session->query("SELECT col_description('public.campaigns_kept'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'public.campaigns_kept'::regclass AND attname = 'campaign_name'"),
	'Name of the campaign as of the time of reading.', 'which is true of a copy as well');
is($session->query(<<'END'), '', 'no two columns of a report have the same comment but for the unit');
SELECT wrapper, report, description FROM adpipe.columns WHERE kind = 'metric' OR description ~* 'budget|bid|spent' GROUP BY 1, 2, 3 HAVING count(*) > 1
END
is($session->query(<<'END'), "cost_micros|Cost in the account's currency. The value counts millionths of the currency unit. Adds up over days, entities and breakdowns.\nspend|Cost in the account's currency. Adds up over days, entities and breakdowns.", 'cost_micros and spend');
SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
WHERE attrelid = 'google.campaign_daily'::regclass AND attname IN ('spend', 'cost_micros') ORDER BY 1
END
$session->query("CREATE FOREIGN TABLE google.mine (cost_as_counted text OPTIONS (field 'metrics.cost_micros'), cost double precision OPTIONS (field 'metrics.cost_micros')) SERVER google OPTIONS (resource 'campaign')");
$session->query("SELECT adpipe.comment_tables('google')");
is($session->query(<<'END'), "t|f", "a table of one's own: by what its column can show");
SELECT string_agg((col_description(attrelid, attnum) LIKE '%millionths%')::text::char(1), '|' ORDER BY attnum)
FROM pg_attribute WHERE attrelid = 'google.mine'::regclass AND attnum > 0
END

done_testing();
