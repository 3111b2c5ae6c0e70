"""What pages about contents send."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.campaigns import files

PAGE = {"title": "Get the guide", "language": "en"}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def png(name="a.png"):
    return SimpleUploadedFile(name, files.png())
