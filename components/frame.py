"""The frame around every page: navigation, theme switch, person, page head, foot."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from components import feedback as saying
from components import first_use, responsible
from components.format import day, instant
from components.marks import badge, draft_badge, icon

MAIN = "ks-main"
FOOT = "ks-foot-facts"
STATE = "ks-rail-state"
BANNER = "ks-banner"
NOTICE = (
    "Keepsight advises; people decide. Model figures are predictions from past customers, "
    "not causes and not certainties."
)


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; ``also`` are paths of pages that belong to it, ``/x/*`` all under /x."""

    group: str
    label: str
    path: str
    sign: str
    also: tuple[str, ...] = ()


PLACES = (
    Place("See", "Overview", "/", "bi-grid-1x2"),
    Place("See", "Customers", "/customers", "bi-people", ("/customer",)),
    Place("Explore", "What-if", "/what-if", "bi-sliders2"),
    Place("Explore", "Scenarios", "/scenarios", "bi-diagram-3", ("/scenarios/goal",)),
    # a soft hyphen, for where the rail is narrow
    Place(
        "Explore", "Recommen\u00addations", "/recommendations", "bi-collection", ("/recommendations/example",)
    ),
    Place("Explore", "Actions", "/actions", "bi-send"),
    Place("Understand", "Model", "/model", "bi-clipboard-check"),
    Place("Understand", "Trials", "/trials", "bi-eyedropper"),
    Place("Understand", "Decision log", "/log", "bi-journal-text"),
    Place("Understand", "Guidelines", "/guidelines", "bi-patch-check", ("/guidelines/*",)),
    Place("Take part", "Feedback", "/feedback", "bi-chat-left-text"),
    Place("Run", "Control room", "/control", "bi-toggles", ("/drill",)),
    Place("Run", "Settings", "/settings", "bi-gear"),
    Place("Run", "Governance", "/governance", "bi-bank", ("/governance/ethics",)),
    Place("Run", "People", "/people", "bi-person-badge"),
)


def shell(
    content: Any,
    *,
    person: str,
    role: str,
    paths: Collection[str],
    contact: str,
    csrf: tuple[str, str] | None = None,
    notice: Any = None,
    note: Any = None,
    feedback: Any = None,
) -> html.Div:
    """Set a page into the frame.

    Parameters
    ----------
    content : component
        ``dash.page_container``.
    person, role : str
        Who is signed in.
    paths : collection of str
        Paths of the pages that exist; the navigation shows no other.
    contact : str
        Whom people turn to.
    csrf : (name, value), optional
        Hidden field of the sign-out form.
    notice : component, optional
        What stands above every page (``draft_notice``).
    note : component, optional
        The note of the first use, where it is still to be read.
    feedback : component, optional
        The sheet by which people say something about a page (``components.feedback.sheet``).
    """
    shown = [place for place in PLACES if place.path in paths]
    return html.Div(
        [
            html.A("Skip to the content", href=f"#{MAIN}", className="ks-skip"),
            dcc.Store(id="ks-theme"),
            html.Div(id="ks-toast", className="ks-toast", role="status", **{"aria-live": "polite"}),
            html.Aside(
                [_brand(), _rail(shown), html.Div(state(None), id=STATE, className="ks-rail-state")],
                className="ks-rail",
                **{"aria-label": "Keepsight"},
            ),
            html.Header([_brand(), _tools(person, role, csrf)], className="ks-top"),
            html.Div([html.Div(note, id=first_use.PLACE), html.Div(notice, id=BANNER)], className="ks-above"),
            dcc.Store(id=first_use.ASKED),
            html.Div([content, _foot(contact, says=feedback is not None)], className="ks-content"),
            _bottom(shown),
            *([feedback] if feedback is not None else []),
        ],
        className="ks-frame",
    )


def page(
    title: str,
    *children: Any,
    lede: Any = None,
    badges: Sequence[Any] = (),
    actions: Sequence[Any] = (),
    back: tuple[str, str] | None = None,
) -> html.Main:
    """Lay a page out: its head with the one ``h1``, then its parts.

    ``back`` is the label and address of the page one came from; ``actions`` are links and buttons of
    the whole page.
    """
    trail = [dcc.Link([icon("bi-arrow-left"), back[0]], href=back[1], className="ks-back")] if back else []
    heading = html.Div([html.H1(title), *(b for b in badges if b is not None)], className="ks-title-row")
    head = [*trail, heading, *([html.P(lede, className="ks-lede")] if lede is not None else [])]
    acts = [html.Div(list(actions), className="ks-actions")] if actions else []
    return html.Main(
        [html.Div([html.Div(head), *acts], className="ks-page-head"), *children],
        id=MAIN,
        className="ks-page",
        tabIndex="-1",
    )


def _brand() -> html.Div:
    mark = html.Span(className="ks-brand-mark", **{"aria-hidden": "true"})
    return html.Div([mark, html.Span("Keepsight", className="ks-brand-name")], className="ks-brand")


def _link(place: Place) -> html.Li:
    link = dcc.Link([icon(place.sign), html.Span(place.label)], href=place.path, className="ks-nav-link")
    # assets/frame.js marks the link whose paths hold the page shown.
    return html.Li(link, **{"data-paths": " ".join((place.path, *place.also))})


def _rail(shown: Sequence[Place]) -> html.Nav:
    groups = dict.fromkeys(place.group for place in shown)
    parts: list[Any] = []
    for group in groups:
        parts.append(html.P(group, className="ks-nav-group"))
        links = [_link(place) for place in shown if place.group == group]
        parts.append(html.Ul(links, className="ks-nav-list"))
    return html.Nav(parts, className="ks-nav", **{"aria-label": "Main"})


def _bottom(shown: Sequence[Place]) -> html.Nav:
    links = [_link(place) for place in shown]
    return html.Nav(html.Ul(links), className="ks-bottom", **{"aria-label": "Main, at the foot"})


def state(stamp: Any) -> list[Any]:
    """Say in the rail whether a model answers; ``stamp`` is that of the page's data, None while unknown."""
    if stamp is None or (stamp.version is None and stamp.withheld is None):
        words, kind = "Facts only", "off"
    elif stamp.control != "on":
        words, kind = _switched(stamp)
    elif stamp.version is None:
        words, kind = "Facts and averages" if stamp.has_averages else "Facts only for your role", "off"
    elif stamp.notice:
        words, kind = "Model on, former version", "draft"
    elif stamp.is_draft:
        words, kind = "Model on, draft", "draft"
    else:
        words, kind = "Model on", "on"
    return [html.Span(className=f"ks-dot ks-dot-{kind}", **{"aria-hidden": "true"}), html.Span(words)]


def _switched(stamp: Any) -> tuple[str, str]:
    """Say how the control room has switched the model."""
    if stamp.is_hidden:
        return "Model hidden by you", "off"
    if stamp.control == "off":
        return "Model off, facts only", "off"
    if stamp.control == "paused":
        return "Model paused", "draft"
    if stamp.version is not None:
        return "Fail-safe, signed version", "draft"
    return "Fail-safe, averages" if stamp.has_averages else "Fail-safe, facts only", "off"


def maintenance(notice: Any) -> html.Section | None:
    """Announce maintenance above every page until it is over; nothing where there is none."""
    if notice is None:
        return None
    times = [html.Time(instant(one), dateTime=instant(one)) for one in (notice.begins, notice.ends)]
    words = html.P([html.Strong("Maintenance, "), times[0], " to ", times[1], f". {notice.text}"])
    return html.Section(
        [icon("bi-cone-striped"), words],
        className="ks-banner",
        role="status",
        **{"aria-label": "Maintenance"},
    )


def draft_notice(stamp: Any, *, may_sign: bool) -> html.Section | None:
    """Lead whoever may sign to the draft that answers; nothing for others, and once it is signed."""
    if not may_sign or stamp is None or not stamp.is_draft:
        return None
    words = html.P([html.Strong("This model is a draft."), " Its figures are for analysis, not for action."])
    link = dcc.Link(
        ["Review and sign it ", html.Span("(a few minutes)"), icon("bi-arrow-right")],
        href="/model",
        className="ks-banner-link",
    )
    return html.Section(
        [icon("bi-pen"), words, link], className="ks-banner", **{"aria-label": "The model waits to be signed"}
    )


def _tools(person: str, role: str, csrf: tuple[str, str] | None) -> html.Div:
    return html.Div([_theme_switch(), _person(person, role, csrf)], className="ks-tools")


def _theme_switch() -> html.Button:
    return html.Button(
        [html.I(className="bi bi-moon-stars ks-when-light", **{"aria-hidden": "true"}),
         html.I(className="bi bi-sun ks-when-dark", **{"aria-hidden": "true"})],
        type="button",
        id="ks-theme-switch",
        className="ks-icon-button",
        title="Light or dark",
        **{"aria-label": "Dark theme", "aria-pressed": "false"},
    )  # fmt: skip


def _person(person: str, role: str, csrf: tuple[str, str] | None) -> html.Details:
    # assets/session.js writes the token of the moment into it before the form is sent.
    hidden = [dcc.Input(type="hidden", name=csrf[0], value=csrf[1], id="ks-csrf")] if csrf else []
    return html.Details(
        [
            html.Summary(
                [html.Span(person[:1].upper(), className="ks-avatar", **{"aria-hidden": "true"}),
                 html.Span(person, className="ks-person-name"), icon("bi-chevron-down")],
                **{"aria-label": f"{person}, {role}"},
            ),
            html.Div(
                [
                    html.P([html.Strong(person), html.Span(role)], className="ks-person-card"),
                    dcc.Link([icon("bi-person-gear"), "You and your area"], href="/me",
                             className="ks-button ks-button-quiet"),
                    first_use.again(),
                    html.Form(
                        [*hidden, html.Button([icon("bi-box-arrow-right"), "Sign out"], type="submit",
                                              className="ks-button ks-button-quiet")],
                        action="/sign-out",
                        method="POST",
                    ),
                ],
                className="ks-popover ks-popover-right",
            ),
        ],
        className="ks-person",
    )  # fmt: skip


def foot_facts(stamp: Any, contact: str) -> list[Any]:
    """Name the model version, its state, the data's date and whom to ask."""
    facts: list[Any] = []
    if stamp is not None and stamp.version is not None:
        facts.append(html.Span(["Model ", html.Code(stamp.version[:8])]))
        facts.append(draft_badge(stamp) or badge("signed off", "ok"))
    elif stamp is not None:
        facts.append(html.Span("No model figures"))
    if stamp is not None:
        facts.append(html.Span(f"Data of {day(stamp.data_date)}"))
    return [*facts, html.Span(f"Questions: {contact}")]


def _foot(contact: str, *, says: bool) -> html.Section:
    facts = html.Div(foot_facts(None, contact), id=FOOT, className="ks-foot-facts")
    asked = [html.Div(id=saying.Ids.ASK)] if says else []
    ways = [responsible.opener(), *([saying.page_opener()] if says else [])]
    # No footer element: Dash puts its scripts into one, and a page has one only.
    return html.Section(
        [
            html.P(NOTICE, className="ks-foot-notice"),
            facts,
            html.Div(ways, className="ks-foot-ways"),
            *asked,
            responsible.place(contact),
        ],
        className="ks-foot",
        **{"aria-label": "What these figures are"},
    )
