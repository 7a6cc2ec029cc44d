"""Asynchronous report runs: started by POST, asked about, then read.

A run takes real time (setting meta_job_ms) or a script of states, one for
every time it is asked about; a fault rule on the POST may decide how it ends.
"""

import threading
import time

from meta_ads.errors import GraphError

KEPT_SECONDS = 30 * 86400
SETTINGS = {
    "meta_job_ms": 200,         # how long a run takes
    "meta_job_script": [],      # states of a run: ["Job Running", 63], ...
    "meta_max_runs": 10,        # runs of an account under way; 0: no limit
    "meta_run_id": "both",      # "string", "number", or in turns
}
FAILURES = {
    "-3.1504045": ("The report has too much data", "Report too large"),
    "-2.2490547": ("The report could not be made", "Report failed"),
}


class Job:
    """One run.  `how` may hold ms, script, end ("Job Failed", "Job Skipped",
    "stuck"), error ("-3.1504045"), at (the percentage that a run which ends
    badly reached)."""

    def __init__(self, number, version, plan, params, rows, how, now):
        self.number = number
        self.version = version
        self.account = plan.node.at("account")
        self.plan = plan
        self.params = params
        self.rows = rows
        self.end = how.get("end", "Job Completed")
        self.error = how.get("error", "-2.2490547")
        self.at = how.get("at", 0)
        self.script = list(how.get("script", []))
        self.seconds = how.get("ms", 0) / 1000.0
        self.created = now
        self.started = time.monotonic()
        self.finished = None
        self.polls = 0

    def over(self):
        """Returns whether the run has ended."""
        return self.end != "stuck" and not self.script and (
            time.monotonic() - self.started >= self.seconds)

    def state(self):
        """Returns (status, percentage) without counting it as asked."""
        if self.script:
            return tuple(self.script[0])
        if self.over():
            return self.end, 100 if self.end == "Job Completed" else self.at
        if self.end == "stuck":
            return "Job Running", self.at
        share = (time.monotonic() - self.started) / self.seconds
        if share < 0.1:
            return "Job Not Started", 0
        if share < 0.2:
            return "Job Started", 0
        # The last tenth is spent at 100 %: still running, not readable.
        return "Job Running", min(100, int(share * 112))

    def ask(self, clock):
        """Returns what the platform says about the run."""
        status, percent = self.state()
        self.polls += 1
        if self.script:
            self.script.pop(0)
        ended = status in ("Job Completed", "Job Failed", "Job Skipped")
        said = {"id": self.number, "account_id": self.account.id,
                "time_ref": int(self.created)}
        if ended:
            self.finished = self.finished or int(clock.seconds())
            said["time_completed"] = self.finished
        said.update(async_status=status, async_percent_completion=percent,
                    is_running=not ended,
                    date_start=self.plan.buckets[0][0].isoformat(),
                    date_stop=self.plan.buckets[-1][1].isoformat())
        if status == "Job Failed" and self.version >= (25, 0):
            said.update(self.failure())
        return said

    def failure(self):
        """Returns the members that tell why a run failed."""
        code, _, subcode = self.error.partition(".")
        text, title = FAILURES.get(self.error, ("The report failed",
                                                "Report failed"))
        said = {"error_code": int(code)}
        if subcode:
            said["error_subcode"] = int(subcode)
        said.update(error_message=text, error_user_title=title,
                    error_user_msg=text)
        return said


class JobBook:
    """All runs that are kept."""

    def __init__(self, clock, settings):
        self.clock = clock
        self.settings = settings
        self._lock = threading.Lock()
        self._jobs = {}
        self._serial = 0
        self._special = []      # (kind, account id, seconds) of scarce runs

    def clear(self):
        """Forgets all runs; numbers go on."""
        with self._lock:
            self._jobs = {}
            self._special = []

    def open_runs(self, account):
        """Returns how many runs of an account are under way."""
        return sum(1 for job in self._jobs.values()
                   if job.account is account and not job.over())

    def count_special(self, kind, account, most, message):
        """Counts a run of a kind of which an account has few a day."""
        now = self.clock.seconds()
        with self._lock:
            same = [entry for entry in self._special
                    if entry[:2] == (kind, account.id)
                    and now - entry[2] < 86400]
            if len(same) >= most:
                raise GraphError("100", message)
            self._special.append((kind, account.id, now))

    def start(self, version, plan, params, rows, how):
        """Starts a run and returns it; raises GraphError if too many of the
        account are under way."""
        account = plan.node.at("account")
        most = self.settings["meta_max_runs"]
        with self._lock:
            if most and self.open_runs(account) >= most:
                raise GraphError("17.2446079")
            how = dict({"ms": self.settings["meta_job_ms"],
                        "script": self.settings["meta_job_script"]}, **how)
            self._serial += 1
            number = str(6123456789000000 + self._serial * 7)
            job = Job(number, version, plan, params, rows, how,
                      self.clock.seconds())
            self._jobs[number] = job
            return job

    def told_id(self, job):
        """Returns a new run's number as the platform writes it: as text or
        as a number."""
        shape = self.settings["meta_run_id"]
        as_number = shape == "number" or (shape == "both"
                                          and int(job.number) // 7 % 2)
        return int(job.number) if as_number else job.number

    def find(self, number):
        """Returns a run, None if there is none with that number."""
        job = self._jobs.get(number)
        if job and self.clock.seconds() - job.created > KEPT_SECONDS:
            return None
        return job
