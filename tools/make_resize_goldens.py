"""Writes tests/PerceptualEval.Tests/Goldens/Resize/bicubic.json: small planes and what torch's antialiased bicubic makes of them.

Run from the repository's root with torch >= 1.11 and numpy:  python tools/make_resize_goldens.py
Inputs are multiples of 1/128, exact in float32; outputs are torch's float64 results, rounded to 10 decimals.
"""
import json
import pathlib

import numpy as np
import torch

OUTPUT = pathlib.Path("tests/PerceptualEval.Tests/Goldens/Resize/bicubic.json")

# (source height, width), (height, width): up, down, both at once, one axis only, and the degenerate sizes.
SIZES = [
    ((5, 7), (3, 4)),
    ((5, 7), (8, 11)),
    ((4, 9), (9, 4)),
    ((6, 6), (6, 5)),
    ((6, 6), (7, 6)),
    ((1, 1), (3, 2)),
    ((8, 10), (1, 1)),
    ((3, 40), (5, 3)),
]


def main():
    torch.use_deterministic_algorithms(True)
    random = np.random.RandomState(20)
    cases = []
    for (source_height, source_width), (height, width) in SIZES:
        x = random.randint(-128, 129, (1, 1, source_height, source_width)) / 128.0
        y = torch.nn.functional.interpolate(
            torch.from_numpy(x), size=(height, width), mode="bicubic", antialias=True, align_corners=False
        )
        cases.append({
            "sourceHeight": source_height, "sourceWidth": source_width, "height": height, "width": width,
            "source": x.ravel().tolist(), "resized": [round(v, 10) for v in y.numpy().ravel().tolist()],
        })
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(f'{{"torch": "{torch.__version__}", "cases": [\n  {lines}\n]}}\n')


if __name__ == "__main__":
    main()
