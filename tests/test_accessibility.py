"""Every page against axe's rules for WCAG 2.1 A and AA, in both colour schemes."""

from importlib.resources import files

import pytest
import site_in_browser as site

AXE = str(files("axe_playwright_python") / "axe.min.js")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
# Without the addresses of elements and a second reading of the style sheets, which only a report needs.
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"], "selectors": False, "preload": False}
COLOURS = {**OPTIONS, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# A formula is thousands of MathJax's own elements; code has the same few colours on every page.
MOST = {"exclude": [["mjx-container"], [".highlight pre"]]}
CODE = {"include": [[".highlight pre"]]}


@pytest.fixture(scope="module")
def base():
    with site.served() as address:
        yield address


def violations(browser, base, path, where):
    """What axe finds in light, then, as only colours have changed, by the rules of colour in dark."""
    found = []
    with site.opened(browser, base) as (page, _faults):
        page.goto(base + path)
        site.settle(page)
        page.add_script_tag(path=AXE)
        page.add_style_tag(
            content="* { transition: none !important }"
        )  # colours half-way to dark are no colours
        for scheme, options in (("light", OPTIONS), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_selector(f'html[data-theme="{scheme}"]')
            report = page.evaluate("([where, options]) => axe.run(where, options)", [where, options])
            for rule in report["violations"]:
                found.append((scheme, rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]))
    return found


@pytest.mark.parametrize("path", site.pages())
def test_page_has_no_violation(browser, base, path):
    assert violations(browser, base, path, MOST) == []


def test_code_has_no_violation(browser, base):
    assert violations(browser, base, "book/linear/eigenmodes.html", CODE) == []
