"""What may be touched, shelf of touch.py: one small description per kind of thing, kinds of a kind together."""
