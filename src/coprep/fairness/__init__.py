"""Who gets what? Group fairness of decisions: counts by group, the field's metrics, and what can be said of gaps.

Every metric takes rows (``y_true, y_pred, sensitive_features=...``) and gives a float that
remembers groups, interval, the gap to expect from chance, and what was undefined. `GroupTable`
counts once for many metrics; `group_metrics` gives all of them with findings.
"""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
