"""The whole product beside a language model's server: workers ask it, the page shows what became of each answer."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.bootstrap import build
from services.config import Settings
from tests.acceptance.conftest import serving, visit
from tests.acceptance.test_browser import SHOTS, see_heading, wait_until_read
from tests.azure.openai_server import Asked, ModelServer, sentences, true_sentences

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "Larkfield_FY2025_10-K.pdf"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def hasty(request: Asked) -> str:
    """Invent a number first, and say the truth when it is refused."""
    is_first = len(request["messages"]) == 2
    return sentences("Revenue doubled to USD 999 bn.") if is_first else true_sentences(request)


def test_an_insight_shows_inputs_answers_verdicts_and_text(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with ModelServer() as server:
        server.answer = hasty
        for name, value in server.settings().items():
            monkeypatch.setenv(f"ADVISOR_{name.upper()}", str(value))
        with serving(tmp_path / "data") as product:
            visit(page, product.url, "analyst", "/upload")
            see_heading(page, "Reports")
            page.locator("input[type=file]").set_input_files([str(SAMPLE)])
            wait_until_read(product, reports=1)
            records = build(Settings(data_dir=product.data_dir)).ports.records
            report = records.reports()[0]
            told = [
                insight
                for insight in records.insights(report.report_id)
                if (chain := records.chain(insight.insight_id)) is not None
                and chain.narration is not None
                and chain.narration.accepted is not None
            ]
            assert told
            assert not [one for one in told if "999" in one.text]
            visit(page, product.url, "analyst", f"/insight?insight={told[0].insight_id}")
            see_heading(page, told[0].title)
            page.get_by_text("Reasoning chain").click()
            expect(page.get_by_text("Sentences by a language model")).to_be_visible()
            expect(page.get_by_text("answer 2 is shown")).to_be_visible()
            expect(page.get_by_text("'USD 999 bn' is no number of this insight")).to_be_visible()
            expect(page.get_by_text("Rendered 2")).to_be_visible()
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.get_by_text("Sentences by a language model").scroll_into_view_if_needed()
            page.screenshot(path=SHOTS / "10-sentences.png", full_page=True)
