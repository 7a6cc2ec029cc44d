"""What a correct reader of the SKAdNetwork reports ends up with, straight from
the postbacks: no request, no CSV.  See expected.py."""

import collections

from appsflyer import facts, postbacks
from appsflyer.values import decimal_text, shared, text


def skan_rows(world, app, since, until):
    """Returns the rows of skan_daily: one for each campaign, country and day of
    UTC on which it had ads or installs."""
    groups = collections.defaultdict(lambda: ([], []))
    for postback in postbacks.between(app, since, until, world.now(),
                                      postbacks.installed):
        if postbacks.is_install(postback):
            groups[postbacks.installed(postback).date(), postback.campaign,
                   postback.country][0].append(postback)
    for campaign, what in views(app, since, until):
        groups[what.instant.date(), campaign, what.part.country][1].append(
            what)
    return [skan_row(app, *key, *found) for key, found in groups.items()]


def views(app, since, until):
    """Yields (campaign, activity) of the networks' ads."""
    for campaign in app.campaigns:
        if postbacks.takes_part(campaign):
            for ordinal in range(since.toordinal() - 2,
                                 until.toordinal() + 3):
                for what in facts.activity(campaign, ordinal):
                    if since <= what.instant.date() <= until:
                        yield campaign, what


def skan_row(app, day, campaign, country, installs, shown):
    """Returns one row of skan_daily."""
    told = [postbacks.decoded(p)[0] for p in installs]
    return dict(
        shared(app, day), media_source=campaign.media_source,
        campaign_id=campaign.id, campaign_name=campaign.name or "None",
        site_id=None, country=country,
        impressions=text(sum(a.impressions for a in shown)) if shown else None,
        clicks=text(sum(a.clicks for a in shown)) if shown else None,
        installs=text(len(installs)),
        converted_users=text(sum((p.fine or 0) > 0 for p in installs)),
        spend=decimal_text(sum(a.cost for a in shown), 10000)
        if shown and campaign.has_cost else None,
        revenue=decimal_text(sum(told), 100))


def skan_postback_rows(world, app, since, until):
    """Returns the rows of skan_postback_daily."""
    counts = collections.Counter(
        (p.arrival.date(), p._replace(arrival=None, known=None))
        for p in postbacks.between(app, since, until, world.now(),
                                   postbacks.arrived))
    return [dict(
        shared(app, day), postback_sequence_index=text(p.index),
        conversion_value=text(p.fine), coarse_conversion_value=p.coarse,
        ad_network_id=postbacks.NETWORKS[p.campaign.media_source],
        media_source=p.campaign.media_source,
        skan_campaign_id=str(int(p.campaign.id) % 100),
        campaign_id=p.campaign.id, campaign_name=p.campaign.name,
        skan_version=p.version, is_redownload=text(p.is_redownload),
        source_app_id=p.source_app, country=p.country, postbacks=text(n))
            for (day, p), n in counts.items()]
