"""Attribution settings that somebody changes in the ad account."""

from meta_ads import facts
from meta_ads.model import SETTINGS
from meta_ads.sample import spec_of


class Changes:
    """What was changed since the start."""

    def __init__(self, world):
        self.world = world
        self.first = {}         # ad set -> its setting at the start

    def reset(self):
        """Puts everything back to how it was at the start."""
        for adset, value in self.first.items():
            self.apply(adset, value)
        self.first = {}

    def change(self, account_id, setting, value):
        """Changes adset/ID/attribution_setting, for past days, too; raises
        KeyError or ValueError."""
        kind, adset_id, name = setting.split("/")
        if (kind, name) != ("adset", "attribution_setting") or (
                value not in SETTINGS):
            raise ValueError("only adset/ID/attribution_setting")
        adset = {adset.id: adset
                 for campaign in self.world.accounts[account_id].children
                 for adset in campaign.children}[adset_id]
        self.first.setdefault(adset, adset.traits["attribution"])
        self.apply(adset, value)

    @staticmethod
    def apply(adset, value):
        """Lets an ad set and its ads count by a setting."""
        adset.traits["attribution"] = value
        adset.attrs["attribution_spec"] = spec_of(value)
        for ad in adset.children:
            ad.traits["windows"] = SETTINGS[value]
        facts.parts.cache_clear()
