"""A sentence for every mistake in config.toml, and never a crash."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import SettingsError, load_settings


def problems(folder: Path, text: str | bytes) -> tuple[str, ...]:
    """Return what is wrong with the file, nothing where it is right."""
    (folder / "config.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load_settings(None, {}, folder)
    except SettingsError as error:
        return error.problems
    return ()


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
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(line)


FROM = '[second]\nmail_from = "mimin@example.com"\n'
OFFICE = '[calendar.office]\nmon = ["09:00-17:00"]\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("colour = 1", "colour: is unknown; allowed is brand, knowledge, staff,"),
        ("[alert]", "alert: is unknown; allowed is brand, "),
        ("[alert]", 'did you mean "alerts"?'),
        (
            '[brand]\nnmae = "x"',
            'brand.nmae: is unknown; allowed is name, timezone, language, ask_customer; did you mean "name"?',
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
            '[[staff]]\nname="a"\nrole="admin"\nemail="Sari <sari@example.com>"',
            'no. 1, email: "Sari <sari@example.com>" is no mail address; allowed is a plain one, such as',
        ),
        ('[[staff]]\nname="a"\nrole="admin"\nemail="sari@"', 'no. 1, email: "sari@" is no mail address'),
        ('[[staff]]\nname="a"\nrole="admin"\nemail="sari@kantor"', "is no mail address"),
        ('[[staff]]\nname="a"\nrole="admin"\nemail="a..b@x.example"', "is no mail address"),
        ('[[staff]]\nname="a"\nrole="admin"\nemail="a@x.example\\nBcc: b"', "is no mail address"),
        (f'[[staff]]\nname="a"\nrole="admin"\nemail="{"x" * 65}@x.example"', "is no mail address"),
        ('[[staff]]\nname="a"\nrole="admin"\nemail=""', "is no mail address"),
        ('[[staff]]\nname="a"\nrole="admin"\nemail=5', "no. 1, email: expected text, got the number 5"),
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
        (f'{OFFICE}holidays = ["2026-W01-1"]', 'calendar.office.holidays: "2026-W01-1" is no date'),
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
            '[calendar.fair]\nexceptions = {"2026-12-01" = ["09:00-17:00"]}\n'
            '[sla.question]\ncalendar = "fair"',
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
        (
            '[second]\nsmpt = ""',
            'second.smpt: is unknown; allowed is webhook, smtp, mail_from; did you mean "smtp"?',
        ),
        (
            '[second]\nwebhook = "http://hooks.example.com"',
            'second.webhook: is no https address; allowed is one such as "https://hooks.example.com/alerts", '
            'http only to this machine, or "" for none',
        ),
        ('[second]\nwebhook = "hooks.example.com"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "https://"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "https://xn--a.example/"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "https://a b/"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "https://a_b..c/"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "https://a.example:0/"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "https://a.example:99999/"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "https://a.example/#x"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "https://[::1/"', "second.webhook: is no https address"),
        ('[second]\nwebhook = "http://127.0.0.1.example.com/"', "second.webhook: is no https address"),
        (
            f'[second]\nwebhook = "https://a.example/{"x" * 2000}"',
            "second.webhook: is 2018 characters long; allowed are 2000",
        ),
        (
            f'{FROM}smtp = "mail.example.com"',
            'second.smtp: is no mail server; allowed is "smtp://HOST:587" with STARTTLS, "smtps://HOST:465" '
            'with TLS, or "" for none',
        ),
        (f'{FROM}smtp = "https://mail.example.com"', "second.smtp: is no mail server"),
        (f'{FROM}smtp = "smtp://mail.example.com/x"', "second.smtp: is no mail server"),
        (f'{FROM}smtp = "smtp://mail.example.com:0"', "second.smtp: is no mail server"),
        (
            f'{FROM}smtp = "smtp://mimin:x@mail.example.com"',
            "second.smtp: holds a user; set MIMIN_SMTP_USER and MIMIN_SMTP_PASSWORD in the environment",
        ),
        (
            '[second]\nsmtp = "smtp://mail.example.com"',
            "second.mail_from: is missing, and smtp needs it; write whom alerts come from, such as",
        ),
        (
            '[second]\nsmtp = "smtp://mail.example.com"\nmail_from = "Mimin"',
            'second.mail_from: "Mimin" is no mail address; allowed is a plain one, such as',
        ),
        (
            '[web]\naddress = "http://mimin.example"',
            'web.address: "http://mimin.example" is no https address',
        ),
        (
            '[web]\nembed = ["brand.example"]',
            'web.embed: "brand.example" is no site; allowed is one such as "https://brand.example", without '
            "a path, http only for this machine",
        ),
        ('[web]\nembed = ["http://brand.example"]', 'web.embed: "http://brand.example" is no site'),
        ('[web]\nembed = ["https://brand.example/chat"]', "web.embed: "),
        ('[web]\nembed = ["https://*.brand.example"]', "web.embed: "),
        ('[web]\nembed = ["https://brand.example:0"]', "web.embed: "),
        ('[web]\nembed = ["https://a;script-src *"]', "web.embed: "),
        ('[web]\nembed = "https://brand.example"', "web.embed: expected a list such as"),
        ("[web]\nupload_mb = -1", "web.upload_mb: -1 is out of range; allowed is 0 to 1024"),
        ('[web]\nupload_mb = "10"', 'web.upload_mb: expected a whole number, got the text "10"'),
        ('[web]\nuploads = ""', "web.uploads: is empty; write some text"),
        ("[web]\nport = 65536", "web.port: 65536 is out of range; allowed is 0 to 65535"),
        ('[web]\nport = "8080"', 'web.port: expected a whole number, got the text "8080"'),
        ('[web]\nhost = "0.0.0.0"', 'web.host: "0.0.0.0" serves beyond this machine'),
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
    found = problems(tmp_path, text)
    assert [problem.split(": ")[1] for problem in found] == [
        "brand.language",
        "sla.crisis.resolution",
        "web.port",
    ]


def test_as_text_the_error_is_one_line(tmp_path: Path) -> None:
    error = SettingsError(*problems(tmp_path, '"a\\nb\\u001b[31m" = 1\n[web]\nport = -1'))
    assert str(error).isprintable()
    assert str(error).endswith("(and 1 more; `mimin check` names them all)")


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


def every_key() -> list[tuple[str, str]]:
    """Return the heading and name of each key of the shipped file, the commented ones included."""
    keys, heading = [], ""
    for line in (Path(__file__).parent.parent / "config.toml").read_text(encoding="utf-8").splitlines():
        name, equals, _ = line.removeprefix("# ").partition(" = ")
        if line.startswith("["):
            heading = line
        elif equals and name.isidentifier():
            keys.append((heading, name))
    return keys


@given(st.sampled_from(every_key()), VALUES)
def test_no_value_whatever_crashes_the_reading(key: tuple[str, str], value: object) -> None:
    heading, name = key
    with tempfile.TemporaryDirectory() as folder:
        found = problems(Path(folder), f"{heading}\n{name} = {as_toml(value)}\n")
    assert all(problem.isprintable() for problem in found)
