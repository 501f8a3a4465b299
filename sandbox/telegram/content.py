"""Contents of a message beyond text and plain files, checked as strictly as the Bot API describes them.

See https://core.telegram.org/bots/api#available-types. A type is a line of its fields: ``!`` marks a required one,
``[]`` an array; a field without a type is a string.
"""

from functools import lru_cache
from typing import Any, NamedTuple

Json = dict[str, Any]

_FILE = "file_id! file_unique_id! file_size:int mime_type"
_ENTITIES = "entities:MessageEntity[]"
_CAPTION = "caption:RichBlockCaption"
_TYPES = {
    "Message": (
        "rich_message:RichMessage live_photo:LivePhoto paid_media:PaidMediaInfo story:Story checklist:Checklist"
        " contact:Contact dice:Dice game:Game poll:Poll venue:Venue location:Location invoice:Invoice"
        " giveaway:Giveaway giveaway_winners:GiveawayWinners external_reply:ExternalReplyInfo quote:TextQuote"
        " reply_to_story:Story checklist_tasks_added:ChecklistTasksAdded poll_option_added:PollOptionAdded"
        f" text {_ENTITIES} caption caption_entities:MessageEntity[] photo:PhotoSize[] passport_data:any"
    ),
    "MessageEntity": "type! offset:int! length:int! url user:any language custom_emoji_id",
    "PhotoSize": f"{_FILE} width:int! height:int!",
    "LivePhoto": f"photo:PhotoSize[] {_FILE} width:int! height:int! duration:int!",
    "Audio": f"{_FILE} duration:int! performer title file_name thumbnail:PhotoSize",
    "Voice": f"{_FILE} duration:int!",
    "Video": f"{_FILE} width:int! height:int! duration:int! file_name",
    "Animation": f"{_FILE} width:int! height:int! duration:int! file_name",
    "Document": f"{_FILE} file_name thumbnail:PhotoSize",
    "Sticker": f"{_FILE} type! width:int! height:int! is_animated:bool! is_video:bool! emoji set_name",
    "Location": "latitude:float! longitude:float! horizontal_accuracy:float live_period:int heading:int",
    "Venue": "location:Location! title! address! foursquare_id google_place_id",
    "PaidMediaInfo": "star_count:int! paid_media:PaidMedia[]!",
    "PaidMedia.preview": "type! width:int height:int duration:int",
    "PaidMedia.photo": "type! photo:PhotoSize[]!",
    "PaidMedia.video": "type! video:Video!",
    "PaidMedia.live_photo": "type! live_photo:LivePhoto!",
    "Story": "chat:any! id:int!",
    "ChecklistTask": "id:int! text! text_entities:MessageEntity[] completed_by_user:any completion_date:int",
    "Checklist": "title! title_entities:MessageEntity[] tasks:ChecklistTask[]! others_can_add_tasks:bool",
    "ChecklistTasksAdded": "checklist_message:any tasks:ChecklistTask[]!",
    "Contact": "phone_number! first_name! last_name user_id:int vcard",
    "Dice": "emoji! value:int!",
    "Game": "title! description! photo:PhotoSize[]! text text_entities:MessageEntity[] animation:Animation",
    "PollMedia": (
        "animation:Animation audio:Audio document:Document live_photo:LivePhoto location:Location photo:PhotoSize[]"
        " sticker:Sticker venue:Venue video:Video"
    ),
    "PollOption": "persistent_id! text! text_entities:MessageEntity[] media:PollMedia voter_count:int!",
    "Poll": (
        "id! question! question_entities:MessageEntity[] options:PollOption[]! total_voter_count:int! is_closed:bool!"
        " is_anonymous:bool! type! allows_multiple_answers:bool! allows_revoting:bool! members_only:bool! explanation"
        " explanation_media:PollMedia description description_entities:MessageEntity[] media:PollMedia"
    ),
    "PollOptionAdded": "poll_message:any option_persistent_id! option_text! option_text_entities:MessageEntity[]",
    "Invoice": "title! description! start_parameter! currency! total_amount:int!",
    "Giveaway": "chats:any! winners_selection_date:int! winner_count:int! prize_description",
    "GiveawayWinners": (
        "chat:any! giveaway_message_id:int! winners_selection_date:int! winner_count:int! winners:any!"
        " prize_description"
    ),
    "TextQuote": f"text! {_ENTITIES} position:int! is_manual:bool",
    "ExternalReplyInfo": (
        "origin:any! chat:any message_id:int animation:Animation audio:Audio document:Document live_photo:LivePhoto"
        " paid_media:PaidMediaInfo photo:PhotoSize[] story:Story video:Video voice:Voice checklist:Checklist"
        " contact:Contact location:Location poll:Poll venue:Venue"
    ),
    "RichMessage": "blocks:RichBlock[]! is_rtl:bool",
    "RichBlockCaption": "text:RichText! credit:RichText",
    "RichBlockListItem": "label! blocks:RichBlock[]! has_checkbox:bool is_checked:bool value:int type",
    "RichBlockTableCell": "text:RichText is_header:bool colspan:int rowspan:int align! valign!",
    "RichBlock.paragraph": "type! text:RichText!",
    "RichBlock.heading": "type! text:RichText! size:int!",
    "RichBlock.pre": "type! text:RichText! language",
    "RichBlock.footer": "type! text:RichText!",
    "RichBlock.divider": "type!",
    "RichBlock.mathematical_expression": "type! expression!",
    "RichBlock.list": "type! items:RichBlockListItem[]!",
    "RichBlock.blockquote": "type! blocks:RichBlock[]! credit:RichText",
    "RichBlock.pullquote": "type! text:RichText! credit:RichText",
    "RichBlock.collage": f"type! blocks:RichBlock[]! {_CAPTION}",
    "RichBlock.slideshow": f"type! blocks:RichBlock[]! {_CAPTION}",
    "RichBlock.table": "type! cells:RichBlockTableCell[][]! is_bordered:bool caption:RichText",
    "RichBlock.details": "type! summary:RichText! blocks:RichBlock[]! is_open:bool",
    "RichBlock.map": f"type! location:Location! zoom:int! width:int! height:int! {_CAPTION}",
    "RichBlock.animation": f"type! animation:Animation! {_CAPTION}",
    "RichBlock.audio": f"type! audio:Audio! {_CAPTION}",
    "RichBlock.photo": f"type! photo:PhotoSize[]! {_CAPTION}",
    "RichBlock.video": f"type! video:Video! {_CAPTION}",
    "RichBlock.voice_note": f"type! voice_note:Voice! {_CAPTION}",
}
_SCALARS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "bool": (bool,), "float": (int, float)}


class _Field(NamedTuple):
    type: str
    arrays: int
    required: bool


@lru_cache
def _fields(name: str) -> dict[str, _Field]:
    found = {}
    for word in _TYPES[name].split():
        field, _, kind = word.rstrip("!").partition(":")
        found[field] = _Field(kind.replace("[]", "") or "str", kind.count("[]"), word.endswith("!"))
    return found


def check_content(content: Json) -> Json:
    """Return *content*, fields of a `Message`; raise ``ValueError`` for a field that the Bot API does not describe."""
    _check("Message", content, "message")
    return content


def _check(name: str, value: Any, path: str) -> None:
    if name == "any":
        return
    if name == "RichText":
        _check_rich_text(value, path)
    elif name in _SCALARS:
        if not isinstance(value, _SCALARS[name]) or (isinstance(value, bool) and name != "bool"):
            raise ValueError(f"{path} is no {name}")
    elif not isinstance(value, dict):
        raise ValueError(f"{path} is no {name}")
    else:
        _check_object(name if name in _TYPES else f"{name}.{value.get('type')}", value, path)


def _check_object(name: str, value: Json, path: str) -> None:
    if name not in _TYPES:
        raise ValueError(f"{path} is of an unknown type {name}")
    fields = _fields(name)
    if missing := [key for key, field in fields.items() if field.required and key not in value]:
        raise ValueError(f"{path} has no {missing[0]}")
    for key, one in value.items():
        if key not in fields:
            raise ValueError(f"{path} has no field {key}")
        _check_array(fields[key], fields[key].arrays, one, f"{path}.{key}")


def _check_array(field: _Field, arrays: int, value: Any, path: str) -> None:
    if not arrays:
        _check(field.type, value, path)
    elif not isinstance(value, list):
        raise ValueError(f"{path} is no array")
    else:
        for one in value:
            _check_array(field, arrays - 1, one, path)


def _check_rich_text(value: Any, path: str) -> None:
    """A `RichText` is a string, an array of them, or an object with a type and formatted text."""
    if isinstance(value, list):
        for one in value:
            _check_rich_text(one, path)
    elif isinstance(value, dict):
        if not isinstance(value.get("type"), str):
            raise ValueError(f"{path} has no type")
        if value["type"] not in ("custom_emoji", "mathematical_expression", "anchor"):
            _check_rich_text(value.get("text"), path)
    elif not isinstance(value, str):
        raise ValueError(f"{path} is no RichText")
