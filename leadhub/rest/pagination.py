"""Pages of lists."""

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """``{"results", "next", "previous"}``, up to 500 a page."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "-id"
