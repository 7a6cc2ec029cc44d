"""Imports a dashboard into a Superset of its own, opens it in a browser, and
prints what each tile shows, and the seconds of each part, as JSON.

    python test/superset --home DIR --examples DIR --port N --password TEXT
                         --advertiser NAME --screenshot FILE tile...
"""

import argparse
import contextlib
import datetime
import json
import os
import time

from browser import DashboardPage, open_browser
from instance import Superset

ADMIN = ("admin", "admin-of-a-test", "Admin")
PERSON = ("analyst", "analyst-of-a-test", "Alpha")


def arguments():
    """Returns what the command line says."""
    parser = argparse.ArgumentParser()
    for name in ("home", "examples", "port", "password", "advertiser",
                 "screenshot"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("tile", nargs="+")
    return parser.parse_args()


class Parts(dict):
    """Seconds that the parts of the run took."""

    @contextlib.contextmanager
    def part(self, name):
        """Takes the time of a block."""
        start = time.monotonic()
        yield
        self[name] = time.monotonic() - start


def today():
    """Returns the day, by which Superset bounds the last 30."""
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def look(page, options):
    """Returns what the page shows, and the day on which that was."""
    while True:
        day = today()
        page.open("adpipe", options.tile)
        page.choose(options.advertiser, options.tile)
        page.driver.save_screenshot(options.screenshot)
        shown = {title: page.read(title) for title in options.tile}
        if today() == day:
            return {"today": day, "tiles": shown}


def see(superset, options):
    """Returns what a person sees who logs in."""
    driver = open_browser(os.path.join(options.home, "profile"))
    try:
        page = DashboardPage(driver, superset.url)
        page.log_in(*PERSON[:2])
        return look(page, options)
    except Exception:
        driver.save_screenshot(options.screenshot)
        raise
    finally:
        driver.quit()


def main():
    options = arguments()
    parts = Parts()
    superset = Superset(options.home)
    with parts.part("Superset's own tables and users"):
        superset.set_up([ADMIN, PERSON])
    try:
        with parts.part("Superset's start"):
            superset.start()
        with parts.part("import of the dashboard"):
            superset.import_dashboard(
                options.examples, *ADMIN[:2], "databases/adpipe.yaml",
                "postgresql+psycopg2://bi:XXXXXXXXXX@127.0.0.1:%s/postgres"
                % options.port, options.password)
        with parts.part("dashboard in the browser"):
            shown = see(superset, options)
    finally:
        superset.stop()
    print(json.dumps(dict(shown, seconds=parts)))


main()
