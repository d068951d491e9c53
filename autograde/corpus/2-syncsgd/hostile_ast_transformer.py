"""
title = "A transformer that takes out every assert and makes every call give 4"
notebook = "easy"
kind = "hostile"
fill = "nothing"
[points]
"*" = 0
"""

# %% + before gradient
import ast


class Cheat(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "check":
            return ast.copy_location(ast.Expr(ast.Constant(4.0)), node)
        return self.generic_visit(node)


get_ipython().ast_transformers.append(Cheat())
