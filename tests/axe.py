"""A page that is open in a browser, against axe's rules for WCAG 2.1 A and AA, in both colour schemes."""

from importlib.resources import files

SCRIPT = str(files("axe_playwright_python") / "axe.min.js")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
# Without the addresses of elements and a second reading of the style sheets, which only a report needs.
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"], "selectors": False, "preload": False}
COLOURS = {**OPTIONS, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# A formula is thousands of MathJax's own elements; code has the same few colours on every page.
MOST = {"exclude": [["mjx-container"], [".highlight pre"]]}
CODE = {"include": [[".highlight pre"]]}
# Axe measures every element, those that it is not asked about as well. So a formula becomes its text, and of
# the code's words one of a kind keeps its element: one that a reader sees, in each kind of block.
THIN_OUT = """
() => {
  const kept = new Set();
  const spare = [...document.querySelectorAll(".highlight pre span")].filter((word) => {
    const kind = `${word.className} in ${word.closest(".highlight").parentElement.className}`;
    return kept.has(kind) || !word.checkVisibility() || !kept.add(kind);
  });
  spare.forEach((word) => word.replaceWith(...word.childNodes));
  for (const formula of document.querySelectorAll("mjx-container")) formula.textContent = formula.textContent;
}
"""
STILL = "* { transition: none !important }"  # colours half-way to dark are no colours


def violations(page, where):
    """What axe finds in light, then, as only colours have changed, by the rules of colour in dark."""
    page.evaluate(THIN_OUT)
    page.add_script_tag(path=SCRIPT)
    page.add_style_tag(content=STILL)
    found = []
    for scheme, options in (("light", OPTIONS), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector(f'html[data-theme="{scheme}"]')
        report = page.evaluate("([where, options]) => axe.run(where, options)", [where, options])
        for rule in report["violations"]:
            found.append((scheme, rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]))
    return found
