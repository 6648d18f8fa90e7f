"""`deploy --hotswap`: a new prompt in a moment, and how stack and functions come together again."""

import base64
import hashlib
import io
import json
import threading
import urllib.request
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import ROOT, Botctl, base_environment

QUESTION = "How long do I have to return an item?"
OLD, NEW, NEWEST = "You answer for the old shop.", "You answer for the new shop.", "You answer for the newest shop."


class Model:
    """Hands on what the bot asks its model, and remembers it."""

    def __init__(self, target):
        self.asked = asked = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if "converse" in self.path:
                    asked.append(json.loads(body))
                headers = {name: value for name, value in self.headers.items() if name != "Host"}
                request = urllib.request.Request(target + self.path, body, headers)
                with urllib.request.urlopen(request, timeout=60) as answer:
                    content = answer.read()
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def prompt(self):
        return " ".join(block["text"] for block in self.asked[-1]["system"] if "text" in block)


@pytest.fixture(scope="module")
def shop(local_aws, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hotswap") / "swap-shop"
    environment = {**base_environment(), **local_aws, "BOTCTL_STAGE": "pr-swap"}
    Botctl(ROOT, environment).ok("init", str(folder))
    shop = Botctl(folder, environment)
    write_prompt(shop, OLD)
    shop.ok("deploy", "--yes", "--no-smoke")
    yield shop
    shop("teardown", "--yes", "--delete-data")


@pytest.fixture(scope="module")
def model(local_aws):
    model = Model(local_aws["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"])
    yield model
    model.server.shutdown()


def write_prompt(shop, text):
    """As the first line of the spec's prompt."""
    spec = shop.folder / "botctl.yml"
    lines = [line for line in spec.read_text().splitlines() if not line.startswith("  You answer for the ")]
    start = next(index for index, line in enumerate(lines) if line.startswith("prompt: |"))
    spec.write_text("\n".join(lines[: start + 1] + ["  " + text] + lines[start + 1 :]) + "\n")


def functions(shop):
    return [value for name, value in shop.ok("outputs", "--json").json["outputs"].items() if name.startswith("Function")]


def running(shop, aws):
    client = aws("lambda")
    return {client.get_function_configuration(FunctionName=name)["CodeSha256"] for name in functions(shop)}


def objects(shop, aws):
    bucket = "botctl-artifacts-%s-%s" % (aws("sts").get_caller_identity()["Account"], shop.environment["AWS_REGION"])
    found = aws("s3").list_objects_v2(Bucket=bucket, Prefix="swap-shop/pr-swap/hotswap/").get("Contents", [])
    return [entry["Key"].rpartition("/")[2] for entry in found]


def test_a_prompt_in_a_moment(shop, aws, model):
    client = aws("lambda")
    name = next(name for name in functions(shop) if name.endswith("send-message"))
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    variables["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = model.url
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    client.get_waiter("function_updated_v2").wait(FunctionName=name)
    shop.ok("chat", "--message", QUESTION)
    assert OLD in model.prompt

    write_prompt(shop, NEW)
    refused = shop("deploy", "--hotswap")
    assert refused.code == 1 and "--yes" in refused.err and objects(shop, aws) == []
    swapped = shop.ok("deploy", "--hotswap", "--yes", "--json").json
    assert swapped["outcome"] == "swapped" and swapped["smoke"]["reply"] >= 0
    assert len(swapped["functions"]) == len(functions(shop))
    expected = base64.b64encode(bytes.fromhex(swapped["package"])).decode()
    assert running(shop, aws) == {expected}
    shop.ok("chat", "--message", QUESTION)
    assert NEW in model.prompt and OLD not in model.prompt

    assert shop.ok("deploy", "--hotswap", "--yes", "--json").json["outcome"] == "nothingToDo"
    told = shop.ok("diff", code=2)
    assert "hotswapped" in told.out and NEW in told.out
    assert shop.ok("diff", "--json", code=2).json["hotswap"]["finished"]
    assert "hotswapped" in shop.ok("status").out and "hotswapped" in shop.ok("history").out
    drift = shop.ok("diff", "--drift", "--json", code=2).json["drift"]
    assert len([one for one in drift if one["differences"][-1]["path"] == "/Code/CodeSha256"]) == len(functions(shop))


def test_the_next_deployment_takes_it_over(shop, aws):
    before = running(shop, aws)
    assert shop.ok("deploy", "--yes", "--json").json["outcome"] == "updated"
    assert running(shop, aws) == before and objects(shop, aws) == []
    shop.ok("diff")
    assert shop.ok("deploy", "--yes", "--json").json["outcome"] == "nothingToDo"


def test_a_spec_that_went_back_is_deployed_all_the_same(shop, aws):
    before = running(shop, aws)
    write_prompt(shop, NEWEST)
    shop.ok("deploy", "--hotswap", "--yes", "--no-smoke")
    assert running(shop, aws) != before and len(objects(shop, aws)) == 2
    write_prompt(shop, NEW)
    assert NEWEST in shop.ok("diff", code=2).out
    assert shop.ok("deploy", "--yes", "--json").json["outcome"] == "updated"
    assert running(shop, aws) == before and objects(shop, aws) == []
    shop.ok("diff")


def test_rollback_undoes_a_hotswap(shop, aws):
    before = running(shop, aws)
    write_prompt(shop, NEWEST)
    shop.ok("deploy", "--hotswap", "--yes", "--no-smoke")
    shop.ok("rollback", "--yes", "--no-smoke")
    assert running(shop, aws) == before and objects(shop, aws) == []
    write_prompt(shop, NEW)
    shop.ok("diff")


def test_what_only_cloudformation_can_change(shop, aws):
    before = running(shop, aws)
    spec = shop.folder / "botctl.yml"
    text = spec.read_text()
    spec.write_text(text + "\nthrottling: { rate: 7, burst: 9 }\n")
    try:
        refused = shop("deploy", "--hotswap", "--json")
        assert refused.code == 1 and refused.json["error"]["code"] == "needsDeployment", refused
        assert running(shop, aws) == before and objects(shop, aws) == []
    finally:
        spec.write_text(text)


def test_functions_that_a_console_changed_are_drift(shop, aws):
    client = aws("lambda")
    name = functions(shop)[0]
    package = (shop.folder / ".botctl/pr-swap/package.zip").read_bytes()
    buffer = io.BytesIO()
    buffer.write(package)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("by-hand", "x")
    client.update_function_code(FunctionName=name, ZipFile=buffer.getvalue())
    drift = shop.ok("diff", "--drift", "--json", code=2).json["drift"]
    assert [one["physicalId"] for one in drift if one["differences"][-1]["path"] == "/Code/CodeSha256"] == [name]
    actual = next(one for one in drift if one["physicalId"] == name)["differences"][-1]["actual"]
    assert actual == base64.b64encode(hashlib.sha256(buffer.getvalue()).digest()).decode()
    client.update_function_code(FunctionName=name, ZipFile=package)
