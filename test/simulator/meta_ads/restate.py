"""The sample world's next generation on Meta: restated numbers, a campaign with
another name, an archived and a deleted one that keep their numbers."""

import restate
from restate import restated

# How far back numbers are restated, in days before the account's today: then
# they are frozen.
REACH = 28
STATUSES = ("status", "configured_status", "effective_status")


class Generation(restate.Generation):
    """One state of the world; number 0 changes nothing."""

    def _change_entities(self, account):
        live = [c for c in account.children if c.status == "ACTIVE"]
        if len(live) < 4:
            return
        self._set(live[0], "name", "%s (%d)" % (live[0].attrs["name"],
                                                self.number))
        self._end_of(live[1], "ARCHIVED")
        self._end_of(live[2], "DELETED")

    def _end_of(self, node, status):
        """Archives or deletes a node and what hangs below it."""
        if node.status != "DELETED":
            for name in STATUSES:
                self._set(node, name, status)
        for child in node.children:
            self._end_of(child, status)

    def _set(self, node, name, value):
        now = self.world.clock.now().astimezone(node.at("account").zone)
        super()._set(node, name, value)
        super()._set(node, "updated_time", now.strftime("%Y-%m-%dT%H:%M:%S%z"))

    def of(self, ad, day):
        """Returns what happens to an ad's numbers of a day, as restated()
        does."""
        if not self.number:
            return 0
        age = (self.world.today(ad.at("account")) - day).days
        return restated(self.number, ad.id, day.toordinal(), age, REACH)
