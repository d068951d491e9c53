"""The sliders and buttons: plain ipywidgets, each with a label, all within reach of the keyboard."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ipywidgets

from .settings import NETWORKS, OPTIMIZERS, OWN, RATES, STEPS, WORKERS, Settings, batch_sizes, changed

Layout = ipywidgets.Layout


class Controls:
    """What the settings are chosen with. `choose` is called with the new settings after each choice by a person."""

    def __init__(self, settings: Settings, own: list[str], choose: Callable[[Settings], None]) -> None:
        self.settings, self._choose, self._quiet = settings, choose, False
        optimizers = [*OPTIMIZERS, OWN] if "optimizer" in own else list(OPTIMIZERS)
        wide = {"style": {"description_width": "95px"}, "layout": Layout(flex="1 1 300px", min_width="260px")}
        slim = {"style": {"description_width": "95px"}, "layout": Layout(flex="1 1 240px", min_width="220px")}
        self.widgets: dict[str, Any] = {
            "network": ipywidgets.Dropdown(options=list(NETWORKS), description="Network", **slim),
            "data": ipywidgets.Dropdown(description="Data", **slim),
            "optimizer": ipywidgets.Dropdown(options=optimizers, description="Optimizer", **slim),
            "steps": ipywidgets.Dropdown(
                options=[(f"{steps:,}", steps) for steps in STEPS], description="Steps", **slim
            ),
            "workers": ipywidgets.IntSlider(min=1, max=WORKERS, description="Workers", continuous_update=False, **wide),
            "batch_size": ipywidgets.FloatLogSlider(
                base=2,
                min=0,
                max=math.log2(batch_sizes(settings.data)[-1]),
                step=1,
                readout_format="d",
                description="Mini-batch",
                continuous_update=False,
                **wide,
            ),
            "lr": ipywidgets.FloatLogSlider(
                base=10,
                min=RATES[0],
                max=RATES[1],
                step=0.1,
                readout_format=".2g",
                description="Learning rate",
                continuous_update=False,
                **wide,
            ),  # fmt: skip
        }
        self.show(settings)
        for name, widget in self.widgets.items():
            widget.observe(lambda change, name=name: self._chosen(name, change["new"]), "value")
        button = Layout(width="auto", min_width="110px")
        self.start = ipywidgets.Button(description="Start again", icon="play", button_style="primary", layout=button)
        self.stop = ipywidgets.Button(description="Stop", icon="stop", layout=button, disabled=True)
        self.dark = ipywidgets.ToggleButton(description="Dark pictures", icon="adjust", layout=button)
        self.start.tooltip = "Train once more with these settings"
        self.stop.tooltip = "End the run after the step under way"
        self.dark.tooltip = "Dark or light pictures"
        row = Layout(flex_flow="row wrap", align_items="center", grid_gap="4px 8px")
        first = [self.widgets[name] for name in ("network", "data", "optimizer", "steps")]
        second = [self.widgets[name] for name in ("workers", "batch_size", "lr")]
        rows = [first, second, [self.start, self.stop, self.dark]]
        self.box = ipywidgets.VBox([ipywidgets.Box(widgets, layout=row) for widgets in rows])

    def show(self, settings: Settings) -> None:
        """Bring all widgets to these settings, without calling `choose`."""
        self._quiet = True
        try:
            self.settings = settings
            self.widgets["data"].options = settings.choice.data
            self.widgets["batch_size"].max = math.log2(batch_sizes(settings.data)[-1])
            for name, widget in self.widgets.items():
                value = getattr(settings, name)
                if name == "lr":
                    value = min(max(value, 10 ** RATES[0]), 10 ** RATES[1])
                    if math.isclose(value, widget.value, rel_tol=1e-6):
                        continue
                widget.value = value
        finally:
            self._quiet = False

    def _chosen(self, name: str, value: Any) -> None:
        if self._quiet:
            return
        if name == "batch_size":  # a number that was typed need not be a power of two
            value = nearest(value, batch_sizes(self.settings.data))
        before = self.settings
        self.show(changed(before, name, value))
        if self.settings != before:
            self._choose(self.settings)


def nearest(value: float, sizes: tuple[int, ...]) -> int:
    """The size whose ratio to the value is nearest to 1."""
    return min(sizes, key=lambda size: abs(math.log(size / max(value, 1e-9))))
