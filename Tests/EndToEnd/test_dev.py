"""`botctl dev` from an empty folder: the page with its chat and traces, live changes, and clean ends."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from browser import ENTER, PROBE, Browser, axe_source
from conftest import BOTCTL, ROOT, base_environment, leftovers

QUESTION = "How many days do I have to return an item?"
PATIENCE = 90
MINISTACK = {"BOTCTL_MINISTACK": os.environ.get("BOTCTL_MINISTACK", str(ROOT / ".venv/bin/ministack"))}


class Dev:
    """A running `botctl dev` in a session of its own, whose events are read as they come."""

    def __init__(self, folder, *options, **environment):
        self.folder, self.events, self.said = folder, [], []
        self.process = subprocess.Popen(
            [BOTCTL, "dev", "--json", "--no-open", *options],
            cwd=folder,
            env={**base_environment(), **MINISTACK, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.readers = [
            threading.Thread(target=self.read, args=(self.process.stdout, lambda line: self.events.append(json.loads(line)))),
            threading.Thread(target=self.read, args=(self.process.stderr, self.said.append)),
        ]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def read(stream, take):
        for line in stream:
            take(line)

    def wait(self, event, after=0, having=lambda event: True, **fields):
        """The first event of that name and with these fields, past the first `after` ones."""
        deadline = time.monotonic() + PATIENCE
        while True:
            is_over = self.process.poll() is not None
            for found in self.events[after:]:
                if found["event"] == event and all(found.get(name) == value for name, value in fields.items()) and having(found):
                    return found
            assert not is_over, f"ended with {self.process.returncode}: {''.join(self.said)}"
            assert time.monotonic() < deadline, f"no {event} {fields}: {self.events}\n{''.join(self.said)}"
            time.sleep(0.02)

    def turn(self, question, after):
        return self.wait("turn", after, lambda event: event["turn"].get("question") == question)["turn"]

    def stop(self, number=signal.SIGINT):
        """Its exit code, once nothing of it is left."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while left := leftovers(self.process.pid):
            assert time.monotonic() < deadline, f"left behind: {left}"
            time.sleep(0.05)
        return code

    def get(self, path, method="GET", body=None, **headers):
        return self.fetch(self.wait("ready")["page"] + path, method, body, **headers)

    @staticmethod
    def fetch(url, method="GET", body=None, **headers):
        request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.status, response.read().decode(), response.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


ROUTES = """
routes:
  $connect: connect
  $disconnect: disconnect
  $default: default
  hello: hello
  sendMessage: { handler: sendMessage, memory: 384 }
  history: history
  feedback: feedback
  handoff: handoff
"""


def change(path, old, new):
    """As editors save: beside, then over it."""
    text = path.read_text()
    assert old in text, old
    beside = path.with_name(path.name + ".new~")
    beside.write_text(text.replace(old, new))
    os.replace(beside, path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dev") / "corner-shop"
    subprocess.run([BOTCTL, "init", str(folder)], env=base_environment(), check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def dev(folder):
    dev = Dev(folder)
    dev.wait("ready")
    yield dev
    assert dev.stop() == 0
    assert not (folder / ".botctl/dev/dev.lock").exists()


@pytest.fixture(scope="module")
def window():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def page(dev, window):
    """The page, and at the end no violation of its policy and no error in it."""
    address = dev.wait("ready")["page"]
    script = window.cdp("Page.addScriptToEvaluateOnNewDocument", source=PROBE)["identifier"]
    window.size(1280, 800)
    window.media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    window.go(address)
    window.wait("return one('.launcher') && chat.client?.state === 'ready'")
    yield window
    window.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    assert window.run("return window.violations") == []
    assert window.run("return window.problems") == []


def ask(page, text):
    count = page.run("return all('[data-role=bot] .rate').length")
    page.click("textarea")
    page.keys(text, ENTER)
    page.wait("return all('[data-role=bot] .rate').length > arguments[0]", count)


def test_it_says_what_it_is(dev, folder):
    ready = dev.wait("ready")
    wait_until(lambda: any("Ready in" in line for line in dev.said), dev.said)
    said = "".join(dev.said)
    assert "local only: nothing here touches AWS" in said
    assert said.count(ready["page"]) == 1
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[A-Za-z0-9_-]{20,}/", ready["page"])
    assert ready["chatUrl"].startswith("ws://127.0.0.1:")


def test_a_second_one_says_who_is_first(dev, folder):
    run = subprocess.run([BOTCTL, "dev", "--no-open"], cwd=folder, env={**base_environment(), **MINISTACK}, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert f"process {dev.process.pid}" in run.stderr


def test_the_chat_is_streamed_and_taken_apart(dev, page):
    before = len(dev.events)
    page.run("window.parts = []; chat.client.addEventListener('delta', ({ detail }) => window.parts.push(detail.text))")
    ask(page, QUESTION)
    assert page.run("return window.parts.length") > 1
    turn = dev.turn(QUESTION, before)
    assert turn["outcome"] == "answered"
    assert turn["retrieval"]["hits"][0]["score"] > 0
    [call] = turn["calls"]
    assert QUESTION in call["messages"][-1]["text"] and call["system"]
    assert 0 <= call["began"] <= call["first"] <= call["ended"] <= turn["ms"] + 10
    assert turn["tokens"]["input"] > 0 and turn["cost"] > 0
    roles = [item.get("role") for item in turn["items"] if item["kind"] == "message"]
    assert roles == ["customer", "bot"] and {item["kind"] for item in turn["items"]} >= {"session", "turn"}
    page.wait("return document.querySelector('#turns .question')?.textContent === arguments[0]", QUESTION)
    shown = page.run("return document.querySelector('#turns > li').textContent")
    assert call["system"][:40] in shown and turn["retrieval"]["hits"][0]["id"] in shown
    assert page.run("return [...document.querySelectorAll('.bar')].every((bar) => bar.getBoundingClientRect().width >= 2)")


def test_a_change_of_the_prompt_is_live_in_the_open_chat(dev, page, folder):
    ask(page, QUESTION)
    chat_id, said = page.run("return [chat.client.chatId, texts().length]")
    before = len(dev.events)
    change(folder / "botctl.yml", "Be friendly and brief", "Be kind and brief")
    live = dev.wait("live", before)
    assert live["parts"] == ["prompt"] and live["way"] == "functions" and live["ms"] >= 0
    page.wait("return document.querySelector('#status').textContent.startsWith('prompt: live in')")
    ask(page, "Do you ship to Norway?")
    turn = dev.turn("Do you ship to Norway?", before)
    assert "Be kind and brief" in turn["calls"][0]["system"]
    assert page.run("return [chat.client.chatId, texts().length]") == [chat_id, said + 2]
    assert len(turn["calls"][0]["messages"]) > 1, "the history of the chat is gone"


def test_a_change_of_a_rule_is_live(dev, page, folder):
    before = len(dev.events)
    (folder / "rules/moon.md").write_text("# Moonlight\n\n## Lunar tents\n\nA lunar tent may be rented for 77 hours.\n")
    assert dev.wait("live", before)["parts"] == ["rules"]
    ask(page, "For how long can I rent a lunar tent?")
    assert "77 hours" in page.run("return texts().at(-1)")
    turn = dev.turn("For how long can I rent a lunar tent?", before)
    assert "moon" in turn["retrieval"]["hits"][0]["file"]


def test_a_broken_spec_leaves_the_bot_as_it_was(dev, page, folder):
    spec = folder / "botctl.yml"
    before = len(dev.events)
    change(spec, "\nhistory:\n", "\nhistroy:\n")
    refused = dev.wait("refused", before)
    [diagnostic] = refused["error"]["diagnostics"]
    assert refused["error"]["code"] == "specInvalid" and "histroy" in diagnostic["message"]
    page.wait("return !document.querySelector('#problem').hidden")
    assert "botctl.yml:" in page.run("return document.querySelector('#problem').textContent")
    assert "histroy" in "".join(dev.said)
    ask(page, QUESTION)
    change(spec, "\nhistroy:\n", "\nhistory:\n")
    dev.wait("mended", before)
    page.wait("return document.querySelector('#problem').hidden")


def test_another_structure_goes_by_change_set(dev, page, folder):
    chat_id = page.run("return chat.client.chatId")
    spec = folder / "botctl.yml"
    before = len(dev.events)
    spec.write_text(spec.read_text() + ROUTES)
    live = dev.wait("live", before)
    assert live["parts"] == ["settings"] and live["way"] == "changeSet"
    assert "MemorySize" in json.dumps(live["plan"])
    ask(page, QUESTION)
    assert page.run("return chat.client.chatId") == chat_id


def test_handlers_that_do_not_compile_leave_the_bot_as_it_was(dev, page, folder):
    source = folder / "handlers/Package.swift"
    text = source.read_text()
    before = len(dev.events)
    source.write_text(text + "\nlet answer: Int = \"no number\"\n")
    refused = dev.wait("refused", before)
    assert refused["error"]["code"] == "build" and "Package.swift" in "".join(refused["error"]["details"])
    ask(page, QUESTION)
    source.write_text(text)
    # The file is another one by its times, and the same by its content: nothing is left to do.
    dev.wait("live", before, parts=["handlers"], way="nothing")


def test_the_texts_can_be_changed_in_the_page(dev, page, folder):
    rule = folder / "rules/moon.md"
    page.run("document.querySelector('#tab-texts').click()")
    page.wait("return [...document.querySelector('#file').options].some(({ value }) => value === 'rules/moon.md')")
    edit = "const file = document.querySelector('#file'); file.value = 'rules/moon.md'; file.dispatchEvent(new Event('change'));" \
        "const text = document.querySelector('#text'); text.value = text.value.replace(arguments[0], arguments[1]);" \
        "text.dispatchEvent(new Event('input')); document.querySelector('.row button').click()"
    before = len(dev.events)
    page.run(edit, "77 hours", "78 hours")
    dev.wait("live", before, parts=["rules"])
    assert "78 hours" in rule.read_text()
    page.wait("return document.querySelector('.row p').textContent.includes('is saved')")

    # Changed elsewhere while it is changed here: neither text is lost.
    page.run("const text = document.querySelector('#text'); text.value += 'mine'; text.dispatchEvent(new Event('input'))")
    before = len(dev.events)
    change(rule, "78 hours", "79 hours")
    dev.wait("live", before)
    page.run("document.querySelector('.row button').click()")
    page.wait("return document.querySelector('.row p').textContent.includes('changed elsewhere')")
    assert "79 hours" in rule.read_text() and "mine" not in rule.read_text()
    assert page.run("return document.querySelector('#text').value.endsWith('mine')")


def test_nobody_else_uses_the_page(dev, folder):
    ready = dev.wait("ready")
    origin = re.match(r"http://[^/]+", ready["page"])[0]
    host = origin.removeprefix("http://")
    assert dev.get("state")[0] == 200
    assert dev.get("state", Host="evil.example")[0] == 403, "DNS rebinding"
    assert Dev.fetch(origin + "/state")[0] == 403
    assert Dev.fetch(origin + "/" + "x" * 24 + "/state")[0] == 403
    save = {"path": "botctl.yml", "text": "version: 1\n", "base": "0"}
    good = {"Origin": origin, "Content_Type": "application/json", "Host": host}
    assert dev.get("file", "POST", save, **{**good, "Origin": "http://evil.example"})[0] == 403
    assert dev.get("file", "POST", save, Content_Type="application/json", Host=host)[0] == 403
    assert dev.get("file", "POST", save, **{**good, "Content_Type": "text/plain"})[0] == 403
    assert dev.get("file", "POST", save, **good)[0] == 409
    for path in ("../outside.txt", "handlers/Package.swift", "/etc/hosts", ".botctl/dev/dev.json"):
        assert dev.get("file", "POST", {**save, "path": path}, **good)[0] == 403, path
    status, _, headers = dev.get("")
    policy = headers["Content-Security-Policy"]
    assert status == 200 and "default-src 'none'" in policy and "unsafe" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("scheme,width,height", [("light", 1280, 800), ("dark", 1280, 800), ("light", 390, 844), ("dark", 390, 844)])
def test_the_page_passes_axe(page, scheme, width, height):
    page.size(width, height, phone=width < 480)
    page.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    page.run("chat.close(); document.querySelector('#tab-turns').click()")
    page.wait("return document.querySelector('#turns > li')")
    page.run(
        "document.querySelector('#turns > li > details').open = true;"
        "for (const part of document.querySelectorAll('#turns > li:first-child details')) part.open = true"
    )
    # axe makes itself known by a script that the policy would refuse: it is run by the driver.
    page.run(axe_source() + ";window.axe = axe;")
    for tab in ("turns", "texts", "log"):
        page.run("document.querySelector(arguments[0]).click()", f"#tab-{tab}")
        found = page.run("return axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)")
        assert [(problem["id"], [node["html"][:120] for node in problem["nodes"]]) for problem in found] == []
    assert page.run("return document.documentElement.scrollWidth <= innerWidth"), "wider than the window"


def test_the_next_start_finds_the_chat_again(folder, dev, page):
    ask(page, "Can I return a used stove?")
    count, chat_id = page.run("return [texts().length, chat.client.chatId]")
    address = dev.wait("ready")["page"]
    assert dev.stop() == 0
    page.wait("return document.querySelector('#status').textContent.includes('has stopped')")
    again = Dev(folder)
    try:
        assert again.wait("ready")["page"] == address
        assert not [event for event in again.events if event["event"] == "freshState"]
        page.wait("return one('.launcher') && chat.client?.state === 'ready' && texts().length === arguments[0]", count)
        assert page.run("return chat.client.chatId") == chat_id
        ask(page, QUESTION)
    finally:
        assert again.stop() == 0


MOMENTS = {
    "at once": lambda dev: None,
    "while the local AWS starts": lambda dev: wait_until(lambda: (dev.folder / ".botctl/dev/aws/ministack.log").exists(), "no server"),
    "while it is deployed": lambda dev: wait_until(lambda: any("creating" in line for line in dev.said), "no deployment"),
    "while it runs": lambda dev: dev.wait("ready"),
    "while a change goes live": lambda dev: (dev.wait("ready"), (dev.folder / "rules/more.md").write_text(f"# More\n\n## {time.time()}\n\nText.\n")),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stops") / "shop"
    subprocess.run([BOTCTL, "init", str(folder)], env=base_environment(), check=True, capture_output=True, timeout=60)
    return folder


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_end_at_any_moment_leaves_nothing_but_the_state(shop, moment):
    for number in (signal.SIGINT, signal.SIGTERM):
        dev = Dev(shop, "--fresh")
        MOMENTS[moment](dev)
        # Before it has installed its handlers, a signal ends it as it ends every program.
        assert dev.stop(number) in (0, -number), "".join(dev.said)
        assert not (shop / ".botctl/dev/dev.lock").exists()
        tmp = shop / ".botctl/dev/aws/tmp"
        assert not tmp.exists() or not list(tmp.iterdir())


def test_a_kill_leaves_nothing_and_the_next_start_works(shop):
    killed = Dev(shop, "--fresh")
    killed.wait("ready")
    killed.process.kill()
    # At once: what the first one has left is still on its way out.
    dev = Dev(shop)
    dev.wait("ready")
    assert dev.stop() == 0
    assert killed.stop() == -signal.SIGKILL


def test_after_all_these_ends_it_starts(shop):
    dev = Dev(shop)
    dev.wait("ready")
    assert dev.stop() == 0


def test_a_state_that_does_not_work_is_given_up_for_a_new_one(shop):
    dev = Dev(shop, "--fresh")
    dev.wait("ready")
    assert dev.stop() == 0
    state = shop / ".botctl/dev/aws/state"
    for name in ("lambda.json", "dynamodb.json"):
        (state / name).write_text("{}")
    dev = Dev(shop)
    try:
        assert dev.wait("freshState")["reason"]
        dev.wait("ready")
    finally:
        assert dev.stop() == 0


def test_a_build_that_is_interrupted_leaves_no_compiler(shop):
    source = shop / "handlers/Sources/bootstrap/main.swift"
    text = source.read_text()
    dev = Dev(shop)
    dev.wait("ready")
    before = len(dev.said)
    try:
        source.write_text(text + f"\n// {time.time()}\n")
        wait_until(lambda: any('"buildStarted"' in line for line in dev.said[before:]), "no build")
    finally:
        code = dev.stop()
        source.write_text(text)
    assert code == 0


def test_an_address_of_aws_is_refused(shop):
    run = subprocess.run(
        [BOTCTL, "dev", "--endpoint-url", "https://sts.us-east-2.amazonaws.com"], cwd=shop, env={**base_environment(), **MINISTACK},
        capture_output=True, text=True, timeout=60,
    )
    assert run.returncode == 1 and "not the address of an emulator" in run.stderr
