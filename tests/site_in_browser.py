"""The built site, opened in a browser that may reach nothing else: what the site's tests share."""

import functools
import http.server
import threading
from contextlib import contextmanager
from pathlib import Path

SITE = Path(__file__).resolve().parent.parent / "_build" / "html"
WIDGETS = ".eigen-teach"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that keeps its log to itself."""

    def log_message(self, *_args):
        pass


class Server(http.server.ThreadingHTTPServer):
    """A page that is left early breaks its connections: no fault of the site's."""

    def handle_error(self, *_args):
        pass


def pages():
    """Every page of the book, relative to the site: not the theme's own ones."""
    if not SITE.exists():
        raise FileNotFoundError(f"no site at {SITE.name}: run `make book` first")
    own = [SITE / "book" / "index.html", *SITE.glob("book/**/*.html")]
    return sorted({page.relative_to(SITE).as_posix() for page in own})


@contextmanager
def served():
    """The site over http on this machine; yields its address."""
    handler = functools.partial(Quiet, directory=SITE)
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@contextmanager
def opened(browser, base, **options):
    """A page, and the list of everything that went wrong on it; requests that leave the site are faults."""
    context = browser.new_context(**options)
    context.set_default_timeout(20_000)
    page, faults = context.new_page(), []

    def note_off_site(request):
        if not request.url.startswith((base, "blob:", "data:")):
            faults.append(f"off-site: {request.url}")

    page.on("request", note_off_site)
    page.on(
        "console", lambda m: faults.append(f"console: {m.text}") if m.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    page.on("response", lambda r: faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    yield page, faults
    context.close()


def settle(page):
    """Wait until the host has drawn every widget of the page, and MathJax every formula."""
    if page.locator('script[type$="widget-view+json"]').count():
        page.wait_for_function("performance.getEntriesByName('widgets-mounted').length > 0")
    if page.locator(".math").count():
        page.wait_for_function("window.MathJax?.startup?.promise")
        page.evaluate("MathJax.startup.promise")


def drawings(page):
    """What every widget of the page shows now, as text, in the order of the page."""
    return page.locator(WIDGETS).evaluate_all("roots => roots.map(root => root.innerHTML)")
