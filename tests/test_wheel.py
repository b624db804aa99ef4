"""The wheel, used from another folder: a flat layout hides what was not packed."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_all_that_a_first_question_needs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    unpacked, elsewhere = tmp_path / "unpacked", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(unpacked)
        names = packed.namelist()
    environ = {**os.environ, "PYTHONPATH": str(unpacked)}
    environ.pop("MIMIN_CONFIG", None)
    for arguments in (["check"], ["ask", "Min, bagi link streamingnya dong?"], ["staff", "list", "--json"]):
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(
            command, cwd=elsewhere, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "config.toml" not in done.stdout or str(unpacked) in done.stdout
    assert "bot/web/templates/desk.html" in names
    assert "bot/migrations/versions/0001_the_first_tables.py" in names
    assert not any(name.startswith("tests/") for name in names)
