"""What platforms do to numbers that they have told before.

Generation 0 is the world as it starts.  Each later one differs from it by days
with other values, rows that are gone and a day that is empty, in the days that
the platform still restates.
"""

from daily import noise

GONE = -1


def restated(number, key, ordinal, age, reach):
    """Returns what generation `number` does to the numbers that something, by
    its key, has of a day of some age: 0 if they are as at the start, GONE if
    there are none, otherwise how much there is more of what is counted.  Days
    that are older than `reach` stay as they were."""
    if not number or age > reach:
        return 0
    if age == min(3 + number % 5, reach):
        return GONE
    data = noise(key, ordinal, number, "restated")
    if data[0] % 7 == 0:
        return GONE
    if data[0] % 7 > 2:
        return 0
    return 1 + data[1] % 9


class Generation:
    """One state of a world; number 0 changes nothing.  A platform's own says by
    _change_entities(account) what becomes of the entities."""

    def __init__(self, world, number):
        self.world = world
        self.number = number
        self.undo = []          # (attrs, name, old value)
        if number:
            for account in world.accounts.values():
                self._change_entities(account)

    def _set(self, entity, name, value):
        self.undo.append((entity.attrs, name, entity.attrs[name]))
        entity.attrs[name] = value

    def end(self):
        """Puts the entities back to how they were."""
        for attrs, name, value in reversed(self.undo):
            attrs[name] = value
        self.undo = []
