"""The default tracker: MediaPipe FaceMesh with refined eyes and lips, from the model files inside the pinned wheel.

The graph is MediaPipe's own `face_landmark_front_cpu` with two changes that leave the landmarks as they are:

* When to look for further faces is decided here. MediaPipe's own graph searches the whole picture in every frame as
  long as fewer than `max_faces` are known, which costs a third more in the usual case of one person; ours searches
  when it knows none, and twice a second otherwise.
* The face flag of the landmark network, which MediaPipe only compares with .5, is read out as the confidence.
"""

from pathlib import Path
from typing import Any, Self

import numpy as np

from lineament.face.clock import TrackerClock
from lineament.face.landmark_bytes import decode_landmarks
from lineament.face.native_logs import quiet_native_logs
from lineament.face.observation import FaceObservation, ImageArray

SEARCH_INTERVAL_MS = 500.0
"""How often further faces are looked for while at least one is known (our choice)."""

_GRAPH = "mediapipe/modules/face_landmark/face_landmark_front_cpu.binarypb"
_LANDMARKS = "face_landmarks"
_PRESENCE = "facelandmarkcpu__face_presence_score"
_ENOUGH_FACES = "prev_has_enough_faces"
_KEEP_FACES = "keep_previous_faces"


class FaceMeshTracker:
    """478 landmarks a face. Confidence is the landmark network's own face flag (a sigmoid, threshold .5)."""

    kind = "facemesh"
    has_blendshapes = False

    def __init__(self, max_faces: int = 4) -> None:
        if max_faces < 1:
            raise ValueError(f"max_faces must be at least 1, not {max_faces}")
        self._max_faces = max_faces
        self._clock = TrackerClock(ticks_per_ms=1000)
        self._known = 0
        self._keep = False
        self._warm = False
        self._next_search_ms = 0.0
        self._landmarks: dict[int, bytes] = {}
        self._presence: dict[int, float] = {}
        with quiet_native_logs():
            self._graph: Any = self._start_graph()

    @property
    def version(self) -> str:
        from importlib.metadata import version

        return f"mediapipe {version('mediapipe')}"

    def track(self, image_rgb: ImageArray, time_ms: float) -> list[FaceObservation]:
        """See `FaceTracker.track`."""
        if image_rgb.ndim != 3 or image_rgb.shape[2] != 3 or image_rgb.dtype != np.uint8:
            raise ValueError(f"expected uint8[H, W, 3], got {image_rgb.dtype}{list(image_rgb.shape)}")
        tick = self._clock.tick(time_ms)
        search = self._shall_search(time_ms)
        self._landmarks.clear()
        self._presence.clear()
        if self._warm:
            self._feed(image_rgb, tick, search)
        else:
            with quiet_native_logs():
                self._feed(image_rgb, tick, search)
            self._warm = bool(self._presence)
        height, width = image_rgb.shape[:2]
        faces = [
            FaceObservation(decode_landmarks(self._landmarks[loop], width, height), self._presence[loop])
            for loop in sorted(self._landmarks)
        ]
        self._known, self._keep = len(faces), True
        return sorted(faces, key=lambda face: -face.size)

    def reset(self) -> None:
        """See `FaceTracker.reset`."""
        self._known, self._keep = 0, False
        self._clock.restart()

    def close(self) -> None:
        """Give the graph's memory and threads back; a second call does nothing."""
        graph, self._graph = self._graph, None
        if graph is not None:
            graph.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _shall_search(self, time_ms: float) -> bool:
        due = self._known == 0 or time_ms >= self._next_search_ms
        if due:
            self._next_search_ms = time_ms + SEARCH_INTERVAL_MS
        return due and self._known < self._max_faces

    def _feed(self, image_rgb: ImageArray, tick: int, search: bool) -> None:
        from mediapipe.python import packet_creator
        from mediapipe.python._framework_bindings import image_frame

        # A read-only view is taken by reference; the graph is idle again, and lets go of it, before we return.
        pixels = np.ascontiguousarray(image_rgb).view()
        pixels.flags.writeable = False
        packets = {
            _ENOUGH_FACES: packet_creator.create_bool(not search),
            _KEEP_FACES: packet_creator.create_bool(self._keep),
            "image": packet_creator.create_image_frame(image_format=image_frame.ImageFormat.SRGB, data=pixels),
        }
        for stream, packet in packets.items():
            self._graph.add_packet_to_input_stream(stream=stream, packet=packet.at(tick))
        self._graph.wait_until_idle()

    def _start_graph(self) -> Any:
        from mediapipe.python import packet_creator
        from mediapipe.python._framework_bindings import _packet_getter, calculator_graph

        graph = calculator_graph.CalculatorGraph(graph_config=_graph_config())

        def keep_landmarks(_stream: str, packet: Any) -> None:
            self._landmarks[packet.timestamp.value] = _packet_getter._get_serialized_proto(packet)

        def keep_presence(_stream: str, packet: Any) -> None:
            self._presence[packet.timestamp.value] = _packet_getter.get_float(packet)

        # Both streams lie inside the graph's loop over faces and carry the loop's time stamps, one a face.
        graph.observe_output_stream(_LANDMARKS, keep_landmarks, False)
        graph.observe_output_stream(_PRESENCE, keep_presence, False)
        graph.start_run(
            {
                "num_faces": packet_creator.create_int(self._max_faces),
                "use_prev_landmarks": packet_creator.create_bool(True),
                "with_attention": packet_creator.create_bool(True),
            }
        )
        graph.wait_until_idle()
        return graph


def _graph_config() -> Any:
    """MediaPipe's graph with the two decisions, search and keep, turned into inputs."""
    config = _read_graph()
    searching = [n for n in config.node if n.calculator == "NormalizedRectVectorHasMinSizeCalculator"]
    keeping = [
        n
        for n in config.node
        if n.calculator == "GateCalculator" and "prev_face_rects_from_landmarks" in n.input_stream
    ]
    if len(searching) != 1 or len(keeping) != 1:
        raise RuntimeError("this MediaPipe's face graph is not the one Lineament was written for (0.10.21)")
    config.node.remove(searching[0])
    del keeping[0].input_side_packet[:]
    keeping[0].ClearField("options")
    keeping[0].input_stream.append(f"ALLOW:{_KEEP_FACES}")
    config.input_stream.extend([_ENOUGH_FACES, _KEEP_FACES])
    return config


def _read_graph() -> Any:
    import mediapipe

    # Option messages must be known to protobuf before a graph that uses them is read.
    from mediapipe.calculators.core import (
        constant_side_packet_calculator_pb2,
        gate_calculator_pb2,
        split_vector_calculator_pb2,
    )
    from mediapipe.calculators.tensor import (
        image_to_tensor_calculator_pb2,
        inference_calculator_pb2,
        tensors_to_detections_calculator_pb2,
    )
    from mediapipe.framework import calculator_pb2
    from mediapipe.python._framework_bindings import resource_util, validated_graph_config

    del constant_side_packet_calculator_pb2, gate_calculator_pb2, split_vector_calculator_pb2
    del image_to_tensor_calculator_pb2, inference_calculator_pb2, tensors_to_detections_calculator_pb2
    root = Path(mediapipe.__file__).parents[1]
    resource_util.set_resource_dir(str(root))
    validated = validated_graph_config.ValidatedGraphConfig()
    validated.initialize(binary_graph_path=str(root / _GRAPH))
    config = calculator_pb2.CalculatorGraphConfig()
    config.ParseFromString(validated.binary_config)
    return config
