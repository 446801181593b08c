"""Prompts and templates: versioned, pinned by a lock file, read strictly."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from services.bootstrap import build
from services.config import Settings
from services.domain.insights import InsightKind
from services.narrative.narrator import Draft
from services.narrative.prompts import PromptError, load_prompts
from services.pipeline.retelling import PROMPTS, READING

FOLDER = Path(__file__).resolve().parents[2] / "prompts"
SHIPPED = [path for path in sorted(FOLDER.rglob("*.md")) if path.stem != "README"]
LOCKED = (FOLDER / "versions.lock").read_text()
TEXT = """+++
version = "1.2.0"
purpose = "To ask."
input = "JSON"
output_schema = '{"type": "object"}'
[model]
temperature = 0.5
seed = 3
max_tokens = 90
[changelog]
"1.2.0" = "New."
+++

Say something.
"""


def line_of(path: Path, text: str) -> str:
    version = re.search(r"^version(?:: | = \")([\w.-]+)", text, re.M)
    assert version is not None, path
    named = version[1] if "-v" in version[1] else f"{path.stem}-v{version[1]}"
    return f"{named} {hashlib.sha256(text.encode()).hexdigest()}"


def unlocked(texts: dict[Path, str], lock: str) -> list[str]:
    """The lines that the lock file lacks."""
    return [
        line
        for line in (line_of(path, text) for path, text in texts.items())
        if line not in lock.splitlines()
    ]


def test_no_text_changes_without_a_new_version():
    missing = unlocked({path: path.read_text() for path in SHIPPED}, LOCKED)
    assert missing == [], "change the version of the file, then add these lines to versions.lock"
    versions = [line.split()[0] for line in LOCKED.splitlines()]
    assert len(versions) == len(set(versions)), "a version is released once"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_one_character_more_is_noticed(path):
    assert len(unlocked({path: path.read_text() + " "}, LOCKED)) == 1


def test_a_prompt_is_read_with_its_settings():
    prompt = load_prompts({"asking": TEXT})["asking"]
    assert (prompt.reference, prompt.text) == ("asking-v1.2.0", "Say something.")
    assert (prompt.temperature, prompt.seed, prompt.max_tokens) == (0.5, 3, 90)
    assert prompt.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("+++", "---", "no front matter"),
        ('"1.2.0"\n', '"1.2"\n', "version"),
        ('{"type"', "{type", "cannot be used"),
        ("seed = 3\n", "", "seed"),
        ("[model]", "extra = 1\n[model]", "extra"),
        ('"1.2.0" = "New."', '"1.1.0" = "Old."', "changelog"),
        ("purpose = ", "purpose ", "cannot be used"),
    ],
)
def test_a_prompt_that_is_not_whole_is_refused(old, new, why):
    with pytest.raises(PromptError, match=why):
        load_prompts({"asking": TEXT.replace(old, new)})


def test_every_kind_of_insight_has_a_prompt_whose_schema_is_what_is_read(tmp_path):
    prompts = build(Settings(data_dir=tmp_path)).prompts
    assert set(PROMPTS) == set(InsightKind)
    assert {*PROMPTS.values(), READING} == set(prompts)
    expected = Draft.model_json_schema()
    for name in PROMPTS.values():
        schema = json.loads(prompts[name].output_schema)
        assert set(schema["properties"]) == set(expected["properties"])
        assert schema["required"] == expected["required"]
        assert schema["additionalProperties"] is False
