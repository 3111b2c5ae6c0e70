"""What the list of contacts shows."""


def text(response):
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()
