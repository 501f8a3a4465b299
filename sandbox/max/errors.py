"""The error answers of the MAX Bot API: an HTTP status and ``{"code", "message"}``."""


class ApiError(Exception):
    """A refusal. *code* and *message* are what the real server says, word for word where it is known."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> dict[str, str]:
        """The JSON body of the answer."""
        return {"code": self.code, "message": self.message}


def bad_request(message: str) -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, "proto.payload", message)


def forbidden(message: str) -> ApiError:
    """403: the bot may not do this."""
    return ApiError(403, "access.denied", message)


def bot_stopped(chat_id: int) -> ApiError:
    """403: the person has stopped the bot."""
    return ApiError(403, "chat.denied", f"Key: error.dialog.suspended, args: [{chat_id},].")


def chat_not_found(chat_id: int) -> ApiError:
    """404: no such chat, or none of the bot's."""
    return ApiError(404, "chat.not.found", f"Chat {chat_id} not found")


def message_not_found(mid: str) -> ApiError:
    """404: no such message (any more)."""
    return ApiError(404, "message.not.found", f"Message {mid} not found")


def attachment_not_ready() -> ApiError:
    """400: the server has not yet worked through an uploaded file."""
    return ApiError(400, "attachment.not.ready", "Key: errors.process.attachment.file.not.processed")


def too_many_requests() -> ApiError:
    """429: too fast. MAX does not say for how long."""
    return ApiError(429, "too.many.requests", "Too many requests")
