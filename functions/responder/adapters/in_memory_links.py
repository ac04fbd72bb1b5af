"""The twin of what is remembered about invitations."""

from dataclasses import dataclass, field

from responder.adapters.in_memory import Twin


@dataclass
class InMemoryLinkUses(Twin):
    """`tries` and `answers` by the name of the question."""

    tries: dict[str, int] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)

    def answer(self, name: str) -> str | None:
        self._up()
        return self.answers.get(name)

    def count_try(self, name: str, most: int) -> int | None:
        self._up()
        if self.tries.get(name, 0) >= most:
            return None
        self.tries[name] = self.tries.get(name, 0) + 1
        return self.tries[name]

    def settle(self, name: str, answer: str) -> str:
        self._up()
        return self.answers.setdefault(name, answer)
