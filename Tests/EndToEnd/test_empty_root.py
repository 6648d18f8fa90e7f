"""The bootstrap that `botctl build` packs needs no file of the machine that built it."""

import pathlib
import subprocess
import sys
import zipfile

from conftest import ROOT, Botctl, base_environment


def test_the_bootstrap_starts_in_an_empty_root(tmp_path):
    project = tmp_path / "corner-shop"
    Botctl(ROOT, base_environment()).ok("init", str(project))
    package = Botctl(project, base_environment()).ok("build", "--json").json["package"]
    task = tmp_path / "task"
    with zipfile.ZipFile(project / package) as archive:
        archive.extractall(task)
    bootstrap = (task / "bootstrap").rename(tmp_path / "bootstrap")

    run = subprocess.run(
        ["sh", str(pathlib.Path(__file__).with_name("empty_root.sh")), str(bootstrap), str(task)],
        env={**base_environment(), "BOTCTL_TEST_PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    # Where there are no namespaces it fails as well, and the text says what to do about it.
    assert run.returncode == 0, run.stdout + run.stderr
    assert "asked for its first invocation" in run.stdout
