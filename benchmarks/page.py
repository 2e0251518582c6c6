"""Measure the widgets in the browser: when they are drawn, what they weigh, what an update costs.

Needs a built site (`make book`). Times are medians; they depend on the machine: no test has them.
"""

import json
import re
import shutil
import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from conftest import BROWSER_FLAGS, BROWSERS
from site_in_browser import SITE, WIDGETS, opened, served, settle

LOADS = 10
UPDATES = 200
NAME = re.compile(r'mount\(el, "(\w+)"')  # how a view's script says what it is: data-widget
STATE = re.compile(r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>', re.DOTALL)
# Moves a slider back and forth and returns the median time of one input event, in milliseconds.
TIME_UPDATES = """
(control, count) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    control.value = i % 2 ? control.min : (Number(control.min) + Number(control.max)) * (0.3 + (i % 7) / 20);
    const start = performance.now();
    control.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[count >> 1];
}
"""
TO_ITS_END = "c => { c.value = c.max; c.dispatchEvent(new Event('input', { bubbles: true })); }"
FIRST_PAINT_TO_WIDGETS = """
() => performance.getEntriesByName("widgets-mounted")[0].startTime
    - performance.getEntriesByName("first-contentful-paint")[0].startTime
"""


def delay(browser, base, path):
    """Milliseconds from the first contentful paint until all widgets are drawn; negative: before it."""
    with opened(browser, base) as (page, _faults):
        page.goto(base + path)
        settle(page)
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        return page.evaluate(FIRST_PAINT_TO_WIDGETS)


def weights(path):
    """Bytes that each widget model adds to a page, with the host script, by widget."""
    host = (SITE / "_static" / "widget_host.js").stat().st_size
    found = {}
    for text in STATE.findall((SITE / path).read_text()):
        for model in json.loads(text)["state"].values():
            if "_esm" in model["state"]:
                name = NAME.search(model["state"]["_esm"])[1]
                found[name] = len(json.dumps(model).encode()) + host
    return found


def updates(browser, base, path):
    """Milliseconds of script for one input event of each slider, by widget and control."""
    costs = {}
    with opened(browser, base) as (page, _faults):
        page.goto(base + path)
        settle(page)
        for widget in page.locator(WIDGETS).all():
            name = widget.get_attribute("data-widget")
            units = widget.locator('[data-control="n"]')
            if units.count():  # the largest chain is the dearest
                units.evaluate(
                    "c => { c.value = c.max; c.dispatchEvent(new Event('input', {bubbles: true})) }"
                )
            for slider in widget.locator('input[type="range"]:visible').all():
                control = slider.get_attribute("data-control")
                if control != "n":
                    costs[name, control] = slider.evaluate(TIME_UPDATES, UPDATES)
    return costs


def main():
    """Print the three tables."""
    pages = sorted(p.relative_to(SITE).as_posix() for p in SITE.glob("book/**/*.html"))
    pages = [p for p in pages if "widget-view+json" in (SITE / p).read_text()]
    with sync_playwright() as playwright, served() as base:
        path = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        print(f"Chromium {browser.version}; median of {LOADS} loads; {UPDATES} updates a slider")
        for page in pages:
            delays = [delay(browser, base, page) for _ in range(LOADS)]
            print(f"{page}: widgets drawn {median(delays):.0f} ms after the first contentful paint")
            print("   kB a widget, host included:", {k: round(v / 1000, 1) for k, v in weights(page).items()})
            costs = updates(browser, base, page)
            for name in sorted({name for name, _ in costs}):
                worst = max(value for (widget, _), value in costs.items() if widget == name)
                print(f"   {name}: dearest slider {worst:.2f} ms an update")
        browser.close()


if __name__ == "__main__":
    main()
