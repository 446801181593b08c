"""The house rules that no linter knows, each with its reason."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("services", "components", "pages")
MAX_LINES = 400
MAX_FUNCTION_LINES = 50
BROAD_EXCEPT_EDGES = {
    "services/pipeline/delivery.py",
    "services/worker.py",
    "services/capabilities.py",
    "components/frame.py",
    "services/adapters/local/child_main.py",
}


def product_files() -> list[Path]:
    files = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]
    return [*files, *(ROOT / name for name in ("app.py", "server.py", "function_app.py"))]


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()


def is_broad(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    return kind is None or (
        isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"}
    )


def long_functions(source: str) -> list[tuple[str, int]]:
    return [
        (node.name, (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]


def local_imports(source: str) -> list[int]:
    return [
        inner.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def test_the_rules_themselves_can_fail():
    body = "\n".join("    x = 1" for _ in range(60))
    assert long_functions(f"def f():\n{body}\n") == [("f", 61)]
    assert local_imports("def f():\n    import os\n") == [2]
    tree = ast.parse("try:\n    pass\nexcept Exception:\n    pass\n")
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    assert [is_broad(handler) for handler in handlers] == [True]


@pytest.mark.parametrize("path", product_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_enough_to_read(path: Path):
    assert len(path.read_text().splitlines()) <= MAX_LINES
    assert long_functions(path.read_text()) == []


def test_broad_excepts_stand_only_at_the_edges():
    places = {
        str(path.relative_to(ROOT))
        for path in product_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    }
    assert places <= BROAD_EXCEPT_EDGES


def test_no_import_hides_in_a_function():
    hidden = {str(p.relative_to(ROOT)): local_imports(p.read_text()) for p in product_files()}
    assert {path: lines for path, lines in hidden.items() if lines} == {}


def test_no_page_script_stands_directly_in_pages():
    """Streamlit would run it without app.py, past the role gate (docs/decisions/0003)."""
    assert [p.name for p in (ROOT / "pages").glob("*.py") if p.name != "__init__.py"] == []


def test_app_stays_a_frame():
    assert len((ROOT / "app.py").read_text().splitlines()) <= 60


def test_prompts_hold_data_only():
    assert list((ROOT / "prompts").rglob("*.py")) == []


def test_money_is_never_a_float_in_the_domain():
    for path in (ROOT / "services" / "domain").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                is_float = "float" in ast.unparse(node.annotation)
                allowed = node.target.id in {
                    "value", "concept", "period", "unit", "total", "indent", "confidence_score",
                    "x0", "y0", "x1", "y1", "width", "height", "skew", "certainty", "log_odds",
                }  # fmt: skip
                money = path.name in {"reports.py", "insights.py"} and node.target.id == "value"
                assert not is_float or (allowed and not money), f"{path.name}: {node.target.id}"


def test_no_machine_path_or_registry_is_tracked():
    pattern = re.compile(r"(^|[^\w])/(work|tmp|root|home)/\w|--(extra-)?index-url|^-i http", re.M)
    offenders = []
    for name in tracked_files():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".sh", ".yml", ""} and path.is_file():
            if name == "tests/architecture/test_house_rules.py":
                continue
            if pattern.search(path.read_text(errors="replace")):
                offenders.append(name)
    assert offenders == []


def test_the_product_never_reads_the_shared_folder():
    readers = [
        str(path.relative_to(ROOT))
        for path in product_files()
        if re.search(r"shared/(eval|corpora|design)", path.read_text())
    ]
    assert readers == []
