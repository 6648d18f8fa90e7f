"""A local AWS that checks signatures and IAM, and a project that `botctl init` made, deployed to it.

Connections pass botctl's gateway. BOTCTL_E2E_GATEWAY=off leaves them to MiniStack, for the tests marked
`connections`, which hold of both.
"""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import time

import boto3
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOTCTL = os.environ.get("BOTCTL", str(ROOT / ".build/release/botctl"))


class Run:
    """What one botctl command did."""

    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def json(self):
        return json.loads(self.out)


class Botctl:
    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment

    def __call__(self, *arguments, stdin=None, **environment):
        given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        process = subprocess.run(
            [BOTCTL, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            **given,
            capture_output=True,
            text=True,
            timeout=400,
        )
        return Run(process)

    def ok(self, *arguments, code=0, **environment):
        run = self(*arguments, **environment)
        assert run.code == code, f"botctl {shlex.join(arguments)}: {run}"
        return run


def base_environment():
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def read_exports(path):
    environment = {}
    for line in path.read_text().splitlines():
        if line.startswith("export "):
            name, _, value = line[len("export ") :].partition("=")
            environment[name] = shlex.split(value)[0] if value else ""
    return environment


def running_local_aws(folder, *options, **environment):
    """`botctl local` with IAM checks on; yields the environment of its IAM user, once."""
    exports = folder / "env"
    log = open(folder / "log", "w")
    process = subprocess.Popen(
        [BOTCTL, "local", "-C", str(ROOT), "--write-env", str(exports), *options],
        env={**base_environment(), **environment},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not exports.exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "botctl local was not up after 60 s"
            time.sleep(0.05)
        yield read_exports(exports)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    # Killed processes go when the kernel gets to them.
    for _ in range(200):
        if not leftovers(process.pid):
            return
        time.sleep(0.05)
    raise AssertionError("botctl local left processes behind")


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory):
    options = {"on": [], "off": ["--no-gateway"]}[os.environ.get("BOTCTL_E2E_GATEWAY", "on")]
    yield from running_local_aws(tmp_path_factory.mktemp("local"), *options)


def pytest_configure(config):
    config.addinivalue_line("markers", "connections: holds behind the gateway as behind MiniStack")


def leftovers(session):
    """Live processes of the session that `botctl local` led."""
    left = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            left.append(stat.parent.name)
    return left


@pytest.fixture(scope="session")
def project(local_aws, tmp_path_factory):
    """A fresh `botctl init` project, outside the repository."""
    folder = tmp_path_factory.mktemp("projects") / "corner-shop"
    environment = {**base_environment(), **local_aws}
    Botctl(ROOT, environment).ok("init", str(folder))
    return Botctl(folder, environment)


@pytest.fixture(scope="session")
def deployed(project):
    project.ok("validate")
    project.ok("deploy", "--yes")
    yield project
    project.ok("teardown", "--yes", "--delete-data")


@pytest.fixture(scope="session")
def client_of():
    """Makes boto3 clients of a local AWS."""

    def of(local_aws):
        session = boto3.Session(
            aws_access_key_id=local_aws["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=local_aws["AWS_SECRET_ACCESS_KEY"],
            region_name=local_aws["AWS_REGION"],
        )
        return lambda service: session.client(service, endpoint_url=local_aws["AWS_ENDPOINT_URL"])

    return of


@pytest.fixture(scope="session")
def aws(local_aws, client_of):
    return client_of(local_aws)
