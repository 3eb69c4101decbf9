#!/bin/sh
# Makes the built-in preview models from nothing but the teachers' weights: renders and labels the scenes, trains, evaluates, builds.
#
#     tools/preview/make.sh TEACHERS WORK
#
# TEACHERS holds taef2_encoder.pth, taef2_decoder.pth, squeezenet1_1-features.pth and lpips-v0.1-squeeze.pth; WORK, an empty folder, gets about 74 GB.
# Needs Debian's python3-torch, python3-scipy, python3-skimage, python3-pil, fonts-dejavu, the .NET SDK, and about seven hours of two cores.
# libopenblas0 makes the labels a fifth faster (torch's matrix products are ten times as slow with the BLAS that it comes with).
# Scenes, labels and their order are seeded; training runs against the clock, so its number of steps depends on the machine.
# To see whether it works, in a clone: PART=30 tools/preview/make.sh TEACHERS WORK does a 30th of it, which gives models of no use.
set -eu
part=${PART:-1}
teachers=$(realpath "$1")
mkdir -p "$2/runs" "$2/weights"
work=$(realpath "$2")
cd "$(dirname "$0")"
export OMP_NUM_THREADS=1

# A command for shards from a first one on, so many of them: the even and the odd ones at the same time.
both() {
    first=$1 last=$(($1 + $2 / part)) && shift 2
    "$@" --first "$first" --last "$last" --step 2 &
    even=$!
    "$@" --first $((first + 1)) --last "$last" --step 2
    wait $even
}
# Or the allocator gives large blocks back after every step and faults them in again at the next: a fifth of the time.
train() {
    MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_TOP_PAD_=200000000 python3 train.py "$@" --teachers "$teachers"
}
both 0 94 python3 data.py --teachers "$teachers" --out "$work/data"
both 94 400 python3 data.py --teachers "$teachers" --out "$work/more"
for shards in '2000 632' '5000 194' '7000 171'; do
    both $shards python3 data.py --teachers "$teachers" --out "$work/decodes"
done
both 0 280 python3 mixtures.py --teachers "$teachers" --data "$work/data" --out "$work/mixtures"
both 280 600 python3 mixtures.py --teachers "$teachers" --data "$work/more" --out "$work/mixtures"

train decoder --data "$work/data" --out "$work/runs/decoder.pt" --minutes $((1 + 84 / part)) &
decoder=$!
# The decodes count twice: decoded pairs are the closest to missing their aim.
train lpips --data "$work/data" "$work/mixtures" "$work/more" "$work/decodes" "$work/decodes" --out "$work/runs/lpips.pt" --minutes $((1 + 180 / part))
train encoder --data "$work/data" --out "$work/runs/encoder.pt" --minutes $((1 + 10 / part))
wait $decoder
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
