"""A small PDF of words alone, so that the demo has a real file to give."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

LETTERS_IN_A_LINE = 78


def pdf_of(title: str, paragraphs: Sequence[str]) -> bytes:
    """One page (A4) with a title and paragraphs, by PDF 32000-1:2008. Latin 1 only."""
    lines = [f"/B 22 Tf 64 760 Td ({_escaped(title)}) Tj", "/R 11 Tf 16 TL 0 -40 Td"]
    for paragraph in paragraphs:
        for line in wrap(paragraph, LETTERS_IN_A_LINE):
            lines.append(f"({_escaped(line)}) Tj T*")
        lines.append("T*")
    stream = "\n".join(["BT", *lines, "ET"]).encode("latin-1", "replace")
    fonts = " ".join(
        f"/{name} << /Type /Font /Subtype /Type1 /BaseFont /{font} "
        "/Encoding /WinAnsiEncoding >>"
        for name, font in (("R", "Helvetica"), ("B", "Helvetica-Bold"))
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << " + fonts.encode() + b" >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    return _joined(objects)


def _joined(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + head + table + tail % (size, len(out))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
