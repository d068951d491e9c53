"""The course's networks, one file each."""
