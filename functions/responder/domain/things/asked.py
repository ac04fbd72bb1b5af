"""How a field of a thing is checked, so that who wrote it reads what is wanted in words, with an example."""

import re

from pydantic import AfterValidator


def text(pattern: str, wanted: str) -> AfterValidator:
    """Take text that fits the pattern; else say what is wanted."""
    fits = re.compile(pattern)

    def check(given: str) -> str:
        if not fits.fullmatch(given):
            raise ValueError(f"{given!r} is not what is wanted; write {wanted}")
        return given

    return AfterValidator(check)


def share(most: float) -> AfterValidator:
    """Take a share of the calls, more than none of them."""

    def check(given: float) -> float:
        if not 0 < given <= most:
            raise ValueError(
                f"{given:g} is not such a share; write a share between 0 and {most:g}, like 0.1 for a tenth"
            )
        return given

    return AfterValidator(check)


def _once(given: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({one for one in given if given.count(one) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is written twice; keep one")
    return given


ONCE = AfterValidator(_once)
