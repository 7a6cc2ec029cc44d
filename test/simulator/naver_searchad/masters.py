"""Master reports: all campaigns, ad groups, keywords, or ads of a type, as a file.

A file has no header; full ones hold nothing that is deleted.  One with a time
holds what was made, changed or deleted since then.
"""

import datetime
import hashlib
import threading
import urllib.parse

from messages import Response
from naver_searchad import errors
from naver_searchad.entities import CREATED, is_alive
from naver_searchad.jobs import moment
from naver_searchad.world import FOREVER, KST, TYPE_DIGIT

KEPT = 100
REACH_DAYS = 730    # of the time of a delta
# item: the campaign types whose ads it has, and which of the two ads of a group
ADS = {"Ad": ("WEB_SITE", 0), "RsaAd": ("WEB_SITE", 1),
       "ShoppingProduct": ("SHOPPING", None),
       "ContentsAd": ("POWER_CONTENTS", None), "PlaceAd": ("PLACE", None),
       "CatalogAd": (None, None), "BrandAd": (None, None),
       "BrandThumbnailAd": (None, None), "BrandBannerAd": (None, None),
       "HospitalAd": (None, None)}
# columns after the review's state
MORE = {"Ad": 7, "RsaAd": 3, "ShoppingProduct": 26, "ContentsAd": 11,
        "PlaceAd": 5}
STATES = ("10", "20", "30", "40")

SETTINGS = {
    "naver_master_ms": 0,       # from creation to the end
    "naver_master_ends": {},    # item: how its next reports end
    "naver_master_lost_columns": 0,     # columns that are missing at the end
    "naver_delta_forgets": [],  # items whose deltas lack what was deleted
}


def deleted_at(campaign):
    """Returns when a campaign is deleted, with all below it."""
    return datetime.datetime.combine(
        datetime.date.fromordinal(min(campaign.end + 1, FOREVER)),
        datetime.time(), KST)


def chosen(world, account, since):
    """Returns the campaigns that a report is about: those that are there, or
    those that changed since a time."""
    if since is None:
        return [c for c in account.campaigns if is_alive(world, c)]
    made = datetime.datetime.fromisoformat(CREATED.replace("Z", "+00:00"))
    return [c for c in account.campaigns
            if made >= since or since <= deleted_at(c) <= world.now()]


def deleted_text(world, campaign):
    """Returns the time of a deletion as files have it; empty: none."""
    return "" if is_alive(world, campaign) else moment(deleted_at(campaign))


def groups(world, account, since=None):
    """Returns the campaigns of a report with each of their ad groups."""
    return [(c, g) for c in chosen(world, account, since) for g in c.children]


def keywords(world, account):
    """Returns the keywords of an account as adpipe's columns."""
    return [{"ad_group_id": g.id, "keyword_id": k.id, "keyword": k.name,
             "bid_amount": str(70 + 10 * n), "use_group_bid_amount":
                 "true" if n else "false",
             "user_lock": "true" if n == 1 else "false",
             "inspect_status": ("APPROVED", "UNDER_REVIEW")[n],
             "created_time": CREATED, "deleted_time": None}
            for _, g in groups(world, account)
            for n, k in enumerate(g.children)]


def ads(world, account):
    """Returns the ads of an account as adpipe's columns."""
    return [{"ad_group_id": g.id, "ad_id": ad.id, "ad_type": item,
             "inspect_status": "APPROVED"}
            for item, (kind, which) in ADS.items()
            for c, g in groups(world, account) if c.spec.type == kind
            for n, ad in enumerate(g.ads) if which in (None, n)]


def campaign_rows(world, account, since):
    """Returns the lines of item Campaign."""
    return [[account.id, c.id, c.name, str(int(TYPE_DIGIT[c.spec.type])), "1",
             "0", "", "", CREATED, deleted_text(world, c), "0", ""]
            for c in chosen(world, account, since)]


def group_rows(world, account, since):
    """Returns the lines of item Adgroup."""
    return [[account.id, g.id, c.id, g.name, "70", "0", "0", "70", "100",
             "100", account.channel, account.channel, CREATED,
             deleted_text(world, c)]
            for c, g in groups(world, account, since)]


LEVELS = {"Campaign": campaign_rows, "Adgroup": group_rows}


def rows(world, account, item, since=None):
    """Returns the lines of a report as lists of texts."""
    if item in LEVELS:
        return LEVELS[item](world, account, since)
    if item == "Keyword":
        return [[account.id, k["ad_group_id"], k["keyword_id"], k["keyword"],
                 k["bid_amount"], "https://a.example", "https://m.example",
                 "1" if k["user_lock"] == "true" else "0",
                 "20" if k["inspect_status"] == "APPROVED" else "10",
                 k["use_group_bid_amount"], CREATED, "", "0"]
                for k in keywords(world, account)]
    return [[account.id, a["ad_group_id"], a["ad_id"], "20"]
            + ["x"] * MORE[item]
            for a in ads(world, account) if a["ad_type"] == item]


class Masters:
    """The reports of all accounts; they stay until they are deleted."""

    def __init__(self, world, settings):
        self.world = world
        self.settings = settings
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        """Forgets all reports."""
        self.jobs = []
        self._made = 0
        self._ends = {}

    def create(self, account, body):
        """Answers POST; raises Refusal."""
        item = body.get("item")
        since = self.read_since(body)
        if item not in LEVELS and item != "Keyword" and item not in ADS or (
                item not in LEVELS and since):
            raise errors.refusal(11001)
        with self._lock:
            if len(self.of(account)) >= KEPT:
                raise errors.refusal(1014)
            self._made += 1
            ends = self._ends.setdefault(item, list(
                self.settings["naver_master_ends"].get(item, [])))
            job = {"id": hashlib.sha256(b"master %d" % self._made).hexdigest(),
                   "account": account, "item": item, "made": self.world.now(),
                   "from": body.get("fromTime"), "since": since, "end": ends.pop(0) if ends else None}
            self.jobs.append(job)
        return job

    def read_since(self, body):
        """Returns the time of a delta, or None; raises Refusal."""
        if body.get("fromTime") is None:
            return None
        try:
            since = datetime.datetime.fromisoformat(
                body["fromTime"].replace("Z", "+00:00"))
            days = (self.world.now() - since).days
        except (AttributeError, TypeError, ValueError):
            raise errors.refusal(11001)
        if not 0 <= days <= REACH_DAYS:
            raise errors.refusal(11001)
        return since

    def rows_of(self, job):
        """Returns the lines of a job's file."""
        found = rows(self.world, job["account"], job["item"], job["since"])
        if job["since"] and job["item"] in self.settings["naver_delta_forgets"]:
            found = [row for row in found if not (row[-1] if
                     job["item"] == "Adgroup" else row[9])]
        return found

    def of(self, account):
        """Returns an account's reports, the newest first."""
        return [j for j in reversed(self.jobs) if j["account"] is account]

    def find(self, account, job_id):
        """Returns a report by its id; raises Refusal."""
        for job in self.of(account):
            if job["id"] == job_id:
                return job
        raise errors.refusal(20011)

    def delete(self, account, job_id):
        """Deletes a report; raises Refusal."""
        self.jobs.remove(self.find(account, job_id))

    def by_token(self, account, query):
        """Returns the report of a download, or None."""
        for job in self.of(account):
            if query == self.query_of(job) and self.state(job) == "BUILT":
                return job
        return None

    @staticmethod
    def query_of(job):
        """Returns the query string of a report's file."""
        return "authtoken=%s&fileVersion=v2" % urllib.parse.quote(
            job["id"][:20] + "+/=", safe="")

    def state(self, job):
        """Returns the state of a report."""
        age = (self.world.now() - job["made"]).total_seconds() * 1000
        if age < self.settings["naver_master_ms"]:
            return "RUNNING"
        if job["end"]:
            return job["end"]
        return "BUILT" if self.rows_of(job) else "NONE"

    def told(self, job, base_url, state=None):
        """Returns a report as the platform tells it."""
        state = state or self.state(job)
        made = {"id": job["id"], "item": job["item"], "status": state,
                "updateTime": moment(job["made"]), "downloadUrl": ""}
        if job["from"]:
            made["fromTime"] = job["from"]
        if state == "BUILT":
            made["downloadUrl"] = "%s/report-download?%s" % (
                base_url, self.query_of(job))
        return made

    def file(self, job):
        """Returns a report's file."""
        found = self.rows_of(job)
        lost = self.settings["naver_master_lost_columns"]
        return Response(200, "".join(
            "\t".join(row[:len(row) - lost]) + "\n" for row in found),
            "text/tab-separated-values", rows=len(found))
