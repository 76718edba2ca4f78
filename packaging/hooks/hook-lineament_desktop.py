"""The window: workspaces that are imported when they are first shown, and its icons."""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

hiddenimports = collect_submodules("lineament_desktop")
datas = collect_data_files("lineament_desktop")
