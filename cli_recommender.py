"""Commands under ``flask recommend``: parse, call a service, print."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from cli_signing import _person
from services.recommender import answers, catalogue, checking, choosing, offers, quality, searching, settings
from services.recommender.shown import Chosen
from services.roles import SYSTEM, Actor

recommend_group = AppGroup("recommend", help="What goes with a title, choices, and the rules they follow.")

by = click.option("--by", help="Name of the person who asks; the system by default.")
customer = click.option("--customer", help="Id of the customer whom it is for.")
key = click.option("--key", help="Of this deed: sent twice it counts once; made up by default.")


@recommend_group.command("load")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--choices", type=click.Path(path_type=Path), help="Who chose what: user, item, time.")
@as_json
@_clear_errors
def load(file: Path | None, choices: Path | None, as_json: bool) -> None:
    """Load a catalogue from FILE (item, title, categories), choices of it, or both.

    Example: flask recommend load titles.csv --choices chosen.parquet
    """
    done = catalogue.load(_here(), SYSTEM, file, choices)
    for path in done.quarantine:
        _say(f"note: rows were set aside in {path}")
    if done.without_category:
        _say(f"note: {done.without_category:,} titles are in no category: the table says nothing about them")
    if done.without_zone:
        _say(f"note: {done.without_zone:,} times named no time zone, and were taken as UTC")
    text = (
        f"{done.items:,} titles in {done.categories:,} categories ({done.refused_items:,} rows refused); "
        f"{done.fresh:,} choices are new, {done.repeats:,} as before ({done.refused_choices:,} rows refused)"
    )
    _answer(asdict(done), text, as_json)


@recommend_group.command("for")
@click.argument("item")
@customer
@by
@as_json
@_clear_errors
def recommend(item: str, customer: str | None, by: str | None, as_json: bool) -> None:
    """Say what goes with ITEM (its id or title), each with its reason; that chooses nothing.

    Example: flask recommend for Aliens
    """
    found = answers.recommend(_here(), _who(by), _item(item), customer=customer)
    lines = [f"{one.place:>3}. {one.title}: {one.because}" for one in found.items]
    if found.nothing:
        lines.append(found.nothing)
    if found.popular:
        lines.append("Popular titles:")
        lines += [f"     {one.title} (chosen by {one.chosen_by:,})" for one in found.popular]
    if found.absent:
        lines.append(found.absent)
    _answer(asdict(found), "\n".join(lines), as_json)


@recommend_group.command("offers")
@click.argument("customer")
@by
@as_json
@_clear_errors
def offers_for(customer: str, by: str | None, as_json: bool) -> None:
    """Say which offers CUSTOMER (an id) is likely to take, what each would do and cost.

    Example: flask recommend offers C-02978
    """
    found = offers.for_customer(_here(), _who(by), customer)
    lines = [found.nothing or found.basis, *(_offer(one) for one in found.offers)]
    _answer(asdict(found), "\n".join(lines), as_json)


def _offer(one: offers.OfferShown) -> str:
    effect = one.effect
    does = f"{effect.before:.1%} to {effect.after:.1%} in the model." if effect is not None else one.why
    return f"{one.item}  {one.title} ({one.cost:g} {one.unit}): {does} {one.because}."


@recommend_group.command("why-not")
@click.argument("picked")
@click.argument("item")
@customer
@by
@as_json
@_clear_errors
def why_not(picked: str, item: str, customer: str | None, by: str | None, as_json: bool) -> None:
    """Say why ITEM is not among what goes with PICKED, or at which place it is.

    Example: flask recommend why-not Aliens "Planet Earth"
    """
    said = answers.why_not(_here(), _who(by), _item(picked), _item(item), customer=customer)
    _answer({"picked": picked, "item": item, "why_not": said}, said, as_json)


@recommend_group.command("choose")
@click.argument("item")
@customer
@by
@key
@click.option("--at", "moment", type=click.DateTime(), help="When it was chosen (UTC); now by default.")
@as_json
@_clear_errors
def choose(
    item: str,
    customer: str | None,
    by: str | None,
    key: str | None,
    moment: datetime | None,
    as_json: bool,
) -> None:
    """Choose ITEM for a person or a customer.

    Example: flask recommend choose Aliens --customer K-00042
    """
    done = choosing.choose(
        _here(),
        _chooser(by, customer),
        _item(item),
        key=key or secrets.token_hex(8),
        customer=customer,
        moment=moment.replace(tzinfo=UTC) if moment else None,
    )
    how = "was chosen before, so it counts nothing" if done.is_repeat else "is chosen"
    _tell(done, how, as_json)


@recommend_group.command("undo")
@click.argument("item")
@customer
@by
@key
@as_json
@_clear_errors
def undo(item: str, customer: str | None, by: str | None, key: str | None, as_json: bool) -> None:
    """Take the choice of ITEM back.

    Example: flask recommend undo Aliens --customer K-00042
    """
    done = choosing.undo(
        _here(), _chooser(by, customer), _item(item), key=key or secrets.token_hex(8), customer=customer
    )
    _tell(done, "is taken back", as_json)


@recommend_group.command("search")
@click.argument("words", nargs=-1)
@as_json
@_clear_errors
def search(words: tuple[str, ...], as_json: bool) -> None:
    """Find titles in which all WORDS occur, or in whose categories they do.

    Example: flask recommend search space horror
    """
    found = answers.search(_here(), SYSTEM, " ".join(words))
    lines = [f"{one.item}  {one.title}  ({', '.join(one.categories) or 'no category'})" for one in found]
    _answer([asdict(one) for one in found], "\n".join(lines) or "None.", as_json)


@recommend_group.command("cell")
@click.argument("category")
@click.argument("other")
@as_json
@_clear_errors
def cell(category: str, other: str, as_json: bool) -> None:
    """Read the cell of CATEGORY and OTHER in the table aloud.

    Example: flask recommend cell "Space horror" Comedy
    """
    said = answers.cell(_here(), SYSTEM, category, other)
    _answer({"row": category, "column": other, "words": said}, said, as_json)


@recommend_group.command("settings")
@click.argument("changes", nargs=-1)
@click.option("--seen", type=int, help="Revision that was looked at; the present one by default.")
@by
@as_json
@_clear_errors
def set_settings(changes: tuple[str, ...], seen: int | None, by: str | None, as_json: bool) -> None:
    """Show the settings, or change some: NAME=VALUE, "none" where there is to be none.

    Example: flask recommend settings ranker=items half_life_days=90 --by ada
    """
    setting, revision = settings.current(_here())
    if changes:
        asked = dict(map(_named, changes))
        setting, revision = settings.change(_here(), _who(by), asked, revision if seen is None else seen)
    plain = setting.model_dump()
    lines = [f"revision {revision}", *settings.words(setting)]
    lines += [f"  {name}={'none' if value is None else value}" for name, value in plain.items()]
    _answer({"revision": revision, **plain}, "\n".join(lines), as_json)


@recommend_group.command("rename")
@click.argument("old")
@click.argument("new")
@by
@as_json
@_clear_errors
def rename(old: str, new: str, by: str | None, as_json: bool) -> None:
    """Give the category OLD the name NEW; files that still have the old one are understood.

    Example: flask recommend rename Comedy Comedies
    """
    catalogue.rename(_here(), _who(by), old, new)
    _answer({"old": old, "new": new}, f"{old} is called {new} now", as_json)


@recommend_group.command("merge")
@click.argument("source")
@click.argument("into")
@by
@as_json
@_clear_errors
def merge(source: str, into: str, by: str | None, as_json: bool) -> None:
    """Put all titles of the category SOURCE into INTO.

    Example: flask recommend merge "Space horror" "Science fiction reboots"
    """
    catalogue.merge(_here(), _who(by), source, into)
    _answer({"source": source, "into": into}, f"the titles of {source} are in {into} now", as_json)


@recommend_group.command("evaluate")
@click.option("--count", default=10, show_default=True, type=click.IntRange(1, 100), help="Length of a list.")
@click.option("--seed", type=int, help="Of what is drawn by lot; the same makes the same figures.")
@by
@as_json
@_clear_errors
def evaluate(count: int, seed: int | None, by: str | None, as_json: bool) -> None:
    """Measure the rankers on choices set aside, against popularity and lot, and keep the figures.

    Example: flask recommend evaluate --json
    """
    found = quality.evaluate(_here(), _who(by), count=count, seed=seed)
    lines = list(found.words)
    for split in found.splits:
        lines += ["", f"{split.name}: {split.said}", HEAD, *map(_row, split.rows)]
    _answer(asdict(found), "\n".join(lines), as_json)


@recommend_group.command("check")
@as_json
@_clear_errors
def check(as_json: bool) -> None:
    """Compare what is learned choice by choice with a rebuild from the store; exit code 1 where it differs.

    Example: flask recommend check
    """
    found = checking.check(_here(), SYSTEM)
    text = (
        f"{found.choices:,} choices of {found.persons:,} people, {found.items:,} titles in "
        f"{found.categories:,} categories, up to event {found.seq:,}: "
        + ("equal" if found.is_equal else "NOT EQUAL")
        + f" when built anew from the store, the latest {found.folded:,} learned one by one"
    )
    _answer(asdict(found) | {"equal": found.is_equal}, "\n".join([text, *found.faults]), as_json)
    if not found.is_equal:
        raise SystemExit(1)


MEASURES = ("precision", "recall", "nDCG", "MAP", "coverage", "diversity", "novelty")
HEAD = " " * 48 + "".join(f"{name:>11}" for name in MEASURES)


def _row(row: quality.Row) -> str:
    figures = (row.precision, row.recall, row.ndcg, row.map, row.coverage, row.diversity, row.novelty)
    return f"{row.ranker:<48}" + "".join(f"{'-' if one is None else f'{one:.3f}':>11}" for one in figures)


def _who(name: str | None) -> Actor:
    return SYSTEM if name is None else _person(name)


def _chooser(name: str | None, customer: str | None) -> Actor:
    if name is None and customer is None:
        raise ValueError("Nobody is named who chooses: give --by NAME, or --customer ID.")
    return _who(name)


def _item(words: str) -> str:
    return searching.named(_here(), SYSTEM, words)


def _named(change: str) -> tuple[str, str | None]:
    name, sign, value = change.partition("=")
    if not sign:
        raise ValueError(f"{change!r} is no change: write NAME=VALUE, such as least_people=2.")
    return name.strip(), None if value.strip().casefold() == "none" else value.strip()


def _tell(done: Chosen, how: str, as_json: bool) -> None:
    if done.is_again:
        how = "came with this key before: nothing was counted again"
    lines = [f"{done.title} {how}; entry {done.entry} of the log"]
    lines += [f"  {one.row} and {one.column}: {one.before:,} to {one.after:,}" for one in done.cells]
    _answer(asdict(done), "\n".join(lines), as_json)
