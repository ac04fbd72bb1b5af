"""A vLLM for practice, as far as LoRA adapters go: what is loaded, loading, unloading, and what it refuses.

Its base model fits every adapter that lies under a path it knows. Restarted, it has only what it was started with.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.desk import Reply

BASE = "chat"
Fact = dict[str, Any]


@dataclass
class Engine:
    """One replica: `lies` are the paths there are, `broken` those that cannot be loaded, `key` what callers must show.

    One from before `load_inplace` was known does not look at it.
    """

    lies: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    key: str = ""
    knows_inplace: bool = True
    started_with: dict[str, str] = field(default_factory=dict)
    loaded: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, Fact]] = field(default_factory=list)

    def restart(self) -> None:
        """Forget everything that was loaded since the start."""
        self.loaded = dict(self.started_with)

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return the status, and JSON or the plain text of a success. Called like a desk."""
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            return 401, {"error": "Unauthorized"}
        if (method, path) == ("GET", "/v1/models"):
            return 200, {"object": "list", "data": [_card(BASE, "/models/chat", None), *self._adapters()]}
        fact = json.loads(body or b"{}")
        self.asked.append((path, fact))
        match method, path:
            case "POST", "/v1/load_lora_adapter":
                return self._load(fact)
            case "POST", "/v1/unload_lora_adapter":
                return self._unload(fact)
            case _:
                return 404, {"detail": "Not Found"}

    def _adapters(self) -> list[Fact]:
        return [_card(name, path, BASE) for name, path in self.loaded.items()]

    def _load(self, fact: Fact) -> Reply:
        name, path = str(fact.get("lora_name") or ""), str(fact.get("lora_path") or "")
        if not name or not path:
            return _error(400, "InvalidUserInput", "Both 'lora_name' and 'lora_path' must be provided.")
        if name in self.loaded and not (self.knows_inplace and fact.get("load_inplace")):
            return _error(400, "InvalidUserInput", f"The lora adapter '{name}' has already been loaded.")
        if path not in self.lies:
            return _error(404, "NotFoundError", f"Loading lora {name} failed: No adapter found for {path}")
        if path in self.broken:
            status = 500 if self.knows_inplace else 400
            return _error(status, "InternalServerError", "LoRA rank 64 is greater than max_lora_rank 16.")
        self.loaded[name] = path
        return 200, f"Success: LoRA adapter '{name}' added successfully."

    def _unload(self, fact: Fact) -> Reply:
        name = str(fact.get("lora_name") or "")
        if name not in self.loaded:
            return _error(404, "NotFoundError", f"The lora adapter '{name}' cannot be found.")
        del self.loaded[name]
        return 200, f"Success: LoRA adapter '{name}' removed successfully."


def _card(name: str, root: str, parent: str | None) -> Fact:
    return {"id": name, "object": "model", "owned_by": "vllm", "root": root, "parent": parent}


def _error(status: int, kind: str, message: str) -> Reply:
    return status, {"error": {"message": message, "type": kind, "param": None, "code": status}}
