"""`make bench`: speed and size, each number a median of one run on this machine, beside its peer.

Targets and the peers' numbers are named where they are printed; nothing here fails a build.
"""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from counting_proxy import CountingProxy

BOTCTL = sys.argv[1]
AWS = str(pathlib.Path(sys.executable).parent / "aws")


def compile_c(name, scratch):
    program = scratch / name
    subprocess.run(["cc", "-O2", "-o", str(program), str(HERE / f"{name}.c")], check=True)
    return str(program)


def timed(arguments, folder, environment, code=0):
    """Wall milliseconds and peak RSS (MB) of one command."""
    reader, writer = os.pipe()
    # The shell moves the pipe to descriptor 3 and becomes the small parent that measures.
    process = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" 3>&{writer}', "sh", MEASURE, *arguments], cwd=folder, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=[writer],
    )
    os.close(writer)
    with os.fdopen(reader) as result:
        wall, peak = result.read().split()
    assert process.returncode == code, f"{arguments}: exit {process.returncode}\n{process.stdout.decode()}"
    return float(wall), int(peak) / 1024


def median(samples):
    return statistics.median(samples)


def row(name, value, unit, target, peer=""):
    print(f"  {name:<38}{value:>10.2f} {unit:<4} target {target:<12} {peer}")


def bench_synth(project, environment):
    samples = [timed([BOTCTL, "synth", "--stdout"], project, environment) for _ in range(21)]
    print("synth (for scale: the CDK takes 4900 ms and 530 MB for the same stack)")
    row("wall", median([wall for wall, _ in samples]), "ms", "20")
    row("peak memory", median([rss for _, rss in samples]), "MB", "30")


def bench_deploy(project, environment):
    print("deploy, against the local AWS, handlers already built")
    noop, full, smoke, diff, down, aws_noop, aws_full = [], [], [], [], [], [], []
    template = project / "peer.template.json"
    timed([BOTCTL, "deploy", "--yes"], project, environment)
    counts = {"nothing to do": calls([BOTCTL, "deploy", "--yes"], project, environment)}
    counts["diff"] = calls([BOTCTL, "diff"], project, environment)
    prompts = Prompts(project)
    hotswap = [BOTCTL, "deploy", "--hotswap", "--yes", "--no-smoke", "--json"]
    taken, served = [], []
    for i in range(7):
        prompts.change()
        began = time.perf_counter()
        result = json.loads(subprocess.check_output(hotswap, cwd=project, env=environment, stderr=subprocess.DEVNULL))
        served.append((time.perf_counter() - began) * 1000)
        taken.append(served[-1] - result["settlingSeconds"] * 1000)
    prompts.change()
    counts["hotswap"] = calls(hotswap[:-1], project, environment)
    timed([BOTCTL, "deploy", "--yes", "--no-smoke"], project, environment)
    prompts.change()
    counts["a new prompt"] = calls([BOTCTL, "deploy", "--yes", "--no-smoke"], project, environment)
    counts["teardown"] = calls([BOTCTL, "teardown", "--yes", "--delete-data"], project, environment)
    counts["everything new"] = calls([BOTCTL, "deploy", "--yes", "--no-smoke"], project, environment)
    for i in range(7):
        noop.append(timed([BOTCTL, "deploy", "--yes"], project, environment)[0])
        diff.append(timed([BOTCTL, "diff"], project, environment)[0])
        down.append(timed([BOTCTL, "teardown", "--yes", "--delete-data"], project, environment)[0])
        full.append(timed([BOTCTL, "deploy", "--yes", "--no-smoke"], project, environment)[0])
        timed([BOTCTL, "teardown", "--yes", "--delete-data"], project, environment)
        smoke.append(timed([BOTCTL, "deploy", "--yes"], project, environment)[0])

    # The peer gets the template, parameters and package that botctl has just deployed: it has no build,
    # no package and no upload to do.
    import boto3

    cloudformation = boto3.client(
        "cloudformation",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    stack = cloudformation.describe_stacks()["Stacks"]
    mine = next(s for s in stack if s["StackName"].startswith(project.name))
    synthesized = json.loads(subprocess.check_output([BOTCTL, "synth", "--stdout"], cwd=project, env=environment))
    template.write_text(json.dumps(synthesized, separators=(",", ":")))  # what fits into a request
    parameters = [f"{p['ParameterKey']}={p['ParameterValue']}" for p in mine["Parameters"]]
    timed([BOTCTL, "teardown", "--yes", "--delete-data"], project, environment)
    peer = [AWS, "cloudformation", "deploy", "--template-file", str(template), "--stack-name", "peer",
            "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", "--parameter-overrides", *parameters]
    peers = {"everything new": calls(peer, project, environment)}
    time.sleep(1.1)  # the peer names its change sets by the second
    peers["nothing to do"] = calls(peer, project, environment)
    cloudformation.delete_stack(StackName="peer")
    for i in range(3):
        time.sleep(1.1)
        aws_full.append(timed(peer, project, environment)[0])
        time.sleep(1.1)
        aws_noop.append(timed(peer, project, environment)[0])
        cloudformation.delete_stack(StackName="peer")
    row("nothing to do", median(noop), "ms", "60", f"aws cloudformation deploy {median(aws_noop):.0f} ms: {median(aws_noop) / median(noop):.1f} times as long")
    row("everything new", median(full), "ms", "250", f"aws cloudformation deploy {median(aws_full):.0f} ms: {median(aws_full) / median(full):.1f} times as long")
    row("everything new, and the bot tried", median(smoke), "ms", "-")
    row("diff", median(diff), "ms", "60")
    row("hotswap of a prompt, until Lambda has it", median(taken), "ms", "120")
    row("... and until it is served", median(served), "ms", "-", "500 ms of it are the emulator's fixed wait")
    row("teardown", median(down), "ms", "-")
    print("AWS calls, counted on the wire (the peer uploads nothing, and waits with a waiter)")
    for what, found in counts.items():
        beside = f"aws cloudformation deploy {sum(peers[what].values())}" if what in peers else ""
        row(what, sum(found.values()), "", "-", beside)


class Prompts:
    """Writes another prompt each time."""

    def __init__(self, project):
        self.spec, self.text, self.number = project / "botctl.yml", (project / "botctl.yml").read_text(), 0

    def change(self):
        self.number += 1
        line = f"prompt: |\n  This is prompt number {self.number}.\n"
        self.spec.write_text(self.text.replace("prompt: |\n", line, 1))


def calls(arguments, folder, environment):
    """What a command asks of AWS. botctl's own count has to agree."""
    proxy = CountingProxy(environment["AWS_ENDPOINT_URL"])
    through = {**environment, "AWS_ENDPOINT_URL": proxy.url}
    verbose = ["--verbose"] if arguments[0] == BOTCTL else []
    process = subprocess.run([*arguments, *verbose], cwd=folder, env=through, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True)
    proxy.close()
    assert process.returncode == 0, f"{arguments}: exit {process.returncode}\n{process.stderr}"
    if verbose:
        own = re.findall(r"^(\d+) AWS calls?$", process.stderr, re.MULTILINE)
        assert own == [str(sum(proxy.calls.values()))], f"{arguments}: {own}, on the wire {proxy.calls}"
    return proxy.calls


def bench_dev(scratch, environment):
    print("dev, handlers already built, from the command or the save to what is live")
    project = scratch / "dev-shop"
    subprocess.run([BOTCTL, "init", str(project)], env=environment, check=True, capture_output=True)
    ministack = {"BOTCTL_MINISTACK": os.environ.get("BOTCTL_MINISTACK", str(ROOT / ".venv/bin/ministack"))}
    began = time.monotonic()
    dev = subprocess.Popen(
        [BOTCTL, "dev", "--no-open", "--json"], cwd=project, env={**environment, **ministack},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )

    def next_event(name):
        for line in dev.stdout:
            event = json.loads(line)
            assert event["event"] not in ("failed", "refused"), event
            if event["event"] == name:
                return event
        raise AssertionError("botctl dev stopped")

    try:
        next_event("ready")
        row("the page after init", (time.monotonic() - began) * 1000, "ms", "30000")
        spec, rule = project / "botctl.yml", project / "rules/bench.md"
        prompt, rules = [], []
        for i in range(9):
            spec.write_text(spec.read_text().replace("prompt: |\n", f"prompt: |\n  Word {i}.\n", 1))
            prompt.append(next_event("live")["ms"])
            rule.write_text(f"# Bench\n\n## Number {i}\n\nText {i}.\n")
            rules.append(next_event("live")["ms"])
        row("a change of the prompt", median(prompt), "ms", "300")
        row("a change of a rule", median(rules), "ms", "300")
    finally:
        dev.send_signal(2)
        dev.wait(60)


class Function:
    """A handler on a Runtime API of our own, with AWS behind it that costs next to nothing."""

    def __init__(self, project, environment, scratch):
        built = json.loads(subprocess.check_output([BOTCTL, "build", "--json"], cwd=project, env=environment, text=True, stderr=subprocess.DEVNULL))
        self.package, self.scratch, self.task = pathlib.Path(built["package"]), scratch, scratch / "task"
        shutil.unpack_archive(self.package, self.task, "zip")
        self.bootstrap = self.task / "bootstrap"
        self.bootstrap.chmod(0o755)
        self.server = compile_c("runtime_api", scratch)

    def run(self, handler, event, count, think_us=0, program=None):
        environment = {
            "PATH": os.environ["PATH"], "LAMBDA_TASK_ROOT": str(self.task), "BOTCTL_HANDLER": handler,
            "BOTCTL_TABLE": "bench", "BOTCTL_PARTITION_KEY": "userId", "BOTCTL_SORT_KEY": "sessionId",
            "AWS_REGION": "us-east-2", "AWS_DEFAULT_REGION": "us-east-2", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
        }
        file = self.scratch / "event.json"
        file.write_text(json.dumps(event))
        command = [self.server, str(file), str(count), str(think_us), "--", *(program or [str(self.bootstrap)])]
        output = subprocess.check_output(command, env=environment, stderr=subprocess.DEVNULL, text=True)
        return json.loads(output[output.rindex('{"cold_us"'):])


def percentile(samples, share):
    ordered = sorted(samples)
    return ordered[int(len(ordered) * share)]


def bench_bootstrap(function):
    cold = [function.run("connect", connect_event(), 60)["cold_us"] for _ in range(21)]
    warm = function.run("connect", connect_event(), 5050)
    print("bootstrap (the connect route: one signed DynamoDB call an invocation)")
    row("cold: start to the first next", median(cold) / 1000, "ms", "1.2", "Python with boto3: 164 ms")
    row("warm p50", percentile(warm["warm_us"], 0.5), "us", "150", "Python with boto3: 757 us")
    row("warm p99", percentile(warm["warm_us"], 0.99), "us", "-", "Python with boto3: 956 us")
    row("RSS", warm["rss_kb"] / 1024, "MB", "12", "Python with boto3: 46 MB")
    row("package (zip)", function.package.stat().st_size / 1e6, "MB", "9")


def bench_turn(function):
    """Everything but the model's time: a model that has its whole reply at once, DynamoDB and @connections that
    answer in microseconds, a chat of twelve turns, the example's rules in the prompt."""
    event = message_event()
    # Where the model thinks for a while, what goes on meanwhile is not in the way of its first word.
    thinking = 5000
    turn = function.run("sendMessage", event, 10_050)
    first = function.run("sendMessage", event, 1050, thinking)
    cold = [function.run("sendMessage", event, 60)["cold_us"] for _ in range(21)]
    program = [sys.executable, str(HERE / "turn_peer.py")]
    peer = function.run("sendMessage", event, 1050, 0, program)
    peer_first = function.run("sendMessage", event, 350, thinking, program)
    print("a turn (sendMessage), without the model's time")

    def beside(name, value, unit, target, other):
        row(name, value, unit, target, f"Python with boto3: {other:.2f} {unit}")

    for share in (0.5, 0.99):
        name = f"p{share * 100:.0f}"
        beside(f"overhead {name}", percentile(turn["warm_us"], share) / 1000, "ms", "< 5" if share == 0.5 else "-",
               percentile(peer["warm_us"], share) / 1000)
    for share in (0.5, 0.99):
        name = f"p{share * 100:.0f}"
        beside(f"first word to first delta {name}", percentile(first["first_delta_us"], share) / 1000, "ms", "< 2",
               percentile(peer_first["first_delta_us"], share) / 1000)
    beside("RSS after 50 turns", turn["early_rss_kb"] / 1024, "MB", "-", peer["early_rss_kb"] / 1024)
    beside("RSS after 10,000 turns (peer: 1,000)", turn["rss_kb"] / 1024, "MB", "< 20", peer["rss_kb"] / 1024)
    beside("cold: start to the first next", median(cold) / 1000, "ms", "< 1.5", peer["cold_us"] / 1000)


def connect_event():
    return {
        "headers": {"Host": "abc123.execute-api.us-east-2.amazonaws.com"},
        "multiValueHeaders": {},
        "requestContext": {
            "routeKey": "$connect", "eventType": "CONNECT", "connectionId": "Lq3dXcEUoAMCJjg=", "apiId": "abc123",
            "stage": "dev", "domainName": "abc123.execute-api.us-east-2.amazonaws.com", "requestId": "Lq3dXE7oIAMF4lQ=",
            "connectedAt": 1700000000000, "requestTimeEpoch": 1700000000001, "messageDirection": "IN",
            "identity": {"sourceIp": "192.0.2.1"}, "authorizer": {"principalId": "v_bench", "userId": "v_bench"},
        },
        "isBase64Encoded": False,
    }


def message_event():
    event = connect_event()
    context = event["requestContext"] | {"routeKey": "sendMessage", "eventType": "MESSAGE", "messageId": "Lq3dXE7oIAMF4lQ="}
    body = {"action": "sendMessage", "messageId": "m-bench", "message": "How many days do I have to return an item?"}
    return {"requestContext": context, "body": json.dumps(body), "isBase64Encoded": False}


def main():
    from conftest import base_environment, read_exports

    scratch = pathlib.Path(tempfile.mkdtemp(prefix="botctl-bench."))
    server = None
    global MEASURE
    MEASURE = compile_c("measure", scratch)
    try:
        project = scratch / "bench-shop"
        environment = base_environment()
        subprocess.run([BOTCTL, "init", str(project)], env=environment, check=True, capture_output=True)
        bench_synth(project, environment)
        function = Function(project, environment, scratch)
        bench_bootstrap(function)
        bench_turn(function)
        bench_dev(scratch, environment)
        exports = scratch / "env"
        subprocess.run([sys.executable, str(HERE / "retrieval.py"), BOTCTL], check=True)
        server = subprocess.Popen(
            [BOTCTL, "local", "-C", str(ROOT), "--write-env", str(exports)], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        while not exports.exists():
            assert server.poll() is None, "botctl local stopped"
            time.sleep(0.05)
        bench_deploy(project, {**environment, **read_exports(exports)})
    finally:
        if server:
            server.send_signal(2)
            server.wait(30)
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
