"""Sign-off and the way back: who may make a version the champion, and one step to the version before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.artifacts import ArtifactError
from data.store import Transaction, VersionRow
from services import contingency, contingency_plan, ethics, gates, guards, holding, log, registry, tracking
from services.ethics import EthicsReview
from services.gates import GateResult
from services.installation import Installation
from services.roles import SYSTEM, Actor, permitted, require
from services.training import score_customers

LONGEST = 2000
ONCE_SIGNED = ("champion", "retired")


class SignOffRefused(ValueError):
    """A version was not signed, and nothing has changed; the message says what stands against it."""


class NoWayBack(ValueError):
    """There is no version to go back to; nothing has changed."""


@dataclass(frozen=True)
class Review:
    """What a person agrees to when signing.

    Attributes
    ----------
    report : dict or None
        What was found out about the version; None where it has none, or it is damaged.
    may_sign, why_not : bool, str
        Whether this person may sign it now; else everything against it, in words.
    replaces : str or None
        The champion that would be retired.
    plan : tuple of str
        What happens when it fails, and how long that takes.
    ethics : EthicsReview
        How the ten questions of the ethics review stand.
    waits_for_answers : bool
        Whether nothing but open questions stands against it, for this person.
    """

    version: str
    state: str
    report: dict[str, Any] | None
    report_sha256: str | None
    gates: tuple[GateResult, ...]
    may_sign: bool
    why_not: str
    replaces: str | None
    plan: tuple[str, ...]
    ethics: EthicsReview
    waits_for_answers: bool


@dataclass(frozen=True)
class Changed:
    """What answers now, and what did until then; None where nothing did or does."""

    version: str | None
    former: str | None


def review(installation: Installation, actor: Actor, version: str) -> Review:
    """Show what signing a version would mean to this person; LookupError where there is no such version."""
    require(actor, "see-model")
    row = registry.find(installation, version)
    champion = _champion(installation, row.spec_name)
    report, results, obstacles = _judged(installation, row, champion)
    obstacles += _personal(installation, actor, row)
    answered = ethics.of(installation, row)
    unanswered = answered.obstacles
    return Review(
        version=row.version,
        state=row.state,
        report=report,
        report_sha256=row.report_sha256,
        gates=tuple(results),
        may_sign=not obstacles and not unanswered,
        why_not=" ".join([*obstacles, *unanswered]),
        replaces=champion.version if champion and champion.version != row.version else None,
        plan=contingency_plan.plan(installation, champion),
        ethics=answered,
        waits_for_answers=bool(unanswered) and not obstacles,
    )


def sign(
    installation: Installation,
    actor: Actor,
    version: str,
    report_sha256: str,
    statement: str,
    *,
    override: str | None = None,
) -> Changed:
    """Sign a version: it answers from the next request on, in every worker; the former one is retired.

    Parameters
    ----------
    report_sha256 : str
        Of the report the person saw: the signature is bound to it.
    override : str, optional
        Why a drastic change may not wait (R42), by who may ``override-hold``.

    Raises
    ------
    SignOffRefused
        Where a gate fails, a question of the ethics review is open or its answer older than the version, the
        report has changed, files do not verify, or somebody was faster.
    services.holding.HeldBack
        Where the change is drastic and has to wait.
    """
    require(actor, "sign-model")
    words = _words(statement, "what you looked at, and why you agree")
    seen = registry.find(installation, version)
    champion = _champion(installation, seen.spec_name)
    _, results, obstacles = _judged(installation, seen, champion)
    obstacles = _personal(installation, actor, seen) + obstacles
    if seen.report_sha256 is not None and seen.report_sha256 != report_sha256:
        obstacles.append("Its report has changed since you read it: read it again, then sign.")
    answered = ethics.of(installation, seen)
    obstacles += answered.obstacles
    if obstacles:
        raise SignOffRefused(f"Version {seen.version[:8]} was not signed. " + " ".join(obstacles))
    _score(installation, seen)
    signature = holding.Signature(actor.role, report_sha256, words)
    effect = holding.enforce(installation, actor, seen.version, override=override, signature=signature)
    with installation.store.transaction() as together:
        _unchanged(together, seen, champion)
        holding.settle(installation, actor, effect, together)
        former = together.promote(seen.version, actor=actor.id, began="sign-off", reason=words)
        together.record_signature(
            version=seen.version,
            person=actor.id,
            name=actor.name,
            role=actor.role,
            report_sha256=report_sha256,
            statement=words,
        )
        _log(installation, actor, "sign-off", seen, together, {
            "statement": words, "report_sha256": report_sha256,
            "gates": [[one.name, one.shown, one.bar_shown, one.passed] for one in results],
            "ethics": answered.plain(),
        })  # fmt: skip
        _log(installation, actor, "promotion", seen, together, {"replaces": former})
    guards.watch_after(installation)
    tracking.publish_soon(installation, actor)
    return Changed(seen.version, former)


def rollback(installation: Installation, actor: Actor, reason: str, *, of: str | None = None) -> Changed:
    """Go back to the version signed before the champion that verifies, from the next request on.

    It asks no gate and waits for no hour: it is the way to what was known to be steady.

    Parameters
    ----------
    of : str, optional
        The champion to go back from, as it was seen: of two guards or people who saw the same, one goes back
        and the other finds it done.

    Raises
    ------
    NoWayBack
        If there is no version to go back to, or somebody was faster: then it says who did what.
    """
    require(actor, "withdraw-model")
    words = _words(reason, "why you go back")
    in_use = installation.in_use()
    champion = installation.store.version(of) if of else _champion(installation, in_use.spec_name)
    candidates = _sound_former(installation, in_use.spec_name)
    with installation.store.transaction() as together:
        if changed := _changed(together, in_use.spec_name, champion):
            raise NoWayBack(f"Nothing was changed. {changed}")
        former = {row.version for row in together.former_champions(in_use.spec_name)}
        target = next((row for row in candidates if row.version in former), None)
        if target is None:
            raise NoWayBack(
                "No version was signed before this one that verifies, so there is nothing to go back to. "
                "Withdraw the version to show facts only: flask model withdraw."
            )
        replaced = together.promote(target.version, actor=actor.id, began="rollback", reason=words)
        _log(installation, actor, "rollback", target, together, {"from": replaced, "reason": words})
    guards.watch_after(installation)
    tracking.publish_soon(installation, actor)
    return Changed(target.version, replaced)


def withdraw(installation: Installation, actor: Actor, version: str, reason: str) -> Changed:
    """Take a version out of use for good. The one signed before answers instead, else averages of groups."""
    require(actor, "withdraw-model")
    words = _words(reason, "why it is withdrawn")
    row = registry.find(installation, version)
    champion = _champion(installation, row.spec_name)
    candidates = [one for one in _sound_former(installation, row.spec_name) if one.version != row.version]
    with installation.store.transaction() as together:
        now = together.version(row.version)
        if now is None or now.state == "withdrawn":
            raise SignOffRefused(f"Version {row.version[:8]} is withdrawn already; nothing was changed.")
        if changed := _changed(together, row.spec_name, champion):
            raise SignOffRefused(f"Version {row.version[:8]} was not withdrawn. {changed}")
        former = {one.version for one in together.former_champions(row.spec_name)}
        successor = next((one.version for one in candidates if one.version in former), None)
        successor = successor if now.state == "champion" else None
        together.withdraw(row.version, successor=successor, actor=actor.id, reason=words)
        _log(installation, actor, "withdrawal", row, together, {"reason": words, "instead": successor})
        serving = together.serving_version(row.spec_name)
    guards.watch_after(installation)
    tracking.publish_soon(installation, actor)
    return Changed(serving.version if serving else None, row.version)


def _champion(installation: Installation, spec_name: str) -> VersionRow | None:
    serving = installation.store.serving_version(spec_name)
    return serving if serving is not None and serving.state == "champion" else None


def _judged(
    installation: Installation, row: VersionRow, champion: VersionRow | None
) -> tuple[dict[str, Any] | None, list[GateResult], list[str]]:
    """Read the report, hold it against the gates; what stands against the version, whoever signs."""
    obstacles = []
    if row.state == "champion":
        [*_, latest] = [None, *installation.store.signatures(row.version)[:1]]
        by = f" by {latest.name} on {latest.time:%d %B %Y}" if latest else ""
        obstacles.append(f"It was signed already{by}.")
    if row.state == "withdrawn":
        obstacles.append("It was withdrawn, and that is for good: train again with `flask model train`.")
    if row.report_sha256 is None:
        obstacles.append(
            "It was trained without a report, so there is nothing to sign: train again with "
            "`flask model train`."
        )
        return None, [], obstacles
    try:
        report = installation.shelf.report(row.version, row.report_sha256)
        installation.shelf.verify(row.version, row.artifacts)
        snapshot = installation.store.current_snapshot(row.spec_name) or row.snapshot
        dataset = contingency.Dataset(installation.warehouse.spec_of(snapshot), snapshot)
        contingency.fits(installation, row, dataset)
    except ArtifactError as fault:
        return None, [], [*obstacles, str(fault)]
    if (report.get("mitigation") or {}).get("lines"):
        obstacles.append(
            "It has a line of its own for each group, which no list follows yet: it can be chosen on record, "
            "but not serve."
        )
    results = gates.judge(report, gates.load_gates(), _report_of(installation, champion, row))
    failing = [f"{one.name} ({one.shown}, {one.bar_shown})" for one in results if one.blocks]
    if failing:
        obstacles.append(f"It does not pass: {'; '.join(failing)}.")
    return report, results, obstacles


def _report_of(
    installation: Installation, champion: VersionRow | None, row: VersionRow
) -> dict[str, Any] | None:
    """Read the champion's report to compare with; a damaged one holds no successor back."""
    if champion is None or champion.version == row.version or champion.report_sha256 is None:
        return None
    try:
        return installation.shelf.report(champion.version, champion.report_sha256)
    except ArtifactError:
        return None


def _personal(installation: Installation, actor: Actor, row: VersionRow) -> list[str]:
    """Say what stands against this person's signature."""
    if actor == SYSTEM:
        return ["A person has to sign: name one."]
    if not permitted(actor, "sign-model"):
        return ["Managers and administrators sign."]
    if installation.settings.two_person_rule and row.trained_by in (actor.id, actor.name):
        return ["You trained it, and two people are asked for here: somebody else has to sign."]
    return []


def _unchanged(together: Transaction, seen: VersionRow, champion: VersionRow | None) -> None:
    """Pass where version and champion are as they were judged: of two who sign at once, one is told."""
    changed = _changed(together, seen.spec_name, champion)
    now = together.version(seen.version)
    if now is None or (now.state, now.report_sha256) != (seen.state, seen.report_sha256):
        changed = changed or "It changed: look again, then decide."
    if changed:
        raise SignOffRefused(f"Version {seen.version[:8]} was not signed. {changed}")


def _changed(together: Transaction, spec_name: str, champion: VersionRow | None) -> str:
    """Say who changed what answers since ``champion`` was looked up; empty where it still does."""
    serving = together.serving_version(spec_name)
    now = serving.version if serving is not None and serving.state == "champion" else None
    if now == (champion.version if champion else None):
        return ""
    latest = together.serving_history(spec_name)[-1]
    person = together.user(latest.actor)
    what = {"sign-off": "signed", "rollback": "gone back to"}.get(latest.began)
    did = f"{what} version {now[:8]}" if what and now else "changed which version answers"
    return f"{person.name if person else latest.actor} has just {did}: look again, then decide."


def _sound_former(installation: Installation, spec_name: str) -> list[VersionRow]:
    """Give the versions to go back to that verify, latest first, scored on the current customers."""
    snapshot = installation.store.current_snapshot(spec_name)
    if snapshot is None:
        return []
    dataset = contingency.Dataset(installation.warehouse.spec_of(snapshot), snapshot)
    sound = []
    for row in installation.store.former_champions(spec_name):
        try:
            contingency.fits(installation, row, dataset)
        except ArtifactError:
            continue
        _score(installation, row)
        sound.append(row)
        break  # one is enough, and each further one may have to be scored
    return sound


def _score(installation: Installation, row: VersionRow) -> None:
    snapshot = installation.store.current_snapshot(row.spec_name)
    if snapshot is not None:
        card = installation.load_scorecard(row.version, row.scorecard_sha256)
        score_customers(installation, installation.warehouse.spec_of(snapshot), snapshot, row.version, card)


def _words(text: str, what: str) -> str:
    words = text.strip() if isinstance(text, str) else ""
    if not words or len(words) > LONGEST:
        raise SignOffRefused(f"Write a sentence: {what} (at most {LONGEST} characters).")
    return words


def _log(
    installation: Installation,
    actor: Actor,
    kind: str,
    row: VersionRow,
    together: Transaction,
    payload: dict[str, Any],
) -> None:
    log.record(
        installation,
        actor,
        kind,
        subject=row.spec_name,
        version=row.version,
        snapshot=row.snapshot,
        payload=payload,
        transaction=together,
    )
