"""A dashboard of Superset as a person sees it, in headless Chromium."""

from selenium import webdriver
from selenium.common.exceptions import (ElementNotInteractableException,
                                        StaleElementReferenceException)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

# Seconds until a condition must hold; a busy machine is slow.
PATIENCE = 180

# What Superset shows while it waits for an answer.
BUSY = "[data-test='loading-indicator'], .loading, .ant-spin"

# The cells of a table, row by row, the head first.
TABLE = """
return [...arguments[0].querySelectorAll('tr')]
    .map(row => [...row.querySelectorAll('th, td')]
         .map(cell => cell.innerText.trim()))
    .filter(cells => cells.length);
"""

# The same of a chart's "View as table".
GRID = """
const grid = arguments[0];
const text = cells => [...cells].map(cell => cell.innerText.trim());
const rows = [...grid.querySelectorAll(
    '.ag-center-cols-container [role=row]')];
rows.sort((a, b) => a.getAttribute('row-index') - b.getAttribute('row-index'));
return [text(grid.querySelectorAll('.ag-header-viewport .ag-header-cell'))]
    .concat(rows.map(row => text(row.querySelectorAll('[role=gridcell]'))));
"""

# How many colours a drawing has: a blank one has one.
COLOURS = """
const canvas = arguments[0];
const data = canvas.getContext('2d').getImageData(
    0, 0, canvas.width, canvas.height).data;
return new Set(new Uint32Array(data.buffer)).size;
"""

ANSWERS = """
return performance.getEntriesByType('resource')
    .filter(entry => entry.name.includes('/api/v1/chart/data')).length;
"""


def open_browser(profile):
    """Returns a headless Chromium in a Korean locale, with a window that shows
    all of the dashboard: Superset leaves out what lies below its end."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--lang=ko-KR",
                     "--hide-scrollbars", "--user-data-dir=" + profile,
                     "--window-size=1400,1600"):
        options.add_argument(argument)
    service = webdriver.ChromeService("/usr/bin/chromedriver")
    return webdriver.Chrome(options=options, service=service)


class DashboardPage:
    """One dashboard in a browser."""

    def __init__(self, driver, url):
        self.driver = driver
        self.url = url

    def wait(self, condition, what):
        """Waits until condition() is true, and returns its value."""
        def attempt(_):
            try:
                return condition()
            except (StaleElementReferenceException,
                    ElementNotInteractableException):
                return False
        return WebDriverWait(self.driver, PATIENCE, 0.2).until(
            attempt, "waited in vain for " + what)

    def find(self, selector, inside=None):
        """Returns the elements of a CSS selector."""
        return (inside or self.driver).find_elements(By.CSS_SELECTOR, selector)

    def find_one(self, selector, inside=None):
        """Waits for an element that is shown, and returns it."""
        def shown():
            return next((element for element in self.find(selector, inside)
                         if element.is_displayed()), None)
        return self.wait(shown, selector)

    def log_in(self, user, password):
        """Logs in by the form, which may be drawn anew while one types."""
        texts = {"#username": user, "#password": password}

        def attempt():
            fields = [self.find(selector) for selector in texts]
            if not all(fields):
                return "/login" not in self.driver.current_url
            fields = [found[0] for found in fields]
            if [field.get_attribute("value") for field in fields] != list(
                    texts.values()):
                for field, text in zip(fields, texts.values()):
                    field.send_keys(Keys.CONTROL, "a")
                    field.send_keys(text)
                fields[-1].send_keys(Keys.ENTER)
            return False
        self.driver.get(self.url + "/login/")
        self.find_one("#username")
        self.wait(attempt, "a log-in")

    def open(self, slug, titles):
        """Opens a dashboard and waits until its tiles are complete."""
        self.driver.get("%s/superset/dashboard/%s/" % (self.url, slug))
        self.wait_for_tiles(titles, 0)

    def wait_for_tiles(self, titles, answers):
        """Waits until more queries were answered than before, one for each
        tile, and each tile shows a number, a table or a drawing."""
        def complete():
            return (self.driver.execute_script(ANSWERS)
                    >= answers + len(titles)
                    and not any(element.is_displayed()
                                for element in self.find(BUSY))
                    and all(self.content(title) for title in titles))
        self.wait(complete, "the tiles")

    def tile(self, title):
        """Returns a tile, None before there is one."""
        found = self.find("[data-test-chart-name='%s']" % title)
        return found[0] if found else None

    def content(self, title):
        """Returns what shows the value of a tile, None where nothing does."""
        tile = self.tile(title)
        found = tile and self.find("tbody tr, .header-line, canvas", tile)
        return found[0] if found else None

    def choose(self, value, titles):
        """Picks a value of the first filter, and waits for the tiles."""
        answers = self.driver.execute_script(ANSWERS)
        self.find_one("[data-test='form-item-value'] input").send_keys(value)
        self.wait(lambda: self.option(value), "the choice " + value).click()
        self.wait(self.apply, "the button that applies the filter")
        self.wait_for_tiles(titles, answers)

    def option(self, value):
        """Returns a value of the list that is open, None without it."""
        for option in self.find(".ant-select-item-option"):
            if option.text.strip() == value:
                return option
        return None

    def apply(self):
        """Applies the filters, once that is possible."""
        button = self.find("[data-test='filter-bar__apply-button']")[0]
        if not button.is_enabled():
            return False
        button.click()
        return True

    def read(self, title):
        """Returns what a tile shows: a text, or the rows of a table.  A
        drawing is read by "View as table" once it is seen not to be blank."""
        tile = self.tile(title)
        if self.find("table", tile):
            return self.driver.execute_script(TABLE, tile)
        drawing = self.find("canvas", tile)
        if not drawing:
            return self.find_one(".header-line", tile).text
        if self.driver.execute_script(COLOURS, drawing[0]) < 10:
            raise RuntimeError("the drawing of \"%s\" is blank" % title)
        return self.read_as_table(tile)

    def read_as_table(self, tile):
        """Returns the rows behind a drawing, as the page shows them."""
        self.find_one("button[id$='-controls']", tile).click()
        self.wait(lambda: self.find_one("[data-menu-id$='view_results']"),
                  "the menu").click()
        grid = self.find_one("[role=dialog] .ag-root")
        rows = self.wait(
            lambda: self.complete(self.driver.execute_script(GRID, grid)),
            "the rows of the drawing")
        self.find_one("[role=dialog] .ant-modal-close").click()
        self.wait(lambda: not any(element.is_displayed() for element
                                  in self.find("[role=dialog]")),
                  "the end of the dialogue")
        return rows

    @staticmethod
    def complete(rows):
        """Returns rows once all have their cells."""
        if len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows):
            return rows
        return None
