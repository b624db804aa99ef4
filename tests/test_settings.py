"""The configuration: what a key left out means, where the file is found, what is warned of."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, StaffMember, find_config, load_settings, warnings
from handoff.calendar import add
from handoff.policy import DEFAULT_LADDER, Category, Kind, Role, Rung

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "config.toml"

KEYS = {
    "brand": ["name", "timezone", "language", "ask_customer"],
    "knowledge": ["content", "words"],
    "staff": ["name", "role", "telegram", "on_call", "email"],
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
    "satisfaction": ["ask", "after", "simulate"],
    "telegram": ["group", "business", "webhook"],
    "second": ["webhook", "smtp", "mail_from"],
    "web": ["host", "port", "address", "embed", "uploads", "upload_mb"],
    "database": ["url"],
}


def load(folder: Path, text: str) -> Settings:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load_settings(None, {}, folder)


# What a key left out means


def test_an_empty_file_means_what_the_shipped_one_says(tmp_path: Path) -> None:
    shipped = load(tmp_path, SHIPPED.read_text(encoding="utf-8"))
    empty = load(tmp_path, "")
    differing = {f.name for f in fields(Settings) if getattr(shipped, f.name) != getattr(empty, f.name)}
    assert differing == {"staff", "promises", "satisfaction"}
    assert replace(shipped.promises, sop=()) == empty.promises
    assert (empty.staff, empty.promises.sop) == ((), ())
    assert shipped.promises.ladder == DEFAULT_LADDER


def test_a_heading_without_keys_changes_nothing(tmp_path: Path) -> None:
    tables = [name for name in KEYS if name not in {"staff", "ladder", "sop"} and not name.startswith("sla.")]
    assert load(tmp_path, "\n".join(f"[{name}]" for name in tables)) == load(tmp_path, "")


def test_the_shipped_file_names_every_key() -> None:
    section, seen = "", set()
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            seen.add((section, ""))
        key, equals, _ = line.removeprefix("# ").partition(" = ")
        if equals and key.isidentifier():
            seen.add((section, key))
        assert len(line) <= 110
    assert seen == {(section, key) for section, keys in KEYS.items() for key in ("", *keys)}


def test_what_the_shipped_file_shows_as_optional_is_right_when_it_is_switched_on(tmp_path: Path) -> None:
    text = re.sub(r"^# (?=\w+ = )", "", SHIPPED.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settings = load(tmp_path, text)
    sari = settings.staff[0]
    assert (sari.telegram, len(sari.on_call), sari.email) == (123456789, 2, "sari@example.com")
    assert settings.telegram.group == -1001234567890
    assert settings.calendars["office"].zone.key == "Asia/Makassar"


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
    assert [remedy.action for remedy in settings.promises.sop] == ["refund", "voucher", "replacement"]
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
        '[[staff]]\nname = "Tini Wati"\nrole = "supervisor"\ntelegram = 7\n'
        'on_call = ["mon-fri 08:00-17:00"]\n'
        '[[staff]]\nname = "adi"\nrole = "admin"\nemail = "adi.w+siaga@mail.example.com"',
    )
    assert settings.staff == (
        StaffMember("Tini Wati", Role.SUPERVISOR, 7, ("mon-fri 08:00-17:00",)),
        StaffMember("adi", Role.ADMIN, None, (), "adi.w+siaga@mail.example.com"),
    )


def test_a_limit_left_out_is_nothing(tmp_path: Path) -> None:
    (refund,) = load(tmp_path, '[[sop]]\naction = "refund"\nadmin = 5').promises.sop
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


# Warnings

MAILED = '[second]\nsmtp = "smtp://mail.example.com"\nmail_from = "mimin@example.com"\n'
TO_THE_DESK = "the second channel is not set up, so it rings on the desk and in Telegram only; see [second]"


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
        (
            '[second]\nwebhook = "https://hooks.example.com"\n[[ladder]]\nto = ["admin"]',
            '[second]: no [[ladder]] has channel = "second", so nothing rings there',
        ),
        (
            f'{MAILED}[[staff]]\nname = "a"\nrole = "admin"\nemail = "a@example.com"',
            'second.smtp: nobody whom a [[ladder]] with channel = "second" names has an email',
        ),
    ],
)
def test_what_is_allowed_but_hardly_meant_is_warned_of(tmp_path: Path, text: str, line: str) -> None:
    found = warnings(load(tmp_path, text))
    assert any(line in warning for warning in found), found
    assert all(warning.startswith("config.toml: ") for warning in found)


def test_a_second_channel_that_is_not_set_up_is_warned_of_only_where_telegram_is_on(tmp_path: Path) -> None:
    token = {"MIMIN_TELEGRAM_TOKEN": "1:a"}
    found = warnings(load_settings(SHIPPED, token, tmp_path))
    assert found == [f"config.toml: [[ladder]] no. 4: {TO_THE_DESK}"]
    hook = {"MIMIN_WEBHOOK_URL": "https://hooks.example.com/x"}
    assert warnings(load_settings(SHIPPED, token | hook, tmp_path)) == []


@pytest.mark.parametrize("to", ["decision_maker", "assignee", "on_call"])
def test_one_mailbox_that_a_second_rung_may_name_is_enough(tmp_path: Path, to: str) -> None:
    person = '[[staff]]\nname = "rina"\nrole = "decision_maker"\nemail = "rina@example.com"\n'
    ladder = f'[[ladder]]\nto = ["{to}"]\nchannel = "second"\n'
    assert not any("second.smtp" in line for line in warnings(load(tmp_path, MAILED + person + ladder)))
