"""Hidden values change nothing of what is told: the same questions to two files that differ only in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matrix.building import built
from tests.matrix.side_channels import differing
from tests.matrix.world import WHOLE

ROLES = (("general", "rep"), ("general", "svc"), ("general", "custom"), ("files", "rep"))


@pytest.mark.requirement("S0-20")
@pytest.mark.requirement("S3-06")
@pytest.mark.parametrize(("preset", "viewer"), ROLES)
def test_hidden_values_make_no_difference(preset: str, viewer: str, tmp_path: Path) -> None:
    cases = 2000 if WHOLE else 100
    asked = differing(built(preset), viewer, tmp_path, cases)
    assert asked.found == []
    assert asked.telling > cases / 5
