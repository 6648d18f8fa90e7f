"""What botocore picks for each case: {"environment", "files", "profile", "service"} → its choices or its error.

Reads a JSON list from standard input, writes one of the same length.
"""

import json
import os
import sys
import tempfile

import botocore.loaders
import botocore.session
from botocore.exceptions import BotoCoreError

os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
# The AWS CLI reads AWS_REGION before AWS_DEFAULT_REGION; botocore alone reads only the latter.
REGION = {"region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None)}


# Reads each service's model once for all cases.
LOADER = botocore.loaders.create_loader()


def choose(case, directory):
    os.environ.clear()
    os.environ.update({
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": directory,
        "AWS_CONFIG_FILE": f"{directory}/config",
        "AWS_SHARED_CREDENTIALS_FILE": f"{directory}/credentials",
    })
    os.environ.update(case["environment"])
    for name, text in case["files"].items():
        with open(f"{directory}/{name}", "wb") as file:
            file.write(text.encode())
    session = botocore.session.Session(session_vars=REGION, profile=case.get("profile"))
    session.register_component("data_loader", LOADER)
    credentials = session.get_credentials()
    if credentials is None:
        return {"error": "none"}
    frozen = credentials.get_frozen_credentials()
    answer = {
        "key": frozen.access_key,
        "secret": frozen.secret_key,
        "token": frozen.token or "",
        "region": session.get_config_variable("region") or "",
    }
    client = session.create_client(case["service"], region_name=answer["region"] or "us-east-1")
    answer["endpoint"] = client.meta.endpoint_url
    return answer


answers = []
for case in json.load(sys.stdin):
    with tempfile.TemporaryDirectory() as directory:
        try:
            answers.append(choose(case, directory))
        except (BotoCoreError, ValueError) as error:
            answers.append({"error": type(error).__name__})
json.dump(answers, sys.stdout)
