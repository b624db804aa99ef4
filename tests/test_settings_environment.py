"""The environment: it wins over the file, its mistakes are named, and no secret is ever shown."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings


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
    assert load(tmp_path, "", {f"MIMIN_{name}": "" for name in variables}) == load(tmp_path, "", {})


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
    }
    assert "hush" not in repr(load(tmp_path, "", environ))
    wrong = {variable: f"{value} @hush" for variable, value in environ.items()}
    wrong["MIMIN_DATABASE_URL"] = "mysql://u:hush@db"
    wrong["MIMIN_TELEGRAM_API"] = "https://hush@x"
    found = problems(tmp_path, "", wrong)
    assert len(found) == 4
    assert "hush" not in str(found)
