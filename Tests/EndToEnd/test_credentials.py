"""botctl login, what it leaves for others, and what doctor says; the sign-in service is a stand-in on loopback."""

import json
import os
import pathlib
import pty
import signal
import stat
import subprocess
import sys
import urllib.request

import pytest
from conftest import BOTCTL, ROOT, Botctl, base_environment

CONFIG = """
[profile sso]
sso_session = {session}
sso_account_id = 111122223333
sso_role_name = Admin

[profile deployer]
role_arn = arn:aws:iam::111122223333:role/deployer
source_profile = sso
mfa_serial = GAHT12345678

[sso-session {session}]
sso_region = eu-west-1
sso_start_url = https://corp.example/{session}
"""


@pytest.fixture(scope="module")
def port():
    script = ROOT / "Tests/AWSClientsTests/Python/credential_chain.py"
    process = subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield int(process.stdout.readline())
    process.stdin.close()
    process.wait(30)


@pytest.fixture
def machine(port, tmp_path):
    """A home whose services are the stand-in; answers with how to make one."""

    def make(session):
        (tmp_path / ".aws").mkdir()
        (tmp_path / ".aws/config").write_text(CONFIG.format(session=session))
        url = f"http://127.0.0.1:{port}"
        return Botctl(tmp_path, {
            "PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL_STS": url, "AWS_ENDPOINT_URL_SSO": url,
            "AWS_ENDPOINT_URL_SSO_OIDC": url,
        })

    return make


def botocore_picks(port, botctl, profile):
    case = {"environment": botctl.environment, "home": str(botctl.folder), "profile": profile}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/oracle", json.dumps([case]).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)[0]


def caches(botctl):
    return list((pathlib.Path(botctl.folder) / ".aws/sso/cache").glob("*"))


def test_login_is_what_doctor_and_botocore_use(machine, port):
    botctl = machine("corp")
    before = botctl("doctor", "--profile", "sso", "--json")
    assert before.code == 1
    failed = {check["name"]: check for check in before.json["checks"]}["credentials"]
    assert "botctl login --profile sso" in failed["fix"]

    run = botctl.ok("login", "--profile", "sso", "--json")
    assert "ABCD-EFGH" in run.err and "https://device.example/?user_code=ABCD-EFGH" in run.err
    assert run.json["formatVersion"] == 1 and run.json["renewable"] is True
    (cache,) = caches(botctl)
    assert run.json["file"] == str(cache)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    for secret in ("signed-in", "client-secret", "renew\""):
        assert secret not in run.out + run.err

    doctor = botctl("doctor", "--profile", "sso", "--json", "--verbose")
    checks = {check["name"]: check for check in doctor.json["checks"]}
    assert checks["credentials"]["status"] == "ok" and "IAM Identity Center" in checks["credentials"]["summary"]
    picked = botocore_picks(port, botctl, "sso")
    assert picked["method"] == "sso"
    assert picked["key"] in checks["identity"]["summary"]
    for secret in ("signed-in", picked["secret"], picked["token"]):
        assert secret not in doctor.out + doctor.err


def test_a_role_with_mfa_asks_nobody_without_a_terminal(machine):
    botctl = machine("corp")
    botctl.ok("login", "--profile", "deployer")
    run = botctl("doctor", "--profile", "deployer")
    assert run.code == 1 and "GAHT12345678" in run.out and "no terminal" in run.out


def test_a_role_with_mfa_asks_on_a_terminal(machine, port):
    botctl = machine("corp")
    botctl.ok("login", "--profile", "deployer")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(botctl.folder)
        os.execve(BOTCTL, [BOTCTL, "doctor", "--profile", "deployer", "--no-color"], botctl.environment)
    seen = b""
    while b"MFA device GAHT12345678: " not in seen:
        seen += os.read(terminal, 4096)
    os.write(terminal, b"123456\n")
    try:
        while data := os.read(terminal, 4096):
            seen += data
    except OSError:  # EIO: nobody holds the other end any more
        pass
    os.waitpid(pid, 0)
    # The stand-in's key tells whether the code arrived: botocore sends the same one.
    assert f"user/{botocore_picks(port, botctl, 'deployer')['key']} in account" in seen.decode()


def test_a_role_of_a_local_aws(local_aws, aws, tmp_path):
    """STS with signatures checked; the role's credentials do what the role may."""
    iam = aws("iam")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    ]}
    arn = iam.create_role(RoleName="botctl-doctor", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    try:
        (tmp_path / "config").write_text(
            f"[profile r]\nrole_arn = {arn}\nsource_profile = base\nrole_session_name = me\n[profile base]\n"
            f"aws_access_key_id = {local_aws['AWS_ACCESS_KEY_ID']}\n"
            f"aws_secret_access_key = {local_aws['AWS_SECRET_ACCESS_KEY']}\n"
        )
        environment = {name: value for name, value in local_aws.items() if "KEY" not in name and "TOKEN" not in name}
        botctl = Botctl(tmp_path, {**base_environment(), **environment, "AWS_CONFIG_FILE": str(tmp_path / "config")})
        checks = {check["name"]: check for check in botctl("doctor", "--profile", "r", "--json").json["checks"]}
        assert "assumed-role/botctl-doctor/me" in checks["identity"]["summary"], checks
        assert checks["credentials"]["summary"].startswith("profile r, role_arn, until 20")
    finally:
        iam.delete_role(RoleName="botctl-doctor")


@pytest.mark.parametrize("session, words", [("denied", "denied"), ("over", "not confirmed in time")])
def test_a_sign_in_that_fails_leaves_nothing(machine, session, words):
    botctl = machine(session)
    run = botctl("login", "--profile", "sso")
    assert run.code == 77 and words in run.err and not run.out
    assert not caches(botctl)


def test_ctrl_c_while_it_waits(machine):
    botctl = machine("never")
    process = subprocess.Popen(
        [BOTCTL, "login", "--profile", "sso"],
        cwd=botctl.folder,
        env=botctl.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while "ABCD-EFGH" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and not out
    assert not caches(botctl)


def test_a_program_and_the_file_and_line_of_a_mistake(machine, port):
    botctl = machine("corp")
    home = pathlib.Path(botctl.folder)
    program = home / "keys"
    program.write_text('#!/bin/sh\necho \'{"Version": 1, "AccessKeyId": "AKPROC", "SecretAccessKey": "SECRET"}\'\n')
    program.chmod(0o755)
    with open(home / ".aws/config", "a") as config:
        config.write(f"[profile program]\ncredential_process = {program}\n[profile circle]\nrole_arn = r\nsource_profile = circle\n")
    run = botctl("doctor", "--profile", "program")
    assert "user/AKPROC" in run.out and "SECRET" not in run.out + run.err
    assert botocore_picks(port, botctl, "program")["key"] == "AKPROC"
    line = (home / ".aws/config").read_text().splitlines().index("source_profile = circle") + 1
    circle = botctl("doctor", "--profile", "circle")
    assert f".aws/config:{line}: " in circle.out and "circle → circle" in circle.out
