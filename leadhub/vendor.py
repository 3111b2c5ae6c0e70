"""Third-party front-end files: installed by npm, served by an allow-list."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.contrib.staticfiles.utils import get_files
from django.core.files.storage import FileSystemStorage


class VendorFinder(FileSystemFinder):
    """Finds our own static files, and of node_modules only ``VENDOR_FILES``."""

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, FileSystemStorage]]:
        for prefix, root in self.locations:
            storage = self.storages[root]
            if prefix == "vendor":
                yield from ((path, storage) for path in settings.VENDOR_FILES)
            else:
                yield from (
                    (path, storage) for path in get_files(storage, ignore_patterns)
                )

    def find_location(
        self, root: str, path: str, prefix: str | None = None
    ) -> str | None:
        is_vendor = prefix == "vendor"
        if is_vendor and path.removeprefix("vendor/") not in settings.VENDOR_FILES:
            return None
        return super().find_location(root, path, prefix)
