"""Debian's Chromium, driven over W3C WebDriver by the standard library; a site with a strict policy; a cable to cut."""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

# https://www.w3.org/TR/webdriver2/#keyboard-actions
ENTER, TAB, ESCAPE, SHIFT, BACKSPACE = "\ue007", "\ue004", "\ue00c", "\ue008", "\ue003"
PATIENCE = 60


class Browser:
    """One window. Elements are found by scripts, because they are in a shadow root."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="widget-browser-")
        self.process = subprocess.Popen(
            ["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = []
        for line in self.process.stdout:
            said.append(line)
            if port := re.search(r"started successfully on port (\d+)", line):
                break
        else:
            raise RuntimeError("chromedriver did not start: " + "".join(said))
        # What it says later is read away, so that it never waits for a reader.
        threading.Thread(target=lambda: [None for _ in self.process.stdout], daemon=True).start()
        self.base = f"http://127.0.0.1:{port[1]}"
        arguments = [
            "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
            "--lang=en-US", "--window-size=1000,760", f"--user-data-dir={self.folder}/profile",
            "--disable-background-networking", "--disable-component-update", "--no-first-run",
        ]
        if os.getuid() == 0:
            # Chromium's sandbox does not start for root, as whom CI runs.
            arguments.append("--no-sandbox")
        options = {"args": arguments}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}})
        self.session = "/session/" + answer["sessionId"]

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path, method=method, data=None if method == "GET" else json.dumps(body or {}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise AssertionError(f"{value['error']}: {value['message']}") from None

    def go(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def run(self, script, *arguments):
        """The value of a script; a promise is waited for."""
        return self.call("POST", self.session + "/execute/sync", {"script": PRELUDE + script, "args": list(arguments)})

    def wait(self, script, *arguments):
        """Until the script's value is true; returns it."""
        deadline = time.monotonic() + PATIENCE
        while not (value := self.run(script, *arguments)):
            assert time.monotonic() < deadline, f"still not: {script}\n{self.run('return root()?.textContent')}"
            time.sleep(0.03)
        return value

    def keys(self, *keys):
        """Presses and releases each key; `(SHIFT, TAB)` is both at once."""
        actions = []
        for key in [part for text in keys for part in ([text] if isinstance(text, tuple) else text)]:
            chord = key if isinstance(key, tuple) else (key,)
            actions += [{"type": "keyDown", "value": part} for part in chord]
            actions += [{"type": "keyUp", "value": part} for part in reversed(chord)]
        self.call("POST", self.session + "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def click(self, selector):
        """With the pointer, in the middle of what the selector finds in the widget."""
        x, y = self.wait(
            "one(arguments[0])?.scrollIntoView({ block: 'nearest' }); const box = one(arguments[0])?.getBoundingClientRect();"
            "return box?.width ? [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)] : null", selector
        )
        pointer = [{"type": "pointerMove", "x": x, "y": y}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.call("POST", self.session + "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": pointer}]})

    def cdp(self, command, **parameters):
        return self.call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def media(self, **features):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def size(self, width, height, phone=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)

    def screenshot(self):
        return base64.b64decode(self.cdp("Page.captureScreenshot", format="png")["data"])

    def close(self):
        try:
            with contextlib.suppress(Exception):
                self.call("DELETE", self.session)
        finally:
            self.process.terminate()
            self.process.wait(PATIENCE)
            shutil.rmtree(self.folder, ignore_errors=True)


PRELUDE = """
const chat = document.querySelector("botctl-chat");
const root = () => chat?.shadowRoot;
const one = (selector) => root()?.querySelector(selector);
const all = (selector) => [...(root()?.querySelectorAll(selector) ?? [])];
const texts = () => all("li[data-role] .text").map((element) => element.textContent);
"""

PROBE = """
window.violations = [];
window.hacked = 0;
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
window.problems = [];
window.addEventListener("error", (event) => window.problems.push(event.message));
window.addEventListener("unhandledrejection", (event) => window.problems.push(String(event.reason)));
"""


class Site:
    """Serves pages with a strict Content-Security-Policy on a loopback port of its own."""

    def __init__(self, widget):
        self.files = {"/botctl-widget.js": ("text/javascript", widget), "/probe.js": ("text/javascript", PROBE.encode())}
        self.policies = {}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = site.files.get(self.path, (None, b""))
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", f"{kind or 'text/plain'}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                if self.path in site.policies:
                    self.send_header("Content-Security-Policy", site.policies[self.path])
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path, body, connect, html="lang=en", policy=""):
        """A page that may load nothing but its own scripts and styles, and connect to the bot only."""
        self.files["/site.css"] = ("text/css", SITE_STYLE.encode())
        text = (
            f"<!doctype html><html {html}><head><meta charset=utf-8><title>Corner Shop</title>"
            "<meta name=viewport content='width=device-width, initial-scale=1'><link rel=stylesheet href=/site.css>"
            f"<link rel=icon href=data:,><script src=/probe.js></script></head><body>{body}</body></html>"
        )
        self.files[path] = ("text/html", text.encode())
        self.policies[path] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
            f"require-trusted-types-for 'script'; connect-src {connect}{policy}"
        )
        return self.url + path

    def close(self):
        self.server.shutdown()
        self.server.server_close()


SITE_STYLE = """
:root { color-scheme: light dark; font: 17px/1.6 system-ui, sans-serif; }
body { margin: 0; padding: 32px 48px; max-width: 30em; }
@media (prefers-color-scheme: dark) { body { background: #0c1011; color: #dfe6e8; } }
"""


class Cable:
    """Between the browser and the bot. While it is cut, what is open breaks off and what is new is refused."""

    def __init__(self, url):
        self.scheme, self.host, self.port, self.path = re.fullmatch(r"(wss?)://([^:/]+):(\d+)(.*)", url).groups()
        self.open, self.is_cut = set(), False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"{self.scheme}://127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = self.origin + self.path
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection((self.host, int(self.port)))
            self.open |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(source, target), daemon=True).start()

    def carry(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        self.end(source)
        self.end(target)

    def end(self, connection):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        self.open.discard(connection)

    def cut(self):
        self.is_cut = True
        for connection in list(self.open):
            self.end(connection)

    def mend(self):
        self.is_cut = False

    def close(self):
        self.cut()
        self.listener.close()


def axe_source():
    """Deque's axe-core, as PyPI's axe-core-python carries it."""
    import axe_core_python

    return (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
