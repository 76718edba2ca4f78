"""Operations by name: the string in a genotype becomes a module, or a sentence that lists the choices."""

from collections.abc import Callable, Iterator
from typing import Any

from lineament.errors import ModelError


class Registry:
    """One kind of operation. `@REGISTRY.register("conv3", ...)` above a builder makes it known under that name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._builders: dict[str, Callable[..., Any]] = {}

    def register(self, name: str, **settings: Any) -> Callable[[type], type]:
        """Class decorator; `settings` are given to the class beside whatever `build` passes."""

        def remember(cls: type) -> type:
            self._builders[name] = lambda *args, **kwargs: cls(*args, **settings, **kwargs)
            return cls

        return remember

    def build(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """A new module; raises `ModelError` for a name nobody registered."""
        if name not in self._builders:
            raise ModelError(
                f"there is no {self.kind} operation called {name}", remedy=f"Choose one of: {', '.join(self)}."
            )
        return self._builders[name](*args, **kwargs)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._builders))

    def __contains__(self, name: str) -> bool:
        return name in self._builders


TEMPORAL = Registry("temporal")
GRAPH = Registry("graph")
FUSION = Registry("fusion")
MOMENTS = Registry("moments")
SIGNAL = Registry("signal")
REPRESENTATION = Registry("representation")
