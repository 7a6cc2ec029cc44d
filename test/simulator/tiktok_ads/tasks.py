"""report/task/*: reports that are made in the background, and come as CSV.

A task has no pages and no limit of days or rows.  It knows no filter but ids, and
no status: it has all ads, deleted and promoted ones as well.
"""

import csv
import io
import json

from tiktok_ads import reports
from tiktok_ads.errors import Refusal, invalid

KNOWN = ("advertiser_id", "report_type", "service_type", "data_level",
         "dimensions", "metrics", "start_date", "end_date", "query_lifetime",
         "filtering", "output_format", "enable_report_title_translation")
LISTS = ("dimensions", "metrics", "filtering")
FORMATS = ("CSV_STRING", "CSV_DOWNLOAD", "XLSX_DOWNLOAD")
# A task is kept for so long.
KEPT_DAYS = 30
TITLES = {"ad_id": "Ad ID", "spend": "Cost", "stat_time_day": "By Day"}
COUNTRIES = {"KR": "South Korea", "US": "United States", "JP": "Japan",
             "NZ": "New Zealand"}
SETTINGS = {
    "tiktok_task_checks": 2,        # answers before the last word about a task
    "tiktok_task_ends": "SUCCESS",  # that word
    "tiktok_task_bad": 0,           # the first tasks end as FAILED
    "tiktok_task_late": 0,          # downloads refused after SUCCESS
    "tiktok_task_lacks": "",        # "row", "column", "deleted", "promoted" or
                                    # "all": what is missing of a file
    "tiktok_task_gone": False,      # a task is not kept until it is read
    "tiktok_tasks_an_hour": 500,    # of an account
}


class TaskQuery(reports.Query):
    """A checked request for a task."""

    known = KNOWN

    def longest(self):
        """Returns the longest range in days: any."""
        return 10 ** 6

    def known_filters(self):
        """Returns the filters: ids alone."""
        return tuple(name for name in super().known_filters()
                     if name.endswith("_ids"))

    def keeps(self, ad):
        """Returns whether an ad counts: of any status, promoted or not."""
        return self.has_ids(ad)


class Task:
    """One task."""

    def __init__(self, serial, account, query, title, made_at):
        self.id = str(7540000000000000000 + serial)
        self.account = account
        self.query = query
        self.has_titles = title
        self.made_at = made_at
        self.checks = 0
        self.downloads = 0


def arguments(body):
    """Returns the body of a request as parameters of a report."""
    for name in LISTS:
        if name in body:
            body[name] = json.dumps(body[name])
    if not all(isinstance(value, (str, bool)) for value in body.values()):
        raise invalid("Invalid JSON.")
    return {name: value if isinstance(value, str) else str(value).lower()
            for name, value in body.items()}


class Tasks:
    """The tasks of all accounts."""

    def __init__(self, world, clock, settings):
        self.world = world
        self.clock = clock
        self.settings = settings
        self.made = {}

    def create(self, account, body):
        """Makes a task; returns its id."""
        params = arguments(body)
        form = params.get("output_format", "CSV_STRING")
        if form not in FORMATS:
            raise invalid("output_format: Must be one of %s.",
                          ", ".join(FORMATS))
        if form != "CSV_STRING":
            raise invalid("output_format: %s is not simulated.", form)
        now = self.clock.now()
        young = [t for t in self.made.values() if t.account is account
                 and (now - t.made_at).total_seconds() < 3600]
        if len(young) >= self.settings["tiktok_tasks_an_hour"]:
            raise Refusal(40132, "Too many tasks of the advertiser.")
        task = Task(len(self.made) + 1, account, TaskQuery(params), params.get(
            "enable_report_title_translation", "true") == "true", now)
        self.made[task.id] = task
        return {"task_id": task.id}

    def find(self, account, params):
        """Returns a task of an account that is still kept."""
        task = self.made.get(params.get("task_id"))
        if (task is None or task.account is not account or (
                self.clock.now() - task.made_at).days >= KEPT_DAYS):
            raise Refusal(40007, "The task does not exist or has expired.")
        return task

    def word(self, task):
        """Returns what a task has come to."""
        if task.checks <= self.settings["tiktok_task_checks"]:
            return "QUEUING" if task.checks <= 1 else "PROCESSING"
        number = list(self.made).index(task.id)
        if number < self.settings["tiktok_task_bad"]:
            return "FAILED"
        return self.settings["tiktok_task_ends"]

    def check(self, account, params):
        """Returns the state of a task."""
        task = self.find(account, params)
        task.checks += 1
        return {"status": self.word(task), "message": ""}

    def download(self, account, params):
        """Returns the file of a task."""
        task = self.find(account, params)
        task.downloads += 1
        if self.settings["tiktok_task_gone"]:
            raise Refusal(40007, "The task does not exist or has expired.")
        if (self.word(task) != "SUCCESS" or task.downloads
                <= self.settings["tiktok_task_late"]):
            raise Refusal(40201, "The task is not ready.")
        return self.file(task)

    def rows(self, task):
        """Returns the rows of a task's file."""
        lack = self.settings["tiktok_task_lacks"]
        rows = reports.rows(
            self.world, task.account, task.query,
            self.settings["tiktok_money_step"], lambda ad: not (
                lack == "deleted" and ad.is_deleted
                or lack == "promoted" and ad.is_promoted))
        if lack == "row":
            del rows[len(rows) // 2]
        return [] if lack == "all" else rows

    def file(self, task):
        """Returns a task's file and the number of its rows."""
        query = task.query
        names = query.dimensions + query.metrics
        if self.settings["tiktok_task_lacks"] == "column":
            names.pop()
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([TITLES.get(name, name.replace("_", " ").title())
                         for name in names] if task.has_titles else names)
        rows = self.rows(task)
        for row in rows:
            cells = {**row["metrics"], **row["dimensions"]}
            if "country_code" in cells:
                cells["country_code"] = COUNTRIES[cells["country_code"]]
            writer.writerow([cells[name] for name in names])
        return out.getvalue(), len(rows)
