"""Runs the workflows that `botctl init` writes as GitHub and GitLab would: the same shells, variables and conditions,
in order, with stand-ins for what is the host's own (checkout, caches, tokens, comments)."""

import base64
import http.server
import json
import os
import re
import shutil
import subprocess
import threading

import boto3
import yaml


def jwt(**claims):
    """A token that nobody has signed: the local AWS looks at what it says."""
    parts = [{"alg": "none"}, claims]
    return ".".join([base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts] + ["x"])


class Comments(http.server.ThreadingHTTPServer):
    """The part of GitHub's and GitLab's REST interfaces that comments need. The first page is full of other people's."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        other = {"user": {"login": "somebody"}, "author": {"id": 1}}
        self.comments = [{"id": i, "body": "<!-- botctl diff: x -->", **other} for i in range(100)]
        self.calls = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def own(self):
        return [comment["body"] for comment in self.comments if comment["id"] >= 100]


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_call(self):
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        path, _, query = self.path.partition("?")
        token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN")
        server.calls.append((self.command, path))
        if token not in ("Bearer workflow-token", "note-token"):
            return self.answer({"message": "Bad credentials"}, 401)
        if path.endswith("/user"):
            return self.answer({"id": 7})
        last = path.rsplit("/", 1)[-1]
        if self.command == "GET":
            page = int(re.search(r"[?&]?\bpage=(\d+)", query)[1])
            return self.answer(server.comments[(page - 1) * 100 : page * 100])
        assert len(body["body"]) <= 65536
        if self.command == "POST":
            comment = {"id": len(server.comments), "user": {"login": "github-actions[bot]"}, "author": {"id": 7}, **body}
            server.comments.append(comment)
            return self.answer(comment, 201)
        comment = next(comment for comment in server.comments if str(comment["id"]) == last)
        comment.update(body)
        return self.answer(comment)

    do_GET = do_POST = do_PATCH = do_PUT = handle_call


class Machine:
    """A runner: its home with a botctl that earlier runs have built, and an apt-get that has nothing to do."""

    def __init__(self, folder, botctl, environment):
        self.folder, self.environment, self.jobs = folder, environment, 0
        self.home = folder / "home"
        shims = folder / "shims"
        shims.mkdir(parents=True)
        (self.home / ".local/bin").mkdir(parents=True)
        shutil.copy(botctl, self.home / ".local/bin/botctl")
        (shims / "apt-get").write_text(f"#!/bin/sh\necho \"$@\" >> {folder}/apt-get.log\n")
        (shims / "apt-get").chmod(0o755)
        self.path = f"{shims}:{os.environ['PATH']}"

    def next(self):
        """The number of another job."""
        self.jobs += 1
        return self.jobs

    def shell(self, script, folder, environment):
        """As both hosts run a step: bash, ending at the first command that fails."""
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=400,
        )


class GitHub:
    """One repository. `run` gives the jobs that an event starts, with what each of their steps did."""

    def __init__(self, machine, folder, comments, variables):
        self.machine, self.folder, self.comments, self.variables = machine, folder, comments, variables

    def run(self, event, *, action=None, number=0, fork=False):
        source = yaml.safe_load((self.folder / ".github/workflows/botctl.yml").read_text())
        repository = "acme/support-bot"
        self.context = {
            "github.event_name": event,
            "github.event.action": action,
            "github.event.number": number,
            "github.event.pull_request.base.ref": "main",
            "github.event.pull_request.head.repo.full_name": "stranger/fork" if fork else repository,
            "github.repository": repository,
            "github.token": "workflow-token",
            "runner.os": "Linux",
            "runner.arch": "X64",
            **{f"vars.{name}": value for name, value in self.variables.items()},
        }
        subject = f"repo:{repository}:" + ("pull_request" if event == "pull_request" else "ref:refs/heads/main")
        jobs = {}
        for name, job in source["jobs"].items():
            self.env = {key: self.fill(value) for key, value in source["env"].items()}
            if self.evaluate(job["if"]):
                jobs[name] = self.job(job, subject, fork)
        return jobs

    def job(self, job, subject, fork):
        number = self.machine.next()
        self.steps, self.failed, self.ran = {}, False, []
        self.workspace = self.machine.folder / f"workspace-{number}"
        self.workspace.mkdir()
        self.files = {}
        for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"):
            self.files[name] = self.machine.folder / f"{name}-{number}"
            self.files[name].touch()
        self.aws, self.permissions = {}, {} if fork else job["permissions"]
        self.subject = subject
        for step in job["steps"]:
            self.step(step, {})
        return {"failed": self.failed, "steps": self.ran, "group": self.fill(job.get("concurrency", {}).get("group", ""))}

    def step(self, step, inputs):
        name = step.get("name") or step.get("uses")
        self.inputs = inputs
        wanted = self.evaluate(step["if"]) if "if" in step else True
        if not wanted or (self.failed and "always()" not in step.get("if", "")):
            self.steps[step.get("id", name)] = {"outcome": "skipped", "outputs": {}}
            return
        if "uses" in step:
            self.use(step["uses"], {key: self.fill(value) for key, value in step.get("with", {}).items()})
            return
        run = self.machine.shell(step["run"], self.workspace, self.variables_of(step))
        outputs = dict(line.split("=", 1) for line in self.files["GITHUB_OUTPUT"].read_text().splitlines())
        self.files["GITHUB_OUTPUT"].write_text("")
        self.steps[step.get("id", name)] = {"outcome": "success" if run.returncode == 0 else "failure", "outputs": outputs}
        self.ran.append((name, run.returncode, run.stdout + run.stderr))
        self.failed |= run.returncode != 0

    def variables_of(self, step):
        added = [line for line in self.files["GITHUB_PATH"].read_text().splitlines()]
        return {
            **self.machine.environment,
            "HOME": str(self.machine.home),
            "PATH": ":".join([*reversed(added), self.machine.path]),
            "GITHUB_API_URL": self.comments.url,
            "GITHUB_REPOSITORY": self.context["github.repository"],
            "GITHUB_ACTOR": "dev",
            **{name: str(path) for name, path in self.files.items()},
            **self.env,
            **self.aws,
            **{key: self.fill(value) for key, value in step.get("env", {}).items()},
        }

    def use(self, action, inputs):
        if action.startswith("./"):
            composite = yaml.safe_load((self.workspace / action / "action.yml").read_text())
            for step in composite["runs"]["steps"]:
                assert "uses" in step or step["shell"] == "bash"
                self.step(step, inputs)
        elif action.startswith("actions/checkout@"):
            assert self.permissions.get("contents") == "read" or not self.permissions
            shutil.copytree(self.folder, self.workspace, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".botctl", ".git"))
        elif action.startswith("aws-actions/configure-aws-credentials@"):
            assert self.permissions.get("id-token") == "write"
            self.aws = assume(self.machine, inputs["role-to-assume"], "sts.amazonaws.com",
                              "https://token.actions.githubusercontent.com", self.subject)
            self.aws["AWS_REGION"] = inputs["aws-region"]
        else:
            assert action.startswith("actions/cache@"), action

    def fill(self, text):
        return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(self.evaluate(match[1]) or ""), str(text))

    def evaluate(self, expression):
        """The part of GitHub's expressions that the workflow uses."""
        parts = re.split(r"('[^']*')", expression)
        for index in range(0, len(parts), 2):
            part = parts[index].replace("&&", " and ").replace("||", " or ").replace("\n", " ")
            part = re.sub(r"\balways\(\)", "True", part)
            part = re.sub(r"\b[a-z]\w*(?:\.[\w-]+)+", lambda match: f"self.value({match[0]!r})", part)
            parts[index] = part.replace("hashFiles", "self.hash_files")
        return eval("".join(parts).strip(), {"self": self})

    def hash_files(self, *patterns):
        assert all(list(self.workspace.glob(pattern)) for pattern in patterns), patterns
        return "0123456789abcdef"

    def value(self, name):
        kind, _, rest = name.partition(".")
        if kind == "steps":
            step, _, rest = rest.partition(".")
            found = self.steps.get(step, {"outcome": "", "outputs": {}})
            return found["outcome"] if rest == "outcome" else found["outputs"].get(rest.partition(".")[2])
        if kind == "inputs":
            return self.inputs.get(rest)
        if kind == "env":
            return self.env[rest]
        assert kind == "vars" or name in self.context, name
        return self.context.get(name)


def assume(machine, role, audience, issuer, subject):
    """What a job's own token gets of AWS: the role's trust policy is asked."""
    sts = boto3.client(
        "sts",
        endpoint_url=machine.environment["AWS_ENDPOINT_URL"],
        region_name=machine.environment["AWS_REGION"],
        aws_access_key_id="unused",
        aws_secret_access_key="unused",
    )
    token = jwt(iss=issuer, aud=audience, sub=subject)
    answer = sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="ci", WebIdentityToken=token)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
    }


class GitLab:
    """One project. `run` gives the jobs of a pipeline, in order; jobs that wait for a hand are run by `play`."""

    def __init__(self, machine, folder, comments, variables):
        self.machine, self.folder, self.comments, self.variables = machine, folder, comments, variables
        self.source = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())

    def pipeline(self, *, merge_request=None, fork=False, push=None):
        predefined = {
            "CI_DEFAULT_BRANCH": "main",
            "CI_PROJECT_PATH": "acme/bots/support",
            "CI_PROJECT_ID": "42",
            "CI_PIPELINE_ID": "1001",
            "CI_API_V4_URL": f"{self.comments.url}/api/v4",
            "CI_REPOSITORY_URL": str(self.folder),
            "CI_PIPELINE_SOURCE": "merge_request_event" if merge_request else "push",
        }
        if merge_request:
            predefined["CI_MERGE_REQUEST_IID"] = str(merge_request)
            predefined["CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"] = "stranger/fork" if fork else "acme/bots/support"
        if push:
            predefined["CI_COMMIT_BRANCH"] = push
        self.predefined = predefined
        self.branch = push or "feature/sticker"
        values = {**self.source["variables"], **self.variables, **predefined}
        if not any(self.holds(rule["if"], values) for rule in self.source["workflow"]["rules"]):
            return {}
        names = [name for name in self.source if name not in ("default", "workflow", "stages", "variables") and name[0] != "."]
        jobs = {}
        for name in sorted(names, key=lambda name: self.source["stages"].index(self.merged(name)["stage"])):
            job = self.merged(name)
            rule = next((rule for rule in job["rules"] if self.holds(rule["if"], values)), None)
            if rule and rule.get("when") == "manual":
                jobs[name] = "manual"
            elif rule and rule.get("when") != "never":
                jobs[name] = self.play(name)
        return jobs

    def play(self, name):
        job = self.merged(name)
        folder = self.machine.folder / f"project-{self.machine.next()}"
        if job.get("variables", {}).get("GIT_STRATEGY") == "none":
            folder.mkdir()
        else:
            shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns(".botctl", ".git"))
        (folder / ".ci-cache/bin").mkdir(parents=True)
        shutil.copy(self.machine.home / ".local/bin/botctl", folder / ".ci-cache/bin/botctl")
        (folder / ".ci-cache/botctl").symlink_to(self.machine.home / ".cache/botctl")
        environment = {
            **self.machine.environment,
            "HOME": str(self.machine.home),
            "PATH": self.machine.path,
            "CI_PROJECT_DIR": str(folder),
            **self.source["variables"],
            **self.variables,
            **self.predefined,
        }
        for secret in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.pop(secret, None)
        for token, options in job.get("id_tokens", {}).items():
            subject = f"project_path:acme/bots/support:ref_type:branch:ref:{self.branch}"
            environment[token] = jwt(iss="https://gitlab.com", aud=options["aud"], sub=subject)
        script = "\n".join([*job["before_script"], *job["script"]])
        run = self.machine.shell(script, folder, environment)
        for path in job.get("artifacts", {}).get("paths", []):
            assert run.returncode or (folder / path).exists(), path
        return {"code": run.returncode, "log": run.stdout + run.stderr, "folder": folder, "job": job}

    def merged(self, name):
        job = dict(self.source[name])
        if "extends" in job:
            job = {**self.merged(job["extends"]), **job}
        return job

    def holds(self, condition, values):
        parts = re.split(r'("[^"]*")', condition)
        for index in range(0, len(parts), 2):
            part = parts[index].replace("&&", " and ").replace("||", " or ")
            parts[index] = re.sub(r"\$(\w+)", lambda match: f"values.get({match[1]!r})", part)
        return eval("".join(parts), {"values": values})
