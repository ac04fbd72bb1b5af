"""What stands of the stores, in the words of the template: buckets, the table, the secret, the switch, the key."""

import json

from botocore.exceptions import ClientError

from infra.local.clouds import Client, Clouds
from infra.local.stack.compare import Found


def bucket(clouds: Clouds, name: str) -> Found:
    """Read a bucket's settings."""
    s3 = clouds.client("s3")
    return {
        "BucketName": name,
        "ObjectLockEnabled": _object_lock(s3, name) is not None,
        "ObjectLockConfiguration": _object_lock(s3, name),
        "VersioningConfiguration": {"Status": s3.get_bucket_versioning(Bucket=name).get("Status")},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": _encryption(s3, name)},
        "OwnershipControls": s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"],
        "PublicAccessBlockConfiguration": s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
        "LifecycleConfiguration": _lifecycle(s3, name),
    }


def bucket_policy(clouds: Clouds, _physical: str, wanted: Found) -> Found:
    """Read the policy of the bucket that the resource names."""
    name = wanted["Bucket"]
    return {"Bucket": name, "PolicyDocument": json.loads(clouds.client("s3").get_bucket_policy(Bucket=name)["Policy"])}


def table(clouds: Clouds, name: str) -> Found:
    """Read a table's description, and whether it can be restored to any second."""
    dynamodb = clouds.client("dynamodb")
    found = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    status = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return {
        "TableName": name,
        "BillingMode": found.get("BillingModeSummary", {}).get("BillingMode"),
        "DeletionProtectionEnabled": found.get("DeletionProtectionEnabled"),
        "AttributeDefinitions": found["AttributeDefinitions"],
        "KeySchema": found["KeySchema"],
        "GlobalSecondaryIndexes": found.get("GlobalSecondaryIndexes"),
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": status == "ENABLED"},
    }


def secret(clouds: Clouds, name: str) -> Found:
    """Read a secret's description, and what its value tells about how it was made."""
    client = clouds.client("secretsmanager")
    described, value = client.describe_secret(SecretId=name), client.get_secret_value(SecretId=name)["SecretString"]
    return {
        "Name": described["Name"],
        "Description": described.get("Description"),
        "GenerateSecretString": _generated(value),
    }


def _generated(value: str) -> Found:
    """Tell how a value was made: a password alone, or one put into a template of JSON."""
    if not value.startswith("{"):
        return {"PasswordLength": len(value), "ExcludePunctuation": value.isalnum()}
    (key, made), *others = json.loads(value).items()
    return {
        "SecretStringTemplate": json.dumps(dict(others)),
        "GenerateStringKey": key,
        "PasswordLength": len(made),
        "ExcludePunctuation": made.isalnum(),
    }


def parameter(clouds: Clouds, name: str) -> Found:
    """Read a parameter and its rules."""
    ssm = clouds.client("ssm")
    filters = [{"Key": "Name", "Values": [name]}]
    described = ssm.describe_parameters(ParameterFilters=filters)["Parameters"][0]
    return {
        "Name": name,
        "Type": described["Type"],
        "Description": described.get("Description"),
        "AllowedPattern": described.get("AllowedPattern"),
        "Value": ssm.get_parameter(Name=name)["Parameter"]["Value"],
    }


def key(clouds: Clouds, key_id: str) -> Found:
    """Read a key, its policy and whether it is rotated."""
    kms = clouds.client("kms")
    found = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    signs = found["KeyUsage"] == "SIGN_VERIFY"
    return {
        "Description": found["Description"],
        "KeySpec": found["KeySpec"],
        "KeyUsage": found["KeyUsage"],
        "EnableKeyRotation": not signs and kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"],
        "KeyPolicy": json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]),
    }


def _object_lock(s3: Client, name: str) -> Found | None:
    try:
        found: Found = s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ObjectLockConfigurationNotFoundError":
            return None
        raise
    return found


def _encryption(s3: Client, name: str) -> list[Found]:
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    return [
        {
            "ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule.get("BucketKeyEnabled"),
        }
        for rule in rules
    ]


def _lifecycle(s3: Client, name: str) -> Found | None:
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return None
        raise
    return {"Rules": [_lifecycle_rule(rule) for rule in rules]}


def _lifecycle_rule(rule: Found) -> Found:
    return {
        "Id": rule["ID"],
        "Status": rule["Status"],
        "Prefix": rule.get("Filter", {}).get("Prefix", rule.get("Prefix")),
        "ExpirationInDays": rule.get("Expiration", {}).get("Days"),
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
    }
