"""Refusals: errors of use, each with a code and facts; views hold the Russian texts."""


class Refusal(Exception):
    """A request that cannot be fulfilled: nothing has changed, and the person is given the reason.

    ``code`` names the text, ``facts`` fill it. The exception's message is for the log and contains no text by people.
    """

    code = "refused"

    def __init__(self, **facts: str | int | None) -> None:
        super().__init__(f"{self.code} {facts}")
        self.facts = facts


class NotAllowed(Refusal):
    """The person's roles do not give this right."""

    code = "not_allowed"


class NotYourCommand(NotAllowed):
    """The command is for other roles; ``command`` is its name, ``commands`` are the person's own, in one line."""

    code = "not_your_command"


class TicketNotAccessible(Refusal):
    """The ticket belongs to another person's sector; it may not even be shown."""

    code = "not_yours"


class NotAnOfficial(Refusal):
    """Somebody who is no official pressed a button for officials."""

    code = "stranger"


class NotInPrivate(Refusal):
    """An official pressed a button outside the private chat with the bot, where anybody could read what follows."""

    code = "not_private"


class ForeignButton(Refusal):
    """The message that was named in the press does not carry such a button."""

    code = "foreign_button"


class NudgedBefore(Refusal):
    """The people who have the ticket were asked to hurry less than an hour ago, by ``name``."""

    code = "nudged_before"


class TableNotAllowed(NotAllowed):
    """The person's roles do not let them bring in tables of other systems."""

    code = "table_not_allowed"


class TooManyFiles(Refusal):
    """The person has sent ``limit`` files that are still waiting or being entered."""

    code = "too_many_files"


class NotAuthor(Refusal):
    """Somebody else than the author of the ticket pressed a button for the author."""

    code = "not_author"


class HandedOverByOther(Refusal):
    """Another person has handed the ticket over meanwhile."""

    code = "moved_on"


class OutdatedButton(Refusal):
    """The ticket has changed its state since the button was shown."""

    code = "outdated"


class PartOfProblem(Refusal):
    """The ticket is one of several about one event; ``lead`` is the number of the one that leads them."""

    code = "part_of_problem"


class TakenByOther(Refusal):
    """A colleague was faster; ``name`` is theirs."""

    code = "taken"


class AnsweredByOther(Refusal):
    """A colleague has already answered; ``name`` is theirs."""

    code = "answered_by_other"


class NoSuchTicket(Refusal):
    """There is no ticket with this number (or the person may not see it)."""

    code = "no_such_ticket"


class InquiryClosed(Refusal):
    """The question was answered meanwhile; ``name`` is who did so, or it is not needed any more."""

    code = "inquiry_closed"


class CorrectionAsked(Refusal):
    """A request for a correction of the ticket is still open."""

    code = "correction_asked"


class NobodyToAsk(Refusal):
    """Nobody of the management can be reached."""

    code = "nobody_to_ask"


class TermUnsuitable(Refusal):
    """The date at the end of a question lies in the past, too far ahead, or does not exist."""

    code = "term_unsuitable"


class CallMissing(Refusal):
    """The rules want the applicant to be telephoned before the answer, and nobody has noted such a call."""

    code = "call_missing"


class NotOursUnnamed(Refusal):
    """«Не наше» without whose it is, or without anything that is known."""

    code = "not_ours_unnamed"


class DialogEnded(Refusal):
    """The dialog has ended: sent, cancelled, expired or replaced by another."""

    code = "dialog_over"


class EmptyAnswer(Refusal):
    """An answer needs a text or a file."""

    code = "empty_answer"


class FieldsEmpty(Refusal):
    """The text still has fields of a template that nobody has filled; ``name`` lists them."""

    code = "fields_empty"


class EmptyCorrection(Refusal):
    """A correction needs a text: nothing else of a published answer can be changed."""

    code = "empty_correction"


class TextRequired(Refusal):
    """The prompt asked for a text, and the message had none."""

    code = "needs_words"


class QueryTooLong(Refusal):
    """The query of ``/find`` has more words or characters than one search may have."""

    code = "query_too_long"


class MonthNotBegun(Refusal):
    """A report was asked for of a month to come."""

    code = "month_not_begun"


class OwnAccount(Refusal):
    """Nobody closes the account from which they act; a colleague does."""

    code = "own_account"


class KeywordInvalid(Refusal):
    """A keyword is too long, or has other signs than Russian letters, digits, spaces and hyphens."""

    code = "keyword_invalid"


class KeywordCommon(Refusal):
    """A keyword is in so many messages that it says nothing."""

    code = "keyword_common"


class KeywordTaken(Refusal):
    """Something else has that keyword; ``owner`` is its title."""

    code = "keyword_taken"


class TooManyKeywords(Refusal):
    """More keywords than fit; ``limit`` is how many do."""

    code = "too_many_keywords"


class TooManyThemes(Refusal):
    """The town has as many themes as fit; ``limit`` is how many do."""

    code = "too_many_themes"


class TitleUnsuitable(Refusal):
    """The title of a theme has no letters, is too long, or another theme has it."""

    code = "title_unsuitable"


class NotYourPeople(Refusal):
    """The person works outside the own block, or has a right that the one who acts lacks."""

    code = "not_your_people"


class OwnPlace(Refusal):
    """Nobody changes or dismisses themself."""

    code = "own_place"


class CodeNotNeeded(Refusal):
    """An official's account was sent a code: it has joined already, and is nobody else."""

    code = "code_not_needed"


class BroaderThanOwn(Refusal):
    """Nobody gives a right that they lack over that scope."""

    code = "broader_than_own"


class PlaceIncomplete(Refusal):
    """A place has no role, or its role has neither a block nor a district."""

    code = "place_incomplete"


class PeopleChanged(Refusal):
    """The page shows people as they were."""

    code = "people_changed"


class PersonGone(Refusal):
    """The person does not work here any more."""

    code = "person_gone"


class NobodyManages(Refusal):
    """Nobody would be left who may manage people."""

    code = "nobody_manages"


class AccountGone(Refusal):
    """The account or the code has been removed already."""

    code = "account_gone"


class LastChannel(Refusal):
    """Cards must go to at least one messenger."""

    code = "last_place"


class BotNotOpened(Refusal):
    """The person has not opened the bot in that messenger, or has blocked it there; ``messenger`` says which."""

    code = "not_opened"


class CannotCorrect(Refusal):
    """The messenger does not let a published answer be changed there."""

    code = "cannot_correct"


class NotApprover(Refusal):
    """Another person has to approve the draft; ``name`` is theirs."""

    code = "not_approver"


class OwnDraft(Refusal):
    """Nobody approves an own draft where the rule asks for four eyes."""

    code = "own_draft"


class DraftChanged(Refusal):
    """The draft is not what the button was about any more: another version, published, returned or handed over."""

    code = "draft_changed"


class UnapprovedReply(Refusal):
    """The reply in the chat has other words than the answer that was approved."""

    code = "unapproved_reply"


class AlreadyAsked(Refusal):
    """The citizen was asked already, and has not answered yet."""

    code = "already_asked"


class CannotAsk(Refusal):
    """There is no place where the citizen would read the words: they came by telephone, or answers are off there."""

    code = "cannot_ask"


class TextTooLong(Refusal):
    """The question is too long for anybody to read."""

    code = "text_too_long"


class FirstWordSaid(Refusal):
    """The author of the ticket knows already that it is taken up."""

    code = "first_word_said"


class ExtensionUnsuitable(Refusal):
    """The new deadline is not later than the present one, is over, or much too far ahead; or no reason is given."""

    code = "extension_unsuitable"


class PromiseMissing(Refusal):
    """An interim answer names no day."""

    code = "promise_missing"


class PromiseUnsuitable(Refusal):
    """The day that an interim answer names is over, or much too far ahead."""

    code = "promise_unsuitable"


class EntryEnded(Refusal):
    """The text does not wait to be entered any more: ``name`` has entered or returned it."""

    code = "entry_ended"


class DayPassed(Refusal):
    """The day at the end of a request has passed; ``name`` is the next such day, which may have been meant."""

    code = "day_passed"


class CannotForward(Refusal):
    """An official forwards a message who may not type messages in."""

    code = "cannot_forward"


class NumberKnown(Refusal):
    """Another ticket, ``number``, has the number of the other system."""

    code = "number_known"


class ForwardedFromBot(Refusal):
    """A forwarded message was written by a bot, not by a citizen."""

    code = "forwarded_from_bot"
