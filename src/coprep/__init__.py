"""Who was in the room, and whose ideas won: fair representation and bias in co-production.

>>> import coprep
>>> came = {"sex": {"Female": 12, "Male": 9}}
>>> lives_there = coprep.Baseline.from_shares({"sex": {"Female": 50.8, "Male": 49.2}})
>>> print(coprep.representation.assess(came, lives_there).findings[0].verdict)
inconclusive
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

__version__ = "0.1.0"

if TYPE_CHECKING:
    from coprep import fairness as fairness
    from coprep import ideas as ideas
    from coprep import metrics as metrics
    from coprep import representation as representation
    from coprep.auditing import Audit as Audit
    from coprep.auditing import audit as audit
    from coprep.data.baseline import Baseline as Baseline
    from coprep.data.folder import read_process as read_process
    from coprep.data.platforms import read_decidim as read_decidim
    from coprep.data.platforms import read_pabulib as read_pabulib
    from coprep.data.platforms import read_polis as read_polis
    from coprep.data.process import Process as Process
    from coprep.errors import CoprepError as CoprepError
    from coprep.errors import CoprepWarning as CoprepWarning
    from coprep.errors import InputError as InputError
    from coprep.errors import MissingExtraError as MissingExtraError
    from coprep.findings import Estimate as Estimate
    from coprep.findings import Finding as Finding
    from coprep.findings import Result as Result
    from coprep.findings import Verdict as Verdict
    from coprep.findings import from_json as from_json

_NAMES = {
    "auditing": ["Audit", "audit"],
    "data.baseline": ["Baseline"],
    "data.folder": ["read_process"],
    "data.platforms": ["read_decidim", "read_pabulib", "read_polis"],
    "data.process": ["Process"],
    "errors": ["CoprepError", "CoprepWarning", "InputError", "MissingExtraError"],
    "findings": ["Estimate", "Finding", "Result", "Verdict", "from_json"],
}
_PACKAGES = ["fairness", "ideas", "metrics", "representation"]

attach("coprep", {**_NAMES, **{p: [] for p in _PACKAGES}})
__all__ = [
    "Audit",
    "Baseline",
    "CoprepError",
    "CoprepWarning",
    "Estimate",
    "Finding",
    "InputError",
    "MissingExtraError",
    "Process",
    "Result",
    "Verdict",
    "__version__",
    "audit",
    "fairness",
    "from_json",
    "ideas",
    "metrics",
    "read_decidim",
    "read_pabulib",
    "read_polis",
    "read_process",
    "representation",
]
