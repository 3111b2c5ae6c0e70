"""Steps as the builder and the API write them, and what its pages say."""

IS_HEAD = {"field": "job_title", "op": "contains", "value": "head"}


def wait(key: str, days: int = 1, **more) -> dict:
    return {"key": key, "kind": "wait", "settings": {"days": days}, **more}


def branch(key: str, yes=(), no=()) -> dict:
    settings = {"condition": IS_HEAD, "days": 1}
    branches = {"yes": list(yes), "no": list(no)}
    return {"key": key, "kind": "branch", "settings": settings, "branches": branches}


def said(response) -> str:
    return response.content.decode()
