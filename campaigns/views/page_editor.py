"""The editor of landing pages: their words, their blocks, a live preview."""

from __future__ import annotations

from secrets import token_urlsafe

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.block_editing import changed_blocks, posted_blocks, readable
from campaigns.blocks import TYPES, Block
from campaigns.content_forms import PageForm
from campaigns.models import Content, LandingPage
from campaigns.public_context import preview_context
from campaigns.selectors.showing import blocks_to_edit
from campaigns.services.pages import delete_page, save_page
from campaigns.services.uploads import store_upload
from campaigns.views.framing import as_public
from leadhub.errors import DomainError

PREVIEW_SECONDS = 600


@login_required
@require_http_methods(["GET", "POST"])
def page_edit(request: HttpRequest, page_id: int | None = None) -> HttpResponse:
    """Buttons named "do": "save", or a change of the blocks that is not stored yet."""
    page = _page(request, page_id)
    form = PageForm(request.POST or None, user=request.user, page=page)
    blocks = posted_blocks(request.POST) if request.POST else blocks_to_edit(page)
    focus = None
    if request.method == "POST":
        blocks = _with_images(request, form, blocks)
        wish = request.POST.get("do", "save")
        if wish != "save":
            blocks, focus = changed_blocks(blocks, wish)
        elif form.is_valid() and _is_saved(request, form, page, blocks):
            messages.success(request, _("Page saved."))
            return redirect("campaigns:page_edit", page.pk)
    contents = scope(request.user, Content, "read").in_use().order_by("title", "pk")
    context = {
        "form": form,
        "page": page,
        "blocks": [
            {
                "n": n,
                "block": block,
                "type": TYPES[block["type"]],
                "entries": "\n".join(block.get("items", ())),
            }
            for n, block in enumerate(blocks)
        ],
        "types": TYPES.items(),
        "contents": contents,
        "focus": focus,
    }
    status = 422 if form.errors and request.POST.get("do", "save") == "save" else 200
    return render(request, "campaigns/page_edit.html", context, status=status)


@login_required
@require_POST
def page_publish(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show it to everybody, or to nobody: ``published`` is "yes" or "no"."""
    page = _page(request, page_id)
    page.is_published = request.POST.get("published") == "yes"
    try:
        save_page(page=page, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if page.is_published:
            messages.success(request, _("%(title)s is public now.") % {"title": page})
        else:
            messages.success(request, _("Nobody sees %(title)s.") % {"title": page})
    return redirect("campaigns:page_edit", page.pk)


@login_required
@require_POST
def page_delete(request: HttpRequest, page_id: int) -> HttpResponse:
    page = _page(request, page_id)
    delete_page(page=page)
    messages.success(request, _("%(title)s was deleted.") % {"title": page})
    return redirect("campaigns:list")


@login_required
@require_POST
def page_preview(request: HttpRequest) -> HttpResponse:
    """The frame that shows what is in the editor; nothing is stored."""
    page = _page(request, None)
    form = PageForm(request.POST, user=request.user, page=page)
    form.is_valid()
    _fill(page, form)
    page.slug = page.slug or "preview"
    page.blocks = readable(posted_blocks(request.POST))
    with translation.override(page.language):
        html = render_to_string("campaigns/landing_page.html", preview_context(page))
    token = token_urlsafe(16)
    cache.set(_key(request, token), html, PREVIEW_SECONDS)
    return render(request, "campaigns/_page_preview.html", {"token": token})


@login_required
@require_GET
@as_public
def preview_html(request: HttpRequest, token: str) -> HttpResponse:
    """What the preview was just made of; for ten minutes, for who made it."""
    html = cache.get(_key(request, token))
    if html is None:
        raise Http404
    return HttpResponse(html)


def _page(request: HttpRequest, page_id: int | None) -> LandingPage:
    if not request.user.runs_marketing:
        raise PermissionDenied
    if page_id is None:
        return LandingPage(is_published=False)
    rows = scope(request.user, LandingPage, "update").select_related("form")
    return get_object_or_404(rows, pk=page_id)


def _fill(page: LandingPage, form: PageForm) -> None:
    for name, value in form.cleaned_data.items():
        setattr(page, name, value)


def _is_saved(
    request: HttpRequest, form: PageForm, page: LandingPage, blocks: list[Block]
) -> bool:
    _fill(page, form)
    page.blocks = blocks
    if page.blocks:
        page.body = ""
    try:
        save_page(page=page, by=request.user, at=timezone.now())
    except DomainError as refusal:
        if refusal.code == "slug_taken":
            form.add_error("slug", str(refusal))
        else:
            form.add_refusal(refusal)
        return False
    return True


def _with_images(
    request: HttpRequest, form: PageForm, blocks: list[Block]
) -> list[Block]:
    """Keep what was uploaded for image blocks, whatever button was pressed."""
    for n, block in enumerate(blocks):
        file = request.FILES.get(f"block-{n}-file")
        if block["type"] != "image" or file is None:
            continue
        try:
            upload = store_upload(
                file=file,
                name=file.name,
                by=request.user,
                at=timezone.now(),
                only_images=True,
            )
        except DomainError as refusal:
            sentence = _("Block %(number)s: %(fault)s")
            form.add_error(None, sentence % {"number": n + 1, "fault": refusal})
        else:
            block["image"] = upload.key
    return blocks


def _key(request: HttpRequest, token: str) -> str:
    return f"page-preview:{request.user.pk}:{token}"
