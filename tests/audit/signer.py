"""Signs as KMS does, with a key of this process."""

import functools
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from responder.domain.seal import SigningKey


@dataclass
class LocalSigner:
    """An ECDSA key on P-256 and the id it goes by."""

    id: str = "arn:aws:kms:us-east-1:123456789012:key/first"
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @functools.cached_property
    def der(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def key(self) -> SigningKey:
        return SigningKey(self.id, self.der)

    def sign(self, digest: bytes) -> bytes:
        return self.private.sign(digest, ec.ECDSA(utils.Prehashed(SHA256())))


SIGNER = LocalSigner()
