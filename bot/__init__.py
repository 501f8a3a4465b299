"""mcu-bot: a municipal control centre inside the messengers."""
