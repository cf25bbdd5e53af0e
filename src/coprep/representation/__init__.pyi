from coprep.representation._result import Representation as Representation
from coprep.representation.assess import assess as assess
from coprep.representation.recruit import Recruitment as Recruitment
from coprep.representation.recruit import recruit as recruit
from coprep.representation.seats import Seats as Seats
from coprep.representation.seats import seats as seats
from coprep.representation.weights import Weights as Weights
from coprep.representation.weights import weights as weights
