"""The real template: deployed, repaired where MiniStack drops a property, and compared with what stands."""
