"""The synthetic demo: its truth, its months, its catalogue, offers and choices (R10)."""

import csv
import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.dataset import Kind, Role, shipped_specs
from data import demo_choices
from data.demo import COLUMNS, OUTCOME, TRUE_EFFECTS, generate_demo, true_hazard, true_probability
from data.demo_choices import CATEGORIES, PLANTED_PAIRS, TASTES
from data.demo_offers import (
    MEAN_TAKING,
    MOVES,
    OFFER_CATEGORIES,
    OFFER_FACTOR,
    OFFER_TASTES,
    OFFERS,
    PLANTED_OFFERS,
    taken,
)
from data.demo_truth import BASE_LOG_ODDS, LEVELS, POOR_SERVICE_MONTH_TO_MONTH, Levels, Slope

DOCS = Path(__file__).resolve().parents[2] / "docs" / "demo.md"
NUMBERS = [name for name, effect in TRUE_EFFECTS.items() if isinstance(effect, Slope)]
TYPICAL = {name: TRUE_EFFECTS[name].centre for name in NUMBERS} | {
    "contract": "Month to month",
    "channel": "Online",
    "region": "North",
}


@pytest.fixture(scope="module")
def spec():
    return shipped_specs()["demo"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return generate_demo(tmp_path_factory.mktemp("demo"), customers=2000)


@pytest.fixture(scope="module")
def customers(files):
    frame = pd.read_parquet(files.customers)
    frame["number"] = frame["month"].rank(method="dense").astype(int) - 1
    return frame


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    """One row per customer at the last month whose outcome is known, of the default demo."""
    frame = pd.read_parquet(generate_demo(tmp_path_factory.mktemp("default")).customers)
    known = frame[frame[OUTCOME].notna()]
    return known[known["month"] == known["month"].max()]


@pytest.fixture(scope="module")
def baskets(tmp_path_factory):
    """Who chose what: 0/1 of shape (choosers, titles), of the default demo."""
    made = generate_demo(tmp_path_factory.mktemp("choices"))
    titles = pd.read_csv(made.catalogue).set_index("item")["title"]
    choices = pd.read_csv(made.choices)
    return pd.crosstab(choices["user"], choices["item"].map(titles))


def hashes(files):
    return [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (files.customers, files.catalogue, files.offers, files.choices)
    ]


def one(**changes):
    return pd.DataFrame([TYPICAL | changes])


def test_the_same_seed_gives_the_same_bytes(files, tmp_path):
    assert hashes(generate_demo(tmp_path, customers=2000)) == hashes(files)


def test_another_seed_gives_other_customers_and_choices(files, tmp_path):
    other = hashes(generate_demo(tmp_path, customers=2000, seed=8))
    same = [mine == theirs for mine, theirs in zip(hashes(files), other, strict=True)]
    assert same == [False, True, True, False]  # catalogue and offers are drawn from no seed


def test_nothing_half_written_stays_and_an_earlier_demo_is_replaced(files, tmp_path):
    generate_demo(tmp_path, customers=100, months=6)
    generate_demo(tmp_path, customers=2000)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        p.name for p in files.customers.parent.iterdir()
    )
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    "wrong", [{"customers": 99}, {"customers": 5_000_001}, {"months": 5}, {"months": 121}, {"seed": -1}]
)
def test_arguments_out_of_range_are_refused_with_the_remedy(tmp_path, wrong):
    with pytest.raises(ValueError, match="give a number in that range"):
        generate_demo(tmp_path / "none", **wrong)
    assert not (tmp_path / "none").exists()


def test_the_smallest_and_the_longest_history_can_be_made(tmp_path):
    for months in (6, 120):
        made = generate_demo(tmp_path, customers=100, months=months)
        assert pd.read_parquet(made.customers)["month"].nunique() == months


def test_it_says_that_it_is_synthetic_wherever_it_shows(files, spec):
    assert spec.synthetic
    assert spec.title == "Demo customers (synthetic)"
    assert pq.read_schema(files.customers).metadata[b"synthetic"] == b"true"
    named = [files.customers, files.catalogue, files.offers, files.choices]
    assert all(path.name.startswith("synthetic-") for path in named)


def test_each_month_is_written_as_row_groups_of_its_own(files, customers):
    parquet = pq.ParquetFile(files.customers)
    months = [
        set(parquet.read_row_group(n, ["month"])["month"].to_pylist()) for n in range(parquet.num_row_groups)
    ]
    assert months == [{month} for month in sorted(customers["month"].unique())]


def test_progress_is_told_month_by_month(tmp_path):
    told = []
    generate_demo(tmp_path, customers=100, months=6, progress=told.append)
    assert len(told) == 7
    assert "October 2026" in told[5]


def test_the_columns_are_those_of_the_spec(customers, spec):
    assert set(COLUMNS) == set(spec.columns)
    assert {name for name in COLUMNS if customers[name].dtype == float} == spec.numeric_columns


def test_every_value_lies_where_the_spec_says(customers, spec):
    for feature in spec.features:
        values = customers[feature.column].dropna()
        if feature.kind is Kind.NUMERIC:
            assert values.between(feature.minimum, feature.maximum).all(), feature.column
        else:
            assert set(values) == set(feature.levels), feature.column


def test_ids_can_be_read_aloud_and_stand_once_a_month(customers):
    assert customers["customer_id"].str.fullmatch(r"C-\d{5}").all()
    assert not customers.duplicated(["customer_id", "month"]).any()
    assert customers["customer_id"].nunique() == 2000


def test_seven_in_ten_are_there_at_the_start_and_the_others_join_later(customers):
    first = customers.groupby("customer_id")["number"].min()
    assert (first == 0).sum() == 1400
    assert set(first) == set(range(18))


def test_tenure_counts_every_month_and_starts_at_none(customers):
    mine = customers.groupby("customer_id")
    assert ((customers["tenure_months"] - mine["tenure_months"].transform("first")) == mine.cumcount()).all()
    joined = customers[(mine.cumcount() == 0) & (customers["number"] > 0)]
    assert (joined["tenure_months"] == 0).all()


def test_months_follow_each_other_without_a_gap_until_a_customer_leaves(customers):
    number = customers.groupby("customer_id")["number"]
    assert (number.max() - number.min() + 1 == number.size()).all()


def test_the_outcome_says_who_has_no_row_three_months_on_and_is_blank_where_unknown(customers):
    last = customers.groupby("customer_id")["number"].transform("max")
    known = customers["number"] < 15
    assert customers.loc[~known, OUTCOME].isna().all()
    left = last[known] < customers.loc[known, "number"] + 3
    assert (customers.loc[known, OUTCOME] == left.map({True: "Yes", False: "No"})).all()


def test_a_few_per_cent_are_missing_in_two_columns_only(customers):
    shares = customers.drop(columns=OUTCOME).isna().mean()
    assert shares["service_quality"] == pytest.approx(0.04, abs=0.01)
    assert shares["age_band"] == pytest.approx(0.02, abs=0.01)
    assert set(shares[shares > 0].index) == {"service_quality", "age_band"}


def test_about_one_in_ten_leaves_within_three_months(training):
    share = (training[OUTCOME] == "Yes").mean()
    assert 0.09 < share < 0.13
    assert len(training) > 2700


def test_the_truth_ranks_as_well_as_a_good_model_should(training):
    left, chance = training[OUTCOME] == "Yes", true_probability(training)
    ranks = pd.Series(chance).rank().to_numpy()
    leavers, stayers = left.sum(), (~left).sum()
    auc = (ranks[left].sum() - leavers * (leavers + 1) / 2) / (leavers * stayers)
    assert 0.78 < auc < 0.87


@pytest.mark.parametrize("contract", LEVELS["contract"])
def test_as_many_leave_each_month_as_the_true_hazard_says(customers, contract):
    last = customers.groupby("customer_id")["number"].transform("max")
    seen = customers[(customers["number"] < 17) & (customers["contract"] == contract)]
    hazard, leavers = true_hazard(seen), (last[seen.index] == seen["number"]).sum()
    assert abs(leavers - hazard.sum()) < 4 * np.sqrt((hazard * (1 - hazard)).sum())


def test_the_typical_customer_leaves_with_the_documented_base():
    hazard = 1 / (1 + np.exp(-BASE_LOG_ODDS))
    assert true_hazard(one())[0] == pytest.approx(hazard, rel=1e-12)
    stays = (1 - hazard) * (1 - hazard) * (1 - hazard)
    assert true_probability(one())[0] == pytest.approx(1 - stays, rel=1e-12)


def test_a_bound_customer_minds_poor_service_less():
    def log_odds(**changes):
        hazard = true_hazard(one(**changes))[0]
        return np.log(hazard / (1 - hazard))

    def minds(contract):
        return log_odds(contract=contract, service_quality=5.0) - log_odds(contract=contract)

    assert minds("One year") == pytest.approx(2 * 0.15)
    assert minds("Month to month") - minds("One year") == pytest.approx(2 * 0.15)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_missing_number_counts_as_the_centre(name):
    assert true_hazard(one(**{name: np.nan})) == pytest.approx(true_hazard(one()), rel=1e-12)


@pytest.mark.parametrize(
    ("change", "remedy"), [({"contract": "Three years"}, "use one of these"), ({"channel": None}, "use one")]
)
def test_a_level_that_is_none_of_the_demos_is_refused(change, remedy):
    with pytest.raises(ValueError, match=remedy):
        true_hazard(one(**change))


def test_a_table_without_a_cause_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"competitor_offer.*give rows of the demo"):
        true_hazard(one().drop(columns="competitor_offer"))


@st.composite
def rows(draw):
    spec = shipped_specs()["demo"]
    row = {name: draw(st.sampled_from(LEVELS[name])) for name in ("contract", "channel", "region")}
    for name in NUMBERS:
        feature = spec.feature(name)
        row[name] = draw(st.floats(feature.minimum, feature.maximum))
    return row


@given(rows(), st.sampled_from(NUMBERS), st.data())
def test_each_number_moves_the_truth_one_way_whatever_the_rest(row, name, data):
    feature = shipped_specs()["demo"].feature(name)
    more = data.draw(st.floats(row[name], feature.maximum))
    before, after = true_probability(pd.DataFrame([row, row | {name: more}]))
    raises = name in {"competitor_offer", "support_calls", "support_response_hours", "monthly_price"}
    assert after >= before if raises else after <= before
    assert 0 < before < 1


@given(rows(), st.sampled_from(LEVELS["region"]))
def test_a_longer_contract_lowers_the_truth_and_the_region_does_nothing(row, region):
    longer = [row | {"contract": contract, "region": region} for contract in LEVELS["contract"]]
    month, one_year, two_years = true_hazard(pd.DataFrame(longer))
    same = true_hazard(pd.DataFrame([row | {"contract": "One year"}]))[0]
    if row["service_quality"] <= 7:  # better service than usual keeps the unbound still more
        assert month > one_year
    assert one_year > two_years
    assert same == one_year


def test_the_spec_holds_the_models_to_the_direction_of_the_truth(spec):
    held = [f for f in spec.features if f.monotone]
    assert {f.column for f in held} >= {"sales_investment", "competitor_offer", "discount"}
    for feature in held:
        assert (feature.monotone == "increasing") == (TRUE_EFFECTS[feature.column].per_unit > 0)


def test_more_sales_investment_outweighs_stronger_competitors(training):
    worse = training.assign(competitor_offer=(training["competitor_offer"] + 2).clip(upper=10))
    answered = worse.assign(sales_investment=(worse["sales_investment"] + 25).clip(upper=100))
    start, hit, back = (true_probability(frame).mean() for frame in (training, worse, answered))
    assert hit > 1.3 * start
    assert back < start


def test_a_plain_model_finds_the_known_effects_in_sign_and_order(training):
    from sklearn.linear_model import LogisticRegression

    numbers = training[NUMBERS].fillna(pd.Series(TYPICAL)[NUMBERS].astype(float))
    spread = numbers.std()
    bound = pd.get_dummies(training["contract"])[["One year", "Two years"]].astype(float)
    columns = pd.concat([(numbers - numbers.mean()) / spread, bound], axis=1)
    model = LogisticRegression(C=100, max_iter=1000).fit(columns, training[OUTCOME] == "Yes")
    found = pd.Series(model.coef_[0], columns.columns)
    true = pd.Series({name: TRUE_EFFECTS[name].per_unit for name in NUMBERS}) * spread
    assert (np.sign(found[NUMBERS]) == np.sign(true)).all()
    assert found["Two years"] < found["One year"] < 0
    assert list(found[NUMBERS].abs().nlargest(2).index) == ["sales_investment", "competitor_offer"]
    assert list(true.abs().nlargest(2).index) == ["sales_investment", "competitor_offer"]


def test_the_catalogue_holds_the_worked_example(files):
    catalogue = pd.read_csv(files.catalogue).set_index("title")["categories"]
    expected = {
        "Science fiction reboots": ["Star Wars", "Star Trek", "Dune"],
        "Space horror": ["Aliens", "Alien"],
        "Comedy": ["Airplane!"],
        "Nature": ["Planet Earth"],
    }
    for category, titles in expected.items():
        assert (catalogue[titles] == category).all()


@pytest.fixture(scope="module")
def titles(files):
    """The items of the catalogue that are no offers."""
    catalogue = pd.read_csv(files.catalogue)
    return catalogue[catalogue["lever"].isna()]


def test_the_catalogue_has_ten_categories_and_titles_in_several(titles):
    categories = titles["categories"].str.split("; ")
    assert 60 <= len(titles) <= 107
    assert titles["title"].is_unique
    assert titles["item"].is_unique
    assert set(categories.explode()) == set(CATEGORIES)
    assert len(CATEGORIES) == 10
    assert (categories.str.len() > 1).sum() >= 5


def test_every_offer_moves_a_lever_of_the_spec_by_a_value_it_can_take(files, spec):
    offers = pd.read_csv(files.offers)
    assert len(offers) == len(OFFERS)
    assert set(offers["lever"]) == {f.column for f in spec.features if f.role is Role.LEVER}
    assert (offers["change"].isna() != offers["level"].isna()).all()
    assert (offers["cost"] > 0).all()
    for offer in OFFERS:
        effect = TRUE_EFFECTS[offer.lever]
        if isinstance(effect, Levels):
            assert offer.level in spec.feature(offer.lever).levels
            assert effect.log_odds[offer.level] < 0
        else:
            assert effect.per_unit * offer.change < 0  # an offer that drove customers off would be none


def test_the_catalogue_ends_with_the_offers_and_says_of_each_what_the_file_of_offers_says(files, titles):
    catalogue = pd.read_csv(files.catalogue)
    offers = catalogue.iloc[len(titles) :].reset_index(drop=True)
    alone = pd.read_csv(files.offers).rename(columns={"offer": "item"})
    pd.testing.assert_frame_equal(offers[["item", "title", *MOVES]], alone, check_dtype=False)
    assert tuple(dict.fromkeys(offers["categories"])) == OFFER_CATEGORIES
    assert not set(OFFER_CATEGORIES) & set(CATEGORIES)
    assert catalogue["item"].is_unique and catalogue["title"].is_unique
    assert titles[list(MOVES)].isna().all().all()


def test_without_offers_everything_else_of_the_demo_is_the_same_to_the_byte(files, tmp_path, monkeypatch):
    with files.choices.open() as lines:
        wanted = [line for line in lines if '"O-' not in line]
    monkeypatch.setattr(demo_choices, "OFFERS", ())
    monkeypatch.setattr(demo_choices, "taken", lambda rng, taste, chosen: np.zeros((len(taste), 0), bool))
    without = generate_demo(tmp_path, customers=2000)
    assert without.choices.read_text().splitlines(keepends=True) == wanted
    assert without.customers.read_bytes() == files.customers.read_bytes()
    catalogue = files.catalogue.read_text()
    assert catalogue.startswith(without.catalogue.read_text())
    assert len(list(csv.reader(io.StringIO(catalogue)))) == 1 + 75 + len(OFFERS)


def test_choices_are_made_once_by_customers_in_their_months(files, customers):
    choices = pd.read_csv(files.choices)
    assert not choices.duplicated(["user", "item"]).any()
    assert choices["time"].is_monotonic_increasing
    assert set(choices["item"]) == set(pd.read_csv(files.catalogue)["item"])
    span = customers.groupby("customer_id")["month"].agg(["min", "max"]).loc[choices["user"]]
    month = (choices["time"].str[:7] + "-01").to_numpy()
    assert (month >= span["min"].to_numpy()).all()
    assert (month <= span["max"].to_numpy()).all()
    assert choices["time"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()


@pytest.mark.parametrize(("first", "second", "share"), PLANTED_PAIRS)
def test_planted_pairs_meet_more_often_than_chance(baskets, first, second, share):
    held = baskets[baskets[first] == 1]
    assert len(held) > 50
    assert held[second].mean() > share - 0.1
    assert held[second].mean() > 2 * baskets[second].mean()


@pytest.mark.parametrize(("first", "offer", "share"), PLANTED_OFFERS)
def test_who_chose_the_first_of_a_planted_pair_takes_the_offer_more_often_than_chance(
    baskets, first, offer, share
):
    held = baskets[baskets[first] == 1]
    assert len(held) > 50
    assert held[offer].mean() > share - 0.1
    assert held[offer].mean() > 2 * baskets[offer].mean()


@pytest.mark.parametrize("taste", OFFER_TASTES)
def test_offers_to_a_taste_are_taken_more_often_by_those_of_it(taste):
    nobody = dict.fromkeys(demo_choices.titles(), np.zeros(20_000, bool))
    takes = taken(np.random.default_rng(1), np.full(20_000, taste), nobody)
    followers = {second for _, second, _ in PLANTED_OFFERS}
    plain = {one.category: place for place, one in enumerate(OFFERS) if one.title not in followers}
    for category, place in plain.items():
        expected = MEAN_TAKING * (OFFER_FACTOR if category == OFFER_TASTES[taste] else 1)
        assert takes[:, place].mean() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("taste", TASTES)
def test_the_categories_of_a_taste_meet_more_often_than_chance(baskets, files, taste):
    catalogue = pd.read_csv(files.catalogue).set_index("title")["categories"]
    planted = {title for pair in PLANTED_PAIRS for title in pair[:2]}
    one_kind, other_kind = (
        [t for t in catalogue[catalogue == category].index if t not in planted]
        for category in TASTES[taste][0]
    )
    has_one, has_other = baskets[one_kind].any(axis=1), baskets[other_kind].any(axis=1)
    assert (has_one & has_other).mean() > 1.2 * has_one.mean() * has_other.mean()


def test_every_coefficient_and_all_that_is_planted_is_documented():
    text = DOCS.read_text(encoding="utf-8").replace("−", "-")
    rows = {cells[1].strip(" `"): cells for line in text.splitlines() if len(cells := line.split("|")) > 3}
    assert f"{BASE_LOG_ODDS:.2f}" in text
    assert f"{POOR_SERVICE_MONTH_TO_MONTH.per_unit:.2f}" in text
    for name, effect in TRUE_EFFECTS.items():
        told = "|".join(rows[name])
        numbers = [effect.per_unit, effect.centre] if isinstance(effect, Slope) else effect.log_odds.values()
        assert all(f"{number:g}" in told for number in numbers), name
    for first, second, share in PLANTED_PAIRS:
        assert f"| {first} | {second} | {share:.2f} |" in text
    for first, offer, share in PLANTED_OFFERS:
        assert f"| {first} | {offer} | {share:.2f} |" in text
    for taste, category in OFFER_TASTES.items():
        assert f"| {taste} | {category} |" in text
    assert f"with probability {MEAN_TAKING:g}, and {OFFER_FACTOR:g} times" in text
    assert set(COLUMNS) <= set(rows)
