"""Methods about the bot and its chats: who it is, its commands, its webhook, its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.telegram_emulator import chats
from tests.telegram_emulator.chats import BOT, BOT_ID, Facts
from tests.telegram_emulator.state import Refused, State

LARGEST_DOWNLOAD = 20 * 1024 * 1024
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
ABILITIES = (
    "supports_inline_queries",
    "can_connect_to_business",
    "has_main_web_app",
    "has_topics_enabled",
    "allows_users_to_create_topics",
    "can_manage_bots",
)


def get_me(state: State, _params: Facts) -> Facts:
    """getMe."""
    able = {"can_join_groups": True, "can_read_all_group_messages": not state.privacy}
    return BOT | able | dict.fromkeys(ABILITIES, False)


def set_webhook(state: State, params: Facts) -> bool:
    """setWebhook: an empty address takes it away."""
    if not params["url"]:
        return delete_webhook(state, params)
    state.webhook = {"url": params["url"], "max_connections": params.get("max_connections", 40)}
    state.secret_token = params.get("secret_token", "")
    subscribe(state, params)
    if params.get("drop_pending_updates"):
        state.updates.clear()
    return True


def delete_webhook(state: State, params: Facts) -> bool:
    """deleteWebhook."""
    state.webhook = {}
    state.secret_token = ""
    if params.get("drop_pending_updates"):
        state.updates.clear()
    return True


def subscribe(state: State, params: Facts) -> None:
    """Which updates the bot wants: nothing said keeps what was said before, an empty list is the default."""
    if "allowed_updates" in params:
        state.allowed_updates = params["allowed_updates"] or None


def get_webhook_info(state: State, _params: Facts) -> Facts:
    """getWebhookInfo; it never tells the secret."""
    waiting = len(state.updates) + state.backlog()
    found: Facts = {"url": "", "has_custom_certificate": False, "pending_update_count": waiting}
    if state.allowed_updates:
        found["allowed_updates"] = state.allowed_updates
    return found | state.webhook


def get_file(state: State, params: Facts) -> Facts:
    """getFile: 20 MB at most."""
    content = state.files.get(params["file_id"])
    if content is None:
        raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(content) > LARGEST_DOWNLOAD:
        raise Refused(400, "Bad Request: file is too big")
    found = {"file_id": params["file_id"], "file_unique_id": f"u{params['file_id']}", "file_size": len(content)}
    return found | {"file_path": f"files/{params['file_id']}"}


def scope_key(params: Facts) -> str:
    """A command scope in one word: "all_group_chats", "chat:7", "chat_member:-100:7", and "…/th" for a language."""
    scope = params.get("scope") or {"type": "default"}
    whom = [str(scope[name]) for name in ("chat_id", "user_id") if name in scope]
    language = params.get("language_code", "")
    return ":".join([scope["type"], *whom]) + (f"/{language}" if language else "")


def set_my_commands(state: State, params: Facts) -> bool:
    """setMyCommands; a chat's own list needs a chat that exists."""
    _scope_chat(state, params)
    state.commands[scope_key(params)] = params["commands"]
    return True


def delete_my_commands(state: State, params: Facts) -> bool:
    """deleteMyCommands."""
    _scope_chat(state, params)
    state.commands.pop(scope_key(params), None)
    return True


def get_my_commands(state: State, params: Facts) -> list[Facts]:
    """getMyCommands: this scope and language only, never what would apply instead."""
    return state.commands.get(scope_key(params), [])


def _scope_chat(state: State, params: Facts) -> None:
    chat_id = (params.get("scope") or {}).get("chat_id")
    if chat_id is not None and (not isinstance(chat_id, int) or chat_id in state.unknown):
        raise Refused(400, "Bad Request: chat not found")


def set_my_description(state: State, params: Facts) -> bool:
    """setMyDescription."""
    state.descriptions[params.get("language_code", "")] = params.get("description", "")
    return True


def set_my_short_description(state: State, params: Facts) -> bool:
    """setMyShortDescription."""
    state.short_descriptions[params.get("language_code", "")] = params.get("short_description", "")
    return True


def get_my_description(state: State, params: Facts) -> Facts:
    """getMyDescription."""
    return {"description": state.descriptions.get(params.get("language_code", ""), "")}


def get_my_short_description(state: State, params: Facts) -> Facts:
    """getMyShortDescription."""
    return {"short_description": state.short_descriptions.get(params.get("language_code", ""), "")}


def get_chat(state: State, params: Facts) -> Facts:
    """getChat: also of a person who has blocked the bot."""
    chat_id = _known(state, params)
    gifts = dict.fromkeys(GIFTS, False)
    return {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts, **state.chat(chat_id)}


def get_chat_member(state: State, params: Facts) -> Facts:
    """getChatMember."""
    chat_id, user_id = _known(state, params), params["user_id"]
    status = "administrator" if user_id == BOT_ID and chat_id in state.admins else "member"
    return chats.member(state.user(user_id), state.members.get((chat_id, user_id), status))


def leave_chat(state: State, params: Facts) -> bool:
    """leaveChat: groups only."""
    chat_id = state.reachable(params["chat_id"])
    if not chats.is_group(chat_id):
        raise Refused(400, "Bad Request: chat is not a group, supergroup, channel or direct messages chat")
    state.left.add(chat_id)
    return True


def _known(state: State, params: Facts) -> int:
    chat_id = params["chat_id"]
    if isinstance(chat_id, int) and (chat_id in state.blocked or chat_id in state.deactivated):
        return chat_id
    return state.reachable(chat_id)


METHODS: dict[str, Callable[[State, Facts], Any]] = {
    "getMe": get_me,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
    "deleteMyCommands": delete_my_commands,
    "getMyCommands": get_my_commands,
    "setMyDescription": set_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyDescription": get_my_description,
    "getMyShortDescription": get_my_short_description,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "leaveChat": leave_chat,
}
