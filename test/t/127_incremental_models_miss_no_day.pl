# The versions by which incremental models find which days of a copy changed: a
# mirror that reads only these stays the copy.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my ($pacific, $auckland) = ('2345678901', '3456789012');
my $accounts = "$pacific,$auckland";
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts });
at('2026-11-20T12:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-10-05')");

# A consumer: a copy of its own, kept by what changed since the version it knows.
my $known = 0;
$node->safe_psql('postgres', 'CREATE TABLE public.mirror (LIKE ads.campaign)');
sub consume
{
	my $changed = $node->safe_psql('postgres', "SELECT count(*), coalesce(max(version), $known) FROM adpipe.changed_slices('ads.campaign', $known)");
	my ($count, $version) = split /\|/, $changed;
	$node->safe_psql('postgres', <<"END");
DELETE FROM public.mirror m USING adpipe.changed_slices('ads.campaign', $known) c WHERE m.account_id = c.account_id AND m.date_day = c.date_day;
INSERT INTO public.mirror SELECT t.* FROM ads.campaign t JOIN adpipe.changed_slices('ads.campaign', $known) c USING (account_id, date_day);
END
	$known = $version;
	return $count;
}
my $same = 'SELECT (SELECT count(*) FROM (TABLE public.mirror EXCEPT ALL TABLE ads.campaign) a) + (SELECT count(*) FROM (TABLE ads.campaign EXCEPT ALL TABLE public.mirror) b)';

is(consume(), 0, 'never refreshed: nothing changed');
run("CALL adpipe.refresh('ads.campaign')");
is(consume(), run("SELECT count(*) FROM adpipe.slices WHERE target = 'ads.campaign'::regclass"), 'the first refresh: every slice, empty ones too');
is($node->safe_psql('postgres', $same), '0', 'the mirror is the copy');
run("CALL adpipe.refresh('ads.campaign', '2026-10-05')");
is(consume(), 0, 'read again without a change: nothing');
for my $generation (1, 2, 0)
{
	$sim->restate($generation);
	run("CALL adpipe.refresh('ads.campaign', '2026-10-05')");
	my $changed = $node->safe_psql('postgres', 'SELECT changed FROM adpipe.run_ledger ORDER BY run_id DESC LIMIT 1');
	cmp_ok($changed, '>', 0, "generation $generation: the refresh changed $changed slices");
	is(consume(), $changed, "generation $generation: which are what changed, and only they");
	is($node->safe_psql('postgres', $same), '0', "generation $generation: the mirror is the copy, emptied days too");
}
run("DELETE FROM ads.campaign WHERE account_id = '$pacific' AND date_day = '2026-11-05'");
run("CALL adpipe.refresh('ads.campaign')");
is(consume(), 1, 'changed by hand and repaired: one slice');
is($node->safe_psql('postgres', $same), '0', 'the mirror is the copy');
run("SELECT adpipe.alter_target('ads.campaign', retention => '10 days'); CALL adpipe.refresh('ads.campaign')");
is(run("SELECT min(date_day) FROM ads.campaign"), '2026-11-01', 'retention drops a month');
is(consume(), 0, 'which is no change');
is(run("SELECT bool_and(version > 0) AND count(DISTINCT version) > 1 FROM adpipe.changed_slices('ads.campaign')"), 't', 'from the start: all that there is');
run("SELECT adpipe.materialize('google.campaigns', 'ads.list'); CALL adpipe.refresh('ads.list')");
is(run("SELECT account_id, date_day FROM adpipe.changed_slices('ads.list') ORDER BY 1"), "$pacific|\n$auckland|", 'a list of entities: its accounts');
$node->safe_psql('postgres', 'CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ads TO reader');
is(sql_error($node, "SELECT * FROM adpipe.changed_slices('ads.campaign')", extra_params => [ '-U', 'reader' ])->{sqlstate}, '42704', 'not for who may not read the copy');

done_testing();
