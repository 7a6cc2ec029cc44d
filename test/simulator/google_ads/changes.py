"""Settings that somebody resets in the advertiser's account, and what becomes
of the numbers.  Put back to what it was, a setting leaves no trace."""

import zoneinfo

from world import METRIC_INDEX, cut_vector

# Pairs (conversions metric, the same over all actions).
PAIRS = tuple((METRIC_INDEX[some], METRIC_INDEX["all_" + some])
              for some in ("conversions", "conversions_value"))
CONVERSIONS = tuple(index for name, index in METRIC_INDEX.items()
                    if "conversions" in name
                    and name != "view_through_conversions")
COUNTED = tuple(some for some, _ in PAIRS)


class Changes:
    """What was changed since the start.

    Settings are named as adpipe.settings_changes names them: time_zone,
    auto_tagging_enabled, conversion_action/ID/ATTRIBUTE; and campaign/ID/status.
    delivery and campaign/ID/delivery are no settings: false means that nothing
    is shown from today on, as when ads are disapproved or a bill is open."""

    def __init__(self, world):
        self.world = world
        self.reset_values = {}      # (account, setting) -> value at the start
        self.untagged = {}          # account id -> first day without tags
        self.secondary = {}         # account id -> {action id: first day}
        self.undelivered = {}       # account or campaign id -> first day

    def reset(self):
        """Puts everything back to how it was at the start."""
        for (account, setting), value in list(self.reset_values.items()):
            self.change(account, setting, value)
        self.reset_values = {}
        self.undelivered = {}

    def are_any(self):
        """Returns whether anything may be counted otherwise than at the
        start."""
        return bool(self.reset_values or self.undelivered)

    def change(self, account, setting, value):
        """Changes one setting; raises KeyError or ValueError."""
        today = self.world.today(account)
        if setting.endswith("delivery"):
            key = int(setting.split("/")[1]) if "/" in setting else account.id
            self.note(self.undelivered, key, value, today)
            return
        if setting == "time_zone":
            account.zone = zoneinfo.ZoneInfo(value)
            account.zone_name = value
        attrs, name = self.place_of(account, setting)
        if type(value) is not type(attrs[name]):
            raise ValueError("\"%s\" needs a value of type %s" % (
                setting, type(attrs[name]).__name__))
        first = self.reset_values.setdefault((account, setting), attrs[name])
        attrs[name] = value
        if setting == "auto_tagging_enabled":
            self.note(self.untagged, account.id, value == first, today)
        if name == "primary_for_goal":
            attrs["include_in_conversions_metric"] = value
            self.action_of(account, setting).traits["primary"] = value
            if first:
                self.note(self.secondary.setdefault(account.id, {}),
                          attrs["id"], value, today)

    @staticmethod
    def note(days, key, is_back, today):
        """Keeps since when something is not as it was."""
        if is_back:
            days.pop(key, None)
        else:
            days.setdefault(key, today)

    @staticmethod
    def action_of(account, setting):
        """Returns the conversion action that a setting belongs to."""
        _, action_id, _ = setting.split("/")
        return {str(a.id): a for a in account.conversion_actions}[action_id]

    def place_of(self, account, setting):
        """Returns the attributes and the name under which a setting lies."""
        if setting in ("time_zone", "auto_tagging_enabled"):
            return account.entity.attrs, setting
        if setting.startswith("campaign/"):
            _, campaign_id, name = setting.split("/")
            return {str(c.id): c for c in account.campaigns}[
                campaign_id].attrs, name
        return (self.action_of(account, setting).attrs,
                setting.split("/")[2])

    def cells(self, account, campaign, day, pairs):
        """Returns a campaign's day as the settings let it be counted."""
        if any(day >= self.undelivered[key] for key in (
                account.id, campaign.id) if key in self.undelivered):
            return ()
        since = self.untagged.get(account.id)
        if since is not None and day >= since:
            return tuple((place, without(vector)) for place, vector in pairs)
        for action_id, since in self.secondary.get(account.id, {}).items():
            pairs = tuple((place, self.uncounted(
                account, action_id, (since - day).days, vector))
                for place, vector in pairs)
        return pairs

    @staticmethod
    def uncounted(account, action_id, age, vector):
        """Returns a vector without what an action does not add to it any
        more.  Conversions come evenly over the window after the click, and a
        day that was `age` days old at the change has had some of them."""
        actions = [a for a in account.conversion_actions
                   if a.traits["category"] in ("PURCHASE", "SIGNUP")]
        index = [a.id for a in actions].index(action_id)
        window = actions[index].attrs["click_through_lookback_window_days"]
        if age >= window:
            return vector
        part = cut_vector(vector, [2, 1], index)
        made = list(vector)
        for metric in COUNTED:
            lost = part[metric] * (window - max(age, 0)) // window
            made[metric] -= lost - lost % 10 ** 12 if (
                vector[metric] % 10 ** 12 == 0) else lost
        return tuple(made)


def without(vector):
    """Returns a vector without conversions."""
    made = list(vector)
    for metric in CONVERSIONS:
        made[metric] = 0
    return tuple(made)
