"""An offer as a PDF, in its own language. A4, standard fonts, no network."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from unicodedata import normalize
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
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from campaigns.models import Sender
from leadhub.money import money_text
from sales.models import DealSettings, Offer, OfferLine

PDF = "application/pdf"
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13)
RIGHT = ParagraphStyle("right", parent=BODY, alignment=TA_RIGHT)
BOLD = ParagraphStyle("bold", parent=BODY, fontName="Helvetica-Bold")
BOLD_RIGHT = ParagraphStyle("bold-right", parent=BOLD, alignment=TA_RIGHT)
TITLE = ParagraphStyle(
    "title", parent=BODY, fontName="Helvetica-Bold", fontSize=17, leading=22
)
SMALL = ParagraphStyle(
    "small", parent=BODY, fontSize=8, leading=11, textColor=colors.HexColor("#55605a")
)
WIDTHS = [9 * mm, 76 * mm, 22 * mm, 28 * mm, 15 * mm, 30 * mm]


def pdf_of_offer(offer: Offer, *, lines: Sequence[OfferLine]) -> bytes:
    """The file; the same offer gives the same bytes. A draft says that it is one."""
    sender = Sender.objects.current()
    with translation.override(offer.language):
        name = sender.name if sender else ""
        number = offer.number or _("Draft")
        title = f"{_('Offer')} {number}"
        story = [
            _p(name, BOLD),
            Spacer(1, 10 * mm),
            *(_p(line) for line in _address(offer)),
            Spacer(1, 12 * mm),
            _p(title, TITLE),
            _p(_dates(offer), SMALL),
            Spacer(1, 6 * mm),
            *(_p(part) for part in offer.introduction.splitlines()),
            Spacer(1, 5 * mm),
            _lines(offer, lines),
            Spacer(1, 4 * mm),
            _sums(offer),
            Spacer(1, 8 * mm),
            _p(DealSettings.current().offer_footer),
            Spacer(1, 4 * mm),
            *(
                _p(line, SMALL)
                for line in (sender.imprint if sender else "").split("\n")
            ),
        ]
    out = BytesIO()
    page = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=_known(title),
        author=_known(name),
        lang=offer.language,
        invariant=True,
    )
    page.build(story)
    return out.getvalue()


def _address(offer: Offer) -> list[str]:
    contact = offer.deal.contact
    company = str(offer.deal.company or contact.company or "")
    return [line for line in (company, str(contact)) if line]


def _dates(offer: Offer) -> str:
    valid = date_format(offer.valid_until_date, "SHORT_DATE_FORMAT")
    day = date_format(localdate(offer.sent_at or offer.created_at), "SHORT_DATE_FORMAT")
    return _("%(day)s · valid until %(valid)s") % {"day": day, "valid": valid}


def _lines(offer: Offer, lines: Sequence[OfferLine]) -> Table:
    head = ("", _("Text"), _("Quantity"), _("Unit price"), "%", _("Amount"))
    rows = [[_p(text, BOLD if at < 2 else BOLD_RIGHT) for at, text in enumerate(head)]]
    rows += [
        [
            _p(str(line.position)),
            _p(line.text),
            _p(_number(line.quantity), RIGHT),
            _p(_money(line.unit_price, offer), RIGHT),
            _p(f"-{_number(line.discount)}" if line.discount else "", RIGHT),
            _p(_money(line.total, offer), RIGHT),
        ]
        for line in lines
    ]
    rule = ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#dfe2dc"))
    top = ("VALIGN", (0, 0), (-1, -1), "TOP")
    return Table(rows, WIDTHS, repeatRows=1, style=TableStyle([rule, top]))


def _sums(offer: Offer) -> Table:
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
    cells = [[_p(label, RIGHT), _p(_money(sum_, offer), RIGHT)] for label, sum_ in rows]
    cells.append(
        [_p(_("Total"), BOLD_RIGHT), _p(_money(offer.total, offer), BOLD_RIGHT)]
    )
    return Table(cells, [sum(WIDTHS[:4]), sum(WIDTHS[4:])])


def _money(amount: Decimal, offer: Offer) -> str:
    return money_text(amount, places=2, currency=offer.currency)


def _number(number: Decimal) -> str:
    text = f"{number.normalize():f}"
    places = len(text.partition(".")[2])
    return number_format(Decimal(text), decimal_pos=places, force_grouping=True)


def _p(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(escape(_known(text)), style)


def _known(text: str) -> str:
    """In the letters that the standard fonts have; others lose their accents."""
    found = []
    for letter in text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"):
        known = letter.encode("cp1252", "ignore")
        plain = normalize("NFKD", letter).encode("cp1252", "ignore")
        found.append(letter if known else plain.decode("cp1252") or "?")
    return "".join(found)
