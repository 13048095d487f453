"""Helpers of the tests that start apps through a launcher."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processes_of import descendants

from clinic.api import Api
from clinic.processes import AppProcess, LauncherClient

APP = """
import json

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    body = json.dumps(answer()).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})

def answer():
    return "here"
"""


@dataclass(frozen=True, slots=True)
class Launched:
    """A launcher, and a folder for its apps."""

    client: LauncherClient
    folder: Path

    @contextlib.contextmanager
    def app(
        self, source: str, env: dict[str, str] | None = None, *, ready: bool = True
    ) -> Iterator[AppProcess]:
        """Start an app in a fresh work directory, and end it."""
        workdir = self.folder / str(len(list(self.folder.iterdir())))
        workdir.mkdir()
        process = AppProcess.start(self.client, source, workdir, env or {})
        try:
            if ready:
                process.wait_ready()
            yield process
        finally:
            process.close()

    def pids(self) -> list[int]:
        """Return the processes that the launcher has started, and theirs."""
        return descendants(self.client.process.pid)


def get(process: AppProcess) -> object:
    """Return what the app answers."""
    return Api(f"http://127.0.0.1:{process.port}").get("/").json()


@contextlib.contextmanager
def launched(folder: Path) -> Iterator[Launched]:
    """Open a warm launcher."""
    client = LauncherClient.open()
    try:
        client.wait_warm()
        yield Launched(client, folder)
    finally:
        client.close()
