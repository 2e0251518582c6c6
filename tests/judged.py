"""What every test of an exercise's check asks: right answers pass, wrong ones are told why."""

from eigen_teach import exercises


def assert_right(name, answer):
    """The check accepts the answer."""
    assert exercises.judge(name, answer) == f"right: {name}"


def assert_refused(name, answer, hint):
    """The check refuses the answer, and says why."""
    line = exercises.judge(name, answer)
    assert line.startswith("not yet: ")
    assert hint in line
