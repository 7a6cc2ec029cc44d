"""How an account's conversions are shared among its conversion actions."""

from world import METRIC_INDEX, ZERO, deal_vector

# Pairs (a metric of primary actions, the same over all actions).
PAIRS = tuple((METRIC_INDEX[name], METRIC_INDEX["all_" + name])
              for name in ("conversions", "conversions_value",
                           "conversions_by_conversion_date",
                           "conversions_value_by_conversion_date"))
OTHERS = tuple(METRIC_INDEX[name] for name in (
    "cross_device_conversions", "view_through_conversions"))


def share(vector, actions, action):
    """Returns what one action has of a cell.  `conversions` goes to the
    primary ones only, the rest of all_conversions to the first other."""
    primary = [a for a in actions if a.traits.get("primary")]
    secondary = [a for a in actions if not a.traits.get("primary")]
    part = list(ZERO)
    if action in primary:
        cut = deal_vector(vector, [2] + [1] * (len(primary) - 1),
                          primary.index(action))
        for some, every in PAIRS:
            part[some] = part[every] = cut[some]
        for index in OTHERS:
            part[index] = cut[index]
    elif secondary and action is secondary[0]:
        for some, every in PAIRS:
            part[every] = vector[every] - vector[some]
    return tuple(part)
