"""The PDF child, except that its pages 2 and 45 abort the process."""

import os

from services.adapters.local import pdf_child

_page_text = pdf_child.page_text


def _fragile(pdf: object, index: int) -> str:
    if index in {1, 44}:
        os.abort()
    return _page_text(pdf, index)


def main() -> None:
    pdf_child.page_text = _fragile
    pdf_child.main()


if __name__ == "__main__":
    main()
