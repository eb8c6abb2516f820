"""The data sheet: what it says of the customers in use, and that it hides no gap."""

import pandas as pd
import pytest

from config.settings import Settings
from services import data_sheet, datasets
from services.installation import Installation, NothingLoaded
from services.roles import Actor
from tests.services.trial_town import VERA

TOM = Actor("u-tom", "Tom", "administrator")

SPEC = """
name: shop
title: Shop <b>customers</b>
id: key
outcome: {column: left, positive: "Yes"}
features:
  - {column: price, label: Monthly price, kind: numeric, unit: EUR}
  - {column: area, label: Area, kind: categorical}
left_out: [{column: nickname, reason: says who somebody is}]
SOURCES
"""
SOURCES = "sources: [{name: Billing, legal_basis: Contract, purpose: Keeping customers}]\nprotected: [area]"


@pytest.fixture
def shop(tmp_path):
    """Give a function that loads fifty customers, one in five without an area."""

    def load(sources):
        made = Installation(Settings(var=tmp_path / "var", database_url=None))
        made.store.migrate()
        pd.DataFrame(
            {
                "key": [f"K{n}" for n in range(50)],
                "price": [float(n) for n in range(50)],
                "area": [None if n % 5 == 0 else "North" if n % 2 else "South" for n in range(50)],
                "left": ["Yes" if n % 4 == 0 else "No" for n in range(50)],
                "nickname": ["x"] * 50,
                "shoe size": [40] * 50,
            }
        ).to_csv(tmp_path / "shop.csv", index=False)
        (tmp_path / "shop.yaml").write_text(SPEC.replace("SOURCES", sources), encoding="utf-8")
        datasets.load(made, TOM, tmp_path / "shop.csv", spec=str(tmp_path / "shop.yaml"))
        return made

    return load


def test_it_says_where_the_customers_come_from_and_by_which_right(shop):
    found = data_sheet.make(shop(SOURCES), VERA)
    assert found.sources == (("Billing", "Keeping customers", "Contract", "not recorded"),)
    assert (found.rows, found.refused, found.loaded_by) == (50, 0, "Tom")
    assert (found.left, found.stayed, found.unknown) == (13, 37, 0)
    assert [(one.column, one.is_protected) for one in found.columns] == [("price", False), ("area", True)]
    assert found.left_out == (("nickname", "says who somebody is"),)


def test_gaps_are_said(shop):
    gaps = " ".join(data_sheet.make(shop(""), VERA).gaps)
    for words in (
        "No source is declared",
        "No column is declared as a protected group",
        "Area is missing in 20.0% of the rows",
        "shoe size",
    ):
        assert words in gaps, words
    assert "No source is declared" not in " ".join(data_sheet.make(shop(SOURCES), VERA).gaps)


def test_the_file_stands_alone_and_shows_text_as_text(shop):
    page = data_sheet.page(data_sheet.make(shop(SOURCES), VERA))
    assert "Shop &lt;b&gt;customers&lt;/b&gt;" in page and "<b>customers" not in page
    assert "<script" not in page and "http:" not in page and "https:" not in page
    assert "Billing" in page and "Contract" in page


def test_without_customers_there_is_none(tmp_path):
    empty = Installation(Settings(var=tmp_path / "var", database_url=None))
    empty.store.migrate()
    with pytest.raises(NothingLoaded):
        data_sheet.make(empty, VERA)
