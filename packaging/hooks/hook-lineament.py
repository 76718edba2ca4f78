"""The library: modules that are named in tables and imported on demand, and the files beside them."""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

hiddenimports = collect_submodules("lineament", filter=lambda name: not name.startswith("lineament.search.testing"))
datas = collect_data_files("lineament")
