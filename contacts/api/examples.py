"""Ada, who stands for all contacts in the description of the API."""

COMPANY = {
    "name": "Analytical Engines Ltd",
    "domain": "engines.example",
    "industry": "Manufacturing",
    "employees": 250,
    "country": "GB",
}
CONTACT = {
    "email": "ada@engines.example",
    "first_name": "Ada",
    "last_name": "Byron",
    "phone": "+442079460018",
    "job_title": "Head of Marketing",
    "company": COMPANY,
    "owner": 4,
    "tags": ["fair-2026"],
    "language": "en",
    "timezone": "Europe/London",
    "source": "shop",
    "custom": {},
}
STORED = {
    "id": 1207,
    **CONTACT,
    "company": {"id": 31, **COMPANY},
    "created_at": "2026-03-02T09:30:00+01:00",
    "updated_at": "2026-03-05T14:12:07+01:00",
}
LISTED = {
    **STORED,
    "score": {"total": 71.4, "fit": 30.0, "engagement": 41.4, "sales_ready": True},
    "phase": "Sales ready",
}
SEGMENT = {
    "name": "Marketing heads who looked at prices",
    "description": "For the spring campaign.",
    "condition": {
        "all": [
            {"field": "job_title", "op": "contains", "value": "marketing"},
            {"field": "company.employees", "op": "gte", "value": 50},
            {
                "did": {
                    "kind": "page_view",
                    "where": [{"field": "url", "op": "contains", "value": "/pricing"}],
                    "at_least": 2,
                    "within_days": 30,
                }
            },
        ]
    },
}
CUSTOM_FIELD = {
    "key": "seats",
    "label": "Seats",
    "type": "number",
    "choices": [],
    "is_identifier": False,
}
TIMES = {
    "created_at": "2026-03-02T09:30:00+01:00",
    "updated_at": "2026-03-05T14:12:07+01:00",
}
