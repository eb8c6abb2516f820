"""Sources in a spec: what they may say, what is refused, and that it changes no model."""

import pytest

from config.dataset import SpecError, parse_spec, shipped_specs

SPEC = """
name: town
title: Town
id: key
outcome: {column: left, positive: "Yes"}
features: [{column: price, label: Price, kind: numeric}]
"""


def with_sources(text):
    return parse_spec(f"{SPEC}sources: {text}\n")


def test_what_is_not_said_is_not_there():
    (source,) = with_sources("[{name: Billing}]").sources
    assert (source.purpose, source.legal_basis, source.retention) == (None, None, None)
    assert parse_spec(SPEC).sources == ()


@pytest.mark.parametrize("field", ["name", "purpose", "legal_basis", "retention"])
@pytest.mark.parametrize("blank", ["''", "'   '"])
def test_a_blank_is_refused_with_its_field(field, blank):
    given = {"name": "Billing"} | {field: blank}
    text = ", ".join(f"{name}: {value}" for name, value in given.items())
    with pytest.raises(SpecError, match=rf"sources\.0\.{field}"):
        with_sources(f"[{{{text}}}]")


def test_a_source_named_twice_is_refused():
    with pytest.raises(SpecError, match="one is named twice"):
        with_sources("[{name: Billing}, {name: Billing, purpose: Keeping customers}]")


def test_how_long_rows_are_kept_makes_no_other_spec_and_what_they_are_for_does():
    plain = with_sources("[{name: Billing, legal_basis: Contract}]")
    assert with_sources("[{name: Billing, legal_basis: Contract, retention: 24 months}]").hash == plain.hash
    assert with_sources("[{name: Billing, legal_basis: Contract, purpose: Sales}]").hash != plain.hash
    assert with_sources("[{name: Billing, legal_basis: Consent}]").hash != plain.hash


def test_specs_of_before_keep_their_hash():
    """Versions are bound to it: it was taken while the purpose had a default and there was no retention."""
    assert {name: spec.hash[:12] for name, spec in shipped_specs().items()} == {
        "churn2020": "2f82c3bb7d97",
        "demo": "ca97ce2beacf",
        "telco": "71a155566c6e",
    }


def test_every_shipped_source_says_all_of_it():
    sources = [source for spec in shipped_specs().values() for source in spec.sources]
    assert len(sources) == 3
    assert all(None not in (one.purpose, one.legal_basis, one.retention) for one in sources)
