"""What the tests of bad inputs share: rows of a name, a call, its error and words of the message."""

import pytest


def each(rows):
    """One test a row, under the row's name."""
    return pytest.mark.parametrize(
        ("call", "error", "message"), [row[1:] for row in rows], ids=[row[0] for row in rows]
    )
