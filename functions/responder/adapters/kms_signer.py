"""The key in KMS that signs seals; it never leaves KMS, and only the function seal_audit may use it."""

import functools
from typing import Any

from responder.adapters import aws
from responder.domain.seal import ALGORITHM, SigningKey
from responder.errors import ActionFailed


class KmsSigner:
    """One call per seal, and one per process for the public key."""

    def __init__(self, key_id: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._key_id, self._kms = key_id, client

    @functools.cached_property
    def _key(self) -> SigningKey:
        try:
            found = self._kms.get_public_key(KeyId=self._key_id)
        except aws.TROUBLE as error:
            raise ActionFailed(f"sign key: its public key cannot be read: {aws.code_of(error)}") from error
        return SigningKey(found["KeyId"], found["PublicKey"])

    def key(self) -> SigningKey:
        return self._key

    def sign(self, digest: bytes) -> bytes:
        """Sign what is hashed already, so that a seal of any size takes one call."""
        try:
            signed: bytes = self._kms.sign(
                KeyId=self._key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm=ALGORITHM
            )["Signature"]
        except aws.TROUBLE as error:
            raise ActionFailed(f"sign key: {aws.code_of(error)}") from error
        return signed
