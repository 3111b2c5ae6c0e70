"""Small files of each type, made by hand."""

import io
import struct
import zlib
from zipfile import ZipFile

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
GIF = b"GIF89a" + struct.pack("<HH", 3, 2) + b"\x00\x00\x00;"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08"
    + struct.pack(">HH", 20, 30)
    + b"\x01\x01\x11\x00\xff\xd9"
)
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"
WEBP += (99).to_bytes(3, "little") + (49).to_bytes(3, "little")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def png(width=4, height=3) -> bytes:
    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\x00" + b"\x1d\x5a\x8a" * width for _ in range(min(height, 600)))
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def archive(**entries) -> bytes:
    """A ZIP; "__" in names is "/", "_xml" at their end ".xml"."""
    made = io.BytesIO()
    with ZipFile(made, "w") as zipped:
        for name, text in entries.items():
            zipped.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return made.getvalue()


def docx(**more) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w") as zipped:
        zipped.writestr("[Content_Types].xml", "<Types/>")
        zipped.writestr("word/document.xml", "<w/>")
        for name, text in more.items():
            zipped.writestr(f"word/{name}.bin", text)
    return made.getvalue()
