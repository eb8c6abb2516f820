"""Who is responsible: an answer for every page, by name where it is known, by role where it is not."""

import pytest

from services import access, managers_settings, ownership, responsible, signing
from services.responsible import ResponsibleError
from services.roles import SYSTEM
from tests.services.small_town import settle_town
from tests.services.trial_town import MAX, settle_signed


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path)
    for name, role in (("eva", "manager"), ("tom", "administrator")):
        access.add_user(installation, SYSTEM, name, role)
    return installation, named


def test_the_owner_of_the_version_in_use_answers_for_its_scores(town):
    installation, named = town
    ownership.set_owner(installation, MAX, named["base"], "eva")
    found = responsible.for_page(installation, "/customers")
    assert found.words == f"eva answers for this, as owner of model version {named['base'][:8]}."
    assert (found.person, found.guideline, found.contact) == ("eva", "G2", installation.settings.contact)
    assert (found.version.version, found.version.state) == (named["base"], "champion")


def test_who_signed_it_and_when_is_said(town):
    installation, named = town
    report = installation.store.version(named["near"]).report_sha256
    signing.sign(installation, MAX, named["near"], report, "Read it all.")
    found = responsible.for_page(installation, "/model")
    assert (found.version.signed_by, found.person) == ("Max", "Max")
    assert found.version.signed == installation.store.clock()


def test_where_nobody_owns_it_the_role_answers_by_name(town):
    installation, _ = town
    assert responsible.for_page(installation, "/").words == "Managers (eva) answer for this."
    assert responsible.for_page(installation, "/people").words == "Administrators (tom) answer for this."


def test_whom_managers_named_answers_for_a_guideline(town):
    installation, _ = town
    assert responsible.for_page(installation, "/guidelines/G7").words == "Managers (eva) answer for this."
    managers_settings.change(installation, MAX, "owner_g7", "Ina Berg", "She answers.", seen_revision=0)
    found = responsible.for_page(installation, "/guidelines/G7")
    assert found.words == "Ina Berg answers for this, as owner of guideline G7."
    assert responsible.for_page(installation, "/guidelines/G8").words == "Managers (eva) answer for this."


def test_with_no_manager_yet_administrators_answer(tmp_path):
    installation = settle_town(tmp_path)
    access.add_user(installation, SYSTEM, "tom", "administrator")
    assert responsible.for_page(installation, "/control").people == ("tom",)


def test_the_owner_of_the_data_is_who_loaded_them(town):
    installation, _ = town
    found = responsible.for_page(installation, "/subject")
    assert (found.data.source, found.data.owner) == ("a test", None)
    assert found.role == "managers", "these customers were loaded by nobody on record"


@pytest.mark.parametrize(
    ("path", "guideline"),
    [
        ("/", "G4"), ("/guidelines/G9", "G1"), ("/governance/ethics", "G7"), ("/customersearch", "G7"),
        ("/nowhere", "G7"), ("", "G4"), ("/model/", "G2"), ("/../etc", "G7"),
    ],
)  # fmt: skip
def test_a_page_belongs_to_the_longest_address_that_holds_it(town, path, guideline):
    assert responsible.for_page(town[0], path).guideline == guideline


def test_before_anything_is_loaded_there_is_an_answer_too(tmp_path):
    from config.settings import Settings
    from services.installation import Installation

    empty = Installation(Settings(var=tmp_path / "var", database_url=None))
    empty.store.migrate()
    found = responsible.for_page(empty, "/")
    assert (found.version, found.data, found.role) == (None, None, "administrators")


@pytest.mark.parametrize(
    "text",
    ["", "[", "- pages: [/]\n  for: x\n  answers: model\n  guideline: G1",
     "- pages: ['*']\n  for: x\n  answers: the cat\n  guideline: G1",
     "- pages: ['*']\n  for: x\n  answers: model\n  guideline: G12"],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(tmp_path, text):
    path = tmp_path / "responsible.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ResponsibleError):
        responsible.charges(path)
