#!/bin/sh
# Makes the built-in preview models from nothing but the teachers' weights: renders and labels the scenes, trains, evaluates, builds.
#
#     tools/preview/make.sh TEACHERS WORK
#
# TEACHERS holds taef2_encoder.pth, taef2_decoder.pth, squeezenet1_1-features.pth and lpips-v0.1-squeeze.pth; WORK gets 11 GB of labels,
# which the training of LPIPS keeps in memory.
# Needs Debian's python3-torch, python3-scipy, python3-skimage, python3-pil and fonts-dejavu, the .NET SDK, and four hours of two cores.
# Scenes, labels and their order are seeded; training runs against the clock, so its number of steps depends on the machine.
set -eu
teachers=$(realpath "$1")
mkdir -p "$2/data" "$2/runs" "$2/weights"
work=$(realpath "$2")
cd "$(dirname "$0")"
export OMP_NUM_THREADS=1

python3 data.py --teachers "$teachers" --out "$work/data" --first 0 --last 94 --step 2 &
python3 data.py --teachers "$teachers" --out "$work/data" --first 1 --last 94 --step 2
wait
python3 mixtures.py --teachers "$teachers" --data "$work/data" --out "$work/mixtures" --first 0 --step 2 &
python3 mixtures.py --teachers "$teachers" --data "$work/data" --out "$work/mixtures" --first 1 --step 2
wait
python3 train.py decoder --data "$work/data" --teachers "$teachers" --out "$work/runs/decoder.pt" --minutes 85 &
python3 train.py lpips --data "$work/data" "$work/mixtures" --teachers "$teachers" --out "$work/runs/lpips.pt" --minutes 110
python3 train.py encoder --data "$work/data" --teachers "$teachers" --out "$work/runs/encoder.pt" --minutes 11
wait
for model in decoder encoder lpips; do
    python3 export.py $model "$work/runs/$model.pt" "$work/weights/preview-$model.safetensors"
done
python3 evaluate.py --teachers "$teachers" --sets "$work/sets.pt" --weights "$work/weights" --out results.json
python3 goldens.py --teachers "$teachers" --weights "$work/weights"
python3 closeness.py results.json | while read -r model closeness; do
    rm -rf "../../models/preview-$model"
    dotnet run --project ../../src/PerceptualEval.Cli -c Release -- build preview "$model" "$work/weights/preview-$model.safetensors" \
        --closeness "$closeness" --models ../../models
done
