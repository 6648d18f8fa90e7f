"""Models behind the bot: answers in the wires of Ollama, llama.cpp and vLLM, and Bedrock with somebody's own keys,
all as a deployed bot and boto3 see them through `botctl local --model`."""

import io
import json
import pathlib
import subprocess
import time
import zipfile

import boto3
import pytest
from bedrock_server import BedrockServer
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from chat import Chat
from conftest import BOTCTL, ROOT, Botctl, base_environment, running_local_aws
from model_server import ModelServer, cut, refuse

LLAMA = "meta.llama3-3-70b-instruct-v1:0"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
ANSWER = "Unused items go back within 60 days (ça va 👍). [returns-1]"
TOOLS = {
    "tools": [
        {
            "toolSpec": {
                "name": "orderStatus",
                "description": "Tells the state of an order.",
                "inputSchema": {"json": {"type": "object", "properties": {"order": {"type": "string"}}}},
            }
        }
    ]
}


@pytest.fixture(scope="module")
def model():
    with ModelServer("ollama-text.sse") as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def local_aws(model, folder):
    yield from running_local_aws(folder, "--model", f"openai:{model.url}/", OPENAI_API_KEY="sk-test-1")


@pytest.fixture(scope="module")
def bot(local_aws, model, folder):
    """A deployed `botctl init` project with a tool, in two stages: the default model, and one that streams with tools."""
    project = Botctl(folder / "shop", {**base_environment(), **local_aws})
    Botctl(ROOT, project.environment).ok("init", str(folder / "shop"))
    spec = folder / "shop" / "botctl.yml"
    stage = {"model": {"id": CLAUDE, "fallback": LLAMA}, "tools": [tool(local_aws)], "table": {"onTeardown": "delete"}}
    spec.write_text(spec.read_text().replace("\nstages:\n", f"\nstages:\n  tools: {json.dumps(stage)}\n"))
    # Each deployment asks the bot a question.
    model.answers = ["ollama-text.sse"]
    project.ok("deploy", "--yes")
    project.ok("deploy", "--yes", "--stage", "tools")
    return project


def tool(local_aws):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("orders.py", (ROOT / "docs/examples/orders.py").read_text())
    session = boto3.Session(
        local_aws["AWS_ACCESS_KEY_ID"], local_aws["AWS_SECRET_ACCESS_KEY"], region_name=local_aws["AWS_REGION"]
    )
    aws = lambda service: session.client(service, endpoint_url=local_aws["AWS_ENDPOINT_URL"])  # noqa: E731
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = aws("iam").create_role(RoleName="orders", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    arn = aws("lambda").create_function(
        FunctionName="orders", Runtime="python3.12", Handler="orders.handler", Role=role, Code={"ZipFile": archive.getvalue()}
    )["FunctionArn"]
    return {
        "name": "orderStatus",
        "description": "Tells the state of one of the customer's orders.",
        "input": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
        "target": {"lambda": arn},
    }


@pytest.fixture
def ask(bot, model):
    """Asks the bot one question, with the model's answers as given."""

    def ask(question, *answers, stage="dev", user=None):
        model.answers, model.requests = list(answers), []
        url = bot.ok("outputs", "--json", "--stage", stage).json["outputs"]["chatUrl"]
        with Chat(url) as chat:
            chat.hello()
            return chat.ask(question, timeout=40)

    return ask


def client(local_aws, **config):
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=local_aws["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"],
        region_name="us-east-2",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60, **config),
    )


def read(stream):
    """The message that a ConverseStream says, its end and its usage."""
    blocks, stop, usage = {}, None, None
    for event in stream:
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]
            blocks[start["contentBlockIndex"]] = dict(start["start"]["toolUse"], input="")
        elif "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]
            index = delta["contentBlockIndex"]
            if "text" in delta["delta"]:
                blocks[index] = blocks.get(index, "") + delta["delta"]["text"]
            else:
                blocks[index]["input"] += delta["delta"]["toolUse"]["input"]
        elif "messageStop" in event:
            stop = event["messageStop"]
        elif "metadata" in event:
            usage = event["metadata"]["usage"]
    assert list(blocks) == list(range(len(blocks)))
    return list(blocks.values()), stop, usage


def hello(**more):
    return {"messages": [{"role": "user", "content": [{"text": "Where is A-1001?"}]}], "modelId": CLAUDE, **more}


@pytest.mark.parametrize(
    "fixture, tokens", [("ollama-text.sse", 441), ("llamacpp-text.sse", 272), ("vllm-text.sse", 273)]
)
def test_boto3_reads_translated_texts(local_aws, model, fixture, tokens):
    model.answers = [fixture]
    blocks, stop, usage = read(client(local_aws).converse_stream(**hello())["stream"])
    assert (blocks, stop["stopReason"]) == ([ANSWER], "end_turn")
    assert usage["totalTokens"] == tokens and "additionalModelResponseFields" not in stop


@pytest.mark.parametrize(
    "fixture, orders",
    [
        ("ollama-tools.sse", ["A-1001"]),
        ("llamacpp-tools.sse", ["A-1001"]),
        ("vllm-tools.sse", ["A-1001", "A-1002"]),
        ("ollama-tools-numbered-zero.sse", ["A-1001", "A-1002"]),
        ("ollama-tools-without-ids.sse", ["A-1001", "A-1002"]),
    ],
)
def test_boto3_reads_translated_calls(local_aws, model, fixture, orders):
    model.answers = [fixture]
    blocks, stop, usage = read(client(local_aws).converse_stream(**hello(toolConfig=TOOLS))["stream"])
    assert [json.loads(block["input"])["order"] for block in blocks] == orders
    assert stop["stopReason"] == "tool_use"
    assert len({block["toolUseId"] for block in blocks}) == len(blocks)
    estimated = fixture == "ollama-tools-without-ids.sse"
    assert stop.get("additionalModelResponseFields") == ({"usageEstimated": True} if estimated else None)
    # The answer goes back, with a result for each call.
    calls = [{"toolUse": dict(block, input=json.loads(block["input"]))} for block in blocks]
    results = [{"toolResult": {"toolUseId": block["toolUseId"], "content": [{"text": "packed"}]}} for block in blocks]
    model.answers, model.requests = ["ollama-text.json"], []
    answer = client(local_aws).converse(
        **hello(toolConfig=TOOLS)
        | {"messages": hello()["messages"] + [{"role": "assistant", "content": calls}, {"role": "user", "content": results}]}
    )
    assert answer["output"]["message"]["content"] == [{"text": "Your order A-1001 is packed."}]
    (_, _, request), = model.requests
    assert [message["role"] for message in request["messages"]] == ["user", "assistant"] + ["tool"] * len(orders)
    assert request["stream"] is False


@pytest.mark.parametrize(
    "plan, code, status",
    [
        (refuse(404, 'model "llama3.3" not found, try pulling it first'), "ResourceNotFoundException", 404),
        (refuse(400, "llama3.3 does not support tools"), "ValidationException", 400),
        (refuse(429, "Rate limit reached"), "ThrottlingException", 429),
        (refuse(500, "boom"), "ModelErrorException", 424),
        (refuse(503, "Loading model"), "ServiceUnavailableException", 503),
        (refuse(401, "Incorrect API key"), "AccessDeniedException", 403),
    ],
)
def test_refusals_are_bedrocks(local_aws, model, plan, code, status):
    model.answers = [plan]
    with pytest.raises(ClientError) as error:
        client(local_aws).converse_stream(**hello())
    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("plan", [cut("llamacpp-text.sse", 1900), "llamacpp-error.sse", "vllm-error.sse"])
def test_breaks_in_mid_stream_are_exceptions_in_it(local_aws, model, plan):
    model.answers = [plan]
    with pytest.raises(EventStreamError) as error:
        read(client(local_aws).converse_stream(**hello())["stream"])
    assert error.value.response["Error"]["Code"] == "modelStreamErrorException"


def test_a_chat_streams(ask, model):
    deltas, done = ask("How long can I return things?", "ollama-text.sse")
    assert done["type"] == "done" and ANSWER.split(" [")[0] in done["text"], done
    assert deltas and done["usage"]["inputTokens"] == 412, done
    (path, headers, request), = model.requests
    assert path == "/v1/chat/completions" and headers["Authorization"] == "Bearer sk-test-1"
    assert request["model"] == "llama3.3" and request["messages"][0]["role"] == "system" and request["stream"] is True


@pytest.mark.parametrize("wire", ["ollama", "llamacpp", "vllm"])
def test_tools_run(ask, model, wire):
    deltas, done = ask("Where is my order A-1001?", f"{wire}-tools.sse", f"{wire}-text.sse", stage="tools")
    assert done["type"] == "done" and ANSWER.split(" [")[0] in done["text"], done
    first, second = (request for _, _, request in model.requests)
    assert [tool["function"]["name"] for tool in first["tools"]] == ["orderStatus", "request_handoff"]
    results = [message for message in second["messages"] if message["role"] == "tool"]
    assert results and all("found" in result["content"] or "state" in result["content"] for result in results), results


@pytest.mark.parametrize(
    "plan",
    [
        refuse(404, 'model "llama3.3" not found, try pulling it first'),
        refuse(500, "boom"),
        refuse(429, "Rate limit reached"),
        cut("llamacpp-text.sse", 1900),
        "vllm-error.sse",
    ],
    ids=["missing", "failing", "throttled", "cut", "error"],
)
def test_a_failing_model_is_an_honest_error(ask, plan):
    _, frame = ask("How long can I return things?", plan)
    assert frame["type"] == "error" and frame["message"], frame
    assert "ollama" not in json.dumps(frame).lower() and "127.0.0.1" not in json.dumps(frame), "the customer's, not ours"


def test_the_terminal_says_how_to_repair_it(ask, model, folder):
    ask("How long can I return things?", refuse(404, 'model "llama3.3" not found, try pulling it first'))
    for _ in range(600):
        log = (folder / "log").read_text()
        if "ollama pull llama3.3" in log:
            break
        time.sleep(0.1)
    assert "ollama pull llama3.3" in log and "sk-test-1" not in log


def local(*options, timeout=90, **environment):
    """A `botctl local` that ends by itself."""
    return subprocess.run(
        [BOTCTL, "local", "-C", str(ROOT), *options],
        env={**base_environment(), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def test_which_model_has_to_be_said():
    with ModelServer("ollama-text.sse", models=("llama3.3:latest", "qwen3:4b")) as server:
        run = local("--model", f"openai:{server.url}")
        assert run.returncode == 1 and "#qwen3:4b" in run.stderr and "name one of them" in run.stderr, run
    with ModelServer("ollama-text.sse", models=()) as server:
        run = local("--model", f"openai:{server.url}")
        assert run.returncode == 1 and "ollama pull" in run.stderr, run
    gone = server.url
    run = local("--model", f"openai:{gone}")
    assert run.returncode == 1 and "ollama serve" in run.stderr, run
    run = local("--model", "gpt")
    assert run.returncode == 64 and "none of offline, openai:URL[#name], bedrock[:region]" in run.stderr, run


def test_a_server_that_comes_later(tmp_path):
    with ModelServer("ollama-text.sse") as server:
        port = server.port
    for environment in running_local_aws(tmp_path, "--model", f"openai:http://127.0.0.1:{port}#llama3.3"):
        with pytest.raises(ClientError) as error:
            client(environment).converse_stream(**hello())
        assert error.value.response["Error"]["Code"] == "ServiceUnavailableException"
        with ModelServer("ollama-text.sse", port=port):
            assert read(client(environment).converse_stream(**hello())["stream"])[0] == [ANSWER]
    assert "ollama serve" in (tmp_path / "log").read_text()


def test_faults_come_before_any_model(tmp_path):
    with ModelServer("ollama-text.sse") as server:
        for environment in running_local_aws(tmp_path, "--model", f"openai:{server.url}", "--faults", "throttle=1"):
            with pytest.raises(ClientError) as error:
                client(environment).converse_stream(**hello())
            assert error.value.response["Error"]["Code"] == "ThrottlingException"
        assert server.requests == []


KEYS = {"AWS_ACCESS_KEY_ID": "AKIDREAL", "AWS_SECRET_ACCESS_KEY": "realsecret"}


def real_bedrock(answer):
    return BedrockServer(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], "eu-central-1", answer)


def endpoints(server):
    return {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url, "AWS_ENDPOINT_URL_STS": server.url, **KEYS}


def recorded_stream(local_aws, model):
    """A stream of events, as botocore reads them, from the stand-in."""
    model.answers = ["ollama-text.sse"]
    caught = []
    bedrock = client(local_aws)
    bedrock.meta.events.register("before-send.bedrock-runtime.ConverseStream", lambda request, **_: caught.append(request))
    read(bedrock.converse_stream(**hello())["stream"])
    import urllib.request

    request = urllib.request.Request(caught[0].url, caught[0].body, dict(caught[0].headers.items()), method="POST")
    model.answers = ["ollama-text.sse"]
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read()


def test_bedrock_with_ones_own_keys(local_aws, model, tmp_path):
    stream = recorded_stream(local_aws, model)
    pieces = [stream[at : at + 61] for at in range(0, len(stream), 61)]

    def answer(request):
        path, _, body = request
        if path.endswith("/converse-stream"):
            return 200, {"Content-Type": "application/vnd.amazon.eventstream", "x-amzn-RequestId": "r-1"}, pieces
        if path.endswith("/invoke"):
            return 200, {"Content-Type": "application/json", "X-Amzn-Bedrock-Input-Token-Count": "3"}, [b'{"embedding":[0.5]}']
        return 429, {"x-amzn-ErrorType": "ThrottlingException:http://x/"}, [b'{"message":"Too many requests"}']

    arn = "arn:aws:bedrock:eu-central-1:444455556666:inference-profile/eu.meta.llama3-2-3b-instruct-v1:0"
    guardrail = {"guardrailIdentifier": "gr1", "guardrailVersion": "1"}
    with real_bedrock(answer) as bedrock:
        for environment in running_local_aws(tmp_path, "--model", "bedrock:eu-central-1", **endpoints(bedrock)):
            runtime = client(environment)
            question = hello(modelId=arn, guardrailConfig={**guardrail, "streamProcessingMode": "sync"})
            question["messages"][0]["content"].append({"guardContent": {"text": {"text": "Hi"}}})
            blocks, stop, _ = read(runtime.converse_stream(**question)["stream"])
            assert blocks == [ANSWER] and stop["stopReason"] == "end_turn"
            with pytest.raises(ClientError) as error:
                runtime.converse(**hello())
            assert error.value.response["Error"]["Code"] == "ThrottlingException"
            vector = runtime.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=b'{"inputText":"a"}')
            assert json.loads(vector["body"].read()) == {"embedding": [0.5]}
        assert bedrock.failures == [] and len(bedrock.requests) == 3
        sent = bedrock.bodies()[0]
        assert sent["guardrailConfig"]["guardrailIdentifier"] == "gr1"
        assert sent["messages"][0]["content"][1] == {"guardContent": {"text": {"text": "Hi"}}}
    log = (tmp_path / "log").read_text()
    assert log.count("444455556666") == 2 and "paid for" in log and "answered 429 ThrottlingException" in log
    assert "realsecret" not in log


def test_faults_cut_real_streams(local_aws, model, tmp_path):
    stream = recorded_stream(local_aws, model)
    head = {"Content-Type": "application/vnd.amazon.eventstream"}
    with real_bedrock(lambda request: (200, head, [stream[:50], stream[50:]])) as bedrock:
        options = ("--model", "bedrock:eu-central-1", "--faults", "midstream=1")
        for environment in running_local_aws(tmp_path, *options, **endpoints(bedrock)):
            with pytest.raises(EventStreamError) as error:
                read(client(environment).converse_stream(**hello())["stream"])
            assert error.value.response["Error"]["Code"] == "modelStreamErrorException"
        assert bedrock.failures == []


def test_bedrock_without_credentials(tmp_path):
    run = local("--model", "bedrock", AWS_EC2_METADATA_DISABLED="true", HOME=str(tmp_path))
    assert run.returncode == 77 and "credentials" in run.stderr, run


def test_fixtures_say_what_they_are():
    """The fixtures say what they are: nobody is to take them for recordings of this repository."""
    for fixture in (pathlib.Path(__file__).parents[1] / "ModelServers").iterdir():
        assert "not recorded here" in fixture.read_text(), fixture
