"""What a column's name hints at: its words, and what the column may mean."""

from __future__ import annotations

from config.labels import parts

PEOPLE = frozenset(
    [
        "customer",
        "client",
        "cust",
        "account",
        "subscriber",
        "member",
        "user",
        "person",
        "consumer",
        "policyholder",
    ]
)
KEY_WORDS = frozenset(["id", "key", "uuid", "guid", "number", "no", "nr", "num", "code", "identifier"])
ROW_WORDS = frozenset(("rownames", "rownumber", "row number", "row names", "row", "index", "row id", "rowid"))
CODE_WORDS = frozenset(["zip", "zipcode", "postcode", "postal", "phone", "code", "plz"])
PROTECTED_WORDS = frozenset(
    [
        "gender",
        "sex",
        "race",
        "ethnicity",
        "ethnic",
        "religion",
        "disability",
        "disabled",
        "nationality",
        "senior",
        "seniors",
        "pregnant",
        "pregnancy",
        "orientation",
        "birthyear",
        "birthdate",
        "birthday",
    ]
)
AGE_OF_THINGS = frozenset(
    [
        "account",
        "contract",
        "device",
        "equipment",
        "policy",
        "subscription",
        "handset",
        "relationship",
        "card",
    ]
)
REGIONS = ("region", "state", "province", "geography", "country", "county", "district", "city")
SEGMENT_WORDS = frozenset(
    ["contract", "plan", "segment", "product", "internet", "payment", "tariff", "channel", "tier", "package"]
)
PRICE_WORDS = frozenset(
    ["charge", "charges", "fee", "price", "revenue", "bill", "spend", "rate", "mrr", "arpu", "premium"]
)
LEVER_WORDS = frozenset(
    [
        "contract",
        "price",
        "charge",
        "charges",
        "fee",
        "discount",
        "rebate",
        "offer",
        "promotion",
        "plan",
        "tariff",
        "support",
        "security",
        "backup",
        "protection",
        "insurance",
        "onboarding",
        "investment",
        "premium",
    ]
)
PAST_WORDS = frozenset(
    [
        "total",
        "calls",
        "call",
        "tickets",
        "ticket",
        "complaints",
        "minutes",
        "number",
        "count",
        "num",
        "last",
        "past",
        "previous",
        "history",
        "score",
        "satisfaction",
        "usage",
        "used",
        "average",
        "avg",
        "lifetime",
        "reason",
    ]
)
ASSUMPTION_WORDS = frozenset(
    ["competitor", "competitors", "competition", "market", "inflation", "unemployment", "season", "economy"]
)
OUTCOMES = (
    "churn",
    "churned",
    "churn value",
    "is churn",
    "is churned",
    "has churned",
    "churn flag",
    "churn label",
    "churn yn",
    "customer churn",
    "exited",
    "has exited",
    "left",
    "has left",
    "attrition",
    "attrition flag",
    "attrited",
    "cancelled",
    "canceled",
    "is cancelled",
    "is canceled",
    "lapsed",
    "defected",
    "customer status",
    "outcome",
    "target",
    "label",
    "status",
    "class",
    "y",
)
_LEAVING = (["left"], ["leaves"], ["exited"], ["cancelled"], ["canceled"])
NOT_OUTCOME_WORDS = frozenset(
    [
        "reason",
        "category",
        "score",
        "date",
        "risk",
        "probability",
        "prob",
        "count",
        "rate",
    ]
)


def words(name: str) -> list[str]:
    """Give the words of a name in small letters."""
    return [part.casefold() for part in parts(name)]


def key_rank(name: str) -> int:
    """Say how much a name looks like a key: 3 a customer's id, 2 an id, 1 a row number, 0 none."""
    found = words(name)
    joined = " ".join(found)
    if joined in ROW_WORDS:
        return 1
    if PEOPLE & set(found) and (KEY_WORDS & set(found) or len(found) == 1):
        return 3
    if joined in ("customerid", "custid", "clientid", "userid", "accountid", "memberid", "subscriberid"):
        return 3
    if found and found[-1] in ("id", "key", "uuid", "guid", "identifier"):
        return 2
    return 1 if found and found[-1] in KEY_WORDS else 0


def outcome_rank(name: str) -> int | None:
    """Say how early a name stands among names of outcomes; None where it is none of them."""
    found = words(name)
    joined = " ".join(found)
    if joined in OUTCOMES:
        return OUTCOMES.index(joined)
    speaks = any(word.startswith(("churn", "attrit")) for word in found) or found[:1] in _LEAVING
    return len(OUTCOMES) if speaks and not NOT_OUTCOME_WORDS & set(found) else None


def is_protected(name: str) -> bool:
    """Tell whether a name speaks of a protected group."""
    found = set(words(name))
    return bool(PROTECTED_WORDS & found) or ("age" in found and not AGE_OF_THINGS & found)


def is_revenue(name: str) -> bool:
    """Tell whether a name speaks of revenue per month."""
    found = set(words(name))
    monthly = bool({"monthly", "month"} & found) or bool({"mrr", "arpu"} & found)
    return monthly and bool(PRICE_WORDS & found) and not {"total", "change", "diff"} & found


def is_tenure(name: str) -> bool:
    """Tell whether a name speaks of months as a customer."""
    found = words(name)
    other_unit = {"days", "years", "weeks", "group", "band"} & set(found)
    return ("tenure" in found and not other_unit) or " ".join(found) in (
        "months on book",
        "months as customer",
    )


def is_value(name: str) -> bool:
    """Tell whether a name speaks of what a customer is worth."""
    found = words(name)
    return bool({"cltv", "clv", "ltv"} & set(found)) or {"lifetime", "value"} <= set(found)


def role(name: str) -> str:
    """Guess, with caution, who moves a column: lever, assumption or fact."""
    found = set(words(name))
    if ASSUMPTION_WORDS & found:
        return "assumption"
    return "lever" if LEVER_WORDS & found and not PAST_WORDS & found else "fact"
