"""The webhook's bearer tokens: a secret of the form {"<source>": "token" or ["new", "old"]}."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Json, StringConstraints, TypeAdapter, ValidationError

from responder.adapters.secret import Secret
from responder.errors import ActionFailed, TryAgain

Token = Annotated[str, StringConstraints(min_length=1)]  # an empty one would let everybody in
_WRITTEN: TypeAdapter[dict[str, Token | list[Token]]] = TypeAdapter(Json[dict[str, Token | list[Token]]])


class SecretTokens:
    """Tokens by source; a revoked one is forgotten when the secret is (see `secret.py`)."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def read(self, *, fresh: bool) -> Mapping[str, Sequence[str]]:
        try:
            written = _WRITTEN.validate_python(self._secret.read(fresh=fresh))
        except ActionFailed as error:
            raise TryAgain(str(error)) from error
        except ValidationError:
            shape = '{"<source>": "token" or ["new", "old"]}'
            raise TryAgain(
                f"secret {self._secret.name} does not have the form {shape}"
            ) from None  # the cause quotes tokens
        return {source: [said] if isinstance(said, str) else said for source, said in written.items()}
