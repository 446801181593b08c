"""Streamlit runs a page script that lies directly in pages/ without app.py, so none may lie there."""

from components.navigation import PAGES
from tests.conftest import ROOT


def test_no_page_script_lies_directly_in_pages():
    found = {path.name for path in (ROOT / "pages").glob("*.py")}
    assert found <= {"__init__.py"}


def test_every_page_script_is_registered_and_every_registered_script_exists():
    scripts = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pages").rglob("*.py")
        if path.name != "__init__.py"
    }
    assert {entry.script for entry in PAGES.values()} == scripts
