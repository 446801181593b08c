"""What is not documented is not there: settings, commands, pages, decisions."""

import re
from pathlib import Path

import pytest

from services.cli import main
from services.config import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def test_every_setting_is_listed_in_the_example_environment():
    example = (ROOT / ".env.example").read_text()
    listed = set(re.findall(r"^#?\s*ADVISOR_([A-Z_]+)=", example, re.M))
    assert listed == {name.upper() for name in Settings.model_fields}


def test_the_readme_names_both_commands_in_its_first_screen():
    first_screen = "\n".join(README.splitlines()[:40])
    assert "make run" in first_screen
    assert "make test" in first_screen


def test_every_make_target_of_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"`make ([a-z]+)", README + (ROOT / "CONTRIBUTING.md").read_text()))
    assert named <= targets


def test_every_command_is_in_the_readme(capsys):
    with pytest.raises(SystemExit) as done:
        main(["--help"])
    assert done.value.code == 0
    commands = re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.M)
    assert {"extract", "analyze", "serve"} <= set(commands)
    assert [c for c in commands if f"python -m services {c}" not in README] == []


def test_every_page_and_service_module_has_its_place_on_the_map():
    pages = [p.relative_to(ROOT).as_posix() for p in (ROOT / "pages").glob("*/[a-z]*.py")]
    services = [p.name for p in (ROOT / "services").glob("[a-z]*.py")]
    assert [p for p in pages if p not in ARCHITECTURE] == []
    assert [s for s in services if s not in ARCHITECTURE] == []


def test_decisions_are_short_and_numbered():
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [d.name[:4] for d in decisions] == [f"{n:04}" for n in range(1, len(decisions) + 1)]
    assert [d.name for d in decisions if len(d.read_text().splitlines()) > 60] == []
