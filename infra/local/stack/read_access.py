"""What stands of the roles and policies, in the words of the template."""

from infra.local.clouds import Client, Clouds
from infra.local.stack.compare import Found


def role(clouds: Clouds, name: str) -> Found:
    """Read a role with the policies written into it."""
    iam = clouds.client("iam")
    found = iam.get_role(RoleName=name)["Role"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {
        "Description": found.get("Description"),
        "MaxSessionDuration": found.get("MaxSessionDuration"),
        "AssumeRolePolicyDocument": found["AssumeRolePolicyDocument"],
        "ManagedPolicyArns": [one["PolicyArn"] for one in attached],
        "Policies": _inline(iam, name),
    }


def role_for(clouds: Clouds, name: str, wanted: Found) -> Found:
    """Read a role; policies that other resources put into it are theirs to be compared."""
    own = {one["PolicyName"] for one in wanted.get("Policies", [])}
    found = role(clouds, name)
    return {**found, "Policies": [one for one in found["Policies"] if one["PolicyName"] in own]}


def policy(clouds: Clouds, _physical: str, wanted: Found) -> Found:
    """Read a policy that a resource of its own put into roles."""
    iam = clouds.client("iam")
    name = wanted["PolicyName"]
    documents = [iam.get_role_policy(RoleName=one, PolicyName=name)["PolicyDocument"] for one in wanted["Roles"]]
    same = all(one == documents[0] for one in documents)
    return {"PolicyName": name, "Roles": wanted["Roles"], "PolicyDocument": documents[0] if same else None}


def managed_policy(clouds: Clouds, arn: str) -> Found:
    """Read a managed policy's current version."""
    iam = clouds.client("iam")
    found = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])["PolicyVersion"]
    return {"Description": found.get("Description"), "PolicyDocument": version["Document"]}


def _inline(iam: Client, name: str) -> list[Found]:
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in names]
    return [{"PolicyName": one, "PolicyDocument": document} for one, document in zip(names, documents, strict=True)]
