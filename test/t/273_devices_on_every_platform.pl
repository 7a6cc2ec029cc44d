# device_report: the devices of every platform that reports them, which add up to the
# campaigns and to the account, by the platform's words and by what the words have in
# common; and what conversions are counted as.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use AdpipeTest;
use Test::More;

my $node = adpipe_cluster(conf => "adpipe.debug_rate_pct = 0\n");
my $sim = simulator();
$sim->settings({ kakao_throttle_pct => 0 });
google_server($node, $sim, schema => 'common');
meta_server($node, $sim, schema => 'common');
naver_server($node, $sim, schema => 'common');
kakao_server($node, $sim, schema => 'common');
my $session = session($node);
my $where = 'WHERE date_day BETWEEN current_date - 14 AND current_date - 12';

my %words = (
	google => 'DESKTOP=desktop MOBILE=mobile TABLET=mobile UNKNOWN=other',
	meta => 'desktop=desktop mobile_app=mobile mobile_web=mobile',
	naver => 'M=mobile P=desktop',
	kakao => 'Android=mobile PC=desktop iOS=mobile');
for my $platform (sort keys %words)
{
	$session->query("CREATE SCHEMA kept_$platform");
	$session->query("CREATE TABLE kept_$platform.$_ AS SELECT * FROM $platform.$_ $where") foreach qw(account_report campaign_report device_report);
	is($session->query("SELECT string_agg(DISTINCT device || '=' || adpipe.device_class(device), ' ' ORDER BY device || '=' || adpipe.device_class(device)) FROM kept_$platform.device_report"),
		$words{$platform}, "$platform: all words, and what they are");

	# Kakao's messages have no device; they are the campaigns without impressions.
	my $shown = $platform eq 'kakao' ? 'impressions IS NOT NULL' : 'true';
	# Meta's conversions are by an option with a bar; Naver's spend without VAT has a
	# rounding in each row.
	my @metrics = ('impressions', 'clicks', $platform eq 'naver' ? () : 'spend', $platform eq 'meta' ? () : 'conversions');
	is($session->query("SELECT sum(d.spend) > 0, max(abs(d.spend - c.spend)) < 0.00001, count(*) FILTER (WHERE c.spend IS NULL) FROM (SELECT account_id, date_day, campaign_id, sum(spend) AS spend FROM kept_$platform.device_report GROUP BY 1, 2, 3) d LEFT JOIN kept_$platform.campaign_report c USING (account_id, date_day, campaign_id)"),
		't|t|0', "$platform: so does what they cost, to a hundred-thousandth");
	my $sums = join ', ', map { "round(sum($_), 6)" } @metrics;
	my $some = join ' OR ', map { "sum($_) <> 0" } @metrics;
	my $by = 'account_id, date_day, campaign_id';
	is($session->query("SELECT (SELECT count(*) FROM ((SELECT $by, $sums FROM kept_$platform.device_report GROUP BY $by HAVING $some) EXCEPT (SELECT $by, $sums FROM kept_$platform.campaign_report WHERE $shown GROUP BY $by)) d)
			|| '|' || (SELECT count(*) FROM ((SELECT $by, $sums FROM kept_$platform.campaign_report WHERE $shown GROUP BY $by HAVING $some) EXCEPT (SELECT $by, $sums FROM kept_$platform.device_report GROUP BY $by)) d)"),
		'0|0', "$platform: devices add up to campaigns");
	$by = 'account_id, date_day';
	my $classes = "SELECT $by, " . join(', ', map { "round(sum($_) FILTER (WHERE adpipe.device_class(device) = 'desktop') + sum($_) FILTER (WHERE adpipe.device_class(device) = 'mobile') + COALESCE(sum($_) FILTER (WHERE adpipe.device_class(device) = 'other'), 0), 6)" } @metrics)
	  . " FROM kept_$platform.device_report GROUP BY $by";
	my $account = $platform eq 'kakao' ? "(SELECT * FROM kept_kakao.campaign_report WHERE $shown)" : "kept_$platform.account_report";
	is($session->query("SELECT count(*) > 0, count(*) FILTER (WHERE a IS DISTINCT FROM b) FROM ($classes) c JOIN LATERAL (SELECT c::text AS a) x ON true JOIN LATERAL (SELECT s::text AS b FROM (SELECT $by, $sums FROM $account t GROUP BY $by) s WHERE (s.account_id, s.date_day) = (c.account_id, c.date_day)) y ON true WHERE c::text NOT LIKE '%,,%'"),
		't|0', "$platform: desktop, mobile and other are the account");

	# The sum that people ask for, live.
	my $live = "SELECT adpipe.device_class(device), sum(clicks), sum(spend) FROM %s.device_report $where GROUP BY 1 ORDER BY 1";
	is($session->query(sprintf $live, $platform), $session->query(sprintf $live, "kept_$platform"), "$platform: by class, live");
}
is($session->query("SELECT adpipe.device_class(NULL) IS NULL, adpipe.device_class('CONNECTED_TV'), adpipe.device_class('ipad 27')"), 't|other|other', 'no device, and words that nobody knows');

# What a conversion is counted as: one word for the same thing where both have it.
is($session->query("SELECT string_agg(DISTINCT counted_as, ' ' ORDER BY counted_as) FROM google.conversion_report $where"), 'ADD_TO_CART PURCHASE SIGNUP', 'categories of Google');
is($session->query("SELECT string_agg(DISTINCT counted_as, ' ' ORDER BY counted_as) FROM meta.conversion_report $where"),
	'ADD_TO_CART CONTACT CUSTOM_CONVERSION CUSTOM_EVENT LEAD PURCHASE', 'kinds of Meta');
is($session->query("SELECT string_agg(DISTINCT conversion_name, ' ') FROM meta.conversion_report $where AND counted_as IN ('PURCHASE', 'CONTACT')"), 'contact_total omni_purchase', 'each is one type over all channels');
is($session->query("SELECT count(*) FROM meta.conversion_report $where"), $session->query("SELECT count(counted_as) FROM meta.conversion_report $where"), 'every row has one');
is($session->query("SELECT count(DISTINCT counted_as) = 1, string_agg(DISTINCT left(conversion_name, 35), '') FROM meta.conversion_report $where AND counted_as = 'CUSTOM_EVENT'"), 't|offsite_conversion.fb_pixel_custom.', 'events that a site names have their names beside it');

done_testing();
