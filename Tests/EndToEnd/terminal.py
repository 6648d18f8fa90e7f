"""A command that writes to a pseudo-terminal, and what a person would see of it.

For what is printed and written over: it knows only the sequences that botctl prints there, fails at any other, keeps
the styles and all that has scrolled off. What takes the keyboard over is tested in `pyte_terminal`.
"""

import codecs
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
import unicodedata

STYLES = {1: "bold", 2: "faint", 31: "red", 32: "green", 33: "yellow", 36: "cyan"}


class Screen:
    """The part of a terminal that botctl uses: text, line ends, colours, and going back to write over."""

    ESCAPE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])")

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        # Cells are (character, style); `wrapped` lines continue in the next one.
        self.lines, self.wrapped = [[]], [False]
        self.row = self.column = 0
        self.style, self.rest = "", ""

    def feed(self, text):
        text, self.rest = self.rest + text, ""
        at = 0
        while at < len(text):
            character = text[at]
            if character == "\x1b":
                escape = self.ESCAPE.match(text, at)
                if not escape:
                    assert len(text) - at < 16, f"no sequence of botctl's: {text[at:at + 16]!r}"
                    self.rest = text[at:]
                    return
                self.control(escape[2], [int(number or 0) for number in escape[1].split(";")])
                at = escape.end()
                continue
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.down()
            else:
                self.put(character)
            at += 1

    def control(self, letter, numbers):
        if letter == "m":
            self.style = "" if numbers == [0] else STYLES[numbers[0]]
        elif letter == "A":
            # What has scrolled off is out of reach.
            self.row -= min(self.row, max(1, numbers[0]), self.rows - 1)
        elif letter == "K" and numbers == [0]:
            del self.lines[self.row][self.column :]
        elif letter == "J" and numbers == [0]:
            del self.lines[self.row][self.column :]
            del self.lines[self.row + 1 :], self.wrapped[self.row + 1 :]
        else:
            raise AssertionError(f"no sequence of botctl's: {letter} {numbers}")

    def down(self, wrapped=False):
        self.wrapped[self.row] = wrapped
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])
            self.wrapped.append(False)

    def put(self, character):
        width = 0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self.columns:
            self.down(wrapped=True)
            self.column = 0
        line = self.lines[self.row]
        line.extend([(" ", "")] * (self.column - len(line)))
        line[self.column : self.column + width] = [(character, self.style)] + [("", self.style)] * (width - 1)
        self.column += width

    def text(self, markup=False):
        """Everything from the beginning, also what has scrolled off; lines that were wrapped are whole."""
        text, line = "", []
        for cells, wrapped in zip(self.lines, self.wrapped):
            line += cells
            if not wrapped:
                text += self.plain(line, markup) + "\n"
                line = []
        return text.rstrip("\n") + "\n"

    @staticmethod
    def plain(cells, markup):
        text, style = "", ""
        for character, own in cells:
            if markup and own != style:
                text += ("}" if style else "") + (f"{{{own}:" if own else "")
                style = own
            text += character
        return (text + ("}" if style else "")).rstrip()


class Terminal:
    """Runs a command in a terminal of this size."""

    def __init__(self, command, folder, environment, columns=80, rows=40):
        self.screen, self.frames = Screen(columns, rows), []
        self.lock = threading.Lock()
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            # Makes the terminal the command's own, so that Ctrl-C reaches it as it reaches a person's.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        decoder = codecs.getincrementaldecoder("utf-8")()
        while True:
            try:
                chunk = os.read(self.master, 65536)
            except OSError:
                return
            if not chunk:
                return
            with self.lock:
                self.frames.append(chunk)
                self.screen.feed(decoder.decode(chunk))

    def resize(self, columns, rows):
        self.screen.columns, self.screen.rows = columns, rows
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def interrupt(self):
        self.type("\x03")

    def text(self, markup=False):
        with self.lock:
            return self.screen.text(markup)

    def wait_for(self, words, seconds=120):
        """Until the screen says so; returns what it says then."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = self.text()
            if words in text:
                return text
            time.sleep(0.02)
        self.process.kill()
        raise AssertionError(f"never said {words!r}:\n{self.text()}")

    def end(self, seconds=120):
        """The exit status, once everything that was written has been read."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            raise AssertionError(f"still running after {seconds} s:\n{self.text()}") from None
        self.reader.join(seconds)
        os.close(self.master)
        return code
