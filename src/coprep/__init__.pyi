from coprep import fairness as fairness
from coprep import ideas as ideas
from coprep import metrics as metrics
from coprep import representation as representation
from coprep.auditing import Audit as Audit
from coprep.auditing import audit as audit
from coprep.data.baseline.baseline import Baseline as Baseline
from coprep.data.process.process import Process as Process
from coprep.data.process.readers import read_decidim as read_decidim
from coprep.data.process.readers import read_pabulib as read_pabulib
from coprep.data.process.readers import read_polis as read_polis
from coprep.data.process.readers.folder import read_process as read_process
from coprep.errors import CoprepError as CoprepError
from coprep.errors import CoprepWarning as CoprepWarning
from coprep.errors import InputError as InputError
from coprep.errors import MissingExtraError as MissingExtraError
from coprep.findings import Estimate as Estimate
from coprep.findings import Finding as Finding
from coprep.findings import Note as Note
from coprep.findings import Verdict as Verdict
from coprep.loading import from_json as from_json
from coprep.results import Result as Result

__version__: str
