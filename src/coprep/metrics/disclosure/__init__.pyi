from coprep.metrics.disclosure._suppression import feasibility_intervals as feasibility_intervals
from coprep.metrics.disclosure._suppression import protected_cells as protected_cells
from coprep.metrics.disclosure._suppression import suppress as suppress
