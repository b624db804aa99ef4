"""A story as a person reads it: what was said and done, and what Mimin made of it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from textwrap import wrap
from typing import Any

MARGIN = " " * 16
WIDTH = 92


def transcript(happened: Mapping[str, Any]) -> str:
    """Write one thing that happened, its story's own lines with a `>`."""
    at = datetime.fromisoformat(happened["at"])
    lines = [
        line
        for paragraph in _words(happened, at).splitlines()
        for line in wrap(paragraph, WIDTH, break_on_hyphens=False) or [""]
    ]
    return f"{at:%a %H:%M:%S}  " + f"\n{MARGIN}".join(lines)


def _words(happened: Mapping[str, Any], at: datetime) -> str:
    kind, ticket = happened["kind"], happened.get("ticket")
    about = f"#{ticket}" if ticket else ""
    match kind:
        case "story" if happened["does"] == "wait":
            return "> time passes"
        case "story":
            return f"> {happened['who']}{_told(happened)}"
        case "message":
            article = f" {happened['article']}" if "article" in happened else ""
            return f"{happened['by']} to {happened['to']} ({happened['source']}{article}): {happened['text']}"
        case "mode":
            return f"mode of {happened['contact']}: {happened['mode']}"
        case "ticket":
            holder = f" by {happened['assignee']}" if "assignee" in happened else ""
            due = "".join(f", {name} due {_when(due, at)}" for name, due in happened["due"].items())
            status = happened["status"].replace("_", " ")
            return f"ticket {about} of {happened['contact']}: {happened['category']}, {status}{holder}{due}"
        case "met" | "breach" | "annulled":
            word = {"met": "kept", "breach": "BROKEN", "annulled": "NOT kept after all"}[kind]
            return f"promise {word} {about}: {happened['deadline']}, due {_when(happened['due_at'], at)}"
        case "alert":
            count = f", stands for {happened['count']}" if "count" in happened else ""
            rung = f"rung {happened['rung']}, no. {happened['n']}{count}"
            role = happened["role"].replace("_", " ")
            return f"alert to {happened['to']} ({role}): {happened['reason']} {about} ({rung})"
        case "handover":
            tickets = ", ".join(f"#{number}" for number in happened["tickets"])
            return f"hand-over to {happened['to']} from {happened['left']}: {tickets}"
        case "acked":
            return f"{happened['by']} has it: {happened['reason']} {about}"
        case "approval" | "override":
            by = f" by {happened['by']}" if "by" in happened else ""
            status = happened["status"].replace("_", " ")
            return f"{kind} {happened[kind]}: {happened['action']} {happened['amount']}, {status}{by}"
        case "crisis":
            return f"crisis in scope {happened['scope']}: {happened['status']}"
        case "rated":
            words = f": {happened['words']}" if "words" in happened else ""
            return f"{happened['contact']} gives {about} {happened['mark']} of 5{words}"
        case _:
            return f"{happened['who']} may not {happened['does']}: {happened['reason']}"


def _told(line: Mapping[str, Any]) -> str:
    if line["says"] is not None:
        return f": {line['says']}"
    values = [
        f"{key} {value}"
        for key, value in line.items()
        if key not in ("at", "kind", "who", "says", "does", "to")
    ]
    to = f" to {line['to']}" if line["to"] else ""
    return f" does {line['does']}{to}" + (f": {', '.join(values)}" if values else "")


def _when(due: str, at: datetime) -> str:
    """Say a due instant by its time, with its day unless it is the same."""
    instant = datetime.fromisoformat(due)
    return f"{instant:%H:%M:%S}" if instant.date() == at.date() else f"{instant:%a %d %b %H:%M:%S}"
