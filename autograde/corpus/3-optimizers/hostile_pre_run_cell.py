"""
title = "A hook that runs the solution's name before every cell and one that forges after it"
notebook = "optimizers"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["hooks into the running"]
[points]
"*" = 0
"""


# %% + before momentum
def spy(info):
    open("seen.txt", "a").write(info.raw_cell)


def forge(result):
    result.result = 2.0


get_ipython().events.register("pre_run_cell", spy)
get_ipython().events.register("post_run_cell", forge)
