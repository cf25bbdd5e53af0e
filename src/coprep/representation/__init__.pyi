from coprep.representation._result import Representation as Representation
from coprep.representation.assess import assess as assess
