"""Small reports for tests of the whole path: two statements on two pages, and a workbook as CSV."""

import io

from reportlab.pdfgen.canvas import Canvas

Rows = list[tuple[str, int, int]]


def small_pdf(company: str, size: int) -> bytes:
    """An annual report of two pages; another ``size`` gives other amounts, the same one the same bytes."""
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    _page(canvas, company, "CONSOLIDATED STATEMENTS OF INCOME", "Years ended", _income(size))
    _page(canvas, company, "CONSOLIDATED BALANCE SHEETS", "", _balance())
    canvas.save()
    return target.getvalue()


def letter_pdf() -> bytes:
    """One page of prose with a number and no statement."""
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.drawString(72, 700, "Dear shareholders, sales were $1,234 million in 2024.")
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def small_csv(size: int) -> bytes:
    """An income statement that leads to insights sure enough for the CFO."""
    lines = [
        "Consolidated Statements of Income",
        "(in millions)",
        ",Year ended December 31 2024,Year ended December 31 2023",
        f"Revenue,{1000 + size},{800 + size}",
        "Cost of revenue,600,500",
        f"Gross profit,{400 + size},{300 + size}",
        "Net income,50,90",
    ]
    return "\n".join(lines).encode()


def _income(size: int) -> Rows:
    sales, before = 1000 + size * 37, 900 + size * 20
    gross = (sales - sales * 6 // 10, before - before * 6 // 10)
    operating = (gross[0] - 200, gross[1] - 180)
    return [
        ("Net sales", sales, before),
        ("Cost of sales", sales * 6 // 10, before * 6 // 10),
        ("Gross profit", *gross),
        ("Selling, general and administrative expenses", 200, 180),
        ("Operating income", *operating),
        ("Interest expense", 20, 18),
        ("Income before income taxes", operating[0] - 20, operating[1] - 18),
        ("Provision for income taxes", 40, 30),
        ("Net income", operating[0] - 60, operating[1] - 48),
    ]


def _balance() -> Rows:
    return [
        ("Cash and cash equivalents", 100, 90),
        ("Accounts receivable, net", 200, 180),
        ("Inventories", 150, 140),
        ("Total current assets", 450, 410),
        ("Property, plant and equipment, net", 550, 500),
        ("Total assets", 1000, 910),
        ("Accounts payable", 120, 100),
        ("Total current liabilities", 120, 100),
        ("Long-term debt", 380, 400),
        ("Total liabilities", 500, 500),
        ("Total shareholders' equity", 500, 410),
        ("Total liabilities and shareholders' equity", 1000, 910),
    ]


def _page(canvas: Canvas, company: str, title: str, when: str, rows: Rows) -> None:
    canvas.setFont("Helvetica-Bold", 12)
    canvas.drawString(72, 740, company)
    canvas.drawString(72, 722, title)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(72, 704, "(In millions)")
    canvas.drawString(72, 660, f"{when} December 31,".strip())
    for place, year in ((400, "2024"), (490, "2023")):
        canvas.drawRightString(place, 680, year)
    for number, (label, now, before) in enumerate(rows, start=1):
        y = 660 - 16 * number
        canvas.drawString(72, y, label)
        canvas.drawRightString(400, y, f"{now:,}")
        canvas.drawRightString(490, y, f"{before:,}")
    canvas.showPage()
