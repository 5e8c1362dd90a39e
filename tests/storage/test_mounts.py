"""Which file system holds a path, from sample mount tables; what a network means for a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui.storage import mounts
from crm_tui.storage.connection import create
from crm_tui.storage.database import Database
from crm_tui.storage.mounts import NetworkFile, is_network, mounted_on, network_kind
from tests.storage.world import OWNER

SERVER = """\
proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw,nosuid,nodev,size=806860k,mode=755 0 0
/dev/sdb1 /srv btrfs rw,relatime,subvolid=5,subvol=/ 0 0
tank/data /tank zfs rw,xattr,noacl 0 0
filer:/export/crm /srv/crm nfs4 rw,vers=4.2,hard,proto=tcp,addr=10.0.0.5 0 0
//filer/team /mnt/team\\040share cifs rw,vers=3.1.1,username=li 0 0
li@filer:/data /mnt/ssh fuse.sshfs rw,nosuid,nodev,user_id=1000 0 0
/dev/sdc1 /mnt/stick fuseblk rw,user_id=0 0 0
hostshare /mnt/host 9p rw,trans=virtio 0 0
/dev/sdd1 /srv/crm/local ext4 rw 0 0
/dev/sde1 /mnt/tab\\011and\\134back\\043 xfs rw 0 0
old:/a /mnt/twice nfs rw 0 0
/dev/sdf1 /mnt/twice ext4 rw 0 0
"""
CONTAINER = """\
overlay / overlay rw,relatime,lowerdir=/var/lib/a:/var/lib/b,upperdir=/var/lib/c,workdir=/var/lib/d 0 0
/dev/mapper/vg-data /data xfs rw,relatime 0 0
"""


@pytest.mark.parametrize(
    ("table", "path", "kind", "network"),
    [
        (SERVER, "/var/lib/crm.db", "ext4", False),
        (SERVER, "/run/crm.db", "tmpfs", False),
        (SERVER, "/running/crm.db", "ext4", False),
        (SERVER, "/srv/other/crm.db", "btrfs", False),
        (SERVER, "/tank/crm.db", "zfs", False),
        (SERVER, "/srv/crm/crm.db", "nfs4", True),
        (SERVER, "/srv/crm", "nfs4", True),
        (SERVER, "/srv/crm.db", "btrfs", False),
        (SERVER, "/srv/crm/local/crm.db", "ext4", False),
        (SERVER, "/mnt/team share/客户.db", "cifs", True),
        (SERVER, "/mnt/team/crm.db", "ext4", False),
        (SERVER, "/mnt/ssh/crm.db", "fuse.sshfs", True),
        (SERVER, "/mnt/stick/crm.db", "fuseblk", False),
        (SERVER, "/mnt/host/crm.db", "9p", True),
        (SERVER, "/mnt/tab\tand\\back#/crm.db", "xfs", False),
        (SERVER, "/mnt/twice/crm.db", "ext4", False),
        (CONTAINER, "/crm.db", "overlay", False),
        (CONTAINER, "/data/crm.db", "xfs", False),
        ("", "/crm.db", "", False),
        ("nonsense\n\n/dev/sda1 /\n", "/crm.db", "", False),
    ],
)
def test_the_kind_of_file_system_of_a_path(table: str, path: str, kind: str, network: bool) -> None:
    assert mounted_on(table, path) == kind
    assert is_network(kind) is network


@pytest.fixture
def over_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a database that lies on NFS as far as the mount table says."""
    shared = tmp_path / "shared folder"
    shared.mkdir()
    create(shared / "crm.db")
    table = tmp_path / "mounts"
    place = str(shared).replace(" ", "\\040")
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nfiler:/crm {place} nfs4 rw 0 0\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    return shared / "crm.db"


def add(database: Database, *logins: str) -> None:
    for login in logins:
        person = OWNER | {"login": login, "login_key": login}
        database.write(1, "person.add", lambda change, person=person: change.insert("person", person))


def test_one_person_is_warned_and_works(over_network: Path) -> None:
    database = Database(over_network)
    add(database, "li")
    database.close()
    database = Database(over_network)
    assert "nfs4" in database.warning and database.read_only == ""
    database.close()


def test_several_people_are_refused_and_can_read(over_network: Path) -> None:
    database = Database(over_network)
    add(database, "li", "han")
    database.close()
    with pytest.raises(NetworkFile, match="nfs4") as refused:
        Database(over_network)
    assert "没有打开" in refused.value.kept and "--read-only" in refused.value.todo
    assert refused.value.exit_code == 4
    database = Database(over_network, read_only=True)
    assert database.connection.execute("SELECT count(*) FROM person").fetchone() == (2,)
    database.close()


def test_a_link_to_another_disk_is_followed(over_network: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(over_network)
    assert network_kind(tmp_path / "link.db") == "nfs4"


def test_where_there_is_no_table_nothing_is_claimed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "TABLE", path.with_name("none"))
    assert network_kind(path) == ""
    database = Database(path)
    assert database.warning == ""
    database.close()
