"""Prompts: versioned instructions to a model, each a file with front matter in TOML."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.domain.reasoning import Prompt

_FILE = re.compile(r"\A\+\+\+\n(?P<head>.*?)\n\+\+\+\n(?P<text>.*)\Z", re.DOTALL)


class PromptError(ValueError):
    """A prompt file is not as it must be; the message says which and how."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")

    temperature: float
    seed: int
    max_tokens: int


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    purpose: str
    input: str
    output_schema: str
    model: _Model
    changelog: dict[str, str]


def load_prompts(texts: Mapping[str, str]) -> dict[str, Prompt]:
    """Read prompt files (name without ending → text) into prompts by name; raises PromptError when malformed."""
    return {name: _read(name, text) for name, text in sorted(texts.items())}


def _read(name: str, text: str) -> Prompt:
    whole = text.replace("\r\n", "\n")
    parts = _FILE.match(whole)
    if parts is None:
        raise PromptError(f"{name} has no front matter between two lines of +++")
    try:
        head = _Head.model_validate(tomllib.loads(parts["head"]))
        schema = json.dumps(json.loads(head.output_schema), sort_keys=True)
    except (tomllib.TOMLDecodeError, ValidationError, json.JSONDecodeError) as error:
        raise PromptError(f"{name} has front matter that cannot be used: {error}") from error
    if head.version not in head.changelog:
        raise PromptError(f"{name} says nothing of version {head.version} in its changelog")
    return Prompt(
        name=name,
        version=head.version,
        purpose=head.purpose,
        text=parts["text"].strip(),
        output_schema=schema,
        sha256=hashlib.sha256(whole.encode()).hexdigest(),
        **head.model.model_dump(),
    )
