"""What the policy linter says about a policy without being right, each with its reason."""

EXCEPTIONS = {
    ("NetworkPolicy", "RESOURCE_STAR"): (
        "no interface to name exists before the call; the next statement denies these calls to our code"
    ),
    ("NetworkPolicy", "UNKNOWN_CONDITION_FOR_ACTION"): (
        "Lambda adds lambda:SourceFunctionArn to every call made with a function's credentials"
    ),
    ("TopicAlertsQueuePolicy", "MISMATCHED_TYPE"): "the topic is a parameter, and the linter's sample of it is no ARN",
    ("ResponderKey", "RESOURCE_STAR"): "in a key policy the star means the key that carries it",
    ("SealKey", "RESOURCE_STAR"): "as above",
}
