"""Chromium without a window, driven through its own pipe, for looking at a page as a reader does. Nothing but the standard library."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PATIENCE = 60.0


def find_chromium() -> str | None:
    """The program that IMGINSPECT_CHROMIUM names, or the first one on the search path."""
    return os.environ.get("IMGINSPECT_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One tab. *events* holds all that was reported since the last page was opened."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What the browser answers to a command of the DevTools protocol."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._send(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]  # type: ignore[no-any-return]
            self.events.append(answer)

    def open(self, page: Path, *, width: int = 1280, scripts: bool = True, dark: bool = False) -> float:
        """Load *page* in a window of *width* pixels; gives back the seconds until it was loaded and laid out."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setScrollbarsHidden", hidden=True)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.media("screen", dark=dark)
        self.events.clear()
        begun = time.monotonic()
        self.call("Page.navigate", url=page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())
        self.call("Page.getLayoutMetrics")
        return time.monotonic() - begun

    def media(self, media: str, *, dark: bool = False) -> None:
        """Show the page as on *media*: screen or print, or nothing to leave it to the browser."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def complaints(self) -> list[str]:
        """What the page wrote to the console or broke, its Content Security Policy included."""
        kinds = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [json.dumps(event["params"]) for event in self.events if event.get("method") in kinds]

    def requested(self) -> list[str]:
        """The addresses that the page asked for."""
        return [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]

    def pdf(self) -> bytes:
        """The page as it is printed."""
        self.media("")
        answer = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True, generateDocumentOutline=True)
        return base64.b64decode(answer["data"])

    def screenshot(self, *, whole: bool = False) -> bytes:
        """What is seen, as a PNG; *whole* takes all of the page."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"])

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._write, data) :]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], _PATIENCE)
            assert ready, "the browser does not answer"
            more = os.read(self._read, 1 << 20)
            assert more, "the browser ended"
            self._buffer += more
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)  # type: ignore[no-any-return]


@contextlib.contextmanager
def browser(program: str, profile: Path) -> Iterator[Browser]:
    """A browser with a new *profile*, ended afterwards. It reads commands from descriptor 3 and answers on descriptor 4."""
    to_read, to_write = map(_high, os.pipe())
    from_read, from_write = map(_high, os.pipe())
    flags = ["--headless=new", "--remote-debugging-pipe", f"--user-data-dir={profile}", "--no-first-run", "--disable-gpu"]
    flags += ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--force-color-profile=srgb"]
    with open(os.devnull, "r+b") as nothing:
        number = nothing.fileno()
        wiring = [
            (os.POSIX_SPAWN_DUP2, one, other) for one, other in ((number, 0), (number, 1), (number, 2), (to_read, 3), (from_write, 4))
        ]
        process = os.posix_spawn(program, [program, *flags], os.environ, file_actions=wiring, setpgroup=0)
    os.close(to_read)
    os.close(from_write)
    try:
        yield Browser(to_write, from_read)
    finally:
        os.close(to_write)
        os.close(from_read)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, 9)
        os.waitpid(process, 0)


def _high(descriptor: int) -> int:
    """The same pipe under a number that is out of the way of 3 and 4, and that a program started here does not inherit."""
    number = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return number
