"""How a secret's value tells what the template asked for: a password alone, or one inside a document."""

import json

from infra.local.stack.read_storage import _generated


def test_a_password_alone_is_one() -> None:
    assert _generated("a" * 64) == {"PasswordLength": 64, "ExcludePunctuation": True}


def test_punctuation_that_was_to_be_excluded_is_seen() -> None:
    assert _generated("a'b")["ExcludePunctuation"] is False


def test_a_password_in_a_document_is_found_with_what_stands_around_it() -> None:
    found = _generated(json.dumps({"alertmanager": "x" * 48, "note": "ours"}))

    assert found["GenerateStringKey"] == "alertmanager"
    assert (found["PasswordLength"], json.loads(found["SecretStringTemplate"])) == (48, {"note": "ours"})
