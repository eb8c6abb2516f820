"""Loading: what a file becomes, and that a refused one changes nothing."""

import pytest

from config.dataset import SpecError
from data.checks import LoadRefused
from data.files import FileError
from data.warehouse import Filters
from services import datasets, overview
from services.installation import NothingLoaded
from services.roles import NotPermitted
from tests.services.conftest import customers


def entries(installation, kind):
    return [entry for entry in installation.store.entries(None, None, 100) if entry.header.kind == kind]


def test_a_file_without_a_spec_is_loaded_by_an_inferred_one_that_is_kept(
    installation, analyst, file_of_customers
):
    loaded = datasets.load(installation, analyst, file_of_customers)
    spec = installation.dataset().spec
    assert (loaded.rows, loaded.refused, loaded.spec_name) == (240, 0, "our-customers")
    assert (spec.id, spec.outcome.column, spec.outcome.positive) == ("customer_id", "churned", "Yes")
    assert (installation.settings.var / "specs" / "our-customers.yaml").exists()


def test_columns_that_give_the_outcome_away_or_repeat_another_are_left_out_with_the_reason(
    installation, analyst, file_of_customers
):
    datasets.load(installation, analyst, file_of_customers)
    spec = installation.dataset().spec
    left_out = {one.column: one.reason for one in spec.left_out}
    assert "cancel_code" in left_out
    assert {"yearly_price", "monthly_price"} & set(left_out)
    assert "cancel_code" not in {feature.column for feature in spec.features}


def test_a_suspected_column_is_used_when_the_user_says_so_and_that_is_on_record(
    installation, analyst, file_of_customers
):
    datasets.load(installation, analyst, file_of_customers, keep=("cancel_code",))
    spec = installation.dataset().spec
    assert "cancel_code" in {feature.column for feature in spec.features}
    assert entries(installation, "load")[0].payload["keep"] == ["cancel_code"]


def test_the_same_file_twice_makes_one_snapshot(installation, analyst, file_of_customers):
    first = datasets.load(installation, analyst, file_of_customers)
    second = datasets.load(installation, analyst, file_of_customers)
    assert first.snapshot == second.snapshot
    assert (first.is_new, second.is_new) == (True, False)
    assert len(datasets.listing(installation)) == 1


def test_another_content_makes_another_snapshot_with_the_first_as_parent(
    installation, analyst, file_of_customers
):
    first = datasets.load(installation, analyst, file_of_customers)
    customers(seed=4).to_csv(file_of_customers, index=False)
    second = datasets.load(installation, analyst, file_of_customers)
    assert second.snapshot != first.snapshot
    assert installation.warehouse.snapshot(second.snapshot).parent == first.snapshot


@pytest.mark.parametrize("content", ["", "a\n1\n", "churned\nYes\nNo\n", "%PDF-1.7\n\x00\x01"])
def test_a_refused_file_leaves_the_current_customers_as_they_were(
    installation, analyst, file_of_customers, tmp_path, content
):
    before = datasets.load(installation, analyst, file_of_customers)
    bad = tmp_path / "bad.csv"
    bad.write_text(content)
    with pytest.raises((FileError, SpecError, LoadRefused)):
        datasets.load(installation, analyst, bad)
    assert installation.dataset().snapshot == before.snapshot
    assert len(entries(installation, "load")) == 1


def test_a_spec_that_names_a_missing_column_is_refused_with_its_name(
    installation, analyst, file_of_customers, tmp_path
):
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "name: ours\ntitle: Ours\nid: customer_id\noutcome: {column: churned, positive: 'Yes'}\n"
        "features: [{column: contrakt, label: Contract, kind: categorical}]\n"
    )
    with pytest.raises(LoadRefused, match="contrakt"):
        datasets.load(installation, analyst, file_of_customers, spec=str(spec))
    with pytest.raises(NothingLoaded):
        installation.dataset()


def test_an_unknown_spec_is_refused_with_the_known_ones(installation, analyst, file_of_customers):
    with pytest.raises(SpecError, match="telco"):
        datasets.load(installation, analyst, file_of_customers, spec="telko")


def test_a_viewer_may_not_load(installation, viewer, file_of_customers):
    with pytest.raises(NotPermitted):
        datasets.load(installation, viewer, file_of_customers)


def test_switching_back_needs_no_file(installation, analyst, file_of_customers):
    ours = datasets.load(installation, analyst, file_of_customers)
    demo = datasets.load_demo(installation, analyst, customers=120)
    assert installation.dataset().snapshot == demo.snapshot
    assert datasets.use(installation, analyst, ours.spec_name) == ours.snapshot
    assert installation.dataset().snapshot == ours.snapshot
    with pytest.raises(LookupError, match="our-customers"):
        datasets.use(installation, analyst, "nobody")


def test_facts_are_shown_without_a_model_and_are_not_logged(installation, viewer, analyst, file_of_customers):
    datasets.load(installation, analyst, file_of_customers)
    answer = overview.headline(installation, viewer, Filters())
    assert answer.customers.now == (customers()["churned"] == "No").sum()
    assert answer.churn_share.now == pytest.approx((customers()["churned"] == "Yes").mean())
    assert answer.expected_leavers.now is None
    assert answer.stamp.withheld and answer.stamp.version is None
    assert not entries(installation, "overview")


def test_real_telco_customers_load_whole_with_their_blanks(installation, analyst, shared_data):
    file = shared_data / "telco" / "WA_Fn-UseC_-Telco-Customer-Churn.csv"
    loaded = datasets.load(installation, analyst, file)
    assert (loaded.rows, loaded.refused, loaded.spec_name) == (7043, 0, "telco")


def test_churn2020_is_recognised_by_its_columns(installation, analyst, shared_data):
    loaded = datasets.load(installation, analyst, shared_data / "churn2020" / "mlc_churn.csv")
    assert (loaded.rows, loaded.refused, loaded.spec_name) == (5000, 0, "churn2020")
