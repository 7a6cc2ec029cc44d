# A day is complete when it was asked for after it was over in the account's
# zone; who asks for days gets them read; accounts that are lost or added count.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT at run);
use Test::More;

my ($seoul, $pacific, $auckland) = ('1234567890', '2345678901', '3456789012');
my $accounts = "$seoul,$pacific,$auckland";
my $node = adpipe_cluster();
my $sim = simulator();
loader($node, $sim, options => { customer_id => $accounts, max_retries => 0 });

# What require_complete() says of days: SQLSTATE, detail and hint; empty if nothing.
sub guard
{
	my ($from, $to, $target) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT adpipe.require_complete('" . ($target // 'ads.campaign') . "', '$from', '$to')", extra_params => [ '-U', 'loader' ]);
	return $status == 0 && $err eq '' ? '' : $err;
}

# Today.  Noon UTC is the 20th in all zones but Auckland's, where it is the 21st.
at('2026-11-20T12:00:00Z');
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', '2026-11-10')");
run("CALL adpipe.refresh('ads.campaign', '2026-11-10', '2026-11-19')");
like(guard('2026-11-20', '2026-11-20'), qr/55000.*$seoul 2026-11-20 \(open\), $pacific 2026-11-20 \(open\)/s, 'today, not read: the guard says that it is open');
run("CALL adpipe.refresh('ads.campaign')");
is(guard('2026-11-10', '2026-11-19'), '', 'days that are over: complete');
my $said = guard('2026-11-10', '2026-11-20');
like($said, qr/55000.*2 account-days are not complete: $seoul 2026-11-20 \(open\), $pacific 2026-11-20 \(open\)\./s, 'today, read: the guard names the accounts in which it is not over');
unlike($said, qr/$auckland/, 'and not the one in which it is');
is(run("SELECT DISTINCT state FROM adpipe.coverage WHERE account_id = '$seoul' AND date_day = '2026-11-20'"), 'open', 'coverage says so');
at('2026-11-21T20:00:00Z');
like(guard('2026-11-20', '2026-11-20'), qr/$seoul 2026-11-20 \(open\)/, 'over, but asked for before that: still open');
run('CALL adpipe.refresh_all()');
is(guard('2026-11-10', '2026-11-20'), '', 'read again: complete');

# A fetch that begins before midnight and is stored after it.  Midnight comes
# while the platform answers: when the run notes that it has asked.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE public.midnight (moment text);
CREATE FUNCTION public.midnight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('adpipe.debug_now', m.moment, false) FROM public.midnight m;
    RETURN NULL;
END
$$;
CREATE TRIGGER midnight AFTER UPDATE ON adpipe.run_ledger FOR EACH ROW WHEN (NEW.requests > OLD.requests) EXECUTE FUNCTION public.midnight();
INSERT INTO public.midnight VALUES ('2026-11-23T15:00:28Z');
SQL
at('2026-11-23T14:59:48Z');
run("CALL adpipe.refresh('ads.campaign', '2026-11-23', '2026-11-23')");
$node->safe_psql('postgres', 'TRUNCATE public.midnight');
at('2026-11-23T15:00:28Z');
is(run("SELECT fetched_at FROM adpipe.slices WHERE account_id = '$seoul' AND date_day = '2026-11-23'"), '2026-11-23 15:00:28+00', 'midnight: stored after it');
is(run("SELECT state FROM adpipe.coverage WHERE account_id = '$seoul' AND date_day = '2026-11-23'"), 'open', 'midnight: but asked for before, hence open');
like(guard('2026-11-23', '2026-11-23'), qr/$seoul 2026-11-23 \(open\)/, 'midnight: the guard says so');
is(run("SELECT latest_complete_day FROM adpipe.freshness WHERE account_id = '$seoul'"), '2026-11-21', 'midnight: freshness, too');
at('2026-11-23T18:30:00Z');
run('CALL adpipe.refresh_all()');
is(run("SELECT state FROM adpipe.coverage WHERE account_id = '$seoul' AND date_day = '2026-11-23'"), 'provisional', 'midnight: read again when it has settled');

# A run that died stored some days; they were restated since.
my @days = ('2026-11-10', '2026-11-22');
sub die_in_the_middle
{
	my ($call) = @_;
	$sim->faults([ { match => { query => 'FROM campaign WHERE' }, skip => 3, times => 1, action => { delay_ms => 600_000 } } ]);
	my $session = session($node, user => 'loader');
	$session->send($call);
	poll_until(sub { grep { $_->{applied} } @{ $sim->control('GET', '/_control/faults') } });
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $session->pid . ')');
	eval { $session->wait };
	$sim->faults([]);
	my $stored = run("SELECT count(*) FROM adpipe.slices WHERE run_id = (SELECT max(run_id) FROM adpipe.runs)");
	cmp_ok($stored, '>', 0, "$call died with $stored slices stored");
	return $stored;
}
die_in_the_middle("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
$sim->restate(1);
at('2026-11-24T13:00:00Z');
run("CALL adpipe.refresh('ads.campaign', '$days[0]', '$days[1]')");
is(world_difference($node, $sim, 'ads.campaign', @days, $accounts), '0|0', 'after a run that died: who asks for days gets them read');
is(run('SELECT status, slices FROM adpipe.runs ORDER BY run_id DESC LIMIT 1'), 'succeeded|39', 'all of them');

# What is due is gone on with.
run("SELECT adpipe.materialize('google.campaign_daily', 'ads.again', '2026-10-12')");
my $stored = die_in_the_middle("CALL adpipe.refresh('ads.again')");
run("CALL adpipe.refresh('ads.again')");
is(run("SELECT slices FROM adpipe.runs WHERE target = 'ads.again'::regclass ORDER BY run_id DESC LIMIT 1"),
	run("SELECT count(*) - $stored FROM adpipe.coverage WHERE target = 'ads.again'::regclass"), 'after a run that died: what is due is gone on with');
is(world_difference($node, $sim, 'ads.again', '2026-10-12', '2026-11-25', $accounts), '0|0', 'equal to the world');
run('DROP TABLE ads.again');
$sim->restate(0);
run("CALL adpipe.refresh('ads.campaign', '$days[0]')");

# An account is lost.
at('2026-11-25T20:00:00Z');
run("CALL adpipe.refresh('ads.campaign')");
is(guard('2026-11-10', '2026-11-24'), '', 'before: complete');
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (SET customer_id '$pacific,$auckland')");
like(guard('2026-11-10', '2026-11-24'), qr/55000.*accounts of .*ads\.campaign.* were changed and have not been listed since/s, 'options that name other accounts: the guard waits for the next listing');
run("CALL adpipe.refresh('ads.campaign')");
is(guard('2026-11-10', '2026-11-24'), '', 'lost: the days that it has are complete');
at('2026-11-28T20:00:00Z');
run("CALL adpipe.refresh('ads.campaign')");
like(guard('2026-11-20', '2026-11-27'), qr/55000.*2 account-days.*$seoul 2026-11-26 \(open\), $seoul 2026-11-27 \(missing\).*accept_end\('ads\.campaign', '$seoul'\)/s, 'lost: days that it never had are missing, and the hint says how to accept that');
is(run("SELECT state FROM adpipe.coverage WHERE account_id = '$seoul' AND date_day = '2026-11-27'"), 'missing', 'lost: coverage says so');
is(run("SELECT bool_and(spend IS NULL), string_agg(DISTINCT state, ' ') FROM adpipe.daily_report('ads.campaign', '2026-11-27') WHERE account_id = '$seoul'"), 't|missing', 'lost: the report has the account, without numbers');
is(run("SELECT sum(spend) = (SELECT sum(spend) FROM ads.campaign WHERE account_id = '$seoul' AND date_day = '2026-11-24') FROM adpipe.daily_report('ads.campaign', '2026-11-24') WHERE account_id = '$seoul'"), 't', 'lost: and its numbers of the days that it has');
is(run("SELECT DISTINCT date_day FROM adpipe.daily_report('ads.campaign')"), '2026-11-27', 'lost: the report goes on with the others');
at('2026-12-30T20:00:00Z');
run("CALL adpipe.refresh_all()");
like(run('SELECT account_id, problem, action FROM adpipe.health'), qr/^$seoul\|the account is not among those of the source any more.*accept_end\('ads\.campaign', '$seoul'\)/m, 'lost: in health for as long as nobody has accepted it');
is(run("SELECT adpipe.accept_end('ads.campaign', '$seoul')"), '1', 'its end is accepted');
is(run('SELECT problem FROM adpipe.health'), '', 'accepted: not in health');
is(guard('2026-11-20', '2026-12-29'), '', 'accepted: its later days are asked for no more');
run("DELETE FROM ads.campaign WHERE account_id = '$seoul' AND date_day = '2026-11-20'");
like(guard('2026-11-20', '2026-12-29'), qr/$seoul 2026-11-20 \(changed\)/, 'accepted: the days that it has still count');
is(run("SELECT count(*) FROM adpipe.daily_report('ads.campaign', '2026-12-29') WHERE account_id = '$seoul'"), '0', 'accepted: a report of later days has no line for it');
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (SET customer_id '$accounts')");
run('CALL adpipe.refresh_all()');
is(guard('2026-11-10', '2026-12-29'), '', 'listed again: the days between are read, and what was changed');
like(sql_error($node, "SELECT adpipe.accept_end('ads.campaign')", extra_params => [ '-U', 'nobody' ])->{sqlstate}, qr/^42/, 'not for others') if $node->safe_psql('postgres', 'CREATE ROLE nobody LOGIN; SELECT 1');

# An account is added while nothing is due.
my $berlin = '4567890123';
run('CALL adpipe.refresh_all()');
my $last = $sim->requests->[-1]{seq};
run('CALL adpipe.refresh_all()');
is(scalar @{ $sim->control('GET', "/_control/requests?since=$last") }, 0, 'nothing is due, nothing is asked');
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (SET customer_id '$accounts,$berlin')");
like(run('SELECT problem FROM adpipe.health'), qr/^the accounts of the source were changed and have not been listed since$/m, 'added: health says that it is not listed');
run('CALL adpipe.refresh_all()');
is(run("SELECT count(*) > 20 FROM adpipe.coverage WHERE account_id = '$berlin' AND state IN ('provisional', 'final')"), 't', 'added: known and read at the next call, though nothing else was due');
is(guard('2026-11-10', '2026-12-29'), '', 'added: complete');
$node->safe_psql('postgres', "ALTER SERVER google OPTIONS (ADD max_concurrency '3')");
is(guard('2026-11-10', '2026-12-29'), '', 'options that name no accounts change nothing');

done_testing();
