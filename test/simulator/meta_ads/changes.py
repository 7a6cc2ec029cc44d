"""What somebody changes in the ad account."""

from meta_ads import facts
from meta_ads.model import SETTINGS, spec_of


class Changes:
    """What was changed since the start."""

    def __init__(self, world):
        self.world = world
        self.first = {}         # ad set -> its setting at the start
        self.told = {}          # (account, attribute) -> value at the start

    def reset(self):
        """Puts everything back to how it was at the start."""
        for adset, value in self.first.items():
            self.apply(adset, value)
        for (account, name), value in self.told.items():
            setattr(account, name, value)
        self.first = {}
        self.told = {}

    def change(self, account_id, setting, value):
        """Changes adset/ID/attribution_setting, for past days, too, and of the
        account what is only told: attribution_setting, which its ad sets
        began with, and account_status.  Raises KeyError or ValueError."""
        account = self.world.accounts[account_id]
        if setting == "attribution_setting" and value in SETTINGS:
            self.tell(account, "attribution", value)
            return
        if setting == "account_status" and isinstance(value, int):
            self.tell(account, "account_status", value)
            return
        if setting.count("/") != 2:
            raise ValueError("no such setting, or not with such a value")
        kind, adset_id, name = setting.split("/")
        if (kind, name) != ("adset", "attribution_setting") or (
                value not in SETTINGS):
            raise ValueError("only adset/ID/attribution_setting")
        adset = {adset.id: adset
                 for campaign in account.children
                 for adset in campaign.children}[adset_id]
        self.first.setdefault(adset, adset.traits["attribution"])
        self.apply(adset, value)

    def tell(self, account, name, value):
        """Lets an account tell another value."""
        self.told.setdefault((account, name), getattr(account, name))
        setattr(account, name, value)

    @staticmethod
    def apply(adset, value):
        """Lets an ad set and its ads count by a setting."""
        adset.traits["attribution"] = value
        adset.attrs["attribution_spec"] = spec_of(value)
        for ad in adset.children:
            ad.traits["windows"] = SETTINGS[value]
        facts.parts.cache_clear()
