"""The built site in a real browser, over http and from files, with the network refused."""

import functools
import itertools
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlparse

import axe
import chapter_facts
import pytest
import site_in_browser as site

PAGES = site.pages()
CHAPTERS = [f"book/{chapter.name}.html" for chapter in chapter_facts.book()]
WITH_WIDGETS = [page for page in PAGES if "widget-view+json" in (site.SITE / page).read_text()]
SLIDERS = 'input[type="range"]'
CHOICES = (
    'input[type="radio"]:not(:checked), button:not([data-control="reset"])'  # whatever can change something
)
DRAWN = ":is(.et-drawing, fieldset)"  # a picture, or a quiz
DESK, PHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740}
RESET_ALL = """() => document.querySelectorAll('[data-control="reset"]').forEach((reset) => reset.click())"""


@pytest.fixture(scope="module")
def tabs(browser):
    """A tab over http and one for files: what all pages share is compiled once in each."""
    files = site.SITE.as_uri() + "/"
    with (
        site.served() as http,
        site.opened(browser, http, viewport=DESK) as over_http,
        site.opened(browser, files, viewport=DESK) as from_files,
    ):
        yield {"http": (http, *over_http), "file": (files, *from_files)}


@pytest.fixture(scope="module")
def visit(tabs, request):
    """A page and what goes wrong on it. It is loaded once; the tests that ask for it follow one another."""
    protocol, path = request.param
    base, page, faults = tabs[protocol]
    page.goto("about:blank")  # whatever the last page still asked for is broken off
    page.emulate_media(color_scheme="light")
    faults.clear()
    page.goto(base + path, wait_until="load")
    site.settle(page)
    return page, faults


def on(paths, *protocols):
    """The tests of a page share its visit: pytest runs them together, in the order of this file."""
    visits = [pytest.param((how, path), id=f"{how}-{path}") for how in protocols for path in paths]
    return pytest.mark.parametrize("visit", visits, indirect=True, scope="module")


# A page with one fault of each kind. The theme's own script would set the colours' name.
SICK = """<!doctype html><html lang="en" data-theme="light"><title>Sick</title>
<style>body { background: #fff } p { color: #bbb } html[data-theme="dark"] body { background: #ddd }</style>
<main><h1>Sick</h1><p>pale on white</p><button></button></main>
<script>
matchMedia("(prefers-color-scheme: dark)").onchange = (dark) => {
  document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
};
console.error("a word in the console");
fetch("http://elsewhere.invalid/").catch(() => setTimeout(() => { throw new Error("a script") }));
</script>"""


def test_judges_of_the_pages_see_faults_where_there_are_some(browser):
    with site.served() as base, site.opened(browser, base, color_scheme="light") as (page, faults):
        with page.expect_event("pageerror"):
            page.set_content(SICK)
        page.goto(base + "no/such/page.html")
        kinds = {fault.split(":")[0] for fault in faults}
        assert kinds >= {"console", "off-site", "failed", "script", "404"}
        page.set_content(SICK)
        found = {(scheme, rule) for scheme, rule, _ in axe.violations(page, axe.MOST)}
    assert found >= {("light", "button-name"), ("light", "color-contrast"), ("dark", "color-contrast")}


@on(PAGES, "http", "file")
def test_page_loads_without_a_fault_draws_every_widget_and_fits_a_phone(visit):
    page, faults = visit
    views = page.locator('script[type$="widget-view+json"]').count()
    assert page.locator(site.WIDGETS).count() == views
    assert page.locator(f"{site.WIDGETS}:has({DRAWN})").count() == views
    assert page.locator("mjx-merror, .MathJax_Error").count() == 0
    assert page.locator("mjx-container").count() >= page.locator(".math").count()
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESK)
    assert width <= PHONE["width"]
    assert faults == []


def changed(before, after):
    return [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]


def by_key(page, control):
    """One step with the keyboard, back from the end where the control stands at its end."""
    control.focus()
    at_end = control.evaluate("c => Number(c.value) === Number(c.max)")
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")


def by_pointer(page, control):
    """A click on the track, on the half where the thumb is not."""
    control.scroll_into_view_if_needed()
    share = control.evaluate("c => (c.value - c.min) / (c.max - c.min)")
    box = control.bounding_box()
    page.mouse.click(box["x"] + box["width"] * (0.25 if share > 0.5 else 0.75), box["y"] + box["height"] / 2)


def seen(widget):
    """What a reader can see and hear of a widget: its text, the sliders' places, the drawings' labels."""
    sliders = widget.locator(SLIDERS).evaluate_all("all => all.map(s => [s.checkVisibility(), s.value])")
    labels = widget.locator(".et-drawing").evaluate_all("all => all.map(d => d.getAttribute('aria-label'))")
    return widget.inner_text(), [value for visible, value in sliders if visible], labels


# Before the tests that move a widget and leave it there: reset has to bring back what was loaded.
@on(WITH_WIDGETS, "http")
def test_buttons_and_choices_change_their_own_widget_and_reset_brings_it_back(visit):
    page, faults = visit
    for index in range(page.locator(site.WIDGETS).count()):
        widget = page.locator(site.WIDGETS).nth(index)
        reset = widget.locator('[data-control="reset"]')
        fresh = seen(widget)
        for control in widget.locator(CHOICES).all():
            before = site.drawings(page)
            control.click()
            assert changed(before, site.drawings(page)) == [index]
            reset.click()
            assert seen(widget) == fresh
        sliders = [slider for slider in widget.locator(SLIDERS).all() if slider.is_visible()]
        for slider in sliders:
            by_key(page, slider)
        if sliders:
            reset.click()
        assert seen(widget) == fresh
    assert faults == []


@on(WITH_WIDGETS, "http", "file")
def test_every_slider_changes_its_own_widget_and_no_other(visit):
    page, faults = visit
    for index in range(page.locator(site.WIDGETS).count()):
        sliders = page.locator(site.WIDGETS).nth(index).locator(SLIDERS)
        for control, move in itertools.product(sliders.all(), [by_key, by_pointer]):
            if control.is_visible():
                before, value = site.drawings(page), control.input_value()
                move(page, control)
                assert control.input_value() != value
                assert changed(before, site.drawings(page)) == [index]
    assert faults == []


@on(["book/index.html"], "http")
def test_the_pair_of_eigenvalues_can_be_dragged(visit):
    page, faults = visit
    page.evaluate(RESET_ALL)
    handle = page.locator('[data-control="drag"]').first
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=4)
    page.mouse.up()
    assert float(page.locator('[data-control="radius"]').first.input_value()) < 0.9
    assert float(page.locator('[data-control="angle"]').first.input_value()) > 40
    assert faults == []


@on(["book/index.html"], "http")
def test_dark_mode_recolours_the_widgets(visit):
    page, _faults = visit
    colours = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        site.settle(page)
        colours.append(page.locator(".et-drawing").first.evaluate("svg => getComputedStyle(svg).color"))
    assert colours[0] != colours[1]


# After all others that look at a page: it leaves none of the formulas.
@on(PAGES, "http")
def test_page_has_no_violation_of_wcag(visit):
    page, _faults = visit
    page.evaluate(RESET_ALL)
    assert axe.violations(page, axe.MOST) == []


@on(["book/linear/eigenmodes.html"], "http")
def test_code_has_no_violation_of_wcag(visit):
    page, _faults = visit
    assert axe.violations(page, axe.CODE) == []


@pytest.mark.parametrize("path", CHAPTERS)
def test_chapter_has_a_button_that_opens_it_in_colab(path):
    notebook = path.removeprefix("book/").removesuffix(".html")
    address = (
        rf"https://colab\.research\.google\.com/github/[\w.-]+/[\w.-]+/blob/[\w.-]+/book/{notebook}\.ipynb"
    )
    assert re.search(address, (site.SITE / path).read_text())


class Links(HTMLParser):
    """Links and ids of a page."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, _tag, attrs):
        found = dict(attrs)
        self.ids.add(found.get("id"))
        self.targets += [found[name] for name in ("href", "src") if found.get(name)]


@functools.cache  # every page links to most others
def links(file):
    return Links(file.read_text())


@pytest.mark.parametrize("path", PAGES)
def test_every_link_inside_the_book_leads_somewhere(path):
    broken = []
    for target in links(site.SITE / path).targets:
        url = urlparse(urljoin(f"http://site/{path}", target))
        file = site.SITE / unquote(url.path).lstrip("/")
        if urlparse(target).scheme or target.startswith("//"):
            continue
        lost = file.suffix == ".html" and url.fragment and url.fragment not in links(file).ids
        if not file.is_file() or lost:
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_an_error_of_a_cell_or_a_widget(path):
    text = (site.SITE / path).read_text()
    assert "Traceback (most recent call last)" not in text
    assert "output_type&quot;: &quot;error" not in text
    assert '"output_type": "error"' not in text


def test_search_finds_a_word_of_a_chapter(browser, tabs):
    base, *_ = tabs["http"]
    with site.opened(browser, base) as (page, faults):
        page.goto(base + "search.html?q=orbit")
        page.wait_for_selector("#search-results li a")
        assert "eigenmodes" in page.locator("#search-results").inner_html()
        assert faults == []
