"""Hear which words usually stand where a mode is at work: a second opinion on what the signals saw.

A page may carry the beginnings of words that come with its mode, or hardly ever do, each with a weight: natural
log-odds against `unknown`, learned from the labelled lines in tests/corpus (`make vocabulary`). The opinion is about
words only: it can hold back a signal that fired on a lone word and confirm one that fired in the usual company, but
it never acts alone, and a measurement or an alert that names its page is beyond it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict

from responder.domain.failure_mode import FailureMode

STEM = 5  # characters: `drifted` and `drifting` are one word
MOST = 2.5  # an opinion weighs at most this: it tips a scale, it does not act, and two strong signals outweigh it
_QUOTED = 3
_TELLING = 3  # letters: "of" and "7" are counted and not quoted
_TOKEN = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+|[%$€><≥]")
_UNSPACED = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")  # scripts that write no spaces are read in pairs
_ENTRY = re.compile(r"(\S+?)([+-]\d+(?:\.\d+)?)")


def _weights(written: object) -> object:
    """Read `drift+4.2 prompt-1.3`; a word that is no entry is refused with the whole list."""
    if not isinstance(written, str):
        return written
    entries = [_ENTRY.fullmatch(entry) or entry for entry in written.split()]
    strange = [entry for entry in entries if isinstance(entry, str)]
    if strange:
        raise ValueError(f"{strange[0]!r} is no word with a weight; write for example drift+4.2")
    return {entry[1]: float(entry[2]) for entry in entries if not isinstance(entry, str)}


@dataclass(frozen=True)
class Vocabulary:
    """Where the opinion starts without any word, and what each beginning of a word adds."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    start: float
    words: Annotated[dict[str, float], BeforeValidator(_weights)]


@dataclass(frozen=True)
class Opinion:
    """What the words weigh for a mode, and those that say most."""

    weight: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Listener:
    """The vocabularies of a book."""

    vocabularies: Mapping[FailureMode, Vocabulary]

    def hear(self, texts: Iterable[str], about: Iterable[FailureMode]) -> dict[FailureMode, Opinion]:
        """Return an opinion about each of these modes; none without a vocabulary, or where no word is known."""
        heard = {stem: word for text in texts for stem, word in stems_of(text).items() if stem in self._known}
        asked = [mode for mode in about if mode in self.vocabularies] if heard else []
        return {mode: _opinion(self.vocabularies[mode], heard) for mode in asked}

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(stem for vocabulary in self.vocabularies.values() for stem in vocabulary.words)


def stems_of(text: str) -> dict[str, str]:
    """Return the beginnings of the words of a text, each with the first word that begins so; numbers are one word."""
    stems: dict[str, str] = {}
    for token in _TOKEN.findall(text.lower()):
        if token[0].isdecimal():
            stems.setdefault("0", token)
        elif _UNSPACED.search(token):
            stems.update((token[at : at + 2], token[at : at + 2]) for at in range(max(1, len(token) - 1)))
        else:
            stems.setdefault(token[:STEM], token)
    return stems


def _opinion(vocabulary: Vocabulary, heard: Mapping[str, str]) -> Opinion:
    """Add the weights up, over the root of the number of words: a long text says hardly more than a short one.

    Who knows fewer than half of the words speaks so much more quietly.
    """
    said = {stem: vocabulary.words[stem] for stem in heard if stem in vocabulary.words}
    firmness = min(1.0, 2 * len(said) / len(heard))
    weight = firmness * (vocabulary.start + sum(said.values()) / math.sqrt(len(heard)))
    sign = math.copysign(1, weight)
    telling = (stem for stem in said if said[stem] * sign > 0 and (len(stem) >= _TELLING or not stem.isascii()))
    most = sorted(telling, key=lambda stem: (-abs(said[stem]), stem))
    return Opinion(max(-MOST, min(MOST, weight)), tuple(heard[stem] for stem in most[:_QUOTED]))
