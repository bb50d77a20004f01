"""What a process remembers, and for how long."""

import pytest

from ordercash.kernel import remembered
from ordercash.kernel.remembered import MOST_ANSWERS


@pytest.fixture
def asked() -> list[int]:
    return []


@pytest.fixture
def half(asked: list[int]) -> remembered.Remembered[[int], int]:
    @remembered.remembered(seconds=5)
    def half(number: int) -> int:
        asked.append(number)
        return number // 2

    return half


def test_an_answer_is_kept_for_its_seconds_and_asked_for_again_then(
    half: remembered.Remembered[[int], int], asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for second, questions in ((0.0, 1), (4.9, 1), (5.0, 2), (9.9, 2)):
        monkeypatch.setattr(remembered, "monotonic", lambda second=second: second)
        assert half(8) == 4
        assert len(asked) == questions


def test_every_question_has_an_answer_of_its_own(half: remembered.Remembered[[int], int], asked: list[int]) -> None:
    assert [half(8), half(6), half(8)] == [4, 3, 4]
    assert asked == [8, 6]


def test_whoever_changed_the_rows_lets_it_be_asked_again(
    half: remembered.Remembered[[int], int], asked: list[int]
) -> None:
    half(8)
    half.forget()
    half(8)
    remembered.forget_everything()
    half(8)
    assert asked == [8, 8, 8]


def test_the_memory_does_not_grow_without_end(half: remembered.Remembered[[int], int]) -> None:
    for number in range(MOST_ANSWERS + 10):
        half(number)
    assert len(half._answers) == 10
