"""Writes rows as the JSON of the REST interface.

Two readers of the same answer may not agree on what JSON allows, so equal
things are written in different ways on purpose: key order differs between
queries, whole doubles come as 3 or 3.0, exponents in two spellings, and
characters raw or escaped.
"""

import datetime
import json
import random
import re
import zlib

from google_ads.fields import camel

HTML_UNSAFE = re.compile("[<>&='\u007f-\u009f]")
NON_ASCII = re.compile("[^\x00-\x7e]")


class Raw(str):
    """JSON text that stands in place of a value and is written as it is."""


def escape_unit(match):
    """Returns a matched character as one or two \\u escapes."""
    raw = match.group().encode("utf-16-be")
    return "".join("\\u%02x%02x" % (raw[i], raw[i + 1])
                   for i in range(0, len(raw), 2))


def string(text, ascii_only=False):
    """Returns a JSON string.  A third of all texts is written with every
    non-ASCII and HTML-special character escaped, a third with the special
    ones only, a third raw."""
    quoted = json.dumps(text, ensure_ascii=False)
    style = zlib.crc32(text.encode("utf-8")) % 3
    if style > 0 or ascii_only:
        quoted = HTML_UNSAFE.sub(escape_unit, quoted)
    if style == 1 or ascii_only:
        quoted = NON_ASCII.sub(escape_unit, quoted)
    return quoted


def double(value):
    """Returns the shortest decimal that reads back as the same double."""
    text = repr(float(value))
    odd = len(text) % 2 or zlib.crc32(text.encode("ascii")) % 2
    if text.endswith(".0"):
        return text if odd and abs(value) >= 10 else text[:-2]
    if "e" in text and odd:
        mantissa, exponent = text.split("e")
        if "." not in mantissa:
            mantissa += ".0"
        return "%sE%d" % (mantissa, int(exponent))
    return text


def scalar(field, value, ascii_only):
    """Returns one value of a field's type as JSON."""
    kind = field.data_type
    if kind in ("INT64", "UINT64"):
        return '"%d"' % value
    if kind == "INT32":
        return "%d" % value
    if kind in ("DOUBLE", "FLOAT"):
        return double(value)
    if kind == "BOOLEAN":
        return "true" if value else "false"
    if kind == "MESSAGE":
        return json.dumps(value, ensure_ascii=ascii_only)
    if isinstance(value, datetime.date):
        return '"%s"' % value.isoformat()
    return string(value, ascii_only)


def encode_value(field, value, ascii_only=False):
    """Returns a field's value as JSON, or None if it is left out."""
    if isinstance(value, Raw):
        return value
    if value is None or (field.data_type == "ENUM"
                         and value == "UNSPECIFIED"):
        return None
    if field.repeated:
        if not value:
            return None
        return "[%s]" % ",".join(scalar(field, item, ascii_only)
                                 for item in value)
    if not field.presence and field.data_type != "ENUM" and not value:
        return None
    return scalar(field, value, ascii_only)


class Node:
    """An object of the row's tree: children by key, or a column."""

    __slots__ = ("children", "column", "field", "resource")

    def __init__(self, resource=None):
        self.children = {}
        self.column = None
        self.field = None
        self.resource = resource

    def shuffled(self, order):
        """Puts the keys of the whole tree in an order drawn from `order`."""
        keys = list(self.children)
        order.shuffle(keys)
        self.children = {key: self.children[key] for key in keys}
        for child in self.children.values():
            child.shuffled(order)


class RowEncoder:
    """Writes the rows of one plan."""

    def __init__(self, plan, seed, ascii_only=False):
        self.ascii_only = ascii_only
        self.root = Node()
        for column, field in enumerate(plan.select):
            node = self.root
            for key in field.json_path:
                node = node.children.setdefault(key, Node())
            node.column, node.field = column, field
        self._add_names(plan)
        self.root.shuffled(random.Random(seed))

    def _add_names(self, plan):
        """Adds the resourceName keys that nobody selected."""
        if plan.omit_names:
            return
        resources = {f.resource for f in plan.select
                     if f.category == "ATTRIBUTE"} | {plan.resource.name}
        for resource in sorted(resources):
            node = self.root.children.setdefault(camel(resource), Node())
            node.children.setdefault("resourceName", Node(resource))

    def _object(self, node, row):
        """Returns a node's JSON, or None if nothing below it is set."""
        if node.resource is not None:
            name = row.names.get(node.resource)
            if name is None or isinstance(name, Raw):
                return name
            return string(name, self.ascii_only)
        if node.field is not None:
            return encode_value(node.field, row.values[node.column],
                                self.ascii_only)
        parts = []
        for key, child in node.children.items():
            text = self._object(child, row)
            if text is not None:
                parts.append('"%s":%s' % (key, text))
        return "{%s}" % ",".join(parts) if parts else None

    def row(self, row):
        """Returns a row as a JSON object."""
        return self._object(self.root, row) or "{}"


def field_mask(plan):
    """Returns the selected fields as a FieldMask."""
    return ",".join(".".join(f.json_path) for f in plan.select)


def envelope(rows, mask, token, total, consumption):
    """Returns a whole search answer from encoded rows."""
    parts = []
    if rows:
        parts.append('"results": [\n%s\n]' % ",\n".join(rows))
    if token is not None:
        parts.append('"nextPageToken": %s' % json.dumps(token))
    if total is not None:
        parts.append('"totalResultsCount": "%d"' % total)
    parts.append('"fieldMask": %s' % json.dumps(mask))
    parts.append('"queryResourceConsumption": "%d"' % consumption)
    return "{%s}\n" % ",\n".join(parts)
