"""The container image, as far as it can be tried without building it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP = {"app.py", "server.py", "requirements.txt", ".streamlit/config.toml"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """What ``COPY . .`` brings into the image: what .dockerignore lets through."""
    folder = tmp_path / "image"
    folder.mkdir()
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            source = ROOT / line[1:]
            if source.is_dir():
                shutil.copytree(
                    source, folder / line[1:], ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copy(source, folder / line[1:])
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ADVISOR_DATA_DIR": str(folder / "data"),
        "ADVISOR_HOST": "0.0.0.0",
        "ADVISOR_PUBLIC_URL": "https://advisor.example.com",
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_what_the_image_holds_is_enough_to_serve(image: Path):
    done = run(image, "-c", "import server; print(server.app is not None)")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-1] == "True"
    assert not (image / "tests").exists()
    assert not (image / ".git").exists()


def test_an_image_without_a_part_does_not_serve(image: Path):
    shutil.rmtree(image / "services" / "gate")
    assert "services.gate" in run(image, "-c", "import server").stderr


def test_the_image_holds_all_that_the_product_reads(image: Path):
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in listed:
        is_product = name.split("/")[0] in {"components", "pages", "prompts", "samples", "services"}
        assert (image / name).exists() == (is_product or name in TOP), name


def test_the_container_is_nobody_special_and_says_how_it_is():
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.M)
    assert users == ["10001"]
    assert "/api/v1/health" in DOCKERFILE
    assert "tesseract-ocr" in DOCKERFILE
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
