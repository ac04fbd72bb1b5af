"""The real template: deployed, repaired where MiniStack's CloudFormation drops a property, and compared with what stands."""
