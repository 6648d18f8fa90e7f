"""`botctl policy` is enough, and no more than that: with exactly it everything works, without one action something
fails. MiniStack checks what botctl asks for itself; what CloudFormation asks for on the caller's behalf it does not
check, so that part is held against AWS's resource schemas (Tests/SynthesisTests/DeployerPolicyTests.swift)."""

import json
import shutil
import uuid

import boto3
import pytest
from conftest import ROOT, Botctl, base_environment

# Only in states that a local AWS cannot be brought into by a deployment: a stuck rollback, an update left half done.
NOT_REACHED = {
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:RollbackStack",
    "cloudformation:CancelUpdateStack",
}
# AWS asks for it where a parameter is made with tags; MiniStack does not
# (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html).
UNASKED = {"ssm:AddTagsToResource"}
# What CloudFormation does for the caller, which MiniStack does not check.
UNCHECKED = ("lambda:", "iam:", "logs:", "dynamodb:", "apigateway:", "sns:", "cloudwatch:", "bedrock:", "kms:")


@pytest.fixture(scope="module")
def admin(local_aws, tmp_path_factory):
    folder = tmp_path_factory.mktemp("policy") / "bicycle-shop"
    environment = {**base_environment(), **local_aws}
    Botctl(ROOT, environment).ok("init", str(folder))
    admin = Botctl(folder, environment)
    admin.ok("bootstrap", "--yes")
    yield admin
    admin("teardown", "--yes", "--delete-data")


@pytest.fixture(scope="module")
def as_user(local_aws, admin):
    """A botctl whose user is allowed exactly what a document says. The server's own key makes users."""
    account = admin.ok("policy", "--json").json["account"]
    iam = boto3.client(
        "iam",
        endpoint_url=local_aws["AWS_ENDPOINT_URL"],
        region_name=local_aws["AWS_REGION"],
        aws_access_key_id=account,
        aws_secret_access_key="root",
    )

    def make(document):
        name = f"deployer-{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="deployer", PolicyDocument=json.dumps(document))
        if "dynamodb:ListTagsOfResource" in json.dumps(document):
            # Of this call MiniStack does not see which table it is about, so a policy that names tables never fits it.
            tags = {"Effect": "Allow", "Action": "dynamodb:ListTagsOfResource", "Resource": "*"}
            extra = {"Version": "2012-10-17", "Statement": [tags]}
            iam.put_user_policy(UserName=name, PolicyName="emulator", PolicyDocument=json.dumps(extra))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        environment = {
            **admin.environment,
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        return Botctl(admin.folder, environment)

    return make


def document(admin, job, *options):
    return json.loads(admin.ok("policy", "--for", job, *options).out)


def touch(admin, text):
    rules = sorted((admin.folder / "rules").glob("*.md"))[0]
    rules.write_text(rules.read_text() + f"\n## {text}\n\n{text}.\n")


def protect(admin, on):
    spec = admin.folder / "botctl.yml"
    plain = spec.read_text().replace("protect: true\nname:", "name:")
    spec.write_text(plain.replace("name:", "protect: true\nname:", 1) if on else plain)


def life(admin, user):
    """Everything that the policy of a deployer promises, as far as the first command that fails."""
    yield user("diff"), 2
    yield user("deploy", "--yes"), 0
    touch(admin, f"News {uuid.uuid4().hex[:6]}")
    yield user("diff"), 2
    yield user("deploy", "--approve", "never"), 0
    yield user("status"), 0
    yield user("history"), 0
    yield user("events"), 0
    yield user("rollback", "--yes"), 0
    protect(admin, True)
    yield user("deploy", "--approve", "never", "--confirm", "dev"), 0
    protect(admin, False)
    yield user("deploy", "--approve", "never", "--confirm", "dev"), 0
    touch(admin, f"Hot {uuid.uuid4().hex[:6]}")
    yield user("deploy", "--hotswap", "--yes"), 0
    yield user("deploy", "--approve", "never"), 0


def first_failure(steps):
    for run, code in steps:
        if run.code != code:
            return run
    return None


def test_with_exactly_the_policy_everything_works(admin, as_user):
    assert first_failure(life(admin, as_user(document(admin, "deploy")))) is None
    reader = as_user(document(admin, "diff"))
    reader.ok("diff")
    refused = reader("deploy", "--yes")
    touch(admin, "Something new")
    refused = reader("deploy", "--yes")
    assert refused.code == 77, refused
    cleaner = as_user(document(admin, "teardown"))
    assert cleaner("deploy", "--yes").code == 77
    cleaner.ok("teardown", "--yes", "--delete-data")
    cleaner.ok("teardown", "--yes", "--delete-data")


def without(policy, action):
    copy = json.loads(json.dumps(policy))
    for statement in copy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [name for name in actions if name != action] or ["sts:GetCallerIdentity"]
    return copy


def checked_actions(policy):
    actions = set()
    for statement in policy["Statement"]:
        actions |= set(statement["Action"]) if isinstance(statement["Action"], list) else {statement["Action"]}
    return sorted(action for action in actions if not action.startswith(UNCHECKED))


def leftover_change_sets(aws, stack):
    client = aws("cloudformation")
    try:
        client.describe_stacks(StackName=stack)
    except client.exceptions.ClientError:
        return False
    return True


def test_without_one_action_of_a_deployer_something_fails(admin, as_user, aws):
    policy = document(admin, "deploy")
    idle = []
    for action in checked_actions(policy):
        admin.ok("teardown", "--yes", "--delete-data")
        user = as_user(without(policy, action))
        failed = first_failure(life(admin, user)) is not None
        protect(admin, False)
        admin("deploy", "--approve", "never", "--confirm", "dev", "--no-smoke")
        if not failed and action in ("cloudformation:DeleteChangeSet", "cloudformation:DeleteStack"):
            # Where nobody answers, the plan and the empty stack that it needed are to go again.
            admin.ok("teardown", "--yes", "--delete-data")
            user("deploy")
            failed = leftover_change_sets(aws, "bicycle-shop-dev")
        if not failed:
            idle.append(action)
    assert set(idle) <= NOT_REACHED | UNASKED, idle


def test_without_one_action_of_a_teardown_something_stays(admin, as_user):
    policy = document(admin, "teardown")
    actions = checked_actions(policy) + ["dynamodb:ListTables", "logs:DescribeLogGroups"]
    for action in actions:
        admin.ok("deploy", "--yes", "--no-smoke")
        assert as_user(without(policy, action))("teardown", "--yes", "--delete-data").code != 0, action


def test_previews_are_all_that_a_preview_policy_allows(admin, as_user):
    user = as_user(document(admin, "preview"))
    user.ok("deploy", "--yes", "--stage", "pr-12")
    assert user("deploy", "--yes", "--stage", "dev").code == 77
    assert user("teardown", "--yes", "--stage", "dev").code == 77
    listed = {bot["stage"]: bot for bot in admin.ok("list", "--json").json["bots"] if bot["name"] == "bicycle-shop"}
    assert listed["pr-12"]["preview"] and listed["pr-12"]["ageSeconds"] < 3600
    assert not listed.get("dev", {}).get("preview")
    # The pattern has gone from the spec, and with it what the preview was deployed by.
    spec = admin.folder / "botctl.yml"
    before = spec.read_text()
    spec.write_text(before.replace('  "pr-*":', "  staging:"))
    try:
        refused = user("deploy", "--yes", "--stage", "pr-12")
        assert refused.code == 65 and "BOT204" in refused.err
        user.ok("teardown", "--yes", "--delete-data", "--stage", "pr-12")
    finally:
        spec.write_text(before)
    assert "pr-12" not in {bot["stage"] for bot in admin.ok("list", "--json").json["bots"] if bot["name"] == "bicycle-shop"}


def test_a_stack_of_another_bot_is_not_torn_down(admin, tmp_path):
    """The bot `bicycle` with the stage `shop-pr-5` would have the same stack."""
    admin.ok("deploy", "--yes", "--no-smoke", "--stage", "pr-5")
    other = tmp_path / "bicycle"
    shutil.copytree(admin.folder, other)
    spec = other / "botctl.yml"
    text = spec.read_text().replace("name: bicycle-shop", "name: bicycle").replace('  "pr-*":', "  shop-pr-5:")
    spec.write_text(text)
    refused = Botctl(other, admin.environment)("teardown", "--yes", "--stage", "shop-pr-5")
    assert refused.code == 1 and "bicycle-shop" in refused.err, refused
    admin.ok("teardown", "--yes", "--delete-data", "--stage", "pr-5")
