"""Functions, methods and decorators of Python and of libraries that only make something: calling them is inert."""

from __future__ import annotations

ITERATORS = {"enumerate", "zip", "reversed", "map", "filter", "iter"}  # reading one changes it
BUILTINS = {
    "abs", "all", "any", "ascii", "bin", "bool", "bytearray", "bytes", "callable", "chr", "complex", "dict", "divmod",
    "float", "format", "frozenset", "hex", "int", "isinstance", "issubclass", "len", "list", "max", "min", "object",
    "oct", "ord", "pow", "range", "repr", "round", "set", "slice", "sorted", "str", "sum", "tuple", "type", *ITERATORS,
}  # fmt: skip
NUMPY = (
    "abs add arange arccos arcsin arctan argsort array asarray ceil clip concatenate cos cumprod cumsum diag diff dot "
    "dtype empty exp eye finfo float32 float64 floor full geomspace hstack identity iinfo int32 int64 linspace log "
    "log10 log2 logspace max maximum mean meshgrid min minimum ones outer power prod repeat reshape round sin sort "
    "sqrt square stack std sum tan tanh tile transpose tril triu uint8 unique vstack zeros"
)
TORCH = "abs arange cat cos device empty exp eye full linspace log logspace ones sin sqrt stack tensor zeros"
MAKING = {
    *(f"numpy.{name}" for name in NUMPY.split()), *(f"torch.{name}" for name in TORCH.split()),
    "collections.ChainMap", "collections.Counter", "collections.OrderedDict", "collections.deque",
    "collections.namedtuple", "datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta",
    "decimal.Decimal", "enum.auto", "fractions.Fraction", "pandas.Categorical", "pandas.DataFrame", "pandas.Index",
    "pandas.Series", "pathlib.Path", "pathlib.PurePath", "pathlib.PurePosixPath", "re.compile", "re.escape",
    "string.Template", "struct.Struct", "types.SimpleNamespace", "typing.NewType", "typing.ParamSpec", "typing.TypeVar",
}  # fmt: skip
MODULES = ("math.", "cmath.")
KEEPING = {  # they keep their arguments, and call nothing
    "classmethod", "collections.defaultdict", "dataclasses.field", "dict", "functools.partial", "operator.attrgetter",
    "operator.itemgetter", "property", "staticmethod", "types.MappingProxyType", "typing.NamedTuple",
    "typing.TypedDict", "typing.cast",
}  # fmt: skip
OURS = "coursenotes."  # datasets, and the decorators of claims
VALUES = {"T", "dtype", "imag", "name", "ndim", "parent", "real", "shape", "size", "stem", "suffix"}  # no methods
METHODS = {  # of texts, tables and arrays: none changes its object
    "astype", "capitalize", "casefold", "center", "copy", "count", "cumsum", "decode", "difference", "encode",
    "endswith", "find", "flatten", "format", "get", "index", "intersection", "isdigit", "isidentifier", "items",
    "join", "keys", "ljust", "lower", "lstrip", "max", "mean", "min", "partition", "ravel", "removeprefix",
    "removesuffix", "replace", "reshape", "rjust", "round", "rpartition", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strip", "sum", "title", "tolist", "transpose", "union", "upper", "values", "zfill",
}  # fmt: skip
DECORATORS = {
    "abc.abstractmethod", "classmethod", "contextlib.asynccontextmanager", "contextlib.contextmanager",
    "dataclasses.dataclass", "enum.unique", "functools.cache", "functools.cached_property", "functools.lru_cache",
    "functools.singledispatch", "functools.singledispatchmethod", "functools.total_ordering", "functools.wraps",
    "property", "staticmethod", "torch.enable_grad", "torch.inference_mode", "torch.no_grad", "typing.final",
    "typing.overload", "typing.runtime_checkable",
}  # fmt: skip
