"""A new load proposes training again to who may, and promotes nothing."""

from datetime import timedelta

import pytest

from config.dataset import parse_spec
from services import retraining
from tests.services.test_contingency import load
from tests.services.trial_town import ADA, MAX, NOON, SPEC, card, customers, settle_signed


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path)
    return installation, named


def reload(installation):
    installation.store.clock = lambda: NOON + timedelta(days=30)
    load(installation, customers(440), parse_spec(SPEC))


def test_what_the_version_learned_from_proposes_nothing(town):
    assert retraining.proposal(town[0], ADA) is None


def test_customers_loaded_since_propose_training_again_with_both_days(town):
    installation, named = town
    reload(installation)
    told = retraining.proposal(installation, ADA)
    assert named["base"][:8] in told and "trained on 04 March 2026" in told
    assert "flask model train" in told and "nothing changes until somebody signs" in told
    assert installation.store.serving_version("trials").version == named["base"]


def test_who_may_not_train_is_not_asked_to(town):
    reload(town[0])
    assert retraining.proposal(town[0], MAX) is None


def test_a_version_that_learned_from_them_ends_the_proposal(town):
    installation, _ = town
    reload(installation)
    spec = parse_spec(SPEC)
    model = card(spec, 0.0625)
    installation.store.record_version(
        version=model.version, spec_name=spec.name, spec_hash=spec.hash,
        snapshot=installation.dataset().snapshot, state="challenger", scorecard_sha256=model.version,
        metrics={},
    )  # fmt: skip
    assert retraining.proposal(installation, ADA) is None
