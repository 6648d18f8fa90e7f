"""The widget in a browser: against the deployed bot, and against one with a script."""

import gzip
import json
import os
import subprocess

import pytest
from browser import BACKSPACE, ENTER, ESCAPE, SHIFT, TAB, Browser, Cable, Site, axe_source
from conftest import BOTCTL, ROOT, base_environment
from scripted_bot import HOSTILE, ScriptedBot

QUESTION = "How many days do I have to return an item?"
IMAGES = ROOT / "docs/images"
# `BOTCTL_RECORD_IMAGES=1` writes the pictures of the README and docs/widget.md anew.
RECORDS = os.environ.get("BOTCTL_RECORD_IMAGES") == "1"


@pytest.fixture(scope="module")
def widget(tmp_path_factory):
    path = tmp_path_factory.mktemp("widget") / "botctl-widget.js"
    command = [BOTCTL, "widget", "--url", "wss://example.com/dev", "--out", str(path)]
    subprocess.run(command, env=base_environment(), check=True, capture_output=True, timeout=60)
    return path


@pytest.fixture(scope="module")
def site(widget):
    site = Site(widget.read_bytes())
    yield site
    site.close()


@pytest.fixture(scope="module")
def window():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(window, site):
    """The window, as new: no storage, a desktop's size, light; and at the end no violation and no error."""
    window.cdp("Storage.clearDataForOrigin", origin=site.url, storageTypes="all")
    window.media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    window.size(1000, 760)
    yield window
    assert window.run("return window.violations") == []
    assert window.run("return window.problems") == []
    assert window.run("return window.hacked") == 0


@pytest.fixture
def bot():
    bot = ScriptedBot()
    yield bot
    bot.close()


@pytest.fixture
def open_chat(browser, site, bot):
    """Opens a page with the chat of the scripted bot, and the chat."""

    def show(attributes="", html="lang=en", is_open=True):
        body = f"<h1>Corner Shop</h1><p>Tents, boots and stoves.</p><a href=/>Home</a><botctl-chat url={bot.url} {attributes}></botctl-chat><script src=/botctl-widget.js async></script>"
        browser.go(site.page("/", body, bot.origin, html))
        browser.wait("return root() && one('.launcher')")
        if is_open:
            browser.click(".launcher")
            browser.wait("return chat.client?.state === 'ready'")

    return show


def ask(browser, text):
    """Types and sends it; waits for the answer's end."""
    count = browser.run("return all('[data-role=bot] .rate').length")
    browser.keys(text, ENTER)
    browser.wait("return all('[data-role=bot] .rate').length > arguments[0]", count)


def test_the_file_is_small_and_one_script(widget):
    text = widget.read_bytes()
    assert len(gzip.compress(text, 9)) < 12 * 1024
    subprocess.run(["node", "--check", str(widget)], check=True, timeout=60)
    for forbidden in (b"eval(", b"innerHTML", b"postMessage", b"insertAdjacentHTML", b"document.write", b"Function("):
        assert forbidden not in text, forbidden


def test_the_command_prints_a_line_that_works(widget, tmp_path):
    command = [BOTCTL, "widget", "--json", "--url", 'wss://example.com/dev?a=1&b="', "--out", "chat.js"]
    run = subprocess.run(command, cwd=tmp_path, env=base_environment(), check=True, capture_output=True, text=True, timeout=60)
    answer = json.loads(run.stdout)
    assert answer["snippet"] == '<script src="/chat.js" data-url="wss://example.com/dev?a=1&amp;b=&quot;" async></script>'
    assert (tmp_path / "chat.js").read_bytes() == widget.read_bytes() and answer["written"]


def test_a_stack_serves_the_file(project, aws, widget):
    """Behind a distribution that alone may read the bucket; gone with the option, and with the stack."""
    stage = ("--stage", "pr-hosted")
    spec = project.folder / "botctl.yml"
    before = spec.read_text()
    stack = before.split("name: ", 1)[1].split()[0] + "-pr-hosted"

    def buckets():
        return [b["Name"] for b in aws("s3").list_buckets()["Buckets"] if b["Name"].startswith(stack)]

    try:
        spec.write_text(before + "\nwidget: { host: true }\n")
        project.ok("deploy", "--yes", *stage)
        resources = {
            r["LogicalResourceId"]: r["PhysicalResourceId"]
            for r in aws("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        }
        bucket = resources["WidgetBucket"]
        answer = aws("s3").get_object(Bucket=bucket, Key="botctl-widget.js")
        assert answer["Body"].read() == widget.read_bytes()
        assert answer["ContentType"] == "text/javascript; charset=utf-8"
        assert answer["CacheControl"] == "public, max-age=300"
        policy = json.loads(aws("s3").get_bucket_policy(Bucket=bucket)["Policy"])
        assert all(s["Principal"] == {"Service": "cloudfront.amazonaws.com"} for s in policy["Statement"])
        assert policy["Statement"][0]["Condition"]["StringEquals"]["AWS:SourceArn"].endswith(resources["WidgetDistribution"])
        assert project.ok("deploy", "--yes", *stage).out == project.ok("outputs", "--json", *stage).json["outputs"]["chatUrl"] + "\n"
        # The emulator's distribution serves nothing: the line is for a file of the page's site.
        assert 'src="/botctl-widget.js"' in project.ok("widget", "--snippet", *stage).out
        spec.write_text(before)
        project.ok("deploy", "--yes", *stage)
        assert bucket not in buckets()
        spec.write_text(before + "\nwidget: { host: true }\n")
        project.ok("deploy", "--yes", *stage)
    finally:
        project.ok("teardown", "--yes", "--delete-data", *stage)
        spec.write_text(before)
    assert buckets() == []


def test_the_deployed_bot_in_a_page(deployed, browser, site):
    """Streamed with a citation, kept over a reload, resumed after the network was cut."""
    cable = Cable(deployed.ok("outputs", "--json").json["outputs"]["chatUrl"])
    snippet = deployed.ok("widget", "--snippet").out
    assert deployed.ok("outputs", "--json").json["outputs"]["chatUrl"] in snippet
    try:
        page = site.page("/", f"<h1>Shop</h1><script src=/botctl-widget.js data-url={cable.url} async></script>", cable.origin)
        browser.go(page)
        browser.wait("return one('.launcher')")
        assert browser.run("return chat.client === undefined"), "connected before it was opened"
        browser.click(".launcher")
        browser.wait("return chat.client.state === 'ready'")
        browser.run("window.parts = []; chat.client.addEventListener('delta', ({ detail }) => window.parts.push(detail.text))")
        ask(browser, QUESTION)
        answer = browser.run("return chat.client.messages.at(-1)")
        assert "days" in answer["text"] and answer["citations"]
        assert browser.run("return window.parts.join('')") == answer["text"] and browser.run("return window.parts.length") > 0
        assert answer["citations"][0]["title"] in browser.run("return one('[data-role=bot] ul').textContent")

        browser.go(page)
        browser.wait("return one('.launcher')")
        browser.click(".launcher")
        browser.wait("return texts().length === 2")
        assert browser.run("return texts()")[1] == "Assistant: " + answer["text"]
        chat_id = browser.run("return chat.client.chatId")

        cable.cut()
        browser.wait("return chat.client.state !== 'ready'")
        browser.keys("Do you ship to Norway?", ENTER)
        browser.wait("return one('[data-role=customer]:last-child .meta')?.textContent === 'Waiting to be sent'")
        browser.wait("return one('.note').textContent.startsWith('No connection') && !one('.note').hidden")
        cable.mend()
        browser.wait("return all('[data-role=bot] .rate').length === 2")
        assert browser.run("return chat.client.chatId") == chat_id
        assert browser.run("return one('.note').hidden")

        browser.click("[data-role=bot]:last-child [data-action=up]")
        browser.wait("return one('[data-role=bot]:last-child [data-action=up]').ariaPressed === 'true'")
        browser.click(".person")
        browser.wait("return texts().includes('A colleague will get back to you.')")
    finally:
        cable.close()


def test_hostile_text_is_text_and_links_are_vetted(browser, bot, open_chat):
    open_chat()
    bot.replies["<b>hi</b>"] = [HOSTILE[:40], HOSTILE[40:]]
    ask(browser, "<b>hi</b>")
    assert browser.run("return texts()") == [
        "You: <b>hi</b>", "Assistant: " + HOSTILE.replace("[a bank](https://evil.example/login)", "a bank (evil.example)"),
    ]
    assert browser.run("return all('img, script, b, iframe').length") == 0
    links = browser.run("return all('.text a').map((a) => [a.textContent, a.href, a.rel, a.target])")
    safe = ["noopener noreferrer", "_blank"]
    assert links == [
        ["a bank (evil.example)", "https://evil.example/login", *safe],
        ["https://shop.example/returns?a=1&b=2", "https://shop.example/returns?a=1&b=2", *safe],
        ["https://evil.example", "https://evil.example/", *safe],
    ]


def test_links_may_be_limited_to_hosts(browser, bot, open_chat):
    open_chat('link-hosts="shop.example other.example"')
    bot.replies["x"] = ["https://shop.example/a https://www.shop.example/b https://notshop.example/c [d](https://evil.example/d)"]
    ask(browser, "x")
    assert browser.run("return all('.text a').map((a) => a.pathname)") == ["/a", "/b"]


def test_keyboard_alone(browser, bot, open_chat):
    open_chat(is_open=False)
    active = "return root().activeElement?.className || root().activeElement?.localName || null"
    browser.keys(TAB, TAB)
    assert browser.run(active) == "launcher"
    browser.keys(ENTER)
    browser.wait("return chat.client?.state === 'ready'")
    assert browser.run(active) == "textarea"
    browser.keys("one", (SHIFT, ENTER), "two", BACKSPACE, BACKSPACE, BACKSPACE, "2")
    assert browser.run("return one('textarea').value") == "one\n2"
    ask(browser, "")
    assert bot.received[-1]["message"] == "one\n2"
    # Back through the chat: log's buttons, log, header.
    seen = []
    for _ in range(6):
        browser.keys((SHIFT, TAB))
        seen.append(browser.run("const a = root().activeElement; return a.dataset.action || a.className"))
    assert seen == ["down", "up", "log", "close", "forget", "person"]
    browser.keys(TAB, TAB, TAB, TAB, ENTER)
    browser.wait("return one('[data-action=up]').ariaPressed === 'true'")
    assert browser.run("return root().activeElement.dataset.action") == "up", "the focus stays where it was"
    browser.keys(ESCAPE)
    assert browser.run("return one('.panel').hidden") and browser.run(active) == "launcher"
    assert browser.run("return one('.launcher').ariaExpanded") == "false"
    browser.keys(ENTER)
    assert browser.run(active) == "textarea" and not browser.run("return one('.panel').hidden")


def test_a_screen_reader_hears_an_answer_once_and_whole(browser, bot, open_chat):
    open_chat()
    browser.run("""
        window.heard = [];
        new MutationObserver(() => window.heard.push(one("[role=status]").textContent)).observe(
          one("[role=status]"), { childList: true, characterData: true, subtree: true });
        window.live = all("[aria-live], [role=status], [role=log], [role=alert]").length;
    """)
    bot.replies["x"] = ["One ", "two ", "three ", "four."]
    ask(browser, "x")
    assert browser.run("return window.live") == 1
    assert browser.run("return window.heard") == ["One two three four."]


def test_roles_and_names(browser, open_chat):
    """What assistive technology is told."""
    open_chat()
    ask(browser, "x")
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    told = {(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n["ignored"]}
    assert {
        ("dialog", "Chat with us"), ("textbox", "Your message"), ("button", "Send"), ("button", "Close chat"),
        ("button", "Talk to a person"), ("button", "Forget this chat"), ("region", "Conversation"), ("button", "Helpful"),
        ("button", "Not helpful"), ("heading", "Chat with us"),
    } <= told, sorted(told)
    assert all(name for role, name in told if role in ("button", "textbox", "dialog", "region"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 390])
def test_axe_finds_nothing(browser, bot, open_chat, theme, width):
    browser.media(prefers_color_scheme=theme, prefers_reduced_motion="reduce")
    browser.size(width, 760)
    bot.replies["x"] = ["See https://shop.example/returns"]
    bot.replies["y"] = "model_busy"
    open_chat()
    ask(browser, "x")
    browser.keys("y", ENTER)
    browser.wait("return one('[data-action=retry]')")
    browser.click("[data-action=up]")
    browser.wait("return one('[data-action=up]').ariaPressed === 'true'")
    # The page's policy demands trusted types, which axe does not know: it comes in beside it, as an extension would.
    browser.cdp("Runtime.evaluate", expression=axe_source())
    result = browser.run("return axe.run()")
    looked_at = {v["id"]: "".join(str(n["target"]) for n in v["nodes"]) for v in result["passes"]}
    assert "botctl-chat" in looked_at["color-contrast"] and {"button-name", "aria-dialog-name", "list"} <= set(looked_at)
    problems = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in result["violations"]]
    page_own = {"landmark-one-main", "region", "page-has-heading-one"}
    assert [p for p in problems if p[0] not in page_own] == []
    unsure = [v["id"] for v in result["incomplete"] if v["id"] == "color-contrast"]
    assert unsure == [], result["incomplete"]


def test_failures_are_told_and_tried_again(browser, bot, open_chat):
    open_chat()
    bot.replies["x"] = "model_busy"
    browser.keys("x", ENTER)
    browser.wait("return one('.alert')?.textContent === 'There are too many requests right now.'")
    assert browser.run("return one('[role=status]').textContent") == "There are too many requests right now."
    browser.click("[data-action=retry]")
    browser.wait("return all('[data-role=bot] .rate').length === 1")
    sent = [f["messageId"] for f in bot.received if f["action"] == "sendMessage"]
    assert len(sent) == 2 and sent[0] == sent[1]
    assert browser.run("return texts()") == ["You: x", "Assistant: You said: x"]


def test_typing_is_shown_until_the_first_part(browser, bot, open_chat):
    open_chat()
    bot.step = 0.3
    bot.replies["x"] = ["", "y"]
    browser.run("""
        window.dots = [false];
        new MutationObserver(() => {
          const isShown = !one(".dots").hidden;
          if (isShown !== window.dots.at(-1)) window.dots.push(isShown);
        }).observe(one(".dots"), { attributes: true });
    """)
    ask(browser, "x")
    assert browser.run("return window.dots") == [False, True, False]


def test_a_call_is_confirmed_once(browser, bot, open_chat):
    """The call itself is shown, as text; the button sends its id; an expired one has no button."""
    call = {"id": "01HZ3V9R4YB0E2M8K6T1QWXCNA", "tool": "cancelOrder", "input": '{"order":"<b>A-1001</b>"}', "expiresAt": 4_000_000_000_000}
    bot.confirmations = {"cancel it": call, "late": {**call, "expiresAt": 1}}
    open_chat()
    ask(browser, "late")
    assert browser.run("return all('[data-action=confirm]').length") == 0
    ask(browser, "cancel it")
    assert browser.run("return texts().at(-1)") == 'cancelOrder {"order":"<b>A-1001</b>"}'
    browser.cdp("Runtime.evaluate", expression=axe_source())
    problems = browser.run("return axe.run(document.querySelector('botctl-chat'))")["violations"]
    assert [v["id"] for v in problems if v["id"] != "region"] == []
    bot.replies["confirm"] = "model_busy"
    browser.click("[data-action=confirm]")
    browser.wait("return one('[data-action=retry]')")
    assert browser.run("return all('[data-action=confirm]').length") == 0
    browser.click("[data-action=retry]")
    browser.wait("return all('[data-role=bot] .rate').length === 3")
    sent = [f for f in bot.received if "confirm" in f]
    assert sent == [{"action": "sendMessage", "confirm": call["id"], "messageId": sent[0]["messageId"]}] * 2
    assert browser.run("return texts().slice(-2)") == ["You: ✓ cancelOrder", "Assistant: confirmed " + call["id"]]


def test_handoff_that_is_not_there_is_hidden(browser, bot, open_chat):
    bot.handoff = None
    open_chat()
    browser.click(".person")
    browser.wait("return one('.person').hidden")
    assert browser.run("return texts()") == ["Nobody can take over right now."]
    open_chat("handoff=off")
    assert browser.run("return one('.person').hidden")


def test_earlier_messages(browser, bot, open_chat):
    open_chat()
    ask(browser, "first")
    chat_id = browser.run("return chat.client.chatId")
    for number in range(29):
        bot.remember(chat_id, f"m{number}", f"question {number}", f"answer {number}")
    open_chat()
    browser.wait("return texts().length === 20")
    for count in (40, 60):
        browser.click(".earlier")
        browser.wait("return texts().length === arguments[0]", count)
    assert browser.run("return texts()")[:3] == ["You: first", "Assistant: You said: first", "You: question 0"]
    assert browser.run("return one('.earlier').hidden")


def test_forgetting(browser, bot, open_chat):
    open_chat()
    ask(browser, "x")
    browser.click(".forget")
    browser.wait("return chat.client.state === 'ready'")
    assert browser.run("return texts()") == ["The chat is forgotten on this device."]
    assert bot.tokens == ["", ""] and "chatId" not in bot.received[-1]
    open_chat()
    assert browser.run("return texts()") == []


def test_a_signed_in_customer(browser, site, bot):
    """The page gives the token; it stays in the tab."""
    site.files["/token.js"] = ("text/javascript", b'document.querySelector("botctl-chat").tokenProvider = async () => "s1.a.b";')
    body = f"<botctl-chat url={bot.url}></botctl-chat><script src=/botctl-widget.js></script><script src=/token.js></script>"
    browser.go(site.page("/", body, bot.origin))
    browser.click(".launcher")
    browser.wait("return chat.client?.state === 'ready'")
    assert bot.tokens == ["s1.a.b"]
    assert browser.run("return [localStorage.length, sessionStorage.length]") == [0, 1]


def test_words_events_and_removal(browser, bot, open_chat):
    open_chat("""heading=Hilfe greeting="Guten Tag!" strings='{"send":"Senden","nonsense":1}'""", is_open=False)
    browser.run("window.events = []; for (const name of ['open', 'close', 'message', 'answer'])"
                "document.addEventListener(`botctl-${name}`, (event) => window.events.push([name, event.detail.text ?? null]))")
    browser.click(".launcher")
    browser.wait("return chat.client?.state === 'ready'")
    assert browser.run("return [one('h2').textContent, one('.send').title, ...texts()]") == ["Hilfe", "Senden", "Assistant: Guten Tag!"]
    browser.keys("x", ENTER)
    browser.wait("return texts().length === 3 && all('.rate').length === 1")
    browser.click(".close")
    assert browser.run("return window.events") == [["open", None], ["message", "x"], ["answer", "You said: x"], ["close", None]]
    client = browser.run("window.client = chat.client; chat.remove(); return window.client.state")
    assert client == "closed"


def test_a_nonce_where_style_sheets_cannot_be_made(browser, site, bot):
    """An old browser with a strict policy."""
    site.files["/old.js"] = ("text/javascript", b"delete CSSStyleSheet.prototype.replaceSync;")
    body = f"<script src=/old.js></script><script src=/botctl-widget.js data-url={bot.url} nonce=abc async></script>"
    browser.go(site.page("/", body, bot.origin).removesuffix("/") + "/")
    site.policies["/"] = site.policies["/"].replace("style-src 'self'", "style-src 'self' 'nonce-abc'")
    browser.go(site.url + "/")
    browser.wait("return one('.launcher')")
    assert browser.run("return one('.launcher').getBoundingClientRect().width") == 56


def test_on_a_phone_the_chat_covers_the_page_and_keeps_the_focus(browser, bot, open_chat):
    browser.size(390, 760, phone=True)
    open_chat()
    box = browser.run("const b = one('.panel').getBoundingClientRect(); return [b.x, b.y, b.width, b.height]")
    assert box == [0, 0, 390, 760]
    assert browser.run("return one('.panel').ariaModal") == "true" and browser.run("return one('.launcher').hidden")
    browser.keys(TAB, TAB)
    assert browser.run("return root().activeElement.className") == "person", "from the last stop to the first"
    browser.keys((SHIFT, TAB))
    assert browser.run("return root().activeElement.className") == "send"
    browser.click(".close")
    assert browser.run("return root().activeElement.className") == "launcher"


def test_right_to_left(browser, bot, open_chat):
    open_chat(html="lang=ar dir=rtl")
    bot.replies["x"] = ["English stays as it is."]
    ask(browser, "x")
    panel, launcher, mine = browser.run(
        "return [one('.panel'), one('.launcher'), one('[data-role=customer] .text')].map((e) => e.getBoundingClientRect().toJSON())"
    )
    assert launcher["left"] == 20 and panel["left"] == 20
    assert mine["left"] - panel["left"] < 20, "the customer's side is the left one"
    assert browser.run("return getComputedStyle(one('[data-role=bot] .text')).direction") == "ltr"


def test_motion_is_reduced_and_not(browser, open_chat):
    open_chat()
    assert browser.run("return getComputedStyle(one('.panel')).animationName") == "none"
    browser.media(prefers_reduced_motion="no-preference")
    assert browser.run("return getComputedStyle(one('.panel')).animationName") == "rise"


def test_variables_of_the_page(browser, site, bot, open_chat):
    site.files["/theme.css"] = ("text/css", b"botctl-chat { --botctl-accent: rgb(90, 20, 120); --botctl-offset: 40px }")
    open_chat("theme=light></botctl-chat><link rel=stylesheet href=/theme.css", is_open=False)
    browser.wait("return getComputedStyle(one('.launcher')).backgroundColor === 'rgb(90, 20, 120)'")
    assert browser.run("return innerWidth - one('.launcher').getBoundingClientRect().right") == 40


@pytest.mark.parametrize(
    "name, width, height, theme, html",
    [("widget", 1000, 700, "light", "lang=en"), ("widget-dark", 1000, 700, "dark", "lang=en"), ("widget-phone", 390, 760, "light", "lang=en")],
)
def test_pictures(browser, bot, open_chat, name, width, height, theme, html):
    browser.media(prefers_color_scheme=theme, prefers_reduced_motion="reduce")
    browser.size(width, height, phone=width < 480)
    bot.replies["How long can I return shoes?"] = ["You can return shoes within 30 days, ", "unworn and in their box. Refunds take 5 business days."]
    bot.replies["Thank you!"] = ["You are welcome. Enjoy your hike!"]
    open_chat('greeting="Hello! Ask me about orders, returns and repairs."', html)
    ask(browser, "How long can I return shoes?")
    ask(browser, "Thank you!")
    picture = browser.screenshot()
    assert picture[16:24] == width.to_bytes(4, "big") + height.to_bytes(4, "big")
    luminance = browser.run(
        "return getComputedStyle(one('.panel')).backgroundColor.match(/\\d+/g).reduce((sum, part) => sum + Number(part), 0)"
    )
    assert (luminance < 200) == (theme == "dark")
    if RECORDS:
        IMAGES.mkdir(exist_ok=True)
        (IMAGES / f"{name}.png").write_bytes(picture)
    assert (IMAGES / f"{name}.png").stat().st_size < 120_000
