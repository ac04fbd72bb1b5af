"""An invitation to answer one proposal from wherever a notice is read: a link that shows it, a code that answers it.

- The link alone decides nothing: whoever follows it sees the plan, and must type the code that stands beside the
  link in the notice. Whatever fetches links ahead of people can do so as often as it likes.
- Both are made from one key and bound to the incident, to the plan's hash and to the moment the question runs out;
  nothing is stored, and nobody without the key can make either.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from responder.domain.incident import Incident, State
from responder.domain.plain import canonical, sha256
from responder.errors import CannotRead

MOST_TRIES = 5  # of the code; a million codes, so five tries leave chance next to nothing
BEARER = "bearer of the link"
_TOKEN = re.compile(r"([\w-]{1,64})\.(\d{1,12})\.([\w-]{43})\.([\w-]{43})")
_DIGITS = 6


@dataclass(frozen=True)
class Question:
    """One proposal that waits for an answer; a later one of the same incident is another question."""

    incident: str
    plan_sha256: str
    until: int  # Unix time, in seconds

    @property
    def name(self) -> str:
        """What its tries are counted under."""
        return sha256(self._text)[:32]

    @property
    def over_at(self) -> datetime:
        return datetime.fromtimestamp(self.until, UTC)

    @property
    def _text(self) -> str:
        return canonical([self.incident, self.until, self.plan_sha256])

    def proof(self, what: str, key: bytes) -> bytes:
        """Prove that we asked it; the proof of a link is no proof of a code."""
        return hmac.new(key, f"{what} {self._text}".encode(), hashlib.sha256).digest()


@dataclass(frozen=True)
class Invitation:
    """What is put into a notice: where to look, and what to type there."""

    link: str
    code: str


def question_of(incident: Incident | None) -> Question | None:
    """Return what an incident asks a person; None when it asks nothing."""
    if incident is None or incident.state is not State.PROPOSED or not incident.proposal or not incident.next_at:
        return None
    return Question(incident.id, incident.proposal.sha256, int(incident.next_at.timestamp()))


def invite(question: Question, door: str, key: bytes) -> Invitation:
    return Invitation(f"{door}/{_token(question, key)}", code_of(question, key))


def code_of(question: Question, key: bytes) -> str:
    number = int.from_bytes(question.proof("code", key)[:8], "big") % 10**_DIGITS
    return f"{number:0{_DIGITS}d}"


def read_token(token: str, key: bytes) -> Question:
    """Return what a link asks about; raise CannotRead unless every character of it is ours."""
    found = _TOKEN.fullmatch(token)
    if not found:
        raise CannotRead("it does not have the form of our links")
    question = Question(found[1], _long(found[3]).hex(), int(found[2]))
    if not hmac.compare_digest(_token(question, key), token):
        raise CannotRead("it was changed, or the key it was made with is gone")
    return question


def is_code(typed: str, question: Question, key: bytes) -> bool:
    """Compare in constant time; spaces are how people read digits."""
    return hmac.compare_digest("".join(typed.split()).encode(), code_of(question, key).encode())


def _token(question: Question, key: bytes) -> str:
    plan, proof = _short(bytes.fromhex(question.plan_sha256)), _short(question.proof("link", key))
    return f"{question.incident}.{question.until}.{plan}.{proof}"


def _short(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _long(short: str) -> bytes:
    return base64.urlsafe_b64decode(short + "=" * (-len(short) % 4))
