"""Planners, shelf of levers.py: each decides what is done to one kind of thing, and the way back."""
