"""Results as figures and claims read them."""

import numpy as np
import pytest

from coursenotes.result import Result, Results, Row
