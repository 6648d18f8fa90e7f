"""`init --ci`, `bootstrap --oidc`, and the workflows run for real: opened, changed, closed, merged, and from a fork."""

import json
import os
import re
import subprocess

import pytest
import yaml
from conftest import BOTCTL, ROOT, Botctl, base_environment
from pipelines import Comments, GitHub, GitLab, Machine, assume

ISSUERS = {
    "github": ("token.actions.githubusercontent.com", "sts.amazonaws.com", "github:acme/support-bot"),
    "gitlab": ("gitlab.com", "https://gitlab.com", "gitlab:acme/bots/support"),
}


@pytest.fixture(scope="module")
def providers(aws):
    """A local AWS has no such resource type in its stacks: the account has the providers already."""
    for issuer, audience, _ in ISSUERS.values():
        aws("iam").create_open_id_connect_provider(Url=f"https://{issuer}", ClientIDList=[audience], ThumbprintList=["0" * 40])


@pytest.fixture(scope="module")
def roles(request, local_aws, aws, providers, tmp_path_factory):
    """A project with the CI of a host and the roles that bootstrap made for it."""
    made = {}

    def make(host):
        if host not in made:
            made[host] = build(host)
        return made[host]

    def build(host):
        folder = tmp_path_factory.mktemp(host) / f"{host}-shop"
        environment = {**base_environment(), **local_aws}
        Botctl(ROOT, environment).ok("init", str(folder), "--ci", host)
        owner = Botctl(folder, environment)
        request.addfinalizer(lambda: owner("teardown", "--stage", "staging", "--yes", "--delete-data"))
        spec = folder / "botctl.yml"
        spec.write_text(spec.read_text().replace("\nstages:\n", "\nstages:\n  staging: { protect: false }\n"))
        trust = ISSUERS[host][2]
        first = owner.ok("bootstrap", "--yes", "--json", "--stage", "staging", "--oidc", trust).json["ci"]
        assert first["outcome"] == "created" and first["previews"] == ["pr-*"]
        again = owner.ok("bootstrap", "--yes", "--json", "--stage", "staging", "--oidc", trust).json["ci"]
        assert again["outcome"] == "nothingToDo" and again["deployRole"] == first["deployRole"]
        text = owner.ok("bootstrap", "--yes", "--stage", "staging", "--oidc", trust).out
        assert first["deployRole"] in text and f"botctl init --ci {host}" in text
        # Of this call MiniStack does not see which table it is about, so a policy that names tables never fits it.
        tags = {"Effect": "Allow", "Action": "dynamodb:ListTagsOfResource", "Resource": "*"}
        aws("iam").put_role_policy(
            RoleName=first["pullRequestRole"].rsplit("/", 1)[-1],
            PolicyName="emulator",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [tags]}),
        )
        variables = {
            "AWS_ROLE_ARN": first["deployRole"],
            "AWS_PULL_REQUEST_ROLE_ARN": first["pullRequestRole"],
            "BOTCTL_STAGE": "staging",
            "BOTCTL_REPOSITORY": "https://git.example/botctl",
            "BOTCTL_VERSION": "v1",
        }
        machine = Machine(tmp_path_factory.mktemp("runner"), BOTCTL, {**base_environment(), **local_aws})
        # What the handlers were compiled to by other tests.
        (machine.home / ".cache").symlink_to(os.path.expanduser("~/.cache"))
        return owner, machine, variables

    return make


def stages(owner, name):
    return {bot["stage"] for bot in owner.ok("list", "--json").json["bots"] if bot["name"] == name}


def test_github_from_pull_request_to_main(roles):
    owner, machine, variables = roles("github")
    comments = Comments()
    github = GitHub(machine, owner.folder, comments, variables)

    opened = github.run("pull_request", action="opened", number=42)
    assert set(opened) == {"check", "preview"}
    assert not any(job["failed"] for job in opened.values()), opened
    assert opened["preview"]["group"] == "botctl-pr-42"
    assert stages(owner, "github-shop") == {"pr-42"}
    [body] = comments.own
    assert body.startswith("<!-- botctl diff: github-shop-staging -->\n**Preview:** `ws"), body[:300]
    assert "a new stack" in body

    deployed = github.run("push")
    assert set(deployed) == {"deploy"} and not deployed["deploy"]["failed"], deployed
    assert deployed["deploy"]["group"] == "botctl-staging"
    assert stages(owner, "github-shop") == {"pr-42", "staging"}

    rules = sorted((owner.folder / "rules").glob("*.md"))[0]
    rules.write_text(rules.read_text() + "\n## Stickers\n\nEach repair comes with a sticker.\n")
    changed = github.run("pull_request", action="synchronize", number=42)
    assert not any(job["failed"] for job in changed.values()), changed
    [body] = comments.own
    assert "sticker" in body and ("PATCH", "/repos/acme/support-bot/issues/comments/100") in comments.calls
    assert "sticker" in owner.ok("chat", "--stage", "pr-42", "--message", "Is there a sticker with each repair?").out

    # A preview that cannot be deployed fails the run, and the comment says so.
    spec = owner.folder / "botctl.yml"
    text = spec.read_text()
    spec.write_text(text.replace('  "pr-*":', "  other:"))
    broken = github.run("pull_request", action="synchronize", number=42)
    assert broken["preview"]["failed"] and "could not be deployed" in comments.own[0]
    # Torn down by what the base has.
    closed = github.run("pull_request", action="closed", number=42)
    assert set(closed) == {"teardown"} and not closed["teardown"]["failed"], closed
    spec.write_text(text)
    assert stages(owner, "github-shop") == {"staging"}
    again = github.run("pull_request", action="closed", number=42)
    assert not again["teardown"]["failed"]


def test_github_gives_forks_nothing(roles, tmp_path):
    owner, machine, variables = roles("github")
    comments = Comments()
    github = GitHub(machine, owner.folder, comments, variables)
    jobs = github.run("pull_request", action="opened", number=7, fork=True)
    assert set(jobs) == {"check"} and not jobs["check"]["failed"], jobs
    assert github.run("pull_request", action="closed", number=7, fork=True) == {}
    assert comments.own == [] and comments.calls == []

    # The roles are those of one repository, branch and kind of run.
    issuer = "https://token.actions.githubusercontent.com"
    good = "repo:acme/support-bot:ref:refs/heads/main"
    assume(machine, variables["AWS_ROLE_ARN"], "sts.amazonaws.com", issuer, good)
    for audience, subject in [
        ("somebody", good),
        ("sts.amazonaws.com", "repo:acme/support-bot:ref:refs/heads/other"),
        ("sts.amazonaws.com", "repo:acme/support-bot2:ref:refs/heads/main"),
        ("sts.amazonaws.com", "repo:acme/support-bot:pull_request"),
    ]:
        with pytest.raises(Exception, match="AccessDenied"):
            assume(machine, variables["AWS_ROLE_ARN"], audience, issuer, subject)
    preview = assume(machine, variables["AWS_PULL_REQUEST_ROLE_ARN"], "sts.amazonaws.com", issuer, "repo:acme/support-bot:pull_request")
    stranger = Botctl(owner.folder, {**owner.environment, **preview})
    assert stranger("deploy", "--yes", "--stage", "staging").code == 77


def test_gitlab_from_merge_request_to_main(roles):
    owner, machine, variables = roles("gitlab")
    comments = Comments()
    variables = {**variables, "BOTCTL_NOTE_TOKEN": "note-token"}
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", owner.folder, *command], check=True)
    gitlab = GitLab(machine, owner.folder, comments, variables)

    opened = gitlab.pipeline(merge_request=42)
    assert set(opened) == {"check", "diff", "preview", "teardown"} and opened["teardown"] == "manual"
    assert all(job["code"] == 0 for job in opened.values() if job != "manual"), opened
    assert stages(owner, "gitlab-shop") == {"pr-42"}
    [body] = comments.own
    assert body.startswith("<!-- botctl diff: gitlab-shop-staging -->")

    deployed = gitlab.pipeline(push="main")
    assert set(deployed) == {"deploy"} and deployed["deploy"]["code"] == 0, deployed
    again = gitlab.pipeline(merge_request=42)
    assert again["diff"]["code"] == 0 and len(comments.own) == 1 and "no changes" in comments.own[0]
    assert gitlab.pipeline(push="feature/sticker") == {}

    forked = gitlab.pipeline(merge_request=43, fork=True)
    assert set(forked) == {"check"} and forked["check"]["code"] == 0

    gitlab.pipeline(merge_request=42)
    stopped = gitlab.play("teardown")
    assert stopped["code"] == 0, stopped
    assert stages(owner, "gitlab-shop") == {"staging"}

    # Without a token for notes the diff is an artifact.
    silent = GitLab(machine, owner.folder, comments, {**variables, "BOTCTL_NOTE_TOKEN": "", "BOTCTL_PREVIEWS": "off"})
    calls = len(comments.calls)
    jobs = silent.pipeline(merge_request=44)
    assert set(jobs) == {"check", "diff"} and jobs["diff"]["code"] == 0 and len(comments.calls) == calls


def test_workflows_are_what_their_hosts_take(tmp_path):
    """What their parsers would refuse, or read otherwise than meant."""
    botctl = Botctl(ROOT, base_environment())
    botctl.ok("init", str(tmp_path / "a"))
    workflow = yaml.safe_load((tmp_path / "a/.github/workflows/botctl.yml").read_text())
    # YAML 1.1 reads `on` as a boolean, as PyYAML does; GitHub does not.
    assert set(workflow) == {"name", True, "permissions", "env", "defaults", "jobs"}
    assert workflow["permissions"] == {} and workflow[True]["push"] == {"branches": ["main"]}
    known = {"if", "runs-on", "container", "permissions", "concurrency", "steps"}
    for name, job in workflow["jobs"].items():
        assert set(job) <= known and job["container"].startswith("swift:"), name
        rights = job["permissions"]
        assert rights.pop("contents") == "read"
        assert rights == {"check": {}, "preview": {"id-token": "write", "pull-requests": "write"}}.get(name, {"id-token": "write"})
        assert name == "check" or job["concurrency"]["cancel-in-progress"] is False
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
            assert set(step) <= {"name", "id", "if", "run", "uses", "with", "env"}
            if "uses" in step and not step["uses"].startswith("./"):
                assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])
            # What strangers write must not become part of a script.
            assert "${{" not in step.get("run", "")
    action = yaml.safe_load((tmp_path / "a/.github/actions/botctl/action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    botctl.ok("init", str(tmp_path / "b"), "--ci", "gitlab")
    pipeline = yaml.safe_load((tmp_path / "b/.gitlab-ci.yml").read_text())
    for name, job in pipeline.items():
        if isinstance(job, dict) and "script" in job:
            assert job["stage"] in pipeline["stages"] and job["rules"], name
            assert job["extends"] == (".botctl" if name == "check" else ".aws")
            assert name == "check" or name == "diff" or job["resource_group"].startswith("botctl-")
    assert pipeline["preview"]["environment"]["on_stop"] == "teardown"
    assert pipeline["teardown"]["environment"] == {"name": pipeline["preview"]["environment"]["name"], "action": "stop"}


def test_botctl_is_built_once_for_each_version(tmp_path):
    """The step that builds it, with a small stand-in for the source and for the compiler."""
    Botctl(ROOT, base_environment()).ok("init", str(tmp_path / "shop"))
    action = yaml.safe_load((tmp_path / "shop/.github/actions/botctl/action.yml").read_text())
    step = next(step for step in action["runs"]["steps"] if step.get("name", "").startswith("Build"))
    source = tmp_path / "source"
    source.mkdir()
    (source / "Package.swift").write_text("// v1\n")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x"], ["tag", "v1"]):
        subprocess.run(["git", "-C", source, *command], check=True)
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "swift").write_text('#!/bin/sh\nmkdir -p "$3/.build/release" && cp "$3/Package.swift" "$3/.build/release/botctl"\n')
    (shims / "swift").chmod(0o755)
    environment = {"HOME": str(tmp_path), "PATH": f"{shims}:{os.environ['PATH']}", "GITHUB_PATH": str(tmp_path / "path")}

    def run(**values):
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", step["run"]], env={**environment, **values}, capture_output=True, text=True
        )

    missing = run(REPOSITORY="", VERSION="")
    assert missing.returncode == 1 and "BOTCTL_REPOSITORY" in missing.stdout
    built = run(REPOSITORY=str(source), VERSION="v1")
    assert built.returncode == 0, built
    assert (tmp_path / ".local/bin/botctl").read_text() == "// v1\n"
    assert run(REPOSITORY="/nonexistent", VERSION="v2").returncode == 0, "what is there is not built again"


def test_ci_of_a_project_that_is_there(tmp_path):
    botctl = Botctl(ROOT, base_environment())
    botctl.ok("init", str(tmp_path))
    project = Botctl(tmp_path, base_environment())
    assert project.ok("init", "--ci", "github", "--json").json["written"] == []
    assert project.ok("init", "--ci", "gitlab", "--json").json["written"] == [".gitlab-ci.yml"]
    workflow = tmp_path / ".gitlab-ci.yml"
    before = workflow.read_text()
    workflow.write_text("# ours\n")
    refused = project("init", "--ci", "gitlab")
    assert refused.code == 1 and "--force" in refused.err and workflow.read_text() == "# ours\n"
    project.ok("init", "--ci", "gitlab", "--force")
    assert workflow.read_text() == before
    spec = tmp_path / "botctl.yml"
    spec.write_text(spec.read_text().replace('  "pr-*":', "  other:").replace("region: us-east-2", "region: eu-west-1"))
    assert project("init", "--ci", "gitlab").code in (1, 65)
    spec.write_text(spec.read_text().replace("region: eu-west-1", "region: us-east-2"))
    assert "BOTCTL_PREVIEWS" in project.ok("init", "--ci", "gitlab").err


def test_what_bootstrap_refuses(roles, local_aws, aws, tmp_path):
    botctl = Botctl(ROOT, {**base_environment(), **local_aws})
    for trust in ("github:acme/*", "github:acme", "svn:x/y", "github:a/b@*"):
        assert botctl("bootstrap", "--oidc", trust).code == 64
    assert botctl("bootstrap", "--permissions-boundary", "arn:aws:iam::1:policy/x").code == 64
    refused = botctl("bootstrap", "--oidc", "github:acme/support-bot", "--stage", "dev")
    assert refused.code == 1 and "--yes" in refused.err

    provider = f"arn:aws:iam::{botctl.ok('policy', '--json').json['account']}:oidc-provider/gitlab.com"
    aws("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    aws("iam").create_open_id_connect_provider(Url="https://gitlab.com", ClientIDList=["else"], ThumbprintList=["0" * 40])
    try:
        other = botctl("bootstrap", "--yes", "--oidc", "gitlab:acme/support-bot", "--stage", "dev")
        assert other.code == 1 and "add-client-id-to-open-id-connect-provider" in other.err
    finally:
        aws("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
        aws("iam").create_open_id_connect_provider(
            Url="https://gitlab.com", ClientIDList=["https://gitlab.com"], ThumbprintList=["0" * 40]
        )
