from coprep.report.display import fragment as fragment
from coprep.report.display import summary as summary
from coprep.report.display import text as text
from coprep.report.files import save as save
from coprep.report.page import page as page
from coprep.report.plots import draw as draw
