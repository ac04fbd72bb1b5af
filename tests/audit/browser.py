"""A headless Chromium, spoken to over a pipe in its own protocol: no driver, no port, no package."""

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --hide-scrollbars --remote-debugging-pipe"
)
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


@dataclass
class Page:
    """One tab: `console` holds every error and log entry it wrote."""

    into: int
    out: int
    session: str = ""
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _rest: bytes = b""

    def call(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401  # the protocol is JSON
        """Ask the browser and wait for its answer; what it tells meanwhile is kept."""
        number = next(self._number)
        asked = {"id": number, "method": method, "params": params} | (
            {"sessionId": self.session} if self.session else {}
        )
        os.write(self.into, json.dumps(asked).encode() + b"\0")
        while True:
            told = self._hear()
            if told.get("id") == number:
                assert "error" not in told, told
                answer: dict[str, Any] = told["result"]
                return answer
            self._keep(told)

    def run(self, script: str) -> Any:  # noqa: ANN401  # whatever the script returns
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, path: Path, *, width: int = 1200, height: int = 900) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        self.call("Page.navigate", url=path.as_uri())
        while self.run("document.URL + document.readyState") != f"{path.as_uri()}complete":
            time.sleep(0.02)

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_CODES[key], **text)

    def shoot(self, path: Path, *, whole: bool = True) -> None:
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            heard = os.read(self.out, 1 << 16)
            assert heard, "the browser is gone"
            self._rest += heard
        message, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        return told

    def _keep(self, told: dict[str, Any]) -> None:
        match told.get("method"):
            case "Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled":
                self.console.append(json.dumps(told["params"]))
            case "Network.requestWillBeSent":
                self.requests.append(told["params"]["request"]["url"])


_CODES = {"Tab": 9, "Enter": 13}


@contextlib.contextmanager
def a_browser() -> Iterator[Page]:
    """Start one with an empty profile, and end it with the block."""
    into_read, into = os.pipe()
    out, out_write = os.pipe()

    def hand_over() -> None:
        """The browser reads from 3 and writes to 4."""
        for given, wanted in ((os.dup(into_read), 3), (os.dup(out_write), 4)):
            os.dup2(given, wanted)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [str(CHROMIUM), *FLAGS.split(), f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(  # noqa: S603  # our own arguments
            command,
            preexec_fn=hand_over,  # noqa: PLW1509  # no thread of ours runs here
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(into_read)
        os.close(out_write)
        try:
            page = Page(into, out)
            target = page.call("Target.createTarget", url="about:blank")["targetId"]
            page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Runtime", "Log", "Page", "Network"):
                page.call(f"{domain}.enable")
            yield page
        finally:
            os.close(into)
            os.close(out)
            process.terminate()
            process.wait(20)
