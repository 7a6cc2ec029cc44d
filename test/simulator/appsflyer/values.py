"""How rows of the world write values."""

import decimal


def decimal_text(amount, scale):
    """Returns an amount without trailing zeros, or None."""
    if amount is None:
        return None
    text = format(decimal.Decimal(amount) / scale, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def text(value):
    """Returns a value as text, or None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def shared(app, day=None):
    """Returns the columns that every row begins with."""
    made = {"account_id": app.id, "account_name": app.name}
    if day is not None:
        made.update(date_day=day.isoformat(), currency=app.currency)
    return made
