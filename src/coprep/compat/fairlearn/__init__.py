"""The 42 names of `fairlearn.metrics` 0.15: change the import, and the numbers stay.

fairlearn's conventions win here: its labels, its 0 where a rate is of nobody, its exceptions, plain
numbers and pandas. Where coprep would say that a number is not defined, a `CoprepWarning` says so.
scikit-learn is not needed; its functions are taken as any others are.

>>> from coprep.compat.fairlearn import MetricFrame, selection_rate
>>> y_true, y_pred, groups = [1, 0, 1], [1, 0, 1], ["a", "a", "b"]
>>> frame = MetricFrame(
...     metrics=selection_rate, y_true=y_true, y_pred=y_pred, sensitive_features=groups
... )
>>> frame.by_group.to_dict()
{'a': 0.5, 'b': 1.0}
"""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
