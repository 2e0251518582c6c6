"""The Markdown pages: errata that chapters back, a bibliography in step with its BibTeX, the map."""

import re

import chapter_facts
import pytest
import yaml
from run_notebooks import ROOT

BOOK = ROOT / "book"
ERRATA = re.split(r"(?m)^### ", (BOOK / "appendix" / "errata.md").read_text())[1:]
CHAPTERS = {chapter.path: chapter for chapter in chapter_facts.book()}
LINK = re.compile(r"\]\((\S+?\.ipynb)\)")


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda text: text.splitlines()[0])
def test_every_number_of_an_erratum_is_printed_by_the_chapter_it_links(erratum):
    title, _, body = erratum.partition("\n")
    linked = {(BOOK / "appendix" / link).resolve() for link in LINK.findall(body)}
    assert linked, title
    printed = set().union(*(chapter_facts.numbers(CHAPTERS[path].printed) for path in linked))
    assert chapter_facts.claimed_numbers(body) <= printed


def test_bibliography_page_and_bibtex_hold_the_same_sources():
    page = (BOOK / "appendix" / "bibliography.md").read_text()
    bibtex = (BOOK / "references.bib").read_text()
    assert sorted(re.findall(r"\{cite:p\}`(\w+)`", page)) == sorted(re.findall(r"(?m)^@\w+\{(\w+),", bibtex))


def test_every_source_can_be_found_by_a_doi_an_arxiv_number_an_isbn_its_proceedings_or_institution():
    for entry in re.split(r"(?m)^(?=@)", (BOOK / "references.bib").read_text())[1:]:
        assert re.search(r"(?m)^  (doi|eprint|isbn|series|institution) ", entry), entry.splitlines()[0]


def test_glossary_is_in_alphabetical_order():
    terms = re.findall(r"(?m)^## (.+)$", (BOOK / "appendix" / "glossary.md").read_text())
    assert terms == sorted(terms, key=str.lower)


def test_map_of_the_book_links_every_chapter_that_is_there():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    index = (BOOK / "index.md").read_text()
    for path in files:
        assert path.removeprefix("book/") in index
        assert any((ROOT / path).with_suffix(suffix).exists() for suffix in (".md", ".ipynb"))
    assert {chapter.path.with_suffix("") for chapter in CHAPTERS.values()} <= {ROOT / path for path in files}
