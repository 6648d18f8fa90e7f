"""A program that takes a pseudo-terminal over, and what its screen shows: PyPI's `pyte` is the terminal.

For `botctl chat`, which edits lines in raw mode: `pyte` moves the cursor, scrolls and resizes as terminals do, and the
settings outlive the program, so that a test sees whether they are given back. Plain output, with its styles, is tested
in `terminal`.
"""

import fcntl
import os
import pty
import signal
import struct
import termios
import threading
import time

import pyte


class Terminal:
    """`command` with a terminal of that size as its input, output and controlling terminal."""

    def __init__(self, command, columns=80, rows=24, cwd=None, environment=None):
        self.screen = pyte.HistoryScreen(columns, rows, history=2000, ratio=0.5)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.main, side = pty.openpty()
        # Open as long as this object is: the settings outlive the program.
        self.side = side
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.settings = termios.tcgetattr(side)
        begun, begins = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(side, termios.TIOCSCTTY, 0)
            for number in range(3):
                os.dup2(side, number)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(cwd or "/")
            os.execve(command[0], command, {"TERM": "xterm-256color", **(environment or {})})
        # Closed by the start of the program: what is typed before would reach nobody.
        os.close(begins)
        os.read(begun, 1)
        os.close(begun)
        self.lock = threading.Lock()
        self.code = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                data = os.read(self.main, 65536)
            except OSError:
                return
            if not data:
                return
            with self.lock:
                self.raw += data
                self.stream.feed(data)

    @property
    def rows(self):
        """The rows of the screen down to the last one that is not empty."""
        with self.lock:
            rows = [row.rstrip() for row in self.screen.display]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    @property
    def text(self):
        return "\n".join(self.rows)

    @property
    def everything(self):
        """With what has scrolled away."""
        with self.lock:
            gone = ["".join(row[x].data for x in range(self.screen.columns)).rstrip() for row in self.screen.history.top]
            return "\n".join(gone + [row.rstrip() for row in self.screen.display])

    def type(self, keys):
        data = keys.encode() if isinstance(keys, str) else keys
        while data:
            data = data[os.write(self.main, data) :]

    def wait(self, seen, timeout=60):
        """Until the screen holds the text, or is as the function wants it."""
        holds = seen if callable(seen) else lambda: seen in self.text
        deadline = time.monotonic() + timeout
        while not holds():
            assert time.monotonic() < deadline, f"{seen!r} was not seen on\n{self.text}"
            assert self.poll() is None or holds(), f"ended with {self.code} before {seen!r} on\n{self.text}"
            time.sleep(0.02)

    def resize(self, columns, rows):
        with self.lock:
            self.screen.resize(rows, columns)
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def kill(self, number):
        os.kill(self.pid, number)

    def poll(self):
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def end(self, timeout=60):
        """Waits for the program to end; returns its exit code."""
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            assert time.monotonic() < deadline, f"still there, with\n{self.text}"
            time.sleep(0.02)
        return self.code

    @property
    def is_sane(self):
        """Whether the terminal is set as it was before the program."""
        return termios.tcgetattr(self.side) == self.settings

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.end()
        os.close(self.side)
