"""Narrative templates: versioned sentences per rule, filled only with named values."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

_FRONT_MATTER = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_VERSION = re.compile(r"^version:\s*(?P<version>[a-z0-9-]+-v\d+\.\d+\.\d+)\s*$", re.MULTILINE)
_SECTION = re.compile(r"^## +(?P<name>[^\n]+)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class TemplateError(ValueError):
    """A template file, or a value for it, is not as it must be; the message says which."""


@dataclass(frozen=True, slots=True)
class Templates:
    """The narrative templates of one release.

    ``version`` joins the versions of the files, ``sha256`` pins their text, ``sentences`` maps a rule
    id (or 'rule id variant') to its sentence with ``{placeholders}``.
    """

    version: str
    sha256: str
    sentences: Mapping[str, str]

    def render(self, name: str, values: Mapping[str, str]) -> str:
        """Fill a template; raises TemplateError for an unknown template or placeholder."""
        if name not in self.sentences:
            raise TemplateError(f"no template is called '{name}'")
        sentence = self.sentences[name]
        unknown = placeholders(sentence) - values.keys()
        if unknown:
            raise TemplateError(f"template '{name}' asks for unknown {sorted(unknown)}")
        return sentence.format_map(values)

    def own_words(self, rule_id: str) -> tuple[str, ...]:
        """Return what a rule's templates say beside their placeholders, each piece of text by itself."""
        named = (text for name, text in self.sentences.items() if name.split()[0] == rule_id)
        return tuple(words for text in named for words, *_ in Formatter().parse(text) if words)


def placeholders(sentence: str) -> set[str]:
    """Return the placeholder names of a template sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def load_templates(texts: Mapping[str, str]) -> Templates:
    """Read template files (name → text) with front matter; raises TemplateError when malformed."""
    versions: list[str] = []
    sentences: dict[str, str] = {}
    for name in sorted(texts):
        version, found = _read(name, texts[name])
        repeated = found.keys() & sentences.keys()
        if repeated:
            raise TemplateError(f"{name} repeats the templates {sorted(repeated)}")
        versions.append(version)
        sentences |= found
    pinned = json.dumps(dict(sorted(texts.items())), ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(pinned.encode()).hexdigest()
    return Templates(version=" ".join(versions), sha256=digest, sentences=sentences)


def _read(name: str, text: str) -> tuple[str, dict[str, str]]:
    parts = _FRONT_MATTER.match(text.replace("\r\n", "\n"))
    version = _VERSION.search(parts["head"]) if parts else None
    if parts is None or version is None:
        raise TemplateError(f"{name} has no front matter with a version such as risk-v1.0.0")
    sentences = {
        section["name"].strip(): " ".join(section["text"].split())
        for section in _SECTION.finditer(parts["body"])
    }
    return version["version"], sentences
