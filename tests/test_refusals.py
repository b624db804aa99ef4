"""Why staff are refused and what the guard finds: said where it happens, and in Indonesian, too."""

import ast
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from bot.wording import FOLDER, LANGUAGES, Moment, read_wording
from handoff import approval, crisis
from handoff.entry import Refused
from handoff.events import Claimed, Event
from handoff.guard import SENTENCES
from handoff.policy import Category, Role
from handoff.saying import Saying, Term, UnclearError
from handoff.staff import LEAST_ROLE
from handoff.ticket import NEXT_STATUS, Status
from tests.cast import NOON, small_brand
from tests.test_house import FILES, name, tree

TABLE = tomllib.loads((FOLDER / "refusals.toml").read_text("utf-8"))
WORDING = read_wording()
# Where the template stands among what a call is given.
CALLS = {"Refused": 1, "Doubted": 1, "Saying": 0, "UnclearError": 0}
# The only templates that are looked up, each in a table of sentences.
LOOKED_UP = {"SENTENCES[self.said]": SENTENCES, "refused.CODES[refused.code]": Refused.CODES}
READERS = ("text", "number")  # of `bot.act`: a value that is missing is named


def places(template: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(template) if place is not None}


def calls(file: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names:
            yield node


def written() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Return every place where a sentence begins, with its template; `saying.py` only hands them on."""
    for file in FILES:
        if name(file) not in ("handoff/saying.py", "handoff/entry.py"):
            for call in calls(file, *CALLS):
                at = CALLS[ast.unparse(call.func)]
                yield f"{name(file)}:{call.lineno}", call, call.args[at]


def templates() -> set[str]:
    """Return every English sentence that may be said."""
    literal = {template.value for _, _, template in written() if isinstance(template, ast.Constant)}
    looked_up = {text for table in LOOKED_UP.values() for text in table.values()}
    return {str(text) for text in literal} | looked_up


def terms() -> dict[str, set[str]]:
    """Return every name that may stand in a sentence, by its kind."""
    unfit = {
        event
        for event in get_args(Event)
        for status in Status
        if status is not Status.RESOLVED and (status, event) not in NEXT_STATUS
    }
    return {
        "act": set(LEAST_ROLE),
        "value": set(values()),
        "role": {role.replace("_", " ") for role in Role},
        "category": set(Category),
        "status": {status.replace("_", " ") for status in Status if status is not Status.RESOLVED},
        "event": {event.__name__ for event in unfit - {Claimed}},
        "request": {status.replace("_", " ") for status in approval.Status},
        "crisis": {status.value for status in crisis.Status if status is not crisis.Status.NORMAL},
    }


def values() -> Iterator[str]:
    """Return the names of values that acts are read for, and of what is named as one."""
    for file in FILES:
        if name(file).startswith("bot/"):
            for call in calls(file, *READERS):
                if call.args and ast.unparse(call.args[0]).startswith(("act", "Act(")):
                    yield "text" if len(call.args) < 2 else str(ast.literal_eval(call.args[1]))
            for call in calls(file, "Term"):
                kind, named = call.args
                if ast.literal_eval(kind) == "value" and isinstance(named, ast.Constant):
                    yield str(named.value)


@pytest.mark.parametrize(
    ("call", "template"),
    [pytest.param(call, template, id=where) for where, call, template in written()],
)
def test_a_sentence_is_written_where_it_is_said_with_a_value_for_each_place(
    call: ast.Call, template: ast.expr
) -> None:
    if not isinstance(template, ast.Constant):
        said = ast.unparse(template)
        assert said in LOOKED_UP or said == "error.saying", "no translation can be found for what is computed"
        return
    given = {keyword.arg for keyword in call.keywords} - {"kept"}
    if ast.unparse(call.func) == "Saying" and len(call.args) == 2:
        assert isinstance(call.args[1], ast.Dict)
        given = {ast.literal_eval(key) for key in call.args[1].keys if key is not None}
    assert given == places(str(template.value))


def test_every_sentence_has_its_indonesian_and_no_other_is_kept() -> None:
    assert templates() ^ set(TABLE["sentence"]) == set()


def test_every_name_in_a_sentence_has_its_indonesian_and_no_other_is_kept() -> None:
    assert {kind: set(names) for kind, names in TABLE.items() if kind != "sentence"} == terms()


@pytest.mark.parametrize("template", TABLE["sentence"])
def test_the_indonesian_of_a_sentence_has_the_same_places(template: str) -> None:
    assert places(TABLE["sentence"][template]) == places(template)


def test_a_kind_of_term_that_is_used_has_a_table() -> None:
    used = {ast.literal_eval(call.args[0]) for file in FILES for call in calls(file, "Term")}
    assert used == set(TABLE) - {"sentence"}


def test_a_value_that_is_a_saying_or_a_term_is_said_in_the_same_language() -> None:
    refused = Refused(
        "not_allowed", "{act} takes a {role}", act=Term("act", "take_over"), role=Term("role", "supervisor")
    )
    assert str(refused) == "not_allowed: take_over takes a supervisor"
    assert WORDING.speak(refused.saying, "en") == refused.sentence
    assert WORDING.speak(refused.saying, "id") == "untuk mengambil alih tiket perlu peran supervisor"
    unclear = UnclearError("e-mail: {why}", why=Saying("a cap is not negative"))
    assert str(unclear) == "e-mail: a cap is not negative"
    assert WORDING.speak(unclear.saying, "id") == "e-mail: batas tidak boleh negatif"


def test_a_time_in_a_sentence_is_said_in_the_same_language() -> None:
    by = Moment(NOON + timedelta(hours=4), NOON, small_brand().zone)
    refused = Refused("unknown", "there is no ticket {ticket}", ticket=by)
    assert refused.sentence == "there is no ticket 16:00 WIB"
    assert [WORDING.speak(by, language) for language in LANGUAGES] == ["pukul 16.00 WIB", "16:00 WIB"]


def test_what_somebody_typed_is_no_template() -> None:
    refused = Refused("held", "{holder} holds the ticket", holder="{sari} {0} {")
    assert refused.sentence == "{sari} {0} { holds the ticket"
    assert WORDING.speak(refused.saying, "id") == "{sari} {0} { memegang tiket ini"
    assert (
        WORDING.speak(Saying("a sentence that nobody translated"), "id")
        == "a sentence that nobody translated"
    )
