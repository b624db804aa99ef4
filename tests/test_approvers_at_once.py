"""Two approvers press at the same time: one wins, and the remedy is granted once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from bot import acts, schema
from bot.act import Act
from bot.database import open_engine, transaction
from handoff import people
from handoff.authority_tables import APPROVALS
from handoff.entry import Refused
from handoff.policy import Role, Sop
from tests.cast import COMPLAINT, Stage, small_brand

REFUND = Sop("refund", "IDR", 0, 2_000_000, 20_000_000, 0, 0, 0)


@pytest.mark.parametrize(
    ("threads", "rounds"), [(16, 3), pytest.param(200, 50, marks=pytest.mark.long)], ids=["16-3", "200-50"]
)
def test_one_of_many_approvals_at_once_wins(tmp_path: Path, threads: int, rounds: int) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'mimin.db'}")
    schema.upgrade(engine)
    brand = small_brand()
    scene = Stage(engine, replace(brand, promises=replace(brand.promises, sop=(REFUND,))))
    with scene.open() as conn:
        people.add_staff(conn, "alice", Role.ADMIN)
        both = [people.add_staff(conn, name, Role.SUPERVISOR) for name in ("sue", "sam")]
    scene.says(COMPLAINT)
    scene.does("alice", "claim")
    for round_ in range(1, rounds + 1):
        scene.does("alice", "remedy", action="refund", amount=1, text="Kami refund ya Kak.")
        gate = Barrier(threads)

        def press(n: int, request: int = round_, gate: Barrier = gate) -> str:
            gate.wait()
            try:
                with transaction(engine) as conn:
                    act = Act("approve", args={"approval": request})
                    acts.perform(conn, scene.brand, both[n % 2], act, scene.now)
            except Refused as refused:
                return refused.code
            return "won"

        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(press, range(threads)))
        assert found.count("won") == 1
        assert set(found) <= {"won", "not_open"}
        scene.deliver()
    with scene.open() as conn:
        executed = select(func.count()).select_from(APPROVALS).where(APPROVALS.c.status == "executed")
        assert conn.execute(executed).scalar_one() == rounds
