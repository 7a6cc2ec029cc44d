"""The sample world's next generation: restated numbers, a campaign with another
name, and a campaign that was removed and keeps its numbers."""

import daily
import restate
from restate import GONE, restated
from world import METRIC_INDEX

# How far back a generation reaches, in days before the account's today.
REACH = 28
COUNTED = tuple(METRIC_INDEX[name] for name in (
    "impressions", "clicks", "interactions", "eligible_impressions"))


class Generation(restate.Generation):
    """One state of the world; number 0 changes nothing."""

    def _change_entities(self, account):
        enabled = [c for c in account.campaigns
                   if c.attrs["status"] == "ENABLED"
                   and c.traits["quirk"] is None]
        if len(enabled) < 3:
            return
        self._set(enabled[0], "name", "%s (%d)" % (
            enabled[0].attrs["name"], self.number))
        self._set(enabled[1], "status", "REMOVED")
        self._set(enabled[1], "serving_status", "NONE")

    def cells(self, account, campaign, day):
        """Returns ((device, network), vector) pairs of a campaign's day."""
        pairs = daily.campaign_cells(campaign, day)
        age = (self.world.today(account) - day).days
        extra = restated(self.number, campaign.id, day.toordinal(), age, REACH)
        if extra == GONE:
            return ()
        if not extra:
            return pairs
        return tuple((place, self._more(vector, extra))
                     for place, vector in pairs)

    @staticmethod
    def _more(vector, extra):
        """Returns a vector with some more of everything that is counted."""
        made = list(vector)
        for index in COUNTED:
            made[index] += extra
        made[METRIC_INDEX["cost_micros"]] += extra * 10000
        return tuple(made)
