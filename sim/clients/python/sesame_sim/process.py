"""A server of our own, as a process."""

import json
import os
import selectors
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Any

from .shared import Kind
from .types import Json, SesameError


class Process:
    """Its standard input is a pipe from here that nothing is written to: when this process ends, by whatever signal, the pipe
    does, and so the server."""

    def __init__(self, kind: Kind, binary: str | None, args: Sequence[str]):
        self._name = kind.name
        self._said = tempfile.TemporaryFile("w+")
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        program: str = binary or os.environ.get("SESAME") or "sesame"
        command = [program, *kind.command.split()[1:], "--port", "0", "--until-eof", *args]
        try:
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True)
        except OSError as error:
            self._said.close()
            raise SesameError(f"{self._name}_failed", f"{program}: {error.strerror}",
                              "give `binary`, or SESAME: the path of the program") from error

    def keep(self, folder: "tempfile.TemporaryDirectory[str]") -> None:
        """Until the end."""
        self._folder = folder

    def ready(self, seconds: float) -> Json:
        output = self._child.stdout
        assert output
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            line = output.readline() if selector.select(seconds) else ""
        if not line:
            self._child.kill()
            raise self._ended("does not start")
        said: Json = json.loads(line)
        return said

    def stop(self) -> None:
        self._child.terminate()
        failure = self._ended("did not end well")
        if self._child.returncode:
            raise failure

    def failure(self) -> SesameError | None:
        """Where it has ended by itself, which is known a moment after its socket is closed: what it said."""
        try:
            self._child.wait(1.0)
        except subprocess.TimeoutExpired:
            return None
        return self._ended("has ended")

    def _ended(self, message: str) -> SesameError:
        child: Any = self._child
        with child, self._said:
            child.wait()
            self._said.seek(0)
            said = self._said.read().strip()
        if self._folder:
            self._folder.cleanup()
        return SesameError(f"{self._name}_failed", f"the {self._name} {message} ({child.returncode}): {said}")
