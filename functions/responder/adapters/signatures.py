"""Check seals against the public keys one trusts, without any AWS call. Needs the extra `audit` (cryptography)."""

from collections.abc import Iterable
from pathlib import Path

from responder.domain.finding import Fault
from responder.domain.plain import sha256
from responder.domain.seal import ALGORITHM, Seal
from responder.errors import CannotRead

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_der_public_key,
        load_pem_public_key,
    )
except ImportError as error:  # the functions never need it, so it is no runtime dependency
    raise CannotRead("checking signatures needs one more package: pip install 'llm-alert-responder[audit]'") from error


class PublicKeys:
    """The keys to trust by fingerprint; without any, the key inside each seal is believed."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._trusted = {sha256(der): der for der in keys}

    def check(self, seal: Seal, signature: bytes) -> Fault | None:
        """Say what is wrong with a signature; nothing when a trusted key made it."""
        der = self._trusted.get(seal.public_key_sha256) if self._trusted else _inside(seal)
        if der is None:
            return Fault.UNKNOWN_KEY
        try:
            key = load_der_public_key(der)
            if not isinstance(key, ec.EllipticCurvePublicKey) or seal.algorithm != ALGORITHM:
                return Fault.BAD_SIGNATURE
            key.verify(signature, seal.digest, ec.ECDSA(utils.Prehashed(SHA256())))
        except (InvalidSignature, ValueError):
            return Fault.BAD_SIGNATURE
        return None


def read_public_key(path: Path) -> bytes:
    """Read a PEM or DER file; raise CannotRead."""
    try:
        content = path.read_bytes()
        key = load_pem_public_key(content) if content.lstrip().startswith(b"-----") else load_der_public_key(content)
    except (OSError, ValueError) as error:
        raise CannotRead(f"{path}: it is no public key: {error}") from error
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def as_pem(der: bytes) -> str:
    return load_der_public_key(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _inside(seal: Seal) -> bytes | None:
    der = bytes.fromhex(seal.public_key)
    return der if sha256(der) == seal.public_key_sha256 else None
