from coprep.representation.assess import assess as assess
from coprep.representation.result import Representation as Representation
