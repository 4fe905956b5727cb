"""What an operator does once: the webhook with its secret, the command lists, and what `check` says of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Server, telegram_environ
from tests.telegram_emulator import SECRET, Emulator
from tests.telegram_emulator.server import running

ADDRESS = "https://pratu.example.go.th"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def server(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("setup")
    extra = {**telegram_environ(emulator), "PRATU_PUBLIC_URL": ADDRESS}
    made = Server(folder, f"sqlite:///{folder}/pratu.db", extra=extra).prepare()
    yield made
    made.stop()


def test_webhook_is_set_with_its_secret_and_every_scope_gets_its_commands(server: Server, emulator: Emulator) -> None:
    told = server.run("telegram", "webhook").stdout
    assert f"webhook set to {ADDRESS}/webhooks/telegram" in told
    assert emulator.webhook["url"] == f"{ADDRESS}/webhooks/telegram"
    assert emulator.secret_token == SECRET
    assert set(emulator.allowed_updates or ()) == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert {command["command"] for command in emulator.commands["all_private_chats"]} == {
        "start",
        "report",
        "track",
        "help",
    }
    assert "join" in {command["command"] for command in emulator.commands["all_group_chats"]}
    assert SECRET not in told
    assert emulator.violations == []


def test_check_speaks_of_the_bot_its_webhook_and_privacy_mode(server: Server, emulator: Emulator) -> None:
    server.run("telegram", "webhook")
    told = server.run("check", check=False).stdout
    assert "pratu_test_bot" in told
    assert "privacy" in told.lower()
    assert SECRET not in told


def test_an_invitation_is_a_link_that_fits(server: Server) -> None:
    told = server.run("invite", "--agency", "DEMO", "--role", "officer", "--unit", "ENG", "--name", "x").stdout
    link = next(line for line in told.splitlines() if "t.me/" in line)
    payload = link.split("?start=")[1].split()[0]
    assert "t.me/pratu_test_bot" in link
    assert len(payload) <= 64
    assert payload.replace("_", "").replace("-", "").isalnum()


def test_without_a_public_address_there_is_no_webhook_to_set(server: Server) -> None:
    bare = Server(server.folder, server.database_url, extra={**server.extra, "PRATU_PUBLIC_URL": ""})
    refused = bare.run("telegram", "webhook", check=False)
    assert refused.returncode != 0
    assert "PRATU_PUBLIC_URL" in refused.stderr + refused.stdout
