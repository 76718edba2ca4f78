"""Make the neutral face template in `resources/face_template/` from pictures and videos of faces.

    python tools/make_face_template.py --canonical CANONICAL.obj FACE.mp4 FACE.jpg ...

Every file gives one face: FaceMesh (refined, 478 points) runs over it, frames that are frontal and still neutral
are kept, aligned and averaged. The mean over faces is made symmetric, turned to the orientation of MediaPipe's
canonical face (so that head pose 0 means the same) and its depth, which FaceMesh gives only up to a scale, is
stretched to the depth range that the canonical face implies. Only those aggregate numbers, never a frame, are saved.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import av
import cv2
import mediapipe as mp  # noqa: TID253
import numpy as np
import numpy.typing as npt
from mediapipe.python.solutions import face_mesh_connections as connections  # noqa: TID253
from scipy.optimize import linear_sum_assignment

Points = npt.NDArray[np.float64]

PUPIL_DISTANCE_MM = 63.0
IRIS_CENTRES = (468, 473)
EYEBALL_CENTRE_BEHIND_IRIS_MM = 10.5
FRAMES_PER_FACE = 40
MAX_FRAMES_READ = 300
OUT = Path(__file__).resolve().parents[1] / "resources" / "face_template"


def frames_of(path: Path) -> Iterator[npt.NDArray[np.uint8]]:
    if path.suffix.lower() in {".jpg", ".jpeg", ".png"}:
        picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        for _ in range(5):  # the tracker settles on a still within a few rounds
            yield picture
        return
    with av.open(str(path)) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i >= MAX_FRAMES_READ:
                return
            yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def meshes_of(path: Path) -> Points:
    """All FaceMesh meshes of a file, float64[n, 478, 3] in pixels, y up and z towards the camera."""
    found = []
    with mp.solutions.face_mesh.FaceMesh(refine_landmarks=True, max_num_faces=1) as mesh:
        for picture in frames_of(path):
            height, width = picture.shape[:2]
            result = mesh.process(np.ascontiguousarray(picture))
            if not result.multi_face_landmarks:
                continue
            points = np.array([(p.x, p.y, p.z) for p in result.multi_face_landmarks[0].landmark])
            found.append(points * (width, -height, -width))
    return np.array(found)


def similarity(source: Points, target: Points) -> tuple[float, Points, Points]:
    """Least-squares target = scale * source @ rotation.T + shift (Umeyama 1991)."""
    a, b = source - source.mean(0), target - target.mean(0)
    u, s, vt = np.linalg.svd(b.T @ a)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    scale = float((s * np.diag(sign)).sum() / (a**2).sum())
    return scale, rotation, target.mean(0) - scale * rotation @ source.mean(0)


def align(source: Points, target: Points) -> Points:
    scale, rotation, shift = similarity(source[:468], target[:468])
    return scale * source @ rotation.T + shift


def neutral_shape(meshes: Points, reference: Points) -> tuple[Points | None, int]:
    """Median aligned mesh of the frames that are frontal, with closed lips, open eyes and no smile."""
    aligned, yaw, pitch = [], [], []
    for mesh in meshes:
        _, rotation, _ = similarity(mesh[:468], reference[:468])
        yaw.append(np.degrees(np.arcsin(np.clip(rotation[0, 2], -1, 1))))
        pitch.append(np.degrees(np.arcsin(np.clip(rotation[1, 2], -1, 1))))
        aligned.append(align(mesh, reference))
    shapes = np.array(aligned)
    eyes = np.linalg.norm(shapes[:, 468] - shapes[:, 473], axis=1)
    lip_gap = np.linalg.norm(shapes[:, 13] - shapes[:, 14], axis=1) / eyes
    lid_gap = np.linalg.norm(shapes[:, [159, 386]] - shapes[:, [145, 374]], axis=2).mean(1) / eyes
    mouth = np.linalg.norm(shapes[:, 61] - shapes[:, 291], axis=1) / eyes
    good = (np.abs(yaw) < 15) & (np.abs(pitch) < 20) & (lip_gap < 0.06) & (lid_gap > 0.8 * np.median(lid_gap))
    if not good.any():
        return None, 0
    good &= mouth <= np.quantile(mouth[good], 0.6) + 1e-9
    kept = np.flatnonzero(good)[:FRAMES_PER_FACE]
    return np.median(shapes[kept], axis=0), len(kept)


def triangles_of_mesh() -> npt.NDArray[np.int64]:
    """The 852 faces of FaceMesh's tessellation: all 3-cycles of its edges but the two that enclose others."""
    edges = {tuple(sorted(e)) for e in connections.FACEMESH_TESSELATION}
    neighbours: dict[int, set[int]] = {}
    for a, b in edges:
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    cycles = {tuple(sorted((a, b, c))) for a, b in edges for c in neighbours[a] & neighbours[b]}
    uses = Counter(e for t in cycles for e in combinations(t, 2))
    faces = [t for t in cycles if not all(uses[e] == 3 for e in combinations(t, 2))]
    return np.array(sorted(faces))


def facing_camera(triangles: npt.NDArray[np.int64], vertices: Points) -> npt.NDArray[np.int64]:
    """Order corners anticlockwise as seen from the camera, consistently over shared edges."""
    corner_of_edge: dict[tuple[int, ...], list[int]] = {}
    for i, t in enumerate(triangles):
        for e in combinations(sorted(t), 2):
            corner_of_edge.setdefault(e, []).append(i)
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)[:, 2]
    out, seen = triangles.copy(), {int(np.argmax(np.abs(area)))}
    first = next(iter(seen))
    if area[first] < 0:
        out[first] = out[first][::-1]
    queue = [first]
    while queue:
        i = queue.pop()
        for p, q in ((out[i][0], out[i][1]), (out[i][1], out[i][2]), (out[i][2], out[i][0])):
            for j in corner_of_edge[tuple(sorted((p, q)))]:
                if j in seen:
                    continue
                t = list(out[j])
                if t[(t.index(p) + 1) % 3] == q:  # a neighbour runs along the shared edge the other way
                    out[j] = out[j][::-1]
                seen.add(j)
                queue.append(j)
    return out


def ring(edges: Iterable[tuple[int, int]], start: int, towards: int | None = None) -> list[int]:
    """Order the vertices of a closed loop or open chain of edges, beginning at `start`."""
    neighbours: dict[int, list[int]] = {}
    for a, b in edges:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    out = [start]
    step = towards if towards is not None else sorted(neighbours[start])[0]
    while step != start:
        out.append(step)
        onward = [n for n in neighbours[step] if n not in out[1:] and n != out[-2]]
        if not onward:
            break
        step = onward[0]
    return out


def contours() -> dict[str, list[int]]:
    """Named rings; right and left are the person's. Eyes start outside and run over the upper lid."""
    lips = connections.FACEMESH_LIPS
    inner_set = {78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95}
    inner = [e for e in lips if e[0] in inner_set and e[1] in inner_set]
    outer = [e for e in lips if e not in inner]
    return {
        "lips_outer": ring(outer, 61, 185),
        "lips_inner": ring(inner, 78, 191),
        "right_eye": ring(connections.FACEMESH_RIGHT_EYE, 33, 246),
        "left_eye": ring(connections.FACEMESH_LEFT_EYE, 263, 466),
        "right_brow_upper": [70, 63, 105, 66, 107],
        "right_brow_lower": [46, 53, 52, 65, 55],
        "left_brow_upper": [300, 293, 334, 296, 336],
        "left_brow_lower": [276, 283, 282, 295, 285],
        "right_iris": [469, 470, 471, 472],
        "left_iris": [474, 475, 476, 477],
        "face_oval": ring(connections.FACEMESH_FACE_OVAL, 10, 338),
        "nose_bridge": [168, 6, 197, 195, 5, 4],
        "nose_base": [98, 97, 2, 326, 327],
    }


def mirror_map(vertices: Points) -> npt.NDArray[np.int64]:
    """For each vertex the one across the face's middle plane: the cheapest one-to-one matching."""
    flipped = vertices * (-1, 1, 1)
    cost = np.linalg.norm(vertices[:, None] - flipped[None], axis=2) ** 2
    _, match = linear_sum_assignment(cost + cost.T)
    if not np.array_equal(match[match], np.arange(len(match))):
        raise SystemExit("the left-right matching is not mutual; give more frontal faces")
    return np.asarray(match, np.int64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--canonical", type=Path, required=True, help="MediaPipe's canonical_face_model.obj")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("faces", type=Path, nargs="+")
    options = parser.parse_args()

    lines = options.canonical.read_text().splitlines()
    canonical = np.array([line.split()[1:4] for line in lines if line.startswith("v ")], float)
    shapes, used = [], []
    for path in options.faces:
        meshes = meshes_of(path)
        shape, frames = neutral_shape(meshes, canonical) if len(meshes) else (None, 0)
        print(f"{path.name}: {len(meshes)} meshes, {frames} neutral frontal frames")
        if shape is not None:
            shapes.append(shape)
            used.append(frames)
    mean = np.mean(shapes, axis=0)
    for _ in range(5):  # generalised Procrustes
        mean = np.mean([align(s, mean) for s in shapes], axis=0)
    mean = align(mean, canonical)

    mirror = mirror_map(mean)
    mean = (mean + (mean * (-1, 1, 1))[mirror]) / 2
    mean = align(mean, canonical)  # symmetric now, so only pitch, scale and shift are left to fit
    centred, target = mean[:468] - mean[:468].mean(0), canonical - canonical.mean(0)
    stretch = [float((centred[:, k] @ target[:, k]) / (centred[:, k] @ centred[:, k])) for k in range(3)]
    depth_scale = stretch[2] / np.mean(stretch[:2])
    mean[:, 2] *= depth_scale
    mean[:, 0] -= (mean[:, 0] + mean[mirror, 0]).mean() / 2

    right, left = (mean[i] for i in IRIS_CENTRES)
    vertices = mean * (PUPIL_DISTANCE_MM / np.linalg.norm(left - right))
    eyes = vertices[list(IRIS_CENTRES)] - (0, 0, EYEBALL_CENTRE_BEHIND_IRIS_MM)
    vertices = vertices - eyes.mean(0)
    eyes = eyes - eyes.mean(0)
    iris = [np.linalg.norm(vertices[a] - vertices[b]) for a, b in ((469, 471), (470, 472), (474, 476), (475, 477))]

    triangles = facing_camera(triangles_of_mesh(), vertices)
    options.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        options.out / "template.npz",
        vertices=vertices.round(4),
        eye_centres=eyes.round(4),
        triangles=triangles.astype(np.int16),
        edges=np.array(sorted({tuple(sorted(e)) for e in connections.FACEMESH_TESSELATION}), np.int16),
        mirror=mirror.astype(np.int16),
    )
    facts = {
        "schema_version": 1,
        "faces": len(shapes),
        "frames": int(sum(used)),
        "depth_scale": round(float(depth_scale), 4),
        "axis_stretch_to_canonical": [round(s, 4) for s in stretch],
        "iris_diameter_mm": round(float(np.mean(iris)), 2),
        "mean_spread_mm": round(float(_spread(shapes) * PUPIL_DISTANCE_MM), 2),
        "contours": contours(),
    }
    (options.out / "template.json").write_text(json.dumps(facts, indent=1) + "\n")
    print({k: v for k, v in facts.items() if k != "contours"})


def _spread(shapes: list[Points]) -> float:
    """Mean distance of a face's vertex from the mean face, in inter-pupillary distances."""
    stack = np.array([align(s, np.mean(shapes, axis=0)) for s in shapes])
    distance = np.linalg.norm(stack - stack.mean(0), axis=2).mean()
    return float(distance / np.linalg.norm(stack.mean(0)[468] - stack.mean(0)[473]))


if __name__ == "__main__":
    main()
