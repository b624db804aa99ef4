"""The configuration: defaults, where it is found, and a sentence for every mistake."""

import json
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, SettingsError, StaffMember, find_config, load_settings, warnings
from handoff.calendar import add
from handoff.policy import DEFAULT_LADDER, Category, Kind, Role, Rung

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "config.toml"

KEYS = {
    "brand": ["name", "timezone", "language"],
    "knowledge": ["content"],
    "staff": ["name", "role", "telegram", "on_call"],
    "calendar.office": [
        *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        *("holidays", "exceptions", "country", "timezone"),
    ],
    "sla": ["warn_at", "reopen_within"],
    "sla.complaint": ["first_response", "next_response", "resolution", "calendar"],
    "sla.question": ["first_response", "next_response", "resolution", "calendar"],
    "sla.crisis": ["first_response", "next_response", "resolution", "calendar"],
    "ladder": ["after", "to", "every", "times", "channel"],
    "alerts": ["ack", "ack_crisis", "quiet", "digest_after"],
    "approval": ["within", "calendar", "expires"],
    "sop": [
        *("action", "currency", "admin", "supervisor", "decision_maker"),
        *("contact_30d", "admin_day", "override_cap"),
    ],
    "crisis": ["contacts", "within", "times_usual", "terms"],
    "telegram": ["group", "business", "webhook"],
    "web": ["host", "port"],
    "database": ["url"],
}


def load(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load_settings(None, environ or {}, folder)


def problems(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, text, environ)
    return list(caught.value.problems)


# What a key left out means


def test_an_empty_file_means_what_the_shipped_one_says(tmp_path: Path) -> None:
    shipped = load(tmp_path, SHIPPED.read_text(encoding="utf-8"))
    empty = load(tmp_path, "")
    differing = {f.name for f in fields(Settings) if getattr(shipped, f.name) != getattr(empty, f.name)}
    assert differing == {"staff", "sop"}
    assert (empty.staff, empty.sop) == ((), ())
    assert shipped.promises.ladder == DEFAULT_LADDER


def test_a_heading_without_keys_changes_nothing(tmp_path: Path) -> None:
    tables = [name for name in KEYS if name not in {"staff", "ladder", "sop"} and not name.startswith("sla.")]
    assert load(tmp_path, "\n".join(f"[{name}]" for name in tables)) == load(tmp_path, "")


def test_the_shipped_file_names_and_explains_every_key() -> None:
    section, commented, seen = "", False, set()
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            seen.add((section, ""))
        key, equals, _ = line.removeprefix("# ").partition(" = ")
        if equals and key.isidentifier():
            seen.add((section, key))
        assert len(line) <= 110
        commented = commented or line.startswith("#")
    assert seen == {(section, key) for section, keys in KEYS.items() for key in ("", *keys)}
    assert commented


def test_the_shipped_demo_has_three_admins_a_supervisor_and_a_decision_maker() -> None:
    settings = load_settings(SHIPPED, {}, ROOT)
    assert settings.brand == "Layarku"
    assert [(person.name, person.role) for person in settings.staff] == [
        ("sari", Role.ADMIN),
        ("budi", Role.ADMIN),
        ("dewi", Role.ADMIN),
        ("agus", Role.SUPERVISOR),
        ("rina", Role.DECISION_MAKER),
    ]
    assert all(person.telegram is None for person in settings.staff)
    assert [remedy.action for remedy in settings.sop] == ["refund", "voucher", "replacement"]
    assert warnings(settings) == []


def test_a_target_left_out_of_a_section_is_no_deadline(tmp_path: Path) -> None:
    settings = load(tmp_path, '[sla.complaint]\nresolution = "3d"')
    assert settings.promises.policies[Category.COMPLAINT].targets == {Kind.RESOLUTION: timedelta(days=3)}
    assert settings.promises.policies[Category.COMPLAINT].calendar.name == "always"
    assert settings.promises.policies[Category.QUESTION].targets[Kind.NEXT_RESPONSE] == timedelta(hours=1)


def test_an_sla_section_without_a_target_promises_nothing_and_is_warned_of(tmp_path: Path) -> None:
    settings = load(tmp_path, "[sla.question]")
    assert settings.promises.policies[Category.QUESTION].targets == {}
    assert any("sla.question: promises no time" in line for line in warnings(settings))


def test_one_weekday_makes_the_whole_calendar_the_brands_own(tmp_path: Path) -> None:
    office = load(tmp_path, '[calendar.office]\ntue = ["09:00-10:00"]').calendars["office"]
    assert [len(intervals) for intervals in office.week] == [0, 1, 0, 0, 0, 0, 0]
    assert (office.holidays, office.exceptions) == (frozenset(), {})


def test_office_without_a_weekday_keeps_its_week(tmp_path: Path) -> None:
    default = load(tmp_path, "").calendars["office"]
    office = load(tmp_path, '[calendar.office]\nholidays = ["2026-11-23"]').calendars["office"]
    assert (office.week, office.exceptions) == (default.week, default.exceptions)
    assert office.holidays == {date(2026, 11, 23)}


def test_another_calendar_may_be_named_and_counted_in(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        '[calendar.night]\nmon = ["22:00-02:00"]\ntimezone = "Asia/Jayapura"\n'
        '[sla.question]\nfirst_response = "4h"\ncalendar = "night"',
    )
    policy = settings.promises.policies[Category.QUESTION]
    assert policy.calendar is settings.calendars["night"]
    due = add(policy.calendar, datetime(2026, 11, 23, 0, tzinfo=UTC), policy.targets[Kind.FIRST_RESPONSE])
    assert due == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert set(settings.calendars) == {"always", "office", "night"}


def test_dates_are_read_with_and_without_quotes(tmp_path: Path) -> None:
    office = load(
        tmp_path,
        '[calendar.office]\nmon = ["09:00-17:00"]\nholidays = [2026-12-25, "2027-01-01"]\n'
        "exceptions = {2026-12-24 = [], '2026-12-26' = ['09:00-12:00']}",
    ).calendars["office"]
    assert office.holidays == {date(2026, 12, 25), date(2027, 1, 1)}
    assert office.exceptions[date(2026, 12, 24)] == ()
    assert [str(interval) for interval in office.exceptions[date(2026, 12, 26)]] == ["09:00-12:00"]


def test_a_country_adds_its_holidays_and_joint_leave_to_the_brands_own(tmp_path: Path) -> None:
    text = '[calendar.office]\nmon = ["09:00-17:00"]\nholidays = ["2026-11-23"]\ncountry = "ID"'
    holidays = load(tmp_path, text).calendars["office"].holidays
    independence, joint_leave, own = date(2031, 8, 17), date(2026, 12, 24), date(2026, 11, 23)
    assert {independence, joint_leave, own} <= holidays


def test_a_ladder_in_the_file_replaces_the_default_one(tmp_path: Path) -> None:
    settings = load(tmp_path, '[[ladder]]\nto = ["admin", "on_call"]\nafter = "1h"')
    assert settings.promises.ladder == (Rung(("admin", "on_call"), after=timedelta(hours=1)),)


def test_staff_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        '[[staff]]\nname = "Tini Wati"\nrole = "supervisor"\ntelegram = 7\non_call = ["mon-fri 08:00-17:00"]\n'
        '[[staff]]\nname = "adi"\nrole = "admin"',
    )
    assert settings.staff == (
        StaffMember("Tini Wati", Role.SUPERVISOR, 7, ("mon-fri 08:00-17:00",)),
        StaffMember("adi", Role.ADMIN, None, ()),
    )


def test_a_limit_left_out_is_nothing(tmp_path: Path) -> None:
    (refund,) = load(tmp_path, '[[sop]]\naction = "refund"\nadmin = 5').sop
    assert (refund.currency, refund.admin, refund.supervisor, refund.contact_30d) == ("IDR", 5, 0, 0)


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes('\ufeff[brand]\r\nname = "Kopi ☕"\r\n'.encode())
    assert load_settings(None, {}, tmp_path).brand == "Kopi ☕"


# Where it is found


def test_the_named_file_comes_first_then_the_environment_then_the_folder(tmp_path: Path) -> None:
    for name in ("named.toml", "environment.toml", "config.toml"):
        (tmp_path / name).touch()
    environ = {"MIMIN_CONFIG": "environment.toml"}
    assert find_config(Path("named.toml"), environ, tmp_path) == tmp_path / "named.toml"
    assert find_config(None, environ, tmp_path) == tmp_path / "environment.toml"
    assert find_config(None, {"MIMIN_CONFIG": ""}, tmp_path) == tmp_path / "config.toml"


def test_the_demo_is_read_where_there_is_nothing_else_and_writes_into_the_folder(tmp_path: Path) -> None:
    settings = load_settings(None, {}, tmp_path)
    assert settings.path == SHIPPED
    assert settings.content == ROOT / "knowledge" / "content"
    assert settings.database_url == f"sqlite:///{tmp_path}/mimin.db"


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "brand").mkdir()
    path = tmp_path / "brand" / "ours.toml"
    path.write_text('[knowledge]\ncontent = "faq.csv"\n[database]\nurl = "sqlite:///data/ours.db?timeout=9"')
    settings = load_settings(Path("brand/ours.toml"), {}, tmp_path)
    assert settings.path == path
    assert settings.content == tmp_path / "brand" / "faq.csv"
    assert settings.database_url == f"sqlite:///{tmp_path}/brand/data/ours.db?timeout=9"


def test_absolute_paths_stay(tmp_path: Path) -> None:
    settings = load(
        tmp_path, '[knowledge]\ncontent = "/srv/faq"\n[database]\nurl = "sqlite:////srv/mimin.db"'
    )
    assert settings.content == Path("/srv/faq")
    assert settings.database_url == "sqlite:////srv/mimin.db"


def test_the_shipped_file_named_on_purpose_keeps_its_database_beside_it(tmp_path: Path) -> None:
    assert load_settings(SHIPPED, {}, tmp_path).database_url == f"sqlite:///{ROOT}/mimin.db"


@pytest.mark.parametrize("environ", [{}, {"MIMIN_CONFIG": "config.toml"}])
def test_a_file_that_is_not_there_is_said_in_a_line(tmp_path: Path, environ: Mapping[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"^(no|config)\.toml: there is no such file"):
        load_settings(None if environ else Path("no.toml"), environ, tmp_path)


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is a folder, not a file"):
        load_settings(tmp_path, {}, tmp_path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"[brand]\nname = \n", "config.toml: line 2, column 8: is not TOML: Invalid value"),
        (b"[brand\n", "config.toml: line 1, column 7: is not TOML: Expected ']'"),
        (
            b"[web]\nport = 1\nport = 2\n",
            "config.toml: line 3, column 9: is not TOML: Cannot overwrite a value",
        ),
        (b'x = "', "config.toml: end of document: is not TOML: Unterminated string"),
        (b"[brand]\nname = '\xff'\n", "config.toml: line 2: is not UTF-8 text; save the file as UTF-8"),
        (b"x = " + b"[" * 100_000, "config.toml: is nested too deeply for a configuration"),
        (b"x = " + b"1" * 5000, "config.toml: is not TOML: Exceeds the limit"),
    ],
)
def test_what_is_not_toml_is_named_with_its_line(tmp_path: Path, text: bytes, line: str) -> None:
    (tmp_path / "config.toml").write_bytes(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {}, tmp_path)
    (problem,) = caught.value.problems
    assert problem.startswith(line)


# Mistakes

OFFICE = '[calendar.office]\nmon = ["09:00-17:00"]\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("colour = 1", "colour: is unknown; allowed is brand, knowledge, staff,"),
        ("[alert]", "alert: is unknown; allowed is brand, "),
        ("[alert]", 'did you mean "alerts"?'),
        (
            '[brand]\nnmae = "x"',
            'brand.nmae: is unknown; allowed is name, timezone, language; did you mean "name"?',
        ),
        ("[brand]\nname = 5", "brand.name: expected text, got the number 5"),
        ('[brand]\nname = " "', "brand.name: is empty; write some text"),
        (
            '[brand]\nname = "a\\nb"',
            'brand.name: "a\\nb" has blanks at an end or characters that do not print',
        ),
        (f'[brand]\nname = "{"x" * 61}"', "is 61 characters long; allowed are 60"),
        (f'[brand]\nname = "{"x" * 9999}"', "brand.name: is 9999 characters long; allowed are 300"),
        ('brand = "Layarku"', "brand: expected a table: write [brand] above its keys, got the text"),
        ("[[brand]]", "brand: expected a table: write [brand] above its keys, got a list"),
        (
            '[brand]\ntimezone = "Asia/Jakrta"',
            'brand.timezone: "Asia/Jakrta" is no time zone; allowed is an IANA',
        ),
        ('[brand]\ntimezone = "Asia/Jakrta"', 'did you mean "Asia/Jakarta"?'),
        ('[brand]\ntimezone = "../../etc/passwd"', "is no time zone"),
        ('[brand]\ntimezone = "Asia"', "is no time zone"),
        ('[brand]\ntimezone = ""', "is no time zone"),
        ('[brand]\nlanguage = "in"', 'brand.language: "in" is unknown; allowed is id, en'),
        (
            '[staff]\nname = "x"',
            "staff: expected entries: write [[staff]] above the keys of each, got a table",
        ),
        ("staff = [1]", "[[staff]] no. 1: expected a table of keys, got the number 1"),
        ('[[staff]]\nrole = "admin"', "[[staff]] no. 1, name: is missing; write who it is"),
        ('[[staff]]\nname = "x"', "no. 1, role: is missing; allowed is admin, supervisor, decision_maker"),
        ('[[staff]]\nname = ""\nrole = "admin"', "[[staff]] no. 1, name: is empty"),
        (f'[[staff]]\nname = "{"x" * 41}"\nrole = "admin"', "is 41 characters long; allowed are 40"),
        ('[[staff]]\nname = "Bot"\nrole = "admin"', '"Bot" is how the bot itself is called'),
        (
            '[[staff]]\nname = "x"\nrole = "superviser"',
            'no. 1, role: "superviser" is unknown; allowed is admin,',
        ),
        ('[[staff]]\nname = "x"\nrole = "superviser"', 'did you mean "supervisor"?'),
        (
            '[[staff]]\nname = "x"\nrole = "admin"\ntelegram = "7"',
            "no. 1, telegram: expected a whole number, got",
        ),
        ('[[staff]]\nname = "x"\nrole = "admin"\ntelegram = true', "expected a whole number, got true"),
        ('[[staff]]\nname = "x"\nrole = "admin"\ntelegram = -7', "no. 1, telegram: -7 is out of range"),
        ('[[staff]]\nname = "x"\nrole = "admin"\ntelegram = 0', "no. 1, telegram: 0 is out of range"),
        ('[[staff]]\nname = "x"\nrole = "admin"\non_call = "mon"', "no. 1, on_call: expected a list such as"),
        (
            '[[staff]]\nname = "x"\nrole = "admin"\non_call = ["mon-sunday 1"]',
            'on_call: "mon-sunday 1" is no',
        ),
        (
            '[[staff]]\nname = "Ani"\nrole = "admin"\n[[staff]]\nname = "ani"\nrole = "supervisor"',
            '[[staff]] no. 2, name: "ani" is there twice',
        ),
        (
            '[[staff]]\nname="a"\nrole="admin"\ntelegram=7\n[[staff]]\nname="b"\nrole="admin"\ntelegram=7',
            "[[staff]] no. 2, telegram: 7 is also a's; an id belongs to one person",
        ),
        (
            '[calendar.office]\nmon = ["25:00-26:00"]',
            'calendar.office.mon: "25:00-26:00" is no interval; allowed is',
        ),
        ('[calendar.office]\nmon = ["09:00-24:30"]', 'calendar.office.mon: "09:00-24:30" is no interval'),
        ('[calendar.office]\nmon = ["09:00"]', 'calendar.office.mon: "09:00" is no interval'),
        ('[calendar.office]\nmon = "09:00-17:00"', "calendar.office.mon: expected a list such as"),
        (
            '[calendar.office]\nmon = [["09:00-17:00"]]',
            "calendar.office.mon: expected a list of text, got a list",
        ),
        (
            "[calendar.office]\nmonday = []",
            "calendar.office.monday: is unknown; allowed is mon, tue, wed, thu, fri",
        ),
        ("[calendar.office]\nmon = []", "calendar.office: there is no working time"),
        ("[calendar.night]", "calendar.night: there is no working time"),
        ('[calendar.always]\nmon = ["09:00-17:00"]', "calendar.always: is built in and never closes"),
        (
            f'{OFFICE}holidays = ["2026-02-30"]',
            'calendar.office.holidays: "2026-02-30" is no date; allowed is',
        ),
        (f'{OFFICE}holidays = ["25 Dec"]', 'calendar.office.holidays: "25 Dec" is no date'),
        (
            f"{OFFICE}holidays = [2026-12-25T00:00:00]",
            "holidays: expected a list of text, got a date or time in it",
        ),
        (f'{OFFICE}holidays = "2026-12-25"', "calendar.office.holidays: expected a list such as"),
        (
            f'{OFFICE}exceptions = {{"2026-13-01" = []}}',
            'calendar.office.exceptions: "2026-13-01" is no date',
        ),
        (f'{OFFICE}exceptions = {{"2026-12-01" = ["9-5"]}}', 'exceptions.2026-12-01: "9-5" is no interval'),
        (
            f'{OFFICE}exceptions = ["2026-12-01"]',
            "calendar.office.exceptions: expected a table: write [calendar.",
        ),
        (f'{OFFICE}country = "XX"', 'calendar.office.country: "XX" is no country whose holidays are known'),
        (f'{OFFICE}timezone = "Mars/Base"', 'calendar.office.timezone: "Mars/Base" is no time zone'),
        ("calendar = 5", "calendar: expected a table: write [calendar] above its keys, got the number 5"),
        ("[sla]\nwarn_at = 1.5", "sla.warn_at: 1.5 is out of range; allowed is 0.01 to 1"),
        ("[sla]\nwarn_at = 0", "sla.warn_at: 0 is out of range"),
        ("[sla]\nwarn_at = nan", "sla.warn_at: nan is out of range"),
        ('[sla]\nwarn_at = "75 %"', 'sla.warn_at: expected a number, got the text "75 %"'),
        ('[sla]\nreopen_within = "3 days"', 'sla.reopen_within: "3 days" is no duration; allowed is'),
        ("[sla.complaints]", "sla.complaints: is unknown; allowed is warn_at, reopen_within, question,"),
        ("[sla.complaints]", 'did you mean "complaint"?'),
        (
            '[sla.complaint]\nfirst_response = "0m"',
            'sla.complaint.first_response: "0m" is no duration; allowed is',
        ),
        ('[sla.complaint]\nfirst_response = "-5m"', 'sla.complaint.first_response: "-5m" is no duration'),
        ('[sla.complaint]\nfirst_response = "25:00"', 'sla.complaint.first_response: "25:00" is no duration'),
        (
            "[sla.complaint]\nfirst_response = 15",
            "sla.complaint.first_response: expected text, got the number 15",
        ),
        ('[sla.complaint]\nfirst_respons = "5m"', 'did you mean "first_response"?'),
        ('[sla.complaint]\nresolution = "36500d"', "sla.complaint.resolution: is more working time than"),
        (
            '[sla.question]\ncalendar = "offcie"',
            'sla.question.calendar: "offcie" is unknown; allowed is always, of',
        ),
        ('[sla.question]\ncalendar = "offcie"', 'did you mean "office"?'),
        (
            '[calendar.fair]\nexceptions = {"2026-12-01" = ["09:00-17:00"]}\n[sla.question]\ncalendar = "fair"',
            'sla.question.calendar: "fair" has dated hours only',
        ),
        (
            '[[ladder]]\nto = ["boss"]',
            '[[ladder]] no. 1, to: "boss" is unknown; allowed is assignee, on_call, admin',
        ),
        ('[[ladder]]\nto = ["desicion_maker"]', 'did you mean "decision_maker"?'),
        ('[[ladder]]\nto = "admin"', "[[ladder]] no. 1, to: expected a list such as"),
        ("[[ladder]]\nto = []", "[[ladder]] no. 1, to: is empty; name who is told"),
        ("[[ladder]]", "[[ladder]] no. 1, to: is missing; name who is told"),
        ("ladder = []", "ladder: is empty, so nobody would be told"),
        ('[[ladder]]\nto = ["admin"]\nafter = "soon"', 'no. 1, after: "soon" is no duration'),
        ('[[ladder]]\nto = ["admin"]\nevery = "0m"', 'no. 1, every: "0m" is no duration'),
        ('[[ladder]]\nto = ["admin"]\ntimes = 0', "no. 1, times: 0 is out of range; allowed is 1 to 1000"),
        ('[[ladder]]\nto = ["admin"]\ntimes = 3', "no. 1, every: is missing, and times = 3 needs it"),
        (
            '[[ladder]]\nto = ["admin"]\ntimes = 2.5',
            "no. 1, times: expected a whole number, got the number 2.5",
        ),
        ('[alerts]\nack = "0s"', 'alerts.ack: "0s" is no duration'),
        (
            '[alerts]\nquiet = ["22:00-06:00"]',
            'alerts.quiet: "22:00-06:00" is no weekly shift; allowed are days',
        ),
        ("[alerts]\ndigest_after = 0", "alerts.digest_after: 0 is out of range"),
        ('[approval]\nwithin = "half an hour"', 'approval.within: "half an hour" is no duration'),
        ('[approval]\ncalendar = "weekend"', 'approval.calendar: "weekend" is unknown'),
        ("[[sop]]", "[[sop]] no. 1, action: is missing"),
        ('[[sop]]\naction = "Money Back"', '[[sop]] no. 1, action: "Money Back" is no name for a remedy'),
        ('[[sop]]\naction = "a"\n[[sop]]\naction = "a"', '[[sop]] no. 2, action: "a" is there twice'),
        (
            '[[sop]]\naction = "a"\ncurrency = "Rp"',
            'no. 1, currency: "Rp" is no currency; allowed are three capital',
        ),
        ('[[sop]]\naction = "a"\nadmin = -1', "no. 1, admin: -1 is out of range"),
        ('[[sop]]\naction = "a"\nadmin = 1.5', "no. 1, admin: expected a whole number, got the number 1.5"),
        (f'[[sop]]\naction = "a"\nadmin = 0x{"f" * 9999}', "no. 1, admin: it is out of range"),
        ("[crisis]\ncontacts = 0", "crisis.contacts: 0 is out of range"),
        ('[crisis]\nterms = "fire"', "crisis.terms: expected a list such as"),
        ('[crisis]\nterms = [""]', "crisis.terms: is empty"),
        ("[telegram]\ngroup = 5", "telegram.group: 5 is out of range"),
        ('[telegram]\nbusiness = "yes"', 'telegram.business: expected true or false, got the text "yes"'),
        (
            '[telegram]\nwebhook = "http://x.example"',
            'telegram.webhook: "http://x.example" is no https address',
        ),
        ("[web]\nport = 65536", "web.port: 65536 is out of range; allowed is 0 to 65535"),
        ('[web]\nport = "8080"', 'web.port: expected a whole number, got the text "8080"'),
        ('[web]\nhost = "256.0.0.1"', 'web.host: "256.0.0.1" is no address of this machine'),
        ('[database]\nurl = "mysql://root@x"', "database.url: is no database that Mimin knows; allowed is"),
        ('[database]\nurl = "sqlite:///"', "database.url: is no database that Mimin knows"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(tmp_path: Path, text: str, line: str) -> None:
    found = problems(tmp_path, text)
    assert len(found) == 1, found
    assert found[0].startswith("config.toml: ")
    assert line in found[0]
    assert found[0].isprintable()


def test_all_mistakes_are_found_in_one_reading_and_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = '[brand]\nlanguage = "xx"\n[sla.crisis]\nresolution = "0h"\n[web]\nport = -1'
    found = problems(tmp_path, text, {"MIMIN_TELEGRAM_RATE": "fast"})
    assert [problem.split(": ")[1] for problem in found] == [
        "brand.language",
        "sla.crisis.resolution",
        "web.port",
        "MIMIN_TELEGRAM_RATE",
    ]


def test_as_text_the_error_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, '"a\\nb\\u001b[31m" = 1\n[web]\nport = -1')
    assert str(caught.value).isprintable()
    assert str(caught.value).endswith("(and 1 more; `mimin check` names them all)")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=2),
    max_leaves=4,
)


def as_toml(value: object) -> str:
    match value:
        case list():
            return f"[{', '.join(map(as_toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{json.dumps(key)} = {as_toml(item)}' for key, item in value.items())}}}"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return str(value).lower()
    return str(value)


@given(st.sampled_from([(section, key) for section, keys in KEYS.items() for key in keys]), VALUES)
def test_no_value_whatever_crashes_the_reading(where: tuple[str, str], value: object) -> None:
    section, key = where
    heading = f"[[{section}]]" if section in {"staff", "ladder", "sop"} else f"[{section}]"
    with tempfile.TemporaryDirectory() as folder:
        try:
            load(Path(folder), f"{heading}\n{key} = {as_toml(value)}\n")
        except SettingsError as error:
            assert error.problems
            assert all(problem.isprintable() for problem in error.problems)


# The environment


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        '[web]\nport = 9000\n[database]\nurl = "sqlite:///a.db"',
        {"MIMIN_WEB_PORT": "0", "MIMIN_DATABASE_URL": "postgresql+psycopg://u:p@db/mimin"},
    )
    assert settings.web_port == 0
    assert settings.database_url == "postgresql+psycopg://u:p@db/mimin"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    variables = ("CONFIG", "TELEGRAM_TOKEN", "TELEGRAM_API", "TELEGRAM_SECRET", "TELEGRAM_RATE", "WEB_PORT")
    assert load(tmp_path, "", {f"MIMIN_{name}": "" for name in variables}) == load(tmp_path, "")


def test_telegram_is_off_without_a_token(tmp_path: Path) -> None:
    telegram = load(tmp_path, "").telegram
    assert (telegram.token, telegram.secret, telegram.api, telegram.file_api) == (None, None, None, None)
    assert (telegram.rate, telegram.group, telegram.business, telegram.webhook) == (30.0, None, True, None)


def test_the_file_base_of_a_bot_api_follows_from_its_base(tmp_path: Path) -> None:
    telegram = load(tmp_path, "", {"MIMIN_TELEGRAM_API": "http://127.0.0.1:8081/bot"}).telegram
    assert telegram.api == "http://127.0.0.1:8081/bot"
    assert telegram.file_api == "http://127.0.0.1:8081/file/bot"


def test_a_webhook_is_read_with_its_secret(tmp_path: Path) -> None:
    environ = {"MIMIN_TELEGRAM_TOKEN": "1:a", "MIMIN_TELEGRAM_SECRET": "s", "MIMIN_TELEGRAM_RATE": "0"}
    text = '[telegram]\nwebhook = "https://chat.example.com/"\ngroup = -1001'
    telegram = load(tmp_path, text, environ).telegram
    assert (telegram.webhook, telegram.secret, telegram.group) == ("https://chat.example.com", "s", -1001)
    assert telegram.rate == 0


def test_a_webhook_without_a_secret_is_refused_once_telegram_is_on(tmp_path: Path) -> None:
    text = '[telegram]\nwebhook = "https://chat.example.com"'
    assert load(tmp_path, text).telegram.webhook == "https://chat.example.com"
    (problem,) = problems(tmp_path, text, {"MIMIN_TELEGRAM_TOKEN": "1:a"})
    assert (
        problem
        == "config.toml: telegram.webhook: needs a secret; set MIMIN_TELEGRAM_SECRET in the environment"
    )


def test_a_bot_api_server_of_ones_own_may_be_called_back_without_tls(tmp_path: Path) -> None:
    environ = {"MIMIN_TELEGRAM_API": "http://127.0.0.1:8081/bot"}
    text = '[telegram]\nwebhook = "http://127.0.0.1:8080"'
    assert load(tmp_path, text, environ).telegram.webhook == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("MIMIN_WEB_PORT", "65536", '"65536" is no port; allowed is 0 to 65535'),
        ("MIMIN_WEB_PORT", "-1", '"-1" is no port'),
        ("MIMIN_WEB_PORT", "http", '"http" is no port'),
        ("MIMIN_TELEGRAM_RATE", "-1", '"-1" is no rate; allowed is a number of messages a second, 0 or more'),
        ("MIMIN_TELEGRAM_RATE", "nan", '"nan" is no rate'),
        ("MIMIN_TELEGRAM_RATE", "inf", '"inf" is no rate'),
        ("MIMIN_TELEGRAM_RATE", "fast", '"fast" is no rate'),
        ("MIMIN_TELEGRAM_API", "https://api.example.com", "is no address of a Bot API; it ends in /bot"),
        ("MIMIN_TELEGRAM_API", "https://api.example.com/bot/", "is no address of a Bot API"),
        ("MIMIN_TELEGRAM_API", "ftp://api.example.com/bot", "is no address of a Bot API"),
        ("MIMIN_TELEGRAM_TOKEN", "has space", "is no bot token; BotFather gives one such as"),
        ("MIMIN_TELEGRAM_SECRET", "a/b", "is no webhook secret; allowed are 1 to 256 letters"),
        ("MIMIN_DATABASE_URL", "mimin.db", "is no database that Mimin knows; allowed is"),
    ],
)
def test_a_bad_variable_is_named(tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    (problem,) = problems(tmp_path, "", {variable: value})
    assert problem.startswith(f"environment: {variable}: ")
    assert sentence in problem


# Secrets


@pytest.mark.parametrize(
    ("key", "variable"),
    [("token", "TOKEN"), ("secret", "SECRET"), ("api", "API"), ("rate", "RATE")],
)
def test_what_belongs_in_the_environment_is_refused_in_the_file(
    tmp_path: Path, key: str, variable: str
) -> None:
    (problem,) = problems(tmp_path, f'[telegram]\n{key} = "123:hush"')
    assert problem == (
        f"config.toml: telegram.{key}: does not belong in a file; set MIMIN_TELEGRAM_{variable} in the environment"
    )


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    environ = {
        "MIMIN_TELEGRAM_TOKEN": "1:hush",
        "MIMIN_TELEGRAM_SECRET": "hush",
        "MIMIN_DATABASE_URL": "postgresql://u:hush@db/mimin",
    }
    assert "hush" not in repr(load(tmp_path, "", environ))
    wrong = {variable: f"{value} @hush" for variable, value in environ.items()}
    wrong["MIMIN_DATABASE_URL"] = "mysql://u:hush@db"
    wrong["MIMIN_TELEGRAM_API"] = "https://hush@x"
    found = problems(tmp_path, "", wrong)
    assert len(found) == 4
    assert "hush" not in str(found)


# Warnings


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "[[staff]]: there is nobody"),
        ("", "does not exist, so there is nothing to answer from"),
        (
            '[[staff]]\nname = "a"\nrole = "admin"',
            "[[staff]]: nobody has the role supervisor, and the ladder names",
        ),
        ('[[ladder]]\nto = ["admin"]', "[[ladder]]: no rung names decision_maker"),
        (
            '[[ladder]]\nto = ["admin"]\nchannel = "pigeon"',
            '[[ladder]] no. 1, channel: "pigeon" is not known',
        ),
        (
            '[calendar.office]\nmon = ["09:00-17:00", "16:00-18:00"]',
            "calendar.office: mon 09:00-17:00 and mon 16:00-18:00 overlap; the time they share counts once",
        ),
        (
            '[calendar.fair]\nexceptions = {"2026-12-01" = ["09:00-17:00"]}',
            "calendar.fair: has dated hours only and closes for good on 2026-12-01",
        ),
        (
            '[[sop]]\naction = "a"\nadmin = 5\nsupervisor = 4\ndecision_maker = 9',
            "[[sop]] a: a lower role may grant more than a higher one",
        ),
        (
            '[[sop]]\naction = "a"\nadmin = 5\nsupervisor = 5\ndecision_maker = 5',
            "contact_30d = 0 is below admin = 5",
        ),
        ('[database]\nurl = "sqlite:///:memory:"', "database.url: is kept in memory"),
    ],
)
def test_what_is_allowed_but_hardly_meant_is_warned_of(tmp_path: Path, text: str, line: str) -> None:
    found = warnings(load(tmp_path, text))
    assert any(line in warning for warning in found), found
    assert all(warning.startswith("config.toml: ") for warning in found)


def test_the_example_keys_of_this_page_are_those_of_the_shipped_file() -> None:
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    assert {section.split(".")[0] for section in KEYS} == set(shipped)
