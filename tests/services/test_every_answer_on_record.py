"""R57: whatever a service answers with a figure of the model, one entry of the log says so by then."""

import pytest

from tests.services.test_control_everywhere import ANA, ANSWERS, Town

# What answers nobody by itself; a service that is new is on record, or says here why not
BESIDES = {
    "scorecard for the browser": "draws while a slider moves; its release is answered, and on record",
    "sample for the browser": "the same for a scenario",
    "proof": "holds an answer that is on record against the browser's",
    "goal page": "the form; what is asked with it is on record",
}
OF_THE_ASKING_ITSELF = {"kept scenarios compared": ["scenario-kept"]}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town(tmp_path_factory.mktemp("town"))


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_and_its_one_entry_are_both_there(town, name):
    store = town.installation.store
    before = store.head().seq
    version = ANSWERS[name](town, ANA)
    made = [store.entry(seq).header for seq in range(before + 1, store.head().seq + 1)]
    for kind in OF_THE_ASKING_ITSELF.get(name, []):
        assert made.pop(0).kind == kind
    assert len(made) == (name not in BESIDES)
    assert all((one.actor, one.version) == (ANA.id, version) for one in made)
