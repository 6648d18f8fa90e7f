"""init, validate, diff, deploy, teardown: the exit codes and effects that scripts rely on."""

import pytest
from conftest import ROOT, Botctl, base_environment

# The home stays: with another one the handlers would be compiled again.
NOBODY = {
    "AWS_ACCESS_KEY_ID": "",
    "AWS_SECRET_ACCESS_KEY": "",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="module")
def shop(local_aws, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lifecycle") / "tool-library"
    environment = {**base_environment(), **local_aws}
    Botctl(ROOT, environment).ok("init", str(folder))
    spec = folder / "botctl.yml"
    spec.write_text(spec.read_text().replace("onTeardown: delete", "onTeardown: retain"))
    shop = Botctl(folder, environment)
    yield shop
    shop("teardown", "--yes", "--delete-data")


def test_the_whole_life_of_a_bot(shop, aws):
    shop.ok("validate")
    assert shop.ok("diff", code=2).out
    url = shop.ok("deploy", "--yes").out
    assert "ws" in url

    again = shop.ok("deploy", "--yes")
    assert "nothing to do" in (again.out + again.err).lower()
    shop.ok("diff")

    # A second opinion by CloudFormation, which leaves nothing behind, and what was changed behind its back.
    stack = shop.ok("diff", "--json").json["stack"]
    change_sets = aws("cloudformation").list_change_sets(StackName=stack)["Summaries"]
    seen = shop.ok("diff", "--change-set", "--drift", "--json").json
    assert seen["empty"] and seen["drift"] == []
    assert aws("cloudformation").list_change_sets(StackName=stack)["Summaries"] == change_sets
    function = shop.ok("outputs", "--json").json["outputs"]["FunctionHello"]
    aws("lambda").update_function_configuration(FunctionName=function, MemorySize=1024)
    assert [found["logicalId"] for found in shop.ok("diff", "--drift", "--json", code=2).json["drift"]] == ["HelloFunction"]
    comment = shop.ok("diff", "--drift", "--markdown", code=2).out
    assert comment.startswith(f"<!-- botctl diff: {stack} -->") and "HelloFunction" in comment
    aws("lambda").update_function_configuration(FunctionName=function, MemorySize=256)

    rules = shop.folder / "rules"
    first = sorted(rules.glob("*.md"))[0]
    first.write_text(first.read_text() + "\n## Tuesdays\n\nOn Tuesdays every repair comes with a free sticker.\n")
    changed = shop.ok("diff", code=2)
    assert "sticker" in changed.out
    machine = shop.ok("diff", "--json", code=2).json
    assert machine["formatVersion"] >= 1 and machine["changes"] is not None
    shop.ok("deploy", "--yes")
    shop.ok("diff")
    assert "sticker" in shop.ok("chat", "--message", "What comes with a repair on Tuesdays?").out.lower()

    # Back to what was before the sticker, and forward again.
    _, after = [entry["id"] for entry in reversed(shop.ok("history", "--json").json["deployments"])]
    shop.ok("rollback", "--yes")
    assert "sticker" not in shop.ok("chat", "--message", "What comes with a repair on Tuesdays?").out.lower()
    assert len(shop.ok("history", "--json").json["deployments"]) == 3
    shop.ok("rollback", after, "--yes", "--no-smoke")
    shop.ok("diff")
    assert shop.ok("status", "--json").json["status"] == "UPDATE_COMPLETE"
    assert stack in [bot["stack"] for bot in shop.ok("list", "--json").json["bots"]]
    assert shop.ok("events", "--json").json["events"]
    assert shop.ok("gc", "--keep", "1", "--dry-run", "--json").json["objects"] == [], "everything is young"

    table = shop.ok("outputs", "--json").json["outputs"]["TableName"]
    kept = shop.ok("teardown", "--yes")
    assert table in kept.out + kept.err
    assert table in aws("dynamodb").list_tables()["TableNames"]
    shop.ok("teardown", "--yes", "--delete-data")
    assert table not in aws("dynamodb").list_tables()["TableNames"]
    shop.ok("teardown", "--yes")
    assert shop.ok("diff", code=2).out


def test_what_is_refused_and_how(shop):
    assert shop("deploy", AWS_SECRET_ACCESS_KEY="wrong").code == 77
    assert shop("deploy", **NOBODY).code == 77
    assert shop("deploy", "--no-such-flag").code == 64
    refused = shop("deploy")
    assert refused.code == 1 and "--yes" in refused.err

    spec = shop.folder / "botctl.yml"
    text = spec.read_text()
    spec.write_text(text + "\nhistroy: { turns: 3 }\n")
    try:
        broken = shop.ok("validate", code=65)
        assert "histroy" in broken.out + broken.err and "history" in broken.out + broken.err
        assert "botctl.yml:" in broken.out + broken.err
        shop.ok("deploy", "--yes", code=65)
    finally:
        spec.write_text(text)


def test_synth_is_deterministic_and_needs_no_network(shop):
    offline = {name: "" for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    once = shop.ok("synth", "--stdout", **offline)
    assert once.out == shop.ok("synth", "--stdout", **offline).out
    assert '"AWS::ApiGatewayV2::Api"' in once.out
