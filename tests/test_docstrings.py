"""Public docstrings: complete, of bounded length, and pointing at a chapter that uses the name."""

import importlib
import inspect
import pkgutil
import re

import chapter_facts
import pytest

import eigen_teach
from eigen_teach import init

# All of the package but the checks behind the exercises, which a reader meets through `lesson.check`.
MODULES = [
    module.name
    for module in pkgutil.walk_packages(eigen_teach.__path__, "eigen_teach.")
    if not re.search(r"exercises|__main__|\._", module.name)
]
CHAPTERS = {c.name: "\n".join(cell.source for cell in c.notebook.cells) for c in chapter_facts.book()}


def public_things():
    for name in MODULES:
        module = importlib.import_module(name)
        for attribute, value in vars(module).items():
            own = getattr(value, "__module__", "") == module.__name__
            if own and callable(value) and not attribute.startswith("_"):
                yield pytest.param(attribute, value, id=f"{name}.{attribute}".removeprefix("eigen_teach."))


PUBLIC = list(public_things())


@pytest.mark.parametrize(("name", "thing"), PUBLIC)
def test_a_chapter_that_a_docstring_names_is_there_and_uses_the_name(name, thing):
    names = {name} | {key for key, initializer in init.INITIALIZERS.items() if initializer is thing}
    for chapter in re.findall(r"Chapter: (\S+)", inspect.getdoc(thing)):
        assert re.search(rf"\b({'|'.join(names)})\b", CHAPTERS[chapter])


@pytest.mark.parametrize("thing", [param.values[1] for param in PUBLIC], ids=[param.id for param in PUBLIC])
def test_docstring_is_at_most_25_lines_and_describes_its_arguments(thing):
    text = inspect.getdoc(thing)
    assert len(text.splitlines()) <= 25
    if inspect.isfunction(thing) and inspect.signature(thing).parameters:
        assert "Args:" in text
