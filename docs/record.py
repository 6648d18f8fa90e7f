"""Draws docs/demo.svg: what botctl really prints on a terminal, command by command.

    . ./local.env && python3 docs/record.py PATH_TO_BOTCTL docs/demo.svg

Needs a running `botctl local`; works in a temporary project.
"""

import fcntl
import html
import os
import pathlib
import pty
import struct
import subprocess
import sys
import tempfile
import termios

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "Tests/EndToEnd"))

from terminal import STYLES, Screen  # noqa: E402

COLUMNS, LINE, CHARACTER = 104, 19, 8.4
COLOURS = {
    "30": "#484f58", "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "35": "#d2a8ff", "36": "#76e3ea",
    "37": "#c9d1d9", "90": "#8b949e", "91": "#ffa198", "92": "#7ee787", "93": "#e3b341", "94": "#79c0ff",
}
CODES = {style: {str(code)} for code, style in STYLES.items()}


def terminal(command, folder):
    """The bytes that a command writes to a terminal of COLUMNS columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, COLUMNS, 0, 0))
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm-256color"})
    os.close(slave)
    chunks = []
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    process.wait()
    os.close(master)
    return b"".join(chunks).decode()


def screen(text):
    """Lines of (style, text) runs, as they stand when everything was written, and what was redrawn is gone."""
    shown = Screen(COLUMNS, 60)
    shown.feed(text)
    lines = []
    for cells in shown.lines:
        runs = []
        for character, style in cells:
            codes = frozenset(CODES[style]) if style else frozenset()
            if runs and runs[-1][0] == codes:
                runs[-1] = (codes, runs[-1][1] + character)
            else:
                runs.append((codes, character))
        lines.append(runs)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def span(style, text):
    attributes = [f'fill="{COLOURS[code]}"' for code in style if code in COLOURS]
    attributes += ['font-weight="bold"'] if "1" in style else []
    attributes += ['opacity="0.65"'] if "2" in style else []
    return f"<tspan {' '.join(attributes)}>{html.escape(text)}</tspan>"


def draw(lines):
    height = len(lines) * LINE + 44
    width = int(COLUMNS * CHARACTER) + 32
    body = "\n".join(
        f'<text x="16" y="{40 + number * LINE}" xml:space="preserve">{"".join(span(*run) for run in line)}</text>'
        for number, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#c9d1d9">\n'
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n'
        f'<circle cx="18" cy="15" r="5" fill="#ff5f57"/><circle cx="36" cy="15" r="5" fill="#febc2e"/>'
        f'<circle cx="54" cy="15" r="5" fill="#28c840"/>\n{body}\n</svg>\n'
    )


def main():
    botctl, target = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "corner-shop")
        subprocess.run([botctl, "init", str(folder)], check=True, capture_output=True)
        lines = []

        def show(*arguments):
            shown = " ".join(f'"{word}"' if " " in word else word for word in arguments)
            lines.append([(frozenset({"32"}), "$ "), (frozenset({"1"}), f"botctl {shown}")])
            lines.extend(screen(terminal([botctl, *arguments], folder)))
            lines.append([])

        show("deploy", "--yes")
        show("chat", "--message", "Can I return unused goods for a refund?")
        spec = folder / "botctl.yml"
        spec.write_text(spec.read_text().replace("Be friendly and brief", "Greet with ahoy. Be friendly and brief", 1))
        show("diff")
        subprocess.run([botctl, "teardown", "--yes", "--delete-data"], cwd=folder, capture_output=True)
        pathlib.Path(target).write_text(draw(lines[:-1]))


if __name__ == "__main__":
    main()
