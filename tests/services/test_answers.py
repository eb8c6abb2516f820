"""Answers: what people get to see of a trained installation, and that it is on record first."""

import math

import pytest

from config.settings import Settings
from data.warehouse import Filters
from services import customers, datasets, overview, training
from services.customers import NoSuchCustomer
from services.installation import Installation
from services.roles import Actor
from tests.services.conftest import customers as rows_of_customers


@pytest.fixture(scope="module")
def trained(tmp_path_factory, analyst):
    folder = tmp_path_factory.mktemp("trained")
    path = folder / "ours.csv"
    rows_of_customers(400).to_csv(path, index=False)
    installation = Installation(Settings(var=folder / "var", database_url=None))
    installation.store.migrate()
    datasets.load(installation, analyst, path)
    training.train(installation, analyst)
    return installation


def last_entry(installation):
    return installation.store.entries(None, None, 1)[0]


def test_the_first_version_answers_as_a_draft_and_a_second_waits(trained, analyst):
    first = trained.champion()
    assert first.is_draft
    second = training.train(trained, analyst, seed=5)
    assert second.state == "challenger"
    assert trained.champion().version == first.version


def test_revenue_at_risk_is_the_sum_over_active_customers(trained, analyst):
    champion, dataset = trained.champion(), trained.dataset()
    table = trained.warehouse.current_table(dataset.snapshot)
    active = table[table["_active"]]
    p = champion.scorecard.probability(active)
    answer = overview.headline(trained, analyst, Filters())
    assert answer.expected_leavers.now == pytest.approx(p.sum())
    assert answer.revenue_at_risk.now == pytest.approx((p * active["monthly_price"]).sum())
    assert answer.stamp.is_draft


def test_model_figures_are_on_record_before_they_are_shown(trained, analyst):
    answer = overview.headline(trained, analyst, Filters())
    entry = last_entry(trained)
    assert entry.header.seq == answer.stamp.entry
    assert (entry.header.kind, entry.header.version) == ("overview", trained.champion().version)


def test_the_list_begins_with_the_highest_expected_loss_and_says_why(trained, analyst):
    page = customers.page(trained, analyst, Filters(), start=0, stop=20)
    losses = [row["expected_loss"] for row in page.rows]
    assert losses == sorted(losses, reverse=True)
    assert page.total == (rows_of_customers(400)["churned"] == "No").sum()
    assert any(row["reasons"] for row in page.rows)
    assert all(row["low"] <= row["probability"] <= row["high"] for row in page.rows)


def test_reasons_of_a_customer_add_up_to_the_score(trained, analyst):
    key = customers.page(trained, analyst, Filters()).rows[0]["id"]
    answer = customers.one(trained, analyst, key)
    intercept = trained.champion().scorecard.intercept
    assert intercept + sum(reason.contribution for reason in answer.reasons) == answer.score.log_odds
    total = answer.score.start + sum(reason.points for reason in answer.reasons)
    assert total == pytest.approx(answer.score.probability, abs=1e-12)
    assert answer.score.probability == pytest.approx(1 / (1 + math.exp(-answer.score.log_odds)))
    assert answer.sentence


def test_the_list_and_the_page_of_a_customer_say_the_same(trained, analyst):
    row = customers.page(trained, analyst, Filters()).rows[3]
    assert customers.one(trained, analyst, row["id"]).score.log_odds == row["log_odds"]


def test_the_threshold_is_the_score_of_the_last_customer_on_the_list(trained, analyst):
    rows = customers.page(trained, analyst, Filters(), sort=[("probability", "desc")], stop=500).rows
    on_list = math.ceil(len(rows) * trained.settings.at_risk_share)
    answer = customers.one(trained, analyst, rows[0]["id"])
    assert answer.score.threshold == pytest.approx(rows[on_list - 1]["probability"], abs=1e-12)


def test_viewers_see_facts_and_why_there_is_no_score(trained, viewer):
    page = customers.page(trained, viewer, Filters())
    answer = customers.one(trained, viewer, page.rows[0]["id"])
    assert answer.facts and answer.score is None and not answer.reasons
    assert "draft" in answer.stamp.withheld
    assert "probability" not in page.rows[0]


def test_a_stranger_to_the_permission_table_sees_nothing(trained):
    with pytest.raises(PermissionError):
        customers.page(trained, Actor("x", "X", "nobody"), Filters())


def test_an_unknown_customer_is_said_to_be_unknown(trained, analyst):
    with pytest.raises(NoSuchCustomer, match="Customers page"):
        customers.one(trained, analyst, "K9999")


def test_a_new_load_with_the_same_spec_is_scored_at_once(trained, analyst, tmp_path):
    before = trained.dataset()
    path = tmp_path / "ours.csv"
    rows_of_customers(300, seed=9).to_csv(path, index=False)
    loaded = datasets.load(trained, analyst, path)
    assert trained.warehouse.has_scores(loaded.snapshot, trained.champion().version)
    assert loaded.snapshot != before.snapshot
    assert customers.page(trained, analyst, Filters()).rows[0]["probability"] is not None


def test_a_damaged_scorecard_is_refused_and_facts_are_still_shown(trained, analyst):
    """S35: the file is compared with its recorded hash before it is read."""
    from services.installation import _scorecard

    path = trained.shelf.folder / trained.champion().version / "scorecard.json"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"1", b"2", 1))
    _scorecard.cache_clear()
    try:
        answer = overview.headline(trained, analyst, Filters())
        assert answer.customers.now > 0
        assert answer.revenue_at_risk.now is None
        assert "SHA-256" in answer.stamp.withheld
    finally:
        path.write_bytes(good)
    assert overview.headline(trained, analyst, Filters()).revenue_at_risk.now is not None
