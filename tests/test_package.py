"""The wheel and the source archive carry all the program needs, and it runs far from its checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.pace import PATIENCE

ROOT = Path(__file__).parents[1]


def call(*command: str | Path, cwd: Path, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal, network settings or the checkout on its path."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PIP_", "VIRTUAL"))
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
    )
    assert fails or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build the source archive and, from it, the wheel; no isolation, so nothing is fetched."""
    out = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def installed(archives: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment that borrows this one's libraries; return its bin folder."""
    place = tmp_path_factory.mktemp("fresh")
    call(sys.executable, "-m", "venv", "--without-pip", place / "env", cwd=place)
    python = place / "env/bin/python"
    options = ("--no-deps", "--no-index", "--no-compile", "--quiet")
    call(sys.executable, "-m", "pip", "--python", python, "install", *options, archives[0], cwd=place)
    libraries = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (site,) = (place / "env/lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text("\n".join(libraries) + "\n")
    return place / "env/bin"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that has nothing of the checkout."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def source_files() -> set[str]:
    """Return what the package folder of the checkout holds, build leavings left out."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "crm_tui").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_the_wheel_carries_the_whole_package_and_nothing_else(archives: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(archives[0]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        assert wheel.read("crm_tui/schema.sql") == (ROOT / "schema.sql").read_bytes()
    assert names == source_files() | {"crm_tui/schema.sql"}
    assert "crm_tui/locale/zh_CN/LC_MESSAGES/crm_tui.mo" in names


def test_the_source_archive_can_be_built_and_tested(archives: tuple[Path, Path]) -> None:
    with tarfile.open(archives[1]) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    assert {"schema.sql", "README.md", "LICENSE", "pyproject.toml", "tests/requirements.txt"} <= names
    assert source_files() <= names


def test_the_fresh_place_runs_its_own_copy(installed: Path, elsewhere: Path) -> None:
    done = call(installed / "python", "-c", "import crm_tui; print(crm_tui.__file__)", cwd=elsewhere)
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)


def test_the_installed_program_makes_and_opens_a_database(installed: Path, elsewhere: Path) -> None:
    from crm_tui import __version__

    program, database = installed / "crm-tui", elsewhere / "team.db"
    assert __version__ in call(program, "--version", cwd=elsewhere).stdout
    assert "import" in call(program, "--help", cwd=elsewhere).stdout
    call(program, "init", "--db", database, cwd=elsewhere)
    assert database.read_bytes().startswith(b"SQLite format 3\0")
    call(program, "due", "--db", database, cwd=elsewhere)
    call(installed / "python", "-m", "crm_tui", "due", "--db", database, cwd=elsewhere)


def test_the_installed_program_reads_a_sheet_in_its_child_process(installed: Path, elsewhere: Path) -> None:
    sheet = elsewhere / "sheet.csv"
    sheet.write_text(
        "客户编号,客户名称,联系人姓名,联系方式\nK-1,上海科技有限公司,张三,13800138000\n", "utf-8"
    )
    database = elsewhere / "team.db"
    call(installed / "crm-tui", "init", "--db", database, cwd=elsewhere)
    call(installed / "crm-tui", "import", sheet, "--db", database, cwd=elsewhere)
    shown = call(installed / "crm-tui", "show", "K-1", "--db", database, cwd=elsewhere).stdout
    assert "上海科技有限公司" in shown


def test_a_missing_database_is_refused_by_a_sentence(installed: Path, elsewhere: Path) -> None:
    done = call(installed / "crm-tui", "due", "--db", elsewhere / "none.db", cwd=elsewhere, fails=True)
    assert done.returncode == 1
    assert "none.db" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (elsewhere / "none.db").exists()
