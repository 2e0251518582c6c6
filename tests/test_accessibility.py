"""Every page against axe's rules for WCAG 2.1 A and AA, in both colour schemes."""

from importlib.resources import files

import pytest
import site_in_browser as site

AXE = str(files("axe_playwright_python") / "axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@pytest.fixture(scope="module")
def base():
    with site.served() as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", site.pages())
def test_page_has_no_violation(browser, base, path, scheme):
    with site.opened(browser, base, color_scheme=scheme) as (page, _faults):
        page.goto(base + path)
        site.settle(page)
        page.add_script_tag(path=AXE)
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        assert [(v["id"], [node["html"][:160] for node in v["nodes"]][:3]) for v in found] == []
