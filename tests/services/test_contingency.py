"""What stands where the model cannot answer: the former version, averages of groups, and why in words."""

import pandas as pd
import pytest

from config.dataset import parse_spec
from data.warehouse import Filters
from services import contingency, customers, overview, preparation, signing
from services.installation import _scorecard
from services.roles import Actor, NotPermitted
from services.stamp import stamp, standing
from tests.services.trial_town import ADA, EVENING, MAX, SPEC, VERA, settle, settle_signed
from tests.services.trial_town import customers as people


@pytest.fixture
def town(tmp_path):
    """Give a town whose second champion serves, so that there is one to go back to."""
    installation, named = settle_signed(tmp_path, now=EVENING)
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    return installation, named


def damage(installation, version):
    (installation.shelf.folder / version / "scorecard.json").write_text("{}")
    _scorecard.cache_clear()


def now(installation, actor=ADA):
    return stamp(installation, standing(installation, actor))


# --- a former version stands in ----------------------------------------------------------------------


def test_a_former_version_that_stands_in_is_told_with_why_and_since_when(town):
    installation, named = town
    damage(installation, named["near"])
    found = now(installation)
    assert found.version == named["base"] and found.withheld is None
    assert found.notice.startswith(
        f"Version {named['base'][:8]}, signed before, answers instead of {named['near'][:8]} "
        "since 04 March 2026, 20:00 UTC."
    )
    assert "SHA-256" in found.notice
    assert not found.is_draft


def test_since_when_stays_the_moment_it_was_found(town):
    installation, named = town
    damage(installation, named["near"])
    first = now(installation).notice
    installation.store.clock = lambda: EVENING.replace(hour=23)
    contingency._told.clear()  # as in a worker that has just started
    assert now(installation).notice == first


def test_a_version_that_is_well_needs_no_notice(town):
    assert now(town[0]).notice is None


def test_a_customer_s_page_carries_the_notice(town):
    installation, named = town
    damage(installation, named["near"])
    assert customers.one(installation, ADA, "K001").stamp.notice == now(installation).notice


# --- averages of groups ------------------------------------------------------------------------------


def withdrawn(installation, *versions):
    for version in versions:
        signing.withdraw(installation, MAX, version, "It was wrong.")


@pytest.fixture
def bare(town):
    """Withdraw every version that could answer."""
    installation, named = town
    withdrawn(installation, named["base"], named["near"])
    return installation


def expected(level):
    table = people()
    own = table if level is None else table[table["contract"] == level]
    return len(own), (own["left"] == "Yes").mean()


def test_a_withdrawal_leaves_averages_of_groups_and_says_so(bare):
    found = now(bare)
    assert found.version is None and found.has_averages
    assert "withdrawn on 04 March 2026" in found.withheld
    assert "averages of groups are shown instead of scores" in found.withheld
    assert "flask model train" in found.withheld


def test_an_average_is_the_share_of_the_group_that_left_with_how_many_it_stands_on(bare):
    answer = customers.one(bare, ADA, "K001")
    own = people().set_index("key").loc["K001", "contract"]
    n, share = expected(own)
    assert (answer.average.group, answer.average.customers) == (own, n)
    assert answer.average.churn_share == pytest.approx(share)
    assert answer.average.label == "Average of the group, not a prediction"
    assert answer.score is None and not answer.reasons


def test_everybody_counts_all_whose_outcome_is_known_also_those_who_left(bare):
    n, share = expected(None)
    everybody = overview.headline(bare, ADA, Filters()).averages.everybody
    assert (everybody.customers, everybody.churn_share) == (n, pytest.approx(share))
    assert n == 450


def test_the_list_gives_each_customer_the_average_of_the_group_and_ranks_nobody_by_it(bare):
    found = customers.page(bare, ADA, Filters(), stop=50)
    groups = {level: expected(level) for level in ("Month to month", "One year")}
    assert [row["id"] for row in found.rows] == sorted(row["id"] for row in found.rows)
    for row in found.rows:
        assert row["average"].customers == groups[row["contract"]][0]
        assert "probability" not in row
    with pytest.raises(ValueError, match="sort"):
        customers.page(bare, ADA, Filters(), sort=[("average", "desc")])


def test_a_group_under_thirty_is_given_the_average_of_everybody(bare, monkeypatch):
    monkeypatch.setattr(contingency, "LEAST_GROUP", 240)
    small, _ = sorted(("Month to month", "One year"), key=lambda level: expected(level)[0])
    assert expected(small)[0] < 240 <= 450
    found = contingency.averages(bare, ADA)
    assert small not in [group.group for group in found.groups]
    assert found.of(small) == found.everybody


def test_averages_are_facts_and_so_not_logged(bare):
    before = bare.store.entries(None, None, 1)[0].header.seq
    customers.one(bare, ADA, "K001")
    overview.headline(bare, VERA, Filters())
    assert bare.store.entries(None, None, 1)[0].header.seq == before


def test_who_may_not_see_a_draft_is_told_so_and_gets_no_averages_in_its_place(tmp_path):
    installation, _ = settle(tmp_path)
    found = customers.one(installation, VERA, "K001")
    assert "draft" in found.stamp.withheld and found.average is None


# --- what is not trained again -----------------------------------------------------------------------


def test_a_withdrawal_does_not_make_the_next_start_train_again(bare):
    assert preparation.is_prepared(bare)
    assert "Sign version" in preparation.what_helps(bare)
    said = []
    preparation.prepare(bare, None, said.append)
    assert len(said) == 1 and said[0].startswith("No model answers. The churn model was withdrawn")


def test_where_a_version_answers_nothing_has_to_help(town):
    assert preparation.what_helps(town[0]) is None


def test_a_version_that_reads_columns_the_data_have_no_more_does_not_answer(town):
    """The spec changed: prices are gone, and every version reads them."""
    installation, _ = town
    spec = parse_spec(
        SPEC.replace("  - {column: price, label: Monthly price, kind: numeric, unit: EUR}\n", "").replace(
            "revenue: price\n", ""
        )
    )
    load(installation, people().drop(columns="price"), spec)
    found = now(installation)
    assert found.version is None and found.has_averages
    assert "reads price, which the current data do not have" in found.withheld
    assert customers.one(installation, ADA, "K001").average is not None


def test_a_spec_that_only_words_things_otherwise_keeps_its_scores(town):
    installation, named = town
    load(installation, people(), parse_spec(SPEC.replace("label: Contract", "label: Agreement")))
    found = customers.page(installation, ADA, Filters(), stop=5)
    assert found.stamp.version == named["near"]
    assert all(row["probability"] is not None for row in found.rows)


def load(installation, frame, spec):
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    snapshot = installation.warehouse.write_snapshot(
        frame[list(spec.columns)], spec, source="a test", refused=nothing, report={}, parent=None,
        created=EVENING,
    )  # fmt: skip
    installation.store.record_snapshot(snapshot)


def test_averages_ask_for_the_permission_to_see_facts(bare):
    with pytest.raises(NotPermitted):
        contingency.averages(bare, Actor("x", "X", "nobody"))
