"""A catalogue as a file: items, categories and offers are read, bad rows set aside in words."""

import pytest

from data.catalogue_file import read_catalogue
from data.demo_choices import titles, write_catalogue
from data.files import FileError, Limits
from data.store import ItemRow

LIMITS = Limits(file_mb=50, cell_kb=64, columns=2000)
OFFERS = "item,title,categories,lever,change,level,cost,cost_unit,description\n"
GOOD = 'a,Alien,"Space horror; Reboots"\nb,Solaris,\n c , Airplane! ,Comedy;\n'


@pytest.fixture
def read(tmp_path):
    def written(content, **options):
        path = tmp_path / "catalogue.csv"
        path.write_text(content, encoding="utf-8")
        return read_catalogue(path, LIMITS, **options)

    return written


def test_items_come_in_order_with_their_categories_in_the_order_first_named(read):
    found = read("item,title,categories\n" + GOOD)
    assert found.categories == ("Space horror", "Reboots", "Comedy")
    assert found.items == (
        ItemRow("a", "Alien", ("Space horror", "Reboots")),
        ItemRow("b", "Solaris"),
        ItemRow("c", "Airplane!", ("Comedy",)),
    )
    assert (found.rows, found.without_category, len(found.refused)) == (3, 1, 0)


def test_the_demos_own_catalogue_is_read_whole(tmp_path):
    write_catalogue(tmp_path / "catalogue.csv")
    found = read_catalogue(tmp_path / "catalogue.csv", LIMITS)
    assert len(found.refused) == 0
    films = {item.title: item.categories for item in found.items if item.offer is None}
    assert films.items() <= titles().items()
    assert {"Airplane!", "Planet Earth"} <= films.keys()
    offer = next(item for item in found.items if item.offer is not None)
    assert offer.offer.keys() == {"lever", "change", "level", "cost", "cost_unit", "description"}


def test_an_offer_says_what_it_changes_and_costs(read):
    found = read(
        OFFERS + "o1,Call,Care,support,-8,,4.5,EUR per month,Sooner\n"
        "o2,Year,Terms,contract,,One year,0,EUR once,\na,Alien,Horror,,,,,,\n"
    )
    assert [item.offer for item in found.items] == [
        {
            "lever": "support", "change": -8.0, "level": None, "cost": 4.5,
            "cost_unit": "EUR per month", "description": "Sooner",
        },
        {
            "lever": "contract", "change": None, "level": "One year", "cost": 0.0,
            "cost_unit": "EUR once", "description": "",
        },
        None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",Alien,Horror,,,,,,", "item", "give 1 to 200 visible characters"),
        ("x" * 201 + ",Alien,Horror,,,,,,", "item", "give 1 to 200 visible characters"),
        ("x,,Horror,,,,,,", "title", "give 1 to 200 visible characters"),
        ("x,Ali\u202een,Horror,,,,,,", "title", "give 1 to 200 visible characters"),
        (f"x,Alien,Horror;{'y' * 201},,,,,,", "categories", "give 1 to 200 visible characters"),
        ("o,Again,Horror,,,,,,", "item", "is the item of row 2 already"),
        ("x,Call,Care,,5,,1,EUR,", "lever", "names the lever"),
        ("x,Call,Care,support,,,1,EUR,", "change", "either change or level"),
        ("x,Call,Care,support,5,One,1,EUR,", "change", "either change or level"),
        ("x,Call,Care,support,five,,1,EUR,", "change", "give one such as 12.5"),
        ("x,Call,Care,support,1e400,,1,EUR,", "change", "give one such as 12.5"),
        ("x,Call,Care,support,5,,,EUR,", "cost", "give one such as 12.5"),
        ("x,Call,Care,support,5,,-1,EUR,", "cost", "below 0"),
        ("x,Alien,Horror", None, "has 3 cells where the header has 9"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_with_its_reason(read, row, column, reason):
    found = read(OFFERS + "o,Call,Care,support,5,,1,EUR,\n" + row + "\np,Late,,,,,,,\n", refused_share=0.5)
    assert [item.id for item in found.items] == ["o", "p"]
    (told,) = found.refused.astype(object).where(found.refused.notna(), None).to_dict("records")
    assert (told["row"], told["column"]) == (3, column)
    assert reason in told["reason"]


def test_too_many_bad_rows_refuse_the_file_and_nothing_less(read):
    with pytest.raises(FileError, match=r"1 of 4 rows .*row 5, column 'title'.*Correct the file"):
        read("item,title,categories\n" + GOOD + "d,,\n")


def test_a_missing_column_is_named_with_those_there_are(read):
    with pytest.raises(FileError, match=r"no column 'categories' \(it has item, title, genre\)"):
        read("item,title,genre\na,Alien,Horror\n")
