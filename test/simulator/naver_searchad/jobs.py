"""Stat reports in the making: created for an account, a type and a day, asked
for, downloaded, deleted."""

import base64
import datetime
import hashlib
import threading
import urllib.parse

from messages import Response
from naver_searchad import errors, reports
from naver_searchad.world import KST

UTC = datetime.timezone.utc
KEPT = 100          # the oldest of an account goes when there are more
FILE_DAYS = 14
LOGIN = "hanbit_agency"
# States in which a job need not be created again.
USABLE = ("REGIST", "RUNNING", "WAITING", "AGGREGATING", "BUILT")

SETTINGS = {
    "naver_job_ms": 0,      # from creation to the end
    "naver_job_waits": "RUNNING",   # state until then
    "naver_job_ends": {},   # "AD 20261101": how jobs of it end, one by one,
                            # before the others are BUILT
    "naver_ready_hour": 6,  # hour of the next day at which files are ready
    "naver_none_hours": 0,  # for so long after that they are NONE all the same
    "naver_none_reports": [],   # of these reports; empty: of all
    "naver_changes": {},    # "20261101": when the numbers of the day change
    "naver_no_url": "empty",    # before BUILT: empty, null or absent
}


class Job:
    """One report of one day."""

    def __init__(self, number, account, report, day, made, end):
        self.number = number
        self.account = account
        self.report = report
        self.day = day
        self.made = made
        self.end = end          # state at its end; None: as the data are
        self.is_changed = False     # since its file was made
        self.polls = 0
        token = hashlib.sha256(b"%d" % number).digest()
        self.token = base64.b64encode(token).decode()

    def key(self):
        """Returns its name in settings."""
        return "%s %s" % (self.report, self.day.strftime("%Y%m%d"))


class Jobs:
    """All jobs of all accounts."""

    def __init__(self, world, settings):
        self.world = world
        self.settings = settings
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        """Forgets all jobs."""
        self.jobs = []
        self.created = []
        self._next = 4410203376
        self._ends = {}

    def ready_at(self, day):
        """Returns when the files of a day are ready."""
        return datetime.datetime.combine(
            day + datetime.timedelta(1), datetime.time(
                self.settings["naver_ready_hour"]), KST)

    def create(self, account, body):
        """Answers POST; raises Refusal."""
        report, day = body.get("reportTp"), read_day(body.get("statDt"))
        if report not in reports.REACH or day is None:
            raise errors.refusal(11001)
        if (self.world.today() - day).days > reports.REACH[report]:
            raise errors.refusal(10004)
        if self.world.now() < self.ready_at(day):
            raise errors.refusal(20007)
        with self._lock:
            self._next += 1
            job = Job(self._next, account, report, day, self.world.now(), None)
            ends = self._ends.setdefault(job.key(), list(
                self.settings["naver_job_ends"].get(job.key(), [])))
            if ends:
                job.end = ends.pop(0)
            self.created.append((job, any(
                j.account is account and j.key() == job.key()
                and self.state(j) in USABLE for j in self.jobs)))
            self.jobs.append(job)
            mine = [j for j in self.jobs if j.account is account]
            for old in mine[:max(0, len(mine) - KEPT)]:
                self.jobs.remove(old)
        return job

    def history(self):
        """Returns all jobs that were created, and whether another one of the
        same was there."""
        with self._lock:
            return [{"account": job.account.id, "job": job.key(),
                     "was_there": was_there}
                    for job, was_there in self.created]

    def of(self, account):
        """Returns an account's jobs, the newest first."""
        with self._lock:
            return [j for j in reversed(self.jobs) if j.account is account]

    def find(self, account, text):
        """Returns a job by its number; raises Refusal."""
        if not text.isdigit():
            raise errors.refusal(4601)
        for job in self.of(account):
            if job.number == int(text):
                return job
        raise errors.refusal(20011)

    def delete(self, account, text):
        """Deletes a job; raises Refusal."""
        job = self.find(account, text)
        with self._lock:
            self.jobs.remove(job)

    def by_token(self, account, query):
        """Returns the job of a download; raises Refusal.  The address is
        taken as it was told, to the letter."""
        for job in self.of(account):
            if query == self.query_of(job) and self.state(job) == "BUILT":
                if (self.world.today() - job.made.date()).days > FILE_DAYS:
                    break
                return job
        raise errors.refusal(20011)

    @staticmethod
    def query_of(job):
        """Returns the query string of a job's file."""
        return "authtoken=%s&fileVersion=v2" % urllib.parse.quote(
            job.token, safe="")

    def has_rows(self, job):
        """Returns whether there is anything in the report."""
        return bool(self.rows_of(job))

    def rows_of(self, job):
        """Returns the rows that a report has by now."""
        return reports.rows(self.world, job.account, job.report, job.day,
                            self.settings)

    def state(self, job):
        """Returns the state of a job."""
        age = (self.world.now() - job.made).total_seconds() * 1000
        if age < self.settings["naver_job_ms"]:
            return self.settings["naver_job_waits"]
        if job.is_changed:
            return "CHANGED"
        if job.end is not None:
            return job.end
        some = self.settings["naver_none_reports"]
        is_late = not some or job.report in some
        young = self.ready_at(job.day) + datetime.timedelta(
            hours=self.settings["naver_none_hours"] if is_late else 0)
        if job.made < young or not self.has_rows(job):
            return "NONE"
        return "CHANGED" if self.has_changed(job) else "BUILT"

    def has_changed(self, job):
        """Returns whether the numbers of a file have changed since."""
        at = self.settings["naver_changes"].get(job.day.strftime("%Y%m%d"))
        return at is not None and job.made < datetime.datetime.fromisoformat(
            at.replace("Z", "+00:00")) <= self.world.now()

    def built(self):
        """Returns the jobs that have come to an end of their own, with the rows
        that are in their reports by now."""
        with self._lock:
            return [(job, self.rows_of(job)) for job in self.jobs
                    if self.state(job) in ("BUILT", "NONE")]

    def restated(self, before):
        """Marks the jobs among those built() of which the rows are others now:
        a file cannot be read any more, and without rows there is none."""
        for job, rows in before:
            if self.rows_of(job) == rows:
                continue
            if rows:
                job.is_changed = True
            else:
                job.end = "NONE"

    def told(self, job, base_url, state=None):
        """Returns a job as the platform tells it."""
        midnight = datetime.datetime.combine(job.day, datetime.time(), KST)
        state = state or self.state(job)
        made = {
            "reportJobId": job.number,
            "statDt": moment(midnight),
            "updateTm": moment(midnight),
            "regTm": moment(job.made),
            "loginId": LOGIN,
            "reportTp": job.report,
            "status": state,
        }
        if state == "BUILT":
            made["downloadUrl"] = "%s/report-download?%s" % (
                base_url, self.query_of(job))
        elif self.settings["naver_no_url"] != "absent":
            made["downloadUrl"] = (
                None if self.settings["naver_no_url"] == "null" else "")
        return made

    def file(self, job):
        """Returns a job's file."""
        found = self.rows_of(job)
        return Response(200, reports.file_of(found, self.settings),
                        "text/tab-separated-values", rows=len(found))


def moment(when):
    """Returns a time as the platform writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def read_day(text):
    """Returns the day of a statDt, or None."""
    try:
        if len(text) == 8:
            return datetime.datetime.strptime(text, "%Y%m%d").date()
        return datetime.datetime.fromisoformat(
            text.replace("Z", "+00:00")).astimezone(KST).date()
    except (TypeError, ValueError):
        return None
