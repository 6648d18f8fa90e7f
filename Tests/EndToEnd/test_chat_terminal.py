"""`botctl chat` as its users see it: typed at, in terminals of two sizes, with a bot that says what its script says."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

from conftest import BOTCTL, base_environment
from scripted_bot import ScriptedBot
from pyte_terminal import Terminal

GOLDENS = pathlib.Path(__file__).with_name("Screens")
QUESTION = "How long can I return shoes?"
ANSWER = (
    "You can return shoes within 30 days. Please note:\n\n"
    "- They must be unworn, and in the box that they came in, with the receipt.\n"
    "- Returns by post are free within the country.\n\n"
    "Die Rückgabe ist kostenlos, 返品は無料です。 👟"
)


@pytest.fixture
def bot():
    bot = ScriptedBot()
    bot.replies[QUESTION] = [ANSWER[start : start + 9] for start in range(0, len(ANSWER), 9)]
    yield bot
    bot.close()


@pytest.fixture
def environment(tmp_path):
    return {**base_environment(), "XDG_STATE_HOME": str(tmp_path / "state"), "LANG": "C.UTF-8"}


@pytest.fixture
def chat(bot, environment, tmp_path):
    opened = []

    def open(*options, columns=80, rows=24, url=None):
        command = [BOTCTL, "chat", "--url", url or bot.url, *options]
        opened.append(Terminal(command, columns, rows, str(tmp_path), environment))
        return opened[-1]

    yield open
    for terminal in opened:
        terminal.__exit__()


def ready(terminal):
    terminal.wait(lambda: terminal.rows and terminal.rows[-1].strip() == ">" and "connecting" not in terminal.text)


def answered(terminal, text):
    """Until the text is there and the reply is whole: an empty row is between it and the prompt."""

    def holds():
        rows = terminal.rows
        return text in terminal.everything and len(rows) > 1 and rows[-1].strip() == ">" and not rows[-2]

    terminal.wait(holds)


def messages(bot):
    return [frame["message"] for frame in bot.received if frame["action"] == "sendMessage"]


def golden(name, text):
    """Recorded anew only when BOTCTL_RECORD_GOLDENS is 1; the test fails then, too."""
    file = GOLDENS / f"{name}.txt"
    text = text.rstrip("\n") + "\n"
    if os.environ.get("BOTCTL_RECORD_GOLDENS") == "1":
        GOLDENS.mkdir(exist_ok=True)
        file.write_text(text)
        pytest.fail(f"recorded {file.name}")
    assert text == file.read_text()


@pytest.mark.parametrize("columns, rows", [(80, 24), (44, 30)])
def test_a_chat_is_read_and_typed(bot, chat, columns, rows):
    terminal = chat("--no-color", columns=columns, rows=rows)
    ready(terminal)
    terminal.type(QUESTION + "\r")
    answered(terminal, "👟")
    terminal.type("/god\r")
    terminal.wait("/good? /help")
    terminal.type("/good clear\r")
    terminal.wait("feedback stored: up")
    terminal.type("/human\r")
    terminal.wait(bot.handoff.split()[-1])
    terminal.type("Ich schreibe noch")
    terminal.wait("Ich schreibe noch")
    golden(f"chat-{columns}x{rows}", terminal.text)
    assert bot.received[-2] == {"action": "feedback", "comment": "clear", "messageId": bot.received[-3]["messageId"],
                                "rating": "up"}
    assert max(len(row) for row in terminal.rows) < columns
    terminal.type("\x03")
    terminal.type("\x04")
    assert terminal.end() == 0 and terminal.is_sane


@pytest.mark.parametrize("columns, rows", [(80, 24), (44, 30)])
def test_tmux_shows_the_same(bot, environment, tmp_path, columns, rows):
    """Another terminal draws the same chat: what `pyte` makes of it is no accident."""
    socket = tmp_path / "tmux"

    def tmux(*arguments):
        command = ["tmux", "-S", str(socket), "-f", "/dev/null", *arguments]
        run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run
        return run.stdout

    def wait(seen):
        deadline = time.monotonic() + 60
        while not seen(shown := tmux("capture-pane", "-p").rstrip()):
            assert time.monotonic() < deadline, shown
            time.sleep(0.05)
        return shown

    chat = f"exec {BOTCTL} chat --no-color --url {bot.url}"
    # A second window keeps the server, so that the end of the first one can be told.
    tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), "sh", ";", "set", "status", "off",
         ";", "resize-window", "-x", str(columns), "-y", str(rows))
    try:
        tmux("new-window", "sh", "-c", f"stty -a > before; ({chat}); echo $? > code; stty -a > after; sleep 600")
        wait(lambda shown: shown == ">")
        for line, last in [(QUESTION, "rules/re"), ("/god", "lists them"), ("/good clear", "stored: up"),
                           ("/human", "get back to")]:
            tmux("send-keys", "-l", line)
            tmux("send-keys", "Enter")
            wait(lambda shown: last in shown and shown.endswith("\n>"))
        tmux("send-keys", "-l", "Ich schreibe noch")
        golden(f"chat-{columns}x{rows}", wait(lambda shown: shown.endswith("noch")))
        tmux("send-keys", "C-c", "C-c")
        deadline = time.monotonic() + 60
        while not (tmp_path / "after").exists() or not (tmp_path / "after").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert (tmp_path / "code").read_text() == "130\n"
        assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()
    finally:
        tmux("kill-server")


def test_a_line_is_edited(bot, chat):
    terminal = chat()
    ready(terminal)
    # Ctrl-A, word right, Ctrl-K, Ctrl-Y twice, wide characters, backspace, home and end keys.
    terminal.type("two three\x01one \x1b[1;5C\x0b\x19\x19\x1b[H<\x1b[F>日本語\x7f\r")
    answered(terminal, "said")
    terminal.type("\x1b[A!\r")
    terminal.wait(lambda: len(messages(bot)) == 2)
    assert messages(bot) == ["<one two three three>日本", "<one two three three>日本!"]
    answered(terminal, "日本!")
    # Ctrl-R finds the older one; Escape gives the draft back.
    terminal.type("draft\x12one")
    terminal.wait("(search: one)")
    terminal.type("\x1b")
    terminal.wait(lambda: terminal.rows[-1] == "> draft")
    terminal.type("\x03")
    terminal.wait(lambda: terminal.rows[-1].strip() == ">")
    terminal.type("\x12three>日本\x12\r")
    terminal.wait(lambda: len(messages(bot)) == 3)
    assert messages(bot)[2] == messages(bot)[0]


def test_a_paste_of_several_lines_is_one_message(bot, chat):
    terminal = chat()
    ready(terminal)
    terminal.type("\x1b[200~first\r\nsecond\nthird \x1b[31m\x1b[201~")
    terminal.wait("third")
    assert messages(bot) == []
    terminal.type("\r")
    terminal.wait(lambda: messages(bot))
    assert messages(bot) == ["first\nsecond\nthird [31m"]


def test_typing_while_an_answer_streams(bot, chat):
    bot.step = 0.05
    bot.replies["slow"] = [f"word{number} " for number in range(40)]
    terminal = chat()
    ready(terminal)
    terminal.type("slow\r")
    terminal.wait("word3")
    for key in "typed meanwhile":
        terminal.type(key)
        time.sleep(0.01)
    terminal.wait("> typed meanwhile")
    assert "word39" not in terminal.text
    terminal.type("\r")
    terminal.wait("You said: typed meanwhile")
    text = re.sub(r"\s+", " ", terminal.everything)
    assert " ".join(f"word{number}" for number in range(40)) in text, "the answer is whole"
    assert text.index("word39") < text.index("> typed meanwhile You said")


def test_a_resized_terminal_breaks_new_text_to_its_width(bot, chat):
    terminal = chat(columns=80)
    ready(terminal)
    drawn = len(terminal.raw)
    terminal.resize(40, 24)
    terminal.wait(lambda: len(terminal.raw) > drawn)
    terminal.type("one two three four five six seven eight nine ten eleven\r")
    terminal.wait(lambda: len(terminal.rows) > 4 and terminal.rows[-3].endswith(" eleven"))
    assert max(len(row) for row in terminal.rows) < 40


def test_the_history_outlives_the_chat(bot, chat, tmp_path):
    terminal = chat()
    ready(terminal)
    terminal.type("remember me\r")
    answered(terminal, "You said: remember me")
    terminal.type("/quit\r")
    assert terminal.end() == 0 and terminal.is_sane
    files = list((tmp_path / "state/botctl").glob("*.history"))
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600]
    again = chat("--resume")
    again.wait("You said: remember me")
    ready(again)
    again.type("\x1b[A\x1b[A\r")
    again.wait(lambda: len(messages(bot)) == 2)
    assert messages(bot) == ["remember me", "remember me"]


def test_a_lost_connection_asks_again_under_the_same_id(bot, chat):
    terminal = chat()
    ready(terminal)
    bot.drops = 2
    terminal.type("are you there\r")
    answered(terminal, "You said: are you there")
    sent = [frame for frame in bot.received if frame["action"] == "sendMessage"]
    assert len(sent) == 3 and len({frame["messageId"] for frame in sent}) == 1
    assert terminal.everything.count("You said: are you there") == 1


def test_earlier_messages_and_a_new_chat(bot, chat):
    for number in range(25):
        bot.remember("old", f"m{number}", f"question {number}", f"answer {number}")
    terminal = chat(rows=200)
    ready(terminal)
    bot.history[next(iter(set(bot.history) - {"old"}))] = list(bot.history["old"])
    terminal.type("/history\r")
    terminal.wait("answer 24")
    assert "question 15" in terminal.text and "question 14" not in terminal.text
    ready(terminal)
    terminal.type("/history\r")
    terminal.wait("question 5")
    ready(terminal)
    before = len(bot.tokens)
    terminal.type("/new\r")
    terminal.wait(lambda: len(bot.tokens) > before)
    assert [f for f in bot.received if f["action"] == "hello"][-1] == {"action": "hello"}


def test_a_confirmation_is_asked_for_and_not_given_ahead(bot, chat):
    bot.step = 0.05
    bot.confirmations["cancel"] = {"id": "01HZ3V9R4YB0E2M8K6T1QWXCNA", "tool": "cancelOrder",
                                   "input": '{"order":"A-1"}', "expiresAt": 1}
    bot.replies["cancel"] = ["Shall I ", "really ", "do ", "it?"]
    terminal = chat("--no-color")
    ready(terminal)
    terminal.type("cancel\ry\r")
    terminal.wait("Run it? [y/N] y")
    assert 'The bot asks to run cancelOrder {"order":"A-1"}' in terminal.text
    assert [frame for frame in bot.received if "confirm" in frame] == []
    terminal.type("\r")
    terminal.wait(lambda: [frame for frame in bot.received if "confirm" in frame])
    answered(terminal, "confirmed")


def test_a_transcript_is_written_as_it_goes(bot, chat, tmp_path):
    terminal = chat("--transcript", "chat.md")
    ready(terminal)
    terminal.type(QUESTION + "\r")
    answered(terminal, "👟")
    file = tmp_path / "chat.md"
    # Written after it is shown.
    terminal.wait(lambda: "[returns-1]" in file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"**You:** {QUESTION}\n\n**Bot:** {ANSWER}\n\n- [returns-1] " in file.read_text(), "while the chat goes on"
    assert file.read_text().startswith(f"# Chat with {bot.url}, ")
    terminal.type("/quit\r")
    assert terminal.end() == 0


def test_scripts_get_lines(bot, environment, tmp_path):
    run = subprocess.run(
        [BOTCTL, "chat", "--url", bot.url, "--json", "--transcript", "chat.jsonl"], input="one\n/nonsense\n/good\ntwo\n",
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )
    documents = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0 and [d.get("text", d.get("rating")) for d in documents] == [
        "You said: one", "up", "You said: two"], run
    lines = [json.loads(line) for line in (tmp_path / "chat.jsonl").read_text().splitlines()]
    assert [(line["role"], line["text"]) for line in lines] == [
        ("customer", "one"), ("bot", "You said: one"), ("customer", "(feedback: up)"),
        ("customer", "two"), ("bot", "You said: two")]


# Every way out leaves the terminal as it was, and nothing behind.

def idle(terminal, bot):
    ready(terminal)


def mid_stream(terminal, bot):
    bot.step = 0.2
    bot.replies["slow"] = [f"word{number} " for number in range(200)]
    ready(terminal)
    terminal.type("slow\r")
    terminal.wait("word2")


def reconnecting(terminal, bot):
    ready(terminal)
    bot.drops = 10**6
    terminal.type("anyone\r")
    terminal.wait("connection lost")


def in_a_search(terminal, bot):
    ready(terminal)
    terminal.type("\x12xyz")
    terminal.wait("(search: xyz)")
    terminal.type("\x1b")
    ready(terminal)


@pytest.mark.parametrize("moment", [idle, mid_stream, reconnecting, in_a_search])
@pytest.mark.parametrize("way", ["ctrl-c", "ctrl-d", "int", "term", "hup"])
def test_ways_out(bot, chat, moment, way):
    terminal = chat()
    moment(terminal, bot)
    match way:
        case "ctrl-c":
            terminal.type("\x03")
        case "ctrl-d":
            terminal.type("\x04")
        case _:
            terminal.kill(getattr(signal, f"SIG{way.upper()}"))
    assert terminal.end() == (0 if way == "ctrl-d" else 130), terminal.text
    assert terminal.is_sane
    # The program is faster than who reads of it.
    deadline = time.monotonic() + 60
    while not terminal.raw.rstrip().endswith(b"\x1b[?2004l"):
        assert time.monotonic() < deadline, terminal.raw[-200:]
        time.sleep(0.02)
    bot.drops = 0
    bot.step = 0.01
    again = chat("--resume")
    ready(again)
    again.type("again\r")
    answered(again, "You said: again")


def test_ctrl_c_clears_a_line_first(bot, chat):
    terminal = chat()
    ready(terminal)
    terminal.type("half a line\x03")
    terminal.wait(lambda: terminal.rows[-1].strip() == ">")
    assert terminal.poll() is None
    terminal.type("\x03")
    assert terminal.end() == 130 and terminal.is_sane


def test_ctrl_c_while_it_starts(bot, chat):
    """At any moment of the start: before the terminal is taken over Ctrl-C is the system's, afterwards a key."""
    for delay in [0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08]:
        terminal = chat()
        time.sleep(delay)
        terminal.type("\x03")
        assert terminal.end() in (130, -signal.SIGINT), (delay, terminal.text)
        assert terminal.is_sane, delay


def test_a_bot_that_accepts_and_says_nothing(chat):
    """A connection that is being made cannot be stopped halfway, but left."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        terminal = chat(url=f"ws://127.0.0.1:{server.getsockname()[1]}/dev")
        terminal.wait("connecting")
        terminal.type("\x03")
        assert terminal.end() == 130 and terminal.is_sane


def test_a_crash_gives_the_terminal_back(bot, chat):
    terminal = chat()
    ready(terminal)
    terminal.kill(signal.SIGSEGV)
    assert terminal.end() != 0 and terminal.is_sane


def test_suspended_and_continued(bot, chat):
    terminal = chat()
    ready(terminal)
    terminal.type("kept")
    terminal.wait("> kept")
    terminal.type("\x1a")
    # A session's leader of an orphaned group is not stopped by SIGTSTP: it goes on at once, with its line.
    terminal.type("!")
    terminal.wait("> kept!")
    terminal.type("\x03\x03")
    assert terminal.end() == 130 and terminal.is_sane
