"""Campaigns and ad groups as the platform lists them: deleted ones are gone."""

CREATED = "2024-04-01T03:00:00.000Z"


def is_alive(world, campaign):
    """Returns whether a campaign is not deleted yet."""
    return world.today().toordinal() <= campaign.end


def campaigns(world, account):
    """Returns the campaigns of an account."""
    return [{
        "nccCampaignId": c.id, "customerId": int(account.id), "name": c.name,
        "campaignTp": c.spec.type, "dailyBudget": 50000 + 1000 * n,
        "useDailyBudget": n % 2 == 0, "deliveryMethod": "ACCELERATED",
        "usePeriod": False, "trackingMode": "TRACKING_DISABLED",
        "userLock": n % 5 == 3,
        "status": "PAUSED" if n % 5 == 3 else "ELIGIBLE",
        "statusReason": "CAMPAIGN_PAUSED" if n % 5 == 3 else "ELIGIBLE",
        "regTm": CREATED, "editTm": CREATED}
        for n, c in enumerate(account.campaigns) if is_alive(world, c)]


def ad_groups(world, account):
    """Returns the ad groups of an account."""
    return [{
        "nccAdgroupId": g.id, "nccCampaignId": c.id,
        "customerId": int(account.id), "name": g.name,
        "adgroupType": c.spec.type, "bidAmt": 70 + 10 * n,
        "contentsNetworkBidAmt": 70, "useCntsNetworkBidAmt": False,
        "dailyBudget": 10000, "useDailyBudget": n == 0,
        "pcNetworkBidWeight": 100, "mobileNetworkBidWeight": 100 + n,
        "userLock": False, "status": "ELIGIBLE", "statusReason": "ELIGIBLE",
        "targets": [{"targetTp": "TIME_WEEKLY_TARGET"}],
        "regTm": CREATED, "editTm": CREATED}
        for c in account.campaigns if is_alive(world, c)
        for n, g in enumerate(c.children)]
