"""Uses the local AWS through the environment that botctl exports, and checks that it is one that refuses."""

import os

import boto3
from botocore.exceptions import ClientError

identity = boto3.client("sts").get_caller_identity()
assert identity["Arn"] == "arn:aws:iam::111122223333:user/botctl", identity

table = boto3.client("dynamodb")
table.create_table(
    TableName="orders",
    KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
assert table.list_tables()["TableNames"] == ["orders"]
assert table.meta.region_name == "us-east-2"

forged = boto3.client("dynamodb", aws_secret_access_key="wrong", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"])
try:
    forged.list_tables()
    raise AssertionError("a wrong signature was accepted")
except ClientError as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), error.response

answer = boto3.client("bedrock-runtime").converse(
    modelId="meta.llama3-3-70b-instruct-v1:0", messages=[{"role": "user", "content": [{"text": "hello"}]}]
)
assert "no model was asked" in answer["output"]["message"]["content"][0]["text"]
print("ok")
