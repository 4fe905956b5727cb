"""Who is who: the bot, people and groups as Telegram writes them."""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]

BOT_ID = 123456
BOT: Facts = {"id": BOT_ID, "is_bot": True, "first_name": "pratu", "username": "pratu_test_bot"}
FIRST_SUPERGROUP = -1_000_000_000_000


def is_group(chat_id: int) -> bool:
    """Groups and supergroups have negative ids."""
    return chat_id < 0


def is_supergroup(chat_id: int) -> bool:
    """Supergroups begin where basic groups end, beyond 32 bits."""
    return chat_id < FIRST_SUPERGROUP


def kind(chat_id: int) -> str:
    """ "private", "group" or "supergroup"."""
    if not is_group(chat_id):
        return "private"
    return "supergroup" if is_supergroup(chat_id) else "group"


def user(number: int) -> Facts:
    """A person of this number."""
    return {"id": number, "is_bot": False, "first_name": "ประชาชน", "language_code": "th"}


def chat(chat_id: int) -> Facts:
    """A chat of this number: its sign and size tell what it is."""
    if is_group(chat_id):
        return {"id": chat_id, "type": kind(chat_id), "title": "กลุ่มเจ้าหน้าที่"}
    return {"id": chat_id, "type": "private", "first_name": "ประชาชน"}


def member(who: Facts, status: str) -> Facts:
    """A ChatMember with what its status requires."""
    found: Facts = {"status": status, "user": who}
    if status == "kicked":
        found["until_date"] = 0
    if status == "creator":
        found["is_anonymous"] = False
    if status == "administrator":
        found |= dict.fromkeys(ADMINISTRATOR_RIGHTS, False) | {"can_manage_chat": True}
    return found


ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
