"""The environment: it wins over the file, its mistakes are named, and no secret is ever shown."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.settings import Mail, Second, Settings, SettingsError, Tls, load_settings


def load(folder: Path, text: str, environ: Mapping[str, str]) -> Settings:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load_settings(None, environ, folder)


def problems(folder: Path, text: str, environ: Mapping[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, text, environ)
    return list(caught.value.problems)


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
    second = ("WEBHOOK_URL", "WEBHOOK_SECRET", "SMTP_USER", "SMTP_PASSWORD")
    assert load(tmp_path, "", {f"MIMIN_{name}": "" for name in variables + second}) == load(tmp_path, "", {})


def test_telegram_is_off_without_a_token(tmp_path: Path) -> None:
    telegram = load(tmp_path, "", {}).telegram
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
    assert load(tmp_path, text, {}).telegram.webhook == "https://chat.example.com"
    (problem,) = problems(tmp_path, text, {"MIMIN_TELEGRAM_TOKEN": "1:a"})
    assert problem.startswith("config.toml: telegram.webhook: needs a secret; set MIMIN_TELEGRAM_SECRET")


def test_a_bot_api_server_of_ones_own_may_be_called_back_without_tls(tmp_path: Path) -> None:
    environ = {"MIMIN_TELEGRAM_API": "http://127.0.0.1:8081/bot"}
    text = '[telegram]\nwebhook = "http://127.0.0.1:8080"'
    assert load(tmp_path, text, environ).telegram.webhook == "http://127.0.0.1:8080"


def test_the_second_channel_is_off_where_nothing_is_set(tmp_path: Path) -> None:
    assert load(tmp_path, "", {}).second == Second(webhook=None, secret=None, mail=None)
    empty = '[second]\nwebhook = ""\nsmtp = ""\nmail_from = ""'
    assert load(tmp_path, empty, {}).second == Second()


def test_the_webhook_of_the_environment_wins_and_may_be_long(tmp_path: Path) -> None:
    text = '[second]\nwebhook = "https://hooks.example.com/a?sig=b"'
    assert load(tmp_path, text, {}).second.webhook == "https://hooks.example.com/a?sig=b"
    url = f"https://hooks.example.com/{'x' * 900}"
    second = load(tmp_path, text, {"MIMIN_WEBHOOK_URL": url, "MIMIN_WEBHOOK_SECRET": "s p"}).second
    assert (second.webhook, second.secret) == (url, "s p")


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost", "[::1]:9"])
def test_a_webhook_on_this_machine_may_be_plain(tmp_path: Path, host: str) -> None:
    url = f"http://{host}/alerts"
    assert load(tmp_path, "", {"MIMIN_WEBHOOK_URL": url}).second.webhook == url


@pytest.mark.parametrize(
    ("server", "host", "port", "tls"),
    [
        ("smtp://mail.example.com", "mail.example.com", 587, Tls.STARTTLS),
        ("smtp://mail.example.com:25/", "mail.example.com", 25, Tls.STARTTLS),
        ("smtp://192.0.2.1:2525", "192.0.2.1", 2525, Tls.STARTTLS),
        ("smtps://mail.example.com", "mail.example.com", 465, Tls.WHOLE),
        ("smtps://localhost:4650", "localhost", 4650, Tls.WHOLE),
        ("smtp://localhost:25", "localhost", 25, Tls.NONE),
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Tls.NONE),
        ("smtp://[::1]", "::1", 587, Tls.NONE),
    ],
)
def test_a_mail_server_is_encrypted_beyond_this_machine(
    tmp_path: Path, server: str, host: str, port: int, tls: Tls
) -> None:
    text = f'[second]\nsmtp = "{server}"\nmail_from = "mimin@example.com"'
    assert load(tmp_path, text, {}).second.mail == Mail(host, port, tls, "mimin@example.com")


def test_the_login_at_the_mail_server_comes_from_the_environment(tmp_path: Path) -> None:
    text = '[second]\nsmtp = "smtps://mail.example.com"\nmail_from = "mimin@example.com"'
    mail = load(tmp_path, text, {"MIMIN_SMTP_USER": "mimin", "MIMIN_SMTP_PASSWORD": "p"}).second.mail
    assert mail is not None
    assert (mail.user, mail.password) == ("mimin", "p")


@pytest.mark.parametrize("name", ["USER", "PASSWORD"])
def test_half_a_login_is_refused(tmp_path: Path, name: str) -> None:
    other = "PASSWORD" if name == "USER" else "USER"
    (problem,) = problems(tmp_path, "", {f"MIMIN_SMTP_{name}": "x"})
    assert problem == f"environment: MIMIN_SMTP_{name}: needs MIMIN_SMTP_{other} as well"


@pytest.mark.parametrize(
    ("key", "variable"),
    [
        ("secret", "MIMIN_WEBHOOK_SECRET"),
        ("webhook_secret", "MIMIN_WEBHOOK_SECRET"),
        ("user", "MIMIN_SMTP_USER"),
        ("password", "MIMIN_SMTP_PASSWORD"),
        ("smtp_password", "MIMIN_SMTP_PASSWORD"),
    ],
)
def test_a_secret_of_the_second_channel_is_refused_in_the_file(
    tmp_path: Path, key: str, variable: str
) -> None:
    (problem,) = problems(tmp_path, f'[second]\n{key} = "hush"', {})
    assert problem == (
        f"config.toml: second.{key}: does not belong in a file; set {variable} in the environment"
    )


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
        ("MIMIN_WEBHOOK_URL", "hooks.example.com", "is no https address; allowed is one such as"),
        ("MIMIN_WEBHOOK_SECRET", "a\nb", "has blanks at an end or characters that do not print; remove them"),
        ("MIMIN_DATABASE_URL", "mimin.db", "is no database that Mimin knows; allowed is"),
    ],
)
def test_a_bad_variable_is_named(tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    (problem,) = problems(tmp_path, "", {variable: value})
    assert problem.startswith(f"environment: {variable}: ")
    assert sentence in problem


@pytest.mark.parametrize("key", ["token", "secret", "api", "rate"])
def test_what_belongs_in_the_environment_is_refused_in_the_file(tmp_path: Path, key: str) -> None:
    (problem,) = problems(tmp_path, f'[telegram]\n{key} = "123:hush"', {})
    variable = f"MIMIN_TELEGRAM_{key.upper()}"
    assert problem == (
        f"config.toml: telegram.{key}: does not belong in a file; set {variable} in the environment"
    )


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    environ = {
        "MIMIN_TELEGRAM_TOKEN": "1:hush",
        "MIMIN_TELEGRAM_SECRET": "hush",
        "MIMIN_DATABASE_URL": "postgresql://u:hush@db/mimin",
        "MIMIN_WEBHOOK_URL": "https://hush:hush@hooks.example.com/hush?hush",
        "MIMIN_WEBHOOK_SECRET": "hush",
        "MIMIN_SMTP_USER": "hush",
        "MIMIN_SMTP_PASSWORD": "hush",
    }
    text = '[second]\nsmtp = "smtps://mail.example.com"\nmail_from = "mimin@example.com"'
    assert "hush" not in repr(load(tmp_path, text, environ))
    wrong = {variable: f"{value} @hush" for variable, value in environ.items()}
    wrong["MIMIN_DATABASE_URL"] = "mysql://u:hush@db"
    wrong["MIMIN_TELEGRAM_API"] = "https://hush@x"
    wrong |= {name: f" {wrong[name]} " for name in environ if "SMTP" in name or "WEBHOOK" in name}
    found = problems(tmp_path, '[second]\nsmtp = "smtp://hush:hush@mail.example.com"', wrong)
    assert len(found) == 9
    assert "hush" not in str(found)
