"""botctl is killed in the middle of its work, and somebody simply runs it again."""

import random
import signal
import subprocess
import time

import pytest
from conftest import BOTCTL, ROOT, Botctl, base_environment

POINTS = 50


@pytest.fixture(scope="module")
def shop(local_aws, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recovery") / "cheese-counter"
    environment = {**base_environment(), **local_aws, "BOTCTL_STAGE": "pr-kill"}
    Botctl(ROOT, environment).ok("init", str(folder))
    shop = Botctl(folder, environment)
    shop.ok("build")
    yield shop
    shop("teardown", "--yes", "--delete-data")


def change(shop, number):
    """Another template and another package each time."""
    spec = shop.folder / "botctl.yml"
    lines = [line for line in spec.read_text().splitlines() if not line.startswith("throttling: ")]
    spec.write_text("\n".join(lines) + f"\nthrottling: {{ rate: {number + 20}, burst: 50 }}\n")
    rules = sorted((shop.folder / "rules").glob("*.md"))[0]
    rules.write_text(rules.read_text().split("\n## Run ")[0] + f"\n## Run {number}\n\nOffer number {number}.\n")


def killed(shop, *arguments, after):
    process = subprocess.Popen(
        [BOTCTL, *arguments],
        cwd=shop.folder,
        env=shop.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    return process.wait()


def test_a_deployment_that_was_killed_is_finished_by_the_next(shop, aws):
    cloudformation = aws("cloudformation")
    began = time.monotonic()
    shop.ok("deploy", "--yes", "--no-smoke")
    whole = time.monotonic() - began
    stack = shop.ok("status", "--json").json["stack"]
    shop.ok("teardown", "--yes", "--delete-data")
    ends = []
    for point in range(POINTS):
        # Every fifth from nothing, the others as an update of what the last one left.
        if point % 5 == 0:
            shop.ok("teardown", "--yes", "--delete-data")
        change(shop, point)
        ends.append(killed(shop, "deploy", "--yes", "--no-smoke", after=whole * (point + 0.5) / POINTS))
        shop.ok("deploy", "--yes", "--no-smoke")
        shop.ok("diff")
        left = [
            found["ChangeSetName"]
            for found in cloudformation.list_change_sets(StackName=stack)["Summaries"]
            if found["ExecutionStatus"] not in ("EXECUTE_COMPLETE", "OBSOLETE")
        ]
        assert left == [], f"killed at point {point}"
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        assert status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), f"killed at point {point}: {status}"
    assert ends.count(-signal.SIGKILL) > POINTS // 2, "most were killed before they were done"
    assert "Offer number 49" in shop.ok("chat", "--message", "What is the offer number of run 49?").out


def test_a_teardown_that_was_killed_is_finished_by_the_next(shop, aws):
    generator = random.Random(7)
    for point in range(5):
        shop.ok("deploy", "--yes", "--no-smoke")
        killed(shop, "teardown", "--yes", "--delete-data", after=generator.uniform(0.005, 0.12))
        shop.ok("teardown", "--yes", "--delete-data")
        shop.ok("outputs", code=1)
        tables = aws("dynamodb").list_tables()["TableNames"]
        assert not [name for name in tables if "cheese-counter-pr-kill" in name], f"killed at point {point}"
    parameters = aws("ssm").describe_parameters()["Parameters"]
    assert not [found for found in parameters if found["Name"].startswith("/botctl/cheese-counter/kill")]
