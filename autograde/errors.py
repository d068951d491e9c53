"""What an instructor may meet and can act on."""


class CourseError(Exception):
    """One clear sentence: what was given, what was expected, what to do. Printed without a traceback."""
