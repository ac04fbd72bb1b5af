"""The IAM policies of the template: found, filled with sample values, and excused where the linter errs."""
