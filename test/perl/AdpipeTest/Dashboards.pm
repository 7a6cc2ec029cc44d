
=pod

=head1 NAME

AdpipeTest::Dashboards - what the tests of examples/superset and examples/grafana share

=cut

package AdpipeTest::Dashboards;

use strict;
use warnings;

use AdpipeTest;
use AdpipeTest::Warehouse qw(:DEFAULT run);
use Encode qw(decode_utf8 encode_utf8);
use Exporter 'import';
use File::Basename;
use File::Spec;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(as_bi dashboards examples);

my $root = File::Spec->rel2abs(dirname(__FILE__) . '/../../..');
my $node;

# Accounts and apps of one advertiser.
my $ADVERTISERS = <<'END';
INSERT INTO adpipe.advertisers VALUES
    ('google_ads', '1234567890', '한빛 러닝'), ('meta_ads', '1234567890123456', '한빛 러닝'),
    ('appsflyer', 'com.hanbit.running', '한빛 러닝'), ('appsflyer', 'id1400000001', '한빛 러닝'),
    ('google_ads', '2345678901', 'Pacific Trail Co.'), ('meta_ads', '2345678901234567', 'Pacific Trail Co.'),
    ('appsflyer', 'com.pacifictrail.app', 'Pacific Trail Co.'),
    ('google_ads', '4567890123', 'Läufer & Söhne GmbH'), ('meta_ads', '4567890123456789', 'Läufer & Söhne GmbH'),
    ('appsflyer', 'com.laeufer.laufen', 'Läufer & Söhne GmbH'),
    ('google_ads', '7890123456', '온담 스킨케어'), ('meta_ads', '7890123456789012', '온담 스킨케어'),
    ('appsflyer', 'com.ondam.skin', '온담 스킨케어');
END

# What views.sql reads.  The copy of Meta lacks two days.
my $COPIES = <<'END';
SELECT adpipe.materialize('google_common.campaign_report', 'ads.google_campaign', current_date - 35);
SELECT adpipe.materialize('meta_common.campaign_report', 'ads.meta_campaign', current_date - 35);
SELECT adpipe.materialize('flyer_common.tracker_report', 'ads.tracker', current_date - 35);
CALL adpipe.refresh('ads.google_campaign');
CALL adpipe.refresh('ads.meta_campaign', current_date - 35, current_date - 13);
CALL adpipe.refresh('ads.meta_campaign', current_date - 10, current_date - 1);
CALL adpipe.refresh('ads.tracker');
SELECT adpipe.create_report_views('ads');
INSERT INTO adpipe.plans (advertiser, platform, month, amount, currency)
SELECT c.advertiser, p.platform, date_trunc('month', current_date - 1), c.budget * p.share, c.currency
FROM (VALUES ('한빛 러닝', 'KRW', 100000000), ('온담 스킨케어', 'KRW', 70000000), ('Pacific Trail Co.', 'USD', 120000),
             ('Läufer & Söhne GmbH', 'EUR', 100000)) c (advertiser, currency, budget),
     (VALUES ('google_ads', 0.48), ('meta_ads', 0.5)) p (platform, share);
END

# No foreign table, no user mapping.
my $GRANTS = <<'END';
CREATE ROLE bi LOGIN PASSWORD 'sample-password';
GRANT USAGE ON SCHEMA ads, dashboard TO bi;
GRANT SELECT ON ALL TABLES IN SCHEMA ads, dashboard TO bi;
END

=head2 dashboards(%options)

Returns a server, whose role C<loader> keeps copies of an agency's platforms, whose
schema C<dashboard> has the views of the dashboards and whose role C<bi> may read
them, and the simulator of the platforms.  Options are those of adpipe_cluster().

=cut

sub dashboards
{
	my (%options) = @_;
	$node = adpipe_cluster(%options);
	my $sim = simulator(args => [ '--world', 'demo' ]);

	loader($node, $sim);
	meta_server($node, $sim, role => 'loader', schema => undef);
	appsflyer_server($node, $sim, role => 'loader', schema => undef);
	# The quota of short ranges is by the minute.
	$sim->settings({ appsflyer_minute_calls => 1000 });
	$node->safe_psql('postgres', <<'END');
GRANT USAGE ON FOREIGN SERVER meta, flyer TO loader;
CREATE SCHEMA google_common AUTHORIZATION loader;
CREATE SCHEMA meta_common AUTHORIZATION loader;
CREATE SCHEMA flyer_common AUTHORIZATION loader;
GRANT CREATE ON DATABASE postgres TO loader;
END
	run("IMPORT FOREIGN SCHEMA common FROM SERVER $_ INTO ${_}_common") for qw(google meta flyer);
	run($ADVERTISERS);
	run($COPIES);
	run(slurp_file(examples('dashboards/views.sql')));
	$node->safe_psql('postgres', $GRANTS);
	return ($node, $sim);
}

=head2 as_bi($sql)

Returns what a statement prints to the role of the dashboards; dies at an error.
Both are strings of characters.

=cut

sub as_bi
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql('postgres', encode_utf8($sql), extra_params => [ '-U', 'bi' ], on_error_stop => 1);
	die $err if $status;
	return decode_utf8($out);
}

=head2 examples($path)

Returns the path of a file of the examples.

=cut

sub examples
{
	my ($path) = @_;
	return "$root/examples/$path";
}

1;
