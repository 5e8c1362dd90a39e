"""The product's own processes, forked from one that has imported them already: a start costs a fork.

Each is a process all the same, with pipes, limits, signals and an end of its own. Tests whose subject is the
process, or the whole way of a sheet, ask for the fixture ``started_anew`` (tests/conftest.py) and get
``python -I -m ...`` itself, as does whatever is no process of ours.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

MODULES = ("crm_tui.exchange.child", "crm_tui.exchange.worker", "crm_tui.dedupe.worker")
ASIDE = 600
BEGINNING = [sys.executable, "-I", "-m"]
_server: tuple[subprocess.Popen[bytes], socket.socket] | None = None


class Warm:
    """What `subprocess.Popen` is to its caller, as far as the product asks."""

    def __init__(self, module: str, pass_fds: tuple[int, ...] = ()) -> None:
        child_in, stdin = os.pipe()
        stdout, child_out = os.pipe()
        self._status, status = os.pipe()
        files = (child_in, child_out, status, *pass_fds)
        what = {"module": module, "kept": pass_fds, "env": dict(os.environ), "cwd": str(Path.cwd())}
        try:
            self.pid = _ask(files, what)
        finally:
            for file in (child_in, child_out, status):
                os.close(file)
        self.args = [*BEGINNING, module]
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb"), None

    def poll(self) -> int | None:
        """Return the exit status of a process that ended, None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the status; raises TimeoutExpired."""
        status = self._ended(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return status

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: int) -> None:
        """Send a signal unless the process ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            if not select.select([self._status], [], [], seconds)[0]:
                return None
            told = os.read(self._status, 4)
            self.returncode = struct.unpack("i", told)[0] if len(told) == 4 else -signal.SIGKILL
            os.close(self._status)
        return self.returncode


def popen(args: Any, **given: Any) -> Any:
    """Start a process as `subprocess.Popen` does, one of ours from the warm one."""
    ours = isinstance(args, list) and args[:3] == BEGINNING and args[3] in MODULES and len(args) == 4
    asked = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    pass_fds = given.pop("pass_fds", ())
    if not ours or given != asked:
        return subprocess.Popen(args, pass_fds=pass_fds, **given)
    return Warm(args[3], tuple(pass_fds))


STANDING_IN = SimpleNamespace(**{**vars(subprocess), "Popen": popen})


def end() -> None:
    """End the warm process of this one."""
    global _server
    if _server is not None:
        process, ours = _server
        _server = None
        ours.close()
        process.wait(10)


def _ask(files: tuple[int, ...], what: dict[str, Any]) -> int:
    global _server
    if _server is None or _server[0].poll() is not None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
            quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            _server = subprocess.Popen(command, pass_fds=(theirs.fileno(),), **quiet), ours
    line = _server[1]
    socket.send_fds(line, [json.dumps(what).encode("utf-8", "surrogateescape")], list(files))
    answer = line.recv(4)
    if len(answer) < 4:
        raise OSError("the warm process ended")
    return struct.unpack("i", answer)[0]


def _serve(line: socket.socket) -> None:
    for module in (*MODULES, "python_calamine"):
        importlib.import_module(module)
    gc.freeze()
    told: dict[int, int] = {}  # where each is told how it ended
    awake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    while True:
        ready = select.select([line, awake], [], [])[0]
        if awake in ready:
            os.read(awake, 4096)
            _reap(told)
        if line not in ready:
            continue
        said, files, *_rest = socket.recv_fds(line, 1 << 20, 64)
        if not said:
            return
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            line.detach()
            _become(json.loads(said.decode("utf-8", "surrogateescape")), files)
        told[pid] = files[2]
        for file in (*files[:2], *files[3:]):
            os.close(file)
        line.send(struct.pack("i", pid))


def _reap(told: dict[int, int]) -> None:
    while told:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        file = told.pop(pid)
        with suppress(BrokenPipeError):
            os.write(file, struct.pack("i", os.waitstatus_to_exitcode(status)))
        os.close(file)


def _become(what: dict[str, Any], files: list[int]) -> None:
    """Be what was asked for in the forked process, to its end."""
    status = 1
    try:
        # Out of the way first: the numbers that are wanted may be taken by one another.
        source, sink, _status, *kept = [fcntl.fcntl(file, fcntl.F_DUPFD, ASIDE) for file in files]
        os.closerange(3, ASIDE)
        for file, number in ((source, 0), (sink, 1), *zip(kept, what["kept"], strict=True)):
            os.dup2(file, number)
        for file in (source, sink, _status, *kept):
            os.close(file)
        os.environ.clear()
        os.environ.update(what["env"])
        os.chdir(what["cwd"])
        sys.modules[what["module"]].main()
        sys.stdout.flush()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
