"""Keep MediaPipe's start-up chatter off the terminal without losing anything else that is written to it."""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

_CHATTER = re.compile(
    rb"All log messages before absl::InitializeLog|Created TensorFlow Lite|inference_feedback_manager"
    rb"|face_landmarker_graph|gl_context|Sets FaceBlendshapesGraph|landmark_projection_calculator"
)


@contextlib.contextmanager
def quiet_native_logs() -> Iterator[None]:
    """Hold back the process's standard error, then pass on every line that is not known chatter.

    MediaPipe's C++ side writes straight to file descriptor 2 and its log level cannot be set from Python. Where there
    is no such descriptor (a windowed program) there is nothing to silence.
    """
    try:
        saved = os.dup(2)
    except OSError:
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            held.seek(0)
            rest = b"".join(line for line in held if not _CHATTER.search(line))
            if rest:
                os.write(2, rest)
