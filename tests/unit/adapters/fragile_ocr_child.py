"""The child that recognises pictures, except that its page 3 aborts the process."""

import os

from services.adapters.local import ocr_child


class _Fragile(ocr_child.PictureReading):
    def _recognised(self, number: int) -> ocr_child.PageLayout:
        if number == 3:
            os.abort()
        return super()._recognised(number)


def main() -> None:
    ocr_child.PictureReading = _Fragile
    ocr_child.main()


if __name__ == "__main__":
    main()
