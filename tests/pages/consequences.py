"""What every callback of the server is, in one list: it says first what it alters, alters nothing, or reads.

A callback that is in none of the three, or in two, fails tests/pages/test_consequences_first.py. The names
are those of module and function, without ``pages.``.
"""

from __future__ import annotations

SAYS_FIRST: dict[str, str] = {
    # models
    "_model_deeds.sign": r"no longer be marked draft|will come from this version from the next request on",
    "_model_deeds.roll_back": r"Scores, lists and reasons change for everybody at once",
    "_model_deeds.withdraw": r"answers from the next request on",
    "_control_deeds.roll_back": r"answers everybody instead of version",
    # trials
    "trials.start": r"Customers in it are marked as a trial, and viewers are answered by the champion",
    "trials.stop": r"From the next request on the champion answers for everybody",
    "trials.call_off": r"what was signed is not put in its place",
    # the control room
    "_control_deeds.throw": r"Churn model: Facts only: no score, no reason",
    "_control_deeds.drill": r"for a moment everybody is answered as in each state in turn",
    "_control_deeds.announce": r"It stands above every page, with its times, until it is over",
    "_control_deeds.take_away": r"It stands above every page, with its times, until it is over",
    "_control_deeds.reload": r"gives its place to a fresh one; nobody meets an error",
    "_control_deeds.hide_or_show": r"You can hide all model output and work with facts alone",
    "drill.do": r"From the next answer on you see facts only, on every page",
    # settings
    "_settings_deeds.change": r"customers join the list, \d+ leaves?",
    "_settings_deeds.undo": r"What held before it holds again, at once",
    "_recommendations_settings.save": r"What is saved alters the lists of everybody, from the next one on",
    "_recommendations_deeds.do": r"A choice counts at once, and moves the table and the lists of everybody",
    # customers
    "actions.start": r"Until then its customers are taken: no other action, and no A/B comparison",
    "actions.call_off": r"Its customers are free for other actions, and its effect will never be told",
    "_offers.make_action": r"is taken: no other action, and no A/B comparison",
    "subject.record": r"From this moment on this customer has no score and no reasons",
    "subject.lift": r"From this moment on this customer is scored again",
    # people
    "people.change": r"From their next click on they see and do what the new role may",
    "people.close": r"Their sessions end at once",
    "me.choose": r"In the decision log you then read, besides your own entries",
}
"""What the page says before the button is pressed that alters later output, as a pattern of its words."""

ALTERS_NO_LATER_OUTPUT: dict[str, str] = {
    "_control_deeds.ask": "a request is text that managers read; they decide",
    "_control_deeds.answer": "an answer to a request is text",
    "_first_use.put_away": "a note that was read is put away, for oneself",
    "_feedback_deeds.answer": "an answer is text for the sender; what it links to was changed before",
    "_feedback_deeds.close": "an item that is closed stays on the board",
    "_feedback_deeds.set_due": "a day by which it is answered",
    "_feedback_deeds.take": "who works on it",
    "_feedback_own.send": "text for managers",
    "_feedback_own.set_asked": "whether oneself is asked for feedback",
    "_feedback_send.ask": "the question itself, at most once a week",
    "_feedback_send.send": "text for managers",
    "_feedback_send.stop": "whether oneself is asked for feedback",
    "_guidelines_work.begin": "evidence is worked out anew from what is there",
    "_kept.branch": "a scenario that is kept is a note: figures are worked out when it is opened",
    "_kept.do_in_list": "archiving a scenario hides it in the list; it is opened all the same",
    "_kept.keep": "a scenario that is kept is a note",
    "_kept.rename": "a name",
    "_kept.save": "a scenario that is kept is a note; its former revisions stay",
    "_model_deeds.note": "a review or a problem is text beside the version",
    "_model_deeds.plan": "nothing happens by itself on the day that is planned, as its dialog says",
    "_model_mitigation.choose": "the choice is put on record; nothing is signed by it, as its dialog says",
    "_problems.note": "a problem is text beside the version",
    "_problems.solve": "what solved a problem is text beside the version",
    "_what_changed.put_away": "a notice that was read is put away, for oneself",
    "drill.answer": "an answer to a question of one's own drill",
    "drill.ask": "a request that is marked as a drill and answered at once",
    "drill.try_fail_safe": "tried in a sandbox, as its card says",
    "governance.keep_owner": "who is named as responsible for a version",
    "governance.keep_review": "the day a version is to be reviewed",
    "governance_ethics.keep": "an answer is text; what signing alters the dialog of signing says",
    "me.change_asked": "whether oneself is asked for feedback",
    "me.change_counted": "whether oneself is counted, without a name",
    "me.sign_out_elsewhere": "other sessions of one's own end",
    "people.add": "a new account sees what its role may, which stands below",
    "people.make_link": "a link by which somebody signs in",
    "user_tests.save": "a line of the register of user tests",
    "user_tests.withdraw": "a line of the register of user tests, which stays readable",
}
"""What writes something, and why no answer that Keepsight gives afterwards is another one for it."""

READS = frozenset(
    {
        "_control_deeds.open_answer", "_control_deeds.open_switch", "_control_deeds.show_preview",
        "_feedback_own.follow", "_first_use.show_again", "_foot.show_foot", "_guidelines_work.end",
        "_guidelines_work.look",
        "_kept.compare", "_kept.show_list", "_log_entry.show_entry", "_log_entry.show_replay",
        "_log_entry.show_then_and_now", "_model_deeds.show_day", "_offers.show_offers", "_offers.show_plan",
        "_overview_levers.show_answer", "_overview_levers.show_levers", "_problems.open_solving",
        "_recommendations_settings.show_rules", "_responsible.show_responsible",
        "_settings_deeds.open_change", "_settings_deeds.open_undo", "_settings_deeds.show_effect",
        "_way_back.show_ways", "actions.search_register", "actions.show_plan", "customer.show_movement",
        "customers.show_rows", "goal.show_plan", "governance.open_care", "governance.search",
        "log.show_entries", "model.show_shape", "overview.show_charts", "overview.show_tiles",
        "recommendations.show_cell", "recommendations.show_delegation", "recommendations.show_found",
        "recommendations.show_list", "recommendations.show_map", "recommendations.show_own",
        "recommendations.show_reason", "scenarios.show_answer", "trials.search_register",
        "trials.show_planned", "user_tests.open_form", "user_tests.open_withdrawal", "what_if.show_answer",
        "what_if.show_matches",
    }
)  # fmt: skip
"""What only answers: an entry of the log is all that it leaves."""
