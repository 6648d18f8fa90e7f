"""`botctl dev` as its users see it under tmux, at two sizes: from its start over changes, good and bad, to Ctrl-C.

    BOTCTL_RECORD_SCREENS=1 pytest Tests/EndToEnd/test_dev_terminal.py    # records the screens anew; read them
                                                                            # before you commit

A screen is what tmux shows. Addresses, ids, hashes and times are those of one run: each is replaced by the same text,
and the lines are broken where tmux breaks them.
"""

import os
import re
import shlex
import subprocess
import time

import pytest
from chat import Chat
from conftest import BOTCTL, ROOT, base_environment
from test_dev import MINISTACK, PATIENCE, QUESTION, change, wait_until

RECORDS = os.environ.get("BOTCTL_RECORD_SCREENS") == "1"
SCREENS = ROOT / "Tests/EndToEnd/Screens"
NAMES = ("ready", "turn", "live", "broken", "stopped")
REPLACED = [
    (r"(Package +)[0-9a-f]{12}", r"\g<1>0123456789ab"),
    (r"\b[0-9a-f]{12}….zip", "0123456789ab….zip"),
    (r"127\.0\.0\.1:\d+/[A-Za-z0-9_-]{20,}/", "127.0.0.1:40000/the-token-of-this-page/"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:40000"),
    (r"execute-api/[0-9a-z]+", "execute-api/0a1b2c3d"),
    (r"\b\d+\.\d MB", "7.2 MB"),
    (r"\b(\d+ h )?(\d+ min )?\d+(\.\d)? (ms|s)\b", "120 ms"),
    (r"(?m)^ +longest: .*\n", ""),
    (r"(?m)^(Build *) .*", r"\1 none, sources, flags and toolchain are unchanged"),
]


def normal(text):
    for pattern, replacement in REPLACED:
        text = re.sub(pattern, replacement, text)
    return text


class Tmux:
    """A tmux server of its own with one window."""

    def __init__(self, folder, environment, columns, rows):
        self.socket, self.folder, self.environment = folder / "tmux", folder, environment
        size = ["-x", str(columns), "-y", str(rows)]
        # The first window keeps the server, so that what the other one shows at its end can be read.
        self("new-session", "-d", *size, "sh", ";", "set", "status", "off", ";", "resize-window", *size)

    def __call__(self, *arguments):
        command = ["tmux", "-S", str(self.socket), "-f", "/dev/null", *arguments]
        run = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run
        return run.stdout

    def everything(self, *options):
        """Also what has scrolled away."""
        return rows(self("capture-pane", "-p", "-S", "-", *options))

    def wait(self, words):
        deadline = time.monotonic() + PATIENCE
        while words not in (shown := "\n".join(self.everything("-J"))):
            assert time.monotonic() < deadline, f"never said {words!r}:\n{shown}"
            time.sleep(0.05)


def rows(text):
    return [line.rstrip() for line in text.splitlines()]


class Show:
    """One person's session with `botctl dev`."""

    def __init__(self, folder, size):
        self.folder, (self.columns, self.height), self.seen = folder, size, {}
        self.shop = folder / "corner-shop"
        self.environment = {**base_environment(), **MINISTACK, "LANG": "C.UTF-8", "NO_COLOR": "1"}
        for arguments in (["init", str(self.shop)], ["-C", str(self.shop), "build"]):
            command = [BOTCTL, *arguments]
            subprocess.run(command, env=self.environment, cwd=folder, check=True, capture_output=True, timeout=400)
        self.tmux = Tmux(folder, self.environment, *size)

    def broken(self, lines):
        """As a terminal breaks them; every character of these screens is one column wide."""
        for line in lines:
            for at in range(0, max(1, len(line)), self.columns):
                yield line[at : at + self.columns].rstrip()

    def keep(self, name, words):
        """What the screen shows once the words are on it.

        Addresses are replaced in whole lines, which are then broken again: the same breaks as tmux's own.
        """
        self.tmux.wait(words)
        whole, shown = self.tmux.everything("-J"), rows(self.tmux("capture-pane", "-p"))
        assert list(self.broken(whole))[-self.height :] == shown, "tmux breaks lines elsewhere"
        text = normal("\n".join(whole) + "\n")
        self.seen[name] = "\n".join(list(self.broken(rows(text)))[-self.height :]).rstrip("\n") + "\n"

    def all(self):
        # Ctrl-C reaches the shell, too: a trap lets it go on, and is not inherited as ignoring would be.
        script = (
            f"trap : INT; cd {shlex.quote(str(self.shop))}; stty -a > ../before; "
            f"{shlex.quote(BOTCTL)} dev --no-open; echo $? > ../code; stty -a > ../after; echo > ../over; sleep 600"
        )
        self.tmux("new-window", "sh", "-c", script)
        self.keep("ready", "Ctrl-C stops everything.")
        [address] = [line.split()[1] for line in self.tmux.everything("-J") if line.startswith("  chat  ")]
        with Chat(address) as chat:
            chat.hello()
            assert chat.ask(QUESTION, timeout=PATIENCE)[1]["type"] == "done"
            self.keep("turn", "› How many days")
        spec = self.shop / "botctl.yml"
        change(spec, "Be friendly and brief", "Be kind and brief")
        self.keep("live", "prompt live in")
        change(spec, "\nhistory:\n", "\nhistroy:\n")
        self.keep("broken", "The bot goes on as it was")
        self.tmux("send-keys", "C-c")
        self.keep("stopped", "Stopped.")
        wait_until((self.folder / "over").exists, "it said that it has stopped, and has not ended")


@pytest.fixture(scope="module", params=[(80, 24), (44, 30)], ids=lambda size: f"{size[0]}x{size[1]}")
def show(request, tmp_path_factory):
    show = Show(tmp_path_factory.mktemp("screens"), request.param)
    try:
        show.all()
    finally:
        show.tmux("send-keys", "C-c")
        show.tmux("kill-server")
    return show


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_is_as_it_was(show, name):
    path = SCREENS / f"dev-{name}-{show.columns}x{show.height}.txt"
    text = show.seen[name]
    if RECORDS:
        path.write_text(text)
    assert path.exists(), f"{path} is missing: record it with BOTCTL_RECORD_SCREENS=1, and read it"
    assert text == path.read_text()


def test_the_terminal_is_left_as_it_was(show):
    assert (show.folder / "code").read_text() == "0\n"
    assert (show.folder / "before").read_text() == (show.folder / "after").read_text() != ""
    assert not (show.shop / ".botctl/dev/dev.lock").exists()
