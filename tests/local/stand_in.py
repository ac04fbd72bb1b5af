"""Functions that only prove the plumbing: they take an alert, queue it and say so."""

import io
import zipfile

STAND_IN = {
    "receive_alerts.py": """
import hashlib, os
import boto3

def handler(event, context):
    body = event["body"]
    boto3.client("sqs").send_message(
        QueueUrl=os.environ["ALERTS_QUEUE_URL"], MessageBody=body, MessageGroupId="stand-in",
        MessageDeduplicationId=hashlib.sha256(body.encode()).hexdigest())
    return {"statusCode": 200, "body": "{}"}
""",
    "respond.py": """
import json, os
import boto3

def handler(event, context):
    status = json.loads(event["Records"][0]["body"])["status"]
    boto3.client("sns").publish(
        TopicArn=os.environ["PAGES_TOPIC_ARN"], Subject=f"stand-in: {status}", Message="The responder is not built.",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "note"}})
    return {"batchItemFailures": []}
""",
    "sweep.py": "\ndef handler(event, context):\n    return {}\n",
}


def stand_in() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, source in STAND_IN.items():
            archive.writestr(name, source)
    return packed.getvalue()
