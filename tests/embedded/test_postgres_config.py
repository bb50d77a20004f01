"""What PostgreSQL is told."""

from pathlib import Path

import pytest

from ordercash.embedded.postgres_config import (
    MEGABYTE,
    memory_bytes,
    render_access,
    render_account_map,
    render_settings,
)


def rendered(memory_megabytes: int = 4096, compression: str | None = None) -> str:
    return render_settings(socket_folder=Path("/tmp/it's"), memory=memory_megabytes * MEGABYTE, compression=compression)


@pytest.mark.parametrize(("memory", "buffers"), [(512, 128), (4096, 256), (8192, 512), (65536, 1024)])
def test_buffers_follow_the_memory(memory: int, buffers: int) -> None:
    assert f"shared_buffers = '{buffers}MB'\n" in rendered(memory)


def test_durability_is_never_touched() -> None:
    text = rendered()
    assert not [name for name in ("fsync", "synchronous_commit", "full_page_writes") if name in text]


def test_no_tcp_port_is_opened() -> None:
    assert "listen_addresses = ''\n" in rendered()


def test_quotes_in_a_path_are_doubled() -> None:
    assert "unix_socket_directories = '/tmp/it''s'\n" in rendered()


def test_compression_is_used_when_the_build_has_it() -> None:
    assert "wal_compression = 'lz4'" in rendered(compression="lz4")
    assert "wal_compression = 'off'" in rendered()


def test_only_mapped_accounts_come_in_and_only_over_the_socket() -> None:
    lines = [line for line in render_access().splitlines() if not line.startswith("#")]
    assert lines
    assert all(line.startswith("local ") and line.endswith("peer map=ordercash") for line in lines)


def test_each_account_is_mapped_once_to_both_roles() -> None:
    assert render_account_map(["alice", "alice"]) == 'ordercash "alice" ordercash\nordercash "alice" postgres\n'


def test_memory_of_this_machine_is_plausible() -> None:
    assert memory_bytes() > 100 * MEGABYTE
