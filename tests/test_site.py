"""The built site in a real browser, over http and from files, with the network refused."""

import functools
import itertools
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlparse

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


@pytest.fixture(scope="module", params=["http", "file"])
def base(request):
    if request.param == "file":
        yield site.SITE.as_uri() + "/"
    else:
        with site.served() as address:
            yield address


@pytest.fixture(scope="module")
def http_base():
    with site.served() as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_without_a_fault_draws_every_widget_and_fits_a_phone(browser, base, path):
    with site.opened(browser, base) as (page, faults):
        page.goto(base + path, wait_until="load")
        site.settle(page)
        views = page.locator('script[type$="widget-view+json"]').count()
        assert page.locator(site.WIDGETS).count() == views
        assert page.locator(f"{site.WIDGETS}:has({DRAWN})").count() == views
        assert page.locator("mjx-merror, .MathJax_Error").count() == 0
        assert page.locator("mjx-container").count() >= page.locator(".math").count()
        page.set_viewport_size({"width": 360, "height": 740})  # a phone
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
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


@pytest.mark.parametrize("path", WITH_WIDGETS)
def test_every_slider_changes_its_own_widget_and_no_other(browser, base, path):
    with site.opened(browser, base) as (page, faults):
        page.goto(base + path)
        site.settle(page)
        for index in range(page.locator(site.WIDGETS).count()):
            sliders = page.locator(site.WIDGETS).nth(index).locator(SLIDERS)
            for control, move in itertools.product(sliders.all(), [by_key, by_pointer]):
                if control.is_visible():
                    before, value = site.drawings(page), control.input_value()
                    move(page, control)
                    assert control.input_value() != value
                    assert changed(before, site.drawings(page)) == [index]
        assert faults == []


def seen(widget):
    """What a reader can see and hear of a widget: its text, the sliders' places, the drawings' labels."""
    sliders = widget.locator(SLIDERS).evaluate_all("all => all.map(s => [s.checkVisibility(), s.value])")
    labels = widget.locator(".et-drawing").evaluate_all("all => all.map(d => d.getAttribute('aria-label'))")
    return widget.inner_text(), [value for visible, value in sliders if visible], labels


@pytest.mark.parametrize("path", WITH_WIDGETS)
def test_buttons_and_choices_change_their_own_widget_and_reset_brings_it_back(browser, http_base, path):
    with site.opened(browser, http_base) as (page, faults):
        page.goto(http_base + path)
        site.settle(page)
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


def test_the_pair_of_eigenvalues_can_be_dragged(browser, http_base):
    with site.opened(browser, http_base) as (page, faults):
        page.goto(http_base + "book/index.html")
        site.settle(page)
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


def test_dark_mode_recolours_the_widgets(browser, http_base):
    colours = []
    for scheme in ("light", "dark"):
        with site.opened(browser, http_base, color_scheme=scheme) as (page, _faults):
            page.goto(http_base + "book/index.html")
            site.settle(page)
            colours.append(page.locator(".et-drawing").first.evaluate("svg => getComputedStyle(svg).color"))
    assert colours[0] != colours[1]


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


def test_search_finds_a_word_of_a_chapter(browser, http_base):
    with site.opened(browser, http_base) as (page, faults):
        page.goto(http_base + "search.html?q=orbit")
        page.wait_for_selector("#search-results li a")
        assert "eigenmodes" in page.locator("#search-results").inner_html()
        assert faults == []
