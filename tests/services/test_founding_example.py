"""The founding example on the demo, whose cause is known: more sales investment lowers churn."""

import pytest

from config.settings import Settings
from services import preparation
from services.installation import Installation


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The default demo, loaded and trained as `make run` does."""
    installation = Installation(Settings(var=tmp_path_factory.mktemp("demo") / "var", database_url=None))
    preparation.prepare(installation, None, lambda line: None)
    card = installation.champion().scorecard
    return card, installation.warehouse.current_table(installation.dataset().snapshot)


def leavers(card, table, **moved) -> float:
    return float(card.probability(table.assign(**moved)).sum())


def test_sales_investment_lowers_churn_despite_competitor_action(demo):
    card, table = demo
    now = leavers(card, table)
    offer = table["competitor_offer"] + 2
    pressed = leavers(card, table, competitor_offer=offer)
    answered = leavers(card, table, competitor_offer=offer, sales_investment=table["sales_investment"] + 40)
    assert answered < now < pressed


def test_known_causes_come_back_with_their_sign(demo):
    card, table = demo
    now = leavers(card, table)
    assert leavers(card, table, support_calls=table["support_calls"] + 2) > now
    assert leavers(card, table, contract="Month to month") > leavers(card, table, contract="Two years")


def test_stronger_causes_weigh_more(demo):
    """In the truth a step of contract weighs most, then the offers, then a call (docs/demo.md)."""
    card, table = demo
    now = leavers(card, table)
    offers = leavers(card, table, competitor_offer=table["competitor_offer"] + 1) - now
    sales = now - leavers(card, table, sales_investment=table["sales_investment"] + 10)
    assert offers > 0 and sales > 0
    assert (
        leavers(card, table, contract="Month to month") - leavers(card, table, contract="Two years") > offers
    )
