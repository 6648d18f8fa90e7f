"""deploy, update, rollback and teardown through a network and an AWS that fail on purpose.

Each command ends in success, or in an error that says what to do and whose rerun works; nothing is left behind.
`BOTCTL_FAULT_SEEDS` says how many seeds are tried; `make soak` tries 300.
"""

import os
import urllib.parse

import pytest
from conftest import ROOT, Botctl, base_environment
from faulty_aws import FaultyAWS

SEEDS = int(os.environ.get("BOTCTL_FAULT_SEEDS", "8"))
SHARE = 0.2


@pytest.fixture(scope="module")
def broken(local_aws):
    address = urllib.parse.urlsplit(local_aws["AWS_ENDPOINT_URL"])
    proxy = FaultyAWS((address.hostname, address.port))
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def shop(local_aws, broken, tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty") / "kite-shop"
    environment = {**base_environment(), **local_aws, "AWS_ENDPOINT_URL": broken.url, "BOTCTL_STAGE": "pr-faulty"}
    Botctl(ROOT, environment).ok("init", str(folder))
    shop = Botctl(folder, environment)
    shop.ok("build")
    yield shop
    shop("teardown", "--yes", "--delete-data")


def write_rate(shop, rate):
    spec = shop.folder / "botctl.yml"
    lines = [line for line in spec.read_text().splitlines() if not line.startswith("throttling: ")]
    spec.write_text("\n".join(lines) + f"\nthrottling: {{ rate: {rate}, burst: 50 }}\n")


def unfinished(aws, stack):
    cloudformation = aws("cloudformation")
    return [
        found["ChangeSetName"]
        for found in cloudformation.list_change_sets(StackName=stack)["Summaries"]
        if found["ExecutionStatus"] not in ("EXECUTE_COMPLETE", "OBSOLETE")
    ]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_breaks_a_second_run_mends(shop, broken, aws, seed):
    def attempt(*arguments):
        broken.breaks(f"{seed} {arguments}", SHARE)
        run = shop(*arguments)
        broken.breaks(0, 0.0)
        if run.code != 0:
            assert run.code in (1, 3, 77), f"{arguments}: {run}"
            assert "error[" in run.err and "fix:" in run.err, f"{arguments}: {run}"
            shop.ok(*arguments)
        return run

    stack = "kite-shop-pr-faulty"
    write_rate(shop, 20)
    attempt("deploy", "--yes", "--no-smoke")
    assert unfinished(aws, stack) == []
    write_rate(shop, 30)
    attempt("deploy", "--yes", "--no-smoke")
    assert unfinished(aws, stack) == []
    entries = shop.ok("history", "--json").json["deployments"]
    # A rollback is said by name: a second run of it must not go back to where it came from.
    attempt("rollback", entries[-1]["id"], "--yes", "--no-smoke")
    assert unfinished(aws, stack) == []
    attempt("teardown", "--yes", "--delete-data")
    shop.ok("outputs", code=1)
    names = [found["StackName"] for found in aws("cloudformation").describe_stacks()["Stacks"]]
    assert stack not in names
    buckets = [bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"] if "botctl" in bucket["Name"]]
    for bucket in buckets:
        left = aws("s3").list_objects_v2(Bucket=bucket, Prefix="kite-shop/pr-faulty/").get("Contents", [])
        assert left == [], f"orphans in {bucket}"
    assert not [name for name in aws("dynamodb").list_tables()["TableNames"] if stack in name]


def test_every_kind_of_fault_was_met(broken):
    assert set(broken.seen) >= {"throttle", "error", "reset", "lost", "truncate", "delay", "skew"}, broken.seen
