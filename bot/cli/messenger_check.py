"""``check``: the tokens and the rights of the bot's accounts."""

from contextlib import suppress

from bot.bootstrap.messengers import build_messengers
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.domain.sources import messenger_of
from bot.messengers.errors import BadCredentials, MessengerError
from bot.messengers.port import Finding, Messenger, Severity


async def check_messengers(config: Config) -> list[Finding]:
    """``check``: report the token and the rights of every account."""
    findings: list[Finding] = []
    asked: set[str] = set()  # officials use the first of several communities
    for messenger in build_messengers(config, SystemClock()).values():
        try:
            findings += await messenger.check()
            name = messenger_of(messenger.account)
            if name not in asked:
                asked.add(name)
                with suppress(MessengerError):  # reported above already
                    findings += await _find_unreachable_staff(config, messenger)
        except BadCredentials:
            findings.append(
                Finding(Severity.FAULT, messenger.title, "токен не принят. Проверьте его в файле настроек.")
            )
        except MessengerError as error:
            words = f"не отвечает ({type(error).__name__}). Проверьте сеть и адрес api_base, потом повторите."
            findings.append(Finding(Severity.FAULT, messenger.title, words))
        finally:
            await messenger.close()
    return findings


async def _find_unreachable_staff(config: Config, messenger: Messenger) -> list[Finding]:
    """Return the officials to whom the bot may not write yet, as far as the messenger says."""
    name = messenger_of(messenger.account)
    link = messenger.start_link("") or ""
    where = f"откроет {link.partition('?')[0]}" if link else "откроет бота"
    findings = []
    for entry in config.staff:
        for own in entry.accounts:
            if own.messenger.value == name and await messenger.can_message(own.user_id) is False:
                text = (
                    f"{entry.name} (номер {own.user_id}) ещё не разрешил нам писать, а первыми писать нельзя. Пусть "
                    f"{where} и напишет любое слово. До этого его карточки приходят в другой его мессенджер, а если "
                    "такого нет, следующему по порядку."
                )
                findings.append(Finding(Severity.WARNING, messenger.title, text))
    return findings
