"""Finding config.toml and reading all of it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import bot
from bot.settings.calendars import parse_zone, read_calendars
from bot.settings.model import Settings, SettingsError
from bot.settings.outside import (
    read_database,
    read_environment,
    read_telegram,
    read_web,
    uploads_folder,
)
from bot.settings.people import read_sop, read_staff
from bot.settings.promising import read_approval, read_promises, read_satisfaction
from bot.settings.second import read_second
from bot.settings.table import Notes, Table, line
from handoff.policy import CrisisRules, Kind, Policy
from knowledge.article import LANGUAGES
from knowledge.words import parse_phrase

CONFIG = "config.toml"
VARIABLE = "MIMIN_CONFIG"

_SECTIONS = (
    "brand",
    "knowledge",
    "staff",
    "calendar",
    "sla",
    "ladder",
    "alerts",
    "approval",
    "sop",
    "crisis",
    "satisfaction",
    "telegram",
    "second",
    "web",
    "database",
)


def find_config(config: Path | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """Return the file to read: the one named, MIMIN_CONFIG, ./config.toml, else the packaged demo."""
    named = config or environ.get(VARIABLE)
    if named:
        return cwd / named
    here = cwd / CONFIG
    return here if here.exists() else demo_config()


def load_settings(config: Path | None, environ: Mapping[str, str], cwd: Path) -> Settings:
    """Return the settings; SettingsError names every mistake.

    Relative paths are relative to the file. Only the packaged demo, found because there is no other,
    keeps its database in `cwd`, for what is installed may be read-only.
    """
    cwd = cwd.absolute()
    path = find_config(config, environ, cwd)
    is_demo = not config and not environ.get(VARIABLE) and path != cwd / CONFIG
    notes = Notes(_called(path, cwd))
    outside = Notes("environment")
    values = _read(path, notes)
    if not notes.lines:
        root = Table(values, "", notes, _SECTIONS)
        environment = read_environment(environ, outside)
        settings = _settings(root, environment, path, cwd if is_demo else path.parent)
    if notes.lines or outside.lines:
        raise SettingsError(*notes.lines, *outside.lines)
    return settings


def _settings(root: Table, environment: Table, path: Path, folder: Path) -> Settings:
    """Read the sections in the order of the shipped file, so that mistakes are named in that order."""
    brand = root.table("brand", ("name", "timezone", "language", "ask_customer"))
    name = brand.text("name", "Layarku", 60)
    zone = brand.parsed("timezone", parse_zone("Asia/Jakarta"), parse_zone)
    language = brand.choice("language", "id", LANGUAGES)
    asks_customer = brand.flag("ask_customer", True)
    knowledge = root.table("knowledge", ("content", "words"))
    content = knowledge.text("content", "knowledge/content")
    words = knowledge.parsed("words", "", str.strip)
    staff = read_staff(root)
    calendars = read_calendars(root, zone)
    promises = read_promises(root, zone, calendars)
    approval = read_approval(root, calendars)
    decided = Policy(MappingProxyType({Kind.APPROVAL: approval.within}), approval.calendar)
    sop = read_sop(root)
    crisis = root.table("crisis", ("contacts", "within", "times_usual", "terms"))
    rules = CrisisRules(
        contacts=crisis.whole("contacts", 5, 1, 1_000_000),
        within=crisis.duration("within", "30m"),
        times_usual=crisis.number("times_usual", 3, 1, 1000),
    )
    terms = crisis.items("terms", lambda text: parse_phrase(line(text)))
    satisfaction = read_satisfaction(root)
    telegram = read_telegram(root, environment)
    second = read_second(root, environment)
    web, database_url = read_web(root, environment), read_database(root, environment, folder)
    return Settings(
        path=path,
        brand=name,
        zone=zone,
        language=language,
        asks_customer=asks_customer,
        content=path.parent / content,
        words=path.parent / words if words else None,
        crisis_terms=terms,
        staff=staff,
        calendars=calendars,
        promises=replace(promises, approval=decided, expires=approval.expires, sop=sop, crisis=rules),
        database_url=database_url,
        web_host=web.host,
        web_port=web.port,
        web_address=web.address,
        web_embed=web.embed,
        uploads=uploads_folder(database_url, web.uploads, folder),
        largest_upload=web.largest,
        telegram=telegram,
        second=second,
        approval=approval,
        satisfaction=satisfaction,
    )


def _read(path: Path, notes: Notes) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        notes.add("", "there is no such file; name another with --config or MIMIN_CONFIG")
    except IsADirectoryError:
        notes.add("", f"is a folder, not a file; name the file in it, such as {CONFIG}")
    except OSError as error:
        notes.add("", f"cannot be read: {error.strerror or error}")
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        notes.add(f"line {number}", "is not UTF-8 text; save the file as UTF-8")
    except RecursionError:
        notes.add("", "is nested too deeply for a configuration")
    except ValueError as error:
        found = re.fullmatch(r"(.*) \(at (line \d+, column \d+|end of document)\)", str(error), re.DOTALL)
        where, sentence = (found[2], found[1]) if found else ("", str(error))
        notes.add(where, f"is not TOML: {sentence}")
    return {}


def demo_config() -> Path:
    """Return the demo's configuration: packed into the wheel, or in the root of the source."""
    package = Path(bot.__file__).parent
    packed = package / "demo" / CONFIG
    return packed if packed.exists() else package.parent / CONFIG


def _called(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd) if path.is_relative_to(cwd) else path)
