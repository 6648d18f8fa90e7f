"""MiniStack on first use: what `botctl local` installs, what it says when it cannot, and that nothing half-made or
half-alive stays behind it."""

import base64
import hashlib
import io
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
import zipfile

import pytest
from conftest import BOTCTL, ROOT, base_environment, leftovers, read_exports

VERSION = "1.5.33"
# Answers as much as botctl asks for before it makes its user, and ends there.
APP = """
def main():
    print("the stand-in of MiniStack ends here")
    raise SystemExit(7)
"""


@pytest.fixture
def index(tmp_path):
    """A package index on disk that has a stand-in of MiniStack."""
    folder = tmp_path / "index" / "ministack"
    folder.mkdir(parents=True)
    wheel = folder / f"ministack-{VERSION}-py3-none-any.whl"
    info = f"ministack-{VERSION}.dist-info"
    files = {
        "ministack/__init__.py": "",
        "ministack/app.py": APP,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: ministack\nVersion: {VERSION}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nministack = ministack.app:main\n",
    }
    digest = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()  # noqa: E731
    record = "".join(f"{name},sha256={digest(text)},{len(text)}\n" for name, text in files.items()) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)
    (folder / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    return (tmp_path / "index").as_uri()


@pytest.fixture
def environment(tmp_path, index):
    (tmp_path / "project").mkdir()
    return {
        **{name: value for name, value in base_environment().items() if name != "HOME"},
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "a cache"),
        "PIP_INDEX_URL": index,
        "PIP_RETRIES": "0",
        "PIP_TIMEOUT": "5",
        "PIP_CONFIG_FILE": os.devnull,
    }


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "a cache" / "botctl"


@pytest.fixture
def local(tmp_path, environment):
    def run(*options, **more):
        return subprocess.run(
            [BOTCTL, "local", "-C", str(tmp_path / "project"), *options],
            env={**environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def installed(cache):
    """What is there, but for the lock."""
    return sorted(path.name for path in cache.glob("*") if path.suffix != ".lock")


def test_it_is_installed_once(local, cache):
    first = local()
    assert first.returncode == 1 and f"MiniStack {VERSION} in {cache}/ministack-{VERSION}" in first.stderr, first
    assert "--no-install forbids it" in first.stderr
    # It was started from where it was moved to.
    assert "the stand-in of MiniStack ends here" in first.stderr, first
    assert installed(cache) == [f"ministack-{VERSION}"]
    for script in (cache / f"ministack-{VERSION}" / "bin").iterdir():
        if not script.is_symlink():
            assert ".partial" not in script.read_text(errors="replace"), script
    again = local("--no-install", PIP_INDEX_URL="http://127.0.0.1:1/")
    assert "the stand-in of MiniStack ends here" in again.stderr and "Installed" not in again.stderr, again


def test_what_is_broken_is_made_anew(local, cache):
    local()
    (cache / f"ministack-{VERSION}" / "bin" / "python").unlink()
    again = local()
    assert "Installed" in again.stderr and "ends here" in again.stderr, again


@pytest.fixture
def tools(tmp_path):
    """A PATH with just what is put into it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "rm", "sleep"):
        (folder / name).symlink_to(shutil.which(name))
    return folder


def fake_python(folder, text):
    (folder / "python3").write_text("#!/bin/sh\n" + text)
    (folder / "python3").chmod(0o755)


def test_failures_say_what_to_do(local, cache, tools, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    for part, more in [
        ("no package index can be reached", {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_RETRIES": "1"}),
        ("has not all that MiniStack needs", {"PIP_INDEX_URL": empty.as_uri()}),
        ("there is no python3", {"PATH": str(tools)}),
    ]:
        run = local(**more)
        assert run.returncode == 1 and part in run.stderr and "fix:" in run.stderr, run
        assert installed(cache) == [], part
    run = local("--no-install")
    assert run.returncode == 1 and "--no-install forbids" in run.stderr and "Note" not in run.stderr, run
    fake_python(tools, "echo 3.11\nexit 3\n")
    run = local(PATH=str(tools))
    assert "apt install python3-venv" in run.stderr, run
    fake_python(tools, "echo 3.8\n")
    run = local(PATH=str(tools))
    assert "is Python 3.8, and MiniStack needs 3.10" in run.stderr, run
    assert installed(cache) == []


@pytest.fixture
def silent_index():
    """An index that takes connections and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen = threading.Event()
    kept = []

    def accept():
        while True:
            try:
                kept.append(listener.accept()[0])
            except OSError:
                return
            seen.set()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/simple", seen
    listener.close()
    for connection in kept:
        connection.close()


def start(tmp_path, environment, *options):
    return subprocess.Popen(
        [BOTCTL, "local", "-C", str(tmp_path / "project"), *options],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def is_gone(session):
    for _ in range(1200):
        if not leftovers(session):
            return True
        time.sleep(0.05)
    return False


def test_ctrl_c_leaves_nothing_half_made(local, cache, tmp_path, environment, silent_index):
    url, seen = silent_index
    process = start(tmp_path, {**environment, "PIP_INDEX_URL": url, "PIP_TIMEOUT": "300"})
    assert seen.wait(120)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130, output
    assert installed(cache) == [] and is_gone(process.pid)
    assert "ends here" in local().stderr


def test_a_killed_installation_is_made_again(local, cache, tmp_path, environment, silent_index):
    url, seen = silent_index
    process = start(tmp_path, {**environment, "PIP_INDEX_URL": url, "PIP_TIMEOUT": "300"})
    assert seen.wait(120)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    assert installed(cache) == [f"ministack-{VERSION}.partial"]
    run = local()
    assert "ends here" in run.stderr and installed(cache) == [f"ministack-{VERSION}"], run
    for pid in leftovers(process.pid):
        os.kill(int(pid), signal.SIGKILL)


def test_two_at_once_install_once(cache, tmp_path, environment):
    both = [start(tmp_path, environment) for _ in range(2)]
    outputs = [process.communicate(timeout=300)[0] for process in both]
    assert all("ends here" in output for output in outputs), outputs
    assert sum("Installed " in output for output in outputs) == 1, outputs
    assert installed(cache) == [f"ministack-{VERSION}"]


def test_the_real_one_comes_from_pypi(tmp_path, environment):
    try:
        urllib.request.urlopen("https://pypi.org/simple/ministack/", timeout=20).close()
    except (urllib.error.URLError, OSError) as error:
        pytest.skip(f"PyPI cannot be reached from here: {error}")
    more = {name: environment[name] for name in ("HOME", "XDG_CACHE_HOME")}
    exports = tmp_path / "env"
    process = start(
        tmp_path,
        {**base_environment(), **more},
        "--write-env",
        str(exports),
    )
    try:
        for _ in range(3000):
            if exports.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        assert exports.exists(), process.communicate()[0]
    finally:
        process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert "Installed" in output and "A local AWS listens on" in output, output


def processes(session):
    """Command lines of the live processes of a session."""
    lines = {}
    for pid in leftovers(session):
        try:
            lines[pid] = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return lines


def slow_function(aws):
    """Starts a function that runs for ten minutes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("slow.py", "import time\n\ndef handler(event, context):\n    time.sleep(600)\n")
    role = aws("iam").create_role(RoleName="slow", AssumeRolePolicyDocument='{"Statement":[]}')["Role"]["Arn"]
    aws("lambda").create_function(
        FunctionName="slow",
        Runtime="python3.12",
        Handler="slow.handler",
        Role=role,
        Timeout=900,
        Code={"ZipFile": archive.getvalue()},
    )
    answer = aws("lambda").invoke(FunctionName="slow", InvocationType="Event")
    # Its process comes when the server gets to it.
    time.sleep(3)
    return answer["StatusCode"] == 202


def test_a_killed_botctl_takes_everything_with_it(tmp_path, client_of):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    exports = tmp_path / "env"
    environment = {**base_environment(), "TMPDIR": str(temporary)}
    if "BOTCTL_MINISTACK" in os.environ:
        environment["BOTCTL_MINISTACK"] = os.environ["BOTCTL_MINISTACK"]

    def up():
        exports.unlink(missing_ok=True)
        with open(tmp_path / "log", "w") as log:
            process = subprocess.Popen(
                [BOTCTL, "local", "-C", str(ROOT), "--write-env", str(exports)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(1200):
            if exports.exists() or process.poll() is not None:
                break
            time.sleep(0.05)
        assert exports.exists(), (tmp_path / "log").read_text()
        return process

    process = up()
    assert slow_function(client_of(read_exports(exports))), "the function runs when botctl is killed"
    assert len(processes(process.pid)) >= 4, processes(process.pid)
    assert any("ministack" in line for line in processes(process.pid).values()), processes(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    assert is_gone(process.pid), processes(process.pid)
    for _ in range(1200):
        if not list(temporary.iterdir()):
            break
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []

    again = up()
    again.send_signal(signal.SIGINT)
    assert again.wait(60) == 0 and is_gone(again.pid)
    assert list(temporary.iterdir()) == []
