"""Files as they come: locked with an empty password, cut off, without ligatures."""

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from services.domain.errors import UnreadableDocument

from .paper import Paper, cover, fact, read, remapped, row_values
from .test_layouts import ASSETS, CLAIMS, INCOME, balance_title, income_title, millions


def report(**options: object) -> bytes:
    paper = income_title(cover(Paper(**options))).rows(INCOME).page()
    return balance_title(paper).rows([*ASSETS, *CLAIMS]).pdf()


def test_a_file_locked_with_an_empty_password_is_read():
    lock = StandardEncryption("", ownerPassword="owner", canPrint=1, canModify=0)
    found = read(report(encrypt=lock))
    assert fact(found, "revenue").value == 4_812_000_000
    assert fact(found, "total_assets").source.page == 3


def test_a_file_locked_with_a_password_is_refused_with_what_to_do():
    lock = StandardEncryption("secret", ownerPassword="owner")
    with pytest.raises(UnreadableDocument, match="Save a copy without the password") as refused:
        read(report(encrypt=lock))
    assert refused.value.code == "encrypted"


def test_a_file_whose_end_was_cut_off_is_read_as_far_as_it_goes():
    data = report()
    cut = data[: data.rindex(b"xref\n", 0, data.rindex(b"startxref"))]
    found = read(cut)
    assert fact(found, "revenue").value == 4_812_000_000
    assert row_values(found, "Inventories") == millions(615, 580)


@pytest.mark.parametrize("meaning", [0xFFFD, 0xFB01])
def test_a_ligature_that_the_font_does_not_map_is_put_back_in_the_label(meaning):
    """The one glyph of 'fi' comes as a mark without meaning, or as a letter of its own."""
    paper = income_title(cover(Paper()))
    rows = [(label.replace("fi", "~"), *cells) for label, *cells in INCOME]
    found = read(remapped(paper.rows(rows).pdf(), {ord("~"): meaning}))
    assert row_values(found, "Gross profit") == millions(1907, 1689)
    assert fact(found, "gross_profit").value == 1_907_000_000
