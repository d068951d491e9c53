"""Source that runs in the student's kernel beside the student's code. It holds no judgement and no answer."""
