"""The outside world: LINE, Telegram, web chat, pages, the timetable and the settings."""
