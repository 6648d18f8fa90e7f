"""What a person sees, in a terminal of 80 and of 120 columns, in colour and without, as files in Screens/.

    BOTCTL_RECORD_SCREENS=1 pytest Tests/EndToEnd/test_screens.py    # records them anew, also in the
                                                                          # README; read them before you commit

Styles are marked as `{bold:…}`. Times, ids, hashes and sizes are those of one run: each is replaced by the same text.
"""

import os
import re
import socket

import pytest
from conftest import BOTCTL, ROOT, Botctl, base_environment
from slow_aws import ACCOUNT, FOREVER, SlowAWS
from terminal import Terminal

RECORDS = os.environ.get("BOTCTL_RECORD_SCREENS") == "1"
SCREENS = ROOT / "Tests/EndToEnd/Screens"
NAMES = ("deploy-live", "deploy", "history", "status", "diff", "error", "teardown")
# The same order everywhere, and as long as what it replaces wherever columns stand after it.
REPLACED = [
    (r"\d{8}T\d{9}Z", "20261122T120000000Z"),
    (rf"\b(?!{ACCOUNT})[0-9a-f]{{12}}\b", "0123456789ab"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:4566"),
    (r"(COMPLETE after|in) \d+\.\d s\b", r"\1 1 min 16 s"),
    (r"\b\d+\.\d MB", "7.2 MB"),
    (rf"\b(?:somebody|ada) on {re.escape(socket.gethostname())}", "ada on build-7"),
    (r"(Build *\}?) .*", r"\1 none, nothing has changed"),
]


def normal(text):
    for pattern, replacement in REPLACED:
        text = re.sub(pattern, replacement, text)
    return text


class Show:
    """One person's session with one project, at one width."""

    def __init__(self, folder, columns, colour):
        self.aws, self.columns, self.colour, self.seen = SlowAWS(), columns, colour, {}
        kept = {**base_environment(), **self.aws.environment, "USER": "ada", "TERM": "xterm-256color"}
        self.environment = kept if colour else {**kept, "NO_COLOR": "1"}
        self.folder = folder / "corner-shop"
        self.botctl = Botctl(self.folder, self.environment)
        Botctl(ROOT, self.environment).ok("init", str(self.folder))
        self.botctl.ok("build")

    def run(self, *arguments, rows=50):
        return Terminal([BOTCTL, *arguments], self.folder, self.environment, self.columns, rows)

    def keep(self, name, terminal):
        self.seen[name] = normal(terminal.text(markup=self.colour))

    def all(self):
        self.aws.until = 63
        deploy = self.run("deploy", "--no-smoke")
        deploy.wait_for("Create corner-shop-dev?")
        deploy.type("y\n")
        deploy.wait_for("38 of 56 done, 1 min 3 s")
        self.keep("deploy-live", deploy)
        self.aws.until = FOREVER
        assert deploy.end() == 0
        self.keep("deploy", deploy)
        for name in ("history", "status"):
            shown = self.run(name)
            assert shown.end() == 0
            self.keep(name, shown)
        spec = self.folder / "botctl.yml"
        spec.write_text(
            spec.read_text().replace("Be friendly and brief", "Greet with ahoy. Be friendly and brief", 1)
            + "\nthrottling: { rate: 50, burst: 20 }\n"
        )
        diff = self.run("diff")
        assert diff.end() == 2
        self.keep("diff", diff)
        self.aws.failure = ("Stage", "CloudWatch Logs role ARN must be set in account settings to enable logging")
        error = self.run("deploy", "--yes")
        assert error.end() == 3
        self.keep("error", error)
        teardown = self.run("teardown")
        teardown.wait_for("[y/N]")
        teardown.type("n\n")
        assert teardown.end() == 1
        self.keep("teardown", teardown)


@pytest.fixture(scope="module", params=[(80, False), (80, True), (120, False), (120, True)], ids=str)
def show(request, tmp_path_factory):
    columns, colour = request.param
    show = Show(tmp_path_factory.mktemp("screens"), columns, colour)
    try:
        show.all()
    finally:
        show.aws.stop()
    return show


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_is_as_it_was(show, name):
    path = SCREENS / f"{name}-{show.columns}{'-colour' if show.colour else ''}.txt"
    text = show.seen[name]
    if RECORDS:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing: record it with BOTCTL_RECORD_SCREENS=1, and read it"
    assert text == path.read_text()


def test_without_colour_nothing_is_coloured(show):
    coloured = [name for name in NAMES if "{bold:" in show.seen[name]]
    assert bool(coloured) == show.colour


def test_a_live_table_never_wraps(show):
    for line in show.seen["deploy-live"].splitlines():
        if re.match(r"(\{faint:)?(Progress|Working|Done|Waiting)", line):
            assert len(re.sub(r"\{\w+:|\}", "", line)) < show.columns


@pytest.mark.parametrize("name", ["deploy-live", "diff"])
def test_the_readme_shows_the_screens(name):
    readme, screen = ROOT / "README.md", (SCREENS / f"{name}-80.txt").read_text()
    text = readme.read_text()
    block = re.search(rf"<!-- Screens/{name}-80\.txt -->\n+```text\n(.*?)```", text, re.S)
    assert block, f"README.md has no block {name}"
    if RECORDS:
        readme.write_text(text[: block.start(1)] + screen + text[block.end(1) :])
    else:
        assert block[1] == screen
