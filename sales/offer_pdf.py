"""An offer as a PDF, in its own language. A4, no network."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from xml.sax.saxutils import escape

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from campaigns.models import Sender
from leadhub.money import money_text
from sales.models import DealSettings, Offer, OfferLine
from sales.offer_fonts import STANDARD, Faces, faces_for

PDF = "application/pdf"
WIDTHS = [9 * mm, 76 * mm, 22 * mm, 28 * mm, 15 * mm, 30 * mm]


class Writer:
    """Makes paragraphs, and keeps what it was told to write."""

    def __init__(self, faces: Faces) -> None:
        self.faces = faces
        self.written: set[str] = set()
        regular, bold = {"fontName": faces.regular}, {"fontName": faces.bold}
        body = ParagraphStyle("body", fontSize=9.5, leading=13, **regular)
        gray = colors.HexColor("#55605a")
        self.styles = {
            "body": body,
            "right": ParagraphStyle("right", body, alignment=TA_RIGHT),
            "bold": ParagraphStyle("bold", body, **bold),
            "total": ParagraphStyle("total", body, alignment=TA_RIGHT, **bold),
            "title": ParagraphStyle("title", body, fontSize=17, leading=22, **bold),
            "small": ParagraphStyle(
                "small", body, fontSize=8, leading=11, textColor=gray
            ),
        }

    def __call__(self, text: str, style: str = "body") -> Paragraph:
        self.written.update(text)
        return Paragraph(escape(self.faces.text(text)), self.styles[style])


def check_letters(offer: Offer, *, lines: Sequence[OfferLine]) -> None:
    """Raise ``LettersMissing`` if the offer has letters that cannot be printed."""
    _written(offer, lines)


def pdf_of_offer(offer: Offer, *, lines: Sequence[OfferLine]) -> bytes:
    """The file; the same offer gives the same bytes. A draft says that it is one.

    Raises ``LettersMissing``.
    """
    write, story, title = _written(offer, lines)
    sender = Sender.objects.current()
    out = BytesIO()
    page = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=write.faces.text(title),
        author=write.faces.text(sender.name) if sender else "",
        lang=offer.language,
        invariant=True,
    )
    page.build(story)
    return out.getvalue()


def _written(
    offer: Offer, lines: Sequence[OfferLine]
) -> tuple[Writer, list[Flowable], str]:
    """In the standard fonts, and again in others if its letters ask for them."""
    with translation.override(offer.language):
        title = f"{_('Offer')} {offer.number or _('Draft')}"
        write = Writer(STANDARD)
        story = _story(write, offer, lines, title=title)
    faces = faces_for("".join(write.written))
    if faces != STANDARD:
        write = Writer(faces)
        with translation.override(offer.language):
            story = _story(write, offer, lines, title=title)
    return write, story, title


def _story(
    write: Writer, offer: Offer, lines: Sequence[OfferLine], *, title: str
) -> list[Flowable]:
    sender = Sender.objects.current()
    imprint = sender.imprint if sender else ""
    return [
        write(sender.name if sender else "", "bold"),
        Spacer(1, 10 * mm),
        *map(write, _address(offer)),
        Spacer(1, 12 * mm),
        write(title, "title"),
        write(_dates(offer), "small"),
        Spacer(1, 6 * mm),
        *map(write, offer.introduction.splitlines()),
        Spacer(1, 5 * mm),
        _lines(write, offer, lines),
        Spacer(1, 4 * mm),
        _sums(write, offer),
        Spacer(1, 8 * mm),
        write(DealSettings.current().offer_footer),
        Spacer(1, 4 * mm),
        *(write(line, "small") for line in imprint.split("\n")),
    ]


def _address(offer: Offer) -> list[str]:
    contact = offer.deal.contact
    company = str(offer.deal.company or contact.company or "")
    return [line for line in (company, str(contact)) if line]


def _dates(offer: Offer) -> str:
    valid = date_format(offer.valid_until_date, "SHORT_DATE_FORMAT")
    day = date_format(localdate(offer.sent_at or offer.created_at), "SHORT_DATE_FORMAT")
    return _("%(day)s · valid until %(valid)s") % {"day": day, "valid": valid}


def _lines(write: Writer, offer: Offer, lines: Sequence[OfferLine]) -> Table:
    head = ("", _("Text"), _("Quantity"), _("Unit price"), "%", _("Amount"))
    rows = [
        [write(text, "bold" if at < 2 else "total") for at, text in enumerate(head)]
    ]
    rows += [
        [
            write(str(line.position)),
            write(line.text),
            write(_number(line.quantity), "right"),
            write(_money(line.unit_price, offer), "right"),
            write(f"-{_number(line.discount)}" if line.discount else "", "right"),
            write(_money(line.total, offer), "right"),
        ]
        for line in lines
    ]
    rule = ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#dfe2dc"))
    top = ("VALIGN", (0, 0), (-1, -1), "TOP")
    return Table(rows, WIDTHS, repeatRows=1, style=TableStyle([rule, top]))


def _sums(write: Writer, offer: Offer) -> Table:
    rows = []
    if offer.discount_total:
        rate = {"rate": _number(offer.discount)}
        rows += [
            (_("Sum"), offer.lines_total),
            (_("Discount %(rate)s %%") % rate, -offer.discount_total),
        ]
    rows += [
        (_("Net"), offer.net),
        (_("Tax %(rate)s %%") % {"rate": _number(offer.tax_rate)}, offer.tax),
    ]
    cells = [
        [write(label, "right"), write(_money(amount, offer), "right")]
        for label, amount in rows
    ]
    cells.append(
        [write(_("Total"), "total"), write(_money(offer.total, offer), "total")]
    )
    return Table(cells, [sum(WIDTHS[:4]), sum(WIDTHS[4:])])


def _money(amount: Decimal, offer: Offer) -> str:
    return money_text(amount, places=2, currency=offer.currency)


def _number(number: Decimal) -> str:
    text = f"{number.normalize():f}"
    places = len(text.partition(".")[2])
    return number_format(Decimal(text), decimal_pos=places, force_grouping=True)
