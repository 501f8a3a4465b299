"""Refusals: what the product says no to. Each has a code and data; the Russian words live in the views."""


class Refusal(Exception):
    """Somebody asked for what cannot be done. Nothing has changed; the person is told why.

    ``code`` names the text, ``facts`` fill it. The message of the exception is for the log and holds no words of
    people.
    """

    code = "refused"

    def __init__(self, **facts: str | int | None) -> None:
        super().__init__(f"{self.code} {facts}")
        self.facts = facts


class NotAllowed(Refusal):
    """The person's roles do not include this."""

    code = "not_allowed"


class NotYourCommand(NotAllowed):
    """The command is for other roles; ``command`` is its name, ``commands`` are the person's own, in one line."""

    code = "not_your_command"


class TicketNotAccessible(Refusal):
    """The ticket lies in somebody else's field: it may not even be looked at."""

    code = "not_yours"


class NotAnOfficial(Refusal):
    """A button for officials was pressed by somebody who is none."""

    code = "stranger"


class HandedOverByOther(Refusal):
    """Somebody else has handed the ticket over since."""

    code = "moved_on"


class OutdatedButton(Refusal):
    """The ticket has moved on since the button was shown."""

    code = "outdated"


class PartOfProblem(Refusal):
    """The ticket is one of several about one event; ``lead`` is the number of the one that stands for them."""

    code = "part_of_problem"


class TakenByOther(Refusal):
    """A colleague was faster; ``name`` says who."""

    code = "taken"


class AnsweredByOther(Refusal):
    """A colleague's answer is there already; ``name`` says whose."""

    code = "answered_by_other"


class NoSuchTicket(Refusal):
    """There is no ticket with this number (or the person may not see it)."""

    code = "no_such_ticket"


class DialogEnded(Refusal):
    """What the person was in the middle of has ended: sent, cancelled, expired or overtaken."""

    code = "dialog_over"


class EmptyAnswer(Refusal):
    """An answer needs words or a file."""

    code = "empty_answer"


class EmptyCorrection(Refusal):
    """Only the words of a published answer can be changed, so words are needed."""

    code = "empty_correction"


class TextRequired(Refusal):
    """The question was for words, and there were none."""

    code = "needs_words"


class LastChannel(Refusal):
    """Cards must come somewhere."""

    code = "last_place"


class BotNotOpened(Refusal):
    """The person has not opened the bot in that messenger, or has blocked it there; ``messenger`` says which."""

    code = "not_opened"


class CannotCorrect(Refusal):
    """The messenger does not let a published answer be changed there."""

    code = "cannot_correct"
