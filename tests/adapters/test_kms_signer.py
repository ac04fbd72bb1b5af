"""The signing key, by what is asked of KMS; that its signatures hold offline is seen on the local cloud."""

import pytest
from tests.adapters.cloud import scripted

from responder.adapters.kms_signer import KmsSigner
from responder.errors import ActionFailed

ARN = "arn:aws:kms:us-east-1:123456789012:key/1"


def test_a_digest_is_signed_as_a_digest() -> None:
    kms, script = scripted("kms")
    asked = {"KeyId": ARN, "Message": b"d" * 32, "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
    script.add_response("sign", {"Signature": b"signed"}, asked)

    assert KmsSigner(ARN, kms).sign(b"d" * 32) == b"signed"


def test_the_public_key_is_asked_for_once() -> None:
    kms, script = scripted("kms")
    script.add_response("get_public_key", {"KeyId": ARN, "PublicKey": b"der"}, {"KeyId": ARN})
    signer = KmsSigner(ARN, kms)

    assert signer.key() == signer.key()
    assert signer.key().public == b"der"


def test_a_key_that_cannot_sign_says_so() -> None:
    kms, script = scripted("kms")
    script.add_client_error("sign", "DisabledException")

    with pytest.raises(ActionFailed, match="DisabledException"):
        KmsSigner(ARN, kms).sign(b"d" * 32)
