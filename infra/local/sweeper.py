"""Run the sweeper every two seconds: the template's minute is right for AWS and too slow for practice."""

import threading
from types import TracebackType
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.clouds import Client

EVERY_SECONDS = 2.0


class Sweeper:
    """A thread that invokes the stack's sweep function; leaving the context ends it."""

    def __init__(self, functions: Client, name: str) -> None:
        self._functions, self._name = functions, name
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.runs = 0
        self.failures: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            self._sweep()

    def _sweep(self) -> None:
        try:
            answer = self._functions.invoke(FunctionName=self._name, Payload=b"{}")
        except (BotoCoreError, ClientError) as error:
            self.failures.append(str(error))
            return
        self.runs += 1
        if "FunctionError" in answer:
            self.failures.append(answer["Payload"].read().decode())
