"""What sets the events behind a cell's numbers apart besides the place: the hour
of the day, the age and the gender of who saw the ad, the conversion action.

Each event of a campaign's cell has a number, and what it is follows from the
number alone (world.deal_vector).  So the hours of an ad group add up to the ad
group, and the ad groups' hours to those of the campaign.
"""

import world
from daily import noise
from google_ads import actions

# The parts of an ad group of which a campaign has more than enough events.
FEWEST = 52

# Who converted, with weights.
CUSTOMER = "new_versus_returning_customers"
CUSTOMERS = (("NEW", 2), ("RETURNING", 4), ("NEW_AND_HIGH_LTV", 1))

# Kinds of people: criterion id, name, weight.
PEOPLE = {
    "age_range": ((503001, "AGE_RANGE_18_24", 1),
                  (503002, "AGE_RANGE_25_34", 3),
                  (503003, "AGE_RANGE_35_44", 2),
                  (503006, "AGE_RANGE_65_UP", 1),
                  (503999, "AGE_RANGE_UNDETERMINED", 2)),
    "gender": ((10, "MALE", 2), (11, "FEMALE", 3), (20, "UNDETERMINED", 1)),
}


def is_crowd(vector, weights):
    """Returns whether there are so many events that each part of an ad group's
    share has impressions, and conversions if there are any."""
    whole = getattr(vector, "whole", vector)
    least = FEWEST * sum(weights)
    return whole[world.METRIC_INDEX["impressions"]] >= least and all(
        not value or abs(value) // world.step_of(value, fractional) >= least
        for value, fractional in zip(whole, world.FRACTIONAL) if fractional)


def part_of(vector, weights, index, *key):
    """Returns what has attribute `index` of the events of a cell.  Those of a
    cell with few events have one attribute, which the key decides."""
    if is_crowd(vector, weights):
        return world.deal_vector(vector, weights, index)
    heavy = [i for i, weight in enumerate(weights) if weight]
    chosen = heavy[noise(*key)[0] % len(heavy)]
    return vector if index == chosen else world.ZERO


def key_of(account, segments, day, what):
    """Returns what decides the attribute of a cell with few events."""
    return (account.id, day.toordinal(), segments.get("device"),
            segments.get("ad_network_type"), what)


def hours(account, segments, vector, day):
    """Splits a cell over the hours of the day."""
    data = noise(account.id, day.toordinal(), "hours")
    weights = [1 + data[hour] % 3 if hour > 5 else data[hour] % 2
               for hour in range(24)]
    for hour in range(24):
        part = part_of(vector, weights, hour,
                       *key_of(account, segments, day, "hour"))
        if any(part):
            yield dict(segments, hour=hour), part


def people(account, segments, vector, day, kind, name):
    """Returns what people of one kind have of a cell."""
    kinds = PEOPLE[kind]
    return part_of(vector, [weight for _, _, weight in kinds],
                   [n for _, n, _ in kinds].index(name),
                   *key_of(account, segments, day, kind))


def actions_of(account, segments, vector):
    """Splits a cell's conversions over the account's conversion actions."""
    for action in account.conversion_actions:
        part = actions.share(vector, account.conversion_actions, action)
        if any(part):
            yield dict(segments,
                       conversion_action=action.attrs["resource_name"],
                       conversion_action_name=action.attrs["name"],
                       conversion_action_category=action.attrs["category"]
                       ), part


def customers(account, segments, vector, day):
    """Splits a cell's conversions by whether the customers are new."""
    weights = [weight for _, weight in CUSTOMERS]
    for index, (name, _) in enumerate(CUSTOMERS):
        part = part_of(vector, weights, index,
                       *key_of(account, segments, day, "customer"))
        if any(part):
            yield dict(segments, **{CUSTOMER: name}), part


def splits(wanted):
    """Returns whether split() would split anything."""
    return "hour" in wanted or CUSTOMER in wanted or any(
        name.startswith("conversion_action") for name in wanted)


def split(account, segments, vector, day, wanted):
    """Returns the parts of a cell as (segments, vector), as fine as the names
    of wanted segments need."""
    parts = [(segments, vector)]
    if "hour" in wanted:
        parts = hours(account, segments, vector, day)
    if CUSTOMER in wanted:
        parts = [part for s, v in parts
                 for part in customers(account, s, v, day)]
    if any(name.startswith("conversion_action") for name in wanted):
        parts = [part for s, v in parts for part in actions_of(account, s, v)]
    return parts
