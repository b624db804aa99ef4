"""`mimin run`: everything in one process: channels, pages, sweep, outbox."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import uvicorn
from filelock import BaseFileLock, FileLock, Timeout
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.sqlite import insert

from bot import contacts, intake, journal, ledger
from bot.brand import Brand
from bot.building import build_brand, cache_folder, fill, open_database, words_of
from bot.channels import files, index, web
from bot.channels.channel import Channel, Closing, Line, Page
from bot.chores import Chores
from bot.clock import utc_now
from bot.database import DatabaseError, Writer, database_file, reading, transaction
from bot.logins import WEB_ADDRESS, create_login
from bot.loop import run_loop
from bot.sender import Sender
from bot.service import Pulse, Service, keep_going
from bot.settings import Settings
from bot.tables import MARKS
from bot.uploads import Uploads
from bot.web.app import build_app
from handoff import people, rules, sweep
from handoff.entry import Entry
from handoff.policy import Promises, Role
from handoff.staff import Person
from knowledge import store
from knowledge.words import WordsError

log = logging.getLogger(__name__)
SWEEP = 1.0
FOLLOW = 0.5


class _Server(uvicorn.Server):
    """The page server; signals are ours to handle, so that everything else ends with it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def run(settings: Settings, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Run until interrupted. Raises DatabaseError where it cannot, before anything is served."""
    lock = _lock(settings)
    try:
        engine = open_database(settings)
        listener = _listen(settings)
        address = _address(settings, listener)
        _prepare_uploads(settings)
        words_of(settings)  # a mistake in them is told before anything is filled in
        for line in fill(settings, engine):
            say(line)
        settings = replace(settings, promises=put_in_force(settings, engine, say))
        with reading(engine) as conn:
            articles, choices = store.list_published(conn), contacts.list_choices(conn)
        brand = build_brand(settings, articles, cache_folder(environ), choices=choices)
        gc.collect()
        gc.freeze()  # what was learnt stays; looking through it again and again held everybody up
        run_loop(_serve(settings, brand, engine, listener, address, say))
        engine.dispose()
    finally:
        lock.release()


async def _serve(
    settings: Settings,
    brand: Brand,
    engine: Engine,
    listener: socket.socket,
    address: str,
    say: Callable[[str], None],
) -> None:
    pulse = Pulse()
    writer = Writer(engine, pulse.strike)
    service = Service(settings, brand, engine, writer, pulse)
    channels: dict[str, Channel] = {
        "web": Page(), "desk": Page(), index.NAME: index.Index(service),
        files.NAME: files.Files(service.uploads),
    }  # fmt: skip
    receptions = {"web": web.RECEPTION}
    polled = asyncio.Event()
    telegram = await _telegram(service)
    app = build_app(service, telegram.hook if telegram is not None else None)
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2))
    parts: list[Coroutine[Any, Any, None]] = []
    if telegram is None:
        polled.set()
    else:
        channels["telegram"], receptions["telegram"] = telegram.channel, telegram.reception
        parts.append(telegram.take_in(polled.set))
    second = _second(settings)
    channels |= second
    work: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = (
        partial(intake.work, service, receptions),
        Sender(service, channels).run,
        partial(_sweep, service),
        partial(_follow, service),
        *(telegram.works() if telegram is not None else ()),
    )
    parts += [keep_going(part) for part in work]
    chores = Chores(service, partial(_learn_anew, service))
    tasks = [asyncio.create_task(part) for part in parts]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    tasks.append(asyncio.create_task(_announce(service, server, polled, address, say)))
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, _stop, service, server)
    try:
        await chores.start()
        watched = {serving, *tasks}
        while not serving.done():
            done, watched = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {serving}:
                if task.exception() is not None:
                    server.should_exit = True
                    await asyncio.wait([serving])
                    task.result()
        serving.result()
    finally:
        chores.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if telegram is not None:
            await telegram.close()
        for way in second.values():
            await way.close()
        await asyncio.to_thread(writer.close)


def put_in_force(settings: Settings, engine: Engine, say: Callable[[str], None]) -> Promises:
    """Put the configured promises in force; what runs already keeps the rules it began with."""
    with transaction(engine) as conn:
        promises, kept = rules.in_force(conn, settings.promises, utc_now())
        if kept is not None:
            data = {"version": promises.version, "kept": kept}
            journal.append(conn, Entry("rules_changed", data=data), utc_now())
    if kept:
        say(f"new hours or promised times hold from now on; {kept} that run keep those they began with")
    return promises


def _stop(service: Service, server: _Server) -> None:
    """End orderly: open pages are let go, then the server, then everything else."""
    service.stopping.set()
    service.pulse.strike()
    server.should_exit = True


async def _telegram(service: Service) -> Line | None:
    """Connect the bot where there is a token; its library is slow to load and not needed without."""
    if service.settings.telegram.token is None:
        return None
    line: Line = await import_module("bot.channels.telegram.line").connect(service)
    return line


def _second(settings: Settings) -> dict[str, Closing]:
    """Open the ways of the second channel that are set up; e-mail's library is loaded only for it."""
    second = settings.second
    ways: dict[str, Closing] = {}
    if second.webhook is not None:
        ways["webhook"] = import_module("bot.channels.webhook").WebhookChannel(
            second.webhook, second.secret, utc_now
        )
    if second.mail is not None:
        ways["email"] = import_module("bot.channels.email").EmailChannel(second.mail, utc_now)
    return ways


async def _announce(
    service: Service, server: uvicorn.Server, polled: asyncio.Event, address: str, say: Callable[[str], None]
) -> None:
    """Say where to look, and `ready` once the pages serve and the first poll is under way."""

    def prepare(conn: Connection) -> list[tuple[str, str, str]]:
        row = insert(MARKS).values(name=WEB_ADDRESS, value=address)
        conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": address}))
        if service.settings.telegram.token is not None:
            return []
        first: dict[Role, Person] = {}
        for person in people.list_staff(conn):
            first.setdefault(person.role, person)
        return [
            (role, first[role].name, create_login(conn, first[role].id, service.now()))
            for role in Role
            if role in first
        ]

    links = await service.write(prepare)
    say(f"{service.settings.brand}: followers chat at {address}/ and staff work at {address}/desk")
    for role, name, token in links:
        say(f"sign in as {role.replace('_', ' ')} {name}: {address}/login/{token}")
    while not server.started:
        await asyncio.sleep(0.01)
    await polled.wait()
    say("ready")


async def _sweep(service: Service) -> None:
    """Look every second, by the monotonic clock, for what is due."""
    loop = asyncio.get_running_loop()
    following = loop.time()
    while True:
        now = service.now()
        due = await service.read(sweep.next_look)
        if due is not None and due <= now:
            await service.write(lambda conn, now=now: ledger.sweep(conn, service.brand, now))  # type: ignore[misc]
        following = max(following + SWEEP, loop.time())
        await asyncio.sleep(following - loop.time())


async def _follow(service: Service) -> None:
    """Notice what other processes wrote: pages are told, and changed articles are learnt anew."""
    seen = await service.read(journal.position)
    stale, told = False, ""
    while True:
        await asyncio.sleep(FOLLOW)
        after = seen
        news = await service.read(lambda conn, after=after: journal.read_since(conn, after))  # type: ignore[misc]
        if news:
            seen = news[-1].id
            service.pulse.strike()
            stale = stale or any(entry.kind == "articles_imported" for entry in news)
        if not stale:
            continue
        try:
            await _learn_anew(service)
            stale, told = False, ""
        except WordsError as error:  # the brand's word lists, which somebody is mending
            if error.problems[0] != told:
                told = error.problems[0]
                log.error("new articles wait until the word lists are mended: %s", told)


async def _learn_anew(service: Service) -> None:
    """Learn the published articles, and from what followers chose when they were asked back."""
    async with service.learning:
        articles, choices = await service.read(
            lambda conn: (store.list_published(conn), contacts.list_choices(conn))
        )
        learnt = await asyncio.to_thread(build_brand, service.settings, articles, None, choices=choices)
        service.brand = learnt


def _lock(settings: Settings) -> BaseFileLock:
    """Keep this database to one process."""
    file = database_file(settings.database_url)
    lock = FileLock(f"{file}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise DatabaseError(f"{file}: another `mimin run` is using it") from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise DatabaseError(f"{file.parent}: cannot be written ({why}); choose another folder") from error
    return lock


def _prepare_uploads(settings: Settings) -> None:
    """Make the folder of uploads before a follower has need of it."""
    try:
        if settings.largest_upload:
            Uploads(settings.uploads, settings.largest_upload).prepare()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise DatabaseError(
            f"{settings.uploads}: no file can be kept there ({why}); set [web] uploads to another folder, or "
            "[web] upload_mb = 0"
        ) from error


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is promised."""
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.web_host, settings.web_port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        where, why = f"{settings.web_host}:{settings.web_port}", (error.strerror or str(error)).lower()
        raise DatabaseError(f"{where}: {why}; set [web] port or MIMIN_WEB_PORT to a free one") from error
    return listener


def _address(settings: Settings, listener: socket.socket) -> str:
    """Return the address that links to the pages begin with."""
    if settings.web_address:
        return settings.web_address
    host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
    return f"http://{host}:{listener.getsockname()[1]}"


def set_up_logging() -> None:
    """Log what goes wrong to standard error; libraries that may show a token or a text stay silent."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for name in (
        "aiohttp", "httpx", "httpcore", "telegram", "apscheduler", "alembic", "uvicorn.error",
        "sse_starlette",
    ):  # fmt: skip
        logging.getLogger(name).setLevel(logging.WARNING)
