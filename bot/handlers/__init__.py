"""Event → who acts → one service → what they see. One module per kind of person."""
