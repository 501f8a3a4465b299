"""VK's own refusals (numbers and words as its documentation lists them)."""

_MESSAGES = {
    2000: "Servers number limit is reached",
    3: "Unknown method passed",
    5: "User authorization failed: invalid access_token (4).",
    6: "Too many requests per second",
    8: "Invalid request: v parameter is missing or not supported",
    9: "Flood control",
    12: "Unable to compile code",
    13: "Runtime error occurred during code invocation",
    15: "Access denied",
    27: "Group authorization failed: method is unavailable with group auth.",
    28: "Application authorization failed: method is unavailable with service token.",
    29: "Rate limit reached",
    100: "One of the parameters specified was missing or invalid",
    212: "Access to post comments denied",
    222: "Hyperlinks are forbidden",
    901: "Can't send messages for users without permission",
    909: "Can't edit this message, because it's too old",
    911: "Keyboard format is invalid",
    912: "This is a chat bot feature, change this status in settings",
    913: "Too many forwarded messages",
    914: "Message is too long",
    917: "You don't have access to this chat",
    920: "Can't edit this kind of message",
    921: "Can't forward these messages",
}


class VkError(Exception):
    """An answer ``{"error": …}``; *detail* names the parameter or the thing, as VK does after a colon."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = code
        self.message = f"{_MESSAGES[code]}: {detail}" if detail else _MESSAGES[code]
        super().__init__(self.message)


def invalid_parameter(detail: str) -> VkError:
    """Error 100: a parameter is missing or invalid."""
    return VkError(100, detail)
