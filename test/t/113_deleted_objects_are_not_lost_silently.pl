# "(#100) Invalid parameter" is said of almost anything.  That an account serves
# nothing that is deleted has to be shown before rows go missing for it, is
# reported, and never becomes a copy that looks whole.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Cpanel::JSON::XS;
use Test::More;

my $now = '2026-11-20T12:00:00Z';
my $korea = '1234567890123456';
my $usa = '2345678901234567';
my $node = adpipe_cluster(conf => "adpipe.debug_now = '$now'");
my $sim = simulator();
$sim->clock($now);
meta_server($node, $sim, options => { account_id => "$korea, $usa", max_retries => 0 });
my $session = session($node);
my ($since, $until) = ('2026-10-28', '2026-11-03');
my $days = "date_day BETWEEN '$since' AND '$until'";
my $sql = "SELECT count(*), trim_scale(sum(spend)) FROM meta.campaign_daily WHERE $days AND account_id = '$korea'";

sub fresh
{
	my (@faults) = @_;
	$session->query("SELECT adpipe.forget('meta')");
	$sim->reset;
	$sim->clock($now);
	$sim->faults(\@faults);
	return;
}

sub refusal
{
	my ($times, %more) = @_;
	return { match => { path => '/insights', query => 'DELETED', account => $korea, %more }, $times ? (times => $times) : (), action => { error => '100' } };
}

# Rows of Korea's campaigns and their spend.
sub world
{
	my @rows = @{ $sim->world(platform => 'meta', resource => 'campaign_daily', since => $since, until => $until, accounts => $korea, @_) };
	my $spend = 0;
	$spend += $_->{spend} for @rows;
	return scalar(@rows) . "|$spend";
}

my $whole = world();
my $short = world(without => 'DELETED');
isnt($whole, $short, "with what is deleted $whole, without $short");
my $warning = qr/WARNING:.*may have left out rows of account $korea/;

sub asked
{
	my ($with) = @_;
	return scalar grep { ($_->{account} // '') eq $korea && $_->{path} =~ /insights/ && ($_->{query} =~ /DELETED/ xor !$with) } @{ $sim->requests };
}

fresh(refusal(1));
is($session->query($sql), $whole, 'refused once, the same is asked again, and is whole');
unlike($session->messages, qr/WARNING/, 'without a warning');
is(asked(1), 2, 'by two requests');

fresh(refusal(2));
is($session->query($sql), $short, 'refused twice, it comes without what is deleted');
like($session->messages, $warning, 'with a warning');
is(asked(1) . ' ' . asked(0), '2 1', 'after two requests with and one without');
is($session->query($sql), $short, 'which is remembered');
like($session->messages, $warning, 'with the warning each time');
is(asked(1) . ' ' . asked(0), '2 2', 'and not tried again');
is($session->query("SELECT count(*) FROM meta.campaign_daily WHERE $days AND account_id = '$usa'"),
	scalar @{ $sim->world(platform => 'meta', resource => 'campaign_daily', since => $since, until => $until, accounts => $usa) }, 'of that account only');
unlike($session->messages, qr/WARNING/, 'another is asked for all');
$session->query("SELECT adpipe.forget('meta')");
is($session->query($sql), $whole, 'until it is forgotten');
$sim->faults([ refusal(2) ]);
is($session->query($sql), $short, 'or');
$session->query("SET adpipe.debug_now = '2026-11-20 12:11Z'");
is($session->query($sql), $whole, 'ten minutes have passed');
$session->query('RESET adpipe.debug_now');

# What fails with and without is an error, whatever it is.
fresh({ match => { path => '/insights', account => $korea }, action => { error => '100' } });
my $error = $session->query_error($sql);
is($error->{sqlstate}, 'HV00L', 'what is refused in any case is an error');
is(asked(1) . ' ' . asked(0), '2 1', 'after the same three requests');
fresh({ match => { path => '/insights' }, times => 1, action => { error => '100' } });
$error = $session->query_error("SELECT count(*) FROM meta.account_daily WHERE $days");
is($error->{sqlstate}, 'HV00L', 'of accounts nothing deleted is asked for, so nothing follows from a refusal');

# Reports in the background.
fresh(refusal(1, method => 'POST'));
my $long = "SELECT count(*) FROM meta.campaign_daily WHERE date_day BETWEEN '2026-09-15' AND '2026-11-03' AND account_id = '$korea'";
my $many = scalar @{ $sim->world(platform => 'meta', resource => 'campaign_daily', since => '2026-09-15', until => '2026-11-03', accounts => $korea) };
is($session->query($long), $many, 'a run that was refused once is started again');
unlike($session->messages, qr/WARNING/, 'without a warning');
fresh(refusal(2, method => 'POST'));
cmp_ok($session->query($long), '<', $many, 'twice: without what is deleted');
like($session->messages, $warning, 'with a warning');

# A copy never holds such an answer.
fresh();
$session->query('CREATE SCHEMA ads');
$session->query("SELECT adpipe.materialize('meta.campaign_daily', 'ads.campaign', '$since')");
$session->query("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
my $stored = "SELECT count(*), trim_scale(sum(spend)) FROM ads.campaign WHERE $days AND account_id = '$korea'";
is($session->query($stored), $whole, 'a copy');
$session->query("SELECT adpipe.require_complete('ads.campaign', '$since', '$until')");
fresh(refusal(2));
is($session->query($sql), $short, 'the session knows the account');
$sim->faults([ refusal(0) ]);
$session->query("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
is($session->query($stored), $whole, 'a refresh leaves what is stored as it is');
is($session->query("SELECT status, error ~ 'does not return all rows of account $korea' FROM adpipe.runs ORDER BY run_id DESC LIMIT 1"), 'failed|t', 'and has failed');
like($session->query("SELECT string_agg(concat_ws(' ', severity, account_id, problem, action), E'\\n') FROM adpipe.health WHERE target = 'ads.campaign'::regclass"),
	qr/$korea.*does not return all rows/s, 'health shows the account');
is($session->query("SELECT count(DISTINCT account_id) FROM adpipe.slices WHERE target = 'ads.campaign'::regclass AND run_id = (SELECT max(run_id) FROM adpipe.runs)"), '1', 'the other account is refreshed');
$sim->faults([ refusal(1) ]);
$session->query("CALL adpipe.refresh('ads.campaign', '$since', '$until')");
is($session->query('SELECT status FROM adpipe.runs ORDER BY run_id DESC LIMIT 1'), 'succeeded', 'one refusal in passing does no harm');
is($session->query($stored), $whole, 'nor rows');

# Accounts that never serve it, and who accepts that.
fresh();
$sim->settings({ meta_deleted_filter => Cpanel::JSON::XS::false });
is($session->query($sql), $short, 'the platform\'s own code, 100/1815001');
like($session->messages, $warning, 'with the warning');
$session->query("SET adpipe.require_whole = on");
$error = $session->query_error($sql);
is($error->{sqlstate}, 'HV00L', 'who wants rows to be whole gets an error');
like($error->{detail}, qr/Option deleted 'exclude'/, 'that says what to do');
$session->query("ALTER SERVER meta OPTIONS (ADD deleted 'exclude')");
is($session->query($sql), $short, 'and does it');
unlike($session->messages, qr/WARNING/, 'without a warning');
$session->query("RESET adpipe.require_whole");
$session->query("ALTER FOREIGN TABLE meta.campaign_daily OPTIONS (ADD deleted 'include')");
$sim->settings({ meta_deleted_filter => Cpanel::JSON::XS::true });
is($session->query($sql), $whole, 'a table may differ from its server');

done_testing();
