"""Methods that speak: send, edit, delete, answer a tap."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from tests.telegram_emulator import limits
from tests.telegram_emulator.chats import BOT, BOT_ID, Facts
from tests.telegram_emulator.shapes import Upload
from tests.telegram_emulator.state import CALLBACK_SECONDS, Delivered, Refused, State

MB = 1024 * 1024
PHOTO_BYTES, DOCUMENT_BYTES = 10 * MB, 50 * MB
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def send_message(state: State, params: Facts) -> Facts:
    """sendMessage."""
    return _send(state, "sendMessage", params, _worded(params, "text"))


def send_photo(state: State, params: Facts) -> Facts:
    """sendPhoto: a file's id, an address, or an upload."""
    file_id, content = _file(state, params["photo"], PHOTO_BYTES)
    unique = hashlib.sha256(content).hexdigest()[:15]
    size = {"file_id": file_id, "file_unique_id": unique, "width": 1280, "height": 960, "file_size": len(content)}
    return _send(state, "sendPhoto", params, {"photo": [size], **_worded(params, "caption")})


def send_document(state: State, params: Facts) -> Facts:
    """sendDocument."""
    given = params["document"]
    file_id, content = _file(state, given, DOCUMENT_BYTES)
    unique = hashlib.sha256(content).hexdigest()[:15]
    document = {"file_id": file_id, "file_unique_id": unique, "file_size": len(content)}
    if isinstance(given, Upload):
        document["file_name"] = given.name
    return _send(state, "sendDocument", params, {"document": document, **_worded(params, "caption")})


def edit_message_text(state: State, params: Facts) -> Facts:
    """editMessageText: without a keyboard, the old one goes."""
    message = _own(state, params)
    if "text" not in message:
        raise Refused(400, "Bad Request: there is no text in the message to edit")
    return _edit(state, message, params, _worded(params, "text"))


def edit_message_reply_markup(state: State, params: Facts) -> Facts:
    """editMessageReplyMarkup: without a keyboard, the old one goes."""
    return _edit(state, _own(state, params), params, {})


def delete_message(state: State, params: Facts) -> bool:
    """deleteMessage: in private chats also what the person wrote; in groups that takes an administrator."""
    chat_id = state.reachable(params["chat_id"])
    message = state.messages.get((chat_id, params["message_id"]))
    if message is None:
        raise Refused(400, "Bad Request: message to delete not found")
    if message.get("from", {}).get("id") != BOT_ID and chat_id < 0 and chat_id not in state.admins:
        raise Refused(400, "Bad Request: message can't be deleted")
    del state.messages[chat_id, params["message_id"]]
    for item in state.delivered:
        if (item.chat_id, item.message_id) == (chat_id, params["message_id"]):
            item.seen = False
    return True


def answer_callback_query(state: State, params: Facts) -> bool:
    """answerCallbackQuery: too late after 150 seconds."""
    issued = state.callbacks.get(params["callback_query_id"])
    if issued is None or state.clock() - issued > CALLBACK_SECONDS:
        raise Refused(400, TOO_OLD)
    state.answered[params["callback_query_id"]] = params
    return True


def send_chat_action(state: State, params: Facts) -> bool:
    """sendChatAction."""
    state.reachable(params["chat_id"])
    return True


def _worded(params: Facts, name: str) -> Facts:
    if name not in params:
        return {}
    text, entities = limits.words(params, name)
    kept = {name: text} if text else {}
    return kept | ({"entities" if name == "text" else "caption_entities": entities} if entities else {})


def _file(state: State, given: Any, most: int) -> tuple[str, bytes]:
    if isinstance(given, Upload):
        if len(given.content) > DOCUMENT_BYTES:
            raise Refused(413, "Request Entity Too Large")
        if len(given.content) > most:
            said = f"file of size {len(given.content)} bytes is too big for a photo; the maximum size is {most} bytes"
            raise Refused(400, f"Bad Request: {said}")
        return state.keep_file(given.content), given.content
    if str(given).startswith(("http://", "https://")):
        return state.keep_file(b"fetched"), b"fetched"
    if given not in state.files:
        raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
    return str(given), state.files[given]


def _send(state: State, method: str, params: Facts, content: Facts) -> Facts:
    chat_id = state.reachable(params["chat_id"])
    answered = _answered(state, chat_id, params.get("reply_parameters"))
    state.spend(chat_id)
    message: Facts = {
        "message_id": state.next_message_id(chat_id),
        "from": dict(BOT),
        "chat": state.chat(chat_id),
        "date": int(state.clock()),
        **content,
        **answered,
    }
    if "message_thread_id" in params:
        message |= {"message_thread_id": params["message_thread_id"], "is_topic_message": True}
    _keyboard(state, message, params.get("reply_markup"))
    state.remember(message)
    state.delivered.append(Delivered(chat_id, method, params, message["message_id"], state.clock()))
    state.shown.append((chat_id, message.get("text") or message.get("caption") or ""))
    return message


def _answered(state: State, chat_id: int, reply: Facts | None) -> Facts:
    if reply is None:
        return {}
    original = state.messages.get((chat_id, reply["message_id"]))
    if original is not None:
        return {"reply_to_message": {name: value for name, value in original.items() if name != "reply_to_message"}}
    if reply.get("allow_sending_without_reply"):
        return {}
    raise Refused(400, "Bad Request: message to be replied not found")


def _keyboard(state: State, message: Facts, keyboard: Facts | None) -> None:
    """Inline keyboards belong to a message, reply keyboards to the chat."""
    chat_id = message["chat"]["id"]
    if keyboard is None:
        return
    if "inline_keyboard" in keyboard:
        message["reply_markup"] = keyboard
    elif "keyboard" in keyboard:
        state.keyboards[chat_id] = keyboard
    elif keyboard.get("remove_keyboard"):
        state.keyboards.pop(chat_id, None)


def _own(state: State, params: Facts) -> Facts:
    """The bot's own message that is to be edited. Raises Refused."""
    chat_id = state.reachable(params.get("chat_id"))
    message = state.messages.get((chat_id, params.get("message_id", 0)))
    if message is None:
        raise Refused(400, "Bad Request: message to edit not found")
    sent = next(
        (item for item in state.delivered if (item.chat_id, item.message_id) == (chat_id, message["message_id"])), None
    )
    # a message that brought a reply keyboard stays as it is
    if sent is None or {"keyboard", "force_reply"} & set(sent.params.get("reply_markup") or {}):
        raise Refused(400, "Bad Request: message can't be edited")
    return message


def _edit(state: State, message: Facts, params: Facts, content: Facts) -> Facts:
    kept = {
        name: value
        for name, value in message.items()
        if name not in ("reply_markup", "edit_date") and not (content and name in ("text", "entities"))
    }
    edited = kept | content
    keyboard = params.get("reply_markup")
    if keyboard and any(keyboard.get("inline_keyboard", ())):
        edited["reply_markup"] = keyboard
    if edited == {name: value for name, value in message.items() if name != "edit_date"}:
        raise Refused(400, NOT_MODIFIED)
    edited["edit_date"] = int(state.clock())
    state.remember(edited)
    if content:
        state.shown.append((edited["chat"]["id"], edited["text"]))
    return edited


METHODS: dict[str, Callable[[State, Facts], Any]] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
}
# The calls that `faults` are for.
SENDS = frozenset({"sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageReplyMarkup"})
