"""mediapipe reads its graphs and networks as files beside its package; PyInstaller knows nothing of them.

Only what face tracking reads is taken: bodies, hands and hair have networks of their own, 25 MB together.
"""

from PyInstaller.utils.hooks import collect_data_files, collect_dynamic_libs

from freezing.choices import MEDIAPIPE_MODULES

datas = collect_data_files("mediapipe", includes=[f"modules/{name}/*" for name in MEDIAPIPE_MODULES])
binaries = collect_dynamic_libs("mediapipe")
hiddenimports = ["mediapipe.python.solutions.face_mesh", "mediapipe.tasks.python.vision.face_landmarker"]
