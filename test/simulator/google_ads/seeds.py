"""Serves the google_ads_*.csv files of a folder as the world: reports that a
loader stored, in the shape of one row per entity, day, device and network.

Each report's days are moved forward by whole days so that its newest day is
yesterday, because the platform has no daily numbers older than 37 months.
The files know nothing of each other: an account's numbers are those of the
account file, whatever its campaigns add up to.
"""

import base64
import collections
import csv
import datetime
import decimal
import os
import re

import daily
from google_ads.sample import MANAGER
from world import UNIT, Account, Cell, Context, Entity, World

FILES = {
    "account": ("google_ads_account_stats_data.csv", "customer"),
    "campaign": ("google_ads_campaign_stats_data.csv", "campaign"),
    "ad_group": ("google_ads_ad_group_stats_data.csv", "ad_group"),
    "ad": ("google_ads_ad_stats_data.csv", "ad_group_ad"),
    "keyword": ("google_ads_keyword_stats_data.csv", "keyword_view"),
    "search_term": ("google_ads_search_term_keyword_stats_data.csv",
                    "search_term_view"),
}
TOTALS = ("impressions", "clicks", "cost_micros", "conversions",
          "conversions_value")


def read_csv(folder, name):
    """Returns the rows of a file as dicts; none if there is no such file."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def newest_by_key(rows, *keys):
    """Returns {key: newest history row}."""
    newest = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        if key not in newest or row["updated_at"] >= newest[key][
                "updated_at"]:
            newest[key] = row
    return newest


def set_texts(attrs, row, **columns):
    """Sets those attributes whose column is not empty."""
    for attribute, column in columns.items():
        if row.get(column):
            attrs[attribute.replace("__", ".")] = row[column]


def units(text):
    """Returns a decimal text in units of 10**-18."""
    return int(decimal.Decimal(text or "0") * UNIT)


def vector_of(row):
    """Returns the metric vector of a CSV row.  The files have no
    all_conversions, so it is what conversions is: it is never less."""
    conversions = units(row["conversions"])
    value = units(row["conversions_value"])
    return daily.vector(
        impressions=int(row["impressions"]), clicks=int(row["clicks"]),
        cost_micros=int(row["cost_micros"]), conversions=conversions,
        conversions_value=value, all_conversions=conversions,
        all_conversions_value=value,
        interactions=int(row.get("interactions") or row["clicks"]),
        view_through_conversions=int(row["view_through_conversions"]))


class SeedWorld(World):
    """The advertisers of a folder of CSV files."""

    def __init__(self, clock, folder):
        super().__init__(clock)
        self.folder = folder
        self._entities = {}         # resource name -> Entity
        self._contexts = collections.defaultdict(dict)
        self._facts = collections.defaultdict(list)
        self._first = None
        self._report = {}
        self.direct_access = [MANAGER]
        self.add(Account(MANAGER, "Sample manager", "USD",
                         "America/Los_Angeles", True))
        history = self._histories()
        for name, (file_name, resource) in FILES.items():
            self._load(name, read_csv(folder, file_name), resource, history)
        self._add_unseen(history)

    def report(self):
        """Returns what was served per file, for the ready line."""
        return self._report

    def first_day(self, account):
        return self._first or self.today(account)

    def contexts(self, resource, account, span=None):
        if resource in ("customer", "customer_client"):
            return super().contexts(resource, account, span)
        return list(self._contexts[resource, account.id].values())

    def cells(self, resource, account, context, day):
        if day > self.today(account):
            return []
        name = context.entity.attrs["resource_name"]
        return self._facts.get((resource, name, day), [])

    def _histories(self):
        """Returns the newest history row of everything."""
        read = {}
        for name, keys in (("account", ("id",)), ("campaign", ("id",)),
                           ("ad_group", ("id",)),
                           ("ad", ("ad_group_id", "id")),
                           ("ad_group_criterion", ("ad_group_id", "id"))):
            read[name] = newest_by_key(read_csv(
                self.folder, "google_ads_%s_history_data.csv" % name), *keys)
        for row in read["account"].values():
            self._account(row["id"], read)
        return read

    def _account(self, account_id, history):
        """Returns the account with an id, made when it is first seen."""
        if account_id in self.accounts:
            return self.accounts[account_id]
        row = history["account"].get((account_id,), {})
        account = Account(account_id, row.get("descriptive_name") or None,
                          row.get("currency_code") or "USD",
                          row.get("time_zone") or "America/Los_Angeles")
        self.direct_access.append(account_id)
        return self.add(account, MANAGER)

    def _entity(self, resource, kind, account, key, fill):
        """Returns an entity by its resource name, made when first seen;
        `fill` puts attributes into the dict it is given."""
        name = "customers/%s/%s/%s" % (account.id, kind, key)
        if name not in self._entities:
            attrs = {"resource_name": name}
            fill(attrs)
            self._entities[name] = Entity(resource, key, attrs)
        return self._entities[name]

    def _context(self, account, entity, *others):
        """Returns the row candidate of an entity, made when first seen."""
        contexts = self._contexts[entity.resource, account.id]
        name = entity.attrs["resource_name"]
        if name not in contexts:
            contexts[name] = Context(entity, account.entity, *others)
        return contexts[name]

    def _campaign(self, account, campaign_id, history):
        row = history["campaign"].get((campaign_id,), {})

        def fill(attrs):
            attrs["id"] = int(campaign_id)
            set_texts(attrs, row, name="name", status="status",
                      serving_status="serving_status",
                      advertising_channel_type="advertising_channel_type",
                      advertising_channel_sub_type=(
                          "advertising_channel_subtype"))
            if row.get("start_date"):
                attrs["start_date_time"] = row["start_date"] + " 00:00:00"
            if row.get("end_date"):
                attrs["end_date_time"] = row["end_date"] + " 23:59:59"
        entity = self._entity("campaign", "campaigns", account, campaign_id,
                              fill)
        self._context(account, entity)
        return entity

    def _ad_group(self, account, group_id, campaign, history):
        row = history["ad_group"].get((group_id,), {})

        def fill(attrs):
            attrs["id"] = int(group_id)
            attrs["campaign"] = campaign.attrs["resource_name"]
            set_texts(attrs, row, name="name", status="status", type="type")
        entity = self._entity("ad_group", "adGroups", account, group_id, fill)
        self._context(account, entity, campaign)
        return entity

    def _ad(self, account, ad_id, group, campaign, history):
        row = history["ad"].get((str(group.id), ad_id), {})

        def fill(attrs):
            attrs["ad.id"] = int(ad_id)
            attrs["ad_group"] = group.attrs["resource_name"]
            set_texts(attrs, row, ad__name="name", ad__type="type",
                      status="status", ad__display_url="display_url")
            urls = (row.get("final_urls") or "").strip("[]")
            if urls:
                attrs["ad.final_urls"] = urls.split(",")
        entity = self._entity("ad_group_ad", "adGroupAds", account,
                              "%s~%s" % (group.id, ad_id), fill)
        return self._context(account, entity, campaign, group)

    def _keyword(self, account, criterion_id, group, campaign, history):
        """Returns the row candidate of the keyword's view; that of the
        criterion itself is made along the way."""
        row = history["ad_group_criterion"].get(
            (str(group.id), criterion_id), {})
        key = "%s~%s" % (group.id, criterion_id)

        def fill(attrs):
            attrs["criterion_id"] = int(criterion_id)
            attrs["ad_group"] = group.attrs["resource_name"]
            attrs["negative"] = False
            set_texts(attrs, row, keyword__text="keyword_text",
                      keyword__match_type="keyword_match_type",
                      type="type", status="status")
        criterion = self._entity("ad_group_criterion", "adGroupCriteria",
                                 account, key, fill)
        self._context(account, criterion, campaign, group)
        view = self._entity("keyword_view", "keywordViews", account, key,
                            lambda attrs: None)
        return self._context(account, view, campaign, group, criterion)

    def _search_term(self, account, row, group, campaign):
        term = row["search_term"]
        encoded = base64.urlsafe_b64encode(
            term.encode("utf-8")).decode("ascii").rstrip("=")

        def fill(attrs):
            attrs["search_term"] = term
            attrs["ad_group"] = group.attrs["resource_name"]
            set_texts(attrs, row, status="status")
        view = self._entity("search_term_view", "searchTermViews", account,
                            "%s~%s~%s" % (campaign.id, group.id, encoded),
                            fill)
        return self._context(account, view, campaign, group)

    def _row_context(self, resource, row, account, history):
        """Returns the row candidate that a CSV row is about."""
        if resource == "customer":
            return Context(account.entity)
        campaign = self._campaign(account, row.get("campaign_id")
                                  or row["id"], history)
        if resource == "campaign":
            return self._context(account, campaign)
        group_id = row.get("ad_group_id") or re.sub(
            r".*adGroups/", "", row.get("ad_group") or "") or row["id"]
        group = self._ad_group(account, group_id, campaign, history)
        if resource == "ad_group":
            return self._context(account, group)
        if resource == "ad_group_ad":
            return self._ad(account, row["ad_id"], group, campaign, history)
        if resource == "keyword_view":
            return self._keyword(account,
                                 row["ad_group_criterion_criterion_id"],
                                 group, campaign, history)
        return self._search_term(account, row, group, campaign)

    def _load(self, name, rows, resource, history):
        """Takes in one file of daily numbers."""
        if not rows:
            return
        # Newest first, so that an entity told only here (a search term) has
        # its newest state.
        rows = sorted(rows, key=lambda row: row["date"], reverse=True)
        accounts = [self._account(row["customer_id"], history)
                    for row in rows]
        newest = datetime.date.fromisoformat(rows[0]["date"])
        shift = min(self.today(a) for a in accounts) - newest
        shift -= datetime.timedelta(1)
        for row, account in zip(rows, accounts):
            day = datetime.date.fromisoformat(row["date"]) + shift
            self._first = min(self._first or day, day)
            context = self._row_context(resource, row, account, history)
            segments = {"device": row.get("device"),
                        "ad_network_type": row.get("ad_network_type"),
                        "search_term_match_type":
                            row.get("search_term_match_type")}
            if resource == "search_term_view":
                segments.update(self._keyword_segments(row))
            self._facts[resource, context.entity.attrs["resource_name"],
                        day].append(Cell(
                            {k: v for k, v in segments.items() if v},
                            vector_of(row)))
        self._report[name] = {"days_shifted": shift.days, "rows": len(rows),
                              "resource": resource,
                              "newest_day": (newest + shift).isoformat()}

    def _keyword_segments(self, row):
        """Returns the segments that name the keyword of a search term."""
        return {"keyword.ad_group_criterion":
                row.get("keyword_ad_group_criterion"),
                "keyword.info.text": row.get("info_text")}

    def _add_unseen(self, history):
        """Adds the entities that have history but no numbers."""
        for (campaign_id,), row in history["campaign"].items():
            account = self._account(row["customer_id"], history)
            self._campaign(account, campaign_id, history)
        owner = {str(e.id): (account_id, e) for (resource, account_id), made
                 in list(self._contexts.items()) if resource == "campaign"
                 for e in (c.entity for c in made.values())}
        for (group_id,), row in history["ad_group"].items():
            if row["campaign_id"] in owner:
                account_id, campaign = owner[row["campaign_id"]]
                self._ad_group(self.accounts[account_id], group_id, campaign,
                               history)
        for (group_id, criterion_id) in history["ad_group_criterion"]:
            for account in self.accounts.values():
                group = self._entities.get("customers/%s/adGroups/%s" % (
                    account.id, group_id))
                if group is not None:
                    campaign = self._entities[group.attrs["campaign"]]
                    self._keyword(account, criterion_id, group, campaign,
                                  history)


def csv_totals(folder):
    """Returns the sums of each file, straight from its text."""
    found = {}
    for name, (file_name, _) in FILES.items():
        path = os.path.join(folder, file_name)
        if not os.path.exists(path):
            continue
        sums = dict.fromkeys(TOTALS, decimal.Decimal(0))
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            head = next(reader)
            for cells in reader:
                for total in TOTALS:
                    sums[total] += decimal.Decimal(cells[head.index(total)])
        found[name] = {total: str(value) for total, value in sums.items()}
    return found
