"""What many tests start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import settings
from monitor.protocol.document import Document, load_protocol

EXAMPLE = settings.SAMPLE_DATA / "protocols" / "example.yaml"


@pytest.fixture(scope="session")
def document() -> Document:
    return load_protocol(EXAMPLE)


@pytest.fixture(scope="session")
def example_path() -> Path:
    return EXAMPLE
