"""The fastai callback behind run.fastai(). On its own, since importing it imports fastai."""

from __future__ import annotations

from typing import Any

from fastai.callback.core import Callback


class ReportToRun(Callback):
    """After each epoch, log the recorder's losses and metrics to the run."""

    order = 60  # after the Recorder (50), whose values it reads

    def __init__(self, run: Any):
        self.job = run  # Callback.run is fastai's own: whether the callback is to be called

    def before_fit(self) -> None:
        self.run = not hasattr(self.learn, "gather_preds")  # Learner.get_preds trains nothing that could be logged

    def before_epoch(self) -> None:
        self.job._report({"epoch": self.epoch, "epochs": self.n_epoch})

    def after_epoch(self) -> None:
        names = [name for name in self.recorder.metric_names if name not in ("epoch", "time")]
        values = [v for v in self.recorder.log[1:] if v is not None]
        self.job.log(epoch=self.epoch, **dict(zip(names, values, strict=False)))
