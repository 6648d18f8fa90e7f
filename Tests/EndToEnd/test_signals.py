"""Ctrl-C, SIGTERM, a terminal that changes its size, and programs that read along, while CloudFormation takes its time."""

import json
import re
import signal
import subprocess
import time

import pytest
from conftest import BOTCTL, ROOT, Botctl, base_environment
from slow_aws import FOREVER, SlowAWS
from terminal import Terminal

STACK = "corner-shop-dev"


class Shop:
    """A project whose handlers are compiled, and the AWS that it is deployed to."""

    def __init__(self, folder):
        self.aws, self.folder = SlowAWS(), folder / "corner-shop"
        self.environment = {**base_environment(), **self.aws.environment, "TERM": "xterm-256color", "NO_COLOR": "1"}
        self.botctl = Botctl(self.folder, self.environment)
        Botctl(ROOT, self.environment).ok("init", str(self.folder))
        self.botctl.ok("build")

    @property
    def status(self):
        return self.aws.stacks[STACK].status

    def terminal(self, *arguments, columns=80, rows=40):
        return Terminal([BOTCTL, *arguments], self.folder, self.environment, columns, rows)

    def process(self, *arguments):
        return subprocess.Popen(
            [BOTCTL, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def change(self):
        """Another template each time."""
        self.aws.number += 1
        spec = self.folder / "botctl.yml"
        lines = [line for line in spec.read_text().splitlines() if not line.startswith("throttling: ")]
        spec.write_text("\n".join(lines) + f"\nthrottling: {{ rate: {20 + self.aws.number % 900}, burst: 20 }}\n")

    def deploy(self):
        self.aws.until = FOREVER
        self.botctl.ok("deploy", "--yes", "--no-smoke")

    def teardown(self):
        self.aws.stacks.clear()
        self.aws.objects.clear()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = Shop(tmp_path_factory.mktemp("signals"))
    yield shop
    shop.aws.stop()


@pytest.fixture
def updating(shop):
    """An update that stands still until the test lets it go on."""
    shop.teardown()
    shop.deploy()
    shop.change()
    shop.aws.until = 0
    shop.aws.calls.clear()
    return shop


def begun(shop):
    deadline = time.monotonic() + 120
    while "DescribeStackEvents" not in shop.aws.calls:
        assert time.monotonic() < deadline, shop.aws.calls
        time.sleep(0.02)


def test_one_ctrl_c_stops_watching_and_says_how_to_go_on(updating):
    run = updating.terminal("deploy", "--yes", "--no-smoke")
    run.wait_for("0 of 1 done")
    run.interrupt()
    run.wait_for("Ctrl-C again within 5 s cancels the update")
    assert run.end() == 130
    text = run.text().replace("\n", " ")
    assert f"stopped watching; CloudFormation goes on updating {STACK}" in text
    assert "`botctl events --follow --stage dev`" in text and "`botctl deploy --stage dev`" in text
    assert "Progress" not in text, "the table leaves one line"
    assert f"Stack     updating {STACK}: 0 of 1 done" in text
    assert updating.status == "UPDATE_IN_PROGRESS" and "CancelUpdateStack" not in updating.aws.calls

    # And so it goes on: somebody joins, and the next deploy waits.
    follow = updating.terminal("events", "--follow")
    follow.wait_for("Progress  0 done")
    updating.aws.until = FOREVER
    assert follow.end() == 0
    assert "UPDATE_COMPLETE" in follow.text()
    again = updating.botctl.ok("deploy", "--yes", "--no-smoke")
    assert "Nothing to do" in again.err


def test_two_cancel_an_update(updating):
    run = updating.terminal("deploy", "--yes", "--no-smoke")
    run.wait_for("0 of 1 done")
    run.interrupt()
    run.wait_for("Ctrl-C again within 5 s")
    run.interrupt()
    run.wait_for("to what was there")
    updating.aws.until = FOREVER
    assert run.end() == 130
    text = run.text()
    assert f"the update of {STACK} was cancelled; the stack is as it was before" in text
    assert updating.status == "UPDATE_ROLLBACK_COMPLETE" and updating.aws.calls.count("CancelUpdateStack") == 1


def test_a_creation_is_left_at_once(shop):
    shop.teardown()
    shop.aws.until = 5
    run = shop.terminal("deploy", "--yes", "--no-smoke")
    run.wait_for("Working")
    run.interrupt()
    assert run.end() == 130
    assert "CloudFormation cannot cancel a creation" in run.text().replace("\n", " ")
    assert shop.status == "CREATE_IN_PROGRESS"


def test_ctrl_c_at_the_question_changes_nothing(updating):
    run = updating.terminal("deploy")
    run.wait_for("[Y/n]")
    run.interrupt()
    assert run.end() == 130
    assert updating.status == "CREATE_COMPLETE"
    assert all(found.get("executed") for found in updating.aws.stacks[STACK].change_sets.values())
    assert "ExecuteChangeSet" not in updating.aws.calls


def test_one_sigterm_does_not_abandon_a_deployment(updating):
    process = updating.process("deploy", "--yes", "--no-smoke")
    begun(updating)
    process.send_signal(signal.SIGTERM)
    while True:
        line = process.stderr.readline()
        assert line, "ended without noting it"
        if "SIGTERM" in line:
            break
    assert process.poll() is None
    updating.aws.until = FOREVER
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.startswith("ws://") and out.count("\n") == 1
    assert len([key for key in updating.aws.objects if "/history/" in key]) == 2


def test_two_sigterms_do(updating):
    process = updating.process("deploy", "--yes", "--no-smoke")
    begun(updating)
    process.send_signal(signal.SIGTERM)
    while "SIGTERM" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130 and "goes on updating" in err
    assert updating.status == "UPDATE_IN_PROGRESS"


def table(run):
    """The lines that were drawn last."""
    text = b"".join(run.frames).decode(errors="replace")
    return [re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r", "", line) for line in text[text.rindex("Progress") :].splitlines()]


def test_the_table_fits_a_terminal_that_shrinks(shop):
    shop.teardown()
    shop.aws.until = 20
    run = shop.terminal("deploy", "--yes", "--no-smoke", columns=120, rows=40)
    run.wait_for("Waiting")
    assert len(table(run)) > 11
    run.resize(60, 12)
    deadline = time.monotonic() + 120
    while len(table(run)) > 11 or max(map(len, table(run))) >= 60:
        assert time.monotonic() < deadline, table(run)
        time.sleep(0.02)
    shop.aws.until = FOREVER
    assert run.end() == 0


def test_an_estimate_comes_from_earlier_deployments(updating):
    updating.deploy()
    updating.change()
    updating.aws.until = 0
    run = updating.terminal("deploy", "--yes", "--no-smoke")
    run.wait_for("usually")
    run.interrupt()
    run.interrupt()
    updating.aws.until = FOREVER
    assert run.end() in (130, 0)


def test_machines_read_lines_of_json(updating):
    updating.aws.until = FOREVER
    run = updating.botctl.ok("deploy", "--yes", "--no-smoke", "--json", "--verbose")
    lines = [json.loads(line) for line in run.err.splitlines()]
    names = [line["event"] for line in lines]
    assert run.json["outcome"] == "updated"
    for name in ("signedIn", "planned", "watching", "resource", "settled", "call"):
        assert name in names
    assert all(line["formatVersion"] == 1 and line["time"].endswith("Z") for line in lines)
    assert names.index("planned") < names.index("watching") < names.index("settled")

    broken = updating.botctl("deploy", "--json", "--no-smoke", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    last = json.loads(broken.err.splitlines()[-1])
    assert last["event"] == "failed" and last["code"] == broken.json["error"]["code"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_in_the_foreground_stops_at_the_first_signal(number, tmp_path):
    exports = tmp_path / "env"
    process = subprocess.Popen(
        [BOTCTL, "local", "-C", str(ROOT), "--write-env", str(exports)],
        env=base_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not exports.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0 and "Stopped." in err
