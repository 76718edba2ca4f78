"""The engine for several machines: every unit is a task of a Ray cluster. Ray itself is imported only where it runs.

engine.py, shift.py   in the calling process: hands out units, keeps what comes back in the run's folder
link.py, connection.py   a process of its own that belongs to the cluster: Ray ends a process whose cluster goes away
post.py               an actor beside it, where the machines leave what they have to say
errand.py, mail.py    on the machines: one unit, in a folder of its own that nobody else sees
"""

from lineament.search.engines.ray.engine import RayEngine

__all__ = ["RayEngine"]
