"""Serves the facebook_ads_*.csv files of a folder as the world: reports that a
loader stored, in the shape of one row per ad and day, its actions beside it.

Days are moved forward by whole days so that the newest is yesterday, because
the platform has none older than 37 months.  Files that tell of the same ads
are moved together, others each by itself.  What the files do not say is made
up: the currency is USD, the zone America/Los_Angeles, everything is active.
Ads that have no history hang below a campaign of their own, and so do the
country and region files, which name no ad.
"""

import collections
import csv
import datetime
import decimal
import os
import re

from meta_ads.model import MICRO, SETTINGS, Account, Node, Part, World

FILES = {name: "facebook_ads_%s_data.csv" % name for name in (
    "basic_ad", "basic_ad_actions", "basic_ad_action_values",
    "demographics_country", "demographics_region")}
COUNTS = ("impressions", "inline_link_clicks")
WINDOW = re.compile(r"_(\d+)_d_(click|view|ev)\Z")
SETTING = "7d_click_1d_view"
UNKNOWN = "of ads without history"
DAY = datetime.timedelta(1)


def read_csv(folder, name):
    """Returns the rows of a file as dicts; none if there is no such file."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def newest(folder, kind):
    """Returns {id: newest row} of a history file."""
    found = {}
    for row in read_csv(folder, "facebook_ads_%s_history_data.csv" % kind):
        age = row.get("updated_time") or row["_fivetran_synced"]
        if row["id"] not in found or age >= found[row["id"]][0]:
            found[row["id"]] = (age, row)
    return {key: row for key, (_, row) in found.items()}


def micros(text):
    """Returns a decimal text in millionths."""
    return int(decimal.Decimal(text or "0") * MICRO)


def shifts_of(files, today):
    """Returns {file name: days to move it}."""
    groups = []         # [ads, newest day, names]
    for name, rows in files.items():
        if not rows:
            continue
        ads = {row.get("ad_id", name) for row in rows}
        joined = [name]
        last = max(row["date"] for row in rows)
        for group in [g for g in groups if g[0] & ads]:
            groups.remove(group)
            ads, last = ads | group[0], max(last, group[1])
            joined += group[2]
        groups.append([ads, last, joined])
    return {name: today - DAY - datetime.date.fromisoformat(last)
            for _, last, names in groups for name in names}


class SeedWorld(World):
    """The advertisers of a folder of CSV files."""

    def __init__(self, clock, folder):
        super().__init__(clock)
        self.folder = folder
        self._ads = {}
        self._days = collections.defaultdict(Part)  # (ad id, day) -> Part
        self._placed = collections.defaultdict(list)
        self._report = {}
        for number, row in newest(folder, "account").items():
            self._account(number, row["name"])
        files = {name: read_csv(folder, file)
                 for name, file in FILES.items()}
        for row in files["basic_ad"]:
            self._account(row["account_id"])
        if not self.accounts:
            return
        self._make_ads()
        today = min(self.today(a) for a in self.accounts.values())
        for name, shift in shifts_of(files, today).items():
            for row in files[name]:
                day = datetime.date.fromisoformat(row["date"]) + shift
                self._take(name, row, day)
            self._report[name] = {
                "days_shifted": shift.days, "rows": len(files[name]),
                "totals": totals_of(name, files[name])}

    def report(self):
        """Returns what was served per file, for the ready line."""
        return self._report

    def parts(self, ad, day, family):
        if day > self.today(ad.at("account")):
            return []
        if family is not None:
            return self._placed.get((ad.id, family, day), [])
        part = self._days.get((ad.id, day))
        return [({}, part)] if part else []

    def _account(self, number, name=None):
        """Returns the account with a number, made when first seen."""
        if number not in self.accounts:
            self.add(Account(number, name or number, "USD",
                             "America/Los_Angeles"))
        return self.accounts[number]

    def _node(self, kind, number, name, parent, **more):
        """Returns a new node."""
        time = "2020-01-01T00:00:00-0800"
        attrs = dict(more, account_id=parent.at("account").id, name=name,
                     status="ACTIVE", configured_status="ACTIVE",
                     effective_status="ACTIVE", created_time=time,
                     updated_time=time)
        if kind != "campaign":
            attrs["campaign_id"] = parent.at("campaign").id
        else:
            attrs.update(objective="OUTCOME_SALES", buying_type="AUCTION")
        if kind == "adset":
            attrs["optimization_goal"] = "OFFSITE_CONVERSIONS"
        return Node(kind, number, attrs, parent, {
            "attribution": SETTING, "windows": SETTINGS[SETTING]})

    def _make_ads(self):
        """Makes what the history files know."""
        campaigns, adsets = {}, {}
        for number, row in newest(self.folder, "campaign").items():
            campaigns[number] = self._node(
                "campaign", number, row["name"],
                self._account(row["account_id"]))
        for number, row in newest(self.folder, "ad_set").items():
            if row["campaign_id"] in campaigns:
                adsets[number] = self._node("adset", number, row["name"],
                                            campaigns[row["campaign_id"]])
        for number, row in newest(self.folder, "ad").items():
            if row["ad_set_id"] in adsets:
                self._make_ad(number, row["name"], adsets[row["ad_set_id"]],
                              row["creative_id"])

    def _make_ad(self, number, name, adset, creative_id):
        """Makes an ad with its creative."""
        account = adset.at("account")
        creative = Node("creative", creative_id, {
            "account_id": account.id, "name": name, "status": "ACTIVE",
            "effective_status": "ACTIVE"})
        account.creatives.append(creative)
        self._ads[number] = self._node("ad", number, name, adset,
                                       adset_id=adset.id, creative=creative)

    def _ad(self, number, account_id=None):
        """Returns an ad; one without history is made, with all above it."""
        if number not in self._ads:
            account = self._account(account_id or next(iter(self.accounts)))
            above = account
            for level, kind in enumerate(("campaign", "adset")):
                own = "9%d%s" % (level, account.id)
                above = next((n for n in above.children if n.id == own),
                             None) or self._node(kind, own, UNKNOWN, above)
            self._make_ad(number, "ad " + number, above, "8" + number)
        return self._ads[number]

    def _take(self, name, row, day):
        """Takes in one row."""
        if name.startswith("demographics"):
            family = name.rsplit("_", 1)[1]
            number = {"country": "71", "region": "72"}[family]
            ad = self._ad(number + row["account_id"], row["account_id"])
            self._placed[ad.id, family, day].append(
                ({family: row[family]}, Part(scalars_of(row))))
            return
        ad = self._ad(row["ad_id"], row.get("account_id"))
        part = self._days[ad.id, day]
        if name == "basic_ad":
            part.add(Part(scalars_of(row)))
        elif name == "basic_ad_actions":
            part.add(Part(counts=windows_of(row)))
        else:
            part.add(Part(values=windows_of(row)))


def scalars_of(row):
    """Returns the plain counts of a row.  The files have no count of all
    clicks, so it is that of the link clicks: it is never less."""
    made = {name: int(row[name]) for name in COUNTS}
    return dict(made, clicks=made["inline_link_clicks"],
                spend=micros(row["spend"]))


def windows_of(row):
    """Returns an action row's numbers by (type, window)."""
    made = {(row["action_type"], "default"): micros(row["value"])}
    for column, text in row.items():
        match = WINDOW.match(column)
        if match and text:
            made[row["action_type"], "%sd_%s" % match.groups()] = micros(text)
    return {key: number for key, number in made.items() if number}


def totals_of(name, rows):
    """Returns the sums of a file, straight from its text; those of actions by
    type."""
    sums = collections.defaultdict(decimal.Decimal)
    for row in rows:
        if "action_type" in row:
            sums[row["action_type"]] += decimal.Decimal(row["value"])
            continue
        for column in COUNTS + ("spend",):
            sums[column] += decimal.Decimal(row[column])
    return {key: str(value) for key, value in sums.items()}
