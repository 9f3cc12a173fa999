from selenolab import shelf as shelf
from selenolab.core.errors import SelenolabError as SelenolabError
from selenolab.faces.notebook import show as show
from selenolab.faces.verbs import analyse as analyse
from selenolab.faces.verbs import inspect as inspect
from selenolab.faces.verbs import run as run
from selenolab.study.folder import run_study as run_study
from selenolab.study.plan import load_study as load_study

__version__: str
