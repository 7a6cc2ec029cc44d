# Pushing conditions down to Meta changes no result: generated queries with
# adpipe.pushdown on and off beside local copies, and what must be sent is.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Queries;
use Test::More;

my $seed = $ENV{SEED} // 20261125;
srand($seed);
note("seed $seed");

my $node = adpipe_cluster();
my $sim = simulator();
my $now = '2026-11-20T12:00:00Z';
meta_server($node, $sim, options => { account_id => '1234567890123456,4567890123456789' });
$sim->clock($now);
my $session = session($node);
$session->query('SET adpipe.debug_now = ' . quote($now));

# Days on which removed ads still have actions, and nothing else.
my $queries = AdpipeTest::Queries->new($session, "date_day BETWEEN '2026-11-10' AND '2026-11-11'", {
	'meta.campaign_daily' => [qw(account_id campaign_id campaign_name attribution_setting)],
	'meta.ad_daily' => [qw(account_id campaign_id adset_id ad_id ad_name)],
	'meta.campaign_age_gender_daily' => [qw(account_id campaign_id age gender)],
	'meta.campaign_action_daily' => [qw(account_id campaign_id action_type)],
	'meta.campaigns' => [qw(account_id campaign_id campaign_name status)],
	'meta.ads' => [qw(account_id campaign_id adset_id ad_id effective_status)],
	'meta.creatives' => [qw(account_id creative_id status)] });

for my $round (1 .. $ENV{ADPIPE_ROUNDS} // 60)
{
	my $table = AdpipeTest::Queries::pick($queries->tables);
	my $sql = 'SELECT ' . $queries->some_columns($table, 't') . " FROM {$table} t WHERE "
	  . $queries->bound($table, 't') . ' AND ' . $queries->tree($table, 't', 2);
	my $expected = $queries->checksum($queries->local($sql));

	is($queries->checksum($sql), $expected, "pushed: $sql");
	$session->query('SET adpipe.pushdown = off');
	is($queries->checksum($sql), $expected, 'not pushed');
	$session->query('RESET adpipe.pushdown');
}

# What is sent of a statement's conditions.
sub sent
{
	my ($sql) = @_;
	my $before = @{ $sim->requests };
	$session->query($sql);
	my @requests = @{ $sim->requests };
	return join "\n", map { $_->{query} // '' } @requests[ $before .. $#requests ];
}

my $day = "date_day = '2026-11-10'";
my ($id) = split /\n/, $session->query("SELECT campaign_id FROM copy_meta_campaign_daily WHERE account_id = '1234567890123456' LIMIT 1");
like(sent("SELECT * FROM meta.ad_daily WHERE $day AND campaign_id = '$id'"), qr/"campaign\.id","operator":"IN","value":\["$id"\]/, 'ids of a level above');
like(sent("SELECT * FROM meta.campaigns WHERE campaign_id = '$id'"), qr/"campaign\.id","operator":"IN","value":\["$id"\]/, 'ids of a list');
unlike(sent("SELECT * FROM meta.ads WHERE campaign_id = '$id'"), qr/filtering/, 'a list takes ids of its own only');
my $many = join ', ', map { "'$_'" } 1 .. 60;
unlike(sent("SELECT * FROM meta.ad_daily WHERE $day AND campaign_id NOT IN ($many)"), qr/"campaign\.id"/, 'sixty ids to leave out would make the address too long');
is(sent("SELECT * FROM meta.ad_daily WHERE $day AND ad_id = 'abc'"), '', 'what is no id is not asked for');
my @accounts = map { $_->{account} } @{ $sim->requests };
my $before = @accounts;
$session->query("SELECT * FROM meta.campaign_daily WHERE $day AND account_id = '4567890123456789'");
@accounts = map { $_->{account} } @{ $sim->requests };
is(join(',', @accounts[ $before .. $#accounts ]), '4567890123456789', 'accounts are picked');

# Where an account does not take the value DELETED, rows come without what is
# deleted, and that is said.
$sim->settings({ meta_deleted_filter => Cpanel::JSON::XS::false });
my $without = @{ $sim->world(platform => 'meta', resource => 'campaign_daily', since => '2026-11-10', until => '2026-11-10',
		accounts => '1234567890123456', without => 'DELETED') };
is($session->query("SELECT count(*) FROM meta.campaign_daily WHERE $day AND account_id = '1234567890123456'"), $without, 'without the value DELETED');
like($session->messages, qr/WARNING:.*may have left out rows of account 1234567890123456.*rows of deleted objects are missing/s, 'with a warning');

done_testing();
