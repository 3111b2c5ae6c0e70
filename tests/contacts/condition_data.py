"""Odd contacts, and conditions about them that have a chance to hold."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from accounts.models import User
from contacts.models import Company, Consent, Contact, CustomField, Tag

AT = datetime(2026, 3, 29, 12, 30, tzinfo=UTC)  # the day on which clocks change
LETTERS = "aAbBkKsSiI zZ%_\\'\"*[]-0é ÉßẞİıΣσςǅµΜÅÅKſЖжԱաꭰᎠ𐐀𐐨ﬀΐ😀"
WORDS = [
    "head",
    "Head of",
    "MÜLLER",
    "müller",
    "ΣΊΣΥΦΟΣ",
    "σίσυφος",
    "İstanbul",
    "100%",
]
CUSTOM = {
    "note": CustomField.Type.TEXT,
    "seats": CustomField.Type.NUMBER,
    "is_partner": CustomField.Type.BOOLEAN,
    "renews": CustomField.Type.DATE,
    "plan": CustomField.Type.CHOICE,
}

texts = st.one_of(st.just(""), st.sampled_from(WORDS), st.text(LETTERS, max_size=6))
numbers = st.one_of(
    st.integers(-3, 12),
    st.sampled_from([0.1, 0.1 + 0.2, 10.005, -0.0, 1e-9, 5e-324, 10**15, -(10**15)]),
    st.floats(-1e15, 1e15, allow_nan=False),
)
days = st.dates(date(2026, 3, 20), date(2026, 4, 2)).map(str)
moments = st.one_of(
    st.timedeltas(timedelta(days=-9), timedelta(days=2)),
    st.sampled_from([timedelta(), timedelta(days=-3), timedelta(microseconds=-1)]),
).map(lambda age: AT + age)
# What stands in JSON that nobody has checked.
anything = st.one_of(
    texts,
    numbers,
    days,
    st.booleans(),
    st.none(),
    st.sampled_from([10**20, 10**400, 1e300, "12", "2026-02-31", "2026-3-1", "true"]),
    st.just([1]),
    st.just({"a": "b"}),
)
custom_values = st.dictionaries(st.sampled_from([*CUSTOM, "gone"]), anything)

users = st.sampled_from(["rep", "Änne", None])
contacts = st.fixed_dictionaries(
    {
        "first_name": texts,
        "job_title": texts,
        "language": st.sampled_from(["", "de", "DE", "en"]),
        "email": st.sampled_from(["", "a@x.de", "Ä.B@x.de", "STRASSE@ß.de", "i@İ.com"]),
        "company": st.none()
        | st.fixed_dictionaries(
            {"name": texts, "employees": st.none() | st.integers(0, 12)}
        ),
        "owner": users,
        "tags": st.sets(st.sampled_from(["vip", "größe", "ΣΑΣ".lower()])),
        "custom": custom_values,
        "created_at": moments,
        "consents": st.lists(
            st.tuples(st.sampled_from(["phone", "profiling"]), st.booleans()),
            max_size=3,
        ),
    }
)


def store(rows: list[dict]) -> list[Contact]:
    """Keep what was drawn as it is: no verb checks it."""
    CustomField.objects.bulk_create(
        CustomField(key=key, label=key, type=type_) for key, type_ in CUSTOM.items()
    )
    owners = {
        name: User.objects.create(username=name, email=f"{number}@example.com")
        for number, name in enumerate(["rep", "Änne"])
    }
    found = []
    for number, row in enumerate(rows):
        key = Contact.key_of(row["email"])
        contact = Contact.objects.create(
            first_name=row["first_name"],
            job_title=row["job_title"],
            language=row["language"],
            email=row["email"],
            email_key=f"{number}{key}" if key else None,
            company=row["company"] and Company.objects.create(**row["company"]),
            owner=owners.get(row["owner"]),
            custom=row["custom"],
            created_at=row["created_at"],
        )
        for name in row["tags"]:
            contact.tags.add(Tag.objects.get_or_create(name=name)[0])
        for purpose, granted in row["consents"]:
            Consent.objects.create(
                contact=contact, purpose=purpose, granted=granted, at=AT
            )
        found.append(contact)
    return found


def spelled(texts_: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Words as somebody may type them: a part of it, in other letters."""
    return st.tuples(
        texts_,
        st.sampled_from([str, str.upper, str.lower, str.swapcase, lambda t: t[:2]]),
    ).map(lambda pair: pair[1](pair[0]))


def compared(
    fields: st.SearchStrategy[str],
    one: st.SearchStrategy,
    *,
    ops: str,
    many: bool = True,
) -> st.SearchStrategy[dict]:
    """Leaves: one of ``ops`` with one value; ``in`` with several; known or not."""

    def leaf(op: str, value: st.SearchStrategy) -> st.SearchStrategy[dict]:
        return st.fixed_dictionaries(
            {"field": fields, "op": st.just(op), "value": value}
        )

    found = [leaf(op, one) for op in ops.split()]
    if many:
        several = st.lists(one, min_size=1, max_size=3)
        found += [leaf("in", several), leaf("not_in", several)]
    known = st.sampled_from(["is_set", "is_empty"])
    found.append(st.fixed_dictionaries({"field": fields, "op": known}))
    return st.one_of(found)


def between(
    fields: st.SearchStrategy[str], one: st.SearchStrategy
) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(
        {
            "field": fields,
            "op": st.just("between"),
            "value": st.lists(one, min_size=2, max_size=2),
        }
    )


needles = spelled(texts).filter(lambda text: text.strip() != "")
ORDER = "eq ne gt gte lt lte"
TEXT_FIELDS = (
    "email first_name job_title language company.name custom.note custom.plan".split()
)
NUMBER_FIELDS = st.sampled_from(["custom.seats", "company.employees"])
points = days | moments.map(datetime.isoformat)
leaves = st.one_of(
    compared(st.sampled_from(TEXT_FIELDS), needles, ops="eq ne contains starts_with"),
    compared(NUMBER_FIELDS, numbers, ops=ORDER),
    between(NUMBER_FIELDS, numbers),
    compared(st.just("custom.renews"), days, ops=ORDER, many=False),
    between(st.just("custom.renews"), days),
    compared(st.just("created_at"), points, ops=ORDER, many=False),
    between(st.just("created_at"), points),
    st.fixed_dictionaries(
        {
            "field": st.sampled_from(["created_at", "custom.renews"]),
            "op": st.just("within_days"),
            "value": st.integers(1, 9),
        }
    ),
    compared(
        st.sampled_from(["consent.phone", "consent.profiling", "custom.is_partner"]),
        st.booleans(),
        ops="eq ne",
        many=False,
    ),
    compared(
        st.just("tags"),
        st.sampled_from(["VIP", "vip", "GRÖSSE", "GRÖßE", "σας", "σασ"]),
        ops="eq ne contains",
    ),
    compared(
        st.just("owner"),
        st.sampled_from(["REP", "änne", "nobody"]) | st.integers(1, 5),
        ops="eq ne",
    ),
    compared(st.just("company"), needles | st.integers(1, 5), ops="eq ne"),
)


def conditions_of(leaves: st.SearchStrategy[dict]) -> st.SearchStrategy[dict]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, max_size=3)}),
            st.fixed_dictionaries({"any": st.lists(inner, max_size=3)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=6,
    )
