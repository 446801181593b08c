"""Hostile documents, made when a test needs them and never kept."""

import io
import zipfile
import zlib

MEGABYTE = 1024 * 1024
SHEET_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
)


def pdf_of(content: bytes, filters: str = "") -> bytes:
    """A one-page PDF whose content stream holds these bytes."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), filters.encode(), content),
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 5\n0000000000 65535 f \n")
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Root 1 0 R /Size 5 >>\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def flate_bomb_pdf(gigabytes: int = 10) -> bytes:
    """A PDF of a few kilobytes whose page inflates, through two Flate filters, to gigabytes."""
    packer = zlib.compressobj(9)
    block = packer.compress(b" " * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    header, repeated = block[:2], block[2:]
    inner = header + repeated * (1024 * gigabytes)
    return pdf_of(zlib.compress(inner, 9), "/Filter [/FlateDecode /FlateDecode]")


def operator_bomb_pdf(operators: int = 20_000_000) -> bytes:
    """A PDF whose page draws text millions of times."""
    content = b"BT /F1 12 Tf " + b"(a) Tj " * operators + b"ET"
    return pdf_of(zlib.compress(content, 9), "/Filter /FlateDecode")


def workbook_of(sheet: bytes | None, **others: bytes) -> bytes:
    """An xlsx of one sheet with this XML; further parts by their path with '__' for '/'."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
        f'Type="{rel}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package_file:
        for name, text in parts.items():
            package_file.writestr(name, text)
        if sheet is not None:
            package_file.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, data in others.items():
            package_file.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def spaces_bomb_xlsx(megabytes: int = 1024) -> bytes:
    """A workbook of about a megabyte whose sheet is a gigabyte of spaces."""
    out = io.BytesIO(workbook_of(None))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
        package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        sheet.write(SHEET_HEAD.encode() + b"<sheetData>")
        for _ in range(megabytes):
            sheet.write(b" " * MEGABYTE)
        sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def far_cell_xlsx() -> bytes:
    """A small workbook with one number in the first and one in the very last cell."""
    sheet = (
        SHEET_HEAD + '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>42</v></c></row></sheetData></worksheet>'
    )
    return workbook_of(sheet.encode())


def billion_laughs_xlsx() -> bytes:
    """A workbook whose sheet XML defines entities that multiply to gigabytes."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)
    )
    sheet = (
        f'<?xml version="1.0"?><!DOCTYPE w [{entities}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="str"><v>&a9;</v></c></row></sheetData></worksheet>'
    )
    return workbook_of(sheet.encode())


def many_parts_xlsx(parts: int = 2100) -> bytes:
    """A workbook with more parts than any real one."""
    return workbook_of(
        (SHEET_HEAD + "<sheetData/></worksheet>").encode(),
        **{f"xl__media__image{number}.png": b"x" for number in range(parts)},
    )


def lying_xlsx() -> bytes:
    """A workbook whose sheet is ten megabytes of spaces and is declared as a hundred bytes."""
    sheet = SHEET_HEAD.encode() + b" " * (10 * MEGABYTE) + b"<sheetData/></worksheet>"
    data = bytearray(workbook_of(sheet))
    real, declared = len(sheet).to_bytes(4, "little"), (100).to_bytes(4, "little")
    return bytes(data.replace(real, declared))
