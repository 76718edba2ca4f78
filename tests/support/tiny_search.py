"""A search so small that it takes seconds once its processes have started."""

from lineament.search.config import SearchConfig
from lineament.search.recipe import Recipe

COHORT = "simulated:strong:12:1"
TINY = SearchConfig(
    method="random",
    budget=12,
    seconds=30.0,
    folds=2,
    repeats=1,
    search_folds=2,
    short_list=3,
    random_candidates=0,
    random_controls=1,
    tuning_steps=0,
    width=4,
    token=6,
    attention_width=3,
    attributes=("gaze", "head pose"),
    families=("cnn", "moments"),
    workers=1,
    recipe=Recipe(steps=40, persons=4, windows=2, validation_windows=1),
)
