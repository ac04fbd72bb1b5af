"""What is deployed, what is built, and the local cloud."""
