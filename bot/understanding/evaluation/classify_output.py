"""The fixed record of a reading that ``classify`` prints."""

from typing import Any

from bot.understanding.reading import Reading


def reading_to_record(message_id: object, reading: Reading) -> dict[str, Any]:
    """Return the JSON object of one message; it has the sector and its scores even if the message is not an appeal."""
    place = reading.place
    return {
        "id": message_id,
        "appeal": reading.appeal,
        "appeal_score": round(reading.appeal_score, 4),
        "sector": reading.sector,
        "sector_scores": {code: round(score, 4) for code, score in reading.sector_scores.items()},
        "theme": reading.theme,
        "topic": reading.topic,
        "urgent": reading.urgent,
        "place": None
        if place is None
        else {
            "settlement": place.settlement,
            "street": place.street,
            "house": place.house,
            "kind": place.kind,
            "landmark": place.landmark,
            "district": place.district,
            "latitude": place.latitude,
            "longitude": place.longitude,
        },
    }
