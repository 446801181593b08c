"""``python -m tests.bench.scans``: real filings as scans of 200 dpi; what is found and read, and how fast.

Each filing is drawn page by page and put into a PDF that holds nothing but the pictures: once clean,
once as from a scanner (turned by up to 0.7 degrees, blurred, with noise). The first 100 pages of a long
filing are timed from bytes to facts.
"""

import io
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from services.adapters.local.recognition import is_installed
from services.confidence.calibration import RECOGNITION
from services.domain.reports import Fact
from services.extraction.jsonl import fact_line
from services.extraction.service import Extraction
from tests.bench.extraction import SHARED, read, report_of

DPI = 200
PAGES = 100
QUALITY = 50
FILINGS = (
    "ADOBE_2015_10K",
    "BESTBUY_2019_10K",
    "LOCKHEEDMARTIN_2020_10K",
    "NETFLIX_2017_10K",
    "Pfizer_2023Q2_10Q",
    "ULTABEAUTY_2023Q4_EARNINGS",
)
SLACK = 0.002  # between versions of Tesseract
NEAR = 6.0  # points between a number's middle on the scan and on the page
_MOST_TURN, _BLUR, _NOISE = 0.7, 0.6, 0.06
_BANDS = (0.5, 0.8, 0.9, 0.95, 1.01)


def drawn(page: pdfium.PdfPage) -> Image.Image:
    """Return the page in grey at 200 dpi."""
    return page.render(scale=DPI / 72, grayscale=True).to_pil()


def scanned(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Return the picture as a scanner gives it: askew, blurred, with noise."""
    degrees = rng.uniform(-_MOST_TURN, _MOST_TURN)
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    blurred = turned.filter(ImageFilter.GaussianBlur(_BLUR))
    return Image.blend(blurred, Image.effect_noise(blurred.size, 30), _NOISE)


def pictures_only(data: bytes, seed: str | None) -> bytes:
    """Return the PDF's first 100 pages as pictures; with a seed as from a scanner."""
    rng = random.Random(seed)
    source, target = pdfium.PdfDocument(data), pdfium.PdfDocument.new()
    for index in range(min(PAGES, len(source))):
        page = source[index]
        picture = drawn(page) if seed is None else scanned(drawn(page), rng)
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=QUALITY)
        image = pdfium.PdfImage.new(target)
        image.load_jpeg(jpeg)
        width, height = page.get_size()
        image.set_matrix(pdfium.PdfMatrix().scale(width, height))
        copy = target.new_page(width, height)
        copy.insert_obj(image)
        copy.gen_content()
    written = io.BytesIO()
    target.save(written)
    return written.getvalue()


def compared(scan: Extraction, clean: Extraction) -> list[tuple[float, bool, Fact]]:
    """Pair the numbers of the scan's primary statements with those of the text layer at their places."""
    printed: dict[tuple[int | None, str], list[Fact]] = defaultdict(list)
    for fact in clean.facts:
        if fact.source.boxes and fact.statement.is_primary:
            printed[fact.source.page, fact.statement.value].append(fact)
    pairs = []
    for fact in scan.facts:
        if not fact.source.boxes or not fact.statement.is_primary or not fact.source.recognised:
            continue
        near = [f for f in printed[fact.source.page, fact.statement.value] if _near(f, fact)]
        if near:
            right = any(f.printed_value == fact.printed_value for f in near)
            pairs.append((fact.confidence.value, right, fact))
    return pairs


def _near(one: Fact, other: Fact) -> bool:
    a, b = one.source.boxes[-1], other.source.boxes[-1]
    return abs(a.y0 + a.y1 - b.y0 - b.y1) / 2 < NEAR and abs(a.x1 - b.x1) < NEAR


def scored(name: str, extraction: Extraction, judge: Any) -> tuple[int, int, int]:
    """Return verified values, those read right, and those read wrong."""
    lines = [{**fact_line(fact), "document": name} for fact in extraction.facts]
    truth = [row for row in judge.load(SHARED / "truth_dev.jsonl") if row["doc_name"] == name]
    outcomes: Counter[str] = Counter(judge.score(truth, lines)["outcomes"])
    right, missing = outcomes["correct"], outcomes["missing"]
    return len(truth), right, len(truth) - right - missing


def measured(name: str, seed: str | None, judge: Any) -> tuple[tuple[int, int, int], list[Any]]:
    """Read one filing as a scan, print its line, and return the score and the compared numbers."""
    path = SHARED / "filings" / f"{name}.pdf"
    data = path.read_bytes()
    scan = pictures_only(data, seed)
    start = time.perf_counter()
    extraction = read(scan, report_of(path))
    seconds = time.perf_counter() - start
    pairs = compared(extraction, read(data, report_of(path)))
    truth, right, wrong = scored(name, extraction, judge)
    found = sum(1 for s in extraction.statements if s.kind.is_primary)
    same = sum(is_right for _, is_right, _ in pairs)
    print(
        f"{name:28s} {'clean' if seed is None else 'scan-like':9s} "
        f"{min(PAGES, extraction.report.page_count or 0):4d} pages {seconds:5.1f} s  "
        f"{found} statements  verified {right} of {truth} right, {wrong} wrong  "
        f"cells {same} of {len(pairs)} as in the text layer",
        flush=True,
    )
    return (truth, right, wrong), pairs


def show(name: str, scores: Sequence[tuple[int, int, int]], pairs: Sequence[Any]) -> None:
    """Print recall and precision, and how often numbers of each believed band are right."""
    truth, right, wrong = (sum(column) for column in zip(*scores, strict=True))
    print(
        f"{name}: recall {right / truth:.4f}, precision {right / max(1, right + wrong):.4f}; "
        f"{sum(r for _, r, _ in pairs) / max(1, len(pairs)):.4f} of {len(pairs):,} numbers right"
    )
    low = 0.0
    for high in _BANDS:
        band = [is_right for believed, is_right, _ in pairs if low <= believed < high]
        if band:
            share = sum(band) / len(band)
            print(
                f"  value believed {low:.2f} to {high:.2f}: {len(band):,} numbers, {share:.4f} right"
            )
        low = high


def main() -> int:
    """Run the measurement; 0 unless the shared filings or Tesseract are absent in CI."""
    if not (SHARED / "filings").is_dir() or not is_installed():
        print("No shared filings or no tesseract here: scans were not measured.")
        return int(os.environ.get("CI") == "true")
    sys.path.insert(0, str(SHARED))
    import score as judge  # noqa: PLC0415 - the scorer that comes with the truth

    every: list[Any] = []
    for name, is_clean in (("clean, 200 dpi", True), ("scan-like, 200 dpi", False)):
        results = [measured(filing, None if is_clean else filing, judge) for filing in FILINGS]
        pairs = [pair for _, found in results for pair in found]
        show(name, [score for score, _ in results], pairs)
        every += pairs
    return _says_so(every)


def _says_so(pairs: Sequence[Any]) -> int:
    """Compare what the product says of recognised numbers with what was measured; 1 when it is less."""
    right = sum(is_right for _, is_right, _ in pairs) / max(1, len(pairs))
    if right >= RECOGNITION.right - SLACK:
        return 0
    print(f"services/confidence/calibration.py says {RECOGNITION}, {right:.4f} was measured")
    return 1


if __name__ == "__main__":
    sys.exit(main())
