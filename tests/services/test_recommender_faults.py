"""Bad input and faults of the recommender, each by its name: refused in words, nothing lost or twice."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from data.files import FileError
from data.store import FutureChoice, ItemRow, KeyReused, NameTaken, Store, StoreBusy, UnknownCategory
from services import log
from services.recommender import answers, catalogue, checking, choosing, memory
from services.recommender.names import NoCatalogue
from services.roles import SYSTEM, NotPermitted
from tests.services.film_town import ANN, BEGAN, CO, FAY, NA, SH, SIMON, SR, choose, settle_films
from tests.services.small_town import settle_town


@pytest.fixture
def films(tmp_path):
    return settle_films(tmp_path)


def cell(films, row, column):
    """Give co-choices and people of a cell, from memory."""
    with memory.remembered(films) as (held, _):
        names = held.catalogue.categories
        at = names.index(row), names.index(column)
        return int(held.cells.counts[at]), int(held.cells.people[at])


def items(films, actor, picked):
    return [one.item for one in answers.recommend(films, actor, picked).items]


# --- choices -----------------------------------------------------------------------------------------


def test_the_same_key_twice_is_one_choice_and_with_other_content_is_refused(films):
    choose(films, SIMON, "alien")
    first = choosing.choose(films, SIMON, "dune", key="k")
    again = choosing.choose(films, SIMON, "dune", key="k")
    assert (first.is_again, again.is_again, again.cells) == (False, True, ())
    assert log.one(films, SIMON, again.entry).text == (
        "Simon sent the choice of Dune a second time: nothing was counted."
    )
    head = films.store.head()
    for other in (
        lambda: choosing.choose(films, SIMON, "star-trek", key="k"),
        lambda: choosing.choose(films, ANN, "dune", key="k"),
        lambda: choosing.undo(films, SIMON, "dune", key="k"),
    ):
        with pytest.raises(KeyReused, match="came before with another choice"):
            other()
    assert films.store.head() == head
    assert cell(films, SR, SH) == (1, 1)


def test_an_event_from_the_future_is_refused_and_one_a_little_ahead_counts_as_now(films):
    now = films.store.clock()
    head = films.store.head()
    with pytest.raises(FutureChoice, match="set the clock that told it right"):
        choosing.choose(films, SIMON, "alien", key="k", moment=now + timedelta(hours=1))
    assert films.store.head() == head
    choosing.choose(films, SIMON, "alien", key="k", moment=now + timedelta(minutes=2))
    [(_, moment, _)] = films.store.history("town", "user:u-11")
    assert moment < now + timedelta(minutes=1)


def test_a_clock_running_backwards_changes_no_count_and_no_order_of_events(films):
    for hours, item in enumerate(("alien", "star-wars", "star-trek")):
        films.store.clock = lambda hours=hours: BEGAN + timedelta(days=9) - timedelta(hours=hours)
        choose(films, SIMON, item)
    assert cell(films, SR, SH) == (2, 1)
    assert [event.item for event in films.store.events_since("town", 7)] == [
        "alien",
        "star-wars",
        "star-trek",
    ]
    assert [item for item, _, _ in films.store.history("town", "user:u-11")] == [
        "star-trek",
        "star-wars",
        "alien",
    ]
    choosing.undo(films, SIMON, "star-wars", key="u")
    assert cell(films, SR, SH) == (1, 1)
    assert checking.check(films, SYSTEM).is_equal


def test_a_store_that_is_locked_counts_nothing_and_gives_no_answer_until_it_is_free(films):
    choose(films, SIMON, "alien")
    films.store = Store(films.settings.store_url, patience_seconds=0.1)
    before = films.store.head(), cell(films, SR, SH)
    with closing(sqlite3.connect(films.settings.var / "keepsight.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for ask in (
            lambda: choosing.choose(films, SIMON, "dune", key="k"),
            lambda: answers.recommend(films, ANN, "aliens"),  # it could not be put on record
        ):
            with pytest.raises(StoreBusy):
                ask()
        assert answers.cell(films, ANN, SR, SH).startswith("Nobody has chosen")  # what is measured is read
        other.execute("ROLLBACK")
    assert (films.store.head(), cell(films, SR, SH)) == before
    assert not choosing.choose(films, SIMON, "dune", key="k").is_again
    assert cell(films, SR, SH) == (1, 1)


def test_a_million_events_of_one_user_are_not_read_one_by_one(films, monkeypatch):
    choose(films, SIMON, "alien")
    assert cell(films, SR, SH) == (0, 0)  # in memory from here on
    last = films.store.catalogue_mark("town")[1]
    with closing(sqlite3.connect(films.settings.var / "keepsight.db")) as connection:
        # Simon chooses Dune and takes it back, half a million times; at last he chose it
        connection.execute(
            """
            WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1000001)
            INSERT INTO choice_events
                (catalogue, seq, key, person, item, kind, moment, recorded, source, actor)
            SELECT first.catalogue, ? + n, 'm' || n, first.person, dune.number,
                CASE n % 2 WHEN 1 THEN 'choose' ELSE 'undo' END, first.moment + n, first.recorded,
                'api', 'u-11'
            FROM counted, choice_events AS first, catalogue_items AS dune
            WHERE first.key = 'u-11-alien' AND dune.id = 'dune'
            """,
            (last,),
        )
        connection.execute(
            "INSERT INTO choices "
            "SELECT catalogue, person, item, moment, 'api' FROM choice_events WHERE seq = ?",
            (last + 1_000_001,),
        )
        connection.commit()
    read = []
    monkeypatch.setattr(Store, "events_since", lambda *given: read.append(given) or [])
    assert cell(films, SR, SH) == (1, 1)
    assert items(films, ANN, "aliens") == ["dune", "star-trek", "star-wars", "airplane"]
    assert read == []
    monkeypatch.undo()
    assert [one.after for one in choose(films, SIMON, "star-trek").cells] == [2]  # and it learns on


# --- the catalogue -----------------------------------------------------------------------------------


def test_a_category_renamed_is_known_at_once_and_what_was_hidden_stays_hidden(films):
    choosing.hide(films, ANN, category=CO)
    assert items(films, ANN, "aliens") == []
    catalogue.rename(films, FAY, CO, "Comedies")
    assert answers.start(films, ANN).hidden_categories == ("Comedies",)
    assert items(films, ANN, "aliens") == []
    assert (
        answers.recommend(films, FAY, "aliens")
        .items[0]
        .because.startswith("People who chose Space horror also chose Comedies:")
    )
    assert not choosing.hide(films, ANN, category=CO)  # the former name still means it
    with pytest.raises(NameTaken):
        catalogue.rename(films, FAY, "Comedies", NA)


def test_a_category_merged_into_another_counts_as_if_it_had_always_been_one(films):
    for item in ("alien", "star-wars", "star-trek"):
        choose(films, SIMON, item)
    assert (cell(films, SR, SH), cell(films, SR, CO), cell(films, SH, CO)) == ((2, 1), (2, 2), (1, 1))
    catalogue.merge(films, FAY, SH, SR)
    assert SH not in answers.table(films, ANN).categories
    assert cell(films, SR, CO) == (3, 3)  # Bea, Cem and Dee
    assert cell(films, SR, SR) == (3, 1)  # of Simon's three titles; self-similarity, not shown
    assert items(films, ANN, "aliens") == ["airplane"]
    chosen = choose(films, SIMON, "airplane")
    assert [(one.row, one.column, one.before, one.after) for one in chosen.cells] == [(SR, CO, 3, 6)]
    assert checking.check(films, SYSTEM).is_equal


def test_categories_are_changed_by_who_may_load_data_only(films):
    for actor in (ANN, SIMON):
        for change in (catalogue.rename, catalogue.merge):
            with pytest.raises(NotPermitted, match="may not load data"):
                change(films, actor, CO, NA)
    with pytest.raises(UnknownCategory):
        catalogue.merge(films, FAY, "No such", NA)
    assert [name for _, name in films.store.catalogue("town").categories] == [SR, SH, CO, NA]


def test_a_title_that_comes_while_others_are_in_memory_is_there_at_the_next_use(films):
    assert items(films, ANN, "aliens") == ["airplane"]
    films.store.put_catalogue("town", (), [ItemRow("mst", "Mystery Science", (CO,))])
    assert items(films, ANN, "aliens") == ["airplane", "mst"]
    choose(films, SIMON, "mst")
    choose(films, SIMON, "aliens")
    assert items(films, ANN, "alien") == ["airplane", "mst"]
    assert items(films, ANN, "aliens") == ["mst", "airplane"]  # one person chose both


# --- files -------------------------------------------------------------------------------------------

TITLES = "item,title,categories\nx,Xanadu,Comedy; Music\ny,Yentl,Music\nz,Zelig,\n"


@pytest.fixture
def files(tmp_path):
    """Write files of a catalogue and of choices."""

    def write(titles=TITLES, choices=""):
        paths = tmp_path / "titles.csv", tmp_path / "choices.csv"
        paths[0].write_text(titles, encoding="utf-8")
        paths[1].write_text("user,item,time\n" + choices, encoding="utf-8")
        return paths

    return write


def test_a_catalogue_and_choices_are_loaded_together_and_a_second_time_change_nothing(tmp_path, files):
    town = settle_town(tmp_path)
    titles, choices = files(choices="A1,x,2026-03-01T10:00:00Z\nA1,y,2026-03-02 10:00\nA1,x,2026-04-01\n")
    done = catalogue.load(town, FAY, titles, choices)
    assert (done.items, done.categories, done.without_category) == (3, 2, 1)
    assert (done.fresh, done.repeats, done.without_zone, done.quarantine) == (2, 1, 2, ())
    assert cell(town, "Comedy", "Music") == (1, 1)  # Xanadu with Yentl, not with itself
    assert [entry.text for entry in log.page(town, SYSTEM, limit=1).entries] == [
        "Fay loaded the catalogue of 'town': it has 3 titles in 2 categories now; 2 new choices came with it."
    ]
    generation = town.store.catalogue_mark("town")
    again = catalogue.load(town, FAY, titles, choices)
    assert (again.fresh, again.repeats) == (0, 3)
    assert town.store.catalogue_mark("town") == generation


def test_rows_that_cannot_be_used_are_set_aside_with_their_reason(tmp_path, files):
    town = settle_town(tmp_path)
    good = "".join(f"K{n},x,2026-03-01T10:00:00Z\n" for n in range(60))
    titles, choices = files(choices=f"{good}A1,no-such,2026-03-01\nA1,x,2999-01-01\nA1,x,soon\n")
    done = catalogue.load(town, FAY, titles, choices)
    assert (done.fresh, done.refused_choices) == (60, 3)
    [kept] = done.quarantine
    told = kept.read_text(encoding="utf-8")
    assert "is not in the catalogue" in told and "no-such" in told and "soon" in told
    assert kept.is_relative_to(town.settings.var)


def test_a_file_with_too_much_that_cannot_be_used_changes_nothing(tmp_path, files):
    town = settle_town(tmp_path)
    titles, choices = files(choices="A1,no-such,2026-03-01\nA1,x,2026-03-01\n")
    head = town.store.head()
    with pytest.raises(FileError, match="so nothing was loaded"):
        catalogue.load(town, FAY, titles, choices)
    with pytest.raises(NoCatalogue):
        catalogue.load(town, FAY, None, choices)
    with pytest.raises(NotPermitted):
        catalogue.load(town, ANN, titles)
    assert town.store.catalogue("town") is None
    assert town.store.head() == head
