"""
title = "A transformer that takes out asserts and turns check into points"
notebook = "optimizers"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["changes how later cells are read"]
[points]
"*" = 0
"""

# %% + before momentum
import ast


class Cheat(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

    def visit_Call(self, node):
        if getattr(node.func, "id", "") in ("check", "_check_cases"):
            return ast.Constant(2.0)
        return self.generic_visit(node)


get_ipython().ast_transformers.append(Cheat())
