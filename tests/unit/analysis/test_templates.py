"""Templates: versioned, pinned, and filled only with known names."""

from pathlib import Path

import pytest

from services.analysis.registry import RULES
from services.analysis.templates import TemplateError, load_templates, placeholders

PROMPTS = Path(__file__).parents[3] / "prompts" / "templates"
TEXT = "---\nversion: risk-v1.0.0\n---\n# Risk\n\n## K01\nRatio {q}\nat {date}.\n"


def test_a_template_is_filled_with_named_values():
    templates = load_templates({"risk.md": TEXT})
    assert templates.render("K01", {"q": "0.5", "date": "today"}) == "Ratio 0.5 at today."
    assert templates.version == "risk-v1.0.0"


def test_an_unknown_placeholder_is_refused():
    with pytest.raises(TemplateError, match="date"):
        load_templates({"risk.md": TEXT}).render("K01", {"q": "0.5"})


def test_an_unknown_template_is_refused():
    with pytest.raises(TemplateError, match="K99"):
        load_templates({"risk.md": TEXT}).render("K99", {})


@pytest.mark.parametrize("text", ["## K01\nno front matter", "---\nversion: 1\n---\n## K01\nx"])
def test_a_file_without_a_version_is_refused(text):
    with pytest.raises(TemplateError, match="version"):
        load_templates({"risk.md": text})


def test_a_rule_stands_in_one_file_only():
    with pytest.raises(TemplateError, match="K01"):
        load_templates({"a.md": TEXT, "b.md": TEXT})


def test_the_hash_changes_with_the_text():
    first, second = load_templates({"a": TEXT}), load_templates({"a": TEXT + "\n"})
    assert first.sha256 != second.sha256
    assert first.sha256 == load_templates({"a": TEXT}).sha256


def test_every_rule_has_its_sentence_in_the_shipped_prompts():
    templates = load_templates(
        {p.name: p.read_text() for p in sorted(PROMPTS.glob("*.md")) if p.name != "README.md"}
    )
    assert {rule.rule_id for rule in RULES} <= templates.sentences.keys()
    assert all(placeholders(text) for text in templates.sentences.values())
